/* SPDX-License-Identifier: Apache-2.0 */
#include "define_private.h"

bool define_wrong(const char *file, const char *at, const char *key, const char *remedy,
	struct err *err)
{
	return err_set(err, ERR_INVALID, "%s: \"%s%s%s\" %s", file, at, *at ? "." : "",
		key, remedy);
}

bool define_keys(const char *file, const char *at, const json_t *object,
	const char *const *known, struct err *err)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object))
		return err_set(err, ERR_INVALID, "%s: \"%s\" must be an object {…}", file,
			*at ? at : "the file");
	/* jansson's iterators want a mutable object and do not change it. */
	json_t *walked = json_copy((json_t *)(uintptr_t)object);
	bool good = true;
	json_object_foreach(walked, key, value) {
		const char *const *k = known;
		while (*k && !str_eq_z(str_of(key), *k))
			k++;
		if (!*k && good)
			good = define_wrong(
				file, at, key, "is not a known key: remove it", err);
	}
	json_decref(walked);
	return good;
}

bool define_text(const char *file, const char *at, const json_t *object, const char *key,
	const char **ret, struct err *err)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_string(value) || json_string_length(value) == 0)
		return define_wrong(
			file, at, key, "must be a text that is not empty", err);
	*ret = json_string_value(value);
	return true;
}

bool define_count(const char *file, const char *at, const json_t *object, const char *key,
	int64_t *ret, struct err *err)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
		json_integer_value(value) > 1000000)
		return define_wrong(file, at, key, "must be a whole number from 0", err);
	*ret = json_integer_value(value);
	return true;
}

bool define_date(const char *file, const char *at, const json_t *object, const char *key,
	struct civil *ret, struct err *err)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (!text || !civil_parse_date(text, ret))
		return define_wrong(
			file, at, key, "must be a date such as \"2026-11-22\"", err);
	ret->hour = ret->minute = ret->second = 0;
	return true;
}
