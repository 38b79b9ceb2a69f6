/* SPDX-License-Identifier: Apache-2.0 */
/* GET /communes as the script of a page asks it. */
#include "../../src/web/respond_private.h"
#include "probe_loop.h"

static void places(void *arg, struct exchange *exchange)
{
	respond_get_places(arg, exchange, NULL);
}

/* The whole reply; to be released. */
static struct exchange_probe ask(const char *query)
{
	struct buf raw = BUF_LIMIT(10000);
	struct exchange_probe probe;

	buf_printf(&raw, "GET /communes%s HTTP/1.1\r\nHost: a\r\n\r\n", query);
	exchange_probe_run(loop, buf_str(&raw), places, NULL, &probe);
	assert_true(probe.replied);
	buf_release(&raw);
	return probe;
}

static json_t *body_of(const struct exchange_probe *probe)
{
	const char *body = strstr(buf_str(&probe->reply).p, "\r\n\r\n");
	json_t *json;

	assert_non_null(body);
	json = json_loads(body + 4, 0, NULL);
	assert_non_null(json);
	return json;
}

/* How many communes a query gives, and whether the first is that one. */
static size_t found(const char *query, const char *first_code, const char *first_label)
{
	struct exchange_probe probe = ask(query);
	json_t *json = body_of(&probe), *list = json_object_get(json, "communes");
	size_t count = json_array_size(list);

	assert_true(str_starts(buf_str(&probe.reply), STR("HTTP/1.1 200 ")));
	assert_non_null(strstr(probe.reply.p, "\r\nCache-Control: no-store\r\n"));
	assert_non_null(strstr(probe.reply.p, "\r\nContent-Type: application/json\r\n"));
	assert_null(strstr(probe.reply.p, "Set-Cookie"));
	if (first_code) {
		json_t *first = json_array_get(list, 0);

		assert_string_equal(
			json_string_value(json_object_get(first, "code")), first_code);
		assert_string_equal(
			json_string_value(json_object_get(first, "label")), first_label);
	}
	json_decref(json);
	buf_release(&probe.reply);
	return count;
}

static void test_a_name_or_a_postcode_is_found(void **state)
{
	(void)state;
	assert_int_equal(found("?q=Toulouse", "31555", "Toulouse (31)"), 1);
	assert_int_equal(found("?q=toulouse&lang=en", "31555", "Toulouse (31)"), 1);
	assert_int_equal(found("?lang=en&q=B%C3%89ZIERS", "34032", "Béziers (34)"), 1);
	assert_int_equal(found("?q=saint+girons", "09261", "Saint-Girons (09)"), 1);
	assert_int_equal(found("?q=31000", "31555", "Toulouse (31)"), 1);
}

static void test_a_beginning_gives_eight_at_most(void **state)
{
	(void)state;
	assert_int_equal(found("?q=saint", NULL, NULL), 8);
	assert_int_equal(found("?q=s", NULL, NULL), 8);
}

static void test_departments_outside_occitanie(void **state)
{
	(void)state;
	assert_int_equal(found("?hors=paris", "dep:75", "Paris (75)"), 1);
	assert_int_equal(found("?hors=75", "dep:75", "Paris (75)"), 1);
	assert_int_equal(found("?hors=C%C3%B4te-d", "dep:21", "Côte-d'Or (21)"), 1);
	assert_int_equal(found("?hors=2", NULL, NULL), 8);
	assert_int_equal(found("?hors=31", NULL, NULL), 0);
}

static void test_nothing_is_found_for_nothing(void **state)
{
	(void)state;
	assert_int_equal(found("", NULL, NULL), 0);
	assert_int_equal(found("?q=", NULL, NULL), 0);
	assert_int_equal(found("?hors=", NULL, NULL), 0);
	assert_int_equal(found("?q=++", NULL, NULL), 0);
	assert_int_equal(found("?q=zzzzzz", NULL, NULL), 0);
}

static void test_what_is_broken_is_refused_and_not_kept(void **state)
{
	static const char *const queries[] = {
		"?q=%", "?q=%4", "?q=%zz", "?q=%ff", "?q=%00"};
	char longest[900] = "?q=";

	(void)state;
	memset(longest + 3, 'a', 700);
	for (size_t i = 0; i <= COUNT_OF(queries); i++) {
		struct exchange_probe probe = ask(
			i < COUNT_OF(queries) ? queries[i] : longest);
		json_t *json = body_of(&probe);

		assert_true(str_starts(buf_str(&probe.reply), STR("HTTP/1.1 400 ")));
		assert_non_null(strstr(probe.reply.p, "\r\nCache-Control: no-store\r\n"));
		assert_int_equal(json_array_size(json_object_get(json, "communes")), 0);
		json_decref(json);
		buf_release(&probe.reply);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name_or_a_postcode_is_found),
		cmocka_unit_test(test_a_beginning_gives_eight_at_most),
		cmocka_unit_test(test_departments_outside_occitanie),
		cmocka_unit_test(test_nothing_is_found_for_nothing),
		cmocka_unit_test(test_what_is_broken_is_refused_and_not_kept),
	};

	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
