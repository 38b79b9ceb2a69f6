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
	struct pattern **patterns;
	size_t pattern_count;
	uint16_t *by_name; /* question indexes sorted by name */
	/* The French one owns the others; they point back to it. */
	struct form_owner *root, **variants; /* one a language of language_list */
	size_t variant_count;
	bool *speaks; /* one a language: does a text of it stand in the file? */
};

/* A question and what is still to be bound. */
struct pending {
	struct question question;
	json_t *object;
	const char *panel_if; /* condition of the panels around it, or NULL */
	size_t page;
};

/* A text with {name} in it: to be checked when all names are known. */
struct piped {
	json_t *object;
	const char *key, *text;
	size_t page;
};

struct reader {
	struct form_owner *owner;
	const struct source_map *map;
	const char *file;
	struct err *err;
	struct pending *questions;
	size_t count, capacity;
	struct panel *panels;
	size_t panel_count, panel_capacity;
	struct piped *piped;
	size_t piped_count, piped_capacity;
	size_t page; /* being read; SIZE_MAX outside of pages, where texts name no answers */
};

/* "file:line:column: error: …"; the place is that of `word` inside the object (NULL: of the object). Always false. */
bool reader_refuse(struct reader *, json_t *object, const char *word, const char *format,
	...) PRINTF_LIKE(4, 5);
/* The same for a mistake in the text under `key`, `column` bytes into it (from 1). */
bool reader_refuse_in(struct reader *, json_t *object, const char *key, int column,
	const char *format, ...) PRINTF_LIKE(5, 6);
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
/* Four digits: the year of an edition. */
bool reader_is_year(const char *);

/* A text that is not piped into (labels of tables, examples in fields): a name in braces is refused. */
bool reader_plain_text(
	struct reader *, json_t *object, const char *key, const char **ret);
/* A list of texts, each in several languages. */
bool reader_texts(struct reader *, json_t *object, const char *key,
	const char *const **ret, size_t *ret_count);

/* What panels pass on to what stands in them. */
struct inside {
	const char *panel_if; /* their conditions joined, or NULL */
	int panel;            /* index of the innermost, or -1 */
	int depth;
};
/* Reads elements of a page or panel into reader->questions and reader->panels. */
bool reader_elements(struct reader *, json_t *holder, struct inside);
/* Fills choices, columns and rows. A choice of `choices` may have a condition, bound later. */
bool reader_choices(struct reader *, json_t *object, const char *key,
	const char *question, const struct choice **ret, size_t *ret_count);
/* showNoneItem, showRefuseItem, showDontKnowItem and their texts. */
bool reader_special_choices(struct reader *, json_t *object, struct question *);
/* Items of a multipletext. */
bool reader_items(struct reader *, json_t *object, struct question *);
/* "inputType" of a text or of an item; the length is that of its kind. */
bool reader_input(struct reader *, json_t *object, enum input_type *ret, size_t *ret_max);
/* Everything but the expressions, which are bound later. */
bool reader_validators(struct reader *, json_t *object, struct question *);
/* Says what to do instead of a key, a type that SurveyJS has and the profile has not; NULL when it is unknown. */
const char *reader_key_remedy(const char *key);
const char *reader_type_remedy(const char *type);

/* All conditions, expressions and names in texts, when every question is in its place. */
bool reader_bind(struct reader *, json_t *root);
bool reader_check_piped(struct reader *);
/* Parses; the form owns the result. `what` names the place in the message. */
bool reader_expr(struct reader *, json_t *object, const char *key, struct str text,
	const char *what, struct expr **ret);

/* {"2023": "…"} of `own` (may be NULL) into the question. */
bool reader_published(struct reader *, json_t *own, struct question *);

/* "comparable" and "collapse" of `own` (may be NULL), when the choices have been read. */
bool reader_comparable(struct reader *, json_t *own, bool is_new, struct question *);
bool reader_collapse(struct reader *, json_t *own, struct question *);

/* "crossings" of the root's own keys, when every question is in its place. */
bool reader_crossings(struct reader *, json_t *own);

struct form *form_new(void);
struct form_owner *form_owner(struct form *);
/* Makes form_find work. */
void form_index_names(struct form_owner *);

#endif
