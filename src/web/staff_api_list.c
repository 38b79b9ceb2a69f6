/* SPDX-License-Identifier: Apache-2.0 */
/* staff_api_list.c - what there is: the links, the description, editions and their releases. */
#include <stdio.h>

#include "barometre/base/asset.h"
#include "sql_catalog.h"
#include "staff_api.h"

extern const struct asset_set assets_api;

void api_get_root(void *site, struct exchange *exchange, const struct str *parts)
{
	struct staff_step *step = staff_step(site, exchange, parts);

	api_json(step,
		json_pack("{s:s, s:s, s:{s:s, s:s}}", "title", "Baromètre", "version",
			"1", "links", "editions", "/api/v1/editions", "description",
			"/api/v1/openapi.json"));
}

void api_get_description(void *site, struct exchange *exchange, const struct str *parts)
{
	struct staff_step *step = staff_step(site, exchange, parts);
	const struct asset *asset = asset_find(&assets_api, STR("openapi.json"));
	json_t *document;

	must(asset);
	document = json_loadb(asset->data, asset_text(asset).n, 0, NULL);
	must(document);
	json_object_set_new(document, "servers",
		json_pack("[{s:s}]", "url", step->site->options.staff_url));
	api_json(step, document);
}

/* ---- editions ---- */

static json_t *text_or_null(const struct db_rows *rows, size_t row, const char *column)
{
	return db_is_null(rows, row, column) ? json_null()
					     : json_string(db_str(rows, row, column).p);
}

static json_t *edition_json(const struct db_rows *rows, size_t i)
{
	const char *code = db_str(rows, i, "code").p;

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:{s:o, s:o}}", "edition", code,
		"title", db_str(rows, i, "title").p, "state", db_str(rows, i, "state").p,
		"opens", db_str(rows, i, "opens").p, "closes",
		db_str(rows, i, "closes").p, "newest",
		db_is_null(rows, i, "newest") ? json_null()
					      : json_integer(db_int(rows, i, "newest")),
		"links", "self", json_sprintf("/api/v1/editions/%s", code), "releases",
		json_sprintf("/api/v1/editions/%s/releases", code));
}

static void editions_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	json_t *list;

	if (api_is_down(step, err))
		return;
	list = json_array();
	for (size_t i = 0; i < db_count(rows); i++)
		json_array_append_new(list, edition_json(rows, i));
	api_json(step, json_pack("{s:o}", "editions", list));
}

static void list_editions(struct staff_step *step)
{
	const struct api_call *call = step->own;
	struct db_params params = {0};

	db_text_z(&params, *call->grant.edition ? call->grant.edition : NULL);
	staff_ask(step, &SQL_API_EDITIONS, &params, editions_read);
}

void api_get_editions(void *site, struct exchange *exchange, const struct str *parts)
{
	api_enter(site, exchange, parts, false, list_editions);
}

static void edition_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;

	if (api_is_down(step, err))
		return;
	if (db_count(rows) == 0)
		api_problem(step->site, step->exchange, PROBLEM_NOT_FOUND, NULL, NULL);
	else
		api_json(step, edition_json(rows, 0));
}

static void ask_edition(struct staff_step *step, const struct sql *sql, db_done_fn *done)
{
	struct db_params params = {0};

	if (!api_may_see(step, step->parts[0].p))
		return;
	db_text(&params, step->parts[0]);
	staff_ask(step, sql, &params, done);
}

static void show_edition(struct staff_step *step)
{
	ask_edition(step, &SQL_API_EDITIONS, edition_read);
}

void api_get_edition(void *site, struct exchange *exchange, const struct str *parts)
{
	api_enter(site, exchange, parts, false, show_edition);
}

/* ---- its releases ---- */

static json_t *release_json(const struct db_rows *rows, size_t i, const char *edition)
{
	long long version = (long long)db_int(rows, i, "version");

	return json_pack("{s:I, s:s, s:s, s:s, s:I, s:o, s:o, s:o, s:{s:o}}", "version",
		(json_int_t)version, "state", db_str(rows, i, "state").p, "kind",
		db_str(rows, i, "kind").p, "reason", db_str(rows, i, "reason").p, "rows",
		(json_int_t)db_int(rows, i, "rows"), "published_on",
		text_or_null(rows, i, "published_on"), "withdrawn_on",
		text_or_null(rows, i, "withdrawn_on"), "withdrawn_why",
		text_or_null(rows, i, "withdrawn_why"), "links", "self",
		json_sprintf("/api/v1/editions/%s/releases/%lld", edition, version));
}

static void releases_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	json_t *list;

	if (api_is_down(step, err))
		return;
	if (db_count(rows) == 0) {
		api_problem(step->site, step->exchange, PROBLEM_NOT_FOUND, NULL, NULL);
		return;
	}
	if (api_in_field(step, db_str(rows, 0, "edition_state")))
		return;
	list = json_array();
	for (size_t i = 0; i < db_count(rows); i++)
		if (!db_is_null(rows, i, "version"))
			json_array_append_new(
				list, release_json(rows, i, step->parts[0].p));
	api_json(step,
		json_pack("{s:s, s:o}", "edition", step->parts[0].p, "releases", list));
}

static void list_releases(struct staff_step *step)
{
	ask_edition(step, &SQL_API_RELEASES, releases_read);
}

void api_get_releases(void *site, struct exchange *exchange, const struct str *parts)
{
	api_enter(site, exchange, parts, true, list_releases);
}
