/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr.h - conditions of a questionnaire: SurveyJS's concrete syntax in the strict profile.
 *
 * Loosest first: or, and, comparison (= == != <> is refused, < <= > >=, not chainable), + -, * / %,
 * contains notcontains anyof allof noneof, prefix !, postfix empty / notempty; atoms {name}, {matrix.row},
 * 'text' or "text", numbers, true, false, [lists], functions iif sum min max avg count round trunc age dateDiff
 * year today, parentheses (closing one required). Words are case-insensitive.
 * Promises: X1 a condition is boolean: anything else is refused when parsed. X2 a missing answer makes every comparison
 *   false, except empty, and except != notcontains noneof, which are true. X3 names and choice codes are
 *   checked against the form. X4 evaluation reads only what is visible: a hidden question reads as missing.
 * Source: SurveyJS expression grammar (survey-core 3.1), narrowed.
 */
#ifndef BAROMETRE_FORM_EXPR_H
#define BAROMETRE_FORM_EXPR_H

#include <jansson.h>

#include "barometre/base/clock.h"
#include "barometre/base/str.h"

struct expr; /* immutable, a flat tree */
struct form;

/* Parses; names are not checked yet. err->line is the column (from 1). */
struct expr *expr_parse(struct str text, struct err *) MUST_USE;
void expr_free(struct expr *);
DEFINE_DROP(expr_drop, struct expr, expr_free)

/* Resolves names and codes against questions that stand before index `before` and type-checks (X1, X3). */
bool expr_bind(struct expr *, const struct form *, size_t before, bool must_be_boolean,
	struct err *) MUST_USE;

/* What an evaluation may look at: returns the visible answer of a question or NULL when missing. */
struct expr_scope {
	const json_t *(*answer)(void *arg, size_t question);
	void *arg;
	usec_t today; /* the server's date of submission */
};

bool expr_is_true(const struct expr *, const struct expr_scope *);
/* For calculated values: new reference (string, number, boolean) or NULL when missing. */
json_t *expr_value(const struct expr *, const struct expr_scope *);

#endif
