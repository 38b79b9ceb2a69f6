/* SPDX-License-Identifier: Apache-2.0 */
/* The rest of the profile: more types, special choices, conditions, validators, languages, names in texts. */
#include "form_test.h"

#define TWO(first, second)                                                \
 HEAD "\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[\n" first \
      "]},\n{\"name\":\"s\",\"title\":\"S\",\"elements\":[\n" second "]}]}"
#define TEXT(name, rest) Q("text", name, ",\"barometre\":{\"role\":\"text\"}" rest)
#define CALCULATED(list)                                                    \
 HEAD "\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[\n" NUMBER( \
	 "a", "") ",\n" NUMBER("b", "") "]}],\n\"calculatedValues\":[\n" list "]}"
#define VALUE(name, expression) \
 "{\"name\":\"" name "\",\"expression\":\"" expression "\",\"includeIntoResult\":true}"

static const struct refusal refusals[] = {
	/* What SurveyJS has and the profile has not: the remedy says what instead. */
	{PAGE(RADIO("q", ",\n\"enableIf\":\"true\"")), 4, "write visibleIf"},
	{PAGE(RADIO("q", ",\n\"valueName\":\"z\"")), 4, "its own name"},
	{PAGE(RADIO("q", ",\n\"choicesOrder\":\"random\"")), 4, "the same order"},
	{PAGE(RADIO("q", ",\n\"defaultValue\":\"oui\"")), 4, "nobody gave"},
	{PAGE(RADIO("q", ",\n\"clearIfInvisible\":\"none\"")), 4, "never keeps"},
	{PAGE(RADIO("q", ",\n\"choicesByUrl\":{}")), 4, "hash covers"},
	{PAGE(RADIO("q", ",\n\"hasOther\":true")), 4, "showOtherItem"},
	{PAGE(Q("checkbox", "q", ",\"choices\":[\"a\"],\n\"maxSelectedChoices\":2")), 4,
		"answercount"},
	{PAGE(Q("rating", "q", ",\n\"rateValues\":[1,2]")), 4, "radiogroup"},
	{PAGE(Q("file", "q", "")), 3, "ask in words"},
	{PAGE(Q("imagepicker", "q", "")), 3, "radiogroup"},
	{PAGE(Q("tagbox", "q", "")), 3, "write a checkbox"},
	{PAGE(Q("slider", "q", "")), 3, "write a rating"},
	{PAGE(Q("matrixdynamic", "q", "")), 3, "write a matrix"},
	{PAGE(Q("paneldynamic", "q", "")), 3, "write a panel for each case"},
	{PAGE(Q("dance", "q", "")), 3,
		"multipletext, ranking, html, expression or panel"},
	/* Special choices. */
	{PAGE(RADIO("q", ",\n\"noneText\":\"A\"")), 4, "\"showNoneItem\": true"},
	{PAGE(RADIO("q", ",\n\"refuseText\":\"A\"")), 4, "\"showRefuseItem\": true"},
	{PAGE(RADIO("q", ",\n\"dontKnowText\":\"A\"")), 4, "\"showDontKnowItem\": true"},
	{PAGE(Q("dropdown", "q",
		 ",\"choices\":[\n\"dontknow\"],\"showDontKnowItem\":true")),
		4, "clashes with showDontKnowItem"},
	{PAGE(Q("ranking", "q", ",\"choices\":[\"a\",\"b\"],\n\"showNoneItem\":true")), 4,
		"key 'showNoneItem' of ranking 'q'"},
	/* Conditions of choices, requiredIf. */
	{PAGE(Q("radiogroup", "q",
		 ",\"choices\":[{\"value\":\"a\",\n\"visibleIf\":\"{q} = 'a'\"}]")),
		4, "visibleIf of a, column 1: 'q' does not stand earlier"},
	{PAGE(Q("radiogroup", "q",
		 ",\"choices\":[{\"value\":\"a\",\n\"visibleIf\":\"1\"}]")),
		4, "true or false"},
	{PAGE(Q("matrix", "q",
		 ",\"columns\":[\"a\"],\"rows\":[{\"value\":\"r\",\n\"visibleIf\":\"true\"}]")),
		4, "a row or column"},
	{PAGE(RADIO("q", ",\n\"requiredIf\":\"{z} = 1\"")), 4,
		"requiredIf of q, column 1: no question is called 'z'"},
	{PAGE(RADIO("q", ",\n\"requiredIf\":\"{q} empty\"")), 4,
		"does not stand earlier"},
	{PAGE(RADIO("a", "") ",\n" RADIO(
		 "q", ",\"isRequired\":true,\n\"requiredIf\":\"{a} = 'oui'\"")),
		5, "remove isRequired or requiredIf"},
	/* Multipletext. */
	{PAGE(Q("multipletext", "q", "")), 3, "list of 1 to 50 fields"},
	{PAGE(Q("multipletext", "q", ",\n\"items\":[]")), 4, "list of 1 to 50 fields"},
	{PAGE(Q("multipletext", "q", ",\"items\":[\n{\"title\":\"A\"}]")), 4,
		"'name' is missing"},
	{PAGE(Q("multipletext", "q", ",\"items\":[{\"name\":\"a\"},\n{\"name\":\"a\"}]")),
		4, "appears twice in 'q'"},
	{PAGE(Q("multipletext", "q", ",\"items\":[{\"name\":\"a\",\n\"min\":1}]")), 4,
		"for \"inputType\""},
	{PAGE(Q("multipletext", "q",
		 ",\"items\":[{\"name\":\"a\",\n\"validators\":[]}]")),
		4, "key 'validators' of an item"},
	{PAGE(Q("multipletext", "q", ",\"items\":[{\"name\":\"a\"}]")), 3,
		"could tell who answers"},
	{PAGE(Q("multipletext", "q",
		 ",\"items\":[{\"name\":\"a\",\"inputType\":\"number\"}],\n"
		 "\"barometre\":{\"role\":\"text\"}")),
		4, "for typed answers"},
	{PAGE(Q("multipletext", "q",
		 ",\"items\":[{\"name\":\"a\",\"inputType\":\"number\"}],\n"
		 "\"barometre\":{\"role\":\"segment\"}")),
		4, "no groups of people"},
	{PAGE(Q("multipletext", "q",
		 ",\"items\":[{\"name\":\"a\"}],\"barometre\":{\"role\":\"text\",\n"
		 "\"codebook\":\"x\"}")),
		4, "a question of its own"},
	/* Ranking. */
	{PAGE(Q("ranking", "q", ",\n\"choices\":[\"a\"]")), 4, "cannot be ranked"},
	{PAGE(Q("ranking", "q",
		 ",\"choices\":[\"a\",\"b\"],\n\"selectToRankEnabled\":true")),
		4, "everything offered is ranked"},
	/* Expression questions. */
	{PAGE(Q("expression", "q", "")), 3, "'expression' is missing"},
	{PAGE(Q("expression", "q", ",\n\"expression\":\"{q}\"")), 4,
		"does not stand earlier"},
	{PAGE(Q("expression", "q", ",\"expression\":\"1\",\n\"isRequired\":true")), 4,
		"key 'isRequired'"},
	{PAGE(Q("expression", "q",
		 ",\"expression\":\"1\",\n\"barometre\":{\"role\":\"contact\"}")),
		4, "nobody types 'q'"},
	{PAGE("{\"type\":\"text\",\"name\":\"m\",\"title\":\"T\",\"inputType\":\"email\","
	      "\"barometre\":{\"role\":\"contact\"}},\n" Q(
		      "expression", "q", ",\n\"expression\":\"iif({m} empty, 1, 2)\"")),
		5, "sealed apart"},
	/* Panels. */
	{PAGE("{\"type\":\"panel\",\"name\":\"w\",\"elements\":[" RADIO("q",
		 "") "]},\n{\"type\":\"panel\",\"name\":\"w\",\"elements\":[" RADIO("r",
		 "") "]}"),
		4, "panel name 'w' is already taken"},
	{PAGE("{\"type\":\"panel\",\"name\":\"w\",\n\"requiredIf\":\"true\",\"elements\":["
	      "]}"),
		4, "key 'requiredIf' of a panel"},
	/* Validators. */
	{PAGE(RADIO("q", ",\n\"validators\":[]")), 4, "list of 1 to 10"},
	{PAGE(NUMBER("q", ",\"validators\":[\n{\"type\":\"luck\"}]")), 4,
		"not one of numeric"},
	{PAGE(NUMBER("q", ",\"validators\":[\n{\"type\":\"numeric\"}]")), 4,
		"checks nothing: add minValue or maxValue"},
	{PAGE(NUMBER("q",
		 ",\"validators\":[\n{\"type\":\"numeric\",\"minValue\":3,\"maxValue\":2}]")),
		4, "minValue is above maxValue"},
	{PAGE(NUMBER("q", ",\"validators\":[\n{\"type\":\"email\"}]")), 4,
		"is for typed texts: remove it from 'q'"},
	{PAGE(TEXT("q", ",\"validators\":[\n{\"type\":\"numeric\",\"minValue\":3}]")), 4,
		"is for numbers and ratings"},
	{PAGE(RADIO(
		 "q", ",\"validators\":[\n{\"type\":\"answercount\",\"minCount\":1}]")),
		4, "is for checkboxes"},
	{PAGE(TEXT("q", ",\"validators\":[{\"type\":\"text\",\n\"minLength\":-1}]")), 4,
		"whole number"},
	{PAGE(TEXT("q", ",\"validators\":[{\"type\":\"text\",\n\"maxLength\":0}]")), 4,
		"at least 1"},
	{PAGE(TEXT("q", ",\"validators\":[{\"type\":\"regex\",\n\"regex\":\"(a\"}]")), 4,
		"regex, the pattern is not valid"},
	{PAGE(TEXT("q", ",\"validators\":[{\"type\":\"regex\"}]")), 3,
		"'regex' is missing"},
	{PAGE(NUMBER("q",
		 ",\"validators\":[{\"type\":\"expression\",\n\"expression\":\"{q}\"}]")),
		4, "a validator of q, column 1: a condition is true or false"},
	{PAGE(NUMBER("q",
		 ",\"validators\":[{\"type\":\"expression\",\n\"expression\":\"{r} = 1\"}]") ",\n" NUMBER("r",
		 "")),
		4, "does not stand earlier"},
	{PAGE(NUMBER("q",
		 ",\"validators\":[{\"type\":\"numeric\",\"minValue\":1,\n"
		 "\"notificationType\":\"loud\"}]")),
		4, "not one of error warning info"},
	{PAGE(NUMBER("q",
		 ",\"validators\":[{\"type\":\"numeric\",\"minValue\":1,\n"
		 "\"notificationType\":\"warning\"}]")),
		4, "add \"text\""},
	{PAGE(NUMBER("q",
		 ",\"validators\":[{\"type\":\"numeric\",\"minValue\":1,\n\"colour\":1}]")),
		4, "key 'colour' of a validator of type numeric"},
	/* Calculated values. */
	{CALCULATED(VALUE("k", "{l} + 1") ",\n" VALUE("l", "1")), 6,
		"expression of k, column 1: 'l' reads what does not stand earlier"},
	{CALCULATED(VALUE("k", "{k} + 1")), 6, "stands later in calculatedValues itself"},
	{HEAD "\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[\n" NUMBER(
		 "a", ",\n\"visibleIf\":\"{k} = 1\"") ",\n" NUMBER("b",
		 "") "]}],\n\"calculatedValues\":[\n" VALUE("k", "{b} + 1") "]}",
		4, "visibleIf of a, column 1: 'k' reads what does not stand earlier"},
	/* Names in texts. */
	{TWO(RADIO("a", ""), "{\"type\":\"html\",\"name\":\"h\",\n\"html\":\"{z}\"}"), 6,
		"'html' holds {z}: no question is called so"},
	{TWO(RADIO("a", ""), "{\"type\":\"html\",\"name\":\"h\",\n\"html\":\"x {A} y\"}"),
		6, "no question is called so"},
	{TWO(RADIO("a", ""),
		 RADIO("b",
			 "") ",\n{\"type\":\"html\",\"name\":\"h\",\n\"html\":\"{b}\"}"),
		7, "move the text to a later page"},
	{TWO(RADIO("a", ""), "{\"type\":\"html\",\"name\":\"h\",\n\"html\":\"{a.oui}\"}"),
		6, "has no such part"},
	{TWO(Q("matrix", "a", ",\"columns\":[\"x\"],\"rows\":[\"r\"]"),
		 "{\"type\":\"html\",\"name\":\"h\",\n\"html\":\"{a.s}\"}"),
		6, "no such row"},
	{TWO(RADIO("a", ""),
		 Q("radiogroup", "q",
			 ",\"choices\":[{\"value\":\"x\",\n\"text\":\"{a}\"}]")),
		6, "label of tables"},
	{TWO(RADIO("a", ""),
		 Q("multipletext", "q",
			 ",\"items\":[{\"name\":\"i\",\"inputType\":\"number\",\n\"title\":\"{a}\"}]")),
		6, "label of tables"},
	{TWO(RADIO("a", ""),
		 Q("multipletext", "q",
			 ",\"items\":[{\"name\":\"i\",\"inputType\":\"number\",\n\"placeholder\":\"{a}\"}]")),
		6, "is an example"},
	{PAGE(RADIO("q", ",\"barometre\":{\n\"lexicon\":\"x\"}")), 4,
		"'lexicon' must be a list of texts"},
	{"{\"title\":\"T\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\","
	 "\"barometre\":{\"audience\":\"a\",\"version\":\"1\",\"minutes\":5,\"boxBytes\":4096,"
	 "\"audienceLabel\":\"A\",\"complete\":[],\n\"welcome\":\"Bonjour\"}}",
		2, "'welcome' must be a list of texts"},
	{TWO(RADIO("a", ""), NUMBER("q", ",\n\"placeholder\":\"{a}\"")), 6,
		"is an example"},
	{TWO(NUMBER("a", ""),
		 NUMBER("b", "") ",\n" Q("expression", "e",
			 ",\"expression\":\"{b} + 1\"") ",\n"
							"{\"type\":\"html\",\"name\":\"h\",\n\"html\":\"{e}\"}"),
		8, "same page or later"},
	{TWO(NUMBER("a", ""),
		 NUMBER("b", "") ",\n" Q("expression", "e",
			 ",\"expression\":\"{a} + 1\",\"visibleIf\":\"{b} = 1\"") ",\n"
										  "{\"type\":\"html\",\"name\":\"h\",\n\"html\":\"{e}\"}"),
		8, "shown or not by answers of the same page"},
	/* Languages: the English text is looked at like the French one. */
	{TWO(RADIO("a", ""),
		 "{\"type\":\"html\",\"name\":\"h\",\n\"html\":{\"fr\":\"{a}\",\"en\":\"{z}\"}}"),
		6, "'html' holds {z}"},
	{PAGE("{\"type\":\"html\",\"name\":\"h\",\"html\":{\n\"fr\":\"a\",\"english\":\"b\"}}"),
		4, "no locale"},
};

/* Each value twice the one before: written out it would not fit anywhere. */
static void a_tower_of_values_is_refused(void **state)
{
	(void)state;
	SCOPED(buf_release) struct buf json = BUF_LIMIT(100000);
	struct err err = {0};
	buf_puts(&json,
		"{\"title\":\"T\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\",\"barometre\":"
		"{\"audience\":\"x\",\"audienceLabel\":\"X\",\"version\":\"1\",\"minutes\":1,\"boxBytes\":8192,"
		"\"complete\":[]},\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[{\"type\":\"text\","
		"\"name\":\"c0\",\"title\":\"T\",\"inputType\":\"number\"}]}],\"calculatedValues\":[");
	for (int i = 1; i <= 40; i++)
		buf_printf(&json,
			"%s{\"name\":\"c%d\",\"expression\":\"{c%d} + {c%d}\",\"includeIntoResult\":true}",
			i > 1 ? "," : "", i, i - 1, i - 1);
	buf_puts(&json, "]}");
	assert_null(form_parse(buf_str(&json), "forms/x.json", &err));
	assert_non_null(strstr(err.text, "work out fewer values"));
}

static void every_refusal_has_its_line_and_remedy(void **state)
{
	(void)state;
	assert_refusals(refusals, COUNT_OF(refusals));
}

static void special_choices_stand_behind_the_list(void **state)
{
	(void)state;
	SCOPED(form_drop)
	struct form *form = parse_or_fail(PAGE(Q("checkbox", "q",
		",\"choices\":[\"a\",\"b\"],\"showDontKnowItem\":true,\"showNoneItem\":true,"
		"\"showRefuseItem\":true,\"refuseText\":\"Sans avis\",\"showOtherItem\":true")));
	const struct question *q = &form->questions[0];
	static const char *const codes[] = {"a", "b", "none", "refused", "dontknow"};
	static const char *const texts[] = {
		"a", "b", "Aucune de ces réponses", "Sans avis", "Je ne sais pas"};
	assert_int_equal(q->choice_count, COUNT_OF(codes));
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		assert_string_equal(q->choices[i].code, codes[i]);
		assert_string_equal(q->choices[i].text, texts[i]);
		assert_int_equal(q->choices[i].exclusive, i >= 2);
	}
	assert_true(q->has_other);
	assert_string_equal(q->other_text, "Autre");
	assert_false(q->choices_depend);
}

static void the_new_types_are_read(void **state)
{
	(void)state;
	SCOPED(form_drop)
	struct form *form = parse_or_fail(PAGE(Q("multipletext", "m",
		",\"isRequired\":true,\"items\":[{\"name\":\"n\",\"title\":\"Nombre\","
		"\"inputType\":\"number\",\"min\":0,\"max\":9,\"isRequired\":true},"
		"{\"name\":\"t\",\"maxLength\":7,\"placeholder\":\"Ici\"}],"
		"\"barometre\":{\"role\":\"text\"}") ",\n" Q("ranking", "r",
		",\"choicesOrder\":\"none\",\"choices\":[{\"value\":\"a\",\"text\":\"A\"},"
		"{\"value\":\"b\",\"visibleIf\":\"{m.n} > 3\"}]") ",\n" Q("expression",
		"e", ",\"expression\":\"{m.n} * 2\",\"visibleIf\":\"{m} notempty\"")));
	const struct question *m = form_find(form, STR("m"));
	assert_int_equal(m->type, QUESTION_MULTIPLETEXT);
	assert_int_equal(m->item_count, 2);
	assert_string_equal(m->items[0].code, "n");
	assert_string_equal(m->items[0].title, "Nombre");
	assert_int_equal(m->items[0].input, INPUT_NUMBER);
	assert_true(m->items[0].required && m->items[0].has_min && m->items[0].has_max);
	assert_true(m->items[0].max > 8.5);
	assert_string_equal(m->items[1].title, "t");
	assert_int_equal(m->items[1].max_length, 7);
	assert_string_equal(m->items[1].placeholder, "Ici");
	assert_false(m->items[1].required);
	const struct question *r = form_find(form, STR("r"));
	assert_int_equal(r->type, QUESTION_RANKING);
	assert_int_equal(r->choice_count, 2);
	assert_true(r->choices_depend);
	assert_null(r->choices[0].visible_if);
	assert_non_null(r->choices[1].visible_if);
	const struct question *e = form_find(form, STR("e"));
	assert_int_equal(e->type, QUESTION_EXPRESSION);
	assert_non_null(e->expression);
	assert_non_null(e->visible_if);
}

static void panels_are_kept_and_their_conditions_flattened(void **state)
{
	(void)state;
	SCOPED(form_drop)
	struct form *form = parse_or_fail(PAGE(RADIO("a",
		"") ",\n"
		    "{\"type\":\"panel\",\"name\":\"w\",\"title\":\"Cadre\",\"description\":\"D\","
		    "\"visibleIf\":\"{a} = 'oui'\",\"elements\":[" RADIO("b",
			    "") ","
				"{\"type\":\"panel\",\"name\":\"v\",\"visibleIf\":\"{b} = 'oui'\",\"elements\":[" RADIO(
					"c", "") "]}," RADIO("d", "") "]}," RADIO("e",
					"")));
	static const int panels[] = {-1, 0, 1, 0, -1};
	assert_int_equal(form->panel_count, 2);
	assert_string_equal(form->panels[0].title, "Cadre");
	assert_string_equal(form->panels[0].description, "D");
	assert_int_equal(form->panels[0].outer, -1);
	assert_int_equal(form->panels[0].first, 1);
	assert_int_equal(form->panels[0].count, 3);
	assert_null(form->panels[1].title);
	assert_int_equal(form->panels[1].outer, 0);
	assert_int_equal(form->panels[1].first, 2);
	assert_int_equal(form->panels[1].count, 1);
	for (size_t i = 0; i < COUNT_OF(panels); i++)
		assert_int_equal(form->questions[i].panel, panels[i]);
	json_t *answers = json_or_fail("{\"a\":\"oui\",\"b\":\"non\",\"c\":\"oui\"}");
	struct routing asked;
	routing_compute(&asked, form, answers, TODAY);
	assert_true(asked.question[1] && !asked.question[2] && asked.question[3]);
	routing_release(&asked);
	json_decref(answers);
}

static void validators_are_read(void **state)
{
	(void)state;
	SCOPED(form_drop)
	struct form *form = parse_or_fail(PAGE(NUMBER("n",
		",\"validators\":[{\"type\":\"numeric\",\"minValue\":1,\"text\":{\"fr\":\"Peu\","
		"\"en\":\"Few\"},\"notificationType\":\"warning\"},{\"type\":\"expression\","
		"\"expression\":\"{n} != 7\"}]") ",\n" TEXT("t",
		",\"validators\":[{\"type\":\"text\",\"minLength\":2,\"allowDigits\":false},"
		"{\"type\":\"regex\",\"regex\":\"^A\",\"caseInsensitive\":true},{\"type\":\"email\"}]")));
	const struct question *n = &form->questions[0], *t = &form->questions[1];
	assert_int_equal(n->validator_count, 2);
	assert_int_equal(n->validators[0].kind, VALIDATOR_NUMERIC);
	assert_int_equal(n->validators[0].level, LEVEL_WARNING);
	assert_string_equal(n->validators[0].text, "Peu");
	assert_true(n->validators[0].has_min && !n->validators[0].has_max);
	assert_int_equal(n->validators[1].level, LEVEL_ERROR);
	assert_non_null(n->validators[1].expression);
	assert_int_equal(t->validator_count, 3);
	assert_false(t->validators[0].allow_digits);
	assert_non_null(t->validators[1].pattern);
	const struct form *english = form_in(form, language_find(STR("en")));
	assert_string_equal(english->questions[0].validators[0].text, "Few");
}

static void a_form_speaks_the_languages_of_its_texts(void **state)
{
	(void)state;
	const struct language *en = language_find(STR("en")), *fr = language_french();
	SCOPED(form_drop)
	struct form *form = parse_or_fail(PAGE(
		"{\"type\":\"boolean\",\"name\":\"q\",\"title\":{\"default\":\"Vrai\",\"en\":\"True\"},"
		"\"description\":\"Seul\"}"));
	SCOPED(form_drop) struct form *french = parse_or_fail(PAGE(RADIO("q", "")));
	assert_true(form_speaks(form, en) && form_speaks(form, fr));
	assert_true(form_speaks(french, fr) && !form_speaks(french, en));
	assert_ptr_equal(form_in(form, fr), form);
	const struct form *english = form_in(form, en);
	assert_ptr_equal(english->language, en);
	assert_ptr_equal(form->language, fr);
	assert_ptr_equal(form_in(english, fr), form);
	assert_ptr_equal(form_in(english, en), english);
	assert_true(form_speaks(english, en));
	assert_string_equal(english->hash, form->hash);
	assert_string_equal(english->questions[0].title, "True");
	assert_string_equal(form->questions[0].title, "Vrai");
	assert_string_equal(english->questions[0].description, "Seul");
	assert_string_equal(english->questions[0].choices[0].text, "Yes");
	assert_string_equal(english->questions[0].choices[0].code, "true");
	assert_ptr_equal(form_find(english, STR("q")), &english->questions[0]);
	/* A form that says nothing in English is French there, but for what is ours. */
	assert_string_equal(form_in(french, en)->questions[0].title, "T");
}

static void names_of_earlier_pages_stand_in_texts(void **state)
{
	(void)state;
	SCOPED(form_drop)
	struct form *form = parse_or_fail(
		HEAD "\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[" NUMBER(
			"a", "") "," Q("matrix", "m",
			",\"columns\":[\"x\"],\"rows\":[\"r\"]") "," Q("multipletext",
			"t",
			",\"items\":[{\"name\":\"i\",\"inputType\":\"number\"}]") "]},{\"name\":\"s\",\"title\":\"De {a}\",\"description\":\"{k}\",\"elements\":[" Q("expression",
			"e",
			",\"expression\":\"{k} + 1\"") ","
						       "{\"type\":\"html\",\"name\":\"h\",\"html\":\"<p>{a} {m} {m.r} {t.i} {k} {e} { </p>\"},"
						       "{\"type\":\"radiogroup\",\"name\":\"q\",\"title\":\"Et {a} ?\",\"choices\":[\"x\"]}"
						       "]}],\"calculatedValues\":[" VALUE(
							       "k", "{a} * 2") "]}");
	/* There is nobody whose answer could stand in the label of a table. */
	assert_string_equal(form_find(form, STR("q"))->short_label, "Et … ?");
	assert_string_equal(form_find(form, STR("q"))->title, "Et {a} ?");
}

#define GREETING(thanks)                                                             \
 "{\"title\":{\"fr\":\"T\",\"en\":\"E\"},\"locale\":\"fr\","                         \
 "\"clearInvisibleValues\":\"onHiddenContainer\",\"barometre\":{\"audience\":\"a\"," \
 "\"version\":\"1\",\"minutes\":5,\"boxBytes\":4096,\"audienceLabel\":\"A\","        \
 "\"complete\":[],\"welcome\":[{\"default\":\"Bonjour\",\"en\":\"Hello\"},\"Oui\"]," \
 "\"thanks\":[" thanks                                                               \
 "]},\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[" RADIO("q", "") "]}]}"

static void welcome_and_thanks_speak_too(void **state)
{
	(void)state;
	struct err err = {0};
	SCOPED(form_drop) struct form *form = parse_or_fail(GREETING(""));
	const struct form *english = form_in(form, language_find(STR("en")));
	assert_string_equal(form->welcome[0], "Bonjour");
	assert_string_equal(english->welcome[0], "Hello");
	assert_string_equal(english->welcome[1], "Oui");
	assert_string_equal(english->title, "E");
	assert_null(form_parse(STR(GREETING("{\"en\":\"Bye\"}")), "x", &err));
	assert_non_null(strstr(err.text, "French texts"));
	assert_null(form_parse(STR(GREETING("\"Merci {q}\"")), "x", &err));
	assert_non_null(strstr(err.text, "outside of the pages"));
}

/* "g.oui" is a column, no row; "s.a" is no part of anything. */
static void a_part_of_a_question_has_its_words(void **state)
{
	static const struct {
		const char *question, *code, *words;
	} cases[] = {
		{"g", "soins", "Les soins"},
		{"g", "oui", NULL},
		{"m", "t", "Ville"},
		{"m", "u", "u"},
		{"m", "v", NULL},
		{"r", "a", "Prix"},
		{"s", "a", NULL},
	};
	SCOPED(form_drop)
	struct form *form = parse_or_fail(PAGE(Q("matrix", "g",
		",\"columns\":[\"oui\",\"non\"],\"rows\":[{\"value\":\"soins\",\"text\":\"Les soins\"}]") "," Q("multipletext",
		"m",
		",\"items\":[{\"name\":\"t\",\"title\":\"Ville\"},{\"name\":\"u\"}],\"barometre\":{\"role\":\"text\"}") "," Q("ranking",
		"r",
		",\"choices\":[{\"value\":\"a\",\"text\":\"Prix\"},\"b\"]") "," Q("radiogroup",
		"s", ",\"choices\":[\"a\",\"b\"]")));

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct question *q = form_find(form, str_of(cases[i].question));
		const char *words = question_part_title(q, str_of(cases[i].code));

		if (cases[i].words)
			assert_string_equal(words, cases[i].words);
		else
			assert_null(words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tower_of_values_is_refused),
		cmocka_unit_test(every_refusal_has_its_line_and_remedy),
		cmocka_unit_test(special_choices_stand_behind_the_list),
		cmocka_unit_test(the_new_types_are_read),
		cmocka_unit_test(panels_are_kept_and_their_conditions_flattened),
		cmocka_unit_test(validators_are_read),
		cmocka_unit_test(a_form_speaks_the_languages_of_its_texts),
		cmocka_unit_test(names_of_earlier_pages_stand_in_texts),
		cmocka_unit_test(welcome_and_thanks_speak_too),
		cmocka_unit_test(a_part_of_a_question_has_its_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
