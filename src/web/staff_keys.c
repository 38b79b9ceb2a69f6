/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_keys.c - keys of the interface for programs: an analyst makes, sees and revokes her own, an administrator sees and
 * revokes all.
 *
 *   GET  /keys           those there are, and a form
 *   POST /keys           api/key_add → the key, once
 *   GET  /keys/revoke    asks
 *   POST /keys/revoke    api/key_revoke → 303
 *
 * The only POST of this site that shows a page of its own: what it shows can be kept nowhere for a GET. The form carries the id of
 * the key to come, so that the same form sent again makes nothing.
 */
#include <stdio.h>
#include <string.h>

#include "barometre/store/staff_store.h"
#include "sql_catalog.h"
#include "staff_private.h"

struct key_page {
	const char *problem, *field; /* what is wrong, and where; "": nothing */
	struct api_key_request request;
	const char *edition; /* chosen in the form; "": all */
	int64_t days;        /* there, of the list */
	char text[API_KEY_CHARS + 1];
	json_t *lines;
};

static void page_release(void *arg)
{
	struct key_page *page = arg;

	json_decref(page->lines);
	secret_wipe(page->text, sizeof(page->text));
}

static struct key_page *page_new(struct staff_step *step)
{
	struct key_page *page = exchange_alloc(step->exchange, sizeof(*page));

	*page = (struct key_page){.problem = "",
		.field = "",
		.request = {.label = ""},
		.edition = "",
		.days = API_KEY_DAYS};
	step->own = page;
	exchange_on_free(step->exchange, page_release, page);
	return page;
}

/* ---- the list and the form ---- */

static json_t *line_json(const struct db_rows *rows, size_t i, bool with_who)
{
	struct str state = db_str(rows, i, "state");
	char id[9];

	(void)snprintf(id, sizeof(id), "%s", db_str(rows, i, "id").p);
	return json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:o, s:o, s:o, s:b, s:s}", "ID",
		db_str(rows, i, "id").p, "SHORT", id, "LABEL", db_str(rows, i, "label").p,
		"WITH_WHO", with_who, "WHO", db_str(rows, i, "login").p, "FOR",
		db_is_null(rows, i, "edition") ? "toutes" : db_str(rows, i, "edition").p,
		"MADE", staff_json_day(db_str(rows, i, "created_on").p), "ENDS",
		staff_json_day(db_str(rows, i, "expires_on").p), "USED",
		staff_json_day(db_str(rows, i, "last_used_on").p), "GOOD",
		str_eq_z(state, "good"), "STATE",
		str_eq_z(state, "revoked") ? "révoquée" : "expirée");
}

static json_t *days_json(int64_t chosen)
{
	static const struct {
		int n;
		const char *words;
	} choices[] = {{30, "un mois"}, {90, "trois mois"}, {365, "un an"}};
	json_t *list = json_array();

	for (size_t i = 0; i < COUNT_OF(choices); i++)
		json_array_append_new(list,
			json_pack("{s:i, s:s, s:b}", "N", choices[i].n, "WORDS",
				choices[i].words, "CHOSEN", choices[i].n == chosen));
	return list;
}

static void editions_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct key_page *page = step->own;
	struct str revoked = staff_query(step->exchange, "revoquee");
	struct id16 id = random_uuid();
	json_t *editions;
	char text[37];

	if (staff_is_down(step, err))
		return;
	uuid_write(text, &id);
	editions = json_array();
	for (size_t i = 0; i < db_count(rows); i++)
		json_array_append_new(editions,
			json_pack("{s:s, s:s, s:b}", "CODE", db_str(rows, i, "code").p,
				"TITLE", db_str(rows, i, "title").p, "CHOSEN",
				str_eq_z(db_str(rows, i, "code"), page->edition)));
	staff_page(step, *page->problem ? 422 : 200, "Clés", "/keys", "staff_keys.html",
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:o, s:o, s:o}",
			"CSRF", step->csrf, "NEW_ID", text, "TYPED", page->request.label,
			"PROBLEM", page->problem, "FIELD", page->field, "IN_LABEL",
			strcmp(page->field, "label") == 0, "IN_EDITION",
			strcmp(page->field, "edition") == 0, "ALL",
			step->role == STAFF_ADMIN, "REVOKED",
			revoked.p && str_eq_z(revoked, "oui"), "LINES", TAKE(page->lines),
			"EDITIONS", editions, "DAYS", days_json(page->days)));
}

static void keys_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct key_page *page = step->own;
	struct db_params params = {0};

	if (staff_is_down(step, err))
		return;
	page->lines = json_array();
	for (size_t i = 0; i < db_count(rows); i++)
		json_array_append_new(
			page->lines, line_json(rows, i, step->role == STAFF_ADMIN));
	db_text_z(&params, NULL);
	staff_ask(step, &SQL_API_EDITIONS, &params, editions_read);
}

static void show(struct staff_step *step)
{
	struct db_params params = {0};

	db_text_z(&params, step->role == STAFF_ADMIN ? NULL : step->login);
	staff_ask(step, &SQL_API_KEYS, &params, keys_read);
}

static void show_keys(struct staff_step *step)
{
	(void)page_new(step);
	show(step);
}

/* ---- a new one ---- */

static void show_again(struct staff_step *step, const char *field, const char *problem)
{
	struct key_page *page = step->own;

	page->field = field;
	page->problem = problem;
	show(step);
}

static void key_added(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct key_page *page = step->own;
	struct err why = {0};

	if (staff_is_down(step, err))
		return;
	if (api_key_outcome(db_str(rows, 0, "outcome"), &page->request, &why))
		staff_page(step, 200, "Votre clé est prête", "/keys", "staff_key.html",
			json_pack("{s:b, s:s, s:s}", "MADE", 1, "KEY", page->text, "URL",
				step->site->options.staff_url));
	else if (why.code == ERR_CONFLICT)
		staff_message(step, 409, "/keys", "Cette clé est déjà faite",
			"Elle n’est montrée qu’une fois. Si vous ne l’avez pas copiée, révoquez-la et faites-en une autre.",
			"/keys", "Voir les clés");
	else
		show_again(step, "edition",
			"Cette édition n’existe plus" NNBSP ": choisissez-en une autre.");
}

static void add_key(struct staff_step *step)
{
	struct key_page *page = page_new(step);
	struct db_params params = {0};
	struct hash32 hash;
	struct err why = {0};
	uint64_t days;

	page->request.login = page->request.by = step->login;
	page->request.scopes = API_SCOPE_FIGURES;
	page->request.label = exchange_strdup(
		step->exchange, str_trim(staff_field(step, "label")));
	page->edition = exchange_strdup(step->exchange, staff_field(step, "edition"));
	page->request.edition = *page->edition ? page->edition : NULL;
	/* What is no number of days is 0, and refused. */
	if (str_parse_u64(staff_field(step, "days"), &days) && days <= API_KEY_DAYS_MAX)
		page->request.days = page->days = (int64_t)days;
	if (!*page->request.label) {
		show_again(step, "label",
			"Dites à quoi servira cette clé" NNBSP
			": c’est ce qui permettra de la reconnaître.");
		return;
	}
	if (!uuid_parse(staff_field(step, "id"), &page->request.id))
		page->request.id = random_uuid();
	api_key_make(page->text, &hash);
	if (!api_key_params(&params, &page->request, &hash, &why)) {
		show_again(step, "label",
			"Au plus 80 caractères, et une durée de la liste" NNBSP
			": corrigez, puis recommencez.");
		return;
	}
	staff_ask(step, &SQL_API_KEY_ADD, &params, key_added);
}

/* ---- the end of one ---- */

static void ask_revoke(struct staff_step *step)
{
	struct str text = staff_query(step->exchange, "id");
	struct id16 id;
	char whole[37], first[9];

	if (!text.p || !uuid_parse(text, &id)) {
		staff_message(step, 404, "/keys", "Clé inconnue",
			"Reprenez le lien dans la liste des clés.", "/keys",
			"Voir les clés");
		return;
	}
	uuid_write(whole, &id);
	(void)snprintf(first, sizeof(first), "%.8s", whole);
	staff_page(step, 200, "Révoquer une clé", "/keys", "staff_key.html",
		json_pack("{s:b, s:s, s:s, s:s}", "MADE", 0, "ID", whole, "SHORT", first,
			"CSRF", step->csrf));
}

static void key_revoked(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;

	if (staff_is_down(step, err))
		return;
	if (db_int(rows, 0, "n") == 1)
		exchange_redirect(step->exchange, "/keys?revoquee=oui");
	else
		staff_message(step, 404, "/keys", "Rien à révoquer",
			"Cette clé n’est pas la vôtre, ou elle est déjà révoquée.",
			"/keys", "Voir les clés");
}

static void revoke(struct staff_step *step)
{
	struct db_params params = {0};
	struct id16 id = {0};
	char whole[37];

	/* The form has a whole id; anything else finds none. */
	if (!uuid_parse(staff_field(step, "id"), &id))
		memset(&id, 0, sizeof(id));
	uuid_write(whole, &id);
	db_text_z(&params, whole);
	db_text_z(&params, step->role == STAFF_ADMIN ? NULL : step->login);
	db_text_z(&params, step->login);
	staff_ask(step, &SQL_API_KEY_REVOKE, &params, key_revoked);
}

/* ---- routes ---- */

void staff_get_keys(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ANALYST, show_keys);
}

void staff_post_key(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ANALYST, add_key);
}

void staff_get_revoke(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ANALYST, ask_revoke);
}

void staff_post_revoke(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ANALYST, revoke);
}
