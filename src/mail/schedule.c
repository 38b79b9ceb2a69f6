/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/mail/schedule.h"

void pace_init(struct pace *pace, int per_minute)
{
	must(per_minute > 0);
	/* Rounded up, so that W4 holds for the sixty-first second too. */
	pace->step = (USEC_PER_MIN + per_minute - 1) / per_minute;
	pace->next = 0;
}

usec_t pace_take(struct pace *pace, usec_t now)
{
	if (now < pace->next)
		return pace->next - now;
	pace->next = now + pace->step;
	return 0;
}
