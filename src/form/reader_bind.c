/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions and expressions, when every question is in its place. A calculated value is bound as soon as all it reads
 * has been: so questions behind that may read it.
 */
#include <stdlib.h>

#include "reader.h"

/* The form is being made: its parts are ours to write. */
static struct question *question_at(struct reader *r, size_t index)
{
	return (struct question *)(uintptr_t)&r->owner->form.questions[index];
}

static bool bind_text(struct reader *r, json_t *o, const char *key, struct str text,
	const char *what, size_t before, const struct expr **ret)
{
	struct expr *e = NULL;
	struct err why = {0};
	if (!reader_expr(r, o, key, text, what, &e))
		return false;
	bool condition = strcmp(key, "expression") != 0;
	if (!expr_bind(e, &r->owner->form, before, condition, &why))
		return reader_refuse_in(
			r, o, key, why.line, "%s of %.80s, %s", key, what, why.text);
	*ret = e;
	return true;
}

/* An optional condition of the object: "visibleIf" or "requiredIf". */
static bool bind_member(struct reader *r, json_t *o, const char *key, const char *what,
	size_t before, const struct expr **ret)
{
	const char *text = NULL;
	if (!reader_string(r, o, key, &text))
		return false;
	return !text || bind_text(r, o, key, str_of(text), what, before, ret);
}

/* With the conditions of the panels around it. */
static bool bind_visible(struct reader *r, size_t i)
{
	const struct pending *p = &r->questions[i];
	struct question *q = question_at(r, i);
	/* Its own condition alone first: the column of a mistake is then that of the file. */
	if (!bind_member(r, p->object, "visibleIf", q->name, i, &q->visible_if))
		return false;
	if (!p->panel_if)
		return true;
	const char *own = json_string_value(json_object_get(p->object, "visibleIf"));
	SCOPED(free_char)
	char *text = own ? x_printf("(%s) and (%s)", p->panel_if, own)
			 : x_strdup(p->panel_if);
	return bind_text(
		r, p->object, "visibleIf", str_of(text), q->name, i, &q->visible_if);
}

static bool bind_choices(struct reader *r, size_t i)
{
	const struct question *q = question_at(r, i);
	json_t *list = json_object_get(r->questions[i].object, "choices");
	for (size_t k = 0; k < json_array_size(list); k++) {
		json_t *one = json_array_get(list, k);
		struct choice *c = (struct choice *)(uintptr_t)&q->choices[k];
		if (json_is_object(one) &&
			!bind_member(r, one, "visibleIf", c->code, i, &c->visible_if))
			return false;
	}
	return true;
}

/* They may read the question itself. */
static bool bind_validators(struct reader *r, size_t i)
{
	const struct question *q = question_at(r, i);
	json_t *list = json_object_get(r->questions[i].object, "validators");
	for (size_t k = 0; k < q->validator_count; k++) {
		json_t *one = json_array_get(list, k);
		struct validator *v = (struct validator *)(uintptr_t)&q->validators[k];
		const char *text = "";
		struct err why = {0};
		struct expr *e = NULL;
		if (v->kind != VALIDATOR_EXPRESSION)
			continue;
		if (!reader_need_string(r, one, "expression", &text) ||
			!reader_expr(r, one, "expression", str_of(text), q->name, &e))
			return false;
		if (!expr_bind(e, &r->owner->form, i + 1, true, &why))
			return reader_refuse_in(r, one, "expression", why.line,
				"expression of a validator of %.80s, %s", q->name,
				why.text);
		v->expression = e;
	}
	return true;
}

/* What is worked out goes with the answers: it must not carry what is sealed apart. */
static bool check_sources(struct reader *r, json_t *o, const struct question *q)
{
	const struct form *f = &r->owner->form;
	for (size_t i = 0; i < f->question_count; i++) {
		enum question_role role = f->questions[i].role;
		if ((role == ROLE_CONTACT || role == ROLE_IDENTIFYING) &&
			expr_reads(q->expression, i))
			return reader_refuse(r, o, "expression",
				"'%s' would carry '%s', which is sealed apart: leave it out",
				q->name, f->questions[i].name);
	}
	return true;
}

static bool bind_expression(struct reader *r, json_t *o, size_t i)
{
	struct question *q = question_at(r, i);
	const char *text = "";
	return reader_need_string(r, o, "expression", &text) &&
		bind_text(r, o, "expression", str_of(text), q->name, i, &q->expression) &&
		check_sources(r, o, q);
}

static bool bind_question(struct reader *r, size_t i)
{
	json_t *o = r->questions[i].object;
	struct question *q = question_at(r, i);
	return bind_visible(r, i) &&
		(q->type != QUESTION_EXPRESSION || bind_expression(r, o, i)) &&
		bind_member(r, o, "requiredIf", q->name, i, &q->required_if) &&
		bind_choices(r, i);
}

/* For each calculated value the index behind the last question it reads. What cannot be parsed is told later. */
static size_t *when_ready(struct reader *r, json_t *list)
{
	const struct form *f = &r->owner->form;
	size_t n = json_array_size(list);
	size_t *ready = x_calloc(n + 1, sizeof(*ready));
	for (size_t i = 0; i < n; i++) {
		json_t *text = json_object_get(json_array_get(list, i), "expression");
		struct expr *e = json_is_string(text)
			? expr_parse(str_of(json_string_value(text)), NULL)
			: NULL;
		if (e)
			ready[i] = expr_named(e, f, ready);
		expr_free(e);
	}
	return ready;
}

/* Those that read nothing from `limit` on, in the order of the list. */
static bool bind_calculated(
	struct reader *r, json_t *list, const size_t *ready, size_t limit)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		size_t index = r->count + i;
		if (question_at(r, index)->expression || ready[i] > limit)
			continue;
		if (!bind_expression(r, json_array_get(list, i), index))
			return false;
	}
	return true;
}

static void free_sizes(size_t **p)
{
	free(*p);
}

static bool bind_page(struct reader *r, json_t *root, size_t index)
{
	struct page *page = (struct page *)(uintptr_t)&r->owner->form.pages[index];
	json_t *o = json_array_get(json_object_get(root, "pages"), index);
	return bind_member(r, o, "visibleIf", page->name, page->first, &page->visible_if);
}

bool reader_bind(struct reader *r, json_t *root)
{
	const struct form *f = &r->owner->form;
	json_t *calculated = json_object_get(root, "calculatedValues");
	SCOPED(free_sizes) size_t *ready = when_ready(r, calculated);
	for (size_t i = 0; i < r->count; i++) {
		size_t page = f->questions[i].page;
		if (!bind_calculated(r, calculated, ready, i) ||
			(f->pages[page].first == i && !bind_page(r, root, page)) ||
			!bind_question(r, i) ||
			!bind_calculated(r, calculated, ready, i + 1) ||
			!bind_validators(r, i))
			return false;
	}
	return bind_calculated(r, calculated, ready, SIZE_MAX);
}

/* "name" or "name.row" of an answer that a text of `page` may hold. NULL, or why not. */
static const char *why_not_piped(const struct form *f, struct str name, size_t page)
{
	struct str head, rest = name;
	must(str_cut(&rest, '.', &head));
	const struct question *q = form_find(f, head);
	if (!q || q->type == QUESTION_HTML)
		return "no question is called so: correct the name";
	if (page >= f->page_count)
		return "this text stands outside of the pages, or is an example or a label "
		       "of tables: write it without names in braces";
	if (rest.p && q->type == QUESTION_MATRIX && !question_find_row(q, rest))
		return "the matrix has no such row: correct the name";
	if (rest.p && q->type != QUESTION_MATRIX && !question_find_item(q, rest))
		return "the question has no such part: remove what stands behind the dot";
	bool worked_out = q->expression != NULL;
	bool shown_here = q->type != QUESTION_CALCULATED && q->page == page;
	if (worked_out && shown_here && q->visible_if &&
		q->visible_if->after > f->pages[page].first)
		return "it is shown or not by answers of the same page: move the text to "
		       "a later page";
	if (worked_out && (q->type == QUESTION_CALCULATED || q->page <= page)
			? q->expression->after <= f->pages[page].first
			: q->page < page)
		return NULL;
	return "it is answered on the same page or later: move the text to a later page";
}

bool reader_check_piped(struct reader *r)
{
	for (size_t i = 0; i < r->piped_count; i++) {
		const struct piped *p = &r->piped[i];
		struct str rest = str_of(p->text), part;
		while (str_cut(&rest, '{', &part) && rest.p) {
			struct str name = rest;
			const char *end = memchr(rest.p, '}', rest.n);
			if (!end)
				break;
			name.n = (size_t)(end - rest.p);
			const char *why = why_not_piped(&r->owner->form, name, p->page);
			if (why)
				return reader_refuse(r, p->object, p->key,
					"'%s' holds {%.*s}: %s", p->key,
					(int)(name.n > 60 ? 60 : name.n), name.p, why);
		}
	}
	return true;
}
