/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions as French sentences, for codebooks. */
#include "inspect_private.h"

struct speaker {
	const struct form *form;
	const struct expr *expr;
	struct buf *out;
};

static const struct node *node_at(const struct speaker *s, uint16_t at)
{
	return &s->expr->nodes[at];
}

static void say(const struct speaker *s, const struct node *);

static void say_question(const struct speaker *s, const struct node *n)
{
	const struct question *q = &s->form->questions[n->question];
	const struct choice *row = n->row.n > 0 ? question_find_row(q, n->row) : NULL;

	buf_printf(s->out, "« %s%s", q->short_label, n->row.n > 0 ? " – " : "");
	if (row)
		buf_puts(s->out, row->text);
	else
		buf_add(s->out, n->row);
	buf_puts(s->out, " »");
}

/* A code by its label, of the question it is compared with (NULL: none). */
static void say_code(const struct speaker *s, const struct question *q, struct str code)
{
	const struct choice *choice = q ? question_find_choice(q, code) : NULL;

	buf_puts(s->out, "« ");
	if (choice)
		buf_puts(s->out, choice->text);
	else if (q && q->has_other && str_eq_z(code, "other"))
		buf_puts(s->out, q->other_text);
	else
		buf_add(s->out, code);
	buf_puts(s->out, " »");
}

static void say_value(
	const struct speaker *s, const struct question *q, const struct node *n)
{
	if (n->kind == NODE_TEXT) {
		say_code(s, q, n->text);
	} else if (n->kind == NODE_BOOL) {
		say_code(s, q, n->truth ? STR("true") : STR("false"));
	} else if (n->kind == NODE_LIST) {
		for (uint16_t at = n->first; at != NO_NODE; at = node_at(s, at)->next) {
			if (at != n->first)
				buf_puts(s->out, ", ");
			say_value(s, q, node_at(s, at));
		}
	} else {
		say(s, n);
	}
}

/* "A verb B". */
static void say_pair(const struct speaker *s, const struct node *n, const char *verb)
{
	const struct node *left = node_at(s, n->first);
	const struct node *right = node_at(s, left->next);
	const struct question *q = left->kind == NODE_NAME
		? &s->form->questions[left->question]
		: right->kind == NODE_NAME ? &s->form->questions[right->question]
					   : NULL;

	say_value(s, q, left);
	buf_printf(s->out, " %s ", verb);
	say_value(s, q, right);
}

static void say_joined(const struct speaker *s, const struct node *n, const char *word)
{
	for (uint16_t at = n->first; at != NO_NODE; at = node_at(s, at)->next) {
		const struct node *part = node_at(s, at);
		bool brackets = part->kind != n->kind &&
			(part->kind == NODE_OR || part->kind == NODE_AND);

		if (at != n->first)
			buf_printf(s->out, " %s ", word);
		if (brackets)
			buf_addc(s->out, '(');
		say(s, part);
		if (brackets)
			buf_addc(s->out, ')');
	}
}

static void say_call(const struct speaker *s, const struct node *n)
{
	buf_printf(s->out, "%s(", expr_function_names[n->function]);
	say_joined(s, n, ";");
	buf_addc(s->out, ')');
}

static void say_one(const struct speaker *s, const char *before, const struct node *n,
	const char *after)
{
	buf_puts(s->out, before);
	say(s, node_at(s, n->first));
	buf_puts(s->out, after);
}

static void say(const struct speaker *s, const struct node *n)
{
	static const char *const verbs[] = {
		[NODE_EQ] = "est",
		[NODE_NE] = "n’est pas",
		[NODE_LT] = "est inférieur à",
		[NODE_LE] = "est au plus",
		[NODE_GT] = "est supérieur à",
		[NODE_GE] = "est au moins",
		[NODE_ADD] = "+",
		[NODE_SUB] = "−",
		[NODE_MUL] = "×",
		[NODE_DIV] = "÷",
		[NODE_MOD] = "modulo",
		[NODE_CONTAINS] = "comprend",
		[NODE_NOTCONTAINS] = "ne comprend pas",
		[NODE_ANYOF] = "comprend au moins une réponse parmi",
		[NODE_ALLOF] = "comprend toutes les réponses parmi",
		[NODE_NONEOF] = "ne comprend aucune réponse parmi",
	};

	switch (n->kind) {
	case NODE_OR:
		say_joined(s, n, "ou");
		break;
	case NODE_AND:
		say_joined(s, n, "et");
		break;
	case NODE_EQ:
	case NODE_NE:
	case NODE_LT:
	case NODE_LE:
	case NODE_GT:
	case NODE_GE:
	case NODE_ADD:
	case NODE_SUB:
	case NODE_MUL:
	case NODE_DIV:
	case NODE_MOD:
	case NODE_CONTAINS:
	case NODE_NOTCONTAINS:
	case NODE_ANYOF:
	case NODE_ALLOF:
	case NODE_NONEOF:
		say_pair(s, n, verbs[n->kind]);
		break;
	case NODE_NOT:
		say_one(s, "il est faux que (", n, ")");
		break;
	case NODE_EMPTY:
		say_one(s, "", n, " est sans réponse");
		break;
	case NODE_NOTEMPTY:
		say_one(s, "", n, " a une réponse");
		break;
	case NODE_NAME:
		say_question(s, n);
		break;
	case NODE_TEXT:
	case NODE_BOOL:
	case NODE_LIST:
		say_value(s, NULL, n);
		break;
	case NODE_NUMBER:
		buf_add(s->out, n->text);
		break;
	case NODE_CALL:
		say_call(s, n);
		break;
	}
}

static void say_condition(
	const struct form *form, const struct expr *expr, struct buf *out)
{
	const struct speaker s = {form, expr, out};

	say(&s, node_at(&s, expr->root));
}

void inspect_universe(const struct form *form, const struct question *q, struct buf *out)
{
	const struct expr *page = q->page < form->page_count
		? form->pages[q->page].visible_if
		: NULL;

	if (!page && !q->visible_if) {
		buf_puts(out, "Toutes les personnes qui ont répondu au questionnaire");
		return;
	}
	buf_puts(out, "Les personnes pour qui ");
	if (page)
		say_condition(form, page, out);
	if (page && q->visible_if)
		buf_puts(out, ", et pour qui ");
	if (q->visible_if)
		say_condition(form, q->visible_if, out);
}
