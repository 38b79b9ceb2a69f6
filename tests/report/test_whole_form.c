/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The project's own questionnaires with people who answer by chance, few and many, of one mind and of several: with the thresholds of an
 * edition every release passes the check of a stranger (release_check.h), and no line breaks what release.h says of it. Then the figures are
 * those without thresholds, or not told.
 */
#include "barometre/form/place.h"
#include "barometre/report/release_check.h"
#include "report_test.h"

static const struct thresholds edition = {.min_base = 11, .min_cell = 5, .coalition = 1};
static const char *const audiences[] = {
	"associations", "patients", "equipes", "etablissements", "formation"};
static const int sizes[] = {12, 39, 66, 126};

/* `mind` of 0: anything; the larger, the more people say the first thing. */
static size_t pick(size_t n, size_t mind)
{
	return mind > 0 && below(mind + 1) > 0 ? 0 : below(n);
}

static const char *const places[] = {"31555", "34172", "31149", "09122", "81004", "30189",
	"65440", "dep:75", "dep:99", "12202"};

static json_t *answer_by_chance(const struct question *q, size_t mind)
{
	json_t *answer;

	switch (q->type) {
	case QUESTION_RADIOGROUP:
	case QUESTION_DROPDOWN:
		return json_string(q->choices[pick(q->choice_count, mind)].code);
	case QUESTION_CHECKBOX:
		answer = json_array();
		for (size_t i = 0; i < q->choice_count; i++)
			if (!q->choices[i].exclusive && pick(3, mind) == 0)
				json_array_append_new(
					answer, json_string(q->choices[i].code));
		return answer;
	case QUESTION_MATRIX:
		answer = json_object();
		for (size_t i = 0; i < q->row_count; i++)
			json_object_set_new(answer, q->rows[i].code,
				json_string(
					q->choices[pick(q->choice_count, mind)].code));
		return answer;
	case QUESTION_TEXT:
		if (q->role == ROLE_LOCALITY)
			return json_string(places[pick(COUNT_OF(places), mind / 2)]);
		if (q->input == INPUT_NUMBER)
			return json_integer((json_int_t)q->min +
				(json_int_t)below((size_t)(q->max - q->min) + 1));
		return json_string("x");
	case QUESTION_COMMENT:
		return json_string("x");
	case QUESTION_CALCULATED:
	case QUESTION_BOOLEAN:
		return json_boolean(pick(2, mind) == 0);
	case QUESTION_RATING:
	case QUESTION_MULTIPLETEXT:
	case QUESTION_RANKING:
	case QUESTION_EXPRESSION:
	case QUESTION_HTML:
		break;
	}
	return NULL;
}

static json_t *person(const struct form *form, size_t mind)
{
	json_t *answers = json_object();

	for (size_t i = 0; i < form->question_count; i++) {
		const struct question *q = &form->questions[i];
		if (q->role != ROLE_CONTACT && below(8) > 0)
			json_object_set_new(answers, q->name, answer_by_chance(q, mind));
	}
	return answers;
}

static bool is_statistic(const struct figure *f)
{
	static const char *const names[] = {"mean", "median", "q1", "q3"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(f->option, names[i]) == 0)
			return true;
	return false;
}

/* What holds of every line whatever was withheld. */
static void assert_line(const struct figure *f, int64_t people)
{
	if (f->not_answered >= 0 || f->not_concerned >= 0) {
		assert_true(
			f->base >= 0 && f->not_answered >= 0 && f->not_concerned >= 0);
		int64_t all = f->base + f->not_answered + f->not_concerned;
		assert_true(*f->segment ? all <= people : all == people);
	}
	if (f->base > 0 && strcmp(f->option, "respondents") != 0)
		assert_true(f->base >= edition.min_base);
	if (f->has_value && strcmp(f->option, "median") != 0)
		assert_true(f->base >= 30 || strcmp(f->type, "rank") == 0);
	assert_true(*f->status || f->count >= 0 || is_statistic(f));
	if (strcmp(f->audience, "ensemble") == 0)
		return;
	if (f->count >= 0 && *f->segment && !is_statistic(f) && f->base > 0 &&
		strcmp(f->option, "people") != 0)
		if (f->count > f->base - 1 - edition.coalition)
			fail_msg("%s %s by %s=%s: %lld of %lld", f->question, f->option,
				f->segment, f->segment_value, (long long)f->count,
				(long long)f->base);
	assert_true(f->count <= 0 || f->percent >= 0 || strcmp(f->type, "total") == 0);
}

static void assert_same_or_hidden(const struct figures *told, const struct figures *all)
{
	size_t k = 0;

	for (size_t i = 0; i < told->count; i++) {
		const struct figure *f = &told->list[i];
		if (*f->segment || strcmp(f->option, "gathered") == 0)
			continue;
		const struct figure *same = NULL;
		for (k = 0; k < all->count && !same; k++)
			if (!*all->list[k].segment &&
				strcmp(all->list[k].question, f->question) == 0 &&
				strcmp(all->list[k].option, f->option) == 0)
				same = &all->list[k];
		if (!same) /* a class of the form */
			continue;
		assert_true(f->base == -1 || f->base == same->base);
		assert_true(f->count == -1 || f->count == same->count);
		assert_true(f->mentions == -1 || f->mentions == same->mentions);
		assert_true(!f->has_value || f->value - same->value == 0.0);
	}
}

static void assert_release(
	const struct figures *told, const struct form *const *forms, size_t count)
{
	const struct release release = {.info = {.version = 1, .thresholds = edition},
		.figures = told->list,
		.figure_count = told->count,
		.notes = told->notes,
		.note_count = told->note_count};
	struct release_findings findings = {0};

	release_check(&release, NULL, 0, forms, count, &findings);
	for (size_t i = 0; i < findings.count; i++)
		print_error("%s: %s\n", findings.list[i].code, findings.list[i].text);
	assert_int_equal(findings.count, 0);
	release_findings_release(&findings);
}

static void check_set(const struct form *form, int people, size_t mind, size_t *crossed)
{
	struct tabulation *tab = tabulation_new(form);
	struct figures told = {0}, all = {0};

	for (int i = 0; i < people; i++) {
		json_t *answers = person(form, mind);
		tabulation_add(tab, answers, 0);
		json_decref(answers);
	}
	figures_add(&told, form->audience, tab, edition);
	figures_add(&all, form->audience, tab, off);
	figures_add_synthesis(&told, &form, 1);
	for (size_t i = 0; i < told.count; i++) {
		assert_line(&told.list[i], people);
		*crossed += *told.list[i].segment != '\0';
	}
	assert_same_or_hidden(&told, &all);
	assert_release(&told, &form, 1);
	figures_release(&told);
	figures_release(&all);
	tabulation_free(tab);
}

static void releases_of_the_real_forms_pass_the_check_of_a_stranger(void **state)
{
	size_t crossed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(audiences); i++) {
		struct form *form = form_of_project(audiences[i]);
		assert_true(form->crossing_count > 0);
		for (size_t s = 0; s < COUNT_OF(sizes); s++)
			for (size_t mind = 0; mind <= 8; mind += 4)
				check_set(form, sizes[s], mind, &crossed);
		form_free(form);
	}
	print_message("%zu lines of crossings were told\n", crossed);
	assert_true(crossed > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(releases_of_the_real_forms_pass_the_check_of_a_stranger),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
