/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An attacker who has every published number of one audience, and a solver.
 *
 * Bounds: how often each answer was given in each category and group is unknown; every published figure is an equation (or, where it
 * is a mark, two inequalities); GLPK tells the least and the greatest that an unpublished cell of a sensitive question can be. Surveys
 * of two and three segments, questions that are asked of everybody; those with filters are for test_attack_filter.c.
 * The attacker knows n, the sizes of the groups, the tables of the segments' own questions, and which category of
 * one segment lies in which of another when the world tells (departments and halves of a region). A cell of 1 … t-1 people must stay
 * unknown by at least t. A cell of none, or of t and more, may become known: it could have been published; it does,
 * for instance when nobody at all gave the answer, or when the other answers of a gathered cell were given by nobody.
 *
 * What stays: a category of known size that is all but three of a published group has that group's cells less three at most. Its
 * range is narrower than t, but reaches the published cell, so that nobody can say that it is small. And of a few, as those who did
 * not say where they belong, no more than those few can have given an answer. Who did not say where he belongs is not aimed at where
 * it is a segment's own question: silence is told (protect.h, "Limits"). All three are counted, and must stay rare.
 *
 * That the attack bites is shown on tables that only hide what is under 5.
 *
 * BAROMETRE_ATTACK_SETS: how many invented surveys, 1000 unless told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "attack.h"

#define ATOMS_MAX 300
#define TARGETS 12            /* cells tried for each question */
#define NOBODY_SAID CELLS_MAX /* column of those who did not answer */
#define COLUMNS (CELLS_MAX + 1)

/* ---- what the attacker writes down ---- */

/* People who are alike in every segment, as far as the world allows. */
struct atom {
	size_t category[SEGMENTS_MAX];
};
struct knowledge {
	const struct microdata *m;
	size_t q;
	struct atom atoms[ATOMS_MAX];
	size_t atom_count;
	glp_prob *lp;
};

static bool make_atoms(struct knowledge *k)
{
	struct atom at = {{0}};

	for (;;) {
		bool possible = true;
		for (size_t s = 0; s < k->m->segments; s++)
			if (k->m->parent_of[s] != SIZE_MAX &&
				at.category[s] !=
					told_by_parent(
						k->m, s, at.category[k->m->parent_of[s]]))
				possible = false;
		if (possible && k->atom_count == ATOMS_MAX)
			return false;
		if (possible)
			k->atoms[k->atom_count++] = at;
		size_t s = 0;
		while (s < k->m->segments && ++at.category[s] == k->m->categories[s])
			at.category[s++] = 0;
		if (s == k->m->segments)
			return true;
	}
}

static int column(size_t atom, size_t answer)
{
	return (int)(atom * COLUMNS + answer) + 1;
}

/* Which unknowns a figure adds up. */
struct where {
	size_t segment;         /* SIZE_MAX: everybody */
	const size_t *group_of; /* NULL: the category itself */
	size_t group;
	size_t other; /* a second segment whose category is … */
	uint32_t other_categories;
	uint32_t answers; /* bits */
};
#define EVERYBODY .segment = SIZE_MAX, .other = SIZE_MAX
#define ANY_ANSWER ((1u << COLUMNS) - 1)
#define ANSWERED ((1u << NOBODY_SAID) - 1)

static bool holds(const struct where *w, const struct atom *a)
{
	if (w->segment != SIZE_MAX) {
		size_t c = a->category[w->segment];
		if ((w->group_of ? w->group_of[c] : c) != w->group)
			return false;
	}
	return w->other == SIZE_MAX ||
		(w->other_categories >> a->category[w->other] & 1) != 0;
}

static void know(struct knowledge *k, struct where w, int64_t low, int64_t high)
{
	int *index = x_calloc(k->atom_count * COLUMNS + 1, sizeof(*index));
	double *one = x_calloc(k->atom_count * COLUMNS + 1, sizeof(*one));
	int n = 0, row = glp_add_rows(k->lp, 1);

	for (size_t i = 0; i < k->atom_count; i++) {
		for (size_t answer = 0; holds(&w, &k->atoms[i]) && answer < COLUMNS;
			answer++) {
			if ((w.answers >> answer & 1) == 0)
				continue;
			index[++n] = column(i, answer);
			one[n] = 1;
		}
	}
	glp_set_mat_row(k->lp, row, n, index, one);
	glp_set_row_bnds(
		k->lp, row, low == high ? GLP_FX : GLP_DB, (double)low, (double)high);
	free(index);
	free(one);
}

/* The cells of one row as the table tells them; `cell_where` says what cell i adds up. */
typedef struct where cell_where_fn(
	const struct knowledge *, struct where, uint32_t cells);
static void know_cells(struct knowledge *k, const struct plan_question *q,
	const struct protected_table *t, const struct plan_row *row, struct where at,
	cell_where_fn *cell_where)
{
	uint32_t gathered = 0;
	int64_t sum = 0;

	for (size_t class = 0; t->collapsed && class < q->collapse_count; class ++) {
		uint32_t cells = 0;
		int64_t n = 0;
		for (size_t i = 0; i < q->cells; i++) {
			if (q->collapse[i] != class)
				continue;
			cells |= 1u << i;
			n += row->cells[i];
		}
		know(k, cell_where(k, at, cells), n, n);
	}
	for (size_t i = 0; !t->collapsed && i < q->cells; i++) {
		int64_t n = row->cells[i];
		struct where w = cell_where(k, at, 1u << i);
		if (t->marks[i] == CELL_SHOWN) {
			know(k, w, n, n);
		} else if (t->marks[i] == CELL_GATHERED) {
			gathered |= 1u << i;
			sum += n;
		} else if (t->marks[i] == CELL_AT_MOST_5) {
			know(k, w, 0, row->base / 20);
		} else if (t->marks[i] == CELL_AT_LEAST_95) {
			know(k, w, row->base - row->base / 20, row->base);
		}
	}
	if (gathered != 0)
		know(k, cell_where(k, at, gathered), sum, sum);
}

static struct where as_answers(const struct knowledge *k, struct where at, uint32_t cells)
{
	(void)k;
	at.answers = cells;
	return at;
}

/* Of a segment's own question the cells are categories, whatever was answered to the one attacked. */
static struct where as_categories(
	const struct knowledge *k, struct where at, uint32_t cells)
{
	(void)k;
	at.other_categories = cells;
	at.answers = ANY_ANSWER;
	return at;
}

static void know_question(struct knowledge *k, const struct protected_plan *out, size_t q,
	cell_where_fn *cell_where, size_t own_segment)
{
	const struct plan_question *asked = &k->m->plan_questions[q];
	struct where at = {EVERYBODY};

	at.other = own_segment;
	if (out->whole[q].verdict == PROTECT_SHOWN) {
		know_cells(k, asked, &out->whole[q], &asked->whole, at, cell_where);
		know(k, cell_where(k, at, ANSWERED & ((1u << asked->cells) - 1)),
			asked->whole.base, asked->whole.base);
	}
	for (size_t s = 0; s < k->m->segments; s++) {
		const struct protected_table *t = protected_table(out, q, s);
		for (size_t g = 0; t->verdict == PROTECT_SHOWN && g < t->groups; g++) {
			int64_t cells[CELLS_MAX];
			struct plan_row row = plan_group_row(
				&k->m->plan, q, s, t, g, cells);
			at.segment = s;
			at.group_of = t->group_of;
			at.group = g;
			know_cells(k, asked, t, &row, at, cell_where);
			know(k, cell_where(k, at, (1u << asked->cells) - 1), row.base,
				row.base);
		}
	}
}

static void know_sizes(struct knowledge *k, const struct protected_plan *out)
{
	know(k, (struct where){EVERYBODY, .answers = ANY_ANSWER}, (int64_t)k->m->people,
		(int64_t)k->m->people);
	for (size_t s = 0; s < k->m->segments; s++) {
		for (size_t g = 0; g < out->segment_groups[s]; g++) {
			int64_t size = 0;
			for (size_t c = 0; c < k->m->categories[s]; c++)
				size += out->segment_group_of[s][c] == g
					? k->m->people_in[s][c]
					: 0;
			know(k,
				(struct where){.segment = s,
					.group_of = out->segment_group_of[s],
					.group = g,
					.other = SIZE_MAX,
					.answers = ANY_ANSWER},
				size, size);
		}
	}
}

/* Answers that cannot be: more than the question has, and of a segment's own question any but the category. */
static void add_columns(struct knowledge *k)
{
	const struct plan_question *asked = &k->m->asked[k->q];

	glp_add_cols(k->lp, (int)(k->atom_count * COLUMNS));
	for (size_t i = 0; i < k->atom_count; i++) {
		for (size_t answer = 0; answer < COLUMNS; answer++) {
			bool can = answer == NOBODY_SAID || answer < asked->cells;
			if (asked->is_segment > 0) {
				size_t c = k->atoms[i].category[asked->is_segment - 1];
				can = answer == (c < asked->cells ? c : NOBODY_SAID);
			}
			glp_set_col_bnds(
				k->lp, column(i, answer), can ? GLP_LO : GLP_FX, 0, 0);
		}
	}
}

static bool knowledge_make(struct knowledge *k, const struct microdata *m, size_t q,
	const struct protected_plan *out)
{
	*k = (struct knowledge){.m = m, .q = q};
	if (!make_atoms(k))
		return false;
	k->lp = glp_create_prob();
	add_columns(k);
	if (out) {
		know_sizes(k, out);
		know_question(k, out, q, as_answers, SIZE_MAX);
		for (size_t other = 0; other < m->questions; other++)
			if (m->asked[other].is_segment > 0 && other != q)
				know_question(k, out, other, as_categories,
					m->asked[other].is_segment - 1);
	}
	return true;
}

/* ---- what he finds ---- */

static struct range range_of(struct knowledge *k, struct where w)
{
	for (size_t i = 0; i < k->atom_count; i++)
		for (size_t answer = 0; answer < COLUMNS; answer++)
			glp_set_obj_coef(k->lp, column(i, answer),
				holds(&w, &k->atoms[i]) &&
					(w.answers >> answer & 1) != 0);
	return range_solve(k->lp);
}

static int64_t truth(const struct microdata *m, size_t q, const struct where *w)
{
	int64_t n = 0;

	for (size_t i = 0; i < m->people; i++) {
		struct atom a;
		for (size_t s = 0; s < m->segments; s++)
			a.category[s] = m->category[s][i];
		for (size_t cell = 0; holds(w, &a) && cell < m->asked[q].cells; cell++)
			n += (w->answers >> cell & 1) != 0 && chose(m, q, i, cell);
	}
	return n;
}

/* "Not known" itself: how many did not say where they belong is told, even when few. */
static bool nameless(const struct knowledge *k, const struct where *w)
{
	return w->segment != SIZE_MAX && !w->group_of &&
		w->group + 1 == k->m->categories[w->segment];
}

static void aim(struct knowledge *k, struct score *score, struct where w, int64_t t)
{
	struct range r = range_of(k, w);
	struct where anything = w;
	double most = 1e9;

	anything.answers = ANY_ANSWER;
	if (nobody_doubts(r, t))
		most = range_of(k, anything).high;
	judge(score, r, most, nameless(k, &w), truth(k->m, k->q, &w), t);
}

/* Who did not say where he belongs, by what he said of another segment: these are those of its group who did not answer the first
 * segment's question, and not answering is told (protect.h, "Limits"). */
static bool silence(const struct knowledge *k, const struct where *w)
{
	return k->m->asked[k->q].is_segment > 0 && w->segment != SIZE_MAX &&
		!w->group_of && w->group + 1 == k->m->categories[w->segment];
}

/* Cells by category, by group of the segment and of the whole audience, some of each. */
static void aim_somewhere(struct knowledge *k, struct score *score, struct dice *d,
	const struct protected_plan *out, int64_t t)
{
	for (size_t i = 0; i < TARGETS; i++) {
		size_t s = roll(d, k->m->segments),
		       groups = out ? out->segment_groups[s] : 0;
		struct where w = {.segment = s,
			.group = roll(d, k->m->categories[s]),
			.other = SIZE_MAX};
		if (i % 3 == 1 && groups > 0) {
			w.group_of = out->segment_group_of[s];
			w.group = roll(d, groups);
		} else if (i % 6 == 5) {
			w.segment = SIZE_MAX;
		}
		w.answers = 1u << roll(d, k->m->asked[k->q].cells);
		if (silence(k, &w))
			score->silent++;
		else
			aim(k, score, w, t);
	}
}

static bool attackable(const struct microdata *m, size_t q, enum plan_shape shape)
{
	const struct plan_question *asked = &m->asked[q];

	return asked->shape == shape && asked->crossable && asked->filter_count == 0 &&
		(asked->sensitive || asked->is_segment > 0) && asked->cells >= 2;
}

static bool tells_anything(const struct protected_plan *out, size_t q)
{
	bool crossed = false;

	for (size_t s = 0; s < out->segment_count; s++)
		crossed = crossed || protected_table(out, q, s)->verdict == PROTECT_SHOWN;
	return crossed;
}

/* Several ticks: each option is a question of its own, yes or no. */
static struct microdata *option_alone(const struct microdata *m, size_t q, size_t option)
{
	struct microdata *alone = x_alloc(sizeof(*alone));

	memcpy(alone, m, sizeof(*alone));
	alone->asked[q].shape = PLAN_SINGLE;
	alone->asked[q].cells = 2;
	alone->asked[q].collapse = NULL;
	for (size_t i = 0; i < m->people; i++)
		if (answered(m, q, i))
			alone->answer[q][i] = chose(m, q, i, option) ? 0 : 1;
	(void)microdata_plan(alone, m->plan.thresholds);
	return alone;
}

static void know_option(struct knowledge *k, const struct protected_plan *out,
	const struct microdata *m, size_t option)
{
	const struct plan_row *whole = &k->m->plan_questions[k->q].whole;
	enum cell_mark mark = out->whole[k->q].marks[option];
	struct where at = {EVERYBODY, .answers = ANSWERED};

	know(k, at, whole->base, whole->base);
	at.answers = 1;
	if (mark == CELL_SHOWN)
		know(k, at, whole->cells[0], whole->cells[0]);
	else if (mark == CELL_AT_MOST_5)
		know(k, at, 0, whole->base / 20);
	else if (mark == CELL_AT_LEAST_95)
		know(k, at, whole->base - whole->base / 20, whole->base);
	for (size_t s = 0; s < m->segments; s++) {
		const struct protected_table *t = protected_table(out, k->q, s);
		for (size_t g = 0; t->verdict == PROTECT_SHOWN && g < t->groups; g++) {
			int64_t cells[CELLS_MAX];
			struct plan_row row = plan_group_row(
				&k->m->plan, k->q, s, t, g, cells);
			struct where in = {.segment = s,
				.group_of = t->group_of,
				.group = g,
				.other = SIZE_MAX,
				.answers = ANSWERED};
			know(k, in, row.base, row.base);
			in.answers = 1;
			if (t->marks[option] == CELL_SHOWN)
				know(k, in, cells[0], cells[0]);
		}
	}
}

static void attack_ticks(const struct microdata *m, size_t q,
	const struct protected_plan *out, struct dice *d, struct score *score)
{
	size_t option = roll(d, m->asked[q].cells);
	struct microdata *alone = option_alone(m, q, option);
	struct knowledge k = {.m = alone, .q = q};

	if (make_atoms(&k)) {
		k.lp = glp_create_prob();
		add_columns(&k);
		know_sizes(&k, out);
		know_option(&k, out, m, option);
		score->questions++;
		aim_somewhere(&k, score, d, out, m->plan.thresholds.min_cell);
		glp_delete_prob(k.lp);
	}
	free(alone);
}

static struct microdata *survey(struct dice *d)
{
	struct microdata *m = microdata_random(d);

	/* Few enough unknowns for seconds of solving. */
	while (m->segments > 3) {
		free(m);
		m = microdata_random(d);
	}
	return m;
}

static void no_small_cell_can_be_solved_for(void **state)
{
	(void)state;
	struct dice d = dice_of(17);
	struct score single = {.narrowest = 1e9}, ticks = {.narrowest = 1e9};

	for (long set = attack_sets(); set > 0; set--) {
		struct microdata *m = survey(&d);
		struct thresholds t = roll(&d, 2) ? persons : structures;
		struct protected_plan out;
		size_t tried = 0;
		protect(microdata_plan(m, t), &out);
		for (size_t q = roll(&d, 6); q < m->questions && tried < 2; q++) {
			struct knowledge k;
			if (!tells_anything(&out, q))
				continue;
			if (attackable(m, q, PLAN_MULTIPLE)) {
				attack_ticks(m, q, &out, &d, &ticks);
				tried++;
			} else if (attackable(m, q, PLAN_SINGLE) &&
				knowledge_make(&k, m, q, &out)) {
				single.questions++;
				aim_somewhere(&k, &single, &d, &out, t.min_cell);
				glp_delete_prob(k.lp);
				tried++;
			}
		}
		protected_release(&out);
		free(m);
	}
	say("one answer", &single);
	say("several ticks", &ticks);
	assert_true((long)single.small * 2 > attack_sets() &&
		(long)ticks.small * 20 > attack_sets());
	assert_int_equal(single.small_known + single.small_narrow, 0);
	assert_int_equal(ticks.small_known + ticks.small_narrow, 0);
	assert_true(seldom(
		single.small_rest + ticks.small_rest, single.small + ticks.small, 200));
	assert_true(seldom(single.tiny + ticks.tiny, single.small + ticks.small, 40));
	assert_true(
		seldom(single.silent + ticks.silent, single.targets + ticks.targets, 40));
}

/* The same attacker against the usual way: a cell of 1 to 4 is left out, all else is printed. */
static void hiding_small_cells_is_solved(void **state)
{
	(void)state;
	struct dice d = dice_of(5);
	struct score score = {.narrowest = 1e9};

	for (int set = 0; set < 60; set++) {
		struct microdata *m = survey(&d);
		(void)microdata_plan(m, persons);
		m->segments = 1;
		m->parent_of[0] = SIZE_MAX;
		for (size_t q = 0; q < m->questions; q++) {
			struct knowledge k;
			const struct plan_question *asked = &m->plan_questions[q];
			if (!attackable(m, q, PLAN_SINGLE) ||
				m->asked[q].is_segment > 0 ||
				!knowledge_make(&k, m, q, NULL))
				continue;
			for (size_t cell = 0; cell < asked->cells; cell++)
				know(&k, (struct where){EVERYBODY, .answers = 1u << cell},
					asked->whole.cells[cell],
					asked->whole.cells[cell]);
			for (size_t c = 0; c < m->categories[0]; c++) {
				const struct plan_row *row = &m->rows[q][0][c];
				struct where at = {.segment = 0,
					.group = c,
					.other = SIZE_MAX,
					.answers = ANSWERED};
				know(&k, at, row->base, row->base);
				for (size_t cell = 0; cell < asked->cells; cell++) {
					int64_t n = row->cells[cell];
					at.answers = 1u << cell;
					if (n == 0 || n >= 5)
						know(&k, at, n, n);
				}
			}
			score.questions++;
			aim_somewhere(&k, &score, &d, NULL, 5);
			glp_delete_prob(k.lp);
			break;
		}
		free(m);
	}
	say("hide under 5", &score);
	assert_true(score.small > 50);
	assert_true(score.small_known * 5 > score.small);
	assert_true((score.small_known + score.small_narrow) * 3 > score.small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_small_cell_can_be_solved_for),
		cmocka_unit_test(hiding_small_cells_is_solved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
