/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_mailing.c - one mailing: what it is, and before it starts whom it would go to, afterwards its ledger; without who: a
 * row names its contact by six characters of a random identifier.
 *
 *   GET /mailings/<id>                          mailing → labels → gate → dry run, or reasons and a page of the ledger → page
 *   GET /mailings/<id>?state=S&after=ID         the ledger, filtered, from a place on
 *   GET /mailings/<id>?verdict=V&after=ID       the dry run contact by contact
 *
 * Pages follow each other by the id of the last row, which needs no counting: the hundredth page is as quick as the first.
 */
#include <stdio.h>

#include "barometre/mail/reason.h"
#include "sql_catalog.h"
#include "staff_mail.h"

struct view {
	char id[37];
	struct id16 mailing;
	const char *state; /* the filter, or NULL for all */
	char verdict[16];  /* of the list that is asked for; "" for none */
	bool listing;      /* the dry run contact by contact */
	bool has_after;
	struct id16 after;
};

typedef json_t *row_fn(
	const struct staff_step *, const struct db_rows *, size_t row); /* as data */

static const char *const states[] = {
	"sent", "refused", "skipped", "unknown", "planned", "claimed"};

void mailing_missing(struct staff_step *step)
{
	staff_message(step, 404, "/mailings", "Envoi inconnu",
		"Il n’y a pas d’envoi à cette adresse.", "/mailings", "Voir les envois");
}

/* ---- finding it ---- */

static void ask_mailing(struct staff_step *step, const struct sql *sql, db_done_fn *done)
{
	struct db_params params = {0};
	struct id16 id;

	if (!uuid_parse(step->parts[0], &id)) {
		mailing_missing(step);
		return;
	}
	db_uuid(&params, &id);
	staff_ask(step, sql, &params, done);
}

static void mailing_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;

	if (staff_is_down(step, err))
		return;
	if (db_count(rows) == 0) {
		mailing_missing(step);
		return;
	}
	step->content = mailing_data(step, rows, 0);
	json_object_set_new(step->content, "EDITION", json_string(step->edition.title));
	json_object_set_new(step->content, "CODE", json_string(step->edition.code));
	json_object_set_new(step->content, "ZONE", json_string(step->edition.zone));
	json_object_set_new(step->content, "CSRF", json_string(step->csrf));
	step->then(step);
}

static void labels_known(struct staff_step *step)
{
	ask_mailing(step, &SQL_STAFF_MAILING, mailing_read);
}

static void edition_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;

	if (staff_is_down(step, err))
		return;
	if (db_count(rows) == 0) {
		mailing_missing(step);
		return;
	}
	staff_edition_from_row(&step->edition, rows, 0);
	staff_load_labels(step, labels_known);
}

void mailing_find(struct staff_step *step, staff_fn *next)
{
	step->then = next;
	ask_mailing(step, &SQL_STAFF_MAILING_EDITION, edition_read);
}

/* ---- the page ---- */

static void reply(struct staff_step *step)
{
	json_t *content = TAKE(step->content);
	const char *title = json_string_value(json_object_get(content, "KIND"));
	SCOPED(free_char) char *kept = x_strdup(title ? title : "Envoi");

	staff_page(step, 200, kept, "/mailings", "staff_mailing.html", content);
}

static void reply_list(struct staff_step *step)
{
	json_t *content = TAKE(step->content);

	staff_page(step, 200, "Essai à blanc", "/mailings", "staff_mailing_list.html",
		content);
}

static const char *notice_of(struct exchange *exchange)
{
	static const struct {
		const char *code, *text;
	} notices[] = {
		{"cree", "L’envoi est prévu. Relisez sa lettre avant la date."},
		{"pause",
			"L’envoi est en pause : plus rien ne part, sauf ce qui était déjà en cours de remise."},
		{"resume", "L’envoi reprend."},
		{"now", "L’envoi part dès maintenant, ou à la prochaine heure d’envoi de l’édition."},
		{"cancel",
			"L’envoi est annulé : ce qui n’était pas parti ne partira pas."},
		{"reschedule", "La nouvelle date est enregistrée."},
		{"decide", "Votre décision est enregistrée."},
	};
	struct str done = staff_query(exchange, "fait");

	for (size_t i = 0; done.p && i < COUNT_OF(notices); i++)
		if (str_eq_z(done, notices[i].code))
			return notices[i].text;
	return "";
}

static char *address_of(const struct view *view, const char *name, const char *value,
	const struct id16 *after)
{
	char cursor[37] = "";

	if (after)
		uuid_write(cursor, after);
	return x_printf("/mailings/%s%s%s%s%s%s%s%s", view->id, value || after ? "?" : "",
		value ? name : "", value ? "=" : "", value ? value : "",
		value && after ? "&" : "", after ? "after=" : "", cursor);
}

/* One page of rows, which go on behind the last of a full one. `name` and `value`: of the query that filters them. */
static void set_rows(struct staff_step *step, const struct db_rows *rows, row_fn *row,
	const char *name, const char *value)
{
	const struct view *view = step->own;
	json_t *content = step->content, *list = json_array();
	bool more = db_count(rows) > LEDGER_PAGE;
	SCOPED(free_char) char *first = address_of(view, name, value, NULL);
	SCOPED(free_char) char *next = NULL;
	struct id16 last;

	if (more) {
		db_get_uuid(rows, LEDGER_PAGE - 1, "contact", &last);
		next = address_of(view, name, value, &last);
	}
	for (size_t i = 0; i < (more ? LEDGER_PAGE : db_count(rows)); i++)
		json_array_append_new(list, row(step, rows, i));
	json_object_set_new(content, "ROWS", list);
	staff_set(content, "FIRST", view->has_after ? first : "");
	staff_set(content, "OLDER", next);
}

/* ---- the dry run ---- */

struct trial {
	const char *code;
	int64_t all;
	json_t *cells; /* of the audiences, in their order */
};

static const char *const verdicts[] = {"send", "done", "objected", "bounced", "received",
	"already", "audience", "segment"};

static int64_t count_of(
	const struct db_rows *rows, const char *audience, const char *verdict)
{
	int64_t n = 0;

	for (size_t i = 0; i < db_count(rows); i++)
		if ((!audience || str_eq_z(db_str(rows, i, "audience"), audience)) &&
			(!verdict || str_eq_z(db_str(rows, i, "verdict"), verdict)))
			n += db_int(rows, i, "n");
	return n;
}

static json_t *cells_of(
	const struct staff_step *step, const struct db_rows *rows, const char *verdict)
{
	json_t *cells = json_array();
	const char *audience;
	json_t *label;

	json_object_foreach(step->labels, audience, label)
		json_array_append_new(cells,
			json_pack("{s:s, s:o}", "CELL_LABEL", json_string_value(label),
				"CELL",
				staff_json_number(count_of(rows, audience, verdict))));
	return cells;
}

json_t *mailing_trial(
	const struct staff_step *step, const struct db_rows *rows, const char *list)
{
	json_t *lines = json_array(), *heads = json_array();
	const char *audience;
	json_t *label;

	json_object_foreach(step->labels, audience, label)
		json_array_append_new(
			heads, json_pack("{s:s}", "HEAD", json_string_value(label)));
	for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
		int64_t n = count_of(rows, NULL, verdicts[i]);
		SCOPED(free_char)
		char *href = list ? x_printf("%s?verdict=%s", list, verdicts[i])
				  : x_strdup("");

		if (n > 0 || i == 0)
			json_array_append_new(lines,
				json_pack("{s:s, s:o, s:o, s:s, s:b}", "VERDICT",
					reason_of_many(str_of(verdicts[i])), "CELLS",
					cells_of(step, rows, verdicts[i]), "VERDICT_ALL",
					staff_json_number(n), "VERDICT_HREF",
					n > 0 ? href : "", "GOES", i == 0));
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "HEADS", heads, "VERDICTS", lines,
		"TOTALS", cells_of(step, rows, NULL), "TRIAL_ALL",
		staff_json_number(count_of(rows, NULL, NULL)), "TRIAL_SEND",
		staff_json_number(count_of(rows, NULL, "send")));
}

static json_t *trial_row(
	const struct staff_step *step, const struct db_rows *rows, size_t i)
{
	return json_pack("{s:s, s:s}", "CONTACT", db_str(rows, i, "short").p,
		"ROW_AUDIENCE", staff_label(step, db_str(rows, i, "audience")));
}

static void trial_rows_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	const struct view *view = step->own;

	if (staff_is_down(step, err))
		return;
	staff_set(step->content, "LISTED", reason_of_many(str_of(view->verdict)));
	set_rows(step, rows, trial_row, "verdict", view->verdict);
	reply_list(step);
}

static void add_after(struct db_params *params, const struct view *view)
{
	if (view->has_after)
		db_uuid(params, &view->after);
	else
		db_null(params);
	db_i64(params, LEDGER_PAGE + 1);
}

static void ask_trial_rows(struct staff_step *step)
{
	const struct view *view = step->own;
	struct db_params params = {0};

	db_uuid(&params, &view->mailing);
	db_text_z(&params, view->verdict);
	add_after(&params, view);
	staff_ask(step, &SQL_STAFF_MAILING_DRY_RUN_ROWS, &params, trial_rows_read);
}

static void trial_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	const struct view *view = step->own;
	SCOPED(free_char) char *list = NULL;

	if (staff_is_down(step, err))
		return;
	list = x_printf("/mailings/%s", view->id);
	json_object_set_new(step->content, "TRIAL", mailing_trial(step, rows, list));
	reply(step);
}

/* ---- the ledger ---- */

static void add_filter(json_t *list, const struct view *view, const char *state,
	const char *words, bool current)
{
	SCOPED(free_char) char *href = address_of(view, "state", state, NULL);

	json_array_append_new(list,
		json_pack("{s:s, s:s, s:b}", "FILTER_HREF", href, "FILTER", words,
			"CURRENT", current));
}

static json_t *filters(const struct view *view)
{
	json_t *list = json_array();

	add_filter(list, view, NULL, "tous", view->state == NULL);
	for (size_t i = 0; i < COUNT_OF(states); i++)
		add_filter(list, view, states[i], delivery_state_words(str_of(states[i])),
			view->state && strcmp(view->state, states[i]) == 0);
	return list;
}

static json_t *ledger_row(
	const struct staff_step *step, const struct db_rows *rows, size_t i)
{
	const struct view *view = step->own;
	struct str state = db_str(rows, i, "state");
	bool refused = str_eq_z(state, "refused");
	int64_t code = db_int(rows, i, "code");
	SCOPED(free_char)
	char *decide = str_eq_z(state, "unknown")
		? x_printf("/mailings/%s/decide?contact=%s", view->id,
			  db_str(rows, i, "short").p)
		: x_strdup("");
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s}", "CONTACT",
		db_str(rows, i, "short").p, "ROW_STATE", delivery_state_words(state),
		"STATE_CLASS", state.p, "REASON",
		refused ? refusal_code_words(code)
			: reason_of_one(db_str(rows, i, "reason")),
		"QUEUE", db_str(rows, i, "queue_id").p, "ATTEMPT",
		(json_int_t)db_int(rows, i, "attempt"), "DECIDE", decide);

	/* The relay's words, which may be any bytes. */
	if (!row)
		return json_pack("{s:s, s:s}", "CONTACT", "?", "DECIDE", "");
	json_object_set_new(
		row, "RELAY_CODE", code == 0 ? json_string("") : json_integer(code));
	json_object_set_new(row, "DONE_AT",
		db_is_null(rows, i, "done_at")
			? json_string("")
			: staff_json_time(
				  db_usec(rows, i, "done_at"), step->edition.zone));
	return row;
}

static void ledger_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	const struct view *view = step->own;

	if (staff_is_down(step, err))
		return;
	json_object_set_new(
		step->content, "LEDGER", json_pack("{s:o}", "FILTERS", filters(view)));
	set_rows(step, rows, ledger_row, "state", view->state);
	reply(step);
}

static json_t *reason_row(const struct db_rows *rows, size_t i)
{
	bool refused = str_eq_z(db_str(rows, i, "state"), "refused");
	int64_t code = db_int(rows, i, "code");
	const char *words = refused ? refusal_code_words(code)
				    : reason_of_one(db_str(rows, i, "reason"));
	SCOPED(free_char)
	char *number = refused && code ? x_printf(" (%lld)", (long long)code)
				       : x_strdup("");
	SCOPED(free_char)
	char *text = x_printf("%s : %s%s", refused ? "Refusés" : "Écartés",
		refused && !*words ? "par le relais" : words, number);

	return json_pack("{s:s, s:o}", "WHY", text, "WHY_COUNT",
		staff_json_number(db_int(rows, i, "n")));
}

static void reasons_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	const struct view *view = step->own;
	struct db_params params = {0};
	json_t *list;

	if (staff_is_down(step, err))
		return;
	list = json_array();
	for (size_t i = 0; i < db_count(rows); i++)
		json_array_append_new(list, reason_row(rows, i));
	json_object_set_new(step->content, "REASONS", list);
	db_uuid(&params, &view->mailing);
	db_text_z(&params, view->state);
	add_after(&params, view);
	staff_ask(step, &SQL_STAFF_LEDGER, &params, ledger_read);
}

/* ---- which of them ---- */

static void gate_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	const struct view *view = step->own;
	struct db_params params = {0};
	json_t *content = step->content;
	bool started = json_is_true(json_object_get(content, "STARTED"));

	if (staff_is_down(step, err))
		return;
	json_object_set_new(content, "HELD", mail_held_data(rows, step->edition.zone));
	staff_set(content, "NOTICE", notice_of(step->exchange));
	json_object_set_new(content, "TRIAL", json_false());
	json_object_set_new(content, "LEDGER", json_false());
	json_object_set_new(content, "REASONS", json_array());
	db_uuid(&params, &view->mailing);
	if (started) {
		staff_ask(step, &SQL_STAFF_MAILING_REASONS, &params, reasons_read);
	} else if (json_is_true(json_object_get(content, "CAN_TRY"))) {
		staff_ask(step, &SQL_STAFF_MAILING_DRY_RUN, &params, trial_read);
	} else {
		db_params_release(&params);
		reply(step);
	}
}

static void found(struct staff_step *step)
{
	const struct view *view = step->own;

	if (view->listing)
		ask_trial_rows(step);
	else
		staff_ask(step, &SQL_STAFF_MAIL_STATE, NULL, gate_read);
}

static void read_wishes(struct exchange *exchange, struct view *view)
{
	struct str state = staff_query(exchange, "state"),
		   verdict = staff_query(exchange, "verdict"),
		   after = staff_query(exchange, "after");

	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (state.p && str_eq_z(state, states[i]))
			view->state = states[i];
	if (verdict.p && reason_of_many(verdict)) {
		view->listing = true;
		(void)snprintf(view->verdict, sizeof(view->verdict), "%s", verdict.p);
	}
	view->has_after = after.p && uuid_parse(after, &view->after);
}

static void show_mailing(struct staff_step *step)
{
	struct view *view = exchange_alloc(step->exchange, sizeof(*view));

	if (!uuid_parse(step->parts[0], &view->mailing)) {
		mailing_missing(step);
		return;
	}
	uuid_write(view->id, &view->mailing);
	read_wishes(step->exchange, view);
	step->own = view;
	mailing_find(step, found);
}

void staff_get_mailing(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, show_mailing);
}
