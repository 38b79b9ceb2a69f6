/* SPDX-License-Identifier: Apache-2.0 */
/* A form file with the translations we have written into it, before it is published. */
#include <stdlib.h>

#include "barometre/form/form.h"

/* Members that people read, wherever they stand in the profile. Codes, names and conditions are others. */
static const char *const text_keys[] = {"title", "description", "placeholder", "html",
	"text", "otherText", "noneText", "refuseText", "dontKnowText", "audienceLabel",
	"short", "label", NULL};
/* Lists of paragraphs. */
static const char *const list_keys[] = {"welcome", "thanks", NULL};

/* {"default": French, "en": …}, or NULL when no language has the text. */
static json_t *translations(const json_t *french)
{
	struct str text = {json_string_value(french), json_string_length(french)};
	json_t *object = NULL;
	size_t count;
	const struct language *list = language_list(&count);

	for (size_t i = 0; i < count; i++) {
		const char *found = list[i].words ? words_find(&list[i], text) : NULL;

		if (!found)
			continue;
		if (!object)
			object = json_pack("{s:s%}", "default", text.p, text.n);
		must(object);
		json_object_set_new(object, list[i].code, json_string(found));
	}
	return object;
}

static size_t translate_list(json_t *list)
{
	size_t changed = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *one = json_array_get(list, i);
		json_t *all = json_is_string(one) ? translations(one) : NULL;

		if (!all)
			continue;
		json_array_set_new(list, i, all);
		changed++;
	}
	return changed;
}

static size_t translate(json_t *value);

static size_t translate_members(json_t *object)
{
	const char *key;
	json_t *member;
	size_t changed = 0;

	json_object_foreach(object, key, member) {
		json_t *all = NULL;

		/* What earlier editions printed stays as it was printed. */
		if (strcmp(key, "published") == 0)
			continue;
		if (json_is_string(member) && str_is_one_of(str_of(key), text_keys))
			all = translations(member);
		else if (json_is_array(member) && str_is_one_of(str_of(key), list_keys))
			changed += translate_list(member);
		else
			changed += translate(member);
		/* A member that is there is replaced in its place: the order stays. */
		if (all) {
			json_object_set_new(object, key, all);
			changed++;
		}
	}
	return changed;
}

/* How many texts were translated. jansson bounds the depth of what it reads (2048). */
static size_t translate(json_t *value)
{
	size_t changed = 0;

	for (size_t i = 0; i < json_array_size(value); i++)
		changed += translate(json_array_get(value, i));
	return json_is_object(value) ? translate_members(value) : changed;
}

void form_translate(struct str json, struct buf *out)
{
	/* What form_parse refuses reaches it as it is, so that its message names the line of the file. */
	json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL);
	char *text = NULL;

	if (json_is_object(root) && translate(root) > 0) {
		text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
		must(text);
		buf_puts(out, text);
		buf_addc(out, '\n');
	} else {
		buf_add(out, json);
	}
	free(text);
	json_decref(root);
}
