/* SPDX-License-Identifier: Apache-2.0 */
/* outbox_round.c - one look at what is due: the gate, the letters, then each mailing. */
#include <stdlib.h>

#include "outbox_private.h"

#define RECOVER_EVERY (5 * USEC_PER_MIN)
/* Longer than any claimed row can live here: two reply times of smtp.h and a wait for the pace. */
#define RECOVER_AGE (20 * USEC_PER_MIN)
/* Rows are claimed that much before their turn, at most. */
#define CLAIM_AHEAD (USEC_PER_SEC / 5)
#define DISK_REST USEC_PER_MIN

/* In order. */
static void on_recovered(void *arg, int64_t count, const struct err *);
static void look_at_gate(struct outbox *);
static void on_gate(void *arg, const struct gate *, const struct err *);
static void on_letters(void *arg, struct letters, const struct err *);
static void on_due(void *arg, const struct mailing *, size_t count, const struct err *);
static void next_mailing(struct outbox *);
static void on_expanded(void *arg, int64_t count, const struct err *);
static void on_late(void *arg, int64_t count, const struct err *);
static void on_claimed(
	void *arg, const struct delivery *, size_t count, const struct err *);
static void finish(struct outbox *);
static void on_finished(void *arg, const struct mailing_end *, const struct err *);
static void end_round(struct outbox *);

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

/* How many can be handed over now: a connection each, and its turn of the pace (nearly). Once the relay failed, one letter
 * shows whether it is back. */
static int lot(const struct outbox *o)
{
	size_t room = smtp_connections(o->smtp), busy = outbox_rows(o);
	usec_t paced = 1 + CLAIM_AHEAD / o->pace.step;

	if (busy >= room)
		return 0;
	if (o->relay_failures > 0)
		return busy == 0;
	return (int)((usec_t)(room - busy) < paced ? (usec_t)(room - busy) : paced);
}

/* Nothing is claimed while the relay rests, the database limps, or nothing could be handed over. */
void outbox_round(struct outbox *o)
{
	usec_t now = o->options.now(), turn = o->pace.next - clock_monotonic();

	if (o->in_round || o->draining || now < o->relay_until ||
		outbox_has_unrecorded(o) || lot(o) == 0)
		return;
	if (turn > 0 && !o->trials_wanted) {
		timer_start(o->pace_timer, turn, false);
		return;
	}
	o->in_round = true;
	if (now >= o->recover_at)
		o->call = mailing_recover(o->pool, now, RECOVER_AGE, on_recovered, o);
	else
		look_at_gate(o);
}

static void on_recovered(void *arg, int64_t count, const struct err *err)
{
	struct outbox *o = arg;

	o->call = NULL;
	if (database_failed(o, err))
		return;
	if (count > 0)
		log_warning("mail.unknown", F_COUNT("recovered", count),
			F_TEXT("remedy",
				"nobody knows whether these left: compare with the relay's own log, then decide on the staff site or with barometre mailing decide"));
	o->recover_at = o->options.now() + RECOVER_EVERY;
	look_at_gate(o);
}

static void look_at_gate(struct outbox *o)
{
	if (o->draining)
		end_round(o);
	else
		o->call = mail_gate_check(o->pool, o->has_known ? &o->known : NULL,
			o->options.now(), on_gate, o);
}

static void tell_held(struct outbox *o, const struct gate *gate)
{
	if (gate->restored && (gate->noticed || !o->told_held))
		log_error("mail.held", F_TEXT("reason", "restored"),
			F_TEXT("remedy",
				"this database is older than what left from here, or another one, or this is another machine: compare its ledger with the relay's log, decide, then barometre mail release"));
	else if (gate->held && !o->told_held)
		log_info("mail.held", F_TEXT("reason", "asked"));
	else if (!gate->held && o->told_held)
		log_info("mail.released", F_COUNT("sequence", gate->mark.sequence));
	o->told_held = gate->held;
}

static void on_gate(void *arg, const struct gate *gate, const struct err *err)
{
	struct outbox *o = arg;

	o->call = NULL;
	if (database_failed(o, err))
		return;
	tell_held(o, gate);
	bool other = !o->has_known ||
		memcmp(&o->known.mark, &gate->mark.mark, sizeof(o->known.mark)) != 0 ||
		o->known.sequence != gate->mark.sequence;
	if (other && (!gate->held || gate->restored) &&
		!outbox_keep_mark(o, &gate->mark)) {
		o->relay_until = o->options.now() + DISK_REST;
		end_round(o);
	} else if (gate->held || o->draining) {
		end_round(o);
	} else if (gate->letters != o->letters_revision) {
		o->letters_revision = gate->letters;
		o->call = letters_read(o->pool, on_letters, o);
	} else {
		o->call = mailings_due(o->pool, o->options.now(), on_due, o);
	}
}

static void on_letters(void *arg, struct letters letters, const struct err *err)
{
	struct outbox *o = arg;

	o->call = NULL;
	if (err)
		o->letters_revision = -1;
	if (database_failed(o, err))
		return;
	letters_release(&o->letters);
	o->letters = letters;
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
	if (o->trials_wanted) {
		o->trials_wanted = false;
		outbox_trial(o);
	}
	o->mailings = x_calloc(count + 1, sizeof(*o->mailings));
	if (count > 0)
		memcpy(o->mailings, mailings, count * sizeof(*mailings));
	o->mailing_count = count;
	o->at = 0;
	next_mailing(o);
}

static void next_mailing(struct outbox *o)
{
	for (; o->at < o->mailing_count && !o->draining; o->at++) {
		const struct mailing *m = &o->mailings[o->at];
		const struct post *post = outbox_post(o, m->edition);
		usec_t now = o->options.now();

		if (!post || !letter_exists(m->kind))
			continue;
		if (now >= m->not_after) {
			o->call = mailing_hold_late(o->pool, m, now, on_late, o);
			return;
		}
		if (strcmp(m->state, "planned") == 0) {
			o->call = mailing_expand(o->pool, m, on_expanded, o);
			return;
		}
		if (window_is_open(&post->window, now) && lot(o) > 0 &&
			o->pace.next <= clock_monotonic()) {
			o->call = delivery_claim(
				o->pool, m, now, lot(o), &o->known, on_claimed, o);
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

static void on_late(void *arg, int64_t count, const struct err *err)
{
	struct outbox *o = arg;

	o->call = NULL;
	if (database_failed(o, err))
		return;
	if (count == 0) {
		finish(o);
		return;
	}
	log_error("mail.late", F_TEXT("kind", o->mailings[o->at].kind),
		F_TEXT("remedy",
			"its time has passed and somebody was left: give it another time or cancel it, on the staff site or with barometre mailing reschedule or cancel"));
	o->at++;
	next_mailing(o);
}

static void on_claimed(
	void *arg, const struct delivery *deliveries, size_t count, const struct err *err)
{
	struct outbox *o = arg;
	const struct mailing *m = &o->mailings[o->at];

	o->call = NULL;
	if (database_failed(o, err))
		return;
	if (count == 0) {
		finish(o);
		return;
	}
	/* On disk before anything leaves. */
	struct mail_mark mark = {o->known.mark, deliveries[0].sequence};
	bool kept = outbox_keep_mark(o, &mark);

	if (!kept)
		o->relay_until = o->options.now() + DISK_REST;
	for (size_t i = 0; i < count; i++)
		outbox_row_add(o, m, &deliveries[i], kept);
	end_round(o);
	outbox_pump(o);
}

static void finish(struct outbox *o)
{
	if (o->draining)
		end_round(o);
	else
		o->call = mailing_finish(
			o->pool, &o->mailings[o->at], o->options.now(), on_finished, o);
}

static void on_finished(void *arg, const struct mailing_end *end, const struct err *err)
{
	struct outbox *o = arg;

	o->call = NULL;
	if (database_failed(o, err))
		return;
	if (end->finished)
		log_info("mail.finished", F_TEXT("kind", o->mailings[o->at].kind));
	if (end->alarm)
		log_error("mail.alarm", F_TEXT("kind", o->mailings[o->at].kind),
			F_TEXT("remedy",
				"sent, refused, skipped and unknown do not add up to what was planned, so rows of the ledger were lost: compare it with the relay's log and with a backup before another mailing leaves"));
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
		outbox_pump(o);
	outbox_check_drained(o);
}
