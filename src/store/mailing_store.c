/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/store/mailing_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "call_private.h"
#include "sql_catalog.h"

/* Writing the ledger of a long list takes its time. */
#define EXPAND_DEADLINE (5 * USEC_PER_MIN)

/* What to do with the rows; freed with the call. */
struct job {
	mailings_done_fn *mailings;
	count_done_fn *count;
	deliveries_done_fn *deliveries;
	recorded_done_fn *recorded;
	mailing_end_fn *end;
	gate_done_fn *gate;
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

struct db_call *mailing_hold_late(struct db_pool *pool, const struct mailing *mailing,
	usec_t now, count_done_fn *done, void *arg)
{
	struct db_params params = {0};

	db_uuid(&params, &mailing->id);
	db_time(&params, now);
	return start(pool, &SQL_MAILING_HOLD_LATE, &params, STORE_DEADLINE, on_count,
		(struct job){.count = done, .arg = arg});
}

static void on_end(void *arg, struct db_rows *rows, const struct err *err)
{
	struct job *job = arg;
	struct mailing_end end = {0};

	if (!err)
		end = (struct mailing_end){
			.left = db_int(rows, 0, "n"),
			.finished = db_true(rows, 0, "finished"),
			.alarm = db_true(rows, 0, "alarm"),
		};
	job->end(job->arg, &end, err);
}

struct db_call *mailing_finish(struct db_pool *pool, const struct mailing *mailing,
	usec_t now, mailing_end_fn *done, void *arg)
{
	struct db_params params = {0};

	db_uuid(&params, &mailing->id);
	db_time(&params, now);
	return start(pool, &SQL_MAILING_FINISH, &params, EXPAND_DEADLINE, on_end,
		(struct job){.end = done, .arg = arg});
}

static void on_gate(void *arg, struct db_rows *rows, const struct err *err)
{
	struct job *job = arg;
	struct gate gate = {0};

	if (!err) {
		gate.held = !db_is_null(rows, 0, "held");
		gate.restored = gate.held &&
			str_eq_z(db_str(rows, 0, "held"), "restored");
		gate.noticed = db_true(rows, 0, "noticed");
		db_get_uuid(rows, 0, "mark", &gate.mark.mark);
		gate.mark.sequence = db_int(rows, 0, "sequence");
		gate.letters = db_int(rows, 0, "letters");
	}
	job->gate(job->arg, &gate, err);
}

struct db_call *mail_gate_check(struct db_pool *pool, const struct mail_mark *known,
	usec_t now, gate_done_fn *done, void *arg)
{
	struct db_params params = {0};

	if (known) {
		db_uuid(&params, &known->mark);
		db_i64(&params, known->sequence);
	} else {
		db_null(&params);
		db_null(&params);
	}
	db_time(&params, now);
	return start(pool, &SQL_MAILING_GATE, &params, STORE_DEADLINE, on_gate,
		(struct job){.gate = done, .arg = arg});
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
		d->waited = db_true(rows, i, "waited");
		d->sequence = db_int(rows, i, "sequence");
	}
	job->deliveries(job->arg, list, count, NULL);
	for (size_t i = 0; i < count; i++)
		buf_release(&boxes[i]);
	free(boxes);
	free(list);
}

struct db_call *delivery_claim(struct db_pool *pool, const struct mailing *mailing,
	usec_t now, int limit, const struct mail_mark *known, deliveries_done_fn *done,
	void *arg)
{
	struct db_params params = {0};

	db_uuid(&params, &mailing->id);
	db_time(&params, now);
	db_i64(&params, limit);
	db_uuid(&params, &known->mark);
	db_i64(&params, known->sequence);
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
	const struct id16 *contact, int64_t sequence, enum delivery_outcome outcome,
	int code, const char *words, usec_t not_before, recorded_done_fn *done, void *arg)
{
	struct db_params params = {0};

	db_uuid(&params, mailing);
	db_uuid(&params, contact);
	db_i64(&params, sequence);
	db_text_z(&params, outcome_name(outcome));
	db_i64(&params, code);
	db_text_z(&params, words);
	if (not_before > 0)
		db_time(&params, not_before);
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
