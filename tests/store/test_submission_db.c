/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

/* One answer that was put, and what came of it. */
struct one {
	struct waiting *waiting;
	int told;
	bool failed;
	enum err_code code;
	enum submit_outcome outcome;
};

static void on_told(void *arg, enum submit_outcome outcome, const struct err *err)
{
	struct one *one = arg;

	one->told++;
	one->failed = err != NULL;
	one->code = err ? err->code : ERR_NONE;
	one->outcome = outcome;
	happened(one->waiting);
}

static char box_bytes[6000];

/* Person `n` of an edition with slot number `slot`; a person below 0 comes by an open link. */
static void put(
	struct submitter *s, const char *edition, int n, int slot, struct one *one)
{
	struct submission submission = {
		.edition = edition,
		.audience = "patients",
		.channel = n < 0 ? "affiche" : "",
		.invited = n >= 0,
		.mac = hash_of("mac", n),
		.locator = hash_of("loc", n),
		.slot = id_of("slot", slot),
		.box = {box_bytes, sizeof(box_bytes)},
	};
	(void)submitter_put(s, &submission, on_told, one);
}

struct site {
	struct loop *loop;
	struct db_pool *pool;
	struct submitter *submitter;
	struct waiting waiting;
};

static void site_begin(struct site *site, int connections)
{
	site->loop = loop_new();
	site->pool = db_pool_new(
		site->loop, world.conninfo, "barometre_web", connections);
	site->submitter = submitter_new(site->loop, site->pool);
	site->waiting = (struct waiting){.loop = site->loop};
}

static void site_end(struct site *site)
{
	submitter_free(site->submitter);
	db_pool_free(site->pool);
	loop_free(site->loop);
}

/* One after the other, or all at once when they are put before waiting. */
static struct one answer(struct site *site, const char *edition, int n, int slot)
{
	struct one one = {.waiting = &site->waiting};

	site->waiting.left = 1;
	put(site->submitter, edition, n, slot, &one);
	assert_int_equal(one.told, 0); /* never from within the call */
	wait_for(&site->waiting);
	assert_int_equal(one.told, 1);
	return one;
}

static int64_t boxes(const char *edition)
{
	char *text SCOPED(free_char) = x_printf(
		"SELECT count(*) AS n FROM barometre.urn WHERE edition = '%s'", edition);
	return number(world.owner, text);
}

static int64_t done(const char *edition)
{
	char *text SCOPED(free_char) = x_printf(
		"SELECT count(*) AS n FROM barometre.invitation WHERE edition = '%s' AND done",
		edition);
	return number(world.owner, text);
}

static void an_answer_is_stored_and_its_invitation_spent(void **state)
{
	struct site site;

	(void)state;
	make_edition("one", "open");
	make_contacts("one", "patients", 0, 3);
	site_begin(&site, 2);
	struct one one = answer(&site, "one", 0, 0);
	assert_false(one.failed);
	assert_int_equal(one.outcome, SUBMIT_STORED);
	assert_int_equal(boxes("one"), 1);
	assert_int_equal(done("one"), 1);
	assert_int_equal(number(world.owner,
				 "SELECT sum(n)::bigint AS n FROM"
				 " barometre.participation_day WHERE edition ="
				 " 'one' AND channel = ''"),
		1);
	site_end(&site);
}

static void the_same_slot_is_the_same_answer(void **state)
{
	struct site site;

	(void)state;
	site_begin(&site, 2);
	struct one one = answer(&site, "one", 0, 0);
	assert_false(one.failed);
	assert_int_equal(one.outcome, SUBMIT_STORED);
	assert_int_equal(boxes("one"), 1);
	site_end(&site);
}

static void an_invitation_is_spent_once(void **state)
{
	struct site site;

	(void)state;
	site_begin(&site, 2);
	struct one one = answer(&site, "one", 0, 1000);
	assert_false(one.failed);
	assert_int_equal(one.outcome, SUBMIT_ALREADY);
	assert_int_equal(boxes("one"), 1);
	site_end(&site);
}

static void an_unknown_invitation_is_an_error(void **state)
{
	struct site site;

	(void)state;
	site_begin(&site, 2);
	struct one one = answer(&site, "one", 777, 1001);
	assert_true(one.failed);
	assert_int_equal(one.code, ERR_MISSING);
	assert_int_equal(boxes("one"), 1);
	site_end(&site);
}

static void an_invitation_of_another_audience_is_not_spent(void **state)
{
	struct site site;
	struct one one = {.waiting = &site.waiting};

	(void)state;
	site_begin(&site, 2);
	struct submission submission = {
		.edition = "one",
		.audience = "equipes",
		.invited = true,
		.mac = hash_of("mac", 2),
		.slot = id_of("slot", 1002),
		.box = STR("x"),
	};
	site.waiting.left = 1;
	(void)submitter_put(site.submitter, &submission, on_told, &one);
	wait_for(&site.waiting);
	assert_true(one.failed);
	assert_int_equal(one.code, ERR_MISSING);
	assert_int_equal(done("one"), 1);
	site_end(&site);
}

static void open_links_are_counted_by_channel(void **state)
{
	struct site site;

	(void)state;
	site_begin(&site, 2);
	assert_int_equal(answer(&site, "one", -1, 2000).outcome, SUBMIT_STORED);
	assert_int_equal(answer(&site, "one", -2, 2001).outcome, SUBMIT_STORED);
	assert_int_equal(answer(&site, "one", -2, 2001).outcome, SUBMIT_STORED);
	assert_int_equal(boxes("one"), 3);
	assert_int_equal(number(world.owner,
				 "SELECT sum(n)::bigint AS n FROM"
				 " barometre.participation_day WHERE edition ="
				 " 'one' AND channel = 'affiche'"),
		2);
	site_end(&site);
}

static void a_closed_edition_stores_nothing(void **state)
{
	struct site site;

	(void)state;
	make_edition("shut", "closed");
	make_contacts("shut", "patients", 10, 1);
	site_begin(&site, 2);
	struct one one = answer(&site, "shut", 10, 10);
	assert_false(one.failed);
	assert_int_equal(one.outcome, SUBMIT_CLOSED);
	assert_int_equal(answer(&site, "nowhere", -1, 11).outcome, SUBMIT_CLOSED);
	assert_int_equal(boxes("shut"), 0);
	assert_int_equal(done("shut"), 0);
	site_end(&site);
}

/* A batch of everything at once: good ones, repetitions of a slot, of an invitation, a closed edition. */
static void one_bad_row_does_not_sink_the_others(void **state)
{
	struct site site;
	struct one ones[46];
	int n = 0;

	(void)state;
	make_edition("mixed", "open");
	make_contacts("mixed", "patients", 100, 40);
	site_begin(&site, 3);
	for (size_t i = 0; i < COUNT_OF(ones); i++)
		ones[i] = (struct one){.waiting = &site.waiting};
	site.waiting.left = COUNT_OF(ones);
	for (; n < 40; n++)
		put(site.submitter, "mixed", 100 + n, 100 + n, &ones[n]);
	put(site.submitter, "mixed", 100, 100, &ones[n++]);  /* double click */
	put(site.submitter, "mixed", 101, 5000, &ones[n++]); /* second visit */
	put(site.submitter, "shut", 10, 10, &ones[n++]);
	put(site.submitter, "mixed", 888, 5001, &ones[n++]); /* unknown */
	put(site.submitter, "mixed", -7, 5002, &ones[n++]);
	put(site.submitter, "mixed", -7, 5002, &ones[n++]);
	wait_for(&site.waiting);
	for (int i = 0; i < 40; i++)
		assert_true(!ones[i].failed && ones[i].outcome == SUBMIT_STORED);
	assert_int_equal(ones[40].outcome, SUBMIT_STORED);
	assert_int_equal(ones[41].outcome, SUBMIT_ALREADY);
	assert_int_equal(ones[42].outcome, SUBMIT_CLOSED);
	assert_int_equal(ones[43].code, ERR_MISSING);
	assert_int_equal(ones[44].outcome, SUBMIT_STORED);
	assert_int_equal(ones[45].outcome, SUBMIT_STORED);
	assert_int_equal(boxes("mixed"), 41);
	assert_int_equal(done("mixed"), 40);
	assert_int_equal(number(world.owner,
				 "SELECT sum(n)::bigint AS n FROM"
				 " barometre.participation_day WHERE edition = 'mixed'"),
		41);
	site_end(&site);
}

/* Two sites, the same people twice, each time with another slot: one of each pair is stored. */
static void concurrent_sites_spend_each_invitation_once(void **state)
{
	enum {
		PEOPLE = 150
	};
	struct loop *loop = loop_new();
	struct waiting waiting = {.loop = loop, .left = 2 * PEOPLE};
	struct db_pool *pools[2];
	struct submitter *submitters[2];
	static struct one ones[2][PEOPLE];

	(void)state;
	make_edition("pair", "open");
	make_contacts("pair", "patients", 1000, PEOPLE);
	for (int k = 0; k < 2; k++) {
		pools[k] = db_pool_new(loop, world.conninfo, "barometre_web", 3);
		submitters[k] = submitter_new(loop, pools[k]);
	}
	for (int i = 0; i < PEOPLE; i++) {
		/* The second site goes through the list from its end. */
		int other = PEOPLE - 1 - i;
		ones[0][i].waiting = ones[1][other].waiting = &waiting;
		put(submitters[0], "pair", 1000 + i, 1000 + i, &ones[0][i]);
		put(submitters[1], "pair", 1000 + other, 6000 + other, &ones[1][other]);
	}
	wait_for(&waiting);
	for (int i = 0; i < PEOPLE; i++) {
		assert_false(ones[0][i].failed || ones[1][i].failed);
		assert_true((ones[0][i].outcome == SUBMIT_STORED) !=
			(ones[1][i].outcome == SUBMIT_STORED));
	}
	assert_int_equal(boxes("pair"), PEOPLE);
	assert_int_equal(done("pair"), PEOPLE);
	for (int k = 0; k < 2; k++) {
		submitter_free(submitters[k]);
		db_pool_free(pools[k]);
	}
	loop_free(loop);
}

/* Connections die again and again while 300 answers pass; no faster than a new one can do its work, and in the end no more. */
enum {
	KILLS = 12
};
struct killer {
	struct timer *timer;
	struct db *db;
	int64_t killed;
};

static void on_kill(void *arg)
{
	struct killer *killer = arg;
	killer->killed += number(killer->db,
		"SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity"
		" WHERE datname = current_database() AND usename = 'barometre_web'"
		" AND state = 'active'");
	if (killer->killed >= KILLS)
		timer_stop(killer->timer);
}

static void killed_connections_lose_and_double_nothing(void **state)
{
	enum {
		PEOPLE = 300
	};
	struct site site;
	static struct one ones[PEOPLE];

	(void)state;
	make_edition("killed", "open");
	make_contacts("killed", "patients", 2000, PEOPLE);
	site_begin(&site, 3);
	struct killer killer = {.db = open_as(NULL)};
	killer.timer = timer_new(site.loop, on_kill, &killer);
	timer_start(killer.timer, 4000, true);
	/* In lots, so that there is something to kill for a while. */
	for (int lot = 0; lot < PEOPLE / 20; lot++) {
		site.waiting.left = 20;
		for (int i = lot * 20; i < lot * 20 + 20; i++) {
			ones[i].waiting = &site.waiting;
			put(site.submitter, "killed", 2000 + i, 2000 + i, &ones[i]);
		}
		wait_for(&site.waiting);
	}
	for (int i = 0; i < PEOPLE; i++) {
		assert_int_equal(ones[i].told, 1);
		assert_true(!ones[i].failed && ones[i].outcome == SUBMIT_STORED);
	}
	assert_true(killer.killed > 0);
	assert_int_equal(boxes("killed"), PEOPLE);
	assert_int_equal(done("killed"), PEOPLE);
	timer_free(killer.timer);
	db_close(killer.db);
	site_end(&site);
}

/* The commit took place, its news did not arrive: the retry finds its own slot. */
static void a_lost_acknowledgement_is_found_again(void **state)
{
	struct site site;

	(void)state;
	make_edition("lost", "open");
	make_contacts("lost", "patients", 3000, 1);
	site_begin(&site, 2);
	assert_int_equal(answer(&site, "lost", 3000, 3000).outcome, SUBMIT_STORED);
	assert_int_equal(answer(&site, "lost", 3000, 3000).outcome, SUBMIT_STORED);
	assert_int_equal(boxes("lost"), 1);
	site_end(&site);
}

/* The edition closes while answers pass and the count takes its locks: what was acknowledged is in the urn that the count
 * sees, what was refused is not. */
static void on_close(void *arg)
{
	struct db *keeper = arg;

	ok(db_begin(keeper, err));
	struct sql close_it = {"test", "SELECT barometre.edition_close('race')"};
	ok(db_run(keeper, &close_it, NULL, NULL, err));
	ok(db_commit(keeper, err));
	ok(db_begin(keeper, err));
	struct sql count_it = {"test", "SELECT barometre.count_start('race')"};
	ok(db_run(keeper, &count_it, NULL, NULL, err));
}

static void the_count_sees_every_acknowledged_answer(void **state)
{
	enum {
		PEOPLE = 400
	};
	struct site site;
	static struct one ones[PEOPLE];
	int stored = 0, closed = 0;

	(void)state;
	make_edition("race", "open");
	make_contacts("race", "patients", 4000, PEOPLE);
	site_begin(&site, 3);
	struct db *keeper = open_as("barometre_keeper");
	struct timer *timer = timer_new(site.loop, on_close, keeper);
	for (int i = 0; i < PEOPLE; i++) {
		ones[i].waiting = &site.waiting;
		put(site.submitter, "race", 4000 + i, 4000 + i, &ones[i]);
	}
	/* First some are stored, then the keeper comes between. */
	site.waiting.left = 70;
	wait_for(&site.waiting);
	on_close(keeper);
	int64_t seen = number(keeper,
		"SELECT count(slot) AS n FROM barometre.urn WHERE edition = 'race'");
	ok(db_commit(keeper, err));
	int left = 0;
	for (int i = 0; i < PEOPLE; i++)
		left += ones[i].told == 0;
	site.waiting.left = left;
	if (left)
		wait_for(&site.waiting);
	for (int i = 0; i < PEOPLE; i++) {
		assert_false(ones[i].failed);
		stored += ones[i].outcome == SUBMIT_STORED;
		closed += ones[i].outcome == SUBMIT_CLOSED;
	}
	assert_int_equal(stored + closed, PEOPLE);
	assert_true(closed > 0);
	assert_int_equal(stored, seen);
	assert_int_equal(boxes("race"), seen);
	assert_int_equal(done("race"), seen);
	timer_free(timer);
	db_close(keeper);
	site_end(&site);
}

static void a_forgotten_ticket_is_silent_and_stored(void **state)
{
	struct site site;
	struct one one = {.waiting = &site.waiting};
	struct submission submission = {
		.edition = "one",
		.audience = "patients",
		.slot = id_of("slot", 7000),
		.box = STR("x"),
	};

	(void)state;
	site_begin(&site, 2);
	int64_t before = boxes("one");
	uint64_t ticket = submitter_put(site.submitter, &submission, on_told, &one);
	submitter_forget(site.submitter, ticket);
	assert_int_equal(answer(&site, "one", -9, 7001).outcome, SUBMIT_STORED);
	assert_int_equal(one.told, 0);
	assert_int_equal(boxes("one"), before + 2);
	site_end(&site);
}

/* Drafts, receipts, objections. */

struct reply {
	struct waiting *waiting;
	bool failed, found, done;
	enum err_code code;
	char *box;
	size_t length;
};

static void note_error(struct reply *reply, const struct err *err)
{
	reply->failed = err != NULL;
	reply->code = err ? err->code : ERR_NONE;
	happened(reply->waiting);
}

static void on_saved(void *arg, const struct err *err)
{
	note_error(arg, err);
}

static void on_draft(void *arg, const struct draft_view *view, const struct err *err)
{
	struct reply *reply = arg;

	reply->found = view->found;
	reply->done = view->invitation_done;
	reply->length = view->box.n;
	free(reply->box);
	reply->box = str_dup(view->box);
	note_error(reply, err);
}

static void on_found(void *arg, bool found, const struct err *err)
{
	struct reply *reply = arg;

	reply->found = found;
	note_error(reply, err);
}

static void on_invitation(
	void *arg, const struct invitation_view *view, const struct err *err)
{
	struct reply *reply = arg;

	reply->found = view->found && str_eq(view->edition, STR("draft")) &&
		str_eq(view->audience, STR("patients"));
	reply->done = view->done;
	note_error(reply, err);
}

#define wait_reply_of(site, call) \
 do {                             \
  (site)->waiting.left = 1;       \
  (void)(call);                   \
  wait_for(&(site)->waiting);     \
 } while (0)
#define wait_reply(call) wait_reply_of(&site, call)

static void a_draft_is_kept_until_the_answer(void **state)
{
	struct site site;
	struct reply r = {.waiting = &site.waiting};
	struct hash32 loc = hash_of("loc", 8000), mac = hash_of("mac", 8000);
	const char bytes[] = {'a', 0, 'b', (char)0xff};
	struct draft_mark mark;

	(void)state;
	make_edition("draft", "open");
	make_contacts("draft", "patients", 8000, 1);
	site_begin(&site, 2);
	wait_reply(draft_load(site.pool, &loc, &mac, on_draft, &r));
	assert_true(!r.failed && !r.found && !r.done);
	wait_reply(draft_save(site.pool, "draft", "patients", NULL, &loc, STR("first"),
		STR("count"), on_saved, &r));
	assert_false(r.failed);
	mark = draft_mark(&loc, STR("first"));
	wait_reply(draft_save(site.pool, "draft", "patients", &mark, &loc,
		(struct str){bytes, sizeof(bytes)}, STR("count"), on_saved, &r));
	assert_false(r.failed);
	wait_reply(draft_load(site.pool, &loc, NULL, on_draft, &r));
	assert_true(!r.failed && r.found && !r.done);
	assert_int_equal(r.length, sizeof(bytes));
	assert_memory_equal(r.box, bytes, sizeof(bytes));
	wait_reply(invitation_look_up(site.pool, &mac, on_invitation, &r));
	assert_true(r.found && !r.done);
	assert_int_equal(answer(&site, "draft", 8000, 8000).outcome, SUBMIT_STORED);
	wait_reply(draft_load(site.pool, &loc, &mac, on_draft, &r));
	assert_true(!r.failed && !r.found && r.done);
	wait_reply(invitation_look_up(site.pool, &mac, on_invitation, &r));
	assert_true(r.found && r.done);
	free(r.box);
	site_end(&site);
}

static void a_draft_can_be_taken_away(void **state)
{
	struct site site;
	struct reply r = {.waiting = &site.waiting};
	struct hash32 loc = hash_of("loc", 8500);

	(void)state;
	site_begin(&site, 1);
	wait_reply(draft_save(site.pool, "draft", "equipes", NULL, &loc, STR("a"),
		STR("b"), on_saved, &r));
	wait_reply(draft_delete(site.pool, &loc, on_saved, &r));
	assert_false(r.failed);
	wait_reply(draft_load(site.pool, &loc, NULL, on_draft, &r));
	assert_false(r.found);
	free(r.box);
	site_end(&site);
}

static void save(struct site *site, struct reply *r, const struct draft_mark *was,
	const struct hash32 *loc, const char *text)
{
	struct str box = str_of(text);

	wait_reply_of(site,
		draft_save(
			site->pool, "draft", "equipes", was, loc, box, box, on_saved, r));
}

/* The second of two pages is told, and reads again. */
static void a_draft_is_written_over_only_as_it_was_read(void **state)
{
	static const char first[] = "0123456789012345678901230000";
	static const char second[] = "9876543210987654321098760000";
	struct site site;
	struct reply r = {.waiting = &site.waiting};
	struct hash32 loc = hash_of("loc", 8700), other = hash_of("loc", 8701);
	struct draft_mark mark = draft_mark(&loc, str_of(first));

	(void)state;
	site_begin(&site, 1);
	save(&site, &r, &mark, &loc, second);
	assert_int_equal(r.code, ERR_MISSING); /* there is none */
	save(&site, &r, NULL, &loc, first);
	assert_false(r.failed);
	save(&site, &r, NULL, &loc, second);
	assert_int_equal(r.code, ERR_MISSING); /* there is one */
	save(&site, &r, &mark, &loc, second);
	assert_false(r.failed);
	save(&site, &r, &mark, &loc, first); /* somebody wrote in between */
	assert_int_equal(r.code, ERR_MISSING);
	mark = draft_mark(&loc, str_of(second)); /* to another locator, once */
	for (int i = 0; i < 2; i++)
		save(&site, &r, &mark, &other, first);
	assert_int_equal(r.code, ERR_MISSING);
	wait_reply(draft_load(site.pool, &loc, NULL, on_draft, &r));
	assert_false(r.found);
	mark = draft_mark(&other, str_of(first));
	wait_reply(draft_delete(site.pool, &other, on_saved, &r));
	save(&site, &r, &mark, &other, second);
	assert_int_equal(r.code, ERR_MISSING);
	free(r.box);
	site_end(&site);
}

static void a_draft_of_a_closed_edition_is_refused(void **state)
{
	struct site site;
	struct reply r = {.waiting = &site.waiting};
	struct hash32 loc = hash_of("loc", 8600);

	(void)state;
	site_begin(&site, 1);
	wait_reply(draft_save(site.pool, "shut", "patients", NULL, &loc, STR("a"),
		STR("b"), on_saved, &r));
	assert_true(r.failed);
	assert_int_equal(r.code, ERR_CONFLICT);
	assert_int_equal(number(world.owner,
				 "SELECT count(*) AS n FROM barometre.draft"
				 " WHERE edition = 'shut'"),
		0);
	site_end(&site);
}

static void a_receipt_finds_its_box_and_withdraws_it_once(void **state)
{
	struct site site;
	struct reply r = {.waiting = &site.waiting};
	struct id16 slot = id_of("slot", 8000);

	(void)state;
	site_begin(&site, 1);
	wait_reply(receipt_check(site.pool, &slot, on_found, &r));
	assert_true(!r.failed && r.found);
	wait_reply(receipt_withdraw(site.pool, &slot, on_found, &r));
	assert_true(!r.failed && r.found);
	wait_reply(receipt_withdraw(site.pool, &slot, on_found, &r));
	assert_true(!r.failed && !r.found);
	wait_reply(receipt_check(site.pool, &slot, on_found, &r));
	assert_false(r.found);
	assert_int_equal(done("draft"), 1);
	site_end(&site);
}

static void an_objection_is_for_ever(void **state)
{
	struct site site;
	struct reply r = {.waiting = &site.waiting};
	struct hash32 stop = hash_of("stop", 8000), unknown = hash_of("stop", 8001);

	(void)state;
	site_begin(&site, 1);
	wait_reply(contact_stop(site.pool, &unknown, on_found, &r));
	assert_true(!r.failed && !r.found);
	for (int twice = 0; twice < 2; twice++) {
		wait_reply(contact_stop(site.pool, &stop, on_found, &r));
		assert_true(!r.failed && r.found);
	}
	assert_int_equal(number(world.owner,
				 "SELECT count(*) AS n FROM barometre.contact c JOIN"
				 " barometre.objection o USING (address_hash)"
				 " WHERE c.objected"),
		1);
	site_end(&site);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_stored_and_its_invitation_spent),
		cmocka_unit_test(the_same_slot_is_the_same_answer),
		cmocka_unit_test(an_invitation_is_spent_once),
		cmocka_unit_test(an_unknown_invitation_is_an_error),
		cmocka_unit_test(an_invitation_of_another_audience_is_not_spent),
		cmocka_unit_test(open_links_are_counted_by_channel),
		cmocka_unit_test(a_closed_edition_stores_nothing),
		cmocka_unit_test(one_bad_row_does_not_sink_the_others),
		cmocka_unit_test(concurrent_sites_spend_each_invitation_once),
		cmocka_unit_test(killed_connections_lose_and_double_nothing),
		cmocka_unit_test(a_lost_acknowledgement_is_found_again),
		cmocka_unit_test(the_count_sees_every_acknowledged_answer),
		cmocka_unit_test(a_forgotten_ticket_is_silent_and_stored),
		cmocka_unit_test(a_draft_is_kept_until_the_answer),
		cmocka_unit_test(a_draft_can_be_taken_away),
		cmocka_unit_test(a_draft_is_written_over_only_as_it_was_read),
		cmocka_unit_test(a_draft_of_a_closed_edition_is_refused),
		cmocka_unit_test(a_receipt_finds_its_box_and_withdraws_it_once),
		cmocka_unit_test(an_objection_is_for_ever),
	};
	return cmocka_run_group_tests(tests, world_begin, world_end);
}
