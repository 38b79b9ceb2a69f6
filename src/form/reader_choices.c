/* SPDX-License-Identifier: Apache-2.0 */
/* Choices, columns and rows: codes that mean the same in SurveyJS, in a condition and in a table. */
#include "reader.h"
#include "rules.h"

#define MAX_CHOICES 300
#define SPECIAL_CHOICES 3

static const char *const reserved[] = {
	"true", "false", "null", "undefined", "other", NULL};

static bool check_code(struct reader *r, json_t *at, const char *code)
{
	struct str s = str_of(code);
	bool digits = true;
	for (size_t i = 0; i < s.n; i++)
		digits = digits && s.p[i] >= '0' && s.p[i] <= '9';
	if (!reader_is_name(s))
		return reader_refuse(r, at, code,
			"the code '%.80s' must be 1 to 60 of a-z, 0-9 and _: rename it",
			code);
	if (digits && s.n > 1 && s.p[0] == '0')
		return reader_refuse(r, at, code,
			"the code '%s' would be read as a number: put a letter in front",
			code);
	return !str_is_one_of(s, reserved) ||
		reader_refuse(r, at, code, "the code '%s' is reserved: %s", code,
			str_eq_z(s, "other") ? "write \"showOtherItem\": true"
					     : "rename it");
}

/* The code of a choice: a text, or a JSON number 0 to 9 as its digit. */
static bool read_code(struct reader *r, json_t *at, json_t *value, const char **ret)
{
	if (json_is_integer(value) && json_integer_value(value) >= 0 &&
		json_integer_value(value) <= 9) {
		char digit = (char)('0' + json_integer_value(value));
		*ret = arena_dup(&r->owner->arena, (struct str){&digit, 1});
		return true;
	}
	if (!json_is_string(value))
		return reader_refuse(r, at, "value",
			"a choice is \"code\", a digit, or {\"value\": \"code\", \"text\": \"…\"}");
	*ret = arena_dup(&r->owner->arena, json_str(value));
	return check_code(r, at, *ret);
}

bool reader_choices(struct reader *r, json_t *object, const char *key,
	const char *question, const struct choice **ret, size_t *ret_count)
{
	static const char *const plain_keys[] = {"value", "text", NULL};
	static const char *const choice_keys[] = {"value", "text", "visibleIf", NULL};
	bool conditions = strcmp(key, "choices") == 0;
	json_t *list = json_object_get(object, key);
	size_t n = json_array_size(list);
	if (n == 0 || n > MAX_CHOICES)
		return reader_refuse(r, object, key,
			"'%s' of '%s' must be a list of 1 to %d choices", key, question,
			MAX_CHOICES);
	/* "none", "refused" and "dontknow" may come behind. */
	struct choice *choices = arena_alloc(
		&r->owner->arena, n + SPECIAL_CHOICES, sizeof(*choices));
	for (size_t i = 0; i < n; i++) {
		json_t *one = json_array_get(list, i);
		bool plain = !json_is_object(one);
		json_t *at = plain ? object : one;
		if (!plain &&
			!reader_keys(r, one, conditions ? choice_keys : plain_keys,
				conditions ? "a choice" : "a row or column"))
			return false;
		if (!read_code(r, at, plain ? one : json_object_get(one, "value"),
			    &choices[i].code))
			return false;
		choices[i].text = choices[i].code;
		if (!plain && !reader_plain_text(r, one, "text", &choices[i].text))
			return false;
		for (size_t j = 0; j < i; j++)
			if (strcmp(choices[j].code, choices[i].code) == 0)
				return reader_refuse(r, at, choices[i].code,
					"the code '%s' appears twice in '%s': rename one",
					choices[i].code, question);
	}
	*ret = choices;
	*ret_count = n;
	return true;
}

bool reader_special_choices(struct reader *r, json_t *o, struct question *q)
{
	static const struct {
		const char *show, *text_key, *code, *text;
	} special[SPECIAL_CHOICES] = {
		{"showNoneItem", "noneText", "none", WORDS("Aucune de ces réponses")},
		{"showRefuseItem", "refuseText", "refused",
			WORDS("Je préfère ne pas répondre")},
		{"showDontKnowItem", "dontKnowText", "dontknow", WORDS("Je ne sais pas")},
	};
	for (size_t i = 0; i < SPECIAL_CHOICES; i++) {
		struct choice c = {.code = special[i].code,
			.text = words(r->owner->form.language, special[i].text),
			.exclusive = true};
		bool show = false;
		if (!reader_bool(r, o, special[i].show, &show) ||
			!reader_plain_text(r, o, special[i].text_key, &c.text))
			return false;
		if (json_object_get(o, special[i].text_key) && !show)
			return reader_refuse(r, o, special[i].text_key,
				"%s of '%s' is never shown: add \"%s\": true",
				special[i].text_key, q->name, special[i].show);
		if (!show)
			continue;
		if (question_find_choice(q, str_of(c.code)))
			return reader_refuse(r, o, c.code,
				"the code '%s' of '%s' clashes with %s: remove one",
				c.code, q->name, special[i].show);
		struct choice *last =
			(struct choice *)(uintptr_t)&q->choices[q->choice_count++];
		*last = c;
	}
	return true;
}
