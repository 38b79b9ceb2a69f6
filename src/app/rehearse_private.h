/* SPDX-License-Identifier: Apache-2.0 */
/* rehearse_private.h - the copy, the play, the report. */
#ifndef BAROMETRE_APP_REHEARSE_PRIVATE_H
#define BAROMETRE_APP_REHEARSE_PRIVATE_H

#include "barometre/app/rehearse.h"
#include "barometre/base/window.h"
#include "barometre/privacy/campaign.h"
#include "barometre/store/edition_store.h"
#include "barometre/store/mailing_store.h"

#define REHEARSAL_DOMAIN "rehearsal.invalid"

struct rehearsal_contact {
	struct id16 id;
	usec_t answers_after; /* of the first mail; 0: not within the play */
	bool done;
};
struct rehearsal_mail {
	usec_t at;
	size_t contact; /* index */
};
struct rehearsal_sample {
	struct id16 mailing;
	char *audience;
	struct buf message;
};
/* What the sink's thread shares with the loop, behind `guard`. */
struct rehearsal_mailbox;

struct rehearsal {
	const struct rehearse_options *options;
	struct config copy_config; /* as the real one, but for the database */
	char *copy_name;           /* of a database that we made; NULL: it was given */
	struct db *real, *copy;
	bool made;                /* the copy, or its schema, has to be removed */
	struct editions editions; /* of the copy */
	const struct edition *edition;
	struct window window;
	struct campaign_keys campaign_keys; /* thrown away, like these */
	struct mail_keys mail_keys;
	struct secret_key address;
	struct rehearsal_contact *contacts;
	size_t contact_count;
	usec_t start, end; /* of the play */
	struct rehearsal_mailbox *mailbox;
	struct mail_mark mark; /* of the copy's gate */
	bool was_open;         /* the real edition */
	struct buf left_out;   /* lines, as mailings begin */
};

/* Fills real, copy, editions, keys and contacts. rehearsal_drop also after a failure. */
bool rehearsal_copy(struct rehearsal *, struct err *) MUST_USE;
bool rehearsal_drop(struct rehearsal *, struct err *) MUST_USE;

bool rehearsal_play(struct rehearsal *, struct err *) MUST_USE;

/* Between the two SIGINT, SIGTERM and SIGHUP are kept for rehearsal_goes_on: false, ERR_CONFLICT, once one came. */
void rehearsal_watch(void);
void rehearsal_unwatch(void);
bool rehearsal_goes_on(struct err *) MUST_USE;

struct rehearsal_mailbox *mailbox_new(struct rehearsal *);
void mailbox_free(struct rehearsal_mailbox *);
/* On the sink's thread. Whoever on this machine found the port may say anything to it: only a contact's address is known. */
bool mailbox_knows(void *mailbox, const char *to);
void mailbox_take(void *mailbox, uint64_t number, const char *to);
/* Of the outbox, on the loop's thread: keeps the first of each mailing and audience. */
void mailbox_show(void *mailbox, const struct id16 *mailing, const char *audience,
	struct str message);
size_t mailbox_count(struct rehearsal_mailbox *);
/* The play is over and the sink stopped. */
const struct rehearsal_mail *mailbox_mails(
	const struct rehearsal_mailbox *, size_t *ret_count);
const struct rehearsal_sample *mailbox_samples(
	const struct rehearsal_mailbox *, size_t *ret_count);
/* When contact `i` was first written to; 0: never. */
usec_t mailbox_first(struct rehearsal_mailbox *, size_t contact);

usec_t rehearsal_now(void);
void rehearsal_set_now(usec_t);

bool rehearsal_report(struct rehearsal *, struct buf *out, bool *ret_fits, struct err *)
	MUST_USE;

#endif
