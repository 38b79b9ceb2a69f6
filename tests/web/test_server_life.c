/* SPDX-License-Identifier: Apache-2.0 */
/* Streams, clients that leave, deadlines, draining. */
#include "server_rig.h"

/* Reads a chunked body of PARTS parts, and checks it. */
static void hear_stream(int fd)
{
	char *bytes = x_alloc(PART);
	for (int i = 0; i < PARTS; i++) {
		struct buf size = hear_until(fd, "\r\n");
		assert_string_equal(size.p, "10000\r\n");
		buf_release(&size);
		hear_exactly(fd, bytes, PART);
		for (size_t k = 0; k < PART; k++)
			assert_true(bytes[k] == 'a' + i % 26);
		hear_exactly(fd, bytes, 2);
	}
	struct buf end = hear_until(fd, "\r\n\r\n");
	assert_string_equal(end.p, "0\r\n\r\n");
	buf_release(&end);
	free(bytes);
}

static void test_a_stream_is_made_as_fast_as_it_is_read(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig);
	ask(fd, "/stream");
	struct buf head = hear_until(fd, "\r\n\r\n");
	assert_non_null(strstr(head.p, "\r\nTransfer-Encoding: chunked\r\n"));
	assert_null(strstr(head.p, "Content-Length"));
	buf_release(&head);
	/* When nothing is read any more the producer comes to a stop, long before the
	 * end. */
	int before = -1;
	struct pollfd nothing = {.fd = -1};
	while (rig->asked != before) {
		before = rig->asked;
		(void)poll(&nothing, 1, 50);
	}
	assert_true(rig->asked < PARTS);
	hear_stream(fd);
	assert_int_equal(rig->asked, PARTS);
	ask(fd, "/hello");
	expect_reply(fd, 200, "hello");
	(void)close(fd);
}

static void test_a_stream_to_http_1_0_ends_with_the_connection(void **state)
{
	int fd = dial(*state);
	say(fd, STR("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
	struct buf all = hear_all(fd);
	assert_null(strstr(all.p, "chunked"));
	const char *body = strstr(all.p, "\r\n\r\n");
	assert_non_null(body);
	assert_int_equal(all.n - (size_t)(body + 4 - all.p), (size_t)PARTS * PART);
	buf_release(&all);
	(void)close(fd);
}

static void test_a_broken_stream_does_not_look_whole(void **state)
{
	int fd = dial(*state);
	ask(fd, "/abort");
	struct buf head = hear_until(fd, "\r\n\r\n");
	buf_release(&head);
	struct buf rest = hear_all(fd);
	assert_string_equal(rest.p, "4\r\nhalf\r\n");
	buf_release(&rest);
	(void)close(fd);
}

static void test_a_client_that_resets_has_gone(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig);
	ask(fd, "/wait");
	await_waiting(rig);
	reset(fd);
	do
		order(rig, 'w');
	while (await_answer(rig) != '0');
	assert_int_equal(rig->gone, 1);
	assert_int_equal(rig->freed, 1);
}

static void test_the_call_of_a_client_that_has_gone_is_cancelled(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig);
	ask(fd, "/call");
	await_waiting(rig);
	reset(fd);
	do
		order(rig, 'w');
	while (await_answer(rig) != '0');
	/* A later call with a later deadline comes to its end; that of the client stays
	 * silent. */
	order(rig, 'c');
	assert_int_equal(await_answer(rig), 'C');
	assert_int_equal(rig->calls_done, 0);
}

static void test_a_half_closed_client_gets_its_reply(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig);
	ask(fd, "/hello");
	ask(fd, "/wait");
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	expect_reply(fd, 200, "hello");
	await_waiting(rig);
	order(rig, 'r');
	expect_reply(fd, 200, "at last");
	expect_closed(fd);
	assert_int_equal(rig->gone, 0);
}

static void test_a_client_that_closes_has_gone_after_the_grace(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig);
	ask(fd, "/wait");
	await_waiting(rig);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	struct buf all = hear_all(fd);
	(void)close(fd);
	buf_release(&all);
	assert_int_equal(rig->gone, 1);
}

/* Says one byte every 20 ms until an answer or the end comes. */
static void drip(int fd, const char *byte)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	usec_t start_at = clock_monotonic();
	while (poll(&p, 1, 20) == 0) {
		assert_true(clock_monotonic() - start_at < 3 * USEC_PER_SEC);
		(void)send(fd, byte, 1, MSG_NOSIGNAL);
	}
}

static void test_slow_bytes_do_not_extend_a_deadline(void **state)
{
	static const char *const starts[] = {"GET /hello HTTP/1.1\r\nHost: a\r\nX: ",
		"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n",
		"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;"};
	for (size_t i = 0; i < COUNT_OF(starts); i++) {
		int fd = dial(*state);
		say(fd, str_of(starts[i]));
		drip(fd, "x");
		struct reply r = hear(fd);
		assert_int_equal(r.status, 408);
		reply_release(&r);
		(void)close(fd);
	}
}

static void test_silent_clients_are_closed(void **state)
{
	int silent = dial(*state), idle = dial(*state);
	ask(idle, "/hello");
	expect_reply(idle, 200, "hello");
	expect_closed(silent);
	expect_closed(idle);
}

static void test_a_reader_that_stops_is_dropped(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig);
	ask(fd, "/huge");
	struct buf head = hear_until(fd, "\r\n\r\n");
	buf_release(&head);
	struct pollfd nothing = {.fd = -1};
	do {
		(void)poll(&nothing, 1, 20);
		order(rig, 'n');
	} while (await_answer(rig) != 0);
	assert_int_equal(rig->freed, 1);
	assert_int_equal(rig->gone, 0); /* the handler had replied: its part was done */
	(void)close(fd);
}

static void test_a_handler_that_does_not_reply_gives_503(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig);
	ask(fd, "/wait");
	struct reply r = hear(fd);
	assert_int_equal(r.status, 503);
	reply_release(&r);
	expect_closed(fd);
	assert_int_equal(rig->gone, 1);
}

static void test_connections_beyond_the_limit_wait(void **state)
{
	struct rig *rig = *state;
	int first = dial(rig), second = dial(rig);
	ask(first, "/hello");
	expect_reply(first, 200, "hello");
	ask(second, "/hello");
	expect_reply(second, 200, "hello");
	int third = dial(rig);
	ask(third, "/hello");
	struct pollfd p = {.fd = third, .events = POLLIN};
	assert_int_equal(poll(&p, 1, 50), 0);
	(void)close(first);
	expect_reply(third, 200, "hello");
	(void)close(second);
	(void)close(third);
}

static void test_drain_finishes_what_is_open(void **state)
{
	struct rig *rig = *state;
	int idle = dial(rig), busy = dial(rig), fresh = dial(rig);
	ask(idle, "/hello");
	expect_reply(idle, 200, "hello");
	ask(busy, "/wait");
	await_waiting(rig);
	order(rig, 'd');
	expect_closed(idle);
	expect_closed(fresh);
	order(rig, 'r');
	struct reply r = hear(busy);
	assert_non_null(strstr(r.head.p, "\r\nConnection: close\r\n"));
	assert_string_equal(r.body.p, "at last");
	reply_release(&r);
	expect_closed(busy);
	assert_int_equal(await_answer(rig), 'D');
	assert_true(rig->drained);
}

static void test_addresses_to_listen_on(void **state)
{
	(void)state;
	static const char *const wrong[] = {"", "8080", "localhost:8080", "127.0.0.1",
		"127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:8080",
		"[127.0.0.1]:80", "[::1:80"};
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct err err = {0};
		assert_int_equal(server_listen(wrong[i], &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
	}
	struct err err = {0};
	assert_int_equal(server_listen("192.0.2.1:0", &err),
		-1); /* not an address of this machine */
	assert_int_equal(err.code, ERR_BROKEN);
	int fd = server_listen("127.0.0.1:0", &err);
	assert_true(fd >= 0);
	/* Accepted sockets inherit it: no reply waits for the client's delayed acknowledgement. */
	int nodelay = 0;
	socklen_t size = sizeof(nodelay);
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &nodelay, &size), 0);
	assert_int_equal(nodelay, 1);
	(void)close(fd);
}

static void drop_line(void *arg, const char *line)
{
	(void)arg, (void)line;
}

int main(void)
{
	log_capture(drop_line, NULL);
	const struct CMUnitTest tests[] = {
		TEST(test_a_stream_is_made_as_fast_as_it_is_read),
		TEST(test_a_stream_to_http_1_0_ends_with_the_connection),
		TEST(test_a_broken_stream_does_not_look_whole),
		TEST(test_a_client_that_resets_has_gone),
		TEST(test_the_call_of_a_client_that_has_gone_is_cancelled),
		TEST(test_a_half_closed_client_gets_its_reply),
		TEST(test_drain_finishes_what_is_open),
		HURRIED(test_a_client_that_closes_has_gone_after_the_grace),
		HURRIED(test_slow_bytes_do_not_extend_a_deadline),
		HURRIED(test_silent_clients_are_closed),
		HURRIED(test_a_reader_that_stops_is_dropped),
		HURRIED(test_a_handler_that_does_not_reply_gives_503),
		cmocka_unit_test_setup_teardown(
			test_connections_beyond_the_limit_wait, set_up_small, tear_down),
		cmocka_unit_test(test_addresses_to_listen_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
