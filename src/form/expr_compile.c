/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An expression for the browser: what does not read the page is worked out here, what is left goes as JSON.
 *
 * Calculated values and expression questions that read the page are put in place of their names. Of an expression that
 * cannot change on the page nothing is left, so that a page carries no answer of another page unless it is mixed,
 * by arithmetic, with one of its own.
 */
#include <stdlib.h>

#include "expr_node.h"
#include "rules.h"

/* Can the value of a question change while the page is being filled in? Asked often: kept. */
enum change {
	CHANGE_UNKNOWN,
	CHANGE_NEVER,
	CHANGE_HERE
};

struct compiler {
	const struct form *form;
	const struct expr_scope *scope;
	size_t page;
	enum change *changes; /* one a question */
};

static bool node_changes(struct compiler *c, const struct expr *e, uint16_t index);
static json_t *compile(struct compiler *c, const struct expr *e, uint16_t index);

static bool expr_changes(struct compiler *c, const struct expr *e)
{
	return node_changes(c, e, e->root);
}

/* A question that stands on the page but that the other pages hide reads as missing: it does not change. */
static bool look_at_question(struct compiler *c, const struct question *q)
{
	if (q->type == QUESTION_CALCULATED)
		return expr_changes(c, q->expression);
	if (q->page != c->page)
		return false;
	if (!q->visible_if)
		return !q->expression || expr_changes(c, q->expression);
	if (expr_changes(c, q->visible_if))
		return true;
	return expr_is_true(q->visible_if, c->scope) &&
		(!q->expression || expr_changes(c, q->expression));
}

static bool question_changes(struct compiler *c, size_t index)
{
	if (c->changes[index] == CHANGE_UNKNOWN)
		c->changes[index] = look_at_question(c, &c->form->questions[index])
			? CHANGE_HERE
			: CHANGE_NEVER;
	return c->changes[index] == CHANGE_HERE;
}

static bool node_changes(struct compiler *c, const struct expr *e, uint16_t index)
{
	const struct node *n = &e->nodes[index];
	if (n->kind == NODE_NAME)
		return question_changes(c, n->question);
	for (uint16_t i = n->first; i != NO_NODE; i = e->nodes[i].next)
		if (node_changes(c, e, i))
			return true;
	return false;
}

static json_t *text_json(struct str s)
{
	return json_stringn(s.p, s.n);
}

static json_t *date_json(json_t *operand)
{
	return json_pack("[so]", "#", operand);
}

/* The value of a part that reads nothing of the page. */
static json_t *constant(struct compiler *c, const struct expr *e, uint16_t index)
{
	struct expr part = *e;
	part.root = index;
	json_t *value = expr_value(&part, c->scope);
	if (!value)
		return json_null();
	return expr_result(&part) == TYPE_DATE ? date_json(value) : value;
}

/* Read by its name, a text of no letters is a missing answer. */
static json_t *without_empty_text(json_t *value)
{
	if (json_is_string(value) && json_string_length(value) == 0) {
		json_decref(value);
		return json_null();
	}
	const char *word = json_string_value(json_array_get(value, 0));
	if (word && strcmp(word, "iif") == 0)
		for (size_t i = 2; i <= 3; i++) {
			json_t *branch = json_incref(json_array_get(value, i));
			json_array_set_new(value, i, without_empty_text(branch));
		}
	return value;
}

/* As it was answered; an expression question that is hidden reads as missing. */
static json_t *answer(struct compiler *c, const struct node *n)
{
	const struct question *q = &c->form->questions[n->question];
	if (!q->expression)
		return n->z_row ? json_pack("[sss]", "?", q->name, n->z_row)
				: json_pack("[ss]", "?", q->name);
	json_t *value = without_empty_text(
		compile(c, q->expression, q->expression->root));
	if (q->type == QUESTION_CALCULATED || !q->visible_if)
		return value;
	json_t *shown = compile(c, q->visible_if, q->visible_if->root);
	if (json_is_true(shown))
		return value;
	return json_pack("[sooo]", "iif", shown, value, json_null());
}

static json_t *name(struct compiler *c, const struct node *n)
{
	bool typed = !c->form->questions[n->question].expression;
	json_t *value = answer(c, n);
	return typed && n->type == TYPE_DATE ? date_json(value) : value;
}

/* May its value be missing where a boolean is wanted? All but the operators may. */
static bool may_be_missing(const json_t *operand)
{
	const char *word = json_string_value(json_array_get(operand, 0));
	return !word || strcmp(word, "?") == 0 || strcmp(word, "iif") == 0;
}

/* Adds the sides of an `and` (or an `or`), and of those inside it, to `list`. True when the whole is settled. */
static bool add_sides(
	struct compiler *c, const struct expr *e, const struct node *n, json_t *list)
{
	for (uint16_t i = n->first; i != NO_NODE; i = e->nodes[i].next) {
		const struct node *side = &e->nodes[i];
		if (side->kind == n->kind && node_changes(c, e, i)) {
			if (add_sides(c, e, side, list))
				return true;
			continue;
		}
		json_t *value = compile(c, e, i);
		bool known = !json_is_array(value);
		if (known && json_is_true(value) == (n->kind == NODE_OR)) {
			json_decref(value);
			return true;
		}
		if (known)
			json_decref(value);
		else
			json_array_append_new(list, value);
	}
	return false;
}

static json_t *logic(struct compiler *c, const struct expr *e, const struct node *n)
{
	SCOPED(json_drop)
	json_t *list = json_pack("[s]", n->kind == NODE_OR ? "or" : "and");
	if (add_sides(c, e, n, list))
		return json_boolean(n->kind == NODE_OR);
	if (json_array_size(list) == 1)
		return json_boolean(n->kind == NODE_AND);
	/* One side alone is the whole, unless it could be missing: the whole never is. */
	json_t *only = json_array_get(list, 1);
	if (json_array_size(list) == 2 && !may_be_missing(only))
		return json_incref(only);
	return TAKE(list);
}

static json_t *negation(struct compiler *c, const struct expr *e, const struct node *n)
{
	json_t *value = compile(c, e, n->first);
	if (json_is_array(value))
		return json_pack("[so]", "!", value);
	bool truth = json_is_true(value);
	json_decref(value);
	return json_boolean(!truth);
}

static json_t *codes(const struct expr *e, const struct node *n)
{
	if (n->kind != NODE_LIST)
		return text_json(n->text);
	json_t *list = json_pack("[s]", "[]");
	for (uint16_t i = n->first; i != NO_NODE; i = e->nodes[i].next)
		json_array_append_new(list, text_json(e->nodes[i].text));
	return list;
}

static json_t *list_word(
	struct compiler *c, const struct expr *e, const struct node *n, const char *word)
{
	const struct node *left = &e->nodes[n->first];
	return json_pack("[soo]", word, answer(c, left), codes(e, &e->nodes[left->next]));
}

/* What other pages count is one number. */
static json_t *count_call(struct compiler *c, const struct expr *e, const struct node *n)
{
	json_t *list = json_pack("[s]", "count");
	json_int_t elsewhere = 0;
	for (uint16_t i = n->first; i != NO_NODE; i = e->nodes[i].next) {
		const struct node *arg = &e->nodes[i];
		if (node_changes(c, e, i)) {
			json_array_append_new(list, answer(c, arg));
			continue;
		}
		const json_t *there = c->scope->answer(c->scope->arg, arg->question);
		if (there && arg->z_row)
			there = json_object_get(there, arg->z_row);
		elsewhere += json_is_array(there) ? (json_int_t)json_array_size(there)
						  : !answer_is_empty(there);
	}
	return elsewhere ? json_pack("[sIo]", "+", elsewhere, list) : list;
}

static json_t *iif(struct compiler *c, const struct expr *e, const struct node *n)
{
	uint16_t yes = e->nodes[n->first].next, no = e->nodes[yes].next;
	json_t *condition = compile(c, e, n->first);
	if (json_is_array(condition))
		return json_pack("[sooo]", "iif", condition, compile(c, e, yes),
			compile(c, e, no));
	bool truth = json_is_true(condition);
	json_decref(condition);
	return compile(c, e, truth ? yes : no);
}

static json_t *today(struct compiler *c)
{
	struct civil day = clock_civil(c->scope->today, "UTC");
	return date_json(json_sprintf("%04d-%02d-%02d", day.year, day.month, day.day));
}

static json_t *operands(
	struct compiler *c, const struct expr *e, const struct node *n, const char *word)
{
	json_t *list = json_pack("[s]", word);
	for (uint16_t i = n->first; i != NO_NODE; i = e->nodes[i].next)
		json_array_append_new(list, compile(c, e, i));
	return list;
}

static json_t *call(struct compiler *c, const struct expr *e, const struct node *n)
{
	switch (n->function) {
	case FN_IIF:
		return iif(c, e, n);
	case FN_COUNT:
		return count_call(c, e, n);
	case FN_AGE:
		return json_pack(
			"[soos]", "dateDiff", compile(c, e, n->first), today(c), "years");
	case FN_SUM:
	case FN_MIN:
	case FN_MAX:
	case FN_AVG:
	case FN_ROUND:
	case FN_TRUNC:
	case FN_DATE_DIFF:
	case FN_YEAR:
	case FN_TODAY:
		break;
	}
	return operands(c, e, n, expr_function_names[n->function]);
}

static json_t *compile(struct compiler *c, const struct expr *e, uint16_t index)
{
	static const char *const words[] = {
		[NODE_EQ] = "=",
		[NODE_NE] = "!=",
		[NODE_LT] = "<",
		[NODE_LE] = "<=",
		[NODE_GT] = ">",
		[NODE_GE] = ">=",
		[NODE_ADD] = "+",
		[NODE_SUB] = "-",
		[NODE_MUL] = "*",
		[NODE_DIV] = "/",
		[NODE_MOD] = "%",
		[NODE_CONTAINS] = "contains",
		[NODE_NOTCONTAINS] = "notcontains",
		[NODE_ANYOF] = "anyof",
		[NODE_ALLOF] = "allof",
		[NODE_NONEOF] = "noneof",
		[NODE_EMPTY] = "empty",
		[NODE_NOTEMPTY] = "notempty",
	};
	const struct node *n = &e->nodes[index];
	if (!node_changes(c, e, index))
		return constant(c, e, index);
	switch (n->kind) {
	case NODE_OR:
	case NODE_AND:
		return logic(c, e, n);
	case NODE_NOT:
		return negation(c, e, n);
	case NODE_NAME:
		return name(c, n);
	case NODE_CALL:
		return call(c, e, n);
	case NODE_CONTAINS:
	case NODE_NOTCONTAINS:
	case NODE_ANYOF:
	case NODE_ALLOF:
	case NODE_NONEOF:
		return list_word(c, e, n, words[n->kind]);
	case NODE_EMPTY:
	case NODE_NOTEMPTY:
		return json_pack("[so]", words[n->kind], answer(c, &e->nodes[n->first]));
	default:
		return operands(c, e, n, words[n->kind]);
	}
}

json_t *expr_compile(const struct expr *e, const struct form *form, size_t page,
	const struct expr_scope *scope)
{
	struct compiler c = {.form = form, .scope = scope, .page = page};
	c.changes = x_calloc(form->question_count + 1, sizeof(*c.changes));
	json_t *compiled = compile(&c, e, e->root);
	free(c.changes);
	return compiled;
}
