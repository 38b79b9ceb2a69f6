/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a release in the database: what goes from state to state, who may, and what stays as it was frozen. */
#include <stdlib.h>

#include "barometre/store/edition_store.h"
#include "barometre/store/release_store.h"
#include "support.h"

static struct db *keeper;

#define FILES 8
static const char *const formats[FILES] = {"csv", "csv-excel", "xlsx", "json",
	"json-stat", "ddi", "datapackage", "manifest"};

static const struct figure lines[] = {{.audience = "patients",
					      .question = "q",
					      .type = "single",
					      .segment = "departement",
					      .segment_value = "d31+d32",
					      .segment_label = "Haute-Garonne, Gers",
					      .option = "oui",
					      .label = "Ouï-dire",
					      .base = 40,
					      .not_answered = 3,
					      .not_concerned = 0,
					      .mentions = 40,
					      .count = 21,
					      .percent = 53,
					      .status = ""},
	{.audience = "patients",
		.question = "q",
		.type = "single",
		.segment = "departement",
		.segment_value = "d31+d32",
		.segment_label = "Haute-Garonne, Gers",
		.option = "non",
		.label = "Non",
		.base = 40,
		.not_answered = 3,
		.not_concerned = 0,
		.mentions = 40,
		.count = 19,
		.percent = 48,
		.status = ""}};
static const struct release_note notes[] = {{"patients", "q", "departement",
	"groups_merged", "Gers joint à la Haute-Garonne"}};

static const struct release_draft draft = {.edition = "2026",
	.thresholds = {.min_base = 11, .min_cell = 5, .coalition = 1},
	.kind = "count",
	.reason = "dépouillement",
	.figures = lines,
	.figure_count = COUNT_OF(lines),
	.notes = notes,
	.note_count = COUNT_OF(notes)};

static int begin(void **state)
{
	(void)world_begin(state);
	keeper = open_as("barometre_keeper");
	return 0;
}

static int end(void **state)
{
	db_close(keeper);
	return world_end(state);
}

/* Each test its own edition, counted; no release. */
static int fresh(void **state)
{
	(void)state;
	run(world.owner,
		"DELETE FROM barometre.release_row; DELETE FROM barometre.release_note; DELETE FROM barometre.release_file;"
		"DELETE FROM barometre.release; DELETE FROM barometre.journal; DELETE FROM barometre.keeper_task;"
		"DELETE FROM barometre.edition_audience; DELETE FROM barometre.edition; DELETE FROM barometre.form");
	make_edition("2026", "open");
	run(world.owner, "UPDATE barometre.edition SET state = 'counted'");
	return 0;
}

static int64_t add(const struct release_draft *d)
{
	int64_t version;

	ok(db_begin(keeper, err));
	ok(release_add(keeper, d, &version, err));
	ok(db_commit(keeper, err));
	return version;
}

static int64_t add_checked(void)
{
	int64_t version = add(&draft);

	ok(release_set_checked(keeper, "2026", version, err));
	return version;
}

static void add_files(int64_t version, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct release_file file = {.format = formats[i],
			.name = formats[i],
			.media_type = "text/plain",
			.bytes = STR("des octets")};
		ok(release_add_file(keeper, "2026", version, &file, err));
	}
}

static int64_t add_published(void)
{
	int64_t version = add_checked();

	add_files(version, FILES);
	ok(release_publish(keeper, "2026", version, "ada", err));
	return version;
}

static void assert_state(int64_t version, const char *wanted)
{
	struct release_info info;

	ok(release_read_version(keeper, "2026", version, &info, NULL, NULL, err));
	assert_string_equal(info.state, wanted);
}

static void assert_edition(const char *wanted)
{
	char *now SCOPED(free_char) = text_of(
		world.owner, "SELECT state AS t FROM barometre.edition");
	assert_string_equal(now, wanted);
}

/* ---- what is frozen ---- */

static void a_release_is_read_as_it_was_frozen(void **state)
{
	struct release r SCOPED(release_unload) = {0};
	char hash[65];

	(void)state;
	add_checked();
	ok(release_load(keeper, "2026", 0, &r, err));
	assert_int_equal(r.info.version, 1);
	assert_string_equal(r.info.kind, "count");
	assert_string_equal(r.info.reason, "dépouillement");
	assert_int_equal(r.info.thresholds.min_base, 11);
	assert_int_equal(r.info.thresholds.coalition, 1);
	assert_string_equal(r.info.published_on, "");
	assert_int_equal(r.figure_count, COUNT_OF(lines));
	assert_string_equal(r.figures[0].segment_label, "Haute-Garonne, Gers");
	assert_string_equal(r.figures[0].label, "Ouï-dire");
	assert_int_equal(r.figures[1].not_answered, 3);
	assert_int_equal(r.note_count, 1);
	assert_string_equal(r.notes[0].text, "Gers joint à la Haute-Garonne");
	/* What was read has the hash that was written. */
	struct release_draft again = draft;
	again.figures = r.figures;
	again.notes = r.notes;
	release_hash(&again, hash);
	assert_string_equal(hash, r.info.hash);
}

static void the_hash_is_of_lines_notes_and_parameters(void **state)
{
	struct figure other_lines[COUNT_OF(lines)];
	struct release_note other_notes[] = {notes[0]};
	struct release_draft d = draft;
	char first[65], second[65];

	(void)state;
	release_hash(&draft, first);
	memcpy(other_lines, lines, sizeof(lines));
	other_lines[1].not_answered = 4;
	d.figures = other_lines;
	release_hash(&d, second);
	assert_string_not_equal(first, second);
	d = draft;
	other_notes[0].text = "autre chose";
	d.notes = other_notes;
	release_hash(&d, second);
	assert_string_not_equal(first, second);
	d = draft;
	d.thresholds.coalition = 0;
	release_hash(&d, second);
	assert_string_not_equal(first, second);
	/* Why it was made is not what it says. */
	d = draft;
	d.reason = "autre";
	release_hash(&d, second);
	assert_string_equal(first, second);
}

/* ---- from state to state ---- */

static void a_release_lives_once(void **state)
{
	int64_t version = add(&draft);

	(void)state;
	assert_state(version, "draft");
	assert_edition("counted");
	refused(ERR_CONFLICT, release_publish(keeper, "2026", version, "ada", err));
	refused(ERR_CONFLICT, release_withdraw(keeper, "2026", version, "ada", "x", err));
	ok(release_set_checked(keeper, "2026", version, err));
	refused(ERR_CONFLICT, release_set_checked(keeper, "2026", version, err));
	refused(ERR_CONFLICT, release_withdraw(keeper, "2026", version, "ada", "x", err));
	assert_edition("counted");
	add_files(version, FILES);
	ok(release_publish(keeper, "2026", version, "ada", err));
	assert_state(version, "published");
	assert_edition("released");
	refused(ERR_CONFLICT, release_publish(keeper, "2026", version, "ada", err));
	ok(release_withdraw(keeper, "2026", version, "ada", "une erreur", err));
	assert_state(version, "withdrawn");
	assert_edition("released");
	refused(ERR_CONFLICT, release_publish(keeper, "2026", version, "ada", err));
	refused(ERR_CONFLICT, release_withdraw(keeper, "2026", version, "ada", "x", err));
	refused(ERR_MISSING, release_publish(keeper, "2026", 99, "ada", err));
}

static void who_did_it_is_in_the_journal(void **state)
{
	int64_t version = add_published();

	(void)state;
	ok(release_withdraw(keeper, "2026", version, "ada", "une erreur", err));
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.journal j JOIN barometre.release r ON j.login = 'ada' AND"
			" j.action = 'release.publish' AND j.detail = '2026 1 ' || r.hash"),
		1);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.journal WHERE login = 'ada' AND action = 'release.withdraw'"),
		1);
}

static void nothing_is_out_without_all_its_files(void **state)
{
	int64_t version = add_checked();

	(void)state;
	add_files(version, FILES - 1);
	refused(ERR_CONFLICT, release_publish(keeper, "2026", version, "ada", err));
	assert_state(version, "checked");
	add_files(version, FILES);
	ok(release_publish(keeper, "2026", version, "ada", err));
}

static void an_older_one_does_not_come_after_a_newer(void **state)
{
	int64_t first = add_checked(), second = add_published();

	(void)state;
	add_files(first, FILES);
	refused(ERR_CONFLICT, release_publish(keeper, "2026", first, "ada", err));
	ok(release_withdraw(keeper, "2026", second, "ada", "une erreur", err));
	refused(ERR_CONFLICT, release_publish(keeper, "2026", first, "ada", err));
}

static void nothing_is_out_before_the_count(void **state)
{
	int64_t version = add_checked();

	(void)state;
	add_files(version, FILES);
	run(world.owner, "UPDATE barometre.edition SET state = 'open'");
	refused(ERR_CONFLICT, release_publish(keeper, "2026", version, "ada", err));
}

static void a_refused_draft_says_why_until_it_passes(void **state)
{
	int64_t version = add(&draft);
	struct release_info info;

	(void)state;
	ok(release_set_refused(keeper, "2026", version, "trop peu de personnes\n", err));
	ok(release_read_version(keeper, "2026", version, &info, NULL, NULL, err));
	assert_string_equal(info.refused, "trop peu de personnes\n");
	assert_string_equal(info.state, "draft");
	ok(release_set_checked(keeper, "2026", version, err));
	ok(release_read_version(keeper, "2026", version, &info, NULL, NULL, err));
	assert_string_equal(info.refused, "");
}

/* ---- what is served ---- */

static void a_file_is_served_while_its_release_is_out(void **state)
{
	struct buf out SCOPED(buf_release) = BUF_LIMIT(1000);
	int64_t first;

	(void)state;
	first = add_checked();
	add_files(first, FILES);
	refused(ERR_MISSING, release_read_file(keeper, "2026", 0, "csv", &out, err));
	ok(release_publish(keeper, "2026", first, "ada", err));
	ok(release_read_file(keeper, "2026", 0, "csv", &out, err));
	assert_true(str_eq(buf_str(&out), STR("des octets")));
	ok(release_withdraw(keeper, "2026", first, "ada", "une erreur", err));
	refused(ERR_MISSING, release_read_file(keeper, "2026", 0, "csv", &out, err));
	refused(ERR_MISSING, release_read_file(keeper, "2026", first, "csv", &out, err));
	/* Kept all the same: what was out has to be comparable with what comes next. */
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.release_file"),
		FILES);
}

static void a_file_is_made_once(void **state)
{
	const struct release_file other = {.format = "csv",
		.name = "x",
		.media_type = "x",
		.bytes = STR("d’autres octets")};
	struct buf out SCOPED(buf_release) = BUF_LIMIT(1000);
	int64_t version = add_published();

	(void)state;
	ok(release_add_file(keeper, "2026", version, &other, err));
	ok(release_read_file(keeper, "2026", version, "csv", &out, err));
	assert_true(str_eq(buf_str(&out), STR("des octets")));
}

/* ---- who may ---- */

static bool may(struct db *db, const char *text)
{
	struct err why = {0};

	return db_script(db, text, &why);
}

static void only_the_keeper_moves_a_release(void **state)
{
	static const char *const roles[] = {
		"barometre_web", "barometre_staff", "barometre_mailer"};
	int64_t version = add_checked();

	(void)state;
	add_files(version, FILES);
	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		struct db *db SCOPED(db_drop) = open_as(roles[i]);

		refused(ERR_BROKEN, release_publish(db, "2026", version, "ada", err));
		refused(ERR_BROKEN, release_set_checked(db, "2026", version, err));
	}
	/* And it not by hand. */
	assert_false(may(keeper, "UPDATE barometre.release SET state = 'published'"));
	assert_false(may(keeper,
		"INSERT INTO barometre.release (edition, version, kind, parameters, state, min_base, min_cell, reason, created_on,"
		" row_count, hash) VALUES ('2026', 9, 'count', '{}', 'published', 0, 0, '', now(), 0, '')"));
	assert_false(may(keeper, "UPDATE barometre.release_row SET count = 0"));
	assert_false(may(keeper, "DELETE FROM barometre.release_file"));
}

/* ---- databases of before ---- */

static void releases_of_before_are_out(void **state)
{
	(void)state;
	/* As migration 7 does it. */
	add(&draft);
	run(world.owner,
		"UPDATE barometre.release SET state = 'published', published_on = created_on, published_by = ''");
	assert_state(1, "published");
	size_t files;
	ok(release_count_files(keeper, "2026", 1, &files, err));
	assert_int_equal(files, 0);
}

static void all_are_listed_the_newest_first(void **state)
{
	struct release_info *list;
	size_t count;

	(void)state;
	add_published();
	add(&draft);
	ok(release_list(keeper, "2026", &list, &count, err));
	assert_int_equal(count, 2);
	assert_int_equal(list[0].version, 2);
	assert_string_equal(list[0].state, "draft");
	assert_string_equal(list[1].published_by, "ada");
	free(list);
	/* A draft is nobody's newest. */
	struct release_info info;
	ok(release_read_version(keeper, "2026", 0, &info, NULL, NULL, err));
	assert_int_equal(info.version, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_release_is_read_as_it_was_frozen, fresh),
		cmocka_unit_test_setup(the_hash_is_of_lines_notes_and_parameters, fresh),
		cmocka_unit_test_setup(a_release_lives_once, fresh),
		cmocka_unit_test_setup(who_did_it_is_in_the_journal, fresh),
		cmocka_unit_test_setup(nothing_is_out_without_all_its_files, fresh),
		cmocka_unit_test_setup(an_older_one_does_not_come_after_a_newer, fresh),
		cmocka_unit_test_setup(nothing_is_out_before_the_count, fresh),
		cmocka_unit_test_setup(a_refused_draft_says_why_until_it_passes, fresh),
		cmocka_unit_test_setup(a_file_is_served_while_its_release_is_out, fresh),
		cmocka_unit_test_setup(a_file_is_made_once, fresh),
		cmocka_unit_test_setup(only_the_keeper_moves_a_release, fresh),
		cmocka_unit_test_setup(releases_of_before_are_out, fresh),
		cmocka_unit_test_setup(all_are_listed_the_newest_first, fresh),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
