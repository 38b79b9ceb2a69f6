/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/web/site.h"
#include "exchange_private.h"

#define HEAD_LIMIT (20 * 1024)

void reply_part_release(struct reply_part *part)
{
	buf_release(&part->head);
	buf_wipe(&part->body);
	shared_bytes_drop(part->shared);
	*part = (struct reply_part){0};
}

/* Nothing of the handler's is called any more but on_free. */
static void let_go(struct exchange *ex)
{
	ex->call = NULL;
	ex->on_gone = NULL; /* the list is the exchange's memory */
}

static bool is_ours_to_write(const char *name)
{
	static const char *const names[] = {"Content-Length", "Content-Type",
		"Connection", "Date", "Transfer-Encoding"};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq_nocase(str_of(name), str_of(names[i])))
			return true;
	return false;
}

static bool is_clean(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

void exchange_header(struct exchange *ex, const char *name, const char *value)
{
	must(*name && is_clean(name) && is_clean(value) && !strpbrk(name, ": "));
	must(!is_ours_to_write(name));
	buf_puts(&ex->headers, name);
	buf_puts(&ex->headers, ": ");
	buf_puts(&ex->headers, value);
	buf_puts(&ex->headers, "\r\n");
	must(!ex->headers.failed);
}

bool exchange_has_header(const struct exchange *ex, const char *name)
{
	struct str wanted = str_of(name), rest = buf_str(&ex->headers), line, key;
	while (str_cut(&rest, '\n', &line))
		if (str_cut(&line, ':', &key) && str_eq_nocase(key, wanted))
			return true;
	return false;
}

static struct buf move(struct buf *from)
{
	struct buf taken = *from;
	*from = (struct buf)BUF_LIMIT(taken.max);
	return taken;
}

/* The head of this exchange's reply; length SIZE_MAX for one that ends with the
 * connection. */
static struct reply_part start_reply(struct exchange *ex, int status,
	const char *content_type, bool chunked, size_t length)
{
	must(!ex->replied);
	ex->replied = true;
	if (!ex->streaming)
		let_go(ex);
	site_headers(ex);
	const struct http_message *m = ex->message;
	struct reply_part part = {.head = BUF_LIMIT(HEAD_LIMIT)};
	part.close = ex->close || !m->keep_alive || (length == SIZE_MAX && !chunked);
	http_head_start(&part.head, status, content_type, chunked, length);
	buf_add(&part.head, buf_str(&ex->headers));
	if (part.close)
		buf_puts(&part.head, "Connection: close\r\n");
	else if (m->version_10)
		buf_puts(&part.head, "Connection: keep-alive\r\n");
	buf_puts(&part.head, "\r\n");
	must(!part.head.failed);
	return part;
}

static bool has_no_body(const struct exchange *ex, int status)
{
	return ex->message->method == HTTP_METHOD_HEAD || status == 204 || status == 304;
}

void exchange_reply(
	struct exchange *ex, int status, const char *content_type, struct buf *body)
{
	struct buf bytes = BUF_LIMIT(0);
	if (body)
		bytes = move(body);
	must(!bytes.failed);
	if (!content_type)
		buf_wipe(&bytes);
	struct reply_part part = start_reply(ex, status, content_type, false, bytes.n);
	part.last = true;
	if (has_no_body(ex, status))
		buf_wipe(&bytes);
	part.body = bytes;
	ex->put(ex->owner, &part);
}

void exchange_reply_static(
	struct exchange *ex, int status, const char *content_type, struct str body)
{
	struct reply_part part = start_reply(ex, status, content_type, false, body.n);
	part.last = true;
	if (!has_no_body(ex, status))
		part.fixed = body;
	ex->put(ex->owner, &part);
}

void exchange_reply_shared(struct exchange *ex, int status, const char *content_type,
	struct shared_bytes *shared)
{
	struct str bytes = shared_bytes_str(shared);
	struct reply_part part = start_reply(ex, status, content_type, false, bytes.n);

	part.last = true;
	if (!has_no_body(ex, status)) {
		part.fixed = bytes;
		part.shared = shared_bytes_hold(shared);
	}
	ex->put(ex->owner, &part);
}

void exchange_redirect(struct exchange *ex, const char *location)
{
	exchange_header(ex, "Location", location);
	exchange_reply(ex, 303, NULL, NULL);
}

void exchange_stream_start(struct exchange *ex, int status, const char *content_type,
	more_fn *more, void *arg)
{
	ex->streaming = true;
	ex->chunked = !ex->message->version_10;
	ex->more = more;
	ex->more_arg = arg;
	struct reply_part part = start_reply(
		ex, status, content_type, ex->chunked, SIZE_MAX);
	part.last = has_no_body(ex, status);
	if (part.last)
		let_go(ex);
	ex->put(ex->owner, &part);
}

void exchange_ask(struct exchange *ex)
{
	must(ex->streaming && !ex->asked);
	ex->asked = true;
	ex->more(ex->more_arg, ex);
}

void exchange_stream_part(struct exchange *ex, struct buf *bytes, bool last)
{
	must(ex->streaming && ex->asked);
	ex->asked = false;
	struct reply_part part = {.head = BUF_LIMIT(32)};
	part.body = move(bytes);
	must(!part.body.failed);
	part.last = last || !part.body.n;
	part.close = ex->close || !ex->message->keep_alive || !ex->chunked;
	if (ex->chunked) {
		if (part.body.n)
			buf_printf(&part.head, "%zx\r\n", part.body.n);
		else
			buf_puts(&part.head, "0\r\n\r\n");
		if (part.body.n)
			part.tail = part.last ? STR("\r\n0\r\n\r\n") : STR("\r\n");
	}
	if (part.last)
		let_go(ex);
	ex->put(ex->owner, &part);
}

void exchange_stream_abort(struct exchange *ex)
{
	must(ex->streaming && ex->asked);
	ex->asked = false;
	let_go(ex);
	struct reply_part part = {.last = true, .close = true, .broken = true};
	ex->put(ex->owner, &part);
}
