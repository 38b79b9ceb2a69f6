/* SPDX-License-Identifier: Apache-2.0 */
/* The respondent's cookie, and the receipt. */
#include "barometre/privacy/sealed.h"

#define VISIT_KIND 2 /* layout number; another layout takes another */
#define FLAG_INVITED 1
#define FLAG_DONE 2
#define FLAG_SHARED 4
#define FLAG_KEPT 8

/* Every member at its place and in full, so that the length tells nothing. Bytes only:
 * no padding, no byte order. */
struct layout {
	unsigned char kind, flags;
	char edition[CODE_CHARS], audience[CODE_CHARS],
		channel[CODE_CHARS]; /* filled up with NULs */
	char language[2];
	unsigned char token[16], code[32], slot[16], expires[8]; /* low byte first */
};
/* With the overhead a multiple of three: base64url then has no spare bits that somebody
 * could change. */
#define PADDED_BYTES 173
#define SEALED_BYTES (PADDED_BYTES + AEAD_OVERHEAD)
_Static_assert(sizeof(struct layout) == 172 && sizeof(struct layout) < PADDED_BYTES,
	"room for the padding");
_Static_assert(SEALED_BYTES % 3 == 0 && SEALED_BYTES / 3 * 4 == VISIT_CHARS,
	"the length the header promises");

static void code_put(char out[CODE_CHARS], const char code[CODE_CHARS + 1])
{
	size_t n = strnlen(code, CODE_CHARS + 1);

	must(n <= CODE_CHARS);
	memset(out, 0, CODE_CHARS);
	memcpy(out, code, n);
}

/* False when something stands behind the end. */
static bool code_get(char out[CODE_CHARS + 1], const char code[CODE_CHARS])
{
	size_t n = strnlen(code, CODE_CHARS);

	for (size_t i = n; i < CODE_CHARS; i++)
		if (code[i] != '\0')
			return false;
	memcpy(out, code, CODE_CHARS);
	out[CODE_CHARS] = '\0';
	return true;
}

void visit_seal(struct buf *out, const struct key *cookies, const struct visit *visit)
{
	struct layout l = {.kind = VISIT_KIND};
	SCOPED(buf_release) struct buf box = BUF_LIMIT(SEALED_BYTES);

	must(!visit->invited || visit->channel[0] == '\0');
	l.flags = (unsigned char)((visit->invited ? FLAG_INVITED : 0) |
		(visit->state == VISIT_DONE ? FLAG_DONE : 0) |
		(visit->shared ? FLAG_SHARED : 0) | (visit->kept ? FLAG_KEPT : 0));
	code_put(l.edition, visit->edition);
	code_put(l.audience, visit->audience);
	code_put(l.channel, visit->channel);
	if (visit->state != VISIT_DONE) {
		memcpy(l.token, visit->token.b, sizeof(l.token));
		memcpy(l.code, visit->code.b, sizeof(l.code));
	}
	must(strnlen(visit->language, 3) == sizeof(l.language));
	memcpy(l.language, visit->language, sizeof(l.language));
	memcpy(l.slot, visit->slot.b, sizeof(l.slot));
	for (size_t i = 0; i < sizeof(l.expires); i++)
		l.expires[i] = (unsigned char)((uint64_t)visit->expires >> (8 * i));

	struct str plain = {(const char *)&l, sizeof(l)};
	must(aead_seal(&box, cookies, plain, PADDED_BYTES, NULL));
	secret_wipe(&l, sizeof(l));
	base64url_write(out, buf_str(&box));
}

static bool is_zero(const unsigned char *bytes, size_t n)
{
	unsigned char any = 0;

	for (size_t i = 0; i < n; i++)
		any |= bytes[i];
	return any == 0;
}

/* Refuses what visit_seal cannot have written. */
static bool layout_read(struct visit *ret, const struct layout *l)
{
	struct visit v = {0};
	uint64_t expires = 0;

	if (l->kind != VISIT_KIND ||
		(l->flags & ~(FLAG_INVITED | FLAG_DONE | FLAG_SHARED | FLAG_KEPT)) != 0)
		return false;
	if (!code_get(v.edition, l->edition) || !code_get(v.audience, l->audience) ||
		!code_get(v.channel, l->channel))
		return false;
	v.invited = (l->flags & FLAG_INVITED) != 0;
	v.shared = (l->flags & FLAG_SHARED) != 0;
	v.kept = (l->flags & FLAG_KEPT) != 0;
	v.state = (l->flags & FLAG_DONE) != 0 ? VISIT_DONE : VISIT_OPEN;
	if ((v.invited && v.channel[0] != '\0') ||
		(v.state == VISIT_DONE &&
			(!is_zero(l->token, sizeof(l->token)) ||
				!is_zero(l->code, sizeof(l->code)))))
		return false;
	if (memchr(l->language, '\0', sizeof(l->language)))
		return false;
	memcpy(v.language, l->language, sizeof(l->language));
	memcpy(v.code.b, l->code, sizeof(v.code.b));
	memcpy(v.token.b, l->token, sizeof(v.token.b));
	memcpy(v.slot.b, l->slot, sizeof(v.slot.b));
	for (size_t i = 0; i < sizeof(l->expires); i++)
		expires |= (uint64_t)l->expires[i] << (8 * i);
	v.expires = (usec_t)expires;
	*ret = v;
	return true;
}

/* libsodium 1.0.18 reads a byte above 127 as '_': a cookie would have two spellings. */
static bool is_ascii(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] > 127)
			return false;
	return true;
}

bool visit_open(
	struct visit *ret, const struct key *cookies, struct str cookie, struct err *e)
{
	SCOPED(buf_release) struct buf box = BUF_LIMIT(SEALED_BYTES);
	SCOPED(buf_wipe) struct buf plain = BUF_LIMIT(PADDED_BYTES);
	struct layout l;

	/* One answer for every kind of damage: nobody learns how far a forgery came. */
	if (cookie.n != VISIT_CHARS || !is_ascii(cookie) ||
		!base64url_parse(&box, cookie) ||
		!aead_open(&plain, cookies, buf_str(&box), NULL) || plain.n != sizeof(l))
		return err_set(e, ERR_DENIED, "a cookie that is not ours");
	memcpy(&l, plain.p, sizeof(l));
	bool good = layout_read(ret, &l);
	secret_wipe(&l, sizeof(l));
	return good ? true : err_set(e, ERR_DENIED, "a cookie that is not ours");
}

void receipt_write(char out[40], const struct id16 *slot)
{
	char plain[TOKEN_CHARS + 1];

	base32_write(plain, slot->b, sizeof(slot->b));
	for (size_t i = 0; i < TOKEN_CHARS; i++) {
		if (i > 0 && i % 4 == 0)
			*out++ = '-';
		*out++ = plain[i];
	}
	*out = '\0';
}

/* How many bytes of separator the text starts with. Word processors and phones replace
 * - and spaces by their own. */
static size_t separator_length(struct str text)
{
	static const char *const separators[] = {
		"-", " ", "\t", "\r", "\n", "\xC2\xA0", /* U+00A0 no-break space */
		"\xC2\xAD",                             /* U+00AD soft hyphen */
		"\xE2\x80\xAF",                         /* U+202F narrow no-break space */
		"\xE2\x80\x90",                         /* U+2010 hyphen */
		"\xE2\x80\x91",                         /* U+2011 no-break hyphen */
		"\xE2\x80\x92",                         /* U+2012 figure dash */
		"\xE2\x80\x93",                         /* U+2013 en dash */
		"\xE2\x80\x94",                         /* U+2014 em dash */
	};

	for (size_t i = 0; i < COUNT_OF(separators); i++)
		if (str_starts(text, str_of(separators[i])))
			return strlen(separators[i]);
	return 0;
}

bool receipt_parse(struct str text, struct id16 *ret)
{
	char plain[TOKEN_CHARS];
	size_t n = 0;
	struct id16 id;

	while (text.n > 0) {
		size_t skip = separator_length(text);
		if (skip == 0) {
			if (n == TOKEN_CHARS)
				return false;
			char c = text.p[0];
			plain[n++] = c == '0' ? 'o'
				: c == '8'    ? 'b'
					      : c; /* not in the alphabet */
			skip = 1;
		}
		text = (struct str){text.p + skip, text.n - skip};
	}
	if (!base32_parse((struct str){plain, n}, id.b, sizeof(id.b)))
		return false;
	*ret = id;
	return true;
}
