/* SPDX-License-Identifier: Apache-2.0 */
/* Segments of which one tells the other in the data (L1). */
#include "protect_private.h"

/* The question that a segment is made from; NULL when it has none with cells. */
static const struct plan_question *own_question(const struct plan *plan, size_t segment)
{
	for (size_t i = 0; i < plan->question_count; i++)
		if (plan->questions[i].is_segment == segment + 1 &&
			plan->questions[i].joint)
			return &plan->questions[i];
	return NULL;
}

/* Is everybody of a category of s in one category of r, not the same for all? */
static bool tells(
	const struct plan *plan, const struct plan_question *q, size_t s, size_t r)
{
	size_t last = SIZE_MAX, different = 0;

	if (!q)
		return false;
	for (size_t i = 0; i < plan->segments[s].categories; i++) {
		size_t in = 0, of = 0;
		for (size_t j = 0; j < plan->segments[r].categories; j++) {
			if (plan_joint(plan, q, s, i, r, j) == 0)
				continue;
			of = j;
			in++;
		}
		if (in > 1)
			return false;
		different += in == 1 && last != SIZE_MAX && of != last;
		last = in == 1 ? of : last;
	}
	return different > 0;
}

bool nested_segment(const struct plan *plan, size_t segment, const bool *nested)
{
	const struct plan_question *own = own_question(plan, segment);

	for (size_t r = 0; r < segment; r++) {
		const struct plan_question *other = own_question(plan, r);
		if (nested[r])
			continue;
		if (tells(plan, own, segment, r) || tells(plan, own, r, segment) ||
			tells(plan, other, segment, r) || tells(plan, other, r, segment))
			return true;
	}
	return false;
}
