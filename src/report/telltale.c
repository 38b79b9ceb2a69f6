/* SPDX-License-Identifier: Apache-2.0 */
/* telltale.c - see telltale.h. The text is cut into words once; each kind looks at them. */
#include "barometre/report/telltale.h"

#include <stdlib.h>

#include "barometre/base/fold.h"
#include "barometre/form/place.h"

#define WORDS_MAX 2000
#define PLACE_WORDS 6
#define PLAIN_PLACE 6 /* letters of a commune that is written without a capital */

const char *telltale_name(enum telltale_kind kind)
{
	static const char *const names[TELLTALE_KINDS] = {[TELLTALE_EMAIL] = "courriel",
		[TELLTALE_PHONE] = "téléphone",
		[TELLTALE_NAME] = "nom",
		[TELLTALE_PLACE] = "lieu"};

	return names[kind];
}

struct found {
	struct str text;
	struct telltale *list;
	size_t count, max;
};

static void note(struct found *f, enum telltale_kind kind, size_t at, size_t n)
{
	if (f->count < f->max)
		f->list[f->count++] = (struct telltale){kind, at, n};
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_ascii_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ---- addresses and numbers ---- */

static bool is_of_address(char c)
{
	return is_digit(c) || is_ascii_letter(c) || (c && strchr("._%+-", c)) ||
		(unsigned char)c >= 0x80;
}

static void find_addresses(struct found *f)
{
	struct str t = f->text;

	for (size_t i = 0; i < t.n; i++) {
		size_t from = i, to = i + 1;
		bool dot = false;

		if (t.p[i] != '@')
			continue;
		while (from > 0 && is_of_address(t.p[from - 1]))
			from--;
		while (to < t.n && is_of_address(t.p[to])) {
			dot |= t.p[to] == '.' && to + 1 < t.n &&
				is_ascii_letter(t.p[to + 1]);
			to++;
		}
		if (from < i && dot)
			note(f, TELLTALE_EMAIL, from, to - from);
	}
}

/* Bytes of one separator between digits of a number; 0: it is none. U+00A0 and U+202F too. */
static size_t separator(struct str t, size_t at)
{
	if (at < t.n && t.p[at] && strchr(" .-/()", t.p[at]))
		return 1;
	if (at + 1 < t.n && memcmp(&t.p[at], "\xc2\xa0", 2) == 0)
		return 2;
	return at + 2 < t.n && memcmp(&t.p[at], "\xe2\x80\xaf", 3) == 0 ? 3 : 0;
}

static void find_numbers(struct found *f)
{
	struct str t = f->text;

	for (size_t i = 0; i < t.n;) {
		size_t digits = 0, end = i, at = i;

		if (!is_digit(t.p[i])) {
			i++;
			continue;
		}
		while (at < t.n) {
			size_t gap = 0;

			for (int n = 0; n < 3 && !is_digit(t.p[at + gap]); n++) {
				size_t step = separator(t, at + gap);

				gap += step;
				if (step == 0 || at + gap >= t.n)
					break;
			}
			at += gap;
			if (at >= t.n || !is_digit(t.p[at]))
				break;
			digits++;
			end = ++at;
		}
		if (digits >= 9 && digits <= 15)
			note(f, TELLTALE_PHONE, i, end - i);
		i = end;
	}
}

/* ---- words ---- */

struct word {
	size_t at, n;
	char folded[40]; /* lower case without accents; "" when longer */
	bool capital,
		joined; /* joined: only a space, a hyphen or an apostrophe before it */
	bool dotted;    /* "." stands behind it */
};

static bool is_of_word(struct str t, size_t i)
{
	unsigned char c = (unsigned char)t.p[i];

	if (c < 0x80)
		return is_digit(t.p[i]) || is_ascii_letter(t.p[i]);
	/* U+00A0 and U+2000 to U+20FF (apostrophe, dashes, spaces) are between words. */
	if (c == 0xc2 || c == 0xe2)
		return false;
	return c >= 0xc3 ||
		(i > 0 && (unsigned char)t.p[i - 1] >= 0xc3 &&
			(unsigned char)t.p[i - 1] != 0xe2);
}

static bool has_capital(struct str t, size_t at)
{
	unsigned char c = (unsigned char)t.p[at];

	if (c >= 'A' && c <= 'Z')
		return true;
	return c == 0xc3 && at + 1 < t.n && (unsigned char)t.p[at + 1] <= 0x9e;
}

static bool joins(struct str t, size_t from, size_t to)
{
	if (to - from == 1)
		return t.p[from] == ' ' || t.p[from] == '-' || t.p[from] == '\'';
	return to - from == 3 && memcmp(&t.p[from], "\xe2\x80\x99", 3) == 0;
}

static void fold_word(struct str t, struct word *w)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(400);

	fold_name(&out, (struct str){t.p + w->at, w->n});
	if (out.n < sizeof(w->folded))
		memcpy(w->folded, buf_str(&out).p, out.n + 1);
	else
		w->folded[0] = '\0';
}

static size_t cut_words(struct str t, struct word *words)
{
	size_t count = 0, end = 0;

	for (size_t i = 0; i < t.n && count < WORDS_MAX;) {
		struct word *w = &words[count];

		if (!is_of_word(t, i)) {
			i++;
			continue;
		}
		*w = (struct word){.at = i, .capital = has_capital(t, i)};
		while (i < t.n && is_of_word(t, i))
			i++;
		w->n = i - w->at;
		w->joined = count > 0 && joins(t, end, w->at);
		w->dotted = i < t.n && t.p[i] == '.';
		end = i;
		fold_word(t, w);
		count++;
	}
	return count;
}

/* ---- names ---- */

/* Spaces, and the dot of an abbreviation, at most four bytes of them. */
static bool follows(struct str t, const struct word *title, const struct word *name)
{
	size_t from = title->at + title->n;

	if (name->at - from > 4)
		return false;
	for (size_t i = from; i < name->at; i++)
		if (t.p[i] == ',' || t.p[i] == ';' || t.p[i] == '\n')
			return false;
	return true;
}

static void find_names(struct found *f, const struct word *words, size_t count)
{
	static const char *const abbreviations[] = {
		"mme", "mmes", "mlle", "dr", "pr", NULL};
	static const char *const titles[] = {"mm", "me", "monsieur", "madame",
		"mademoiselle", "docteur", "docteure", "professeur", "professeure", NULL};

	for (size_t i = 0; i + 1 < count; i++) {
		const struct word *w = &words[i], *name = &words[i + 1];
		bool any = str_is_one_of(str_of(w->folded), abbreviations),
		     title = str_is_one_of(str_of(w->folded), titles) ||
			(w->dotted && w->capital && strcmp(w->folded, "m") == 0);

		if (!follows(f->text, w, name) || !(any || (title && name->capital)))
			continue;
		while (i + 2 < count && words[i + 2].joined && words[i + 2].capital) {
			i++;
			name = &words[i + 1];
		}
		note(f, TELLTALE_NAME, w->at, name->at + name->n - w->at);
	}
}

/* ---- places ---- */

static bool is_commune(struct str typed)
{
	const struct commune *communes[1];
	bool exact = false;

	for (size_t i = 0; i < typed.n; i++)
		if (is_digit(typed.p[i]))
			return false; /* postcodes are numbers of many things */
	return commune_search(typed, communes, 1, &exact) > 0 && exact;
}

/* The longest name of a commune that begins here; how many words. */
static size_t commune_at(
	struct found *f, const struct word *words, size_t count, size_t i)
{
	size_t most = 1;

	if (!words[i].capital) {
		struct str name = {f->text.p + words[i].at, words[i].n};

		return str_count_chars(name) >= PLAIN_PLACE && is_commune(name);
	}
	while (most < PLACE_WORDS && i + most < count && words[i + most].joined)
		most++;
	for (size_t n = most; n > 0; n--) {
		const struct word *last = &words[i + n - 1];
		struct str name = {
			f->text.p + words[i].at, last->at + last->n - words[i].at};

		if (name.n > 2 && is_commune(name))
			return n;
	}
	return 0;
}

/* « CHU de Toulouse », « clinique des Cèdres », « hôpital Purpan ». */
static size_t house_at(const struct word *words, size_t count, size_t i)
{
	static const char *const houses[] = {"chu", "chr", "chru", "ch", "chs", "ehpad",
		"hopital", "hospitalier", "hospitaliere", "clinique", "polyclinique",
		"institut", "maternite", "ssr", "had", "msp", NULL};
	static const char *const small[] = {
		"de", "du", "des", "d", "la", "le", "les", "l", NULL};
	size_t n = 1;

	if (!str_is_one_of(str_of(words[i].folded), houses))
		return 0;
	while (i + n < count && words[i + n].joined && !words[i + n].capital &&
		str_is_one_of(str_of(words[i + n].folded), small))
		n++;
	if (i + n >= count || !words[i + n].joined || !words[i + n].capital)
		return 0;
	while (i + n < count && words[i + n].joined && words[i + n].capital)
		n++;
	return n;
}

static void find_places(struct found *f, const struct word *words, size_t count)
{
	for (size_t i = 0; i < count;) {
		size_t n = house_at(words, count, i);

		if (n == 0)
			n = commune_at(f, words, count, i);
		if (n > 0)
			note(f, TELLTALE_PLACE, words[i].at,
				words[i + n - 1].at + words[i + n - 1].n - words[i].at);
		i += n > 0 ? n : 1;
	}
}

static int by_place(const void *a, const void *b)
{
	const struct telltale *x = a, *y = b;

	return x->at != y->at ? (x->at > y->at) - (x->at < y->at)
			      : (int)x->kind - (int)y->kind;
}

size_t telltales_find(struct str text, struct telltale *ret, size_t max)
{
	struct found f = {.text = text, .list = ret, .max = max};
	struct word *words = x_calloc(WORDS_MAX, sizeof(*words));
	size_t count = cut_words(text, words);

	find_addresses(&f);
	find_numbers(&f);
	find_names(&f, words, count);
	find_places(&f, words, count);
	free(words);
	if (f.count > 0)
		qsort(ret, f.count, sizeof(*ret), by_place);
	return f.count;
}
