/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.c - the outbox's life: its editions, its clock, its end. */
#include <stdlib.h>

#include "outbox_private.h"

#define TICK USEC_PER_SEC
#define RELAY_FIRST (10 * USEC_PER_SEC)
#define RELAY_MOST (5 * USEC_PER_MIN)
#define REPORT_EVERY USEC_PER_MIN

void outbox_check_drained(struct outbox *o)
{
	if (!o->draining || o->drained || o->in_round || o->rows || o->trial.under_way)
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

const struct post *outbox_post(const struct outbox *o, const char *edition)
{
	for (size_t i = 0; i < o->post_count; i++)
		if (strcmp(o->posts[i].edition->code, edition) == 0)
			return o->posts[i].usable ? &o->posts[i] : NULL;
	return NULL;
}

bool outbox_keep_mark(struct outbox *o, const struct mail_mark *mark)
{
	struct err err = {0};

	if (o->options.keep_mark &&
		!o->options.keep_mark(o->options.keep_arg, mark, &err)) {
		log_error("mail.mark", F_ERR(&err));
		return false;
	}
	o->known = *mark;
	o->has_known = true;
	return true;
}

/* What to do, for each way in which a relay fails. */
static const char *remedy_of(enum smtp_trouble trouble)
{
	switch (trouble) {
	case SMTP_TROUBLE_CONNECTION:
		return "the relay cannot be reached: look at smtp_url, at the relay and at the network";
	case SMTP_TROUBLE_TLS:
		return "the relay offers no TLS, or a certificate that does not hold: look at smtp_tls and smtp_ca_file, and at the name in its certificate";
	case SMTP_TROUBLE_LOGIN:
		return "the relay does not take the log-in: look at smtp_user and smtp_password_file";
	case SMTP_TROUBLE_TIMEOUT:
		return "the relay takes too long to answer: look at its load, and at what stands between";
	case SMTP_TROUBLE_NONE:
	case SMTP_TROUBLE_REPLY:
		break;
	}
	return "the relay takes no mail from here now: its own log says why";
}

bool outbox_blames_relay(int code)
{
	return code == 0 || code == 421 || code >= 500;
}

void outbox_relay_failed(struct outbox *o, int code)
{
	usec_t wait = RELAY_FIRST, now = o->options.now();
	enum smtp_trouble trouble = smtp_last_trouble(o->smtp);

	/* Others of the same moment say the same. */
	if (now < o->relay_until)
		return;
	for (int n = 0; n < o->relay_failures && wait < RELAY_MOST; n++)
		wait *= 2;
	if (wait > RELAY_MOST)
		wait = RELAY_MOST;
	o->relay_failures++;
	o->relay_until = now + wait;
	log_warning("mail.relay", F_TEXT("trouble", smtp_trouble_name(trouble)),
		F_COUNT("code", code), F_COUNT("failures", o->relay_failures),
		F_COUNT("wait_seconds", wait / USEC_PER_SEC),
		F_TEXT("remedy", remedy_of(trouble)));
}

static void record_again(struct outbox *o)
{
	for (struct row *row = o->rows; row; row = row->next)
		if (row->state == ROW_UNRECORDED)
			outbox_row_record(row);
}

static void on_tick(void *arg)
{
	struct outbox *o = arg;
	usec_t now = o->options.now();

	if (now >= o->report_at) {
		report(o);
		o->report_at = now + REPORT_EVERY;
	}
	record_again(o);
	o->trials_wanted = true;
	outbox_pump(o);
}

static void on_pace(void *arg)
{
	outbox_pump(arg);
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
	o->domains = domain_pace_new(options->domain_per_minute);
	o->letters_revision = -1;
	if (options->mark) {
		o->known = *options->mark;
		o->has_known = true;
	}
	o->tick = timer_new(loop, on_tick, o);
	o->pace_timer = timer_new(loop, on_pace, o);
	return o;
}

void outbox_start(struct outbox *o)
{
	timer_start(o->tick, TICK, true);
	o->trials_wanted = true;
	outbox_round(o);
}

void outbox_drain(struct outbox *o, loop_fn *done, void *arg)
{
	must(!o->draining);
	o->draining = true;
	o->done = done;
	o->done_arg = arg;
	timer_stop(o->tick);
	timer_stop(o->pace_timer);
	record_again(o);
	outbox_pump(o);
	outbox_check_drained(o);
}

void outbox_free(struct outbox *o)
{
	if (!o)
		return;
	if (o->call)
		db_call_cancel(o->call);
	if (o->trial.call)
		db_call_cancel(o->trial.call);
	while (o->rows)
		outbox_row_free(o->rows);
	timer_free(o->tick);
	timer_free(o->pace_timer);
	free(o->mailings);
	letters_release(&o->letters);
	domain_pace_free(o->domains);
	secret_free(o->posts);
	secret_free(o);
}
