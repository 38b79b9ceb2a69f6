/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smtp.h - a door to libcurl: messages to one relay over the loop, connections reused (RFC 5321, 3207, 4954).
 *
 * Outcomes
 *   SMTP_SENT      the relay took the message (2xx to the final dot).
 *   SMTP_REFUSED   5xx to this recipient (RCPT) or this message (DATA, or the final dot).
 *   SMTP_DEFERRED  all else that ended before the final dot was sent, or was answered with 4xx: no connection, time out, TLS
 *                  not offered or not trusted, and 5xx about us rather than the recipient (greeting, login, MAIL FROM):
 *                  a wrong password must not use up a list of contacts.
 *   SMTP_UNKNOWN   the final dot was sent and no reply to it came: it may have left.
 * Promises: S1 without TLS nothing of a message is sent when `require_tls`; certificates are always verified. S2 of two
 *   readings of what happened, the one that cannot send twice.
 * Limit: libcurl 7.88 waits for the reply to the final dot inside one call, so a slow relay holds the loop for that long;
 *   the mailer has a process, and a loop, of its own.
 */
#ifndef BAROMETRE_MAIL_SMTP_H
#define BAROMETRE_MAIL_SMTP_H

#include "barometre/base/buf.h"
#include "barometre/base/loop.h"

struct smtp_options {
	const char *url;             /* smtp://host:587, smtps://host:465 */
	const char *user, *password; /* "" for none */
	bool require_tls;
	const char *ca_file; /* "" for the system's */
	int connections;     /* at most */
	int reply_seconds; /* longest wait for any one reply; 0: five minutes (RFC 5321 section 4.5.3.2) */
};
struct smtp;
struct smtp *smtp_new(
	struct loop *, const struct smtp_options *); /* copies the options */
/* Transfers under way end in silence. Not from within a done. */
void smtp_free(struct smtp *);

enum smtp_outcome {
	SMTP_SENT,
	SMTP_DEFERRED,
	SMTP_REFUSED,
	SMTP_UNKNOWN
};
/* Why a transfer was deferred, as far as it is known: for a log, with what to do. */
enum smtp_trouble {
	SMTP_TROUBLE_NONE,
	SMTP_TROUBLE_CONNECTION, /* name unknown, nothing listens, hung up */
	SMTP_TROUBLE_TLS,        /* not offered, or the certificate does not hold */
	SMTP_TROUBLE_LOGIN,
	SMTP_TROUBLE_TIMEOUT,
	SMTP_TROUBLE_REPLY /* the code says it */
};
const char *smtp_trouble_name(enum smtp_trouble); /* one fixed word */
/* Of the transfer that ended last: ask in its done. */
enum smtp_trouble smtp_last_trouble(const struct smtp *);
/* `code` is the reply that decided, 0 when none did. `reply` is the relay's last line, printable ASCII, may be "": it
 * can name the recipient, so it is not for logs. */
typedef void smtp_done_fn(void *arg, enum smtp_outcome, int code, const char *reply);
/* `message` is copied. Exactly one done, never from within the call. More than `connections` wait their turn. */
void smtp_send(struct smtp *, const char *from, const char *to, struct str message,
	smtp_done_fn *, void *arg);
size_t smtp_in_flight(const struct smtp *);
size_t smtp_connections(const struct smtp *); /* the option */

#endif
