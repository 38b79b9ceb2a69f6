/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/mail/contact_file.h"

static const char *const audiences[] = {"associations", "patients", "equipes", NULL};

/* The file is read whole and one line of it is compared; `errors` joins the errors with "|". */
static void check_good(struct str bytes, size_t count, size_t which, const char *expected)
{
	struct contact_file f;
	if (!contact_file_parse(bytes, audiences, &f))
		fail_msg("%s", f.errors[0]);
	assert_int_equal(f.count, count);
	const struct contact_line *c = &f.lines[which];
	SCOPED(free_char)
	char *line = x_printf("%d|%s|%s|%s|%s|%s|%s", c->line, c->email, c->compare,
		c->name, c->audience, c->department, c->type);
	assert_string_equal(line, expected);
	contact_file_release(&f);
	contact_file_release(&f);
}

static void check_bad(struct str bytes, const char *expected)
{
	struct contact_file f;
	struct buf errors = BUF_LIMIT(1 << 20);
	assert_false(contact_file_parse(bytes, audiences, &f));
	for (size_t i = 0; i < f.error_count; i++) {
		buf_puts(&errors, i ? "|" : "");
		buf_puts(&errors, f.errors[i]);
	}
	assert_string_equal(buf_str(&errors).p, expected);
	buf_release(&errors);
	contact_file_release(&f);
}

static void test_as_offices_make_it(void **state)
{
	(void)state;
	check_good(
		STR("email;nom;public;departement;type\n"
		    "A.B@Exemple.fr;Souffle et Partage;associations;09;association d’usagers\n"),
		1, 0,
		"2|A.B@exemple.fr|a.b@exemple.fr|Souffle et Partage|associations|09|association d’usagers");
	/* BOM, CRLF, other names and order, a blank line, an unknown column */
	check_good(STR("\xEF\xBB\xBFPublic;Notes;Département;Courriel;Nom\r\n\r\n"
		       "Équipes;x;34;a@b.fr;Cœur\r\n"),
		1, 0, "3|a@b.fr|a@b.fr|Cœur|equipes|34|");
	/* Windows-1252, comma */
	check_good(
		STR("E-mail,Nom,Public\r\na@b.fr,Centre d\x92\xE9t\xE9 \x9Cuvre,patients"),
		1, 0, "2|a@b.fr|a@b.fr|Centre d’été œuvre|patients||");
	/* quotes, separators and line ends within; lines count on */
	check_good(
		STR("email;nom;public\na@b.fr;\"Les \"\"amis\"\"; de\nl'hôpital\";patients\n"
		    "c@d.fr;x;patients\n"),
		2, 0, "2|a@b.fr|a@b.fr|Les \"amis\"; de l'hôpital|patients||");
	check_good(
		STR("email;nom;public\na@b.fr;\"Les \"\"amis\"\"; de\nl'hôpital\";patients\n"
		    "c@d.fr;x;patients\n"),
		2, 1, "4|c@d.fr|c@d.fr|x|patients||");
	/* trailing separators of a spreadsheet; empty optional columns; only what is needed */
	check_good(STR("email;public\na@b.fr;patients;;;\n;;\n"), 1, 0,
		"2|a@b.fr|a@b.fr||patients||");
	/* one address in two audiences is two contacts */
	check_good(STR("email;public\na@b.fr;patients\na@b.fr;equipes\n"), 2, 1,
		"3|a@b.fr|a@b.fr||equipes||");
	/* a bare quote is text; control and direction marks go */
	check_good(
		STR("email;nom;public\na@b.fr;dit \"Le\" X\x07\xE2\x80\xAEY;patients\n"),
		1, 0, "2|a@b.fr|a@b.fr|dit \"Le\" X  Y|patients||");
}

static void test_all_errors_by_line(void **state)
{
	(void)state;
	check_bad(STR("email;nom;public\n"
		      "a@b.fr;x;patients\n"
		      "a@@b.fr;x;personne\n"
		      ";x;patients\n"
		      "c@d.fr;x\n"
		      "A@B.fr;y;patients\n"
		      "e@f.fr;x;\n"
		      "e@f.fr;x;patients;z\n"),
		"ligne 3\u202F: il y a plusieurs @ dans l’adresse|"
		"ligne 3\u202F: ce public n’existe pas dans l’édition|"
		"ligne 4\u202F: l’adresse manque|"
		"ligne 5\u202F: 2 colonnes au lieu de 3|"
		"ligne 7\u202F: le public manque|"
		"ligne 8\u202F: 4 colonnes au lieu de 3|"
		"ligne 6\u202F: même adresse et même public que la ligne 2");
}

static void test_headers(void **state)
{
	(void)state;
	check_bad(STR(""),
		"la première ligne est vide\u202F: elle doit nommer les colonnes (email, "
		"nom, public, departement, type)");
	check_bad(STR("\n\n"),
		"la première ligne est vide\u202F: elle doit nommer les colonnes "
		"(email, nom, public, departement, type)");
	check_bad(STR("nom;type\na;b\n"),
		"ligne 1\u202F: il manque la colonne «\u202Femail\u202F»|"
		"ligne 1\u202F: il manque la colonne «\u202Fpublic\u202F»");
	check_bad(STR("email;courriel;public\n"),
		"ligne 1\u202F: la colonne «\u202Femail\u202F» apparaît deux fois");
	check_bad(STR("a@b.fr;patients\n"),
		"ligne 1\u202F: il manque la colonne «\u202Femail\u202F»|"
		"ligne 1\u202F: il manque la colonne «\u202Fpublic\u202F»");
	struct contact_file f;
	assert_true(contact_file_parse(STR("email;public"), audiences, &f));
	assert_int_equal(f.count, 0);
	contact_file_release(&f);
}

static void test_files_that_are_not_text(void **state)
{
	(void)state;
	check_bad(STR("PK\003\004zip"),
		"ce fichier est un classeur\u202F: enregistrez-le au format CSV");
	check_bad(STR("e\0m\0a\0i\0l\0"),
		"ce fichier contient des octets nuls\u202F: enregistrez-le "
		"au format CSV UTF-8");
	check_bad(STR("\xEF\xBB\xBF"
		      "email;public\n\xE9@b.fr;patients"),
		"ce fichier se dit en UTF-8 mais contient des caractères abîmés\u202F: enregistrez-le "
		"de nouveau au format CSV UTF-8");
	check_bad(STR("email;public\na@b.fr;\x81"),
		"ligne 2\u202F: caractère illisible (enregistrez "
		"le fichier au format CSV UTF-8)");
	check_bad(STR("email;public\na@b.fr;\"patients\nb@b.fr;patients\n"),
		"ligne 2\u202F: un guillemet n’est pas refermé");
	check_bad(
		STR("\"email;public\n"), "ligne 1\u202F: un guillemet n’est pas refermé");
}

static void test_what_does_not_fit(void **state)
{
	(void)state;
	struct buf b = BUF_LIMIT(1 << 16);
	buf_puts(&b, "email;nom;public;departement;type\na@b.fr;");
	for (int i = 0; i < 116; i++)
		buf_addc(&b, '\\'); /* two bytes each in JSON */
	buf_puts(&b, ";patients;");
	for (int i = 0; i < 101; i++)
		buf_addc(&b, 'd');
	buf_puts(&b, ";t\n");
	check_bad(buf_str(&b),
		"ligne 2\u202F: le nom est trop long|"
		"ligne 2\u202F: le département est trop long");
	buf_clear(&b);
	for (int i = 0; i < 65; i++)
		buf_puts(&b, "a;");
	check_bad(buf_str(&b), "ligne 1\u202F: plus de 64 colonnes");
	buf_clear(&b);
	buf_puts(&b, "email;public\n");
	for (int i = 0; i < 65; i++)
		buf_puts(&b, "a;");
	buf_puts(&b, "\nx;patients\n");
	check_bad(buf_str(&b),
		"ligne 2\u202F: plus de 64 colonnes|ligne 3\u202F: il manque le @ de l’adresse");
	buf_release(&b);
}

static void test_many_errors_are_counted(void **state)
{
	(void)state;
	struct buf b = BUF_LIMIT(1 << 20);
	struct contact_file f;
	buf_puts(&b, "email;public\n");
	for (int i = 0; i < 1500; i++)
		buf_puts(&b, "x;patients\n");
	assert_false(contact_file_parse(buf_str(&b), audiences, &f));
	assert_int_equal(f.error_count, CONTACT_FILE_ERRORS);
	assert_string_equal(f.errors[CONTACT_FILE_ERRORS - 1], "… et 501 autres erreurs");
	contact_file_release(&f);
	buf_release(&b);
}

static void test_a_long_list(void **state)
{
	(void)state;
	struct buf b = BUF_LIMIT(CONTACT_FILE_BYTES);
	struct contact_file f;
	buf_puts(&b, "email;public\n");
	for (int i = 0; i < 20000; i++)
		buf_printf(&b, "contact%d@exemple.fr;patients\n", i);
	assert_true(contact_file_parse(buf_str(&b), audiences, &f));
	assert_int_equal(f.count, 20000);
	assert_int_equal(f.lines[19999].line, 20001);
	contact_file_release(&f);
	buf_release(&b);
}

static void test_too_many_bytes(void **state)
{
	(void)state;
	char *big = x_calloc(1, CONTACT_FILE_BYTES + 1);
	struct contact_file f;
	assert_false(contact_file_parse(
		(struct str){big, CONTACT_FILE_BYTES + 1}, audiences, &f));
	assert_string_equal(f.errors[0], "le fichier dépasse 64 Mio\u202F: partagez-le");
	contact_file_release(&f);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_offices_make_it),
		cmocka_unit_test(test_all_errors_by_line),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_files_that_are_not_text),
		cmocka_unit_test(test_what_does_not_fit),
		cmocka_unit_test(test_many_errors_are_counted),
		cmocka_unit_test(test_a_long_list),
		cmocka_unit_test(test_too_many_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
