/* SPDX-License-Identifier: Apache-2.0 */
/* rules.h - what one answer may be: shared by page reading, validation and the submission. */
#ifndef FORM_RULES_H
#define FORM_RULES_H

#include "barometre/form/answer.h"

static inline void json_drop(json_t **j)
{
	json_decref(*j);
}

/* Its p is NULL when the value is no string. */
static inline struct str json_str(const json_t *value)
{
	return (struct str){json_string_value(value), json_string_length(value)};
}

#define OTHER_LENGTH 200 /* characters of the text beside "other" */

/*
 * Visibility and values, question by question in the order of the form (A2). Values are worked out when first read
 * and kept, so each is worked out once.
 */
struct walk {
	const struct form *form;
	const json_t *answers;
	usec_t today;
	bool *visible;  /* one a question; owned */
	json_t **value; /* one a question: worked out, or NULL; owned */
	bool *known;    /* is value[i] worked out? */
	bool page_visible;
};
void walk_init(struct walk *, const struct form *, const json_t *answers, usec_t today);
void walk_release(struct walk *);
/* Decides about one question; those before it must have been asked for. */
bool walk_visible(struct walk *, size_t question);
/* Decides about all questions before this one. */
void walk_to(struct walk *, size_t question);
struct expr_scope walk_scope(struct walk *);
/* Of a visible question: isRequired, or requiredIf is true. */
bool walk_required(struct walk *, size_t question);
/* Of a question all questions before which were decided. "other" is no struct choice and always offered. */
bool walk_offers(struct walk *, const struct choice *);
/*
 * The answer as conditions read it: NULL when hidden or missing, without choices that are no longer offered,
 * worked out for expression questions and calculated values. Borrowed from the walk. A ranking holds exactly what is
 * offered: choices offered since stand at its end, in the order of the form (as survey-core does).
 */
const json_t *walk_answer(struct walk *, size_t question);
/* Call it when an answer was changed after it could have been read. */
void walk_forget(struct walk *);

/* Does anybody fill it in? */
bool rule_takes_answer(const struct question *);

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
/*
 * Is nothing missing in the answer of a visible question? Like survey-core: rows of a matrix with eachRowRequired and
 * required items of a multipletext are wanted even where the question itself is not required, and one item is enough
 * for a required multipletext.
 */
bool rule_is_answered(const struct question *, bool required, const json_t *answer);
/*
 * Does the answer satisfy the validator? Like survey-core: what is empty satisfies all but expressions. An
 * expression needs a scope in which the question's own answer can be read; without scope it is satisfied.
 */
bool rule_validator_holds(const struct question *, const struct validator *,
	const json_t *answer, const struct expr_scope *);
/* Why a text or number is not one that is stored, or NULL. `fits`: within its range. */
const char *rule_text_refusal(enum input_type, bool lines, size_t max_length, struct str);
const char *rule_number_refusal(const json_t *value, bool fits);
/* One item of a multipletext as it is stored: a number, or a clean text of its kind. NULL, or why not. */
const char *rule_item_refusal(const struct text_item *, const json_t *value);

#endif
