/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/base/words.h"

static const struct language *english(void)
{
	const struct language *found = language_find(STR("en"));

	assert_non_null(found);
	return found;
}

static void french_comes_first_and_files_make_languages(void **state)
{
	size_t count = 0;
	const struct language *list = language_list(&count);

	(void)state;
	assert_true(count >= 2);
	assert_ptr_equal(&list[0], language_french());
	assert_string_equal(list[0].code, "fr");
	assert_string_equal(list[0].name, "Français");
	assert_null(list[0].words);
	for (size_t i = 1; i < count; i++) {
		assert_non_null(list[i].words);
		assert_ptr_equal(language_find(str_of(list[i].code)), &list[i]);
		assert_true(i == 1 || strcmp(list[i - 1].code, list[i].code) < 0);
	}
	assert_string_equal(english()->name, "English");
}

static void an_unknown_code_is_no_language(void **state)
{
	static const char *const codes[] = {"", "e", "EN", "eng", "en-GB", "../en", "xx"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(codes); i++)
		if (language_find(str_of(codes[i])))
			fail_msg("found: %s", codes[i]);
	assert_null(language_find((struct str){NULL, 0}));
}

static void french_is_its_own_translation(void **state)
{
	static const char text[] = "Un texte que personne n’a traduit";

	(void)state;
	assert_ptr_equal(words(language_french(), text), text);
	assert_ptr_equal(words_find(language_french(), str_of(text)), text);
}

static void a_text_is_found_in_another_language(void **state)
{
	(void)state;
	assert_string_equal(words(english(), "Continuer"), "Continue");
	/* Those of the questionnaires too, and by their length. */
	assert_string_equal(
		words_find(english(), (struct str){"Oui, beaucoup", 3}), "Yes");
}

static void a_text_without_translation_stays_french(void **state)
{
	static const char text[] = "Un texte que personne n’a traduit";

	(void)state;
	assert_ptr_equal(words(english(), text), text);
	assert_null(words_find(english(), str_of(text)));
	assert_null(words_find(english(), STR("Continue"))); /* English is no key */
}

static void names_are_filled_in(void **state)
{
	SCOPED(free_char)
	char *french = words_fill(
		language_french(), "{a}, {b} et encore {a}", "a", "un", "b", "{a}", NULL);
	SCOPED(free_char)
	char *translated = words_fill(english(), "Réponse {n}", "n", "3", NULL);
	SCOPED(free_char) char *plain = words_fill(english(), "Continuer", NULL);

	(void)state;
	assert_string_equal(french, "un, {a} et encore un"); /* a value is not filled */
	assert_string_equal(translated, "Answer 3");
	assert_string_equal(plain, "Continue");
}

static void assert_page(
	const struct language *language, const char *page, const char *want)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(1000);

	assert_true(words_page(&out, language, str_of(page)));
	assert_true(str_eq_z(buf_str(&out), want));
}

static void brackets_of_a_page_are_translated(void **state)
{
	(void)state;
	assert_page(english(), "<b>[[Continuer]]</b> [[Continuer]]",
		"<b>Continue</b> Continue");
	assert_page(language_french(), "<b>[[Continuer]]</b>", "<b>Continuer</b>");
	assert_page(english(), "[[Pas traduit {{NAME}}]]", "Pas traduit {{NAME}}");
	assert_page(english(), "a[0] ]] [b]", "a[0] ]] [b]");
	assert_page(english(), "", "");
	assert_page(english(), "[[]]", "");
}

static void a_bracket_that_is_not_closed_is_refused(void **state)
{
	static const char *const pages[] = {
		"[[Continuer", "[[Continuer]", "[[", "[[Continuer]] [["};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pages); i++) {
		SCOPED(buf_release) struct buf out = BUF_LIMIT(1000);

		if (words_page(&out, english(), str_of(pages[i])))
			fail_msg("accepted: %s", pages[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(french_comes_first_and_files_make_languages),
		cmocka_unit_test(an_unknown_code_is_no_language),
		cmocka_unit_test(french_is_its_own_translation),
		cmocka_unit_test(a_text_is_found_in_another_language),
		cmocka_unit_test(a_text_without_translation_stays_french),
		cmocka_unit_test(names_are_filled_in),
		cmocka_unit_test(brackets_of_a_page_are_translated),
		cmocka_unit_test(a_bracket_that_is_not_closed_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
