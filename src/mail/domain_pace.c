/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/mail/domain_pace.h"

#include <stdlib.h>

#include "barometre/base/mem.h"

struct domain {
	char *name;      /* ASCII letters small */
	usec_t free_at;  /* the next slot to use */
	usec_t promised; /* the next slot to promise, not before it */
};

struct domain_pace {
	usec_t step; /* 0: nobody waits */
	struct domain *list;
	size_t count, room;
};

struct domain_pace *domain_pace_new(int per_minute)
{
	struct domain_pace *p = x_calloc(1, sizeof(*p));

	must(per_minute >= 0);
	p->step = per_minute > 0 ? (USEC_PER_MIN + per_minute - 1) / per_minute : 0;
	return p;
}

void domain_pace_free(struct domain_pace *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->count; i++)
		free(p->list[i].name);
	free(p->list);
	free(p);
}

/* What lies behind tells nothing: such a domain is as one never seen. */
static void forget_idle(struct domain_pace *p, usec_t now)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->count; i++)
		if (p->list[i].free_at > now || p->list[i].promised > now)
			p->list[kept++] = p->list[i];
		else
			free(p->list[i].name);
	p->count = kept;
}

static struct domain *find(struct domain_pace *p, struct str name, usec_t now)
{
	for (size_t i = 0; i < p->count; i++)
		if (str_eq_nocase(str_of(p->list[i].name), name))
			return &p->list[i];
	if (p->count == p->room) {
		forget_idle(p, now);
		if (2 * p->count >= p->room) {
			p->room = p->room ? 2 * p->room : 16;
			p->list = x_realloc(p->list, p->room * sizeof(*p->list));
		}
	}
	p->list[p->count] = (struct domain){.name = str_dup(name)};
	return &p->list[p->count++];
}

usec_t domain_pace_take(struct domain_pace *p, struct str name, bool waited,
	const struct window *window, usec_t now)
{
	if (p->step == 0)
		return 0;
	struct domain *d = find(p, name, now);
	usec_t first = waited || d->promised < d->free_at ? d->free_at : d->promised;

	if (now >= first) {
		/* A slot used late does not push back those behind it; one of long ago does not count. */
		d->free_at = (d->free_at + p->step > now ? d->free_at : now) + p->step;
		return 0;
	}
	usec_t at = schedule_next(
		window, d->promised > d->free_at ? d->promised : d->free_at);
	d->promised = at + p->step;
	return at;
}

struct str domain_of(struct str address)
{
	size_t n = address.n;

	while (n > 0 && address.p[n - 1] != '@')
		n--;
	return (struct str){address.p + n, address.n - n};
}

size_t domain_pace_count(const struct domain_pace *p)
{
	return p->count;
}
