/* SPDX-License-Identifier: Apache-2.0 */
/* Who is asked what: one pass in the order of the form, where a hidden question reads as missing. */
#include <stdlib.h>

#include "rules.h"

static const json_t *visible_answer(void *arg, size_t question)
{
	const struct walk *w = arg;
	const struct question *q = &w->form->questions[question];
	if (q->type == QUESTION_CALCULATED)
		return w->calculated ? json_object_get(w->calculated, q->name) : NULL;
	return w->visible[question] ? json_object_get(w->answers, q->name) : NULL;
}

struct expr_scope walk_scope(struct walk *w)
{
	return (struct expr_scope){visible_answer, w, w->today};
}

void walk_init(
	struct walk *w, const struct form *form, const json_t *answers, usec_t today)
{
	*w = (struct walk){.form = form, .answers = answers, .today = today};
	w->visible = x_calloc(form->question_count + 1, sizeof(*w->visible));
}

void walk_release(struct walk *w)
{
	free(w->visible);
	w->visible = NULL;
}

bool walk_visible(struct walk *w, size_t question)
{
	const struct question *q = &w->form->questions[question];
	struct expr_scope scope = walk_scope(w);
	if (q->type == QUESTION_CALCULATED)
		return w->visible[question] = true;
	const struct page *page = &w->form->pages[q->page];
	if (page->first == question)
		w->page_visible = !page->visible_if ||
			expr_is_true(page->visible_if, &scope);
	bool visible = w->page_visible &&
		(!q->visible_if || expr_is_true(q->visible_if, &scope));
	w->visible[question] = visible;
	return visible;
}

void routing_compute(
	struct routing *ret, const struct form *form, const json_t *answers, usec_t today)
{
	struct walk w;
	walk_init(&w, form, answers, today);
	ret->page_count = form->page_count;
	ret->question_count = form->question_count;
	ret->page = x_calloc(form->page_count + 1, sizeof(*ret->page));
	for (size_t i = 0; i < form->question_count; i++)
		if (walk_visible(&w, i) && form->questions[i].page < form->page_count)
			ret->page[form->questions[i].page] = true;
	ret->question = TAKE(w.visible);
	walk_release(&w);
}

void routing_release(struct routing *r)
{
	free(r->question);
	free(r->page);
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
