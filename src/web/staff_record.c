/* SPDX-License-Identifier: Apache-2.0 */
/* staff_record.c - pages to read: the printable record of a count, and the journal. */
#include <stdio.h>

#include "barometre/store/count_store.h"
#include "sql_catalog.h"
#include "staff_mail.h"

#define JOURNAL_PAGE 100

/* ---- GET /editions/<code>/record ---- */

struct record_totals {
	json_int_t boxes, complete, partial, invalid, dropped;
};

static json_int_t take(const json_t *audience, const char *key, json_int_t *sum)
{
	json_int_t n = json_integer_value(json_object_get(audience, key));

	*sum += n;
	return n;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static json_t *generalised(const json_t *audience)
{
	const json_t *one;
	json_t *list = json_array();
	size_t i;

	json_array_foreach(json_object_get(audience, "generalised"), i, one)
		json_array_append_new(list,
			json_pack("{s:s, s:s}", "SEGMENT", text_of(one, "label"), "KEPT",
				strcmp(text_of(one, "kept"), "20") == 0
					? "gardé par tranches de vingt"
					: "retiré"));
	return list;
}

static json_t *record_row(const json_t *audience, struct record_totals *all)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "AUDIENCE",
		text_of(audience, "label"), "FORM", text_of(audience, "form"), "BOXES",
		staff_json_number(take(audience, "boxes", &all->boxes)), "COMPLETE",
		staff_json_number(take(audience, "complete", &all->complete)), "INVALID",
		staff_json_number(take(audience, "invalid", &all->invalid)), "PARTIAL",
		staff_json_number(take(audience, "partial", &all->partial)), "DROPPED",
		staff_json_number(take(audience, "drafts_dropped", &all->dropped)),
		"GENERALISED", generalised(audience));
}

/* What became of the people of each list, in AAPOR's classes (app/count.h). */
static json_t *dispositions(const json_t *record)
{
	static const struct {
		const char *key, *name;
	} numbers[] = {{"contacts", "CONTACTS"}, {"complete", "ANSWERED"},
		{"refusal", "REFUSAL"}, {"undelivered", "UNDELIVERED"},
		{"not_sent", "NOT_SENT_YET"}, {"silent", "SILENT"},
		{"open", "BY_OPEN_LINK"}};
	const json_t *one;
	json_t *list = json_array();
	size_t i;

	json_array_foreach(json_object_get(record, "dispositions"), i, one) {
		json_t *row = json_object();
		json_object_set_new(row, "LIST",
			json_string(
				count_record_label(record, text_of(one, "audience"))));
		for (size_t k = 0; k < COUNT_OF(numbers); k++)
			json_object_set_new(row, numbers[k].name,
				staff_json_number(json_integer_value(
					json_object_get(one, numbers[k].key))));
		json_object_set_new(row, "RATE",
			staff_json_percent(
				json_integer_value(json_object_get(one, "complete")),
				json_integer_value(json_object_get(one, "contacts"))));
		json_array_append_new(list, row);
	}
	return list;
}

static void set_text(
	json_t *content, const char *name, const json_t *record, const char *key)
{
	json_object_set_new(content, name, json_string(text_of(record, key)));
}

static void set_day(
	json_t *content, const char *name, const json_t *record, const char *key)
{
	json_object_set_new(content, name, staff_json_day(text_of(record, key)));
}

static void set_truth(
	json_t *content, const char *name, const json_t *record, const char *key)
{
	json_object_set_new(
		content, name, json_boolean(json_is_true(json_object_get(record, key))));
}

/* Tables that other editions need: their files could not be unlinked. */
static json_t *shared_tables(const json_t *record)
{
	SCOPED(buf_release) struct buf names = BUF_LIMIT(4096);
	const json_t *name;
	size_t i;

	json_array_foreach(json_object_get(record, "shared_files"), i, name)
		buf_printf(
			&names, "%sbarometre.%s", i ? ", " : "", json_string_value(name));
	return json_string(buf_str(&names).p);
}

/* Those of earlier seals (count.h, N6). */
static json_t *former_hashes(const json_t *record)
{
	json_t *list = json_array();
	const json_t *hash;
	size_t i;

	json_array_foreach(json_object_get(record, "former_hashes"), i, hash)
		json_array_append_new(
			list, json_pack("{s:s}", "FORMER_HASH", json_string_value(hash)));
	return list;
}

static void set_after(json_t *content, const json_t *record)
{
	json_object_set_new(content, "DISPOSITIONS", dispositions(record));
	json_object_set_new(content, "SHARED", shared_tables(record));
	json_object_set_new(content, "CUSTODIANS",
		json_boolean(strcmp(text_of(record, "keys"), "custodians") == 0));
	set_text(content, "CUSTODIAN", record, "custodian");
	set_text(content, "HASH", record, "hash");
	json_object_set_new(content, "FORMER_HASHES", former_hashes(record));
	set_truth(content, "DESTROYED", record, "keys_destroyed");
	set_truth(content, "CHECKPOINT", record, "checkpoint");
}

static json_t *record_content(const json_t *record)
{
	json_t *rows = json_array(), *content = json_object();
	const json_t *audience, *thresholds = json_object_get(record, "thresholds");
	struct record_totals all = {0};
	size_t i;

	json_array_foreach(json_object_get(record, "audiences"), i, audience)
		json_array_append_new(rows, record_row(audience, &all));
	json_object_set_new(content, "ROWS", rows);
	json_object_set_new(content, "ALL",
		json_pack("{s:o, s:o, s:o, s:o, s:o}", "ALL_BOXES",
			staff_json_number(all.boxes), "ALL_COMPLETE",
			staff_json_number(all.complete), "ALL_INVALID",
			staff_json_number(all.invalid), "ALL_PARTIAL",
			staff_json_number(all.partial), "ALL_DROPPED",
			staff_json_number(all.dropped)));
	set_text(content, "EDITION", record, "title");
	set_text(content, "CODE", record, "edition");
	set_text(content, "KEY", record, "counting_key");
	set_day(content, "DAY", record, "day");
	set_day(content, "OPENS", record, "opens");
	set_day(content, "CLOSES", record, "closes");
	set_after(content, record);
	json_object_set_new(content, "MIN_BASE",
		staff_json_number(
			json_integer_value(json_object_get(thresholds, "minBase"))));
	json_object_set_new(content, "MIN_CELL",
		staff_json_number(
			json_integer_value(json_object_get(thresholds, "minCell"))));
	set_truth(content, "PARTIALS", record, "partials_counted");
	json_object_set_new(content, "BALANCED",
		json_boolean(all.boxes == all.complete + all.invalid));
	return content;
}

static void record_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	json_t *record;

	if (staff_is_down(step, err))
		return;
	record = db_count(rows) > 0 ? json_loads(db_str(rows, 0, "record").p, 0, NULL)
				    : NULL;
	if (!record) {
		staff_message(step, 404, "/editions", "Pas de procès-verbal",
			"Cette édition n’est pas dépouillée, ou elle n’existe pas.",
			"/editions", "Voir les éditions");
		return;
	}
	staff_page(step, 200, "Procès-verbal du dépouillement", "/editions",
		"staff_record.html", record_content(record));
	json_decref(record);
}

static void show_record(struct staff_step *step)
{
	struct db_params params = {0};

	db_text(&params, step->parts[0]);
	staff_ask(step, &SQL_COUNT_RECORD, &params, record_read);
}

void staff_get_record(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, show_record);
}

/* ---- GET /audit ---- */

static const char *action_words(struct str action)
{
	static const struct {
		const char *code, *words;
	} table[] = {
		{"login", "connexion"},
		{"ask_close", "clôture demandée"},
		{"ask_count", "dépouillement demandé"},
		{"close", "clôture"},
		{"count", "dépouillement"},
		{"count_record", "procès-verbal scellé"},
		{"key.make", "clé du dépouillement créée"},
		{"key.again", "clé du dépouillement refaite"},
		{"key.test", "fichier d’un dépositaire essayé"},
		{"open-despite", "ouverture malgré les constats du contrôle"},
		{"purge", "effacement à l’échéance"},
		{"mailing.add", "envoi prévu"},
		{"mailing.pause", "envoi mis en pause"},
		{"mailing.resume", "envoi repris"},
		{"mailing.now", "envoi avancé à maintenant"},
		{"mailing.cancel", "envoi annulé"},
		{"mailing.reschedule", "envoi changé de date"},
		{"delivery.sent", "messages incertains déclarés partis"},
		{"delivery.again", "messages incertains envoyés de nouveau"},
		{"delivery.give_up", "messages incertains abandonnés"},
		{"mail.hold", "tous les courriels retenus"},
		{"mail.release", "courriels laissés repartir"},
		{"letter.save", "lettre enregistrée"},
		{"letter.drop", "texte d’une lettre retiré"},
		{"letter.test", "essai d’une lettre demandé"},
		{"contact_object", "opposition enregistrée"},
		{"contact_lift", "erreur d’adresse levée"},
	};

	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (str_eq_z(action, table[i].code))
			return table[i].words;
	return action.p;
}

static void journal_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	json_t *list, *content;
	size_t count;

	if (staff_is_down(step, err))
		return;
	count = db_count(rows);
	list = json_array();
	for (size_t i = 0; i < count; i++) {
		struct str action = db_str(rows, i, "action");
		SCOPED(free_char)
		char *detail = mail_journal_words(action, db_str(rows, i, "detail"));

		json_array_append_new(list,
			json_pack("{s:o, s:s, s:s, s:s}", "AT",
				staff_json_time(db_usec(rows, i, "at"), "Europe/Paris"),
				"WHO", db_str(rows, i, "login").p, "ACTION",
				action_words(action), "DETAIL", detail));
	}
	content = json_pack("{s:o}", "LINES", list);
	if (count == JOURNAL_PAGE) {
		SCOPED(free_char)
		char *older = x_printf(
			"/audit?before=%lld", (long long)db_int(rows, count - 1, "id"));

		json_object_set_new(content, "OLDER", json_string(older));
	} else {
		json_object_set_new(content, "OLDER", json_string(""));
	}
	staff_page(step, 200, "Journal", "/audit", "staff_audit.html", content);
}

static void show_journal(struct staff_step *step)
{
	struct str wish = staff_query(step->exchange, "before");
	struct db_params params = {0};
	uint64_t before;

	if (wish.p && str_parse_u64(wish, &before) && before <= INT64_MAX)
		db_i64(&params, (int64_t)before);
	else
		db_null(&params);
	db_i64(&params, JOURNAL_PAGE);
	staff_ask(step, &SQL_STAFF_JOURNAL_LIST, &params, journal_read);
}

void staff_get_audit(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, show_journal);
}
