/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../support/gunzip.h"
#include "barometre/base/gzip.h"
#include "barometre/base/mem.h"

/* Of `n` bytes: figures when `rate` is large, noise when it is 1. */
static struct buf text_of(size_t n, size_t rate)
{
	struct buf text = BUF_LIMIT(n);
	uint32_t x = 1;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525u + 1013904223u;
		buf_addc(&text, i % rate == 0 ? (char)(x >> 24) : ',');
	}
	return text;
}

static void what_is_read_is_what_was_written(void **state)
{
	static const size_t sizes[] = {0, 1, 100, 65535, 65536, 65537, 131072, 1000003};
	static const size_t rates[] = {1, 7};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++)
		for (size_t k = 0; k < COUNT_OF(rates); k++) {
			struct buf text = text_of(sizes[i], rates[k]);
			struct buf packed = BUF_LIMIT(2u << 20);
			struct buf again = BUF_LIMIT(2u << 20);
			struct buf read;

			gzip_add(&packed, buf_str(&text));
			gzip_add(&again, buf_str(&text));
			read = gunzip(buf_str(&packed));
			assert_int_equal(read.n, text.n);
			assert_memory_equal(buf_str(&read).p, buf_str(&text).p, text.n);
			assert_true(str_eq(buf_str(&packed), buf_str(&again)));
			buf_release(&read);
			buf_release(&again);
			buf_release(&packed);
			buf_release(&text);
		}
}

static void neither_time_nor_name_is_in_it(void **state)
{
	struct buf packed = BUF_LIMIT(100);

	(void)state;
	gzip_add(&packed, STR("edition,question\r\n"));
	assert_memory_equal(packed.p, "\x1f\x8b\x08\0\0\0\0\0", 8); /* RFC 1952 2.3 */
	buf_release(&packed);
}

static void the_ceiling_of_the_buf_holds(void **state)
{
	struct buf text = text_of(200000, 1), packed = BUF_LIMIT(1000);

	(void)state;
	gzip_add(&packed, buf_str(&text));
	assert_true(packed.failed);
	assert_true(packed.n <= 1000);
	buf_release(&packed);
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(what_is_read_is_what_was_written),
		cmocka_unit_test(neither_time_nor_name_is_in_it),
		cmocka_unit_test(the_ceiling_of_the_buf_holds),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
