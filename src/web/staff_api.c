/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_api.c - the newest release of an edition as a file, for programs and for the download links.
 *
 *   key or session → newest release → 304, or lines streamed a page at a time
 *
 * The key stands in "Authorization: Bearer" (RFC 6750 section 2.1), never in the address. The entity tag is the hash of
 * the release (RFC 9110 section 8.8.3); errors are problem details (RFC 9457).
 */
#include <stdio.h>

#include "barometre/base/log.h"
#include "barometre/report/export.h"
#include "sql_catalog.h"
#include "staff_private.h"

#define PAGE_LINES 1000
#define PART_LIMIT (8u << 20) /* of PAGE_LINES lines */

struct download {
	enum export_format format;
	char edition[33];
	struct release_info info;
	int64_t after; /* number of the last line written */
	bool begun;
};

void staff_problem(
	struct exchange *exchange, int status, const char *title, const char *detail)
{
	struct buf body = BUF_LIMIT(4096);
	json_t *problem = json_pack("{s:s, s:s, s:i, s:s}", "type", "about:blank",
		"title", title, "status", status, "detail", detail);
	char *text = json_dumps(problem, JSON_COMPACT);

	buf_puts(&body, text);
	free(text);
	json_decref(problem);
	exchange_reply(exchange, status, "application/problem+json", &body);
}

static bool api_is_down(struct staff_step *step, const struct err *err)
{
	if (!err)
		return false;
	log_warning("staff.database", F_ERR(err));
	exchange_header(step->exchange, "Retry-After", "30");
	staff_problem(step->exchange, 503, "Service indisponible",
		"La base de données ne répond pas. Réessayez plus tard.");
	return true;
}

/* ---- the lines ---- */

static void end_part(struct exchange *exchange, struct buf *part, bool last)
{
	if (part->failed) {
		buf_release(part);
		exchange_stream_abort(exchange);
	} else {
		exchange_stream_part(exchange, part, last);
	}
}

static void lines_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct download *download = step->own;
	struct buf part = BUF_LIMIT(PART_LIMIT);
	bool first = !download->begun, last;

	if (err) {
		log_warning("staff.export", F_ERR(err));
		exchange_stream_abort(step->exchange);
		return;
	}
	if (first)
		export_begin(&part, download->format, download->edition, &download->info);
	for (size_t i = 0; i < db_count(rows); i++) {
		struct figure figure;

		figure_from_row(&figure, rows, i);
		export_row(&part, download->format, download->edition, &figure,
			first && i == 0);
		download->after = db_int(rows, i, "n");
	}
	download->begun = true;
	last = db_count(rows) < PAGE_LINES;
	if (last)
		export_end(&part, download->format, &download->info);
	end_part(step->exchange, &part, last);
}

static void ask_lines(void *arg, struct exchange *exchange)
{
	struct staff_step *step = arg;
	struct download *download = step->own;
	struct db_params params = {0};

	(void)exchange;
	db_text_z(&params, download->edition);
	db_i64(&params, download->info.version);
	db_i64(&params, download->after);
	db_i64(&params, PAGE_LINES);
	staff_ask(step, &SQL_RELEASE_ROWS, &params, lines_read);
}

/* ---- the release ---- */

/* If-None-Match (RFC 9110 section 13.1.2): weak comparison. */
static bool is_known(struct exchange *exchange, const char *etag)
{
	struct str list = http_header_find(exchange_request(exchange), "If-None-Match"),
		   item;

	while (str_cut(&list, ',', &item)) {
		item = str_trim(item);
		if (str_starts(item, STR("W/")))
			item = (struct str){item.p + 2, item.n - 2};
		if (str_eq_z(item, etag) || str_eq(item, STR("*")))
			return true;
	}
	return false;
}

static void copy_info(struct release_info *info, const struct db_rows *rows)
{
	*info = (struct release_info){
		.version = db_int(rows, 0, "version"),
		.rows = db_int(rows, 0, "rows"),
		.thresholds = {db_int(rows, 0, "min_base"), db_int(rows, 0, "min_cell")},
	};
	(void)snprintf(info->created_on, sizeof(info->created_on), "%s",
		db_str(rows, 0, "created_on").p);
	(void)snprintf(info->hash, sizeof(info->hash), "%s", db_str(rows, 0, "hash").p);
}

static void newest_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct download *download = step->own;
	const char *extension = download->format == EXPORT_CSV ? "csv" : "json";
	SCOPED(free_char) char *etag = NULL;
	SCOPED(free_char) char *name = NULL;

	if (api_is_down(step, err))
		return;
	if (db_count(rows) == 0) {
		staff_problem(step->exchange, 404, "Pas de tableaux",
			"Il n’y a pas d’édition de ce nom, ou elle n’a pas encore de diffusion.");
		return;
	}
	copy_info(&download->info, rows);
	/* What the hash is of lines alone, and each format is a representation of its own. */
	etag = x_printf("\"%s-%s\"", download->info.hash, extension);
	name = x_printf("attachment; filename=\"barometre-%s-v%lld.%s\"",
		download->edition, (long long)download->info.version, extension);
	exchange_header(step->exchange, "ETag", etag);
	exchange_header(step->exchange, "Cache-Control", "private, no-cache");
	exchange_header(step->exchange, "Vary", "Authorization, Cookie");
	if (is_known(step->exchange, etag)) {
		exchange_reply(step->exchange, 304, NULL, NULL);
		return;
	}
	exchange_header(step->exchange, "Content-Disposition", name);
	exchange_stream_start(step->exchange, 200, export_content_type(download->format),
		ask_lines, step);
}

/* ---- who asks ---- */

static void refuse(struct staff_step *step, const char *detail)
{
	exchange_header(step->exchange, "WWW-Authenticate", "Bearer realm=\"barometre\"");
	staff_problem(step->exchange, 401, "Clé ou session nécessaire", detail);
}

static void who_known(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct download *download = step->own;
	struct db_params params = {0};

	if (api_is_down(step, err))
		return;
	if (db_count(rows) == 0) {
		refuse(step, "La clé n’est pas reconnue, ou la session est terminée.");
		return;
	}
	if (staff_role_parse(db_str(rows, 0, "role")) < STAFF_ANALYST) {
		staff_problem(step->exchange, 403, "Accès refusé",
			"Ce compte n’a pas le rôle d’analyse.");
		return;
	}
	db_text_z(&params, download->edition);
	staff_ask(step, &SQL_RELEASE_NEWEST, &params, newest_read);
}

/* The words after "Bearer", or p NULL. The scheme is case-insensitive (RFC 9110 section 11.1). */
static struct str bearer_key(struct exchange *exchange)
{
	struct str rest = http_header_find(exchange_request(exchange), "Authorization"),
		   scheme;

	if (!rest.p || !str_cut(&rest, ' ', &scheme) ||
		!str_eq_nocase(scheme, STR("Bearer")))
		return (struct str){NULL, 0};
	return str_trim((struct str){rest.p ? rest.p : "", rest.n});
}

static void download(void *site, struct exchange *exchange, const struct str *parts,
	enum export_format format)
{
	struct staff_step *step = staff_step(site, exchange, parts);
	struct download *download = exchange_alloc(exchange, sizeof(*download));
	struct str cookie = exchange_cookie(exchange, staff_cookie_name(step->site));
	bool has_header =
		http_header_find(exchange_request(exchange), "Authorization").p != NULL;
	struct str key = bearer_key(exchange);
	struct db_params params = {0};
	struct hash32 hash;

	step->own = download;
	download->format = format;
	/* A code too long for any edition finds none. */
	(void)snprintf(download->edition, sizeof(download->edition), "%s",
		parts[0].n < sizeof(download->edition) ? parts[0].p : "");
	if (has_header ? !key.p : !cookie.p) {
		refuse(step,
			"Envoyez la clé dans l’en-tête « Authorization: Bearer … », ou connectez-vous.");
		return;
	}
	hash = has_header ? hash_plain(key) : staff_cookie_hash(cookie);
	db_bytes(&params, hash.b, sizeof(hash.b));
	staff_ask(step, has_header ? &SQL_STAFF_API_KEY_FIND : &SQL_STAFF_SESSION_FIND,
		&params, who_known);
}

void staff_get_csv(void *site, struct exchange *exchange, const struct str *parts)
{
	download(site, exchange, parts, EXPORT_CSV);
}

void staff_get_json(void *site, struct exchange *exchange, const struct str *parts)
{
	download(site, exchange, parts, EXPORT_JSON);
}
