/* SPDX-License-Identifier: Apache-2.0 */
/*
 * respond_places.c - GET /communes?q=tou: communes of Occitanie that could be meant, for the script of a page.
 *
 *   {"communes":[{"code":"31555","label":"Toulouse (31)"}, …]}   at most 8, exact ones first
 *
 * GET /communes?hors=pa: the same of departments outside Occitanie, {"code":"dep:75","label":"Paris (75)"}.
 *
 * Public data, the same for everybody: no cookie is read. But the address says what was typed, so no browser keeps the reply
 * (it would stay on the disk of a device that others use). Without the script the page sends the name and the server
 * answers with the same list.
 */
#include <stdlib.h>

#include "barometre/form/place.h"
#include "respond_private.h"

#define PLACES_MAX 8
/* Decoded: longer than any name of a commune, with what people write around it. */
#define QUERY_MAX 200

/* The first "q" or "hors" of the query; empty when there is none. False: broken or too long. */
static bool typed_name(
	struct str query, struct buf *store, struct str *ret, bool *ret_outside)
{
	struct form_pair pairs[8];
	size_t count;

	*ret = STR("");
	if (!urlencoded_parse(query, store, pairs, COUNT_OF(pairs), &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		*ret_outside = str_eq_z(pairs[i].name, "hors");
		if (*ret_outside || str_eq_z(pairs[i].name, "q")) {
			*ret = pairs[i].value;
			return true;
		}
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
	SCOPED(buf_release) struct buf store = BUF_LIMIT(QUERY_MAX);
	struct buf body = BUF_LIMIT(1 << 16);
	struct str typed;
	bool outside = false;
	bool right = typed_name(
		exchange_request(exchange)->query, &store, &typed, &outside);
	json_t *list = !right ? json_array()
		: outside     ? departments_of(typed)
			      : communes_of(typed);
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
	exchange_reply(exchange, right ? 200 : 400, "application/json", &body);
}
