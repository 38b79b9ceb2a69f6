/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of a request is collected line by line, checked here, and handed to llhttp
 * whole, so that every name and value is a slice of one buffer. Of a chunked body each
 * line outside the data goes the same way: llhttp as Debian ships it is compiled loosely
 * and skips the two bytes after chunk data without looking at them. What both parsers
 * accept is accepted.
 */
#include "barometre/web/http_parse.h"

#include <llhttp.h>
#include <stdlib.h>

const struct http_limits http_default_limits = {
	.target_bytes = 8 * 1024,
	.header_bytes = 16 * 1024,
	.header_count = HTTP_MAX_HEADERS,
	.body_bytes = 256 * 1024,
	.chunk_line = 1024,
	.framing_bytes = 64 * 1024,
};

/* "OPTIONS " … " HTTP/1.1\r\n" around the target, with room for long method names. */
#define REQUEST_LINE_SLACK 64

enum phase {
	PHASE_HEAD,       /* lines up to the empty one */
	PHASE_BODY,       /* Content-Length bytes */
	PHASE_CHUNK_LINE, /* size and extensions */
	PHASE_CHUNK_DATA,
	PHASE_CHUNK_END, /* CRLF after the data */
	PHASE_TRAILER,
	PHASE_DONE,
	PHASE_REFUSED,
};

struct http_parser {
	llhttp_t ll;
	const struct http_limits *limits;
	enum phase phase;
	int status;
	struct buf head; /* every line of the head, CRLF included */
	size_t line_at;  /* where the unfinished line starts in `head` */
	size_t lines;    /* finished ones, the request line included */
	size_t header_bytes;
	bool blank_seen; /* an empty line before the request line (RFC 9112 2.2) */
	bool last_was_cr;
	bool announced;  /* HTTP_HEADERS_DONE has been returned */
	struct buf line; /* unfinished framing line of a chunked body */
	size_t framing;
	struct buf body;
	uint64_t left; /* of Content-Length or of the chunk */
	bool complete; /* llhttp says so */
	bool last_chunk;
	bool in_value;
	struct http_message message;
};

static const llhttp_settings_t settings;

static enum http_progress refuse(struct http_parser *p, int status)
{
	p->phase = PHASE_REFUSED;
	p->status = status;
	return HTTP_REFUSED;
}

static void start(struct http_parser *p)
{
	const struct http_limits *limits = p->limits;
	*p = (struct http_parser){.limits = limits};
	p->head.max = limits->target_bytes + REQUEST_LINE_SLACK + limits->header_bytes +
		2 * (limits->header_count + 3);
	p->line.max = limits->chunk_line + 2;
	p->body.max = limits->body_bytes;
	llhttp_init(&p->ll, HTTP_REQUEST, &settings);
	p->ll.data = p;
}

struct http_parser *http_parser_new(const struct http_limits *limits)
{
	must(limits->header_count <= HTTP_MAX_HEADERS);
	struct http_parser *p = x_calloc(1, sizeof(*p));
	p->limits = limits;
	start(p);
	return p;
}

static void release(struct http_parser *p)
{
	/* A request may hold answers. */
	buf_wipe(&p->head);
	buf_wipe(&p->line);
	buf_wipe(&p->body);
}

void http_parser_free(struct http_parser *p)
{
	if (!p)
		return;
	release(p);
	free(p);
}

void http_parser_next(struct http_parser *p)
{
	release(p);
	start(p);
}

bool http_parser_in_body(const struct http_parser *p)
{
	return p->phase >= PHASE_BODY && p->phase <= PHASE_TRAILER;
}

bool http_parser_idle(const struct http_parser *p)
{
	return p->phase == PHASE_HEAD && p->head.n == 0 && !p->last_was_cr;
}

const struct http_message *http_parser_message(const struct http_parser *p)
{
	return &p->message;
}

int http_parser_status(const struct http_parser *p)
{
	return p->status;
}

struct str http_header_find(const struct http_message *message, const char *name)
{
	struct str wanted = str_of(name);
	for (size_t i = 0; i < message->header_count; i++)
		if (str_eq_nocase(message->headers[i].name, wanted))
			return message->headers[i].value;
	return (struct str){NULL, 0};
}

/* Request line (RFC 9112 section 3): method SP request-target SP HTTP-version */

static bool is_token_char(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		(c >= 'A' && c <= 'Z') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_token_char((unsigned char)s.p[i]))
			return false;
	return s.n > 0;
}

/* A token and a colon (RFC 9112 5.1): no empty name, no blank in or behind it, no folded
 * line (5.2). */
static bool is_field_line(struct str line)
{
	const char *colon = memchr(line.p, ':', line.n);
	return colon && is_token((struct str){line.p, (size_t)(colon - line.p)});
}

/* 0 when 1.0 or 1.1. */
static int check_version(struct http_parser *p, struct str s)
{
	if (s.n != 8 || memcmp(s.p, "HTTP/", 5) != 0 || s.p[6] != '.' || s.p[5] < '0' ||
		s.p[5] > '9' || s.p[7] < '0' || s.p[7] > '9')
		return 400;
	if (s.p[5] != '1' || s.p[7] > '1')
		return 505;
	p->message.version_10 = s.p[7] == '0';
	return 0;
}

/* Keeps path and query of an absolute form (RFC 9112 3.2.2). */
static bool cut_authority(struct str *target)
{
	struct str rest = *target, scheme;
	(void)str_cut(&rest, ':', &scheme);
	if (!str_eq_nocase(scheme, STR("http")) && !str_eq_nocase(scheme, STR("https")))
		return false;
	if (!rest.p || rest.n < 3 || memcmp(rest.p, "//", 2) != 0)
		return false;
	size_t i = 2;
	while (i < rest.n && rest.p[i] != '/' && rest.p[i] != '?')
		i++;
	if (i == 2)
		return false;
	*target = i == rest.n ? STR("/") : (struct str){rest.p + i, rest.n - i};
	return true;
}

static int check_target(struct http_parser *p, struct str method, struct str target)
{
	if (!target.n)
		return 400;
	for (size_t i = 0; i < target.n; i++)
		if (target.p[i] < 0x21 || target.p[i] > 0x7e || target.p[i] == '#')
			return 400;
	if (str_eq_z(method, "CONNECT"))
		return 501; /* a tunnel is nothing we could give */
	bool asterisk = str_eq_z(target, "*");
	if (asterisk && !str_eq_z(method, "OPTIONS"))
		return 400;
	if (!asterisk && target.p[0] != '/' && !cut_authority(&target))
		return 400;
	struct str path = target, query = {target.p + target.n, 0};
	const char *mark = memchr(target.p, '?', target.n);
	if (mark) {
		path.n = (size_t)(mark - target.p);
		query = (struct str){mark + 1, target.n - path.n - 1};
	}
	if (!path.n)
		path = STR("/");
	p->message.target = target;
	p->message.path = path;
	p->message.query = query;
	return 0;
}

static int check_request_line(struct http_parser *p, struct str line)
{
	const char *first = memchr(line.p, ' ', line.n);
	const char *last = memrchr(line.p, ' ', line.n);
	if (!first || first == last)
		return 400;
	struct str method = {line.p, (size_t)(first - line.p)};
	struct str target = {first + 1, (size_t)(last - first - 1)};
	struct str version = {last + 1, line.n - (size_t)(last + 1 - line.p)};
	if (!is_token(method))
		return 400;
	int status = check_version(p, version);
	if (status)
		return status;
	if (target.n > p->limits->target_bytes)
		return 414;
	return check_target(p, method, target);
}

/* The head as llhttp sees it. */

static int on_header_field(llhttp_t *ll, const char *at, size_t n)
{
	struct http_parser *p = ll->data;
	struct http_message *m = &p->message;
	if (p->phase != PHASE_HEAD)
		return 0; /* trailers are checked and dropped (RFC 9112 7.1.2) */
	if (p->in_value || !m->header_count) {
		if (m->header_count == p->limits->header_count)
			return -1;
		m->headers[m->header_count++] = (struct http_header){.name = {at, 0}};
		p->in_value = false;
	}
	struct str *name = &m->headers[m->header_count - 1].name;
	if (at != name->p + name->n)
		return -1;
	name->n += n;
	return 0;
}

static int on_header_value(llhttp_t *ll, const char *at, size_t n)
{
	struct http_parser *p = ll->data;
	if (p->phase != PHASE_HEAD)
		return 0;
	if (!p->message.header_count)
		return -1;
	struct str *value = &p->message.headers[p->message.header_count - 1].value;
	if (!p->in_value)
		*value = (struct str){at, 0};
	p->in_value = true;
	if (at != value->p + value->n)
		return -1;
	value->n += n;
	return 0;
}

static int on_header_value_complete(llhttp_t *ll)
{
	struct http_parser *p = ll->data;
	if (p->phase == PHASE_HEAD)
		p->in_value = true; /* an empty value has no span */
	return 0;
}

static bool is_host_char(unsigned char c)
{
	return is_token_char(c) || strchr("[]:(),;=", c);
}

/* RFC 9112 3.2 */
static bool host_is_right(const struct http_message *m)
{
	size_t hosts = 0;
	for (size_t i = 0; i < m->header_count; i++) {
		if (!str_eq_nocase(m->headers[i].name, STR("Host")))
			continue;
		hosts++;
		struct str value = m->headers[i].value;
		for (size_t k = 0; k < value.n; k++)
			if (!value.p[k] || !is_host_char((unsigned char)value.p[k]))
				return false;
	}
	return hosts == 1 || (hosts == 0 && m->version_10);
}

/* RFC 9112 6.1 and 6.3: a coding we do not know is 501, one whose end cannot be found is
 * 400. */
static int check_transfer_coding(const struct http_message *m)
{
	struct str coding = {NULL, 0};
	for (size_t i = 0; i < m->header_count; i++) {
		if (!str_eq_nocase(m->headers[i].name, STR("Transfer-Encoding")))
			continue;
		if (coding.p || m->version_10)
			return 400;
		coding = m->headers[i].value;
	}
	if (!coding.p || str_eq_nocase(coding, STR("chunked")))
		return 0;
	struct str rest = coding, last = {"", 0};
	while (str_cut(&rest, ',', &last))
		continue;
	return str_eq_nocase(str_trim(last), STR("chunked")) ? 501 : 400;
}

/* RFC 9110 10.1.1 */
static int check_expect(struct http_message *m)
{
	for (size_t i = 0; i < m->header_count; i++) {
		if (!str_eq_nocase(m->headers[i].name, STR("Expect")) || m->version_10)
			continue;
		if (!str_eq_nocase(m->headers[i].value, STR("100-continue")))
			return 417;
		m->expects_continue = true;
	}
	return 0;
}

static int on_headers_complete(llhttp_t *ll)
{
	struct http_parser *p = ll->data;
	struct http_message *m = &p->message;
	for (size_t i = 0; i < m->header_count; i++) {
		struct str *value = &m->headers[i].value;
		*value = value->p ? str_trim(*value) : STR("");
	}
	m->method = ll->method == HTTP_GET ? HTTP_METHOD_GET
		: ll->method == HTTP_HEAD  ? HTTP_METHOD_HEAD
		: ll->method == HTTP_POST  ? HTTP_METHOD_POST
					   : HTTP_METHOD_OTHER;
	m->keep_alive = llhttp_should_keep_alive(ll);
	ll->upgrade = 0; /* an Upgrade is ignored (RFC 9110 7.8) */
	p->status = host_is_right(m) ? check_transfer_coding(m) : 400;
	if (!p->status)
		p->status = check_expect(m);
	if (!p->status && (ll->flags & F_CONTENT_LENGTH) &&
		ll->content_length > p->limits->body_bytes)
		p->status = 413;
	return p->status ? -1 : 0;
}

static int on_body(llhttp_t *ll, const char *at, size_t n)
{
	struct http_parser *p = ll->data;
	buf_bytes(&p->body, at, n);
	return p->body.failed ? -1 : 0;
}

static int on_chunk_header(llhttp_t *ll)
{
	struct http_parser *p = ll->data;
	p->left = ll->content_length;
	p->last_chunk = p->left == 0;
	if (p->left > p->limits->body_bytes - p->body.n) {
		p->status = 413;
		return -1;
	}
	return 0;
}

static int on_message_complete(llhttp_t *ll)
{
	struct http_parser *p = ll->data;
	p->complete = true;
	return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
	.on_header_field = on_header_field,
	.on_header_value = on_header_value,
	.on_header_value_complete = on_header_value_complete,
	.on_headers_complete = on_headers_complete,
	.on_body = on_body,
	.on_chunk_header = on_chunk_header,
	.on_message_complete = on_message_complete,
};

/* False when llhttp or one of the callbacks refuses. */
static bool execute(struct http_parser *p, struct str bytes)
{
	llhttp_errno_t e = llhttp_execute(&p->ll, bytes.p, bytes.n);
	if (e == HPE_OK)
		return !p->complete;
	return e == HPE_PAUSED && p->complete;
}

static enum http_progress finish(struct http_parser *p)
{
	p->phase = PHASE_DONE;
	p->message.body = buf_str(&p->body);
	return HTTP_COMPLETE;
}

static enum http_progress finish_head(struct http_parser *p)
{
	if (!execute(p, buf_str(&p->head))) {
		llhttp_errno_t e = llhttp_get_errno(&p->ll);
		return refuse(p,
			p->status                         ? p->status
				: e == HPE_INVALID_METHOD ? 501
							  : 400);
	}
	if (p->complete)
		return finish(p);
	if (p->ll.flags & F_CHUNKED) {
		p->phase = PHASE_CHUNK_LINE;
	} else {
		p->phase = PHASE_BODY;
		p->left = p->ll.content_length;
	}
	if (!p->message.expects_continue)
		return HTTP_NEED_MORE;
	return HTTP_HEADERS_DONE;
}

/* A complete line of the head; the empty one ends it. */
static enum http_progress end_line(struct http_parser *p)
{
	struct str line = {p->head.p + p->line_at, p->head.n - p->line_at - 2};
	if (!p->lines && !line.n) {
		if (p->blank_seen)
			return refuse(p, 400);
		p->blank_seen = true;
		buf_clear(&p->head);
		return HTTP_NEED_MORE;
	}
	p->line_at = p->head.n;
	if (!p->lines++) {
		/* The slices it sets are set again by locate(), once the buffer no
		 * longer moves. */
		int status = check_request_line(p, line);
		return status ? refuse(p, status) : HTTP_NEED_MORE;
	}
	if (!line.n) {
		struct str whole = buf_str(&p->head);
		struct str first = {whole.p,
			(size_t)((const char *)memchr(whole.p, '\r', whole.n) - whole.p)};
		(void)check_request_line(p, first);
		return finish_head(p);
	}
	if (!is_field_line(line))
		return refuse(p, 400);
	if (p->lines - 1 > p->limits->header_count)
		return refuse(p, 431);
	return HTTP_NEED_MORE;
}

/* A byte that may stand in a line: HTAB, visible, space, obs-text (RFC 9110 5.5). */
static bool is_line_byte(unsigned char c)
{
	return (c >= 0x20 && c != 0x7f) || c == '\t';
}

/* Is the unfinished line with one more byte within its limit? 0, or the status. */
static int check_line_size(struct http_parser *p, size_t n)
{
	if (!p->lines)
		return n <= p->limits->target_bytes + REQUEST_LINE_SLACK ? 0 : 414;
	return p->header_bytes + n <= p->limits->header_bytes ? 0 : 431;
}

static enum http_progress feed_head(struct http_parser *p, struct str bytes, size_t *used)
{
	size_t i = *used, from = i;
	size_t line = p->head.n - p->line_at - (p->last_was_cr ? 1 : 0);
	while (i < bytes.n) {
		unsigned char c = (unsigned char)bytes.p[i++];
		if (p->last_was_cr && c != '\n')
			return refuse(p, 400);
		if (c == '\r') {
			p->last_was_cr = true;
			continue;
		}
		if (c != '\n') {
			int status = is_line_byte(c) ? check_line_size(p, ++line) : 400;
			if (status)
				return refuse(p, status);
			continue;
		}
		if (!p->last_was_cr)
			return refuse(p, 400);
		p->last_was_cr = false;
		buf_bytes(&p->head, bytes.p + from, i - from);
		*used = from = i;
		must(!p->head.failed);
		if (p->lines)
			p->header_bytes += line;
		line = 0;
		enum http_progress progress = end_line(p);
		if (progress != HTTP_NEED_MORE || p->phase != PHASE_HEAD)
			return progress;
	}
	buf_bytes(&p->head, bytes.p + from, i - from);
	must(!p->head.failed);
	*used = i;
	return HTTP_NEED_MORE;
}

/* Data bytes: `left` says how many llhttp awaits. */
static enum http_progress feed_data(struct http_parser *p, struct str bytes, size_t *used)
{
	struct str part = {bytes.p + *used, bytes.n - *used};
	if (part.n > p->left)
		part.n = (size_t)p->left;
	if (!execute(p, part))
		return refuse(p, p->status ? p->status : 400);
	*used += part.n;
	p->left -= part.n;
	if (p->left)
		return p->complete ? refuse(p, 400) : HTTP_NEED_MORE;
	if (p->phase == PHASE_CHUNK_DATA) {
		p->phase = PHASE_CHUNK_END;
		return HTTP_NEED_MORE;
	}
	return p->complete ? finish(p) : refuse(p, 400);
}

/* RFC 9112 7.1: 1*HEXDIG, then extensions or nothing. */
static bool is_chunk_line(struct str line)
{
	size_t i = 0;
	while (i < line.n && line.p[i] && strchr("0123456789abcdefABCDEF", line.p[i]))
		i++;
	return i > 0 && (i == line.n || line.p[i] == ';');
}

static bool framing_line_is_right(const struct http_parser *p, struct str line)
{
	switch (p->phase) {
	case PHASE_CHUNK_LINE:
		return is_chunk_line(line);
	case PHASE_CHUNK_END:
		return line.n == 0;
	case PHASE_TRAILER:
		return !line.n || is_field_line(line);
	case PHASE_HEAD:
	case PHASE_BODY:
	case PHASE_CHUNK_DATA:
	case PHASE_DONE:
	case PHASE_REFUSED:
		break;
	}
	return false;
}

static enum http_progress end_framing_line(struct http_parser *p)
{
	struct str line = buf_str(&p->line);
	if (!framing_line_is_right(p, (struct str){line.p, line.n - 2}))
		return refuse(p, 400);
	p->left = 0;
	if (!execute(p, line))
		return refuse(p, p->status ? p->status : 400);
	buf_clear(&p->line);
	if (p->complete)
		return p->phase == PHASE_TRAILER && line.n == 2 ? finish(p)
								: refuse(p, 400);
	if (p->phase == PHASE_CHUNK_END)
		p->phase = PHASE_CHUNK_LINE;
	else if (p->phase == PHASE_CHUNK_LINE)
		p->phase = p->last_chunk ? PHASE_TRAILER : PHASE_CHUNK_DATA;
	else if (line.n == 2)
		return refuse(p, 400); /* our end is not llhttp's */
	return HTTP_NEED_MORE;
}

static enum http_progress feed_framing(
	struct http_parser *p, struct str bytes, size_t *used)
{
	while (*used < bytes.n) {
		unsigned char c = (unsigned char)bytes.p[(*used)++];
		if (++p->framing > p->limits->framing_bytes)
			return refuse(p, 413);
		if (p->last_was_cr ? c != '\n' : c != '\r' && !is_line_byte(c))
			return refuse(p, 400);
		if (p->phase == PHASE_CHUNK_END && c != '\r' && c != '\n')
			return refuse(p, 400);
		p->last_was_cr = c == '\r';
		buf_addc(&p->line, (char)c);
		if (p->line.failed)
			return refuse(p, 400);
		if (c == '\n')
			return end_framing_line(p);
	}
	return HTTP_NEED_MORE;
}

static enum http_progress feed_some(struct http_parser *p, struct str bytes, size_t *used)
{
	switch (p->phase) {
	case PHASE_HEAD:
		return feed_head(p, bytes, used);
	case PHASE_BODY:
	case PHASE_CHUNK_DATA:
		return feed_data(p, bytes, used);
	case PHASE_CHUNK_LINE:
	case PHASE_CHUNK_END:
	case PHASE_TRAILER:
		return feed_framing(p, bytes, used);
	case PHASE_REFUSED:
		return HTTP_REFUSED;
	case PHASE_DONE:
		break;
	}
	must(p->phase != PHASE_DONE);
	return HTTP_REFUSED;
}

enum http_progress http_parser_feed(
	struct http_parser *p, struct str bytes, size_t *ret_used)
{
	size_t used = 0;
	enum http_progress progress = p->phase == PHASE_REFUSED ? HTTP_REFUSED
								: HTTP_NEED_MORE;
	while (progress == HTTP_NEED_MORE && used < bytes.n)
		progress = feed_some(p, bytes, &used);
	*ret_used = used;
	return progress;
}
