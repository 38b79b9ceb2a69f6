/* SPDX-License-Identifier: Apache-2.0 */
/*
 * count_store.h - what the count reads and writes. Role barometre_keeper.
 *
 * First transaction, the caller's: count_start (locks, checks closed) → count_boxes and count_drafts, then count_fetch, per
 * audience → count_insert_* → count_finish (checks totals, empties the urn, state counted) → commit.
 * Second: count_settle, a transaction of its own, so that nothing of the answer side is written together with the
 * identity side. Then the keys (count.h), then count_seal. count_stage tells where an interrupted count stands.
 */
#ifndef BAROMETRE_STORE_COUNT_STORE_H
#define BAROMETRE_STORE_COUNT_STORE_H

#include "barometre/privacy/sealed.h"
#include "barometre/store/db.h"

/* ERR_CONFLICT when not closed, or already counted. */
bool count_start(struct db *, const char *edition, struct err *) MUST_USE;
/* How many there are; exact between count_start and the end of the transaction. */
bool count_sizes(struct db *, const char *edition, const char *audience,
	int64_t *ret_boxes, int64_t *ret_drafts, struct err *) MUST_USE;
/* Streams by cursor, in no order to rely on: one at a time. `each` may write (count_keep_invalid); returning false stops with its
 * err, and then the transaction is good for db_rollback only. `slot` names the box to count_fetch; of a draft it is a random
 * name that count_start gave it (the locator is no business of the keeper). */
typedef bool box_fn(void *arg, const struct id16 *slot, struct str box, struct err *);
bool count_boxes(struct db *, const char *edition, const char *audience, box_fn *,
	void *arg, struct err *) MUST_USE;
bool count_drafts(struct db *, const char *edition, const char *audience, box_fn *,
	void *arg, struct err *) MUST_USE;
/* The same again by name, COUNT_FETCH_MAX at once at most, in no order: `at` is the place in the list. ERR_CONFLICT when one
 * is not there (our locks were lost). */
#define COUNT_FETCH_MAX 100
typedef bool fetched_fn(void *arg, size_t at, struct str box, struct err *);
bool count_fetch(struct db *, const char *edition, bool drafts, const struct id16 *slots,
	size_t, fetched_fn *, void *arg, struct err *) MUST_USE;

/* Rows are written in the order given: shuffle first. Ids are random, made here. */
struct new_response {
	struct str answers;
	const char *completeness; /* "complete", "partial" */
};
bool count_insert_responses(struct db *, const char *edition, const char *audience,
	const struct new_response *, size_t, struct err *) MUST_USE;
struct new_verbatim {
	const char *question;
	struct str text;
};
bool count_insert_verbatims(struct db *, const char *edition, const char *audience,
	const struct new_verbatim *, size_t, struct err *) MUST_USE;
struct place_total {
	const char *question, *code;
	int64_t count;
};
bool count_insert_places(struct db *, const char *edition, const char *audience,
	const struct place_total *, size_t, struct err *) MUST_USE;
bool count_insert_wishes(struct db *, const char *edition, const char *audience,
	const struct str *inner_boxes, size_t, struct err *) MUST_USE;
/* Stays sealed, apart; the reason is ours ("cannot be opened", "unknown form"). */
bool count_keep_invalid(struct db *, const char *edition, const char *audience,
	struct str box, const char *reason, struct err *) MUST_USE;

/* `record` is the procès-verbal so far, a JSON object. Per audience, and with no audience that has anything left out, else
 * ERR_CONFLICT: boxes in the urn = boxes = complete + invalid; drafts = partial + drafts_dropped; rows of response are
 * complete and partial; at least `invalid` boxes were kept by count_keep_invalid. */
struct count_totals {
	int64_t boxes, complete, partial, invalid, drafts_dropped;
};
bool count_finish(struct db *, const char *edition, const char *const *audiences,
	const struct count_totals *, size_t count, json_t *record, struct err *) MUST_USE;

/* Participation and ledger become totals; invitations, ledger and drafts go. Once: a repetition does nothing.
 * ERR_CONFLICT: not counted. ERR_BUSY: somebody else was in the way, to be tried again. */
bool count_settle(struct db *, const char *edition, struct err *) MUST_USE;

/* ERR_MISSING: not counted. */
enum count_stage {
	COUNT_COUNTED, /* the first transaction is done */
	COUNT_SETTLED, /* the second too */
	COUNT_SEALED   /* and the record is complete */
};
bool count_stage(struct db *, const char *edition, enum count_stage *ret, struct err *)
	MUST_USE;
/* Codes of editions that stand between, each to be freed, and the list; NULL-terminated. */
bool count_unfinished(struct db *, char ***ret_editions, struct err *) MUST_USE;
/* New reference: [{"audience", "contacts", "complete", "refusal", "undelivered", "not_sent", "silent", "open"}], in the order of
 * the edition; empty before count_settle. */
json_t *count_dispositions(struct db *, const char *edition, struct err *) MUST_USE;
/* New reference: names of tables that hold rows of other editions, so that rows were deleted where files would have been
 * unlinked. */
json_t *count_shared(struct db *, const char *edition, struct err *) MUST_USE;
/* What is in memory into the files. Wants the right pg_checkpoint: false is no reason to stop. */
bool count_checkpoint(struct db *, struct err *) MUST_USE;
/* The complete record and its hash (64 hex digits), here and in the journal. ERR_CONFLICT: not settled. */
bool count_seal(struct db *, const char *edition, const json_t *record, const char *hash,
	struct err *) MUST_USE;
/* The record of a counted edition, with "hash" when it is complete: new reference. */
json_t *count_record(struct db *, const char *edition, struct err *) MUST_USE;
/* What a record calls an audience: its label, or else its code. */
const char *count_record_label(const json_t *record, const char *audience);

#endif
