/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "barometre/base/secret.h"

/* 00 01 02 … 1f */
static struct key counting_key(void)
{
	struct key key;
	for (size_t i = 0; i < sizeof(key.b); i++)
		key.b[i] = (unsigned char)i;
	return key;
}

static void assert_hex(const void *bytes, size_t n, const char *want)
{
	char hex[2 * 64 + 1];
	hex_write(hex, bytes, n);
	assert_string_equal(hex, want);
}

static void base32_has_the_vectors_of_rfc4648(void **state)
{
	static const char *const rows[][2] = {{"", ""}, {"f", "my"}, {"fo", "mzxq"},
		{"foo", "mzxw6"}, {"foob", "mzxw6yq"}, {"fooba", "mzxw6ytb"},
		{"foobar", "mzxw6ytboi"}};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char text[20], back[7] = {0};
		size_t n = strlen(rows[i][0]);
		base32_write(text, rows[i][0], n);
		assert_string_equal(text, rows[i][1]);
		assert_true(base32_parse(str_of(text), back, n));
		assert_string_equal(back, rows[i][0]);
	}
}

static void base32_is_strict(void **state)
{
	unsigned char out[3] = {9, 9, 9};
	(void)state;
	assert_false(base32_parse(STR("mzxw7"), out, 3)); /* spare bit set */
	assert_false(base32_parse(STR("mzxw"), out, 3));
	assert_false(base32_parse(STR("mzxw66"), out, 3));
	assert_false(base32_parse(STR("mzxw1"), out, 3));
	assert_false(base32_parse(STR("mzxw="), out, 3));
	assert_int_equal(out[0], 9);
	assert_true(base32_parse(STR("MZXW6"), out, 3));
	assert_memory_equal(out, "foo", 3);
}

static void every_identifier_survives_base32(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		unsigned char id[16], back[16] = {0};
		char text[27];
		random_bytes(id, sizeof(id));
		base32_write(text, id, sizeof(id));
		assert_int_equal(strlen(text), 26);
		assert_true(base32_parse(str_of(text), back, sizeof(back)));
		assert_memory_equal(id, back, sizeof(id));
	}
}

static void base64url_has_the_vectors_of_rfc4648(void **state)
{
	static const char *const rows[][2] = {{"", ""}, {"f", "Zg"}, {"fo", "Zm8"},
		{"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"},
		{"foobar", "Zm9vYmFy"}, {"\xFB\xFF", "-_8"}};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf text = BUF_LIMIT(20), back = BUF_LIMIT(20);
		base64url_write(&text, str_of(rows[i][0]));
		assert_true(str_eq_z(buf_str(&text), rows[i][1]));
		assert_true(base64url_parse(&back, buf_str(&text)));
		assert_true(str_eq_z(buf_str(&back), rows[i][0]));
		buf_release(&text);
		buf_release(&back);
	}
}

static void base64url_is_strict(void **state)
{
	static const char *const bad[] = {
		"Z", "Zg==", "Zh", "Zm9", "Zm+v", "Zm/v", "Zm 9v", "Zm9v\n"};
	struct buf out = BUF_LIMIT(20);
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (base64url_parse(&out, str_of(bad[i])))
			fail_msg("accepted: %s", bad[i]);
	}
	assert_int_equal(out.n, 0);
	struct buf small = BUF_LIMIT(2);
	assert_false(base64url_parse(&small, STR("Zm9v")));
	assert_false(small.failed);
	buf_release(&out);
	buf_release(&small);
}

static void hex_is_strict(void **state)
{
	unsigned char out[2] = {9, 9};
	(void)state;
	assert_false(hex_parse(STR("00f"), out, 2));
	assert_false(hex_parse(STR("00fff0"), out, 2));
	assert_false(hex_parse(STR("00fg"), out, 2));
	assert_int_equal(out[0], 9);
	assert_true(hex_parse(STR("0aFf"), out, 2));
	assert_hex(out, 2, "0aff");
}

static void uuids_are_version_4(void **state)
{
	struct id16 last = {{0}};
	(void)state;
	for (int i = 0; i < 200; i++) {
		struct id16 id = random_uuid(), back = {{0}};
		char text[37];
		assert_int_equal(id.b[6] >> 4, 4);
		assert_int_equal(id.b[8] >> 6, 2);
		assert_memory_not_equal(&id, &last, sizeof(id));
		uuid_write(text, &id);
		assert_int_equal(strlen(text), 36);
		assert_int_equal(text[14], '4');
		assert_true(uuid_parse(str_of(text), &back));
		assert_memory_equal(&id, &back, sizeof(id));
		last = id;
	}
}

static void uuids_are_parsed_strictly(void **state)
{
	struct id16 id = {{7}};
	(void)state;
	assert_true(uuid_parse(
		STR("F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"), &id)); /* RFC 9562 */
	assert_hex(id.b, 16, "f81d4fae7dec11d0a76500a0c91e6bf6");
	assert_false(uuid_parse(STR("f81d4fae7dec11d0a76500a0c91e6bf6"), &id));
	assert_false(uuid_parse(STR("f81d4fae-7dec-11d0-a765-00a0c91e6bf"), &id));
	assert_false(uuid_parse(STR("f81d4fae-7dec-11d0-a765-00a0c91e6bfg"), &id));
	assert_false(uuid_parse(STR("f81d4fae-7dec-11d0-a76500-a0c91e6bf6"), &id));
	assert_false(uuid_parse(STR("f81d4fae-7dec-11d0-a765-00a0-91e6bf6"), &id));
}

static void random_numbers_stay_below(void **state)
{
	bool seen[6] = {false};
	(void)state;
	for (int i = 0; i < 2000; i++) {
		uint32_t n = random_below(6);
		assert_true(n < 6);
		seen[n] = true;
	}
	for (size_t i = 0; i < COUNT_OF(seen); i++)
		assert_true(seen[i]);
	assert_int_equal(random_below(1), 0);
	struct key a = random_key(), b = random_key();
	assert_memory_not_equal(&a, &b, sizeof(a));
}

/* FIPS 180-4, the example of one block. */
static void hash_sha256_has_the_vector_of_nist(void **state)
{
	(void)state;
	const struct hash32 abc = hash_sha256(STR("abc"));
	char hex[65];

	hex_write(hex, abc.b, sizeof(abc.b));
	assert_string_equal(
		hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void hash_plain_is_blake2b_256(void **state)
{
	(void)state;
	struct hash32 empty = hash_plain(STR("")), abc = hash_plain(STR("abc"));
	assert_hex(empty.b, 32,
		"0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
	assert_hex(abc.b, 32,
		"bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

static void keyed_hashes_tell_key_label_and_data_apart(void **state)
{
	struct key key = counting_key(), other = counting_key();
	(void)state;
	other.b[31] ^= 1;
	struct hash32 h = hash_keyed(&key, STR("ab"), "c", 1);
	struct hash32 same = hash_keyed(&key, STR("ab"), "c", 1);
	struct hash32 moved = hash_keyed(&key, STR("a"), "bc", 2);
	struct hash32 keyed = hash_keyed(&other, STR("ab"), "c", 1);
	struct hash32 longer = hash_keyed(&key, STR("ab"), "c\0", 2);
	struct hash32 empty = hash_keyed(&key, STR("ab"), NULL, 0);
	assert_true(secret_equal(&h, &same, sizeof(h)));
	assert_false(secret_equal(&h, &moved, sizeof(h)));
	assert_false(secret_equal(&h, &keyed, sizeof(h)));
	assert_false(secret_equal(&h, &longer, sizeof(h)));
	assert_false(secret_equal(&h, &empty, sizeof(h)));
	struct id16 h16 = hash_keyed16(&key, STR("ab"), "c", 1);
	assert_memory_not_equal(&h16, &h, sizeof(h16));
}

/* Stored rows depend on them: computed with Python's hashlib.blake2b (see the comment at each). */
static void keyed_hashes_and_derived_keys_are_stable(void **state)
{
	struct key key = counting_key();
	(void)state;
	/* blake2b(b"label\0data", key=bytes(range(32)), digest_size=32 and 16) */
	struct hash32 h = hash_keyed(&key, STR("label"), "data", 4);
	struct id16 h16 = hash_keyed16(&key, STR("label"), "data", 4);
	assert_hex(h.b, 32,
		"e40c023559cb069596d2a5f73d9cd9edcd05e6277095f2aa518a176a6af80b14");
	assert_hex(h16.b, 16, "01a6601340c6a768c19ca7fbff103130");
	/* blake2b(key=root, salt=(7).to_bytes(8, "little") + bytes(8), person=b"barotest" + bytes(8),
	 * digest_size=32): libsodium's crypto_kdf. */
	struct key sub = key_derive(&key, 7, "barotest");
	assert_hex(sub.b, 32,
		"6f9b5dbf87ed3950cc377992097f16d69f0e4d9127d55c016c382e874ffcb7c5");
}

static void derived_keys_differ_by_number_and_context(void **state)
{
	struct key root = random_key();
	(void)state;
	struct key a = key_derive(&root, 1, "contextA"),
		   b = key_derive(&root, 2, "contextA");
	struct key c = key_derive(&root, 1, "contextB");
	assert_memory_not_equal(&a, &b, sizeof(a));
	assert_memory_not_equal(&a, &c, sizeof(a));
}

#define PADDED 64

static void boxes_open_to_what_was_sealed(void **state)
{
	struct key key = random_key();
	char text[PADDED];
	(void)state;
	/* Bytes that look like padding must survive. */
	memset(text, 0x80, sizeof(text));
	text[PADDED - 2] = '\0';
	for (size_t n = 0; n < PADDED; n++) {
		struct buf box = BUF_LIMIT(1000), plain = BUF_LIMIT(1000);
		assert_true(aead_seal(&box, &key, (struct str){text, n}, PADDED, NULL));
		assert_int_equal(box.n, PADDED + AEAD_OVERHEAD);
		assert_true(aead_open(&plain, &key, buf_str(&box), NULL));
		assert_true(str_eq(buf_str(&plain), (struct str){text, n}));
		buf_release(&box);
		buf_release(&plain);
	}
}

static void sealed_boxes_open_to_what_was_sealed(void **state)
{
	struct public_key public;
	struct secret_key secret;
	char text[PADDED] = "réponse";
	(void)state;
	box_new_pair(&public, &secret);
	struct public_key again = box_public(&secret);
	assert_memory_equal(&public, &again, sizeof(public));
	for (size_t n = 0; n < PADDED; n++) {
		struct buf box = BUF_LIMIT(1000), plain = BUF_LIMIT(1000);
		assert_true(box_seal(&box, &public, (struct str){text, n}, PADDED, NULL));
		assert_int_equal(box.n, PADDED + SEAL_OVERHEAD);
		assert_true(box_open(&plain, &public, &secret, buf_str(&box), NULL));
		assert_true(str_eq(buf_str(&plain), (struct str){text, n}));
		buf_release(&box);
		buf_release(&plain);
	}
}

static void the_same_text_never_gives_the_same_box(void **state)
{
	struct key key = random_key();
	struct buf a = BUF_LIMIT(1000), b = BUF_LIMIT(1000);
	(void)state;
	assert_true(aead_seal(&a, &key, STR("x"), PADDED, NULL));
	assert_true(aead_seal(&b, &key, STR("x"), PADDED, NULL));
	assert_false(str_eq(buf_str(&a), buf_str(&b)));
	buf_release(&a);
	buf_release(&b);
}

static void a_box_changed_in_any_byte_is_refused(void **state)
{
	struct key key = random_key();
	struct public_key public;
	struct secret_key secret;
	struct buf box = BUF_LIMIT(1000), sealed = BUF_LIMIT(1000),
		   plain = BUF_LIMIT(1000);
	struct err e = {0};
	(void)state;
	box_new_pair(&public, &secret);
	assert_true(aead_seal(&box, &key, STR("oui"), PADDED, NULL));
	assert_true(box_seal(&sealed, &public, STR("oui"), PADDED, NULL));
	for (size_t i = 0; i < box.n; i++) {
		box.p[i] ^= 1;
		assert_false(aead_open(&plain, &key, buf_str(&box), &e));
		assert_int_equal(e.code, ERR_DENIED);
		box.p[i] ^= 1;
	}
	for (size_t i = 0; i < sealed.n; i++) {
		sealed.p[i] ^= 1;
		assert_false(box_open(&plain, &public, &secret, buf_str(&sealed), &e));
		assert_int_equal(e.code, ERR_DENIED);
		sealed.p[i] ^= 1;
	}
	for (size_t n = 0; n < box.n; n++)
		assert_false(aead_open(&plain, &key, (struct str){box.p, n}, &e));
	for (size_t n = 0; n < sealed.n; n++)
		assert_false(box_open(
			&plain, &public, &secret, (struct str){sealed.p, n}, &e));
	struct key other = random_key();
	assert_false(aead_open(&plain, &other, buf_str(&box), &e));
	assert_int_equal(plain.n, 0);
	assert_true(aead_open(&plain, &key, buf_str(&box), &e));
	assert_true(str_eq_z(buf_str(&plain), "oui"));
	buf_release(&box);
	buf_release(&sealed);
	buf_release(&plain);
}

static void what_does_not_fit_is_said(void **state)
{
	struct key key = random_key();
	struct public_key public;
	struct secret_key secret;
	struct buf box = BUF_LIMIT(1000), small = BUF_LIMIT(PADDED), tiny = BUF_LIMIT(2);
	char text[PADDED] = {0};
	struct err e = {0};
	(void)state;
	box_new_pair(&public, &secret);
	assert_false(aead_seal(&box, &key, (struct str){text, PADDED}, PADDED, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_false(box_seal(&box, &public, (struct str){text, PADDED}, PADDED, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_false(aead_seal(&box, &key, STR(""), 0, &e));
	assert_int_equal(box.n, 0);
	assert_false(aead_seal(&small, &key, STR("x"), PADDED, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_false(small.failed);
	assert_true(aead_seal(&box, &key, STR("oui"), PADDED, &e));
	assert_false(aead_open(&tiny, &key, buf_str(&box), &e));
	assert_int_equal(e.code, ERR_LIMIT);
	buf_release(&box);
	buf_release(&small);
	buf_release(&tiny);
}

static void a_public_key_of_zeroes_is_refused(void **state)
{
	const struct public_key zero = {{0}};
	struct buf box = BUF_LIMIT(1000);
	struct err e = {0};
	(void)state;
	assert_false(box_seal(&box, &zero, STR("x"), PADDED, &e));
	assert_int_equal(e.code, ERR_INVALID);
	assert_int_equal(box.n, 0);
	buf_release(&box);
}

static void passwords_are_argon2id(void **state)
{
	char stored[128];
	(void)state;
	assert_true(password_hash(stored, STR("correct cheval batterie")));
	assert_memory_equal(stored, "$argon2id$v=19$m=65536,t=2,p=1$", 31);
	SCOPED(free_char)
	char *row = x_strdup(stored); /* as it comes from the database */
	assert_true(password_verify(row, STR("correct cheval batterie")));
	assert_false(password_verify(row, STR("correct cheval batteri")));
	assert_false(password_verify(row, STR("")));
	assert_false(password_verify("", STR("x")));
	assert_false(password_verify("$argon2id$v=19$", STR("x")));
	assert_false(password_verify("plain", STR("plain")));
}

static void wiping_zeroes(void **state)
{
	struct key key = random_key(), zero = {{0}};
	(void)state;
	secret_wipe(&key, sizeof(key));
	assert_memory_equal(&key, &zero, sizeof(key));
}

static int forbid_and_look(void)
{
	struct rlimit limit = {1, 1};
	secret_forbid_dumps();
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 ||
		getrlimit(RLIMIT_CORE, &limit) != 0)
		return 1;
	return limit.rlim_cur == 0 && limit.rlim_max == 0 ? 0 : 2;
}

static void no_core_is_dumped(void **state)
{
	int status = 1;
	(void)state;
	pid_t child = fork();
	if (child == 0)
		_exit(forbid_and_look());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void keys_of_passwords_depend_on_salt_and_cost(void **state)
{
	struct id16 salt = {{1}}, other = {{2}};
	struct password_cost cheap = {1, 1}, more = {2, 1}, longer = {1, 2};
	struct key one, two;

	(void)state;
	assert_true(password_key_at(&one, STR("mot"), &salt, cheap));
	assert_true(password_key_at(&two, STR("mot"), &salt, cheap));
	assert_memory_equal(&one, &two, sizeof(one));
	assert_true(password_key_at(&two, STR("mots"), &salt, cheap));
	assert_memory_not_equal(&one, &two, sizeof(one));
	assert_true(password_key_at(&two, STR("mot"), &other, cheap));
	assert_memory_not_equal(&one, &two, sizeof(one));
	assert_true(password_key_at(&two, STR("mot"), &salt, more));
	assert_memory_not_equal(&one, &two, sizeof(one));
	assert_true(password_key_at(&two, STR("mot"), &salt, longer));
	assert_memory_not_equal(&one, &two, sizeof(one));
}

static void unlocking_wipes(void **state)
{
	static const struct key zero;
	struct key key = random_key();

	(void)state;
	if (!secret_lock(&key, sizeof(key)))
		print_message("this system locks no memory\n");
	secret_unlock(&key, sizeof(key));
	assert_memory_equal(&key, &zero, sizeof(key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base32_has_the_vectors_of_rfc4648),
		cmocka_unit_test(base32_is_strict),
		cmocka_unit_test(every_identifier_survives_base32),
		cmocka_unit_test(base64url_has_the_vectors_of_rfc4648),
		cmocka_unit_test(base64url_is_strict),
		cmocka_unit_test(hex_is_strict),
		cmocka_unit_test(uuids_are_version_4),
		cmocka_unit_test(uuids_are_parsed_strictly),
		cmocka_unit_test(random_numbers_stay_below),
		cmocka_unit_test(hash_plain_is_blake2b_256),
		cmocka_unit_test(hash_sha256_has_the_vector_of_nist),
		cmocka_unit_test(keyed_hashes_tell_key_label_and_data_apart),
		cmocka_unit_test(keyed_hashes_and_derived_keys_are_stable),
		cmocka_unit_test(derived_keys_differ_by_number_and_context),
		cmocka_unit_test(boxes_open_to_what_was_sealed),
		cmocka_unit_test(sealed_boxes_open_to_what_was_sealed),
		cmocka_unit_test(the_same_text_never_gives_the_same_box),
		cmocka_unit_test(a_box_changed_in_any_byte_is_refused),
		cmocka_unit_test(what_does_not_fit_is_said),
		cmocka_unit_test(a_public_key_of_zeroes_is_refused),
		cmocka_unit_test(passwords_are_argon2id),
		cmocka_unit_test(keys_of_passwords_depend_on_salt_and_cost),
		cmocka_unit_test(wiping_zeroes),
		cmocka_unit_test(unlocking_wipes),
		cmocka_unit_test(no_core_is_dumped),
	};
	secret_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
