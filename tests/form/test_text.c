/* SPDX-License-Identifier: Apache-2.0 */
/* Answers read back, in both languages, alone and inside a text. */
#include "page_form.h"

#define EN 1

static struct form *french;
static const struct form *forms[2];

static int set_up(void **state)
{
	*state = french = page_form();
	forms[0] = french;
	forms[EN] = form_in(french, language_find(STR("en")));
	return 0;
}

static void expect(int language, const char *name, const char *answers, const char *text)
{
	const struct form *form = forms[language];
	const struct question *q = form_find(form, str_of(name));
	json_t *given = json_or_fail(answers);
	SCOPED(free_char) char *got = answer_text(form, q, given, TODAY);
	assert_string_equal(got, text);
	json_decref(given);
}

static void expect_filled(
	const char *text, const char *answers, bool html, const char *wanted)
{
	json_t *given = json_or_fail(answers);
	SCOPED(free_char) char *got = answers_fill(french, text, given, TODAY, html);
	assert_string_equal(got, wanted);
	json_decref(given);
}

static void numbers_are_written_as_the_language_does(void **state)
{
	(void)state;
	static const char *const numbers[][3] = {
		{"0", "0", "0"},
		{"7.5", "7,5", "7.5"},
		{"1956", "1956", "1956"},
		{"-1956", "-1956", "-1956"},
		{"12345", "12" NN "345", "12,345"},
		{"-1234567.25", "-1" NN "234" NN "567,25", "-1,234,567.25"},
		{"1000000000000000", "1" NN "000" NN "000" NN "000" NN "000" NN "000",
			"1,000,000,000,000,000"},
		{"0.30000000000000004", "0,3", "0.3"},
		{"-0.00000000000001", "0", "0"},
	};
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		SCOPED(free_char) char *answers = x_printf("{\"age\":%s}", numbers[i][0]);
		expect(0, "age", answers, numbers[i][1]);
		expect(EN, "age", answers, numbers[i][2]);
	}
}

static void dates_and_months_are_in_words(void **state)
{
	(void)state;
	expect(0, "jour", "{\"jour\":\"2026-11-22\"}", "22\u00a0novembre 2026");
	expect(EN, "jour", "{\"jour\":\"2026-11-22\"}", "22\u00a0November 2026");
	expect(0, "mois", "{\"mois\":\"2026-02\"}", "février\u00a02026");
	expect(EN, "mois", "{\"mois\":\"2026-02\"}", "February\u00a02026");
	expect(0, "jour", "{\"jour\":\"2026-02-30\"}", "2026-02-30");
	/* TODAY is 22 November 2026. */
	expect(0, "veille", "{}", "22\u00a0novembre 2026");
}

static void choices_are_their_texts(void **state)
{
	(void)state;
	expect(0, "exp", "{\"exp\":\"oui\"}", "Oui, souvent");
	expect(EN, "exp", "{\"exp\":\"oui\"}", "Yes, often");
	expect(0, "exp", "{\"exp\":\"other\",\"exp-Comment\":\"Parfois\"}", "Parfois");
	expect(0, "exp", "{\"exp\":\"other\"}", "Autre (précisez)");
	expect(0, "freins",
		"{\"exp\":\"oui\",\"freins\":[\"temps\",\"cout\",\"other\"],"
		"\"freins-Comment\":\"Le bruit\"}",
		"Le temps, Le coût, Le bruit");
	expect(0, "b", "{\"b\":true}", "Oui");
	expect(EN, "b", "{\"b\":false}", "No");
	expect(0, "note", "{\"note\":4}", "4");
	expect(0, "exp", "{}", "");
	expect(0, "freins", "{\"freins\":[]}", "");
}

static void a_choice_that_is_no_longer_offered_is_not_read_back(void **state)
{
	(void)state;
	expect(0, "freins", "{\"exp\":\"non\",\"freins\":[\"temps\",\"cout\"]}",
		"Le temps");
	expect(0, "ordre", "{\"exp\":\"non\",\"ordre\":[\"c\",\"b\",\"a\"]}",
		"1. Temps\n2. Écoute");
}

static void rows_and_ranks_are_lines(void **state)
{
	(void)state;
	expect(0, "ordre", "{\"exp\":\"oui\",\"ordre\":[\"c\",\"b\",\"a\"]}",
		"1. Moyens\n2. Temps\n3. Écoute");
	expect(0, "dom", "{\"dom\":{\"etp\":\"fait\",\"soins\":\"prevu\"}}",
		"Soins" NN ": Prévu\nETP" NN ": Fait");
	expect(EN, "dom", "{\"dom\":{\"soins\":\"prevu\"}}", "Soins: Prévu");
	expect(0, "coord",
		"{\"exp\":\"oui\",\"coord\":{\"nb\":12000,\"nom\":\"Aïda\",\"depuis\":"
		"\"2020-01-01\"}}",
		"Nom" NN ": Aïda\nMembres" NN ": 12" NN "000\nDepuis" NN
		": 1er\u00a0janvier 2020");
}

static void places_have_names(void **state)
{
	(void)state;
	expect(0, "lieu", "{\"lieu\":\"31555\"}", "Toulouse (31)");
	expect(0, "lieu", "{\"lieu\":\"dep:75\"}", "Paris (75)");
	expect(0, "lieu", "{\"lieu\":\"dep:99\"}", "Étranger");
	expect(EN, "lieu", "{\"lieu\":\"dep:99\"}", "Abroad");
}

static void values_of_the_wrong_kind_say_nothing(void **state)
{
	(void)state;
	/* An identifying answer leaves true behind; a forged draft may hold anything. */
	static const char *const names[] = {"exp", "freins", "coord", "dom", "age",
		"sigle", "jour", "mois", "b", "note", "lieu", "avis"};
	static const char *const values[] = {"null", "{}", "[]", "[[1]]", "[{\"a\":1}]",
		"{\"soins\":[1],\"nom\":[2],\"etp\":\"zzz\"}"};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		for (size_t j = 0; j < COUNT_OF(values); j++) {
			SCOPED(free_char)
			char *answers = x_printf("{\"%s\":%s}", names[i], values[j]);
			const struct question *q = form_find(french, str_of(names[i]));
			json_t *given = json_or_fail(answers);
			SCOPED(free_char)
			char *text = answer_text(french, q, given, TODAY);
			assert_string_equal(text, "");
			json_decref(given);
		}
}

static void names_in_a_text_become_answers(void **state)
{
	(void)state;
	const char *answers =
		"{\"exp\":\"oui\",\"dom\":{\"soins\":\"fait\"},\"age\":1234,"
		"\"sigle\":\"A<B>&\\\"'\",\"ordre\":[\"b\",\"a\",\"c\"],"
		"\"coord\":{\"nom\":\"Nous\",\"nb\":2},"
		"\"avis\":\"Un\\nDeux\"}";
	expect_filled("Pour «" NN "{exp}" NN "», {age} et {double}", answers, false,
		"Pour «" NN "Oui, souvent" NN "», 1234 et 2468");
	expect_filled("{dom.soins}|{dom.etp}|{coord.nom}|{coord.nb}", answers, false,
		"Fait||Nous|2");
	expect_filled("{ordre}; {coord}", answers, false,
		"Temps, Écoute, Moyens; Nom" NN ": Nous, Membres" NN ": 2");
	expect_filled(
		"<b>{sigle}</b>", answers, true, "<b>A&lt;B&gt;&amp;&quot;&#39;</b>");
	expect_filled("{sigle}", answers, false, "A<B>&\"'");
	expect_filled("{avis}", answers, false, "Un Deux");
}

static void what_is_missing_or_hidden_is_nothing(void **state)
{
	(void)state;
	expect_filled("[{exp}] [{dom.soins}] [{double}]", "{}", false, "[] [] [0]");
	/* coord is asked only after "oui". */
	expect_filled("[{coord}] [{coord.nom}]",
		"{\"exp\":\"non\",\"coord\":{\"nom\":\"Nous\"}}", false, "[] []");
}

static void other_braces_stay(void **state)
{
	(void)state;
	expect_filled("", "{}", false, "");
	expect_filled("{", "{}", false, "{");
	expect_filled("a } b {zzz} {", "{}", false, "a } b {zzz} {");
	expect_filled("{}{exp}{", "{\"exp\":\"non\"}", false, "{}Jamais{");
	/* What people typed is not read as a text again. */
	expect_filled("{sigle}", "{\"sigle\":\"{exp}\",\"exp\":\"non\"}", false, "{exp}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_written_as_the_language_does),
		cmocka_unit_test(dates_and_months_are_in_words),
		cmocka_unit_test(choices_are_their_texts),
		cmocka_unit_test(a_choice_that_is_no_longer_offered_is_not_read_back),
		cmocka_unit_test(rows_and_ranks_are_lines),
		cmocka_unit_test(places_have_names),
		cmocka_unit_test(values_of_the_wrong_kind_say_nothing),
		cmocka_unit_test(names_in_a_text_become_answers),
		cmocka_unit_test(what_is_missing_or_hidden_is_nothing),
		cmocka_unit_test(other_braces_stay),
	};
	return cmocka_run_group_tests(tests, set_up, free_form);
}
