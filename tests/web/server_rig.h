/* SPDX-License-Identifier: Apache-2.0 */
/* server_rig.h - the server on a thread of its own, the tests as its clients over 127.0.0.1. */
#ifndef TESTS_WEB_SERVER_RIG_H
#define TESTS_WEB_SERVER_RIG_H

#define UNUSED_OK __attribute__((unused))
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../src/web/exchange_private.h"
#include "barometre/base/log.h"
#include "barometre/web/server.h"

#define BIG (40 * 1024)
#define HUGE (8 * 1024 * 1024)
#define PART (64 * 1024)
/* Long enough for a client to be seen leaving first, under valgrind too. */
#define CALL_DEADLINE (2 * USEC_PER_SEC)
#define PARTS 400 /* more than the kernel's buffers of both ends hold */

/* The server's side */

struct rig {
	struct server_deadlines deadlines;
	size_t max_connections;
	pthread_t thread;
	int port;
	int control[2]; /* one letter an order, read by the server's thread */
	int answer[2];  /* one letter when it is done */
	struct loop *loop;
	struct server *server;
	struct exchange *waiting;
	struct db_pool *pool; /* of a database that is not there */
	bool drained;
	atomic_int gone, freed, asked, calls_done;
	int parts_given;
	char *big, *huge;
	struct shared_bytes *shared; /* what a cache holds */
};

UNUSED_OK static void on_gone(void *arg)
{
	struct rig *rig = arg;
	rig->waiting = NULL;
	rig->gone++;
}

UNUSED_OK static void on_freed(void *arg)
{
	((struct rig *)arg)->freed++;
}

UNUSED_OK static void reply_text(struct exchange *ex, const char *text)
{
	struct buf body = BUF_LIMIT(1 << 20);
	buf_puts(&body, text);
	exchange_reply(ex, 200, "text/plain; charset=utf-8", &body);
}

UNUSED_OK static void reply_soon(void *arg)
{
	reply_text(arg, "soon");
}

UNUSED_OK static void give_part(void *arg, struct exchange *ex)
{
	struct rig *rig = arg;
	rig->asked++;
	struct buf part = BUF_LIMIT(PART);
	char *letters = x_alloc(PART);
	memset(letters, 'a' + rig->parts_given % 26, PART);
	buf_bytes(&part, letters, PART);
	free(letters);
	rig->parts_given++;
	exchange_stream_part(ex, &part, rig->parts_given == PARTS);
}

UNUSED_OK static void give_then_abort(void *arg, struct exchange *ex)
{
	struct rig *rig = arg;
	if (rig->parts_given++) {
		exchange_stream_abort(ex);
		return;
	}
	struct buf part = BUF_LIMIT(100);
	buf_puts(&part, "half");
	exchange_stream_part(ex, &part, false);
}

static const struct sql statement = {"test/one", "select 1"};

UNUSED_OK static void on_kept_call(void *arg, struct db_rows *rows, const struct err *err)
{
	assert_true(!rows && err);
	((struct rig *)arg)->calls_done++;
}

UNUSED_OK static void on_last_call(void *arg, struct db_rows *rows, const struct err *err)
{
	assert_true(!rows && err);
	assert_int_equal(write(((struct rig *)arg)->answer[1], "C", 1), 1);
}

/* Puts something in the place of the file of the bytes that sendfile refuses (EINVAL). */
UNUSED_OK static void refuse_sendfile(const struct shared_bytes *shared)
{
	int fd = open("/", O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(dup2(fd, shared_bytes_file(shared)) >= 0);
	(void)close(fd);
}

UNUSED_OK static void handle(void *arg, struct exchange *ex)
{
	struct rig *rig = arg;
	struct str path = exchange_path(ex);
	exchange_on_free(ex, on_freed, rig);
	if (str_eq_z(path, "/hello")) {
		reply_text(ex, "hello");
	} else if (str_eq_z(path, "/echo")) {
		struct buf body = BUF_LIMIT(1 << 20);
		buf_add(&body, exchange_request(ex)->body);
		exchange_reply(ex, 200, "text/plain", &body);
	} else if (str_eq_z(path, "/query")) {
		struct buf body = BUF_LIMIT(10000);
		buf_add(&body, exchange_request(ex)->query);
		exchange_reply(ex, 200, "text/plain", &body);
	} else if (str_eq_z(path, "/soon")) {
		loop_soon(rig->loop, reply_soon, ex);
	} else if (str_eq_z(path, "/big")) {
		exchange_reply_static(ex, 200, "text/plain", (struct str){rig->big, BIG});
	} else if (str_eq_z(path, "/huge")) {
		exchange_on_gone(ex, on_gone, rig);
		exchange_reply_static(
			ex, 200, "text/plain", (struct str){rig->huge, HUGE});
	} else if (str_eq_z(path, "/shared") || str_eq_z(path, "/shared-small") ||
		str_eq_z(path, "/shared-refused")) {
		size_t size = str_eq_z(path, "/shared-small") ? BIG / 4 : HUGE;
		struct buf bytes = BUF_LIMIT(HUGE);
		buf_bytes(&bytes, rig->huge, size);
		shared_bytes_drop(rig->shared);
		rig->shared = shared_bytes_new(&bytes);
		if (str_eq_z(path, "/shared-refused"))
			refuse_sendfile(rig->shared);
		exchange_on_gone(ex, on_gone, rig);
		exchange_reply_shared(ex, 200, "text/plain", rig->shared);
	} else if (str_eq_z(path, "/stream")) {
		exchange_stream_start(ex, 200, "text/plain", give_part, rig);
	} else if (str_eq_z(path, "/abort")) {
		exchange_stream_start(ex, 200, "text/plain", give_then_abort, rig);
	} else {
		rig->waiting = ex;
		exchange_on_gone(ex, on_gone, rig);
		if (str_eq_z(path, "/call")) {
			rig->pool = db_pool_new(rig->loop, "host=/nonexistent", NULL, 1);
			struct db_params none = {0};
			exchange_keep_call(ex,
				db_call(rig->pool, &statement, &none, CALL_DEADLINE,
					on_kept_call, rig));
		}
	}
}

UNUSED_OK static void on_drained(void *arg)
{
	struct rig *rig = arg;
	rig->drained = true;
	assert_int_equal(write(rig->answer[1], "D", 1), 1);
}

UNUSED_OK static void on_control(void *arg, bool readable, bool writable)
{
	struct rig *rig = arg;
	char order = 0;
	(void)writable;
	if (!readable || read(rig->control[0], &order, 1) != 1)
		return;
	if (order == 'q')
		loop_stop(rig->loop);
	else if (order == 'd')
		server_drain(rig->server, on_drained, rig);
	else if (order == 'r' && rig->waiting)
		reply_text(TAKE(rig->waiting), "at last");
	else if (order == 'x') {
		shared_bytes_drop(TAKE(rig->shared));
		assert_int_equal(write(rig->answer[1], "X", 1), 1);
	} else if (order == 'w') {
		char c = rig->waiting ? '1' : '0';
		assert_int_equal(write(rig->answer[1], &c, 1), 1);
	} else if (order == 'c') {
		struct db_params none = {0};
		(void)db_call(rig->pool, &statement, &none, 2 * CALL_DEADLINE,
			on_last_call, rig);
	} else if (order == 'n') {
		char c = (char)server_count(rig->server);
		assert_int_equal(write(rig->answer[1], &c, 1), 1);
	}
}

UNUSED_OK static void *serve(void *arg)
{
	struct rig *rig = arg;
	struct err err = {0};
	rig->loop = loop_new();
	int fd = server_listen("127.0.0.1:0", &err);
	assert_true(fd >= 0);
	struct sockaddr_in a;
	socklen_t n = sizeof(a);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	rig->port = ntohs(a.sin_port);
	rig->server = server_new(rig->loop, fd, rig->max_connections, handle, rig);
	server_set_deadlines(rig->server, &rig->deadlines);
	struct watch *watch = watch_new(rig->loop, rig->control[0], on_control, rig);
	watch_set(watch, true, false);
	assert_int_equal(write(rig->answer[1], "U", 1), 1);
	loop_run(rig->loop);
	watch_free(watch);
	server_free(rig->server);
	shared_bytes_drop(rig->shared);
	if (rig->pool)
		db_pool_free(rig->pool);
	(void)close(fd);
	loop_free(rig->loop);
	return NULL;
}

/* The client's side */

UNUSED_OK static char await_answer(struct rig *rig)
{
	char c = 0;
	assert_int_equal(read(rig->answer[0], &c, 1), 1);
	return c;
}

UNUSED_OK static void order(struct rig *rig, char c)
{
	assert_int_equal(write(rig->control[1], &c, 1), 1);
}

UNUSED_OK static void start(struct rig *rig)
{
	rig->big = x_alloc(BIG);
	rig->huge = x_alloc(HUGE);
	for (size_t i = 0; i < BIG; i++)
		rig->big[i] = (char)('a' + i % 26);
	for (size_t i = 0; i < HUGE; i++)
		rig->huge[i] = (char)(i * 2654435761u >> 24);
	assert_int_equal(pipe(rig->control), 0);
	assert_int_equal(pipe(rig->answer), 0);
	assert_int_equal(pthread_create(&rig->thread, NULL, serve, rig), 0);
	assert_int_equal(await_answer(rig), 'U');
}

UNUSED_OK static int set_up(void **state)
{
	struct rig *rig = x_calloc(1, sizeof(*rig));
	rig->deadlines = server_default_deadlines;
	rig->max_connections = 100;
	*state = rig;
	start(rig);
	return 0;
}

/* Deadlines short enough for a test, and long enough for a slow machine to be served. */
UNUSED_OK static int set_up_hurried(void **state)
{
	struct rig *rig = x_calloc(1, sizeof(*rig));
	rig->deadlines = (struct server_deadlines){
		.headers = 300000,
		.body = 300000,
		.handler = 300000,
		.reply = 300000,
		.idle = 300000,
		.half_closed = 100000,
		.linger = 300000,
	};
	rig->max_connections = 10;
	*state = rig;
	start(rig);
	return 0;
}

UNUSED_OK static int set_up_small(void **state)
{
	struct rig *rig = x_calloc(1, sizeof(*rig));
	rig->deadlines = server_default_deadlines;
	rig->max_connections = 2;
	*state = rig;
	start(rig);
	return 0;
}

UNUSED_OK static int tear_down(void **state)
{
	struct rig *rig = *state;
	order(rig, 'q');
	assert_int_equal(pthread_join(rig->thread, NULL), 0);
	for (int i = 0; i < 2; i++) {
		(void)close(rig->control[i]);
		(void)close(rig->answer[i]);
	}
	free(rig->big);
	free(rig->huge);
	free(rig);
	return 0;
}

UNUSED_OK static int dial_with(const struct rig *rig, int segment)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	if (segment)
		assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment,
					 sizeof(segment)),
			0);
	struct timeval patience = {10, 0};
	assert_int_equal(
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
	assert_int_equal(
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)), 0);
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)rig->port)};
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (const struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

UNUSED_OK static int dial(const struct rig *rig)
{
	return dial_with(rig, 0);
}

UNUSED_OK static void say(int fd, struct str s)
{
	while (s.n) {
		ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);
		assert_true(n > 0);
		s.p += n;
		s.n -= (size_t)n;
	}
}

UNUSED_OK static void ask(int fd, const char *what)
{
	struct buf b = BUF_LIMIT(10000);
	buf_printf(&b, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", what);
	say(fd, buf_str(&b));
	buf_release(&b);
}

/* Everything until the server closes. */
UNUSED_OK static struct buf hear_all(int fd)
{
	struct buf all = BUF_LIMIT(64u << 20);
	char piece[16384];
	ssize_t n;
	while ((n = recv(fd, piece, sizeof(piece), 0)) > 0)
		buf_bytes(&all, piece, (size_t)n);
	assert_int_equal(n, 0); /* no reset, no time-out */
	return all;
}

/* Up to the end of `end`, byte by byte so as to leave what follows. */
UNUSED_OK static struct buf hear_until(int fd, const char *end)
{
	struct buf all = BUF_LIMIT(100000);
	size_t n = strlen(end);
	char c;
	while (all.n < n || memcmp(all.p + all.n - n, end, n) != 0) {
		assert_int_equal(recv(fd, &c, 1, 0), 1);
		buf_addc(&all, c);
	}
	return all;
}

UNUSED_OK static void hear_exactly(int fd, char *to, size_t n)
{
	while (n) {
		ssize_t got = recv(fd, to, n, 0);
		assert_true(got > 0);
		to += got;
		n -= (size_t)got;
	}
}

struct reply {
	int status;
	struct buf head, body;
};

/* One reply with a Content-Length. */
UNUSED_OK static struct reply hear(int fd)
{
	struct reply r = {
		.head = hear_until(fd, "\r\n\r\n"), .body = BUF_LIMIT(64u << 20)};
	assert_memory_equal(r.head.p, "HTTP/1.1 ", 9);
	r.status = (r.head.p[9] - '0') * 100 + (r.head.p[10] - '0') * 10 + r.head.p[11] -
		'0';
	const char *at = strstr(r.head.p, "Content-Length: ");
	assert_non_null(at);
	uint64_t length = 0;
	const char *end = strchr(at, '\r');
	assert_true(
		str_parse_u64((struct str){at + 16, (size_t)(end - at - 16)}, &length));
	char *bytes = x_alloc(length + 1);
	hear_exactly(fd, bytes, length);
	buf_bytes(&r.body, bytes, length);
	free(bytes);
	return r;
}

UNUSED_OK static void reply_release(struct reply *r)
{
	buf_release(&r->head);
	buf_release(&r->body);
}

UNUSED_OK static void expect_reply(int fd, int status, const char *body)
{
	struct reply r = hear(fd);
	assert_int_equal(r.status, status);
	assert_string_equal(buf_str(&r.body).p, body);
	reply_release(&r);
}

UNUSED_OK static void expect_closed(int fd)
{
	char c;
	assert_int_equal(recv(fd, &c, 1, 0), 0);
	assert_int_equal(close(fd), 0);
}

UNUSED_OK static void reset(int fd)
{
	struct linger at_once = {1, 0};
	assert_int_equal(
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
	assert_int_equal(close(fd), 0);
}

/* Waits, without guessing how long, until the server holds a request it has not
 * answered. */
UNUSED_OK static void await_waiting(struct rig *rig)
{
	do
		order(rig, 'w');
	while (await_answer(rig) != '1');
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define HURRIED(name) cmocka_unit_test_setup_teardown(name, set_up_hurried, tear_down)

#endif
