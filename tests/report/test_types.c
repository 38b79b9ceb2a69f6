/* SPDX-License-Identifier: Apache-2.0 */
/* Figures of multipletexts, rankings and expression questions, computed by hand. */
#include "report_test.h"

#define RANKING(more) \
 "{'type':'ranking','name':'r','title':'R','choices':['a','b','c']" more "}"

static void numbers_of_a_multipletext_have_tables_of_their_own(void **state)
{
	(void)state;
	check_table(
		"{'type':'multipletext','name':'m','title':'M','items':[{'name':'n','inputType':"
		"'number','min':0,'max':19},{'name':'o','inputType':'number','min':0,'max':9}]}",
		PEOPLE("{'m':{'n':4}}", "{'m':{'n':15,'o':2}}", "{'m':{}}", "{}"), off,
		"m.n number mean 2 2 9.5 .\n"
		"m.n number median 2 2 9.5 .\n"
		"m.n number 0_9 2 2 1 50\n"
		"m.n number 10_19 2 2 1 50\n"
		"m.o number mean 1 1 2 .\n"
		"m.o number median 1 1 2 .\n"
		"m.o number 0_9 1 1 1 100\n");
}

static void texts_of_a_multipletext_are_only_answered(void **state)
{
	(void)state;
	check_table(
		"{'type':'multipletext','name':'m','title':'M','items':[{'name':'t'},{'name':'n',"
		"'inputType':'number','min':0,'max':9}],'barometre':{'role':'text'}}",
		PEOPLE("{'m':{'t':'a secret'}}", "{'m':{'n':2,'t':'b'}}", "{}"), off,
		"m text answered 2 2 2 100\n"
		"m.n number mean 1 1 2 .\n"
		"m.n number median 1 1 2 .\n"
		"m.n number 0_9 1 1 1 100\n");
}

static void a_ranking_tells_who_is_first_and_the_mean_place(void **state)
{
	(void)state;
	check_table(RANKING(""),
		PEOPLE("{'r':['a','b','c']}", "{'r':['a','c','b']}",
			"{'r':['b','a','c']}", "{'r':[]}", "{}"),
		off,
		"r ranking a 3 3 2 67\n"
		"r ranking b 3 3 1 33\n"
		"r ranking c 3 3 0 0\n"
		"r.a rank mean 3 3 1.33 .\n"
		"r.b rank mean 3 3 2 .\n"
		"r.c rank mean 3 3 2.67 .\n");
}

static void a_choice_that_was_not_offered_is_not_ranked(void **state)
{
	(void)state;
	check_table("{'type':'boolean','name':'f','title':'F'},"
		    "{'type':'ranking','name':'r','title':'R','choices':['a','b',"
		    "{'value':'c','visibleIf':'{f}'}]}",
		PEOPLE("{'f':true,'r':['c','a','b']}", "{'f':false,'r':['b','a']}"), off,
		"f single true 2 2 1 50\n"
		"f single false 2 2 1 50\n"
		"r ranking a 2 2 0 0\n"
		"r ranking b 2 2 1 50\n"
		"r ranking c 2 2 1 50\n"
		"r.a rank mean 2 2 2 .\n"
		"r.b rank mean 2 2 2 .\n"
		"r.c rank mean 1 1 1 .\n");
}

/* Two of three means tell the third, and with it that one person put this choice last. */
static void a_mean_place_is_withheld_with_its_cells(void **state)
{
	(void)state;
	/* a: 20, 40, 1; b: 20, 21, 20; c: 21, 0, 40. */
	check_groups(RANKING(",'barometre':{'sensitive':true}"),
		GROUPS({"{'r':['a','b','c']}", 20}, {"{'r':['b','a','c']}", 20},
			{"{'r':['c','a','b']}", 20}, {"{'r':['c','b','a']}", 1}),
		usual,
		"r ranking a 61 61 20 33\n"
		"r ranking b 61 61 20 33\n"
		"r ranking c 61 61 21 34\n"
		"r.a rank mean 61 61 . . small_cells\n"
		"r.b rank mean 61 61 . . small_cells\n"
		"r.c rank mean 61 61 . . small_cells\n");
}

static void few_people_rank_nothing(void **state)
{
	(void)state;
	check_groups(RANKING(""), GROUPS({"{'r':['a','b','c']}", 10}), usual,
		"r ranking a . . . . base_under_threshold\n"
		"r ranking b . . . . base_under_threshold\n"
		"r ranking c . . . . base_under_threshold\n"
		"r.a rank mean . . . . base_under_threshold\n"
		"r.b rank mean . . . . base_under_threshold\n"
		"r.c rank mean . . . . base_under_threshold\n");
}

static void an_expression_is_of_those_who_saw_it(void **state)
{
	(void)state;
	check_table(
		"{'type':'text','inputType':'number','name':'x','title':'X','min':0,'max':9},"
		"{'type':'expression','name':'e','title':'E','expression':'{x} > 4',"
		"'visibleIf':'{x} notempty'}",
		PEOPLE("{'x':5,'e':true}", "{'x':2,'e':false}", "{'e':true}"), off,
		"x number mean 2 2 3.5 .\n"
		"x number median 2 2 3.5 .\n"
		"x number 0_9 2 2 2 100\n"
		"e calculated true 2 2 1 50\n"
		"e calculated false 2 2 1 50\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_a_multipletext_have_tables_of_their_own),
		cmocka_unit_test(texts_of_a_multipletext_are_only_answered),
		cmocka_unit_test(a_ranking_tells_who_is_first_and_the_mean_place),
		cmocka_unit_test(a_choice_that_was_not_offered_is_not_ranked),
		cmocka_unit_test(a_mean_place_is_withheld_with_its_cells),
		cmocka_unit_test(few_people_rank_nothing),
		cmocka_unit_test(an_expression_is_of_those_who_saw_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
