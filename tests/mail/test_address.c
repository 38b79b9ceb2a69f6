/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/mail/address.h"

static void test_good_addresses(void **state)
{
	static const struct {
		const char *typed, *send, *compare;
	} good[] = {
		{"mairie@exemple.fr", "mairie@exemple.fr", "mairie@exemple.fr"},
		{"  Jean.Dupont@Exemple.FR \r\n", "Jean.Dupont@exemple.fr",
			"jean.dupont@exemple.fr"},
		{"\xC2\xA0 a@b.fr \xE2\x80\x8B", "a@b.fr", "a@b.fr"},
		{"contact@exämple.fr", "contact@xn--exmple-cua.fr",
			"contact@xn--exmple-cua.fr"},
		{"contact@RÉGION-occitanie.fr", "contact@xn--rgion-occitanie-bnb.fr",
			"contact@xn--rgion-occitanie-bnb.fr"},
		{"a@xn--exmple-cua.fr", "a@xn--exmple-cua.fr", "a@xn--exmple-cua.fr"},
		{"o'neil+etude@sous.domaine.exemple.org",
			"o'neil+etude@sous.domaine.exemple.org",
			"o'neil+etude@sous.domaine.exemple.org"},
		{"under_score@exemple.fr", "under_score@exemple.fr",
			"under_score@exemple.fr"},
		{"!#$%&'*+/=?^_`{|}~-@exemple.fr", "!#$%&'*+/=?^_`{|}~-@exemple.fr",
			"!#$%&'*+/=?^_`{|}~-@exemple.fr"},
		{"a@3com.com", "a@3com.com", "a@3com.com"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct buf send = BUF_LIMIT(ADDRESS_MAX),
			   compare = BUF_LIMIT(ADDRESS_MAX);
		struct err err = {0};
		if (!address_normalise(str_of(good[i].typed), &send, &compare, &err))
			fail_msg("%s: %s", good[i].typed, err.text);
		assert_string_equal(buf_str(&send).p, good[i].send);
		assert_string_equal(buf_str(&compare).p, good[i].compare);
		buf_release(&send);
		buf_release(&compare);
	}
}

static void test_bad_addresses(void **state)
{
	static const char *const bad[] = {
		"",
		"   ",
		"a",
		"@",
		"a@",
		"@b.fr",
		"a@b",
		"a@@b.fr",
		"a@b@c.fr",
		"a..b@exemple.fr",
		".a@exemple.fr",
		"a.@exemple.fr",
		"a b@exemple.fr",
		"a@exem ple.fr",
		"a@ex_ample.fr",
		"a@-exemple.fr",
		"a@exemple-.fr",
		"a@exemple..fr",
		"a@.fr",
		"a@exemple.fr.",
		"a@[127.0.0.1]",
		"a@127.0.0.1",
		"a@exemple.123",
		"\"a b\"@exemple.fr",
		"hélène@exemple.fr",
		"a@exemple.fr, b@exemple.fr",
		"a@exemple.fr;b@exemple.fr",
		"Jean <a@exemple.fr>",
		"mailto:a@exemple.fr",
		"a\r\nBcc: x@y.fr",
		"a@exemple.fr\nX: y",
		"a@\xFF\xFE.fr",
		"\xE9@exemple.fr",
		"a@exemple.fr\x01",
		"a@exa\xE2\x80\xAEmple.fr",
		/* 65 characters before the @ */
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@exemple.fr",
		/* a label of 64 */
		"a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.fr",
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct buf send = BUF_LIMIT(ADDRESS_MAX),
			   compare = BUF_LIMIT(ADDRESS_MAX);
		struct err err = {0};
		if (address_normalise(str_of(bad[i]), &send, &compare, &err))
			fail_msg("accepted %zu: %s", i, bad[i]);
		assert_int_equal(err.code, ERR_INVALID);
		assert_true(err.text[0] != '\0' && str_is_utf8(str_of(err.text)));
		assert_null(strstr(err.text, "exemple")); /* no address in a message */
		assert_int_equal(send.n + compare.n, 0);
		buf_release(&send);
		buf_release(&compare);
	}
}

static void test_nul_and_length(void **state)
{
	(void)state;
	struct buf send = BUF_LIMIT(ADDRESS_MAX), compare = BUF_LIMIT(ADDRESS_MAX);
	assert_false(address_normalise(STR("a@b.fr\0c"), &send, &compare, NULL));
	assert_false(address_normalise(STR("a\0@b.fr"), &send, &compare, NULL));
	/* 254 in all is the most; 255 is too much. */
	for (size_t n = 254; n <= 255; n++) {
		struct buf typed = BUF_LIMIT(300);
		for (size_t i = 0; i < 64; i++)
			buf_addc(&typed, 'a');
		buf_addc(&typed, '@');
		while (typed.n + 3 < n)
			buf_addc(&typed,
				(typed.n - 65) % 60 == 59 && typed.n + 4 < n ? '.' : 'b');
		buf_puts(&typed, ".fr");
		assert_int_equal(typed.n, n);
		assert_int_equal(
			address_normalise(buf_str(&typed), &send, &compare, NULL),
			n == 254);
		buf_release(&typed);
	}
	assert_false(send.failed);
	buf_release(&send);
	buf_release(&compare);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_addresses),
		cmocka_unit_test(test_bad_addresses),
		cmocka_unit_test(test_nul_and_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
