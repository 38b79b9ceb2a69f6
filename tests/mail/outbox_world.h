/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox_world.h - the mailer with a real database and a relay of ours. Each test has a database of its own; each outbox a disk of
 * its own, kept from one start to the next. Time is moved by `ahead`, never waited for.
 */
#ifndef BAROMETRE_TESTS_MAIL_OUTBOX_WORLD_H
#define BAROMETRE_TESTS_MAIL_OUTBOX_WORLD_H

#include "barometre/base/log.h"
#include "barometre/mail/letter.h"
#include "barometre/mail/outbox.h"
#include "barometre/store/contact_store.h"
#include "barometre/store/migrate.h"
#include "relay.h"

#define UNUSED_OK __attribute__((unused))

static usec_t ahead;
static size_t now_calls; /* the outbox reads the clock at every tick */

UNUSED_OK static usec_t now(void)
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
	/* the disk of each */
	struct mail_mark mark[OUTBOXES];
	bool marked[OUTBOXES], disk_full;
	/* how the next outbox is set up */
	int domain_per_minute, connections; /* 0: none, two */
	const char *bounce_address;         /* NULL: none */
};

static struct buf logged = BUF_LIMIT(1 << 20);

UNUSED_OK static void keep_log(void *arg, const char *line)
{
	(void)arg;
	buf_puts(&logged, line);
	buf_addc(&logged, '\n');
}

UNUSED_OK static int64_t ask(struct world *w, const char *query)
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

UNUSED_OK static void run(struct world *w, const char *statement)
{
	struct err err = {0};
	if (!db_script(w->owner, statement, &err))
		fail_msg("%s: %s", statement, err.text);
}

/* "2026-11-22" so many days from now, in Paris. */
UNUSED_OK static json_t *day(int from_now)
{
	struct civil c = clock_civil(
		clock_now() + from_now * USEC_PER_DAY, "Europe/Paris");
	return json_sprintf("%04d-%02d-%02d", c.year, c.month, c.day);
}

UNUSED_OK static void make_edition(struct world *w, const char *from, const char *to)
{
	struct public_key trustee, count;
	struct secret_key unused;
	struct err err = {0};
	json_t *definition = json_pack(
		"{s:s, s:s, s:s, s:o, s:o, s:{s:i, s:i}, s:b, s:s, s:[{s:s, s:s, s:b}],"
		" s:{s:{s:[i,i,i,i,i,i,i], s:s, s:s, s:s}, s:[{s:s, s:o, s:o}, {s:s, s:o}]}}",
		"code", "essai", "title", "Essai", "zone", "Europe/Paris", "opens",
		day(-1), "closes", day(40), "thresholds", "minBase", 11, "minCell", 5,
		"countPartials", 1, "keys", "server", "audiences", "audience",
		"associations", "form", SOURCE_DIR "/forms/associations.json", "openLink",
		0, "mail", "window", "days", 1, 2, 3, 4, 5, 6, 7, "from", from, "to", to,
		"holidays", "none", "plan", "kind", "invitation", "on", day(-1),
		"notAfter", day(5), "kind", "relance1", "on", day(7));

	assert_non_null(definition);
	box_new_pair(&trustee, &unused);
	box_new_pair(&count, &unused);
	if (!edition_create(w->owner, definition, "essai.json", &trustee, &err) ||
		!edition_open(w->owner, "essai", &count, &err) ||
		!editions_load(w->owner, &w->editions, &err))
		fail_msg("%s", err.text);
	json_decref(definition);
}

UNUSED_OK static void add_contact_at(
	struct world *w, const char *local, const char *domain)
{
	struct new_contact c = {.contact = random_uuid(),
		.invitation = random_uuid(),
		.audience = "associations",
		.department = "34",
		.type = ""};
	SCOPED(free_char) char *address = x_printf("%s@%s", local, domain);
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

UNUSED_OK static void add_contact(struct world *w, const char *local)
{
	add_contact_at(w, local, "example.org");
}

UNUSED_OK static void add_contacts(struct world *w, int count)
{
	for (int i = 0; i < count; i++) {
		SCOPED(free_char) char *local = x_printf("c%d", i);
		add_contact(w, local);
	}
}

UNUSED_OK static void create_database(struct world *w)
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

UNUSED_OK static struct world world_start(const char *from, const char *to, bool relay)
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

struct disk {
	struct world *world;
	size_t i;
};
static struct disk disks[OUTBOXES];

UNUSED_OK static bool keep_mark(void *arg, const struct mail_mark *mark, struct err *err)
{
	const struct disk *disk = arg;

	if (disk->world->disk_full)
		return err_set(err, ERR_BROKEN, "no space left");
	disk->world->mark[disk->i] = *mark;
	disk->world->marked[disk->i] = true;
	return true;
}

UNUSED_OK static void start_outbox(struct world *w, size_t i, int per_minute)
{
	struct smtp_options smtp = {.url = w->url,
		.user = "",
		.password = "",
		.ca_file = "",
		.connections = w->connections ? w->connections : 2,
		.reply_seconds = 10};
	struct edition_tokens tokens = {"essai", w->keys.tokens};
	struct outbox_options options = {
		.public_url = "https://enquete.example",
		.from_name = "Baromètre",
		.from_address = "barometre@organisme.example",
		.reply_to = "",
		.organisation = "Organisme",
		.contact_address = "aide@organisme.example",
		.bounce_address = w->bounce_address ? w->bounce_address : "",
		.domain_per_minute = w->domain_per_minute,
		.mark = w->marked[i] ? &w->mark[i] : NULL,
		.keep_mark = keep_mark,
		.keep_arg = &disks[i],
		.bounces = w->mail.bounces,
		.per_minute = per_minute,
		.now = now,
		.address_public = w->address_public,
		.address_secret = w->address_secret,
		.stops = w->mail.stops,
	};

	disks[i] = (struct disk){w, i};
	w->pool[i] = db_pool_new(w->loop, w->conninfo, "barometre_mailer", 2);
	w->smtp[i] = smtp_new(w->loop, &smtp);
	w->outbox[i] = outbox_new(
		w->loop, w->pool[i], w->smtp[i], &w->editions, &tokens, 1, &options);
	outbox_start(w->outbox[i]);
}

UNUSED_OK static void give_up(void *arg)
{
	const struct world *w = arg;
	fail_msg("not reached in a minute: %s\n%s", w->until, buf_str(&logged).p);
}

/* A query that gives something else than 0, or an event of the log. */
UNUSED_OK static void look(void *arg)
{
	struct world *w = arg;
	bool event = strncmp(w->until, "event=", 6) == 0;

	if (event ? strstr(buf_str(&logged).p, w->until) != NULL : ask(w, w->until) != 0)
		loop_stop(w->loop);
}

UNUSED_OK static void run_until(struct world *w, const char *query)
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

UNUSED_OK static void look_at_calls(void *arg)
{
	const struct world *w = arg;
	if (now_calls < (size_t)-12)
		loop_stop(w->loop);
}

/* Until the outbox has looked around a few times more. */
UNUSED_OK static void run_on(struct world *w)
{
	struct timer *looking = timer_new(w->loop, look_at_calls, w);
	now_calls = (size_t)-12;
	timer_start(looking, 20000, true);
	loop_run(w->loop);
	timer_free(looking);
}

UNUSED_OK static void on_drained(void *arg)
{
	struct world *w = arg;
	w->drained++;
	loop_stop(w->loop);
}

UNUSED_OK static void stop_outbox(struct world *w, size_t i)
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

UNUSED_OK static void world_end(struct world *w)
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

UNUSED_OK static void check_once_each(struct world *w, int count)
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

/* main of such a test. */
#define RUN_TESTS(tests)                                  \
 do {                                                     \
  if (!getenv("BAROMETRE_TEST_PG"))                       \
   return 77;                                             \
  secret_init();                                          \
  letter_init();                                          \
  log_capture(keep_log, NULL);                            \
  int failed = cmocka_run_group_tests(tests, NULL, NULL); \
  buf_release(&logged);                                   \
  return failed;                                          \
 } while (0)

#endif
