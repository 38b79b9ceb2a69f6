/* SPDX-License-Identifier: Apache-2.0 */
/*
 * privacy_store.h - what is kept for a time only, and its end.
 *
 * An edition says how long it keeps contacts, contact wishes and the journal ("retention" in its file); without it: contacts six
 * months after the closing day, wishes a year, the journal twelve months (sql/migrations/0005_retention.sql is the one place).
 * Deleted when due: contacts with their address boxes and bounces, and the wishes, of counted editions (contacts of drafts too);
 * expired sessions of the staff; finished tasks and objection requests after 30 days; hashes of reports about mail after 180; the journal, but for the hashes of records.
 * Never deleted: objections (hashes under a key), because they are what keeps a promise.
 * Promises: R1 nothing of an edition that was opened and is not counted goes, whatever the date: it is reported as held.
 *   R2 what should have gone with the count and is still there is reported, not deleted. R3 the dates are compared by the
 *   server's clock.
 */
#ifndef BAROMETRE_STORE_PRIVACY_STORE_H
#define BAROMETRE_STORE_PRIVACY_STORE_H

#include <jansson.h>

#include "barometre/store/edition_store.h"

/* "retention": {"contacts":"2027-07-31","journal_months":12,"wishes":"2027-12-31"} of an edition file: each key may be left out, and
 * the whole of it (NULL). Dates are last days, not before the closing day; months are 1 to 120. Checks, and stores with the
 * edition, which is there already. Errors name file, key and remedy. */
bool retention_define(struct db *, const json_t *retention, const char *file,
	const char *edition, usec_t closes, const char *zone, struct err *) MUST_USE;
/* Fills edition.retention of each. Any role. */
bool retention_load(struct db *, struct editions *, struct err *) MUST_USE;

struct retention_line {
	char *kind; /* contacts, bounces, wishes, sessions, tasks, reports, requests, journal, objections; invitations, deliveries, drafts, boxes */
	char *edition; /* "" where it is not of one */
	char until
		[11]; /* YYYY-MM-DD, the last day (the journal: the oldest one kept); "" for none */
	int64_t before, due, deleted, after;
	int64_t held;     /* past its date, but the edition is not counted */
	int64_t leftover; /* should have gone with the count */
};
struct retention_report {
	struct retention_line *list;
	size_t count;
	bool verified; /* retention_verify found nothing due any more */
};
/* Looks at every kind (a line each, due or not), and deletes what is due unless `dry_run`; people and answers each in a transaction
 * of their own. Owner or keeper. The journal keeps the totals, and gets no line when nothing but sessions went. */
bool retention_run(struct db *, bool dry_run, struct retention_report *ret, struct err *)
	MUST_USE;
/* Counts again, best over another connection, into `after` and `verified`. */
bool retention_verify(struct db *, struct retention_report *, struct err *) MUST_USE;
/* Writes every table that is purged anew, so that its files hold no more what was deleted, now or since the last time: the
 * keeper deletes, too, and may not do this. Each is locked meanwhile. Owner. Waits for older transactions of the
 * PostgreSQL server, ERR_BUSY after three minutes. */
bool retention_rewrite(struct db *owner, struct err *) MUST_USE;
void retention_report_release(struct retention_report *);

#endif
