/* SPDX-License-Identifier: Apache-2.0 */
#include "reader.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "rules.h"

static bool refuse(struct reader *r, struct source_place at, const char *text)
{
	return err_set_line(r->err, ERR_INVALID, at.line, "%s:%d:%d: error: %s", r->file,
		at.line, at.column, text);
}

bool reader_refuse(
	struct reader *r, json_t *object, const char *word, const char *format, ...)
{
	char text[320];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return refuse(r, source_map_find(r->map, object, word), text);
}

bool reader_refuse_in(struct reader *r, json_t *object, const char *key, int column,
	const char *format, ...)
{
	char text[320];
	va_list args;
	size_t at = column > 0 ? (size_t)column - 1 : 0;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return refuse(r, source_map_inside(r->map, object, key, at), text);
}

static bool refuse_key(
	struct reader *r, json_t *object, const char *key, const char *what)
{
	const char *remedy = reader_key_remedy(key);
	return reader_refuse(r, object, key,
		"key '%.60s' of %.120s is outside the profile: %s", key, what,
		remedy ? remedy : "remove it");
}

bool reader_keys(
	struct reader *r, json_t *object, const char *const *keys, const char *what)
{
	const char *key;
	json_t *member;
	json_object_foreach(object, key, member) {
		if (!str_is_one_of(str_of(key), keys))
			return refuse_key(r, object, key, what);
	}
	return true;
}

bool reader_string(struct reader *r, json_t *object, const char *key, const char **ret)
{
	json_t *value = json_object_get(object, key);
	if (!value)
		return true;
	if (!json_is_string(value))
		return reader_refuse(
			r, object, key, "'%s' must be a text in quotes", key);
	if (str_trim(json_str(value)).n == 0)
		return reader_refuse(
			r, object, key, "'%s' is empty: write it or remove the key", key);
	*ret = arena_dup(&r->owner->arena, json_str(value));
	return true;
}

/* Notes which languages speak in the object, and refuses what is none. */
static bool read_locales(struct reader *r, json_t *value)
{
	struct form_owner *root = r->owner->root;
	const char *locale;
	json_t *member;
	size_t count;
	const struct language *list = language_list(&count);
	json_object_foreach(value, locale, member) {
		size_t n = strlen(locale);
		if (strcmp(locale, "default") != 0 && n != 2 &&
			!(n == 5 && locale[2] == '-'))
			return reader_refuse(r, value, locale,
				"'%.60s' is no locale: write \"fr\", \"en\" or \"default\"",
				locale);
		for (size_t i = 0; i < count; i++)
			root->speaks[i] |= strcmp(list[i].code, locale) == 0;
	}
	return true;
}

/* Which member holds the text: that of the language, else the French one, else the default one. */
static const char *pick_locale(const struct reader *r, const json_t *value)
{
	const char *code = r->owner->form.language->code;
	if (json_object_get(value, code))
		return code;
	return json_object_get(value, "fr") ? "fr" : "default";
}

/* What is in braces is looked up when all names are known. */
static void note_piped(
	struct reader *r, json_t *object, const char *key, const char *text)
{
	if (!strchr(text, '{'))
		return;
	if (r->piped_count == r->piped_capacity) {
		r->piped_capacity = r->piped_capacity ? 2 * r->piped_capacity : 16;
		r->piped = x_realloc(r->piped, r->piped_capacity * sizeof(*r->piped));
	}
	r->piped[r->piped_count++] = (struct piped){object, key, text, r->page};
}

/* A text, or an object of texts by locale. */
static bool read_any_text(
	struct reader *r, json_t *object, const char *key, const char **ret)
{
	json_t *value = json_object_get(object, key);
	if (!json_is_object(value))
		return reader_string(r, object, key, ret);
	if (!read_locales(r, value))
		return false;
	const char *from = pick_locale(r, value);
	if (!json_object_get(value, "fr") && !json_object_get(value, "default"))
		return reader_refuse(
			r, object, key, "'%s' has no French text: add \"fr\"", key);
	return reader_string(r, value, from, ret);
}

bool reader_text(struct reader *r, json_t *object, const char *key, const char **ret)
{
	const char *text = NULL;
	if (!read_any_text(r, object, key, &text))
		return false;
	if (text) {
		note_piped(r, object, key, text);
		*ret = text;
	}
	return true;
}

bool reader_plain_text(
	struct reader *r, json_t *object, const char *key, const char **ret)
{
	size_t page = r->page;
	r->page = SIZE_MAX;
	bool read = reader_text(r, object, key, ret);
	r->page = page;
	return read;
}

/* Room for the texts of a list and the NULL behind them. NULL when it is there and no list. */
static const char **begin_list(
	struct reader *r, json_t *object, const char *key, json_t **ret_value)
{
	json_t *value = *ret_value = json_object_get(object, key);
	if (value && !json_is_array(value)) {
		reader_refuse(r, object, key, "'%s' must be a list of texts", key);
		return NULL;
	}
	return arena_alloc(&r->owner->arena, json_array_size(value) + 1, sizeof(char *));
}

bool reader_texts(struct reader *r, json_t *object, const char *key,
	const char *const **ret, size_t *ret_count)
{
	json_t *value;
	const char **list = begin_list(r, object, key, &value);
	size_t n = json_array_size(value);
	if (!list)
		return false;
	for (size_t i = 0; i < n; i++) {
		json_t *one = json_array_get(value, i);
		const char *from = "default";
		if (json_is_object(one)) {
			if (!read_locales(r, one))
				return false;
			from = pick_locale(r, one);
		}
		json_t *text = json_is_object(one) ? json_object_get(one, from) : one;
		if (!json_is_string(text) || str_trim(json_str(text)).n == 0)
			return reader_refuse(r, object, key,
				"'%s' must be a list of French texts, or of objects "
				"{\"default\": \"…\", \"en\": \"…\"}",
				key);
		list[i] = arena_dup(&r->owner->arena, json_str(text));
		note_piped(r, object, key, list[i]);
	}
	*ret = list;
	if (ret_count)
		*ret_count = n;
	return true;
}

static bool need(struct reader *r, json_t *object, const char *key)
{
	return json_object_get(object, key) ||
		reader_refuse(r, object, NULL, "'%s' is missing: add it", key);
}

bool reader_need_text(struct reader *r, json_t *object, const char *key, const char **ret)
{
	return need(r, object, key) && reader_text(r, object, key, ret);
}

bool reader_need_string(
	struct reader *r, json_t *object, const char *key, const char **ret)
{
	return need(r, object, key) && reader_string(r, object, key, ret);
}

bool reader_bool(struct reader *r, json_t *object, const char *key, bool *ret)
{
	json_t *value = json_object_get(object, key);
	if (value && !json_is_boolean(value))
		return reader_refuse(r, object, key, "'%s' must be true or false", key);
	if (value)
		*ret = json_is_true(value);
	return true;
}

bool reader_number(
	struct reader *r, json_t *object, const char *key, bool *ret_has, double *ret)
{
	json_t *value = json_object_get(object, key);
	if (!value)
		return true;
	if (!json_is_number(value) || !(fabs(json_number_value(value)) <= 1e9))
		return reader_refuse(r, object, key, "'%s' must be a number", key);
	*ret = json_number_value(value);
	*ret_has = true;
	return true;
}

bool reader_whole(struct reader *r, json_t *object, const char *key, long long least,
	long long most, long long *ret)
{
	json_t *value = json_object_get(object, key);
	if (!value)
		return true;
	long long x = json_integer_value(value);
	if (!json_is_integer(value) || x < least || x > most)
		return reader_refuse(r, object, key,
			"'%s' must be a whole number from %lld to %lld", key, least,
			most);
	*ret = x;
	return true;
}

bool reader_strings(struct reader *r, json_t *object, const char *key,
	const char *const **ret, size_t *ret_count)
{
	json_t *value;
	const char **list = begin_list(r, object, key, &value);
	size_t n = json_array_size(value);
	if (!list)
		return false;
	for (size_t i = 0; i < n; i++) {
		json_t *one = json_array_get(value, i);
		if (!json_is_string(one) || json_string_length(one) == 0)
			return reader_refuse(
				r, object, key, "'%s' must be a list of texts", key);
		list[i] = arena_dup(&r->owner->arena, json_str(one));
	}
	*ret = list;
	if (ret_count)
		*ret_count = n;
	return true;
}

bool reader_is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_')
			return false;
	}
	return s.n > 0 && s.n <= 60;
}

bool reader_is_year(const char *text)
{
	uint64_t number;
	return strlen(text) == 4 && str_parse_u64(str_of(text), &number);
}

bool reader_name(struct reader *r, json_t *object, const char **ret)
{
	if (!reader_need_string(r, object, "name", ret))
		return false;
	return reader_is_name(str_of(*ret)) ||
		reader_refuse(r, object, "name",
			"the name '%.80s' must be 1 to 60 of a-z, 0-9 and _: rename it",
			*ret);
}

bool reader_expr(struct reader *r, json_t *object, const char *key, struct str text,
	const char *what, struct expr **ret)
{
	struct err why = {0};
	struct expr *e = expr_parse(text, &why);
	if (!e)
		return reader_refuse_in(
			r, object, key, why.line, "%s of %.80s, %s", key, what, why.text);
	struct form_owner *o = r->owner;
	o->exprs = x_realloc(o->exprs, (o->expr_count + 1) * sizeof(*o->exprs));
	o->exprs[o->expr_count++] = e;
	*ret = e;
	return true;
}
