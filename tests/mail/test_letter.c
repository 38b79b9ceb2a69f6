/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every letter for every public, with values as they come and as they might, is written here and read back by
 * tests/mail/check_letters.py, with Python's own mail parser: a program that knows nothing of how they were made.
 * With BAROMETRE_LETTERS=FOLDER they are left there for tests/mail/run, which reads them with a second parser.
 */
#include <jansson.h>
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

/* "another" is a public that no letter names. */
static const char *const audiences[] = {
	"patients", "associations", "etablissements", "equipes", "formation", "another"};

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

/* ---- values as they might come ---- */

#define LONG_TITLE                                                                           \
 "Édition \"très\" longue et <b>grasse</b> & plus, dont le titre ne finit jamais, et qui " \
 "se poursuit, encore et encore, bien au-delà de ce qu’une ligne de sujet supporte"

static void as_they_are(struct letter_values *v)
{
	(void)v;
}

static void very_long(struct letter_values *v)
{
	v->edition_title = LONG_TITLE ", " LONG_TITLE;
	v->organisation = LONG_TITLE;
	v->audience_label = LONG_TITLE;
}

static void with_emoji(struct letter_values *v)
{
	v->edition_title = "🌡️ Baromètre 👩🏽‍⚕️ 2026 🎉";
	v->organisation = "Cœur 🫀 & Santé";
	v->to_name = "🫀🫀, 🫀";
	v->from_name = "🌡️ l’équipe";
}

static void from_right_to_left(struct letter_values *v)
{
	v->organisation = "جمعية المرضى، الجنوب (2026)";
	v->edition_title = "Baromètre « الصحة » 2026";
	v->audience_label = "מטופלים 12";
	v->to_name = "جمعية المرضى 48";
	v->from_name = "ברומטר, צוות";
}

static void with_quotes_and_commas(struct letter_values *v)
{
	v->from_name = "L’équipe, \"Baromètre\" (Occitanie); a@b.example";
	v->organisation = "\"A, B\" <c@d.example>; e: f";
	v->edition_title = "=?utf-8?q?=41?= : \"X\", Y";
	v->to_name = "O'Neil, \"Les amis\"";
}

static void like_markup(struct letter_values *v)
{
	v->organisation = "[clic](https://mal.example/)";
	v->edition_title = "</title><script>x</script> {{link}} }} [x]({{stop_link}})";
	v->audience_label = "</p><img src=https://mal.example/p.png>";
}

static void like_a_rule(struct letter_values *v)
{
	v->organisation = "---";
	v->edition_title = "Objet : {{#patients}}x";
	v->audience_label = "{{/patients}}";
}

static void with_accents_in_domains(struct letter_values *v)
{
	v->to_address = "contact@association-cœur.example";
	v->from_address = "barometre@organisme-santé.example";
	v->reply_to = "reponse@écoute.example";
	v->contact_address = "aide@écoute.example";
}

static void with_little(struct letter_values *v)
{
	v->to_name = "";
	v->reply_to = "";
	v->organisation = "O";
	v->edition_title = "B";
	v->audience_label = "P";
	v->from_name = "F";
}

static const struct {
	const char *name;
	void (*change)(struct letter_values *);
} values[] = {
	{"plain", as_they_are},
	{"long", very_long},
	{"emoji", with_emoji},
	{"rtl", from_right_to_left},
	{"quotes", with_quotes_and_commas},
	{"markup", like_markup},
	{"rule", like_a_rule},
	{"idn", with_accents_in_domains},
	{"little", with_little},
};

/* ---- writing them ---- */

static void put_file(const char *folder, const char *name, struct str content)
{
	SCOPED(free_char) char *path = x_printf("%s/%s", folder, name);
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(content.p, 1, content.n, file), content.n);
	assert_int_equal(fclose(file), 0);
}

/* What a reader must find again. */
static void put_expected(const char *folder, const char *file,
	const struct letter_values *v, const char *shown_name)
{
	struct letter_parts parts = {0};
	struct err err = {0};

	assert_true(letter_parts_make(&parts, v, &err));
	json_t *json = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b}",
		"kind", v->kind, "audience", v->audience, "to_name", shown_name,
		"to_address", v->to_address, "from_name", v->from_name, "from_address",
		v->from_address, "reply_to", v->reply_to, "link", v->link, "stop_link",
		v->stop_link, "privacy_link", v->privacy_link, "subject", parts.subject,
		"text", parts.text, "html", parts.html, "contact", v->contact_address,
		"own", v->source != NULL);
	assert_non_null(json);
	char *dump = json_dumps(json, 0);
	put_file(folder, file, str_of(dump));
	free(dump);
	json_decref(json);
	letter_parts_release(&parts);
}

static void put_letter(const char *folder, const char *name,
	const struct letter_values *v, const char *expected_name)
{
	struct buf out = BUF_LIMIT(LETTER_BYTES);
	struct err err = {0};
	SCOPED(free_char) char *mail = x_printf("%s.eml", name);
	SCOPED(free_char) char *expected = x_printf("%s.json", name);

	if (!letter_write(&out, v, &err))
		fail_msg("%s: %s", name, err.text);
	put_file(folder, mail, buf_str(&out));
	put_expected(folder, expected, v, expected_name);
	buf_release(&out);
}

static size_t put_every_letter(const char *folder)
{
	const char *kind = NULL;
	size_t written = 0;

	for (size_t k = 0; (kind = letter_kind(k)) != NULL; k++)
		for (size_t a = 0; a < COUNT_OF(audiences); a++)
			for (size_t i = 0; i < COUNT_OF(values); i++) {
				struct letter_values v = model;
				SCOPED(free_char)
				char *name = x_printf(
					"%s-%s-%s", kind, audiences[a], values[i].name);

				values[i].change(&v);
				v.kind = kind;
				v.audience = audiences[a];
				put_letter(folder, name, &v, v.to_name);
				written++;
			}
	return written;
}

static void put_names(const char *folder)
{
	struct letter_values v = model;
	char long_name[3001];

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
}

/* An edition's own words, and a letter to oneself. */
static void put_own_words(const char *folder)
{
	struct letter_values v = model;

	v.source =
		"Objet\u202f: Nous {{minutes}}, 🫀 \"vous\", et jusqu’au {{closes}} encore\n\nBonjour,\n\n"
		"Un mot de {{organisation}} : voyez https://enquete.example/confidentialite?a=1&b=2.\n\n"
		"[Oui, j’y vais]({{link}})\n\nC’est 12 minutes, anonymes. Vous avez déjà répondu, merci.\n\n---\n\n"
		"Non\u202f: {{stop_link}} aide@organisme.example\n";
	put_letter(folder, "own", &v, v.to_name);
	v = model;
	v.test = true;
	put_letter(folder, "test", &v, v.to_name);
}

static void test_l1_l6_read_back_by_another_program(void **state)
{
	SCOPED(free_char) char *folder = temporary_folder();
	const char *kept = getenv("BAROMETRE_LETTERS");

	(void)state;
	assert_int_equal(put_every_letter(kept ? kept : folder), 5 * 6 * 9);
	put_names(kept ? kept : folder);
	put_own_words(kept ? kept : folder);
	SCOPED(free_char)
	char *command = x_printf("python3 '%s/tests/mail/check_letters.py' '%s'",
		SOURCE_DIR, kept ? kept : folder);
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

/* Each of these, in that one member. */
#define REFUSE_EACH(member, list)              \
 for (size_t i = 0; i < COUNT_OF(list); i++) { \
  struct letter_values one = model;            \
  one.member = list[i];                        \
  refuse(&one, ERR_INVALID);                   \
 }

static void test_l5_values_that_cannot_be_written(void **state)
{
	static const char *const addresses[] = {"", "a", "@b", "a@", "a b@c",
		"a@b\r\nBcc: x@y", "a@b>", "a,b@c", "é@b", "a@b@c", "a@é .example",
		"a@é.example\r\nBcc: x@y.example"};
	static const char *const links[] = {"", "ftp://a", "javascript:x", "https://a b",
		"https://a>\r\nX: y", "https://a\n", "https://é", "https://a\"b"};
	static const char *const words[] = {
		"A\nBcc: x@y.example", "A\r\nB", "\xFF", "a\x01", "a\u2067", "a\u2028b"};
	struct letter_values v = model;

	(void)state;
	REFUSE_EACH(to_address, addresses);
	REFUSE_EACH(from_address, addresses);
	REFUSE_EACH(link, links);
	REFUSE_EACH(stop_link, links);
	REFUSE_EACH(privacy_link, links);
	REFUSE_EACH(edition_title, words);
	REFUSE_EACH(organisation, words);
	REFUSE_EACH(from_name, words);
	REFUSE_EACH(audience_label, words);
	REFUSE_EACH(form_title, words);
	REFUSE_EACH(closes, words);
	REFUSE_EACH(contact_address, words);
	v.to_name = "\xFF";
	refuse(&v, ERR_INVALID);
	v = model;
	v.kind = "../layout";
	refuse(&v, ERR_MISSING);
}

static void test_own_words_that_are_broken_are_refused(void **state)
{
	static const char *const sources[] = {"", "Bonjour", "Objet : a", "Objet : \n\nb",
		"Objet : a\n\n{{rien}}", "Objet : a\n\n{{link",
		"Objet : a\n\n{{#patients}}b", "Objet : a\n\n{{/patients}}b",
		"Objet : a\n\nb\x01", "Objet : {{link\n}}\n\nb",
		"Objet : a\n\n[b](javascript:x)"};
	struct letter_values v = model;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sources); i++) {
		v.source = sources[i];
		refuse(&v, ERR_INVALID);
	}
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
	assert_true(letter_exists("invitation") && letter_exists("relance3") &&
		letter_exists("targeted"));
	assert_false(letter_exists("layout") || letter_exists("") ||
		letter_exists("relance4"));
	assert_string_equal(letter_kind(4), "targeted");
	assert_null(letter_kind(5));
	assert_null(letter_program_text("layout").p);
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
		cmocka_unit_test(test_l1_l6_read_back_by_another_program),
		cmocka_unit_test(test_l5_values_that_cannot_be_written),
		cmocka_unit_test(test_own_words_that_are_broken_are_refused),
		cmocka_unit_test(test_a_full_buffer_is_told),
		cmocka_unit_test(test_kinds),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
