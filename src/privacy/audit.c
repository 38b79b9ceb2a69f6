/* SPDX-License-Identifier: Apache-2.0 */
/* Differences between the published tables of one question (protect.h, "Audit"). */
#include <stdlib.h>
#include <string.h>

#include "protect_private.h"

/* Unions of up to so many groups are gone through, 2^13 of them. */
#define UNION_GROUPS 13
/* Differences that A3 looks at between two tables. */
#define NEAR_MAX (1u << 17)

/* One published crossing, empty groups left out. */
struct side {
	size_t segment, groups;
	size_t *of;     /* category → group; SIZE_MAX: nobody there */
	int64_t *bases; /* group */
	int64_t *cells; /* group × cell */
	const struct protected_table *table;
	struct partition classes; /* PLAN_SINGLE */
};

/* Two of them. */
struct pair {
	const struct asked *a;
	const struct side *p, *r;
	int64_t *both;           /* group of p × group of r: how many are in both */
	struct partition common; /* what both tell apart */
	int64_t *cells, *sums;   /* one row, for work */
	size_t near;             /* how many differences A3 has looked at */
};

static struct side side_of(
	const struct asked *a, size_t segment, const struct protected_table *t)
{
	size_t categories = a->plan->segments[segment].categories;
	size_t *number = x_calloc(t->groups + 1, sizeof(*number));
	struct side s = {.segment = segment,
		.of = x_calloc(categories + 1, sizeof(*s.of)),
		.bases = x_calloc(t->groups + 1, sizeof(*s.bases)),
		.cells = x_calloc(t->groups * a->q->cells + 1, sizeof(*s.cells)),
		.table = t};

	for (size_t g = 0; g < t->groups; g++) {
		struct plan_row row = group_row(
			a, segment, t->group_of, g, &s.cells[s.groups * a->q->cells]);
		number[g] = row.base > 0 ? s.groups : SIZE_MAX;
		if (row.base > 0)
			s.bases[s.groups++] = row.base;
	}
	for (size_t c = 0; c < categories; c++)
		s.of[c] = number[t->group_of[c]];
	free(number);
	if (a->q->shape == PLAN_SINGLE)
		s.classes = partition_told(a->q, t);
	return s;
}

static void side_release(struct side *s)
{
	free(s->of);
	free(s->bases);
	free(s->cells);
	partition_release(&s->classes);
}

static void add_both(struct pair *pair)
{
	const struct plan *plan = pair->a->plan;
	size_t s = pair->p->segment, r = pair->r->segment;

	for (size_t i = 0; i < plan->segments[s].categories; i++) {
		for (size_t j = 0; j < plan->segments[r].categories; j++) {
			int64_t n = plan_joint(plan, pair->a->q, s, i, r, j);
			if (n == 0)
				continue;
			must(pair->p->of[i] != SIZE_MAX && pair->r->of[j] != SIZE_MAX);
			pair->both[pair->p->of[i] * pair->r->groups + pair->r->of[j]] +=
				n;
		}
	}
}

static void add_row(int64_t *sum, const int64_t *cells, size_t count, int sign)
{
	for (size_t i = 0; i < count; i++)
		sum[i] += sign * cells[i];
}

/* Base and cells of the one union less the other, as far as published rows tell them: into pair->cells. */
static int64_t subtract(const struct pair *pair, const struct side *outer,
	const bool *in_outer, const struct side *inner, const bool *in_inner)
{
	size_t n = pair->a->q->cells;
	int64_t base = 0;

	memset(pair->cells, 0, (n + 1) * sizeof(*pair->cells));
	for (size_t i = 0; i < outer->groups; i++) {
		base += in_outer[i] ? outer->bases[i] : 0;
		if (in_outer[i])
			add_row(pair->cells, &outer->cells[i * n], n, 1);
	}
	for (size_t i = 0; i < inner->groups; i++) {
		base -= in_inner[i] ? inner->bases[i] : 0;
		if (in_inner[i])
			add_row(pair->cells, &inner->cells[i * n], n, -1);
	}
	return base;
}

/* The table of the one union less the other, which lies inside it; neither empty. */
static bool difference_safe(const struct pair *pair, const struct side *outer,
	const bool *in_outer, const struct side *inner, const bool *in_inner)
{
	const struct asked *a = pair->a;
	int64_t base = subtract(pair, outer, in_outer, inner, in_inner);

	if (base > 0 && base < a->rules.base)
		return false;
	if (!sources_row_safe(a, base, pair->cells))
		return false;
	if (a->q->shape == PLAN_SINGLE) {
		partition_sum(&pair->common, pair->cells, pair->sums);
		return row_fault(&a->rules, a->sensitive, base, pair->sums,
			       pair->common.parts) == FAULT_NONE;
	}
	for (size_t o = 0; o < a->q->cells; o++)
		if (outer->table->marks[o] == CELL_SHOWN &&
			inner->table->marks[o] == CELL_SHOWN &&
			!tick_safe(&a->rules, a->sensitive, base, pair->cells[o]))
			return false;
	return true;
}

/* The same where `strangers` people of the inner one are outside: a cell of the difference has at most so many more than the rows say. */
static bool difference_reaches(const struct pair *pair, const struct side *outer,
	const bool *in_outer, const struct side *inner, const bool *in_inner,
	int64_t strangers)
{
	const struct asked *a = pair->a;
	int64_t base = subtract(pair, outer, in_outer, inner, in_inner);

	if (a->q->shape == PLAN_SINGLE) {
		partition_sum(&pair->common, pair->cells, pair->sums);
		for (size_t i = 0; i < pair->common.parts; i++)
			if (row_small(&a->rules, pair->sums[i] + strangers))
				return false;
		return true;
	}
	for (size_t o = 0; o < a->q->cells; o++)
		if (outer->table->marks[o] == CELL_SHOWN &&
			inner->table->marks[o] == CELL_SHOWN &&
			(row_small(&a->rules, pair->cells[o] + strangers) ||
				row_small(&a->rules, base - pair->cells[o] + strangers)))
			return false;
	return true;
}

static int64_t both(const struct pair *pair, const struct side *x, size_t i, size_t j)
{
	return x == pair->p ? pair->both[i * pair->r->groups + j]
			    : pair->both[j * pair->r->groups + i];
}

static int64_t inside_union(
	const struct pair *pair, const struct side *x, const bool *in_x, size_t j)
{
	int64_t in = 0;

	for (size_t i = 0; i < x->groups; i++)
		in += in_x[i] ? both(pair, x, i, j) : 0;
	return in;
}

/* A3: groups of y from `from` on, that have fewer than N people outside U, together with those already taken away. Where there are too
 * many ways to choose them it counts as not safe. */
static bool nearly_inside_safe(struct pair *pair, const struct side *x,
	const struct side *y, const bool *in_x, bool *in_y, size_t from,
	int64_t strangers)
{
	for (size_t j = from; j < y->groups; j++) {
		int64_t in = inside_union(pair, x, in_x, j), out = y->bases[j] - in;
		if (in == 0 || out == 0 || strangers + out >= pair->a->rules.base)
			continue;
		in_y[j] = true;
		bool safe = ++pair->near <= NEAR_MAX &&
			difference_reaches(pair, x, in_x, y, in_y, strangers + out) &&
			nearly_inside_safe(
				pair, x, y, in_x, in_y, j + 1, strangers + out);
		in_y[j] = false;
		if (!safe)
			return false;
	}
	return true;
}

/* One union U of groups of x against all of y.
 * A1: the groups of y inside it are taken away. The other order, groups of x out of a union of y, is the same difference seen from
 * the complements: what U less I is to U, that is (all less I) less (all less U).
 * A2: `apart` is how many are in U or in the nearest union of y, not in both. */
static bool union_safe(struct pair *pair, const struct side *x, const struct side *y,
	const bool *in_x, bool *in_y)
{
	int64_t size = 0, inside = 0, apart = 0;

	for (size_t i = 0; i < x->groups; i++)
		size += in_x[i] ? x->bases[i] : 0;
	for (size_t j = 0; j < y->groups; j++) {
		int64_t in = inside_union(pair, x, in_x, j), out = y->bases[j] - in;
		in_y[j] = out == 0;
		inside += out == 0 ? in : 0;
		apart += in < out ? in : out;
	}
	if (apart > 0 && apart < pair->a->rules.base)
		return false;
	if (inside != 0 && inside != size && !difference_safe(pair, x, in_x, y, in_y))
		return false;
	return !pair->a->sensitive || nearly_inside_safe(pair, x, y, in_x, in_y, 0, 0);
}

/* Groups of both sides that hang together by common people: differences of several such parts are sums. */
static size_t part_number(const struct pair *pair, size_t *p_part, size_t *r_part)
{
	size_t parts = 0;

	for (size_t i = 0; i < pair->p->groups; i++)
		p_part[i] = SIZE_MAX;
	for (size_t j = 0; j < pair->r->groups; j++)
		r_part[j] = SIZE_MAX;
	for (size_t first = 0; first < pair->p->groups; first++) {
		if (p_part[first] != SIZE_MAX)
			continue;
		p_part[first] = parts;
		for (bool changed = true; changed;) {
			changed = false;
			for (size_t i = 0; i < pair->p->groups; i++) {
				for (size_t j = 0; j < pair->r->groups; j++) {
					bool p_in = p_part[i] == parts,
					     r_in = r_part[j] == parts;
					if (p_in == r_in ||
						both(pair, pair->p, i, j) == 0)
						continue;
					p_part[i] = r_part[j] = parts;
					changed = true;
				}
			}
		}
		parts++;
	}
	return parts;
}

static size_t part_list(const size_t *part_of, size_t count, size_t part, size_t *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (part_of[i] == part)
			ret[n++] = i;
	return n;
}

/* Every union of one part's groups of x, as long as they are few enough. */
static bool part_safe(struct pair *pair, const struct side *x, const struct side *y,
	const size_t *list, size_t count)
{
	if (count > UNION_GROUPS)
		return false;
	bool *in_x = x_calloc(x->groups + 1, sizeof(*in_x));
	bool *in_y = x_calloc(y->groups + 1, sizeof(*in_y));
	bool safe = true;
	for (size_t set = 1; safe && set < (size_t)1 << count; set++) {
		memset(in_x, 0, x->groups * sizeof(*in_x));
		for (size_t i = 0; i < count; i++)
			in_x[list[i]] = (set >> i & 1) != 0;
		safe = union_safe(pair, x, y, in_x, in_y);
	}
	free(in_x);
	free(in_y);
	return safe;
}

static bool parts_safe(struct pair *pair)
{
	const struct side *p = pair->p, *r = pair->r;
	size_t *p_part = x_calloc(p->groups + 1, sizeof(*p_part));
	size_t *r_part = x_calloc(r->groups + 1, sizeof(*r_part));
	size_t *p_list = x_calloc(p->groups + 1, sizeof(*p_list));
	size_t *r_list = x_calloc(r->groups + 1, sizeof(*r_list));
	size_t parts = part_number(pair, p_part, r_part);
	bool safe = true;

	for (size_t part = 0; safe && part < parts; part++) {
		size_t p_count = part_list(p_part, p->groups, part, p_list);
		size_t r_count = part_list(r_part, r->groups, part, r_list);
		safe = p_count <= r_count ? part_safe(pair, p, r, p_list, p_count)
					  : part_safe(pair, r, p, r_list, r_count);
	}
	free(p_part);
	free(r_part);
	free(p_list);
	free(r_list);
	return safe;
}

static bool pair_safe(const struct asked *a, size_t s,
	const struct protected_table *first, size_t r,
	const struct protected_table *second)
{
	struct side sides[2] = {side_of(a, s, first), side_of(a, r, second)};
	struct pair pair = {.a = a, .p = &sides[0], .r = &sides[1]};

	pair.both = x_calloc(sides[0].groups * sides[1].groups + 1, sizeof(*pair.both));
	pair.cells = x_calloc(a->q->cells + 1, sizeof(*pair.cells));
	pair.sums = x_calloc(a->q->cells + 1, sizeof(*pair.sums));
	if (a->q->shape == PLAN_SINGLE)
		pair.common = partition_common(&sides[0].classes, &sides[1].classes);
	add_both(&pair);
	bool safe = parts_safe(&pair);
	free(pair.both);
	free(pair.cells);
	free(pair.sums);
	partition_release(&pair.common);
	side_release(&sides[0]);
	side_release(&sides[1]);
	return safe;
}

/* The whole audience is a partition too, of one group; every crossing adds up to it, so that nothing is left over. */
void audit_question(const struct asked *a, struct protected_table *tables)
{
	for (size_t r = 1; r < a->plan->segment_count; r++) {
		for (size_t s = 0; s < r && tables[r].verdict == PROTECT_SHOWN; s++)
			if (tables[s].verdict == PROTECT_SHOWN &&
				!(a->q->joint &&
					pair_safe(a, s, &tables[s], r, &tables[r])))
				table_clear(&tables[r], PROTECT_AUDIT);
	}
}
