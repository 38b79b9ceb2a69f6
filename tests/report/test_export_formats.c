/* SPDX-License-Identifier: Apache-2.0 */
/* Releases as JSON-stat, DDI, workbook, data package; what holds of every format; the manifest (export.h). What other
 * people's readers make of them: tests/readers. */
#include <sys/wait.h>
#include <unistd.h>

#include "barometre/base/confine.h"
#include "export_test.h"

#define FORM                                                                             \
 "{'type':'radiogroup','name':'d','title':'Où ?','choices':[{'value':'x','text':'X'},"  \
 "{'value':'y','text':'Y'}],'barometre':{'role':'segment'}},"                            \
 "{'type':'radiogroup','name':'q','title':'Quoi ?','choices':[{'value':'a','text':'A'}," \
 "{'value':'b','text':'B'}]}"

static const struct figure crossed[] = {
	{"t", "q", "single", "", "", "", "a", "A", 40, 2, 1, 40, 20, 50, false, 0, ""},
	{"t", "q", "single", "", "", "", "b", "B", 40, 2, 1, 40, 20, 50, false, 0, ""},
	{"t", "q", "single", "d", "x", "X", "a", "A", 30, 0, 0, 30, 10, 33, false, 0, ""},
	{"t", "q", "single", "d", "x", "X", "b", "B", 30, 0, 0, 30, 20, 67, false, 0, ""},
	{"t", "q", "single", "d", "y", "Y", "a", "A", -1, -1, -1, -1, -1, -1, false, 0,
		"small_cells"},
	{"t", "q", "single", "d", "y", "Y", "b", "B", 40, 0, 0, 40, -1, -1, false, 0,
		"at_least_95"},
	{"t", "n", "number", "", "", "", "mean", "Moyenne", 30, 0, 0, 30, -1, -1, true,
		12.25, ""},
};

struct world {
	struct form *form;
	const struct form *forms[1];
	struct export_source source;
};

static void begin(struct world *w)
{
	w->form = form_of(FORM);
	w->forms[0] = w->form;
	w->source = source_of(crossed, COUNT_OF(crossed));
	w->source.forms = w->forms;
	w->source.form_count = 1;
}

static json_t *items_of(json_t *root)
{
	return json_object_get(json_object_get(root, "link"), "item");
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void assert_json(const json_t *value, const char *expected)
{
	char *text = json_dumps(
		value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	assert_string_equal(text, expected);
	free(text);
}

static void json_stat_is_one_cube_a_question_and_segment(void **state)
{
	(void)state;
	struct world w;

	begin(&w);
	struct buf out = exported(EXPORT_JSON_STAT, &w.source);
	json_t *root = json_loads(buf_str(&out).p, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	assert_string_equal(text_of(root, "version"), "2.0");
	assert_string_equal(text_of(root, "class"), "collection");
	assert_int_equal(json_array_size(items_of(root)), 3);
	const json_t *cube = json_array_get(items_of(root), 1);
	assert_json(json_object_get(cube, "size"), "[1,2,2,7]");
	assert_json(json_object_get(cube, "id"),
		"[\"edition\",\"group\",\"option\",\"measure\"]");
	/* Row by row: group x, option a; x, b; y, a; y, b. */
	assert_json(json_object_get(cube, "value"),
		"[10,33,19.2,51.2,30,0,0,20,67,48.8,80.8,30,0,0,"
		"null,null,null,null,null,null,null,null,null,null,null,40,0,0]");
	const json_t *status = json_object_get(cube, "status");
	assert_int_equal(json_object_size(status), 11);
	assert_string_equal(text_of(status, "14"), "c");
	assert_string_equal(text_of(status, "21"), "at_least_95");
	assert_null(json_object_get(status, "25"));
	const json_t *number = json_array_get(items_of(root), 2);
	assert_json(json_object_get(number, "size"), "[1,1,1,8]");
	assert_json(
		json_object_get(number, "value"), "[null,null,null,null,30,0,0,12.25]");
	assert_null(json_object_get(number, "status"));
	json_decref(root);
	buf_release(&out);
	form_free(w.form);
}

/* Mean and quartiles alike: what one group is told of, another one is told to be withheld. */
static void json_stat_marks_every_statistic_that_is_withheld(void **state)
{
	(void)state;
	static const struct figure lines[] = {
		{"t", "n", "number", "d", "x", "X", "mean", "Moyenne", 30, 0, 0, 30, -1,
			-1, true, 12, ""},
		{"t", "n", "number", "d", "x", "X", "q1", "Quartile", 30, 0, 0, 30, -1,
			-1, true, 8, ""},
		{"t", "n", "number", "d", "y", "Y", "mean", "Moyenne", 30, 0, 0, 30, -1,
			-1, false, 0, "small_cells"},
		{"t", "n", "number", "d", "y", "Y", "q1", "Quartile", 30, 0, 0, 30, -1,
			-1, false, 0, "small_cells"},
	};
	const struct export_source source = source_of(lines, COUNT_OF(lines));
	struct buf out = exported(EXPORT_JSON_STAT, &source);
	json_t *root = json_loads(buf_str(&out).p, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	const json_t *cube = json_array_get(items_of(root), 0),
		     *status = json_object_get(cube, "status");
	/* Eight measures, "value" the last: of y, mean; of y, q1. */
	assert_json(json_object_get(cube, "size"), "[1,2,2,8]");
	assert_string_equal(text_of(status, "23"), "c");
	assert_string_equal(text_of(status, "31"), "c");
	assert_null(json_object_get(status, "15"));
	json_decref(root);
	buf_release(&out);
}

static void ddi_has_wordings_bases_and_frequencies(void **state)
{
	(void)state;
	struct world w;
	static const char *const pieces[] = {
		"<codeBook version=\"2.6\" xmlns=\"ddi:codebook:2_6\"",
		"<var ID=\"V.t.q\" name=\"q\" files=\"F.figures\" intrvl=\"discrete\">",
		"<qstnLit>Quoi ?</qstnLit>", "<sumStat type=\"vald\">40</sumStat>",
		"<sumStat type=\"invd\">3</sumStat>",
		"<catStat type=\"freq\">20</catStat>",
		"<catStat type=\"percent\">50</catStat>",
		"<sumStat type=\"mean\">12.25</sumStat>",
		"Toutes les personnes qui ont répondu au questionnaire"};

	begin(&w);
	struct buf out = exported(EXPORT_DDI, &w.source);
	for (size_t i = 0; i < COUNT_OF(pieces); i++)
		if (!strstr(buf_str(&out).p, pieces[i]))
			fail_msg("\"%s\" is not in\n%s", pieces[i], buf_str(&out).p);
	/* Of the whole audience only. */
	assert_null(strstr(buf_str(&out).p, "<catStat type=\"freq\">10</catStat>"));
	buf_release(&out);
	form_free(w.form);
}

/* A rate is a value in percent, whether it can be told or not; what became of people is a count that has no base. */
static const struct figure participation[] = {
	{"t", "participation.dispositions", "disposition", "", "", "", "contacts",
		"Personnes dans la liste", -1, -1, -1, -1, 162, -1, false, 0, ""},
	{"t", "participation.dispositions", "disposition", "", "", "", "refusal",
		"Oppositions", -1, -1, -1, -1, -1, -1, false, 0, "small_cells"},
	{"t", "participation.rr1", "rate", "", "", "", "rr1", "Taux RR1", 162, -1, -1, -1,
		-1, -1, true, 55.5556, ""},
	{"t", "participation.rr2", "rate", "", "", "", "rr2", "Taux RR2", -1, -1, -1, -1,
		-1, -1, false, 0, ""},
};

static const json_t *value_unit(const json_t *cube)
{
	static const char *const path[] = {
		"dimension", "measure", "category", "unit", "value"};

	for (size_t i = 0; i < COUNT_OF(path); i++)
		cube = json_object_get(cube, path[i]);
	return cube;
}

static void a_rate_is_a_value_told_or_not(void **state)
{
	(void)state;
	const struct export_source source = source_of(
		participation, COUNT_OF(participation));
	struct buf out = exported(EXPORT_JSON_STAT, &source);
	json_t *root = json_loads(buf_str(&out).p, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	assert_int_equal(json_array_size(items_of(root)), 3);
	const json_t *people = json_array_get(items_of(root), 0),
		     *told = json_array_get(items_of(root), 1),
		     *untold = json_array_get(items_of(root), 2);
	assert_json(json_object_get(people, "value"),
		"[162,null,null,null,null,null,null,null,null,null,null,null,null,null]");
	assert_json(json_object_get(people, "status"),
		"{\"7\":\"c\",\"8\":\"c\",\"9\":\"c\",\"10\":\"c\",\"11\":\"c\",\"12\":\"c\",\"13\":\"c\"}");
	assert_json(json_object_get(told, "value"),
		"[null,null,null,null,162,null,null,55.56]");
	assert_json(json_object_get(untold, "value"),
		"[null,null,null,null,null,null,null,null]");
	assert_null(json_object_get(untold, "status"));
	assert_json(value_unit(told), "{\"decimals\":2,\"label\":\"%\"}");
	assert_json(value_unit(untold), "{\"decimals\":2,\"label\":\"%\"}");
	json_decref(root);
	buf_release(&out);
}

static void ddi_has_rates_as_statistics_and_people_as_frequencies(void **state)
{
	(void)state;
	static const char *const pieces[] = {
		"<sumStat type=\"other\" otherType=\"rr1\">55.56</sumStat>",
		"<labl>Taux RR1</labl>", "<sumStat type=\"vald\">162</sumStat>",
		"Ce taux ne peut pas être dit de ce public.",
		"<labl>Devenir des personnes de la liste</labl>",
		"<catStat type=\"freq\">162</catStat>"};
	const struct export_source source = source_of(
		participation, COUNT_OF(participation));
	struct buf out = exported(EXPORT_DDI, &source);

	for (size_t i = 0; i < COUNT_OF(pieces); i++)
		if (!strstr(buf_str(&out).p, pieces[i]))
			fail_msg("\"%s\" is not in\n%s", pieces[i], buf_str(&out).p);
	assert_null(strstr(buf_str(&out).p, "<catValu>rr1"));
	buf_release(&out);
}

static void markup_in_texts_is_text(void **state)
{
	(void)state;
	struct figure f = shown;

	f.question = "a<b>&\"é";
	f.label = "]]> </labl> \x01 \xEF\xBF\xBF";
	const struct export_source source = source_of(&f, 1);
	struct buf out = exported(EXPORT_DDI, &source);
	assert_non_null(strstr(buf_str(&out).p,
		"<var ID=\"V.patients.a-3cb-3e-26-22-c3-a9\" name=\"a&lt;b&gt;&amp;&quot;é\""));
	assert_non_null(strstr(buf_str(&out).p,
		"<labl>]]&gt; &lt;/labl&gt; \xEF\xBF\xBD \xEF\xBF\xBD</labl>"));
	buf_release(&out);
}

static void the_same_release_gives_the_same_bytes(void **state)
{
	(void)state;
	struct world w;

	begin(&w);
	for (size_t i = 0; i < EXPORT_FORMATS; i++) {
		struct buf one = exported((enum export_format)i, &w.source);
		(void)setenv("TZ", "Pacific/Auckland", 1);
		struct buf two = exported((enum export_format)i, &w.source);
		(void)unsetenv("TZ");
		assert_true(one.n > 0);
		assert_int_equal(one.n, two.n);
		assert_memory_equal(one.p, two.p, one.n);
		buf_release(&one);
		buf_release(&two);
	}
	form_free(w.form);
}

static void a_release_of_nothing_has_files_all_the_same(void **state)
{
	(void)state;
	struct export_source source = source_of(NULL, 0);

	source.notes = NULL;
	source.note_count = 0;
	for (size_t i = 0; i < EXPORT_FORMATS; i++) {
		struct buf out = exported((enum export_format)i, &source);
		assert_true(out.n > 20);
		buf_release(&out);
	}
}

/* ---- the sink ---- */

struct stopping {
	size_t left; /* parts it takes */
	size_t after;
};

static bool take_some(void *arg, struct str part, struct err *err)
{
	struct stopping *s = arg;

	(void)part;
	if (s->left == 0) {
		s->after++;
		return err_set(err, ERR_BROKEN, "nobody listens");
	}
	s->left--;
	return true;
}

static void a_sink_that_refuses_ends_the_writing(void **state)
{
	(void)state;
	struct figure *many = x_calloc(3000, sizeof(*many));

	for (size_t i = 0; i < 3000; i++)
		many[i] = shown;
	const struct export_source source = source_of(many, 3000);
	for (size_t i = 0; i < EXPORT_FORMATS; i++) {
		struct stopping s = {.left = 0};
		struct err err = {0};

		assert_false(export_write(
			(enum export_format)i, &source, take_some, &s, &err));
		assert_string_equal(err.text, "nobody listens");
		assert_int_equal(s.after, 1);
	}
	free(many);
}

static bool look_at_size(void *arg, struct str part, struct err *err)
{
	size_t *largest = arg;

	(void)err;
	if (part.n > *largest)
		*largest = part.n;
	return true;
}

static void a_large_release_leaves_in_small_parts(void **state)
{
	(void)state;
	struct figure *many = x_calloc(10000, sizeof(*many));

	for (size_t i = 0; i < 10000; i++)
		many[i] = shown;
	const struct export_source source = source_of(many, 10000);
	for (size_t i = 0; i < EXPORT_FORMATS; i++) {
		size_t largest = 0;
		struct err err = {0};

		assert_true(export_write(
			(enum export_format)i, &source, look_at_size, &largest, &err));
		assert_in_range(largest, 1, 80000);
	}
	free(many);
}

/* ---- where a process may write no file ---- */

/* 0 when all formats but the workbook are made there, and the workbook says what it wants; else which one was not. */
static int make_confined(void)
{
	const struct export_source source = source_of(&shown, 1);

	for (size_t i = 0; i < EXPORT_FORMATS; i++) {
		struct buf out = BUF_LIMIT(1 << 20);
		struct err err = {0};
		bool ok = export_write(
			(enum export_format)i, &source, keep_part, &out, &err);
		bool wanted = i == EXPORT_XLSX
			? !ok && strstr(err.text, "temporary folder")
			: ok;
		buf_release(&out);
		if (!wanted)
			return (int)i + 1;
	}
	return 0;
}

/* export.h says which process can make a workbook, and this is why. */
static void only_the_workbook_needs_a_file(void **state)
{
	(void)state;
	static const char *const closed[] = {"/root", NULL};
	int status = 0;

	if (!confine_offered().files)
		skip();
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (!confine(closed).files)
			_exit(100);
		_exit(make_confined());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- the manifest ---- */

static void the_manifest_names_every_file(void **state)
{
	(void)state;
	struct world w;
	const struct export_file files[] = {{"csv", "a.csv", "text/csv", 12, "00ff"},
		{"ddi", "a.xml", "application/xml", 7, "11"}};
	struct buf out = BUF_LIMIT(1 << 16);

	begin(&w);
	export_manifest(&w.source, files, COUNT_OF(files), &out);
	json_t *root = json_loads(buf_str(&out).p, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	assert_json(json_object_get(root, "thresholds"),
		"{\"min_base\":11,\"min_cell\":5,\"coalition\":1}");
	assert_json(json_object_get(root, "lines_of_audiences"), "{\"t\":7}");
	assert_json(json_array_get(json_object_get(root, "files"), 0),
		"{\"format\":\"csv\",\"name\":\"a.csv\",\"media_type\":\"text/csv\",\"bytes\":12,"
		"\"blake2b_256\":\"00ff\"}");
	assert_int_equal(json_array_size(json_object_get(root, "files")), 2);
	assert_string_equal(text_of(root, "release_hash"), "ab");
	assert_true(json_is_null(json_object_get(root, "record_hash")));
	json_decref(root);
	buf_clear(&out);
	w.source.record_hash = "cd";
	export_manifest(&w.source, files, COUNT_OF(files), &out);
	root = json_loads(buf_str(&out).p, JSON_REJECT_DUPLICATES, NULL);
	assert_string_equal(text_of(root, "record_hash"), "cd");
	json_decref(root);
	buf_release(&out);
	form_free(w.form);
}

int main(void)
{
	if (!confine_offered().files)
		printf("note: not proved here, because this machine offers no Landlock: that only the workbook needs a temporary file\n");
	(void)fflush(stdout);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_stat_is_one_cube_a_question_and_segment),
		cmocka_unit_test(json_stat_marks_every_statistic_that_is_withheld),
		cmocka_unit_test(ddi_has_wordings_bases_and_frequencies),
		cmocka_unit_test(a_rate_is_a_value_told_or_not),
		cmocka_unit_test(ddi_has_rates_as_statistics_and_people_as_frequencies),
		cmocka_unit_test(markup_in_texts_is_text),
		cmocka_unit_test(the_same_release_gives_the_same_bytes),
		cmocka_unit_test(a_release_of_nothing_has_files_all_the_same),
		cmocka_unit_test(a_sink_that_refuses_ends_the_writing),
		cmocka_unit_test(a_large_release_leaves_in_small_parts),
		cmocka_unit_test(only_the_workbook_needs_a_file),
		cmocka_unit_test(the_manifest_names_every_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
