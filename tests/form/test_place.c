/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/clock.h"
#include "barometre/form/place.h"
#include "form_test.h"

static void codes_are_known_or_not(void **state)
{
	(void)state;
	assert_string_equal(commune_find(STR("31555"))->name, "Toulouse");
	assert_null(commune_find(STR("75056")));
	assert_null(commune_find(STR("3155")));
	assert_true(place_is_code(STR("31555")));
	assert_true(place_is_code(STR("dep:75")));
	assert_true(place_is_code(STR("dep:2A")));
	assert_true(place_is_code(STR("dep:99")));
	assert_false(place_is_code(STR("dep:31")));
	assert_false(place_is_code(STR("dep:")));
	assert_false(place_is_code(STR("75")));
	assert_false(place_is_code(STR("")));
	size_t count;
	assert_non_null(department_list(&count));
	assert_int_equal(count, 102);
	assert_true(department_find(STR("34"))->occitanie);
	assert_string_equal(department_find(STR("34"))->side, "est");
}

static void labels_are_for_people(void **state)
{
	(void)state;
	static const char *const labels[][2] = {{"31555", "Toulouse (31)"},
		{"dep:75", "Paris (75)"}, {"dep:99", "Étranger"}, {"dep:31", NULL},
		{"x", NULL}};
	for (size_t i = 0; i < COUNT_OF(labels); i++) {
		SCOPED(free_char) char *label = place_label(str_of(labels[i][0]));
		if (labels[i][1])
			assert_string_equal(label, labels[i][1]);
		else
			assert_null(label);
	}
}

static void one_name_is_one_commune(void **state)
{
	(void)state;
	static const char *const typed[][2] = {
		{"Toulouse", "31555"},
		{"toulouse", "31555"},
		{"  TOULOUSE ", "31555"},
		{"Toulouse (31)", "31555"},
		{"31000", "31555"},
		{"31 Toulouse", "31555"},
		{"31000 Toulouse", "31555"},
		{"nimes", "30189"},
		{"Nîmes", "30189"},
		{"la grande motte", "34344"},
		{"La Grande-Motte", "34344"},
		{"st cirq lapopie", "46256"},
	};
	for (size_t i = 0; i < COUNT_OF(typed); i++) {
		const struct commune *found[8];
		bool exact = false;
		size_t n = commune_search(str_of(typed[i][0]), found, 8, &exact);
		if (n != 1 || !exact || strcmp(found[0]->code, typed[i][1]) != 0)
			fail_msg("%s: %zu found, %s", typed[i][0], n,
				n ? found[0]->name : "");
	}
}

static void beginnings_and_doubles_are_offered(void **state)
{
	(void)state;
	const struct commune *found[8];
	bool exact = true;
	assert_int_equal(commune_search(STR("saint"), found, 8, &exact), 8);
	/* The largest towns first: Toulouse has more postcodes than Toulaud. */
	assert_true(commune_search(STR("tou"), found, 8, &exact) == 8 && !exact);
	assert_string_equal(found[0]->name, "Toulouse");
	/* An exact name does not hide the longer ones while one types. */
	assert_true(commune_suggest(STR("albi"), found, 8) > 1);
	assert_string_equal(found[0]->name, "Albi");
	assert_false(exact);
	assert_true(commune_search(STR("grande motte"), found, 8, &exact) >= 1);
	assert_false(exact);
	assert_string_equal(found[0]->name, "La Grande-Motte");
	assert_int_equal(commune_search(STR("aigues vives"), found, 8, &exact), 4);
	assert_true(exact);
	assert_int_equal(commune_search(STR("aigues vives (09)"), found, 8, &exact), 1);
	assert_string_equal(found[0]->code, "09002");
	assert_true(commune_search(STR("Paris"), found, 8, &exact) > 0);
	assert_false(exact);
	assert_int_equal(commune_search(STR("Zurich"), found, 8, &exact), 0);
	assert_int_equal(commune_search(STR(""), found, 8, &exact), 0);
	assert_int_equal(commune_search(STR("31"), found, 8, &exact), 0);
	assert_int_equal(commune_search(STR("(((("), found, 8, &exact), 0);
}

/* What a page shows again must be understood when it is posted again. */
static void every_label_leads_back(void **state)
{
	(void)state;
	const struct commune *all[8];
	size_t checked = 0;
	for (char letter = 'a'; letter <= 'z'; letter++) {
		bool exact;
		size_t n = commune_search((struct str){&letter, 1}, all, 8, &exact);
		for (size_t i = 0; i < n; i++) {
			const struct commune *one[8];
			SCOPED(free_char) char *label = place_label(str_of(all[i]->code));
			assert_int_equal(
				commune_search(str_of(label), one, 8, &exact), 1);
			assert_ptr_equal(one[0], all[i]);
			checked++;
		}
	}
	assert_true(checked > 100);
}

static void a_search_is_quick(void **state)
{
	(void)state;
	static const char *const typed[] = {
		"Toulouse", "saint", "31000", "st jean (34)", "zzz"};
	const struct commune *found[8];
	bool exact;
	size_t n = 0;
	usec_t start = clock_monotonic();
	for (int i = 0; i < 5000; i++)
		n += commune_search(str_of(typed[i % 5]), found, 8, &exact);
	usec_t spent = clock_monotonic() - start;
	assert_true(n > 0);
	print_message("commune_search: %.2f us\n", (double)spent / 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_known_or_not),
		cmocka_unit_test(labels_are_for_people),
		cmocka_unit_test(one_name_is_one_commune),
		cmocka_unit_test(beginnings_and_doubles_are_offered),
		cmocka_unit_test(every_label_leads_back),
		cmocka_unit_test(a_search_is_quick),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
