/* SPDX-License-Identifier: Apache-2.0 */
/* From open answers to themes in a release, and to texts that may leave: the commands, as people type them. */
#include <stdlib.h>
#include <string.h>

#include "barometre/report/release.h"
#include "barometre/store/edition_store.h"
#include "command_run.h"
#include "counted_world.h"

#define TEXTS 40

static const char form_text[] =
	"{\"title\":\"Essai\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\",\"barometre\":{\"audience\":\"patients\","
	"\"version\":\"1\",\"minutes\":1,\"boxBytes\":8192,\"audienceLabel\":\"Patients\",\"complete\":[\"choix\"],"
	"\"welcome\":[\"Bonjour\"],\"thanks\":[\"Merci\"]},\"pages\":[{\"name\":\"p\",\"title\":\"Page\",\"elements\":["
	"{\"type\":\"radiogroup\",\"name\":\"choix\",\"title\":\"Choix\",\"isRequired\":true,\"choices\":[{\"value\":\"oui\",\"text\":\"Oui\"},"
	"{\"value\":\"non\",\"text\":\"Non\"}],\"barometre\":{\"role\":\"opinion\",\"short\":\"Choix\"}},"
	"{\"type\":\"comment\",\"name\":\"avis\",\"title\":\"Avis\",\"maxLength\":2000,"
	"\"barometre\":{\"role\":\"text\",\"codebook\":\"essai\",\"short\":\"Avis\"}},"
	"{\"type\":\"comment\",\"name\":\"peu\",\"title\":\"Peu\",\"maxLength\":2000,\"barometre\":{\"role\":\"text\",\"short\":\"Peu\"}}]}]}";

/* The count's own release, checked. */
static void add_release(void)
{
	const struct figure figures[] = {
		line("participation", "total", "respondents", TEXTS, TEXTS),
		line("choix", "single", "oui", TEXTS, 25),
		line("choix", "single", "non", TEXTS, 15),
		line("avis", "text", "answered", TEXTS, TEXTS),
		{.audience = "ensemble",
			.question = "synthese.S8",
			.type = "synthesis",
			.segment = "public",
			.segment_value = "patients",
			.segment_label = "",
			.option = "stale",
			.label = "",
			.base = TEXTS,
			.not_answered = -1,
			.not_concerned = -1,
			.mentions = -1,
			.count = TEXTS,
			.percent = 100,
			.status = ""}};
	const struct release_note notes[] = {{"patients", "choix", "", "kept", "reste"},
		{"patients", "avis", "", "dropped", "part"}};
	int64_t version = add_draft(
		world.owner, figures, COUNT_OF(figures), notes, COUNT_OF(notes));

	ok(release_set_checked(world.owner, "2026", version, err));
}

/* A counted edition of 40 texts "texte 1" … and ten of another question; the book "essai": temps, argent, autre. */
static int fresh(void **state)
{
	(void)state;
	run(world.owner,
		"DELETE FROM barometre.release_row; DELETE FROM barometre.release_note; DELETE FROM barometre.release_file;"
		"DELETE FROM barometre.release; DELETE FROM barometre.journal; DELETE FROM barometre.keeper_task;"
		"DELETE FROM barometre.moderation; DELETE FROM barometre.coding; DELETE FROM barometre.coding_task;"
		"DELETE FROM barometre.edition_codebook; DELETE FROM barometre.codebook_map; DELETE FROM barometre.codebook_theme;"
		"DELETE FROM barometre.codebook; DELETE FROM barometre.verbatim;"
		"DELETE FROM barometre.edition_audience; DELETE FROM barometre.edition; DELETE FROM barometre.form");
	make_counted(form_text);
	add_release();
	run(world.owner,
		"INSERT INTO barometre.verbatim (edition, audience, id, question, body)"
		" SELECT '2026', 'patients', gen_random_uuid(), 'avis', 'texte ' || n FROM generate_series(1, 40) n;"
		"INSERT INTO barometre.verbatim (edition, audience, id, question, body)"
		" SELECT '2026', 'patients', gen_random_uuid(), 'peu', 'autre ' || n FROM generate_series(1, 10) n");
	write_text("essai.csv",
		"code,label,from\ntemps,Temps,\nargent,\"Argent, moyens\",\nautre,Autre,\n");
	SCOPED(free_char) char *file = in_folder("essai.csv");
	SCOPED(free_char) char *typed = x_printf("essai %s", file);
	done(command_codebook_import, typed);
	return 0;
}

/* A file of one line a text of the question: its id and what `themes` (SQL of v.body and i, from 1, in the order of ids) says, several apart by
 * spaces. */
static char *file_of(const char *name, const char *where, const char *themes)
{
	SCOPED(free_char)
	char *query = x_printf(
		"SELECT 'verbatim,theme' || E'\\n' || string_agg(x.id || ',' || w, E'\\n') AS t FROM"
		" (SELECT v.id, (%s) AS themes FROM (SELECT v.*, substr(v.body, 7)::bigint AS i FROM barometre.verbatim v WHERE question = 'avis') v"
		" WHERE %s) x, unnest(string_to_array(x.themes, ' ')) w",
		themes, where);
	SCOPED(free_char) char *text = text_of(world.owner, query);

	write_text(name, text);
	return in_folder(name);
}

static void import_as(const char *coder, const char *where, const char *themes)
{
	SCOPED(free_char)
	char *restricted = coder
		? x_printf(
			  "%s AND id IN (SELECT verbatim FROM barometre.coding_task WHERE coder = '%s')",
			  where, coder)
		: x_strdup(where);
	SCOPED(free_char) char *file = file_of("codage.csv", restricted, themes);
	SCOPED(free_char)
	char *typed = coder ? x_printf("2026 %s --coder %s", file, coder)
			    : x_printf("2026 %s", file);

	done(command_coding_import, typed);
}

static const struct figure *find(
	const struct release *r, const char *question, const char *option)
{
	for (size_t i = 0; i < r->figure_count; i++)
		if (strcmp(r->figures[i].question, question) == 0 &&
			strcmp(r->figures[i].option, option) == 0)
			return &r->figures[i];
	return NULL;
}

static bool has_note(const struct release *r, const char *code, const char *text)
{
	for (size_t i = 0; i < r->note_count; i++)
		if (strcmp(r->notes[i].code, code) == 0 && strstr(r->notes[i].text, text))
			return true;
	return false;
}

static void load(struct release *r, int64_t version)
{
	ok(release_load(world.owner, "2026", version, r, err));
}

static void a_file_without_coders_makes_a_release(void **state)
{
	struct release r SCOPED(release_unload) = {0};

	(void)state;
	import_as(NULL, "true",
		"CASE WHEN i <= 25 THEN 'temps' WHEN i <= 34 THEN 'temps argent' ELSE 'aucun_theme' END");
	prints("49 theme(s) of 40 text(s) stored");
	prints("release 2 has them; nothing found against it");
	load(&r, 2);
	assert_string_equal(r.info.kind, "coding");
	assert_string_equal(r.info.state, "checked");
	assert_int_equal(find(&r, "choix", "oui")->count, 25);
	assert_null(find(&r, "avis", "answered"));
	assert_int_equal(find(&r, "avis", "temps")->base, TEXTS);
	assert_int_equal(find(&r, "avis", "temps")->count, 34);
	assert_int_equal(find(&r, "avis", "argent")->count, 9);
	assert_string_equal(find(&r, "avis", "argent")->label, "Argent, moyens");
	assert_null(find(&r, "avis", "aucun_theme"));
	/* The synthesis is made again, not copied. */
	assert_null(find(&r, "synthese.S8", "stale"));
	assert_int_equal(find(&r, "synthese.S1", "respondents")->count, TEXTS);
	assert_true(has_note(&r, "kept", "reste"));
	assert_false(has_note(&r, "dropped", "part"));
	assert_true(has_note(&r, "codebook", "«\u202fessai\u202f», version 1"));
}

/* With 38 of 40 it would be told, by the next release, what two people wrote. */
static void a_question_is_told_when_all_its_texts_are_coded(void **state)
{
	struct release r SCOPED(release_unload) = {0};

	(void)state;
	import_as(NULL, "i <= 38", "'temps'");
	prints("patients avis stays as it was: 38 of its 40 texts have their themes\nno release yet");
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.release"), 1);
	import_as(NULL, "i > 38", "'illisible'");
	prints("release 2 has them; nothing found against it");
	load(&r, 2);
	assert_int_equal(find(&r, "avis", "temps")->base, TEXTS);
	/* A theme may be corrected. */
	import_as(NULL, "i = 39", "'argent'");
	prints("release 3 has them");
}

static void a_file_that_is_wrong_changes_nothing(void **state)
{
	static const struct {
		const char *theme, *said;
	} wrong[] = {{"nouveau", "is not a theme of codebook \"essai\", version 1"},
		{"temps illisible", "stand alone"}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		SCOPED(free_char) char *themes = x_printf("'%s'", wrong[i].theme);
		SCOPED(free_char) char *file = file_of("faux.csv", "i = 7", themes);
		SCOPED(free_char) char *typed = x_printf("2026 %s", file);

		fails(ERR_INVALID, command_coding_import, typed);
		says(wrong[i].said);
	}
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.coding"), 0);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.release"), 1);
}

static void assign(const char *rest)
{
	SCOPED(free_char) char *typed = x_printf("2026 %s", rest);

	done(command_coding_assign, typed);
}

static void coders_get_equal_parts_in_their_own_order(void **state)
{
	(void)state;
	assign("--coders anne,bruno --double 50%");
	prints("60 text(s) given");
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.coding_task WHERE coder = 'anne'"),
		30);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM (SELECT verbatim FROM barometre.coding_task GROUP BY verbatim HAVING count(*) = 2) x"),
		20);
	done(command_coding_export, "2026 --coder anne");
	prints("verbatim,question,text\r\n");
	does_not_print("patients");
	does_not_print("autre");
	/* Of what both have, the orders are not the same: of 20 texts they would be once in 20! times. */
	assert_int_equal(
		number(world.owner,
			"WITH both_have AS (SELECT a.position AS p, b.position AS q FROM barometre.coding_task a JOIN barometre.coding_task b"
			" USING (verbatim) WHERE a.coder = 'anne' AND b.coder = 'bruno')"
			" SELECT count(*) AS n FROM (SELECT rank() OVER (ORDER BY p) AS x, rank() OVER (ORDER BY q) AS y FROM both_have) r"
			" HAVING bool_and(x = y) UNION ALL SELECT 0 LIMIT 1"),
		0);
	assign("--coders anne,bruno --double 50%");
	prints("0 text(s) given");
	fails(ERR_INVALID, command_coding_assign, "2026 --coders anne --double 10");
	says("two coders");
}

static void two_coders_and_a_decision(void **state)
{
	struct release r SCOPED(release_unload) = {0};

	(void)state;
	assign("--coders anne,bruno --double 100");
	import_as("anne", "true", "CASE WHEN i <= 20 THEN 'temps' ELSE 'argent' END");
	fails(ERR_CONFLICT, command_coding_release, "2026");
	says("no question of edition \"2026\" has all its texts coded");
	import_as("bruno", "true", "CASE WHEN i <= 10 THEN 'temps' ELSE 'argent' END");
	done(command_coding_status, "2026");
	prints("coder anne ");
	prints("patients         avis                          40      40      40       0        10        0      30");
	/* 30 of 40 agree: po 0.75, pe 0.5 × 0.25 + 0.5 × 0.75 = 0.5, kappa 0.5. */
	done(command_coding_agreement, "2026");
	prints("anne and bruno, 40 text(s) read by both");
	prints("same themes         75.0 %");
	prints("kappa  0.500");
	done(command_coding_disagreements, "2026");
	prints("\"temps\",\"argent\",\"\"");
	SCOPED(free_char) char *agreed = file_of("tort.csv", "i = 1", "'temps'");
	SCOPED(free_char) char *not_disputed = x_printf("2026 %s --by chef", agreed);
	fails(ERR_INVALID, command_coding_decide, not_disputed);
	SCOPED(free_char)
	char *file = file_of("avis.csv", "i BETWEEN 11 AND 20", "'autre'");
	SCOPED(free_char) char *typed = x_printf("2026 %s --by chef", file);
	done(command_coding_decide, typed);
	prints("10 text(s) decided");
	done(command_coding_release, "2026");
	load(&r, 2);
	assert_int_equal(find(&r, "avis", "temps")->count, 10);
	assert_int_equal(find(&r, "avis", "argent")->count, 20);
	assert_int_equal(find(&r, "avis", "autre")->count, 10);
	/* A reading that changes undoes the decision on it. */
	import_as("bruno", "i = 12", "'argent autre'");
	done(command_coding_status, "2026");
	prints("40      40      40       0         1        9      39");
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.coding_task WHERE coder = '*'"),
		9);
}

static void import_book(const char *lines, bool good)
{
	SCOPED(free_char) char *text = x_printf("code,label,from\n%s", lines);
	SCOPED(free_char) char *file = in_folder("essai.csv");
	SCOPED(free_char) char *typed = x_printf("essai %s", file);

	write_text("essai.csv", text);
	if (good)
		done(command_codebook_import, typed);
	else
		assert_int_not_equal(run_line(command_codebook_import, typed), 0);
}

static void a_version_that_is_there_never_changes(void **state)
{
	(void)state;
	done(command_codebook_list, "");
	prints("code_impact ");
	import_book("temps,Temps,\nargent,\"Argent, moyens\",\nautre,Autre,\n", false);
	says("nothing changes: this is version 1");
	import_book("temps,Temps,\nautre,Autre,\n", false);
	says("theme \"argent\" of version 1 is in no line");
	import_book("temps,Temps,duree\nargent,A,\nautre,B,\n", false);
	says("line 2: \"duree\" in from is no theme");
	import_book("illisible,X,\n", false);
	says("line 2: a code is");
	import_book(
		"temps,Le temps,\nargent,\"Argent, moyens\",\nautre,Autre,\nneuf,Neuf,\n",
		true);
	prints("version 2, 4 themes");
	prints("renamed  temps: Le temps (was: Temps)");
	prints("new      neuf: Neuf");
	done(command_codebook_show, "essai 1");
	prints("code,label,from\r\ntemps,Temps,\r\nargent,\"Argent, moyens\",\r\nautre,Autre,\r\n");
	done(command_codebook_diff, "essai");
	prints("essai, version 2 beside 1:\nrenamed");
	fails(ERR_MISSING, command_codebook_show, "essai 3");
}

static void merged_themes_are_carried_and_split_ones_read_again(void **state)
{
	(void)state;
	import_as(NULL, "true",
		"CASE WHEN i <= 20 THEN 'temps' WHEN i <= 30 THEN 'argent autre' ELSE 'autre' END");
	import_book(
		"court,Temps court,temps\nlong,Temps long,temps\nmoyens,Moyens,argent autre\n",
		true);
	prints("split    temps: court long");
	prints("merged   moyens: argent autre");
	done(command_coding_carry, "2026 essai");
	prints("20 text(s) carried over, 20 to be read again");
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.coding WHERE theme = 'moyens' AND version = 2"),
		20);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.coding"), 20);
	fails(ERR_CONFLICT, command_coding_carry, "2026 essai");
	import_as(NULL, "i <= 20", "'court'");
	prints("release 3 has them");
	struct release r SCOPED(release_unload) = {0};
	load(&r, 3);
	assert_int_equal(find(&r, "avis", "moyens")->count, 20);
	assert_int_equal(find(&r, "avis", "court")->count, 20);
	assert_true(has_note(&r, "codebook", "version 2"));
}

/* ---- moderation (T13 of the study) ---- */

#define REVIEW "verbatim,audience,question,text,found,state,redacted,reason\n"

/* `decision` is SQL of i: what stands behind the column found. */
static int moderate(const char *where, const char *decision)
{
	SCOPED(free_char)
	char *query = x_printf(
		"SELECT string_agg(id || ',patients,q,t,,' || (%s), E'\\n') AS t FROM"
		" (SELECT v.*, substr(body, 7)::bigint AS i FROM barometre.verbatim v) v WHERE %s",
		decision, where);
	SCOPED(free_char) char *lines = text_of(world.owner, query);
	SCOPED(free_char) char *text = x_printf(REVIEW "%s\n", lines);
	SCOPED(free_char) char *file = in_folder("relu.csv");
	SCOPED(free_char) char *typed = x_printf("2026 %s --by zoe", file);

	write_text("relu.csv", text);
	return run_line(command_verbatim_import, typed);
}

static size_t lines_printed(void)
{
	size_t n = 0;

	for (const char *p = printed; (p = strchr(p, '\n')); p++)
		n++;
	return n;
}

static void only_moderated_texts_leave_and_never_fewer_than_11(void **state)
{
	(void)state;
	done(command_verbatim_export, "2026");
	assert_string_equal(printed, "audience,question,text\r\n");
	/* All ten of « peu », ten of « avis ». */
	assert_int_equal(moderate("question = 'peu' OR i <= 10", "'publishable,,'"), 0);
	done(command_verbatim_export, "2026");
	assert_string_equal(printed, "audience,question,text\r\n");
	assert_int_equal(
		moderate("question = 'avis' AND i = 11", "'redacted,\"Un mot, caché\",'"),
		0);
	assert_int_equal(moderate("question = 'avis' AND i = 12", "'withheld,,nom'"), 0);
	done(command_verbatim_export, "2026");
	assert_int_equal(lines_printed(), 12);
	prints("\"patients\",\"avis\",\"Un mot, caché\"\r\n");
	does_not_print("texte 11\"");
	does_not_print("texte 12\"");
	does_not_print("texte 13\"");
	does_not_print("autre");
	/* The text as it was written stays. */
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.verbatim WHERE body = 'texte 11'"),
		1);
	/* One is taken back: nothing leaves any more. */
	assert_int_equal(
		moderate("question = 'avis' AND i = 3", "'withheld,,après coup'"), 0);
	done(command_verbatim_export, "2026");
	assert_string_equal(printed, "audience,question,text\r\n");
}

static void no_formula_goes_to_a_spreadsheet_and_texts_come_back_as_they_were(
	void **state)
{
	SCOPED(free_char) char *file = in_folder("revu.csv");
	SCOPED(free_char) char *typed = x_printf("2026 %s --by zoe", file);

	(void)state;
	run(world.owner,
		"UPDATE barometre.verbatim SET body = '＝1+1' WHERE body = 'texte 1'");
	assert_int_equal(moderate("body = 'texte 2'", "'redacted,- merci,=non'"), 0);
	assert_int_equal(moderate("body = 'texte 3'", "'redacted,''oui,'"), 0);
	for (int i = 0; i < 2; i++) {
		done(command_verbatim_review, "2026 --all");
		prints(",\"'＝1+1\",");
		prints("\"redacted\",\"'- merci\",\"'=non\"");
		prints("\"redacted\",\"'oui\",\"\"");
		write_text("revu.csv", printed);
		done(command_verbatim_import, typed);
	}
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.moderation WHERE (body = '- merci' AND reason = '=non') OR body = chr(39) || 'oui'"),
		2);
}

static void no_id_leaves_and_the_order_is_always_the_same(void **state)
{
	(void)state;
	assert_int_equal(moderate("question = 'avis'", "'publishable,,'"), 0);
	done(command_verbatim_export, "2026");
	SCOPED(free_char) char *first = x_strdup(printed);
	done(command_verbatim_export, "2026");
	assert_string_equal(printed, first);
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	static const struct sql ids = {"test",
		"SELECT id::text AS id, body FROM barometre.verbatim WHERE question = 'avis' ORDER BY id"};
	ok(db_run(world.owner, &ids, NULL, &rows, err));
	const char *last = first;
	bool sorted = true;
	for (size_t i = 0; i < db_count(rows); i++) {
		SCOPED(free_char)
		char *quoted = x_printf("\"%s\"", db_str(rows, i, "body").p);
		const char *at = strstr(first, quoted);

		assert_null(strstr(first, db_str(rows, i, "id").p));
		assert_non_null(at);
		sorted &= at > last;
		last = at;
	}
	/* Whoever has the ids of coding export learns nothing from it. */
	assert_false(sorted);
}

static void every_text_has_a_state_and_the_moderator_sees_what_may_tell(void **state)
{
	(void)state;
	run(world.owner,
		"UPDATE barometre.verbatim SET body = 'Merci à Mme Durand, du CHU de Toulouse (06 12 34 56 78, a.b@c.fr)' WHERE body = 'texte 1'");
	done(command_verbatim_review, "2026");
	assert_int_equal(lines_printed(), 1 + TEXTS + 10);
	prints("\"nom: Mme Durand; lieu: CHU de Toulouse; téléphone: 06 12 34 56 78; courriel: a.b@c.fr\",\"waiting\"");
	SCOPED(free_char)
	char *id = text_of(world.owner,
		"SELECT id::text AS t FROM barometre.verbatim WHERE body LIKE 'Merci%'");
	SCOPED(free_char) char *text = x_printf(REVIEW "%s,,,,,publishable,,\n", id);
	SCOPED(free_char) char *file = in_folder("relu.csv");
	SCOPED(free_char) char *typed = x_printf("2026 %s --by zoe", file);
	write_text("relu.csv", text);
	fails(ERR_INVALID, command_verbatim_import, typed);
	says("an e-mail address or a telephone number");
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.moderation"), 0);
	run(world.owner,
		"UPDATE barometre.verbatim SET body = 'texte 1' WHERE body LIKE 'Merci%'");
	assert_int_equal(moderate("question = 'avis' AND i = 1", "'withheld,,'"),
		err_exit_status(ERR_INVALID));
	assert_int_equal(moderate("question = 'avis' AND i = 1", "'redacted,,'"),
		err_exit_status(ERR_INVALID));
	assert_int_equal(moderate("question = 'avis' AND i = 1", "'oui,,'"),
		err_exit_status(ERR_INVALID));
}

/* A text joins nothing of a response: no column but the two codes and a random id of its own. */
static void texts_and_responses_share_nothing(void **state)
{
	(void)state;
	SCOPED(free_char)
	char *shared = text_of(world.owner,
		"SELECT coalesce(string_agg(DISTINCT r.column_name, ' '), '') AS t FROM information_schema.columns r"
		" JOIN information_schema.columns v ON v.column_name = r.column_name AND v.table_schema = 'barometre'"
		" AND v.table_name IN ('verbatim', 'moderation', 'coding', 'coding_task')"
		" WHERE r.table_schema = 'barometre' AND r.table_name = 'response' AND r.column_name NOT IN ('edition', 'audience')");
	assert_string_equal(shared, "id");
}

static void nobody_reads_a_text_before_the_count(void **state)
{
	static const struct {
		command_fn *command;
		const char *typed;
	} lines[] = {{command_verbatim_review, "2026"}, {command_verbatim_export, "2026"},
		{command_verbatim_import, "2026 relu.csv --by zoe"},
		{command_coding_export, "2026"},
		{command_coding_import, "2026 codage.csv"},
		{command_coding_release, "2026"},
		{command_coding_assign, "2026 --coders anne"}};

	(void)state;
	run(world.owner, "UPDATE barometre.edition SET state = 'closed'");
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		fails(ERR_CONFLICT, lines[i].command, lines[i].typed);
		says("is not counted");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_file_without_coders_makes_a_release, fresh),
		cmocka_unit_test_setup(
			a_question_is_told_when_all_its_texts_are_coded, fresh),
		cmocka_unit_test_setup(a_file_that_is_wrong_changes_nothing, fresh),
		cmocka_unit_test_setup(coders_get_equal_parts_in_their_own_order, fresh),
		cmocka_unit_test_setup(two_coders_and_a_decision, fresh),
		cmocka_unit_test_setup(a_version_that_is_there_never_changes, fresh),
		cmocka_unit_test_setup(
			merged_themes_are_carried_and_split_ones_read_again, fresh),
		cmocka_unit_test_setup(
			only_moderated_texts_leave_and_never_fewer_than_11, fresh),
		cmocka_unit_test_setup(
			no_formula_goes_to_a_spreadsheet_and_texts_come_back_as_they_were,
			fresh),
		cmocka_unit_test_setup(
			no_id_leaves_and_the_order_is_always_the_same, fresh),
		cmocka_unit_test_setup(
			every_text_has_a_state_and_the_moderator_sees_what_may_tell,
			fresh),
		cmocka_unit_test(texts_and_responses_share_nothing),
		cmocka_unit_test_setup(nobody_reads_a_text_before_the_count, fresh),
	};

	return cmocka_run_group_tests_name(
		"coding", tests, command_world_begin, command_world_end);
}
