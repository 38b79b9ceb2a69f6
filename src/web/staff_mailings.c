/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_mailings.c - the plan of an edition, what became of it, and the ledger of one mailing, without who: a row names
 * its contact by six characters of a random identifier.
 *
 *   GET /mailings         edition → mailings → page
 *   GET /mailings/<id>    mailing → a page of its ledger → page
 */
#include <stdio.h>

#include "sql_catalog.h"
#include "staff_private.h"

#define LEDGER_PAGE 100

/* ---- GET /mailings ---- */

/* A mailing that has not started has no recipients yet: a dash, not a nought. */
static void set_number(json_t *object, const char *name, const struct db_rows *rows,
	size_t row, const char *column)
{
	bool started = db_int(rows, row, "total") > 0;

	json_object_set_new(object, name,
		started ? staff_json_number(db_int(rows, row, column))
			: json_string("–"));
}

static json_t *mailing_row(const struct db_rows *rows, size_t i, const char *zone)
{
	int64_t left = db_int(rows, i, "planned") + db_int(rows, i, "claimed");
	int64_t sum = left + db_int(rows, i, "sent") + db_int(rows, i, "refused") +
		db_int(rows, i, "skipped") + db_int(rows, i, "unknown");
	struct id16 id;
	char text[37];
	json_t *row;

	db_get_uuid(rows, i, "id", &id);
	uuid_write(text, &id);
	row = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:b}", "ID", text, "KIND",
		staff_kind_label(db_str(rows, i, "kind")), "MAILING_STATE",
		staff_mailing_state(db_str(rows, i, "state")), "STATE_CLASS",
		db_str(rows, i, "state").p, "DUE",
		staff_json_time(db_usec(rows, i, "due"), zone), "NOT_AFTER",
		staff_json_time(db_usec(rows, i, "not_after"), zone), "LEFT",
		db_int(rows, i, "total") > 0 ? staff_json_number(left) : json_string("–"),
		"UNBALANCED", sum != db_int(rows, i, "total"));
	set_number(row, "PLANNED", rows, i, "total");
	set_number(row, "DELIVERED", rows, i, "sent");
	set_number(row, "REFUSED", rows, i, "refused");
	set_number(row, "SKIPPED", rows, i, "skipped");
	set_number(row, "UNKNOWN", rows, i, "unknown");
	return row;
}

static void mailings_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	const struct staff_edition *edition = &step->edition;
	json_t *list, *content;
	bool unbalanced = false;

	if (staff_is_down(step, err))
		return;
	list = json_array();
	for (size_t i = 0; i < db_count(rows); i++) {
		json_t *row = mailing_row(rows, i, edition->zone);

		unbalanced = unbalanced ||
			json_is_true(json_object_get(row, "UNBALANCED"));
		json_array_append_new(list, row);
	}
	content = json_pack("{s:s, s:s, s:o, s:b}", "EDITION", edition->title, "ZONE",
		edition->zone, "MAILINGS", list, "ALARM", unbalanced);
	json_object_set_new(content, "SELECTOR", TAKE(step->selector));
	staff_page(step, 200, "Envois", "/mailings", "staff_mailings.html", content);
}

static void edition_chosen(struct staff_step *step)
{
	struct db_params params = {0};

	db_text_z(&params, step->edition.code);
	staff_ask(step, &SQL_STAFF_MAILINGS, &params, mailings_read);
}

static void show_mailings(struct staff_step *step)
{
	staff_choose(step, "/mailings", edition_chosen);
}

void staff_get_mailings(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, show_mailings);
}

/* ---- GET /mailings/<id> ---- */

struct ledger {
	char id[37], kind[33], due[160];
	const char *state; /* the filter, or NULL for all */
	int64_t page;
};

static const char *const states[] = {
	"sent", "refused", "skipped", "unknown", "planned", "claimed"};

static void no_mailing(struct staff_step *step)
{
	staff_message(step, 404, "/mailings", "Envoi inconnu",
		"Il n’y a pas d’envoi à cette adresse.", "/mailings", "Voir les envois");
}

static const char *wished_state(struct exchange *exchange)
{
	struct str wish = staff_query(exchange, "state");

	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (wish.p && str_eq_z(wish, states[i]))
			return states[i];
	return NULL;
}

static json_t *filters(const struct ledger *ledger)
{
	json_t *list = json_array();
	SCOPED(free_char) char *all = x_printf("/mailings/%s", ledger->id);

	json_array_append_new(list,
		json_pack("{s:s, s:s, s:b}", "FILTER_HREF", all, "FILTER", "tous",
			"CURRENT", ledger->state == NULL));
	for (size_t i = 0; i < COUNT_OF(states); i++) {
		SCOPED(free_char)
		char *href = x_printf("/mailings/%s?state=%s", ledger->id, states[i]);

		json_array_append_new(list,
			json_pack("{s:s, s:s, s:b}", "FILTER_HREF", href, "FILTER",
				staff_delivery_state(str_of(states[i])), "CURRENT",
				ledger->state && strcmp(ledger->state, states[i]) == 0));
	}
	return list;
}

static json_t *page_link(const struct ledger *ledger, int64_t page)
{
	SCOPED(free_char)
	char *href = x_printf("/mailings/%s?page=%lld%s%s", ledger->id, (long long)page,
		ledger->state ? "&state=" : "", ledger->state ? ledger->state : "");

	return json_string(href);
}

static json_t *ledger_row(const struct db_rows *rows, size_t i, const char *zone)
{
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "CONTACT",
		db_str(rows, i, "contact").p, "ROW_STATE",
		staff_delivery_state(db_str(rows, i, "state")), "STATE_CLASS",
		db_str(rows, i, "state").p, "REASON",
		staff_reason(db_str(rows, i, "reason")), "QUEUE",
		db_str(rows, i, "queue_id").p, "ATTEMPT",
		(json_int_t)db_int(rows, i, "attempt"));

	/* The relay's words, which may be any bytes. */
	if (!row)
		return json_pack("{s:s}", "CONTACT", "?");
	json_object_set_new(row, "CODE",
		db_is_null(rows, i, "code") || db_int(rows, i, "code") == 0
			? json_string("")
			: json_integer(db_int(rows, i, "code")));
	json_object_set_new(row, "DONE_AT",
		db_is_null(rows, i, "done_at")
			? json_string("")
			: staff_json_time(db_usec(rows, i, "done_at"), zone));
	return row;
}

static void ledger_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct ledger *ledger = step->own;
	int64_t total, from;
	json_t *list, *content;
	SCOPED(free_char) char *how_many = NULL;

	if (staff_is_down(step, err))
		return;
	list = json_array();
	total = db_count(rows) > 0 ? db_int(rows, 0, "total") : 0;
	from = (ledger->page - 1) * LEDGER_PAGE;
	how_many = staff_plural(total, "ligne", "lignes");
	for (size_t i = 0; i < db_count(rows); i++)
		json_array_append_new(list, ledger_row(rows, i, step->edition.zone));
	content = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "EDITION",
		step->edition.title, "CODE_EDITION", step->edition.code, "KIND",
		staff_kind_label(str_of(ledger->kind)), "DUE", ledger->due, "HOW_MANY",
		how_many, "FILTERS", filters(ledger), "ROWS", list);
	json_object_set_new(content, "NEWER",
		ledger->page > 1 ? page_link(ledger, ledger->page - 1) : json_string(""));
	json_object_set_new(content, "OLDER",
		from + (int64_t)db_count(rows) < total
			? page_link(ledger, ledger->page + 1)
			: json_string(""));
	json_object_set_new(content, "PAGE", json_integer(ledger->page));
	staff_page(step, 200, "Registre d’un envoi", "/mailings", "staff_ledger.html",
		content);
}

static void mailing_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct ledger *ledger = step->own;
	struct staff_edition *edition = &step->edition;
	struct db_params params = {0};
	SCOPED(free_char) char *due = NULL;

	if (staff_is_down(step, err))
		return;
	if (db_count(rows) == 0) {
		no_mailing(step);
		return;
	}
	(void)snprintf(
		edition->code, sizeof(edition->code), "%s", db_str(rows, 0, "edition").p);
	(void)snprintf(
		edition->title, sizeof(edition->title), "%s", db_str(rows, 0, "title").p);
	(void)snprintf(
		edition->zone, sizeof(edition->zone), "%s", db_str(rows, 0, "zone").p);
	(void)snprintf(
		ledger->kind, sizeof(ledger->kind), "%s", db_str(rows, 0, "kind").p);
	due = clock_french_time(db_usec(rows, 0, "due"), edition->zone);
	(void)snprintf(ledger->due, sizeof(ledger->due), "%s", due);
	db_text_z(&params, edition->code);
	db_text_z(&params, ledger->kind);
	db_text_z(&params, ledger->state);
	db_i64(&params, (ledger->page - 1) * LEDGER_PAGE);
	db_i64(&params, LEDGER_PAGE);
	staff_ask(step, &SQL_STAFF_LEDGER, &params, ledger_read);
}

static void show_ledger(struct staff_step *step)
{
	struct ledger *ledger = exchange_alloc(step->exchange, sizeof(*ledger));
	struct str wish = staff_query(step->exchange, "page");
	struct db_params params = {0};
	struct id16 id;
	uint64_t page;

	if (!uuid_parse(step->parts[0], &id)) {
		no_mailing(step);
		return;
	}
	uuid_write(ledger->id, &id);
	ledger->state = wished_state(step->exchange);
	ledger->page = wish.p && str_parse_u64(wish, &page) && page > 0 && page < 1000000
		? (int64_t)page
		: 1;
	step->own = ledger;
	db_uuid(&params, &id);
	staff_ask(step, &SQL_STAFF_MAILING, &params, mailing_read);
}

void staff_get_ledger(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, show_ledger);
}
