/* SPDX-License-Identifier: Apache-2.0 */
/* What is typed: kinds of fields, the items of a multipletext. */
#include "reader.h"

#define MAX_ITEMS 50

static const struct {
	const char *name;
	enum input_type input;
	size_t max_length;
} inputs[] = {
	{"text", INPUT_TEXT, 200},
	{"number", INPUT_NUMBER, 30},
	{"date", INPUT_DATE, 10},
	{"month", INPUT_MONTH, 10},
	{"email", INPUT_EMAIL, 254},
	{"tel", INPUT_TEL, 30},
};

bool reader_input(struct reader *r, json_t *o, enum input_type *ret, size_t *ret_max)
{
	const char *input = "text";
	size_t i = 0;
	if (!reader_string(r, o, "inputType", &input))
		return false;
	while (i < COUNT_OF(inputs) && strcmp(inputs[i].name, input) != 0)
		i++;
	if (i == COUNT_OF(inputs))
		return reader_refuse(r, o, "inputType",
			"inputType '%.40s' is outside the profile: text, number, date, month, email or tel",
			input);
	*ret = inputs[i].input;
	*ret_max = inputs[i].max_length;
	return true;
}

static bool read_item(struct reader *r, json_t *o, struct text_item *item)
{
	static const char *const keys[] = {"name", "title", "isRequired", "inputType",
		"placeholder", "min", "max", "maxLength", NULL};
	long long max_length;
	if (!reader_name(r, o, &item->code) || !reader_keys(r, o, keys, "an item") ||
		!reader_input(r, o, &item->input, &item->max_length))
		return false;
	max_length = (long long)item->max_length;
	item->title = item->code;
	if (!reader_plain_text(r, o, "title", &item->title) ||
		!reader_plain_text(r, o, "placeholder", &item->placeholder) ||
		!reader_bool(r, o, "isRequired", &item->required) ||
		!reader_number(r, o, "min", &item->has_min, &item->min) ||
		!reader_number(r, o, "max", &item->has_max, &item->max) ||
		!reader_whole(r, o, "maxLength", 1, 2000, &max_length))
		return false;
	item->max_length = (size_t)max_length;
	if ((item->has_min || item->has_max) && item->input != INPUT_NUMBER)
		return reader_refuse(r, o, item->has_min ? "min" : "max",
			"min and max are for \"inputType\": \"number\": remove them from '%s'",
			item->code);
	if (item->has_min && item->has_max && item->min > item->max)
		return reader_refuse(r, o, "min",
			"min of '%s' is above max: exchange them", item->code);
	return true;
}

bool reader_items(struct reader *r, json_t *o, struct question *q)
{
	json_t *list = json_object_get(o, "items");
	size_t n = json_array_size(list);
	if (n == 0 || n > MAX_ITEMS)
		return reader_refuse(r, o, "items",
			"'items' of '%s' must be a list of 1 to %d fields", q->name,
			MAX_ITEMS);
	struct text_item *items = arena_alloc(&r->owner->arena, n, sizeof(*items));
	for (size_t i = 0; i < n; i++) {
		json_t *one = json_array_get(list, i);
		if (!json_is_object(one))
			return reader_refuse(r, o, "items",
				"an item is {\"name\": \"code\", \"title\": \"…\"}");
		if (!read_item(r, one, &items[i]))
			return false;
		for (size_t j = 0; j < i; j++)
			if (strcmp(items[j].code, items[i].code) == 0)
				return reader_refuse(r, one, "name",
					"the item '%s' appears twice in '%s': rename one",
					items[i].code, q->name);
	}
	q->items = items;
	q->item_count = n;
	return true;
}
