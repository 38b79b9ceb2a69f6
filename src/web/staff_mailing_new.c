/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_mailing_new.c - a targeted mailing: to whom, from when, until when; first shown, then made.
 *
 *   GET  /mailings/new?edition=CODE                edition → names of its audiences → groups of the contact list → form
 *   POST the same, do=preview                      form read → whom it would go to → the form again, and a button
 *   POST the same, do=create                       form read → mailing_add → 303 /mailings/<id>
 *
 * A choice of departments or types must have as many contacts as the edition's threshold: the number of those who would be written to
 * tells how many have not answered, and of three people that is nearly who.
 */
#include <stdio.h>

#include "sql_catalog.h"
#include "staff_mail.h"

#define TITLE_CHARS 100
#define CHOICE_LIMIT 300 /* departments, types: France has 101 of the first */

struct pick {
	char *value; /* of the exchange */
	int64_t n;
	bool chosen;
};

struct wish {
	bool posted, creating;
	struct id16 id;
	/* As typed */
	struct str title, audience, received, due, until, stop;
	struct pick departments[CHOICE_LIMIT], types[CHOICE_LIMIT];
	size_t department_count, type_count;
	/* As read */
	usec_t from, to;
	int64_t percent; /* 0: none */
	int64_t people;  /* contacts of the choice */
	/* What is wrong; the last with no field */
	const char *title_problem, *people_problem, *received_problem, *due_problem,
		*until_problem, *stop_problem, *problem;
};

static const char *const conditions[] = {
	"anything", "nothing", "invitation", "relance1", "relance2", "relance3", NULL};

/* ---- the page ---- */

static json_t *audiences(const struct staff_step *step, const struct wish *wish)
{
	json_t *list = json_array();
	const char *audience;
	json_t *label;

	json_object_foreach(step->labels, audience, label)
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:b}", "AUDIENCE_CODE", audience,
				"AUDIENCE", json_string_value(label), "CHOSEN",
				str_eq_z(wish->audience, audience)));
	return list;
}

static json_t *received_options(const struct wish *wish)
{
	static const char *const words[] = {"peu importe", "rien encore", "l’invitation",
		"la relance\u00a01", "la relance\u00a02", "la relance\u00a03"};
	json_t *list = json_array();

	for (size_t i = 0; conditions[i]; i++)
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:b}", "CONDITION", conditions[i],
				"CONDITION_WORDS", words[i], "CHOSEN",
				str_eq_z(wish->received, conditions[i])));
	return list;
}

static json_t *choices(const struct pick *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array,
			json_pack("{s:s, s:I, s:o, s:b}", "VALUE", list[i].value, "N",
				(json_int_t)i, "PEOPLE", staff_json_number(list[i].n),
				"CHOSEN", list[i].chosen));
	return array;
}

static void set_typed(json_t *content, const char *name, struct str text)
{
	json_object_set_new(content, name, json_stringn(text.p ? text.p : "", text.n));
}

static json_t *problem_list(const struct wish *wish)
{
	const struct mailing_problem all[] = {{"", wish->problem},
		{"titre", wish->title_problem}, {"public", wish->people_problem},
		{"recu", wish->received_problem}, {"due", wish->due_problem},
		{"until", wish->until_problem}, {"seuil", wish->stop_problem}};

	return mailing_problems(all, COUNT_OF(all));
}

static const char *day_field(struct staff_step *step, struct str typed)
{
	return mailing_day_field(exchange_strdup(step->exchange, typed));
}

static void show_form(struct staff_step *step, int status, json_t *trial)
{
	const struct wish *wish = step->own;
	json_t *content = json_object();
	SCOPED(free_char) char *hours = mailing_hours(&step->edition);
	SCOPED(free_char)
	char *closes = clock_french_date(step->edition.closes, step->edition.zone);
	char id[37];

	uuid_write(id, &wish->id);
	staff_set(content, "CSRF", step->csrf);
	staff_set(content, "CODE", step->edition.code);
	staff_set(content, "EDITION", step->edition.title);
	staff_set(content, "ZONE", step->edition.zone);
	staff_set(content, "HOURS", hours);
	staff_set(content, "CLOSES", closes);
	staff_set(content, "ID", id);
	set_typed(content, "TITLE_TYPED", wish->title);
	set_typed(content, "DUE_DAY", wish->due);
	set_typed(content, "UNTIL_DAY", wish->until);
	staff_set(content, "DUE_FIELD", day_field(step, wish->due));
	staff_set(content, "UNTIL_FIELD", day_field(step, wish->until));
	set_typed(content, "STOP_TYPED", wish->stop);
	set_typed(content, "AUDIENCE_TYPED", wish->audience);
	set_typed(content, "RECEIVED_TYPED", wish->received);
	json_object_set_new(
		content, "ALL_AUDIENCES", json_boolean(wish->audience.n == 0));
	json_object_set_new(content, "AUDIENCES", audiences(step, wish));
	json_object_set_new(content, "CONDITIONS", received_options(wish));
	json_object_set_new(content, "DEPARTMENTS",
		choices(wish->departments, wish->department_count));
	json_object_set_new(content, "TYPES", choices(wish->types, wish->type_count));
	json_object_set_new(content, "PROBLEMS", problem_list(wish));
	staff_set(content, "TITLE_PROBLEM", wish->title_problem);
	staff_set(content, "PEOPLE_PROBLEM", wish->people_problem);
	staff_set(content, "RECEIVED_PROBLEM", wish->received_problem);
	staff_set(content, "DUE_PROBLEM", wish->due_problem);
	staff_set(content, "UNTIL_PROBLEM", wish->until_problem);
	staff_set(content, "STOP_PROBLEM", wish->stop_problem);
	json_object_set_new(content, "TRIAL", trial ? trial : json_false());
	staff_page(step, status, "Nouvel envoi ciblé", "/mailings",
		"staff_mailing_new.html", content);
}

/* ---- reading the form ---- */

static void choose(struct pick *list, size_t count, struct str value)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq_z(value, list[i].value))
			list[i].chosen = true;
}

static bool read_fields(struct staff_step *step)
{
	struct wish *wish = step->own;
	const struct form_pair *fields;
	struct err unused = {0};
	size_t count;

	if (!exchange_fields(step->exchange, &fields, &count, &unused))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (str_eq_z(fields[i].name, "departement"))
			choose(wish->departments, wish->department_count,
				fields[i].value);
		else if (str_eq_z(fields[i].name, "type"))
			choose(wish->types, wish->type_count, fields[i].value);
	}
	wish->title = str_trim(staff_field(step, "titre"));
	wish->audience = staff_field(step, "public");
	wish->received = staff_field(step, "recu");
	wish->due = str_trim(staff_field(step, "due"));
	wish->until = str_trim(staff_field(step, "until"));
	wish->stop = str_trim(staff_field(step, "seuil"));
	wish->creating = str_eq_z(staff_field(step, "do"), "create");
	if (!uuid_parse(staff_field(step, "id"), &wish->id))
		wish->id = random_uuid();
	return true;
}

static void check_days(struct staff_step *step, struct wish *wish)
{
	const struct staff_edition *edition = &step->edition;
	struct civil from, to;

	if (!mailing_parse_day(wish->due, &from))
		wish->due_problem = "Écrivez le jour du départ ainsi : 31/01/2027.";
	else
		wish->from = mailing_opening(edition, from);
	if (!mailing_parse_day(wish->until, &to))
		wish->until_problem = "Écrivez la date limite ainsi : 31/01/2027.";
	else
		wish->to = mailing_ending(edition, to);
	if (wish->due_problem || wish->until_problem)
		return;
	if (wish->from < edition->opens)
		wish->due_problem = "L’édition n’est pas encore ouverte ce jour-là.";
	else if (wish->to > edition->closes)
		wish->until_problem =
			"La date limite vient après la clôture de l’édition.";
	else if (wish->to <= wish->from)
		wish->until_problem = "La date limite doit venir après le départ.";
	else if (wish->to <= step->site->options.now())
		wish->until_problem = "La date limite est déjà passée.";
}

static bool is_right(struct staff_step *step)
{
	struct wish *wish = step->own;
	struct str stop = wish->stop;
	uint64_t percent = 0;

	if (wish->title.n == 0)
		wish->title_problem = "Donnez un nom à cet envoi.";
	else if (str_count_chars(wish->title) > TITLE_CHARS)
		wish->title_problem = "Ce nom est trop long : cent caractères au plus.";
	else if (memchr(wish->title.p, '\n', wish->title.n))
		wish->title_problem = "Ce nom doit tenir sur une ligne.";
	if (wish->audience.n > 0 &&
		!json_object_getn(step->labels, wish->audience.p, wish->audience.n))
		wish->people_problem = "Choisissez un public de la liste.";
	if (!str_is_one_of(wish->received, conditions))
		wish->received_problem = "Choisissez une réponse de la liste.";
	if (stop.n > 0 && stop.p[stop.n - 1] == '%')
		stop = str_trim((struct str){stop.p, stop.n - 1});
	if (stop.n > 0 &&
		(!str_parse_u64(stop, &percent) || percent < 1 || percent > 100))
		wish->stop_problem = "Écrivez un nombre entre 1 et 100, ou laissez vide.";
	wish->percent = (int64_t)percent;
	check_days(step, wish);
	return !wish->title_problem && !wish->people_problem && !wish->received_problem &&
		!wish->due_problem && !wish->until_problem && !wish->stop_problem;
}

/* ---- whom, and then ---- */

static size_t chosen_of(struct str *out, const struct pick *list, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (list[i].chosen)
			out[n++] = str_of(list[i].value);
	return n;
}

static void add_population(struct db_params *params, const struct wish *wish)
{
	struct str departments[CHOICE_LIMIT], types[CHOICE_LIMIT];

	if (wish->audience.n > 0)
		db_text(params, wish->audience);
	else
		db_null(params);
	db_text_array(params, departments,
		chosen_of(departments, wish->departments, wish->department_count));
	db_text_array(params, types, chosen_of(types, wish->types, wish->type_count));
	db_text(params, wish->received);
	db_time(params, wish->from);
	db_time(params, wish->to);
}

static void refuse(struct staff_step *step, struct str outcome)
{
	struct wish *wish = step->own;
	const char *text = mailing_refusal(outcome);

	if (str_eq_z(outcome, "date"))
		wish->due_problem = text;
	else if (str_eq_z(outcome, "audience"))
		wish->people_problem = text;
	else
		wish->problem = text;
	show_form(step, 422, NULL);
}

static void preview_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;

	if (staff_is_down(step, err))
		return;
	if (str_eq_z(db_str(rows, 0, "outcome"), "done"))
		show_form(step, 200, mailing_trial(step, rows, NULL));
	else
		refuse(step, db_str(rows, 0, "outcome"));
}

static void made(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	const struct wish *wish = step->own;
	SCOPED(free_char) char *href = NULL;
	char id[37];

	if (staff_is_down(step, err))
		return;
	if (!str_eq_z(db_str(rows, 0, "outcome"), "done")) {
		refuse(step, db_str(rows, 0, "outcome"));
		return;
	}
	uuid_write(id, &wish->id);
	href = x_printf("/mailings/%s?fait=cree", id);
	exchange_redirect(step->exchange, href);
}

static void make(struct staff_step *step)
{
	const struct wish *wish = step->own;
	struct db_params params = {0};

	if (!wish->creating) {
		db_text_z(&params, step->edition.code);
		add_population(&params, wish);
		staff_ask(step, &SQL_STAFF_MAILING_PREVIEW, &params, preview_read);
		return;
	}
	db_uuid(&params, &wish->id);
	db_text_z(&params, step->edition.code);
	db_text(&params, wish->title);
	add_population(&params, wish);
	if (wish->percent > 0)
		db_i64(&params, wish->percent);
	else
		db_null(&params);
	db_text_z(&params, step->login);
	staff_ask(step, &SQL_STAFF_MAILING_ADD, &params, made);
}

/* ---- the groups of the contact list ---- */

static void add_choice(struct exchange *exchange, struct pick *list, size_t *count,
	struct str value, int64_t n)
{
	size_t i = 0;

	if (value.n == 0)
		return;
	while (i < *count && !str_eq_z(value, list[i].value))
		i++;
	if (i == CHOICE_LIMIT)
		return;
	if (i == *count)
		list[(*count)++].value = exchange_strdup(exchange, value);
	list[i].n += n;
}

static bool is_chosen(const struct pick *list, size_t count, struct str value)
{
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		if (list[i].chosen && str_eq_z(value, list[i].value))
			return true;
		any = any || list[i].chosen;
	}
	return !any;
}

static bool is_narrow(const struct wish *wish)
{
	struct str unused[CHOICE_LIMIT];

	return chosen_of(unused, wish->departments, wish->department_count) +
		chosen_of(unused, wish->types, wish->type_count) >
		0;
}

static void check_people(
	struct staff_step *step, struct wish *wish, const struct db_rows *rows)
{
	for (size_t i = 0; i < db_count(rows); i++)
		if ((wish->audience.n == 0 ||
			    str_eq(wish->audience, db_str(rows, i, "audience"))) &&
			is_chosen(wish->departments, wish->department_count,
				db_str(rows, i, "department")) &&
			is_chosen(wish->types, wish->type_count, db_str(rows, i, "type")))
			wish->people += db_int(rows, i, "n");
	if (is_narrow(wish) && wish->people < step->edition.min_base) {
		SCOPED(free_char)
		char *people = staff_plural(wish->people, "contact", "contacts");
		SCOPED(free_char)
		char *text = x_printf(
			"Ce choix vise %s, sous le seuil de %lld : un envoi aussi étroit dirait presque qui a répondu. Élargissez-le.",
			people, (long long)step->edition.min_base);

		wish->people_problem = exchange_strdup(step->exchange, str_of(text));
	}
}

static void segments_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct wish *wish = step->own;

	if (staff_is_down(step, err))
		return;
	for (size_t i = 0; i < db_count(rows); i++) {
		add_choice(step->exchange, wish->departments, &wish->department_count,
			db_str(rows, i, "department"), db_int(rows, i, "n"));
		add_choice(step->exchange, wish->types, &wish->type_count,
			db_str(rows, i, "type"), db_int(rows, i, "n"));
	}
	if (!wish->posted) {
		show_form(step, 200, NULL);
		return;
	}
	if (!read_fields(step)) {
		wish->problem = "Ce formulaire n’a pas pu être lu. Recommencez.";
		show_form(step, 422, NULL);
		return;
	}
	check_people(step, wish, rows);
	if (is_right(step))
		make(step);
	else
		show_form(step, 422, NULL);
}

static void ask_segments(struct staff_step *step)
{
	struct db_params params = {0};

	db_text_z(&params, step->edition.code);
	staff_ask(step, &SQL_STAFF_SEGMENTS, &params, segments_read);
}

static void edition_chosen(struct staff_step *step)
{
	struct wish *wish = exchange_alloc(step->exchange, sizeof(*wish));
	SCOPED(free_char) char *day = NULL;
	SCOPED(free_char) char *until = NULL;
	usec_t tomorrow;

	if (strcmp(step->edition.state, "open") != 0 &&
		strcmp(step->edition.state, "draft") != 0) {
		staff_message(step, 409, "/mailings", "Cette édition est close",
			"On ne peut plus y prévoir d’envoi.", "/mailings",
			"Voir les envois");
		return;
	}
	/* Not today: its letter is still to be read. */
	tomorrow = step->site->options.now() + USEC_PER_DAY;
	day = mailing_day(tomorrow > step->edition.opens ? tomorrow : step->edition.opens,
		step->edition.zone);
	until = mailing_day(step->edition.closes - 1, step->edition.zone);
	*wish = (struct wish){
		.posted = exchange_request(step->exchange)->method == HTTP_METHOD_POST,
		.id = random_uuid(),
		.title = STR(""),
		.audience = STR(""),
		.received = STR("invitation"),
		.stop = STR(""),
		.due = str_of(exchange_strdup(step->exchange, str_of(day))),
		.until = str_of(exchange_strdup(step->exchange, str_of(until)))};
	step->own = wish;
	staff_load_labels(step, ask_segments);
}

static void show_new(struct staff_step *step)
{
	staff_choose(step, "/mailings", edition_chosen);
}

void staff_get_new_mailing(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, show_new);
}

void staff_post_new_mailing(
	void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, show_new);
}
