/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domain_pace.h - how fast mail may go to one domain: large providers refuse a crowd that comes all at once.
 *
 * Pure over the time passed in, and without a thought for the disk: a restart forgets what it had promised, no more.
 * Each domain has slots, one every 60 s / per_minute. A mail takes the first that is free when it is now; else it is told
 * the time of the first that nobody was promised, and comes back then. One that comes back goes before those that
 * come for the first time; when its slot was missed it is told another.
 * Promises: D1 of any minute at most per_minute + 1 go to a domain (a slot may be used a little late, and the next in time).
 *   D2 who waits is told a time after now, inside the window. D3 a domain that waits delays no other.
 */
#ifndef BAROMETRE_MAIL_DOMAIN_PACE_H
#define BAROMETRE_MAIL_DOMAIN_PACE_H

#include "barometre/base/str.h"
#include "barometre/base/window.h"

struct domain_pace;
/* `per_minute` 0: nobody waits. */
struct domain_pace *domain_pace_new(int per_minute);
void domain_pace_free(struct domain_pace *);
/* 0: go, and it is counted; else when to come back. `waited`: it was told a time before. `now` is wall time. */
usec_t domain_pace_take(struct domain_pace *, struct str domain, bool waited,
	const struct window *, usec_t now);
/* Of an address: what stands behind the last @. */
struct str domain_of(struct str address);
/* Domains that are remembered now. */
size_t domain_pace_count(const struct domain_pace *);

#endif
