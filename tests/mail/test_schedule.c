/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/base/str.h"
#include "barometre/mail/schedule.h"

#define PARIS "Europe/Paris"

static usec_t at(int year, int month, int day, int hour, int minute)
{
	struct civil c = {year, month, day, hour, minute, 0};
	return clock_instant(c, PARIS);
}

static struct window office(void)
{
	struct window w = {0};
	assert_true(window_parse(NULL, PARIS, &w, NULL));
	return w;
}

static bool parse(const char *text, struct window *w, struct err *err)
{
	json_t *mail = json_loads(text, 0, NULL);
	assert_non_null(mail);
	bool ok = window_parse(mail, PARIS, w, err);
	json_decref(mail);
	return ok;
}

static void test_default_is_office_hours(void **state)
{
	(void)state;
	struct window w = office();
	/* 2026-11-20 is a Friday. */
	assert_true(window_is_open(&w, at(2026, 11, 20, 9, 0)));
	assert_true(window_is_open(&w, at(2026, 11, 20, 17, 59)));
	assert_false(window_is_open(&w, at(2026, 11, 20, 18, 0)));
	assert_false(window_is_open(&w, at(2026, 11, 20, 8, 59)));
	assert_false(window_is_open(&w, at(2026, 11, 21, 12, 0)));
	assert_true(schedule_next(&w, at(2026, 11, 20, 18, 0)) == at(2026, 11, 23, 9, 0));
	assert_true(
		schedule_next(&w, at(2026, 11, 20, 10, 7)) == at(2026, 11, 20, 10, 7));
}

static void test_reads_what_an_edition_says(void **state)
{
	(void)state;
	struct window w = {0};
	assert_true(
		parse("{\"window\":{\"days\":[6,7],\"from\":\"8:30\",\"to\":\"24:00\"}}",
			&w, NULL));
	assert_int_equal(w.from_minute, 510);
	assert_int_equal(w.to_minute, 1440);
	assert_true(w.weekday[6] && w.weekday[7]);
	assert_false(w.weekday[1] || w.weekday[5]);
	assert_true(parse("{\"window\":{\"to\":\"12:00\"}}", &w, NULL));
	assert_true(w.weekday[1] && w.weekday[5] && !w.weekday[6]);
	assert_int_equal(w.from_minute, 540);
}

static void test_refuses_a_broken_window(void **state)
{
	static const char *const bad[] = {
		"{\"window\":[]}",
		"{\"window\":{\"days\":[]}}",
		"{\"window\":{\"days\":[0]}}",
		"{\"window\":{\"days\":[8]}}",
		"{\"window\":{\"days\":[\"1\"]}}",
		"{\"window\":{\"days\":1}}",
		"{\"window\":{\"from\":\"18:00\",\"to\":\"09:00\"}}",
		"{\"window\":{\"from\":\"09:00\",\"to\":\"09:00\"}}",
		"{\"window\":{\"from\":\"9\"}}",
		"{\"window\":{\"from\":\"9:5\"}}",
		"{\"window\":{\"from\":\"09:60\"}}",
		"{\"window\":{\"to\":\"24:01\"}}",
		"{\"window\":{\"to\":\"25:00\"}}",
		"{\"window\":{\"from\":\"-1:00\"}}",
		"{\"window\":{\"from\":900}}",
		"{\"window\":{\"from\":\"009:00\"}}",
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct window w = {.from_minute = -7};
		struct err err = {0};
		if (parse(bad[i], &w, &err))
			fail_msg("accepted %s", bad[i]);
		assert_int_equal(err.code, ERR_INVALID);
		assert_int_equal(w.from_minute, -7);
	}
	struct window w = {0};
	assert_false(window_parse(NULL, "Europe/Nowhere", &w, NULL));
}

/* splitmix64: the seed is printed when something fails. */
static uint64_t next_random(uint64_t *seed)
{
	uint64_t z = (*seed += 0x9E3779B97F4A7C15u);
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

static uint64_t below(uint64_t *seed, uint64_t upper)
{
	return next_random(seed) % upper;
}

static struct window random_window(uint64_t *seed)
{
	struct window w = office();
	for (size_t day = 1; day <= 7; day++)
		w.weekday[day] = below(seed, 3) == 0;
	w.weekday[1 + below(seed, 7)] = true;
	w.from_minute = (int)below(seed, 1440);
	w.to_minute = w.from_minute + 1 +
		(int)below(seed, (uint64_t)(1440 - w.from_minute));
	return w;
}

/* W1, W2: over ten years of random instants, an hour around each change of the clocks included. */
static void test_w1_w2_inside_the_window_and_never_before(void **state)
{
	(void)state;
	uint64_t seed = 20261122;
	usec_t start = at(2024, 1, 1, 0, 0), ten_years = 3653 * USEC_PER_DAY;

	for (int i = 0; i < 6000; i++) {
		uint64_t kept = seed;
		struct window w = random_window(&seed);
		usec_t t = start + (usec_t)below(&seed, (uint64_t)ten_years);
		if (i % 3 == 0) {
			/* The last Sunday of March or October, from midnight to six. */
			int year = 2024 + (int)below(&seed, 10), month = i % 2 ? 3 : 10,
			    day = 31;
			while (civil_weekday(year, month, day) != 7)
				day--;
			t = at(year, month, day, 0, 0) +
				(usec_t)below(&seed, 6 * 3600) * USEC_PER_SEC;
		}
		usec_t next = schedule_next(&w, t);
		if (next < t || !window_is_open(&w, next))
			fail_msg("seed %llu", (unsigned long long)kept);
		/* What is open already does not wait. */
		if (window_is_open(&w, t) && next != t)
			fail_msg(
				"waits for nothing, seed %llu", (unsigned long long)kept);
		/* Nothing open was passed over, outside the nights of the changes. */
		if (i % 3 != 0 && w.from_minute >= 180)
			for (usec_t step = t; step < next; step += 4 * USEC_PER_HOUR)
				assert_false(window_is_open(&w, step));
	}
}

static void test_w2_the_skipped_hour(void **state)
{
	(void)state;
	struct window w = office();
	for (size_t day = 1; day <= 6; day++)
		w.weekday[day] = false;
	w.weekday[7] = true;
	w.from_minute = 120;
	w.to_minute = 180;
	/* On 2026-03-29 there is no time from 02:00 to 03:00. */
	assert_true(schedule_next(&w, at(2026, 3, 29, 0, 0)) == at(2026, 4, 5, 2, 0));
	/* A window that goes on opens at three. */
	w.to_minute = 300;
	assert_true(schedule_next(&w, at(2026, 3, 29, 0, 0)) == at(2026, 3, 29, 3, 0));
}

static void test_w2_the_repeated_hour(void **state)
{
	(void)state;
	struct window w = office();
	w.weekday[7] = true;
	w.from_minute = 150;
	w.to_minute = 170;
	/* On 2026-10-25, 02:30 comes twice: both are inside. */
	usec_t first = at(2026, 10, 25, 2, 30);
	assert_true(schedule_next(&w, at(2026, 10, 25, 0, 0)) == first);
	assert_true(window_is_open(&w, first + USEC_PER_HOUR));
	assert_false(window_is_open(&w, first + 30 * USEC_PER_MIN));
}

static void test_w3_back_off(void **state)
{
	(void)state;
	struct window w = {0};
	assert_true(parse(
		"{\"window\":{\"days\":[1,2,3,4,5,6,7],\"from\":\"00:00\",\"to\":\"24:00\"}}",
		&w, NULL));
	static const int minutes[] = {5, 5, 20, 80, 320, 360, 360};
	usec_t now = at(2026, 11, 20, 10, 0);
	for (int n = 0; n < 7; n++)
		assert_true(
			schedule_retry(&w, now, n) == now + minutes[n] * USEC_PER_MIN);
	assert_true(schedule_retry(&w, now, INT64_MAX) == now + 6 * USEC_PER_HOUR);
	w = office();
	assert_true(schedule_retry(&w, at(2026, 11, 20, 17, 58), 1) ==
		at(2026, 11, 23, 9, 0));
}

static void test_w4_no_more_than_the_pace(void **state)
{
	static const int paces[] = {1, 7, 60, 300, 1000};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(paces); i++) {
		struct pace pace;
		usec_t sent[4000], now = 12345;
		size_t count = 0, first = 0;
		pace_init(&pace, paces[i]);
		while (now < 3 * USEC_PER_MIN) {
			usec_t wait = pace_take(&pace, now);
			if (wait == 0 && count < COUNT_OF(sent))
				sent[count++] = now;
			now += wait ? wait : 1;
			/* A pause must not be made up for. */
			if (count == 3 && wait)
				now += 20 * USEC_PER_SEC;
		}
		assert_true(count > 0);
		for (size_t last = 0; last < count; last++) {
			while (sent[last] - sent[first] >= USEC_PER_MIN)
				first++;
			assert_true(last - first + 1 <= (size_t)paces[i]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default_is_office_hours),
		cmocka_unit_test(test_reads_what_an_edition_says),
		cmocka_unit_test(test_refuses_a_broken_window),
		cmocka_unit_test(test_w1_w2_inside_the_window_and_never_before),
		cmocka_unit_test(test_w2_the_skipped_hour),
		cmocka_unit_test(test_w2_the_repeated_hour),
		cmocka_unit_test(test_w3_back_off),
		cmocka_unit_test(test_w4_no_more_than_the_pace),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
