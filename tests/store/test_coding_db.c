/* SPDX-License-Identifier: Apache-2.0 */
/* What the database itself keeps of coding and moderation: functions that a process of staff may be given, and what was coded before. */
#include "barometre/store/coding_store.h"
#include "support.h"

static struct db *staff;

static int begin(void **state)
{
	if (world_begin(state) != 0)
		return 1;
	/* As a coder's and a moderator's page would need; no table. */
	run(world.owner,
		"GRANT EXECUTE ON FUNCTION barometre.coding_waiting(text, text, boolean),"
		" barometre.coding_save(text, text, text, uuid[], text[]), barometre.coding_decide(text, text, uuid[], text[]),"
		" barometre.coding_assign(text, text[], text[], text[], text[], integer, text),"
		" barometre.moderation_texts(text), barometre.moderation_set(text, text, uuid[], text[], text[], text[]),"
		" barometre.moderation_out(text) TO barometre_staff");
	staff = open_as("barometre_staff");
	return 0;
}

static int end(void **state)
{
	db_close(staff);
	return world_end(state);
}

/* Twelve texts of « avis »; the book « essai » of two themes, which the edition codes with. */
static int fresh(void **state)
{
	struct codebook book = {
		.book = x_strdup("essai"), .version = 1, .note = x_strdup("")};
	int64_t version;

	(void)state;
	run(world.owner,
		"DELETE FROM barometre.moderation; DELETE FROM barometre.coding; DELETE FROM barometre.coding_task;"
		"DELETE FROM barometre.edition_codebook; DELETE FROM barometre.codebook_map; DELETE FROM barometre.codebook_theme;"
		"DELETE FROM barometre.codebook; DELETE FROM barometre.verbatim;"
		"DELETE FROM barometre.edition_audience; DELETE FROM barometre.edition");
	make_edition("2026", "counted");
	run(world.owner,
		"INSERT INTO barometre.verbatim (edition, audience, id, question, body)"
		" SELECT '2026', 'patients', ('00000000-0000-4000-8000-0000000000' || to_char(n, 'FM00'))::uuid, 'avis', 'texte ' || n"
		" FROM generate_series(1, 12) n");
	codebook_add_theme(&book, STR("temps"), STR("Temps"));
	codebook_add_theme(&book, STR("argent"), STR("Argent"));
	ok(codebook_save(world.owner, &book, err));
	refused(ERR_CONFLICT, codebook_save(world.owner, &book, err));
	codebook_release(&book);
	ok(codebook_of_edition(world.owner, "2026", "essai", &version, err));
	assert_int_equal(version, 1);
	return 0;
}

#define ASSIGN                                                                \
 "SELECT barometre.coding_assign('2026', '{patients}', '{avis}', '{essai}', " \
 "'{anne,bruno,chloe}', 50, 'ada') AS n"
#define TEXT(n) "'00000000-0000-4000-8000-0000000000" n "'::uuid"
#define SAVE(coder, text, themes)                                             \
 "SELECT barometre.coding_save('2026', '" coder "', '" coder "', ARRAY[" text \
 "], '{" themes "}') AS n"

/* The database refuses: SQLSTATE BR003. */
static void says_no(const char *text)
{
	struct err err = {0};

	assert_false(db_script(staff, text, &err));
	if (!strstr(err.text, "BR003"))
		fail_msg("%s: %s", text, err.text);
}

static void each_coder_gets_a_third_and_half_are_read_twice(void **state)
{
	(void)state;
	assert_int_equal(number(staff, ASSIGN), 18);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM (SELECT coder FROM barometre.coding_task GROUP BY coder HAVING count(*) = 6) x"),
		3);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM (SELECT verbatim FROM barometre.coding_task GROUP BY verbatim HAVING count(*) = 2) x"),
		6);
	/* By lot: the same again would be one time in thousands; three times never. */
	int same = 0;
	for (int i = 0; i < 3; i++) {
		char *before SCOPED(free_char) = text_of(world.owner,
			"SELECT string_agg(coder || verbatim, ',' ORDER BY coder, position) AS t FROM barometre.coding_task");
		run(world.owner, "DELETE FROM barometre.coding_task");
		assert_int_equal(number(staff, ASSIGN), 18);
		char *after SCOPED(free_char) = text_of(world.owner,
			"SELECT string_agg(coder || verbatim, ',' ORDER BY coder, position) AS t FROM barometre.coding_task");
		same += strcmp(before, after) == 0;
	}
	assert_true(same < 3);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.journal WHERE login = 'ada' AND action = 'coding.assign'"),
		4);
}

static void a_coder_codes_what_is_his_with_themes_of_its_version(void **state)
{
	(void)state;
	run(world.owner,
		"INSERT INTO barometre.coding_task (edition, verbatim, coder, position, book, version, state)"
		" VALUES ('2026', " TEXT("01") ", 'anne', 1, 'essai', 1, 'todo')");
	assert_int_equal(
		number(staff, SAVE("anne", TEXT("01") ", " TEXT("01"), "temps,argent")),
		1);
	assert_int_equal(number(staff, SAVE("anne", TEXT("01"), "illisible")), 1);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.coding WHERE theme = 'illisible' AND coder = 'anne' AND version = 1"),
		1);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.coding"), 1);
	says_no(SAVE("anne", TEXT("02"), "temps"));
	says_no(SAVE("bruno", TEXT("01"), "temps"));
	says_no(SAVE("anne", TEXT("01"), "nouveau"));
	says_no(SAVE("anne", TEXT("01") ", " TEXT("01"), "temps,aucun_theme"));
	says_no("SELECT barometre.coding_decide('2026', 'ada', ARRAY[" TEXT(
		"01") "], '{temps}')");
	run(world.owner, "UPDATE barometre.edition SET state = 'closed'");
	says_no(SAVE("anne", TEXT("01"), "temps"));
	says_no(ASSIGN);
}

static void a_coder_sees_the_question_and_the_text(void **state)
{
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;
	static const struct sql waiting = {
		"test", "SELECT * FROM barometre.coding_waiting('2026', 'anne', false)"};

	(void)state;
	assert_int_equal(number(staff, ASSIGN), 18);
	ok(db_run(staff, &waiting, NULL, &rows, err));
	assert_int_equal(db_count(rows), 6);
	assert_true(str_eq_z(db_str(rows, 0, "question"), "avis"));
	refused(ERR_BROKEN,
		db_script(staff, "SELECT count(body) FROM barometre.verbatim", err));
	refused(ERR_BROKEN,
		db_script(staff, "SELECT count(theme) FROM barometre.coding", err));
}

static void moderation_under_the_rights_of_staff(void **state)
{
	(void)state;
	assert_int_equal(
		number(staff,
			"SELECT count(*) AS n FROM barometre.moderation_texts('2026') WHERE state = 'waiting'"),
		12);
	assert_int_equal(
		number(staff,
			"SELECT barometre.moderation_set('2026', 'zoe', ARRAY(SELECT verbatim FROM barometre.moderation_texts('2026')),"
			" array_fill('publishable'::text, ARRAY[12]), array_fill(''::text, ARRAY[12]), array_fill(''::text, ARRAY[12])) AS n"),
		12);
	assert_int_equal(
		number(staff,
			"SELECT count(*) AS n FROM barometre.moderation_out('2026')"),
		12);
	/* One waits again: it does not leave. */
	assert_int_equal(
		number(staff,
			"SELECT barometre.moderation_set('2026', 'zoe', ARRAY[" TEXT(
				"01") "], '{waiting}', '{\"\"}', '{\"\"}') AS n"),
		1);
	assert_int_equal(
		number(staff,
			"SELECT count(*) AS n FROM barometre.moderation_out('2026')"),
		11);
	/* The threshold of the edition, when it is over 11. */
	run(world.owner, "UPDATE barometre.edition SET min_base = 13");
	assert_int_equal(
		number(staff,
			"SELECT count(*) AS n FROM barometre.moderation_out('2026')"),
		0);
	run(world.owner,
		"UPDATE barometre.edition SET min_base = 0; DELETE FROM barometre.moderation WHERE verbatim IN (" TEXT(
			"01") ", " TEXT("02") ")");
	assert_int_equal(
		number(staff,
			"SELECT count(*) AS n FROM barometre.moderation_out('2026')"),
		0);
	says_no("SELECT barometre.moderation_set('2026', 'zoe', ARRAY[gen_random_uuid()], '{publishable}', '{\"\"}', '{\"\"}')");
	run(world.owner, "UPDATE barometre.edition SET state = 'closed'");
	says_no("SELECT barometre.moderation_out('2026')");
}

/* A database of before: themes without a coder or a version. */
static void what_was_coded_before_is_kept(void **state)
{
	int applied;

	(void)state;
	run(world.owner,
		"UPDATE barometre.form SET source = '{\"pages\":[{\"elements\":[{\"name\":\"bloc\",\"elements\":["
		"{\"name\":\"avis\",\"barometre\":{\"codebook\":\"essai\"}}]}]}]}';"
		"DROP TABLE barometre.moderation, barometre.coding_task, barometre.edition_codebook, barometre.codebook_map,"
		" barometre.codebook_theme, barometre.codebook, barometre.coding;"
		"CREATE TABLE barometre.coding (edition text NOT NULL, verbatim uuid NOT NULL, theme text NOT NULL,"
		" PRIMARY KEY (edition, verbatim, theme));"
		"INSERT INTO barometre.coding VALUES ('2026', " TEXT("03") ", 'temps'), ('2026', " TEXT(
			"03") ", 'argent'), ('2026', " TEXT("04") ", 'temps');"
								  "DELETE FROM barometre.schema_migration WHERE name LIKE '%0009_coding%'");
	ok(migrate_run(world.owner, &applied, err));
	assert_int_equal(applied, 1);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.coding_task WHERE coder = '' AND book = 'essai' AND version = 1 AND state = 'done'"),
		2);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.coding_final('2026') WHERE state = 'agreed'"),
		2);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.coding WHERE coder = '' AND version = 1"),
		3);
	/* A newer version than the first does not become theirs by itself. */
	struct codebook book = {
		.book = x_strdup("essai"), .version = 1, .note = x_strdup("")};
	int64_t version;
	codebook_add_theme(&book, STR("temps"), STR("Temps"));
	codebook_add_theme(&book, STR("argent"), STR("Argent"));
	ok(codebook_save(world.owner, &book, err));
	book.version = 2;
	refused(ERR_CONFLICT, codebook_save(world.owner, &book, err));
	codebook_add_map(&book, STR("temps"), STR("temps"));
	codebook_add_map(&book, STR("argent"), STR("argent"));
	ok(codebook_save(world.owner, &book, err));
	codebook_release(&book);
	ok(codebook_of_edition(world.owner, "2026", "essai", &version, err));
	assert_int_equal(version, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			each_coder_gets_a_third_and_half_are_read_twice, fresh),
		cmocka_unit_test_setup(
			a_coder_codes_what_is_his_with_themes_of_its_version, fresh),
		cmocka_unit_test_setup(a_coder_sees_the_question_and_the_text, fresh),
		cmocka_unit_test_setup(moderation_under_the_rights_of_staff, fresh),
		cmocka_unit_test_setup(what_was_coded_before_is_kept, fresh),
	};

	return cmocka_run_group_tests_name("coding", tests, begin, end);
}
