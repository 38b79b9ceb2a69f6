/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/web/exchange.h"

struct place {
	struct loop *loop;
	int freed, gone, calls;
	struct exchange *ex;
};

static int set_up(void **state)
{
	struct place *place = x_calloc(1, sizeof(*place));
	place->loop = loop_new();
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;
	loop_free(place->loop);
	free(place);
	return 0;
}

static struct exchange_probe probe(
	struct place *place, const char *raw, handler_fn *handler)
{
	struct exchange_probe probe;
	exchange_probe_run(place->loop, str_of(raw), handler, place, &probe);
	return probe;
}

static void expect_head(const struct exchange_probe *probe, const char *line)
{
	if (!strstr(buf_str(&probe->reply).p, line))
		fail_msg("no \"%s\" in\n%s", line, buf_str(&probe->reply).p);
}

static void expect_no_head(const struct exchange_probe *probe, const char *line)
{
	if (strstr(buf_str(&probe->reply).p, line))
		fail_msg("\"%s\" in\n%s", line, buf_str(&probe->reply).p);
}

static void expect_body(const struct exchange_probe *probe, const char *body)
{
	const char *at = strstr(buf_str(&probe->reply).p, "\r\n\r\n");
	assert_non_null(at);
	assert_string_equal(at + 4, body);
}

static void assert_str(struct str s, const char *expected)
{
	if (!expected) {
		assert_null(s.p);
		return;
	}
	if (!s.p || !str_eq_z(s, expected))
		fail_msg(
			"\"%.*s\" instead of \"%s\"", (int)s.n, s.p ? s.p : "", expected);
}

static void reply(struct exchange *ex, int status, const char *text)
{
	struct buf body = BUF_LIMIT(100000);
	buf_puts(&body, text);
	exchange_reply(ex, status, "text/plain", &body);
	assert_int_equal(body.n, 0);
}

static void count_up(void *arg)
{
	++*(int *)arg;
}

/* Replies */

static void reply_with_headers(void *arg, struct exchange *ex)
{
	struct place *place = arg;
	exchange_on_free(ex, count_up, &place->freed);
	exchange_on_gone(ex, count_up, &place->gone);
	char *name = exchange_strdup(ex, STR("X-Name"));
	exchange_header(ex, name, "a b");
	exchange_header(ex, "Set-Cookie", "a=1");
	exchange_header(ex, "Set-Cookie", "b=2");
	exchange_header(ex, "X-Robots-Tag", "all");
	assert_true(exchange_has_header(ex, "x-robots-tag"));
	assert_false(exchange_has_header(ex, "Location"));
	reply(ex, 200, "text");
}

static void test_a_reply_is_written_whole(void **state)
{
	struct place *place = *state;
	struct exchange_probe p = probe(
		place, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", reply_with_headers);
	assert_true(p.replied);
	assert_memory_equal(p.reply.p, "HTTP/1.1 200 OK\r\nDate: ", 23);
	expect_head(&p, "\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n");
	expect_head(&p, "\r\nX-Name: a b\r\n");
	expect_head(&p, "\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n");
	expect_body(&p, "text");
	assert_int_equal(place->freed, 1);
	assert_int_equal(place->gone, 0);
	buf_release(&p.reply);
}

static void reply_plainly(void *arg, struct exchange *ex)
{
	(void)arg;
	reply(ex, 200, "x");
}

static void test_every_reply_carries_the_security_headers(void **state)
{
	static const char *const lines[] = {
		("\r\nContent-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
		 "font-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n"),
		"\r\nX-Content-Type-Options: nosniff\r\n",
		"\r\nReferrer-Policy: no-referrer\r\n",
		"\r\nPermissions-Policy: accelerometer=(), ",
		"\r\nCross-Origin-Opener-Policy: same-origin\r\n",
		"\r\nCross-Origin-Resource-Policy: same-origin\r\n",
		"\r\nCache-Control: no-store\r\n",
	};
	static const struct {
		const char *raw;
		handler_fn *handler;
		const char *robots;
	} rows[] = {
		{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", reply_plainly,
			"\r\nX-Robots-Tag: noindex\r\n"},
		{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", reply_with_headers,
			"\r\nX-Robots-Tag: all\r\n"},
		{"GET / HTTP/1.1\r\n\r\n", reply_plainly,
			"\r\nX-Robots-Tag: noindex\r\n"}, /* refused */
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct exchange_probe p = probe(*state, rows[i].raw, rows[i].handler);
		for (size_t k = 0; k < COUNT_OF(lines); k++)
			expect_head(&p, lines[k]);
		expect_head(&p, rows[i].robots);
		assert_ptr_equal(
			strstr(strstr(p.reply.p, "X-Robots-Tag") + 1, "X-Robots-Tag"),
			NULL);
		expect_no_head(&p, "\r\nServer:");
		buf_release(&p.reply);
	}
}

static void redirect(void *arg, struct exchange *ex)
{
	(void)arg;
	exchange_redirect(ex, "/q/1");
}

static void reply_304(void *arg, struct exchange *ex)
{
	(void)arg;
	exchange_reply(ex, 304, NULL, NULL);
}

static void test_replies_without_body(void **state)
{
	struct exchange_probe p = probe(
		*state, "POST / HTTP/1.1\r\nHost: a\r\n\r\n", redirect);
	assert_memory_equal(p.reply.p, "HTTP/1.1 303 See Other\r\n", 24);
	expect_head(&p, "\r\nLocation: /q/1\r\n");
	expect_head(&p, "\r\nContent-Length: 0\r\n");
	expect_body(&p, "");
	buf_release(&p.reply);
	p = probe(*state, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", reply_304);
	expect_no_head(&p, "Content-Length");
	expect_body(&p, "");
	buf_release(&p.reply);
	p = probe(*state, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", reply_plainly);
	expect_head(&p, "\r\nContent-Length: 1\r\n");
	expect_body(&p, "");
	buf_release(&p.reply);
}

static void reply_now(void *arg)
{
	struct place *place = arg;
	reply(place->ex, 200, "later");
}

static void reply_later(void *arg, struct exchange *ex)
{
	struct place *place = arg;
	place->ex = ex;
	loop_soon(place->loop, reply_now, place);
}

static void test_a_reply_may_come_later(void **state)
{
	struct exchange_probe p = probe(
		*state, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", reply_later);
	assert_true(p.replied);
	expect_body(&p, "later");
	buf_release(&p.reply);
}

static void give_part(void *arg, struct exchange *ex)
{
	struct place *place = arg;
	struct buf part = BUF_LIMIT(100);
	if (place->calls++ < 2)
		buf_printf(&part, "part %d,", place->calls);
	exchange_stream_part(ex, &part, false);
}

static void stream(void *arg, struct exchange *ex)
{
	exchange_stream_start(ex, 200, "text/csv", give_part, arg);
}

static void test_a_stream_is_chunked(void **state)
{
	struct place *place = *state;
	struct exchange_probe p = probe(
		place, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", stream);
	expect_head(&p, "\r\nTransfer-Encoding: chunked\r\n");
	expect_body(&p, "7\r\npart 1,\r\n7\r\npart 2,\r\n0\r\n\r\n");
	buf_release(&p.reply);
	place->calls = 0;
	p = probe(place, "GET / HTTP/1.0\r\n\r\n", stream);
	expect_head(&p, "\r\nConnection: close\r\n");
	expect_body(&p, "part 1,part 2,");
	buf_release(&p.reply);
	place->calls = 0;
	p = probe(place, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", stream);
	expect_body(&p, "");
	assert_int_equal(place->calls, 0);
	buf_release(&p.reply);
}

/* Requests */

static void look_at_cookies(void *arg, struct exchange *ex)
{
	(void)arg;
	assert_str(exchange_cookie(ex, "a"), "1");
	assert_str(exchange_cookie(ex, "b"), "x=y");
	assert_str(exchange_cookie(ex, "c"), "q");
	assert_str(exchange_cookie(ex, "d"), "");
	assert_str(exchange_cookie(ex, "e"), "5");
	assert_str(exchange_cookie(ex, "A"), NULL);
	assert_str(exchange_cookie(ex, "lone"), NULL);
	reply(ex, 200, "");
}

static void test_cookies(void **state)
{
	struct exchange_probe p = probe(*state,
		"GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1; b=x=y;c=\"q\"; d=; lone; a=2\r\nCookie: e=5\r\n\r\n",
		look_at_cookies);
	assert_true(p.replied);
	buf_release(&p.reply);
}

static void look_at_fields(void *arg, struct exchange *ex)
{
	(void)arg;
	const struct form_pair *pairs;
	size_t count;
	struct err err = {0};
	assert_true(exchange_fields(ex, &pairs, &count, &err));
	assert_int_equal(count, 3);
	assert_str(pairs[2].name, "a");
	assert_str(pairs[2].value, "3");
	assert_str(exchange_field(ex, "a"), "1 ");
	assert_str(exchange_field(ex, "\xc3\xa9"), "2");
	assert_str(exchange_field(ex, "b"), NULL);
	reply(ex, 200, "");
}

static void fields_status(void *arg, struct exchange *ex)
{
	(void)arg;
	const struct form_pair *pairs;
	size_t count;
	struct err err = {0};
	if (exchange_fields(ex, &pairs, &count, &err)) {
		reply(ex, 200, "");
		return;
	}
	assert_true(err.text[0] != '\0' && str_is_utf8(str_of(err.text)));
	assert_str(exchange_field(ex, "a"), NULL);
	struct err again = {0};
	assert_false(exchange_fields(ex, &pairs, &count, &again));
	assert_string_equal(err.text, again.text);
	reply(ex,
		err.code == ERR_INVALID         ? 400
			: err.code == ERR_LIMIT ? 413
						: 500,
		err.text);
}

static struct exchange_probe post(
	struct place *place, const char *type, struct str body, handler_fn *handler)
{
	struct buf raw = BUF_LIMIT(1 << 20);
	buf_puts(&raw, "POST / HTTP/1.1\r\nHost: a\r\n");
	if (type)
		buf_printf(&raw, "Content-Type: %s\r\n", type);
	buf_printf(&raw, "Content-Length: %zu\r\n\r\n", body.n);
	buf_add(&raw, body);
	struct exchange_probe probe;
	exchange_probe_run(place->loop, buf_str(&raw), handler, place, &probe);
	buf_release(&raw);
	return probe;
}

static void expect_post(
	struct place *place, const char *type, struct str body, const char *status)
{
	struct exchange_probe p = post(place, type, body, fields_status);
	assert_true(p.replied);
	assert_memory_equal(p.reply.p + 9, status, 3);
	buf_release(&p.reply);
}

static void test_fields_of_a_form(void **state)
{
	struct exchange_probe p = post(*state,
		"application/x-www-form-urlencoded; charset=UTF-8",
		STR("a=1+&%C3%A9=2&a=3"), look_at_fields);
	assert_true(p.replied);
	buf_release(&p.reply);
}

static void test_what_is_not_a_form_is_refused(void **state)
{
	static const char form[] = "application/x-www-form-urlencoded";
	expect_post(*state, form, STR("a=1"), "200");
	expect_post(*state, "Application/X-WWW-Form-Urlencoded;charset=\"utf-8\"",
		STR("a=1"), "200");
	expect_post(*state, form, STR(""), "200");
	expect_post(*state, NULL, STR(""), "200");
	expect_post(*state, NULL, STR("a=1"), "400");
	expect_post(*state, "application/json", STR("{}"), "400");
	expect_post(*state, "application/x-www-form-urlencodedx", STR("a=1"), "400");
	expect_post(*state, "multipart/form-data; boundary=x", STR("a=1"), "400");
	expect_post(*state, "application/x-www-form-urlencoded; charset=iso-8859-1",
		STR("a=1"), "400");
	expect_post(*state, form, STR("a=%00"), "400");
	expect_post(*state, form, STR("a=\0"), "400");
	expect_post(*state, form, STR("a=%e9"), "400");
	expect_post(*state, form, STR("a=\xff"), "400");
	expect_post(*state, form, STR("a=%4"), "400");
}

static void test_at_most_two_thousand_fields(void **state)
{
	struct buf body = BUF_LIMIT(100000);
	for (int i = 0; i < 2000; i++)
		buf_puts(&body, i ? "&a=1" : "a=1");
	expect_post(*state, "application/x-www-form-urlencoded", buf_str(&body), "200");
	buf_puts(&body, "&a=1");
	expect_post(*state, "application/x-www-form-urlencoded", buf_str(&body), "413");
	buf_release(&body);
}

static void tell_origin(void *arg, struct exchange *ex)
{
	(void)arg;
	reply(ex, 200,
		exchange_is_same_origin(ex, "https://barometre.example/enquete/") ? "yes"
										  : "no");
}

static void test_cross_site_posts_are_known(void **state)
{
	static const struct {
		const char *headers, *answer;
	} rows[] = {
		{"", "yes"},
		{"Sec-Fetch-Site: same-origin\r\n", "yes"},
		{"Sec-Fetch-Site: none\r\n", "yes"},
		{"Sec-Fetch-Site: same-site\r\n", "no"},
		{"Sec-Fetch-Site: cross-site\r\n", "no"},
		{"Sec-Fetch-Site: cross-site\r\nOrigin: https://barometre.example\r\n",
			"no"},
		{"Sec-Fetch-Site: same-origin\r\nOrigin: null\r\n", "yes"},
		{"Origin: https://barometre.example\r\n", "yes"},
		{"Origin: http://barometre.example\r\n", "no"},
		{"Origin: https://barometre.example:444\r\n", "no"},
		{"Origin: https://barometre.example.org\r\n", "no"},
		{"Origin: https://evil.example\r\n", "no"},
		{"Origin: null\r\n", "yes"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char raw[300];
		(void)snprintf(raw, sizeof(raw), "POST / HTTP/1.1\r\nHost: a\r\n%s\r\n",
			rows[i].headers);
		struct exchange_probe p = probe(*state, raw, tell_origin);
		expect_body(&p, rows[i].answer);
		buf_release(&p.reply);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_reply_is_written_whole),
		TEST(test_every_reply_carries_the_security_headers),
		TEST(test_replies_without_body),
		TEST(test_a_reply_may_come_later),
		TEST(test_a_stream_is_chunked),
		TEST(test_cookies),
		TEST(test_fields_of_a_form),
		TEST(test_what_is_not_a_form_is_refused),
		TEST(test_at_most_two_thousand_fields),
		TEST(test_cross_site_posts_are_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
