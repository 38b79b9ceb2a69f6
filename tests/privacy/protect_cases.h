/* SPDX-License-Identifier: Apache-2.0 */
/* protect_cases.h - small tables written out by hand, and what is told of them. Used by the tests of protect.h only. */
#ifndef TESTS_PRIVACY_PROTECT_CASES_H
#define TESTS_PRIVACY_PROTECT_CASES_H

#include "microdata.h"

static const struct thresholds usual = {.min_base = 11, .min_cell = 5, .coalition = 1};

/* One segment of `groups` categories and an empty "not known", one question; counts[group][cell] people. */
static inline struct microdata *crossed(
	size_t groups, size_t cells, const int *counts, bool sensitive)
{
	struct microdata *m = x_calloc(1, sizeof(*m));

	m->segments = m->questions = 1;
	m->categories[0] = groups + 1;
	m->parent_of[0] = SIZE_MAX;
	m->asked[0] = (struct plan_question){.shape = PLAN_SINGLE,
		.sensitive = sensitive,
		.crossable = true,
		.cells = cells};
	for (size_t g = 0; g < groups; g++) {
		for (size_t c = 0; c < cells; c++) {
			for (int n = counts[g * cells + c]; n > 0; n--) {
				assert_true(m->people < PEOPLE_MAX);
				m->category[0][m->people] = g;
				m->answer[0][m->people++] = (int)c;
			}
		}
	}
	return m;
}
#define CROSSED(groups, cells, sensitive, ...) \
 crossed(groups, cells, (const int[]){__VA_ARGS__}, sensitive)

struct outcome {
	struct microdata *m;
	struct protected_plan out;
};
static inline struct outcome run_with(struct microdata *m, struct thresholds t)
{
	struct outcome o = {.m = m};

	protect(microdata_plan(m, t), &o.out);
	return o;
}
static inline struct outcome run(struct microdata *m)
{
	return run_with(m, usual);
}
static inline void done(struct outcome *o)
{
	protected_release(&o->out);
	protected_release(&o->out);
	free(o->m);
}
static inline const struct protected_table *by(
	const struct outcome *o, size_t question, size_t segment)
{
	return protected_table(&o->out, question, segment);
}

/* s shown, g gathered, < at most 5, > at least 95, w withheld. */
static inline void assert_marks(const struct protected_table *t, const char *marks)
{
	assert_int_equal(t->verdict, PROTECT_SHOWN);
	assert_int_equal(t->cells, strlen(marks));
	for (size_t i = 0; i < t->cells; i++)
		assert_int_equal("sg<>w"[t->marks[i]], marks[i]);
}
/* One digit a category. */
static inline void assert_groups(const struct protected_table *t, const char *group_of)
{
	assert_int_equal(t->verdict, PROTECT_SHOWN);
	for (size_t i = 0; group_of[i]; i++)
		assert_int_equal('0' + (int)t->group_of[i], group_of[i]);
}
static inline void assert_withheld(
	const struct protected_table *t, enum protect_verdict verdict)
{
	assert_int_equal(t->verdict, verdict);
	assert_null(t->marks);
	assert_null(t->group_of);
	assert_int_equal(t->cells + t->groups, 0);
	assert_false(t->exact || t->concern_shows || t->collapsed);
}

/* A second question, asked only of those who gave answer 0 to the first. */
static inline void add_conditional(struct microdata *m, size_t cell)
{
	m->questions = 2;
	m->asked[1] = (struct plan_question){
		.shape = PLAN_SINGLE, .crossable = true, .cells = 2, .filter_count = 1};
	m->filters[1][0] = (struct plan_filter){0, cell};
	for (size_t i = 0; i < m->people; i++)
		m->answer[1][i] = chose(m, 0, i, 0) ? (int)(i % 2) : NOT_CONCERNED;
}

#endif
