/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_mailings.c - the plan of an edition and what became of it; and the one gate of all mail.
 *
 *   GET /mailings            edition → names of its audiences → gate → participation → mailings → page
 *   GET /mailings/hold       what will happen, a button;     POST: mail_hold → 303 /mailings
 *   GET /mailings/release    the same, with a word to type;  POST: mail_release → 303 /mailings
 */
#include <stdio.h>

#include "sql_catalog.h"
#include "staff_mail.h"

#define RELEASE_WORD "repartir"

/* ---- GET /mailings ---- */

/* What people look for first: who has not answered. */
static json_t *figures(const struct db_rows *rows)
{
	int64_t contacts = 0, done = 0, sent = 0, objected = 0;
	json_t *list = json_array();

	for (size_t i = 0; i < db_count(rows); i++) {
		contacts += db_int(rows, i, "contacts");
		done += db_int(rows, i, "done_invited");
		sent += db_int(rows, i, "sent");
		objected += db_int(rows, i, "objected");
	}
	json_array_append_new(list,
		json_pack("{s:o, s:s}", "VALUE", staff_json_number(contacts - done),
			"WORDS", "n’ont pas encore répondu par leur lien personnel"));
	json_array_append_new(list,
		json_pack("{s:o, s:s}", "VALUE", staff_json_number(done), "WORDS",
			"ont répondu, et n’auront plus de courriel"));
	json_array_append_new(list,
		json_pack("{s:o, s:s}", "VALUE", staff_json_number(sent), "WORDS",
			"ont reçu au moins un courriel"));
	json_array_append_new(list,
		json_pack("{s:o, s:s}", "VALUE", staff_json_number(objected), "WORDS",
			"ne veulent plus de courriel"));
	return list;
}

static void set_selector(struct staff_step *step, json_t *content)
{
	json_object_set_new(content, "SELECTOR", TAKE(step->selector));
}

static const char *notice(struct exchange *exchange)
{
	struct str done = staff_query(exchange, "fait");

	if (done.p && str_eq_z(done, "retenus"))
		return "Aucun courriel ne part plus. Ceux qui étaient déjà remis au relais arriveront.";
	if (done.p && str_eq_z(done, "repartis"))
		return "Les courriels repartent, dans les heures d’envoi de chaque édition.";
	return "";
}

static void mailings_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	const struct staff_edition *edition = &step->edition;
	SCOPED(free_char) char *hours = NULL;
	json_t *list, *content;
	bool unbalanced = false, plannable;

	if (staff_is_down(step, err))
		return;
	hours = mailing_hours(edition);
	plannable = strcmp(edition->state, "open") == 0 ||
		strcmp(edition->state, "draft") == 0;
	list = json_array();
	for (size_t i = 0; i < db_count(rows); i++) {
		json_t *row = mailing_data(step, rows, i);

		unbalanced = unbalanced ||
			json_is_true(json_object_get(row, "UNBALANCED"));
		json_array_append_new(list, row);
	}
	content = TAKE(step->content);
	json_object_set_new(content, "EDITION", json_string(edition->title));
	json_object_set_new(content, "CODE", json_string(edition->code));
	json_object_set_new(content, "ZONE", json_string(edition->zone));
	json_object_set_new(content, "HOURS", json_string(hours));
	json_object_set_new(content, "MAILINGS", list);
	json_object_set_new(content, "ALARM", json_boolean(unbalanced));
	json_object_set_new(content, "PLANNABLE", json_boolean(plannable));
	json_object_set_new(content, "NOTICE", json_string(notice(step->exchange)));
	set_selector(step, content);
	staff_page(step, 200, "Envois", "/mailings", "staff_mailings.html", content);
}

static void participation_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct db_params params = {0};

	if (staff_is_down(step, err))
		return;
	json_object_set_new(step->content, "FIGURES", figures(rows));
	db_text_z(&params, step->edition.code);
	staff_ask(step, &SQL_STAFF_MAILINGS, &params, mailings_read);
}

static void gate_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct db_params params = {0};

	if (staff_is_down(step, err))
		return;
	step->content = json_pack(
		"{s:o}", "HELD", mail_held_data(rows, step->edition.zone));
	db_text_z(&params, step->edition.code);
	staff_ask(step, &SQL_STAFF_PARTICIPATION, &params, participation_read);
}

static void ask_gate(struct staff_step *step)
{
	staff_ask(step, &SQL_STAFF_MAIL_STATE, NULL, gate_read);
}

static void edition_chosen(struct staff_step *step)
{
	staff_load_labels(step, ask_gate);
}

static void show_mailings(struct staff_step *step)
{
	staff_choose(step, "/mailings", edition_chosen);
}

void staff_get_mailings(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, show_mailings);
}

/* ---- the gate ---- */

struct gate {
	bool opens;
	const char *problem;
};

static void show_gate(struct staff_step *step, int status, const struct db_rows *rows)
{
	const struct gate *gate = step->own;
	json_t *content = json_pack("{s:b, s:b, s:s, s:s, s:s, s:o}", "RELEASING",
		gate->opens, "HOLDING", !gate->opens, "WORD", RELEASE_WORD, "PROBLEM",
		gate->problem ? gate->problem : "", "CSRF", step->csrf, "HELD",
		mail_held_data(rows, "Europe/Paris"));

	staff_page(step, status,
		gate->opens ? "Laisser repartir les courriels"
			    : "Retenir tous les courriels",
		"/mailings", "staff_gate.html", content);
}

static void gate_known(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	const struct gate *gate = step->own;

	if (staff_is_down(step, err))
		return;
	/* As it is wanted already. */
	if ((db_count(rows) > 0 && !db_is_null(rows, 0, "held")) != gate->opens)
		exchange_redirect(step->exchange, "/mailings");
	else
		show_gate(step, gate->problem ? 422 : 200, rows);
}

static void ask_to_confirm(struct staff_step *step, bool opens, const char *problem)
{
	struct gate *gate = exchange_alloc(step->exchange, sizeof(*gate));

	*gate = (struct gate){opens, problem};
	step->own = gate;
	staff_ask(step, &SQL_STAFF_MAIL_STATE, NULL, gate_known);
}

static void confirm_hold(struct staff_step *step)
{
	ask_to_confirm(step, false, NULL);
}

static void confirm_release(struct staff_step *step)
{
	ask_to_confirm(step, true, NULL);
}

static void held(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;

	(void)rows;
	if (!staff_is_down(step, err))
		exchange_redirect(step->exchange, "/mailings?fait=retenus");
}

static void released(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;

	(void)rows;
	if (!staff_is_down(step, err))
		exchange_redirect(step->exchange, "/mailings?fait=repartis");
}

static void hold(struct staff_step *step)
{
	struct db_params params = {0};

	db_text_z(&params, step->login);
	staff_ask(step, &SQL_STAFF_MAIL_HOLD, &params, held);
}

static void release(struct staff_step *step)
{
	struct str typed = str_trim(staff_field(step, "mot"));
	struct db_params params = {0};

	if (!str_eq_nocase(typed, STR(RELEASE_WORD))) {
		ask_to_confirm(step, true,
			"Ce n’est pas le mot demandé : rien n’a été fait. Recopiez-le tel qu’il est écrit.");
		return;
	}
	db_text_z(&params, step->login);
	staff_ask(step, &SQL_STAFF_MAIL_RELEASE, &params, released);
}

void staff_get_hold(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, confirm_hold);
}

void staff_post_hold(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, hold);
}

void staff_get_release(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, confirm_release);
}

void staff_post_release(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, release);
}
