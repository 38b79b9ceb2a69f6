/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window.h - when mail may leave, as pure functions over a time passed in.
 *
 * A window is a set of ISO weekdays and a span of wall time in the edition's zone ("09:00" to "18:00", end excluded;
 * "24:00" allowed as the end), without the public holidays of France (base/holiday.h) unless told so. It does not span midnight.
 * Promises: W1 an instant given by schedule_next is inside the window, not before its argument, and the first such one.
 *   W2 daylight saving never moves a mail outside: the wall clock of the zone decides, at every instant; an hour that is skipped is
 *   never open, one that comes twice is open twice. W3 back-off of the n-th deferral: 5 min x 4^(n-1), at most 6 h, then moved
 *   into the window. W5 a mailing leaves neither before it is due nor when it is too late.
 */
#ifndef BAROMETRE_BASE_WINDOW_H
#define BAROMETRE_BASE_WINDOW_H

#include <jansson.h>

#include "barometre/base/clock.h"

#define WINDOW_ZONE_CHARS 64
struct window {
	bool weekday[8];              /* 1 Monday … 7 Sunday; at least one */
	int from_minute, to_minute;   /* 0 <= from < to <= 1440 */
	bool skips_holidays;          /* closed on the public holidays of France */
	char zone[WINDOW_ZONE_CHARS]; /* IANA name, known */
};
/* From an edition's mail object {"window":{"days":[1,…],"from":"09:00","to":"18:00","holidays":"fr"|"none"}}; what is not said (also
 * `mail` NULL): Monday to Friday, 09:00 to 18:00, holidays skipped. ERR_INVALID names the key and the remedy. */
bool window_parse(const json_t *mail, const char *zone, struct window *ret, struct err *)
	MUST_USE;
bool window_is_open(const struct window *, usec_t);
/* The first open instant not before the argument. */
usec_t schedule_next(const struct window *, usec_t not_before);
/* `attempt` counts from 1; less is taken as 1. */
usec_t schedule_retry(const struct window *, usec_t now, int64_t attempt);
/* When a mailing that is due at `due`, and too late from `not_after` on, may leave, seen from `now`: the first such instant;
 * SCHEDULE_NEVER when there is none. */
#define SCHEDULE_NEVER INT64_MAX
usec_t schedule_mailing(const struct window *, usec_t due, usec_t not_after, usec_t now);
/* So many days of the zone's calendar after an instant, at the opening of the window, or at the next one. */
usec_t schedule_after(const struct window *, usec_t before, int days);

#endif
