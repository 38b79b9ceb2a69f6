/* SPDX-License-Identifier: Apache-2.0 */
/* tabulate_sources.c - what a calculated value reads, and how many gave each combination of it: what L5 of privacy/protect.h asks. */
#include <stdlib.h>

#include "report_private.h"

/* A value that names more is open. */
#define READS_MAX 32
/* So is one with more combinations than this. */
#define COMBINATIONS_MAX 64

struct maker {
	const struct tabulation *tab;
	struct table *t;
	bool silent; /* reads what is never told: texts, dates, names */
};

static struct source *add_source(struct maker *m, size_t table)
{
	struct table *t = m->t;

	t->sources = x_realloc(t->sources, (t->source_count + 1) * sizeof(*t->sources));
	t->sources[t->source_count] = (struct source){.table = table};
	return &t->sources[t->source_count++];
}

static void add_cell(struct source *s, size_t cell)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->cells[i] == cell)
			return;
	s->cells = x_realloc(s->cells, (s->count + 1) * sizeof(*s->cells));
	s->cells[s->count++] = cell;
}

static size_t cell_of(const struct table *t, struct str code)
{
	for (size_t i = 0; code.p && i < t->cells; i++)
		if (str_eq_z(code, t->options[i].code))
			return i;
	return SIZE_MAX;
}

/* One cell a person: a value reads some codes of it, or all of it. */
static void add_single(struct maker *m, size_t table, struct str code)
{
	const struct table *read = &m->tab->tables[table];
	size_t cell = cell_of(read, code);
	struct source *s = NULL;

	for (size_t i = 0; i < m->t->source_count; i++)
		if (m->t->sources[i].table == table)
			s = &m->t->sources[i];
	if (!s)
		s = add_source(m, table);
	if (code.p && cell == SIZE_MAX)
		m->t->open = true; /* "not concerned" is no cell */
	else if (code.p)
		add_cell(s, cell);
	for (size_t i = 0; !code.p && i < read->cells; i++)
		add_cell(s, i);
}

/* Of several ticks each option is a source by itself; so is all of it, where no option is named. */
static void add_option_read(struct maker *m, size_t table, struct str code)
{
	size_t cell = cell_of(&m->tab->tables[table], code);

	for (size_t i = 0; i < m->t->source_count; i++) {
		const struct source *s = &m->t->sources[i];
		if (s->table == table && s->count == 1 && s->cells[0] == cell)
			return;
	}
	struct source *s = add_source(m, table);
	if (cell == SIZE_MAX)
		m->t->open = true;
	else
		add_cell(s, cell);
}

static void add_read(struct maker *m, const struct expr_filter *read)
{
	size_t first = m->tab->first_table[read->question];

	m->silent = m->silent || first == SIZE_MAX;
	for (size_t i = first; i < m->tab->table_count; i++) {
		const struct table *t = &m->tab->tables[i];
		if (t->index != read->question)
			break;
		if (t == m->t || (read->row && t->row && strcmp(read->row, t->row) != 0))
			continue;
		switch (t->type) {
		case TABLE_SINGLE:
		case TABLE_SCALE:
		case TABLE_MATRIX:
			add_single(m, i, read->code);
			break;
		case TABLE_MULTIPLE:
			add_option_read(m, i, read->code);
			break;
		case TABLE_NUMBER:
		case TABLE_LOCALITY:
		case TABLE_RANKING:
		case TABLE_RANK:
		case TABLE_CALCULATED:
			(void)add_source(m, i);
			m->t->open = true;
			break;
		case TABLE_TEXT:
		case TABLE_IDENTIFYING:
			m->silent = true;
			break;
		case TABLE_COUNT: /* tells what its options do */
			break;
		}
	}
}

static void add_reads(struct maker *m, const struct expr *e)
{
	struct expr_filter reads[READS_MAX];

	if (!e)
		return;
	size_t n = expr_filters(e, m->tab->form, reads, READS_MAX);
	for (size_t i = 0; i < n && i < READS_MAX; i++)
		add_read(m, &reads[i]);
	m->t->open = m->t->open || n > READS_MAX;
}

static void make(struct tabulation *tab, struct table *t)
{
	struct maker m = {.tab = tab, .t = t};
	size_t page = t->question->page;

	add_reads(&m, t->question->expression);
	add_reads(&m, t->question->visible_if);
	if (page < tab->form->page_count)
		add_reads(&m, tab->form->pages[page].visible_if);
	/* What it comes to when a text is read, too, does not follow from the others. */
	t->open = t->open || (m.silent && t->source_count > 0);
	t->combinations = t->source_count > 0;
	for (size_t i = 0; i < t->source_count; i++)
		if (t->combinations <= COMBINATIONS_MAX)
			t->combinations *= t->sources[i].count + 1;
	t->open = t->open || t->combinations > COMBINATIONS_MAX;
	if (t->open)
		t->combinations = 0;
	if (t->combinations > 0)
		t->combined = x_calloc(
			(t->crossed ? tab->rows : 1) * t->combinations, sizeof(int64_t));
}

void sources_make(struct tabulation *tab)
{
	for (size_t i = 0; i < tab->table_count; i++)
		if (tab->tables[i].type == TABLE_CALCULATED)
			make(tab, &tab->tables[i]);
}

void sources_drop(struct table *t)
{
	for (size_t i = 0; i < t->source_count; i++)
		free(t->sources[i].cells);
	free(t->sources);
	free(t->combined);
}

static size_t value_of(const struct tabulation *tab, const struct source *s,
	const struct routing *asked, const json_t *answers)
{
	const struct table *t = &tab->tables[s->table];
	struct reading r = {.kind = READ_NOTHING};

	if (asked->question[t->index])
		table_read(t, tab, json_object_get(answers, t->question->name), &r);
	for (size_t i = 0; i < s->count; i++)
		for (size_t k = 0; r.kind == READ_ANSWER && k < r.cell_count; k++)
			if (r.cells[k] == s->cells[i])
				return i;
	return s->count; /* another cell, or none */
}

void sources_count(const struct tabulation *tab, struct table *t,
	const struct routing *asked, const json_t *answers)
{
	size_t at = 0;

	for (size_t i = 0; i < t->source_count; i++)
		at = at * (t->sources[i].count + 1) +
			value_of(tab, &t->sources[i], asked, answers);
	t->combined[at]++;
	for (size_t s = 0; t->crossed && s < tab->segment_count; s++) {
		size_t row = tab->segments[s].first + tab->here[s];
		t->combined[row * t->combinations + at]++;
	}
}
