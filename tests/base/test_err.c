/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/base/err.h"
#include "barometre/base/str.h"

static void setting_returns_false(void **state)
{
	struct err e = {0};
	(void)state;
	assert_false(err_set(&e, ERR_MISSING, "no form \"%s\"", "x"));
	assert_int_equal(e.code, ERR_MISSING);
	assert_int_equal(e.line, 0);
	assert_string_equal(e.text, "no form \"x\"");
	assert_false(err_set_line(&e, ERR_INVALID, 12, "no such key"));
	assert_int_equal(e.line, 12);
	assert_false(err_set(NULL, ERR_BROKEN, "nobody asks"));
	assert_false(err_set_line(NULL, ERR_BROKEN, 1, "nobody asks"));
	assert_false(err_prefix(NULL, "nobody asks"));
}

static void a_prefix_keeps_what_lies_below(void **state)
{
	struct err e = {0};
	(void)state;
	err_set_line(&e, ERR_LIMIT, 3, "too long");
	assert_false(err_prefix(&e, "file \"%s\"", "a.csv"));
	assert_string_equal(e.text, "file \"a.csv\": too long");
	assert_int_equal(e.code, ERR_LIMIT);
	assert_int_equal(e.line, 3);
}

static void long_text_is_cut_between_characters(void **state)
{
	struct err e = {0};
	(void)state;
	for (int shift = 0; shift < 4; shift++) {
		char text[900] = {0};
		memset(text, 'x', (size_t)shift);
		for (size_t i = (size_t)shift; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "€", 3);
		err_set(&e, ERR_INVALID, "%s", text);
		assert_true(strlen(e.text) >= sizeof(e.text) - 4);
		assert_true(str_is_utf8(str_of(e.text)));
		err_prefix(&e, "%s", text);
		assert_true(str_is_utf8(str_of(e.text)));
		err_set(&e, ERR_INVALID, "€€€€€€");
		err_prefix(&e, "%.*s", 378 + shift, text);
		assert_true(strlen(e.text) >= sizeof(e.text) - 4);
		assert_true(str_is_utf8(str_of(e.text)));
	}
}

/* A part that was cut short, and bytes that never were text, as a file may have them. */
static void parts_are_cut_between_characters_too(void **state)
{
	struct err e = {0};
	(void)state;
	err_set(&e, ERR_INVALID, "\"%.3s\" and \"%.4s\"", "a€b", "€€");
	assert_string_equal(e.text, "\"a\" and \"€\"");
	err_prefix(&e, "%s", "a\xff\xc3(b");
	assert_string_equal(e.text, "a(b: \"a\" and \"€\"");
}

static void codes_have_statuses(void **state)
{
	static const struct {
		enum err_code code;
		int http, exit;
	} rows[] = {{ERR_NONE, 200, 0}, {ERR_INVALID, 400, 2}, {ERR_MISSING, 404, 3},
		{ERR_DENIED, 403, 4}, {ERR_CONFLICT, 409, 5}, {ERR_LIMIT, 413, 6},
		{ERR_BUSY, 503, 7}, {ERR_BROKEN, 500, 8}};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(err_http_status(rows[i].code), rows[i].http);
		assert_int_equal(err_exit_status(rows[i].code), rows[i].exit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(setting_returns_false),
		cmocka_unit_test(a_prefix_keeps_what_lies_below),
		cmocka_unit_test(long_text_is_cut_between_characters),
		cmocka_unit_test(parts_are_cut_between_characters_too),
		cmocka_unit_test(codes_have_statuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
