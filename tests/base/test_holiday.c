/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/base/clock.h"
#include "barometre/base/holiday.h"

/* Easter Monday, Ascension Day and Whit Monday, as published by the French administration: "Jours fériés en France" of data.gouv.fr
 * (Etalab, Licence Ouverte), file jours_feries_metropole.csv. */
static const struct {
	int year, easter_monday[2], ascension[2], whit_monday[2];
} golden[] = {
	{2001, {4, 16}, {5, 24}, {6, 4}},
	{2002, {4, 1}, {5, 9}, {5, 20}},
	{2003, {4, 21}, {5, 29}, {6, 9}},
	{2004, {4, 12}, {5, 20}, {5, 31}},
	{2005, {3, 28}, {5, 5}, {5, 16}},
	{2006, {4, 17}, {5, 25}, {6, 5}},
	{2007, {4, 9}, {5, 17}, {5, 28}},
	{2008, {3, 24}, {5, 1}, {5, 12}},
	{2009, {4, 13}, {5, 21}, {6, 1}},
	{2010, {4, 5}, {5, 13}, {5, 24}},
	{2011, {4, 25}, {6, 2}, {6, 13}},
	{2012, {4, 9}, {5, 17}, {5, 28}},
	{2013, {4, 1}, {5, 9}, {5, 20}},
	{2014, {4, 21}, {5, 29}, {6, 9}},
	{2015, {4, 6}, {5, 14}, {5, 25}},
	{2016, {3, 28}, {5, 5}, {5, 16}},
	{2017, {4, 17}, {5, 25}, {6, 5}},
	{2018, {4, 2}, {5, 10}, {5, 21}},
	{2019, {4, 22}, {5, 30}, {6, 10}},
	{2020, {4, 13}, {5, 21}, {6, 1}},
	{2021, {4, 5}, {5, 13}, {5, 24}},
	{2022, {4, 18}, {5, 26}, {6, 6}},
	{2023, {4, 10}, {5, 18}, {5, 29}},
	{2024, {4, 1}, {5, 9}, {5, 20}},
	{2025, {4, 21}, {5, 29}, {6, 9}},
	{2026, {4, 6}, {5, 14}, {5, 25}},
};
static const int fixed[][2] = {
	{1, 1}, {5, 1}, {5, 8}, {7, 14}, {8, 15}, {11, 1}, {11, 11}, {12, 25}};

static bool is(const int wanted[2], int month, int day)
{
	return month == wanted[0] && day == wanted[1];
}

/* Every day of these years: a holiday when the list has it, and only then. */
static void holidays_are_those_of_the_list(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(golden); i++) {
		int64_t first = civil_day_number(golden[i].year, 1, 1),
			end = civil_day_number(golden[i].year + 1, 1, 1);
		for (int64_t n = first; n < end; n++) {
			int year = 0, month = 0, day = 0;
			civil_from_day_number(n, &year, &month, &day);
			bool wanted = is(golden[i].easter_monday, month, day) ||
				is(golden[i].ascension, month, day) ||
				is(golden[i].whit_monday, month, day);
			for (size_t k = 0; k < COUNT_OF(fixed); k++)
				wanted = wanted || is(fixed[k], month, day);
			if (holiday_is_french(year, month, day) != wanted)
				fail_msg("%d-%02d-%02d", year, month, day);
		}
	}
}

/* What the definition says: a Sunday from 22 March to 25 April; the Gregorian dates repeat after 5,700,000 years, so
 * that the extremes are known: 22 March 1818 and 2285, 25 April 1943 and 2038. */
static void easter_is_a_sunday_of_spring(void **state)
{
	static const int known[][3] = {
		{1818, 3, 22}, {1943, 4, 25}, {1961, 4, 2}, {2038, 4, 25}, {2285, 3, 22}};

	(void)state;
	for (int year = 1583; year < 4000; year++) {
		int64_t easter = easter_sunday(year);
		int y = 0, month = 0, day = 0;
		civil_from_day_number(easter, &y, &month, &day);
		assert_int_equal(y, year);
		assert_int_equal(civil_weekday(y, month, day), 7);
		assert_true(easter >= civil_day_number(year, 3, 22) &&
			easter <= civil_day_number(year, 4, 25));
	}
	for (size_t i = 0; i < COUNT_OF(known); i++)
		assert_true(easter_sunday(known[i][0]) ==
			civil_day_number(known[i][0], known[i][1], known[i][2]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holidays_are_those_of_the_list),
		cmocka_unit_test(easter_is_a_sunday_of_spring),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
