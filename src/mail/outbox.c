/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/mail/outbox.h"

#include <stdlib.h>

#include "barometre/base/log.h"
#include "barometre/mail/letter.h"
#include "barometre/mail/schedule.h"
#include "barometre/store/mailing_store.h"
#include "delivery_letter.h"

#define TICK USEC_PER_SEC
#define BATCH_MOST 20
#define RELAY_FIRST (10 * USEC_PER_SEC)
#define RELAY_MOST (5 * USEC_PER_MIN)
#define RECOVER_EVERY (5 * USEC_PER_MIN)
/* Longer than any claimed row can live here: two reply times of smtp.h and a batch's wait. */
#define RECOVER_AGE (20 * USEC_PER_MIN)
#define REPORT_EVERY USEC_PER_MIN

/* A claimed row on its way. */
enum row_state {
	ROW_QUEUED,     /* claimed, waits for the pace and a connection */
	ROW_SENDING,    /* with the relay */
	ROW_RECORDING,  /* its outcome is being written */
	ROW_UNRECORDED, /* the database did not take it: tried again at the next tick */
};

struct row {
	struct row *next;
	struct outbox *outbox;
	enum row_state state;
	const struct post *post;
	struct claimed claimed;
	usec_t not_after;
	/* once there is one */
	enum delivery_outcome outcome;
	int code, tries;
	char *queue_id;
	usec_t retry_at;
	struct db_call *call;
};

/* What the outbox knows of an edition. */
struct post {
	const struct edition *edition;
	struct key tokens;
	struct window window;
	bool usable; /* has a key and a window */
};

struct counts {
	int64_t sent, refused, deferred, returned, unknown;
};

struct outbox {
	struct loop *loop;
	struct db_pool *pool;
	struct smtp *smtp;
	struct outbox_options options;
	struct post *posts;
	size_t post_count;
	struct timer *tick, *pace_timer;
	struct pace pace;
	struct row *rows, **rows_end; /* in the order claimed */
	size_t sending;
	/* The round: one look at what is due. One database call at a time. */
	bool in_round;
	struct db_call *call;
	struct mailing *mailings;
	size_t mailing_count, at;
	usec_t recover_at, report_at, relay_until;
	int relay_failures;
	bool database_away;
	struct counts counts;
	bool draining, drained;
	loop_fn *done;
	void *done_arg;
};

/* The round, in order. */
static void start_round(struct outbox *);
static void on_recovered(void *arg, int64_t count, const struct err *);
static void on_due(void *arg, const struct mailing *, size_t count, const struct err *);
static void next_mailing(struct outbox *);
static void on_expanded(void *arg, int64_t count, const struct err *);
static void on_claimed(
	void *arg, const struct delivery *, size_t count, const struct err *);
static void on_finished(void *arg, int64_t count, const struct err *);
static void end_round(struct outbox *);
/* A row, in order. */
static void pump(struct outbox *);
static void send_row(struct row *);
static void on_sent(void *arg, enum smtp_outcome, int code, const char *reply);
static void record_row(struct row *);
static void on_recorded(void *arg, const struct err *);

static size_t count_rows(const struct outbox *o, enum row_state state)
{
	size_t n = 0;

	for (const struct row *row = o->rows; row; row = row->next)
		n += row->state == state;
	return n;
}

static void free_row(struct row *row)
{
	struct outbox *o = row->outbox;
	struct row **at = &o->rows;

	while (*at != row)
		at = &(*at)->next;
	*at = row->next;
	if (!row->next)
		o->rows_end = at;
	if (row->call)
		db_call_cancel(row->call);
	free(row->claimed.audience);
	free(row->claimed.kind);
	buf_release(&row->claimed.box);
	free(row->queue_id);
	free(row);
}

static void check_drained(struct outbox *o)
{
	if (!o->draining || o->drained || o->in_round || o->rows)
		return;
	o->drained = true;
	if (o->done)
		loop_soon(o->loop, o->done, o->done_arg);
}

static void report(struct outbox *o)
{
	static const struct counts none = {0};

	if (memcmp(&o->counts, &none, sizeof(none)) != 0)
		log_info("mail.progress", F_COUNT("sent", o->counts.sent),
			F_COUNT("refused", o->counts.refused),
			F_COUNT("deferred", o->counts.deferred),
			F_COUNT("returned", o->counts.returned),
			F_COUNT("unknown", o->counts.unknown));
	o->counts = none;
}

/* The end of the round when the database does not answer; told once an outage. */
static bool database_failed(struct outbox *o, const struct err *err)
{
	if (err && !o->database_away)
		log_warning("mail.database", F_ERR(err));
	o->database_away = err != NULL;
	if (err)
		end_round(o);
	return err != NULL;
}

static const struct post *find_post(const struct outbox *o, const char *edition)
{
	for (size_t i = 0; i < o->post_count; i++)
		if (strcmp(o->posts[i].edition->code, edition) == 0)
			return o->posts[i].usable ? &o->posts[i] : NULL;
	return NULL;
}

static void on_tick(void *arg)
{
	struct outbox *o = arg;
	usec_t now = o->options.now();

	if (now >= o->report_at) {
		report(o);
		o->report_at = now + REPORT_EVERY;
	}
	for (struct row *row = o->rows; row; row = row->next)
		if (row->state == ROW_UNRECORDED)
			record_row(row);
	pump(o);
	start_round(o);
}

/* Nothing is claimed while claimed rows wait, the relay rests or the database limps. */
static void start_round(struct outbox *o)
{
	usec_t now = o->options.now();

	if (o->in_round || o->draining || now < o->relay_until ||
		count_rows(o, ROW_QUEUED) > 0 || count_rows(o, ROW_UNRECORDED) > 0)
		return;
	o->in_round = true;
	if (now >= o->recover_at) {
		o->call = mailing_recover(o->pool, now, RECOVER_AGE, on_recovered, o);
		return;
	}
	o->call = mailings_due(o->pool, now, on_due, o);
}

static void on_recovered(void *arg, int64_t count, const struct err *err)
{
	struct outbox *o = arg;

	o->call = NULL;
	if (database_failed(o, err))
		return;
	if (count > 0)
		log_warning("mail.unknown", F_COUNT("recovered", count));
	o->recover_at = o->options.now() + RECOVER_EVERY;
	if (o->draining)
		end_round(o);
	else
		o->call = mailings_due(o->pool, o->options.now(), on_due, o);
}

static void on_due(
	void *arg, const struct mailing *mailings, size_t count, const struct err *err)
{
	struct outbox *o = arg;

	o->call = NULL;
	if (database_failed(o, err))
		return;
	o->mailings = x_calloc(count + 1, sizeof(*o->mailings));
	if (count > 0)
		memcpy(o->mailings, mailings, count * sizeof(*mailings));
	o->mailing_count = count;
	o->at = 0;
	next_mailing(o);
}

/* Once the relay failed, one letter shows whether it is back. */
static int batch_size(const struct outbox *o)
{
	int two_seconds = o->options.per_minute / 30;

	if (o->relay_failures > 0 || two_seconds < 1)
		return 1;
	return two_seconds < BATCH_MOST ? two_seconds : BATCH_MOST;
}

static void next_mailing(struct outbox *o)
{
	for (; o->at < o->mailing_count && !o->draining; o->at++) {
		const struct mailing *m = &o->mailings[o->at];
		const struct post *post = find_post(o, m->edition);
		usec_t now = o->options.now();

		if (!post || !letter_exists(m->kind))
			continue;
		if (strcmp(m->state, "planned") == 0) {
			o->call = mailing_expand(o->pool, m, on_expanded, o);
			return;
		}
		/* Past its not-after the claim only marks rows as too late, at any hour. */
		if (now >= m->not_after || window_is_open(&post->window, now)) {
			o->call = delivery_claim(
				o->pool, m, now, batch_size(o), on_claimed, o);
			return;
		}
	}
	end_round(o);
}

static void on_expanded(void *arg, int64_t count, const struct err *err)
{
	static const char sending[] = "sending";
	struct outbox *o = arg;
	struct mailing *m = &o->mailings[o->at];

	o->call = NULL;
	if (database_failed(o, err))
		return;
	log_info("mail.expanded", F_TEXT("kind", m->kind), F_COUNT("rows", count));
	memcpy(m->state, sending, sizeof(sending));
	next_mailing(o);
}

static void queue_row(struct outbox *o, const struct mailing *m, const struct delivery *d)
{
	struct row *row = x_calloc(1, sizeof(*row));

	*row = (struct row){
		.outbox = o,
		.state = ROW_QUEUED,
		.post = find_post(o, m->edition),
		.not_after = m->not_after,
		.claimed =
			{
				.mailing = d->mailing,
				.contact = d->contact,
				.invitation = d->invitation,
				.audience = str_dup(d->audience),
				.kind = str_dup(d->kind),
				.box = BUF_LIMIT(d->address_box.n + 1),
				.attempt = d->attempt,
			},
	};
	buf_add(&row->claimed.box, d->address_box);
	*o->rows_end = row;
	o->rows_end = &row->next;
}

static void on_claimed(
	void *arg, const struct delivery *deliveries, size_t count, const struct err *err)
{
	struct outbox *o = arg;
	const struct mailing *m = &o->mailings[o->at];

	o->call = NULL;
	if (database_failed(o, err))
		return;
	for (size_t i = 0; i < count; i++)
		queue_row(o, m, &deliveries[i]);
	if (count > 0) {
		end_round(o);
		pump(o);
		return;
	}
	o->call = mailing_finish(o->pool, m, on_finished, o);
}

static void on_finished(void *arg, int64_t count, const struct err *err)
{
	struct outbox *o = arg;

	o->call = NULL;
	if (database_failed(o, err))
		return;
	if (count == 0)
		log_info("mail.finished", F_TEXT("kind", o->mailings[o->at].kind));
	o->at++;
	next_mailing(o);
}

static void end_round(struct outbox *o)
{
	free(o->mailings);
	o->mailings = NULL;
	o->mailing_count = 0;
	o->in_round = false;
	if (o->draining)
		pump(o);
	check_drained(o);
}

static bool may_leave(const struct row *row)
{
	const struct outbox *o = row->outbox;
	usec_t now = o->options.now();

	return !o->draining && now >= o->relay_until && now < row->not_after &&
		window_is_open(&row->post->window, now);
}

static struct row *first_queued(const struct outbox *o)
{
	struct row *row = o->rows;

	while (row && row->state != ROW_QUEUED)
		row = row->next;
	return row;
}

/* Hands queued rows to the relay as pace and connections allow, or gives them back. */
static void pump(struct outbox *o)
{
	struct row *row = NULL;
	bool handed = false;

	while ((row = first_queued(o))) {
		if (!may_leave(row)) {
			row->outcome = DELIVERY_RETURNED;
			record_row(row);
			continue;
		}
		if (o->sending >= smtp_connections(o->smtp))
			return;
		usec_t wait = pace_take(&o->pace, clock_monotonic());
		if (wait > 0) {
			timer_start(o->pace_timer, wait, false);
			return;
		}
		send_row(row);
		handed = true;
	}
	/* The next ones are looked for while these travel. */
	if (handed)
		start_round(o);
}

static void on_pace(void *arg)
{
	pump(arg);
}

static void defer_row(struct row *row, int code)
{
	struct outbox *o = row->outbox;

	row->outcome = DELIVERY_DEFERRED;
	row->code = code;
	row->retry_at = schedule_retry(
		&row->post->window, o->options.now(), row->claimed.attempt);
	record_row(row);
}

static void send_row(struct row *row)
{
	struct outbox *o = row->outbox;
	struct buf message = BUF_LIMIT(LETTER_BYTES), to = BUF_LIMIT(ADDRESS_BYTES);
	struct err err = {0};

	if (delivery_letter_write(&message, &to, &row->claimed, &o->options,
		    row->post->edition, &row->post->tokens, &err)) {
		row->state = ROW_SENDING;
		o->sending++;
		smtp_send(o->smtp, o->options.from_address, buf_str(&to).p,
			buf_str(&message), on_sent, row);
	} else {
		/* Shown in the ledger as deferred; too late in the end. A person reads why here. */
		log_error("mail.unwritable", F_ERR(&err));
		defer_row(row, 0);
	}
	buf_wipe(&message);
	buf_wipe(&to);
}

static void relay_failed(struct outbox *o, int code)
{
	usec_t wait = RELAY_FIRST, now = o->options.now();

	/* Others of the same moment say the same. */
	if (now < o->relay_until)
		return;
	for (int n = 0; n < o->relay_failures && wait < RELAY_MOST; n++)
		wait *= 2;
	if (wait > RELAY_MOST)
		wait = RELAY_MOST;
	o->relay_failures++;
	o->relay_until = now + wait;
	log_warning("mail.relay", F_COUNT("code", code),
		F_COUNT("failures", o->relay_failures),
		F_COUNT("wait_seconds", wait / USEC_PER_SEC));
}

/* What the ledger keeps of the relay's words: the queue id of a message taken, the enhanced
 * status (RFC 3463) of one refused. Never what could name the recipient. */
static char *words_to_keep(enum smtp_outcome outcome, const char *reply)
{
	struct str words = str_of(reply);

	words = words.n > 4 ? (struct str){words.p + 4, words.n - 4} : STR("");
	if (outcome == SMTP_REFUSED) {
		size_t n = 0;
		while (n < words.n && n < 9 &&
			((words.p[n] >= '0' && words.p[n] <= '9') || words.p[n] == '.'))
			n++;
		words.n = n;
	}
	if (words.n == 0 || memchr(words.p, '@', words.n))
		return NULL;
	return str_dup(words);
}

static void on_sent(void *arg, enum smtp_outcome outcome, int code, const char *reply)
{
	struct row *row = arg;
	struct outbox *o = row->outbox;

	must(row->state == ROW_SENDING);
	o->sending--;
	if (outcome == SMTP_SENT || outcome == SMTP_REFUSED)
		o->relay_failures = 0;
	switch (outcome) {
	case SMTP_SENT:
	case SMTP_REFUSED:
		row->outcome = outcome == SMTP_SENT ? DELIVERY_SENT : DELIVERY_REFUSED;
		row->code = code;
		row->queue_id = words_to_keep(outcome, reply);
		record_row(row);
		break;
	case SMTP_DEFERRED:
		/* No answer, "closing" (RFC 5321 section 3.8), or a refusal of us. */
		if (code == 0 || code == 421 || code >= 500) {
			/* Not this mail's doing: it waits for the relay, not longer than the others. */
			relay_failed(o, code);
			row->outcome = DELIVERY_RETURNED;
			record_row(row);
		} else {
			o->relay_failures = 0;
			defer_row(row, code);
		}
		break;
	case SMTP_UNKNOWN:
		/* The row stays claimed; mailing_recover hands it to a person. */
		o->counts.unknown++;
		log_warning("mail.unknown", F_COUNT("unknown", o->counts.unknown));
		free_row(row);
		break;
	}
	pump(o);
	check_drained(o);
}

static void record_row(struct row *row)
{
	struct outbox *o = row->outbox;

	row->state = ROW_RECORDING;
	row->tries++;
	row->call = delivery_record(o->pool, &row->claimed.mailing, &row->claimed.contact,
		row->outcome, row->code, row->queue_id, row->retry_at, on_recorded, row);
}

static void count_row(struct outbox *o, const struct row *row)
{
	switch (row->outcome) {
	case DELIVERY_SENT:
		o->counts.sent++;
		break;
	case DELIVERY_REFUSED:
		o->counts.refused++;
		break;
	case DELIVERY_DEFERRED:
		o->counts.deferred++;
		break;
	case DELIVERY_RETURNED:
		o->counts.returned++;
		break;
	}
}

static void on_recorded(void *arg, const struct err *err)
{
	struct row *row = arg;
	struct outbox *o = row->outbox;

	row->call = NULL;
	if (err && !o->draining) {
		if (row->tries == 1)
			log_warning("mail.unrecorded", F_ERR(err));
		row->state = ROW_UNRECORDED;
		return;
	}
	if (err)
		log_error("mail.unrecorded", F_ERR(err));
	else
		count_row(o, row);
	free_row(row);
	check_drained(o);
}

static const struct key *find_tokens(
	const struct edition_tokens *tokens, size_t count, const char *edition)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(tokens[i].edition, edition) == 0)
			return &tokens[i].tokens;
	return NULL;
}

static void set_post(
	struct post *post, const struct edition *edition, const struct key *tokens)
{
	struct err err = {0};

	post->edition = edition;
	if (strcmp(edition->state, "open") != 0)
		return;
	if (!tokens)
		(void)err_set(&err, ERR_MISSING, "no key for its links");
	else if (window_parse(edition->mail, edition->zone, &post->window, &err))
		post->usable = true;
	if (tokens)
		post->tokens = *tokens;
	if (!post->usable)
		log_error("mail.edition", F_TEXT("edition", edition->code), F_ERR(&err));
}

struct outbox *outbox_new(struct loop *loop, struct db_pool *pool, struct smtp *smtp,
	const struct editions *editions, const struct edition_tokens *tokens,
	size_t token_count, const struct outbox_options *options)
{
	struct outbox *o = secret_alloc(sizeof(*o));

	o->loop = loop;
	o->pool = pool;
	o->smtp = smtp;
	o->options = *options;
	o->rows_end = &o->rows;
	o->posts = secret_alloc((editions->count + 1) * sizeof(*o->posts));
	o->post_count = editions->count;
	for (size_t i = 0; i < editions->count; i++)
		set_post(&o->posts[i], &editions->list[i],
			find_tokens(tokens, token_count, editions->list[i].code));
	pace_init(&o->pace, options->per_minute);
	o->tick = timer_new(loop, on_tick, o);
	o->pace_timer = timer_new(loop, on_pace, o);
	return o;
}

void outbox_start(struct outbox *o)
{
	timer_start(o->tick, TICK, true);
	start_round(o);
}

void outbox_drain(struct outbox *o, loop_fn *done, void *arg)
{
	must(!o->draining);
	o->draining = true;
	o->done = done;
	o->done_arg = arg;
	timer_stop(o->tick);
	timer_stop(o->pace_timer);
	for (struct row *row = o->rows; row; row = row->next)
		if (row->state == ROW_UNRECORDED)
			record_row(row);
	pump(o);
	check_drained(o);
}

void outbox_free(struct outbox *o)
{
	if (!o)
		return;
	if (o->call)
		db_call_cancel(o->call);
	while (o->rows)
		free_row(o->rows);
	timer_free(o->tick);
	timer_free(o->pace_timer);
	free(o->mailings);
	secret_free(o->posts);
	secret_free(o);
}
