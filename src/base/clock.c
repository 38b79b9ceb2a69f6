/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/clock.h"

#include <time.h>
#include <unicode/ucal.h>

#include "barometre/base/str.h"

#define NNBSP "\xE2\x80\xAF" /* U+202F narrow no-break space */

#define ZONE_CHARS 64

static usec_t read_clock(clockid_t id)
{
	struct timespec ts = {0};
	must(clock_gettime(id, &ts) == 0);
	return (usec_t)ts.tv_sec * USEC_PER_SEC + (usec_t)ts.tv_nsec / 1000;
}

usec_t clock_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

usec_t clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/* C division rounds towards zero; time before 1970 needs the floor. */
static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0 ? 1 : 0);
}

/* Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil: the year is
 * moved to start in March, so that the leap day is its last; an era is 400 years, 146097 days;
 * 719468 days lie between 0000-03-01 and 1970-01-01. */
int64_t civil_day_number(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2 ? 1 : 0);
	int64_t era = floor_div(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
		day_of_year;
	return era * 146097 + day_of_era - 719468;
}

/* The same source, civil_from_days. */
void civil_from_day_number(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
	int64_t z = days + 719468;
	int64_t era = floor_div(z, 146097);
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int64_t month = mp + (mp < 10 ? 3 : -9);

	*ret_day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*ret_month = (int)month;
	*ret_year = (int)(yoe + era * 400 + (month <= 2 ? 1 : 0));
}

int civil_weekday(int year, int month, int day)
{
	/* 1970-01-01 was a Thursday, the fourth. */
	int64_t since_monday = civil_day_number(year, month, day) + 3;
	return (int)(since_monday - floor_div(since_monday, 7) * 7) + 1;
}

static struct civil civil_of(usec_t local)
{
	struct civil c = {0};
	int64_t days = floor_div(local, USEC_PER_DAY);
	int seconds = (int)((local - days * USEC_PER_DAY) / USEC_PER_SEC);

	civil_from_day_number(days, &c.year, &c.month, &c.day);
	c.hour = seconds / 3600;
	c.minute = seconds / 60 % 60;
	c.second = seconds % 60;
	return c;
}

/* Zone names are ASCII; false for what cannot be one. */
static bool zone_name(const char *zone, UChar out[ZONE_CHARS])
{
	size_t n = 0;

	for (; zone[n]; n++) {
		if (n + 1 >= ZONE_CHARS || (unsigned char)zone[n] > 0x7E ||
			zone[n] <= ' ')
			return false;
		out[n] = (UChar)zone[n];
	}
	out[n] = 0;
	return n > 0;
}

bool clock_zone_exists(const char *zone)
{
	UChar name[ZONE_CHARS], canonical[ZONE_CHARS];
	UBool known = 0;
	UErrorCode status = U_ZERO_ERROR;

	if (!zone_name(zone, name) || strcmp(zone, "Etc/Unknown") == 0)
		return false;
	/* ICU makes up a zone for "GMT+3"; `known` tells the ones of the tables. */
	ucal_getCanonicalTimeZoneID(name, -1, canonical, ZONE_CHARS, &known, &status);
	return U_SUCCESS(status) && known;
}

static void close_calendar(UCalendar **calendar)
{
	ucal_close(*calendar);
}

static UCalendar *open_calendar(const char *zone)
{
	UChar name[ZONE_CHARS];
	UErrorCode status = U_ZERO_ERROR;

	must(clock_zone_exists(zone) && zone_name(zone, name));
	UCalendar *calendar = ucal_open(name, -1, "en", UCAL_GREGORIAN, &status);
	must(U_SUCCESS(status));
	return calendar;
}

struct civil clock_civil(usec_t t, const char *zone)
{
	SCOPED(close_calendar) UCalendar *calendar = open_calendar(zone);
	UErrorCode status = U_ZERO_ERROR;

	ucal_setMillis(calendar, (double)floor_div(t, 1000), &status);
	int32_t standard = ucal_get(calendar, UCAL_ZONE_OFFSET, &status);
	int32_t summer = ucal_get(calendar, UCAL_DST_OFFSET, &status);
	must(U_SUCCESS(status));
	return civil_of(t + ((usec_t)standard + summer) * 1000);
}

usec_t clock_instant(struct civil c, const char *zone)
{
	SCOPED(close_calendar) UCalendar *calendar = open_calendar(zone);
	UErrorCode status = U_ZERO_ERROR;

	/* Gregorian for all time, as civil_day_number is. */
	ucal_setGregorianChange(calendar, -8.64e15, &status);
	ucal_setAttribute(calendar, UCAL_SKIPPED_WALL_TIME, UCAL_WALLTIME_NEXT_VALID);
	ucal_setAttribute(calendar, UCAL_REPEATED_WALL_TIME, UCAL_WALLTIME_FIRST);
	ucal_clear(calendar);
	ucal_setDateTime(calendar, c.year, c.month - 1, c.day, c.hour, c.minute, c.second,
		&status);
	double millis = ucal_getMillis(calendar, &status);
	must(U_SUCCESS(status));
	return (usec_t)millis * 1000;
}

static bool two_digits(const char *s, int *ret)
{
	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
		return false;
	*ret = (s[0] - '0') * 10 + (s[1] - '0');
	return true;
}

bool civil_parse_date(const char *s, struct civil *ret)
{
	int century = 0, year = 0, month = 0, day = 0;

	if (strlen(s) != 10 || s[4] != '-' || s[7] != '-' || !two_digits(s, &century) ||
		!two_digits(s + 2, &year) || !two_digits(s + 5, &month) ||
		!two_digits(s + 8, &day))
		return false;
	year += century * 100;
	if (month < 1 || month > 12 || day < 1)
		return false;
	/* The day exists when it comes back unchanged. */
	int same_year = 0, same_month = 0, same_day = 0;
	civil_from_day_number(
		civil_day_number(year, month, day), &same_year, &same_month, &same_day);
	if (same_month != month || same_day != day)
		return false;
	*ret = (struct civil){.year = year, .month = month, .day = day};
	return true;
}

static char *put_digits(char *out, int value, int width)
{
	for (int i = width - 1; i >= 0; i--) {
		out[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return out + width;
}

void clock_rfc3339(usec_t t, char out[21])
{
	struct civil c = civil_of(t);

	must(c.year >= 0 && c.year <= 9999);
	out = put_digits(out, c.year, 4);
	*out++ = '-';
	out = put_digits(out, c.month, 2);
	*out++ = '-';
	out = put_digits(out, c.day, 2);
	*out++ = 'T';
	out = put_digits(out, c.hour, 2);
	*out++ = ':';
	out = put_digits(out, c.minute, 2);
	*out++ = ':';
	out = put_digits(out, c.second, 2);
	*out++ = 'Z';
	*out = '\0';
}

/* Our own tables: the words must not depend on the locales or the ICU data of a machine. */
static const char *const months[] = {WORDS("janvier"), WORDS("février"), WORDS("mars"),
	WORDS("avril"), WORDS("mai"), WORDS("juin"), WORDS("juillet"), WORDS("août"),
	WORDS("septembre"), WORDS("octobre"), WORDS("novembre"), WORDS("décembre")};
static const char *const weekdays[] = {
	"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"};

char *civil_date(const struct language *language, struct civil c)
{
	SCOPED(free_char) char *day = x_printf("%d", c.day);
	SCOPED(free_char) char *year = x_printf("%d", c.year);

	return words_fill(language, "{jour}\u00a0{mois} {an}", "jour",
		c.day == 1 ? words(language, "1er") : day, "mois",
		words(language, months[c.month - 1]), "an", year, NULL);
}

char *civil_month(const struct language *language, struct civil c)
{
	SCOPED(free_char) char *year = x_printf("%d", c.year);

	return words_fill(language, "{mois}\u00a0{an}", "mois",
		words(language, months[c.month - 1]), "an", year, NULL);
}

char *clock_date(const struct language *language, usec_t t, const char *zone)
{
	return civil_date(language, clock_civil(t, zone));
}

char *clock_french_date(usec_t t, const char *zone)
{
	return clock_date(language_french(), t, zone);
}

char *clock_french_time(usec_t t, const char *zone)
{
	struct civil c = clock_civil(t, zone);
	const char *weekday = weekdays[civil_weekday(c.year, c.month, c.day) - 1];
	SCOPED(free_char) char *date = civil_date(language_french(), c);

	if (c.minute == 0)
		return x_printf("%s %s à %d" NNBSP "h", weekday, date, c.hour);
	return x_printf(
		"%s %s à %d" NNBSP "h" NNBSP "%02d", weekday, date, c.hour, c.minute);
}
