/* SPDX-License-Identifier: Apache-2.0 */
/* What a page gives to the browser: only what reads that page, and nothing of the others. */
#include "form_test.h"

static const char form_text[] = HEAD
	"\"pages\":[{\"name\":\"un\",\"title\":\"Un\",\"elements\":[\n"
	"{\"type\":\"text\",\"name\":\"a\",\"title\":\"A\",\"inputType\":\"number\"},\n"
	"{\"type\":\"radiogroup\",\"name\":\"r\",\"title\":\"R\",\"choices\":[\"oui\",\"non\"]},\n"
	"{\"type\":\"checkbox\",\"name\":\"c\",\"title\":\"C\",\"choices\":[\"x\",\"y\",\"z\"]},\n"
	"{\"type\":\"boolean\",\"name\":\"t\",\"title\":\"T\"}]},\n"
	"{\"name\":\"deux\",\"title\":\"Deux\",\"elements\":[\n"
	"{\"type\":\"text\",\"name\":\"n\",\"title\":\"N\",\"inputType\":\"number\"},\n"
	"{\"type\":\"radiogroup\",\"name\":\"s\",\"title\":\"S\",\"choices\":[\"oui\",\"non\"]},\n"
	"{\"type\":\"checkbox\",\"name\":\"k\",\"title\":\"K\",\"choices\":[\"x\",\"y\"]},\n"
	"{\"type\":\"boolean\",\"name\":\"u\",\"title\":\"U\"},\n"
	"{\"type\":\"text\",\"name\":\"d\",\"title\":\"D\",\"inputType\":\"date\"},\n"
	"{\"type\":\"matrix\",\"name\":\"m\",\"title\":\"M\",\"columns\":[\"oui\",\"non\"],"
	"\"rows\":[\"l1\",\"l2\"]},\n"
	"{\"type\":\"text\",\"name\":\"cache\",\"title\":\"H\",\"inputType\":\"number\","
	"\"visibleIf\":\"{r} = 'non'\"},\n"
	"{\"type\":\"expression\",\"name\":\"e\",\"title\":\"E\",\"expression\":\"{n} * 2\","
	"\"visibleIf\":\"{s} = 'oui'\"},\n"
	"{\"type\":\"text\",\"name\":\"fin\",\"title\":\"F\",\"inputType\":\"number\"}]}],\n"
	"\"calculatedValues\":["
	"{\"name\":\"avant\",\"expression\":\"{a} + 1\",\"includeIntoResult\":true},"
	"{\"name\":\"ici\",\"expression\":\"{n} + {avant}\",\"includeIntoResult\":true},"
	"{\"name\":\"mot\",\"expression\":\"iif({u}, '', 'v')\",\"includeIntoResult\":true},"
	"{\"name\":\"mots\",\"expression\":\"iif({n} > 1, {mot}, iif({u}, 'w', ''))\","
	"\"includeIntoResult\":true}]}";

/* The answers of the first page; those of the second are still to come. */
static const char given[] =
	"{\"a\":4,\"r\":\"oui\",\"c\":[\"x\",\"y\"],\"avant\":5,\"ici\":5,\"mot\":\"v\"}";

static struct form *form;

static int set_up(void **state)
{
	*state = form = parse_or_fail(form_text);
	return 0;
}

static const json_t *answer_of(void *arg, size_t question)
{
	return json_object_get(arg, form->questions[question].name);
}

static const struct {
	const char *expr, *compiled; /* for the second page */
} cases[] = {
	/* nothing of the page is read: nothing is left */
	{"{a} > 3", "true"},
	{"{a} > 4 or {r} = 'non'", "false"},
	{"{c} contains 'x' and {t} empty", "true"},
	{"{a} * 2", "8"},
	{"iif({a} = 4, 'p', 'q')", "\"p\""},
	{"today()", "[\"#\",\"2026-11-22\"]"},
	{"{t}", "null"},
	{"{avant} = 5", "true"},
	/* what is read, as it is */
	{"{n} > 3", "[\">\",[\"?\",\"n\"],3]"},
	{"{s} = 'oui'", "[\"=\",[\"?\",\"s\"],\"oui\"]"},
	{"{s} != 'oui'", "[\"!=\",[\"?\",\"s\"],\"oui\"]"},
	{"{m.l1} = 'oui'", "[\"=\",[\"?\",\"m\",\"l1\"],\"oui\"]"},
	{"{k} contains 'x'", "[\"contains\",[\"?\",\"k\"],\"x\"]"},
	{"{k} anyof ['x', 'y']", "[\"anyof\",[\"?\",\"k\"],[\"[]\",\"x\",\"y\"]]"},
	{"{k} empty", "[\"empty\",[\"?\",\"k\"]]"},
	{"{u}", "[\"?\",\"u\"]"},
	{"!{u}", "[\"!\",[\"?\",\"u\"]]"},
	{"sum({n}, 1)", "[\"sum\",[\"?\",\"n\"],1]"},
	{"count({k}, {n})", "[\"count\",[\"?\",\"k\"],[\"?\",\"n\"]]"},
	/* dates are told from texts; today is a constant, age is a difference */
	{"{d} < '2020-01-01'", "[\"<\",[\"#\",[\"?\",\"d\"]],[\"#\",\"2020-01-01\"]]"},
	{"{d} = today()", "[\"=\",[\"#\",[\"?\",\"d\"]],[\"#\",\"2026-11-22\"]]"},
	{"{d} empty", "[\"empty\",[\"?\",\"d\"]]"},
	{"age({d}) >= 18",
		"[\">=\",[\"dateDiff\",[\"#\",[\"?\",\"d\"]],[\"#\",\"2026-11-22\"],\"years\"],18]"},
	/* other pages become constants, and settle what they can */
	{"{n} > {a}", "[\">\",[\"?\",\"n\"],4]"},
	{"{a} = 4 and {n} > 3", "[\">\",[\"?\",\"n\"],3]"},
	{"{a} = 5 and {n} > 3", "false"},
	{"{a} = 4 or {n} > 3", "true"},
	{"{a} = 5 or {n} > 3", "[\">\",[\"?\",\"n\"],3]"},
	{"!({a} = 4 or {n} > 3)", "false"},
	{"{a} = 4 and {u}", "[\"and\",[\"?\",\"u\"]]"},
	{"{n} > 1 and ({n} > 2 and {n} > 3)",
		"[\"and\",[\">\",[\"?\",\"n\"],1],[\">\",[\"?\",\"n\"],2],[\">\",[\"?\",\"n\"],3]]"},
	{"iif({a} = 4, {n}, 0) > 1", "[\">\",[\"?\",\"n\"],1]"},
	{"{n} = sum({a}, 2)", "[\"=\",[\"?\",\"n\"],6]"},
	/* of a checkbox of another page only the count goes out */
	{"count({c}, {k}) = 2", "[\"=\",[\"+\",2,[\"count\",[\"?\",\"k\"]]],2]"},
	{"count({t}, {k})", "[\"count\",[\"?\",\"k\"]]"},
	/* a question that earlier pages hide is missing for good */
	{"{cache} empty", "true"},
	{"{cache} > 1 or {n} = 2", "[\"=\",[\"?\",\"n\"],2]"},
	/* what is worked out stands in place of its name */
	{"{ici} > 9", "[\">\",[\"+\",[\"?\",\"n\"],5],9]"},
	{"{e} > 9",
		"[\">\",[\"iif\",[\"=\",[\"?\",\"s\"],\"oui\"],[\"*\",[\"?\",\"n\"],2],null],9]"},
	{"{e} empty",
		"[\"empty\",[\"iif\",[\"=\",[\"?\",\"s\"],\"oui\"],[\"*\",[\"?\",\"n\"],2],null]]"},
	{"{mot} empty", "[\"empty\",[\"iif\",[\"?\",\"u\"],null,\"v\"]]"},
	{"{mots} empty",
		"[\"empty\",[\"iif\",[\">\",[\"?\",\"n\"],1],[\"iif\",[\"?\",\"u\"],null,\"v\"],"
		"[\"iif\",[\"?\",\"u\"],\"w\",null]]]"},
	/* the same text that is not read by a name is a text */
	{"iif({u}, '', 'v') = ''", "[\"=\",[\"iif\",[\"?\",\"u\"],\"\",\"v\"],\"\"]"},
};

static struct expr *bound(const char *text)
{
	struct err err = {0};
	struct expr *e = expr_parse(str_of(text), &err);
	if (!e || !expr_bind(e, form, form->question_count, false, &err)) {
		expr_free(e);
		return NULL;
	}
	return e;
}

static void only_what_reads_the_page_is_left(void **state)
{
	(void)state;
	json_t *answers = json_or_fail(given);
	struct expr_scope scope = {answer_of, answers, TODAY};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED(expr_drop) struct expr *e = bound(cases[i].expr);
		if (!e)
			fail_msg("%s is refused", cases[i].expr);
		json_t *compiled = expr_compile(e, form, 1, &scope);
		char *text = json_dumps(compiled, JSON_ENCODE_ANY | JSON_COMPACT);
		if (strcmp(text, cases[i].compiled) != 0)
			fail_msg("%s gave %s, wanted %s", cases[i].expr, text,
				cases[i].compiled);
		free(text);
		json_decref(compiled);
	}
	json_decref(answers);
}

/* On its own page a question is read, whatever was answered before. */
static void the_same_condition_on_the_first_page_reads_it(void **state)
{
	(void)state;
	json_t *answers = json_or_fail(given);
	struct expr_scope scope = {answer_of, answers, TODAY};
	SCOPED(expr_drop) struct expr *e = bound("{a} > 3 and {n} empty");
	assert_non_null(e);
	json_t *compiled = expr_compile(e, form, 0, &scope);
	assert_json(compiled, "[\">\",[\"?\",\"a\"],3]");
	json_decref(compiled);
	json_decref(answers);
}

/* A chain of conditions, each reading the two before, is looked at once a question, not once a path. */
static void long_chains_are_compiled_at_once(void **state)
{
	(void)state;
	struct err err = {0};
	SCOPED(buf_release) struct buf text = BUF_LIMIT(1 << 20);
	buf_puts(&text, HEAD "\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[");
	for (int i = 0; i < 80; i++) {
		buf_printf(&text,
			"%s{\"type\":\"text\",\"inputType\":\"number\",\"name\":\"q%d\",\"title\":\"Q\"",
			i ? "," : "", i);
		if (i > 1)
			buf_printf(&text, ",\"visibleIf\":\"{q%d} empty or {q%d} empty\"",
				i - 1, i - 2);
		buf_puts(&text, "}");
	}
	buf_puts(&text, "]}]}");
	SCOPED(form_drop) struct form *chain = form_parse(buf_str(&text), "x", &err);
	if (!chain)
		fail_msg("%s", err.text);
	struct form *kept = form;
	form = chain;
	struct expr_scope scope = {answer_of, NULL, TODAY};
	json_t *compiled = expr_compile(
		chain->questions[79].visible_if, chain, 0, &scope);
	assert_json(compiled,
		"[\"or\",[\"empty\",[\"?\",\"q78\"]],[\"empty\",[\"?\",\"q77\"]]]");
	json_decref(compiled);
	form = kept;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_reads_the_page_is_left),
		cmocka_unit_test(the_same_condition_on_the_first_page_reads_it),
		cmocka_unit_test(long_chains_are_compiled_at_once),
	};
	return cmocka_run_group_tests(tests, set_up, free_form);
}
