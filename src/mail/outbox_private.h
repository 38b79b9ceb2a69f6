/* SPDX-License-Identifier: Apache-2.0 */
/* outbox_private.h - what outbox.c (life), outbox_round.c (what is to be done), outbox_row.c (one row) and outbox_trial.c (letters
 * to oneself) share. */
#ifndef BAROMETRE_MAIL_OUTBOX_PRIVATE_H
#define BAROMETRE_MAIL_OUTBOX_PRIVATE_H

#include "barometre/base/log.h"
#include "barometre/mail/domain_pace.h"
#include "barometre/mail/letter.h"
#include "barometre/mail/outbox.h"
#include "barometre/mail/schedule.h"
#include "barometre/mail/verp.h"
#include "barometre/store/letter_store.h"
#include "barometre/store/mailing_store.h"
#include "delivery_letter.h"

/* A claimed row on its way. */
enum row_state {
	ROW_QUEUED,     /* claimed and written, waits for its turn of the pace */
	ROW_SENDING,    /* with the relay */
	ROW_RECORDING,  /* its outcome is being written */
	ROW_UNRECORDED, /* the database did not take it: tried again at the next tick */
};

struct row {
	struct row *next;
	struct outbox *outbox;
	enum row_state state;
	const struct post *post;
	struct claimed claimed;
	usec_t not_after;
	struct buf message, to; /* wiped as soon as the relay has them */
	/* once there is one */
	enum delivery_outcome outcome;
	int code, tries;
	char *words;
	usec_t not_before;
	struct db_call *call;
};

/* What the outbox knows of an edition. */
struct post {
	const struct edition *edition;
	struct key tokens;
	struct window window;
	bool usable; /* open, has a key and a window */
};

struct counts {
	int64_t sent, refused, deferred, returned, unknown;
};

/* A letter to oneself: one at a time, beside the ledger. */
struct trial {
	struct id16 id;
	bool under_way;
	struct db_call *call;
};

struct outbox {
	struct loop *loop;
	struct db_pool *pool;
	struct smtp *smtp;
	struct outbox_options options;
	struct post *posts;
	size_t post_count;
	struct timer *tick, *pace_timer;
	struct pace pace;
	struct domain_pace *domains;
	struct row *rows, **rows_end; /* in the order claimed */
	struct trial trial;
	struct letters letters;
	int64_t letters_revision; /* -1: not loaded */
	/* What is on disk too. */
	struct mail_mark known;
	bool has_known, told_held;
	/* The round: one look at what is due. One database call at a time. */
	bool in_round, trials_wanted;
	struct db_call *call;
	struct mailing *mailings;
	size_t mailing_count, at;
	usec_t recover_at, report_at, relay_until;
	int relay_failures;
	int refusals; /* since a mail was taken */
	bool database_away;
	struct counts counts;
	bool draining, drained;
	loop_fn *done;
	void *done_arg;
};

/* outbox.c */
void outbox_check_drained(struct outbox *);
const struct post *outbox_post(const struct outbox *, const char *edition);
/* Of SMTP_DEFERRED: no answer, "closing" (421: RFC 5321, section 3.8), or a refusal of us. Not this mail's doing. */
bool outbox_blames_relay(int code);
/* The relay rests: nothing is claimed for a while. */
void outbox_relay_failed(struct outbox *, int code);
/* Keeps what the database said on disk; false: it could not, and nothing may leave. */
bool outbox_keep_mark(struct outbox *, const struct mail_mark *);

/* outbox_round.c */
void outbox_round(struct outbox *);

/* outbox_row.c */
void outbox_row_add(
	struct outbox *, const struct mailing *, const struct delivery *, bool may_leave);
void outbox_row_record(struct row *);
void outbox_row_free(struct row *);
/* Hands what waits to the relay as the pace allows, or gives it back. */
void outbox_pump(struct outbox *);
size_t outbox_rows(const struct outbox *);
bool outbox_has_unrecorded(const struct outbox *);

/* outbox_trial.c: takes the next letter to oneself when none is under way. */
void outbox_trial(struct outbox *);

#endif
