/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attack_filter.h - the linear program of test_attack_filter.c: questions that read each other, and everything told of them.
 *
 * Unknown are, for people who are alike in every segment as far as anything tells them apart: how many there are, and how many of them
 * gave each answer to each question. Everything published of all questions is an equation (or two inequalities): cells, marks, bases,
 * who did not answer and was not concerned, sizes of groups, the segments' own questions. What links the questions: those asked of one
 * are those who gave the answer that opens it, or any answer to a question without cells; of two filters, both of them or one
 * of them, as many as Fréchet's bounds allow.
 */
#ifndef TESTS_PRIVACY_ATTACK_FILTER_H
#define TESTS_PRIVACY_ATTACK_FILTER_H

#include "attack.h"

#define ATOMS_MAX 90

/* ---- what the attacker writes down ---- */

/* People whom nothing published tells apart. */
struct atom {
	size_t class[SEGMENTS_MAX];
};
struct view {
	const struct microdata *m;
	bool linked; /* does he know who is asked what? */
	/* Categories that stand together in everything that is told. */
	size_t classes[SEGMENTS_MAX], class_of[SEGMENTS_MAX][CATEGORIES_MAX];
	size_t first_of[SEGMENTS_MAX][CATEGORIES_MAX]; /* class → a category of it */
	struct atom atoms[ATOMS_MAX];
	size_t atom_count;
	glp_prob *lp;
	int columns, first[QUESTIONS_MAX], width[QUESTIONS_MAX];
	/* Being written: by column, and which columns. */
	double *sum;
	int *touched, touched_count, touched_room;
};

/* Some people. */
struct region {
	size_t segment; /* SIZE_MAX: everybody */
	const size_t *group_of;
	size_t group;
};
static const struct region everybody = {.segment = SIZE_MAX};

enum what {
	CELLS,
	ANSWERED,
	SILENT,
	OUTSIDE,
	PEOPLE
};

/* ---- who can be told from whom ---- */

static inline size_t key_of(size_t *keys, size_t *count, size_t key)
{
	size_t i = 0;

	while (i < *count && keys[i] != key)
		i++;
	if (i == *count)
		keys[(*count)++] = key;
	return i;
}

/* Makes the classes of a segment finer. */
static inline void split(struct view *v, size_t s, const size_t *key)
{
	size_t keys[CATEGORIES_MAX], count = 0;

	for (size_t c = 0; c < v->m->categories[s]; c++)
		v->class_of[s][c] = key_of(
			keys, &count, v->class_of[s][c] * CATEGORIES_MAX + key[c]);
	v->classes[s] = count;
}

/* The segment's own question, and what it opens. */
static inline void split_own(struct view *v, size_t q, const struct protected_plan *out)
{
	size_t s = v->m->asked[q].is_segment - 1, key[CATEGORIES_MAX] = {0};
	const struct protected_table *whole = &out->whole[q];

	key[v->m->categories[s] - 1] = 1;
	for (size_t c = 0; c < v->m->asked[q].cells; c++) {
		if (whole->verdict != PROTECT_SHOWN)
			continue;
		if (whole->collapsed)
			key[c] = 2 + CELLS_MAX + v->m->asked[q].collapse[c];
		else if (whole->marks[c] != CELL_GATHERED)
			key[c] = 2 + c;
		must(key[c] < CATEGORIES_MAX);
	}
	for (size_t other = 0; other < v->m->questions; other++)
		for (size_t i = 0; i < v->m->asked[other].filter_count; i++)
			if (v->m->filters[other][i].question == q)
				key[v->m->wanted[other][i]] = 2 +
					(size_t)v->m->wanted[other][i];
	split(v, s, key);
}

static inline void split_all(struct view *v, const struct protected_plan *out)
{
	const struct microdata *m = v->m;
	size_t alone[CATEGORIES_MAX];

	for (size_t c = 0; c < CATEGORIES_MAX; c++)
		alone[c] = c;
	for (size_t s = 0; s < m->segments; s++) {
		size_t parent = m->parent_of[s], key[CATEGORIES_MAX];
		if (!out || parent != SIZE_MAX)
			split(v, s, alone);
		for (size_t c = 0; parent != SIZE_MAX && c < m->categories[parent]; c++)
			key[c] = told_by_parent(m, s, c);
		if (parent != SIZE_MAX)
			split(v, parent, key);
		if (!out)
			continue;
		if (out->segment_groups[s] > 0)
			split(v, s, out->segment_group_of[s]);
		for (size_t q = 0; q < m->questions; q++) {
			const struct protected_table *t = protected_table(out, q, s);
			if (t->verdict == PROTECT_SHOWN)
				split(v, s, t->group_of);
		}
	}
	for (size_t q = 0; out && q < m->questions; q++)
		if (m->asked[q].is_segment > 0)
			split_own(v, q, out);
	for (size_t s = 0; s < m->segments; s++) {
		size_t none[CATEGORIES_MAX] = {0};
		split(v, s, none); /* counts */
		for (size_t c = m->categories[s]; c-- > 0;)
			v->first_of[s][v->class_of[s][c]] = c;
	}
}

static inline bool possible(const struct view *v, const struct atom *a)
{
	const struct microdata *m = v->m;

	for (size_t s = 0; s < m->segments; s++) {
		size_t parent = m->parent_of[s];
		if (parent == SIZE_MAX)
			continue;
		size_t from = v->first_of[parent][a->class[parent]];
		if (v->class_of[s][told_by_parent(m, s, from)] != a->class[s])
			return false;
	}
	return true;
}

static inline bool make_atoms(struct view *v)
{
	struct atom at = {{0}};

	for (;;) {
		bool can = possible(v, &at);
		if (can && v->atom_count == ATOMS_MAX)
			return false;
		if (can)
			v->atoms[v->atom_count++] = at;
		size_t s = 0;
		while (s < v->m->segments && ++at.class[s] == v->classes[s])
			at.class[s++] = 0;
		if (s == v->m->segments)
			return true;
	}
}

static inline bool inside(const struct view *v, const struct region *r, size_t atom)
{
	if (r->segment == SIZE_MAX)
		return true;
	size_t c = v->first_of[r->segment][v->atoms[atom].class[r->segment]];
	return (r->group_of ? r->group_of[c] : c) == r->group;
}

/* ---- sums of unknowns ---- */

static inline void add(struct view *v, int column, double by)
{
	must(v->touched_count < v->touched_room);
	if (v->sum[column] > -EPSILON && v->sum[column] < EPSILON)
		v->touched[v->touched_count++] = column;
	v->sum[column] += by;
}

static inline void add_column(
	struct view *v, size_t q, size_t atom, size_t slot, double by)
{
	add(v, v->first[q] + (int)atom * v->width[q] + (int)slot, by);
}

static inline void add_people(struct view *v, size_t atom, double by)
{
	add(v, 1 + (int)atom, by);
}

/* Of several ticks, one of them. */
static inline void add_cells(
	struct view *v, size_t q, size_t atom, uint32_t cells, double by)
{
	const struct plan_question *asked = &v->m->asked[q];
	bool mine = false;

	for (size_t i = 0; i < asked->cells; i++) {
		if ((cells >> i & 1) == 0)
			continue;
		if (asked->is_segment == 0)
			add_column(v, q, atom, i, by);
		else
			mine = mine ||
				v->class_of[asked->is_segment - 1][i] ==
					v->atoms[atom].class[asked->is_segment - 1];
	}
	if (mine)
		add_people(v, atom, by);
}

static inline void add_answered(struct view *v, size_t q, size_t atom, double by)
{
	const struct plan_question *asked = &v->m->asked[q];

	if (asked->shape == PLAN_SINGLE)
		add_cells(v, q, atom, (1u << asked->cells) - 1, by);
	else
		add_column(v, q, atom, asked->cells, by);
}

static inline void add_wanted(
	struct view *v, size_t q, size_t filter, size_t atom, double by)
{
	size_t f = v->m->filters[q][filter].question;

	if (v->m->asked[f].shape == PLAN_BASE)
		add_answered(v, f, atom, by);
	else
		add_cells(v, f, atom, 1u << v->m->wanted[q][filter], by);
}

/* Those asked are an unknown of their own, where one filter's cell does not say it. */
static inline bool has_asked(const struct view *v, size_t q)
{
	return v->m->asked[q].filter_count > (v->linked ? 1 : 0);
}

static inline void add_asked(struct view *v, size_t q, size_t atom, double by)
{
	if (has_asked(v, q))
		add_column(v, q, atom, (size_t)v->width[q] - 1, by);
	else if (v->m->asked[q].filter_count == 1)
		add_wanted(v, q, 0, atom, by);
	else
		add_people(v, atom, by);
}

static inline void add_what(
	struct view *v, size_t q, enum what what, uint32_t cells, const struct region *r)
{
	for (size_t i = 0; i < v->atom_count; i++) {
		if (!inside(v, r, i))
			continue;
		if (what == CELLS)
			add_cells(v, q, i, cells, 1);
		if (what == ANSWERED)
			add_answered(v, q, i, 1);
		if (what == SILENT || what == OUTSIDE)
			add_asked(v, q, i, what == SILENT ? 1 : -1);
		if (what == SILENT)
			add_answered(v, q, i, -1);
		if (what == OUTSIDE || what == PEOPLE)
			add_people(v, i, 1);
	}
}

/* The sum is a row now, and empty. high < low: no upper bound. */
static inline void state(struct view *v, double low, double high)
{
	int *index = x_calloc((size_t)v->touched_count + 1, sizeof(*index));
	double *value = x_calloc((size_t)v->touched_count + 1, sizeof(*value));
	int n = 0, row = glp_add_rows(v->lp, 1);

	for (int i = 0; i < v->touched_count; i++) {
		int at = v->touched[i];
		if (v->sum[at] > EPSILON || v->sum[at] < -EPSILON) {
			index[++n] = at;
			value[n] = v->sum[at];
		}
		v->sum[at] = 0;
	}
	v->touched_count = 0;
	glp_set_mat_row(v->lp, row, n, index, value);
	glp_set_row_bnds(v->lp, row,
		high < low           ? GLP_LO
			: low < high ? GLP_DB
				     : GLP_FX,
		low, high);
	free(index);
	free(value);
}

static inline void at_least_none(struct view *v)
{
	state(v, 0, -1);
}

static inline void know(struct view *v, size_t q, enum what what, uint32_t cells,
	const struct region *r, int64_t low, int64_t high)
{
	add_what(v, q, what, cells, r);
	state(v, (double)low, (double)high);
}

/* ---- who is asked what ---- */

/* The one filter that a question has, when it is that one; its cell into *ret_wanted. */
static inline bool opened_by(
	const struct microdata *m, size_t q, size_t f, int *ret_wanted)
{
	if (m->asked[q].filter_count != 1 || m->filters[q][0].question != f)
		return false;
	*ret_wanted = m->wanted[q][0];
	return true;
}

/* Does one of the two filters open the other, by the cell that is asked for (same) or by another one? */
static inline bool nested(
	const struct microdata *m, size_t q, size_t *ret_outer, bool *ret_same)
{
	for (size_t i = 0; i < 2; i++) {
		size_t outer = m->filters[q][i].question;
		int wanted;
		if (!opened_by(m, m->filters[q][1 - i].question, outer, &wanted))
			continue;
		*ret_outer = i;
		*ret_same = m->asked[outer].shape == PLAN_BASE ||
			wanted == m->wanted[q][i];
		return true;
	}
	return false;
}

/* Two answers of which nobody can have given both. */
static inline bool disjoint(const struct microdata *m, size_t q)
{
	size_t outer;
	bool same;

	return nested(m, q, &outer, &same) && !same &&
		m->asked[m->filters[q][outer].question].shape == PLAN_SINGLE;
}

/* In whom both filters' cells lie, as far as the form tells. */
static inline void add_common(struct view *v, size_t q, size_t atom, double by)
{
	const struct microdata *m = v->m;
	size_t a = m->filters[q][0].question, b = m->filters[q][1].question, outer;
	bool same;

	if (a == b)
		add_answered(v, a, atom, by);
	else if (nested(m, q, &outer, &same) && same)
		add_wanted(v, q, outer, atom, by);
	else if (m->asked[a].filter_count == 1 && m->asked[b].filter_count == 1 &&
		m->filters[a][0].question == m->filters[b][0].question &&
		m->wanted[a][0] == m->wanted[b][0])
		add_asked(v, a, atom, by);
	else
		add_people(v, atom, by);
}

static inline void link_two(struct view *v, size_t q, size_t atom)
{
	double all = v->m->any_of[q] ? -1 : 1;

	for (size_t i = 0; i < 2; i++) {
		add_wanted(v, q, i, atom, all);
		add_asked(v, q, atom, -all);
		at_least_none(v);
	}
	/* Both: at least what does not fit beside each other. One of them: at most the sum, and nobody else. */
	add_asked(v, q, atom, all);
	add_wanted(v, q, 0, atom, -all);
	add_wanted(v, q, 1, atom, -all);
	if (!v->m->any_of[q])
		add_common(v, q, atom, 1);
	at_least_none(v);
	if (v->m->any_of[q]) {
		add_common(v, q, atom, 1);
		add_asked(v, q, atom, -1);
		at_least_none(v);
	}
	if (v->m->any_of[q] && disjoint(v->m, q)) {
		add_asked(v, q, atom, 1);
		add_wanted(v, q, 0, atom, -1);
		add_wanted(v, q, 1, atom, -1);
		at_least_none(v);
	}
}

static inline void link_question(struct view *v, size_t q)
{
	const struct plan_question *asked = &v->m->asked[q];

	for (size_t i = 0; asked->is_segment == 0 && i < v->atom_count; i++) {
		add_asked(v, q, i, 1);
		add_answered(v, q, i, -1);
		at_least_none(v);
		for (size_t c = 0; asked->shape == PLAN_MULTIPLE && c < asked->cells;
			c++) {
			add_answered(v, q, i, 1);
			add_cells(v, q, i, 1u << c, -1);
			at_least_none(v);
		}
		if (v->linked && asked->filter_count == 2) {
			link_two(v, q, i);
		} else if (has_asked(v, q)) {
			add_people(v, i, 1);
			add_asked(v, q, i, -1);
			at_least_none(v);
		}
	}
}

static inline bool view_make(struct view *v, const struct microdata *m,
	const struct protected_plan *out, bool linked)
{
	*v = (struct view){.m = m, .linked = linked};
	split_all(v, out);
	if (!make_atoms(v))
		return false;
	v->columns = (int)v->atom_count;
	for (size_t q = 0; q < m->questions; q++) {
		const struct plan_question *asked = &m->asked[q];
		v->first[q] = v->columns + 1;
		v->width[q] = asked->is_segment > 0 ? 0
						    : (int)asked->cells +
				(asked->shape != PLAN_SINGLE) + has_asked(v, q);
		v->columns += (int)v->atom_count * v->width[q];
	}
	v->sum = x_calloc((size_t)v->columns + 1, sizeof(*v->sum));
	/* What is added and taken away again may be touched twice. */
	v->touched_room = 3 * v->columns + 1;
	v->touched = x_calloc((size_t)v->touched_room, sizeof(*v->touched));
	v->lp = glp_create_prob();
	glp_add_cols(v->lp, v->columns);
	for (int i = 1; i <= v->columns; i++)
		glp_set_col_bnds(v->lp, i, GLP_LO, 0, 0);
	for (size_t q = 0; q < m->questions; q++)
		link_question(v, q);
	return true;
}

static inline void view_release(struct view *v)
{
	free(v->sum);
	free(v->touched);
	glp_delete_prob(v->lp);
}

/* ---- what is published ---- */

static inline void know_cells(struct view *v, size_t q, const struct protected_table *t,
	const struct plan_row *row, const struct region *r)
{
	const struct plan_question *asked = &v->m->asked[q];
	uint32_t gathered = 0;
	int64_t sum = 0;

	for (size_t class = 0; t->collapsed && class < asked->collapse_count; class ++) {
		uint32_t cells = 0;
		int64_t n = 0;
		for (size_t i = 0; i < asked->cells; i++) {
			if (asked->collapse[i] != class)
				continue;
			cells |= 1u << i;
			n += row->cells[i];
		}
		know(v, q, CELLS, cells, r, n, n);
	}
	for (size_t i = 0; !t->collapsed && i < asked->cells; i++) {
		int64_t n = row->cells[i], twentieth = row->base / 20;
		if (t->marks[i] == CELL_SHOWN) {
			know(v, q, CELLS, 1u << i, r, n, n);
		} else if (t->marks[i] == CELL_GATHERED) {
			gathered |= 1u << i;
			sum += n;
		} else if (t->marks[i] == CELL_AT_MOST_5) {
			know(v, q, CELLS, 1u << i, r, 0, twentieth);
		} else if (t->marks[i] == CELL_AT_LEAST_95) {
			know(v, q, CELLS, 1u << i, r, row->base - twentieth, row->base);
		}
	}
	if (gathered != 0)
		know(v, q, CELLS, gathered, r, sum, sum);
}

static inline void know_row(struct view *v, size_t q, const struct protected_table *t,
	const struct plan_row *row, const struct region *r)
{
	if (t->verdict == PROTECT_SHOWN || t->verdict == PROTECT_NOBODY)
		know(v, q, ANSWERED, 0, r, row->base, row->base);
	if (t->verdict != PROTECT_SHOWN)
		return;
	know_cells(v, q, t, row, r);
	if (t->concern_shows) {
		know(v, q, SILENT, 0, r, row->not_answered, row->not_answered);
		know(v, q, OUTSIDE, 0, r, row->not_concerned, row->not_concerned);
	}
}

static inline void know_all(struct view *v, const struct protected_plan *out)
{
	const struct microdata *m = v->m;

	know(v, 0, PEOPLE, 0, &everybody, (int64_t)m->people, (int64_t)m->people);
	for (size_t s = 0; s < m->segments; s++) {
		for (size_t g = 0; g < out->segment_groups[s]; g++) {
			const struct region r = {s, out->segment_group_of[s], g};
			int64_t size = 0;
			for (size_t c = 0; c < m->categories[s]; c++)
				size += r.group_of[c] == g ? m->people_in[s][c] : 0;
			know(v, 0, PEOPLE, 0, &r, size, size);
		}
	}
	for (size_t q = 0; q < m->questions; q++) {
		know_row(v, q, &out->whole[q], &m->plan_questions[q].whole, &everybody);
		for (size_t s = 0; s < m->segments; s++) {
			const struct protected_table *t = protected_table(out, q, s);
			for (size_t g = 0; t->verdict == PROTECT_SHOWN && g < t->groups;
				g++) {
				int64_t cells[CELLS_MAX];
				const struct region r = {s, t->group_of, g};
				struct plan_row row = plan_group_row(
					&m->plan, q, s, t, g, cells);
				know_row(v, q, t, &row, &r);
			}
		}
	}
}

#endif
