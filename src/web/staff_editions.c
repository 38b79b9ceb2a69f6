/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_editions.c - editions, closing and counting: asked for here, done by the keeper.
 *
 *   GET  /editions                    all of them
 *   GET  /editions/<code>             one, with what was asked of the keeper and what came of it
 *   GET  /editions/<code>/close       what will happen; to be confirmed by typing the code
 *   POST /editions/<code>/close       task, journal → 303 /editions/<code>
 *   …    /editions/<code>/count       the same; where custodians keep the key, with the file and the passphrase of one of
 *                                     them, which are handed over to the keeper and kept nowhere
 */
#include <stdio.h>

#include "barometre/privacy/custody.h"
#include "sql_catalog.h"
#include "staff_private.h"

/* ---- what one edition looks like ---- */

struct edition_page {
	json_t *edition; /* borrowed from step->content */
	char pending[16];
	const char *kind; /* of the action asked for */
	char typed[33];
	struct str file; /* of a custodian, as it was pasted */
};

static json_t *edition_json(const struct db_rows *rows, size_t i)
{
	struct staff_edition e;
	json_t *json;

	staff_edition_from_row(&e, rows, i);
	json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:b}", "CODE",
		e.code, "EDITION_TITLE", e.title, "EDITION_STATE",
		staff_edition_state(str_of(e.state)), "STATE_CLASS", e.state, "ZONE",
		e.zone, "OPENS", staff_json_time(e.opens, e.zone), "CLOSES",
		staff_json_time(e.closes, e.zone), "MIN_BASE",
		staff_json_number(db_int(rows, i, "min_base")), "MIN_CELL",
		staff_json_number(db_int(rows, i, "min_cell")), "PARTIALS",
		db_true(rows, i, "count_partials"));
	must(json);
	json_object_set_new(json, "PENDING",
		json_string(db_is_null(rows, i, "pending")
				? ""
				: staff_task_label(db_str(rows, i, "pending"))));
	json_object_set_new(json, "RELEASE",
		e.has_release ? staff_json_number(db_int(rows, i, "release"))
			      : json_string(""));
	json_object_set_new(json, "RECORDED",
		json_boolean(strcmp(e.state, "counted") == 0 ||
			strcmp(e.state, "released") == 0));
	json_object_set_new(
		json, "CAN_CLOSE", json_boolean(strcmp(e.state, "open") == 0));
	json_object_set_new(
		json, "CAN_COUNT", json_boolean(strcmp(e.state, "closed") == 0));
	return json;
}

/* ---- GET /editions ---- */

static void editions_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	json_t *list;

	if (staff_is_down(step, err))
		return;
	list = json_array();
	for (size_t i = 0; i < db_count(rows); i++)
		json_array_append_new(list, edition_json(rows, i));
	staff_page(step, 200, "Éditions", "/editions", "staff_editions.html",
		json_pack("{s:o}", "EDITIONS", list));
}

static void show_editions(struct staff_step *step)
{
	staff_ask(step, &SQL_STAFF_EDITIONS, NULL, editions_read);
}

void staff_get_editions(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, show_editions);
}

/* ---- one edition: found by its code in the path ---- */

static void edition_found(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct edition_page *page = step->own;

	if (staff_is_down(step, err))
		return;
	for (size_t i = 0; i < db_count(rows); i++) {
		if (!str_eq(db_str(rows, i, "code"), step->parts[0]))
			continue;
		staff_edition_from_row(&step->edition, rows, i);
		(void)snprintf(page->pending, sizeof(page->pending), "%s",
			db_str(rows, i, "pending").p);
		step->content = edition_json(rows, i);
		step->next(step);
		return;
	}
	staff_message(step, 404, "/editions", "Édition inconnue",
		"Il n’y a pas d’édition de ce nom.", "/editions", "Voir les éditions");
}

static void find_edition(struct staff_step *step, const char *kind, staff_fn *next)
{
	struct edition_page *page = exchange_alloc(step->exchange, sizeof(*page));

	page->kind = kind;
	step->own = page;
	step->next = next;
	staff_ask(step, &SQL_STAFF_EDITIONS, NULL, edition_found);
}

/* ---- GET /editions/<code> ---- */

static json_t *task_json(const struct db_rows *rows, size_t i, const char *zone)
{
	bool finished = !db_is_null(rows, i, "finished_at");
	struct str outcome = db_str(rows, i, "outcome");
	bool done = finished && str_eq_z(outcome, "done");
	json_t *task = json_pack("{s:s, s:s, s:o, s:s, s:b, s:b}", "TASK",
		staff_task_label(db_str(rows, i, "kind")), "ASKED_BY",
		db_str(rows, i, "asked_by").p, "ASKED_AT",
		staff_json_time(db_usec(rows, i, "asked_at"), zone), "OUTCOME",
		finished && !done ? outcome.p : "", "TASK_DONE", done, "RUNNING",
		!finished);

	json_object_set_new(task, "FINISHED_AT",
		finished ? staff_json_time(db_usec(rows, i, "finished_at"), zone)
			 : json_string(""));
	return task;
}

static void tasks_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	json_t *list, *content;
	bool running = false;

	if (staff_is_down(step, err))
		return;
	list = json_array();
	for (size_t i = 0; i < db_count(rows); i++) {
		running = running || db_is_null(rows, i, "finished_at");
		json_array_append_new(list, task_json(rows, i, step->edition.zone));
	}
	content = TAKE(step->content);
	json_object_set_new(content, "TASKS", list);
	json_object_set_new(content, "WAITING", json_boolean(running));
	staff_page(step, 200, "Édition", "/editions", "staff_edition.html", content);
}

static void ask_tasks(struct staff_step *step)
{
	struct db_params params = {0};

	db_text_z(&params, step->edition.code);
	staff_ask(step, &SQL_STAFF_TASK_LIST, &params, tasks_read);
}

static void show_edition(struct staff_step *step)
{
	find_edition(step, NULL, ask_tasks);
}

void staff_get_edition(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, show_edition);
}

/* ---- closing and counting: confirmation ---- */

static void show_confirmation(struct staff_step *step, int status, const char *problem)
{
	const struct edition_page *page = step->own;
	bool closing = strcmp(page->kind, "close") == 0;
	bool early = step->site->options.now() < step->edition.closes;
	json_t *content = TAKE(step->content);

	json_object_set_new(content, "KIND", json_string(page->kind));
	json_object_set_new(content, "CLOSING", json_boolean(closing));
	json_object_set_new(content, "COUNTING", json_boolean(!closing));
	json_object_set_new(content, "EARLY", json_boolean(closing && early));
	json_object_set_new(
		content, "BRINGING", json_boolean(!closing && step->edition.custodians));
	json_object_set_new(content, "FILE", json_stringn(page->file.p, page->file.n));
	json_object_set_new(content, "PROBLEM", json_string(problem ? problem : ""));
	json_object_set_new(content, "TYPED", json_string(page->typed));
	json_object_set_new(content, "CSRF", json_string(step->csrf));
	staff_page(step, status, closing ? "Clore l’édition" : "Dépouiller l’édition",
		"/editions", "staff_confirm.html", content);
}

/* The state allows it, and nobody has asked for it yet? Otherwise replies. */
static bool is_possible(struct staff_step *step)
{
	const struct edition_page *page = step->own;
	bool closing = strcmp(page->kind, "close") == 0;
	SCOPED(free_char) char *href = x_printf("/editions/%s", step->edition.code);

	if (strcmp(page->pending, page->kind) == 0) {
		exchange_redirect(step->exchange, href);
		return false;
	}
	if (strcmp(step->edition.state, closing ? "open" : "closed") == 0)
		return true;
	staff_message(step, 409, "/editions",
		closing ? "Cette édition n’est pas ouverte"
			: "Cette édition n’est pas close",
		closing ? "On ne peut clore qu’une édition ouverte. Rien n’a été changé."
			: "On ne peut dépouiller qu’une édition close et pas encore dépouillée. Rien n’a été changé.",
		href, "Revenir à l’édition");
	return false;
}

static void confirm(struct staff_step *step)
{
	if (is_possible(step))
		show_confirmation(step, 200, NULL);
}

static void confirm_close(struct staff_step *step)
{
	find_edition(step, "close", confirm);
}

static void confirm_count(struct staff_step *step)
{
	find_edition(step, "count", confirm);
}

void staff_get_close(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, confirm_close);
}

void staff_get_count(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, confirm_count);
}

/* ---- closing and counting: asked ---- */

static void go_to_edition(struct staff_step *step)
{
	SCOPED(free_char) char *href = x_printf("/editions/%s", step->edition.code);

	exchange_redirect(step->exchange, href);
}

static void task_journaled(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;

	(void)rows;
	if (!staff_is_down(step, err))
		go_to_edition(step);
}

static void task_added(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	const struct edition_page *page = step->own;

	if (staff_is_down(step, err))
		return;
	if (db_count(rows) == 0) /* asked already: nothing new to write down */
		go_to_edition(step);
	else
		staff_journal(step, step->login,
			strcmp(page->kind, "close") == 0 ? "ask_close" : "ask_count",
			step->edition.code, task_journaled);
}

static struct str field(const struct staff_step *step, const char *name)
{
	struct str value = exchange_field(step->exchange, name);

	return value.p ? value : STR("");
}

/* Told here, where what was typed from paper is still in its field; the keeper reads it again. */
static bool is_key_file(struct staff_step *step)
{
	const struct edition_page *page = step->own;
	SCOPED(free_char) char *problem = NULL;
	struct custody unused;
	struct err err = {0};

	if (custody_read(&unused, page->file, &err))
		return true;
	problem = x_printf("Le fichier de clé ne convient pas" NNBSP
			   ": %s. Rien n’a été fait, et la phrase n’a pas servi.",
		err.text);
	show_confirmation(step, 422, problem);
	return false;
}

/* What a custodian brought is on its way to the keeper; else replies. The passphrase is never shown again. */
static bool hand_over(struct staff_step *step)
{
	const struct edition_page *page = step->own;
	const struct staff_site_options *options = &step->site->options;
	struct str phrase = field(step, "phrase");

	if (str_trim(page->file).n == 0 || phrase.n == 0) {
		show_confirmation(step, 422,
			"Il manque le fichier de clé ou sa phrase secrète" NNBSP
			": rien n’a été fait. Collez le fichier en entier, puis tapez la phrase de la personne qui le garde.");
		return false;
	}
	if (!is_key_file(step))
		return false;
	if (options->hand_over &&
		options->hand_over(options->hand_over_arg, str_of(step->edition.code),
			page->file, phrase))
		return true;
	show_confirmation(step, 503,
		"Le fichier n’a pas pu être transmis" NNBSP
		": rien n’a été fait. Tapez de nouveau la phrase et réessayez dans une minute.");
	return false;
}

static void ask_keeper(struct staff_step *step)
{
	struct edition_page *page = step->own;
	struct str typed = field(step, "code");
	struct db_params params = {0};

	if (!is_possible(step))
		return;
	page->file = field(step, "cle");
	typed = str_trim(typed);
	if (!str_eq_z(typed, step->edition.code)) {
		(void)snprintf(page->typed, sizeof(page->typed), "%.*s",
			typed.n < 33 ? (int)typed.n : 0, typed.p);
		show_confirmation(step, 422,
			"Ce n’est pas le code de cette édition" NNBSP
			": rien n’a été fait. Recopiez-le tel qu’il est écrit plus haut.");
		return;
	}
	if (step->edition.custodians && strcmp(page->kind, "count") == 0 &&
		!hand_over(step))
		return;
	db_text_z(&params, page->kind);
	db_text_z(&params, step->edition.code);
	db_text_z(&params, step->login);
	staff_ask(step, &SQL_STAFF_TASK_ADD, &params, task_added);
}

static void ask_close(struct staff_step *step)
{
	find_edition(step, "close", ask_keeper);
}

static void ask_count(struct staff_step *step)
{
	find_edition(step, "count", ask_keeper);
}

void staff_post_close(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, ask_close);
}

void staff_post_count(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, ask_count);
}
