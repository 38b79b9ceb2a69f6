/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf.h - growable bytes with a ceiling and a sticky failure.
 *
 * Promises: B1 never longer than `max`. B2 after one append too many every further append is ignored and
 *           `failed` stays true, so that callers append freely and look once. B3 the bytes are always
 *           followed by a NUL that is not counted. B4 memory given up while growing is zeroed first, so that
 *           buf_wipe leaves no copy of a secret behind.
 * Never append a part of a buf to itself.
 */
#ifndef BAROMETRE_BASE_BUF_H
#define BAROMETRE_BASE_BUF_H

#include "barometre/base/str.h"

struct buf {
	char *p;
	size_t n, cap, max;
	bool failed;
};

#define BUF_LIMIT(bytes)     \
 {                           \
  NULL, 0, 0, (bytes), false \
 }

void buf_release(struct buf *); /* idempotent; the ceiling stays */
void buf_wipe(struct buf *);    /* the same for secrets: zeroes first */
void buf_clear(struct buf *);   /* empties, keeps the memory, forgets the failure */
void buf_add(struct buf *, struct str);
void buf_bytes(struct buf *, const void *, size_t);
void buf_puts(struct buf *, const char *);
void buf_addc(struct buf *, char);
/* Formats twice: the values must not change in between. */
void buf_printf(struct buf *, const char *format, ...) PRINTF_LIKE(2, 3);
/* For text and quoted attributes of HTML: & < > " ' written as character references. */
void buf_html(struct buf *, struct str);
/* A field of CSV (RFC 4180): between quotes, its own doubled, when it holds a comma, a quote or an end of line. */
void buf_csv(struct buf *, const char *);
static inline struct str buf_str(const struct buf *b)
{
	return (struct str){b->p ? b->p : "", b->n};
}
/* Moves the bytes out (never NULL); the buf is empty afterwards. */
char *buf_take(struct buf *);

#endif
