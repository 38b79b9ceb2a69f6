/* SPDX-License-Identifier: Apache-2.0 */
/* The staff site's letters: read, checked, kept, given up, shown as their readers see them, sent to oneself. */
#include <jansson.h>

#include "barometre/mail/letter.h"
#include "barometre/mail/letter_check.h"
#include "barometre/store/letter_store.h"
#include "staff_world.h"

static char *cookie, *token; /* of ada */

static struct reply see(const char *target)
{
	return ask("GET", target, cookie, "");
}

/* As a browser sends a field. */
static char *encoded(const char *text)
{
	struct buf out = BUF_LIMIT(1 << 20);

	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		buf_printf(&out, "%%%02X", *p);
	return buf_take(&out);
}

static struct reply post(const char *target, const char *fields)
{
	SCOPED(free_char) char *body = x_printf("csrf=%s&%s", token, fields);

	return ask("POST", target, cookie, body);
}

static struct reply post_text(
	const char *target, const char *action, const char *seen, const char *text)
{
	SCOPED(free_char) char *sent = encoded(text);
	SCOPED(free_char)
	char *fields = x_printf("action=%s&seen=%s&text=%s", action, seen, sent);

	return post(target, fields);
}

static const char good[] =
	"Objet : Un mot à vous\n\nBonjour,\n\nC'est {{organisation}} ! Jusqu’au {{closes}}.\n\n"
	"[Y aller]({{link}})\n\nSi vous avez déjà répondu, merci.\n\n---\n\n{{stop_link}} {{privacy_link}}\n";

static int64_t gate(void)
{
	return number(world.owner, "SELECT letters AS n FROM barometre.mail_gate");
}

static int begin_as_ada(void **state)
{
	int status = begin(state);

	cookie = session_of("ada");
	token = token_of(cookie);
	return status;
}

static int end_ada(void **state)
{
	free(cookie);
	free(token);
	return end(state);
}

/* ---- who, and what is there ---- */

static void only_administrators_see_letters(void **state)
{
	SESSION ana = session_of("ana");

	(void)state;
	assert_int_equal(status_of("GET", "/letters", ana, ""), 403);
	assert_int_equal(status_of("GET", "/letters/relance1", ana, ""), 403);
	assert_int_equal(status_of("POST", "/letters/relance1", ana, ""), 403);
	assert_int_equal(status_of("GET", "/letters", "", ""), 303);
	assert_int_equal(status_of("POST", "/letters/relance1/test", "", ""), 303);
	/* Without the form's own token nothing is done. */
	assert_int_equal(status_of("POST", "/letters/relance1/reset", cookie, ""), 403);
	assert_int_equal(status_of("GET", "/letters/relance4", cookie, ""), 404);
	assert_int_equal(
		status_of("GET", "/letters/relance1?audience=equipes", cookie, ""), 404);
	assert_int_equal(
		status_of("GET", "/letters/relance1?edition=e1999", cookie, ""), 404);
	assert_int_equal(
		status_of("GET",
			"/letters/targeted?mailing=00000000-0000-4000-8000-000000000000",
			cookie, ""),
		404);
	assert_int_equal(
		status_of("GET", "/letters/targeted?mailing=x", cookie, ""), 404);
}

static void the_list_says_whose_each_letter_is(void **state)
{
	REPLY r = see("/letters?edition=e2026");

	(void)state;
	assert_int_equal(r.status, 200);
	assert_has(&r, "href=\"/letters/relance1?edition=e2026&amp;audience=patients\"");
	assert_has(&r, "Envoi ciblé");
	assert_has(&r, "texte du programme");
	assert_has(&r, "Baromètre &lt;2026&gt;");
	assert_null(strstr(r.body, "modifié</strong>"));
}

static void a_letter_is_shown_as_its_readers_see_it(void **state)
{
	REPLY r = see("/letters/invitation?edition=e2026&audience=associations");

	(void)state;
	assert_int_equal(r.status, 200);
	/* The editor has this public's words only; the variables stay variables. */
	assert_has(&r, "Nous écrivons à votre association");
	assert_null(strstr(r.body, "proche aidant ou usager partenaire"));
	assert_has(&r, "[Répondre au questionnaire]({{link}})");
	/* The preview has values, and nobody's link. */
	assert_has(&r, "https://enquete.example/r/aaaaaaaaaaaaaaaaaaaaaaaaaa");
	assert_has(&r,
		"Votre expérience compte\u202f: 12 minutes pour le Baromètre &lt;2026&gt;");
	assert_has(&r, "sandbox=\"\" srcdoc=\"&lt;!doctype html&gt;");
	/* Its own styles may show, and no script can run. */
	assert_non_null(strstr(r.head, "script-src 'none'"));
	assert_null(strstr(r.body, "À corriger"));
}

static void a_contact_chooses_the_public_of_the_preview(void **state)
{
	SCOPED(free_char)
	char *patient = text_of(world.owner,
		"SELECT left(id::text, 8) AS t FROM barometre.contact WHERE audience = 'patients' ORDER BY id LIMIT 1");
	SCOPED(free_char)
	char *all = x_printf("/letters/relance1?edition=e2026&contact=%s", patient);
	SCOPED(free_char)
	char *other = x_printf(
		"/letters/relance1?edition=e2026&audience=associations&contact=%s",
		patient);
	REPLY r = see(all);
	REPLY elsewhere = see(other);
	REPLY none = see("/letters/relance1?edition=e2026&contact=zzzzzz");
	REPLY short_one = see("/letters/relance1?edition=e2026&contact=%25");

	(void)state;
	assert_has(&r, "Pour ce contact\u202f: public «\u202fPatients");
	assert_has(&r, "Ce que vous vivez comme patient");
	assert_has(&elsewhere, "cette lettre n’est pas pour lui");
	assert_has(&none, "Aucun contact de cette édition ne commence ainsi");
	assert_has(&short_one, "Aucun contact de cette édition ne commence ainsi");
	assert_int_equal(none.status, 200);
}

/* ---- saving ---- */

static void a_refused_letter_is_named_by_line_and_kept_on_the_page(void **state)
{
	int64_t before = gate();
	REPLY r = post_text("/letters/relance1?edition=e2026", "save", "",
		"Objet : A\n\nBonjour {{prénom}} <b>,\n\n{{stop_link}}\n");

	(void)state;
	assert_int_equal(r.status, 422);
	assert_has(&r, "La lettre n’est pas enregistrée");
	assert_has(&r, "<strong>Ligne 3</strong>");
	assert_has(&r, "variable inconnue «\u202f{{prénom}}\u202f»");
	assert_has(&r, "Bonjour {{prénom}} &lt;b&gt;,");
	assert_has(&r, "aria-invalid=\"true\"");
	assert_null(strstr(r.body, "<iframe"));
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.letter"), 0);
	assert_int_equal(gate(), before);
}

static void a_preview_keeps_nothing(void **state)
{
	REPLY r = post_text("/letters/relance1?edition=e2026", "preview", "", good);

	(void)state;
	assert_int_equal(r.status, 200);
	assert_has(&r, "Y aller");
	assert_has(&r, "C’est Organisme\u202f!"); /* typography is put right */
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.letter"), 0);
}

static void on_letters(void *arg, struct letters letters, const struct err *err)
{
	assert_null(err);
	*(struct letters *)arg = letters;
	loop_stop(loop);
}

/* As the mailer has them before it claims. */
static struct letters letters_of_the_mailer(void)
{
	struct db_pool *reader = db_pool_new(loop, world.conninfo, "barometre_mailer", 1);
	struct letters letters = {0};

	(void)letters_read(reader, on_letters, &letters);
	loop_run(loop);
	db_pool_free(reader);
	return letters;
}

static const char *sent_source(const struct letters *letters, const char *audience)
{
	return letters_find(letters, "e2026", "relance1", audience, NULL);
}

static void a_saved_letter_is_the_one_that_is_sent(void **state)
{
	int64_t before = gate();
	REPLY r = post_text(
		"/letters/relance1?edition=e2026&audience=patients", "save", "", good);
	REPLY list = see("/letters?edition=e2026");
	REPLY page = see("/letters/relance1?edition=e2026&audience=patients&done=saved");
	struct letters letters = letters_of_the_mailer();

	(void)state;
	assert_int_equal(r.status, 303);
	assert_non_null(strstr(r.head,
		"Location: /letters/relance1?edition=e2026&audience=patients&done=saved"));
	assert_int_equal(gate(), before + 1);
	assert_has(&list, "<strong>modifié</strong> le ");
	assert_has(&list, "par ada");
	assert_has(&page, "La lettre est enregistrée");
	assert_has(&page, "C’est {{organisation}}\u202f!");
	assert_int_equal(letters.count, 1);
	assert_non_null(
		strstr(sent_source(&letters, "patients"), "C’est {{organisation}}"));
	assert_null(sent_source(&letters, "associations"));
	letters_release(&letters);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.journal WHERE login = 'ada'"
			" AND action = 'letter.save' AND detail = 'e2026 relance1 patients'"),
		1);
}

static void who_saves_second_is_told(void **state)
{
	SCOPED(free_char)
	char *seen = text_of(world.owner,
		"SELECT (extract(epoch FROM saved_at) * 1000000)::bigint::text AS t FROM barometre.letter");
	REPLY first = post_text(
		"/letters/relance1?edition=e2026&audience=patients", "save", seen, good);
	REPLY second = post_text(
		"/letters/relance1?edition=e2026&audience=patients", "save", seen, good);
	REPLY as_new = post_text(
		"/letters/relance1?edition=e2026&audience=patients", "save", "", good);

	(void)state;
	assert_int_equal(first.status, 303);
	assert_int_equal(second.status, 409);
	assert_has(&second, "pendant que vous l’écriviez");
	assert_has(&second, "C’est {{organisation}}");
	assert_int_equal(as_new.status, 409);
}

static void a_letter_for_all_gives_way_to_one_for_a_public(void **state)
{
	REPLY r = post_text("/letters/relance1?edition=e2026", "save", "", good);
	struct letters letters = {0};

	(void)state;
	assert_int_equal(r.status, 303);
	run(world.owner,
		"UPDATE barometre.letter SET source = 'all' WHERE audience IS NULL");
	letters = letters_of_the_mailer();
	assert_string_equal(sent_source(&letters, "associations"), "all");
	assert_string_not_equal(sent_source(&letters, "patients"), "all");
	assert_null(letters_find(&letters, "e2026", "relance2", "patients", NULL));
	assert_null(letters_find(&letters, "e2025", "relance1", "patients", NULL));
	letters_release(&letters);
}

static char *time_saved(const char *audience)
{
	SCOPED(free_char)
	char *select = x_printf(
		"SELECT (extract(epoch FROM saved_at) * 1000000)::bigint::text AS t FROM barometre.letter WHERE audience %s",
		audience);

	return text_of(world.owner, select);
}

/* As the page does that shows it. */
static struct reply reset(const char *target, const char *seen)
{
	SCOPED(free_char) char *fields = x_printf("seen=%s", seen);

	return post(target, fields);
}

static void who_gives_up_what_a_colleague_saved_is_told(void **state)
{
	static const char
		page[] = "/letters/relance1?edition=e2026&audience=patients",
		drop[] = "/letters/relance1/reset?edition=e2026&audience=patients";
	SCOPED(free_char) char *seen = time_saved("= 'patients'");
	int64_t before = gate();
	REPLY colleague = post_text(page, "save", seen,
		"Objet : Celle de Bob\n\n{{closes}}\n\n[Y aller]({{link}})\n\nSi vous avez déjà répondu, merci.\n\n{{stop_link}} {{privacy_link}}\n");
	SCOPED(free_char) char *now_saved = time_saved("= 'patients'");
	REPLY late = reset(drop, seen);
	REPLY unseen = reset(drop, "");

	(void)state;
	assert_int_equal(colleague.status, 303);
	assert_int_equal(late.status, 409);
	assert_has(&late, "elle n’a pas été retirée");
	/* What is there now is shown, and the next click is about that. */
	assert_has(&late, "Celle de Bob");
	assert_has(&late, now_saved);
	assert_int_equal(unseen.status, 409);
	assert_int_equal(gate(), before + 1);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.letter WHERE source LIKE '%Celle de Bob%'"),
		1);
}

static void a_letter_can_be_given_up(void **state)
{
	static const char drop[] =
		"/letters/relance1/reset?edition=e2026&audience=patients";
	int64_t before = gate();
	SCOPED(free_char) char *seen = time_saved("= 'patients'");
	SCOPED(free_char) char *seen_of_all = time_saved("IS NULL");
	REPLY r = reset(drop, seen);
	REPLY again = reset(drop, seen);
	REPLY all = reset("/letters/relance1/reset?edition=e2026", seen_of_all);

	(void)state;
	assert_int_equal(r.status, 303);
	assert_int_equal(again.status, 409);
	assert_int_equal(all.status, 303);
	assert_int_equal(gate(), before + 2);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.letter"), 0);
}

static void letters_of_a_closed_edition_do_not_change(void **state)
{
	REPLY page = see("/letters/relance1?edition=e2025");
	REPLY r = post_text("/letters/relance1?edition=e2025", "save", "", good);
	REPLY test = post("/letters/relance1/test?edition=e2025",
		"reader=patients&address=moi%40a.example");

	(void)state;
	assert_has(&page, "ses lettres ne changent plus");
	assert_int_equal(r.status, 409);
	assert_int_equal(test.status, 409);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.letter"), 0);
}

/* ---- the letter of one mailing ---- */

#define MAILING "11111111-1111-4111-8111-111111111111"

static void a_targeted_mailing_has_a_letter_of_its_own(void **state)
{
	static const char page[] = "/letters/targeted?mailing=" MAILING;
	struct letters letters = {0};
	struct id16 id, other = id_of("other", 1);

	(void)state;
	run(world.owner,
		"INSERT INTO barometre.mailing (id, edition, kind, title, due, not_after) VALUES ('" MAILING
		"', 'e2026', 'targeted', 'Les <petits>', now() + interval '2 days', now() + interval '9 days')");
	assert_true(uuid_parse(STR(MAILING), &id));
	{
		REPLY list = see("/letters?edition=e2026");
		REPLY shown = see(page);
		REPLY saved = post_text(page, "save", "", good);
		REPLY lost = post_text(page, "save", "", good);

		assert_has(&list, "Les &lt;petits&gt;");
		assert_has(&shown, "Les &lt;petits&gt;");
		assert_has(&shown, "nous aimerions votre réponse");
		assert_int_equal(saved.status, 303);
		assert_int_equal(lost.status, 409);
	}
	letters = letters_of_the_mailer();
	assert_int_equal(letters.count, 1);
	assert_non_null(letters_find(&letters, "e2026", "targeted", "patients", &id));
	assert_null(letters_find(&letters, "e2026", "targeted", "patients", &other));
	assert_null(letters_find(&letters, "e2026", "targeted", "patients", NULL));
	letters_release(&letters);
	{
		static const char drop[] = "/letters/targeted/reset?mailing=" MAILING;
		SCOPED(free_char)
		char *seen = text_of(world.owner,
			"SELECT md5(letter) AS t FROM barometre.mailing WHERE letter IS NOT NULL");
		REPLY late = reset(drop, "d41d8cd98f00b204e9800998ecf8427e");
		REPLY unseen = post(drop, "");
		REPLY dropped = reset(drop, seen);

		assert_int_equal(late.status, 409);
		assert_int_equal(unseen.status, 409);
		assert_int_equal(dropped.status, 303);
	}
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.mailing WHERE letter IS NOT NULL"),
		0);
}

/* ---- to oneself ---- */

static struct {
	struct id16 id;
	char kind[33], audience[33], address[300];
	int times;
	bool failed;
} taken;

static void on_test(void *arg, const struct letter_test *test, const struct err *why)
{
	struct buf plain = BUF_LIMIT(1024);

	(void)arg;
	taken.times++;
	taken.failed = why != NULL;
	taken.kind[0] = '\0';
	if (test) {
		taken.id = test->id;
		copy_text(taken.kind, sizeof(taken.kind), test->kind);
		copy_text(taken.audience, sizeof(taken.audience), test->audience);
		ok(box_open(&plain, &sealed_to, &opened_with, test->address_box, err));
		copy_text(taken.address, sizeof(taken.address), buf_str(&plain));
	}
	buf_release(&plain);
	loop_stop(loop);
}

static void on_done(void *arg, const struct err *err)
{
	(void)arg;
	assert_null(err);
	loop_stop(loop);
}

static struct db_pool *mailer_pool;

static void take(void)
{
	(void)letter_test_take(mailer_pool, now(), on_test, NULL);
	loop_run(loop);
	assert_false(taken.failed);
}

static void finish(enum letter_test_outcome outcome, int code)
{
	(void)letter_test_done(mailer_pool, &taken.id, outcome, code, on_done, NULL);
	loop_run(loop);
}

static void a_letter_to_oneself_is_sealed_taken_and_told(void **state)
{
	REPLY r = post("/letters/relance2/test?edition=e2026",
		"reader=associations&address=+Moi%40Organisme-Sant%C3%A9.example+");

	(void)state;
	assert_int_equal(r.status, 303);
	mailer_pool = db_pool_new(loop, world.conninfo, "barometre_mailer", 1);
	take();
	assert_string_equal(taken.kind, "relance2");
	assert_string_equal(taken.audience, "associations");
	assert_non_null(strstr(taken.address, "Moi@xn--organisme-sant-okb.example"));
	take(); /* claimed once */
	assert_string_equal(taken.kind, "");
	finish(LETTER_TEST_AGAIN, 0);
	take();
	assert_string_equal(taken.kind, "relance2");
	finish(LETTER_TEST_REFUSED, 550);
	take();
	assert_string_equal(taken.kind, "");
	{
		REPLY page = see("/letters/relance2?edition=e2026");

		assert_has(&page, "refusé, ou jamais parti");
		assert_has(&page, "réponse 550 du relais");
	}
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.letter_test WHERE address_box IS NOT NULL"),
		0);
	/* Asked for by ada, and where to is not said. */
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.journal WHERE action = 'letter.test'"
			" AND login = 'ada' AND detail = 'e2026 relance2 associations'"),
		1);
	db_pool_free(mailer_pool);
}

static void a_wrong_address_is_told_and_shown_again(void **state)
{
	REPLY r = post("/letters/relance2/test?edition=e2026",
		"reader=associations&address=moi%40%3Cb%3E");

	(void)state;
	assert_int_equal(r.status, 422);
	assert_has(&r, "Ce n’est pas une adresse de courriel");
	assert_has(&r, "value=\"moi@&lt;b&gt;\"");
}

static void five_an_hour_for_each_login(void **state)
{
	static const char fields[] = "reader=patients&address=moi%40organisme.example";

	(void)state;
	for (int i = 0; i < 4; i++) {
		REPLY r = post("/letters/relance2/test?edition=e2026", fields);

		assert_int_equal(r.status, 303);
	}
	{
		REPLY often = post("/letters/relance2/test?edition=e2026", fields);

		assert_int_equal(often.status, 429);
		assert_has(&often, "cinq essais en une heure");
		assert_has(&often, "value=\"moi@organisme.example\"");
	}
	ahead = 61 * USEC_PER_MIN;
	{
		REPLY later = post("/letters/relance2/test?edition=e2026", fields);

		assert_int_equal(later.status, 303);
	}
	ahead = 0;
}

static void what_waited_too_long_or_is_held_is_not_sent(void **state)
{
	(void)state;
	mailer_pool = db_pool_new(loop, world.conninfo, "barometre_mailer", 1);
	run(world.owner,
		"UPDATE barometre.mail_gate SET held = 'asked', held_since = now()");
	take();
	assert_string_equal(taken.kind, "");
	run(world.owner, "UPDATE barometre.mail_gate SET held = NULL, held_since = NULL");
	ahead = 62 * USEC_PER_MIN; /* four of them have waited, one is fresh */
	take();
	assert_string_equal(taken.kind, "relance2");
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.letter_test WHERE state = 'refused' AND code IS NULL"
			" AND address_box IS NULL"),
		4);
	ahead = 3 * 60 * USEC_PER_MIN; /* it was claimed, and nothing is known of it */
	take();
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.letter_test WHERE state = 'unknown'"),
		1);
	ahead = 8 * USEC_PER_DAY;
	take();
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.letter_test"),
		0);
	ahead = 0;
	db_pool_free(mailer_pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_administrators_see_letters),
		cmocka_unit_test(the_list_says_whose_each_letter_is),
		cmocka_unit_test(a_letter_is_shown_as_its_readers_see_it),
		cmocka_unit_test(a_contact_chooses_the_public_of_the_preview),
		cmocka_unit_test(a_refused_letter_is_named_by_line_and_kept_on_the_page),
		cmocka_unit_test(a_preview_keeps_nothing),
		cmocka_unit_test(a_saved_letter_is_the_one_that_is_sent),
		cmocka_unit_test(who_saves_second_is_told),
		cmocka_unit_test(a_letter_for_all_gives_way_to_one_for_a_public),
		cmocka_unit_test(who_gives_up_what_a_colleague_saved_is_told),
		cmocka_unit_test(a_letter_can_be_given_up),
		cmocka_unit_test(letters_of_a_closed_edition_do_not_change),
		cmocka_unit_test(a_targeted_mailing_has_a_letter_of_its_own),
		cmocka_unit_test(a_letter_to_oneself_is_sealed_taken_and_told),
		cmocka_unit_test(a_wrong_address_is_told_and_shown_again),
		cmocka_unit_test(five_an_hour_for_each_login),
		cmocka_unit_test(what_waited_too_long_or_is_held_is_not_sent),
	};
	return cmocka_run_group_tests(tests, begin_as_ada, end_ada);
}
