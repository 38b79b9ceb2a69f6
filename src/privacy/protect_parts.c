/* SPDX-License-Identifier: Apache-2.0 */
/* Categories in groups and cells in classes. */
#include <stdlib.h>
#include <string.h>

#include "protect_private.h"

/* ---- groups of categories ---- */

struct grouping grouping_start(size_t categories)
{
	struct grouping g = {
		categories, categories, x_calloc(categories + 1, sizeof(size_t))};

	for (size_t i = 0; i < categories; i++)
		g.group_of[i] = i;
	return g;
}

struct grouping grouping_copy(const struct grouping *from)
{
	struct grouping g = {from->categories, from->groups,
		x_calloc(from->categories + 1, sizeof(size_t))};

	memcpy(g.group_of, from->group_of, g.categories * sizeof(size_t));
	return g;
}

void grouping_release(struct grouping *g)
{
	free(g->group_of);
	*g = (struct grouping){0};
}

/* Makes one of two, and numbers all again: the later number disappears. */
static void grouping_unite(struct grouping *g, size_t a, size_t b)
{
	size_t kept = a < b ? a : b, gone = a < b ? b : a;

	for (size_t i = 0; i < g->categories; i++) {
		if (g->group_of[i] == gone)
			g->group_of[i] = kept;
		else if (g->group_of[i] > gone)
			g->group_of[i]--;
	}
	g->groups--;
}

static size_t smallest_other(const struct grouping *g, size_t which, const int64_t *sizes)
{
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < g->groups; i++)
		if (i != which && sizes[i] > 0 &&
			(best == SIZE_MAX || sizes[i] < sizes[best]))
			best = i;
	return best != SIZE_MAX ? best : which > 0 ? 0 : 1;
}

void grouping_join(struct grouping *g, size_t which, bool ordered, const int64_t *sizes)
{
	must(g->groups >= 2 && which < g->groups);
	size_t other;
	if (!ordered)
		other = smallest_other(g, which, sizes);
	else if (which == 0)
		other = 1;
	else if (which + 1 == g->groups)
		other = which - 1;
	else
		other = sizes[which + 1] < sizes[which - 1] ? which + 1 : which - 1;
	grouping_unite(g, which, other);
}

void grouping_coarsen(struct grouping *g, const size_t *group_of)
{
	for (size_t i = 0; i < g->categories; i++)
		for (size_t j = i + 1; j < g->categories; j++)
			if (group_of[i] == group_of[j] &&
				g->group_of[i] != g->group_of[j])
				grouping_unite(g, g->group_of[i], g->group_of[j]);
}

struct plan_row grouping_row(const struct asked *a, size_t segment,
	const size_t *group_of, size_t group, int64_t *cells)
{
	struct plan_row sum = {.cells = cells};

	if (cells)
		memset(cells, 0, a->q->cells * sizeof(*cells));
	for (size_t c = 0; c < a->plan->segments[segment].categories; c++) {
		const struct plan_row *row = &a->q->rows[segment][c];
		if (group_of[c] != group)
			continue;
		sum.base += row->base;
		sum.not_answered += row->not_answered;
		sum.not_concerned += row->not_concerned;
		for (size_t i = 0; cells && i < a->q->cells; i++)
			cells[i] += row->cells[i];
	}
	return sum;
}

/* ---- classes of cells ---- */

struct classing classing_start(size_t cells)
{
	struct grouping g = grouping_start(cells);

	return (struct classing){cells, cells, g.group_of};
}

void classing_release(struct classing *c)
{
	free(c->class_of);
	*c = (struct classing){0};
}

struct classing classing_collapse(const struct plan_question *q)
{
	struct classing c = classing_start(q->cells);

	memcpy(c.class_of, q->collapse, q->cells * sizeof(size_t));
	c.classes = q->collapse_count;
	return c;
}

struct classing classing_gather(size_t cells, const bool *chosen)
{
	struct grouping g = grouping_start(cells);
	size_t first = SIZE_MAX;

	for (size_t i = 0; i < cells; i++) {
		if (!chosen[i])
			continue;
		if (first == SIZE_MAX)
			first = i;
		else
			grouping_unite(&g, g.group_of[first], g.group_of[i]);
	}
	return (struct classing){cells, g.groups, g.group_of};
}

struct classing classing_of(
	const struct plan_question *q, const struct protected_table *t)
{
	if (t->collapsed)
		return classing_collapse(q);
	bool *hidden = x_calloc(q->cells + 1, sizeof(*hidden));
	for (size_t i = 0; i < q->cells; i++)
		hidden[i] = t->marks[i] != CELL_SHOWN;
	struct classing c = classing_gather(q->cells, hidden);
	free(hidden);
	return c;
}

bool classing_finer(const struct classing *a, const struct classing *b)
{
	for (size_t i = 0; i < a->cells; i++)
		for (size_t j = i + 1; j < a->cells; j++)
			if (a->class_of[i] == a->class_of[j] &&
				b->class_of[i] != b->class_of[j])
				return false;
	return true;
}

struct classing classing_common(const struct classing *a, const struct classing *b)
{
	struct grouping g = grouping_start(a->cells);

	grouping_coarsen(&g, a->class_of);
	grouping_coarsen(&g, b->class_of);
	return (struct classing){g.categories, g.groups, g.group_of};
}

void classing_sum(const struct classing *c, const int64_t *cells, int64_t *ret)
{
	memset(ret, 0, c->classes * sizeof(*ret));
	for (size_t i = 0; i < c->cells; i++)
		ret[c->class_of[i]] += cells[i];
}
