/* SPDX-License-Identifier: Apache-2.0 */
#include "form_test.h"

static const struct refusal refusals[] = {
	{"{", 1, ""},
	{"[]", 1, "JSON object"},
	{"{\"title\":\"a\",\n\"title\":\"b\"}", 2, "duplicate"},
	{"{\n\"title\":\"T\",\n\"locale\":\"en\"}", 3, "must be \"fr\""},
	{"{\"title\":\"T\",\"locale\":\"fr\"}", 1, "'clearInvisibleValues' is missing"},
	{"{\"title\":\"T\",\"locale\":\"fr\",\n\"clearInvisibleValues\":\"none\"}", 2,
		"onHiddenContainer"},
	{"{\"title\":\"T\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\"}",
		1, "'barometre' is missing"},
	{"{\"title\":\"T\",\n\"showProgressBar\":true}", 2,
		"'showProgressBar' of the form is outside"},
	{HEAD "\"pages\":[]}", 2, "1 to 100 pages"},
	{PAGE(""), 2, "'elements' must be a list"},
	{PAGE("{\"type\":\"file\",\"name\":\"q\"}"), 3,
		"type 'file' is outside the profile"},
	{PAGE("{\"name\":\"q\"}"), 3, "'type' is missing"},
	{PAGE("{\"type\":\"text\",\n\"name\":\"Q 1\",\"title\":\"T\"}"), 4,
		"must be 1 to 60 of a-z"},
	{PAGE("{\"type\":\"comment\",\"name\":\"q\"}"), 3, "'title' is missing"},
	{PAGE("{\"type\":\"comment\",\"name\":\"q\",\"title\":\" \"}"), 3,
		"'title' is empty"},
	{PAGE("{\"type\":\"comment\",\"name\":\"q\",\"title\":{\"en\":\"T\"}}"), 3,
		"no French text"},
	{PAGE("{\"type\":\"comment\",\"name\":\"q\",\"title\":{\"french\":\"T\"}}"), 3,
		"no locale"},
	{PAGE(RADIO("q", "") ",\n" RADIO("q", "")), 4, "already taken"},
	{PAGE(RADIO("q", ",\n\"colour\":1")), 4,
		"key 'colour' of radiogroup 'q' is outside the profile: remove it"},
	{PAGE(RADIO("q", ",\n\"isRequired\":1")), 4, "true or false"},
	{PAGE(RADIO("q", ",\n\"otherText\":\"A\"")), 4, "never shown"},
	{PAGE(RADIO("q", ",\n\"barometre\":{\"rolle\":\"x\"}")), 4, "key 'rolle'"},
	{PAGE(RADIO("q", ",\n\"barometre\":{\"role\":\"x\"}")), 4, "not one of opinion"},
	{PAGE(RADIO("q", ",\n\"barometre\":{\"role\":\"text\"}")), 4,
		"for typed answers"},
	{PAGE(RADIO("q", ",\n\"barometre\":{\"exclusive\":[\"oui\"]}")), 4,
		"for checkboxes"},
	{PAGE(RADIO("q", ",\n\"barometre\":{\"notConcerned\":[\"nsp\"]}")), 4,
		"no choice 'nsp'"},
	{PAGE(RADIO("q", ",\n\"barometre\":{\"published\":\"x\"}")), 4, "object by year"},
	{PAGE(RADIO("q", ",\n\"barometre\":{\"published\":{\"an\":\"x\"}}")), 4,
		"no year"},
	{PAGE(RADIO("q", ",\n\"barometre\":{\"codebook\":\"x\"}")), 4, "open answers"},
	{PAGE("{\"type\":\"comment\",\"name\":\"q\",\"title\":\"T\"}"), 3,
		"could tell who answers"},
	{PAGE("{\"type\":\"text\",\"name\":\"q\",\"title\":\"T\",\n\"inputType\":\"color\"}"),
		4, "inputType 'color'"},
	{PAGE("{\"type\":\"text\",\"name\":\"q\",\"title\":\"T\",\n\"autocomplete\":\"cc-number\"}"),
		4, "'autocomplete' is outside"},
	{PAGE("{\"type\":\"text\",\n\"name\":\"action\",\"title\":\"T\"}"), 4,
		"kept for the page"},
	{PAGE("{\"type\":\"text\",\"name\":\"q\",\"title\":\"T\",\n\"min\":1}"), 4,
		"for \"inputType\""},
	{PAGE("{\"type\":\"text\",\"name\":\"q\",\"title\":\"T\",\"inputType\":\"number\",\n"
	      "\"min\":2,\"max\":1}"),
		4, "above max"},
	{PAGE("{\"type\":\"text\",\"name\":\"q\",\"title\":\"T\",\n\"maxLength\":0}"), 4,
		"from 1 to"},
	{PAGE("{\"type\":\"text\",\"name\":\"q\",\"title\":\"T\",\"inputType\":\"number\",\n"
	      "\"barometre\":{\"role\":\"locality\"}}"),
		4, "without inputType"},
	{PAGE("{\"type\":\"radiogroup\",\"name\":\"q\",\"title\":\"T\"}"), 3,
		"1 to 300 choices"},
	{PAGE("{\"type\":\"radiogroup\",\"name\":\"q\",\"title\":\"T\",\"choices\":[\n\"Oui\"]}"),
		4, "code 'Oui' must be"},
	{PAGE("{\"type\":\"radiogroup\",\"name\":\"q\",\"title\":\"T\",\"choices\":[\"a\",\n\"01\"]}"),
		4, "read as a number"},
	{PAGE("{\"type\":\"radiogroup\",\"name\":\"q\",\"title\":\"T\",\"choices\":[\"a\",\n"
	      "{\"value\":\"true\"}]}"),
		4, "'true' is reserved"},
	{PAGE("{\"type\":\"radiogroup\",\"name\":\"q\",\"title\":\"T\",\"choices\":[\"a\",\n"
	      "\"other\"]}"),
		4, "showOtherItem"},
	{PAGE("{\"type\":\"radiogroup\",\"name\":\"q\",\"title\":\"T\",\"choices\":[10]}"),
		3, "a digit"},
	{PAGE("{\"type\":\"radiogroup\",\"name\":\"q\",\"title\":\"T\",\"choices\":[\n"
	      "{\"value\":\"a\",\"text\":\"A\"},\n{\"value\":\"a\",\"text\":\"B\"}]}"),
		5, "appears twice"},
	{PAGE("{\"type\":\"radiogroup\",\"name\":\"q\",\"title\":\"T\",\"choices\":[\n"
	      "{\"value\":\"a\",\"colour\":\"red\"}]}"),
		4, "key 'colour' of a choice"},
	{PAGE("{\"type\":\"checkbox\",\"name\":\"q\",\"title\":\"T\",\"choices\":[\n\"none\"],"
	      "\"showNoneItem\":true}"),
		4, "clashes"},
	{PAGE("{\"type\":\"rating\",\"name\":\"q\",\"title\":\"T\",\n\"rateMin\":5}"), 3,
		"2 to 101"},
	{PAGE("{\"type\":\"matrix\",\"name\":\"q\",\"title\":\"T\",\"columns\":[\"a\"]}"),
		3, "'rows'"},
	{PAGE("{\"type\":\"panel\",\"name\":\"w\",\n\"colour\":\"T\",\"elements\":[]}"),
		4, "key 'colour' of a panel"},
	{PAGE(RADIO("q", "") ",\n" RADIO("r", ",\n\"visibleIf\":\"{q} = 'peut'\"")), 5,
		"visibleIf of r, column 7: 'q' has no choice 'peut'"},
	{PAGE(RADIO("q", ",\n\"visibleIf\":\"{r} = 'oui'\"") ",\n" RADIO("r", "")), 4,
		"does not stand earlier"},
	{PAGE(RADIO("q", ",\n\"visibleIf\":\"{q} = 'oui'\"")), 4,
		"does not stand earlier"},
	{PAGE(RADIO("q", ",\n\"visibleIf\":\"{zz} = 'oui'\"")), 4,
		"no question is called"},
	{PAGE(RADIO("q", ",\n\"visibleIf\":\"oui\"")), 4, "bare word"},
	{PAGE(RADIO("q",
		 "") ",\n{\"type\":\"panel\",\"name\":\"w\",\n\"visibleIf\":\"{q}\",\"elements\":["
		     "\n" RADIO("r", "") "]}"),
		6, "notempty"},
	{HEAD "\"pages\":[{\"name\":\"p\",\"title\":\"P\",\n\"visibleIf\":\"{q} = 'oui'\",\"elements\":["
	      "\n" RADIO("q", "") "]}]}",
		3, "does not stand earlier"},
	{HEAD "\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[" RADIO(
		 "q", "") "]},\n"
			  "{\"name\":\"p\",\"title\":\"P\",\"elements\":[" RADIO(
				  "r", "") "]}]}",
		3, "page name 'p' is already taken"},
	{HEAD "\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[" RADIO("q",
		 "") "]}],\n"
		     "\"calculatedValues\":[\n{\"name\":\"q\",\"expression\":\"1\",\"includeIntoResult\":true}]}",
		4, "already taken by a question"},
	{HEAD "\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[" RADIO("q",
		 "") "]}],\n"
		     "\"calculatedValues\":[\n{\"name\":\"k\",\"expression\":\"1\"}]}",
		4, "includeIntoResult"},
	{HEAD "\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":["
	      "{\"type\":\"text\",\"name\":\"mail\",\"title\":\"T\",\"barometre\":{\"role\":\"contact\"}}"
	      "]}],\n\"calculatedValues\":[\n{\"name\":\"k\",\"expression\":\"{mail} notempty\","
	      "\"includeIntoResult\":true}]}",
		4, "sealed apart"},
};

static void every_refusal_has_its_line_and_remedy(void **state)
{
	(void)state;
	assert_refusals(refusals, COUNT_OF(refusals));
}

static void the_complete_list_names_questions(void **state)
{
	(void)state;
	struct err err = {0};
	const char *json =
		"{\"title\":\"T\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\",\n"
		"\"barometre\":{\"audience\":\"a\",\"version\":\"1\",\"minutes\":5,\n"
		"\"boxBytes\":4096,\"audienceLabel\":\"E\",\n\"complete\":[\"zz\"]},\n"
		"\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[" RADIO(
			"q", "") "]}]}";
	assert_null(form_parse(str_of(json), "x", &err));
	assert_int_equal(err.line, 4);
	assert_non_null(strstr(err.text, "'complete' names 'zz'"));
}

static void what_is_written_is_found_again(void **state)
{
	(void)state;
	SCOPED(form_drop)
	struct form *form = parse_or_fail(HEAD
		"\"pages\":[{\"name\":\"un\",\"title\":{\"default\":\"One\",\"fr\":\"Un\"},\"elements\":["
		"{\"type\":\"checkbox\",\"name\":\"c\",\"title\":{\"default\":\"C\"},\"isRequired\":true,"
		"\"choices\":[{\"value\":\"x\",\"text\":\"Ixe\"},2,\"aucun\"],\"showOtherItem\":true,"
		"\"otherText\":\"Autre (précisez)\",\"showNoneItem\":true,\"barometre\":{"
		"\"role\":\"segment\",\"exclusive\":[\"aucun\"],\"notConcerned\":[\"x\"],"
		"\"published\":{\"2023\":\"Avant\",\"2021\":\"Bien avant\"},\"lexicon\":[\"mot\"],\"short\":\"Court\"}}]},"
		"{\"name\":\"deux\",\"title\":\"Deux\",\"visibleIf\":\"{c} contains 'x'\",\"elements\":["
		"{\"type\":\"panel\",\"name\":\"w\",\"visibleIf\":\"{c} contains 2\",\"elements\":["
		"{\"type\":\"comment\",\"name\":\"avis\",\"title\":\"A\",\"placeholder\":\"Ici\","
		"\"visibleIf\":\"{c} notcontains 'none'\",\"barometre\":{\"role\":\"text\","
		"\"codebook\":\"code_avis\"}}]},"
		"{\"type\":\"rating\",\"name\":\"note\",\"title\":\"N\",\"rateMax\":10}]}]}");
	assert_int_equal(form->question_count, 3);
	assert_string_equal(form->pages[0].title, "Un");
	const struct question *c = form_find(form, STR("c"));
	assert_ptr_equal(c, &form->questions[0]);
	assert_int_equal(c->choice_count, 4);
	assert_string_equal(c->choices[0].text, "Ixe");
	assert_string_equal(c->choices[1].code, "2");
	assert_true(c->choices[0].not_concerned);
	assert_true(c->choices[2].exclusive);
	assert_string_equal(c->choices[3].code, "none");
	assert_true(c->choices[3].exclusive);
	assert_true(c->has_other && c->required);
	assert_int_equal(c->published_count, 2);
	assert_string_equal(question_published(c, STR("2023")), "Avant");
	assert_string_equal(question_published(c, STR("2021")), "Bien avant");
	assert_null(question_published(c, STR("2022")));
	assert_string_equal(c->short_label, "Court");
	assert_string_equal(c->lexicon[0], "mot");
	assert_null(c->lexicon[1]);
	const struct question *avis = form_find(form, STR("avis"));
	assert_int_equal(avis->page, 1);
	assert_int_equal(avis->max_length, 2000);
	assert_string_equal(avis->placeholder, "Ici");
	assert_string_equal(avis->codebook, "code_avis");
	const struct question *note = form_find(form, STR("note"));
	assert_true(note->min == 1 && note->max == 10 && note->step == 1);
	assert_null(form_find(form, STR("avi")));
	assert_null(form_find(form, STR("")));
	struct buf out = BUF_LIMIT(10000);
	form_outline(form, &out);
	assert_non_null(
		strstr(out.p, "if ({c} contains 2) and ({c} notcontains 'none')"));
	buf_release(&out);
}

/* BLAKE2b-256 of the empty text is a published value; ours must change with any byte. */
static void the_hash_is_of_the_bytes(void **state)
{
	(void)state;
	SCOPED(form_drop) struct form *a = parse_or_fail(PAGE(RADIO("q", "")));
	SCOPED(form_drop) struct form *b = parse_or_fail(PAGE(RADIO("q", "")));
	SCOPED(form_drop) struct form *c = parse_or_fail(PAGE(RADIO("q", "") " "));
	assert_string_equal(a->hash, b->hash);
	assert_string_not_equal(a->hash, c->hash);
}

static void a_file_cut_anywhere_is_refused(void **state)
{
	(void)state;
	const char *json = PAGE(RADIO("q", ",\"barometre\":{\"short\":\"é\"}"));
	for (size_t n = 0; n < strlen(json); n++) {
		struct err err = {0};
		assert_null(form_parse((struct str){json, n}, "x", &err));
		assert_int_equal(err.code, ERR_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_refusal_has_its_line_and_remedy),
		cmocka_unit_test(the_complete_list_names_questions),
		cmocka_unit_test(what_is_written_is_found_again),
		cmocka_unit_test(the_hash_is_of_the_bytes),
		cmocka_unit_test(a_file_cut_anywhere_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
