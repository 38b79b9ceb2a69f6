/* SPDX-License-Identifier: Apache-2.0 */
/* delivery_letter.h - the letter of one claimed ledger row: opens its address, mints its link, writes it. */
#ifndef BAROMETRE_MAIL_DELIVERY_LETTER_H
#define BAROMETRE_MAIL_DELIVERY_LETTER_H

#include "barometre/mail/outbox.h"
#include "barometre/store/letter_store.h"

struct claimed {
	struct id16 mailing, contact, invitation;
	char *audience, *kind; /* owned, as is `box` */
	struct buf box;
	int64_t attempt, sequence;
	bool waited; /* it had a time to wait for */
};

/* Appends the message to `out` and the address to `ret_to`: the caller wipes both. `source`: the edition's own letter, or NULL. */
bool delivery_letter_write(struct buf *out, struct buf *ret_to, const struct claimed *,
	const char *source, const struct outbox_options *, const struct edition *,
	const struct key *tokens, struct err *) MUST_USE;
/* The same for a letter to oneself: nobody's link in it. */
bool trial_letter_write(struct buf *out, struct buf *ret_to, const struct letter_test *,
	const char *source, const struct outbox_options *, const struct edition *,
	const struct edition_audience *, struct err *) MUST_USE;

#endif
