/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and replies over a socket. */
#include "server_rig.h"

/* The tests */

static void test_odd_inputs_over_a_socket(void **state)
{
	static const struct {
		struct str bytes;
		int status;
	} rows[] = {
#define ROW(bytes, status) {{bytes, sizeof(bytes) - 1}, status}
		ROW("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
			400),
		ROW("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\nContent-Length: 3\r\n\r\nabc",
			400),
		ROW("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
			501),
		ROW("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcXY0\r\n\r\n",
			400),
		ROW("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
			400),
		ROW("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 262145\r\n\r\n",
			413),
		ROW("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 3\r\n\r\n",
			417),
		ROW("GET /hello HTTP/1.1\nHost: a\n\n", 400),
		ROW("GET /hello HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 400),
		ROW("GET /hello HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400),
		ROW("GET /hello HTTP/1.1\r\n\r\n", 400),
		ROW("GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n", 400),
		ROW("GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n", 400),
		ROW("GET /hello HTTP/1.2\r\nHost: a\r\n\r\n", 505),
		ROW("get /hello HTTP/1.1\r\nHost: a\r\n\r\n", 501),
		ROW("\x16\x03\x01", 400),
#undef ROW
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int fd = dial(*state);
		say(fd, rows[i].bytes);
		struct reply r = hear(fd);
		assert_int_equal(r.status, rows[i].status);
		assert_non_null(strstr(r.head.p, "\r\nConnection: close\r\n"));
		assert_non_null(strstr(
			r.head.p, "\r\nContent-Security-Policy: default-src 'none'; "));
		assert_non_null(strstr(r.body.p, "<html lang=\"fr\">"));
		reply_release(&r);
		expect_closed(fd);
	}
}

static void test_endless_head_is_cut_off(void **state)
{
	int fd = dial(*state);
	struct buf b = BUF_LIMIT(100000);
	buf_puts(&b, "GET /hello HTTP/1.1\r\nHost: a\r\nX: ");
	for (int i = 0; i < 40000; i++)
		buf_addc(&b, 'a');
	say(fd, buf_str(&b));
	buf_release(&b);
	struct reply r = hear(fd);
	assert_int_equal(r.status, 431);
	reply_release(&r);
	expect_closed(fd);
}

static void test_a_connection_serves_many_requests(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig);
	for (int i = 0; i < 3; i++) {
		ask(fd, "/hello");
		struct reply r = hear(fd);
		assert_int_equal(r.status, 200);
		assert_string_equal(r.body.p, "hello");
		assert_null(strstr(r.head.p, "\r\nConnection:"));
		assert_null(strstr(r.head.p, "\r\nServer:"));
		const char *date = strstr(r.head.p, "\r\nDate: ");
		assert_non_null(date);
		assert_memory_equal(date + 8 + 25, " GMT\r\n", 6);
		assert_non_null(
			strstr(r.head.p, "\r\nX-Content-Type-Options: nosniff\r\n"));
		reply_release(&r);
	}
	say(fd, STR("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"));
	expect_reply(fd, 200, "abcd");
	say(fd, STR("\r\nGET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
	expect_reply(fd, 200, "hello");
	expect_closed(fd);
	assert_int_equal(rig->freed, 5);
}

static void test_a_request_may_come_byte_by_byte(void **state)
{
	int fd = dial(*state);
	struct str s = STR(
		"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
	for (size_t i = 0; i < s.n; i++)
		say(fd, (struct str){s.p + i, 1});
	expect_reply(fd, 200, "abc");
	(void)close(fd);
}

static void *say_pipelined(void *arg)
{
	int fd = *(int *)arg;
	struct buf b = BUF_LIMIT(4u << 20);
	for (int i = 0; i < 20000; i++)
		buf_printf(&b, "GET /%s?%d HTTP/1.1\r\nHost: a\r\n\r\n",
			i % 7 ? "query" : "soon", i);
	say(fd, buf_str(&b));
	buf_release(&b);
	return NULL;
}

static void test_pipelined_requests_are_answered_in_order(void **state)
{
	int fd = dial(*state);
	pthread_t talker;
	assert_int_equal(pthread_create(&talker, NULL, say_pipelined, &fd), 0);
	FILE *in = fdopen(dup(fd), "r"); /* buffered: there are 20,000 replies to hear */
	char line[500], body[20], expected[20];
	for (int i = 0; i < 20000; i++) {
		unsigned length = 0;
		while (fgets(line, sizeof(line), in) && strcmp(line, "\r\n") != 0)
			(void)sscanf(line, "Content-Length: %u", &length);
		assert_true(length > 0 && length < sizeof(body));
		assert_int_equal(fread(body, 1, length, in), length);
		body[length] = '\0';
		(void)snprintf(expected, sizeof(expected), "%d", i);
		assert_string_equal(body, i % 7 ? expected : "soon");
	}
	assert_int_equal(pthread_join(talker, NULL), 0);
	(void)fclose(in);
	(void)close(fd);
}

static void test_the_next_request_waits_for_the_reply(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig);
	ask(fd, "/wait");
	await_waiting(rig);
	ask(fd, "/hello");
	struct pollfd p = {.fd = fd, .events = POLLIN};
	assert_int_equal(poll(&p, 1, 50), 0);
	order(rig, 'r');
	expect_reply(fd, 200, "at last");
	expect_reply(fd, 200, "hello");
	(void)close(fd);
}

static void test_head_has_the_length_and_no_body(void **state)
{
	int fd = dial(*state);
	say(fd, STR("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
	struct buf head = hear_until(fd, "\r\n\r\n");
	assert_non_null(strstr(head.p, "\r\nContent-Length: 5\r\n"));
	buf_release(&head);
	say(fd, STR("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
	head = hear_until(fd, "\r\n\r\n");
	buf_release(&head);
	ask(fd, "/hello");
	expect_reply(fd, 200, "hello");
	(void)close(fd);
}

static void test_http_1_0(void **state)
{
	int fd = dial(*state);
	say(fd, STR("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
	struct reply r = hear(fd);
	assert_non_null(strstr(r.head.p, "\r\nConnection: keep-alive\r\n"));
	reply_release(&r);
	say(fd, STR("GET /hello HTTP/1.0\r\n\r\n"));
	expect_reply(fd, 200, "hello");
	expect_closed(fd);
}

static void test_expect_100_continue(void **state)
{
	int fd = dial(*state);
	say(fd, STR("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
	struct buf interim = hear_until(fd, "\r\n\r\n");
	assert_string_equal(interim.p, "HTTP/1.1 100 Continue\r\n\r\n");
	buf_release(&interim);
	say(fd, STR("abc"));
	expect_reply(fd, 200, "abc");
	/* Not for a client that has sent its body already. */
	say(fd, STR("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc"));
	expect_reply(fd, 200, "abc");
	(void)close(fd);
}

static void test_the_answer_to_too_much_can_be_read(void **state)
{
	int fd = dial(*state);
	say(fd, STR("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n"));
	char *bytes = x_calloc(1, 200 * 1024);
	say(fd, (struct str){bytes, 200 * 1024});
	free(bytes);
	struct buf all = hear_all(fd);
	assert_memory_equal(all.p, "HTTP/1.1 413 ", 13);
	assert_non_null(strstr(all.p, "</html>"));
	buf_release(&all);
	(void)close(fd);
}

static void test_large_replies_do_not_stall(void **state)
{
	int fd = dial_with(
		*state, 1400); /* an ordinary network's, not the loopback's 64 KiB */
	char *bytes = x_alloc(BIG);
	usec_t start_at = clock_monotonic();
	for (int i = 0; i < 200; i++) {
		ask(fd, "/big");
		struct buf head = hear_until(fd, "\r\n\r\n");
		buf_release(&head);
		hear_exactly(fd, bytes, BIG);
	}
	usec_t took = clock_monotonic() - start_at;
	free(bytes);
	(void)close(fd);
	/* In several small writes and with Nagle's algorithm each would wait 40 ms: 8 s. */
	assert_true(took < 4 * USEC_PER_SEC);
}

/* All of rig->huge, and the connection serves on. */
static void expect_huge(const struct rig *rig, const char *path)
{
	int fd = dial(rig);
	ask(fd, path);
	struct reply r = hear(fd);
	assert_int_equal(r.body.n, HUGE);
	assert_memory_equal(r.body.p, rig->huge, HUGE);
	reply_release(&r);
	ask(fd, "/hello");
	expect_reply(fd, 200, "hello");
	(void)close(fd);
}

static void test_partial_writes_lose_nothing(void **state)
{
	expect_huge(*state, "/huge");
}

/* The cache lets go of them while a slow client has had a little: it gets them all, and they go with it. */
static void test_shared_bytes_live_until_the_slowest_has_them(void **state)
{
	struct rig *rig = *state;
	char *bytes = x_alloc(HUGE);
	int slow[3];
	for (size_t i = 0; i < COUNT_OF(slow); i++) {
		slow[i] = dial(rig);
		ask(slow[i], "/shared"); /* each in the place of the one before */
		struct buf head = hear_until(slow[i], "\r\n\r\n");
		assert_non_null(strstr(head.p, "\r\nContent-Length: 8388608\r\n"));
		buf_release(&head);
		hear_exactly(slow[i], bytes, 1000);
	}
	order(rig, 'x');
	assert_int_equal(await_answer(rig), 'X');
	/* Gone in the middle. A reset alone is ECONNRESET; of a side that was closed it is EPIPE, which comes with SIGPIPE. */
	assert_int_equal(shutdown(slow[1], SHUT_WR), 0);
	reset(slow[1]);
	for (size_t i = 0; i < COUNT_OF(slow); i += 2) {
		hear_exactly(slow[i], bytes + 1000, HUGE - 1000);
		assert_memory_equal(bytes, rig->huge, HUGE);
		ask(slow[i], "/hello");
		expect_reply(slow[i], 200, "hello");
		(void)close(slow[i]);
	}
	free(bytes);
}

static void test_shared_bytes_of_any_size(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig);
	for (int i = 0; i < 3; i++) {
		ask(fd, "/shared-small");
		struct reply r = hear(fd);
		assert_int_equal(r.body.n, BIG / 4);
		assert_memory_equal(r.body.p, rig->huge, BIG / 4);
		reply_release(&r);
		ask(fd, "/shared");
		r = hear(fd);
		assert_int_equal(r.body.n, HUGE);
		assert_memory_equal(r.body.p, rig->huge, HUGE);
		reply_release(&r);
		say(fd, STR("HEAD /shared HTTP/1.1\r\nHost: a\r\n\r\n"));
		struct buf head = hear_until(fd, "\r\n\r\n");
		buf_release(&head);
	}
	(void)close(fd);
}

/* Where the kernel sends no file, the bytes are copied. */
static void test_shared_bytes_without_sendfile(void **state)
{
	expect_huge(*state, "/shared-refused");
}

static void drop_line(void *arg, const char *line)
{
	(void)arg, (void)line;
}

int main(void)
{
	log_capture(drop_line, NULL);
	const struct CMUnitTest tests[] = {
		TEST(test_odd_inputs_over_a_socket),
		TEST(test_endless_head_is_cut_off),
		TEST(test_a_connection_serves_many_requests),
		TEST(test_a_request_may_come_byte_by_byte),
		TEST(test_pipelined_requests_are_answered_in_order),
		TEST(test_the_next_request_waits_for_the_reply),
		TEST(test_head_has_the_length_and_no_body),
		TEST(test_http_1_0),
		TEST(test_expect_100_continue),
		TEST(test_the_answer_to_too_much_can_be_read),
		TEST(test_large_replies_do_not_stall),
		TEST(test_partial_writes_lose_nothing),
		TEST(test_shared_bytes_live_until_the_slowest_has_them),
		TEST(test_shared_bytes_of_any_size),
		TEST(test_shared_bytes_without_sendfile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
