/* SPDX-License-Identifier: Apache-2.0 */
/* What a condition reads, for who must know on what a base depends. */
#include "expr_node.h"

struct found {
	const struct form *form;
	struct expr_filter *list;
	size_t count, max;
};

static void add(struct found *f, const struct node *name, struct str code)
{
	if (f->count < f->max)
		f->list[f->count] = (struct expr_filter){
			.question = name->question, .row = name->z_row, .code = code};
	f->count++;
}

static void read_node(struct found *f, const struct expr *e, uint16_t at);

static void read_children(struct found *f, const struct expr *e, uint16_t first)
{
	for (uint16_t i = first; i != NO_NODE; i = e->nodes[i].next)
		read_node(f, e, i);
}

/* {q} = 'a', 'a' = {q} or {q} contains 'a'. */
static bool read_code(struct found *f, const struct expr *e, const struct node *n)
{
	if ((n->kind != NODE_EQ && n->kind != NODE_CONTAINS) || n->first == NO_NODE)
		return false;
	const struct node *left = &e->nodes[n->first];
	if (left->next == NO_NODE)
		return false;
	const struct node *right = &e->nodes[left->next];
	if (n->kind == NODE_EQ && left->kind == NODE_TEXT) {
		const struct node *swap = left;
		left = right;
		right = swap;
	}
	if (left->kind != NODE_NAME || right->kind != NODE_TEXT ||
		f->form->questions[left->question].expression)
		return false;
	add(f, left, right->text);
	return true;
}

static void read_node(struct found *f, const struct expr *e, uint16_t at)
{
	const struct node *n = &e->nodes[at];

	if (read_code(f, e, n))
		return;
	if (n->kind != NODE_NAME) {
		read_children(f, e, n->first);
		return;
	}
	const struct question *q = &f->form->questions[n->question];
	if (!q->expression) {
		add(f, n, (struct str){0});
		return;
	}
	read_node(f, q->expression, q->expression->root);
	if (q->visible_if)
		read_node(f, q->visible_if, q->visible_if->root);
}

size_t expr_filters(const struct expr *e, const struct form *form,
	struct expr_filter *ret, size_t max)
{
	struct found found = {.form = form, .list = ret, .max = max};

	read_node(&found, e, e->root);
	return found.count;
}
