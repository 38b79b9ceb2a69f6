/* SPDX-License-Identifier: Apache-2.0 */
/* Releases as CSV and JSON (export.h). */
#include "barometre/report/export.h"
#include "report_test.h"

#define HEADER                                                                      \
 "edition,audience,question,type,segment,segment_value,option,label,base,mentions," \
 "count,percent,status\r\n"

static const struct release_info info = {.version = 3,
	.rows = 2,
	.thresholds = {11, 5},
	.created_on = "2026-11-22",
	.hash = "ab"};

static const struct figure shown = {.audience = "patients",
	.question = "q",
	.type = "single",
	.segment = "",
	.segment_value = "",
	.option = "a",
	.label = "A",
	.base = 40,
	.mentions = 40,
	.count = 11,
	.percent = 28,
	.status = ""};

static char *exported(
	enum export_format format, const struct figure *figures, size_t count)
{
	struct buf out = BUF_LIMIT(1 << 22);

	export_begin(&out, format, "2026", &info);
	for (size_t i = 0; i < count; i++)
		export_row(&out, format, "2026", &figures[i], i == 0);
	export_end(&out, format, &info);
	assert_false(out.failed);
	return buf_take(&out);
}

static void assert_csv_line(const struct figure *f, const char *line)
{
	char *csv = exported(EXPORT_CSV, f, 1),
	     *expected = x_printf("%s%s\r\n", HEADER, line);

	assert_string_equal(csv, expected);
	free(csv);
	free(expected);
}

static void formats_have_names_and_types(void **state)
{
	(void)state;
	enum export_format format = EXPORT_JSON;

	assert_true(export_format_parse("csv", &format));
	assert_int_equal(format, EXPORT_CSV);
	assert_false(export_format_parse("CSV", &format));
	assert_false(export_format_parse("", &format));
	assert_int_equal(format, EXPORT_CSV);
	assert_true(export_format_parse("json", &format));
	assert_int_equal(format, EXPORT_JSON);
	assert_string_equal(export_content_type(EXPORT_CSV),
		"text/csv; charset=utf-8; header=present");
	assert_string_equal(export_content_type(EXPORT_JSON), "application/json");
}

static void a_line_of_csv_has_thirteen_columns(void **state)
{
	(void)state;
	assert_csv_line(&shown, "2026,patients,q,single,,,a,A,40,40,11,28,");
	char *csv = exported(EXPORT_CSV, NULL, 0);
	assert_string_equal(csv, HEADER);
	free(csv);
}

static void what_is_withheld_is_empty(void **state)
{
	(void)state;
	struct figure f = shown;

	f.base = f.mentions = f.count = f.percent = -1;
	f.status = "base_under_threshold";
	assert_csv_line(&f, "2026,patients,q,single,,,a,A,,,,,base_under_threshold");
}

static void a_statistic_stands_in_count_with_two_decimals(void **state)
{
	(void)state;
	static const struct {
		double value;
		const char *text;
	} cases[] = {{2.5, "2.50"}, {17, "17.00"}, {0.07, "0.07"}, {-0.13, "-0.13"},
		{-0.001, "0.00"}, {65.29, "65.29"}, {1234567.891, "1234567.89"},
		{1e15, "1000000000000000"}};
	struct figure f = shown;

	f.option = "mean";
	f.count = f.percent = -1;
	f.has_value = true;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *line = x_printf(
			"2026,patients,q,single,,,mean,A,40,40,%s,,", cases[i].text);
		f.value = cases[i].value;
		assert_csv_line(&f, line);
		free(line);
	}
}

static void quotes_commas_and_newlines_are_quoted(void **state)
{
	(void)state;
	static const char *const cases[][2] = {{"a,b", "\"a,b\""},
		{"dit \"oui\"", "\"dit \"\"oui\"\"\""}, {"a\nb", "\"a\nb\""},
		{"a\r\nb", "\"a\r\nb\""}, {"\"", "\"\"\"\""},
		{"l’été ; = +", "l’été ; = +"}, {" a ", " a "}, {"=1+1", "=1+1"},
		{"", ""}};
	struct figure f = shown;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *line = x_printf(
			"2026,patients,q,single,,,a,%s,40,40,11,28,", cases[i][1]);
		f.label = cases[i][0];
		assert_csv_line(&f, line);
		free(line);
	}
}

static void json_begins_with_the_release(void **state)
{
	(void)state;
	char *none = exported(EXPORT_JSON, NULL, 0),
	     *one = exported(EXPORT_JSON, &shown, 1);

	assert_string_equal(none,
		"{\"edition\":\"2026\",\"version\":3,\"thresholds\":{\"min_base\":11,"
		"\"min_cell\":5},\"created\":\"2026-11-22\",\"rows\":[\n]}\n");
	json_t *root = json_loads(one, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	assert_int_equal(json_object_size(root), 5);
	json_t *row = json_array_get(json_object_get(root, "rows"), 0);
	assert_int_equal(json_object_size(row), 13);
	assert_int_equal(json_integer_value(json_object_get(row, "percent")), 28);
	assert_string_equal(json_string_value(json_object_get(row, "status")), "");
	json_decref(root);
	free(none);
	free(one);
}

/* A reader of CSV that shares nothing with the writer: one field, quoted or not. Fresh; *p moves behind it. */
static char *read_field(const char **p)
{
	struct buf out = BUF_LIMIT(1 << 16);
	bool inside = false;

	for (; inside || (**p != ',' && **p != '\r'); (*p)++) {
		assert_int_not_equal(**p, '\0');
		if (**p != '"')
			buf_addc(&out, **p);
		else if (inside && (*p)[1] == '"')
			buf_addc(&out, *(*p)++);
		else
			inside = !inside;
	}
	return buf_take(&out);
}

static void assert_same_value(const json_t *json, const char *csv)
{
	double number;

	if (json_is_string(json)) {
		assert_string_equal(json_string_value(json), csv);
	} else if (json_is_null(json)) {
		assert_string_equal(csv, "");
	} else {
		assert_true(json_is_number(json));
		const char *digits = *csv == '-' ? csv + 1 : csv;
		assert_true(str_parse_decimal(str_of(digits), &number));
		number = *csv == '-' ? -number : number;
		assert_true(json_number_value(json) <= number &&
			json_number_value(json) >= number);
	}
}

static void assert_same_content(const struct figure *figures, size_t count)
{
	char *csv = exported(EXPORT_CSV, figures, count),
	     *json = exported(EXPORT_JSON, figures, count);
	json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	const json_t *rows = json_object_get(root, "rows");
	const char *p = csv;
	char *names[13];

	assert_int_equal(json_array_size(rows), count);
	for (size_t i = 0; i < COUNT_OF(names); i++, p++)
		names[i] = read_field(&p);
	for (size_t row = 0; row < count; row++) {
		assert_int_equal(*p++, '\n');
		for (size_t i = 0; i < COUNT_OF(names); i++, p++) {
			char *field = read_field(&p);
			const json_t *value = json_object_get(
				json_array_get(rows, row), names[i]);
			assert_non_null(value);
			assert_same_value(value, field);
			assert_int_equal(*p, i + 1 < COUNT_OF(names) ? ',' : '\r');
			free(field);
		}
	}
	assert_string_equal(p, "\n");
	for (size_t i = 0; i < COUNT_OF(names); i++)
		free(names[i]);
	json_decref(root);
	free(csv);
	free(json);
}

static void json_says_what_csv_says(void **state)
{
	(void)state;
	struct form *form = form_of(
		"{'type':'radiogroup','name':'q','title':'T','choices':[{'value':'a','text':'l’un, "
		"l\\'autre'},{'value':'b','text':'x\\ny'},{'value':'c','text':'a/b\\tc'}],"
		"'barometre':{'sensitive':true}},"
		"{'type':'text','inputType':'number','name':'n','title':'T','min':0,'max':29},"
		"{'type':'text','name':'l','title':'T','barometre':{'role':'locality'}}");
	struct tabulation *tab = tabulation_new(form);
	struct figures figures = {0};

	figures_add(&figures, "rien", tab, usual);
	answer_times(tab, "{'q':'a','n':3,'l':'31555'}", 3);
	figures_add(&figures, "peu", tab, usual);
	answer_times(tab, "{'q':'b','n':14,'l':'dep:75'}", 9);
	answer_times(tab, "{'q':'c','n':25,'l':'dep:99'}", 8);
	figures_add(&figures, "assez", tab, usual);
	figures_add(&figures, "tout", tab, off);
	assert_same_content(figures.list, figures.count);
	figures_release(&figures);
	tabulation_free(tab);
	form_free(form);

	struct figure f = shown;
	f.label = "\"a\",\r\n\\ \x01 é";
	f.has_value = true;
	f.value = -12.34;
	assert_same_content(&f, 1);
}

static void the_same_release_gives_the_same_bytes(void **state)
{
	(void)state;
	for (enum export_format format = EXPORT_CSV; format <= EXPORT_JSON; format++) {
		char *one = exported(format, &shown, 1),
		     *two = exported(format, &shown, 1);
		assert_string_equal(one, two);
		free(one);
		free(two);
	}
}

static void an_export_beyond_its_ceiling_fails_and_stays_within(void **state)
{
	(void)state;
	char *whole = exported(EXPORT_JSON, &shown, 1);

	for (size_t max = 1; max < strlen(whole); max++) {
		struct buf out = BUF_LIMIT(max);
		export_begin(&out, EXPORT_JSON, "2026", &info);
		export_row(&out, EXPORT_JSON, "2026", &shown, true);
		export_end(&out, EXPORT_JSON, &info);
		assert_true(out.failed);
		assert_true(out.n <= max);
		buf_release(&out);
	}
	free(whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_have_names_and_types),
		cmocka_unit_test(a_line_of_csv_has_thirteen_columns),
		cmocka_unit_test(what_is_withheld_is_empty),
		cmocka_unit_test(a_statistic_stands_in_count_with_two_decimals),
		cmocka_unit_test(quotes_commas_and_newlines_are_quoted),
		cmocka_unit_test(json_begins_with_the_release),
		cmocka_unit_test(json_says_what_csv_says),
		cmocka_unit_test(the_same_release_gives_the_same_bytes),
		cmocka_unit_test(an_export_beyond_its_ceiling_fails_and_stays_within),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
