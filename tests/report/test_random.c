/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hundred random sets of answers against a second tally: it keeps every answer, knows this one form by heart,
 * and asks anew for each line. Then what one submission costs.
 */
#include "barometre/base/clock.h"
#include "report_test.h"

#define SETS 100
#define PEOPLE_MAX 80

/* g, m and n are asked when f is true, the page of s and l when g is true. */
static const char form_text[] =
	"'pages':[{'name':'p','title':'P','elements':[{'type':'boolean','name':'f','title':'T'},"
	"{'type':'boolean','name':'g','title':'T','visibleIf':'{f} = true'},"
	"{'type':'checkbox','name':'m','title':'T','visibleIf':'{f} = true','showOtherItem':true,"
	"'choices':[{'value':'a','text':'A'},{'value':'b','text':'B'},{'value':'c','text':'C'}]},"
	"{'type':'text','inputType':'number','name':'n','title':'T','min':0,'max':49,"
	"'visibleIf':'{f} = true'}]},"
	"{'name':'p2','title':'P','visibleIf':'{g} = true','elements':["
	"{'type':'radiogroup','name':'s','title':'T','choices':[{'value':'0','text':'0'},{"
	"'value':'1','text':'1'},{'value':'2','text':'2'},{'value':'nc','text':'NC'}],"
	"'barometre':{'scale':true,'notConcerned':['nc']}},"
	"{'type':'text','name':'l','title':'T','barometre':{'role':'locality'}}]},"
	"{'name':'p3','title':'P','elements':[{'type':'matrix','name':'x','title':'T','columns':[{"
	"'value':'a','text':'A'},{'value':'b','text':'B'}],'rows':[{'value':'r','text':'R'},{"
	"'value':'t','text':'T'}]}]}]";

static const char *const letters[] = {"a", "b", "c", "other"};
static const char *const scale[] = {"0", "1", "2", "nc"};
static const char *const places[] = {"31555", "34172", "dep:75", "dep:99"};

/* Anything may be missing, and what is not asked may be there. */
static json_t *random_answers(void)
{
	json_t *a = json_object();

	if (below(5))
		json_object_set_new(a, "f", json_boolean(below(4)));
	if (below(4))
		json_object_set_new(a, "g", json_boolean(below(3)));
	if (below(3)) {
		json_t *ticks = json_array();
		for (size_t i = 0; i < COUNT_OF(letters); i++)
			if (below(2))
				json_array_append_new(ticks, json_string(letters[i]));
		json_object_set_new(a, "m", ticks);
	}
	if (below(4))
		json_object_set_new(a, "n", json_integer((json_int_t)below(50)));
	if (below(4))
		json_object_set_new(a, "s", json_string(scale[below(4)]));
	if (below(4))
		json_object_set_new(a, "l", json_string(places[below(4)]));
	json_t *grid = json_object();
	if (below(2))
		json_object_set_new(grid, "r", json_string(letters[below(2)]));
	if (below(2))
		json_object_set_new(grid, "t", json_string(letters[below(2)]));
	json_object_set_new(a, "x", grid);
	return a;
}

/* The answer when it counts for the base, or NULL. */
static const json_t *counts(const json_t *a, const char *question)
{
	bool f = json_is_true(json_object_get(a, "f"));
	bool g = f && json_is_true(json_object_get(a, "g"));

	if (strcmp(question, "x.r") == 0 || strcmp(question, "x.t") == 0)
		return json_object_get(json_object_get(a, "x"), question + 2);
	if (strchr("gmn", *question) && !f)
		return NULL;
	if (strchr("sl", *question) && !g)
		return NULL;
	const json_t *answer = json_object_get(a, question);
	if (*question == 'm' && json_array_size(answer) == 0)
		return NULL;
	if (*question == 's' && answer && strcmp(json_string_value(answer), "nc") == 0)
		return NULL;
	return answer;
}

static bool says(const json_t *answer, const char *option)
{
	json_t *tick;
	size_t i;

	if (json_is_boolean(answer))
		return strcmp(option, json_is_true(answer) ? "true" : "false") == 0;
	if (json_is_integer(
		    answer)) /* "0_9", "10_19": the tens are the first digit of two */
		return json_integer_value(answer) / 10 ==
			(option[1] == '_' ? 0 : *option - '0');
	if (json_is_string(answer))
		return strcmp(json_string_value(answer), option) == 0;
	json_array_foreach(answer, i, tick)
		if (strcmp(json_string_value(tick), option) == 0)
			return true;
	return false;
}

static double number_in(const json_t *answer)
{
	return json_is_integer(answer) ? (double)json_integer_value(answer)
				       : *json_string_value(answer) - '0';
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void assert_statistic(const struct figure *f, double *numbers, int64_t base)
{
	double sum = 0;

	assert_int_equal(f->count, -1);
	assert_int_equal(f->percent, -1);
	assert_int_equal(f->has_value, base > 0);
	if (base == 0)
		return;
	qsort(numbers, (size_t)base, sizeof(*numbers), ascending);
	for (int64_t i = 0; i < base; i++)
		sum += numbers[i];
	double median = base % 2 ? numbers[base / 2]
				 : (numbers[base / 2 - 1] + numbers[base / 2]) / 2;
	double exact = strcmp(f->option, "mean") == 0 ? sum / (double)base : median;
	assert_true(f->value - exact <= 0.005001 && exact - f->value <= 0.005001);
}

static void assert_line(const struct figure *f, json_t *const *people, int n)
{
	int64_t base = 0, mentions = 0, count = 0;
	double numbers[PEOPLE_MAX];

	for (int i = 0; i < n; i++) {
		const json_t *answer = counts(people[i], f->question);
		if (!answer)
			continue;
		if (strchr("sn", *f->question))
			numbers[base] = number_in(answer);
		base++;
		mentions += json_is_array(answer) ? (int64_t)json_array_size(answer) : 1;
		count += says(answer, f->option);
	}
	assert_string_equal(f->status, "");
	assert_int_equal(f->base, base);
	assert_int_equal(f->mentions, mentions);
	if (strcmp(f->option, "mean") == 0 || strcmp(f->option, "median") == 0) {
		assert_statistic(f, numbers, base);
		return;
	}
	assert_int_equal(f->count, count);
	assert_int_equal(f->percent, base == 0 ? -1 : (200 * count + base) / (2 * base));
}

/* Whatever shows is what it is without thresholds, and thresholds take away what they must. */
static void assert_thresholds(const struct figures *all, const struct tabulation *tab)
{
	struct figures some = {0};

	figures_add(&some, "t", tab, usual);
	for (size_t i = 1; i < some.count; i++) {
		const struct figure *f = &some.list[i], *same = NULL;
		bool sensitive = strchr("nl", *f->question) && !is_beside(f);
		for (size_t k = 1; k < all->count; k++) {
			const struct figure *full = &all->list[k];
			if (strcmp(full->question, f->question) != 0)
				continue;
			/* Of one question all bases are equal. */
			assert_true(f->base == full->base || f->base == -1);
			if (full->base > 0 && full->base < 11)
				assert_true(f->base == -1 && f->mentions == -1 &&
					f->count == -1 && f->percent == -1 &&
					f->not_answered == -1 && f->not_concerned == -1 &&
					!f->has_value && *f->status);
			if (strcmp(full->option, f->option) == 0)
				same = full;
		}
		assert_true(same || strcmp(f->option, "gathered") == 0);
		if (same)
			assert_true((f->count == same->count || f->count == -1) &&
				(!f->has_value || f->value - same->value == 0.0));
		assert_false(sensitive && f->count > 0 && f->count < 5);
		assert_true(*f->status || f->count >= 0 || f->has_value || f->base == 0);
	}
	figures_release(&some);
}

static void random_answers_agree_with_a_naive_tally(void **state)
{
	(void)state;
	struct form *form = form_of_pages(form_text);
	size_t lines = 0;

	for (int set = 0; set < SETS; set++) {
		struct tabulation *tab = tabulation_new(form);
		struct figures all = {0};
		json_t *people[PEOPLE_MAX];
		int n = (int)below(PEOPLE_MAX) + 1;

		for (int i = 0; i < n; i++) {
			people[i] = random_answers();
			tabulation_add(tab, people[i], 0);
		}
		figures_add(&all, "t", tab, off);
		assert_int_equal(all.list[0].count, n);
		for (size_t i = 1; i < all.count; i++) {
			if (is_beside(&all.list[i]))
				continue;
			lines++;
			assert_line(&all.list[i], people, n);
		}
		assert_thresholds(&all, tab);
		figures_release(&all);
		tabulation_free(tab);
		for (int i = 0; i < n; i++)
			json_decref(people[i]);
	}
	print_message("%d sets, %zu lines agree\n", SETS, lines);
	form_free(form);
}

static void the_order_of_submissions_leaves_no_trace(void **state)
{
	(void)state;
	struct form *form = form_of_pages(form_text);
	struct tabulation *there = tabulation_new(form), *back = tabulation_new(form);
	struct figures a = {0}, b = {0};
	json_t *people[40];

	for (size_t i = 0; i < COUNT_OF(people); i++)
		tabulation_add(there, people[i] = random_answers(), 0);
	for (size_t i = COUNT_OF(people); i-- > 0; json_decref(people[i]))
		tabulation_add(back, people[i], 0);
	figures_add(&a, "t", there, usual);
	figures_add(&b, "t", back, usual);
	assert_int_equal(a.count, b.count);
	for (size_t i = 0; i < a.count; i++) {
		struct buf x = BUF_LIMIT(1000), y = BUF_LIMIT(1000);
		put_line(&x, &a.list[i]);
		put_line(&y, &b.list[i]);
		assert_string_equal(x.p, y.p);
		buf_release(&x);
		buf_release(&y);
	}
	figures_release(&a);
	figures_release(&b);
	tabulation_free(there);
	tabulation_free(back);
	form_free(form);
}

/* Everything a person can tick: the first choice of each question, every box. */
static json_t *full_answer(const struct question *q)
{
	json_t *answer = NULL;

	switch (q->type) {
	case QUESTION_RADIOGROUP:
	case QUESTION_DROPDOWN:
		return json_string(q->choices[0].code);
	case QUESTION_CHECKBOX:
		answer = json_array();
		for (size_t i = 0; i < q->choice_count; i++)
			if (!q->choices[i].exclusive)
				json_array_append_new(
					answer, json_string(q->choices[i].code));
		return answer;
	case QUESTION_MATRIX:
		answer = json_object();
		for (size_t i = 0; i < q->row_count; i++)
			json_object_set_new(
				answer, q->rows[i].code, json_string(q->choices[0].code));
		return answer;
	case QUESTION_TEXT:
		if (q->input == INPUT_NUMBER)
			return json_integer((json_int_t)q->min);
		return json_string(q->role == ROLE_LOCALITY ? "31555" : "x");
	case QUESTION_BOOLEAN:
	case QUESTION_CALCULATED:
		return json_true();
	case QUESTION_RATING:
		return json_real(q->min);
	case QUESTION_COMMENT:
		return json_string("x");
	case QUESTION_MULTIPLETEXT:
	case QUESTION_RANKING:
	case QUESTION_EXPRESSION:
	case QUESTION_HTML:
		break;
	}
	return NULL;
}

static void every_question_of_a_real_form_is_counted(void **state)
{
	(void)state;
	enum {
		TIMES = 2000
	};
	struct form *form = form_of_project("patients");
	struct tabulation *tab = tabulation_new(form);
	struct figures figures = {0};
	json_t *answers = json_object();
	size_t answered = 0;

	for (size_t i = 0; i < form->question_count; i++) {
		const struct question *q = &form->questions[i];
		if (q->role == ROLE_CONTACT || q->type == QUESTION_HTML)
			continue;
		json_object_set_new(answers, q->name, full_answer(q));
		answered++;
	}
	usec_t start = clock_monotonic();
	for (int i = 0; i < TIMES; i++)
		tabulation_add(tab, answers, 0);
	usec_t spent = clock_monotonic() - start;
	print_message("tabulation_add of %zu answers of patients: %.1f µs\n", answered,
		(double)spent / TIMES);
	start = clock_monotonic();
	figures_add(&figures, "patients", tab, off);
	print_message("figures_add: %zu lines in %.0f µs\n", figures.count,
		(double)(clock_monotonic() - start));
	for (size_t i = 0; i < figures.count; i++) {
		const struct figure *f = &figures.list[i];
		/* Everybody is in the same group of each crossing; the others have their size only. */
		if (f->base != TIMES && strcmp(f->option, "people") != 0)
			fail_msg("%s %s: base %lld %s", f->question, f->option,
				(long long)f->base, f->status);
		assert_string_not_equal(f->label, "");
	}
	figures_release(&figures);
	tabulation_free(tab);
	form_free(form);
	json_decref(answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_answers_agree_with_a_naive_tally),
		cmocka_unit_test(the_order_of_submissions_leaves_no_trace),
		cmocka_unit_test(every_question_of_a_real_form_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
