/* SPDX-License-Identifier: Apache-2.0 */
/* reader.h - what the parts of form_parse share: the file, where we are in it, and how to refuse. */
#ifndef FORM_READER_H
#define FORM_READER_H

#include "arena.h"
#include "expr_node.h"
#include "source_map.h"

/* struct form as its owner sees it. */
struct form_owner {
	struct form form; /* first: a form is its owner */
	struct arena arena;
	struct expr **exprs;
	size_t expr_count;
	uint16_t *by_name; /* question indexes sorted by name */
};

/* A question and what is still to be bound. */
struct pending {
	struct question question;
	json_t *object;
	const char *panel_if; /* condition of the panels around it, or NULL */
	size_t page;
};

struct reader {
	struct form_owner *owner;
	struct source_map map;
	const char *file;
	struct err *err;
	struct pending *questions;
	size_t count, capacity;
};

/* "file:line: …"; the line is that of `word` inside the object (NULL: of the object). Always false. */
bool reader_refuse(struct reader *, json_t *object, const char *word, const char *format,
	...) PRINTF_LIKE(4, 5);
/* Every key must be in the NULL-terminated list. `what` names the element in the message. */
bool reader_keys(
	struct reader *, json_t *object, const char *const *keys, const char *what);

/* Optional members: absent leaves *ret untouched. False when it is there and of the wrong kind. */
bool reader_text(struct reader *, json_t *object, const char *key, const char **ret);
bool reader_string(struct reader *, json_t *object, const char *key, const char **ret);
bool reader_bool(struct reader *, json_t *object, const char *key, bool *ret);
bool reader_number(
	struct reader *, json_t *object, const char *key, bool *ret_has, double *ret);
bool reader_whole(struct reader *, json_t *object, const char *key, long long least,
	long long most, long long *ret);
bool reader_strings(struct reader *, json_t *object, const char *key,
	const char *const **ret, size_t *ret_count);
/* The same, but it must be there and not be empty. */
bool reader_need_text(struct reader *, json_t *object, const char *key, const char **ret);
bool reader_need_string(
	struct reader *, json_t *object, const char *key, const char **ret);
/* A member "name" of [a-z0-9_]+. */
bool reader_name(struct reader *, json_t *object, const char **ret);
bool reader_is_name(struct str);

/* Reads elements of a page or panel into reader->questions. */
bool reader_elements(
	struct reader *, json_t *holder, size_t page, const char *panel_if, int depth);
/* Fills choices, columns and rows. */
bool reader_choices(struct reader *, json_t *object, const char *key,
	const char *question, const struct choice **ret, size_t *ret_count);
/* Parses; the form owns the result. `what` names the place in the message. */
bool reader_expr(struct reader *, json_t *object, const char *key, struct str text,
	const char *what, struct expr **ret);

/* {"2023": "…"} of `own` (may be NULL) into the question. */
bool reader_published(struct reader *, json_t *own, struct question *);

struct form *form_new(void);
struct form_owner *form_owner(struct form *);
/* Makes form_find work. */
void form_index_names(struct form_owner *);

#endif
