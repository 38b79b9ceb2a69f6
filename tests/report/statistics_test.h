/* SPDX-License-Identifier: Apache-2.0 */
/* statistics_test.h - golden values, numbers that are near, and a generator that always draws the same. */
#ifndef STATISTICS_TEST_H
#define STATISTICS_TEST_H

#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "barometre/report/statistics.h"

#define GOLDEN SOURCE_DIR "/tests/report/golden_statistics.json"
#define UNUSED_OK __attribute__((unused))

UNUSED_OK static void near_to(double got, double wanted, const char *what, size_t at)
{
	if (!(fabs(got - wanted) <= 1e-6))
		fail_msg("%s %zu: %.9g instead of %.9g", what, at, got, wanted);
}

/* New reference. */
UNUSED_OK static json_t *golden(void)
{
	json_error_t error;
	json_t *file = json_load_file(GOLDEN, 0, &error);

	if (!file)
		fail_msg("%s: %s", GOLDEN, error.text);
	return file;
}

UNUSED_OK static double real_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	assert_true(json_is_number(value));
	return json_number_value(value);
}

UNUSED_OK static int64_t whole_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

UNUSED_OK static int64_t item_of(const json_t *object, const char *key, size_t at)
{
	const json_t *value = json_array_get(json_object_get(object, key), at);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

/* splitmix64 (Steele, Lea, Flood 2014). */
UNUSED_OK static uint64_t drawn(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

UNUSED_OK static int64_t drawn_below(uint64_t *state, int64_t n)
{
	return (int64_t)(drawn(state) % (uint64_t)n);
}

UNUSED_OK static double drawn_share(uint64_t *state)
{
	return (double)(drawn(state) >> 11) * 0x1p-53;
}

#endif
