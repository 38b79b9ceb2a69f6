/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_search.h - can answers exist that make these conditions true or false?
 *
 * Looks through every way of answering the questions that matter (those the conditions read, and those that decide
 * whether these are asked), with the values that can make a difference: each code that is named and one that is not,
 * nothing, numbers and days at, between and around the constants. The engine's own evaluation decides, a hidden question
 * reads as missing. Where such values do not stand for all others (arithmetic over numbers that people type, today's
 * date) or there are too many, nothing is said.
 */
#ifndef FORM_CHECK_SEARCH_H
#define FORM_CHECK_SEARCH_H

#include "expr_node.h"

#define SEARCH_EVALUATIONS 200000  /* ways of answering that are tried for one search */
#define CHECK_EVALUATIONS 20000000 /* for all searches of a form: seconds */

/* A condition, or a part of one, that must be true or false. Bound to the form. */
struct demand {
	const struct expr *expr;
	uint16_t node;
	bool truth;
};
static inline struct demand demand_of(const struct expr *e, bool truth)
{
	return (struct demand){e, e->root, truth};
}

enum verdict {
	VERDICT_POSSIBLE,
	VERDICT_IMPOSSIBLE, /* proved */
	VERDICT_UNKNOWN
};

/* Demands are tried together. `budget` is what may be tried yet; what was is taken off. With *ret_witness (NULL: not
 * wanted) come answers that meet the demands, a new object, when possible. */
enum verdict search_answers(const struct form *, const struct demand *, size_t count,
	size_t *budget, json_t **ret_witness);
/* Has the expression one and the same value whatever is answered, where the demands hold? Then true, and *ret_value is
 * that value (new reference) or NULL for always missing. */
bool search_constant(const struct form *, const struct demand *, size_t count,
	const struct expr *, size_t *budget, json_t **ret_value);

/* --- for check_search.c: what the conditions read, and the values worth trying --- */

struct domains {
	const struct form *form;
	bool *relevant; /* one a question */
	bool *counted;  /* the number of ticks or rows matters */
	json_t **
		values; /* one a question: array of answers, "missing" left out; NULL for those that are not typed */
	bool inexact;   /* the values do not stand for all others */
	struct str *texts; /* literals */
	double *numbers;   /* numbers that are compared with, and bounds */
	long long *days;
	const struct node **rows; /* names with a row */
	size_t text_count, number_count, day_count, row_count;
	bool codes_compared, numbers_compared, days_compared;
};
void domains_init(struct domains *, const struct form *);
void domains_release(struct domains *);
/* Adds what the expression reads from this node on, and what decides about that. */
void domains_read(struct domains *, const struct expr *, uint16_t node);
/* Fills values, once all is read. */
void domains_fill(struct domains *);

#endif
