/* SPDX-License-Identifier: Apache-2.0 */
#include "check_search.h"

#include <stdlib.h>

#include "rules.h"

#define SOME_DAY \
 (20000LL * USEC_PER_DAY) /* conditions that read today's date are never decided here */

struct search {
	const struct form *form;
	struct domains domains;
	size_t *order; /* the questions that matter, in the order of the form */
	size_t count;
	const json_t **value; /* one a question of the form; NULL: missing or hidden */
	json_t **
		worked_out; /* the same for calculated values, which are read before their place */
	const struct demand *demands;
	size_t *ready; /* one a demand: how many of `order` must be settled to know it */
	size_t demand_count;
	size_t evaluations, limit;
	bool exhausted;
	/* Called with every way of answering that meets the demands; true: enough. */
	bool (*found)(struct search *);
	json_t **ret_witness;
	const struct expr *observed;
	json_t *seen;
	size_t solutions;
	bool varies;
};

static const json_t *read_value(void *arg, size_t question)
{
	struct search *s = arg;
	const struct question *q = &s->form->questions[question];
	struct expr_scope scope = {read_value, s, SOME_DAY};
	if (q->type != QUESTION_CALCULATED)
		return s->value[question];
	json_t *value = expr_value(q->expression, &scope), *old = s->worked_out[question];
	/* An evaluation that reads it twice still holds the first. */
	if (value && old && json_equal(value, old)) {
		json_decref(value);
		return old;
	}
	json_decref(old);
	return s->worked_out[question] = value;
}

static bool is_true(struct search *s, const struct expr *e, uint16_t node)
{
	struct expr_scope scope = {read_value, s, SOME_DAY};
	struct expr part = *e;
	part.root = node;
	return expr_is_true(&part, &scope);
}

static bool holds(struct search *s, const struct expr *e)
{
	return !e || is_true(s, e, e->root);
}

static bool demands_hold(struct search *s, size_t settled)
{
	for (size_t i = 0; i < s->demand_count; i++)
		if (s->ready[i] == settled &&
			is_true(s, s->demands[i].expr, s->demands[i].node) !=
				s->demands[i].truth)
			return false;
	return true;
}

static bool is_offered(struct search *s, const struct question *q, const char *code)
{
	for (size_t i = 0; i < q->choice_count; i++)
		if (strcmp(q->choices[i].code, code) == 0)
			return holds(s, q->choices[i].visible_if);
	return true;
}

/* Could this be chosen, with the choices that are offered? */
static bool can_be_given(struct search *s, const struct question *q, const json_t *value)
{
	if (q->type == QUESTION_RANKING)
		return true;
	if (json_is_string(value))
		return is_offered(s, q, json_string_value(value));
	for (size_t i = 0; i < json_array_size(value); i++)
		if (!can_be_given(s, q, json_array_get(value, i)))
			return false;
	return true;
}

static bool is_asked(struct search *s, const struct question *q)
{
	if (q->page < s->form->page_count &&
		!holds(s, s->form->pages[q->page].visible_if))
		return false;
	return holds(s, q->visible_if);
}

/* Settles the questions from the one at `at` on; true when enough was found. */
static bool try_from(struct search *s, size_t at)
{
	if (s->evaluations == s->limit) {
		s->exhausted = true;
		return true;
	}
	s->evaluations++;
	if (!demands_hold(s, at))
		return false;
	if (at == s->count)
		return s->found(s);
	size_t index = s->order[at];
	const struct question *q = &s->form->questions[index];
	s->value[index] = NULL;
	if (!is_asked(s, q))
		return try_from(s, at + 1);
	if (q->type == QUESTION_EXPRESSION) {
		struct expr_scope scope = {read_value, s, SOME_DAY};
		SCOPED(json_drop) json_t *value = expr_value(q->expression, &scope);
		s->value[index] = value;
		bool enough = try_from(s, at + 1);
		s->value[index] = NULL;
		return enough;
	}
	if (try_from(s, at + 1))
		return true;
	const json_t *list = s->domains.values[index];
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *value = json_array_get(list, i);
		if (!can_be_given(s, q, value))
			continue;
		s->value[index] = value;
		if (try_from(s, at + 1))
			return true;
	}
	s->value[index] = NULL;
	return false;
}

static size_t last_read(struct search *s, const struct expr *e, uint16_t node)
{
	size_t ready = 0;
	const struct node *n = &e->nodes[node];
	const struct question *q = n->kind == NODE_NAME ? &s->form->questions[n->question]
							: NULL;
	if (q && q->type == QUESTION_CALCULATED)
		return last_read(s, q->expression, q->expression->root);
	if (q)
		for (size_t i = 0; i < s->count; i++)
			if (s->order[i] == n->question)
				ready = i + 1;
	for (uint16_t i = n->first; i != NO_NODE; i = e->nodes[i].next) {
		size_t part = last_read(s, e, i);
		ready = part > ready ? part : ready;
	}
	return ready;
}

static void search_init(struct search *s, const struct form *form,
	const struct demand *demands, size_t count, const struct expr *observed)
{
	*s = (struct search){.form = form,
		.demands = demands,
		.demand_count = count,
		.observed = observed};
	domains_init(&s->domains, form);
	for (size_t i = 0; i < count; i++)
		domains_read(&s->domains, demands[i].expr, demands[i].node);
	if (observed)
		domains_read(&s->domains, observed, observed->root);
	domains_fill(&s->domains);
	s->order = x_calloc(form->question_count + 1, sizeof(*s->order));
	s->value = x_calloc(form->question_count + 1, sizeof(const json_t *));
	s->worked_out = x_calloc(form->question_count + 1, sizeof(*s->worked_out));
	s->ready = x_calloc(count + 1, sizeof(*s->ready));
	for (size_t i = 0; i < form->question_count; i++)
		if (s->domains.relevant[i] &&
			form->questions[i].type != QUESTION_CALCULATED)
			s->order[s->count++] = i;
	for (size_t i = 0; i < count; i++)
		s->ready[i] = last_read(s, demands[i].expr, demands[i].node);
}

static void search_release(struct search *s)
{
	for (size_t i = 0; i < s->form->question_count; i++)
		json_decref(s->worked_out[i]);
	free(s->worked_out);
	domains_release(&s->domains);
	free(s->order);
	free(s->value);
	free(s->ready);
	json_decref(s->seen);
}

static void search_run(struct search *s, size_t *budget)
{
	s->limit = *budget < SEARCH_EVALUATIONS ? *budget : SEARCH_EVALUATIONS;
	try_from(s, 0);
	*budget -= s->evaluations;
}

static bool take_first(struct search *s)
{
	s->solutions = 1;
	if (!s->ret_witness)
		return true;
	json_t *witness = json_object();
	must(witness);
	for (size_t i = 0; i < s->count; i++)
		if (s->value[s->order[i]])
			json_object_set_new(witness, s->form->questions[s->order[i]].name,
				json_deep_copy(s->value[s->order[i]]));
	*s->ret_witness = witness;
	return true;
}

enum verdict search_answers(const struct form *form, const struct demand *demands,
	size_t count, size_t *budget, json_t **ret_witness)
{
	SCOPED(search_release) struct search s;
	search_init(&s, form, demands, count, NULL);
	s.found = take_first;
	s.ret_witness = ret_witness;
	search_run(&s, budget);
	if (s.solutions > 0)
		return VERDICT_POSSIBLE;
	return s.exhausted || s.domains.inexact ? VERDICT_UNKNOWN : VERDICT_IMPOSSIBLE;
}

static bool take_value(struct search *s)
{
	struct expr_scope scope = {read_value, s, SOME_DAY};
	SCOPED(json_drop) json_t *value = expr_value(s->observed, &scope);
	if (s->solutions++ == 0)
		s->seen = TAKE(value);
	else if (!value != !s->seen || (value && !json_equal(value, s->seen)))
		s->varies = true;
	return s->varies;
}

bool search_constant(const struct form *form, const struct demand *demands, size_t count,
	const struct expr *expr, size_t *budget, json_t **ret_value)
{
	SCOPED(search_release) struct search s;
	search_init(&s, form, demands, count, expr);
	s.found = take_value;
	search_run(&s, budget);
	if (s.exhausted || s.domains.inexact || s.varies || s.solutions == 0)
		return false;
	*ret_value = TAKE(s.seen);
	return true;
}
