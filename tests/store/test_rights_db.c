/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who can read what: for each table, view, sequence and function of the schema, all that each of the four roles can do with
 * it. ARCHITECTURE.md says the same in words. A table or function without a line here fails, and so does a line without a table.
 *
 * What a role can do is asked of PostgreSQL (has_…_privilege: what is granted to PUBLIC or inherited counts too), and what
 * it can read is tried, column by column, the system columns included.
 */
#include "support.h"

/* "read" alone is the whole table, xmin and ctid too: the order in which things happened. Where rows tell of people or
 * of answers it is never given, only columns by name. */
struct table_rights {
	const char *name;
	bool tells; /* its rows tell of people or of answers */
	const char *web, *staff, *keeper, *mailer;
};
#define NOTHING "", "", "", ""
#define READ_BY_ALL "read", "read", "read", "read"

static const struct table_rights tables[] = {
	{"account", false, "", "read", "", ""},
	{"api_key", false, NOTHING},
	{"bounce_seen", true, NOTHING},
	{"codebook", false, NOTHING},
	{"codebook_map", false, NOTHING},
	{"codebook_theme", false, NOTHING},
	{"coding", true, NOTHING},
	{"coding_task", true, NOTHING},
	{"contact", true, NOTHING},
	{"contact_wish", true, "", "", "read(edition audience id box), add", ""},
	{"count_record", false, "", "read", "read", ""},
	{"custodian", false, "read(edition)", "read", "read", "read(edition)"},
	{"delivery", true, "",
		"read(mailing contact edition state reason code queue_id attempt done_at kind)",
		"", ""},
	{"draft", true, "", "", "read(edition audience count_box handle)", ""},
	{"edition", false, READ_BY_ALL},
	{"edition_audience", false, READ_BY_ALL},
	{"edition_codebook", false, NOTHING},
	{"form", false, READ_BY_ALL},
	{"invalid_box", true, "", "", "read(edition audience id box reason), add", ""},
	{"invitation", true, NOTHING},
	{"journal", false, "", "read, add(login action detail)",
		"add(login action detail)", ""},
	{"keeper_task", false, "", "read, add(kind edition asked_by version reason)",
		"read, change(taken_at finished_at outcome)", ""},
	{"letter", false, "", "read", "", "read(edition kind audience source)"},
	{"letter_test", true, "",
		"read(id edition kind audience mailing state code asked_by asked_at)", "",
		""},
	{"mail_gate", false, "", "read", "", ""},
	{"mailing", false, "", "read", "", "read(id edition kind state letter)"},
	{"moderation", true, NOTHING},
	{"objection", true, NOTHING},
	{"objection_request", true, NOTHING},
	{"participation_day", true, "", "read(edition audience channel day shard n)",
		"read(edition audience channel day shard n)", ""},
	{"participation_total", false, "", "read", "read", ""},
	{"place_total", true, "", "", "read(edition audience question code n), add", ""},
	{"published_figure", false, "", "read", "read", ""},
	{"release", false, "", "read",
		"read, add(edition version min_base min_cell reason created_on row_count hash kind parameters)",
		""},
	{"release_file", false, "", "read", "read, add", ""},
	{"release_note", false, "", "read", "read, add", ""},
	{"release_row", false, "", "read", "read, add", ""},
	{"response", true, "", "", "read(edition audience id completeness answers), add",
		""},
	{"retention", false, READ_BY_ALL},
	{"schema_migration", false, READ_BY_ALL},
	{"staff_session", false, "", "read, add, remove", "", ""},
	{"urn", true, "", "", "read(edition audience slot box)", ""},
	{"verbatim", true, "", "", "read(edition audience id question body), add", ""},
};

/* Which roles may call it; "" is nobody but the owner. */
static const struct {
	const char *name, *roles;
} functions[] = {
	{"api_key_add", "staff"},
	{"api_key_revoke", "staff"},
	{"api_key_use", "staff"},
	{"api_keys", "staff"},
	{"bounce_record", "mailer"},
	{"codebook_add", ""},
	{"codebook_of", ""},
	{"coding_assign", ""},
	{"coding_carry", ""},
	{"coding_decide", ""},
	{"coding_final", ""},
	{"coding_save", ""},
	{"coding_take", ""},
	{"coding_waiting", ""},
	{"contact_lift", "staff"},
	{"contact_object", ""},
	{"count_empty", ""},
	{"count_finish", "keeper"},
	{"count_seal", "keeper"},
	{"count_settle", "keeper"},
	{"count_shared_lists", "keeper"},
	{"count_shared_tables", "keeper"},
	{"count_start", "keeper"},
	{"custody_make", ""},
	{"custody_verify", ""},
	{"delivery_decide", "staff"},
	{"delivery_record", "mailer"},
	{"dispositions_live", ""},
	{"edition_close", "keeper"},
	{"edition_open", ""},
	{"letter_contact", "staff"},
	{"letter_drop", "staff"},
	{"letter_save", "staff"},
	{"letter_test_add", "staff"},
	{"letter_test_done", "mailer"},
	{"letter_test_take", "mailer"},
	{"mail_gate_check", "mailer"},
	{"mail_hold", "staff"},
	{"mail_release", "staff"},
	{"mail_state", "staff"},
	{"mailing_add", "staff"},
	{"mailing_again_after", ""},
	{"mailing_cancel", "staff"},
	{"mailing_claim", "mailer"},
	{"mailing_dry_run", "staff"},
	{"mailing_dry_run_rows", "staff"},
	{"mailing_due", "mailer"},
	{"mailing_expand", "mailer"},
	{"mailing_finish", "mailer"},
	{"mailing_hold_late", "mailer"},
	{"mailing_journal", ""},
	{"mailing_judge", ""},
	{"mailing_letter_save", "staff"},
	{"mailing_move_after", ""},
	{"mailing_pause", "staff"},
	{"mailing_recover", "mailer"},
	{"mailing_reschedule", "staff"},
	{"mailing_resume", "staff"},
	{"mailing_send_now", "staff"},
	{"mailing_set_paused", ""},
	{"moderation_out", ""},
	{"moderation_set", ""},
	{"moderation_texts", ""},
	{"objection_request_add", "staff"},
	{"objection_request_done", "mailer"},
	{"objection_request_waiting", "mailer"},
	{"objection_requests", "staff"},
	{"participation_live", ""},
	{"release_checked", "keeper"},
	{"release_publish", "keeper"},
	{"release_refused", "keeper"},
	{"release_withdraw", "keeper"},
	{"retention_answers", "keeper"},
	{"retention_journal_months", ""},
	{"retention_people", "keeper"},
	{"retention_purge_answers", "keeper"},
	{"retention_purge_people", "keeper"},
	{"staff_bounce_reasons", "staff"},
	{"staff_bounced", "staff"},
	{"staff_contacts", "staff"},
	{"staff_mailing_preview", "staff"},
	{"staff_participation", "staff keeper"},
	{"staff_segments", "staff"},
	{"web_draft_delete", "web"},
	{"web_draft_load", "web"},
	{"web_draft_save", "web"},
	{"web_invitation", "web"},
	{"web_receipt_check", "web"},
	{"web_receipt_withdraw", "web"},
	{"web_stop", "web"},
	{"web_submit", "web"},
};

static const char *const roles[] = {"web", "staff", "keeper", "mailer"};

/* Rows of one text column t, in order. */
static struct db_rows *ask(const char *text)
{
	struct sql sql = {"test", text};
	struct db_rows *rows = NULL;

	ok(db_run(world.owner, &sql, NULL, &rows, err));
	return rows;
}

static void list_is(
	const char *what, const char *query, const char *const *wanted, size_t count)
{
	struct db_rows *rows SCOPED(db_rows_drop) = ask(query);
	size_t most = db_count(rows) > count ? db_count(rows) : count;

	for (size_t i = 0; i < most; i++) {
		const char *found = i < db_count(rows) ? db_str(rows, i, "t").p
						       : "(nothing)";
		const char *line = i < count ? wanted[i] : "(nothing)";

		if (strcmp(found, line) != 0)
			fail_msg("%s: the schema has %s, the table of this test %s", what,
				found, line);
	}
}

static void every_table_has_its_line(void **state)
{
	const char *names[COUNT_OF(tables)];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(tables); i++)
		names[i] = tables[i].name;
	list_is("tables",
		"SELECT relname::text AS t FROM pg_class WHERE relnamespace = 'barometre'::regnamespace"
		" AND relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY relname COLLATE \"C\"",
		names, COUNT_OF(names));
}

/* All that a role can do with a table, in one line. */
static char *rights_of(const char *role, const char *table)
{
	char *query SCOPED(free_char) = x_printf(
		"SELECT concat_ws(', ', r.can, a.can, c.can, d.can, o.can) AS t FROM"
		" (SELECT 'barometre_%s'::name AS role, 'barometre.%s'::regclass AS tab) x,"
		" LATERAL (SELECT CASE WHEN has_table_privilege(role, tab, 'SELECT') THEN 'read' ELSE"
		"  'read(' || string_agg(attname, ' ' ORDER BY attnum) || ')' END AS can FROM pg_attribute"
		"  WHERE attrelid = tab AND attnum > 0 AND NOT attisdropped"
		"  AND has_column_privilege(role, tab, attnum, 'SELECT')) r,"
		" LATERAL (SELECT CASE WHEN has_table_privilege(role, tab, 'INSERT') THEN 'add' ELSE"
		"  'add(' || string_agg(attname, ' ' ORDER BY attnum) || ')' END AS can FROM pg_attribute"
		"  WHERE attrelid = tab AND attnum > 0 AND NOT attisdropped"
		"  AND has_column_privilege(role, tab, attnum, 'INSERT')) a,"
		" LATERAL (SELECT CASE WHEN has_table_privilege(role, tab, 'UPDATE') THEN 'change' ELSE"
		"  'change(' || string_agg(attname, ' ' ORDER BY attnum) || ')' END AS can FROM pg_attribute"
		"  WHERE attrelid = tab AND attnum > 0 AND NOT attisdropped"
		"  AND has_column_privilege(role, tab, attnum, 'UPDATE')) c,"
		" LATERAL (SELECT CASE WHEN has_table_privilege(role, tab, 'DELETE') THEN 'remove' END AS can) d,"
		" LATERAL (SELECT CASE WHEN has_table_privilege(role, tab, 'TRUNCATE, TRIGGER')"
		"  OR has_any_column_privilege(role, tab, 'REFERENCES') THEN 'more' END AS can) o",
		role, table);

	return text_of(world.owner, query);
}

static const char *wanted_of(const struct table_rights *t, size_t role)
{
	const char *const all[] = {t->web, t->staff, t->keeper, t->mailer};

	return all[role];
}

static void each_role_can_do_what_its_line_says(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(tables); i++)
		for (size_t r = 0; r < COUNT_OF(roles); r++) {
			char *found SCOPED(free_char) = rights_of(
				roles[r], tables[i].name);

			if (strcmp(found, wanted_of(&tables[i], r)) != 0) {
				print_error(
					"%s, %s: \"%s\", the table of this test says \"%s\"\n",
					tables[i].name, roles[r], found,
					wanted_of(&tables[i], r));
				wrong++;
			}
		}
	assert_int_equal(wrong, 0);
}

/* ---- tried ---- */

/* Denied is SQLSTATE 42501; anything else is a test that is wrong. */
static bool may(struct db *db, const char *text)
{
	struct err err = {0};

	if (db_script(db, text, &err))
		return true;
	if (!strstr(err.text, "42501"))
		fail_msg("%s: %s", text, err.text);
	return false;
}

static bool is_listed(const char *line, const char *column)
{
	char *rest SCOPED(free_char) = x_strdup(line);
	char *end = strchr(rest, ')');
	struct str list, word;

	if (str_starts(str_of(line), STR("read")) &&
		!str_starts(str_of(line), STR("read(")))
		return true;
	if (!str_starts(str_of(line), STR("read(")))
		return false;
	*end = '\0';
	list = str_of(rest + strlen("read("));
	while (str_cut(&list, ' ', &word))
		if (str_eq_z(word, column))
			return true;
	return false;
}

static void try_table(
	struct db *db, const char *role, const struct table_rights *t, const char *line)
{
	static const char *const hidden[] = {
		"xmin", "xmax", "cmin", "cmax", "ctid", "tableoid"};
	char *query SCOPED(free_char) = x_printf(
		"SELECT attname::text AS t FROM pg_attribute WHERE attrelid = 'barometre.%s'::regclass"
		" AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
		t->name);
	struct db_rows *columns SCOPED(db_rows_drop) = ask(query);
	char *kind_query SCOPED(free_char) = x_printf(
		"SELECT (relkind = 'r')::integer::bigint AS n FROM pg_class WHERE oid = 'barometre.%s'::regclass",
		t->name);
	bool is_table = number(world.owner, kind_query) == 1;

	for (size_t i = 0; i < db_count(columns); i++) {
		const char *column = db_str(columns, i, "t").p;
		char *text SCOPED(free_char) = x_printf(
			"SELECT %s FROM barometre.%s LIMIT 0", column, t->name);

		if (may(db, text) != is_listed(line, column))
			fail_msg(
				"%s, %s: reading %s is not as the table of this test says",
				t->name, role, column);
	}
	for (size_t i = 0; is_table && i < COUNT_OF(hidden); i++) {
		char *text SCOPED(free_char) = x_printf(
			"SELECT %s FROM barometre.%s LIMIT 0", hidden[i], t->name);

		if (may(db, text) !=
			(strcmp(line, "") != 0 && is_listed(line, hidden[i])))
			fail_msg(
				"%s, %s: reading %s is not as the table of this test says",
				t->name, role, hidden[i]);
	}
}

static void what_can_be_read_is_what_is_listed(void **state)
{
	(void)state;
	for (size_t r = 0; r < COUNT_OF(roles); r++) {
		char *role SCOPED(free_char) = x_printf("barometre_%s", roles[r]);
		struct db *db SCOPED(db_drop) = open_as(role);

		for (size_t i = 0; i < COUNT_OF(tables); i++)
			try_table(db, roles[r], &tables[i], wanted_of(&tables[i], r));
	}
}

/* T23: where rows tell of people or answers, no role sees the order in which they came. */
static void rows_that_tell_are_read_by_columns_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(tables); i++)
		for (size_t r = 0; tables[i].tells && r < COUNT_OF(roles); r++)
			if (is_listed(wanted_of(&tables[i], r), "xmin"))
				fail_msg("%s, %s: the whole table", tables[i].name,
					roles[r]);
}

/* A compromise of the web process gives neither addresses nor answers, sealed or counted; of the mailer no answers; of staff
 * no answers beyond releases. Said once more, and apart from the table, so that a change of the table cannot undo it. */
static void the_walls_stand(void **state)
{
	static const struct {
		const char *role, *tables;
	} walls[] = {
		{"web",
			"account api_key coding coding_task contact contact_wish delivery draft invalid_box invitation journal moderation objection"
			" response staff_session urn verbatim place_total count_record release_row"},
		{"staff",
			"api_key coding coding_task contact contact_wish draft invalid_box invitation moderation objection place_total response urn verbatim"},
		{"mailer",
			"account api_key bounce_seen coding coding_task contact contact_wish delivery draft invalid_box invitation journal"
			" letter_test mail_gate moderation objection place_total response staff_session urn verbatim"},
		{"keeper",
			"account api_key contact delivery invitation objection staff_session"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(walls); i++) {
		char *role SCOPED(free_char) = x_printf("barometre_%s", walls[i].role);
		struct db *db SCOPED(db_drop) = open_as(role);
		struct str list = str_of(walls[i].tables), word;

		while (str_cut(&list, ' ', &word)) {
			char *text SCOPED(free_char) = x_printf(
				"SELECT count(*) FROM barometre.%.*s", (int)word.n,
				word.p);

			if (may(db, text))
				fail_msg("%s may: %s", walls[i].role, text);
		}
	}
}

/* ---- functions, sequences, and what else a role could do ---- */

static void every_function_has_its_line(void **state)
{
	const char *names[COUNT_OF(functions)];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(functions); i++)
		names[i] = functions[i].name;
	list_is("functions",
		"SELECT proname::text AS t FROM pg_proc WHERE pronamespace = 'barometre'::regnamespace"
		" ORDER BY proname COLLATE \"C\"",
		names, COUNT_OF(names));
	for (size_t i = 0; i < COUNT_OF(functions); i++) {
		char *query SCOPED(free_char) = x_printf(
			"SELECT coalesce(string_agg(r, ' ' ORDER BY n), '') AS t FROM"
			" unnest('{web,staff,keeper,mailer}'::text[]) WITH ORDINALITY roles(r, n), pg_proc p"
			" WHERE p.pronamespace = 'barometre'::regnamespace AND p.proname = '%s'"
			" AND has_function_privilege('barometre_' || r, p.oid, 'EXECUTE')",
			functions[i].name);
		char *found SCOPED(free_char) = text_of(world.owner, query);

		if (strcmp(found, functions[i].roles) != 0)
			fail_msg(
				"%s: called by \"%s\", the table of this test says \"%s\"",
				functions[i].name, found, functions[i].roles);
	}
}

static void none(const char *what, const char *query)
{
	if (number(world.owner, query) != 0)
		fail_msg("%s", what);
}

#define OUR_ROLES \
 "(SELECT * FROM pg_roles WHERE rolname LIKE 'barometre\\_%' AND rolname <> 'barometre_owner')"

static void a_role_is_nothing_more(void **state)
{
	(void)state;
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM " OUR_ROLES " r"), 4);
	none("a role has powers of its own",
		"SELECT count(*) AS n FROM " OUR_ROLES
		" r WHERE rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls OR rolinherit");
	none("a role is a member of another",
		"SELECT count(*) AS n FROM pg_auth_members m JOIN " OUR_ROLES
		" r ON r.oid = m.member");
	none("a role owns something",
		"SELECT count(*) AS n FROM pg_shdepend d JOIN " OUR_ROLES
		" r ON r.oid = d.refobjid WHERE d.deptype = 'o' AND d.dbid ="
		" (SELECT oid FROM pg_database WHERE datname = current_database())");
	none("a role may make things in the schema or the database",
		"SELECT count(*) AS n FROM " OUR_ROLES
		" r WHERE has_schema_privilege(r.oid, 'barometre', 'CREATE') OR has_schema_privilege(r.oid, 'public',"
		" 'CREATE, USAGE') OR has_database_privilege(r.oid, current_database(), 'CREATE, TEMPORARY')");
	none("a role may use a sequence",
		"SELECT count(*) AS n FROM " OUR_ROLES
		" r, pg_class s WHERE s.relkind = 'S' AND s.relnamespace = 'barometre'::regnamespace"
		" AND has_sequence_privilege(r.oid, s.oid, 'USAGE, SELECT, UPDATE')");
	none("the public may do something here",
		"SELECT count(*) AS n FROM pg_class c, aclexplode(c.relacl) a"
		" WHERE c.relnamespace = 'barometre'::regnamespace AND a.grantee = 0");
}

static void what_is_made_later_is_closed_too(void **state)
{
	static const char *const attempts[] = {"CREATE TABLE public.mine (x int)",
		"CREATE TABLE barometre.mine (x int)", "CREATE TEMP TABLE mine (x int)",
		"SET ROLE barometre_keeper", "SELECT pg_read_file('/etc/passwd')",
		"COPY (SELECT 1) TO PROGRAM 'true'", "SELECT rolpassword FROM pg_authid",
		"SELECT lo_import('/etc/passwd')",
		"ALTER SYSTEM SET log_statement = 'all'"};

	(void)state;
	run(world.owner, "CREATE TABLE barometre.newcomer (x integer)");
	for (size_t r = 0; r < COUNT_OF(roles); r++) {
		char *role SCOPED(free_char) = x_printf("barometre_%s", roles[r]);
		struct db *db SCOPED(db_drop) = open_as(role);

		if (may(db, "SELECT x FROM barometre.newcomer"))
			fail_msg("%s reads a table that was granted to nobody", role);
		for (size_t i = 0; i < COUNT_OF(attempts); i++)
			if (!(r == 2 &&
				    str_starts(str_of(attempts[i]), STR("SET ROLE"))) &&
				may(db, attempts[i]))
				fail_msg("%s may: %s", role, attempts[i]);
	}
	run(world.owner, "DROP TABLE barometre.newcomer");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_table_has_its_line),
		cmocka_unit_test(each_role_can_do_what_its_line_says),
		cmocka_unit_test(what_can_be_read_is_what_is_listed),
		cmocka_unit_test(rows_that_tell_are_read_by_columns_only),
		cmocka_unit_test(the_walls_stand),
		cmocka_unit_test(every_function_has_its_line),
		cmocka_unit_test(a_role_is_nothing_more),
		cmocka_unit_test(what_is_made_later_is_closed_too),
	};
	return cmocka_run_group_tests(tests, world_begin, world_end);
}
