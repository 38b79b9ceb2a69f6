/* SPDX-License-Identifier: Apache-2.0 */
/* Blocking connections, and how every connection is made. */
#include <stdlib.h>

#include "db_private.h"

struct db {
	PGconn *conn;
};

/* The options a conninfo asks for itself, to be kept beside ours. Fresh, or NULL. */
static char *own_options(const char *conninfo)
{
	char *options = NULL;
	PQconninfoOption *list = PQconninfoParse(conninfo, NULL);

	for (PQconninfoOption *o = list; o && o->keyword; o++) {
		if (str_eq_z(STR("options"), o->keyword) && o->val)
			options = x_strdup(o->val);
	}
	PQconninfoFree(list);
	return options;
}

void db_target_init(struct db_target *target, const char *conninfo, const char *role,
	const char *application_name, int statement_timeout_ms)
{
	char *own SCOPED(free_char) = own_options(conninfo);
	size_t n = 0;

	target->options = x_printf("%s%s-c statement_timeout=%d", own ? own : "",
		own ? " " : "", statement_timeout_ms);
	target->keys[n] = "dbname"; /* the whole string, expanded; what follows wins */
	target->values[n++] = conninfo;
	target->keys[n] = "options";
	target->values[n++] = target->options;
	target->keys[n] = "client_encoding";
	target->values[n++] = "UTF8";
	target->keys[n] = "application_name";
	target->values[n++] = application_name;
	if (role) {
		target->keys[n] = "user";
		target->values[n++] = role;
	}
	target->keys[n] = NULL;
	target->values[n] = NULL;
}

void db_target_release(struct db_target *target)
{
	free(target->options);
	target->options = NULL;
}

static void drop_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

void db_connection_quiet(PGconn *conn)
{
	PQsetErrorVerbosity(conn, PQERRORS_SQLSTATE);
	PQsetNoticeReceiver(conn, drop_notice, NULL);
}

bool db_connect_error(PGconn *conn, struct err *err)
{
	struct str reason = str_of(conn ? PQerrorMessage(conn) : NULL), line;

	if (!str_cut(&reason, '\n', &line))
		line = STR("no reason given");
	return err_set(err, ERR_BUSY, "the database cannot be reached: %.*s",
		(int)(line.n < 200 ? line.n : 200), line.p);
}

struct db *db_open(const char *conninfo, const char *role, struct err *err)
{
	struct db_target target;

	db_target_init(&target, conninfo, role, "barometre", 0);
	PGconn *conn = PQconnectdbParams(target.keys, target.values, 1);
	db_target_release(&target);
	if (PQstatus(conn) != CONNECTION_OK) {
		(void)db_connect_error(conn, err);
		PQfinish(conn);
		return NULL;
	}
	db_connection_quiet(conn);
	struct db *db = x_alloc(sizeof(*db));
	db->conn = conn;
	return db;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	PQfinish(db->conn);
	free(db);
}

bool db_run(struct db *db, const struct sql *sql, struct db_params *params,
	struct db_rows **ret_rows, struct err *err)
{
	struct db_params none = {0};

	if (!params)
		params = &none;
	PGresult *result = PQexecParams(db->conn, sql->text, params->count, NULL,
		(const char *const *)params->value, params->length, params->format, 0);
	db_params_release(params);
	if (!db_result_is_good(result)) {
		(void)db_result_error(result, sql->name, err);
		PQclear(result);
		return false;
	}
	if (ret_rows)
		*ret_rows = db_rows_of(result);
	else
		PQclear(result);
	return true;
}

static bool run_script(struct db *db, const char *text, const char *name, struct err *err)
{
	PGresult *result = PQexec(db->conn, text);
	bool good = db_result_is_good(result);

	if (!good)
		(void)db_result_error(result, name, err);
	PQclear(result);
	return good;
}

bool db_script(struct db *db, const char *text, struct err *err)
{
	return run_script(db, text, "a script", err);
}

bool db_begin(struct db *db, struct err *err)
{
	return run_script(db, "BEGIN", "begin", err);
}

/* COMMIT of a transaction that failed is answered "ROLLBACK" and no error. */
bool db_commit(struct db *db, struct err *err)
{
	PGresult *result = PQexec(db->conn, "COMMIT");
	bool good = db_result_is_good(result);

	if (!good)
		(void)db_result_error(result, "commit", err);
	else if (!str_eq_z(STR("COMMIT"), PQcmdStatus(result)))
		good = err_set(
			err, ERR_BROKEN, "the transaction had failed before its end");
	PQclear(result);
	return good;
}

void db_rollback(struct db *db)
{
	PQclear(PQexec(db->conn, "ROLLBACK"));
}

bool db_end(struct db *db, bool good, struct err *err)
{
	if (good)
		return db_commit(db, err);
	db_rollback(db);
	return false;
}
