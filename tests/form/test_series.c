/* SPDX-License-Identifier: Apache-2.0 */
/* "comparable" and "collapse": what is read, what is refused with its remedy, and what a check says of a series that does not hold. */
#include "barometre/form/check.h"
#include "form_test.h"

#define OWN(text) ",\n\"barometre\":{" text "}"
#define FOUR                                                                 \
 ",\"choices\":[\"oui\",\"plutot\",\"non\",\"sans\"],\"showOtherItem\":true" \
 ",\n\"barometre\":{\"notConcerned\":[\"sans\"],\"collapse\":"
#define CLASS(code, of) "{\"code\":\"" code "\",\"label\":\"L " code "\",\"of\":[" of "]}"

static void a_question_says_what_it_may_be_compared_with(void **state)
{
	(void)state;
	SCOPED(form_drop)
	struct form *form = parse_or_fail(PAGE(RADIO("q",
		OWN("\"comparable\":{\"2023\":\"same\",\"2021\":\"base\",\"2019\":\"none\","
		    "\"2018\":\"options\",\"2017\":\"wording\"}")) "," RADIO("r", "")));
	const struct question *q = form_find(form, STR("q"));
	assert_int_equal(question_series(q, STR("2023")), SERIES_SAME);
	assert_int_equal(question_series(q, STR("2021")), SERIES_BASE);
	assert_int_equal(question_series(q, STR("2019")), SERIES_NONE);
	assert_int_equal(question_series(q, STR("2018")), SERIES_OPTIONS);
	assert_int_equal(question_series(q, STR("2017")), SERIES_WORDING);
	/* What is not declared is not comparable. */
	assert_int_equal(question_series(q, STR("2020")), SERIES_NONE);
	assert_int_equal(
		question_series(form_find(form, STR("r")), STR("2023")), SERIES_NONE);
	assert_string_equal(series_name(SERIES_OPTIONS), "options");
}

static void choices_are_put_into_classes(void **state)
{
	(void)state;
	SCOPED(form_drop)
	struct form *form = parse_or_fail(PAGE(Q("radiogroup", "q",
		FOUR "[" CLASS("bien", "\"oui\",\"plutot\"") "," CLASS(
			"mal", "\"non\",\"other\"") "]}")));
	const struct question *q = form_find(form, STR("q"));
	static const size_t wanted[] = {0, 0, 1, SIZE_MAX, 1};
	assert_int_equal(q->collapse_count, 2);
	assert_string_equal(q->collapse_classes[0].code, "bien");
	assert_string_equal(q->collapse_classes[1].text, "L mal");
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		assert_true(q->collapse[i] == wanted[i]);
}

static const struct refusal refusals[] = {
	{PAGE(RADIO("q", OWN("\"comparable\":\"same\""))), 4,
		"'comparable' is an object by edition"},
	{PAGE(RADIO("q", OWN("\"comparable\":{\"avant\":\"same\"}"))), 4,
		"'avant' is no edition"},
	{PAGE(RADIO("q", OWN("\"comparable\":{\"2023\":\"equal\"}"))), 4,
		"is same, wording, options, base or none, not 'equal'"},
	{PAGE(RADIO("q", OWN("\"comparable\":{\"2023\":1}"))), 4, "text in quotes"},
	{PAGE(RADIO("q", OWN("\"new\":true,\"comparable\":{\"2023\":\"same\"}"))), 4,
		"'q' is new and comparable with 2023"},
	{PAGE(Q("checkbox", "q",
		 ",\"choices\":[\"a\",\"b\",\"c\"],\n\"barometre\":{\"collapse\":[" CLASS(
			 "x", "\"a\"") "," CLASS("y", "\"b\",\"c\"") "]}")),
		4, "one choice of several"},
	{PAGE(Q("radiogroup", "q", FOUR "{}}")), 4, "at least two classes"},
	{PAGE(Q("radiogroup", "q", FOUR "[" CLASS("x", "\"oui\"") "]}")), 4,
		"at least two classes"},
	{PAGE(Q("radiogroup", "q", FOUR "[1,2]}")), 4, "a class is an object"},
	{PAGE(Q("radiogroup", "q", FOUR "[{\"code\":\"x\",\"of\":[\"oui\"]},{}]}")), 4,
		"'label' is missing"},
	{PAGE(Q("radiogroup", "q", FOUR "[" CLASS("X 1", "\"oui\"") ",{}]}")), 4,
		"must be 1 to 60"},
	{PAGE(Q("radiogroup", "q",
		 FOUR "[" CLASS("x", "\"oui\"") "," CLASS("x", "\"non\"") "]}")),
		4, "the class 'x' of 'q' appears twice"},
	{PAGE(Q("radiogroup", "q",
		 FOUR "[" CLASS("x", "\"oui\"") "," CLASS("y", "\"peut\"") "]}")),
		4, "names 'peut', which is no choice"},
	{PAGE(Q("radiogroup", "q",
		 FOUR "[" CLASS("x", "\"oui\"") "," CLASS("y", "\"oui\"") "]}")),
		4, "'oui' of 'q' is in two classes"},
	{PAGE(Q("radiogroup", "q",
		 FOUR "[" CLASS("x", "\"oui\"") "," CLASS("y", "\"sans\"") "]}")),
		4, "'sans' takes people out of the base"},
	{PAGE(Q("radiogroup", "q",
		 FOUR "[" CLASS("x", "\"oui\"") "," CLASS("y", "") "]}")),
		4, "the class 'y' of 'q' is empty"},
	{PAGE(Q("radiogroup", "q",
		 FOUR "[" CLASS("oui", "\"oui\",\"plutot\"") "," CLASS(
			 "y", "\"non\",\"other\"") "]}")),
		4, "more than the choice of that code"},
	{PAGE(Q("radiogroup", "q",
		 FOUR
		 "[" CLASS("x", "\"oui\",\"plutot\"") "," CLASS("y", "\"non\"") "]}")),
		4, "'other' of 'q' is in no class"},
	{PAGE(Q("radiogroup", "q",
		 FOUR
		 "[" CLASS("x", "\"oui\"") "," CLASS("y", "\"non\",\"other\"") "]}")),
		4, "'plutot' of 'q' is in no class"},
};

static void wrong_series_are_refused(void **state)
{
	(void)state;
	assert_refusals(refusals, COUNT_OF(refusals));
}

/* What is said of a series, and the place it is said of. */
static const struct {
	const char *own;  /* of a question « T ? », in line 4 */
	const char *rule; /* NULL: nothing is found */
} cases[] = {
	{"\"published\":{\"2023\":\"T ?\"},\"comparable\":{\"2023\":\"same\"}", NULL},
	/* Accents, capitals and signs may have been corrected. */
	{"\"published\":{\"2023\":\"t...\"},\"comparable\":{\"2023\":\"same\"}", NULL},
	{"\"published\":{\"2023\":\"T et U ?\"},\"comparable\":{\"2023\":\"same\"}",
		"same-wording"},
	{"\"published\":{\"2023\":\"T et U ?\"},\"comparable\":{\"2023\":\"wording\"}",
		NULL},
	{"\"comparable\":{\"2023\":\"same\"}", "same-wording"},
	{"\"published\":{\"2023\":\"T ?\"},\"comparable\":{\"2023\":\"base\",\"2020\":\"base\"}",
		"no-such-edition"},
	{"\"published\":{\"2023\":\"T ?\"}", "no-series"},
};

static void a_series_that_does_not_hold_is_found(void **state)
{
	static const char *const editions[] = {"2023", NULL};
	const struct check_options options = {.editions = editions};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED(free_char)
		char *json = x_printf(
			PAGE(RADIO("q", ",\n\"barometre\":{%s}")), cases[i].own);
		SCOPED(findings_release) struct findings found = {0};
		form_check(str_of(json), "x.json", &options, &found);
		if (!cases[i].rule) {
			assert_int_equal(found.count, 0);
			continue;
		}
		assert_int_equal(found.count, 1);
		assert_string_equal(found.list[0].rule, cases[i].rule);
		assert_string_equal(found.list[0].subject, "q");
		assert_int_equal(found.list[0].line, 4);
	}
}

static void crossings_with_health_are_found(void **state)
{
	static const struct check_options options = {0};
	static const char head[] =
		"{\"title\":\"T 0\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\","
		"\"barometre\":{\"audience\":\"essai\",\"version\":\"1\",\"minutes\":5,\"boxBytes\":4096,"
		"\"audienceLabel\":\"Essai 0\",\"complete\":[],\n\"crossings\":[\"q\"]},"
		"\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[";
	(void)state;
	for (int sensitive = 0; sensitive < 2; sensitive++) {
		SCOPED(free_char)
		char *json = x_printf("%s" RADIO("q", OWN("\"sensitive\":%s")) "]}]}",
			head, sensitive ? "true" : "false");
		SCOPED(findings_release) struct findings found = {0};
		form_check(str_of(json), "x.json", &options, &found);
		assert_int_equal(found.count, sensitive);
		if (!sensitive)
			continue;
		assert_string_equal(found.list[0].rule, "sensitive-crossing");
		assert_int_equal(found.list[0].line, 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_says_what_it_may_be_compared_with),
		cmocka_unit_test(choices_are_put_into_classes),
		cmocka_unit_test(wrong_series_are_refused),
		cmocka_unit_test(a_series_that_does_not_hold_is_found),
		cmocka_unit_test(crossings_with_health_are_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
