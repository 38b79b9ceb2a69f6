/* SPDX-License-Identifier: Apache-2.0 */
/* The plan as people change it: every transition in every state, its line in the journal, and the dry run against what is then written. */
#include "barometre/store/plan_store.h"
#include "support.h"

static struct db *staff;

/* What a function of mailing_plan.sql tells the staff site; the journal must grow with `lines`. */
static void says(const char *wanted, int lines, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void says(const char *wanted, int lines, const char *format, ...)
{
	char call[1000];
	va_list arguments;
	int64_t before = number(
		world.owner, "SELECT count(*) AS n FROM barometre.journal");

	va_start(arguments, format);
	(void)vsnprintf(call, sizeof(call), format, arguments);
	va_end(arguments);
	char *sql SCOPED(free_char) = x_printf("SELECT barometre.%s AS t", call);
	char *word SCOPED(free_char) = text_of(staff, sql);
	if (strcmp(word, wanted) != 0)
		fail_msg("%s: \"%s\", not \"%s\"", call, word, wanted);
	int64_t after = number(
		world.owner, "SELECT count(*) AS n FROM barometre.journal");
	if (after - before != lines)
		fail_msg("%s: %lld lines in the journal", call,
			(long long)(after - before));
}

static void journal_ends_with(const char *wanted)
{
	char *line SCOPED(free_char) = text_of(world.owner,
		"SELECT concat_ws(' ', login, action, detail) AS t FROM barometre.journal ORDER BY id DESC LIMIT 1");
	assert_string_equal(line, wanted);
}

static char *id_text(const char *edition, int n)
{
	char *sql SCOPED(free_char) = x_printf(
		"SELECT md5('%s %d')::uuid::text AS t", edition, n);
	return text_of(world.owner, sql);
}

/* With all the rest as it is mostly. */
static void adds(const char *wanted, const char *edition, int n, const char *kind,
	const char *audience, const char *due, const char *not_after)
{
	char *id SCOPED(free_char) = id_text(edition, n);

	says(wanted, strcmp(wanted, "done") == 0,
		"mailing_add('%s', '%s', '%s', 'Un titre', %s, '{}', '{}', 'anything', '%s', %s, NULL, NULL, NULL, NULL, 'alix')",
		id, edition, kind, audience, due, not_after);
}

static void a_mailing_is_added_once_for_the_same_people(void **state)
{
	(void)state;
	make_edition("add", "open");
	make_edition("shut", "closed");
	adds("missing", "1999", 0, "targeted", "NULL", "2026-02-01", "NULL");
	adds("edition", "shut", 0, "targeted", "NULL", "2026-02-01", "NULL");
	adds("kind", "add", 0, "relance4", "NULL", "2026-02-01", "NULL");
	adds("audience", "add", 0, "targeted", "'formation'", "2026-02-01", "NULL");
	adds("date", "add", 0, "targeted", "NULL", "2025-12-31", "NULL");
	adds("date", "add", 0, "targeted", "NULL", "2036-01-02", "NULL");
	adds("date", "add", 0, "targeted", "NULL", "2026-02-01", "'2026-02-01'");
	adds("date", "add", 0, "targeted", "NULL", "2026-02-01", "'2036-01-02'");
	adds("done", "add", 1, "invitation", "'patients'", "2026-02-01", "NULL");
	char *id SCOPED(free_char) = id_text("add", 1);
	char *line SCOPED(free_char) = x_printf(
		"alix mailing.add add invitation patients %.8s", id);
	journal_ends_with(line);
	adds("twice", "add", 2, "invitation", "'patients'", "2026-03-01", "NULL");
	adds("twice", "add", 2, "invitation", "NULL", "2026-03-01", "NULL");
	adds("done", "add", 2, "invitation", "'equipes'", "2026-03-01", "'2026-04-01'");
	adds("done", "add", 3, "relance1", "NULL", "2026-04-01", "NULL");
	adds("twice", "add", 4, "relance1", "'patients'", "2026-05-01", "NULL");
	adds("done", "add", 5, "targeted", "NULL", "2026-05-01", "NULL");
	adds("done", "add", 6, "targeted", "NULL", "2026-05-01", "NULL");
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.mailing WHERE edition = 'add' AND not_after = '2036-01-01'"),
		4);
	run(world.owner,
		"INSERT INTO barometre.mailing (id, edition, kind, due, not_after)"
		" SELECT gen_random_uuid(), 'add', 'targeted', '2026-02-01', '2027-01-01' FROM generate_series(1, 98)");
	adds("limit", "add", 7, "targeted", "NULL", "2026-05-01", "NULL");
}

/* A delay counts from what has left already, at the same time of day in the zone. */
static void a_delay_counts_from_the_last_mail_that_left(void **state)
{
	(void)state;
	make_edition("delay", "open");
	make_contacts("delay", "patients", 100, 1);
	adds("done", "delay", 1, "invitation", "'patients'", "2026-02-01", "NULL");
#define AFTER                                                                                           \
 "mailing_add(md5('delay %d')::uuid, 'delay', 'targeted', 'x', %s, '{}', '{}', 'anything', '2026-02-03" \
 " 09:00+01', NULL, '%s', 10, NULL, NULL, 'alix')"
	says("after", 0, AFTER, 2, "NULL", "relance1");
	says("after", 0, AFTER, 2, "'equipes'", "invitation");
	says("done", 1, AFTER, 2, "NULL", "invitation");
	run(world.owner,
		"INSERT INTO barometre.delivery (mailing, contact, edition, kind, state, done_at)"
		" SELECT m.id, c.id, 'delay', 'invitation', 'sent', '2026-03-20 15:00+01' FROM barometre.mailing m,"
		" barometre.contact c WHERE m.edition = 'delay' AND m.kind = 'invitation' AND c.edition = 'delay';"
		"UPDATE barometre.mailing SET state = 'finished' WHERE edition = 'delay' AND kind = 'invitation'");
	says("done", 1, AFTER, 3, "NULL", "invitation");
	/* The clocks change on 29 March: nine o'clock is nine o'clock. */
	char *days SCOPED(free_char) = text_of(world.owner,
		"SELECT string_agg(to_char(due AT TIME ZONE 'Europe/Paris', 'MM-DD HH24:MI'), ' ' ORDER BY due) AS t"
		" FROM barometre.mailing WHERE edition = 'delay' AND kind = 'targeted'");
	assert_string_equal(days, "02-03 09:00 03-30 09:00");
}

/* ---- every transition in every state ---- */

static void put(const char *edition_state, const char *mailing_state, bool paused)
{
	char *sql SCOPED(free_char) = x_printf(
		"UPDATE barometre.edition SET state = '%s' WHERE code = 'states';"
		"UPDATE barometre.mailing SET state = '%s', paused = %s, due = '2026-06-01', not_after = '2026-07-01',"
		" after_kind = 'invitation', after_days = 3 WHERE edition = 'states'",
		edition_state, mailing_state, paused ? "true" : "false");
	run(world.owner, sql);
}

/* "state due not_after", "paused" behind when it is. */
static void is_then(const char *wanted)
{
	char *found SCOPED(free_char) = text_of(world.owner,
		"SELECT concat_ws(' ', state, to_char(due AT TIME ZONE 'UTC', 'MMDD'),"
		" to_char(not_after AT TIME ZONE 'UTC', 'MMDD'), CASE WHEN paused THEN 'paused' END,"
		" CASE WHEN after_kind IS NOT NULL THEN 'waits' END) AS t"
		" FROM barometre.mailing WHERE edition = 'states'");
	assert_string_equal(found, wanted);
}

static char *states_id;

static int states_begin(void **state)
{
	(void)state;
	make_edition("states", "open");
	make_contacts("states", "patients", 200, 3);
	adds("done", "states", 1, "relance1", "NULL", "2026-06-01", "NULL");
	states_id = id_text("states", 1);
	return 0;
}

static int states_end(void **state)
{
	(void)state;
	free(states_id);
	return 0;
}

static void pausing_and_resuming(void **state)
{
	static const char *const live[] = {"planned", "sending", "held"},
				 *const over[] = {"finished", "cancelled"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(live); i++) {
		char *paused SCOPED(free_char) = x_printf(
			"%s 0601 0701 paused waits", live[i]);
		char * not SCOPED(free_char) = x_printf("%s 0601 0701 waits", live[i]);
		put("open", live[i], false);
		says("done", 0, "mailing_resume('%s', 'alix')", states_id);
		says("done", 1, "mailing_pause('%s', 'alix')", states_id);
		is_then(paused);
		says("done", 0, "mailing_pause('%s', 'alix')", states_id);
		says("done", 1, "mailing_resume('%s', 'alix')", states_id);
		is_then(not );
	}
	for (size_t i = 0; i < COUNT_OF(over); i++) {
		put("open", over[i], false);
		says("state", 0, "mailing_pause('%s', 'alix')", states_id);
		says("state", 0, "mailing_resume('%s', 'alix')", states_id);
	}
	says("missing", 0, "mailing_pause(gen_random_uuid(), 'alix')");
	says("missing", 0, "mailing_resume(gen_random_uuid(), 'alix')");
}

static void nothing_is_written_or_taken_while_it_is_paused(void **state)
{
	(void)state;
	run(world.owner,
		"UPDATE barometre.mailing SET received = 'anything', after_kind = NULL, after_days = NULL,"
		" due = '2026-06-01', state = 'planned', paused = false WHERE edition = 'states';"
		"DELETE FROM barometre.delivery WHERE edition = 'states'");
#define IT "(SELECT id FROM barometre.mailing WHERE edition = 'states')"
#define TAKE_ALL                                                                \
 "SELECT count(*) AS n FROM barometre.mail_gate g, barometre.mailing_claim(" IT \
 ", '2026-06-02', 9, g.mark, 0)"
	says("done", 1, "mailing_pause('%s', 'alix')", states_id);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.mailing_due('2026-06-02')"
			" WHERE edition = 'states'"),
		0);
	assert_int_equal(
		number(world.owner, "SELECT barometre.mailing_expand(" IT ") AS n"), 0);
	says("done", 1, "mailing_resume('%s', 'alix')", states_id);
	assert_int_equal(
		number(world.owner, "SELECT barometre.mailing_expand(" IT ") AS n"), 3);
	says("done", 1, "mailing_pause('%s', 'alix')", states_id);
	assert_int_equal(number(world.owner, TAKE_ALL), 0);
	says("done", 1, "mailing_resume('%s', 'alix')", states_id);
	assert_int_equal(number(world.owner, TAKE_ALL), 3);
}

static void cancelling(void **state)
{
	static const char *const live[] = {"planned", "sending", "held"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(live); i++) {
		put("open", live[i], true);
		says("done", 1, "mailing_cancel('%s', 'alix')", states_id);
		is_then("cancelled 0601 0701 waits");
		says("done", 0, "mailing_cancel('%s', 'alix')", states_id);
	}
	put("open", "finished", false);
	says("state", 0, "mailing_cancel('%s', 'alix')", states_id);
	says("missing", 0, "mailing_cancel(gen_random_uuid(), 'alix')");
	/* Of its rows only those that have not begun to leave. */
	put("open", "sending", false);
	run(world.owner,
		"UPDATE barometre.delivery d SET state = x.state, claimed_at = '2026-06-02' FROM (SELECT contact,"
		" (ARRAY['planned', 'claimed', 'unknown'])[row_number() OVER ()] AS state FROM barometre.delivery"
		" WHERE edition = 'states') x WHERE d.edition = 'states' AND d.contact = x.contact");
	says("done", 1, "mailing_cancel('%s', 'alix')", states_id);
	char *rows SCOPED(free_char) = text_of(world.owner,
		"SELECT string_agg(concat_ws(':', state, reason), ' ' ORDER BY state) AS t FROM barometre.delivery"
		" WHERE edition = 'states'");
	assert_string_equal(rows, "claimed skipped:cancelled unknown");
	char *line SCOPED(free_char) = x_printf(
		"alix mailing.cancel states relance1 %.8s 1", states_id);
	journal_ends_with(line);
}

static void sending_now(void **state)
{
	static const struct {
		const char *edition, *mailing;
		bool paused;
		const char *now, *wanted;
	} cases[] = {
		{"open", "planned", false, "2026-05-01", "done"},
		{"draft", "planned", false, "2026-05-01", "edition"},
		{"closed", "planned", false, "2026-05-01", "edition"},
		{"open", "planned", true, "2026-05-01", "paused"},
		{"open", "planned", false, "2026-07-01", "date"},
		{"open", "held", false, "2026-05-01", "date"},
		{"open", "sending", false, "2026-05-01", "state"},
		{"open", "finished", false, "2026-05-01", "state"},
		{"open", "cancelled", false, "2026-05-01", "state"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		bool good = strcmp(cases[i].wanted, "done") == 0;
		put(cases[i].edition, cases[i].mailing, cases[i].paused);
		says(cases[i].wanted, good, "mailing_send_now('%s', '%s', 'alix')",
			states_id, cases[i].now);
		if (good)
			/* Its end stays; it waits for no other mailing any more. */
			is_then("planned 0501 0701");
	}
	/* When its day is past, and only the window is waited for, the day stays. */
	put("open", "planned", false);
	says("done", 1, "mailing_send_now('%s', '2026-06-05', 'alix')", states_id);
	is_then("planned 0601 0701");
	says("missing", 0, "mailing_send_now(gen_random_uuid(), '2026-05-01', 'alix')");
}

/* The same path as the plan: due for the mailer, and those that wait for it count from its end. */
static void what_is_sent_now_goes_the_way_of_the_plan(void **state)
{
	(void)state;
	make_edition("now", "open");
	make_contacts("now", "patients", 300, 2);
	adds("done", "now", 1, "invitation", "NULL", "2026-06-01 09:00+02", "NULL");
	says("done", 1,
		"mailing_add(md5('now 2')::uuid, 'now', 'relance1', '', NULL, '{}', '{}', 'invitation', '2026-06-08 09:00+02',"
		" NULL, 'invitation', 7, NULL, NULL, 'alix')");
#define DUE(at) \
 "SELECT count(*) AS n FROM barometre.mailing_due('" at "') WHERE edition = 'now'"
	assert_int_equal(number(world.owner, DUE("2026-05-04 10:00+02")), 0);
	says("done", 1,
		"mailing_send_now(md5('now 1')::uuid, '2026-05-04 10:00+02', 'alix')");
	assert_int_equal(number(world.owner, DUE("2026-05-04 10:00+02")), 1);
	run(world.owner,
		"SELECT barometre.mailing_expand(md5('now 1')::uuid);"
		"UPDATE barometre.delivery SET state = 'sent', done_at = '2026-06-20 11:00+02' WHERE edition = 'now';"
		"SELECT barometre.mailing_finish(md5('now 1')::uuid, '2026-06-20 11:00+02')");
	char *due SCOPED(free_char) = text_of(world.owner,
		"SELECT to_char(due AT TIME ZONE 'Europe/Paris', 'MM-DD HH24:MI') AS t FROM barometre.mailing"
		" WHERE edition = 'now' AND kind = 'relance1'");
	assert_string_equal(due, "06-27 09:00");
}

static void rescheduling(void **state)
{
	(void)state;
	put("open", "planned", false);
	says("done", 1, "mailing_reschedule('%s', '2026-06-15', '2026-08-01', 'alix')",
		states_id);
	is_then("planned 0615 0801");
	/* Without a day the delay stays, without a not-after that one does. */
	put("draft", "planned", true);
	says("done", 1, "mailing_reschedule('%s', NULL, '2026-08-01', 'alix')",
		states_id);
	is_then("planned 0601 0801 paused waits");
	put("open", "sending", false);
	says("done", 1, "mailing_reschedule('%s', '2026-06-15', NULL, 'alix')",
		states_id);
	is_then("sending 0615 0701");
	/* Held: planned, and written once more, whether it has begun or not. */
	for (int begun = 1; begun >= 0; begun--) {
		if (!begun)
			run(world.owner,
				"DELETE FROM barometre.delivery WHERE edition = 'states'");
		put("open", "held", false);
		says("done", 1,
			"mailing_reschedule('%s', '2026-06-15', '2026-08-01', 'alix')",
			states_id);
		is_then("planned 0615 0801");
	}
	put("open", "planned", false);
	says("date", 0, "mailing_reschedule('%s', '2025-06-15', NULL, 'alix')",
		states_id);
	says("date", 0, "mailing_reschedule('%s', '2026-07-01', NULL, 'alix')",
		states_id);
	says("date", 0, "mailing_reschedule('%s', NULL, '2037-01-01', 'alix')",
		states_id);
	is_then("planned 0601 0701 waits");
	put("closed", "planned", false);
	says("edition", 0, "mailing_reschedule('%s', '2026-06-15', NULL, 'alix')",
		states_id);
	put("open", "finished", false);
	says("state", 0, "mailing_reschedule('%s', '2026-06-15', NULL, 'alix')",
		states_id);
	put("open", "cancelled", false);
	says("state", 0, "mailing_reschedule('%s', '2026-06-15', NULL, 'alix')",
		states_id);
	says("missing", 0,
		"mailing_reschedule(gen_random_uuid(), '2026-06-15', NULL, 'alix')");
}

/* ---- what nobody knows ---- */

static void unknown_rows(const char *edition_state, const char *mailing_state)
{
	put(edition_state, mailing_state, false);
	run(world.owner,
		"DELETE FROM barometre.delivery WHERE edition = 'states';"
		"INSERT INTO barometre.delivery (mailing, contact, edition, kind, state, claimed_at)"
		" SELECT m.id, c.id, c.edition, m.kind, CASE WHEN c.id = (SELECT max(id::text)::uuid FROM barometre.contact"
		" WHERE edition = 'states') THEN 'sent' ELSE 'unknown' END, '2026-06-02'"
		" FROM barometre.mailing m JOIN barometre.contact c USING (edition) WHERE edition = 'states'");
}

static void rows_are(const char *wanted)
{
	char *rows SCOPED(free_char) = text_of(world.owner,
		"SELECT string_agg(concat_ws(':', state, reason, CASE WHEN claimed_at IS NULL THEN 'free' END), ' '"
		" ORDER BY state, reason) AS t FROM barometre.delivery WHERE edition = 'states'");
	assert_string_equal(rows, wanted);
}

static void decides(int64_t wanted, const char *decision, bool one)
{
	const char *row =
		"(SELECT contact FROM barometre.delivery WHERE edition = 'states' AND state = 'unknown'"
		" ORDER BY contact LIMIT 1)";
	char *number_text SCOPED(free_char) = x_printf("%lld", (long long)wanted);

	says(number_text, wanted > 0, "delivery_decide('%s', %s, '%s', 'alix')::text",
		states_id, one ? row : "NULL", decision);
}

static void only_unknown_rows_are_decided(void **state)
{
	(void)state;
	unknown_rows("open", "sending");
	decides(1, "sent", true);
	rows_are("sent sent unknown");
	decides(1, "give_up", false);
	rows_are("sent sent skipped:given_up");
	char *line SCOPED(free_char) = x_printf(
		"alix delivery.give_up states relance1 %.8s 1", states_id);
	journal_ends_with(line);
	decides(0, "again", false);
	decides(0, "sent", false);
	/* Again: of a finished mailing too, which is then sending. */
	unknown_rows("open", "finished");
	decides(2, "again", false);
	rows_are("planned:free planned:free sent");
	is_then("sending 0601 0701 waits");
	/* No mail of a closed edition, none of a cancelled mailing; what is known can be told. */
	unknown_rows("closed", "finished");
	decides(0, "again", false);
	decides(2, "sent", false);
	unknown_rows("open", "cancelled");
	decides(0, "again", false);
	decides(2, "give_up", false);
	is_then("cancelled 0601 0701 waits");
	struct err err = {0};
	assert_false(db_script(staff,
		"SELECT barometre.delivery_decide(gen_random_uuid(), NULL, 'perhaps', 'alix')",
		&err));
}

/* ---- all mail ---- */

static void mail_is_held_and_released(void **state)
{
	struct mail_state mail;

	(void)state;
	ok(mail_state_load(world.owner, &mail, err));
	assert_string_equal(mail.held, "");
	says("done", 0, "mail_release('alix')");
	says("done", 1, "mail_hold('alix')");
	says("done", 0, "mail_hold('alix')");
	ok(mail_state_load(world.owner, &mail, err));
	assert_string_equal(mail.held, "asked");
	assert_true(mail.since > 0);
	says("done", 1, "mail_release('alix')");
	journal_ends_with("alix mail.release asked");
	/* A restored backup is the graver reason: it is not hidden by the other. */
	run(world.owner,
		"UPDATE barometre.mail_gate SET held = 'restored', held_since = now()");
	says("done", 0, "mail_hold('alix')");
	ok(mail_state_load(world.owner, &mail, err));
	assert_string_equal(mail.held, "restored");
	ok(mail_release(world.owner, err));
	journal_ends_with("(commande) mail.release restored");
	ok(mail_hold(world.owner, err));
	ok(mail_release(world.owner, err));
}

/* ---- the dry run ---- */

/* Two audiences, departments and types, and every reason to be left out. */
static void make_crowd(void)
{
	make_edition("crowd", "open");
	make_contacts("crowd", "patients", 1000, 60);
	make_contacts("crowd", "equipes", 2000, 40);
	run(world.owner,
		"WITH n AS (SELECT c.id, row_number() OVER (ORDER BY c.id) AS i FROM barometre.contact c WHERE c.edition = 'crowd')"
		" UPDATE barometre.contact c SET department = (ARRAY['31', '32', ''])[1 + n.i % 3], type = (ARRAY['CHU', 'CH'])[1 + n.i % 2],"
		" objected = n.i % 11 = 0, bounced = CASE WHEN n.i % 13 = 0 THEN '550 5.1.1' END"
		" FROM n WHERE c.edition = 'crowd' AND c.id = n.id;"
		"WITH n AS (SELECT v.id, row_number() OVER (ORDER BY v.contact) AS i FROM barometre.invitation v WHERE v.edition = 'crowd')"
		" UPDATE barometre.invitation v SET done = n.i % 5 = 0 FROM n WHERE v.edition = 'crowd' AND v.id = n.id");
	adds("done", "crowd", 1, "invitation", "'patients'", "2026-02-01", "NULL");
	run(world.owner,
		"SELECT barometre.mailing_expand(md5('crowd 1')::uuid);"
		"UPDATE barometre.delivery SET state = CASE WHEN left(contact::text, 1) < '8' THEN 'sent' ELSE 'unknown' END"
		" WHERE edition = 'crowd'");
}

static int64_t sum_of(const struct dry_run *run, const char *verdict)
{
	int64_t n = 0;

	for (size_t i = 0; i < run->count; i++)
		if (!verdict || strcmp(run->list[i].verdict, verdict) == 0)
			n += run->list[i].n;
	return n;
}

/* The counts, the rows and the staff's counts are the same; all contacts are there once; and it is what the mailer writes. */
static void check_dry_run(int n, int64_t *ret_sent)
{
	char *text SCOPED(free_char) = id_text("crowd", n);
	struct dry_run run SCOPED(dry_run_release) = {0};
	struct id16 id, at = {0};
	int64_t contacts = 0, send = 0;

	assert_true(uuid_parse(str_of(text), &id));
	ok(plan_dry_run(world.owner, &id, &run, err));
	assert_int_equal(sum_of(&run, NULL), 100);
	for (size_t count = 1; count > 0;) {
		struct dry_run page SCOPED(dry_run_release) = {0};
		ok(plan_dry_run_rows(world.owner, &id, &at, 7, &page, err));
		count = page.count;
		contacts += (int64_t)count;
		send += sum_of(&page, "send");
		assert_int_equal(strlen(count ? page.list[0].contact : "123456"), 6);
	}
	assert_int_equal(contacts, 100);
	assert_int_equal(send, sum_of(&run, "send"));
	char *sql SCOPED(free_char) = x_printf(
		"SELECT (sum(n) * 1000 + coalesce(sum(n) FILTER (WHERE verdict = 'send'), 0))::bigint AS n FROM barometre.mailing_dry_run('%s')",
		text);
	assert_int_equal(number(staff, sql), 100 * 1000 + send);
	char *rows SCOPED(free_char) = x_printf(
		"SELECT count(*) AS n FROM barometre.mailing_dry_run_rows('%s', 'send', NULL, 1000)",
		text);
	assert_int_equal(number(staff, rows), send);
	char *behind SCOPED(free_char) = x_printf(
		"WITH r AS (SELECT * FROM barometre.mailing_dry_run_rows('%s', 'send', NULL, 5)) SELECT (SELECT count(*) FROM r)"
		" + count(*) AS n FROM barometre.mailing_dry_run_rows('%s', 'send', (SELECT r.contact FROM r ORDER BY 1 DESC LIMIT 1), 1000)",
		text, text);
	assert_int_equal(number(staff, behind), send);
	/* Written by the mailer, contact by contact the same. */
	char *same SCOPED(free_char) = x_printf(
		"CREATE TEMP TABLE foreseen AS SELECT * FROM barometre.mailing_judge('%s');"
		"SELECT barometre.mailing_expand('%s');",
		text, text);
	char *left SCOPED(free_char) = x_printf(
		"SELECT count(*) AS n FROM foreseen f FULL JOIN (SELECT contact FROM barometre.delivery WHERE mailing = '%s') d"
		" USING (contact) WHERE (f.verdict = 'send') IS DISTINCT FROM (d.contact IS NOT NULL)",
		text);
	assert_true(db_script(world.owner, same, NULL));
	assert_int_equal(number(world.owner, left), 0);
	char *written SCOPED(free_char) = x_printf(
		"SELECT count(*) AS n FROM barometre.delivery WHERE mailing = '%s'",
		text);
	assert_int_equal(number(world.owner, written), send);
	assert_true(db_script(world.owner, "DROP TABLE foreseen", NULL));
	*ret_sent = send;
}

static void the_dry_run_is_what_is_then_written(void **state)
{
	static const char *const mailings[] = {
		"'invitation', '', 'equipes', '{}', '{}', 'anything'",
		"'relance1', '', 'patients', '{31}', '{}', 'invitation'",
		"'targeted', 't', NULL, '{31,32}', '{CHU}', 'anything'",
		"'targeted', 't', NULL, '{}', '{}', 'nothing'",
		"'targeted', 't', 'patients', '{99}', '{}', 'anything'",
		"'relance1', '', 'equipes', '{}', '{}', 'invitation'",
	};
	/* Nobody of the last two: no such department, and no invitation of equipes has left. */
	int64_t sent[COUNT_OF(mailings)];

	(void)state;
	make_crowd();
	for (int i = 0; i < (int)COUNT_OF(mailings); i++) {
		says("done", 1,
			"mailing_add(md5('crowd %d')::uuid, 'crowd', %s, '2026-03-01', NULL, NULL, NULL, NULL, NULL, 'alix')",
			i + 10, mailings[i]);
		check_dry_run(i + 10, &sent[i]);
		if ((sent[i] == 0) != (i >= 4))
			fail_msg("%s: %lld", mailings[i], (long long)sent[i]);
	}
	/* A second look after the writing: they have it already. */
	char *text SCOPED(free_char) = id_text("crowd", 10);
	struct id16 id;
	struct dry_run run SCOPED(dry_run_release) = {0};
	assert_true(uuid_parse(str_of(text), &id));
	ok(plan_dry_run(world.owner, &id, &run, err));
	assert_int_equal(sum_of(&run, "already"), sent[0]);
	assert_int_equal(sum_of(&run, "send"), 0);
	assert_int_equal(sum_of(&run, NULL), 100);
}

static int begin(void **state)
{
	int failed = world_begin(state);

	staff = open_as("barometre_staff");
	return failed;
}

static int end(void **state)
{
	db_close(staff);
	return world_end(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mailing_is_added_once_for_the_same_people),
		cmocka_unit_test(a_delay_counts_from_the_last_mail_that_left),
		cmocka_unit_test_setup(pausing_and_resuming, states_begin),
		cmocka_unit_test(nothing_is_written_or_taken_while_it_is_paused),
		cmocka_unit_test(cancelling),
		cmocka_unit_test(sending_now),
		cmocka_unit_test(rescheduling),
		cmocka_unit_test_teardown(only_unknown_rows_are_decided, states_end),
		cmocka_unit_test(what_is_sent_now_goes_the_way_of_the_plan),
		cmocka_unit_test(mail_is_held_and_released),
		cmocka_unit_test(the_dry_run_is_what_is_then_written),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
