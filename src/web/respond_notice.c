/* SPDX-License-Identifier: Apache-2.0 */
/* respond_notice.c - what is done with the answers: the notice of the start page and /confidentialite. Both are made from
 * the edition's real settings, so that they cannot lie. */

#include "respond_private.h"

static void add_filled(json_t *list, char *text)
{
	json_array_append_new(list, json_pack("{s:s}", "P", text));
	free(text);
}

/* Who could open the urn. */
static void add_keeping(
	const struct exchange *exchange, const struct edition *edition, json_t *list)
{
	SCOPED(free_char) char *count = x_printf("%zu", edition->custodian_count);

	if (edition->custodians)
		add_filled(list,
			words_fill(exchange_language(exchange),
				"La clé du dépouillement n’est pas gardée par le serveur : {n} dépositaires en ont chacun un exemplaire, "
				"protégé par une phrase secrète. Jusqu’au dépouillement, ce que contient le serveur ne suffit pas à ouvrir l’urne.",
				"n", count, NULL));
	else
		info_add_paragraph(exchange, list,
			WORDS("Limite à connaître : pour cette édition, la clé du dépouillement est gardée par le serveur, "
			      "sous la responsabilité de l’organisateur."));
}

json_t *info_notice(const struct exchange *exchange, const struct edition *edition)
{
	const struct language *language = exchange_language(exchange);
	json_t *list = json_array();
	SCOPED(free_char) char *closes = info_last_day(exchange, edition);
	SCOPED(free_char)
	char *base = x_printf("%lld", (long long)edition->thresholds.min_base);

	add_filled(list,
		words_fill(language,
			"Elles sont scellées à l’envoi et ne peuvent être lues qu’au dépouillement, après la clôture du {date} : "
			"mélangées, sans date, sans lien avec vous.",
			"date", closes, NULL));
	if (edition->thresholds.min_base > 1)
		add_filled(list,
			words_fill(language,
				"Seuls des chiffres d’ensemble sont publiés : aucun ne porte sur moins de {n} personnes.",
				"n", base, NULL));
	info_add_paragraph(exchange, list,
		WORDS("Jusqu’au dépouillement, le système sait si une invitation a déjà servi, pour ne pas vous relancer inutilement. "
		      "Ensuite, cette information est effacée."));
	if (edition->count_partials)
		info_add_paragraph(exchange, list,
			WORDS("Si vous vous arrêtez en chemin, les pages déjà enregistrées sont comptées, elles aussi anonymes, "
			      "quand elles sont assez complètes. Pour qu’elles ne le soient pas, effacez vos réponses."));
	add_keeping(exchange, edition, list);
	return list;
}

static void add_section(const struct exchange *exchange, json_t *sections,
	const char *heading, json_t *lines)
{
	json_array_append_new(sections,
		json_pack("{s:s, s:o}", "HEADING",
			words(exchange_language(exchange), heading), "PARAGRAPHS",
			lines));
}

static void add_who(
	const struct public_site *site, const struct exchange *exchange, json_t *sections)
{
	static const char *const why[] = {
		WORDS("Elle sert à connaître les pratiques de partenariat en santé et leurs évolutions. Répondre est libre ; "
		      "aucune réponse n’est obligatoire pour bénéficier de quoi que ce soit."),
		WORDS("Si la réponse de l’organisateur ne vous satisfait pas, vous pouvez adresser une réclamation à la CNIL "
		      "(cnil.fr)."),
		NULL};
	json_t *lines = info_paragraphs(exchange, why);
	SCOPED(free_char)
	char *who = words_fill(exchange_language(exchange),
		"L’enquête est organisée par {organisation}. Pour toute question, ou pour exercer vos droits : {adresse}.",
		"organisation", site->options.organisation, "adresse",
		site->options.contact_address, NULL);

	json_array_insert_new(lines, 0, json_pack("{s:s}", "P", who));
	add_section(exchange, sections, WORDS("Qui, et pourquoi"), lines);
}

/* What does not depend on the edition. */
static void add_promises(const struct exchange *exchange, json_t *sections)
{
	static const char *const kept[] = {
		WORDS("Avant la clôture : votre adresse (si vous avez été invité·e), chiffrée ; le fait que votre invitation a servi ou non ; "
		      "vos réponses, scellées. Personne, pas même l’équipe de l’enquête, ne voit le moindre résultat avant la clôture."),
		WORDS("Aucune adresse IP, aucun navigateur, aucune page vue n’est enregistré. Un seul cookie, strictement "
		      "nécessaire, garde votre place dans le questionnaire pendant deux heures, et la langue que vous avez choisie ; "
		      "sinon, la langue n’est que dans l’adresse des pages."),
		WORDS("Les courriels ne contiennent ni image espion, ni lien de suivi."),
		NULL};
	static const char *const answering[] = {
		WORDS("Ce que vous saisissez est gardé dans un brouillon scellé : à chaque bouton et, si votre navigateur le permet, "
		      "pendant que vous écrivez. La page dit quand c’est fait. Le brouillon ne s’ouvre qu’avec votre lien ; "
		      "il est effacé quand vous envoyez vos réponses, quand vous choisissez « Effacer mes réponses » et, au plus tard, au dépouillement."),
		WORDS("Si vous demandez un code de reprise, ces mots ne sont montrés qu’une fois et nous ne les gardons pas : une clé en est "
		      "tirée par un calcul rendu lent exprès, et le brouillon ne s’ouvre plus sans eux. Même une personne qui lit vos courriels ne "
		      "peut pas l’ouvrir. Si vous les perdez, personne ne peut les retrouver."),
		WORDS("Si vous indiquez que l’appareil est partagé, votre place est oubliée après vingt minutes sans rien faire, le cookie est "
		      "retiré à la fin et le navigateur est prié d’effacer les pages qu’il avait gardées. « Quitter ce poste » fait "
		      "de même tout de suite ; votre brouillon, lui, reste scellé et vous attend."),
		NULL};
	static const char *const count[] = {
		WORDS("Au dépouillement, toutes les réponses d’un questionnaire sont ouvertes ensemble, mélangées et enregistrées sans date. "
		      "Les communes ne sont gardées que sous forme de décomptes ; les textes libres et les souhaits de contact sont "
		      "séparés et mélangés chacun de leur côté."),
		WORDS("Les clés de l’édition sont ensuite détruites et les invitations effacées : il ne reste que des totaux."),
		NULL};
	static const char *const limits[] = {
		WORDS("Pendant l’enquête, un administrateur malveillant qui modifierait le programme du serveur pourrait lire les réponses "
		      "au moment où elles arrivent. C’est vrai de tout questionnaire en ligne, et nous préférons vous le dire."),
		WORDS("Ce que vous écrivez dans un texte libre peut vous faire reconnaître : n’y mettez pas de nom."),
		WORDS("Une fois votre réponse envoyée, elle ne peut plus être retrouvée à partir de votre nom, ni modifiée ni effacée. "
		      "Seul votre reçu permet de la retirer avant le dépouillement."),
		NULL};

	add_section(exchange, sections, WORDS("Ce qui est gardé, et jusqu’à quand"),
		info_paragraphs(exchange, kept));
	add_section(exchange, sections, WORDS("Pendant que vous répondez"),
		info_paragraphs(exchange, answering));
	add_section(exchange, sections, WORDS("Comment les réponses deviennent anonymes"),
		info_paragraphs(exchange, count));
	add_section(exchange, sections, WORDS("Ce que cette protection ne couvre pas"),
		info_paragraphs(exchange, limits));
}

void info_privacy(void *arg, struct exchange *exchange, const struct str *parts)
{
	struct public_site *site = arg;
	const struct edition *edition = info_open_edition(site);
	json_t *sections = json_array(), *editions = json_array();

	(void)parts;
	add_who(site, exchange, sections);
	if (edition) {
		SCOPED(free_char) char *closes = info_last_day(exchange, edition);

		json_array_append_new(editions,
			json_pack(
				"{s:s, s:s}", "TITLE", edition->title, "CLOSES", closes));
		add_section(exchange, sections, WORDS("Pour l’enquête en cours"),
			info_notice(exchange, edition));
		add_section(exchange, sections, WORDS("Combien de temps"),
			info_retention(exchange, edition));
	}
	add_promises(exchange, sections);
	info_page(exchange, 200, "Pourquoi c’est anonyme", "privacy.html",
		json_pack("{s:o, s:o}", "EDITIONS", editions, "SECTIONS", sections));
}
