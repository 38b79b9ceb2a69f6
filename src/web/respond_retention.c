/* SPDX-License-Identifier: Apache-2.0 */
/* respond_retention.c - until when what tells of people is kept: the dates of the edition itself (store/privacy_store.h). */

#include "respond_private.h"

static void add(json_t *list, char *text)
{
	json_array_append_new(list, json_pack("{s:s}", "P", text));
	free_char(&text);
}

json_t *info_retention(const struct exchange *exchange, const struct edition *edition)
{
	const struct language *language = exchange_language(exchange);
	const struct retention *retention = &edition->retention;
	json_t *list = json_array();
	SCOPED(free_char)
	char *contacts = civil_date(language, retention->contacts_until);
	SCOPED(free_char) char *wishes = civil_date(language, retention->wishes_until);
	SCOPED(free_char) char *months = x_printf("%d", retention->journal_months);

	add(list,
		words_fill(language,
			"Votre adresse, si vous avez été invité·e, et l’échec éventuel d’un envoi sont gardés jusqu’au {date} au plus tard, puis effacés.",
			"date", contacts, NULL));
	add(list,
		words_fill(language,
			"Si vous souhaitez être recontacté·e, votre demande, scellée à part des réponses, est gardée jusqu’au {date} au plus tard, puis effacée.",
			"date", wishes, NULL));
	info_add_paragraph(exchange, list,
		WORDS("Si vous demandez à ne plus recevoir de courriel, une empreinte de votre adresse, illisible sans notre clé, est gardée à part et sans limite de durée : c’est elle qui nous empêche de vous écrire de nouveau."));
	add(list,
		words_fill(language,
			"Le journal des actions de l’équipe est effacé au bout de {n} mois ; il ne dit rien de qui répond.",
			"n", months, NULL));
	info_add_paragraph(exchange, list,
		WORDS("Les réponses devenues anonymes et les chiffres publiés sont gardés sans limite de durée, pour suivre les évolutions."));
	return list;
}
