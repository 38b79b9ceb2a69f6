/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/web/site.h"
#include "exchange_private.h"

/* What the person can do about it, in a sentence. */
static const struct {
	int status;
	const char *title, *advice;
} refusals[] = {
	{400, "Demande illisible",
		"Votre navigateur a envoyé une demande que le site n’a pas pu lire. Revenez à la page "
		"précédente et recommencez ; vos réponses déjà enregistrées ne sont pas perdues."},
	{408, "Connexion trop lente",
		"La page n’est pas arrivée jusqu’à nous à temps. Vérifiez votre connexion, puis envoyez la "
		"page à nouveau."},
	{413, "Envoi trop volumineux",
		"Ce que vous avez envoyé est trop long pour ce site. Revenez à la page précédente, "
		"raccourcissez vos textes et envoyez à nouveau."},
	{414, "Adresse trop longue",
		"L’adresse demandée est trop longue. Reprenez le lien tel qu’il figure dans votre message."},
	{417, "Demande refusée",
		"Votre navigateur attend du site une chose qu’il ne sait pas faire. Rechargez la page."},
	{431, "Demande trop volumineuse",
		"Votre navigateur a joint trop d’informations à sa demande. Effacez les cookies de ce "
		"site, puis rouvrez le lien de votre message."},
	{500, "Erreur du site",
		"Le site a rencontré une erreur. Réessayez dans quelques minutes ; vos réponses déjà "
		"enregistrées ne sont pas perdues."},
	{501, "Demande inconnue",
		"Le site ne connaît pas ce type de demande. Rouvrez le lien de votre message dans un "
		"navigateur."},
	{503, "Site occupé",
		"Le site n’a pas pu répondre à temps. Attendez un instant, puis envoyez la page à nouveau ; "
		"vos réponses déjà enregistrées ne sont pas perdues."},
	{505, "Version non reconnue",
		"Votre navigateur emploie une version du protocole que ce site ne connaît pas. Essayez "
		"avec un autre navigateur."},
};

void http_refusal(struct reply_part *part, int status)
{
	size_t at = 0;
	for (size_t i = 0; i < COUNT_OF(refusals); i++)
		if (refusals[i].status == status)
			at = i;
	*part = (struct reply_part){.head = BUF_LIMIT(4096), .body = BUF_LIMIT(4096)};
	part->last = part->close = true;
	buf_printf(&part->body,
		"<!doctype html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n<title>%s</title>\n</head>\n"
		"<body>\n<main>\n<h1>%s</h1>\n<p>%s</p>\n</main>\n</body>\n</html>\n",
		refusals[at].title, refusals[at].title, refusals[at].advice);
	http_head_start(&part->head, refusals[at].status, "text/html; charset=utf-8",
		false, part->body.n);
	site_headers_write(&part->head);
	buf_puts(&part->head, "Connection: close\r\n\r\n");
	must(!part->head.failed && !part->body.failed);
}
