/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evaluation of a bound expression. SurveyJS's meaning where the profile accepts: a missing answer is 0 in
 * arithmetic, sums skip it, a division by nothing is missing, results are rounded to the operands' decimals.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "barometre/form/answer.h"
#include "expr_node.h"

enum value_kind {
	VALUE_MISSING,
	VALUE_BOOL,
	VALUE_NUMBER,
	VALUE_STRING,
	VALUE_DATE
};

struct value {
	enum value_kind kind;
	bool truth;
	double number;
	struct str string;
	int64_t day; /* since 1970-01-01 */
};

struct evaluation {
	const struct expr *expr;
	const struct expr_scope *scope;
};

static struct value evaluate(const struct evaluation *ev, uint16_t index);

static struct value value_number(double x)
{
	return isfinite(x) ? (struct value){.kind = VALUE_NUMBER, .number = x}
			   : (struct value){.kind = VALUE_MISSING};
}

static struct value value_bool(bool truth)
{
	return (struct value){.kind = VALUE_BOOL, .truth = truth};
}

static const json_t *answer_of(const struct evaluation *ev, const struct node *n)
{
	const json_t *answer = ev->scope->answer(ev->scope->arg, n->question);
	if (answer && n->z_row)
		answer = json_object_get(answer, n->z_row);
	return answer_is_empty(answer) ? NULL : answer;
}

static struct value value_date(struct str s)
{
	struct civil c;
	char text[11];
	if (s.n != 10)
		return (struct value){.kind = VALUE_MISSING};
	memcpy(text, s.p, 10);
	text[10] = '\0';
	if (!civil_parse_date(text, &c))
		return (struct value){.kind = VALUE_MISSING};
	return (struct value){
		.kind = VALUE_DATE, .day = civil_day_number(c.year, c.month, c.day)};
}

/* An answer of another kind than the form says reads as missing. */
static struct value read_name(const struct evaluation *ev, const struct node *n)
{
	const json_t *answer = answer_of(ev, n);
	if (json_is_number(answer) && n->type == TYPE_NUMBER)
		return value_number(json_number_value(answer));
	if (json_is_boolean(answer) && n->type == TYPE_BOOL)
		return value_bool(json_is_true(answer));
	if (json_is_string(answer) && n->type != TYPE_NUMBER && n->type != TYPE_BOOL) {
		struct str s = {json_string_value(answer), json_string_length(answer)};
		return n->type == TYPE_DATE
			? value_date(s)
			: (struct value){.kind = VALUE_STRING, .string = s};
	}
	return (struct value){.kind = VALUE_MISSING};
}

static struct value read_text(const struct node *n)
{
	return n->type == TYPE_DATE
		? value_date(n->text)
		: (struct value){.kind = VALUE_STRING, .string = n->text};
}

static bool compare(enum node_kind kind, const struct value *l, const struct value *r)
{
	if (l->kind == VALUE_MISSING || r->kind == VALUE_MISSING || l->kind != r->kind)
		return kind == NODE_NE;
	int order = 0;
	if (l->kind == VALUE_NUMBER) {
		order = (l->number > r->number) - (l->number < r->number);
	} else if (l->kind == VALUE_BOOL) {
		order = l->truth - r->truth;
	} else if (l->kind == VALUE_DATE) {
		order = (l->day > r->day) - (l->day < r->day);
	} else {
		size_t shorter = l->string.n < r->string.n ? l->string.n : r->string.n;
		order = memcmp(l->string.p, r->string.p, shorter);
		if (order == 0)
			order = (l->string.n > r->string.n) - (l->string.n < r->string.n);
	}
	switch (kind) {
	case NODE_EQ:
		return order == 0;
	case NODE_NE:
		return order != 0;
	case NODE_LT:
		return order < 0;
	case NODE_LE:
		return order <= 0;
	case NODE_GT:
		return order > 0;
	default:
		return order >= 0;
	}
}

/* Digits behind the point of the shortest usual writing; -1 when it needs an exponent. */
static int decimals(double x)
{
	char text[40];
	snprintf(text, sizeof(text), "%.15g", x);
	if (strchr(text, 'e'))
		return -1;
	const char *dot = strchr(text, '.');
	return dot ? (int)strlen(dot + 1) : 0;
}

static double rounded_to(double x, int digits)
{
	char text[400];
	double y = x;
	int n = snprintf(text, sizeof(text), "%.*f", digits, x);
	if (n < 0 || n >= (int)sizeof(text) || !str_parse_decimal(str_of(text), &y))
		return x;
	return y;
}

static struct value arithmetic(enum node_kind kind, double l, double r)
{
	int a = decimals(l), b = decimals(r);
	bool plain = a >= 0 && b >= 0;
	double x;
	switch (kind) {
	case NODE_ADD:
	case NODE_SUB:
		x = kind == NODE_ADD ? l + r : l - r;
		return value_number(
			plain && isfinite(x) ? rounded_to(x, a > b ? a : b) : x);
	case NODE_MUL:
		x = l * r;
		return value_number(plain && isfinite(x) ? rounded_to(x, a + b) : x);
	case NODE_DIV:
		return r == 0 ? (struct value){.kind = VALUE_MISSING}
			      : value_number(l / r);
	default:
		return r == 0 ? (struct value){.kind = VALUE_MISSING}
			      : value_number(fmod(l, r));
	}
}

static bool answer_holds(const json_t *answer, struct str code)
{
	if (json_is_string(answer))
		return str_eq((struct str){json_string_value(answer),
				      json_string_length(answer)},
			code);
	for (size_t i = 0; i < json_array_size(answer); i++)
		if (answer_holds(json_array_get(answer, i), code))
			return true;
	return false;
}

static bool list_word(const struct evaluation *ev, const struct node *n)
{
	const struct node *nodes = ev->expr->nodes;
	const struct node *left = &nodes[n->first], *right = &nodes[left->next];
	const json_t *answer = answer_of(ev, left);
	bool negated = n->kind == NODE_NOTCONTAINS || n->kind == NODE_NONEOF;
	if (!answer)
		return negated;
	if (right->kind == NODE_TEXT)
		return answer_holds(answer, right->text) != negated;
	bool all = n->kind == NODE_CONTAINS || n->kind == NODE_ALLOF;
	for (uint16_t i = right->first; i != NO_NODE; i = nodes[i].next)
		if (answer_holds(answer, nodes[i].text) != all)
			return all == negated;
	return all != negated;
}

static int64_t today_number(const struct evaluation *ev)
{
	usec_t day = ev->scope->today / USEC_PER_DAY;
	return ev->scope->today % USEC_PER_DAY < 0 ? day - 1 : day;
}

static struct civil civil_of(int64_t day)
{
	struct civil c = {0};
	civil_from_day_number(day, &c.year, &c.month, &c.day);
	return c;
}

/* Whole months from a to b, towards zero. */
static int whole_months(int64_t from, int64_t to)
{
	struct civil a = civil_of(from), b = civil_of(to);
	int months = (b.year - a.year) * 12 + b.month - a.month;
	if (months > 0 && b.day < a.day)
		return months - 1;
	if (months < 0 && b.day > a.day)
		return months + 1;
	return months;
}

static struct value date_diff(const struct evaluation *ev, const struct node *call)
{
	const struct node *nodes = ev->expr->nodes;
	uint16_t second = nodes[call->first].next;
	struct str unit = nodes[nodes[second].next].text;
	struct value a = evaluate(ev, call->first), b = evaluate(ev, second);
	if (a.kind != VALUE_DATE || b.kind != VALUE_DATE)
		return (struct value){.kind = VALUE_MISSING};
	if (str_eq_z(unit, "days"))
		return value_number((double)(b.day - a.day));
	int months = whole_months(a.day, b.day);
	return value_number(str_eq_z(unit, "months") ? months : months / 12);
}

/* sum, min, max, avg skip what is missing: a sum or mean of nothing is 0, an extreme of nothing is missing. */
static struct value aggregate(const struct evaluation *ev, const struct node *call)
{
	double sum = 0, least = INFINITY, most = -INFINITY;
	size_t count = 0;
	for (uint16_t i = call->first; i != NO_NODE; i = ev->expr->nodes[i].next) {
		struct value v = evaluate(ev, i);
		if (v.kind != VALUE_NUMBER)
			continue;
		sum = arithmetic(NODE_ADD, sum, v.number).number;
		least = fmin(least, v.number);
		most = fmax(most, v.number);
		count++;
	}
	switch (call->function) {
	case FN_SUM:
		return value_number(sum);
	case FN_AVG:
		return value_number(count ? sum / (double)count : 0);
	case FN_MIN:
		return value_number(least);
	default:
		return value_number(most);
	}
}

/* Answers that are there; every tick of a checkbox counts. */
static struct value count_answers(const struct evaluation *ev, const struct node *call)
{
	size_t count = 0;
	for (uint16_t i = call->first; i != NO_NODE; i = ev->expr->nodes[i].next) {
		const json_t *answer = answer_of(ev, &ev->expr->nodes[i]);
		count += json_is_array(answer) ? json_array_size(answer) : answer != NULL;
	}
	return value_number((double)count);
}

static struct value round_or_trunc(const struct evaluation *ev, const struct node *call)
{
	const struct node *arg = &ev->expr->nodes[call->first];
	struct value x = evaluate(ev, call->first);
	double scale = 1;
	if (arg->next != NO_NODE) {
		struct value digits = evaluate(ev, arg->next);
		if (digits.kind != VALUE_NUMBER || digits.number < 0 ||
			digits.number > 15)
			return (struct value){.kind = VALUE_MISSING};
		scale = pow(10, trunc(digits.number));
	}
	if (x.kind != VALUE_NUMBER)
		return x;
	/* 1.15 is a little less in binary: the nudge makes 115 of 1.15 × 100, as in SurveyJS. */
	double scaled = x.number * scale * (1 + DBL_EPSILON);
	return value_number(
		(call->function == FN_ROUND ? round(scaled) : trunc(scaled)) / scale);
}

static struct value call_function(const struct evaluation *ev, const struct node *call)
{
	struct value v;
	uint16_t yes;
	switch (call->function) {
	case FN_IIF:
		yes = ev->expr->nodes[call->first].next;
		v = evaluate(ev, call->first);
		return evaluate(ev, v.truth ? yes : ev->expr->nodes[yes].next);
	case FN_COUNT:
		return count_answers(ev, call);
	case FN_ROUND:
	case FN_TRUNC:
		return round_or_trunc(ev, call);
	case FN_DATE_DIFF:
		return date_diff(ev, call);
	case FN_TODAY:
		return (struct value){.kind = VALUE_DATE, .day = today_number(ev)};
	case FN_AGE:
	case FN_YEAR:
		v = evaluate(ev, call->first);
		if (v.kind != VALUE_DATE)
			return (struct value){.kind = VALUE_MISSING};
		return value_number(call->function == FN_YEAR
				? civil_of(v.day).year
				: whole_months(v.day, today_number(ev)) / 12);
	case FN_SUM:
	case FN_MIN:
	case FN_MAX:
	case FN_AVG:
		break;
	}
	return aggregate(ev, call);
}

static struct value evaluate_pair(const struct evaluation *ev, const struct node *n)
{
	struct value l = evaluate(ev, n->first);
	if (n->kind == NODE_OR || n->kind == NODE_AND) {
		bool settled = l.truth == (n->kind == NODE_OR);
		return value_bool(settled
				? l.truth
				: evaluate(ev, ev->expr->nodes[n->first].next).truth);
	}
	struct value r = evaluate(ev, ev->expr->nodes[n->first].next);
	if (n->kind >= NODE_ADD && n->kind <= NODE_MOD)
		return arithmetic(n->kind, l.kind == VALUE_NUMBER ? l.number : 0,
			r.kind == VALUE_NUMBER ? r.number : 0);
	return value_bool(compare(n->kind, &l, &r));
}

static struct value evaluate(const struct evaluation *ev, uint16_t index)
{
	const struct node *n = &ev->expr->nodes[index];
	switch (n->kind) {
	case NODE_NAME:
		return read_name(ev, n);
	case NODE_TEXT:
		return read_text(n);
	case NODE_NUMBER:
		return value_number(n->number);
	case NODE_BOOL:
		return value_bool(n->truth);
	case NODE_NOT:
		return value_bool(!evaluate(ev, n->first).truth);
	case NODE_EMPTY:
	case NODE_NOTEMPTY:
		return value_bool(!answer_of(ev, &ev->expr->nodes[n->first]) ==
			(n->kind == NODE_EMPTY));
	case NODE_CONTAINS:
	case NODE_NOTCONTAINS:
	case NODE_ANYOF:
	case NODE_ALLOF:
	case NODE_NONEOF:
		return value_bool(list_word(ev, n));
	case NODE_CALL:
		return call_function(ev, n);
	default:
		return evaluate_pair(ev, n);
	}
}

bool expr_is_true(const struct expr *e, const struct expr_scope *scope)
{
	struct evaluation ev = {e, scope};
	struct value v = evaluate(&ev, e->root);
	return v.kind == VALUE_BOOL && v.truth;
}

json_t *expr_value(const struct expr *e, const struct expr_scope *scope)
{
	struct evaluation ev = {e, scope};
	struct value v = evaluate(&ev, e->root);
	struct civil c;
	switch (v.kind) {
	case VALUE_BOOL:
		return json_boolean(v.truth);
	case VALUE_NUMBER:
		if (v.number == trunc(v.number) && fabs(v.number) < 9007199254740992.0)
			return json_integer((json_int_t)v.number);
		return json_real(v.number);
	case VALUE_STRING:
		return json_stringn(v.string.p, v.string.n);
	case VALUE_DATE:
		c = civil_of(v.day);
		return json_sprintf("%04d-%02d-%02d", c.year, c.month, c.day);
	case VALUE_MISSING:
		break;
	}
	return NULL;
}
