/* SPDX-License-Identifier: Apache-2.0 */
/* Categories in groups and cells in classes. */
#include <stdlib.h>
#include <string.h>

#include "protect_private.h"

/* ---- partitions ---- */

struct partition partition_start(size_t count)
{
	struct partition p = {count, count, x_calloc(count + 1, sizeof(size_t))};

	for (size_t i = 0; i < count; i++)
		p.part_of[i] = i;
	return p;
}

struct partition partition_copy(const struct partition *from)
{
	struct partition p = {
		from->count, from->parts, x_calloc(from->count + 1, sizeof(size_t))};

	memcpy(p.part_of, from->part_of, p.count * sizeof(size_t));
	return p;
}

void partition_release(struct partition *p)
{
	free(p->part_of);
	*p = (struct partition){0};
}

/* Makes one of two, and numbers all again: the later number disappears. */
static void partition_unite(struct partition *p, size_t a, size_t b)
{
	size_t kept = a < b ? a : b, gone = a < b ? b : a;

	for (size_t i = 0; i < p->count; i++) {
		if (p->part_of[i] == gone)
			p->part_of[i] = kept;
		else if (p->part_of[i] > gone)
			p->part_of[i]--;
	}
	p->parts--;
}

void partition_coarsen(struct partition *p, const size_t *part_of)
{
	for (size_t i = 0; i < p->count; i++)
		for (size_t j = i + 1; j < p->count; j++)
			if (part_of[i] == part_of[j] && p->part_of[i] != p->part_of[j])
				partition_unite(p, p->part_of[i], p->part_of[j]);
}

bool partition_finer(const struct partition *a, const struct partition *b)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t j = i + 1; j < a->count; j++)
			if (a->part_of[i] == a->part_of[j] &&
				b->part_of[i] != b->part_of[j])
				return false;
	return true;
}

struct partition partition_common(const struct partition *a, const struct partition *b)
{
	struct partition p = partition_start(a->count);

	partition_coarsen(&p, a->part_of);
	partition_coarsen(&p, b->part_of);
	return p;
}

/* ---- groups of categories ---- */

static size_t smallest_other(
	const struct partition *g, size_t which, const int64_t *sizes)
{
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < g->parts; i++)
		if (i != which && sizes[i] > 0 &&
			(best == SIZE_MAX || sizes[i] < sizes[best]))
			best = i;
	return best != SIZE_MAX ? best : which > 0 ? 0 : 1;
}

void partition_join(struct partition *g, size_t which, bool ordered, const int64_t *sizes)
{
	must(g->parts >= 2 && which < g->parts);
	size_t other;
	if (!ordered)
		other = smallest_other(g, which, sizes);
	else if (which == 0)
		other = 1;
	else if (which + 1 == g->parts)
		other = which - 1;
	else
		other = sizes[which + 1] < sizes[which - 1] ? which + 1 : which - 1;
	partition_unite(g, which, other);
}

struct plan_row group_row(const struct asked *a, size_t segment, const size_t *group_of,
	size_t group, int64_t *cells)
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

int64_t plan_joint(const struct plan *plan, const struct plan_question *q, size_t s,
	size_t i, size_t r, size_t j)
{
	size_t first = s < r ? s : r, second = s < r ? r : s;
	size_t pair = first * (2 * plan->segment_count - first - 1) / 2 +
		(second - first - 1);
	size_t columns = plan->segments[second].categories;

	return q->joint[pair][s < r ? i * columns + j : j * columns + i];
}

/* ---- classes of cells ---- */

struct partition partition_collapse(const struct plan_question *q)
{
	struct partition c = partition_start(q->cells);

	memcpy(c.part_of, q->collapse, q->cells * sizeof(size_t));
	c.parts = q->collapse_count;
	return c;
}

struct partition partition_gather(size_t cells, const bool *chosen)
{
	struct partition g = partition_start(cells);
	size_t first = SIZE_MAX;

	for (size_t i = 0; i < cells; i++) {
		if (!chosen[i])
			continue;
		if (first == SIZE_MAX)
			first = i;
		else
			partition_unite(&g, g.part_of[first], g.part_of[i]);
	}
	return g;
}

struct partition partition_told(
	const struct plan_question *q, const struct protected_table *t)
{
	if (t->collapsed)
		return partition_collapse(q);
	bool *hidden = x_calloc(q->cells + 1, sizeof(*hidden));
	for (size_t i = 0; i < q->cells; i++)
		hidden[i] = t->marks[i] != CELL_SHOWN;
	struct partition c = partition_gather(q->cells, hidden);
	free(hidden);
	return c;
}

void partition_sum(const struct partition *c, const int64_t *cells, int64_t *ret)
{
	memset(ret, 0, c->parts * sizeof(*ret));
	for (size_t i = 0; i < c->count; i++)
		ret[c->part_of[i]] += cells[i];
}
