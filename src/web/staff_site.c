/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_site.c - the routes of the staff site, and what its pages share: sessions, roles, the layout, the answers that say
 * why something cannot be shown.
 *
 * Every page comes through staff_enter: no session → /login, too small a role → 403, a form without its token → 403.
 */
#include <stdio.h>

#include "barometre/base/log.h"
#include "sql_catalog.h"
#include "staff_api.h"

extern const struct asset_set assets_static;

/* ---- steps ---- */

static void step_release(void *arg)
{
	struct staff_step *step = arg;

	json_decref(step->selector);
	json_decref(step->content);
	json_decref(step->labels);
	secret_wipe(step, sizeof(*step));
}

struct staff_step *staff_step(
	struct staff_site *site, struct exchange *exchange, const struct str *parts)
{
	struct staff_step *step = exchange_alloc(exchange, sizeof(*step));

	*step = (struct staff_step){.site = site, .exchange = exchange};
	if (parts) {
		/* The dispatcher's list is on its stack; the texts live as long as the exchange. */
		struct str *copy = exchange_alloc(exchange, 2 * sizeof(*copy));

		memcpy(copy, parts, 2 * sizeof(*copy));
		step->parts = copy;
	}
	exchange_on_free(exchange, step_release, step);
	return step;
}

void staff_ask(struct staff_step *step, const struct sql *sql, struct db_params *params,
	db_done_fn *done)
{
	struct db_params none = {0};

	exchange_keep_call(step->exchange,
		db_call(step->site->pool, sql, params ? params : &none,
			STAFF_CALL_DEADLINE, done, step));
}

struct str staff_query(struct exchange *exchange, const char *name)
{
	struct form_pair pairs[16];
	size_t count;
	struct str query = exchange_request(exchange)->query, found = {NULL, 0};
	struct buf store = BUF_LIMIT(query.n + 32);

	if (query.n > 0 &&
		urlencoded_parse(query, &store, pairs, COUNT_OF(pairs), &count)) {
		for (size_t i = 0; i < count && !found.p; i++)
			if (str_eq_z(pairs[i].name, name))
				found = (struct str){
					exchange_strdup(exchange, pairs[i].value),
					pairs[i].value.n};
	}
	buf_release(&store);
	return found;
}

struct str staff_field(const struct staff_step *step, const char *name)
{
	struct str value = exchange_field(step->exchange, name);

	return value.p ? value : STR("");
}

/* ---- words about accounts ---- */

enum staff_role staff_role_parse(struct str role)
{
	if (str_eq_z(role, "admin"))
		return STAFF_ADMIN;
	return str_eq_z(role, "analyst") ? STAFF_ANALYST : STAFF_CODER;
}

static const char *role_label(enum staff_role role)
{
	switch (role) {
	case STAFF_ADMIN:
		return "administration";
	case STAFF_ANALYST:
		return "analyse";
	case STAFF_CODER:
		return "codage";
	}
	return "";
}

/* ---- pages ---- */

static const struct {
	const char *href, *label;
	enum staff_role least;
} entries[] = {
	{"/", "Suivi", STAFF_CODER},
	{"/mailings", "Envois", STAFF_ADMIN},
	{"/letters", "Lettres", STAFF_ADMIN},
	{"/contacts", "Contacts", STAFF_ADMIN},
	{"/tables", "Tableaux", STAFF_ANALYST},
	{"/keys", "Clés", STAFF_ANALYST},
	{"/editions", "Éditions", STAFF_ADMIN},
	{"/audit", "Journal", STAFF_ADMIN},
};

static json_t *navigation(enum staff_role role, const char *here)
{
	json_t *list = json_array();

	for (size_t i = 0; i < COUNT_OF(entries); i++)
		if (role >= entries[i].least)
			json_array_append_new(list,
				json_pack("{s:s, s:s, s:b}", "HREF", entries[i].href,
					"LABEL", entries[i].label, "CURRENT",
					here && strcmp(here, entries[i].href) == 0));
	return list;
}

static void reply_layout(struct staff_site *site, struct exchange *exchange, int status,
	const char *title, const char *content_template, json_t *content, json_t *account)
{
	json_t *data;

	must(content);
	json_object_set_new(content, "_template", json_string(content_template));
	data = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "TITLE", title, "CSS",
		site_static_url(&assets_static, "site.css"), "STAFF_CSS",
		site_static_url(&assets_static, "staff.css"), "ORGANISATION",
		site->options.organisation, "ACCOUNT", account, "CONTENT", content);
	must(data);
	site_page(exchange, status, "staff_layout.html", data);
}

void staff_page(struct staff_step *step, int status, const char *title, const char *here,
	const char *content_template, json_t *content)
{
	json_t *account = json_pack("{s:s, s:s, s:s, s:o}", "LOGIN", step->login, "ROLE",
		role_label(step->role), "CSRF", step->csrf, "NAV",
		navigation(step->role, here));

	must(account);
	reply_layout(step->site, step->exchange, status, title, content_template, content,
		account);
}

void staff_guest_page(struct staff_site *site, struct exchange *exchange, int status,
	const char *title, const char *content_template, json_t *content)
{
	reply_layout(
		site, exchange, status, title, content_template, content, json_false());
}

static json_t *message_content(
	const char *heading, const char *text, const char *href, const char *link)
{
	json_t *content = json_pack("{s:s, s:s}", "HEADING", heading, "TEXT", text);

	json_object_set_new(content, "LINK",
		href ? json_pack("{s:s, s:s}", "HREF", href, "WORDS", link)
		     : json_false());
	return content;
}

void staff_message(struct staff_step *step, int status, const char *here,
	const char *heading, const char *text, const char *href, const char *link)
{
	staff_page(step, status, heading, here, "staff_message.html",
		message_content(heading, text, href, link));
}

void staff_error(void *arg, struct exchange *exchange, int status, const char *title,
	const char *message)
{
	if (str_starts(exchange_path(exchange), STR("/api/")))
		api_error(arg, exchange, status, title, message);
	else
		staff_guest_page(arg, exchange, status, title, "staff_message.html",
			message_content(title, message, "/", "Revenir au suivi"));
}

bool staff_is_down(struct staff_step *step, const struct err *err)
{
	if (!err)
		return false;
	log_warning("staff.database", F_ERR(err));
	exchange_header(step->exchange, "Retry-After", "30");
	staff_error(step->site, step->exchange, 503, "La base de données ne répond pas",
		"Rien n’est perdu : attendez une minute, puis rechargez cette page.");
	return true;
}

void staff_journal(struct staff_step *step, const char *login, const char *action,
	const char *detail, db_done_fn *done)
{
	struct db_params params = {0};

	db_text_z(&params, login);
	db_text_z(&params, action);
	db_text_z(&params, detail);
	staff_ask(step, &SQL_STAFF_JOURNAL_ADD, &params, done);
}

/* ---- sessions ---- */

const char *staff_cookie_name(const struct staff_site *site)
{
	return site->options.secure_cookies ? "__Host-barometre-staff"
					    : "barometre-staff";
}

struct hash32 staff_cookie_hash(struct str cookie)
{
	return hash_plain(cookie);
}

static void keep_account(struct staff_step *step, const struct db_rows *rows)
{
	struct buf csrf = BUF_LIMIT(64), text = BUF_LIMIT(64);
	struct str login = db_str(rows, 0, "login");

	must(db_get_bytes(rows, 0, "csrf", &csrf));
	base64url_write(&text, buf_str(&csrf));
	(void)snprintf(step->csrf, sizeof(step->csrf), "%s", buf_str(&text).p);
	(void)snprintf(step->login, sizeof(step->login), "%s", login.p);
	step->role = staff_role_parse(db_str(rows, 0, "role"));
	buf_wipe(&csrf);
	buf_wipe(&text);
}

static bool has_token(struct staff_step *step)
{
	struct str sent = exchange_field(step->exchange, "csrf");

	return sent.p && sent.n == strlen(step->csrf) &&
		secret_equal(sent.p, step->csrf, sent.n);
}

static bool is_ours(struct staff_step *step)
{
	return exchange_is_same_origin(step->exchange, step->site->options.staff_url) &&
		has_token(step);
}

static void session_known(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;

	if (staff_is_down(step, err))
		return;
	if (db_count(rows) == 0) {
		exchange_redirect(step->exchange, "/login");
		return;
	}
	keep_account(step, rows);
	if (step->role < step->least)
		staff_message(step, 403, NULL, "Cette page ne vous est pas ouverte",
			"Votre compte n’a pas le rôle qu’il faut pour la voir. Si vous en avez besoin, "
			"demandez-le à la personne qui administre le baromètre.",
			"/", "Revenir au suivi");
	else if (exchange_request(step->exchange)->method == HTTP_METHOD_POST &&
		!is_ours(step))
		staff_message(step, 403, NULL, "Ce formulaire n’est plus valable",
			"Rien n’a été fait. Ouvrez de nouveau la page depuis ce site, puis recommencez.",
			"/", "Revenir au suivi");
	else
		step->next(step);
}

void staff_enter(void *arg, struct exchange *exchange, const struct str *parts,
	enum staff_role least, staff_fn *next)
{
	struct staff_step *step = staff_step(arg, exchange, parts);
	struct str cookie = exchange_cookie(exchange, staff_cookie_name(step->site));
	struct db_params params = {0};

	if (!cookie.p || cookie.n == 0) {
		exchange_redirect(exchange, "/login");
		return;
	}
	step->least = least;
	step->next = next;
	step->session = staff_cookie_hash(cookie);
	db_bytes(&params, step->session.b, sizeof(step->session.b));
	staff_ask(step, &SQL_STAFF_SESSION_FIND, &params, session_known);
}

/* ---- the site ---- */

static void get_static(void *site, struct exchange *exchange, const struct str *parts)
{
	(void)site;
	site_static(&assets_static, exchange, parts[0]);
}

static void get_health(void *site, struct exchange *exchange, const struct str *parts)
{
	(void)site;
	(void)parts;
	exchange_reply_static(exchange, 200, "text/plain; charset=utf-8", STR("ok\n"));
}

static const struct route routes[] = {
	{HTTP_METHOD_GET, "/", staff_get_dashboard},
	{HTTP_METHOD_GET, "/login", staff_get_login},
	{HTTP_METHOD_POST, "/login", staff_post_login},
	{HTTP_METHOD_POST, "/logout", staff_post_logout},
	{HTTP_METHOD_GET, "/mailings", staff_get_mailings},
	{HTTP_METHOD_GET, "/mailings/new", staff_get_new_mailing},
	{HTTP_METHOD_POST, "/mailings/new", staff_post_new_mailing},
	{HTTP_METHOD_GET, "/mailings/hold", staff_get_hold},
	{HTTP_METHOD_POST, "/mailings/hold", staff_post_hold},
	{HTTP_METHOD_GET, "/mailings/release", staff_get_release},
	{HTTP_METHOD_POST, "/mailings/release", staff_post_release},
	{HTTP_METHOD_GET, "/mailings/*", staff_get_mailing},
	{HTTP_METHOD_GET, "/mailings/*/*", staff_get_mailing_action},
	{HTTP_METHOD_POST, "/mailings/*/*", staff_post_mailing_action},
	{HTTP_METHOD_GET, "/contacts", staff_get_contacts},
	{HTTP_METHOD_GET, "/contacts/lift", staff_get_lift},
	{HTTP_METHOD_POST, "/contacts/lift", staff_post_lift},
	{HTTP_METHOD_GET, "/contacts/object", staff_get_objection},
	{HTTP_METHOD_POST, "/contacts/object", staff_post_objection},
	{HTTP_METHOD_GET, "/letters", staff_get_letters},
	{HTTP_METHOD_GET, "/letters/*", staff_get_letter},
	{HTTP_METHOD_POST, "/letters/*", staff_post_letter},
	{HTTP_METHOD_POST, "/letters/*/reset", staff_post_letter_reset},
	{HTTP_METHOD_POST, "/letters/*/test", staff_post_letter_test},
	{HTTP_METHOD_GET, "/editions", staff_get_editions},
	{HTTP_METHOD_GET, "/editions/*", staff_get_edition},
	{HTTP_METHOD_GET, "/editions/*/close", staff_get_close},
	{HTTP_METHOD_POST, "/editions/*/close", staff_post_close},
	{HTTP_METHOD_GET, "/editions/*/count", staff_get_count},
	{HTTP_METHOD_POST, "/editions/*/count", staff_post_count},
	{HTTP_METHOD_GET, "/editions/*/record", staff_get_record},
	{HTTP_METHOD_GET, "/tables", staff_get_tables},
	{HTTP_METHOD_GET, "/tables/publish", staff_tables_act},
	{HTTP_METHOD_POST, "/tables/publish", staff_tables_act},
	{HTTP_METHOD_GET, "/tables/withdraw", staff_tables_act},
	{HTTP_METHOD_POST, "/tables/withdraw", staff_tables_act},
	{HTTP_METHOD_GET, "/audit", staff_get_audit},
	{HTTP_METHOD_GET, "/keys", staff_get_keys},
	{HTTP_METHOD_POST, "/keys", staff_post_key},
	{HTTP_METHOD_GET, "/keys/revoke", staff_get_revoke},
	{HTTP_METHOD_POST, "/keys/revoke", staff_post_revoke},
	{HTTP_METHOD_GET, "/static/*", get_static},
	{HTTP_METHOD_GET, "/healthz", get_health},
};

struct staff_site *staff_site_new(
	struct loop *loop, struct db_pool *pool, const struct staff_site_options *options)
{
	struct staff_site *site = x_calloc(1, sizeof(*site));
	struct key random = random_key();

	*site = (struct staff_site){.loop = loop, .pool = pool, .options = *options};
	site->limit = login_limit_new();
	site->api = api_memory_new();
	must(password_hash(site->nobody_hash,
		(struct str){(const char *)random.b, sizeof(random.b)}));
	secret_wipe(&random, sizeof(random));
	return site;
}

void staff_site_free(struct staff_site *site)
{
	if (!site)
		return;
	staff_login_detach(site);
	api_codings_detach(site);
	login_limit_free(site->limit);
	api_memory_free(site->api);
	free(site);
}

void staff_site_handle(void *site, struct exchange *exchange)
{
	if (str_starts(exchange_path(exchange), STR("/api/")))
		api_handle(site, exchange);
	else
		site_dispatch(routes, COUNT_OF(routes), site, staff_error, exchange);
}

void staff_site_handle_down(void *options, struct exchange *exchange)
{
	struct staff_site down = {.options = *(const struct staff_site_options *)options};

	exchange_header(exchange, "Retry-After", "30");
	if (str_starts(exchange_path(exchange), STR("/api/")))
		api_error(&down, exchange, 503, NULL, NULL);
	else
		exchange_reply_static(exchange, 503, "text/html; charset=utf-8",
			STR("<!doctype html><html lang=\"fr\"><meta charset=\"utf-8\"><title>Indisponible</title>"
			    "<h1>Le service est momentanément indisponible</h1><p>Rien de ce qui était enregistré n’est perdu. "
			    "Revenez dans quelques minutes.</p></html>"));
}
