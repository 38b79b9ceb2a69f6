/* SPDX-License-Identifier: Apache-2.0 */
/* Filters, and the own questions of segments (protect.h, L3, L4 and A3): what the attackers found, and what may be told all the same, each as
 * a small table worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "protect_cases.h"

/* A page that one answer opens, and a question on it that asks for another answer given there: each is a cell of the one before. */
static void a_chain_of_sensitive_filters_tells_nothing_new(void **state)
{
	(void)state;
	for (size_t link = 0; link < 3; link++) {
		struct microdata *m = CROSSED(2, 2, true, 26, 14, 28, 12);
		add_conditional(m, PLAN_ANY_CELL);
		m->questions = 3;
		m->asked[1].sensitive = true;
		m->asked[2] = m->asked[1];
		m->asked[2].filter_count = 2;
		m->filters[2][0] = (struct plan_filter){0, PLAN_ANY_CELL};
		m->filters[2][1] = (struct plan_filter){1, PLAN_ANY_CELL};
		/* The second filter is asked of everybody, or has no cells. */
		if (link == 1)
			m->asked[1].filter_count = 0;
		if (link == 2)
			m->asked[1] = (struct plan_question){
				.shape = PLAN_BASE, .filter_count = 1};
		for (size_t i = 0; i < m->people; i++)
			m->answer[2][i] = m->answer[1][i] == 0 ? (int)(i / 2 % 2)
							       : NOT_CONCERNED;
		struct outcome o = run(m);
		assert_int_equal(o.out.whole[1].verdict, PROTECT_SHOWN);
		assert_int_equal(o.out.whole[2].verdict,
			link == 0 ? PROTECT_SHOWN : PROTECT_FILTER);
		done(&o);
	}
}

/* Of a question that two answers open, who gave the first of them and then « oui » is a cell of the one by the other: of 34 « oui » 32. */
static void a_filter_that_asks_for_more_is_no_link(void **state)
{
	(void)state;
	for (size_t second = 0; second < 2; second++) {
		struct microdata *m = CROSSED(1, 3, true, 40, 34, 12);
		add_conditional(m, second ? PLAN_ANY_CELL : 0);
		m->questions = 3;
		m->asked[1].sensitive = true;
		m->asked[2] = m->asked[1];
		m->asked[2].filter_count = 2;
		m->filters[2][0] = (struct plan_filter){0, 0};
		m->filters[2][1] = (struct plan_filter){1, 0};
		for (size_t i = 0; i < m->people; i++) {
			bool first = m->answer[0][i] == 0;
			if (first)
				m->answer[1][i] = i < 8;
			else if (second && m->answer[0][i] == 1)
				m->answer[1][i] = i >= 42;
			m->answer[2][i] = first && m->answer[1][i] == 0 ? (int)(i % 2)
									: NOT_CONCERNED;
		}
		struct outcome o = run(m);
		assert_int_equal(o.out.whole[1].verdict, PROTECT_SHOWN);
		assert_int_equal(
			o.out.whole[2].verdict, second ? PROTECT_FILTER : PROTECT_SHOWN);
		done(&o);
	}
}

/* Asked of those who gave a number, which is asked of those who gave answer 0: its base by group would tell the first question's. */
static void a_filter_without_cells_is_looked_through(void **state)
{
	(void)state;
	for (int few = 4; few <= 5; few++) {
		struct microdata *m = CROSSED(2, 2, true, 28, few, 20, 8);
		m->questions = 3;
		m->asked[1] = (struct plan_question){
			.shape = PLAN_BASE, .filter_count = 1};
		m->asked[2] = (struct plan_question){.shape = PLAN_SINGLE,
			.crossable = true,
			.cells = 2,
			.filter_count = 1};
		m->filters[1][0] = (struct plan_filter){0, PLAN_ANY_CELL};
		m->filters[2][0] = (struct plan_filter){1, PLAN_ANY_CELL};
		for (size_t i = 0; i < m->people; i++) {
			bool concerned = m->answer[0][i] == 0;
			m->answer[1][i] = concerned ? 0 : NOT_CONCERNED;
			m->answer[2][i] = concerned ? (int)(i % 2) : NOT_CONCERNED;
		}
		struct outcome o = run(m);
		assert_marks(&o.out.whole[2], "ss");
		if (few == 5)
			assert_groups(by(&o, 2, 0), "012");
		else
			assert_withheld(by(&o, 0, 0), PROTECT_CELLS);
		if (few == 4)
			assert_withheld(by(&o, 2, 0), PROTECT_FILTER);
		done(&o);
	}
}

/* Of the first half of the region 57 people, seven said yes. A group of departments, 26 of it and a few from elsewhere, has five:
 * of the half's other 31 two said yes, or as many more as those few can have said. */
static void a_difference_is_seen_through_a_few_strangers(void **state)
{
	(void)state;
	/* Department, half, answer. */
	for (size_t i = 0; i < 4; i++) {
		/* Those of them who said yes are in the figures of both sides, however many they are. */
		size_t no = 2 + i % 2, yes = i < 2 ? 0 : 4;
		const struct {
			size_t department, half, people;
			int answer;
		} lots[] = {{0, 0, 29, 0}, {0, 0, 2, 1}, {1, 0, 21, 0}, {1, 0, 5, 1},
			{1, 1, no, 0}, {1, 1, yes, 1}, {0, 1, 7, 0}, {0, 1, 12, 1}};
		struct microdata *m = CROSSED(2, 2, true, 0, 0, 0, 0);
		m->segments = 2;
		m->categories[1] = 3;
		m->parent_of[1] = SIZE_MAX;
		for (size_t lot = 0; lot < COUNT_OF(lots); lot++) {
			for (size_t n = lots[lot].people; n > 0; n--) {
				m->category[0][m->people] = lots[lot].department;
				m->category[1][m->people] = lots[lot].half;
				m->answer[0][m->people++] = lots[lot].answer;
			}
		}
		struct outcome o = run(m);
		assert_groups(by(&o, 0, 0), "012");
		if (no == 2)
			assert_withheld(by(&o, 0, 1), PROTECT_AUDIT);
		else
			assert_groups(by(&o, 0, 1), "012");
		done(&o);
	}
}

#define PLACES_MAX 22

/* 40 people of each place, and one more of each, who are the other group of a second segment. */
static enum protect_verdict by_places(size_t places)
{
	int64_t whole[] = {0, 0}, cells[2][PLACES_MAX + 1][2] = {{{0}}};
	int64_t people[2][PLACES_MAX + 1] = {{0}}, joint[(PLACES_MAX + 1) * 3] = {0};
	struct plan_row rows[2][PLACES_MAX + 1];

	for (size_t i = 0; i < 41 * places; i++) {
		size_t place = i % places, few = i / places == 0,
		       answer = (place + i / places) % 2;
		people[0][place]++;
		people[1][few]++;
		joint[place * 3 + few]++;
		cells[0][place][answer]++;
		cells[1][few][answer]++;
		whole[answer]++;
	}
	for (size_t s = 0; s < 2; s++)
		for (size_t c = 0; c <= PLACES_MAX; c++)
			rows[s][c] = (struct plan_row){
				.base = people[s][c], .cells = cells[s][c]};
	const struct plan_segment segments[] = {
		{.categories = places + 1, .people = people[0]},
		{.categories = 3, .people = people[1]}};
	const struct plan_row *const by[] = {rows[0], rows[1]};
	const int64_t *const joints[] = {joint};
	const struct plan_question question = {.shape = PLAN_SINGLE,
		.sensitive = true,
		.crossable = true,
		.cells = 2,
		.whole = {.base = whole[0] + whole[1], .cells = whole},
		.rows = by,
		.joint = joints};
	const struct plan plan = {.thresholds = usual,
		.segments = segments,
		.segment_count = 2,
		.questions = &question,
		.question_count = 1};
	struct protected_plan out;
	protect(&plan, &out);
	enum protect_verdict verdict = protected_table(&out, 0, 1)->verdict;
	assert_int_equal(protected_table(&out, 0, 0)->groups, places + 1);
	protected_release(&out);
	return verdict;
}

/* All but a few of each place: up to ten of the places are chosen, in so many ways that they are not all gone through. */
static void too_many_near_differences_are_not_safe(void **state)
{
	(void)state;
	assert_int_equal(by_places(16), PROTECT_SHOWN);
	assert_int_equal(by_places(PLACES_MAX), PROTECT_AUDIT);
}

static const size_t first_and_others[] = {0, 1, 1};

/* Four said the third thing, so that it is put together with the second; who said the first is known all the same. */
static void a_filter_shows_the_cell_that_is_asked_for(void **state)
{
	(void)state;
	static const size_t asked_for[] = {0, 1, PLAN_ANY_CELL};
	for (size_t i = 0; i < COUNT_OF(asked_for); i++) {
		struct microdata *m = CROSSED(2, 3, true, 15, 9, 2, 16, 9, 2);
		m->asked[0].collapse = first_and_others;
		m->asked[0].collapse_count = 2;
		add_conditional(m, asked_for[i]);
		struct outcome o = run(m);
		assert_true(o.out.whole[0].collapsed);
		assert_marks(&o.out.whole[0], "ss");
		if (i == 0) {
			assert_marks(&o.out.whole[1], "ss");
			assert_groups(by(&o, 1, 0), "012");
		} else {
			assert_withheld(&o.out.whole[1], PROTECT_FILTER);
			assert_withheld(by(&o, 1, 0), PROTECT_FILTER);
		}
		done(&o);
	}
}

/* The same of a segment's own question: beside the sizes of its groups the classes say nothing new, unless the four are in a group with those
 * who did not say: then the class less the second group is the four. */
static void a_segment_is_told_by_classes_that_its_groups_are_made_of(void **state)
{
	(void)state;
	for (size_t silent = 0; silent <= 13; silent += 13) {
		struct microdata *m = CROSSED(3, 3, true, 30, 0, 0, 0, 18, 0, 0, 0, 4);
		m->asked[0].is_segment = 1;
		m->asked[0].collapse = first_and_others;
		m->asked[0].collapse_count = 2;
		for (size_t i = 0; i < silent; i++) {
			m->category[0][m->people] = 3;
			m->answer[0][m->people++] = NOT_ANSWERED;
		}
		struct outcome o = run(m);
		assert_int_equal(o.out.segment_group_of[0][2], silent == 0 ? 1 : 2);
		if (silent == 0) {
			assert_true(o.out.whole[0].collapsed);
			assert_marks(&o.out.whole[0], "ss");
		} else {
			assert_withheld(&o.out.whole[0], PROTECT_CELLS);
		}
		done(&o);
	}
}

/* Sixty texts, each open to those who wrote the two before it, and a question behind them: not every way back to the first is gone. */
static void what_many_filters_read_is_looked_at_once(void **state)
{
	(void)state;
	enum {
		LAST = 61
	};
	static const int64_t people[] = {50, 50, 0}, whole[] = {60, 40},
			     half[] = {30, 20}, nobody[] = {0, 0};
	static const struct plan_row rows[] = {{.base = 50, .cells = half},
		{.base = 50, .cells = half}, {.base = 0, .cells = nobody}};
	static const struct plan_segment segment = {.categories = 3, .people = people};
	const struct plan_row *const by_segment[] = {rows};
	struct plan_filter filters[LAST + 1][2];
	struct plan_question questions[LAST + 1];
	const struct plan plan = {.thresholds = usual,
		.segments = &segment,
		.segment_count = 1,
		.questions = questions,
		.question_count = COUNT_OF(questions)};
	struct protected_plan out;

	for (size_t i = 0; i <= LAST; i++) {
		bool text = i > 0 && i < LAST;
		questions[i] = (struct plan_question){
			.shape = text ? PLAN_BASE : PLAN_SINGLE,
			.crossable = !text,
			.cells = text ? 0 : 2,
			.filters = filters[i],
			.filter_count = i < 2 ? i : 2,
			.whole = {.base = 100, .cells = text ? NULL : whole},
			.rows = text ? NULL : by_segment};
		for (size_t k = 0; k < questions[i].filter_count; k++)
			filters[i][k] = (struct plan_filter){i - 1 - k, PLAN_ANY_CELL};
	}
	protect(&plan, &out);
	assert_int_equal(out.whole[LAST].verdict, PROTECT_SHOWN);
	/* Whom it concerns, all of each group, is no cell of a table that shows. */
	assert_int_equal(protected_table(&out, LAST, 0)->verdict, PROTECT_FILTER);
	protected_release(&out);
	/* The first is sensitive, and all that it leads to with it: by two filters the last is not told. */
	questions[0].sensitive = true;
	protect(&plan, &out);
	assert_int_equal(out.whole[0].verdict, PROTECT_SHOWN);
	assert_int_equal(out.whole[LAST].verdict, PROTECT_FILTER);
	protected_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_of_sensitive_filters_tells_nothing_new),
		cmocka_unit_test(a_filter_that_asks_for_more_is_no_link),
		cmocka_unit_test(a_filter_without_cells_is_looked_through),
		cmocka_unit_test(what_many_filters_read_is_looked_at_once),
		cmocka_unit_test(a_difference_is_seen_through_a_few_strangers),
		cmocka_unit_test(too_many_near_differences_are_not_safe),
		cmocka_unit_test(a_filter_shows_the_cell_that_is_asked_for),
		cmocka_unit_test(
			a_segment_is_told_by_classes_that_its_groups_are_made_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
