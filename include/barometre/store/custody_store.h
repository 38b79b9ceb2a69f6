/* SPDX-License-Identifier: Apache-2.0 */
/*
 * custody_store.h - who has a file of an edition's counting key, and when each was last tried.
 *
 * Names and days only: no key, no file, no passphrase is ever in the database. The public half is the edition's count_key,
 * which such an edition has before it opens.
 */
#ifndef BAROMETRE_STORE_CUSTODY_STORE_H
#define BAROMETRE_STORE_CUSTODY_STORE_H

#include "barometre/store/db.h"

struct custodian {
	char *name;
	char verified_on[11]; /* "2026-11-22", or empty: never */
};
struct custodians { /* in the order of their naming */
	struct custodian *list;
	size_t count;
};

/* Owner, staff, keeper. Empty when the edition has none, or is not there. */
bool custodians_load(
	struct db *, const char *edition, struct custodians *ret, struct err *) MUST_USE;
void custodians_release(struct custodians *);
size_t custodians_unverified(const struct custodians *);

/* Owner. Takes part in the transaction of the caller. ERR_MISSING: no such edition; ERR_CONFLICT: not a draft, not with custodians,
 * fewer than two names, or made before and not `again`. */
bool custody_store_make(struct db *, const char *edition, const struct public_key *,
	const char *const *names, size_t count, bool again, struct err *) MUST_USE;
/* Owner. The day as "2026-11-22". ERR_CONFLICT: the edition's key is another one by now; nobody has this name. */
bool custody_store_verify(struct db *, const char *edition, const struct public_key *,
	const char *name, const char *day, struct err *) MUST_USE;

#endif
