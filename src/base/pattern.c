/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JavaScript's regular expressions (ECMA-262 22.2, without flags but i) told to ICU: what the two read differently is
 * rewritten, what cannot be is refused.
 */
#include "barometre/base/pattern.h"

#include <stdlib.h>
#include <unicode/uregex.h>
#include <unicode/ustring.h>

#include "barometre/base/buf.h"

#define MAX_BYTES 500
#define TIME_MS 20
#define STACK_BYTES (1 << 20)

struct pattern {
	URegularExpression *regex;
};

struct rewriter {
	struct str from;
	size_t at;
	struct buf out;
	struct err *err;
};

/* ASCII, as JavaScript's; in ICU they would be Unicode's. */
#define WORD "A-Za-z0-9_"
#define SPACE \
 "\\t\\n\\x0B\\f\\r \\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000\\uFEFF"

static bool refuse(struct rewriter *w, const char *what)
{
	return err_set(w->err, ERR_INVALID, "character %zu: %s",
		str_count_chars((struct str){w->from.p, w->at}) + 1, what);
}

static char here(const struct rewriter *w, size_t ahead)
{
	return w->at + ahead < w->from.n ? w->from.p[w->at + ahead] : '\0';
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_letter_or_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* \d and its like; `inside` brackets they join the set. */
static const char *class_of(char c, bool inside)
{
	switch (c) {
	case 'd':
		return inside ? "0-9" : "[0-9]";
	case 'D':
		return "[^0-9]";
	case 'w':
		return inside ? WORD : "[" WORD "]";
	case 'W':
		return "[^" WORD "]";
	case 's':
		return inside ? SPACE : "[" SPACE "]";
	case 'S':
		return "[^" SPACE "]";
	case 'b':
		return inside ? "\\x08"
			      : "(?:(?<=[" WORD "])(?![" WORD "])|(?<![" WORD
				"])(?=[" WORD "]))";
	case 'B':
		return inside ? NULL
			      : "(?:(?<=[" WORD "])(?=[" WORD "])|(?<![" WORD
				"])(?![" WORD "]))";
	case 'v':
		return "\\x0B";
	default:
		return NULL;
	}
}

static bool rewrite_escape(struct rewriter *w, bool inside)
{
	char c = here(w, 1);
	size_t hex = c == 'x' ? 2 : c == 'u' ? 4 : 0;
	const char *set = class_of(c, inside);
	if (set) {
		buf_puts(&w->out, set);
		w->at += 2;
		return true;
	}
	for (size_t i = 0; i < hex; i++)
		if (!is_hex(here(w, 2 + i)))
			return refuse(w, "write two digits behind \\x, four behind \\u");
	if (c == '\0')
		return refuse(w, "nothing stands behind the backslash: write \\\\");
	if (is_letter_or_digit(c) && hex == 0 && c != 't' && c != 'n' && c != 'r' &&
		c != 'f')
		return refuse(w,
			c >= '0' && c <= '9'
				? "references to groups are outside the profile: write the group again"
				: "this escape is outside the profile: write \\d \\w \\s \\b "
				  "\\t \\n \\xHH \\uHHHH, or a sign");
	if ((unsigned char)c >= 0x80)
		return refuse(w, "a letter needs no backslash: remove it");
	buf_add(&w->out, (struct str){w->from.p + w->at, 2 + hex});
	w->at += 2 + hex;
	return true;
}

/* \d and its like, behind a backslash: many characters, that no range can begin or end with. */
static bool is_class(char c)
{
	switch (c) {
	case 'd':
	case 'D':
	case 'w':
	case 'W':
	case 's':
	case 'S':
		return true;
	default:
		return false;
	}
}

static bool rewrite_set(struct rewriter *w)
{
	bool after_class = false;
	size_t start = w->at++;
	bool negated = here(w, 0) == '^';
	buf_puts(&w->out, negated ? "[^" : "[");
	w->at += negated;
	const char *inside = w->from.p + w->at;
	if (here(w, 0) == ']')
		return refuse(
			w, "an empty set is outside the profile: name its characters");
	while (w->at < w->from.n && here(w, 0) != ']') {
		char c = here(w, 0);
		if (c == '\\') {
			after_class = is_class(here(w, 1));
			if (!rewrite_escape(w, true))
				return false;
			continue;
		}
		bool before_class = here(w, 1) == '\\' && is_class(here(w, 2));
		bool first = w->from.p + w->at == inside;
		if (c == '-' &&
			(here(w, 1) == '-' || (after_class && here(w, 1) != ']') ||
				(before_class && !first)))
			return refuse(w, "put one hyphen, at the end of the set");
		after_class = false;
		/* ICU knows sets inside sets, and their intersection. */
		if (c == '[' || c == '&' || c == '{' || c == '}' || c == '$')
			buf_addc(&w->out, '\\');
		buf_addc(&w->out, c);
		w->at++;
	}
	if (w->at == w->from.n) {
		w->at = start;
		return refuse(w, "this bracket is never closed: add ]");
	}
	buf_addc(&w->out, ']');
	w->at++;
	return true;
}

static bool rewrite_group(struct rewriter *w)
{
	static const char *const kinds[] = {"(?:", "(?=", "(?!", "(?<=", "(?<!"};
	struct str rest = {w->from.p + w->at, w->from.n - w->at};
	struct str kind = STR("(");
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_starts(rest, str_of(kinds[i])))
			kind = str_of(kinds[i]);
	if (kind.n == 1 && here(w, 1) == '?')
		return refuse(w, "only (?: (?= (?! (?<= and (?<! are in the profile");
	buf_add(&w->out, kind);
	w->at += kind.n;
	return true;
}

static bool rewrite(struct rewriter *w)
{
	bool repeated = false; /* is the last sign a quantifier? */
	while (w->at < w->from.n) {
		char c = here(w, 0);
		bool quantifier = c == '*' || c == '+' || c == '?' || c == '}';
		if (c == '+' && repeated)
			return refuse(w, "two signs of repetition follow each other");
		repeated = quantifier;
		if (c == '\\' || c == '[' || c == '(') {
			if (c == '\\'              ? !rewrite_escape(w, false)
					: c == '[' ? !rewrite_set(w)
						   : !rewrite_group(w))
				return false;
			continue;
		}
		/* The end of the text, not before a last newline; any character but the four line terminators. */
		if (c == '$')
			buf_puts(&w->out, "\\z");
		else if (c == '.')
			buf_puts(&w->out, "[^\\n\\r\\u2028\\u2029]");
		else if (c == '#' || c == ']')
			buf_puts(&w->out, c == '#' ? "\\#" : "\\]");
		else
			buf_addc(&w->out, c);
		w->at++;
	}
	return true;
}

static void free_uchars(UChar **p)
{
	free(*p);
}

/* Fresh. Bytes that are no UTF-8 become U+FFFD. */
static UChar *to_utf16(struct str s, int32_t *ret_n)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar *text = x_calloc(s.n + 1, sizeof(UChar));
	must(s.n < INT32_MAX);
	u_strFromUTF8WithSub(text, (int32_t)s.n + 1, ret_n, s.n > 0 ? s.p : "",
		(int32_t)s.n, 0xFFFD, NULL, &status);
	must(U_SUCCESS(status));
	return text;
}

struct pattern *pattern_new(struct str regex, bool ignore_case, struct err *err)
{
	SCOPED(buf_release) struct buf rewritten = BUF_LIMIT(MAX_BYTES * 200);
	struct rewriter w = {.from = regex, .out = rewritten, .err = err};
	UErrorCode status = U_ZERO_ERROR;
	UParseError where = {0};
	int32_t n = 0;
	if (regex.n == 0 || regex.n > MAX_BYTES || !str_is_utf8(regex)) {
		err_set(err, ERR_INVALID, "a pattern has 1 to %d bytes of text",
			MAX_BYTES);
		return NULL;
	}
	bool good = rewrite(&w);
	rewritten = w.out;
	if (!good)
		return NULL;
	SCOPED(free_uchars) UChar *text = to_utf16(buf_str(&rewritten), &n);
	URegularExpression *compiled = uregex_open(
		text, n, ignore_case ? UREGEX_CASE_INSENSITIVE : 0, &where, &status);
	if (U_FAILURE(status)) {
		err_set(err, ERR_INVALID, "the pattern is not valid (%s): correct it",
			u_errorName(status));
		return NULL;
	}
	uregex_setTimeLimit(compiled, TIME_MS, &status);
	uregex_setStackLimit(compiled, STACK_BYTES, &status);
	must(U_SUCCESS(status));
	struct pattern *pattern = x_calloc(1, sizeof(*pattern));
	pattern->regex = compiled;
	return pattern;
}

void pattern_free(struct pattern *pattern)
{
	if (!pattern)
		return;
	uregex_close(pattern->regex);
	free(pattern);
}

bool pattern_found(const struct pattern *pattern, struct str s)
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t n = 0;
	SCOPED(free_uchars) UChar *text = to_utf16(s, &n);
	uregex_setText(pattern->regex, text, n, &status);
	must(U_SUCCESS(status));
	/* Out of time or stack is a status too: not found. */
	UBool found = uregex_find(pattern->regex, 0, &status);
	return U_SUCCESS(status) && found;
}
