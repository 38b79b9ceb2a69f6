/* SPDX-License-Identifier: Apache-2.0 */
/* The five questionnaires as they are in forms/. */
#include "../support/form.h"
#include "form_test.h"

static const struct {
	const char *name;
	size_t pages,
		questions; /* questions: without those of the contact page, with calculated values */
} forms[] = {
	{"associations", 14, 40},
	{"equipes", 6, 18},
	{"etablissements", 7, 23},
	{"formation", 7, 21},
	{"patients", 17, 39},
};

static void all_five_are_accepted_and_complete(void **state)
{
	(void)state;
	size_t total = 0;
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		SCOPED(form_drop) struct form *form = form_of_project(forms[i].name);
		size_t count = 0;
		for (size_t j = 0; j < form->question_count; j++) {
			const struct question *q = &form->questions[j];
			bool contact = q->page < form->page_count &&
				strcmp(form->pages[q->page].name, "contact") == 0;
			count += !contact;
			assert_int_equal(contact, q->role == ROLE_CONTACT);
		}
		assert_string_equal(form->audience, forms[i].name);
		assert_int_equal(form->page_count, forms[i].pages);
		assert_int_equal(count, forms[i].questions);
		assert_int_equal(strlen(form->hash), 64);
		assert_true(form->complete_count > 0);
		assert_non_null(form->welcome[0]);
		assert_non_null(form->thanks[0]);
		struct buf outline = BUF_LIMIT(200000);
		form_outline(form, &outline);
		assert_false(outline.failed);
		assert_non_null(strstr(outline.p, "contact_email"));
		buf_release(&outline);
		total += count;
	}
	assert_int_equal(total, 141);
}

static uint32_t seed_state;

static uint32_t next_random(uint32_t below)
{
	seed_state = seed_state * 1664525u + 1013904223u;
	return (seed_state >> 8) % below;
}

/* A plausible field or more for a question. */
static size_t fill(const struct question *q, struct field *fields, size_t n)
{
	static const char *const by_input[] = {"Texte", "42", "2020-05-01", "2020-05",
		"nom@exemple.fr", "06 12 34 56 78"};
	struct str name = str_of(q->name);
	const char *code;
	switch (q->type) {
	case QUESTION_TEXT:
		code = q->role == ROLE_LOCALITY ? "Toulouse" : by_input[q->input];
		fields[n++] = (struct field){name, str_of(code)};
		break;
	case QUESTION_COMMENT:
		fields[n++] = (struct field){name, STR("Un avis.\r\nDeux lignes.")};
		break;
	case QUESTION_RADIOGROUP:
	case QUESTION_DROPDOWN:
	case QUESTION_BOOLEAN:
		code = q->choices[next_random((uint32_t)q->choice_count)].code;
		fields[n++] = (struct field){name, str_of(code)};
		break;
	case QUESTION_CHECKBOX: {
		size_t first = next_random((uint32_t)q->choice_count);
		fields[n++] = (struct field){name, str_of(q->choices[first].code)};
		size_t more = next_random((uint32_t)q->choice_count);
		if (!q->choices[first].exclusive && !q->choices[more].exclusive)
			fields[n++] = (struct field){name, str_of(q->choices[more].code)};
		break;
	}
	case QUESTION_RATING:
		fields[n++] = (struct field){name, STR("3")};
		break;
	case QUESTION_MATRIX:
	case QUESTION_MULTIPLETEXT:
	case QUESTION_RANKING:
	case QUESTION_EXPRESSION:
	case QUESTION_HTML:
	case QUESTION_CALCULATED:
		break;
	}
	return n;
}

static void walk_to_the_end(const struct form *form)
{
	json_t *answers = json_object(), *typed = json_object(), *contact;
	int page = -1, steps = 0;
	for (;;) {
		struct routing r;
		struct err err = {0};
		routing_compute(&r, form, answers, TODAY);
		page = routing_next(&r, page);
		routing_release(&r);
		if (page < 0)
			break;
		assert_true(++steps <= (int)form->page_count);
		struct field fields[200];
		char *names[100];
		size_t n = 0, name_count = 0;
		const struct page *p = &form->pages[page];
		for (size_t i = p->first; i < p->first + p->count; i++) {
			const struct question *q = &form->questions[i];
			n = fill(q, fields, n);
			for (size_t j = 0; j < q->row_count; j++) {
				names[name_count] = x_printf(
					"%s.%s", q->name, q->rows[j].code);
				const char *code =
					q->choices[next_random((uint32_t)q->choice_count)]
						.code;
				fields[n++] = (struct field){
					str_of(names[name_count++]), str_of(code)};
			}
		}
		struct problems problems = {0};
		if (!answers_read_page(form, (size_t)page, fields, n, TODAY, true,
			    answers, typed, &problems, &err))
			fail_msg("%s", err.text);
		if (problems.count > 0)
			fail_msg("%s: %s", problems.list[0].question->name,
				problems.list[0].message);
		problems_release(&problems);
		while (name_count > 0)
			free(names[--name_count]);
	}
	struct err err = {0};
	assert_int_equal(answers_first_missing(form, answers, TODAY), -1);
	assert_true(answers_usable(form, answers));
	json_t *submission = answers_submission(form, answers, TODAY, &contact);
	if (!answers_validate(form, answers, &err) ||
		!answers_validate(form, submission, &err))
		fail_msg("%s", err.text);
	json_decref(submission);
	json_decref(contact);
	json_decref(typed);
	json_decref(answers);
}

static void random_walks_always_end(void **state)
{
	(void)state;
	seed_state = 20261122;
	print_message("seed %u\n", seed_state);
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		SCOPED(form_drop) struct form *form = form_of_project(forms[i].name);
		for (int walk = 0; walk < 200; walk++)
			walk_to_the_end(form);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_five_are_accepted_and_complete),
		cmocka_unit_test(random_walks_always_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
