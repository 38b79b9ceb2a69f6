/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/fold.h"

#include <pthread.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/ucol.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>
#include <unicode/utrans.h>

#include "barometre/base/secret.h"

#define INPUT_BYTES 4096

/* Opened once, kept for the life of the process: opening takes milliseconds. */
static UTransliterator *folder;
static UCollator *collator;

static void open_folder(void)
{
	static const char rules[] = "NFD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower";
	UChar id[sizeof(rules)];
	UErrorCode status = U_ZERO_ERROR;

	for (size_t i = 0; i < sizeof(rules); i++)
		id[i] = (UChar)rules[i];
	folder = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
	must(U_SUCCESS(status));
}

static void open_collator(void)
{
	UErrorCode status = U_ZERO_ERROR;

	collator = ucol_open("fr", &status);
	must(U_SUCCESS(status));
}

/* At most INPUT_BYTES, not ending inside a UTF-8 sequence. */
static struct str cut(struct str s)
{
	if (s.n <= INPUT_BYTES)
		return s;
	s.n = INPUT_BYTES;
	while (s.n > 0 && ((unsigned char)s.p[s.n] & 0xC0) == 0x80)
		s.n--;
	return s;
}

static void free_uchars(UChar **p)
{
	free(*p);
}

static void free_points(UChar32 **p)
{
	free(*p);
}

/* Folded code points in fresh memory. */
static UChar32 *transliterate(struct str s, int32_t *ret_n)
{
	int32_t capacity = 4 * INPUT_BYTES;

	for (;; capacity *= 2) {
		UErrorCode status = U_ZERO_ERROR;
		int32_t n = 0;
		SCOPED(free_uchars)
		UChar *text = x_calloc((size_t)capacity, sizeof(UChar));
		/* Bytes that are no UTF-8 become U+FFFD, which is no letter. */
		u_strFromUTF8WithSub(
			text, capacity, &n, s.p, (int32_t)s.n, 0xFFFD, NULL, &status);
		must(U_SUCCESS(status));
		int32_t limit = n;
		utrans_transUChars(folder, text, &n, capacity, 0, &limit, &status);
		if (status == U_BUFFER_OVERFLOW_ERROR && capacity < 1 << 24)
			continue;
		must(U_SUCCESS(status) && n <= capacity);
		SCOPED(free_points)
		UChar32 *points = x_calloc((size_t)n + 1, sizeof(UChar32));
		u_strToUTF32WithSub(points, n + 1, ret_n, text, n, 0xFFFD, NULL, &status);
		must(U_SUCCESS(status));
		return TAKE(points);
	}
}

static void put_point(struct buf *out, UChar32 point)
{
	uint8_t bytes[U8_MAX_LENGTH];
	uint32_t c = (uint32_t)point;
	size_t n = 0;

	U8_APPEND_UNSAFE(bytes, n, c);
	buf_bytes(out, bytes, n);
}

static void put_word(struct buf *out, size_t start, struct str word)
{
	if (word.n == 0)
		return;
	if (out->n > start)
		buf_addc(out, ' ');
	if (str_eq(word, STR("st")))
		buf_puts(out, "saint");
	else if (str_eq(word, STR("ste")))
		buf_puts(out, "sainte");
	else
		buf_add(out, word);
}

void fold_name(struct buf *out, struct str s)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int32_t n = 0;

	must(pthread_once(&once, open_folder) == 0);
	s = cut(s);
	if (s.n == 0)
		return;
	SCOPED(free_points) UChar32 *points = transliterate(s, &n);
	struct buf word = BUF_LIMIT((size_t)n * 4);
	size_t start = out->n;
	for (int32_t i = 0; i < n; i++) {
		if (u_isalnum(points[i])) {
			put_point(&word, points[i]);
		} else {
			put_word(out, start, buf_str(&word));
			buf_clear(&word);
		}
	}
	put_word(out, start, buf_str(&word));
	buf_release(&word);
}

void text_compose(struct buf *out, struct str s)
{
	/* No character of UTF-8 becomes more than three times as long in form C (UAX 15, 13). */
	size_t room = 3 * s.n + 1;
	UErrorCode status = U_ZERO_ERROR;
	const UNormalizer2 *form = unorm2_getNFCInstance(&status);
	int32_t n = 0, composed = 0;

	must(U_SUCCESS(status) && s.n < INT32_MAX / 9);
	SCOPED(free_uchars) UChar *from = x_calloc(room, sizeof(UChar));
	SCOPED(free_uchars) UChar *to = x_calloc(room, sizeof(UChar));
	SCOPED(free_char) char *text = x_calloc(3 * room, 1);
	u_strFromUTF8(from, (int32_t)room, &n, s.n > 0 ? s.p : "", (int32_t)s.n, &status);
	composed = unorm2_normalize(form, from, n, to, (int32_t)room, &status);
	u_strToUTF8(text, (int32_t)(3 * room), &n, to, composed, &status);
	must(U_SUCCESS(status));
	buf_bytes(out, text, (size_t)n);
	secret_wipe(from, room * sizeof(UChar));
	secret_wipe(to, room * sizeof(UChar));
	secret_wipe(text, 3 * room);
}

int fold_compare(struct str a, struct str b)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	UErrorCode status = U_ZERO_ERROR;

	must(pthread_once(&once, open_collator) == 0);
	must(a.n <= INT32_MAX && b.n <= INT32_MAX);
	UCollationResult order = ucol_strcollUTF8(collator, a.n > 0 ? a.p : "",
		(int32_t)a.n, b.n > 0 ? b.p : "", (int32_t)b.n, &status);
	must(U_SUCCESS(status));
	return (int)order;
}
