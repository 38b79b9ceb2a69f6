/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange.h - one request: what was asked, memory that lives as long as it does, calls
 * that die with it, one reply.
 *
 * Promises: C1 exactly one reply. C2 when the client goes away the pending database call
 * is cancelled (exchange_keep_call), except submissions. C3 every reply carries the
 * security headers of the site (site_headers).
 * A handler either replies at once or keeps the pointer and replies later; the pointer
 * is valid until the reply (the last part of a stream) or until on_gone has been called.
 * Nothing is freed inside the call that replies: what the exchange lends stays readable
 * until the handler returns to the loop.
 * A client has gone when its connection is reset, when a write fails, when it has closed
 * its side and the reply is not there within the grace of server.h (a closed side alone
 * may be a client that still listens), or when the handler has not replied in time (the
 * client then reads 503).
 */
#ifndef BAROMETRE_WEB_EXCHANGE_H
#define BAROMETRE_WEB_EXCHANGE_H

#include "barometre/base/words.h"
#include "barometre/form/form.h"
#include "barometre/store/db.h"
#include "barometre/web/server.h"

const struct http_message *exchange_request(const struct exchange *);
struct str exchange_path(const struct exchange *); /* as sent, still percent-encoded */
/* The address the connection comes from, asked of the system at this moment and kept nowhere: IPv6, or IPv4 mapped into it
 * (RFC 4291 section 2.5.5.2). False when it is not known. That of a probe is 127.0.0.1. */
bool exchange_peer(const struct exchange *, unsigned char ret_address[16]) MUST_USE;
struct str exchange_cookie(
	const struct exchange *, const char *name); /* the first; p NULL when absent */
/* Decoded fields of a urlencoded body (at most 2,000), parsed once; lent until the
 * reply. Nothing is replied when false: ERR_INVALID for another content type or charset,
 * broken escapes, broken UTF-8 or a NUL, ERR_LIMIT for too many; the text is French and
 * fit for the page of the person. */
bool exchange_fields(struct exchange *, const struct form_pair **ret, size_t *ret_count,
	struct err *) MUST_USE;
struct str exchange_field(struct exchange *,
	const char *name); /* the first, or p NULL (also when broken) */

/* The language of the reply, French until it is set: site_page takes the page in it. */
void exchange_set_language(struct exchange *, const struct language *);
const struct language *exchange_language(const struct exchange *);
/* The questionnaire the person is answering, NULL when it is not known: pages that show posted fields again name the
 * questions. Borrowed. */
void exchange_set_form(struct exchange *, const struct form *);
const struct form *exchange_form(const struct exchange *);

/* Memory freed after the reply, zeroed at first. */
void *exchange_alloc(struct exchange *, size_t);
char *exchange_strdup(struct exchange *, struct str);
void exchange_on_free(struct exchange *, void (*fn)(void *), void *arg);
/* Run when the client goes away before the reply (before the last part of a stream),
 * last one first. */
void exchange_on_gone(struct exchange *, loop_fn *, void *arg);
/* The call is cancelled when the client goes first. One at a time: keeping another
 * forgets the one before, and so does the reply. A handler that waits for something else
 * after its `done` has run (a thread, the submitter) forgets the finished call with
 * NULL. */
void exchange_keep_call(struct exchange *, struct db_call *);

/* Cross-site protection for POST: Sec-Fetch-Site must be same-origin or none when sent,
 * else Origin must be that of site_url when sent. "Origin: null" counts as not sent: our
 * own Referrer-Policy (no-referrer) makes browsers without Sec-Fetch-Site say it on our
 * own forms (Fetch, "append a request Origin header"); there SameSite cookies protect. */
bool exchange_is_same_origin(const struct exchange *, const char *site_url);

/* Header added to the reply (Set-Cookie, Location, ETag…). Names and values of ours: a
 * control character is our bug, and so is Content-Length, Content-Type, Connection, Date
 * or Transfer-Encoding. */
void exchange_header(struct exchange *, const char *name, const char *value);
bool exchange_has_header(const struct exchange *, const char *name); /* added already? */
/* The reply. `body` is moved out of. HEAD sends no body. content_type NULL: no body. */
void exchange_reply(
	struct exchange *, int status, const char *content_type, struct buf *body);
/* Bytes that live as long as the program (assets): not copied. */
void exchange_reply_static(
	struct exchange *, int status, const char *content_type, struct str body);
/* Bytes that many replies share, of a cache: counted, freed with their last holder; a slow client is one. Held, dropped and
 * sent by one thread; never changed, so that others may read them. From 32 KiB on they take a descriptor. */
struct shared_bytes;
struct shared_bytes *shared_bytes_new(
	struct buf *); /* moved out of; the caller holds it */
struct shared_bytes *shared_bytes_hold(struct shared_bytes *);
void shared_bytes_drop(struct shared_bytes *); /* NULL is fine */
struct str shared_bytes_str(const struct shared_bytes *);
/* Not copied, held until they have left. */
void exchange_reply_shared(
	struct exchange *, int status, const char *content_type, struct shared_bytes *);
void exchange_redirect(
	struct exchange *, const char *location); /* 303, RFC 9110 15.4.4 */

/* Streams: the producer is asked for more each time the last part has left the program
 * (never before), and answers each asking, at once or later, with one part; an empty
 * part ends. Chunked (or closing, for HTTP/1.0). HEAD: the producer is never asked. */
typedef void more_fn(void *arg, struct exchange *);
void exchange_stream_start(
	struct exchange *, int status, const char *content_type, more_fn *, void *arg);
void exchange_stream_part(struct exchange *, struct buf *part, bool last);
/* Instead of a part: the connection breaks off, so that the client knows the document is
 * not whole. */
void exchange_stream_abort(struct exchange *);

/* An exchange without a socket, for tests: feeds a raw request, collects the raw reply
 * (streams whole). Runs the loop when the handler does not reply at once, for at most 5
 * s; then `replied` is false. The caller releases `reply`. */
struct exchange_probe {
	struct buf reply;
	bool replied;
};
void exchange_probe_run(struct loop *, struct str raw_request, handler_fn *, void *arg,
	struct exchange_probe *ret);

#endif
