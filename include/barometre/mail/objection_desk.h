/* SPDX-License-Identifier: Apache-2.0 */
/*
 * objection_desk.h - applies the objections that staff write down: every two seconds, on the mailer's loop.
 *
 * The staff site seals an address to the mailer and stores it (objection_request_add, sql/functions/bounce.sql); here it is opened,
 * normalised, hashed, and the hash is all that stays. The next claim leaves its contacts out. Done while mail is held, too.
 * A box that does not open is said to be unreadable, once. Two desks at once do the same thing twice, which is harmless.
 */
#ifndef BAROMETRE_MAIL_OBJECTION_DESK_H
#define BAROMETRE_MAIL_OBJECTION_DESK_H

#include "barometre/privacy/campaign.h"
#include "barometre/store/db.h"

struct objection_desk;
/* Keys are copied and wiped at the end. Loop and pool outlive the desk. */
struct objection_desk *objection_desk_new(struct loop *, struct db_pool *,
	const struct secret_key *address, const struct key *addresses);
void objection_desk_free(struct objection_desk *);

/* The hash of a typed address, as contacts have it. ERR_INVALID in French, without the address. */
bool objection_hash(struct str typed, const struct key *addresses, struct hash32 *ret,
	struct err *) MUST_USE;

#endif
