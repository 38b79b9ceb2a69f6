/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedule.h - when mail may leave (base/window.h), and how fast, as pure functions over a time passed in.
 *
 * Promise: W4 of any minute, a pace lets at most `per_minute` go.
 */
#ifndef BAROMETRE_MAIL_SCHEDULE_H
#define BAROMETRE_MAIL_SCHEDULE_H

#include "barometre/base/window.h"

/* Evenly spaced sending: no burst after a pause. */
struct pace {
	usec_t step, next;
};
void pace_init(struct pace *, int per_minute);
/* How long to wait at `now` (any steady clock); 0 means: go, and it is counted. */
usec_t pace_take(struct pace *, usec_t now);

#endif
