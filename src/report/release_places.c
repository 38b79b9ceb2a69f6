/* SPDX-License-Identifier: Apache-2.0 */
/* release_places.c - the places of a locality in the order they are told in. */
#include <stdlib.h>

#include "barometre/base/fold.h"
#include "barometre/form/place.h"
#include "release_private.h"

static int by_frequency(const void *a, const void *b)
{
	const struct place_line *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	int order = fold_compare(str_of(x->label), str_of(y->label));
	return order ? order : strcmp(x->code, y->code);
}

/* The sizes of departments are told, and places lie in them: what is gathered must not follow from both. */
static void make_parts(
	struct place_list *list, const struct tabulation *tab, const struct table *t)
{
	size_t *at;

	list->parts = x_calloc(tab->segment_count + 1, sizeof(*list->parts));
	list->category_of = x_calloc(
		tab->segment_count * list->count + 1, sizeof(*list->category_of));
	at = list->category_of;
	for (size_t s = 0; s < tab->segment_count; s++) {
		const struct segment *segment = &tab->segments[s];
		if (segment->crossing->question != t->index || segment->table != SIZE_MAX)
			continue;
		list->parts[list->part_count++] = (struct plan_part){
			.segment = s, .category_of = at};
		for (size_t i = 0; i < list->count; i++)
			*at++ = segment_of_place(segment, list->lines[i].code);
	}
}

void place_list_make(
	struct place_list *list, const struct tabulation *tab, const struct table *t)
{
	const struct places *p = &t->places;

	*list = (struct place_list){.count = p->count,
		.lines = x_calloc(p->count + 1, sizeof(*list->lines)),
		.counts = x_calloc(p->count + 1, sizeof(*list->counts))};
	for (size_t i = 0; i < p->count; i++) {
		char *label = place_label(str_of(p->list[i].code));
		must(label);
		list->lines[i] = (struct place_line){
			x_strdup(p->list[i].code), label, p->list[i].count};
	}
	qsort(list->lines, list->count, sizeof(*list->lines), by_frequency);
	for (size_t i = 0; i < list->count; i++)
		list->counts[i] = list->lines[i].count;
	make_parts(list, tab, t);
}

void place_list_release(struct place_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->lines[i].code);
		free(list->lines[i].label);
	}
	free(list->lines);
	free(list->counts);
	free(list->parts);
	free(list->category_of);
	*list = (struct place_list){0};
}
