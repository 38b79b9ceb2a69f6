/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection: conn_run() turns it step by step until it has to wait. Every event and
 * every late reply ends there, so a handler, a producer or a destructor is never called
 * from within another.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "server_private.h"

#define STEPS_A_TURN 128 /* then others have their turn */
#define LINGER_BYTES (256u * 1024)

/* Phases, deadlines, events */

static usec_t span_of(const struct server_deadlines *d, enum conn_phase phase)
{
	switch (phase) {
	case CONN_IDLE:
		return d->idle;
	case CONN_HEAD:
		return d->headers;
	case CONN_BODY:
		return d->body;
	case CONN_HANDLER:
		return d->handler;
	case CONN_REPLY:
		return d->reply;
	case CONN_LINGER:
		break;
	}
	return d->linger;
}

static void set_reading(struct conn *c, bool wanted)
{
	if (c->reading == wanted)
		return;
	c->reading = wanted;
	must((wanted ? event_add(c->read_event, NULL) : event_del(c->read_event)) == 0);
}

static void conn_enter(struct conn *c, enum conn_phase phase)
{
	c->phase = phase;
	c->deadline = clock_monotonic() + span_of(&c->server->deadlines, phase);
	if (phase != CONN_HANDLER && phase != CONN_REPLY)
		set_reading(c, true);
}

/* While a reply is awaited: has the client gone, closed its side, or sent the next
 * request already? None of these may wake us again and again, and the bytes stay where
 * they are. */
static void look_at_client(struct conn *c)
{
	char byte;
	ssize_t n = recv(c->fd, &byte, 1, MSG_PEEK);
	if (n < 0) {
		c->readable = false;
		c->dead = errno != EAGAIN && errno != EINTR;
		return;
	}
	set_reading(c, false);
	if (n > 0)
		return;
	c->eof = true;
	usec_t grace = clock_monotonic() + c->server->deadlines.half_closed;
	if (grace < c->deadline)
		c->deadline = grace;
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	(void)fd;
	if (what & EV_READ) {
		c->readable = true;
		if (c->phase == CONN_HANDLER)
			look_at_client(c);
		else if (c->phase == CONN_REPLY)
			set_reading(c, false);
	}
	conn_run(c);
}

static void set_writing(struct conn *c, bool wanted)
{
	if (c->writing == wanted)
		return;
	if (!c->write_event) {
		c->write_event = event_new(
			c->server->base, c->fd, EV_WRITE | EV_PERSIST, on_event, c);
		must(c->write_event);
	}
	c->writing = wanted;
	must((wanted ? event_add(c->write_event, NULL) : event_del(c->write_event)) == 0);
}

/* Life */

void conn_new(struct server *s, int fd)
{
	struct conn *c = x_calloc(1, sizeof(*c));
	c->server = s;
	c->fd = fd;
	c->pending.max = READ_BYTES;
	c->read_event = event_new(s->base, fd, EV_READ | EV_PERSIST, on_event, c);
	must(c->read_event);
	server_adopt(c);
	conn_enter(c, CONN_HEAD);
}

static void drop_pending(struct conn *c)
{
	buf_wipe(&c->pending);
	c->pending_at = 0;
}

void conn_destroy(struct conn *c)
{
	server_forget(c);
	event_free(c->read_event);
	if (c->write_event)
		event_free(c->write_event);
	(void)close(c->fd);
	if (c->exchange)
		exchange_gone(TAKE(c->exchange));
	reply_part_release(&c->out);
	drop_pending(c);
	http_parser_free(c->parser);
	free(c);
}

/* Reading */

static void refuse(struct conn *c, int status)
{
	must(!c->has_out && !c->exchange);
	drop_pending(c);
	http_refusal(&c->out, status);
	c->has_out = true;
	c->sent = 0;
	conn_enter(c, CONN_REPLY);
}

/* RFC 9110 10.1.1. A client that gets no such line sends its body after a while, so a
 * full socket does no harm. */
static void send_continue(struct conn *c)
{
	static const char line[] = "HTTP/1.1 100 Continue\r\n\r\n";
	ssize_t n = send(c->fd, line, sizeof(line) - 1, MSG_NOSIGNAL);
	if (n != (ssize_t)sizeof(line) - 1)
		c->dead = n >= 0 || errno != EAGAIN;
}

/* Returns how many bytes were taken. */
static size_t feed(struct conn *c, struct str bytes)
{
	if (!c->parser)
		c->parser = http_parser_new(&http_default_limits);
	if (c->phase == CONN_IDLE)
		conn_enter(c, CONN_HEAD);
	size_t used;
	switch (http_parser_feed(c->parser, bytes, &used)) {
	case HTTP_NEED_MORE:
		if (c->phase == CONN_HEAD && http_parser_in_body(c->parser))
			conn_enter(c, CONN_BODY);
		break;
	case HTTP_HEADERS_DONE:
		conn_enter(c, CONN_BODY);
		if (used == bytes.n)
			send_continue(c);
		break;
	case HTTP_COMPLETE:
		conn_enter(c, CONN_HANDLER);
		break;
	case HTTP_REFUSED:
		refuse(c, http_parser_status(c->parser));
		return bytes.n;
	}
	return used;
}

/* Into the scratch of the server. False when there is nothing to be had now. A short
 * read empties the socket: the event (level-triggered) tells of more. */
static bool receive(struct conn *c, size_t *ret_n)
{
	if (!c->readable)
		return false;
	ssize_t n = recv(c->fd, c->server->scratch, READ_BYTES, 0);
	c->readable = n == READ_BYTES;
	if (n > 0) {
		*ret_n = (size_t)n;
		return true;
	}
	c->dead = n == 0 || (errno != EAGAIN && errno != EINTR);
	return false;
}

static bool step_read(struct conn *c)
{
	size_t n;
	if (c->pending.n) {
		struct str rest = {
			c->pending.p + c->pending_at, c->pending.n - c->pending_at};
		size_t used = feed(c, rest);
		if (used == rest.n)
			drop_pending(c);
		else
			c->pending_at += used;
		return true;
	}
	if (!receive(c, &n))
		return false;
	size_t used = feed(c, (struct str){c->server->scratch, n});
	buf_bytes(&c->pending, c->server->scratch + used, n - used);
	secret_wipe(c->server->scratch, n); /* it may have been a passphrase */
	must(!c->pending.failed);
	return true;
}

/* Replying */

static void on_part(void *owner, struct reply_part *part)
{
	struct conn *c = owner;
	must(!c->has_out);
	c->out = *part;
	c->has_out = true;
	c->sent = 0;
	if (!c->running)
		server_make_ready(c);
}

static bool step_handler(struct conn *c)
{
	struct server *s = c->server;
	if (c->has_out) {
		conn_enter(c, CONN_REPLY);
		return true;
	}
	if (c->exchange)
		return false;
	c->exchange = exchange_new(http_parser_message(c->parser), on_part, c);
	c->exchange->close = s->draining;
	c->exchange->fd = c->fd;
	s->handler(s->arg, c->exchange);
	return true;
}

static void start_lingering(struct conn *c)
{
	if (c->eof || shutdown(c->fd, SHUT_WR) != 0) {
		c->dead = true;
		return;
	}
	drop_pending(c);
	http_parser_free(TAKE(c->parser));
	c->readable = true;
	conn_enter(c, CONN_LINGER);
}

static void finish_part(struct conn *c)
{
	bool last = c->out.last, close = c->out.close || c->server->draining;
	reply_part_release(&c->out);
	c->has_out = c->copying = false;
	set_writing(c, false);
	if (!last) {
		conn_enter(c, CONN_HANDLER);
		exchange_ask(c->exchange);
		return;
	}
	exchange_free(TAKE(c->exchange));
	if (close) {
		start_lingering(c);
		return;
	}
	if (c->pending.n)
		http_parser_next(c->parser);
	else
		http_parser_free(TAKE(c->parser));
	conn_enter(c, CONN_IDLE);
}

/* Puts what is left of `s` after `*skip` bytes into the vector. */
static void add_slice(struct iovec *iov, size_t *count, struct str s, size_t *skip)
{
	size_t passed = *skip < s.n ? *skip : s.n;
	*skip -= passed;
	if (passed == s.n)
		return;
	union {
		const char *from;
		void *to;
	} place = {.from = s.p + passed};
	iov[(*count)++] = (struct iovec){place.to, s.n - passed};
}

/* Writes once; how much, or -1. `*ret_rest` is false when nothing was left to write. */
static ssize_t write_some(struct conn *c, bool *ret_rest)
{
	const struct reply_part *part = &c->out;
	const struct str slices[] = {
		buf_str(&part->head), buf_str(&part->body), part->fixed, part->tail};
	struct iovec iov[COUNT_OF(slices)];
	size_t count = 0, skip = c->sent;
	for (size_t i = 0; i < COUNT_OF(slices); i++)
		add_slice(iov, &count, slices[i], &skip);
	*ret_rest = count > 0;
	if (!count)
		return 0;
	/* writev without SIGPIPE */
	const struct msghdr message = {.msg_iov = iov, .msg_iovlen = count};
	return sendmsg(c->fd, &message, MSG_NOSIGNAL);
}

/* The same of a part whose body lies in a file: its pages leave without being copied. The head waits for them
 * (MSG_MORE). */
static ssize_t send_some(struct conn *c, bool *ret_rest)
{
	const struct reply_part *part = &c->out;
	size_t head = part->head.n;
	*ret_rest = c->sent < head + part->fixed.n;
	if (!*ret_rest)
		return 0;
	if (c->sent < head)
		return send(c->fd, part->head.p + c->sent, head - c->sent,
			MSG_NOSIGNAL | MSG_MORE);
	off_t at = (off_t)(c->sent - head);
	ssize_t n = sendfile(c->fd, shared_bytes_file(part->shared), &at,
		part->fixed.n - (c->sent - head));
	if (n > 0 || (n < 0 && errno != EPERM && errno != EINVAL && errno != ENOSYS))
		return n;
	c->copying = true; /* refused, by a filter of calls for one */
	errno = EINTR;
	return -1;
}

static bool step_write(struct conn *c)
{
	if (c->out.broken) {
		c->dead = true;
		return false;
	}
	bool rest;
	bool in_file = c->out.shared && shared_bytes_file(c->out.shared) >= 0;
	ssize_t n = in_file && !c->copying ? send_some(c, &rest) : write_some(c, &rest);
	if (!rest) {
		finish_part(c);
		return true;
	}
	if (n >= 0) {
		c->sent += (size_t)n;
		return true;
	}
	if (errno == EAGAIN)
		set_writing(c, true);
	else if (errno != EINTR)
		c->dead = true;
	return errno == EINTR;
}

/* RFC 9112 9.6: closing a socket that still receives resets the connection, and the
 * client may lose the reply. */
static bool step_linger(struct conn *c)
{
	size_t n;
	if (!receive(c, &n))
		return false;
	c->dropped += n;
	c->dead = c->dropped > LINGER_BYTES;
	return true;
}

static bool step(struct conn *c)
{
	switch (c->phase) {
	case CONN_IDLE:
		if (c->server->draining && !c->pending.n) {
			c->dead = true;
			return false;
		}
		return step_read(c);
	case CONN_HEAD:
	case CONN_BODY:
		return step_read(c);
	case CONN_HANDLER:
		return step_handler(c);
	case CONN_REPLY:
		return step_write(c);
	case CONN_LINGER:
		break;
	}
	return step_linger(c);
}

void conn_run(struct conn *c)
{
	must(!c->running);
	c->running = true;
	int steps = 0;
	while (!c->dead && steps < STEPS_A_TURN && step(c))
		steps++;
	c->running = false;
	if (c->dead)
		conn_destroy(c);
	else if (steps == STEPS_A_TURN)
		server_make_ready(c);
}

void conn_expire(struct conn *c)
{
	switch (c->phase) {
	case CONN_HEAD:
	case CONN_BODY:
		if (!c->parser || http_parser_idle(c->parser))
			break;
		refuse(c, 408);
		conn_run(c);
		return;
	case CONN_HANDLER:
		if (c->has_out) {
			conn_run(c);
			return;
		}
		/* Waiting for a part: the status has left already. */
		if (c->exchange->replied)
			break;
		exchange_gone(TAKE(c->exchange));
		refuse(c, 503);
		conn_run(c);
		return;
	case CONN_IDLE:
	case CONN_REPLY:
	case CONN_LINGER:
		break;
	}
	conn_destroy(c);
}
