/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/base/buf.h"

static void appends_in_every_way(void **state)
{
	struct buf b = BUF_LIMIT(100);
	(void)state;
	assert_true(str_eq_z(buf_str(&b), ""));
	buf_puts(&b, "one");
	buf_addc(&b, ' ');
	buf_add(&b, STR("two"));
	buf_bytes(&b, "\0", 1);
	buf_bytes(&b, NULL, 0);
	buf_printf(&b, "%03d%s", 7, "é");
	assert_false(b.failed);
	assert_true(str_eq(buf_str(&b),
		STR("one two\0"
		    "007é")));
	buf_release(&b);
}

static void b1_b3_it_is_full_at_its_ceiling_and_ends_with_nul(void **state)
{
	struct buf b = BUF_LIMIT(5);
	(void)state;
	for (int i = 0; i < 5; i++) {
		buf_addc(&b, 'x');
		assert_int_equal(b.p[b.n], '\0');
	}
	assert_false(b.failed);
	buf_addc(&b, 'x');
	assert_true(b.failed);
	assert_string_equal(b.p, "xxxxx");
	buf_release(&b);
}

static void b2_failure_sticks(void **state)
{
	struct buf b = BUF_LIMIT(4);
	(void)state;
	buf_puts(&b, "ab");
	buf_puts(&b, "cde");
	assert_true(b.failed);
	buf_puts(&b, "c");
	buf_printf(&b, "%d", 1);
	buf_puts(&b, "");
	assert_true(b.failed);
	assert_true(str_eq_z(buf_str(&b), "ab"));
	buf_clear(&b);
	assert_false(b.failed);
	buf_printf(&b, "%s", "wxyz");
	assert_true(str_eq_z(buf_str(&b), "wxyz"));
	buf_printf(&b, "%s", "z");
	assert_true(b.failed);
	buf_release(&b);
}

static void a_size_near_the_top_does_not_wrap(void **state)
{
	struct buf b = BUF_LIMIT(10);
	(void)state;
	buf_puts(&b, "abc");
	buf_bytes(&b, "d", SIZE_MAX - 1);
	assert_true(b.failed);
	assert_int_equal(b.n, 3);
	buf_release(&b);
}

static void it_grows_and_keeps_what_it_holds(void **state)
{
	struct buf b = BUF_LIMIT(1 << 20);
	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_addc(&b, (char)('a' + i % 26));
	assert_false(b.failed);
	assert_int_equal(b.n, 100000);
	for (size_t i = 0; i < b.n; i++)
		assert_int_equal(b.p[i], 'a' + (int)(i % 26));
	buf_release(&b);
}

static void release_is_idempotent_and_keeps_the_ceiling(void **state)
{
	struct buf b = BUF_LIMIT(3);
	(void)state;
	buf_puts(&b, "abcd");
	buf_release(&b);
	buf_release(&b);
	assert_null(b.p);
	assert_int_equal(b.max, 3);
	assert_false(b.failed);
	buf_puts(&b, "abc");
	buf_wipe(&b);
	buf_wipe(&b);
	assert_int_equal(b.n, 0);
}

static void taken_bytes_are_never_null(void **state)
{
	struct buf b = BUF_LIMIT(30);
	(void)state;
	SCOPED(free_char) char *empty = buf_take(&b);
	assert_string_equal(empty, "");
	buf_puts(&b, "text");
	SCOPED(free_char) char *text = buf_take(&b);
	assert_string_equal(text, "text");
	assert_int_equal(b.n, 0);
	assert_null(b.p);
	assert_int_equal(b.max, 30);
}

static void a_csv_field_is_quoted_when_it_must_be(void **state)
{
	struct buf b = BUF_LIMIT(100);
	(void)state;
	buf_csv(&b, "l’un; l’autre");
	buf_csv(&b, "a,b");
	buf_csv(&b, "\"\n");
	buf_csv(&b, "");
	assert_string_equal(buf_str(&b).p, "l’un; l’autre\"a,b\"\"\"\"\n\"");
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_in_every_way),
		cmocka_unit_test(b1_b3_it_is_full_at_its_ceiling_and_ends_with_nul),
		cmocka_unit_test(b2_failure_sticks),
		cmocka_unit_test(a_size_near_the_top_does_not_wrap),
		cmocka_unit_test(it_grows_and_keeps_what_it_holds),
		cmocka_unit_test(release_is_idempotent_and_keeps_the_ceiling),
		cmocka_unit_test(taken_bytes_are_never_null),
		cmocka_unit_test(a_csv_field_is_quoted_when_it_must_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
