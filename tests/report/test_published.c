/* SPDX-License-Identifier: Apache-2.0 */
/* published.h: nothing of what was printed is lost or corrected, and a change is told only of what is the same. */
#include "../support/file.h"
#include "barometre/report/published.h"
#include "report_test.h"

#define HEADER \
 "audience,question,option,measure,value,number,base,unit,wording,label,source,known_error\n"
/* Those of a question q, printed as shares with counts; of r as a share alone. */
#define PRINTED                                                      \
 HEADER "t,participation,,respondents,100,100,,r,W,,ligne 1,\n"      \
	"t,q,,respondents,40,40,,r,W,,ligne 2,\n"                    \
	"t,q,oui,percent,25,25,40,%,W,Oui,ligne 3,\n"                \
	"t,q,oui,count,10,10,40,r,W,Oui,ligne 3,\"arrondi, faux\"\n" \
	"t,q,non,percent,75,75,40,%,W,Non,ligne 4,\n"                \
	"t,r,oui,percent,\"12,5\",12.5,,%,W,Oui,ligne 5,\n"          \
	"t,r,,ratio,2/3,,,rapport,W,,ligne 6,\n"

static void parse(const char *text, struct published *ret)
{
	struct err err = {0};

	if (!published_parse(str_of(text), "2023", "2023.csv", ret, &err))
		fail_msg("%s", err.text);
}

static void files_of_the_project_are_read_and_written_again(void **state)
{
	static const struct {
		const char *edition;
		size_t count;
	} files[] = {{"2023", 232}, {"2021", 59}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		SCOPED(free_char)
		char *path = x_printf(
			SOURCE_DIR "/forms/published/%s.csv", files[i].edition);
		SCOPED(free_char) char *text = file_text(path);
		SCOPED(published_release) struct published list = {0};
		SCOPED(buf_release) struct buf out = BUF_LIMIT(1 << 22);
		struct err err = {0};

		if (!published_parse(str_of(text), files[i].edition, path, &list, &err))
			fail_msg("%s", err.text);
		assert_int_equal(list.count, files[i].count);
		published_write(&list, &out);
		assert_string_equal(out.p, text);
	}
}

static const struct {
	const char *line;
	int at;
	const char *fragment;
} refusals[] = {
	{"", 1, "nothing to import"},
	{"t,q,oui,percent\n", 2, "4 columns, not 12"},
	{"T,q,oui,percent,25,25,40,%,W,Oui,ligne 3,\n", 2,
		"audience, question and option"},
	{"t,q,Oui !,percent,25,25,40,%,W,Oui,ligne 3,\n", 2, "of a-z, 0-9 and _"},
	{"t,q,oui,share,25,25,40,%,W,Oui,ligne 3,\n", 2, "measure is unknown"},
	{"t,q,oui,percent,25,25,40,%,W,Oui,,\n", 2, "source is missing"},
	{"t,q,oui,percent,,25,40,%,W,Oui,ligne 3,\n", 2, "value is empty"},
	{"t,q,oui,percent,25,vingt,40,%,W,Oui,ligne 3,\n", 2, "\"vingt\" is none"},
	{"t,q,oui,percent,27,37,40,%,W,Oui,ligne 3,\n", 2, "never corrected"},
	{"t,q,oui,percent,25,,40,%,W,Oui,ligne 3,\n", 2, "a ratio has no number"},
	{"t,q,oui,ratio,25,25,40,%,W,Oui,ligne 3,\n", 2, "a ratio has no number"},
	{"t,q,oui,percent,25,25,-4,%,W,Oui,ligne 3,\n", 2, "number of people, or empty"},
	{"t,q,oui,percent,25,25,40,%,W,Oui,ligne 3,\nt,q,non,percent,26,26,40,%,W,Oui,ligne 4,\n",
		3, "stands above"},
	{"t,q,oui,percent,25,25,40,%,W,Oui,ligne 3,\nt,q,oui,percent,26,26,40,%,W,Si,ligne 4,\n",
		3, "stands above"},
	{"t,q,oui,percent,25,25,40,%,W,\"Oui,ligne 3,\n", 2, "quote is not closed"},
};

static void wrong_lines_are_refused_with_their_place(void **state)
{
	SCOPED(published_release) struct published list = {0};
	struct err err = {0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(refusals); i++) {
		SCOPED(free_char) char *text = x_printf("%s%s", HEADER, refusals[i].line);

		err = (struct err){0};
		assert_false(
			published_parse(str_of(text), "2023", "2023.csv", &list, &err));
		if (!strstr(err.text, refusals[i].fragment) || err.line != refusals[i].at)
			fail_msg("%s gave %s", refusals[i].line, err.text);
	}
	assert_false(published_parse(
		STR("audience;question\n"), "2023", "2023.csv", &list, &err));
	assert_false(published_parse(STR(PRINTED), "notes", "notes.csv", &list, &err));
	assert_non_null(strstr(err.text, "called after its year"));
	assert_int_equal(list.count, 0);
}

static void what_was_printed_of_an_option_is_found(void **state)
{
	SCOPED(published_release) struct published list = {0};
	struct published_figure f = {0};

	(void)state;
	parse(PRINTED, &list);
	assert_true(published_find(&list, "t", "q", "oui", &f));
	assert_int_equal(f.count, 10);
	assert_int_equal(f.base, 40);
	assert_true(f.percent == 25);
	assert_string_equal(f.source, "ligne 3");
	assert_string_equal(f.known_error, "arrondi, faux");
	/* A share alone: no count is made of it, and no base. */
	assert_true(published_find(&list, "t", "r", "oui", &f));
	assert_int_equal(f.count, -1);
	assert_int_equal(f.base, -1);
	assert_true(f.percent == 12.5);
	assert_true(published_find(&list, "t", "participation", "respondents", &f));
	assert_int_equal(f.count, 100);
	assert_false(published_find(&list, "t", "q", "nsp", &f));
	assert_false(published_find(&list, "t", "q", "", &f));
	assert_false(published_find(&list, "autre", "q", "oui", &f));
}

/* ---- beside a release ---- */

#define CHOICES "'choices':['oui','non']"

static struct form *form_compared(const char *q_series)
{
	SCOPED(free_char)
	char *elements = x_printf("{'type':'radiogroup','name':'q','title':'Q'," CHOICES
				  ",'barometre':{'comparable':{'2023':'%s'}}},"
				  "{'type':'radiogroup','name':'r','title':'R'," CHOICES
				  ",'barometre':{'comparable':{'2023':'same'}}},"
				  "{'type':'radiogroup','name':'s','title':'S'," CHOICES
				  ",'barometre':{'new':true}}",
		q_series);

	return form_of(elements);
}

static const struct figure release_lines[] = {
	{"t", "participation", "total", "", "", "", "respondents", "Réponses", 90, 0, 0,
		90, 90, -1, false, 0, ""},
	{"t", "q", "single", "", "", "", "oui", "Oui", 80, 0, 0, 80, 60, 75, false, 0,
		""},
	{"t", "q", "single", "", "", "", "non", "Non", 80, 0, 0, 80, 20, 25, false, 0,
		""},
	{"t", "r", "single", "", "", "", "oui", "Oui", 80, 0, 0, 80, 40, 50, false, 0,
		""},
	{"t", "s", "single", "", "", "", "oui", "Oui", 80, 0, 0, 80, 40, 50, false, 0,
		""},
	{"t", "q", "single", "est_ouest", "est", "Est", "oui", "Oui", 40, 0, 0, 40, 39,
		98, false, 0, ""},
	{"autre", "q", "single", "", "", "", "oui", "Oui", 80, 0, 0, 80, 60, 75, false, 0,
		""},
};

static const struct comparison *line_of(
	const struct comparisons *c, const char *question, const char *option)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->list[i].question, question) == 0 &&
			strcmp(c->list[i].option, option) == 0)
			return &c->list[i];
	fail_msg("no line %s %s", question, option);
	return NULL;
}

static void a_change_is_told_of_what_is_the_same(void **state)
{
	SCOPED(published_release) struct published list = {0};
	SCOPED(buf_release) struct buf text = BUF_LIMIT(1 << 20);
	SCOPED(comparisons_release) struct comparisons c = {0};
	SCOPED(form_drop) struct form *form = form_compared("same");
	const struct comparison *one;

	(void)state;
	parse(PRINTED, &list);
	compare_published(form, &list, release_lines, COUNT_OF(release_lines), &c);
	/* people; q: two options; r: one; s: a break. Nothing of a crossing, nothing of another audience. */
	assert_int_equal(c.count, 5);
	one = line_of(&c, "q", "oui");
	assert_int_equal(one->change.verdict, CHANGE_UP);
	assert_true(one->change.difference == 0.5);
	/* Only one item of the family could be tested: nothing to adjust for. */
	assert_true(one->change.adjusted == one->change.p);
	/* Printed without a count. */
	assert_int_equal(line_of(&c, "q", "non")->change.verdict, CHANGE_UNKNOWN);
	assert_int_equal(line_of(&c, "r", "oui")->change.verdict, CHANGE_UNKNOWN);
	one = line_of(&c, "s", "");
	assert_int_equal(one->change.verdict, CHANGE_BREAK);
	assert_int_equal(one->change.series, SERIES_NONE);
	one = line_of(&c, "participation", "respondents");
	assert_int_equal(one->change.verdict, CHANGE_BREAK);
	assert_int_equal(one->earlier.count, 100);
	assert_int_equal(one->count, 90);
	comparisons_write_text(&c, "2023", &text);
	assert_non_null(strstr(text.p,
		"  Q\u202f: Oui — 2023\u202f: 25\u202f% (10 sur 40)\u202f; maintenant\u202f: "
		"75\u202f% (60 sur 80) — ↑ en hausse\u202f: +50 points\n"));
	assert_non_null(strstr(text.p, "2023\u202f: 12,5\u202f%\u202f; maintenant"));
}

static void other_words_break_the_series(void **state)
{
	static const struct {
		const char *series, *text;
	} broken[] = {
		{"wording",
			"rupture de série\u202f: la question a changé de formulation"},
		{"options", "les réponses proposées ont changé"},
		{"base", "elle n’était pas posée aux mêmes personnes"},
		{"none", "n’avait pas été posée"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(broken); i++) {
		SCOPED(published_release) struct published list = {0};
		SCOPED(comparisons_release) struct comparisons c = {0};
		SCOPED(buf_release) struct buf csv = BUF_LIMIT(1 << 20);
		SCOPED(buf_release) struct buf text = BUF_LIMIT(1 << 20);
		SCOPED(form_drop) struct form *form = form_compared(broken[i].series);
		const struct comparison *one;

		parse(PRINTED, &list);
		compare_published(
			form, &list, release_lines, COUNT_OF(release_lines), &c);
		one = line_of(&c, "q", "");
		assert_int_equal(one->change.verdict, CHANGE_BREAK);
		/* What was printed stands beside, and no share of ours with it. */
		assert_int_equal(one->earlier.base, 40);
		assert_int_equal(one->base, 80);
		assert_int_equal(one->count, -1);
		comparisons_write_csv(&c, "essai", "2023", &csv);
		comparisons_write_text(&c, "2023", &text);
		assert_non_null(strstr(csv.p, broken[i].text));
		assert_non_null(strstr(text.p, broken[i].text));
		assert_null(strstr(csv.p, "est_ouest"));
	}
}

static void what_is_withheld_is_not_compared(void **state)
{
	static const struct figure hidden[] = {
		{"t", "q", "single", "", "", "", "oui", "Oui", 80, 0, 0, 80, -1, -1,
			false, 0, "small_cells"},
		{"t", "r", "single", "", "", "", "oui", "Oui", -1, -1, -1, -1, -1, -1,
			false, 0, "base_under_threshold"},
	};
	SCOPED(published_release) struct published list = {0};
	SCOPED(comparisons_release) struct comparisons c = {0};
	SCOPED(form_drop) struct form *form = form_compared("same");

	(void)state;
	parse(PRINTED, &list);
	compare_published(form, &list, hidden, COUNT_OF(hidden), &c);
	assert_int_equal(c.count, 2);
	assert_int_equal(c.list[0].change.verdict, CHANGE_UNKNOWN);
	assert_int_equal(c.list[1].change.verdict, CHANGE_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_the_project_are_read_and_written_again),
		cmocka_unit_test(wrong_lines_are_refused_with_their_place),
		cmocka_unit_test(what_was_printed_of_an_option_is_found),
		cmocka_unit_test(a_change_is_told_of_what_is_the_same),
		cmocka_unit_test(other_words_break_the_series),
		cmocka_unit_test(what_is_withheld_is_not_compared),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
