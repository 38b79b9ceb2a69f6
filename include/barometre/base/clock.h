/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h - time as microseconds since 1970-01-01T00:00:00Z (PostgreSQL's resolution), and civil time in an
 * IANA zone (ICU's tables). Logic never reads the clock itself: time is passed in.
 * Day numbers: Howard Hinnant, "chrono-compatible low-level date algorithms".
 */
#ifndef BAROMETRE_BASE_CLOCK_H
#define BAROMETRE_BASE_CLOCK_H

#include <stdint.h>

#include "barometre/base/err.h"
#include "barometre/base/words.h"

typedef int64_t usec_t; /* an instant, or a span */
#define USEC_PER_SEC ((usec_t)1000000)
#define USEC_PER_MIN (60 * USEC_PER_SEC)
#define USEC_PER_HOUR (60 * USEC_PER_MIN)
#define USEC_PER_DAY (24 * USEC_PER_HOUR)

usec_t clock_now(void);       /* wall clock */
usec_t clock_monotonic(void); /* for spans only */

struct civil {
	int year, month, day, hour, minute, second; /* month and day from 1 */
};

/* IANA name known to ICU? */
bool clock_zone_exists(const char *zone);
/* Wall time in the zone at that instant. The zone must exist. */
struct civil clock_civil(usec_t, const char *zone);
/* The instant of a wall time. A time skipped by daylight saving gives the first instant after the gap;
 * a time that happens twice gives the first of the two. Fields out of range carry over (day 32, hour 24). */
usec_t clock_instant(struct civil, const char *zone);
/* ISO 8601: Monday 1 … Sunday 7. Proleptic Gregorian. */
int civil_weekday(int year, int month, int day);
/* Days since 1970-01-01, and back. */
int64_t civil_day_number(int year, int month, int day);
void civil_from_day_number(int64_t days, int *ret_year, int *ret_month, int *ret_day);
/* "2026-11-22": exactly so, and a day that exists. The time is 00:00:00. */
bool civil_parse_date(const char *, struct civil *ret) MUST_USE;
/* RFC 3339 in UTC, "2026-11-22T09:00:00Z": 21 bytes with the NUL. Years 0 to 9999. */
void clock_rfc3339(usec_t, char out[21]);
/* "22 novembre 2026", "dimanche 22 novembre 2026 à 9 h 05" in the zone; "1er" on the first, "9 h" on
 * the hour. No-break space between day and month (U+00A0), narrow ones around "h" (U+202F). */
char *clock_french_date(usec_t, const char *zone);
char *clock_french_time(usec_t, const char *zone);
/* The date as the language writes it: clock_french_date in French, "22 November 2026" in English. */
char *clock_date(const struct language *, usec_t, const char *zone);
/* The same for a day of the calendar that is in no zone. */
char *civil_date(const struct language *, struct civil);
/* Its month only: "novembre 2026". */
char *civil_month(const struct language *, struct civil);

#endif
