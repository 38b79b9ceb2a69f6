/* SPDX-License-Identifier: Apache-2.0 */
/* The promises of privacy_store.h: what is due goes, everywhere, and nothing else does. */
#include "../store/support.h"
#include "barometre/store/privacy_store.h"

/* Three editions: counted long ago, open although its date has passed, counted and not due yet. */
static void make(void)
{
	run(world.owner,
		"DELETE FROM barometre.contact_wish; DELETE FROM barometre.draft; DELETE FROM barometre.urn;"
		"DELETE FROM barometre.invitation; DELETE FROM barometre.contact; DELETE FROM barometre.objection;"
		"DELETE FROM barometre.staff_session; DELETE FROM barometre.keeper_task; DELETE FROM barometre.journal;"
		"DELETE FROM barometre.bounce_seen; DELETE FROM barometre.objection_request; DELETE FROM barometre.letter_test;"
		"DELETE FROM barometre.count_record; DELETE FROM barometre.edition_audience; DELETE FROM barometre.edition;"
		"DELETE FROM barometre.form");
	make_edition("vieille", "counted");
	make_edition("ouverte", "open");
	make_edition("recente", "counted");
	run(world.owner,
		"UPDATE barometre.edition SET opens = '2020-01-01', closes = '2020-03-31', contacts_until = '2021-01-01',"
		" wishes_until = '2021-06-30' WHERE code IN ('vieille', 'ouverte');"
		"UPDATE barometre.edition SET contacts_until = current_date + 2, wishes_until = current_date + 2"
		" WHERE code = 'recente';"
		"INSERT INTO barometre.count_record (edition, record, settled) VALUES ('vieille', '{}', true), ('recente', '{}', true);"
		"INSERT INTO barometre.contact (edition, id, audience, address_box, address_hash, stop_hash, bounced)"
		" SELECT e.code, gen_random_uuid(), 'patients', decode(repeat('c0ffee', 40), 'hex') || e.code::bytea,"
		" sha256((e.code || i)::bytea), sha256(('s' || e.code || i)::bytea), CASE WHEN i <= 3 THEN '5.1.1' END"
		" FROM barometre.edition e, generate_series(1, 10) i;"
		"INSERT INTO barometre.invitation (edition, id, contact, audience, mac)"
		" SELECT edition, gen_random_uuid(), id, audience, sha256(id::text::bytea) FROM barometre.contact"
		" WHERE edition = 'ouverte';"
		"INSERT INTO barometre.objection VALUES (sha256('a')), (sha256('b'));"
		"INSERT INTO barometre.contact_wish (edition, audience, id, box)"
		" SELECT e, 'patients', gen_random_uuid(), '\\x01' FROM unnest('{vieille,recente}'::text[]) e, generate_series(1, 4);"
		"INSERT INTO barometre.account VALUES ('camille', 'admin', 'x') ON CONFLICT DO NOTHING;"
		"INSERT INTO barometre.staff_session SELECT sha256(i::text::bytea), 'camille',"
		" now() + (i - 3) * interval '1 hour', '\\x00' FROM generate_series(1, 5) i;"
		"INSERT INTO barometre.keeper_task (kind, edition, asked_by, finished_at) VALUES"
		" ('close', 'vieille', 'camille', now() - interval '31 days'), ('count', 'vieille', 'camille', now());"
		"INSERT INTO barometre.bounce_seen VALUES (sha256('old'), current_date - 181), (sha256('new'), current_date - 180);"
		"INSERT INTO barometre.objection_request (id, address_box, state, asked_by, asked_at) VALUES"
		" (gen_random_uuid(), NULL, 'done', 'camille', now() - interval '31 days'),"
		" (gen_random_uuid(), NULL, 'done', 'camille', now() - interval '29 days'),"
		" (gen_random_uuid(), '\\x01', 'waiting', 'camille', now() - interval '31 days');"
		/* Nobody's mailer has taken the second. */
		"INSERT INTO barometre.letter_test (id, edition, kind, audience, address_box, state, asked_by, asked_at) VALUES"
		" (gen_random_uuid(), 'vieille', 'relance1', 'patients', NULL, 'sent', 'camille', now() - interval '25 hours'),"
		" (gen_random_uuid(), 'ouverte', 'relance1', 'patients', '\\x01', 'planned', 'camille', now() - interval '25 hours'),"
		" (gen_random_uuid(), 'ouverte', 'relance1', 'patients', '\\x01', 'planned', 'camille', now() - interval '23 hours');"
		"INSERT INTO barometre.keeper_task (kind, edition, asked_by) VALUES ('close', 'ouverte', 'camille');"
		"INSERT INTO barometre.journal (at, login, action) VALUES (now() - interval '13 months', 'camille', 'login'),"
		" (now() - interval '11 months', 'camille', 'login'), (now() - interval '5 years', 'keeper', 'count_record')");
}

static int64_t rows_of(const char *table, const char *where)
{
	SCOPED(free_char)
	char *text = x_printf(
		"SELECT count(*) AS n FROM barometre.%s WHERE %s", table, where);

	return number(world.owner, text);
}

static const struct retention_line *line_of(
	const struct retention_report *report, const char *kind, const char *edition)
{
	for (size_t i = 0; i < report->count; i++)
		if (strcmp(report->list[i].kind, kind) == 0 &&
			strcmp(report->list[i].edition, edition) == 0)
			return &report->list[i];
	fail_msg("no line %s %s", kind, edition);
	return NULL;
}

/* All lines but the bounces, which are parts of contacts. */
static int64_t deleted_of(const struct retention_report *report)
{
	int64_t n = 0;

	for (size_t i = 0; i < report->count; i++)
		if (strcmp(report->list[i].kind, "bounces") != 0)
			n += report->list[i].deleted;
	return n;
}

static void what_is_due_goes_and_nothing_else(void **state)
{
	SCOPED(retention_report_release) struct retention_report report = {0};
	struct db *other SCOPED(db_drop) = open_as(NULL);

	(void)state;
	make();
	ok(retention_run(world.owner, false, &report, err));
	ok(retention_verify(other, &report, err));
	assert_true(report.verified);
	assert_int_equal(rows_of("contact", "edition = 'vieille'"), 0);
	assert_int_equal(rows_of("contact", "edition = 'ouverte'"), 10);
	assert_int_equal(rows_of("contact", "edition = 'recente'"), 10);
	assert_int_equal(rows_of("objection", "true"), 2);
	assert_int_equal(rows_of("contact_wish", "edition = 'vieille'"), 0);
	assert_int_equal(rows_of("contact_wish", "edition = 'recente'"), 4);
	assert_int_equal(rows_of("staff_session", "expires_at < now()"), 0);
	assert_int_equal(rows_of("staff_session", "true"), 2);
	assert_int_equal(rows_of("keeper_task", "true"), 2);
	assert_int_equal(rows_of("journal", "action = 'login'"), 1);
	assert_int_equal(rows_of("journal", "action = 'count_record'"), 1);
	/* What it says is what happened. */
	const struct retention_line *contacts = line_of(&report, "contacts", "vieille");
	assert_int_equal(contacts->before, 10);
	assert_int_equal(contacts->deleted, 10);
	assert_int_equal(contacts->after, 0);
	assert_string_equal(contacts->until, "2021-01-01");
	assert_int_equal(line_of(&report, "bounces", "vieille")->deleted, 3);
	assert_int_equal(line_of(&report, "contacts", "ouverte")->held, 10);
	assert_int_equal(line_of(&report, "contacts", "ouverte")->deleted, 0);
	assert_int_equal(line_of(&report, "contacts", "recente")->held, 0);
	assert_int_equal(line_of(&report, "wishes", "vieille")->deleted, 4);
	assert_int_equal(line_of(&report, "sessions", "")->deleted, 3);
	assert_int_equal(line_of(&report, "tasks", "")->deleted, 1);
	assert_int_equal(line_of(&report, "journal", "")->deleted, 1);
	assert_int_equal(line_of(&report, "objections", "")->deleted, 0);
	assert_int_equal(line_of(&report, "reports", "")->deleted, 1);
	assert_int_equal(line_of(&report, "reports", "")->after, 1);
	assert_int_equal(line_of(&report, "requests", "")->deleted, 1);
	assert_int_equal(line_of(&report, "requests", "")->after, 2);
	assert_int_equal(line_of(&report, "trials", "")->deleted, 2);
	assert_int_equal(line_of(&report, "trials", "")->after, 1);
	assert_int_equal(
		rows_of("letter_test", "asked_at < now() - interval '1 day'"), 0);
	assert_int_equal(deleted_of(&report), 10 + 4 + 3 + 1 + 1 + 1 + 1 + 2);
	/* The journal has totals. */
	assert_int_equal(
		rows_of("journal",
			"action = 'purge' AND detail ="
			" 'vieille bounces 3, vieille contacts 10, tasks 1, reports 1, requests 1, trials 2, journal 1'"),
		1);
	assert_int_equal(
		rows_of("journal", "action = 'purge' AND detail = 'vieille wishes 4'"),
		1);
}

static void looking_changes_nothing(void **state)
{
	SCOPED(retention_report_release) struct retention_report report = {0};

	(void)state;
	make();
	ok(retention_run(world.owner, true, &report, err));
	assert_int_equal(line_of(&report, "contacts", "vieille")->due, 10);
	assert_int_equal(line_of(&report, "contacts", "vieille")->deleted, 0);
	assert_int_equal(rows_of("contact", "true"), 30);
	assert_int_equal(rows_of("contact_wish", "true"), 8);
	assert_int_equal(rows_of("journal", "true"), 3);
	ok(retention_verify(world.owner, &report, err));
	assert_false(report.verified); /* what is due is still there */
}

static void twice_is_once(void **state)
{
	SCOPED(retention_report_release) struct retention_report first = {0};
	SCOPED(retention_report_release) struct retention_report second = {0};

	(void)state;
	make();
	ok(retention_run(world.owner, false, &first, err));
	int64_t lines = rows_of("journal", "true");
	ok(retention_run(world.owner, false, &second, err));
	assert_int_equal(deleted_of(&second), 0);
	assert_int_equal(rows_of("journal", "true"), lines);
}

static void the_last_day_is_kept(void **state)
{
	SCOPED(retention_report_release) struct retention_report today = {0};
	SCOPED(retention_report_release) struct retention_report next = {0};

	(void)state;
	make();
	run(world.owner,
		"UPDATE barometre.edition SET contacts_until = (now() AT TIME ZONE zone)::date WHERE code = 'vieille'");
	ok(retention_run(world.owner, false, &today, err));
	assert_int_equal(rows_of("contact", "edition = 'vieille'"), 10);
	run(world.owner,
		"UPDATE barometre.edition SET contacts_until = (now() AT TIME ZONE zone)::date - 1 WHERE code = 'vieille'");
	ok(retention_run(world.owner, false, &next, err));
	assert_int_equal(rows_of("contact", "edition = 'vieille'"), 0);
}

static void an_edition_that_never_opened_is_let_go_of(void **state)
{
	SCOPED(retention_report_release) struct retention_report report = {0};

	(void)state;
	make();
	run(world.owner,
		"UPDATE barometre.edition SET state = 'draft' WHERE code = 'ouverte'");
	ok(retention_run(world.owner, false, &report, err));
	assert_int_equal(rows_of("contact", "edition = 'ouverte'"), 0);
	assert_int_equal(rows_of("invitation", "true"), 0);
}

static void a_count_that_is_not_settled_keeps_its_people(void **state)
{
	SCOPED(retention_report_release) struct retention_report report = {0};

	(void)state;
	make();
	run(world.owner,
		"UPDATE barometre.count_record SET settled = false WHERE edition = 'vieille'");
	ok(retention_run(world.owner, false, &report, err));
	assert_int_equal(rows_of("contact", "edition = 'vieille'"), 10);
	assert_int_equal(line_of(&report, "contacts", "vieille")->held, 10);
}

static void what_the_count_left_behind_is_reported(void **state)
{
	SCOPED(retention_report_release) struct retention_report report = {0};

	(void)state;
	make();
	run(world.owner,
		"INSERT INTO barometre.draft (loc, edition, audience, resume_box, count_box)"
		" VALUES (sha256('x'), 'recente', 'patients', '\\x00', '\\x00'), (sha256('y'), 'ouverte', 'patients', '\\x00', '\\x00');"
		"INSERT INTO barometre.invitation (edition, id, contact, audience, mac)"
		" SELECT edition, gen_random_uuid(), id, audience, sha256(id::text::bytea) FROM barometre.contact"
		" WHERE edition = 'recente' LIMIT 2");
	ok(retention_run(world.owner, false, &report, err));
	assert_int_equal(line_of(&report, "drafts", "recente")->leftover, 1);
	assert_int_equal(line_of(&report, "invitations", "recente")->leftover, 2);
	for (size_t i = 0; i < report.count; i++)
		assert_true(report.list[i].leftover == 0 ||
			strcmp(report.list[i].edition, "recente") == 0);
	assert_int_equal(rows_of("draft", "true"), 2);
}

/* The journal is one for all: the shortest delay of those whose time is still running. */
static void the_shortest_promise_about_the_journal_holds(void **state)
{
	SCOPED(retention_report_release) struct retention_report report = {0};

	(void)state;
	make();
	run(world.owner,
		"UPDATE barometre.edition SET journal_months = 1 WHERE code = 'vieille';" /* over */
		"UPDATE barometre.edition SET journal_months = 6 WHERE code = 'recente';"
		"UPDATE barometre.edition SET closes = '2036-01-01' WHERE code = 'ouverte';"
		"INSERT INTO barometre.journal (at, login, action) VALUES (now() - interval '5 months', 'camille', 'x')");
	ok(retention_run(world.owner, false, &report, err));
	assert_int_equal(rows_of("journal", "action = 'login'"), 0);
	assert_int_equal(rows_of("journal", "action = 'x'"), 1);
}

/* A transaction of another database, that PostgreSQL ends after two seconds: as long as it runs, VACUUM keeps what was deleted
 * since it began. */
static struct db *somebody_elsewhere(void)
{
	struct db *db = NULL;

	ok((db = db_open(getenv("BAROMETRE_TEST_PG"), NULL, err)) != NULL);
	ok(db_script(db,
		"SET idle_in_transaction_session_timeout = 2000; BEGIN; SELECT pg_current_xact_id()",
		err));
	return db;
}

/* In the file of the table, where a row that is kept stands behind those that go. The keeper has deleted it some day; the
 * command, which finds nothing left to delete, writes the file anew all the same. */
static void the_files_hold_it_no_more(void **state)
{
	SCOPED(retention_report_release) struct retention_report report = {0};
	SCOPED(retention_report_release) struct retention_report later = {0};
	struct db *keeper SCOPED(db_drop) = open_as("barometre_keeper");
	struct db *elsewhere SCOPED(db_drop) = NULL;
	struct db *rehearsal SCOPED(db_drop) = open_as("barometre_staff");
	static const char trace[] =
		"SELECT position('vieille'::bytea IN pg_read_binary_file(pg_relation_filepath('barometre.contact'))) AS n";

	(void)state;
	make();
	run(world.owner, "CHECKPOINT");
	assert_true(number(world.owner, trace) > 0);
	elsewhere = somebody_elsewhere();
	/* A lock that a session holds in no transaction is not waited for. */
	run(rehearsal, "SELECT pg_advisory_lock(1)");
	ok(retention_run(keeper, false, &report, err));
	run(world.owner, "CHECKPOINT");
	assert_true(number(world.owner, trace) > 0); /* deleted is not gone */
	ok(retention_run(world.owner, false, &later, err));
	assert_int_equal(deleted_of(&later), 0);
	ok(retention_rewrite(world.owner, err));
	run(world.owner, "CHECKPOINT");
	assert_int_equal(number(world.owner, trace), 0);
	assert_int_equal(rows_of("contact", "true"), 20);
}

static void the_keeper_can_do_it_and_only_that(void **state)
{
	SCOPED(retention_report_release) struct retention_report report = {0};
	struct db *keeper SCOPED(db_drop) = open_as("barometre_keeper");
	struct db *staff SCOPED(db_drop) = open_as("barometre_staff");

	(void)state;
	make();
	assert_false(db_script(keeper, "DELETE FROM barometre.contact", NULL));
	assert_false(retention_run(staff, false, &report, NULL));
	assert_int_equal(rows_of("contact", "true"), 30);
	ok(retention_run(keeper, false, &report, err));
	assert_int_equal(rows_of("contact", "true"), 20);
	ok(retention_verify(keeper, &report, err));
	assert_true(report.verified);
}

static bool define(const char *json, struct err *err)
{
	json_t *retention = json_loads(json, 0, NULL);
	struct civil last = {2027, 1, 31, 23, 59, 59};
	bool good;

	assert_non_null(retention);
	good = retention_define(world.owner, retention, "edition.json", "recente",
		clock_instant(last, "Europe/Paris"), "Europe/Paris", err);
	json_decref(retention);
	return good;
}

static char *loaded(void)
{
	struct db *web SCOPED(db_drop) = open_as("barometre_web");
	struct edition list[1] = {{.code = (char *)(uintptr_t) "recente"}};
	struct editions editions = {.list = list, .count = 1};
	const struct retention *r = &list[0].retention;

	ok(retention_load(web, &editions, err));
	return x_printf("%d-%02d-%02d %d %d-%02d-%02d", r->contacts_until.year,
		r->contacts_until.month, r->contacts_until.day, r->journal_months,
		r->wishes_until.year, r->wishes_until.month, r->wishes_until.day);
}

static void an_edition_says_how_long(void **state)
{
	static const char *const wrong[] = {"{\"contacts\":\"2027-01-30\"}",
		"{\"contacts\":\"2027-02-30\"}", "{\"wishes\":7}",
		"{\"journal_months\":0}", "{\"journal_months\":\"12\"}",
		"{\"answers\":1}", "[]"};

	(void)state;
	make();
	run(world.owner,
		"UPDATE barometre.edition SET closes = '2027-01-31 23:59:59+01', contacts_until = NULL, wishes_until = NULL"
		" WHERE code = 'recente'");
	SCOPED(free_char) char *usual = loaded();
	assert_string_equal(usual, "2027-07-31 12 2028-01-31");
	ok(define(
		"{\"contacts\":\"2027-01-31\",\"journal_months\":6,\"wishes\":\"2027-12-31\"}",
		err));
	SCOPED(free_char) char *own = loaded();
	assert_string_equal(own, "2027-01-31 6 2027-12-31");
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		refused(ERR_INVALID, define(wrong[i], err));
	SCOPED(free_char) char *still = loaded();
	assert_string_equal(still, own);
}

static bool create(const char *retention, struct err *err)
{
	SCOPED(free_char)
	char *text = x_printf(
		"{\"code\":\"fichier\",\"title\":\"Essai\",\"zone\":\"Europe/Paris\",\"opens\":\"2026-11-01\","
		"\"closes\":\"2027-01-31\",\"thresholds\":{\"minBase\":11,\"minCell\":5},\"countPartials\":true,"
		"\"keys\":\"server\",\"audiences\":[{\"audience\":\"patients\",\"form\":\"" SOURCE_DIR
		"/forms/patients.json\",\"openLink\":true}],\"mail\":{\"window\":{\"days\":[1],\"from\":\"09:00\","
		"\"to\":\"18:00\"},\"plan\":[]},\"retention\":%s}",
		retention);
	json_t *definition = json_loads(text, 0, NULL);
	struct public_key trustee = {{1}};
	bool made;

	assert_non_null(definition);
	made = edition_create(world.owner, definition, "edition.json", &trustee, err);
	json_decref(definition);
	return made;
}

static void the_file_of_the_edition_is_where_it_is_said(void **state)
{
	SCOPED(editions_release) struct editions editions = {0};
	const struct edition *edition;

	(void)state;
	make();
	refused(ERR_INVALID, create("{\"contacts\":\"2027-01-01\"}", err));
	assert_int_equal(rows_of("edition", "code = 'fichier'"), 0);
	ok(create("{\"wishes\":\"2027-03-01\"}", err));
	run(world.owner,
		"DELETE FROM barometre.count_record; DELETE FROM barometre.keeper_task; DELETE FROM barometre.invitation;"
		"DELETE FROM barometre.letter_test;"
		"DELETE FROM barometre.contact; DELETE FROM barometre.edition_audience WHERE edition <> 'fichier';"
		"DELETE FROM barometre.edition WHERE code <> 'fichier'");
	ok(editions_load(world.owner, &editions, err));
	edition = editions_find(&editions, STR("fichier"));
	assert_non_null(edition);
	assert_int_equal(edition->retention.wishes_until.month, 3);
	assert_int_equal(edition->retention.contacts_until.month, 7);
	assert_int_equal(edition->retention.journal_months, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_due_goes_and_nothing_else),
		cmocka_unit_test(looking_changes_nothing),
		cmocka_unit_test(twice_is_once),
		cmocka_unit_test(the_last_day_is_kept),
		cmocka_unit_test(an_edition_that_never_opened_is_let_go_of),
		cmocka_unit_test(a_count_that_is_not_settled_keeps_its_people),
		cmocka_unit_test(what_the_count_left_behind_is_reported),
		cmocka_unit_test(the_shortest_promise_about_the_journal_holds),
		cmocka_unit_test(the_files_hold_it_no_more),
		cmocka_unit_test(the_keeper_can_do_it_and_only_that),
		cmocka_unit_test(an_edition_says_how_long),
		cmocka_unit_test(the_file_of_the_edition_is_where_it_is_said),
	};

	return cmocka_run_group_tests(tests, world_begin, world_end);
}
