/* SPDX-License-Identifier: Apache-2.0 */
/* The pages about mail of the staff site: the plan, one mailing, its ledger and dry run, what people decide, the gate of all mail. */
#include "form_errors.h"

/* e2026: the invitation has rows in every state (staff_world.h); relance1 is planned in seven days. */
#define INVITATION                                                                 \
 "SELECT id::text AS t FROM barometre.mailing WHERE edition = 'e2026' AND kind = " \
 "'invitation'"
#define REMINDER                                                                   \
 "SELECT id::text AS t FROM barometre.mailing WHERE edition = 'e2026' AND kind = " \
 "'relance1'"

static char *admin, *token, *invitation, *reminder;

static int begin_mailings(void **state)
{
	(void)begin(state);
	run(world.owner,
		"UPDATE barometre.contact SET department = CASE WHEN audience = 'patients' THEN '31' ELSE '09' END,"
		" type = 'MSP' WHERE edition = 'e2026'");
	admin = session_of("ada");
	token = token_of(admin);
	invitation = text_of(world.owner, INVITATION);
	reminder = text_of(world.owner, REMINDER);
	return 0;
}

static int end_mailings(void **state)
{
	free(admin);
	free(token);
	free(invitation);
	free(reminder);
	return end(state);
}

/* A page of a mailing; to be freed by REPLY. */
static struct reply look(const char *mailing, const char *rest)
{
	SCOPED(free_char) char *target = x_printf("/mailings/%s%s", mailing, rest);

	return ask("GET", target, admin, "");
}

static struct reply act_as(const char *cookie, const char *csrf, const char *mailing,
	const char *action, const char *fields)
{
	SCOPED(free_char) char *target = x_printf("/mailings/%s/%s", mailing, action);
	SCOPED(free_char) char *body = x_printf("csrf=%s&%s", csrf, fields);

	return ask("POST", target, cookie, body);
}

static struct reply act(const char *mailing, const char *action, const char *fields)
{
	return act_as(admin, token, mailing, action, fields);
}

static int act_status(const char *mailing, const char *action, const char *fields)
{
	REPLY r = act(mailing, action, fields);

	return r.status;
}

static int64_t journal(const char *action)
{
	SCOPED(free_char)
	char *query = x_printf(
		"SELECT count(*) AS n FROM barometre.journal WHERE action = '%s' AND login = 'ada'",
		action);

	return number(world.owner, query);
}

static char *column(const char *mailing, const char *expression)
{
	SCOPED(free_char)
	char *query = x_printf(
		"SELECT (%s)::text AS t FROM barometre.mailing WHERE id = '%s'",
		expression, mailing);

	return text_of(world.owner, query);
}

static void column_is(const char *mailing, const char *expression, const char *wanted)
{
	SCOPED(free_char) char *found = column(mailing, expression);

	assert_string_equal(found, wanted);
}

static void put_back(const char *mailing)
{
	SCOPED(free_char)
	char *query = x_printf(
		"UPDATE barometre.mailing SET state = 'planned', paused = false, due = now() + interval '7 days',"
		" not_after = now() + interval '30 days' WHERE id = '%s'",
		mailing);

	run(world.owner, query);
}

/* ---- what is shown ---- */

static void the_plan_says_who_when_and_how_far(void **state)
{
	REPLY r = ask("GET", "/mailings?edition=e2026", admin, "");

	(void)state;
	assert_int_equal(r.status, 200);
	assert_has(&r,
		"<strong>13 prévus</strong> = 6 remis + 1 refusé + 1 écarté + 1 incertain + 4 à envoyer");
	assert_has(&r, "Tous les contacts qui ont reçu l’invitation.");
	assert_has(
		&r, "<b>11</b> <span>n’ont pas encore répondu par leur lien personnel");
	assert_has(&r, "de 9\u202fh à 18\u202fh");
	assert_has(&r, "Décider des messages incertains…");
	assert_null(strstr(r.body, "ne tombe pas juste"));
	assert_null(strstr(r.body, "sont retenus"));
	assert_null(strstr(r.body, "{{"));
}

static void a_mailing_that_does_not_add_up_is_said(void **state)
{
	SCOPED(free_char)
	char *set = x_printf(
		"UPDATE barometre.mailing SET alarm = NOT alarm WHERE id = '%s'",
		invitation);

	(void)state;
	run(world.owner, set);
	{
		REPLY plan = ask("GET", "/mailings?edition=e2026", admin, "");
		REPLY one = look(invitation, "");
		REPLY board = ask("GET", "/", admin, "");

		assert_has(&plan, "Un envoi ne tombe pas juste");
		assert_has(&one, "Cet envoi ne tombe pas juste");
		assert_has(
			&board, "le registre ne retrouve pas tous les messages prévus");
	}
	run(world.owner, set);
}

static void the_ledger_adds_up_and_names_nobody(void **state)
{
	SCOPED(free_char)
	char *contact = text_of(
		world.owner, "SELECT min(contact::text) AS t FROM barometre.delivery");
	REPLY all = look(invitation, "");
	REPLY some = look(invitation, "?state=refused");

	(void)state;
	assert_int_equal(all.status, 200);
	assert_has(&all, "<strong>13 prévus</strong> = 6 remis");
	assert_has(&all, "ne veut plus recevoir de message");
	assert_has(&all, "2.0.0 queued &lt;as&gt; A1B2");
	assert_has(&all, "Refusés\u202f: adresse refusée (550)\u202f: 1");
	assert_has(&all, "décider…");
	assert_null(strstr(all.body, contact)); /* six characters of it at most */
	contact[6] = '\0';
	assert_has(&all, contact);
	assert_has(&some, ">550<");
	assert_null(strstr(some.body, "A1B2"));
	{
		REPLY none = look("00000000-0000-4000-8000-000000000000", "");
		REPLY broken = look("nimporte", "");

		assert_int_equal(none.status, 404);
		assert_int_equal(broken.status, 404);
	}
}

/* Each row once, however many pages. */
static void the_pages_of_the_ledger_follow_each_other(void **state)
{
	SCOPED(free_char) char *target = NULL;
	size_t rows = 0, pages = 0;
	bool more = true;

	(void)state;
	run(world.owner,
		"INSERT INTO barometre.mailing (id, edition, kind, title, state, due, not_after) VALUES"
		" ('11111111-1111-4111-8111-111111111111', 'e2025', 'targeted', 'Long', 'finished', now(), now() + interval '1 d')");
	make_contacts("e2025", "patients", 1000, 250);
	run(world.owner,
		"INSERT INTO barometre.delivery (mailing, contact, edition, kind, state, done_at)"
		" SELECT '11111111-1111-4111-8111-111111111111', id, 'e2025', 'targeted', 'sent', now() FROM barometre.contact WHERE edition = 'e2025'");
	target = x_strdup("/mailings/11111111-1111-4111-8111-111111111111?state=sent");
	while (more) {
		REPLY r = ask("GET", target, admin, "");
		const char *older = strstr(r.body, "\" rel=\"next\"");

		for (const char *at = r.body;
			(at = strstr(at, "<th scope=\"row\"><code>")); at++)
			rows++;
		pages++;
		assert_true(pages < 5);
		more = older != NULL;
		if (more) {
			SCOPED(free_char)
			char *next = between(r.body,
				"<a href=\"/mailings/11111111-1111-4111-8111-111111111111?state=sent&amp;after=",
				"\"");

			free(target);
			target = x_printf(
				"/mailings/11111111-1111-4111-8111-111111111111?state=sent&after=%s",
				next);
		}
	}
	assert_int_equal(pages, 3);
	assert_int_equal(rows, 250);
}

static void the_dry_run_says_to_whom_and_why_not(void **state)
{
	SCOPED(free_char)
	char *query = x_printf(
		"SELECT count(*) AS n FROM barometre.mailing_judge('%s') WHERE verdict = 'send'",
		reminder);
	int64_t send = number(world.owner, query);
	SCOPED(free_char)
	char *heading = x_printf("il irait à %lld sur 13", (long long)send);
	REPLY r = look(reminder, "");
	REPLY list = look(reminder, "?verdict=done");
	REPLY begun = look(invitation, "");

	(void)state;
	assert_true(send > 0 && send < 13);
	assert_has(&r, heading);
	assert_has(&r, "Ont déjà répondu");
	assert_has(&r, "N’ont pas reçu le courriel qu’il faut avant");
	assert_has(&list, "Essai à blanc\u202f: Ont déjà répondu");
	/* The list tells of people one by one: nothing that would say who. */
	assert_null(strstr(list.body, "MSP"));
	assert_null(strstr(list.body, ">31<"));
	assert_null(strstr(begun.body, "Essai à blanc"));
}

/* ---- what people decide ---- */

static void only_an_administrator_with_the_form_may_act(void **state)
{
	static const char *const actions[] = {
		"pause", "resume", "now", "cancel", "reschedule", "decide"};
	SESSION ana = session_of("ana");
	SCOPED(free_char) char *ana_token = token_of(ana);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(actions); i++) {
		REPLY role = act_as(ana, ana_token, reminder, actions[i], "");
		REPLY no_token = act_as(admin, "", reminder, actions[i], "");
		REPLY foreign = act_as(admin, ana_token, reminder, actions[i], "");
		REPLY nobody = act_as("", token, reminder, actions[i], "");

		assert_int_equal(role.status, 403);
		assert_int_equal(no_token.status, 403);
		assert_int_equal(foreign.status, 403);
		assert_int_equal(nobody.status, 303);
		assert_non_null(strstr(nobody.head, "Location: /login\r\n"));
	}
	for (size_t i = 0; i < COUNT_OF(actions); i++) {
		SCOPED(free_char) char *rest = x_printf("/%s", actions[i]);
		REPLY get = look(reminder, rest); /* no GET has an effect */

		assert_true(get.status == 200 || get.status == 303 || get.status == 409);
	}
	column_is(reminder, "state || paused", "plannedfalse");
	assert_int_equal(act_status(reminder, "effacer", ""), 404);
	assert_int_equal(act_status("nimporte", "pause", ""), 404);
	assert_int_equal(
		act_status("00000000-0000-4000-8000-000000000000", "pause", ""), 404);
}

static void a_mailing_is_paused_and_goes_on(void **state)
{
	(void)state;
	assert_int_equal(act_status(reminder, "pause", ""), 303);
	assert_int_equal(act_status(reminder, "pause", ""), 303); /* a second click */
	column_is(reminder, "paused", "true");
	assert_int_equal(journal("mailing.pause"), 1);
	{
		REPLY r = look(reminder, "?fait=pause");

		assert_has(&r, ">en pause<");
		assert_has(&r, "Reprendre");
		assert_has(&r, "L’envoi est en pause");
		assert_null(strstr(r.body, "Envoyer maintenant…"));
	}
	assert_int_equal(act_status(reminder, "now", ""), 409);
	assert_int_equal(act_status(reminder, "resume", ""), 303);
	column_is(reminder, "paused", "false");
	assert_int_equal(journal("mailing.resume"), 1);
}

static void a_mailing_is_sent_now(void **state)
{
	REPLY confirm = look(reminder, "/now");

	(void)state;
	assert_has(&confirm, "Un courriel parti ne se reprend pas.");
	assert_int_equal(act_status(reminder, "now", ""), 303);
	column_is(reminder, "due <= now()", "true");
	assert_int_equal(journal("mailing.now"), 1);
	assert_int_equal(act_status(invitation, "now", ""),
		303); /* still planned in the state of its row */
	put_back(reminder);
	put_back(invitation);
}

static void a_date_is_changed_in_the_zone_of_the_edition(void **state)
{
	(void)state;
	{
		REPLY wrong = act(
			reminder, "reschedule", "due=31%2F02%2F2027&until=bient%C3%B4t");
		REPLY turned = act(
			reminder, "reschedule", "due=2027-01-20&until=2027-01-10");

		assert_int_equal(wrong.status, 422);
		assert_has(&wrong, "value=\"31/02/2027\"");
		assert_has(&wrong, "value=\"bientôt\"");
		/* A field of dates would show neither. */
		assert_has(&wrong, "type=\"text\" id=\"due\"");
		assert_int_equal(errors_lead_to_their_fields(&wrong), 2);
		assert_int_equal(errors_lead_to_their_fields(&turned), 1);
		assert_int_equal(turned.status, 422);
		assert_has(&turned, "La date limite doit venir après le départ.");
	}
	run(world.owner,
		"UPDATE barometre.edition SET closes = opens + interval '20 years' WHERE code = 'e2026'");
	assert_int_equal(
		act_status(reminder, "reschedule", "due=07%2F07%2F2031&until=2031-12-01"),
		303);
	/* 9 o'clock in summer, 18 o'clock in winter. */
	column_is(reminder, "due AT TIME ZONE 'UTC'", "2031-07-07 07:00:00");
	column_is(reminder, "not_after AT TIME ZONE 'UTC'", "2031-12-01 17:00:00");
	{
		REPLY form = look(reminder, "/reschedule");

		assert_has(&form, "name=\"due\" value=\"2031-07-07\"");
		assert_has(&form, "name=\"until\" value=\"2031-12-01\"");
		assert_has(&form, "Europe/Paris");
	}
	{
		REPLY outside = act(
			reminder, "reschedule", "due=07%2F07%2F2066&until=2066-12-01");

		assert_int_equal(outside.status, 422);
		assert_has(&outside, "entre l’ouverture et la clôture");
		assert_int_equal(errors_lead_to_their_fields(&outside), 1);
	}
	/* An edition that closes at noon: its last day ends with it, not with the window. */
	run(world.owner,
		"UPDATE barometre.edition SET closes = '2031-12-01 12:00 Europe/Paris' WHERE code = 'e2026'");
	assert_int_equal(
		act_status(reminder, "reschedule", "due=07%2F07%2F2031&until=2031-12-01"),
		303);
	column_is(reminder, "not_after AT TIME ZONE 'UTC'", "2031-12-01 11:00:00");
	run(world.owner,
		"UPDATE barometre.edition SET closes = now() + interval '40 days' WHERE code = 'e2026'");
	put_back(reminder);
}

static void what_came_too_late_waits_for_a_person(void **state)
{
	SCOPED(free_char)
	char *late = x_printf(
		"UPDATE barometre.mailing SET state = 'held', due = now() - interval '3 d', not_after = now() - interval '1 d' WHERE id = '%s'",
		reminder);

	(void)state;
	run(world.owner, late);
	{
		REPLY r = look(reminder, "");
		REPLY board = ask("GET", "/", admin, "");

		assert_has(&r, "Retenu\u202f: trop tard");
		assert_has(&board, "envoi retenu, car sa date limite est passée");
	}
	assert_int_equal(act_status(reminder, "now", ""), 409);
	put_back(reminder);
}

static void a_mailing_is_cancelled_for_good(void **state)
{
	REPLY confirm = look(reminder, "/cancel");

	(void)state;
	assert_has(&confirm, "Un envoi annulé ne se reprend pas.");
	assert_int_equal(act_status(reminder, "cancel", ""), 303);
	column_is(reminder, "state", "cancelled");
	assert_int_equal(journal("mailing.cancel"), 1);
	assert_int_equal(act_status(reminder, "cancel", ""), 409);
	assert_int_equal(act_status(reminder, "pause", ""), 409);
	assert_int_equal(
		act_status(reminder, "reschedule", "due=2031-07-07&until=2031-12-01"),
		409);
	{
		REPLY r = look(reminder, "");

		assert_int_equal(r.status, 200);
		assert_null(strstr(r.body, "Changer la date"));
	}
	put_back(reminder);
}

static int64_t in_state(const char *state)
{
	SCOPED(free_char)
	char *query = x_printf(
		"SELECT count(*) AS n FROM barometre.delivery WHERE mailing = '%s' AND state = '%s'",
		invitation, state);

	return number(world.owner, query);
}

static void unknown_rows_wait_for_a_decision(void **state)
{
	SCOPED(free_char)
	char *short_id = text_of(world.owner,
		"SELECT left(contact::text, 6) AS t FROM barometre.delivery WHERE state = 'unknown'");
	SCOPED(free_char) char *rest = x_printf("/decide?contact=%s", short_id);
	SCOPED(free_char) char *one = x_printf("contact=%s&decision=again", short_id);
	SCOPED(free_char)
	char *kept = x_printf(
		"UPDATE barometre.delivery SET state = 'unknown' WHERE mailing = '%s' AND state = 'planned'",
		invitation);
	REPLY page = look(invitation, rest);
	int64_t planned = in_state("planned"), sent = in_state("sent");

	(void)state;
	assert_has(&page, "recevra deux fois le même courriel");
	assert_has(&page, short_id);
	{
		REPLY none = act(invitation, "decide", "");

		assert_int_equal(none.status, 422);
		assert_int_equal(errors_lead_to_their_fields(&none), 1);
	}
	assert_int_equal(act_status(invitation, "decide", "decision=peut-etre"), 422);
	assert_int_equal(
		act_status(invitation, "decide", "contact=zzzzzz&decision=again"), 409);
	assert_int_equal(
		act_status(invitation, "decide", "contact=ffffffff&decision=again"), 409);
	assert_int_equal(in_state("unknown"), 1);
	assert_int_equal(act_status(invitation, "decide", one), 303);
	assert_int_equal(in_state("planned"), planned + 1);
	assert_int_equal(in_state("unknown"), 0);
	assert_int_equal(journal("delivery.again"), 1);
	assert_int_equal(act_status(invitation, "decide", one), 409);
	run(world.owner, kept);
	assert_int_equal(act_status(invitation, "decide", "decision=sent"), 303);
	assert_int_equal(in_state("sent"), sent + planned + 1);
	assert_int_equal(act_status(invitation, "decide", "decision=give_up"), 409);
	assert_int_equal(in_state("skipped"), 1);
}

/* ---- the gate ---- */

static void all_mail_is_held_and_let_go(void **state)
{
	SESSION ana = session_of("ana");
	SCOPED(free_char) char *ana_token = token_of(ana);
	SCOPED(free_char) char *form = x_printf("csrf=%s", token);
	SCOPED(free_char) char *theirs = x_printf("csrf=%s&mot=repartir", ana_token);
	SCOPED(free_char) char *wrong = x_printf("csrf=%s&mot=oui", token);
	SCOPED(free_char) char *right = x_printf("csrf=%s&mot=+Repartir+", token);

	(void)state;
	assert_int_equal(status_of("POST", "/mailings/hold", ana, theirs), 403);
	assert_int_equal(status_of("POST", "/mailings/hold", admin, "csrf=x"), 403);
	assert_int_equal(
		number(world.owner, "SELECT count(held) AS n FROM barometre.mail_gate"),
		0);
	assert_int_equal(status_of("POST", "/mailings/hold", admin, form), 303);
	{
		REPLY plan = ask("GET", "/mailings", admin, "");
		REPLY one = look(reminder, "");
		REPLY board = ask("GET", "/", admin, "");
		REPLY confirm = ask("GET", "/mailings/release", admin, "");

		assert_has(&plan, "Tous les courriels sont retenus");
		assert_has(&plan, "L’équipe l’a demandé");
		assert_null(strstr(plan.body, "Retenir tous les courriels…"));
		assert_has(&one, "Tous les courriels sont retenus");
		assert_has(&board,
			"Tous les courriels sont retenus, à la demande de l’équipe");
		assert_has(&confirm, "<code>repartir</code>");
	}
	run(world.owner, "UPDATE barometre.mail_gate SET held = 'restored'");
	{
		REPLY plan = ask("GET", "/mailings", admin, "");
		REPLY refused_word = ask("POST", "/mailings/release", admin, wrong);

		assert_has(&plan, "sauvegarde restaurée");
		assert_has(&plan, "Que faire");
		assert_int_equal(refused_word.status, 422);
		assert_has(&refused_word, "Ce n’est pas le mot demandé");
	}
	assert_int_equal(status_of("POST", "/mailings/release", ana, theirs), 403);
	assert_int_equal(
		number(world.owner, "SELECT count(held) AS n FROM barometre.mail_gate"),
		1);
	assert_int_equal(status_of("POST", "/mailings/release", admin, right), 303);
	assert_int_equal(
		number(world.owner, "SELECT count(held) AS n FROM barometre.mail_gate"),
		0);
	{
		REPLY lines = ask("GET", "/audit", admin, "");

		assert_has(&lines, "tous les courriels retenus");
		assert_has(&lines, "courriels laissés repartir");
		assert_has(&lines, "retenus depuis une sauvegarde restaurée");
	}
}

static void the_journal_tells_mailings_in_words(void **state)
{
	REPLY lines = ask("GET", "/audit", admin, "");

	(void)state;
	assert_has(&lines, "envoi mis en pause");
	assert_has(&lines, "e2026, Relance\u00a01");
	assert_has(&lines, "messages incertains envoyés de nouveau");
	assert_has(&lines, ", 1 ligne<");
	assert_null(strstr(lines.body, ">mailing."));
	assert_null(strstr(lines.body, ">delivery."));
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(the_plan_says_who_when_and_how_far),
		cmocka_unit_test(a_mailing_that_does_not_add_up_is_said),
		cmocka_unit_test(the_ledger_adds_up_and_names_nobody),
		cmocka_unit_test(the_pages_of_the_ledger_follow_each_other),
		cmocka_unit_test(the_dry_run_says_to_whom_and_why_not),
		cmocka_unit_test(only_an_administrator_with_the_form_may_act),
		cmocka_unit_test(a_mailing_is_paused_and_goes_on),
		cmocka_unit_test(a_mailing_is_sent_now),
		cmocka_unit_test(a_date_is_changed_in_the_zone_of_the_edition),
		cmocka_unit_test(what_came_too_late_waits_for_a_person),
		cmocka_unit_test(a_mailing_is_cancelled_for_good),
		cmocka_unit_test(unknown_rows_wait_for_a_decision),
		cmocka_unit_test(all_mail_is_held_and_let_go),
		cmocka_unit_test(the_journal_tells_mailings_in_words),
	};

	return cmocka_run_group_tests(all, begin_mailings, end_mailings);
}
