/* SPDX-License-Identifier: Apache-2.0 */
/* respond_page_types.c - questions with a list to choose from: groups, selects, scales, grids, rankings. */
#include <stdio.h>

#include "respond_page_private.h"

static bool answer_has(const json_t *answer, const char *code)
{
	size_t i;
	json_t *item;

	if (json_is_string(answer))
		return strcmp(json_string_value(answer), code) == 0;
	if (json_is_boolean(answer))
		return strcmp(json_is_true(answer) ? "true" : "false", code) == 0;
	if (json_is_integer(answer)) {
		char text[24];

		snprintf(text, sizeof(text), "%lld",
			(long long)json_integer_value(answer));
		return strcmp(text, code) == 0;
	}
	json_array_foreach(answer, i, item)
		if (json_is_string(item) && strcmp(json_string_value(item), code) == 0)
			return true;
	return false;
}

/* `group`: what the id of the first option begins with, after "q-"; the others need none. */
static json_t *option(const char *field, const char *group, const char *code,
	const char *text, bool checked)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:b}", "FIELD", field, "OPTION_ID",
		"", "CODE", code, "TEXT", text, "CHECKED", checked);

	must(o);
	if (group) {
		SCOPED(free_char) char *id = x_printf("q-%s-%s", group, code);

		view_set(o, "OPTION_ID", id);
	}
	return o;
}

/* Is the choice on the page now (*ret_now), and what may change it (fresh, or NULL)? False: it is not on this page. */
static bool is_on_page(struct question_view *v, const struct choice *choice,
	bool *ret_now, char **ret_condition)
{
	*ret_now = true;
	*ret_condition = NULL;
	if (!choice->visible_if)
		return true;
	*ret_now = answers_offer(v->page->form, v->question, choice,
		v->page->step->draft.answers, v->page->now);
	*ret_condition = live_condition(v->page, choice->visible_if);
	return *ret_now || *ret_condition;
}

static void add_choice(struct question_view *v, json_t *list, const struct choice *choice)
{
	const struct question *q = v->question;
	SCOPED(free_char) char *condition = NULL;
	json_t *o;
	bool now;

	if (!is_on_page(v, choice, &now, &condition))
		return;
	o = option(q->name, choice == q->choices ? q->name : NULL, choice->code,
		choice->text, answer_has(v->answer, choice->code));
	json_object_set_new(o, "OPTION_LATER", json_boolean(!now));
	if (condition)
		json_object_set_new(
			o, "OPTION_IF", json_pack("{s:s}", "CONDITION", condition));
	json_object_set_new(o, "EXCLUSIVE",
		json_boolean(q->type == QUESTION_CHECKBOX && choice->exclusive));
	json_array_append_new(list, o);
}

static json_t *choice_options(struct question_view *v)
{
	const struct question *q = v->question;
	json_t *list = json_array();

	for (size_t i = 0; i < q->choice_count; i++)
		add_choice(v, list, &q->choices[i]);
	if (q->has_other) {
		const struct choice other = {.code = "other", .text = q->other_text};

		add_choice(v, list, &other);
	}
	return list;
}

static void add_other(struct question_view *v, json_t *data)
{
	const struct draft *draft = &v->page->step->draft;
	SCOPED(free_char) char *key = x_printf("%s-Comment", v->question->name);
	const char *typed = json_string_value(json_object_get(draft->typed, key));
	const char *value = typed
		? typed
		: json_string_value(json_object_get(draft->answers, key));

	if (v->question->has_other)
		json_object_set_new(data, "OTHER",
			json_pack("{s:s, s:s}", "OTHER_VALUE", value ? value : "",
				"OTHER_LABEL",
				words(v->page->language,
					"Si vous choisissez «\u202fAutre\u202f», précisez en quelques mots")));
}

/* Many short options: two columns where there is room. */
static bool is_long_list(const struct question *q)
{
	for (size_t i = 0; i < q->choice_count; i++)
		if (str_count_chars(str_of(q->choices[i].text)) > 28)
			return false;
	return q->choice_count >= 10;
}

void view_group(struct question_view *v, json_t *data)
{
	const struct question *q = v->question;

	view_set(data, "INPUT", q->type == QUESTION_CHECKBOX ? "checkbox" : "radio");
	json_object_set_new(data, "OPTIONS", choice_options(v));
	view_set(data, "LIST_CLASS",
		q->scale                  ? "scale"
			: is_long_list(q) ? "many"
					  : "list");
	add_other(v, data);
}

void view_select(struct question_view *v, json_t *data)
{
	const struct question *q = v->question;
	json_t *list = choice_options(v);
	json_t *none = option(q->name, NULL, "", words(v->page->language, "Choisissez…"),
		answer_is_empty(v->answer));

	json_array_insert_new(list, 0, none);
	json_object_set_new(data, "OPTIONS", list);
	add_other(v, data);
}

void view_rating(struct question_view *v, json_t *data)
{
	const struct question *q = v->question;
	json_t *list = json_array();
	double step = q->step > 0 ? q->step : 1;
	int steps = (int)((q->max - q->min) / step + 1e-9);

	for (int i = 0; i <= steps; i++) {
		double value = q->min + i * step;
		SCOPED(free_char) char *text = view_number(v->page->language, value);
		char code[48];

		snprintf(code, sizeof(code), "%.10g", value);
		json_array_append_new(list,
			option(q->name, i == 0 ? q->name : NULL, code, text,
				json_is_number(v->answer) &&
					json_number_value(v->answer) == value));
	}
	view_set(data, "INPUT", "radio");
	json_object_set_new(data, "OPTIONS", list);
	view_set(data, "LIST_CLASS", steps > 6 ? "scale tight" : "scale");
}

static const char *row_value(const struct question_view *v, const char *row)
{
	const char *value = json_string_value(json_object_get(v->answer, row));

	return value ? value : json_string_value(json_object_get(v->kept, row));
}

void view_matrix(struct question_view *v, json_t *data)
{
	const struct question *q = v->question;
	json_t *rows = json_array();

	for (size_t r = 0; r < q->row_count; r++) {
		const char *row = q->rows[r].code, *answer = row_value(v, row);
		SCOPED(free_char) char *field = x_printf("%s.%s", q->name, row);
		SCOPED(free_char) char *group = x_printf("%s-%s", q->name, row);
		SCOPED(buf_release) struct buf ids = BUF_LIMIT(2048);
		json_t *options = json_array(), *item;

		for (size_t c = 0; c < q->choice_count; c++)
			json_array_append_new(options,
				option(field, c == 0 ? group : NULL, q->choices[c].code,
					q->choices[c].text,
					answer &&
						strcmp(answer, q->choices[c].code) == 0));
		item = json_pack("{s:s, s:s, s:o, s:o, s:b}", "ROW", row, "ROW_TEXT",
			q->rows[r].text, "ROW_PROBLEMS", view_problems(v, row, &ids),
			"OPTIONS", options, "ROW_WRONG", view_is_wrong(v, row));
		must(item);
		view_described(item, "ROW_DESCRIBED", &ids);
		json_array_append_new(rows, item);
	}
	json_object_set_new(data, "ROWS", rows);
}

/* ---- ranking: the place of each choice, from 1 ---- */

/* Refused words are {"code":"place"}, an answer is ["first","second"]. 0: no place. */
static size_t place_of(const struct question_view *v, const char *code)
{
	const json_t *refused = json_object_get(v->answer, code);
	uint64_t place = 0;
	size_t i;
	json_t *item;

	if (json_is_integer(refused))
		return (size_t)json_integer_value(refused);
	if (json_is_string(refused) &&
		str_parse_u64(str_of(json_string_value(refused)), &place))
		return (size_t)place;
	json_array_foreach(v->answer, i, item)
		if (json_is_string(item) && strcmp(json_string_value(item), code) == 0)
			return i + 1;
	return 0;
}

static json_t *places(size_t count, size_t chosen)
{
	json_t *list = json_array();

	for (size_t i = 1; i <= count; i++)
		json_array_append_new(list,
			json_pack("{s:i, s:b}", "RANK", (int)i, "CHECKED", i == chosen));
	return list;
}

void view_ranking(struct question_view *v, json_t *data)
{
	const struct question *q = v->question;
	json_t *items = json_array();

	for (size_t i = 0; i < q->choice_count; i++) {
		const struct choice *choice = &q->choices[i];
		SCOPED(free_char) char *condition = NULL;
		SCOPED(buf_release) struct buf ids = BUF_LIMIT(2048);
		size_t place = place_of(v, choice->code);
		json_t *item;
		bool now;

		if (!is_on_page(v, choice, &now, &condition))
			continue;
		item = json_pack("{s:s, s:s, s:b, s:b, s:o, s:o, s:b}", "CODE",
			choice->code, "TEXT", choice->text, "OPTION_LATER", !now,
			"UNPLACED", place == 0, "RANKS", places(q->choice_count, place),
			"ROW_PROBLEMS", view_problems(v, choice->code, &ids), "ROW_WRONG",
			view_is_wrong(v, choice->code));
		must(item);
		if (condition)
			json_object_set_new(item, "OPTION_IF",
				json_pack("{s:s}", "CONDITION", condition));
		view_described(item, "ROW_DESCRIBED", &ids);
		json_array_append_new(items, item);
	}
	json_object_set_new(data, "RANKED", items);
}
