/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections of one role on the loop.
 *
 *	DOWN --start_connecting--> CONNECTING --opened--> IDLE --send_call--> BUSY --end_of_results--> IDLE
 *	  ^                             |                  |                   |
 *	  +------- conn_lost (back-off of the pool) -------+-------------------+
 *
 * One connection is being made at a time, so that a database that is away is asked once every back-off,
 * not by every connection. A call whose deadline has passed leaves its connection BUSY without a call: the
 * answer is read and thrown away, or, when none comes, the connection is given up.
 */
#include <stdlib.h>

#include "barometre/base/log.h"
#include "call_private.h"
#include "db_private.h"

#define CONNECT_TIMEOUT (10 * USEC_PER_SEC)
#define BACKOFF_FIRST (USEC_PER_SEC / 5)
#define BACKOFF_MAX (5 * USEC_PER_SEC)
/* The server ends every statement by then; a connection that is still mute is dead. */
#define DRAIN_TIMEOUT (DB_STATEMENT_TIMEOUT_MS * (USEC_PER_SEC / 1000) + 5 * USEC_PER_SEC)

enum conn_state {
	CONN_DOWN,
	CONN_CONNECTING,
	CONN_IDLE,
	CONN_BUSY
};

struct conn {
	struct db_pool *pool;
	enum conn_state state;
	PGconn *pg;
	struct watch *watch;
	struct timer *timer;  /* connecting, or draining */
	struct db_call *call; /* whose answer is awaited; NULL while draining */
	PGresult *result;     /* the one to hand over at the end of results */
};

enum call_state {
	CALL_QUEUED,
	CALL_SENT,
	CALL_FINISHED
};

struct db_call {
	struct db_pool *pool;
	struct conn *conn; /* when sent */
	enum call_state state;
	struct db_call *next, *previous; /* queued */
	const struct sql *sql;
	struct db_params params;
	struct timer *deadline;
	db_done_fn *done; /* NULL: silent */
	void *arg;
	bool owns_arg, refused;
};

struct db_pool {
	struct loop *loop;
	char *conninfo, *role;
	struct conn *conns;
	int conn_count;
	struct db_call *first, *last; /* queued, in order */
	int queued;
	struct timer *pump_timer, *backoff_timer;
	bool backing_off, freed;
	usec_t backoff;
};

static void on_conn_event(void *arg, bool readable, bool writable);
static void on_conn_timer(void *arg);
static void pump(void *arg);
static void conn_lost(struct conn *);

/* Calls. */

static void call_destroy(void *arg)
{
	struct db_call *call = arg;

	if (call->owns_arg)
		free(call->arg);
	free(call);
}

static void queue_remove(struct db_call *call)
{
	struct db_pool *pool = call->pool;

	*(call->previous ? &call->previous->next : &pool->first) = call->next;
	*(call->next ? &call->next->previous : &pool->last) = call->previous;
	call->next = call->previous = NULL;
	pool->queued--;
}

/* Takes it from wherever it is; its memory lasts to the end of the turn. */
static void call_detach(struct db_call *call)
{
	if (call->state == CALL_QUEUED)
		queue_remove(call);
	if (call->state == CALL_SENT) {
		call->conn->call = NULL;
		timer_start(call->conn->timer, DRAIN_TIMEOUT, false);
	}
	call->state = CALL_FINISHED;
	timer_free(call->deadline);
	call->deadline = NULL;
	db_params_release(&call->params);
	loop_free_later(call->pool->loop, call_destroy, call);
}

/* Ends a call. `done` may free the pool. */
static void call_finish(struct db_call *call, struct db_rows *rows, const struct err *err)
{
	db_done_fn *done = call->done;

	call->done = NULL;
	call_detach(call);
	if (done)
		done(call->arg, rows, err);
	db_rows_free(rows);
}

static void call_fail(struct db_call *call, const char *why)
{
	struct err err = {0};

	(void)err_set(&err, ERR_BUSY, "%s in %s", why, call->sql->name);
	call_finish(call, NULL, &err);
}

static void on_deadline(void *arg)
{
	call_fail(arg, "the database did not answer in time");
}

struct db_call *db_call(struct db_pool *pool, const struct sql *sql,
	struct db_params *params, usec_t deadline, db_done_fn *done, void *arg)
{
	struct db_call *call = x_calloc(1, sizeof(*call));

	must(!pool->freed);
	call->pool = pool;
	call->sql = sql;
	if (params) {
		call->params = *params;
		*params = (struct db_params){0};
	}
	call->done = done;
	call->arg = arg;
	call->refused = pool->queued >= DB_QUEUE_LIMIT;
	call->deadline = timer_new(pool->loop, on_deadline, call);
	timer_start(call->deadline, deadline, false);
	call->previous = pool->last;
	*(pool->last ? &pool->last->next : &pool->first) = call;
	pool->last = call;
	pool->queued++;
	timer_start(pool->pump_timer, 0, false);
	return call;
}

struct db_call *db_call_owning(struct db_pool *pool, const struct sql *sql,
	struct db_params *params, usec_t deadline, db_done_fn *done, void *arg)
{
	struct db_call *call = db_call(pool, sql, params, deadline, done, arg);
	call->owns_arg = true;
	return call;
}

void db_call_cancel(struct db_call *call)
{
	if (!call || call->state == CALL_FINISHED)
		return;
	call->done = NULL;
	call_detach(call);
}

/* Connections. */

static void conn_close(struct conn *conn)
{
	timer_stop(conn->timer);
	watch_free(conn->watch);
	conn->watch = NULL;
	PQclear(conn->result);
	conn->result = NULL;
	PQfinish(conn->pg);
	conn->pg = NULL;
	conn->state = CONN_DOWN;
}

/* libpq may have changed its socket since the last step, so the watch is made anew. */
static void conn_watch(struct conn *conn, bool readable, bool writable)
{
	watch_free(conn->watch);
	conn->watch = watch_new(
		conn->pool->loop, PQsocket(conn->pg), on_conn_event, conn);
	watch_set(conn->watch, readable, writable);
}

static void connect_failed(struct conn *conn)
{
	struct db_pool *pool = conn->pool;
	struct err err = {0};

	(void)db_connect_error(conn->pg, &err);
	log_warning("database.away", F_TEXT("role", pool->role ? pool->role : "-"),
		F_COUNT("retry_ms", pool->backoff / 1000), F_ERR(&err));
	conn_lost(conn);
}

static void connect_step(struct conn *conn)
{
	switch (PQconnectPoll(conn->pg)) {
	case PGRES_POLLING_READING:
		conn_watch(conn, true, false);
		break;
	case PGRES_POLLING_WRITING:
		conn_watch(conn, false, true);
		break;
	case PGRES_POLLING_OK:
		db_connection_quiet(conn->pg);
		if (PQsetnonblocking(conn->pg, 1) != 0) {
			connect_failed(conn);
			break;
		}
		timer_stop(conn->timer);
		conn->state = CONN_IDLE;
		conn->pool->backoff = BACKOFF_FIRST;
		conn_watch(conn, true, false);
		timer_start(conn->pool->pump_timer, 0, false);
		break;
	case PGRES_POLLING_FAILED:
	case PGRES_POLLING_ACTIVE:
	default:
		connect_failed(conn);
		break;
	}
}

static void start_connecting(struct conn *conn)
{
	struct db_pool *pool = conn->pool;
	struct db_target target;

	db_target_init(&target, pool->conninfo, pool->role, "barometre serve",
		DB_STATEMENT_TIMEOUT_MS);
	conn->pg = PQconnectStartParams(target.keys, target.values, 1);
	db_target_release(&target);
	must(conn->pg);
	conn->state = CONN_CONNECTING;
	if (PQstatus(conn->pg) == CONNECTION_BAD) {
		connect_failed(conn);
		return;
	}
	timer_start(conn->timer, CONNECT_TIMEOUT, false);
	/* PQconnectPoll begins as if it had said "writing". */
	conn_watch(conn, false, true);
}

/* The statement may have been committed or not: only the caller knows whether it may be tried again. */
static void conn_lost(struct conn *conn)
{
	struct db_pool *pool = conn->pool;
	struct db_call *call = conn->call;

	conn->call = NULL;
	conn_close(conn);
	if (!pool->backing_off) {
		pool->backing_off = true;
		timer_start(pool->backoff_timer, pool->backoff, false);
		pool->backoff = pool->backoff * 2 < BACKOFF_MAX ? pool->backoff * 2
								: BACKOFF_MAX;
	}
	if (call) {
		call->state = CALL_FINISHED; /* nothing to detach from any more */
		call_fail(call, "the connection to the database was lost");
	}
}

static void on_conn_timer(void *arg)
{
	struct conn *conn = arg;

	if (conn->state == CONN_CONNECTING)
		connect_failed(conn);
	else
		conn_lost(conn);
}

static void send_call(struct conn *conn, struct db_call *call)
{
	queue_remove(call);
	call->state = CALL_SENT;
	call->conn = conn;
	conn->call = call;
	conn->state = CONN_BUSY;
	struct db_params *params = &call->params;
	int sent = PQsendQueryParams(conn->pg, call->sql->text, params->count, NULL,
		(const char *const *)params->value, params->length, params->format, 0);
	int left = sent ? PQflush(conn->pg) : -1;
	db_params_release(params);
	if (left < 0)
		conn_lost(conn);
	else
		watch_set(conn->watch, true, left > 0);
}

/* Idle again, then the answer is handed over: `done` may ask for more, or free the pool. */
static void end_of_results(struct conn *conn)
{
	struct db_call *call = conn->call;
	PGresult *result = conn->result;

	conn->call = NULL;
	conn->result = NULL;
	conn->state = CONN_IDLE;
	timer_stop(conn->timer);
	watch_set(conn->watch, true, false);
	timer_start(conn->pool->pump_timer, 0, false);
	if (!call) {
		PQclear(result);
		return;
	}
	call->state = CALL_FINISHED;
	if (db_result_is_good(result)) {
		call_finish(call, db_rows_of(result), NULL);
		return;
	}
	struct err err = {0};
	(void)db_result_error(result, call->sql->name, &err);
	PQclear(result);
	call_finish(call, NULL, &err);
}

/* The first error wins over what follows it. */
static void keep_result(struct conn *conn, PGresult *result)
{
	if (conn->result && !db_result_is_good(conn->result)) {
		PQclear(result);
		return;
	}
	PQclear(conn->result);
	conn->result = result;
}

static void read_results(struct conn *conn)
{
	if (!PQconsumeInput(conn->pg)) {
		conn_lost(conn);
		return;
	}
	if (conn->state == CONN_IDLE) {
		(void)PQisBusy(conn->pg); /* reads what came */
		/* Only a notice, or the server's farewell, can come unasked. */
		if (PQstatus(conn->pg) == CONNECTION_BAD)
			conn_lost(conn);
		return;
	}
	while (!PQisBusy(conn->pg)) {
		PGresult *result = PQgetResult(conn->pg);
		if (result) {
			keep_result(conn, result);
			continue;
		}
		if (PQstatus(conn->pg) == CONNECTION_BAD)
			conn_lost(conn);
		else
			end_of_results(conn);
		return;
	}
}

static void on_conn_event(void *arg, bool readable, bool writable)
{
	struct conn *conn = arg;

	if (conn->state == CONN_CONNECTING) {
		connect_step(conn);
		return;
	}
	if (writable) {
		int left = PQflush(conn->pg);
		if (left < 0) {
			conn_lost(conn);
			return;
		}
		watch_set(conn->watch, true, left > 0);
	}
	if (readable)
		read_results(conn);
}

/* The pool. */

static struct conn *find_conn(struct db_pool *pool, enum conn_state state)
{
	for (int i = 0; i < pool->conn_count; i++) {
		if (pool->conns[i].state == state)
			return &pool->conns[i];
	}
	return NULL;
}

static void refuse_calls(struct db_pool *pool)
{
	for (struct db_call *call = pool->last; call && !pool->freed;) {
		struct db_call *previous = call->previous;
		if (!call->refused)
			break; /* refused ones stand at the end */
		/* `done` may add calls behind; it may also cancel the one before. */
		call_fail(call, "too many statements are waiting");
		call = previous && previous->state == CALL_QUEUED ? previous : NULL;
	}
}

/* Gives waiting calls to idle connections, and opens one more when there is too few. */
static void pump(void *arg)
{
	struct db_pool *pool = arg;
	struct conn *conn = NULL;

	refuse_calls(pool);
	while (!pool->freed && pool->first && (conn = find_conn(pool, CONN_IDLE)))
		send_call(conn, pool->first);
	if (pool->freed || pool->backing_off || find_conn(pool, CONN_CONNECTING))
		return;
	if (pool->first || !db_pool_is_up(pool)) {
		conn = find_conn(pool, CONN_DOWN);
		if (conn)
			start_connecting(conn);
	}
}

static void on_backoff_end(void *arg)
{
	struct db_pool *pool = arg;

	pool->backing_off = false;
	pump(pool);
}

struct db_pool *db_pool_new(
	struct loop *loop, const char *conninfo, const char *role, int connections)
{
	struct db_pool *pool = x_calloc(1, sizeof(*pool));

	must(connections > 0);
	pool->loop = loop;
	pool->conninfo = x_strdup(conninfo);
	pool->role = role ? x_strdup(role) : NULL;
	pool->conn_count = connections;
	pool->conns = x_calloc((size_t)connections, sizeof(*pool->conns));
	for (int i = 0; i < connections; i++) {
		pool->conns[i].pool = pool;
		pool->conns[i].timer = timer_new(loop, on_conn_timer, &pool->conns[i]);
	}
	pool->backoff = BACKOFF_FIRST;
	pool->pump_timer = timer_new(loop, pump, pool);
	pool->backoff_timer = timer_new(loop, on_backoff_end, pool);
	timer_start(pool->pump_timer, 0, false);
	return pool;
}

static void pool_destroy(void *arg)
{
	struct db_pool *pool = arg;

	free(pool->conns);
	free(pool->conninfo);
	free(pool->role);
	free(pool);
}

void db_pool_free(struct db_pool *pool)
{
	if (!pool || pool->freed)
		return;
	while (pool->first)
		db_call_cancel(pool->first);
	for (int i = 0; i < pool->conn_count; i++) {
		struct conn *conn = &pool->conns[i];
		if (conn->call)
			db_call_cancel(conn->call);
		conn_close(conn);
		timer_free(conn->timer);
	}
	timer_free(pool->pump_timer);
	timer_free(pool->backoff_timer);
	pool->freed = true;
	/* It may be freed from within a `done`, whose caller still looks at `freed`. */
	loop_free_later(pool->loop, pool_destroy, pool);
}

bool db_pool_is_up(const struct db_pool *pool)
{
	for (int i = 0; i < pool->conn_count; i++) {
		if (pool->conns[i].state == CONN_IDLE ||
			pool->conns[i].state == CONN_BUSY)
			return true;
	}
	return false;
}
