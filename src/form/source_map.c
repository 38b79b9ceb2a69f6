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

static size_t skip_space(struct str text, size_t at)
{
	while (at < text.n && memchr(" \t\r\n", text.p[at], 4))
		at++;
	return at;
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

static size_t offset_of(const struct source_map *map, const json_t *object)
{
	for (size_t i = 0; i < map->count; i++)
		if (map->objects[i] == object)
			return map->offsets[i];
	return 0;
}

/* Offset of "word" in quotes inside the object that opens at `start`, or `start`. */
static size_t find_word(struct str text, size_t start, struct str word)
{
	int depth = 0;
	size_t own = start, inside = start;
	for (size_t i = start; i < text.n;) {
		if (text.p[i] == '"') {
			size_t end = skip_string(text, i), next = skip_space(text, end);
			struct str found = {text.p + i + 1, end - i - 2};
			if (end >= i + 2 && str_eq(found, word)) {
				bool key = next < text.n && text.p[next] == ':';
				if (depth == 1 && key)
					return i;
				if (depth == 1 && own == start)
					own = i;
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
	return own != start ? own : inside;
}

static struct source_place place_of(struct str text, size_t at)
{
	struct source_place place = {1, 1};
	for (size_t i = 0; i < at && i < text.n; i++) {
		if (text.p[i] == '\n')
			place = (struct source_place){place.line + 1, 1};
		else
			place.column += ((unsigned char)text.p[i] & 0xc0) != 0x80;
	}
	return place;
}

struct source_place source_map_find(
	const struct source_map *map, const json_t *object, const char *word)
{
	size_t at = offset_of(map, object);
	if (word)
		at = find_word(map->text, at, str_of(word));
	return place_of(map->text, at);
}

/* Bytes of UTF-8 that a \u escape at `at` stands for: a pair of surrogates is one character. */
static size_t escaped_bytes(struct str text, size_t at, size_t *ret_length)
{
	unsigned code = 0;
	*ret_length = 6;
	for (size_t i = at + 2; i < at + 6 && i < text.n; i++) {
		char c = text.p[i];
		code = code * 16 + (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	if (code >= 0xd800 && code < 0xdc00) {
		*ret_length = 12;
		return 4;
	}
	return code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
}

struct source_place source_map_inside(
	const struct source_map *map, const json_t *object, const char *key, size_t at)
{
	struct str text = map->text;
	size_t start = offset_of(map, object), word = find_word(text, start, str_of(key));
	size_t i = word == start ? text.n : skip_space(text, skip_string(text, word));
	if (i < text.n && text.p[i] == ':')
		i = skip_space(text, i + 1);
	if (i >= text.n || text.p[i] != '"')
		return place_of(text, word);
	for (i++; at > 0 && i < text.n && text.p[i] != '"';) {
		size_t length = 1, bytes = 1;
		if (text.p[i] == '\\') {
			length = 2;
			if (i + 1 < text.n && text.p[i + 1] == 'u')
				bytes = escaped_bytes(text, i, &length);
		}
		i += length;
		at -= bytes < at ? bytes : at;
	}
	return place_of(text, i);
}
