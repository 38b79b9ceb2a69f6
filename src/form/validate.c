/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every value against the definition, as the count does with what comes out of the urn: whoever sealed a box is not
 * trusted. Messages name the question, never the value.
 */
#include "expr_node.h"
#include "rules.h"

static const char *check_text(const struct question *q, struct str s)
{
	if (q->role == ROLE_LOCALITY)
		return place_is_code(s) ? NULL : "is no locality";
	return rule_text_refusal(q->input, rule_has_lines(q), q->max_length, s);
}

static const char *check_number(const struct question *q, const json_t *value)
{
	return rule_number_refusal(value, rule_number_fits(q, json_number_value(value)));
}

/* Place of a code in the list, "other" last; the count of choices and one more when it is not there. */
static size_t place_of(const struct question *q, const json_t *code)
{
	if (!json_is_string(code))
		return q->choice_count + 1;
	const struct choice *c = question_find_choice(q, json_str(code));
	if (c)
		return (size_t)(c - q->choices);
	return q->choice_count + !rule_code_fits(q, json_str(code));
}

/* In the order of the form, so that the order of ticking tells nothing. */
static const char *check_boxes(const struct question *q, const json_t *value)
{
	size_t n = json_array_size(value), last = 0;
	if (!json_is_array(value) || n == 0)
		return "is no list of choices";
	for (size_t i = 0; i < n; i++) {
		size_t place = place_of(q, json_array_get(value, i));
		if (place > q->choice_count)
			return "holds what is not one of its choices";
		if (i > 0 && place <= last)
			return "holds a choice twice or out of order";
		if (n > 1 && place < q->choice_count && q->choices[place].exclusive)
			return "joins an exclusive choice to others";
		last = place;
	}
	return NULL;
}

static const char *check_matrix(const struct question *q, json_t *value)
{
	const char *row;
	json_t *column;
	if (!json_is_object(value) || json_object_size(value) == 0)
		return "is no object of rows";
	json_object_foreach(value, row, column) {
		if (!question_find_row(q, str_of(row)))
			return "has an unknown row";
		if (!json_is_string(column) || !question_find_choice(q, json_str(column)))
			return "has an unknown column";
	}
	return NULL;
}

static const char *check_items(const struct question *q, json_t *value)
{
	const char *code;
	json_t *one;
	if (!json_is_object(value) || json_object_size(value) == 0)
		return "is no object of items";
	json_object_foreach(value, code, one) {
		size_t i = 0;
		while (i < q->item_count && strcmp(q->items[i].code, code) != 0)
			i++;
		if (i == q->item_count)
			return "has an unknown item";
		const char *why = rule_item_refusal(&q->items[i], one);
		if (why)
			return why;
	}
	return NULL;
}

/* Every choice that is always offered, and perhaps others, each once. */
static const char *check_ranking(const struct question *q, const json_t *value)
{
	size_t n = json_array_size(value), always = 0;
	if (!json_is_array(value) || n == 0)
		return "is no list of choices";
	for (size_t i = 0; i < n; i++) {
		const json_t *code = json_array_get(value, i);
		const struct choice *c = json_is_string(code)
			? question_find_choice(q, json_str(code))
			: NULL;
		if (!c)
			return "holds what is not one of its choices";
		always += c->visible_if == NULL;
		for (size_t k = 0; k < i; k++)
			if (json_equal(json_array_get(value, k), code))
				return "holds a choice twice";
	}
	for (size_t i = 0; i < q->choice_count; i++)
		always -= q->choices[i].visible_if == NULL;
	return always == 0 ? NULL : "does not rank all of its choices";
}

static const char *check_calculated(const struct question *q, const json_t *value)
{
	switch (expr_result(q->expression)) {
	case TYPE_BOOL:
		return json_is_boolean(value) ? NULL : "is no boolean";
	case TYPE_NUMBER:
		return json_is_number(value) ? NULL : "is no number";
	case TYPE_DATE:
		return json_is_string(value) && rule_is_date(json_str(value))
			? NULL
			: "is no date";
	default:
		/* Codes and literals of the form: nothing a person typed is longer or wilder. */
		return json_is_string(value) && rule_is_clean(json_str(value), false) &&
				json_string_length(value) <= 200
			? NULL
			: "is no text of the form";
	}
}

static const char *check_value(const struct question *q, json_t *value)
{
	/* What identifies was sealed apart: only that there was an answer stays. */
	if (q->role == ROLE_IDENTIFYING && json_is_true(value))
		return NULL;
	switch (q->type) {
	case QUESTION_TEXT:
		if (q->input == INPUT_NUMBER)
			return check_number(q, value);
		return json_is_string(value) ? check_text(q, json_str(value))
					     : "is no text";
	case QUESTION_COMMENT:
		return json_is_string(value) ? check_text(q, json_str(value))
					     : "is no text";
	case QUESTION_RADIOGROUP:
	case QUESTION_DROPDOWN:
		return json_is_string(value) && rule_code_fits(q, json_str(value))
			? NULL
			: "is not one of its choices";
	case QUESTION_CHECKBOX:
		return check_boxes(q, value);
	case QUESTION_BOOLEAN:
		return json_is_boolean(value) ? NULL : "is no boolean";
	case QUESTION_RATING:
		return check_number(q, value);
	case QUESTION_MATRIX:
		return check_matrix(q, value);
	case QUESTION_MULTIPLETEXT:
		return check_items(q, value);
	case QUESTION_RANKING:
		return check_ranking(q, value);
	case QUESTION_EXPRESSION:
	case QUESTION_CALCULATED:
		return check_calculated(q, value);
	case QUESTION_HTML:
		break;
	}
	return "takes no answer";
}

/* Those that keep the person on the page; expressions need the whole walk and were asked there. */
static const char *check_validators(const struct question *q, const json_t *value)
{
	for (size_t i = 0; i < q->validator_count; i++)
		if (q->validators[i].level == LEVEL_ERROR &&
			!rule_validator_holds(q, &q->validators[i], value, NULL))
			return "does not satisfy its validators";
	return NULL;
}

/* "q-Comment": only beside "other", and then needed. */
static bool check_comments(
	const struct form *form, const json_t *answers, struct err *err)
{
	for (size_t i = 0; i < form->question_count; i++) {
		const struct question *q = &form->questions[i];
		char key[COMMENT_KEY_BYTES];
		if (!q->has_other)
			continue;
		const json_t *comment = json_object_get(
			answers, rule_comment_key(q, key));
		const json_t *answer = json_object_get(answers, q->name);
		bool chosen = rule_other_chosen(answer);
		/* The text of an identifying answer is sealed apart with it. */
		if (!comment && !chosen)
			continue;
		if (!comment || !chosen)
			return err_set(err, ERR_INVALID,
				"question '%s': 'other' and its text go together",
				q->name);
		if (!json_is_string(comment) ||
			!rule_is_clean(json_str(comment), false) ||
			str_count_chars(json_str(comment)) > OTHER_LENGTH)
			return err_set(err, ERR_INVALID,
				"question '%s': the text of 'other' is not valid",
				q->name);
	}
	return true;
}

/* Is the key the comment of a question that may have one? */
static bool is_comment_key(const struct form *form, struct str key)
{
	struct str tail = STR("-Comment");
	if (key.n <= tail.n || memcmp(key.p + key.n - tail.n, tail.p, tail.n) != 0)
		return false;
	const struct question *q = form_find(form, (struct str){key.p, key.n - tail.n});
	return q && q->has_other;
}

bool answers_validate(const struct form *form, const json_t *answers, struct err *err)
{
	const char *key;
	json_t *value;
	if (!json_is_object(answers))
		return err_set(err, ERR_INVALID, "answers are not a JSON object");
	json_object_foreach((json_t *)(uintptr_t)answers, key, value) {
		if (is_comment_key(form, str_of(key)))
			continue;
		const struct question *q = form_find(form, str_of(key));
		/* An unknown key may be anything, even what somebody typed: it is not named. */
		if (!q)
			return err_set(err, ERR_INVALID,
				"answers name a question the form has not");
		const char *why = check_value(q, value);
		if (!why)
			why = check_validators(q, value);
		if (why)
			return err_set(
				err, ERR_INVALID, "question '%s' %s", q->name, why);
	}
	return check_comments(form, answers, err);
}
