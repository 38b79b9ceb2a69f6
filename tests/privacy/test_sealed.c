/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes, contact wishes and drafts (sealed.h, promises S1 to S3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/privacy/sealed.h"

#define BOX_BYTES 8192
#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LONGEST "12345678901234567890123456789012"
#define MARKER "SECRET-ANSWER"

static struct public_key count_public, trustee_public;
static struct secret_key count_secret, trustee_secret;
static struct key draft_key;
static const struct id16 instance = {
	{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};

DEFINE_DROP(json_drop, json_t, json_decref)

static json_t *json_of(const char *text)
{
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(json);
	return json;
}

/* Answers whose canonical JSON has exactly `n` bytes. */
static json_t *answers_of_size(size_t n)
{
	size_t around = strlen("{\"q\":\"\"}");
	char *text = x_alloc(n - around + 1);

	memset(text, 'x', n - around);
	text[n - around] = '\0';
	json_t *json = json_object();
	assert_int_equal(json_object_set_new(json, "q", json_string(text)), 0);
	free(text);
	return json;
}

static bool seal(struct buf *out, const json_t *answers, const json_t *contact,
	size_t box_bytes, struct err *e)
{
	return answer_box_seal(out, &count_public, &trustee_public, &instance, HASH,
		answers, contact, box_bytes, e);
}

static void answers_come_back_as_they_were(void **state)
{
	(void)state;
	static const char *const texts[] = {"{}", "{\"q1\":\"oui\"}",
		"{\"z\":[\"a\",\"b\"],\"é\":{\"row\":3,\"n\":-1.5e-7},\"t\":\"l\\u2019été \\\"\\\\ \\n\"}",
		"{\"x\":true,\"y\":null,\"big\":9007199254740993}",
		"{\"q\":\"\\\\u0000 is a text, not a NUL\"}"};

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		SCOPED(json_drop) json_t *answers = json_of(texts[i]);
		SCOPED(buf_release) struct buf box = BUF_LIMIT(100000);
		struct opened_box opened;
		assert_true(seal(&box, answers, NULL, BOX_BYTES, NULL));
		assert_true(answer_box_open(
			&opened, &count_public, &count_secret, buf_str(&box), NULL));
		assert_true(json_equal(opened.answers, answers));
		assert_string_equal(opened.form_hash, HASH);
		assert_memory_equal(opened.instance.b, instance.b, sizeof(instance.b));
		opened_box_release(&opened);
		opened_box_release(&opened); /* harmless */
	}
}

static void only_the_trustee_reads_the_contact_wishes(void **state)
{
	(void)state;
	SCOPED(json_drop) json_t *answers = json_of("{\"q\":1}");
	SCOPED(json_drop)
	json_t *contact = json_of("{\"name\":\"Asso é\",\"mail\":\"a@b.fr\"}");
	SCOPED(buf_release) struct buf box = BUF_LIMIT(100000);
	struct opened_box opened;
	struct err e = {0};

	assert_true(seal(&box, answers, contact, BOX_BYTES, NULL));
	assert_true(answer_box_open(
		&opened, &count_public, &count_secret, buf_str(&box), NULL));
	assert_null(contact_open(&count_secret, buf_str(&opened.inner), &e));
	assert_int_equal(e.code, ERR_DENIED);
	SCOPED(json_drop)
	json_t *back = contact_open(&trustee_secret, buf_str(&opened.inner), NULL);
	assert_true(json_equal(back, contact));
	opened_box_release(&opened);

	/* And the trustee does not open the answers. */
	assert_false(answer_box_open(
		&opened, &trustee_public, &trustee_secret, buf_str(&box), &e));
	assert_int_equal(e.code, ERR_DENIED);
}

static void no_contact_is_an_empty_object(void **state)
{
	(void)state;
	SCOPED(json_drop) json_t *answers = json_object();
	SCOPED(buf_release) struct buf box = BUF_LIMIT(100000);
	struct opened_box opened;

	assert_true(seal(&box, answers, NULL, BOX_BYTES, NULL));
	assert_true(answer_box_open(
		&opened, &count_public, &count_secret, buf_str(&box), NULL));
	SCOPED(json_drop)
	json_t *back = contact_open(&trustee_secret, buf_str(&opened.inner), NULL);
	assert_true(json_is_object(back));
	assert_int_equal(json_object_size(back), 0);
	opened_box_release(&opened);
}

/* S1, and T7 of the acceptance tests. */
static void lengths_tell_nothing(void **state)
{
	(void)state;
	SCOPED(json_drop) json_t *empty = json_object();
	SCOPED(json_drop) json_t *small = json_of("{\"q1\":\"non\"}");
	SCOPED(json_drop) json_t *full = answers_of_size(BOX_BYTES - ANSWER_BOX_RESERVED);
	SCOPED(json_drop) json_t *long_contact = answers_of_size(CONTACT_BYTES - 1);
	const json_t *answers[] = {empty, small, full, NULL},
		     *contacts[] = {NULL, empty, small, long_contact};

	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		for (size_t j = 0; j < COUNT_OF(contacts); j++) {
			SCOPED(buf_release) struct buf box = BUF_LIMIT(100000);
			struct opened_box opened;
			assert_true(seal(&box, answers[i], contacts[j], BOX_BYTES, NULL));
			assert_int_equal(box.n, answer_box_size(BOX_BYTES));
			assert_true(answer_box_open(&opened, &count_public, &count_secret,
				buf_str(&box), NULL));
			assert_int_equal(opened.inner.n, CONTACT_BYTES + SEAL_OVERHEAD);
			opened_box_release(&opened);
		}
	}
	/* Drafts as long as boxes. */
	SCOPED(json_drop) json_t *most = answers_of_size(BOX_BYTES - DRAFT_RESERVED - 2);
	struct draft drafts[] = {{.page = 0},
		{.page = 3, .answers = small, .typed = empty},
		{.page = DRAFT_PAGE_MAX,
			.answers = most,
			.turn = DRAFT_TURN_MAX,
			.audience = LONGEST,
			.channel = LONGEST},
		{.page = DRAFT_PAGE_MAX,
			.answers = empty,
			.typed = most,
			.turn = DRAFT_TURN_MAX,
			.audience = LONGEST,
			.channel = LONGEST}};
	for (size_t i = 0; i < COUNT_OF(drafts); i++) {
		SCOPED(buf_release) struct buf box = BUF_LIMIT(100000);
		assert_true(draft_seal(&box, &draft_key, &drafts[i], BOX_BYTES, NULL));
		assert_int_equal(box.n, answer_box_size(BOX_BYTES));
	}
	assert_int_equal(answer_box_size(BOX_BYTES), BOX_BYTES + SEAL_OVERHEAD);
}

static void too_long_says_by_how_much(void **state)
{
	(void)state;
	SCOPED(json_drop)
	json_t *long_answers = answers_of_size(BOX_BYTES - ANSWER_BOX_RESERVED + 37);
	SCOPED(json_drop) json_t *long_contact = answers_of_size(CONTACT_BYTES + 4);
	SCOPED(json_drop) json_t *empty = json_object();
	SCOPED(buf_release) struct buf box = BUF_LIMIT(10000000);
	struct err e = {0};

	assert_false(seal(&box, long_answers, NULL, BOX_BYTES, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_non_null(strstr(e.text, "the answers are 37 bytes too long"));
	assert_false(seal(&box, empty, long_contact, BOX_BYTES, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_non_null(strstr(e.text, "the contact wishes are 5 bytes too long"));
	assert_false(seal(&box, empty, NULL, ANSWER_BOX_RESERVED + 1, &e));
	assert_non_null(strstr(e.text, "are 1 bytes too long"));
	assert_false(seal(&box, empty, NULL, 0, &e));
	assert_false(seal(&box, empty, NULL, BOX_BYTES_MAX + 1, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	struct draft draft = {.answers = long_answers,
		.typed = answers_of_size(BOX_BYTES - DRAFT_RESERVED)};
	assert_false(draft_seal(&box, &draft_key, &draft, BOX_BYTES, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	json_decref(draft.typed);
	assert_int_equal(box.n, 0); /* nothing was written */
	assert_true(seal(&box, empty, NULL, BOX_BYTES_MAX, &e));
}

static void two_boxes_of_one_answer_differ(void **state)
{
	(void)state;
	SCOPED(json_drop) json_t *answers = json_of("{\"q\":1}");
	SCOPED(buf_release) struct buf a = BUF_LIMIT(100000);
	SCOPED(buf_release) struct buf b = BUF_LIMIT(100000);
	struct opened_box one, two;

	assert_true(seal(&a, answers, NULL, BOX_BYTES, NULL) &&
		seal(&b, answers, NULL, BOX_BYTES, NULL));
	assert_memory_not_equal(a.p, b.p, a.n);
	assert_true(
		answer_box_open(&one, &count_public, &count_secret, buf_str(&a), NULL));
	assert_true(
		answer_box_open(&two, &count_public, &count_secret, buf_str(&b), NULL));
	assert_memory_not_equal(one.inner.p, two.inner.p, one.inner.n);
	opened_box_release(&one);
	opened_box_release(&two);
}

static void json_inside_is_canonical(void **state)
{
	(void)state;
	SCOPED(json_drop)
	json_t *answers = json_of("{ \"b\" : 2, \"a\" : { \"d\":1, \"c\":[ 1 ] } }");
	SCOPED(buf_release) struct buf box = BUF_LIMIT(100000);
	SCOPED(buf_release) struct buf plain = BUF_LIMIT(100000);
	const struct str start = STR(
		"{\"a\":{\"a\":{\"c\":[1],\"d\":1},\"b\":2},\"f\":\"" HASH
		"\",\"i\":\"0102030405060708090a0b0c0d0e0f10\",\"k\":\"");

	assert_true(seal(&box, answers, NULL, BOX_BYTES, NULL));
	assert_true(box_open(&plain, &count_public, &count_secret, buf_str(&box), NULL));
	assert_true(str_starts(buf_str(&plain), start));
	assert_string_equal(plain.p + plain.n - strlen("\",\"v\":1}"), "\",\"v\":1}");
	/* What the whole would be if jansson wrote it. */
	SCOPED(json_drop) json_t *whole = json_of(plain.p);
	char *again = json_dumps(whole, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(again, plain.p);
	free(again);
	assert_int_equal(plain.n,
		5 + strlen("{\"a\":{\"c\":[1],\"d\":1},\"b\":2}") + ANSWER_BOX_RESERVED -
			6);
}

/* S2: in an answer box every bit of the ephemeral key and the tag, and one bit of every
 * byte behind. */
static void a_changed_bit_of_a_box_is_refused(void **state)
{
	(void)state;
	SCOPED(json_drop) json_t *empty = json_object();
	SCOPED(buf_release) struct buf box = BUF_LIMIT(100000);
	struct opened_box opened;
	struct err e;

	assert_true(seal(&box, empty, NULL, ANSWER_BOX_RESERVED + 2, NULL));
	for (size_t i = 0; i < box.n; i++) {
		for (unsigned int bit = 0; bit < 8; bit++) {
			if (i >= SEAL_OVERHEAD && bit != i % 8)
				continue;
			box.p[i] = (char)(box.p[i] ^ (1 << bit));
			e = (struct err){0};
			assert_false(answer_box_open(&opened, &count_public,
				&count_secret, buf_str(&box), &e));
			assert_int_equal(e.code, ERR_DENIED);
			box.p[i] = (char)(box.p[i] ^ (1 << bit));
		}
	}
	assert_true(answer_box_open(
		&opened, &count_public, &count_secret, buf_str(&box), &e));
	opened_box_release(&opened);
}

/* Every bit, every shorter length, one byte more. */
static void a_damaged_draft_is_refused(void **state)
{
	(void)state;
	SCOPED(json_drop) json_t *answers = json_of("{\"q\":\"oui\"}");
	SCOPED(buf_release) struct buf box = BUF_LIMIT(1000);
	struct draft in = {.page = 2, .answers = answers}, out;
	struct err e = {0};

	assert_true(draft_seal(&box, &draft_key, &in, 256, NULL));
	for (size_t i = 0; i < box.n * 8; i++) {
		box.p[i / 8] = (char)(box.p[i / 8] ^ (1 << i % 8));
		assert_false(draft_open(&out, &draft_key, buf_str(&box), &e));
		assert_int_equal(e.code, ERR_DENIED);
		box.p[i / 8] = (char)(box.p[i / 8] ^ (1 << i % 8));
	}
	for (size_t n = 0; n < box.n; n++) {
		assert_false(draft_open(&out, &draft_key, (struct str){box.p, n}, &e));
		assert_int_equal(e.code, ERR_DENIED);
	}
	buf_addc(&box, '\0');
	assert_false(draft_open(&out, &draft_key, buf_str(&box), &e));
	struct key other = draft_key;
	other.b[0] ^= 1;
	box.n--;
	assert_false(draft_open(&out, &other, buf_str(&box), &e));
	assert_true(draft_open(&out, &draft_key, buf_str(&box), &e));
	draft_release(&out);
}

static void a_draft_comes_back(void **state)
{
	(void)state;
	SCOPED(json_drop) json_t *answers = json_of("{\"q1\":\"oui\",\"q2\":[\"a\"]}");
	SCOPED(json_drop) json_t *typed = json_of("{\"age\":\"soixante\"}");
	SCOPED(buf_release) struct buf box = BUF_LIMIT(100000);
	struct draft in = {.page = DRAFT_PAGE_MAX,
			     .answers = answers,
			     .typed = typed,
			     .turn = 12,
			     .instance = instance,
			     .audience = "equipes",
			     .channel = "affiche"},
		     out;

	assert_true(draft_seal(&box, &draft_key, &in, BOX_BYTES, NULL));
	assert_true(draft_open(&out, &draft_key, buf_str(&box), NULL));
	assert_int_equal(out.page, DRAFT_PAGE_MAX);
	assert_int_equal(out.turn, 12);
	assert_memory_equal(&out.instance, &instance, sizeof(instance));
	assert_string_equal(out.audience, "equipes");
	assert_string_equal(out.channel, "affiche");
	assert_true(json_equal(out.answers, answers) && json_equal(out.typed, typed));
	draft_release(&out);
	draft_release(&out); /* harmless */
	buf_clear(&box);
	in = (struct draft){0};
	assert_true(draft_seal(&box, &draft_key, &in, BOX_BYTES, NULL));
	assert_true(draft_open(&out, &draft_key, buf_str(&box), NULL));
	assert_int_equal(out.page, 0);
	assert_true(json_is_object(out.answers) && json_is_object(out.typed));
	assert_int_equal(json_object_size(out.answers) + json_object_size(out.typed), 0);
	draft_release(&out);
}

/* Opens a box with any readable side: refused as ERR_INVALID, result untouched, nothing
 * quoted. */
static void assert_not_an_answer(const char *text, size_t n)
{
	SCOPED(buf_release) struct buf box = BUF_LIMIT(100000);
	struct opened_box opened, before;
	struct err e = {0};

	memset(&opened, 0x5A, sizeof(opened));
	before = opened;
	assert_true(box_seal(&box, &count_public, (struct str){text, n}, 16384, NULL));
	if (answer_box_open(&opened, &count_public, &count_secret, buf_str(&box), &e))
		fail_msg("accepted: %.200s", text);
	assert_int_equal(e.code, ERR_INVALID);
	assert_null(strstr(e.text, MARKER));
	assert_memory_equal(&opened, &before, sizeof(opened));
}

/* The text of a good box with `from` replaced by `to`. */
static char *changed_answer(const char *from, const char *to)
{
	char inner[5527], *good, *at;

	memset(inner, 'A', sizeof(inner) - 1);
	inner[sizeof(inner) - 1] = '\0';
	good = x_printf(
		"{\"a\":{\"q\":\"" MARKER "\"},\"f\":\"" HASH
		"\",\"i\":\"0102030405060708090a0b0c0d0e0f10\",\"k\":\"%s\",\"v\":1}",
		inner);
	at = strstr(good, from);
	assert_non_null(at);
	char *text = x_printf("%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
	free(good);
	return text;
}

static void what_opens_but_is_not_an_answer_is_refused(void **state)
{
	(void)state;
	static const char *const changes[][2] = {
		{"{\"a\"", "{\"b\""}, {"\"v\":1}", "\"v\":1,\"w\":1}"},
		{"\"v\":1}", "\"v\":1,\"v\":1}"}, {"\"v\":1}", "\"w\":1}"},
		{"\"v\":1}", "\"v\":2}"}, {"\"v\":1}", "\"v\":\"1\"}"},
		{"\"v\":1}", "\"v\":1.0}"}, {"\"v\":1}", "\"v\":1}x"},
		{"\"v\":1}", "\"v\":1"}, {",\"v\":1}", "}"},
		{"{\"q\":\"" MARKER "\"}", "[\"" MARKER "\"]"},
		{"{\"q\":\"" MARKER "\"}", "\"" MARKER "\""},
		{"{\"q\":\"" MARKER "\"}", "{\"q\":1,\"q\":\"" MARKER "\"}"},
		{MARKER, MARKER "\\u0000"}, {MARKER, MARKER "\xFF"},
		{MARKER, MARKER "\xED\xA0\x80"}, {MARKER "\"", MARKER},
		{"\"f\":\"0", "\"f\":\"A"}, {"\"f\":\"0", "\"f\":\""},
		{"\"f\":\"" HASH "\"", "\"f\":1"}, {"\"i\":\"01", "\"i\":\"0g"},
		{"\"i\":\"01", "\"i\":\""},
		{"\"i\":\"0102030405060708090a0b0c0d0e0f10\"", "\"i\":null"},
		{"\"k\":\"A", "\"k\":\""}, {"\"k\":\"A", "\"k\":\"AA"},
		{"\"k\":\"A", "\"k\":\"="}, {"\"k\":\"A", "\"k\":\"+"},
		{"A\",\"v\"", "B\",\"v\""}, /* spare bits of base64url */
	};

	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		char *text = changed_answer(changes[i][0], changes[i][1]);
		assert_not_an_answer(text, strlen(text));
		free(text);
	}
	static const char *const others[] = {
		"", "null", "[]", "\"\"", "1", "{}", "{\"a\":", "\x80", "[{}]"};
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_not_an_answer(others[i], strlen(others[i]));

	/* The frame itself is good. */
	char *good = changed_answer(MARKER, "x");
	SCOPED(buf_release) struct buf box = BUF_LIMIT(100000);
	struct opened_box opened;
	assert_true(box_seal(&box, &count_public, str_of(good), 16384, NULL));
	assert_true(answer_box_open(
		&opened, &count_public, &count_secret, buf_str(&box), NULL));
	opened_box_release(&opened);
	free(good);
}

static void what_opens_but_is_not_a_draft_is_refused(void **state)
{
	(void)state;
#define ID "00112233445566778899aabbccddeeff"
#define DRAFT(answers, audience, channel, id, page, turn, typed, rest)     \
 "{\"answers\":" answers ",\"audience\":" audience ",\"channel\":" channel \
 ",\"instance\":" id ",\"page\":" page ",\"turn\":" turn ",\"typed\":" typed rest "}"
#define V ",\"v\":2"
	static const char good[] = DRAFT(
		"{}", "\"a\"", "\"\"", "\"" ID "\"", "0", "0", "{}", V);
	static const char *const texts[] = {"", "{}", "[]",
		DRAFT("{}", "\"a\"", "\"\"", "\"" ID "\"", "0", "0", "{}", ""),
		DRAFT("{}", "\"a\"", "\"\"", "\"" ID "\"", "0", "0", "{}", ",\"v\":1"),
		DRAFT("{}", "\"a\"", "\"\"", "\"" ID "\"", "-1", "0", "{}", V),
		DRAFT("{}", "\"a\"", "\"\"", "\"" ID "\"", "10000", "0", "{}", V),
		DRAFT("{}", "\"a\"", "\"\"", "\"" ID "\"", "4294967296", "0", "{}", V),
		DRAFT("{}", "\"a\"", "\"\"", "\"" ID "\"", "99999999999999999999", "0",
			"{}", V),
		DRAFT("{}", "\"a\"", "\"\"", "\"" ID "\"", "1.0", "0", "{}", V),
		DRAFT("{}", "\"a\"", "\"\"", "\"" ID "\"", "\"0\"", "0", "{}", V),
		DRAFT("{}", "\"a\"", "\"\"", "\"" ID "\"", "0", "-1", "{}", V),
		DRAFT("{}", "\"a\"", "\"\"", "\"" ID "\"", "0", "1000000000", "{}", V),
		DRAFT("{}", "\"a\"", "\"\"", "\"" ID "\"", "0", "null", "{}", V),
		DRAFT("[]", "\"a\"", "\"\"", "\"" ID "\"", "0", "0", "{}", V),
		DRAFT("{}", "\"a\"", "\"\"", "\"" ID "\"", "0", "0", "null", V),
		DRAFT("{}", "7", "\"\"", "\"" ID "\"", "0", "0", "{}", V),
		DRAFT("{}", "\"a\"", "\"" LONGEST "x\"", "\"" ID "\"", "0", "0", "{}", V),
		DRAFT("{}", "\"a\\\"b\"", "\"\"", "\"" ID "\"", "0", "0", "{}", V),
		DRAFT("{}", "\"a\"", "\"\"", "\"" ID "0\"", "0", "0", "{}", V),
		DRAFT("{}", "\"a\"", "\"\"", "\"x0112233445566778899aabbccddeeff\"", "0",
			"0", "{}", V),
		DRAFT("{}", "\"a\"", "\"\"", "\"" ID "\"", "0", "0", "{}",
			V ",\"x\":\"" MARKER "\""),
		DRAFT("{\"a\":1,\"a\":\"" MARKER "\"}", "\"a\"", "\"\"", "\"" ID "\"",
			"0", "0", "{}", V)};
	SCOPED(buf_release) struct buf right = BUF_LIMIT(10000);
	struct draft opened;

	assert_true(aead_seal(&right, &draft_key, str_of(good), 256, NULL));
	assert_true(draft_open(&opened, &draft_key, buf_str(&right), NULL));
	draft_release(&opened);
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		SCOPED(buf_release) struct buf box = BUF_LIMIT(10000);
		struct draft draft, before;
		struct err e = {0};
		memset(&draft, 0x5A, sizeof(draft));
		before = draft;
		assert_true(aead_seal(&box, &draft_key, str_of(texts[i]), 256, NULL));
		if (draft_open(&draft, &draft_key, buf_str(&box), &e))
			fail_msg("accepted: %s", texts[i]);
		assert_int_equal(e.code, ERR_INVALID);
		assert_null(strstr(e.text, MARKER));
		assert_memory_equal(&draft, &before, sizeof(draft));
	}
}

static void what_opens_but_is_not_a_contact_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"", "[]", "null", "{\"a\":1,\"a\":2}", "{\"a\":\"" MARKER "}"};
	struct err e = {0};

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		SCOPED(buf_release) struct buf box = BUF_LIMIT(10000);
		assert_true(box_seal(
			&box, &trustee_public, str_of(texts[i]), CONTACT_BYTES, NULL));
		assert_null(contact_open(&trustee_secret, buf_str(&box), &e));
		assert_int_equal(e.code, ERR_INVALID);
		assert_null(strstr(e.text, MARKER));
	}
	/* Of another size. */
	SCOPED(buf_release) struct buf box = BUF_LIMIT(10000);
	assert_true(box_seal(&box, &trustee_public, STR("{}"), CONTACT_BYTES + 1, NULL));
	assert_null(contact_open(&trustee_secret, buf_str(&box), &e));
	assert_int_equal(e.code, ERR_DENIED);
	assert_null(contact_open(&trustee_secret, STR(""), &e));
}

/* An object nested `levels` deep, the outermost counted. */
static json_t *nested(int levels)
{
	json_t *json = json_object();

	for (int i = 1; i < levels; i++) {
		json_t *outer = json_object();
		assert_int_equal(json_object_set_new(outer, "o", json), 0);
		json = outer;
	}
	return json;
}

/* S3 */
static void what_could_not_be_opened_is_not_sealed(void **state)
{
	(void)state;
	SCOPED(buf_release) struct buf box = BUF_LIMIT(100000);
	struct opened_box opened;
	struct err e = {0};
	SCOPED(json_drop) json_t *nul = json_object();
	assert_int_equal(json_object_set_new(nul, "q", json_stringn("a\0b", 3)), 0);
	SCOPED(json_drop)
	json_t *deepest = nested(SEALED_DEPTH_MAX - 1); /* the frame is one more */
	SCOPED(json_drop) json_t *too_deep = nested(SEALED_DEPTH_MAX);
	SCOPED(json_drop) json_t *far_too_deep = nested(3000);

	const json_t *bad[] = {nul, too_deep, far_too_deep};
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		e = (struct err){0};
		assert_false(seal(&box, bad[i], NULL, 65536, &e));
		assert_int_equal(e.code, ERR_INVALID);
	}
	e = (struct err){0};
	assert_false(seal(&box, NULL, nul, BOX_BYTES, &e));
	assert_int_equal(e.code, ERR_INVALID);
	struct draft draft = {.typed = nul};
	e = (struct err){0};
	assert_false(draft_seal(&box, &draft_key, &draft, BOX_BYTES, &e));
	assert_int_equal(e.code, ERR_INVALID);
	assert_int_equal(box.n, 0);

	assert_true(seal(&box, deepest, deepest, BOX_BYTES, NULL));
	assert_true(answer_box_open(
		&opened, &count_public, &count_secret, buf_str(&box), NULL));
	assert_true(json_equal(opened.answers, deepest));
	opened_box_release(&opened);
}

static void a_box_above_every_size_is_not_even_tried(void **state)
{
	(void)state;
	size_t n = answer_box_size(BOX_BYTES_MAX) + 1;
	char *bytes = x_calloc(1, n);
	struct opened_box opened;
	struct draft draft;
	struct err e = {0};

	assert_false(answer_box_open(
		&opened, &count_public, &count_secret, (struct str){bytes, n}, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_false(draft_open(&draft, &draft_key, (struct str){bytes, n}, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_come_back_as_they_were),
		cmocka_unit_test(only_the_trustee_reads_the_contact_wishes),
		cmocka_unit_test(no_contact_is_an_empty_object),
		cmocka_unit_test(lengths_tell_nothing),
		cmocka_unit_test(too_long_says_by_how_much),
		cmocka_unit_test(two_boxes_of_one_answer_differ),
		cmocka_unit_test(json_inside_is_canonical),
		cmocka_unit_test(a_changed_bit_of_a_box_is_refused),
		cmocka_unit_test(a_damaged_draft_is_refused),
		cmocka_unit_test(a_draft_comes_back),
		cmocka_unit_test(what_opens_but_is_not_an_answer_is_refused),
		cmocka_unit_test(what_opens_but_is_not_a_draft_is_refused),
		cmocka_unit_test(what_opens_but_is_not_a_contact_is_refused),
		cmocka_unit_test(what_could_not_be_opened_is_not_sealed),
		cmocka_unit_test(a_box_above_every_size_is_not_even_tried),
	};

	secret_init();
	box_new_pair(&count_public, &count_secret);
	box_new_pair(&trustee_public, &trustee_secret);
	draft_key = random_key();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
