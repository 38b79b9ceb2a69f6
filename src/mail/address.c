/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/mail/address.h"

#include <unicode/uidna.h>

#define LOCAL_MAX 64   /* RFC 5321 section 4.5.3.1.1 */
#define DOMAIN_MAX 253 /* RFC 1035 section 2.3.4, without the root's dot */

static bool is_local(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || (c && strchr("!#$%&'*+/=?^_`{|}~-", c));
}

static bool is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > 0x7E || (unsigned char)s.p[i] < ' ')
			return false;
	return true;
}

/* Spreadsheets and mail programs leave these around an address, unseen: no-break spaces, the
 * zero-width space, the byte order mark. */
static struct str trim_invisible(struct str s)
{
	static const char *const marks[] = {
		"\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x8B", "\xEF\xBB\xBF"};

	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		struct str mark = str_of(marks[i]);
		struct str before = s;

		s = str_trim(s);
		if (str_starts(s, mark))
			s = (struct str){s.p + mark.n, s.n - mark.n};
		if (s.n >= mark.n && memcmp(s.p + s.n - mark.n, mark.p, mark.n) == 0)
			s.n -= mark.n;
		if (s.n < before.n)
			i = (size_t)-1; /* once more, from the first mark */
	}
	return s;
}

static bool check_local(struct str local, struct err *err)
{
	struct str piece = {0};

	if (local.n == 0)
		return err_set(
			err, ERR_INVALID, "il manque ce qui précède le @ de l’adresse");
	if (local.n > LOCAL_MAX)
		return err_set(err, ERR_INVALID, "l’adresse est trop longue avant le @");
	if (!is_ascii(local))
		return err_set(
			err, ERR_INVALID, "l’adresse contient un accent avant le @");
	while (str_cut(&local, '.', &piece)) {
		if (piece.n == 0)
			return err_set(
				err, ERR_INVALID, "un point de l’adresse est mal placé");
		for (size_t i = 0; i < piece.n; i++)
			if (!is_local(piece.p[i]))
				return err_set(err, ERR_INVALID,
					"l’adresse contient un caractère interdit avant le @");
	}
	return true;
}

static void close_idna(UIDNA **idna)
{
	uidna_close(*idna);
}

/* The domain in lower-case A-labels, or false. */
static bool domain_to_ascii(struct str domain, char out[DOMAIN_MAX + 1])
{
	UErrorCode status = U_ZERO_ERROR;
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	SCOPED(close_idna)
	UIDNA *idna = uidna_openUTS46(UIDNA_USE_STD3_RULES |
			UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_CHECK_BIDI |
			UIDNA_CHECK_CONTEXTJ,
		&status);

	must(U_SUCCESS(status));
	int32_t n = uidna_nameToASCII_UTF8(
		idna, domain.p, (int32_t)domain.n, out, DOMAIN_MAX + 1, &info, &status);
	return U_SUCCESS(status) && info.errors == 0 && n > 0 && n <= DOMAIN_MAX &&
		out[n] == '\0';
}

static bool check_domain(struct str typed, char out[DOMAIN_MAX + 1], struct err *err)
{
	struct str rest = {0}, label = {0};
	size_t labels = 0;
	bool letter = false;

	if (typed.n == 0)
		return err_set(
			err, ERR_INVALID, "il manque ce qui suit le @ de l’adresse");
	/* Four bytes a character at most: what is longer cannot become short enough. */
	if (typed.n > (size_t)4 * DOMAIN_MAX || !domain_to_ascii(typed, out))
		return err_set(err, ERR_INVALID,
			"le nom de domaine après le @ n’est pas valable");
	rest = str_of(out);
	while (str_cut(&rest, '.', &label)) {
		labels++;
		letter = false;
		for (size_t i = 0; i < label.n; i++)
			letter = letter || (label.p[i] >= 'a' && label.p[i] <= 'z');
	}
	if (labels < 2 || !letter || out[strlen(out) - 1] == '.')
		return err_set(err, ERR_INVALID,
			"le nom de domaine après le @ n’est pas complet");
	return true;
}

static void add_lower(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_addc(out,
			s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i]);
}

bool address_normalise(
	struct str typed, struct buf *ret_send, struct buf *ret_compare, struct err *err)
{
	struct str domain = trim_invisible(typed), local = {0};
	char ascii[DOMAIN_MAX + 1] = {0};

	if (domain.n == 0)
		return err_set(err, ERR_INVALID, "l’adresse manque");
	if (!memchr(domain.p, '@', domain.n))
		return err_set(err, ERR_INVALID, "il manque le @ de l’adresse");
	(void)str_cut(&domain, '@', &local);
	if (domain.n && memchr(domain.p, '@', domain.n))
		return err_set(err, ERR_INVALID, "il y a plusieurs @ dans l’adresse");
	if (!str_is_utf8(local) || !str_is_utf8(domain))
		return err_set(
			err, ERR_INVALID, "l’adresse contient un caractère illisible");
	if (!check_local(local, err) || !check_domain(domain, ascii, err))
		return false;
	if (local.n + 1 + strlen(ascii) > ADDRESS_MAX)
		return err_set(err, ERR_INVALID, "l’adresse est trop longue");

	buf_add(ret_send, local);
	buf_addc(ret_send, '@');
	buf_puts(ret_send, ascii);
	add_lower(ret_compare, local);
	buf_addc(ret_compare, '@');
	buf_puts(ret_compare, ascii);
	return true;
}
