/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_contacts.c - the contact list as numbers: how many were written to, object, cannot be reached and why. No address is ever
 * shown: the site cannot open one.
 *
 *   GET  /contacts                        edition → audiences → participation → groups → reasons → those that cannot be reached → page
 *   GET  /contacts/lift?contact=ABCDEF    a bounce was wrong: to be confirmed;  POST: contact_lift → 303 /contacts
 *
 * Who answered is told by audience alone, as on the dashboard: a department or a type may have one contact.
 */
#include <stdio.h>

#include "barometre/mail/reason.h"
#include "sql_catalog.h"
#include "staff_mail.h"

#define BOUNCED_PAGE 100

struct group {
	int64_t contacts, written, waiting, objected, bounced, soft;
};

struct contacts {
	struct group all;
	json_t *done; /* audience → how many answered */
};

/* ---- numbers ---- */

static void add_group(struct group *sum, const struct db_rows *rows, size_t row)
{
	sum->contacts += db_int(rows, row, "contacts");
	sum->written += db_int(rows, row, "written");
	sum->waiting += db_int(rows, row, "waiting");
	sum->objected += db_int(rows, row, "objected");
	sum->bounced += db_int(rows, row, "bounced");
	sum->soft += db_int(rows, row, "soft");
}

static json_t *group_row(const char *name, const struct group *g)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "GROUP", name, "CONTACTS",
		staff_json_number(g->contacts), "WRITTEN", staff_json_number(g->written),
		"WAITING", staff_json_number(g->waiting), "OBJECTED",
		staff_json_number(g->objected), "BOUNCED", staff_json_number(g->bounced),
		"SOFT", staff_json_number(g->soft));
}

static json_t *group_of(const struct db_rows *rows, const char *column, struct str value,
	const char *name)
{
	struct group sum = {0};

	for (size_t i = 0; i < db_count(rows); i++)
		if (str_eq(db_str(rows, i, column), value))
			add_group(&sum, rows, i);
	return group_row(name, &sum);
}

static json_t *by_audience(const struct staff_step *step, const struct db_rows *rows)
{
	json_t *list = json_array();
	const char *audience;
	json_t *label;

	json_object_foreach(step->labels, audience, label) {
		json_t *row = group_of(
			rows, "audience", str_of(audience), json_string_value(label));

		json_object_set_new(row, "CODE", json_string(audience));
		json_array_append_new(list, row);
	}
	return list;
}

/* One row for each value of a column, in its order. */
static json_t *by_column(const struct db_rows *rows, const char *column)
{
	json_t *list = json_object(), *array = json_array();
	const char *value;
	json_t *unused;

	for (size_t i = 0; i < db_count(rows); i++)
		json_object_set_new(list, db_str(rows, i, column).p, json_true());
	json_object_foreach(list, value, unused)
		json_array_append_new(array,
			group_of(rows, column, str_of(value),
				*value ? value : "non renseigné"));
	json_decref(list);
	return array;
}

/* ---- the page ---- */

static const char *notice_of(struct exchange *exchange)
{
	struct str done = staff_query(exchange, "fait");

	if (done.p && str_eq_z(done, "leve"))
		return "C’est noté : cette personne recevra de nouveau les courriels qui lui sont destinés.";
	if (done.p && str_eq_z(done, "oppose"))
		return "L’erreur est levée. Cette personne s’est opposée aux courriels : elle n’en recevra pas pour autant.";
	return "";
}

static void reply(struct staff_step *step)
{
	json_t *content = TAKE(step->content);

	staff_set(content, "EDITION", step->edition.title);
	staff_set(content, "CODE", step->edition.code);
	staff_set(content, "CSRF", step->csrf);
	staff_set(content, "NOTICE", notice_of(step->exchange));
	json_object_set_new(content, "SELECTOR", TAKE(step->selector));
	staff_page(step, 200, "Contacts", "/contacts", "staff_contacts.html", content);
}

static void bounced_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	size_t count;
	json_t *list;

	if (staff_is_down(step, err))
		return;
	list = json_array();
	count = db_count(rows) > BOUNCED_PAGE ? BOUNCED_PAGE : db_count(rows);
	for (size_t i = 0; i < count; i++) {
		SCOPED(free_char)
		char *words = refusal_words(db_str(rows, i, "reason"));

		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s}", "CONTACT",
				db_str(rows, i, "short").p, "ROW_AUDIENCE",
				staff_label(step, db_str(rows, i, "audience")),
				"ROW_REASON", words));
	}
	json_object_set_new(step->content, "LINES", list);
	staff_set(step->content, "OLDER", "");
	if (db_count(rows) > BOUNCED_PAGE) {
		struct id16 last;
		char id[37];
		SCOPED(free_char) char *href = NULL;

		db_get_uuid(rows, BOUNCED_PAGE - 1, "contact", &last);
		uuid_write(id, &last);
		href = x_printf("/contacts?edition=%s&after=%s", step->edition.code, id);
		staff_set(step->content, "OLDER", href);
	}
	reply(step);
}

static void ask_bounced(
	struct staff_step *step, const char *start, int64_t limit, db_done_fn *done)
{
	struct str wish = staff_query(step->exchange, "after");
	struct db_params params = {0};
	struct id16 after;

	db_text_z(&params, step->edition.code);
	db_text_z(&params, start);
	if (!start && wish.p && uuid_parse(wish, &after))
		db_uuid(&params, &after);
	else
		db_null(&params);
	db_i64(&params, limit);
	staff_ask(step, &SQL_STAFF_BOUNCED, &params, done);
}

static void reasons_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	json_t *list;

	if (staff_is_down(step, err))
		return;
	list = json_array();
	for (size_t i = 0; i < db_count(rows); i++) {
		SCOPED(free_char)
		char *words = refusal_words(db_str(rows, i, "reason"));

		json_array_append_new(list,
			json_pack("{s:s, s:o}", "WHY", words, "WHY_COUNT",
				staff_json_number(db_int(rows, i, "n"))));
	}
	json_object_set_new(step->content, "REASONS", list);
	ask_bounced(step, NULL, BOUNCED_PAGE + 1, bounced_read);
}

static void set_answered(json_t *list, const json_t *done)
{
	json_t *row;
	size_t i;

	json_array_foreach(list, i, row)
		json_object_set_new(row, "ANSWERED",
			staff_json_number(json_integer_value(json_object_get(
				done, json_string_value(json_object_get(row, "CODE"))))));
}

static void contacts_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct contacts *own = step->own;
	struct db_params params = {0};
	json_t *audiences, *departments, *types;

	if (staff_is_down(step, err))
		return;
	for (size_t i = 0; i < db_count(rows); i++)
		add_group(&own->all, rows, i);
	audiences = by_audience(step, rows);
	departments = by_column(rows, "department");
	types = by_column(rows, "type");
	set_answered(audiences, own->done);
	step->content = json_pack("{s:o, s:o, s:b, s:o, s:b, s:o, s:o}", "GROUPS",
		audiences, "DEPARTMENTS", departments, "BY_DEPARTMENT",
		json_array_size(departments) > 1, "TYPES", types, "BY_TYPE",
		json_array_size(types) > 1, "ALL", group_row("Ensemble", &own->all),
		"ALL_DONE",
		staff_json_number(json_integer_value(json_object_get(own->done, "*"))));
	db_text_z(&params, step->edition.code);
	staff_ask(step, &SQL_STAFF_BOUNCE_REASONS, &params, reasons_read);
}

static void release(void *arg)
{
	struct contacts *own = arg;

	json_decref(own->done);
}

static void participation_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct contacts *own;
	struct db_params params = {0};
	int64_t all = 0;

	if (staff_is_down(step, err))
		return;
	own = exchange_alloc(step->exchange, sizeof(*own));
	own->done = json_object();
	exchange_on_free(step->exchange, release, own);
	for (size_t i = 0; i < db_count(rows); i++) {
		json_object_set_new(own->done, db_str(rows, i, "audience").p,
			json_integer(db_int(rows, i, "done_invited")));
		all += db_int(rows, i, "done_invited");
	}
	json_object_set_new(own->done, "*", json_integer(all));
	step->own = own;
	db_text_z(&params, step->edition.code);
	staff_ask(step, &SQL_STAFF_CONTACTS, &params, contacts_read);
}

static void ask_participation(struct staff_step *step)
{
	struct db_params params = {0};

	db_text_z(&params, step->edition.code);
	staff_ask(step, &SQL_STAFF_PARTICIPATION, &params, participation_read);
}

static void edition_chosen(struct staff_step *step)
{
	staff_load_labels(step, ask_participation);
}

static void show_contacts(struct staff_step *step)
{
	staff_choose(step, "/contacts", edition_chosen);
}

void staff_get_contacts(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, show_contacts);
}

/* ---- a bounce that was wrong ---- */

/* The first characters of a random id, of which six say which contact. */
static bool is_start(struct str text)
{
	if (text.n < CONTACT_CHARS || text.n > 36)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (!strchr("0123456789abcdef-", text.p[i]))
			return false;
	return true;
}

static void show_lift(
	struct staff_step *step, int status, struct str typed, const char *problem)
{
	json_t *content = json_pack("{s:s, s:s, s:s, s:s}", "EDITION",
		step->edition.title, "CODE", step->edition.code, "CSRF", step->csrf,
		"PROBLEM", problem);

	json_object_set_new(
		content, "TYPED", json_stringn(typed.p ? typed.p : "", typed.n));
	staff_page(step, status, "Lever une erreur d’adresse", "/contacts",
		"staff_lift.html", content);
}

static void go_back(struct staff_step *step, const char *done)
{
	SCOPED(free_char)
	char *href = x_printf("/contacts?edition=%s&fait=%s", step->edition.code, done);

	exchange_redirect(step->exchange, href);
}

static void lifted(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;

	if (staff_is_down(step, err))
		return;
	if (str_eq_z(db_str(rows, 0, "outcome"), "done"))
		go_back(step, "leve");
	else if (str_eq_z(db_str(rows, 0, "outcome"), "objected"))
		go_back(step, "oppose");
	else
		show_lift(step, 409, staff_field(step, "contact"),
			"Cette adresse n’est plus notée en erreur : rien n’a été changé.");
}

static void contact_found(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct str typed = str_trim(staff_field(step, "contact"));
	struct db_params params = {0};
	struct id16 contact;

	if (staff_is_down(step, err))
		return;
	if (db_count(rows) != 1) {
		show_lift(step, 422, typed,
			db_count(rows) == 0
				? "Aucune adresse en erreur ne commence ainsi dans cette édition : rien n’a été changé."
				: "Plusieurs adresses en erreur commencent ainsi : rien n’a été changé.");
		return;
	}
	db_get_uuid(rows, 0, "contact", &contact);
	db_text_z(&params, step->edition.code);
	db_uuid(&params, &contact);
	db_text_z(&params, step->login);
	staff_ask(step, &SQL_STAFF_CONTACT_LIFT, &params, lifted);
}

static void lift(struct staff_step *step)
{
	struct str typed = str_trim(staff_field(step, "contact"));
	SCOPED(free_char) char *start = NULL;

	if (!is_start(typed)) {
		show_lift(step, 422, typed,
			"Écrivez les six caractères qui désignent le contact, tels que la liste les montre.");
		return;
	}
	start = str_dup(typed);
	ask_bounced(step, start, 2, contact_found);
}

static void confirm_lift(struct staff_step *step)
{
	struct str wish = staff_query(step->exchange, "contact");

	show_lift(step, 200, wish.p && is_start(wish) ? wish : STR(""), "");
}

static void show_confirmation(struct staff_step *step)
{
	staff_choose(step, "/contacts", confirm_lift);
}

static void post_lift(struct staff_step *step)
{
	staff_choose(step, "/contacts", lift);
}

void staff_get_lift(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, show_confirmation);
}

void staff_post_lift(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, post_lift);
}
