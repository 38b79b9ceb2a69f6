/* SPDX-License-Identifier: Apache-2.0 */
/* Post-stratification by hand, what raking must keep and what it must reach, and every guard. */
#include "barometre/report/weights.h"
#include "statistics_test.h"

/* Women 60 of 80 answers but half of the list: weights 2/3 and 2. Yes: 45 of 60 and 5 of 20. */
static void two_groups_by_hand(void **state)
{
	const struct stratum strata[] = {{45, 60, 500}, {5, 20, 500}};
	struct weighted_share share;

	(void)state;
	assert_true(poststratify(strata, 2, &share));
	assert_int_equal(share.count, 50);
	assert_int_equal(share.base, 80);
	near_to(share.unweighted, 0.625, "unweighted", 0);
	near_to(share.weighted, 0.5, "weighted", 0); /* (0.75 + 0.25) / 2 */
	near_to(share.weighting.effective, 60, "effective",
		0); /* 80² / (60 × 4/9 + 20 × 4) */
	near_to(share.weighting.design_effect, 4.0 / 3, "design effect", 0);
	near_to(share.weighting.gap, 0, "gap", 0);
	assert_int_equal(share.weighting.trimmed, 0);
	struct interval wilson = wilson_of_share(0.5, 60);
	near_to(share.interval.low, wilson.low, "interval", 0);
	near_to(share.interval.high, wilson.high, "interval", 1);
}

static void groups_that_answered_in_proportion_change_nothing(void **state)
{
	const struct stratum strata[] = {{10, 25, 100}, {30, 50, 200}, {20, 75, 300}};
	struct weighted_share share;

	(void)state;
	assert_true(poststratify(strata, 3, &share));
	near_to(share.weighted, share.unweighted, "share", 0);
	near_to(share.weighting.design_effect, 1, "design effect", 0);
	near_to(share.weighting.effective, 150, "effective", 0);
	assert_int_equal(share.weighting.turns, 1);
}

static void a_class_of_19_answers_or_without_a_size_has_no_weights(void **state)
{
	struct stratum strata[] = {{10, 60, 500}, {5, 19, 200}};
	struct weighted_share share;

	(void)state;
	assert_false(poststratify(strata, 2, &share));
	assert_int_equal(share.weighting.verdict, WEIGHTS_TOO_FEW);
	assert_int_equal(share.weighting.class, 1);
	near_to(share.unweighted, 15.0 / 79, "unweighted", 0);
	near_to(share.weighted, 0, "weighted", 0);
	assert_non_null(strstr(weights_words(share.weighting.verdict), "moins de 20"));
	strata[1].base = 20;
	assert_true(poststratify(strata, 2, &share));
	assert_string_equal(weights_words(share.weighting.verdict), "");
	strata[0].population = 0;
	assert_false(poststratify(strata, 2, &share));
	assert_int_equal(share.weighting.verdict, WEIGHTS_UNKNOWN);
	assert_int_equal(share.weighting.class, 0);
	strata[0].population = NAN;
	assert_false(poststratify(strata, 2, &share));
	assert_int_equal(share.weighting.verdict, WEIGHTS_UNKNOWN);
}

static void margins_of_two_lists_are_refused(void **state)
{
	static const int64_t people[] = {30, 30, 30, 30};
	static const size_t rows[] = {0, 0, 1, 1}, columns[] = {0, 1, 0, 1};
	double one[] = {100, 200}, other[] = {150, 160}, weights[] = {7, 7, 7, 7};
	struct weight_margin margins[] = {{2, one, rows}, {2, other, columns}};
	struct weighting w = weights_rake(margins, 2, people, 4, weights);

	(void)state;
	assert_int_equal(w.verdict, WEIGHTS_UNKNOWN);
	assert_int_equal(w.margin, 1);
	near_to(weights[0], 7, "untouched", 0);
	other[1] = 150;
	assert_int_equal(
		weights_rake(margins, 2, people, 4, weights).verdict, WEIGHTS_MADE);
}

#define ROWS 4
#define COLUMNS 3

/* Of two margins raking has one answer only: the table that meets both and keeps every cross ratio of the one it began
 * with (weights are a product of a row's and a column's number). */
static void raking_meets_both_margins_and_keeps_cross_ratios(void **state)
{
	uint64_t draw = 11;
	int made = 0;

	(void)state;
	for (int trial = 0; trial < 500; trial++) {
		int64_t people[ROWS * COLUMNS];
		size_t rows[ROWS * COLUMNS], columns[ROWS * COLUMNS];
		double row_sizes[ROWS] = {0}, column_sizes[COLUMNS] = {0},
		       weights[ROWS * COLUMNS], all = 0, weighted = 0;
		struct weight_margin margins[] = {
			{ROWS, row_sizes, rows}, {COLUMNS, column_sizes, columns}};
		struct weighting w;

		for (size_t i = 0; i < ROWS * COLUMNS; i++) {
			/* The list: like the answers, up to a third more or less. */
			double size;
			rows[i] = i / COLUMNS;
			columns[i] = i % COLUMNS;
			people[i] = 10 + drawn_below(&draw, 60);
			all += (double)people[i];
			size = (double)people[i] * (0.7 + 0.6 * drawn_share(&draw));
			row_sizes[rows[i]] += size;
			column_sizes[columns[i]] += size;
		}
		w = weights_rake(margins, 2, people, ROWS * COLUMNS, weights);
		assert_int_equal(w.verdict, WEIGHTS_MADE);
		if (w.trimmed > 0)
			continue;
		made++;
		assert_true(w.gap < 1e-5 && w.turns <= WEIGHTS_TURNS);
		assert_true(w.design_effect >= 1 && w.effective <= all + 1e-9);
		for (size_t i = 0; i < ROWS * COLUMNS; i++) {
			size_t corner = rows[i] * COLUMNS, top = columns[i];
			near_to(weights[i] * weights[0], weights[corner] * weights[top],
				"cross ratio", i);
			weighted += weights[i] * (double)people[i];
		}
		near_to(weighted / all, 1, "mean", 0);
	}
	assert_true(made > 400);
}

static void weights_stay_between_their_bounds_and_the_gap_is_told(void **state)
{
	/* A tenth of the list is nine tenths of the answers. */
	const struct stratum strata[] = {{90, 180, 100}, {0, 20, 900}};
	struct weighted_share share;
	double population[] = {100, 900}, weights[2];
	static const int64_t people[] = {180, 20};
	static const size_t class_of[] = {0, 1};
	struct weight_margin margin = {2, population, class_of};
	struct weighting w = weights_rake(&margin, 1, people, 2, weights);

	(void)state;
	assert_int_equal(w.verdict, WEIGHTS_MADE);
	near_to(weights[0], 0.3, "lowest", 0);
	near_to(weights[1], 3, "highest", 0);
	assert_int_equal(w.trimmed, 200);
	near_to(w.gap, 3.736842, "gap", 0); /* 54 of 114 instead of a tenth */
	assert_true(poststratify(strata, 2, &share));
	near_to(share.weighted, 27.0 / 114, "weighted", 0);
	near_to(share.weighting.design_effect,
		200 * (180 * 0.09 + 20 * 9) / (114.0 * 114), "design effect", 0);
}

/* One margin lives in one half of the other's answers only: bounds and margins pull against each other for ever or settle; never is
 * a weight out of bounds, nor a verdict missing. */
static void margins_that_cannot_be_met_end_in_a_verdict(void **state)
{
	uint64_t draw = 13;
	int made = 0, gone = 0;

	(void)state;
	for (int trial = 0; trial < 2000; trial++) {
		int64_t people[4];
		static const size_t rows[] = {0, 0, 1, 1}, columns[] = {0, 1, 0, 1};
		double row_sizes[2], column_sizes[2], weights[4] = {0};
		struct weight_margin margins[] = {
			{2, row_sizes, rows}, {2, column_sizes, columns}};
		struct weighting w;

		for (size_t i = 0; i < 4; i++)
			people[i] = drawn_below(&draw, 3) ? drawn_below(&draw, 200) : 0;
		row_sizes[0] = 1 + 998 * drawn_share(&draw);
		row_sizes[1] = 1000 - row_sizes[0];
		column_sizes[0] = 1 + 998 * drawn_share(&draw);
		column_sizes[1] = 1000 - column_sizes[0];
		w = weights_rake(margins, 2, people, 4, weights);
		for (size_t i = 0; i < 4 && w.verdict == WEIGHTS_MADE; i++)
			assert_true(weights[i] >= WEIGHTS_LOWEST &&
				weights[i] <= WEIGHTS_HIGHEST);
		made += w.verdict == WEIGHTS_MADE;
		gone += w.verdict == WEIGHTS_NOT_STEADY;
		assert_true(w.verdict != WEIGHTS_UNKNOWN);
	}
	printf("margins at random: %d made, %d not steady\n", made, gone);
	assert_true(made > 100 && gone > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_groups_by_hand),
		cmocka_unit_test(groups_that_answered_in_proportion_change_nothing),
		cmocka_unit_test(a_class_of_19_answers_or_without_a_size_has_no_weights),
		cmocka_unit_test(margins_of_two_lists_are_refused),
		cmocka_unit_test(raking_meets_both_margins_and_keeps_cross_ratios),
		cmocka_unit_test(weights_stay_between_their_bounds_and_the_gap_is_told),
		cmocka_unit_test(margins_that_cannot_be_met_end_in_a_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
