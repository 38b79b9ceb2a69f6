/* SPDX-License-Identifier: Apache-2.0 */
/* plan_private.h - one mailing of a file, for those who read a plan (plan_define.c) and who add to one (plan_store.c). */
#ifndef BAROMETRE_STORE_PLAN_PRIVATE_H
#define BAROMETRE_STORE_PLAN_PRIVATE_H

#include "barometre/store/plan_store.h"

/* The keys of one mailing, NULL at the end. The first, "letter", is only for one that is added by itself: a plan starts behind it. */
extern const char *const planned_mailing_keys[];
/* Everything but the day of a delay, which is left 0. */
bool planned_mailing_read(const struct plan_frame *, const char *at, const json_t *object,
	const char *const *known, struct planned_mailing *ret, struct err *) MUST_USE;
/* The day of a delay after a mailing that is due then (0: there is none). */
bool planned_mailing_delay(const struct plan_frame *, const char *at, usec_t after_due,
	struct planned_mailing *, struct err *) MUST_USE;
bool planned_mailing_check(const struct plan_frame *, const char *at,
	const struct planned_mailing *, struct err *) MUST_USE;
/* Are there people whom both are for? NULL is all audiences. */
bool planned_covers(const char *audience, const char *other);
/* kind, title, audience, departments, types, received, due, not after, after kind, after days, stop at percent */
void planned_mailing_params(const struct planned_mailing *, struct db_params *);

#endif
