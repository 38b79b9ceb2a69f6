/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange_private.h - what an exchange is made of, for exchange*.c and for its two
 * owners: a connection (server_conn.c) and a probe (exchange_probe.c).
 */
#ifndef BAROMETRE_WEB_EXCHANGE_PRIVATE_H
#define BAROMETRE_WEB_EXCHANGE_PRIVATE_H

#include "barometre/web/exchange.h"

/* Bytes to send, in this order; one write, or, when `shared` lies in a file, one for the head and one for the pages of it. */
struct reply_part {
	struct buf head;             /* status line and headers, or a chunk size */
	struct buf body;             /* or */
	struct str fixed;            /* bytes that live as long as the program, or as */
	struct shared_bytes *shared; /* held, or NULL */
	struct str tail;             /* the end of a chunk */
	bool last;                   /* nothing follows */
	bool close;                  /* the connection ends after it */
	bool broken;                 /* the connection ends instead of it */
};
void reply_part_release(struct reply_part *);

struct exchange_memory;
struct exchange_cleanup;

struct exchange {
	const struct http_message *message; /* its owner's */
	bool close; /* the owner wants to close after the reply; read when the head is written */
	/* Where parts go. Called from within the replying call: must not free the
	 * exchange. */
	void (*put)(void *owner, struct reply_part *part);
	void *owner;
	int fd; /* of its connection, borrowed; -1 for a probe */

	const struct language *language;
	const struct form *form;
	bool replied, streaming, chunked, asked;
	struct buf headers; /* "Name: value\r\n" each */
	struct exchange_memory *memory;
	struct exchange_cleanup *on_free, *on_gone; /* last one first */
	struct db_call *call;
	more_fn *more;
	void *more_arg;

	bool fields_parsed, fields_right;
	struct err fields_err;
	struct buf field_text;
	struct form_pair *pairs;
	size_t pair_count;
};

struct exchange *exchange_new(const struct http_message *,
	void (*put)(void *owner, struct reply_part *part), void *owner);
/* After the last part. */
void exchange_free(struct exchange *);
/* Instead of a reply: cancels, tells, frees. */
void exchange_gone(struct exchange *);
/* The last part of a stream has left: asks for the next. */
void exchange_ask(struct exchange *);

/* exchange_head.c */
const char *http_reason(int status);
/* Status line, Date, length, type; the caller adds the rest and the empty line. */
void http_head_start(struct buf *out, int status, const char *content_type, bool chunked,
	size_t length);
/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7); the text of the present second is
 * kept. */
const char *http_date_now(void);

/* exchange_refusal.c: the reply to what never became an exchange; closes the connection. */
void http_refusal(struct reply_part *part, int status);

/* exchange_shared.c: the file the bytes lie in, from its beginning, borrowed; -1 when in none. */
int shared_bytes_file(const struct shared_bytes *);

#endif
