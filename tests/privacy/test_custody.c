/* SPDX-License-Identifier: Apache-2.0 */
/* The custodian's file: the promises C1 to C5 of custody.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../../src/privacy/custody_private.h"

#define PHRASE "Quatre châteaux d'eau verts"
#define CHEAP ((struct password_cost){1, 1})

static struct secret_key secret;
static struct buf file = BUF_LIMIT(CUSTODY_FILE_MAX);

static int make_file(void **state)
{
	struct public_key unused;

	(void)state;
	secret_init();
	box_new_pair(&unused, &secret);
	assert_true(custody_seal_at(&file, CHEAP, "2026-bps", "Élodie Saint-Étienne",
		&secret, STR(PHRASE), NULL));
	return 0;
}

static int drop_file(void **state)
{
	(void)state;
	buf_release(&file);
	return 0;
}

static bool opens(struct str text, struct str phrase, struct err *err)
{
	struct secret_key out = {{0}};

	if (!custody_open(&out, text, phrase, err))
		return false;
	assert_memory_equal(&out, &secret, sizeof(secret));
	return true;
}

static void refused(enum err_code code, struct str text, const char *named)
{
	struct custody out;
	struct err err = {0};

	assert_false(custody_read(&out, text, &err));
	assert_int_equal(err.code, code);
	if (!strstr(err.text, named))
		fail_msg("\"%s\" does not name %s", err.text, named);
}

/* Where line `number` of the key begins, in a copy. */
static char *line_of(char *text, int number)
{
	SCOPED(free_char) char *start = x_printf("\n%d  ", number);
	char *at = strstr(text, start);

	assert_non_null(at);
	return at + 1;
}

static void what_was_sealed_comes_back(void **state)
{
	struct custody out;
	struct public_key public_key = box_public(&secret);

	(void)state;
	assert_true(opens(buf_str(&file), STR(PHRASE), NULL));
	assert_true(custody_read(&out, buf_str(&file), NULL));
	assert_string_equal(out.edition, "2026-bps");
	assert_string_equal(out.custodian, "Élodie Saint-Étienne");
	assert_memory_equal(&out.public_key, &public_key, sizeof(public_key));
}

/* A file of 2026, written down; its bytes were also worked out in Python from custody.h. Running editions must not lose their keys by a
 * change of ours. */
static void files_of_the_first_format_open_for_ever(void **state)
{
	static const char kept[] =
		"Édition : 2026-bps\nDépositaire : Élodie Saint-Étienne\n"
		"Empreinte : f895 e0f6 9f49 46fe 672b ff7e bb47 7f31\n"
		"1  AEAA CAMV KFUP B7DE SZFQ AQBT  VCLF\n"
		"2  4QWT 3GRL ITQM QQHD DMD2 G7F4  N7WH\n"
		"3  CQQJ HSFX KXOB WEHI NS2C MN2K  7XSG\n"
		"4  2FVK QU7N BPP4 BMVY NUOH Z5RU  OMJM\n"
		"5  JZ2G KEK3 2MFB MUBE 23D3 6DZM  YEQO\n"
		"6  NHNJ 2SA5 AV2M K4LH 4TAM LC3Z  POQA\n"
		"7  EUNT 2RPR EUHB 26NX R52J PMEX  3CKB\n"
		"8  YDEW P4YM YE2G ZHCW D6XQ NTBA  SSIU\n"
		"9  R2HN VOK2 SE65 PSUX EXYN MYUS  3FUS\n";
	struct secret_key out = {{0}};
	struct err err = {0};

	(void)state;
	if (!custody_open(&out, STR(kept), STR(PHRASE), &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < KEY_BYTES; i++)
		assert_int_equal(out.b[i], i + 1);
}

/* The cost of a real file: slow, so once. */
static void real_files_cost_what_they_say(void **state)
{
	SCOPED(buf_release) struct buf real = BUF_LIMIT(CUSTODY_FILE_MAX);
	char fingerprint[FINGERPRINT_CHARS + 1];
	struct public_key public_key = box_public(&secret);
	struct err err = {0};

	(void)state;
	assert_true(
		custody_seal(&real, "2026-bps", "Luc Petit", &secret, STR(PHRASE), &err));
	assert_non_null(strstr(real.p, "256 Mio, 3 passes"));
	assert_true(opens(buf_str(&real), STR(PHRASE), &err));
	/* Read by people: name, edition, fingerprint; and short enough for one page of 80 columns. */
	custody_fingerprint(fingerprint, &public_key);
	assert_non_null(strstr(real.p, fingerprint));
	assert_non_null(strstr(real.p, "Dépositaire\u202F: Luc Petit\n"));
	size_t lines = 0;
	struct str rest = buf_str(&real), line;
	while (str_cut(&rest, '\n', &line)) {
		lines++;
		assert_true(str_count_chars(line) <= 90);
	}
	assert_true(lines < 55);
	assert_true(real.n < CUSTODY_FILE_MAX / 2);
}

static void two_files_of_one_key_differ_and_hide_it(void **state)
{
	SCOPED(buf_release) struct buf other = BUF_LIMIT(CUSTODY_FILE_MAX);
	struct custody_text one, two;
	size_t same = 0;

	(void)state;
	assert_true(custody_seal_at(&other, CHEAP, "2026-bps", "Élodie Saint-Étienne",
		&secret, STR(PHRASE), NULL));
	assert_true(custody_text_read(&one, buf_str(&file), NULL));
	assert_true(custody_text_read(&two, buf_str(&other), NULL));
	/* Salt (10…25) and box (58…130); a byte in 256 is the same by chance. */
	for (size_t i = 10; i < 131; i++)
		if (i < 26 || i >= 58)
			same += one.bytes[i] == two.bytes[i];
	assert_true(same < 10);
	for (size_t i = 0; i + KEY_BYTES <= CUSTODY_BYTES; i++)
		assert_memory_not_equal(one.bytes + i, secret.b, KEY_BYTES);
}

static void a_wrong_passphrase_is_not_called_a_damaged_file(void **state)
{
	static const char *const wrong[] = {"Quatre châteaux d'eau rouges",
		"quatre châteaux d'eau verts", "Quatre chateaux d'eau verts",
		"Quatrechâteaux d'eau verts", ""};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct err err = {0};

		assert_false(opens(buf_str(&file), str_of(wrong[i]), &err));
		assert_int_equal(err.code, ERR_DENIED);
		assert_non_null(strstr(err.text, "phrase secrète"));
		assert_null(strstr(err.text, "châteaux"));
	}
}

static void keyboards_may_type_the_passphrase_their_own_way(void **state)
{
	static const char *const same[] = {PHRASE, "  Quatre  châteaux\td'eau verts ",
		"Quatre cha\u0302teaux d'eau verts", /* a, then the accent alone */
		"Quatre\u00A0châteaux d\u2019eau\u202Fverts\r"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(same); i++) {
		struct err err = {0};

		if (!opens(buf_str(&file), str_of(same[i]), &err))
			fail_msg("%zu: %s", i, err.text);
	}
}

static void short_or_poor_passphrases_are_refused(void **state)
{
	static const struct {
		const char *phrase;
		bool good;
	} cases[] = {
		{"onze lettre", false},
		{"douze lettre", true},
		{"é.é.é.é.é.é.", false},        /* three different characters at most */
		{"éèàùâêîôûçëï", true},         /* characters, not bytes */
		{"éèàùâ", false},               /* ten bytes */
		{"  a b c d e f      ", false}, /* eleven when blanks are taken in */
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
		{"abababababab", false},
		{"bad \xFF bytes here", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED(buf_release) struct buf out = BUF_LIMIT(CUSTODY_FILE_MAX);
		struct err err = {0};

		if (custody_passphrase_good(str_of(cases[i].phrase), &err) !=
			cases[i].good)
			fail_msg("\"%s\"", cases[i].phrase);
		assert_int_equal(custody_seal_at(&out, CHEAP, "e", "Anne", &secret,
					 str_of(cases[i].phrase), NULL),
			cases[i].good);
		assert_int_equal(out.n > 0, cases[i].good);
	}
	char long_one[PASSPHRASE_BYTES + 2];
	for (size_t i = 0; i < sizeof(long_one) - 1; i++)
		long_one[i] = (char)('a' + i % 26);
	long_one[sizeof(long_one) - 1] = '\0';
	assert_false(custody_passphrase_good(str_of(long_one), NULL));
	long_one[PASSPHRASE_BYTES] = '\0';
	assert_true(custody_passphrase_good(str_of(long_one), NULL));
}

/* Every character of every numbered line, changed into another one of the alphabet. */
static void each_mistyped_line_is_named(void **state)
{
	(void)state;
	for (int number = 1; number <= CUSTODY_LINES; number++) {
		SCOPED(free_char) char *copy = x_strndup(file.p, file.n);
		SCOPED(free_char) char *named = x_printf("ligne %d (", number);
		char *line = line_of(copy, number);
		struct custody out;

		for (char *c = line + 1; *c != '\n'; c++) {
			char was = *c;
			struct err err = {0};

			if (was == ' ')
				continue;
			*c = was == 'Q' ? 'P' : 'Q';
			assert_false(custody_read(&out, str_of(copy), &err));
			assert_int_equal(err.code, ERR_INVALID);
			assert_int_equal(err.line, number);
			assert_non_null(strstr(err.text, named));
			*c = was;
		}
		assert_true(custody_read(&out, str_of(copy), NULL));
	}
}

static void lines_too_short_too_long_or_missing_are_named_together(void **state)
{
	SCOPED(free_char) char *copy = x_strndup(file.p, file.n);
	char *line;

	(void)state;
	*(line_of(copy, 2) + 3) = ' ';
	refused(ERR_INVALID, str_of(copy), "ligne 2 (27 caractères au lieu de 28)");
	*(line_of(copy, 5) + 1) = 'A';
	refused(ERR_INVALID, str_of(copy), "ligne 5 (29 caractères au lieu de 28)");
	line = line_of(copy, 9);
	memset(line, '#', (size_t)(strchr(line, '\n') - line));
	refused(ERR_INVALID, str_of(copy), "ligne 9 (absente)");
	refused(ERR_INVALID, str_of(copy), "ligne 2 (27");
	refused(ERR_INVALID, STR("Bonjour,\n\nvoici la clé : Argon\n"),
		"ce n’est pas une clé");
	refused(ERR_INVALID, STR(""), "ce n’est pas une clé");
	refused(ERR_INVALID, STR("\xFF\xFE\x31\x00"), "UTF-8");
}

/* Two lines that stand in each other's place are both named: the number is in the check. */
static void swapped_lines_are_named(void **state)
{
	SCOPED(free_char) char *copy = x_strndup(file.p, file.n);

	(void)state;
	*line_of(copy, 3) = 'x';
	*line_of(copy, 4) = '3';
	*strstr(copy, "\nx  ") = '\n';
	*(strstr(copy, "\nx  ") + 1) = '4';
	refused(ERR_INVALID, str_of(copy), "ligne 3 (");
	refused(ERR_INVALID, str_of(copy), "ligne 4 (");
}

static void other_words_on_the_named_lines_are_refused(void **state)
{
	static const struct {
		const char *of, *to, *named;
	} changes[] = {
		{"Édition\u202F: 2026-bps", "Édition\u202F: 2027-bps", "« Édition »"},
		{"Dépositaire\u202F: Élodie", "Dépositaire\u202F: Zélodi",
			"« Dépositaire »"},
		{"\nÉdition\u202F", "\nEddition\u202F", "« Édition » manque"},
		{"\nDépositaire", "\nDepositeure", "« Dépositaire » manque"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		SCOPED(free_char) char *copy = x_strndup(file.p, file.n);
		SCOPED(buf_release) struct buf named = BUF_LIMIT(100);
		char *at = strstr(copy, changes[i].of);

		assert_non_null(at);
		memmove(at + strlen(changes[i].to), at + strlen(changes[i].of),
			strlen(at + strlen(changes[i].of)) + 1);
		memcpy(at, changes[i].to, strlen(changes[i].to));
		for (const char *c = changes[i].named; *c; c++) {
			/* the spaces inside guillemets are no-break */
			if (*c == ' ' && (c[-1] == '\xAB' || c[1] == '\xC2'))
				buf_puts(&named, "\u202F");
			else
				buf_addc(&named, *c);
		}
		refused(ERR_INVALID, str_of(copy), named.p);
	}
	SCOPED(free_char) char *copy = x_strndup(file.p, file.n);
	char *at = strstr(copy, "Empreinte\u202F: ") + strlen("Empreinte\u202F: ");
	*at = *at == '0' ? '1' : '0';
	refused(ERR_INVALID, str_of(copy), "Empreinte");
}

/* What somebody writes who types from the sheet: no accents, any case, other blanks, no numbering style, notes. */
static void a_file_typed_from_paper_opens(void **state)
{
	SCOPED(buf_release) struct buf typed = BUF_LIMIT(CUSTODY_FILE_MAX);
	SCOPED(free_char) char *copy = x_strndup(file.p, file.n);
	struct err err = {0};

	(void)state;
	buf_puts(&typed,
		"\xEF\xBB\xBF"
		"EDITION :   2026-BPS \r\n22 novembre, retapé par moi\r\n"
		"depositaire:elodie  saint etienne\r");
	for (int number = CUSTODY_LINES; number >= 1; number--) {
		buf_printf(&typed, "\r\n%s%d%s", number == 6 ? "\u2003 " : "   ", number,
			number % 2 ? ") " : ".-");
		for (char *c = line_of(copy, number) + 1; *c != '\n'; c++) {
			char lower = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;

			if (number == 4)
				lower = *c == 'O'   ? '0'
					: *c == 'I' ? '1'
					: *c == 'B' ? '8'
						    : lower;
			if (*c != ' ')
				buf_addc(&typed, lower);
			if (number == 7)
				buf_puts(&typed, "\u00A0");
			if (number == 8 && *c == ' ')
				buf_puts(&typed, " - \t");
		}
	}
	if (!opens(buf_str(&typed), STR(PHRASE), &err))
		fail_msg("%s", err.text);
}

static void zero_one_and_eight_are_read_as_letters(void **state)
{
	struct custody_text text = {.edition = "e", .custodian = "a"}, back;
	SCOPED(buf_release) struct buf out = BUF_LIMIT(CUSTODY_FILE_MAX);

	(void)state;
	/* 01110 01000 00001 again and again: O, I and B. */
	for (size_t i = 0; i < sizeof(text.bytes); i++)
		for (size_t bit = 0; bit < 8; bit++)
			text.bytes[i] = (unsigned char)(text.bytes[i] << 1 |
				("011100100000001"[(i * 8 + bit) % 15] - '0'));
	custody_text_write(&out, &text, CHEAP);
	assert_non_null(strstr(out.p, "1  OIBO IBOI"));
	for (char *line = strstr(out.p, "\n1  ") + 4; *line; line++)
		*line = *line == 'O'   ? '0'
			: *line == 'I' ? '1'
			: *line == 'B' ? '8'
				       : *line;
	assert_true(custody_text_read(&back, buf_str(&out), NULL));
	assert_memory_equal(back.bytes, text.bytes, sizeof(text.bytes));
}

static void lines_of_two_files_do_not_make_one(void **state)
{
	SCOPED(buf_release) struct buf other = BUF_LIMIT(CUSTODY_FILE_MAX);
	SCOPED(free_char) char *copy = x_strndup(file.p, file.n);
	char *from;

	(void)state;
	assert_true(custody_seal_at(&other, CHEAP, "2026-bps", "Élodie Saint-Étienne",
		&secret, STR(PHRASE), NULL));
	from = line_of(other.p, 6);
	memcpy(line_of(copy, 6), from, (size_t)(strchr(from, '\n') - from));
	refused(ERR_INVALID, str_of(copy), "deux fichiers");
	/* Both, one after the other. */
	SCOPED(buf_release) struct buf both = BUF_LIMIT(CUSTODY_FILE_MAX);
	buf_add(&both, buf_str(&file));
	buf_add(&both, buf_str(&other));
	refused(ERR_INVALID, buf_str(&both), "deux clés");
}

/* A forger who knows the format, and so makes every check right. */
static void write_forged(struct buf *out, struct custody_text *text)
{
	SCOPED(buf_release) struct buf all = BUF_LIMIT(1024);
	struct hash32 hash;

	buf_bytes(&all, "custody edition", 16);
	buf_puts(&all, text->edition);
	hash = hash_plain(buf_str(&all));
	memcpy(text->bytes + 4, hash.b, 3);
	buf_clear(&all);
	buf_bytes(&all, "custody file", 13);
	buf_bytes(&all, text->edition, strlen(text->edition) + 1);
	buf_bytes(&all, "elodie saint etienne", 21);
	buf_bytes(&all, text->bytes, 131);
	hash = hash_plain(buf_str(&all));
	memcpy(text->bytes + 131, hash.b, 4);
	text->fingerprint[0] = '\0';
	custody_text_write(out, text, CHEAP);
}

static void a_file_cannot_ask_for_all_the_memory(void **state)
{
	static const struct {
		unsigned char high, low, passes;
		enum err_code code;
	} costs[] = {
		{0xFF, 0xFF, 1, ERR_LIMIT}, {2, 1, 1, ERR_LIMIT}, /* 513 MiB */
		{0, 0, 1, ERR_LIMIT}, {0, 1, 0, ERR_LIMIT}, {0, 1, 9, ERR_LIMIT},
		{0, 1, 255, ERR_LIMIT},
		{0, 2, 1,
			ERR_DENIED}, /* allowed, and another key: the cost is part of it (C2) */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(costs); i++) {
		SCOPED(buf_release) struct buf out = BUF_LIMIT(CUSTODY_FILE_MAX);
		struct custody_text text;
		struct err err = {0};

		assert_true(custody_text_read(&text, buf_str(&file), NULL));
		text.bytes[1] = costs[i].high;
		text.bytes[2] = costs[i].low;
		text.bytes[3] = costs[i].passes;
		write_forged(&out, &text);
		assert_false(opens(buf_str(&out), STR(PHRASE), &err));
		assert_int_equal(err.code, costs[i].code);
	}
	SCOPED(buf_release) struct buf large = BUF_LIMIT(CUSTODY_FILE_MAX * 2);
	buf_add(&large, buf_str(&file));
	while (large.n <= CUSTODY_FILE_MAX)
		buf_addc(&large, '\n');
	refused(ERR_LIMIT, buf_str(&large), "octets");
}

static void a_file_does_not_open_for_another_edition(void **state)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(CUSTODY_FILE_MAX);
	struct custody_text text;
	struct custody custody;
	struct err err = {0};

	(void)state;
	assert_true(custody_text_read(&text, buf_str(&file), NULL));
	write_forged(&out, &text);
	assert_true(opens(buf_str(&out), STR(PHRASE), NULL)); /* a good forger */
	buf_clear(&out);
	text.edition[3] = '7';
	write_forged(&out, &text);
	assert_true(custody_read(&custody, buf_str(&out), NULL));
	assert_string_equal(custody.edition, "2027-bps");
	assert_false(opens(buf_str(&out), STR(PHRASE), &err));
	assert_int_equal(err.code, ERR_DENIED);
}

static void a_forged_public_half_or_version_does_not_open(void **state)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(CUSTODY_FILE_MAX);
	struct custody_text text;
	struct err err = {0};

	(void)state;
	assert_true(custody_text_read(&text, buf_str(&file), NULL));
	text.bytes[30] ^= 1;
	write_forged(&out, &text);
	assert_false(opens(buf_str(&out), STR(PHRASE), &err));
	assert_int_equal(err.code, ERR_DENIED);
	text.bytes[30] ^= 1;
	text.bytes[0] = 2;
	buf_clear(&out);
	write_forged(&out, &text);
	refused(ERR_INVALID, buf_str(&out), "version");
}

static void names_are_kept_clean(void **state)
{
	char name[CUSTODIAN_BYTES + 1], slug[CUSTODIAN_BYTES + 1];
	char long_one[CUSTODIAN_BYTES + 2];

	(void)state;
	assert_true(custody_name(name, STR("  Anne\u00A0 Martin "), NULL));
	assert_string_equal(name, "Anne Martin");
	custody_slug(slug, "Élodie d’Œuvre-Saint");
	assert_string_equal(slug, "elodie-d-oeuvre-saint");
	custody_slug(slug, "../../etc/passwd");
	assert_string_equal(slug, "etc-passwd");
	custody_slug(slug, "王");
	assert_string_equal(slug, "");
	assert_true(custody_same_name("anne-marie  MARTIN", "Anne Marie Martin"));
	assert_false(custody_same_name("Anne Martin", "Anne Martins"));
	assert_false(custody_name(name, STR(""), NULL));
	assert_false(custody_name(name, STR(" -- "), NULL));
	assert_false(custody_name(name, STR("Anne\x1B[2J"), NULL));
	memset(long_one, 'a', sizeof(long_one));
	assert_false(
		custody_name(name, (struct str){long_one, CUSTODIAN_BYTES + 1}, NULL));
	assert_true(custody_name(name, (struct str){long_one, CUSTODIAN_BYTES}, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sealed_comes_back),
		cmocka_unit_test(files_of_the_first_format_open_for_ever),
		cmocka_unit_test(real_files_cost_what_they_say),
		cmocka_unit_test(two_files_of_one_key_differ_and_hide_it),
		cmocka_unit_test(a_wrong_passphrase_is_not_called_a_damaged_file),
		cmocka_unit_test(keyboards_may_type_the_passphrase_their_own_way),
		cmocka_unit_test(short_or_poor_passphrases_are_refused),
		cmocka_unit_test(each_mistyped_line_is_named),
		cmocka_unit_test(lines_too_short_too_long_or_missing_are_named_together),
		cmocka_unit_test(swapped_lines_are_named),
		cmocka_unit_test(other_words_on_the_named_lines_are_refused),
		cmocka_unit_test(a_file_typed_from_paper_opens),
		cmocka_unit_test(zero_one_and_eight_are_read_as_letters),
		cmocka_unit_test(lines_of_two_files_do_not_make_one),
		cmocka_unit_test(a_file_cannot_ask_for_all_the_memory),
		cmocka_unit_test(a_file_does_not_open_for_another_edition),
		cmocka_unit_test(a_forged_public_half_or_version_does_not_open),
		cmocka_unit_test(names_are_kept_clean),
	};
	return cmocka_run_group_tests(tests, make_file, drop_file);
}
