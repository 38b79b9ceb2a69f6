/* SPDX-License-Identifier: Apache-2.0 */
/* release_lines.c - one table, of everybody or by a segment, as lines. What shows was decided before (protect.h, release.h). */
#include <stdlib.h>

#include "release_private.h"

/* One group of one table being written. */
struct writer {
	struct figures *out;
	enum protect_verdict verdict;
	const struct protected_table *told;
	/* The group, and what of its size may be told. */
	struct figure head;
	const struct option *options; /* of the cells */
	const struct choice *classes; /* when the cells are classes */
	const int64_t *cells;
	size_t cell_count;
	int64_t base;
	bool thresholds_off;
	bool hangs; /* on another table, of which something does not show */
};

static bool is_told(const struct writer *w)
{
	return w->verdict == PROTECT_SHOWN || w->verdict == PROTECT_NOBODY;
}

static bool all_cells_show(const struct writer *w)
{
	return w->verdict == PROTECT_NOBODY ||
		(w->verdict == PROTECT_SHOWN && w->told->exact);
}

/* What is known of the group's size. */
static void fill_head(struct writer *w, const struct plan_row *row, bool multiple)
{
	struct figure *h = &w->head;
	bool concern = w->verdict == PROTECT_NOBODY ? w->thresholds_off
						    : w->told->concern_shows;

	w->base = row->base;
	if (!is_told(w))
		return;
	h->base = row->base;
	h->mentions = row->base;
	if (concern) {
		h->not_answered = row->not_answered;
		h->not_concerned = row->not_concerned;
	}
	if (!multiple)
		return;
	h->mentions = 0;
	for (size_t i = 0; i < w->cell_count; i++)
		h->mentions += w->cells[i];
	if (!all_cells_show(w))
		h->mentions = -1;
}

static struct figure line_of(
	const struct writer *w, const char *option, const char *label, const char *status)
{
	struct figure line = w->head;

	line.option = figures_own(w->out, x_strdup(option));
	line.label = figures_own(w->out, x_strdup(label));
	line.status = status;
	return line;
}

static void push_count(struct writer *w, const char *option, const char *label,
	int64_t count, const char *status)
{
	struct figure line = line_of(w, option, label, status);

	line.count = count;
	line.percent = percent_of(count, w->base);
	figures_push(w->out, line);
}

static void push_empty(
	struct writer *w, const char *option, const char *label, const char *status)
{
	figures_push(w->out, line_of(w, option, label, status));
}

static const char gathered_label[] = "Autres modalités regroupées";

static void push_marked(struct writer *w, enum cell_mark mark, const char *option,
	const char *label, int64_t count)
{
	switch (mark) {
	case CELL_SHOWN:
		push_count(w, option, label, count, "");
		break;
	case CELL_GATHERED:
	case CELL_WITHHELD:
		push_empty(w, option, label, STATUS_CELLS);
		break;
	case CELL_AT_MOST_5:
		push_empty(w, option, label, "at_most_5");
		break;
	case CELL_AT_LEAST_95:
		push_empty(w, option, label, "at_least_95");
		break;
	}
}

static void push_told(struct writer *w, const struct plan_question *q)
{
	bool collapsed = w->verdict == PROTECT_SHOWN && w->told->collapsed;
	size_t n = collapsed ? q->collapse_count : w->cell_count;
	int64_t *counts = x_calloc(n + 1, sizeof(*counts)), gathered = 0;
	bool any = false;

	for (size_t i = 0; i < w->cell_count; i++)
		counts[collapsed ? q->collapse[i] : i] += w->cells[i];
	for (size_t i = 0; i < n; i++) {
		enum cell_mark mark = w->verdict == PROTECT_SHOWN ? w->told->marks[i]
								  : CELL_SHOWN;
		must(collapsed ? w->classes != NULL : w->options != NULL);
		push_marked(w, mark, collapsed ? w->classes[i].code : w->options[i].code,
			collapsed ? w->classes[i].text : w->options[i].label, counts[i]);
		any = any || mark == CELL_GATHERED;
		gathered += mark == CELL_GATHERED ? counts[i] : 0;
	}
	if (any)
		push_count(w, "gathered", gathered_label, gathered, STATUS_GATHERED);
	free(counts);
}

static void push_cells(struct writer *w, const struct plan_question *q)
{
	if (is_told(w)) {
		push_told(w, q);
		return;
	}
	for (size_t i = 0; i < w->cell_count; i++)
		push_empty(w, w->options[i].code, w->options[i].label,
			verdict_status(w->verdict));
}

/* ---- statistics ---- */

static const struct {
	const char *option, *label;
} statistics[] = {
	{"mean", "Moyenne"},
	{"median", "Médiane"},
	{"q1", "Premier quartile"},
	{"q3", "Troisième quartile"},
};

static double statistic_of(const struct values *v, size_t which)
{
	static const int quarters[] = {0, 2, 1, 3};

	return which == 0 ? values_mean(v) : values_quartile(v, quarters[which]);
}

/* The first `count` of them. `withheld`: why, or "". */
static void push_statistics(
	struct writer *w, size_t count, const char *withheld, const struct values *v)
{
	for (size_t i = 0; i < count; i++) {
		bool few = i != 1 && !w->thresholds_off && w->base > 0 &&
			w->base < STATISTIC_BASE;
		const char *status = *withheld ? withheld : few ? STATUS_BASE : "";
		struct figure line = line_of(
			w, statistics[i].option, statistics[i].label, status);
		if (!*status && v->people > 0) {
			line.has_value = true;
			line.value = statistic_of(v, i);
		}
		figures_push(w->out, line);
	}
}

/* Bands do not give a number away, but "everybody" does. */
static bool bounded(const struct writer *w)
{
	for (size_t i = 0; w->verdict == PROTECT_SHOWN && i < w->told->cells; i++)
		if (w->told->marks[i] == CELL_AT_MOST_5 ||
			w->told->marks[i] == CELL_AT_LEAST_95)
			return true;
	return false;
}

static const char *statistics_status(const struct writer *w, enum table_type type)
{
	if (!is_told(w))
		return verdict_status(w->verdict);
	if (type == TABLE_NUMBER || type == TABLE_CALCULATED)
		return bounded(w) ? STATUS_CELLS : "";
	return all_cells_show(w) && !w->told->collapsed && !w->hangs ? "" : STATUS_CELLS;
}

/* Of scales and ranks the cells say everything. */
static void add_cell_values(
	const struct table *t, const int64_t *cells, struct values *values)
{
	for (size_t i = 0; i < t->cells; i++)
		if (t->type == TABLE_RANK)
			values_add_times(values, (double)i + 1, cells[i]);
		else if (t->type == TABLE_SCALE && t->options[i].is_value)
			values_add_times(values, t->options[i].value, cells[i]);
}

/* ---- what the form does not list: places, and bands of unlimited numbers ---- */

static void push_places(struct writer *w, const struct place_list *list)
{
	int64_t gathered = 0;
	bool any = false, bounds = bounded(w);

	if (!is_told(w)) {
		push_empty(w, "gathered", gathered_label, verdict_status(w->verdict));
		return;
	}
	for (size_t i = 0; i < list->count; i++) {
		const struct place_line *p = &list->lines[i];
		enum cell_mark mark = w->told->marks[i];
		if (mark == CELL_SHOWN || mark == CELL_AT_LEAST_95) {
			push_marked(w, mark, p->code, p->label, p->count);
			continue;
		}
		any = true;
		gathered += p->count;
	}
	if (any && bounds)
		push_empty(w, "gathered", gathered_label, "at_most_5");
	else if (any)
		push_count(w, "gathered", gathered_label, gathered, STATUS_GATHERED);
}

/* Of a number without limits: one table of its own. */
static void push_cell_list(struct writer *w, const struct cell *cells, size_t count,
	enum disclosure d, int64_t gathered)
{
	if (d == DISCLOSE_WITHHELD_BASE || d == DISCLOSE_WITHHELD_CELL)
		push_empty(w, "gathered", gathered_label,
			d == DISCLOSE_WITHHELD_BASE ? STATUS_BASE : STATUS_CELLS);
	for (size_t i = 0; i < count; i++) {
		double low;
		if (cells[i].gathered ||
			!str_parse_decimal(str_of(cells[i].option), &low))
			continue;
		SCOPED(free_char) char *code = x_printf("%.0f_%.0f", low, low + 9);
		SCOPED(free_char) char *label = band_label(low, low + 9);
		push_count(w, code, label, cells[i].count, "");
	}
	if (d == DISCLOSE_GATHERED)
		push_count(w, "gathered", gathered_label, gathered, STATUS_GATHERED);
}

/* The statistics, and the bands that hold somebody. As of a number with limits, where no band may be told there are no statistics
 * either: beside them it would show whether all are alike or a few are by themselves. */
static void push_bands(struct writer *w, enum table_type type, const struct values *v,
	struct thresholds thresholds)
{
	struct cell *cells = x_calloc(v->count + 1, sizeof(*cells));
	char **lows = x_calloc(v->count + 1, sizeof(*lows));
	size_t at = 0, count = 0;
	int64_t gathered;

	while (at < v->count) {
		double low = number_band(v->list[at].number);
		lows[count] = x_printf("%.0f", low);
		cells[count].option = lows[count];
		while (at < v->count && v->list[at].number < low + 10)
			cells[count].count += v->list[at++].count;
		count++;
	}
	enum disclosure d = disclose_cells(cells, count, w->base, thresholds, &gathered);
	push_statistics(w, COUNT_OF(statistics),
		is_told(w) && d == DISCLOSE_WITHHELD_CELL ? STATUS_CELLS
							  : statistics_status(w, type),
		v);
	if (count > 0 && is_told(w))
		push_cell_list(w, cells, count, d, gathered);
	else if (count > 0)
		push_empty(w, "gathered", gathered_label, verdict_status(w->verdict));
	for (size_t i = 0; i < count; i++)
		free(lows[i]);
	free(lows);
	free(cells);
}

/* ---- tables ---- */

static void push_group(struct writer *w, const struct table *t,
	const struct plan_question *q, struct values *values)
{
	const char *withheld = statistics_status(w, t->type);

	add_cell_values(t, w->cells, values);
	switch (t->type) {
	case TABLE_NUMBER:
		push_statistics(w, COUNT_OF(statistics), withheld, values);
		push_cells(w, q);
		break;
	case TABLE_SCALE:
	case TABLE_COUNT:
		push_cells(w, q);
		push_statistics(w, COUNT_OF(statistics), withheld, values);
		break;
	case TABLE_RANK:
		push_statistics(w, 1, withheld, values);
		break;
	case TABLE_SINGLE:
	case TABLE_MULTIPLE:
	case TABLE_MATRIX:
	case TABLE_CALCULATED:
	case TABLE_RANKING:
	case TABLE_LOCALITY:
	case TABLE_TEXT:
	case TABLE_IDENTIFYING:
		push_cells(w, q);
		break;
	}
}

/* Tables without cells. */
static void push_base(
	struct writer *w, const struct table *t, struct thresholds thresholds)
{
	bool numbers = t->type == TABLE_NUMBER ||
		(t->type == TABLE_CALCULATED && t->texts == 0);

	if (numbers) {
		push_bands(w, t->type, &t->values[0], thresholds);
	} else if (is_told(w)) {
		push_count(w, "answered", "Réponse donnée", w->base, "");
	} else {
		push_empty(w, "answered", "Réponse donnée", verdict_status(w->verdict));
	}
}

static struct writer writer_of(const struct outgoing *o, size_t table, size_t segment)
{
	const struct table *t = &o->tab->tables[table];

	return (struct writer){.out = o->out,
		.verdict = outgoing_verdict(o, table, segment),
		.told = outgoing_table(o, table, segment),
		.head = figures_blank(
			o->out, o->audience, t->name, table_type_name(t->type)),
		.options = t->options,
		.classes = t->question->collapse_classes,
		.cell_count = o->planned.questions[table].cells,
		.thresholds_off = o->thresholds.min_base <= 1,
		.hangs = t->type == TABLE_RANK && !ranking_is_exact(o, table)};
}

void push_whole(const struct outgoing *o, size_t table)
{
	const struct table *t = &o->tab->tables[table];
	const struct plan_question *q = &o->planned.questions[table];
	struct writer w = writer_of(o, table, SIZE_MAX);
	struct values values = {0};

	w.cells = q->whole.cells;
	fill_head(&w, &q->whole, q->shape == PLAN_MULTIPLE);
	if (t->type == TABLE_LOCALITY) {
		if (q->whole.base > 0)
			push_places(&w, &o->planned.lists[table]);
		return;
	}
	if (q->shape == PLAN_BASE) {
		push_base(&w, t, o->thresholds);
		return;
	}
	if (t->values)
		values_add_all(&values, &t->values[0]);
	push_group(&w, t, q, &values);
	values_release(&values);
}

void push_crossing(const struct outgoing *o, size_t table, size_t segment)
{
	const struct table *t = &o->tab->tables[table];
	const struct plan_question *q = &o->planned.questions[table];
	const struct segment *s = &o->tab->segments[segment];
	const struct protected_table *told = outgoing_table(o, table, segment);

	if (outgoing_verdict(o, table, segment) != PROTECT_SHOWN)
		return;
	int64_t *cells = x_calloc(q->cells + 1, sizeof(*cells));
	for (size_t g = 0; g < told->groups; g++) {
		struct writer w = writer_of(o, table, segment);
		struct values values = {0};

		if (group_people(s, told->group_of, g) == 0)
			continue;
		memset(cells, 0, q->cells * sizeof(*cells));
		struct plan_row row = plan_group_row(
			&o->planned.plan, table, segment, told, g, cells);
		w.cells = cells;
		w.head.segment = figures_own(o->out, x_strdup(s->crossing->name));
		w.head.segment_value = figures_own(
			o->out, group_codes(s, told->group_of, g));
		w.head.segment_label = figures_own(
			o->out, group_label(s, told->group_of, g));
		fill_head(&w, &row, q->shape == PLAN_MULTIPLE);
		for (size_t c = 0; t->value_rows > 1 && c < s->count; c++)
			if (told->group_of[c] == g)
				values_add_all(&values, &t->values[s->first + c]);
		push_group(&w, t, q, &values);
		values_release(&values);
	}
	free(cells);
}

void push_alone(struct figures *out, struct figure blank, const struct option *options,
	const struct plan_question *q, const struct protected_table *told)
{
	struct writer w = {.out = out,
		.verdict = told->verdict,
		.told = told,
		.head = blank,
		.options = options,
		.cells = q->whole.cells,
		.cell_count = q->cells};

	fill_head(&w, &q->whole, true);
	w.head.not_answered = w.head.not_concerned = -1;
	push_cells(&w, q);
}
