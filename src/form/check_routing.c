/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions: what can never be true, what always is, and what follows from it. A condition is looked at where it
 * matters: that of a question where its page and the panels around it are shown, that of a choice where its question is asked.
 */
#include <stdlib.h>

#include "check_private.h"
#include "check_search.h"

#define MAX_DEPTH 48

struct reach {
	struct check *c;
	struct demand given[MAX_DEPTH + 1]; /* what is true around here */
	size_t depth;
};

/* One condition of the file, and how to speak of it. */
struct condition {
	const json_t *object;
	const char *key;
	const struct expr *expr;
	const char *subject; /* name of the question, page or panel */
	const char *never,
		*always; /* "what: remedy", each with %s for the subject; NULL: may be */
	enum finding_level never_level;
};

static struct source_place key_place(
	const struct check *c, const json_t *o, const char *key)
{
	return source_map_find(c->map, o, key);
}

static int first_column(const struct expr *e, uint16_t node)
{
	int column = e->nodes[node].column;
	for (uint16_t i = e->nodes[node].first; i != NO_NODE; i = e->nodes[i].next) {
		int inner = first_column(e, i);
		column = inner < column ? inner : column;
	}
	return column;
}

static enum verdict try_with(
	struct reach *r, const struct expr *e, uint16_t node, bool truth)
{
	must(r->depth < MAX_DEPTH);
	r->given[r->depth] = (struct demand){e, node, truth};
	return search_answers(r->c->form, r->given, r->depth + 1, &r->c->budget, NULL);
}

static bool push(struct reach *r, const struct expr *e, uint16_t node, bool truth)
{
	if (r->depth + 1 >= MAX_DEPTH)
		return false;
	r->given[r->depth++] = (struct demand){e, node, truth};
	return true;
}

/* A question that nobody is asked, among those it reads. */
static const struct question *cause_of(const struct check *c, const struct expr *e)
{
	for (size_t i = 0; i < c->form->question_count; i++)
		if (c->never[i] && expr_reads(e, i))
			return &c->form->questions[i];
	return NULL;
}

static void report_never(struct reach *r, const struct condition *k)
{
	struct check *c = r->c;
	const struct question *cause = cause_of(c, k->expr);
	SCOPED(free_char) char *what = str_dup(str_of(k->never));
	char *cut = strstr(what, ": ");
	must(cut); /* "what: remedy" */
	*cut = '\0';
	if (cause)
		check_report(c, k->never_level, "never-true", k->subject,
			source_map_inside(c->map, k->object, k->key, 0),
			"'%s' %s, because '%s' is never asked: mend that first",
			k->subject, what, cause->name);
	else
		check_report(c, k->never_level, "never-true", k->subject,
			source_map_inside(c->map, k->object, k->key, 0), "'%s' %s: %s",
			k->subject, what, cut + 2);
}

static void report_part(struct reach *r, const struct condition *k, uint16_t node,
	const char *rule, const char *what)
{
	int column = first_column(k->expr, node);
	check_report(r->c, FINDING_WARNING, rule, k->subject,
		source_map_inside(r->c->map, k->object, k->key, (size_t)column - 1),
		"%s of '%s': this part %s: correct or remove it", k->key, k->subject,
		what);
}

/* Operands of and / or, each where it is read: behind `and` what stands before is true, behind `or` it is false. */
static void check_parts(struct reach *r, const struct condition *k, uint16_t node)
{
	const struct node *n = &k->expr->nodes[node];
	size_t depth = r->depth;
	bool and = n->kind == NODE_AND;
	if (!and&&n->kind != NODE_OR)
		return;
	for (uint16_t i = n->first; i != NO_NODE; i = k->expr->nodes[i].next) {
		if (try_with(r, k->expr, i, true) == VERDICT_IMPOSSIBLE)
			report_part(r, k, i, "part-never-true",
				and? "contradicts what stands before it"
				   : "can never be true here");
		else if (try_with(r, k->expr, i, false) == VERDICT_IMPOSSIBLE)
			report_part(r, k, i, "part-always-true", "is always true here");
		else
			check_parts(r, k, i);
		if (!push(r, k->expr, i, and))
			break;
	}
	r->depth = depth;
}

/* False when it can never be true. */
static bool check_condition(struct reach *r, const struct condition *k)
{
	const struct expr *e = k->expr;
	if (try_with(r, e, e->root, true) == VERDICT_IMPOSSIBLE) {
		report_never(r, k);
		return false;
	}
	if (try_with(r, e, e->root, false) == VERDICT_IMPOSSIBLE) {
		check_report(r->c, FINDING_WARNING, "always-true", k->subject,
			source_map_inside(r->c->map, k->object, k->key, 0),
			"%s of '%s' is always true: %s", k->key, k->subject, k->always);
		return true;
	}
	check_parts(r, k, e->root);
	return true;
}

/* The text under the key, bound again by itself so that columns are those of the file; NULL when there is none. */
static struct expr *read_condition(
	const struct check *c, const json_t *o, const char *key, size_t before)
{
	struct err err = {0};
	const json_t *text = json_object_get(o, key);
	if (!json_is_string(text))
		return NULL;
	SCOPED(expr_drop)
	struct expr *e = expr_parse(str_of(json_string_value(text)), &err);
	if (!e || !expr_bind(e, c->form, before, true, &err))
		return NULL;
	return TAKE(e);
}

/* Rows and columns of a matrix have no condition. */
static void check_choices(struct reach *r, size_t index)
{
	struct check *c = r->c;
	const json_t *list = json_object_get(c->objects[index], "choices");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		SCOPED(expr_drop)
		struct expr *e = read_condition(c, o, "visibleIf", index + 1);
		if (!e)
			continue;
		const char *code = json_string_value(json_object_get(o, "value"));
		check_condition(r,
			&(struct condition){.object = o,
				.key = "visibleIf",
				.expr = e,
				.subject = code ? code : c->form->questions[index].name,
				.never =
					"is a choice never offered: correct its condition or remove the choice",
				.always = "remove the condition",
				.never_level = FINDING_ERROR});
	}
}

static void check_required(struct reach *r, size_t index)
{
	struct check *c = r->c;
	const json_t *o = c->objects[index];
	SCOPED(expr_drop) struct expr *e = read_condition(c, o, "requiredIf", index + 1);
	if (!e)
		return;
	check_condition(r,
		&(struct condition){.object = o,
			.key = "requiredIf",
			.expr = e,
			.subject = c->form->questions[index].name,
			.never = "is never required: correct requiredIf or remove it",
			.always = "write \"isRequired\": true instead",
			.never_level = FINDING_WARNING});
}

static void check_validators(struct reach *r, size_t index)
{
	struct check *c = r->c;
	const json_t *list = json_object_get(c->objects[index], "validators");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		SCOPED(expr_drop)
		struct expr *e = read_condition(c, o, "expression", index + 1);
		if (e)
			check_condition(r,
				&(struct condition){.object = o,
					.key = "expression",
					.expr = e,
					.subject = c->form->questions[index].name,
					.never =
						"refuses every answer: correct the expression of its validator",
					.always =
						"the validator finds nothing: correct it or remove it",
					.never_level = FINDING_ERROR});
	}
}

/* A value that is worked out says something only when it differs. */
static void check_value(struct reach *r, size_t index)
{
	struct check *c = r->c;
	const struct question *q = &c->form->questions[index];
	SCOPED(json_drop) json_t *value = NULL;
	if (!q->expression ||
		!search_constant(
			c->form, r->given, r->depth, q->expression, &c->budget, &value))
		return;
	struct source_place place = source_map_inside(
		c->map, c->objects[index], "expression", 0);
	if (!value) {
		check_report(c, FINDING_WARNING, "never-a-value", q->name, place,
			"'%s' never has a value: correct its expression or remove it",
			q->name);
		return;
	}
	char *text = json_dumps(value, JSON_ENCODE_ANY);
	must(text);
	check_report(c, FINDING_WARNING, "constant", q->name, place,
		"'%s' is always %.100s: correct its expression or remove it", q->name,
		text);
	free(text);
}

static void mark_never(struct check *c, const json_t *o)
{
	const json_t *elements = json_object_get(o, "elements");
	const json_t *name = json_object_get(o, "name");
	for (size_t i = 0; i < json_array_size(elements); i++)
		mark_never(c, json_array_get(elements, i));
	const struct question *q = form_find(c->form, str_of(json_string_value(name)));
	if (q && c->objects[form_index(c->form, q)] == o)
		c->never[form_index(c->form, q)] = true;
}

static void check_question(struct reach *r, const json_t *o, size_t index)
{
	struct check *c = r->c;
	const struct question *q = &c->form->questions[index];
	SCOPED(expr_drop) struct expr *e = read_condition(c, o, "visibleIf", index);
	const char *never = q->required || q->required_if
		? "is required but never asked: correct its condition or remove the question"
		: "is never asked: correct its condition or remove the question";
	if (e &&
		!check_condition(r,
			&(struct condition){.object = o,
				.key = "visibleIf",
				.expr = e,
				.subject = q->name,
				.never = never,
				.always = "remove the condition",
				.never_level = FINDING_ERROR})) {
		mark_never(c, o);
		return;
	}
	if (e && !push(r, e, e->root, true))
		return;
	check_choices(r, index);
	check_required(r, index);
	check_validators(r, index);
	check_value(r, index);
	r->depth -= e != NULL;
}

static size_t first_question(const struct check *c, const json_t *o)
{
	const json_t *elements = json_object_get(o, "elements");
	for (size_t i = 0; i < c->form->question_count; i++)
		if (c->objects[i] == o)
			return i;
	return json_array_size(elements) > 0
		? first_question(c, json_array_get(elements, 0))
		: 0;
}

static void check_elements(struct reach *r, const json_t *holder);

/* A page or a panel. */
static void check_group(struct reach *r, const json_t *o, bool page)
{
	struct check *c = r->c;
	SCOPED(expr_drop)
	struct expr *e = read_condition(c, o, "visibleIf", first_question(c, o));
	if (e &&
		!check_condition(r,
			&(struct condition){.object = o,
				.key = "visibleIf",
				.expr = e,
				.subject = json_string_value(json_object_get(o, "name")),
				.never = page
					? "is a page never shown: correct its condition or remove the page"
					: "is a panel never shown: correct its condition or remove the panel",
				.always = "remove the condition",
				.never_level = FINDING_ERROR})) {
		mark_never(c, o);
		return;
	}
	if (e && !push(r, e, e->root, true))
		return;
	check_elements(r, o);
	r->depth -= e != NULL;
}

static void check_elements(struct reach *r, const json_t *holder)
{
	const json_t *list = json_object_get(holder, "elements");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		const char *type = json_string_value(json_object_get(o, "type"));
		if (type && strcmp(type, "panel") == 0)
			check_group(r, o, false);
		else
			check_question(r, o, first_question(r->c, o));
	}
}

static bool is_answered_by_people(const struct question *q)
{
	return q->type != QUESTION_HTML && q->type != QUESTION_EXPRESSION;
}

/* Is there a way to this page that shows the text or value `shown`, and nothing to answer? */
static bool can_be_bare(struct check *c, const struct page *page,
	const struct question *shown, json_t **ret_witness)
{
	struct demand *demands = x_calloc(page->count + 2, sizeof(*demands));
	size_t count = 0;
	bool possible = true;
	if (page->visible_if)
		demands[count++] = demand_of(page->visible_if, true);
	if (shown->visible_if)
		demands[count++] = demand_of(shown->visible_if, true);
	for (size_t i = page->first; i < page->first + page->count; i++) {
		const struct question *q = &c->form->questions[i];
		if (!is_answered_by_people(q))
			continue;
		possible = possible && q->visible_if;
		if (possible)
			demands[count++] = demand_of(q->visible_if, false);
	}
	possible = possible &&
		search_answers(c->form, demands, count, &c->budget, ret_witness) ==
			VERDICT_POSSIBLE;
	free(demands);
	return possible;
}

static void check_bare_page(struct check *c, const struct page *page, const json_t *o)
{
	size_t asked = 0;
	for (size_t i = page->first; i < page->first + page->count; i++)
		asked += is_answered_by_people(&c->form->questions[i]);
	if (asked == 0)
		return;
	for (size_t i = page->first; i < page->first + page->count; i++) {
		const struct question *q = &c->form->questions[i];
		SCOPED(json_drop) json_t *witness = NULL;
		if (is_answered_by_people(q) || c->never[i] ||
			!can_be_bare(c, page, q, &witness))
			continue;
		char *example = json_dumps(witness, JSON_COMPACT);
		must(example);
		check_report(c, FINDING_WARNING, "bare-page", page->name,
			key_place(c, o, "name"),
			"the page '%s' may show '%s' and nothing to answer, with %.160s: "
			"give '%s' the condition of the questions",
			page->name, q->name, example, q->name);
		free(example);
		return;
	}
}

/* A partial answer counts when these are answered: they must be within reach. */
static void check_complete(struct check *c)
{
	const json_t *own = json_object_get(c->root, "barometre");
	for (size_t i = 0; i < c->form->complete_count; i++) {
		const struct question *q = &c->form->questions[c->form->complete[i]];
		if (c->never[c->form->complete[i]])
			check_report(c, FINDING_ERROR, "never-complete", q->name,
				source_map_find(c->map, own, q->name),
				"'complete' wants '%s', which is never asked: no partial answer would count: correct it",
				q->name);
	}
}

void check_routing(struct check *c)
{
	struct reach r = {.c = c};
	const json_t *pages = json_object_get(c->root, "pages");
	c->budget = CHECK_EVALUATIONS;
	for (size_t i = 0; i < json_array_size(pages); i++)
		check_group(&r, json_array_get(pages, i), true);
	for (size_t i = 0; i < c->form->question_count; i++)
		if (c->form->questions[i].type == QUESTION_CALCULATED)
			check_value(&r, i);
	for (size_t i = 0; i < c->form->page_count; i++)
		check_bare_page(c, &c->form->pages[i], json_array_get(pages, i));
	check_complete(c);
	if (c->budget == 0)
		check_report(c, FINDING_NOTE, "undecided", "pages",
			source_map_find(c->map, c->root, "pages"),
			"the conditions are too many or too wide to prove all: those that stand last "
			"were not looked at");
}
