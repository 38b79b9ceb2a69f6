/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/base/str.h"

static const struct str nothing = {NULL, 0};

static void equality_is_of_bytes(void **state)
{
	(void)state;
	assert_true(str_eq(STR("abc"), STR("abc")));
	assert_false(str_eq(STR("abc"), STR("abd")));
	assert_false(str_eq(STR("abc"), STR("ab")));
	assert_true(str_eq(nothing, STR("")));
	assert_true(str_eq(str_of(NULL), STR("")));
	assert_true(str_eq_z(STR("abc"), "abc"));
	assert_false(str_eq_z(STR("a\0c"), "a"));
}

static void case_is_ignored_for_ascii_letters_only(void **state)
{
	(void)state;
	assert_true(str_eq_nocase(STR("Content-Type"), STR("cONTENT-tYPE")));
	assert_false(str_eq_nocase(STR("É"), STR("é")));
	assert_false(str_eq_nocase(STR("["), STR("{")));
	assert_false(str_eq_nocase(STR("@"), STR("`")));
	assert_false(str_eq_nocase(STR("a"), STR("ab")));
}

static void prefixes(void **state)
{
	(void)state;
	assert_true(str_starts(STR("/q/1"), STR("/q/")));
	assert_true(str_starts(STR("/q/1"), STR("")));
	assert_false(str_starts(STR("/q"), STR("/q/")));
	assert_true(str_starts(nothing, STR("")));
}

static void a_word_is_looked_for_in_a_list(void **state)
{
	static const char *const list[] = {"mean", "q1", "", NULL},
				 *const none[] = {NULL};

	(void)state;
	assert_true(str_is_one_of(STR("mean"), list));
	assert_true(str_is_one_of(STR("q1"), list));
	assert_true(str_is_one_of(nothing, list));
	assert_false(str_is_one_of(STR("q"), list));
	assert_false(str_is_one_of(STR("q12"), list));
	assert_false(str_is_one_of(STR("q1"), none));
}

static void trim_takes_blanks_at_both_ends(void **state)
{
	(void)state;
	assert_true(str_eq(str_trim(STR(" \t\r\na b\n ")), STR("a b")));
	assert_true(str_eq(str_trim(STR("  ")), STR("")));
	assert_true(str_eq(str_trim(nothing), STR("")));
}

static void cut_gives_every_part_once(void **state)
{
	struct str rest = STR("a,,b,"), part = nothing;
	(void)state;
	static const char *const want[] = {"a", "", "b", ""};
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		assert_true(str_cut(&rest, ',', &part));
		assert_true(str_eq_z(part, want[i]));
	}
	assert_false(str_cut(&rest, ',', &part));
	assert_null(rest.p);

	rest = STR("");
	assert_true(str_cut(&rest, ',', &part));
	assert_int_equal(part.n, 0);
	assert_false(str_cut(&rest, ',', &part));
}

static void whole_numbers_are_digits_within_range(void **state)
{
	uint64_t n = 77;
	(void)state;
	assert_true(str_parse_u64(STR("18446744073709551615"), &n));
	assert_true(n == UINT64_MAX);
	assert_true(str_parse_u64(STR("007"), &n));
	assert_true(n == 7);
	static const char *const wrong[] = {"", "-1", "+1", " 1", "1 ", "1a", "0x1",
		"18446744073709551616", "99999999999999999999"};
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_false(str_parse_u64(str_of(wrong[i]), &n));
	assert_true(n == 7);
}

static void decimals_take_point_or_comma(void **state)
{
	static const struct {
		const char *text;
		double value;
	} right[] = {{"0", 0}, {"12", 12}, {"-3,5", -3.5}, {"0.1", 0.1},
		{"000000000000000000001.50", 1.5}, {"123456789012345", 123456789012345.0},
		{"0,000000000000001", 1e-15}, {"3.14159265358979", 3.14159265358979}};
	static const char *const wrong[] = {"", "-", ".5", "5.", "1,2,3", "1e3", "+1",
		" 1", "nan", "inf", "1 000", "1234567890123456", "0.0000000000000001",
		"--1", "1.-2"};
	double value = 9;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(right); i++) {
		assert_true(str_parse_decimal(str_of(right[i].text), &value));
		assert_true(memcmp(&value, &right[i].value, sizeof(value)) == 0);
	}
	value = 9;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_false(str_parse_decimal(str_of(wrong[i]), &value));
	assert_true(value > 8.5 && value < 9.5);
}

static void good_utf8_is_accepted(void **state)
{
	(void)state;
	assert_true(str_is_utf8(STR("Baromètre « où ? » œ €")));
	assert_true(str_is_utf8(STR("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF")));
	assert_true(str_is_utf8(
		STR("\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF")));
	assert_true(str_is_utf8(nothing));
}

static void bad_utf8_is_refused(void **state)
{
	static const struct {
		const char *why;
		struct str bytes;
	} bad[] = {
		{"NUL", {"a\0b", 3}},
		{"lone continuation", {"\x80", 1}},
		{"overlong of two", {"\xC0\xAF", 2}},
		{"overlong of two, highest", {"\xC1\xBF", 2}},
		{"overlong NUL", {"\xC0\x80", 2}},
		{"overlong of three", {"\xE0\x9F\xBF", 3}},
		{"overlong of four", {"\xF0\x8F\xBF\xBF", 4}},
		{"first surrogate", {"\xED\xA0\x80", 3}},
		{"last surrogate", {"\xED\xBF\xBF", 3}},
		{"above U+10FFFF", {"\xF4\x90\x80\x80", 4}},
		{"five bytes", {"\xF8\x88\x80\x80\x80", 5}},
		{"FE", {"\xFE", 1}},
		{"FF", {"\xFF", 1}},
		{"truncated two", {"a\xC3", 2}},
		{"truncated three", {"\xE2\x82", 2}},
		{"truncated four", {"\xF0\x9F\x98", 3}},
		{"broken third byte", {"\xE2\x82(", 3}},
		{"broken fourth byte", {"\xF0\x9F\x98(", 4}},
		{"Windows-1252", {"\xE9t\xE9", 3}},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (str_is_utf8(bad[i].bytes))
			fail_msg("accepted: %s", bad[i].why);
	}
}

static void a_sequence_is_not_read_past_the_slice(void **state)
{
	(void)state;
	assert_false(str_is_utf8((struct str){"\xC3\xA9", 1}));
}

static void characters_are_code_points(void **state)
{
	(void)state;
	assert_int_equal(str_count_chars(STR("été€😀")), 5);
	assert_int_equal(str_count_chars(nothing), 0);
}

static void a_copy_ends_with_nul(void **state)
{
	(void)state;
	SCOPED(free_char) char *copy = str_dup((struct str){"abcdef", 3});
	SCOPED(free_char) char *empty = str_dup(nothing);
	assert_string_equal(copy, "abc");
	assert_string_equal(empty, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equality_is_of_bytes),
		cmocka_unit_test(case_is_ignored_for_ascii_letters_only),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(a_word_is_looked_for_in_a_list),
		cmocka_unit_test(trim_takes_blanks_at_both_ends),
		cmocka_unit_test(cut_gives_every_part_once),
		cmocka_unit_test(whole_numbers_are_digits_within_range),
		cmocka_unit_test(decimals_take_point_or_comma),
		cmocka_unit_test(good_utf8_is_accepted),
		cmocka_unit_test(bad_utf8_is_refused),
		cmocka_unit_test(a_sequence_is_not_read_past_the_slice),
		cmocka_unit_test(characters_are_code_points),
		cmocka_unit_test(a_copy_ends_with_nul),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
