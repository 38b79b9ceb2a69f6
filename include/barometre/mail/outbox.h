/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox.h - the mailer's work: due mailings are expanded, claimed a few at a time, written, sent, recorded.
 *
 *   tick ─► gate ─► due ─► expand ─► claim ─► queued ─pace─► sending ─► recording ─► gone
 *                                       └─ drain, window closed, relay down, domain's turn later: recording (returned)
 *
 * Promises: O1 claim → send → record for each contact; a crash leaves "claimed", shown as unknown, never repeated by
 *   itself; claimed is only what can be handed over now, so at most `connections` of the smtp are in doubt. A record that the
 *   database does not take is tried again for as long as the process lives. O2 whether to send is judged at the claim, a
 *   moment before. O3 pace: at most `per_minute`, evenly, and `domain_per_minute` to one domain, for each outbox. O4 nothing
 *   leaves outside the window or after not-after. O5 relay down: the row goes back as if it had never been claimed, the
 *   outbox waits (10 s, doubled up to 5 min) and then tries with one; nothing is lost. So it does after ten refusals
 *   with nothing taken between: it may be us that the relay refuses. A 4xx for one mail alone gives that mail a later not_before. O6 logs hold counts, reply codes and fixed words only. O7 nothing leaves before the claim
 *   is known to `keep_mark`, and nothing from a database that knows less than it (mailing_store.h, struct gate). O8 a letter
 *   to oneself leaves at any hour and is not counted.
 */
#ifndef BAROMETRE_MAIL_OUTBOX_H
#define BAROMETRE_MAIL_OUTBOX_H

#include "barometre/mail/smtp.h"
#include "barometre/privacy/campaign.h"
#include "barometre/store/edition_store.h"
#include "barometre/store/mailing_store.h"

struct outbox_options {
	const char *public_url, *from_name, *from_address, *reply_to, *organisation,
		*contact_address;
	const char *
		bounce_address; /* return addresses are made from it (verp.h); "" or NULL: from_address */
	int per_minute;        /* at least 1 */
	int domain_per_minute; /* to one domain; 0: no more than to all */
	usec_t (*now)(void);   /* wall clock */
	struct public_key
		address_public; /* address boxes: JSON {"email":…,"name":…} sealed with ADDRESS_BYTES padding */
	struct secret_key address_secret;
	struct key stops, bounces;
	/* What the disk said at the start, copied; NULL: nothing. */
	const struct mail_mark *mark;
	/* Puts it on disk; false: nothing may leave. NULL: it is kept in memory only. */
	bool (*keep_mark)(void *arg, const struct mail_mark *, struct err *);
	void *keep_arg;
	/* Is shown each mail that is handed to the relay; borrowed. NULL: nobody is. */
	void (*show)(void *arg, const struct id16 *mailing, const char *audience,
		struct str message);
	void *show_arg;
};
#define ADDRESS_BYTES 512

struct edition_tokens {
	const char *edition;
	struct key tokens;
}; /* of open editions */
struct outbox;
/* Keys are copied and wiped at the end; strings, editions, loop, pool and smtp stay the caller's and outlive the outbox.
 * letter_init has run. An edition without a token key, or without a readable window, sends nothing: that is logged. */
struct outbox *outbox_new(struct loop *, struct db_pool *, struct smtp *,
	const struct editions *, const struct edition_tokens *, size_t token_count,
	const struct outbox_options *);
void outbox_start(struct outbox *);
/* Stops claiming, gives back what was not handed to the relay; `done` when nothing is in flight any more. Once. */
void outbox_drain(struct outbox *, loop_fn *done, void *arg);
/* In silence. Drain first, or free the smtp first: a transfer under way would report to an outbox that is gone. */
void outbox_free(struct outbox *);

/* Writes the sealed address for contact_store. ERR_LIMIT when address and name do not fit. */
bool address_box_seal(struct buf *out, const struct public_key *, const char *email,
	const char *name, struct err *) MUST_USE;

#endif
