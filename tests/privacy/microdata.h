/* SPDX-License-Identifier: Apache-2.0 */
/*
 * microdata.h - invented respondents, and the plan that their answers make. Used by the tests of protect.h only.
 *
 * Every figure of the plan is counted here from the people one by one, so that the tests know the truth.
 */
#ifndef TESTS_PRIVACY_MICRODATA_H
#define TESTS_PRIVACY_MICRODATA_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "barometre/privacy/protect.h"

#define PEOPLE_MAX 200
#define SEGMENTS_MAX 4
#define CATEGORIES_MAX 16
#define QUESTIONS_MAX 12
#define CELLS_MAX 8
#define FILTERS_EACH 2
#define DERIVED_MAX 8

#define NOT_ANSWERED (-1)
#define NOT_CONCERNED (-2)

/* How many invented surveys: BAROMETRE_ATTACK_SETS, or 1000. */
static inline long attack_sets(void)
{
	const char *text = getenv("BAROMETRE_ATTACK_SETS");
	long n = 0;

	for (; text && *text >= '0' && *text <= '9' && n < 1000000; text++)
		n = 10 * n + (*text - '0');
	return n > 0 ? n : 1000;
}

struct microdata {
	size_t people, segments, questions;
	size_t categories[SEGMENTS_MAX];
	bool segment_ordered[SEGMENTS_MAX];
	/* The second of two can be told from the first by anybody: departments and halves of a region. */
	size_t parent_of[SEGMENTS_MAX]; /* segment that tells this one, or SIZE_MAX */
	size_t category[SEGMENTS_MAX][PEOPLE_MAX];
	struct plan_question asked
		[QUESTIONS_MAX]; /* shape, flags, cells, collapse, filters, is_segment */
	struct plan_filter filters[QUESTIONS_MAX][FILTERS_EACH];
	int wanted[QUESTIONS_MAX]
		  [FILTERS_EACH]; /* the cell of the filter that opens the question */
	bool any_of
		[QUESTIONS_MAX]; /* one of its filters is enough; otherwise all must open it */
	int answer[QUESTIONS_MAX]
		  [PEOPLE_MAX]; /* a cell, or the ticks of several as bits, or NOT_… */

	/* Is the person in this derived set (plan_sources)? Of asked[].sources. */
	bool (*in_set[QUESTIONS_MAX])(
		const struct microdata *, size_t q, size_t person, size_t set);

	/* Made by microdata_plan. */
	struct plan plan;
	struct plan_segment plan_segments[SEGMENTS_MAX];
	struct plan_question plan_questions[QUESTIONS_MAX];
	int64_t people_in[SEGMENTS_MAX][CATEGORIES_MAX];
	int64_t whole_cells[QUESTIONS_MAX][CELLS_MAX + DERIVED_MAX];
	struct plan_row rows[QUESTIONS_MAX][SEGMENTS_MAX][CATEGORIES_MAX];
	const struct plan_row *row_lists[QUESTIONS_MAX][SEGMENTS_MAX];
	int64_t row_cells[QUESTIONS_MAX][SEGMENTS_MAX][CATEGORIES_MAX]
			 [CELLS_MAX + DERIVED_MAX];
	int64_t joint[QUESTIONS_MAX][SEGMENTS_MAX * SEGMENTS_MAX]
		     [CATEGORIES_MAX * CATEGORIES_MAX];
	const int64_t *joint_lists[QUESTIONS_MAX][SEGMENTS_MAX * SEGMENTS_MAX];
};

/* xorshift64*: the same draws everywhere. */
struct dice {
	uint64_t state;
};
static inline size_t roll(struct dice *d, size_t sides)
{
	must(sides > 0);
	d->state ^= d->state >> 12;
	d->state ^= d->state << 25;
	d->state ^= d->state >> 27;
	return (size_t)((d->state * 2685821657736338717ull) >> 33) % sides;
}
static inline struct dice dice_of(uint64_t seed)
{
	struct dice d = {seed * 0x9E3779B97F4A7C15ull + 0x1234567};

	for (int i = 0; i < 8; i++)
		(void)roll(&d, 2);
	return d;
}
/* Weighted, the weights halved or so at each step when `skew` is large. */
static inline size_t roll_skewed(struct dice *d, size_t sides, size_t skew)
{
	size_t i = 0;

	while (i + 1 < sides && roll(d, 10) >= skew)
		i++;
	return i;
}

static inline bool answered(const struct microdata *m, size_t q, size_t person)
{
	return m->answer[q][person] >= 0;
}
static inline bool chose(const struct microdata *m, size_t q, size_t person, size_t cell)
{
	int a = m->answer[q][person];

	if (a < 0 || m->asked[q].cells == 0)
		return false;
	return m->asked[q].shape == PLAN_MULTIPLE ? (a >> cell & 1) != 0 : a == (int)cell;
}

static inline void count_person(struct microdata *m, size_t q, size_t person,
	struct plan_row *row, int64_t *cells)
{
	if (m->answer[q][person] == NOT_ANSWERED)
		row->not_answered++;
	else if (m->answer[q][person] == NOT_CONCERNED)
		row->not_concerned++;
	else
		row->base++;
	for (size_t i = 0; i < m->asked[q].cells; i++)
		cells[i] += chose(m, q, person, i);
	for (size_t i = 0;
		m->in_set[q] && m->asked[q].sources && i < m->asked[q].sources->derived;
		i++)
		cells[m->asked[q].cells + i] += answered(m, q, person) &&
			m->in_set[q](m, q, person, i);
}

static inline void microdata_question(struct microdata *m, size_t q)
{
	struct plan_question *out = &m->plan_questions[q];
	size_t pairs = 0;

	*out = m->asked[q];
	out->filters = m->filters[q];
	out->whole.cells = m->whole_cells[q];
	for (size_t i = 0; i < m->people; i++)
		count_person(m, q, i, &out->whole, m->whole_cells[q]);
	if (!out->crossable)
		return;
	for (size_t s = 0; s < m->segments; s++) {
		for (size_t c = 0; c < m->categories[s]; c++)
			m->rows[q][s][c].cells = m->row_cells[q][s][c];
		for (size_t i = 0; i < m->people; i++) {
			size_t c = m->category[s][i];
			count_person(m, q, i, &m->rows[q][s][c], m->row_cells[q][s][c]);
		}
		m->row_lists[q][s] = m->rows[q][s];
		for (size_t r = s + 1; r < m->segments; r++) {
			for (size_t i = 0; i < m->people; i++)
				m->joint[q][pairs][m->category[s][i] * m->categories[r] +
					m->category[r][i]] += answered(m, q, i);
			m->joint_lists[q][pairs] = m->joint[q][pairs];
			pairs++;
		}
	}
	out->rows = m->row_lists[q];
	out->joint = m->joint_lists[q];
}

/* Counts everything again. */
static inline const struct plan *microdata_plan(
	struct microdata *m, struct thresholds thresholds)
{
	memset(m->people_in, 0, sizeof(m->people_in));
	memset(m->whole_cells, 0, sizeof(m->whole_cells));
	memset(m->rows, 0, sizeof(m->rows));
	memset(m->row_cells, 0, sizeof(m->row_cells));
	memset(m->joint, 0, sizeof(m->joint));
	for (size_t s = 0; s < m->segments; s++) {
		for (size_t i = 0; i < m->people; i++)
			m->people_in[s][m->category[s][i]]++;
		m->plan_segments[s] = (struct plan_segment){
			m->segment_ordered[s], m->categories[s], m->people_in[s]};
	}
	for (size_t q = 0; q < m->questions; q++)
		microdata_question(m, q);
	m->plan = (struct plan){.thresholds = thresholds,
		.segments = m->plan_segments,
		.segment_count = m->segments,
		.questions = m->plan_questions,
		.question_count = m->questions};
	return &m->plan;
}

/* ---- random ones ---- */

enum segment_kind {
	KIND_TYPE,
	KIND_DEPARTMENT,
	KIND_HALF,
	KIND_NEARLY,
	KIND_BAND,
	KINDS
};

/* `of`: the segment that a half or a nearly nested one is made from. */
static inline void random_segment(
	struct microdata *m, struct dice *d, size_t s, enum segment_kind kind, size_t of)
{
	static const size_t sizes[KINDS] = {6, 14, 3, 3, 6};
	size_t strange = 1 + roll(d, 10);

	m->categories[s] = sizes[kind];
	m->segment_ordered[s] = kind == KIND_BAND;
	m->parent_of[s] = kind == KIND_HALF ? of : SIZE_MAX;
	for (size_t i = 0; i < m->people; i++) {
		size_t known = sizes[kind] - 1, c;
		if (kind == KIND_HALF || kind == KIND_NEARLY) {
			size_t from = m->category[of][i], last = m->categories[of] - 1;
			c = from == last ? known : from * 2 >= last;
			if (kind == KIND_NEARLY && i < strange && c < known)
				c = 1 - c;
		} else {
			c = roll(d, 20) == 0
				? known
				: roll_skewed(d, known, kind == KIND_DEPARTMENT ? 2 : 4);
		}
		m->category[s][i] = c;
	}
}

static inline void random_segments(struct microdata *m, struct dice *d)
{
	m->segments = 2 + roll(d, SEGMENTS_MAX - 1);
	for (size_t s = 0; s < m->segments; s++) {
		enum segment_kind kind = (enum segment_kind)roll(d, KINDS);
		if (s == 0 && (kind == KIND_HALF || kind == KIND_NEARLY))
			kind = KIND_DEPARTMENT;
		/* One that is told by another comes from a segment that is not told itself. */
		size_t of = 0;
		random_segment(m, d, s, kind, of);
	}
}

/* Most important last as often as first: the one that is told may be declared before the one that tells. */
static inline void random_turn(struct microdata *m, struct dice *d)
{
	if (m->segments != 2 || roll(d, 2) == 0)
		return;
	for (size_t i = 0; i < m->people; i++) {
		size_t held = m->category[0][i];
		m->category[0][i] = m->category[1][i];
		m->category[1][i] = held;
	}
	size_t categories = m->categories[0];
	bool ordered = m->segment_ordered[0];
	m->categories[0] = m->categories[1];
	m->segment_ordered[0] = m->segment_ordered[1];
	m->categories[1] = categories;
	m->segment_ordered[1] = ordered;
	m->parent_of[0] = m->parent_of[1] == SIZE_MAX ? SIZE_MAX : 1;
	m->parent_of[1] = SIZE_MAX;
}

static inline bool random_concerned(const struct microdata *m, size_t q, size_t person)
{
	size_t n = m->asked[q].filter_count;

	for (size_t i = 0; i < n; i++) {
		size_t f = m->filters[q][i].question;
		/* Of a question without cells any answer opens. */
		bool opens = m->asked[f].shape == PLAN_BASE
			? answered(m, f, person)
			: chose(m, f, person, (size_t)m->wanted[q][i]);
		if (opens == m->any_of[q])
			return opens;
	}
	return n == 0 || !m->any_of[q];
}

static inline void random_answers(struct microdata *m, struct dice *d, size_t q)
{
	size_t cells = m->asked[q].cells, skew = 2 + roll(d, 7), silent = roll(d, 12);
	size_t follows = roll(d, 3) == 0 ? roll(d, m->segments) : SIZE_MAX;

	for (size_t i = 0; i < m->people; i++) {
		int a = 0;
		size_t shift = follows == SIZE_MAX ? 0 : m->category[follows][i];
		if (!random_concerned(m, q, i))
			a = NOT_CONCERNED;
		else if (roll(d, 100) < silent)
			a = NOT_ANSWERED;
		else if (m->asked[q].shape == PLAN_SINGLE && cells > 0)
			a = (int)((roll_skewed(d, cells, skew) +
					  (roll(d, 3) ? shift : 0)) %
				cells);
		else
			for (size_t c = 0; c < cells; c++)
				a |= (int)(roll(d, 10) < (c + skew) % 10) << c;
		m->answer[q][i] = a;
	}
}

static inline void random_question(struct microdata *m, struct dice *d, size_t q)
{
	static const size_t halves[CELLS_MAX] = {0, 0, 1, 1, 2, 2, 2, 2};
	struct plan_question *asked = &m->asked[q];

	*asked = (struct plan_question){
		.shape = roll(d, 4) == 0 ? PLAN_MULTIPLE : PLAN_SINGLE,
		.sensitive = roll(d, 2) == 0,
		.ordered = roll(d, 2) == 0,
		.crossable = roll(d, 8) > 0,
		.cells = 2 + roll(d, CELLS_MAX - 2)};
	if (roll(d, 12) == 0)
		*asked = (struct plan_question){.shape = PLAN_BASE};
	if (asked->shape == PLAN_SINGLE && asked->cells > 2 && roll(d, 2)) {
		asked->collapse = halves;
		asked->collapse_count = halves[asked->cells - 1] + 1;
	}
	for (size_t n = q > 0 && roll(d, 3) == 0 ? 1 + roll(d, FILTERS_EACH) : 0; n > 0;
		n--) {
		size_t other = roll(d, q), cells = m->asked[other].cells;
		size_t cell = cells > 0 ? roll(d, cells) : 0;
		if (m->asked[other].shape == PLAN_BASE)
			continue;
		m->filters[q][asked->filter_count] = (struct plan_filter){
			other, roll(d, 2) ? cell : PLAN_ANY_CELL};
		m->wanted[q][asked->filter_count++] = (int)cell;
	}
	random_answers(m, d, q);
}

/* The segment's own question: those of the last category did not answer. */
static inline void random_own_question(struct microdata *m, size_t q, size_t s)
{
	static const size_t pairs[] = {0, 0, 1, 1, 2, 2, 3, 3};
	m->asked[q] = (struct plan_question){.shape = PLAN_SINGLE,
		.sensitive = true,
		.crossable = true,
		.ordered = m->segment_ordered[s],
		.cells = m->categories[s] - 1,
		.is_segment = s + 1};
	if (m->people % 2 == 0 && m->asked[q].cells > 2 &&
		m->asked[q].cells <= COUNT_OF(pairs)) {
		m->asked[q].collapse = pairs;
		m->asked[q].collapse_count = (m->asked[q].cells + 1) / 2;
	}
	for (size_t i = 0; i < m->people; i++)
		m->answer[q][i] = m->category[s][i] == m->asked[q].cells
			? NOT_ANSWERED
			: (int)m->category[s][i];
}

static inline struct microdata *microdata_random(struct dice *d)
{
	struct microdata *m = x_calloc(1, sizeof(*m));

	m->people = 20 + roll(d, 131);
	random_segments(m, d);
	random_turn(m, d);
	m->questions = QUESTIONS_MAX;
	for (size_t q = 0; q < m->questions; q++) {
		if (q < m->segments && m->categories[q] - 1 <= CELLS_MAX && roll(d, 2))
			random_own_question(m, q, q);
		else
			random_question(m, d, q);
	}
	return m;
}

#endif
