/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attacker of test_attack.c, who knows who is asked what: questions that read each other are one linear program (attack_filter.h).
 *
 * Aimed at are the sensitive questions: those that are filters, and those that a filter opens, by category, by group and of everybody. The
 * measure and the exceptions are those of attack.h. One more is counted with the few: a filter that is not sensitive may tell that few
 * are asked; what they answered stays between none and all of them (protect.h, "Limits").
 * Conditions on three questions and more, on two answers of one, and on how large a number is, are not tried.
 *
 * That the attack bites is shown on the rules without L4, where an attacker who does not know the filters finds nothing; and on tables
 * that only hide what is under 5, where he finds less.
 *
 * BAROMETRE_ATTACK_SETS: how many invented surveys, 1000 unless told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "attack_filter.h"

#define TARGETS 4
#define SURVEYS_TRIED 20
#define TRIES 24 /* cells looked at for a small one */

/* ---- what he finds ---- */

struct target {
	size_t q, cell;
	struct region where;
};

static struct range range_of(
	struct view *v, size_t q, enum what what, uint32_t cells, const struct region *r)
{
	add_what(v, q, what, cells, r);
	/* Those asked: those who answered, and those who did not. */
	if (what == SILENT)
		add_what(v, q, ANSWERED, 0, r);
	for (int i = 1; i <= v->columns; i++) {
		glp_set_obj_coef(v->lp, i, v->sum[i]);
		v->sum[i] = 0;
	}
	v->touched_count = 0;
	return range_solve(v->lp);
}

static int64_t truth(const struct microdata *m, const struct target *t)
{
	int64_t n = 0;

	for (size_t i = 0; i < m->people; i++) {
		const struct region *r = &t->where;
		size_t c = r->segment == SIZE_MAX ? 0 : m->category[r->segment][i];
		n += (r->segment == SIZE_MAX ||
			     (r->group_of ? r->group_of[c] : c) == r->group) &&
			chose(m, t->q, i, t->cell);
	}
	return n;
}

/* "Not known" itself, as in test_attack.c. */
static bool nameless(const struct microdata *m, const struct region *r)
{
	return r->segment != SIZE_MAX && !r->group_of &&
		r->group + 1 == m->categories[r->segment];
}

/* How many categories he cannot tell from this one, itself included. */
static size_t alike(const struct view *v, size_t s, size_t category)
{
	size_t n = 0;

	for (size_t c = 0; c < v->m->categories[s]; c++)
		n += v->class_of[s][c] == v->class_of[s][category];
	return n;
}

static void aim(struct view *v, struct score *score, const struct target *target)
{
	struct region r = target->where;
	int64_t t = v->m->plan.thresholds.min_cell;
	size_t own = v->m->asked[target->q].is_segment;
	double most = 1e9;
	bool hidden = false;

	/* A category like others: nothing says that all are not there, or none. */
	if (r.segment != SIZE_MAX && !r.group_of) {
		hidden = alike(v, r.segment, r.group) > 1;
		r = (struct region){r.segment, v->class_of[r.segment],
			v->class_of[r.segment][r.group]};
	}
	if (own > 0)
		hidden = hidden || alike(v, own - 1, target->cell) > 1;
	struct range found = range_of(v, target->q, CELLS, 1u << target->cell, &r);
	if (hidden)
		found.low = 0;
	if (nobody_doubts(found, t))
		most = range_of(v, target->q, SILENT, 0, &r).high;
	judge(score, found, most, nameless(v->m, &target->where), truth(v->m, target), t);
}

/* Is it read by another, or opened by one, of which something is told? */
static bool reads(const struct microdata *m, size_t q, size_t other)
{
	for (size_t i = 0; i < m->asked[q].filter_count; i++)
		if (m->filters[q][i].question == other)
			return true;
	return false;
}

static bool is_filter(const struct microdata *m, size_t q)
{
	for (size_t other = 0; other < m->questions; other++)
		if (reads(m, other, q))
			return true;
	return false;
}

static bool sensitive(const struct microdata *m, size_t q)
{
	return m->asked[q].sensitive || m->asked[q].is_segment > 0;
}

/* A category, a group of the segment, of a table of the question or of one that it reads or that reads it, or everybody. */
static struct region somewhere(const struct microdata *m,
	const struct protected_plan *out, struct dice *d, size_t of)
{
	size_t s = roll(d, m->segments), kind = roll(d, 6), q = of;
	struct region r = {.segment = s, .group = roll(d, m->categories[s])};

	if (kind == 5)
		return everybody;
	if (!out || kind < 2)
		return r;
	for (size_t i = 0; i < 4 && !reads(m, q, of) && !reads(m, of, q); i++)
		q = roll(d, m->questions);
	const struct protected_table *t = protected_table(out, q, s);
	if (kind < 4 && t->verdict == PROTECT_SHOWN) {
		r.group_of = t->group_of;
		r.group = roll(d, t->groups);
	} else if (out->segment_groups[s] > 0) {
		r.group_of = out->segment_group_of[s];
		r.group = roll(d, out->segment_groups[s]);
	}
	return r;
}

/* Mostly at small cells: the attacker does not know where they are, the test need not wait until he finds one. */
static bool find_target(const struct microdata *m, const struct protected_plan *out,
	struct dice *d, bool filters, struct target *ret)
{
	int64_t t = m->plan.thresholds.min_cell;
	bool any = roll(d, 4) == 0, found = false;

	for (size_t i = 0; i < TRIES; i++) {
		struct target at = {.q = roll(d, m->questions)};
		const struct plan_question *asked = &m->asked[at.q];
		bool fits = filters ? is_filter(m, at.q) : asked->filter_count > 0;
		at.where = somewhere(m, out, d, at.q);
		if (!sensitive(m, at.q) || !fits || asked->cells == 0 ||
			/* Silence is told (protect.h, "Limits"). */
			(asked->is_segment > 0 && nameless(m, &at.where)))
			continue;
		at.cell = roll(d, asked->cells);
		*ret = at;
		found = true;
		int64_t n = truth(m, &at);
		if (any || (n > 0 && n < t))
			break;
	}
	return found;
}

/* ---- surveys of questions that read each other ---- */

/* The cell that is given most, or another one. */
static int opening(const struct microdata *m, struct dice *d, size_t q)
{
	size_t best = 0;
	int64_t most = -1;

	for (size_t c = 0; c < m->asked[q].cells; c++) {
		int64_t n = 0;
		for (size_t i = 0; i < m->people; i++)
			n += chose(m, q, i, c);
		if (n > most)
			best = c;
		most = n > most ? n : most;
	}
	return (int)(m->asked[q].cells == 0 || roll(d, 3) ? best
							  : roll(d, m->asked[q].cells));
}

/* A question on a page: what opens the page, and an answer given on it. */
static void add_second(struct microdata *m, struct dice *d, size_t q)
{
	const struct plan_filter *first = &m->filters[q][0];
	size_t f = roll(d, q);
	int cell, wanted = m->wanted[first->question][0];

	if (m->asked[first->question].filter_count == 1 && roll(d, 2))
		f = m->filters[first->question][0].question;
	cell = opening(m, d, f);
	if (opened_by(m, first->question, f, &wanted) && roll(d, 3))
		cell = wanted;
	bool several = m->asked[f].shape == PLAN_MULTIPLE;
	/* Two answers of one question cannot both be given, or are one cell. */
	if (first->question == f && (!several || m->wanted[q][0] == cell))
		return;
	m->filters[q][1] = (struct plan_filter){
		f, m->asked[f].cells > 0 && roll(d, 4) ? (size_t)cell : PLAN_ANY_CELL};
	m->wanted[q][1] = cell;
	m->asked[q].filter_count = 2;
	m->any_of[q] = disjoint(m, q) || roll(d, 2);
}

static void add_filters(struct microdata *m, struct dice *d, size_t q)
{
	if (q == 0 || roll(d, 4) == 0)
		return;
	size_t f = roll(d, q);
	int cell = opening(m, d, f);
	m->filters[q][0] = (struct plan_filter){
		f, m->asked[f].cells > 0 && roll(d, 4) ? (size_t)cell : PLAN_ANY_CELL};
	m->wanted[q][0] = cell;
	m->asked[q].filter_count = 1;
	if (roll(d, 3) == 0)
		add_second(m, d, q);
}

static void family_question(struct microdata *m, struct dice *d, size_t q)
{
	static const size_t halves[CELLS_MAX] = {0, 0, 1, 1};
	struct plan_question *asked = &m->asked[q];

	*asked = (struct plan_question){
		.shape = roll(d, 4) == 0 ? PLAN_MULTIPLE : PLAN_SINGLE,
		.sensitive = roll(d, 4) > 0,
		.ordered = roll(d, 2) == 0,
		.crossable = true,
		.cells = 2 + roll(d, 3)};
	if (roll(d, 6) == 0)
		*asked = (struct plan_question){.shape = PLAN_BASE};
	if (asked->shape == PLAN_SINGLE && asked->cells > 2 && roll(d, 2)) {
		asked->collapse = halves;
		asked->collapse_count = halves[asked->cells - 1] + 1;
	}
	add_filters(m, d, q);
	random_answers(m, d, q);
	/* Often everybody who is asked answers: then the base is the filter's cell. */
	bool all = roll(d, 2) == 0;
	for (size_t i = 0; all && i < m->people; i++)
		if (m->answer[q][i] == NOT_ANSWERED)
			m->answer[q][i] = asked->shape == PLAN_SINGLE && asked->cells > 0
				? (int)roll(d, asked->cells)
				: 0;
}

static struct microdata *family(struct dice *d)
{
	struct microdata *m = x_calloc(1, sizeof(*m));

	m->people = 50 + roll(d, 121);
	do
		random_segments(m, d);
	while (m->segments > 3);
	random_turn(m, d);
	for (size_t s = 0; s < m->segments; s++)
		if (m->categories[s] - 1 <= CELLS_MAX && roll(d, 2))
			random_own_question(m, m->questions++, s);
	for (size_t n = 3 + roll(d, 3); n > 0; n--)
		family_question(m, d, m->questions++);
	return m;
}

/* ---- the attacks ---- */

struct scores {
	struct score filters, opened;
	long surveys;
};

static void attack(struct view *v, const struct protected_plan *out, struct dice *d,
	struct scores *scores)
{
	for (size_t i = 0; i < TARGETS; i++) {
		bool filters = i % 2 == 0;
		struct target target;
		struct score *score = filters ? &scores->filters : &scores->opened;
		if (find_target(v->m, out, d, filters, &target)) {
			score->questions++;
			aim(v, score, &target);
		}
	}
}

/* Crossed, opened by another, and one of them sensitive. */
static bool told_crossed(const struct microdata *m, const struct protected_plan *out)
{
	for (size_t q = 0; q < m->questions; q++) {
		bool matters = m->asked[q].sensitive;
		for (size_t i = 0; i < m->asked[q].filter_count; i++)
			matters = matters || sensitive(m, m->filters[q][i].question);
		for (size_t s = 0; s < m->segments; s++)
			if (matters && m->asked[q].filter_count > 0 &&
				protected_table(out, q, s)->verdict == PROTECT_SHOWN)
				return true;
	}
	return false;
}

/* All answer yes or no to something that matters; those who say yes are asked on, often only after a number that they all give. */
static void add_pair(struct microdata *m, struct dice *d)
{
	size_t f = m->questions, number = roll(d, 2), q = f + 1 + number;

	m->questions = q + 1;
	m->asked[f] = (struct plan_question){
		.shape = PLAN_SINGLE, .sensitive = true, .crossable = true, .cells = 2};
	m->asked[q] = m->asked[f];
	m->asked[q].sensitive = false;
	m->asked[q].filter_count = 1;
	m->filters[q][0] = (struct plan_filter){q - 1, PLAN_ANY_CELL};
	if (number > 0) {
		m->asked[f + 1] = (struct plan_question){
			.shape = PLAN_BASE, .filter_count = 1};
		m->filters[f + 1][0] = (struct plan_filter){f, PLAN_ANY_CELL};
	}
	for (size_t i = 0; i < m->people; i++) {
		m->answer[f][i] = roll(d, 10) == 0;
		m->answer[f + 1][i] = m->answer[f][i] == 0 ? 0 : NOT_CONCERNED;
		m->answer[q][i] = m->answer[f][i] == 0 ? (int)roll(d, 2) : NOT_CONCERNED;
	}
}

/* A survey of which something that matters is told, or NULL. `blind`: by rules that do not know who is asked what. */
static struct microdata *survey(struct dice *d, bool blind, struct protected_plan *ret)
{
	for (size_t i = 0; i < SURVEYS_TRIED; i++) {
		struct microdata *m = family(d);
		if (blind || roll(d, 3) == 0)
			add_pair(m, d);
		(void)microdata_plan(m, roll(d, 2) ? persons : structures);
		for (size_t q = 0; blind && q < m->questions; q++)
			m->plan_questions[q].filter_count = 0;
		protect(&m->plan, ret);
		if (told_crossed(m, ret))
			return m;
		protected_release(ret);
		free(m);
	}
	return NULL;
}

/* Itself, or through numbers. */
static bool reads_through(const struct microdata *m, size_t q, size_t f)
{
	for (size_t i = 0; i < m->asked[q].filter_count; i++) {
		size_t read = m->filters[q][i].question;
		if (read == f ||
			(m->asked[read].shape == PLAN_BASE && reads_through(m, read, f)))
			return true;
	}
	return false;
}

/* What L4 is about: a filter that is withheld by a segment by which what it opens is told. */
static bool exposed(
	const struct microdata *m, const struct protected_plan *out, size_t f, size_t s)
{
	if (!sensitive(m, f) || m->asked[f].is_segment > 0 || m->asked[f].cells == 0 ||
		protected_table(out, f, s)->verdict == PROTECT_SHOWN)
		return false;
	for (size_t q = 0; q < m->questions; q++)
		if (reads_through(m, q, f) &&
			protected_table(out, q, s)->verdict == PROTECT_SHOWN)
			return true;
	return false;
}

/* Its small cells, by the groups of what it opens. */
static void aim_at_exposed(
	struct view *v, const struct protected_plan *out, struct scores *scores)
{
	const struct microdata *m = v->m;

	for (size_t f = 0; f < m->questions; f++) {
		for (size_t s = 0; s < m->segments; s++) {
			for (size_t q = 0; exposed(m, out, f, s) && q < m->questions;
				q++) {
				const struct protected_table *t = protected_table(
					out, q, s);
				size_t groups = reads_through(m, q, f) ? t->groups : 0;
				for (size_t i = 0; i < groups * m->asked[f].cells; i++) {
					struct target at = {f, i / groups,
						{s, t->group_of, i % groups}};
					int64_t n = truth(m, &at);
					if (n > 0 && n < m->plan.thresholds.min_cell)
						aim(v, &scores->filters, &at);
				}
			}
		}
	}
}

static void attack_surveys(
	struct dice *d, long sets, bool blind, bool linked, struct scores *scores)
{
	*scores = (struct scores){{.narrowest = 1e9}, {.narrowest = 1e9}, 0};
	/* Of some nothing is told, or too much is unknown for seconds of solving. */
	for (long tries = 3 * sets; tries > 0 && scores->surveys < sets; tries--) {
		struct protected_plan out;
		struct microdata *m = survey(d, blind, &out);
		struct view v;
		if (!m)
			continue;
		if (view_make(&v, m, &out, linked)) {
			scores->surveys++;
			know_all(&v, &out);
			aim_at_exposed(&v, &out, scores);
			if (!blind)
				attack(&v, &out, d, scores);
			view_release(&v);
		}
		protected_release(&out);
		free(m);
	}
}

static void say_both(const char *what, const struct scores *scores)
{
	printf("%s: %ld surveys\n", what, scores->surveys);
	say("  filters", &scores->filters);
	say("  what they open", &scores->opened);
}

static void no_filter_is_told_by_what_it_opens(void **state)
{
	(void)state;
	struct dice d = dice_of(41);
	struct scores s;
	long sets = attack_sets();

	attack_surveys(&d, sets, false, true, &s);
	say_both("protected", &s);
	/* Enough was aimed at. */
	assert_int_equal(s.surveys, sets);
	assert_true((long)s.filters.small * 2 > sets && (long)s.opened.small * 2 > sets);
	assert_int_equal(s.filters.small_known + s.filters.small_narrow, 0);
	assert_int_equal(s.opened.small_known + s.opened.small_narrow, 0);
	size_t small = s.filters.small + s.opened.small;
	assert_true(seldom(s.filters.small_rest + s.opened.small_rest, small, 200));
	assert_true(seldom(s.filters.tiny + s.opened.tiny, small, 20));
}

/* Every table is safe by itself: only L4 is missing. */
static void without_l4_filters_are_solved(void **state)
{
	(void)state;
	struct dice d = dice_of(42), again = d;
	struct scores s, unlinked;

	attack_surveys(&d, 100, true, true, &s);
	say_both("without L4", &s);
	attack_surveys(&again, 100, true, false, &unlinked);
	say_both("the same, by one who does not know who is asked what", &unlinked);
	assert_true(s.filters.small > 50 && s.filters.small_known * 10 > s.filters.small);
	assert_true(s.filters.small_known > 2 * unlinked.filters.small_known);
}

/* The usual way: of a segment's tables a figure of 1 to 4 is left out, all else is printed. */
static void know_if_large(struct view *v, size_t q, enum what what, uint32_t cells,
	const struct region *r, int64_t n)
{
	if (n == 0 || n >= 5)
		know(v, q, what, cells, r, n, n);
}

static void know_all_but_under_5(struct view *v)
{
	const struct microdata *m = v->m;

	for (size_t c = 0; c < m->categories[0]; c++) {
		const struct region r = {.segment = 0, .group = c};
		know(v, 0, PEOPLE, 0, &r, m->people_in[0][c], m->people_in[0][c]);
		for (size_t q = 0; q < m->questions; q++) {
			const struct plan_row *row = &m->rows[q][0][c];
			if (!m->asked[q].crossable)
				continue;
			know_if_large(v, q, ANSWERED, 0, &r, row->base);
			know_if_large(v, q, OUTSIDE, 0, &r, row->not_concerned);
			for (size_t i = 0; i < m->asked[q].cells; i++)
				know_if_large(v, q, CELLS, 1u << i, &r, row->cells[i]);
		}
	}
	for (size_t q = 0; q < m->questions; q++) {
		const struct plan_row *row = &m->plan_questions[q].whole;
		know(v, q, ANSWERED, 0, &everybody, row->base, row->base);
		for (size_t i = 0; i < m->asked[q].cells; i++)
			know(v, q, CELLS, 1u << i, &everybody, row->cells[i],
				row->cells[i]);
	}
}

static void hiding_small_cells_is_solved(void **state)
{
	(void)state;
	struct scores s = {{.narrowest = 1e9}, {.narrowest = 1e9}, 0}, unlinked = s;

	for (uint64_t set = 0; set < 80; set++) {
		struct dice d = dice_of(1000 + set);
		struct microdata *m = family(&d);
		(void)microdata_plan(m, persons);
		m->segments = 1;
		m->parent_of[0] = SIZE_MAX;
		for (size_t q = 0; q < m->questions; q++)
			m->asked[q].is_segment = 0;
		for (int linked = 0; linked < 2; linked++) {
			struct dice same = d;
			struct scores *scores = linked ? &s : &unlinked;
			struct view v;
			if (!view_make(&v, m, NULL, linked == 1))
				continue;
			know_all_but_under_5(&v);
			attack(&v, NULL, &same, scores);
			scores->surveys++;
			view_release(&v);
		}
		free(m);
	}
	say_both("hide under 5", &s);
	say_both("the same, by one who does not know who is asked what", &unlinked);
	assert_true(s.filters.small > 50 && s.opened.small > 50);
	assert_true(s.filters.small_known * 5 > s.filters.small &&
		s.opened.small_known * 5 > s.opened.small);
	assert_true(s.filters.small_known + s.opened.small_known >
		unlinked.filters.small_known + unlinked.opened.small_known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_filter_is_told_by_what_it_opens),
		cmocka_unit_test(without_l4_filters_are_solved),
		cmocka_unit_test(hiding_small_cells_is_solved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
