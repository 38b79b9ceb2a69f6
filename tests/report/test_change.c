/* SPDX-License-Identifier: Apache-2.0 */
/* When a change may be told: the bounds of every rule, and how often chance alone draws an arrow. */
#include "barometre/report/change.h"
#include "statistics_test.h"

static struct change one(int64_t c1, int64_t n1, int64_t c2, int64_t n2)
{
	struct change_item item = {c1, n1, c2, n2, SERIES_SAME};
	struct change change;

	change_family(&item, 1, &change);
	return change;
}

static void check_text(const struct change *change, const char *wanted)
{
	struct buf text = BUF_LIMIT(400);

	change_text(&text, change);
	assert_string_equal(buf_str(&text).p, wanted);
	buf_release(&text);
}

static void a_clear_change_has_an_arrow_and_an_interval(void **state)
{
	struct change change = one(48, 80, 66, 80);

	(void)state;
	assert_int_equal(change.verdict, CHANGE_UP);
	near_to(change.difference, 0.225, "difference", 0);
	near_to(change.p, fisher_exact(66, 14, 48, 32).mid_p, "p", 0);
	near_to(change.adjusted, change.p, "alone", 0);
	assert_true(change.interval.low > 0 && change.interval.low < 0.225 &&
		change.interval.high > 0.225);
	check_text(&change, "en hausse\u202f: +23 points");
	assert_string_equal(change_arrow(change.verdict), "↑");
	change = one(66, 80, 48, 80);
	assert_int_equal(change.verdict, CHANGE_DOWN);
	check_text(&change, "en baisse\u202f: \u221223 points");
	assert_string_equal(change_arrow(change.verdict), "↓");
}

static void under_30_there_is_no_arrow_however_large_the_change(void **state)
{
	(void)state;
	for (int64_t n = 0; n <= 60; n++)
		for (int64_t m = 0; m <= 60; m++) {
			struct change change = one(0, n, m, m);
			int64_t least = n < m ? n : m;

			assert_int_equal(change.verdict,
				least < 11           ? CHANGE_UNKNOWN
					: least < 30 ? CHANGE_UNTESTED
						     : CHANGE_UP);
			assert_true(
				least >= 30 || (change.p <= 0 && change.difference <= 0));
		}
	struct change small = one(0, 29, 60, 60);
	check_text(&small, "effectif trop faible pour conclure");
}

static void less_than_five_points_is_no_change_however_sure(void **state)
{
	struct change change = one(500000, 1000000, 549999, 1000000);

	(void)state;
	assert_int_equal(change.verdict, CHANGE_NONE);
	assert_true(change.adjusted < 1e-9);
	check_text(&change, "pas de différence significative");
	assert_string_equal(change_arrow(change.verdict), "");
	assert_int_equal(one(500000, 1000000, 550000, 1000000).verdict, CHANGE_UP);
	assert_int_equal(one(550000, 1000000, 500000, 1000000).verdict, CHANGE_DOWN);
}

static void what_is_not_told_is_not_compared(void **state)
{
	struct change change = one(-1, 100, 50, 100);

	(void)state;
	assert_int_equal(change.verdict, CHANGE_UNKNOWN);
	check_text(
		&change, "pas de comparaison\u202f: un des chiffres n’est pas diffusé");
	assert_int_equal(one(50, 100, -1, -1).verdict, CHANGE_UNKNOWN);
	assert_int_equal(one(50, 100, -1, 100).verdict, CHANGE_UNKNOWN);
	assert_int_equal(one(101, 100, 50, 100).verdict, CHANGE_UNKNOWN);
	assert_int_equal(one(50, 100, 130, 100).verdict, CHANGE_UNKNOWN);
}

static void another_question_is_a_break_with_its_reason(void **state)
{
	static const struct {
		enum series series;
		const char *text;
	} breaks[] = {{SERIES_WORDING, "la question a changé de formulation"},
		{SERIES_OPTIONS, "les réponses proposées ont changé"},
		{SERIES_BASE, "elle n’était pas posée aux mêmes personnes"},
		{SERIES_NONE,
			"la question n’avait pas été posée, ou rien n’en a été publié"}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(breaks); i++) {
		struct change_item item = {0, 100, 100, 100, breaks[i].series};
		struct change change;
		char wanted[200];

		change_family(&item, 1, &change);
		assert_int_equal(change.verdict, CHANGE_BREAK);
		assert_true(change.difference <= 0 && change.p <= 0);
		snprintf(wanted, sizeof(wanted), "rupture de série\u202f: %s",
			breaks[i].text);
		check_text(&change, wanted);
	}
	assert_string_equal(series_reason(SERIES_SAME), "");
}

/* What is not tested does not make the tests of the others stricter; what is, does. */
static void the_family_is_what_is_tested(void **state)
{
	struct change_item items[12];
	struct change changes[12], alone;

	(void)state;
	items[0] = (struct change_item){48, 80, 62, 80, SERIES_SAME};
	for (size_t i = 1; i < 12; i++)
		items[i] = (struct change_item){40, 80, 40, 80, SERIES_WORDING};
	alone = one(48, 80, 62, 80);
	assert_int_equal(alone.verdict, CHANGE_UP);
	change_family(items, 12, changes);
	near_to(changes[0].adjusted, alone.p, "untested", 0);
	assert_int_equal(changes[0].verdict, CHANGE_UP);
	for (size_t i = 1; i < 12; i++)
		items[i].series = SERIES_SAME;
	change_family(items, 12, changes);
	near_to(changes[0].adjusted, 12 * alone.p, "tested", 0);
	assert_int_equal(changes[0].verdict, CHANGE_NONE);
	struct change_item last = items[0];
	items[0] = items[7];
	items[7] = last;
	change_family(items, 12, changes);
	near_to(changes[7].adjusted, 12 * alone.p, "moved", 0);
}

/* ---- chance ---- */

#define PEOPLE 200
#define ITEMS 30

/* Answers of everybody, yes or no, those of one person correlated: a mood of one's own moves all of them. */
static void draw_people(uint64_t *draw, bool answers[PEOPLE][ITEMS])
{
	double usual[ITEMS];

	for (size_t i = 0; i < ITEMS; i++)
		usual[i] = 0.05 + 0.9 * drawn_share(draw);
	for (size_t p = 0; p < PEOPLE; p++) {
		double mood = 0.3 * (drawn_share(draw) - 0.5);
		for (size_t i = 0; i < ITEMS; i++)
			answers[p][i] = drawn_share(draw) < usual[i] + mood;
	}
}

/* Who answered which edition is drawn anew; the first `earlier` places are the earlier edition. */
static void permute(uint64_t *draw, size_t order[PEOPLE])
{
	for (size_t p = 0; p < PEOPLE; p++)
		order[p] = p;
	for (size_t p = PEOPLE; p > 1; p--) {
		size_t other = (size_t)drawn_below(draw, (int64_t)p), keep = order[other];
		order[other] = order[p - 1];
		order[p - 1] = keep;
	}
}

static void two_editions(bool answers[PEOPLE][ITEMS], const size_t order[PEOPLE],
	size_t earlier, struct change_item items[ITEMS])
{
	for (size_t i = 0; i < ITEMS; i++) {
		items[i] = (struct change_item){
			0, (int64_t)earlier, 0, (int64_t)(PEOPLE - earlier), SERIES_SAME};
		for (size_t p = 0; p < PEOPLE; p++)
			*(p < earlier ? &items[i].earlier_count
				      : &items[i].later_count) += answers[order[p]][i];
	}
}

static size_t arrows(const struct change *changes, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += changes[i].verdict == CHANGE_UP || changes[i].verdict == CHANGE_DOWN;
	return n;
}

/* Editions that differ by chance only: at most 6 % of the families have any arrow (5 % and two standard errors). The same draws,
 * each item as a family of its own, show that it is the family that holds the level. */
static void chance_alone_draws_few_arrows(void **state)
{
	static bool answers[PEOPLE][ITEMS];
	uint64_t draw = 28;
	int families = 0, without_family = 0;

	(void)state;
	for (int turn = 0; turn < 2000; turn++) {
		struct change_item items[ITEMS];
		struct change changes[ITEMS], single;
		size_t order[PEOPLE], alone = 0;

		if (turn % 20 == 0)
			draw_people(&draw, answers);
		permute(&draw, order);
		two_editions(answers, order, 39 + (size_t)drawn_below(&draw, 88), items);
		change_family(items, ITEMS, changes);
		families += arrows(changes, ITEMS) > 0;
		for (size_t i = 0; i < ITEMS; i++) {
			change_family(&items[i], 1, &single);
			alone += arrows(&single, 1);
		}
		without_family += alone > 0;
	}
	printf("families with an arrow by chance: %d of 2000; without Holm %d\n",
		families, without_family);
	assert_true(families <= 120);
	assert_true(without_family > 600);
}

/* ... and a change of 25 points is seen: the rule is no way of never saying anything. */
static void a_real_change_is_mostly_seen(void **state)
{
	uint64_t draw = 29;
	int seen = 0, wrong = 0;

	(void)state;
	for (int turn = 0; turn < 300; turn++) {
		struct change_item items[ITEMS];
		struct change changes[ITEMS];

		for (size_t i = 0; i < ITEMS; i++) {
			items[i] = (struct change_item){0, 100, 0, 126, SERIES_SAME};
			for (int p = 0; p < 100; p++)
				items[i].earlier_count += drawn_share(&draw) < 0.4;
			for (int p = 0; p < 126; p++)
				items[i].later_count += drawn_share(&draw) <
					(i == 0 ? 0.65 : 0.4);
		}
		change_family(items, ITEMS, changes);
		seen += changes[0].verdict == CHANGE_UP;
		wrong += changes[0].verdict == CHANGE_DOWN;
	}
	printf("25 points among 30 items, 100 and 126 people: seen %d times of 300\n",
		seen);
	assert_true(seen > 150);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clear_change_has_an_arrow_and_an_interval),
		cmocka_unit_test(under_30_there_is_no_arrow_however_large_the_change),
		cmocka_unit_test(less_than_five_points_is_no_change_however_sure),
		cmocka_unit_test(what_is_not_told_is_not_compared),
		cmocka_unit_test(another_question_is_a_break_with_its_reason),
		cmocka_unit_test(the_family_is_what_is_tested),
		cmocka_unit_test(chance_alone_draws_few_arrows),
		cmocka_unit_test(a_real_change_is_mostly_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
