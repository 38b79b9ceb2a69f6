/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_CAPACITY 64

void buf_release(struct buf *b)
{
	free(b->p);
	*b = (struct buf)BUF_LIMIT(b->max);
}

void buf_wipe(struct buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->cap);
	buf_release(b);
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->failed = false;
	if (b->p)
		b->p[0] = '\0';
}

/* Makes room for `more` bytes and the NUL. False, and failed, when that is above the ceiling. */
static bool reserve(struct buf *b, size_t more)
{
	if (b->failed || more > b->max - b->n) {
		b->failed = true;
		return false;
	}
	must(b->max < SIZE_MAX);
	size_t need = b->n + more + 1;
	if (need <= b->cap)
		return true;
	size_t cap = b->cap > 0 ? b->cap : FIRST_CAPACITY;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	if (cap > b->max + 1)
		cap = b->max + 1;
	/* Not realloc, which may leave a copy of a secret behind. */
	char *grown = x_alloc(cap);
	if (b->n > 0)
		memcpy(grown, b->p, b->n);
	grown[b->n] = '\0';
	if (b->p)
		explicit_bzero(b->p, b->cap);
	free(b->p);
	b->p = grown;
	b->cap = cap;
	return true;
}

void buf_bytes(struct buf *b, const void *bytes, size_t n)
{
	uintptr_t from = (uintptr_t)bytes, own = (uintptr_t)b->p;
	must(n == 0 || !b->p || from >= own + b->cap || from + n <= own);
	if (!reserve(b, n))
		return;
	if (n > 0)
		memcpy(b->p + b->n, bytes, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void buf_add(struct buf *b, struct str s)
{
	buf_bytes(b, s.p, s.n);
}

void buf_puts(struct buf *b, const char *s)
{
	buf_bytes(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
	buf_bytes(b, &c, 1);
}

void buf_html(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		switch (text.p[i]) {
		case '&':
			buf_puts(out, "&amp;");
			break;
		case '<':
			buf_puts(out, "&lt;");
			break;
		case '>':
			buf_puts(out, "&gt;");
			break;
		case '"':
			buf_puts(out, "&quot;");
			break;
		case '\'':
			buf_puts(out, "&#39;");
			break;
		default:
			buf_addc(out, text.p[i]);
		}
	}
}

void buf_csv(struct buf *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		buf_puts(out, text);
		return;
	}
	buf_addc(out, '"');
	for (; *text; text++) {
		if (*text == '"')
			buf_addc(out, '"');
		buf_addc(out, *text);
	}
	buf_addc(out, '"');
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	must(n >= 0);
	if (!reserve(b, (size_t)n))
		return;
	va_start(args, format);
	int written = vsnprintf(b->p + b->n, (size_t)n + 1, format, args);
	va_end(args);
	must(written == n);
	b->n += (size_t)n;
}

char *buf_take(struct buf *b)
{
	char *bytes = b->p ? b->p : x_strdup("");

	*b = (struct buf)BUF_LIMIT(b->max);
	return bytes;
}
