/* SPDX-License-Identifier: Apache-2.0 */
/* N1 of count.h: killed at any point the count has done nothing, or can be finished and is never done twice. */
#include <signal.h>
#include <sys/wait.h>

#include "count_world.h"

#define KILL_BOXES 320

/* Dies at the call that `left` reaches; negative: never. */
static void die_at(void *arg, const char *audience, int64_t done, int64_t all)
{
	int *left = arg;

	(void)audience;
	(void)done;
	(void)all;
	if (--*left == 0)
		kill(getpid(), SIGKILL);
}

/* Counts in a process of its own, killed at its `call`th report, or after `delay` microseconds. True when it was killed. */
static bool count_killed(int call, unsigned delay)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct err err = {0};
		json_t *record = NULL;
		struct count_options options = {.key_directory = folder,
			.now = DAY,
			.progress = die_at,
			.progress_arg = &call};
		struct db *db = db_open(world.conninfo, "barometre_keeper", &err);
		_exit(db && count_run(db, CODE, &options, &record, &err) ? 0 : 1);
	}
	if (delay) {
		usleep(delay);
		kill(child, SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	/* The server notices a moment later. */
	for (int i = 0; i < 500 &&
		number(world.admin,
			"SELECT count(*) AS n FROM pg_stat_activity WHERE usename = 'barometre_keeper'") >
			0;
		i++)
		usleep(10000);
	if (WIFSIGNALED(status))
		return true;
	assert_int_equal(WEXITSTATUS(status), 0);
	return false;
}

static void make_urn(void)
{
	make();
	make_contacts(CODE, "patients", 0, 20);
	run(world.owner, "UPDATE barometre.invitation SET done = true; BEGIN");
	for (int i = 0; i < KILL_BOXES; i++)
		put_box(i, "{\"choix\":\"oui\",\"avis\":\"bien\"}");
	put_draft(KILL_BOXES, "{\"choix\":\"non\"}");
	run(world.owner, "COMMIT");
	close_edition();
}

/* Either nothing happened at all, or the first transaction is there as a whole. True when it is. */
static bool is_counted(void)
{
	char *what SCOPED(free_char) = text_of(world.owner,
		"SELECT concat_ws(' ', (SELECT state FROM barometre.edition), (SELECT count(*) FROM barometre.urn),"
		" (SELECT count(*) FROM barometre.response), (SELECT count(*) FROM barometre.verbatim),"
		" (SELECT count(*) FROM barometre.contact_wish), (SELECT count(*) FROM barometre.release),"
		" (SELECT count(*) FROM barometre.count_record)) AS t");

	if (strcmp(what, "closed 320 0 0 0 0 0") == 0) {
		assert_int_equal(
			number(world.owner,
				"SELECT count(*) AS n FROM barometre.invitation"),
			20);
		assert_int_equal(number(world.owner,
					 "SELECT count(*) AS n FROM barometre.draft"
					 " WHERE handle IS NULL"),
			1);
		assert_true(keyring_has(folder, CODE ".count"));
		return false;
	}
	assert_string_equal(what, "counted 0 321 320 321 1 1");
	return true;
}

static void is_finished(void)
{
	char *what SCOPED(free_char) = text_of(world.owner,
		"SELECT concat_ws(' ', (SELECT count(*) FROM barometre.invitation), (SELECT count(*) FROM barometre.draft),"
		" (SELECT complete FROM barometre.participation_total), (SELECT drafts FROM barometre.participation_total),"
		" (SELECT hash IS NOT NULL FROM barometre.count_record)) AS t");

	assert_true(is_counted());
	assert_string_equal(what, "0 0 20 1 t");
	assert_false(keyring_has(folder, CODE ".count"));
	assert_false(keyring_has(folder, CODE ".campaign"));
}

/* N1, at every report: inside the first transaction, and after each of the three steps. */
static void killed_it_has_done_nothing_or_can_be_finished(void **state)
{
	json_t *record = NULL;
	int call = 1, before = 0, after = 0;

	(void)state;
	make_urn();
	while (count_killed(call, 0)) {
		if (!is_counted()) {
			before++;
			call++;
			continue;
		}
		/* After step 1 people are as they were; after step 2 the keys are. The first is not done again, so that the next
		 * reports are those of steps 2 and 3. */
		after++;
		assert_int_equal(
			number(world.owner,
				"SELECT count(*) AS n FROM barometre.invitation"),
			after == 1 ? 20 : 0);
		assert_int_equal(keyring_has(folder, CODE ".campaign"), after < 3);
		call = after;
		if (after == 3)
			break;
	}
	assert_in_range(before, 4, 20); /* 100, 200, 300 boxes, the last, the chunk */
	assert_int_equal(after, 3);
	ok(count(false, &record, err));
	json_decref(record);
	is_finished();
	refused(ERR_CONFLICT, count(false, &record, err));
}

/* The same at moments nobody chose. */
static void killed_at_any_moment_the_same_holds(void **state)
{
	enum {
		KILLS = 12
	};
	json_t *record = NULL;
	usec_t began;
	unsigned whole;
	int counted = 0, killed = 0;

	(void)state;
	make_urn();
	began = clock_monotonic();
	assert_false(count_killed(-1, 0));
	whole = (unsigned)(clock_monotonic() - began);
	is_finished();
	make_urn();
	for (int i = 0; i < KILLS; i++) {
		began = clock_monotonic();
		bool in_time = count_killed(-1, 1 + random_below(whole));
		unsigned took = (unsigned)(clock_monotonic() - began);
		/* The first one may have taken long because of other work: then most kills would come too late. */
		if (!in_time && took < whole)
			whole = took;
		killed += in_time;
		if (!is_counted())
			continue;
		counted++;
		if (number(world.owner,
			    "SELECT count(*) AS n FROM barometre.count_record WHERE hash IS NULL") >
			0) {
			ok(count(false, &record, err));
			json_decref(record);
		}
		is_finished();
		make_urn();
	}
	assert_in_range(killed, 1, KILLS);
	printf("killed %d times, %d of them after the answers were stored\n", killed,
		counted);
	ok(count(false, &record, err));
	json_decref(record);
	is_finished();
}

/* What the keeper does when it starts. */
static void an_interrupted_count_is_finished_by_the_keeper(void **state)
{
	struct count_options options = {.key_directory = folder, .now = DAY};
	SCOPED(db_drop) struct db *keeper = NULL;
	int call = 1, finished = -1;

	(void)state;
	make_urn();
	while (count_killed(call, 0) && !is_counted())
		call++;
	keeper = open_as("barometre_keeper");
	/* Custodians would have the key: nobody needs it any more. */
	ok(keyring_destroy(folder, CODE ".count", err));
	ok(count_resume(keeper, &options, &finished, err));
	assert_int_equal(finished, 1);
	is_finished();
	ok(count_resume(keeper, &options, &finished, err));
	assert_int_equal(finished, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_it_has_done_nothing_or_can_be_finished),
		cmocka_unit_test(killed_at_any_moment_the_same_holds),
		cmocka_unit_test(an_interrupted_count_is_finished_by_the_keeper),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
