/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.h - what people read, in their language.
 *
 * The French text in the code, in a page or in a questionnaire is the key, as with gettext: the source reads as the
 * page does. One file per other language, forms/languages/<code>.json, is built into the program:
 *   {"language": "English", "site": {"Continuer": "Continue", …}, "questionnaires": {"Oui": "Yes", …}}
 * Adding a language is adding a file. A text without translation stays French (tests/form/test_languages.py finds it).
 * A text may hold {name} for words_fill, and in pages {{NAME}}: the translation holds the same ones.
 */
#ifndef BAROMETRE_BASE_WORDS_H
#define BAROMETRE_BASE_WORDS_H

#include "barometre/base/buf.h"
#include "barometre/base/err.h"

struct language {
	const char *code;          /* BCP 47, two letters: "fr", "en" */
	const char *name;          /* in itself: "Français", "English" */
	const struct words *words; /* NULL for French */
};

/* All languages, French first, the others by code; borrowed for ever. The files are read at the first call (a broken one
 * is our bug). Not for several threads before that. */
const struct language *language_list(size_t *ret_count);
const struct language *language_french(void);
/* By code; NULL when there is none. */
const struct language *language_find(struct str code);

/* Marks a French text that is given to words() or words_fill() elsewhere, so that the test finds it. */
#define WORDS(text) text

/* The text in that language, else the French one itself. Borrowed: for ever, or as long as `french`. */
const char *words(const struct language *, const char *french);
/* NULL when that language has no translation of it (never NULL for French). */
const char *words_find(const struct language *, struct str french);
/* Fresh: the text with each {name} replaced, names and values in turn, NULL at the end. A name that is not given is our
 * bug: words_fill(l, "Page {n} sur {total}", "n", "3", "total", "9", NULL). */
char *words_fill(const struct language *, const char *french, ...)
	__attribute__((sentinel));
/* Appends a page with each [[French text]] replaced by its translation. False when a bracket is not closed. */
bool words_page(struct buf *out, const struct language *, struct str page) MUST_USE;

#endif
