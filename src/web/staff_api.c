/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_api.c - the routes of the interface for programs, and who asks.
 *
 *   Authorization: Bearer → what the key may do (memory, else api/key_use) → its rate → `next`
 *   cookie of the staff site → its session → `next`
 *
 * The key stands in "Authorization: Bearer" (RFC 6750 section 2.1), never in the address; a wrong one is not helped by a session.
 */
#include "staff_api.h"

#include <stdio.h>

#include "barometre/base/log.h"
#include "barometre/store/staff_store.h"
#include "sql_catalog.h"

#define STRANGERS_PER_MINUTE 300 /* keys nobody knows, of all clients together */

bool api_is_down(struct staff_step *step, const struct err *err)
{
	if (!err)
		return false;
	log_warning("staff.database", F_ERR(err));
	exchange_header(step->exchange, "Retry-After", "30");
	api_problem(step->site, step->exchange, PROBLEM_UNAVAILABLE, NULL, NULL);
	return true;
}

/* ---- who asks ---- */

static void let_in(struct staff_step *step)
{
	const struct api_call *call = step->own;

	if (call->grant.role < STAFF_ANALYST)
		api_problem(step->site, step->exchange, PROBLEM_ROLE, NULL, NULL);
	else if (call->needs_figures && !call->grant.figures)
		api_problem(step->site, step->exchange, PROBLEM_SCOPE, NULL, NULL);
	else
		step->next(step);
}

static void answer_too_many(struct staff_step *step, int seconds)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", seconds);
	exchange_header(step->exchange, "Retry-After", text);
	api_problem(step->site, step->exchange, PROBLEM_TOO_MANY, NULL, NULL);
}

static void let_key_in(struct staff_step *step, struct api_grant *grant)
{
	struct api_call *call = step->own;
	int wait = api_rate_take(&grant->spent_until, step->site->options.api_rate,
		step->site->options.now());

	if (wait > 0) {
		answer_too_many(step, wait);
		return;
	}
	call->grant = *grant;
	let_in(step);
}

static void refuse_ended(
	struct staff_step *step, const struct db_rows *rows, enum api_problem problem)
{
	SCOPED(free_char)
	char *detail = x_printf(
		"Cette clé a %s le %s. Créez-en une autre sur " API_KEYS_PAGE ".",
		problem == PROBLEM_KEY_EXPIRED ? "expiré" : "été révoquée",
		db_str(rows, 0, "ends_on").p);

	api_problem(step->site, step->exchange, problem, detail, NULL);
}

static bool has_word(struct str list, const char *word)
{
	struct str item;

	while (str_cut(&list, ' ', &item))
		if (str_eq_z(item, word))
			return true;
	return false;
}

static void key_known(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	const struct api_call *call = step->own;
	struct api_grant said = {.hash = call->hash};
	struct str state;
	usec_t now = step->site->options.now();

	if (api_is_down(step, err))
		return;
	if (db_count(rows) == 0) {
		int wait = api_rate_take(
			api_strangers(step->site->api), STRANGERS_PER_MINUTE, now);

		if (wait > 0)
			answer_too_many(step, wait);
		else
			api_problem(step->site, step->exchange, PROBLEM_KEY_UNKNOWN, NULL,
				NULL);
		return;
	}
	state = db_str(rows, 0, "state");
	if (str_eq_z(state, "expired")) {
		refuse_ended(step, rows, PROBLEM_KEY_EXPIRED);
		return;
	}
	if (str_eq_z(state, "revoked")) {
		refuse_ended(step, rows, PROBLEM_KEY_REVOKED);
		return;
	}
	(void)snprintf(
		said.edition, sizeof(said.edition), "%s", db_str(rows, 0, "edition").p);
	said.figures = has_word(db_str(rows, 0, "scopes"), API_SCOPE_FIGURES);
	said.role = staff_role_parse(db_str(rows, 0, "role"));
	said.expires = db_usec(rows, 0, "expires");
	let_key_in(step, api_grant_put(step->site->api, &said, now));
}

static void session_known(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct api_call *call = step->own;

	if (api_is_down(step, err))
		return;
	if (db_count(rows) == 0) {
		api_problem(step->site, step->exchange, PROBLEM_KEY_UNKNOWN, NULL, NULL);
		return;
	}
	call->grant.role = staff_role_parse(db_str(rows, 0, "role"));
	call->grant.figures = true;
	let_in(step);
}

/* The words after "Bearer", or p NULL. The scheme is case-insensitive (RFC 9110 section 11.1). */
static struct str bearer_key(struct str header)
{
	struct str scheme;

	if (!str_cut(&header, ' ', &scheme) || !header.p ||
		!str_eq_nocase(scheme, STR("Bearer")) || str_trim(header).n == 0)
		return (struct str){NULL, 0};
	return str_trim(header);
}

static void ask_key(struct staff_step *step, struct str key)
{
	struct api_call *call = step->own;
	struct db_params params = {0};
	struct api_grant *grant;

	call->hash = hash_plain(key);
	grant = api_grant_find(step->site->api, &call->hash, step->site->options.now());
	if (grant) {
		let_key_in(step, grant);
		return;
	}
	db_bytes(&params, call->hash.b, sizeof(call->hash.b));
	staff_ask(step, &SQL_API_KEY_USE, &params, key_known);
}

static void ask_session(struct staff_step *step, struct str cookie)
{
	struct hash32 hash = staff_cookie_hash(cookie);
	struct db_params params = {0};

	db_bytes(&params, hash.b, sizeof(hash.b));
	staff_ask(step, &SQL_STAFF_SESSION_FIND, &params, session_known);
}

void api_enter(void *site, struct exchange *exchange, const struct str *parts,
	bool needs_figures, staff_fn *next)
{
	struct staff_step *step = staff_step(site, exchange, parts);
	struct api_call *call = exchange_alloc(exchange, sizeof(*call));
	struct str header = http_header_find(exchange_request(exchange), "Authorization"),
		   key, cookie;

	*call = (struct api_call){.needs_figures = needs_figures};
	step->own = call;
	step->next = next;
	if (header.p) {
		key = bearer_key(header);
		if (key.p)
			ask_key(step, key);
		else
			api_problem(
				step->site, exchange, PROBLEM_KEY_MISSING, NULL, NULL);
		return;
	}
	cookie = exchange_cookie(exchange, staff_cookie_name(step->site));
	if (cookie.p && cookie.n > 0)
		ask_session(step, cookie);
	else
		api_problem(step->site, exchange, PROBLEM_KEY_MISSING, NULL, NULL);
}

bool api_may_see(struct staff_step *step, const char *edition)
{
	const struct api_call *call = step->own;

	if (!*call->grant.edition || strcmp(call->grant.edition, edition) == 0)
		return true;
	api_problem(step->site, step->exchange, PROBLEM_EDITION_RESERVED, NULL, NULL);
	return false;
}

bool api_in_field(struct staff_step *step, struct str state)
{
	if (!str_eq_z(state, "open") && !str_eq_z(state, "closed"))
		return false;
	api_problem(step->site, step->exchange, PROBLEM_FIELD, NULL, NULL);
	return true;
}

/* ---- the interface ---- */

static const struct route routes[] = {
	{HTTP_METHOD_GET, "/api/v1", api_get_root},
	{HTTP_METHOD_GET, "/api/v1/openapi.json", api_get_description},
	{HTTP_METHOD_GET, "/api/v1/problems/*", api_get_problem},
	{HTTP_METHOD_GET, "/api/v1/editions", api_get_editions},
	{HTTP_METHOD_GET, "/api/v1/editions/*", api_get_edition},
	{HTTP_METHOD_GET, "/api/v1/editions/*/releases", api_get_releases},
	{HTTP_METHOD_GET, "/api/v1/editions/*/releases/*", api_get_release},
	{HTTP_METHOD_GET, "/api/v1/editions/*/releases/*/figures", api_get_figures},
	{HTTP_METHOD_GET, "/api/v1/editions/*/releases/*/questions", api_get_questions},
	{HTTP_METHOD_GET, "/api/v1/editions/*/releases/*/notes", api_get_notes},
	{HTTP_METHOD_GET, "/api/v1/editions/*/releases/*/manifest", api_get_manifest},
};

void api_error(void *site, struct exchange *exchange, int status, const char *title,
	const char *message)
{
	(void)title;
	(void)message;
	api_problem(site, exchange,
		status == 405           ? PROBLEM_METHOD
			: status == 400 ? PROBLEM_ADDRESS
			: status == 503 ? PROBLEM_UNAVAILABLE
					: PROBLEM_NOT_FOUND,
		NULL, NULL);
}

void api_handle(void *site, struct exchange *exchange)
{
	/* What a document may do concerns no data: the long policies of pages would weigh more than some. */
	exchange_header(exchange, "Content-Security-Policy", "default-src 'none'");
	exchange_header(exchange, "Permissions-Policy", "camera=()");
	site_dispatch(routes, COUNT_OF(routes), site, api_error, exchange);
}
