/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/store/privacy_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "sql_catalog.h"

/* The edition file. */

static bool wrong(const char *file, const char *key, const char *remedy, struct err *err)
{
	return err_set(err, ERR_INVALID, "%s: \"retention%s%s\" %s", file,
		*key ? "." : "", key, remedy);
}

static bool check_known(const json_t *retention, const char *file, struct err *err)
{
	static const char *const known[] = {"contacts", "journal_months", "wishes"};
	size_t found = 0;

	if (!json_is_object(retention))
		return wrong(file, "", "must be an object {…}", err);
	for (size_t i = 0; i < COUNT_OF(known); i++)
		found += json_object_get(retention, known[i]) != NULL;
	return found == json_object_size(retention)
		? true
		: wrong(file, "",
			  "has a key other than \"contacts\", \"journal_months\" and "
			  "\"wishes\": remove it",
			  err);
}

/* NULL when it is left out. */
static bool read_day(const json_t *retention, const char *key, const char *file,
	usec_t closes, const char *zone, const char **ret, struct err *err)
{
	const json_t *value = json_object_get(retention, key);
	struct civil day;

	*ret = NULL;
	if (!value)
		return true;
	if (!json_is_string(value) || !civil_parse_date(json_string_value(value), &day))
		return wrong(file, key, "must be a date such as \"2027-07-31\"", err);
	day.hour = 23;
	day.minute = day.second = 59;
	if (clock_instant(day, zone) < closes)
		return wrong(file, key, "must not be before \"closes\"", err);
	*ret = json_string_value(value);
	return true;
}

bool retention_define(struct db *db, const json_t *retention, const char *file,
	const char *edition, usec_t closes, const char *zone, struct err *err)
{
	const json_t *months = json_object_get(retention, "journal_months");
	const char *contacts = NULL, *wishes = NULL;
	struct db_params params = {0};

	if (!retention)
		return true;
	if (!check_known(retention, file, err) ||
		!read_day(retention, "contacts", file, closes, zone, &contacts, err) ||
		!read_day(retention, "wishes", file, closes, zone, &wishes, err))
		return false;
	if (months &&
		(!json_is_integer(months) || json_integer_value(months) < 1 ||
			json_integer_value(months) > 120))
		return wrong(file, "journal_months",
			"must be a whole number from 1 to 120", err);
	db_text_z(&params, edition);
	db_text_z(&params, contacts);
	if (months)
		db_i64(&params, json_integer_value(months));
	else
		db_null(&params);
	db_text_z(&params, wishes);
	return db_run(db, &SQL_PRIVACY_SET_RETENTION, &params, NULL, err);
}

static struct civil get_day(const struct db_rows *rows, size_t row, const char *column)
{
	SCOPED(free_char) char *text = str_dup(db_str(rows, row, column));
	struct civil day;

	must(civil_parse_date(text, &day)); /* to_char of a date */
	return day;
}

bool retention_load(struct db *db, struct editions *editions, struct err *err)
{
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	if (!db_run(db, &SQL_PRIVACY_RETENTION, NULL, &rows, err))
		return false;
	for (size_t i = 0; i < editions->count; i++)
		for (size_t row = 0; row < db_count(rows); row++)
			if (str_eq_z(
				    db_str(rows, row, "edition"), editions->list[i].code))
				editions->list[i].retention = (struct retention){
					.contacts_until = get_day(
						rows, row, "contacts_until"),
					.wishes_until = get_day(
						rows, row, "wishes_until"),
					.journal_months = (int)db_int(
						rows, row, "journal_months")};
	return true;
}

/* The purge. */

static struct retention_line *find_line(
	struct retention_report *report, struct str kind, struct str edition)
{
	for (size_t i = 0; i < report->count; i++)
		if (str_eq_z(kind, report->list[i].kind) &&
			str_eq_z(edition, report->list[i].edition))
			return &report->list[i];
	return NULL;
}

static struct retention_line *add_line(
	struct retention_report *report, struct str kind, struct str edition)
{
	struct retention_line *line;

	report->list = x_realloc(
		report->list, (report->count + 1) * sizeof(*report->list));
	line = &report->list[report->count++];
	*line = (struct retention_line){
		.kind = str_dup(kind), .edition = str_dup(edition)};
	return line;
}

static bool look(struct db *db, const struct sql *sql, struct retention_report *report,
	struct err *err)
{
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	if (!db_run(db, sql, NULL, &rows, err))
		return false;
	for (size_t i = 0; i < db_count(rows); i++) {
		struct retention_line *line = add_line(
			report, db_str(rows, i, "kind"), db_str(rows, i, "edition"));
		struct str until = db_str(rows, i, "until");

		(void)snprintf(
			line->until, sizeof(line->until), "%.*s", (int)until.n, until.p);
		line->before = line->after = db_int(rows, i, "total");
		line->due = db_int(rows, i, "due");
		line->held = db_int(rows, i, "held");
		line->leftover = db_int(rows, i, "leftover");
	}
	return true;
}

static bool purge(struct db *db, const struct sql *sql, struct retention_report *report,
	struct err *err)
{
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	if (!db_run(db, sql, NULL, &rows, err))
		return false;
	for (size_t i = 0; i < db_count(rows); i++) {
		struct str kind = db_str(rows, i, "kind"),
			   edition = db_str(rows, i, "edition");
		struct retention_line *line = find_line(report, kind, edition);

		if (!line)
			line = add_line(report, kind, edition);
		line->deleted = db_int(rows, i, "deleted");
		line->after = line->before - line->deleted;
	}
	return true;
}

bool retention_run(
	struct db *db, bool dry_run, struct retention_report *ret, struct err *err)
{
	struct retention_report report = {0};

	if (!look(db, &SQL_PRIVACY_STATE_PEOPLE, &report, err) ||
		!look(db, &SQL_PRIVACY_STATE_ANSWERS, &report, err) ||
		(!dry_run &&
			(!purge(db, &SQL_PRIVACY_PURGE_PEOPLE, &report, err) ||
				!purge(db, &SQL_PRIVACY_PURGE_ANSWERS, &report, err)))) {
		retention_report_release(&report);
		return false;
	}
	*ret = report;
	return true;
}

bool retention_verify(struct db *db, struct retention_report *report, struct err *err)
{
	struct retention_report now = {0};
	bool good = look(db, &SQL_PRIVACY_STATE_PEOPLE, &now, err) &&
		look(db, &SQL_PRIVACY_STATE_ANSWERS, &now, err);

	report->verified = good;
	for (size_t i = 0; good && i < now.count; i++)
		report->verified = report->verified && now.list[i].due == 0;
	for (size_t i = 0; good && i < report->count; i++) {
		struct retention_line *line = &report->list[i];
		const struct retention_line *found = find_line(
			&now, str_of(line->kind), str_of(line->edition));

		line->after = found ? found->before : 0;
	}
	retention_report_release(&now);
	return good;
}

/* VACUUM copies what an older snapshot might still see: one of this database, of an autovacuum's ANALYZE for one, or, as snapshots reach
 * back to the oldest transaction of the whole cluster, its own while another database has one that runs. So it is waited until every
 * transaction has ended that began before: from then on nobody can get such a snapshot, and then until those of this database
 * that were there at that moment are gone. Locks that a session holds in no transaction, as a rehearsal does, are not
 * theirs: each transaction holds one on its own virtualxid. */
static bool await_older_snapshots(struct db *owner, struct err *err)
{
	static const char wait[] =
		"DO $$ DECLARE since xid8 := pg_snapshot_xmax(pg_current_snapshot()); older text[];"
		" BEGIN FOR tenth IN 1..1800 LOOP"
		" IF older IS NULL AND pg_snapshot_xmin(pg_current_snapshot()) >= since THEN"
		" SELECT coalesce(array_agg(DISTINCT l.virtualtransaction), '{}') INTO older"
		" FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
		" WHERE a.datname = current_database() AND pid <> pg_backend_pid() AND l.locktype = 'virtualxid';"
		" END IF;"
		" IF older IS NOT NULL AND NOT EXISTS"
		" (SELECT FROM pg_locks WHERE virtualtransaction = ANY (older)) THEN RETURN; END IF;"
		" PERFORM pg_sleep(0.1);"
		" END LOOP;"
		" RAISE EXCEPTION USING ERRCODE = '55P03', MESSAGE = 'older transactions are still running';"
		" END $$";

	struct err why = {0};

	if (db_script(owner, wait, &why))
		return true;
	if (strstr(why.text, "55P03"))
		return err_set(err, ERR_BUSY,
			"a transaction of this PostgreSQL server has been running for minutes (a backup, another database): files may still hold "
			"what was erased; run this again when it has ended");
	return err_set(err, why.code, "%s", why.text);
}

bool retention_rewrite(struct db *owner, struct err *err)
{
	/* Not in the catalogue: VACUUM cannot be prepared, nor stand in a transaction. */
	static const char *const tables[] = {
		"VACUUM (FULL) barometre.contact",
		"VACUUM (FULL) barometre.invitation",
		"VACUUM (FULL) barometre.contact_wish",
		"VACUUM (FULL) barometre.staff_session",
		"VACUUM (FULL) barometre.keeper_task",
		"VACUUM (FULL) barometre.bounce_seen",
		"VACUUM (FULL) barometre.objection_request",
		"VACUUM (FULL) barometre.letter_test",
		"VACUUM (FULL) barometre.journal",
	};

	if (!await_older_snapshots(owner, err))
		return false;
	for (size_t i = 0; i < COUNT_OF(tables); i++)
		if (!db_script(owner, tables[i], err))
			return false;
	return true;
}

void retention_report_release(struct retention_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		free(report->list[i].kind);
		free(report->list[i].edition);
	}
	free(report->list);
	*report = (struct retention_report){0};
}
