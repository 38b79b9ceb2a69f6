/* SPDX-License-Identifier: Apache-2.0 */
/*
 * respond_page_live.c - conditions that depend on answers of the page itself, for the script of the page.
 *
 * What the page tells: conditions over its own questions, with everything else worked out (expr_compile). An answer of
 * another page never stands in it.
 */
#include <stdlib.h>

#include "respond_page_private.h"

static bool has_conditions(const struct question *q)
{
	for (size_t i = 0; i < q->choice_count; i++)
		if (q->choices[i].visible_if)
			return true;
	return false;
}

static bool is_offered(
	const struct page_view *v, const struct question *q, const json_t *code)
{
	const struct choice *choice = json_is_string(code)
		? question_find_choice(q, str_of(json_string_value(code)))
		: NULL;

	return !choice ||
		answers_offer(v->form, q, choice, v->step->draft.answers, v->now);
}

/* Without the choices that are no longer offered: new reference, or NULL when nothing is left. */
static json_t *offered_part(
	const struct page_view *v, const struct question *q, json_t *answer)
{
	json_t *kept, *item;
	size_t i;

	if (!json_is_array(answer))
		return is_offered(v, q, answer) ? json_incref(answer) : NULL;
	kept = json_array();
	json_array_foreach(answer, i, item)
		if (is_offered(v, q, item))
			json_array_append(kept, item);
	if (json_array_size(kept) > 0)
		return kept;
	json_decref(kept);
	return NULL;
}

static const json_t *visible_answer(void *arg, size_t index)
{
	struct page_view *v = arg;
	const struct question *q = &v->form->questions[index];
	json_t *answer = json_object_get(v->step->draft.answers, q->name);

	if (q->type != QUESTION_CALCULATED && !v->routing.question[index])
		return NULL;
	if (!q->expression && (!answer || !has_conditions(q)))
		return answer;
	if (!v->known[index]) {
		v->known[index] = true;
		v->values[index] = q->expression
			? answers_value(v->form, q, v->step->draft.answers, v->now)
			: offered_part(v, q, answer);
	}
	return v->values[index];
}

void page_view_init(struct page_view *v, struct step *step)
{
	*v = (struct page_view){.step = step,
		.form = step->form,
		.language = exchange_language(step->exchange),
		.now = step->site->options.now()};
	routing_compute(&v->routing, v->form, step->draft.answers, v->now);
	v->values = x_calloc(v->form->question_count + 1, sizeof(json_t *));
	v->known = x_calloc(v->form->question_count + 1, sizeof(bool));
	v->scope = (struct expr_scope){visible_answer, v, v->now};
}

void page_view_release(struct page_view *v)
{
	for (size_t i = 0; i < v->form->question_count; i++)
		json_decref(v->values[i]);
	free(v->values);
	free(v->known);
	routing_release(&v->routing);
}

static char *quoted(const char *json)
{
	struct buf out = BUF_LIMIT(1 << 20);

	for (const char *c = json; *c; c++) {
		if (*c == '&')
			buf_puts(&out, "&amp;");
		else if (*c == '\'')
			buf_puts(&out, "&#39;");
		else if (*c == '<')
			buf_puts(&out, "&lt;");
		else
			buf_addc(&out, *c);
	}
	return buf_take(&out);
}

char *live_condition(struct page_view *v, const struct expr *condition)
{
	json_t *compiled;
	char *json, *text = NULL;

	if (!condition)
		return NULL;
	compiled = expr_compile(condition, v->form, (size_t)v->step->page, &v->scope);
	/* A constant is what the server has just shown. */
	if (json_is_array(compiled)) {
		json = json_dumps(compiled, JSON_COMPACT);
		must(json);
		text = quoted(json);
		v->conditional = true;
		free(json);
	}
	json_decref(compiled);
	return text;
}
