/* SPDX-License-Identifier: Apache-2.0 */
/* What keeps mail from leaving at all: a database that was restored, another machine, a disk that is full, somebody who asks; and how
 * little is in doubt when the mailer is killed. */
#include "outbox_world.h"

#define SENT ROWS("invitation", "d.state = 'sent'")
#define RELEASE "SELECT barometre.mail_release('essai')"

static void forget_log(void)
{
	buf_clear(&logged);
}

static void a_restored_backup_is_held_until_a_person_says_go(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	add_contacts(&w, 12);
	start_outbox(&w, 0, 600);
	run_until(&w,
		"SELECT (count(*) >= 4)::int AS n FROM barometre.delivery WHERE state = 'sent'");
	stop_outbox(&w, 0);
	run(&w,
		"CREATE TABLE public.gate AS SELECT * FROM barometre.mail_gate;"
		"CREATE TABLE public.ledger AS SELECT * FROM barometre.delivery;"
		"CREATE TABLE public.plan AS SELECT * FROM barometre.mailing");
	start_outbox(&w, 0, 60000);
	run_until(&w, FINISHED("invitation"));
	stop_outbox(&w, 0);
#define RESTORE                                                                                \
 "DELETE FROM barometre.delivery; INSERT INTO barometre.delivery SELECT * FROM public.ledger;" \
 "DELETE FROM barometre.mail_gate; INSERT INTO barometre.mail_gate SELECT * FROM public.gate;" \
 "UPDATE barometre.mailing m SET state = p.state FROM public.plan p WHERE p.id = m.id"
	run(&w, RESTORE);
	int64_t sent = ask(&w, SENT);
	assert_true(sent >= 4 && sent < 12);
	forget_log();
	start_outbox(&w, 0, 60000);
	run_until(&w, "event=mail.held");
	run_on(&w);
	assert_non_null(strstr(buf_str(&logged).p, "barometre mail release"));
	assert_int_equal(ask(&w, SENT), sent);
	assert_int_equal(ask(&w, ROWS("invitation", "d.state = 'planned'")), 12 - sent);
	/* Started again: it stays so, and is said again. */
	stop_outbox(&w, 0);
	forget_log();
	start_outbox(&w, 0, 60000);
	run_until(&w, "event=mail.held");
	run_on(&w);
	assert_int_equal(ask(&w, SENT), sent);
	/* The person has looked into the relay's log: these have left. */
	run(&w, "UPDATE barometre.delivery SET state = 'sent' WHERE state = 'planned'");
	run(&w, RELEASE);
	run_until(&w, FINISHED("invitation"));
	assert_non_null(strstr(buf_str(&logged).p, "event=mail.released"));
	/* The release was for that once. The same backup again is noticed again, by a mailer that runs. */
	forget_log();
	run(&w, RESTORE);
	run_until(&w, "event=mail.held");
	run_on(&w);
	assert_int_equal(ask(&w, SENT), sent);
	run(&w, "UPDATE barometre.delivery SET state = 'sent' WHERE state = 'planned'");
	stop_outbox(&w, 0);
	check_once_each(&w, 12);
	world_end(&w);
}

static void a_mailer_without_its_file_waits_for_a_person(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	add_contacts(&w, 6);
	start_outbox(&w, 0, 600);
	run_until(&w, SENT);
	stop_outbox(&w, 0);
	w.marked[0] = false;
	int64_t sent = ask(&w, SENT);
	start_outbox(&w, 0, 60000);
	run_until(&w, "event=mail.held");
	run_on(&w);
	assert_int_equal(ask(&w, SENT), sent);
	assert_true(w.marked[0]);
	/* Started again before the person came: one release is enough all the same. */
	stop_outbox(&w, 0);
	start_outbox(&w, 0, 60000);
	run_on(&w);
	assert_int_equal(ask(&w, SENT), sent);
	run(&w, RELEASE);
	run_until(&w, FINISHED("invitation"));
	stop_outbox(&w, 0);
	check_once_each(&w, 6);
	world_end(&w);
}

/* The second of two mailers has a file of its own. */
static void two_mailers_are_held_together_and_released_together(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	add_contacts(&w, 30);
	start_outbox(&w, 0, 300);
	start_outbox(&w, 1, 300);
	run_until(&w,
		"SELECT (count(*) >= 6)::int AS n FROM barometre.delivery WHERE state = 'sent'");
	run(&w, "UPDATE barometre.mail_gate SET sequence = 0");
	run_until(&w, "event=mail.held");
	run_until(&w,
		"SELECT (count(*) = 0)::int AS n FROM barometre.delivery WHERE state = 'claimed'");
	int64_t sent = ask(&w, SENT);
	run_on(&w);
	assert_int_equal(ask(&w, SENT), sent);
	assert_memory_equal(&w.mark[0].mark, &w.mark[1].mark, sizeof(w.mark[0].mark));
	run(&w, RELEASE);
	run_until(&w, FINISHED("invitation"));
	assert_int_equal(ask(&w, SENT), 30);
	stop_outbox(&w, 0);
	stop_outbox(&w, 1);
	check_once_each(&w, 30);
	world_end(&w);
}

static void nothing_leaves_that_the_disk_does_not_know(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	add_contacts(&w, 3);
	w.disk_full = true;
	start_outbox(&w, 0, 60000);
	run_until(&w, "event=mail.mark");
	run_on(&w);
	/* Full since the start, then while mails are on their way. */
	w.disk_full = false;
	ahead = 2 * USEC_PER_MIN;
	run_until(&w, SENT);
	run_until(&w, FINISHED("invitation"));
	run(&w, "UPDATE barometre.mailing SET state = 'planned' WHERE kind = 'invitation'");
	add_contact(&w, "c3");
	forget_log();
	w.disk_full = true;
	run_until(&w, "event=mail.mark");
	run_until(&w, ROWS("invitation", "d.state = 'planned' AND d.attempt = 0"));
	assert_int_equal(ask(&w, SENT), 3);
	w.disk_full = false;
	ahead = 4 * USEC_PER_MIN;
	run_until(&w, FINISHED("invitation"));
	stop_outbox(&w, 0);
	check_once_each(&w, 4);
	world_end(&w);
}

static void somebody_asks_for_a_halt(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	add_contacts(&w, 3);
	run(&w, "SELECT barometre.mail_hold('essai')");
	start_outbox(&w, 0, 60000);
	run_until(&w, "event=mail.held");
	run_on(&w);
	assert_int_equal(ask(&w, "SELECT count(*) AS n FROM barometre.delivery"), 0);
	run(&w, RELEASE);
	run_until(&w, FINISHED("invitation"));
	world_end(&w);
}

/* Whenever it is killed, no more are in doubt than it has connections: the database itself watches. */
static void no_more_are_claimed_than_can_be_handed_over(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	add_contacts(&w, 40);
	w.connections = 3;
	run(&w,
		"CREATE TABLE public.most (n bigint); INSERT INTO public.most VALUES (0);"
		"CREATE FUNCTION public.watch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
		" 'BEGIN UPDATE public.most SET n = greatest(n, (SELECT count(*) FROM barometre.delivery"
		"  WHERE state = ''claimed'')); RETURN NULL; END';"
		"CREATE TRIGGER watch AFTER UPDATE ON barometre.delivery FOR EACH STATEMENT EXECUTE FUNCTION public.watch()");
	start_outbox(&w, 0, 600);
	run_until(&w,
		"SELECT (count(*) >= 10)::int AS n FROM barometre.delivery WHERE state = 'sent'");
	stop_outbox(&w, 0);
	start_outbox(&w, 0, 60000);
	run_until(&w, FINISHED("invitation"));
	int64_t most = ask(&w, "SELECT n FROM public.most");
	assert_true(most >= 1 && most <= 3);
	world_end(&w);
}

/* At a slow pace one at a time, so that nobody is written to who has answered since. */
static void who_answers_before_the_claim_gets_nothing(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	add_contacts(&w, 10);
	start_outbox(&w, 0, 60);
	run_until(&w, SENT);
	run(&w, "CREATE TABLE public.answered AS SELECT clock_timestamp() AS at; UPDATE barometre.invitation SET done = true");
	run_until(&w, FINISHED("invitation"));
	assert_int_equal(
		ask(&w,
			"SELECT count(*) AS n FROM barometre.delivery, public.answered"
			" WHERE state = 'sent' AND claimed_at > at"),
		0);
	assert_true(ask(&w, ROWS("invitation", "d.reason = 'done'")) >= 8);
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restored_backup_is_held_until_a_person_says_go),
		cmocka_unit_test(a_mailer_without_its_file_waits_for_a_person),
		cmocka_unit_test(two_mailers_are_held_together_and_released_together),
		cmocka_unit_test(nothing_leaves_that_the_disk_does_not_know),
		cmocka_unit_test(somebody_asks_for_a_halt),
		cmocka_unit_test(no_more_are_claimed_than_can_be_handed_over),
		cmocka_unit_test(who_answers_before_the_claim_gets_nothing),
	};

	RUN_TESTS(tests);
}
