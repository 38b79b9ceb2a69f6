/* SPDX-License-Identifier: Apache-2.0 */
/* inspect_private.h - names of things, and what decides about what. */
#ifndef FORM_INSPECT_PRIVATE_H
#define FORM_INSPECT_PRIVATE_H

#include "barometre/form/inspect.h"
#include "expr_node.h"

const char *inspect_type(const struct question *);
const char *inspect_input(enum input_type);
const char *inspect_role(const struct question *);
/* Of the choice at `i`; of the one behind the last, "other". */
const char *inspect_code(const struct question *, size_t i);
/* Fresh: the conditions of its page and its own; "" for none. */
char *inspect_condition(const struct form *, const struct question *);
/* "error unless number from 0 to 9": what a validator wants, without its text. */
void inspect_check(const struct validator *, struct buf *out);

/* One condition reads one question. */
struct link {
	size_t from;
	size_t to; /* a question, or a page */
	bool to_page;
	const char *what; /* "shown", "required", "value", "choice", "check" */
	const char *code; /* of the choice, or NULL */
	const struct expr *expr;
};
struct links {
	struct link *list;
	size_t count;
};
/* In the order of what they decide about, then of what is read. */
void links_find(const struct form *, struct links *ret);
void links_release(struct links *);

#endif
