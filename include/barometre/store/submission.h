/* SPDX-License-Identifier: Apache-2.0 */
/*
 * submission.h - the only module that sees invitations and boxes together: drafts, the one transaction, objections.
 * Role barometre_web.
 *
 * Promises: T1 an answer is acknowledged (SUBMIT_STORED) only after COMMIT.
 *   T2 an invitation is spent at most once and a slot is used at most once. A repetition with the same slot (double click,
 *   reload, our own retry after a commit we never heard of) is SUBMIT_STORED again: the same thanks, the same
 *   receipt, one box. SUBMIT_ALREADY is for an invitation that was spent with another slot.
 *   T3 what is stored will be counted: the edition was open when the transaction looked last, after its insert, and the
 *   count waits for it (functions/web.sql). Otherwise SUBMIT_CLOSED and nothing stored.
 *   T4 one bad row does not sink the others: a failed batch is tried again row by row.
 *   T5 a lost connection is not an answer lost: tried again until 20 s after submitter_put, then ERR_BUSY (and the answer
 *   may have been stored: the person presses again and gets SUBMIT_STORED).
 * Group commit: what queues while a batch is in flight is the next batch (at most 64), on two connections.
 */
#ifndef BAROMETRE_STORE_SUBMISSION_H
#define BAROMETRE_STORE_SUBMISSION_H

#include "barometre/privacy/sealed.h"
#include "barometre/store/db.h"

/* Every done function runs exactly once, later; `err` is NULL on success. Views are borrowed during the call; on an
 * error they are empty. */
struct invitation_view {
	bool found, done;
	struct str edition, audience;
};
typedef void invitation_done_fn(
	void *arg, const struct invitation_view *, const struct err *err);
struct db_call *invitation_look_up(
	struct db_pool *, const struct hash32 *mac, invitation_done_fn *, void *arg);

struct draft_view {
	bool found;
	struct str box; /* the resume box */
	bool invitation_done;
};
typedef void draft_done_fn(void *arg, const struct draft_view *, const struct err *err);
/* `mac` NULL for an open link. */
struct db_call *draft_load(struct db_pool *, const struct hash32 *locator,
	const struct hash32 *mac, draft_done_fn *, void *arg);

/* A draft as it was read: where, and how its resume box began (random, new each time it is sealed). */
#define DRAFT_MARK_BYTES 24
struct draft_mark {
	struct hash32 locator;
	unsigned char b[DRAFT_MARK_BYTES];
	size_t n;
};
/* Writes over the draft that `was` was read from, and moves it to `locator` (the same, or another that is free). `was` NULL:
 * there was none. ERR_MISSING: it is not as it was read any more (written, sent, erased or moved meanwhile) and nothing is
 * written: read again. ERR_CONFLICT: the edition is not open. */
typedef void saved_done_fn(void *arg, const struct err *err);
struct db_call *draft_save(struct db_pool *, const char *edition, const char *audience,
	const struct draft_mark *was, const struct hash32 *locator, struct str resume_box,
	struct str count_box, saved_done_fn *, void *arg);
struct draft_mark draft_mark(const struct hash32 *locator, struct str resume_box);
struct db_call *draft_delete(
	struct db_pool *, const struct hash32 *locator, saved_done_fn *, void *arg);

/* ERR_MISSING: no invitation has that mac in that edition and audience. The outcome has no sense beside an error. */
enum submit_outcome {
	SUBMIT_STORED,
	SUBMIT_ALREADY,
	SUBMIT_CLOSED
};
struct submission {
	const char *edition, *audience,
		*channel; /* copied; channel "" or NULL when there is none */
	bool invited;
	struct hash32 mac; /* when invited */
	struct hash32 locator;
	struct id16 slot;
	struct str box; /* copied */
};
struct submitter;
/* Two statements of it are in the pool at most: give the pool a connection more for the rest. */
struct submitter *submitter_new(struct loop *, struct db_pool *);
/* Answers not yet acknowledged are dropped in silence; those in flight may still be stored. Before the pool. */
void submitter_free(struct submitter *);
typedef void submit_done_fn(void *arg, enum submit_outcome, const struct err *err);
/* Returns a ticket for submitter_forget (then `done` is silent, the answer is stored all the same). */
uint64_t submitter_put(
	struct submitter *, const struct submission *, submit_done_fn *, void *arg);
void submitter_forget(struct submitter *, uint64_t ticket);

/* Objection for ever: by the hash of the stop id. `found` false for an unknown one. */
typedef void stop_done_fn(void *arg, bool found, const struct err *err);
struct db_call *contact_stop(
	struct db_pool *, const struct hash32 *stop_hash, stop_done_fn *, void *arg);

/* Is the receipt's box still in the urn? And take it out before the count (the invitation stays done). */
typedef void receipt_done_fn(void *arg, bool found, const struct err *err);
struct db_call *receipt_check(
	struct db_pool *, const struct id16 *slot, receipt_done_fn *, void *arg);
struct db_call *receipt_withdraw(
	struct db_pool *, const struct id16 *slot, receipt_done_fn *, void *arg);

#endif
