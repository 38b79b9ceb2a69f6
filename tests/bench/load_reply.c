/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "load.h"

bool span_equal(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static bool read_number(struct span text, size_t *ret)
{
	size_t value = 0;

	if (text.n == 0 || text.n > 9)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		value = value * 10 + (size_t)(text.p[i] - '0');
	}
	*ret = value;
	return true;
}

/* Is the line this header? Then its value. */
static bool is_header(struct span line, const char *name, struct span *ret)
{
	size_t n = strlen(name);

	if (line.n <= n || line.p[n] != ':' || strncasecmp(line.p, name, n) != 0)
		return false;
	*ret = (struct span){line.p + n + 1, line.n - n - 1};
	while (ret->n > 0 && ret->p[0] == ' ')
		*ret = (struct span){ret->p + 1, ret->n - 1};
	return true;
}

static bool read_line(struct span line, struct reply *reply, bool *has_length)
{
	struct span value;

	if (is_header(line, "Content-Length", &value)) {
		*has_length = true;
		return read_number(value, &reply->body.n);
	}
	if (is_header(line, "Location", &value)) {
		reply->location = value;
	} else if (is_header(line, "Set-Cookie", &value)) {
		const char *end = memchr(value.p, ';', value.n);
		reply->cookie = value;
		if (end)
			reply->cookie.n = (size_t)(end - value.p);
	} else if (is_header(line, "Connection", &value)) {
		reply->close = span_equal(value, (struct span){"close", 5});
	} else if (is_header(line, "Transfer-Encoding", &value)) {
		return false;
	}
	return true;
}

enum reply_state reply_read(const char *data, size_t n, struct reply *ret)
{
	const char *end = n > 0 ? memmem(data, n, "\r\n\r\n", 4) : NULL;
	struct reply reply = {0};
	bool has_length = false;
	size_t status;

	if (!end)
		return n > 16384 ? REPLY_BAD : REPLY_PARTIAL;
	if (end - data < 12 || memcmp(data, "HTTP/1.1 ", 9) != 0 ||
		!read_number((struct span){data + 9, 3}, &status))
		return REPLY_BAD;
	reply.status = (int)status;
	for (const char *p = memmem(data, n, "\r\n", 2); p < end;) {
		const char *next = memmem(p + 2, n - (size_t)(p + 2 - data), "\r\n", 2);
		if (!read_line((struct span){p + 2, (size_t)(next - p - 2)}, &reply,
			    &has_length))
			return REPLY_BAD;
		p = next;
	}
	if (!has_length)
		return REPLY_BAD;
	reply.body.p = end + 4;
	reply.length = (size_t)(end + 4 - data) + reply.body.n;
	if (reply.length > n)
		return REPLY_PARTIAL;
	*ret = reply;
	return REPLY_WHOLE;
}
