/* SPDX-License-Identifier: Apache-2.0 */
/* A release as a stranger reads it, with every former one beside it (release_check.h). Each attack is shown to be found, and the same
 * tables without the attack to pass. */
#include "barometre/report/release_check.h"
#include "report_test.h"

#define GROUP_COUNT 4
#define OPTIONS 4
#define LINES_MAX 400

/* People of one audience, by the group they are in and what they answered: q is an opinion, s is sensitive, m has several ticks. */
struct people {
	int64_t n[GROUP_COUNT][OPTIONS];
};
static const struct people hundred = {
	{{12, 9, 8, 11}, {7, 10, 13, 6}, {9, 8, 7, 9}, {14, 5, 6, 12}}};

static struct form *form;

static int begin(void **state)
{
	(void)state;
	form = form_of(
		"{'type':'radiogroup','name':'q','title':'Q','choices':['a','b','c','d'],'barometre':{'role':'opinion','short':'Q'}},"
		"{'type':'radiogroup','name':'s','title':'S','choices':['a','b','c','d'],'barometre':{'role':'opinion','short':'S','sensitive':true}},"
		"{'type':'checkbox','name':'m','title':'M','choices':['a','b','c','d'],'barometre':{'role':'opinion','short':'M'}},"
		"{'type':'comment','name':'o','title':'O','maxLength':500,'barometre':{'role':'text','short':'O'}}");
	return 0;
}

static int end(void **state)
{
	(void)state;
	form_free(form);
	return 0;
}

static const char *const options[OPTIONS] = {"a", "b", "c", "d"};
static const char *const groups[GROUP_COUNT] = {"g1", "g2", "g3", "g4"};

static struct release new_release(int64_t version, struct thresholds t)
{
	struct release r = {
		.info = {.version = version, .thresholds = t, .state = "checked"}};

	r.figures = x_calloc(LINES_MAX, sizeof(*r.figures));
	return r;
}

static void put(struct release *r, const char *question, const char *type,
	const char *group, const char *option, int64_t base, int64_t count)
{
	assert_true(r->figure_count < LINES_MAX);
	r->figures[r->figure_count++] = (struct figure){.audience = "t",
		.question = question,
		.type = type,
		.segment = *group ? "seg" : "",
		.segment_value = group,
		.segment_label = group,
		.option = option,
		.label = option,
		.base = base,
		.not_answered = base < 0 ? -1 : 0,
		.not_concerned = base < 0 ? -1 : 0,
		.mentions = base,
		.count = count,
		.percent = percent_of(count, base < 0 ? 0 : base),
		.status = ""};
}

static void put_row(struct release *r, const char *question, const char *type,
	const char *group, const int64_t *cells)
{
	int64_t base = 0;

	for (size_t i = 0; i < OPTIONS; i++)
		base += cells[i];
	for (size_t i = 0; i < OPTIONS; i++)
		put(r, question, type, group, options[i], base, cells[i]);
}

/* The question of everybody and by group. */
static void put_question(
	struct release *r, const char *question, const char *type, const struct people *p)
{
	int64_t all[OPTIONS] = {0};

	for (size_t g = 0; g < GROUP_COUNT; g++)
		for (size_t o = 0; o < OPTIONS; o++)
			all[o] += p->n[g][o];
	put_row(r, question, type, "", all);
	for (size_t g = 0; g < GROUP_COUNT; g++)
		put_row(r, question, type, groups[g], p->n[g]);
}

static struct release tables(int64_t version, const struct people *p)
{
	struct release r = new_release(version, usual);
	int64_t people = 0;

	for (size_t g = 0; g < GROUP_COUNT; g++)
		for (size_t o = 0; o < OPTIONS; o++)
			people += p->n[g][o];
	put(&r, "participation", "total", "", "respondents", people, people);
	put_question(&r, "q", "single", p);
	return r;
}

static void drop(struct release *r)
{
	free(r->figures);
	*r = (struct release){0};
}

/* The code of the first finding, or "". */
static const char *verdict_of(
	const struct release *r, const struct release *former, size_t count)
{
	const struct form *const forms[] = {form};
	struct release_findings findings = {0};
	const char *code = "";

	release_check(r, former, count, forms, 1, &findings);
	if (findings.count > 0) {
		code = findings.list[0].code;
		assert_true(str_is_utf8(str_of(findings.list[0].text)));
		assert_non_null(strstr(findings.list[0].text, "question"));
	}
	release_findings_release(&findings);
	return code;
}

#define found(code, r, former, count) \
 assert_string_equal(verdict_of(r, former, count), code)

/* ---- a release by itself ---- */

static void good_tables_pass(void **state)
{
	struct release r = tables(1, &hundred);

	(void)state;
	found("", &r, NULL, 0);
	put_question(&r, "s", "single", &hundred);
	found("", &r, NULL, 0);
	drop(&r);
}

static void a_base_under_the_threshold_is_found(void **state)
{
	struct people few = hundred;

	(void)state;
	for (int64_t base = 1; base <= 11; base++) {
		int64_t row[OPTIONS] = {base / 2, base - base / 2, 0, 0};
		struct release r;

		memcpy(few.n[1], row, sizeof(row));
		r = tables(1, &few);
		found(base < 11 ? "small_base" : "", &r, NULL, 0);
		drop(&r);
	}
}

static void the_reason_is_told_behind_any_label(void **state)
{
	static const int64_t few[OPTIONS] = {4, 3, 2, 1};
	const struct form *const forms[] = {form};
	struct release r = new_release(1, usual);
	struct release_findings findings = {0};
	char *label = x_alloc(20001);

	(void)state;
	memset(label, 'x', 20000);
	label[20000] = '\0';
	put_row(&r, "q", "single", "g1", few);
	for (size_t i = 0; i < OPTIONS; i++)
		r.figures[i].segment_label = label;
	release_check(&r, NULL, 0, forms, 1, &findings);
	assert_int_equal(findings.count, 1);
	assert_non_null(strstr(findings.list[0].text, "la base est trop petite."));
	release_findings_release(&findings);
	drop(&r);
	free(label);
}

/* A group that counts nobody tells nothing of anybody. */
static void an_empty_group_passes(void **state)
{
	struct people none = hundred;
	struct release r;

	(void)state;
	memset(none.n[2], 0, sizeof(none.n[2]));
	r = tables(1, &none);
	found("", &r, NULL, 0);
	drop(&r);
}

/* T20: 12/0 and 11/1 never, 10/2 may be. */
static void unanimity_in_a_segment_is_found(void **state)
{
	static const struct {
		int64_t row[OPTIONS];
		const char *code;
	} cases[] = {{{12, 0, 0, 0}, "unanimous"}, {{11, 1, 0, 0}, "unanimous"},
		{{10, 2, 0, 0}, ""}, {{10, 1, 1, 0}, ""}};
	struct thresholds coalition = {.min_base = 11, .min_cell = 5, .coalition = 1};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct people p = hundred;
		struct release r;

		memcpy(p.n[0], cases[i].row, sizeof(cases[i].row));
		r = tables(1, &p);
		r.info.thresholds = coalition;
		found(cases[i].code, &r, NULL, 0);
		drop(&r);
	}
}

static void a_small_sensitive_cell_is_found(void **state)
{
	(void)state;
	for (int64_t cell = 0; cell <= 6; cell++) {
		struct people p = hundred;
		struct release r, sensitive;

		p.n[3][1] = cell;
		r = tables(1, &p);
		found("", &r, NULL, 0);
		sensitive = new_release(1, usual);
		put_question(&sensitive, "s", "single", &p);
		found(cell > 0 && cell < 5 ? "small_cell" : "", &sensitive, NULL, 0);
		drop(&r);
		drop(&sensitive);
	}
}

static void so_many_without_an_answer_are_found(void **state)
{
	struct release r = new_release(1, usual);

	(void)state;
	put_question(&r, "s", "single", &hundred);
	for (size_t i = 0; i < OPTIONS; i++)
		r.figures[i].not_answered = 3;
	found("small_cell", &r, NULL, 0);
	for (size_t i = 0; i < OPTIONS; i++)
		r.figures[i].not_answered = 5;
	found("", &r, NULL, 0);
	drop(&r);
}

/* One answer withheld alone is the base less the others. */
static void a_lone_withheld_cell_is_computed(void **state)
{
	static const int64_t row[OPTIONS] = {20, 3, 9, 12};
	struct release r = new_release(1, usual);

	(void)state;
	put_row(&r, "s", "single", "", row);
	r.figures[1].count = r.figures[1].percent = -1;
	found("lone_cell", &r, NULL, 0);
	r.figures[2].count = r.figures[2].percent = -1;
	found("", &r, NULL, 0);
	drop(&r);
}

/* One option of several ticks is a row of its own: chosen, not chosen. */
static void ticks_of_all_or_of_nobody_are_found(void **state)
{
	(void)state;
	for (int64_t c = 0; c <= 20; c++) {
		struct release r = new_release(1, usual);

		r.info.thresholds.coalition = 1;
		put(&r, "m", "multiple", "g1", "a", 20, c);
		put(&r, "m", "multiple", "g1", "b", 20, 9);
		found(c < 2 || c > 18 ? "unanimous" : "", &r, NULL, 0);
		drop(&r);
	}
}

/* Who is in the whole and in no group is a group that nobody meant to publish. */
static void who_is_left_over_is_found(void **state)
{
	(void)state;
	for (int64_t left = 0; left <= 14; left++) {
		struct release r = tables(1, &hundred);
		int64_t split[OPTIONS] = {
			left / 4, left / 4, left / 4, left - 3 * (left / 4)};

		/* The whole of q stands after participation. */
		for (size_t o = 0; o < OPTIONS; o++) {
			r.figures[1 + o].base += left;
			r.figures[1 + o].count += split[o];
		}
		found(left > 0 && left < 11 ? "left_over" : "", &r, NULL, 0);
		drop(&r);
	}
}

static void with_thresholds_off_nothing_is_looked_at(void **state)
{
	static const int64_t one[OPTIONS] = {1, 0, 0, 0};
	struct release r = new_release(1, off);

	(void)state;
	put_row(&r, "s", "single", "", one);
	found("", &r, NULL, 0);
	drop(&r);
}

/* ---- against former ones ---- */

static void the_same_again_passes(void **state)
{
	struct release v1 = tables(1, &hundred), v2 = tables(2, &hundred);

	(void)state;
	found("", &v2, &v1, 1);
	drop(&v1);
	drop(&v2);
}

/* T19. Each table is fine by itself; their difference is 1 … 10 people, whose whole answers it would be. */
static void a_difference_of_few_is_refused(void **state)
{
	struct release v1 = tables(1, &hundred);

	(void)state;
	for (int64_t more = 1; more <= 10; more++) {
		struct people p = hundred;
		struct release v2;

		for (int64_t i = 0; i < more; i++)
			p.n[(size_t)i % GROUP_COUNT][(size_t)(i * 3) % OPTIONS]++;
		v2 = tables(2, &p);
		found("", &v2, NULL, 0);
		found("difference", &v2, &v1, 1);
		/* People taken out instead. */
		found("difference", &v1, &v2, 1);
		drop(&v2);
	}
	drop(&v1);
}

/* The same people in one group and 11 more in others: nothing can be subtracted that is under 11. */
static void a_difference_that_is_a_table_passes(void **state)
{
	struct people p = hundred;
	struct release v1 = tables(1, &hundred), v2, v3;

	(void)state;
	for (size_t o = 0; o < OPTIONS; o++)
		p.n[1][o] += 3;
	v2 = tables(2, &p);
	found("", &v2, &v1, 1);
	/* Eleven who all said the same. */
	p = hundred;
	p.n[1][2] += 11;
	v3 = tables(2, &p);
	found("difference", &v3, &v1, 1);
	drop(&v1);
	drop(&v2);
	drop(&v3);
}

/* Twelve more in the whole, ten of them in one group. */
static void a_small_difference_of_one_group_is_refused(void **state)
{
	struct people p = hundred;
	struct release v1 = tables(1, &hundred), v2;

	(void)state;
	for (size_t i = 0; i < 10; i++)
		p.n[0][i % OPTIONS]++;
	for (size_t i = 0; i < 12; i++)
		p.n[1][i % OPTIONS]++;
	v2 = tables(2, &p);
	found("difference", &v2, &v1, 1);
	drop(&v1);
	drop(&v2);
}

static void one_changed_answer_is_refused(void **state)
{
	struct people p = hundred;
	struct release v1 = tables(1, &hundred), v2;

	(void)state;
	p.n[0][0]--;
	p.n[0][1]++;
	v2 = tables(2, &p);
	found("changed", &v2, &v1, 1);
	drop(&v1);
	drop(&v2);
}

/* A choice may be coded as a statistic is called: its line is people all the same. */
static void an_option_that_is_called_like_a_statistic_is_compared(void **state)
{
	static const char *const types[] = {"multiple", "single"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		struct release v1 = new_release(1, usual), v2 = new_release(2, usual);
		put(&v1, "m", types[i], "", "q1", 60, 20);
		put(&v1, "m", types[i], "", "q2", 60, 40);
		put(&v2, "m", types[i], "", "q1", 60, 20);
		put(&v2, "m", types[i], "", "q2", 60, 40);
		found("", &v2, &v1, 1);
		v2.figures[0].count++;
		v2.figures[1].count -= i == 1;
		found("changed", &v2, &v1, 1);
		drop(&v1);
		drop(&v2);
	}
}

static void one_who_moved_to_another_group_is_refused(void **state)
{
	struct people p = hundred;
	struct release v1 = tables(1, &hundred), v2;

	(void)state;
	/* They are many, but one group grows while the other shrinks. */
	for (size_t i = 0; i < 12; i++) {
		p.n[0][i % OPTIONS]--;
		p.n[1][i % OPTIONS]++;
	}
	v2 = tables(2, &p);
	found("difference", &v2, &v1, 1);
	drop(&v1);
	drop(&v2);
}

static void other_groups_are_refused(void **state)
{
	struct release v1 = tables(1, &hundred), v2 = tables(2, &hundred);

	(void)state;
	for (size_t i = 0; i < v2.figure_count; i++)
		if (strcmp(v2.figures[i].segment_value, "g4") == 0)
			v2.figures[i].segment_value = "g5";
	found("groups", &v2, &v1, 1);
	drop(&v1);
	drop(&v2);
}

/* v1 by seg; v2 by another segment instead: no audit has seen the two together. With both it has. */
static void a_crossing_instead_of_another_is_refused(void **state)
{
	struct release v1 = tables(1, &hundred), v2 = tables(2, &hundred),
		       both = tables(2, &hundred);
	size_t n = both.figure_count;

	(void)state;
	for (size_t i = 0; i < v2.figure_count; i++)
		if (*v2.figures[i].segment)
			v2.figures[i].segment = "other";
	found("crossings", &v2, &v1, 1);
	for (size_t i = 0; i < n; i++)
		if (*both.figures[i].segment) {
			both.figures[both.figure_count] = both.figures[i];
			both.figures[both.figure_count++].segment = "other";
		}
	found("", &both, &v1, 1);
	drop(&v1);
	drop(&v2);
	drop(&both);
}

/* Every former one, whichever it is: what was withdrawn was seen. */
static void all_former_ones_are_compared(void **state)
{
	struct people p = hundred;
	struct release former[2] = {tables(1, &hundred)}, v3 = tables(3, &hundred);

	(void)state;
	p.n[2][1] += 2;
	former[1] = tables(2, &p);
	(void)snprintf(former[1].info.state, sizeof(former[1].info.state), "withdrawn");
	found("", &v3, former, 1);
	found("difference", &v3, former, 2);
	drop(&former[0]);
	drop(&former[1]);
	drop(&v3);
}

/* Thresholds that somebody lowered for a new version do not open the old one. */
static void lower_thresholds_open_nothing(void **state)
{
	struct people p = hundred;
	struct release v1 = tables(1, &hundred), v2;

	(void)state;
	p.n[2][1]++;
	v2 = tables(2, &p);
	v2.info.thresholds = off;
	found("difference", &v2, &v1, 1);
	drop(&v1);
	drop(&v2);
}

/* Gathered options: what is left of the base is a cell of both. */
static void what_is_gathered_is_compared_too(void **state)
{
	static const int64_t row[OPTIONS] = {30, 25, 6, 5},
			     more[OPTIONS] = {30, 25, 12, 11};
	struct release v1 = new_release(1, usual), v2 = new_release(2, usual);

	(void)state;
	put_row(&v1, "s", "single", "", row);
	put_row(&v2, "s", "single", "", more);
	for (size_t i = 2; i < OPTIONS; i++)
		v1.figures[i].count = v2.figures[i].count = -1;
	/* All twelve who are new are in the gathered cell. */
	found("difference", &v2, &v1, 1);
	drop(&v1);
	drop(&v2);
}

static void put_themes(struct release *r, int64_t texts, int64_t a, int64_t b)
{
	put(r, "o", "text", "", "a", texts, a);
	put(r, "o", "text", "", "b", texts, b);
}

/* The same texts read again may change their themes; a few texts more may not come out. */
static void themes_are_of_texts(void **state)
{
	struct release v1 = new_release(1, usual), again = new_release(2, usual),
		       few = new_release(2, usual), many = new_release(2, usual);

	(void)state;
	put_themes(&v1, 40, 20, 22);
	put_themes(&again, 40, 19, 23);
	put_themes(&few, 44, 22, 24);
	put_themes(&many, 60, 28, 31);
	found("", &again, &v1, 1);
	found("difference", &few, &v1, 1);
	found("", &many, &v1, 1);
	drop(&v1);
	drop(&again);
	drop(&few);
	drop(&many);
}

/* A question that was withheld and now shows: its own table is judged, there is nothing to subtract. */
static void what_was_withheld_may_come_out(void **state)
{
	struct release v1 = tables(1, &hundred), v2 = tables(2, &hundred);

	(void)state;
	for (size_t i = 1; i < v1.figure_count; i++)
		v1.figures[i].base = v1.figures[i].count = -1;
	found("", &v2, &v1, 1);
	drop(&v1);
	drop(&v2);
}

/* Random people come and go: what passes has no row that differs by 1 … 10, whoever computes it. */
static void what_passes_differs_by_nobody_or_by_many(void **state)
{
	uint64_t seed = 20260901;
	int passed = 0;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct people a = hundred, b = hundred;
		struct release v1, v2;
		bool safe = true;

		for (int i = 0; i < round % 60; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			b.n[(seed >> 40) % (round % 2 ? 1 : GROUP_COUNT)]
			   [(seed >> 50) % OPTIONS]++;
		}
		for (size_t g = 0; g < GROUP_COUNT; g++) {
			int64_t d = 0;

			for (size_t o = 0; o < OPTIONS; o++)
				d += b.n[g][o] - a.n[g][o];
			safe &= d == 0 || d >= 11;
		}
		v1 = tables(1, &a);
		v2 = tables(2, &b);
		if (!*verdict_of(&v2, &v1, 1)) {
			passed++;
			assert_true(safe);
		}
		drop(&v1);
		drop(&v2);
	}
	assert_true(passed > 200);
}

/* Whom a filter let through is a cell of it, even when those who answered and those who did not differ by many. */
static void few_that_a_filter_let_through_are_refused(void **state)
{
	static const int64_t before[OPTIONS] = {20, 15, 25, 30},
			     after[OPTIONS] = {23, 18, 28, 33};

	(void)state;
	for (int64_t asked = -14; asked <= 14; asked++) {
		struct release v1 = new_release(1, usual), v2 = new_release(2, usual);

		put_row(&v1, "q", "single", "", before);
		put_row(&v2, "q", "single", "", after);
		for (size_t i = 0; i < OPTIONS; i++) {
			v1.figures[i].not_answered = 60;
			v2.figures[i].not_answered = 60 - 12 + asked;
			v1.figures[i].not_concerned = 40;
			v2.figures[i].not_concerned = 40 + 20;
		}
		int64_t unanswered = asked - 12;
		bool few = (asked != 0 && asked > -11 && asked < 11) ||
			(unanswered != 0 && unanswered > -11 && unanswered < 11);
		found(few ? "difference" : "", &v2, &v1, 1);
		drop(&v1);
		drop(&v2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_tables_pass),
		cmocka_unit_test(a_base_under_the_threshold_is_found),
		cmocka_unit_test(the_reason_is_told_behind_any_label),
		cmocka_unit_test(an_empty_group_passes),
		cmocka_unit_test(unanimity_in_a_segment_is_found),
		cmocka_unit_test(a_small_sensitive_cell_is_found),
		cmocka_unit_test(so_many_without_an_answer_are_found),
		cmocka_unit_test(a_lone_withheld_cell_is_computed),
		cmocka_unit_test(ticks_of_all_or_of_nobody_are_found),
		cmocka_unit_test(who_is_left_over_is_found),
		cmocka_unit_test(with_thresholds_off_nothing_is_looked_at),
		cmocka_unit_test(the_same_again_passes),
		cmocka_unit_test(a_difference_of_few_is_refused),
		cmocka_unit_test(a_difference_that_is_a_table_passes),
		cmocka_unit_test(a_small_difference_of_one_group_is_refused),
		cmocka_unit_test(one_changed_answer_is_refused),
		cmocka_unit_test(an_option_that_is_called_like_a_statistic_is_compared),
		cmocka_unit_test(one_who_moved_to_another_group_is_refused),
		cmocka_unit_test(other_groups_are_refused),
		cmocka_unit_test(a_crossing_instead_of_another_is_refused),
		cmocka_unit_test(all_former_ones_are_compared),
		cmocka_unit_test(lower_thresholds_open_nothing),
		cmocka_unit_test(what_is_gathered_is_compared_too),
		cmocka_unit_test(themes_are_of_texts),
		cmocka_unit_test(what_was_withheld_may_come_out),
		cmocka_unit_test(few_that_a_filter_let_through_are_refused),
		cmocka_unit_test(what_passes_differs_by_nobody_or_by_many),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
