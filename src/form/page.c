/* SPDX-License-Identifier: Apache-2.0 */
/* A posted page: whose is each field, then question by question in the order of the form. */
#include "page.h"

#include <stdlib.h>

#define MAX_FIELDS 1000

void problems_release(struct problems *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->list[i].message);
	free(p->list);
	*p = (struct problems){0};
}

struct problem *page_problem(struct page_reader *r, const char *row, char *message)
{
	struct problems *p = r->problems;
	p->list = x_realloc(p->list, (p->count + 1) * sizeof(*p->list));
	p->list[p->count] = (struct problem){
		.question = r->q, .row = row, .message = message};
	r->refused = true;
	return &p->list[p->count++];
}

/* Is the field called "<name><suffix>"? */
static bool is_called(struct str field, const char *name, const char *suffix)
{
	size_t n = strlen(name);
	return field.n >= n && memcmp(field.p, name, n) == 0 &&
		str_eq_z((struct str){field.p + n, field.n - n}, suffix);
}

struct str page_field(const struct page_reader *r, const char *suffix)
{
	for (size_t i = 0; i < r->field_count; i++)
		if (is_called(r->fields[i].name, r->q->name, suffix))
			return str_trim(r->fields[i].value);
	return STR("");
}

void page_keep_typed(struct page_reader *r, const char *suffix, struct str value)
{
	SCOPED(free_char) char *key = x_printf("%s%s", r->q->name, suffix);
	json_object_set_new(r->typed, key, json_stringn(value.p, value.n));
}

/* May a field of this name be posted to the question? */
static bool takes_field(const struct question *q, struct str name)
{
	if (q->type == QUESTION_HTML)
		return false;
	if (q->has_other && is_called(name, q->name, "-Comment"))
		return true;
	if (q->role == ROLE_LOCALITY &&
		(is_called(name, q->name, ".hors") || is_called(name, q->name, ".choix")))
		return true;
	if (q->type != QUESTION_MATRIX)
		return str_eq_z(name, q->name);
	size_t n = strlen(q->name);
	return name.n > n + 1 && memcmp(name.p, q->name, n) == 0 && name.p[n] == '.' &&
		question_find_row(q, (struct str){name.p + n + 1, name.n - n - 1});
}

/* Refuses the page as a whole before anything is changed: a browser never sends such a thing. */
static bool check_fields(const struct form *form, const struct page *page,
	const struct field *fields, size_t count, struct err *err)
{
	if (count > MAX_FIELDS)
		return err_set(err, ERR_LIMIT, "too many fields");
	for (size_t i = 0; i < count; i++) {
		const struct question *owner = NULL;
		for (size_t j = 0; j < page->count && !owner; j++)
			if (takes_field(
				    &form->questions[page->first + j], fields[i].name))
				owner = &form->questions[page->first + j];
		if (!owner)
			return err_set(err, ERR_INVALID,
				"a field belongs to no question of page '%s'",
				page->name);
		if (!str_is_utf8(fields[i].value))
			return err_set(err, ERR_INVALID, "a field of '%s' is not UTF-8",
				owner->name);
		if (owner->type == QUESTION_CHECKBOX &&
			str_eq_z(fields[i].name, owner->name))
			continue;
		for (size_t j = 0; j < i; j++)
			if (str_eq(fields[j].name, fields[i].name))
				return err_set(err, ERR_INVALID,
					"a field of '%s' appears twice", owner->name);
	}
	return true;
}

/* Forgets what was refused before: "q", "q-Comment", "q.hors". */
static void forget_typed(json_t *typed, const struct question *q)
{
	char key[COMMENT_KEY_BYTES];
	json_object_del(typed, q->name);
	json_object_del(typed, rule_comment_key(q, key));
	if (q->role == ROLE_LOCALITY) {
		SCOPED(free_char) char *outside = x_printf("%s.hors", q->name);
		json_object_del(typed, outside);
	}
}

static json_t *read_answer(struct page_reader *r, bool check_required)
{
	switch (r->q->type) {
	case QUESTION_TEXT:
		return r->q->role == ROLE_LOCALITY ? page_read_locality(r)
						   : page_read_text(r);
	case QUESTION_COMMENT:
	case QUESTION_RATING:
		return page_read_text(r);
	case QUESTION_RADIOGROUP:
	case QUESTION_DROPDOWN:
		return page_read_choice(r);
	case QUESTION_CHECKBOX:
		return page_read_boxes(r);
	case QUESTION_BOOLEAN:
		return page_read_boolean(r);
	case QUESTION_MATRIX:
		return page_read_matrix(r, check_required);
	case QUESTION_HTML:
	case QUESTION_CALCULATED:
		break;
	}
	return NULL;
}

static void read_question(
	struct page_reader *r, const struct question *q, bool check_required)
{
	char key[COMMENT_KEY_BYTES];
	r->q = q;
	r->refused = false;
	forget_typed(r->typed, q);
	json_object_del(r->answers, rule_comment_key(q, key));
	json_t *answer = read_answer(r, check_required);
	if (answer)
		json_object_set_new(r->answers, q->name, answer);
	else
		json_object_del(r->answers, q->name);
	if (!answer && !r->refused && q->required && check_required)
		page_problem(r, NULL, page_message_missing(q));
}

bool answers_read_page(const struct form *form, size_t page, const struct field *fields,
	size_t field_count, usec_t today, bool check_required, json_t *answers,
	json_t *typed, struct problems *ret, struct err *err)
{
	must(page < form->page_count);
	const struct page *p = &form->pages[page];
	if (!check_fields(form, p, fields, field_count, err))
		return false;
	struct problems problems = {0};
	struct page_reader r = {
		.form = form,
		.fields = fields,
		.field_count = field_count,
		.answers = answers,
		.typed = typed,
		.problems = &problems,
	};
	SCOPED(walk_release) struct walk w;
	walk_init(&w, form, answers, today);
	for (size_t i = 0; i < p->first + p->count; i++) {
		const struct question *q = &form->questions[i];
		bool visible = walk_visible(&w, i);
		if (i < p->first || q->type == QUESTION_HTML)
			continue;
		if (visible)
			read_question(&r, q, check_required);
		else
			forget_typed(typed, q);
	}
	*ret = problems;
	return true;
}
