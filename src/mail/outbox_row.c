/* SPDX-License-Identifier: Apache-2.0 */
/* outbox_row.c - one claimed row: written, its turn waited for, sent, recorded. */
#include <stdlib.h>

#include "outbox_private.h"

#define REFUSALS_MOST 10

static void on_recorded(void *arg, const struct err *err);

size_t outbox_rows(const struct outbox *o)
{
	size_t n = 0;

	for (const struct row *row = o->rows; row; row = row->next)
		n++;
	return n;
}

bool outbox_has_unrecorded(const struct outbox *o)
{
	for (const struct row *row = o->rows; row; row = row->next)
		if (row->state == ROW_UNRECORDED)
			return true;
	return false;
}

void outbox_row_free(struct row *row)
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
	buf_wipe(&row->message);
	buf_wipe(&row->to);
	free(row->words);
	free(row);
}

void outbox_row_record(struct row *row)
{
	struct outbox *o = row->outbox;

	row->state = ROW_RECORDING;
	row->tries++;
	row->call = delivery_record(o->pool, &row->claimed.mailing, &row->claimed.contact,
		row->claimed.sequence, row->outcome, row->code, row->words,
		row->not_before, on_recorded, row);
}

/* `not_before` 0: it may come again at once. */
static void give_back(struct row *row, usec_t not_before)
{
	row->outcome = DELIVERY_RETURNED;
	row->not_before = not_before;
	outbox_row_record(row);
}

static void defer(struct row *row, int code)
{
	row->outcome = DELIVERY_DEFERRED;
	row->code = code;
	row->not_before = schedule_retry(
		&row->post->window, row->outbox->options.now(), row->claimed.attempt);
	outbox_row_record(row);
}

/* Writes the letter, and looks whether its domain can take one now. */
static void prepare(struct row *row)
{
	struct outbox *o = row->outbox;
	struct err err = {0};
	const char *source = letters_find(&o->letters, row->post->edition->code,
		row->claimed.kind, row->claimed.audience, &row->claimed.mailing);

	if (!delivery_letter_write(&row->message, &row->to, &row->claimed, source,
		    &o->options, row->post->edition, &row->post->tokens, &err)) {
		/* Shown in the ledger as deferred; held in the end. A person reads why here. */
		log_error("mail.unwritable", F_ERR(&err));
		defer(row, 0);
		return;
	}
	usec_t at = domain_pace_take(o->domains, domain_of(buf_str(&row->to)),
		row->claimed.waited, &row->post->window, o->options.now());
	if (at > 0)
		give_back(row, at);
}

void outbox_row_add(struct outbox *o, const struct mailing *m, const struct delivery *d,
	bool may_leave)
{
	struct row *row = x_calloc(1, sizeof(*row));

	*row = (struct row){
		.outbox = o,
		.state = ROW_QUEUED,
		.post = outbox_post(o, m->edition),
		.not_after = m->not_after,
		.message = BUF_LIMIT(LETTER_BYTES),
		.to = BUF_LIMIT(ADDRESS_BYTES),
		.claimed =
			{
				.mailing = d->mailing,
				.contact = d->contact,
				.invitation = d->invitation,
				.audience = str_dup(d->audience),
				.kind = str_dup(d->kind),
				.box = BUF_LIMIT(d->address_box.n + 1),
				.attempt = d->attempt,
				.sequence = d->sequence,
				.waited = d->waited,
			},
	};
	buf_add(&row->claimed.box, d->address_box);
	*o->rows_end = row;
	o->rows_end = &row->next;
	if (may_leave)
		prepare(row);
	else
		give_back(row, 0);
}

static bool may_leave(const struct row *row)
{
	const struct outbox *o = row->outbox;
	usec_t now = o->options.now();

	return !o->draining && now >= o->relay_until && now < row->not_after &&
		window_is_open(&row->post->window, now);
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
	if (outcome == SMTP_SENT || (outcome == SMTP_REFUSED && o->refusals == 0))
		o->relay_failures = 0;
	if (outcome == SMTP_SENT)
		o->refusals = 0;
	switch (outcome) {
	case SMTP_SENT:
	case SMTP_REFUSED:
		/* One after the other, and none taken: it may be us that it does not want. */
		if (outcome == SMTP_REFUSED && ++o->refusals >= REFUSALS_MOST)
			outbox_relay_failed(o, code);
		row->outcome = outcome == SMTP_SENT ? DELIVERY_SENT : DELIVERY_REFUSED;
		row->code = code;
		row->words = words_to_keep(outcome, reply);
		outbox_row_record(row);
		break;
	case SMTP_DEFERRED:
		if (outbox_blames_relay(code)) {
			/* It waits for the relay, not longer than the others. */
			outbox_relay_failed(o, code);
			give_back(row, 0);
		} else {
			o->relay_failures = 0;
			row->words = words_to_keep(SMTP_REFUSED, reply);
			defer(row, code);
		}
		break;
	case SMTP_UNKNOWN:
		/* The row stays claimed; mailing_recover hands it to a person. The next one may end so as well. */
		outbox_relay_failed(o, 0);
		o->counts.unknown++;
		log_warning("mail.unknown", F_COUNT("unknown", o->counts.unknown));
		outbox_row_free(row);
		break;
	}
	outbox_pump(o);
	outbox_check_drained(o);
}

static void send_row(struct row *row)
{
	struct outbox *o = row->outbox;
	struct buf sender = BUF_LIMIT(ADDRESS_BYTES);
	struct err err = {0};

	if (!o->options.bounce_address || *o->options.bounce_address == '\0')
		buf_puts(&sender, o->options.from_address);
	else if (!verp_write(&sender, &o->options.bounces, o->options.bounce_address,
			 &row->claimed.contact, &err)) {
		log_error("mail.unwritable", F_ERR(&err));
		defer(row, 0);
		return;
	}
	row->state = ROW_SENDING;
	if (o->options.show)
		o->options.show(o->options.show_arg, &row->claimed.mailing,
			row->claimed.audience, buf_str(&row->message));
	smtp_send(o->smtp, buf_str(&sender).p, buf_str(&row->to).p,
		buf_str(&row->message), on_sent, row);
	buf_release(&sender);
	buf_wipe(&row->message);
	buf_wipe(&row->to);
}

static struct row *first_queued(const struct outbox *o)
{
	struct row *row = o->rows;

	while (row && row->state != ROW_QUEUED)
		row = row->next;
	return row;
}

void outbox_pump(struct outbox *o)
{
	struct row *row = NULL;

	while ((row = first_queued(o))) {
		if (!may_leave(row)) {
			give_back(row, 0);
			continue;
		}
		usec_t wait = pace_take(&o->pace, clock_monotonic());
		if (wait > 0) {
			timer_start(o->pace_timer, wait, false);
			return;
		}
		send_row(row);
	}
	/* The next ones are looked for while these travel. */
	outbox_round(o);
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
	outbox_row_free(row);
	outbox_round(o);
	outbox_check_drained(o);
}
