/* SPDX-License-Identifier: Apache-2.0 */
/* L1, L2 and L4, and L5 of groups: categories join until every row is safe. */
#include <stdlib.h>
#include <string.h>

#include "protect_private.h"

/* Runs of neighbouring cells are tried one by one only up to here. */
#define RUNS_OF_CELLS 40

/* ---- L1 ---- */

static size_t filled(const int64_t *sizes, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += sizes[i] > 0;
	return n;
}

struct partition ladder_segment(const struct plan *plan, size_t segment)
{
	const struct plan_segment *s = &plan->segments[segment];
	const struct rules rules = rules_of(plan->thresholds);
	struct partition g = partition_start(s->categories);
	int64_t *sizes = x_calloc(s->categories + 1, sizeof(*sizes));
	size_t small = 0;

	while (rules.on && small != SIZE_MAX) {
		memset(sizes, 0, (s->categories + 1) * sizeof(*sizes));
		for (size_t c = 0; c < s->categories; c++)
			sizes[g.part_of[c]] += s->people[c];
		small = SIZE_MAX;
		for (size_t i = 0; i < g.parts; i++)
			if (sizes[i] > 0 && sizes[i] < rules.base &&
				(small == SIZE_MAX || sizes[i] < sizes[small]))
				small = i;
		if (small != SIZE_MAX && g.parts < 2)
			break;
		if (small != SIZE_MAX)
			partition_join(&g, small, s->ordered, sizes);
	}
	if (rules.on && filled(sizes, g.parts) < 2)
		g.parts = 0;
	free(sizes);
	return g;
}

/* ---- L2 ---- */

/* What is tried, and the best of it. */
struct ladder {
	const struct asked *a;
	size_t segment;
	struct partition start; /* no crossing of the question may be finer */
	size_t best;            /* figures shown; 0: nothing found */
	struct partition groups;
	struct partition classes; /* of the best, one cell a person */
	enum cell_mark *marks;    /* of the best, several ticks */
	enum fault fault;         /* why the last try failed */
	int64_t *cells, *sums, *bases;
};

struct trouble {
	enum fault fault;
	size_t group; /* the smallest that has one */
};

/* `classes` NULL: of the rows only R1 and L4. Fills l->bases. */
static struct trouble find_trouble(
	struct ladder *l, const struct partition *g, const struct partition *classes)
{
	/* What is derived from sources stands last, each by itself. */
	size_t derived = l->a->q->cells - l->a->own;
	struct trouble t = {.fault = FAULT_NONE};

	for (size_t i = 0; i < g->parts; i++) {
		struct plan_row row = group_row(
			l->a, l->segment, g->part_of, i, l->cells);
		l->bases[i] = row.base;
		if (classes)
			partition_sum(classes, l->cells, l->sums);
		enum fault fault = row_fault(&l->a->rules, l->a->sensitive, row.base,
			l->sums, classes ? classes->parts - derived : 0);
		if (fault == FAULT_NONE && !concern_safe(l->a, &row, false))
			fault = FAULT_FILTER;
		if (fault == FAULT_NONE &&
			!sources_group_safe(
				l->a, l->segment, g->part_of, i, row.base, l->cells))
			fault = FAULT_SOURCES;
		if (fault != FAULT_NONE &&
			(t.fault == FAULT_NONE || row.base < l->bases[t.group]))
			t = (struct trouble){fault, i};
	}
	return t;
}

/* Joins groups until every row is safe; false when fewer than two would be left. */
static bool climb(struct ladder *l, const struct partition *classes, struct partition *g)
{
	bool ordered = l->a->plan->segments[l->segment].ordered;

	for (;;) {
		struct trouble t = find_trouble(l, g, classes);
		if (filled(l->bases, g->parts) < 2)
			return false;
		if (t.fault == FAULT_NONE)
			return true;
		l->fault = t.fault;
		if (filled(l->bases, g->parts) == 2)
			return false;
		partition_join(g, t.group, ordered, l->bases);
	}
}

/* Takes the classes over. */
static void try_classes(struct ladder *l, const struct protected_table *whole,
	const struct protected_table *so_far, struct partition classes)
{
	struct partition told = partition_told(l->a->q, whole);
	bool fits = partition_finer(&told, &classes);

	partition_release(&told);
	/* Two crossings whose classes cross could be solved for what neither tells. */
	for (size_t s = 0; fits && s < l->segment; s++) {
		if (so_far[s].verdict != PROTECT_SHOWN)
			continue;
		told = partition_told(l->a->q, &so_far[s]);
		fits = partition_finer(&told, &classes) ||
			partition_finer(&classes, &told);
		partition_release(&told);
	}
	struct partition g = partition_copy(&l->start);
	if (fits && climb(l, &classes, &g)) {
		size_t shown = filled(l->bases, g.parts) * classes.parts;
		if (shown > l->best) {
			l->best = shown;
			partition_release(&l->groups);
			partition_release(&l->classes);
			l->groups = g;
			l->classes = classes;
			return;
		}
	}
	partition_release(&g);
	partition_release(&classes);
}

/* The same cells gathered in every group: runs of neighbours, or the smallest of the whole audience. At least two stay beside. */
static void try_gathered(struct ladder *l, const struct protected_table *whole,
	const struct protected_table *so_far)
{
	const struct plan_question *q = l->a->q;
	size_t own = l->a->own;
	bool *chosen = x_calloc(q->cells + 1, sizeof(*chosen));

	if (q->ordered && own <= RUNS_OF_CELLS) {
		for (size_t n = 2; n + 2 <= own; n++) {
			for (size_t first = 0; first + n <= own; first++) {
				for (size_t i = 0; i < own; i++)
					chosen[i] = i >= first && i < first + n;
				try_classes(l, whole, so_far,
					partition_gather(q->cells, chosen));
			}
		}
	}
	for (size_t n = 1; !q->ordered && n + 2 <= own; n++) {
		size_t next = SIZE_MAX;
		for (size_t i = own; i-- > 0;)
			if (!chosen[i] &&
				(next == SIZE_MAX ||
					q->whole.cells[i] < q->whole.cells[next]))
				next = i;
		chosen[next] = true;
		if (n >= 2)
			try_classes(l, whole, so_far, partition_gather(q->cells, chosen));
	}
	free(chosen);
}

static void try_single(struct ladder *l, const struct protected_table *whole,
	const struct protected_table *so_far)
{
	const struct plan_question *q = l->a->q;

	try_classes(l, whole, so_far, partition_start(q->cells));
	if (q->collapse && q->collapse_count >= 2)
		try_classes(l, whole, so_far, partition_collapse(q));
	if (l->a->sensitive && l->a->own >= 4)
		try_gathered(l, whole, so_far);
}

/* Options that are safe in every group and told of the whole audience. */
static size_t options_safe(struct ladder *l, const struct partition *g,
	const struct protected_table *whole, enum cell_mark *marks)
{
	const struct plan_question *q = l->a->q;
	size_t safe = 0;

	for (size_t o = 0; o < q->cells; o++)
		marks[o] = whole->marks[o] == CELL_SHOWN ? CELL_SHOWN : CELL_WITHHELD;
	for (size_t i = 0; i < g->parts; i++) {
		struct plan_row row = group_row(
			l->a, l->segment, g->part_of, i, l->cells);
		for (size_t o = 0; o < q->cells; o++)
			if (!tick_safe(
				    &l->a->rules, l->a->sensitive, row.base, l->cells[o]))
				marks[o] = CELL_WITHHELD;
	}
	for (size_t o = 0; o < q->cells; o++)
		safe += marks[o] == CELL_SHOWN;
	return safe;
}

static void try_multiple(struct ladder *l, const struct protected_table *whole)
{
	bool ordered = l->a->plan->segments[l->segment].ordered;
	struct partition g = partition_copy(&l->start);
	enum cell_mark *marks = x_calloc(l->a->q->cells + 1, sizeof(*marks));

	while (climb(l, NULL, &g)) {
		size_t groups = filled(l->bases, g.parts), smallest = SIZE_MAX;
		size_t shown = groups * options_safe(l, &g, whole, marks);
		l->fault = l->a->sensitive ? FAULT_CELLS : FAULT_UNANIMOUS;
		if (shown > l->best) {
			l->best = shown;
			partition_release(&l->groups);
			l->groups = partition_copy(&g);
			memcpy(l->marks, marks, l->a->q->cells * sizeof(*marks));
		}
		for (size_t i = 0; i < g.parts; i++)
			if (l->bases[i] > 0 &&
				(smallest == SIZE_MAX ||
					l->bases[i] < l->bases[smallest]))
				smallest = i;
		if (groups == 2)
			break;
		partition_join(&g, smallest, ordered, l->bases);
	}
	partition_release(&g);
	free(marks);
}

/* ---- L4, and the table ---- */

/* Makes the groups as coarse as those this filter is told by; false when it is not. */
static bool start_at_filter(struct ladder *l, const struct protected_plan *protected,
	const struct plan_filter *f)
{
	const struct plan_question *q = &l->a->plan->questions[f->question];
	const struct protected_table *t = protected_table(
		protected, f->question, l->segment);

	/* Of the segment's own question each group is one cell, told by the whole. */
	if (q->is_segment == l->segment + 1)
		return true;
	if (t->verdict != PROTECT_SHOWN || !filter_shows(q, f, t))
		return false;
	partition_coarsen(&l->start, t->group_of);
	return true;
}

/* All filters. One without cells leaves (concerned, not concerned) to concern_safe, but whoever answered it was asked it: then its own
 * ones, each question once, however many read it. */
static bool start_at_filters(struct ladder *l, const struct protected_plan *protected)
{
	const struct plan_question *questions = l->a->plan->questions;
	bool *reads = x_calloc(l->a->index + 1, sizeof(*reads)), told = true;

	reads[l->a->index] = true;
	for (size_t k = l->a->index + 1; told && k-- > 0;) {
		for (size_t i = 0; reads[k] && told && i < questions[k].filter_count;
			i++) {
			const struct plan_filter *f = &questions[k].filters[i];
			if (questions[f->question].shape == PLAN_BASE)
				reads[f->question] = true;
			else
				told = start_at_filter(l, protected, f);
		}
	}
	free(reads);
	return told;
}

static enum protect_verdict verdict_of(const struct ladder *l)
{
	switch (l->fault) {
	case FAULT_FILTER:
		return PROTECT_FILTER;
	case FAULT_SOURCES:
		return PROTECT_AUDIT;
	case FAULT_BASE:
		return PROTECT_BASE;
	case FAULT_CELLS:
		return PROTECT_CELLS;
	case FAULT_UNANIMOUS:
		return l->a->sensitive ? PROTECT_CELLS : PROTECT_UNANIMOUS;
	case FAULT_NONE:
		break;
	}
	return PROTECT_GROUPS;
}

static void table_fill(struct ladder *l, struct protected_table *ret)
{
	const struct plan_question *q = l->a->q;
	bool single = q->shape == PLAN_SINGLE;

	*ret = (struct protected_table){.verdict = PROTECT_SHOWN,
		.groups = l->groups.parts,
		.concern_shows = true};
	ret->collapsed = single && q->collapse && l->classes.parts == q->collapse_count &&
		memcmp(l->classes.part_of, q->collapse, q->cells * sizeof(size_t)) == 0 &&
		q->collapse_count < q->cells;
	ret->cells = ret->collapsed ? q->collapse_count : q->cells;
	ret->marks = x_calloc(ret->cells + 1, sizeof(*ret->marks));
	ret->exact = !ret->collapsed;
	for (size_t i = 0; i < ret->cells && !ret->collapsed; i++) {
		size_t alike = 0;
		for (size_t j = 0; single && j < q->cells; j++)
			alike += l->classes.part_of[j] == l->classes.part_of[i];
		ret->marks[i] = !single ? l->marks[i]
			: alike > 1     ? CELL_GATHERED
					: CELL_SHOWN;
		ret->exact = ret->exact && ret->marks[i] == CELL_SHOWN;
	}
	ret->group_of = TAKE(l->groups.part_of);
	for (size_t i = 0; i < ret->groups; i++) {
		struct plan_row row = group_row(l->a, l->segment, ret->group_of, i, NULL);
		ret->concern_shows = ret->concern_shows && concern_told(l->a, &row);
	}
}

static void cross(struct ladder *l, const struct protected_plan *protected,
	const struct protected_table *so_far, struct protected_table *ret)
{
	const struct protected_table *whole = &protected->whole[l->a->index];
	const struct plan_segment *segment = &l->a->plan->segments[l->segment];
	struct partition declared = {segment->categories,
		protected->segment_groups[l->segment],
		protected->segment_group_of[l->segment]};

	l->start = partition_copy(&declared);
	l->cells = x_calloc(l->a->q->cells + 1, sizeof(*l->cells));
	l->sums = x_calloc(l->a->q->cells + 1, sizeof(*l->sums));
	l->bases = x_calloc(segment->categories + 1, sizeof(*l->bases));
	l->marks = x_calloc(l->a->q->cells + 1, sizeof(*l->marks));
	if (l->a->rules.on && !start_at_filters(l, protected)) {
		l->fault = FAULT_FILTER;
	} else if (!l->a->rules.on) {
		l->best = 1;
		l->groups = partition_copy(&l->start);
		l->classes = partition_start(l->a->q->cells);
	} else if (l->a->q->shape == PLAN_SINGLE) {
		try_single(l, whole, so_far);
	} else {
		try_multiple(l, whole);
	}
	if (l->best > 0)
		table_fill(l, ret);
	else
		table_clear(ret, verdict_of(l));
	partition_release(&l->start);
	partition_release(&l->groups);
	partition_release(&l->classes);
	free(l->cells);
	free(l->sums);
	free(l->bases);
	free(l->marks);
}

/* The question of one segment by another segment is one table with the other's question by the first: told twice, gathered here
 * one way and there another, it could be solved. */
static bool told_turned(
	const struct asked *a, size_t segment, const struct protected_plan *protected)
{
	for (size_t i = 0; a->rules.on && a->q->is_segment > 0 && i < a->index; i++)
		if (a->plan->questions[i].is_segment == segment + 1 &&
			protected_table(protected, i, a->q->is_segment - 1)->verdict ==
				PROTECT_SHOWN)
			return true;
	return false;
}

void ladder_cross(const struct asked *a, size_t segment,
	const struct protected_plan *protected, const struct protected_table *so_far,
	struct protected_table *ret)
{
	const struct protected_table *whole = &protected->whole[a->index];
	struct ladder l = {.a = a, .segment = segment};

	if (!a->q->crossable || a->q->is_segment == segment + 1 ||
		a->q->shape == PLAN_BASE || told_turned(a, segment, protected))
		table_clear(ret, PROTECT_NOT_MADE);
	else if (whole->verdict != PROTECT_SHOWN)
		table_clear(ret, whole->verdict);
	else if (protected->segment_groups[segment] == 0)
		table_clear(ret, PROTECT_GROUPS);
	else
		cross(&l, protected, so_far, ret);
}
