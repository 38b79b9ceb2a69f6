/* SPDX-License-Identifier: Apache-2.0 */
/* Response rates: recomputed from the dispositions, never above 1, and no answer by an open link in any of them. */
#include "barometre/report/participation.h"
#include "report_test.h"
#include "statistics_test.h"

/* The record of a count of two audiences; single quotes stand for double ones. */
#define RECORD                                                                              \
 "{'edition':'2026','audiences':["                                                          \
 "{'audience':'patients','label':'Patients','open_link':true,'complete':130,'partial':7},"  \
 "{'audience':'equipes','label':'Équipes','open_link':false,'complete':101,'partial':6}]," \
 "'dispositions':["                                                                         \
 "{'audience':'patients','contacts':162,'complete':90,'refusal':3,'undelivered':12,"        \
 "'not_sent':2,'silent':55,'open':40},"                                                     \
 "{'audience':'equipes','contacts':813,'complete':101,'refusal':9,'undelivered':50,"        \
 "'not_sent':0,'silent':653,'open':0}]}"

static struct participation *read_all(json_t *record)
{
	struct participation *list = NULL;
	struct err err = {0};
	size_t count = 0;

	if (!participation_read(record, &list, &count, &err))
		fail_msg("%s", err.text);
	assert_int_equal(count, 2);
	return list;
}

static void check_rate(const struct participation *p, enum response_rate which,
	int64_t numerator, int64_t denominator)
{
	struct rate rate;

	assert_true(response_rate(p, which, &rate));
	assert_int_equal(rate.numerator, numerator);
	assert_int_equal(rate.denominator, denominator);
	near_to(rate.share, (double)numerator / (double)denominator, "rate", which);
}

static void rates_are_those_of_the_definitions(void **state)
{
	json_t *record = answers_of(RECORD);
	struct participation *list = read_all(record);
	struct rate rate;

	(void)state;
	/* I / (I + P + R + NC + O + UH + UO): everybody on the list. I / (I + P + R + NC + O): 101 + 9 + 653. */
	check_rate(&list[1], RATE_RR1, 101, 813);
	check_rate(&list[1], RATE_RR2, 107, 813);
	check_rate(&list[1], RATE_RR5, 101, 763);
	check_rate(&list[1], RATE_RR6, 107, 763);
	/* 40 answers came by the open link, and 7 partial ones are of nobody knows whom. */
	check_rate(&list[0], RATE_RR1, 90, 162);
	check_rate(&list[0], RATE_RR5, 90, 148);
	assert_false(response_rate(&list[0], RATE_RR2, &rate));
	assert_false(response_rate(&list[0], RATE_RR6, &rate));
	list[0].partial = 0; /* then there is nothing to know */
	check_rate(&list[0], RATE_RR2, 90, 162);
	check_rate(&list[0], RATE_RR6, 90, 148);
	free(list);
	json_decref(record);
}

static bool rate_of(const struct participation *p, enum response_rate which, double *ret)
{
	struct rate rate = {0};
	bool told = response_rate(p, which, &rate);

	if (told) {
		assert_true(rate.denominator > 0 &&
			rate.denominator <= p->contacts + p->partial);
		assert_true(rate.share >= 0 && rate.share <= 1);
		*ret = rate.share;
	}
	return told;
}

static void rates_stay_in_their_order_and_below_one_whatever_happened(void **state)
{
	uint64_t draw = 3;
	int told[RATES] = {0};

	(void)state;
	for (int turn = 0; turn < 100000; turn++) {
		struct participation p = {.complete = drawn_below(&draw, 30),
			.refusal = drawn_below(&draw, 5),
			.undelivered = drawn_below(&draw, 20),
			.not_sent = drawn_below(&draw, 20),
			.silent = drawn_below(&draw, 30),
			.open = drawn_below(&draw, 1000),
			.open_link = drawn_below(&draw, 2) == 0};
		struct participation other;
		double r[RATES], again;
		bool is[RATES];

		p.contacts = p.complete + p.refusal + p.undelivered + p.not_sent +
			p.silent;
		p.partial = drawn_below(&draw, p.contacts - p.complete + 3);
		other = p;
		other.open += 12345;
		for (enum response_rate w = RATE_RR1; w < RATES; w++) {
			is[w] = rate_of(&p, w, &r[w]);
			told[w] += is[w];
			assert_true(rate_of(&other, w, &again) == is[w]);
			if (is[w])
				near_to(again, r[w], "open answers", w);
		}
		assert_true(!is[RATE_RR1] || !is[RATE_RR5] || r[RATE_RR1] <= r[RATE_RR5]);
		assert_true(!is[RATE_RR1] || !is[RATE_RR2] || r[RATE_RR1] <= r[RATE_RR2]);
		assert_true(!is[RATE_RR2] || !is[RATE_RR6] || r[RATE_RR2] <= r[RATE_RR6]);
	}
	for (enum response_rate w = RATE_RR1; w < RATES; w++)
		assert_true(told[w] > 1000);
}

static void an_audience_without_mails_or_people_has_no_rate_of_who_was_reached(
	void **state)
{
	struct participation by_hand = {
		.contacts = 50, .complete = 20, .not_sent = 30, .partial = 0};
	struct participation nobody = {.open = 12, .open_link = true};
	struct rate rate;

	(void)state;
	check_rate(&by_hand, RATE_RR1, 20, 50);
	assert_false(response_rate(&by_hand, RATE_RR5, &rate));
	for (enum response_rate w = RATE_RR1; w < RATES; w++)
		assert_false(response_rate(&nobody, w, &rate));
	/* More partial answers than people whom a mail reached and who say nothing: whose they are is not known. */
	struct participation more = {.contacts = 20,
		.complete = 5,
		.undelivered = 10,
		.silent = 5,
		.partial = 6};
	check_rate(&more, RATE_RR2, 11, 20);
	check_rate(&more, RATE_RR5, 5, 10);
	assert_false(response_rate(&more, RATE_RR6, &rate));
	more.partial = 5;
	check_rate(&more, RATE_RR6, 10, 10);
}

static void check_refused(const char *text, enum err_code code)
{
	json_t *record = answers_of(text);
	struct participation *list = NULL;
	struct err err = {0};
	size_t count = 0;

	assert_false(participation_read(record, &list, &count, &err));
	assert_int_equal(err.code, code);
	assert_null(list);
	json_decref(record);
}

static void a_record_that_is_not_finished_or_does_not_add_up_is_refused(void **state)
{
	(void)state;
	check_refused("{'edition':'2026','audiences':[]}", ERR_MISSING);
	check_refused(
		"{'audiences':[{'audience':'a','partial':0}],'dispositions':[{"
		"'audience':'a','contacts':9,'complete':1,'refusal':1,'undelivered':1,"
		"'not_sent':1,'silent':4,'open':0}]}",
		ERR_BROKEN);
	check_refused(
		"{'audiences':[{'audience':'a','partial':0}],'dispositions':[{"
		"'audience':'b','contacts':0,'complete':0,'refusal':0,'undelivered':0,"
		"'not_sent':0,'silent':0,'open':0}]}",
		ERR_BROKEN);
	check_refused(
		"{'audiences':[{'audience':'a'}],'dispositions':[{"
		"'audience':'a','contacts':0,'complete':0,'refusal':0,'undelivered':0,"
		"'not_sent':0,'silent':0,'open':0}]}",
		ERR_BROKEN);
}

/* An old record does not say whether there was an open link: then nothing is claimed. */
static void an_old_record_is_read_cautiously(void **state)
{
	json_t *record = answers_of(RECORD);
	struct participation *list;
	struct rate rate;

	(void)state;
	json_object_del(
		json_array_get(json_object_get(record, "audiences"), 1), "open_link");
	list = read_all(record);
	assert_true(list[1].open_link);
	assert_false(response_rate(&list[1], RATE_RR2, &rate));
	free(list);
	json_decref(record);
}

static const struct figure *line_of(
	const struct figure lines[PARTICIPATION_LINES], const char *option)
{
	const struct figure *found = NULL;

	for (size_t i = 0; i < PARTICIPATION_LINES; i++)
		if (strcmp(lines[i].option, option) == 0)
			found = &lines[i];
	must(found);
	return found;
}

static void lines_of_a_release_tell_no_small_number_of_objections(void **state)
{
	json_t *record = answers_of(RECORD);
	struct participation *list = read_all(record);
	struct figure lines[PARTICIPATION_LINES];
	double low, high;

	(void)state;
	participation_lines(
		&list[0], (struct thresholds){.min_base = 11, .min_cell = 5}, lines);
	assert_string_equal(line_of(lines, "refusal")->status, "small_cells");
	assert_int_equal(line_of(lines, "refusal")->count, -1);
	assert_string_equal(line_of(lines, "silent")->status, "small_cells");
	assert_int_equal(line_of(lines, "silent")->count, -1);
	assert_int_equal(line_of(lines, "no_answer")->count, 58);
	assert_int_equal(line_of(lines, "contacts")->count, 162);
	assert_int_equal(line_of(lines, "delivered")->count, 148);
	assert_int_equal(line_of(lines, "open")->count, 40);
	assert_int_equal(line_of(lines, "contacts")->base, -1);
	assert_string_equal(
		line_of(lines, "open")->question, "participation.dispositions");
	assert_string_equal(line_of(lines, "rr5")->question, "participation.rr5");
	assert_false(line_of(lines, "rr2")->has_value);
	near_to(line_of(lines, "rr5")->value, 100 * 90.0 / 148, "rr5", 0);
	assert_int_equal(line_of(lines, "rr5")->base, 148);
	for (size_t i = 0; i < PARTICIPATION_LINES; i++) {
		assert_string_equal(lines[i].audience, "patients");
		assert_true(strncmp(lines[i].question, "participation", 13) == 0);
		assert_string_equal(lines[i].segment, "");
		assert_false(figure_interval(&lines[i], &low, &high));
	}
	/* Nobody is no small number; nor is one that reaches the threshold. */
	participation_lines(
		&list[1], (struct thresholds){.min_base = 11, .min_cell = 5}, lines);
	assert_int_equal(line_of(lines, "refusal")->count, 9);
	assert_int_equal(line_of(lines, "silent")->count, 653);
	list[1].refusal = 0;
	list[1].silent += 9;
	participation_lines(
		&list[1], (struct thresholds){.min_base = 11, .min_cell = 5}, lines);
	assert_int_equal(line_of(lines, "refusal")->count, 0);
	assert_int_equal(line_of(lines, "silent")->count, 662);
	free(list);
	json_decref(record);
}

static void they_stand_behind_the_people_of_their_audience(void **state)
{
	static const char *const audiences[] = {
		"equipes", "equipes", "patients", "autres"};
	static const char *const questions[] = {
		"participation", "choix", "participation", "participation"};
	json_t *record = answers_of(RECORD), *unfinished = answers_of("{'audiences':[]}");
	struct figure figures[5], *lines = NULL;
	struct err err = {0};
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		figures[i] = (struct figure){.audience = audiences[i],
			.question = questions[i],
			.option = i == 1 ? "oui" : "respondents",
			.segment = ""};
	figures[4] = figures[0]; /* the same, of a group */
	figures[4].segment = "departement";
	assert_true(participation_join(record, usual, figures, 5, &lines, &n, &err));
	assert_int_equal(n, 5 + 2 * PARTICIPATION_LINES);
	assert_string_equal(lines[0].option, "respondents");
	assert_string_equal(lines[1].option, "contacts");
	assert_string_equal(lines[1].audience, "equipes");
	assert_int_equal(lines[1].count, 813);
	assert_string_equal(lines[PARTICIPATION_LINES].option, "rr6");
	assert_string_equal(lines[PARTICIPATION_LINES + 1].option, "oui");
	assert_string_equal(lines[PARTICIPATION_LINES + 3].audience, "patients");
	assert_string_equal(lines[n - 2].audience, "autres");
	assert_string_equal(lines[n - 1].segment, "departement");
	free(lines);
	assert_true(participation_join(unfinished, usual, figures, 5, &lines, &n, &err));
	assert_int_equal(n, 5);
	free(lines);
	json_decref(record);
	json_decref(unfinished);
}

static char *written(enum participation_format format)
{
	json_t *record = answers_of(RECORD);
	struct participation *list = read_all(record);
	struct buf out = BUF_LIMIT(1 << 16);

	participation_write(&out, format, "2026", list, 2);
	free(list);
	json_decref(record);
	assert_false(out.failed);
	return buf_take(&out);
}

static void written_for_people_and_programs_it_says_the_same(void **state)
{
	SCOPED(free_char) char *text = written(PARTICIPATION_TEXT);
	SCOPED(free_char) char *csv = written(PARTICIPATION_CSV);
	SCOPED(free_char) char *plain = written(PARTICIPATION_JSON);
	json_t *json = json_loads(plain, 0, NULL), *patients;

	(void)state;
	assert_non_null(strstr(text, "Patients\n     162  Personnes dans la liste\n"));
	assert_non_null(strstr(text, "RR1 (AAPOR)\u202f: 55,6\u202f% (sur 162)\n"));
	assert_non_null(strstr(text,
		"réponses interrompues comprises\u202f: ne peut pas être établi\n"));
	assert_non_null(strstr(csv,
		"edition,audience,option,count,base,percent\r\n"
		"2026,patients,contacts,162,162,\r\n"));
	assert_non_null(strstr(csv, "\r\n2026,patients,refusal,3,162,\r\n"));
	assert_non_null(strstr(
		csv, "\r\n2026,patients,rr1,,162,55.56\r\n2026,patients,rr2,,,\r\n"));
	assert_non_null(strstr(csv, "\r\n2026,equipes,rr6,,763,14.02\r\n"));
	patients = json_array_get(json_object_get(json, "audiences"), 0);
	assert_int_equal(whole_of(patients, "silent"), 55);
	assert_true(
		json_is_null(json_object_get(json_object_get(patients, "rates"), "rr2")));
	near_to(real_of(json_object_get(json_object_get(patients, "rates"), "rr5"),
			"percent"),
		60.81, "json", 0);
	json_decref(json);
}

static void formats_have_names(void **state)
{
	enum participation_format f = PARTICIPATION_TEXT;

	(void)state;
	assert_true(participation_format_parse("json", &f));
	assert_int_equal(f, PARTICIPATION_JSON);
	assert_true(participation_format_parse("csv", &f));
	assert_int_equal(f, PARTICIPATION_CSV);
	assert_false(participation_format_parse("xml", &f));
	assert_int_equal(f, PARTICIPATION_CSV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_those_of_the_definitions),
		cmocka_unit_test(
			rates_stay_in_their_order_and_below_one_whatever_happened),
		cmocka_unit_test(
			an_audience_without_mails_or_people_has_no_rate_of_who_was_reached),
		cmocka_unit_test(
			a_record_that_is_not_finished_or_does_not_add_up_is_refused),
		cmocka_unit_test(an_old_record_is_read_cautiously),
		cmocka_unit_test(lines_of_a_release_tell_no_small_number_of_objections),
		cmocka_unit_test(they_stand_behind_the_people_of_their_audience),
		cmocka_unit_test(written_for_people_and_programs_it_says_the_same),
		cmocka_unit_test(formats_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
