/* SPDX-License-Identifier: Apache-2.0 */
/* rehearse.c - the play: the outbox on a loop, a clock that jumps, and those who answer. */
#include "barometre/app/rehearse.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "barometre/base/log.h"
#include "barometre/mail/letter.h"
#include "barometre/mail/outbox.h"
#include "barometre/mail/reason.h"
#include "barometre/store/db.h"
#include "login.h"
#include "mailing_words.h"
#include "rehearse_private.h"
#include "rehearse_sink.h"
#include "sql_catalog.h"

#define LOOK (USEC_PER_SEC / 20)
#define STALL \
 (90 * USEC_PER_SEC) /* of real time without anything done, while something is to be done */
#define NO_PACE 60000000 /* a minute: the clock moves on with each mail instead */
#define CONNECTIONS 1    /* the clock moves on between two mails */
#define WEEK (7 * USEC_PER_DAY)
#define WEEKS_MOST 520

static _Atomic usec_t now_played;

usec_t rehearsal_now(void)
{
	return atomic_load(&now_played);
}

void rehearsal_set_now(usec_t now)
{
	atomic_store(&now_played, now);
}

struct play {
	struct rehearsal *r;
	struct loop *loop;
	struct db_pool *pool;
	struct sink *sink;
	struct smtp *smtp;
	struct outbox *outbox;
	struct timer *timer;
	struct id16 *judged; /* mailings whose verdicts were taken */
	size_t judged_count, seen;
	usec_t quiet_since; /* of the real clock */
	bool leaving, failed;
	struct err err;
};

static void left(void *arg)
{
	struct play *p = arg;

	loop_stop(p->loop);
}

static void leave(struct play *p)
{
	if (p->leaving)
		return;
	p->leaving = true;
	timer_stop(p->timer);
	outbox_drain(p->outbox, left, p);
}

static void fail(struct play *p)
{
	p->failed = true;
	leave(p);
}

/* Between 0 and 1, the same for the same seed and person. */
static double chance(uint64_t seed, size_t person, char what)
{
	SCOPED(free_char)
	char *text = x_printf("%llu %zu %c", (unsigned long long)seed, person, what);
	struct hash32 hash = hash_plain(str_of(text));
	uint64_t bits = 0;

	for (size_t i = 0; i < 6; i++)
		bits = bits << 8 | hash.b[i];
	return (double)bits / (double)(UINT64_C(1) << 48);
}

/* Each week the same share of those who are left answers, at any moment of it. 0: none within ten years. */
static usec_t answers_after(const struct rehearse_options *o, size_t person)
{
	double waiting = 1, share = o->answers_percent / 100.0,
	       drawn = chance(o->seed, person, 'w');

	if (o->answers_percent <= 0)
		return 0;
	for (int week = 0; week < WEEKS_MOST; week++) {
		waiting *= 1 - share;
		if (drawn >= waiting)
			return 1 + week * WEEK +
				(usec_t)((double)WEEK * chance(o->seed, person, 'd'));
	}
	return 0;
}

/* Who has answered by then. */
static bool answer_until(struct play *p, usec_t then)
{
	struct rehearsal *r = p->r;
	struct id16 *ids = x_calloc(r->contact_count + 1, sizeof(*ids));
	struct db_params params = {0};
	size_t n = 0;
	bool ok = true;

	for (size_t i = 0; i < r->contact_count; i++) {
		struct rehearsal_contact *c = &r->contacts[i];
		usec_t first = mailbox_first(r->mailbox, i);

		if (c->done || first == 0 || c->answers_after == 0 ||
			first + c->answers_after > then)
			continue;
		c->done = true;
		ids[n++] = c->id;
	}
	if (n > 0) {
		db_text_z(&params, r->options->edition);
		db_uuid_array(&params, ids, 0);
		db_uuid_array(&params, ids, 0);
		db_uuid_array(&params, ids, n);
		ok = db_run(r->copy, &SQL_REHEARSE_MARK_CONTACTS, &params, NULL, &p->err);
	}
	free(ids);
	return ok;
}

static bool was_judged(const struct play *p, const struct id16 *mailing)
{
	for (size_t i = 0; i < p->judged_count; i++)
		if (memcmp(&p->judged[i], mailing, sizeof(*mailing)) == 0)
			return true;
	return false;
}

/* Who is left out, and why, at the moment a mailing begins: in the words of the dry run. */
static bool judge(struct play *p, const struct db_rows *plan, size_t row, usec_t then)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	SCOPED(free_char) char *name = mailing_words(plan, row, false);
	SCOPED(free_char)
	char *when = clock_french_time(
		schedule_next(&p->r->window, then), p->r->edition->zone);
	struct db_params params = {0};
	struct id16 mailing;
	int64_t sent = 0;
	size_t others = 0;

	if (!rehearsal_goes_on(&p->err))
		return false;
	db_get_uuid(plan, row, "id", &mailing);
	p->judged = x_realloc(p->judged, (p->judged_count + 1) * sizeof(*p->judged));
	p->judged[p->judged_count++] = mailing;
	db_uuid(&params, &mailing);
	if (!db_run(p->r->copy, &SQL_REHEARSE_VERDICTS, &params, &rows, &p->err))
		return false;
	for (size_t i = 0; i < db_count(rows); i++)
		if (str_eq(db_str(rows, i, "verdict"), STR("send")))
			sent = db_int(rows, i, "n");
	buf_printf(&p->r->left_out, "  %s, le %s : %lld à écrire", name, when,
		(long long)sent);
	for (size_t i = 0; i < db_count(rows); i++) {
		struct str verdict = db_str(rows, i, "verdict");

		if (str_eq(verdict, STR("send")))
			continue;
		buf_printf(&p->r->left_out, "%s %s, %lld",
			others++ ? " ;" : " ; laissés de côté :", reason_of_one(verdict),
			(long long)db_int(rows, i, "n"));
	}
	buf_puts(&p->r->left_out, "\n");
	return true;
}

static bool state_is(const struct db_rows *plan, size_t row, const char *state)
{
	return str_eq_z(db_str(plan, row, "state"), state);
}

static bool judge_those_that_begin(
	struct play *p, const struct db_rows *plan, usec_t then)
{
	for (size_t i = 0; i < db_count(plan); i++) {
		struct id16 mailing;

		db_get_uuid(plan, i, "id", &mailing);
		if (state_is(plan, i, "planned") && !db_true(plan, i, "paused") &&
			db_usec(plan, i, "due") <= then &&
			db_usec(plan, i, "not_after") > then &&
			!was_judged(p, &mailing) && !judge(p, plan, i, then))
			return false;
	}
	return true;
}

static bool has_work(const struct play *p, const struct db_rows *plan, usec_t now)
{
	bool open = window_is_open(&p->r->window, now);

	for (size_t i = 0; i < db_count(plan); i++)
		if ((open && db_true(plan, i, "work")) || db_true(plan, i, "late"))
			return true;
	return false;
}

static void earlier(usec_t *next, usec_t now, usec_t candidate)
{
	if (candidate > now && candidate < *next)
		*next = candidate;
}

/* When something may happen next; SCHEDULE_NEVER: nothing more. */
static usec_t next_instant(const struct play *p, const struct db_rows *plan, usec_t now)
{
	const struct window *window = &p->r->window;
	usec_t next = SCHEDULE_NEVER;

	for (size_t i = 0; i < db_count(plan); i++) {
		usec_t due = db_usec(plan, i, "due"),
		       not_after = db_usec(plan, i, "not_after"),
		       not_before = db_usec(plan, i, "not_before");

		if (db_true(plan, i, "paused") ||
			(!state_is(plan, i, "planned") && !state_is(plan, i, "sending")))
			continue;
		earlier(&next, now, schedule_next(window, due > now ? due : now));
		if (not_before > 0)
			earlier(&next, now, schedule_next(window, not_before));
		earlier(&next, now, not_after);
	}
	return next;
}

static bool step(struct play *p)
{
	SCOPED(db_rows_drop) struct db_rows *plan = NULL;
	struct db_params params = {0};
	usec_t now = rehearsal_now(), next;

	db_text_z(&params, p->r->options->edition);
	db_time(&params, now);
	if (!db_run(p->r->copy, &SQL_REHEARSE_PLAN, &params, &plan, &p->err))
		return false;
	if (has_work(p, plan, now))
		return clock_monotonic() - p->quiet_since < STALL ||
			err_set(&p->err, ERR_BROKEN,
				"the rehearsal stands still although there is mail to send: this is a fault of the program, please report it");
	next = next_instant(p, plan, now);
	if (next >= p->r->end) {
		leave(p);
		return true;
	}
	if (!answer_until(p, next) || !judge_those_that_begin(p, plan, next))
		return false;
	rehearsal_set_now(next);
	p->quiet_since = clock_monotonic();
	return true;
}

static void look(void *arg)
{
	struct play *p = arg;
	size_t count = mailbox_count(p->r->mailbox);

	if (p->leaving)
		return;
	if (!rehearsal_goes_on(&p->err)) {
		fail(p);
		return;
	}
	if (count != p->seen || smtp_in_flight(p->smtp) > 0) {
		p->seen = count;
		p->quiet_since = clock_monotonic();
		if (p->r->options->progress)
			p->r->options->progress(
				rehearsal_now(), (int64_t)count, p->r->edition->zone);
		return;
	}
	if (!step(p))
		fail(p);
}

static struct outbox *make_outbox(struct play *p)
{
	struct rehearsal *r = p->r;
	const struct config *c = r->options->config;
	const struct outbox_options options = {
		.public_url = c->public_url,
		.from_name = c->mail_from_name,
		.from_address = *c->mail_from_address ? c->mail_from_address
						      : "expediteur@" REHEARSAL_DOMAIN,
		.reply_to = c->mail_reply_to,
		.organisation = c->organisation,
		.contact_address = c->contact_address,
		.bounce_address = c->bounce_address,
		.per_minute = NO_PACE,
		.now = rehearsal_now,
		.address_public = box_public(&r->address),
		.address_secret = r->address,
		.stops = r->mail_keys.stops,
		.bounces = r->mail_keys.bounces,
		.mark = &r->mark,
		.show = mailbox_show,
		.show_arg = r->mailbox,
	};
	const struct edition_tokens tokens = {r->edition->code, r->campaign_keys.tokens};

	return outbox_new(p->loop, p->pool, p->smtp, &r->editions, &tokens, 1, &options);
}

/* What is due at the very beginning. */
static bool judge_the_first(struct play *p)
{
	SCOPED(db_rows_drop) struct db_rows *plan = NULL;
	struct db_params params = {0};
	usec_t now = rehearsal_now();

	db_text_z(&params, p->r->options->edition);
	db_time(&params, now);
	return db_run(p->r->copy, &SQL_REHEARSE_PLAN, &params, &plan, &p->err) &&
		judge_those_that_begin(p, plan, now);
}

static void run(struct play *p, const char *conninfo)
{
	SCOPED(free_char)
	char *url = x_printf("smtp://127.0.0.1:%d", sink_port(p->sink));
	const struct smtp_options to_sink = {.url = url,
		.user = "",
		.password = "",
		.ca_file = "",
		.connections = CONNECTIONS};

	p->loop = loop_new();
	p->pool = db_pool_new(p->loop, conninfo, "barometre_mailer", 2);
	p->smtp = smtp_new(p->loop, &to_sink);
	p->outbox = make_outbox(p);
	p->timer = timer_new(p->loop, look, p);
	timer_start(p->timer, LOOK, true);
	p->quiet_since = clock_monotonic();
	outbox_start(p->outbox);
	loop_run(p->loop);
	timer_free(p->timer);
	outbox_free(p->outbox);
	smtp_free(p->smtp);
	db_pool_free(p->pool);
	loop_free(p->loop);
}

static void set_span(struct rehearsal *r)
{
	usec_t now = clock_now(), opens = r->edition->opens;

	r->start = r->was_open && now > opens ? now : opens;
	r->end = r->edition->closes;
	if (r->options->days > 0 && r->start + r->options->days * USEC_PER_DAY < r->end)
		r->end = r->start + r->options->days * USEC_PER_DAY;
}

bool rehearsal_play(struct rehearsal *r, struct err *err)
{
	struct play p = {.r = r};
	char *conninfo = login_string(&r->copy_config, "mailer", err);

	if (!conninfo)
		return false;
	set_span(r);
	for (size_t i = 0; i < r->contact_count; i++)
		r->contacts[i].answers_after = answers_after(r->options, i);
	rehearsal_set_now(r->start);
	r->mailbox = mailbox_new(r);
	p.sink = sink_start(mailbox_knows, mailbox_take, r->mailbox, err);
	if (p.sink && judge_the_first(&p))
		run(&p, conninfo);
	else
		p.failed = p.sink != NULL;
	sink_stop(p.sink);
	secret_free(conninfo);
	free(p.judged);
	if (p.failed && err)
		*err = p.err;
	return p.sink && !p.failed;
}

static void rehearsal_release(struct rehearsal *r)
{
	mailbox_free(r->mailbox);
	editions_release(&r->editions);
	buf_release(&r->left_out);
	free(r->contacts);
	secret_wipe(&r->campaign_keys, sizeof(r->campaign_keys));
	secret_wipe(&r->mail_keys, sizeof(r->mail_keys));
	secret_wipe(&r->address, sizeof(r->address));
}

/* Of two errors the first is told, unless the copy is still there: then how to remove it comes before. */
static void tell(struct err *err, const struct err *first, const struct err *later)
{
	if (!err)
		return;
	if (later->code == ERR_NONE)
		*err = *first;
	else if (first->code == ERR_NONE)
		*err = *later;
	else
		(void)err_set(err, first->code, "%s; before that: %s", later->text,
			first->text);
}

bool rehearse(const struct rehearse_options *options, struct buf *out, bool *ret_fits,
	struct err *err)
{
	struct rehearsal r = {.options = options, .left_out = BUF_LIMIT(1u << 20)};
	struct err first = {0}, later = {0};
	bool ok, gone;

	letter_init();
	rehearsal_watch();
	ok = rehearsal_copy(&r, &first) && rehearsal_play(&r, &first) &&
		rehearsal_goes_on(&first) &&
		rehearsal_report(&r, out, ret_fits, &first) && rehearsal_goes_on(&first);
	/* Whatever happened, the copy goes. */
	gone = rehearsal_drop(&r, &later);
	rehearsal_unwatch();
	if (!ok || !gone)
		tell(err, &first, &later);
	rehearsal_release(&r);
	return ok && gone;
}
