/* SPDX-License-Identifier: Apache-2.0 */
/* What is worked out from other answers is not told where it could be subtracted from them: from forms to lines and notes. */
#include "report_test.h"

static const struct thresholds edition = {.min_base = 11, .min_cell = 5, .coalition = 1};

static const struct figure *find(const struct figures *f, const char *question,
	const char *segment, const char *option)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->list[i].question, question) == 0 &&
			strcmp(f->list[i].segment, segment) == 0 &&
			strcmp(f->list[i].option, option) == 0)
			return &f->list[i];
	return NULL;
}

static void assert_told(
	const struct figures *f, const char *question, const char *option, int64_t count)
{
	const struct figure *line = find(f, question, "", option);

	assert_non_null(line);
	assert_string_equal(line->status, "");
	assert_int_equal(line->count, count);
}

static void assert_withheld(
	const struct figures *f, const char *question, const char *option)
{
	const struct figure *line = find(f, question, "", option);

	assert_non_null(line);
	assert_string_equal(line->status, "small_cells");
	assert_true(line->count == -1 && line->percent == -1 && line->base == -1 &&
		!line->has_value);
}

static bool noted(const struct figures *f, const char *question, const char *segment,
	const char *code, const char *words)
{
	for (size_t i = 0; i < f->note_count; i++)
		if (strcmp(f->notes[i].question, question) == 0 &&
			strcmp(f->notes[i].segment, segment) == 0 &&
			strcmp(f->notes[i].code, code) == 0 &&
			strstr(f->notes[i].text, words))
			return true;
	return false;
}

#define DIFFERENCE \
 "la différence avec un autre tableau ferait connaître un trop petit groupe"

/* ---- the questionnaire of patients ---- */

#define VALUE "vit_et_accompagne"
#define PERSON(ill, carer, value, ru)                                            \
 "{'maladie_chronique':'" ill "','proche_aidant':'" carer "','" VALUE "':" value \
 ",'mandat_ru':'" ru "'}"

/* In each of two groups 9 said « oui » to both, 6 to the second only, 20 to neither; and so many to the first only. */
static void patients(struct figures *ret, struct thresholds t, const int *first_only)
{
	static const char *const people[2][4] = {
		{PERSON("oui", "oui", "true", "oui_et_pp"),
			PERSON("oui", "non", "false", "oui_et_pp"),
			PERSON("non", "oui", "false", "oui_et_pp"),
			PERSON("non", "non", "false", "oui_et_pp")},
		{PERSON("oui", "oui", "true", "non"),
			PERSON("oui", "refus", "false", "non"),
			PERSON("refus", "oui", "false", "non"),
			PERSON("non", "non", "false", "non")}};
	struct form *form = form_of_project("patients");
	struct tabulation *tab = tabulation_new(form);

	for (size_t g = 0; g < 2; g++) {
		const int counts[] = {9, first_only[g], 6, 20};
		for (size_t kind = 0; kind < 4; kind++)
			answer_times(tab, people[g][kind], counts[kind]);
	}
	figures_add(ret, "patients", tab, t);
	tabulation_free(tab);
	form_free(form);
}

static void the_value_of_the_patients_form_is_not_subtracted(void **state)
{
	(void)state;
	static const struct {
		const struct thresholds *t;
		int first_only[2];
		bool told, crossed;
	} cases[] = {/* 20 are ill, 18 of them look after somebody. */
		{&edition, {1, 1}, false, false},
		/* The figures are there: with thresholds off they show. */
		{&off, {1, 1}, true, true},
		/* Enough of each, of everybody and in both groups. */
		{&edition, {6, 7}, true, true},
		/* Of everybody, but not in a group. */
		{&edition, {3, 7}, true, false}};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const int *few = cases[i].first_only;
		bool told = cases[i].told, crossed = cases[i].crossed;
		struct figures f = {0};
		patients(&f, *cases[i].t, few);
		assert_told(&f, "maladie_chronique", "oui", 18 + few[0] + few[1]);
		assert_told(&f, "proche_aidant", "oui", 30);
		if (told) {
			assert_told(&f, VALUE, "true", 18);
		} else {
			assert_withheld(&f, VALUE, "true");
			assert_withheld(&f, VALUE, "false");
		}
		assert_int_equal(
			noted(&f, VALUE, "", "question_withheld", DIFFERENCE), !told);
		assert_int_equal(
			noted(&f, VALUE, "mandat_ru", "crossing_withheld", DIFFERENCE),
			!crossed);
		assert_int_equal(find(&f, VALUE, "mandat_ru", "true") != NULL, crossed);
		figures_release(&f);
	}
}

/* Who has a mandate took part in the last year, who has none did not: one says the other, and the later of them goes. */
static void a_crossing_that_another_tells_is_noted(void **state)
{
	(void)state;
	for (int strange = 0; strange <= 20; strange += 20) {
		struct form *form = form_of_project("patients");
		struct tabulation *tab = tabulation_new(form);
		struct figures f = {0};
		answer_times(
			tab, "{'mandat_ru':'oui_et_pp','experience_12_mois':'oui'}", 40);
		answer_times(tab, "{'mandat_ru':'non','experience_12_mois':'non'}", 30);
		answer_times(
			tab, "{'mandat_ru':'non','experience_12_mois':'oui'}", strange);
		figures_add(&f, "patients", tab, edition);
		assert_told(&f, "mandat_ru", "oui_et_pp", 40);
		assert_int_equal(noted(&f, "", "experience_12_mois", "segment_withheld",
					 DIFFERENCE),
			strange == 0);
		assert_int_equal(noted(&f, "experience_12_mois", "", "question_withheld",
					 DIFFERENCE),
			strange == 0);
		if (strange)
			assert_told(&f, "experience_12_mois", "non", 30);
		assert_int_equal(
			find(&f, "participation", "experience_12_mois", "people") != NULL,
			strange > 0);
		figures_release(&f);
		tabulation_free(tab);
		form_free(form);
	}
}

/* ---- small forms ---- */

#define YES_NO "'choices':[{'value':'oui','text':'O'},{'value':'non','text':'N'}]"
#define RADIO(name) "{'type':'radiogroup','name':'" name "','title':'T'," YES_NO "}"
#define QUESTIONS                                                                      \
 RADIO("a")                                                                            \
 "," RADIO(                                                                            \
	 "b") ",{'type':'checkbox','name':'m','title':'T'," YES_NO "},"                \
	      "{'type':'comment','name':'t','title':'T','barometre':{'role':'text'}}," \
	      "{'type':'text','inputType':'number','name':'n','title':'T','min':0,'max':99}"

/* Of 20, who said all of it, the value is true; `few` said « oui » to a only, 30 to b only, and 30 to neither. */
static void run_value(struct figures *ret, const char *expression, int few)
{
	struct form *form = form_with_value(QUESTIONS, expression);
	struct tabulation *tab = tabulation_new(form);

	answer_times(tab,
		"{'a':'oui','b':'oui','m':['oui','non'],'t':'x','n':9,'v':true}", 20);
	answer_times(
		tab, "{'a':'oui','b':'non','m':['oui'],'t':'x','n':30,'v':false}", few);
	answer_times(tab, "{'a':'non','b':'oui','m':['non'],'n':40,'v':false}", 30);
	answer_times(tab, "{'a':'non','b':'non','n':50,'v':false}", 30);
	figures_add(ret, "t", tab, edition);
	tabulation_free(tab);
	form_free(form);
}

static void what_a_value_reads_is_known(void **state)
{
	(void)state;
	/* Of each, in which people it is two of a kind that matter. */
	static const char *const compared[] = {"{a} = 'oui' and {b} = 'oui'",
		"{a} = 'oui' and {m} contains 'non'",
		"{m} contains 'oui' and {m} contains 'non'",
		"iif({a} = 'oui', {b} = 'oui', false)"};
	for (size_t i = 0; i < COUNT_OF(compared); i++) {
		for (int few = 3; few <= 6; few++) {
			struct figures f = {0};
			run_value(&f, compared[i], few);
			if (few < 5)
				assert_withheld(&f, "v", "true");
			else
				assert_told(&f, "v", "true", 20);
			assert_told(&f, "b", "oui", 50);
			figures_release(&f);
		}
	}
}

static void what_cannot_be_enumerated_is_withheld(void **state)
{
	(void)state;
	/* A number, whether a text is there beside something else, several ticks together. */
	static const char *const open[] = {"{n} < 10", "{a} = 'oui' and {t} notempty",
		"{m} notempty and {a} = 'oui'", "{m} notempty and {m} contains 'oui'",
		"{m} anyof ['oui', 'non'] and {m} contains 'non'"};
	for (size_t i = 0; i < COUNT_OF(open); i++) {
		struct figures f = {0};
		run_value(&f, open[i], 20);
		assert_withheld(&f, "v", "true");
		assert_true(noted(&f, "v", "", "question_withheld", DIFFERENCE));
		figures_release(&f);
	}
	/* Of a text alone nothing is told that it could be subtracted from. */
	struct figures f = {0};
	run_value(&f, "{t} notempty", 20);
	assert_told(&f, "v", "true", 20);
	figures_release(&f);
}

/* Bands of twice a number, beside bands of it, would tell parts of them. */
static void a_number_worked_out_from_numbers_is_not_told(void **state)
{
	(void)state;
	struct form *form = form_with_value(QUESTIONS, "{n} * 2");
	struct figures f = {0};

	for (int i = 0; i < 2; i++) {
		struct tabulation *tab = tabulation_new(form);
		answer_times(tab, "{'n':4,'v':8}", 20);
		answer_times(tab, "{'n':7,'v':14}", 20);
		answer_times(tab, "{'n':20,'v':40}", 20);
		figures_add(&f, "t", tab, i ? off : edition);
		tabulation_free(tab);
		if (i)
			assert_told(&f, "v", "10_19", 20);
		else
			assert_withheld(&f, "v", "mean");
		assert_told(&f, "n", "0_9", 40);
		figures_release(&f);
	}
	form_free(form);
}

/*
 * Ten said « oui » to both. In the first group one said it to b only, in the second one to a only: b there and a here, less
 * both, are these two.
 */
static void a_number_is_not_subtracted_from_groups_of_its_sources(void **state)
{
	(void)state;
	struct form *form = crossed_form(
		"{'type':'radiogroup','name':'s','title':'S','choices':['x','y'],'barometre':{'role':'segment'}},"
		"{'type':'radiogroup','name':'a','title':'A','choices':['oui','non'],'barometre':{'role':'opinion','sensitive':true}},"
		"{'type':'radiogroup','name':'b','title':'B','choices':['oui','non'],'barometre':{'role':'opinion','sensitive':true}},"
		"{'type':'expression','name':'v','title':'V','expression':'iif({a} = \\'oui\\' and {b} = \\'oui\\', 10, 0)'}",
		"'s'");
	for (int few = 1; few <= 5; few += 4) {
		struct tabulation *tab = tabulation_new(form);
		struct figures f = {0};
		for (int y = 0; y < 2; y++) {
			const char *const people[] = {"'a':'oui','b':'oui','v':10",
				"'a':'oui','b':'non','v':0", "'a':'non','b':'oui','v':0",
				"'a':'non','b':'non','v':0"};
			const int times[] = {5, y ? few : 20, y ? 20 : few, 15};
			for (size_t i = 0; i < COUNT_OF(people); i++) {
				char *answer = x_printf(
					"{'s':'%s',%s}", y ? "y" : "x", people[i]);
				answer_times(tab, answer, times[i]);
				free(answer);
			}
		}
		figures_add(&f, "t", tab, edition);
		assert_non_null(find(&f, "a", "s", "oui"));
		if (few == 5)
			assert_told(&f, "v", "10_19", 10);
		else
			assert_withheld(&f, "v", "mean");
		assert_null(find(&f, "v", "s", "10_19"));
		figures_release(&f);
		tabulation_free(tab);
	}
	form_free(form);
}

/* A text of those only who said « oui » to both: how many have one. */
static void how_many_have_a_text_is_not_subtracted(void **state)
{
	(void)state;
	static const char *const others[2][3] = {
		{"{'a':'oui','b':'non','v':'y'}", "{'a':'non','b':'oui','v':'y'}",
			"{'a':'non','b':'non','v':'y'}"},
		{"{'a':'oui','b':'non'}", "{'a':'non','b':'oui'}",
			"{'a':'non','b':'non'}"}};
	for (int only = 0; only < 2; only++) {
		const int times[] = {only ? 3 : 6, 30, 30};
		struct form *form = form_with_value(QUESTIONS,
			only ? "iif({a} = 'oui' and {b} = 'oui', 'x', '')"
			     : "iif({a} = 'oui' and {b} = 'oui', 'x', 'y')");
		struct tabulation *tab = tabulation_new(form);
		struct figures f = {0};
		answer_times(tab, "{'a':'oui','b':'oui','v':'x'}", 20);
		for (size_t i = 0; i < COUNT_OF(times); i++)
			answer_times(tab, others[only][i], times[i]);
		figures_add(&f, "t", tab, edition);
		assert_told(&f, "a", "oui", 20 + times[0]);
		if (only)
			assert_withheld(&f, "v", "answered");
		else
			assert_told(&f, "v", "answered", 86);
		figures_release(&f);
		tabulation_free(tab);
		form_free(form);
	}
}

/* ---- numbers of ticks ---- */

/* Ticked together with others, of `few` who did not tick all; and of others who hide nothing. */
static void run_ticks(
	struct figures *ret, const char *more, const char *all, const char *some, int few)
{
	char *elements = x_printf(
		"{'type':'checkbox','name':'m','title':'T','choices':[{'value':'a','text':'A'},"
		"{'value':'b','text':'B'}%s,'barometre':{'sensitive':true}}",
		more);
	struct form *form = form_of(elements);
	struct tabulation *tab = tabulation_new(form);

	answer_times(tab, all, 30);
	answer_times(tab, some, few);
	answer_times(tab, "{'m':['b']}", 40);
	answer_times(tab, "{'m':['b','a']}", 5);
	answer_times(tab, strstr(more, "None") ? "{'m':['none']}" : "{'m':['a']}", 20);
	figures_add(ret, "t", tab, edition);
	tabulation_free(tab);
	form_free(form);
	free(elements);
}

static void a_number_of_ticks_is_not_subtracted(void **state)
{
	(void)state;
	for (int few = 4; few <= 5; few++) {
		struct figures f = {0};
		/* Of a and b, those who ticked a less those who ticked two. */
		run_ticks(&f, "],'showNoneItem':true", "{'m':['a','b']}", "{'m':['a']}",
			few);
		assert_told(&f, "m", "a", 35 + few);
		assert_told(&f, "m", "b", 75);
		if (few == 5)
			assert_told(&f, "nombre.m", "2", 35);
		else
			assert_withheld(&f, "nombre.m", "2");
		figures_release(&f);
		/* Of three, those who ticked c less those who ticked all. */
		run_ticks(&f, ",{'value':'c','text':'C'}]", "{'m':['a','b','c']}",
			"{'m':['a','c']}", few);
		assert_told(&f, "m", "c", 30 + few);
		if (few == 5)
			assert_told(&f, "nombre.m", "3", 30);
		else
			assert_withheld(&f, "nombre.m", "3");
		if (few == 4)
			assert_true(noted(
				&f, "nombre.m", "", "question_withheld", DIFFERENCE));
		figures_release(&f);
	}
}

/* Who ticked anything, less those who ticked a. */
static void who_ticked_something_else_is_not_computed(void **state)
{
	(void)state;
	struct form *form = form_of(
		"{'type':'checkbox','name':'m','title':'T','showNoneItem':true,'choices':[{'value'"
		":'a','text':'A'},{'value':'b','text':'B'},{'value':'c','text':'C'}],"
		"'barometre':{'sensitive':true}}");
	for (int few = 4; few <= 5; few++) {
		struct tabulation *tab = tabulation_new(form);
		struct figures f = {0};
		answer_times(tab, "{'m':['none']}", 60);
		answer_times(tab, "{'m':['a','b']}", 20);
		answer_times(tab, "{'m':['a','c']}", 20);
		answer_times(tab, "{'m':['a','b','c']}", 6);
		answer_times(tab, "{'m':['b']}", few);
		figures_add(&f, "t", tab, edition);
		assert_told(&f, "m", "a", 46);
		if (few == 5)
			assert_told(&f, "nombre.m", "0", 60);
		else
			assert_withheld(&f, "nombre.m", "0");
		figures_release(&f);
		tabulation_free(tab);
	}
	form_free(form);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_value_of_the_patients_form_is_not_subtracted),
		cmocka_unit_test(a_crossing_that_another_tells_is_noted),
		cmocka_unit_test(what_a_value_reads_is_known),
		cmocka_unit_test(what_cannot_be_enumerated_is_withheld),
		cmocka_unit_test(a_number_worked_out_from_numbers_is_not_told),
		cmocka_unit_test(a_number_is_not_subtracted_from_groups_of_its_sources),
		cmocka_unit_test(how_many_have_a_text_is_not_subtracted),
		cmocka_unit_test(a_number_of_ticks_is_not_subtracted),
		cmocka_unit_test(who_ticked_something_else_is_not_computed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
