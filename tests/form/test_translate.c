/* SPDX-License-Identifier: Apache-2.0 */
/* Before a form is published its texts get the translations we have. */
#include "../support/file.h"
#include "form_test.h"

static char *translated(const char *json)
{
	struct buf out = BUF_LIMIT(1 << 24);
	form_translate(str_of(json), &out);
	assert_false(out.failed);
	return buf_take(&out);
}

static void assert_translated(const char *json, const char *expected)
{
	SCOPED(free_char) char *text = translated(json);
	json_t *value = json_or_fail(text);
	assert_json(value, expected);
	json_decref(value);
}

static void texts_get_their_translations(void **state)
{
	(void)state;
	assert_translated(
		"{\"title\":\"Oui\",\"pages\":[{\"elements\":[{\"choices\":["
		"{\"value\":\"oui\",\"text\":\"Oui\"}],\"otherText\":\"Non\"}]}],"
		"\"barometre\":{\"welcome\":[\"Oui\",\"zzz\"],\"thanks\":[\"Non\"]}}",
		"{\"title\":{\"default\":\"Oui\",\"en\":\"Yes\"},\"pages\":[{\"elements\":["
		"{\"choices\":[{\"value\":\"oui\",\"text\":{\"default\":\"Oui\",\"en\":"
		"\"Yes\"}}],\"otherText\":{\"default\":\"Non\",\"en\":\"No\"}}]}],"
		"\"barometre\":{\"welcome\":[{\"default\":\"Oui\",\"en\":\"Yes\"},\"zzz\"],"
		"\"thanks\":[{\"default\":\"Non\",\"en\":\"No\"}]}}");
}

static void codes_names_and_published_wordings_stay(void **state)
{
	(void)state;
	const char *kept =
		"{\"name\":\"Oui\",\"visibleIf\":\"Oui\",\"choices\":[\"Oui\"],"
		"\"published\":{\"title\":\"Oui\",\"2023\":\"Oui\"},"
		"\"lexicon\":[\"Oui\"],\"title\":\"sans traduction\"}";
	SCOPED(free_char) char *text = translated(kept);
	assert_string_equal(text, kept);
}

static void translations_of_the_author_stay(void **state)
{
	(void)state;
	const char *kept = "{\"title\":{\"default\":\"Oui\",\"en\":\"Aye\"},"
			   "\"text\":{\"fr\":\"Non\"}}";
	SCOPED(free_char) char *text = translated(kept);
	assert_string_equal(text, kept);
}

static void order_and_layout_are_always_the_same(void **state)
{
	(void)state;
	SCOPED(free_char)
	char *text = translated("{\"z\": 1, \"title\": \"Oui\", \"a\": 0.1}");
	assert_string_equal(text,
		"{\n  \"z\": 1,\n  \"title\": {\n    \"default\": \"Oui\",\n"
		"    \"en\": \"Yes\"\n  },\n  \"a\": 0.1\n}\n");
	SCOPED(free_char) char *again = translated(text);
	assert_string_equal(again, text);
}

static void what_is_no_form_is_copied(void **state)
{
	(void)state;
	static const char *const odd[] = {"", "{", "[\"Oui\"]", "\"Oui\"", "null",
		"{\"title\":\"Oui\",\"title\":\"Non\"}", "\xff\xfe"};
	for (size_t i = 0; i < COUNT_OF(odd); i++) {
		SCOPED(free_char) char *text = translated(odd[i]);
		assert_string_equal(text, odd[i]);
	}
}

static void our_questionnaires_speak_english(void **state)
{
	(void)state;
	static const char *const names[] = {
		"associations", "patients", "equipes", "etablissements", "formation"};
	const struct language *english = language_find(STR("en"));
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		SCOPED(free_char)
		char *path = x_printf("%s/forms/%s.json", SOURCE_DIR, names[i]);
		SCOPED(free_char) char *json = file_text(path);
		SCOPED(free_char) char *text = translated(json);
		struct err err = {0};
		SCOPED(form_drop)
		struct form *plain = form_parse(str_of(json), path, &err);
		SCOPED(form_drop)
		struct form *form = form_parse(str_of(text), path, &err);
		if (!plain || !form)
			fail_msg("%s", err.text);
		const struct form *other = form_in(form, english);
		assert_true(form_speaks(form, english));
		assert_true(other != form && other->language == english);
		assert_string_equal(other->hash, form->hash);
		assert_int_equal(form->question_count, plain->question_count);
		for (size_t j = 0; j < form->question_count; j++) {
			const struct question *q = &form->questions[j];
			assert_string_equal(q->title, plain->questions[j].title);
			assert_string_equal(q->name, other->questions[j].name);
			/* No text of our own questionnaires is left untranslated. */
			if (q->type != QUESTION_CALCULATED && q->title[0])
				assert_non_null(words_find(english, str_of(q->title)));
		}
		assert_string_not_equal(other->title, form->title);
		assert_string_not_equal(other->welcome[0], form->welcome[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_get_their_translations),
		cmocka_unit_test(codes_names_and_published_wordings_stay),
		cmocka_unit_test(translations_of_the_author_stay),
		cmocka_unit_test(order_and_layout_are_always_the_same),
		cmocka_unit_test(what_is_no_form_is_copied),
		cmocka_unit_test(our_questionnaires_speak_english),
	};
	secret_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
