/* SPDX-License-Identifier: Apache-2.0 */
/* report_test.h - small forms, people who answer them, and tables as text that can be compared by eye. */
#ifndef REPORT_TEST_H
#define REPORT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../support/form.h"
#include "barometre/report/release.h"

static const struct thresholds usual = {.min_base = 11, .min_cell = 5}, off = {0};

#define FORM_HEAD                                                                    \
 "{\"title\":\"T\",\"description\":\"D\",\"locale\":\"fr\","                         \
 "\"clearInvisibleValues\":\"onHiddenContainer\",\"barometre\":{\"audience\":\"t\"," \
 "\"audienceLabel\":\"T\",\"version\":\"1\",\"minutes\":1,\"boxBytes\":24576,"       \
 "\"complete\":[],\"welcome\":[\"B\"],\"thanks\":[\"M\"]},"

/* Single quotes stand for double ones, so that forms and answers read well in C. */
static inline char *quoted(const char *text)
{
	char *copy = x_strdup(text);

	for (char *p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	return copy;
}

/* Takes the text over. */
static inline struct form *form_of_json(char *json)
{
	struct err err = {0};
	struct form *form = form_parse(str_of(json), "test", &err);

	if (!form)
		fail_msg("%s", err.text);
	free(json);
	return form;
}

/* `pages` and what may follow it: 'pages':[…],'calculatedValues':[…] */
static inline struct form *form_of_pages(const char *pages)
{
	char *inside = quoted(pages);
	struct form *form = form_of_json(x_printf("%s%s}", FORM_HEAD, inside));

	free(inside);
	return form;
}

static inline struct form *form_of(const char *elements)
{
	char *pages = x_printf(
		"'pages':[{'name':'p','title':'P','elements':[%s]}]", elements);
	struct form *form = form_of_pages(pages);

	free(pages);
	return form;
}

/* As form_of, with a calculated value v. The expression's own quotes stay single. */
static inline struct form *form_with_value(const char *elements, const char *expression)
{
	char *list = quoted(elements);
	struct form *form = form_of_json(x_printf(
		"%s\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[%s]}],"
		"\"calculatedValues\":[{\"name\":\"v\",\"includeIntoResult\":true,"
		"\"barometre\":{\"title\":\"V\"},\"expression\":\"%s\"}]}",
		FORM_HEAD, list, expression));

	free(list);
	return form;
}

/* As form_of, with crossings. */
static inline struct form *crossed_form(const char *elements, const char *crossings)
{
	char *head = x_strdup(FORM_HEAD), *end = strstr(head, "\"complete\":[]");
	char *pages = quoted(elements), *list = quoted(crossings);

	assert_non_null(end);
	*end = '\0';
	struct form *form = form_of_json(
		x_printf("%s\"crossings\":[%s],\"complete\":[],\"welcome\":[\"B\"],"
			 "\"thanks\":[\"M\"]},\"pages\":[{\"name\":\"p\",\"title\":\"P\","
			 "\"elements\":[%s]}]}",
			head, list, pages));
	free(pages);
	free(list);
	free(head);
	return form;
}

static inline json_t *answers_of(const char *text)
{
	char *json = quoted(text);
	json_error_t error;
	json_t *answers = json_loads(json, JSON_REJECT_DUPLICATES, &error);

	if (!answers)
		fail_msg("%s: %s", error.text, json);
	free(json);
	return answers;
}

static inline void answer_times(struct tabulation *tab, const char *text, int times)
{
	json_t *answers = answers_of(text);

	for (int i = 0; i < times; i++)
		tabulation_add(tab, answers, 0);
	json_decref(answers);
}

/* Each answer so many times. They end with a NULL answer. */
struct group {
	const char *answer;
	int times;
};
static inline void answer_groups(struct tabulation *tab, const struct group *groups)
{
	for (; groups->answer; groups++)
		answer_times(tab, groups->answer, groups->times);
}
#define GROUPS(...) ((const struct group[]){__VA_ARGS__, {NULL, 0}})

static inline void put_number(struct buf *out, int64_t n)
{
	if (n < 0)
		buf_puts(out, " .");
	else
		buf_printf(out, " %lld", (long long)n);
}

/* "question type option base mentions count percent status", a dot for what is empty. */
static inline void put_line(struct buf *out, const struct figure *f)
{
	buf_printf(out, "%s %s %s", f->question, f->type, f->option);
	put_number(out, f->base);
	put_number(out, f->mentions);
	if (f->has_value)
		buf_printf(out, " %.10g", f->value);
	else
		put_number(out, f->count);
	put_number(out, f->percent);
	buf_printf(out, "%s%s\n", *f->status ? " " : "", f->status);
}

/* Numbers of ticks and quartiles stand beside nearly everything: test_tabulate.c has them. */
static inline bool is_beside(const struct figure *f)
{
	return strcmp(f->type, "count") == 0 || strcmp(f->option, "q1") == 0 ||
		strcmp(f->option, "q3") == 0;
}

/* The lines after the first (the total), without those of is_beside, are exactly these. */
static inline void assert_lines(
	const struct tabulation *tab, struct thresholds thresholds, const char *expected)
{
	struct figures figures = {0};
	struct buf text = BUF_LIMIT(1 << 20);

	figures_add(&figures, "t", tab, thresholds);
	assert_true(figures.count >= 1);
	assert_string_equal(figures.list[0].question, "participation");
	for (size_t i = 1; i < figures.count; i++)
		if (!is_beside(&figures.list[i]))
			put_line(&text, &figures.list[i]);
	assert_string_equal(buf_str(&text).p, expected);
	buf_release(&text);
	figures_release(&figures);
}

/* Adds everyone, compares, releases. People end with NULL. */
static inline void check_table(const char *elements, const char *const *people,
	struct thresholds thresholds, const char *expected)
{
	struct form *form = form_of(elements);
	struct tabulation *tab = tabulation_new(form);

	for (; *people; people++)
		answer_times(tab, *people, 1);
	assert_lines(tab, thresholds, expected);
	tabulation_free(tab);
	form_free(form);
}
#define PEOPLE(...) ((const char *const[]){__VA_ARGS__, NULL})

/* As check_table, each answer given so many times. */
static inline void check_groups(const char *elements, const struct group *groups,
	struct thresholds thresholds, const char *expected)
{
	struct form *form = form_of(elements);
	struct tabulation *tab = tabulation_new(form);

	answer_groups(tab, groups);
	assert_lines(tab, thresholds, expected);
	tabulation_free(tab);
	form_free(form);
}

/* xorshift64 (Marsaglia 2003): the same sets at every run. */
static inline size_t below(size_t n)
{
	static uint64_t seed = 88172645463325252u;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (size_t)(seed % n);
}

#endif
