/* SPDX-License-Identifier: Apache-2.0 */
/* Validators: what a well-formed answer must still satisfy, and how loudly that is said. */
#include <stdio.h>

#include "barometre/base/pattern.h"
#include "reader.h"

#define MAX_VALIDATORS 10

#define COMMON "type", "text", "notificationType"
static const char *const numeric_keys[] = {COMMON, "minValue", "maxValue", NULL};
static const char *const text_keys[] = {
	COMMON, "minLength", "maxLength", "allowDigits", NULL};
static const char *const count_keys[] = {COMMON, "minCount", "maxCount", NULL};
static const char *const regex_keys[] = {COMMON, "regex", "caseInsensitive", NULL};
static const char *const email_keys[] = {COMMON, NULL};
static const char *const expression_keys[] = {COMMON, "expression", NULL};

static const struct {
	const char *name;
	const char *const *keys;
	const char *least, *most; /* keys of the bounds */
	const char *where;
} kinds[] = {
	[VALIDATOR_NUMERIC] = {"numeric", numeric_keys, "minValue", "maxValue",
		"numbers and ratings"},
	[VALIDATOR_TEXT] = {"text", text_keys, "minLength", "maxLength", "typed texts"},
	[VALIDATOR_ANSWER_COUNT] = {"answercount", count_keys, "minCount", "maxCount",
		"checkboxes"},
	[VALIDATOR_REGEX] = {"regex", regex_keys, NULL, NULL, "typed texts"},
	[VALIDATOR_EMAIL] = {"email", email_keys, NULL, NULL, "typed texts"},
	[VALIDATOR_EXPRESSION] = {"expression", expression_keys, NULL, NULL, "all"},
};

static bool fits(enum validator_kind kind, const struct question *q)
{
	bool number = q->type == QUESTION_TEXT && q->input == INPUT_NUMBER;
	bool day = q->type == QUESTION_TEXT &&
		(q->input == INPUT_DATE || q->input == INPUT_MONTH);
	bool words = (q->type == QUESTION_TEXT || q->type == QUESTION_COMMENT) &&
		!number && !day && q->role != ROLE_LOCALITY;
	switch (kind) {
	case VALIDATOR_NUMERIC:
		return number || q->type == QUESTION_RATING;
	case VALIDATOR_TEXT:
	case VALIDATOR_REGEX:
	case VALIDATOR_EMAIL:
		return words;
	case VALIDATOR_ANSWER_COUNT:
		return q->type == QUESTION_CHECKBOX;
	case VALIDATOR_EXPRESSION:
		break;
	}
	return true;
}

static bool read_bounds(struct reader *r, json_t *o, struct validator *v)
{
	const char *least = kinds[v->kind].least, *most = kinds[v->kind].most;
	if (!least)
		return true;
	if (!reader_number(r, o, least, &v->has_min, &v->min) ||
		!reader_number(r, o, most, &v->has_max, &v->max))
		return false;
	bool whole = v->kind != VALIDATOR_NUMERIC;
	for (int i = 0; i < 2; i++) {
		json_t *bound = json_object_get(o, i ? most : least);
		if (whole && bound &&
			(!json_is_integer(bound) || json_integer_value(bound) < 0))
			return reader_refuse(r, o, i ? most : least,
				"'%s' must be a whole number", i ? most : least);
	}
	if (v->has_min && v->has_max && v->min > v->max)
		return reader_refuse(
			r, o, least, "%s is above %s: exchange them", least, most);
	/* As in SurveyJS, no more than nothing is no bound at all. */
	if (whole && v->has_max && v->max < 1)
		return reader_refuse(
			r, o, most, "'%s' must be at least 1, or be removed", most);
	return v->has_min || v->has_max || !v->allow_digits ||
		reader_refuse(r, o, NULL, "this validator checks nothing: add %s or %s",
			least, most);
}

static bool read_regex(struct reader *r, json_t *o, struct validator *v)
{
	const char *regex = "";
	bool ignore_case = false;
	struct err why = {0};
	if (!reader_need_string(r, o, "regex", &regex) ||
		!reader_bool(r, o, "caseInsensitive", &ignore_case))
		return false;
	struct pattern *pattern = pattern_new(str_of(regex), ignore_case, &why);
	if (!pattern)
		return reader_refuse(r, o, "regex", "regex, %s", why.text);
	struct form_owner *owner = r->owner;
	owner->patterns = x_realloc(
		owner->patterns, (owner->pattern_count + 1) * sizeof(*owner->patterns));
	owner->patterns[owner->pattern_count++] = pattern;
	v->pattern = pattern;
	return true;
}

static bool read_validator(
	struct reader *r, json_t *o, const struct question *q, struct validator *v)
{
	static const char *const levels[] = {"error", "warning", "info"};
	const char *type = "", *level = "error";
	size_t kind = 0, i = 0;
	char what[60];
	if (!reader_need_string(r, o, "type", &type))
		return false;
	while (kind < COUNT_OF(kinds) && strcmp(kinds[kind].name, type) != 0)
		kind++;
	if (kind == COUNT_OF(kinds))
		return reader_refuse(r, o, "type",
			"validator '%.40s' is not one of numeric text answercount regex email expression",
			type);
	*v = (struct validator){.kind = (enum validator_kind)kind, .allow_digits = true};
	if (!fits(v->kind, q))
		return reader_refuse(r, o, "type",
			"a validator of type %s is for %s: remove it from '%s'", type,
			kinds[kind].where, q->name);
	snprintf(what, sizeof(what), "a validator of type %s", type);
	if (!reader_keys(r, o, kinds[kind].keys, what) ||
		!reader_text(r, o, "text", &v->text) ||
		!reader_string(r, o, "notificationType", &level) ||
		!reader_bool(r, o, "allowDigits", &v->allow_digits))
		return false;
	while (i < COUNT_OF(levels) && strcmp(levels[i], level) != 0)
		i++;
	if (i == COUNT_OF(levels))
		return reader_refuse(r, o, "notificationType",
			"notificationType '%.40s' is not one of error warning info",
			level);
	v->level = (enum problem_level)i;
	if (v->level != LEVEL_ERROR && !v->text)
		return reader_refuse(r, o, "notificationType",
			"a %s of '%s' has nothing to say: add \"text\"", level, q->name);
	return v->kind == VALIDATOR_REGEX ? read_regex(r, o, v) : read_bounds(r, o, v);
}

bool reader_validators(struct reader *r, json_t *o, struct question *q)
{
	json_t *list = json_object_get(o, "validators");
	size_t n = json_array_size(list);
	if (!list)
		return true;
	if (n == 0 || n > MAX_VALIDATORS)
		return reader_refuse(r, o, "validators",
			"'validators' of '%s' must be a list of 1 to %d", q->name,
			MAX_VALIDATORS);
	struct validator *all = arena_alloc(&r->owner->arena, n, sizeof(*all));
	for (size_t i = 0; i < n; i++) {
		json_t *one = json_array_get(list, i);
		if (!json_is_object(one))
			return reader_refuse(r, o, "validators",
				"a validator is an object {\"type\": …}");
		if (!read_validator(r, one, q, &all[i]))
			return false;
	}
	q->validators = all;
	q->validator_count = n;
	return true;
}
