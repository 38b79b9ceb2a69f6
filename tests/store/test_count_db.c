/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/store/count_store.h"
#include "barometre/store/edition_store.h"
#include "barometre/store/release_store.h"
#include "support.h"

static struct db *keeper;

static const char *const audiences[] = {"patients", "equipes"};
static const char hash_text[] =
	"abababababababababababababababababababababababababababababababab";

/* 250 boxes and 3 drafts of patients, 2 boxes of équipes; one box of patients is broken. */
static int begin(void **state)
{
	(void)world_begin(state);
	keeper = open_as("barometre_keeper");
	make_edition("2026", "open");
	make_contacts("2026", "patients", 0, 300);
	run(world.owner,
		"INSERT INTO barometre.urn SELECT '2026', 'patients', gen_random_uuid(),"
		" decode(lpad(to_hex(i), 8, '0'), 'hex') FROM generate_series(1, 250) i;"
		"INSERT INTO barometre.urn SELECT '2026', 'equipes', gen_random_uuid(), '\\x7a'"
		" FROM generate_series(1, 2);"
		"INSERT INTO barometre.draft SELECT decode(lpad(to_hex(i), 8, '0'), 'hex'),"
		" '2026', 'patients', '\\x01', '\\x02' FROM generate_series(1, 3) i;"
		"UPDATE barometre.invitation SET done = true WHERE mac IN"
		" (SELECT mac FROM barometre.invitation ORDER BY mac LIMIT 249);"
		"INSERT INTO barometre.participation_day VALUES"
		" ('2026', 'patients', '', '2026-02-01', 0, 249),"
		" ('2026', 'patients', 'affiche', '2026-02-01', 1, 1),"
		" ('2026', 'equipes', '-', '2026-02-01', 1, 2)");
	return 0;
}

static int end(void **state)
{
	db_close(keeper);
	return world_end(state);
}

static void an_open_edition_is_not_counted(void **state)
{
	(void)state;
	ok(db_begin(keeper, err));
	refused(ERR_CONFLICT, count_start(keeper, "2026", err));
	db_rollback(keeper);
	ok(db_begin(keeper, err));
	refused(ERR_MISSING, count_start(keeper, "1999", err));
	db_rollback(keeper);
}

static void an_edition_closes_once(void **state)
{
	(void)state;
	refused(ERR_MISSING, edition_close(keeper, "1999", err));
	int64_t before = number(
		world.owner, "SELECT revision AS n FROM barometre.edition");
	ok(edition_close(keeper, "2026", err));
	refused(ERR_CONFLICT, edition_close(keeper, "2026", err));
	assert_int_equal(
		number(world.owner, "SELECT revision AS n FROM barometre.edition"),
		before + 1);
}

struct seen {
	int boxes, slots;
	bool keep_one;
	unsigned long sum;
};

static bool see(void *arg, const struct id16 *slot, struct str box, struct err *err)
{
	static const struct id16 none;
	struct seen *seen = arg;

	seen->boxes++;
	seen->slots += memcmp(slot, &none, sizeof(none)) != 0;
	for (size_t i = 0; i < box.n; i++)
		seen->sum += (unsigned char)box.p[i];
	/* Writing while the cursor is open. */
	if (seen->keep_one && seen->boxes == 1)
		return count_keep_invalid(
			keeper, "2026", "patients", box, "cannot be opened", err);
	return true;
}

static bool stop_at_once(
	void *arg, const struct id16 *slot, struct str box, struct err *err)
{
	(void)arg;
	(void)slot;
	(void)box;
	return err_set(err, ERR_DENIED, "enough");
}

static void a_stopped_count_tells_why_and_changes_nothing(void **state)
{
	(void)state;
	ok(db_begin(keeper, err));
	ok(count_start(keeper, "2026", err));
	refused(ERR_DENIED,
		count_boxes(keeper, "2026", "patients", stop_at_once, NULL, err));
	db_rollback(keeper);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.urn"), 252);
}

/* Reads and inserts everything. */
static void read_and_insert(void)
{
	struct seen patients = {.keep_one = true}, drafts = {0}, equipes = {0};
	struct new_response list[251];

	ok(db_begin(keeper, err));
	ok(count_start(keeper, "2026", err));
	ok(count_boxes(keeper, "2026", "patients", see, &patients, err));
	ok(count_drafts(keeper, "2026", "patients", see, &drafts, err));
	ok(count_boxes(keeper, "2026", "equipes", see, &equipes, err));
	assert_int_equal(patients.boxes, 250);
	assert_int_equal(patients.slots, 250);
	assert_int_equal(drafts.boxes, 3);
	assert_int_equal(drafts.slots, 3);
	assert_int_equal(drafts.sum, 3 * 2);
	assert_int_equal(equipes.boxes, 2);
	/* 1 … 250 as four bytes each: the bytes of all sum up to this. */
	assert_int_equal(patients.sum, 250 * 251 / 2);
	for (size_t i = 0; i < COUNT_OF(list); i++)
		list[i] = (struct new_response){
			STR("{\"q\": \"é\"}"), i < 249 ? "complete" : "partial"};
	ok(count_insert_responses(keeper, "2026", "patients", list, 251, err));
	ok(count_insert_responses(keeper, "2026", "equipes", list, 2, err));
	const struct new_verbatim texts[] = {
		{"freins", STR("du « temps »")}, {"freins", STR("rien\nà dire")}};
	ok(count_insert_verbatims(keeper, "2026", "patients", texts, 2, err));
	const struct place_total places[] = {
		{"commune", "31555", 7}, {"commune", "dep:75", 1}};
	ok(count_insert_places(keeper, "2026", "patients", places, 2, err));
	const struct str wishes[] = {{"\0\1", 2}, {"\2\3", 2}};
	ok(count_insert_wishes(keeper, "2026", "patients", wishes, 2, err));
}

static void totals_that_do_not_agree_undo_the_count(void **state)
{
	const struct count_totals right[] = {{250, 249, 2, 1, 1}, {2, 2, 0, 0, 0}};
	json_t *record = json_pack("{s:s}", "edition", "2026");

	(void)state;
	for (int which = 0; which < 6; which++) {
		struct count_totals totals[2] = {right[0], right[1]};
		int64_t *number_of[] = {&totals[0].boxes, &totals[0].complete,
			&totals[0].partial, &totals[0].invalid,
			&totals[0].drafts_dropped};
		read_and_insert();
		if (which < 5)
			++*number_of[which];
		/* The last time an audience is left out. */
		refused(ERR_CONFLICT,
			count_finish(keeper, "2026", audiences, totals, which < 5 ? 2 : 1,
				record, err));
		db_rollback(keeper);
	}
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.urn"), 252);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.response"), 0);
	json_decref(record);
}

static void the_count_turns_people_into_totals(void **state)
{
	const struct count_totals totals[] = {{250, 249, 2, 1, 1}, {2, 2, 0, 0, 0}};
	json_t *record = json_pack("{s:s, s:i}", "edition", "2026", "boxes", 252);

	(void)state;
	read_and_insert();
	ok(count_finish(keeper, "2026", audiences, totals, 2, record, err));
	ok(db_commit(keeper, err));
	/* People are not touched yet, and the record says so. */
	enum count_stage stage;
	ok(count_stage(keeper, "2026", &stage, err));
	assert_int_equal(stage, COUNT_COUNTED);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.invitation"),
		300);
	json_t *early = count_dispositions(keeper, "2026", NULL);
	assert_int_equal(json_array_size(early), 0);
	json_decref(early);
	refused(ERR_CONFLICT,
		count_seal(keeper, "2026", record, hash_text, err)); /* not before */
	ok(count_settle(keeper, "2026", err));
	ok(count_settle(keeper, "2026", err)); /* a repetition does nothing */
	ok(count_stage(keeper, "2026", &stage, err));
	assert_int_equal(stage, COUNT_SETTLED);
	char *left SCOPED(free_char) = text_of(world.owner,
		"SELECT concat_ws(' ', (SELECT count(*) FROM barometre.urn),"
		" (SELECT count(*) FROM barometre.draft),"
		" (SELECT count(*) FROM barometre.invitation),"
		" (SELECT count(*) FROM barometre.response),"
		" (SELECT count(*) FROM barometre.verbatim),"
		" (SELECT count(*) FROM barometre.contact_wish),"
		" (SELECT count(*) FROM barometre.invalid_box),"
		" (SELECT sum(n) FROM barometre.place_total),"
		" (SELECT state FROM barometre.edition)) AS t");
	assert_string_equal(left, "0 0 0 253 2 2 1 8 counted");
	/* 300 contacts, nobody was ever mailed. */
	char *classes SCOPED(free_char) = text_of(world.owner,
		"SELECT concat_ws(' ', complete, refusal, undelivered, not_sent, silent)"
		" AS t FROM barometre.participation_total WHERE audience = 'patients'");
	assert_string_equal(classes, "249 0 0 51 0");
	char *people SCOPED(free_char) = text_of(world.owner,
		"SELECT concat_ws(' ', contacts, sent, refused, objected, done_invited,"
		" done_open, drafts) AS t FROM barometre.participation_total"
		" WHERE audience = 'patients'");
	assert_string_equal(people, "300 0 0 0 249 1 3");
	json_t *stored = NULL;
	ok((stored = count_record(keeper, "2026", err)) != NULL);
	assert_true(json_equal(stored, record));
	json_decref(stored);
	ok(count_seal(keeper, "2026", record, hash_text, err));
	ok(count_seal(keeper, "2026", record, hash_text, err));
	ok((stored = count_record(keeper, "2026", err)) != NULL);
	assert_string_equal(
		json_string_value(json_object_get(stored, "hash")), hash_text);
	json_decref(stored);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.journal WHERE"
			" action = 'count_record' AND detail = '2026 ' || repeat('ab', 32)"),
		1);
	json_decref(record);
	/* T1: one transaction inserted all answers. */
	assert_int_equal(number(world.owner,
				 "SELECT count(DISTINCT xmin::text) AS n FROM"
				 " barometre.response"),
		1);
}

static void a_counted_edition_is_not_counted_again(void **state)
{
	(void)state;
	ok(db_begin(keeper, err));
	refused(ERR_CONFLICT, count_start(keeper, "2026", err));
	db_rollback(keeper);
}

static void staff_sees_the_same_participation_after_the_count(void **state)
{
	struct db *staff SCOPED(db_drop) = open_as("barometre_staff");
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	(void)state;
	db_text_z(&params, "2026");
	ok(db_run(staff, &SQL_STAFF_PARTICIPATION, &params, &rows, err));
	assert_int_equal(db_count(rows), 2);
	assert_true(str_eq(db_str(rows, 0, "audience"), STR("patients")));
	assert_int_equal(db_int(rows, 0, "contacts"), 300);
	assert_int_equal(db_int(rows, 0, "done_invited"), 249);
	assert_int_equal(db_int(rows, 1, "done_open"), 2);
}

/* Another edition's boxes survive the count of this one. */
static void other_editions_are_left_alone(void **state)
{
	json_t *record = json_object();
	const struct count_totals none[] = {{0, 0, 0, 0, 0}, {1, 0, 0, 1, 0}};

	(void)state;
	make_edition("2027", "closed");
	make_edition("2028", "open");
	run(world.owner,
		"INSERT INTO barometre.urn VALUES ('2027', 'equipes', gen_random_uuid(), 'x'),"
		" ('2028', 'equipes', gen_random_uuid(), 'x');"
		"INSERT INTO barometre.draft VALUES ('x', '2028', 'equipes', 'x', 'x')");
	ok(db_begin(keeper, err));
	ok(count_start(keeper, "2027", err));
	ok(count_keep_invalid(keeper, "2027", "equipes", STR("x"), "unknown form", err));
	ok(count_finish(keeper, "2027", audiences, none, 2, record, err));
	ok(db_commit(keeper, err));
	ok(count_settle(keeper, "2027", err));
	json_decref(record);
	/* Files that others need were not unlinked: the record will say so. */
	json_t *shared = NULL;
	ok((shared = count_shared(keeper, "2027", err)) != NULL);
	assert_int_equal(json_array_size(shared), 2);
	json_decref(shared);
	assert_int_equal(number(world.owner,
				 "SELECT count(*) AS n FROM barometre.urn"
				 " WHERE edition = '2028'"),
		1);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.urn"), 1);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.draft"), 1);
}

/* Each class of people, one by one: 8 contacts that differ in what happened to them. */
static void every_contact_has_one_disposition(void **state)
{
	json_t *list = NULL;

	(void)state;
	make_edition("2029", "open");
	make_contacts("2029", "patients", 1000, 8);
	run(world.owner,
		"CREATE TEMP TABLE who AS SELECT id, row_number() OVER (ORDER BY id) AS n"
		" FROM barometre.contact WHERE edition = '2029';"
		"INSERT INTO barometre.mailing (id, edition, kind, due, not_after) VALUES"
		" ('00000000-0000-4000-8000-000000002029', '2029', 'invitation', '2026-02-01', '2026-03-01'),"
		" ('00000000-0000-4000-8000-000000002030', '2029', 'relance1', '2026-02-01', '2026-03-01');"
		/* 1 answered although it objected later; 2 objected; 3 bounced; 4 refused; 5 refused once, then sent;
		 * 6 nothing; 7 sent; 8 claimed and never recorded. */
		"UPDATE barometre.invitation SET done = true WHERE contact = (SELECT id FROM who WHERE n = 1);"
		"UPDATE barometre.contact SET objected = true WHERE id IN (SELECT id FROM who WHERE n IN (1, 2));"
		"UPDATE barometre.contact SET bounced = 'full' WHERE id = (SELECT id FROM who WHERE n = 3);"
		"INSERT INTO barometre.delivery (mailing, contact, edition, kind, state)"
		" SELECT '00000000-0000-4000-8000-000000002029', id, '2029', 'invitation', CASE n WHEN 4 THEN 'refused'"
		" WHEN 5 THEN 'refused' WHEN 8 THEN 'claimed' ELSE 'sent' END FROM who WHERE n <> 6;"
		"INSERT INTO barometre.delivery (mailing, contact, edition, kind, state)"
		" SELECT '00000000-0000-4000-8000-000000002030', id, '2029', 'relance1', 'sent' FROM who WHERE n = 5;"
		"UPDATE barometre.edition SET state = 'counted' WHERE code = '2029';"
		"INSERT INTO barometre.count_record (edition, record) VALUES ('2029', '{}')");
	refused(ERR_MISSING, count_settle(keeper, "1999", err));
	refused(ERR_CONFLICT, count_settle(keeper, "2028", err)); /* open */
	ok(count_settle(keeper, "2029", err));
	ok((list = count_dispositions(keeper, "2029", err)) != NULL);
	char *text = json_dumps(json_array_get(list, 0), JSON_COMPACT);
	assert_string_equal(text,
		"{\"audience\":\"patients\",\"contacts\":8,\"complete\":1,\"refusal\":1,"
		"\"undelivered\":2,\"not_sent\":1,\"silent\":3,\"open\":0}");
	free(text);
	json_decref(list);
	/* The ledger has become totals. */
	char *totals SCOPED(free_char) = text_of(world.owner,
		"SELECT totals::text AS t FROM barometre.mailing WHERE id ="
		" '00000000-0000-4000-8000-000000002029'");
	assert_string_equal(totals, "{\"sent\": 4, \"refused\": 2, \"unknown\": 1}");
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.delivery WHERE edition = '2029'"),
		0);
}

static void a_record_calls_an_audience_by_its_label(void **state)
{
	json_t *record = json_pack("{s:[{s:s, s:s}, {s:s}]}", "audiences", "audience",
		"patients", "label", "Patients partenaires", "audience", "equipes");

	(void)state;
	assert_string_equal(
		count_record_label(record, "patients"), "Patients partenaires");
	assert_string_equal(count_record_label(record, "equipes"), "equipes");
	assert_string_equal(count_record_label(record, "autre"), "autre");
	json_decref(record);
}

static bool check_figure(void *arg, const struct figure *f, struct err *err)
{
	int *n = arg;

	(void)err;
	if (*n == 0) {
		assert_string_equal(f->audience, "patients");
		assert_string_equal(f->label, "Souvent ; « toujours »");
		assert_string_equal(f->segment_label, "CHU, CH");
		assert_int_equal(f->base, 120);
		assert_int_equal(f->not_answered, 7);
		assert_int_equal(f->not_concerned, -1);
		assert_int_equal(f->mentions, -1);
		assert_int_equal(f->percent, 51);
		assert_false(f->has_value);
		assert_string_equal(f->status, "");
	} else if (*n == 1) {
		assert_true(f->has_value);
		assert_true(f->value == 1.0 / 3.0);
		assert_int_equal(f->count, -1);
		assert_string_equal(f->status, "small_cells");
	} else {
		assert_int_equal(f->base, *n);
	}
	++*n;
	return true;
}

static void a_release_is_read_as_it_was_written(void **state)
{
	enum {
		FIGURES = 1203
	};
	struct figure *figures = x_calloc(FIGURES, sizeof(*figures));
	struct release_info first, second;
	int64_t version = 0;
	int n = 0;

	(void)state;
	for (int i = 0; i < FIGURES; i++)
		figures[i] = (struct figure){.audience = "patients",
			.question = "q",
			.type = "radiogroup",
			.option = "a",
			.base = i};
	figures[0] = (struct figure){.audience = "patients",
		.question = "q",
		.type = "radiogroup",
		.segment = "type",
		.segment_value = "chu+ch",
		.segment_label = "CHU, CH",
		.option = "souvent",
		.label = "Souvent ; « toujours »",
		.base = 120,
		.not_answered = 7,
		.not_concerned = -1,
		.mentions = -1,
		.count = 61,
		.percent = 51,
		.status = ""};
	figures[1] = (struct figure){.audience = "patients",
		.question = "q",
		.type = "rating",
		.segment = "",
		.option = "mean",
		.label = "Moyenne",
		.base = 3,
		.not_answered = -1,
		.not_concerned = -1,
		.mentions = -1,
		.count = -1,
		.percent = -1,
		.has_value = true,
		.value = 1.0 / 3.0,
		.status = "small_cells"};
	refused(ERR_MISSING,
		release_read_version(keeper, "2026", 0, &first, check_figure, &n, err));
	for (int twice = 1; twice <= 2; twice++) {
		ok(db_begin(keeper, err));
		ok(release_add(keeper,
			&(struct release_draft){.edition = "2026",
				.thresholds = {.min_base = 11, .min_cell = 5},
				.kind = "count",
				.reason = "première",
				.figures = figures,
				.figure_count = FIGURES},
			&version, err));
		ok(release_set_checked(keeper, "2026", version, err));
		ok(db_commit(keeper, err));
		assert_int_equal(version, twice);
		n = 0;
		ok(release_read_version(keeper, "2026", 0, twice == 1 ? &first : &second,
			check_figure, &n, err));
		assert_int_equal(n, FIGURES);
	}
	assert_int_equal(first.version, 1);
	assert_int_equal(second.rows, FIGURES);
	assert_int_equal(second.thresholds.min_base, 11);
	assert_int_equal(strlen(second.created_on), 10);
	/* The same figures have the same hash. */
	assert_int_equal(strlen(first.hash), 64);
	assert_string_equal(first.hash, second.hash);
	char *now SCOPED(free_char) = text_of(world.owner,
		"SELECT state AS t FROM barometre.edition WHERE code = '2026'");
	assert_string_equal(now, "counted");
	free(figures);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_open_edition_is_not_counted),
		cmocka_unit_test(an_edition_closes_once),
		cmocka_unit_test(a_stopped_count_tells_why_and_changes_nothing),
		cmocka_unit_test(totals_that_do_not_agree_undo_the_count),
		cmocka_unit_test(the_count_turns_people_into_totals),
		cmocka_unit_test(a_counted_edition_is_not_counted_again),
		cmocka_unit_test(staff_sees_the_same_participation_after_the_count),
		cmocka_unit_test(other_editions_are_left_alone),
		cmocka_unit_test(every_contact_has_one_disposition),
		cmocka_unit_test(a_record_calls_an_audience_by_its_label),
		cmocka_unit_test(a_release_is_read_as_it_was_written),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
