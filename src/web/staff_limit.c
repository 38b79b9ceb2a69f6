/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_limit.c - at most LIMIT_ATTEMPTS attempts in LIMIT_SPAN for one login, whoever makes them.
 *
 * Memory is bounded: when the table is full the entry unused for longest goes. To push one out a stranger has to make
 * thousands of attempts, each as slow as a password check.
 */
#include "staff_private.h"

#define ENTRIES 4096

struct entry {
	struct id16 who;
	usec_t times[LIMIT_ATTEMPTS]; /* a ring; 0 when unused */
	int at;                       /* where the next one goes: the oldest */
	usec_t last;
};
struct login_limit {
	struct key key;
	struct entry list[ENTRIES];
	size_t count;
};

struct login_limit *login_limit_new(void)
{
	struct login_limit *limit = x_calloc(1, sizeof(*limit));

	limit->key = random_key();
	return limit;
}

void login_limit_free(struct login_limit *limit)
{
	if (!limit)
		return;
	secret_wipe(limit, sizeof(*limit));
	free(limit);
}

static struct id16 name_of(const struct login_limit *limit, struct str login)
{
	return hash_keyed16(&limit->key, STR("login"), login.p, login.n);
}

static size_t find(const struct login_limit *limit, const struct id16 *who)
{
	size_t i = 0;

	while (i < limit->count && memcmp(&limit->list[i].who, who, sizeof(*who)) != 0)
		i++;
	return i;
}

usec_t login_limit_wait(const struct login_limit *limit, struct str login, usec_t now)
{
	struct id16 who = name_of(limit, login);
	size_t i = find(limit, &who);
	usec_t oldest;

	if (i == limit->count)
		return 0;
	oldest = limit->list[i].times[limit->list[i].at];
	return oldest != 0 && oldest + LIMIT_SPAN > now ? oldest + LIMIT_SPAN - now : 0;
}

static size_t make_room(struct login_limit *limit)
{
	size_t oldest = 0;

	if (limit->count < ENTRIES)
		return limit->count++;
	for (size_t i = 1; i < ENTRIES; i++)
		if (limit->list[i].last < limit->list[oldest].last)
			oldest = i;
	return oldest;
}

void login_limit_note(struct login_limit *limit, struct str login, usec_t now)
{
	struct id16 who = name_of(limit, login);
	size_t i = find(limit, &who);
	struct entry *entry;

	if (i == limit->count) {
		i = make_room(limit);
		limit->list[i] = (struct entry){.who = who};
	}
	entry = &limit->list[i];
	entry->times[entry->at] = now;
	entry->at = (entry->at + 1) % LIMIT_ATTEMPTS;
	entry->last = now;
}

void login_limit_clear(struct login_limit *limit, struct str login)
{
	struct id16 who = name_of(limit, login);
	size_t i = find(limit, &who);

	if (i < limit->count)
		limit->list[i] = limit->list[--limit->count];
}
