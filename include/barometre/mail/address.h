/* SPDX-License-Identifier: Apache-2.0 */
/*
 * address.h - e-mail addresses as a survey needs them: one mailbox, normalised for comparison.
 *
 * Local part: the characters of WHATWG HTML, "valid e-mail address", as an RFC 5321 section 4.1.2 Dot-string (no empty
 * piece, so "a..b" is refused), at most 64 bytes. Quoted local parts, address literals and letters outside ASCII before
 * the @ (SMTPUTF8) are refused: nobody writes them on purpose in a contact list.
 * Domain: UTS 46 non-transitional with STD3 rules (ICU): accents become A-labels, "_" is refused; at least two labels,
 * the last with a letter; at most 253 bytes.
 */
#ifndef BAROMETRE_MAIL_ADDRESS_H
#define BAROMETRE_MAIL_ADDRESS_H

#include "barometre/base/buf.h"
#include "barometre/base/err.h"

#define ADDRESS_MAX \
 254 /* RFC 5321 section 4.5.3.1.3: a path of 256 with its angle brackets */

/* Appends the form to send to (domain as lower-case A-labels) and the form to compare with (local part lower-cased as
 * well); both untouched on failure. Space around the address is forgiven. ERR_INVALID, in French, because who has to
 * mend a contact list reads it; never the address itself. */
bool address_normalise(struct str typed, struct buf *ret_send, struct buf *ret_compare,
	struct err *) MUST_USE;

#endif
