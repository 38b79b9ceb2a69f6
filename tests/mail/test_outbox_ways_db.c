/* SPDX-License-Identifier: Apache-2.0 */
/* How mail leaves: slowly to one domain, from a return address of its own, in the edition's own words, and not at all for the hours
 * in which the relay is away. */
#include "barometre/mail/verp.h"
#include "outbox_world.h"

#define SENT ROWS("invitation", "d.state = 'sent'")
#define SENT_IS(n) \
 "SELECT (count(*) = " n ")::int AS n FROM barometre.delivery WHERE state = 'sent'"

static void the_relay_stops(struct world *w)
{
	relay_stop(&w->relay);
	w->relay.pid = 0;
}

static void one_domain_waits_and_no_other(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	for (int i = 0; i < 5; i++) {
		SCOPED(free_char) char *local = x_printf("c%d", i);
		add_contact_at(&w, local, "Big.example");
	}
	for (int i = 5; i < 8; i++) {
		SCOPED(free_char) char *local = x_printf("c%d", i);
		SCOPED(free_char) char *domain = x_printf("small%d.example", i);
		add_contact_at(&w, local, domain);
	}
	w.domain_per_minute = 1;
	start_outbox(&w, 0, 60000);
	run_until(&w, SENT_IS("4"));
	run_until(&w,
		"SELECT (count(*) = 4)::int AS n FROM barometre.delivery WHERE state = 'planned'"
		" AND attempt = 0 AND not_before > now()");
	/* A minute apart each, and none of them an attempt. */
	assert_int_equal(
		ask(&w,
			"SELECT (extract(epoch FROM max(not_before) - min(not_before)) * 1000)::bigint AS n"
			" FROM barometre.delivery WHERE state = 'planned'"),
		180000);
	ahead = USEC_PER_MIN;
	run_until(&w, SENT_IS("5"));
	run_on(&w);
	assert_int_equal(ask(&w, SENT), 5);
	for (int i = 0; i < 3; i++)
		ahead += 61 * USEC_PER_SEC, run_on(&w);
	run_until(&w, FINISHED("invitation"));
	assert_int_equal(
		ask(&w, ROWS("invitation", "d.state = 'sent' AND d.attempt = 1")), 8);
	stop_outbox(&w, 0);
	check_once_each(&w, 8);
	world_end(&w);
}

/* A relay that wants nothing from us must not use up the list. */
static void a_relay_that_refuses_everybody_is_given_a_rest(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	for (int i = 0; i < 40; i++) {
		SCOPED(free_char) char *domain = x_printf("d%d.example", i);
		add_contact_at(&w, "refuse", domain);
	}
	start_outbox(&w, 0, 60000);
	run_until(&w,
		"SELECT (count(*) >= 10)::int AS n FROM barometre.delivery WHERE state = 'refused'");
	run_on(&w);
	int64_t refused = ask(&w, ROWS("invitation", "d.state = 'refused'"));
	assert_true(refused < 20);
	SCOPED(free_char)
	char *one_more = x_printf(
		"SELECT (count(*) > %lld)::int AS n FROM barometre.delivery WHERE state = 'refused'",
		(long long)refused);
	ahead = 11 * USEC_PER_SEC;
	run_until(&w, one_more);
	run_on(&w);
	assert_int_equal(ask(&w, ROWS("invitation", "d.state = 'refused'")), refused + 1);
	stop_outbox(&w, 0);
	world_end(&w);
}

/* Down from nine to eighteen: nobody lost, and nothing at night although the relay is back then. */
static void a_relay_that_is_away_for_a_day_loses_nothing(void **state)
{
	(void)state;
	struct world w = world_start("09:00", "18:00", false);
	SCOPED(free_char) char *port = x_strdup(strrchr(w.url, ':') + 1);
	const char *const arguments[] = {"--port", port, NULL};
	struct civil c = clock_civil(clock_now() + USEC_PER_DAY, "Europe/Paris");

	c.hour = 9;
	c.minute = c.second = 0;
	usec_t opening = clock_instant(c, "Europe/Paris");
	add_contacts(&w, 5);
	ahead = opening - clock_now();
	start_outbox(&w, 0, 60000);
	for (int hour = 0; hour < 9; hour += 2) {
		buf_clear(&logged);
		ahead = opening + hour * USEC_PER_HOUR - clock_now();
		run_until(&w, "event=mail.relay");
		assert_non_null(strstr(buf_str(&logged).p, "trouble=connection"));
		run_until(&w, ROWS("invitation", "d.state = 'planned'"));
	}
	ahead = opening + 10 * USEC_PER_HOUR - clock_now();
	w.relay = relay_start(arguments);
	run_on(&w);
	run_on(&w);
	assert_int_equal(
		ask(&w,
			ROWS("invitation",
				"d.state = 'planned' AND d.attempt = 0 AND d.not_before IS NULL")),
		5);
	ahead = opening + USEC_PER_DAY + USEC_PER_MIN - clock_now();
	run_until(&w, FINISHED("invitation"));
	assert_int_equal(ask(&w, SENT), 5);
	stop_outbox(&w, 0);
	check_once_each(&w, 5);
	world_end(&w);
}

static void each_mail_has_a_return_address_of_its_own(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	const char *at = NULL;
	size_t seen = 0;

	add_contacts(&w, 4);
	w.bounce_address = "rebonds@retour.example";
	start_outbox(&w, 0, 60000);
	run_until(&w, FINISHED("invitation"));
	stop_outbox(&w, 0);
	the_relay_stops(&w);
	for (at = w.relay.events; (at = strstr(at, "from rebonds+")); at++, seen++) {
		const char *from = at + strlen("from ");
		struct str address = {from, strcspn(from, "\n")};
		struct id16 contact = {{0}};
		char text[37];

		assert_int_equal(
			verp_look(&w.mail.bounces, w.bounce_address, address, &contact),
			VERP_CONTACT);
		uuid_write(text, &contact);
		SCOPED(free_char)
		char *query = x_printf(
			"SELECT count(*) AS n FROM barometre.delivery WHERE contact = '%s'",
			text);
		assert_int_equal(ask(&w, query), 1);
	}
	assert_int_equal(seen, 4);
	free(w.relay.events);
	world_end(&w);
}

static void save_letter(struct world *w, const char *subject)
{
	SCOPED(free_char)
	char *text = x_printf(
		"SELECT barometre.letter_save('essai', 'invitation', NULL, 'Objet : %s\n\nBonjour,\n\n"
		"[Répondre]({{link}})\n\n---\n\nNe plus en recevoir : {{stop_link}}', -1, 'essai')",
		subject);
	run(w, text);
}

/* Saved while the mailer runs. */
static void letters_leave_in_the_editions_own_words(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", true);
	add_contact(&w, "c0");
	save_letter(&w, "Premiers mots");
	start_outbox(&w, 0, 60000);
	run_until(&w, SENT_IS("1"));
	run_until(&w, FINISHED("invitation"));
	save_letter(&w, "Autres mots");
	add_contact(&w, "c1");
	run_until(&w, SENT_IS("2"));
	run_until(&w, FINISHED("invitation"));
	run(&w, "SELECT barometre.letter_drop('essai', 'invitation', NULL, -1, 'essai')");
	add_contact(&w, "c2");
	run_until(&w, SENT_IS("3"));
	stop_outbox(&w, 0);
	the_relay_stops(&w);
	assert_int_equal(relay_saw(&w.relay, "Subject: Premiers mots"), 1);
	assert_int_equal(relay_saw(&w.relay, "Subject: Autres mots"), 1);
	assert_int_equal(relay_saw(&w.relay, "Subject: "), 3);
	free(w.relay.events);
	world_end(&w);
}

static void ask_for_trial(struct world *w, const char *local)
{
	static const struct sql add = {"test",
		"SELECT barometre.letter_test_add(gen_random_uuid(), 'essai', 'relance1', 'associations', NULL, $1, $2, 'essai')"};
	SCOPED(free_char) char *address = x_printf("%s@example.org", local);
	struct db_params params = {0};
	struct buf box = BUF_LIMIT(1024);
	struct err err = {0};

	assert_true(address_box_seal(&box, &w->address_public, address, "Moi", &err));
	db_bytes(&params, box.p, box.n);
	db_time(&params, now());
	if (!db_run(w->owner, &add, &params, NULL, &err))
		fail_msg("%s", err.text);
	buf_release(&box);
}

#define TRIAL(state)                                                     \
 "SELECT count(*) AS n FROM barometre.letter_test WHERE state = '" state \
 "' AND address_box IS NULL"

/* Outside the window, and it is nobody's mail in the ledger. */
static void a_letter_to_oneself_leaves_at_once(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "00:01", true);
	struct civil c = clock_civil(clock_now() + USEC_PER_DAY, "Europe/Paris");

	c.hour = 3;
	ahead = clock_instant(c, "Europe/Paris") - clock_now();
	add_contact(&w, "c0");
	ask_for_trial(&w, "moi");
	ask_for_trial(&w, "refuse");
	start_outbox(&w, 0, 1);
	run_until(&w, TRIAL("sent"));
	run_until(&w, TRIAL("refused"));
	ask_for_trial(&w, "dot");
	run_until(&w, TRIAL("unknown"));
	assert_int_equal(ask(&w, ROWS("invitation", "d.state <> 'planned'")), 0);
	assert_int_equal(
		ask(&w, "SELECT count(*) AS n FROM barometre.contact WHERE bounced IS NOT NULL"),
		0);
	stop_outbox(&w, 0);
	the_relay_stops(&w);
	assert_int_equal(relay_saw(&w.relay, "message moi "), 1);
	assert_int_equal(relay_saw(&w.relay, "message c0 "), 0);
	assert_int_equal(relay_saw(&w.relay, "Subject: [Essai]"), 1);
	free(w.relay.events);
	world_end(&w);
}

/* A relay that is away: it waits, and leaves when the relay is back. */
static void a_letter_to_oneself_waits_for_the_relay(void **state)
{
	(void)state;
	struct world w = world_start("00:00", "24:00", false);
	SCOPED(free_char) char *port = x_strdup(strrchr(w.url, ':') + 1);
	const char *const arguments[] = {"--port", port, NULL};

	ask_for_trial(&w, "moi");
	start_outbox(&w, 0, 60);
	run_until(&w, "event=mail.relay");
	run_until(&w,
		"SELECT count(*) AS n FROM barometre.letter_test WHERE state = 'planned'");
	w.relay = relay_start(arguments);
	ahead = USEC_PER_MIN;
	run_until(&w, TRIAL("sent"));
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_relay_that_refuses_everybody_is_given_a_rest),
		cmocka_unit_test(one_domain_waits_and_no_other),
		cmocka_unit_test(a_relay_that_is_away_for_a_day_loses_nothing),
		cmocka_unit_test(each_mail_has_a_return_address_of_its_own),
		cmocka_unit_test(letters_leave_in_the_editions_own_words),
		cmocka_unit_test(a_letter_to_oneself_leaves_at_once),
		cmocka_unit_test(a_letter_to_oneself_waits_for_the_relay),
	};

	RUN_TESTS(tests);
}
