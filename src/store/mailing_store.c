/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/store/mailing_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "call_private.h"
#include "sql_catalog.h"

/* Writing the ledger of a long list takes its time. */
#define EXPAND_DEADLINE (30 * USEC_PER_SEC)

/* What to do with the rows; freed with the call. */
struct job {
	mailings_done_fn *mailings;
	count_done_fn *count;
	deliveries_done_fn *deliveries;
	recorded_done_fn *recorded;
	void *arg;
};

static struct db_call *start(struct db_pool *pool, const struct sql *sql,
	struct db_params *params, usec_t deadline, db_done_fn *done, struct job job)
{
	struct job *copy = x_alloc(sizeof(*copy));
	*copy = job;
	return db_call_owning(pool, sql, params, deadline, done, copy);
}

static void put_text(char *ret, size_t size, struct str text)
{
	(void)snprintf(ret, size, "%.*s", (int)text.n, text.p);
}

static void on_mailings(void *arg, struct db_rows *rows, const struct err *err)
{
	struct job *job = arg;

	if (err) {
		job->mailings(job->arg, NULL, 0, err);
		return;
	}
	size_t count = db_count(rows);
	struct mailing *list = x_calloc(count + 1, sizeof(*list));
	for (size_t i = 0; i < count; i++) {
		struct mailing *m = &list[i];
		db_get_uuid(rows, i, "id", &m->id);
		put_text(m->edition, sizeof(m->edition), db_str(rows, i, "edition"));
		put_text(m->kind, sizeof(m->kind), db_str(rows, i, "kind"));
		put_text(m->state, sizeof(m->state), db_str(rows, i, "state"));
		m->due = db_usec(rows, i, "due");
		m->not_after = db_usec(rows, i, "not_after");
	}
	job->mailings(job->arg, list, count, NULL);
	free(list);
}

struct db_call *mailings_due(
	struct db_pool *pool, usec_t now, mailings_done_fn *done, void *arg)
{
	struct db_params params = {0};

	db_time(&params, now);
	return start(pool, &SQL_MAILING_DUE, &params, STORE_DEADLINE, on_mailings,
		(struct job){.mailings = done, .arg = arg});
}

static void on_count(void *arg, struct db_rows *rows, const struct err *err)
{
	struct job *job = arg;
	job->count(job->arg, err ? 0 : db_int(rows, 0, "n"), err);
}

struct db_call *mailing_expand(struct db_pool *pool, const struct mailing *mailing,
	count_done_fn *done, void *arg)
{
	struct db_params params = {0};

	db_uuid(&params, &mailing->id);
	return start(pool, &SQL_MAILING_EXPAND, &params, EXPAND_DEADLINE, on_count,
		(struct job){.count = done, .arg = arg});
}

struct db_call *mailing_finish(struct db_pool *pool, const struct mailing *mailing,
	count_done_fn *done, void *arg)
{
	struct db_params params = {0};

	db_uuid(&params, &mailing->id);
	return start(pool, &SQL_MAILING_FINISH, &params, STORE_DEADLINE, on_count,
		(struct job){.count = done, .arg = arg});
}

static void on_deliveries(void *arg, struct db_rows *rows, const struct err *err)
{
	struct job *job = arg;

	if (err) {
		job->deliveries(job->arg, NULL, 0, err);
		return;
	}
	size_t count = db_count(rows);
	struct delivery *list = x_calloc(count + 1, sizeof(*list));
	struct buf *boxes = x_calloc(count + 1, sizeof(*boxes));
	for (size_t i = 0; i < count; i++) {
		struct delivery *d = &list[i];
		boxes[i] = (struct buf)BUF_LIMIT(1 << 20);
		must(db_get_bytes(rows, i, "address_box", &boxes[i]));
		db_get_uuid(rows, i, "mailing", &d->mailing);
		db_get_uuid(rows, i, "contact", &d->contact);
		db_get_uuid(rows, i, "invitation", &d->invitation);
		d->edition = db_str(rows, i, "edition");
		d->audience = db_str(rows, i, "audience");
		d->kind = db_str(rows, i, "kind");
		d->address_box = buf_str(&boxes[i]);
		d->attempt = db_int(rows, i, "attempt");
	}
	job->deliveries(job->arg, list, count, NULL);
	for (size_t i = 0; i < count; i++)
		buf_release(&boxes[i]);
	free(boxes);
	free(list);
}

struct db_call *delivery_claim(struct db_pool *pool, const struct mailing *mailing,
	usec_t now, int limit, deliveries_done_fn *done, void *arg)
{
	struct db_params params = {0};

	db_uuid(&params, &mailing->id);
	db_time(&params, now);
	db_i64(&params, limit);
	return start(pool, &SQL_MAILING_CLAIM, &params, STORE_DEADLINE, on_deliveries,
		(struct job){.deliveries = done, .arg = arg});
}

static const char *outcome_name(enum delivery_outcome outcome)
{
	switch (outcome) {
	case DELIVERY_SENT:
		return "sent";
	case DELIVERY_REFUSED:
		return "refused";
	case DELIVERY_DEFERRED:
		return "deferred";
	case DELIVERY_RETURNED:
		return "returned";
	}
	must_failed("a delivery has one of four outcomes", __FILE__, __LINE__);
}

static void on_recorded(void *arg, struct db_rows *rows, const struct err *err)
{
	struct job *job = arg;

	(void)rows;
	job->recorded(job->arg, err);
}

struct db_call *delivery_record(struct db_pool *pool, const struct id16 *mailing,
	const struct id16 *contact, enum delivery_outcome outcome, int code,
	const char *queue_id, usec_t retry_at, recorded_done_fn *done, void *arg)
{
	struct db_params params = {0};

	db_uuid(&params, mailing);
	db_uuid(&params, contact);
	db_text_z(&params, outcome_name(outcome));
	db_i64(&params, code);
	db_text_z(&params, queue_id);
	if (outcome == DELIVERY_DEFERRED)
		db_time(&params, retry_at);
	else
		db_null(&params);
	/* When it was recorded: a fact about the clock on the wall, not a decision. */
	db_time(&params, clock_now());
	return start(pool, &SQL_MAILING_RECORD, &params, STORE_DEADLINE, on_recorded,
		(struct job){.recorded = done, .arg = arg});
}

struct db_call *mailing_recover(
	struct db_pool *pool, usec_t now, usec_t age, count_done_fn *done, void *arg)
{
	struct db_params params = {0};

	db_time(&params, now - age);
	return start(pool, &SQL_MAILING_RECOVER, &params, STORE_DEADLINE, on_count,
		(struct job){.count = done, .arg = arg});
}
