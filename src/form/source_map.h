/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source_map.h - where in the file does a part of a JSON tree stand?
 *
 * jansson keeps no places. It keeps the order of the file, so the n-th brace opened in the text is the
 * n-th object of the tree walked from the top. Lines and columns count from 1, columns in characters (code points),
 * as editors do.
 */
#ifndef FORM_SOURCE_MAP_H
#define FORM_SOURCE_MAP_H

#include <jansson.h>

#include "barometre/base/str.h"

struct source_map {
	struct str text;
	const json_t **objects;
	size_t *offsets;
	size_t count;
};
struct source_place {
	int line, column;
};

void source_map_init(struct source_map *, struct str text, json_t *root);
void source_map_release(struct source_map *);
/* `word` in quotes behind the opening of the object: its own key first, then its own values, then what it holds. The object
 * when the word is NULL or not there. */
struct source_place source_map_find(
	const struct source_map *, const json_t *object, const char *word);
/* The byte `at` (from 0) of the text that stands under the key: for mistakes inside a condition. The key when its value
 * is no text. */
struct source_place source_map_inside(
	const struct source_map *, const json_t *object, const char *key, size_t at);

#endif
