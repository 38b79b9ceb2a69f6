/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/form/form.h"

#include <stdlib.h>

#include "barometre/base/pattern.h"
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
	for (size_t i = 0; i < owner->variant_count; i++)
		form_free(&owner->variants[i]->form);
	free(owner->variants);
	for (size_t i = 0; i < owner->expr_count; i++)
		expr_free(owner->exprs[i]);
	free(owner->exprs);
	for (size_t i = 0; i < owner->pattern_count; i++)
		pattern_free(owner->patterns[i]);
	free(owner->patterns);
	arena_release(&owner->arena);
	free(owner);
}

const struct form *form_in(const struct form *form, const struct language *language)
{
	const struct form_owner *root = ((const struct form_owner *)form)->root;
	for (size_t i = 0; i < root->variant_count; i++)
		if (root->variants[i]->form.language == language)
			return &root->variants[i]->form;
	return &root->form;
}

bool form_speaks(const struct form *form, const struct language *language)
{
	const struct form_owner *root = ((const struct form_owner *)form)->root;
	return root->speaks[language - language_list(NULL)];
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

const struct text_item *question_find_item(const struct question *q, struct str code)
{
	for (size_t i = 0; i < q->item_count; i++)
		if (str_eq_z(code, q->items[i].code))
			return &q->items[i];
	return NULL;
}

const char *question_part_title(const struct question *q, struct str code)
{
	const struct choice *choice = q->type == QUESTION_MATRIX
		? question_find_row(q, code)
		: q->type == QUESTION_RANKING ? question_find_choice(q, code)
					      : NULL;
	const struct text_item *item = question_find_item(q, code);

	return choice ? choice->text : item ? item->title : NULL;
}

const char *question_published(const struct question *q, struct str edition)
{
	for (size_t i = 0; i < q->published_count; i++)
		if (str_eq_z(edition, q->published[i].edition))
			return q->published[i].wording;
	return NULL;
}

enum series question_series(const struct question *q, struct str edition)
{
	for (size_t i = 0; i < q->comparable_count; i++)
		if (str_eq_z(edition, q->comparable[i].edition))
			return q->comparable[i].series;
	return SERIES_NONE;
}

const char *series_name(enum series series)
{
	static const char *const names[] = {
		[SERIES_NONE] = "none",
		[SERIES_BASE] = "base",
		[SERIES_OPTIONS] = "options",
		[SERIES_WORDING] = "wording",
		[SERIES_SAME] = "same",
	};
	return names[series];
}
