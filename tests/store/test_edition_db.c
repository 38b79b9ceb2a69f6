/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/store/contact_store.h"
#include "barometre/store/custody_store.h"
#include "barometre/store/edition_store.h"
#include "barometre/store/staff_store.h"
#include "support.h"

static const struct public_key trustee = {{9}};
static const struct public_key count_key = {{8}};

static json_t *definition(void)
{
	json_t *d = json_loads(
		"{\"code\":\"2026\",\"title\":\"Baromètre 2026\",\"zone\":\"Europe/Paris\","
		"\"opens\":\"2026-11-01\",\"closes\":\"2027-01-31\","
		"\"thresholds\":{\"minBase\":11,\"minCell\":5},\"countPartials\":true,"
		"\"keys\":\"server\",\"audiences\":[{\"audience\":\"formation\","
		"\"form\":\"forms/formation.json\",\"openLink\":true,"
		"\"channels\":[\"newsletter\",\"affiche\"]},"
		"{\"audience\":\"patients\",\"form\":\"forms/patients.json\","
		"\"openLink\":false}],"
		"\"mail\":{\"window\":{\"days\":[1,2,3,4,5],\"from\":\"09:00\",\"to\":\"18:00\"},"
		"\"plan\":[{\"kind\":\"invitation\",\"on\":\"2026-11-02\"},"
		"{\"kind\":\"relance1\",\"on\":\"2026-11-16\",\"notAfter\":\"2026-11-20\"}]}}",
		0, NULL);
	assert_non_null(d);
	return d;
}

static void an_edition_is_made_and_loaded(void **state)
{
	struct editions editions = {0};
	json_t *d = definition();

	(void)state;
	ok(edition_create(world.owner, d, "2026.json", &trustee, err));
	refused(ERR_CONFLICT, edition_create(world.owner, d, "2026.json", &trustee, err));
	struct db *web SCOPED(db_drop) = open_as("barometre_web");
	ok(editions_load(web, &editions, err));
	assert_int_equal(editions.count, 1);
	assert_null(editions_find(&editions, STR("2025")));
	const struct edition *e = editions_find(&editions, STR("2026"));
	assert_non_null(e);
	assert_string_equal(e->title, "Baromètre 2026");
	assert_string_equal(e->state, "draft");
	assert_false(e->has_count_key);
	assert_false(e->custodians);
	assert_memory_equal(&e->trustee_key, &trustee, sizeof(trustee));
	/* Midnight in Paris is 23:00Z in winter; the last second of 31 January is 22:59:59Z. */
	assert_true(e->opens == (usec_t)1793487600 * USEC_PER_SEC);
	assert_true(e->closes == (usec_t)1801436399 * USEC_PER_SEC);
	assert_int_equal(e->thresholds.min_base, 11);
	assert_true(e->count_partials);
	assert_int_equal(e->audience_count, 2);
	assert_string_equal(e->audiences[0].form->audience, "formation");
	assert_string_equal(e->audiences[0].channels[1], "affiche");
	assert_null(e->audiences[0].channels[2]);
	assert_null(e->audiences[1].channels[0]);
	assert_ptr_equal(edition_audience_find(e, STR("patients")), &e->audiences[1]);
	assert_null(edition_audience_find(e, STR("equipes")));
	assert_true(json_equal(e->mail, json_object_get(d, "mail")));
	/* 09:00 in Paris on the day; too late at 18:00 of notAfter, or when the edition closes. */
	char *plan SCOPED(free_char) = text_of(world.owner,
		"SELECT string_agg(kind || ' ' || to_char(due AT TIME ZONE 'UTC', 'MMDD HH24MI')"
		" || ' ' || to_char(not_after AT TIME ZONE 'UTC', 'MMDD HH24MISS'), ', '"
		" ORDER BY due) AS t FROM barometre.mailing");
	assert_string_equal(
		plan, "invitation 1102 0800 0131 225959, relance1 1116 0800 1120 170000");
	editions_release(&editions);
	json_decref(d);
}

/* Mondays; all that may be beside them. */
#define PLAN(items) \
 "{\"window\":{\"days\":[1],\"from\":\"09:00\",\"to\":\"18:00\"},\"plan\":[" items "]}"
#define WINDOW(more) \
 "{\"window\":{\"days\":[5,6,7],\"from\":\"09:00\",\"to\":\"18:00\"," more "},"

/* One change each that makes the file wrong: where, what, and what the message must name. */
static const struct {
	const char *path, *value, *named;
} wrongs[] = {
	{"surprise", "1", "surprise"},
	{"code", "\"A b\"", "code"},
	{"title", "\"\"", "title"},
	{"zone", "\"Europe/Atlantis\"", "zone"},
	{"opens", "\"2026-13-01\"", "opens"},
	{"closes", "\"2026-10-01\"", "closes"},
	{"thresholds", "{\"minBase\":11}", "minCell"},
	{"thresholds", "{\"minBase\":-1,\"minCell\":5}", "minBase"},
	{"countPartials", "\"yes\"", "countPartials"},
	{"keys", "\"nobody\"", "keys"},
	{"audiences", "[]", "audiences"},
	{"audiences",
		"[{\"audience\":\"patients\",\"form\":\"forms/formation.json\","
		"\"openLink\":true}]",
		"form"},
	{"audiences",
		"[{\"audience\":\"formation\",\"form\":\"forms/formation.json\","
		"\"openLink\":true,\"channels\":[\"A/B\"]}]",
		"channels"},
	{"mail", "{\"plan\":[]}", "window"},
	{"mail",
		"{\"window\":{\"days\":[8],\"from\":\"09:00\",\"to\":\"18:00\"},"
		"\"plan\":[]}",
		"days"},
	{"mail",
		"{\"window\":{\"days\":[1],\"from\":\"19:00\",\"to\":\"18:00\"},"
		"\"plan\":[]}",
		"to"},
	{"mail",
		"{\"window\":{\"days\":[1],\"from\":\"09:00\",\"to\":\"18:00\"},"
		"\"plan\":[{\"kind\":\"relance1\",\"on\":\"2026-11-02\"}]}",
		"kind"},
	{"mail",
		"{\"window\":{\"days\":[1],\"from\":\"09:00\",\"to\":\"18:00\"},"
		"\"plan\":[{\"kind\":\"invitation\",\"on\":\"2027-11-02\"}]}",
		"on"},
	{"mail", PLAN("{\"kind\":\"relance4\",\"on\":\"2026-11-02\"}"), "kind"},
	{"mail", PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-02\",\"surprise\":1}"),
		"surprise"},
	{"mail", PLAN("{\"kind\":\"invitation\"}"), "on"},
	{"mail",
		PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-02\",\"after\":{\"kind\":\"invitation\",\"days\":7}}"),
		"after"},
	{"mail",
		PLAN("{\"kind\":\"invitation\",\"after\":{\"kind\":\"invitation\",\"days\":7}}"),
		"after.kind"},
	{"mail",
		PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-02\"},{\"kind\":\"relance1\",\"after\":{\"kind\":\"invitation\",\"days\":0}}"),
		"after.days"},
	{"mail",
		PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-02\"},{\"kind\":\"relance1\",\"after\":{\"kind\":\"relance1\",\"days\":7}}"),
		"after.kind"},
	{"mail",
		PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-02\"},{\"kind\":\"relance1\",\"after\":{\"kind\":\"invitation\",\"days\":200}}"),
		"[1].after"},
	{"mail",
		PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-02\"},{\"kind\":\"targeted\",\"title\":\"t\",\"after\":{\"kind\":\"relance1\",\"days\":2}}"),
		"[1].after"},
	{"mail",
		PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-02\",\"audience\":\"patients\"},{\"kind\":\"relance1\",\"on\":\"2026-11-16\"}"),
		"[1].kind"},
	{"mail",
		PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-02\"},{\"kind\":\"invitation\",\"on\":\"2026-11-03\",\"audience\":\"patients\"}"),
		"[1].kind"},
	{"mail",
		PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-02\",\"audience\":\"patients\"},{\"kind\":\"invitation\",\"on\":\"2026-11-03\",\"audience\":\"patients\"}"),
		"[1].kind"},
	{"mail",
		PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-16\"},{\"kind\":\"relance1\",\"on\":\"2026-11-16\"}"),
		"[1].on"},
	{"mail",
		PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-02\",\"audience\":\"equipes\"}"),
		"audience"},
	{"mail",
		PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-02\",\"departments\":[]}"),
		"departments"},
	{"mail", PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-02\",\"types\":[3]}"),
		"types"},
	{"mail",
		PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-02\",\"received\":\"relance1\"}"),
		"received"},
	{"mail",
		PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-02\",\"stopAtPercent\":0}"),
		"stopAtPercent"},
	{"mail",
		PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-02\",\"stopAtPercent\":101}"),
		"stopAtPercent"},
	{"mail", PLAN("{\"kind\":\"targeted\",\"on\":\"2026-11-02\"}"), "title"},
	/* Only of one that is added by itself. */
	{"mail",
		PLAN("{\"kind\":\"targeted\",\"title\":\"t\",\"on\":\"2026-11-02\",\"letter\":\"x.txt\"}"),
		"letter"},
	{"mail",
		PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-03\",\"notAfter\":\"2026-11-08\"}"),
		"notAfter"},
	{"mail",
		PLAN("{\"kind\":\"invitation\",\"on\":\"2026-11-02\",\"notAfter\":\"2026-11-01\"}"),
		"notAfter"},
	{"mail", WINDOW("\"holidays\":\"de\"") "\"plan\":[]}", "holidays"},
	{"mail", WINDOW("\"hours\":1") "\"plan\":[]}", "hours"},
	{"mail",
		WINDOW("\"holidays\":\"fr\"") "\"plan\":[{\"kind\":\"invitation\",\"on\":\"2026-12-25\",\"notAfter\":\"2026-12-25\"}]}",
		"notAfter"},
	{"mail", "{\"window\":{\"days\":[1],\"to\":\"18:00\"},\"plan\":[]}", "from"},
};

static void a_wrong_file_is_refused_with_its_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrongs); i++) {
		json_t *d = definition();
		struct err err = {0};
		assert_int_equal(json_object_set_new(d, "code", json_string("wrong")), 0);
		assert_int_equal(
			json_object_set_new(d, wrongs[i].path,
				json_loads(wrongs[i].value, JSON_DECODE_ANY, NULL)),
			0);
		if (edition_create(world.owner, d, "wrong.json", &trustee, &err))
			fail_msg("%s = %s was taken", wrongs[i].path, wrongs[i].value);
		assert_int_equal(err.code, ERR_INVALID);
		assert_ptr_equal(strstr(err.text, "wrong.json: "), err.text);
		if (!strstr(err.text, wrongs[i].named))
			fail_msg("%s does not name %s", err.text, wrongs[i].named);
		json_decref(d);
	}
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.edition"), 1);
}

/* Everything a plan can say. 11 November and 25 December are holidays. */
static void a_plan_says_who_and_when(void **state)
{
	static const char *const wanted[] = {
		"invitation formation 1102 0800 0131 225959 - - anything - 0",
		"invitation patients 1109 0800 0131 225959 - - anything - 0",
		"relance1 formation 1109 0800 0131 225959 - - invitation invitation+7 0",
		"relance1 patients 1116 0800 1120 170000 31,32 CHU invitation - 60",
		"relance2 - 1224 0800 0131 225959 - - relance1 - 0",
		/* A day after the 24th is Christmas, then a weekend. */
		"relance3 - 1228 0800 0131 225959 - - invitation relance2+1 0",
		"targeted formation 1117 0800 0131 225959 - - nothing - 0",
		/* Two days after the 9th is a holiday. */
		"targeted patients 1112 0800 0131 225959 - - anything invitation+2 0",
	};
	json_t *d = definition();
	json_t *mail = json_loads(
		"{\"window\":{\"days\":[1,2,3,4,5],\"from\":\"09:00\",\"to\":\"18:00\"},\"plan\":["
		"{\"kind\":\"relance3\",\"after\":{\"kind\":\"relance2\",\"days\":1}},"
		"{\"kind\":\"invitation\",\"on\":\"2026-11-02\",\"audience\":\"formation\"},"
		"{\"kind\":\"invitation\",\"on\":\"2026-11-09\",\"audience\":\"patients\"},"
		"{\"kind\":\"relance1\",\"after\":{\"kind\":\"invitation\",\"days\":7},\"audience\":\"formation\"},"
		"{\"kind\":\"relance1\",\"on\":\"2026-11-16\",\"notAfter\":\"2026-11-20\",\"audience\":\"patients\","
		"\"departments\":[\"31\",\"32\"],\"types\":[\"CHU\"],\"stopAtPercent\":60},"
		"{\"kind\":\"relance2\",\"on\":\"2026-12-24\",\"received\":\"relance1\"},"
		"{\"kind\":\"targeted\",\"title\":\"Oubliés\",\"on\":\"2026-11-17\",\"received\":\"nothing\","
		"\"audience\":\"formation\"},"
		"{\"kind\":\"targeted\",\"title\":\"Une idée\",\"after\":{\"kind\":\"invitation\",\"days\":2},"
		"\"audience\":\"patients\"}]}",
		0, NULL);

	(void)state;
	assert_non_null(mail);
	assert_int_equal(json_object_set_new(d, "code", json_string("plan")), 0);
	assert_int_equal(json_object_set_new(d, "mail", mail), 0);
	ok(edition_create(world.owner, d, "plan.json", &trustee, err));
	json_decref(d);
	static const struct sql all = {"test",
		"SELECT concat_ws(' ', kind, coalesce(audience, '-'),"
		" to_char(due AT TIME ZONE 'UTC', 'MMDD HH24MI'),"
		" to_char(not_after AT TIME ZONE 'UTC', 'MMDD HH24MISS'),"
		" coalesce(nullif(array_to_string(departments, ','), ''), '-'),"
		" coalesce(nullif(array_to_string(types, ','), ''), '-'), received,"
		" coalesce(after_kind || '+' || after_days, '-'), coalesce(stop_at_percent, 0)) AS t"
		" FROM barometre.mailing WHERE edition = 'plan' ORDER BY kind, audience"};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;
	ok(db_run(world.owner, &all, NULL, &rows, err));
	assert_int_equal(db_count(rows), COUNT_OF(wanted));
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		assert_string_equal(db_str(rows, i, "t").p, wanted[i]);
	run(world.owner,
		"DELETE FROM barometre.mailing WHERE edition = 'plan';"
		"DELETE FROM barometre.edition_audience WHERE edition = 'plan';"
		"DELETE FROM barometre.edition WHERE code = 'plan'");
}

static void a_missing_form_is_told(void **state)
{
	json_t *d = definition();
	json_t *first = json_array_get(json_object_get(d, "audiences"), 0);

	(void)state;
	assert_int_equal(json_object_set_new(d, "code", json_string("none")), 0);
	assert_int_equal(
		json_object_set_new(first, "form", json_string("forms/no.json")), 0);
	refused(ERR_MISSING, edition_create(world.owner, d, "none.json", &trustee, err));
	json_decref(d);
}

static struct new_contact person(int n, const char *audience)
{
	return (struct new_contact){
		.contact = id_of("contact", n),
		.invitation = id_of("invitation", n),
		.audience = audience,
		.department = "31",
		.type = NULL,
		.address_box = STR("box"),
		.address_hash = hash_of("address", n),
		.mac = hash_of("mac", n),
		.stop_hash = hash_of("stop", n),
	};
}

static void contacts_come_all_or_none(void **state)
{
	enum {
		PEOPLE = 1100
	};
	struct new_contact *list = x_calloc(PEOPLE, sizeof(*list));
	struct contacts_result result = {0};

	(void)state;
	for (int i = 0; i < PEOPLE; i++)
		list[i] = person(i, "patients");
	list[PEOPLE - 1].audience = "equipes";
	refused(ERR_INVALID,
		contacts_add(world.owner, "2026", list, PEOPLE, &result, err));
	/* A mac that is there twice breaks the last batch: the first two are undone. */
	list[PEOPLE - 1] = person(PEOPLE - 1, "patients");
	list[PEOPLE - 1].mac = list[0].mac;
	refused(ERR_BROKEN,
		contacts_add(world.owner, "2026", list, PEOPLE, &result, err));
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.contact"), 0);
	list[PEOPLE - 1].mac = hash_of("mac", PEOPLE - 1);
	ok(contacts_add(world.owner, "2026", list, PEOPLE, &result, err));
	assert_int_equal(result.added, PEOPLE);
	assert_int_equal(result.known, 0);
	refused(ERR_MISSING, contacts_add(world.owner, "1999", list, 1, &result, err));
	free(list);
}

static void known_and_objecting_contacts_are_counted(void **state)
{
	struct new_contact list[] = {person(5000, "patients"), person(5001, "patients"),
		person(1, "patients"), person(1, "formation")};
	struct contacts_result result = {0};

	(void)state;
	struct db_params params = {0};
	db_bytes(&params, list[0].address_hash.b, 32);
	static const struct sql object = {
		"test/object", "INSERT INTO barometre.objection VALUES ($1)"};
	ok(db_run(world.owner, &object, &params, NULL, err));
	/* The same address again, under other ids, as a second import gives it. */
	list[2].contact = id_of("contact", 6000);
	list[2].invitation = id_of("invitation", 6000);
	list[2].mac = hash_of("mac", 6000);
	list[2].stop_hash = hash_of("stop", 6000);
	list[3].contact = id_of("contact", 6001);
	list[3].invitation = id_of("invitation", 6001);
	list[3].mac = hash_of("mac", 6001);
	list[3].stop_hash = hash_of("stop", 6001);
	ok(contacts_add(world.owner, "2026", list, COUNT_OF(list), &result, err));
	assert_int_equal(result.added, 3);
	assert_int_equal(result.known, 1);
	assert_int_equal(result.objecting, 1);

	struct id16 contact, invitation;
	char audience[33];
	ok(contact_find(world.owner, "2026", &list[1].address_hash, &contact, &invitation,
		audience, err));
	assert_memory_equal(&contact, &list[1].contact, sizeof(contact));
	assert_memory_equal(&invitation, &list[1].invitation, sizeof(invitation));
	assert_string_equal(audience, "patients");
	struct hash32 nobody = hash_of("address", 9999);
	refused(ERR_MISSING,
		contact_find(world.owner, "2026", &nobody, &contact, &invitation,
			audience, err));
}

static void an_edition_opens_once_and_bumps_the_revision(void **state)
{
	struct editions before = {0}, after = {0};
	struct contacts_result result = {0};
	struct new_contact late = person(7000, "patients");

	(void)state;
	ok(editions_load(world.owner, &before, err));
	refused(ERR_MISSING, edition_open(world.owner, "1999", &count_key, err));
	ok(edition_open(world.owner, "2026", &count_key, err));
	refused(ERR_CONFLICT, edition_open(world.owner, "2026", &count_key, err));
	ok(editions_load(world.owner, &after, err));
	assert_true(after.revision > before.revision);
	const struct edition *e = editions_find(&after, STR("2026"));
	assert_string_equal(e->state, "open");
	assert_true(e->has_count_key);
	assert_memory_equal(&e->count_key, &count_key, sizeof(count_key));
	ok(contacts_add(world.owner, "2026", &late, 1, &result, err));
	assert_int_equal(number(world.owner,
				 "SELECT count(*) AS n FROM barometre.contact"
				 " WHERE added_after_open"),
		1);
	ok(edition_close(world.owner, "2026", err));
	late = person(7001, "patients");
	refused(ERR_CONFLICT, contacts_add(world.owner, "2026", &late, 1, &result, err));
	editions_release(&before);
	editions_release(&after);
}

static const struct edition *load_edition(struct editions *ret, const char *code)
{
	struct db *web SCOPED(db_drop) = open_as("barometre_web");

	ok(editions_load(web, ret, err));
	return editions_find(ret, str_of(code));
}

/* T16: whoever asks, with whatever key. */
static void with_custodians_it_opens_when_each_is_verified(void **state)
{
	static const char *const names[] = {"Anne Martin", "Luc Petit"};
	static const struct public_key key = {{5}}, other = {{6}};
	struct editions editions = {0};
	struct custodians all = {0};
	json_t *d = definition();

	(void)state;
	json_object_set_new(d, "code", json_string("garde"));
	json_object_set_new(d, "keys", json_string("custodians"));
	ok(edition_create(world.owner, d, "garde.json", &trustee, err));
	json_decref(d);
	refused(ERR_CONFLICT, edition_open(world.owner, "garde", &key, err));
	refused(ERR_CONFLICT,
		custody_store_make(world.owner, "garde", &key, names, 1, false, err));
	refused(ERR_MISSING,
		custody_store_make(world.owner, "1999", &key, names, 2, false, err));
	ok(custody_store_make(world.owner, "garde", &key, names, 2, false, err));
	refused(ERR_CONFLICT,
		custody_store_make(world.owner, "garde", &other, names, 2, false, err));
	refused(ERR_CONFLICT, edition_open(world.owner, "garde", &key, err));
	refused(ERR_CONFLICT,
		custody_store_verify(
			world.owner, "garde", &other, names[0], "2026-11-22", err));
	refused(ERR_CONFLICT,
		custody_store_verify(
			world.owner, "garde", &key, "Personne", "2026-11-22", err));
	ok(custody_store_verify(world.owner, "garde", &key, names[0], "2026-11-22", err));
	refused(ERR_CONFLICT, edition_open(world.owner, "garde", &key, err));
	/* Another key: those who were verified are so no more. */
	ok(custody_store_make(world.owner, "garde", &other, names, 2, true, err));
	ok(custody_store_verify(
		world.owner, "garde", &other, names[1], "2026-11-23", err));
	ok(custodians_load(world.owner, "garde", &all, err));
	assert_int_equal(all.count, 2);
	assert_int_equal(custodians_unverified(&all), 1);
	assert_string_equal(all.list[0].name, names[0]);
	assert_string_equal(all.list[0].verified_on, "");
	assert_string_equal(all.list[1].verified_on, "2026-11-23");
	custodians_release(&all);
	refused(ERR_CONFLICT, edition_open(world.owner, "garde", &other, err));
	ok(custody_store_verify(
		world.owner, "garde", &other, names[0], "2026-11-23", err));
	/* Not with another key than the one that is in the files. */
	refused(ERR_CONFLICT, edition_open(world.owner, "garde", &key, err));
	assert_string_equal(load_edition(&editions, "garde")->state, "draft");
	editions_release(&editions);
	ok(edition_open(world.owner, "garde", &other, err));
	const struct edition *e = load_edition(&editions, "garde");
	assert_string_equal(e->state, "open");
	assert_true(e->custodians);
	assert_int_equal(e->custodian_count, 2);
	assert_memory_equal(&e->count_key, &other, sizeof(other));
	editions_release(&editions);
	/* Open, its key stays; a file may be tried again. */
	refused(ERR_CONFLICT,
		custody_store_make(world.owner, "garde", &key, names, 2, true, err));
	ok(custody_store_verify(
		world.owner, "garde", &other, names[0], "2026-12-24", err));
	/* An edition whose key the server keeps has no custodians. */
	refused(ERR_CONFLICT,
		custody_store_make(world.owner, "2026", &key, names, 2, true, err));
}

static void an_account_is_made_once(void **state)
{
	(void)state;
	ok(account_create(world.owner, "alix", "analyst", "hash", err));
	refused(ERR_CONFLICT, account_create(world.owner, "alix", "admin", "hash", err));
	refused(ERR_INVALID, account_create(world.owner, "bo", "king", "hash", err));
}

static size_t session_rows(struct db *staff, const struct hash32 *hash)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_bytes(&params, hash->b, sizeof(hash->b));
	ok(db_run(staff, &SQL_STAFF_SESSION_FIND, &params, &rows, err));
	return db_count(rows);
}

static void a_session_lives_until_it_expires(void **state)
{
	struct db *staff SCOPED(db_drop) = open_as("barometre_staff");
	struct hash32 live = hash_of("session", 1), dead = hash_of("session", 2);

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct db_params params = {0};
		db_bytes(&params, i ? dead.b : live.b, 32);
		db_text_z(&params, "alix");
		db_time(&params, clock_now() + (i ? -1 : 1) * USEC_PER_HOUR);
		db_bytes(&params, "csrf", 4);
		ok(db_run(staff, &SQL_STAFF_SESSION_CREATE, &params, NULL, err));
	}
	assert_int_equal(session_rows(staff, &live), 1);
	assert_int_equal(session_rows(staff, &dead), 0);
	struct db_params params = {0};
	db_bytes(&params, live.b, 32);
	ok(db_run(staff, &SQL_STAFF_SESSION_DELETE, &params, NULL, err));
	assert_int_equal(session_rows(staff, &live), 0);
}

static size_t ask_for_count(struct db *staff)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_text_z(&params, "count");
	db_text_z(&params, "2026");
	db_text_z(&params, "alix");
	ok(db_run(staff, &SQL_STAFF_TASK_ADD, &params, &rows, err));
	return db_count(rows);
}

static void a_task_is_asked_once_taken_once_and_told(void **state)
{
	struct db *staff SCOPED(db_drop) = open_as("barometre_staff");
	struct db *keeper SCOPED(db_drop) = open_as("barometre_keeper");
	struct keeper_task task = {0};
	bool found = true;

	(void)state;
	ok(keeper_task_take(keeper, &task, &found, err));
	assert_false(found);
	assert_int_equal(ask_for_count(staff), 1);
	assert_int_equal(ask_for_count(staff), 0);
	ok(keeper_task_take(keeper, &task, &found, err));
	assert_true(found);
	assert_string_equal(task.kind, "count");
	assert_string_equal(task.edition, "2026");
	assert_string_equal(task.asked_by, "alix");
	ok(keeper_task_take(keeper, &task, &found, err));
	assert_false(found);
	ok(keeper_task_finish(keeper, task.id, "done", err));
	char *outcome SCOPED(free_char) = text_of(
		world.owner, "SELECT outcome AS t FROM barometre.keeper_task");
	assert_string_equal(outcome, "done");
	assert_int_equal(ask_for_count(staff), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_edition_is_made_and_loaded),
		cmocka_unit_test(a_wrong_file_is_refused_with_its_key),
		cmocka_unit_test(a_plan_says_who_and_when),
		cmocka_unit_test(a_missing_form_is_told),
		cmocka_unit_test(contacts_come_all_or_none),
		cmocka_unit_test(known_and_objecting_contacts_are_counted),
		cmocka_unit_test(an_edition_opens_once_and_bumps_the_revision),
		cmocka_unit_test(with_custodians_it_opens_when_each_is_verified),
		cmocka_unit_test(an_account_is_made_once),
		cmocka_unit_test(a_session_lives_until_it_expires),
		cmocka_unit_test(a_task_is_asked_once_taken_once_and_told),
	};
	return cmocka_run_group_tests(tests, world_begin, world_end);
}
