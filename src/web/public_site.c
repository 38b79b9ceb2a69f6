/* SPDX-License-Identifier: Apache-2.0 */
/*
 * public_site.c - the routes of the public site, and what its flows share: steps, the answers that say why
 * something cannot go on.
 */
#include <stdio.h>

#include "barometre/base/log.h"
#include "public_limit.h"
#include "respond_private.h"
#include "sql_catalog.h"

#define HEALTH_PATIENCE (2 * USEC_PER_SEC)

static void step_release(void *arg)
{
	struct step *step = arg;

	draft_release(&step->draft);
	problems_release(&step->problems);
	if (step->ticket != 0)
		submitter_forget(step->site->submitter, step->ticket);
	secret_wipe(&step->token, sizeof(step->token));
	secret_wipe(&step->visit, sizeof(step->visit));
	secret_wipe(&step->code, sizeof(step->code));
}

struct step *respond_step(struct public_site *site, struct exchange *exchange)
{
	struct step *step = exchange_alloc(exchange, sizeof(*step));

	*step = (struct step){.site = site, .exchange = exchange};
	exchange_on_free(exchange, step_release, step);
	return step;
}

const struct edition_web_keys *site_keys(
	const struct public_site *site, const char *edition)
{
	for (size_t i = 0; i < site->key_count; i++)
		if (strcmp(site->keys[i].edition, edition) == 0)
			return &site->keys[i];
	return NULL;
}

/* ---- answers that say why something cannot go on ---- */

static void unavailable(struct exchange *exchange)
{
	static const char *const lines[] = {
		"Le service qui garde les réponses est momentanément indisponible. Rien de ce que vous "
		"aviez déjà enregistré n’est perdu.",
		"Attendez une minute, puis appuyez sur « Réessayer ».", NULL};
	static const char *const lines_get[] = {
		"Rien de ce que vous aviez déjà enregistré n’est perdu.",
		"Attendez une minute, puis rechargez cette page.", NULL};

	exchange_header(exchange, "Retry-After", "30");
	if (exchange_request(exchange)->method == HTTP_METHOD_POST)
		info_retry(exchange, 503, "Vos réponses n’ont pas encore pu être gardées",
			lines);
	else
		info_message(exchange, 503, "Le service est momentanément indisponible",
			lines_get);
}

void respond_unavailable(struct step *step)
{
	unavailable(step->exchange);
}

void respond_closed(struct step *step)
{
	static const char *const lines[] = {
		"Cette édition du baromètre n’accepte plus de réponse. Ce que vous venez de saisir "
		"n’a pas été enregistré.",
		"Merci de l’intérêt que vous portez au partenariat en santé.", NULL};
	static const char *const lines_get[] = {
		"Cette édition du baromètre n’accepte plus de réponse.",
		"Merci de l’intérêt que vous portez au partenariat en santé.", NULL};

	if (exchange_request(step->exchange)->method == HTTP_METHOD_POST)
		info_kept(step->exchange, 409, "L’enquête est close", lines);
	else
		info_message(step->exchange, 409, "L’enquête est close", lines_get);
}

void respond_already(struct step *step)
{
	static const char *const lines[] = {
		"Une réponse a déjà été enregistrée avec ce lien : elle est dans l’urne, "
		"il n’y a rien à refaire.",
		"Chaque invitation ne permet de répondre qu’une fois. Merci de votre participation !",
		NULL};

	info_kept(step->exchange, 200, "Votre réponse est déjà enregistrée", lines);
}

static void unknown_link(struct exchange *exchange, const char *more)
{
	const char *const lines[] = {
		"Ce lien n’est pas reconnu : il est peut-être incomplet, ou l’enquête est terminée.",
		"Ouvrez de nouveau le lien de votre courriel en entier ; s’il est coupé sur deux lignes, "
		"copiez-le puis collez-le dans la barre d’adresse.",
		more, NULL};

	info_message(exchange, 404, "Lien inconnu", lines);
}

void respond_unknown_link(struct exchange *exchange)
{
	unknown_link(exchange, NULL);
}

void respond_unknown_token(struct step *step)
{
	int wait = public_limit_take(
		step->site->limit, LIMIT_LINK, step->exchange, step->site->options.now());

	(void)wait; /* this one is answered: the next one waits */
	unknown_link(step->exchange,
		"Si vous aviez noté ce lien pour reprendre plus tard, vos réponses ont été envoyées ou effacées, ou un code de reprise l’a remplacé.");
}

void respond_no_visit(struct exchange *exchange, int status)
{
	static const char *const lines[] = {
		"Votre session est terminée ou cette page a été ouverte sans passer par votre lien.",
		"Rouvrez le lien de votre courriel (dans un autre onglet) : ce qui était enregistré est toujours "
		"là. Revenez ensuite ici et appuyez sur « Réessayer » pour garder aussi "
		"ce que vous aviez saisi sur cette page.",
		NULL};
	static const char *const lines_get[] = {
		"Votre session est terminée ou cette page a été ouverte sans passer par votre lien.",
		"Rouvrez le lien de votre courriel : ce qui était enregistré est toujours là.",
		NULL};

	if (exchange_request(exchange)->method == HTTP_METHOD_POST)
		info_retry(exchange, status, "Nous ne retrouvons pas votre questionnaire",
			lines);
	else
		info_message(exchange, status,
			"Nous ne retrouvons pas votre questionnaire", lines_get);
}

bool respond_is_down(const struct err *err)
{
	if (!err)
		return false;
	log_warning("respond.database", F_ERR(err));
	return true;
}

/* ---- too often ---- */

static void reply_limited(struct exchange *exchange, enum limit_kind kind, int seconds)
{
	static const char *const lines[] = {
		"Beaucoup de demandes arrivent en ce moment de votre réseau. Pour que le site reste disponible pour "
		"toutes et tous, nous vous demandons de patienter un instant.",
		"Attendez une minute, puis appuyez sur « Réessayer » : ce que vous aviez saisi est gardé sur cette page.",
		NULL};
	static const char *const lines_get[] = {
		"Beaucoup de demandes arrivent en ce moment de votre réseau. Pour que le site reste disponible pour "
		"toutes et tous, nous vous demandons de patienter un instant.",
		"Attendez une minute, puis rechargez cette page.", NULL};
	char text[16];

	snprintf(text, sizeof(text), "%d", seconds);
	exchange_header(exchange, "Retry-After", text);
	if (kind ==
		LIMIT_PLACES) /* for the script, which then leaves the name as it was typed */
		exchange_reply_static(
			exchange, 429, "text/plain; charset=utf-8", STR("429\n"));
	else if (exchange_request(exchange)->method == HTTP_METHOD_POST)
		info_retry(exchange, 429, "Un instant, s’il vous plaît", lines);
	else
		info_message(exchange, 429, "Un instant, s’il vous plaît", lines_get);
}

/* True when it was replied. A known link is never counted: one is only looked up when there is room for an unknown one. */
static bool is_limited(struct public_site *site, struct exchange *exchange)
{
	static const struct {
		const char *path;
		enum http_method method;
		enum limit_kind kind;
	} counted[] = {
		{"/start", HTTP_METHOD_POST, LIMIT_START},
		{"/reprise", HTTP_METHOD_POST, LIMIT_CODE},
		{"/pause", HTTP_METHOD_POST, LIMIT_CODE},
		{"/retrait", HTTP_METHOD_POST, LIMIT_CODE},
		{"/communes", HTTP_METHOD_GET, LIMIT_PLACES},
	};
	enum http_method method = exchange_request(exchange)->method;
	struct str path = exchange_path(exchange);
	usec_t now = site->options.now();
	enum limit_kind kind = LIMIT_LINK;
	int wait = 0;

	if (method == HTTP_METHOD_HEAD)
		method = HTTP_METHOD_GET;
	if (method == HTTP_METHOD_GET && str_starts(path, STR("/r/")))
		wait = public_limit_look(site->limit, kind, exchange, now);
	for (size_t i = 0; i < COUNT_OF(counted); i++)
		if (method == counted[i].method && str_eq_z(path, counted[i].path)) {
			kind = counted[i].kind;
			wait = public_limit_take(site->limit, kind, exchange, now);
		}
	if (wait > 0)
		reply_limited(exchange, kind, wait);
	return wait > 0;
}

/* ---- is it there? ---- */

static void reply_health(struct exchange *exchange, bool good)
{
	exchange_reply_static(exchange, good ? 200 : 503, "text/plain; charset=utf-8",
		good ? STR("ok\n") : STR("no\n"));
}

static void health_known(void *arg, struct db_rows *rows, const struct err *err)
{
	(void)rows;
	reply_health(arg, err == NULL);
}

static void get_health(void *arg, struct exchange *exchange, const struct str *parts)
{
	struct public_site *site = arg;
	struct db_params params = {0};

	(void)parts;
	exchange_keep_call(exchange,
		db_call(site->pool, &SQL_EDITION_REVISION, &params, HEALTH_PATIENCE,
			health_known, exchange));
}

static void get_health_down(
	void *site, struct exchange *exchange, const struct str *parts)
{
	(void)site;
	(void)parts;
	reply_health(exchange, false);
}

/* ---- the site ---- */

extern const struct asset_set assets_static;

static void get_static(void *site, struct exchange *exchange, const struct str *parts)
{
	(void)site;
	site_static(&assets_static, exchange, parts[0]);
}

static const struct route routes[] = {
	{HTTP_METHOD_GET, "/", info_home},
	{HTTP_METHOD_GET, "/r/*", respond_get_personal},
	{HTTP_METHOD_GET, "/o/*", respond_get_open},
	{HTTP_METHOD_GET, "/o/*/*", respond_get_open_channel},
	{HTTP_METHOD_POST, "/start", respond_post_start},
	{HTTP_METHOD_GET, "/q/*", respond_get_page},
	{HTTP_METHOD_POST, "/q/*", respond_post_page},
	{HTTP_METHOD_GET, "/recapitulatif", respond_get_summary},
	{HTTP_METHOD_POST, "/envoi", respond_post_send},
	{HTTP_METHOD_GET, "/pause", respond_get_pause},
	{HTTP_METHOD_POST, "/pause", respond_post_pause},
	{HTTP_METHOD_GET, "/au-revoir", respond_get_goodbye},
	{HTTP_METHOD_GET, "/reprise", respond_get_resume},
	{HTTP_METHOD_POST, "/reprise", respond_post_resume},
	{HTTP_METHOD_GET, "/merci", respond_get_thanks},
	{HTTP_METHOD_GET, "/stop/*", respond_get_stop},
	{HTTP_METHOD_POST, "/stop/*", respond_post_stop},
	{HTTP_METHOD_GET, "/retrait", respond_get_withdraw},
	{HTTP_METHOD_POST, "/retrait", respond_post_withdraw},
	{HTTP_METHOD_GET, "/confidentialite", info_privacy},
	{HTTP_METHOD_GET, "/accessibilite", info_accessibility},
	{HTTP_METHOD_GET, "/lexique", info_lexicon},
	{HTTP_METHOD_GET, "/communes", respond_get_places},
	{HTTP_METHOD_GET, "/sante", get_health},
	{HTTP_METHOD_GET, "/static/*", get_static},
};

static void unavailable_anywhere(void *site, struct exchange *exchange, int status,
	const char *title, const char *message)
{
	(void)site;
	(void)status;
	(void)title;
	(void)message;
	unavailable(exchange);
}

/* ?lang=en, or NULL. */
static const struct language *asked_language(const struct exchange *exchange)
{
	struct str query = exchange_request(exchange)->query, pair;
	const struct language *found = NULL;

	while (!found && str_cut(&query, '&', &pair))
		if (str_starts(pair, STR("lang=")))
			found = language_find((struct str){pair.p + 5, pair.n - 5});
	return found;
}

void public_site_handle_down(void *site, struct exchange *exchange)
{
	static const struct route style[] = {{HTTP_METHOD_GET, "/sante", get_health_down},
		{HTTP_METHOD_GET, "/static/*", get_static}};
	const struct language *asked = asked_language(exchange);

	if (asked)
		exchange_set_language(exchange, asked);
	site_dispatch(style, COUNT_OF(style), site, unavailable_anywhere, exchange);
}

struct public_site *public_site_new(struct loop *loop, struct db_pool *pool,
	const struct editions *editions, const struct edition_web_keys *keys,
	size_t key_count, const struct public_site_options *options)
{
	struct public_site *site = x_calloc(1, sizeof(*site));

	*site = (struct public_site){.loop = loop,
		.pool = pool,
		.editions = editions,
		.keys = keys,
		.key_count = key_count,
		.options = *options};
	site->submitter = submitter_new(loop, pool);
	site->stretch = stretch_new(loop);
	site->limit = public_limit_new(options->rate, options->trusted_proxies);
	return site;
}

void public_site_free(struct public_site *site)
{
	if (!site)
		return;
	public_limit_free(site->limit);
	stretch_free(site->stretch);
	submitter_free(site->submitter);
	free(site);
}

/* What the cookie knows: the language of the visit, and its questionnaire on the pages that belong to it. */
static void read_visit(const struct public_site *site, struct exchange *exchange)
{
	struct str cookie = respond_cookie(site, exchange);
	const struct edition *edition;
	const struct edition_audience *audience;
	const struct language *language;
	struct visit visit;

	for (size_t i = 0; i < site->key_count && cookie.p; i++) {
		if (!visit_open(&visit, &site->keys[i].cookies, cookie, NULL))
			continue;
		language = language_find(str_of(visit.language));
		if (language)
			exchange_set_language(exchange, language);
		edition = editions_find(site->editions, str_of(visit.edition));
		audience = edition
			? edition_audience_find(edition, str_of(visit.audience))
			: NULL;
		if (audience && str_starts(exchange_path(exchange), STR("/q/")))
			exchange_set_form(exchange, audience->form);
		secret_wipe(&visit, sizeof(visit));
		return;
	}
}

/* The language is that of the address, else of the visit, else French. */
void public_site_handle(void *arg, struct exchange *exchange)
{
	struct public_site *site = arg;
	const struct language *asked = asked_language(exchange);
	const struct form *form;

	read_visit(site, exchange);
	if (asked)
		exchange_set_language(exchange, asked);
	form = exchange_form(exchange);
	if (form)
		exchange_set_form(exchange, form_in(form, exchange_language(exchange)));
	if (!is_limited(site, exchange))
		site_dispatch(routes, COUNT_OF(routes), site, info_error, exchange);
}
