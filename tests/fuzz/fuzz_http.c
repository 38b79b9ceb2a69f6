/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request parser, fed whole and fed in pieces: it must neither crash nor come to two
 * verdicts, and what it accepts must keep its promises. The first byte says how the
 * pieces are cut.
 */
#include <stdlib.h>

#include "barometre/web/http_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
	enum http_progress progress;
	int status;
	size_t used;
	size_t requests;
	uint32_t sum;
};

static uint32_t mix(uint32_t sum, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		sum = (sum ^ (unsigned char)s.p[i]) * 16777619u;
	return (sum ^ (uint32_t)s.n) * 16777619u;
}

static uint32_t check_message(
	const struct http_message *m, const struct http_limits *limits, uint32_t sum)
{
	must(m->target.n > 0 && m->target.n <= limits->target_bytes);
	for (size_t i = 0; i < m->target.n; i++)
		must(m->target.p[i] >= 0x21 && m->target.p[i] <= 0x7e);
	must(m->path.n > 0 && (m->path.p[0] == '/' || str_eq_z(m->path, "*")));
	must(m->header_count <= limits->header_count);
	must(m->body.n <= limits->body_bytes);
	size_t hosts = 0, bytes = 0;
	for (size_t i = 0; i < m->header_count; i++) {
		struct http_header h = m->headers[i];
		must(h.name.n > 0 && h.value.p);
		must(!memchr(h.value.p, '\0', h.value.n) &&
			!memchr(h.value.p, '\n', h.value.n));
		must(!memchr(h.name.p, ' ', h.name.n) &&
			!memchr(h.name.p, '\0', h.name.n));
		hosts += str_eq_nocase(h.name, STR("Host"));
		bytes += h.name.n + h.value.n;
		sum = mix(mix(sum, h.name), h.value);
	}
	must(hosts == 1 || (hosts == 0 && m->version_10));
	must(bytes <= limits->header_bytes);
	return mix(mix(mix(sum, m->path), m->query), m->body);
}

static struct outcome run(struct str bytes, size_t step, const struct http_limits *limits)
{
	struct outcome o = {.progress = HTTP_NEED_MORE};
	struct http_parser *p = http_parser_new(limits);
	while (o.used < bytes.n) {
		size_t n = bytes.n - o.used < step ? bytes.n - o.used : step, used;
		o.progress = http_parser_feed(
			p, (struct str){bytes.p + o.used, n}, &used);
		must(used <= n && (o.progress != HTTP_NEED_MORE || used == n));
		if (o.progress == HTTP_REFUSED) {
			o.status = http_parser_status(p);
			must(o.status >= 400);
			break;
		}
		o.used += used;
		if (o.progress == HTTP_COMPLETE) {
			o.sum = check_message(http_parser_message(p), limits, o.sum);
			o.requests++;
			http_parser_next(p);
			must(http_parser_idle(p));
		}
	}
	if (o.progress == HTTP_REFUSED)
		o.used = 0; /* where exactly depends on the pieces */
	http_parser_free(p);
	return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Small limits, so that short inputs reach them. */
	static const struct http_limits small = {200, 300, 8, 100, 20, 100};
	if (!size)
		return 0;
	size_t step = (size_t)(data[0] & 0x3f) + 1;
	const struct http_limits *limits = data[0] & 0x80 ? &small : &http_default_limits;
	struct str bytes = {(const char *)data + 1, size - 1};
	struct outcome whole = run(bytes, SIZE_MAX, limits),
		       pieces = run(bytes, step, limits);
	must(whole.progress == HTTP_REFUSED || pieces.progress != HTTP_REFUSED);
	must(whole.status == pieces.status && whole.used == pieces.used);
	must(whole.requests == pieces.requests && whole.sum == pieces.sum);
	return 0;
}
