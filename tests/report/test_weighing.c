/* SPDX-License-Identifier: Apache-2.0 */
/* A published question weighted by a crossing: numbers that another program computed, every guard, every refusal, what is written. */
#include <math.h>

#include "barometre/report/weighing.h"
#include "report_test.h"

#define MOST 64
static struct figure lines[MOST];
static struct release_note notes[] = {
	{"t", "retenue", "profil", "crossing_withheld",
		"« Retenue » par « Profil » n’est pas diffusé\u202f: moins de personnes que le seuil y ont répondu."},
	{"t", "", "petit", "segment_withheld",
		"Aucun tableau n’est croisé avec « Petit »."}};
static struct release release = {.figures = lines,
	.notes = notes,
	.note_count = COUNT_OF(notes),
	.info = {.version = 3, .published_on = "2026-11-22"}};
static struct form *form;
static struct weighing w;
static struct buf there_is = BUF_LIMIT(1 << 16), out = BUF_LIMIT(1 << 16);
static struct err err;

static struct figure *add(const char *question, const char *segment, const char *group,
	const char *label, const char *option, int64_t base, int64_t count)
{
	assert_true(release.figure_count < MOST);
	lines[release.figure_count] = (struct figure){.audience = "t",
		.question = question,
		.type = strcmp(question, "participation") == 0 ? "total" : "single",
		.segment = segment,
		.segment_value = group,
		.segment_label = label,
		.option = option,
		.label = *option == 'o' ? "Oui" : "Non",
		.base = base,
		.count = count,
		.mentions = base,
		.percent = percent_of(count, base),
		.status = ""};
	return &lines[release.figure_count++];
}

static void add_row(const char *question, const char *group, const char *label,
	int64_t yes, int64_t no)
{
	add(question, "profil", group, label, "oui", yes + no, yes);
	add(question, "profil", group, label, "non", yes + no, no);
}

/* Of « avis » by « profil »: a, b+c and d with who did not say it; 30 who did not, by themselves; nobody of e. */
static int fresh(void **state)
{
	(void)state;
	weighing_release(&w);
	buf_clear(&there_is);
	buf_clear(&out);
	err = (struct err){0};
	release.figure_count = 0;
	add("participation", "profil", "a", "Alpha", "people", 64, 64);
	add("participation", "profil", "e", "Écho", "people", 0, 0);
	add("avis", "", "", "", "oui", 160, 81);
	add("avis", "", "", "", "non", 160, 79);
	add_row("avis", "a", "Alpha", 24, 36);
	add_row("avis", "b+c", "Bravo / Charlie", 27, 18);
	add_row("avis", "d", "Delta", 10, 15);
	add_row("avis", "non_precise", "Non précisé", 20, 10);
	add("retenue", "", "", "", "oui", 160, 81);
	return 0;
}

static bool begin_with(
	const char *audience, const char *question, const char *option, const char *by)
{
	return weighing_begin(&release, form,
		(struct weighing_wish){audience, question, option, by}, &w, &there_is,
		&err);
}

static void begin(void)
{
	if (!begin_with("t", "avis", NULL, "profil"))
		fail_msg("%s", err.text);
}

static bool sizes(const char *text)
{
	return weighing_sizes(&w, str_of(text), "liste.csv", &err);
}

#define GOOD "groupe;effectif\na;300\nb;450\nc;50\nd;60\n"
static void weigh(const char *text)
{
	begin();
	if (!sizes(text) || !weighing_make(&w, &err))
		fail_msg("%s", err.text);
}

#define says(wanted)                                     \
 do {                                                    \
  if (!strstr(err.text, wanted))                         \
   fail_msg("\"%s\" does not say %s", err.text, wanted); \
 } while (0)
#define prints(wanted)                                         \
 do {                                                          \
  if (!strstr(buf_str(&out).p, wanted))                        \
   fail_msg("\"%s\" is not in:\n%s", wanted, buf_str(&out).p); \
 } while (0)

static void near_to(double got, double wanted)
{
	if (!(fabs(got - wanted) <= 1e-9))
		fail_msg("%.12g instead of %.12g", got, wanted);
}

/*
 * Python 3.11, apart from this program:
 *   n, N = 130, 860; w = [n * (Ng / N) / b for Ng, b in zip((300, 500, 60), (60, 45, 25))]
 *   W = sum(wg * b), W2 = sum(wg * wg * b); ne = W * W / W2; p = (w0 * 24 + w1 * 27 + w2 * 10) / W
 *   wilson(p, ne) after statistics.h; of the list wilson(61 / n, n * (N - 1) / (N - n))
 */
static void the_numbers_are_those_of_another_program(void **state)
{
	const struct weighted_share *yes;

	(void)state;
	weigh(GOOD);
	assert_int_equal(w.group_count, 3);
	assert_int_equal(w.option_count, 2);
	assert_int_equal(w.answers, 130);
	assert_int_equal(w.left_out, 30);
	assert_false(w.mixed);
	near_to(w.list, 860);
	near_to(w.groups[0].weight, 130 * (300. / 860) / 60);
	near_to(w.groups[1].weight, 130 * (500. / 860) / 45);
	near_to(w.groups[2].weight, 130 * (60. / 860) / 25);
	yes = &w.options[0].share;
	assert_int_equal(yes->count, 61);
	near_to(yes->unweighted, 61. / 130);
	near_to(yes->weighted, 0.5162790697674418);
	near_to(yes->weighting.design_effect, 1.2654708250706084);
	near_to(yes->weighting.effective, 102.72856349157358);
	near_to(yes->interval.low, 0.42081141873449491);
	near_to(yes->interval.high, 0.61057311916657080);
	near_to(w.options[1].share.weighted, 1 - yes->weighted);
}

static void one_option_alone_has_the_same_numbers(void **state)
{
	(void)state;
	assert_true(begin_with("t", "avis", "non", "profil"));
	assert_true(sizes(GOOD) && weighing_make(&w, &err));
	assert_int_equal(w.option_count, 1);
	assert_int_equal(w.options[0].share.count, 69);
	near_to(w.options[0].share.weighted, 1 - 0.5162790697674418);
}

/* ---- the file ---- */

static void a_group_is_named_by_codes_by_label_or_by_category(void **state)
{
	static const char *const files[] = {GOOD,
		"\xEF\xBB\xBFGroupe,Effectif\r\nd,60\r\n\"b+c\",500\r\na,300\r\n",
		"groupe;effectif\nDelta;60\nBravo / Charlie;500\nAlpha;300\n\n",
		"groupe;effectif\nc+b;500\na;300\nd;60\ne;0\n"};

	for (size_t i = 0; i < COUNT_OF(files); i++) {
		fresh(state);
		weigh(files[i]);
		near_to(w.groups[0].population, 300);
		near_to(w.groups[1].population, 500);
		near_to(w.groups[2].population, 60);
	}
}

static void wrong_files_are_refused_with_their_line(void **state)
{
	static const struct {
		const char *text, *says;
	} files[] = {
		{"", "liste.csv:1: the first line must be"},
		{"a;300\nb;450\n", "liste.csv:1: the first line must be"},
		{"groupe;effectif\na;1 200\n", "liste.csv:2: \"1 200\" is not a number"},
		{"groupe;effectif\na;-3\n", "\"-3\" is not a number"},
		{"groupe;effectif\n\na;9999999999\n", "liste.csv:3: "},
		{"groupe;effectif\na;3;4\n", "two columns"},
		{"groupe;effectif\n;4\n", "two columns"},
		{"groupe;effectif\n\"a;3\n", "never closed"},
		{GOOD "z;5\n",
			"liste.csv:6: the release has no group \"z\" here; it has a, b+c, d"},
		{GOOD "a;5\n", "\"a\" is there twice"},
		{GOOD "Bravo / Charlie;5\n", "\"Bravo / Charlie\" is there twice"},
		{"groupe;effectif\na+b;750\n", "in different groups"},
		{GOOD "e;12\n", "nobody of \"e\" answered"},
		{GOOD "non_precise;12\n", "no list has them"},
		{"groupe;effectif\na;300\nb;450\n", "liste.csv has no line for c, d"},
		{"groupe;effectif\na;300\nb;0\nc;0\nd;1\n",
			"has nobody in b+c, but 45 people"},
		{"groupe;effectif\na;900000000\nb;100000001\nc;0\nd;1\n",
			"adds up to more than 1000000000 people"},
		{"PK\003\004", "classeur"},
	};

	for (size_t i = 0; i < COUNT_OF(files); i++) {
		fresh(state);
		begin();
		assert_false(sizes(files[i].text));
		assert_int_equal(err.code, ERR_INVALID);
		says(files[i].says);
	}
}

/* ---- guards ---- */

static void a_group_under_20_has_no_weights_and_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < release.figure_count; i++)
		if (strcmp(lines[i].segment_value, "d") == 0) {
			lines[i].base = 19;
			lines[i].count = *lines[i].option == 'o' ? 10 : 9;
		}
	begin();
	assert_true(sizes(GOOD));
	assert_false(weighing_make(&w, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
	says("fewer than 20 answers in d (19)");
	near_to(w.options[0].share.unweighted, 61. / 124);
	weighing_write(&w, "2026", false, &out);
	prints("Pas de redressement\u202f: une classe compte moins de 20 réponses\u202f: d (19).\n");
	prints("      61     124    49,2\u202f%");
	assert_null(strstr(buf_str(&out).p, "redressé "));
	buf_clear(&out);
	weighing_write(&w, "2026", true, &out);
	prints(",option,oui,Oui,61,124,49.19,40.55,57.88,,,,,,,,860,\r\n");
}

static void weights_at_a_bound_are_told(void **state)
{
	(void)state;
	weigh("groupe;effectif\na;10\nb;450\nc;50\nd;600\n");
	near_to(w.groups[0].weight, 0.3);
	near_to(w.groups[2].weight, 130 * (600. / 1110) / 25);
	weighing_write(&w, "2026", false, &out);
	prints("60 réponses ont un poids ramené à une borne (0,3 ou 3)\u202f: ");
}

static void who_did_not_say_it_is_told_where_it_is_merged(void **state)
{
	(void)state;
	for (size_t i = 0; i < release.figure_count; i++)
		if (strcmp(lines[i].segment_value, "d") == 0)
			lines[i].segment_value = "d+non_precise";
	weigh(GOOD);
	assert_true(w.mixed);
	near_to(w.groups[2].population, 60);
	weighing_write(&w, "2026", false, &out);
	prints("(non_precise)\u202f: la liste ne les y compte pas");
	weighing_release(&w);
	weigh("groupe;effectif\na;300\nb+c;500\nd+non_precise;60\n");
	near_to(w.list, 860);
}

/* ---- what the release does not tell ---- */

static void a_table_that_is_withheld_says_the_reason_of_the_release(void **state)
{
	(void)state;
	assert_false(begin_with("t", "retenue", NULL, "profil"));
	assert_int_equal(err.code, ERR_MISSING);
	assert_string_equal(err.text,
		"release 3 withholds \"retenue\" by \"profil\": "
		"« Retenue » par « Profil » n’est pas diffusé\u202f: moins de personnes que le seuil y ont répondu.");
	assert_string_equal(buf_str(&there_is).p, "");
	assert_false(begin_with("t", "avis", NULL, "petit"));
	assert_string_equal(err.text,
		"release 3 withholds \"avis\" by \"petit\"; by what it is told is listed: Aucun tableau n’est croisé avec « Petit ».");
	assert_string_equal(buf_str(&there_is).p, "  profil\n");
}

static void what_is_unknown_lists_what_there_is(void **state)
{
	(void)state;
	assert_false(begin_with("t", "rien", NULL, "profil"));
	says("no question \"rien\"");
	assert_string_equal(buf_str(&there_is).p, "  avis\n");
	buf_clear(&there_is);
	assert_false(begin_with("t", "avis", NULL, "rien"));
	says("does not cross \"avis\" with \"rien\"");
	assert_string_equal(buf_str(&there_is).p, "  profil\n");
	buf_clear(&there_is);
	assert_false(begin_with("t", "avis", "peut_etre", "profil"));
	says("no option \"peut_etre\"");
	assert_string_equal(buf_str(&there_is).p, "  oui  Oui\n  non  Non\n");
	assert_false(begin_with("u", "avis", NULL, "profil"));
	says("tells nothing of the audience \"u\"");
}

static void a_question_that_is_asked_of_some_is_refused(void **state)
{
	(void)state;
	add_row("suite", "a", "Alpha", 30, 30);
	add_row("suite", "b+c", "Bravo / Charlie", 30, 30);
	for (size_t i = 0; i < release.figure_count; i++)
		lines[i].not_concerned = lines[i].not_answered = -1;
	/* How many is not told: of « avis » the form says that it is nobody. */
	assert_true(begin_with("t", "avis", NULL, "profil"));
	assert_false(begin_with("t", "suite", NULL, "profil"));
	assert_int_equal(err.code, ERR_CONFLICT);
	says("does not concern everybody");
	weighing_release(&w);
	for (size_t i = 0; i < release.figure_count; i++)
		lines[i].not_concerned = 0;
	assert_true(begin_with("t", "suite", NULL, "profil"));
	weighing_release(&w);
	lines[release.figure_count - 1].not_concerned = 4;
	assert_false(begin_with("t", "suite", NULL, "profil"));
}

static void an_option_that_is_not_told_has_no_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < release.figure_count; i++)
		if (strcmp(lines[i].segment_value, "d") == 0 && *lines[i].option == 'n') {
			lines[i].count = lines[i].percent = -1;
			lines[i].status = "small_cells";
		}
	weigh(GOOD);
	weighing_write(&w, "2026", false, &out);
	prints("  non — Non\u202f: non diffusé par groupe\n");
	prints("  oui — Oui\n");
	buf_clear(&out);
	weighing_write(&w, "2026", true, &out);
	prints(",option,non,Non,,,,,,,,,,,,,,\r\n");
}

static void means_are_no_shares(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct figure *f = add("age", "profil", i ? "a" : "d", "", "mean", 60, 0);

		f->has_value = true;
		f->value = 40;
	}
	assert_false(begin_with("t", "age", NULL, "profil"));
	assert_int_equal(err.code, ERR_CONFLICT);
	says("nothing of \"age\" is a share");
}

/* ---- what is written ---- */

/* With the interval of the list's size. */
static const char *with_list(const char *text, bool csv)
{
	weigh(text);
	w.finite = true;
	weighing_write(&w, "2026", csv, &out);
	return buf_str(&out).p;
}

static void the_text_is_as_people_read_it(void **state)
{
	(void)state;
	assert_string_equal(
		with_list("groupe;effectif\na;3000\nb;5000\nc;0\nd;600\n", false),
		"T, édition 2026, diffusion 3 (publiée le 2026-11-22)\n"
		"«\u202fVotre avis\u202f» (avis) par «\u202fprofil\u202f» (profil)\n"
		"\n"
		"réponses       part    liste       part    poids  groupe\n"
		"      60     46,2\u202f%    3\u202f000     34,9\u202f%    0,756  a — Alpha\n"
		"      45     34,6\u202f%    5\u202f000     58,1\u202f%    1,680  b+c — Bravo / Charlie\n"
		"      25     19,2\u202f%      600      7,0\u202f%    0,363  d — Delta\n"
		"     130    100,0\u202f%    8\u202f600    100,0\u202f%           ensemble\n"
		"\n"
		"Effet de plan (Kish)\u202f: 1,27\u202f; effectif efficace\u202f: 102,7 pour 130 réponses.\n"
		"\n"
		"réponses    base      brut          intervalle         liste finie  redressé          intervalle  modalité\n"
		"      61     130    46,9\u202f%   [38,6\u202f%\u202f; 55,5\u202f%]   [38,6\u202f%\u202f; 55,4\u202f%]    51,6\u202f%   "
		"[42,1\u202f%\u202f; 61,1\u202f%]  oui — Oui\n"
		"      69     130    53,1\u202f%   [44,5\u202f%\u202f; 61,4\u202f%]   [44,6\u202f%\u202f; 61,4\u202f%]    48,4\u202f%   "
		"[38,9\u202f%\u202f; 57,9\u202f%]  non — Non\n"
		"\n"
		"Les chiffres publiés ne sont pas pondérés. Le redressé ne vaut que pour ce que «\u202fprofil\u202f» explique\u202f: à l’intérieur "
		"d’un groupe, qui a répondu s’est choisi soi-même.\n"
		"Intervalles\u202f: " STATISTICS_INTERVAL_LABEL
		"\u202f; celui du redressé est de l’effectif efficace.\n"
		"Laissées de côté, brut compris\u202f: 30 réponses de personnes qui n’ont pas dit leur groupe.\n"
		"«\u202fListe finie\u202f» suppose que les répondants sont une partie de la liste tirée au hasard, ce que des volontaires ne sont "
		"pas, et ne vaut que pour les réponses de personnes invitées. Sans intervalle\u202f: toute la liste a répondu.\n");
}

static void the_csv_says_the_same(void **state)
{
	(void)state;
	assert_string_equal(with_list(GOOD, true),
		"edition,release,audience,question,segment,line,code,label,count,base,percent,low,high,list_low,list_high,weighted,"
		"weighted_low,weighted_high,design_effect,effective,population,weight\r\n"
		"2026,3,t,avis,profil,group,a,Alpha,60,130,46.15,,,,,,,,,,300,0.755814\r\n"
		"2026,3,t,avis,profil,group,b+c,Bravo / Charlie,45,130,34.62,,,,,,,,,,500,1.679587\r\n"
		"2026,3,t,avis,profil,group,d,Delta,25,130,19.23,,,,,,,,,,60,0.362791\r\n"
		"2026,3,t,avis,profil,option,oui,Oui,61,130,46.92,38.56,55.47,39.19,54.81,51.63,42.08,61.06,1.2655,102.73,860,\r\n"
		"2026,3,t,avis,profil,option,non,Non,69,130,53.08,44.53,61.44,45.19,60.81,48.37,38.94,57.92,1.2655,102.73,860,\r\n");
}

static int start(void **state)
{
	(void)state;
	form = form_of(
		"{'type':'radiogroup','name':'profil','title':'Votre profil','choices':['a','b','c','d','e'],"
		"'barometre':{'role':'segment'}},"
		"{'type':'radiogroup','name':'avis','title':'Votre avis','choices':['oui','non'],'barometre':{'role':'opinion'}},"
		"{'type':'radiogroup','name':'suite','title':'Suite','visibleIf':\"{avis} = \\'oui\\'\",'choices':['oui','non'],"
		"'barometre':{'role':'opinion'}}");
	return 0;
}

static int finish(void **state)
{
	(void)state;
	weighing_release(&w);
	buf_release(&there_is);
	buf_release(&out);
	form_free(form);
	return 0;
}

#define each(test) cmocka_unit_test_setup(test, fresh)
int main(void)
{
	const struct CMUnitTest tests[] = {
		each(the_numbers_are_those_of_another_program),
		each(one_option_alone_has_the_same_numbers),
		each(a_group_is_named_by_codes_by_label_or_by_category),
		each(wrong_files_are_refused_with_their_line),
		each(a_group_under_20_has_no_weights_and_is_named),
		each(weights_at_a_bound_are_told),
		each(who_did_not_say_it_is_told_where_it_is_merged),
		each(a_table_that_is_withheld_says_the_reason_of_the_release),
		each(what_is_unknown_lists_what_there_is),
		each(a_question_that_is_asked_of_some_is_refused),
		each(an_option_that_is_not_told_has_no_numbers),
		each(means_are_no_shares),
		each(the_text_is_as_people_read_it),
		each(the_csv_says_the_same),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
