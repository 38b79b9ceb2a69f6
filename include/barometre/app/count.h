/* SPDX-License-Identifier: Apache-2.0 */
/*
 * count.h - the dépouillement: opens the urn of a closed edition, shuffles, tabulates, stores; then turns people into totals and
 * destroys the keys.
 *
 * In three steps, each durable before the next begins:
 *   1 one transaction: boxes opened, checked, tabulated, rows inserted, totals checked, release and record stored, urn emptied;
 *     state counted
 *   2 another transaction: participation and the ledger of mails become totals; invitations, ledger and drafts go
 *   3 the keys are destroyed, the record (procès-verbal) is completed and sealed by its hash, also in the journal
 * Promises
 *   N1 Killed at any point before the commit of step 1 it has changed nothing. Killed later, count_run finishes what is left
 *      and never counts again; so does count_resume, which the keeper calls when it starts. Done twice it is refused.
 *   N2 boxes = complete answers + invalid ones, per audience, or nothing is committed.
 *   N3 Rows are written in a random order, each questionnaire apart; localities as totals; texts and contact wishes in orders
 *      of their own, with no key in common: a uniform permutation of all rows, wishes and texts together, so that those of
 *      one kind, or of one field, tell nothing of another (src/app/count_private.h).
 *   N4 A draft of someone who also sent a box is not counted (same instance inside both).
 *   N5 Tables are made in the same pass, before the answers are coarsened for keeping. Of the kept rows the segments together
 *      are coarsened until every combination is held by max(5, min_cell) rows (count_classes.h); they hold no locality, no
 *      exact number of a segment, no text, nothing of an identifying question, no calculated value but segments.
 *   N6 Keys are destroyed only when no box was invalid, or when told to (waive; also later, by count_run with waive_invalid). Then
 *      the record is sealed again; the hash it had is in its "former_hashes", for whoever holds files that were published before.
 *   N7 No row of the answer side and no row of the identity side are written by one transaction.
 *   N8 Memory is bounded by 80 bytes a box and 16 a text (src/app/count_private.h), some 200 for each combination of segments
 *      that somebody gave, and one chunk of what is being written: at most 4096 rows, wishes and texts, of our forms some
 *      15 MB. The tables are counters of eight bytes: each question's cells, once for everybody and once for each category of each
 *      crossing, and one for each pair of categories of two crossings; of our forms under 2 MB (tabulate.h). Nothing else of an answer
 *      stays. Measured: tests/bench/README.md.
 *
 * Dispositions. Every contact of a list falls into one class when step 2 begins (functions/participation.sql), named after
 * AAPOR, Standard Definitions (7th edition, 2011), internet surveys of specifically named persons, table 4:
 *   complete     I (1.1)      the personal link was used to send an answer. A box taken out again with its receipt stays here.
 *   refusal      R (2.11)     objected, by the link in a mail, and did not answer
 *   undelivered  UO (3.30)    bounced, or refused by the relay and never sent: nobody was reached, and whether the address
 *                             is of somebody concerned is unknown
 *   not_sent     UO (3.11)    no mail left for it (added late, list without mails)
 *   silent       UO (3.19)    a mail left and nothing came back: not known whether it was read. Mails whose fate is unknown
 *                             (claimed and never recorded) count as left.
 * What cannot be known, by design: P (1.2). A counted draft has no link to a contact, so partial answers are known by
 * audience only (record "partial"); their authors are among the silent, or came by an open link. For the same reason nobody
 * knows who began and left (2.12). "Not eligible" (4.0) cannot be told from silence. RR1 = I / contacts is exact and a lower bound;
 * RR2 = (I + P) / contacts holds only for an audience without open link.
 */
#ifndef BAROMETRE_APP_COUNT_H
#define BAROMETRE_APP_COUNT_H

#include <jansson.h>

#include "barometre/base/secret.h"
#include "barometre/store/db.h"

struct count_options {
	const char *key_directory;
	bool waive_invalid;
	usec_t now;
	/* NULL: <edition>.count of the key folder is read. ERR_DENIED when its public half is not the edition's. */
	const struct secret_key *counting_key;
	/* Who brought it, for the record; NULL when the server kept it. */
	const char *custodian;
	/* May be NULL. Boxes of an audience are handled twice: `total` is 2 (boxes + drafts), and the function is called
	 * at most once in a hundred of them, and at the end, inside the transaction. With `audience` NULL, `total` is 3: step 1 is
	 * done, step 2 is, and 3 when the keys are destroyed or kept, before the record is sealed. */
	void (*progress)(void *arg, const char *audience, int64_t done, int64_t total);
	void *progress_arg;
};
/* Two of them. On a terminal: one line on standard error, written over; `arg` NULL. In the log: at most every five seconds, counts
 * only; `arg` a zeroed struct count_pace. */
void count_progress_terminal(
	void *arg, const char *audience, int64_t done, int64_t total);
struct count_pace {
	usec_t last;
};
void count_progress_log(void *arg, const char *audience, int64_t done, int64_t total);

/* *ret_record: new reference, the record (procès-verbal) as JSON; record_print makes it readable.
 * ERR_CONFLICT: not closed, or counted already. ERR_MISSING: no such edition, no key. ERR_DENIED: not its key. */
bool count_run(struct db *keeper, const char *edition, const struct count_options *,
	json_t **ret_record, struct err *) MUST_USE;
/* Finishes every count that was interrupted after its first transaction; needs no counting key. *ret_finished: how many. */
bool count_resume(struct db *keeper, const struct count_options *, int *ret_finished,
	struct err *) MUST_USE;
/* In French, for people. */
void record_print(const json_t *record, struct buf *out);
/* The hash a complete record bears as "hash": BLAKE2b-256, in hex, of its canonical JSON (compact, members sorted, UTF-8) without
 * "hash" itself. */
void record_hash(const json_t *record, char out[65]);

#endif
