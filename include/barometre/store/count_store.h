/* SPDX-License-Identifier: Apache-2.0 */
/*
 * count_store.h - what the count reads and writes, inside the caller's transaction. Role barometre_keeper.
 *
 * Order: count_start (locks, checks closed) → count_boxes per audience, count_drafts per audience → count_insert_* →
 * count_finish (checks totals, empties urn and drafts, invitations to totals, state counted) → commit by the caller.
 */
#ifndef BAROMETRE_STORE_COUNT_STORE_H
#define BAROMETRE_STORE_COUNT_STORE_H

#include "barometre/privacy/sealed.h"
#include "barometre/store/db.h"

/* ERR_CONFLICT when not closed, or already counted. */
bool count_start(struct db *, const char *edition, struct err *) MUST_USE;
/* Streams by cursor, in no order to rely on: one at a time. `each` may write (count_keep_invalid); returning false stops with its
 * err, and then the transaction is good for db_rollback only. `slot` names an invalid box; NULL for drafts. */
typedef bool box_fn(void *arg, const struct id16 *slot, struct str box, struct err *);
bool count_boxes(struct db *, const char *edition, const char *audience, box_fn *,
	void *arg, struct err *) MUST_USE;
bool count_drafts(struct db *, const char *edition, const char *audience, box_fn *,
	void *arg, struct err *) MUST_USE;

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

/* `record` is the procès-verbal as a JSON object. Per audience, and with no audience that has anything left out, else
 * ERR_CONFLICT: boxes in the urn = boxes = complete + invalid; drafts = partial + drafts_dropped; rows of response are
 * complete and partial; at least `invalid` boxes were kept by count_keep_invalid. Ledger rows become totals too: one skipped
 * because its person had answered tells who had. */
struct count_totals {
	int64_t boxes, complete, partial, invalid, drafts_dropped;
};
bool count_finish(struct db *, const char *edition, const char *const *audiences,
	const struct count_totals *, size_t count, json_t *record, struct err *) MUST_USE;
/* The record of a counted edition: new reference. */
json_t *count_record(struct db *, const char *edition, struct err *) MUST_USE;

#endif
