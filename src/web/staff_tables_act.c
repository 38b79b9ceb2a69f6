/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_tables_act.c - a release in the list of releases, and what an administrator may do with it: asked for here, done by the
 * keeper.
 *
 *   GET  /tables/publish?edition=CODE&version=N    what will happen; of what is out without files, that they are made
 *   POST /tables/publish?…                         task, journal → 303 /tables
 *   …    /tables/withdraw?…                        the same, with the reason that will be shown
 */
#include <stdio.h>

#include "barometre/report/export.h"
#include "barometre/store/release_store.h"
#include "sql_catalog.h"
#include "staff_tables.h"

/* ---- one release of the list ---- */

bool tables_has_state(const struct db_rows *rows, size_t row, const char *state)
{
	return str_eq_z(db_str(rows, row, "state"), state);
}

bool tables_may_list(
	const struct staff_step *step, const struct db_rows *rows, size_t row)
{
	return !tables_has_state(rows, row, "draft") || step->role == STAFF_ADMIN;
}

static json_t *file_json(
	const struct staff_step *step, int64_t version, const char *format)
{
	static const struct {
		const char *format, *label;
	} labels[] = {
		{"csv", "CSV"},
		{"csv-excel", "CSV pour tableur français"},
		{"xlsx", "XLSX"},
		{"json", "JSON"},
		{"json-stat", "JSON-stat"},
		{"ddi", "DDI"},
		{"datapackage", "Data Package (zip)"},
	};
	SCOPED(free_char)
	char *href = x_printf("/api/v1/editions/%s/releases/%lld/figures?format=%s",
		step->edition.code, (long long)version, format);
	const char *label = format;

	for (size_t i = 0; i < COUNT_OF(labels); i++)
		if (strcmp(labels[i].format, format) == 0)
			label = labels[i].label;
	return json_pack("{s:s, s:s}", "FILE_HREF", href, "FILE_LABEL", label);
}

static json_t *files_json(
	const struct staff_step *step, const struct db_rows *rows, size_t i)
{
	json_t *list = json_array();
	int64_t version = db_int(rows, i, "version");
	SCOPED(free_char)
	char *manifest = x_printf("/api/v1/editions/%s/releases/%lld/manifest",
		step->edition.code, (long long)version);

	if (!tables_has_state(rows, i, "published") || db_int(rows, i, "files") == 0)
		return list;
	for (enum export_format f = 0; f < EXPORT_FORMATS; f++)
		json_array_append_new(list, file_json(step, version, export_name(f)));
	json_array_append_new(list,
		json_pack(
			"{s:s, s:s}", "FILE_HREF", manifest, "FILE_LABEL", "Manifeste"));
	return list;
}

static void set_state(json_t *row, const struct db_rows *rows, size_t i, bool newest_out)
{
	static const struct {
		const char *state, *name, *css;
	} all[] = {{"draft", "brouillon", "tag-refused"},
		{"checked", "pas encore publiée", "tag-planned"},
		{"published", "publiée", "tag-finished"},
		{"withdrawn", "retirée", "tag-refused"}};

	for (size_t s = 0; s < COUNT_OF(all); s++)
		if (tables_has_state(rows, i, all[s].state)) {
			staff_set(row, "STATE", all[s].name);
			staff_set(row, "STATE_CLASS", all[s].css);
		}
	if (!newest_out && tables_has_state(rows, i, "checked"))
		staff_set(row, "STATE", "jamais publiée");
}

/* The account of a check, a finding a line. */
static json_t *findings_json(struct str text)
{
	json_t *list = json_array();
	struct str line;

	while (str_cut(&text, '\n', &line))
		if (line.n > 0)
			json_array_append_new(list,
				json_pack("{s:o}", "FINDING",
					json_stringn(line.p, line.n)));
	return list;
}

/* A login; "(commande)" was nobody's. */
static const char *who(struct str login)
{
	return str_eq_z(login, "(commande)") ? "commande" : login.p;
}

/* What is published already and asked again gets its files. */
static const char *pending_label(const struct db_rows *rows, size_t i)
{
	struct str kind = db_str(rows, i, "pending");

	return tables_has_state(rows, i, "published") && str_eq_z(kind, "publish")
		? "Fichiers"
		: staff_task_label(kind);
}

json_t *tables_release(const struct staff_step *step, const struct db_rows *rows,
	size_t i, bool newest_out)
{
	bool admin = step->role == STAFF_ADMIN, idle = db_is_null(rows, i, "pending");
	bool published = tables_has_state(rows, i, "published");
	json_t *row = json_pack("{s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:o}",
		"VERSION", staff_json_number(db_int(rows, i, "version")), "MIN_BASE",
		staff_json_number(db_int(rows, i, "min_base")), "MIN_CELL",
		staff_json_number(db_int(rows, i, "min_cell")), "LINES_COUNT",
		staff_json_number(db_int(rows, i, "rows")), "WHY",
		db_str(rows, i, "reason").p, "HASH", db_str(rows, i, "hash").p, "CREATED",
		staff_json_day(db_str(rows, i, "created_on").p), "PUBLISHED",
		staff_json_day(db_str(rows, i, "published_on").p), "WITHDRAWN",
		staff_json_day(db_str(rows, i, "withdrawn_on").p));

	set_state(row, rows, i, newest_out);
	staff_set(row, "PUBLISHED_BY", who(db_str(rows, i, "published_by")));
	staff_set(row, "WITHDRAWN_BY", who(db_str(rows, i, "withdrawn_by")));
	staff_set(row, "WITHDRAWN_WHY", db_str(rows, i, "withdrawn_why").p);
	json_object_set_new(row, "FINDINGS", findings_json(db_str(rows, i, "refused")));
	json_object_set_new(row, "FILES", files_json(step, rows, i));
	staff_set(row, "PENDING", idle ? NULL : pending_label(rows, i));
	json_object_set_new(row, "CAN_SHOW",
		json_boolean(published || tables_has_state(rows, i, "checked")));
	json_object_set_new(row, "CAN_PUBLISH",
		json_boolean(admin && idle && newest_out &&
			tables_has_state(rows, i, "checked")));
	/* Releases of before there were files are out without any: publishing again makes them. */
	json_object_set_new(row, "CAN_MAKE",
		json_boolean(
			admin && idle && published && db_int(rows, i, "files") == 0));
	json_object_set_new(
		row, "CAN_WITHDRAW", json_boolean(admin && idle && published));
	return row;
}

/* ---- publish, withdraw ---- */

struct act {
	const char *kind; /* "publish", "withdraw" */
	int64_t version;
	bool posted;
	json_t *release;
};

static void act_free(void *arg)
{
	struct act *act = arg;

	json_decref(act->release);
}

static bool is_publishing(const struct staff_step *step)
{
	const struct act *act = step->own;

	return strcmp(act->kind, "publish") == 0;
}

static void go_back(struct staff_step *step)
{
	SCOPED(free_char) char *href = x_printf("/tables?edition=%s", step->edition.code);

	exchange_redirect(step->exchange, href);
}

static void show_form(struct staff_step *step, int status, const char *problem)
{
	struct act *act = step->own;
	bool publishing = is_publishing(step);
	struct str reason = act->posted ? staff_field(step, "reason") : STR("");
	json_t *content = TAKE(act->release);
	bool making = json_is_true(json_object_get(content, "CAN_MAKE"));

	staff_set(content, "EDITION", step->edition.title);
	staff_set(content, "CODE", step->edition.code);
	staff_set(content, "CSRF", step->csrf);
	staff_set(content, "KIND", act->kind);
	staff_set(content, "PROBLEM", problem);
	json_object_set_new(content, "IN_REASON", json_boolean(status == 422));
	json_object_set_new(content, "REASON", json_stringn(reason.p, reason.n));
	json_object_set_new(content, "MAKING", json_boolean(publishing && making));
	json_object_set_new(content, "PUBLISHING", json_boolean(publishing && !making));
	json_object_set_new(content, "WITHDRAWING", json_boolean(!publishing));
	staff_page(step, status,
		!publishing      ? "Retirer les tableaux"
			: making ? "Faire les fichiers"
				 : "Publier les tableaux",
		"/tables", "staff_tables_act.html", content);
}

static void journaled(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;

	(void)rows;
	if (!staff_is_down(step, err))
		go_back(step);
}

static void task_added(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	const struct act *act = step->own;
	SCOPED(free_char) char *detail = NULL;

	if (staff_is_down(step, err))
		return;
	detail = x_printf("%s %lld", step->edition.code, (long long)act->version);
	if (db_count(rows) == 0) { /* of another release, or by somebody at this moment */
		show_form(step, 409,
			"Une demande du même genre attend déjà pour cette édition" NNBSP
			": rien n’a été ajouté. Recommencez quand elle sera faite.");
	} else {
		staff_journal(step, step->login,
			is_publishing(step) ? "ask_publish" : "ask_withdraw", detail,
			journaled);
	}
}

static void ask_keeper(struct staff_step *step)
{
	const struct act *act = step->own;
	struct str reason = is_publishing(step) ? STR("")
						: str_trim(staff_field(step, "reason"));
	struct db_params params = {0};

	if (!is_publishing(step) && (reason.n == 0 || reason.n > WITHDRAWN_WHY_BYTES)) {
		show_form(step, 422,
			reason.n == 0
				? "Dites pourquoi ces tableaux sont retirés" NNBSP
				  ": rien n’a été fait."
				: "Cette raison est trop longue" NNBSP
				  ": rien n’a été fait. Dites-la en deux ou trois phrases.");
		return;
	}
	db_text_z(&params, act->kind);
	db_text_z(&params, step->edition.code);
	db_i64(&params, act->version);
	db_text(&params, reason);
	db_text_z(&params, step->login);
	staff_ask(step, &SQL_STAFF_TASK_ADD_RELEASE, &params, task_added);
}

static void refuse(struct staff_step *step, bool known)
{
	SCOPED(free_char) char *href = x_printf("/tables?edition=%s", step->edition.code);

	if (!known)
		staff_message(step, 404, "/tables", "Diffusion inconnue",
			"Cette édition n’a pas de diffusion de ce numéro.", href,
			"Voir les tableaux");
	else
		staff_message(step, 409, "/tables",
			is_publishing(step) ? "Cette diffusion ne peut pas être publiée"
					    : "Cette diffusion n’est pas publiée",
			is_publishing(step)
				? "On ne publie qu’une diffusion vérifiée, et jamais une plus ancienne que ce qui est déjà sorti. Rien n’a été changé."
				: "On ne retire que ce qui est publié. Rien n’a été changé.",
			href, "Voir les tableaux");
}

static bool can(const struct act *act, const char *name)
{
	return json_is_true(json_object_get(act->release, name));
}

static void releases_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct act *act = step->own;
	bool newest_out = true, known = false, possible = false;

	if (staff_is_down(step, err))
		return;
	for (size_t i = 0; i < db_count(rows) && !known; i++) {
		known = db_int(rows, i, "version") == act->version;
		if (known) {
			act->release = tables_release(step, rows, i, newest_out);
			possible = is_publishing(step)
				? can(act, "CAN_PUBLISH") || can(act, "CAN_MAKE")
				: can(act, "CAN_WITHDRAW");
		}
		if (tables_has_state(rows, i, "published") ||
			tables_has_state(rows, i, "withdrawn"))
			newest_out = false;
	}
	if (!possible)
		refuse(step, known);
	else if (act->posted)
		ask_keeper(step);
	else
		show_form(step, 200, NULL);
}

static void edition_chosen(struct staff_step *step)
{
	struct act *act = exchange_alloc(step->exchange, sizeof(*act));
	struct exchange *exchange = step->exchange;
	struct str path = exchange_request(exchange)->path;
	struct str wish = staff_query(exchange, "version");
	struct db_params params = {0};
	uint64_t number = 0;

	*act = (struct act){
		.kind = str_eq_z(path, "/tables/publish") ? "publish" : "withdraw",
		.posted = exchange_request(exchange)->method == HTTP_METHOD_POST};
	if (wish.p && str_parse_u64(wish, &number) && number <= INT32_MAX)
		act->version = (int64_t)number;
	exchange_on_free(exchange, act_free, act);
	json_decref(TAKE(step->selector));
	step->own = act;
	db_text_z(&params, step->edition.code);
	staff_ask(step, &SQL_STAFF_RELEASES, &params, releases_read);
}

static void choose(struct staff_step *step)
{
	staff_choose(step, "/tables", edition_chosen);
}

void staff_tables_act(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, choose);
}
