/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L5 of protect.h: a value that is calculated from others, published beside them. Small surveys worked out by hand, then invented ones and an
 * attacker who adds and subtracts what is told by inclusion and exclusion. He must find something where L5 is off.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "calculated.h"

static const struct thresholds usual = {.min_base = 11, .min_cell = 5, .coalition = 1};

/* ---- by hand ---- */

/* Two sensitive questions with « oui » and « non », and one segment; of each group how many said both, only the first, only the second, neither. */
static struct microdata *two_questions(size_t groups, const int *counts)
{
	struct microdata *m = x_calloc(1, sizeof(*m));

	m->segments = 1;
	m->questions = 2;
	m->categories[0] = groups + 1;
	m->parent_of[0] = SIZE_MAX;
	m->asked[0] = m->asked[1] = (struct plan_question){
		.shape = PLAN_SINGLE, .sensitive = true, .crossable = true, .cells = 2};
	for (size_t g = 0; g < groups; g++) {
		for (size_t kind = 0; kind < 4; kind++) {
			for (int n = counts[4 * g + kind]; n > 0; n--) {
				size_t i = m->people++;
				assert_true(i < PEOPLE_MAX);
				m->category[0][i] = g;
				m->answer[0][i] = kind > 1;
				m->answer[1][i] = kind % 2 == 1;
			}
		}
	}
	return m;
}
#define INTS(...) ((const int[]){__VA_ARGS__})

static void calculated(struct microdata *m, enum rule rule, struct sourced *ret)
{
	m->questions = 3;
	calculate(m, 2, 2, rule, ret);
}

static void assert_verdicts(struct microdata *m, size_t q, struct thresholds t,
	enum protect_verdict whole, enum protect_verdict by_segment)
{
	struct protected_plan out;
	const struct protected_table *crossing;

	protect(microdata_plan(m, t), &out);
	crossing = protected_table(&out, q, 0);
	assert_int_equal(out.whole[q].verdict, whole);
	assert_int_equal(crossing->verdict, by_segment);
	if (whole == PROTECT_SHOWN)
		assert_int_equal(out.whole[q].cells, m->asked[q].cells);
	if (by_segment == PROTECT_SHOWN)
		assert_int_equal(crossing->cells, m->asked[q].cells);
	protected_release(&out);
}

/* 20 are ill and 18 of them look after somebody: two do not. */
static void a_difference_with_a_source_is_a_cell(void **state)
{
	(void)state;
	for (int few = 0; few <= 6; few++) {
		bool safe = few >= 5;
		enum protect_verdict v = safe ? PROTECT_SHOWN : PROTECT_AUDIT;
		struct sourced s;
		struct microdata *m = two_questions(1, INTS(18, few, 12, 40));
		calculated(m, RULE_BOTH, &s);
		assert_verdicts(m, 2, usual, v, safe ? PROTECT_GROUPS : v);
		m->asked[2].sources = NULL;
		assert_verdicts(m, 2, usual, PROTECT_SHOWN, PROTECT_GROUPS);
		free(m);
		/* The other way round: not the first is the second less both. */
		m = two_questions(1, INTS(18, 12, few, 40));
		calculated(m, RULE_BOTH, &s);
		assert_verdicts(m, 2, usual, v, safe ? PROTECT_GROUPS : v);
		free(m);
		/* What is left of everybody. */
		m = two_questions(1, INTS(18, 20, 20, few));
		calculated(m, RULE_BOTH, &s);
		assert_verdicts(m, 2, usual, v, safe ? PROTECT_GROUPS : v);
		free(m);
		/* One of the two less the first is the second only; both is their sum less that. */
		m = two_questions(1, INTS(few, 20, 20, 20));
		calculated(m, RULE_EITHER, &s);
		assert_verdicts(m, 2, usual, v, safe ? PROTECT_GROUPS : v);
		free(m);
	}
}

static void thresholds_of_one_leave_everything(void **state)
{
	(void)state;
	struct sourced s;
	struct microdata *m = two_questions(2, INTS(9, 1, 6, 10, 9, 1, 6, 10));

	calculated(m, RULE_BOTH, &s);
	s.plan.open = true;
	assert_verdicts(
		m, 2, (struct thresholds){.min_base = 1}, PROTECT_SHOWN, PROTECT_SHOWN);
	free(m);
}

static void what_cannot_be_enumerated_is_not_told(void **state)
{
	(void)state;
	struct sourced s;
	struct microdata *m = two_questions(2, INTS(9, 9, 9, 9, 9, 9, 9, 9));

	calculated(m, RULE_BOTH, &s);
	assert_verdicts(m, 2, usual, PROTECT_SHOWN, PROTECT_SHOWN);
	s.plan.open = true;
	assert_verdicts(m, 2, usual, PROTECT_AUDIT, PROTECT_AUDIT);
	/* A number has no cells, and no more is told of it. */
	m->asked[2].shape = PLAN_BASE;
	m->asked[2].cells = 0;
	m->asked[2].crossable = false;
	assert_verdicts(m, 2, usual, PROTECT_AUDIT, PROTECT_NOT_MADE);
	free(m);
}

/* The same within a group; groups join until it is safe. */
static void groups_join_for_what_is_calculated(void **state)
{
	(void)state;
	struct sourced s;
	struct protected_plan out;
	struct microdata *m = two_questions(3, INTS(6, 6, 6, 6, 9, 3, 8, 8, 8, 8, 8, 8));

	calculated(m, RULE_BOTH, &s);
	protect(microdata_plan(m, usual), &out);
	assert_int_equal(protected_table(&out, 0, 0)->groups, 4);
	assert_int_equal(protected_table(&out, 1, 0)->groups, 4);
	const struct protected_table *t = protected_table(&out, 2, 0);
	assert_int_equal(t->verdict, PROTECT_SHOWN);
	assert_true(t->exact);
	assert_int_equal(t->cells, 2);
	assert_int_equal(t->group_of[0], t->group_of[1]);
	assert_int_not_equal(t->group_of[1], t->group_of[2]);
	protected_release(&out);
	free(m);
}

/*
 * By groups each source, the calculated value of everybody only. Ten said both. In the first group one said the second only, in the other
 * one said the first only: « second » there and « first » here, less both, are those two.
 */
static void sources_by_groups_can_be_mixed(void **state)
{
	(void)state;
	struct sourced s;
	struct microdata *m = two_questions(2, INTS(5, 20, 1, 15, 5, 1, 20, 15));

	calculated(m, RULE_BOTH, &s);
	assert_verdicts(m, 2, usual, PROTECT_AUDIT, PROTECT_AUDIT);
	/* Not when the sources are not told by the segment. */
	m->asked[0].crossable = m->asked[1].crossable = false;
	m->asked[2].crossable = false;
	assert_verdicts(m, 2, usual, PROTECT_SHOWN, PROTECT_NOT_MADE);
	free(m);
}

/* A second segment is the first two groups of the first without sixteen people, of whom all that can be computed is many, or not. */
static void a_difference_of_crossings_is_a_row_too(void **state)
{
	(void)state;
	for (int few = 3; few <= 5; few++) {
		struct sourced s;
		struct protected_plan out;
		struct microdata *m = two_questions(
			4, INTS(12, 12, 12, 12, 8, 8, 8, 8, 9, 9, 9, 9, 8, 8, 8, 8));
		int moved[4] = {5, few, 6, 6};
		m->segments = 2;
		m->categories[1] = 3;
		m->parent_of[1] = SIZE_MAX;
		for (size_t i = 0; i < m->people; i++) {
			int kind = 2 * m->answer[0][i] + m->answer[1][i];
			m->category[1][i] = m->category[0][i] > 1 || moved[kind]-- > 0;
		}
		calculated(m, RULE_BOTH, &s);
		for (int with = 0; with < 2; with++) {
			m->asked[2].sources = with ? &s.plan : NULL;
			protect(microdata_plan(m, usual), &out);
			assert_int_equal(protected_table(&out, 2, 0)->groups, 5);
			assert_int_equal(protected_table(&out, 2, 1)->verdict,
				with && few < 5 ? PROTECT_AUDIT : PROTECT_SHOWN);
			protected_release(&out);
		}
		free(m);
	}
}

/* How many ticked both: of the others who ticked the first, the rest. */
static void a_number_of_ticks_is_one_too(void **state)
{
	(void)state;
	for (int few = 3; few <= 6; few++) {
		struct sourced s;
		struct microdata *m = two_questions(1, INTS(18, few, 12, 30));
		m->asked[0] = (struct plan_question){.shape = PLAN_MULTIPLE,
			.sensitive = true,
			.crossable = true,
			.cells = 2};
		for (size_t i = 0; i < m->people; i++)
			m->answer[0][i] = (m->answer[0][i] == 0) |
				(m->answer[1][i] == 0) << 1;
		count_ticks(m, 1, &s);
		enum protect_verdict v = few >= 5 ? PROTECT_SHOWN : PROTECT_AUDIT;
		/* Of three cells the number of ticks would be told but for the source. */
		assert_verdicts(m, 1, usual, v, v == PROTECT_SHOWN ? PROTECT_GROUPS : v);
		m->asked[1].sources = NULL;
		assert_verdicts(m, 1, usual, PROTECT_SHOWN, PROTECT_GROUPS);
		/* Nothing sensitive: only nobody, or all but one, is too few. */
		m->asked[0].sensitive = m->asked[1].sensitive = false;
		m->asked[1].sources = &s.plan;
		assert_verdicts(m, 1, usual, PROTECT_SHOWN, PROTECT_GROUPS);
		free(m);
	}
}

/* ---- an attacker ---- */

/* What is told of a question by a segment, or of everybody: unions of categories, each named by its first. */
struct told {
	bool any;
	size_t of[CATEGORIES_MAX];
};

struct attack {
	const struct microdata *m;
	const struct protected_plan *out;
	size_t s;
	int64_t few; /* what is found is less */
	size_t blocks, found, mixed;
};

static struct told told_of(const struct attack *x, size_t q)
{
	const struct protected_table *t = protected_table(x->out, q, x->s);
	struct told told = {.any = t->verdict == PROTECT_SHOWN && t->exact};

	for (size_t c = 0; told.any && c < x->m->categories[x->s]; c++)
		while (t->group_of[told.of[c]] != t->group_of[c])
			told.of[c]++;
	if (!told.any && x->out->whole[q].verdict == PROTECT_SHOWN)
		told.any = x->out->whole[q].exact;
	return told;
}

/* The finest that is told of both. */
static struct told join(const struct attack *x, struct told a, const struct told *b)
{
	size_t n = x->m->categories[x->s];

	a.any = a.any && b->any;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < n; j++) {
			size_t kept = a.of[i] < a.of[j] ? a.of[i] : a.of[j];
			size_t gone = a.of[i] < a.of[j] ? a.of[j] : a.of[i];
			if (b->of[i] != b->of[j])
				continue;
			for (size_t c = 0; c < n; c++)
				if (a.of[c] == gone)
					a.of[c] = kept;
		}
	}
	return a;
}

/* The people of a block; cell SIZE_MAX: all of them. */
static int64_t sum(const struct attack *x, size_t q, size_t cell, const struct told *told,
	size_t block)
{
	int64_t n = 0;

	/* Told of everybody only: then the block is everybody. */
	if (!x->m->asked[q].crossable)
		return cell == SIZE_MAX ? x->m->plan_questions[q].whole.base
					: x->m->whole_cells[q][cell];
	for (size_t c = 0; c < x->m->categories[x->s]; c++)
		if (told->of[c] == block)
			n += cell == SIZE_MAX ? x->m->rows[q][x->s][c].base
					      : x->m->row_cells[q][x->s][c][cell];
	return n;
}

static bool is_few(const struct attack *x, int64_t n)
{
	return n > 0 && n < x->few;
}

/* Two sources are a[0] and a[1], questions and cells; of everybody in the block, who said both? */
struct both {
	size_t q[2], cell[2];
	size_t own, own_cell;
	enum rule rule;
};

static int64_t said_both(enum rule rule, int64_t a, int64_t b, int64_t own)
{
	switch (rule) {
	case RULE_BOTH:
		return own;
	case RULE_EITHER:
		return a + b - own;
	case RULE_ONE_OF:
		return (a + b - own) / 2;
	case RULE_FIRST_ONLY:
		return a - own;
	case RULES:
		break;
	}
	return -1;
}

static void attack_two(struct attack *x, const struct both *p)
{
	struct told a = told_of(x, p->q[0]), b = told_of(x, p->q[1]),
		    own = told_of(x, p->own);
	struct told fine = join(x, a, &b);
	struct told all = join(x, fine, &own);

	for (size_t block = 0; all.any && block < x->m->categories[x->s]; block++) {
		int64_t people = sum(x, p->own, SIZE_MAX, &all, block);
		if (people == 0)
			continue;
		int64_t first = sum(x, p->q[0], p->cell[0], &all, block);
		int64_t second = sum(x, p->q[1], p->cell[1], &all, block);
		int64_t mine = sum(x, p->own, p->own_cell, &all, block);
		int64_t two = said_both(p->rule, first, second, mine);
		int64_t odd = -two, even = two;
		x->blocks++;
		x->found += is_few(x, two) || is_few(x, first - two) ||
			is_few(x, second - two) ||
			is_few(x, people - first - second + two);
		/* Here the one, there the other: what is less. */
		for (size_t d = 0; d < x->m->categories[x->s]; d++) {
			if (all.of[d] != block)
				continue;
			int64_t f = sum(x, p->q[0], p->cell[0], &fine, d);
			int64_t g = sum(x, p->q[1], p->cell[1], &fine, d);
			int64_t n = sum(x, p->own, SIZE_MAX, &fine, d);
			odd += f < g ? f : g;
			even += n - f - g < 0 ? n - f - g : 0;
		}
		x->mixed += is_few(x, odd) || is_few(x, even);
	}
}

/* Without the other sources: part of the one, or it part of the value. */
static void attack_one(
	struct attack *x, size_t source, size_t own_question, enum rule rule)
{
	struct told a = told_of(x, source), own = told_of(x, own_question);
	struct told all = join(x, a, &own);

	for (size_t block = 0; all.any && block < x->m->categories[x->s]; block++) {
		int64_t f = sum(x, source, 0, &all, block);
		int64_t mine = sum(x, own_question, 0, &all, block);
		if (rule == RULE_BOTH)
			x->found += is_few(x, f - mine);
		else if (rule == RULE_EITHER)
			x->found += is_few(x, mine - f);
	}
}

static void attack(struct attack *x, size_t sources, enum rule rule)
{
	for (x->s = 0; x->s < x->m->segments; x->s++) {
		for (size_t i = 0; i < sources; i++)
			attack_one(x, i, sources, rule);
		if (sources == 2)
			attack_two(x, &(struct both){{0, 1}, {0, 0}, 2, 0, rule});
	}
}

static void attack_ticks(struct attack *x)
{
	for (x->s = 0; x->s < x->m->segments; x->s++)
		attack_two(x, &(struct both){{0, 0}, {0, 1}, 1, 2, RULE_BOTH});
}

/* Unions of groups of one segment less groups of another inside them: in what is left, too, everything derived is many. */
static void check_differences(const struct microdata *m, const struct protected_plan *out,
	size_t q, int64_t least, size_t *tried)
{
	size_t derived = m->asked[q].sources->derived;

	for (size_t s = 0; s < m->segments; s++) {
		for (size_t r = 0; r < m->segments; r++) {
			const struct protected_table *p = protected_table(out, q, s),
						     *other = protected_table(out, q, r);
			if (s == r || p->verdict != PROTECT_SHOWN ||
				other->verdict != PROTECT_SHOWN || p->groups > 8)
				continue;
			for (size_t set = 1; set < (size_t)1 << p->groups; set++) {
				bool out_of[CATEGORIES_MAX] = {false};
				int64_t left[DERIVED_MAX] = {0}, people = 0;
				for (size_t i = 0; i < m->people; i++)
					if (answered(m, q, i) &&
						!(set >> p->group_of[m->category[s][i]] &
							1))
						out_of[other->group_of[m->category[r]
										  [i]]] =
							true;
				for (size_t i = 0; i < m->people; i++) {
					size_t g = other->group_of[m->category[r][i]];
					if (!answered(m, q, i) || !out_of[g] ||
						!(set >> p->group_of[m->category[s][i]] &
							1))
						continue;
					people++;
					for (size_t k = 0; k < derived; k++)
						left[k] += m->in_set[q](m, q, i, k);
				}
				int64_t all = 0;
				for (size_t i = 0; i < m->people; i++)
					all += answered(m, q, i) &&
						(set >> p->group_of[m->category[s][i]] &
							1);
				*tried += people > 0 && people < all;
				for (size_t k = 0;
					people > 0 && people < all && k < derived; k++)
					assert_true(left[k] >= least);
			}
		}
	}
}

static void random_sources(struct microdata *m, struct dice *d, size_t n)
{
	size_t alike = roll(d, 10);

	for (size_t q = 0; q < n; q++) {
		random_question(m, d, q);
		m->asked[q] = (struct plan_question){.shape = PLAN_SINGLE,
			.sensitive = true,
			.crossable = roll(d, 5) > 0,
			.cells = 2 + roll(d, 2)};
		random_answers(m, d, q);
		/* Who is ill looks after somebody more often than not. */
		for (size_t i = 0; q > 0 && i < m->people; i++)
			if (roll(d, 10) < alike && answered(m, 0, i))
				m->answer[q][i] = m->answer[0][i] %
					(int)m->asked[q].cells;
	}
}

struct tally {
	size_t shown, crossed, blocks, found, mixed, differences;
};

static void add_attack(const struct microdata *m, size_t sources, enum rule rule,
	int64_t few, struct tally *t)
{
	size_t q = rule == RULES ? 1 : sources;
	struct protected_plan out;

	protect(&m->plan, &out);
	struct attack x = {.m = m, .out = &out, .few = few};
	if (rule == RULES)
		attack_ticks(&x);
	else
		attack(&x, sources, rule);
	t->blocks += x.blocks;
	t->found += x.found;
	t->mixed += x.mixed;
	t->shown += out.whole[q].verdict == PROTECT_SHOWN;
	for (size_t s = 0; s < m->segments; s++)
		t->crossed += protected_table(&out, q, s)->verdict == PROTECT_SHOWN;
	if (m->asked[q].sources && m->plan_questions[q].sources)
		check_differences(m, &out, q, few, &t->differences);
	protected_release(&out);
}

static void print_tally(const char *name, const struct tally *t)
{
	printf("%-10s %5zu wholes and %5zu crossings told; %6zu rows attacked, %4zu with a few people, %4zu mixed; "
	       "differences %zu\n",
		name, t->shown, t->crossed, t->blocks, t->found, t->mixed,
		t->differences);
}

static void nobody_adds_and_subtracts_a_few_people(void **state)
{
	(void)state;
	struct dice d = dice_of(5);
	struct tally on = {0}, without = {0};

	for (long set = attack_sets(); set > 0; set--) {
		struct microdata *m = x_calloc(1, sizeof(*m));
		enum rule rule = (enum rule)roll(&d, RULES + 1);
		size_t n = rule == RULES ? 1 : rule < RULE_ONE_OF ? 2 + roll(&d, 2) : 2;
		struct sourced s;
		m->people = 40 + roll(&d, PEOPLE_MAX - 40);
		random_segments(m, &d);
		random_turn(m, &d);
		random_sources(m, &d, n);
		if (rule == RULES) {
			m->asked[0].shape = PLAN_MULTIPLE;
			m->asked[0].cells = 2;
			random_answers(m, &d, 0);
			count_ticks(m, 1, &s);
		} else {
			calculate(m, n, n, rule, &s);
		}
		m->questions = n + 1;
		microdata_plan(m, usual);
		add_attack(m, n, rule, usual.min_cell, &on);
		m->plan_questions[n].sources = NULL;
		add_attack(m, n, rule, usual.min_cell, &without);
		free(m);
	}
	print_tally("L5", &on);
	print_tally("without", &without);
	/* The attacker bites. */
	assert_true(without.found > (size_t)attack_sets() / 10);
	assert_true(without.mixed > 0);
	assert_int_equal(on.found + on.mixed, 0);
	/* Not by telling nothing. */
	assert_true(on.shown > (size_t)attack_sets() / 10 &&
		on.crossed > (size_t)attack_sets() / 20);
	assert_true(on.blocks > (size_t)attack_sets() / 10 && on.differences > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_difference_with_a_source_is_a_cell),
		cmocka_unit_test(thresholds_of_one_leave_everything),
		cmocka_unit_test(what_cannot_be_enumerated_is_not_told),
		cmocka_unit_test(groups_join_for_what_is_calculated),
		cmocka_unit_test(sources_by_groups_can_be_mixed),
		cmocka_unit_test(a_difference_of_crossings_is_a_row_too),
		cmocka_unit_test(a_number_of_ticks_is_one_too),
		cmocka_unit_test(nobody_adds_and_subtracts_a_few_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
