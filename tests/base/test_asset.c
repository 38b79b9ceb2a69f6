/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/base/asset.h"

static const char text[] = "un texte";
static const struct asset rows[] = {
	{"empty.txt", text + 8, text + 8, NULL, NULL, NULL, NULL},
	{"text.txt", text, text + 8, NULL, NULL, NULL, NULL},
	{NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};
static const struct asset_set set = {rows, 2};

static void a_file_is_found_by_its_whole_name(void **state)
{
	(void)state;
	assert_ptr_equal(asset_find(&set, STR("text.txt")), &rows[1]);
	assert_ptr_equal(asset_find(&set, (struct str){"empty.txt?v=1", 9}), &rows[0]);
	assert_null(asset_find(&set, STR("text.tx")));
	assert_null(asset_find(&set, STR("text.txt2")));
	assert_null(asset_find(&set, STR("")));
	assert_null(asset_find(&set, (struct str){NULL, 0}));
}

static void its_text_is_a_slice(void **state)
{
	(void)state;
	assert_true(str_eq_z(asset_text(&rows[1]), "un texte"));
	assert_int_equal(asset_text(&rows[0]).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_found_by_its_whole_name),
		cmocka_unit_test(its_text_is_a_slice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
