/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets a mail, how often, and what the ledger says. */
#include "outbox_world.h"

/* Everybody on the list once, and only those; nothing left in between. */
static void test_o1_one_mail_each_and_none_for_those_who_answered(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	add_contacts(&w, 30);
	add_contact(&w, "refuse");
	run(&w,
		"UPDATE barometre.invitation SET done = true WHERE contact IN"
		" (SELECT id FROM barometre.contact ORDER BY id LIMIT 3)");
	run(&w, "UPDATE barometre.contact SET objected = true WHERE id = " CONTACT("3"));
	run(&w,
		"UPDATE barometre.contact SET bounced = '5.1.1' WHERE id = " CONTACT(
			"4"));
	start_outbox(&w, 0, 60000);
	run_until(&w, FINISHED("invitation"));
	int64_t sent = ask(&w, ROWS("invitation", "d.state = 'sent'"));
	int64_t refused = ask(&w, ROWS("invitation", "d.state = 'refused'"));
	assert_int_equal(sent + refused, 26);
	assert_int_equal(
		ask(&w, ROWS("invitation", "d.state NOT IN ('sent', 'refused')")), 0);
	/* The relay's words are kept, the address in them is not. */
	assert_int_equal(
		ask(&w, ROWS("invitation", "d.queue_id = '2.0.0 Ok: queued as 4XAMPLE'")),
		sent);
	assert_int_equal(
		ask(&w, ROWS("invitation", "d.queue_id = '5.1.1' AND d.code = 550")),
		refused);

	/* A week later: the first relance, without two more who answered meanwhile. */
	run(&w,
		"UPDATE barometre.invitation SET done = true WHERE contact IN"
		" (SELECT contact FROM barometre.delivery WHERE state = 'sent' ORDER BY contact LIMIT 2)");
	ahead = 8 * USEC_PER_DAY;
	run_until(&w, FINISHED("relance1"));
	assert_int_equal(ask(&w, ROWS("relance1", "d.state = 'sent'")), sent - 2);
	stop_outbox(&w, 0);
	relay_stop(&w.relay);
	assert_int_equal(relay_saw(&w.relay, "message "), (size_t)(2 * sent - 2));
	assert_true(relay_saw(&w.relay, "connection") <= 4);
	w.relay.pid = 0;
	free(w.relay.events);
	world_end(&w);
}

static void test_o2_read_at_the_claim(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	add_contact(&w, "later");
	start_outbox(&w, 0, 60000);
	run_until(&w,
		ROWS("invitation",
			"d.state = 'planned' AND d.code = 451 AND d.attempt = 1"
			" AND d.not_before > now() + interval '4 minutes'"));
	run(&w, "UPDATE barometre.invitation SET done = true");
	ahead = 6 * USEC_PER_MIN;
	run_until(&w, FINISHED("invitation"));
	assert_int_equal(
		ask(&w, ROWS("invitation", "d.state = 'skipped' AND d.reason = 'done'")),
		1);
	world_end(&w);
}

static void test_o5_relay_down_then_up(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", false);
	SCOPED(free_char) char *port = x_strdup(strrchr(w.url, ':') + 1);
	const char *const arguments[] = {"--port", port, NULL};

	add_contacts(&w, 12);
	start_outbox(&w, 0, 60000);
	run_until(&w, "event=mail.relay");
	run_until(&w,
		"SELECT (count(*) = 0)::int AS n FROM barometre.delivery WHERE state = 'claimed'");
	/* Nobody's turn was used up, nobody waits longer than the others. */
	assert_int_equal(
		ask(&w,
			ROWS("invitation",
				"d.state = 'planned' AND d.attempt = 0 AND d.not_before IS NULL")),
		12);
	w.relay = relay_start(arguments);
	ahead = 6 * USEC_PER_MIN;
	run_until(&w, FINISHED("invitation"));
	assert_int_equal(ask(&w, ROWS("invitation", "d.state = 'sent'")), 12);
	stop_outbox(&w, 0);
	check_once_each(&w, 12);
	world_end(&w);
}

static void test_o1_two_mailers_at_once(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	add_contacts(&w, 40);
	/* Both know the database before anything leaves: one that came later, with nothing on its disk, would hold all mail. */
	ahead = -2 * USEC_PER_DAY;
	start_outbox(&w, 0, 60000);
	start_outbox(&w, 1, 60000);
	while (!w.marked[0] || !w.marked[1])
		run_on(&w);
	ahead = 0;
	run_until(&w, FINISHED("invitation"));
	assert_int_equal(
		ask(&w, ROWS("invitation", "d.state = 'sent' AND d.attempt = 1")), 40);
	stop_outbox(&w, 0);
	stop_outbox(&w, 1);
	check_once_each(&w, 40);
	world_end(&w);
}

static void test_o1_unknown_is_held(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	add_contact(&w, "dot");
	add_contact(&w, "c0");
	start_outbox(&w, 0, 60000);
	run_until(&w, ROWS("invitation", "d.state = 'sent'"));
	assert_int_equal(ask(&w, ROWS("invitation", "d.state = 'claimed'")), 1);
	ahead = 30 * USEC_PER_MIN;
	run_until(&w, ROWS("invitation", "d.state = 'unknown'"));
	run_until(&w, FINISHED("invitation"));
	stop_outbox(&w, 0);
	assert_non_null(strstr(buf_str(&logged).p, "mail.unknown"));
	check_once_each(&w, 1);
	world_end(&w);
}

/* The database hangs up in the middle: nobody twice, and everybody accounted for. */
static void test_o1_database_cut(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	add_contacts(&w, 30);
	start_outbox(&w, 0, 600);
	for (int i = 0; i < 3; i++) {
		run_until(&w, ROWS("invitation", "d.state = 'sent'"));
		run(&w,
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
			" WHERE usename = 'barometre_mailer' AND datname = current_database()");
		run_on(&w);
	}
	ahead = 30 * USEC_PER_MIN;
	run_until(&w, FINISHED("invitation"));
	int64_t sent = ask(&w, ROWS("invitation", "d.state = 'sent'"));
	int64_t unknown = ask(&w, ROWS("invitation", "d.state = 'unknown'"));
	assert_int_equal(sent + unknown, 30);
	stop_outbox(&w, 0);
	relay_stop(&w.relay);
	w.relay.pid = 0;
	size_t messages = 0;
	for (int i = 0; i < 30; i++) {
		SCOPED(free_char) char *event = x_printf("message c%d ", i);
		assert_true(relay_saw(&w.relay, event) <= 1);
		messages += relay_saw(&w.relay, event);
	}
	assert_true((int64_t)messages >= sent);
	free(w.relay.events);
	world_end(&w);
}

static void test_drain_gives_back(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	add_contacts(&w, 25);
	/* Ten at a claim, one every fifth of a second: some are waiting when it ends. */
	start_outbox(&w, 0, 300);
	run_until(&w, ROWS("invitation", "d.state = 'sent'"));
	stop_outbox(&w, 0);
	assert_int_equal(ask(&w, ROWS("invitation", "d.state = 'claimed'")), 0);
	int64_t sent = ask(&w, ROWS("invitation", "d.state = 'sent'"));
	assert_true(sent >= 1 && sent < 25);
	assert_int_equal(
		ask(&w, ROWS("invitation", "d.state = 'planned' AND d.attempt = 0")),
		25 - sent);
	/* The next process goes on where this one stopped. */
	start_outbox(&w, 0, 60000);
	run_until(&w, FINISHED("invitation"));
	stop_outbox(&w, 0);
	check_once_each(&w, 25);
	world_end(&w);
}

static void test_o4_outside_the_window_and_too_late(void **state)
{
	(void)state;
	struct world w = world_start("09:00", "18:00", true);
	struct civil c = clock_civil(clock_now(), "Europe/Paris");
	add_contacts(&w, 3);
	c.hour = 18;
	c.minute = c.second = 0;
	ahead = clock_instant(c, "Europe/Paris") - clock_now();
	start_outbox(&w, 0, 60000);
	/* Written into the ledger, which is harmless; then nothing, tick after tick. */
	run_until(&w, ROWS("invitation", "d.state = 'planned'"));
	run_on(&w);
	stop_outbox(&w, 0);
	assert_int_equal(
		ask(&w, ROWS("invitation", "d.state = 'planned' AND d.attempt = 0")), 3);
	ahead = 6 * USEC_PER_DAY;
	start_outbox(&w, 0, 60000);
	run_until(&w,
		"SELECT count(*) AS n FROM barometre.mailing WHERE state = 'held' AND kind = 'invitation'");
	/* A person decides what becomes of them. */
	assert_non_null(strstr(buf_str(&logged).p, "event=mail.late"));
	assert_int_equal(ask(&w, ROWS("invitation", "d.state = 'planned'")), 3);
	stop_outbox(&w, 0);
	relay_stop(&w.relay);
	w.relay.pid = 0;
	assert_string_equal(w.relay.events, "\n");
	free(w.relay.events);
	world_end(&w);
}

static void test_an_address_that_cannot_be_opened_stops_nobody_else(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	add_contact(&w, "c0");
	run(&w, "UPDATE barometre.contact SET address_box = '\\x00'");
	add_contact(&w, "c1");
	start_outbox(&w, 0, 60000);
	run_until(&w, ROWS("invitation", "d.state = 'sent'"));
	run_until(&w,
		ROWS("invitation",
			"d.state = 'planned' AND d.attempt = 1 AND d.not_before IS NOT NULL"));
	assert_non_null(strstr(buf_str(&logged).p, "mail.unwritable"));
	world_end(&w);
}

static void test_address_box(void **state)
{
	(void)state;
	struct public_key public;
	struct secret_key secret;
	struct buf box = BUF_LIMIT(1024), plain = BUF_LIMIT(1024);
	char name[501];

	box_new_pair(&public, &secret);
	assert_true(address_box_seal(&box, &public, "a@b.fr", "É \"x\"", NULL));
	assert_int_equal(box.n, ADDRESS_BYTES + SEAL_OVERHEAD);
	assert_true(box_open(&plain, &public, &secret, buf_str(&box), NULL));
	assert_string_equal(
		buf_str(&plain).p, "{\"email\":\"a@b.fr\",\"name\":\"É \\\"x\\\"\"}");
	for (size_t i = 0; i < 500; i++)
		name[i] = 'n';
	name[500] = '\0';
	struct err err = {0};
	assert_false(address_box_seal(&box, &public, "a@b.fr", name, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_false(address_box_seal(&box, &public, "a@b.fr", "\xFF", NULL));
	buf_release(&box);
	buf_release(&plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address_box),
		cmocka_unit_test(test_o1_one_mail_each_and_none_for_those_who_answered),
		cmocka_unit_test(test_o2_read_at_the_claim),
		cmocka_unit_test(test_o5_relay_down_then_up),
		cmocka_unit_test(test_o1_two_mailers_at_once),
		cmocka_unit_test(test_o1_unknown_is_held),
		cmocka_unit_test(test_o1_database_cut),
		cmocka_unit_test(test_drain_gives_back),
		cmocka_unit_test(test_o4_outside_the_window_and_too_late),
		cmocka_unit_test(test_an_address_that_cannot_be_opened_stops_nobody_else),
	};

	RUN_TESTS(tests);
}
