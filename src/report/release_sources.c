/* SPDX-License-Identifier: Apache-2.0 */
/* release_sources.c - what calculated values and numbers of ticks are worked out from, and the sets that follow, for L5 of protect.h. */
#include <stdlib.h>

#include "release_private.h"

/* Bits of plan_sources.sides. */
enum {
	SIDE_A = 1,
	SIDE_B = 2
};

static void start(struct planned_sources *s, size_t cells, size_t derived, size_t sources,
	size_t rows)
{
	s->width = cells + derived;
	s->cells = x_calloc(rows * s->width + 1, sizeof(*s->cells));
	s->sides = x_calloc(s->width + 1, sizeof(*s->sides));
	s->questions = x_calloc(sources + 1, sizeof(*s->questions));
	s->plan.derived = derived;
	s->plan.sides = s->sides;
	s->plan.questions = s->questions;
}

static void add_question(struct planned_sources *s, size_t table)
{
	for (size_t i = 0; i < s->plan.count; i++)
		if (s->questions[i] == table)
			return;
	s->questions[s->plan.count++] = table;
}

static void copy_cells(struct planned_sources *s, const struct table *t, size_t cells,
	size_t row, const int64_t *derived)
{
	int64_t *to = s->cells + row * s->width;

	for (size_t i = 0; i < cells; i++)
		to[i] = table_row(t, row)[COUNTER_CELLS + i];
	for (size_t i = 0; i < s->plan.derived; i++)
		to[cells + i] = derived[i];
}

/*
 * Every combination of what it reads. Nothing that can be computed is smaller than the smallest of them. Of two answers that are
 * each one thing or not the expression, other than a sum, fixes all four; mixed are « both » with « neither », and one with the other.
 */
static void plan_calculated(
	struct planned_sources *s, const struct table *t, size_t cells, size_t rows)
{
	bool pair = t->source_count == 2 && t->combinations == 4;

	start(s, cells, t->combinations, t->source_count, rows);
	s->plan.open = t->open;
	for (size_t i = 0; i < t->source_count; i++)
		add_question(s, t->sources[i].table);
	for (size_t i = 0; t->source_count > 1 && i < t->combinations; i++)
		s->sides[cells + i] = pair && (i == 1 || i == 2) ? SIDE_B : SIDE_A;
	for (size_t row = 0; row < rows; row++)
		copy_cells(s, t, cells, row, t->combined + row * t->combinations);
}

/* One thing that is counted: a cell of a table. */
struct counted {
	size_t table, cell;
};

static size_t list_counted(const struct tabulation *tab, const struct table *t,
	struct counted *ret, bool *ret_none)
{
	size_t n = 0;

	for (size_t i = tab->first_table[t->index]; &tab->tables[i] != t; i++) {
		const struct table *other = &tab->tables[i];
		for (size_t k = 0; k < other->cells; k++) {
			bool counts = other->type == TABLE_MATRIX
				? strcmp(other->options[k].code, "oui") == 0
				: !other->options[k].exclusive;
			if (counts)
				ret[n++] = (struct counted){i, k};
			else
				*ret_none = true;
		}
	}
	return n;
}

/*
 * A tick besides others: those who ticked it, less those who ticked all. A tick not made by who ticked something: those who counted
 * one or more, less those who ticked it. All, or nothing, are numbers of ticks as they stand. Of two options the second is the
 * first seen from the other one.
 */
static void plan_count(struct planned_sources *s, const struct tabulation *tab,
	const struct table *t, size_t rows)
{
	size_t first = tab->first_table[t->index], room = 0;
	bool none = false;

	for (size_t i = first; &tab->tables[i] != t; i++)
		room += tab->tables[i].cells;
	struct counted *list = x_calloc(room + 1, sizeof(*list));
	size_t n = list_counted(tab, t, list, &none);
	bool all = t->cells == n + 1, without = none && n != 2;
	size_t derived = (all ? n : 0) + (without ? n : 0);
	int64_t *sets = x_calloc(derived + 1, sizeof(*sets));

	start(s, t->cells, derived, room, rows);
	for (size_t i = first; &tab->tables[i] != t; i++)
		add_question(s, i);
	for (size_t i = 0; i < derived; i++)
		s->sides[t->cells + i] = all && i < n ? SIDE_A : SIDE_B;
	if (n == 2 && none)
		s->sides[0] = s->sides[2] = SIDE_B;
	for (size_t row = 0; row < rows; row++) {
		const int64_t *own = table_row(t, row);
		for (size_t i = 0; i < derived; i++) {
			const struct counted *c = &list[i < n ? i : i - n];
			int64_t ticks = table_row(
				&tab->tables[c->table], row)[COUNTER_CELLS + c->cell];
			sets[i] = all && i < n
				? ticks - own[COUNTER_CELLS + n]
				: own[COUNTER_BASE] - own[COUNTER_CELLS] - ticks;
			must(sets[i] >= 0);
		}
		copy_cells(s, t, t->cells, row, sets);
	}
	free(sets);
	free(list);
}

void planned_sources_make(struct planned *p, const struct tabulation *tab, size_t table)
{
	const struct table *t = &tab->tables[table];
	struct plan_question *q = &p->questions[table];
	struct planned_sources *s = &p->sources[table];
	size_t rows = t->crossed ? tab->rows : 1;
	bool value = t->type == TABLE_CALCULATED && t->source_count > 0;

	if (value)
		plan_calculated(s, t, q->cells, rows);
	else if (t->type == TABLE_COUNT && q->cells > 0)
		plan_count(s, tab, t, rows);
	else
		return;
	q->sources = &s->plan;
	q->whole.cells = s->cells;
	if (!q->rows)
		return;
	/* The rows of all categories of all segments, one after the other, as tabulation has them. */
	struct plan_row *row = p->rows + (q->rows[0] - p->rows);
	for (size_t i = 1; i < rows; i++)
		row[i - 1].cells = s->cells + i * s->width;
}

void planned_sources_release(struct planned_sources *s)
{
	free(s->cells);
	free(s->sides);
	free(s->questions);
}
