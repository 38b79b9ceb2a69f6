/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mailing_store.h - the ledger: one row per mailing and contact, unique. Role barometre_mailer.
 *
 *   planned --delivery_claim--> claimed --delivery_record--> sent | refused | planned again (4xx, with not_before)
 *      \--delivery_claim--> skipped (done, objected, bounced, late)      claimed --mailing_recover--> unknown (held for a person)
 * Promises: M1 a row is claimed by one claimer once (UPDATE … RETURNING with SKIP LOCKED). M2 whether to send is read at the claim.
 *   M3 planned = sent + refused + skipped + unknown when a mailing is finished.
 */
#ifndef BAROMETRE_STORE_MAILING_STORE_H
#define BAROMETRE_STORE_MAILING_STORE_H

#include "barometre/store/db.h"

struct mailing {
	struct id16 id;
	char edition[33], kind[33], state[16]; /* planned, sending, finished, held */
	usec_t due, not_after;
};
typedef void mailings_done_fn(
	void *arg, const struct mailing *, size_t count, const struct err *err);
/* Mailings of open editions that are due at `now` and not finished or held. */
struct db_call *mailings_due(struct db_pool *, usec_t now, mailings_done_fn *, void *arg);
typedef void count_done_fn(void *arg, int64_t count, const struct err *err);
/* Writes the ledger rows of a mailing (population: not done, not objecting, not bounced; relances: only contacts whose
 * invitation was sent; never to an address that was refused in this edition); idempotent. State sending. Gives the rows added. */
struct db_call *mailing_expand(
	struct db_pool *, const struct mailing *, count_done_fn *, void *arg);
/* Nothing left to claim: finished. Counts what is left otherwise. */
struct db_call *mailing_finish(
	struct db_pool *, const struct mailing *, count_done_fn *, void *arg);

struct delivery {
	struct id16 mailing, contact, invitation;
	struct str edition, audience, kind, address_box; /* borrowed during the call */
	int64_t attempt;
};
typedef void deliveries_done_fn(
	void *arg, const struct delivery *, size_t count, const struct err *err);
/* Claims at most `limit` rows of one mailing (not_before passed), marks the others that must not be sent as skipped; so 0
 * deliveries do not mean that nothing is left. Nothing of an edition that is not open, or after its closing time, is claimed. */
struct db_call *delivery_claim(struct db_pool *, const struct mailing *, usec_t now,
	int limit, deliveries_done_fn *, void *arg);

enum delivery_outcome {
	DELIVERY_SENT,
	DELIVERY_REFUSED,
	DELIVERY_DEFERRED,
	DELIVERY_RETURNED /* never left us: as if not claimed */
};
typedef void recorded_done_fn(void *arg, const struct err *err);
/* `code`: SMTP reply; `queue_id`: the relay's words after it, or NULL; `retry_at` for DEFERRED. A row deferred or returned after
 * the edition closed is skipped (closed). */
struct db_call *delivery_record(struct db_pool *, const struct id16 *mailing,
	const struct id16 *contact, enum delivery_outcome, int code, const char *queue_id,
	usec_t retry_at, recorded_done_fn *, void *arg);
/* At the mailer's start: rows claimed more than `age` ago become unknown. */
struct db_call *mailing_recover(
	struct db_pool *, usec_t now, usec_t age, count_done_fn *, void *arg);

#endif
