/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bounce_store.h - reports about mail, and objections that staff were told of. sql/functions/bounce.sql has the rules.
 */
#ifndef BAROMETRE_STORE_BOUNCE_STORE_H
#define BAROMETRE_STORE_BOUNCE_STORE_H

#include "barometre/store/db.h"

enum bounce_effect {
	BOUNCE_STOPPED, /* nobody writes to this contact any more */
	BOUNCE_COUNTED, /* for a time only; the third mail that comes back stops */
	BOUNCE_SEEN,    /* read before, or stopped before */
	BOUNCE_UNKNOWN  /* no such contact any more, or no mail of ours to it */
};
/* `kind` is "hard", "soft" or "complaint"; `status` as shown, "550 5.1.1". Role mailer. The same report counts once. */
bool bounce_record(struct db *, const struct id16 *contact, const struct hash32 *report,
	const char *kind, const char *status, enum bounce_effect *ret, struct err *)
	MUST_USE;

/* Owner (commands). The number of contacts that have this address, in all editions; 0 is fine, the objection is kept. */
bool contact_object(struct db *, const struct hash32 *address, const char *login,
	int64_t *ret_found, struct err *) MUST_USE;

#endif
