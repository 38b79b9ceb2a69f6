/* SPDX-License-Identifier: Apache-2.0 */
/* staff_attention.c - what needs a person: each line says what is the matter and leads to where it is seen. */
#include <stdarg.h>
#include <stdio.h>

#include "staff_mail.h"
#include "staff_tables.h"

#define LATE_AFTER (2 * USEC_PER_HOUR) /* behind the first hour when it may leave */
/* Of a hundred addresses; large senders ask for fewer than two (Gmail, Yahoo: rules of 2024), a list by hand has more. */
#define BOUNCE_SHARE 5
#define BOUNCE_LEAST 5

static void attention_add(json_t *list, const char *href, const char *link,
	const char *format, ...) PRINTF_LIKE(4, 5);

static void attention_add(
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
	const struct db_rows *rows, size_t row, usec_t now)
{
	struct str state = db_str(rows, row, "state");
	const char *name = mailing_name(rows, row);
	bool waiting = str_eq_z(state, "planned") && is_in(edition, "open");
	bool moves = !db_is_null(rows, row, "after_kind");
	SCOPED(free_char) char *href = NULL;
	struct id16 id;
	char text[37];

	db_get_uuid(rows, row, "id", &id);
	uuid_write(text, &id);
	href = x_printf("/mailings/%s", text);
	if (db_true(rows, row, "alarm"))
		attention_add(list, href, "Voir l’envoi",
			"%s : le registre ne retrouve pas tous les messages prévus. Prévenez la personne qui exploite le service.",
			name);
	if (str_eq_z(state, "held"))
		attention_add(list, href, "Choisir une date ou annuler",
			"%s : envoi retenu, car sa date limite est passée avant que tout soit parti. Il ne partira pas sans votre décision.",
			name);
	else if (waiting && db_usec(rows, row, "not_after") < now)
		attention_add(list, href, "Voir l’envoi",
			"%s : la date limite est passée sans que l’envoi soit parti.",
			name);
	else if (waiting && !moves && !db_true(rows, row, "paused") &&
		mailing_departure(edition, db_usec(rows, row, "due"),
			db_usec(rows, row, "not_after")) +
				LATE_AFTER <
			now)
		attention_add(list, href, "Voir l’envoi",
			"%s : l’heure prévue est passée et rien n’est parti.", name);
	else if (waiting && db_true(rows, row, "paused") &&
		db_usec(rows, row, "due") < now)
		attention_add(list, href, "Reprendre ou annuler",
			"%s : l’heure prévue est passée, et l’envoi est en pause.", name);
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
	int64_t unknown = sum_of(rows, "unknown"), refused = sum_of(rows, "refused"),
		deferred = sum_of(rows, "deferred");
	SCOPED(free_char)
	char *unknown_text = staff_plural(
		unknown, "message incertain", "messages incertains");
	SCOPED(free_char)
	char *refused_text = staff_plural(refused, "message refusé", "messages refusés");
	SCOPED(free_char)
	char *deferred_text = staff_plural(deferred, "message", "messages");

	for (size_t i = 0; i < db_count(rows); i++)
		attention_mailing(list, edition, rows, i, now);
	if (unknown > 0)
		attention_add(list, href, "Voir lesquels",
			"%s : le service s’est interrompu pendant la remise. Rien n’est renvoyé sans la "
			"décision d’une personne, pour n’écrire deux fois à personne.",
			unknown_text);
	if (deferred > 0)
		attention_add(list, href, "Voir les envois",
			"%s que le relais de courriel n’a pas pris au premier essai, et qui lui seront présentés de nouveau. Si ce nombre ne baisse pas, le relais ne répond peut-être plus.",
			deferred_text);
	if (refused > 0)
		attention_add(list, href, "Voir pourquoi",
			"%s par le serveur du destinataire.", refused_text);
}

void attention_gate(
	json_t *list, const struct staff_edition *edition, const struct db_rows *rows)
{
	SCOPED(free_char) char *href = x_printf("/mailings?edition=%s", edition->code);

	if (db_count(rows) == 0 || db_is_null(rows, 0, "held"))
		return;
	attention_add(list, href, "Voir que faire", "%s",
		str_eq_z(db_str(rows, 0, "held"), "restored")
			? "Tous les courriels sont retenus, car la base vient d’une sauvegarde restaurée. Rien ne partira sans votre décision."
			: "Tous les courriels sont retenus, à la demande de l’équipe.");
}

void attention_bounces(json_t *list, const struct staff_edition *edition,
	const struct db_rows *rows, int64_t contacts)
{
	SCOPED(free_char) char *href = x_printf("/contacts?edition=%s", edition->code);
	int64_t bounced = sum_of(rows, "n");
	SCOPED(free_char)
	char *text = staff_plural(bounced, "adresse est", "adresses sont");

	if (bounced * 100 < contacts * BOUNCE_SHARE || bounced < BOUNCE_LEAST)
		return;
	attention_add(list, href, "Voir pourquoi",
		"%s en erreur, soit plus de %d contacts sur cent. Si la liste est ancienne, mettez-la à jour : trop d’erreurs nuisent à la remise des autres courriels.",
		text, BOUNCE_SHARE);
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

/* ---- tables ---- */

/* The newest in that state; the count of rows when there is none. */
static size_t newest_that_is(const struct db_rows *rows, const char *state)
{
	size_t i = 0;

	while (i < db_count(rows) && !tables_has_state(rows, i, state))
		i++;
	return i;
}

static json_t *table_state(const struct staff_edition *edition,
	const struct db_rows *rows, size_t row, const char *link, char *text)
{
	SCOPED(free_char)
	char *href = x_printf("/tables?edition=%s%s", edition->code,
		tables_has_state(rows, row, "withdrawn") ? "" : "#apercu");
	json_t *state = json_pack(
		"{s:s, s:s, s:s}", "TEXT", text, "LINK", link, "LINK_HREF", href);

	free(text);
	return state;
}

static void attention_draft(
	json_t *list, const struct staff_edition *edition, const struct db_rows *rows)
{
	SCOPED(free_char) char *href = x_printf("/tables?edition=%s", edition->code);
	int version = (int)db_int(rows, 0, "version");

	if (!db_is_null(rows, 0, "refused"))
		attention_add(list, href, "Voir pourquoi",
			"Tableaux" NNBSP ": la vérification a refusé la diffusion %d.",
			version);
	else
		attention_add(list, href, "Voir les diffusions",
			"Tableaux" NNBSP
			": la diffusion %d n’est pas vérifiée. Sur le serveur" NNBSP
			": «" NNBSP "barometre release check %s" NNBSP "».",
			version, edition->code);
}

static json_t *of_checked(json_t *list, const struct staff_edition *edition,
	enum staff_role role, const struct db_rows *rows, size_t row)
{
	int version = (int)db_int(rows, row, "version");
	SCOPED(free_char)
	char *href = x_printf(
		"/tables?edition=%s&version=%d#apercu", edition->code, version);

	if (!db_is_null(rows, row, "pending"))
		return table_state(edition, rows, row, "Voir les diffusions",
			x_printf("la publication de la diffusion %d est demandée.",
				version));
	if (role == STAFF_ADMIN) {
		attention_add(list, href, "Relire, puis publier",
			"Tableaux" NNBSP
			": la diffusion %d est vérifiée, pas encore publiée.",
			version);
		return json_false();
	}
	return json_pack("{s:o, s:s, s:s}", "TEXT",
		json_sprintf(
			"la diffusion %d est vérifiée, pas encore publiée" NNBSP
			": une administratrice ou un administrateur peut la publier.",
			version),
		"LINK", "La relire", "LINK_HREF", href);
}

static const char *asked_of_published(struct str pending)
{
	if (str_eq_z(pending, "withdraw"))
		return NNBSP "; son retrait est demandé";
	return pending.n > 0 ? NNBSP "; ses fichiers sont demandés" : "";
}

json_t *attention_release(json_t *list, const struct staff_edition *edition,
	enum staff_role role, const struct db_rows *rows)
{
	size_t row = 0, out = newest_that_is(rows, "published");
	SCOPED(free_char) char *day = NULL;
	int version;

	if (role < STAFF_ANALYST || db_count(rows) == 0)
		return json_false();
	if (role == STAFF_ADMIN && tables_has_state(rows, 0, "draft"))
		attention_draft(list, edition, rows);
	while (row < db_count(rows) && tables_has_state(rows, row, "draft"))
		row++;
	if (row == db_count(rows))
		return json_false();
	version = (int)db_int(rows, row, "version");
	if (tables_has_state(rows, row, "checked"))
		return of_checked(list, edition, role, rows, row);
	if (tables_has_state(rows, row, "published")) {
		day = staff_day(db_str(rows, row, "published_on").p);
		return table_state(edition, rows, row, "Voir les tableaux",
			x_printf("diffusion %d, publiée le %s%s.", version, day,
				asked_of_published(db_str(rows, row, "pending"))));
	}
	day = staff_day(db_str(rows, row, "withdrawn_on").p);
	return table_state(edition, rows, row, "Voir pourquoi",
		out < db_count(rows)
			? x_printf("diffusion %d, retirée le %s" NNBSP
				   "; la diffusion %lld reste publiée.",
				  version, day, (long long)db_int(rows, out, "version"))
			: x_printf("diffusion %d, retirée le %s" NNBSP
				   "; plus rien n’est diffusé.",
				  version, day));
}
