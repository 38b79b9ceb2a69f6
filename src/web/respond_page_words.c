/* SPDX-License-Identifier: Apache-2.0 */
/* respond_page_words.c - texts of a page: earlier answers put in, words of the lexicon marked and explained. */
#include <string.h>

#include "respond_page_private.h"

extern const struct asset_set assets_lexicon;

char *page_words(const struct page_view *v, const char *text)
{
	if (!text || !strchr(text, '{'))
		return x_strdup(text ? text : "");
	return answers_fill(v->form, text, v->step->draft.answers, v->now, false);
}

const json_t *lexicon_terms(void)
{
	static json_t *terms;

	if (!terms) {
		const struct asset *asset = asset_find(
			&assets_lexicon, STR("lexique.json"));

		must(asset);
		terms = json_loadb(asset->data, asset_text(asset).n, 0, NULL);
		must(json_is_array(terms));
	}
	return terms;
}

static const char *member(const json_t *term, const char *key)
{
	return json_string_value(json_object_get(term, key));
}

/* By its French name: that is what forms hold. */
static const json_t *find_term(const char *name)
{
	const json_t *terms = lexicon_terms(), *term;

	for (size_t i = 0; i < json_array_size(terms); i++) {
		term = json_array_get(terms, i);
		if (member(term, "term") && strcmp(member(term, "term"), name) == 0)
			return term;
	}
	return NULL;
}

/* ---- where a word stands in a title ---- */

struct mark {
	size_t at, n;
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Does a letter begin or end here? Accented Latin letters begin with C3 to C5 in UTF-8. */
static bool joins_before(const char *text, size_t at)
{
	if (at == 0)
		return false;
	if (is_letter(text[at - 1]))
		return true;
	return at >= 2 && (unsigned char)text[at - 2] >= 0xc3 &&
		(unsigned char)text[at - 2] <= 0xc5;
}

static bool joins_after(const char *text, size_t at)
{
	return is_letter(text[at]) ||
		((unsigned char)text[at] >= 0xc3 && (unsigned char)text[at] <= 0xc5);
}

/* Abbreviations only as they are written ("RU" is not in "ruban", nor "DU" in "du"). */
static bool same(const char *text, const char *word, size_t n)
{
	bool any_small = false;

	for (size_t i = 0; i < n; i++)
		any_small = any_small || (word[i] >= 'a' && word[i] <= 'z');
	for (size_t i = 0; i < n; i++)
		if (any_small ? lower(text[i]) != lower(word[i]) : text[i] != word[i])
			return false;
	return true;
}

/* Keeps the longest, then the first. */
static void look_for(const char *title, const char *word, struct mark *best)
{
	size_t n = strlen(word), length = strlen(title);

	for (size_t at = 0; n > best->n && at + n <= length; at++)
		if (same(title + at, word, n) && !joins_before(title, at) &&
			!joins_after(title, at + n)) {
			*best = (struct mark){at, n};
			return;
		}
}

static struct mark find_mark(
	const struct language *language, const char *title, const json_t *term)
{
	struct mark best = {0};
	json_t *variants = json_object_get(term, "variants");
	const char *word = member(term, "term");

	look_for(title, words(language, word), &best);
	for (size_t i = 0; i < json_array_size(variants); i++) {
		word = json_string_value(json_array_get(variants, i));
		if (word)
			look_for(title, words(language, word), &best);
	}
	return best;
}

static bool is_told(const struct page_view *v, const char *name)
{
	for (size_t i = 0; i < v->told_count; i++)
		if (strcmp(v->told[i], name) == 0)
			return true;
	return false;
}

static void add_piece(json_t *list, const char *key, const char *text, size_t n)
{
	if (n > 0)
		json_array_append_new(
			list, json_pack("{s:{s:s%}}", key, "WORDS", text, n));
}

/* The first mark at or after `from` among the words of the question. */
static struct mark next_mark(const struct page_view *v, const struct question *q,
	const char *title, size_t from)
{
	struct mark first = {0};

	for (size_t i = 0; q->lexicon[i]; i++) {
		const json_t *term = find_term(q->lexicon[i]);
		struct mark m = {0};

		if (term && !is_told(v, q->lexicon[i]))
			m = find_mark(v->language, title, term);
		if (m.n > 0 && m.at >= from &&
			(first.n == 0 || m.at < first.at ||
				(m.at == first.at && m.n > first.n)))
			first = m;
	}
	return first;
}

json_t *lexicon_title(
	const struct page_view *v, const struct question *q, const char *title)
{
	json_t *list = json_array();
	size_t from = 0;
	struct mark m = next_mark(v, q, title, 0);

	for (; m.n > 0; m = next_mark(v, q, title, from)) {
		add_piece(list, "PLAIN", title + from, m.at - from);
		add_piece(list, "TERM", title + m.at, m.n);
		from = m.at + m.n;
	}
	add_piece(list, "PLAIN", title + from, strlen(title + from));
	return list;
}

static json_t *note(const struct page_view *v, const json_t *term)
{
	const char *french = member(term, "term");
	const char *name = words(v->language, french);
	SCOPED(free_char)
	char *ask = words_fill(v->language, "Que veut dire «\u202f{terme}\u202f»\u202f?",
		"terme", name, NULL);

	return json_pack("{s:s, s:s, s:s}", "NOTE_ASK", ask, "NOTE_TEXT",
		words(v->language, member(term, "definition")), "NOTE_ID",
		member(term, "id"));
}

json_t *lexicon_notes(struct page_view *v, const struct question *q, bool visible)
{
	json_t *list = json_array();

	for (size_t i = 0; q->lexicon[i]; i++) {
		const json_t *term = find_term(q->lexicon[i]);

		if (!term || !member(term, "definition") || !member(term, "id") ||
			is_told(v, q->lexicon[i]))
			continue;
		json_array_append_new(list, note(v, term));
		if (visible && v->told_count < TOLD_MAX)
			v->told[v->told_count++] = q->lexicon[i];
	}
	return list;
}
