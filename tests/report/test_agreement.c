/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Agreement of two coders, against values of the literature:
 *   Cohen 1968, Psychological Bulletin 70, table 1: kappa .492
 *   SAS/STAT User's Guide, FREQ, example "Cohen's kappa coefficient" (skin conditions, 88 patients): .3449, error .0724
 *   Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011, sections A and B: .095 (two values), .692 (nominal)
 *   MASI by hand from Passonneau 2006, section 3
 * and those of statsmodels in golden_statistics.json.
 */
#include "barometre/report/agreement.h"
#include "statistics_test.h"

static void rounded(double got, double wanted, double unit)
{
	if (fabs(got - wanted) > unit / 2)
		fail_msg("%.6f instead of %.4f", got, wanted);
}

static void kappa_of_the_literature(void **state)
{
	static const int64_t diagnoses[] = {88, 10, 2, 14, 40, 6, 18, 10, 12};
	static const int64_t skin[] = {
		10, 4, 1, 0, 5, 10, 12, 2, 2, 4, 12, 5, 0, 2, 6, 13};
	struct agreement a = kappa_of_table(diagnoses, 3);

	(void)state;
	assert_true(a.defined);
	assert_int_equal(a.units, 200);
	rounded(a.observed, 0.70, 1e-9);
	rounded(a.expected, 0.41, 1e-9);
	rounded(a.kappa, 0.492, 0.001);
	a = kappa_of_table(skin, 4);
	assert_int_equal(a.units, 88);
	rounded(a.kappa, 0.3449, 0.0001);
	rounded(a.error, 0.0724, 0.0001);
}

static void kappa_is_that_of_statsmodels(void **state)
{
	json_t *file = golden(), *one;
	size_t at;

	(void)state;
	json_array_foreach(json_object_get(file, "kappa"), at, one) {
		json_t *rows = json_object_get(one, "table");
		size_t codes = json_array_size(rows);
		int64_t table[64];
		struct agreement a;

		assert_true(codes * codes <= COUNT_OF(table));
		for (size_t i = 0; i < codes * codes; i++)
			table[i] = json_integer_value(json_array_get(
				json_array_get(rows, i / codes), i % codes));
		a = kappa_of_table(table, codes);
		near_to(a.kappa, real_of(one, "kappa"), "kappa", at);
		near_to(a.error, real_of(one, "error"), "error", at);
	}
	assert_true(at >= 5);
	json_decref(file);
}

static void three_codes_by_hand(void **state)
{
	static const int64_t table[] = {1, 1, 0, 0, 1, 0, 1, 0, 2};

	(void)state;
	near_to(kappa_of_table(table, 3).kappa, 0.5, "codes",
		0); /* (24 - 12) / (36 - 12) */
}

static void where_chance_explains_all_there_is_no_kappa(void **state)
{
	static const int64_t one_code[] = {12, 0, 0, 0}, none[4] = {0},
			     opposite[] = {0, 6, 6, 0};
	struct agreement a = kappa_of_table(one_code, 2);

	(void)state;
	assert_false(a.defined);
	near_to(a.observed, 1, "one code", 0);
	near_to(a.kappa, 0, "one code", 1);
	assert_false(kappa_of_table(none, 2).defined);
	assert_false(kappa_of_table(none, 0).defined);
	a = kappa_of_table(opposite, 2);
	assert_true(a.defined);
	near_to(a.kappa, -1, "opposite", 0);
	near_to(a.error, 0, "opposite", 1);
}

static void kappa_does_not_ask_who_is_first_nor_how_codes_are_numbered(void **state)
{
	uint64_t draw = 5;

	(void)state;
	for (int turn = 0; turn < 500; turn++) {
		int64_t table[16], turned[16], renumbered[16];
		struct agreement a, b, c;

		for (size_t i = 0; i < 16; i++)
			table[i] = 1 + drawn_below(&draw, 9);
		for (size_t i = 0; i < 4; i++)
			for (size_t j = 0; j < 4; j++) {
				turned[j * 4 + i] = table[i * 4 + j];
				renumbered[(3 - i) * 4 + 3 - j] = table[i * 4 + j];
			}
		a = kappa_of_table(table, 4);
		b = kappa_of_table(turned, 4);
		c = kappa_of_table(renumbered, 4);
		assert_true(a.kappa >= -1 && a.kappa <= 1 && a.error > 0);
		near_to(a.kappa, b.kappa, "turned", 0);
		near_to(a.error, b.error, "turned", 1);
		near_to(a.kappa, c.kappa, "renumbered", 0);
		near_to(a.error, c.error, "renumbered", 1);
	}
}

/* ---- themes ---- */

/* "ab" is the set of the first two of five themes; "-" none. */
static void set_of(const char *letters, bool *set)
{
	memset(set, 0, 5 * sizeof(*set));
	for (; *letters; letters++)
		if (*letters != '-')
			set[*letters - 'a'] = true;
}

static double masi(const char *first, const char *second)
{
	bool a[5], b[5];

	set_of(first, a);
	set_of(second, b);
	return masi_distance(a, b, 5);
}

static void masi_is_that_of_passonneau(void **state)
{
	(void)state;
	near_to(masi("ab", "ab"), 0, "equal", 0);
	near_to(masi("-", "-"), 0, "nothing twice", 0);
	near_to(masi("ab", "cd"), 1, "apart", 0);
	near_to(masi("a", "-"), 1, "one is empty", 0);
	near_to(masi("ab", "a"), 1 - 1.0 / 2 * 2 / 3, "inside", 0);
	near_to(masi("abcd", "cde"), 1 - 2.0 / 5 * 1 / 3, "overlap", 0);
	near_to(masi("ab", "bc"), 1 - 1.0 / 3 * 1 / 3, "overlap", 1);
}

static struct theme_agreement coded(const char *const *first, const char *const *second,
	size_t units, struct agreement *each)
{
	bool a[20 * 5] = {0}, b[20 * 5] = {0};

	assert_true(units <= 20);
	for (size_t i = 0; i < units; i++) {
		set_of(first[i], a + 5 * i);
		set_of(second[i], b + 5 * i);
	}
	return agreement_of_themes(a, b, units, 5, each);
}

static void alpha_of_single_themes_is_krippendorffs(void **state)
{
	static const char *const meg[] = {
		"a", "b", "a", "a", "a", "a", "a", "a", "b", "a"};
	static const char *const owen[] = {
		"b", "b", "b", "a", "a", "b", "a", "a", "a", "a"};
	static const char *const ben[] = {
		"a", "a", "b", "b", "d", "c", "c", "c", "e", "d", "d", "a"};
	static const char *const gerry[] = {
		"b", "a", "b", "b", "b", "c", "c", "c", "e", "d", "d", "d"};
	struct theme_agreement t = coded(meg, owen, 10, NULL);

	(void)state;
	assert_true(t.alpha_defined);
	rounded(t.alpha, 0.095, 0.001);
	t = coded(ben, gerry, 12, NULL);
	rounded(t.alpha, 0.692, 0.001);
	near_to(t.same_set, 9.0 / 12, "same set", 0);
}

static void each_theme_has_its_kappa_and_the_mean_is_of_those_that_have_one(void **state)
{
	static const char *const first[] = {"ab", "a", "b", "-", "ac", "a"};
	static const char *const second[] = {"ab", "ab", "b", "-", "a", "-"};
	struct agreement each[5];
	struct theme_agreement t = coded(first, second, 6, each);

	(void)state;
	assert_int_equal(t.units, 6);
	/* a: 3 both, 1 first only, 2 neither: (30 - 18) / (36 - 18). b: 2 both, 1 second only, 3 neither. c: 1 first only. */
	near_to(each[0].kappa, 2.0 / 3, "a", 0);
	near_to(each[1].kappa, 2.0 / 3, "b", 0);
	near_to(each[2].kappa, 0, "c", 0);
	assert_true(each[2].defined && !each[3].defined && !each[4].defined);
	assert_int_equal(t.defined, 3);
	near_to(t.mean_kappa, 4.0 / 9, "mean", 0);
	near_to(t.same_set, 0.5, "same set", 0);
	assert_true(t.alpha < 1 && t.alpha > 0);
}

static void alpha_of_equal_coders_is_one_and_of_one_set_none(void **state)
{
	static const char *const mixed[] = {"ab", "c", "-", "ab"},
				 *const one[] = {"a", "a"};
	struct theme_agreement t = coded(mixed, mixed, 4, NULL);

	(void)state;
	assert_true(t.alpha_defined);
	near_to(t.alpha, 1, "equal", 0);
	near_to(t.mean_kappa, 1, "equal", 1);
	t = coded(one, one, 2, NULL);
	assert_false(t.alpha_defined);
	assert_int_equal(t.defined, 0);
	t = coded(one, one, 0, NULL);
	assert_false(t.alpha_defined);
}

static void words_of_landis_and_koch(void **state)
{
	(void)state;
	assert_string_equal(kappa_words(0.81), "presque parfait");
	assert_string_equal(kappa_words(0.80), "fort");
	assert_string_equal(kappa_words(0.5), "modéré");
	assert_string_equal(kappa_words(0.3), "passable");
	assert_string_equal(kappa_words(0), "faible");
	assert_string_equal(kappa_words(-0.1), "inexistant");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kappa_of_the_literature),
		cmocka_unit_test(kappa_is_that_of_statsmodels),
		cmocka_unit_test(three_codes_by_hand),
		cmocka_unit_test(where_chance_explains_all_there_is_no_kappa),
		cmocka_unit_test(
			kappa_does_not_ask_who_is_first_nor_how_codes_are_numbered),
		cmocka_unit_test(masi_is_that_of_passonneau),
		cmocka_unit_test(alpha_of_single_themes_is_krippendorffs),
		cmocka_unit_test(
			each_theme_has_its_kappa_and_the_mean_is_of_those_that_have_one),
		cmocka_unit_test(alpha_of_equal_coders_is_one_and_of_one_set_none),
		cmocka_unit_test(words_of_landis_and_koch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
