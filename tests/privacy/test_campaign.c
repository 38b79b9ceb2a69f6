/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys and everything derived from a link token (campaign.h). The expected values were
 * computed by Python's hashlib, not by libsodium:
 *
 *   from hashlib import blake2b as b
 *   R = bytes(range(32)); M = bytes(range(32, 64)); I = bytes(range(64, 80))
 *   kdf = lambda r, n, c: b(key=r, salt=n.to_bytes(8, 'little') + bytes(8),
 *                           person=c + bytes(8), digest_size=32).hexdigest()
 *   h = lambda k, label, d, n: b(label.encode() + b'\0' + d, digest_size=n,
 *                                key=bytes.fromhex(k)).hexdigest()
 *   K = [kdf(R, n, b'BPS_camp') for n in range(1, 5)]
 *   L = [kdf(M, n, b'BPS_mail') for n in range(1, 4)]
 *   T = h(K[0], 'tok|v1', b'2026\0patients\0' + I, 16); t = bytes.fromhex(T)
 *   print(*K, *L, T, h(K[1], 'mac|v1', t, 32), h(K[2], 'loc|v1', t, 32),
 *         h(K[2], 'enc|v1', t, 32), h(K[2], 'inst|v1', t, 16), h(L[0], 'stop|v1', I, 16),
 *         h(L[2], 'address|v1', b'marie@exemple.fr', 32))
 *   s = bytes.fromhex(h(L[1], 'bounce|id|v1', I, 16))[:12]
 *   m = bytes.fromhex(h(L[1], 'bounce|mask|v1', s, 16))
 *   print((s + bytes(a ^ b for a, b in zip(I, m))).hex())
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "barometre/privacy/campaign.h"

static struct key counted_key(unsigned char first)
{
	struct key key;

	for (size_t i = 0; i < sizeof(key.b); i++)
		key.b[i] = (unsigned char)(first + i);
	return key;
}

static struct id16 counted_id(unsigned char first)
{
	struct id16 id;

	for (size_t i = 0; i < sizeof(id.b); i++)
		id.b[i] = (unsigned char)(first + i);
	return id;
}

static void assert_hex(const void *bytes, size_t n, const char *expected)
{
	char hex[65];

	hex_write(hex, bytes, n);
	assert_string_equal(hex, expected);
}

static void sub_keys_are_blake2b_with_number_and_context(void **state)
{
	(void)state;
	struct key root = counted_key(0), mail = counted_key(32);
	struct campaign_keys k;
	struct mail_keys m;

	campaign_derive(&k, &root);
	mail_derive(&m, &mail);
	assert_hex(&k.tokens, 32,
		"0cc924ec0d1db16d1e00fec1c4dbd4c1dd43e82ba8e45bf97cef558653455252");
	assert_hex(&k.macs, 32,
		"fc0a21d59f2e64432244ac73fdd484b3aa5c1ad67353f5f42f3309dd7a24e261");
	assert_hex(&k.drafts, 32,
		"9034532f59b73193e6c5608f5570d02de4db7036d4ba729b4929bc4a637bb9d3");
	assert_hex(&k.cookies, 32,
		"035f05ddc20d730387a938b2b0ce7f9a8b7c869967fba96e68876ec41dc88c15");
	assert_hex(&m.stops, 32,
		"b61625632d357f7a08ee4b245baa3d9c93946d5b620e269e6ef555b40a55dab0");
	assert_hex(&m.bounces, 32,
		"de0725bbc302558b20ef8610f243b0893020f4f46c81caf62761d3ce52c547f2");
	assert_hex(&m.addresses, 32,
		"c087cc42b594be1b86f7be5ca4d671c4e98cf3f12da9ab9ba912660be65619ce");
}

static void derived_values_are_the_documented_hashes(void **state)
{
	(void)state;
	struct key root = counted_key(0), mail = counted_key(32);
	struct id16 id = counted_id(64);
	struct campaign_keys k;
	struct mail_keys m;
	char text[TOKEN_CHARS + 1];

	campaign_derive(&k, &root);
	mail_derive(&m, &mail);
	struct token t = token_mint(&k.tokens, STR("2026"), STR("patients"), &id);
	struct hash32 mac = token_mac(&k.macs, &t),
		      locator = token_locator(&k.drafts, &t);
	struct key content = token_draft_key(&k.drafts, &t);
	struct id16 instance = token_instance(&k.drafts, &t);
	struct id16 stop = contact_stop_id(&m.stops, &id);
	struct bounce_id bounce = contact_bounce_id(&m.bounces, &id);
	struct hash32 address = address_hash(&m.addresses, STR("marie@exemple.fr"));

	assert_hex(&t, 16, "d8b369f7d207c8a8d140b57c2c873a79");
	token_write(text, &t);
	assert_string_equal(text, "3czwt56sa7ekrukawv6czbz2pe");
	assert_hex(&mac, 32,
		"736af4853071c03ae071793f7a121ca0780dcbdb3372775ccaad10fc695fd6ec");
	assert_hex(&locator, 32,
		"da45b1d194a7e79d59f15b1fc670b09be9288aac870d5230bfe5a664a16ae0f0");
	assert_hex(&content, 32,
		"d4af54adc8b4afaf617dc2648eb12e0a95a37163671c5bcb5a5c4fce05a3f765");
	assert_hex(&instance, 16, "63aff947f615326768aaecd0fb2a9b64");
	assert_hex(&stop, 16, "756a42815a033c28d675981f1e7fa854");
	assert_hex(
		&bounce, 28, "2b220add8275ebd843ec0370edfd67cfd387332d02c07cfd9e6ee9e9");
	assert_hex(&address, 32,
		"09131cdc8ba8e5f6bb71fadadd9ed56a2d8e3385782bc1fc1f2e000c0472f29f");
}

/* Everything derived for one person, from the two roots. */
struct derived {
	struct token token;
	struct hash32 mac, locator;
	struct key content;
	struct id16 instance, stop;
	struct bounce_id bounce;
	struct hash32 address;
};

static struct derived derive_all(const struct campaign_keys *k, const struct mail_keys *m)
{
	struct id16 id = counted_id(1);
	struct token token = token_mint(&k->tokens, STR("2026"), STR("equipes"), &id);
	/* One fixed token for what is derived from a token, so that only the key can
	 * change it. */
	struct token fixed;
	memcpy(fixed.b, counted_id(99).b, sizeof(fixed.b));
	return (struct derived){token, token_mac(&k->macs, &fixed),
		token_locator(&k->drafts, &fixed), token_draft_key(&k->drafts, &fixed),
		token_instance(&k->drafts, &fixed), contact_stop_id(&m->stops, &id),
		contact_bounce_id(&m->bounces, &id),
		address_hash(&m->addresses, STR("a@b.fr"))};
}

#define CHANGED(a, b, member) (memcmp(&(a).member, &(b).member, sizeof((a).member)) != 0)

/* Bit by bit which of the values differ, in the order of the struct. */
static unsigned int changes(const struct derived *a, const struct derived *b)
{
	return (CHANGED(*a, *b, token) ? 1U : 0U) | (CHANGED(*a, *b, mac) ? 2U : 0U) |
		(CHANGED(*a, *b, locator) ? 4U : 0U) |
		(CHANGED(*a, *b, content) ? 8U : 0U) |
		(CHANGED(*a, *b, instance) ? 16U : 0U) |
		(CHANGED(*a, *b, stop) ? 32U : 0U) |
		(CHANGED(*a, *b, bounce) ? 64U : 0U) |
		(CHANGED(*a, *b, address) ? 128U : 0U);
}

static void a_value_changes_with_its_own_key_and_no_other(void **state)
{
	(void)state;
	struct campaign_keys k;
	struct mail_keys m;
	struct key root = counted_key(0), mail = counted_key(32);
	struct {
		struct key *key;
		unsigned int expected;
	} rows[] = {{&k.tokens, 1}, {&k.macs, 2}, {&k.drafts, 4 | 8 | 16},
		{&k.cookies, 0}, {&m.stops, 32}, {&m.bounces, 64}, {&m.addresses, 128}};

	campaign_derive(&k, &root);
	mail_derive(&m, &mail);
	struct derived before = derive_all(&k, &m);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		for (size_t byte = 0; byte < KEY_BYTES; byte++) {
			rows[i].key->b[byte] ^= 1;
			struct derived after = derive_all(&k, &m);
			assert_int_equal(changes(&before, &after), rows[i].expected);
			rows[i].key->b[byte] ^= 1;
		}
	}
}

static void a_new_campaign_key_leaves_the_mail_identifiers_alone(void **state)
{
	(void)state;
	struct campaign_keys k;
	struct mail_keys m;
	struct key root = counted_key(0), mail = counted_key(32);

	campaign_derive(&k, &root);
	mail_derive(&m, &mail);
	struct derived before = derive_all(&k, &m);
	root.b[31] ^= 0x80;
	campaign_derive(&k, &root);
	struct derived after = derive_all(&k, &m);
	assert_int_equal(changes(&before, &after), 1 | 2 | 4 | 8 | 16);
	mail.b[0] ^= 1;
	mail_derive(&m, &mail);
	struct derived last = derive_all(&k, &m);
	assert_int_equal(changes(&after, &last), 32 | 64 | 128);
}

static void nothing_derived_equals_anything_else(void **state)
{
	(void)state;
	/* One key everywhere: only the labels keep the values apart. */
	struct key same = counted_key(5);
	struct id16 id = counted_id(9);
	struct token t;
	memcpy(t.b, id.b, sizeof(t.b));
	struct hash32 mac = token_mac(&same, &t), locator = token_locator(&same, &t);
	struct key content = token_draft_key(&same, &t);
	struct id16 instance = token_instance(&same, &t),
		    stop = contact_stop_id(&same, &id);
	struct bounce_id bounce = contact_bounce_id(&same, &id);
	struct hash32 address = address_hash(
		&same, (struct str){(const char *)id.b, sizeof(id.b)});
	const void *values[] = {mac.b, locator.b, content.b, instance.b, stop.b, bounce.b,
		address.b, t.b};

	for (size_t i = 0; i < COUNT_OF(values); i++)
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(values[i], values[j], 16);
}

static void a_token_belongs_to_one_edition_audience_and_invitation(void **state)
{
	(void)state;
	struct key key = counted_key(3);
	struct id16 one = counted_id(1), two = counted_id(2);
	struct token base = token_mint(&key, STR("ab"), STR("c"), &one);
	struct token others[] = {token_mint(&key, STR("a"), STR("bc"), &one),
		token_mint(&key, STR("abc"), STR(""), &one),
		token_mint(&key, STR("ab"), STR("d"), &one),
		token_mint(&key, STR("ac"), STR("c"), &one),
		token_mint(&key, STR("ab"), STR("c"), &two)};
	struct token again = token_mint(&key, STR("ab"), STR("c"), &one);

	assert_memory_equal(
		base.b, again.b, sizeof(base.b)); /* every reminder has the same link */
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_memory_not_equal(base.b, others[i].b, sizeof(base.b));
	/* The longest codes there are. */
	(void)token_mint(&key, STR("12345678901234567890123456789012"),
		STR("12345678901234567890123456789012"), &one);
}

static void a_token_reads_back_in_either_case(void **state)
{
	(void)state;
	char text[TOKEN_CHARS + 1];

	for (int round = 0; round < 200; round++) {
		struct token t = token_random(), back;
		token_write(text, &t);
		assert_int_equal(strlen(text), TOKEN_CHARS);
		assert_true(token_parse(str_of(text), &back));
		assert_memory_equal(t.b, back.b, sizeof(t.b));
		for (size_t i = (size_t)round % 2; i < TOKEN_CHARS; i++)
			if (text[i] >= 'a')
				text[i] = (char)(text[i] - 'a' + 'A');
		assert_true(token_parse(str_of(text), &back));
		assert_memory_equal(t.b, back.b, sizeof(t.b));
	}
}

static void what_is_not_a_token_is_refused_and_leaves_the_result_alone(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "a", "aaaaaaaaaaaaaaaaaaaaaaaaa",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaa1",
		"aaaaaaaaaaaaaaaaaaaaaaaaa8", "aaaaaaaaaaaaa aaaaaaaaaaaa",
		"aaaaaaaaaaaaaaaaaaaaaaaaa=", "aaaaaaaaaaaaaaaaaaaaaaaa\xC3\xA9",
		"aaaaaaaaaaaaaaaaaaaaaaaaab" /* spare bits set */};
	struct token t;

	memset(t.b, 0x5A, sizeof(t.b));
	struct token before = t;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_false(token_parse(str_of(bad[i]), &t));
		assert_memory_equal(t.b, before.b, sizeof(t.b));
	}
	assert_false(token_parse((struct str){"aaaaaaaaaaaa\0aaaaaaaaaaaaa", 26}, &t));
	assert_true(token_parse(STR("aaaaaaaaaaaaaaaaaaaaaaaaaa"), &t));
}

static void random_tokens_differ(void **state)
{
	(void)state;
	struct token seen[300];

	for (size_t i = 0; i < COUNT_OF(seen); i++) {
		seen[i] = token_random();
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(seen[i].b, seen[j].b, sizeof(seen[i].b));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sub_keys_are_blake2b_with_number_and_context),
		cmocka_unit_test(derived_values_are_the_documented_hashes),
		cmocka_unit_test(a_value_changes_with_its_own_key_and_no_other),
		cmocka_unit_test(a_new_campaign_key_leaves_the_mail_identifiers_alone),
		cmocka_unit_test(nothing_derived_equals_anything_else),
		cmocka_unit_test(a_token_belongs_to_one_edition_audience_and_invitation),
		cmocka_unit_test(a_token_reads_back_in_either_case),
		cmocka_unit_test(
			what_is_not_a_token_is_refused_and_leaves_the_result_alone),
		cmocka_unit_test(random_tokens_differ),
	};

	secret_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
