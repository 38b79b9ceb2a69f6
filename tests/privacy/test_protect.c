/* SPDX-License-Identifier: Apache-2.0 */
/* What may be told of the tables of one audience (protect.h): small tables worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "protect_cases.h"

/* T20: of 12 people, 12/0 and 11/1 are never told by segment, 10/2 may be. */
static void twelve_people(void **state)
{
	(void)state;
	for (int c = 8; c <= 12; c++) {
		struct outcome o = run(CROSSED(3, 2, false, c, 12 - c, 20, 18, 20, 25));
		assert_groups(by(&o, 0, 0), c <= 10 ? "0123" : "0012");
		assert_true(by(&o, 0, 0)->exact);
		done(&o);
		o = run(CROSSED(2, 2, false, c, 12 - c, 20, 18));
		if (c <= 10)
			assert_groups(by(&o, 0, 0), "012");
		else
			assert_withheld(by(&o, 0, 0), PROTECT_UNANIMOUS);
		assert_marks(&o.out.whole[0], "ss");
		done(&o);
	}
}

static void a_larger_coalition_needs_more_others(void **state)
{
	(void)state;
	struct thresholds three = usual;
	three.coalition = 3;
	struct outcome o = run_with(CROSSED(2, 2, false, 16, 4, 20, 18), three);
	assert_groups(by(&o, 0, 0), "012");
	done(&o);
	o = run_with(CROSSED(2, 2, false, 17, 3, 20, 18), three);
	assert_withheld(by(&o, 0, 0), PROTECT_UNANIMOUS);
	done(&o);
}

static enum protect_verdict whole_verdict(bool sensitive, int a, int b)
{
	struct outcome o = run(CROSSED(1, 2, sensitive, a, b));
	enum protect_verdict v = o.out.whole[0].verdict;

	if (v == PROTECT_SHOWN)
		assert_marks(&o.out.whole[0], o.out.whole[0].exact ? "ss" : "><");
	else
		assert_withheld(&o.out.whole[0], v);
	if (v == PROTECT_SHOWN && !o.out.whole[0].exact)
		v = PROTECT_NOT_MADE; /* here: told by marks */
	done(&o);
	return v;
}

static void the_whole_audience_nearly_alike(void **state)
{
	(void)state;
	const enum protect_verdict marked = PROTECT_NOT_MADE;

	assert_int_equal(whole_verdict(false, 0, 0), PROTECT_NOBODY);
	assert_int_equal(whole_verdict(false, 5, 5), PROTECT_BASE);
	/* Too few for a mark that could be anything else: nothing. */
	assert_int_equal(whole_verdict(false, 12, 0), PROTECT_UNANIMOUS);
	assert_int_equal(whole_verdict(false, 11, 1), PROTECT_UNANIMOUS);
	assert_int_equal(whole_verdict(false, 10, 2), PROTECT_UNANIMOUS);
	assert_int_equal(whole_verdict(false, 9, 3), PROTECT_SHOWN);
	assert_int_equal(whole_verdict(false, 39, 0), PROTECT_UNANIMOUS);
	/* The mark covers one more than the rule, so that it does not tell that the rule was broken. */
	assert_int_equal(whole_verdict(false, 40, 0), marked);
	assert_int_equal(whole_verdict(false, 126, 0), marked);
	assert_int_equal(whole_verdict(false, 124, 2), marked);
	assert_int_equal(whole_verdict(false, 123, 3), PROTECT_SHOWN);
	/* Sensitive: as wide as the smallest cell, and the reason is the same for all alike as for a few. */
	assert_int_equal(whole_verdict(true, 126, 0), marked);
	assert_int_equal(whole_verdict(true, 121, 5), marked);
	assert_int_equal(whole_verdict(true, 120, 6), PROTECT_SHOWN);
	assert_int_equal(whole_verdict(true, 99, 0), PROTECT_CELLS);
	assert_int_equal(whole_verdict(true, 96, 3), PROTECT_CELLS);
	assert_int_equal(whole_verdict(true, 94, 5), PROTECT_SHOWN);
}

static void a_sensitive_whole_is_gathered_or_collapsed(void **state)
{
	(void)state;
	struct outcome o = run(CROSSED(1, 5, true, 30, 20, 10, 4, 1));
	assert_marks(&o.out.whole[0], "sssgg");
	assert_false(o.out.whole[0].exact);
	assert_withheld(by(&o, 0, 0), PROTECT_GROUPS);
	done(&o);

	static const size_t halves[] = {0, 0, 1, 1};
	struct microdata *m = CROSSED(1, 4, true, 30, 2, 2, 25);
	m->asked[0].collapse = halves;
	m->asked[0].collapse_count = 2;
	o = run(m);
	assert_marks(&o.out.whole[0], "ss");
	assert_true(o.out.whole[0].collapsed);
	assert_false(o.out.whole[0].exact);
	done(&o);
	o = run(CROSSED(1, 2, true, 30, 3));
	assert_withheld(&o.out.whole[0], PROTECT_CELLS);
	done(&o);
}

/* Sizes of groups are told: what is gathered in one of them is its size less the cells shown. */
static void a_segment_is_gathered_with_its_groups_in_mind(void **state)
{
	(void)state;
	/* 20, 3, 30, 4, 20: the two small ones would be 7 together, but the groups are 23, 34 and 20. */
	struct microdata *m = CROSSED(5, 5, true, 20, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 30,
		0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 20);
	m->segment_ordered[0] = true;
	m->asked[0].is_segment = 1;
	struct outcome o = run(m);
	assert_int_equal(o.out.segment_groups[0], 4); /* and nobody of "not known" */
	assert_int_equal(o.out.segment_group_of[0][1], 0);
	assert_int_equal(o.out.segment_group_of[0][3], 2);
	assert_withheld(by(&o, 0, 0), PROTECT_NOT_MADE);
	assert_withheld(&o.out.whole[0], PROTECT_CELLS);
	done(&o);
}

static void groups_join_before_anything_is_crossed(void **state)
{
	(void)state;
	struct microdata *m = CROSSED(5, 2, false, 10, 10, 3, 2, 20, 10, 4, 5, 9, 9);
	struct outcome o = run(m); /* sizes 20, 5, 30, 9, 18 */
	/* The smallest joins the smallest other, again and again; nobody's category stays by itself. */
	assert_groups(by(&o, 0, 0), "012134");
	done(&o);
	m = CROSSED(5, 2, false, 10, 10, 3, 2, 20, 10, 4, 5, 9, 9);
	m->segment_ordered[0] = true;
	o = run(m); /* neighbours: 5 with 20, then 9 with 18 */
	assert_groups(by(&o, 0, 0), "001223");
	done(&o);
	/* "Not known" is a group, and joins like one. */
	m = CROSSED(3, 2, false, 10, 10, 10, 11, 4, 3);
	m->categories[0] = 3;
	o = run(m);
	assert_groups(by(&o, 0, 0), "010");
	done(&o);
	o = run(CROSSED(2, 2, false, 40, 30, 4, 3));
	assert_int_equal(o.out.segment_groups[0], 0);
	assert_withheld(by(&o, 0, 0), PROTECT_GROUPS);
	done(&o);
}

static void sensitive_crossings_are_all_or_nothing(void **state)
{
	(void)state;
	/* Every cell safe by three groups. */
	struct outcome o = run(CROSSED(3, 2, true, 5, 7, 6, 9, 20, 20));
	assert_groups(by(&o, 0, 0), "0123");
	done(&o);
	/* One cell of 4: its group joins. */
	o = run(CROSSED(3, 2, true, 4, 8, 6, 9, 20, 20));
	assert_groups(by(&o, 0, 0), "0012");
	assert_true(by(&o, 0, 0)->exact);
	done(&o);
	/* The same neighbours gathered in both groups show more than two groups of two classes. */
	struct microdata *m = CROSSED(2, 4, true, 10, 10, 4, 3, 10, 10, 3, 9);
	m->asked[0].ordered = true;
	o = run(m);
	assert_marks(by(&o, 0, 0), "ssgg");
	assert_groups(by(&o, 0, 0), "012");
	done(&o);
	/* The form's classes. */
	static const size_t halves[] = {0, 0, 1};
	m = CROSSED(2, 3, true, 10, 3, 10, 10, 4, 10);
	m->asked[0].collapse = halves;
	m->asked[0].collapse_count = 2;
	o = run(m);
	assert_marks(by(&o, 0, 0), "ss");
	assert_true(by(&o, 0, 0)->collapsed);
	done(&o);
	o = run(CROSSED(2, 2, true, 12, 3, 20, 4));
	assert_marks(&o.out.whole[0], "ss");
	assert_withheld(by(&o, 0, 0), PROTECT_CELLS);
	done(&o);
}

static struct microdata *ticks(size_t groups, const int *sizes, const int *counts)
{
	struct microdata *m = x_calloc(1, sizeof(*m));

	m->segments = m->questions = 1;
	m->categories[0] = groups + 1;
	m->asked[0] = (struct plan_question){
		.shape = PLAN_MULTIPLE, .crossable = true, .cells = 3};
	for (size_t g = 0; g < groups; g++) {
		for (int i = 0; i < sizes[g]; i++) {
			m->category[0][m->people] = g;
			for (int c = 0; c < 3; c++)
				m->answer[0][m->people] |= (i < counts[g * 3 + (size_t)c])
					<< c;
			m->people++;
		}
	}
	return m;
}
#define INTS(...) ((const int[]){__VA_ARGS__})

static void each_tick_is_a_row_of_its_own(void **state)
{
	(void)state;
	struct outcome o = run(ticks(1, INTS(60), INTS(30, 2, 59)));
	assert_marks(&o.out.whole[0], "s<>");
	assert_false(o.out.whole[0].exact);
	done(&o);
	o = run(ticks(1, INTS(39), INTS(30, 2, 38)));
	assert_marks(&o.out.whole[0], "sww");
	done(&o);
	o = run(ticks(1, INTS(39), INTS(39, 2, 38)));
	assert_withheld(&o.out.whole[0], PROTECT_UNANIMOUS);
	done(&o);
	/* 3 groups of 2 options show more than 2 groups of 2; the third option was ticked by one in one group. */
	o = run(ticks(3, INTS(15, 15, 30), INTS(5, 8, 1, 7, 7, 7, 9, 20, 10)));
	assert_groups(by(&o, 0, 0), "0123");
	assert_marks(by(&o, 0, 0), "ssw");
	assert_false(by(&o, 0, 0)->exact);
	done(&o);
	/* Of a sensitive one both those who ticked and those who did not. */
	struct microdata *m = ticks(2, INTS(15, 40), INTS(5, 11, 4, 20, 20, 20));
	m->asked[0].sensitive = true;
	o = run(m);
	assert_marks(by(&o, 0, 0), "sww");
	done(&o);
	o = run(ticks(2, INTS(15, 40), INTS(1, 15, 14, 20, 20, 20)));
	assert_withheld(by(&o, 0, 0), PROTECT_UNANIMOUS);
	done(&o);
}

/* T20: no base tells a withheld cell of a filter. */
static void a_conditional_question_follows_its_filter(void **state)
{
	(void)state;
	/* The filter shows by two groups only, where the conditional question alone could show three. */
	struct microdata *m = CROSSED(3, 2, true, 16, 4, 12, 14, 20, 20);
	add_conditional(m, PLAN_ANY_CELL);
	struct outcome o = run(m);
	assert_groups(by(&o, 0, 0), "0012");
	assert_groups(by(&o, 1, 0), "0012");
	assert_true(by(&o, 1, 0)->concern_shows);
	done(&o);
	/* The filter is told of the whole only. */
	m = CROSSED(2, 2, true, 16, 4, 20, 3);
	add_conditional(m, PLAN_ANY_CELL);
	o = run(m);
	assert_withheld(by(&o, 0, 0), PROTECT_CELLS);
	assert_marks(&o.out.whole[1], "ss");
	assert_withheld(by(&o, 1, 0), PROTECT_FILTER);
	done(&o);
	/* Or of nobody. */
	m = CROSSED(2, 2, true, 16, 2, 20, 2);
	add_conditional(m, PLAN_ANY_CELL);
	o = run(m);
	assert_withheld(&o.out.whole[0], PROTECT_CELLS);
	assert_withheld(&o.out.whole[1], PROTECT_FILTER);
	assert_withheld(by(&o, 1, 0), PROTECT_FILTER);
	done(&o);
	/* A mark is not a cell that shows. */
	m = CROSSED(1, 2, false, 125, 1);
	add_conditional(m, PLAN_ANY_CELL);
	o = run(m);
	assert_marks(&o.out.whole[0], "><");
	assert_withheld(&o.out.whole[1], PROTECT_FILTER);
	done(&o);
}

/* Asked of those who gave answer 0 to the first question or to the second: no table tells how many that are. */
static struct microdata *either(
	bool sensitive, int groups, const int *counts, int neither)
{
	struct microdata *m = crossed((size_t)groups, 2, counts, sensitive);

	m->questions = 3;
	m->asked[1] = m->asked[2] = m->asked[0];
	m->asked[2].sensitive = false;
	m->asked[2].filter_count = 2;
	for (size_t f = 0; f < 2; f++)
		m->filters[2][f] = (struct plan_filter){f, PLAN_ANY_CELL};
	for (size_t i = 0; i < m->people; i++) {
		m->answer[1][i] = 1 - m->answer[0][i];
		m->answer[2][i] = (int)(i % 2);
	}
	for (size_t i = 0; neither > 0 && i < m->people; i++) {
		if (m->answer[0][i] != 1)
			continue;
		m->answer[1][i] = 1;
		m->answer[2][i] = NOT_CONCERNED;
		neither--;
	}
	return m;
}

static void a_condition_of_two_filters_is_a_row_too(void **state)
{
	(void)state;
	/* Everybody, by group and of a small whole. */
	struct outcome o = run(either(false, 2, INTS(15, 15, 15, 15), 0));
	assert_marks(by(&o, 0, 0), "ss");
	assert_marks(by(&o, 1, 0), "ss");
	assert_marks(&o.out.whole[2], "ss");
	assert_withheld(by(&o, 2, 0), PROTECT_FILTER);
	done(&o);
	o = run(either(false, 1, INTS(14, 15), 0));
	assert_marks(&o.out.whole[0], "ss");
	assert_marks(&o.out.whole[1], "ss");
	assert_withheld(&o.out.whole[2], PROTECT_FILTER);
	done(&o);
	/* Of sensitive filters it would be told how many gave both answers. */
	for (int neither = 0; neither <= 20; neither += 10) {
		o = run(either(true, 1, INTS(30, 30), neither));
		assert_marks(&o.out.whole[0], "ss");
		assert_marks(&o.out.whole[1], "ss");
		assert_withheld(&o.out.whole[2], PROTECT_FILTER);
		done(&o);
	}
}

static void of_several_ticks_only_the_option_asked_for_counts(void **state)
{
	(void)state;
	for (size_t cell = 0; cell < 4; cell++) {
		struct microdata *m = ticks(
			3, INTS(15, 15, 30), INTS(5, 8, 1, 7, 7, 7, 9, 20, 10));
		add_conditional(m, cell < 3 ? cell : PLAN_ANY_CELL);
		struct outcome o = run(m);
		assert_marks(by(&o, 0, 0), "ssw");
		if (cell < 2)
			assert_int_not_equal(by(&o, 1, 0)->verdict, PROTECT_FILTER);
		else
			assert_withheld(by(&o, 1, 0), PROTECT_FILTER);
		done(&o);
	}
}

/* T18: a second segment that is the first one but for a few people. */
static struct microdata *nearly_nested(size_t strange)
{
	struct microdata *m = CROSSED(
		4, 3, false, 10, 10, 10, 12, 11, 10, 10, 9, 8, 8, 9, 9);

	m->segments = 2;
	m->categories[1] = 3;
	for (size_t i = 0; i < m->people; i++)
		m->category[1][i] = m->category[0][i] >= 2;
	for (size_t i = 0; i < strange; i++) /* some of each answer */
		m->category[1][i * 7 % 60] = 1;
	return m;
}

static void nearly_nested_segments_lose_the_later(void **state)
{
	(void)state;
	for (size_t strange = 0; strange <= 25; strange++) {
		struct outcome o = run(nearly_nested(strange));
		assert_groups(by(&o, 0, 0), "01234");
		if (strange == 0 || strange > 10)
			assert_groups(by(&o, 0, 1), "012");
		else
			assert_withheld(by(&o, 0, 1), PROTECT_AUDIT);
		done(&o);
	}
}

/* Neither of two unions is inside the other, but they differ by one person each way. */
static void exchanged_people_are_seen_too(void **state)
{
	(void)state;
	struct microdata *m = nearly_nested(0);
	m->category[1][0] = 1;
	m->category[1][m->people - 1] = 0;
	struct outcome o = run(m);
	assert_withheld(by(&o, 0, 1), PROTECT_AUDIT);
	done(&o);
}

/* Enough people in the difference, but all of one mind. */
static void a_difference_is_a_row_too(void **state)
{
	(void)state;
	for (int alike = 0; alike < 2; alike++) {
		struct microdata *m = nearly_nested(0);
		size_t moved[3] = {0};
		for (size_t i = 0; i < m->people; i++) {
			size_t answer = (size_t)m->answer[0][i];
			if (m->category[0][i] < 2 &&
				moved[answer] < (alike ? answer == 0 ? 11 : 0 : 4)) {
				m->category[1][i] = 1;
				moved[answer]++;
			}
		}
		assert_int_equal(moved[0] + moved[1] + moved[2], alike ? 11 : 12);
		struct outcome o = run(m);
		if (alike)
			assert_withheld(by(&o, 0, 1), PROTECT_AUDIT);
		else
			assert_groups(by(&o, 0, 1), "012");
		done(&o);
	}
}

/* What cannot be looked through is not published. */
static void too_many_unions_are_not_safe(void **state)
{
	(void)state;
	for (size_t groups = 13; groups <= 14; groups++) {
		struct microdata *m = x_calloc(1, sizeof(*m));
		m->segments = 2;
		m->questions = 1;
		m->people = groups * 14;
		m->categories[0] = m->categories[1] = groups + 1;
		m->asked[0] = (struct plan_question){
			.shape = PLAN_SINGLE, .crossable = true, .cells = 2};
		for (size_t i = 0; i < m->people; i++) {
			m->category[0][i] = i % groups;
			m->category[1][i] = i / groups % groups;
			m->answer[0][i] = (int)(i / 3 % 2);
		}
		struct outcome o = run(m);
		assert_int_equal(by(&o, 0, 0)->verdict, PROTECT_SHOWN);
		assert_int_equal(by(&o, 0, 0)->groups, groups + 1);
		assert_int_equal(by(&o, 0, 1)->verdict,
			groups == 13 ? PROTECT_SHOWN : PROTECT_AUDIT);
		done(&o);
	}
}

static void who_did_not_answer(void **state)
{
	(void)state;
	for (int sensitive = 0; sensitive < 2; sensitive++) {
		for (int silent = 0; silent <= 5; silent++) {
			struct microdata *m = CROSSED(
				2, 2, sensitive == 1, 20, 20, 20, 20);
			for (int i = 0; i < silent; i++)
				m->answer[0][i] = NOT_ANSWERED;
			struct outcome o = run(m);
			bool told = sensitive == 0 || silent == 0 || silent == 5;
			assert_int_equal(o.out.whole[0].concern_shows, told);
			assert_int_equal(by(&o, 0, 0)->concern_shows, told);
			done(&o);
		}
	}
}

static void thresholds_off_show_everything(void **state)
{
	(void)state;
	static const struct thresholds offs[] = {{0}, {1, 5, 1}, {0, 0, 3}};

	for (size_t i = 0; i < COUNT_OF(offs); i++) {
		struct microdata *m = CROSSED(3, 2, true, 1, 0, 2, 1, 0, 3);
		add_conditional(m, PLAN_ANY_CELL);
		struct outcome o = run_with(m, offs[i]);
		assert_marks(&o.out.whole[0], "ss");
		assert_groups(by(&o, 0, 0), "0123");
		assert_marks(by(&o, 1, 0), "ss");
		assert_true(by(&o, 0, 0)->exact && by(&o, 0, 0)->concern_shows);
		int64_t cells[2];
		struct plan_row row = plan_group_row(
			&m->plan, 0, 0, by(&o, 0, 0), 1, cells);
		assert_int_equal(row.base, 3);
		assert_int_equal(cells[0], 2);
		assert_ptr_equal(row.cells, cells);
		done(&o);
	}
}

static void a_number_tells_its_base_only(void **state)
{
	(void)state;
	for (size_t people = 10; people <= 11; people++) {
		struct microdata *m = x_calloc(1, sizeof(*m));
		m->questions = 1;
		m->people = people;
		m->asked[0] = (struct plan_question){.shape = PLAN_BASE};
		struct outcome o = run(m);
		assert_int_equal(o.out.whole[0].verdict,
			people == 11 ? PROTECT_SHOWN : PROTECT_BASE);
		assert_int_equal(o.out.whole[0].exact, people == 11);
		done(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twelve_people),
		cmocka_unit_test(a_larger_coalition_needs_more_others),
		cmocka_unit_test(the_whole_audience_nearly_alike),
		cmocka_unit_test(a_sensitive_whole_is_gathered_or_collapsed),
		cmocka_unit_test(a_segment_is_gathered_with_its_groups_in_mind),
		cmocka_unit_test(groups_join_before_anything_is_crossed),
		cmocka_unit_test(sensitive_crossings_are_all_or_nothing),
		cmocka_unit_test(each_tick_is_a_row_of_its_own),
		cmocka_unit_test(a_conditional_question_follows_its_filter),
		cmocka_unit_test(a_condition_of_two_filters_is_a_row_too),
		cmocka_unit_test(of_several_ticks_only_the_option_asked_for_counts),
		cmocka_unit_test(nearly_nested_segments_lose_the_later),
		cmocka_unit_test(exchanged_people_are_seen_too),
		cmocka_unit_test(a_difference_is_a_row_too),
		cmocka_unit_test(too_many_unions_are_not_safe),
		cmocka_unit_test(who_did_not_answer),
		cmocka_unit_test(thresholds_off_show_everything),
		cmocka_unit_test(a_number_tells_its_base_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
