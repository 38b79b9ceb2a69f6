/* SPDX-License-Identifier: Apache-2.0 */
/* A saved page tells the same story again: the problems of reading it are the problems of reviewing it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../support/form.h"
#include "barometre/form/answer.h"

#define TODAY ((usec_t)20000 * USEC_PER_DAY)

static void assert_same(const struct problems *a, const struct problems *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_ptr_equal(a->list[i].question, b->list[i].question);
		assert_string_equal(a->list[i].message, b->list[i].message);
		assert_true(a->list[i].row == b->list[i].row);
		assert_int_equal(
			a->list[i].suggestion_count, b->list[i].suggestion_count);
	}
}

/* Reads fields, then reviews what was kept; gives how many problems there were. */
static size_t read_then_review(const struct form *form, size_t page,
	const struct field *fields, size_t count, json_t *answers)
{
	json_t *typed = json_object(), *before;
	struct problems reading = {0}, review = {0};
	struct err err = {0};
	size_t found;

	if (!answers_read_page(form, page, fields, count, TODAY, true, answers, typed,
		    &reading, &err))
		fail_msg("%s", err.text);
	before = json_pack(
		"{s:o, s:o}", "a", json_deep_copy(answers), "t", json_deep_copy(typed));
	answers_review_page(form, page, answers, typed, TODAY, &review);
	assert_same(&reading, &review);
	assert_true(json_equal(json_object_get(before, "a"), answers));
	assert_true(json_equal(json_object_get(before, "t"), typed));
	found = reading.count;
	problems_release(&reading);
	problems_release(&review);
	json_decref(before);
	json_decref(typed);
	return found;
}

#define F(name, value)  \
 {                      \
  STR(name), STR(value) \
 }
#define REVIEW(form, page, answers, ...)                           \
 read_then_review(form, page, (const struct field[]){__VA_ARGS__}, \
	 sizeof((const struct field[]){__VA_ARGS__}) / sizeof(struct field), answers)

static void refused_words_are_refused_again(void **state)
{
	SCOPED(form_drop) struct form *form = form_of_project("associations");
	json_t *answers = json_object();

	(void)state;
	assert_int_equal(REVIEW(form, 0, answers, F("localite", "Toulouze"),
				 F("territoire_action", "d99"),
				 F("qualite_repondant", "empereur")),
		3);
	assert_int_equal(REVIEW(form, 0, answers, F("localite.hors", "31"),
				 F("territoire_action", "other")),
		2);
	/* One name for several communes: the same suggestions again. */
	assert_int_equal(REVIEW(form, 0, answers, F("localite", "Saint-M"),
				 F("territoire_action", "d31")),
		1);
	json_decref(answers);
}

static void what_is_missing_is_missing_again(void **state)
{
	SCOPED(form_drop) struct form *form = form_of_project("associations");
	json_t *answers = json_object();

	(void)state;
	assert_int_equal(
		REVIEW(form, 0, answers, F("nom_structure", "Une association")), 2);
	assert_int_equal(
		REVIEW(form, 2, answers, F("domaines_intervention.patients", "oui")), 6);
	json_decref(answers);
}

static void a_good_page_has_no_problem_and_keeps_every_kind_of_answer(void **state)
{
	SCOPED(form_drop) struct form *form = form_of_project("patients");
	SCOPED(form_drop) struct form *place = form_of_project("associations");
	json_t *answers = json_object();

	(void)state;
	assert_int_equal(REVIEW(form, 0, answers, F("age", "61,5")), 0);
	assert_true(json_is_real(json_object_get(answers, "age")));
	assert_int_equal(REVIEW(form, 0, answers, F("age", "soixante")), 1);
	json_object_clear(answers);
	assert_int_equal(
		REVIEW(place, 0, answers, F("localite", "Toulouse (31)"),
			F("territoire_action", "d31"), F("territoire_action", "other"),
			F("territoire_action-Comment", "Le monde"),
			F("qualite_repondant", "president")),
		0);
	assert_int_equal(REVIEW(place, 0, answers, F("localite.hors", "75"),
				 F("territoire_action", "national")),
		0);
	json_decref(answers);
}

/* A draft of another version of the form may hold what no page could have sent. */
static void what_no_page_sends_has_no_problems(void **state)
{
	SCOPED(form_drop) struct form *form = form_of_project("associations");
	json_t *answers = json_pack("{s:[s, s]}", "qualite_repondant", "a", "b");
	json_t *typed = json_object();
	struct problems review;

	(void)state;
	memset(&review, 0x55, sizeof(review));
	answers_review_page(form, 0, answers, typed, TODAY, &review);
	assert_int_equal(review.count, 0);
	assert_null(review.list);
	json_decref(answers);
	json_decref(typed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_words_are_refused_again),
		cmocka_unit_test(what_is_missing_is_missing_again),
		cmocka_unit_test(
			a_good_page_has_no_problem_and_keeps_every_kind_of_answer),
		cmocka_unit_test(what_no_page_sends_has_no_problems),
	};

	secret_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
