/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_private.h - server.c (listening, deadlines, draining) and server_conn.c (one
 * connection).
 */
#ifndef BAROMETRE_WEB_SERVER_PRIVATE_H
#define BAROMETRE_WEB_SERVER_PRIVATE_H

#include <event2/event.h>

#include "exchange_private.h"

/* Read at most so much at once; also the most that is kept of pipelined requests. */
#define READ_BYTES (32 * 1024)

/*
 * IDLE      nothing of a request has come; may be closed at any time
 * HEAD      part of a request's head
 * BODY      part of its body
 * HANDLER   a complete request: the handler owes a reply, or the next part of a stream
 * REPLY     a part is being written
 * LINGER    all is said; what still comes is dropped until the client closes
 *
 *   IDLE -> HEAD -> BODY -> HANDLER <-> REPLY -> IDLE
 * A new connection starts in HEAD. A refusal, and any reply that closes: REPLY -> LINGER.
 * conn_enter() is the only place where the phase changes; each has its deadline.
 */
enum conn_phase {
	CONN_IDLE,
	CONN_HEAD,
	CONN_BODY,
	CONN_HANDLER,
	CONN_REPLY,
	CONN_LINGER
};

struct conn {
	struct server *server;
	struct conn *next, *prev; /* server->conns */
	struct conn *next_ready;  /* server->ready */
	int fd;
	enum conn_phase phase;
	usec_t deadline;
	struct event *read_event,
		*write_event;       /* write_event only once a write had to wait */
	bool reading, writing;      /* the events are added */
	bool readable;              /* the socket may hold bytes */
	bool is_ready;              /* in server->ready */
	bool running;               /* conn_run is on the stack */
	bool dead;                  /* to be destroyed when it returns */
	bool eof;                   /* the client has closed its side */
	struct http_parser *parser; /* NULL when idle */
	struct exchange *exchange;  /* NULL unless a request is being answered */
	struct buf pending;         /* pipelined bytes, from pending_at on */
	size_t pending_at;
	struct reply_part out;
	bool has_out;
	bool copying;   /* out, although it lies in a file */
	size_t sent;    /* of out */
	size_t dropped; /* while lingering */
};

struct server {
	struct loop *loop;
	struct event_base *base;
	int fd;
	size_t max, count;
	handler_fn *handler;
	void *arg;
	struct server_deadlines deadlines;
	struct event *accept_event, *retry_event, *ready_event, *tick_event;
	bool accepting, draining;
	loop_fn *drained;
	void *drained_arg;
	struct conn *conns;
	struct conn *ready, **ready_last;
	char scratch[READ_BYTES];
};

/* server.c */
void server_make_ready(struct conn *);
void server_adopt(struct conn *);
void server_forget(struct conn *); /* out of every list; counts */

/* server_conn.c */
void conn_new(struct server *, int fd);
void conn_run(struct conn *);
void conn_expire(struct conn *);
void conn_destroy(struct conn *);

#endif
