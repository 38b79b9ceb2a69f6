/* SPDX-License-Identifier: Apache-2.0 */
#include "source_map.h"

#include <stdlib.h>

/* Offset behind the string that opens at `at`. */
static size_t skip_string(struct str text, size_t at)
{
	for (at++; at < text.n && text.p[at] != '"'; at++)
		at += text.p[at] == '\\';
	return at < text.n ? at + 1 : text.n;
}

static void number_objects(struct source_map *map, json_t *value, size_t *count)
{
	const char *key;
	json_t *member;
	if (json_is_object(value))
		map->objects[(*count)++] = value;
	json_object_foreach(value, key, member) {
		number_objects(map, member, count);
	}
	for (size_t i = 0; i < json_array_size(value); i++)
		number_objects(map, json_array_get(value, i), count);
}

void source_map_init(struct source_map *map, struct str text, json_t *root)
{
	size_t braces = 0, numbered = 0;
	for (size_t i = 0; i < text.n; i++)
		braces += text.p[i] == '{';
	*map = (struct source_map){.text = text};
	map->objects = x_calloc(braces + 1, sizeof(const json_t *));
	map->offsets = x_calloc(braces + 1, sizeof(size_t));
	for (size_t i = 0; i < text.n;) {
		if (text.p[i] == '{')
			map->offsets[map->count++] = i;
		i = text.p[i] == '"' ? skip_string(text, i) : i + 1;
	}
	number_objects(map, root, &numbered);
	must(numbered == map->count);
}

void source_map_release(struct source_map *map)
{
	free(map->objects);
	free(map->offsets);
	*map = (struct source_map){0};
}

/* Offset of "word" in quotes inside the object that opens at `start`, or `start`. */
static size_t find_word(struct str text, size_t start, struct str word)
{
	int depth = 0;
	size_t inside = start;
	for (size_t i = start; i < text.n;) {
		if (text.p[i] == '"') {
			size_t end = skip_string(text, i);
			struct str found = {text.p + i + 1, end - i - 2};
			/* The object's own keys and values before those of what it holds. */
			if (end >= i + 2 && str_eq(found, word)) {
				if (depth == 1)
					return i;
				if (inside == start)
					inside = i;
			}
			i = end;
			continue;
		}
		depth += text.p[i] == '{';
		depth -= text.p[i] == '}';
		if (depth == 0)
			break;
		i++;
	}
	return inside;
}

int source_map_line(const struct source_map *map, const json_t *object, const char *word)
{
	size_t at = 0;
	for (size_t i = 0; i < map->count; i++)
		if (map->objects[i] == object)
			at = map->offsets[i];
	if (word)
		at = find_word(map->text, at, str_of(word));
	int line = 1;
	for (size_t i = 0; i < at && i < map->text.n; i++)
		line += map->text.p[i] == '\n';
	return line;
}
