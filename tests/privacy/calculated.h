/* SPDX-License-Identifier: Apache-2.0 */
/* calculated.h - questions worked out from others, among invented respondents. Behind microdata.h; of one test only. */
#ifndef TESTS_PRIVACY_CALCULATED_H
#define TESTS_PRIVACY_CALCULATED_H

#include "microdata.h"

#define SOURCES_MAX 3

/* Said « oui »: cell 0. */
static inline bool said(const struct microdata *m, size_t source, size_t person)
{
	return chose(m, source, person, 0);
}

enum rule {
	RULE_BOTH,
	RULE_EITHER,
	RULE_ONE_OF,
	RULE_FIRST_ONLY,
	RULES
};
static inline bool rule_holds(enum rule rule, const bool *said_so, size_t n)
{
	size_t yes = 0;

	for (size_t i = 0; i < n; i++)
		yes += said_so[i];
	switch (rule) {
	case RULE_BOTH:
		return yes == n;
	case RULE_EITHER:
		return yes > 0;
	case RULE_ONE_OF:
		return yes == 1;
	case RULE_FIRST_ONLY:
		return said_so[0] && yes == 1;
	case RULES:
		break;
	}
	return false;
}

struct sourced {
	struct plan_sources plan;
	size_t questions[SOURCES_MAX];
	unsigned char sides[CELLS_MAX + DERIVED_MAX];
};

/* Derived sets of a calculated value: what was said to its sources, a bit each. */
static inline bool in_combination(
	const struct microdata *m, size_t q, size_t person, size_t set)
{
	const struct plan_sources *sources = m->asked[q].sources;
	size_t mine = 0;

	for (size_t i = 0; i < sources->count; i++)
		mine |= (size_t)said(m, sources->questions[i], person) << i;
	return mine == set;
}

/* Question q of everybody: true, false. Its sources are the first `n` questions. */
static inline void calculate(
	struct microdata *m, size_t q, size_t n, enum rule rule, struct sourced *ret)
{
	*ret = (struct sourced){.plan = {.count = n, .derived = (size_t)1 << n}};
	ret->plan.questions = ret->questions;
	ret->plan.sides = ret->sides;
	for (size_t i = 0; i < n; i++)
		ret->questions[i] = i;
	for (size_t set = 0; n > 1 && set < ret->plan.derived; set++)
		ret->sides[2 + set] = n > 2 ? 1 : set == 0 || set == 3 ? 1 : 2;
	m->asked[q] = (struct plan_question){.shape = PLAN_SINGLE,
		.sensitive = true,
		.crossable = true,
		.cells = 2,
		.sources = &ret->plan};
	m->in_set[q] = in_combination;
	for (size_t i = 0; i < m->people; i++) {
		bool said_so[SOURCES_MAX] = {false};
		for (size_t k = 0; k < n; k++)
			said_so[k] = said(m, k, i);
		m->answer[q][i] = rule_holds(rule, said_so, n) ? 0 : 1;
	}
}

/* Derived sets of a number of ticks: ticked i, not all; ticked something, not i. */
static inline bool in_ticks(
	const struct microdata *m, size_t q, size_t person, size_t set)
{
	size_t source = m->asked[q].sources->questions[0], n = m->asked[source].cells;
	size_t ticks = (size_t)m->answer[q][person];
	bool mine = chose(m, source, person, set % n);

	return set < n ? mine && ticks < n : !mine && ticks > 0;
}

/* Question q: how many options of the several-ticks question 0 a person ticked; none is an answer. */
static inline void count_ticks(struct microdata *m, size_t q, struct sourced *ret)
{
	size_t n = m->asked[0].cells;

	*ret = (struct sourced){.plan = {.count = 1, .derived = n == 2 ? n : 2 * n}};
	ret->plan.questions = ret->questions;
	ret->plan.sides = ret->sides;
	for (size_t set = 0; set < ret->plan.derived; set++)
		ret->sides[n + 1 + set] = set < n ? 1 : 2;
	if (n == 2)
		ret->sides[0] = ret->sides[2] = 2;
	m->asked[q] = (struct plan_question){.shape = PLAN_SINGLE,
		.sensitive = m->asked[0].sensitive,
		.ordered = true,
		.crossable = true,
		.cells = n + 1,
		.sources = &ret->plan};
	m->in_set[q] = in_ticks;
	for (size_t i = 0; i < m->people; i++) {
		m->answer[q][i] = answered(m, 0, i) ? 0 : m->answer[0][i];
		for (size_t o = 0; o < n; o++)
			m->answer[q][i] += chose(m, 0, i, o);
	}
}

#endif
