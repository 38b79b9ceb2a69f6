/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_node.h - the flat tree of an expression: shared by its parser, type checker and evaluator.
 *
 * Nodes lie in one array; a node names its first child and its next sibling by index. An index
 * of NO_NODE ends a list.
 */
#ifndef FORM_EXPR_NODE_H
#define FORM_EXPR_NODE_H

#include "barometre/form/form.h"

#define NO_NODE UINT16_MAX

enum node_kind {
	NODE_OR,
	NODE_AND,
	NODE_EQ,
	NODE_NE,
	NODE_LT,
	NODE_LE,
	NODE_GT,
	NODE_GE,
	NODE_ADD,
	NODE_SUB,
	NODE_MUL,
	NODE_DIV,
	NODE_MOD,
	NODE_CONTAINS,
	NODE_NOTCONTAINS,
	NODE_ANYOF,
	NODE_ALLOF,
	NODE_NONEOF,
	NODE_NOT,
	NODE_EMPTY,
	NODE_NOTEMPTY,
	NODE_NAME,
	NODE_TEXT,
	NODE_NUMBER,
	NODE_BOOL,
	NODE_LIST,
	NODE_CALL,
};

enum expr_type {
	TYPE_NONE, /* not bound yet */
	TYPE_BOOL,
	TYPE_NUMBER,
	TYPE_STRING,  /* a literal, or a choice between literals */
	TYPE_CODE,    /* the answer to a choice question */
	TYPE_CHOICES, /* the answers to a checkbox question */
	TYPE_LIST,    /* literal codes */
	TYPE_DATE,
	TYPE_TEXT, /* what people typed: only empty and notempty */
	TYPE_MATRIX, /* the same; its rows are codes. Of a multipletext: its items are what they hold */
	TYPE_RANKING, /* only empty and notempty */
};

enum expr_function {
	FN_IIF,
	FN_SUM,
	FN_MIN,
	FN_MAX,
	FN_AVG,
	FN_COUNT,
	FN_ROUND,
	FN_TRUNC,
	FN_AGE,
	FN_DATE_DIFF,
	FN_YEAR,
	FN_TODAY,
};

struct node {
	enum node_kind kind;
	enum expr_type type;
	enum expr_function function;
	uint16_t first, next;
	int column; /* from 1 */
	bool truth;
	double number;
	struct str
		text; /* NODE_TEXT: the value; NODE_NAME: the question; NODE_NUMBER: as written */
	struct str
		row; /* NODE_NAME: "", the row of a matrix or the item of a multipletext */
	size_t question;   /* NODE_NAME, once bound */
	const char *z_row; /* the same row as the form's own text, or NULL */
};

struct expr {
	struct node *nodes;
	size_t count, capacity;
	uint16_t root;
	size_t unfolded; /* once bound: nodes, with those of every expression it reads in the place of its name */
	size_t after; /* once bound: all it reads, through calculated values too, stands before this index */
	char *text;   /* literals are unescaped in place and point into it */
	char *source; /* as written */
};

extern const char *const expr_function_names[FN_TODAY + 1];

enum expr_type expr_result(const struct expr *);
/* As written. Borrowed. */
const char *expr_source(const struct expr *);
/* Does it read this question? */
bool expr_reads(const struct expr *, size_t question);
/* Before it is bound: one more than the last question it names, `ready` for calculated values (by their place among
 * the questions); names that do not exist count as 0. */
size_t expr_named(const struct expr *, const struct form *, const size_t *ready);

#endif
