/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions: parse, bind against a small form, evaluate. The first byte chooses the answers. */
#include "barometre/form/answer.h"

static const char form_text[] =
	"{\"title\":\"T\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\",\"barometre\":{"
	"\"audience\":\"a\",\"version\":\"1\",\"minutes\":5,\"boxBytes\":4096,\"audienceLabel\":\"A\","
	"\"complete\":[]},\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":["
	"{\"type\":\"text\",\"name\":\"a\",\"title\":\"A\",\"inputType\":\"number\"},"
	"{\"type\":\"text\",\"name\":\"d\",\"title\":\"D\",\"inputType\":\"date\"},"
	"{\"type\":\"checkbox\",\"name\":\"c\",\"title\":\"C\",\"choices\":[\"x\",\"y\"]},"
	"{\"type\":\"matrix\",\"name\":\"m\",\"title\":\"M\",\"columns\":[\"x\"],\"rows\":[\"r\"]},"
	"{\"type\":\"multipletext\",\"name\":\"p\",\"title\":\"P\",\"items\":[{\"name\":\"n\",\"inputType\":\"number\"}]},"
	"{\"type\":\"ranking\",\"name\":\"k\",\"title\":\"K\",\"choices\":[\"x\",\"y\"]}]}]}";

static const json_t *answer_of(void *arg, size_t question)
{
	static const char *const names[] = {"a", "d", "c", "m", "p", "k"};
	return question < COUNT_OF(names) ? json_object_get(arg, names[question]) : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct form *form;
	static json_t *answers;
	if (!form) {
		form = form_parse(str_of(form_text), "fuzz", NULL);
		answers = json_pack("{s:f,s:s,s:[s],s:{s:s},s:{s:i},s:[s,s]}", "a", 2.5,
			"d", "2000-02-29", "c", "x", "m", "r", "x", "p", "n", 3, "k", "y",
			"x");
	}
	struct err err = {0};
	struct str text = {
		size > 0 ? (const char *)data + 1 : "", size > 0 ? size - 1 : 0};
	struct expr_scope scope = {
		answer_of, size > 0 && data[0] % 2 ? answers : NULL, 0};
	SCOPED(expr_drop) struct expr *e = expr_parse(text, &err);
	if (e && expr_bind(e, form, form->question_count, false, &err)) {
		json_t *value = expr_value(e, &scope);
		must(expr_is_true(e, &scope) == json_is_true(value));
		json_decref(value);
		json_decref(expr_compile(e, form, 0, &scope));
	} else {
		must(err.code == ERR_INVALID && err.line > 0);
	}
	return 0;
}
