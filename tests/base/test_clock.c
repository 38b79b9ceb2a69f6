/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "barometre/base/clock.h"

#define PARIS "Europe/Paris"

/* An instant from its RFC 3339 parts in UTC. */
static usec_t utc(int year, int month, int day, int hour, int minute, int second)
{
	return civil_day_number(year, month, day) * USEC_PER_DAY + hour * USEC_PER_HOUR +
		minute * USEC_PER_MIN + second * USEC_PER_SEC;
}

static void assert_instant(usec_t t, const char *want)
{
	char text[21];
	clock_rfc3339(t, text);
	assert_string_equal(text, want);
}

static void assert_wall(struct civil c, int day, int hour, int minute)
{
	assert_int_equal(c.day, day);
	assert_int_equal(c.hour, hour);
	assert_int_equal(c.minute, minute);
}

static void clocks_go_forward(void **state)
{
	usec_t a = clock_monotonic(), b = clock_monotonic();
	(void)state;
	assert_true(b >= a && a > 0);
	assert_true(clock_now() > utc(2024, 1, 1, 0, 0, 0));
}

static void weekdays_of_known_dates(void **state)
{
	(void)state;
	assert_int_equal(civil_weekday(1970, 1, 1), 4);
	assert_int_equal(civil_weekday(1789, 7, 14), 2);
	assert_int_equal(civil_weekday(2000, 2, 29), 2);
	assert_int_equal(civil_weekday(2026, 11, 22), 7);
	assert_int_equal(civil_weekday(2026, 11, 23), 1);
	assert_int_equal(civil_weekday(2100, 3, 1), 1);
	assert_int_equal(civil_weekday(1, 1, 1), 1);
}

static void day_numbers_of_known_dates(void **state)
{
	(void)state;
	assert_int_equal(civil_day_number(1970, 1, 1), 0);
	assert_int_equal(civil_day_number(1969, 12, 31), -1);
	assert_int_equal(civil_day_number(2000, 3, 1), 11017);
	assert_int_equal(civil_day_number(1, 1, 1), -719162);
	/* 2000 is a leap year, 2100 is none. */
	assert_int_equal(civil_day_number(2000, 3, 1) - civil_day_number(2000, 2, 28), 2);
	assert_int_equal(civil_day_number(2100, 3, 1) - civil_day_number(2100, 2, 28), 1);
}

static void day_numbers_and_dates_are_one_to_one(void **state)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t number = civil_day_number(-401, 1, 1);
	(void)state;
	for (int year = -401; year <= 2401; year++) {
		bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
		for (int month = 1; month <= 12; month++) {
			int length = lengths[month - 1] + (leap && month == 2 ? 1 : 0);
			for (int day = 1; day <= length; day++, number++) {
				int y = 0, m = 0, d = 0;
				civil_from_day_number(number, &y, &m, &d);
				if (civil_day_number(year, month, day) != number ||
					y != year || m != month || d != day)
					fail_msg("%d-%d-%d", year, month, day);
			}
		}
	}
}

static void zones_are_those_of_the_tables(void **state)
{
	static const char *const bad[] = {"", "Europe/Toulouse", "GMT+3", "Etc/Unknown",
		"Europe/Paris ", "Europe/\xC3\xA9", "../../etc/passwd",
		"Europe/ParisParisParisParisParisParisParisParisParisParisParisParisParis"};
	(void)state;
	assert_true(clock_zone_exists(PARIS));
	assert_true(clock_zone_exists("UTC"));
	assert_true(clock_zone_exists("Indian/Reunion"));
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (clock_zone_exists(bad[i]))
			fail_msg("taken for a zone: \"%s\"", bad[i]);
	}
}

static void wall_time_follows_summer_and_winter(void **state)
{
	(void)state;
	assert_wall(clock_civil(utc(2026, 1, 15, 12, 0, 0), PARIS), 15, 13, 0);
	assert_wall(clock_civil(utc(2026, 7, 15, 12, 0, 0), PARIS), 15, 14, 0);
	/* The second before and the second of both changes. */
	assert_wall(clock_civil(utc(2026, 3, 29, 0, 59, 59), PARIS), 29, 1, 59);
	assert_wall(clock_civil(utc(2026, 3, 29, 1, 0, 0), PARIS), 29, 3, 0);
	assert_wall(clock_civil(utc(2026, 10, 25, 0, 59, 59), PARIS), 25, 2, 59);
	assert_wall(clock_civil(utc(2026, 10, 25, 1, 0, 0), PARIS), 25, 2, 0);
	assert_wall(clock_civil(utc(2026, 11, 22, 23, 30, 0), PARIS), 23, 0, 30);
	assert_wall(clock_civil(-1, "UTC"), 31, 23, 59);
}

static void a_skipped_time_is_the_first_after_the_gap(void **state)
{
	(void)state;
	assert_instant(clock_instant((struct civil){2026, 3, 29, 2, 30, 0}, PARIS),
		"2026-03-29T01:00:00Z");
	assert_instant(clock_instant((struct civil){2026, 3, 29, 2, 0, 0}, PARIS),
		"2026-03-29T01:00:00Z");
	assert_instant(clock_instant((struct civil){2026, 3, 29, 1, 59, 59}, PARIS),
		"2026-03-29T00:59:59Z");
	assert_instant(clock_instant((struct civil){2026, 3, 29, 3, 0, 0}, PARIS),
		"2026-03-29T01:00:00Z");
}

static void a_repeated_time_is_the_first_of_the_two(void **state)
{
	(void)state;
	assert_instant(clock_instant((struct civil){2026, 10, 25, 2, 30, 0}, PARIS),
		"2026-10-25T00:30:00Z");
	assert_instant(clock_instant((struct civil){2026, 10, 25, 3, 0, 0}, PARIS),
		"2026-10-25T02:00:00Z");
}

static void instants_and_wall_times_agree(void **state)
{
	(void)state;
	for (int day = 0; day < 366; day++) {
		usec_t t = utc(2026, 1, 1, 7, 5, 9) + day * USEC_PER_DAY;
		assert_true(clock_instant(clock_civil(t, PARIS), PARIS) == t);
	}
	/* Gregorian before 1582 too, and out-of-range fields carry. */
	assert_instant(clock_instant((struct civil){1500, 2, 28, 0, 0, 0}, "UTC"),
		"1500-02-28T00:00:00Z");
	assert_instant(clock_instant((struct civil){2026, 12, 32, 24, 0, 0}, "UTC"),
		"2027-01-02T00:00:00Z");
}

static void dates_are_parsed_strictly(void **state)
{
	static const char *const bad[] = {"", "2026-2-28", "2026-02-29", "2100-02-29",
		"2026-13-01", "2026-00-10", "2026-01-00", "2026-04-31", "2026/01/01",
		"2026-01-01 ", "+026-01-01", "2026-01-1a", "20260101"};
	struct civil c = {.year = 7};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (civil_parse_date(bad[i], &c))
			fail_msg("taken for a date: \"%s\"", bad[i]);
	}
	assert_int_equal(c.year, 7);
	assert_true(civil_parse_date("2000-02-29", &c));
	assert_int_equal(c.year, 2000);
	assert_int_equal(c.month, 2);
	assert_wall(c, 29, 0, 0);
}

static void rfc3339_is_utc_with_seconds(void **state)
{
	(void)state;
	assert_instant(0, "1970-01-01T00:00:00Z");
	assert_instant(-1, "1969-12-31T23:59:59Z");
	assert_instant(utc(2026, 11, 22, 9, 0, 0) + 999999, "2026-11-22T09:00:00Z");
	assert_instant(
		utc(2100, 2, 28, 23, 59, 59) + USEC_PER_SEC, "2100-03-01T00:00:00Z");
	assert_instant(utc(9999, 12, 31, 23, 59, 59), "9999-12-31T23:59:59Z");
}

static void people_read_french(void **state)
{
	static const struct {
		int month, day, hour, minute;
		const char *date, *time;
	} rows[] = {
		{11, 22, 9, 5, "22\u00A0novembre 2026",
			"dimanche 22\u00A0novembre 2026 à 9\u202Fh\u202F05"},
		{8, 1, 14, 0, "1er\u00A0août 2026",
			"samedi 1er\u00A0août 2026 à 14\u202Fh"},
		{2, 2, 0, 30, "2\u00A0février 2026",
			"lundi 2\u00A0février 2026 à 0\u202Fh\u202F30"},
		{12, 31, 23, 59, "31\u00A0décembre 2026",
			"jeudi 31\u00A0décembre 2026 à 23\u202Fh\u202F59"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		usec_t t = clock_instant((struct civil){2026, rows[i].month, rows[i].day,
						 rows[i].hour, rows[i].minute, 0},
			PARIS);
		SCOPED(free_char) char *date = clock_french_date(t, PARIS);
		SCOPED(free_char) char *full = clock_french_time(t, PARIS);
		assert_string_equal(date, rows[i].date);
		assert_string_equal(full, rows[i].time);
	}
}

static void other_languages_have_their_dates(void **state)
{
	const struct language *english = language_find(STR("en"));
	const struct civil first = {2026, 8, 1, 0, 0, 0};
	const usec_t late = clock_instant((struct civil){2026, 11, 22, 23, 59, 0}, PARIS);
	SCOPED(free_char) char *august = civil_date(english, first);
	SCOPED(free_char) char *month = civil_month(english, first);
	SCOPED(free_char) char *french_month = civil_month(language_french(), first);
	SCOPED(free_char) char *november = clock_date(english, late, PARIS);
	SCOPED(free_char) char *french = clock_date(language_french(), late, PARIS);

	(void)state;
	assert_string_equal(august, "1\u00A0August 2026");
	assert_string_equal(month, "August\u00A02026");
	assert_string_equal(french_month, "août\u00A02026");
	assert_string_equal(november, "22\u00A0November 2026");
	assert_string_equal(french, "22\u00A0novembre 2026");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks_go_forward),
		cmocka_unit_test(weekdays_of_known_dates),
		cmocka_unit_test(day_numbers_of_known_dates),
		cmocka_unit_test(day_numbers_and_dates_are_one_to_one),
		cmocka_unit_test(zones_are_those_of_the_tables),
		cmocka_unit_test(wall_time_follows_summer_and_winter),
		cmocka_unit_test(a_skipped_time_is_the_first_after_the_gap),
		cmocka_unit_test(a_repeated_time_is_the_first_of_the_two),
		cmocka_unit_test(instants_and_wall_times_agree),
		cmocka_unit_test(dates_are_parsed_strictly),
		cmocka_unit_test(rfc3339_is_utc_with_seconds),
		cmocka_unit_test(people_read_french),
		cmocka_unit_test(other_languages_have_their_dates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
