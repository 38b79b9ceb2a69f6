/* SPDX-License-Identifier: Apache-2.0 */
/*
 * review.c - a saved page read again, so that an address can show what is wrong with it.
 *
 * The answers and the refused words become fields once more: there is one place that judges a page.
 */
#include <stdlib.h>

#include "rules.h"

struct posted {
	struct field *list;
	char **owned; /* two a field: its name, and its value when it was made here */
	size_t count, capacity;
};

/* Takes the name over, and `made`, which may be NULL. */
static void post(struct posted *p, char *name, struct str value, char *made)
{
	if (p->count == p->capacity) {
		p->capacity = p->capacity ? 2 * p->capacity : 32;
		p->list = x_realloc(p->list, p->capacity * sizeof(*p->list));
		p->owned = x_realloc(p->owned, 2 * p->capacity * sizeof(*p->owned));
	}
	p->owned[2 * p->count] = name;
	p->owned[2 * p->count + 1] = made;
	p->list[p->count++] = (struct field){str_of(name), value};
}

static void posted_release(struct posted *p)
{
	for (size_t i = 0; i < 2 * p->count; i++)
		free(p->owned[i]);
	free(p->owned);
	free(p->list);
}

static void post_place(struct posted *p, const struct question *q, struct str value)
{
	struct str outside = STR("dep:");

	if (str_starts(value, outside))
		post(p, x_printf("%s.hors", q->name),
			(struct str){value.p + outside.n, value.n - outside.n}, NULL);
	else if (place_is_code(value))
		post(p, x_printf("%s.choix", q->name), value, NULL);
	else
		post(p, x_strdup(q->name), value, NULL);
}

/* Takes the name over. Numbers are written as numbers are read. */
static void post_scalar(struct posted *p, char *name, const json_t *value)
{
	if (json_is_string(value)) {
		post(p, name, json_str(value), NULL);
		return;
	}
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	must(text);
	post(p, name, str_of(text), text);
}

/* An order as the places it gives. */
static void post_places(struct posted *p, const struct question *q, const json_t *order)
{
	for (size_t i = 0; i < json_array_size(order); i++) {
		const char *code = json_string_value(json_array_get(order, i));
		char *place = x_printf("%zu", i + 1);

		post(p, x_printf("%s.%s", q->name, code ? code : ""), str_of(place),
			place);
	}
}

static void post_value(struct posted *p, const struct question *q, const json_t *value)
{
	size_t i;
	const char *row;
	json_t *item;

	if (json_is_string(value) && q->role == ROLE_LOCALITY) {
		post_place(p, q, json_str(value));
	} else if (json_is_array(value) && q->type == QUESTION_RANKING) {
		post_places(p, q, value);
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, item)
			post(p, x_strdup(q->name), json_str(item), NULL);
	} else if (json_is_object(value)) {
		json_object_foreach((json_t *)(uintptr_t)value, row, item)
			post_scalar(p, x_printf("%s.%s", q->name, row), item);
	} else if (value) {
		post_scalar(p, x_strdup(q->name), value);
	}
}

/* "q-Comment" and "q.hors": texts beside the answer. */
static void post_beside(struct posted *p, const struct question *q, const char *suffix,
	const json_t *answers, const json_t *typed)
{
	char *name = x_printf("%s%s", q->name, suffix);
	const json_t *value = json_object_get(typed, name);

	if (!value)
		value = json_object_get(answers, name);
	if (json_is_string(value))
		post(p, name, json_str(value), NULL);
	else
		free(name);
}

void answers_review_page(const struct form *form, size_t page, const json_t *answers,
	const json_t *typed, usec_t today, struct problems *ret)
{
	const struct page *on = &form->pages[page];
	struct posted posted SCOPED(posted_release) = {0};
	json_t *answers_copy = json_deep_copy(answers);
	json_t *typed_copy = json_deep_copy(typed);
	struct err err = {0};
	SCOPED(walk_release) struct walk walk;

	must(answers_copy && typed_copy);
	walk_init(&walk, form, answers, today);
	walk_to(&walk, on->first + on->count);
	for (size_t i = on->first; i < on->first + on->count; i++) {
		const struct question *q = &form->questions[i];
		const json_t *value = json_object_get(typed, q->name);

		/* An order is read with what has been offered since. */
		if (!value && q->type == QUESTION_RANKING)
			value = walk_answer(&walk, i);
		post_value(&posted, q, value ? value : json_object_get(answers, q->name));
		if (q->has_other)
			post_beside(&posted, q, "-Comment", answers, typed);
		if (q->role == ROLE_LOCALITY)
			post_beside(&posted, q, ".hors", NULL, typed);
	}
	/* What was saved came through the same door, so the whole is never refused; if it were, there is nothing to show. */
	if (!answers_read_page(form, page, posted.list, posted.count, today, true,
		    answers_copy, typed_copy, ret, &err))
		*ret = (struct problems){0};
	json_decref(answers_copy);
	json_decref(typed_copy);
}
