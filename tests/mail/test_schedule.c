/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/base/holiday.h"
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
	assert_true(w.skips_holidays);
	assert_true(parse("{\"window\":{\"holidays\":\"fr\"}}", &w, NULL));
	assert_true(w.skips_holidays);
	assert_true(parse("{\"window\":{\"holidays\":\"none\"}}", &w, NULL));
	assert_false(w.skips_holidays);
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
		"{\"window\":{\"holidays\":\"de\"}}",
		"{\"window\":{\"holidays\":true}}",
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

static struct window random_window(uint64_t *seed, const char *zone)
{
	struct window w = {0};

	assert_true(window_parse(NULL, zone, &w, NULL));
	for (size_t day = 1; day <= 7; day++)
		w.weekday[day] = below(seed, 3) == 0;
	w.weekday[1 + below(seed, 7)] = true;
	w.from_minute = (int)below(seed, 1440);
	w.to_minute = w.from_minute + 1 +
		(int)below(seed, (uint64_t)(1440 - w.from_minute));
	w.skips_holidays = below(seed, 4) != 0;
	return w;
}

/* What a window means, said again without looking at the code: the hands of the clock in the zone, its calendar. */
static bool may_leave(const struct window *w, usec_t at)
{
	struct civil c = clock_civil(at, w->zone);

	if (w->skips_holidays && holiday_is_french(c.year, c.month, c.day))
		return false;
	if (!w->weekday[civil_weekday(c.year, c.month, c.day)])
		return false;
	return c.hour * 60 + c.minute >= w->from_minute &&
		c.hour * 60 + c.minute < w->to_minute;
}

/* Every so many days only, under valgrind: brute force finds no more there. */
static int64_t thinned(void)
{
	uint64_t n = 1;

	return str_parse_u64(str_of(getenv("BAROMETRE_CHECK_DAYS")), &n) && n > 0
		? (int64_t)n
		: 1;
}

static const char *const zones[] = {
	PARIS,
	"America/Martinique", /* no daylight saving, and another side of midnight */
	"Indian/Reunion", "Pacific/Noumea", "America/Miquelon",
	"America/Santiago",    /* from 00:00 to 01:00, and from 24:00 to 23:00 */
	"America/Havana",      /* from 00:00 to 01:00, and from 01:00 to 00:00 */
	"Australia/Lord_Howe", /* half an hour */
	"Antarctica/Troll",    /* two hours */
};

/* W1, W2, W3: ten years of days in each zone, every weekday, holidays skipped or not. */
static void test_w1_inside_the_window_and_never_before(void **state)
{
	uint64_t seed = 20261122;
	int64_t first = civil_day_number(2024, 1, 1), end = civil_day_number(2034, 1, 1);

	(void)state;
	for (size_t z = 0; z < COUNT_OF(zones); z++)
		for (int64_t day = first + (int64_t)z % 6; day < end;
			day += 6 * thinned()) {
			uint64_t kept = seed;
			struct window w = random_window(&seed, zones[z]);
			usec_t t = day * USEC_PER_DAY +
				(usec_t)below(&seed, (uint64_t)USEC_PER_DAY);
			usec_t next = schedule_next(&w, t);
			int64_t attempt = (int64_t)below(&seed, 8);
			usec_t retry = schedule_retry(&w, t, attempt);

			if (next < t || !may_leave(&w, next) || retry < next ||
				!may_leave(&w, retry))
				fail_msg("%s, seed %llu", zones[z],
					(unsigned long long)kept);
			/* What is open already does not wait, and nothing open is passed over. */
			for (int n = 0; n < 2 && next > t; n++) {
				usec_t between = n == 0
					? t
					: t + (usec_t)below(&seed, (uint64_t)(next - t));
				if (may_leave(&w, between))
					fail_msg("waits for nothing, %s, seed %llu",
						zones[z], (unsigned long long)kept);
			}
		}
}

static bool same_hands(usec_t a, usec_t b, usec_t step, const char *zone)
{
	struct civil c = clock_civil(a, zone), d = clock_civil(b, zone);
	int64_t minutes = (d.hour - c.hour) * 60 + d.minute - c.minute;

	return (minutes - step / USEC_PER_MIN) % 1440 == 0;
}

/* The changes of the clocks in ten years, found from outside: the week, the day, the quarter of an hour. */
static size_t find_changes(const char *zone, usec_t *ret, size_t most)
{
	const usec_t steps[] = {7 * USEC_PER_DAY, USEC_PER_DAY, 15 * USEC_PER_MIN};
	usec_t end = at(2034, 1, 1, 12, 0);
	size_t count = 0;

	for (usec_t t = at(2024, 1, 1, 12, 0); t < end; t += steps[0]) {
		usec_t change = t;
		if (same_hands(t, t + steps[0], steps[0], zone))
			continue;
		for (size_t i = 1; i < COUNT_OF(steps); i++)
			while (same_hands(change, change + steps[i], steps[i], zone))
				change += steps[i];
		assert_true(count < most);
		ret[count++] = change + steps[2];
	}
	return count;
}

/* W1, W2 minute by minute through every change of the clocks: the answer is the very first open minute. */
static void test_w2_through_every_change_of_the_clocks(void **state)
{
	uint64_t seed = 1;
	size_t zones_with_changes = 0;

	(void)state;
	for (size_t z = 0; z < COUNT_OF(zones); z++) {
		usec_t changes[32];
		size_t count = find_changes(zones[z], changes, COUNT_OF(changes));
		zones_with_changes += count > 0;
		assert_true(count == 0 || count == 20);
		for (size_t i = 0; i < count; i += (size_t)thinned()) {
			struct window w = random_window(&seed, zones[z]);
			usec_t begin = changes[i] - 3 * USEC_PER_HOUR;
			usec_t first = SCHEDULE_NEVER;
			/* Near the change, where it matters. */
			struct civil c = clock_civil(
				changes[i] - (usec_t)(i % 5) * 20 * USEC_PER_MIN,
				zones[z]);
			w.from_minute = c.hour * 60 + c.minute;
			w.to_minute = w.from_minute + 40 < 1440 ? w.from_minute + 40
								: 1440;
			for (size_t d = 1; d <= 7; d++)
				w.weekday[d] = true;
			w.skips_holidays = false;
			for (usec_t t = changes[i] + 4 * USEC_PER_HOUR; t >= begin;
				t -= USEC_PER_MIN) {
				if (may_leave(&w, t))
					first = t;
				if (first != SCHEDULE_NEVER &&
					t / USEC_PER_MIN % 17 == 0 &&
					schedule_next(&w, t) != first)
					fail_msg("%s, change %zu", zones[z], i);
			}
		}
	}
	assert_int_equal(zones_with_changes, 6);
}

/* W5: never before it is due, never when it is too late; and it leaves whenever it may. */
static void test_w5_between_due_and_too_late(void **state)
{
	uint64_t seed = 5;
	int tried = 3000 / (int)thinned(), never = 0;

	(void)state;
	for (int i = 0; i < tried; i++) {
		uint64_t kept = seed;
		struct window w = random_window(
			&seed, zones[below(&seed, COUNT_OF(zones))]);
		usec_t due = at(2024, 1, 1, 0, 0) +
			(usec_t)below(&seed, (uint64_t)(3653 * USEC_PER_DAY));
		usec_t not_after = due + 1 +
			(usec_t)below(&seed, (uint64_t)(10 * USEC_PER_DAY));
		usec_t now = due - 5 * USEC_PER_DAY +
			(usec_t)below(&seed, (uint64_t)(15 * USEC_PER_DAY));
		usec_t leaves = schedule_mailing(&w, due, not_after, now);
		usec_t from = now > due ? now : due;

		never += leaves == SCHEDULE_NEVER;
		if (leaves != SCHEDULE_NEVER &&
			(leaves < due || leaves < now || leaves >= not_after ||
				!may_leave(&w, leaves)))
			fail_msg("seed %llu", (unsigned long long)kept);
		for (int n = 0; leaves == SCHEDULE_NEVER && from < not_after && n < 4;
			n++)
			assert_false(may_leave(&w,
				from +
					(usec_t)below(
						&seed, (uint64_t)(not_after - from))));
	}
	/* Both cases were seen. */
	assert_true(never > tried / 10 && never < tried / 10 * 9);
}

static void test_days_after_are_days_of_the_calendar(void **state)
{
	struct window w = office();

	(void)state;
	/* Over the night of 25 October, which has an hour more. */
	assert_true(schedule_after(&w, at(2026, 10, 19, 17, 30), 7) ==
		at(2026, 10, 26, 9, 0));
	/* A week after 7 May 2026 is Ascension Day, a Thursday: Friday. */
	assert_true(schedule_after(&w, at(2026, 5, 7, 9, 0), 7) == at(2026, 5, 15, 9, 0));
	w.skips_holidays = false;
	assert_true(schedule_after(&w, at(2026, 5, 7, 9, 0), 7) == at(2026, 5, 14, 9, 0));
	/* Sunday: Monday, which is Whit Monday: Tuesday. */
	w.skips_holidays = true;
	assert_true(
		schedule_after(&w, at(2026, 5, 14, 9, 0), 10) == at(2026, 5, 26, 9, 0));
}

static void test_nothing_leaves_on_a_holiday(void **state)
{
	struct window w = office();

	(void)state;
	/* 2026-11-11 is a Wednesday; Easter Monday 2027 is 29 March, behind a change of the clocks. */
	assert_false(window_is_open(&w, at(2026, 11, 11, 12, 0)));
	assert_true(schedule_next(&w, at(2026, 11, 10, 18, 0)) == at(2026, 11, 12, 9, 0));
	assert_true(schedule_next(&w, at(2027, 3, 26, 18, 0)) == at(2027, 3, 30, 9, 0));
	assert_true(schedule_retry(&w, at(2026, 12, 24, 17, 59), 1) ==
		at(2026, 12, 28, 9, 0));
	/* Fridays only: 25 December 2026 and 1 January 2027 are both closed. */
	for (size_t day = 1; day <= 7; day++)
		w.weekday[day] = day == 5;
	assert_true(schedule_next(&w, at(2026, 12, 18, 18, 0)) == at(2027, 1, 8, 9, 0));
	/* The holiday is the zone's: on 31 December in Paris it is New Year's Day in Nouméa. */
	struct window noumea = w;
	for (size_t day = 1; day <= 7; day++)
		noumea.weekday[day] = true;
	noumea.from_minute = 0;
	noumea.to_minute = 1440;
	memcpy(noumea.zone, "Pacific/Noumea", sizeof("Pacific/Noumea"));
	assert_false(window_is_open(&noumea, at(2026, 12, 31, 18, 0)));
	assert_true(window_is_open(&noumea, at(2027, 1, 1, 18, 0)));
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
	/* Missed the first time, there is the second. */
	assert_true(
		schedule_next(&w, first + 20 * USEC_PER_MIN) == first + USEC_PER_HOUR);
	/* Open again from the moment when the clock goes back into it. */
	w.from_minute = 90;
	assert_true(schedule_next(&w, first + 25 * USEC_PER_MIN) ==
		first + 30 * USEC_PER_MIN);
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
		cmocka_unit_test(test_w1_inside_the_window_and_never_before),
		cmocka_unit_test(test_w2_through_every_change_of_the_clocks),
		cmocka_unit_test(test_w5_between_due_and_too_late),
		cmocka_unit_test(test_days_after_are_days_of_the_calendar),
		cmocka_unit_test(test_nothing_leaves_on_a_holiday),
		cmocka_unit_test(test_w2_the_skipped_hour),
		cmocka_unit_test(test_w2_the_repeated_hour),
		cmocka_unit_test(test_w3_back_off),
		cmocka_unit_test(test_w4_no_more_than_the_pace),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
