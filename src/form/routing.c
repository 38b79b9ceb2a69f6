/* SPDX-License-Identifier: Apache-2.0 */
/* Who is asked what: one pass in the order of the form, where a hidden question reads as missing. */
#include <stdlib.h>

#include "rules.h"

static const json_t *visible_answer(void *arg, size_t question)
{
	return walk_answer(arg, question);
}

struct expr_scope walk_scope(struct walk *w)
{
	return (struct expr_scope){visible_answer, w, w->today};
}

void walk_init(
	struct walk *w, const struct form *form, const json_t *answers, usec_t today)
{
	size_t n = form->question_count + 1;
	*w = (struct walk){.form = form, .answers = answers, .today = today};
	w->visible = x_calloc(n, sizeof(*w->visible));
	w->known = x_calloc(n, sizeof(*w->known));
	w->value = x_calloc(n, sizeof(*w->value));
}

void walk_forget(struct walk *w)
{
	for (size_t i = 0; i < w->form->question_count; i++) {
		if (w->known[i])
			json_decref(w->value[i]);
		w->value[i] = NULL;
		w->known[i] = false;
	}
}

void walk_release(struct walk *w)
{
	walk_forget(w);
	free(w->visible);
	free(w->known);
	free(w->value);
	w->visible = w->known = NULL;
	w->value = NULL;
}

static bool is_true(struct walk *w, const struct expr *e)
{
	struct expr_scope scope = walk_scope(w);
	return expr_is_true(e, &scope);
}

bool walk_visible(struct walk *w, size_t question)
{
	const struct question *q = &w->form->questions[question];
	if (q->type == QUESTION_CALCULATED)
		return w->visible[question] = true;
	const struct page *page = &w->form->pages[q->page];
	if (page->first == question)
		w->page_visible = !page->visible_if || is_true(w, page->visible_if);
	bool visible = w->page_visible && (!q->visible_if || is_true(w, q->visible_if));
	w->visible[question] = visible;
	return visible;
}

void walk_to(struct walk *w, size_t question)
{
	for (size_t i = 0; i < question; i++)
		(void)walk_visible(w, i);
}

bool walk_required(struct walk *w, size_t question)
{
	const struct question *q = &w->form->questions[question];
	return q->required || (q->required_if && is_true(w, q->required_if));
}

bool walk_offers(struct walk *w, const struct choice *choice)
{
	return !choice->visible_if || is_true(w, choice->visible_if);
}

/* Is what the answer says one of the choices, and offered? */
static bool stands(struct walk *w, const struct question *q, const json_t *code)
{
	struct str s = json_str(code);
	const struct choice *c = s.p ? question_find_choice(q, s) : NULL;
	return !c || walk_offers(w, c);
}

static bool is_ranked(const json_t *list, const char *code)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *one = json_string_value(json_array_get(list, i));
		if (one && strcmp(one, code) == 0)
			return true;
	}
	return false;
}

/* The answer to a question some choices of which have conditions. New reference or NULL. */
static json_t *offered_part(
	struct walk *w, const struct question *q, const json_t *answer)
{
	if (!json_is_array(answer))
		return stands(w, q, answer) ? json_incref((json_t *)(uintptr_t)answer)
					    : NULL;
	json_t *list = json_array();
	for (size_t i = 0; i < json_array_size(answer); i++) {
		json_t *code = json_array_get(answer, i);
		if (stands(w, q, code))
			json_array_append(list, code);
	}
	bool any = json_array_size(list) > 0;
	for (size_t i = 0; any && q->type == QUESTION_RANKING && i < q->choice_count; i++)
		if (walk_offers(w, &q->choices[i]) &&
			!is_ranked(list, q->choices[i].code))
			json_array_append_new(list, json_string(q->choices[i].code));
	if (any)
		return list;
	json_decref(list);
	return NULL;
}

const json_t *walk_answer(struct walk *w, size_t question)
{
	const struct question *q = &w->form->questions[question];
	bool calculated = q->type == QUESTION_CALCULATED;
	if (!calculated && !w->visible[question])
		return NULL;
	if (!q->expression && !q->choices_depend)
		return json_object_get(w->answers, q->name);
	if (!w->known[question]) {
		struct expr_scope scope = walk_scope(w);
		json_t *value = q->expression
			? expr_value(q->expression, &scope)
			: offered_part(w, q, json_object_get(w->answers, q->name));
		w->value[question] = value;
		w->known[question] = true;
	}
	return w->value[question];
}

void routing_compute(
	struct routing *ret, const struct form *form, const json_t *answers, usec_t today)
{
	SCOPED(walk_release) struct walk w;
	walk_init(&w, form, answers, today);
	ret->page_count = form->page_count;
	ret->question_count = form->question_count;
	ret->page = x_calloc(form->page_count + 1, sizeof(*ret->page));
	ret->required = x_calloc(form->question_count + 1, sizeof(*ret->required));
	for (size_t i = 0; i < form->question_count; i++) {
		if (!walk_visible(&w, i))
			continue;
		ret->required[i] = walk_required(&w, i);
		if (form->questions[i].page < form->page_count)
			ret->page[form->questions[i].page] = true;
	}
	ret->question = TAKE(w.visible);
}

bool answers_offer(const struct form *form, const struct question *q,
	const struct choice *choice, const json_t *answers, usec_t today)
{
	if (!choice->visible_if)
		return true;
	SCOPED(walk_release) struct walk w;
	walk_init(&w, form, answers, today);
	walk_to(&w, form_index(form, q));
	return walk_offers(&w, choice);
}

json_t *answers_value(const struct form *form, const struct question *q,
	const json_t *answers, usec_t today)
{
	SCOPED(walk_release) struct walk w;
	size_t index = form_index(form, q);
	walk_init(&w, form, answers, today);
	walk_to(&w, index + 1);
	return json_incref((json_t *)(uintptr_t)walk_answer(&w, index));
}

void routing_release(struct routing *r)
{
	free(r->question);
	free(r->page);
	free(r->required);
	*r = (struct routing){0};
}

int routing_next(const struct routing *r, int page)
{
	for (size_t i = page < 0 ? 0 : (size_t)page + 1; i < r->page_count; i++)
		if (r->page[i])
			return (int)i;
	return -1;
}

int routing_previous(const struct routing *r, int page)
{
	size_t i = page < 0 ? 0 : (size_t)page;
	if (i > r->page_count)
		i = r->page_count;
	while (i-- > 0)
		if (r->page[i])
			return (int)i;
	return -1;
}

int routing_position(const struct routing *r, int page, int *ret_total)
{
	int total = 0, position = 0;
	for (size_t i = 0; i < r->page_count; i++) {
		total += r->page[i];
		if (page >= 0 && i == (size_t)page)
			position = total;
	}
	*ret_total = total;
	return position;
}
