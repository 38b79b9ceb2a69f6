/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_parse.h - one HTTP/1.1 request out of bytes: llhttp (Node's strict parser) plus
 * the checks it leaves to us.
 *
 * Promises: P1 every limit below is checked before memory is taken. P2 what RFC 9112
 * calls invalid is refused: two lengths, length with transfer coding, bare LF, bare CR,
 * NUL, obs-fold, empty or odd names, missing or double Host, transfer codings other than
 * exactly chunked, chunk oddities, versions other than 1.0 and 1.1, bytes outside
 * 0x21-0x7E in the target. P3 the way bytes are cut into pieces never changes the
 * outcome.
 * Ownership: the parser copies what it is fed; a message is borrowed from it. An idle
 * parser is best freed.
 * Sources: RFC 9110 (fields, methods, Expect), RFC 9112 (message syntax; 2.2 line ends,
 * 3.2 target and Host, 6.1 and 6.3 body length, 7.1 chunks). I/O: none.
 */
#ifndef BAROMETRE_WEB_HTTP_PARSE_H
#define BAROMETRE_WEB_HTTP_PARSE_H

#include "barometre/base/buf.h"

struct http_limits {
	size_t target_bytes;  /* request target: 8 KiB */
	size_t header_bytes;  /* header lines together, without their CRLF: 16 KiB */
	size_t header_count;  /* 64, and never more than HTTP_MAX_HEADERS */
	size_t body_bytes;    /* decoded: 256 KiB */
	size_t chunk_line;    /* one chunk-size or trailer line: 1 KiB */
	size_t framing_bytes; /* all chunk-size and trailer lines of a body: 64 KiB */
};
#define HTTP_MAX_HEADERS 64
extern const struct http_limits http_default_limits;

enum http_method {
	HTTP_METHOD_GET,
	HTTP_METHOD_HEAD,
	HTTP_METHOD_POST,
	HTTP_METHOD_OTHER
};
struct http_header {
	struct str name, value;
};

/* A complete request; everything borrowed from the parser until http_parser_next. */
struct http_message {
	enum http_method method;
	struct str
		target; /* path and query as sent; scheme and host of an absolute form are cut off */
	struct str path,
		query; /* path still percent-encoded; query without its question mark */
	struct http_header
		headers[HTTP_MAX_HEADERS]; /* values without surrounding blanks */
	size_t header_count;
	struct str body;
	bool keep_alive;
	bool version_10; /* HTTP/1.0: no chunked reply, no interim reply */
	bool expects_continue;
};

enum http_progress {
	HTTP_NEED_MORE,
	HTTP_HEADERS_DONE, /* once, when the client waits for 100-continue */
	HTTP_COMPLETE, /* http_parser_message is complete; unread bytes stay in the input */
	HTTP_REFUSED, /* http_parser_status says why: 400, 413, 414, 417, 431, 501, 505; for good */
};
struct http_parser;
struct http_parser *http_parser_new(const struct http_limits *);
void http_parser_free(struct http_parser *);
/* Feeds bytes (none is fine); *ret_used tells how many were taken, all of them unless a
 * request is complete or refused or waits for 100-continue. Not to be called again after
 * HTTP_COMPLETE before http_parser_next. */
enum http_progress http_parser_feed(
	struct http_parser *, struct str bytes, size_t *ret_used);
/* In the middle of a body, as opposed to headers? For deadlines. */
bool http_parser_in_body(const struct http_parser *);
bool http_parser_idle(const struct http_parser *); /* nothing of a request seen yet */
const struct http_message *http_parser_message(const struct http_parser *);
int http_parser_status(const struct http_parser *);
void http_parser_next(
	struct http_parser *); /* ready for the next request on the connection */

struct str http_header_find(
	const struct http_message *, const char *name); /* p NULL when absent */

/* application/x-www-form-urlencoded (WHATWG URL, section 5): decoded pairs in order into
 * `store` (owns the text). False when broken: bad percent escape, not UTF-8, NUL, more
 * than max pairs. */
struct form_pair {
	struct str name, value;
};
bool urlencoded_parse(struct str body, struct buf *store, struct form_pair *ret,
	size_t max, size_t *ret_count) MUST_USE;
/* Percent-decoding of one path segment; same refusals. */
bool percent_decode(struct str, struct buf *out) MUST_USE;

#endif
