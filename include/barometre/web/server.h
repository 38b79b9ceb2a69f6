/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h - listeners, connections, one exchange at a time on each; the door to sockets
 * (libevent's events).
 *
 * Promises: H1 a reply is one write (writev; of large shared bytes two, the head and
 * sendfile, that leave together), Nagle off on the listener. H2 one total deadline a
 * phase: headers 15 s, body 60 s, reply 60 s, idle keep-alive 75 s; slow bytes do not
 * extend it. They are looked at once a second. H3 a connection we close
 * lingers so that the client can read the answer (RFC 9112 9.6). H4 no address, path or
 * user agent of a client is ever logged. H5 pipelined requests are answered in order. H6
 * server_drain: stop accepting, finish what is open, then call back. H7 an idle
 * connection holds no buffer; of one unfinished request at most the limits of
 * http_parse.h are held, of pipelined ones 32 KiB.
 */
#ifndef BAROMETRE_WEB_SERVER_H
#define BAROMETRE_WEB_SERVER_H

#include "barometre/base/loop.h"
#include "barometre/web/http_parse.h"

struct exchange; /* one request and its reply: exchange.h */
struct server;
typedef void handler_fn(void *arg, struct exchange *);

struct server_deadlines {
	usec_t headers; /* from the first byte of a request, or from the connection, to the end of its headers: 15 s */
	usec_t body;    /* 60 s */
	usec_t handler; /* until the handler replies, or gives the next part of a stream; then 503: 60 s */
	usec_t reply;       /* until the reply, or a part of a stream, has left: 60 s */
	usec_t idle;        /* between requests: 75 s */
	usec_t half_closed; /* for a reply to a client that has closed its side: 5 s */
	usec_t linger;      /* after the last byte of a connection we close: 2 s */
};
extern const struct server_deadlines server_default_deadlines;

/* Binds "127.0.0.1:8080" or "[::1]:8080"; returns a listening, non-blocking,
 * close-on-exec socket or -1. In the supervisor, before the fork. Addresses in figures
 * only; port 0 lets the system choose. ERR_INVALID, ERR_BROKEN. */
int server_listen(const char *address, struct err *) MUST_USE;
/* From then on the process ignores SIGPIPE. `fd` stays the caller's. At most `max_connections`; beyond it, or without a
 * descriptor, accepting pauses. */
struct server *server_new(
	struct loop *, int fd, size_t max_connections, handler_fn *, void *arg);
void server_set_deadlines(struct server *, const struct server_deadlines *);
size_t server_count(
	const struct server *); /* open connections, lingering ones included */
/* `done` runs once, from the loop. */
void server_drain(struct server *, loop_fn *done, void *arg);
/* Breaks off what is open. Not from within a handler. */
void server_free(struct server *);

#endif
