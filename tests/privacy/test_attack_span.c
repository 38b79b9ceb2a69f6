/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attackers who need no solver: one who adds and subtracts published groups, and one who took part.
 *
 * Span: no set of 1 … N-1 respondents is a sum and difference of published groups of a question, by exact elimination
 * modulo 2^61 - 1. Unlike the audit (protect.h) it takes all segments at once.
 * Coalition: whoever takes himself out of a published row still cannot say what all others answered.
 *
 * BAROMETRE_ATTACK_SETS: how many invented surveys, 1000 unless told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "elimination.h"

static const struct thresholds persons = {.min_base = 11, .min_cell = 5, .coalition = 1};

/* ---- the span of published groups ---- */

/* Respondents who are in the same published groups are one column. */
struct span {
	int64_t sizes[PEOPLE_MAX];
	size_t groups[PEOPLE_MAX][SEGMENTS_MAX];
	struct elimination told;
};

/* `groups`[segment][category], NULL for what is not published. */
static void span_make(
	struct span *s, const struct microdata *m, size_t q, const size_t *const *groups)
{
	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < m->people; i++) {
		size_t mine[SEGMENTS_MAX] = {0}, at = 0;
		if (!answered(m, q, i))
			continue;
		for (size_t g = 0; g < m->segments; g++)
			mine[g] = groups[g] ? groups[g][m->category[g][i]] : 0;
		while (at < s->told.columns &&
			memcmp(s->groups[at], mine, sizeof(mine)) != 0)
			at++;
		if (at == s->told.columns)
			memcpy(s->groups[s->told.columns++], mine, sizeof(mine));
		s->sizes[at]++;
	}
	for (size_t g = 0; g < m->segments; g++) {
		for (size_t group = 0; groups[g] && group < m->categories[g]; group++) {
			uint64_t v[PEOPLE_MAX] = {0};
			for (size_t i = 0; i < s->told.columns; i++)
				v[i] = s->groups[i][g] == group;
			elimination_add(&s->told, v);
		}
	}
}

/* Sets of one, two or (where there are few columns) three with fewer than `limit` people: how many are in the span. */
static size_t span_small(const struct span *s, int64_t limit)
{
	size_t found = 0, step = s->told.columns > 20 ? s->told.columns : 1;

	for (size_t a = 0; a < s->told.columns; a++) {
		for (size_t b = a; b < s->told.columns; b++) {
			for (size_t c = b; c < s->told.columns; c += c == b ? 1 : step) {
				int64_t size = s->sizes[a] + (b > a ? s->sizes[b] : 0) +
					(c > b ? s->sizes[c] : 0);
				if (size >= limit || (a == b && c > b))
					continue;
				uint64_t v[PEOPLE_MAX] = {0};
				v[a] = v[b] = v[c] = 1;
				found += elimination_reaches(&s->told, v);
			}
		}
	}
	return found;
}

static void no_few_respondents_are_a_difference(void **state)
{
	(void)state;
	struct dice d = dice_of(18);
	static struct span span;
	size_t found = 0, naive = 0, tried = 0;

	for (long set = attack_sets(); set > 0; set--) {
		struct microdata *m = microdata_random(&d);
		struct protected_plan out;
		protect(microdata_plan(m, persons), &out);
		for (size_t q = roll(&d, 6); q < m->questions; q += 5) {
			const size_t *groups[SEGMENTS_MAX] = {NULL},
				     *all[SEGMENTS_MAX] = {NULL};
			size_t crossed = 0;
			for (size_t s = 0; s < m->segments; s++) {
				const struct protected_table *t = protected_table(
					&out, q, s);
				groups[s] = t->verdict == PROTECT_SHOWN ? t->group_of
									: NULL;
				all[s] = out.segment_groups[s] > 0
					? out.segment_group_of[s]
					: NULL;
				crossed += groups[s] != NULL;
			}
			if (crossed < 2)
				continue;
			tried++;
			span_make(&span, m, q, groups);
			found += span_small(&span, persons.min_base) > 0;
			/* Groups of 11 and more in each segment, and nothing done about two of them. */
			if (tried % 4 == 0) {
				span_make(&span, m, q, all);
				naive += span_small(&span, persons.min_base) > 0;
			}
		}
		protected_release(&out);
		free(m);
	}
	printf("span: %zu questions by two segments and more, %zu with a few people in the span; without the "
	       "audit %zu of %zu\n",
		tried, found, naive, tried / 4);
	assert_true(tried > (size_t)attack_sets() / 10);
	assert_true(naive > 0);
	assert_int_equal(found, 0);
}

/* T22: whoever takes himself out of a row still cannot say what all others answered. */
static void nobody_learns_what_all_others_answered(void **state)
{
	(void)state;
	struct dice d = dice_of(22);
	size_t rows = 0, would = 0;

	for (long set = attack_sets() / 4; set > 0; set--) {
		struct microdata *m = microdata_random(&d);
		struct protected_plan out;
		protect(microdata_plan(m, persons), &out);
		for (size_t q = 0; q < m->questions; q++) {
			for (size_t s = 0; s < m->segments; s++) {
				const struct protected_table *t = protected_table(
					&out, q, s);
				int64_t cells[CELLS_MAX];
				for (size_t c = 0;
					m->asked[q].crossable && c < m->categories[s];
					c++)
					for (size_t i = 0; i < m->asked[q].cells; i++)
						would += m->rows[q][s][c].base >= 11 &&
							m->rows[q][s][c].cells[i] + 1 >=
								m->rows[q][s][c].base;
				for (size_t g = 0;
					t->verdict == PROTECT_SHOWN && g < t->groups;
					g++) {
					int64_t base = plan_group_row(
						&m->plan, q, s, t, g, cells)
							       .base;
					rows++;
					for (size_t i = 0;
						base > 0 && i < m->asked[q].cells; i++) {
						bool several = m->asked[q].shape ==
							PLAN_MULTIPLE;
						if (several && t->marks[i] != CELL_SHOWN)
							continue;
						/* One of those who did not say it leaves. */
						assert_true(cells[i] < base - 1);
						assert_true(!several ||
							base - cells[i] < base - 1);
					}
				}
			}
		}
		protected_release(&out);
		free(m);
	}
	printf("coalition: %zu published rows, none nearly of one mind; of the categories %zu cells were\n",
		rows, would);
	assert_true(rows > (size_t)attack_sets() && would > (size_t)attack_sets() / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_few_respondents_are_a_difference),
		cmocka_unit_test(nobody_learns_what_all_others_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
