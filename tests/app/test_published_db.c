/* SPDX-License-Identifier: Apache-2.0 */
/* Earlier editions as people bring them in and look at them, and a release beside one. */
#include <stdio_ext.h>

#include "../support/file.h"
#include "barometre/form/form.h"
#include "barometre/store/published_store.h"
#include "barometre/store/release_store.h"
#include "command_run.h"

#define FILE_2023 SOURCE_DIR "/forms/published/2023.csv"
#define FILE_2021 SOURCE_DIR "/forms/published/2021.csv"

static int forget(void **state)
{
	(void)state;
	run(world.owner, "DELETE FROM barometre.published_figure");
	return 0;
}

static void an_edition_is_kept_as_it_was_printed(void **state)
{
	SCOPED(free_char) char *wanted = file_text(FILE_2023);

	(void)state;
	done(command_published_import, FILE_2023);
	prints("2023: 232 figures as published");
	done(command_published_import, FILE_2021);
	/* Again: replaced, not added. */
	done(command_published_import, FILE_2021);
	done(command_published_list, "");
	assert_string_equal(printed,
		"2023: 232 figures as published, 24 with a known error or reserve\n"
		"2021: 59 figures as published, 22 with a known error or reserve\n");
	done(command_published_export, "2023");
	assert_string_equal(printed, wanted);
	/* The rate that is wrong by ten points stays, with what is known of it. */
	prints("formation,participation,,response_rate,27,27,105,%,Taux de réponses,,");
	prints("39 réponses pour 105 structures contactées font 37,1");
}

/* A disk that is full is no success. */
static void output_that_cannot_be_written_is_said(void **state)
{
	char *words[] = {mutable("2021"), NULL};
	struct command_line line = {.config = &config, .words = words, .count = 1};
	int full, was_out, status;

	(void)state;
	done(command_published_import, FILE_2021);
	was_out = dup(STDOUT_FILENO);
	full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_true(full >= 0 && dup2(full, STDOUT_FILENO) >= 0);
	status = command_published_export(&line);
	__fpurge(stdout);
	clearerr(stdout);
	assert_true(dup2(was_out, STDOUT_FILENO) >= 0);
	close(was_out);
	close(full);
	assert_int_equal(status, err_exit_status(ERR_BROKEN));
	says("standard output");
}

static void wrong_files_change_nothing(void **state)
{
	static const char header[] =
		"audience,question,option,measure,value,number,base,unit,wording,label,source,known_error\n";
	SCOPED(free_char) char *good = in_folder("2023.csv");
	SCOPED(free_char) char *named = in_folder("figures.csv");
	SCOPED(free_char)
	char *wrong = x_printf("%st,q,oui,percent,27,27,,%%,,Oui,ligne 1,\n"
			       "t,q,non,percent,27,37,,%%,,Non,ligne 2,\n",
		header);

	(void)state;
	done(command_published_import, FILE_2023);
	write_text("2023.csv", wrong);
	fails(ERR_INVALID, command_published_import, good);
	says("2023.csv:3: ");
	says("what was printed is never corrected");
	write_text("figures.csv", wrong);
	fails(ERR_INVALID, command_published_import, named);
	says("called after its year");
	fails(ERR_MISSING, command_published_export, "2021");
	says("barometre published import forms/published/2021.csv");
	done(command_published_list, "");
	prints("2023: 232 figures");
}

/* Those who make figures and look at them read; only the owner writes, by command. */
static void roles_read_and_do_not_write(void **state)
{
	static const char *const readers[] = {"barometre_keeper", "barometre_staff"};
	static const char *const others[] = {"barometre_web", "barometre_mailer"};

	(void)state;
	done(command_published_import, FILE_2021);
	for (size_t i = 0; i < COUNT_OF(readers); i++) {
		SCOPED(db_drop) struct db *db = open_as(readers[i]);
		SCOPED(published_release) struct published list = {0};
		struct published none = {.edition = "2021"};

		ok(published_load(db, "2021", &list, err));
		assert_int_equal(list.count, 59);
		assert_string_equal(list.lines[0].audience, "patients");
		refused(ERR_BROKEN, published_save(db, &none, err));
	}
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		SCOPED(db_drop) struct db *db = open_as(others[i]);
		struct published list = {0};

		refused(ERR_BROKEN, published_load(db, "2021", &list, err));
	}
}

/* A ratio is no number, a base that was not printed is none. */
static void what_is_missing_stays_missing(void **state)
{
	SCOPED(published_release) struct published list = {0};
	size_t ratios = 0;

	(void)state;
	done(command_published_import, FILE_2021);
	ok(published_load(world.owner, "2021", &list, err));
	for (size_t i = 0; i < list.count; i++) {
		bool ratio = strcmp(list.lines[i].measure, "ratio") == 0;

		assert_true(list.lines[i].has_number == !ratio);
		if (ratio)
			assert_int_equal(list.lines[i].base, -1);
		ratios += ratio;
	}
	assert_int_equal(ratios, 2);
}

/* ---- compare ---- */

static const struct figure figures[] = {
	{"formation", "participation", "total", "", "", "", "respondents", "Réponses", 60,
		-1, -1, 60, 60, -1, false, 0, ""},
	{"formation", "type_structure", "single", "", "", "", "ifsi_ifas", "IFSI / IFAS",
		60, 0, 0, 60, 30, 50, false, 0, ""},
	{"formation", "frequence", "single", "", "", "", "ponctuellement",
		"Ponctuellement", 50, 10, 0, 50, 10, 20, false, 0, ""},
	{"formation", "frequence", "single", "", "", "", "plusieurs_fois_an",
		"Plusieurs fois par an", 50, 10, 0, 50, 40, 80, false, 0, ""},
};

static void make_release(void)
{
	static const struct sql add = {"test",
		"WITH f AS (INSERT INTO barometre.form VALUES ($1, 'formation', $2)),"
		" e AS (INSERT INTO barometre.edition (code, title, zone, opens, closes, min_base, min_cell, count_partials,"
		" count_key, trustee_key, mail, state) VALUES ('2026', 'Essai', 'Europe/Paris', '2026-01-01', '2036-01-01', 11, 5, true,"
		" decode(repeat('01', 32), 'hex'), decode(repeat('02', 32), 'hex'), '{}', 'counted'))"
		" INSERT INTO barometre.edition_audience VALUES ('2026', 'formation', $1, true, '{}', 0)"};
	SCOPED(free_char) char *source = file_text(SOURCE_DIR "/forms/formation.json");
	SCOPED(form_drop) struct form *form = NULL;
	SCOPED(db_drop) struct db *keeper = open_as("barometre_keeper");
	struct db_params params = {0};
	int64_t version;

	ok((form = form_parse(str_of(source), "formation.json", err)) != NULL);
	db_text_z(&params, form->hash);
	db_text_z(&params, source);
	ok(db_run(world.owner, &add, &params, NULL, err));
	ok(db_begin(keeper, err));
	ok(release_add(keeper,
		&(struct release_draft){.edition = "2026",
			.thresholds = {.min_base = 11, .min_cell = 5},
			.kind = "count",
			.reason = "dépouillement",
			.figures = figures,
			.figure_count = COUNT_OF(figures)},
		&version, err));
	ok(release_set_checked(keeper, "2026", version, err));
	ok(db_commit(keeper, err));
}

static void a_release_stands_beside_an_earlier_edition(void **state)
{
	(void)state;
	make_release();
	done(command_published_import, FILE_2023);
	done(command_compare, "2026 --with 2023");
	prints("Fréquence des interventions\u202f: Ponctuellement — 2023\u202f: 54\u202f% (15 sur 28)\u202f; maintenant\u202f: "
	       "20\u202f% (10 sur 50) — effectif trop faible pour conclure");
	prints("Type de structure — 2023\u202f: n = 39\u202f; maintenant\u202f: n = 60 — rupture de série\u202f: les réponses proposées ont "
	       "changé");
	prints("Holm");
	done(command_compare, "--with 2023 --format csv 2026");
	prints("2026,2023,formation,frequence,Fréquence des interventions,ponctuellement,Ponctuellement,15,28,54,10,50,20,same,untested,");
	prints("2026,2023,formation,type_structure,Type de structure,,,,39,,,60,,options,break,");
	does_not_print("Holm");
	fails(ERR_MISSING, command_compare, "2026 --with 2021");
	fails(ERR_MISSING, command_compare, "2030 --with 2023");
	fails(ERR_INVALID, command_compare, "2026");
	fails(ERR_INVALID, command_compare, "2026 --with 2023 --format pdf");
	/* Of 2021 there is no wording: nothing is a change. */
	done(command_published_import, FILE_2021);
	done(command_compare, "2026 --with 2021 --format csv");
	does_not_print(",same,");
	prints(",frequence,Fréquence des interventions,,,,,,,50,,none,break,");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_edition_is_kept_as_it_was_printed, forget),
		cmocka_unit_test_setup(output_that_cannot_be_written_is_said, forget),
		cmocka_unit_test_setup(wrong_files_change_nothing, forget),
		cmocka_unit_test_setup(roles_read_and_do_not_write, forget),
		cmocka_unit_test_setup(what_is_missing_stays_missing, forget),
		cmocka_unit_test_setup(
			a_release_stands_beside_an_earlier_edition, forget),
	};
	return cmocka_run_group_tests(tests, command_world_begin, command_world_end);
}
