/* SPDX-License-Identifier: Apache-2.0 */
/*
 * count_classes.h - what the kept rows may say of who answered: segments coarsened together until nobody is alone.
 *
 * A row keeps all segment variables of its questionnaire side by side; together they may point to one person. So every
 * combination that some row of an audience holds must be held by at least `at_least` rows (k-anonymity: Sweeney 2002,
 * International Journal of Uncertainty, Fuzziness and Knowledge-Based Systems 10(5); global recoding, as in µ-Argus and
 * sdcMicro). The ladder, whole variables at a time, the same for all rows of the audience:
 *   0  numbers in bands of ten, choices as they are ("no answer" is a value too)
 *   1  numbers in bands of twenty
 *   2  numbers left out
 *   3  any variable left out
 * On each rung one variable at a time goes up: the one after which the fewest classes are too small, of equals the one that
 * stands later in the form. When no class is too small any more, each variable in the order of the form comes down again as
 * far as it can: what went up in vain comes back.
 *
 * Promises: C1 afterwards no class has 1 … at_least-1 rows, or no variable is left (fewer rows than that in all).
 *   C2 the same rows, in whatever order, give the same result; nothing is drawn.
 *   C3 Without a class too small nothing is coarsened beyond rung 0, and no variable could stand lower, the others as they are.
 * Published tables are made before, from what was answered (count.h N5).
 * Limit: it is a rule on the segments; what somebody answered elsewhere can still be known to a colleague.
 */
#ifndef BAROMETRE_APP_COUNT_CLASSES_H
#define BAROMETRE_APP_COUNT_CLASSES_H

#include <jansson.h>

#include "barometre/form/form.h"

enum class_step {
	CLASS_KEPT,
	CLASS_WIDENED, /* numbers only */
	CLASS_DROPPED
};
/* Combinations, each once. A value is a code of the caller's, of a number its band of ten (60 to 69: 6; -1 to -10: -1). */
#define CLASS_MISSING INT32_MIN
struct classes {
	size_t variables;
	const bool *number; /* one a variable */
	size_t count;
	const int32_t *values; /* count × variables */
	const int64_t *rows;   /* one a combination: how many rows hold it */
};
/* One step a variable into ret_steps. */
void classes_coarsen(
	const struct classes *, int64_t at_least, enum class_step *ret_steps);
/* How many classes of 1 … at_least-1 rows there are at these steps. */
size_t classes_small(
	const struct classes *, const enum class_step *steps, int64_t at_least);

/* The segments of an audience, gathered row by row. */
struct segments;
struct segments *segments_new(const struct form *); /* the form must outlive it */
void segments_free(struct segments *);
DEFINE_DROP(segments_drop, struct segments, segments_free)
/* The answers of one row, as they were given. */
void segments_add(struct segments *, const json_t *answers);
/* Climbs the ladder; before it everything is on rung 0. */
void segments_settle(struct segments *, int64_t at_least);
/* What a row keeps of the answer to a segment question: new reference ("60_69" of a number), or NULL for nothing. */
json_t *segments_value(
	const struct segments *, const struct question *, const json_t *answer);
/* New reference: what was generalised, in the order of the form: [{"question", "label", "kept": "20" or "none"}]. */
json_t *segments_report(const struct segments *);

#endif
