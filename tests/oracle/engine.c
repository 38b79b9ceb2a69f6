/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine.c - the engine of forms behind a pipe, so that tests/oracle can compare it with others.
 *
 * One JSON object a line in, one out:
 *   {"form": {…}, "today": microseconds since 1970, "cases": [answers, …], "expressions": [["text", case], …]}
 *   {"cases": [{"visible": [names], "required": [names], "offered": {name: [codes]}, "submission": {…},
 *      "missing": page or -1, "invalid": why or null, "problems": [[name, row or null, level], …],
 *      "compiled": [{"visible": …, "questions": {name: {…}}}, … one a page]}, …],
 *    "expressions": [{"value": …, "true": …, "compiled": [one a page]} or {"error": why}, …]}
 * or {"error": why} for a form that is refused. Expressions read the submission of their case.
 */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/base/mem.h"
#include "barometre/form/answer.h"

static void json_drop(json_t **j)
{
	json_decref(*j);
}

struct rig {
	const struct form *form;
	usec_t today;
};

/* What is visible, cleaned, with all that is worked out from it: what expressions read. */
struct view {
	const struct form *form;
	json_t *submission;
};

static const json_t *answer_of(void *arg, size_t question)
{
	const struct view *view = arg;
	return json_object_get(view->submission, view->form->questions[question].name);
}

static json_t *submission_of(const struct rig *rig, const json_t *answers)
{
	json_t *contact = NULL;
	json_t *submission = answers_submission(rig->form, answers, rig->today, &contact);
	json_decref(contact);
	return submission;
}

static json_t *names_where(const struct rig *rig, const bool *flags)
{
	json_t *names = json_array();
	for (size_t i = 0; i < rig->form->question_count; i++)
		if (flags[i] && rig->form->questions[i].type != QUESTION_CALCULATED)
			json_array_append_new(
				names, json_string(rig->form->questions[i].name));
	return names;
}

/* What is worked out is no answer: nobody sends it. */
static json_t *typed_by_people(const struct rig *rig, const json_t *answers)
{
	json_t *copy = json_deep_copy(answers);
	for (size_t i = 0; i < rig->form->question_count; i++)
		if (rig->form->questions[i].expression)
			json_object_del(copy, rig->form->questions[i].name);
	return copy;
}

static json_t *problems_of(const struct rig *rig, const json_t *answers)
{
	static const char *const levels[] = {"error", "warning", "info"};
	json_t *list = json_array();
	SCOPED(json_drop) json_t *typed = json_object();
	SCOPED(json_drop) json_t *posted = typed_by_people(rig, answers);
	for (size_t page = 0; page < rig->form->page_count; page++) {
		struct problems found = {0};
		answers_review_page(rig->form, page, posted, typed, rig->today, &found);
		for (size_t i = 0; i < found.count; i++) {
			const struct problem *p = &found.list[i];
			json_array_append_new(list,
				json_pack("[ss?s]", p->question->name, p->row,
					levels[p->level]));
		}
		problems_release(&found);
	}
	return list;
}

static void compile_into(json_t *object, const char *key, const struct rig *rig,
	const struct expr *e, size_t page, const struct expr_scope *scope)
{
	if (e)
		json_object_set_new(object, key, expr_compile(e, rig->form, page, scope));
}

/* What the questions offer that offer some choices only under a condition. */
static json_t *offered_codes(const struct rig *rig, const json_t *answers)
{
	json_t *object = json_object();
	for (size_t i = 0; i < rig->form->question_count; i++) {
		const struct question *q = &rig->form->questions[i];
		json_t *codes = json_array();
		bool conditional = false;
		for (size_t k = 0; k < q->choice_count; k++) {
			const struct choice *c = &q->choices[k];
			conditional = conditional || c->visible_if;
			if (answers_offer(rig->form, q, c, answers, rig->today))
				json_array_append_new(codes, json_string(c->code));
		}
		if (conditional)
			json_object_set(object, q->name, codes);
		json_decref(codes);
	}
	return object;
}

/* All conditions of a question, as its page gives them to the browser. */
static json_t *compile_question(
	const struct rig *rig, const struct question *q, const struct expr_scope *scope)
{
	json_t *object = json_object(), *offers = json_object();
	compile_into(object, "visible", rig, q->visible_if, q->page, scope);
	compile_into(object, "required", rig, q->required_if, q->page, scope);
	compile_into(object, "value", rig, q->expression, q->page, scope);
	for (size_t i = 0; i < q->choice_count; i++)
		compile_into(offers, q->choices[i].code, rig, q->choices[i].visible_if,
			q->page, scope);
	json_object_set_new(object, "offers", offers);
	return object;
}

static json_t *compile_pages(const struct rig *rig, struct view *view)
{
	json_t *pages = json_array();
	struct expr_scope scope = {answer_of, view, rig->today};
	for (size_t i = 0; i < rig->form->page_count; i++) {
		const struct page *page = &rig->form->pages[i];
		json_t *object = json_object(), *questions = json_object();
		compile_into(object, "visible", rig, page->visible_if, i, &scope);
		json_object_set_new(object, "questions", questions);
		for (size_t k = page->first; k < page->first + page->count; k++) {
			const struct question *q = &rig->form->questions[k];
			json_object_set_new(
				questions, q->name, compile_question(rig, q, &scope));
		}
		json_array_append_new(pages, object);
	}
	return pages;
}

static json_t *run_case(const struct rig *rig, const json_t *answers)
{
	struct err err = {0};
	struct view view = {rig->form, submission_of(rig, answers)};
	bool valid = answers_validate(rig->form, view.submission, &err);
	struct routing r = {0};
	routing_compute(&r, rig->form, answers, rig->today);
	json_t *said = json_pack("{sososo}", "visible", names_where(rig, r.question),
		"required", names_where(rig, r.required), "offered",
		offered_codes(rig, answers));
	must(said);
	routing_release(&r);
	json_object_set_new(said, "invalid", valid ? json_null() : json_string(err.text));
	json_object_set_new(said, "missing",
		json_integer(answers_first_missing(rig->form, answers, rig->today)));
	json_object_set_new(said, "problems", problems_of(rig, answers));
	json_object_set_new(said, "compiled", compile_pages(rig, &view));
	json_object_set_new(said, "submission", view.submission);
	return said;
}

static json_t *run_expression(const struct rig *rig, struct str text, json_t *answers)
{
	struct err err = {0};
	size_t before = rig->form->question_count;
	SCOPED(expr_drop) struct expr *e = expr_parse(text, &err);
	if (!e || !expr_bind(e, rig->form, before, false, &err))
		return json_pack("{ss}", "error", err.text);
	SCOPED(json_drop) json_t *submission = submission_of(rig, answers);
	struct view view = {rig->form, submission};
	struct expr_scope scope = {answer_of, &view, rig->today};
	json_t *pages = json_array();
	for (size_t i = 0; i < rig->form->page_count; i++)
		json_array_append_new(pages, expr_compile(e, rig->form, i, &scope));
	return json_pack("{so*sbso}", "value", expr_value(e, &scope), "true",
		expr_is_true(e, &scope), "compiled", pages);
}

static json_t *run_line(const json_t *line)
{
	struct err err = {0};
	json_t *cases = json_object_get(line, "cases"), *one;
	json_t *expressions = json_object_get(line, "expressions");
	char *text = json_dumps(json_object_get(line, "form"), 0);
	must(text);
	SCOPED(form_drop) struct form *form = form_parse(str_of(text), "form", &err);
	free(text);
	if (!form)
		return json_pack("{ss}", "error", err.text);
	struct rig rig = {form, json_integer_value(json_object_get(line, "today"))};
	json_t *seen = json_array(), *values = json_array();
	size_t i;
	json_array_foreach(cases, i, one)
		json_array_append_new(seen, run_case(&rig, one));
	json_array_foreach(expressions, i, one) {
		json_t *expr = json_array_get(one, 0);
		size_t at = (size_t)json_integer_value(json_array_get(one, 1));
		json_array_append_new(values,
			run_expression(&rig,
				(struct str){json_string_value(expr),
					json_string_length(expr)},
				json_array_get(cases, at)));
	}
	return json_pack("{soso}", "cases", seen, "expressions", values);
}

int main(void)
{
	char *text = NULL;
	size_t room = 0;
	while (getline(&text, &room, stdin) > 0) {
		json_error_t why;
		SCOPED(json_drop) json_t *line = json_loads(text, 0, &why);
		SCOPED(json_drop)
		json_t *said = line ? run_line(line)
				    : json_pack("{ss}", "error", why.text);
		must(said);
		char *out = json_dumps(said, JSON_COMPACT);
		must(out);
		puts(out);
		fflush(stdout);
		free(out);
	}
	free(text);
	return 0;
}
