/* SPDX-License-Identifier: Apache-2.0 */
/* What the form says: a language it speaks it speaks everywhere; explained words and codebooks exist. */
#include "check_private.h"

#define MAX_REPORTED 20 /* missing translations that are listed one by one */

/* Keys whose text people read, and those that hold a list of such texts: those of form_translate. */
static const char *const text_keys[] = {"title", "description", "html", "text",
	"placeholder", "otherText", "noneText", "refuseText", "dontKnowText", "labelTrue",
	"labelFalse", "audienceLabel", "short", "label", NULL};
static const char *const list_keys[] = {"welcome", "thanks", NULL};

struct speech {
	struct check *c;
	const struct language *language;
	size_t spoken, missing;
	bool meant; /* some text of the file is in that language */
	bool report;
};

/* A text of figures and signs is the same in every language. */
static bool has_letters(const char *text)
{
	for (; *text; text++)
		if ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
			(*text & 0x80))
			return true;
	return false;
}

static const char *french_of(const json_t *text)
{
	const json_t *french = json_is_object(text) ? json_object_get(text, "fr") : text;
	if (!french)
		french = json_object_get(text, "default");
	return json_string_value(french);
}

static const char *translation_of(const struct language *l, const json_t *text)
{
	if (json_is_object(text))
		return json_string_value(json_object_get(text, l->code));
	return words_find(l, str_of(json_string_value(text)));
}

/* The first {name} of `text` that the other one has not; empty when there is none. */
static struct str lost_name(const char *text, const char *other)
{
	for (const char *open = strchr(text, '{'); open; open = strchr(open + 1, '{')) {
		const char *close = strchr(open, '}');
		if (!close)
			break;
		SCOPED(free_char)
		char *name = str_dup((struct str){open, (size_t)(close - open) + 1});
		if (!strstr(other, name))
			return (struct str){open, (size_t)(close - open) + 1};
	}
	return (struct str){"", 0};
}

static void hear_text(
	struct speech *s, const json_t *o, const char *key, const json_t *text)
{
	const char *french = french_of(text);
	if (!french || !has_letters(french))
		return;
	const char *other = translation_of(s->language, text);
	s->spoken += other != NULL;
	s->missing += other == NULL;
	s->meant = s->meant || (other && json_is_object(text));
	if (!s->report)
		return;
	struct source_place place = source_map_find(s->c->map, o, key);
	if (!other) {
		if (s->missing <= MAX_REPORTED)
			check_report(s->c, FINDING_ERROR, "no-translation", french, place,
				"'%s' has no %s text: add {\"default\": …, \"%s\": …} or a line to "
				"forms/languages/%s.json: “%.80s”",
				key, s->language->name, s->language->code,
				s->language->code, french);
		return;
	}
	struct str lost = lost_name(french, other), added = lost_name(other, french);
	if (lost.n + added.n > 0)
		check_report(s->c, FINDING_ERROR, "other-names", french, place,
			"the %s '%s' %s %.*s: both texts must name the same answers",
			s->language->name, key, lost.n ? "lacks" : "adds",
			(int)(lost.n ? lost.n : added.n), lost.n ? lost.p : added.p);
}

static void hear(struct speech *s, const json_t *value)
{
	const char *key;
	json_t *member;
	for (size_t i = 0; i < json_array_size(value); i++)
		hear(s, json_array_get(value, i));
	json_object_foreach((json_t *)(uintptr_t)value, key, member) {
		if (str_is_one_of(str_of(key), text_keys))
			hear_text(s, value, key, member);
		else if (str_is_one_of(str_of(key), list_keys))
			for (size_t i = 0; i < json_array_size(member); i++)
				hear_text(s, value, key, json_array_get(member, i));
		else if (strcmp(key, "published") != 0)
			hear(s, member);
	}
}

/* Texts that only happen to be translated elsewhere, as "Autre", do not make a form bilingual. */
static bool is_spoken(const struct speech *s)
{
	return s->meant || s->spoken >= s->missing;
}

static void check_language(struct check *c, const struct language *language)
{
	struct speech s = {.c = c, .language = language};
	hear(&s, c->root);
	size_t spoken = s.spoken, missing = s.missing;
	if (spoken == 0)
		return;
	if (!is_spoken(&s)) {
		check_report(c, FINDING_NOTE, "few-translations", language->code,
			(struct source_place){1, 1},
			"%zu of %zu texts have a translation and would be read in %s among French "
			"ones: translate the others too if people may choose that language",
			spoken, spoken + missing, language->name);
		return;
	}
	s = (struct speech){.c = c, .language = language, .report = true};
	hear(&s, c->root);
	if (missing > MAX_REPORTED)
		check_report(c, FINDING_ERROR, "no-translation", language->code,
			(struct source_place){1, 1},
			"%zu of %zu texts are not in %s, of which %d are listed: translate all or none",
			missing, missing + spoken, language->name, MAX_REPORTED);
}

static bool is_text(const json_t *value, const char *text)
{
	return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

/* A term, or another form of it that stands in titles. */
static bool lexicon_has(const json_t *lexicon, const char *word)
{
	for (size_t i = 0; i < json_array_size(lexicon); i++) {
		const json_t *entry = json_array_get(lexicon, i);
		const json_t *variants = json_object_get(entry, "variants");
		if (is_text(json_object_get(entry, "term"), word))
			return true;
		for (size_t j = 0; j < json_array_size(variants); j++)
			if (is_text(json_array_get(variants, j), word))
				return true;
	}
	return false;
}

/* Themes of a codebook that this audience may be given. */
static size_t count_themes(const json_t *book, const char *audience)
{
	size_t count = 0;
	for (size_t i = 0; i < json_array_size(book); i++) {
		const json_t *only = json_object_get(
			json_array_get(book, i), "audiences");
		bool ours = !only;
		for (size_t j = 0; j < json_array_size(only); j++) {
			const char *one = json_string_value(json_array_get(only, j));
			ours = ours || (one && strcmp(one, audience) == 0);
		}
		count += ours;
	}
	return count;
}

static void check_names(struct check *c, const struct question *q, const json_t *o)
{
	const json_t *own = json_object_get(o, "barometre");
	const json_t *books = c->options->codebooks;
	for (size_t i = 0; c->options->lexicon && q->lexicon && q->lexicon[i]; i++)
		if (!lexicon_has(c->options->lexicon, q->lexicon[i]))
			check_report(c, FINDING_ERROR, "no-such-word", q->name,
				source_map_find(c->map, own, q->lexicon[i]),
				"'%s' explains '%s', which is not in the lexicon: add it to "
				"forms/lexique.json or correct the name",
				q->name, q->lexicon[i]);
	if (!books || !q->codebook)
		return;
	const json_t *book = json_object_get(books, q->codebook);
	if (!book || count_themes(book, c->form->audience) == 0)
		check_report(c, FINDING_ERROR, "no-such-codebook", q->name,
			source_map_find(c->map, own, "codebook"),
			"the codebook '%s' of '%s' %s: add it to forms/codebooks.json or correct the name",
			q->codebook, q->name,
			book ? "has no theme for this audience" : "does not exist");
}

void check_words(struct check *c)
{
	size_t count = 0;
	const struct language *languages = language_list(&count);
	for (size_t i = 0; i < count; i++)
		if (&languages[i] != language_french())
			check_language(c, &languages[i]);
	for (size_t i = 0; i < c->form->question_count; i++)
		check_names(c, &c->form->questions[i], c->objects[i]);
}
