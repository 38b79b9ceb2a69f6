/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of all audiences side by side: nothing comes out that is not out already (release.h). */
#include "barometre/report/codebook.h"
#include "report_test.h"

static struct form *audience_form(char code)
{
	char *json = x_printf("%s%s}", FORM_HEAD,
		"\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":["
		"{\"type\":\"radiogroup\",\"name\":\"experience_12_mois\",\"title\":\"E\",\"choices\":["
		"{\"value\":\"oui\",\"text\":\"Oui\"},{\"value\":\"non\",\"text\":\"Non\"}]},"
		"{\"type\":\"checkbox\",\"name\":\"freins\",\"title\":\"F\",\"showOtherItem\":true,"
		"\"choices\":[{\"value\":\"a\",\"text\":\"A\"},{\"value\":\"b\",\"text\":\"B\"}],"
		"\"showNoneItem\":true}]}]");
	char *audience = strstr(json, "\"audience\":\"t\"");
	struct err err = {0};

	assert_non_null(audience);
	audience[strlen("\"audience\":\"")] = code;
	struct form *form = form_parse(str_of(json), "test", &err);
	if (!form)
		fail_msg("%s", err.text);
	free(json);
	return form;
}

static char *synthesis_of(const struct figures *f)
{
	struct buf text = BUF_LIMIT(1 << 20);

	for (size_t i = 0; i < f->count; i++) {
		const struct figure *l = &f->list[i];
		if (strcmp(l->audience, "ensemble") != 0)
			continue;
		assert_string_equal(l->type, "synthesis");
		assert_string_equal(l->segment, "public");
		buf_printf(&text, "%s %s %s", l->question + strlen("synthese."),
			l->segment_value, l->option);
		put_number(&text, l->base);
		put_number(&text, l->count);
		put_number(&text, l->percent);
		buf_printf(&text, "%s%s\n", *l->status ? " " : "", l->status);
	}
	return buf_take(&text);
}

struct rig {
	struct form *a, *b;
	struct figures figures;
};

static void rig_open(struct rig *r, struct thresholds thresholds, int others)
{
	struct tabulation *a, *b;

	*r = (struct rig){.a = audience_form('a'), .b = audience_form('b')};
	a = tabulation_new(r->a);
	b = tabulation_new(r->b);
	answer_times(a, "{'experience_12_mois':'oui','freins':['a']}", 20);
	answer_times(a, "{'experience_12_mois':'non','freins':['b','other']}", 20);
	answer_times(a, "{'experience_12_mois':'non','freins':['none']}", 21);
	answer_times(b, "{'experience_12_mois':'oui','freins':['b']}", others);
	answer_times(b, "{'experience_12_mois':'non','freins':['b']}", others);
	figures_add(&r->figures, "a", a, thresholds);
	figures_add(&r->figures, "b", b, thresholds);
	tabulation_free(a);
	tabulation_free(b);
}

static void rig_close(struct rig *r)
{
	figures_release(&r->figures);
	form_free(r->a);
	form_free(r->b);
}

static void assert_synthesis(struct rig *r, const char *expected)
{
	const struct form *const forms[] = {r->a, r->b};

	figures_add_synthesis(&r->figures, forms, 2);
	char *text = synthesis_of(&r->figures);
	assert_string_equal(text, expected);
	free(text);
}

static void audiences_stand_side_by_side_and_the_first_causes_are_found(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r, off, 3);
	/* Of a, "a" and "b" are equal; the exclusive choice, with most ticks, is no cause. */
	assert_synthesis(&r,
		"S1 a respondents 61 61 .\n"
		"S1 b respondents 6 6 .\n"
		"S1 a+b respondents 67 67 .\n"
		"S3 a oui 61 20 33\n"
		"S3 b oui 6 3 50\n"
		"S6 a a 61 20 33\n"
		"S6 a b 61 20 33\n"
		"S6 b b 6 6 100\n");
	rig_close(&r);
}

static void what_is_withheld_stays_so_and_is_in_no_sum(void **state)
{
	const int64_t themes[] = {8, 6, 6, 6, 6, 6, 6, 6, 6};
	const int64_t fewer[] = {8, 6, 6, 6, 6, 6, 6, 6, 0};
	struct rig r;

	(void)state;
	rig_open(&r, usual, 3);
	const struct codebook *book = codebook_builtin("code_besoins");

	figures_add_themes(&r.figures, "a", "besoins", book, 20, themes, usual);
	figures_add_themes(&r.figures, "b", "besoins", book, 20, fewer, usual);
	const struct form *const forms[] = {r.a, r.b};
	size_t before = r.figures.count;
	figures_add_synthesis(&r.figures, forms, 2);
	size_t sums = 0;
	for (size_t i = before; i < r.figures.count; i++) {
		const struct figure *l = &r.figures.list[i];
		bool of_b = strcmp(l->segment_value, "b") == 0,
		     of_both = strcmp(l->segment_value, "a+b") == 0;
		if (strcmp(l->question, "synthese.S3") == 0 && of_b) {
			assert_string_equal(l->status, "base_under_threshold");
			assert_int_equal(l->count, -1);
		}
		/* Six people: their first cause is not told, with the reason. */
		if (strcmp(l->question, "synthese.S6") == 0 && of_b) {
			assert_string_equal(l->option, "");
			assert_string_equal(l->status, "base_under_threshold");
		}
		if (strcmp(l->question, "synthese.S9") == 0 && of_both) {
			sums++;
			assert_string_not_equal(l->option,
				codebook_builtin("code_besoins")->themes[8].code);
			assert_int_equal(l->base, 40);
			assert_int_equal(l->percent, -1);
		}
	}
	assert_int_equal(sums, 8);
	rig_close(&r);
}

static void the_account_says_how_it_was_made(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r, off, 3);
	const struct form *const forms[] = {r.a, r.b};
	figures_add_synthesis(&r.figures, forms, 2);
	const struct release_note *note = &r.figures.notes[r.figures.note_count - 1];
	assert_string_equal(note->code, "synthesis");
	assert_string_equal(note->audience, "ensemble");
	rig_close(&r);
}

static void a_copied_line_owns_its_texts(void **state)
{
	(void)state;
	struct figures figures = {0};
	char text[] = "mean", status[] = "";
	const struct figure line = {.audience = text,
		.question = text,
		.type = text,
		.segment = text,
		.segment_value = text,
		.segment_label = text,
		.option = text,
		.label = text,
		.base = 12,
		.mentions = 12,
		.count = -1,
		.percent = -1,
		.has_value = true,
		.value = 2.5,
		.status = status};

	figures_add_copy(&figures, &line);
	text[0] = 'X';
	assert_string_equal(figures.list[0].audience, "mean");
	assert_string_equal(figures.list[0].segment_value, "mean");
	assert_string_equal(figures.list[0].label, "mean");
	assert_true(figures.list[0].has_value && figures.list[0].value >= 2.5);
	figures_release(&figures);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			audiences_stand_side_by_side_and_the_first_causes_are_found),
		cmocka_unit_test(what_is_withheld_stays_so_and_is_in_no_sum),
		cmocka_unit_test(the_account_says_how_it_was_made),
		cmocka_unit_test(a_copied_line_owns_its_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
