/* SPDX-License-Identifier: Apache-2.0 */
/* The respondent's cookie and the receipt (sealed.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "barometre/privacy/sealed.h"

#define LONGEST "12345678901234567890123456789012"

static struct key cookies;

static struct visit visit_of(const char *edition, const char *audience,
	const char *channel, bool invited, enum visit_state state)
{
	struct visit v = {.language = "fr",
		.invited = invited,
		.state = state,
		.expires = 1795000000123456};

	memcpy(v.edition, edition, strlen(edition));
	memcpy(v.audience, audience, strlen(audience));
	memcpy(v.channel, channel, strlen(channel));
	random_bytes(v.slot.b, sizeof(v.slot.b));
	if (state == VISIT_OPEN)
		v.token = token_random();
	return v;
}

static void assert_same(const struct visit *a, const struct visit *b)
{
	assert_string_equal(a->edition, b->edition);
	assert_string_equal(a->audience, b->audience);
	assert_string_equal(a->channel, b->channel);
	assert_string_equal(a->language, b->language);
	assert_int_equal(a->invited, b->invited);
	assert_int_equal(a->shared, b->shared);
	assert_int_equal(a->kept, b->kept);
	assert_memory_equal(a->code.b, b->code.b, sizeof(a->code.b));
	assert_int_equal(a->state, b->state);
	assert_memory_equal(a->token.b, b->token.b, sizeof(a->token.b));
	assert_memory_equal(a->slot.b, b->slot.b, sizeof(a->slot.b));
	assert_true(a->expires == b->expires);
}

static void every_visit_comes_back_in_one_length(void **state)
{
	(void)state;
	struct visit visits[] = {
		visit_of("2026", "patients", "", true, VISIT_OPEN),
		visit_of("2026", "patients", "", true, VISIT_DONE),
		visit_of("2026", "equipes", "newsletter", false, VISIT_OPEN),
		visit_of("2026", "equipes", "affiche", false, VISIT_DONE),
		visit_of(LONGEST, LONGEST, LONGEST, false, VISIT_OPEN),
		visit_of("", "", "", false, VISIT_OPEN),
		visit_of("2026-é", "a", "", false, VISIT_OPEN),
	};
	static const usec_t times[] = {0, 1, -1, INT64_MAX, INT64_MIN, 1795000000123456};

	for (size_t i = 0; i < COUNT_OF(visits); i++) {
		for (size_t j = 0; j < COUNT_OF(times); j++) {
			SCOPED(buf_release) struct buf text = BUF_LIMIT(1000);
			struct visit back;
			visits[i].expires =
				times[j]; /* expired or not: the caller's business */
			visit_seal(&text, &cookies, &visits[i]);
			assert_int_equal(text.n, VISIT_CHARS);
			assert_int_equal(
				strspn(text.p,
					"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					"0123456789-_"),
				VISIT_CHARS);
			assert_true(visit_open(&back, &cookies, buf_str(&text), NULL));
			assert_same(&back, &visits[i]);
		}
	}
}

static void the_same_visit_never_looks_the_same(void **state)
{
	(void)state;
	SCOPED(buf_release) struct buf a = BUF_LIMIT(1000);
	SCOPED(buf_release) struct buf b = BUF_LIMIT(1000);
	struct visit v = visit_of("2026", "patients", "", true, VISIT_OPEN);

	visit_seal(&a, &cookies, &v);
	visit_seal(&b, &cookies, &v);
	assert_string_not_equal(a.p, b.p);
}

static void language_device_and_code_come_back(void **state)
{
	(void)state;
	struct visit v = visit_of("2026", "patients", "", true, VISIT_OPEN), back;

	for (int i = 0; i < 8; i++) {
		SCOPED(buf_release) struct buf text = BUF_LIMIT(1000);

		memcpy(v.language, i % 2 ? "en" : "zz", 3);
		v.shared = (i & 2) != 0;
		v.kept = (i & 4) != 0;
		random_bytes(v.code.b, sizeof(v.code.b));
		visit_seal(&text, &cookies, &v);
		assert_int_equal(text.n, VISIT_CHARS);
		assert_true(visit_open(&back, &cookies, buf_str(&text), NULL));
		assert_same(&back, &v);
	}
}

static void a_finished_visit_forgets_its_token_and_its_code(void **state)
{
	(void)state;
	static const unsigned char none[32];
	SCOPED(buf_release) struct buf text = BUF_LIMIT(1000);
	struct visit v = visit_of("2026", "patients", "", true, VISIT_OPEN), back;

	random_bytes(v.code.b, sizeof(v.code.b));
	v.state = VISIT_DONE;
	visit_seal(&text, &cookies, &v);
	assert_true(visit_open(&back, &cookies, buf_str(&text), NULL));
	assert_memory_equal(back.token.b, none, sizeof(back.token.b));
	assert_memory_equal(back.code.b, none, sizeof(back.code.b));
}

static void assert_refused(const struct key *key, struct str text)
{
	struct visit v, before;
	struct err e = {0};

	memset(&v, 0x5A, sizeof(v));
	before = v;
	assert_false(visit_open(&v, key, text, &e));
	assert_int_equal(e.code, ERR_DENIED);
	assert_memory_equal(&v, &before, sizeof(v));
	assert_false(visit_open(&v, key, text, NULL));
}

/* Every bit of every character, so also every character outside the alphabet that is
 * one bit away. */
static void a_changed_bit_is_refused(void **state)
{
	(void)state;
	SCOPED(buf_release) struct buf text = BUF_LIMIT(1000);
	struct visit v = visit_of("2026", "patients", "", true, VISIT_OPEN);

	visit_seal(&text, &cookies, &v);
	for (size_t i = 0; i < text.n * 8; i++) {
		text.p[i / 8] = (char)(text.p[i / 8] ^ (1 << i % 8));
		assert_refused(&cookies, buf_str(&text));
		text.p[i / 8] = (char)(text.p[i / 8] ^ (1 << i % 8));
	}
}

/* And every bit of the sealed bytes. */
static void a_changed_bit_of_the_bytes_is_refused(void **state)
{
	(void)state;
	SCOPED(buf_release) struct buf text = BUF_LIMIT(1000);
	SCOPED(buf_release) struct buf bytes = BUF_LIMIT(1000);
	SCOPED(buf_release) struct buf changed = BUF_LIMIT(1000);
	struct visit v = visit_of("2026", "patients", "", true, VISIT_OPEN);

	visit_seal(&text, &cookies, &v);
	assert_true(base64url_parse(&bytes, buf_str(&text)));
	for (size_t i = 0; i < bytes.n * 8; i++) {
		bytes.p[i / 8] = (char)(bytes.p[i / 8] ^ (1 << i % 8));
		buf_clear(&changed);
		base64url_write(&changed, buf_str(&bytes));
		assert_refused(&cookies, buf_str(&changed));
		bytes.p[i / 8] = (char)(bytes.p[i / 8] ^ (1 << i % 8));
	}
}

static void other_lengths_keys_and_bytes_are_refused(void **state)
{
	(void)state;
	SCOPED(buf_release) struct buf text = BUF_LIMIT(1000);
	struct visit v = visit_of("2026", "patients", "", true, VISIT_OPEN);
	struct key other = cookies;
	char noise[300];

	visit_seal(&text, &cookies, &v);
	for (size_t n = 0; n < text.n; n++)
		assert_refused(&cookies, (struct str){text.p, n});
	buf_addc(&text, 'A');
	assert_refused(&cookies, buf_str(&text));
	text.n--;
	other.b[31] ^= 1;
	assert_refused(&other, buf_str(&text));
	for (int round = 0; round < 2000; round++) {
		random_bytes(noise, sizeof(noise));
		assert_refused(&cookies, (struct str){noise, VISIT_CHARS});
		assert_refused(
			&cookies, (struct str){noise, random_below(sizeof(noise))});
	}
	assert_refused(&cookies, (struct str){NULL, 0});
}

/* Sealed with our key, and still not what visit_seal writes: the places of the layout
 * in visit.c. */
static void a_layout_we_never_wrote_is_refused(void **state)
{
	(void)state;
	enum {
		KIND,
		FLAGS,
		EDITION,
		AUDIENCE = EDITION + 32,
		CHANNEL = AUDIENCE + 32,
		LANGUAGE = CHANNEL + 32,
		TOKEN = LANGUAGE + 2,
		CODE = TOKEN + 16,
		LENGTH = CODE + 32 + 16 + 8,
		PADDED = 173
	};
	static const struct {
		size_t at[2];
		char value[2];
		bool good;
	} rows[] = {
		{{KIND, KIND}, {2, 2}, true},
		{{KIND, KIND}, {0, 0}, false},
		{{KIND, KIND}, {1, 1}, false},
		{{KIND, KIND}, {3, 3}, false},
		{{FLAGS, FLAGS}, {3, 3}, true},
		{{FLAGS, FLAGS}, {4, 4}, true},
		{{FLAGS, FLAGS}, {8, 8}, true},
		{{FLAGS, FLAGS}, {16, 16}, false},
		{{FLAGS, FLAGS}, {-128, -128}, false},
		{{FLAGS, CHANNEL}, {1, 'x'}, false},
		{{FLAGS, CHANNEL}, {0, 'x'}, true},
		{{FLAGS, TOKEN + 15}, {2, 1}, false},
		{{FLAGS, TOKEN + 15}, {0, 1}, true},
		{{FLAGS, CODE + 31}, {2, 1}, false},
		{{FLAGS, CODE + 31}, {0, 1}, true},
		{{LANGUAGE, LANGUAGE}, {0, 0}, false},
		{{LANGUAGE + 1, LANGUAGE + 1}, {0, 0}, false},
		{{EDITION + 1, EDITION + 1}, {'x', 'x'}, false},
		{{AUDIENCE + 31, AUDIENCE + 31}, {'x', 'x'}, false},
		{{CHANNEL + 31, CHANNEL + 31}, {'x', 'x'}, false},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char plain[LENGTH] = {2, [LANGUAGE] = 'f', [LANGUAGE + 1] = 'r'};
		SCOPED(buf_release) struct buf box = BUF_LIMIT(1000);
		SCOPED(buf_release) struct buf text = BUF_LIMIT(1000);
		struct visit v;
		plain[rows[i].at[0]] = rows[i].value[0];
		plain[rows[i].at[1]] = rows[i].value[1];
		assert_true(aead_seal(
			&box, &cookies, (struct str){plain, LENGTH}, PADDED, NULL));
		base64url_write(&text, buf_str(&box));
		if (rows[i].good)
			assert_true(visit_open(&v, &cookies, buf_str(&text), NULL));
		else
			assert_refused(&cookies, buf_str(&text));
	}
	for (size_t n = 0; n < PADDED; n++) {
		char plain[PADDED] = {2, [LANGUAGE] = 'f', [LANGUAGE + 1] = 'r'};
		SCOPED(buf_release) struct buf box = BUF_LIMIT(1000);
		SCOPED(buf_release) struct buf text = BUF_LIMIT(1000);
		assert_true(
			aead_seal(&box, &cookies, (struct str){plain, n}, PADDED, NULL));
		base64url_write(&text, buf_str(&box));
		if (n != LENGTH)
			assert_refused(&cookies, buf_str(&text));
	}
}

static void a_receipt_is_read_as_people_type_it(void **state)
{
	(void)state;
	struct id16 slot = {{0xD8, 0xB3, 0x69, 0xF7, 0xD2, 0x07, 0xC8, 0xA8, 0xD1, 0x40,
		0xB5, 0x7C, 0x2C, 0x87, 0x3A, 0x79}};
	static const char *const typed[] = {"3czw-t56s-a7ek-ruka-wv6c-zbz2-pe",
		"3czwt56sa7ekrukawv6czbz2pe", " 3CZW T56S A7EK RUKA WV6C ZBZ2 PE\r\n",
		"3czw\u2011t56s\u2013a7ek\u00A0ruka\u202Fwv6c z8z2 pe",
		"3-c-z-w-t-5-6-s-a-7-e-k-r-u-k-a-w-v-6-c-z-b-z-2-p-e"};
	char text[40];
	struct id16 back;

	receipt_write(text, &slot);
	assert_string_equal(text, typed[0]);
	assert_int_equal(strlen(text), RECEIPT_CHARS);
	for (size_t i = 0; i < COUNT_OF(typed); i++) {
		assert_true(receipt_parse(str_of(typed[i]), &back));
		assert_memory_equal(back.b, slot.b, sizeof(slot.b));
	}
	/* 0 for o. */
	assert_true(receipt_parse(STR("oooo-oooo-oooo-oooo-oooo-oooo-oe"), &slot));
	assert_true(receipt_parse(STR("0000 O000 0000 0000 0000 0000 0e"), &back));
	assert_memory_equal(back.b, slot.b, sizeof(slot.b));
}

static void every_slot_has_one_receipt(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct id16 slot = random_uuid(), back;
		char text[40];
		receipt_write(text, &slot);
		assert_true(receipt_parse(str_of(text), &back));
		assert_memory_equal(back.b, slot.b, sizeof(slot.b));
	}
}

static void what_is_not_a_receipt_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "-", "3czw",
		"3czw-t56s-a7ek-ruka-wv6c-zbz2-p", "3czw-t56s-a7ek-ruka-wv6c-zbz2-pee",
		"3czw-t56s-a7ek-ruka-wv6c-zbz2-p1", "3czw-t56s-a7ek-ruka-wv6c-zbz2-pf",
		"3czw_t56s_a7ek_ruka_wv6c_zbz2_pe", "\xE2\x80",
		"3czw-t56s-a7ek-ruka-wv6c-zbz2-p\xC3\xA9"};
	struct id16 id, before;

	memset(id.b, 0x5A, sizeof(id.b));
	before = id;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_false(receipt_parse(str_of(bad[i]), &id));
		assert_memory_equal(id.b, before.b, sizeof(id.b));
	}
	assert_false(receipt_parse((struct str){NULL, 0}, &id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_visit_comes_back_in_one_length),
		cmocka_unit_test(the_same_visit_never_looks_the_same),
		cmocka_unit_test(language_device_and_code_come_back),
		cmocka_unit_test(a_finished_visit_forgets_its_token_and_its_code),
		cmocka_unit_test(a_changed_bit_is_refused),
		cmocka_unit_test(a_changed_bit_of_the_bytes_is_refused),
		cmocka_unit_test(other_lengths_keys_and_bytes_are_refused),
		cmocka_unit_test(a_layout_we_never_wrote_is_refused),
		cmocka_unit_test(a_receipt_is_read_as_people_type_it),
		cmocka_unit_test(every_slot_has_one_receipt),
		cmocka_unit_test(what_is_not_a_receipt_is_refused),
	};

	secret_init();
	cookies = random_key();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
