/* SPDX-License-Identifier: Apache-2.0 */
/* staff_attention.c - what needs a person: each line says what is the matter and leads to where it is seen. */
#include <stdarg.h>
#include <stdio.h>

#include "staff_private.h"

#define LATE_AFTER \
 (2 * USEC_PER_HOUR) /* the sending window of an edition may hold a mailing back a little */

void attention_add(
	json_t *list, const char *href, const char *link, const char *format, ...)
{
	char text[700];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!str_is_utf8(str_of(text))) /* cut in the middle of a letter */
		(void)snprintf(text, sizeof(text), "%s",
			"Quelque chose demande votre attention.");
	json_array_append_new(list,
		json_pack("{s:s, s:s, s:s}", "NOTE", text, "NOTE_HREF", href, "NOTE_LINK",
			link));
}

static bool is_in(const struct staff_edition *edition, const char *state)
{
	return strcmp(edition->state, state) == 0;
}

void attention_edition(json_t *list, const struct staff_edition *edition, usec_t now)
{
	SCOPED(free_char) char *href = x_printf("/editions/%s", edition->code);
	SCOPED(free_char)
	char *closes = clock_french_date(edition->closes, edition->zone);
	SCOPED(free_char) char *opens = clock_french_date(edition->opens, edition->zone);

	if (is_in(edition, "open") && edition->closes <= now)
		attention_add(list, href, "Clore l’édition",
			"La date de clôture (%s) est passée et l’édition est encore ouverte" NNBSP
			": elle continue d’accepter des réponses.",
			closes);
	if (is_in(edition, "draft") && edition->opens <= now)
		attention_add(list, href, "Voir l’édition",
			"La date d’ouverture (%s) est passée et l’édition n’est pas ouverte.",
			opens);
	if (is_in(edition, "closed"))
		attention_add(list, href, "Préparer le dépouillement",
			"L’édition est close" NNBSP ": il reste à la dépouiller.");
}

static void attention_mailing(json_t *list, const struct staff_edition *edition,
	const struct db_rows *rows, size_t row, const char *href, usec_t now)
{
	struct str state = db_str(rows, row, "state");
	const char *label = staff_kind_label(db_str(rows, row, "kind"));
	usec_t due = db_usec(rows, row, "due");

	if (str_eq_z(state, "held"))
		attention_add(list, href, "Voir les envois",
			"%s" NNBSP
			": envoi retenu. Il ne partira pas sans votre décision.",
			label);
	else if (is_in(edition, "open") && str_eq_z(state, "planned") &&
		db_usec(rows, row, "not_after") < now)
		attention_add(list, href, "Voir les envois",
			"%s" NNBSP
			": la date limite est passée sans que l’envoi soit parti.",
			label);
	else if (is_in(edition, "open") && str_eq_z(state, "planned") &&
		due + LATE_AFTER < now)
		attention_add(list, href, "Voir les envois",
			"%s" NNBSP ": l’heure prévue est passée et rien n’est parti.",
			label);
}

static int64_t sum_of(const struct db_rows *rows, const char *column)
{
	int64_t sum = 0;

	for (size_t i = 0; i < db_count(rows); i++)
		sum += db_int(rows, i, column);
	return sum;
}

void attention_mailings(json_t *list, const struct staff_edition *edition,
	const struct db_rows *rows, usec_t now)
{
	SCOPED(free_char) char *href = x_printf("/mailings?edition=%s", edition->code);
	int64_t unknown = sum_of(rows, "unknown"), refused = sum_of(rows, "refused");
	SCOPED(free_char)
	char *unknown_text = staff_plural(
		unknown, "message incertain", "messages incertains");
	SCOPED(free_char)
	char *refused_text = staff_plural(refused, "message refusé", "messages refusés");

	for (size_t i = 0; i < db_count(rows); i++)
		attention_mailing(list, edition, rows, i, href, now);
	if (unknown > 0)
		attention_add(list, href, "Voir lesquels",
			"%s" NNBSP
			": le service s’est interrompu pendant la remise. Rien n’est renvoyé sans la "
			"décision d’une personne, pour n’écrire deux fois à personne.",
			unknown_text);
	if (refused > 0)
		attention_add(list, href, "Voir pourquoi",
			"%s par le serveur du destinataire.", refused_text);
}

/* The newest task of each kind counts; older ones were asked again. */
void attention_tasks(json_t *list, const struct staff_edition *edition,
	const struct db_rows *rows, usec_t now)
{
	SCOPED(free_char) char *href = x_printf("/editions/%s", edition->code);

	for (size_t i = 0; i < db_count(rows); i++) {
		struct str kind = db_str(rows, i, "kind");
		bool newest = true;

		for (size_t k = 0; k < i; k++)
			newest = newest && !str_eq(db_str(rows, k, "kind"), kind);
		if (!newest)
			continue;
		if (!db_is_null(rows, i, "finished_at") &&
			!str_eq_z(db_str(rows, i, "outcome"), "done"))
			attention_add(list, href, "Voir l’édition",
				"%s" NNBSP ": la demande n’a pas abouti (%s).",
				staff_task_label(kind), db_str(rows, i, "outcome").p);
		else if (db_is_null(rows, i, "finished_at") &&
			db_usec(rows, i, "asked_at") + USEC_PER_HOUR < now)
			attention_add(list, href, "Voir l’édition",
				"%s" NNBSP
				": demande faite il y a plus d’une heure et toujours sans réponse. Le "
				"processus « keeper » tourne-t-il" NNBSP "?",
				staff_task_label(kind));
	}
}

void attention_record(
	json_t *list, const struct staff_edition *edition, const json_t *record)
{
	SCOPED(free_char) char *href = x_printf("/editions/%s/record", edition->code);
	SCOPED(free_char) char *text = NULL;
	const json_t *audience;
	int64_t invalid = 0;
	size_t i;

	json_array_foreach(json_object_get(record, "audiences"), i, audience)
		invalid += json_integer_value(json_object_get(audience, "invalid"));
	text = staff_plural(invalid, "boîte n’a pas pu être comptée",
		"boîtes n’ont pas pu être comptées");
	if (invalid > 0)
		attention_add(list, href, "Lire le procès-verbal",
			"%s au dépouillement. Le contenu scellé est gardé pour être examiné.",
			text);
}
