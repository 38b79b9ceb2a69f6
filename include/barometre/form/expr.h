/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr.h - conditions of a questionnaire: SurveyJS's concrete syntax in the strict profile.
 *
 * Loosest first: or, and, comparison (= == != <> is refused, < <= > >=, not chainable), + -, * / %,
 * contains notcontains anyof allof noneof, prefix !, postfix empty / notempty; atoms {name}, {matrix.row},
 * {multipletext.item}, 'text' or "text", numbers, true, false, [lists], functions iif sum min max avg count round
 * trunc age dateDiff year today, parentheses (closing one required). Words are case-insensitive.
 * Promises: X1 a condition is boolean: anything else is refused when parsed. X2 a missing answer makes every comparison
 *   false, except empty, and except != notcontains noneof, which are true. X3 names and choice codes are
 *   checked against the form; a calculated value may be named behind all that it reads. X4 evaluation reads only
 *   what is visible: a hidden question reads as missing.
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

/* Resolves names and codes against questions that stand before index `before`, and calculated values that are
 * bound and read only such questions; type-checks (X1, X3). */
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

/* One thing that a bound condition reads: a question, and what it asks of it when that is whether it is one code ({q} = 'a',
 * {q} contains 'a', {matrix.row} = 'a', wherever that stands). Texts are borrowed from form and expression. */
struct expr_filter {
	size_t question;
	const char *row; /* of a matrix or a multipletext; NULL: all of it */
	struct str code; /* p NULL: it may be any */
};
/* Calculated values are taken apart into what they, and their own conditions, read. Up to `max` are written; returns how many
 * there are. The same may come twice. */
size_t expr_filters(
	const struct expr *, const struct form *, struct expr_filter *ret, size_t max);

/*
 * For the browser: the condition as JSON, with all that does not depend on answers of `page` worked out from `scope`. What
 * is left reads only questions of that page, so the page tells nothing about the others. New reference:
 * true or false when nothing is left, else an array
 *   ["op", operand, …]    "or" "and" "!" "=" "!=" "<" "<=" ">" ">=" "+" "-" "*" "/" "%" "contains" "notcontains"
 *                         "anyof" "allof" "noneof" "empty" "notempty", and functions by their names
 *   ["?", "q"], ["?", "q", "row"]          the answer of a question of the page, or of a row of it
 *   ["#", "…"] a date, text, number, true, false: constants; null: missing; ["[]", "a", "b"]: a list of codes
 *   ["#", ["?", "q"]] an answer that is a date, missing when it is none; ["and", operand] alone: true or false, never missing
 * age and today are not among the functions: age is dateDiff to the constant of today. A condition that is missing whatever
 * the page says is null, which is not true.
 * src/web/static/conditions.js evaluates it to the same value as expr_is_true.
 */
json_t *expr_compile(
	const struct expr *, const struct form *, size_t page, const struct expr_scope *);

#endif
