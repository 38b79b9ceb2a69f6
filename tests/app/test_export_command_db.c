/* SPDX-License-Identifier: Apache-2.0 */
/* barometre export: it serves the bytes that were made when a release was published, and says why there are none. */
#include "barometre/report/export.h"
#include "command_run.h"
#include "counted_world.h"

static struct db *keeper;

static int start(void **state)
{
	if (command_world_begin(state) != 0)
		return 1;
	keeper = open_as("barometre_keeper");
	return 0;
}

static int finish(void **state)
{
	db_close(keeper);
	return command_world_end(state);
}

static int fresh(void **state)
{
	(void)state;
	run(world.owner,
		"DELETE FROM barometre.release_row; DELETE FROM barometre.release_note; DELETE FROM barometre.release_file;"
		"DELETE FROM barometre.release; DELETE FROM barometre.edition_audience; DELETE FROM barometre.edition;"
		"DELETE FROM barometre.form");
	make_edition("2026", "open");
	run(world.owner,
		"DELETE FROM barometre.edition_audience; UPDATE barometre.edition SET state = 'counted'");
	return 0;
}

/* A release of one line, that many people. */
static int64_t add(int64_t people)
{
	struct figure people_there = line(
		"participation", "total", "respondents", people, people);

	people_there.label = "Répondants";
	return add_draft(keeper, &people_there, 1, NULL, 0);
}

static void what_is_not_published_is_said(void **state)
{
	(void)state;
	fails(ERR_MISSING, command_export, "2026");
	fails(ERR_MISSING, command_export, "1999");
	int64_t version = add(40);
	ok(release_set_checked(keeper, "2026", version, err));
	fails(ERR_CONFLICT, command_export, "2026");
	says("is checked, not published");
	says("barometre release publish 2026 1");
	assert_string_equal(printed, "");
	fails(ERR_CONFLICT, command_export, "2026 --release 1");
	fails(ERR_MISSING, command_export, "2026 --release 2");
}

static void wrong_words_are_refused(void **state)
{
	(void)state;
	fails(ERR_INVALID, command_export, "2026 --format sav");
	says("csv-excel");
	says("manifest");
	fails(ERR_INVALID, command_export, "2026 --release 0");
	fails(ERR_INVALID, command_export, "2026 --release deux");
}

/* The stored bytes are changed behind its back: what is printed is they, and nothing is made anew. */
static void the_stored_bytes_are_served(void **state)
{
	(void)state;
	publish_draft(keeper, add(40));
	done(command_export, "2026");
	prints("\r\n2026,patients,participation,total,,,,respondents,Répondants,40,0,0,40,40,,,,\r\n");
	run(world.owner,
		"UPDATE barometre.release_file SET bytes = 'autre chose'::bytea WHERE format = 'ddi'");
	done(command_export, "2026 --format ddi");
	assert_string_equal(printed, "autre chose");
	done(command_export, "2026 --format manifest");
	prints("\"release_hash\"");
	SCOPED(free_char) char *path = in_folder("figures.json");
	SCOPED(free_char) char *words = x_printf("2026 --format json --out %s", path);
	struct buf file SCOPED(buf_release) = BUF_LIMIT(1 << 20);
	done(command_export, words);
	assert_string_equal(printed, "");
	ok(command_read_file(path, &file, err));
	done(command_export, "2026 --format json");
	assert_string_equal(printed, buf_str(&file).p);
	fails(ERR_BROKEN, command_export, "2026 --out /nulle/part");
}

static void an_older_release_is_asked_for_by_its_number(void **state)
{
	(void)state;
	publish_draft(keeper, add(40));
	int64_t second = add(80);
	/* Until it is out, the first one is the newest. */
	done(command_export, "2026");
	prints(",40,0,0,40,40,");
	publish_draft(keeper, second);
	done(command_export, "2026");
	prints(",80,0,0,80,80,");
	done(command_export, "2026 --release 1");
	prints(",40,0,0,40,40,");
}

static void a_withdrawn_release_is_not_served(void **state)
{
	(void)state;
	publish_draft(keeper, add(40));
	ok(release_withdraw(keeper, "2026", 1, "ana", "une erreur", err));
	fails(ERR_CONFLICT, command_export, "2026 --release 1");
	says("une erreur");
	/* A long reason is cut there, and stands whole where it is said to. */
	says("barometre release show 2026 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_not_published_is_said, fresh),
		cmocka_unit_test_setup(wrong_words_are_refused, fresh),
		cmocka_unit_test_setup(the_stored_bytes_are_served, fresh),
		cmocka_unit_test_setup(
			an_older_release_is_asked_for_by_its_number, fresh),
		cmocka_unit_test_setup(a_withdrawn_release_is_not_served, fresh),
	};
	return cmocka_run_group_tests(tests, start, finish);
}
