/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to the rest of the profile: choices with conditions, required under conditions, values worked out. */
#include "../../src/form/rules.h"
#include "form_test.h"

#define ABC                                                         \
 ",\"choices\":[\"a\",{\"value\":\"b\",\"visibleIf\":\"{x} = 1\"}," \
 "\"c\"]"

/* Cleaned answers as text, to compare. */
static void assert_submission(
	const struct form *form, const char *given, const char *left)
{
	json_t *contact, *answers = json_or_fail(given);
	json_t *result = answers_submission(form, answers, TODAY, &contact);
	struct err err = {0};
	assert_json(result, left);
	/* What leaves is what the count accepts. */
	if (!answers_validate(form, result, &err))
		fail_msg("%s became %s: %s", given, left, err.text);
	json_decref(contact);
	json_decref(result);
	json_decref(answers);
}

static void assert_missing(const struct form *form, const char *given, int page)
{
	json_t *answers = json_or_fail(given);
	if (answers_first_missing(form, answers, TODAY) != page)
		fail_msg("%s: not page %d", given, page);
	json_decref(answers);
}

static void a_choice_no_longer_offered_is_dropped(void **state)
{
	(void)state;
	SCOPED(form_drop)
	struct form *form = parse_or_fail(PAGE(NUMBER("x", "") "," Q(
		"radiogroup", "r", ABC ",\"isRequired\":true") "," Q("checkbox", "k",
		ABC ",\"showOtherItem\":true") "," Q("dropdown", "d", ABC) "," Q("text",
		"after", ",\"visibleIf\":\"{r} = 'b'\",\"inputType\":\"number\"")));
	assert_submission(form,
		"{\"x\":1,\"r\":\"b\",\"k\":[\"a\",\"b\"],\"d\":\"b\",\"after\":1}",
		"{\"x\":1,\"r\":\"b\",\"k\":[\"a\",\"b\"],\"d\":\"b\",\"after\":1}");
	/* What was chosen and is offered no longer reads as missing, for conditions too. */
	assert_submission(form,
		"{\"x\":2,\"r\":\"b\",\"k\":[\"a\",\"b\",\"other\"],\"k-Comment\":\"z\",\"d\":\"b\",\"after\":1}",
		"{\"x\":2,\"k\":[\"a\",\"other\"],\"k-Comment\":\"z\"}");
	assert_submission(form, "{\"x\":2,\"k\":[\"b\"]}", "{\"x\":2}");
	assert_missing(form, "{\"x\":1,\"r\":\"b\"}", -1);
	assert_missing(form, "{\"x\":2,\"r\":\"b\"}", 0);
	const struct question *r = form_find(form, STR("r"));
	json_t *answers = json_or_fail("{\"x\":1}");
	assert_true(answers_offer(form, r, &r->choices[0], answers, TODAY));
	assert_true(answers_offer(form, r, &r->choices[1], answers, TODAY));
	json_object_set_new(answers, "x", json_integer(2));
	assert_true(answers_offer(form, r, &r->choices[0], answers, TODAY));
	assert_false(answers_offer(form, r, &r->choices[1], answers, TODAY));
	json_decref(answers);
}

/* Each line is what survey-core 3.1.1 leaves in its data. */
static void a_ranking_holds_exactly_what_is_offered(void **state)
{
	(void)state;
	SCOPED(form_drop)
	struct form *form = parse_or_fail(
		PAGE(NUMBER("x", "") "," Q("ranking", "q", ABC ",\"isRequired\":true")));
	assert_submission(form, "{\"x\":1,\"q\":[\"c\",\"b\",\"a\"]}",
		"{\"x\":1,\"q\":[\"c\",\"b\",\"a\"]}");
	assert_submission(form, "{\"x\":2,\"q\":[\"c\",\"b\",\"a\"]}",
		"{\"x\":2,\"q\":[\"c\",\"a\"]}");
	assert_submission(form, "{\"x\":1,\"q\":[\"c\",\"a\"]}",
		"{\"x\":1,\"q\":[\"c\",\"a\",\"b\"]}");
	assert_submission(
		form, "{\"x\":1,\"q\":[\"c\"]}", "{\"x\":1,\"q\":[\"c\",\"a\",\"b\"]}");
	assert_missing(form, "{\"x\":1}", 0);
	assert_missing(form, "{\"x\":1,\"q\":[\"c\",\"a\",\"b\"]}", -1);
}

static void required_under_a_condition(void **state)
{
	(void)state;
	SCOPED(form_drop)
	struct form *form = parse_or_fail(PAGE(NUMBER("x", "") "," NUMBER(
		"y", ",\"requiredIf\":\"{x} > 3\",\"visibleIf\":\"{x} < 9\"")));
	static const struct {
		const char *answers;
		bool required;
		int missing;
	} cases[] = {
		{"{}", false, -1},
		{"{\"x\":3}", false, -1},
		{"{\"x\":4}", true, 0},
		{"{\"x\":4,\"y\":1}", true, -1},
		{"{\"x\":9}", false, -1},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		json_t *answers = json_or_fail(cases[i].answers);
		struct routing asked;
		routing_compute(&asked, form, answers, TODAY);
		assert_int_equal(asked.required[1], cases[i].required);
		assert_false(asked.required[0]);
		routing_release(&asked);
		json_decref(answers);
		assert_missing(form, cases[i].answers, cases[i].missing);
	}
}

static void rows_and_items_are_wanted_as_survey_core_wants_them(void **state)
{
	(void)state;
	SCOPED(form_drop)
	struct form *rows = parse_or_fail(PAGE(Q("matrix", "m",
		",\"eachRowRequired\":true,\"columns\":[\"o\",\"n\"],\"rows\":[\"r\",\"s\"]")));
	SCOPED(form_drop)
	struct form *items = parse_or_fail(PAGE(Q("multipletext", "t",
		",\"items\":[{\"name\":\"i\",\"inputType\":\"number\",\"isRequired\":true},"
		"{\"name\":\"j\",\"inputType\":\"number\"}]")));
	SCOPED(form_drop)
	struct form *whole = parse_or_fail(PAGE(Q("multipletext", "t",
		",\"isRequired\":true,\"items\":[{\"name\":\"i\",\"inputType\":\"number\"},"
		"{\"name\":\"j\",\"inputType\":\"number\"}]")));
	assert_missing(rows, "{}", 0);
	assert_missing(rows, "{\"m\":{\"r\":\"o\"}}", 0);
	assert_missing(rows, "{\"m\":{\"r\":\"o\",\"s\":\"n\"}}", -1);
	assert_missing(items, "{}", 0);
	assert_missing(items, "{\"t\":{\"j\":1}}", 0);
	assert_missing(items, "{\"t\":{\"i\":1}}", -1);
	assert_missing(whole, "{}", 0);
	assert_missing(whole, "{\"t\":{\"j\":1}}", -1);
}

static void values_are_worked_out_in_their_order(void **state)
{
	(void)state;
	SCOPED(form_drop)
	struct form *form = parse_or_fail(HEAD "\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[" NUMBER(
		"x", "") "," Q("expression", "e",
		",\"expression\":\"{double} + 1\",\"visibleIf\":\"{x} > 3\"") "," NUMBER("y",
		",\"visibleIf\":\"{large}\"") "," NUMBER("z",
		",\"visibleIf\":\"{e} notempty and {sum} > 20\"") "]}],"
								  "\"calculatedValues\":["
								  "{\"name\":\"double\",\"expression\":\"{x} * 2\",\"includeIntoResult\":true},"
								  "{\"name\":\"large\",\"expression\":\"{double} > 10\",\"includeIntoResult\":true},"
								  "{\"name\":\"sum\",\"expression\":\"{e} + {y}\",\"includeIntoResult\":true},"
								  "{\"name\":\"last\",\"expression\":\"{z} + 0\",\"includeIntoResult\":true}]}");
	assert_submission(form, "{\"x\":6,\"e\":999,\"y\":9,\"z\":1,\"sum\":-5}",
		"{\"x\":6,\"e\":13,\"y\":9,\"z\":1,\"double\":12,\"large\":true,\"sum\":22,\"last\":1}");
	/* A hidden expression reads as missing, and what it showed does not leave. */
	assert_submission(form, "{\"x\":2,\"e\":999,\"y\":9,\"z\":1}",
		"{\"x\":2,\"double\":4,\"large\":false,\"sum\":0,\"last\":0}");
	assert_submission(form, "{\"x\":4,\"y\":9,\"z\":1}",
		"{\"x\":4,\"e\":9,\"double\":8,\"large\":false,\"sum\":9,\"last\":0}");
	json_t *answers = json_or_fail("{\"x\":6,\"y\":1}");
	const struct question *e = form_find(form, STR("e"));
	json_t *value = answers_value(form, e, answers, TODAY);
	assert_json(value, "13");
	json_decref(value);
	value = answers_value(form, form_find(form, STR("sum")), answers, TODAY);
	assert_json(value, "14");
	json_decref(value);
	json_object_set_new(answers, "x", json_integer(1));
	assert_null(answers_value(form, e, answers, TODAY));
	json_decref(answers);
}

/* The page reader changes answers while it walks. */
static void a_walk_forgets_what_it_worked_out(void **state)
{
	(void)state;
	SCOPED(form_drop)
	struct form *form = parse_or_fail(HEAD
		"\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[" NUMBER("x",
			"") "]}],\"calculatedValues\":["
			    "{\"name\":\"k\",\"expression\":\"{x} * 2\",\"includeIntoResult\":true}]}");
	json_t *answers = json_or_fail("{\"x\":2}");
	SCOPED(walk_release) struct walk w;
	walk_init(&w, form, answers, TODAY);
	walk_to(&w, 1);
	assert_int_equal(json_integer_value(walk_answer(&w, 1)), 4);
	json_object_set_new(answers, "x", json_integer(5));
	assert_int_equal(json_integer_value(walk_answer(&w, 1)), 4);
	walk_forget(&w);
	assert_int_equal(json_integer_value(walk_answer(&w, 1)), 10);
	json_decref(answers);
}

#define STRICT_FORM                                                                                      \
 PAGE(Q("multipletext", "m",                                                                             \
	 ",\"items\":[{\"name\":\"n\",\"inputType\":\"number\",\"min\":0,\"max\":9},"                    \
	 "{\"name\":\"t\",\"maxLength\":5},{\"name\":\"j\",\"inputType\":\"date\"},"                     \
	 "{\"name\":\"c\",\"inputType\":\"email\"}],\"barometre\":{\"role\":\"text\"}") "," Q("ranking", \
	 "r",                                                                                            \
	 ",\"choices\":[\"a\",\"b\",{\"value\":\"c\","                                                   \
	 "\"visibleIf\":\"{m.n} > 3\"}]") "," Q("expression", "e",                                       \
	 ",\"expression\":\"{m.n} + 1\"") "," Q("expression", "d",                                       \
	 ",\"expression\":\"iif({m.n} > 1, 'grand', 'petit')\"") "," Q("checkbox", "k",                  \
	 ",\"choices\":[\"a\",\"b\",\"c\"],\"showNoneItem\":true,"                                       \
	 "\"showDontKnowItem\":true,\"validators\":[{\"type\":\"answercount\","                          \
	 "\"minCount\":1,\"maxCount\":2}]") "," NUMBER("v",                                              \
	 ",\"validators\":[{\"type\":\"numeric\",\"minValue\":5,\"text\":\"x\","                         \
	 "\"notificationType\":\"warning\"},{\"type\":\"numeric\",\"maxValue\":50},"                     \
	 "{\"type\":\"expression\",\"expression\":\"{v} > 7\"}]") "," Q("text", "w",                     \
	 ",\"barometre\":{\"role\":\"text\"},\"validators\":[{\"type\":\"text\","                        \
	 "\"minLength\":3,\"maxLength\":6,\"allowDigits\":false},{\"type\":\"regex\","                   \
	 "\"regex\":\"^[ab]\"}]") "," Q("text", "id",                                                    \
	 ",\"barometre\":{\"role\":\"identifying\"},"                                                    \
	 "\"validators\":[{\"type\":\"email\"}]"))

static const char *const valid[] = {
	"{\"m\":{\"n\":9,\"t\":\"mot\",\"j\":\"2024-02-29\",\"c\":\"a@b\"}}",
	"{\"m\":{\"t\":\"étés!\"}}",
	"{\"r\":[\"b\",\"a\"]}",
	"{\"r\":[\"b\",\"c\",\"a\"]}",
	"{\"e\":4,\"d\":\"grand\"}",
	"{\"k\":[\"none\"]}",
	"{\"k\":[\"a\",\"c\"]}",
	"{\"v\":1}",
	"{\"v\":50}",
	"{\"w\":\"abc\"}",
	"{\"id\":true}",
	"{\"id\":\"a@b.fr\"}",
};
static const char *const invalid[] = {
	"{\"m\":{}}",
	"{\"m\":[1]}",
	"{\"m\":\"x\"}",
	"{\"m\":{\"zzz\":1}}",
	"{\"m\":{\"n\":10}}",
	"{\"m\":{\"n\":-1}}",
	"{\"m\":{\"n\":\"9\"}}",
	"{\"m\":{\"n\":9.0}}",
	"{\"m\":{\"n\":null}}",
	"{\"m\":{\"t\":\"trop long\"}}",
	"{\"m\":{\"t\":\" a\"}}",
	"{\"m\":{\"t\":\"a\\nb\"}}",
	"{\"m\":{\"t\":\"\"}}",
	"{\"m\":{\"t\":1}}",
	"{\"m\":{\"j\":\"2023-02-29\"}}",
	"{\"m\":{\"c\":\"pas une adresse\"}}",
	"{\"r\":[]}",
	"{\"r\":\"a\"}",
	"{\"r\":[\"a\"]}",
	"{\"r\":[\"a\",\"c\"]}",
	"{\"r\":[\"a\",\"b\",\"b\"]}",
	"{\"r\":[\"a\",\"b\",\"zzz\"]}",
	"{\"r\":[\"a\",\"b\",1]}",
	"{\"e\":\"4\"}",
	"{\"e\":true}",
	"{\"d\":4}",
	"{\"d\":\"a\\nb\"}",
	"{\"k\":[\"a\",\"none\"]}",
	"{\"k\":[\"none\",\"dontknow\"]}",
	"{\"k\":[\"a\",\"b\",\"c\"]}",
	"{\"k\":[\"refused\"]}",
	"{\"v\":51}",
	"{\"w\":\"ab\"}",
	"{\"w\":\"abababa\"}",
	"{\"w\":\"abc1\"}",
	"{\"w\":\"cab\"}",
	"{\"id\":\"a@b\"}",
};

static void values_are_checked_strictly(void **state)
{
	(void)state;
	SCOPED(form_drop) struct form *form = parse_or_fail(STRICT_FORM);
	assert_valid(form, valid, COUNT_OF(valid));
	assert_invalid(form, invalid, COUNT_OF(invalid));
}

static void validators_look_at_what_is_there(void **state)
{
	(void)state;
	SCOPED(form_drop) struct form *form = parse_or_fail(STRICT_FORM);
	const struct question *v = form_find(form, STR("v"));
	json_t *answers = json_or_fail("{\"v\":4}"), *four = json_integer(4);
	SCOPED(walk_release) struct walk w;
	walk_init(&w, form, answers, TODAY);
	walk_to(&w, form->question_count);
	struct expr_scope scope = walk_scope(&w);
	assert_false(rule_validator_holds(v, &v->validators[0], four, &scope));
	assert_true(rule_validator_holds(v, &v->validators[1], four, &scope));
	assert_false(rule_validator_holds(v, &v->validators[2], four, &scope));
	assert_true(rule_validator_holds(v, &v->validators[2], four, NULL));
	/* Nothing satisfies all but expressions, which are asked all the same. */
	json_object_del(answers, "v");
	assert_true(rule_validator_holds(v, &v->validators[0], NULL, &scope));
	assert_false(rule_validator_holds(v, &v->validators[2], NULL, &scope));
	json_decref(four);
	json_decref(answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_choice_no_longer_offered_is_dropped),
		cmocka_unit_test(a_ranking_holds_exactly_what_is_offered),
		cmocka_unit_test(required_under_a_condition),
		cmocka_unit_test(rows_and_items_are_wanted_as_survey_core_wants_them),
		cmocka_unit_test(values_are_worked_out_in_their_order),
		cmocka_unit_test(a_walk_forgets_what_it_worked_out),
		cmocka_unit_test(values_are_checked_strictly),
		cmocka_unit_test(validators_look_at_what_is_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
