/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse_sink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS_MOST 8
#define MESSAGE_MOST (1u << 20)
#define REPLY_MOST 200

struct client {
	int fd;
	bool data;     /* after DATA, until the dot */
	char to[256];  /* "": nobody yet */
	struct buf in; /* what came and was not yet read */
};
struct sink {
	pthread_t thread;
	int listener, stop[2], port;
	sink_knows_fn *knows;
	sink_fn *taken;
	void *arg;
	uint64_t count;
	struct client clients[CLIENTS_MOST];
	size_t client_count;
};

static bool say(struct client *c, const char *line)
{
	size_t n = strlen(line);

	while (n > 0) {
		ssize_t done = send(c->fd, line, n, MSG_NOSIGNAL);

		if (done <= 0)
			return false;
		line += done;
		n -= (size_t)done;
	}
	return true;
}

/* The last of those who are known. */
static bool take_recipient(const struct sink *s, struct client *c, struct str line)
{
	const char *open = memchr(line.p, '<', line.n),
		   *close = memchr(line.p, '>', line.n);
	size_t n = open && close && close > open ? (size_t)(close - open) - 1 : 0;
	char to[sizeof(c->to)] = "";

	if (n > 0 && n < sizeof(to))
		memcpy(to, open + 1, n);
	if (!s->knows(s->arg, to))
		return say(c, "550 5.1.1 nobody of this rehearsal\r\n");
	memcpy(c->to, to, sizeof(to));
	return say(c, "250 2.1.5 ok\r\n");
}

/* One command; false ends the connection. */
static bool answer(const struct sink *s, struct client *c, struct str line)
{
	struct str rest = line, verb = {0};

	(void)str_cut(&rest, ' ', &verb);
	if (str_eq_nocase(verb, STR("EHLO")))
		return say(c, "250-rehearsal\r\n250 8BITMIME\r\n");
	if (str_eq_nocase(verb, STR("RCPT")))
		return take_recipient(s, c, line);
	if (str_eq_nocase(verb, STR("DATA")) && !*c->to)
		return say(c, "503 5.5.1 for nobody\r\n");
	if (str_eq_nocase(verb, STR("DATA"))) {
		c->data = true;
		return say(c, "354 go on\r\n");
	}
	if (str_eq_nocase(verb, STR("QUIT"))) {
		(void)say(c, "221 2.0.0 bye\r\n");
		return false;
	}
	if (str_eq_nocase(verb, STR("MAIL")) || str_eq_nocase(verb, STR("RSET")))
		c->to[0] = '\0';
	return say(c, "250 2.0.0 ok\r\n");
}

/* Forgets what was read. */
static void shift(struct buf *in, size_t used)
{
	struct buf rest = BUF_LIMIT(MESSAGE_MOST);

	buf_bytes(&rest, in->p + used, in->n - used);
	buf_release(in);
	*in = rest;
}

static bool take_message(struct sink *s, struct client *c, bool *ret_more)
{
	static const char end[] = "\r\n.\r\n";
	const char *at = c->in.n > 0 ? memmem(c->in.p, c->in.n, end, sizeof(end) - 1)
				     : NULL;
	char reply[REPLY_MOST];

	*ret_more = at != NULL;
	if (!at)
		return !c->in.failed;
	(void)snprintf(reply, sizeof(reply), "250 2.0.0 Ok: queued as rehearsal-%llu\r\n",
		(unsigned long long)s->count);
	s->taken(s->arg, s->count++, c->to);
	c->data = false;
	c->to[0] = '\0';
	shift(&c->in, (size_t)(at - c->in.p) + sizeof(end) - 1);
	return say(c, reply);
}

static bool take_line(const struct sink *s, struct client *c, bool *ret_more)
{
	const char *at = c->in.n > 0 ? memchr(c->in.p, '\n', c->in.n) : NULL;
	bool good;

	*ret_more = at != NULL;
	if (!at)
		return !c->in.failed;
	good = answer(s, c, str_trim((struct str){c->in.p, (size_t)(at - c->in.p)}));
	shift(&c->in, (size_t)(at - c->in.p) + 1);
	return good;
}

static bool read_client(struct sink *s, struct client *c)
{
	char part[1 << 14];
	ssize_t n = recv(c->fd, part, sizeof(part), 0);
	bool more = n > 0;

	if (n <= 0)
		return false;
	buf_bytes(&c->in, part, (size_t)n);
	while (more)
		if (!(c->data ? take_message(s, c, &more) : take_line(s, c, &more)))
			return false;
	return true;
}

static void drop_client(struct sink *s, size_t i)
{
	(void)close(s->clients[i].fd);
	buf_release(&s->clients[i].in);
	s->clients[i] = s->clients[--s->client_count];
}

static void accept_client(struct sink *s)
{
	int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
	struct client c = {.fd = fd, .in = BUF_LIMIT(MESSAGE_MOST)};

	if (fd < 0)
		return;
	if (s->client_count == CLIENTS_MOST || !say(&c, "220 rehearsal ready\r\n")) {
		(void)close(fd);
		return;
	}
	s->clients[s->client_count++] = c;
}

static void *serve(void *arg)
{
	struct sink *s = arg;

	for (;;) {
		struct pollfd all[CLIENTS_MOST + 2] = {
			{s->stop[0], POLLIN, 0}, {s->listener, POLLIN, 0}};
		size_t count = s->client_count;

		for (size_t i = 0; i < count; i++)
			all[i + 2] = (struct pollfd){s->clients[i].fd, POLLIN, 0};
		if (poll(all, (nfds_t)count + 2, -1) < 0 && errno != EINTR)
			break;
		if (all[0].revents != 0)
			break;
		/* From the last: dropping one moves the last into its place. */
		for (size_t i = count; i-- > 0;)
			if (all[i + 2].revents != 0 && !read_client(s, &s->clients[i]))
				drop_client(s, i);
		if (all[1].revents != 0)
			accept_client(s);
	}
	return NULL;
}

static bool listen_here(struct sink *s)
{
	struct sockaddr_in here = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr *address = (void *)&here;
	socklen_t size = sizeof(here);

	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->listener < 0 || bind(s->listener, address, size) != 0 ||
		listen(s->listener, CLIENTS_MOST) != 0 ||
		getsockname(s->listener, address, &size) != 0)
		return false;
	/* Nobody outside this machine is ever reached by what is played. */
	must(ntohl(here.sin_addr.s_addr) == INADDR_LOOPBACK);
	s->port = ntohs(here.sin_port);
	return pipe2(s->stop, O_CLOEXEC) == 0;
}

static void close_all(struct sink *s)
{
	const int ends[] = {s->listener, s->stop[0], s->stop[1]};

	while (s->client_count > 0)
		drop_client(s, s->client_count - 1);
	for (size_t i = 0; i < COUNT_OF(ends); i++)
		if (ends[i] >= 0)
			(void)close(ends[i]);
	free(s);
}

struct sink *sink_start(sink_knows_fn *knows, sink_fn *taken, void *arg, struct err *err)
{
	struct sink *s = x_calloc(1, sizeof(*s));
	sigset_t all, before;
	int rc;

	*s = (struct sink){.listener = -1,
		.stop = {-1, -1},
		.knows = knows,
		.taken = taken,
		.arg = arg};
	if (!listen_here(s)) {
		(void)err_set(err, ERR_BROKEN, "cannot listen on 127.0.0.1: %s",
			strerror(errno));
		close_all(s);
		return NULL;
	}
	/* Signals are the main thread's. */
	(void)sigfillset(&all);
	must(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
	rc = pthread_create(&s->thread, NULL, serve, s);
	must(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
	if (rc != 0) {
		(void)err_set(err, ERR_BROKEN, "cannot start a thread: %s", strerror(rc));
		close_all(s);
		return NULL;
	}
	return s;
}

int sink_port(const struct sink *s)
{
	return s->port;
}

void sink_stop(struct sink *s)
{
	if (!s)
		return;
	must(write(s->stop[1], "", 1) == 1);
	must(pthread_join(s->thread, NULL) == 0);
	close_all(s);
}
