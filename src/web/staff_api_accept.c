/* SPDX-License-Identifier: Apache-2.0 */
/* staff_api_accept.c - which representation a program wants, and whether it has it already. */
#include <stdlib.h>
#include <string.h>

#include "staff_api.h"

static bool has_parameter(struct str media_type, struct str wanted)
{
	struct str item;

	(void)str_cut(&media_type, ';', &item);
	while (str_cut(&media_type, ';', &item))
		if (str_eq_nocase(str_trim(item), wanted))
			return true;
	return false;
}

static struct str head_of(struct str s, char end)
{
	struct str head;

	(void)str_cut(&s, end, &head);
	return str_trim(head);
}

/* How closely a media range names a type: 0 not at all, 1 by any, 2 by its first half, 3 and more wholly. */
static int closeness(struct str range, struct str media_type, int *ret_weight)
{
	struct str type = head_of(media_type, ';'), name, item;
	struct str half = head_of(type, '/');
	int close;

	(void)str_cut(&range, ';', &name);
	name = str_trim(name);
	if (str_eq_nocase(name, type))
		close = 3;
	else if (str_eq_z(name, "*/*"))
		close = 1;
	else if (name.n == half.n + 2 && memcmp(name.p + half.n, "/*", 2) == 0 &&
		str_eq_nocase((struct str){name.p, half.n}, half))
		close = 2;
	else
		return 0;
	*ret_weight = 1000;
	while (str_cut(&range, ';', &item)) {
		item = str_trim(item);
		if (item.n >= 2 && (item.p[0] | 32) == 'q' && item.p[1] == '=')
			*ret_weight = negotiate_weight(
				(struct str){item.p + 2, item.n - 2});
		else if (item.n > 0 && close >= 3 && !has_parameter(media_type, item))
			return 0;
		else
			close++;
	}
	return close;
}

int api_quality(struct str accept, struct str media_type)
{
	struct str range;
	int best = 0, quality = 0;

	if (!accept.p || str_trim(accept).n == 0)
		return 1000;
	while (str_cut(&accept, ',', &range)) {
		int weight = 0, close = closeness(range, media_type, &weight);

		if (close > best) {
			best = close;
			quality = weight;
		}
	}
	return quality;
}

void api_representation(struct exchange *exchange, const char *etag, const char *vary)
{
	exchange_header(exchange, "ETag", etag);
	exchange_header(exchange, "Cache-Control", "private, no-cache");
	exchange_header(exchange, "Vary", vary);
}

void api_json(struct staff_step *step, json_t *document)
{
	static const char type[] = "application/json";
	struct str accept = http_header_find(exchange_request(step->exchange), "Accept");
	struct buf body = BUF_LIMIT(16u << 20);
	char *text, etag[67] = "\"";
	struct hash32 hash;

	must(document);
	text = json_dumps(document, JSON_COMPACT);
	json_decref(document);
	if (api_quality(accept, STR("application/json")) == 0) {
		free(text);
		api_problem(step->site, step->exchange, PROBLEM_FORMAT, NULL,
			json_pack("{s:[{s:s}]}", "available", "media_type", type));
		return;
	}
	buf_puts(&body, text);
	free(text);
	hash = hash_plain(buf_str(&body));
	hex_write(etag + 1, hash.b, sizeof(hash.b));
	etag[65] = '"';
	etag[66] = '\0';
	api_representation(step->exchange, etag, "Accept, Authorization, Cookie");
	if (negotiate_is_known(exchange_request(step->exchange), etag)) {
		buf_release(&body);
		exchange_reply(step->exchange, 304, NULL, NULL);
		return;
	}
	exchange_reply(step->exchange, 200, type, &body);
}
