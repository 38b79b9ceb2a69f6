/* SPDX-License-Identifier: Apache-2.0 */
/* public_limit.c - see public_limit.h. */
#include "public_limit.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "barometre/base/clock.h"
#include "barometre/base/secret.h"
#include "barometre/web/sites.h"

#define GROUPS 512
#define GROUP_SIZE 8
#define KEY_LIFE USEC_PER_HOUR
#define BURST USEC_PER_MIN
#define MAX_PROXIES 16

struct address {
	unsigned char b[16]; /* IPv6; IPv4 is mapped into it (RFC 4291 section 2.5.5.2) */
};

struct bucket {
	struct id16 who; /* hash of kind and address */
	usec_t paid;     /* all that was taken is paid for by then */
};

struct public_limit {
	long per_minute;
	struct address proxies[MAX_PROXIES];
	size_t proxy_count;
	struct key key;
	usec_t key_made;
	struct bucket buckets[GROUPS][GROUP_SIZE];
};

/* ---- who asks ---- */

static bool parse_address(struct str text, struct address *ret)
{
	char figures[INET6_ADDRSTRLEN];
	struct address a = {.b = {[10] = 0xff, [11] = 0xff}};

	if (text.n == 0 || text.n >= sizeof(figures))
		return false;
	memcpy(figures, text.p, text.n);
	figures[text.n] = '\0';
	if (inet_pton(AF_INET, figures, a.b + 12) != 1 &&
		inet_pton(AF_INET6, figures, a.b) != 1)
		return false;
	*ret = a;
	return true;
}

static bool parse_proxies(const char *text, struct address *ret, size_t *ret_count)
{
	struct str rest = str_of(text), part, one;
	size_t count = 0;

	while (str_cut(&rest, ',', &part))
		while (str_cut(&part, ' ', &one)) {
			if (str_trim(one).n == 0)
				continue;
			if (count == MAX_PROXIES ||
				!parse_address(str_trim(one), &ret[count]))
				return false;
			count++;
		}
	*ret_count = count;
	return true;
}

bool public_site_proxies_valid(const char *text)
{
	struct address list[MAX_PROXIES];
	size_t count;

	return parse_proxies(text, list, &count);
}

static bool is_mapped(const struct address *a)
{
	static const unsigned char prefix[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(a->b, prefix, sizeof(prefix)) == 0;
}

static bool is_proxy(const struct public_limit *limit, const struct address *a)
{
	for (size_t i = 0; i < limit->proxy_count; i++)
		if (memcmp(limit->proxies[i].b, a->b, sizeof(a->b)) == 0)
			return true;
	return false;
}

/* What the nearest proxy saw: the last address of the last such header (RFC 7239 section 7.4 on what is before it). */
static bool forwarded_for(const struct exchange *exchange, struct address *ret)
{
	const struct http_message *m = exchange_request(exchange);
	struct str rest = {NULL, 0}, one, last = {NULL, 0};

	for (size_t i = 0; i < m->header_count; i++)
		if (str_eq_nocase(m->headers[i].name, STR("X-Forwarded-For")))
			rest = m->headers[i].value;
	while (str_cut(&rest, ',', &one))
		last = str_trim(one);
	return parse_address(last, ret);
}

static bool client_of(const struct public_limit *limit, const struct exchange *exchange,
	struct address *ret)
{
	struct address a;

	if (!exchange_peer(exchange, a.b) ||
		(is_proxy(limit, &a) && !forwarded_for(exchange, &a)))
		return false;
	/* Who has one address of IPv6 has all of the network. */
	if (!is_mapped(&a))
		memset(a.b + 8, 0, 8);
	*ret = a;
	return true;
}

/* ---- how often ---- */

static void renew_key(struct public_limit *limit, usec_t now)
{
	if (limit->key_made > 0 && now >= limit->key_made &&
		now - limit->key_made < KEY_LIFE)
		return;
	secret_wipe(limit->buckets, sizeof(limit->buckets));
	limit->key = random_key();
	limit->key_made = now;
}

static struct bucket *find_bucket(struct public_limit *limit, const struct id16 *who)
{
	size_t group = ((size_t)who->b[0] << 8 | who->b[1]) % GROUPS;
	struct bucket *list = limit->buckets[group], *least = list;

	for (size_t i = 0; i < GROUP_SIZE; i++) {
		if (memcmp(&list[i].who, who, sizeof(*who)) == 0)
			return &list[i];
		if (list[i].paid < least->paid)
			least = &list[i];
	}
	*least = (struct bucket){*who, 0};
	return least;
}

static usec_t price_of(const struct public_limit *limit, enum limit_kind kind)
{
	static const int weights[] = {[LIMIT_PLACES] = 1,
		[LIMIT_START] = 5,
		[LIMIT_CODE] = 20,
		[LIMIT_LINK] = 20};
	usec_t price = USEC_PER_MIN * weights[kind] / limit->per_minute;

	return price < BURST ? price : BURST; /* one a minute at least */
}

static int ask(struct public_limit *limit, enum limit_kind kind,
	const struct exchange *exchange, usec_t now, bool take)
{
	struct {
		unsigned char kind;
		struct address address;
	} asked = {.kind = (unsigned char)kind};
	struct bucket *bucket;
	struct id16 who;
	usec_t price, paid;

	if (limit->per_minute == 0 || !client_of(limit, exchange, &asked.address))
		return 0;
	renew_key(limit, now);
	who = hash_keyed16(&limit->key, STR("limit"), &asked, sizeof(asked));
	secret_wipe(&asked, sizeof(asked));
	bucket = find_bucket(limit, &who);
	price = price_of(limit, kind);
	/* A clock that was set back owes no more than a full minute. */
	paid = bucket->paid < now ? now : bucket->paid;
	if (paid > now + BURST)
		paid = now + BURST;
	if (paid + price > now + BURST)
		return (int)((paid + price - now - BURST + USEC_PER_SEC - 1) /
			USEC_PER_SEC);
	if (take)
		bucket->paid = paid + price;
	return 0;
}

int public_limit_take(struct public_limit *limit, enum limit_kind kind,
	const struct exchange *exchange, usec_t now)
{
	return ask(limit, kind, exchange, now, true);
}

int public_limit_look(struct public_limit *limit, enum limit_kind kind,
	const struct exchange *exchange, usec_t now)
{
	return ask(limit, kind, exchange, now, false);
}

struct public_limit *public_limit_new(long per_minute, const char *proxies)
{
	struct public_limit *limit = secret_alloc(sizeof(*limit));

	limit->per_minute = per_minute;
	must(!proxies || parse_proxies(proxies, limit->proxies, &limit->proxy_count));
	return limit;
}

void public_limit_free(struct public_limit *limit)
{
	secret_free(limit);
}
