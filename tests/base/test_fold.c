/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/base/fold.h"

static void assert_folds(struct str in, const char *want)
{
	struct buf out = BUF_LIMIT(100000);
	fold_name(&out, in);
	assert_false(out.failed);
	assert_string_equal(out.p ? out.p : "", want);
	buf_release(&out);
}

static void names_lose_case_accents_and_punctuation(void **state)
{
	(void)state;
	assert_folds(STR("Saint-Étienne d’Albagnan"), "saint etienne d albagnan");
	assert_folds(STR("L'ÎLE-D'ŒUVRE"), "l ile d oeuvre");
	assert_folds(STR("Cœur-de-Causse"), "coeur de causse");
	assert_folds(STR("E\xCC\x81te\xCC\x81"), "ete");
	assert_folds(STR("Nîmes (30000)"), "nimes 30000");
	assert_folds(STR("  L’Haÿ--les \u00A0 Roses !"), "l hay les roses");
	assert_folds(STR("Æther Straße"), "aether strasse");
}

static void saint_is_written_out_as_a_word_only(void **state)
{
	(void)state;
	assert_folds(STR("St Étienne"), "saint etienne");
	assert_folds(STR("STE-Foy"), "sainte foy");
	assert_folds(STR("Plan-de-St"), "plan de saint");
	assert_folds(STR("Brest"), "brest");
	assert_folds(STR("Stenay"), "stenay");
}

static void what_holds_no_letter_folds_to_nothing(void **state)
{
	(void)state;
	assert_folds(STR(""), "");
	assert_folds((struct str){NULL, 0}, "");
	assert_folds(STR(" -’!? "), "");
	assert_folds(STR("\xFF\xFE"), "");
	assert_folds(STR("a\xFF"
			 "b"),
		"a b");
}

static void long_input_is_cut_and_expansion_fits(void **state)
{
	char text[9000];
	struct buf out = BUF_LIMIT(100000);
	(void)state;
	for (size_t i = 0; i < sizeof(text); i += 3)
		memcpy(text + i, "€", 3);
	text[0] = text[1] = text[2] = 'a';
	fold_name(&out, (struct str){text, sizeof(text)});
	assert_true(str_starts(buf_str(&out), STR("aaa")));
	buf_clear(&out);
	memset(text, 'x', sizeof(text));
	fold_name(&out, (struct str){text, sizeof(text)});
	assert_int_equal(out.n, 4096);
	buf_clear(&out);
	for (size_t i = 0; i < sizeof(text); i += 2)
		memcpy(text + i, "Œ", 2);
	fold_name(&out, (struct str){text, sizeof(text)});
	assert_int_equal(out.n, 4096);
	buf_clear(&out);
	/* ½ becomes " 1/2", ﬃ three letters. */
	for (size_t i = 0; i < sizeof(text); i += 3)
		memcpy(text + i, "ﬃ", 3);
	fold_name(&out, (struct str){text, sizeof(text)});
	assert_int_equal(out.n, 4095);
	buf_release(&out);
}

static void it_appends_and_respects_the_ceiling(void **state)
{
	struct buf out = BUF_LIMIT(12);
	(void)state;
	buf_puts(&out, "x:");
	fold_name(&out, STR("Été 9"));
	assert_string_equal(out.p, "x:ete 9");
	fold_name(&out, STR("trop long"));
	assert_true(out.failed);
	buf_release(&out);
}

static void order_is_french(void **state)
{
	(void)state;
	assert_true(fold_compare(STR("Éte"), STR("zut")) < 0);
	assert_true(fold_compare(STR("zut"), STR("Éte")) > 0);
	assert_true(fold_compare(STR("cote"), STR("côte")) < 0);
	assert_true(fold_compare(STR("côte"), STR("coteau")) < 0);
	assert_true(fold_compare(STR("œuf"), STR("ogre")) < 0);
	assert_int_equal(fold_compare(STR("Lot"), STR("Lot")), 0);
	assert_int_equal(fold_compare(STR(""), (struct str){NULL, 0}), 0);
}

static void text_is_composed_and_the_longest_expansion_fits(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"", ""}, {"e\u0301te\u0301", "\u00E9t\u00E9"},
		{"\u00E9t\u00E9 \u2019", "\u00E9t\u00E9 \u2019"},
		{"\u212B", "\u00C5"}, /* the unit of length is the letter */
		{"\uFB01", "\uFB01"}, /* a ligature stays: C, not KC */
		{"\U0001D160",
			"\U0001D158\U0001D165\U0001D16E"}, /* three times as long */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED(buf_release) struct buf out = BUF_LIMIT(100);

		text_compose(&out, str_of(cases[i].in));
		if (!str_eq_z(buf_str(&out), cases[i].out))
			fail_msg("%zu: \"%s\"", i, buf_str(&out).p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_lose_case_accents_and_punctuation),
		cmocka_unit_test(saint_is_written_out_as_a_word_only),
		cmocka_unit_test(what_holds_no_letter_folds_to_nothing),
		cmocka_unit_test(long_input_is_cut_and_expansion_fits),
		cmocka_unit_test(it_appends_and_respects_the_ceiling),
		cmocka_unit_test(order_is_french),
		cmocka_unit_test(text_is_composed_and_the_longest_expansion_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
