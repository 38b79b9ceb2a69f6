/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verp.h - a return address of its own for each contact, so that a bounce says whom it is about.
 *
 * bounces@example.org and a contact give bounces+<45 characters>@example.org: the bounce id of campaign.h in base32. The
 * local part is what the relay's recipient delimiter cuts ("recipient_delimiter = +" in Postfix), so all of them arrive in
 * one mailbox. Variable envelope return paths are D. J. Bernstein's (1997).
 *
 * What can be linked: contacts are new random numbers in each edition, and the id is a function of the contact alone. So
 * whoever reads the relay's log sees that the mails of one edition to one person go together, which the address beside
 * them says anyway; and, with no key, nothing that joins two editions, the token, the objection link or the Message-ID.
 * With K_bounce the id gives the contact's number, which means something to the database only.
 */
#ifndef BAROMETRE_MAIL_VERP_H
#define BAROMETRE_MAIL_VERP_H

#include "barometre/privacy/campaign.h"

#define VERP_ID_CHARS 45
/* Octets of the configured local part: RFC 5321 section 4.5.3.1.1 allows 64, with "+" and the id. */
#define VERP_LOCAL_MAX (64 - 1 - VERP_ID_CHARS)

/* Whether return addresses can be made from this one; verp_write refuses what this refuses. ERR_INVALID. */
bool verp_check(const char *bounce_address, struct err *) MUST_USE;
/* Appends the return address. */
bool verp_write(struct buf *out, const struct key *bounces, const char *bounce_address,
	const struct id16 *contact, struct err *) MUST_USE;

enum verp_reading {
	VERP_OTHER,  /* not one of our return addresses */
	VERP_FORGED, /* looks like one; its id was not made with this key */
	VERP_CONTACT
};
/* Either case everywhere, because relays are known to change it; angle brackets and space around are forgiven.
 * `ret_contact` is untouched but for VERP_CONTACT. */
enum verp_reading verp_look(const struct key *bounces, const char *bounce_address,
	struct str recipient, struct id16 *ret_contact);

#endif
