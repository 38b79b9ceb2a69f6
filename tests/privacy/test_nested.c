/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two segments, one of which tells the other, each with a question of its own: views of one table. By hand, then invented ones and an
 * attacker who adds and subtracts all that is told (exact elimination modulo 2^61 - 1). What is protected apart he must solve.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "elimination.h"

static const struct thresholds usual = {.min_base = 11, .min_cell = 5, .coalition = 1};

/* A column is a category of the third segment and one of the finer: the coarser follows. */
struct span {
	const struct microdata *m;
	size_t third, fine, coarse;
	size_t coarse_of[CATEGORIES_MAX];
	struct elimination told;
};

static size_t category_of(const struct span *x, size_t column, size_t segment)
{
	size_t fine = column % x->m->categories[x->fine];

	return segment == x->third   ? column / x->m->categories[x->fine]
		: segment == x->fine ? fine
				     : x->coarse_of[fine];
}

/* Those of a group (group_of NULL: all) whose category of `own` is the cell (or in the class), or one of the gathered cells. */
static void add_cells(struct span *x, size_t own, const size_t *collapse,
	const struct protected_table *t, size_t segment, size_t group, size_t cell)
{
	uint64_t v[ELIMINATION_COLUMNS] = {0};

	for (size_t i = 0; i < x->told.columns; i++) {
		size_t c = category_of(x, i, own);
		if (t->collapsed)
			c = c + 1 < x->m->categories[own] ? collapse[c] : t->cells;
		bool in = !t->group_of ||
			t->group_of[category_of(x, i, segment)] == group;
		bool alike = c < t->cells &&
			(cell == SIZE_MAX ? t->marks[c] == CELL_GATHERED : c == cell);
		v[i] = in && alike;
	}
	elimination_add(&x->told, v);
}

static void add_table(struct span *x, size_t own, const size_t *collapse,
	const struct protected_table *t, size_t segment)
{
	if (t->verdict != PROTECT_SHOWN)
		return;
	for (size_t g = 0; g < t->groups; g++) {
		for (size_t c = 0; c < t->cells; c++)
			if (t->marks[c] == CELL_SHOWN)
				add_cells(x, own, collapse, t, segment, g, c);
		add_cells(x, own, collapse, t, segment, g, SIZE_MAX);
	}
}

/* All that a plan tells. */
static void add_plan(struct span *x, const struct plan *plan)
{
	struct protected_plan out;

	protect(plan, &out);
	for (size_t q = 0; q < plan->question_count; q++) {
		size_t own = plan->questions[q].is_segment - 1;
		const size_t *collapse = plan->questions[q].collapse;
		add_table(x, own, collapse, &out.whole[q], own);
		for (size_t s = 0; s < plan->segment_count; s++)
			add_table(x, own, collapse, protected_table(&out, q, s), s);
	}
	for (size_t s = 0; s < plan->segment_count; s++) {
		for (size_t g = 0; g < out.segment_groups[s]; g++) {
			uint64_t v[ELIMINATION_COLUMNS] = {0};
			for (size_t i = 0; i < x->told.columns; i++)
				v[i] = out.segment_group_of[s][category_of(x, i, s)] == g;
			elimination_add(&x->told, v);
		}
	}
	protected_release(&out);
}

/* Cells of 1 to 4 people that follow: of the finer and the coarser segment, of everybody and by the third. */
static size_t few_known(const struct span *x)
{
	size_t known = 0;

	for (size_t which = 0; which < 4; which++) {
		size_t own = which % 2 ? x->coarse : x->fine;
		bool whole = which > 1;
		for (size_t c = 0; c + 1 < x->m->categories[own]; c++) {
			for (size_t k = 0;
				k < (whole ? 1 : x->m->categories[x->third] - 1); k++) {
				uint64_t v[ELIMINATION_COLUMNS] = {0};
				size_t n = 0;
				for (size_t i = 0; i < x->told.columns; i++)
					v[i] = category_of(x, i, own) == c &&
						(whole ||
							category_of(x, i, x->third) == k);
				for (size_t i = 0; i < x->m->people; i++)
					n += x->m->category[own][i] == c &&
						(whole ||
							x->m->category[x->third][i] == k);
				known += n > 0 && n < 5 &&
					elimination_reaches(&x->told, v);
			}
		}
	}
	return known;
}

/* Own questions of the segments from `first` on; the third has one now and then. */
static struct microdata *invented(struct dice *d, struct span *x)
{
	struct microdata *m = x_calloc(1, sizeof(*m));
	size_t order[3] = {0, 1, 2}, swap = roll(d, 3), held = order[swap];

	order[swap] = order[2];
	order[2] = held;
	*x = (struct span){
		.m = m, .third = order[0], .fine = order[1], .coarse = order[2]};
	m->people = 40 + roll(d, PEOPLE_MAX - 40);
	m->segments = 3;
	m->categories[x->third] = 3 + roll(d, 4);
	m->categories[x->fine] = 5 + roll(d, 4);
	m->categories[x->coarse] = 3 + roll(d, 2);
	for (size_t s = 0; s < 3; s++)
		m->parent_of[s] = SIZE_MAX;
	size_t last = m->categories[x->fine] - 1, all = m->categories[x->coarse] - 1;
	for (size_t c = 0; c < last; c++)
		x->coarse_of[c] = c < all ? c : roll(d, all);
	x->coarse_of[last] = all;
	x->told.columns = m->categories[x->third] * m->categories[x->fine];
	for (size_t i = 0; i < m->people; i++) {
		size_t f = roll(d, 25) == 0 ? last : roll_skewed(d, last, 3);
		m->category[x->fine][i] = f;
		m->category[x->coarse][i] = x->coarse_of[f];
		m->category[x->third][i] = roll_skewed(d, m->categories[x->third], 3);
	}
	for (size_t s = 0; s < 3; s++)
		if (s != x->third || roll(d, 2) == 0)
			random_own_question(m, m->questions++, s);
	return m;
}

static void views_of_one_table_are_not_solved(void **state)
{
	(void)state;
	struct dice d = dice_of(77);
	static struct span x;
	size_t found = 0, apart = 0, later = 0, told = 0;

	for (long set = attack_sets(); set > 0; set--) {
		struct microdata *m = invented(&d, &x);
		struct protected_plan out;
		microdata_plan(m, usual);
		add_plan(&x, &m->plan);
		found += few_known(&x);
		protect(&m->plan, &out);
		for (size_t i = 0; i < 3 * m->questions; i++) {
			later += out.tables[i].verdict == PROTECT_AUDIT;
			told += out.tables[i].verdict == PROTECT_SHOWN;
		}
		protected_release(&out);
		/* Each question by itself, as if there was no other. */
		x.told.rows = 0;
		for (size_t q = 0; q < m->questions; q++) {
			struct plan one = m->plan;
			one.questions = &m->plan_questions[q];
			one.question_count = 1;
			add_plan(&x, &one);
		}
		apart += few_known(&x);
		free(m);
	}
	printf("nested: %zu crossings told, %zu withheld for the other; small cells solved %zu, apart %zu\n",
		told, later, found, apart);
	assert_true(told > (size_t)attack_sets() / 10 && later > 0);
	assert_true(apart > 0);
	assert_int_equal(found, 0);
}

/* 4 finer categories in two, and a third segment of two: everything large. */
static struct microdata *by_hand(size_t strange)
{
	struct microdata *m = x_calloc(1, sizeof(*m));

	m->segments = 3;
	m->categories[0] = 5;
	m->categories[1] = m->categories[2] = 3;
	m->parent_of[0] = m->parent_of[1] = m->parent_of[2] = SIZE_MAX;
	m->people = 160;
	for (size_t i = 0; i < m->people; i++) {
		m->category[0][i] = i % 4;
		m->category[1][i] = i % 4 > 1 || i < strange;
		m->category[2][i] = i / 4 % 2;
	}
	m->questions = 2;
	random_own_question(m, 0, 0);
	random_own_question(m, 1, 1);
	return m;
}

static void the_later_view_is_not_told(void **state)
{
	(void)state;
	for (size_t strange = 0; strange <= 60; strange += 60) {
		struct microdata *m = by_hand(strange);
		struct protected_plan out;
		protect(microdata_plan(m, usual), &out);
		enum protect_verdict later = strange ? PROTECT_SHOWN : PROTECT_AUDIT;
		assert_int_equal(protected_table(&out, 0, 2)->verdict, PROTECT_SHOWN);
		assert_int_equal(out.whole[1].verdict, later);
		assert_int_equal(protected_table(&out, 1, 2)->verdict, later);
		assert_int_equal(out.segment_groups[1], strange ? 3 : 0);
		assert_int_equal(out.segment_nested[1], strange == 0);
		assert_false(out.segment_nested[0] || out.segment_nested[2]);
		protected_release(&out);
		free(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_later_view_is_not_told),
		cmocka_unit_test(views_of_one_table_are_not_solved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
