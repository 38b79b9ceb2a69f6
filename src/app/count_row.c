/* SPDX-License-Identifier: Apache-2.0 */
/* count_row.c - an opened answer taken apart: what stays in the row, and what goes to stores of its own. */
#include "count_private.h"

static bool is_comment(const char *name)
{
	size_t n = strlen(name);

	return n > 8 && strcmp(name + n - 8, "-Comment") == 0;
}

json_t *answers_texts(const struct form *form, const json_t *answers)
{
	json_t *texts = json_object(), *value, *item;
	const char *key, *code;

	json_object_foreach((json_t *)(uintptr_t)answers, key, value) {
		const struct question *q = form_find(form, str_of(key));

		if (json_is_string(value) &&
			(is_comment(key) || (q && q->role == ROLE_TEXT)))
			json_object_set(texts, key, value);
		else if (json_is_object(value) && q && q->role == ROLE_TEXT)
			json_object_foreach(value, code, item) {
				SCOPED(free_char)
				char *name = x_printf("%s.%s", q->name, code);
				if (json_is_string(item))
					json_object_set(texts, name, item);
			}
	}
	return texts;
}

/* Of a multipletext the texts go each by itself; its numbers stay. */
static void put_numbers(json_t *row, const struct question *q, json_t *items)
{
	json_t *numbers = json_object(), *value;
	const char *code;

	json_object_foreach(items, code, value)
		if (!json_is_string(value))
			json_object_set(numbers, code, value);
	if (json_object_size(numbers) > 0)
		json_object_set(row, q->name, numbers);
	json_decref(numbers);
}

/* Only what is told here stays: what has no place in the form neither. */
static void put(json_t *row, const struct segments *segments, const struct question *q,
	json_t *value)
{
	json_t *kept;

	switch (q->role) {
	case ROLE_SEGMENT:
		kept = segments_value(segments, q, value);
		if (kept)
			json_object_set_new(row, q->name, kept);
		break;
	case ROLE_TEXT:
		if (json_is_object(value))
			put_numbers(row, q, value);
		break;
	case ROLE_OPINION:
		/* A calculated value may repeat a segment as it was before it was coarsened; the rest can be computed again. */
		if (q->type != QUESTION_EXPRESSION && q->type != QUESTION_CALCULATED)
			json_object_set(row, q->name, value);
		break;
	case ROLE_LOCALITY:
	case ROLE_IDENTIFYING:
	case ROLE_CONTACT:
	default:
		break;
	}
}

json_t *answers_row(
	const struct form *form, const struct segments *segments, const json_t *answers)
{
	json_t *row = json_object(), *value;
	const char *key;

	json_object_foreach((json_t *)(uintptr_t)answers, key, value) {
		const struct question *q = form_find(form, str_of(key));

		if (q && !is_comment(key))
			put(row, segments, q, value);
	}
	return row;
}
