/* SPDX-License-Identifier: Apache-2.0 */
/* rules.h - what one answer may be: shared by page reading, validation and the submission. */
#ifndef FORM_RULES_H
#define FORM_RULES_H

#include "barometre/form/answer.h"

static inline void json_drop(json_t **j)
{
	json_decref(*j);
}

#define OTHER_LENGTH 200 /* characters of the text beside "other" */

/* Visibility, question by question in the order of the form (A2). */
struct walk {
	const struct form *form;
	const json_t *answers;
	const json_t *calculated; /* values of calculated questions so far, or NULL */
	usec_t today;
	bool *visible; /* one per question; owned */
	bool page_visible;
};
void walk_init(struct walk *, const struct form *, const json_t *answers, usec_t today);
void walk_release(struct walk *);
/* Decides about one question; those before it must have been asked for. */
bool walk_visible(struct walk *, size_t question);
struct expr_scope walk_scope(struct walk *);

/* "q-Comment" */
#define COMMENT_KEY_BYTES 80
const char *rule_comment_key(const struct question *, char out[COMMENT_KEY_BYTES]);
/* Is "other" chosen in this answer? */
bool rule_other_chosen(const json_t *answer);

/* Fresh text without control characters, newlines as \n (a space when there may be only one line), trimmed. */
char *rule_clean(struct str, bool lines);
bool rule_is_clean(struct str, bool lines);
bool rule_has_lines(const struct question *);

/* WHATWG HTML, "valid e-mail address". */
bool rule_is_email(struct str);
/* 6 to 15 digits (ITU-T E.164), and what people put between them. */
bool rule_is_tel(struct str);
bool rule_is_date(struct str);  /* 2026-11-22 */
bool rule_is_month(struct str); /* 2026-11 */
/* Within min and max, and on a step of a rating. */
bool rule_number_fits(const struct question *, double);
/* Decimal comma or point, thin and no-break spaces between digits. */
bool rule_parse_number(struct str, double *ret);
json_t *rule_number(double);
bool rule_code_fits(const struct question *, struct str code);
/* Is every row that must be answered answered? */
bool rule_matrix_complete(const struct question *, const json_t *answer);

#endif
