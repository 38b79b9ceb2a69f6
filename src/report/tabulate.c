/* SPDX-License-Identifier: Apache-2.0 */
/* tabulate.c - one pass: each submission into the counters of its groups. */
#include "barometre/report/tabulate.h"

#include <stdlib.h>

#include "barometre/form/answer.h"
#include "report_private.h"

static void make_counters(struct tabulation *tab)
{
	size_t widest = 1;

	for (size_t i = 0; i < tab->table_count; i++) {
		struct table *t = &tab->tables[i];
		size_t rows = t->crossed ? tab->rows : 1;
		t->counters = x_calloc(
			rows * (COUNTER_CELLS + t->cells), sizeof(*t->counters));
		if (t->type == TABLE_NUMBER || t->type == TABLE_COUNT)
			t->value_rows = rows;
		if (t->type == TABLE_CALCULATED)
			t->value_rows = 1; /* a number of it is told of everybody */
		if (t->value_rows > 0)
			t->values = x_calloc(t->value_rows, sizeof(*t->values));
		if (t->crossed && tab->joint_size > 0)
			t->joint = x_calloc(tab->joint_size, sizeof(*t->joint));
		if (t->option_count > widest)
			widest = t->option_count;
	}
	tab->ticks = x_calloc(widest + 1, sizeof(*tab->ticks));
}

struct tabulation *tabulation_new(const struct form *form)
{
	struct tabulation *tab = x_calloc(1, sizeof(*tab));

	tab->form = form;
	tables_make(tab);
	segments_make(tab);
	sources_make(tab);
	make_counters(tab);
	return tab;
}

void tabulation_free(struct tabulation *tab)
{
	if (!tab)
		return;
	tables_free(tab);
	segments_drop(tab);
	free(tab->ticks);
	free(tab);
}

static void add_place(struct places *p, const char *code)
{
	size_t low = 0, high = p->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(p->list[middle].code, code) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < p->count && strcmp(p->list[low].code, code) == 0) {
		p->list[low].count++;
		return;
	}
	if (p->count == p->capacity) {
		p->capacity = p->capacity ? 2 * p->capacity : 32;
		p->list = x_realloc(p->list, p->capacity * sizeof(*p->list));
	}
	memmove(&p->list[low + 1], &p->list[low], (p->count - low) * sizeof(*p->list));
	p->list[low] = (struct place_count){x_strdup(code), 1};
	p->count++;
}

static void count_row(struct table *t, size_t row, const struct reading *r)
{
	int64_t *counters = table_row(t, row);

	counters[COUNTER_ASKED]++;
	if (r->kind == READ_ASIDE)
		counters[COUNTER_ASIDE]++;
	if (r->kind != READ_ANSWER)
		return;
	counters[COUNTER_BASE]++;
	for (size_t i = 0; i < r->cell_count; i++)
		counters[COUNTER_CELLS + r->cells[i]]++;
	if (r->has_number && row < t->value_rows)
		values_add(&t->values[row], r->number);
}

static void count_pairs(const struct tabulation *tab, struct table *t)
{
	size_t n = tab->segment_count;

	for (size_t s = 0; s < n; s++)
		for (size_t r = s + 1; r < n; r++)
			t->joint[tab->pairs[s * n + r] +
				tab->here[s] * tab->segments[r].count + tab->here[r]]++;
}

static void count_table(
	const struct tabulation *tab, struct table *t, const struct reading *r)
{
	count_row(t, 0, r);
	for (size_t s = 0; t->crossed && s < tab->segment_count; s++)
		count_row(t, tab->segments[s].first + tab->here[s], r);
	if (t->joint && r->kind == READ_ANSWER)
		count_pairs(tab, t);
	if (r->place)
		add_place(&t->places, r->place);
	t->texts += t->type == TABLE_CALCULATED && r->kind == READ_ANSWER &&
		!r->has_number && r->cell_count == 0;
}

/* Which category of each segment the person is of. */
static void find_categories(
	struct tabulation *tab, const struct routing *asked, const json_t *answers)
{
	for (size_t i = 0; i < tab->segment_count; i++) {
		struct segment *s = &tab->segments[i];
		size_t question = s->crossing->question;
		const json_t *answer = asked->question[question]
			? json_object_get(answers, tab->form->questions[question].name)
			: NULL;
		struct reading r;

		tab->here[i] = s->count - 1;
		if (answer && s->table == SIZE_MAX) {
			tab->here[i] = segment_of_place(s, json_string_value(answer));
		} else if (answer) {
			table_read(&tab->tables[s->table], tab, answer, &r);
			if (r.cell_count == 1)
				tab->here[i] = r.cells[0];
		}
		s->people[tab->here[i]]++;
	}
}

void tabulation_add(struct tabulation *tab, const json_t *answers, usec_t today)
{
	struct routing asked;
	const struct question *question = NULL;
	const json_t *answer = NULL;

	tab->people++;
	routing_compute(&asked, tab->form, answers, today);
	find_categories(tab, &asked, answers);
	for (size_t i = 0; i < tab->table_count; i++) {
		struct table *t = &tab->tables[i];
		struct reading r;

		if (!asked.question[t->index])
			continue;
		if (t->question != question) {
			question = t->question;
			answer = json_object_get(answers, question->name);
		}
		table_read(t, tab, answer, &r);
		count_table(tab, t, &r);
		if (t->combinations > 0 && r.kind == READ_ANSWER)
			sources_count(tab, t, &asked, answers);
	}
	routing_release(&asked);
}

int64_t tabulation_people(const struct tabulation *tab)
{
	return tab->people;
}
