/* SPDX-License-Identifier: Apache-2.0 */
/* Tables by segment, and who is in none of their cells: computed by hand (tabulate.h, release.h). */
#include "report_test.h"

/* "question segment=value option base not_answered not_concerned mentions count percent status" of the lines whose question, and
 * segment unless it is "*", are these. */
static char *lines_of(const struct figures *f, const char *question, const char *segment)
{
	struct buf text = BUF_LIMIT(1 << 20);

	for (size_t i = 0; i < f->count; i++) {
		const struct figure *l = &f->list[i];
		if (strcmp(l->question, question) != 0 ||
			(strcmp(segment, "*") != 0 && strcmp(l->segment, segment) != 0))
			continue;
		buf_printf(&text, "%s=%s %s", l->segment, l->segment_value, l->option);
		put_number(&text, l->base);
		put_number(&text, l->not_answered);
		put_number(&text, l->not_concerned);
		put_number(&text, l->mentions);
		if (l->has_value)
			buf_printf(&text, " %.10g", l->value);
		else
			put_number(&text, l->count);
		put_number(&text, l->percent);
		buf_printf(&text, "%s%s\n", *l->status ? " " : "", l->status);
	}
	return buf_take(&text);
}

static void assert_of(const struct figures *f, const char *question, const char *segment,
	const char *expected)
{
	char *text = lines_of(f, question, segment);

	assert_string_equal(text, expected);
	free(text);
}

#define AB "'choices':[{'value':'a','text':'A'},{'value':'b','text':'B'}]"
#define ELEMENTS                                                                     \
 "{'type':'radiogroup','name':'s','title':'S',"                                      \
 "'choices':[{'value':'x','text':'X'},{'value':'y','text':'Y'},"                     \
 "{'value':'z','text':'Z'}],'barometre':{'role':'segment','notConcerned':['z']}},"   \
 "{'type':'text','name':'l','title':'L','barometre':{'role':'locality'}},"           \
 "{'type':'text','inputType':'number','name':'n','title':'N','min':20,'max':49,"     \
 "'barometre':{'role':'segment'}},"                                                  \
 "{'type':'radiogroup','name':'q','title':'Q'," AB "},"                              \
 "{'type':'checkbox','name':'m','title':'M','visibleIf':'{q} = \\u0027a\\u0027'," AB \
 ",'showNoneItem':true,'noneText':'Rien'}"

#define CROSSINGS                           \
 "'s',{'question':'l','by':'departement'}," \
 "{'question':'l','by':'est_ouest'},{'question':'n','by':'tranche'}"

static struct tabulation *few_people(const struct form *form)
{
	struct tabulation *tab = tabulation_new(form);

	/* Toulouse, west; Montpellier, east; Paris. */
	answer_times(tab, "{'s':'x','l':'31555','n':25,'q':'a','m':['a','b']}", 2);
	answer_times(tab, "{'s':'x','l':'34172','n':39,'q':'b','m':['a']}", 1);
	answer_times(tab, "{'s':'y','l':'dep:75','n':20,'q':'a','m':['none']}", 1);
	answer_times(tab, "{'s':'z','q':'a'}", 1);
	answer_times(tab, "{'n':50,'l':'nowhere'}", 1);
	return tab;
}

static void everybody_is_in_one_group_and_in_one_of_three_classes(void **state)
{
	(void)state;
	struct form *form = crossed_form(ELEMENTS, CROSSINGS);
	struct tabulation *tab = few_people(form);
	struct figures f = {0};

	figures_add(&f, "t", tab, off);
	assert_of(&f, "participation", "s",
		"s=x people 3 . . 3 3 .\n"
		"s=y people 1 . . 1 1 .\n"
		"s=non_precise people 2 . . 2 2 .\n");
	assert_of(&f, "participation", "est_ouest",
		"est_ouest=est people 1 . . 1 1 .\n"
		"est_ouest=ouest people 2 . . 2 2 .\n"
		"est_ouest=ailleurs people 1 . . 1 1 .\n"
		"est_ouest=non_precise people 2 . . 2 2 .\n");
	assert_of(&f, "participation", "n_tranche",
		"n_tranche=20_29 people 3 . . 3 3 .\n"
		"n_tranche=30_39 people 1 . . 1 1 .\n"
		"n_tranche=40_49 people 0 . . 0 0 .\n"
		"n_tranche=non_precise people 2 . . 2 2 .\n");
	/* Of s itself "z" is not concerned; nobody answered nothing but one. */
	assert_of(&f, "s", "",
		"= x 4 1 1 4 3 75\n"
		"= y 4 1 1 4 1 25\n");
	assert_of(&f, "q", "",
		"= a 5 1 0 5 4 80\n"
		"= b 5 1 0 5 1 20\n");
	assert_of(&f, "q", "s",
		"s=x a 3 0 0 3 2 67\n"
		"s=x b 3 0 0 3 1 33\n"
		"s=y a 1 0 0 1 1 100\n"
		"s=y b 1 0 0 1 0 0\n"
		"s=non_precise a 1 1 0 1 1 100\n"
		"s=non_precise b 1 1 0 1 0 0\n");
	/* m is asked of those with q = a: an answer beside q = b does not count. */
	assert_of(&f, "m", "",
		"= a 3 1 2 5 2 67\n"
		"= b 3 1 2 5 2 67\n"
		"= none 3 1 2 5 1 33\n");
	assert_of(&f, "m", "est_ouest",
		"est_ouest=est a 0 0 1 0 0 .\n"
		"est_ouest=est b 0 0 1 0 0 .\n"
		"est_ouest=est none 0 0 1 0 0 .\n"
		"est_ouest=ouest a 2 0 0 4 2 100\n"
		"est_ouest=ouest b 2 0 0 4 2 100\n"
		"est_ouest=ouest none 2 0 0 4 0 0\n"
		"est_ouest=ailleurs a 1 0 0 1 0 0\n"
		"est_ouest=ailleurs b 1 0 0 1 0 0\n"
		"est_ouest=ailleurs none 1 0 0 1 1 100\n"
		"est_ouest=non_precise a 0 1 1 0 0 .\n"
		"est_ouest=non_precise b 0 1 1 0 0 .\n"
		"est_ouest=non_precise none 0 1 1 0 0 .\n");
	figures_release(&f);
	tabulation_free(tab);
	form_free(form);
}

static void ticks_are_counted_a_person_and_exclusive_ones_are_none(void **state)
{
	(void)state;
	struct form *form = crossed_form(ELEMENTS, CROSSINGS);
	struct tabulation *tab = few_people(form);
	struct figures f = {0};

	figures_add(&f, "t", tab, off);
	assert_of(&f, "nombre.m", "",
		"= 0 3 1 2 3 1 33\n"
		"= 1 3 1 2 3 0 0\n"
		"= 2 3 1 2 3 2 67\n"
		"= mean 3 1 2 3 1.33 .\n"
		"= median 3 1 2 3 2 .\n"
		"= q1 3 1 2 3 0 .\n"
		"= q3 3 1 2 3 2 .\n");
	/* A question is not crossed with itself by bands: it is the segment. */
	assert_of(&f, "n", "n_tranche", "");
	assert_of(&f, "n", "s",
		"s=x mean 3 0 0 3 29.67 .\n"
		"s=x median 3 0 0 3 25 .\n"
		"s=x q1 3 0 0 3 25 .\n"
		"s=x q3 3 0 0 3 39 .\n"
		"s=x 20_29 3 0 0 3 2 67\n"
		"s=x 30_39 3 0 0 3 1 33\n"
		"s=x 40_49 3 0 0 3 0 0\n"
		"s=y mean 1 0 0 1 20 .\n"
		"s=y median 1 0 0 1 20 .\n"
		"s=y q1 1 0 0 1 20 .\n"
		"s=y q3 1 0 0 1 20 .\n"
		"s=y 20_29 1 0 0 1 1 100\n"
		"s=y 30_39 1 0 0 1 0 0\n"
		"s=y 40_49 1 0 0 1 0 0\n"
		"s=non_precise mean 0 2 0 0 . .\n"
		"s=non_precise median 0 2 0 0 . .\n"
		"s=non_precise q1 0 2 0 0 . .\n"
		"s=non_precise q3 0 2 0 0 . .\n"
		"s=non_precise 20_29 0 2 0 0 0 .\n"
		"s=non_precise 30_39 0 2 0 0 0 .\n"
		"s=non_precise 40_49 0 2 0 0 0 .\n");
	figures_release(&f);
	tabulation_free(tab);
	form_free(form);
}

/* 1, 2, 3, 4: a quarter is exactly between 1 and 2. 1 … 5: the second and the fourth. */
static void quartiles_are_where_the_distribution_reaches_them(void **state)
{
	(void)state;
	struct form *form = form_of(
		"{'type':'text','inputType':'number','name':'n','title':'T',"
		"'min':0,'max':9}");
	struct tabulation *tab = tabulation_new(form);
	struct figures f = {0};

	for (int i = 1; i <= 4; i++) {
		char *answer = x_printf("{'n':%d}", i);
		answer_times(tab, answer, 1);
		free(answer);
	}
	figures_add(&f, "t", tab, off);
	assert_string_equal(f.list[3].option, "q1");
	assert_true(f.list[3].value - 1.5 == 0.0 && f.list[4].value - 3.5 == 0.0);
	answer_times(tab, "{'n':5}", 1);
	figures_release(&f);
	figures_add(&f, "t", tab, off);
	assert_true(f.list[3].value - 2 == 0.0 && f.list[4].value - 4 == 0.0);
	figures_release(&f);
	tabulation_free(tab);
	form_free(form);
}

static const struct release_note *note_of(const struct figures *f, const char *question,
	const char *segment, const char *code)
{
	for (size_t i = 0; i < f->note_count; i++) {
		const struct release_note *n = &f->notes[i];
		if (strcmp(n->question, question) == 0 &&
			strcmp(n->segment, segment) == 0 && strcmp(n->code, code) == 0)
			return n;
	}
	return NULL;
}

static void small_groups_are_merged_and_that_is_told(void **state)
{
	(void)state;
	struct form *form = crossed_form(ELEMENTS, CROSSINGS);
	struct tabulation *tab = tabulation_new(form);
	struct figures f = {0};

	/* Bands: 40, 4 and 6, 30: those of 4 and 6 cannot stand alone. */
	answer_groups(tab,
		GROUPS({"{'s':'x','n':25,'q':'a','m':['a']}", 20},
			{"{'s':'x','n':25,'q':'b','m':['a']}", 9},
			{"{'s':'y','n':25,'q':'b','m':['a']}", 11},
			{"{'s':'y','n':35,'q':'a','m':['b']}", 2},
			{"{'s':'y','n':35,'q':'b'}", 2},
			{"{'s':'y','n':45,'q':'a','m':['b']}", 3},
			{"{'s':'y','n':45,'q':'b'}", 3}, {"{'s':'y','q':'b'}", 15},
			{"{'s':'y','q':'a','m':['b','a']}", 15}));
	figures_add(&f, "t", tab, usual);
	assert_non_null(note_of(&f, "", "n_tranche", "groups_merged"));
	assert_non_null(note_of(&f, "", "", "parameters"));
	/* Nobody gave a locality: one group of everybody is no crossing. */
	assert_non_null(note_of(&f, "", "est_ouest", "segment_withheld"));
	size_t groups = 0;
	int64_t people = 0;
	for (size_t i = 0; i < f.count; i++) {
		const struct figure *l = &f.list[i];
		if (strcmp(l->option, "people") == 0 &&
			strcmp(l->segment, "n_tranche") == 0) {
			assert_true(l->count == 0 || l->count >= 11);
			groups++;
			people += l->count;
		}
		/* Whatever a line tells of a group, it has eleven people at least, and they add up. */
		if (*l->segment && l->base > 0)
			assert_true(l->base >= 11);
		if (*l->segment && l->not_answered >= 0)
			assert_true(l->base + l->not_answered + l->not_concerned >= 11);
		assert_string_not_equal(l->segment, "est_ouest");
	}
	assert_true(groups >= 2);
	assert_int_equal(people, 80);
	figures_release(&f);
	tabulation_free(tab);
	form_free(form);
}

/* 3,000 letters each, of two groups that are one. */
static void labels_may_be_as_long_as_the_form_has_them(void **state)
{
	(void)state;
	char *x = x_alloc(3001), *y = x_alloc(3001);
	memset(x, 'x', 3000);
	memset(y, 'y', 3000);
	x[3000] = y[3000] = '\0';
	char *elements = x_printf(
		"{'type':'radiogroup','name':'s','title':'S','choices':["
		"{'value':'x','text':'%s'},{'value':'y','text':'%s'},"
		"{'value':'z','text':'Z'}],"
		"'barometre':{'role':'segment'}}",
		x, y);
	struct form *form = crossed_form(elements, "'s'");
	struct tabulation *tab = tabulation_new(form);
	struct figures f = {0};

	answer_groups(tab, GROUPS({"{'s':'x'}", 6}, {"{'s':'y'}", 6}, {"{'s':'z'}", 20}));
	figures_add(&f, "t", tab, usual);
	const struct release_note *note = note_of(&f, "", "s", "groups_merged");
	assert_non_null(note);
	assert_non_null(strstr(note->text, x));
	assert_non_null(strstr(note->text, y));
	figures_release(&f);
	tabulation_free(tab);
	form_free(form);
	free(elements);
	free(x);
	free(y);
}

/* The base of a question that only some are asked is a cell of the one that decides. */
static void no_base_gives_a_withheld_cell_of_its_filter(void **state)
{
	(void)state;
	struct form *form = crossed_form(
		"{'type':'radiogroup','name':'s','title':'S'," AB
		",'barometre':{'role':'segment'}},"
		"{'type':'radiogroup','name':'q','title':'Q'," AB
		",'barometre':{'sensitive':true}},"
		"{'type':'checkbox','name':'m','title':'M','visibleIf':'{q} = \\u0027a\\u0027'," AB
		"}",
		"'s'");
	struct tabulation *tab = tabulation_new(form);
	struct figures f = {0};

	/* q: 30 and 2 in the group a, 16 and 16 in b. */
	answer_groups(tab,
		GROUPS({"{'s':'a','q':'a','m':['a']}", 15},
			{"{'s':'a','q':'a','m':['b']}", 15}, {"{'s':'a','q':'b'}", 2},
			{"{'s':'b','q':'a','m':['a']}", 8},
			{"{'s':'b','q':'a','m':['b']}", 8}, {"{'s':'b','q':'b'}", 16}));
	figures_add(&f, "t", tab, usual);
	assert_of(&f, "q", "s", "");
	assert_of(&f, "m", "s", "");
	assert_of(&f, "nombre.m", "s", "");
	assert_non_null(note_of(&f, "q", "s", "crossing_withheld"));
	assert_non_null(note_of(&f, "m", "s", "crossing_withheld"));
	figures_release(&f);
	tabulation_free(tab);
	form_free(form);
}

#define SENSITIVE_CHOICES "'choices':['a','b','c','d'],'barometre':{'sensitive':true}"
#define SAID(code) "{q} = \\u0027" code "\\u0027"
#define TICKED(code) "{m} contains \\u0027" code "\\u0027"

/* Of q the answers a and b show, c and d are put together; of m all that was ticked shows. A third question, on a page with a condition, has one
 * of its own, too. */
static void assert_asked(const char *page, const char *own, const char *expected)
{
	char *pages = x_printf(
		"'pages':[{'name':'p','title':'P','elements':["
		"{'type':'radiogroup','name':'q','title':'Q'," SENSITIVE_CHOICES "},"
		"{'type':'checkbox','name':'m','title':'M'," SENSITIVE_CHOICES "}]},"
		"{'name':'o','title':'O','visibleIf':'%s','elements':["
		"{'type':'radiogroup','name':'w','title':'W','visibleIf':'%s'," AB "}]}]",
		page, own);
	struct form *form = form_of_pages(pages);
	struct tabulation *tab = tabulation_new(form);
	struct figures f = {0};

	answer_groups(tab,
		GROUPS({"{'q':'a','m':['a'],'w':'a'}", 22},
			{"{'q':'a','m':['a'],'w':'b'}", 18},
			{"{'q':'b','m':['a','b'],'w':'b'}", 30},
			{"{'q':'c','m':['b'],'w':'a'}", 20},
			{"{'q':'d','m':['b'],'w':'a'}", 3}));
	figures_add(&f, "t", tab, usual);
	assert_of(&f, "q", "",
		"= a 93 0 0 93 40 43\n= b 93 0 0 93 30 32\n"
		"= c 93 0 0 93 . . small_cells\n= d 93 0 0 93 . . small_cells\n"
		"= gathered 93 0 0 93 23 25 gathered\n");
	assert_of(&f, "w", "", expected);
	figures_release(&f);
	tabulation_free(tab);
	form_free(form);
	free(pages);
}

static void a_filter_is_the_answer_that_is_asked_for(void **state)
{
	(void)state;
	static const char told[] = "= a 40 0 53 40 22 55\n= b 40 0 53 40 18 45\n",
			  ticked[] = "= a 70 0 23 70 22 31\n= b 70 0 23 70 48 69\n",
			  withheld[] = "= a . . . . . . filter\n= b . . . . . . filter\n";
	static const struct {
		const char *page, *own, *expected;
	} cases[] = {
		/* The same answer twice is one. */
		{SAID("a"), SAID("a"), told},
		{SAID("a") " or " SAID("a"), SAID("a"), told},
		{TICKED("a"), TICKED("a"), ticked},
		/* Two answers: whether both show is not looked at. */
		{SAID("a") " or " SAID("b"), SAID("a"), withheld},
		{SAID("a"), SAID("a") " or " SAID("b"), withheld},
		{SAID("a"), SAID("b"), withheld},
		{SAID("a"), "{q} notempty", withheld},
		{SAID("a"), "{q} != \\u0027c\\u0027", withheld},
		/* One that does not show. */
		{SAID("c"), SAID("c"), withheld},
		/* Two ticks, or a tick and an answer: how many did both is shown nowhere. */
		{TICKED("a"), TICKED("b"), withheld},
		{SAID("a"), TICKED("a"), withheld},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_asked(cases[i].page, cases[i].own, cases[i].expected);
}

static void notes_own_their_texts_and_name_the_question(void **state)
{
	(void)state;
	struct form *form = form_of(
		"{'type':'radiogroup','name':'q','title':'Ma question'," AB "}");
	struct tabulation *tab = tabulation_new(form);
	struct figures f = {0};

	answer_times(tab, "{'q':'a'}", 3);
	figures_add(&f, "t", tab, usual);
	tabulation_free(tab);
	form_free(form);
	const struct release_note *note = note_of(&f, "q", "", "question_withheld");
	assert_non_null(note);
	assert_string_equal(note->audience, "t");
	assert_string_equal(note->text,
		"«\u202fMa question\u202f» n’est pas diffusé\u202f: moins de personnes que le seuil y ont répondu.");
	figures_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_is_in_one_group_and_in_one_of_three_classes),
		cmocka_unit_test(ticks_are_counted_a_person_and_exclusive_ones_are_none),
		cmocka_unit_test(quartiles_are_where_the_distribution_reaches_them),
		cmocka_unit_test(small_groups_are_merged_and_that_is_told),
		cmocka_unit_test(labels_may_be_as_long_as_the_form_has_them),
		cmocka_unit_test(no_base_gives_a_withheld_cell_of_its_filter),
		cmocka_unit_test(a_filter_is_the_answer_that_is_asked_for),
		cmocka_unit_test(notes_own_their_texts_and_name_the_question),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
