/* SPDX-License-Identifier: Apache-2.0 */
/* form_test.h - what the tests of the form layer share. */
#ifndef FORM_TEST_H
#define FORM_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "answer_form.h"

/* A form of one page, and what may stand on it. HEAD is line 1, the page line 2, its first element line 3. */
#define PAGE(elements) \
 HEAD "\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[\n" elements "]}]}"
#define Q(type, name, rest) \
 "{\"type\":\"" type "\",\"name\":\"" name "\",\"title\":\"T\"" rest "}"
#define RADIO(name, rest) Q("radiogroup", name, ",\"choices\":[\"oui\",\"non\"]" rest)
#define NUMBER(name, rest) Q("text", name, ",\"inputType\":\"number\"" rest)

static inline struct form *parse_or_fail(const char *json)
{
	struct err err = {0};
	struct form *form = form_parse(str_of(json), "forms/x.json", &err);
	if (!form)
		fail_msg("%s", err.text);
	return form;
}

static inline json_t *json_or_fail(const char *text)
{
	json_error_t why;
	json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &why);
	if (!value)
		fail_msg("%s: %s", text, why.text);
	return value;
}

static inline void assert_json(json_t *value, const char *expected)
{
	json_t *wanted = json_or_fail(expected);
	if (!json_equal(value, wanted)) {
		char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		fail_msg("got %s, wanted %s", text ? text : "nothing", expected);
	}
	json_decref(wanted);
}

/* What a form file is refused for, and in which line. */
struct refusal {
	const char *json;
	int line;
	const char *fragment;
};
static inline void assert_refusals(const struct refusal *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct refusal *one = &list[i];
		struct err err = {0};
		char place[40];
		struct form *form = form_parse(str_of(one->json), "forms/x.json", &err);
		if (form)
			fail_msg("accepted: %s", one->json);
		snprintf(place, sizeof(place), "forms/x.json:%d:", one->line);
		if (!strstr(err.text, one->fragment) ||
			!str_starts(str_of(err.text), str_of(place)) ||
			err.line != one->line)
			fail_msg("%s\ngave %s\nwanted %s… %s", one->json, err.text, place,
				one->fragment);
	}
	print_message("%zu refusals\n", count);
}

static inline void assert_valid(
	const struct form *form, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct err err = {0};
		json_t *answers = json_or_fail(list[i]);
		if (!answers_validate(form, answers, &err))
			fail_msg("%s: %s", list[i], err.text);
		json_decref(answers);
	}
	print_message("%zu valid\n", count);
}

/* The message never holds the value: "zzz" stands for what somebody typed. */
static inline void assert_invalid(
	const struct form *form, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct err err = {0};
		json_t *answers = json_or_fail(list[i]);
		if (answers_validate(form, answers, &err))
			fail_msg("accepted: %s", list[i]);
		assert_int_equal(err.code, ERR_INVALID);
		assert_null(strstr(err.text, "zzz"));
		json_decref(answers);
	}
	print_message("%zu refused\n", count);
}

/* Group teardown of tests whose state is their form. */
static inline int free_form(void **state)
{
	form_free(*state);
	return 0;
}

#endif
