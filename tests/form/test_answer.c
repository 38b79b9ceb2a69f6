/* SPDX-License-Identifier: Apache-2.0 */
/* Routing, cleaning, the submission and strict validation. */
#include "barometre/base/clock.h"
#include "form_test.h"

static struct form *form;

static int set_up(void **state)
{
	*state = form = parse_or_fail(ANSWER_FORM);
	return 0;
}

/* survey-core, given all data at once, keeps q3 here although its condition has become false. */
static void a_chain_is_cleaned_in_one_pass(void **state)
{
	(void)state;
	SCOPED(form_drop)
	struct form *chain = parse_or_fail(HEAD
		"\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":["
		"{\"type\":\"text\",\"name\":\"q1\",\"title\":\"1\",\"inputType\":\"number\"},"
		"{\"type\":\"text\",\"name\":\"q2\",\"title\":\"2\",\"inputType\":\"number\","
		"\"visibleIf\":\"{q1} = 1\"},"
		"{\"type\":\"comment\",\"name\":\"q3\",\"title\":\"3\",\"visibleIf\":\"{q2} = 1\","
		"\"barometre\":{\"role\":\"text\"}},"
		"{\"type\":\"comment\",\"name\":\"q4\",\"title\":\"4\",\"visibleIf\":\"{q2} empty\","
		"\"isRequired\":true,\"barometre\":{\"role\":\"text\"}}]}]}");
	json_t *answers = json_or_fail("{\"q1\":0,\"q2\":1,\"q3\":\"x\"}"), *contact;
	json_t *result = answers_submission(chain, answers, TODAY, &contact);
	assert_json(result, "{\"q1\":0}");
	assert_json(contact, "{}");
	/* A stale hidden q2 must not hide the required q4. */
	assert_int_equal(answers_first_missing(chain, answers, TODAY), 0);
	json_object_set_new(answers, "q1", json_integer(1));
	assert_int_equal(answers_first_missing(chain, answers, TODAY), -1);
	json_decref(result);
	json_decref(contact);
	json_decref(answers);
}

static void pages_are_routed(void **state)
{
	(void)state;
	struct routing r;
	int total;
	json_t *answers = json_or_fail("{\"dom\":{\"etp\":\"non\"}}");
	routing_compute(&r, form, answers, TODAY);
	assert_int_equal(routing_next(&r, -1), 0);
	assert_int_equal(routing_next(&r, 0), 2);
	assert_int_equal(routing_next(&r, 2), -1);
	assert_int_equal(routing_previous(&r, 2), 0);
	assert_int_equal(routing_previous(&r, 0), -1);
	assert_int_equal(routing_position(&r, 2, &total), 2);
	assert_int_equal(total, 2);
	routing_release(&r);
	json_object_set_new(answers, "dom", json_or_fail("{\"etp\":\"oui\"}"));
	routing_compute(&r, form, answers, TODAY);
	assert_int_equal(routing_next(&r, 0), 1);
	assert_int_equal(routing_position(&r, 1, &total), 2);
	assert_int_equal(total, 3);
	routing_release(&r);
	json_decref(answers);
}

static void the_first_missing_page_is_found(void **state)
{
	(void)state;
	static const struct {
		const char *answers;
		int page;
	} cases[] = {
		{"{}", 0},
		{"{\"exp\":\"non\"}", 0},
		{"{\"exp\":\"non\",\"dom\":{\"etp\":\"oui\"}}", 0},
		{"{\"exp\":\"non\",\"dom\":{\"soins\":\"oui\",\"etp\":\"oui\"}}", -1},
		{"{\"exp\":\"oui\",\"dom\":{\"soins\":\"oui\",\"etp\":\"oui\"}}", 0},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		json_t *answers = json_or_fail(cases[i].answers);
		assert_int_equal(
			answers_first_missing(form, answers, TODAY), cases[i].page);
		json_decref(answers);
	}
}

static void what_identifies_is_sealed_apart(void **state)
{
	(void)state;
	struct err err = {0};
	json_t *contact,
		*answers = json_or_fail(
			"{\"age\":20,\"exp\":\"other\",\"exp-Comment\":\"Parfois\",\"dom\":{\"etp\":\"non\"},"
			"\"note\":4,\"avis\":\"caché\",\"nom\":\"Les Amis\",\"contact\":\"oui\","
			"\"mail\":\"a@b.fr\",\"tel\":\"0612345678\"}");
	assert_true(answers_validate(form, answers, &err));
	json_t *result = answers_submission(form, answers, TODAY, &contact);
	assert_json(result,
		"{\"age\":20,\"exp\":\"other\",\"exp-Comment\":\"Parfois\","
		"\"dom\":{\"etp\":\"non\"},\"nom\":true,\"jeune\":true,\"double\":1}");
	assert_json(contact,
		"{\"nom\":\"Les Amis\",\"contact\":\"oui\",\"mail\":\"a@b.fr\","
		"\"tel\":\"0612345678\"}");
	assert_true(answers_validate(form, result, &err));
	/* Hidden again: the address stays in the draft and does not leave. */
	json_object_set_new(answers, "contact", json_string("non"));
	json_t *contact2, *result2 = answers_submission(form, answers, TODAY, &contact2);
	assert_null(json_object_get(contact2, "mail"));
	json_decref(result2);
	json_decref(contact2);
	json_decref(result);
	json_decref(contact);
	json_decref(answers);
}

static void calculated_values_follow_the_answers(void **state)
{
	(void)state;
	json_t *contact, *answers = json_or_fail("{\"age\":45}");
	json_t *result = answers_submission(form, answers, TODAY, &contact);
	assert_json(result, "{\"age\":45,\"jeune\":false,\"double\":90}");
	json_decref(result);
	json_decref(contact);
	json_decref(answers);
}

static const char *const valid[] = {
	"{}",
	"{\"age\":18}",
	"{\"age\":45.5}",
	"{\"lieu\":\"31555\"}",
	"{\"lieu\":\"dep:2A\"}",
	"{\"exp\":\"other\",\"exp-Comment\":\"x\"}",
	"{\"freins\":[\"temps\",\"cout\"]}",
	"{\"freins\":[\"aucun\"]}",
	"{\"dom\":{\"etp\":\"oui\"}}",
	"{\"note\":5,\"b\":false}",
	"{\"jour\":\"2024-02-29\",\"mois\":\"2024-02\"}",
	"{\"avis\":\"deux\\nlignes\"}",
	"{\"nom\":true}",
	"{\"nom\":\"Nous\"}",
	"{\"jeune\":true,\"double\":1}",
};

static const char *const invalid[] = {
	"[]",
	"\"x\"",
	"{\"zzz\":1}",
	"{\"note\":99}",
	"{\"note\":2.5}",
	"{\"note\":0}",
	"{\"note\":\"4\"}",
	"{\"note\":4.0}",
	"{\"age\":\"abc\"}",
	"{\"age\":\"45\"}",
	"{\"age\":17}",
	"{\"age\":110.5}",
	"{\"age\":true}",
	"{\"age\":null}",
	"{\"age\":45.0}",
	"{\"b\":\"maybe\"}",
	"{\"b\":1}",
	"{\"exp\":\"zzz\"}",
	"{\"exp\":\"\"}",
	"{\"exp\":[\"oui\"]}",
	"{\"exp\":\"other\"}",
	"{\"exp\":\"oui\",\"exp-Comment\":\"x\"}",
	"{\"exp-Comment\":\"x\"}",
	"{\"exp\":\"other\",\"exp-Comment\":\"\"}",
	"{\"exp\":\"other\",\"exp-Comment\":\" x\"}",
	"{\"exp\":\"other\",\"exp-Comment\":7}",
	"{\"exp\":\"other\",\"exp-Comment\":\"a\\nb\"}",
	"{\"age-Comment\":\"x\"}",
	"{\"freins\":\"temps\"}",
	"{\"freins\":[]}",
	"{\"freins\":[\"zzz\"]}",
	"{\"freins\":[\"temps\",\"temps\"]}",
	"{\"freins\":[\"cout\",\"temps\"]}",
	"{\"freins\":[\"temps\",\"aucun\"]}",
	"{\"freins\":[\"temps\",1]}",
	"{\"freins\":[\"other\"]}",
	"{\"dom\":{}}",
	"{\"dom\":{\"zzz\":\"oui\"}}",
	"{\"dom\":{\"etp\":\"zzz\"}}",
	"{\"dom\":{\"etp\":null}}",
	"{\"dom\":\"oui\"}",
	"{\"lieu\":\"Toulouse\"}",
	"{\"lieu\":\"99999\"}",
	"{\"lieu\":\"dep:31\"}",
	"{\"jour\":\"2023-02-29\"}",
	"{\"jour\":\"29/02/2024\"}",
	"{\"mois\":\"2024-13\"}",
	"{\"avis\":\" x\"}",
	"{\"avis\":\"a\\r\\nb\"}",
	"{\"avis\":\"a\\u0001\"}",
	"{\"nom\":\"a\\nb\"}",
	"{\"nom\":false}",
	"{\"mail\":\"pas une adresse\"}",
	"{\"tel\":\"abc\"}",
	"{\"jeune\":1}",
	"{\"double\":\"1\"}",
	"{\"note_html\":\"x\"}",
};

static void values_are_checked_strictly(void **state)
{
	(void)state;
	assert_valid(form, valid, COUNT_OF(valid));
	assert_invalid(form, invalid, COUNT_OF(invalid));
}

static void a_long_text_is_refused(void **state)
{
	(void)state;
	char text[2002];
	memset(text, 'x', sizeof(text));
	json_t *answers = json_pack("{s:s#}", "avis", text, 2000);
	assert_true(answers_validate(form, answers, NULL));
	json_object_set_new(answers, "avis", json_stringn(text, 2001));
	assert_false(answers_validate(form, answers, NULL));
	json_decref(answers);
}

static void emptiness_is_as_in_surveyjs(void **state)
{
	(void)state;
	static const char *const empty[] = {
		"null", "\"\"", "[]", "{}", "{\"a\":null,\"b\":{}}"};
	static const char *const full[] = {"0", "false", "\" \"", "[null]", "{\"a\":0}"};
	assert_true(answer_is_empty(NULL));
	for (size_t i = 0; i < COUNT_OF(empty); i++) {
		json_t *e = json_or_fail(empty[i]), *f = json_or_fail(full[i]);
		assert_true(answer_is_empty(e));
		assert_false(answer_is_empty(f));
		json_decref(e);
		json_decref(f);
	}
}

static void the_time_it_takes(void **state)
{
	(void)state;
	json_t *answers = json_or_fail(
		"{\"age\":45,\"lieu\":\"31555\",\"exp\":\"oui\",\"freins\":[\"temps\",\"cout\"],"
		"\"dom\":{\"soins\":\"oui\",\"etp\":\"oui\"},\"note\":4,\"avis\":\"Un avis.\"}");
	usec_t start = clock_monotonic();
	for (int i = 0; i < 10000; i++) {
		struct routing r;
		routing_compute(&r, form, answers, TODAY);
		assert_true(answers_validate(form, answers, NULL));
		routing_release(&r);
	}
	print_message("route and validate: %.2f us\n",
		(double)(clock_monotonic() - start) / 10000);
	json_decref(answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_is_cleaned_in_one_pass),
		cmocka_unit_test(pages_are_routed),
		cmocka_unit_test(the_first_missing_page_is_found),
		cmocka_unit_test(what_identifies_is_sealed_apart),
		cmocka_unit_test(calculated_values_follow_the_answers),
		cmocka_unit_test(values_are_checked_strictly),
		cmocka_unit_test(a_long_text_is_refused),
		cmocka_unit_test(emptiness_is_as_in_surveyjs),
		cmocka_unit_test(the_time_it_takes),
	};
	return cmocka_run_group_tests(tests, set_up, free_form);
}
