/* SPDX-License-Identifier: Apache-2.0 */
#include "reader.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

bool reader_refuse(
	struct reader *r, json_t *object, const char *word, const char *format, ...)
{
	char text[320];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	int line = source_map_line(&r->map, object, word);
	return err_set_line(r->err, ERR_INVALID, line, "%s:%d: %s", r->file, line, text);
}

bool reader_keys(
	struct reader *r, json_t *object, const char *const *keys, const char *what)
{
	const char *key;
	json_t *member;
	json_object_foreach(object, key, member) {
		size_t i = 0;
		while (keys[i] && strcmp(keys[i], key) != 0)
			i++;
		if (!keys[i])
			return reader_refuse(r, object, key,
				"key '%.60s' of %.120s is outside the profile: remove it",
				key, what);
	}
	return true;
}

static struct str string_of(json_t *value)
{
	return (struct str){json_string_value(value), json_string_length(value)};
}

bool reader_string(struct reader *r, json_t *object, const char *key, const char **ret)
{
	json_t *value = json_object_get(object, key);
	if (!value)
		return true;
	if (!json_is_string(value))
		return reader_refuse(
			r, object, key, "'%s' must be a text in quotes", key);
	if (str_trim(string_of(value)).n == 0)
		return reader_refuse(
			r, object, key, "'%s' is empty: write it or remove the key", key);
	*ret = arena_dup(&r->owner->arena, string_of(value));
	return true;
}

/* A text, or an object of texts by locale: French, then the default one. */
bool reader_text(struct reader *r, json_t *object, const char *key, const char **ret)
{
	json_t *value = json_object_get(object, key);
	if (!json_is_object(value))
		return reader_string(r, object, key, ret);
	const char *locale;
	json_t *member;
	json_object_foreach(value, locale, member) {
		size_t n = strlen(locale);
		if (strcmp(locale, "default") != 0 && n != 2 &&
			!(n == 5 && locale[2] == '-'))
			return reader_refuse(r, value, locale,
				"'%.60s' is no locale: write \"fr\" or \"default\"",
				locale);
	}
	const char *from = json_object_get(value, "fr") ? "fr" : "default";
	if (!json_object_get(value, from))
		return reader_refuse(
			r, object, key, "'%s' has no French text: add \"fr\"", key);
	return reader_string(r, value, from, ret);
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
	json_t *value = json_object_get(object, key);
	size_t n = json_array_size(value);
	if (value && !json_is_array(value))
		return reader_refuse(r, object, key, "'%s' must be a list of texts", key);
	const char **list = arena_alloc(&r->owner->arena, n + 1, sizeof(*list));
	for (size_t i = 0; i < n; i++) {
		json_t *one = json_array_get(value, i);
		if (!json_is_string(one) || json_string_length(one) == 0)
			return reader_refuse(
				r, object, key, "'%s' must be a list of texts", key);
		list[i] = arena_dup(&r->owner->arena, string_of(one));
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
		return reader_refuse(
			r, object, key, "%s of %.80s, %s", key, what, why.text);
	struct form_owner *o = r->owner;
	o->exprs = x_realloc(o->exprs, (o->expr_count + 1) * sizeof(*o->exprs));
	o->exprs[o->expr_count++] = e;
	*ret = e;
	return true;
}
