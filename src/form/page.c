/* SPDX-License-Identifier: Apache-2.0 */
/* A posted page: whose is each field, then question by question in the order of the form. */
#include "page.h"

#include <stdlib.h>

#include "expr_node.h"

#define MAX_FIELDS 1000

void problems_release(struct problems *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->list[i].message);
	free(p->list);
	*p = (struct problems){0};
}

size_t problems_count(const struct problems *p, enum problem_level level)
{
	size_t n = 0;
	for (size_t i = 0; i < p->count; i++)
		n += p->list[i].level == level;
	return n;
}

/* Adds what may be an error, a warning or an information to the present question. */
static struct problem *remark(
	struct page_reader *r, enum problem_level level, const char *row, char *message)
{
	struct problems *p = r->problems;
	p->list = x_realloc(p->list, (p->count + 1) * sizeof(*p->list));
	p->list[p->count] = (struct problem){
		.question = r->q, .level = level, .row = row, .message = message};
	if (level == LEVEL_ERROR)
		r->refused = true;
	return &p->list[p->count++];
}

struct problem *page_problem(struct page_reader *r, const char *row, char *message)
{
	return remark(r, LEVEL_ERROR, row, message);
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

struct str page_part(const struct page_reader *r, const char *code)
{
	SCOPED(free_char) char *suffix = x_printf(".%s", code);
	return page_field(r, suffix);
}

void page_keep_typed(struct page_reader *r, const char *suffix, struct str value)
{
	SCOPED(free_char) char *key = x_printf("%s%s", r->q->name, suffix);
	json_object_set_new(r->typed, key, json_stringn(value.p, value.n));
}

static bool has_parts(const struct question *q)
{
	return q->type == QUESTION_MATRIX || q->type == QUESTION_MULTIPLETEXT ||
		q->type == QUESTION_RANKING;
}

/* May a field of this name be posted to the question? */
static bool takes_field(const struct question *q, struct str name)
{
	if (!rule_takes_answer(q))
		return false;
	if (q->has_other && is_called(name, q->name, "-Comment"))
		return true;
	if (q->role == ROLE_LOCALITY &&
		(is_called(name, q->name, ".hors") || is_called(name, q->name, ".choix")))
		return true;
	if (!has_parts(q))
		return str_eq_z(name, q->name);
	size_t n = strlen(q->name);
	return name.n > n + 1 && memcmp(name.p, q->name, n) == 0 && name.p[n] == '.' &&
		question_part_title(q, (struct str){name.p + n + 1, name.n - n - 1});
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

static json_t *read_answer(struct page_reader *r)
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
		return page_read_matrix(r);
	case QUESTION_MULTIPLETEXT:
		return page_read_multipletext(r);
	case QUESTION_RANKING:
		return page_read_ranking(r);
	case QUESTION_EXPRESSION:
	case QUESTION_HTML:
	case QUESTION_CALCULATED:
		break;
	}
	return NULL;
}

/* The fields of its parts, as they were typed. */
static json_t *typed_parts(const struct page_reader *r)
{
	json_t *parts = json_object();
	for (size_t i = 0; i < r->field_count; i++) {
		struct str name = r->fields[i].name, value = str_trim(r->fields[i].value);
		size_t n = strlen(r->q->name) + 1;
		if (value.n > 0 && takes_field(r->q, name))
			json_object_setn_new(parts, name.p + n, name.n - n,
				json_stringn(value.p, value.n));
	}
	return parts;
}

/* An answer that a validator refuses was well written: it is kept as it was typed. */
static void refuse_answer(struct page_reader *r)
{
	const struct question *q = r->q;
	const json_t *answer = json_object_get(r->answers, q->name);
	char key[COMMENT_KEY_BYTES];
	const json_t *comment = json_object_get(r->answers, rule_comment_key(q, key));
	if (q->role == ROLE_LOCALITY) {
		page_keep_typed(r, "", page_field(r, ""));
		page_keep_typed(r, ".hors", page_field(r, ".hors"));
	} else if (has_parts(q))
		json_object_set_new(r->typed, q->name, typed_parts(r));
	else if (json_is_string(answer) || json_is_array(answer))
		json_object_set_new(r->typed, q->name, json_deep_copy(answer));
	else
		page_keep_typed(r, "", page_field(r, ""));
	if (comment)
		json_object_set_new(r->typed, key, json_deep_copy(comment));
	json_object_del(r->answers, key);
	json_object_del(r->answers, q->name);
}

/* Does it compare with an answer that was refused? Then it is judged when that one is mended. */
static bool waits(const struct page_reader *r, const struct validator *v)
{
	const struct page *p = &r->form->pages[r->q->page];
	for (size_t i = p->first; v->expression && &r->form->questions[i] < r->q; i++)
		if (json_object_get(r->typed, r->form->questions[i].name) &&
			expr_reads(v->expression, i))
			return true;
	return false;
}

/* Remarks of one kind: errors, or the others. */
static void apply_validators(struct page_reader *r, bool errors)
{
	const struct question *q = r->q;
	const json_t *answer = json_object_get(r->answers, q->name);
	struct expr_scope scope = walk_scope(r->walk);
	for (size_t i = 0; i < q->validator_count; i++) {
		const struct validator *v = &q->validators[i];
		if ((v->level == LEVEL_ERROR) != errors || waits(r, v) ||
			rule_validator_holds(q, v, answer, &scope))
			continue;
		remark(r, v->level, NULL,
			v->text ? answers_fill(r->form, v->text, r->answers,
					  r->walk->today, false)
				: page_message_validator(r->language, q, v, answer));
	}
}

/* Errors first: whoever mends them reads the rest then. An answer that is missing is judged when it would be asked
 * for. */
static void check_answer(struct page_reader *r)
{
	bool missing = !json_object_get(r->answers, r->q->name);
	if (r->refused || r->q->validator_count == 0 || (missing && !r->check_required))
		return;
	walk_forget(r->walk);
	apply_validators(r, true);
	if (!r->refused) {
		apply_validators(r, false);
		return;
	}
	if (!missing)
		refuse_answer(r);
	walk_forget(r->walk);
}

static void read_question(struct page_reader *r, const struct question *q, bool required)
{
	char key[COMMENT_KEY_BYTES];
	r->q = q;
	r->refused = false;
	forget_typed(r->typed, q);
	json_object_del(r->answers, rule_comment_key(q, key));
	json_t *answer = read_answer(r);
	if (answer)
		json_object_set_new(r->answers, q->name, answer);
	else
		json_object_del(r->answers, q->name);
	if (!answer && !r->refused && required && r->check_required)
		page_problem(r, NULL, page_message_missing(r->language, q));
	check_answer(r);
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
	SCOPED(walk_release) struct walk w;
	walk_init(&w, form, answers, today);
	struct page_reader r = {
		.form = form,
		.language = form->language,
		.fields = fields,
		.field_count = field_count,
		.answers = answers,
		.typed = typed,
		.problems = &problems,
		.walk = &w,
		.check_required = check_required,
	};
	walk_to(&w, p->first);
	for (size_t i = p->first; i < p->first + p->count; i++) {
		const struct question *q = &form->questions[i];
		bool visible = walk_visible(&w, i);
		if (!rule_takes_answer(q))
			continue;
		if (visible)
			read_question(&r, q, walk_required(&w, i));
		else
			forget_typed(typed, q);
	}
	*ret = problems;
	return true;
}
