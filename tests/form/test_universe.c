/* SPDX-License-Identifier: Apache-2.0 */
/* Who a question is asked of, in words (inspect_universe). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/form/inspect.h"

#define NN "\u202f"

static struct form *form_of(const char *condition, const char *page_condition)
{
	SCOPED(free_char)
	char *json = x_printf(
		"{\"title\":\"T\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\",\"barometre\":{\"audience\":\"t\","
		"\"audienceLabel\":\"T\",\"version\":\"1\",\"minutes\":1,\"boxBytes\":24576,\"complete\":[],\"welcome\":[\"B\"],\"thanks\":[\"M\"]},"
		"\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":["
		"{\"type\":\"radiogroup\",\"name\":\"r\",\"title\":\"Où ?\",\"choices\":[{\"value\":\"a\",\"text\":\"À Sète\"},{\"value\":\"b\",\"text\":\"Ailleurs\"}]},"
		"{\"type\":\"checkbox\",\"name\":\"c\",\"title\":\"Quoi ?\",\"choices\":[{\"value\":\"x\",\"text\":\"Soin\"},{\"value\":\"y\",\"text\":\"Aide\"}]},"
		"{\"type\":\"text\",\"inputType\":\"number\",\"name\":\"n\",\"title\":\"Combien ?\",\"min\":0,\"max\":9},"
		"{\"type\":\"boolean\",\"name\":\"o\",\"title\":\"Élu ?\"}]},"
		"{\"name\":\"s\",\"title\":\"S\"%s,\"elements\":["
		"{\"type\":\"text\",\"inputType\":\"number\",\"name\":\"q\",\"title\":\"Q\",\"min\":0,\"max\":9%s}]}]}",
		page_condition, condition);
	struct err err = {0};
	struct form *form = form_parse(str_of(json), "test", &err);

	if (!form)
		fail_msg("%s", err.text);
	return form;
}

static void assert_words(const char *condition, const char *page, const char *expected)
{
	struct form *form = form_of(condition, page);
	struct buf out = BUF_LIMIT(4096);

	inspect_universe(form, form_find(form, STR("q")), &out);
	assert_string_equal(buf_str(&out).p, expected);
	buf_release(&out);
	form_free(form);
}

#define IF(text) ",\"visibleIf\":\"" text "\""
#define WHO "Les personnes pour qui "
#define Q(text) "«" NN text NN "»"

static void without_a_condition_everybody_is_asked(void **state)
{
	(void)state;
	assert_words("", "", "Toutes les personnes qui ont répondu au questionnaire");
}

static void conditions_are_said_with_titles_and_labels(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{IF("{r} = 'a'"), WHO Q("Où ?") " est " Q("À Sète")},
		{IF("{r} != 'a'"), WHO Q("Où ?") " n’est pas " Q("À Sète")},
		{IF("{c} contains 'x'"), WHO Q("Quoi ?") " comprend " Q("Soin")},
		{IF("{c} anyof ['x', 'y']"),
			WHO Q("Quoi ?") " comprend au moins une réponse parmi " Q(
				"Soin") ", " Q("Aide")},
		{IF("{n} >= 3"), WHO Q("Combien ?") " est au moins 3"},
		{IF("{o} = true"), WHO Q("Élu ?") " est " Q("Oui")},
		{IF("{n} notempty"), WHO Q("Combien ?") " a une réponse"},
		{IF("!({r} = 'a')"),
			WHO "il est faux que (" Q("Où ?") " est " Q("À Sète") ")"},
		{IF("{n} > 1 and ({r} = 'a' or {r} = 'b')"),
			WHO Q("Combien ?") " est supérieur à 1 et (" Q("Où ?") " est " Q(
				"À Sète") " ou " Q("Où ?") " est " Q("Ailleurs") ")"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_words(cases[i][0], "", cases[i][1]);
}

static void the_page_and_the_question_both_count(void **state)
{
	(void)state;
	assert_words(IF("{n} < 4"), IF("{r} = 'a'"),
		WHO Q("Où ?") " est " Q("À Sète") ", et pour qui " Q(
			"Combien ?") " est inférieur à 4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_condition_everybody_is_asked),
		cmocka_unit_test(conditions_are_said_with_titles_and_labels),
		cmocka_unit_test(the_page_and_the_question_both_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
