/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/base/log.h"
#include "barometre/base/secret.h"
#include "barometre/base/template.h"
#include "barometre/web/site.h"

#define TEXT(literal) (literal), (literal) + sizeof(literal) - 1
static const char css[] = "body{}", css_gz[] = "GZ", css_br[] = "BR", dot[] = "<svg/>";
static const struct asset rows[] = {
	{"dot.svg", TEXT(dot), NULL, NULL, NULL, NULL},
	{"site.css", TEXT(css), TEXT(css_gz), TEXT(css_br)},
};
static const struct asset_set assets = {rows, COUNT_OF(rows)};

static const char page[] = "<p>{{NAME}}</p>", broken[] = "{{#LINES}}{{NAME}}{{/LINES}}";
static const struct asset template_rows[] = {
	{"t_large.html", TEXT(broken), NULL, NULL, NULL, NULL},
	{"t_page.html", TEXT(page), NULL, NULL, NULL, NULL},
};
static const struct asset_set templates = {template_rows, COUNT_OF(template_rows)};

static struct loop *loop;
static char logged[1000];

static int set_up_all(void **state)
{
	(void)state;
	secret_init();
	loop = loop_new();
	struct err err = {0};
	assert_true(template_load(&templates, &err));
	return 0;
}

static int tear_down_all(void **state)
{
	(void)state;
	loop_free(loop);
	return 0;
}

static struct exchange_probe ask(const char *method, const char *target,
	const char *headers, handler_fn *handler, void *arg)
{
	struct buf raw = BUF_LIMIT(10000);
	buf_printf(&raw, "%s %s HTTP/1.1\r\nHost: a\r\n%s\r\n", method, target, headers);
	struct exchange_probe probe;
	exchange_probe_run(loop, buf_str(&raw), handler, arg, &probe);
	assert_true(probe.replied);
	buf_release(&raw);
	return probe;
}

static bool has(const struct exchange_probe *probe, const char *text)
{
	return strstr(probe->reply.p, text) != NULL;
}

/* Routes */

static void say(struct exchange *ex, int status, const char *what, struct str more)
{
	struct buf body = BUF_LIMIT(1000);
	buf_puts(&body, what);
	buf_add(&body, more);
	exchange_reply(ex, status, "text/plain", &body);
}

static void home(void *site, struct exchange *ex, const struct str *parts)
{
	(void)parts;
	assert_ptr_equal(site, &loop);
	say(ex, 200, "home", STR(""));
}

static void question(void *site, struct exchange *ex, const struct str *parts)
{
	(void)site;
	say(ex, 200, "question ", parts[0]);
}

static void save(void *site, struct exchange *ex, const struct str *parts)
{
	(void)site;
	say(ex, 200, "save ", parts[1]);
}

static void on_error(void *site, struct exchange *ex, int status, const char *title,
	const char *message)
{
	(void)site;
	assert_true(*title && *message);
	say(ex, status, title, STR(""));
}

static void dispatch(void *arg, struct exchange *ex)
{
	static const struct route routes[] = {
		{HTTP_METHOD_GET, "/", home},
		{HTTP_METHOD_GET, "/q/*", question},
		{HTTP_METHOD_POST, "/q/*/*", save},
		{HTTP_METHOD_GET, "/both", home},
		{HTTP_METHOD_POST, "/both", home},
	};
	(void)arg;
	site_dispatch(routes, COUNT_OF(routes), &loop, on_error, ex);
}

static void test_routes(void **state)
{
	(void)state;
	static const struct {
		const char *method, *target;
		const char *expected[2];
	} requests[] = {
		{"GET", "/", {"HTTP/1.1 200", "\r\n\r\nhome"}},
		{"GET", "/?a=b", {"HTTP/1.1 200", "\r\n\r\nhome"}},
		{"HEAD", "/", {"HTTP/1.1 200", "Content-Length: 4\r\n"}},
		{"GET", "/q/a%20b%2Fc", {"HTTP/1.1 200", "\r\n\r\nquestion a b/c"}},
		{"POST", "/q/1/x%C3%A9", {"HTTP/1.1 200", "\r\n\r\nsave x\xc3\xa9"}},
		{"GET", "/q/", {"HTTP/1.1 404", "Page introuvable"}},
		{"GET", "/q/a/", {"HTTP/1.1 404", ""}},
		{"GET", "/q", {"HTTP/1.1 404", ""}},
		{"GET", "//", {"HTTP/1.1 404", ""}},
		{"GET", "/%71/a", {"HTTP/1.1 404", ""}},
		{"GET", "/q/a%00", {"HTTP/1.1 400", ""}},
		{"GET", "/q/%e9", {"HTTP/1.1 400", ""}},
		{"POST", "/", {"HTTP/1.1 405", "\r\nAllow: GET, HEAD\r\n"}},
		{"GET", "/q/a/b", {"HTTP/1.1 405", "\r\nAllow: POST\r\n"}},
		{"DELETE", "/both", {"HTTP/1.1 405", "\r\nAllow: GET, HEAD, POST\r\n"}},
	};
	for (size_t i = 0; i < COUNT_OF(requests); i++) {
		struct exchange_probe p = ask(
			requests[i].method, requests[i].target, "", dispatch, NULL);
		for (size_t k = 0; k < 2; k++)
			if (!has(&p, requests[i].expected[k]))
				fail_msg("%s %s:\n%s", requests[i].method,
					requests[i].target, p.reply.p);
		buf_release(&p.reply);
	}
}

/* Pages */

static void show_page(void *arg, struct exchange *ex)
{
	(void)arg;
	site_page(ex, 200, "t_page.html", json_pack("{s:s}", "NAME", "<secret>"));
}

static void show_missing(void *arg, struct exchange *ex)
{
	(void)arg;
	site_page(ex, 200, "t_missing.html", json_pack("{s:s}", "NAME", "<secret>"));
}

static void show_large(void *arg, struct exchange *ex)
{
	(void)arg;
	char *text = x_alloc(1025);
	memset(text, 'a', 1024);
	text[1024] = '\0';
	json_t *lines = json_array();
	for (int i = 0; i < 1100; i++)
		(void)json_array_append_new(lines, json_pack("{s:s}", "NAME", text));
	free(text);
	site_page(ex, 200, "t_large.html", json_pack("{s:o}", "LINES", lines));
}

static void keep_line(void *arg, const char *line)
{
	(void)arg;
	(void)snprintf(logged, sizeof(logged), "%s", line);
}

static void test_a_page_is_rendered(void **state)
{
	(void)state;
	struct exchange_probe p = ask("GET", "/", "", show_page, NULL);
	assert_true(has(&p, "HTTP/1.1 200 OK\r\n"));
	assert_true(has(&p, "\r\nContent-Type: text/html; charset=utf-8\r\n"));
	assert_true(has(&p, "\r\nCache-Control: no-store\r\n"));
	assert_true(has(&p, "\r\n\r\n<p>&lt;secret&gt;</p>"));
	buf_release(&p.reply);
}

static void test_a_page_that_cannot_be_rendered_is_a_500(void **state)
{
	(void)state;
	handler_fn *const handlers[] = {show_missing, show_large};
	for (size_t i = 0; i < COUNT_OF(handlers); i++) {
		logged[0] = '\0';
		log_capture(keep_line, NULL);
		struct exchange_probe p = ask("GET", "/", "", handlers[i], NULL);
		log_capture(NULL, NULL);
		assert_true(has(&p, "HTTP/1.1 500 "));
		assert_true(has(&p, "<html lang=\"fr\">"));
		assert_false(has(&p, "secret"));
		assert_non_null(strstr(logged, "t_"));
		assert_null(strstr(logged, "secret"));
		buf_release(&p.reply);
	}
}

/* Static files */

static void serve(void *arg, struct exchange *ex)
{
	site_static(&assets, ex, str_of(arg));
}

static struct exchange_probe fetch(
	const char *name, const char *query, const char *headers)
{
	char target[200], copy[100];
	(void)snprintf(target, sizeof(target), "/static/%s%s", name, query);
	(void)snprintf(copy, sizeof(copy), "%s", name);
	return ask("GET", target, headers, serve, copy);
}

static void test_the_coding_follows_accept_encoding(void **state)
{
	(void)state;
	static const struct {
		const char *accept, *body;
	} cases[] = {
		{"", "body{}"},
		{"Accept-Encoding: gzip, deflate, br, zstd\r\n", "BR"},
		{"Accept-Encoding: gzip\r\n", "GZ"},
		{"Accept-Encoding: GZIP\r\n", "GZ"},
		{"Accept-Encoding: br;q=0, gzip;q=0.5\r\n", "GZ"},
		{"Accept-Encoding: br;q=0.2, gzip;q=0.8\r\n", "GZ"},
		{"Accept-Encoding: br ; q=0.8, gzip;q=0.8\r\n", "BR"},
		{"Accept-Encoding: *\r\n", "BR"},
		{"Accept-Encoding: *, br;q=0\r\n", "GZ"},
		{"Accept-Encoding: *;q=0\r\n", "body{}"},
		{"Accept-Encoding: identity\r\n", "body{}"},
		{"Accept-Encoding: gzip;q=0, br;q=0.000\r\n", "body{}"},
		{"Accept-Encoding: br;q=oops\r\n", "body{}"},
		{"Accept-Encoding: xbr, gzipx\r\n", "body{}"},
		{"Accept-Encoding:\r\n", "body{}"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct exchange_probe p = fetch("site.css", "", cases[i].accept);
		const char *body = strstr(p.reply.p, "\r\n\r\n") + 4;
		if (strcmp(body, cases[i].body) != 0)
			fail_msg("%s: %s", cases[i].accept, body);
		assert_true(has(&p, "\r\nVary: Accept-Encoding\r\n"));
		assert_true(has(&p, "\r\nContent-Type: text/css; charset=utf-8\r\n"));
		assert_int_equal(
			has(&p, "\r\nContent-Encoding: br\r\n"), strcmp(body, "BR") == 0);
		assert_int_equal(has(&p, "\r\nContent-Encoding: gzip\r\n"),
			strcmp(body, "GZ") == 0);
		buf_release(&p.reply);
	}
	struct exchange_probe p = fetch("dot.svg", "", "Accept-Encoding: br\r\n");
	assert_true(has(&p, "\r\nContent-Type: image/svg+xml\r\n"));
	assert_true(has(&p, "\r\n\r\n<svg/>"));
	buf_release(&p.reply);
}

static void test_a_known_etag_is_not_sent_again(void **state)
{
	(void)state;
	struct exchange_probe p = fetch("site.css", "", "");
	char etag[100] = "", header[200];
	assert_int_equal(
		sscanf(strstr(p.reply.p, "\r\nETag: "), "\r\nETag: %99[^\r]", etag), 1);
	buf_release(&p.reply);
	static const struct {
		const char *format;
		bool known;
	} cases[] = {
		{"If-None-Match: %s\r\n", true}, {"If-None-Match: \"x\", W/%s\r\n", true},
		{"If-None-Match: *\r\n", true}, {"If-None-Match: \"x\"\r\n", false},
		{"Accept-Encoding: br\r\nIf-None-Match: %s\r\n", false}, /* other bytes */
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf b = BUF_LIMIT(sizeof(header));
		const char *place = strstr(cases[i].format, "%s");
		if (place) {
			buf_bytes(&b, cases[i].format, (size_t)(place - cases[i].format));
			buf_puts(&b, etag);
			buf_puts(&b, place + 2);
		} else {
			buf_puts(&b, cases[i].format);
		}
		p = fetch("site.css", "", b.p);
		assert_int_equal(
			has(&p, "HTTP/1.1 304 Not Modified\r\n"), cases[i].known);
		assert_true(has(&p, "\r\nETag: \""));
		buf_release(&p.reply);
		buf_release(&b);
	}
}

static void test_only_the_named_version_is_cached_for_ever(void **state)
{
	(void)state;
	const char *url = site_static_url(&assets, "site.css");
	assert_memory_equal(url, "/static/site.css?v=", 19);
	assert_ptr_equal(url, site_static_url(&assets, "site.css"));
	struct exchange_probe p = fetch("site.css", strchr(url, '?'), "");
	assert_true(
		has(&p, "\r\nCache-Control: public, max-age=31536000, immutable\r\n"));
	assert_false(has(&p, "no-store"));
	buf_release(&p.reply);
	p = fetch("site.css", "", "");
	assert_true(has(&p, "\r\nCache-Control: no-cache\r\n"));
	buf_release(&p.reply);
	p = fetch("site.css", "?v=0000000000000000", "");
	assert_true(has(&p, "\r\nCache-Control: no-cache\r\n"));
	buf_release(&p.reply);
}

static void test_an_unknown_file_is_a_404(void **state)
{
	(void)state;
	struct exchange_probe p = fetch("missing.css", "", "");
	assert_true(has(&p, "HTTP/1.1 404 Not Found\r\n"));
	assert_true(has(&p, "\r\nCache-Control: no-store\r\n"));
	buf_release(&p.reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_a_page_is_rendered),
		cmocka_unit_test(test_a_page_that_cannot_be_rendered_is_a_500),
		cmocka_unit_test(test_the_coding_follows_accept_encoding),
		cmocka_unit_test(test_a_known_etag_is_not_sent_again),
		cmocka_unit_test(test_only_the_named_version_is_cached_for_ever),
		cmocka_unit_test(test_an_unknown_file_is_a_404),
	};
	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
