/* SPDX-License-Identifier: Apache-2.0 */
/* What may be sent as a letter: every refusal with its line, the warnings, sections, and what tidying does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/mail/letter.h"
#include "barometre/mail/letter_check.h"

static const char *const two[] = {"patients", "equipes", NULL};
static const char *const all[] = {"patients", "associations", "etablissements", "equipes",
	"formation", "another", NULL};

#define NN "\u202f"
#define SUBJECT "Objet" NN ": Le {{edition_title}}, jusqu’au {{closes}}\n\n"
#define BUTTON "[Répondre]({{link}})\n\n"
#define DONE "Si vous avez déjà\nrépondu, merci.\n\n"
#define END "---\n\nStop" NN ": {{stop_link}}\n\nDroits" NN ": {{privacy_link}}\n"
#define GOOD SUBJECT "Bonjour,\n\n" BUTTON DONE END

static void test_a_good_letter_has_no_finding(void **state)
{
	struct letter_findings f;
	const char *kind = NULL;

	(void)state;
	assert_true(letter_check(STR(GOOD), "relance1", two, &f));
	assert_int_equal(f.count, 0);
	letter_findings_release(&f);
	for (size_t i = 0; (kind = letter_kind(i)) != NULL; i++) {
		assert_true(letter_check(letter_program_text(kind), kind, all, &f));
		assert_int_equal(f.count, 0);
		letter_findings_release(&f);
	}
}

/* Exactly one finding, there, of that sort, with those words. */
static void finds(const char *source, int line, bool warning, const char *words)
{
	struct letter_findings f;
	bool ok = letter_check(str_of(source), "relance1", two, &f);

	for (size_t i = 0; i < f.count; i++)
		if (f.list[i].line != line || f.list[i].warning != warning ||
			!strstr(f.list[i].text, words))
			fail_msg("of:\n%s\nline %d, %s: %s", source, f.list[i].line,
				f.list[i].warning ? "warning" : "refused",
				f.list[i].text);
	assert_int_equal(f.count, 1);
	assert_int_equal(ok, warning);
	assert_int_equal(f.refused, !warning);
	letter_findings_release(&f);
}

static void finds_nothing(const char *source)
{
	struct letter_findings f;

	assert_true(letter_check(str_of(source), "relance1", two, &f));
	assert_int_equal(f.count, 0);
	letter_findings_release(&f);
}

static void refuses(const char *source, int line, const char *words)
{
	finds(source, line, false, words);
}

static void warns(const char *source, int line, const char *words)
{
	finds(source, line, true, words);
}

static void test_what_is_refused_by_line(void **state)
{
	(void)state;
	refuses("Bonjour,\n\nOui {{closes}}.\n\n" BUTTON DONE END, 1,
		"l’objet du message");
	refuses("Objet :\n\nOui {{closes}}.\n\n" BUTTON DONE END, 1, "l’objet est vide");
	refuses("Objet : Voir {{link}}\n\n{{closes}}\n\n" BUTTON DONE END, 1,
		"ni lien ni adresse");
	refuses(SUBJECT "Bonjour {{prenom}},\n\n" BUTTON DONE END, 3,
		"variable inconnue «" NN "{{prenom}}" NN "»");
	refuses(SUBJECT "Bonjour\n{{link\n\n" BUTTON DONE END, 4, "accolades");
	refuses(SUBJECT "Bonjour }}\n\n" BUTTON DONE END, 3, "accolades");
	refuses(SUBJECT "Bonjour,\n\n" DONE END, 0, "il manque le lien personnel");
	refuses(SUBJECT "Bonjour,\n\n" BUTTON DONE "---\n\n{{privacy_link}}\n", 0,
		"il manque la ligne d’opposition");
	refuses(SUBJECT "Voir [ici]({{link}}) donc\n\n" BUTTON DONE END, 3,
		"seul sur sa ligne");
	refuses(SUBJECT "[Ici](javascript:x)\n\n" BUTTON DONE END, 3,
		"aucune adresse permise");
	refuses(SUBJECT "[Ici]({{contact_address}})\n\n" BUTTON DONE END, 3,
		"aucune adresse permise");
	refuses(SUBJECT "Oui\n[Ici]({{link}})\n\n" BUTTON DONE END, 0,
		"seul dans son paragraphe");
	refuses(SUBJECT "http://a.example\n\n" BUTTON DONE END, 3, "https://");
	refuses(SUBJECT "a\x07 b\x07\n\n" BUTTON DONE END, 3, "caractère invisible");
	refuses(SUBJECT "a\u202e b\n\n" BUTTON DONE END, 3, "caractère invisible");
	refuses(SUBJECT "Voir https://suivi.example/r?u={{link}}\n\n" BUTTON DONE END, 3,
		"collé à d’autres signes");
	refuses("Objet : {{audience_label}}\n\n{{closes}}\n\n" BUTTON DONE END, 1, "");
	refuses("\xFF", 0, "UTF-8");
	refuses(GOOD "\n---\n\nEncore\n", 0, "plusieurs lignes");
}

static void test_sections_are_checked(void **state)
{
	(void)state;
	refuses(SUBJECT "{{#patient}}\na\n{{/patient}}\n\n" BUTTON DONE END, 3,
		"public inconnu «" NN "patient" NN "»");
	refuses(SUBJECT "{{#}}a{{/}}\n\n" BUTTON DONE END, 3, "nommer son public");
	refuses(SUBJECT "a\n{{#patients}}\n\n" BUTTON DONE END, 4, "n’est pas fermé");
	refuses(SUBJECT "{{/patients}}\n\n" BUTTON DONE END, 3, "pas ouvert");
	refuses(SUBJECT "{{#patients}}a{{/equipes}}{{/patients}}\n\n" BUTTON DONE END, 3,
		"ne ferme pas");
	refuses(SUBJECT "{{#patients}}\n{{#equipes}}\na{{/equipes}}\n\n" BUTTON DONE END,
		4, "dans un autre, ouvert ligne 3");
}

static void test_a_subject_is_nobodys_own(void **state)
{
	static const char both[] =
		"{{#patients}}\nObjet : A\n{{/patients}}\n{{#autres}}\n Subject: B\n{{/autres}}\n\n{{closes}}\n\n" BUTTON
			DONE END;
	struct letter_findings f;

	(void)state;
	assert_false(letter_check(STR(both), "relance1", two, &f));
	assert_int_equal(f.count, 2);
	assert_int_equal(f.list[0].line, 2);
	assert_int_equal(f.list[1].line, 5);
	assert_non_null(strstr(f.list[1].text, "sortez-le du passage réservé"));
	letter_findings_release(&f);
	refuses("{{#patients}}Objet : A{{/patients}}\n\n{{closes}}\n\n" BUTTON DONE END,
		1, "le même pour tous");
	refuses("Objet : {{#patients}}A{{/patients}}B\n\n{{closes}}\n\n" BUTTON DONE END,
		1, "n’y mettez pas de passage");
	refuses(SUBJECT "{{#patients}}\na\n\nObjet" NN
			": A\n{{/patients}}\n\n" BUTTON DONE END,
		6, "le même pour tous");
	/* In nobody's section it is a word like others. */
	finds_nothing(SUBJECT
		"Objet : rien\n\n{{#patients}}\na\n{{/patients}}\n\n" BUTTON DONE END);
}

static void test_what_one_public_misses(void **state)
{
	static const char source[] = SUBJECT "{{#patients}}\n" BUTTON
					     "{{/patients}}\n" DONE END;
	struct letter_findings f;

	(void)state;
	assert_false(letter_check(STR(source), "relance1", two, &f));
	assert_int_equal(f.count, 1);
	assert_non_null(strstr(f.list[0].text, "lien personnel"));
	assert_non_null(strstr(f.list[0].text, "(public" NN ": equipes)"));
	letter_findings_release(&f);
}

static void test_warnings_do_not_refuse(void **state)
{
	(void)state;
	warns(SUBJECT "Bonjour,\n\n" BUTTON END, 0, "déjà répondu");
	warns(SUBJECT "Bonjour,\n\n" BUTTON DONE "{{stop_link}}\n", 0, "confidentialité");
	warns("Objet : a\n\nBonjour,\n\n" BUTTON DONE END, 0, "date de clôture");
	warns(SUBJECT "<b>Bonjour</b>,\n\n" BUTTON DONE END, 3, "HTML");
	warns(SUBJECT "**Bonjour**,\n\n" BUTTON DONE END, 3, "gras");
	warns("Objet : un objet qui dépasse ce que montrent la plupart des messageries, et qui n’en finit pas de dire\n\n{{closes}}\n\n" BUTTON
			DONE END,
		1, "l’objet est long");
}

static void test_an_invitation_need_not_say_already_answered(void **state)
{
	static const char source[] = SUBJECT "Bonjour,\n\n" BUTTON END;
	struct letter_findings f;

	(void)state;
	assert_true(letter_check(STR(source), "invitation", two, &f));
	assert_int_equal(f.count, 0);
	letter_findings_release(&f);
	assert_false(letter_check(STR(SUBJECT), "invitation", two, &f)); /* no text */
	letter_findings_release(&f);
	assert_false(letter_check(STR(GOOD), "relance4", two, &f));
	letter_findings_release(&f);
}

static void test_what_is_too_long_is_refused(void **state)
{
	struct letter_findings f;
	struct buf source = BUF_LIMIT(1 << 20);

	(void)state;
	buf_puts(&source, GOOD "\n");
	while (source.n < LETTER_SOURCE_BYTES - 10)
		buf_puts(
			&source, "{{link}}\n\n"); /* short here, long once it is filled */
	assert_false(letter_check(buf_str(&source), "relance1", two, &f));
	assert_non_null(strstr(f.list[0].text, "raccourcissez-la"));
	letter_findings_release(&f);
	while (source.n <= LETTER_SOURCE_BYTES)
		buf_puts(&source, "a\n\n");
	assert_false(letter_check(buf_str(&source), "relance1", two, &f));
	assert_non_null(strstr(f.list[0].text, "trop longue"));
	letter_findings_release(&f);
	buf_release(&source);
}

static void test_of_many_findings_the_first_are_kept(void **state)
{
	struct letter_findings f;
	struct buf source = BUF_LIMIT(1 << 14);

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_puts(&source, "{{x}}\n");
	assert_false(letter_check(buf_str(&source), "relance1", two, &f));
	assert_int_equal(f.count, LETTER_FINDINGS);
	assert_true(f.refused);
	assert_int_equal(f.list[0].line, 1);
	letter_findings_release(&f);
	letter_findings_release(&f);
	buf_release(&source);
}

static void tidied(const char *typed, const char *kept)
{
	struct buf out = BUF_LIMIT(1 << 14);

	letter_tidy(&out, str_of(typed));
	assert_string_equal(buf_str(&out).p, kept);
	buf_release(&out);
}

static void test_tidying(void **state)
{
	(void)state;
	tidied("\r\n\r\n a \t\r\n\r\n\r\nb", " a\n\n\nb\n");
	tidied("Quoi ? Oui ! Ceci : cela ; 12 %",
		"Quoi" NN "? Oui" NN "! Ceci" NN ": cela" NN "; 12" NN "%\n");
	tidied("« là »", "«" NN "là" NN "»\n");
	tidied("l'été, d'où, 'a', É'é", "l’été, d’où, 'a', É’é\n");
	tidied("https://a.example/?a=1 ? {{#patients autres}} {{link}}",
		"https://a.example/?a=1" NN "? {{#patients autres}} {{link}}\n");
	tidied("", "");
}

static void read_by(const char *audience, const char *source, const char *text)
{
	struct buf out = BUF_LIMIT(1 << 14);

	letter_for_audience(&out, str_of(source), str_of(audience));
	assert_string_equal(buf_str(&out).p, text);
	buf_release(&out);
}

static void test_who_reads_what(void **state)
{
	static const char source[] =
		"a\n{{#patients}}\nb\n{{/patients}}\n{{#equipes formation}}\n"
		"c\n{{/equipes formation}}\n\n{{#autres}}\n\nd\n{{/autres}}\n\ne{{#patients}} f{{/patients}}\n";

	(void)state;
	read_by("patients", source, "a\nb\n\ne f\n");
	read_by("equipes", source, "a\nc\n\ne\n");
	read_by("formation", source, "a\nc\n\ne\n");
	read_by("etablissements", source, "a\n\nd\n\ne\n");
	/* A name is a whole word. */
	read_by("patient", source, "a\n\nd\n\ne\n");
	read_by("patients", "a {{#patients}} b", "a {{#patients}} b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_good_letter_has_no_finding),
		cmocka_unit_test(test_what_is_refused_by_line),
		cmocka_unit_test(test_sections_are_checked),
		cmocka_unit_test(test_a_subject_is_nobodys_own),
		cmocka_unit_test(test_what_one_public_misses),
		cmocka_unit_test(test_warnings_do_not_refuse),
		cmocka_unit_test(test_an_invitation_need_not_say_already_answered),
		cmocka_unit_test(test_what_is_too_long_is_refused),
		cmocka_unit_test(test_of_many_findings_the_first_are_kept),
		cmocka_unit_test(test_tidying),
		cmocka_unit_test(test_who_reads_what),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
