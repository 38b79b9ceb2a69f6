/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source_map.h - on which line of the file does a JSON object stand?
 *
 * jansson keeps no lines. It keeps the order of the file, so the n-th brace opened in the text is the
 * n-th object of the tree walked from the top.
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

void source_map_init(struct source_map *, struct str text, json_t *root);
void source_map_release(struct source_map *);
/* Line (from 1) of `word` in quotes behind the opening of the object; of the object when the word is NULL or not there. */
int source_map_line(const struct source_map *, const json_t *object, const char *word);

#endif
