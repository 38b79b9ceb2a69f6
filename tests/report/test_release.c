/* SPDX-License-Identifier: Apache-2.0 */
/* Tables computed by hand, for every type of question, and what of them leaves (tabulate.h, release.h). */
#include "barometre/report/codebook.h"
#include "report_test.h"

#define ABC                                                                   \
 "'choices':[{'value':'a','text':'A'},{'value':'b','text':'B'},{'value':'c'," \
 "'text':'C'}]"
#define RADIO(name, more) \
 "{'type':'radiogroup','name':'" name "','title':'T'," ABC more "}"
#define BOXES(name, more) "{'type':'checkbox','name':'" name "','title':'T'," ABC more "}"
#define OTHER ",'showOtherItem':true,'otherText':'Autre'"
#define SENSITIVE ",'barometre':{'sensitive':true}"

static void a_single_choice_has_one_line_a_choice_and_other(void **state)
{
	(void)state;
	check_table(RADIO("q", OTHER),
		PEOPLE("{'q':'a'}", "{'q':'a'}", "{'q':'other','q-Comment':'a secret'}",
			"{}"),
		off,
		"q single a 3 3 2 67\n"
		"q single b 3 3 0 0\n"
		"q single c 3 3 0 0\n"
		"q single other 3 3 1 33\n");
}

static void ticks_are_mentions_and_an_empty_list_is_no_answer(void **state)
{
	(void)state;
	check_table(BOXES("q", OTHER),
		PEOPLE("{'q':['b','a']}", "{'q':['a','b','other'],'q-Comment':'x'}",
			"{'q':[]}", "{}"),
		off,
		"q multiple a 2 5 2 100\n"
		"q multiple b 2 5 2 100\n"
		"q multiple c 2 5 0 0\n"
		"q multiple other 2 5 1 50\n");
}

static void a_dropdown_and_a_boolean_are_single_choices(void **state)
{
	(void)state;
	check_table("{'type':'dropdown','name':'d','title':'T'," ABC "},"
		    "{'type':'boolean','name':'b','title':'T'}",
		PEOPLE("{'d':'c','b':true}", "{'d':'a','b':false}", "{'b':false}"), off,
		"d single a 2 2 1 50\n"
		"d single b 2 2 0 0\n"
		"d single c 2 2 1 50\n"
		"b single true 3 3 1 33\n"
		"b single false 3 3 2 67\n");
}

static void a_matrix_is_one_question_a_row_each_with_its_base(void **state)
{
	(void)state;
	check_table(
		"{'type':'matrix','name':'m','title':'T','columns':[{'value':'oui','text':"
		"'Oui'},{'value':'non','text':'Non'}],'rows':[{'value':'r','text':'R'},{"
		"'value':'s','text':'S'}]}",
		PEOPLE("{'m':{'r':'oui','s':'non'}}", "{'m':{'r':'oui'}}", "{'m':{}}"),
		off,
		"m.r matrix oui 2 2 2 100\n"
		"m.r matrix non 2 2 0 0\n"
		"m.s matrix oui 1 1 0 0\n"
		"m.s matrix non 1 1 1 100\n");
}

#define SCALE(more)                                                                 \
 "{'type':'radiogroup','name':'s','title':'T','choices':[{'value':'0','text':'0'}," \
 "{'value':'1','text':'1'},{'value':'2','text':'2'},{'value':'3','text':'3'},{"     \
 "'value':'nc','text':'NC'}],'barometre':{'scale':true,'notConcerned':['nc']" more "}}"

static void who_is_not_concerned_is_out_of_base_lines_and_mean(void **state)
{
	(void)state;
	/* 3, 3, 0: mean 2, median 3. */
	check_table(SCALE(""),
		PEOPLE("{'s':'3'}", "{'s':'nc'}", "{'s':'3'}", "{'s':'0'}", "{'s':'nc'}"),
		off,
		"s scale 0 3 3 1 33\n"
		"s scale 1 3 3 0 0\n"
		"s scale 2 3 3 0 0\n"
		"s scale 3 3 3 2 67\n"
		"s scale mean 3 3 2 .\n"
		"s scale median 3 3 3 .\n");
}

static void a_tick_of_not_concerned_takes_the_person_out(void **state)
{
	(void)state;
	check_table(BOXES("q", ",'barometre':{'notConcerned':['c']}"),
		PEOPLE("{'q':['a','c']}", "{'q':['a']}"), off,
		"q multiple a 1 1 1 100\n"
		"q multiple b 1 1 0 0\n");
}

static void a_rating_is_a_scale_of_its_steps(void **state)
{
	(void)state;
	check_table("{'type':'rating','name':'r','title':'T','rateMin':0,'rateMax':1,"
		    "'rateStep':0.5}",
		PEOPLE("{'r':0.5}", "{'r':1}", "{'r':1}", "{'r':0}"), off,
		"r scale 0 4 4 1 25\n"
		"r scale 0.5 4 4 1 25\n"
		"r scale 1 4 4 2 50\n"
		"r scale mean 4 4 0.63 .\n"
		"r scale median 4 4 0.75 .\n");
}

#define NUMBER(more) "{'type':'text','inputType':'number','name':'n','title':'T'" more "}"

static void the_median_of_an_odd_number_of_people_is_the_middle_value(void **state)
{
	(void)state;
	check_table(NUMBER(",'min':18,'max':39"),
		PEOPLE("{'n':39}", "{'n':18}", "{'n':20}", "{}"), off,
		"n number mean 3 3 25.67 .\n"
		"n number median 3 3 20 .\n"
		"n number 10_19 3 3 1 33\n"
		"n number 20_29 3 3 1 33\n"
		"n number 30_39 3 3 1 33\n");
}

static void the_median_of_an_even_number_is_the_mean_of_the_middle_two(void **state)
{
	(void)state;
	check_table(NUMBER(",'min':0,'max':19"),
		PEOPLE("{'n':9}", "{'n':10}", "{'n':0}", "{'n':19}"), off,
		"n number mean 4 4 9.5 .\n"
		"n number median 4 4 9.5 .\n"
		"n number 0_9 4 4 2 50\n"
		"n number 10_19 4 4 2 50\n");
}

static void a_mean_is_rounded_from_the_exact_fraction(void **state)
{
	(void)state;
	struct form *form = form_of(NUMBER(",'min':-9,'max':9"));
	struct tabulation *tab = tabulation_new(form);

	/* 201/200 = 1.005, which is below it as a double: 1.01 all the same. */
	answer_times(tab, "{'n':1}", 199);
	answer_times(tab, "{'n':2}", 1);
	assert_lines(tab, off,
		"n number mean 200 200 1.01 .\n"
		"n number median 200 200 1 .\n"
		"n number -10_-1 200 200 0 0\n"
		"n number 0_9 200 200 200 100\n");
	tabulation_free(tab);
	/* -1/8 = -0.125: away from zero. */
	tab = tabulation_new(form);
	answer_times(tab, "{'n':0}", 7);
	answer_times(tab, "{'n':-1}", 1);
	assert_lines(tab, off,
		"n number mean 8 8 -0.13 .\n"
		"n number median 8 8 0 .\n"
		"n number -10_-1 8 8 1 13\n"
		"n number 0_9 8 8 7 88\n");
	tabulation_free(tab);
	form_free(form);
}

static void a_number_without_limits_lists_the_bands_that_hold_somebody(void **state)
{
	(void)state;
	check_table(NUMBER(""), PEOPLE("{'n':1000.5}", "{'n':7}", "{'n':-1}", "{'n':3}"),
		off,
		"n number mean 4 4 252.38 .\n"
		"n number median 4 4 5 .\n"
		"n number -10_-1 4 4 1 25\n"
		"n number 0_9 4 4 2 50\n"
		"n number 1000_1009 4 4 1 25\n");
}

static void a_band_of_everybody_is_not_listed(void **state)
{
	(void)state;
	check_groups(NUMBER(""), GROUPS({"{'n':41}", 20}, {"{'n':45}", 20}), usual,
		"n number mean 40 40 . . small_cells\n"
		"n number median 40 40 . . small_cells\n"
		"n number gathered 40 40 . . small_cells\n");
}

static void number_bands_are_sensitive_and_the_mean_shows_beside_gathered_ones(
	void **state)
{
	(void)state;
	struct form *form = form_of(NUMBER(",'min':0,'max':39"));
	struct tabulation *tab = tabulation_new(form);

	/* 6, 7, 3, 1: gather 1, then 3 (4 people), then 6; one visible band is left. */
	answer_times(tab, "{'n':5}", 6);
	answer_times(tab, "{'n':15}", 7);
	answer_times(tab, "{'n':25}", 3);
	answer_times(tab, "{'n':35}", 1);
	assert_lines(tab, usual,
		"n number mean . . . . small_cells\n"
		"n number median . . . . small_cells\n"
		"n number 0_9 . . . . small_cells\n"
		"n number 10_19 . . . . small_cells\n"
		"n number 20_29 . . . . small_cells\n"
		"n number 30_39 . . . . small_cells\n");
	/* 16, 17, 3, 2: gather 2 and 3; 17 and 16 show. */
	answer_times(tab, "{'n':5}", 10);
	answer_times(tab, "{'n':15}", 10);
	answer_times(tab, "{'n':35}", 1);
	assert_lines(tab, usual,
		"n number mean 38 38 12.63 .\n"
		"n number median 38 38 15 .\n"
		"n number 0_9 38 38 16 42\n"
		"n number 10_19 38 38 17 45\n"
		"n number 20_29 38 38 . . small_cells\n"
		"n number 30_39 38 38 . . small_cells\n"
		"n number gathered 38 38 5 13 gathered\n");
	tabulation_free(tab);
	form_free(form);
}

static void a_number_of_too_few_is_withheld_whole(void **state)
{
	(void)state;
	check_table(NUMBER(",'min':0,'max':19"), PEOPLE("{'n':1}", "{'n':11}"), usual,
		"n number mean . . . . base_under_threshold\n"
		"n number median . . . . base_under_threshold\n"
		"n number 0_9 . . . . base_under_threshold\n"
		"n number 10_19 . . . . base_under_threshold\n");
}

#define LOCALITY "{'type':'text','name':'l','title':'T','barometre':{'role':'locality'}}"

static void places_are_sorted_by_count_then_by_french_name(void **state)
{
	(void)state;
	struct form *form = form_of(LOCALITY);
	struct tabulation *tab = tabulation_new(form);
	struct figures figures = {0};

	answer_times(tab, "{'l':'dep:75'}", 2);
	answer_times(tab, "{'l':'34172'}", 2);  /* Montpellier */
	answer_times(tab, "{'l':'31555'}", 5);  /* Toulouse */
	answer_times(tab, "{'l':'dep:99'}", 2); /* Étranger */
	answer_times(tab, "{'l':'zzz'}", 1);
	assert_lines(tab, off,
		"l locality 31555 11 11 5 45\n"
		"l locality dep:99 11 11 2 18\n"
		"l locality 34172 11 11 2 18\n"
		"l locality dep:75 11 11 2 18\n");
	figures_add(&figures, "t", tab, off);
	assert_string_equal(figures.list[1].label, "Toulouse (31)");
	figures_release(&figures);
	tabulation_free(tab);
	form_free(form);
}

static void small_places_have_no_line_of_their_own(void **state)
{
	(void)state;
	struct form *form = form_of(LOCALITY);
	struct tabulation *tab = tabulation_new(form);

	answer_times(tab, "{'l':'31555'}", 20);
	answer_times(tab, "{'l':'34172'}", 10);
	answer_times(tab, "{'l':'dep:75'}", 4);
	answer_times(tab, "{'l':'dep:99'}", 3);
	assert_lines(tab, usual,
		"l locality 31555 37 37 20 54\n"
		"l locality 34172 37 37 10 27\n"
		"l locality gathered 37 37 7 19 gathered\n");
	tabulation_free(tab);
	tab = tabulation_new(form);
	answer_times(tab, "{'l':'31555'}", 3);
	assert_lines(tab, usual, "l locality gathered . . . . base_under_threshold\n");
	answer_times(tab, "{'l':'34172'}", 20);
	assert_lines(tab, usual, "l locality gathered . . . . small_cells\n");
	tabulation_free(tab);
	form_free(form);
}

static void texts_and_names_say_only_that_they_were_given(void **state)
{
	(void)state;
	check_table(
		"{'type':'html','name':'h','html':'<p>x</p>'},"
		"{'type':'text','name':'i','title':'T','barometre':{'role':'identifying'}},"
		"{'type':'comment','name':'t','title':'T','barometre':{'role':'text'}},"
		"{'type':'text','inputType':'date','name':'d','title':'T'},"
		"{'type':'radiogroup','name':'c','title':'T'," ABC
		",'barometre':{'role':'contact'}}",
		PEOPLE("{'i':true,'t':'a secret','d':'2026-11-22','c':'a'}", "{'t':'x'}",
			"{'t':'','i':false}", "{}"),
		off,
		"i identifying answered 1 1 1 100\n"
		"t text answered 2 2 2 100\n"
		"d text answered 1 1 1 100\n");
}

#define Q_AND_N RADIO("q", "") "," NUMBER("")
#define Q_AND_N_OF_NOBODY                   \
 "q single a 0 0 0 .\nq single b 0 0 0 .\n" \
 "q single c 0 0 0 .\nn number mean 0 0 . .\nn number median 0 0 . .\n"

static void a_calculated_truth_is_of_everyone(void **state)
{
	(void)state;
	struct form *form = form_with_value(Q_AND_N, "{q} = 'a'");
	struct tabulation *tab = tabulation_new(form);

	answer_times(tab, "{'q':'a','v':true}", 12);
	answer_times(tab, "{'v':false}", 20);
	assert_lines(tab, usual,
		"q single a . . . . unanimous\n"
		"q single b . . . . unanimous\n"
		"q single c . . . . unanimous\n"
		"n number mean 0 0 . .\nn number median 0 0 . .\n"
		"v calculated true 32 32 12 38\n"
		"v calculated false 32 32 20 63\n");
	tabulation_free(tab);
	tab = tabulation_new(form);
	answer_times(tab, "{'v':true}", 2);
	answer_times(tab, "{'v':false}", 20);
	assert_lines(tab, usual,
		Q_AND_N_OF_NOBODY "v calculated true . . . . small_cells\n"
				  "v calculated false . . . . small_cells\n");
	tabulation_free(tab);
	form_free(form);
}

static void a_calculated_number_or_text_is_not_read_as_a_truth(void **state)
{
	(void)state;
	struct form *form = form_with_value(Q_AND_N, "{n} + 1");
	struct tabulation *tab = tabulation_new(form);

	answer_times(tab, "{'v':4}", 1);
	answer_times(tab, "{'v':7}", 1);
	answer_times(tab, "{}", 1);
	assert_lines(tab, off,
		Q_AND_N_OF_NOBODY "v calculated mean 2 2 5.5 .\n"
				  "v calculated median 2 2 5.5 .\n"
				  "v calculated 0_9 2 2 2 100\n");
	tabulation_free(tab);
	form_free(form);
	form = form_with_value(Q_AND_N, "iif({q} = 'a', 'x', 'y')");
	tab = tabulation_new(form);
	answer_times(tab, "{'v':'x'}", 2);
	assert_lines(tab, off, Q_AND_N_OF_NOBODY "v calculated answered 2 2 2 100\n");
	tabulation_free(tab);
	form_free(form);
}

static void who_is_not_asked_is_not_in_the_base(void **state)
{
	(void)state;
	struct form *form = form_of_pages(
		"'pages':[{'name':'p','title':'P','elements':[{'type':'boolean','name':'f','title':"
		"'T'},{'type':'boolean','name':'g','title':'T','visibleIf':'{f} = true'}]},"
		"{'name':'p2','title':'P','visibleIf':'{g} = true','elements':[{'type':'boolean',"
		"'name':'h','title':'T'}]}]");
	struct tabulation *tab = tabulation_new(form);

	answer_times(tab, "{'f':true,'g':true,'h':true}", 1);
	answer_times(tab, "{'f':true,'g':false}", 1);
	answer_times(tab, "{'f':true}", 1);  /* asked g, no answer */
	answer_times(tab, "{'f':false}", 1); /* not asked g */
	/* Left over from before the answer to f was changed: g is hidden, so h is. */
	answer_times(tab, "{'f':false,'g':true,'h':true}", 1);
	answer_times(tab, "{}", 1);
	assert_lines(tab, off,
		"f single true 5 5 3 60\n"
		"f single false 5 5 2 40\n"
		"g single true 2 2 1 50\n"
		"g single false 2 2 1 50\n"
		"h single true 1 1 1 100\n"
		"h single false 1 1 0 0\n");
	assert_int_equal(tabulation_people(tab), 6);
	tabulation_free(tab);
	form_free(form);
}

static void what_the_form_does_not_know_is_no_answer(void **state)
{
	(void)state;
	check_table(RADIO("q", "") "," BOXES("r", "") "," NUMBER(",'min':0,'max':9"),
		PEOPLE("{'q':'z','r':['z'],'n':10}", "{'q':7,'r':'a','n':'5'}",
			"{'q':'other','r':['a','z'],'n':-1}",
			"{'q':null,'r':{},'n':null,'x':1}"),
		off,
		"q single a 0 0 0 .\n"
		"q single b 0 0 0 .\n"
		"q single c 0 0 0 .\n"
		"r multiple a 1 1 1 100\n"
		"r multiple b 1 1 0 0\n"
		"r multiple c 1 1 0 0\n"
		"n number mean 0 0 . .\n"
		"n number median 0 0 . .\n"
		"n number 0_9 0 0 0 .\n");
}

static void a_base_of_nobody_shows_zeroes_without_percent(void **state)
{
	(void)state;
	check_table(RADIO("q", SENSITIVE) "," SCALE("") "," LOCALITY,
		PEOPLE("{}", "{'s':'nc'}"), usual,
		"q single a 0 0 0 .\n"
		"q single b 0 0 0 .\n"
		"q single c 0 0 0 .\n"
		"s scale 0 0 0 0 .\n"
		"s scale 1 0 0 0 .\n"
		"s scale 2 0 0 0 .\n"
		"s scale 3 0 0 0 .\n"
		"s scale mean 0 0 . .\n"
		"s scale median 0 0 . .\n");
}

static void a_base_under_the_threshold_empties_every_line(void **state)
{
	(void)state;
	struct form *form = form_of(RADIO("q", "") "," SCALE(""));
	struct tabulation *tab = tabulation_new(form);

	answer_times(tab, "{'q':'a','s':'1'}", 5);
	answer_times(tab, "{'q':'b','s':'2'}", 5);
	answer_times(tab, "{'s':'nc'}", 5);
	assert_lines(tab, usual,
		"q single a . . . . base_under_threshold\n"
		"q single b . . . . base_under_threshold\n"
		"q single c . . . . base_under_threshold\n"
		"s scale 0 . . . . base_under_threshold\n"
		"s scale 1 . . . . base_under_threshold\n"
		"s scale 2 . . . . base_under_threshold\n"
		"s scale 3 . . . . base_under_threshold\n"
		"s scale mean . . . . base_under_threshold\n"
		"s scale median . . . . base_under_threshold\n");
	answer_times(tab, "{'q':'c','s':'3'}", 1);
	assert_lines(tab, usual,
		"q single a 11 11 5 45\n"
		"q single b 11 11 5 45\n"
		"q single c 11 11 1 9\n"
		"s scale 0 11 11 0 0\n"
		"s scale 1 11 11 5 45\n"
		"s scale 2 11 11 5 45\n"
		"s scale 3 11 11 1 9\n"
		"s scale mean 11 11 . . base_under_threshold\n"
		"s scale median 11 11 2 .\n");
	tabulation_free(tab);
	form_free(form);
}

/* Counts 20, 15 and 12, 3, 1 of b, a and c, other, d: 1 and 3 are 4 people, so 12 joins them; 15 >= 16/2. */
static void small_cells_of_a_sensitive_question_are_gathered(void **state)
{
	(void)state;
	struct form *form = form_of(
		"{'type':'radiogroup','name':'q','title':'T','choices':[{'value':'a','text':'A'},{"
		"'value':'b','text':'B'},{'value':'c','text':'C'},{'value':'d','text':'D'}]" OTHER
			SENSITIVE
		"}," RADIO("r", ",'barometre':{'role':'segment'}") "," BOXES("m", ""));
	struct tabulation *tab = tabulation_new(form);

	answer_times(tab, "{'q':'a','r':'a','m':['a']}", 15);
	answer_times(tab, "{'q':'b','r':'a','m':['a']}", 20);
	answer_times(tab, "{'q':'c','r':'a','m':['a']}", 12);
	answer_times(tab, "{'q':'other','r':'b','m':['b']}", 3);
	answer_times(tab, "{'q':'d','r':'c','m':['c']}", 1);
	assert_lines(tab, usual,
		"q single a 51 51 15 29\n"
		"q single b 51 51 20 39\n"
		"q single c 51 51 . . small_cells\n"
		"q single d 51 51 . . small_cells\n"
		"q single other 51 51 . . small_cells\n"
		"q single gathered 51 51 16 31 gathered\n"
		"r single a . . . . small_cells\n"
		"r single b . . . . small_cells\n"
		"r single c . . . . small_cells\n"
		"m multiple a 51 . 47 92\n"
		"m multiple b 51 . 3 6\n"
		"m multiple c 51 . . . at_most_5\n");
	tabulation_free(tab);
	form_free(form);
}

static void a_scale_with_hidden_options_has_no_mean(void **state)
{
	(void)state;
	struct form *form = form_of(SCALE(",'sensitive':true"));
	struct tabulation *tab = tabulation_new(form);

	answer_times(tab, "{'s':'3'}", 20);
	answer_times(tab, "{'s':'2'}", 20);
	answer_times(tab, "{'s':'1'}", 4);
	answer_times(tab, "{'s':'0'}", 2);
	assert_lines(tab, usual,
		"s scale 0 46 46 . . small_cells\n"
		"s scale 1 46 46 . . small_cells\n"
		"s scale 2 46 46 20 43\n"
		"s scale 3 46 46 20 43\n"
		"s scale gathered 46 46 6 13 gathered\n"
		"s scale mean 46 46 . . small_cells\n"
		"s scale median 46 46 . . small_cells\n");
	tabulation_free(tab);
	form_free(form);
}

/* The lines of a coded open question: every theme of its book, with the same thresholds as any table. */
static void assert_themes(int64_t base, const int64_t *counts,
	struct thresholds thresholds, const char *expected)
{
	struct figures figures = {0};
	struct buf text = BUF_LIMIT(1 << 20);

	figures_add_themes(&figures, "a", "t", codebook_builtin("code_besoins"), base,
		counts, thresholds);
	for (size_t i = 0; i < figures.count; i++)
		put_line(&text, &figures.list[i]);
	assert_string_equal(buf_str(&text).p, expected);
	buf_release(&text);
	figures_release(&figures);
}

static void themes_replace_answered(void **state)
{
	const int64_t counts[] = {9, 6, 0, 0, 0, 0, 0, 0, 0};

	(void)state;
	assert_int_equal(codebook_builtin("code_besoins")->count, COUNT_OF(counts));
	assert_themes(12, counts, usual,
		"t text temps 12 . 9 75\n"
		"t text rh_finances 12 . 6 50\n"
		"t text instances_reconnaissance 12 . . . small_cells\n"
		"t text connaitre_pp 12 . . . small_cells\n"
		"t text appui_methodologique 12 . . . small_cells\n"
		"t text visibilite 12 . . . small_cells\n"
		"t text se_former_rencontrer 12 . . . small_cells\n"
		"t text rien 12 . . . small_cells\n"
		"t text non_classe 12 . . . small_cells\n");
	assert_themes(10, counts, usual,
		"t text temps . . . . base_under_threshold\n"
		"t text rh_finances . . . . base_under_threshold\n"
		"t text instances_reconnaissance . . . . base_under_threshold\n"
		"t text connaitre_pp . . . . base_under_threshold\n"
		"t text appui_methodologique . . . . base_under_threshold\n"
		"t text visibilite . . . . base_under_threshold\n"
		"t text se_former_rencontrer . . . . base_under_threshold\n"
		"t text rien . . . . base_under_threshold\n"
		"t text non_classe . . . . base_under_threshold\n");
}

static void the_number_of_people_is_first_and_always_shown(void **state)
{
	(void)state;
	struct form *form = form_of(RADIO("q", ""));
	struct tabulation *tab = tabulation_new(form);
	struct figures figures = {0};

	answer_times(tab, "{}", 3);
	figures_add(&figures, "patients", tab, usual);
	figures_add(&figures, "equipes", tab, usual);
	tabulation_free(tab);
	form_free(form);
	/* The list owns its texts: the form is gone. */
	assert_int_equal(figures.count, 8);
	const struct figure *f = &figures.list[4];
	assert_string_equal(f->audience, "equipes");
	assert_string_equal(f->question, "participation");
	assert_string_equal(f->type, "total");
	assert_string_equal(f->option, "respondents");
	assert_string_equal(f->label, "Répondants");
	assert_string_equal(f->segment, "");
	assert_string_equal(f->segment_value, "");
	assert_string_equal(f->status, "");
	assert_int_equal(f->base, 3);
	assert_int_equal(f->count, 3);
	assert_int_equal(f->percent, -1);
	assert_string_equal(figures.list[1].audience, "patients");
	assert_string_equal(figures.list[7].option, "c");
	assert_string_equal(figures.list[7].label, "C");
	figures_release(&figures);
	figures_release(&figures);
}

static void labels_are_french(void **state)
{
	(void)state;
	struct form *form = form_of(NUMBER(",'min':-9,'max':69") "," RADIO("q",
		OTHER) ","
		       "{'type':'rating','name':'r','title':'T','rateMin':0,'rateMax':1,'rateStep':0.5}");
	struct tabulation *tab = tabulation_new(form);
	struct figures figures = {0};

	figures_add(&figures, "t", tab, usual);
	static const char *const labels[] = {"Répondants", "Moyenne", "Médiane",
		"Premier quartile", "Troisième quartile", "−10 à −1", "0 à 9", "10 à 19",
		"20 à 29", "30 à 39", "40 à 49", "50 à 59", "60 à 69", "A", "B", "C",
		"Autre", "0", "0,5", "1", "Moyenne", "Médiane", "Premier quartile",
		"Troisième quartile"};
	assert_int_equal(figures.count, COUNT_OF(labels));
	for (size_t i = 0; i < COUNT_OF(labels); i++)
		assert_string_equal(figures.list[i].label, labels[i]);
	figures_release(&figures);
	tabulation_free(tab);
	form_free(form);
}

static void coded_themes_of_a_book_obey_the_base(void **state)
{
	(void)state;
	const struct codebook *book = codebook_builtin("code_impact");
	size_t themes = book->count;
	int64_t *counts = x_calloc(themes, sizeof(*counts));
	struct figures figures = {0};

	assert_true(themes >= 2);
	counts[0] = 7;
	counts[1] = 8;
	figures_add_themes(&figures, "t", "impact", book, 12, counts, usual);
	assert_int_equal(figures.count, themes);
	assert_string_equal(figures.list[1].option, book->themes[1].code);
	assert_string_equal(figures.list[1].type, "text");
	assert_int_equal(figures.list[1].base, 12);
	assert_int_equal(figures.list[1].mentions, -1);
	assert_int_equal(figures.list[1].percent, 67);
	counts[1] = 3;
	figures_add_themes(&figures, "t", "impact", book, 10, counts, usual);
	assert_string_equal(figures.list[themes].status, "base_under_threshold");
	assert_int_equal(figures.list[themes].count, -1);
	figures_release(&figures);
	free(counts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_single_choice_has_one_line_a_choice_and_other),
		cmocka_unit_test(ticks_are_mentions_and_an_empty_list_is_no_answer),
		cmocka_unit_test(a_dropdown_and_a_boolean_are_single_choices),
		cmocka_unit_test(a_matrix_is_one_question_a_row_each_with_its_base),
		cmocka_unit_test(who_is_not_concerned_is_out_of_base_lines_and_mean),
		cmocka_unit_test(a_tick_of_not_concerned_takes_the_person_out),
		cmocka_unit_test(a_rating_is_a_scale_of_its_steps),
		cmocka_unit_test(
			the_median_of_an_odd_number_of_people_is_the_middle_value),
		cmocka_unit_test(
			the_median_of_an_even_number_is_the_mean_of_the_middle_two),
		cmocka_unit_test(a_mean_is_rounded_from_the_exact_fraction),
		cmocka_unit_test(
			a_number_without_limits_lists_the_bands_that_hold_somebody),
		cmocka_unit_test(a_band_of_everybody_is_not_listed),
		cmocka_unit_test(
			number_bands_are_sensitive_and_the_mean_shows_beside_gathered_ones),
		cmocka_unit_test(a_number_of_too_few_is_withheld_whole),
		cmocka_unit_test(places_are_sorted_by_count_then_by_french_name),
		cmocka_unit_test(small_places_have_no_line_of_their_own),
		cmocka_unit_test(texts_and_names_say_only_that_they_were_given),
		cmocka_unit_test(a_calculated_truth_is_of_everyone),
		cmocka_unit_test(a_calculated_number_or_text_is_not_read_as_a_truth),
		cmocka_unit_test(who_is_not_asked_is_not_in_the_base),
		cmocka_unit_test(what_the_form_does_not_know_is_no_answer),
		cmocka_unit_test(a_base_of_nobody_shows_zeroes_without_percent),
		cmocka_unit_test(a_base_under_the_threshold_empties_every_line),
		cmocka_unit_test(small_cells_of_a_sensitive_question_are_gathered),
		cmocka_unit_test(a_scale_with_hidden_options_has_no_mean),
		cmocka_unit_test(themes_replace_answered),
		cmocka_unit_test(the_number_of_people_is_first_and_always_shown),
		cmocka_unit_test(labels_are_french),
		cmocka_unit_test(coded_themes_of_a_book_obey_the_base),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
