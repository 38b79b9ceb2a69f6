/* SPDX-License-Identifier: Apache-2.0 */
/* Which figures may leave (disclose.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "barometre/privacy/disclose.h"

#define CELLS_MAX 12

static const struct thresholds usual = {.min_base = 11, .min_cell = 5}, off = {0};

struct table {
	struct cell cells[CELLS_MAX];
	size_t count;
	int64_t base;
	enum disclosure result;
	int64_t gathered;
};

static void disclose(struct table *t, struct thresholds thresholds)
{
	t->gathered = -77;
	t->result = disclose_cells(t->cells, t->count, t->base, thresholds, &t->gathered);
}

/* Counts end with -1; the base is their sum. */
static struct table table_of(const int64_t *counts)
{
	struct table t = {.count = 0};

	for (; counts[t.count] >= 0; t.count++) {
		t.cells[t.count] = (struct cell){"x", counts[t.count], t.count % 2 == 0};
		t.base += counts[t.count];
	}
	return t;
}
#define TABLE(...) table_of((const int64_t[]){__VA_ARGS__, -1})

static void assert_marks(const struct table *t, const char *marks)
{
	assert_int_equal(strlen(marks), t->count);
	for (size_t i = 0; i < t->count; i++)
		assert_int_equal(t->cells[i].gathered, marks[i] == 'g');
}

static void percents_follow_the_integer_rule(void **state)
{
	(void)state;
	for (int64_t b = 1; b <= 500; b++) {
		for (int64_t c = 0; c <= b; c++) {
			int64_t p = percent_of(c, b);
			assert_int_equal(p, (200 * c + b) / (2 * b));
			assert_in_range(p, 0, 100);
			/* And without dividing: p is the integer nearest to 100 c / b,
			 * the upper one of two. */
			assert_true(2 * b * p - b <= 200 * c && 200 * c < 2 * b * p + b);
		}
	}
	assert_int_equal(percent_of(1, 200), 1); /* a half goes away from zero */
	assert_int_equal(percent_of(1, 201), 0);
	assert_int_equal(percent_of(3000000000, 3000000000), 100);
	assert_int_equal(percent_of(0, 0), -1);
	assert_int_equal(percent_of(7, 0), -1);
}

static void a_small_base_withholds_everything(void **state)
{
	(void)state;
	for (int64_t n = 0; n <= 12; n++) {
		struct table t = TABLE(n - n / 2, n / 2);
		struct thresholds base_only = {.min_base = usual.min_base};
		disclose(&t, base_only);
		bool shown = n == 0 || n >= 11;
		assert_int_equal(t.result, shown ? DISCLOSE_ALL : DISCLOSE_WITHHELD_BASE);
		assert_marks(&t, shown ? ".." : "gg");
		assert_int_equal(t.gathered, 0);
	}
}

static void a_base_of_nobody_is_shown(void **state)
{
	(void)state;
	struct table t = TABLE(0, 0, 0);

	disclose(&t, usual);
	assert_int_equal(t.result, DISCLOSE_ALL);
	assert_marks(&t, "...");
}

static void small_cells_are_gathered(void **state)
{
	(void)state;
	static const struct {
		struct {
			int64_t counts[8];
		} in;
		const char *marks; /* "" when withheld */
		int64_t gathered;
	} rows[] = {
		{{{40, 30, 3, 4, -1}}, "..gg", 7},
		{{{3, 40, 4, 30, -1}}, "g.g.", 7},
		{{{40, 30, 2, 1, -1}}, "",
			0}, /* 3 people, 33 with the next: then one is left */
		{{{60, 40, 30, 2, 1, -1}}, "..ggg", 33},
		{{{60, 50, 30, 3, -1}}, "..gg", 33}, /* never one alone */
		{{{60, 50, 5, 3, -1}}, "..gg", 8},
		{{{60, 50, 30, 0, 3, -1}}, "..ggg", 33}, /* 0 and 3 are 3 people */
		{{{60, 16, 16, 4, -1}}, "", 0}, /* 60, 16 and 20 would be 16 + 4 */
		{{{60, 40, 30, 30, 4, -1}}, "..ggg", 64},
		{{{97, 3, -1}}, "", 0},
		{{{60, 40, 3, -1}}, "", 0},
		{{{30, 30, 30, 4, 4, 4, -1}}, "...ggg", 12},
		{{{30, 30, 30, 4, 1, -1}}, "...gg", 5},
		{{{30, 20, 0, 5, -1}}, "....", 0},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct table t = table_of(rows[i].in.counts);
		disclose(&t, usual);
		if (rows[i].marks[0] == '\0') {
			assert_int_equal(t.result, DISCLOSE_WITHHELD_CELL);
			for (size_t j = 0; j < t.count; j++)
				assert_true(t.cells[j].gathered);
		} else {
			assert_marks(&t, rows[i].marks);
			bool any = strchr(rows[i].marks, 'g') != NULL;
			assert_int_equal(
				t.result, any ? DISCLOSE_GATHERED : DISCLOSE_ALL);
		}
		assert_int_equal(t.gathered, rows[i].gathered);
	}
}

/* D8: what all gave, or all but the coalition, is not told of a band either. */
static void what_nearly_everybody_answered_is_withheld(void **state)
{
	(void)state;
	struct thresholds one = usual, three = {.min_base = 11, .coalition = 3};
	struct table t = TABLE(40), few = TABLE(38, 3), enough = TABLE(37, 4),
		     others = TABLE(40, 1), more = TABLE(40, 2);

	one.coalition = 1;
	disclose(&t, one);
	assert_int_equal(t.result, DISCLOSE_WITHHELD_CELL);
	assert_marks(&t, "g");
	assert_int_equal(t.gathered, 0);
	disclose(&few, three);
	assert_int_equal(few.result, DISCLOSE_WITHHELD_CELL);
	disclose(&enough, three);
	assert_int_equal(enough.result, DISCLOSE_ALL);
	one.min_cell = 0;
	disclose(&others, one);
	assert_int_equal(others.result, DISCLOSE_WITHHELD_CELL);
	disclose(&more, one);
	assert_int_equal(more.result, DISCLOSE_ALL);
	disclose(&t, off);
	assert_int_equal(t.result, DISCLOSE_ALL);
}

static void among_equals_the_last_is_gathered_first(void **state)
{
	(void)state;
	struct table t = TABLE(30, 10, 10, 2, 2);

	disclose(&t, usual);
	assert_marks(&t, "..ggg");
	assert_int_equal(t.gathered, 14);
	/* Here both: 9 of two options, with a 5 in sight, could only be 5 + 4. */
	struct table u = TABLE(5, 30, 5, 4, 30);
	disclose(&u, usual);
	assert_marks(&u, "g.gg.");
	assert_int_equal(u.gathered, 14);
}

static void thresholds_of_0_and_1_turn_the_rules_off(void **state)
{
	(void)state;
	static const struct thresholds none[] = {
		{.min_base = 0}, {.min_base = 1, .min_cell = 1}};

	for (size_t i = 0; i < COUNT_OF(none); i++) {
		struct table t = TABLE(1, 2, 0);
		disclose(&t, none[i]);
		assert_int_equal(t.result, DISCLOSE_ALL);
		assert_marks(&t, "...");
	}
}

static void a_question_without_options_is_shown(void **state)
{
	(void)state;
	int64_t gathered = -1;

	assert_int_equal(disclose_cells(NULL, 0, 40, usual, &gathered), DISCLOSE_ALL);
	assert_int_equal(gathered, 0);
}

/* Repeatable numbers for the tables (xorshift64, Marsaglia 2003, Journal of Statistical
 * Software 8(14)). */
static uint64_t seed = 88172645463325252ULL;

static int64_t draw(int64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (int64_t)(seed % (uint64_t)below);
}

static struct table random_table(void)
{
	struct table t = {.count = (size_t)draw(CELLS_MAX) + 1};

	for (size_t i = 0; i < t.count; i++) {
		static const int64_t ranges[] = {1, 3, 7, 20, 100};
		t.cells[i] = (struct cell){
			"x", draw(ranges[draw(COUNT_OF(ranges))]), draw(2) == 0};
		t.base += t.cells[i].count;
	}
	return t;
}

/* The promises, looked at from outside: only what is shown, and what is hidden. */
static void check_promises(const struct table *t, struct thresholds th)
{
	int64_t visible = 0, hidden = 0, sum = 0, largest = 0, small_hidden = 0,
		all_small = 0;
	int64_t smallest_visible = INT64_MAX, most = 0;

	for (size_t i = 0; i < t->count; i++) {
		int64_t n = t->cells[i].count;
		bool small = n >= 1 && n <= th.min_cell - 1;
		most = n > most ? n : most;
		all_small += small;
		if (t->cells[i].gathered) {
			hidden++, sum += n, small_hidden += small;
			largest = n > largest ? n : largest;
		} else {
			visible++;
			smallest_visible = n < smallest_visible ? n : smallest_visible;
		}
	}
	bool nearly_all = th.min_base > 1 && t->base > 0 &&
		most + 1 + th.coalition > t->base;
	bool small_base = t->base >= 1 && t->base <= th.min_base - 1;
	assert_int_equal(t->result == DISCLOSE_WITHHELD_BASE, small_base);
	switch (t->result) {
	case DISCLOSE_ALL:
		assert_int_equal(hidden, 0);
		assert_int_equal(t->gathered, 0);
		assert_true(all_small == 0 && !nearly_all);
		break;
	case DISCLOSE_GATHERED:
		assert_true(all_small > 0 && !nearly_all);
		assert_int_equal(small_hidden, all_small);
		assert_int_equal(t->gathered, sum);
		assert_true(hidden >= 2 && visible >= 2);
		assert_true(sum >= th.min_cell);
		assert_true(largest <= smallest_visible);
		/* One option empty, the others no larger than what shows: still the
		 * sum. */
		assert_true((hidden - 1) * smallest_visible >= sum);
		break;
	case DISCLOSE_WITHHELD_BASE:
	case DISCLOSE_WITHHELD_CELL:
		assert_int_equal(visible, 0);
		assert_int_equal(t->gathered, 0);
		assert_true(small_base || nearly_all || all_small > 0);
		break;
	}
}

static void promises_hold_on_random_tables(void **state)
{
	(void)state;
	int results[4] = {0};

	for (int round = 0; round < 10000; round++) {
		struct table t = random_table();
		struct thresholds th = draw(2)
			? usual
			: (struct thresholds){draw(15), draw(9), draw(4)};
		disclose(&t, th);
		check_promises(&t, th);
		results[t.result]++;
		/* Marks of an earlier look do not change the answer. */
		struct table again = t;
		disclose(&again, th);
		assert_int_equal(again.result, t.result);
		for (size_t i = 0; i < t.count; i++)
			assert_int_equal(again.cells[i].gathered, t.cells[i].gathered);
	}
	for (size_t i = 0; i < COUNT_OF(results); i++)
		assert_true(results[i] > 200); /* every outcome was met often */
}

/* Is this what a reader sees of the other table? */
static bool looks_like(const struct table *a, const struct table *b)
{
	if (a->result != b->result || a->gathered != b->gathered)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->cells[i].gathered != b->cells[i].gathered ||
			(!a->cells[i].gathered && a->cells[i].count != b->cells[i].count))
			return false;
	return true;
}

/*
 * The reader who knows the program: tries every table that could stand behind what is
 * shown (base, visible cells, gathered sum and names), runs the rule on it, and keeps
 * those that look the same. Each gathered option must keep two values or more. Only
 * tables with two or three gathered options, so that trying them all is quick.
 */
static void a_reader_who_knows_the_rule_computes_no_gathered_option(void **state)
{
	(void)state;
	int attacked = 0;

	while (attacked < 300) {
		struct table t = {.count = (size_t)draw(4) + 4};
		for (size_t i = 0; i < t.count; i++) {
			t.cells[i] = (struct cell){"x", draw(draw(2) ? 7 : 25), false};
			t.base += t.cells[i].count;
		}
		disclose(&t, usual);
		size_t hidden[CELLS_MAX], n = 0;
		for (size_t i = 0; i < t.count; i++)
			if (t.cells[i].gathered)
				hidden[n++] = i;
		if (t.result != DISCLOSE_GATHERED || n > 3)
			continue;
		attacked++;
		int64_t low[3] = {INT64_MAX, INT64_MAX, INT64_MAX},
			high[3] = {-1, -1, -1};
		for (int64_t a = 0; a <= t.gathered; a++) {
			for (int64_t b = 0; b <= (n == 3 ? t.gathered - a : 0); b++) {
				int64_t guess[3] = {a, n == 3 ? b : t.gathered - a,
					t.gathered - a - b};
				struct table other = t;
				for (size_t i = 0; i < n; i++)
					other.cells[hidden[i]].count = guess[i];
				disclose(&other, usual);
				if (!looks_like(&other, &t))
					continue;
				for (size_t i = 0; i < n; i++) {
					low[i] = guess[i] < low[i] ? guess[i] : low[i];
					high[i] = guess[i] > high[i] ? guess[i] : high[i];
				}
			}
		}
		for (size_t i = 0; i < n; i++)
			assert_true(low[i] < high[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percents_follow_the_integer_rule),
		cmocka_unit_test(a_small_base_withholds_everything),
		cmocka_unit_test(a_base_of_nobody_is_shown),
		cmocka_unit_test(small_cells_are_gathered),
		cmocka_unit_test(what_nearly_everybody_answered_is_withheld),
		cmocka_unit_test(among_equals_the_last_is_gathered_first),
		cmocka_unit_test(thresholds_of_0_and_1_turn_the_rules_off),
		cmocka_unit_test(a_question_without_options_is_shown),
		cmocka_unit_test(promises_hold_on_random_tables),
		cmocka_unit_test(a_reader_who_knows_the_rule_computes_no_gathered_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
