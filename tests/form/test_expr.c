/* SPDX-License-Identifier: Apache-2.0 */
#include "form_test.h"

static const char form_text[] = HEAD
	"\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[\n"
	"{\"type\":\"text\",\"name\":\"a\",\"title\":\"A\",\"inputType\":\"number\"},\n"
	"{\"type\":\"text\",\"name\":\"b\",\"title\":\"B\",\"inputType\":\"number\"},\n"
	"{\"type\":\"radiogroup\",\"name\":\"r\",\"title\":\"R\",\"choices\":[\"oui\",\"non\",\"nsp\"],"
	"\"showOtherItem\":true},\n"
	"{\"type\":\"dropdown\",\"name\":\"s\",\"title\":\"S\",\"choices\":[\"oui\",\"peut_etre\"]},\n"
	"{\"type\":\"dropdown\",\"name\":\"n\",\"title\":\"N\",\"choices\":[0,1,2]},\n"
	"{\"type\":\"checkbox\",\"name\":\"c\",\"title\":\"C\",\"choices\":[\"x\",\"y\",\"z\"],"
	"\"showNoneItem\":true},\n"
	"{\"type\":\"boolean\",\"name\":\"t\",\"title\":\"T\"},\n"
	"{\"type\":\"text\",\"name\":\"d\",\"title\":\"D\",\"inputType\":\"date\"},\n"
	"{\"type\":\"text\",\"name\":\"e\",\"title\":\"E\",\"inputType\":\"date\"},\n"
	"{\"type\":\"matrix\",\"name\":\"m\",\"title\":\"M\",\"columns\":[\"oui\",\"non\"],"
	"\"rows\":[\"r1\",\"r2\"]},\n"
	"{\"type\":\"rating\",\"name\":\"note\",\"title\":\"N\"},\n"
	"{\"type\":\"comment\",\"name\":\"txt\",\"title\":\"X\",\"barometre\":{\"role\":\"text\"}},\n"
	"{\"type\":\"html\",\"name\":\"h\",\"html\":\"<p>h</p>\"},\n"
	"{\"type\":\"multipletext\",\"name\":\"p\",\"title\":\"P\",\"items\":["
	"{\"name\":\"n\",\"inputType\":\"number\"},{\"name\":\"j\",\"inputType\":\"date\"},"
	"{\"name\":\"t\"}],\"barometre\":{\"role\":\"text\"}},\n"
	"{\"type\":\"ranking\",\"name\":\"k\",\"title\":\"K\",\"choices\":[\"x\",\"y\"]},\n"
	"{\"type\":\"expression\",\"name\":\"w\",\"title\":\"W\",\"expression\":"
	"\"iif({a} > 1, 'haut', 'bas')\"},\n"
	"{\"type\":\"text\",\"name\":\"late\",\"title\":\"L\",\"inputType\":\"number\"}]}]}";

static struct form *form;

static int set_up(void **state)
{
	*state = form = parse_or_fail(form_text);
	return 0;
}

/* The last question stands behind the condition. */
static size_t before(void)
{
	return form->question_count - 1;
}

static const json_t *answer_of(void *arg, size_t question)
{
	return json_object_get(arg, form->questions[question].name);
}

static const struct {
	const char *expr, *answers, *value; /* value: JSON, "" is missing */
} values[] = {
	/* equality, and what is missing */
	{"{r} = 'oui'", "{\"r\":\"oui\"}", "true"},
	{"{r} == 'oui'", "{\"r\":\"oui\"}", "true"},
	{"{r} = \"oui\"", "{\"r\":\"non\"}", "false"},
	{"'oui' = {r}", "{\"r\":\"oui\"}", "true"},
	{"{r} = 'oui'", "{}", "false"},
	{"{r} != 'oui'", "{}", "true"},
	{"{r} != 'oui'", "{\"r\":\"oui\"}", "false"},
	{"{r} != 'oui'", "{\"r\":\"nsp\"}", "true"},
	{"{r} = 'other'", "{\"r\":\"other\"}", "true"},
	{"{r} = 'oui'", "{\"r\":\"Oui\"}", "false"},
	{"{r} = 'oui'", "{\"r\":1}", "false"},
	{"{r} = {s}", "{\"r\":\"oui\",\"s\":\"oui\"}", "true"},
	{"{r} = {s}", "{\"r\":\"oui\"}", "false"},
	{"{r} != {s}", "{\"r\":\"oui\"}", "true"},
	{"{n} = 1", "{\"n\":\"1\"}", "true"},
	{"{n} = '1'", "{\"n\":\"1\"}", "true"},
	{"{n} = 2", "{\"n\":\"1\"}", "false"},
	{"{m.r1} = 'oui'", "{\"m\":{\"r1\":\"oui\"}}", "true"},
	{"{m.r1} = 'oui'", "{\"m\":{\"r2\":\"oui\"}}", "false"},
	{"{m.r1} = 'oui'", "{}", "false"},
	{"{m.r1} != 'oui'", "{}", "true"},
	{"{m.r1} anyof ['oui', 'non']", "{\"m\":{\"r1\":\"non\"}}", "true"},
	{"{t}", "{\"t\":true}", "true"},
	{"{t}", "{\"t\":false}", "false"},
	{"{t}", "{}", ""},
	{"{t} = true", "{\"t\":true}", "true"},
	{"{t} = false", "{\"t\":false}", "true"},
	{"{t} = false", "{}", "false"},
	{"{t} != true", "{}", "true"},
	{"!{t}", "{}", "true"},
	{"!{t} = true", "{\"t\":false}", "true"},
	{"{t}", "{\"t\":\"true\"}", ""},
	/* order */
	{"{a} < 5", "{\"a\":4}", "true"},
	{"{a} < 5", "{\"a\":5}", "false"},
	{"{a} <= 5", "{\"a\":5}", "true"},
	{"{a} > 5", "{\"a\":5.5}", "true"},
	{"{a} >= 5", "{\"a\":5}", "true"},
	{"{a} < 5", "{}", "false"},
	{"{a} <= 5", "{}", "false"},
	{"{a} > 5", "{}", "false"},
	{"{a} >= 5", "{}", "false"},
	{"{a} = 0", "{}", "false"},
	{"{a} != 0", "{}", "true"},
	{"{a} = 0", "{\"a\":0}", "true"},
	{"5 > {a}", "{\"a\":4}", "true"},
	{"{a} = -2", "{\"a\":-2}", "true"},
	{"{a} = 1.50", "{\"a\":1.5}", "true"},
	{"{a} < {b}", "{\"a\":1,\"b\":2}", "true"},
	{"{a} < {b}", "{\"a\":1}", "false"},
	{"{a} = 5", "{\"a\":\"5\"}", "false"},
	{"{note} >= 4", "{\"note\":5}", "true"},
	/* empty */
	{"{a} empty", "{}", "true"},
	{"{a} empty", "{\"a\":0}", "false"},
	{"{a} notempty", "{\"a\":0}", "true"},
	{"{t} notempty", "{\"t\":false}", "true"},
	{"{c} empty", "{\"c\":[]}", "true"},
	{"{txt} empty", "{\"txt\":\"\"}", "true"},
	{"{txt} notempty", "{\"txt\":\"bonjour\"}", "true"},
	{"{m} empty", "{\"m\":{}}", "true"},
	{"{m.r2} empty", "{\"m\":{\"r1\":\"oui\"}}", "true"},
	{"!{a} empty", "{\"a\":1}", "true"},
	{"{a} EMPTY", "{}", "true"},
	{"{a} empty = true", "{}", "true"},
	/* checkboxes */
	{"{c} contains 'x'", "{\"c\":[\"x\",\"y\"]}", "true"},
	{"{c} contains 'z'", "{\"c\":[\"x\",\"y\"]}", "false"},
	{"{c} contains 'x'", "{}", "false"},
	{"{c} contains ['x','y']", "{\"c\":[\"x\",\"y\"]}", "true"},
	{"{c} contains ['x','z']", "{\"c\":[\"x\",\"y\"]}", "false"},
	{"{c} contains 'none'", "{\"c\":[\"none\"]}", "true"},
	{"{c} notcontains 'x'", "{\"c\":[\"y\"]}", "true"},
	{"{c} notcontains 'x'", "{\"c\":[\"x\"]}", "false"},
	{"{c} notcontains 'x'", "{}", "true"},
	{"{c} notcontains ['x']", "{\"c\":[\"x\"]}", "false"},
	{"{c} anyof ['x','z']", "{\"c\":[\"z\"]}", "true"},
	{"{c} anyof ['x','z']", "{\"c\":[\"y\"]}", "false"},
	{"{c} anyof ['x']", "{}", "false"},
	{"{r} anyof ['oui','non']", "{\"r\":\"non\"}", "true"},
	{"{r} anyof ['oui','non']", "{\"r\":\"nsp\"}", "false"},
	{"{c} allof ['x','y']", "{\"c\":[\"x\",\"y\",\"z\"]}", "true"},
	{"{c} allof ['x','y']", "{\"c\":[\"x\"]}", "false"},
	{"{c} allof ['x']", "{}", "false"},
	{"{c} noneof ['x','y']", "{\"c\":[\"z\"]}", "true"},
	{"{c} noneof ['x','y']", "{\"c\":[\"y\"]}", "false"},
	{"{c} noneof ['x']", "{}", "true"},
	{"{r} noneof ['oui']", "{\"r\":\"non\"}", "true"},
	/* logic and precedence */
	{"true or false and false", "{}", "true"},
	{"(true or false) and false", "{}", "false"},
	{"{a} = 1 and {b} = 2", "{\"a\":1,\"b\":2}", "true"},
	{"{a} = 1 AND {b} = 3 OR true", "{\"a\":1,\"b\":2}", "true"},
	{"!({a} = 1) and {b} = 1", "{\"a\":1,\"b\":1}", "false"},
	{"!{t} and false", "{}", "false"},
	{"!!{t}", "{\"t\":true}", "true"},
	{"1 + 2 * 3 = 7", "{}", "true"},
	{"(1 + 2) * 3 = 9", "{}", "true"},
	{"10 - 2 - 3", "{}", "5"},
	{"3-2", "{}", "1"},
	{"3 -2", "{}", "1"},
	{"12 / 4 / 3", "{}", "1"},
	/* arithmetic: missing is 0, nothing divides by nothing */
	{"{a} + {b}", "{\"a\":2}", "2"},
	{"{a} + {b}", "{}", "0"},
	{"{a} * 2", "{}", "0"},
	{"0.1 + 0.2", "{}", "0.3"},
	{"{a} - 1", "{\"a\":0.3}", "-0.7"},
	{"{a} * {b}", "{\"a\":0.1,\"b\":0.2}", "0.02"},
	{"2 / {a}", "{}", ""},
	{"2 % {a}", "{\"a\":0}", ""},
	{"7 % 3", "{}", "1"},
	{"-7 % 3", "{}", "-1"},
	{"2 / {a} > 0", "{}", "false"},
	/* functions */
	{"sum({a}, {b}, 3)", "{\"a\":1}", "4"},
	{"sum({a})", "{}", "0"},
	{"min({a}, {b})", "{\"a\":3,\"b\":2}", "2"},
	{"max({a}, {b})", "{\"a\":3}", "3"},
	{"max({a}, {b})", "{}", ""},
	{"avg({a}, {b})", "{\"a\":1,\"b\":2}", "1.5"},
	{"avg({a}, {b})", "{\"a\":1}", "1"},
	{"avg({a})", "{}", "0"},
	{"count({a}, {r}, {c})", "{\"a\":0,\"c\":[\"x\",\"y\"]}", "3"},
	{"round({a})", "{\"a\":-2.5}", "-3"},
	{"round({a}, 1)", "{\"a\":2.25}", "2.3"},
	{"round({a})", "{}", ""},
	{"trunc({a})", "{\"a\":-2.7}", "-2"},
	{"trunc({a}, 1)", "{\"a\":2.77}", "2.7"},
	{"iif({a} > 1, 'x', 'y')", "{\"a\":2}", "\"x\""},
	{"iif({a} > 1, 'x', 'y')", "{}", "\"y\""},
	{"iif({a} > 1, 1, {b})", "{}", ""},
	{"iif({a} > 1, {r}, 'y')", "{\"a\":2,\"r\":\"nsp\"}", "\"nsp\""},
	/* multipletext, ranking, values worked out */
	{"{p.n} > 3", "{\"p\":{\"n\":4}}", "true"},
	{"{p.n} > 3", "{\"p\":{\"n\":\"4\"}}", "false"},
	{"{p.n} + 1", "{\"p\":{\"t\":\"x\"}}", "1"},
	{"sum({p.n}, {a})", "{\"p\":{\"n\":4},\"a\":2}", "6"},
	{"age({p.j})", "{\"p\":{\"j\":\"2000-11-22\"}}", "26"},
	{"{p.t} notempty", "{\"p\":{\"t\":\"x\"}}", "true"},
	{"{p.t} empty", "{\"p\":{\"n\":1}}", "true"},
	{"{p} empty", "{\"p\":{}}", "true"},
	{"{k} notempty", "{\"k\":[\"y\",\"x\"]}", "true"},
	{"{k} empty", "{}", "true"},
	{"{w} = 'haut'", "{\"w\":\"haut\"}", "true"},
	/* dates; today is 2026-11-22 in UTC */
	{"today()", "{}", "\"2026-11-22\""},
	{"{d} < '2020-01-01'", "{\"d\":\"2019-12-31\"}", "true"},
	{"{d} < '2020-01-01'", "{}", "false"},
	{"{d} <= today()", "{\"d\":\"2026-11-22\"}", "true"},
	{"{d} < {e}", "{\"d\":\"2019-12-31\",\"e\":\"2020-01-01\"}", "true"},
	{"{d} = '2020-01-01'", "{\"d\":\"hier\"}", "false"},
	{"age({d})", "{\"d\":\"2000-11-22\"}", "26"},
	{"age({d})", "{\"d\":\"2000-11-23\"}", "25"},
	{"age({d}) >= 18", "{}", "false"},
	{"year({d})", "{\"d\":\"2019-12-31\"}", "2019"},
	{"dateDiff({d}, {e}, 'days')", "{\"d\":\"2020-02-29\",\"e\":\"2021-02-28\"}",
		"365"},
	{"dateDiff({d}, {e}, 'months')", "{\"d\":\"2020-01-31\",\"e\":\"2020-02-29\"}",
		"0"},
	{"dateDiff({d}, {e}, 'years')", "{\"d\":\"2020-02-29\",\"e\":\"2021-02-28\"}",
		"0"},
	{"dateDiff({d}, today(), 'years')", "{\"d\":\"2016-11-22\"}", "10"},
	{"dateDiff({d}, {e}, 'days')", "{\"d\":\"2020-02-29\"}", ""},
};

static void every_value_is_as_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		struct err err = {0};
		SCOPED(expr_drop)
		struct expr *e = expr_parse(str_of(values[i].expr), &err);
		if (!e || !expr_bind(e, form, before(), false, &err))
			fail_msg("%s: %s", values[i].expr, err.text);
		json_t *answers = json_or_fail(values[i].answers);
		struct expr_scope scope = {answer_of, answers, TODAY};
		json_t *value = expr_value(e, &scope);
		char *text = value
			? json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12))
			: NULL;
		if (strcmp(text ? text : "", values[i].value) != 0)
			fail_msg("%s with %s gave %s, wanted %s", values[i].expr,
				values[i].answers, text ? text : "nothing",
				values[i].value);
		assert_int_equal(
			expr_is_true(e, &scope), strcmp(values[i].value, "true") == 0);
		free(text);
		json_decref(value);
		json_decref(answers);
	}
	print_message("%zu values\n", COUNT_OF(values));
}

static const struct {
	const char *expr;
	int column;
	const char *fragment;
} mistakes[] = {
	/* grammar */
	{"", 1, "missing"},
	{"({a} = 1", 1, "never closed: add )"},
	{"sum({a}, 1", 11, "closing )"},
	{"{c} anyof ['x'", 15, "closing ]"},
	{"{a", 1, "never closed: add }"},
	{"{r} = 'oui", 7, "never closed: add the quote"},
	{"{r} = \"l'oui\"", 9, "backslash"},
	{"{r} = oui", 7, "bare word"},
	{"{a} <> 1", 5, "write !="},
	{"{a} => 1", 5, "write >="},
	{"{a} =< 1", 5, "write <="},
	{"{a} = 1 && {b} = 1", 9, "write and"},
	{"{a} = 1 || {b} = 1", 9, "write or"},
	{"{c} *= 'x'", 5, "write contains"},
	{"{a} ^ 2 = 4", 5, "write a product"},
	{"{a} equal 1", 5, "write ="},
	{"{a} greater 1", 5, "write >"},
	{"negate {t}", 1, "write !"},
	{"{a} = null", 7, "empty or notempty"},
	{"{a} = undefined", 7, "empty or notempty"},
	{"1 < 2 < 3", 7, "do not chain"},
	{"{a} = 1 {b}", 9, "operator was expected"},
	{"{a} = 1)", 8, "operator was expected"},
	{"{ a } = 1", 2, "lower-case"},
	{"{A} = 1", 2, "lower-case"},
	{"{} = 1", 1, "name is missing"},
	{"{m.} = 'oui'", 1, "name is missing"},
	{"{a} = 05", 7, "leading zero"},
	{"{a} = .5", 7, "value was expected"},
	{"{a} = 1e3", 7, "as 12 or 12.5"},
	{"{a} = 1.", 7, "as 12 or 12.5"},
	{"-{a} = 1", 1, "value was expected"},
	{"{a} = - 2", 7, "value was expected"},
	{"{a} = é", 7, "value was expected"},
	{"currentDate() = 1", 1, "no such function"},
	{"round()", 1, "another number of values"},
	{"today(1)", 1, "another number of values"},
	{"{c} anyof []", 11, "true of everything"},
	{"{c} anyof [{r}]", 12, "codes in quotes only"},
	{"1 empty", 3, "only a question"},
	/* names */
	{"{zzz} = 1", 1, "no question is called 'zzz'"},
	{"{late} = 1", 1, "stand earlier"},
	{"{h} empty", 1, "html"},
	{"{a.r1} = 'oui'", 1, "no matrix"},
	{"{m.r9} = 'oui'", 1, "no row 'r9'"},
	{"{p.z} = 1", 1, "no item 'z'"},
	{"{k.x} = 1", 1, "no matrix"},
	/* codes */
	{"{r} = 'peut_etre'", 7, "no choice 'peut_etre'"},
	{"{r} = 'Oui'", 7, "no choice 'Oui'"},
	{"{s} = 'other'", 7, "no choice 'other'"},
	{"{n} = 3", 7, "no choice '3'"},
	{"{c} contains 'w'", 14, "no choice 'w'"},
	{"{c} anyof ['x', 'w']", 17, "no choice 'w'"},
	{"{m.r1} = 'nsp'", 10, "no choice 'nsp'"},
	{"{r} = {n}", 5, "no choice in common"},
	/* types */
	{"{a}", 1, "compare it"},
	{"{r}", 1, "notempty"},
	{"{c}", 1, "notempty"},
	{"'oui'", 1, "true or false"},
	{"{a} and {b}", 1, "wants a boolean"},
	{"!{a}", 2, "wants a boolean"},
	{"{c} = 'x'", 5, "use contains"},
	{"{c} != 'x'", 5, "use contains"},
	{"{r} contains 'oui'", 5, "use = or anyof"},
	{"{r} allof ['oui']", 5, "use = or anyof"},
	{"{a} contains 1", 5, "choice question"},
	{"{c} contains {r}", 5, "code in quotes"},
	{"{c} anyof 'x'", 5, "list of codes"},
	{"{c} notcontains ['x','y']", 5, "noneof"},
	{"{txt} = 'x'", 7, "never compared"},
	{"{m} = 'oui'", 5, "{m.row}"},
	{"{p} = 1", 5, "read by its rows: write {p.row}"},
	{"{p.t} = 'x'", 7, "never compared"},
	{"{p.j} < 3", 7, "cannot be compared"},
	{"{k} = 'x'", 5, "a ranking is never compared"},
	{"{k} contains 'x'", 5, "not of a ranking"},
	{"{k}", 1, "notempty"},
	{"{w} < 'x'", 5, "no order"},
	{"{r} < 'oui'", 5, "no order"},
	{"{t} < true", 5, "no order"},
	{"{a} = '1'", 5, "without quotes"},
	{"{t} = 'true'", 5, "without quotes"},
	{"{a} = {t}", 5, "cannot be compared"},
	{"{d} < 'hier'", 7, "write a date"},
	{"{d} < 2020", 5, "cannot be compared"},
	{"{r} + 1 = 2", 1, "arithmetic wants a number"},
	{"age({a}) > 18", 5, "age wants a date"},
	{"count(1) = 1", 7, "count wants questions"},
	{"dateDiff({d}, {e}, 'weeks') = 1", 20, "days"},
	{"iif({a}, 1, 2) = 1", 5, "wants a boolean"},
	{"iif({t}, 1, 'x') = 1", 13, "wants a number"},
	{"iif({t}, {c}, {c})", 10, "cannot give"},
};

static void every_mistake_is_refused_with_its_column(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
		struct err err = {0};
		SCOPED(expr_drop)
		struct expr *e = expr_parse(str_of(mistakes[i].expr), &err);
		if (e && expr_bind(e, form, before(), true, &err))
			fail_msg("%s was accepted", mistakes[i].expr);
		assert_int_equal(err.code, ERR_INVALID);
		if (!strstr(err.text, mistakes[i].fragment) ||
			err.line != mistakes[i].column)
			fail_msg("%s: column %d: %s", mistakes[i].expr, err.line,
				err.text);
		assert_true(str_is_utf8(str_of(err.text)));
	}
	print_message("%zu mistakes\n", COUNT_OF(mistakes));
}

static void depth_and_length_are_bounded(void **state)
{
	(void)state;
	struct err err = {0};
	char deep[200];
	memset(deep, '(', sizeof(deep));
	assert_null(expr_parse((struct str){deep, sizeof(deep)}, &err));
	assert_non_null(strstr(err.text, "too many parentheses"));
	memset(deep, '!', sizeof(deep));
	err = (struct err){0};
	assert_null(expr_parse((struct str){deep, sizeof(deep)}, &err));
	char *wide = x_alloc(5000);
	memset(wide, ' ', 5000);
	err = (struct err){0};
	assert_null(expr_parse((struct str){wide, 5000}, &err));
	assert_non_null(strstr(err.text, "longer than"));
	free(wide);
	err = (struct err){0};
	assert_null(expr_parse((struct str){"{a}\0=1", 6}, &err));
	assert_null(expr_parse(STR("'\xff'"), NULL));
}

static void text_with_escapes_is_read(void **state)
{
	(void)state;
	struct err err = {0};
	SCOPED(expr_drop)
	struct expr *e = expr_parse(STR("iif(true, 'l\\'eau \\\"', 'x')"), &err);
	assert_non_null(e);
	assert_true(expr_bind(e, form, before(), false, &err));
	struct expr_scope scope = {answer_of, NULL, TODAY};
	json_t *value = expr_value(e, &scope);
	assert_string_equal(json_string_value(value), "l'eau \"");
	json_decref(value);
}

/* What a condition reads: a question, a row of it, and the code that is asked for, in the order it is written. */
static const struct {
	const char *expr, *reads;
} filters[] = {
	{"{r} = 'oui'", " r='oui'"},
	{"'oui' = {r}", " r='oui'"},
	{"{r} != 'oui'", " r"},
	{"{r} = {s}", " r s"},
	{"{c} contains 'x'", " c='x'"},
	{"{c} contains ['x', 'y']", " c"},
	{"{c} anyof ['x', 'y']", " c"},
	{"{m.r1} = 'non'", " m.r1='non'"},
	{"{m} notempty", " m"},
	{"{a} + {b} > 3", " a b"},
	{"!({r} = 'oui') and ({c} contains 'x' or {t})", " r='oui' c='x' t"},
	{"{a} > 1 and {a} < 9", " a a"},
	/* Of a calculated value what it reads, and what its own condition does. */
	{"{w} = 'haut'", " a"},
	{"{v} = 'haut'", " c='x' r='oui'"},
	{"1 = 1", ""},
};

static void what_a_condition_reads_is_found(void **state)
{
	SCOPED(form_drop)
	struct form *own = parse_or_fail(PAGE(RADIO("r", "") "," RADIO(
		"s", "") "," NUMBER("a", "") "," NUMBER("b",
		"") ","
		    "{\"type\":\"boolean\",\"name\":\"t\",\"title\":\"T\"}," Q("checkbox",
			    "c", ",\"choices\":[\"x\",\"y\"]") "," Q("matrix", "m",
			    ",\"columns\":[\"oui\",\"non\"],\"rows\":[\"r1\",\"r2\"]") "," Q("expression",
			    "w",
			    ",\"expression\":\"iif({a} > 1, 'haut', 'bas')\"") "," Q("expression",
			    "v",
			    ",\"expression\":\"iif({c} contains 'x', 'haut', 'bas')\",\"visibleIf\":\"{r} = 'oui'\"") "," NUMBER("late",
			    "")));

	(void)state;
	for (size_t i = 0; i < COUNT_OF(filters); i++) {
		SCOPED(buf_release) struct buf found = BUF_LIMIT(1000);
		SCOPED(expr_drop) struct expr *e = NULL;
		struct expr_filter list[8];
		struct err err = {0};

		e = expr_parse(str_of(filters[i].expr), &err);
		if (!e || !expr_bind(e, own, own->question_count - 1, true, &err))
			fail_msg("%s: %s", filters[i].expr, err.text);
		size_t n = expr_filters(e, own, list, COUNT_OF(list));
		assert_true(n <= COUNT_OF(list));
		buf_puts(&found, "");
		for (size_t j = 0; j < n; j++) {
			buf_printf(&found, " %s%s%s",
				own->questions[list[j].question].name,
				list[j].row ? "." : "", list[j].row ? list[j].row : "");
			if (list[j].code.p)
				buf_printf(&found, "='%.*s'", (int)list[j].code.n,
					list[j].code.p);
		}
		assert_string_equal(buf_str(&found).p, filters[i].reads);
		/* With less room the rest is counted all the same. */
		assert_int_equal(expr_filters(e, own, list, 1), n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_is_as_written),
		cmocka_unit_test(every_mistake_is_refused_with_its_column),
		cmocka_unit_test(depth_and_length_are_bounded),
		cmocka_unit_test(text_with_escapes_is_read),
		cmocka_unit_test(what_a_condition_reads_is_found),
	};
	return cmocka_run_group_tests(tests, set_up, free_form);
}
