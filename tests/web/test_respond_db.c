/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_respond_db.c - the way through a questionnaire, step by step and under a clock of our own: saving, the summary, sending,
 * and what a page is worth after the end of its cookie. Browsers go the same ways in tests/e2e.
 */
#include "respond_rig.h"

/* ---- the summary and sending ---- */

static void nothing_is_sent_but_from_the_summary(void **state)
{
	struct person p SCOPED(person_release) = {0};
	int64_t before = boxes(), kept = drafts();
	char *receipt SCOPED(free_char) = NULL, *again SCOPED(free_char) = NULL;
	char *old SCOPED(free_char) = NULL;

	(void)state;
	begin_open(&p, "");
	fill(&p);
	assert_int_equal(boxes(), before);
	get(&p, "/recapitulatif", "200");
	assert_true(says(&p, STORY) && says(&p, "1999"));
	assert_true(says(&p, "/q/2?recap#q-histoire") && says(&p, "action=\"/envoi\""));
	assert_int_equal(drafts(), kept + 1);
	old = x_strdup(p.cookie);
	post(&p, "/envoi", "", "303", "/merci");
	assert_int_equal(boxes(), before + 1);
	assert_int_equal(drafts(), kept);
	get(&p, "/merci", "200");
	receipt = between(&p, "id=\"receipt\">", "<");
	assert_true(says(&p, "href=\"/o/essai\""));

	/* A second click, with the cookie of the first. */
	free(p.cookie);
	p.cookie = TAKE(old);
	post(&p, "/envoi", "", "303", "/merci");
	get(&p, "/merci", "200");
	again = between(&p, "id=\"receipt\">", "<");
	assert_string_equal(again, receipt);
	assert_int_equal(boxes(), before + 1);
	get(&p, "/recapitulatif", "303");
	get(&p, "/q/1", "303");
}

static void what_is_missing_comes_first_and_is_not_sent(void **state)
{
	struct person p SCOPED(person_release) = {0};
	int64_t before = boxes();

	(void)state;
	begin_open(&p, "");
	post(&p, "/q/1", ONE "&action=next", "303", "/q/2");
	get(&p, "/recapitulatif", "200");
	assert_true(says(&p, "/q/3?revoir&amp;recap#q-avis"));
	assert_false(says(&p, "action=\"/envoi\""));
	post(&p, "/envoi", "", "303", "/q/3?revoir&recap");
	get(&p, "/q/3?revoir&recap", "422");
	post(&p, "/q/3", THREE "&recap=1&action=next", "303", "/recapitulatif");
	get(&p, "/recapitulatif", "200");
	assert_true(says(&p, "action=\"/envoi\""));
	assert_int_equal(boxes(), before);
}

static void a_page_opened_from_the_summary_leads_back_to_it(void **state)
{
	struct person p SCOPED(person_release) = {0};

	(void)state;
	begin_open(&p, "");
	fill(&p);
	get(&p, "/q/1?recap", "200");
	assert_true(says(&p, "name=\"recap\" value=\"1\""));
	post(&p, "/q/1",
		"oui_non=oui&annee=trois&shown=oui_non+annee&recap=1&action=next", "303",
		"/q/1?revoir&recap");
	get(&p, "/q/1?revoir&recap", "422");
	assert_true(says(&p, "trois"));
	/* Refused words are not forgotten on the way to the urn. */
	post(&p, "/envoi", "", "303", "/q/1?revoir&recap");
	post(&p, "/q/1", "oui_non=non&annee=2001&shown=oui_non+annee&recap=1&action=next",
		"303", "/recapitulatif");
	get(&p, "/recapitulatif", "200");
	assert_false(says(&p, STORY)); /* its page is not asked any more */
}

static void the_summary_shows_refused_lines_beside_the_right_ones(void **state)
{
	struct person p SCOPED(person_release) = {0};

	(void)state;
	begin_open(&p, "");
	fill(&p);
	post(&p, "/q/3",
		THREE "&equipe.soignants=12&equipe.patients=beaucoup&recap=1&action=next",
		"303", "/q/3?revoir&recap");
	get(&p, "/recapitulatif", "200");
	assert_true(says(&p, ": 12</dd>") && says(&p, ": beaucoup</dd>"));
	assert_false(says(&p, "action=\"/envoi\""));
}

static void a_warning_stops_once(void **state)
{
	struct person p SCOPED(person_release) = {0};

	(void)state;
	begin_open(&p, "");
	post(&p, "/q/1", "oui_non=oui&annee=1850&shown=oui_non+annee&action=next", "303",
		"/q/1?revoir");
	get(&p, "/q/1?revoir", "200");
	assert_true(says(&p, "bien ancienne") && says(&p, "name=\"vu\" value=\"annee\""));
	post(&p, "/q/1",
		"oui_non=oui&annee=1850&shown=oui_non+annee&vu=annee&action=next", "303",
		"/q/2");
	post(&p, "/q/3", THREE "&action=next", "303", "/recapitulatif");
	get(&p, "/recapitulatif", "200");
	assert_true(says(&p, "bien ancienne") && says(&p, "action=\"/envoi\""));
	post(&p, "/envoi", "", "303", "/merci");
}

/* ---- saving ---- */

static void a_script_saves_without_being_led_anywhere(void **state)
{
	struct person p SCOPED(person_release) = {0};
	int64_t before = drafts();
	char *old SCOPED(free_char) = NULL;

	(void)state;
	begin_open(&p, "");
	old = x_strdup(p.cookie);
	post(&p, "/q/1", "annee=mille&shown=oui_non+annee&action=save", "204", NULL);
	assert_int_equal(drafts(), before + 1);
	get(&p, "/q/1", "200");
	assert_true(says(&p, "mille"));
	assert_false(says(&p, "role=\"alert\""));
	post(&p, "/q/1", ONE "&action=next", "303", "/q/2");
	/* Sent from the page as it was before: too late. */
	post(&p, "/q/1", "annee=mille&shown=oui_non+annee&turn=0&action=save", "412",
		NULL);
	get(&p, "/q/1", "200");
	assert_true(says(&p, "1999"));
	post(&p, "/q/3", THREE "&action=next", "303", "/recapitulatif");
	post(&p, "/envoi", "", "303", "/merci");
	/* After sending, with the cookie of before and of after: nothing comes back. */
	post(&p, "/q/1", ONE "&action=save", "409", NULL);
	free(p.cookie);
	p.cookie = TAKE(old);
	post(&p, "/q/1", ONE "&action=save", "409", NULL);
	assert_int_equal(drafts(), before);
	free(p.cookie);
	p.cookie = NULL;
	post(&p, "/q/1", ONE "&action=save", "403", NULL);
}

/* Both tabs hold the same page; the second one adds to what the first one saved. */
static void two_tabs_do_not_undo_each_other(void **state)
{
	struct person p SCOPED(person_release) = {0};

	(void)state;
	begin_open(&p, "");
	post(&p, "/q/1", ONE "&action=next", "303", "/q/2");
	post(&p, "/q/3", THREE "&action=next", "303", "/recapitulatif");
	post(&p, "/q/2", TWO "&action=next", "303", "/q/3");
	get(&p, "/recapitulatif", "200");
	assert_true(says(&p, STORY) && says(&p, "1999") && says(&p, "action=\"/envoi\""));
}

static void the_language_changes_and_what_was_typed_stays(void **state)
{
	struct person p SCOPED(person_release) = {0};

	(void)state;
	begin_open(&p, "");
	post(&p, "/q/1", "annee=mille&shown=oui_non+annee&action=lang-en", "303", "/q/1");
	get(&p, "/q/1", "200");
	assert_true(says(&p, "<html lang=\"en\"") && says(&p, "mille"));
	get(&p, "/recapitulatif", "200");
	assert_true(says(&p, "Summary of your answers"));
	get(&p, "/recapitulatif?lang=fr", "200");
	get(&p, "/q/1", "200");
	assert_true(says(&p, "<html lang=\"fr\""));
	post(&p, "/q/1", ONE "&action=lang-xx", "400", NULL);
	post(&p, "/q/1", ONE "&action=fly", "400", NULL);
	assert_true(says(&p, "n’est pas valable"));
}

/* ---- the clock, and who may post ---- */

static void the_summary_may_be_sent_after_its_cookie_has_expired(void **state)
{
	struct person p SCOPED(person_release) = {0};

	(void)state;
	begin_open(&p, "");
	fill(&p);
	ahead = 3 * USEC_PER_HOUR;
	get(&p, "/recapitulatif", "403");
	post(&p, "/envoi", "", "303", "/merci");
	get(&p, "/merci", "200");
	ahead = 0;
}

static void another_site_posts_nothing(void **state)
{
	static const char *const targets[] = {
		"/start", "/q/1", "/envoi", "/pause", "/reprise"};
	struct person p SCOPED(person_release) = {0};
	int64_t kept = drafts();

	(void)state;
	begin_open(&p, "");
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		char *request SCOPED(free_char) = x_printf(
			"POST %s HTTP/1.1\r\nHost: site.example\r\nCookie: barometre=%s\r\n"
			"Sec-Fetch-Site: cross-site\r\n"
			"Content-Type: application/x-www-form-urlencoded\r\n"
			"Content-Length: %zu\r\n\r\n%s",
			targets[i], p.cookie, strlen(ONE), ONE);
		struct exchange_probe probe = {0};

		exchange_probe_run(
			loop, str_of(request), public_site_handle, site, &probe);
		assert_true(probe.replied);
		has_status(buf_str(&probe.reply).p, "403");
		buf_release(&probe.reply);
	}
	assert_int_equal(drafts(), kept);
}

static void a_page_may_be_sent_after_its_cookie_has_expired(void **state)
{
	char *old SCOPED(free_char) = start();
	char *reply, *fresh SCOPED(free_char) = NULL;

	(void)state;
	ahead = 3 * USEC_PER_HOUR;
	reply = ask("POST", "/q/1", old, PAGE);
	has_status(reply, "303");
	assert_non_null(strstr(reply, "Location: /q/2\r\n"));
	fresh = cookie_of(reply);
	free(reply);
	reply = ask("GET", "/q/1", fresh, "");
	has_status(reply, "200");
	assert_non_null(strstr(reply, TYPED));
	free(reply);
	ahead = 0;
}

static void an_expired_cookie_opens_no_page(void **state)
{
	char *old SCOPED(free_char) = start();
	char *reply;

	(void)state;
	ahead = 2 * USEC_PER_HOUR - USEC_PER_MIN;
	reply = ask("GET", "/q/1", old, "");
	has_status(reply, "200");
	free(reply);
	ahead = 2 * USEC_PER_HOUR + USEC_PER_MIN;
	reply = ask("GET", "/q/1", old, "");
	has_status(reply, "403");
	assert_non_null(strstr(reply, "Rouvrez le lien"));
	assert_null(strstr(reply, "Set-Cookie"));
	free(reply);
	ahead = 0;
}

/* Sealed as ours are, but with a key that is not of this edition. */
static void a_cookie_of_another_key_is_nobodys(void **state)
{
	struct key other = random_key();
	struct visit visit = {.edition = "e2026",
		.audience = "associations",
		.language = "fr",
		.slot = random_uuid(),
		.token = token_random(),
		.expires = now() + USEC_PER_HOUR};
	struct buf cookie SCOPED(buf_release) = BUF_LIMIT(1024);
	int64_t drafts = number(world.owner, "SELECT count(*) AS n FROM barometre.draft");
	char *reply;

	(void)state;
	visit_seal(&cookie, &other, &visit);
	reply = ask("POST", "/q/1", buf_str(&cookie).p, PAGE);
	has_status(reply, "403");
	assert_non_null(strstr(reply, TYPED));
	assert_non_null(strstr(reply, "Réessayer"));
	free(reply);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.draft"), drafts);
}

/* The edition is closed in the database while this process still thinks it open: the store has the last word. */
static void a_closing_that_the_site_has_not_seen_yet_stores_nothing(void **state)
{
	char *cookie SCOPED(free_char) = start();
	int64_t drafts = number(world.owner, "SELECT count(*) AS n FROM barometre.draft");
	char *reply;

	(void)state;
	ok(edition_close(world.owner, "e2026", err));
	reply = ask("POST", "/q/1", cookie, PAGE);
	has_status(reply, "409");
	assert_non_null(strstr(reply, TYPED));
	free(reply);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.draft"), drafts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_sent_but_from_the_summary),
		cmocka_unit_test(what_is_missing_comes_first_and_is_not_sent),
		cmocka_unit_test(a_page_opened_from_the_summary_leads_back_to_it),
		cmocka_unit_test(the_summary_shows_refused_lines_beside_the_right_ones),
		cmocka_unit_test(a_warning_stops_once),
		cmocka_unit_test(a_script_saves_without_being_led_anywhere),
		cmocka_unit_test(two_tabs_do_not_undo_each_other),
		cmocka_unit_test(the_language_changes_and_what_was_typed_stays),
		cmocka_unit_test(the_summary_may_be_sent_after_its_cookie_has_expired),
		cmocka_unit_test(another_site_posts_nothing),
		cmocka_unit_test(a_page_may_be_sent_after_its_cookie_has_expired),
		cmocka_unit_test(an_expired_cookie_opens_no_page),
		cmocka_unit_test(a_cookie_of_another_key_is_nobodys),
		cmocka_unit_test(a_closing_that_the_site_has_not_seen_yet_stores_nothing),
	};

	return cmocka_run_group_tests_name(
		"the way through a questionnaire", tests, begin, end);
}
