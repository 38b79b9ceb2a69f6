/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "barometre/base/log.h"
#include "server_private.h"

#define BACKLOG 4096
#define ACCEPT_AT_ONCE 64
#define ACCEPT_RETRY (USEC_PER_SEC / 5)
#define MIN_TICK (USEC_PER_SEC / 100)

const struct server_deadlines server_default_deadlines = {
	.headers = 15 * USEC_PER_SEC,
	.body = 60 * USEC_PER_SEC,
	.handler = 60 * USEC_PER_SEC,
	.reply = 60 * USEC_PER_SEC,
	.idle = 75 * USEC_PER_SEC,
	.half_closed = 5 * USEC_PER_SEC,
	.linger = 2 * USEC_PER_SEC,
};

/* Listening */

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} of;
	socklen_t size;
};

/* "127.0.0.1:8080" or "[::1]:8080", figures only. */
static bool parse_address(const char *text, struct address *ret)
{
	const char *colon = strrchr(text, ':');
	uint64_t port;
	if (!colon || !str_parse_u64(str_of(colon + 1), &port) || port > UINT16_MAX)
		return false;
	struct str host = {text, (size_t)(colon - text)};
	struct address a = {.size = 0};
	bool six = host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
	if (six)
		host = (struct str){host.p + 1, host.n - 2};
	char figures[INET6_ADDRSTRLEN];
	if (host.n >= sizeof(figures))
		return false;
	memcpy(figures, host.p, host.n);
	figures[host.n] = '\0';
	if (six) {
		a.of.v6.sin6_family = AF_INET6;
		a.of.v6.sin6_port = htons((uint16_t)port);
		a.size = sizeof(a.of.v6);
		if (inet_pton(AF_INET6, figures, &a.of.v6.sin6_addr) != 1)
			return false;
	} else {
		a.of.v4.sin_family = AF_INET;
		a.of.v4.sin_port = htons((uint16_t)port);
		a.size = sizeof(a.of.v4);
		if (inet_pton(AF_INET, figures, &a.of.v4.sin_addr) != 1)
			return false;
	}
	*ret = a;
	return true;
}

static bool prepare_socket(int fd, const struct address *a)
{
	const int on = 1;
	/* Accepted sockets inherit TCP_NODELAY: without it a reply of more than one
	 * segment waits 40 ms for the
	 * client's delayed acknowledgement. */
	return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0 &&
		(a->of.any.sa_family != AF_INET6 ||
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) ==
				0) &&
		bind(fd, &a->of.any, a->size) == 0 && listen(fd, BACKLOG) == 0;
}

int server_listen(const char *address, struct err *err)
{
	struct address a;
	if (!parse_address(address, &a)) {
		(void)err_set(err, ERR_INVALID,
			"\"%s\" is not an address to listen on, such as 127.0.0.1:8080 or [::1]:8080",
			address);
		return -1;
	}
	int fd = socket(
		a.of.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && prepare_socket(fd, &a))
		return fd;
	(void)err_set(
		err, ERR_BROKEN, "cannot listen on \"%s\": %s", address, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* Accepting */

static void set_accepting(struct server *s, bool wanted)
{
	wanted = wanted && !s->draining && s->count < s->max;
	if (wanted == s->accepting)
		return;
	s->accepting = wanted;
	must((wanted ? event_add(s->accept_event, NULL) : event_del(s->accept_event)) ==
		0);
}

static void on_accept_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	set_accepting(arg, true);
}

static struct timeval to_timeval(usec_t span)
{
	return (struct timeval){
		(time_t)(span / USEC_PER_SEC), (suseconds_t)(span % USEC_PER_SEC)};
}

/* The address of the client is not asked for here: see exchange_peer. */
static void on_acceptable(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;
	(void)what;
	for (int i = 0; i < ACCEPT_AT_ONCE && s->accepting; i++) {
		int client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (client >= 0) {
			conn_new(s, client);
			set_accepting(s, true);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
			errno == ENOMEM) {
			/* The connection stays in the queue: without a pause we would
			 * turn in circles. */
			log_warning("no descriptor for a connection",
				F_COUNT("connections", s->count));
			set_accepting(s, false);
			struct timeval pause = to_timeval(ACCEPT_RETRY);
			(void)event_add(s->retry_event, &pause);
			return;
		}
		if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

/* Deadlines: one look at all connections a tick, instead of a timer each. */

static usec_t tick_of(const struct server_deadlines *d)
{
	const usec_t all[] = {d->headers, d->body, d->handler, d->reply, d->idle,
		d->half_closed, d->linger};
	usec_t tick = USEC_PER_SEC;
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (all[i] / 4 < tick)
			tick = all[i] / 4;
	return tick > MIN_TICK ? tick : MIN_TICK;
}

static void arm_tick(struct server *s)
{
	if (evtimer_pending(s->tick_event, NULL))
		return;
	struct timeval tick = to_timeval(tick_of(&s->deadlines));
	must(event_add(s->tick_event, &tick) == 0);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;
	(void)fd, (void)what;
	usec_t now = clock_monotonic();
	for (struct conn *c = s->conns, *next; c; c = next) {
		next = c->next;
		if (now >= c->deadline)
			conn_expire(c);
	}
	if (s->count)
		arm_tick(s);
}

void server_set_deadlines(struct server *s, const struct server_deadlines *deadlines)
{
	s->deadlines = *deadlines;
	(void)event_del(s->tick_event);
	if (s->count)
		arm_tick(s);
}

/* Connections with something to do that no socket event announces: a reply given later,
 * pipelined requests. */

static void unready(struct conn *c)
{
	struct server *s = c->server;
	struct conn **at = &s->ready;
	while (*at != c)
		at = &(*at)->next_ready;
	*at = c->next_ready;
	if (s->ready_last == &c->next_ready)
		s->ready_last = at;
	c->is_ready = false;
}

void server_make_ready(struct conn *c)
{
	struct server *s = c->server;
	if (c->is_ready)
		return;
	c->is_ready = true;
	c->next_ready = NULL;
	if (!s->ready)
		event_active(s->ready_event, 0, 0);
	*s->ready_last = c;
	s->ready_last = &c->next_ready;
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;
	(void)fd, (void)what;
	/* Those that become ready meanwhile wait for the next turn: sockets come in
	 * between. */
	size_t n = 0;
	for (struct conn *c = s->ready; c; c = c->next_ready)
		n++;
	while (n-- && s->ready) {
		struct conn *c = s->ready;
		unready(c);
		conn_run(c);
	}
	if (s->ready)
		event_active(s->ready_event, 0, 0);
}

/* Life */

struct server *server_new(
	struct loop *loop, int fd, size_t max_connections, handler_fn *handler, void *arg)
{
	struct server *s = x_calloc(1, sizeof(*s));
	(void)signal(SIGPIPE, SIG_IGN); /* sendfile has no flag against it */
	s->loop = loop;
	s->base = loop_event_base(loop);
	s->fd = fd;
	s->max = max_connections;
	s->handler = handler;
	s->arg = arg;
	s->deadlines = server_default_deadlines;
	s->ready_last = &s->ready;
	s->accept_event = event_new(s->base, fd, EV_READ | EV_PERSIST, on_acceptable, s);
	s->retry_event = evtimer_new(s->base, on_accept_retry, s);
	s->ready_event = event_new(s->base, -1, 0, on_ready, s);
	s->tick_event = evtimer_new(s->base, on_tick, s);
	must(s->accept_event && s->retry_event && s->ready_event && s->tick_event);
	set_accepting(s, true);
	return s;
}

size_t server_count(const struct server *s)
{
	return s->count;
}

static void look_drained(struct server *s)
{
	if (!s->draining || s->count || !s->drained)
		return;
	loop_soon(s->loop, TAKE(s->drained), s->drained_arg);
}

void server_adopt(struct conn *c)
{
	struct server *s = c->server;
	c->next = s->conns;
	if (c->next)
		c->next->prev = c;
	s->conns = c;
	s->count++;
	arm_tick(s);
}

void server_forget(struct conn *c)
{
	struct server *s = c->server;
	if (c->is_ready)
		unready(c);
	if (c->prev)
		c->prev->next = c->next;
	else
		s->conns = c->next;
	if (c->next)
		c->next->prev = c->prev;
	s->count--;
	if (!evtimer_pending(s->retry_event, NULL))
		set_accepting(s, true);
	look_drained(s);
}

void server_drain(struct server *s, loop_fn *done, void *arg)
{
	s->draining = true;
	s->drained = done;
	s->drained_arg = arg;
	set_accepting(s, false);
	(void)event_del(s->retry_event);
	for (struct conn *c = s->conns, *next; c; c = next) {
		next = c->next;
		bool idle = c->phase == CONN_IDLE ||
			(c->phase == CONN_HEAD && !c->parser);
		if (idle && !c->pending.n && !c->running)
			conn_destroy(c);
		else if (c->exchange)
			c->exchange->close = true;
	}
	look_drained(s);
}

void server_free(struct server *s)
{
	if (!s)
		return;
	s->draining = true;
	s->drained = NULL;
	while (s->conns) {
		must(!s->conns->running);
		conn_destroy(s->conns);
	}
	event_free(s->accept_event);
	event_free(s->retry_event);
	event_free(s->ready_event);
	event_free(s->tick_event);
	free(s);
}
