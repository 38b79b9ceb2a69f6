/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bounce.h - what a message in the mailbox of returns says: pure over its bytes, whatever they are.
 *
 * Read: delivery status notifications (RFC 3464, 6522, and 3462 before it), complaints (ARF, RFC 5965), and the refusals in plain words
 * of qmail, older Exim and Exchange, Gmail's and French providers' pages. Not counted: automatic replies (RFC 3834), delays, receipts of reading
 * (RFC 8098), requests to prove that one is a person. Whoever does not look like a mail server is believed only a code with the words of a
 * refusal behind it in one sentence: "550 avenue du Doyen" is a street, "article 5.2.1" a rule.
 *
 * Hard, from RFC 3463 and what providers make of it: 5.1.x about the recipient (not 5.1.7 and 5.1.8, about the sender), 5.2.0 and
 * 5.2.1, 5.4.4, 5.7.17, 5.7.18; a plain 550, 551 or 553 that speaks of the recipient or of nothing. Everything else is soft, because
 * it does not say that the address is dead: 4.x.x (also when the relay gave up in the end), a full mailbox (x.2.2), size
 * (x.2.3, x.3.4), content and protocol (x.5.x, x.6.x), policy about who sends (x.7.x), words about spam, lists and reputation
 * under any code but 5.1.1. Exchange Online's 5.4.1 and others that say of a recipient that it does not exist are hard by
 * their words; under x.7.x, where one fault of our relay would stop a whole domain ("Helo command rejected: Host not found"), only by words that
 * name the recipient and speak neither of policy nor of the sender. Several recipients behind one address: hard when all of them are; ignored when
 * one was reached.
 *
 * Whom: the one return address among the envelope recipient, Delivered-To, X-Original-To, Envelope-To and To whose id was made with our key;
 * else, the same proof given, what the returned message names as its sender. An id that fails the proof is "forged".
 * Bounds: BOUNCE_MESSAGE_BYTES are looked at, 16 levels, 100 parts, 64 recipients, 16 KiB of text.
 */
#ifndef BAROMETRE_MAIL_BOUNCE_H
#define BAROMETRE_MAIL_BOUNCE_H

#include "barometre/mail/verp.h"

#define BOUNCE_MESSAGE_BYTES (1u << 20)

enum bounce_kind {
	BOUNCE_IGNORED,
	BOUNCE_SOFT,
	BOUNCE_HARD,
	BOUNCE_COMPLAINT
};
enum bounce_why {
	BOUNCE_WHY_NONE,       /* not ignored */
	BOUNCE_WHY_AUTO_REPLY, /* out of office, receipts of tickets */
	BOUNCE_WHY_DELAYED,
	BOUNCE_WHY_DELIVERED, /* reached all the same, or a receipt of reading */
	BOUNCE_WHY_CHALLENGE,
	BOUNCE_WHY_FORGED, /* a refusal for an id that is not ours */
	BOUNCE_WHY_NOBODY, /* a refusal that does not say of which mail */
	BOUNCE_WHY_OTHER,  /* a letter, spam, a refusal in unknown words */
	BOUNCE_WHY_UNREADABLE
};
#define BOUNCE_WHY_COUNT 9

#define BOUNCE_STATUS_CHARS 20
/* Where no code was given; the staff site puts them into words. No code is made up. */
#define BOUNCE_STATUS_UNKNOWN "unknown" /* no such address, by the words alone */
#define BOUNCE_STATUS_FULL "full"       /* the mailbox is full, by the words alone */
#define BOUNCE_STATUS_REFUSED "refused" /* for a reason that was not given */
#define BOUNCE_STATUS_COMPLAINT "complaint"
struct bounce {
	enum bounce_kind kind;
	enum bounce_why why;
	struct id16 contact; /* when not ignored */
	struct hash32
		report; /* of Message-ID and contact, or of all: the same report, the same hash */
	char status[BOUNCE_STATUS_CHARS +
		1]; /* "550 5.1.1", "5.1.1", "550" or a BOUNCE_STATUS_ */
};

/* Once a process. */
void bounce_init(void);
/* `recipient` is the envelope's, NULL or "" when unknown. Never fails. */
void bounce_read(struct str message, const char *recipient, const struct key *bounces,
	const char *bounce_address, struct bounce *ret);
/* "hard", "soft", "complaint"; must not be asked of what is ignored. */
const char *bounce_kind_name(enum bounce_kind);
/* French, for totals: "réponses automatiques". */
const char *bounce_why_words(enum bounce_why);

#endif
