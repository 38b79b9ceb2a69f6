/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mailing_store.h - the ledger: one row per mailing and contact, unique. Role barometre_mailer, which has no right to its tables:
 * each transition is one function of sql/functions/mailing.sql; what people decide is in mailing_plan.sql.
 *
 * A mailing (paused is beside its state: nothing is expanded nor claimed meanwhile)
 *
 *   planned --mailing_expand--> sending --mailing_finish, every row at its end--> finished (alarm: they do not add up)
 *     |  \                        |                                                |
 *     |   `-- mailing_hold_late --+--> held --mailing_reschedule--> planned
 *     |       (not_after passed,       |                                           |
 *     |        somebody left)          |          contacts who came late: planned ◄-'  delivery_decide again: sending
 *     `-- mailing_cancel (planned, sending, held) --> cancelled        edition_close: finished, unless cancelled
 *   mailing_finish also moves the mailings that count their days from this one; one that would be past its end is held.
 *
 * A row
 *
 *   (judged "send") --mailing_expand--> planned --mailing_claim--> claimed --delivery_record--> sent | refused (stops the contact)
 *     planned --mailing_claim, judged again--> skipped (done, objected, bounced, left_out; target: enough answers)
 *     planned --mailing_cancel, edition_close--> skipped (cancelled, closed)
 *     claimed --delivery_record--> planned (deferred by a 4xx; returned: it was never handed over) or, when the mailing is cancelled
 *       or the edition closed meanwhile, skipped
 *     claimed --mailing_recover--> unknown --delivery_decide, by a person--> sent | planned | skipped (given_up)
 *     unknown --delivery_record that came late--> sent | refused
 *
 * Promises: M1 a row is claimed by one claimer once (SKIP LOCKED, and the gate's row is the queue). M2 who is written to is judged
 *   in one place (mailing_judge), when the ledger is written and again at the claim. M3 planned = sent + refused + skipped +
 *   unknown when a mailing is finished: `written` says what was planned, another sum sets `alarm`. M4 nothing is claimed from
 *   a database that is behind what the mailer knows (struct gate).
 */
#ifndef BAROMETRE_STORE_MAILING_STORE_H
#define BAROMETRE_STORE_MAILING_STORE_H

#include "barometre/store/db.h"

/* What the mailer keeps outside the database: of which one, and how far it was. */
struct mail_mark {
	struct id16 mark;
	int64_t sequence;
};
struct gate {
	bool held, restored; /* restored: why it is held; else somebody asked */
	bool noticed;        /* held by this very call */
	struct mail_mark mark;
	int64_t letters; /* revision of the editions' own letters */
};
typedef void gate_done_fn(void *arg, const struct gate *, const struct err *);
/* May mail leave? `known`: what the file says, NULL when there is none. A database that is behind it, or another one, is held as
 * restored under a new mark; the mailer takes over the mark it is given while it is held, and whenever it has none. */
struct db_call *mail_gate_check(struct db_pool *, const struct mail_mark *known,
	usec_t now, gate_done_fn *, void *arg);

struct mailing {
	struct id16 id;
	char edition[33], kind[33], state[16]; /* planned, sending */
	usec_t due, not_after;
};
typedef void mailings_done_fn(
	void *arg, const struct mailing *, size_t count, const struct err *err);
/* Mailings of open editions that are due at `now` and have work left, also those past their end. */
struct db_call *mailings_due(struct db_pool *, usec_t now, mailings_done_fn *, void *arg);
typedef void count_done_fn(void *arg, int64_t count, const struct err *err);
/* Writes the ledger rows of a mailing; idempotent. State sending. Gives the rows added. */
struct db_call *mailing_expand(
	struct db_pool *, const struct mailing *, count_done_fn *, void *arg);
/* Past its end with somebody left: held. Gives 1 when it was held by this call. */
struct db_call *mailing_hold_late(
	struct db_pool *, const struct mailing *, usec_t now, count_done_fn *, void *arg);

struct mailing_end {
	int64_t left;         /* rows that have not come to their end */
	bool finished, alarm; /* by this call */
};
typedef void mailing_end_fn(void *arg, const struct mailing_end *, const struct err *);
/* Nothing left: finished, and added up. */
struct db_call *mailing_finish(struct db_pool *, const struct mailing *, usec_t now,
	mailing_end_fn *, void *arg);

struct delivery {
	struct id16 mailing, contact, invitation;
	struct str edition, audience, kind, address_box; /* borrowed during the call */
	int64_t attempt;
	bool waited;      /* it had a time to wait for */
	int64_t sequence; /* of the gate, moved by this claim, which it names */
};
typedef void deliveries_done_fn(
	void *arg, const struct delivery *, size_t count, const struct err *err);
/* Claims at most `limit` rows of one mailing (not_before passed), marks the others that must not be sent as skipped; so 0
 * deliveries do not mean that nothing is left. Nothing of an edition that is not open, after its closing time or past the mailing's
 * end, and nothing while the gate is held or behind `known`. */
struct db_call *delivery_claim(struct db_pool *, const struct mailing *, usec_t now,
	int limit, const struct mail_mark *known, deliveries_done_fn *, void *arg);

enum delivery_outcome {
	DELIVERY_SENT,
	DELIVERY_REFUSED,
	DELIVERY_DEFERRED,
	DELIVERY_RETURNED /* never left us: as if not claimed */
};
typedef void recorded_done_fn(void *arg, const struct err *err);
/* `sequence`: of the claim: what has been claimed again since is left alone. `code`: SMTP reply; `words`: the relay's after it (queue id, enhanced status), or NULL; `not_before` for DEFERRED, and for
 * RETURNED when it has to wait, else 0. */
struct db_call *delivery_record(struct db_pool *, const struct id16 *mailing,
	const struct id16 *contact, int64_t sequence, enum delivery_outcome, int code,
	const char *words, usec_t not_before, recorded_done_fn *, void *arg);
/* At the mailer's start and from time to time: rows claimed more than `age` ago become unknown. */
struct db_call *mailing_recover(
	struct db_pool *, usec_t now, usec_t age, count_done_fn *, void *arg);

#endif
