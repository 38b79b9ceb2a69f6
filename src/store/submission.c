/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First what the public site asks with one statement each, then the transactions of answers, in groups.
 */
#include "barometre/store/submission.h"

#include <stdlib.h>

#include "call_private.h"
#include "sql_catalog.h"

#define BATCH_MAX 64
#define IN_FLIGHT 2
#define WAITING_MAX 8192
#define ITEM_DEADLINE (20 * USEC_PER_SEC)
#define RETRY_DELAY (USEC_PER_SEC / 5)
#define SHARDS 16
#define CHANNEL_NO_NAME "-" /* an open link without a channel */

/* What to call with the rows; freed with the call. */
struct job {
	invitation_done_fn *invitation;
	draft_done_fn *draft;
	saved_done_fn *saved;
	stop_done_fn *stop;
	receipt_done_fn *receipt;
	void *arg;
};

static struct db_call *start(struct db_pool *pool, const struct sql *sql,
	struct db_params *params, db_done_fn *done, struct job job)
{
	struct job *copy = x_alloc(sizeof(*copy));
	*copy = job;
	return db_call_owning(pool, sql, params, STORE_DEADLINE, done, copy);
}

static void put_hash(struct db_params *params, const struct hash32 *hash)
{
	if (hash)
		db_bytes(params, hash->b, sizeof(hash->b));
	else
		db_null(params);
}

static void on_invitation(void *arg, struct db_rows *rows, const struct err *err)
{
	struct job *job = arg;
	struct invitation_view view = {0};

	if (!err && db_count(rows) > 0) {
		view.found = true;
		view.done = db_true(rows, 0, "done");
		view.edition = db_str(rows, 0, "edition");
		view.audience = db_str(rows, 0, "audience");
	}
	job->invitation(job->arg, &view, err);
}

struct db_call *invitation_look_up(struct db_pool *pool, const struct hash32 *mac,
	invitation_done_fn *done, void *arg)
{
	struct db_params params = {0};

	put_hash(&params, mac);
	return start(pool, &SQL_WEB_INVITATION, &params, on_invitation,
		(struct job){.invitation = done, .arg = arg});
}

static void on_draft(void *arg, struct db_rows *rows, const struct err *err)
{
	struct job *job = arg;
	struct draft_view view = {0};
	struct buf box SCOPED(buf_release) = BUF_LIMIT(8 << 20);

	if (!err) {
		view.found = !db_is_null(rows, 0, "box");
		must(db_get_bytes(rows, 0, "box", &box));
		view.box = buf_str(&box);
		view.invitation_done = db_true(rows, 0, "done");
	}
	job->draft(job->arg, &view, err);
}

struct db_call *draft_load(struct db_pool *pool, const struct hash32 *locator,
	const struct hash32 *mac, draft_done_fn *done, void *arg)
{
	struct db_params params = {0};

	put_hash(&params, locator);
	put_hash(&params, mac);
	return start(pool, &SQL_WEB_DRAFT_LOAD, &params, on_draft,
		(struct job){.draft = done, .arg = arg});
}

static void on_saved(void *arg, struct db_rows *rows, const struct err *err)
{
	struct job *job = arg;

	(void)rows;
	job->saved(job->arg, err);
}

struct draft_mark draft_mark(const struct hash32 *locator, struct str resume_box)
{
	struct draft_mark mark = {.locator = *locator};

	mark.n = resume_box.n < sizeof(mark.b) ? resume_box.n : sizeof(mark.b);
	memcpy(mark.b, resume_box.p, mark.n);
	return mark;
}

static void on_written(void *arg, struct db_rows *rows, const struct err *err)
{
	struct job *job = arg;
	struct err changed = {0};

	if (!err && !db_true(rows, 0, "written")) {
		(void)err_set(&changed, ERR_MISSING,
			"the draft is not as it was read any more");
		err = &changed;
	}
	job->saved(job->arg, err);
}

struct db_call *draft_save(struct db_pool *pool, const char *edition,
	const char *audience, const struct draft_mark *was, const struct hash32 *locator,
	struct str resume_box, struct str count_box, saved_done_fn *done, void *arg)
{
	struct db_params params = {0};

	db_text_z(&params, edition);
	db_text_z(&params, audience);
	put_hash(&params, was ? &was->locator : NULL);
	if (was)
		db_bytes(&params, was->b, was->n);
	else
		db_null(&params);
	put_hash(&params, locator);
	db_bytes(&params, resume_box.p, resume_box.n);
	db_bytes(&params, count_box.p, count_box.n);
	return start(pool, &SQL_WEB_DRAFT_SAVE, &params, on_written,
		(struct job){.saved = done, .arg = arg});
}

struct db_call *draft_delete(struct db_pool *pool, const struct hash32 *locator,
	saved_done_fn *done, void *arg)
{
	struct db_params params = {0};

	put_hash(&params, locator);
	return start(pool, &SQL_WEB_DRAFT_DELETE, &params, on_saved,
		(struct job){.saved = done, .arg = arg});
}

static void on_stop(void *arg, struct db_rows *rows, const struct err *err)
{
	struct job *job = arg;
	job->stop(job->arg, !err && db_true(rows, 0, "found"), err);
}

struct db_call *contact_stop(struct db_pool *pool, const struct hash32 *stop_hash,
	stop_done_fn *done, void *arg)
{
	struct db_params params = {0};

	put_hash(&params, stop_hash);
	return start(pool, &SQL_WEB_STOP, &params, on_stop,
		(struct job){.stop = done, .arg = arg});
}

static void on_receipt(void *arg, struct db_rows *rows, const struct err *err)
{
	struct job *job = arg;
	job->receipt(job->arg, !err && db_true(rows, 0, "found"), err);
}

struct db_call *receipt_check(
	struct db_pool *pool, const struct id16 *slot, receipt_done_fn *done, void *arg)
{
	struct db_params params = {0};

	db_uuid(&params, slot);
	return start(pool, &SQL_WEB_RECEIPT_CHECK, &params, on_receipt,
		(struct job){.receipt = done, .arg = arg});
}

struct db_call *receipt_withdraw(
	struct db_pool *pool, const struct id16 *slot, receipt_done_fn *done, void *arg)
{
	struct db_params params = {0};

	db_uuid(&params, slot);
	return start(pool, &SQL_WEB_RECEIPT_WITHDRAW, &params, on_receipt,
		(struct job){.receipt = done, .arg = arg});
}

/* Group commit. */

struct item {
	struct item *next, *previous;
	uint64_t ticket;
	char *edition, *audience, *channel;
	bool invited, alone, refused;
	struct hash32 mac, locator;
	struct id16 slot;
	char *box;
	size_t box_length;
	usec_t deadline; /* monotonic */
	submit_done_fn *done;
	void *arg;
};

struct batch {
	struct submitter *owner;
	struct db_call *call; /* NULL: free to be filled */
	struct item *items[BATCH_MAX];
	size_t count;
	int shard;
};

struct submitter {
	struct loop *loop;
	struct db_pool *pool;
	struct item *first, *last; /* waiting, in order */
	size_t waiting;
	struct batch batches[IN_FLIGHT];
	struct timer *pump_timer, *retry_timer;
	bool pausing, freed;
	uint64_t next_ticket;
};

static void pump(void *arg);

/* Items. */

static void item_free(struct item *item)
{
	free(item->edition);
	free(item->audience);
	free(item->channel);
	secret_wipe(item->box, item->box_length);
	free(item->box);
	secret_wipe(item, sizeof(*item));
	free(item);
}

/* `done` may do anything, also free the submitter; so this is the last thing done with the item. */
static void item_finish(
	struct item *item, enum submit_outcome outcome, const struct err *err)
{
	submit_done_fn *done = item->done;
	void *arg = item->arg;

	item_free(item);
	if (done)
		done(arg, outcome, err);
}

static void put_last(struct submitter *s, struct item *item)
{
	item->next = NULL;
	item->previous = s->last;
	*(s->last ? &s->last->next : &s->first) = item;
	s->last = item;
	s->waiting++;
}

/* What is tried again stands before what has not been tried. */
static void put_first(struct submitter *s, struct item *item)
{
	item->previous = NULL;
	item->next = s->first;
	*(s->first ? &s->first->previous : &s->last) = item;
	s->first = item;
	s->waiting++;
}

static void take_out(struct submitter *s, struct item *item)
{
	*(item->previous ? &item->previous->next : &s->first) = item->next;
	*(item->next ? &item->next->previous : &s->last) = item->previous;
	s->waiting--;
}

static struct item *item_new(struct submitter *s, const struct submission *from)
{
	struct item *item = x_calloc(1, sizeof(*item));

	item->ticket = ++s->next_ticket;
	item->edition = x_strdup(from->edition);
	item->audience = x_strdup(from->audience);
	bool named = from->channel && from->channel[0];
	item->channel = x_strdup(from->invited ? ""
			: named                ? from->channel
					       : CHANNEL_NO_NAME);
	item->invited = from->invited;
	item->mac = from->mac;
	item->locator = from->locator;
	item->slot = from->slot;
	item->box = str_dup(from->box);
	item->box_length = from->box.n;
	item->deadline = clock_monotonic() + ITEM_DEADLINE;
	return item;
}

/* Sending. */

static struct str hash_str(const struct hash32 *hash)
{
	return (struct str){(const char *)hash->b, sizeof(hash->b)};
}

static void batch_params(struct db_params *params, const struct batch *batch)
{
	struct str edition[BATCH_MAX], audience[BATCH_MAX], channel[BATCH_MAX];
	struct str mac[BATCH_MAX], box[BATCH_MAX], locator[BATCH_MAX];
	struct id16 slot[BATCH_MAX];
	char today[21];

	for (size_t i = 0; i < batch->count; i++) {
		const struct item *item = batch->items[i];
		edition[i] = str_of(item->edition);
		audience[i] = str_of(item->audience);
		channel[i] = str_of(item->channel);
		mac[i] = item->invited ? hash_str(&item->mac) : (struct str){NULL, 0};
		slot[i] = item->slot;
		box[i] = (struct str){item->box, item->box_length};
		locator[i] = hash_str(&item->locator);
	}
	db_text_array(params, edition, batch->count);
	db_text_array(params, audience, batch->count);
	db_text_array(params, channel, batch->count);
	db_bytes_array(params, mac, batch->count);
	db_uuid_array(params, slot, batch->count);
	db_bytes_array(params, box, batch->count);
	db_bytes_array(params, locator, batch->count);
	/* The day of the counter only: nothing is decided by it. */
	clock_rfc3339(clock_now(), today);
	db_text(params, (struct str){today, 10});
	db_i64(params, batch->shard);
}

static void on_batch(void *arg, struct db_rows *rows, const struct err *err);

static void send_batch(struct batch *batch)
{
	struct db_params params = {0};
	usec_t deadline = batch->items[0]->deadline;

	for (size_t i = 1; i < batch->count; i++) {
		if (batch->items[i]->deadline < deadline)
			deadline = batch->items[i]->deadline;
	}
	batch_params(&params, batch);
	batch->call = db_call(batch->owner->pool, &SQL_WEB_SUBMIT, &params,
		deadline - clock_monotonic(), on_batch, batch);
}

/* The next items in order; one that has to go alone goes alone. */
static void fill_batch(struct submitter *s, struct batch *batch)
{
	batch->count = 0;
	while (s->first && batch->count < BATCH_MAX) {
		struct item *item = s->first;
		if (item->alone && batch->count > 0)
			break;
		take_out(s, item);
		batch->items[batch->count++] = item;
		if (item->alone)
			break;
	}
}

/* Hands out the first item that waited too long or was one too many; true when there was one. */
static bool expire_one(struct submitter *s)
{
	usec_t now = clock_monotonic();
	struct err err = {0};

	for (struct item *item = s->first; item; item = item->next) {
		if (!item->refused && item->deadline > now)
			continue;
		take_out(s, item);
		(void)err_set(&err, ERR_BUSY, "the answer could not be stored in time");
		item_finish(item, SUBMIT_STORED, &err);
		return true;
	}
	return false;
}

static void pump(void *arg)
{
	struct submitter *s = arg;

	while (!s->freed && expire_one(s))
		continue;
	if (s->freed || s->pausing)
		return;
	for (int i = 0; i < IN_FLIGHT && s->first; i++) {
		if (s->batches[i].call)
			continue;
		fill_batch(s, &s->batches[i]);
		send_batch(&s->batches[i]);
	}
}

static void on_retry(void *arg)
{
	struct submitter *s = arg;

	s->pausing = false;
	pump(s);
}

/* Receiving. */

static void finish_by_name(struct item *item, struct str outcome)
{
	struct err err = {0};

	if (str_eq(outcome, STR("stored")) || str_eq(outcome, STR("same_slot"))) {
		item_finish(item, SUBMIT_STORED, NULL);
	} else if (str_eq(outcome, STR("already"))) {
		item_finish(item, SUBMIT_ALREADY, NULL);
	} else {
		(void)err_set(&err, ERR_MISSING, "there is no such invitation");
		item_finish(item, SUBMIT_STORED, &err);
	}
}

/* Out of the batch first: what is told may forget other tickets, or end the submitter. */
static struct item *take_item(struct batch *batch, size_t i)
{
	struct item *item = batch->items[i];
	batch->items[i] = NULL;
	return item;
}

static void accept(struct batch *batch, const struct db_rows *rows)
{
	const struct submitter *s = batch->owner;

	must(db_count(rows) == batch->count);
	for (size_t i = 0; i < db_count(rows) && !s->freed; i++)
		finish_by_name(take_item(batch, i), db_str(rows, i, "outcome"));
	batch->count = 0;
}

/* Back to the queue, in the order they had. */
static void put_back(struct batch *batch, bool alone)
{
	for (size_t i = batch->count; i > 0; i--) {
		struct item *item = take_item(batch, i - 1);
		item->alone = item->alone || alone;
		put_first(batch->owner, item);
	}
	batch->count = 0;
}

static void reject(struct batch *batch, const struct err *err)
{
	struct submitter *s = batch->owner;

	if (err->code == ERR_BUSY) {
		/* Nobody knows whether it was committed: again, until the deadline. */
		put_back(batch, false);
		s->pausing = true;
		timer_start(s->retry_timer, RETRY_DELAY, false);
	} else if (batch->count > 1) {
		/* One of them spoils it for all: each by itself. */
		put_back(batch, true);
	} else {
		bool closed = err->code == ERR_CONFLICT;
		batch->count = 0;
		item_finish(take_item(batch, 0), SUBMIT_CLOSED, closed ? NULL : err);
	}
}

static void on_batch(void *arg, struct db_rows *rows, const struct err *err)
{
	struct batch *batch = arg;

	batch->call = NULL;
	timer_start(batch->owner->pump_timer, 0, false);
	if (err)
		reject(batch, err);
	else
		accept(batch, rows);
}

/* The submitter. */

struct submitter *submitter_new(struct loop *loop, struct db_pool *pool)
{
	struct submitter *s = x_calloc(1, sizeof(*s));
	uint32_t shard = random_below(SHARDS / IN_FLIGHT) * IN_FLIGHT;

	s->loop = loop;
	s->pool = pool;
	for (int i = 0; i < IN_FLIGHT; i++) {
		s->batches[i].owner = s;
		/* Two batches that count on one row would wait for each other's commit. */
		s->batches[i].shard = (int)shard + i;
	}
	s->pump_timer = timer_new(loop, pump, s);
	s->retry_timer = timer_new(loop, on_retry, s);
	return s;
}

void submitter_free(struct submitter *s)
{
	if (!s || s->freed)
		return;
	s->freed = true;
	timer_free(s->pump_timer);
	timer_free(s->retry_timer);
	for (int i = 0; i < IN_FLIGHT; i++) {
		if (s->batches[i].call)
			db_call_cancel(s->batches[i].call);
		for (size_t k = 0; k < s->batches[i].count; k++)
			if (s->batches[i].items[k])
				item_free(s->batches[i].items[k]);
	}
	while (s->first) {
		struct item *item = s->first;
		take_out(s, item);
		must(s->first != item);
		item_free(item);
	}
	loop_free_later(s->loop, free, s);
}

uint64_t submitter_put(struct submitter *s, const struct submission *submission,
	submit_done_fn *done, void *arg)
{
	struct item *item = item_new(s, submission);

	item->done = done;
	item->arg = arg;
	item->refused = s->waiting >= WAITING_MAX;
	put_last(s, item);
	timer_start(s->pump_timer, 0, false);
	return item->ticket;
}

void submitter_forget(struct submitter *s, uint64_t ticket)
{
	for (struct item *item = s->first; item; item = item->next) {
		if (item->ticket == ticket)
			item->done = NULL;
	}
	for (int i = 0; i < IN_FLIGHT; i++) {
		for (size_t k = 0; k < s->batches[i].count; k++) {
			struct item *item = s->batches[i].items[k];
			if (item && item->ticket == ticket)
				item->done = NULL;
		}
	}
}
