/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_dashboard.c - how is it going, what leaves next, what needs me.
 *
 *   edition → names of its audiences → participation → answers by day → mailings → gate → bounces → tasks
 *   → record of the count → releases → page
 *
 * Participation only: before the count nobody sees anything of the answers, and this page never does.
 */
#include <stdio.h>

#include "sql_catalog.h"
#include "staff_mail.h"

/* Sums over the audiences. */
struct totals {
	int64_t contacts, sent, refused, objected, done_invited, done_open;
};

struct board {
	struct totals all;
	struct chart *chart;
	json_t *attention;
};

static void ask_days(struct staff_step *);

static void ask_edition(struct staff_step *step, const struct sql *sql, db_done_fn *done)
{
	struct db_params params = {0};

	db_text_z(&params, step->edition.code);
	staff_ask(step, sql, &params, done);
}

/* ---- by audience ---- */

static void add_row(struct totals *all, const struct totals *one)
{
	all->contacts += one->contacts;
	all->sent += one->sent;
	all->refused += one->refused;
	all->objected += one->objected;
	all->done_invited += one->done_invited;
	all->done_open += one->done_open;
}

static json_t *audience_row(const char *label, const struct totals *t)
{
	int64_t share = t->sent > 0 ? t->done_invited * 100 / t->sent : 0;

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:I, s:o, s:o}", "AUDIENCE",
		label, "CONTACTS", staff_json_number(t->contacts), "SENT",
		staff_json_number(t->sent), "DONE", staff_json_number(t->done_invited),
		"DONE_OPEN", staff_json_number(t->done_open), "SHARE_TEXT",
		staff_json_percent(t->done_invited, t->sent), "BAR", t->sent > 0, "SHARE",
		(json_int_t)(share > 100 ? 100 : share), "REFUSED",
		staff_json_number(t->refused), "OBJECTED",
		staff_json_number(t->objected));
}

static void participation_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct board *board = step->own;
	json_t *list = json_array();

	if (staff_is_down(step, err)) {
		json_decref(list);
		return;
	}
	for (size_t i = 0; i < db_count(rows); i++) {
		struct totals one = {
			.contacts = db_int(rows, i, "contacts"),
			.sent = db_int(rows, i, "sent"),
			.refused = db_int(rows, i, "refused"),
			.objected = db_int(rows, i, "objected"),
			.done_invited = db_int(rows, i, "done_invited"),
			.done_open = db_int(rows, i, "done_open"),
		};

		add_row(&board->all, &one);
		json_array_append_new(list,
			audience_row(
				staff_label(step, db_str(rows, i, "audience")), &one));
	}
	json_object_set_new(step->content, "AUDIENCES", list);
	json_object_set_new(step->content, "ALL", audience_row("Ensemble", &board->all));
	ask_days(step);
}

/* ---- the four figures ---- */

static void add_card(json_t *cards, json_t *value, const char *words)
{
	json_array_append_new(
		cards, json_pack("{s:o, s:s}", "VALUE", value, "WORDS", words));
}

static void add_time_card(json_t *cards, const struct staff_edition *edition, usec_t now)
{
	SCOPED(free_char)
	char *closes = clock_french_date(edition->closes, edition->zone);
	SCOPED(free_char) char *opens = clock_french_date(edition->opens, edition->zone);
	SCOPED(free_char) char *words = NULL;
	int64_t left = staff_days_between(now, edition->closes, edition->zone);
	int64_t wait = staff_days_between(now, edition->opens, edition->zone);

	if (strcmp(edition->state, "draft") == 0) {
		words = x_printf(
			"jour%s avant l’ouverture, le %s", wait > 1 ? "s" : "", opens);
		add_card(cards, staff_json_number(wait > 0 ? wait : 0), words);
	} else if (strcmp(edition->state, "open") == 0) {
		words = x_printf("jour%s restant%s, clôture le %s", left > 1 ? "s" : "",
			left > 1 ? "s" : "", closes);
		add_card(cards, staff_json_number(left > 0 ? left : 0), words);
	} else {
		words = x_printf("la clôture était prévue le %s", closes);
		add_card(cards, json_string("Close"), words);
	}
}

static json_t *make_cards(
	const struct staff_edition *edition, const struct totals *all, usec_t now)
{
	json_t *cards = json_array();
	SCOPED(free_char)
	char *sent = staff_plural(all->sent, "invitation remise", "invitations remises");
	SCOPED(free_char)
	char *of_sent = x_printf(all->sent > 1 ? "des %s" : "pour %s", sent);

	add_card(cards, staff_json_number(all->done_invited),
		all->done_invited > 1 ? "réponses par lien personnel"
				      : "réponse par lien personnel");
	add_card(cards, staff_json_percent(all->done_invited, all->sent), of_sent);
	add_card(cards, staff_json_number(all->done_open),
		all->done_open > 1 ? "réponses par lien ouvert"
				   : "réponse par lien ouvert");
	add_time_card(cards, edition, now);
	return cards;
}

static char *make_lead(const struct staff_edition *edition, usec_t now)
{
	SCOPED(free_char) char *at = clock_french_time(now, edition->zone);
	int64_t since = staff_days_between(edition->opens, now, edition->zone);
	SCOPED(free_char) char *days = staff_plural(since, "jour", "jours");

	if (strcmp(edition->state, "draft") == 0)
		return x_printf("Le %s. L’édition est en préparation.", at);
	if (strcmp(edition->state, "open") == 0 && since > 0)
		return x_printf(
			"Le %s. Ouverte depuis %s. Les réponses restent scellées jusqu’au dépouillement.",
			at, days);
	if (strcmp(edition->state, "open") == 0)
		return x_printf(
			"Le %s. Les réponses restent scellées jusqu’au dépouillement.",
			at);
	if (strcmp(edition->state, "closed") == 0)
		return x_printf("Le %s. L’édition est close" NNBSP
				": les réponses restent scellées jusqu’au dépouillement.",
			at);
	return x_printf("Le %s. L’édition est dépouillée" NNBSP
			": les chiffres de participation sont définitifs.",
		at);
}

/* ---- what leaves next ---- */

/* The number is what is known now of all audiences together; of a part of them the page of the mailing says it exactly. */
static char *next_words(const struct staff_step *step, const struct totals *all,
	const struct db_rows *rows, size_t i)
{
	const struct staff_edition *edition = &step->edition;
	bool first = str_eq_z(db_str(rows, i, "kind"), "invitation");
	int64_t people = first ? all->contacts - all->objected
			       : all->sent - all->done_invited;
	SCOPED(free_char)
	char *at = clock_french_time(mailing_departure(edition, db_usec(rows, i, "due"),
					     db_usec(rows, i, "not_after")),
		edition->zone);
	SCOPED(free_char)
	char *how_many = staff_plural(people > 0 ? people : 0, "personne", "personnes");
	SCOPED(free_char)
	char *whom = mailing_population(step, db_str(rows, i, "audience"),
		db_str(rows, i, "departments"), db_str(rows, i, "types"),
		db_str(rows, i, "received"));

	if (str_eq_z(db_str(rows, i, "kind"), "targeted") ||
		!db_is_null(rows, i, "audience"))
		return x_printf("%s, le %s. %s.", mailing_name(rows, i), at, whom);
	return x_printf("%s, le %s, à %s environ%s.", mailing_name(rows, i), at, how_many,
		first ? "" : " qui n’ont pas encore répondu");
}

static json_t *make_next(const struct staff_step *step, const struct db_rows *rows)
{
	const struct board *board = step->own;
	const struct staff_edition *edition = &step->edition;
	SCOPED(free_char) char *href = x_printf("/mailings?edition=%s", edition->code);

	if (strcmp(edition->state, "open") != 0 && strcmp(edition->state, "draft") != 0)
		return json_false();
	for (size_t i = 0; i < db_count(rows); i++) {
		struct str state = db_str(rows, i, "state");
		SCOPED(free_char) char *text = NULL;
		char left[40];

		if (db_true(rows, i, "paused"))
			continue;
		staff_number(
			left, db_int(rows, i, "planned") + db_int(rows, i, "claimed"));
		if (str_eq_z(state, "sending"))
			text = x_printf("%s en cours d’envoi, encore %s à remettre.",
				mailing_name(rows, i), left);
		else if (str_eq_z(state, "planned"))
			text = next_words(step, &board->all, rows, i);
		if (text)
			return json_pack(
				"{s:s, s:s}", "NEXT_TEXT", text, "NEXT_HREF", href);
	}
	return json_false();
}

/* ---- the end of the chain ---- */

static void reply(struct staff_step *step)
{
	const struct staff_edition *edition = &step->edition;
	struct board *board = step->own;
	usec_t now = step->site->options.now();
	usec_t last = now < edition->closes ? now : edition->closes;
	SCOPED(free_char) char *lead = make_lead(edition, now);
	json_t *content = step->content;

	json_object_set_new(content, "EDITION", json_string(edition->title));
	json_object_set_new(content, "STATE",
		json_string(staff_edition_state(str_of(edition->state))));
	json_object_set_new(content, "LEAD", json_string(lead));
	json_object_set_new(content, "CARDS", make_cards(edition, &board->all, now));
	json_object_set_new(content, "CHART",
		chart_data(board->chart, staff_days_between(0, edition->opens, "UTC"),
			staff_days_between(0, last, "UTC")));
	json_object_set(content, "ATTENTION", board->attention);
	json_object_set_new(content, "SELECTOR", TAKE(step->selector));
	step->content = NULL;
	staff_page(step, 200, "Suivi", "/", "staff_dashboard.html", content);
}

static void releases_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct board *board = step->own;

	if (staff_is_down(step, err))
		return;
	json_object_set_new(step->content, "TABLES",
		attention_release(board->attention, &step->edition, step->role, rows));
	reply(step);
}

static void record_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct board *board = step->own;
	json_t *record = NULL;

	if (staff_is_down(step, err))
		return;
	if (db_count(rows) > 0)
		record = json_loads(db_str(rows, 0, "record").p, 0, NULL);
	attention_record(board->attention, &step->edition, record);
	json_decref(record);
	ask_edition(step, &SQL_STAFF_RELEASES, releases_read);
}

static void tasks_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct board *board = step->own;

	if (staff_is_down(step, err))
		return;
	attention_tasks(
		board->attention, &step->edition, rows, step->site->options.now());
	ask_edition(step, &SQL_COUNT_RECORD, record_read);
}

static void reasons_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct board *board = step->own;

	if (staff_is_down(step, err))
		return;
	attention_bounces(board->attention, &step->edition, rows, board->all.contacts);
	ask_edition(step, &SQL_STAFF_TASK_LIST, tasks_read);
}

static void gate_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct board *board = step->own;

	if (staff_is_down(step, err))
		return;
	attention_gate(board->attention, &step->edition, rows);
	ask_edition(step, &SQL_STAFF_BOUNCE_REASONS, reasons_read);
}

static void mailings_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct board *board = step->own;

	if (staff_is_down(step, err))
		return;
	for (size_t i = 0; i < db_count(rows); i++)
		chart_mark(board->chart,
			staff_days_between(0, db_usec(rows, i, "due"), "UTC"),
			staff_kind_label(db_str(rows, i, "kind")));
	json_object_set_new(step->content, "NEXT", make_next(step, rows));
	attention_mailings(
		board->attention, &step->edition, rows, step->site->options.now());
	staff_ask(step, &SQL_STAFF_MAIL_STATE, NULL, gate_read);
}

static void days_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct board *board = step->own;

	if (staff_is_down(step, err))
		return;
	for (size_t i = 0; i < db_count(rows); i++) {
		struct civil day;

		if (civil_parse_date(db_str(rows, i, "day").p, &day))
			chart_add(board->chart,
				civil_day_number(day.year, day.month, day.day),
				db_true(rows, i, "open"), db_int(rows, i, "n"));
	}
	ask_edition(step, &SQL_STAFF_MAILINGS, mailings_read);
}

static void ask_days(struct staff_step *step)
{
	ask_edition(step, &SQL_STAFF_PARTICIPATION_DAYS, days_read);
}

static void board_release(void *arg)
{
	struct board *board = arg;

	chart_free(board->chart);
	json_decref(board->attention);
}

static void labels_known(struct staff_step *step)
{
	struct board *board = exchange_alloc(step->exchange, sizeof(*board));

	board->chart = chart_new();
	board->attention = json_array();
	exchange_on_free(step->exchange, board_release, board);
	attention_edition(board->attention, &step->edition, step->site->options.now());
	step->own = board;
	step->content = json_object();
	ask_edition(step, &SQL_STAFF_PARTICIPATION, participation_read);
}

static void edition_chosen(struct staff_step *step)
{
	staff_load_labels(step, labels_known);
}

static void show_dashboard(struct staff_step *step)
{
	staff_choose(step, "/", edition_chosen);
}

void staff_get_dashboard(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_CODER, show_dashboard);
}
