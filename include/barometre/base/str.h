/* SPDX-License-Identifier: Apache-2.0 */
/*
 * str.h - looking at text: a pointer and a length, never owned.
 *
 * Why: requests, files and database rows are slices of something bigger. The locale is never asked.
 */
#ifndef BAROMETRE_BASE_STR_H
#define BAROMETRE_BASE_STR_H

#include <stdint.h>
#include <string.h>

#include "barometre/base/mem.h"

struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})

/* NULL gives the empty slice. */
static inline struct str str_of(const char *s)
{
	return (struct str){s ? s : "", s ? strlen(s) : 0};
}

bool str_eq(struct str, struct str);
bool str_eq_z(struct str, const char *);
/* ASCII letters only, as in header names (RFC 9110 section 5.1). */
bool str_eq_nocase(struct str, struct str);
bool str_starts(struct str, struct str prefix);
/* A word of a list that ends with NULL. */
bool str_is_one_of(struct str, const char *const *list);
/* Without leading and trailing space, tab, CR, LF. */
struct str str_trim(struct str);
/* Cuts *rest at the first `sep`: returns what stands before it, moves *rest behind it.
 * Without `sep` returns all and empties *rest. False when *rest was already used up (p == NULL). */
bool str_cut(struct str *rest, char sep, struct str *ret_head);
/* Digits only, no sign, no space. */
bool str_parse_u64(struct str, uint64_t *ret) MUST_USE;
/* Optional '-', digits, optional '.' or ',' and digits. No exponent. At most 15 digits that count, and 15 after
 * the point: what is accepted is the nearest double, exactly. */
bool str_parse_decimal(struct str, double *ret) MUST_USE;
/* Well-formed UTF-8 (RFC 3629: no overlong form, no surrogate, at most U+10FFFF) without NUL. */
bool str_is_utf8(struct str);
/* Drops, in place, the bytes that are not: of a character that was cut in the middle, say. */
void str_keep_utf8(char *text);
/* Code points, of well-formed text. */
size_t str_count_chars(struct str);
/* Fresh NUL-terminated copy, to be freed. */
char *str_dup(struct str);

#endif
