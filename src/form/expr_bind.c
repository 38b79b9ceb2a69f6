/* SPDX-License-Identifier: Apache-2.0 */
/* Names, codes and types of an expression, checked once so that evaluating cannot go wrong. */
#include "expr_node.h"

struct binder {
	struct expr *expr;
	const struct form *form;
	size_t before;
	struct err *err;
};

static bool bind_node(struct binder *b, uint16_t index);

static const char *const type_names[] = {
	[TYPE_NONE] = "nothing",
	[TYPE_BOOL] = "a boolean",
	[TYPE_NUMBER] = "a number",
	[TYPE_STRING] = "a text",
	[TYPE_CODE] = "a choice",
	[TYPE_CHOICES] = "a checkbox",
	[TYPE_LIST] = "a list",
	[TYPE_DATE] = "a date",
	[TYPE_TEXT] = "a free text",
	[TYPE_MATRIX] = "a matrix or multipletext",
	[TYPE_RANKING] = "a ranking",
};

#define refuse(b, node, format, ...)                                       \
 err_set_line((b)->err, ERR_INVALID, (node)->column, "column %d: " format, \
	 (node)->column, __VA_ARGS__)

enum expr_type expr_result(const struct expr *e)
{
	return e->nodes[e->root].type;
}

bool expr_reads(const struct expr *e, size_t question)
{
	for (size_t i = 0; i < e->count; i++)
		if (e->nodes[i].kind == NODE_NAME && e->nodes[i].question == question)
			return true;
	return false;
}

size_t expr_named(const struct expr *e, const struct form *form, const size_t *ready)
{
	size_t last = 0;
	for (size_t i = 0; i < e->count; i++) {
		const struct question *q = e->nodes[i].kind == NODE_NAME
			? form_find(form, e->nodes[i].text)
			: NULL;
		if (!q)
			continue;
		size_t index = form_index(form, q), behind = index + 1;
		if (q->type == QUESTION_CALCULATED) {
			size_t first = index;
			while (first > 0 &&
				form->questions[first - 1].type == QUESTION_CALCULATED)
				first--;
			behind = ready[index - first];
		}
		last = behind > last ? behind : last;
	}
	return last;
}

/* Behind which question its value is known; SIZE_MAX when that is not bound yet, so stands later in the list. */
static size_t known_after(const struct form *form, const struct question *q)
{
	if (q->type != QUESTION_CALCULATED)
		return form_index(form, q) + 1;
	return q->expression ? q->expression->after : SIZE_MAX;
}

static enum expr_type type_of_input(enum input_type input)
{
	if (input == INPUT_NUMBER)
		return TYPE_NUMBER;
	return input == INPUT_DATE ? TYPE_DATE : TYPE_TEXT;
}

static enum expr_type type_of(const struct question *q)
{
	switch (q->type) {
	case QUESTION_TEXT:
		return type_of_input(q->input);
	case QUESTION_RADIOGROUP:
	case QUESTION_DROPDOWN:
		return TYPE_CODE;
	case QUESTION_CHECKBOX:
		return TYPE_CHOICES;
	case QUESTION_BOOLEAN:
		return TYPE_BOOL;
	case QUESTION_RATING:
		return TYPE_NUMBER;
	case QUESTION_MATRIX:
	case QUESTION_MULTIPLETEXT:
		return TYPE_MATRIX;
	case QUESTION_RANKING:
		return TYPE_RANKING;
	case QUESTION_EXPRESSION:
	case QUESTION_CALCULATED:
		return expr_result(q->expression);
	case QUESTION_COMMENT:
	case QUESTION_HTML:
		break;
	}
	return TYPE_TEXT;
}

/* {matrix.row} is a code, {multipletext.item} what its field holds. */
static bool bind_row(struct binder *b, struct node *n, const struct question *q)
{
	if (q->type == QUESTION_MULTIPLETEXT) {
		const struct text_item *item = question_find_item(q, n->row);
		if (!item)
			return refuse(b, n, "'%s' has no item '%.*s'", q->name,
				(int)n->row.n, n->row.p);
		n->z_row = item->code;
		n->type = type_of_input(item->input);
		return true;
	}
	if (q->type != QUESTION_MATRIX)
		return refuse(b, n, "'%s' is no matrix: it has no rows", q->name);
	const struct choice *row = question_find_row(q, n->row);
	if (!row)
		return refuse(
			b, n, "'%s' has no row '%.*s'", q->name, (int)n->row.n, n->row.p);
	n->z_row = row->code;
	n->type = TYPE_CODE;
	return true;
}

static bool bind_name(struct binder *b, struct node *n)
{
	int length = (int)n->text.n;
	const struct question *q = form_find(b->form, n->text);
	if (!q)
		return refuse(b, n, "no question is called '%.*s'", length, n->text.p);
	n->question = form_index(b->form, q);
	size_t after = known_after(b->form, q);
	if (after > b->before)
		return q->type == QUESTION_CALCULATED
			? refuse(b, n,
				  "'%s' reads what does not stand earlier, or stands later in "
				  "calculatedValues itself: move it, or name only earlier ones",
				  q->name)
			: refuse(b, n,
				  "'%s' does not stand earlier: a condition may only name questions before it",
				  q->name);
	if (q->type == QUESTION_HTML)
		return refuse(b, n, "'%s' is html and has no answer", q->name);
	b->expr->after = after > b->expr->after ? after : b->expr->after;
	n->type = type_of(q);
	return n->row.n == 0 || bind_row(b, n, q);
}

/* Is the literal a code of the question that `name` reads? A number 0 to 9 stands for its digit. */
static bool check_code(struct binder *b, const struct node *name, struct node *literal)
{
	const struct question *q = &b->form->questions[name->question];
	if (literal->kind == NODE_NUMBER)
		literal->kind = NODE_TEXT;
	literal->type = TYPE_STRING;
	if (question_find_choice(q, literal->text) ||
		(q->has_other && str_eq_z(literal->text, "other")))
		return true;
	return refuse(b, literal, "'%s' has no choice '%.*s'", q->name,
		(int)(literal->text.n > 60 ? 60 : literal->text.n), literal->text.p);
}

static bool share_a_code(const struct question *a, const struct question *b)
{
	for (size_t i = 0; i < a->choice_count; i++)
		if (question_find_choice(b, str_of(a->choices[i].code)))
			return true;
	return a->has_other && b->has_other;
}

static bool is_date(struct str s)
{
	struct civil day;
	char text[11];
	if (s.n != 10)
		return false;
	memcpy(text, s.p, 10);
	text[10] = '\0';
	return civil_parse_date(text, &day);
}

static bool is_literal(const struct node *n)
{
	return n->kind == NODE_TEXT || n->kind == NODE_NUMBER;
}

/* `l` is what is looked at, `r` may be a literal. */
static bool check_pair(
	struct binder *b, const struct node *op, struct node *l, struct node *r)
{
	bool ordered = op->kind != NODE_EQ && op->kind != NODE_NE;
	if (l->type == TYPE_CODE && ordered)
		return refuse(
			b, op, "%s has no order: use = or anyof", type_names[l->type]);
	if (l->type == TYPE_CODE && is_literal(r))
		return check_code(b, l, r);
	if (l->type == TYPE_CODE && r->type == TYPE_CODE) {
		const struct question *p = &b->form->questions[l->question];
		const struct question *q = &b->form->questions[r->question];
		return share_a_code(p, q) ||
			refuse(b, op, "'%s' and '%s' have no choice in common", p->name,
				q->name);
	}
	if (l->type == TYPE_DATE && r->kind == NODE_TEXT) {
		if (!is_date(r->text))
			return refuse(b, r, "write a date as %s", "'2026-11-22'");
		r->type = TYPE_DATE;
	}
	if (l->type != r->type)
		return refuse(b, op, "%s cannot be compared with %s%s",
			type_names[l->type], type_names[r->type],
			r->kind == NODE_TEXT ? ": write the value without quotes" : "");
	if ((l->type == TYPE_BOOL || l->type == TYPE_STRING) && ordered)
		return refuse(b, op, "%s has no order: use =", type_names[l->type]);
	return true;
}

static bool bind_comparison(
	struct binder *b, struct node *op, struct node *l, struct node *r)
{
	must(l && r); /* an operator of two sides has them */
	op->type = TYPE_BOOL;
	for (int i = 0; i < 2; i++) {
		const struct node *side = i ? r : l;
		if (side->type == TYPE_CHOICES)
			return refuse(b, op, "%s holds several answers: use contains",
				"a checkbox");
		if (side->type == TYPE_TEXT)
			return refuse(b, op,
				"%s is never compared: use empty or notempty",
				"a free text");
		if (side->type == TYPE_MATRIX)
			return refuse(b, op, "%s is read by its rows: write {%.*s.row}",
				type_names[TYPE_MATRIX], (int)side->text.n, side->text.p);
		if (side->type == TYPE_RANKING)
			return refuse(b, op,
				"%s is never compared: use empty or notempty",
				"a ranking");
		if (side->type == TYPE_LIST)
			return refuse(b, op, "%s is not compared: use anyof", "a list");
	}
	return is_literal(l) ? check_pair(b, op, r, l) : check_pair(b, op, l, r);
}

/* contains and notcontains take one code or, for contains, a list; anyof, allof and noneof a list. */
static bool bind_list_word(
	struct binder *b, struct node *op, struct node *l, struct node *r)
{
	must(l && r);
	struct node *nodes = b->expr->nodes;
	bool one = op->kind == NODE_CONTAINS || op->kind == NODE_NOTCONTAINS;
	op->type = TYPE_BOOL;
	if (l->type == TYPE_CODE && (one || op->kind == NODE_ALLOF))
		return refuse(b, op, "%s holds one answer: use = or anyof",
			l->row.n ? "a row of a matrix" : "this question");
	if (l->type != TYPE_CHOICES && l->type != TYPE_CODE)
		return refuse(b, op, "%s is asked of a choice question, not of %s",
			one ? "contains" : "a list word", type_names[l->type]);
	if (one && is_literal(r))
		return check_code(b, l, r);
	if (r->kind != NODE_LIST)
		return refuse(b, op, "write %s on the right",
			one ? "a code in quotes" : "a list of codes, as ['a', 'b'],");
	if (op->kind == NODE_NOTCONTAINS && nodes[r->first].next != NO_NODE)
		return refuse(b, op, "with a list this means \"not all of them\": %s",
			"use noneof, or notcontains for each");
	for (uint16_t i = r->first; i != NO_NODE; i = nodes[i].next)
		if (!check_code(b, l, &nodes[i]))
			return false;
	return true;
}

static bool want(
	struct binder *b, const struct node *n, enum expr_type type, const char *where)
{
	must(n);
	return n->type == type ||
		refuse(b, n, "%s wants %s here, not %s", where, type_names[type],
			type_names[n->type]);
}

static bool want_date(struct binder *b, struct node *n, const char *where)
{
	must(n); /* the number of arguments is checked */
	if (n->kind == NODE_TEXT && is_date(n->text))
		n->type = TYPE_DATE;
	return want(b, n, TYPE_DATE, where);
}

static bool bind_iif(struct binder *b, struct node *call, struct node *arg)
{
	must(arg);
	struct node *yes = &b->expr->nodes[arg->next];
	struct node *no = &b->expr->nodes[yes->next];
	if (!want(b, arg, TYPE_BOOL, "iif"))
		return false;
	for (int i = 0; i < 2; i++) {
		struct node *n = i ? no : yes;
		if (n->type == TYPE_CODE)
			n->type = TYPE_STRING;
		if (n->type != TYPE_STRING && n->type != TYPE_NUMBER &&
			n->type != TYPE_BOOL && n->type != TYPE_DATE)
			return refuse(b, n, "iif cannot give %s", type_names[n->type]);
	}
	call->type = yes->type;
	return want(b, no, yes->type, "iif");
}

static bool bind_date_diff(struct binder *b, struct node *from)
{
	must(from);
	struct node *to = &b->expr->nodes[from->next];
	struct node *unit = &b->expr->nodes[to->next];
	if (!want_date(b, from, "dateDiff") || !want_date(b, to, "dateDiff"))
		return false;
	if (unit->kind == NODE_TEXT &&
		(str_eq_z(unit->text, "days") || str_eq_z(unit->text, "months") ||
			str_eq_z(unit->text, "years")))
		return true;
	return refuse(b, unit, "dateDiff counts in %s", "'days', 'months' or 'years'");
}

static bool bind_call(struct binder *b, struct node *call)
{
	struct node *nodes = b->expr->nodes;
	struct node *arg = call->first == NO_NODE ? NULL : &nodes[call->first];
	const char *name = expr_function_names[call->function];
	call->type = TYPE_NUMBER;
	switch (call->function) {
	case FN_IIF:
		return bind_iif(b, call, arg);
	case FN_TODAY:
		call->type = TYPE_DATE;
		return true;
	case FN_AGE:
	case FN_YEAR:
		return want_date(b, arg, name);
	case FN_DATE_DIFF:
		return bind_date_diff(b, arg);
	case FN_COUNT:
		for (uint16_t i = call->first; i != NO_NODE; i = nodes[i].next)
			if (nodes[i].kind != NODE_NAME)
				return refuse(b, &nodes[i], "%s wants questions", name);
		return true;
	case FN_SUM:
	case FN_MIN:
	case FN_MAX:
	case FN_AVG:
	case FN_ROUND:
	case FN_TRUNC:
		break;
	}
	for (uint16_t i = call->first; i != NO_NODE; i = nodes[i].next)
		if (!want(b, &nodes[i], TYPE_NUMBER, name))
			return false;
	return true;
}

static bool bind_operator(struct binder *b, struct node *n)
{
	struct node *nodes = b->expr->nodes;
	struct node *l = &nodes[n->first];
	struct node *r = l->next == NO_NODE ? NULL : &nodes[l->next];
	switch (n->kind) {
	case NODE_OR:
	case NODE_AND:
		n->type = TYPE_BOOL;
		return want(b, l, TYPE_BOOL, "and/or") && want(b, r, TYPE_BOOL, "and/or");
	case NODE_NOT:
		n->type = TYPE_BOOL;
		return want(b, l, TYPE_BOOL, "!");
	case NODE_EQ:
	case NODE_NE:
	case NODE_LT:
	case NODE_LE:
	case NODE_GT:
	case NODE_GE:
		return bind_comparison(b, n, l, r);
	case NODE_ADD:
	case NODE_SUB:
	case NODE_MUL:
	case NODE_DIV:
	case NODE_MOD:
		n->type = TYPE_NUMBER;
		return want(b, l, TYPE_NUMBER, "arithmetic") &&
			want(b, r, TYPE_NUMBER, "arithmetic");
	case NODE_CONTAINS:
	case NODE_NOTCONTAINS:
	case NODE_ANYOF:
	case NODE_ALLOF:
	case NODE_NONEOF:
		return bind_list_word(b, n, l, r);
	case NODE_CALL:
		return bind_call(b, n);
	case NODE_EMPTY:
	case NODE_NOTEMPTY:
		n->type = TYPE_BOOL;
		return true;
	case NODE_NAME:
	case NODE_TEXT:
	case NODE_NUMBER:
	case NODE_BOOL:
	case NODE_LIST:
		break;
	}
	return true;
}

static bool bind_node(struct binder *b, uint16_t index)
{
	struct node *n = &b->expr->nodes[index];
	for (uint16_t i = n->first; i != NO_NODE; i = b->expr->nodes[i].next)
		if (!bind_node(b, i))
			return false;
	switch (n->kind) {
	case NODE_NAME:
		return bind_name(b, n);
	case NODE_TEXT:
		n->type = TYPE_STRING;
		return true;
	case NODE_NUMBER:
		n->type = TYPE_NUMBER;
		return true;
	case NODE_BOOL:
		n->type = TYPE_BOOL;
		return true;
	case NODE_LIST:
		n->type = TYPE_LIST;
		return true;
	default:
		return n->kind == NODE_CALL && n->first == NO_NODE ? bind_call(b, n)
								   : bind_operator(b, n);
	}
}

/* Values made of values made of values: the browser gets them written out (expr_compile). */
#define MAX_UNFOLDED 4000

static size_t count_unfolded(const struct expr *e, const struct form *form)
{
	size_t total = e->count;
	for (size_t i = 0; i < e->count; i++) {
		if (e->nodes[i].kind != NODE_NAME)
			continue;
		const struct question *q = &form->questions[e->nodes[i].question];
		if (!q->expression)
			continue;
		total += q->expression->unfolded;
		if (q->visible_if)
			total += q->visible_if->unfolded;
	}
	return total;
}

bool expr_bind(struct expr *e, const struct form *form, size_t before,
	bool must_be_boolean, struct err *err)
{
	struct binder b = {e, form, before, err};
	e->after = 0;
	if (!bind_node(&b, e->root))
		return false;
	const struct node *root = &e->nodes[e->root];
	if (must_be_boolean && root->type != TYPE_BOOL)
		return refuse(&b, root, "a condition is true or false, this is %s: %s",
			type_names[root->type],
			root->type == TYPE_NUMBER || root->type == TYPE_STRING
				? "compare it"
				: "use notempty");
	if (root->type == TYPE_CHOICES || root->type == TYPE_LIST ||
		root->type == TYPE_TEXT || root->type == TYPE_MATRIX ||
		root->type == TYPE_RANKING)
		return refuse(&b, root, "%s cannot be the value of an expression",
			type_names[root->type]);
	e->unfolded = count_unfolded(e, form);
	return e->unfolded <= MAX_UNFOLDED ||
		refuse(&b, root,
			"with the values it reads it has %zu parts, at most %d: "
			"work out fewer values from each other",
			e->unfolded, MAX_UNFOLDED);
}
