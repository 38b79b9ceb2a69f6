/* SPDX-License-Identifier: Apache-2.0 */
/* page.h - one posted page while it is read: fields in, answers, refusals and messages out. */
#ifndef FORM_PAGE_H
#define FORM_PAGE_H

#include "rules.h"

struct page_reader {
	const struct form *form;
	const struct field *fields;
	size_t field_count;
	json_t *answers, *typed;
	struct problems *problems;
	const struct question *q; /* being read */
	bool refused;             /* a problem was added to it */
};

/* Value of the field "<question><suffix>", trimmed; empty when it was not posted. */
struct str page_field(const struct page_reader *, const char *suffix);
/* Adds a problem to the present question; takes the message. */
struct problem *page_problem(struct page_reader *, const char *row, char *message);
/* Keeps what was refused, to be shown again. */
void page_keep_typed(struct page_reader *, const char *suffix, struct str);

/* Each returns a new reference to the answer, or NULL when there is none (or it was refused). */
json_t *page_read_text(struct page_reader *);
json_t *page_read_locality(struct page_reader *);
json_t *page_read_choice(struct page_reader *);
json_t *page_read_boxes(struct page_reader *);
json_t *page_read_boolean(struct page_reader *);
json_t *page_read_matrix(struct page_reader *, bool check_required);
/* Fresh: what to say when a required answer is missing. */
char *page_message_missing(const struct question *);

#endif
