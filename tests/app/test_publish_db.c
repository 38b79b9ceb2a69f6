/* SPDX-License-Identifier: Apache-2.0 */
/* From the count to files that are served: the check against all that was ever seen, publication, withdrawal, and the commands. */
#include <stdlib.h>
#include <unistd.h>

#include "barometre/app/publish.h"
#include "barometre/report/export.h"
#include "barometre/store/staff_store.h"
#include "counted_world.h"

static struct db *keeper;
static struct editions editions;

#define FORMATS 8
#define FIGURES 3

static int start(void **state)
{
	if (command_world_begin(state) != 0)
		return 1;
	keeper = open_as("barometre_keeper");
	return 0;
}

static int finish(void **state)
{
	editions_release(&editions);
	db_close(keeper);
	return command_world_end(state);
}

/* An edition that is counted, of the form of command_world.h: question « choix », oui or non. */
static int fresh(void **state)
{
	struct buf text SCOPED(buf_release) = BUF_LIMIT(1 << 20);
	SCOPED(free_char) char *path = in_folder("form.json");

	(void)state;
	editions_release(&editions);
	run(world.owner,
		"DELETE FROM barometre.release_row; DELETE FROM barometre.release_note; DELETE FROM barometre.release_file;"
		"DELETE FROM barometre.release; DELETE FROM barometre.journal; DELETE FROM barometre.keeper_task;"
		"DELETE FROM barometre.count_record;"
		"DELETE FROM barometre.edition_audience; DELETE FROM barometre.edition; DELETE FROM barometre.form");
	ok(command_read_file(path, &text, err));
	make_counted(buf_str(&text).p);
	ok(editions_load(keeper, &editions, err));
	return 0;
}

/* A draft of `yes` and `no` people. */
static int64_t add(int64_t yes, int64_t no)
{
	const struct figure figures[FIGURES] = {
		line("participation", "total", "respondents", yes + no, yes + no),
		line("choix", "single", "oui", yes + no, yes),
		line("choix", "single", "non", yes + no, no)};
	const struct release_note note = {
		"patients", "choix", "", "rien", "rien de caché"};

	return add_draft(keeper, figures, FIGURES, &note, 1);
}

static bool passes(int64_t version)
{
	struct buf account SCOPED(buf_release) = BUF_LIMIT(1 << 16);
	bool passed;

	ok(publish_check(keeper, &editions.list[0], version, &passed, &account, err));
	assert_int_equal(passed, account.n == 0);
	return passed;
}

static void assert_state(int64_t version, const char *wanted)
{
	struct release_info info;

	ok(release_read_version(keeper, "2026", version, &info, NULL, NULL, err));
	assert_string_equal(info.state, wanted);
}

/* All files, in the order of their formats, one after the other. */
static char *all_bytes(void)
{
	return text_of(world.owner,
		"SELECT string_agg(format || ' ' || encode(sha256(bytes), 'hex'), ',' ORDER BY format) AS t FROM barometre.release_file");
}

static int command(
	command_fn *run_it, const char *a, const char *b, const char *c, const char *d)
{
	char *words[] = {mutable(a), b ? mutable(b) : NULL, c ? mutable(c) : NULL,
		d ? mutable(d) : NULL};
	struct command_line cmd = {.config = &config,
		.words = words,
		.count = d  ? 4
			: c ? 3
			: b ? 2
			    : 1};

	return run_it(&cmd);
}

/* ---- the check ---- */

static void a_checked_release_is_published_with_all_its_files(void **state)
{
	int64_t version = add(60, 40), published = 0;

	(void)state;
	assert_true(passes(version));
	assert_state(version, "checked");
	ok(publish_release(keeper, "2026", 0, "ada", &published, err));
	assert_int_equal(published, version);
	assert_state(version, "published");
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.release_file"),
		FORMATS);
	SCOPED(free_char)
	char *now = text_of(world.owner, "SELECT state AS t FROM barometre.edition");
	assert_string_equal(now, "released");
}

static void a_draft_is_not_published(void **state)
{
	int64_t version = add(60, 40);

	(void)state;
	refused(ERR_CONFLICT, publish_release(keeper, "2026", version, "ada", NULL, err));
	refused(ERR_MISSING, publish_release(keeper, "2026", 0, "ada", NULL, err));
	refused(ERR_MISSING, publish_release(keeper, "1999", 0, "ada", NULL, err));
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.release_file"),
		0);
}

/* T19 from end to end: one to ten people more, or fewer, than in what was seen; withdrawn or not. */
static void a_release_that_differs_by_few_is_never_out(void **state)
{
	int64_t first = add(60, 40), next;
	struct release_info info;

	(void)state;
	assert_true(passes(first));
	ok(publish_release(keeper, "2026", first, "ada", NULL, err));
	for (int64_t more = 1; more <= 10; more++) {
		next = add(60 + more, 40);
		assert_false(passes(next));
		assert_state(next, "draft");
		ok(release_read_version(keeper, "2026", next, &info, NULL, NULL, err));
		assert_non_null(strstr(info.refused, "version 1"));
		refused(ERR_CONFLICT,
			publish_release(keeper, "2026", next, "ada", NULL, err));
	}
	ok(publish_withdraw(keeper, "2026", first, "ada", "une erreur", NULL, err));
	next = add(63, 40);
	assert_false(passes(next));
	/* Refused drafts were seen by nobody: they do not stand in the way. */
	next = add(70, 50);
	assert_true(passes(next));
	ok(publish_release(keeper, "2026", next, "ada", NULL, err));
}

/* ---- files ---- */

static void publishing_again_is_the_same(void **state)
{
	int64_t version = add(60, 40);

	(void)state;
	assert_true(passes(version));
	ok(publish_release(keeper, "2026", version, "ada", NULL, err));
	SCOPED(free_char) char *before = all_bytes();
	ok(publish_release(keeper, "2026", version, "bob", NULL, err));
	SCOPED(free_char) char *after = all_bytes();
	assert_string_equal(before, after);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.journal WHERE action = 'release.publish'"),
		1);
}

/* Files that are made again, on another day and by somebody else, are the same bytes: of every format. */
static void the_same_release_is_the_same_bytes(void **state)
{
	int64_t version = add(60, 40);

	(void)state;
	assert_true(passes(version));
	ok(publish_release(keeper, "2026", version, "ada", NULL, err));
	SCOPED(free_char) char *before = all_bytes();
	run(world.owner,
		"DELETE FROM barometre.release_file;"
		"UPDATE barometre.release SET published_on = '2031-02-03', published_by = 'bob'");
	sleep(1); /* what has a clock of seconds inside shows it */
	ok(publish_release(keeper, "2026", version, "ada", NULL, err));
	SCOPED(free_char) char *after = all_bytes();
	assert_string_equal(before, after);
}

/* Databases of before: what is out and has no files gets them, and nothing else changes. */
static void a_release_of_before_gets_its_files(void **state)
{
	(void)state;
	add(60, 40);
	run(world.owner,
		"UPDATE barometre.release SET state = 'published', published_on = created_on, published_by = '',"
		" hash = repeat('ab', 32)");
	ok(publish_release(keeper, "2026", 0, "ada", NULL, err));
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.release_file"),
		FORMATS);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.journal WHERE action = 'release.publish'"),
		0);
}

static void figures_that_somebody_changed_are_not_published(void **state)
{
	int64_t version = add(60, 40);
	struct err why = {0};

	(void)state;
	assert_true(passes(version));
	run(world.owner,
		"UPDATE barometre.release_row SET count = 61 WHERE option = 'oui'");
	assert_false(publish_release(keeper, "2026", version, "ada", NULL, &why));
	assert_int_equal(why.code, ERR_CONFLICT);
	assert_non_null(strstr(why.text, "hash"));
	assert_state(version, "checked");
}

static void the_files_have_the_hashes_the_manifest_says(void **state)
{
	struct buf manifest SCOPED(buf_release) = BUF_LIMIT(1 << 20);
	int64_t version = add(60, 40);
	json_t *parsed;

	(void)state;
	assert_true(passes(version));
	ok(publish_release(keeper, "2026", version, "ada", NULL, err));
	ok(release_read_file(keeper, "2026", 0, "manifest", &manifest, err));
	parsed = json_loadb(manifest.p, manifest.n, 0, NULL);
	assert_non_null(parsed);
	for (enum export_format f = 0; f < EXPORT_FORMATS; f++) {
		struct buf file SCOPED(buf_release) = BUF_LIMIT(1 << 24);
		struct hash32 hash;
		char hex[65];

		ok(release_read_file(
			keeper, "2026", version, export_name(f), &file, err));
		hash = hash_plain(buf_str(&file));
		hex_write(hex, hash.b, sizeof(hash.b));
		buf_addc(&manifest, '\0');
		assert_non_null(strstr(manifest.p, hex));
	}
	json_decref(parsed);
}

/* Whole, NUL-terminated. */
static char *file_of(int64_t version, const char *format)
{
	struct buf file = BUF_LIMIT(1 << 24);

	ok(release_read_file(keeper, "2026", version, format, &file, err));
	return buf_take(&file);
}

/* What became of the contacts is in the files, not in the release: it is known only when the count is at its end. */
static void the_files_tell_who_took_part(void **state)
{
	int64_t version = add(60, 40);

	(void)state;
	run(world.owner,
		"INSERT INTO barometre.count_record (edition, record, settled, hash) VALUES ('2026',"
		" '{\"audiences\": [{\"audience\": \"patients\", \"open_link\": true, \"partial\": 7}],"
		" \"dispositions\": [{\"audience\": \"patients\", \"contacts\": 162, \"complete\": 90, \"refusal\": 3,"
		" \"undelivered\": 12, \"not_sent\": 2, \"silent\": 55, \"open\": 10}]}', true, repeat('ab', 32))");
	assert_true(passes(version));
	ok(publish_release(keeper, "2026", version, "ada", NULL, err));
	SCOPED(free_char) char *csv = file_of(version, "csv");
	assert_non_null(strstr(csv,
		"participation.dispositions,disposition,,,,contacts,Personnes dans la liste,,,,,162,,,,\r\n"));
	assert_non_null(strstr(csv,
		"refusal,\"Oppositions aux courriels, sans réponse\",,,,,,,,,small_cells\r\n"));
	assert_non_null(strstr(csv, "participation.rr1,rate,,,,rr1,"));
	assert_non_null(strstr(csv, ",162,,,,55.56,,,,\r\n"));
	SCOPED(free_char) char *manifest = file_of(version, "manifest");
	assert_non_null(strstr(manifest, "\"record_hash\": \"abab"));
	assert_non_null(strstr(manifest, "\"lines\": 17,"));
	assert_non_null(strstr(manifest, "\"patients\": 17"));
	/* The release is what was frozen. */
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.release_row"),
		FIGURES);
}

/* Published between the two transactions of the count, or before its record is sealed, the files would lack those lines for good. */
static void a_count_that_is_not_at_its_end_is_waited_for(void **state)
{
	int64_t version = add(60, 40);

	(void)state;
	assert_true(passes(version));
	run(world.owner,
		"INSERT INTO barometre.count_record (edition, record) VALUES ('2026', '{\"audiences\": []}')");
	assert_int_not_equal(
		command(command_release_publish, "2026", NULL, NULL, NULL), 0);
	says("barometre count 2026");
	run(world.owner, "UPDATE barometre.count_record SET settled = true");
	refused(ERR_CONFLICT, publish_release(keeper, "2026", version, "ada", NULL, err));
	assert_state(version, "checked");
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.release_file"),
		0);
	run(world.owner, "UPDATE barometre.count_record SET hash = repeat('ab', 32)");
	ok(publish_release(keeper, "2026", version, "ada", NULL, err));
	assert_state(version, "published");
}

/* A record that does not add up makes no files. */
static void a_record_that_is_damaged_is_not_published(void **state)
{
	int64_t version = add(60, 40);

	(void)state;
	run(world.owner,
		"INSERT INTO barometre.count_record (edition, record, settled, hash) VALUES ('2026',"
		" '{\"audiences\": [], \"dispositions\": [{\"audience\": \"patients\"}]}', true, repeat('ab', 32))");
	assert_true(passes(version));
	refused(ERR_BROKEN, publish_release(keeper, "2026", version, "ada", NULL, err));
	assert_state(version, "checked");
}

/* ---- withdrawal ---- */

static void a_withdrawal_says_why(void **state)
{
	char longest[WITHDRAWN_WHY_BYTES + 2] = "";
	int64_t version = add(60, 40), which = 0;
	struct release_info info;

	(void)state;
	refused(ERR_MISSING, publish_withdraw(keeper, "2026", 0, "ada", "x", NULL, err));
	assert_true(passes(version));
	refused(ERR_CONFLICT,
		publish_withdraw(keeper, "2026", version, "ada", "x", NULL, err));
	ok(publish_release(keeper, "2026", version, "ada", NULL, err));
	refused(ERR_INVALID, publish_withdraw(keeper, "2026", 0, "ada", "  ", NULL, err));
	refused(ERR_INVALID, publish_withdraw(keeper, "2026", 0, "ada", NULL, NULL, err));
	memset(longest, 'x', sizeof(longest) - 1);
	refused(ERR_INVALID,
		publish_withdraw(keeper, "2026", 0, "ada", longest, NULL, err));
	longest[WITHDRAWN_WHY_BYTES] = '\0';
	memcpy(longest, "codage faux", 11);
	SCOPED(free_char) char *typed = x_printf(" %s ", longest);
	ok(publish_withdraw(keeper, "2026", 0, "ada", typed, &which, err));
	assert_int_equal(which, version);
	ok(release_read_version(keeper, "2026", version, &info, NULL, NULL, err));
	assert_string_equal(info.withdrawn_why, longest);
	assert_string_equal(info.withdrawn_by, "ada");
	refused(ERR_CONFLICT, publish_release(keeper, "2026", version, "ada", NULL, err));
}

/* As the staff site asks for it and the keeper reads it: 300 characters are more than 300 bytes. */
static void a_reason_that_was_typed_is_told_whole(void **state)
{
	struct db *staff SCOPED(db_drop) = open_as("barometre_staff");
	struct buf reason SCOPED(buf_release) = BUF_LIMIT(WITHDRAWN_WHY_BYTES);
	struct db_params params = {0};
	struct keeper_task task = {0};
	struct release_info info;
	bool found = false;

	(void)state;
	publish_draft(keeper, add(60, 40));
	for (int i = 0; i < 300; i++)
		buf_puts(&reason, "\U0001F5F3");
	assert_false(reason.failed);
	db_text_z(&params, "withdraw");
	db_text_z(&params, "2026");
	db_i64(&params, 1);
	db_text(&params, buf_str(&reason));
	db_text_z(&params, "ada");
	ok(db_run(staff, &SQL_STAFF_TASK_ADD_RELEASE, &params, NULL, err));
	ok(keeper_task_take(keeper, &task, &found, err));
	assert_true(found);
	ok(publish_withdraw(keeper, task.edition, task.version, task.asked_by,
		task.reason, NULL, err));
	ok(release_read_version(keeper, "2026", 1, &info, NULL, NULL, err));
	assert_string_equal(info.withdrawn_why, buf_str(&reason).p);
}

/* ---- commands ---- */

static void the_commands_do_the_same(void **state)
{
	(void)state;
	assert_int_not_equal(
		command(command_release_publish, "2026", NULL, NULL, NULL), 0);
	assert_int_not_equal(command(command_release_check, "2026", NULL, NULL, NULL), 0);
	add(60, 40);
	assert_int_not_equal(
		command(command_release_publish, "2026", "1", NULL, NULL), 0);
	says("check it first");
	assert_int_equal(command(command_release_check, "2026", NULL, NULL, NULL), 0);
	assert_int_equal(command(command_release_publish, "2026", NULL, NULL, NULL), 0);
	assert_int_equal(command(command_release_publish, "2026", "1", NULL, NULL), 0);
	assert_int_equal(command(command_release_show, "2026", "1", NULL, NULL), 0);
	assert_int_equal(command(command_release_list, "2026", NULL, NULL, NULL), 0);
	add(61, 40);
	assert_int_equal(command(command_release_check, "2026", NULL, NULL, NULL), 2);
	assert_int_not_equal(
		command(command_release_withdraw, "2026", "1", NULL, NULL), 0);
	says("--reason");
	assert_int_equal(
		command(command_release_withdraw, "2026", "1", "--reason", "une erreur"),
		0);
	assert_state(1, "withdrawn");
	assert_int_not_equal(
		command(command_release_show, "2026", "zéro", NULL, NULL), 0);
	says("is no version that \"barometre release list\" shows");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			a_checked_release_is_published_with_all_its_files, fresh),
		cmocka_unit_test_setup(a_draft_is_not_published, fresh),
		cmocka_unit_test_setup(a_release_that_differs_by_few_is_never_out, fresh),
		cmocka_unit_test_setup(publishing_again_is_the_same, fresh),
		cmocka_unit_test_setup(the_same_release_is_the_same_bytes, fresh),
		cmocka_unit_test_setup(a_release_of_before_gets_its_files, fresh),
		cmocka_unit_test_setup(
			figures_that_somebody_changed_are_not_published, fresh),
		cmocka_unit_test_setup(
			the_files_have_the_hashes_the_manifest_says, fresh),
		cmocka_unit_test_setup(the_files_tell_who_took_part, fresh),
		cmocka_unit_test_setup(
			a_count_that_is_not_at_its_end_is_waited_for, fresh),
		cmocka_unit_test_setup(a_record_that_is_damaged_is_not_published, fresh),
		cmocka_unit_test_setup(a_withdrawal_says_why, fresh),
		cmocka_unit_test_setup(a_reason_that_was_typed_is_told_whole, fresh),
		cmocka_unit_test_setup(the_commands_do_the_same, fresh),
	};
	return cmocka_run_group_tests(tests, start, finish);
}
