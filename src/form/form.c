/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/form/form.h"

#include <stdlib.h>

#include "reader.h"

struct form *form_new(void)
{
	struct form_owner *owner = x_calloc(1, sizeof(*owner));
	return &owner->form;
}

struct form_owner *form_owner(struct form *form)
{
	return (struct form_owner *)form;
}

void form_free(struct form *form)
{
	if (!form)
		return;
	struct form_owner *owner = form_owner(form);
	for (size_t i = 0; i < owner->expr_count; i++)
		expr_free(owner->exprs[i]);
	free(owner->exprs);
	arena_release(&owner->arena);
	free(owner);
}

/* Insertion sort: forms have dozens of questions and are read once. */
void form_index_names(struct form_owner *owner)
{
	const struct question *questions = owner->form.questions;
	uint16_t *order = arena_alloc(
		&owner->arena, owner->form.question_count, sizeof(*order));
	for (size_t i = 0; i < owner->form.question_count; i++) {
		size_t at = i;
		while (at > 0 &&
			strcmp(questions[order[at - 1]].name, questions[i].name) > 0) {
			order[at] = order[at - 1];
			at--;
		}
		order[at] = (uint16_t)i;
	}
	owner->by_name = order;
}

static int compare_name(struct str a, const char *b)
{
	size_t n = strlen(b), shorter = a.n < n ? a.n : n;
	int order = shorter > 0 ? memcmp(a.p, b, shorter) : 0;
	return order != 0 ? order : (a.n > n) - (a.n < n);
}

const struct question *form_find(const struct form *form, struct str name)
{
	const uint16_t *order = ((const struct form_owner *)form)->by_name;
	size_t low = 0, high = form->question_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct question *q = &form->questions[order[middle]];
		int side = compare_name(name, q->name);
		if (side == 0)
			return q;
		if (side < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

size_t form_index(const struct form *form, const struct question *q)
{
	must(q >= form->questions && q < form->questions + form->question_count);
	return (size_t)(q - form->questions);
}

static const struct choice *find(const struct choice *list, size_t count, struct str code)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq_z(code, list[i].code))
			return &list[i];
	return NULL;
}

const struct choice *question_find_choice(const struct question *q, struct str code)
{
	return find(q->choices, q->choice_count, code);
}

const struct choice *question_find_row(const struct question *q, struct str code)
{
	return find(q->rows, q->row_count, code);
}

static void outline_question(const struct question *q, struct buf *out)
{
	static const char *const types[] = {"text", "comment", "radiogroup", "checkbox",
		"dropdown", "boolean", "rating", "matrix", "html", "calculated"};
	static const char *const roles[] = {
		"opinion", "segment", "locality", "text", "identifying", "contact"};
	buf_printf(out, "  %s: %s, %s%s%s\n", q->name, types[q->type], roles[q->role],
		q->required ? ", required" : "", q->sensitive ? ", sensitive" : "");
	if (q->title[0])
		buf_printf(out, "    %s\n", q->title);
	if (q->visible_if)
		buf_printf(out, "    %s %s\n",
			q->type == QUESTION_CALCULATED ? "=" : "if",
			expr_source(q->visible_if));
	for (size_t i = 0; i < q->row_count; i++)
		buf_printf(out, "    > %s: %s\n", q->rows[i].code, q->rows[i].text);
	for (size_t i = 0; i < q->choice_count; i++)
		buf_printf(out, "    - %s: %s%s%s\n", q->choices[i].code,
			q->choices[i].text, q->choices[i].exclusive ? " (exclusive)" : "",
			q->choices[i].not_concerned ? " (not concerned)" : "");
	if (q->has_other)
		buf_printf(out, "    - other: %s\n", q->other_text);
}

void form_outline(const struct form *form, struct buf *out)
{
	buf_printf(out, "%s %s, %d min, %zu bytes, hash %s\n%s\n", form->audience,
		form->version, form->minutes, form->box_bytes, form->hash, form->title);
	size_t next = 0;
	for (size_t i = 0; i < form->page_count; i++) {
		const struct page *page = &form->pages[i];
		buf_printf(out, "%zu. %s: %s\n", i + 1, page->name, page->title);
		if (page->visible_if)
			buf_printf(out, "  if %s\n", expr_source(page->visible_if));
		for (; next < page->first + page->count; next++)
			outline_question(&form->questions[next], out);
	}
	if (next < form->question_count)
		buf_puts(out, "calculated\n");
	for (; next < form->question_count; next++)
		outline_question(&form->questions[next], out);
}
