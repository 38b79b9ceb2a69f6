/* SPDX-License-Identifier: Apache-2.0 */
/*
 * public_site.c - the routes of the public site, and what its flows share: steps, the cookie, the answers that say why
 * something cannot go on.
 */
#include "barometre/base/log.h"
#include "respond_private.h"

static void step_release(void *arg)
{
	struct step *step = arg;

	draft_release(&step->draft);
	problems_release(&step->problems);
	if (step->ticket != 0)
		submitter_forget(step->site->submitter, step->ticket);
	secret_wipe(&step->token, sizeof(step->token));
	secret_wipe(&step->visit, sizeof(step->visit));
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

static const char *cookie_name(const struct public_site *site)
{
	return site->options.secure_cookies ? "__Host-barometre" : "barometre";
}

struct str respond_cookie(const struct public_site *site, const struct exchange *exchange)
{
	return exchange_cookie(exchange, cookie_name(site));
}

void respond_set_cookie(struct step *step)
{
	SCOPED(buf_release) struct buf value = BUF_LIMIT(4096);
	SCOPED(buf_release) struct buf header = BUF_LIMIT(4096);

	step->visit.expires = step->site->options.now() + VISIT_SPAN;
	visit_seal(&value, &step->keys->cookies, &step->visit);
	buf_printf(&header, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s",
		cookie_name(step->site), buf_str(&value).p,
		step->site->options.secure_cookies ? "; Secure" : "");
	exchange_header(step->exchange, "Set-Cookie", header.p);
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

void respond_unknown_link(struct exchange *exchange)
{
	static const char *const lines[] = {
		"Ce lien n’est pas reconnu : il est peut-être incomplet, ou l’enquête est terminée.",
		"Ouvrez de nouveau le lien de votre courriel en entier ; s’il est coupé sur deux lignes, "
		"copiez-le puis collez-le dans la barre d’adresse.",
		NULL};

	info_message(exchange, 404, "Lien inconnu", lines);
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
	{HTTP_METHOD_GET, "/merci", respond_get_thanks},
	{HTTP_METHOD_GET, "/stop/*", respond_get_stop},
	{HTTP_METHOD_POST, "/stop/*", respond_post_stop},
	{HTTP_METHOD_GET, "/retrait", respond_get_withdraw},
	{HTTP_METHOD_POST, "/retrait", respond_post_withdraw},
	{HTTP_METHOD_GET, "/confidentialite", info_privacy},
	{HTTP_METHOD_GET, "/accessibilite", info_accessibility},
	{HTTP_METHOD_GET, "/lexique", info_lexicon},
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

void public_site_handle_down(void *site, struct exchange *exchange)
{
	static const struct route style[] = {{HTTP_METHOD_GET, "/static/*", get_static}};

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
	return site;
}

void public_site_free(struct public_site *site)
{
	if (!site)
		return;
	submitter_free(site->submitter);
	free(site);
}

void public_site_handle(void *site, struct exchange *exchange)
{
	site_dispatch(routes, COUNT_OF(routes), site, info_error, exchange);
}
