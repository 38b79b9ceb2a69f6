/* SPDX-License-Identifier: Apache-2.0 */
/* page.h - one posted page while it is read: fields in, answers, refusals and messages out. */
#ifndef FORM_PAGE_H
#define FORM_PAGE_H

#include "rules.h"

struct page_reader {
	const struct form *form;
	const struct language *language; /* of the form: messages are in it */
	const struct field *fields;
	size_t field_count;
	json_t *answers, *typed;
	struct problems *problems;
	struct walk *walk;        /* has decided about the present question */
	bool check_required;      /* is what is missing a problem? */
	const struct question *q; /* being read */
	bool refused;             /* an error was added to it */
};

/* Value of the field "<question><suffix>", trimmed; empty when it was not posted. */
struct str page_field(const struct page_reader *, const char *suffix);
/* The same of "<question>.<code>". */
struct str page_part(const struct page_reader *, const char *code);
/* Adds an error to the present question; takes the message. `row` is borrowed from the form. */
struct problem *page_problem(struct page_reader *, const char *row, char *message);
/* Keeps what was refused, to be shown again. */
void page_keep_typed(struct page_reader *, const char *suffix, struct str);

/* Each returns a new reference to the answer, or NULL when there is none (or it was refused). */
json_t *page_read_text(struct page_reader *);
json_t *page_read_locality(struct page_reader *);
json_t *page_read_choice(struct page_reader *);
json_t *page_read_boxes(struct page_reader *);
json_t *page_read_boolean(struct page_reader *);
json_t *page_read_matrix(struct page_reader *);
json_t *page_read_multipletext(struct page_reader *);
json_t *page_read_ranking(struct page_reader *);
/* One text of its kind, cleaned and not empty. Refused: NULL, and an error at `row`; the caller keeps what was typed. */
json_t *page_read_value(
	struct page_reader *, const struct question *kind, const char *row, struct str);

/* What to say, fresh, in the language. */
char *page_message_missing(const struct language *, const struct question *);
char *page_message_number(
	const struct language *, const struct question *, bool is_number);
char *page_message_too_long(const struct language *, size_t most, size_t written);
char *page_message_not_listed(const struct language *);
char *page_message_email(const struct language *, struct str typed);
/* When its author wrote none. */
char *page_message_validator(const struct language *, const struct question *,
	const struct validator *, const json_t *answer);

#endif
