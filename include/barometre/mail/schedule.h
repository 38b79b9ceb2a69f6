/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedule.h - when mail may leave, as pure functions over a time passed in.
 *
 * A window is a set of ISO weekdays and a span of wall time in the edition's zone ("09:00" to "18:00", end excluded;
 * "24:00" allowed as the end). It does not span midnight.
 * Promises: W1 an instant given by schedule_next is inside the window and not before its argument. W2 daylight saving
 *   never moves a mail outside: the wall clock of the zone decides, at every instant. W3 back-off of the n-th deferral:
 *   5 min x 4^(n-1), at most 6 h, then moved into the window. W4 of any minute, a pace lets at most `per_minute` go.
 */
#ifndef BAROMETRE_MAIL_SCHEDULE_H
#define BAROMETRE_MAIL_SCHEDULE_H

#include <jansson.h>

#include "barometre/base/clock.h"

#define WINDOW_ZONE_CHARS 64
struct window {
	bool weekday[8];              /* 1 Monday … 7 Sunday; at least one */
	int from_minute, to_minute;   /* 0 <= from < to <= 1440 */
	char zone[WINDOW_ZONE_CHARS]; /* IANA name, known */
};
/* From an edition's mail object {"window":{"days":[1,…],"from":"09:00","to":"18:00"}}; what is not said (also `mail`
 * NULL): Monday to Friday, 09:00 to 18:00. ERR_INVALID names the key and the remedy. */
bool window_parse(const json_t *mail, const char *zone, struct window *ret, struct err *)
	MUST_USE;
bool window_is_open(const struct window *, usec_t);
/* The first open instant not before the argument; of an hour that daylight saving repeats, the second pass counts
 * only when the argument lies in it. */
usec_t schedule_next(const struct window *, usec_t not_before);
/* `attempt` counts from 1; less is taken as 1. */
usec_t schedule_retry(const struct window *, usec_t now, int64_t attempt);

/* Evenly spaced sending: no burst after a pause. */
struct pace {
	usec_t step, next;
};
void pace_init(struct pace *, int per_minute);
/* How long to wait at `now` (any steady clock); 0 means: go, and it is counted. */
usec_t pace_take(struct pace *, usec_t now);

#endif
