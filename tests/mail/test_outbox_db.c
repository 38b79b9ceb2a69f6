/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mailer with a real database and a relay of ours: who gets a mail, how often, and what the ledger says. Each
 * test has a database of its own. Time is moved by `ahead`, never waited for.
 */
#include "barometre/base/log.h"
#include "barometre/mail/letter.h"
#include "barometre/mail/outbox.h"
#include "barometre/store/contact_store.h"
#include "barometre/store/migrate.h"
#include "relay.h"

static usec_t ahead;
static size_t now_calls; /* the outbox reads the clock at every tick */

static usec_t now(void)
{
	now_calls++;
	return clock_now() + ahead;
}

#define OUTBOXES 2
struct world {
	char *conninfo, *name;
	struct db *owner;
	struct loop *loop;
	struct editions editions;
	struct campaign_keys keys;
	struct mail_keys mail;
	struct public_key address_public;
	struct secret_key address_secret;
	struct relay relay;
	char *url;
	struct db_pool *pool[OUTBOXES];
	struct smtp *smtp[OUTBOXES];
	struct outbox *outbox[OUTBOXES];
	const char *until; /* a query giving n: stops the loop when it is not 0 */
	size_t drained;
};

static struct buf logged = BUF_LIMIT(1 << 20);

static void keep_log(void *arg, const char *line)
{
	(void)arg;
	buf_puts(&logged, line);
	buf_addc(&logged, '\n');
}

static int64_t ask(struct world *w, const char *query)
{
	const struct sql sql = {"test", query};
	struct db_params params = {0};
	struct db_rows *rows = NULL;
	struct err err = {0};

	if (!db_run(w->owner, &sql, &params, &rows, &err))
		fail_msg("%s: %s", query, err.text);
	int64_t n = db_count(rows) ? db_int(rows, 0, "n") : 0;
	db_rows_free(rows);
	return n;
}

static void run(struct world *w, const char *statement)
{
	struct err err = {0};
	if (!db_script(w->owner, statement, &err))
		fail_msg("%s: %s", statement, err.text);
}

/* "2026-11-22" so many days from now, in Paris. */
static json_t *day(int from_now)
{
	struct civil c = clock_civil(
		clock_now() + from_now * USEC_PER_DAY, "Europe/Paris");
	return json_sprintf("%04d-%02d-%02d", c.year, c.month, c.day);
}

static void make_edition(struct world *w, const char *from, const char *to)
{
	struct public_key trustee, count;
	struct secret_key unused;
	struct err err = {0};
	json_t *definition = json_pack(
		"{s:s, s:s, s:s, s:o, s:o, s:{s:i, s:i}, s:b, s:s, s:[{s:s, s:s, s:b}],"
		" s:{s:{s:[i,i,i,i,i,i,i], s:s, s:s}, s:[{s:s, s:o, s:o}, {s:s, s:o}]}}",
		"code", "essai", "title", "Essai", "zone", "Europe/Paris", "opens",
		day(-1), "closes", day(40), "thresholds", "minBase", 11, "minCell", 5,
		"countPartials", 1, "keys", "server", "audiences", "audience",
		"associations", "form", SOURCE_DIR "/forms/associations.json", "openLink",
		0, "mail", "window", "days", 1, 2, 3, 4, 5, 6, 7, "from", from, "to", to,
		"plan", "kind", "invitation", "on", day(-1), "notAfter", day(5), "kind",
		"relance1", "on", day(7));

	assert_non_null(definition);
	box_new_pair(&trustee, &unused);
	box_new_pair(&count, &unused);
	if (!edition_create(w->owner, definition, "essai.json", &trustee, &err) ||
		!edition_open(w->owner, "essai", &count, &err) ||
		!editions_load(w->owner, &w->editions, &err))
		fail_msg("%s", err.text);
	json_decref(definition);
}

static void add_contact(struct world *w, const char *local)
{
	struct new_contact c = {.contact = random_uuid(),
		.invitation = random_uuid(),
		.audience = "associations",
		.department = "34",
		.type = ""};
	SCOPED(free_char) char *address = x_printf("%s@example.org", local);
	struct buf box = BUF_LIMIT(1024);
	struct contacts_result result;
	struct err err = {0};

	assert_true(address_box_seal(
		&box, &w->address_public, address, "Cœur, \"à\" Cœur", &err));
	struct token token = token_mint(
		&w->keys.tokens, STR("essai"), STR("associations"), &c.invitation);
	struct id16 stop = contact_stop_id(&w->mail.stops, &c.contact);
	c.address_box = buf_str(&box);
	c.address_hash = address_hash(&w->mail.addresses, str_of(address));
	c.mac = token_mac(&w->keys.macs, &token);
	c.stop_hash = hash_plain((struct str){(const char *)stop.b, sizeof(stop.b)});
	if (!contacts_add(w->owner, "essai", &c, 1, &result, &err))
		fail_msg("%s", err.text);
	buf_release(&box);
}

static void add_contacts(struct world *w, int count)
{
	for (int i = 0; i < count; i++) {
		SCOPED(free_char) char *local = x_printf("c%d", i);
		add_contact(w, local);
	}
}

static void create_database(struct world *w)
{
	static int serial;
	const char *cluster = getenv("BAROMETRE_TEST_PG");
	struct err err = {0};
	struct db *db = db_open(cluster, NULL, &err);

	w->name = x_printf("outbox_%d_%d", (int)getpid(), ++serial);
	w->conninfo = x_printf("%s dbname=%s", cluster, w->name);
	SCOPED(free_char) char *create = x_printf("CREATE DATABASE %s", w->name);
	if (!db || !db_script(db, create, &err))
		fail_msg("%s", err.text);
	db_close(db);
	w->owner = db_open(w->conninfo, NULL, &err);
	int applied = 0;
	if (!w->owner || !migrate_run(w->owner, &applied, &err))
		fail_msg("%s", err.text);
}

static struct world world_start(const char *from, const char *to, bool relay)
{
	static const char *const no_arguments[] = {NULL};
	struct world w = {.loop = loop_new()};
	struct key campaign = random_key(), mail = random_key();

	ahead = 0;
	buf_clear(&logged);
	create_database(&w);
	campaign_derive(&w.keys, &campaign);
	mail_derive(&w.mail, &mail);
	box_new_pair(&w.address_public, &w.address_secret);
	make_edition(&w, from, to);
	if (relay)
		w.relay = relay_start(no_arguments);
	w.url = x_printf("smtp://127.0.0.1:%d", relay ? w.relay.port : free_port());
	return w;
}

static void start_outbox(struct world *w, size_t i, int per_minute)
{
	struct smtp_options smtp = {.url = w->url,
		.user = "",
		.password = "",
		.ca_file = "",
		.connections = 2,
		.reply_seconds = 10};
	struct edition_tokens tokens = {"essai", w->keys.tokens};
	struct outbox_options options = {
		.public_url = "https://enquete.example",
		.from_name = "Baromètre",
		.from_address = "barometre@organisme.example",
		.reply_to = "",
		.organisation = "Organisme",
		.contact_address = "aide@organisme.example",
		.per_minute = per_minute,
		.now = now,
		.address_public = w->address_public,
		.address_secret = w->address_secret,
		.stops = w->mail.stops,
	};

	w->pool[i] = db_pool_new(w->loop, w->conninfo, "barometre_mailer", 2);
	w->smtp[i] = smtp_new(w->loop, &smtp);
	w->outbox[i] = outbox_new(
		w->loop, w->pool[i], w->smtp[i], &w->editions, &tokens, 1, &options);
	outbox_start(w->outbox[i]);
}

static void give_up(void *arg)
{
	const struct world *w = arg;
	fail_msg("not reached in a minute: %s\n%s", w->until, buf_str(&logged).p);
}

/* A query that gives something else than 0, or an event of the log. */
static void look(void *arg)
{
	struct world *w = arg;
	bool event = strncmp(w->until, "event=", 6) == 0;

	if (event ? strstr(buf_str(&logged).p, w->until) != NULL : ask(w, w->until) != 0)
		loop_stop(w->loop);
}

static void run_until(struct world *w, const char *query)
{
	struct timer *looking = timer_new(w->loop, look, w);
	struct timer *patience = timer_new(w->loop, give_up, w);

	w->until = query;
	timer_start(looking, 20000, true);
	timer_start(patience, USEC_PER_MIN, false);
	loop_run(w->loop);
	timer_free(looking);
	timer_free(patience);
}

static void look_at_calls(void *arg)
{
	const struct world *w = arg;
	if (now_calls < (size_t)-12)
		loop_stop(w->loop);
}

/* Until the outbox has looked around a few times more. */
static void run_on(struct world *w)
{
	struct timer *looking = timer_new(w->loop, look_at_calls, w);
	now_calls = (size_t)-12;
	timer_start(looking, 20000, true);
	loop_run(w->loop);
	timer_free(looking);
}

static void on_drained(void *arg)
{
	struct world *w = arg;
	w->drained++;
	loop_stop(w->loop);
}

static void stop_outbox(struct world *w, size_t i)
{
	size_t before = w->drained;
	struct timer *patience = timer_new(w->loop, give_up, w);

	w->until = "drained";
	timer_start(patience, USEC_PER_MIN, false);
	outbox_drain(w->outbox[i], on_drained, w);
	assert_int_equal(w->drained, before);
	loop_run(w->loop);
	timer_free(patience);
	assert_int_equal(w->drained, before + 1);
	outbox_free(w->outbox[i]);
	smtp_free(w->smtp[i]);
	db_pool_free(w->pool[i]);
	w->outbox[i] = NULL;
}

static void world_end(struct world *w)
{
	struct err err = {0};

	for (size_t i = 0; i < OUTBOXES; i++)
		if (w->outbox[i])
			stop_outbox(w, i);
	/* O6: whatever happened, no address and no link was logged. */
	assert_null(strstr(buf_str(&logged).p, "@"));
	assert_null(strstr(buf_str(&logged).p, "/r/"));
	if (w->relay.pid > 0) {
		relay_stop(&w->relay);
		free(w->relay.events);
	}
	editions_release(&w->editions);
	db_close(w->owner);
	struct db *db = db_open(getenv("BAROMETRE_TEST_PG"), NULL, &err);
	SCOPED(free_char) char *drop = x_printf("DROP DATABASE %s WITH (FORCE)", w->name);
	assert_non_null(db);
	assert_true(db_script(db, drop, &err));
	db_close(db);
	free(w->conninfo);
	free(w->name);
	free(w->url);
	loop_free(w->loop);
}

#define FINISHED(kind)                                                                    \
 "SELECT count(*) AS n FROM barometre.mailing WHERE state = 'finished' AND kind = '" kind \
 "'"
#define ROWS(kind, where)                                                                      \
 "SELECT count(*) AS n FROM barometre.delivery d JOIN barometre.mailing m ON m.id = d.mailing" \
 " WHERE m.kind = '" kind "' AND " where
#define CONTACT(local) \
 "(SELECT id FROM barometre.contact ORDER BY id LIMIT 1 OFFSET " local ")"

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

static void check_once_each(struct world *w, int count)
{
	relay_stop(&w->relay);
	w->relay.pid = 0;
	for (int i = 0; i < count; i++) {
		SCOPED(free_char) char *event = x_printf("message c%d ", i);
		if (relay_saw(&w->relay, event) != 1)
			fail_msg("c%d: %zu mails", i, relay_saw(&w->relay, event));
	}
	free(w->relay.events);
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
	start_outbox(&w, 0, 60000);
	start_outbox(&w, 1, 60000);
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
	run_until(&w, FINISHED("invitation"));
	assert_int_equal(
		ask(&w, ROWS("invitation", "d.state = 'skipped' AND d.reason = 'late'")),
		3);
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

	if (!getenv("BAROMETRE_TEST_PG"))
		return 77;
	secret_init();
	letter_init();
	log_capture(keep_log, NULL);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	buf_release(&logged);
	return failed;
}
