/* SPDX-License-Identifier: Apache-2.0 */
/* L5: what a table and those that it is worked out from tell together. */
#include <stdlib.h>
#include <string.h>

#include "protect_private.h"

/* Bits of plan_sources.sides. */
#define SIDES 8

struct source_groups {
	const struct plan_sources *plan;
	/* Of each segment: category → the first category that no source tells from it; NULL when none is told by that segment. */
	size_t **of;
};

/* The groups by which a source is told; NULL when it is not. */
static const size_t *told_by(const struct asked *a,
	const struct protected_plan *protected, size_t source, size_t segment)
{
	const struct plan_question *q = &a->plan->questions[source];
	const struct protected_table *t = protected_table(protected, source, segment);

	must(source < a->index);
	if (q->is_segment == segment + 1) /* the sizes of its groups */
		return protected->segment_groups[segment] > 0
			? protected->segment_group_of[segment]
			: NULL;
	return t->verdict == PROTECT_SHOWN ? t->group_of : NULL;
}

/* What all sources together tell apart. */
static size_t *groups_of(
	const struct asked *a, const struct protected_plan *protected, size_t segment)
{
	const struct plan_sources *sources = a->q->sources;
	size_t categories = a->plan->segments[segment].categories, told = 0;
	size_t *of = x_calloc(categories + 1, sizeof(*of));

	for (size_t i = 0; i < sources->count; i++)
		told += told_by(a, protected, sources->questions[i], segment) != NULL;
	for (size_t c = 0; c < categories; c++) {
		for (of[c] = 0; of[c] < c; of[c]++) {
			bool alike = true;
			for (size_t i = 0; alike && i < sources->count; i++) {
				const size_t *group_of = told_by(
					a, protected, sources->questions[i], segment);
				alike = !group_of || group_of[c] == group_of[of[c]];
			}
			if (alike)
				break;
		}
	}
	if (told > 0)
		return of;
	free(of);
	return NULL;
}

/* Nothing that can be computed is of fewer, nor of nobody: then everybody else is of one mind. */
static int64_t least(const struct asked *a)
{
	const struct rules *r = &a->rules;

	return a->sensitive && r->cell > r->others ? r->cell : r->others;
}

bool sources_row_safe(const struct asked *a, int64_t base, const int64_t *cells)
{
	if (!a->sources || base == 0)
		return true;
	for (size_t i = a->own; i < a->own + a->sources->plan->derived; i++)
		if (cells[i] < least(a))
			return false;
	return true;
}

/* Adds the smallest set of each side among these people. */
static void add_smallest(const struct asked *a, const int64_t *cells, int64_t *sums)
{
	const struct plan_sources *sources = a->sources->plan;

	for (size_t side = 0; side < SIDES; side++) {
		int64_t smallest = INT64_MAX;
		for (size_t i = 0; i < a->own + sources->derived; i++)
			if ((sources->sides[i] >> side & 1) != 0 && cells[i] < smallest)
				smallest = cells[i];
		sums[side] += smallest < INT64_MAX ? smallest : 0;
	}
}

/* Base and cells of those of the group whom the sources do not tell from category c; 0 when c is not the first of these. */
static int64_t block_row(const struct asked *a, size_t segment, const size_t *group_of,
	size_t c, int64_t *cells, size_t n)
{
	const size_t *told = a->sources->of[segment];
	int64_t base = 0;

	memset(cells, 0, n * sizeof(*cells));
	for (size_t k = 0; k < a->plan->segments[segment].categories; k++) {
		const struct plan_row *row = &a->q->rows[segment][k];
		if (told[k] != told[c] || (group_of && group_of[k] != group_of[c]))
			continue;
		if (k < c)
			return 0;
		base += row->base;
		for (size_t i = 0; i < n; i++)
			cells[i] += row->cells[i];
	}
	return base;
}

/* One of the sides may be computed of these people, the other of those: whichever is smaller. group_of NULL: everybody. */
static bool mixed_safe(
	const struct asked *a, size_t segment, const size_t *group_of, size_t group)
{
	const size_t *told = a->sources ? a->sources->of[segment] : NULL;
	size_t n = a->own + (told ? a->sources->plan->derived : 0), parts = 0, used = 0;
	int64_t sums[SIDES] = {0};

	if (!told || !a->sensitive || !a->q->rows)
		return true;
	int64_t *cells = x_calloc(n + 1, sizeof(*cells));
	for (size_t c = 0; c < a->plan->segments[segment].categories; c++) {
		if (group_of && group_of[c] != group)
			continue;
		int64_t base = block_row(a, segment, group_of, c, cells, n);
		parts += base > 0;
		if (base > 0)
			add_smallest(a, cells, sums);
	}
	free(cells);
	for (size_t i = 0; i < n; i++)
		used |= a->sources->plan->sides[i];
	for (size_t side = 0; parts > 1 && side < SIDES; side++)
		if ((used >> side & 1) != 0 && sums[side] < least(a))
			return false;
	return true;
}

bool sources_group_safe(const struct asked *a, size_t segment, const size_t *group_of,
	size_t group, int64_t base, const int64_t *cells)
{
	return sources_row_safe(a, base, cells) &&
		mixed_safe(a, segment, group_of, group);
}

/* Marks say no number that could be subtracted from. */
static bool tells_numbers(const struct protected_table *whole)
{
	if (whole->verdict != PROTECT_SHOWN)
		return false;
	for (size_t i = 0; i < whole->cells; i++)
		if (whole->marks[i] == CELL_AT_MOST_5 ||
			whole->marks[i] == CELL_AT_LEAST_95)
			return false;
	return true;
}

static bool whole_safe(const struct asked *a)
{
	bool safe = !a->sources->plan->open &&
		sources_row_safe(a, a->q->whole.base, a->q->whole.cells);

	for (size_t s = 0; safe && s < a->plan->segment_count; s++)
		safe = mixed_safe(a, s, NULL, 0);
	return safe;
}

void sources_begin(struct asked *a, struct plan_question *judged,
	const struct protected_plan *protected, struct protected_table *whole)
{
	const struct plan_sources *sources = a->q->sources;
	size_t segments = a->plan->segment_count;

	if (!sources || !a->rules.on)
		return;
	must(a->q->shape != PLAN_MULTIPLE && !a->q->collapse);
	must(sources->derived == 0 || (a->q->whole.cells && sources->sides));
	struct source_groups *groups = x_calloc(1, sizeof(*groups));
	groups->plan = sources;
	groups->of = x_calloc(segments + 1, sizeof(*groups->of));
	for (size_t s = 0; s < segments; s++)
		groups->of[s] = groups_of(a, protected, s);
	a->sources = groups;
	if (tells_numbers(whole) && !whole_safe(a))
		table_clear(whole, PROTECT_AUDIT);
	*judged = *a->q;
	judged->cells += sources->derived;
	a->q = judged;
	if (whole->marks) {
		whole->marks = x_realloc(
			whole->marks, (judged->cells + 1) * sizeof(*whole->marks));
		for (; whole->cells < judged->cells; whole->cells++)
			whole->marks[whole->cells] = CELL_SHOWN;
	}
}

static void narrow(const struct asked *a, struct protected_table *t)
{
	if (t->verdict == PROTECT_SHOWN)
		t->cells = a->own;
}

void sources_end(
	struct asked *a, struct protected_table *whole, struct protected_table *tables)
{
	struct source_groups *groups = a->sources;

	if (!groups)
		return;
	narrow(a, whole);
	for (size_t s = 0; s < a->plan->segment_count; s++) {
		narrow(a, &tables[s]);
		free(groups->of[s]);
	}
	free(groups->of);
	free(groups);
	a->q = &a->plan->questions[a->index];
	a->sources = NULL;
}
