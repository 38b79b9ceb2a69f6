/* SPDX-License-Identifier: Apache-2.0 */
/* The promises of count.h on a real database: N1 to N7. Killed counts are in test_count_kill_db.c. */
#include "count_world.h"

static void answers_are_counted_coarsened_and_the_keys_destroyed(void **state)
{
	json_t *record = NULL;

	(void)state;
	make();
	for (int i = 0; i < 20; i++)
		put_box(i,
			"{\"choix\":\"oui\",\"age\":67,\"lieu\":\"31555\",\"avis\":\"Très bien\","
			"\"mots\":{\"un\":\"Ensemble\",\"deux\":7}}");
	put_draft(30, "{\"choix\":\"non\",\"age\":61}");
	put_draft(31, "{\"age\":40}");       /* not usable */
	put_draft(5, "{\"choix\":\"non\"}"); /* person 5 has sent */
	close_edition();
	ok(count(false, &record, err));
	assert_int_equal(total(record, "boxes"), 20);
	assert_int_equal(total(record, "complete"), 20);
	assert_int_equal(total(record, "partial"), 1);
	assert_int_equal(total(record, "drafts_dropped"), 2);
	assert_true(json_is_true(json_object_get(record, "keys_destroyed")));
	json_decref(record);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.response"), 21);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.response WHERE answers->>'age' = '60_69'"),
		21);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.response WHERE answers ?| '{lieu,avis}'"),
		0);
	assert_int_equal(
		number(world.owner,
			"SELECT n FROM barometre.place_total WHERE code = '31555'"),
		20);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.verbatim WHERE body = 'Très bien'"),
		20);
	/* Of a multipletext the words leave the row, the numbers stay in it. */
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.verbatim WHERE body = 'Ensemble'"
			" AND question = 'mots.un'"),
		20);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.response WHERE answers->'mots' ="
			" '{\"deux\": 7}'"),
		20);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.urn"), 0);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.draft"), 0);
	assert_false(keyring_has(folder, CODE ".count"));
	assert_false(keyring_has(folder, CODE ".campaign"));
}

static void counting_twice_is_refused(void **state)
{
	json_t *record = NULL;

	(void)state;
	refused(ERR_CONFLICT, count(false, &record, err));
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.response"), 21);
}

static void open_edition_is_not_counted(void **state)
{
	json_t *record = NULL;

	(void)state;
	make();
	put_box(1, "{\"choix\":\"oui\"}");
	refused(ERR_CONFLICT, count(false, &record, err));
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.urn"), 1);
	assert_true(keyring_has(folder, CODE ".count"));
}

static void damaged_box_is_kept_apart_and_so_are_the_keys(void **state)
{
	json_t *record = NULL;

	(void)state;
	make();
	put_box(1, "{\"choix\":\"oui\"}");
	put_box(2, "{\"choix\":\"oui\"}");
	put_box(3, "{\"choix\":\"peut-etre\"}"); /* outside the form */
	put_box(1, "{\"choix\":\"non\"}");       /* the same person again */
	run(world.owner,
		"UPDATE barometre.urn SET box = set_byte(box, 200, get_byte(box, 200) # 1)"
		" WHERE slot = (SELECT min(slot::text)::uuid FROM barometre.urn)");
	close_edition();
	ok(count(false, &record, err));
	assert_int_equal(total(record, "boxes"), 4);
	assert_int_equal(total(record, "complete") + total(record, "invalid"), 4);
	assert_in_range(total(record, "invalid"), 2, 3);
	assert_false(json_is_true(json_object_get(record, "keys_destroyed")));
	json_decref(record);
	assert_true(keyring_has(folder, CODE ".count"));
	assert_in_range(
		number(world.owner, "SELECT count(*) AS n FROM barometre.invalid_box"), 2,
		3);
}

static void failure_before_the_commit_changes_nothing(void **state)
{
	json_t *record = NULL;

	(void)state;
	make();
	put_box(1, "{\"choix\":\"oui\"}");
	put_box(2, "{\"choix\":\"oui\",\"avis\":\"x\"}");
	close_edition();
	run(world.owner,
		"ALTER TABLE barometre.verbatim ADD CONSTRAINT no_more CHECK (false) NOT VALID");
	assert_false(count(false, &record, NULL));
	run(world.owner, "ALTER TABLE barometre.verbatim DROP CONSTRAINT no_more");
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.urn"), 2);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.response"), 0);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.release"), 0);
	assert_true(keyring_has(folder, CODE ".count"));
	ok(count(false, &record, err)); /* and then it can be done */
	json_decref(record);
}

struct told {
	int64_t done, total, steps;
};

static void note_progress(void *arg, const char *audience, int64_t done, int64_t all)
{
	struct told *told = arg;

	if (audience) {
		told->done = done;
		told->total = all;
	} else {
		told->steps = told->steps * 10 + done;
	}
}

/* On a terminal its line would be left in the middle. */
static void progress_comes_to_its_end_when_no_box_counts(void **state)
{
	struct told told = {0};
	struct count_options options = {.key_directory = folder,
		.now = DAY,
		.progress = note_progress,
		.progress_arg = &told};
	json_t *record = NULL;

	(void)state;
	make();
	put_box(1, "{\"choix\":\"peut-etre\"}");
	put_draft(2, "{\"choix\":\"peut-etre\"}");
	close_edition();
	ok(count_with(&options, &record, err));
	assert_int_equal(total(record, "invalid"), 1);
	assert_int_equal(total(record, "drafts_dropped"), 1);
	json_decref(record);
	assert_int_equal(told.total, 4);
	assert_int_equal(told.done, 4);
	assert_int_equal(told.steps, 123);
}

static void without_its_key_the_urn_stays_closed(void **state)
{
	json_t *record = NULL;

	(void)state;
	make();
	put_box(1, "{\"choix\":\"oui\"}");
	close_edition();
	ok(keyring_destroy(folder, CODE ".count", err));
	refused(ERR_MISSING, count(false, &record, err));
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.urn"), 1);
}

static void rows_have_no_order_of_arrival(void **state)
{
	json_t *record = NULL;
	char answers[64];

	(void)state;
	make();
	for (int i = 0; i < 60; i++) {
		snprintf(answers, sizeof(answers), "{\"choix\":\"oui\",\"age\":%d}",
			20 + i);
		put_box(i, answers);
	}
	close_edition();
	ok(count(false, &record, err));
	json_decref(record);
	/* Ages come back as bands of ten, written in order of arrival they would make 5 changes of band. */
	assert_in_range(
		number(world.owner,
			"SELECT count(*) AS n FROM (SELECT answers->>'age' AS b, lag(answers->>'age') OVER (ORDER BY ctid) AS p"
			" FROM barometre.response) x WHERE b <> p"),
		25, 59);
}

/* T12: in the kept rows nobody is alone, and what was given up is told. */
static void rows_that_point_to_somebody_are_generalised(void **state)
{
	json_t *record = NULL;
	char answers[96];

	(void)state;
	make();
	/* Thirty years of age in threes: bands of ten are big enough beside "place", but one of 90 is alone. */
	for (int i = 0; i < 60; i++) {
		snprintf(answers, sizeof(answers),
			"{\"choix\":\"oui\",\"age\":%d,\"place\":\"%s\"}",
			i ? 40 + i % 30 : 90, i % 2 ? "elu" : "autre");
		put_box(i, answers);
	}
	close_edition();
	ok(count(false, &record, err));
	const json_t *generalised = json_object_get(
		json_array_get(json_object_get(record, "audiences"), 0), "generalised");
	char *text = json_dumps(generalised, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(
		text, "[{\"kept\":\"none\",\"label\":\"Âge\",\"question\":\"age\"}]");
	free(text);
	json_decref(record);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.response WHERE answers ? 'age'"),
		0);
	/* The other variable did not have to go. */
	assert_int_equal(
		number(world.owner,
			"SELECT min(n)::bigint AS n FROM (SELECT count(*) AS n FROM barometre.response"
			" GROUP BY answers->'place') x"),
		30);
	/* The published tables were made before. */
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.release_row WHERE question = 'age'"
			" AND option = '90_99' AND count = 1"),
		1);
}

/* A value computed from the age would bring it back. */
static void calculated_values_are_not_kept(void **state)
{
	json_t *record = NULL;

	(void)state;
	make();
	for (int i = 0; i < 6; i++)
		put_box(i, "{\"choix\":\"oui\",\"age\":67,\"presque\":68}");
	close_edition();
	ok(count(false, &record, err));
	json_decref(record);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.response WHERE answers ="
			" '{\"choix\": \"oui\", \"age\": \"60_69\"}'"),
		6);
}

/* N7, T1: who answered and what was answered were never written by one transaction. */
static void the_two_sides_have_no_transaction_in_common(void **state)
{
	json_t *record = NULL;

	(void)state;
	make();
	make_contacts(CODE, "patients", 0, 12);
	for (int i = 0; i < 12; i++)
		put_box(i,
			"{\"choix\":\"oui\",\"lieu\":\"31555\",\"avis\":\"Très bien\"}");
	put_draft(30, "{\"choix\":\"non\"}");
	run(world.owner, "UPDATE barometre.invitation SET done = true");
	close_edition();
	ok(count(false, &record, err));
	json_decref(record);
	assert_int_equal(
		number(world.owner,
			"SELECT count(DISTINCT x)::bigint AS n FROM (SELECT xmin::text AS x FROM"
			" barometre.response UNION ALL SELECT xmin::text FROM barometre.verbatim UNION ALL"
			" SELECT xmin::text FROM barometre.place_total UNION ALL"
			" SELECT xmin::text FROM barometre.contact_wish) a"),
		1);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.response r JOIN barometre.participation_total t"
			" ON t.xmin::text = r.xmin::text OR t.xmax::text = r.xmin::text"),
		0);
	assert_int_equal(
		number(world.owner,
			"SELECT complete AS n FROM barometre.participation_total"),
		12);
	assert_int_equal(
		number(world.owner,
			"SELECT (SELECT count(*) FROM barometre.invitation)"
			" + (SELECT count(*) FROM barometre.draft) + (SELECT count(*) FROM barometre.delivery) AS n"),
		0);
}

/* More rows and texts than one chunk of the second pass: each comes exactly once. */
static void nothing_is_lost_between_chunks(void **state)
{
	json_t *record = NULL;
	char answers[128];

	(void)state;
	make();
	run(world.owner, "BEGIN");
	for (int i = 0; i < 1500; i++) {
		snprintf(answers, sizeof(answers),
			"{\"choix\":\"%s\",\"avis\":\"avis %d\",\"mots\":{\"un\":\"mot %d\"}}",
			i % 3 ? "oui" : "non", i, i);
		put_box(i, answers);
	}
	for (int i = 1400; i < 1700; i++) { /* half of them have sent */
		snprintf(answers, sizeof(answers),
			"{\"choix\":\"non\",\"avis\":\"avis %d\"}", i);
		put_draft(i, answers);
	}
	run(world.owner, "COMMIT");
	close_edition();
	ok(count(false, &record, err));
	assert_int_equal(total(record, "partial"), 200);
	assert_int_equal(total(record, "drafts_dropped"), 100);
	json_decref(record);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.response WHERE"
			" (completeness = 'complete') = (answers ? 'mots') OR answers->>'choix' = 'non'"),
		700);
	assert_int_equal(
		number(world.owner,
			"SELECT count(DISTINCT body)::bigint AS n FROM barometre.verbatim WHERE question = 'avis'"),
		1700);
	assert_int_equal(
		number(world.owner,
			"SELECT count(DISTINCT body)::bigint AS n FROM barometre.verbatim WHERE question = 'mots.un'"),
		1500);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.verbatim"),
		3200);
	assert_int_equal(
		number(world.owner,
			"SELECT count(DISTINCT id)::bigint AS n FROM barometre.contact_wish"),
		1700);
	/* T13: two texts of one person stand at places that have nothing to do with each other: the correlation of ranks is
	 * under four standard errors. */
	assert_int_equal(
		number(world.owner,
			"SELECT (abs(corr(a.rank, b.rank)) < 4 / sqrt(1500.0))::int AS n FROM"
			" (SELECT substr(body, 6) AS who, rank() OVER (ORDER BY ctid) FROM barometre.verbatim"
			" WHERE question = 'avis') a JOIN (SELECT substr(body, 5) AS who, rank() OVER (ORDER BY ctid)"
			" FROM barometre.verbatim WHERE question = 'mots.un') b USING (who)"),
		1);
	/* Nor with the order in which the boxes came. */
	assert_int_equal(
		number(world.owner,
			"SELECT (abs(corr(substr(body, 6)::int, rank)) < 4 / sqrt(1700.0))::int AS n FROM"
			" (SELECT body, rank() OVER (ORDER BY ctid) FROM barometre.verbatim"
			" WHERE question = 'avis') a"),
		1);
}

/* The answers are in, the record is not: whoever reads the error knows what to do, and does it. */
static void what_fails_after_the_answers_is_told_and_done_again(void **state)
{
	struct err why = {0};
	json_t *record = NULL;

	(void)state;
	make();
	put_box(1, "{\"choix\":\"oui\"}");
	close_edition();
	run(world.owner,
		"ALTER TABLE barometre.journal ADD CONSTRAINT no_more CHECK (false) NOT VALID");
	assert_false(count(false, &record, &why));
	run(world.owner, "ALTER TABLE barometre.journal DROP CONSTRAINT no_more");
	assert_non_null(strstr(why.text, "are counted and stored"));
	assert_non_null(strstr(why.text, "run the count again"));
	ok(count(false, &record, err));
	assert_non_null(json_object_get(record, "hash"));
	json_decref(record);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.response"), 1);
}

static void a_key_that_is_brought_is_looked_at(void **state)
{
	struct count_options options = {
		.key_directory = folder, .now = DAY, .custodian = "Jeanne Martin"};
	struct secret_key other, brought;
	struct public_key unused;
	SCOPED(buf_release) struct buf page = BUF_LIMIT(1 << 20);
	json_t *record = NULL;
	char hash[65];

	(void)state;
	make();
	put_box(1, "{\"choix\":\"oui\"}");
	run(world.owner, "UPDATE barometre.edition SET keys = 'custodians'");
	close_edition();
	brought = count_secret;
	ok(keyring_destroy(folder, CODE ".count", err)); /* custodians have it */
	box_new_pair(&unused, &other);
	refused(ERR_MISSING, count_with(&options, &record, err));
	options.counting_key = &other;
	refused(ERR_DENIED, count_with(&options, &record, err));
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.urn"), 1);
	options.counting_key = &brought;
	ok(count_with(&options, &record, err));
	record_print(record, &page);
	assert_non_null(strstr(page.p, "apportée par Jeanne Martin"));
	assert_non_null(strstr(page.p, "chacun détruit le sien"));
	/* The hash on it is of what it says, also as the database gives it back, and the journal has it. */
	record_hash(record, hash);
	assert_string_equal(json_string_value(json_object_get(record, "hash")), hash);
	assert_non_null(strstr(page.p, hash));
	json_decref(record);
	SCOPED(db_drop) struct db *keeper = open_as("barometre_keeper");
	ok((record = count_record(keeper, CODE, err)) != NULL);
	record_hash(record, hash);
	assert_string_equal(json_string_value(json_object_get(record, "hash")), hash);
	json_object_set_new(record, "custodian", json_string("Quelqu’un d’autre"));
	record_hash(record, hash);
	assert_string_not_equal(json_string_value(json_object_get(record, "hash")), hash);
	json_decref(record);
	char *journal SCOPED(free_char) = text_of(world.owner,
		"SELECT detail AS t FROM barometre.journal ORDER BY id DESC LIMIT 1");
	assert_memory_equal(journal, CODE " ", strlen(CODE) + 1);
	assert_non_null(strstr(page.p, journal + strlen(CODE) + 1));
}

static void kept_keys_can_be_destroyed_later(void **state)
{
	SCOPED(buf_release) struct buf page = BUF_LIMIT(1 << 20);
	json_t *record = NULL, *first = NULL, *former;
	const char *published;
	char hash[65];

	(void)state;
	make();
	put_box(1, "{\"choix\":\"oui\"}");
	put_box(2, "{\"choix\":\"autre chose\"}");
	close_edition();
	ok(count(false, &first, err));
	published = json_string_value(json_object_get(first, "hash"));
	assert_true(keyring_has(folder, CODE ".count"));
	refused(ERR_CONFLICT, count(false, &record, err));
	ok(count(true, &record, err));
	assert_true(json_is_true(json_object_get(record, "keys_destroyed")));
	/* Files may have been published with the hash of before: the new seal vouches for it. */
	former = json_object_get(record, "former_hashes");
	assert_int_equal(json_array_size(former), 1);
	assert_string_equal(json_string_value(json_array_get(former, 0)), published);
	record_hash(record, hash);
	assert_string_equal(json_string_value(json_object_get(record, "hash")), hash);
	assert_string_not_equal(hash, published);
	record_print(record, &page);
	assert_non_null(strstr(page.p, hash));
	assert_non_null(strstr(page.p, published));
	json_decref(first);
	json_decref(record);
	assert_false(keyring_has(folder, CODE ".count"));
	assert_false(keyring_has(folder, CODE ".campaign"));
	refused(ERR_CONFLICT, count(true, &record, err));
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.response"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_counted_coarsened_and_the_keys_destroyed),
		cmocka_unit_test(counting_twice_is_refused),
		cmocka_unit_test(open_edition_is_not_counted),
		cmocka_unit_test(damaged_box_is_kept_apart_and_so_are_the_keys),
		cmocka_unit_test(failure_before_the_commit_changes_nothing),
		cmocka_unit_test(progress_comes_to_its_end_when_no_box_counts),
		cmocka_unit_test(without_its_key_the_urn_stays_closed),
		cmocka_unit_test(rows_have_no_order_of_arrival),
		cmocka_unit_test(rows_that_point_to_somebody_are_generalised),
		cmocka_unit_test(calculated_values_are_not_kept),
		cmocka_unit_test(the_two_sides_have_no_transaction_in_common),
		cmocka_unit_test(nothing_is_lost_between_chunks),
		cmocka_unit_test(what_fails_after_the_answers_is_told_and_done_again),
		cmocka_unit_test(a_key_that_is_brought_is_looked_at),
		cmocka_unit_test(kept_keys_can_be_destroyed_later),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
