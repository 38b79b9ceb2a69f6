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

#endif
