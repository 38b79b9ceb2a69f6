/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_tables.c - the releases of an edition, their files, and a look at one audience's tables: bars beside exact numbers.
 *
 *   edition → names of its audiences → releases → questionnaire → lines → page
 *
 * Only what a release holds is shown; nothing here opens an answer.
 */
#include <stdio.h>

#include "barometre/store/release_store.h"
#include "sql_catalog.h"
#include "staff_private.h"

#define LINE_LIMIT 3000 /* communes can be many; the files have them all */

struct tables {
	char audience[65];
	int64_t version;
	struct form *form;
	json_t *releases;
};

static void tables_release(void *arg)
{
	struct tables *tables = arg;

	form_free(tables->form);
	json_decref(tables->releases);
}

/* ---- the lines of one audience, question by question ---- */

static const char *withheld_words(const char *status)
{
	if (strcmp(status, "base_under_threshold") == 0)
		return "Chiffres non diffusés" NNBSP
		       ": moins de personnes que le seuil ont répondu.";
	return "Chiffres non diffusés" NNBSP
	       ": des effectifs trop petits permettraient de reconnaître quelqu’un.";
}

static json_t *decimal(double value)
{
	long long hundredths = (long long)(value * 100 + (value < 0 ? -0.5 : 0.5));
	long long size = hundredths < 0 ? -hundredths : hundredths;
	char text[48];

	(void)snprintf(text, sizeof(text), "%s%lld,%02lld", hundredths < 0 ? "-" : "",
		size / 100, size % 100);
	return json_string(text);
}

static json_t *figure_line(const struct figure *f)
{
	bool statistic = strcmp(f->option, "mean") == 0 ||
		strcmp(f->option, "median") == 0;
	json_t *line = json_pack("{s:s}", "OPTION", *f->label ? f->label : f->option);
	char percent[40];

	(void)snprintf(
		percent, sizeof(percent), "%lld" NNBSP "%%", (long long)f->percent);
	json_object_set_new(line, "COUNT",
		statistic && f->has_value ? decimal(f->value)
			: f->count >= 0   ? staff_json_number(f->count)
					  : json_string(""));
	json_object_set_new(line, "PERCENT", json_string(f->percent >= 0 ? percent : ""));
	json_object_set_new(line, "BAR",
		f->percent >= 0 && !statistic
			? json_pack("{s:I}", "LENGTH", (json_int_t)f->percent)
			: json_false());
	return line;
}

/* The wording of a row of a matrix, an item or a ranked choice; NULL when there is none. */
static const char *part_wording(const struct question *q, struct str code)
{
	const struct choice *part = question_find_row(q, code);

	if (!part)
		part = question_find_choice(q, code);
	for (size_t i = 0; i < q->item_count; i++)
		if (str_eq_z(code, q->items[i].code))
			return q->items[i].title;
	return part ? part->text : NULL;
}

/* The wording of "q" or, for a part of it, "q.row". */
static json_t *wording(const struct form *form, const char *name)
{
	struct str rest = str_of(name), head;
	const struct question *question;
	const char *row = NULL;
	SCOPED(free_char) char *text = NULL;

	if (!form || !str_cut(&rest, '.', &head) || !(question = form_find(form, head)))
		return json_string(
			strcmp(name, "participation") == 0 ? "Participation" : name);
	if (rest.p)
		row = part_wording(question, rest);
	text = row ? x_printf("%s – %s", question->title, row)
		   : x_strdup(question->title);
	return json_string(text);
}

static json_t *new_question(const struct form *form, const struct figure *f)
{
	json_t *question = json_pack("{s:o, s:s, s:o}", "WORDING",
		wording(form, f->question), "NAME", f->question, "LINES", json_array());
	SCOPED(free_char)
	char *base = f->base >= 0 ? staff_plural(f->base, "personne", "personnes") : NULL;
	SCOPED(free_char)
	char *mentions = f->mentions >= 0 && f->mentions != f->base
		? staff_plural(f->mentions, "mention", "mentions")
		: NULL;
	bool withheld = f->base < 0;

	json_object_set_new(question, "BASE", json_string(base ? base : ""));
	json_object_set_new(question, "MENTIONS", json_string(mentions ? mentions : ""));
	json_object_set_new(question, "WITHHELD",
		json_string(withheld ? withheld_words(f->status) : ""));
	return question;
}

static json_t *questions_of(const struct form *form, const struct db_rows *rows)
{
	json_t *list = json_array(), *question = NULL;
	const char *last = NULL;

	for (size_t i = 0; i < db_count(rows); i++) {
		struct figure f;

		figure_from_row(&f, rows, i);
		if (!last || strcmp(last, f.question) != 0) {
			question = new_question(form, &f);
			json_array_append_new(list, question);
			last = f.question;
		}
		if (f.base >= 0)
			json_array_append_new(
				json_object_get(question, "LINES"), figure_line(&f));
	}
	return list;
}

/* ---- the page ---- */

static json_t *audience_links(const struct staff_step *step, const struct tables *tables)
{
	json_t *list = json_array(), *label;
	const char *audience;

	must(tables);
	json_object_foreach(step->labels, audience, label) {
		SCOPED(free_char)
		char *href = x_printf(
			"/tables?edition=%s&audience=%s", step->edition.code, audience);

		json_array_append_new(list,
			json_pack("{s:s, s:s, s:b}", "AUDIENCE_HREF", href, "AUDIENCE",
				json_string_value(label), "CURRENT",
				strcmp(audience, tables->audience) == 0));
	}
	return list;
}

static void reply(struct staff_step *step, json_t *preview)
{
	struct tables *tables = step->own;
	json_t *content = json_pack("{s:s, s:s, s:O, s:o, s:b}", "EDITION",
		step->edition.title, "CODE", step->edition.code, "RELEASES",
		tables->releases, "PREVIEW", preview, "OPEN_STATE",
		strcmp(step->edition.state, "open") == 0);

	json_object_set_new(content, "SELECTOR", TAKE(step->selector));
	staff_page(step, 200, "Tableaux", "/tables", "staff_tables.html", content);
}

static void lines_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct tables *tables = step->own;
	json_t *preview;

	if (staff_is_down(step, err))
		return;
	preview = json_pack("{s:s, s:o, s:o, s:b}", "SHOWN",
		staff_label(step, str_of(tables->audience)), "AUDIENCES",
		audience_links(step, tables), "QUESTIONS",
		questions_of(tables->form, rows), "CUT", db_count(rows) == LINE_LIMIT);
	reply(step, preview);
}

static void form_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct tables *tables = step->own;
	struct db_params params = {0};

	if (staff_is_down(step, err))
		return;
	/* Without its questionnaire a table shows the names of questions: still readable. */
	if (db_count(rows) > 0)
		tables->form = form_parse(db_str(rows, 0, "source"), "form", NULL);
	db_text_z(&params, step->edition.code);
	db_i64(&params, tables->version);
	db_text_z(&params, tables->audience);
	db_i64(&params, LINE_LIMIT);
	staff_ask(step, &SQL_STAFF_TABLES, &params, lines_read);
}

static json_t *release_row(const struct db_rows *rows, size_t i)
{
	struct civil day;
	json_t *row = json_pack("{s:o, s:o, s:o, s:o, s:s, s:s, s:b}", "VERSION",
		staff_json_number(db_int(rows, i, "version")), "MIN_BASE",
		staff_json_number(db_int(rows, i, "min_base")), "MIN_CELL",
		staff_json_number(db_int(rows, i, "min_cell")), "LINES_COUNT",
		staff_json_number(db_int(rows, i, "rows")), "WHY",
		db_str(rows, i, "reason").p, "HASH", db_str(rows, i, "hash").p, "NEWEST",
		i == 0);

	if (civil_parse_date(db_str(rows, i, "created_on").p, &day))
		json_object_set_new(row, "CREATED",
			staff_json_date(clock_instant(day, "UTC"), "UTC"));
	else
		json_object_set_new(row, "CREATED", json_string(""));
	return row;
}

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

static void releases_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct tables *tables = step->own;
	struct db_params params = {0};

	if (staff_is_down(step, err))
		return;
	if (!choose_audience(step, tables)) {
		staff_message(step, 404, "/tables", "Public inconnu",
			"Cette édition n’a pas de public de ce nom.", "/tables",
			"Voir les tableaux");
		return;
	}
	for (size_t i = 0; i < db_count(rows); i++)
		json_array_append_new(tables->releases, release_row(rows, i));
	if (db_count(rows) == 0) {
		reply(step, json_false());
		return;
	}
	tables->version = db_int(rows, 0, "version");
	db_text_z(&params, step->edition.code);
	db_text_z(&params, tables->audience);
	staff_ask(step, &SQL_STAFF_FORM, &params, form_read);
}

static void labels_known(struct staff_step *step)
{
	struct tables *tables = exchange_alloc(step->exchange, sizeof(*tables));
	struct db_params params = {0};

	tables->releases = json_array();
	exchange_on_free(step->exchange, tables_release, tables);
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
