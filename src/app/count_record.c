/* SPDX-License-Identifier: Apache-2.0 */
/* count_record.c - the procès-verbal: made, sealed by its hash, printed; and the progress of the count in words. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/base/log.h"
#include "barometre/privacy/disclose.h"
#include "count_private.h"

/* ---- Made ---- */

static json_t *day_of(usec_t at, const char *zone)
{
	struct civil day = clock_civil(at, zone);
	SCOPED(free_char)
	char *text = x_printf("%04d-%02d-%02d", day.year, day.month, day.day);

	return json_string(text);
}

static json_t *audience_record(
	const struct edition_audience *audience, const struct edition_result *result)
{
	const struct count_totals *t = &result->totals;

	return json_pack("{s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:O}", "audience",
		audience->audience, "label", audience->form->audience_label, "form",
		audience->form->hash, "open_link", audience->open_link, "boxes",
		(json_int_t)t->boxes, "complete", (json_int_t)t->complete, "partial",
		(json_int_t)t->partial, "invalid", (json_int_t)t->invalid,
		"drafts_dropped", (json_int_t)t->drafts_dropped, "generalised",
		result->generalised);
}

json_t *record_make(const struct edition *edition, const struct count_options *options,
	const struct edition_result *results, const struct public_key *key)
{
	char fingerprint[65];
	struct hash32 hash = hash_plain(
		(struct str){(const char *)key->b, sizeof(key->b)});
	json_t *audiences = json_array(), *record;

	hex_write(fingerprint, hash.b, sizeof(hash.b));
	for (size_t i = 0; i < edition->audience_count; i++)
		json_array_append_new(
			audiences, audience_record(&edition->audiences[i], &results[i]));
	record = json_pack("{s:s, s:s, s:o, s:o, s:o, s:s, s:s, s:b, s:{s:I, s:I}, s:o}",
		"edition", edition->code, "title", edition->title, "opens",
		day_of(edition->opens, edition->zone), "closes",
		day_of(edition->closes, edition->zone), "day",
		day_of(options->now, edition->zone), "keys",
		edition->custodians ? "custodians" : "server", "counting_key",
		fingerprint, "partials_counted", edition->count_partials, "thresholds",
		"minBase", (json_int_t)edition->thresholds.min_base, "minCell",
		(json_int_t)edition->thresholds.min_cell, "audiences", audiences);
	must(record);
	if (options->custodian)
		json_object_set_new(record, "custodian", json_string(options->custodian));
	return record;
}

int64_t record_total(const json_t *record, const char *key)
{
	int64_t total = 0;
	size_t i;
	json_t *audience;

	json_array_foreach(json_object_get(record, "audiences"), i, audience)
		total += json_integer_value(json_object_get(audience, key));
	return total;
}

void record_hash(const json_t *record, char out[65])
{
	json_t *bare = json_copy((json_t *)(uintptr_t)record);
	struct hash32 hash;
	char *text;

	json_object_del(bare, "hash");
	text = json_dumps(bare, JSON_COMPACT | JSON_SORT_KEYS);
	must(text);
	hash = hash_plain(str_of(text));
	hex_write(out, hash.b, sizeof(hash.b));
	free(text);
	json_decref(bare);
}

/* ---- Printed ---- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static long long number_of(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

static void print_day(struct buf *out, const json_t *record, const char *key)
{
	struct civil day;

	if (civil_parse_date(text_of(record, key), &day)) {
		SCOPED(free_char) char *text = civil_date(language_french(), day);
		buf_puts(out, text);
	} else {
		buf_puts(out, text_of(record, key));
	}
}

static void print_head(const json_t *record, struct buf *out)
{
	const json_t *thresholds = json_object_get(record, "thresholds");
	const char *custodian = text_of(record, "custodian");

	buf_printf(out, "Procès-verbal de dépouillement\n%s (%s)\n",
		text_of(record, "title"), text_of(record, "edition"));
	if (json_object_get(record, "opens")) {
		buf_puts(out, "Questionnaires ouverts du ");
		print_day(out, record, "opens");
		buf_puts(out, " au ");
		print_day(out, record, "closes");
		buf_puts(out, ".\n");
	}
	buf_puts(out, "Dépouillement fait le ");
	print_day(out, record, "day");
	buf_puts(out, ".\n\n");
	if (strcmp(text_of(record, "keys"), "custodians") == 0)
		buf_printf(out,
			"Clé du dépouillement : gardée hors du serveur par ses dépositaires%s%s.\n",
			*custodian ? ", apportée par " : "", custodian);
	else
		buf_puts(out, "Clé du dépouillement : gardée par le serveur.\n");
	buf_printf(out, "Empreinte de sa moitié publique :\n%s\n",
		text_of(record, "counting_key"));
	buf_printf(out,
		"Seuils de diffusion : aucun chiffre sous %lld personnes, aucune case sensible sous %lld.\n",
		number_of(thresholds, "minBase"), number_of(thresholds, "minCell"));
	buf_printf(out, "Questionnaires interrompus : %s.\n\n",
		json_is_true(json_object_get(record, "partials_counted"))
			? "comptés quand ils sont assez complets"
			: "pas comptés");
}

static void print_generalised(const json_t *audience, struct buf *out)
{
	const json_t *list = json_object_get(audience, "generalised"), *one;
	size_t i;

	if (!list)
		return;
	if (json_array_size(list) == 0) {
		buf_puts(out,
			"  Segments des réponses gardées : aucun n’a dû être généralisé.\n");
		return;
	}
	buf_puts(out,
		"  Segments généralisés dans les réponses gardées, pour que personne n’y soit reconnaissable :\n");
	json_array_foreach(list, i, one)
		buf_printf(out, "    « %s » : %s\n", text_of(one, "label"),
			strcmp(text_of(one, "kept"), "20") == 0
				? "gardé par tranches de vingt"
				: "retiré");
}

static const struct line {
	const char *key, *label;
} box_lines[] = {
	{"boxes", "boîtes dans l’urne"},
	{"complete", "réponses complètes"},
	{"partial", "réponses interrompues comptées"},
	{"invalid", "boîtes invalides, gardées scellées"},
	{"drafts_dropped", "brouillons écartés"},
};

static void print_boxes(const json_t *record, struct buf *out)
{
	const json_t *audience;
	size_t i;

	json_array_foreach(json_object_get(record, "audiences"), i, audience) {
		buf_printf(out, "%s\n", text_of(audience, "label"));
		for (size_t l = 0; l < COUNT_OF(box_lines); l++)
			buf_printf(out, "  %6lld  %s\n",
				number_of(audience, box_lines[l].key),
				box_lines[l].label);
		print_generalised(audience, out);
	}
	buf_puts(out, "Ensemble\n");
	for (size_t l = 0; l < COUNT_OF(box_lines); l++)
		buf_printf(out, "  %6lld  %s\n",
			(long long)record_total(record, box_lines[l].key),
			box_lines[l].label);
	buf_printf(out,
		"\nÉgalité vérifiée : boîtes = complètes + invalides (%lld = %lld + %lld).\n",
		(long long)record_total(record, "boxes"),
		(long long)record_total(record, "complete"),
		(long long)record_total(record, "invalid"));
}

static void print_dispositions(const json_t *record, struct buf *out)
{
	static const struct line lines[] = {
		{"contacts", "personnes dans la liste"},
		{"complete", "ont répondu (AAPOR I, 1.1)"},
		{"refusal", "se sont opposées aux courriels sans répondre (R, 2.11)"},
		{"undelivered", "courriel refusé ou revenu (UO, 3.30)"},
		{"not_sent", "aucun courriel parti (UO, 3.11)"},
		{"silent", "courriel parti, pas de réponse (UO, 3.19)"},
		{"open", "réponses par le lien ouvert, hors liste"},
	};
	const json_t *list = json_object_get(record, "dispositions"), *one;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	buf_puts(out,
		"\nCe que sont devenus les liens personnels (définitions de l’AAPOR)\n");
	json_array_foreach(list, i, one) {
		long long contacts = number_of(one, "contacts");
		buf_printf(out, "%s\n",
			count_record_label(record, text_of(one, "audience")));
		for (size_t l = 0; l < COUNT_OF(lines); l++)
			buf_printf(out, "  %6lld  %s\n", number_of(one, lines[l].key),
				lines[l].label);
		if (contacts > 0)
			buf_printf(out, "  Taux de réponse (RR1) : %lld %%\n",
				(long long)percent_of(
					number_of(one, "complete"), contacts));
	}
	buf_puts(out,
		"Une réponse interrompue n’a pas de lien avec une personne de la liste : elle est comptée par public, plus haut.\n");
}

static void print_keys(const json_t *record, struct buf *out)
{
	bool custodians = strcmp(text_of(record, "keys"), "custodians") == 0;

	if (json_is_true(json_object_get(record, "keys_destroyed")))
		buf_puts(out,
			"\nLes clés de l’édition qui étaient sur le serveur ont été détruites : fichiers réécrits puis supprimés. "
			"Sur un disque à mémoire flash, d’anciens blocs peuvent subsister ; placez le dossier des clés sur un "
			"volume chiffré.\n");
	else
		buf_printf(out,
			"\nLes clés de l’édition n’ont PAS été détruites : des boîtes invalides restent à examiner. "
			"Ensuite : barometre count %s --waive-invalid.\n",
			text_of(record, "edition"));
	if (custodians)
		buf_puts(out,
			"Les fichiers des dépositaires ouvrent encore les boîtes des anciennes sauvegardes : chacun détruit le sien, "
			"et ses feuilles imprimées.\n");
}

/* What the program may not do itself. */
static void print_advice(const json_t *record, struct buf *out)
{
	const json_t *shared = json_object_get(record, "shared_files"), *name;
	size_t i;

	buf_puts(out, "\nReste à faire par l’exploitant\n");
	if (json_array_size(shared) > 0) {
		buf_puts(out,
			"  - Réécrire les tables qui servent aussi à d’autres éditions (psql, propriétaire) : VACUUM FULL");
		json_array_foreach(shared, i, name)
			buf_printf(out, "%s barometre.%s", i ? "," : "",
				json_string_value(name));
		buf_puts(out, ".\n");
	}
	if (!json_is_true(json_object_get(record, "checkpoint")))
		buf_puts(out,
			"  - Écrire la base sur le disque et laisser partir les journaux WAL : CHECKPOINT (psql, superutilisateur).\n");
	buf_puts(out,
		"  - Supprimer les journaux WAL archivés et les sauvegardes de base (pg_basebackup, archive_command) d’avant ce jour.\n"
		"  - Supprimer les exports de la base (pg_dump) et les instantanés de disque d’avant ce jour.\n"
		"  - Supprimer les copies du dossier des clés, où qu’elles soient (sauvegardes de fichiers comprises).\n"
		"  - Garder ce procès-verbal signé avec la sauvegarde faite après le dépouillement.\n");
}

static void print_hashes(const json_t *record, struct buf *out)
{
	const json_t *former;
	size_t i;

	buf_printf(out,
		"\nEmpreinte de ce procès-verbal (BLAKE2b-256 de son JSON canonique), aussi au journal :\n%s\n",
		text_of(record, "hash"));
	json_array_foreach(json_object_get(record, "former_hashes"), i, former)
		buf_printf(out,
			"Empreinte d’avant la destruction des clés, que portent les fichiers publiés avant elle :\n%s\n",
			json_string_value(former));
}

void record_print(const json_t *record, struct buf *out)
{
	print_head(record, out);
	print_boxes(record, out);
	print_dispositions(record, out);
	if (!*text_of(record, "hash")) {
		buf_printf(out,
			"\nLe dépouillement n’est pas terminé : relancez barometre count %s, rien ne sera compté deux fois.\n",
			text_of(record, "edition"));
		return;
	}
	print_keys(record, out);
	print_advice(record, out);
	print_hashes(record, out);
	buf_puts(out, "\nFait à                        le\nSignatures :\n");
}

/* ---- Progress ---- */

void count_progress_terminal(void *arg, const char *audience, int64_t done, int64_t total)
{
	(void)arg;
	if (audience)
		fprintf(stderr, "\r%s : %lld %% ", audience,
			(long long)(total > 0 ? 100 * done / total : 100));
	if (audience && done >= total)
		fputc('\n', stderr);
}

#define LOG_EVERY (5 * USEC_PER_SEC)

void count_progress_log(void *arg, const char *audience, int64_t done, int64_t total)
{
	struct count_pace *pace = arg;
	usec_t now = clock_monotonic();

	if (!audience) {
		log_info("count.step", F_COUNT("done", done), F_COUNT("of", total));
	} else if (now - pace->last >= LOG_EVERY) {
		pace->last = now;
		log_info("count.progress", F_TEXT("audience", audience),
			F_COUNT("done", done), F_COUNT("of", total));
	}
}
