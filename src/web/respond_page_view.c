/* SPDX-License-Identifier: Apache-2.0 */
/* respond_page_view.c - one question as data for pages/question.html: title, marks, messages, and its kind. */
#include <stdio.h>

#include "respond_page_private.h"

void view_set(json_t *object, const char *key, const char *value)
{
	json_object_set_new(object, key, json_string(value ? value : ""));
}

char *view_number(const struct language *language, double value)
{
	char text[48];
	char *dot;

	snprintf(text, sizeof(text), "%.10g", value);
	dot = strchr(text, '.');
	if (dot && !language->words)
		*dot = ',';
	return x_strdup(text);
}

/* ---- problems ---- */

static bool concerns(const struct problem *p, const struct question *q, const char *row)
{
	return p->question == q && (!row ? !p->row : p->row && strcmp(p->row, row) == 0);
}

bool view_is_wrong(const struct question_view *v, const char *row)
{
	const struct problems *problems = &v->page->step->problems;

	for (size_t i = 0; i < problems->count; i++)
		if (concerns(&problems->list[i], v->question, row) &&
			problems->list[i].level == LEVEL_ERROR)
			return true;
	return false;
}

static void add_id(struct buf *ids, const char *id)
{
	buf_printf(ids, "%s%s", ids->n > 0 ? " " : "", id);
}

void view_described(json_t *object, const char *key, const struct buf *ids)
{
	if (ids->n > 0)
		json_object_set_new(
			object, key, json_pack("{s:s}", "IDS", buf_str(ids).p));
}

static const char *level_label(const struct language *language, enum problem_level level)
{
	if (level == LEVEL_WARNING)
		return words(language, "À vérifier\u202f:");
	if (level == LEVEL_INFO)
		return words(language, "À savoir\u202f:");
	return words(language, "Erreur\u202f:");
}

json_t *view_problems(
	const struct question_view *v, const char *row, struct buf *described)
{
	static const char *const classes[] = {"msg", "warning", "info"};
	const struct problems *problems = &v->page->step->problems;
	json_t *list = json_array();

	for (size_t i = 0; i < problems->count; i++) {
		const struct problem *p = &problems->list[i];
		SCOPED(free_char)
		char *id = x_printf("err-%s%s%s-%zu", v->question->name, row ? "-" : "",
			row ? row : "", json_array_size(list));

		if (!concerns(p, v->question, row))
			continue;
		add_id(described, id);
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:s, s:b}", "P_ID", id, "P_CLASS",
				classes[p->level], "P_LABEL",
				level_label(v->page->language, p->level), "P_TEXT",
				p->message, "P_SEEN", p->level != LEVEL_ERROR));
	}
	return list;
}

/* ---- what every question has ---- */

/* "(obligatoire)", always, or as long as answers of this page say so. */
static void add_need(const struct question_view *v, json_t *data)
{
	struct page_view *page = v->page;
	const struct question *q = v->question;
	bool rows = q->type == QUESTION_MATRIX && q->each_row_required;
	bool now = page->routing.required[v->index] || (!v->visible && q->required);
	SCOPED(free_char)
	char *condition = q->required ? NULL : live_condition(page, q->required_if);
	json_t *need;

	if (!now && !condition)
		return;
	need = json_pack("{s:s, s:b}", "NEED_TEXT",
		rows ? words(page->language, "(obligatoire, une réponse par ligne)")
		     : words(page->language, "(obligatoire)"),
		"NEED_LATER", !now);
	if (condition)
		json_object_set_new(
			need, "NEED_IF", json_pack("{s:s}", "CONDITION", condition));
	json_object_set_new(data, "NEED", need);
}

/* A hint, and what the kind of question needs to have said. */
static char *hint_of(const struct question_view *v)
{
	const struct question *q = v->question;
	SCOPED(free_char) char *own = page_words(v->page, q->description);
	const char *also = "";

	if (q->type == QUESTION_CHECKBOX)
		also = words(v->page->language, "Plusieurs réponses possibles.");
	else if (q->type == QUESTION_RANKING)
		also = words(v->page->language,
			"Donnez un rang à chaque réponse\u202f: 1 pour celle qui passe en premier.");
	return x_printf("%s%s%s", own, *own && *also ? " " : "", also);
}

static void add_common(struct question_view *v, json_t *data)
{
	const struct question *q = v->question;
	SCOPED(buf_release) struct buf ids = BUF_LIMIT(4096);
	SCOPED(free_char) char *hint = hint_of(v);
	SCOPED(free_char) char *title = page_words(v->page, q->title);
	SCOPED(free_char) char *hint_id = x_printf("hint-%s", q->name);

	view_set(data, "NAME", q->name);
	json_object_set_new(data, "PIECES", lexicon_title(v->page, q, title));
	json_object_set_new(data, "NOTES", lexicon_notes(v->page, q, v->visible));
	view_set(data, "HINT", hint);
	if (*hint)
		add_id(&ids, hint_id);
	json_object_set_new(data, "PROBLEMS", view_problems(v, NULL, &ids));
	json_object_set_new(data, "WRONG", json_boolean(view_is_wrong(v, NULL)));
	view_described(data, "DESCRIBED", &ids);
	add_need(v, data);
}

/* ---- kinds ---- */

struct kind {
	const char *section;
	bool fieldset;
	void (*view)(struct question_view *, json_t *data);
};

static struct kind kind_of(const struct question *q)
{
	switch (q->type) {
	case QUESTION_TEXT:
		return q->role == ROLE_LOCALITY ? (struct kind){"PLACE", true, view_place}
						: (struct kind){"LINE", false, view_line};
	case QUESTION_COMMENT:
		return (struct kind){"AREA", false, view_area};
	case QUESTION_DROPDOWN:
		return (struct kind){"SELECT", false, view_select};
	case QUESTION_RATING:
		return (struct kind){"GROUP", true, view_rating};
	case QUESTION_MATRIX:
		return (struct kind){"MATRIX", true, view_matrix};
	case QUESTION_MULTIPLETEXT:
		return (struct kind){"LINES", true, view_lines};
	case QUESTION_RANKING:
		return (struct kind){"RANKING", true, view_ranking};
	case QUESTION_EXPRESSION:
		return (struct kind){"OUTPUT", false, view_output};
	case QUESTION_RADIOGROUP:
	case QUESTION_CHECKBOX:
	case QUESTION_BOOLEAN:
	case QUESTION_HTML:
	case QUESTION_CALCULATED:
		break;
	}
	return (struct kind){"GROUP", true, view_group};
}

/* How the script reads an answer that is no plain text: conditions compare values, not characters. */
static const char *value_kind(const struct question *q)
{
	switch (q->type) {
	case QUESTION_TEXT:
		if (q->role == ROLE_LOCALITY)
			return "place";
		return q->input == INPUT_NUMBER ? "number" : "";
	case QUESTION_RATING:
		return "number";
	case QUESTION_BOOLEAN:
		return "boolean";
	case QUESTION_CHECKBOX:
		return "list";
	case QUESTION_MATRIX:
	case QUESTION_MULTIPLETEXT:
		return "rows";
	case QUESTION_RANKING:
		return "order";
	case QUESTION_COMMENT:
	case QUESTION_RADIOGROUP:
	case QUESTION_DROPDOWN:
	case QUESTION_HTML:
	case QUESTION_EXPRESSION:
	case QUESTION_CALCULATED:
		break;
	}
	return "";
}

json_t *view_question(struct page_view *page, size_t index)
{
	const struct question *q = &page->form->questions[index];
	const json_t *typed = json_object_get(page->step->draft.typed, q->name);
	const json_t *kept = json_object_get(page->step->draft.answers, q->name);
	struct question_view v = {.page = page,
		.question = q,
		.index = index,
		.visible = page->routing.question[index],
		.answer = typed ? typed : kept,
		.kept = kept};
	SCOPED(free_char) char *condition = live_condition(page, q->visible_if);
	json_t *data, *asked;
	struct kind kind = kind_of(q);

	if (!v.visible && !condition)
		return NULL;
	data = json_object();
	asked = json_pack("{s:s, s:s, s:b}", "NAME", q->name, "VALUE_KIND", value_kind(q),
		"LATER", !v.visible);
	if (condition)
		json_object_set_new(
			asked, "WHEN", json_pack("{s:s}", "CONDITION", condition));
	if (q->type == QUESTION_HTML) {
		SCOPED(free_char)
		char *html = answers_fill(
			page->form, q->html, page->step->draft.answers, page->now, true);

		view_set(data, "HTML", html);
		json_object_set_new(asked, "PROSE", data);
		return asked;
	}
	add_common(&v, data);
	json_object_set_new(data, "FIELDSET", json_boolean(kind.fieldset));
	json_object_set_new(data, "IS_GRID", json_boolean(q->type == QUESTION_MATRIX));
	{
		json_t *own = json_object();

		kind.view(&v, own);
		json_object_set_new(data, kind.section, own);
	}
	json_object_set_new(asked, "QUESTION", data);
	return asked;
}
