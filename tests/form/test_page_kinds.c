/* SPDX-License-Identifier: Apache-2.0 */
/* Posted pages: kinds of questions with several fields, choices that come and go, validators, languages. */
#include "posted_page.h"

static struct form *french;
static const struct form *form;

static int set_up_form(void **state)
{
	*state = french = page_form();
	return 0;
}

static int set_up(void **state)
{
	form = french;
	return start_page(state);
}

static void post(size_t page, const char *text, bool strict)
{
	struct field fields[40];
	struct err err = {0};
	size_t n = fields_of(text, fields, COUNT_OF(fields));
	problems_release(&problems);
	if (!answers_read_page(form, page, fields, n, TODAY, strict, answers, typed,
		    &problems, &err))
		fail_msg("%s: %s", text, err.text);
	/* What the page would show when it is opened again is the same. */
	struct problems again = {0};
	answers_review_page(form, page, answers, typed, TODAY, &again);
	for (size_t i = 0; strict && i < again.count; i++)
		assert_string_equal(again.list[i].message, problems.list[i].message);
	if (strict)
		assert_int_equal(again.count, problems.count);
	problems_release(&again);
}

static void assert_refused(size_t page, const char *text)
{
	struct field fields[40];
	struct err err = {0};
	size_t n = fields_of(text, fields, COUNT_OF(fields));
	if (answers_read_page(
		    form, page, fields, n, TODAY, true, answers, typed, &problems, &err))
		fail_msg("accepted: %s", text);
	assert_int_equal(err.code, ERR_INVALID);
}

/* Problem i, of this question, at this part, in these words. */
static void expect(size_t i, const char *name, const char *row, const char *message)
{
	assert_true(i < problems.count);
	const struct problem *p = &problems.list[i];
	assert_string_equal(p->message, message);
	assert_string_equal(p->question->name, name);
	if (row)
		assert_string_equal(p->row, row);
	else
		assert_null(p->row);
}

static void assert_answer(const char *name, const char *json)
{
	assert_json(json_object_get(answers, name), json);
}

/* ---- several texts ---- */

static void several_texts_are_one_answer(void **state)
{
	(void)state;
	post(0, "exp=oui&freins=temps&coord.nom= Nous &coord.nb=12,5&coord.depuis=1/2/2020",
		true);
	assert_int_equal(problems.count, 0);
	assert_answer(
		"coord", "{\"nom\":\"Nous\",\"nb\":12.5,\"depuis\":\"2020-02-01\"}");
	assert_json(typed, "{}");
	post(0, "exp=oui&freins=temps&coord.nom=Eux", true);
	assert_answer("coord", "{\"nom\":\"Eux\"}");
}

static void a_wrong_text_keeps_all_of_them_as_typed(void **state)
{
	(void)state;
	post(0, "exp=oui&freins=loin&coord.nom=Nous&coord.nb=-4&coord.mail=moi", true);
	assert_int_equal(problems.count, 2);
	expect(0, "coord", "nb", "Indiquez un nombre entre 0 et 100" NN "000.");
	expect(1, "coord", "mail",
		"Il manque le signe @ dans cette adresse e-mail" NN
		": elle s’écrit comme prenom.nom@exemple.fr.");
	assert_null(json_object_get(answers, "coord"));
	assert_json(
		typed, "{\"coord\":{\"nom\":\"Nous\",\"nb\":\"-4\",\"mail\":\"moi\"}}");
	post(0, "exp=oui&freins=loin&coord.nom=Nous&coord.nb=4", true);
	assert_int_equal(problems.count, 0);
	assert_json(typed, "{}");
}

static void a_required_text_is_asked_for_at_its_field(void **state)
{
	(void)state;
	post(0, "exp=oui&freins=loin&coord.nb=4", true);
	assert_int_equal(problems.count, 1);
	expect(0, "coord", "nom", "Écrivez votre réponse pour continuer.");
	assert_answer("coord", "{\"nb\":4}");
	/* Not while the page is only being saved. */
	post(0, "exp=oui&coord.nb=5", false);
	assert_int_equal(problems.count, 0);
}

/* ---- an order ---- */

static void an_order_is_read_from_places(void **state)
{
	(void)state;
	post(0, "exp=oui&freins=loin&coord.nom=N&ordre.a=3&ordre.b=1&ordre.c=2", true);
	assert_int_equal(problems.count, 0);
	assert_answer("ordre", "[\"b\",\"c\",\"a\"]");
	post(0, "exp=oui&freins=loin&coord.nom=N&ordre.a=&ordre.b=&ordre.c=", true);
	assert_int_equal(problems.count, 0);
	assert_null(json_object_get(answers, "ordre"));
}

static void a_place_taken_twice_is_said_with_both_names(void **state)
{
	(void)state;
	post(0, "exp=oui&freins=loin&coord.nom=N&ordre.a=1&ordre.b=2&ordre.c=2", true);
	assert_int_equal(problems.count, 1);
	expect(0, "ordre", "c",
		"«" NN "Temps" NN "» et «" NN "Moyens" NN "» ont la même place (2)" NN
		": donnez-en une autre à l’une des deux.");
	assert_null(json_object_get(answers, "ordre"));
	assert_json(typed, "{\"ordre\":{\"a\":\"1\",\"b\":\"2\",\"c\":\"2\"}}");
}

static void a_part_of_an_order_is_none(void **state)
{
	(void)state;
	post(0, "exp=oui&freins=loin&coord.nom=N&ordre.a=1&ordre.b=premier&ordre.c=",
		true);
	assert_int_equal(problems.count, 2);
	expect(0, "ordre", "b",
		"La place de «" NN "Temps" NN "» est un nombre de 1 à 3, sans virgule.");
	expect(1, "ordre", "c",
		"Donnez aussi une place à «" NN "Moyens" NN "», de 1 à 3.");
	assert_json(typed, "{\"ordre\":{\"a\":\"1\",\"b\":\"premier\"}}");
	static const char *const wrong[] = {
		"0", "4", "-1", "1,5", "99999999999999999999"};
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		SCOPED(free_char)
		char *text = x_printf("exp=oui&ordre.a=1&ordre.b=2&ordre.c=%s", wrong[i]);
		post(0, text, false);
		assert_int_equal(problems.count, 1);
	}
}

static void only_what_is_offered_is_ranked(void **state)
{
	(void)state;
	post(0, "exp=non&ordre.a=2&ordre.b=1&ordre.c=3", true);
	assert_int_equal(problems.count, 0);
	assert_answer("ordre", "[\"b\",\"a\"]");
	/* Offered since: it stands at the end until the page is sent again. */
	json_object_set_new(answers, "exp", json_string("oui"));
	struct problems review = {0};
	answers_review_page(form, 0, answers, typed, TODAY, &review);
	for (size_t i = 0; i < review.count; i++)
		assert_string_not_equal(review.list[i].question->name, "ordre");
	problems_release(&review);
}

/* ---- choices that come and go ---- */

static void a_choice_that_is_not_offered_is_not_chosen(void **state)
{
	(void)state;
	post(0, "exp=non&freins=temps&freins=cout", true);
	assert_int_equal(problems.count, 0);
	assert_answer("freins", "[\"temps\"]");
	post(0, "exp=oui&freins=temps&freins=cout&coord.nom=N", true);
	assert_answer("freins", "[\"temps\",\"cout\"]");
}

static void special_choices_are_choices(void **state)
{
	(void)state;
	post(0, "exp=dontknow", true);
	assert_int_equal(problems.count, 0);
	assert_answer("exp", "\"dontknow\"");
	post(0, "exp=refused&freins=none", true);
	assert_answer("exp", "\"refused\"");
	assert_answer("freins", "[\"none\"]");
	post(0, "exp=non&freins=none&freins=temps", true);
	assert_int_equal(problems.count, 1);
	assert_non_null(strstr(problems.list[0].message, "gardez l’un ou les autres."));
}

static void a_condition_can_require(void **state)
{
	(void)state;
	post(0, "exp=non", true);
	assert_int_equal(problems.count, 0);
	post(0, "exp=oui&coord.nom=N", true);
	assert_int_equal(problems.count, 1);
	expect(0, "freins", NULL, "Cochez au moins une réponse pour continuer.");
}

/* ---- validators ---- */

static void an_error_refuses_the_answer(void **state)
{
	(void)state;
	post(0, "exp=oui&coord.nom=N&freins=temps&freins=cout&freins=other&freins-Comment=Oh",
		true);
	assert_int_equal(problems.count, 1);
	expect(0, "freins", NULL, "Cochez 2 réponses au plus.");
	assert_null(json_object_get(answers, "freins"));
	assert_null(json_object_get(answers, "freins-Comment"));
	assert_json(typed,
		"{\"freins\":[\"temps\",\"cout\",\"other\"],\"freins-Comment\":\"Oh\"}");
	post(1, "age=9,5", true);
	expect(0, "age", NULL, "Indiquez un nombre entre 10 et 2000.");
	assert_int_equal(problems.list[0].level, LEVEL_ERROR);
	assert_null(json_object_get(answers, "age"));
	assert_json(json_object_get(typed, "age"), "\"9,5\"");
}

static void a_warning_keeps_the_answer(void **state)
{
	(void)state;
	post(0, "exp=non", true);
	post(1, "age=100", true);
	assert_int_equal(problems.count, 1);
	expect(0, "age", NULL, "Vraiment, pour Jamais" NN "?");
	assert_int_equal(problems.list[0].level, LEVEL_WARNING);
	assert_int_equal(problems_count(&problems, LEVEL_ERROR), 0);
	assert_int_equal(problems_count(&problems, LEVEL_WARNING), 1);
	assert_answer("age", "100");
	post(1, "age=50&trois=u", true);
	assert_int_equal(problems.count, 2);
	expect(0, "age", NULL, "Un demi-siècle.");
	assert_int_equal(problems.list[0].level, LEVEL_INFO);
	expect(1, "trois", NULL, "Une seule" NN "?");
	assert_answer("age", "50");
	assert_answer("trois", "[\"u\"]");
	assert_json(typed, "{}");
}

static void an_error_is_said_before_a_warning(void **state)
{
	(void)state;
	post(1, "age=2001", true);
	assert_int_equal(problems.count, 1);
	assert_int_equal(problems.list[0].level, LEVEL_ERROR);
	/* Not a number: no validator has anything to say. */
	post(1, "age=cent", true);
	assert_int_equal(problems.count, 1);
	expect(0, "age", NULL,
		"Indiquez un nombre en chiffres seulement, par exemple 12.");
}

static void a_validator_may_compare_answers(void **state)
{
	(void)state;
	post(1, "age=40&fin=30", true);
	assert_int_equal(problems.count, 1);
	expect(0, "fin", NULL,
		"Vérifiez cette réponse" NN
		": elle ne semble pas aller avec les précédentes.");
	assert_null(json_object_get(answers, "fin"));
	assert_json(typed, "{\"fin\":\"30\"}");
	post(1, "age=40&fin=40", true);
	assert_int_equal(problems.count, 0);
	/* Compared with a refused answer nothing is wrong yet. */
	post(1, "age=5000&fin=30", true);
	assert_int_equal(problems.count, 1);
	expect(0, "age", NULL, "Indiquez un nombre entre 10 et 2000.");
	assert_answer("fin", "30");
}

static void texts_are_checked(void **state)
{
	(void)state;
	static const char *const wrong[][2] = {
		{"ab",
			"Vérifiez la façon dont cette réponse est écrite. Exemple" NN
			": AB"},
		{"A",
			"Votre texte est un peu court" NN
			": 2 caractères au moins, vous en avez écrit 1."},
	};
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		SCOPED(free_char) char *text = x_printf("sigle=%s", wrong[i][0]);
		post(1, text, true);
		assert_int_equal(problems.count, 1);
		expect(0, "sigle", NULL, wrong[i][1]);
		assert_null(json_object_get(answers, "sigle"));
	}
	post(1, "sigle=A1", true);
	assert_int_equal(problems.count, 2);
	expect(1, "sigle", NULL, "Écrivez votre réponse sans chiffres.");
	post(1, "sigle=CHU", true);
	assert_int_equal(problems.count, 0);
}

/* ---- the rest ---- */

static void every_row_may_be_wanted_of_a_question_that_is_not_required(void **state)
{
	(void)state;
	post(2, "grille.r1=x", true);
	assert_int_equal(problems.count, 1);
	expect(0, "grille", "r2", "Choisissez une réponse pour cette ligne.");
	assert_answer("grille", "{\"r1\":\"x\"}");
	post(2, "grille.r1=x&grille.r2=y", true);
	assert_int_equal(problems.count, 0);
	post(0, "exp=non&dom.soins=fait", true);
	assert_int_equal(problems.count, 0);
}

static void fields_that_no_page_has_are_refused(void **state)
{
	(void)state;
	static const char *const forged[] = {
		"double=4", "veille=2026-11-22", "age.x=1", "un=1", "exp=oui"};
	for (size_t i = 0; i < COUNT_OF(forged); i++)
		assert_refused(1, forged[i]);
	static const char *const first[] = {"coord=x", "coord.zzz=x", "coord.=x",
		"ordre=a", "ordre.zzz=1", "ordre.a=1&ordre.a=2",
		"coord.nom=a&coord.nom=b", "ordre.other=1", "dom.fait=x"};
	for (size_t i = 0; i < COUNT_OF(first); i++)
		assert_refused(0, first[i]);
	assert_json(answers, "{}");
}

static void messages_are_in_the_language_of_the_form(void **state)
{
	(void)state;
	form = form_in(french, language_find(STR("en")));
	assert_true(form != french);
	post(0, "exp=oui&coord.nom=N&coord.nb=100001&ordre.a=1&ordre.b=1&ordre.c=3",
		true);
	assert_int_equal(problems.count, 3);
	expect(0, "freins", NULL, "Please tick at least one answer to continue.");
	expect(1, "ordre", "b",
		"“Écoute” and “Temps” have the same rank (1): give one of them another.");
	expect(2, "coord", "nb", "Please give a number between 0 and 100,000.");
	post(1, "age=100&lieu=Zurich&jour=30/02/2026", true);
	expect(0, "age", NULL, "Really, for Yes, often?");
	expect(1, "jour", NULL,
		"This date does not exist in the calendar: check the day and the month.");
	/* Nothing French is left. */
	for (size_t i = 0; i < problems.count; i++)
		assert_null(strstr(problems.list[i].message, NN));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, end_page)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(several_texts_are_one_answer),
		TEST(a_wrong_text_keeps_all_of_them_as_typed),
		TEST(a_required_text_is_asked_for_at_its_field),
		TEST(an_order_is_read_from_places),
		TEST(a_place_taken_twice_is_said_with_both_names),
		TEST(a_part_of_an_order_is_none),
		TEST(only_what_is_offered_is_ranked),
		TEST(a_choice_that_is_not_offered_is_not_chosen),
		TEST(special_choices_are_choices),
		TEST(a_condition_can_require),
		TEST(an_error_refuses_the_answer),
		TEST(a_warning_keeps_the_answer),
		TEST(an_error_is_said_before_a_warning),
		TEST(a_validator_may_compare_answers),
		TEST(texts_are_checked),
		TEST(every_row_may_be_wanted_of_a_question_that_is_not_required),
		TEST(fields_that_no_page_has_are_refused),
		TEST(messages_are_in_the_language_of_the_form),
	};
	return cmocka_run_group_tests(tests, set_up_form, free_form);
}
