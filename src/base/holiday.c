/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/holiday.h"

#include "barometre/base/clock.h"

/* Days after Easter Sunday. */
#define EASTER_MONDAY 1
#define ASCENSION 39
#define WHIT_MONDAY 50

/* The letters are those of the source. */
int64_t easter_sunday(int year)
{
	int a = year % 19, b = year / 100, c = year % 100;
	int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
	int h = (19 * a + b - d - g + 15) % 30;
	int i = c / 4, k = c % 4;
	int l = (32 + 2 * e + 2 * i - h - k) % 7;
	int m = (a + 11 * h + 22 * l) / 451;
	int n = h + l - 7 * m + 114;

	return civil_day_number(year, n / 31, n % 31 + 1);
}

bool holiday_is_french(int year, int month, int day)
{
	static const struct {
		int month, day;
	} fixed[] = {
		{1, 1}, {5, 1}, {5, 8}, {7, 14}, {8, 15}, {11, 1}, {11, 11}, {12, 25}};

	for (size_t i = 0; i < COUNT_OF(fixed); i++)
		if (month == fixed[i].month && day == fixed[i].day)
			return true;
	int64_t after = civil_day_number(year, month, day) - easter_sunday(year);
	return after == EASTER_MONDAY || after == ASCENSION || after == WHIT_MONDAY;
}
