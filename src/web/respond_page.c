/* SPDX-License-Identifier: Apache-2.0 */
/*
 * respond_page.c - a page of questions as data for pages/question.html: what is asked, answered, typed and wrong.
 */
#include <stdio.h>

#include "barometre/form/place.h"
#include "respond_private.h"

struct view {
	const struct step *step;
	const struct question *question;
	const json_t *answer; /* what to show: typed and refused text first */
	const struct problem *problem;
};

static const struct problem *find_problem(
	const struct step *step, const struct question *q, const char *row)
{
	for (size_t i = 0; i < step->problems.count; i++) {
		const struct problem *p = &step->problems.list[i];

		if (p->question == q &&
			(!row ? !p->row : p->row && strcmp(p->row, row) == 0))
			return p;
	}
	return NULL;
}

static void set(json_t *object, const char *key, const char *value)
{
	json_object_set_new(object, key, json_string(value ? value : ""));
}

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

static json_t *option(const char *input, const char *field, const char *question,
	const char *code, const char *text, bool checked)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:b}", "INPUT", input, "FIELD", field,
		"CODE", code, "TEXT", text, "CHECKED", checked);
	SCOPED(free_char) char *id = x_printf("q-%s-%s", question, code);

	must(o);
	set(o, "ID", id);
	return o;
}

static json_t *choice_options(const struct view *v, const char *input)
{
	const struct question *q = v->question;
	json_t *list = json_array();

	for (size_t i = 0; i < q->choice_count; i++)
		json_array_append_new(list,
			option(input, q->name, q->name, q->choices[i].code,
				q->choices[i].text,
				answer_has(v->answer, q->choices[i].code)));
	if (q->has_other)
		json_array_append_new(list,
			option(input, q->name, q->name, "other", q->other_text,
				answer_has(v->answer, "other")));
	return list;
}

static void add_other(const struct view *v, json_t *data)
{
	SCOPED(free_char) char *key = x_printf("%s-Comment", v->question->name);
	const char *typed = json_string_value(json_object_get(v->step->draft.typed, key));
	const char *value = typed
		? typed
		: json_string_value(json_object_get(v->step->draft.answers, key));

	if (!v->question->has_other)
		return;
	json_object_set_new(data, "OTHER",
		json_pack("{s:s, s:s}", "OTHER_VALUE", value ? value : "", "OTHER_LABEL",
			"Si vous choisissez « Autre », précisez en quelques mots"));
}

/* A hint, or what the kind of question needs to have said. */
static char *hint_of(const struct question *q)
{
	const char *also = q->type == QUESTION_CHECKBOX ? "Plusieurs réponses possibles."
							: "";

	if (q->description && *also)
		return x_printf("%s %s", q->description, also);
	return x_strdup(q->description ? q->description : also);
}

static void add_common(const struct view *v, json_t *data)
{
	const struct question *q = v->question;
	SCOPED(free_char) char *hint = hint_of(q);
	const char *separator = *hint && v->problem ? " " : "";
	SCOPED(free_char)
	char *ids = x_printf("%s%s%s%s%s", *hint ? "hint-" : "", *hint ? q->name : "",
		separator, v->problem ? "err-" : "", v->problem ? q->name : "");

	set(data, "NAME", q->name);
	set(data, "TITLE", q->title);
	set(data, "HINT", hint);
	set(data, "ERROR", v->problem ? v->problem->message : "");
	set(data, "ERROR_CLASS", v->problem ? "has-error" : "plain-question");
	json_object_set_new(data, "REQUIRED", json_boolean(q->required));
	if (*ids)
		json_object_set_new(data, "DESCRIBED", json_pack("{s:s}", "IDS", ids));
}

/* Many short options: two columns where there is room. */
static bool is_long_list(const struct question *q)
{
	for (size_t i = 0; i < q->choice_count; i++)
		if (str_count_chars(str_of(q->choices[i].text)) > 28)
			return false;
	return q->choice_count >= 10;
}

static void view_group(const struct view *v, json_t *data)
{
	const struct question *q = v->question;
	bool many = q->type == QUESTION_CHECKBOX;

	json_object_set_new(
		data, "OPTIONS", choice_options(v, many ? "checkbox" : "radio"));
	set(data, "GROUP_CLASS", v->problem ? "has-error" : "plain-question");
	set(data, "LIST_CLASS", q->scale ? "scale" : is_long_list(q) ? "many" : "list");
	add_other(v, data);
}

static void view_matrix(const struct view *v, json_t *data)
{
	const struct question *q = v->question;
	json_t *rows = json_array();

	for (size_t r = 0; r < q->row_count; r++) {
		const struct choice *row = &q->rows[r];
		const struct problem *problem = find_problem(v->step, q, row->code);
		const json_t *answer = json_object_get(v->answer, row->code);
		SCOPED(free_char) char *field = x_printf("%s.%s", q->name, row->code);
		SCOPED(free_char) char *id = x_printf("%s-%s", q->name, row->code);
		SCOPED(free_char) char *err_id = x_printf("err-%s", id);
		json_t *options = json_array();
		json_t *item;

		for (size_t c = 0; c < q->choice_count; c++)
			json_array_append_new(options,
				option("radio", field, id, q->choices[c].code,
					q->choices[c].text,
					answer_has(answer, q->choices[c].code)));
		item = json_pack("{s:s, s:s, s:s, s:s, s:o}", "ROW", row->code,
			"ROW_TEXT", row->text, "ROW_CLASS",
			problem ? "has-error" : "plain-row", "ROW_ERROR",
			problem ? problem->message : "", "OPTIONS", options);
		if (problem)
			json_object_set_new(item, "ROW_DESCRIBED",
				json_pack("{s:s}", "ROW_IDS", err_id));
		json_array_append_new(rows, item);
	}
	json_object_set_new(data, "ROWS", rows);
}

static void number_text(char *out, size_t size, double value)
{
	char *dot;

	snprintf(out, size, "%.10g", value);
	dot = strchr(out, '.');
	if (dot)
		*dot = ',';
}

static void set_answer_text(const struct view *v, json_t *data)
{
	char number[48];

	if (json_is_number(v->answer)) {
		number_text(number, sizeof(number), json_number_value(v->answer));
		set(data, "VALUE", number);
	} else {
		set(data, "VALUE", json_string_value(v->answer));
	}
}

static void view_line(const struct view *v, json_t *data)
{
	static const char *const inputs[] = {
		[INPUT_TEXT] = "text",
		[INPUT_NUMBER] = "text",
		[INPUT_DATE] = "date",
		[INPUT_MONTH] = "month",
		[INPUT_EMAIL] = "email",
		[INPUT_TEL] = "tel",
	};
	const struct question *q = v->question;
	bool number = q->input == INPUT_NUMBER;

	set_answer_text(v, data);
	set(data, "INPUT", inputs[q->input]);
	set(data, "INPUT_CLASS",
		number || q->input == INPUT_DATE || q->input == INPUT_MONTH ? "short"
									    : "long");
	set(data, "AUTOCOMPLETE",
		q->input == INPUT_EMAIL         ? "email"
			: q->input == INPUT_TEL ? "tel"
						: "off");
	json_object_set_new(data, "NUMERIC", json_boolean(number));
	json_object_set_new(
		data, "MAXLENGTH", json_integer(number ? 12 : (json_int_t)q->max_length));
}

static void view_area(const struct view *v, json_t *data)
{
	set_answer_text(v, data);
	json_object_set_new(
		data, "MAXLENGTH", json_integer((json_int_t)v->question->max_length));
}

static void view_select(const struct view *v, json_t *data)
{
	json_t *list = choice_options(v, "option");

	json_array_insert_new(list, 0,
		option("option", v->question->name, v->question->name, "", "Choisissez…",
			answer_is_empty(v->answer)));
	json_object_set_new(data, "OPTIONS", list);
	add_other(v, data);
}

static void view_rating(const struct view *v, json_t *data)
{
	const struct question *q = v->question;
	json_t *list = json_array();
	double step = q->step > 0 ? q->step : 1;
	int steps = (int)((q->max - q->min) / step + 1e-9);

	for (int i = 0; i <= steps; i++) {
		double value = q->min + i * step;
		char code[48], text[48];

		snprintf(code, sizeof(code), "%.10g", value);
		number_text(text, sizeof(text), value);
		json_array_append_new(list,
			option("radio", q->name, q->name, code, text,
				json_is_number(v->answer) &&
					json_number_value(v->answer) == value));
	}
	json_object_set_new(data, "OPTIONS", list);
	set(data, "GROUP_CLASS", v->problem ? "has-error" : "plain-question");
	set(data, "LIST_CLASS", "scale");
}

static void view_place(const struct view *v, json_t *data)
{
	const struct question *q = v->question;
	const char *value = json_string_value(v->answer);
	SCOPED(free_char) char *label = value ? place_label(str_of(value)) : NULL;
	bool outside = value && strncmp(value, "dep:", 4) == 0;
	json_t *departments = json_array();
	size_t count;
	const struct department *list = department_list(&count);

	set(data, "VALUE", outside ? "" : label ? label : value);
	for (size_t i = 0; i < count; i++) {
		SCOPED(free_char)
		char *text = strcmp(list[i].code, "99") == 0
			? x_strdup(list[i].name)
			: x_printf("%s (%s)", list[i].name, list[i].code);

		if (!list[i].occitanie)
			json_array_append_new(departments,
				json_pack("{s:s, s:s, s:b}", "CODE", list[i].code, "TEXT",
					text, "CHECKED",
					outside && strcmp(value + 4, list[i].code) == 0));
	}
	json_object_set_new(data, "DEPARTMENTS", departments);
	if (v->problem && v->problem->suggestion_count > 0) {
		SCOPED(free_char) char *field = x_printf("%s.choix", q->name);
		json_t *options = json_array();

		for (size_t i = 0; i < v->problem->suggestion_count; i++) {
			const struct commune *c = v->problem->suggestions[i];
			SCOPED(free_char) char *text = place_label(str_of(c->code));

			json_array_append_new(options,
				option("radio", field, q->name, c->code, text, false));
		}
		json_object_set_new(
			data, "SUGGESTED", json_pack("{s:o}", "OPTIONS", options));
	}
}

static json_t *view_question(const struct step *step, const struct question *q)
{
	const json_t *typed = json_object_get(step->draft.typed, q->name);
	struct view v = {.step = step,
		.question = q,
		.answer = typed ? typed : json_object_get(step->draft.answers, q->name),
		.problem = find_problem(step, q, NULL)};
	json_t *data = json_object();
	const char *section;

	if (q->type == QUESTION_HTML) {
		set(data, "HTML", q->html);
		return json_pack("{s:o}", "PROSE", data);
	}
	add_common(&v, data);
	if (q->role == ROLE_LOCALITY) {
		section = "PLACE";
		view_place(&v, data);
	} else if (q->type == QUESTION_MATRIX) {
		section = "MATRIX";
		view_matrix(&v, data);
	} else if (q->type == QUESTION_RATING) {
		section = "GROUP";
		view_rating(&v, data);
	} else if (q->type == QUESTION_TEXT) {
		section = "LINE";
		view_line(&v, data);
	} else if (q->type == QUESTION_COMMENT) {
		section = "AREA";
		view_area(&v, data);
	} else if (q->type == QUESTION_DROPDOWN) {
		section = "SELECT";
		view_select(&v, data);
	} else {
		section = "GROUP";
		view_group(&v, data);
	}
	return json_pack("{s:o}", section, data);
}

/* Where it is, in words: seven rows of one grid are seven places. */
static const char *problem_place(const struct problem *p)
{
	const struct choice *row = p->row ? question_find_row(p->question, str_of(p->row))
					  : NULL;

	if (row)
		return row->text;
	return p->question->short_label ? p->question->short_label : p->question->title;
}

/* The list of errors on top; each links to its field. */
static json_t *view_errors(const struct step *step)
{
	json_t *items = json_array();
	SCOPED(free_char)
	char *count_text = step->problems.count == 1
		? x_strdup("Une réponse est à revoir")
		: x_printf("%zu réponses sont à revoir", step->problems.count);

	for (size_t i = 0; i < step->problems.count; i++) {
		const struct problem *p = &step->problems.list[i];
		json_t *item = json_pack(
			"{s:s, s:s}", "MESSAGE", p->message, "SHORT", problem_place(p));

		SCOPED(free_char)
		char *anchor = x_printf("q-%s%s%s", p->question->name, p->row ? "-" : "",
			p->row ? p->row : "");

		set(item, "ANCHOR", anchor);
		json_array_append_new(items, item);
	}
	return json_pack("{s:s, s:o}", "COUNT_TEXT", count_text, "ITEMS", items);
}

void respond_page(struct step *step, int status)
{
	const struct form *form = step->audience->form;
	const struct page *page = &form->pages[step->page];
	struct routing routing = {0};
	json_t *questions = json_array();
	json_t *data = json_object();
	SCOPED(buf_release) struct buf shown = BUF_LIMIT(8192);
	int total, position, left;
	bool last;

	routing_compute(&routing, form, step->draft.answers, step->site->options.now());
	position = routing_position(&routing, step->page, &total);
	last = routing_next(&routing, step->page) < 0;
	for (size_t i = page->first; i < page->first + page->count; i++)
		if (routing.question[i]) {
			json_array_append_new(
				questions, view_question(step, &form->questions[i]));
			buf_printf(&shown, "%s%s", shown.n ? " " : "",
				form->questions[i].name);
		}
	set(data, "SHOWN", buf_str(&shown).p);
	left = (form->minutes * (total - position + 1) + total - 1) /
		(total > 0 ? total : 1);
	set(data, "AUDIENCE_LABEL", form->audience_label);
	set(data, "PAGE_TITLE", page->title);
	set(data, "PAGE_DESCRIPTION", page->description);
	json_object_set_new(data, "NUMBER", json_integer(step->page + 1));
	json_object_set_new(data, "POSITION", json_integer(position));
	json_object_set_new(data, "TOTAL", json_integer(total));
	if (left > 1)
		json_object_set_new(
			data, "LEFT", json_pack("{s:i}", "MINUTES_LEFT", left));
	json_object_set_new(data, "QUESTIONS", questions);
	json_object_set_new(data, "LAST", json_boolean(last));
	json_object_set_new(data, "NEW", json_boolean(step->page_grew));
	json_object_set_new(data, "INVITED", json_boolean(step->visit.invited));
	json_object_set_new(
		data, "BACK", json_boolean(routing_previous(&routing, step->page) >= 0));
	if (step->problems.count > 0)
		json_object_set_new(data, "ERRORS", view_errors(step));
	routing_release(&routing);
	{
		SCOPED(free_char)
		char *title = x_printf("%s%s, page %d sur %d",
			step->problems.count ? "Erreur : " : "", page->title, position,
			total);

		info_page(step->exchange, status, title, "question.html", data);
	}
}
