/* SPDX-License-Identifier: Apache-2.0 */
/* What reports and objections change in the database, and that the mailer's judgement sees it (sql/functions/bounce.sql, objection_desk.h). */
#include <sys/wait.h>

#include "../store/support.h"
#include "barometre/mail/objection_desk.h"
#include "barometre/mail/outbox.h"
#include "barometre/store/bounce_store.h"
#include "barometre/store/contact_store.h"

static struct db *mailer;
static struct secret_key address_secret;
static struct public_key address_public;
static struct key addresses;

static int begin(void **state)
{
	int status = world_begin(state);

	box_new_pair(&address_public, &address_secret);
	addresses = random_key();
	mailer = open_as("barometre_mailer");
	make_edition("r1", "open");
	make_edition("r2", "open");
	make_contacts("r1", "patients", 0, 200);
	make_contacts("r2", "patients", 1000, 10);
	run(world.owner,
		"INSERT INTO barometre.mailing (id, edition, kind, received, due, not_after) VALUES"
		" ('00000000-0000-4000-8000-000000000001', 'r1', 'invitation', 'anything', '2026-01-01', '2036-01-01'),"
		" ('00000000-0000-4000-8000-000000000002', 'r1', 'relance1', 'anything', '2026-01-02', '2036-01-01'),"
		" ('00000000-0000-4000-8000-000000000003', 'r1', 'relance2', 'anything', '2026-01-03', '2036-01-01'),"
		" ('00000000-0000-4000-8000-000000000004', 'r1', 'relance3', 'anything', '2026-01-04', '2036-01-01')");
	return status;
}

static int end(void **state)
{
	db_close(mailer);
	return world_end(state);
}

static enum bounce_effect record(struct db *db, int contact, const char *report,
	const char *kind, const char *status)
{
	struct id16 id = id_of("contact", contact);
	struct hash32 hash = hash_of(report, contact);
	enum bounce_effect effect = BOUNCE_UNKNOWN;

	ok(bounce_record(db, &id, &hash, kind, status, &effect, err));
	return effect;
}

/* The mail number `n` (1 to 4) of this contact has left. */
static void mail_left(int contact, int n)
{
	struct id16 id = id_of("contact", contact);
	static const char *const kinds[] = {
		"invitation", "relance1", "relance2", "relance3"};
	char uuid[37];

	uuid_write(uuid, &id);
	SCOPED(free_char)
	char *sql = x_printf(
		"INSERT INTO barometre.delivery (mailing, contact, edition, kind, state, done_at) VALUES"
		" ('00000000-0000-4000-8000-00000000000%d', '%s', 'r1', '%s', 'sent', '2026-01-0%d')",
		n, uuid, kinds[n - 1], n);
	run(world.owner, sql);
}

/* A column of a contact as text. */
static char *contact_text(int contact, const char *column)
{
	struct id16 id = id_of("contact", contact);
	char uuid[37];

	uuid_write(uuid, &id);
	SCOPED(free_char)
	char *sql = x_printf(
		"SELECT coalesce((%s)::text, '-') AS t FROM barometre.contact WHERE id = '%s'",
		column, uuid);
	return text_of(world.owner, sql);
}

static void contact_is(int contact, const char *column, const char *wanted)
{
	SCOPED(free_char) char *found = contact_text(contact, column);

	assert_string_equal(found, wanted);
}

/* What the one place that decides says of a contact, for a reminder. */
static void verdict_is(int contact, const char *wanted)
{
	struct id16 id = id_of("contact", contact);
	char uuid[37];

	uuid_write(uuid, &id);
	SCOPED(free_char)
	char *sql = x_printf(
		"SELECT verdict AS t FROM barometre.mailing_judge('00000000-0000-4000-8000-000000000004') WHERE contact = '%s'",
		uuid);
	SCOPED(free_char) char *found = text_of(world.owner, sql);
	assert_string_equal(found, wanted);
}

static void a_hard_bounce_stops_and_says_why(void **state)
{
	(void)state;
	verdict_is(1, "send");
	assert_int_equal(record(mailer, 1, "a", "hard", "550 5.1.1"), BOUNCE_STOPPED);
	contact_is(1, "bounced", "550 5.1.1");
	verdict_is(1, "bounced");
	verdict_is(2, "send");
	/* Again, and another about the same contact. */
	assert_int_equal(record(mailer, 1, "a", "hard", "550 5.1.1"), BOUNCE_SEEN);
	assert_int_equal(record(mailer, 1, "b", "hard", "5.2.1"), BOUNCE_SEEN);
	contact_is(1, "bounced", "550 5.1.1");
	assert_int_equal(record(mailer, 99999, "a", "hard", "5.1.1"), BOUNCE_UNKNOWN);
}

static void the_ledger_keeps_what_the_relay_took(void **state)
{
	(void)state;
	mail_left(3, 1);
	assert_int_equal(record(mailer, 3, "a", "hard", "5.1.1"), BOUNCE_STOPPED);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.delivery WHERE state = 'sent'"),
		1);
}

static void soft_bounces_of_three_mails_stop(void **state)
{
	(void)state;
	/* Of no mail of ours. */
	assert_int_equal(record(mailer, 4, "0", "soft", "4.2.2"), BOUNCE_UNKNOWN);
	mail_left(4, 1);
	assert_int_equal(record(mailer, 4, "1", "soft", "4.2.2"), BOUNCE_COUNTED);
	/* A relay that reports twice about one mail. */
	assert_int_equal(record(mailer, 4, "1", "soft", "4.2.2"), BOUNCE_SEEN);
	assert_int_equal(record(mailer, 4, "1 again", "soft", "4.4.7"), BOUNCE_SEEN);
	mail_left(4, 2);
	assert_int_equal(record(mailer, 4, "2", "soft", "4.2.2"), BOUNCE_COUNTED);
	contact_is(4, "soft_bounces", "2");
	contact_is(4, "bounced", "-");
	verdict_is(4, "send");
	mail_left(4, 3);
	assert_int_equal(record(mailer, 4, "3", "soft", "552 5.2.2"), BOUNCE_STOPPED);
	contact_is(4, "bounced", "552 5.2.2");
	verdict_is(4, "bounced");
}

static char *lift(int contact)
{
	struct id16 id = id_of("contact", contact);
	char uuid[37];

	uuid_write(uuid, &id);
	SCOPED(free_char)
	char *sql = x_printf(
		"SELECT barometre.contact_lift('r1', '%s', 'claire') AS t", uuid);
	return text_of(world.owner, sql);
}

static void a_wrong_bounce_is_lifted(void **state)
{
	(void)state;
	assert_int_equal(record(mailer, 5, "a", "hard", "5.1.1"), BOUNCE_STOPPED);
	SCOPED(free_char) char *first = lift(5);
	SCOPED(free_char) char *second = lift(5);
	SCOPED(free_char) char *third = lift(99999);
	assert_string_equal(first, "done");
	assert_string_equal(second, "state");
	assert_string_equal(third, "missing");
	verdict_is(5, "send");
	/* The same report does not stop again, a new one does. */
	assert_int_equal(record(mailer, 5, "a", "hard", "5.1.1"), BOUNCE_SEEN);
	assert_int_equal(record(mailer, 5, "b", "hard", "5.1.1"), BOUNCE_STOPPED);
}

/* Gives a contact another's address. */
static void same_address(int contact, const struct hash32 *hash)
{
	struct id16 id = id_of("contact", contact);
	static const struct sql change = {"test",
		"UPDATE barometre.contact SET address_hash = $2 WHERE id = $1::uuid"};
	struct db_params params = {0};

	db_uuid(&params, &id);
	db_bytes(&params, hash->b, sizeof(hash->b));
	ok(db_run(world.owner, &change, &params, NULL, err));
}

static void a_complaint_is_an_objection(void **state)
{
	struct hash32 hash = hash_of("address", 6);

	(void)state;
	same_address(1001, &hash);
	assert_int_equal(
		record(mailer, 6, "a", "complaint", "complaint"), BOUNCE_STOPPED);
	contact_is(6, "bounced", "complaint");
	contact_is(6, "objected", "true");
	contact_is(1001, "objected", "true");
	contact_is(1001, "bounced", "-");
	contact_is(1002, "objected", "false");
}

/* The person asked for silence and keeps it: who lifts the bounce has to know that nothing will be sent. */
static void to_lift_a_complaint_does_not_lift_the_objection(void **state)
{
	(void)state;
	assert_int_equal(
		record(mailer, 9, "a", "complaint", "complaint"), BOUNCE_STOPPED);
	SCOPED(free_char) char *first = lift(9);
	SCOPED(free_char) char *second = lift(9);
	assert_string_equal(first, "objected");
	assert_string_equal(second, "state");
	contact_is(9, "bounced", "-");
	contact_is(9, "objected", "true");
	verdict_is(9, "objected");
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.journal WHERE action = 'contact_lift' AND detail = 'r1 complaint'"),
		1);
}

/* Two readers of one mailbox: each report stops once. */
static void two_readers_count_once(void **state)
{
	int stopped = 0;
	pid_t children[2];

	(void)state;
	fflush(NULL);
	for (int c = 0; c < 2; c++) {
		children[c] = fork();
		if (children[c] == 0) {
			struct db *db = open_as("barometre_mailer");
			int mine = 0;
			for (int i = 100; i < 200; i++)
				mine += record(db, i, "race", "hard", "5.1.1") ==
					BOUNCE_STOPPED;
			_exit(mine);
		}
	}
	for (int c = 0; c < 2; c++) {
		int status = 0;
		assert_int_equal(waitpid(children[c], &status, 0), children[c]);
		assert_true(WIFEXITED(status));
		stopped += WEXITSTATUS(status);
	}
	assert_int_equal(stopped, 100);
}

static void nonsense_is_refused(void **state)
{
	static const char *const bad[][2] = {{"hard", ""}, {"hard", "marie@exemple.fr"},
		{"other", "5.1.1"}, {"hard", "5.1.1 and much more than that"}};
	struct id16 id = id_of("contact", 7);
	struct hash32 hash = hash_of("x", 7);
	enum bounce_effect effect;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		refused(ERR_BROKEN,
			bounce_record(
				mailer, &id, &hash, bad[i][0], bad[i][1], &effect, err));
	contact_is(7, "bounced", "-");
}

/* ---- objections that staff were told of ---- */

static void staff_write_down(struct db *staff, int request, struct str box)
{
	struct id16 id = id_of("request", request);
	static const struct sql add = {"test",
		"SELECT barometre.objection_request_add($1::uuid, $2, 'claire') AS t"};
	struct db_params params = {0};

	db_uuid(&params, &id);
	db_bytes(&params, box.p, box.n);
	ok(db_run(staff, &add, &params, NULL, err));
}

struct until {
	struct loop *loop;
	int turns;
};

static void look(void *arg)
{
	struct until *u = arg;

	if (number(world.owner,
		    "SELECT count(*) AS n FROM barometre.objection_request WHERE state = 'waiting'") ==
			0 ||
		++u->turns > 600)
		loop_stop(u->loop);
}

static void desk_works(void)
{
	struct until u = {loop_new(), 0};
	struct db_pool *pool = db_pool_new(u.loop, world.conninfo, "barometre_mailer", 1);
	struct timer *timer = timer_new(u.loop, look, &u);
	struct objection_desk *desk = objection_desk_new(
		u.loop, pool, &address_secret, &addresses);

	timer_start(timer, USEC_PER_SEC / 20, true);
	loop_run(u.loop);
	assert_true(u.turns <= 600);
	objection_desk_free(desk);
	timer_free(timer);
	db_pool_free(pool);
	loop_free(u.loop);
}

static void an_objection_written_down_by_staff_holds(void **state)
{
	struct db *staff SCOPED(db_drop) = open_as("barometre_staff");
	struct hash32 hash;
	struct buf box = BUF_LIMIT(4096), bad = BUF_LIMIT(4096);

	(void)state;
	ok(objection_hash(STR(" Marie@Exemple.FR "), &addresses, &hash, err));
	same_address(8, &hash);
	same_address(1003, &hash);
	verdict_is(8, "send");
	/* As typed: the desk knows how addresses are compared. */
	ok(address_box_seal(&box, &address_public, "MARIE@exemple.fr", "", err));
	ok(address_box_seal(&bad, &address_public, "not an address", "", err));
	staff_write_down(staff, 1, buf_str(&box));
	staff_write_down(staff, 1, buf_str(&bad)); /* the same form sent twice */
	staff_write_down(staff, 2, STR("garbage"));
	staff_write_down(staff, 3, buf_str(&bad));
	desk_works();
	verdict_is(8, "objected");
	contact_is(1003, "objected", "true");
	SCOPED(free_char)
	char *ends = text_of(staff,
		"SELECT string_agg(state || coalesce(found, -1), ' ' ORDER BY state, found) AS t FROM barometre.objection_requests(10)");
	assert_string_equal(ends, "done2 unreadable-1 unreadable-1");
	assert_int_equal(
		number(world.owner,
			"SELECT count(address_box) AS n FROM barometre.objection_request"),
		0);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.journal WHERE action = 'contact_object'"
			" AND login = 'claire' AND detail = 'contacts 2'"),
		1);
	buf_release(&box);
	buf_release(&bad);
}

/* The next list, next year. */
static void who_objected_is_not_written_to_when_imported_again(void **state)
{
	struct contacts_result result = {0};
	struct new_contact contact = {.contact = random_uuid(),
		.invitation = random_uuid(),
		.audience = "patients",
		.address_box = STR("box"),
		.mac = hash_of("mac", 5000),
		.stop_hash = hash_of("stop", 5000)};
	int64_t found = -1;

	(void)state;
	/* By the command, of somebody who is in no list. */
	ok(objection_hash(
		STR("jean@exemple.fr"), &addresses, &contact.address_hash, err));
	ok(contact_object(world.owner, &contact.address_hash, "(commande)", &found, err));
	assert_int_equal(found, 0);
	make_edition("r3", "open");
	ok(contacts_add(world.owner, "r3", &contact, 1, &result, err));
	assert_int_equal(result.objecting, 1);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.contact WHERE edition = 'r3' AND objected"),
		1);
	refused(ERR_INVALID,
		objection_hash(
			STR("jean exemple.fr"), &addresses, &contact.address_hash, err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hard_bounce_stops_and_says_why),
		cmocka_unit_test(the_ledger_keeps_what_the_relay_took),
		cmocka_unit_test(soft_bounces_of_three_mails_stop),
		cmocka_unit_test(a_wrong_bounce_is_lifted),
		cmocka_unit_test(a_complaint_is_an_objection),
		cmocka_unit_test(to_lift_a_complaint_does_not_lift_the_objection),
		cmocka_unit_test(two_readers_count_once),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(an_objection_written_down_by_staff_holds),
		cmocka_unit_test(who_objected_is_not_written_to_when_imported_again),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
