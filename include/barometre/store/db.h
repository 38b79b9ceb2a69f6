/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db.h - the only door to libpq: parameters, rows, blocking connections (commands, keeper) and a pool on the loop.
 *
 * Every statement goes by PQexecParams/PQsendQueryParams: no value is ever part of the text, so none shows in
 * pg_stat_activity. Of a server error only the SQLSTATE is kept (its DETAIL prints rows): "database error 23505".
 * SQLSTATEs of ours, all ERR_CONFLICT: BR001 the edition is not open; BR002 already counted; BR003 the state does not
 * allow it; BR005 totals do not agree; BR006 custodians not verified. P0002 is ERR_MISSING. 08xxx, 57P01.., 57014 (statement_timeout), 53300, 40001, 40P01 and a lost
 * connection are ERR_BUSY; everything else is ERR_BROKEN.
 * application_name is "barometre" of a blocking connection and "barometre serve" of a pool's.
 * No prepared statements and no session state, so that a pooler (PgBouncer) may stand between.
 */
#ifndef BAROMETRE_STORE_DB_H
#define BAROMETRE_STORE_DB_H

#include "barometre/base/buf.h"
#include "barometre/base/loop.h"
#include "barometre/base/secret.h"
#include "barometre/store/sql.h"

#define DB_MAX_PARAMS 24

/* Parameters, in order; each copies what it is given. Zero-initialise; db_params_release wipes. */
struct db_params {
	int count;
	char *value[DB_MAX_PARAMS];
	int length[DB_MAX_PARAMS], format[DB_MAX_PARAMS];
};
void db_text(struct db_params *, struct str);
void db_text_z(struct db_params *, const char *); /* NULL is SQL NULL */
void db_bytes(struct db_params *, const void *, size_t);
void db_i64(struct db_params *, int64_t);
void db_bool(struct db_params *, bool);
void db_uuid(struct db_params *, const struct id16 *);
void db_time(struct db_params *, usec_t); /* timestamptz */
void db_null(struct db_params *);
void db_text_array(struct db_params *, const struct str *,
	size_t); /* an item with p == NULL is NULL */
void db_bytes_array(struct db_params *, const struct str *, size_t); /* the same */
void db_uuid_array(struct db_params *, const struct id16 *, size_t);
void db_i64_array(
	struct db_params *, const int64_t *, size_t); /* bigint[]; DB_NULL_I64 is NULL */
#define DB_NULL_I64 INT64_MIN
void db_params_release(struct db_params *);

struct db_rows; /* result; columns by name; a wrong name is our bug (must) */
size_t db_count(const struct db_rows *);
int64_t db_affected(const struct db_rows *);
bool db_is_null(const struct db_rows *, size_t row, const char *column);
struct str db_str(const struct db_rows *, size_t row,
	const char *column); /* borrowed; NULL gives "" */
int64_t db_int(const struct db_rows *, size_t row, const char *column);
bool db_true(const struct db_rows *, size_t row, const char *column);
usec_t db_usec(const struct db_rows *, size_t row,
	const char *column); /* a bigint of microseconds */
bool db_get_bytes(const struct db_rows *, size_t row, const char *column, struct buf *out)
	MUST_USE; /* bytea */
void db_get_uuid(
	const struct db_rows *, size_t row, const char *column, struct id16 *ret);
void db_rows_free(struct db_rows *);
DEFINE_DROP(db_rows_drop, struct db_rows, db_rows_free)

/* Blocking connection. `conninfo` as in the config file; `role` NULL keeps its user. */
struct db;
struct db *db_open(const char *conninfo, const char *role, struct err *) MUST_USE;
void db_close(struct db *);
DEFINE_DROP(db_drop, struct db, db_close)
/* Consumes (releases) the parameters, also on failure. ret_rows may be NULL. */
bool db_run(struct db *, const struct sql *, struct db_params *,
	struct db_rows **ret_rows, struct err *) MUST_USE;
/* Several statements without parameters: migrations, transaction control. */
bool db_script(struct db *, const char *text, struct err *) MUST_USE;
bool db_begin(struct db *, struct err *) MUST_USE;
bool db_commit(struct db *, struct err *) MUST_USE;
void db_rollback(struct db *);
/* Ends the transaction as `good` says: commits, or rolls back and returns false with the err of before. */
bool db_end(struct db *, bool good, struct err *) MUST_USE;

/* Pool on the loop: `connections` connections, opened as needed, reopened with back-off (0.2 s … 5 s). Calls wait in order,
 * at most DB_QUEUE_LIMIT (then ERR_BUSY), and each has a deadline (ERR_BUSY). */
#define DB_QUEUE_LIMIT 4096
struct db_pool;
#define DB_STATEMENT_TIMEOUT_MS 30000 /* of a pool; a blocking connection has none */
typedef void db_done_fn(void *arg, struct db_rows *rows,
	const struct err *err); /* rows NULL when err; freed after the call */
struct db_pool *db_pool_new(
	struct loop *, const char *conninfo, const char *role, int connections);
void db_pool_free(struct db_pool *); /* pending calls are dropped in silence */
/* `done` runs exactly once, never before db_call has returned. Consumes the parameters. `deadline` is a span from now;
 * after it the statement may still take effect. The call is gone when `done` has returned. */
struct db_call *db_call(struct db_pool *, const struct sql *, struct db_params *,
	usec_t deadline, db_done_fn *, void *arg);
/* Silence from now on (the statement may still run). */
void db_call_cancel(struct db_call *);
/* Is there a connection at this moment? A new pool tries to have one from the start. */
bool db_pool_is_up(const struct db_pool *);

#endif
