/* SPDX-License-Identifier: Apache-2.0 */
/* The libpq door: values in and out, the pool on the loop. */
#include "support.h"

static struct waiting waiting;

struct reply {
	int told;
	bool failed;
	enum err_code code;
	int64_t n;
	char text[400];
};

static int order[64];
static int order_count;

static void on_reply(void *arg, struct db_rows *rows, const struct err *err)
{
	struct reply *reply = arg;

	reply->told++;
	reply->failed = err != NULL;
	reply->code = err ? err->code : ERR_NONE;
	if (err)
		(void)snprintf(reply->text, sizeof(reply->text), "%s", err->text);
	else
		reply->n = db_int(rows, 0, "n");
	if (!err && order_count < (int)COUNT_OF(order))
		order[order_count++] = (int)reply->n;
	happened(&waiting);
}

static const struct sql echo = {"test/echo", "SELECT $1::bigint AS n"};
static const struct sql slow = {"test/slow", "SELECT 1 AS n FROM pg_sleep(20)"};
static const struct sql broken = {"test/broken", "SELECT 1 / 0 AS n"};

static struct db_call *ask(
	struct db_pool *pool, int64_t n, usec_t deadline, struct reply *reply)
{
	struct db_params params = {0};

	db_i64(&params, n);
	return db_call(pool, &echo, &params, deadline, on_reply, reply);
}

static struct db_pool *begin(const char *conninfo, int connections)
{
	waiting = (struct waiting){.loop = loop_new()};
	order_count = 0;
	return db_pool_new(waiting.loop, conninfo, "barometre_web", connections);
}

static void end(struct db_pool *pool)
{
	db_pool_free(pool);
	loop_free(waiting.loop);
}

static void values_come_back_as_they_went(void **state)
{
	static const struct sql all = {"test/all",
		"SELECT $1::text AS t, $2::bytea AS b, $3::bigint AS i, $4::boolean AS y,"
		" $5::uuid AS u, (extract(epoch FROM $6::timestamptz) * 1000000)::bigint AS at,"
		" $7::text IS NULL AS void, array_to_string($8::text[], '|', 'NULL') AS ts,"
		" encode(($9::bytea[])[1], 'hex') || coalesce(encode(($9::bytea[])[2], 'hex'),"
		" 'NULL') AS bs, ($10::uuid[])[2]::text AS us,"
		" array_to_string($11::bigint[], '|', 'NULL') AS ns,"
		" cardinality($12::text[])::bigint AS none"};
	static const usec_t instants[] = {0, 1, -1, 1798761599999999, -2208988800000000,
		951782400000000 /* 29 February 2000 */};

	(void)state;
	for (size_t k = 0; k < COUNT_OF(instants); k++) {
		struct db_params p = {0};
		struct db_rows *rows SCOPED(db_rows_drop) = NULL;
		const struct id16 ids[] = {id_of("x", 1), id_of("x", 2)};
		const char bytes[] = {0, 1, (char)0xff, '\\', '\''};
		const struct str texts[] = {
			STR("a"), {NULL, 0}, STR("é\"{},\\"), STR("")};
		const struct str blobs[] = {{bytes, sizeof(bytes)}, {NULL, 0}};
		const int64_t numbers[] = {INT64_MAX, -2, DB_NULL_I64};
		struct buf out SCOPED(buf_release) = BUF_LIMIT(100);
		struct id16 id;
		char uuid[37];

		db_text(&p, STR("l’été « ; '"));
		db_bytes(&p, bytes, sizeof(bytes));
		db_i64(&p, INT64_MIN + 1);
		db_bool(&p, true);
		db_uuid(&p, &ids[0]);
		db_time(&p, instants[k]);
		db_text_z(&p, NULL);
		db_text_array(&p, texts, COUNT_OF(texts));
		db_bytes_array(&p, blobs, COUNT_OF(blobs));
		db_uuid_array(&p, ids, COUNT_OF(ids));
		db_i64_array(&p, numbers, COUNT_OF(numbers));
		db_text_array(&p, NULL, 0);
		ok(db_run(world.owner, &all, &p, &rows, err));
		assert_int_equal(p.count, 0); /* consumed */
		assert_true(str_eq(db_str(rows, 0, "t"), STR("l’été « ; '")));
		assert_true(db_get_bytes(rows, 0, "b", &out));
		assert_true(str_eq(buf_str(&out), (struct str){bytes, sizeof(bytes)}));
		assert_true(db_int(rows, 0, "i") == INT64_MIN + 1);
		assert_true(db_true(rows, 0, "y"));
		db_get_uuid(rows, 0, "u", &id);
		assert_memory_equal(&id, &ids[0], sizeof(id));
		assert_true(db_usec(rows, 0, "at") == instants[k]);
		assert_true(db_true(rows, 0, "void"));
		assert_true(str_eq(db_str(rows, 0, "ts"), STR("a|NULL|é\"{},\\|")));
		assert_true(str_eq(db_str(rows, 0, "bs"), STR("0001ff5c27NULL")));
		uuid_write(uuid, &ids[1]);
		assert_string_equal(db_str(rows, 0, "us").p, uuid);
		assert_string_equal(
			db_str(rows, 0, "ns").p, "9223372036854775807|-2|NULL");
		assert_int_equal(db_int(rows, 0, "none"), 0);
	}
}

static void the_smallest_number_is_read(void **state)
{
	(void)state;
	assert_true(number(world.owner, "SELECT (-9223372036854775808)::bigint AS n") ==
		INT64_MIN);
}

static void an_error_tells_its_state_and_never_a_value(void **state)
{
	static const struct sql twice = {
		"test/twice", "INSERT INTO barometre.objection VALUES ($1), ($1)"};
	struct db_params p = {0};
	struct err err = {0};
	struct hash32 hash = hash_of("secret", 1);

	(void)state;
	db_bytes(&p, hash.b, sizeof(hash.b));
	assert_false(db_run(world.owner, &twice, &p, NULL, &err));
	assert_string_equal(err.text, "database error 23505 in test/twice");
}

static void a_failed_transaction_cannot_be_committed(void **state)
{
	(void)state;
	ok(db_begin(world.owner, err));
	refused(ERR_BROKEN, db_run(world.owner, &broken, NULL, NULL, err));
	refused(ERR_BROKEN, db_commit(world.owner, err));
	assert_int_equal(number(world.owner, "SELECT 1 AS n"), 1);
}

static void a_closed_door_is_busy(void **state)
{
	struct db *db = NULL;

	(void)state;
	refused(ERR_BUSY,
		(db = db_open("host=/nonexistent-folder dbname=x", NULL, err)) != NULL);
}

static void calls_are_answered_in_order_on_one_connection(void **state)
{
	struct reply replies[20] = {{0}};
	struct db_pool *pool = begin(world.conninfo, 1);

	(void)state;
	waiting.left = COUNT_OF(replies);
	for (size_t i = 0; i < COUNT_OF(replies); i++) {
		(void)ask(pool, (int64_t)i, USEC_PER_MIN, &replies[i]);
		assert_int_equal(replies[i].told, 0);
	}
	wait_for(&waiting);
	assert_true(db_pool_is_up(pool));
	for (int i = 0; i < (int)COUNT_OF(replies); i++) {
		assert_int_equal(replies[i].told, 1);
		assert_int_equal(order[i], i);
	}
	end(pool);
}

static void one_broken_statement_does_not_disturb_the_next(void **state)
{
	struct reply bad = {0}, good = {0};
	struct db_pool *pool = begin(world.conninfo, 1);

	(void)state;
	waiting.left = 2;
	(void)db_call(pool, &broken, NULL, USEC_PER_MIN, on_reply, &bad);
	(void)ask(pool, 7, USEC_PER_MIN, &good);
	wait_for(&waiting);
	assert_int_equal(bad.code, ERR_BROKEN);
	assert_string_equal(bad.text, "database error 22012 in test/broken");
	assert_int_equal(good.n, 7);
	end(pool);
}

static void a_deadline_frees_the_caller_and_other_connections_go_on(void **state)
{
	struct reply late = {0}, good = {0};
	struct db_pool *pool = begin(world.conninfo, 2);

	(void)state;
	waiting.left = 2;
	(void)db_call(pool, &slow, NULL, USEC_PER_SEC / 20, on_reply, &late);
	(void)ask(pool, 8, USEC_PER_MIN, &good);
	wait_for(&waiting);
	assert_int_equal(late.code, ERR_BUSY);
	assert_int_equal(good.n, 8);
	end(pool);
}

static void a_cancelled_call_is_silent(void **state)
{
	struct reply queued = {0}, running = {0}, good = {0};
	struct db_pool *pool = begin(world.conninfo, 2);

	(void)state;
	waiting.left = 1;
	struct db_call *slow_call = db_call(
		pool, &slow, NULL, USEC_PER_MIN, on_reply, &running);
	struct db_call *call = ask(pool, 1, USEC_PER_MIN, &queued);
	db_call_cancel(call);
	(void)ask(pool, 9, USEC_PER_MIN, &good);
	wait_for(&waiting);
	db_call_cancel(slow_call);
	assert_int_equal(good.n, 9);
	assert_int_equal(queued.told + running.told, 0);
	end(pool);
}

static void an_unreachable_database_is_busy_at_the_deadline(void **state)
{
	struct reply reply = {0};
	struct db_pool *pool = begin("host=/nonexistent-folder dbname=x", 2);

	(void)state;
	waiting.left = 1;
	(void)ask(pool, 1, USEC_PER_SEC / 2, &reply);
	wait_for(&waiting);
	assert_int_equal(reply.code, ERR_BUSY);
	assert_false(db_pool_is_up(pool));
	end(pool);
}

static void a_lost_connection_is_made_again(void **state)
{
	struct reply first = {0}, lost = {0}, second = {0};
	struct db_pool *pool = begin(world.conninfo, 1);

	(void)state;
	waiting.left = 1;
	(void)ask(pool, 1, USEC_PER_MIN, &first);
	wait_for(&waiting);
	/* The death of the statement's own connection, seen from inside. */
	static const struct sql suicide = {"test/suicide",
		"SELECT pg_terminate_backend(pg_backend_pid())::int AS n"};
	waiting.left = 1;
	(void)db_call(pool, &suicide, NULL, USEC_PER_MIN, on_reply, &lost);
	wait_for(&waiting);
	assert_int_equal(lost.code, ERR_BUSY);
	waiting.left = 1;
	(void)ask(pool, 2, USEC_PER_MIN, &second);
	wait_for(&waiting);
	assert_int_equal(second.n, 2);
	end(pool);
}

static void too_many_waiting_calls_are_refused(void **state)
{
	enum {
		MORE = 3
	};
	static struct reply replies[DB_QUEUE_LIMIT + MORE];
	struct db_pool *pool = begin(world.conninfo, 4);

	(void)state;
	memset(replies, 0, sizeof(replies));
	waiting.left = DB_QUEUE_LIMIT + MORE;
	for (int i = 0; i < DB_QUEUE_LIMIT + MORE; i++)
		(void)ask(pool, i, USEC_PER_MIN, &replies[i]);
	wait_for(&waiting);
	for (int i = 0; i < DB_QUEUE_LIMIT; i++)
		assert_true(
			replies[i].told == 1 && !replies[i].failed && replies[i].n == i);
	for (int i = DB_QUEUE_LIMIT; i < DB_QUEUE_LIMIT + MORE; i++)
		assert_int_equal(replies[i].code, ERR_BUSY);
	end(pool);
}

struct last {
	struct db_pool *pool;
};

static void on_last(void *arg, struct db_rows *rows, const struct err *err)
{
	struct last *last = arg;

	assert_null(err);
	db_pool_free(last->pool);
	assert_int_equal(db_int(rows, 0, "n"), 3); /* the rows outlive the pool's end */
	happened(&waiting);
}

static void a_pool_may_be_freed_from_its_own_answer(void **state)
{
	struct reply never = {0};
	struct last last = {begin(world.conninfo, 1)};
	struct db_params params = {0};

	(void)state;
	db_i64(&params, 3);
	waiting.left = 1;
	(void)db_call(last.pool, &echo, &params, USEC_PER_MIN, on_last, &last);
	(void)ask(last.pool, 4, USEC_PER_MIN, &never);
	wait_for(&waiting);
	assert_int_equal(never.told, 0);
	loop_free(waiting.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_back_as_they_went),
		cmocka_unit_test(the_smallest_number_is_read),
		cmocka_unit_test(an_error_tells_its_state_and_never_a_value),
		cmocka_unit_test(a_failed_transaction_cannot_be_committed),
		cmocka_unit_test(a_closed_door_is_busy),
		cmocka_unit_test(calls_are_answered_in_order_on_one_connection),
		cmocka_unit_test(one_broken_statement_does_not_disturb_the_next),
		cmocka_unit_test(a_deadline_frees_the_caller_and_other_connections_go_on),
		cmocka_unit_test(a_cancelled_call_is_silent),
		cmocka_unit_test(an_unreachable_database_is_busy_at_the_deadline),
		cmocka_unit_test(a_lost_connection_is_made_again),
		cmocka_unit_test(too_many_waiting_calls_are_refused),
		cmocka_unit_test(a_pool_may_be_freed_from_its_own_answer),
	};
	return cmocka_run_group_tests(tests, world_begin, world_end);
}
