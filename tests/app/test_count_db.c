/* SPDX-License-Identifier: Apache-2.0 */
/* The promises of count.h on a real database: N1 to N6. */
#include <sys/stat.h>

#include "../store/support.h"
#include "../support/temporary.h"
#include "barometre/app/count.h"
#include "barometre/app/keyring.h"
#include "barometre/privacy/sealed.h"
#include "barometre/store/edition_store.h"

#define DAY ((usec_t)20000 * USEC_PER_DAY)
#define CODE "essai"

static char *folder; /* the keys */
static struct public_key count_public, trustee_public;
static struct secret_key count_secret;

static const char form_text[] =
	"{\"title\":\"Essai\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\",\"barometre\":{\"audience\":\"patients\","
	"\"version\":\"1\",\"minutes\":1,\"boxBytes\":8192,\"audienceLabel\":\"Patients\",\"complete\":[\"choix\"],"
	"\"welcome\":[\"Bonjour\"],\"thanks\":[\"Merci\"]},\"pages\":[{\"name\":\"p\",\"title\":\"Page\",\"elements\":["
	"{\"type\":\"radiogroup\",\"name\":\"choix\",\"title\":\"Choix\",\"isRequired\":true,\"choices\":[{\"value\":\"oui\",\"text\":\"Oui\"},"
	"{\"value\":\"non\",\"text\":\"Non\"}],\"barometre\":{\"role\":\"opinion\",\"short\":\"Choix\"}},"
	"{\"type\":\"text\",\"name\":\"age\",\"title\":\"Âge\",\"inputType\":\"number\",\"min\":18,\"max\":110,"
	"\"barometre\":{\"role\":\"segment\",\"short\":\"Âge\"}},"
	"{\"type\":\"text\",\"name\":\"lieu\",\"title\":\"Lieu\",\"barometre\":{\"role\":\"locality\",\"short\":\"Lieu\"}},"
	"{\"type\":\"comment\",\"name\":\"avis\",\"title\":\"Avis\",\"maxLength\":2000,\"barometre\":{\"role\":\"text\",\"short\":\"Avis\"}},"
	"{\"type\":\"multipletext\",\"name\":\"mots\",\"title\":\"Mots\",\"items\":[{\"name\":\"un\"},"
	"{\"name\":\"deux\",\"inputType\":\"number\"}],\"barometre\":{\"role\":\"text\",\"short\":\"Mots\"}}"
	"]}]}";

/* An edition of one small questionnaire, open. */
static void make(void)
{
	SCOPED(form_drop) struct form *form = NULL;
	struct db_params params = {0};
	static const struct sql add_form = {"test",
		"INSERT INTO barometre.form VALUES ($1, 'patients', $2) ON CONFLICT DO NOTHING"};
	static const struct sql add_edition = {"test",
		"WITH e AS (INSERT INTO barometre.edition (code, title, zone, state, opens, closes, min_base, min_cell,"
		" count_partials, count_key, trustee_key, mail) VALUES ('" CODE
		"', 'Essai', 'Europe/Paris', 'open',"
		" '2026-01-01', '2036-01-01', 0, 0, true, $1, $2, '{}'))"
		" INSERT INTO barometre.edition_audience VALUES ('" CODE
		"', 'patients', $3, true, '{}', 0)"};
	struct key campaign = random_key();
	struct secret_key trustee;

	ok((form = form_parse(STR(form_text), "essai.json", err)) != NULL);
	run(world.owner,
		"DELETE FROM barometre.response; DELETE FROM barometre.verbatim; DELETE FROM barometre.place_total;"
		"DELETE FROM barometre.contact_wish; DELETE FROM barometre.urn; DELETE FROM barometre.draft;"
		"DELETE FROM barometre.invalid_box; DELETE FROM barometre.release_row; DELETE FROM barometre.release;"
		"DELETE FROM barometre.count_record; DELETE FROM barometre.participation_total;"
		"DELETE FROM barometre.edition_audience; DELETE FROM barometre.edition; DELETE FROM barometre.form");
	box_new_pair(&count_public, &count_secret);
	box_new_pair(&trustee_public, &trustee);
	ok(keyring_destroy(folder, CODE ".count", err));
	ok(keyring_destroy(folder, CODE ".campaign", err));
	ok(keyring_put(folder, CODE ".count", &count_secret, err));
	ok(keyring_put(folder, CODE ".campaign", &campaign, err));
	db_text_z(&params, form->hash);
	db_text(&params, STR(form_text));
	ok(db_run(world.owner, &add_form, &params, NULL, err));
	db_bytes(&params, count_public.b, sizeof(count_public.b));
	db_bytes(&params, trustee_public.b, sizeof(trustee_public.b));
	db_text_z(&params, form->hash);
	ok(db_run(world.owner, &add_edition, &params, NULL, err));
}

static void seal(struct buf *box, int person, const char *answers)
{
	SCOPED(form_drop) struct form *form = NULL;
	struct id16 instance = id_of("instance", person);
	json_t *a = json_loads(answers, 0, NULL), *contact = json_object();

	ok((form = form_parse(STR(form_text), "essai.json", err)) != NULL);
	ok(answer_box_seal(box, &count_public, &trustee_public, &instance, form->hash, a,
		contact, form->box_bytes, err));
	json_decref(a);
	json_decref(contact);
}

static void put_box(int person, const char *answers)
{
	static const struct sql add = {"test",
		"INSERT INTO barometre.urn VALUES ('" CODE
		"', 'patients', $1::uuid, $2)"};
	SCOPED(buf_release) struct buf box = BUF_LIMIT(1 << 16);
	struct db_params params = {0};
	struct id16 slot = random_uuid();

	seal(&box, person, answers);
	db_uuid(&params, &slot);
	db_bytes(&params, box.p, box.n);
	ok(db_run(world.owner, &add, &params, NULL, err));
}

static void put_draft(int person, const char *answers)
{
	static const struct sql add = {"test",
		"INSERT INTO barometre.draft VALUES ($1, '" CODE
		"', 'patients', '\\x00', $2)"};
	SCOPED(buf_release) struct buf box = BUF_LIMIT(1 << 16);
	struct db_params params = {0};
	struct hash32 loc = hash_of("loc", person);

	seal(&box, person, answers);
	db_bytes(&params, loc.b, sizeof(loc.b));
	db_bytes(&params, box.p, box.n);
	ok(db_run(world.owner, &add, &params, NULL, err));
}

static void close_edition(void)
{
	run(world.owner, "UPDATE barometre.edition SET state = 'closed'");
}

static bool count(bool waive, json_t **record, struct err *err)
{
	SCOPED(db_drop) struct db *keeper = open_as("barometre_keeper");
	struct count_options options = {
		.key_directory = folder, .waive_invalid = waive, .now = DAY};

	return count_run(keeper, CODE, &options, record, err);
}

static int64_t total(const json_t *record, const char *key)
{
	const json_t *audience = json_array_get(json_object_get(record, "audiences"), 0);

	return json_integer_value(json_object_get(audience, key));
}

static void answers_are_counted_coarsened_and_the_keys_destroyed(void **state)
{
	json_t *record = NULL;

	(void)state;
	make();
	for (int i = 0; i < 20; i++)
		put_box(i,
			"{\"choix\":\"oui\",\"age\":67,\"lieu\":\"31555\",\"avis\":\"Très bien\","
			"\"mots\":{\"un\":\"Ensemble\",\"deux\":7}}");
	put_draft(30, "{\"choix\":\"non\"}");
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
		20);
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

static int begin(void **state)
{
	int status = world_begin(state); /* ends the program where there is no cluster */

	folder = temporary_folder();
	return status;
}

static int end(void **state)
{
	bool gone = temporary_remove(folder);

	free(folder);
	return world_end(state) == 0 && gone ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_counted_coarsened_and_the_keys_destroyed),
		cmocka_unit_test(counting_twice_is_refused),
		cmocka_unit_test(open_edition_is_not_counted),
		cmocka_unit_test(damaged_box_is_kept_apart_and_so_are_the_keys),
		cmocka_unit_test(failure_before_the_commit_changes_nothing),
		cmocka_unit_test(without_its_key_the_urn_stays_closed),
		cmocka_unit_test(rows_have_no_order_of_arrival),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
