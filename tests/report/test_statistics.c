/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals, exact tests and percents: golden values of other programs, and what must hold for all numbers. */
#include "statistics_test.h"

/* ---- golden values ---- */

static void wilson_is_that_of_scipy(void **state)
{
	json_t *file = golden(), *one;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(file, "wilson"), i, one) {
		struct interval w;
		assert_true(wilson_interval(
			whole_of(one, "count"), whole_of(one, "base"), &w));
		near_to(w.low, real_of(one, "low"), "wilson low", i);
		near_to(w.high, real_of(one, "high"), "wilson high", i);
	}
	assert_true(i >= 20);
	json_array_foreach(json_object_get(file, "wilson_list"), i, one) {
		struct interval w;
		assert_true(wilson_interval_of_list(whole_of(one, "count"),
			whole_of(one, "base"), whole_of(one, "list"), &w));
		near_to(w.low, real_of(one, "low"), "list low", i);
		near_to(w.high, real_of(one, "high"), "list high", i);
	}
	assert_true(i >= 5);
	json_decref(file);
}

/* The values that were fixed before the program was written. */
static void the_values_fixed_beforehand_come_out(void **state)
{
	struct interval w;
	struct fisher f;

	(void)state;
	assert_true(wilson_interval(8, 39, &w));
	near_to(w.low, 0.107797, "wilson", 0);
	near_to(w.high, 0.355340, "wilson", 1);
	assert_true(wilson_interval_of_list(8, 39, 60, &w));
	near_to(w.low, 0.140133, "list", 0);
	near_to(w.high, 0.290099, "list", 1);
	assert_true(newcombe_interval(56, 70, 48, 80, &w));
	near_to(w.low, 0.052431, "newcombe", 0);
	near_to(w.high, 0.333873, "newcombe", 1);
	assert_true(newcombe_interval(10, 10, 0, 20, &w));
	near_to(w.low, 0.679086, "newcombe", 2);
	near_to(w.high, 1, "newcombe", 3);
	f = fisher_exact(28, 11, 60, 60);
	near_to(f.p, 0.025378, "fisher", 0);
	near_to(f.mid_p, 0.021044, "fisher", 1);
	f = fisher_exact(3, 1, 1, 3);
	near_to(f.p, 0.485714, "fisher", 2);
	near_to(f.mid_p, 0.257143, "fisher", 3);
}

static void newcombe_is_that_of_statsmodels(void **state)
{
	json_t *file = golden(), *one;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(file, "newcombe"), i, one) {
		struct interval d;
		assert_true(newcombe_interval(item_of(one, "first", 0),
			item_of(one, "first", 1), item_of(one, "second", 0),
			item_of(one, "second", 1), &d));
		near_to(d.low, real_of(one, "low"), "newcombe low", i);
		near_to(d.high, real_of(one, "high"), "newcombe high", i);
	}
	assert_true(i >= 11);
	json_decref(file);
}

static void fisher_is_that_of_scipy(void **state)
{
	static const char *const lists[] = {"fisher", "fisher_large"};
	json_t *file = golden(), *one;
	size_t i;

	(void)state;
	for (size_t l = 0; l < COUNT_OF(lists); l++) {
		json_array_foreach(json_object_get(file, lists[l]), i, one) {
			struct fisher f = fisher_exact(item_of(one, "table", 0),
				item_of(one, "table", 1), item_of(one, "table", 2),
				item_of(one, "table", 3));
			near_to(f.p, real_of(one, "p"), lists[l], i);
			near_to(f.mid_p, real_of(one, "mid_p"), lists[l], i);
		}
		assert_true(i >= 4);
	}
	json_decref(file);
}

static void holm_is_that_of_statsmodels_in_any_order(void **state)
{
	json_t *file = golden(), *one;
	uint64_t draw = 7;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(file, "holm"), i, one) {
		json_t *list = json_object_get(one, "p");
		size_t n = json_array_size(list), at[64];
		double p[64], adjusted[64];

		assert_true(n > 0 && n <= COUNT_OF(p));
		for (size_t k = 0; k < n; k++)
			at[k] = k;
		for (int turn = 0; turn < 50; turn++) {
			for (size_t k = 0; k < n; k++)
				p[k] = json_number_value(json_array_get(list, at[k]));
			holm_adjust(p, n, adjusted);
			for (size_t k = 0; k < n; k++)
				near_to(adjusted[k],
					json_number_value(json_array_get(
						json_object_get(one, "adjusted"), at[k])),
					"holm", k);
			for (size_t k = n; k > 1; k--) {
				size_t j = (size_t)drawn_below(&draw, (int64_t)k);
				size_t other = at[j];
				at[j] = at[k - 1];
				at[k - 1] = other;
			}
			holm_adjust(p, n, p); /* in place */
			assert_memory_equal(p, adjusted, n * sizeof(*p));
		}
	}
	json_decref(file);
}

/* ---- what must hold for all ---- */

static void wilson_stays_inside_holds_the_share_and_grows(void **state)
{
	(void)state;
	for (int64_t n = 1; n <= 300; n++) {
		struct interval w, before = {0, 0}, mirror;

		for (int64_t c = 0; c <= n; c++) {
			double p = (double)c / (double)n;
			assert_true(wilson_interval(c, n, &w));
			assert_true(w.low >= 0 && w.low <= p && p <= w.high &&
				w.high <= 1 && w.low < w.high);
			assert_true(
				c == 0 || (w.low > before.low && w.high > before.high));
			assert_true(c > 0 || w.low <= 0);
			assert_true(c < n || w.high >= 1);
			assert_true(wilson_interval(n - c, n, &mirror));
			near_to(w.low, 1 - mirror.high, "mirror", (size_t)c);
			before = w;
		}
	}
}

static void a_list_makes_wilson_narrower_until_nothing_is_left(void **state)
{
	struct interval plain, listed = {0, 1}, w;

	(void)state;
	assert_false(wilson_interval(0, 0, &w));
	assert_false(wilson_interval_of_list(0, 0, 10, &w));
	assert_false(wilson_interval_of_list(20, 80, 80, &w));
	assert_true(wilson_interval(20, 80, &plain));
	for (int64_t list = 1000000; list > 80; list = list * 2 / 3) {
		struct interval before = listed;
		assert_true(wilson_interval_of_list(20, 80, list, &listed));
		assert_true(listed.high - listed.low < before.high - before.low);
		assert_true(listed.low > plain.low && listed.high < plain.high);
	}
}

static void equal_weights_are_no_weights(void **state)
{
	double w[126];
	struct interval plain, weighted;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(w); i++)
		w[i] = 0.7;
	near_to(effective_size(w, NULL, COUNT_OF(w)), 126, "effective", 0);
	assert_true(wilson_interval(60, 126, &plain));
	weighted = wilson_of_share(60.0 / 126, effective_size(w, NULL, COUNT_OF(w)));
	near_to(weighted.low, plain.low, "weighted", 0);
	near_to(weighted.high, plain.high, "weighted", 1);
	for (size_t i = 0; i < 63; i++)
		w[i] = 1.4; /* (63 × 2.1)² / (63 × (1.96 + 0.49)) by 0.7² */
	near_to(effective_size(w, NULL, COUNT_OF(w)), 113.4, "effective", 1);
	near_to(effective_size(w, NULL, 0), 0, "effective", 2);
	near_to(effective_size((const double[]){1.4, 0.7}, (const int64_t[]){63, 63}, 2),
		113.4, "effective", 3);
}

static void a_difference_turned_round_is_the_same_one(void **state)
{
	uint64_t draw = 1;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		int64_t m = 1 + drawn_below(&draw, 200), n = 1 + drawn_below(&draw, 200);
		int64_t a = drawn_below(&draw, m + 1), b = drawn_below(&draw, n + 1);
		double d = (double)a / (double)m - (double)b / (double)n;
		struct interval one, other;

		assert_true(newcombe_interval(a, m, b, n, &one));
		assert_true(newcombe_interval(b, n, a, m, &other));
		near_to(one.low, -other.high, "turned", 0);
		assert_true(
			one.low >= -1 && one.low <= d && d <= one.high && one.high <= 1);
	}
	struct interval none;
	assert_false(newcombe_interval(0, 0, 1, 2, &none));
	assert_false(newcombe_interval(1, 2, 0, 0, &none));
}

static void fisher_is_the_same_transposed_and_turned(void **state)
{
	uint64_t draw = 2;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		int64_t most = i % 10 == 0 ? 400000 : 120;
		int64_t a = drawn_below(&draw, most), b = drawn_below(&draw, most),
			c = drawn_below(&draw, most), d = drawn_below(&draw, most);
		struct fisher f = fisher_exact(a, b, c, d), t = fisher_exact(a, c, b, d),
			      rows = fisher_exact(c, d, a, b),
			      both = fisher_exact(d, c, b, a);

		assert_true(f.p >= f.mid_p && f.mid_p >= 0 && f.p <= 1);
		assert_memory_equal(&f, &t, sizeof(f)); /* to the last bit */
		near_to(f.p, rows.p, "rows turned", (size_t)i);
		near_to(f.mid_p, rows.mid_p, "rows turned", (size_t)i);
		near_to(f.p, both.p, "both turned", (size_t)i);
	}
}

static void fisher_of_an_empty_margin_says_nothing(void **state)
{
	struct fisher f = fisher_exact(0, 5, 0, 9);

	(void)state;
	near_to(f.p, 1, "empty", 0);
	near_to(f.mid_p, 0.5, "empty", 1);
	f = fisher_exact(0, 0, 4, 9);
	near_to(f.p, 1, "empty", 2);
	f = fisher_exact(900000, 100000, 100000, 900000); /* beyond what a double holds */
	assert_true(f.p >= 0 && f.p < 1e-280);
}

/* ---- of a release ---- */

static bool interval_of(struct figure f, double *low, double *high)
{
	*low = *high = -7;
	return figure_interval(&f, low, high);
}

static void a_line_has_an_interval_only_where_it_tells_a_count_of_enough(void **state)
{
	struct figure line = {"patients", "q", "single", "", "", "", "a", "A", 39, 0, 0,
		39, 8, 21, false, 0, ""};
	double low, high;

	(void)state;
	assert_true(interval_of(line, &low, &high));
	near_to(low, 10.779718, "percent", 0);
	near_to(high, 35.533968, "percent", 1);

	struct figure withheld = line, small = line, mean = line, ticks = line;
	withheld.count = withheld.percent = -1;
	withheld.status = "at_least_95";
	assert_false(interval_of(withheld, &low, &high));
	withheld = line;
	withheld.percent = -1;
	assert_false(interval_of(withheld, &low, &high));
	small.base = 10;
	assert_false(interval_of(small, &low, &high));
	small.base = 11;
	assert_true(interval_of(small, &low, &high));
	mean.has_value = true;
	assert_false(interval_of(mean, &low, &high));
	ticks.count = 40;
	assert_false(interval_of(ticks, &low, &high));
	assert_true(low < -1 && high < -1); /* untouched */
}

/* ---- as people read them ---- */

static void percents_are_rounded_from_integers_and_0_and_100_mean_it(void **state)
{
	(void)state;
	for (int64_t b = 1; b <= 500; b++)
		for (int64_t c = 0; c <= b; c++) {
			struct percent p = percent_show(c, b);
			int64_t rounded = (200 * c + b) / (2 * b);

			if (rounded == 100 && c < b) {
				assert_int_equal(p.mark, PERCENT_OVER_99);
				assert_int_equal(p.number, 99);
				assert_true(b >= 200);
			} else if (rounded == 0 && c > 0) {
				assert_int_equal(p.mark, PERCENT_UNDER_1);
				assert_int_equal(p.number, 1);
				assert_true(b > 200);
			} else {
				assert_int_equal(p.mark, PERCENT_EQUAL);
				assert_int_equal(p.number, rounded);
				assert_true((p.number == 100) == (c == b));
				assert_true((p.number == 0) == (c == 0));
			}
		}
	assert_int_equal(percent_show(0, 0).mark, PERCENT_NONE);
}

static void check_percent(int64_t count, int64_t base, const char *wanted)
{
	struct buf text = BUF_LIMIT(100);

	percent_text(&text, percent_show(count, base));
	assert_string_equal(buf_str(&text).p, wanted);
	buf_release(&text);
}

static void check_number(double value, int decimals, const char *wanted)
{
	struct buf text = BUF_LIMIT(100);

	number_text(&text, value, decimals);
	assert_string_equal(buf_str(&text).p, wanted);
	buf_release(&text);
}

static void check_points(double difference, const char *wanted)
{
	struct buf text = BUF_LIMIT(100);

	points_text(&text, difference);
	assert_string_equal(buf_str(&text).p, wanted);
	buf_release(&text);
}

static void numbers_are_written_as_in_french(void **state)
{
	struct buf text = BUF_LIMIT(100);

	(void)state;
	check_percent(21, 50, "42\u202f%");
	check_percent(0, 50, "0\u202f%");
	check_percent(50, 50, "100\u202f%");
	check_percent(399, 400, ">\u202f99\u202f%");
	check_percent(1, 400, "<\u202f1\u202f%");
	check_percent(0, 0, "\u2013");
	check_number(3.14159, 2, "3,14");
	check_number(-0.004, 2, "0,00");
	check_number(-2.5, 1, "\u22122,5");
	check_number(2.5, 0, "3");
	check_number(9999, 0, "9\u202f999");
	check_number(12345.6, 1, "12\u202f345,6");
	check_number(1234567, 0, "1\u202f234\u202f567");
	check_points(0.08, "+8 points");
	check_points(-0.01, "\u22121 point");
	check_points(0.001, "0 point");
	check_points(-0.004, "0 point");
	interval_text(&text, (struct interval){0.107797, 0.355340}, 1);
	assert_string_equal(buf_str(&text).p, "[10,8\u202f%\u202f; 35,5\u202f%]");
	buf_release(&text);
}

static void small_bases_are_marked(void **state)
{
	(void)state;
	assert_int_equal(base_mark(0), BASE_TOO_SMALL);
	assert_int_equal(base_mark(10), BASE_TOO_SMALL);
	assert_int_equal(base_mark(11), BASE_SMALL);
	assert_int_equal(base_mark(29), BASE_SMALL);
	assert_int_equal(base_mark(30), BASE_NORMAL);
	assert_string_equal(base_mark_text(BASE_SMALL), "effectif faible");
	assert_string_equal(base_mark_text(BASE_NORMAL), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wilson_is_that_of_scipy),
		cmocka_unit_test(the_values_fixed_beforehand_come_out),
		cmocka_unit_test(newcombe_is_that_of_statsmodels),
		cmocka_unit_test(fisher_is_that_of_scipy),
		cmocka_unit_test(holm_is_that_of_statsmodels_in_any_order),
		cmocka_unit_test(wilson_stays_inside_holds_the_share_and_grows),
		cmocka_unit_test(a_list_makes_wilson_narrower_until_nothing_is_left),
		cmocka_unit_test(equal_weights_are_no_weights),
		cmocka_unit_test(a_difference_turned_round_is_the_same_one),
		cmocka_unit_test(fisher_is_the_same_transposed_and_turned),
		cmocka_unit_test(fisher_of_an_empty_margin_says_nothing),
		cmocka_unit_test(
			a_line_has_an_interval_only_where_it_tells_a_count_of_enough),
		cmocka_unit_test(
			percents_are_rounded_from_integers_and_0_and_100_mean_it),
		cmocka_unit_test(numbers_are_written_as_in_french),
		cmocka_unit_test(small_bases_are_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
