/* SPDX-License-Identifier: Apache-2.0 */
/* respond_lexicon.c - /lexique: the words of the questionnaires, in alphabetical order, each at an address of its own
 * (/lexique#id). In another language the French word stays beside its translation: it is the one people meet in print. */
#include <stdlib.h>

#include "barometre/base/fold.h"
#include "respond_page_private.h"

struct term {
	const char *id, *name, *french, *definition, *source;
	const json_t *variants;
};

static const char *text_of(const json_t *term, const char *key)
{
	return json_string_value(json_object_get(term, key));
}

static int compare_terms(const void *a, const void *b)
{
	const struct term *one = a, *other = b;

	return fold_compare(str_of(one->name), str_of(other->name));
}

static size_t read_terms(
	const json_t *terms, const struct language *language, struct term *ret)
{
	size_t i, count = 0;
	json_t *term;

	json_array_foreach(terms, i, term) {
		const char *id = text_of(term, "id"), *name = text_of(term, "term");
		const char *definition = text_of(term, "definition");
		const char *source = text_of(term, "source");

		if (id && name && definition)
			ret[count++] = (struct term){id, words(language, name), name,
				words(language, definition),
				source ? words(language, source) : "",
				json_object_get(term, "variants")};
	}
	qsort(ret, count, sizeof(*ret), compare_terms);
	return count;
}

/* Other ways the word is written, each once, without the word itself. */
static char *variants_of(const struct term *term, const struct language *language)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(4096);
	json_t *seen = json_object();
	size_t i;
	json_t *variant;

	json_object_set_new(seen, term->name, json_true());
	json_array_foreach(term->variants, i, variant) {
		const char *french = json_string_value(variant);
		const char *text = french ? words(language, french) : term->name;

		if (json_object_get(seen, text))
			continue;
		json_object_set_new(seen, text, json_true());
		buf_printf(&out, "%s%s", out.n ? ", " : "", text);
	}
	json_decref(seen);
	return str_dup(buf_str(&out));
}

/* Where `mark` begins in the text, or its end. */
static size_t find_mark(struct str text, struct str mark)
{
	size_t i = 0;

	while (i + mark.n <= text.n && memcmp(text.p + i, mark.p, mark.n) != 0)
		i++;
	return i + mark.n <= text.n ? i : text.n;
}

/* A translated source names French leaflets between “ and ”: [{"TEXT": "After “", "TITLE": "Agir…"}, {"TEXT": "”.", …}], so
 * that the page can say that a title is in French. */
static json_t *source_of(const struct term *term, const struct language *language)
{
	const struct str opening = STR("“"), closing = STR("”");
	struct str rest = str_of(term->source);
	json_t *parts = json_array();

	while (rest.n > 0) {
		size_t at = find_mark(rest, opening);
		size_t text = language->words && at < rest.n ? at + opening.n : rest.n;
		struct str left = {rest.p + text, rest.n - text};
		size_t title = find_mark(left, closing);

		json_array_append_new(parts,
			json_pack("{s:s%, s:s%}", "TEXT", rest.p, text, "TITLE", left.p,
				title));
		rest = (struct str){left.p + title, left.n - title};
	}
	return parts;
}

static json_t *term_data(const struct term *term, const struct language *language)
{
	SCOPED(free_char) char *variants = variants_of(term, language);

	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s}", "ID", term->id, "TERM",
		term->name, "FRENCH",
		strcmp(term->name, term->french) != 0 ? term->french : "", "DEFINITION",
		term->definition, "SOURCE", source_of(term, language), "VARIANTS",
		variants);
}

/* Its first letter, large and without accent. */
static char letter_of(const struct term *term)
{
	SCOPED(buf_release) struct buf folded = BUF_LIMIT(4096);
	char first;

	fold_name(&folded, str_of(term->name));
	first = folded.n ? folded.p[0] : '#';
	return first >= 'a' && first <= 'z' ? (char)(first - 'a' + 'A') : first;
}

static json_t *letters_of(
	const struct term *terms, size_t count, const struct language *language)
{
	json_t *letters = json_array(), *group = NULL;
	char last = '\0';

	for (size_t i = 0; i < count; i++) {
		char letter[2] = {letter_of(&terms[i]), '\0'};

		if (letter[0] != last) {
			group = json_array();
			json_array_append_new(letters,
				json_pack(
					"{s:s, s:o}", "LETTER", letter, "TERMS", group));
			last = letter[0];
		}
		json_array_append_new(group, term_data(&terms[i], language));
	}
	return letters;
}

void info_lexicon(void *arg, struct exchange *exchange, const struct str *parts)
{
	const json_t *root = lexicon_terms();
	struct term *terms = x_calloc(json_array_size(root) + 1, sizeof(*terms));
	size_t count = read_terms(root, exchange_language(exchange), terms);

	(void)arg;
	(void)parts;
	info_page(exchange, 200, "Lexique", "lexicon.html",
		json_pack("{s:o}", "LETTERS",
			letters_of(terms, count, exchange_language(exchange))));
	free(terms);
}
