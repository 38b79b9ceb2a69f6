/* SPDX-License-Identifier: Apache-2.0 */
/* Releases as CSV, CSV for a French spreadsheet, and JSON (export.h). The other formats: test_export_formats.c. */
#include "export_test.h"

#define HEADER                                                                           \
 "edition,audience,question,type,segment,segment_value,segment_label,option,label,base," \
 "not_answered,not_concerned,mentions,count,percent,low,high,status\r\n"

static char *written(
	enum export_format format, const struct figure *figures, size_t count)
{
	const struct export_source source = source_of(figures, count);
	struct buf out = exported(format, &source);

	return buf_take(&out);
}

static void assert_csv_line(const struct figure *f, const char *line)
{
	char *csv = written(EXPORT_CSV, f, 1),
	     *expected = x_printf("%s%s\r\n", HEADER, line);

	assert_string_equal(csv, expected);
	free(csv);
	free(expected);
}

static void formats_have_names_and_types(void **state)
{
	(void)state;
	static const char *const names[EXPORT_FORMATS] = {
		"csv", "csv-excel", "xlsx", "json", "json-stat", "ddi", "datapackage"};
	static const char *const files[EXPORT_FORMATS] = {"b.csv", "b-excel.csv",
		"b.xlsx", "b.json", "b-json-stat.json", "b-ddi.xml", "b-datapackage.zip"};
	enum export_format format = EXPORT_JSON;

	for (size_t i = 0; i < EXPORT_FORMATS; i++) {
		SCOPED(free_char)
		char *file = export_file_name((enum export_format)i, "2026", 3);
		assert_true(export_format_parse(names[i], &format));
		assert_int_equal(format, i);
		assert_string_equal(export_name((enum export_format)i), names[i]);
		assert_memory_equal(file, "barometre-2026-v3", 17);
		assert_string_equal(file + 17, files[i] + 1);
	}
	assert_false(export_format_parse("CSV", &format));
	assert_false(export_format_parse("", &format));
	assert_false(export_format_parse(EXPORT_MANIFEST, &format));
	assert_string_equal(
		export_media_type(EXPORT_CSV), "text/csv; charset=utf-8; header=present");
	assert_string_equal(export_media_type(EXPORT_JSON), "application/json");
}

static void a_line_of_csv_has_eighteen_columns(void **state)
{
	(void)state;
	assert_csv_line(
		&shown, "2026,patients,q,single,,,,a,A,40,2,1,40,20,50,35.2,64.8,");
	struct figure f = shown;
	f.segment = "departement";
	f.segment_value = "d09+d11";
	f.segment_label = "Ariège, Aude";
	assert_csv_line(&f,
		"2026,patients,q,single,departement,d09+d11,\"Ariège, Aude\",a,A,40,2,1,"
		"40,20,50,35.2,64.8,");
	char *csv = written(EXPORT_CSV, NULL, 0);
	assert_string_equal(csv, HEADER);
	free(csv);
}

static void what_is_withheld_is_empty(void **state)
{
	(void)state;
	struct figure f = shown;

	f.base = f.not_answered = f.not_concerned = -1;
	f.mentions = f.count = f.percent = -1;
	f.status = "base_under_threshold";
	assert_csv_line(&f, "2026,patients,q,single,,,,a,A,,,,,,,,,base_under_threshold");
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
		char *line = x_printf("2026,patients,q,single,,,,mean,A,40,2,1,40,%s,,,,",
			cases[i].text);
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
			"2026,patients,q,single,,,,a,%s,40,2,1,40,20,50,35.2,64.8,",
			cases[i][1]);
		f.label = cases[i][0];
		assert_csv_line(&f, line);
		free(line);
	}
}

static void a_french_spreadsheet_gets_commas_and_no_formula(void **state)
{
	(void)state;
	static const char *const cases[][2] = {{"a;b", "\"a;b\""}, {"a,b", "\"a,b\""},
		{"=1+1", "\"'=1+1\""}, {"+33", "\"'+33\""}, {"-2", "\"'-2\""},
		{"@a", "\"'@a\""}, {"\t=1", "\"'\t=1\""}, {"\r=1", "\"'\r=1\""},
		{"＝1", "\"'＝1\""}, {"=\"a\"", "\"'=\"\"a\"\"\""}, {"a=1", "a=1"},
		{"l’été", "l’été"}, {"", ""}};
	struct figure f = shown;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		f.label = cases[i][0];
		char *csv = written(EXPORT_CSV_EXCEL, &f, 1);
		char *line = x_printf(
			"\r\n2026;patients;q;single;;;;a;%s;40;2;1;40;20;50;35,2;64,8;\r\n",
			cases[i][1]);
		assert_memory_equal(csv,
			"\xEF\xBB\xBF"
			"edition;audience;",
			20);
		assert_string_equal(strstr(csv, "\r\n"), line);
		free(line);
		free(csv);
	}
}

static void a_negative_number_is_no_formula(void **state)
{
	(void)state;
	struct figure f = shown;

	f.count = f.percent = -1;
	f.has_value = true;
	f.value = -12.5;
	char *csv = written(EXPORT_CSV_EXCEL, &f, 1);
	assert_non_null(strstr(csv, ";-12,50;"));
	free(csv);
}

static void json_begins_with_the_release(void **state)
{
	(void)state;
	char *one = written(EXPORT_JSON, &shown, 1);
	json_t *root = json_loads(one, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(root);
	static const char start[] =
		"{\"edition\":\"2026\",\"title\":\"Titre\",\"version\":3,\"created\":\"2026-11-22\","
		"\"thresholds\":{\"min_base\":11,\"min_cell\":5,\"coalition\":1},\"hash\":\"ab\",";
	assert_memory_equal(one, start, sizeof(start) - 1);
	const json_t *row = json_array_get(json_object_get(root, "rows"), 0);
	assert_int_equal(json_object_size(row), 18);
	assert_int_equal(json_integer_value(json_object_get(row, "percent")), 50);
	assert_string_equal(json_string_value(json_object_get(row, "status")), "");
	const json_t *note = json_array_get(json_object_get(root, "notes"), 0);
	assert_string_equal(
		json_string_value(json_object_get(note, "code")), "question_withheld");
	json_decref(root);
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
	char *csv = written(EXPORT_CSV, figures, count),
	     *json = written(EXPORT_JSON, figures, count);
	json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	const json_t *rows = json_object_get(root, "rows");
	const char *p = csv;
	char *names[18];

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

static void the_codebook_has_wording_universe_and_what_is_out_of_the_base(void **state)
{
	(void)state;
	struct form *form = form_of(
		"{'type':'radiogroup','name':'p','title':'Avant ?','choices':[{'value':'oui','text':'Oui'},{'value':'non','text':'Non'}]},"
		"{'type':'checkbox','name':'q','title':'Lesquels ?','visibleIf':'{p} = \\\"oui\\\"','choices':[{'value':'a','text':'A'},{'value':'nc','text':'Non concerné'}],"
		"'barometre':{'sensitive':true,'short':'Choix','notConcerned':['nc']}}");
	const struct form *forms[] = {form};
	struct figure f = shown;
	struct export_source source = source_of(&f, 1);

	f.audience = "t";
	source.forms = forms;
	source.form_count = 1;
	struct buf out = exported(EXPORT_JSON, &source);
	json_t *root = json_loads(buf_str(&out).p, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	const json_t *v = json_array_get(json_object_get(root, "codebook"), 0);
	assert_string_equal(json_string_value(json_object_get(v, "label")), "Choix");
	assert_string_equal(
		json_string_value(json_object_get(v, "wording")), "Lesquels ?");
	assert_string_equal(json_string_value(json_object_get(v, "universe")),
		"Les personnes pour qui « Avant ? » est « Oui »");
	assert_true(json_is_true(json_object_get(v, "sensitive")));
	assert_true(json_is_true(json_object_get(v, "several_answers")));
	const json_t *options = json_object_get(v, "options");
	assert_int_equal(json_array_size(options), 2);
	const json_t *aside = json_array_get(options, 1);
	assert_string_equal(json_string_value(json_object_get(aside, "option")), "nc");
	assert_true(json_is_false(json_object_get(aside, "in_base")));
	json_decref(root);
	buf_release(&out);
	form_free(form);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_have_names_and_types),
		cmocka_unit_test(a_line_of_csv_has_eighteen_columns),
		cmocka_unit_test(what_is_withheld_is_empty),
		cmocka_unit_test(a_statistic_stands_in_count_with_two_decimals),
		cmocka_unit_test(quotes_commas_and_newlines_are_quoted),
		cmocka_unit_test(a_french_spreadsheet_gets_commas_and_no_formula),
		cmocka_unit_test(a_negative_number_is_no_formula),
		cmocka_unit_test(json_begins_with_the_release),
		cmocka_unit_test(json_says_what_csv_says),
		cmocka_unit_test(
			the_codebook_has_wording_universe_and_what_is_out_of_the_base),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
