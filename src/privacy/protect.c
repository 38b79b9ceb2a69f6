/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a row, and the tables of the whole audience. Groups are made in ladder.c, differences looked at in audit.c. */
#include "barometre/privacy/protect.h"

#include <stdlib.h>
#include <string.h>

#include "protect_private.h"

/* From here on « ≥ 95 % » may be said of the whole audience. */
#define MARKS_FROM 30
/* 5 % is one in 20. */
#define ONE_IN 20

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

struct rules rules_of(struct thresholds t)
{
	must(t.min_base >= 0 && t.min_cell >= 0 && t.coalition >= 0);
	return (struct rules){
		.on = t.min_base > 1,
		.base = t.min_base,
		.cell = t.min_cell,
		.others = 1 + t.coalition,
	};
}

void table_clear(struct protected_table *table, enum protect_verdict verdict)
{
	free(table->marks);
	free(table->group_of);
	*table = (struct protected_table){.verdict = verdict};
}

/* ---- the rules of a row ---- */

bool row_small(const struct rules *r, int64_t n)
{
	return n > 0 && n < r->cell;
}

enum fault row_fault(const struct rules *r, bool sensitive, int64_t base,
	const int64_t *cells, size_t count)
{
	enum fault fault = FAULT_NONE;

	if (!r->on || base == 0)
		return FAULT_NONE;
	if (base < r->base)
		return FAULT_BASE;
	for (size_t i = 0; i < count; i++) {
		if (sensitive && row_small(r, cells[i]))
			return FAULT_CELLS;
		if (cells[i] > base - r->others)
			fault = FAULT_UNANIMOUS;
	}
	return fault;
}

bool tick_safe(const struct rules *r, bool sensitive, int64_t base, int64_t ticks)
{
	const int64_t both[] = {ticks, base - ticks};

	return row_fault(r, sensitive, base, both, COUNT_OF(both)) == FAULT_NONE;
}

bool concern_safe(const struct asked *a, const struct plan_row *row, bool whole)
{
	int64_t concerned = row->base + row->not_answered,
		not_concerned = row->not_concerned;
	int64_t people = concerned + not_concerned;

	if (!a->rules.on || a->q->filter_count == 0 || people == 0)
		return true;
	if (a->filter_sensitive &&
		(row_small(&a->rules, concerned) || row_small(&a->rules, not_concerned)))
		return false;
	if (!a->joint_condition || (whole && people >= MARKS_FROM))
		return true;
	return larger(concerned, not_concerned) <= people - a->rules.others;
}

bool concern_told(const struct asked *a, const struct plan_row *row)
{
	return !a->rules.on || !a->sensitive ||
		!(row_small(&a->rules, row->not_answered) ||
			row_small(&a->rules, row->not_concerned));
}

/* ---- the whole audience ---- */

/* Neither everybody, nor all but a few: the distance from 0 and from the base at which a figure of the whole audience is told as
 * it is. One more than R2 asks for, so that a mark is no proof that R2 was broken; of a sensitive question as wide as
 * the smallest cell that may be told. */
static int64_t margin(const struct asked *a)
{
	return a->sensitive ? larger(a->rules.others, a->rules.cell) : a->rules.others;
}

static bool marks_allowed(const struct asked *a)
{
	int64_t base = a->q->whole.base;

	return base >= MARKS_FROM && margin(a) <= base / ONE_IN;
}

static size_t marks_count(const struct protected_table *table, enum cell_mark mark)
{
	size_t n = 0;

	for (size_t i = 0; i < table->cells; i++)
		n += table->marks[i] == mark;
	return n;
}

static void whole_multiple(const struct asked *a, struct protected_table *ret)
{
	const struct plan_row *row = &a->q->whole;

	for (size_t i = 0; i < a->q->cells; i++) {
		int64_t ticks = row->cells[i];
		bool few = ticks <= margin(a), most = ticks >= row->base - margin(a);
		if (marks_allowed(a) && (few || most))
			ret->marks[i] = few ? CELL_AT_MOST_5 : CELL_AT_LEAST_95;
		else if (ticks <= a->rules.others ||
			ticks >= row->base - a->rules.others ||
			!tick_safe(&a->rules, a->sensitive, row->base, ticks))
			ret->marks[i] = CELL_WITHHELD;
	}
	if (ret->cells > 0 && marks_count(ret, CELL_WITHHELD) == ret->cells)
		table_clear(ret, a->sensitive ? PROTECT_CELLS : PROTECT_UNANIMOUS);
}

/* The category of a segment that a cell of the question lies in, as `part` says. */
struct part_view {
	const struct plan_part *part;
	const size_t *group_of; /* categories of the segment, after L1 */
	size_t groups;
};

/* What is gathered inside one group can be computed from the size of the group: it must be all of the group, or good by
 * itself as D3 and D6 of disclose.h ask. Returns the next cell to gather, or none. */
static size_t part_next(const struct asked *a, const struct part_view *view, size_t group,
	const struct protected_table *table)
{
	const int64_t *counts = a->q->whole.cells;
	size_t hidden = 0, next = SIZE_MAX;
	int64_t sum = 0;

	for (size_t i = 0; i < a->q->cells; i++) {
		size_t category = view->part->category_of ? view->part->category_of[i]
							  : i;
		if (view->group_of[category] != group)
			continue;
		if (table->marks[i] == CELL_GATHERED) {
			hidden++;
			sum += counts[i];
		} else if (next == SIZE_MAX || counts[i] <= counts[next]) {
			next = i;
		}
	}
	bool good = hidden >= 2 && !row_small(&a->rules, sum) &&
		(sum == 0 || next == SIZE_MAX ||
			counts[next] >=
				(sum + (int64_t)hidden - 2) / ((int64_t)hidden - 1));
	return hidden == 0 || good ? SIZE_MAX : next;
}

/* What is gathered is known of each group that has nobody else: what is left of it must be good by itself. */
static bool part_rest_safe(const struct asked *a, const struct part_view *view,
	const struct protected_table *table)
{
	const struct plan_segment *s = &a->plan->segments[view->part->segment];
	size_t left = 0;
	int64_t rest = 0;

	for (size_t group = 0; group < view->groups; group++) {
		size_t hidden = 0;
		int64_t sum = 0, people = 0;
		for (size_t c = 0; c < s->categories; c++)
			people += view->group_of[c] == group ? s->people[c] : 0;
		for (size_t i = 0; i < a->q->cells; i++) {
			size_t category = view->part->category_of
				? view->part->category_of[i]
				: i;
			if (view->group_of[category] != group ||
				table->marks[i] != CELL_GATHERED)
				continue;
			hidden++;
			sum += a->q->whole.cells[i];
		}
		if (sum == people)
			continue;
		left += hidden;
		rest += sum;
	}
	return rest == 0 || (left >= 2 && !row_small(&a->rules, rest));
}

static bool part_spread(const struct asked *a, const struct part_view *view,
	struct protected_table *table)
{
	bool changed = false;

	for (size_t group = 0; group < view->groups; group++) {
		size_t next = part_next(a, view, group, table);
		for (; next != SIZE_MAX; next = part_next(a, view, group, table)) {
			table->marks[next] = CELL_GATHERED;
			changed = true;
		}
	}
	return changed;
}

/* The sizes of the groups of a segment are told: a question whose cells say the segment gathers with them in mind. False when that
 * does not do. */
static bool whole_spread(const struct asked *a, const struct protected_plan *protected,
	struct protected_table *ret)
{
	const struct plan_part itself = {.segment = a->q->is_segment - 1};
	bool safe = true;

	/* Gathering for one segment may undo another: until nothing moves. */
	for (bool changed = true; changed;) {
		changed = false;
		safe = true;
		for (size_t i = 0; i <= a->q->part_count; i++) {
			const struct plan_part *part = i < a->q->part_count
				? &a->q->parts[i]
				: &itself;
			if (part == &itself &&
				(a->q->is_segment == 0 ||
					a->q->cells > a->plan->segments[part->segment]
							      .categories))
				continue;
			struct part_view view = {.part = part,
				.group_of = protected->segment_group_of[part->segment],
				.groups = protected->segment_groups[part->segment]};
			changed = part_spread(a, &view, ret) || changed;
			safe = safe && part_rest_safe(a, &view, ret);
		}
	}
	return safe;
}

static bool whole_gathered(const struct asked *a, const struct protected_plan *protected,
	struct protected_table *ret)
{
	size_t n = a->q->cells;
	struct cell *cells = x_calloc(n + 1, sizeof(*cells));
	int64_t gathered;

	for (size_t i = 0; i < n; i++)
		cells[i] = (struct cell){.count = a->q->whole.cells[i]};
	enum disclosure said = disclose_cells(
		cells, n, a->q->whole.base, a->plan->thresholds, &gathered);
	for (size_t i = 0; i < n; i++)
		ret->marks[i] = cells[i].gathered ? CELL_GATHERED : CELL_SHOWN;
	free(cells);
	if (said != DISCLOSE_ALL && said != DISCLOSE_GATHERED)
		return false;
	return whole_spread(a, protected, ret) &&
		(marks_count(ret, CELL_GATHERED) == 0 ||
			marks_count(ret, CELL_SHOWN) >= 2);
}

/* The sizes of a segment's groups are told beside its own question: they have to be sums of classes, or a class less a group would be a
 * cell. */
static bool classes_fit_groups(
	const struct asked *a, const struct protected_plan *protected)
{
	const struct plan_question *q = a->q;

	if (q->is_segment == 0 || protected->segment_groups[q->is_segment - 1] == 0)
		return true;
	const size_t *group_of = protected->segment_group_of[q->is_segment - 1];
	must(q->cells <= a->plan->segments[q->is_segment - 1].categories);
	for (size_t i = 0; i < q->cells; i++)
		for (size_t j = 0; j < i; j++)
			if (q->collapse[i] == q->collapse[j] &&
				group_of[i] != group_of[j])
				return false;
	return true;
}

/* Shows the whole by the form's own classes. */
static bool whole_collapsed(const struct asked *a, const struct protected_plan *protected,
	struct protected_table *ret)
{
	const struct plan_question *q = a->q;

	if (!q->collapse || q->collapse_count < 2 || q->part_count > 0 ||
		!classes_fit_groups(a, protected))
		return false;
	struct partition classes = partition_collapse(q);
	int64_t *sums = x_calloc(q->collapse_count, sizeof(*sums));
	partition_sum(&classes, q->whole.cells, sums);
	bool safe = row_fault(&a->rules, a->sensitive, q->whole.base, sums,
			    q->collapse_count) == FAULT_NONE;
	free(sums);
	partition_release(&classes);
	if (!safe)
		return false;
	free(ret->marks);
	ret->cells = q->collapse_count;
	ret->marks = x_calloc(ret->cells, sizeof(*ret->marks));
	ret->collapsed = true;
	return true;
}

static void whole_single(const struct asked *a, const struct protected_plan *protected,
	struct protected_table *ret)
{
	const struct plan_row *row = &a->q->whole;
	int64_t largest = 0;

	for (size_t i = 0; i < a->q->cells; i++)
		largest = larger(largest, row->cells[i]);
	if (marks_allowed(a) && largest >= row->base - margin(a)) {
		for (size_t i = 0; i < a->q->cells; i++)
			ret->marks[i] = row->cells[i] == largest ? CELL_AT_LEAST_95
								 : CELL_AT_MOST_5;
		return;
	}
	/* A sensitive question never says which of the two it was: "all alike" would be the answer of everybody. */
	if (largest >= row->base - a->rules.others)
		table_clear(ret, a->sensitive ? PROTECT_CELLS : PROTECT_UNANIMOUS);
	else if (a->sensitive && !whole_gathered(a, protected, ret) &&
		!whole_collapsed(a, protected, ret))
		table_clear(ret, PROTECT_CELLS);
}

bool filter_shows(const struct plan_question *of, const struct plan_filter *f,
	const struct protected_table *t)
{
	size_t alike = 0;

	if (f->cell == PLAN_ANY_CELL)
		return t->exact;
	if (!t->collapsed)
		return t->marks[f->cell] == CELL_SHOWN;
	for (size_t i = 0; i < of->cells; i++)
		alike += of->collapse[i] == of->collapse[f->cell];
	return alike == 1 && t->marks[of->collapse[f->cell]] == CELL_SHOWN;
}

/* A filter that is sensitive, or the question of a segment; of one without cells, also what it reads: `known` of earlier questions. */
static bool filters_sensitive(
	const struct plan *plan, const struct plan_question *q, const bool *known)
{
	for (size_t i = 0; i < q->filter_count; i++) {
		size_t filter = q->filters[i].question;
		const struct plan_question *f = &plan->questions[filter];
		if (f->sensitive || f->is_segment != 0 ||
			(f->shape == PLAN_BASE && known[filter]))
			return true;
	}
	return false;
}

/* Each filter has cells, and reads the one before it and nothing else, asking for the same cell as the question: all that conditions on
 * them select are sums of shown cells. */
static bool filters_chain(const struct plan *plan, const struct plan_question *q)
{
	for (size_t i = 0; i < q->filter_count; i++) {
		size_t mine = q->filters[i].question;
		const struct plan_question *f = &plan->questions[mine];
		const struct plan_filter *before = NULL;
		for (size_t j = 0; j < q->filter_count; j++) {
			const struct plan_filter *other = &q->filters[j];
			if (j != i && other->question == mine)
				return false;
			if (other->question < mine &&
				(!before || other->question > before->question))
				before = other;
		}
		if (f->shape == PLAN_BASE)
			return false;
		if (before &&
			!(f->filter_count == 1 &&
				f->filters[0].question == before->question &&
				f->filters[0].cell == before->cell))
			return false;
	}
	return true;
}

/* L4 for the whole audience. */
static bool filters_show(const struct asked *a, const struct protected_plan *protected)
{
	if (a->filter_sensitive && a->q->filter_count > 1 &&
		!filters_chain(a->plan, a->q))
		return false;
	for (size_t i = 0; i < a->q->filter_count; i++) {
		const struct plan_filter *f = &a->q->filters[i];
		const struct protected_table *t = &protected->whole[f->question];
		must(f->question < a->index);
		if (t->verdict != PROTECT_SHOWN && t->verdict != PROTECT_NOBODY)
			return false;
		if (t->verdict == PROTECT_SHOWN &&
			!filter_shows(&a->plan->questions[f->question], f, t))
			return false;
	}
	return concern_safe(a, &a->q->whole, true);
}

static void protect_whole(const struct asked *a, const struct protected_plan *protected,
	struct protected_table *ret)
{
	int64_t base = a->q->whole.base;

	*ret = (struct protected_table){
		.verdict = PROTECT_SHOWN, .groups = 1, .cells = a->q->cells};
	if (a->rules.on && !filters_show(a, protected)) {
		table_clear(ret, PROTECT_FILTER);
		return;
	}
	if (base > 0 && a->q->is_segment > 0 &&
		protected->segment_nested[a->q->is_segment - 1]) {
		table_clear(ret, PROTECT_AUDIT);
		return;
	}
	if (base == 0 || (a->rules.on && base < a->rules.base)) {
		table_clear(ret, base == 0 ? PROTECT_NOBODY : PROTECT_BASE);
		return;
	}
	ret->marks = ret->cells > 0 ? x_calloc(ret->cells, sizeof(*ret->marks)) : NULL;
	if (a->rules.on && a->q->cells > 0 && a->q->shape == PLAN_SINGLE)
		whole_single(a, protected, ret);
	else if (a->rules.on && a->q->shape == PLAN_MULTIPLE)
		whole_multiple(a, ret);
	if (ret->verdict != PROTECT_SHOWN)
		return;
	ret->exact = !ret->collapsed && marks_count(ret, CELL_SHOWN) == ret->cells;
	ret->concern_shows = concern_told(a, &a->q->whole);
}

/* ---- all of it ---- */

static void check_row(const struct plan_question *q, const struct plan_row *row)
{
	int64_t sum = 0;

	must(row->base >= 0 && row->not_answered >= 0 && row->not_concerned >= 0);
	must(q->cells == 0 || row->cells);
	for (size_t i = 0; i < q->cells; i++) {
		must(row->cells[i] >= 0 && row->cells[i] <= row->base);
		sum += row->cells[i];
	}
	must(q->shape != PLAN_SINGLE || q->cells == 0 || sum == row->base);
}

/* filter_sensitive: of the questions before; that of this one is added. */
static struct asked asked_of(
	const struct plan *plan, size_t index, bool *filter_sensitive)
{
	const struct plan_question *q = &plan->questions[index];
	struct asked a = {.plan = plan,
		.q = q,
		.index = index,
		.rules = rules_of(plan->thresholds),
		.sensitive = q->sensitive || q->is_segment != 0,
		.joint_condition = q->filter_count > 1,
		.own = q->cells};

	must(q->shape != PLAN_BASE || q->cells == 0);
	check_row(q, &q->whole);
	for (size_t i = 0; i < q->filter_count; i++) {
		const struct plan_question *f = &plan->questions[q->filters[i].question];
		must(q->filters[i].question < index);
		a.joint_condition = a.joint_condition || f->shape == PLAN_BASE;
	}
	filter_sensitive[index] = a.filter_sensitive = filters_sensitive(
		plan, q, filter_sensitive);
	return a;
}

void protect(const struct plan *plan, struct protected_plan *ret)
{
	size_t segments = plan->segment_count, questions = plan->question_count;
	struct protected_plan out = {
		.segment_count = segments, .question_count = questions};
	bool *filter_sensitive = x_calloc(questions + 1, sizeof(*filter_sensitive));

	out.whole = x_calloc(questions + 1, sizeof(*out.whole));
	out.tables = x_calloc(questions * segments + 1, sizeof(*out.tables));
	out.segment_groups = x_calloc(segments + 1, sizeof(*out.segment_groups));
	out.segment_group_of = x_calloc(segments + 1, sizeof(*out.segment_group_of));
	out.segment_nested = x_calloc(segments + 1, sizeof(*out.segment_nested));
	for (size_t s = 0; s < segments; s++) {
		struct partition g = ladder_segment(plan, s);
		out.segment_nested[s] = rules_of(plan->thresholds).on &&
			nested_segment(plan, s, out.segment_nested);
		out.segment_groups[s] = out.segment_nested[s] ? 0 : g.parts;
		out.segment_group_of[s] = g.part_of;
	}
	for (size_t i = 0; i < questions; i++) {
		struct asked a = asked_of(plan, i, filter_sensitive);
		struct protected_table *tables = &out.tables[i * segments];
		struct plan_question judged;
		protect_whole(&a, &out, &out.whole[i]);
		sources_begin(&a, &judged, &out, &out.whole[i]);
		for (size_t s = 0; s < segments; s++)
			ladder_cross(&a, s, &out, tables, &tables[s]);
		if (a.rules.on)
			audit_question(&a, tables);
		sources_end(&a, &out.whole[i], tables);
	}
	free(filter_sensitive);
	*ret = out;
}

void protected_release(struct protected_plan *p)
{
	for (size_t i = 0; i < p->question_count; i++)
		table_clear(&p->whole[i], PROTECT_SHOWN);
	for (size_t i = 0; i < p->question_count * p->segment_count; i++)
		table_clear(&p->tables[i], PROTECT_SHOWN);
	for (size_t s = 0; s < p->segment_count; s++)
		free(p->segment_group_of[s]);
	free(p->whole);
	free(p->tables);
	free(p->segment_groups);
	free(p->segment_nested);
	free(p->segment_group_of);
	*p = (struct protected_plan){0};
}

const struct protected_table *protected_table(
	const struct protected_plan *p, size_t question, size_t segment)
{
	must(question < p->question_count && segment < p->segment_count);
	return &p->tables[question * p->segment_count + segment];
}

struct plan_row plan_group_row(const struct plan *plan, size_t question, size_t segment,
	const struct protected_table *table, size_t group, int64_t *cells)
{
	const struct asked a = {
		.plan = plan, .q = &plan->questions[question], .index = question};

	must(table->group_of && group < table->groups);
	return group_row(&a, segment, table->group_of, group, cells);
}
