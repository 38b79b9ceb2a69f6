/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Letters are written here and read back by tests/mail/check_letters.py, with Python's own mail parser:
 * a program that knows nothing of how they were made.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "../support/temporary.h"
#include "barometre/base/secret.h"
#include "barometre/mail/letter.h"

static const struct letter_values model = {
	.kind = "invitation",
	.audience = "associations",
	.audience_label = "Associations de patients & d’usagers",
	.form_title = "Baromètre du partenariat en santé – associations",
	.edition_title = "Baromètre du Partenariat en Santé 2026",
	.to_name = "Cœur à Cœur 48",
	.to_address = "contact@association.example",
	.from_name = "Baromètre, l’équipe",
	.from_address = "barometre@organisme.example",
	.reply_to = "reponse@organisme.example",
	.organisation = "Organisme <Démonstration> & Cie",
	.contact_address = "aide@organisme.example",
	.link = "https://enquete.example/r/abcdefghijklmnopqrstuvwxyz",
	.stop_link = "https://enquete.example/stop/zyxwvutsrqponmlkjihgfedcba",
	.privacy_link = "https://enquete.example/confidentialite?a=1&b=2",
	.closes = "31 janvier 2027",
	.minutes = 12,
	.date = (usec_t)1790000000 * USEC_PER_SEC,
};

/* What each name must be once it was read back; NULL: the same. */
static const struct {
	const char *name, *read;
} names[] = {
	{"", NULL},
	{"Jean Dupont", NULL},
	{"Dupont, Jean", NULL},
	{"Les \"amis\" de l'hôpital", NULL},
	{"Back\\slash \"q", NULL},
	{"Cœur à Cœur 48 🫀", NULL},
	{"جمعية المرضى", NULL},
	{"x@y.example", NULL},
	{"=?utf-8?q?=41?=", "= ?utf-8?q?=41?="},
	{"A\r\nBcc: tous@exemple.example", "A  Bcc: tous@exemple.example"},
	{"A\nSubject: autre\n\ncorps", "A Subject: autre  corps"},
	{"Tourn\xE2\x80\xAE"
	 "eur\x07 \xC2\x85x",
		"Tourn eur   x"},
	{"(commentaire) <a@b.example>; groupe: c", NULL},
};

static void put_file(const char *folder, const char *name, struct str content)
{
	SCOPED(free_char) char *path = x_printf("%s/%s", folder, name);
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(content.p, 1, content.n, file), content.n);
	assert_int_equal(fclose(file), 0);
}

static void put_letter(const char *folder, const char *name,
	const struct letter_values *v, const char *expected_name)
{
	struct buf out = BUF_LIMIT(LETTER_BYTES);
	struct err err = {0};
	SCOPED(free_char) char *mail = x_printf("%s.eml", name);
	SCOPED(free_char) char *expected = x_printf("%s.name", name);

	if (!letter_write(&out, v, &err))
		fail_msg("%s: %s", name, err.text);
	put_file(folder, mail, buf_str(&out));
	put_file(folder, expected, str_of(expected_name));
	buf_release(&out);
}

static void test_l1_l5_read_back_by_another_program(void **state)
{
	static const char *const kinds[] = {
		"invitation", "relance1", "relance2", "relance3"};
	SCOPED(free_char) char *folder = temporary_folder();
	char long_name[3001];
	struct letter_values v = model;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		v.kind = kinds[i];
		put_letter(folder, kinds[i], &v, v.to_name);
	}
	v = model;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		SCOPED(free_char) char *name = x_printf("name-%zu", i);
		v.to_name = names[i].name;
		put_letter(
			folder, name, &v, names[i].read ? names[i].read : names[i].name);
	}
	for (size_t i = 0; i + 1 < sizeof(long_name); i++)
		long_name[i] = "Les amis, "[i % 10];
	long_name[3000] = '\0';
	v.to_name = long_name;
	put_letter(folder, "name-long", &v, long_name + 2900); /* a hundred of them */
	/* Hostile or odd words elsewhere stay words. */
	v = model;
	v.organisation = "[clic](javascript:alert) <script>x</script> {{link}}";
	v.edition_title =
		"Édition \"très\" longue et <b>grasse</b> & plus, dont le titre ne finit jamais, et qui "
		"se poursuit, encore et encore, bien au-delà de ce qu’une ligne de sujet supporte";
	put_letter(folder, "words", &v, v.to_name);

	SCOPED(free_char)
	char *command = x_printf(
		"python3 '%s/tests/mail/check_letters.py' '%s'", SOURCE_DIR, folder);
	int status = system(command);
	assert_true(temporary_remove(folder));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void refuse(const struct letter_values *v, enum err_code code)
{
	struct buf out = BUF_LIMIT(LETTER_BYTES);
	struct err err = {0};
	assert_false(letter_write(&out, v, &err));
	assert_int_equal(err.code, code);
	assert_int_equal(out.n, 0);
	buf_release(&out);
}

static void test_l5_values_that_cannot_be_written(void **state)
{
	static const char *const addresses[] = {"", "a", "@b", "a@", "a b@c",
		"a@b\r\nBcc: x@y", "a@b>", "a,b@c", "é@b", "a@b@c"};
	static const char *const links[] = {"", "ftp://a", "javascript:x", "https://a b",
		"https://a>\r\nX: y", "https://a\n", "https://é", "https://a\"b"};
	struct letter_values v = model;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		v = model;
		v.to_address = addresses[i];
		refuse(&v, ERR_INVALID);
		v = model;
		v.from_address = addresses[i];
		refuse(&v, ERR_INVALID);
	}
	for (size_t i = 0; i < COUNT_OF(links); i++) {
		v = model;
		v.link = links[i];
		refuse(&v, ERR_INVALID);
		v = model;
		v.stop_link = links[i];
		refuse(&v, ERR_INVALID);
	}
	v = model;
	v.edition_title = "A\nBcc: x@y.example";
	refuse(&v, ERR_INVALID);
	v = model;
	v.organisation = "A\r\nB";
	refuse(&v, ERR_INVALID);
	v = model;
	v.from_name = "\xFF";
	refuse(&v, ERR_INVALID);
	v = model;
	v.to_name = "\xFF";
	refuse(&v, ERR_INVALID);
	v = model;
	v.kind = "../layout";
	refuse(&v, ERR_MISSING);
}

static void test_a_full_buffer_is_told(void **state)
{
	struct buf out = BUF_LIMIT(100);
	struct err err = {0};
	(void)state;
	assert_false(letter_write(&out, &model, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	buf_release(&out);
}

static void test_kinds(void **state)
{
	(void)state;
	assert_true(letter_exists("invitation") && letter_exists("relance3"));
	assert_false(letter_exists("layout") || letter_exists("") ||
		letter_exists("relance4"));
}

static int start(void **state)
{
	(void)state;
	secret_init();
	letter_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_l1_l5_read_back_by_another_program),
		cmocka_unit_test(test_l5_values_that_cannot_be_written),
		cmocka_unit_test(test_a_full_buffer_is_told),
		cmocka_unit_test(test_kinds),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
