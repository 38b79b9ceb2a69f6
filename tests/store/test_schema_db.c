/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/wait.h>

#include "support.h"

static const char *const roles[] = {
	"barometre_web", "barometre_staff", "barometre_keeper", "barometre_mailer"};

static void an_empty_database_asks_for_migrate(void **state)
{
	(void)state;
	refused(ERR_CONFLICT, migrate_check(world.owner, err));
}

static int migrate_in_child(void)
{
	struct err err = {0};
	struct db *db = db_open(world.conninfo, NULL, &err);
	int applied = 0;
	bool good = db && migrate_run(db, &applied, &err);

	if (!good)
		fprintf(stderr, "%s\n", err.text);
	db_close(db);
	return good ? 0 : 1;
}

static void several_migrations_at_once_do_not_disturb_each_other(void **state)
{
	pid_t children[3];

	(void)state;
	fflush(NULL);
	for (size_t i = 0; i < COUNT_OF(children); i++) {
		children[i] = fork();
		if (children[i] == 0)
			_exit(migrate_in_child());
	}
	for (size_t i = 0; i < COUNT_OF(children); i++) {
		int status = -1;
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
}

static void a_second_migration_changes_nothing(void **state)
{
	int applied = -1;

	(void)state;
	ok(migrate_run(world.owner, &applied, err));
	assert_int_equal(applied, 0);
	ok(migrate_check(world.owner, err));
	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		struct db *db SCOPED(db_drop) = open_as(roles[i]);
		ok(migrate_check(db, err));
	}
}

static void a_changed_past_migration_is_refused(void **state)
{
	int applied = -1;

	(void)state;
	run(world.owner,
		"UPDATE barometre.schema_migration SET checksum = 'x' || checksum"
		" WHERE name LIKE 'migrations/0001%'");
	refused(ERR_CONFLICT, migrate_run(world.owner, &applied, err));
	refused(ERR_CONFLICT, migrate_check(world.owner, err));
	run(world.owner,
		"UPDATE barometre.schema_migration SET checksum = substr(checksum, 2)"
		" WHERE name LIKE 'migrations/0001%'");
	ok(migrate_check(world.owner, err));
}

static void a_newer_database_is_refused(void **state)
{
	int applied = -1;

	(void)state;
	run(world.owner,
		"INSERT INTO barometre.schema_migration VALUES ('migrations/9999_x.sql', 'x')");
	refused(ERR_CONFLICT, migrate_run(world.owner, &applied, err));
	refused(ERR_CONFLICT, migrate_check(world.owner, err));
	run(world.owner,
		"DELETE FROM barometre.schema_migration WHERE name = 'migrations/9999_x.sql'");
}

static void other_functions_ask_for_migrate(void **state)
{
	int applied = -1;

	(void)state;
	run(world.owner,
		"UPDATE barometre.schema_migration SET checksum = 'x' WHERE name = 'functions'");
	refused(ERR_CONFLICT, migrate_check(world.owner, err));
	ok(migrate_run(world.owner, &applied, err));
	ok(migrate_check(world.owner, err));
}

/* CREATE OR REPLACE alone changes no columns of what a function gives, and removes none. */
static void functions_of_an_earlier_program_give_way(void **state)
{
	int applied = -1;

	(void)state;
	run(world.owner,
		"DROP FUNCTION barometre.objection_requests(integer);"
		"CREATE FUNCTION barometre.objection_requests(p_limit integer)"
		" RETURNS TABLE (id uuid, state text, found bigint, asked_by text, asked_at timestamptz)"
		" LANGUAGE sql AS $$ SELECT NULL::uuid, '', 0::bigint, '', now() $$;"
		"DROP FUNCTION barometre.staff_bounce_reasons(text);"
		"CREATE FUNCTION barometre.staff_bounce_reasons(p_edition text)"
		" RETURNS TABLE (audience text, reason text, n bigint)"
		" LANGUAGE sql AS $$ SELECT '', '', 0::bigint $$;"
		"CREATE FUNCTION barometre.staff_dry_run_rows(uuid, text, uuid, integer)"
		" RETURNS void LANGUAGE sql AS $$ SELECT $$");
	ok(migrate_run(world.owner, &applied, err));
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM pg_proc WHERE proname = 'staff_dry_run_rows'"),
		0);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM pg_proc WHERE 'id' = ANY (proargnames) AND proname = 'objection_requests'"),
		0);
	/* That the staff site may call them is seen below, of every statement. */
}

/* The words after "-- role: ", to the end of the line. */
static struct str roles_of(const struct sql *sql)
{
	const char *at = strstr(sql->text, "-- role: ");
	assert_non_null(at);
	struct str rest = str_of(at + 9), line;
	assert_true(str_cut(&rest, '\n', &line));
	return line;
}

static bool named(struct str list, const char *role)
{
	struct str word;

	while (str_cut(&list, ' ', &word)) {
		if (word.n && word.p[word.n - 1] == ',')
			word.n--;
		if (str_eq_z(word, role) || str_eq(word, STR("any")))
			return true;
	}
	return false;
}

/* EXPLAIN starts the executor and so checks every right, but writes nothing. */
static void explain_as(const struct sql *sql, const char *role)
{
	struct db *db SCOPED(db_drop) = open_as(role);
	const char *body = strstr(sql->text, " CURSOR FOR ");
	char *prepare SCOPED(free_char) = x_printf(
		"PREPARE p AS %s", body ? body + 12 : sql->text);
	struct err err = {0};

	if (!db_script(db, prepare, &err))
		fail_msg("%s as %s: %s", sql->name, role ? role : "owner", err.text);
	int64_t n = number(db,
		"SELECT cardinality(parameter_types)::bigint AS n FROM pg_prepared_statements");
	struct buf explain SCOPED(buf_release) = BUF_LIMIT(1000);
	buf_puts(&explain, "EXPLAIN EXECUTE p");
	for (int64_t i = 0; i < n; i++)
		buf_puts(&explain, i ? ", NULL" : "(NULL");
	buf_puts(&explain, n ? ")" : "");
	if (!db_script(db, explain.p, &err))
		fail_msg("%s as %s: %s", sql->name, role ? role : "owner", err.text);
}

static void every_statement_fits_the_schema_under_its_role(void **state)
{
	(void)state;
	for (const struct sql *const *sql = sql_catalog; *sql; sql++) {
		struct str list = roles_of(*sql);
		/* Of the cursor: tests/store/test_count_db.c runs them. */
		if (strstr((*sql)->text, "FETCH 100") ||
			strstr((*sql)->text, "CLOSE boxes"))
			continue;
		bool any = named(list, "owner");
		if (any)
			explain_as(*sql, NULL);
		for (size_t i = 0; i < COUNT_OF(roles); i++) {
			if (named(list, roles[i])) {
				explain_as(*sql, roles[i]);
				any = true;
			}
		}
		if (!any)
			fail_msg("%s: no known role", (*sql)->name);
	}
}

/* T3 of the study: nothing on the answer side tells when or in which order. */
static void the_answer_side_has_no_time_and_no_order(void **state)
{
	static const char answers[] =
		"('urn', 'draft', 'invalid_box', 'response', 'verbatim', 'place_total',"
		" 'contact_wish')";
	static const char *const none[] = {
		"SELECT count(*) AS n FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
		" WHERE c.relnamespace = 'barometre'::regnamespace AND c.relname IN %s"
		" AND a.attnum > 0 AND a.atttypid IN ('timestamp'::regtype,"
		" 'timestamptz'::regtype, 'date'::regtype, 'time'::regtype, 'timetz'::regtype,"
		" 'interval'::regtype, 'xid'::regtype, 'xid8'::regtype, 'pg_lsn'::regtype)",
		"SELECT count(*) AS n FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
		" WHERE c.relnamespace = 'barometre'::regnamespace AND c.relname IN %s"
		" AND a.attnum > 0 AND (a.attidentity <> '' OR a.atthasdef)",
		"SELECT count(*) AS n FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
		" WHERE c.relnamespace = 'barometre'::regnamespace AND c.relname IN %s",
		"SELECT count(*) AS n FROM pg_depend d JOIN pg_class s ON s.oid = d.objid"
		" AND s.relkind = 'S' JOIN pg_class c ON c.oid = d.refobjid"
		" WHERE c.relnamespace = 'barometre'::regnamespace AND c.relname IN %s",
		"SELECT count(*) AS n FROM pg_constraint k JOIN pg_class c ON c.oid IN"
		" (k.conrelid, k.confrelid) WHERE k.contype = 'f'"
		" AND c.relnamespace = 'barometre'::regnamespace AND c.relname IN %s",
		"SELECT count(*) AS n FROM pg_class c WHERE c.relkind = 'r' AND"
		" c.relpersistence <> 'p' AND c.relnamespace = 'barometre'::regnamespace"
		" AND c.relname IN %s"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(none); i++) {
		struct buf text SCOPED(buf_release) = BUF_LIMIT(4000);
		const char *hole = strstr(none[i], "%s");
		buf_bytes(&text, none[i], (size_t)(hole - none[i]));
		buf_puts(&text, answers);
		buf_puts(&text, hole + 2);
		if (number(world.owner, text.p) != 0)
			fail_msg("%s", text.p);
	}
	/* The list above is of tables that exist. */
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM pg_class WHERE relnamespace ="
			" 'barometre'::regnamespace AND relname IN ('urn', 'draft',"
			" 'invalid_box', 'response', 'verbatim', 'place_total',"
			" 'contact_wish')"),
		7);
}

/* No table names somebody and holds an answer: beside the two codes, the sides share no column name. */
static void the_two_sides_share_no_key(void **state)
{
	(void)state;
	char *shared SCOPED(free_char) = text_of(world.owner,
		"SELECT coalesce(string_agg(DISTINCT i.column_name, ' '), '') AS t"
		" FROM information_schema.columns i JOIN information_schema.columns a"
		" ON a.column_name = i.column_name AND a.table_schema = 'barometre'"
		" AND a.table_name IN ('urn', 'draft', 'response', 'verbatim', 'contact_wish')"
		" WHERE i.table_schema = 'barometre' AND i.table_name IN"
		" ('contact', 'invitation', 'delivery') AND i.column_name NOT IN"
		" ('edition', 'audience', 'id')");
	assert_string_equal(shared, "");
}

/* What each role may do with each table and function is in test_rights_db.c. */

/* Functions that run with the owner's rights must not look names up where a caller can put his own. mailing_judge is taken into
 * the queries of those that pin the path, and nobody else may call it. */
static void definer_functions_have_a_fixed_search_path(void **state)
{
	(void)state;
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM pg_proc WHERE pronamespace ="
			" 'barometre'::regnamespace AND (prosecdef OR proname <> 'mailing_judge')"
			" AND (proconfig IS NULL OR NOT"
			" 'search_path=pg_catalog, pg_temp' = ANY (proconfig))"),
		0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_database_asks_for_migrate),
		cmocka_unit_test(several_migrations_at_once_do_not_disturb_each_other),
		cmocka_unit_test(a_second_migration_changes_nothing),
		cmocka_unit_test(a_changed_past_migration_is_refused),
		cmocka_unit_test(a_newer_database_is_refused),
		cmocka_unit_test(other_functions_ask_for_migrate),
		cmocka_unit_test(functions_of_an_earlier_program_give_way),
		cmocka_unit_test(every_statement_fits_the_schema_under_its_role),
		cmocka_unit_test(the_answer_side_has_no_time_and_no_order),
		cmocka_unit_test(the_two_sides_share_no_key),
		cmocka_unit_test(definer_functions_have_a_fixed_search_path),
	};
	return cmocka_run_group_tests(tests, world_begin_empty, world_end);
}
