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

/* The next release of e2023, a draft. */
static int64_t add_draft(const struct figure *figures, size_t figure_count,
	const struct release_note *notes, size_t note_count)
{
	int64_t version = 0;

	ok(db_begin(world.owner, err));
	ok(release_add(world.owner,
		&(struct release_draft){.edition = "e2023",
			.thresholds = {.min_base = 11, .min_cell = 5, .coalition = 1},
			.kind = "coding",
			.reason = "codage",
			.figures = figures,
			.figure_count = figure_count,
			.notes = notes,
			.note_count = note_count},
		&version, err));
	ok(db_commit(world.owner, err));
	return version;
}

static void add_checked(const struct figure *figures, size_t count)
{
	int64_t version = add_draft(figures, count, NULL, 0);

	ok(release_set_checked(world.owner, "e2023", version, err));
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
	version = add_draft(lines, COUNT_OF(lines), notes, COUNT_OF(notes));
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

static void withdraw_first(const char *why)
{
	SCOPED(free_char)
	char *statement = x_printf(
		"UPDATE barometre.release SET state = 'withdrawn', withdrawn_on = '2023-05-02', withdrawn_by = 'ada',"
		" withdrawn_why = '%s'",
		why);

	run(world.owner, statement);
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

/* The page of release 2: the whole audience, or a crossing. */
#define SECOND "/tables?edition=e2023&version=2&audience=patients"
#define BY_DEPARTMENT "&segment=departement"

/* ---- states ---- */

static void what_is_checked_is_shown_as_not_yet_published(void **state)
{
	SESSION ana = session_of("ana");
	SESSION ada = session_of("ada");

	(void)state;
	add_version("checked", NULL);
	REPLY newest = ask("GET", "/tables?edition=e2023", ana, "");
	REPLY second = ask("GET", SECOND, ana, "");
	REPLY admin = ask("GET", SECOND, ada, "");
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
	REPLY analyst = ask("GET", SECOND, ana, "");
	REPLY admin = ask("GET", SECOND, ada, "");
	hides(&analyst, "Diffusion 2");
	hides(&analyst, "presque tous");
	assert_has(&admin, "Diffusion 2");
	assert_has(&admin, "<li>comparée à la version 1</li>");
	/* Its figures for nobody. */
	hides(&admin, "presque tous");
	hides(&admin, "Publier la diffusion 2");
	assert_has(&admin, "Pas de chiffres à montrer");
}

static void what_was_withdrawn_says_when_and_why(void **state)
{
	SESSION ana = session_of("ana");

	(void)state;
	withdraw_first("codage <faux>");
	REPLY r = ask("GET", "/tables?edition=e2023&version=1", ana, "");
	assert_has(&r, "mai 2023");
	assert_has(&r, "codage &lt;faux&gt;");
	hides(&r, "Toulouse");
	hides(&r, "figures?format");
	assert_has(&r, "Pas de chiffres à montrer");
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
	REPLY whole = ask("GET", SECOND, ana, "");
	REPLY r = ask("GET", SECOND BY_DEPARTMENT, ana, "");
	REPLY unknown = ask("GET", SECOND "&segment=rien", ana, "");

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
	REPLY whole = ask("GET", SECOND, ana, "");
	REPLY r = ask("GET", SECOND BY_DEPARTMENT, ana, "");
	assert_has(&r, "Ce qui est réuni ou n’est pas montré, et pourquoi");
	assert_has(&r, "<ul><li>deux départements de moins de 11 personnes sont réunis.");
	/* And below its table. */
	assert_has(&r,
		"<ul class=\"whys\"><li>deux départements de moins de 11 personnes sont réunis.");
	hides(&r, "cela ne regarde que les équipes");
	hides(&whole, "deux départements");
	/* A dash is explained where there may be one. */
	assert_has(&r, "«\u202F–\u202F»\u202F: non diffusé, ou sans objet");
	hides(&whole, "«\u202F–\u202F»");
	assert_has(&whole, "≥\u202F95\u202F%");
}

/* A crossing that is not made has no link to it: the page says so wherever one looks. */
static void a_crossing_that_is_not_made_is_told(void **state)
{
	SESSION ana = session_of("ana");
	struct figure lines[] = {crossed("", "", "jeune", 100, 42),
		crossed("d31", "Haute-Garonne", "jeune", 80, 31)};
	const struct release_note notes[] = {{"patients", "", "est_ouest",
		"segment_withheld", "Aucun tableau n’est croisé avec l’Est et l’Ouest."}};

	(void)state;
	ok(release_set_checked(world.owner, "e2023",
		add_draft(lines, COUNT_OF(lines), notes, COUNT_OF(notes)), err));
	REPLY whole = ask("GET", SECOND, ana, "");
	REPLY r = ask("GET", SECOND BY_DEPARTMENT, ana, "");
	assert_has(&whole, "<ul><li>Aucun tableau n’est croisé avec l’Est et l’Ouest.");
	assert_has(&r, "<ul><li>Aucun tableau n’est croisé avec l’Est et l’Ouest.");
}

/* A group that has no such line leaves its place empty: what follows is not told of another group. */
static void a_figure_stays_under_its_group(void **state)
{
	SESSION ana = session_of("ana");
	struct figure lines[] = {crossed("a", "Groupe A", "est", 40, 30),
		crossed("b", "Groupe B", "est", 50, 20),
		crossed("b", "Groupe B", "autre", 50, 7),
		crossed("c", "Groupe C", "autre", 60, 9)};

	(void)state;
	add_checked(lines, COUNT_OF(lines));
	REPLY r = ask("GET", SECOND BY_DEPARTMENT, ana, "");
#define EMPTY \
 "<span><span aria-hidden=\"true\">–</span><span class=\"unseen\">non diffusé</span></span></td>"
	assert_has(&r,
		"<th scope=\"row\">est</th><td data-label=\"Groupe A\"><span>75\u202F% <span class=\"soft\">(30)</span></span></td>"
		"<td data-label=\"Groupe B\"><span>40\u202F% <span class=\"soft\">(20)</span></span></td>"
		"<td data-label=\"Groupe C\">" EMPTY);
	assert_has(&r,
		"<th scope=\"row\">autre</th><td data-label=\"Groupe A\">" EMPTY
		"<td data-label=\"Groupe B\"><span>14\u202F%");
}

/* A mean is no number of people; what is inside the gathered line says so. */
static void statistics_stand_before_the_answers(void **state)
{
	SESSION ana = session_of("ana");
	struct figure lines[] = {crossed("", "", "mean", 100, -1),
		crossed("", "", "median", 100, -1), crossed("", "", "q1", 100, -1),
		crossed("", "", "jeune", 100, -1), crossed("", "", "adulte", 100, 60),
		crossed("", "", "gathered", 100, 40)};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		lines[i].type = "number";
	for (size_t i = 0; i < 2; i++)
		lines[i].has_value = true;
	lines[0].value = 61;
	lines[0].label = "Moyenne";
	lines[1].value = 1260.5;
	lines[1].label = "Médiane";
	lines[2].status = lines[3].status = "small_cells";
	add_checked(lines, COUNT_OF(lines));
	REPLY r = ask("GET", SECOND, ana, "");
	assert_has(&r, "<dt>Moyenne</dt><dd>61</dd>");
	assert_has(&r, "<dt>Médiane</dt><dd>1\u202F260,5</dd>");
	assert_has(&r, "<dt>q1</dt><dd>non diffusé</dd>");
	hides(&r, "<th scope=\"row\">Moyenne</th>");
	assert_has(&r, "<span class=\"soft\">regroupé</span>");
}

/* A form may call a choice as a statistic is called. */
static void a_choice_called_q1_is_an_answer(void **state)
{
	SESSION ana = session_of("ana");
	struct figure lines[] = {
		crossed("", "", "q1", 100, -1), crossed("", "", "q2", 100, 97)};

	(void)state;
	lines[0].status = "at_most_5";
	lines[1].count = lines[1].percent = -1;
	lines[1].status = "at_least_95";
	add_checked(lines, COUNT_OF(lines));
	REPLY r = ask("GET", SECOND, ana, "");
	assert_has(&r, "<th scope=\"row\">q1</th>");
	assert_has(&r, "<td>≤\u202F5\u202F%</td>");
	hides(&r, "<dt>q1</dt>");
}

/* Of a number without limits whose bands are all of too few people: nothing is put together where nothing is told. */
static void what_is_gathered_may_be_withheld_itself(void **state)
{
	SESSION ana = session_of("ana");
	struct figure lines[] = {crossed("", "", "gathered", 100, -1)};

	(void)state;
	lines[0].status = "small_cells";
	add_checked(lines, COUNT_OF(lines));
	REPLY r = ask("GET", SECOND, ana, "");
	assert_has(&r, "<span class=\"soft\">non diffusé</span>");
	hides(&r, "regroupé</span>");
}

/* Who writes 10^15 into a number without limits does not stop the site. */
static void a_mean_may_be_of_absurd_numbers(void **state)
{
	SESSION ana = session_of("ana");
	struct figure lines[] = {crossed("", "", "mean", 100, -1),
		crossed("", "", "median", 100, -1), crossed("", "", "q3", 100, -1)};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		lines[i].type = "number";
		lines[i].has_value = true;
	}
	lines[0].value = 91234567890123.45;
	lines[1].value = 1234567890123.45;
	lines[2].value = 1e15;
	add_checked(lines, COUNT_OF(lines));
	REPLY r = ask("GET", SECOND, ana, "");
	assert_has(&r, "<dd>91\u202F234\u202F567\u202F890\u202F123</dd>");
	assert_has(&r, "<dd>1\u202F234\u202F567\u202F890\u202F123,45</dd>");
	assert_has(&r, "<dd>1\u202F000\u202F000\u202F000\u202F000\u202F000</dd>");
}

static void what_became_of_the_people_of_the_list_is_shown(void **state)
{
	SESSION ana = session_of("ana");

	(void)state;
	add_version("checked", NULL);
	REPLY r = ask("GET", SECOND, ana, "");
	assert_has(&r, ">Devenir des personnes de la liste</h3>");
	assert_has(&r, "<td>1\u202F234</td>");
	assert_has(&r, "<span class=\"soft\">non diffusé</span>");
	assert_has(&r, "<th scope=\"row\">Oppositions</th>");
	assert_has(&r, ">Taux de réponse RR1 (AAPOR)</h3>");
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
	SCOPED(free_char) char *token = token_of(ada);
	SCOPED(free_char) char *right = x_printf("csrf=%s", token);
	static const char make[] = "/tables/publish?edition=e2023&version=1";

	(void)state;
	run(world.owner,
		"CREATE TEMP TABLE kept AS SELECT * FROM barometre.release_file; DELETE FROM barometre.release_file");
	REPLY r = ask("GET", "/tables?edition=e2023", ada, "");
	assert_has(&r, "Faire les fichiers de la diffusion 1");
	/* It is published: nobody is asked to publish it. */
	hides(&r, "Publier la diffusion 1");
	hides(&r, "figures?format");
	REPLY confirm = ask("GET", make, ada, "");
	assert_int_equal(confirm.status, 200);
	assert_has(&confirm, "<h1>Faire les fichiers de la diffusion 1</h1>");
	hides(&confirm, "Publier");
	assert_int_equal(status_of("POST", make, ada, right), 303);
	assert_int_equal(tasks("publish"), 1);
	REPLY asked = ask("GET", "/tables?edition=e2023", ada, "");
	assert_has(&asked, "Fichiers\u202F: en attente");
	hides(&asked, "Publication");
	REPLY board = ask("GET", "/?edition=e2023", ada, "");
	assert_has(&board, "\u202F; ses fichiers sont demandés.");
	hides(&board, "son retrait est demandé");
	run(world.owner, "UPDATE barometre.keeper_task SET kind = 'withdraw'");
	REPLY leaving = ask("GET", "/?edition=e2023", ada, "");
	assert_has(&leaving, "\u202F; son retrait est demandé.");
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

/* The keeper is asked one thing of a kind at a time: who asks for another release is told, and keeps what was typed. */
static void what_waits_for_another_release_is_said(void **state)
{
	SESSION ada = session_of("ada");
	SCOPED(free_char) char *token = token_of(ada);
	SCOPED(free_char) char *right = x_printf("csrf=%s&reason=Codage+faux.", token);

	(void)state;
	add_version("checked", NULL);
	run(world.owner,
		"UPDATE barometre.release SET state = 'published', published_on = '2023-05-02', published_by = 'ada' WHERE version = 2");
	assert_int_equal(status_of("POST", WITHDRAW, ada, right), 303);
	REPLY second = ask(
		"POST", "/tables/withdraw?edition=e2023&version=2", ada, right);
	assert_int_equal(second.status, 409);
	assert_has(&second, "Une demande du même genre attend déjà");
	assert_has(&second, "Codage faux.</textarea>");
	hides(&second, "aria-invalid");
	assert_int_equal(tasks("withdraw"), 1);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.journal WHERE action = 'ask_withdraw' AND detail = 'e2023 2'"),
		0);
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

/* ---- the dashboard ---- */

static void the_dashboard_says_what_is_next_of_the_tables(void **state)
{
	SESSION ada = session_of("ada");
	SESSION ana = session_of("ana");
	SESSION cod = session_of("cod");
	static const char lead[] =
		"href=\"/tables?edition=e2023&amp;version=2#apercu\">Relire, puis publier</a>";

	(void)state;
	REPLY published = ask("GET", "/?edition=e2023", ada, "");
	assert_has(&published,
		"<strong>Tableaux\u202F:</strong> <span>diffusion 1, publiée le ");
	assert_has(&published, "avril 2023.</span>");
	hides(&published, "Relire, puis publier");
	add_version("checked", NULL);
	REPLY admin = ask("GET", "/?edition=e2023", ada, "");
	REPLY analyst = ask("GET", "/?edition=e2023", ana, "");
	REPLY coder = ask("GET", "/?edition=e2023", cod, "");
	assert_has(&admin, "la diffusion 2 est vérifiée, pas encore publiée.");
	assert_has(&admin, lead);
	hides(&admin, "<strong>Tableaux");
	assert_has(&analyst,
		"la diffusion 2 est vérifiée, pas encore publiée\u202F: une administratrice");
	hides(&analyst, "Relire, puis publier");
	hides(&coder, "diffusion 2");
	hides(&coder, "<strong>Tableaux");
	run(world.owner,
		"INSERT INTO barometre.keeper_task (kind, edition, version, asked_by) VALUES ('publish', 'e2023', 2, 'ada')");
	REPLY asked = ask("GET", "/?edition=e2023", ada, "");
	assert_has(&asked, "la publication de la diffusion 2 est demandée.");
	hides(&asked, "Relire, puis publier");
}

static void the_dashboard_says_what_was_refused_or_withdrawn(void **state)
{
	SESSION ada = session_of("ada");
	SESSION ana = session_of("ana");

	(void)state;
	add_version("draft", "comparée à la version 1\n");
	REPLY admin = ask("GET", "/?edition=e2023", ada, "");
	REPLY analyst = ask("GET", "/?edition=e2023", ana, "");
	assert_has(&admin, "la vérification a refusé la diffusion 2.");
	assert_has(&admin, "diffusion 1, publiée le ");
	hides(&analyst, "diffusion 2");
	run(world.owner, "UPDATE barometre.release SET refused = NULL WHERE version = 2");
	REPLY waiting = ask("GET", "/?edition=e2023", ada, "");
	assert_has(&waiting, "barometre release check e2023");
	fresh(NULL);
	withdraw_first("x");
	REPLY withdrawn = ask("GET", "/?edition=e2023", ana, "");
	assert_has(&withdrawn, "mai 2023\u202F; plus rien n’est diffusé.");
	assert_has(&withdrawn, "href=\"/tables?edition=e2023\">Voir pourquoi</a>");
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
		cmocka_unit_test_setup(a_crossing_that_is_not_made_is_told, fresh),
		cmocka_unit_test_setup(a_figure_stays_under_its_group, fresh),
		cmocka_unit_test_setup(statistics_stand_before_the_answers, fresh),
		cmocka_unit_test_setup(a_choice_called_q1_is_an_answer, fresh),
		cmocka_unit_test_setup(what_is_gathered_may_be_withheld_itself, fresh),
		cmocka_unit_test_setup(a_mean_may_be_of_absurd_numbers, fresh),
		cmocka_unit_test_setup(
			what_became_of_the_people_of_the_list_is_shown, fresh),
		cmocka_unit_test_setup(
			publication_is_asked_by_an_administrator_once, fresh),
		cmocka_unit_test_setup(only_what_can_be_published_is_asked, fresh),
		cmocka_unit_test_setup(a_release_without_files_can_get_them, fresh),
		cmocka_unit_test_setup(a_withdrawal_needs_its_reason, fresh),
		cmocka_unit_test_setup(what_waits_for_another_release_is_said, fresh),
		cmocka_unit_test_setup(during_the_field_no_answer_leaves, fresh),
		cmocka_unit_test_setup(
			the_dashboard_says_what_is_next_of_the_tables, fresh),
		cmocka_unit_test_setup(
			the_dashboard_says_what_was_refused_or_withdrawn, fresh),
	};

	return cmocka_run_group_tests(all, begin, end);
}
