/* SPDX-License-Identifier: Apache-2.0 */
/* count.c - see count.h. In reading order: one audience is gathered, written; then the whole, then the record. */
#include "barometre/app/count.h"

#include <stdio.h>
#include <stdlib.h>

#include "barometre/app/keyring.h"
#include "barometre/base/log.h"
#include "barometre/form/answer.h"
#include "barometre/form/place.h"
#include "barometre/report/release.h"
#include "barometre/store/count_store.h"
#include "barometre/store/edition_store.h"

/* A set of instances: open addressing, at most half full. */
struct instances {
	struct id16 *slots;
	bool *used;
	size_t capacity, count;
};

static size_t instance_slot(const struct instances *set, const struct id16 *id)
{
	size_t at;

	memcpy(&at, id->b, sizeof(at));
	at &= set->capacity - 1;
	while (set->used[at] && memcmp(&set->slots[at], id, sizeof(*id)) != 0)
		at = (at + 1) & (set->capacity - 1);
	return at;
}

/* False when it was there already. */
static bool instances_add(struct instances *set, const struct id16 *id)
{
	size_t at;

	if (2 * (set->count + 1) > set->capacity) {
		struct instances bigger = {
			.capacity = set->capacity ? 2 * set->capacity : 1024};

		bigger.slots = x_calloc(bigger.capacity, sizeof(*bigger.slots));
		bigger.used = x_calloc(bigger.capacity, sizeof(*bigger.used));
		for (size_t i = 0; i < set->capacity; i++)
			if (set->used[i]) {
				at = instance_slot(&bigger, &set->slots[i]);
				bigger.slots[at] = set->slots[i];
				bigger.used[at] = true;
			}
		bigger.count = set->count;
		free(set->slots);
		free(set->used);
		*set = bigger;
	}
	at = instance_slot(set, id);
	if (set->used[at])
		return false;
	set->used[at] = true;
	set->slots[at] = *id;
	set->count++;
	return true;
}

/* What one audience gives, before it is shuffled and written. */
struct gathered {
	const struct edition *edition;
	const struct edition_audience *audience;
	const struct public_key *public_key;
	const struct secret_key *secret_key;
	usec_t today;
	struct db *db;
	bool partial; /* reading drafts */
	struct instances instances;
	struct tabulation *tabulation;
	struct new_response *responses;
	size_t response_count, response_capacity;
	struct new_verbatim *verbatims;
	size_t verbatim_count, verbatim_capacity;
	struct str *wishes;
	size_t wish_count, wish_capacity;
	json_t *places; /* question → code → count */
	struct count_totals totals;
};

static void *grow(void *list, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return list;
	*capacity = *capacity ? 2 * *capacity : 64;
	return x_realloc(list, *capacity * size);
}

static struct str own(const char *text)
{
	size_t n = strlen(text);

	return (struct str){x_strndup(text, n), n};
}

static void gather_text(struct gathered *g, const char *question, const char *text)
{
	g->verbatims = grow(g->verbatims, g->verbatim_count, &g->verbatim_capacity,
		sizeof(*g->verbatims));
	g->verbatims[g->verbatim_count++] = (struct new_verbatim){
		.question = x_strdup(question), .text = own(text)};
}

static void gather_place(struct gathered *g, const char *question, const char *code)
{
	json_t *codes = json_object_get(g->places, question);

	if (!codes) {
		codes = json_object();
		json_object_set_new(g->places, question, codes);
	}
	json_object_set_new(codes, code,
		json_integer(1 + json_integer_value(json_object_get(codes, code))));
}

/* Numbers of a segment (an age) are kept as a band of ten: "60_69". */
static json_t *band_of(const json_t *number)
{
	long low = (long)json_number_value(number) / 10 * 10;
	SCOPED(free_char) char *text = x_printf("%ld_%ld", low, low + 9);

	return json_string(text);
}

/* The texts of a multipletext go to the open answers, each by itself; its numbers stay. */
static void gather_items(
	struct gathered *g, const struct question *q, json_t *items, json_t *row)
{
	json_t *numbers = json_object();
	const char *code;
	json_t *value;

	json_object_foreach(items, code, value) {
		SCOPED(free_char) char *name = x_printf("%s.%s", q->name, code);
		if (json_is_string(value))
			gather_text(g, name, json_string_value(value));
		else
			json_object_set(numbers, code, value);
	}
	if (json_object_size(numbers) > 0)
		json_object_set(row, q->name, numbers);
	json_decref(numbers);
}

/* The row to keep: what would point to somebody has gone to stores of its own. */
static json_t *coarsen(struct gathered *g, json_t *answers)
{
	const struct form *form = g->audience->form;
	json_t *row = json_object();
	const char *key;
	json_t *value;

	json_object_foreach(answers, key, value) {
		size_t n = strlen(key);
		const struct question *q = form_find(form, str_of(key));

		if (n > 8 && strcmp(key + n - 8, "-Comment") == 0)
			gather_text(g, key, json_string_value(value));
		else if (q && q->role == ROLE_TEXT && json_is_string(value))
			gather_text(g, key, json_string_value(value));
		else if (q && q->role == ROLE_TEXT && json_is_object(value))
			gather_items(g, q, value, row);
		else if (q && q->role == ROLE_LOCALITY && json_is_string(value))
			gather_place(g, key, json_string_value(value));
		else if (q && q->role == ROLE_SEGMENT && json_is_number(value))
			json_object_set_new(row, key, band_of(value));
		else
			json_object_set(row, key, value);
	}
	return row;
}

static void gather_answers(struct gathered *g, struct opened_box *box)
{
	json_t *row;

	tabulation_add(g->tabulation, box->answers, g->today);
	row = coarsen(g, box->answers);
	g->responses = grow(g->responses, g->response_count, &g->response_capacity,
		sizeof(*g->responses));
	g->responses[g->response_count++] = (struct new_response){
		.answers = str_of(json_dumps(row, JSON_COMPACT | JSON_SORT_KEYS)),
		.completeness = g->partial ? "partial" : "complete",
	};
	json_decref(row);
	g->wishes = grow(g->wishes, g->wish_count, &g->wish_capacity, sizeof(*g->wishes));
	g->wishes[g->wish_count].n = box->inner.n;
	g->wishes[g->wish_count++].p = buf_take(&box->inner);
	if (g->partial)
		g->totals.partial++;
	else
		g->totals.complete++;
}

/* Opens and checks a box; NULL when right, or why not, in words of ours. */
static const char *open_and_check(
	struct gathered *g, struct str box, struct opened_box *ret)
{
	struct err err = {0};

	if (!answer_box_open(ret, g->public_key, g->secret_key, box, &err))
		return "cannot be opened";
	if (strcmp(ret->form_hash, g->audience->form->hash) != 0)
		return "unknown form";
	if (!answers_validate(g->audience->form, ret->answers, &err))
		return "answers outside the form";
	return NULL;
}

static bool gather_box(
	void *arg, const struct id16 *slot, struct str box, struct err *err)
{
	struct gathered *g = arg;
	struct opened_box opened = {0};
	const char *wrong = open_and_check(g, box, &opened);
	bool ok = true;

	(void)slot;
	g->totals.boxes++;
	if (!wrong && !instances_add(&g->instances, &opened.instance))
		wrong = "second box of one person";
	if (wrong) {
		g->totals.invalid++;
		ok = count_keep_invalid(
			g->db, g->edition->code, g->audience->audience, box, wrong, err);
	} else {
		gather_answers(g, &opened);
	}
	opened_box_release(&opened);
	return ok;
}

static bool gather_draft(
	void *arg, const struct id16 *slot, struct str box, struct err *err)
{
	struct gathered *g = arg;
	struct opened_box opened = {0};

	(void)slot;
	(void)err;
	if (!open_and_check(g, box, &opened) && g->edition->count_partials &&
		answers_usable(g->audience->form, opened.answers) &&
		instances_add(&g->instances, &opened.instance))
		gather_answers(g, &opened);
	else
		g->totals.drafts_dropped++;
	opened_box_release(&opened);
	return true;
}

static bool write_places(struct gathered *g, struct err *err)
{
	const char *question, *code;
	json_t *codes, *count;
	struct place_total *list = NULL;
	size_t n = 0, capacity = 0;
	bool ok;

	json_object_foreach(g->places, question, codes)
		json_object_foreach(codes, code, count) {
			list = grow(list, n, &capacity, sizeof(*list));
			list[n++] = (struct place_total){
				question, code, json_integer_value(count)};
		}
	ok = n == 0 ||
		count_insert_places(
			g->db, g->edition->code, g->audience->audience, list, n, err);
	free(list);
	return ok;
}

/* Each kind is shuffled on its own: nothing of the order of arrival, nor of each other, is left. */
static bool write_gathered(struct gathered *g, struct err *err)
{
	const char *edition = g->edition->code, *audience = g->audience->audience;

	shuffle(g->responses, g->response_count, sizeof(*g->responses));
	shuffle(g->verbatims, g->verbatim_count, sizeof(*g->verbatims));
	shuffle(g->wishes, g->wish_count, sizeof(*g->wishes));
	return count_insert_responses(
		       g->db, edition, audience, g->responses, g->response_count, err) &&
		count_insert_verbatims(
			g->db, edition, audience, g->verbatims, g->verbatim_count, err) &&
		count_insert_wishes(
			g->db, edition, audience, g->wishes, g->wish_count, err) &&
		write_places(g, err);
}

static void free_text(const char *p)
{
	size_t n = p ? strlen(p) : 0;
	char *text = (char *)(uintptr_t)p;

	secret_wipe(text, n);
	free(text);
}

static void gathered_release(struct gathered *g)
{
	for (size_t i = 0; i < g->response_count; i++)
		free_text(g->responses[i].answers.p);
	for (size_t i = 0; i < g->verbatim_count; i++) {
		free((char *)(uintptr_t)g->verbatims[i].question);
		free_text(g->verbatims[i].text.p);
	}
	for (size_t i = 0; i < g->wish_count; i++)
		free((char *)(uintptr_t)g->wishes[i].p);
	free(g->responses);
	free(g->verbatims);
	free(g->wishes);
	free(g->instances.slots);
	free(g->instances.used);
	tabulation_free(g->tabulation);
	json_decref(g->places);
}

static bool count_audience(struct gathered *g, struct figures *figures, struct err *err)
{
	const char *edition = g->edition->code, *audience = g->audience->audience;
	bool ok;

	g->tabulation = tabulation_new(g->audience->form);
	g->places = json_object();
	ok = count_boxes(g->db, edition, audience, gather_box, g, err);
	g->partial = true;
	ok = ok && count_drafts(g->db, edition, audience, gather_draft, g, err) &&
		write_gathered(g, err);
	if (ok)
		figures_add(figures, audience, g->tabulation, g->edition->thresholds);
	gathered_release(g);
	return ok || err_prefix(err, "audience \"%s\"", audience);
}

static json_t *make_record(const struct edition *edition,
	const struct count_options *options, const struct count_totals *totals,
	const struct public_key *key)
{
	char day[21], fingerprint[65];
	struct hash32 hash = hash_plain(
		(struct str){(const char *)key->b, sizeof(key->b)});
	json_t *audiences = json_array();

	clock_rfc3339(options->now, day);
	day[10] = '\0';
	hex_write(fingerprint, hash.b, sizeof(hash.b));
	for (size_t i = 0; i < edition->audience_count; i++)
		json_array_append_new(audiences,
			json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "audience",
				edition->audiences[i].audience, "label",
				edition->audiences[i].form->audience_label, "form",
				edition->audiences[i].form->hash, "boxes",
				(json_int_t)totals[i].boxes, "complete",
				(json_int_t)totals[i].complete, "partial",
				(json_int_t)totals[i].partial, "invalid",
				(json_int_t)totals[i].invalid, "drafts_dropped",
				(json_int_t)totals[i].drafts_dropped));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:{s:I, s:I}, s:o}", "edition",
		edition->code, "title", edition->title, "day", day, "keys", "server",
		"counting_key", fingerprint, "partials_counted", edition->count_partials,
		"thresholds", "minBase", (json_int_t)edition->thresholds.min_base,
		"minCell", (json_int_t)edition->thresholds.min_cell, "audiences",
		audiences);
}

/* Everything inside the transaction. */
static bool count_in_transaction(struct db *db, const struct edition *edition,
	const struct count_options *options, const struct secret_key *secret,
	json_t *record_out[1], int64_t *ret_invalid, struct err *err)
{
	struct public_key public_key = box_public(secret);
	struct count_totals *totals = x_calloc(edition->audience_count, sizeof(*totals));
	const char **names = x_calloc(edition->audience_count + 1, sizeof(*names));
	struct figures figures = {0};
	int64_t version;
	json_t *record = NULL;
	bool ok = count_start(db, edition->code, err);

	*ret_invalid = 0;
	for (size_t i = 0; ok && i < edition->audience_count; i++) {
		struct gathered g = {.edition = edition,
			.audience = &edition->audiences[i],
			.public_key = &public_key,
			.secret_key = secret,
			.today = options->now,
			.db = db};

		ok = count_audience(&g, &figures, err);
		totals[i] = g.totals;
		names[i] = edition->audiences[i].audience;
		*ret_invalid += g.totals.invalid;
	}
	ok = ok &&
		release_add(db, edition->code, edition->thresholds, "dépouillement",
			figures.list, figures.count, &version, err);
	if (ok) {
		record = make_record(edition, options, totals, &public_key);
		ok = count_finish(db, edition->code, names, totals,
			edition->audience_count, record, err);
	}
	figures_release(&figures);
	free(names);
	free(totals);
	if (ok)
		record_out[0] = record;
	else
		json_decref(record);
	return ok;
}

static bool destroy_keys(const char *folder, const char *edition, struct err *err)
{
	char count[80], campaign[80];

	keyring_name(count, edition, "count");
	keyring_name(campaign, edition, "campaign");
	return keyring_destroy(folder, count, err) &&
		keyring_destroy(folder, campaign, err);
}

static bool count_edition(struct db *db, const struct edition *edition,
	const struct count_options *options, json_t **ret_record, struct err *err)
{
	struct secret_key secret;
	char name[80];
	json_t *record = NULL;
	int64_t invalid = 0;
	bool keep;

	if (strcmp(edition->state, "counted") == 0 ||
		strcmp(edition->state, "released") == 0)
		return err_set(err, ERR_CONFLICT,
			"edition \"%s\" is already counted: nothing is done twice",
			edition->code);
	if (strcmp(edition->state, "closed") != 0)
		return err_set(err, ERR_CONFLICT,
			"edition \"%s\" is %s: close it first (barometre edition close %s)",
			edition->code, edition->state, edition->code);
	keyring_name(name, edition->code, "count");
	if (!keyring_get(options->key_directory, name, &secret, err) ||
		!db_begin(db, err))
		return false;
	if (!count_in_transaction(
		    db, edition, options, &secret, &record, &invalid, err)) {
		db_rollback(db);
		secret_wipe(&secret, sizeof(secret));
		return false;
	}
	secret_wipe(&secret, sizeof(secret));
	if (!db_commit(db, err)) {
		json_decref(record);
		return false;
	}
	keep = invalid > 0 && !options->waive_invalid;
	json_object_set_new(record, "keys_destroyed", json_boolean(!keep));
	*ret_record = record;
	if (keep) {
		log_warning("count.keys_kept", F_COUNT("invalid", invalid));
		return true;
	}
	if (!destroy_keys(options->key_directory, edition->code, err)) {
		json_decref(record);
		return err_prefix(err, "the count is done and stored, but");
	}
	return true;
}

bool count_run(struct db *keeper, const char *edition,
	const struct count_options *options, json_t **ret_record, struct err *err)
{
	struct editions editions = {0};
	const struct edition *found;
	bool ok;

	if (!editions_load(keeper, &editions, err))
		return false;
	found = editions_find(&editions, str_of(edition));
	ok = found ? count_edition(keeper, found, options, ret_record, err)
		   : err_set(err, ERR_MISSING, "there is no edition \"%s\"", edition);
	editions_release(&editions);
	return ok;
}

static long long total_of(const json_t *record, const char *key)
{
	long long total = 0;
	size_t i;
	json_t *audience;

	json_array_foreach(json_object_get(record, "audiences"), i, audience)
		total += json_integer_value(json_object_get(audience, key));
	return total;
}

void record_print(const json_t *record, struct buf *out)
{
	static const struct {
		const char *key, *label;
	} lines[] = {
		{"boxes", "boîtes dans l’urne"},
		{"complete", "réponses complètes"},
		{"partial", "réponses partielles retenues"},
		{"invalid", "boîtes invalides, gardées scellées"},
		{"drafts_dropped", "brouillons écartés"},
	};
	const char *title = json_string_value(json_object_get(record, "title"));
	const char *day = json_string_value(json_object_get(record, "day"));
	const char *key = json_string_value(json_object_get(record, "counting_key"));
	size_t i;
	json_t *audience;

	buf_printf(out,
		"Procès-verbal de dépouillement\n%s\nFait le %s. Clé de dépouillement gardée par le serveur, empreinte :\n%s\n\n",
		title ? title : "", day ? day : "", key ? key : "");
	json_array_foreach(json_object_get(record, "audiences"), i, audience) {
		const char *label = json_string_value(json_object_get(audience, "label"));

		buf_printf(out, "%s\n", label ? label : "");
		for (size_t l = 0; l < COUNT_OF(lines); l++)
			buf_printf(out, "  %6lld  %s\n",
				(long long)json_integer_value(
					json_object_get(audience, lines[l].key)),
				lines[l].label);
	}
	buf_puts(out, "Ensemble\n");
	for (size_t l = 0; l < COUNT_OF(lines); l++)
		buf_printf(out, "  %6lld  %s\n", total_of(record, lines[l].key),
			lines[l].label);
	buf_printf(out,
		"\nÉgalité vérifiée : boîtes = complètes + invalides (%lld = %lld + %lld).\n",
		total_of(record, "boxes"), total_of(record, "complete"),
		total_of(record, "invalid"));
	if (json_is_true(json_object_get(record, "keys_destroyed")))
		buf_puts(out,
			"Les clés de l’édition ont été détruites : fichiers réécrits puis supprimés. Sur un disque à "
			"mémoire flash, d’anciens blocs peuvent subsister ; placez le dossier des clés sur un volume chiffré.\n");
	else
		buf_puts(out,
			"Les clés de l’édition n’ont PAS été détruites : des boîtes invalides restent à examiner.\n");
}
