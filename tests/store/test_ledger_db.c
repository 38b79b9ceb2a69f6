/* SPDX-License-Identifier: Apache-2.0 */
/* The transitions of the ledger, one by one, as SQL: who is written to and why not the others, what ends a mailing, and what a
 * restored database is not let do. */
#include "support.h"

#define NOW "'2027-03-20 10:00+01'"
#define OWN_MARK "(SELECT mark FROM barometre.mail_gate)"

/* $E is the edition; to be freed. */
static char *with(const char *format, const char *edition)
{
	struct buf text = BUF_LIMIT(8000);

	for (const char *at = format; *at; at++)
		if (*at == '$' && at[1] == 'E') {
			buf_puts(&text, edition);
			at++;
		} else {
			buf_addc(&text, *at);
		}
	return buf_take(&text);
}

static void make(const char *edition, const char *statement)
{
	char *text SCOPED(free_char) = with(statement, edition);
	run(world.owner, text);
}

static int64_t count(const char *edition, const char *query)
{
	char *text SCOPED(free_char) = with(query, edition);
	return number(world.owner, text);
}

static void is_text(const char *edition, const char *query, const char *wanted)
{
	char *text SCOPED(free_char) = with(query, edition);
	char *found SCOPED(free_char) = text_of(world.owner, text);

	assert_string_equal(found, wanted);
}

/* An edition with `people` patients and one mailing of each kind told. */
static void set_up(const char *edition, int first, int people, const char *mailings)
{
	make_edition(edition, "open");
	make_contacts(edition, "patients", first, people);
	make(edition, mailings);
}

#define INVITATION                                                          \
 "INSERT INTO barometre.mailing (id, edition, kind, due, not_after) VALUES" \
 " (gen_random_uuid(), '$E', 'invitation', '2027-03-01 09:00+01', '2027-04-30 18:00+02');"

#define MAILING(kind) \
 "(SELECT id FROM barometre.mailing WHERE edition = '$E' AND kind = '" kind "')"
#define EXPAND(kind) "SELECT barometre.mailing_expand(" MAILING(kind) ") AS n"
/* Everything that can be claimed, a hundred at most; gives how many. */
#define CLAIM(kind)                                            \
 "SELECT count(*) AS n FROM barometre.mailing_claim(" MAILING( \
	 kind) ", " NOW ", 100, " OWN_MARK ", 0)"
#define FINISH(kind) "SELECT n FROM barometre.mailing_finish(" MAILING(kind) ", " NOW ")"
#define RECORD(outcome)                                                \
 "SELECT barometre.delivery_record(mailing, contact, claim, '" outcome \
 "', 250, 'x', NULL, " NOW                                             \
 ") FROM barometre.delivery WHERE edition = '$E' AND state = 'claimed'"
#define STATES                                                                                \
 "SELECT coalesce(string_agg(s || ' ' || n, ', ' ORDER BY s), '') AS t FROM (SELECT state ||" \
 " coalesce(':' || reason, '') AS s, count(*) AS n FROM barometre.delivery"                   \
 " WHERE edition = '$E' GROUP BY 1) x"
#define STATE(kind) \
 "SELECT state AS t FROM barometre.mailing WHERE edition = '$E' AND kind = '" kind "'"
#define NTH(n)                                                                          \
 "(SELECT id FROM barometre.contact WHERE edition = '$E' ORDER BY id LIMIT 1 OFFSET " n \
 ")"
#define VERDICTS(kind)                                                                      \
 "SELECT string_agg(verdict || ' ' || n, ', ' ORDER BY verdict) AS t FROM (SELECT verdict," \
 " count(*) AS n FROM barometre.mailing_judge(" MAILING(kind) ") GROUP BY 1) x"

static void everybody_is_judged_once_with_the_first_reason(void **state)
{
	(void)state;
	set_up("judge", 0, 9, INVITATION);
	make_contacts("judge", "equipes", 100, 2);
	make("judge",
		"UPDATE barometre.mailing SET audience = 'patients', departments = '{34,75}', types = '{ville}'"
		" WHERE edition = '$E'");
	make("judge",
		"WITH p AS (SELECT id, row_number() OVER (ORDER BY id) AS i FROM barometre.contact"
		" WHERE edition = '$E' AND audience = 'patients'),"
		" a AS (UPDATE barometre.contact c SET department = CASE p.i WHEN 1 THEN '13' ELSE '34' END,"
		" type = CASE p.i WHEN 2 THEN 'hopital' ELSE 'ville' END, objected = p.i IN (3, 4),"
		" bounced = CASE WHEN p.i IN (4, 5) THEN '550' END FROM p WHERE c.edition = '$E' AND c.id = p.id)"
		" UPDATE barometre.invitation v SET done = true FROM p WHERE v.edition = '$E' AND v.contact = p.id"
		" AND p.i IN (1, 3, 6)");
	/* 1: segment and done; 2: segment; 3: done and objected; 4: objected and bounced; 5: bounced; 6: done. */
	is_text("judge", VERDICTS("invitation"),
		"audience 2, bounced 1, done 2, objected 1, segment 2, send 3");
	assert_int_equal(count("judge", EXPAND("invitation")), 3);
	is_text("judge", VERDICTS("invitation"),
		"already 3, audience 2, bounced 1, done 2, objected 1, segment 2");
	/* The database itself gives nobody two of a kind. */
	make("judge",
		"INSERT INTO barometre.mailing (id, edition, kind, audience, due, not_after) VALUES"
		" (gen_random_uuid(), '$E', 'invitation', NULL, '2027-03-01', '2027-04-30')");
	assert_int_equal(
		count("judge",
			"SELECT sum(barometre.mailing_expand(id))::bigint AS n FROM barometre.mailing"
			" WHERE edition = '$E' AND audience IS NULL"),
		3); /* two of the other audience, one of another segment */
	assert_int_equal(
		count("judge",
			"SELECT count(*) - count(DISTINCT contact) AS n FROM barometre.delivery WHERE edition = '$E'"),
		0);
}

#define RECEIVED(what)                                                                        \
 "SELECT string_agg(verdict || ' ' || n, ', ' ORDER BY verdict) AS t FROM (SELECT j.verdict," \
 " count(*) AS n FROM barometre.mailing m, barometre.mailing_judge(m.id) j"                   \
 " WHERE m.edition = '$E' AND m.kind = 'targeted' AND m.received = '" what                    \
 "' GROUP BY 1) x"

static void what_must_have_left_before_is_asked_of_the_ledger(void **state)
{
	(void)state;
	set_up("before", 200, 5, INVITATION);
	make("before",
		"INSERT INTO barometre.mailing (id, edition, kind, received, due, not_after)"
		" SELECT gen_random_uuid(), '$E', 'targeted', r, '2027-03-02', '2027-04-30'"
		" FROM unnest('{anything,nothing,invitation}'::text[]) r");
	make("before", EXPAND("invitation"));
	/* sent, refused, unknown, skipped, planned */
	make("before",
		"UPDATE barometre.delivery d SET state = (ARRAY['sent', 'refused', 'unknown', 'skipped', 'planned'])[p.i],"
		" reason = CASE p.i WHEN 4 THEN 'given_up' END FROM (SELECT contact, row_number() OVER (ORDER BY contact) AS i"
		" FROM barometre.delivery WHERE edition = '$E') p WHERE d.contact = p.contact");
	is_text("before", RECEIVED("anything"), "send 5");
	is_text("before", RECEIVED("nothing"), "received 2, send 3");
	is_text("before", RECEIVED("invitation"), "received 4, send 1");
}

static void who_changed_meanwhile_is_left_out_at_the_claim(void **state)
{
	(void)state;
	set_up("claim", 300, 8, INVITATION);
	make("claim", EXPAND("invitation"));
	make("claim",
		"UPDATE barometre.mailing SET departments = '{34}' WHERE edition = '$E';"
		"UPDATE barometre.contact SET department = '34' WHERE edition = '$E' AND id <> " NTH(
			"0") ";"
			     "UPDATE barometre.contact SET objected = true WHERE id = " NTH(
				     "1") ";"
					  "UPDATE barometre.contact SET bounced = '5.1.1' WHERE id = " NTH(
						  "2") ";"
						       "UPDATE barometre.invitation SET done = true WHERE contact = " NTH(
							       "3"));
	assert_int_equal(count("claim", CLAIM("invitation")), 4);
	is_text("claim", STATES,
		"claimed 4, skipped:bounced 1, skipped:done 1, skipped:left_out 1, skipped:objected 1");
}

/* One second before the claim is before the claim, in whatever order the list stands. */
static void many_who_answered_do_not_hold_up_one_who_has_not(void **state)
{
	(void)state;
	set_up("crowd", 400, 150, INVITATION);
	make("crowd", EXPAND("invitation"));
	make("crowd",
		"UPDATE barometre.invitation v SET done = true WHERE edition = '$E' AND contact <>"
		" (SELECT max(contact::text)::uuid FROM barometre.delivery WHERE edition = '$E')");
	assert_int_equal(
		count("crowd",
			"SELECT count(*) AS n FROM barometre.mailing_claim(" MAILING(
				"invitation") ", " NOW ", 1, " OWN_MARK ", 0)"),
		1);
	is_text("crowd", STATES, "claimed 1, skipped:done 149");
}

static void enough_answers_stop_a_mailing(void **state)
{
	(void)state;
	set_up("enough", 600, 10, INVITATION);
	make_contacts("enough", "equipes", 700, 30);
	make("enough",
		"UPDATE barometre.mailing SET audience = 'patients', stop_at_percent = 40 WHERE edition = '$E'");
	make("enough", EXPAND("invitation"));
	make("enough",
		"UPDATE barometre.invitation SET done = true WHERE contact IN (SELECT contact FROM"
		" barometre.delivery WHERE edition = '$E' ORDER BY contact LIMIT 3)");
	assert_int_equal(
		count("enough",
			"SELECT count(*) AS n FROM barometre.mailing_claim(" MAILING(
				"invitation") ", " NOW ", 2, " OWN_MARK ", 0)"),
		2);
	make("enough",
		"UPDATE barometre.invitation SET done = true WHERE contact IN (SELECT contact FROM"
		" barometre.delivery WHERE edition = '$E' AND state = 'planned' LIMIT 1)");
	assert_int_equal(count("enough", CLAIM("invitation")), 0);
	is_text("enough", STATES, "claimed 2, skipped:done 3, skipped:target 5");
}

static void a_paused_mailing_stands_still(void **state)
{
	(void)state;
	set_up("pause", 800, 3, INVITATION);
	make("pause", "UPDATE barometre.mailing SET paused = true WHERE edition = '$E'");
	assert_int_equal(count("pause", EXPAND("invitation")), 0);
	is_text("pause", STATE("invitation"), "planned");
#define DUE \
 "SELECT count(*) AS n FROM barometre.mailing_due(" NOW ") WHERE edition = '$E'"
	assert_int_equal(count("pause", DUE), 0);
	make("pause", "UPDATE barometre.mailing SET paused = false WHERE edition = '$E'");
	assert_int_equal(count("pause", DUE), 1);
	assert_int_equal(count("pause", EXPAND("invitation")), 3);
	make("pause", "UPDATE barometre.mailing SET paused = true WHERE edition = '$E'");
	assert_int_equal(count("pause", CLAIM("invitation")), 0);
	/* Its end passes all the same. */
	make("pause",
		"SELECT barometre.mailing_hold_late(id, '2027-05-01') FROM barometre.mailing WHERE edition = '$E'");
	is_text("pause", STATE("invitation"), "held");
}

static void a_refusal_stops_the_contact_with_the_relays_word(void **state)
{
	(void)state;
	set_up("stop", 900, 2, INVITATION);
	make("stop", EXPAND("invitation"));
	assert_int_equal(count("stop", CLAIM("invitation")), 2);
	make("stop",
		"SELECT barometre.delivery_record(mailing, contact, claim, 'refused', 550, '5.1.1', NULL, now())"
		" FROM barometre.delivery WHERE contact = " NTH("0"));
	/* About us, not about an address. */
	make("stop",
		"SELECT barometre.delivery_record(mailing, contact, claim, 'refused', 554, '5.7.1', NULL, now())"
		" FROM barometre.delivery WHERE state = 'claimed'");
	is_text("stop",
		"SELECT string_agg(coalesce(bounced, '-'), ',' ORDER BY id) AS t FROM barometre.contact WHERE edition = '$E'",
		"550 5.1.1,-");
	is_text("stop", VERDICTS("invitation"), "already 1, bounced 1");
	/* A word that is not one changes nothing. */
	refused(ERR_BROKEN,
		db_script(world.owner,
			"SELECT barometre.delivery_record(mailing, contact, claim, 'lost', 1, NULL, NULL, now())"
			" FROM barometre.delivery",
			err));
}

/* A record that comes late is about the claim it was made for, not about a later one. */
static void a_late_word_leaves_a_later_claim_alone(void **state)
{
	(void)state;
	set_up("stale", 1000, 1, INVITATION);
	make("stale", EXPAND("invitation"));
	assert_int_equal(count("stale", CLAIM("invitation")), 1);
	make("stale",
		"CREATE TABLE public.former AS SELECT mailing, contact, claim FROM"
		" barometre.delivery WHERE edition = '$E'");
	make("stale", RECORD("returned"));
	is_text("stale", STATES, "planned 1");
	assert_int_equal(count("stale", CLAIM("invitation")), 1);
	static const char *const late[] = {"returned", "sent", "refused"};
	for (size_t i = 0; i < COUNT_OF(late); i++) {
		char *text SCOPED(free_char) = x_printf(
			"SELECT barometre.delivery_record(mailing, contact, claim, '%s', 1, NULL, NULL, now())"
			" FROM public.former",
			late[i]);
		run(world.owner, text);
		is_text("stale", STATES, "claimed 1");
	}
	assert_int_equal(
		count("stale",
			"SELECT count(bounced) AS n FROM barometre.contact WHERE edition = '$E'"),
		0);
	run(world.owner, "DROP TABLE public.former");
}

static void what_comes_back_of_a_cancelled_mailing_is_not_planned(void **state)
{
	(void)state;
	set_up("cancel", 1100, 4, INVITATION);
	make("cancel", EXPAND("invitation"));
	make("cancel",
		"SELECT barometre.mailing_claim(" MAILING(
			"invitation") ", " NOW ", 2, " OWN_MARK ", 0)");
	make("cancel", "SELECT barometre.mailing_cancel(" MAILING("invitation") ", 'x')");
	is_text("cancel", STATES, "claimed 2, skipped:cancelled 2");
	make("cancel", RECORD("deferred"));
	is_text("cancel", STATES, "skipped:cancelled 4");
	make("cancel", "SELECT barometre.edition_close('$E')");
	is_text("cancel", STATE("invitation"), "cancelled");
}

/* M3: what was written into the ledger must be there at the end. */
static void rows_that_are_lost_set_the_alarm(void **state)
{
	(void)state;
	set_up("alarm", 1200, 6, INVITATION);
	make("alarm", EXPAND("invitation"));
	assert_int_equal(count("alarm", CLAIM("invitation")), 6);
	assert_int_equal(count("alarm", FINISH("invitation")), 6);
	make("alarm",
		"UPDATE barometre.delivery SET state = 'unknown' WHERE contact = " NTH(
			"0"));
	make("alarm", RECORD("sent"));
#define ALARM                                                                  \
 "SELECT concat(finished, alarm) AS t FROM barometre.mailing_finish(" MAILING( \
	 "invitation") ", " NOW ")"
	is_text("alarm", ALARM, "tf");
	make("alarm",
		"UPDATE barometre.mailing SET state = 'sending' WHERE edition = '$E';"
		"DELETE FROM barometre.delivery WHERE contact = " NTH("1"));
	is_text("alarm", ALARM, "tt");
	is_text("alarm",
		"SELECT concat(state, alarm) AS t FROM barometre.mailing WHERE edition = '$E'",
		"finishedt");
	/* A finished one is not finished again. */
	is_text("alarm", ALARM, "ff");
}

/* Ten days after the invitation was finished, at nine by the clock of Paris, which has moved meanwhile. */
static void who_counts_days_moves_with_the_finish(void **state)
{
	(void)state;
	set_up("days", 1300, 1, INVITATION);
	make("days",
		"INSERT INTO barometre.mailing (id, edition, kind, audience, due, not_after, after_kind, after_days) VALUES"
		" (gen_random_uuid(), '$E', 'relance1', NULL, '2027-03-10 09:00+01', '2027-04-30', 'invitation', 10),"
		" (gen_random_uuid(), '$E', 'relance2', NULL, '2027-04-15 09:00+02', '2027-04-30', 'invitation', 10),"
		" (gen_random_uuid(), '$E', 'relance3', NULL, '2027-03-11 09:00+01', '2027-03-25', 'invitation', 10),"
		" (gen_random_uuid(), '$E', 'targeted', NULL, '2027-03-12 09:00+01', '2027-04-25', 'relance1', 10)");
	/* Its own day has come, what it waits for has not. */
	is_text("days",
		"SELECT string_agg(kind, ' ' ORDER BY kind) AS t FROM barometre.mailing_due(" NOW
		") WHERE edition = '$E'",
		"invitation");
	make("days", EXPAND("invitation"));
	assert_int_equal(count("days", CLAIM("invitation")), 1);
	make("days", RECORD("sent"));
	assert_int_equal(count("days", FINISH("invitation")), 0);
	is_text("days",
		"SELECT string_agg(kind || ' ' || state || ' ' || to_char(due AT TIME ZONE 'Europe/Paris', 'DD/MM HH24:MI'),"
		" ', ' ORDER BY kind) AS t FROM barometre.mailing WHERE edition = '$E' AND kind <> 'invitation'",
		"relance1 planned 30/03 09:00, relance2 planned 15/04 09:00, relance3 held 11/03 09:00,"
		" targeted planned 12/03 09:00");
}

/* ---- the gate ---- */

#define CHECK(mark, known)                                                                  \
 "SELECT concat_ws(' ', coalesce(held, 'open'), CASE WHEN noticed THEN 'noticed' END) AS t" \
 " FROM barometre.mail_gate_check(" mark ", " known ", now())"

static void a_database_that_is_behind_is_held_until_a_person_says_go(void **state)
{
	(void)state;
	run(world.owner,
		"UPDATE barometre.edition SET state = 'draft';"
		"UPDATE barometre.mail_gate SET held = NULL, held_since = NULL, sequence = 0, beat = now()");
	is_text("", CHECK("NULL", "NULL"), "open"); /* a new installation */
	set_up("gate", 1400, 3, INVITATION);
	make("gate", EXPAND("invitation"));
	is_text("", CHECK("NULL", "NULL"), "open"); /* nothing has left */
	run(world.owner,
		"CREATE TABLE public.backup AS SELECT * FROM barometre.mail_gate");
	assert_int_equal(count("gate", CLAIM("invitation")), 3);
	is_text("", CHECK(OWN_MARK, "1"), "open");
	/* The claim looks for itself. */
	make("gate", RECORD("returned"));
	assert_int_equal(
		count("gate",
			"SELECT count(*) AS n FROM barometre.mailing_claim(" MAILING(
				"invitation") ", " NOW ", 9, " OWN_MARK ", 2)"),
		0);
	assert_int_equal(
		count("gate",
			"SELECT count(*) AS n FROM barometre.mailing_claim(" MAILING(
				"invitation") ", " NOW ", 9, gen_random_uuid(), 0)"),
		0);
	/* The backup comes back. */
	run(world.owner,
		"UPDATE barometre.mail_gate g SET sequence = b.sequence FROM public.backup b");
	is_text("", CHECK(OWN_MARK, "1"), "restored noticed");
	is_text("", CHECK(OWN_MARK, "0"), "restored");
	assert_int_equal(count("gate", CLAIM("invitation")), 0);
	run(world.owner, "SELECT barometre.mail_release('x')");
	/* Under the mark that it got, which the mailer has taken over. */
	is_text("", CHECK(OWN_MARK, "0"), "open");
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.mail_gate JOIN public.backup USING (mark)"),
		0);
	assert_int_equal(count("gate", CLAIM("invitation")), 3);
	make("gate", RECORD("sent"));
	/* And once more: to the mailer's disk it is another one. */
	char *mark SCOPED(free_char) = text_of(
		world.owner, "SELECT mark::text AS t FROM barometre.mail_gate");
	char *check SCOPED(free_char) = x_printf(
		"SELECT held AS t FROM barometre.mail_gate_check('%s', 0, now())", mark);
	run(world.owner,
		"UPDATE barometre.mail_gate g SET sequence = b.sequence, mark = b.mark FROM public.backup b");
	is_text("", check, "restored");
	run(world.owner, "SELECT barometre.mail_release('x')");
	/* Another machine, which knows nothing of the mails that left. */
	is_text("", CHECK("NULL", "NULL"), "restored noticed");
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.journal WHERE action = 'mail.restored'"),
		3);
	/* Held because somebody asked: a restored backup says more. */
	run(world.owner,
		"SELECT barometre.mail_release('x'); SELECT barometre.mail_hold('x')");
	is_text("", CHECK(OWN_MARK, "0"), "asked");
	is_text("", CHECK(OWN_MARK, "9999"), "restored noticed");
	run(world.owner, "SELECT barometre.mail_release('x'); DROP TABLE public.backup");
}

/* Nothing has been claimed since the backup: time has moved the sequence all the same. */
static void a_backup_from_between_two_mailings_is_noticed(void **state)
{
	(void)state;
	set_up("beat", 1500, 1, INVITATION);
#define BEAT(known, now)                                        \
 "SELECT concat_ws(' ', coalesce(held, 'open'), sequence) AS t" \
 " FROM barometre.mail_gate_check(" OWN_MARK ", " known ", " now ")"
	run(world.owner,
		"UPDATE barometre.mail_gate SET held = NULL, held_since = NULL, sequence = 7, beat = now()");
	is_text("", BEAT("7", "now() + interval '9 minutes'"), "open 7");
	is_text("", BEAT("7", "now() + interval '11 minutes'"), "open 8");
	is_text("", BEAT("8", "now() + interval '12 minutes'"), "open 8");
	run(world.owner, "UPDATE barometre.mail_gate SET sequence = 7, beat = now()");
	is_text("", BEAT("8", "now() + interval '13 minutes'"), "restored 7");
	run(world.owner, "SELECT barometre.mail_release('x')");
}

/* Cancelled after some mails left: the reminder counts its days from these, and does not come at once. */
static void what_waits_for_a_cancelled_mailing_moves_too(void **state)
{
	(void)state;
	set_up("moved", 1600, 2, INVITATION);
	make("moved",
		"INSERT INTO barometre.mailing (id, edition, kind, audience, due, not_after, after_kind, after_days) VALUES"
		" (gen_random_uuid(), '$E', 'relance1', NULL, '2027-03-10 09:00+01', '2027-04-30', 'invitation', 10)");
	make("moved", EXPAND("invitation"));
	assert_int_equal(count("moved", CLAIM("invitation")), 2);
	make("moved",
		"SELECT barometre.delivery_record(mailing, contact, claim, 'deferred', 450, '4.1.2', NULL, " NOW
		") FROM barometre.delivery WHERE contact = " NTH("0"));
	make("moved", RECORD("sent"));
	make("moved", "SELECT barometre.mailing_cancel(" MAILING("invitation") ", 'x')");
	is_text("moved",
		"SELECT to_char(due AT TIME ZONE 'Europe/Paris', 'DD/MM HH24:MI') AS t FROM barometre.mailing"
		" WHERE edition = '$E' AND kind = 'relance1'",
		"30/03 09:00");
}

/* A lasting 4xx ends, so that those who wait for the mailing's end come. */
static void twelve_put_offs_are_a_refusal(void **state)
{
	(void)state;
	set_up("again", 1700, 1, INVITATION);
	make("again", EXPAND("invitation"));
	make("again", "UPDATE barometre.delivery SET attempt = 10 WHERE edition = '$E'");
	assert_int_equal(count("again", CLAIM("invitation")), 1);
	make("again", RECORD("deferred"));
	is_text("again", STATES, "planned 1");
	assert_int_equal(count("again", CLAIM("invitation")), 1);
	make("again", RECORD("deferred"));
	is_text("again", STATES, "refused 1");
	is_text("again",
		"SELECT coalesce(bounced, 'none') AS t FROM barometre.contact WHERE edition = '$E'",
		"none");
	assert_int_equal(count("again", FINISH("invitation")), 0);
	is_text("again", STATE("invitation"), "finished");
}

/* An objection that came while the contact was being imported. */
static void an_objection_of_the_address_is_enough(void **state)
{
	(void)state;
	set_up("late", 1800, 2, INVITATION);
	make("late",
		"INSERT INTO barometre.objection SELECT address_hash FROM barometre.contact WHERE id = " NTH(
			"0"));
	is_text("late", VERDICTS("invitation"), "objected 1, send 1");
}

/* An unknown invitation that a person says has left: the reminder that was written without it is written once more. */
static void a_reminder_comes_for_whom_was_decided_late(void **state)
{
	(void)state;
	set_up("decided", 1900, 2, INVITATION);
	make("decided",
		"INSERT INTO barometre.mailing (id, edition, kind, audience, received, due, not_after) VALUES"
		" (gen_random_uuid(), '$E', 'relance1', NULL, 'invitation', '2027-03-10', '2027-04-30')");
	make("decided", EXPAND("invitation"));
	assert_int_equal(count("decided", CLAIM("invitation")), 2);
	make("decided",
		"UPDATE barometre.delivery SET state = 'unknown' WHERE contact = " NTH(
			"0"));
	make("decided", RECORD("sent"));
	assert_int_equal(count("decided", FINISH("invitation")), 0);
	assert_int_equal(count("decided", EXPAND("relance1")), 1);
	make("decided",
		"SELECT barometre.delivery_decide(" MAILING(
			"invitation") ", NULL, 'sent', 'x')");
	is_text("decided", STATE("relance1"), "planned");
	assert_int_equal(count("decided", EXPAND("relance1")), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_is_judged_once_with_the_first_reason),
		cmocka_unit_test(what_must_have_left_before_is_asked_of_the_ledger),
		cmocka_unit_test(who_changed_meanwhile_is_left_out_at_the_claim),
		cmocka_unit_test(many_who_answered_do_not_hold_up_one_who_has_not),
		cmocka_unit_test(enough_answers_stop_a_mailing),
		cmocka_unit_test(a_paused_mailing_stands_still),
		cmocka_unit_test(a_refusal_stops_the_contact_with_the_relays_word),
		cmocka_unit_test(a_late_word_leaves_a_later_claim_alone),
		cmocka_unit_test(what_comes_back_of_a_cancelled_mailing_is_not_planned),
		cmocka_unit_test(rows_that_are_lost_set_the_alarm),
		cmocka_unit_test(who_counts_days_moves_with_the_finish),
		cmocka_unit_test(what_waits_for_a_cancelled_mailing_moves_too),
		cmocka_unit_test(twelve_put_offs_are_a_refusal),
		cmocka_unit_test(an_objection_of_the_address_is_enough),
		cmocka_unit_test(a_reminder_comes_for_whom_was_decided_late),
		cmocka_unit_test(
			a_database_that_is_behind_is_held_until_a_person_says_go),
		cmocka_unit_test(a_backup_from_between_two_mailings_is_noticed),
	};

	return cmocka_run_group_tests(tests, world_begin, world_end);
}
