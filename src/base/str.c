/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/str.h"

/* 10^15 < 2^53: a whole number of fifteen digits is exact in a double. */
#define DECIMAL_DIGITS 15

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_eq_z(struct str a, const char *b)
{
	return str_eq(a, str_of(b));
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	}
	return true;
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq((struct str){s.p, prefix.n}, prefix);
}

bool str_is_one_of(struct str s, const char *const *list)
{
	for (; *list; list++)
		if (str_eq_z(s, *list))
			return true;
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
	while (s.n > 0 && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool str_cut(struct str *rest, char sep, struct str *ret_head)
{
	if (!rest->p)
		return false;
	const char *at = rest->n > 0 ? memchr(rest->p, sep, rest->n) : NULL;
	if (!at) {
		*ret_head = *rest;
		*rest = (struct str){NULL, 0};
		return true;
	}
	size_t n = (size_t)(at - rest->p);
	*ret_head = (struct str){rest->p, n};
	*rest = (struct str){at + 1, rest->n - n - 1};
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool str_parse_u64(struct str s, uint64_t *ret)
{
	uint64_t value = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_digit(s.p[i]))
			return false;
		uint64_t digit = (uint64_t)(s.p[i] - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret = value;
	return true;
}

/* Takes digits from the front of *s into *mantissa; false when there is none or too many that count. */
static bool take_digits(struct str *s, uint64_t *mantissa, size_t *ret_count)
{
	size_t i = 0;

	for (; i < s->n && is_digit(s->p[i]); i++) {
		*mantissa = *mantissa * 10 + (uint64_t)(s->p[i] - '0');
		if (*mantissa >= 1000000000000000) /* 10^DECIMAL_DIGITS */
			return false;
	}
	*ret_count = i;
	s->p += i;
	s->n -= i;
	return i > 0;
}

bool str_parse_decimal(struct str s, double *ret)
{
	uint64_t mantissa = 0;
	size_t whole = 0, fraction = 0;
	bool negative = s.n > 0 && s.p[0] == '-';

	if (negative) {
		s.p++;
		s.n--;
	}
	if (!take_digits(&s, &mantissa, &whole))
		return false;
	if (s.n > 0) {
		if (s.p[0] != '.' && s.p[0] != ',')
			return false;
		s.p++;
		s.n--;
		if (!take_digits(&s, &mantissa, &fraction) || s.n > 0 ||
			fraction > DECIMAL_DIGITS)
			return false;
	}
	/* Both are whole and exact, so the one division gives the nearest double. */
	double scale = 1;
	for (size_t i = 0; i < fraction; i++)
		scale *= 10;
	double value = (double)mantissa / scale;
	*ret = negative ? -value : value;
	return true;
}

/* Bytes of the well-formed sequence at `p`, 0 when there is none (RFC 3629 section 4). */
static size_t utf8_length(const unsigned char *p, size_t n)
{
	unsigned char low = 0x80, high = 0xBF; /* bounds of the second byte */
	size_t length;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xC2 && p[0] <= 0xDF) {
		length = 2;
	} else if (p[0] >= 0xE0 && p[0] <= 0xEF) {
		length = 3;
		if (p[0] == 0xE0)
			low = 0xA0; /* else overlong */
		else if (p[0] == 0xED)
			high = 0x9F; /* else a surrogate */
	} else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
		length = 4;
		if (p[0] == 0xF0)
			low = 0x90; /* else overlong */
		else if (p[0] == 0xF4)
			high = 0x8F; /* else above U+10FFFF */
	} else {
		return 0;
	}
	if (n < length || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++) {
		if (p[i] < 0x80 || p[i] > 0xBF)
			return 0;
	}
	return length;
}

bool str_is_utf8(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	for (size_t i = 0; i < s.n;) {
		size_t length = p[i] == 0 ? 0 : utf8_length(p + i, s.n - i);
		if (length == 0)
			return false;
		i += length;
	}
	return true;
}

void str_keep_utf8(char *text)
{
	size_t n = strlen(text), kept = 0;

	for (size_t i = 0; i < n;) {
		size_t length = utf8_length((const unsigned char *)text + i, n - i);
		memmove(text + kept, text + i, length);
		kept += length;
		i += length > 0 ? length : 1;
	}
	text[kept] = '\0';
}

size_t str_count_chars(struct str s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (((unsigned char)s.p[i] & 0xC0) != 0x80)
			count++;
	}
	return count;
}

char *str_dup(struct str s)
{
	char *copy = x_alloc(s.n + 1);
	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return copy;
}
