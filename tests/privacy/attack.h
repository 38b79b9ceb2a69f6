/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attack.h - what the attackers with a solver share: bounds of one cell, and how well it stayed hidden. GLPK, tests only.
 *
 * A cell of 1 … t-1 people must stay unknown by at least t. A cell of none, or of t and more, may become known: it could have been
 * published; it does, for instance when nobody at all gave the answer, or when the other answers of a gathered cell were given by nobody.
 */
#ifndef TESTS_PRIVACY_ATTACK_H
#define TESTS_PRIVACY_ATTACK_H

#include <glpk.h>
#include <stdio.h>

#include "microdata.h"

#define EPSILON 1e-6

static const struct thresholds persons = {.min_base = 11, .min_cell = 5, .coalition = 1};
static const struct thresholds structures = {
	.min_base = 11, .min_cell = 3, .coalition = 1};

/* Which half each category of the parent lies in: the data never contradict it. */
static inline size_t told_by_parent(
	const struct microdata *m, size_t s, size_t parent_category)
{
	size_t last = m->categories[m->parent_of[s]] - 1;

	return parent_category == last ? m->categories[s] - 1
				       : parent_category * 2 >= last;
}

struct range {
	double low, high;
};

static inline double extreme(glp_prob *lp, int direction)
{
	glp_smcp how;

	glp_init_smcp(&how);
	how.msg_lev = GLP_MSG_OFF;
	glp_set_obj_dir(lp, direction);
	assert_int_equal(glp_simplex(lp, &how), 0);
	if (glp_get_status(lp) == GLP_UNBND)
		return direction == GLP_MAX ? 1e9 : -1e9;
	/* The truth is a solution. */
	assert_int_equal(glp_get_status(lp), GLP_OPT);
	return glp_get_obj_val(lp);
}

/* Of what is the objective now. */
static inline struct range range_solve(glp_prob *lp)
{
	struct range r = {.low = extreme(lp, GLP_MIN)};

	r.high = extreme(lp, GLP_MAX);
	return r;
}

struct score {
	size_t questions, targets, known, narrow; /* known and narrow: 0, or t and more */
	size_t small, small_known, small_narrow;
	size_t small_rest; /* narrow, but as large as t for all he knows */
	size_t tiny;       /* small and narrow, because so few people are there */
	size_t silent;     /* not aimed at */
	double narrowest;
};

/* Between none and a few: narrow, unless so few were there to answer. */
static inline bool nobody_doubts(struct range r, int64_t t)
{
	return r.low < EPSILON && r.high > 1 - EPSILON && r.high - r.low < (double)t;
}

/*
 * At most one in so many, where there are enough to tell: what is rare comes in clusters, all the cells of one question, so that a few
 * dozen surveys say nothing of how rare it is.
 */
static inline bool seldom(size_t count, size_t of, size_t one_in)
{
	return of < 10 * one_in || count * one_in <= of;
}

/* n: the truth. most: where nobody_doubts(), how many can have given any answer there. */
static inline void judge(struct score *score, struct range r, double most, bool nameless,
	int64_t n, int64_t t)
{
	double width = r.high - r.low;
	bool small = n > 0 && n < t;

	/* Of a category that is known to hold fewer than t people nobody can doubt between more than none and all of them. */
	if (nobody_doubts(r, t) && most < (double)t - EPSILON) {
		score->tiny += small;
		width = (double)t;
	}
	assert_true((double)n >= r.low - EPSILON && (double)n <= r.high + EPSILON);
	score->targets++;
	score->small += small;
	if (small && width < score->narrowest)
		score->narrowest = width;
	if (width < 1 - EPSILON) {
		score->known += !small;
		score->small_known += small;
	} else if (width < (double)t - EPSILON) {
		bool reaches = r.high > (double)t - EPSILON ||
			(r.low < EPSILON && nameless);
		bool rest = small && reaches;
		score->narrow += !small;
		score->small_narrow += small && !rest;
		score->small_rest += rest;
	}
}

static inline void say(const char *what, const struct score *s)
{
	printf("%s: %zu questions, %zu cells aimed at; of 1 to t-1 people %zu: known %zu, narrower than t "
	       "%zu (and t or more for all he knows %zu, of fewer than t people %zu; narrowest %.2f); of none or t and more: known %zu, "
	       "narrow %zu; silence %zu\n",
		what, s->questions, s->targets, s->small, s->small_known, s->small_narrow,
		s->small_rest, s->tiny, s->narrowest, s->known, s->narrow, s->silent);
}

#endif
