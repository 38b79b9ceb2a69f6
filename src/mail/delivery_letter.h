/* SPDX-License-Identifier: Apache-2.0 */
/* delivery_letter.h - the letter of one claimed ledger row: opens its address, mints its link, writes it. */
#ifndef BAROMETRE_MAIL_DELIVERY_LETTER_H
#define BAROMETRE_MAIL_DELIVERY_LETTER_H

#include "barometre/mail/outbox.h"

struct claimed {
	struct id16 mailing, contact, invitation;
	char *audience, *kind; /* owned, as is `box` */
	struct buf box;
	int64_t attempt;
};

/* Appends the message to `out` and the address to `ret_to`: the caller wipes both. */
bool delivery_letter_write(struct buf *out, struct buf *ret_to, const struct claimed *,
	const struct outbox_options *, const struct edition *, const struct key *tokens,
	struct err *) MUST_USE;

#endif
