/* SPDX-License-Identifier: Apache-2.0 */
/* The page of tables: releases in their states, who may see and ask what, crossings, and what is not shown. */
#include "staff_world.h"

/* e2023 has release 1, published. Here come 2, checked, with a crossing and a note; and 3, a draft that the check refused. */
static struct figure crossed(
	const char *group, const char *label, const char *option, int64_t base, int64_t n)
{
	return (struct figure){.audience = "patients",
		.question = "age",
		.type = "single",
		.segment = *group ? "departement" : "",
		.segment_value = group,
		.segment_label = label,
		.option = option,
		.label = option,
		.base = base,
		.not_answered = base == 20 ? 4 : 0,
		.not_concerned = base == 20 ? 6 : 0,
		.mentions = base,
		.count = n,
		.percent = n < 0 ? -1 : percent_of(n, base),
		.status = ""};
}

/* Lines of report/participation.c: counts without a base, and rates. */
static struct figure about_people(
	const char *question, const char *type, const char *option, const char *label)
{
	return (struct figure){.audience = "patients",
		.question = question,
		.type = type,
		.segment = "",
		.segment_value = "",
		.segment_label = "",
		.option = option,
		.label = label,
		.base = -1,
		.not_answered = -1,
		.not_concerned = -1,
		.mentions = -1,
		.count = -1,
		.percent = -1,
		.status = ""};
}

static int64_t add_version(const char *state, const char *refused_why)
{
	struct figure lines[] = {crossed("", "", "jeune", 100, 42),
		crossed("", "", "âgé", 100, 58),
		crossed("d31", "Haute-Garonne", "jeune", 80, 31),
		crossed("d31", "Haute-Garonne", "âgé", 80, 49),
		crossed("d09+d65", "Ariège, Hautes-Pyrénées", "jeune", 20, 11),
		crossed("d09+d65", "Ariège, Hautes-Pyrénées", "âgé", 20, 9),
		crossed("", "", "presque tous", 100, -1),
		about_people("participation.dispositions", "disposition", "contacts",
			"Personnes dans la liste"),
		about_people("participation.dispositions", "disposition", "refusal",
			"Oppositions"),
		about_people("participation.rr1", "rate", "rr1",
			"Taux de réponse RR1 (AAPOR)"),
		about_people("participation.rr5", "rate", "rr5",
			"Taux de réponse RR5 (AAPOR)")};
	const struct release_note notes[] = {
		{"patients", "age", "departement", "groups_merged",
			"deux départements de moins de 11 personnes sont réunis."},
		{"equipes", "", "", "x", "cela ne regarde que les équipes."}};
	int64_t version;

	lines[6].question = "territoire_action";
	lines[6].percent = -1;
	lines[6].status = "at_least_95";
	lines[7].count = 1234;
	lines[8].status = "small_cells";
	lines[9].base = 1200;
	lines[9].has_value = true;
	lines[9].value = 8.25;
	ok(db_begin(world.owner, err));
	ok(release_add(world.owner,
		&(struct release_draft){.edition = "e2023",
			.thresholds = {.min_base = 11, .min_cell = 5, .coalition = 1},
			.kind = "coding",
			.reason = "codage",
			.figures = lines,
			.figure_count = COUNT_OF(lines),
			.notes = notes,
			.note_count = COUNT_OF(notes)},
		&version, err));
	ok(db_commit(world.owner, err));
	if (refused_why)
		ok(release_set_refused(world.owner, "e2023", version, refused_why, err));
	if (strcmp(state, "checked") == 0)
		ok(release_set_checked(world.owner, "e2023", version, err));
	return version;
}

static int fresh(void **state)
{
	(void)state;
	run(world.owner,
		"DELETE FROM barometre.release_row WHERE version > 1; DELETE FROM barometre.release_note WHERE version > 1;"
		"DELETE FROM barometre.release_file WHERE version > 1; DELETE FROM barometre.release WHERE version > 1;"
		"UPDATE barometre.release SET state = 'published', withdrawn_on = NULL, withdrawn_by = NULL, withdrawn_why = NULL;"
		"DELETE FROM barometre.keeper_task");
	return 0;
}

static void hides(const struct reply *r, const char *text)
{
	if (strstr(r->body, text))
		fail_msg("\"%s\" stands in the page", text);
}

static int64_t tasks(const char *kind)
{
	SCOPED(free_char)
	char *query = x_printf(
		"SELECT count(*) AS n FROM barometre.keeper_task WHERE kind = '%s'",
		kind);

	return number(world.owner, query);
}

/* ---- states ---- */

static void what_is_checked_is_shown_as_not_yet_published(void **state)
{
	SESSION ana = session_of("ana");
	SESSION ada = session_of("ada");

	(void)state;
	add_version("checked", NULL);
	REPLY newest = ask("GET", "/tables?edition=e2023", ana, "");
	REPLY second = ask(
		"GET", "/tables?edition=e2023&version=2&audience=patients", ana, "");
	REPLY admin = ask(
		"GET", "/tables?edition=e2023&version=2&audience=patients", ada, "");
	/* What is out comes first. */
	assert_has(&newest, "Toulouse, &quot;la rose&quot;");
	assert_has(&newest, "pas encore publiée");
	hides(&newest, "Diffusion 2\u202F: pas encore publiée");
	assert_has(&second, "Diffusion 2\u202F: pas encore publiée");
	assert_has(&second, ">58<");
	hides(&second, "releases/2/figures"); /* it has no files */
	hides(&second, "Publier la diffusion");
	assert_has(&admin, "Publier la diffusion 2");
	assert_has(&admin, "Retirer la diffusion 1");
}

static void a_draft_is_for_administrators(void **state)
{
	SESSION ana = session_of("ana");
	SESSION ada = session_of("ada");

	(void)state;
	add_version("draft", "comparée à la version 1\nencore une\n");
	REPLY analyst = ask(
		"GET", "/tables?edition=e2023&version=2&audience=patients", ana, "");
	REPLY admin = ask(
		"GET", "/tables?edition=e2023&version=2&audience=patients", ada, "");
	hides(&analyst, "Diffusion 2");
	hides(&analyst, "presque tous");
	assert_has(&admin, "Diffusion 2");
	assert_has(&admin, "<li>comparée à la version 1</li>");
	/* Its figures for nobody. */
	hides(&admin, "presque tous");
	hides(&admin, "Publier la diffusion 2");
}

static void what_was_withdrawn_says_when_and_why(void **state)
{
	SESSION ana = session_of("ana");

	(void)state;
	run(world.owner,
		"UPDATE barometre.release SET state = 'withdrawn', withdrawn_on = '2023-05-02', withdrawn_by = 'ada',"
		" withdrawn_why = 'codage <faux>'");
	REPLY r = ask("GET", "/tables?edition=e2023&version=1", ana, "");
	assert_has(&r, "mai 2023");
	assert_has(&r, "codage &lt;faux&gt;");
	hides(&r, "Toulouse");
	hides(&r, "figures?format");
}

/* ---- tables ---- */

static void every_format_can_be_fetched(void **state)
{
	static const char *const formats[] = {
		"csv", "csv-excel", "xlsx", "json", "json-stat", "ddi", "datapackage"};
	SESSION ana = session_of("ana");
	REPLY r = ask("GET", "/tables?edition=e2023", ana, "");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		SCOPED(free_char)
		char *href = x_printf(
			"/api/v1/editions/e2023/releases/1/figures?format=%s",
			formats[i]);

		assert_has(&r, href);
		assert_int_equal(status_of("GET", href, ana, ""), 200);
	}
	assert_has(&r, "/api/v1/editions/e2023/releases/1/manifest");
	assert_int_equal(
		status_of("GET", "/api/v1/editions/e2023/releases/1/manifest", ana, ""),
		200);
}

static void crossings_are_groups_side_by_side(void **state)
{
	SESSION ana = session_of("ana");

	(void)state;
	add_version("checked", NULL);
	REPLY whole = ask(
		"GET", "/tables?edition=e2023&version=2&audience=patients", ana, "");
	REPLY r = ask("GET",
		"/tables?edition=e2023&version=2&audience=patients&segment=departement",
		ana, "");
	REPLY unknown = ask("GET",
		"/tables?edition=e2023&version=2&audience=patients&segment=rien", ana,
		"");

	assert_has(&whole, "segment=departement#apercu");
	hides(&whole, "Haute-Garonne");
	assert_has(&r, "<th scope=\"col\">Haute-Garonne</th>");
	assert_has(&r, "Ariège, Hautes-Pyrénées");
	assert_has(&r, "39\u202F%"); /* 31 of 80 */
	assert_has(&r, "4 sans réponse");
	assert_has(&r, "6 non concernées");
	/* Twenty people: said to be few. */
	assert_has(&r, "<em>55\u202F%</em>");
	assert_has(&r, "effectif faible");
	hides(&unknown, "Haute-Garonne");
	assert_int_equal(unknown.status, 200);
}

static void what_is_not_shown_is_told(void **state)
{
	SESSION ana = session_of("ana");

	(void)state;
	add_version("checked", NULL);
	REPLY r = ask(
		"GET", "/tables?edition=e2023&version=2&audience=patients", ana, "");
	assert_has(&r, "Ce qui n’est pas montré, et pourquoi");
	assert_has(&r, "deux départements de moins de 11 personnes sont réunis.");
	hides(&r, "cela ne regarde que les équipes");
	assert_has(&r, "≥ 95\u202F%");
}

static void what_became_of_the_people_of_the_list_is_shown(void **state)
{
	SESSION ana = session_of("ana");

	(void)state;
	add_version("checked", NULL);
	REPLY r = ask(
		"GET", "/tables?edition=e2023&version=2&audience=patients", ana, "");
	assert_has(&r, "<caption>Devenir des personnes de la liste");
	assert_has(&r, "<td>1\u202F234</td>");
	assert_has(&r, "<th scope=\"row\">Oppositions</th>");
	assert_has(&r, "<caption>Taux de réponse RR1 (AAPOR)");
	assert_has(&r, "<td>8,3\u202F%</td>");
	assert_has(&r, "Ce taux ne peut pas être calculé.");
	hides(&r, "Chiffres non diffusés");
}

/* ---- publish, withdraw ---- */

#define PUBLISH "/tables/publish?edition=e2023&version=2"
#define WITHDRAW "/tables/withdraw?edition=e2023&version=1"

static void publication_is_asked_by_an_administrator_once(void **state)
{
	SESSION ada = session_of("ada");
	SESSION ana = session_of("ana");
	SCOPED(free_char) char *token = token_of(ada);
	SCOPED(free_char) char *right = x_printf("csrf=%s", token);

	(void)state;
	add_version("checked", NULL);
	assert_int_equal(status_of("GET", PUBLISH, ana, ""), 403);
	assert_int_equal(status_of("POST", PUBLISH, ana, right), 403);
	assert_int_equal(status_of("POST", PUBLISH, ada, "csrf=faux"), 403);
	REPLY confirm = ask("GET", PUBLISH, ada, "");
	assert_int_equal(confirm.status, 200);
	assert_has(&confirm, "Publier la diffusion 2");
	assert_int_equal(tasks("publish"), 0);
	assert_int_equal(status_of("POST", PUBLISH, ada, right), 303);
	assert_int_equal(status_of("POST", PUBLISH, ada, right), 409); /* it is asked */
	assert_int_equal(tasks("publish"), 1);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.keeper_task WHERE version = 2 AND asked_by = 'ada'"),
		1);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.journal WHERE action = 'ask_publish' AND detail = 'e2023 2'"),
		1);
	REPLY page = ask("GET", "/tables?edition=e2023", ada, "");
	assert_has(&page, "Publication des tableaux\u202F: en attente");
	hides(&page, "Publier la diffusion 2");
}

static void only_what_can_be_published_is_asked(void **state)
{
	SESSION ada = session_of("ada");

	(void)state;
	assert_int_equal(status_of("GET", PUBLISH, ada, ""), 404);
	add_version("draft", "x");
	assert_int_equal(status_of("GET", PUBLISH, ada, ""), 409);
	assert_int_equal(
		status_of("GET", "/tables/publish?edition=e2023&version=1", ada, ""),
		409);
	assert_int_equal(
		status_of("GET",
			"/tables/withdraw?edition=e2023&version=2&audience=patients", ada,
			""),
		409);
	assert_int_equal(
		status_of("GET", "/tables/publish?edition=rien&version=1", ada, ""), 404);
}

/* Out since before there were files: an administrator has them made. */
static void a_release_without_files_can_get_them(void **state)
{
	SESSION ada = session_of("ada");

	(void)state;
	run(world.owner,
		"CREATE TEMP TABLE kept AS SELECT * FROM barometre.release_file; DELETE FROM barometre.release_file");
	REPLY r = ask("GET", "/tables?edition=e2023", ada, "");
	assert_has(&r, "Publier la diffusion 1");
	hides(&r, "figures?format");
	assert_int_equal(
		status_of("GET", "/tables/publish?edition=e2023&version=1", ada, ""),
		200);
	run(world.owner, "INSERT INTO barometre.release_file SELECT * FROM kept");
}

static void a_withdrawal_needs_its_reason(void **state)
{
	SESSION ada = session_of("ada");
	SCOPED(free_char) char *token = token_of(ada);
	SCOPED(free_char) char *bare = x_printf("csrf=%s&reason=++", token);
	SCOPED(free_char)
	char *right = x_printf("csrf=%s&reason=+Une+erreur+de+codage.+", token);

	(void)state;
	assert_int_equal(status_of("GET", WITHDRAW, ada, ""), 200);
	REPLY refused_empty = ask("POST", WITHDRAW, ada, bare);
	assert_int_equal(refused_empty.status, 422);
	assert_has(&refused_empty, "Dites pourquoi");
	assert_int_equal(tasks("withdraw"), 0);
	assert_int_equal(status_of("POST", WITHDRAW, ada, right), 303);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.keeper_task WHERE kind = 'withdraw' AND version = 1"
			" AND reason = 'Une erreur de codage.'"),
		1);
}

/* ---- during the field ---- */

/* T19: while answers come in, nobody gets any: neither by page nor by file, whoever asks, and words say so. */
static void during_the_field_no_answer_leaves(void **state)
{
	static const char *const targets[] = {
		"/api/v1/editions/e2026/releases/latest/figures",
		"/api/v1/editions/e2026/releases/1/figures?format=csv",
		"/api/v1/editions/e2026/releases/1/manifest",
		"/tables/publish?edition=e2026&version=1"};
	static const char *const who[] = {"ada", "ana"};

	(void)state;
	for (size_t w = 0; w < COUNT_OF(who); w++) {
		SESSION cookie = session_of(who[w]);
		REPLY page = ask("GET", "/tables?edition=e2026", cookie, "");

		assert_has(&page, "personne ne voit le moindre résultat");
		hides(&page, "<table");
		for (size_t i = 0; i < COUNT_OF(targets); i++) {
			REPLY r = ask("GET", targets[i], cookie, "");

			if (r.status != 403 && r.status != 404)
				fail_msg("%s: %d", targets[i], r.status);
			assert_true(r.body_size > 40);
		}
	}
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test_setup(
			what_is_checked_is_shown_as_not_yet_published, fresh),
		cmocka_unit_test_setup(a_draft_is_for_administrators, fresh),
		cmocka_unit_test_setup(what_was_withdrawn_says_when_and_why, fresh),
		cmocka_unit_test_setup(every_format_can_be_fetched, fresh),
		cmocka_unit_test_setup(crossings_are_groups_side_by_side, fresh),
		cmocka_unit_test_setup(what_is_not_shown_is_told, fresh),
		cmocka_unit_test_setup(
			what_became_of_the_people_of_the_list_is_shown, fresh),
		cmocka_unit_test_setup(
			publication_is_asked_by_an_administrator_once, fresh),
		cmocka_unit_test_setup(only_what_can_be_published_is_asked, fresh),
		cmocka_unit_test_setup(a_release_without_files_can_get_them, fresh),
		cmocka_unit_test_setup(a_withdrawal_needs_its_reason, fresh),
		cmocka_unit_test_setup(during_the_field_no_answer_leaves, fresh),
	};

	return cmocka_run_group_tests(all, begin, end);
}
