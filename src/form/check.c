/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/form/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "check_private.h"

#define MAX_UNREADABLE 100 /* mistakes of a form that cannot be read */

void findings_release(struct findings *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->list[i].subject);
		free(f->list[i].text);
	}
	free(f->list);
	*f = (struct findings){0};
}

void findings_write(const struct findings *f, const char *file, struct buf *out)
{
	static const char *const levels[] = {"error", "warning", "note"};
	for (size_t i = 0; i < f->count; i++)
		buf_printf(out, "%s:%d:%d: %s: %s\n", file, f->list[i].line,
			f->list[i].column, levels[f->list[i].level], f->list[i].text);
}

size_t findings_count(const struct findings *f, enum finding_level level)
{
	size_t count = 0;
	for (size_t i = 0; i < f->count; i++)
		count += f->list[i].level == level;
	return count;
}

static bool stands_before(const struct finding *a, const struct finding *b)
{
	return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* Into its place in the order of the file, behind those of the same place. */
static void add_finding(struct findings *f, struct finding one)
{
	size_t at = f->count++;
	f->list = x_realloc(f->list, f->count * sizeof(*f->list));
	for (; at > 0 && stands_before(&one, &f->list[at - 1]); at--)
		f->list[at] = f->list[at - 1];
	f->list[at] = one;
}

void check_report(struct check *c, enum finding_level level, const char *rule,
	const char *subject, struct source_place place, const char *format, ...)
{
	char text[600];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	add_finding(c->out,
		(struct finding){level, place.line, place.column, rule, x_strdup(subject),
			x_strdup(text)});
}

/* form_parse says "file:line:column: error: what"; the place goes where the others have it. */
static struct source_place report_unreadable(
	const char *file, const struct err *err, struct findings *ret)
{
	struct str rest = str_of(err->text), word;
	uint64_t numbers[2] = {1, 1};
	if (str_starts(rest, str_of(file)))
		rest = (struct str){rest.p + strlen(file), rest.n - strlen(file)};
	for (size_t i = 0; i < 2 && str_starts(rest, STR(":")); i++) {
		struct str tail = {rest.p + 1, rest.n - 1};
		if (!str_cut(&tail, ':', &word) || !tail.p ||
			!str_parse_u64(word, &numbers[i]))
			break;
		rest = (struct str){tail.p - 1, tail.n + 1};
	}
	if (str_starts(rest, STR(":")))
		rest = str_trim((struct str){rest.p + 1, rest.n - 1});
	if (str_starts(rest, STR("error: ")))
		rest = (struct str){rest.p + 7, rest.n - 7};
	struct source_place place = {(int)numbers[0], (int)numbers[1]};
	add_finding(ret,
		(struct finding){FINDING_ERROR, place.line, place.column, "unreadable",
			x_strdup(""), str_dup(rest)});
	return place;
}

static size_t offset_of(struct str text, struct source_place place)
{
	size_t i = 0;
	for (int line = 1; i < text.n && line < place.line; i++)
		line += text.p[i] == '\n';
	for (int column = 1; i < text.n && column < place.column; i++)
		column += i + 1 < text.n && ((unsigned char)text.p[i + 1] & 0xc0) != 0x80;
	return i;
}

/*
 * When the mistake stands inside a condition, makes the condition "true" without moving anything else, so that the next
 * mistake of the file can be found. False when it stands elsewhere: what follows could be a consequence of it.
 */
static bool mend_condition(char *text, size_t length, struct source_place place)
{
	size_t at = offset_of((struct str){text, length}, place), key = 0, key_length = 0;
	for (size_t i = 0; i < length; i++) {
		if (text[i] != '"')
			continue;
		size_t start = i + 1;
		for (i++; i < length && text[i] != '"'; i++)
			i += text[i] == '\\';
		struct str name = {text + key, key_length};
		if (i >= length || (at >= start && at <= i)) {
			bool condition = str_eq_z(name, "visibleIf") ||
				str_eq_z(name, "requiredIf");
			if (i >= length || !condition || i - start < 4)
				return false;
			memset(text + start, ' ', i - start);
			memcpy(text + start, "true", 4);
			return true;
		}
		key = start;
		key_length = i - start;
	}
	return false;
}

/* Every mistake inside a condition, and the first of any other kind. */
static void report_all(
	struct str json, const char *file, struct err *err, struct findings *ret)
{
	SCOPED(free_char) char *text = str_dup(json);
	struct source_place place = report_unreadable(file, err, ret);
	while (ret->count < MAX_UNREADABLE && mend_condition(text, json.n, place)) {
		*err = (struct err){0};
		SCOPED(form_drop)
		struct form *form = form_parse((struct str){text, json.n}, file, err);
		if (form)
			return;
		place = report_unreadable(file, err, ret);
	}
}

static void find_objects(struct check *c, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		const json_t *type = json_object_get(o, "type");
		const struct question *q = form_find(
			c->form, str_of(json_string_value(json_object_get(o, "name"))));
		bool panel = type && strcmp(json_string_value(type), "panel") == 0;
		if (q && !panel)
			c->objects[form_index(c->form, q)] = o;
		if (panel)
			find_objects(c, json_object_get(o, "elements"));
	}
}

static void run_checks(struct check *c)
{
	size_t n = c->form->question_count + 1;
	const json_t *pages = json_object_get(c->root, "pages");
	c->objects = x_calloc(n, sizeof(const json_t *));
	c->never = x_calloc(n, sizeof(*c->never));
	for (size_t i = 0; i < json_array_size(pages); i++)
		find_objects(c, json_object_get(json_array_get(pages, i), "elements"));
	find_objects(c, json_object_get(c->root, "calculatedValues"));
	check_routing(c);
	check_words(c);
	check_privacy(c);
	check_tables(c);
	check_series(c);
	free(c->objects);
	free(c->never);
}

void form_check(struct str json, const char *file, const struct check_options *options,
	struct findings *ret)
{
	struct err err = {0};
	struct source_map map;
	SCOPED(form_drop) struct form *form = form_parse(json, file, &err);
	*ret = (struct findings){0};
	if (!form) {
		report_all(json, file, &err, ret);
		return;
	}
	SCOPED(json_drop) json_t *root = json_loadb(json.p, json.n, 0, NULL);
	must(root); /* form_parse could read it */
	source_map_init(&map, json, root);
	struct check c = {
		.form = form, .root = root, .map = &map, .options = options, .out = ret};
	run_checks(&c);
	source_map_release(&map);
}
