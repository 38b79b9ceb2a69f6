/* SPDX-License-Identifier: Apache-2.0 */
/* respond_info.c - the pages of the public site that are not a questionnaire: home, start, notices, messages. */
#include <stdio.h>

#include "barometre/base/log.h"
#include "respond_private.h"

extern const struct asset_set assets_static, assets_lexicon;

void info_page(struct exchange *exchange, int status, const char *title,
	const char *content_template, json_t *content)
{
	json_t *data;

	must(content);
	json_object_set_new(content, "_template", json_string(content_template));
	data = json_pack("{s:s, s:s, s:o}", "TITLE", title, "CSS",
		site_static_url(&assets_static, "site.css"), "CONTENT", content);
	must(data);
	site_page(exchange, status, "layout.html", data);
}

static json_t *paragraphs_of(const char *const *lines)
{
	json_t *list = json_array();

	for (; lines && *lines; lines++)
		json_array_append_new(list, json_pack("{s:s}", "P", *lines));
	return list;
}

void info_message(struct exchange *exchange, int status, const char *heading,
	const char *const *lines)
{
	info_page(exchange, status, heading, "message.html",
		json_pack("{s:s, s:o}", "HEADING", heading, "PARAGRAPHS",
			paragraphs_of(lines)));
}

/* Free text a person typed is shown back; codes, tokens and our own fields are not worth reading. */
static bool worth_showing(const struct form_pair *pair)
{
	if (str_eq_z(pair->name, "token") || str_eq_z(pair->name, "shown"))
		return false;
	return pair->value.n > 12 || memchr(pair->value.p, ' ', pair->value.n);
}

/* The posted fields as hidden ones, and those a person typed as words to read. False: nothing was posted. */
static bool posted_fields(
	struct exchange *exchange, json_t **ret_fields, json_t **ret_typed)
{
	const struct form_pair *pairs = NULL;
	size_t count = 0;

	if (exchange_request(exchange)->method != HTTP_METHOD_POST ||
		!exchange_fields(exchange, &pairs, &count, NULL))
		return false;
	*ret_fields = json_array();
	*ret_typed = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *pair = json_pack("{s:s%, s:s%}", "NAME", pairs[i].name.p,
			pairs[i].name.n, "VALUE", pairs[i].value.p, pairs[i].value.n);

		if (!pair)
			continue;
		if (worth_showing(&pairs[i]))
			json_array_append(*ret_typed, pair);
		json_array_append_new(*ret_fields, pair);
	}
	return true;
}

void info_kept(struct exchange *exchange, int status, const char *heading,
	const char *const *lines)
{
	json_t *fields, *typed, *content;

	if (!posted_fields(exchange, &fields, &typed)) {
		info_message(exchange, status, heading, lines);
		return;
	}
	json_decref(fields);
	content = json_pack("{s:s, s:o, s:o}", "HEADING", heading, "PARAGRAPHS",
		paragraphs_of(lines), "TYPED", typed);
	info_page(exchange, status, heading, "message.html", content);
}

void info_retry(struct exchange *exchange, int status, const char *heading,
	const char *const *lines)
{
	json_t *fields, *typed, *retry, *content;
	struct str path = exchange_path(exchange);

	if (!posted_fields(exchange, &fields, &typed)) {
		info_message(exchange, status, heading, lines);
		return;
	}
	retry = json_pack("{s:s%, s:s, s:o}", "ACTION", path.p, path.n, "BUTTON",
		"Réessayer", "FIELDS", fields);
	content = json_pack("{s:s, s:o, s:o, s:o}", "HEADING", heading, "PARAGRAPHS",
		paragraphs_of(lines), "RETRY", retry, "TYPED", typed);
	info_page(exchange, status, heading, "message.html", content);
}

void info_error(void *site, struct exchange *exchange, int status, const char *title,
	const char *message)
{
	const char *const lines[] = {message, NULL};

	(void)site;
	info_kept(exchange, status, title, lines);
}

static const struct edition *open_edition(const struct public_site *site)
{
	for (size_t i = 0; i < site->editions->count; i++)
		if (strcmp(site->editions->list[i].state, "open") == 0)
			return &site->editions->list[i];
	return NULL;
}

void info_home(void *arg, struct exchange *exchange, const struct str *parts)
{
	struct public_site *site = arg;
	const struct edition *edition = open_edition(site);
	json_t *content = json_object();

	(void)parts;
	exchange_header(exchange, "X-Robots-Tag", "all");
	if (edition) {
		json_t *links = json_array();
		SCOPED(free_char)
		char *closes = clock_french_date(edition->closes, edition->zone);
		json_t *open = json_pack(
			"{s:s, s:s}", "EDITION", edition->title, "CLOSES", closes);

		for (size_t i = 0; i < edition->audience_count; i++) {
			const struct edition_audience *audience = &edition->audiences[i];
			SCOPED(free_char)
			char *href = x_printf("/o/%s", audience->audience);

			if (audience->open_link)
				json_array_append_new(links,
					json_pack("{s:s, s:s, s:i}", "LABEL",
						audience->form->audience_label, "HREF",
						href, "MINUTES",
						audience->form->minutes));
		}
		json_object_set_new(open, "LINKS", links);
		json_object_set_new(content, "OPEN", open);
	} else {
		json_object_set_new(content, "OPEN", json_false());
	}
	info_page(exchange, 200, "Accueil", "home.html", content);
}

/* The notice of the start page, from the edition's real settings, so that it cannot lie. */
static void add_paragraph(json_t *list, const char *text)
{
	json_array_append_new(list, json_pack("{s:s}", "P", text));
}

json_t *info_notice(const struct edition *edition)
{
	json_t *list = json_array();
	SCOPED(free_char)
	char *closes = clock_french_date(edition->closes, edition->zone);
	SCOPED(free_char)
	char *count = x_printf(
		"Elles sont scellées à l’envoi et ne peuvent être lues qu’au dépouillement, après la clôture du %s : "
		"mélangées, sans date, sans lien avec vous.",
		closes);
	SCOPED(free_char)
	char *small = x_printf(
		"Seuls des chiffres d’ensemble sont publiés : aucun ne porte sur moins de %lld personnes.",
		(long long)edition->thresholds.min_base);

	add_paragraph(list, count);
	if (edition->thresholds.min_base > 1)
		add_paragraph(list, small);
	add_paragraph(list,
		"Jusqu’à la clôture, le système sait seulement si une invitation a déjà servi, pour ne pas vous relancer inutilement. "
		"À la fin, cette information est effacée.");
	if (edition->count_partials)
		add_paragraph(list,
			"Si vous vous arrêtez en chemin, les pages déjà enregistrées sont comptées, elles aussi anonymes, "
			"quand elles sont assez complètes.");
	add_paragraph(list,
		"Limite à connaître : pour cette édition, la clé du dépouillement est gardée par le serveur, "
		"sous la responsabilité de l’organisateur.");
	return list;
}

void info_start(struct step *step, bool open_link)
{
	const struct form *form = step->audience->form;
	json_t *content = json_pack("{s:s, s:s, s:i, s:o, s:o}", "FORM_TITLE",
		form->title, "AUDIENCE_LABEL", form->audience_label, "MINUTES",
		form->minutes, "WELCOME", paragraphs_of(form->welcome), "NOTICE",
		info_notice(step->edition));
	char token[TOKEN_CHARS + 1];

	if (open_link) {
		json_object_set_new(content, "OPEN_PART",
			json_pack("{s:s, s:s}", "AUDIENCE", step->audience->audience,
				"CHANNEL", step->visit.channel));
	} else {
		token_write(token, &step->token);
		json_object_set_new(
			content, "TOKEN_PART", json_pack("{s:s}", "TOKEN", token));
		json_object_set_new(content, "RESUME", json_true());
	}
	info_page(step->exchange, 200, "Bienvenue", "start.html", content);
}

void info_thanks(
	struct public_site *site, struct exchange *exchange, const struct visit *visit)
{
	const struct edition *edition = editions_find(
		site->editions, str_of(visit->edition));
	const struct edition_audience *audience = edition
		? edition_audience_find(edition, str_of(visit->audience))
		: NULL;
	char receipt[40];

	receipt_write(receipt, &visit->slot);
	/* The cookie stays: it holds nothing but this receipt, so that a reload shows it again. */
	exchange_header(exchange, "Clear-Site-Data", "\"cache\", \"storage\"");
	info_page(exchange, 200, "Merci", "thanks.html",
		json_pack("{s:s, s:o}", "RECEIPT", receipt, "THANKS",
			paragraphs_of(audience ? audience->form->thanks : NULL)));
}

static json_t *section(const char *heading, const char *const *lines)
{
	return json_pack(
		"{s:s, s:o}", "HEADING", heading, "PARAGRAPHS", paragraphs_of(lines));
}

void info_privacy(void *arg, struct exchange *exchange, const struct str *parts)
{
	struct public_site *site = arg;
	const struct edition *edition = open_edition(site);
	json_t *sections = json_array(), *editions = json_array();
	SCOPED(free_char)
	char *who = x_printf(
		"L’enquête est organisée par %s. Pour toute question, ou pour exercer vos droits : %s.",
		site->options.organisation, site->options.contact_address);
	const char *const responsible[] = {who,
		"Elle sert à connaître les pratiques de partenariat en santé et leurs évolutions. Répondre est libre ; "
		"aucune réponse n’est obligatoire pour bénéficier de quoi que ce soit.",
		NULL};
	const char *const kept[] = {
		"Avant la clôture : votre adresse (si vous avez été invité·e), chiffrée ; le fait que votre invitation a servi ou non ; "
		"vos réponses, scellées. Personne, pas même l’équipe de l’enquête, ne voit le moindre résultat avant la clôture.",
		"Aucune adresse IP, aucun navigateur, aucune page vue n’est enregistré. Un seul cookie, strictement "
		"nécessaire, garde votre place dans le questionnaire pendant deux heures.",
		"Les courriels ne contiennent ni image espion, ni lien de suivi.", NULL};
	const char *const count[] = {
		"Au dépouillement, toutes les réponses d’un questionnaire sont ouvertes ensemble, mélangées et enregistrées sans date. "
		"Les communes ne sont gardées que sous forme de décomptes ; les textes libres et les souhaits de contact sont "
		"séparés et mélangés chacun de leur côté.",
		"Les clés de l’édition sont ensuite détruites et les invitations effacées : il ne reste que des totaux.",
		NULL};
	const char *const limits[] = {
		"Pendant l’enquête, un administrateur malveillant qui modifierait le programme du serveur pourrait lire les réponses "
		"au moment où elles arrivent. C’est vrai de tout questionnaire en ligne, et nous préférons vous le dire.",
		"Ce que vous écrivez dans un texte libre peut vous faire reconnaître : n’y mettez pas de nom.",
		"Une fois votre réponse envoyée, elle ne peut plus être retrouvée à partir de votre nom, ni modifiée ni effacée. "
		"Seul votre reçu permet de la retirer avant le dépouillement.",
		NULL};

	(void)parts;
	if (edition) {
		SCOPED(free_char)
		char *closes = clock_french_date(edition->closes, edition->zone);

		json_array_append_new(editions,
			json_pack(
				"{s:s, s:s}", "TITLE", edition->title, "CLOSES", closes));
	}
	json_array_append_new(sections, section("Qui, et pourquoi", responsible));
	if (edition)
		json_array_append_new(sections,
			json_pack("{s:s, s:o}", "HEADING", "Pour l’enquête en cours",
				"PARAGRAPHS", info_notice(edition)));
	json_array_append_new(
		sections, section("Ce qui est gardé, et jusqu’à quand", kept));
	json_array_append_new(
		sections, section("Comment les réponses deviennent anonymes", count));
	json_array_append_new(
		sections, section("Ce que cette protection ne couvre pas", limits));
	info_page(exchange, 200, "Pourquoi c’est anonyme", "privacy.html",
		json_pack("{s:o, s:o}", "EDITIONS", editions, "SECTIONS", sections));
}

void info_accessibility(void *arg, struct exchange *exchange, const struct str *parts)
{
	struct public_site *site = arg;
	SCOPED(free_char)
	char *contact = x_printf(
		"Si une page vous empêche de répondre, écrivez à %s : nous vous proposerons une autre façon de participer.",
		site->options.contact_address);
	const char *const lines[] = {
		"Ce site vise la conformité au RGAA 4.1. Il n’a pas encore fait l’objet d’un audit par un tiers : "
		"à ce jour, il est déclaré partiellement conforme.",
		"Il fonctionne sans JavaScript, au clavier, avec un lecteur d’écran, à 320 pixels de large et à 200 % de zoom. "
		"Aucune limite de temps ne vous est imposée pour remplir une page.",
		contact,
		"Si vous n’obtenez pas de réponse satisfaisante, vous pouvez saisir le Défenseur des droits "
		"(defenseurdesdroits.fr).",
		NULL};

	(void)parts;
	info_message(exchange, 200, "Accessibilité : partiellement conforme", lines);
}

void info_lexicon(void *arg, struct exchange *exchange, const struct str *parts)
{
	const struct asset *asset = asset_find(&assets_lexicon, STR("lexique.json"));
	json_t *terms = asset ? json_loadb(asset->data, asset_text(asset).n, 0, NULL)
			      : NULL;
	json_t *shown = json_array();
	size_t i;
	json_t *term;

	(void)arg;
	(void)parts;
	json_array_foreach(terms, i, term) {
		const char *id = json_string_value(json_object_get(term, "id"));
		const char *name = json_string_value(json_object_get(term, "term"));
		const char *definition = json_string_value(
			json_object_get(term, "definition"));
		const char *source = json_string_value(json_object_get(term, "source"));

		if (id && name && definition)
			json_array_append_new(shown,
				json_pack("{s:s, s:s, s:s, s:s}", "ID", id, "TERM", name,
					"DEFINITION", definition, "SOURCE",
					source ? source : ""));
	}
	json_decref(terms);
	info_page(exchange, 200, "Lexique", "lexicon.html",
		json_pack("{s:o}", "TERMS", shown));
}
