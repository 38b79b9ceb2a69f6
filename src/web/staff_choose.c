/* SPDX-License-Identifier: Apache-2.0 */
/* staff_choose.c - which edition a page is about, and the names of its audiences. */
#include <stdio.h>

#include "sql_catalog.h"
#include "staff_private.h"

/* Kept in the exchange while the editions are asked for. */
struct choosing {
	const char *action;
	staff_fn *next;
};

static void copy(char *out, size_t size, struct str text)
{
	(void)snprintf(
		out, size, "%.*s", (int)(text.n < size ? text.n : size - 1), text.p);
}

void staff_edition_from_row(
	struct staff_edition *ret, const struct db_rows *rows, size_t row)
{
	*ret = (struct staff_edition){.opens = db_usec(rows, row, "opens"),
		.closes = db_usec(rows, row, "closes"),
		.has_release = !db_is_null(rows, row, "release"),
		.custodians = str_eq_z(db_str(rows, row, "keys"), "custodians"),
		.min_base = db_int(rows, row, "min_base")};
	copy(ret->code, sizeof(ret->code), db_str(rows, row, "code"));
	copy(ret->title, sizeof(ret->title), db_str(rows, row, "title"));
	copy(ret->zone, sizeof(ret->zone), db_str(rows, row, "zone"));
	copy(ret->state, sizeof(ret->state), db_str(rows, row, "state"));
	copy(ret->window, sizeof(ret->window), db_str(rows, row, "send_window"));
}

/* The row asked for; without a wish the newest open one, else the newest. The count of rows when there is none. */
static size_t choose_row(const struct db_rows *rows, struct str wish)
{
	for (size_t i = 0; i < db_count(rows); i++)
		if (wish.p ? str_eq(db_str(rows, i, "code"), wish)
			   : str_eq_z(db_str(rows, i, "state"), "open"))
			return i;
	return wish.p ? db_count(rows) : 0;
}

static json_t *make_selector(
	const struct db_rows *rows, size_t chosen, const char *action)
{
	json_t *options = json_array();

	if (db_count(rows) < 2) {
		json_decref(options);
		return json_false();
	}
	for (size_t i = 0; i < db_count(rows); i++) {
		struct str code = db_str(rows, i, "code"),
			   title = db_str(rows, i, "title");

		json_array_append_new(options,
			json_pack("{s:s, s:s, s:s, s:b}", "CODE", code.p, "EDITION_TITLE",
				title.p, "EDITION_STATE",
				staff_edition_state(db_str(rows, i, "state")), "CHOSEN",
				i == chosen));
	}
	return json_pack("{s:s, s:s, s:o}", "_template", "staff_selector.html", "ACTION",
		action, "OPTIONS", options);
}

static void editions_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct choosing *choosing = step->own;
	size_t chosen;

	if (staff_is_down(step, err))
		return;
	if (db_count(rows) == 0) {
		staff_message(step, 200, choosing->action,
			"Aucune édition pour l’instant",
			"Une édition se crée en ligne de commande, avec « barometre edition create ». Elle "
			"apparaîtra ici aussitôt.",
			NULL, NULL);
		return;
	}
	chosen = choose_row(rows, staff_query(step->exchange, "edition"));
	if (chosen == db_count(rows)) {
		staff_message(step, 404, choosing->action, "Édition inconnue",
			"Il n’y a pas d’édition de ce nom. Elle a peut-être été mal recopiée.",
			choosing->action, "Voir l’édition en cours");
		return;
	}
	staff_edition_from_row(&step->edition, rows, chosen);
	step->selector = make_selector(rows, chosen, choosing->action);
	step->own = NULL;
	choosing->next(step);
}

void staff_choose(struct staff_step *step, const char *action, staff_fn *next)
{
	struct choosing *choosing = exchange_alloc(step->exchange, sizeof(*choosing));

	*choosing = (struct choosing){action, next};
	step->own = choosing;
	staff_ask(step, &SQL_STAFF_EDITIONS, NULL, editions_read);
}

static void labels_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;

	if (staff_is_down(step, err))
		return;
	step->labels = json_object();
	for (size_t i = 0; i < db_count(rows); i++)
		json_object_set_new(step->labels, db_str(rows, i, "audience").p,
			json_string(db_str(rows, i, "label").p));
	step->next(step);
}

void staff_load_labels(struct staff_step *step, staff_fn *next)
{
	struct db_params params = {0};

	step->next = next;
	db_text_z(&params, step->edition.code);
	staff_ask(step, &SQL_STAFF_AUDIENCES, &params, labels_read);
}

const char *staff_label(const struct staff_step *step, struct str audience)
{
	const char *label = json_string_value(json_object_get(step->labels, audience.p));

	return label ? label : audience.p;
}
