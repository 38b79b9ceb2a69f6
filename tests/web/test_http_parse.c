/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/web/http_parse.h"

/* Feeds everything, `step` bytes at a time. Returns the status: 200 for a complete
 * request, 0 for one that
 * wants more, else that of the refusal. The parser is left to look at; *ret_used counts
 * what was taken. */
static int feed_by(struct http_parser *p, struct str bytes, size_t step, size_t *ret_used)
{
	size_t at = 0;
	enum http_progress progress = HTTP_NEED_MORE;
	while (at < bytes.n &&
		(progress == HTTP_NEED_MORE || progress == HTTP_HEADERS_DONE)) {
		size_t n = bytes.n - at < step ? bytes.n - at : step, used;
		progress = http_parser_feed(p, (struct str){bytes.p + at, n}, &used);
		if (progress == HTTP_NEED_MORE)
			assert_int_equal(used, n);
		at += used;
	}
	*ret_used = at;
	return progress == HTTP_REFUSED     ? http_parser_status(p)
		: progress == HTTP_COMPLETE ? 200
					    : 0;
}

/* The same verdict however the bytes are cut. */
static int verdict(struct str bytes)
{
	static const size_t steps[] = {1, 2, 3, 7, 1 << 20};
	int first = -1;
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		struct http_parser *p = http_parser_new(&http_default_limits);
		size_t used;
		int status = feed_by(p, bytes, steps[i], &used);
		http_parser_free(p);
		if (first < 0)
			first = status;
		assert_int_equal(status, first);
	}
	return first;
}

struct odd {
	const char *name;
	struct str bytes;
	int status;
};
#define ROW(name, bytes, status)           \
 {                                         \
  name, {bytes, sizeof(bytes) - 1}, status \
 }
#define POST "POST / HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

static const struct odd odd_inputs[] = {
	ROW("plain GET", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 200),
	/* Lengths and codings */
	ROW("two different Content-Length",
		POST "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400),
	ROW("two equal Content-Length",
		POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
	ROW("list of lengths", POST "Content-Length: 3, 3\r\n\r\nabc", 400),
	ROW("length +3", POST "Content-Length: +3\r\n\r\nabc", 400),
	ROW("length of 20 nines", POST "Content-Length: 99999999999999999999\r\n\r\nabc",
		400),
	ROW("length above the limit", POST "Content-Length: 262145\r\n\r\n", 413),
	ROW("length above the limit, with Expect",
		POST "Expect: 100-continue\r\nContent-Length: 262145\r\n\r\n", 413),
	ROW("length -3", POST "Content-Length: -3\r\n\r\nabc", 400),
	ROW("length 0x3", POST "Content-Length: 0x3\r\n\r\nabc", 400),
	ROW("empty length", POST "Content-Length: \r\n\r\nabc", 400),
	ROW("length with a space inside", POST "Content-Length: 1 2\r\n\r\nabc", 400),
	ROW("chunked and a length",
		POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
		400),
	ROW("a length and chunked",
		POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		400),
	ROW("space before the colon of a coding",
		POST "Transfer-Encoding : chunked\r\nContent-Length: 3\r\n\r\nabc", 400),
	ROW("gzip, chunked", POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		501),
	ROW("chunked, gzip", POST "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
		400),
	ROW("xchunked and a length",
		POST "Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n\r\nabc", 400),
	ROW("identity", POST "Transfer-Encoding: identity\r\n\r\nabc", 400),
	ROW("two codings",
		POST
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		400),
	ROW("two codings, one empty",
		POST "Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		400),
	ROW("Chunked in capitals", POST "Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n",
		200),
	ROW("chunked with HTTP/1.0",
		"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
	/* Line ends, control bytes, names */
	ROW("bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400),
	ROW("bare LF after a header", "GET / HTTP/1.1\r\nHost: a\n\r\n", 400),
	ROW("bare LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400),
	ROW("bare CR in a header", "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400),
	ROW("NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 400),
	ROW("NUL in the target", "GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	ROW("NUL in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n", 400),
	ROW("control byte in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n",
		400),
	ROW("obs-fold", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400),
	ROW("obs-fold by a tab", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n\tb\r\n\r\n", 400),
	ROW("blank before the first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
	ROW("empty name", "GET / HTTP/1.1\r\nHost: a\r\n: v\r\n\r\n", 400),
	ROW("name A(b)", "GET / HTTP/1.1\r\nHost: a\r\nA(b): v\r\n\r\n", 400),
	ROW("space in a name", "GET / HTTP/1.1\r\nHost: a\r\nA b: v\r\n\r\n", 400),
	ROW("no colon", "GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", 400),
	ROW("empty value", "GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY: \r\n\r\n", 200),
	ROW("UTF-8 in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \xc3\xa9\r\n\r\n", 200),
	/* Host */
	ROW("no Host", "GET / HTTP/1.1\r\n\r\n", 400),
	ROW("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
	ROW("no Host with HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 200),
	ROW("two Hosts with HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
		400),
	ROW("Host with a slash", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
	ROW("Host with a port", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 200),
	/* Chunks */
	ROW("chunks", CHUNKED "3\r\nabc\r\n0\r\n\r\n", 200),
	ROW("chunk size 0x3", CHUNKED "0x3\r\nabc\r\n0\r\n\r\n", 400),
	ROW("chunk size +3", CHUNKED "+3\r\nabc\r\n0\r\n\r\n", 400),
	ROW("chunk size -1", CHUNKED "-1\r\nabc\r\n0\r\n\r\n", 400),
	ROW("chunk size of 17 f", CHUNKED "fffffffffffffffff\r\nabc\r\n", 400),
	ROW("chunk size of 16 f", CHUNKED "ffffffffffffffff\r\nabc\r\n", 413),
	ROW("empty line before the size", CHUNKED "\r\n3\r\nabc\r\n0\r\n\r\n", 400),
	ROW("space before the size", CHUNKED " 3\r\nabc\r\n0\r\n\r\n", 400),
	ROW("space after the size", CHUNKED "3 \r\nabc\r\n0\r\n\r\n", 400),
	ROW("chunk extension", CHUNKED "3;x=y\r\nabc\r\n0\r\n\r\n", 200),
	ROW("quoted chunk extension", CHUNKED "3;x=\"y z\"\r\nabc\r\n0;last\r\n\r\n",
		200),
	ROW("junk chunk size", CHUNKED "zz\r\nabc\r\n0\r\n\r\n", 400),
	ROW("bare LF after the size", CHUNKED "3\nabc\r\n0\r\n\r\n", 400),
	ROW("CR and another byte after the size", CHUNKED "3\rXabc\r\n0\r\n\r\n", 400),
	ROW("bare LF after the data", CHUNKED "3\r\nabc\n0\r\n\r\n", 400),
	ROW("no CRLF after the data", CHUNKED "3\r\nabc0\r\n\r\n", 400),
	ROW("two other bytes after the data", CHUNKED "3\r\nabcXY0\r\n\r\n", 400),
	ROW("bare LF at the end of chunks", CHUNKED "3\r\nabc\r\n0\r\n\n", 400),
	ROW("chunk above the limit", CHUNKED "40001\r\n", 413),
	ROW("trailer", CHUNKED "0\r\nX: y\r\n\r\n", 200),
	ROW("folded trailer", CHUNKED "0\r\nX: y\r\n z\r\n\r\n", 400),
	ROW("NUL in a trailer", CHUNKED "0\r\nX: \0\r\n\r\n", 400),
	/* Request line */
	ROW("HTTP/0.9", "GET /\r\n", 400),
	ROW("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
	ROW("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
	ROW("http/1.1", "GET / http/1.1\r\nHost: a\r\n\r\n", 400),
	ROW("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505),
	ROW("HTTP/1.99999", "GET / HTTP/1.99999\r\nHost: a\r\n\r\n", 400),
	ROW("HTTP/1.", "GET / HTTP/1.\r\nHost: a\r\n\r\n", 400),
	ROW("leading CRLF", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 200),
	ROW("two leading CRLF", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	ROW("two spaces before the target", "GET  /a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	ROW("two spaces after the target", "GET /a  HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	ROW("space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	ROW("tab in the target", "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	ROW("space before the method", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	ROW("space after the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
	ROW("0xFF in the target", "GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	ROW("fragment in the target", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	ROW("relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	ROW("absolute target", "GET http://a/b?c HTTP/1.1\r\nHost: a\r\n\r\n", 200),
	ROW("absolute target of another scheme",
		"GET ftp://a/b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	ROW("absolute target without host", "GET http:///b HTTP/1.1\r\nHost: a\r\n\r\n",
		400),
	ROW("asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 200),
	ROW("asterisk with GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	ROW("CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501),
	ROW("unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
	ROW("lower-case method", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
	ROW("known method of no use here", "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", 200),
	ROW("TLS to a plain port", "\x16\x03\x01\x02\x00\x01\x00", 400),
	/* Expect */
	ROW("another Expect", POST "Expect: 200-ok\r\nContent-Length: 3\r\n\r\nabc", 417),
	ROW("Expect", POST "Expect: 100-Continue\r\nContent-Length: 3\r\n\r\nabc", 200),
	ROW("Expect with HTTP/1.0",
		"POST / HTTP/1.0\r\nExpect: tea\r\nContent-Length: 3\r\n\r\nabc", 200),
	ROW("Upgrade is ignored",
		"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n",
		200),
};

static void test_odd_inputs_get_their_status(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(odd_inputs); i++) {
		int status = verdict(odd_inputs[i].bytes);
		if (status != odd_inputs[i].status)
			fail_msg("%s: %d instead of %d", odd_inputs[i].name, status,
				odd_inputs[i].status);
	}
}

static void add_repeated(struct buf *b, const char *s, size_t times)
{
	while (times--)
		buf_puts(b, s);
}

static int verdict_of(struct buf *b)
{
	int status = verdict(buf_str(b));
	buf_release(b);
	return status;
}

static void test_limits_are_exact(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct buf b = BUF_LIMIT(1 << 20);
		buf_puts(&b, "GET /");
		add_repeated(&b, "a", 8 * 1024 - 1 + over);
		buf_puts(&b, " HTTP/1.1\r\nHost: a\r\n\r\n");
		assert_int_equal(verdict_of(&b), over ? 414 : 200);

		buf_puts(&b, "GET / HTTP/1.1\r\nHost: a\r\n");
		add_repeated(&b, "X: y\r\n", 63 + over);
		buf_puts(&b, "\r\n");
		assert_int_equal(verdict_of(&b), over ? 431 : 200);

		buf_puts(&b, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
		add_repeated(&b, "a", 16 * 1024 - 7 - 3 + over);
		buf_puts(&b, "\r\n\r\n");
		assert_int_equal(verdict_of(&b), over ? 431 : 200);

		buf_printf(&b, POST "Content-Length: %d\r\n\r\n", 256 * 1024 + (int)over);
		add_repeated(&b, "0123456789abcdef", 16 * 1024);
		buf_puts(&b, over ? "x" : "");
		assert_int_equal(verdict_of(&b), over ? 413 : 200);

		buf_puts(&b, CHUNKED "3ffff\r\n");
		add_repeated(&b, "a", 0x3ffff);
		buf_puts(&b,
			over ? "\r\n2\r\nab\r\n0\r\n\r\n" : "\r\n1\r\na\r\n0\r\n\r\n");
		assert_int_equal(verdict_of(&b), over ? 413 : 200);

		buf_puts(&b, CHUNKED "3;");
		add_repeated(&b, "x", 1024 - 2 + over);
		buf_puts(&b, "\r\nabc\r\n0\r\n\r\n");
		assert_int_equal(verdict_of(&b), over ? 400 : 200);
	}
}

static void test_endless_lines_are_refused_before_they_end(void **state)
{
	(void)state;
	static const struct {
		const char *start, *more;
		size_t times;
		int status;
	} rows[] = {
		{"GET /", "a", 20000, 414},
		{"", "A", 20000, 414},
		{"GET / HTTP/1.1\r\nX: ", "a", 20000, 431},
		{"GET / HTTP/1.1\r\n", "X: y\r\n", 20000, 431},
		{CHUNKED, "0", 100000, 400},
		{CHUNKED, "1\r\na\r\n", 20000, 413},
		{CHUNKED "0\r\n", "X: y\r\n", 20000, 413},
		{CHUNKED "0\r\nX: ", "y", 20000, 400},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf b = BUF_LIMIT(1 << 20);
		buf_puts(&b, rows[i].start);
		add_repeated(&b, rows[i].more, rows[i].times);
		assert_int_equal(verdict_of(&b), rows[i].status);
	}
}

static void assert_str(struct str s, const char *expected)
{
	if (!str_eq_z(s, expected))
		fail_msg(
			"\"%.*s\" instead of \"%s\"", (int)s.n, s.p ? s.p : "", expected);
}

static void test_a_request_is_taken_apart(void **state)
{
	(void)state;
	struct str bytes = STR(
		"POST /a%20b?c=d&e HTTP/1.1\r\nHost: h\r\nX-Empty:\r\nx-name:\t v w \t\r\n"
		"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\nX-Trailer: t\r\n\r\nGET");
	for (size_t step = 1; step < 40; step++) {
		struct http_parser *p = http_parser_new(&http_default_limits);
		assert_true(http_parser_idle(p));
		size_t used;
		assert_int_equal(feed_by(p, bytes, step, &used), 200);
		assert_int_equal(used, bytes.n - 3); /* the next request stays */
		const struct http_message *m = http_parser_message(p);
		assert_int_equal(m->method, HTTP_METHOD_POST);
		assert_str(m->target, "/a%20b?c=d&e");
		assert_str(m->path, "/a%20b");
		assert_str(m->query, "c=d&e");
		assert_str(m->body, "abcde");
		assert_int_equal(m->header_count, 4);
		assert_str(http_header_find(m, "X-NAME"), "v w");
		assert_str(http_header_find(m, "x-empty"), "");
		assert_non_null(http_header_find(m, "x-empty").p);
		assert_null(http_header_find(m, "X-Trailer").p);
		assert_true(m->keep_alive);
		http_parser_next(p);
		assert_true(http_parser_idle(p));
		http_parser_free(p);
	}
}

static void test_an_absolute_target_loses_its_host(void **state)
{
	(void)state;
	static const struct {
		const char *target, *path, *query;
	} rows[] = {
		{"http://a", "/", ""},
		{"http://a/", "/", ""},
		{"HTTPS://a:1/b/c?d", "/b/c", "d"},
		{"http://a?d", "/", "d"},
		{"/?", "/", ""},
		{"//a/b", "//a/b", ""},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf b = BUF_LIMIT(1000);
		buf_printf(&b, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", rows[i].target);
		struct http_parser *p = http_parser_new(&http_default_limits);
		size_t used;
		assert_int_equal(feed_by(p, buf_str(&b), 1000, &used), 200);
		assert_str(http_parser_message(p)->path, rows[i].path);
		assert_str(http_parser_message(p)->query, rows[i].query);
		http_parser_free(p);
		buf_release(&b);
	}
}

static void test_keep_alive_follows_version_and_connection(void **state)
{
	(void)state;
	static const struct {
		const char *version, *connection;
		bool keep;
	} rows[] = {
		{"1.1", "", true},
		{"1.1", "Connection: close\r\n", false},
		{"1.1", "Connection: foo, Close\r\n", false},
		{"1.0", "", false},
		{"1.0", "Connection: keep-alive\r\n", true},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf b = BUF_LIMIT(1000);
		buf_printf(&b, "GET / HTTP/%s\r\nHost: a\r\n%s\r\n", rows[i].version,
			rows[i].connection);
		struct http_parser *p = http_parser_new(&http_default_limits);
		size_t used;
		assert_int_equal(feed_by(p, buf_str(&b), 1000, &used), 200);
		assert_int_equal(http_parser_message(p)->keep_alive, rows[i].keep);
		assert_int_equal(
			http_parser_message(p)->version_10, rows[i].version[2] == '0');
		http_parser_free(p);
		buf_release(&b);
	}
}

static void test_the_client_that_waits_is_announced_once(void **state)
{
	(void)state;
	struct http_parser *p = http_parser_new(&http_default_limits);
	struct str head = STR(POST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
	size_t used;
	assert_int_equal(http_parser_feed(p, head, &used), HTTP_HEADERS_DONE);
	assert_int_equal(used, head.n);
	assert_true(http_parser_in_body(p));
	assert_int_equal(http_parser_feed(p, STR("ab"), &used), HTTP_NEED_MORE);
	assert_int_equal(http_parser_feed(p, STR("c"), &used), HTTP_COMPLETE);
	assert_str(http_parser_message(p)->body, "abc");
	http_parser_free(p);
}

static void test_a_refusal_is_for_good(void **state)
{
	(void)state;
	struct http_parser *p = http_parser_new(&http_default_limits);
	size_t used;
	assert_int_equal(http_parser_feed(p, STR("\x01"), &used), HTTP_REFUSED);
	assert_int_equal(
		http_parser_feed(p, STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), &used),
		HTTP_REFUSED);
	assert_int_equal(http_parser_status(p), 400);
	http_parser_free(p);
}

static void test_forms_are_decoded_in_order(void **state)
{
	(void)state;
	struct buf store = BUF_LIMIT(1000);
	struct form_pair pairs[10];
	size_t count;
	assert_true(urlencoded_parse(
		STR("a=1&&b=c+d%20e&%C3%A9=%e2%82%ac&a=2&empty=&bare&x=y=z&=v"), &store,
		pairs, 10, &count));
	static const char *const expected[][2] = {{"a", "1"}, {"b", "c d e"},
		{"\xc3\xa9", "\xe2\x82\xac"}, {"a", "2"}, {"empty", ""}, {"bare", ""},
		{"x", "y=z"}, {"", "v"}};
	assert_int_equal(count, COUNT_OF(expected));
	for (size_t i = 0; i < count; i++) {
		assert_str(pairs[i].name, expected[i][0]);
		assert_str(pairs[i].value, expected[i][1]);
	}
	buf_release(&store);
	assert_true(urlencoded_parse(STR(""), &store, pairs, 10, &count));
	assert_int_equal(count, 0);
	buf_release(&store);
}

static void test_broken_forms_are_refused(void **state)
{
	(void)state;
	static const char *const broken[] = {"a=%", "a=%4", "a=%zz", "a=%4g", "%=a",
		"a=%00", "a=%ff", "a=%C3", "a=%ED%A0%80", "a=%C0%80", "a=\xe9",
		"a=1&b=2&c=3"};
	for (size_t i = 0; i < COUNT_OF(broken); i++) {
		struct buf store = BUF_LIMIT(1000);
		struct form_pair pairs[2];
		size_t count = 77;
		assert_false(
			urlencoded_parse(str_of(broken[i]), &store, pairs, 2, &count));
		assert_int_equal(count, 77);
		buf_release(&store);
	}
}

static void test_segments_are_decoded_without_plus(void **state)
{
	(void)state;
	struct buf out = BUF_LIMIT(100);
	assert_true(percent_decode(STR("a+b%2Fc%c3%A9"), &out));
	assert_str(buf_str(&out), "a+b/c\xc3\xa9");
	assert_false(percent_decode(STR("%00"), &out));
	assert_false(percent_decode(STR("%e9"), &out));
	assert_false(percent_decode(STR("100%"), &out));
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_odd_inputs_get_their_status),
		cmocka_unit_test(test_limits_are_exact),
		cmocka_unit_test(test_endless_lines_are_refused_before_they_end),
		cmocka_unit_test(test_a_request_is_taken_apart),
		cmocka_unit_test(test_an_absolute_target_loses_its_host),
		cmocka_unit_test(test_keep_alive_follows_version_and_connection),
		cmocka_unit_test(test_the_client_that_waits_is_announced_once),
		cmocka_unit_test(test_a_refusal_is_for_good),
		cmocka_unit_test(test_forms_are_decoded_in_order),
		cmocka_unit_test(test_broken_forms_are_refused),
		cmocka_unit_test(test_segments_are_decoded_without_plus),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
