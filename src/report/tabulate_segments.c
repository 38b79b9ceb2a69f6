/* SPDX-License-Identifier: Apache-2.0 */
/* tabulate_segments.c - the crossings of a form as categories of people. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/form/place.h"
#include "report_private.h"

#define NOT_KNOWN "non_precise"
#define NOT_KNOWN_LABEL "Non précisé"
#define ELSEWHERE "ailleurs"
#define ELSEWHERE_LABEL "Hors Occitanie"

static struct category *add_category(struct segment *s, char *code, char *label)
{
	s->categories = x_realloc(s->categories, (s->count + 1) * sizeof(*s->categories));
	s->categories[s->count] = (struct category){.code = code, .label = label};
	return &s->categories[s->count++];
}

/* The cells of a table; bands with where they begin and end. */
static void take_cells(struct segment *s, const struct tabulation *tab, bool bands)
{
	const struct table *t = &tab->tables[s->table];

	for (size_t i = 0; i < t->cells; i++) {
		struct category *c = add_category(
			s, x_strdup(t->options[i].code), x_strdup(t->options[i].label));
		c->low = t->band + 10 * (double)i;
		c->high = c->low + 9;
		if (!bands)
			c->low = c->high = 0;
	}
}

/* As the codes of territories in the forms: a leading letter, because programs read "09" as nine. */
static void take_departments(struct segment *s)
{
	size_t count;
	const struct department *list = department_list(&count);

	for (size_t i = 0; i < count; i++)
		if (list[i].occitanie)
			add_category(
				s, x_printf("d%s", list[i].code), x_strdup(list[i].name));
	add_category(s, x_strdup(ELSEWHERE), x_strdup(ELSEWHERE_LABEL));
}

/* Which departments are of which half is said by forms/departements.tsv. */
static void take_halves(struct segment *s)
{
	add_category(s, x_strdup("est"), x_strdup("Occitanie Est"));
	add_category(s, x_strdup("ouest"), x_strdup("Occitanie Ouest"));
	add_category(s, x_strdup(ELSEWHERE), x_strdup(ELSEWHERE_LABEL));
}

static void make_segment(struct tabulation *tab, const struct crossing *crossing)
{
	struct segment *s = &tab->segments[tab->segment_count];
	size_t table = tab->first_table[crossing->question];

	if (table == SIZE_MAX)
		return;
	*s = (struct segment){.crossing = crossing, .table = SIZE_MAX};
	switch (crossing->kind) {
	case CROSSING_CHOICES:
	case CROSSING_BANDS:
		s->table = table;
		take_cells(s, tab, crossing->kind == CROSSING_BANDS);
		break;
	case CROSSING_DEPARTMENT:
		take_departments(s);
		break;
	case CROSSING_EAST_WEST:
		take_halves(s);
		break;
	}
	add_category(s, x_strdup(NOT_KNOWN), x_strdup(NOT_KNOWN_LABEL));
	s->people = x_calloc(s->count, sizeof(*s->people));
	s->first = tab->rows;
	tab->rows += s->count;
	tab->segment_count++;
}

void segments_make(struct tabulation *tab)
{
	const struct form *form = tab->form;
	size_t n = form->crossing_count;

	tab->rows = 1;
	tab->segments = x_calloc(n + 1, sizeof(*tab->segments));
	for (size_t i = 0; i < n; i++)
		make_segment(tab, &form->crossings[i]);
	n = tab->segment_count;
	tab->here = x_calloc(n + 1, sizeof(*tab->here));
	tab->pairs = x_calloc(n * n + 1, sizeof(*tab->pairs));
	for (size_t s = 0; s < n; s++)
		for (size_t r = s + 1; r < n; r++) {
			tab->pairs[s * n + r] = tab->joint_size;
			tab->joint_size += tab->segments[s].count *
				tab->segments[r].count;
		}
}

void segments_drop(struct tabulation *tab)
{
	for (size_t i = 0; i < tab->segment_count; i++) {
		struct segment *s = &tab->segments[i];
		for (size_t k = 0; k < s->count; k++) {
			free(s->categories[k].code);
			free(s->categories[k].label);
		}
		free(s->categories);
		free(s->people);
	}
	free(tab->segments);
	free(tab->here);
	free(tab->pairs);
}

static size_t find_category(const struct segment *s, const char *code)
{
	for (size_t i = 0; i + 1 < s->count; i++)
		if (strcmp(s->categories[i].code, code) == 0)
			return i;
	return s->count - 1;
}

size_t segment_of_place(const struct segment *s, const char *code)
{
	if (!code || !place_is_code(str_of(code)))
		return s->count - 1;
	const struct commune *commune = commune_find(str_of(code));
	const struct department *d = commune
		? department_find(str_of(commune->department))
		: NULL;
	if (!d)
		return find_category(s, ELSEWHERE);
	if (s->crossing->kind == CROSSING_EAST_WEST)
		return find_category(s, d->side);
	char name[8];
	(void)snprintf(name, sizeof(name), "d%s", d->code);
	return find_category(s, name);
}
