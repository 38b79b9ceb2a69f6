/* SPDX-License-Identifier: Apache-2.0 */
/*
 * public_limit.h - how often one address may ask the public site for what is worth abusing.
 *
 * In memory only. An address is known by a keyed hash (BLAKE2b-128) under a random key that lives an hour; the key and
 * all that was counted go together, so that nothing here says who came before. No address is kept or written.
 * Each address has a bucket of one minute's worth for each kind, filled evenly (the generic cell rate algorithm, ITU-T
 * I.371 annex A: one time a bucket). Buckets are 4096, in groups of 8; of a full group the one that owes least goes.
 * A hospital is one address: a kind that is used up does not hold up another, and pages of a visit are never counted.
 * Each process of the site counts for itself.
 */
#ifndef BAROMETRE_WEB_PUBLIC_LIMIT_H
#define BAROMETRE_WEB_PUBLIC_LIMIT_H

#include "barometre/web/exchange.h"

/* Of `per_minute`: a fifth are starts, a twentieth codes (of resume, of a receipt), a twentieth unknown links. */
enum limit_kind {
	LIMIT_PLACES,
	LIMIT_START,
	LIMIT_CODE,
	LIMIT_LINK
};

struct public_limit;
/* per_minute 0: no limit. `proxies`: addresses in figures, separated by blanks or commas, checked before
 * (public_site_proxies_valid); from there the last of X-Forwarded-For is the client, and without one nobody is counted. */
struct public_limit *public_limit_new(long per_minute, const char *proxies);
void public_limit_free(struct public_limit *);
/* Counts one. 0 when it is granted, else the seconds until it would be. */
int public_limit_take(struct public_limit *, enum limit_kind, const struct exchange *,
	usec_t now) MUST_USE;
/* The same without counting. */
int public_limit_look(struct public_limit *, enum limit_kind, const struct exchange *,
	usec_t now) MUST_USE;

#endif
