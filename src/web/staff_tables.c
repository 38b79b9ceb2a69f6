/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_tables.c - the releases of an edition, their files, and a look at one audience's tables.
 *
 *   edition → names of its audiences → releases → questionnaire → what is not shown → segments → lines → page
 *
 *   GET /tables?edition=CODE[&version=N][&audience=NAME][&segment=NAME]
 *
 * Only what a release holds is shown; nothing here opens an answer. Drafts are for administrators, and their figures for nobody;
 * figures that were withdrawn are served no more.
 */
#include "staff_tables.h"

#include <stdio.h>

#include "barometre/store/release_store.h"
#include "sql_catalog.h"

#define LINE_LIMIT 3000 /* communes can be many; the files have them all */

#define SYNTHESIS "ensemble" /* release.h */

struct tables {
	char audience[65], segment[65];
	int64_t version;
	bool checked; /* the version shown is not published yet */
	struct form *form;
	json_t *releases, *notes, *segments;
};

static void tables_free(void *arg)
{
	struct tables *tables = arg;

	form_free(tables->form);
	json_decref(tables->releases);
	json_decref(tables->notes);
	json_decref(tables->segments);
}

/* ---- the page ---- */

static json_t *link_json(const struct staff_step *step, const char *audience,
	const char *segment, const char *label, bool current)
{
	const struct tables *tables = step->own;
	SCOPED(free_char)
	char *href = x_printf("/tables?edition=%s&version=%lld&audience=%s%s%s",
		step->edition.code, (long long)tables->version, audience,
		*segment ? "&segment=" : "", segment);

	return json_pack(
		"{s:s, s:s, s:b}", "HREF", href, "LABEL", label, "CURRENT", current);
}

static json_t *audience_links(const struct staff_step *step)
{
	const struct tables *tables = step->own;
	json_t *list = json_array(), *label;
	const char *audience;

	json_object_foreach(step->labels, audience, label) {
		json_array_append_new(list,
			link_json(step, audience, "", json_string_value(label),
				strcmp(audience, tables->audience) == 0));
	}
	return list;
}

static void reply(struct staff_step *step, json_t *preview)
{
	struct tables *tables = step->own;
	const char *state = step->edition.state;
	json_t *content = json_pack("{s:s, s:s, s:O, s:o, s:b, s:b}", "EDITION",
		step->edition.title, "CODE", step->edition.code, "RELEASES",
		tables->releases, "PREVIEW", preview, "OPEN_STATE",
		strcmp(state, "open") == 0, "COUNTED_STATE",
		strcmp(state, "counted") == 0 || strcmp(state, "released") == 0);

	json_object_set_new(content, "SELECTOR", TAKE(step->selector));
	staff_page(step, 200, "Tableaux", "/tables", "staff_tables.html", content);
}

/* ---- lines ---- */

static bool has_note(const json_t *list, const json_t *note)
{
	const char *text = json_string_value(json_object_get(note, "NOTE"));
	json_t *other;
	size_t i;

	json_array_foreach(list, i, other) {
		if (strcmp(json_string_value(json_object_get(other, "NOTE")), text) == 0)
			return true;
	}
	return false;
}

/* The notes of what is looked at: the whole audience, or one crossing. */
static json_t *notes_of_view(const struct tables *tables)
{
	json_t *list = json_array(), *note;
	size_t i;

	json_array_foreach(tables->notes, i, note) {
		const char *by = json_string_value(json_object_get(note, "BY"));
		const char *about = json_string_value(json_object_get(note, "ABOUT"));

		if (strcmp(by, tables->segment) == 0 || (!*by && !*about))
			json_array_append(list, note);
	}
	return list;
}

/* Each once: rows of one grid have the same. */
static json_t *notes_told(const json_t *notes)
{
	json_t *list = json_array(), *note;
	size_t i;

	json_array_foreach(notes, i, note) {
		if (!has_note(list, note))
			json_array_append(list, note);
	}
	return list;
}

static void lines_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct tables *tables = step->own;
	json_t *preview, *notes, *questions;
	bool crossed = *tables->segment != '\0';

	if (staff_is_down(step, err))
		return;
	notes = notes_of_view(tables);
	questions = crossed ? tables_crossed(tables->form, notes, rows)
			    : tables_whole(tables->form, notes, rows);
	preview = json_pack("{s:s, s:I, s:b, s:o, s:O, s:o, s:b, s:b, s:b}", "SHOWN",
		staff_label(step, str_of(tables->audience)), "SHOWN_VERSION",
		(json_int_t)tables->version, "NOT_YET", tables->checked, "AUDIENCES",
		audience_links(step), "SEGMENTS", tables->segments, "NOTES",
		notes_told(notes), "CUT", db_count(rows) == LINE_LIMIT, "IS_CROSSED",
		crossed, "LONG", json_array_size(questions) > 5);
	json_object_set_new(preview, "BY",
		json_string(
			crossed ? tables_crossing(tables->form, tables->segment) : ""));
	json_object_set_new(preview, crossed ? "CROSSED" : "QUESTIONS", questions);
	json_object_set_new(preview, crossed ? "QUESTIONS" : "CROSSED", json_array());
	json_decref(notes);
	reply(step, preview);
}

static bool is_synthesis(const struct tables *tables)
{
	return strcmp(tables->audience, SYNTHESIS) == 0;
}

static void segments_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct tables *tables = step->own;
	struct str wish = staff_query(step->exchange, "segment");
	struct db_params params = {0};

	if (staff_is_down(step, err))
		return;
	for (size_t i = 0; i < db_count(rows); i++)
		if (wish.p && str_eq(db_str(rows, i, "segment"), wish))
			(void)snprintf(
				tables->segment, sizeof(tables->segment), "%s", wish.p);
	/* The synthesis is by audience, and nothing else. */
	if (is_synthesis(tables) && !*tables->segment && db_count(rows) > 0)
		(void)snprintf(tables->segment, sizeof(tables->segment), "%s",
			db_str(rows, 0, "segment").p);
	for (size_t i = 0; i < db_count(rows) && !is_synthesis(tables); i++) {
		const char *segment = db_str(rows, i, "segment").p;

		if (i == 0)
			json_array_append_new(tables->segments,
				link_json(step, tables->audience, "",
					"ensemble du public", !*tables->segment));
		json_array_append_new(tables->segments,
			link_json(step, tables->audience, segment,
				tables_crossing(tables->form, segment),
				strcmp(segment, tables->segment) == 0));
	}
	db_text_z(&params, step->edition.code);
	db_i64(&params, tables->version);
	db_text_z(&params, tables->audience);
	db_text_z(&params, tables->segment);
	db_i64(&params, LINE_LIMIT);
	staff_ask(step, &SQL_STAFF_TABLES, &params, lines_read);
}

/* ---- what is not shown, and why ---- */

static void notes_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct tables *tables = step->own;
	struct db_params params = {0};

	if (staff_is_down(step, err))
		return;
	for (size_t i = 0; i < db_count(rows); i++) {
		struct str audience = db_str(rows, i, "audience");
		/* What nothing is crossed with has no view of its own. */
		bool lone = str_eq_z(db_str(rows, i, "code"), "segment_withheld");

		if (audience.n == 0 || str_eq_z(audience, tables->audience))
			json_array_append_new(tables->notes,
				json_pack("{s:s, s:s, s:s}", "NOTE",
					db_str(rows, i, "body").p, "ABOUT",
					db_str(rows, i, "question").p, "BY",
					lone ? "" : db_str(rows, i, "segment").p));
	}
	db_text_z(&params, step->edition.code);
	db_i64(&params, tables->version);
	db_text_z(&params, tables->audience);
	staff_ask(step, &SQL_STAFF_TABLE_SEGMENTS, &params, segments_read);
}

static void form_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct tables *tables = step->own;
	struct db_params params = {0};

	if (staff_is_down(step, err))
		return;
	if (db_count(rows) > 0)
		tables->form = form_parse(db_str(rows, 0, "source"), "form", NULL);
	db_text_z(&params, step->edition.code);
	db_i64(&params, tables->version);
	staff_ask(step, &SQL_RELEASE_NOTES, &params, notes_read);
}

/* ---- releases ---- */

/* The audience asked for, else the first. False when there is none of that name. */
static bool choose_audience(struct staff_step *step, struct tables *tables)
{
	struct str wish = staff_query(step->exchange, "audience");
	const char *first = json_object_iter_key(json_object_iter(step->labels));

	if (wish.p && !json_object_get(step->labels, wish.p))
		return false;
	(void)snprintf(tables->audience, sizeof(tables->audience), "%s",
		wish.p          ? wish.p
			: first ? first
				: "");
	return true;
}

/* The version asked for; else the newest that is out, else the newest that is checked. 0: none of them may be shown. */
static void choose_version(
	struct staff_step *step, struct tables *tables, const struct db_rows *rows)
{
	static const char *const states[] = {"published", "checked"};
	struct str wish = staff_query(step->exchange, "version");
	uint64_t number = 0;

	if (wish.p && !str_parse_u64(wish, &number))
		number = UINT64_MAX;
	for (size_t s = 0; s < COUNT_OF(states) && tables->version == 0; s++)
		for (size_t i = 0; i < db_count(rows) && tables->version == 0; i++)
			if (tables_has_state(rows, i, states[s]) &&
				(!wish.p ||
					(uint64_t)db_int(rows, i, "version") == number)) {
				tables->version = db_int(rows, i, "version");
				tables->checked = s == 1;
				if (db_true(rows, i, "synthesis"))
					json_object_set_new(step->labels, SYNTHESIS,
						json_string("Synthèse des publics"));
			}
}

static void list_releases(
	struct staff_step *step, struct tables *tables, const struct db_rows *rows)
{
	bool newest_out = true;

	for (size_t i = 0; i < db_count(rows); i++) {
		if (tables_may_list(step, rows, i))
			json_array_append_new(tables->releases,
				tables_release(step, rows, i, newest_out));
		if (tables_has_state(rows, i, "published") ||
			tables_has_state(rows, i, "withdrawn"))
			newest_out = false;
	}
}

static void releases_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct tables *tables = step->own;
	struct db_params params = {0};

	if (staff_is_down(step, err))
		return;
	choose_version(step, tables, rows);
	if (!choose_audience(step, tables)) {
		staff_message(step, 404, "/tables", "Public inconnu",
			"Cette édition n’a pas de public de ce nom.", "/tables",
			"Voir les tableaux");
		return;
	}
	list_releases(step, tables, rows);
	if (tables->version == 0) {
		reply(step, json_false());
		return;
	}
	db_text_z(&params, step->edition.code);
	db_text_z(&params, tables->audience);
	staff_ask(step, &SQL_STAFF_FORM, &params, form_read);
}

static void labels_known(struct staff_step *step)
{
	struct tables *tables = exchange_alloc(step->exchange, sizeof(*tables));
	struct db_params params = {0};

	tables->releases = json_array();
	tables->notes = json_array();
	tables->segments = json_array();
	exchange_on_free(step->exchange, tables_free, tables);
	step->own = tables;
	db_text_z(&params, step->edition.code);
	staff_ask(step, &SQL_STAFF_RELEASES, &params, releases_read);
}

static void edition_chosen(struct staff_step *step)
{
	staff_load_labels(step, labels_known);
}

static void show_tables(struct staff_step *step)
{
	staff_choose(step, "/tables", edition_chosen);
}

void staff_get_tables(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ANALYST, show_tables);
}
