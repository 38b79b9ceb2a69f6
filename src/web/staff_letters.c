/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_letters.c - the letters of an edition: for each step and audience the program's, or whose and since when.
 *
 *   GET /letters?edition=CODE    edition → labels → letters → targeted mailings → page
 */
#include "barometre/mail/letter.h"
#include "sql_catalog.h"
#include "staff_letter.h"

static json_t *letter_link(
	const struct staff_step *step, const char *kind, const char *audience)
{
	SCOPED(free_char)
	char *href = x_printf("/letters/%s?edition=%s%s%s", kind, step->edition.code,
		audience ? "&audience=" : "", audience ? audience : "");

	return json_string(href);
}

/* The row of this kind and audience (NULL: for all); the count of rows when there is none. */
static size_t find_row(const struct db_rows *rows, const char *kind, const char *audience)
{
	size_t i = 0;

	for (; i < db_count(rows); i++)
		if (str_eq_z(db_str(rows, i, "kind"), kind) &&
			db_is_null(rows, i, "audience") == !audience &&
			(!audience || str_eq_z(db_str(rows, i, "audience"), audience)))
			break;
	return i;
}

static json_t *letter_row(const struct staff_step *step, const struct db_rows *rows,
	const char *kind, const char *audience)
{
	size_t own = find_row(rows, kind, audience);
	bool is_own = own < db_count(rows);
	bool for_all = find_row(rows, kind, NULL) < db_count(rows);
	json_t *row = json_pack("{s:s, s:o, s:b, s:s, s:s}", "READER",
		audience ? staff_label(step, str_of(audience)) : "Tous les publics",
		"LETTER_HREF", letter_link(step, kind, audience), "OWN", is_own,
		"SAVED_BY", is_own ? db_str(rows, own, "saved_by").p : "", "INSTEAD",
		audience && for_all ? "celle de tous les publics" : "texte du programme");

	must(row);
	json_object_set_new(row, "SAVED_AT",
		is_own ? staff_json_time(
				 db_usec(rows, own, "saved_at"), step->edition.zone)
		       : json_string(""));
	return row;
}

static json_t *kind_rows(
	const struct staff_step *step, const struct db_rows *rows, const char *kind)
{
	json_t *list = json_array();
	const char *audience = NULL;
	json_t *label = NULL;

	json_array_append_new(list, letter_row(step, rows, kind, NULL));
	json_object_foreach(step->labels, audience, label)
		json_array_append_new(list, letter_row(step, rows, kind, audience));
	return list;
}

static void targeted_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	json_t *list, *content;

	if (staff_is_down(step, err))
		return;
	list = json_array();
	for (size_t i = 0; i < db_count(rows); i++) {
		struct str title = db_str(rows, i, "title");
		struct id16 id;
		char text[37];

		db_get_uuid(rows, i, "id", &id);
		uuid_write(text, &id);
		SCOPED(free_char)
		char *href = x_printf("/letters/targeted?mailing=%s", text);
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:b}", "MAILING",
				title.n > 0 ? title.p : "Envoi ciblé", "MAILING_HREF",
				href, "MAILING_STATE",
				staff_mailing_state(db_str(rows, i, "state")),
				"OWN_OF_MAILING", db_true(rows, i, "own")));
	}
	content = TAKE(step->content);
	json_object_set_new(content, "MAILINGS", list);
	json_object_set_new(content, "SELECTOR", TAKE(step->selector));
	staff_page(step, 200, "Lettres", "/letters", "staff_letters.html", content);
}

static void letters_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct db_params params = {0};
	const char *kind = NULL;
	json_t *list;

	if (staff_is_down(step, err))
		return;
	list = json_array();
	for (size_t i = 0; (kind = letter_kind(i)) != NULL; i++)
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:o}", "KIND",
				staff_kind_label(str_of(kind)), "KIND_ID", kind, "ROWS",
				kind_rows(step, rows, kind)));
	step->content = json_pack(
		"{s:s, s:o}", "EDITION", step->edition.title, "KINDS", list);
	must(step->content);
	db_text_z(&params, step->edition.code);
	staff_ask(step, &SQL_LETTER_TARGETED, &params, targeted_read);
}

static void labels_loaded(struct staff_step *step)
{
	struct db_params params = {0};

	db_text_z(&params, step->edition.code);
	staff_ask(step, &SQL_LETTER_LIST, &params, letters_read);
}

static void edition_chosen(struct staff_step *step)
{
	staff_load_labels(step, labels_loaded);
}

static void show_letters(struct staff_step *step)
{
	staff_choose(step, "/letters", edition_chosen);
}

void staff_get_letters(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, show_letters);
}
