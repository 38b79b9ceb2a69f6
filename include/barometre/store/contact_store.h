/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contact_store.h - people and structures that can be invited, and their right to answer once.
 *
 * The address lives in a box sealed to the mailer's key; its keyed hash finds duplicates and objections.
 * Owner role (command line), one transaction: all rows or none.
 */
#ifndef BAROMETRE_STORE_CONTACT_STORE_H
#define BAROMETRE_STORE_CONTACT_STORE_H

#include "barometre/store/db.h"

struct new_contact {
	struct id16 contact, invitation;
	const char *audience, *department,
		*type; /* segments of the list; "" or NULL when unknown */
	struct str address_box;
	struct hash32 address_hash, mac, stop_hash; /* stop_hash = hash_plain(stop id) */
};
/* ERR_CONFLICT when the edition is neither draft nor open, ERR_INVALID for an audience it does not have. `after_open` is recorded and counted in the record. Contacts already there (same edition, audience, address) are left as they
 * are and counted in *ret_known; objecting addresses are stored with their objection and counted. `uninvited`: of the edition, those to whom
 * nothing was sent and no invitation is to come. */
struct contacts_result {
	int64_t added, known, objecting, uninvited;
};
bool contacts_add(struct db *, const char *edition, const struct new_contact *,
	size_t count, struct contacts_result *ret, struct err *) MUST_USE;
/* The invitation and contact of an address, for "barometre link". ERR_MISSING. */
bool contact_find(struct db *, const char *edition, const struct hash32 *address,
	struct id16 *ret_contact, struct id16 *ret_invitation, char ret_audience[33],
	struct err *) MUST_USE;

#endif
