/* SPDX-License-Identifier: Apache-2.0 */
/* release_plan.c - counters as the plan that protect() judges. Nothing is copied that the tabulation holds. */
#include <stdlib.h>

#include "release_private.h"

bool table_has_cells(const struct table *t)
{
	switch (t->type) {
	case TABLE_SINGLE:
	case TABLE_MULTIPLE:
	case TABLE_MATRIX:
	case TABLE_SCALE:
	case TABLE_RANKING:
	case TABLE_RANK:
	case TABLE_COUNT:
		return t->cells > 0;
	case TABLE_NUMBER:
		return t->banded;
	case TABLE_CALCULATED:
		return t->texts == 0 && t->values[0].people == 0;
	case TABLE_LOCALITY:
		return t->places.count > 0;
	case TABLE_TEXT:
	case TABLE_IDENTIFYING:
		break;
	}
	return false;
}

static struct plan_row plan_row_of(const struct table *t, size_t row, int64_t people)
{
	const int64_t *c = table_row(t, row);

	return (struct plan_row){.base = c[COUNTER_BASE],
		.not_answered = c[COUNTER_ASKED] - c[COUNTER_BASE] - c[COUNTER_ASIDE],
		.not_concerned = people - c[COUNTER_ASKED] + c[COUNTER_ASIDE],
		.cells = c + COUNTER_CELLS};
}

/* ---- what a question's condition reads ---- */

/* Conditions name a handful of questions; of one that names more, every earlier question is a filter. */
#define FILTERS_MAX 64

struct filters {
	const struct tabulation *tab;
	struct plan_filter *list;
	size_t count, before; /* tables before this one */
};

static void add_filter(struct filters *f, size_t table, size_t cell)
{
	if (table >= f->before)
		return;
	bool several = f->tab->tables[table].type == TABLE_MULTIPLE;
	for (size_t i = 0; i < f->count; i++) {
		if (f->list[i].question != table)
			continue;
		/* Of one answer: two of its cells are asked for. */
		if (!several && f->list[i].cell != cell)
			f->list[i].cell = PLAN_ANY_CELL;
		if (!several || f->list[i].cell == cell)
			return;
	}
	f->list[f->count++] = (struct plan_filter){table, cell};
}

/* Its cells are what a condition can ask for by a code. */
static bool has_codes(const struct table *t)
{
	return t->type == TABLE_MULTIPLE || t->type == TABLE_SINGLE ||
		t->type == TABLE_MATRIX || t->type == TABLE_SCALE;
}

/* Not the tables that only count what others tell. */
static void add_read(struct filters *f, const struct expr_filter *read)
{
	const struct tabulation *tab = f->tab;
	size_t first = tab->first_table[read->question];

	for (size_t i = first; i < tab->table_count; i++) {
		const struct table *t = &tab->tables[i];
		size_t cell = PLAN_ANY_CELL;
		if (t->index != read->question)
			break;
		if (t->type == TABLE_COUNT || t->type == TABLE_RANK ||
			(read->row && t->row && strcmp(read->row, t->row) != 0))
			continue;
		for (size_t k = 0; has_codes(t) && k < t->cells; k++)
			if (read->code.p && str_eq_z(read->code, t->options[k].code))
				cell = k;
		add_filter(f, i, cell);
	}
}

static void add_condition(struct filters *f, const struct expr *condition)
{
	struct expr_filter reads[FILTERS_MAX];

	if (!condition)
		return;
	size_t n = expr_filters(condition, f->tab->form, reads, FILTERS_MAX);
	for (size_t i = 0; i < n && i < FILTERS_MAX; i++)
		add_read(f, &reads[i]);
	for (size_t i = 0; n > FILTERS_MAX && i < f->before; i++)
		add_filter(f, i, PLAN_ANY_CELL);
}

/* Room for every earlier table, with every cell of it. */
static size_t filter_room(const struct tabulation *tab)
{
	size_t room = 0;

	for (size_t i = 0; i < tab->table_count; i++)
		room += 1 + tab->tables[i].cells;
	return room;
}

static void add_filters(struct filters *f, const struct table *t)
{
	const struct form *form = f->tab->form;
	size_t page = t->question->page;

	f->before = f->tab->first_table[t->index];
	if (page < form->page_count)
		add_condition(f, form->pages[page].visible_if);
	add_condition(f, t->question->visible_if);
}

/* ---- the plan ---- */

static bool is_ordered(const struct table *t)
{
	return t->type == TABLE_SCALE || t->type == TABLE_NUMBER ||
		t->type == TABLE_COUNT || t->type == TABLE_RANK;
}

static void plan_crossing(struct planned *p, const struct tabulation *tab, size_t table,
	struct plan_row **rows, const struct plan_row ***by_segment,
	const int64_t ***joints)
{
	struct plan_question *q = &p->questions[table];
	const struct table *t = &tab->tables[table];
	size_t n = tab->segment_count;

	q->rows = *by_segment;
	q->joint = *joints;
	for (size_t s = 0; s < n; s++) {
		const struct segment *segment = &tab->segments[s];
		*(*by_segment)++ = *rows;
		for (size_t c = 0; c < segment->count; c++)
			*(*rows)++ = plan_row_of(
				t, segment->first + c, segment->people[c]);
		for (size_t r = s + 1; r < n; r++)
			*(*joints)++ = t->joint + tab->pairs[s * n + r];
		if (segment->table == table)
			q->is_segment = s + 1;
	}
}

static void plan_question(
	struct planned *p, const struct tabulation *tab, size_t table, size_t *collapse)
{
	const struct table *t = &tab->tables[table];
	struct plan_question *q = &p->questions[table];
	bool cells = table_has_cells(t);

	*q = (struct plan_question){.shape = !cells ? PLAN_BASE
			: t->type == TABLE_MULTIPLE ? PLAN_MULTIPLE
						    : PLAN_SINGLE,
		.sensitive = t->sensitive,
		.ordered = is_ordered(t),
		.crossable = cells && t->crossed && tab->segment_count > 0,
		.cells = cells ? t->cells : 0,
		.whole = plan_row_of(t, 0, tab->people)};
	if (cells && t->type == TABLE_LOCALITY) {
		struct place_list *list = &p->lists[table];
		place_list_make(list, tab, t);
		q->cells = list->count;
		q->whole.cells = list->counts;
		q->parts = list->parts;
		q->part_count = list->part_count;
	}
	if (cells && t->question->collapse_count > 0 && t->type != TABLE_COUNT) {
		const size_t *classes = t->question->collapse;
		size_t all = t->question->choice_count + t->question->has_other, at = 0;
		/* Choices "not concerned" are no cells and have no class. */
		for (size_t i = 0; i < all; i++)
			if (classes[i] != SIZE_MAX)
				collapse[at++] = classes[i];
		must(at == t->cells);
		q->collapse = collapse;
		q->collapse_count = t->question->collapse_count;
	}
}

void planned_make(
	struct planned *p, const struct tabulation *tab, struct thresholds thresholds)
{
	size_t tables = tab->table_count, n = tab->segment_count, cells = 0;

	for (size_t i = 0; i < tables; i++)
		cells += tab->tables[i].cells;
	*p = (struct planned){.segments = x_calloc(n + 1, sizeof(*p->segments)),
		.questions = x_calloc(tables + 1, sizeof(*p->questions)),
		.rows = x_calloc(tables * tab->rows + 1, sizeof(*p->rows)),
		.by_segment = x_calloc(tables * n + 1, sizeof(*p->by_segment)),
		.joints = x_calloc(tables * n * n + 1, sizeof(*p->joints)),
		.collapse = x_calloc(cells + 1, sizeof(*p->collapse)),
		.lists = x_calloc(tables + 1, sizeof(*p->lists)),
		.sources = x_calloc(tables + 1, sizeof(*p->sources)),
		.tables = tables};
	struct plan_row *rows = p->rows;
	const struct plan_row **by_segment = p->by_segment;
	const int64_t **joints = p->joints;
	size_t *collapse = p->collapse, filters = 0;
	struct filters f = {
		.tab = tab, .list = x_calloc(filter_room(tab) + 1, sizeof(*f.list))};

	for (size_t s = 0; s < n; s++)
		p->segments[s] = (struct plan_segment){
			.ordered = tab->segments[s].crossing->kind == CROSSING_BANDS,
			.categories = tab->segments[s].count,
			.people = tab->segments[s].people};
	for (size_t i = 0; i < tables; i++) {
		struct plan_question *q = &p->questions[i];
		plan_question(p, tab, i, collapse);
		collapse += tab->tables[i].cells;
		/* A calculated number is told of everybody only, but beside groups of what it reads. */
		if (q->crossable || (n > 0 && tab->tables[i].type == TABLE_CALCULATED))
			plan_crossing(p, tab, i, &rows, &by_segment, &joints);
		planned_sources_make(p, tab, i);
		f.count = 0;
		add_filters(&f, &tab->tables[i]);
		p->filters = x_realloc(
			p->filters, (filters + f.count + 1) * sizeof(*p->filters));
		memcpy(p->filters + filters, f.list, f.count * sizeof(*f.list));
		filters += f.count;
		q->filter_count = f.count;
	}
	filters = 0;
	for (size_t i = 0; i < tables; i++) {
		p->questions[i].filters = p->filters + filters;
		filters += p->questions[i].filter_count;
	}
	free(f.list);
	p->plan = (struct plan){.thresholds = thresholds,
		.segments = p->segments,
		.segment_count = n,
		.questions = p->questions,
		.question_count = tables};
}

void planned_release(struct planned *p)
{
	for (size_t i = 0; i < p->tables; i++)
		place_list_release(&p->lists[i]);
	for (size_t i = 0; i < p->tables; i++)
		planned_sources_release(&p->sources[i]);
	free(p->lists);
	free(p->sources);
	free(p->segments);
	free(p->questions);
	free(p->rows);
	free(p->by_segment);
	free(p->joints);
	free(p->filters);
	free(p->collapse);
	*p = (struct planned){0};
}
