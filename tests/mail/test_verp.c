/* SPDX-License-Identifier: Apache-2.0 */
/* Return addresses: read back whatever relays do to them, never when made up (verp.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "barometre/mail/verp.h"

static const char ours[] = "retours@Barometre.example.org";

static struct key test_key(unsigned char first)
{
	struct key key;

	for (size_t i = 0; i < sizeof(key.b); i++)
		key.b[i] = (unsigned char)(first + 3 * i);
	return key;
}

static struct str written(struct buf *b, const struct key *key, const struct id16 *id)
{
	struct err err = {0};

	buf_clear(b);
	assert_true(verp_write(b, key, ours, id, &err));
	return buf_str(b);
}

static void what_is_written_is_read_back(void **state)
{
	(void)state;
	struct buf b = BUF_LIMIT(400);
	struct key key = test_key(1);

	for (int i = 0; i < 2000; i++) {
		struct id16 id = random_uuid(), got = {{0}};
		struct str address = written(&b, &key, &id);

		assert_true(str_starts(address, STR("retours+")));
		assert_true(strchr(address.p, '@') - address.p <= 64);
		assert_int_equal(
			strspn(address.p + 8, "abcdefghijklmnopqrstuvwxyz234567"),
			VERP_ID_CHARS);
		assert_string_equal(strchr(address.p, '@'), "@Barometre.example.org");
		assert_int_equal(verp_look(&key, ours, address, &got), VERP_CONTACT);
		assert_memory_equal(&got, &id, sizeof(id));
	}
	buf_release(&b);
}

static void relays_may_change_case_and_add_brackets(void **state)
{
	(void)state;
	struct buf b = BUF_LIMIT(400), c = BUF_LIMIT(400);
	struct key key = test_key(1);
	struct id16 id = random_uuid(), got = {{0}};
	struct str address = written(&b, &key, &id);

	buf_puts(&c, " <");
	for (size_t i = 0; i < address.n; i++)
		buf_addc(&c,
			address.p[i] >= 'a' && address.p[i] <= 'z'
				? (char)(address.p[i] - 32)
				: address.p[i]);
	buf_puts(&c, ">\r\n");
	assert_int_equal(verp_look(&key, ours, buf_str(&c), &got), VERP_CONTACT);
	assert_memory_equal(&got, &id, sizeof(id));
	buf_release(&b);
	buf_release(&c);
}

static void every_changed_character_is_a_forgery(void **state)
{
	(void)state;
	struct buf b = BUF_LIMIT(400);
	struct key key = test_key(1), other = test_key(2);
	struct id16 id = random_uuid(), got = {{0}};
	struct str address = written(&b, &key, &id);

	assert_int_equal(verp_look(&other, ours, address, &got), VERP_FORGED);
	for (size_t i = 8; i < 8 + VERP_ID_CHARS; i++) {
		char was = b.p[i];

		b.p[i] = was == 'a' ? 'b' : 'a';
		assert_int_equal(verp_look(&key, ours, buf_str(&b), &got), VERP_FORGED);
		b.p[i] = was;
	}
	/* One too many, one too few: forged too, because it looks like ours. */
	for (int d = -1; d <= 1; d += 2) {
		SCOPED(free_char)
		char *text = x_printf("%.*s%s@barometre.example.org",
			8 + VERP_ID_CHARS + (d < 0 ? -1 : 0), b.p, d > 0 ? "a" : "");
		assert_int_equal(verp_look(&key, ours, str_of(text), &got), VERP_FORGED);
	}
	assert_memory_equal(&got, &(struct id16){{0}}, sizeof(got));
	buf_release(&b);
}

static void other_addresses_are_not_ours(void **state)
{
	(void)state;
	struct key key = test_key(1);
	struct id16 id = random_uuid(), got = {{0}};
	struct buf b = BUF_LIMIT(400);
	struct str address = written(&b, &key, &id);
	SCOPED(free_char)
	char *elsewhere = x_printf(
		"%.*s@example.com", (int)(strchr(address.p, '@') - address.p), address.p);
	const char *const others[] = {"", "@", "<>", "retours@barometre.example.org",
		"retour+aaaa@barometre.example.org", "retours", elsewhere,
		"retours+a@b@barometre.example.org", "xretours+@barometre.example.org"};

	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_int_equal(
			verp_look(&key, ours, str_of(others[i]), &got), VERP_OTHER);
	assert_int_equal(verp_look(&key, "", address, &got), VERP_OTHER);
	buf_release(&b);
}

static void addresses_that_leave_no_room_are_refused(void **state)
{
	(void)state;
	struct key key = test_key(1);
	struct id16 id = random_uuid();
	struct buf b = BUF_LIMIT(400);
	struct err err = {0};
	const char *const bad[] = {"", "retours", "@example.org", "retours@",
		"a b@example.org", "ré@example.org", "a@exämple.org", "a\r\n@example.org",
		"retours-du-barometre-social@example.org"};

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		err = (struct err){0};
		assert_false(verp_write(&b, &key, bad[i], &id, &err));
		assert_int_equal(err.code, ERR_INVALID);
		assert_int_equal(b.n, 0);
	}
	assert_true(verp_write(&b, &key, "dix-huit-octets-ok@example.org", &id, &err));
	assert_int_equal(strchr(b.p, '@') - b.p, 64);
	buf_release(&b);
}

int main(void)
{
	secret_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(relays_may_change_case_and_add_brackets),
		cmocka_unit_test(every_changed_character_is_a_forgery),
		cmocka_unit_test(other_addresses_are_not_ours),
		cmocka_unit_test(addresses_that_leave_no_room_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
