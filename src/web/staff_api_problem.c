/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_api_problem.c - the errors of the interface for programs (RFC 9457): a type that can be looked up, and what to do.
 * The credentials' headers are those of RFC 6750 section 3.
 */
#include <stdlib.h>

#include "staff_api.h"

#define REALM "Bearer realm=\"barometre\""

static const struct {
	const char *name;
	int status;
	const char *title, *advice, *challenge;
} problems[PROBLEMS] = {
	[PROBLEM_ADDRESS] = {"address", 400, "Adresse illisible",
		"L’adresse contient un caractère mal codé après un %" NNBSP
		": corrigez-la, les adresses sont dans /api/v1/openapi.json.",
		NULL},
	[PROBLEM_KEY_MISSING] = {"key-missing", 401, "Clé nécessaire",
		"Envoyez votre clé dans l’en-tête «" NNBSP
		"Authorization: Bearer bps_…" NNBSP "». Elle se crée sur " API_KEYS_PAGE
		".",
		REALM},
	[PROBLEM_KEY_UNKNOWN] = {"key-unknown", 401, "Clé inconnue",
		"Cette clé n’existe pas, ou la session est terminée. Vérifiez qu’elle est copiée en entier, ou créez-en une autre sur " API_KEYS_PAGE
		".",
		REALM ", error=\"invalid_token\""},
	[PROBLEM_KEY_EXPIRED] = {"key-expired", 401, "Clé expirée",
		"Créez une autre clé sur " API_KEYS_PAGE ".",
		REALM
		", error=\"invalid_token\", error_description=\"the key has expired\""},
	[PROBLEM_KEY_REVOKED] = {"key-revoked", 401, "Clé révoquée",
		"Créez une autre clé sur " API_KEYS_PAGE ".",
		REALM
		", error=\"invalid_token\", error_description=\"the key is revoked\""},
	[PROBLEM_SCOPE] = {"scope", 403, "Droit manquant",
		"Il faut une clé qui ait le droit «" NNBSP "figures:read" NNBSP "»" NNBSP
		": créez-en une sur " API_KEYS_PAGE ".",
		REALM ", error=\"insufficient_scope\", scope=\"figures:read\""},
	[PROBLEM_ROLE] = {"role", 403, "Accès refusé",
		"Ce compte n’a pas le rôle d’analyse. Demandez-le à la personne qui administre le baromètre.",
		NULL},
	[PROBLEM_EDITION_RESERVED] = {"edition-reserved", 403, "Clé d’une autre édition",
		"Cette clé n’est valable que pour une édition. Créez-en une autre pour celle-ci, ou pour toutes.",
		NULL},
	[PROBLEM_FIELD] = {"field", 403, "Pas de chiffres avant le dépouillement",
		"Les réponses de cette édition ne sont pas dépouillées" NNBSP
		": jusque-là personne, ici non plus, n’en connaît aucune. Revenez après la diffusion.",
		NULL},
	[PROBLEM_NOT_FOUND] = {"not-found", 404, "Introuvable",
		"Il n’y a rien à cette adresse. Partez de /api/v1/editions" NNBSP
		": chaque réponse donne les adresses suivantes.",
		NULL},
	[PROBLEM_NOT_PUBLISHED] = {"not-published", 404, "Rien n’est diffusé",
		"Cette édition n’a pas de diffusion de ce numéro. /api/v1/editions/{code}/releases donne celles qu’elle a.",
		NULL},
	[PROBLEM_METHOD] = {"method", 405, "Demande impossible ici",
		"Tout se lit, rien ne s’écrit" NNBSP ": utilisez GET ou HEAD.", NULL},
	[PROBLEM_FORMAT] = {"format", 406, "Format indisponible",
		"Demandez un des formats de «" NNBSP "available" NNBSP
		"», par l’en-tête Accept ou par ?format=.",
		NULL},
	[PROBLEM_WITHDRAWN] = {"withdrawn", 410, "Diffusion retirée",
		"Ces chiffres ont été retirés" NNBSP
		": ne les utilisez plus. /api/v1/editions/{code}/releases donne ceux qui valent.",
		NULL},
	[PROBLEM_TOO_MANY] = {"too-many", 429, "Trop de demandes",
		"Attendez le nombre de secondes de Retry-After. Gardez le fichier et son ETag" NNBSP
		": un chiffre diffusé ne change pas.",
		NULL},
	[PROBLEM_UNAVAILABLE] = {"unavailable", 503, "Service indisponible",
		"La base de données ne répond pas. Recommencez dans le nombre de secondes de Retry-After.",
		NULL},
};

static char *type_of(const struct staff_site *site, enum api_problem problem)
{
	return x_printf(
		"%s/api/v1/problems/%s", site->options.staff_url, problems[problem].name);
}

void api_problem(struct staff_site *site, struct exchange *exchange,
	enum api_problem problem, const char *detail, json_t *more)
{
	SCOPED(free_char) char *type = type_of(site, problem);
	struct buf body = BUF_LIMIT(1 << 16);
	json_t *document = json_pack("{s:s, s:s, s:i, s:s}", "type", type, "title",
		problems[problem].title, "status", problems[problem].status, "detail",
		detail ? detail : problems[problem].advice);
	char *text;

	must(document);
	if (more)
		json_object_update(document, more);
	json_decref(more);
	text = json_dumps(document, JSON_COMPACT);
	buf_puts(&body, text);
	free(text);
	json_decref(document);
	if (problems[problem].challenge)
		exchange_header(
			exchange, "WWW-Authenticate", problems[problem].challenge);
	exchange_header(exchange, "Content-Language", "fr");
	exchange_reply(
		exchange, problems[problem].status, "application/problem+json", &body);
}

void api_get_problem(void *arg, struct exchange *exchange, const struct str *parts)
{
	struct staff_step *step = staff_step(arg, exchange, parts);

	for (size_t i = 0; i < PROBLEMS; i++) {
		SCOPED(free_char) char *type = type_of(step->site, (enum api_problem)i);

		if (!str_eq_z(parts[0], problems[i].name))
			continue;
		api_json(step,
			json_pack("{s:s, s:s, s:i, s:s}", "type", type, "title",
				problems[i].title, "status", problems[i].status, "advice",
				problems[i].advice));
		return;
	}
	api_problem(step->site, exchange, PROBLEM_NOT_FOUND, NULL, NULL);
}
