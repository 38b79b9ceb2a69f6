/* SPDX-License-Identifier: Apache-2.0 */
/* C1 to C3 of count_classes.h, on cases and on random rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/app/count_classes.h"
#include "barometre/base/secret.h"

#define K 5

static const char form_text[] =
	"{\"title\":\"Essai\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\",\"barometre\":{\"audience\":\"patients\","
	"\"version\":\"1\",\"minutes\":1,\"boxBytes\":8192,\"audienceLabel\":\"Patients\",\"complete\":[\"lieu\"],"
	"\"welcome\":[\"Bonjour\"],\"thanks\":[\"Merci\"]},\"pages\":[{\"name\":\"p\",\"title\":\"Page\",\"elements\":["
	"{\"type\":\"radiogroup\",\"name\":\"lieu\",\"title\":\"Lieu\",\"choices\":[{\"value\":\"ville\",\"text\":\"Ville\"},"
	"{\"value\":\"bourg\",\"text\":\"Bourg\"}],\"barometre\":{\"role\":\"segment\",\"short\":\"Lieu\"}},"
	"{\"type\":\"text\",\"name\":\"age\",\"title\":\"Âge\",\"inputType\":\"number\",\"min\":-40,\"max\":110,"
	"\"barometre\":{\"role\":\"segment\",\"short\":\"Âge\"}}]}]}";

static struct form *form;

static void add(struct segments *s, int times, const char *answers)
{
	json_t *a = json_loads(answers, 0, NULL);

	assert_non_null(a);
	for (int i = 0; i < times; i++)
		segments_add(s, a);
	json_decref(a);
}

/* What a row keeps of the answer, as text; "-" for nothing. */
static void keeps(const struct segments *s, const char *question, const char *answer,
	const char *wanted)
{
	json_t *a = json_loads(answer, JSON_DECODE_ANY, NULL);
	json_t *kept = segments_value(s, form_find(form, str_of(question)), a);

	assert_string_equal(kept ? json_string_value(kept) : "-", wanted);
	json_decref(kept);
	json_decref(a);
}

static void reports(const struct segments *s, const char *wanted)
{
	json_t *report = segments_report(s);
	char *text = json_dumps(report, JSON_COMPACT | JSON_SORT_KEYS);

	assert_string_equal(text, wanted);
	free(text);
	json_decref(report);
}

static void big_classes_stay_as_they_are(void **state)
{
	SCOPED(segments_drop) struct segments *s = segments_new(form);

	(void)state;
	add(s, K, "{\"lieu\":\"ville\",\"age\":61}");
	add(s, K, "{\"lieu\":\"bourg\",\"age\":69.5}");
	add(s, K, "{\"lieu\":\"bourg\"}"); /* no answer is a class too */
	segments_settle(s, K);
	reports(s, "[]");
	keeps(s, "lieu", "\"bourg\"", "bourg");
	keeps(s, "age", "61", "60_69");
	keeps(s, "age", "69.5", "60_69");
	keeps(s, "age", "-1", "-10_-1");
}

static void numbers_are_widened_first(void **state)
{
	SCOPED(segments_drop) struct segments *s = segments_new(form);

	(void)state;
	add(s, 4, "{\"lieu\":\"ville\",\"age\":61}");
	add(s, 1, "{\"lieu\":\"ville\",\"age\":75}");
	add(s, 3, "{\"lieu\":\"ville\",\"age\":-5}");
	add(s, 3, "{\"lieu\":\"ville\",\"age\":-15}");
	segments_settle(s, K);
	reports(s, "[{\"kept\":\"20\",\"label\":\"Âge\",\"question\":\"age\"}]");
	keeps(s, "age", "61", "60_79");
	keeps(s, "age", "79", "60_79");
	keeps(s, "age", "-5", "-20_-1");
	keeps(s, "lieu", "\"ville\"", "ville");
}

static void then_left_out(void **state)
{
	SCOPED(segments_drop) struct segments *s = segments_new(form);

	(void)state;
	add(s, K, "{\"lieu\":\"ville\",\"age\":61}");
	add(s, K, "{\"lieu\":\"bourg\",\"age\":61}");
	add(s, 1, "{\"lieu\":\"bourg\",\"age\":20}");
	segments_settle(s, K);
	reports(s, "[{\"kept\":\"none\",\"label\":\"Âge\",\"question\":\"age\"}]");
	keeps(s, "age", "61", "-");
	keeps(s, "lieu", "\"bourg\"", "bourg");
}

static void fewer_than_the_threshold_keep_no_segment(void **state)
{
	SCOPED(segments_drop) struct segments *s = segments_new(form);

	(void)state;
	add(s, K - 1, "{\"lieu\":\"ville\",\"age\":61}");
	segments_settle(s, K);
	keeps(s, "age", "61", "-");
	keeps(s, "lieu", "\"ville\"", "-");
}

static void steps_of(const struct classes *c, enum class_step first,
	enum class_step second, enum class_step third)
{
	const enum class_step wanted[] = {first, second, third};
	enum class_step steps[3];

	classes_coarsen(c, K, steps);
	for (size_t v = 0; v < c->variables; v++)
		assert_int_equal(steps[v], wanted[v]);
}

static void what_resolves_most_goes_and_of_equals_the_later(void **state)
{
	const bool number[] = {false, false, false};
	const int32_t alone[] = {0, 0, 1, 0};
	const int64_t one_alone[] = {9, 1};
	const int32_t twins[] = {0, 0, 1, 1, 0, 1};
	const int64_t many[] = {9, 9, 1};

	(void)state;
	steps_of(&(struct classes){2, number, 2, alone, one_alone}, CLASS_DROPPED,
		CLASS_KEPT, CLASS_KEPT);
	steps_of(&(struct classes){2, number, 3, twins, many}, CLASS_KEPT, CLASS_DROPPED,
		CLASS_KEPT);
}

/* Only both of the first two together resolve it. The third goes with them, as the later of equals, and comes back. */
static void what_went_in_vain_comes_back(void **state)
{
	const bool number[] = {false, false, false};
	const int32_t values[] = {0, 0, 0, 1, 1, 0};
	const int64_t rows[] = {9, 1};

	(void)state;
	steps_of(&(struct classes){3, number, 2, values, rows}, CLASS_DROPPED,
		CLASS_DROPPED, CLASS_KEPT);
}

#define ROUNDS 2000
#define MOST 40

struct drawn {
	bool number[4];
	int32_t values[MOST * 4];
	int64_t rows[MOST];
	struct classes classes;
};

static bool known(const struct drawn *d, size_t n, size_t variables)
{
	for (size_t i = 0; i < n; i++)
		if (memcmp(d->values + i * variables, d->values + n * variables,
			    variables * sizeof(*d->values)) == 0)
			return true;
	return false;
}

static void draw(struct drawn *d)
{
	size_t variables = 1 + random_below(4), n = 0;
	uint32_t most = 1 + random_below(30); /* some with big classes only */

	for (size_t v = 0; v < variables; v++)
		d->number[v] = random_below(2);
	for (size_t i = 0; i < MOST; i++) {
		for (size_t v = 0; v < variables; v++) {
			int32_t value = (int32_t)random_below(6) - 2;
			d->values[n * variables + v] = random_below(10) ? value
									: CLASS_MISSING;
		}
		d->rows[n] = 1 + random_below(most);
		if (!known(d, n, variables))
			n++;
	}
	d->classes = (struct classes){variables, d->number, n, d->values, d->rows};
}

/* Counted another way than classes_small does: every pair of combinations. */
static bool somebody_is_alone(const struct classes *c, const enum class_step *steps)
{
	size_t left = 0;

	for (size_t v = 0; v < c->variables; v++)
		left += steps[v] != CLASS_DROPPED;
	for (size_t i = 0; left > 0 && i < c->count; i++) {
		int64_t rows = 0;
		for (size_t j = 0; j < c->count; j++) {
			bool same = true;
			for (size_t v = 0; v < c->variables; v++) {
				int64_t a = c->values[i * c->variables + v];
				int64_t b = c->values[j * c->variables + v];
				if (steps[v] == CLASS_DROPPED)
					continue;
				if (steps[v] == CLASS_WIDENED && a != CLASS_MISSING)
					a = a < 0 ? -((1 - a) / 2) : a / 2;
				if (steps[v] == CLASS_WIDENED && b != CLASS_MISSING)
					b = b < 0 ? -((1 - b) / 2) : b / 2;
				same = same && a == b;
			}
			rows += same ? c->rows[j] : 0;
		}
		if (rows < K)
			return true;
	}
	return false;
}

/* The same rows the other way round. */
static void turn(const struct drawn *d, struct drawn *out)
{
	const struct classes *c = &d->classes;

	*out = *d;
	for (size_t i = 0; i < c->count; i++) {
		size_t from = c->count - 1 - i;
		memcpy(out->values + i * c->variables, d->values + from * c->variables,
			c->variables * sizeof(*d->values));
		out->rows[i] = d->rows[from];
	}
	out->classes = (struct classes){
		c->variables, out->number, c->count, out->values, out->rows};
}

static void random_rows_keep_the_promises(void **state)
{
	size_t untouched = 0, all_dropped = 0;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		const enum class_step none[4] = {CLASS_KEPT};
		enum class_step steps[4], again[4];
		struct drawn d, turned;
		size_t changed = 0, dropped = 0;

		draw(&d);
		classes_coarsen(&d.classes, K, steps);
		assert_false(somebody_is_alone(&d.classes, steps));
		assert_int_equal(classes_small(&d.classes, steps, K), 0);
		turn(&d, &turned);
		classes_coarsen(&turned.classes, K, again);
		for (size_t v = 0; v < d.classes.variables; v++) {
			assert_int_equal(steps[v], again[v]);
			changed += steps[v] != CLASS_KEPT;
			dropped += steps[v] == CLASS_DROPPED;
			assert_true(d.number[v] || steps[v] != CLASS_WIDENED);
		}
		/* Coarsened exactly when somebody was alone, and no variable further than it must. */
		assert_int_equal(changed > 0, somebody_is_alone(&d.classes, none));
		for (size_t v = 0; v < d.classes.variables; v++) {
			if (steps[v] == CLASS_KEPT)
				continue;
			memcpy(again, steps, sizeof(again));
			again[v] = steps[v] == CLASS_DROPPED && d.number[v]
				? CLASS_WIDENED
				: CLASS_KEPT;
			assert_true(somebody_is_alone(&d.classes, again));
		}
		untouched += changed == 0;
		all_dropped += dropped == d.classes.variables;
	}
	/* The draws were of all kinds. */
	assert_in_range(untouched, 10, ROUNDS - 500);
	assert_in_range(all_dropped, 10, ROUNDS - 500);
}

static int begin(void **state)
{
	struct err err = {0};

	(void)state;
	secret_init();
	form = form_parse(str_of(form_text), "essai.json", &err);
	if (!form)
		fail_msg("%s", err.text);
	return 0;
}

static int end(void **state)
{
	(void)state;
	form_free(form);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(big_classes_stay_as_they_are),
		cmocka_unit_test(numbers_are_widened_first),
		cmocka_unit_test(then_left_out),
		cmocka_unit_test(fewer_than_the_threshold_keep_no_segment),
		cmocka_unit_test(what_resolves_most_goes_and_of_equals_the_later),
		cmocka_unit_test(what_went_in_vain_comes_back),
		cmocka_unit_test(random_rows_keep_the_promises),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
