/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inspect.h against files that people have read (tests/golden/inspect*). BAROMETRE_GOLDEN=write writes them
 * anew: read the difference before committing it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../support/form.h"
#include "barometre/form/inspect.h"

#define GOLDEN SOURCE_DIR "/tests/golden/"

static void assert_golden(const char *name, struct buf *got)
{
	char *path = x_printf(GOLDEN "%s", name);
	const char *way = getenv("BAROMETRE_GOLDEN");
	assert_false(got->failed);
	if (way && strcmp(way, "write") == 0) {
		FILE *file = fopen(path, "wb");
		assert_non_null(file);
		fwrite(got->p, 1, got->n, file);
		fclose(file);
	}
	char *wanted = file_text(path);
	if (!str_eq_z(buf_str(got), wanted))
		fail_msg("%s is no longer what is written: got\n%s", name, got->p);
	free(wanted);
	free(path);
	buf_release(got);
}

static void views_are_those_of_the_golden_files(void **state)
{
	(void)state;
	SCOPED(form_drop) struct form *form = form_of_file(GOLDEN "inspect-new.json");
	struct buf out = BUF_LIMIT(1 << 20);
	form_outline(form, &out);
	assert_golden("inspect-outline.txt", &out);
	inspect_codebook(form, &out);
	assert_golden("inspect-codebook.csv", &out);
	inspect_dot(form, &out);
	assert_golden("inspect.dot", &out);
	inspect_svg(form, &out);
	assert_golden("inspect.svg", &out);
}

static void the_difference_is_that_of_the_golden_file(void **state)
{
	(void)state;
	SCOPED(form_drop) struct form *old = form_of_file(GOLDEN "inspect-old.json");
	SCOPED(form_drop) struct form *new = form_of_file(GOLDEN "inspect-new.json");
	struct buf out = BUF_LIMIT(1 << 20);
	json_t *diff = inspect_diff(old, new);
	inspect_diff_write(diff, &out);
	json_decref(diff);
	assert_golden("inspect-diff.txt", &out);
}

static const char *class_of(const json_t *diff, const char *name)
{
	const json_t *list = json_object_get(diff, "questions");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		if (strcmp(json_string_value(json_object_get(one, "name")), name) == 0)
			return json_string_value(json_object_get(one, "class"));
	}
	return "absent";
}

static void every_question_has_the_class_of_its_worst_change(void **state)
{
	(void)state;
	static const char *const classes[][2] = {{"accueil", "identical"},
		{"avis", "wording"}, {"themes", "choices"}, {"note", "broken"},
		{"age", "identical"}, {"mots", "routing"}, {"grille", "routing"},
		{"noms", "new"}, {"retour", "broken"}, {"content", "new"}};
	SCOPED(form_drop) struct form *old = form_of_file(GOLDEN "inspect-old.json");
	SCOPED(form_drop) struct form *new = form_of_file(GOLDEN "inspect-new.json");
	json_t *diff = inspect_diff(old, new);
	for (size_t i = 0; i < COUNT_OF(classes); i++)
		assert_string_equal(class_of(diff, classes[i][0]), classes[i][1]);
	json_decref(diff);
	diff = inspect_diff(new, new);
	const json_t *summary = json_object_get(diff, "summary");
	assert_int_equal(json_integer_value(json_object_get(summary, "identical")),
		new->question_count);
	assert_int_equal(json_array_size(json_object_get(diff, "form")), 0);
	json_decref(diff);
}

/* The change of one question from `before` to `after`, as "class: what code, …". */
static void assert_change(const char *before, const char *after, const char *wanted)
{
	static const char frame[] =
		"{\"title\":\"T\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\","
		"\"barometre\":{\"audience\":\"a\",\"version\":\"1\",\"minutes\":5,"
		"\"boxBytes\":8192,\"audienceLabel\":\"T\",\"complete\":[]},\"pages\":["
		"{\"name\":\"p\",\"title\":\"P\",\"elements\":["
		"{\"type\":\"boolean\",\"name\":\"k\",\"title\":\"K\"},{\"name\":\"q\",%s}]}]}";
	struct form *forms[2];
	struct buf got = BUF_LIMIT(1 << 16);
	for (int i = 0; i < 2; i++) {
		struct err err = {0};
		struct buf json = BUF_LIMIT(1 << 16);
		const char *at = strstr(frame, "%s");
		buf_add(&json, (struct str){frame, (size_t)(at - frame)});
		buf_puts(&json, i ? after : before);
		buf_puts(&json, at + 2);
		forms[i] = form_parse(buf_str(&json), "x", &err);
		if (!forms[i])
			fail_msg("%s\n%s", err.text, json.p);
		buf_release(&json);
	}
	json_t *diff = inspect_diff(forms[0], forms[1]);
	const json_t *one = json_array_get(json_object_get(diff, "questions"), 1);
	const json_t *changes = json_object_get(one, "changes");
	buf_printf(&got, "%s:", json_string_value(json_object_get(one, "class")));
	for (size_t i = 0; i < json_array_size(changes); i++) {
		const json_t *change = json_array_get(changes, i);
		const char *code = json_string_value(json_object_get(change, "code"));
		buf_printf(&got, " %s%s%s",
			json_string_value(json_object_get(change, "what")),
			code ? "/" : "", code ? code : "");
	}
	assert_string_equal(buf_str(&got).p, wanted);
	json_decref(diff);
	buf_release(&got);
	form_free(forms[0]);
	form_free(forms[1]);
}

#define ITEMS(more) \
 "\"type\":\"multipletext\",\"title\":\"Q\",\"items\":[{\"name\":\"i\"," more "}]"
#define NUMBER "\"inputType\":\"number\""

static void each_change_has_its_class(void **state)
{
	(void)state;
	const char *radio =
		"\"type\":\"radiogroup\",\"title\":\"Q\",\"choices\":[\"a\",\"b\"]";
	assert_change(radio, radio, "identical:");
	assert_change(radio,
		"\"type\":\"radiogroup\",\"title\":\"R\",\"choices\":[\"a\",\"b\"]",
		"wording: title");
	assert_change(radio,
		"\"type\":\"radiogroup\",\"title\":\"Q\",\"choices\":[\"a\",\"c\"]",
		"choices: choice-removed/b choice-added/c");
	assert_change(radio,
		"\"type\":\"radiogroup\",\"title\":\"Q\",\"choices\":[\"a\",{\"value\":\"b\",\"text\":\"B\"}]",
		"choices: choice-relabelled/b");
	assert_change(radio,
		"\"type\":\"radiogroup\",\"title\":\"Q\",\"choices\":[\"a\",\"b\"],\"showOtherItem\":true",
		"choices: other");
	assert_change(radio,
		"\"type\":\"radiogroup\",\"title\":\"Q\",\"choices\":[\"a\",\"b\"],\"visibleIf\":\"{k} = true\"",
		"routing: condition");
	assert_change(radio,
		"\"type\":\"radiogroup\",\"title\":\"Q\",\"choices\":[\"a\",\"b\"],\"isRequired\":true",
		"routing: required");
	assert_change(radio,
		"\"type\":\"checkbox\",\"title\":\"Q\",\"choices\":[\"a\",\"b\"]",
		"broken: type");
	assert_change(radio,
		"\"type\":\"radiogroup\",\"title\":\"Q\",\"choices\":[\"a\",\"b\"],\"barometre\":{\"role\":\"segment\"}",
		"broken: role");
	assert_change(radio,
		"\"type\":\"radiogroup\",\"title\":\"Q\",\"choices\":[\"a\",\"b\"],\"barometre\":{\"notConcerned\":[\"b\"]}",
		"broken: not-concerned/b");
	assert_change(radio,
		"\"type\":\"radiogroup\",\"title\":\"Q\",\"choices\":[\"a\",\"b\",\"n\"],\"barometre\":{\"notConcerned\":[\"n\"]}",
		"broken: choice-added/n");
	assert_change(radio,
		"\"type\":\"radiogroup\",\"title\":\"Q\",\"choices\":[\"a\",\"b\"],\"barometre\":{\"published\":{\"2023\":\"Q\"}}",
		"broken: published/2023");
	assert_change(
		"\"type\":\"rating\",\"title\":\"Q\",\"barometre\":{\"published\":{\"2021\":\"Q\",\"2023\":\"Q\"}}",
		"\"type\":\"rating\",\"title\":\"Q\",\"barometre\":{\"published\":{\"2021\":\"R\",\"2023\":\"Q\"}}",
		"broken: published/2021");
	assert_change("\"type\":\"rating\",\"title\":\"Q\"",
		"\"type\":\"rating\",\"title\":\"Q\",\"rateMax\":7", "broken: scale");
	assert_change(
		"\"type\":\"text\",\"inputType\":\"number\",\"title\":\"Q\",\"max\":9",
		"\"type\":\"text\",\"inputType\":\"number\",\"title\":\"Q\",\"max\":8",
		"choices: limits");
	assert_change("\"type\":\"checkbox\",\"title\":\"Q\",\"choices\":[\"a\",\"b\"]",
		"\"type\":\"checkbox\",\"title\":\"Q\",\"choices\":[\"a\",\"b\"],"
		"\"validators\":[{\"type\":\"answercount\",\"maxCount\":1}]",
		"choices: checks");
	assert_change(ITEMS(NUMBER ",\"max\":9"), ITEMS(NUMBER ",\"max\":8"),
		"choices: item-limits/i");
	assert_change(ITEMS(NUMBER), ITEMS(NUMBER ",\"isRequired\":true"),
		"routing: item-required/i");
	assert_change(
		ITEMS(NUMBER), ITEMS("\"inputType\":\"date\""), "broken: item-type/i");
}

/* Tags open and close in order, and what people wrote is escaped: XML 1.0 section 2.1. */
static void assert_well_formed(const char *xml)
{
	const char *open[32];
	size_t depth = 0;
	for (const char *p = strstr(xml, "?>") + 2; *p; p++) {
		assert_true((unsigned char)*p >= 0x20 || *p == '\n');
		if (*p == '&')
			assert_true(strncmp(p, "&amp;", 5) == 0 ||
				strncmp(p, "&lt;", 4) == 0 ||
				strncmp(p, "&gt;", 4) == 0 ||
				strncmp(p, "&quot;", 6) == 0);
		if (*p != '<')
			continue;
		const char *end = strchr(p, '>');
		assert_non_null(end);
		if (p[1] == '/') {
			size_t n = (size_t)(end - p) - 2;
			assert_true(depth > 0);
			assert_int_equal(strncmp(open[--depth], p + 2, n), 0);
			assert_non_null(strchr(" >", open[depth][n]));
		} else if (end[-1] != '/') {
			assert_true(depth < COUNT_OF(open));
			open[depth++] = p + 1;
		}
		p = end;
	}
	assert_int_equal(depth, 0);
}

static void graphs_of_all_forms_are_well_formed_and_hold_every_question(void **state)
{
	(void)state;
	static const char *const names[] = {"forms/associations", "forms/patients",
		"forms/equipes", "forms/etablissements", "forms/formation",
		"tests/golden/inspect-new"};
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char *path = x_printf(SOURCE_DIR "/%s.json", names[i]);
		SCOPED(form_drop) struct form *form = form_of_file(path);
		struct buf svg = BUF_LIMIT(1 << 20), dot = BUF_LIMIT(1 << 20);
		inspect_svg(form, &svg);
		inspect_dot(form, &dot);
		assert_false(svg.failed || dot.failed);
		assert_well_formed(svg.p);
		assert_null(strstr(svg.p, "<script"));
		for (size_t j = 0; j < form->question_count; j++) {
			char *shown = x_printf(">%s</tspan>", form->questions[j].name);
			char *node = x_printf(
				"    \"%s\" [label=", form->questions[j].name);
			assert_non_null(strstr(svg.p, shown));
			assert_non_null(strstr(dot.p, node));
			free(shown);
			free(node);
		}
		buf_release(&svg);
		buf_release(&dot);
		free(path);
	}
}

static void a_codebook_has_as_many_fields_on_every_line(void **state)
{
	(void)state;
	SCOPED(form_drop) struct form *form = form_of_file(GOLDEN "inspect-new.json");
	struct buf out = BUF_LIMIT(1 << 20);
	size_t fields = 1, lines = 0;
	bool quoted = false;
	inspect_codebook(form, &out);
	for (const char *p = out.p; *p; p++) {
		if (*p == '"')
			quoted = !quoted;
		if (quoted)
			continue;
		fields += *p == ',';
		if (*p != '\n')
			continue;
		assert_int_equal(p[-1], '\r');
		assert_int_equal(fields, 15);
		fields = 1;
		lines++;
	}
	assert_false(quoted);
	assert_true(lines > 10);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_are_those_of_the_golden_files),
		cmocka_unit_test(the_difference_is_that_of_the_golden_file),
		cmocka_unit_test(every_question_has_the_class_of_its_worst_change),
		cmocka_unit_test(each_change_has_its_class),
		cmocka_unit_test(
			graphs_of_all_forms_are_well_formed_and_hold_every_question),
		cmocka_unit_test(a_codebook_has_as_many_fields_on_every_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
