/* SPDX-License-Identifier: Apache-2.0 */
/*
 * respond_page.c - a page of questions as data for pages/question.html: where one is, what is wrong, what is asked.
 *
 * Questions that answers of this page may add or take away are all in it, those that are not asked now inside <template>,
 * which browsers keep aside: without the script the page is simply as the server computed it.
 */
#include <stdlib.h>

#include "respond_page_private.h"

/* ---- what is wrong, on top of the page ---- */

/* Where it is, in words: seven rows of one grid are seven places. */
static char *problem_place(const struct page_view *v, const struct problem *p)
{
	const struct question *q = p->question;
	const char *part = p->row ? question_part_title(q, str_of(p->row)) : NULL;

	if (part)
		return x_strdup(part);
	return page_words(v, q->short_label ? q->short_label : q->title);
}

/* The id of the field to go to: of its first option, where there are several. */
static char *problem_anchor(const struct problem *p)
{
	const struct question *q = p->question;
	const char *dash = p->row ? "-" : "", *row = p->row ? p->row : "";
	const char *first = q->choice_count > 0 ? q->choices[0].code : "";

	switch (q->type) {
	case QUESTION_MATRIX:
		return x_printf(
			"q-%s-%s-%s", q->name, p->row ? row : q->rows[0].code, first);
	case QUESTION_RANKING:
		return x_printf("q-%s-%s", q->name, p->row ? row : first);
	case QUESTION_MULTIPLETEXT:
		return x_printf("q-%s-%s", q->name, p->row ? row : q->items[0].code);
	case QUESTION_TEXT:
		if (q->role == ROLE_LOCALITY && p->suggestion_count > 0)
			return x_printf("q-%s-%s", q->name, p->suggestions[0]->code);
		return x_printf(
			"q-%s%s", q->name, q->role == ROLE_LOCALITY ? "-texte" : "");
	case QUESTION_RATING:
		return x_printf("q-%s-%.10g", q->name, q->min);
	case QUESTION_RADIOGROUP:
	case QUESTION_CHECKBOX:
	case QUESTION_BOOLEAN:
		/* A first choice with a condition may not be there. */
		if (q->choice_count > 0 && !q->choices[0].visible_if)
			return x_printf("q-%s-%s", q->name, first);
		break;
	case QUESTION_COMMENT:
	case QUESTION_DROPDOWN:
	case QUESTION_HTML:
	case QUESTION_EXPRESSION:
	case QUESTION_CALCULATED:
		break;
	}
	return x_printf("q-%s%s%s", q->name, dash, row);
}

static json_t *problem_items(const struct page_view *v, bool errors)
{
	const struct problems *problems = &v->step->problems;
	json_t *items = json_array();

	for (size_t i = 0; i < problems->count; i++) {
		const struct problem *p = &problems->list[i];
		SCOPED(free_char) char *place = problem_place(v, p);
		SCOPED(free_char) char *anchor = problem_anchor(p);

		if ((p->level == LEVEL_ERROR) == errors)
			json_array_append_new(items,
				json_pack("{s:s, s:s, s:s}", "MESSAGE", p->message,
					"SHORT", place, "ANCHOR", anchor));
	}
	return items;
}

static void add_problems(const struct page_view *v, json_t *data)
{
	json_t *errors = problem_items(v, true), *checks = problem_items(v, false);
	size_t wrong = json_array_size(errors), doubtful = json_array_size(checks);
	SCOPED(free_char) char *number = x_printf("%zu", wrong);
	SCOPED(free_char)
	char *title = wrong == 1
		? x_strdup(words(v->language, "Une réponse est à revoir"))
		: words_fill(
			  v->language, "{n} réponses sont à revoir", "n", number, NULL);
	const char *check = wrong > 0
		? words(v->language, "Et aussi, à vérifier")
		: words(v->language,
			  "À vérifier\u202f: vous pouvez corriger, ou continuer ainsi");

	if (wrong > 0)
		json_object_set_new(data, "ERRORS",
			json_pack("{s:s, s:O}", "COUNT_TEXT", title, "ITEMS", errors));
	if (doubtful > 0)
		json_object_set_new(data, "CHECKS",
			json_pack("{s:s, s:O, s:b}", "COUNT_TEXT", check, "ITEMS", checks,
				"ALONE", wrong == 0));
	json_decref(errors);
	json_decref(checks);
}

/* Names of the questions whose warning is on the page: it is not shown a second time. */
static void add_seen(const struct page_view *v, json_t *data)
{
	const struct problems *problems = &v->step->problems;
	SCOPED(buf_release) struct buf seen = BUF_LIMIT(8192);

	for (size_t i = 0; i < problems->count; i++)
		if (problems->list[i].level != LEVEL_ERROR)
			buf_printf(&seen, "%s%s", seen.n > 0 ? " " : "",
				problems->list[i].question->name);
	view_set(data, "SEEN", buf_str(&seen).p);
}

/* ---- the questions, with their panels ---- */

static void open_panels(
	const struct page_view *v, size_t index, json_t *const *asked, json_t *items)
{
	size_t base = v->form->pages[v->step->page].first;

	for (size_t p = 0; p < v->form->panel_count; p++) {
		const struct panel *panel = &v->form->panels[p];
		bool any = false, now = false;
		json_t *open;

		if (panel->first != index || panel->count == 0 || !panel->title)
			continue;
		for (size_t i = index; i < panel->first + panel->count; i++) {
			any = any || asked[i - base];
			now = now || (asked[i - base] && v->routing.question[i]);
		}
		if (!any)
			continue;
		SCOPED(free_char) char *title = page_words(v, panel->title);
		SCOPED(free_char) char *hint = page_words(v, panel->description);
		open = json_pack("{s:s, s:s, s:s, s:b, s:b}", "PANEL_NAME", panel->name,
			"PANEL_TITLE", title, "PANEL_HINT", hint, "PANEL_LATER", !now,
			"PANEL_TOP", panel->outer < 0);
		json_array_append_new(items, json_pack("{s:o}", "PANEL_OPEN", open));
	}
}

static void close_panels(
	const struct page_view *v, size_t end, json_t *const *asked, json_t *items)
{
	size_t base = v->form->pages[v->step->page].first;

	for (size_t p = 0; p < v->form->panel_count; p++) {
		const struct panel *panel = &v->form->panels[p];
		bool any = false;

		if (panel->first < base || panel->count == 0 || !panel->title ||
			panel->first + panel->count != end)
			continue;
		for (size_t i = panel->first; i < end; i++)
			any = any || asked[i - base];
		if (any)
			json_array_append_new(
				items, json_pack("{s:b}", "PANEL_CLOSE", 1));
	}
}

static json_t *page_items(struct page_view *v, json_t *data)
{
	const struct page *page = &v->form->pages[v->step->page];
	json_t **asked = x_calloc(page->count + 1, sizeof(json_t *));
	SCOPED(buf_release) struct buf shown = BUF_LIMIT(1 << 16);
	json_t *items = json_array();

	for (size_t i = 0; i < page->count; i++) {
		asked[i] = view_question(v, page->first + i);
		if (v->routing.question[page->first + i])
			buf_printf(&shown, "%s%s", shown.n > 0 ? " " : "",
				v->form->questions[page->first + i].name);
	}
	for (size_t i = 0; i < page->count; i++) {
		open_panels(v, page->first + i, asked, items);
		if (asked[i])
			json_array_append_new(
				items, json_pack("{s:O}", "ASKED", asked[i]));
		close_panels(v, page->first + i + 1, asked, items);
	}
	for (size_t i = 0; i < page->count; i++)
		json_decref(asked[i]);
	free(asked);
	view_set(data, "SHOWN", buf_str(&shown).p);
	return items;
}

/* ---- the page ---- */

static void add_progress(const struct page_view *v, json_t *data, int position, int total)
{
	int minutes = total > 0
		? (v->form->minutes * (total - position + 1) + total - 1) / total
		: 0;

	json_object_set_new(data, "POSITION", json_integer(position));
	json_object_set_new(data, "TOTAL", json_integer(total));
	if (minutes > 1)
		json_object_set_new(
			data, "LEFT", json_pack("{s:i}", "MINUTES_LEFT", minutes));
}

static char *page_heading(
	const struct page_view *v, const char *title, int position, int total)
{
	bool wrong = problems_count(&v->step->problems, LEVEL_ERROR) > 0;
	SCOPED(free_char) char *n = x_printf("%d", position);
	SCOPED(free_char) char *of = x_printf("%d", total);

	if (wrong)
		return words_fill(v->language,
			"Erreur\u202f: {titre}, page {n} sur {total}", "titre", title,
			"n", n, "total", of, NULL);
	return words_fill(v->language, "{titre}, page {n} sur {total}", "titre", title,
		"n", n, "total", of, NULL);
}

void respond_page(struct step *step, int status)
{
	struct page_view v;
	const struct page *page = &step->form->pages[step->page];
	json_t *data = json_object();
	int total, position;

	page_view_init(&v, step);
	position = routing_position(&v.routing, step->page, &total);
	add_progress(&v, data, position, total);
	add_problems(&v, data);
	add_seen(&v, data);
	json_object_set_new(data, "ENTRIES", page_items(&v, data));
	json_object_set_new(data, "CONDITIONAL", json_boolean(v.conditional));
	{
		SCOPED(free_char) char *title = page_words(&v, page->title);
		SCOPED(free_char) char *description = page_words(&v, page->description);
		SCOPED(free_char)
		char *heading = page_heading(&v, title, position, total);

		view_set(data, "AUDIENCE_LABEL", v.form->audience_label);
		view_set(data, "PAGE_TITLE", title);
		view_set(data, "PAGE_DESCRIPTION", description);
		json_object_set_new(data, "NUMBER", json_integer(step->page + 1));
		json_object_set_new(data, "TURN", json_integer(step->draft.turn));
		json_object_set_new(data, "NEW", json_boolean(step->page_grew));
		json_object_set_new(data, "RECAP", json_boolean(step->recap));
		json_object_set_new(data, "SHARED", json_boolean(step->visit.shared));
		json_object_set_new(data, "BACK",
			json_boolean(!step->recap &&
				routing_previous(&v.routing, step->page) >= 0));
		info_page(step->exchange, status, heading, "question.html", data);
	}
	page_view_release(&v);
}
