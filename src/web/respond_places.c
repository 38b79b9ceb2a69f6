/* SPDX-License-Identifier: Apache-2.0 */
/*
 * respond_places.c - GET /communes?q=tou: communes of Occitanie that could be meant, for the script of a page.
 *
 *   {"communes":[{"code":"31555","label":"Toulouse (31)"}, …]}   at most 8, exact ones first
 *
 * GET /communes?hors=pa: the same of departments outside Occitanie, {"code":"dep:75","label":"Paris (75)"}.
 *
 * Public data, the same for everybody: no cookie is read, and the reply may be kept a day. Without the script the page
 * sends the name and the server answers with the same list.
 */
#include <stdlib.h>

#include "barometre/form/place.h"
#include "respond_private.h"

#define PLACES_MAX 8
/* Longer than any name of a commune or what people write around it. */
#define TYPED_MAX 200

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* One value of a query (application/x-www-form-urlencoded, WHATWG URL Standard 5.1). False: broken or too long. */
static bool decode(struct str value, struct buf *out)
{
	if (value.n > 3 * TYPED_MAX)
		return false;
	for (size_t i = 0; i < value.n; i++) {
		int high, low;

		if (value.p[i] != '%') {
			buf_addc(out, value.p[i] == '+' ? ' ' : value.p[i]);
			continue;
		}
		if (i + 2 >= value.n)
			return false;
		high = hex_digit(value.p[i + 1]);
		low = hex_digit(value.p[i + 2]);
		if (high < 0 || low < 0)
			return false;
		buf_addc(out, (char)(high * 16 + low));
		i += 2;
	}
	return !out->failed && str_is_utf8(buf_str(out));
}

/* The value of the first "q" or "hors" of the query. */
static bool typed_name(
	const struct exchange *exchange, struct buf *out, bool *ret_outside)
{
	struct str query = exchange_request(exchange)->query, pair;

	while (str_cut(&query, '&', &pair)) {
		*ret_outside = str_starts(pair, STR("hors="));
		if (*ret_outside)
			return decode((struct str){pair.p + 5, pair.n - 5}, out);
		if (str_starts(pair, STR("q=")))
			return decode((struct str){pair.p + 2, pair.n - 2}, out);
	}
	return true;
}

static void add_place(json_t *list, const char *code)
{
	SCOPED(free_char) char *label = place_label(str_of(code));

	json_array_append_new(
		list, json_pack("{s:s, s:s}", "code", code, "label", label));
}

static json_t *communes_of(struct str typed)
{
	const struct commune *found[PLACES_MAX];
	json_t *list = json_array();
	size_t count = str_trim(typed).n > 0 ? commune_suggest(typed, found, PLACES_MAX)
					     : 0;

	for (size_t i = 0; i < count; i++)
		add_place(list, found[i]->code);
	return list;
}

static json_t *departments_of(struct str typed)
{
	const struct department *found[PLACES_MAX];
	json_t *list = json_array();
	size_t count = department_suggest(typed, found, PLACES_MAX);

	for (size_t i = 0; i < count; i++) {
		SCOPED(free_char) char *code = x_printf("dep:%s", found[i]->code);

		add_place(list, code);
	}
	return list;
}

void respond_get_places(void *site, struct exchange *exchange, const struct str *parts)
{
	SCOPED(buf_release) struct buf typed = BUF_LIMIT(TYPED_MAX);
	struct buf body = BUF_LIMIT(1 << 16);
	bool outside = false, right = typed_name(exchange, &typed, &outside);
	json_t *list = !right ? json_array()
		: outside     ? departments_of(buf_str(&typed))
			      : communes_of(buf_str(&typed));
	json_t *reply = json_pack("{s:o}", "communes", list);
	char *text;

	(void)site;
	(void)parts;
	must(reply);
	text = json_dumps(reply, JSON_COMPACT);
	json_decref(reply);
	must(text);
	buf_puts(&body, text);
	free(text);
	if (right)
		exchange_header(exchange, "Cache-Control", "public, max-age=86400");
	exchange_reply(exchange, right ? 200 : 400, "application/json", &body);
}
