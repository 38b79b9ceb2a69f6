/* SPDX-License-Identifier: Apache-2.0 */
/* The promises of protect.h on invented surveys. Everything is counted again from the people, by code that shares nothing with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "microdata.h"

#define ROUNDS 1000
#define UNION_GROUPS 9 /* unions gone through by brute force here */

struct seen {
	size_t verdicts[PROTECT_NOT_MADE + 1], whole[PROTECT_NOT_MADE + 1];
	size_t gathered, collapsed, withheld, marked, conditional, pairs;
};

struct checked {
	const struct microdata *m;
	const struct protected_plan *out;
	struct thresholds t;
	size_t q;
};

static bool sensitive(const struct checked *c)
{
	return c->m->asked[c->q].sensitive || c->m->asked[c->q].is_segment > 0;
}

/* People as a set. */
struct crowd {
	bool in[PEOPLE_MAX];
	int64_t size;
};

static struct crowd crowd_of_group(
	const struct checked *c, size_t s, const struct protected_table *t, size_t group)
{
	struct crowd crowd = {.size = 0};

	for (size_t i = 0; i < c->m->people; i++) {
		crowd.in[i] = answered(c->m, c->q, i) &&
			t->group_of[c->m->category[s][i]] == group;
		crowd.size += crowd.in[i];
	}
	return crowd;
}

/* What a reader of the table cannot tell from cell `cell`. */
static bool told_alike(const struct checked *c, const struct protected_table *t,
	size_t cell, size_t other)
{
	const size_t *collapse = c->m->asked[c->q].collapse;

	if (t->collapsed)
		return collapse[cell] == collapse[other];
	return cell == other ||
		(t->marks[cell] == CELL_GATHERED && t->marks[other] == CELL_GATHERED);
}

/* R1 to R4 for these people, as `t` tells them apart; `also` NULL or a second table which must tell them apart too. */
static bool crowd_safe(const struct checked *c, const struct crowd *crowd,
	const struct protected_table *t, const struct protected_table *also)
{
	const struct microdata *m = c->m;
	bool several = m->asked[c->q].shape == PLAN_MULTIPLE;

	if (crowd->size == 0)
		return true;
	if (crowd->size < c->t.min_base)
		return false;
	for (size_t cell = 0; cell < m->asked[c->q].cells; cell++) {
		bool mixed[CELLS_MAX] = {false};
		int64_t n = 0;
		if (several &&
			(t->marks[cell] != CELL_SHOWN ||
				(also && also->marks[cell] != CELL_SHOWN)))
			continue;
		mixed[cell] = true;
		for (size_t step = 0; !several && step < CELLS_MAX; step++)
			for (size_t a = 0; a < m->asked[c->q].cells; a++)
				for (size_t b = 0; b < m->asked[c->q].cells; b++)
					mixed[b] = mixed[b] ||
						(mixed[a] &&
							(told_alike(c, t, a, b) ||
								(also &&
									told_alike(c,
										also, a,
										b))));
		for (size_t i = 0; i < m->people; i++)
			for (size_t a = 0; a < m->asked[c->q].cells; a++)
				n += crowd->in[i] && mixed[a] && chose(m, c->q, i, a);
		int64_t rest = crowd->size - n, most = crowd->size - 1 - c->t.coalition;
		if (n > most || (several && rest > most))
			return false;
		if (sensitive(c) &&
			((n > 0 && n < c->t.min_cell) ||
				(several && rest > 0 && rest < c->t.min_cell)))
			return false;
	}
	return true;
}

static void check_concern(
	const struct checked *c, size_t s, const struct protected_table *t)
{
	for (size_t g = 0; t->concern_shows && sensitive(c) && g < t->groups; g++) {
		int64_t silent = 0, apart = 0;
		for (size_t i = 0; i < c->m->people; i++) {
			if (s != SIZE_MAX && t->group_of[c->m->category[s][i]] != g)
				continue;
			silent += c->m->answer[c->q][i] == NOT_ANSWERED;
			apart += c->m->answer[c->q][i] == NOT_CONCERNED;
		}
		assert_true(silent == 0 || silent >= c->t.min_cell);
		assert_true(apart == 0 || apart >= c->t.min_cell);
	}
}

/* L4 of several filters, one of them sensitive: the later of the two reads the other, the same cell of it, and nothing else. */
static void check_chain(const struct checked *c)
{
	const struct microdata *m = c->m;
	const struct plan_filter *a = &m->filters[c->q][0], *b = &m->filters[c->q][1];
	const struct plan_filter *first = a->question < b->question ? a : b,
				 *last = first == a ? b : a;

	if (m->asked[c->q].filter_count < 2 ||
		!(m->asked[a->question].sensitive ||
			m->asked[a->question].is_segment > 0 ||
			m->asked[b->question].sensitive ||
			m->asked[b->question].is_segment > 0))
		return;
	const struct plan_filter *link = m->filters[last->question];
	assert_true(first->question < last->question &&
		m->asked[last->question].filter_count == 1 &&
		link->question == first->question && link->cell == first->cell);
}

static void check_told_alone(
	const struct plan_question *q, const struct protected_table *t, size_t cell)
{
	for (size_t other = 0; t->collapsed && other < q->cells; other++)
		assert_true(other == cell || q->collapse[other] != q->collapse[cell]);
	assert_int_equal(t->marks[t->collapsed ? q->collapse[cell] : cell], CELL_SHOWN);
}

/* T20, and L4 as it is written. */
static void check_filters(
	const struct checked *c, size_t s, const struct protected_table *t)
{
	const struct plan_question *asked = &c->m->asked[c->q];

	check_chain(c);
	for (size_t i = 0; i < asked->filter_count; i++) {
		const struct plan_filter *f = &c->m->filters[c->q][i];
		const struct plan_question *other = &c->m->asked[f->question];
		const struct protected_table *ft = s == SIZE_MAX ||
				other->is_segment == s + 1
			? &c->out->whole[f->question]
			: protected_table(c->out, f->question, s);
		if (other->shape == PLAN_BASE)
			continue;
		assert_int_equal(ft->verdict, PROTECT_SHOWN);
		for (size_t k = 0; k < other->cells; k++)
			if (f->cell == PLAN_ANY_CELL || f->cell == k)
				check_told_alone(other, ft, k);
		for (size_t a = 0; ft->group_of && a < c->m->categories[s]; a++)
			for (size_t b = 0; b < a; b++)
				if (ft->group_of[a] == ft->group_of[b])
					assert_int_equal(t->group_of[a], t->group_of[b]);
	}
}

static void check_whole(const struct checked *c, struct seen *seen)
{
	const struct protected_table *t = &c->out->whole[c->q];
	const struct plan_question *asked = &c->m->asked[c->q];
	const int64_t *counts = c->m->whole_cells[c->q];
	int64_t base = c->m->plan_questions[c->q].whole.base;
	size_t n[CELL_WITHHELD + 1] = {0};

	seen->whole[t->verdict]++;
	if (t->verdict != PROTECT_SHOWN) {
		assert_true(t->verdict != PROTECT_NOBODY || base == 0);
		return;
	}
	assert_true(base >= c->t.min_base);
	struct crowd all = {.size = base};
	for (size_t i = 0; i < c->m->people; i++)
		all.in[i] = answered(c->m, c->q, i);
	for (size_t i = 0; i < t->cells; i++) {
		n[t->marks[i]]++;
		if (t->marks[i] == CELL_AT_MOST_5)
			assert_true(base >= 30 && 20 * counts[i] <= base);
		if (t->marks[i] == CELL_AT_LEAST_95)
			assert_true(base >= 30 && 20 * counts[i] >= 19 * base);
	}
	assert_true(
		n[CELL_GATHERED] == 0 || (n[CELL_GATHERED] >= 2 && n[CELL_SHOWN] >= 2));
	assert_true(asked->shape != PLAN_SINGLE || n[CELL_WITHHELD] == 0);
	assert_true(asked->shape != PLAN_MULTIPLE || n[CELL_GATHERED] == 0);
	if (asked->shape == PLAN_MULTIPLE || n[CELL_AT_LEAST_95] == 0)
		assert_true(crowd_safe(c, &all, t, NULL));
	assert_int_equal(t->exact, !t->collapsed && n[CELL_SHOWN] == t->cells);
	seen->marked += n[CELL_AT_LEAST_95] + n[CELL_AT_MOST_5] > 0;
	check_filters(c, SIZE_MAX, t);
	check_concern(c, SIZE_MAX, t);
}

static void check_crossing(const struct checked *c, size_t s, struct seen *seen)
{
	const struct protected_table *t = protected_table(c->out, c->q, s);
	const struct protected_table *whole = &c->out->whole[c->q];
	size_t n[CELL_WITHHELD + 1] = {0}, filled = 0, next = 0;

	seen->verdicts[t->verdict]++;
	if (t->verdict != PROTECT_SHOWN)
		return;
	assert_int_equal(whole->verdict, PROTECT_SHOWN);
	for (size_t i = 0; i < c->m->categories[s]; i++) {
		assert_true(t->group_of[i] <= next);
		next += t->group_of[i] == next;
	}
	assert_int_equal(next, t->groups);
	for (size_t g = 0; g < t->groups; g++) {
		struct crowd crowd = crowd_of_group(c, s, t, g);
		filled += crowd.size > 0;
		assert_true(crowd_safe(c, &crowd, t, NULL));
	}
	assert_true(filled >= 2);
	for (size_t i = 0; i < t->cells; i++) {
		n[t->marks[i]]++;
		/* What the whole does not tell cannot be added up. */
		if (!t->collapsed && t->marks[i] == CELL_SHOWN)
			assert_int_equal(whole->marks[i], CELL_SHOWN);
	}
	assert_int_not_equal(n[CELL_GATHERED], 1);
	assert_true(n[CELL_SHOWN] > 0);
	assert_int_equal(n[CELL_AT_LEAST_95] + n[CELL_AT_MOST_5], 0);
	seen->gathered += n[CELL_GATHERED] > 0;
	seen->withheld += n[CELL_WITHHELD] > 0;
	seen->collapsed += t->collapsed;
	seen->conditional += c->m->asked[c->q].filter_count > 0;
	check_filters(c, s, t);
	check_concern(c, s, t);
}

/* One union against all of the other partition. */
static void check_union(const struct checked *c, size_t s,
	const struct protected_table *p, size_t r, const struct protected_table *other,
	size_t set)
{
	struct crowd difference = {.size = 0};
	bool inside[CATEGORIES_MAX], any = false;
	int64_t apart = 0;

	for (size_t i = 0; i < c->m->people; i++) {
		difference.in[i] = answered(c->m, c->q, i) &&
			(set >> p->group_of[c->m->category[s][i]] & 1) != 0;
		difference.size += difference.in[i];
	}
	for (size_t g = 0; g < other->groups; g++) {
		struct crowd crowd = crowd_of_group(c, r, other, g);
		int64_t in = 0;
		for (size_t i = 0; i < c->m->people; i++)
			in += crowd.in[i] && difference.in[i];
		inside[g] = in == crowd.size;
		any = any || (inside[g] && crowd.size > 0);
		apart += in < crowd.size - in ? in : crowd.size - in;
	}
	assert_true(apart == 0 || apart >= c->t.min_base);
	if (!any)
		return;
	for (size_t i = 0; i < c->m->people; i++) {
		if (!difference.in[i] || !inside[other->group_of[c->m->category[r][i]]])
			continue;
		difference.in[i] = false;
		difference.size--;
	}
	assert_true(crowd_safe(c, &difference, p, other));
}

static void check_differences(const struct checked *c, struct seen *seen)
{
	for (size_t s = 0; s < c->m->segments; s++) {
		for (size_t r = 0; r < c->m->segments; r++) {
			const struct protected_table *p = protected_table(
				c->out, c->q, s);
			const struct protected_table *other = protected_table(
				c->out, c->q, r);
			if (s == r || p->verdict != PROTECT_SHOWN ||
				other->verdict != PROTECT_SHOWN ||
				p->groups > UNION_GROUPS)
				continue;
			seen->pairs++;
			for (size_t set = 1; set < (size_t)1 << p->groups; set++)
				check_union(c, s, p, r, other, set);
		}
	}
}

static void assert_same(
	const struct protected_table *a, const struct protected_table *b, size_t n)
{
	assert_int_equal(a->verdict, b->verdict);
	assert_int_equal(a->cells, b->cells);
	assert_int_equal(a->groups, b->groups);
	assert_int_equal(a->collapsed, b->collapsed);
	assert_int_equal(a->exact, b->exact);
	assert_int_equal(a->concern_shows, b->concern_shows);
	if (a->marks)
		assert_memory_equal(a->marks, b->marks, a->cells * sizeof(*a->marks));
	if (a->group_of)
		assert_memory_equal(a->group_of, b->group_of, n * sizeof(*a->group_of));
}

static void check_same_again(const struct microdata *m, const struct protected_plan *out)
{
	struct protected_plan again;

	protect(&m->plan, &again);
	for (size_t q = 0; q < m->questions; q++) {
		assert_same(&out->whole[q], &again.whole[q], 0);
		for (size_t s = 0; s < m->segments; s++)
			assert_same(protected_table(out, q, s),
				protected_table(&again, q, s), m->categories[s]);
	}
	protected_release(&again);
}

static void promises_hold_on_invented_surveys(void **state)
{
	(void)state;
	struct dice d = dice_of(2026);
	struct seen seen = {.gathered = 0};

	for (int round = 0; round < ROUNDS; round++) {
		struct microdata *m = microdata_random(&d);
		struct checked c = {.m = m,
			.t = {.min_base = 11,
				.min_cell = roll(&d, 2) ? 5 : 3,
				.coalition = 1}};
		if (roll(&d, 5) == 0)
			c.t = (struct thresholds){2 + (int64_t)roll(&d, 20),
				(int64_t)roll(&d, 8), (int64_t)roll(&d, 4)};
		struct protected_plan out;
		protect(microdata_plan(m, c.t), &out);
		c.out = &out;
		for (c.q = 0; c.q < m->questions; c.q++) {
			check_whole(&c, &seen);
			for (size_t s = 0; s < m->segments; s++)
				check_crossing(&c, s, &seen);
			if (round % 4 == 0)
				check_differences(&c, &seen);
		}
		check_same_again(m, &out);
		protected_release(&out);
		free(m);
	}
	static const char *const names[] = {"shown", "nobody", "base", "cells",
		"unanimous", "filter", "groups", "audit", "not made"};
	for (size_t v = 0; v < COUNT_OF(names); v++)
		printf("%-10s %6zu whole %6zu crossings\n", names[v], seen.whole[v],
			seen.verdicts[v]);
	printf("crossings gathered %zu, collapsed %zu, with options left out %zu, conditional %zu; wholes "
	       "with marks %zu; pairs %zu\n",
		seen.gathered, seen.collapsed, seen.withheld, seen.conditional,
		seen.marked, seen.pairs);
	/* Every way out was taken, or the promises were not tried. */
	for (size_t v = 0; v < COUNT_OF(names); v++)
		assert_true(seen.verdicts[v] > 0);
	assert_true(seen.gathered > 0 && seen.collapsed > 0 && seen.withheld > 0 &&
		seen.conditional > 0 && seen.marked > 0 && seen.pairs > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(promises_hold_on_invented_surveys)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
