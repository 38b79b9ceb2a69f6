/* SPDX-License-Identifier: Apache-2.0 */
/* respond_page_fields.c - questions that are written: lines, areas, several lines, places, and worked-out values. */

#include "barometre/form/place.h"
#include "respond_page_private.h"

#define NUMBER_LENGTH 12

static char *shown_text(const struct question_view *v, const json_t *answer)
{
	if (json_is_number(answer))
		return view_number(v->page->language, json_number_value(answer));
	return x_strdup(json_is_string(answer) ? json_string_value(answer) : "");
}

/* What fills itself from what the browser knows of its owner (WCAG 2.2, 1.3.5): only what is theirs, and never where the
 * device is others' too. "": the form says off. */
static const char *autocomplete(const struct question_view *v, enum input_type input)
{
	const char *declared = v->question->autocomplete;

	if (v->page->step->visit.shared)
		return "";
	if (declared)
		return declared;
	return input == INPUT_EMAIL ? "email" : input == INPUT_TEL ? "tel" : "";
}

/* One input of one line, whether a question of its own or one of several. */
static void add_input(const struct question_view *v, json_t *data, enum input_type input,
	const char *value, const char *placeholder, size_t max_length)
{
	static const char *const inputs[] = {
		[INPUT_TEXT] = "text",
		[INPUT_NUMBER] = "text",
		[INPUT_DATE] = "date",
		[INPUT_MONTH] = "month",
		[INPUT_EMAIL] = "email",
		[INPUT_TEL] = "tel",
	};
	bool number = input == INPUT_NUMBER;
	bool fixed = input == INPUT_DATE || input == INPUT_MONTH;

	view_set(data, "VALUE", value);
	view_set(data, "INPUT", inputs[input]);
	view_set(data, "INPUT_CLASS", number || fixed ? "short" : "long");
	view_set(data, "AUTOCOMPLETE", autocomplete(v, input));
	json_object_set_new(data, "NUMERIC", json_boolean(number));
	if (placeholder && *placeholder && !fixed)
		json_object_set_new(
			data, "EXAMPLE", json_pack("{s:s}", "PLACEHOLDER", placeholder));
	if (!fixed)
		json_object_set_new(data, "LIMIT",
			json_pack("{s:i}", "MAXLENGTH",
				number ? NUMBER_LENGTH : (int)max_length));
}

void view_line(struct question_view *v, json_t *data)
{
	const struct question *q = v->question;
	SCOPED(free_char) char *text = shown_text(v, v->answer);

	add_input(v, data, q->input, text, q->placeholder, q->max_length);
}

void view_area(struct question_view *v, json_t *data)
{
	const struct question *q = v->question;
	SCOPED(free_char) char *text = shown_text(v, v->answer);

	add_input(v, data, INPUT_TEXT, text, q->placeholder, q->max_length);
}

void view_lines(struct question_view *v, json_t *data)
{
	const struct question *q = v->question;
	json_t *items = json_array();

	for (size_t i = 0; i < q->item_count; i++) {
		const struct text_item *item = &q->items[i];
		const json_t *typed = json_object_get(v->answer, item->code);
		SCOPED(free_char)
		char *text = shown_text(
			v, typed ? typed : json_object_get(v->kept, item->code));
		SCOPED(buf_release) struct buf ids = BUF_LIMIT(2048);
		json_t *row = json_pack("{s:s, s:s, s:b, s:s, s:o, s:b}", "ROW",
			item->code, "ROW_TEXT", item->title, "ROW_REQUIRED",
			item->required, "ROW_NEED",
			words(v->page->language, "(obligatoire)"), "ROW_PROBLEMS",
			view_problems(v, item->code, &ids), "ROW_WRONG",
			view_is_wrong(v, item->code));

		must(row);
		add_input(v, row, item->input, text, item->placeholder, item->max_length);
		view_described(row, "ROW_DESCRIBED", &ids);
		json_array_append_new(items, row);
	}
	json_object_set_new(data, "ITEMS", items);
}

/* ---- places ---- */

static const struct problem *find_suggestions(const struct question_view *v)
{
	const struct problems *problems = &v->page->step->problems;

	for (size_t i = 0; i < problems->count; i++)
		if (problems->list[i].question == v->question &&
			problems->list[i].suggestion_count > 0)
			return &problems->list[i];
	return NULL;
}

static json_t *suggestions(const struct question *q, const struct problem *problem)
{
	SCOPED(free_char) char *field = x_printf("%s.choix", q->name);
	json_t *options = json_array();

	for (size_t i = 0; i < problem->suggestion_count; i++) {
		const char *code = problem->suggestions[i]->code;
		SCOPED(free_char) char *text = place_label(str_of(code));
		SCOPED(free_char) char *id = x_printf("q-%s-%s", q->name, code);

		json_array_append_new(options,
			json_pack("{s:s, s:s, s:s, s:s}", "FIELD", field, "OPTION_ID",
				i == 0 ? id : "", "CODE", code, "TEXT", text));
	}
	return options;
}

void view_place(struct question_view *v, json_t *data)
{
	const struct question *q = v->question;
	const char *value = json_string_value(v->answer);
	SCOPED(free_char) char *label = value ? place_label(str_of(value)) : NULL;
	SCOPED(free_char) char *key = x_printf("%s.hors", q->name);
	const char *refused = json_string_value(
		json_object_get(v->page->step->draft.typed, key));
	bool outside = value && strncmp(value, "dep:", 4) == 0;
	const struct problem *problem = find_suggestions(v);

	view_set(data, "VALUE", outside ? "" : label ? label : value);
	view_set(data, "OUTSIDE", outside ? label : refused);
	if (problem)
		json_object_set_new(data, "SUGGESTED",
			json_pack("{s:o}", "OPTIONS", suggestions(q, problem)));
}

/* ---- a value nobody types ---- */

void view_output(struct question_view *v, json_t *data)
{
	const struct question *q = v->question;
	SCOPED(free_char)
	char *text = answer_text(
		v->page->form, q, v->page->step->draft.answers, v->page->now);
	SCOPED(free_char) char *value = live_condition(v->page, q->expression);

	view_set(data, "VALUE", text);
	if (value)
		json_object_set_new(data, "LIVE", json_pack("{s:s}", "CONDITION", value));
}
