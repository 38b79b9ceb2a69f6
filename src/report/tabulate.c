/* SPDX-License-Identifier: Apache-2.0 */
/* From a form to its tables, once; from each submission into their counters. */
#include "barometre/report/tabulate.h"

#include <math.h>
#include <stdlib.h>

#include "barometre/form/answer.h"
#include "barometre/form/place.h"
#include "report_private.h"

/* Tables of a form. */

static bool has_table(const struct question *q)
{
	return q->type != QUESTION_HTML && q->role != ROLE_CONTACT;
}

static enum table_type type_of(const struct question *q)
{
	if (q->role == ROLE_IDENTIFYING)
		return TABLE_IDENTIFYING;
	if (q->role == ROLE_LOCALITY)
		return TABLE_LOCALITY;
	switch (q->type) {
	case QUESTION_TEXT:
		return q->input == INPUT_NUMBER ? TABLE_NUMBER : TABLE_TEXT;
	case QUESTION_RADIOGROUP:
	case QUESTION_DROPDOWN:
		return q->scale ? TABLE_SCALE : TABLE_SINGLE;
	case QUESTION_BOOLEAN:
		return TABLE_SINGLE;
	case QUESTION_RATING:
		return TABLE_SCALE;
	case QUESTION_CHECKBOX:
		return TABLE_MULTIPLE;
	case QUESTION_MATRIX:
		return TABLE_MATRIX;
	case QUESTION_EXPRESSION:
	case QUESTION_CALCULATED:
		return TABLE_CALCULATED;
	case QUESTION_RANKING:
		return TABLE_RANKING;
	case QUESTION_MULTIPLETEXT: /* "answered"; its numbers have tables of their own */
	case QUESTION_COMMENT:
	case QUESTION_HTML:
		break;
	}
	return TABLE_TEXT;
}

/* A calculated value may repeat what a sensitive question says; its expression does not tell. */
static bool is_sensitive(const struct question *q, enum table_type type)
{
	return q->sensitive || q->role == ROLE_SEGMENT || type == TABLE_LOCALITY ||
		type == TABLE_NUMBER || type == TABLE_CALCULATED;
}

static struct option *add_option(struct table *t, const char *code, const char *label)
{
	struct option *o = &t->options[t->option_count++];

	*o = (struct option){.code = x_strdup(code), .label = x_strdup(label)};
	return o;
}

static void make_choices(struct table *t)
{
	const struct question *q = t->question;

	t->options = x_calloc(q->choice_count + 1, sizeof(*t->options));
	for (size_t i = 0; i < q->choice_count; i++) {
		const struct choice *c = &q->choices[i];
		struct option *o = add_option(t, c->code, c->text);
		o->aside = c->not_concerned;
		o->is_value = t->type == TABLE_SCALE && !o->aside &&
			str_parse_decimal(str_of(c->code), &o->value);
	}
	if (q->has_other)
		add_option(t, "other", q->other_text ? q->other_text : "Autre");
}

static size_t rating_steps(const struct question *q)
{
	return (size_t)llround(floor((q->max - q->min) / q->step + 1e-9)) + 1;
}

/* Codes as in the answers ("3", "0.5"), labels with the French comma. */
static void make_rating(struct table *t)
{
	size_t steps = rating_steps(t->question);

	t->options = x_calloc(steps, sizeof(*t->options));
	for (size_t i = 0; i < steps; i++) {
		double value = t->question->min + (double)i * t->question->step;
		bool whole = fabs(value) < 1e15 && floor(value) >= value;
		json_t *number = whole ? json_integer((json_int_t)value)
				       : json_real(value);
		char *text = json_dumps(
			number, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
		must(text);
		struct option *o = add_option(t, text, text);
		o->is_value = true;
		o->value = value;
		char *point = strchr(o->label, '.');
		if (point)
			*point = ',';
		free(text);
		json_decref(number);
	}
}

static void make_one(struct table *t, const char *code, const char *label)
{
	t->options = x_calloc(1, sizeof(*t->options));
	add_option(t, code, label);
}

/* `type` may be another than the question's own, for a part of it: `row`. */
static struct table *add_table(struct tabulation *tab, const struct question *q,
	enum table_type type, const char *row)
{
	struct table *t = &tab->tables[tab->table_count++];

	*t = (struct table){.type = type,
		.question = q,
		.index = form_index(tab->form, q),
		.row = row,
		.has_min = q->has_min,
		.has_max = q->has_max,
		.min = q->min,
		.max = q->max};
	t->name = row ? x_printf("%s.%s", q->name, row) : x_strdup(q->name);
	t->sensitive = is_sensitive(q, t->type);
	switch (t->type) {
	case TABLE_SINGLE:
	case TABLE_MULTIPLE:
	case TABLE_MATRIX:
	case TABLE_SCALE:
	case TABLE_RANKING:
		if (q->type == QUESTION_RATING)
			make_rating(t);
		else
			make_choices(t);
		break;
	case TABLE_TEXT:
	case TABLE_IDENTIFYING:
		make_one(t, "answered", "Réponse donnée");
		break;
	case TABLE_CALCULATED:
		t->options = x_calloc(2, sizeof(*t->options));
		add_option(t, "true", "Oui");
		add_option(t, "false", "Non");
		break;
	case TABLE_NUMBER:
	case TABLE_LOCALITY:
	case TABLE_RANK:
		break;
	}
	return t;
}

/* Whether there was an answer, when there is more than numbers; then each number. */
static void add_items(struct tabulation *tab, const struct question *q)
{
	bool words = false;

	for (size_t i = 0; i < q->item_count; i++)
		words = words || q->items[i].input != INPUT_NUMBER;
	if (words)
		add_table(tab, q, TABLE_TEXT, NULL);
	for (size_t i = 0; i < q->item_count; i++) {
		const struct text_item *item = &q->items[i];
		if (item->input != INPUT_NUMBER)
			continue;
		struct table *t = add_table(tab, q, TABLE_NUMBER, item->code);
		t->has_min = item->has_min;
		t->has_max = item->has_max;
		t->min = item->min;
		t->max = item->max;
	}
}

static void add_ranking(struct tabulation *tab, const struct question *q)
{
	const struct table *first = add_table(tab, q, TABLE_RANKING, NULL);

	for (size_t i = 0; i < q->choice_count; i++)
		add_table(tab, q, TABLE_RANK, q->choices[i].code)->ranking = first;
}

struct tabulation *tabulation_new(const struct form *form)
{
	struct tabulation *tab = x_calloc(1, sizeof(*tab));
	size_t most = 0;

	for (size_t i = 0; i < form->question_count; i++) {
		const struct question *q = &form->questions[i];
		most += 1 + q->row_count + q->item_count +
			(q->type == QUESTION_RANKING ? q->choice_count : 0);
	}
	tab->form = form;
	tab->tables = x_calloc(most + 1, sizeof(*tab->tables));
	for (size_t i = 0; i < form->question_count; i++) {
		const struct question *q = &form->questions[i];
		if (!has_table(q))
			continue;
		enum table_type type = type_of(q);
		if (type == TABLE_RANKING)
			add_ranking(tab, q);
		else if (type == TABLE_TEXT && q->type == QUESTION_MULTIPLETEXT)
			add_items(tab, q);
		else if (type != TABLE_MATRIX)
			add_table(tab, q, type, NULL);
		for (size_t row = 0; type == TABLE_MATRIX && row < q->row_count; row++)
			add_table(tab, q, type, q->rows[row].code);
	}
	return tab;
}

static void free_options(struct table *t)
{
	for (size_t i = 0; i < t->option_count; i++) {
		free(t->options[i].code);
		free(t->options[i].label);
	}
	free(t->options);
	t->options = NULL;
	t->option_count = 0;
}

void tabulation_free(struct tabulation *tab)
{
	if (!tab)
		return;
	for (size_t i = 0; i < tab->table_count; i++) {
		struct table *t = &tab->tables[i];
		free_options(t);
		values_release(&t->values);
		for (size_t k = 0; k < t->places.count; k++)
			free(t->places.list[k].code);
		free(t->places.list);
		free(t->name);
	}
	free(tab->tables);
	free(tab);
}

/* Counting. */

static struct option *find_option(struct table *t, const char *code)
{
	for (size_t i = 0; code && i < t->option_count; i++)
		if (strcmp(t->options[i].code, code) == 0)
			return &t->options[i];
	return NULL;
}

/* The step of a rating, whatever the last bits of the number. */
static struct option *find_step(struct table *t, double number)
{
	for (size_t i = 0; i < t->option_count; i++)
		if (fabs(t->options[i].value - number) <= t->question->step * 1e-6)
			return &t->options[i];
	return NULL;
}

static struct option *option_of(struct table *t, const json_t *answer)
{
	if (json_is_boolean(answer))
		return find_option(t, json_is_true(answer) ? "true" : "false");
	if (t->question->type == QUESTION_RATING)
		return json_is_number(answer) ? find_step(t, json_number_value(answer))
					      : NULL;
	return find_option(t, json_string_value(answer));
}

static void add_single(struct table *t, const json_t *answer)
{
	struct option *o = option_of(t, answer);

	if (!o || o->aside)
		return;
	o->count++;
	t->base++;
	t->mentions++;
	if (o->is_value)
		values_add(&t->values, o->value);
}

/* Ticks stand in the order of the form, so the search goes on where the last one was found. */
static struct option *next_option(struct table *t, const json_t *tick, size_t *at)
{
	const char *code = json_string_value(tick);

	for (size_t i = 0; code && i < t->option_count; i++) {
		size_t here = (*at + i) % t->option_count;
		if (strcmp(t->options[here].code, code) == 0) {
			*at = here + 1;
			return &t->options[here];
		}
	}
	return NULL;
}

/* Looks at all ticks before it counts any: one "not concerned" takes the person out. */
static void add_multiple(struct table *t, const json_t *answer)
{
	int64_t known = 0;
	size_t i, at = 0;
	json_t *tick;

	json_array_foreach(answer, i, tick) {
		const struct option *o = next_option(t, tick, &at);
		if (o && o->aside)
			return;
		known += o != NULL;
	}
	if (known == 0)
		return;
	at = 0;
	json_array_foreach(answer, i, tick) {
		struct option *o = next_option(t, tick, &at);
		if (o)
			o->count++;
	}
	t->base++;
	t->mentions += known;
}

/* Beyond this a double skips whole numbers, and there are no bands of ten. */
#define NUMBER_MAX 9e15

static void add_number(struct table *t, const json_t *answer)
{
	double number = json_number_value(answer);

	if (!json_is_number(answer) || !(fabs(number) <= NUMBER_MAX) ||
		(t->has_min && number < t->min) || (t->has_max && number > t->max))
		return;
	values_add(&t->values, number);
	t->base++;
	t->mentions++;
}

static void add_place(struct table *t, const char *code)
{
	struct places *p = &t->places;
	size_t low = 0, high = p->count;

	if (!code || !place_is_code(str_of(code)))
		return;
	t->base++;
	t->mentions++;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(p->list[middle].code, code) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < p->count && strcmp(p->list[low].code, code) == 0) {
		p->list[low].count++;
		return;
	}
	if (p->count == p->capacity) {
		p->capacity = p->capacity ? 2 * p->capacity : 32;
		p->list = x_realloc(p->list, p->capacity * sizeof(*p->list));
	}
	memmove(&p->list[low + 1], &p->list[low], (p->count - low) * sizeof(*p->list));
	p->list[low] = (struct place_count){x_strdup(code), 1};
	p->count++;
}

static void add_answered(struct table *t)
{
	t->options[0].count++;
	t->base++;
	t->mentions++;
}

/* An expression has one type, so only one branch is ever taken for a question. */
static void add_calculated(struct table *t, const json_t *answer)
{
	if (json_is_boolean(answer))
		add_single(t, answer);
	else if (json_is_number(answer))
		add_number(t, answer);
	else if (json_is_string(answer)) {
		t->texts++;
		t->base++;
		t->mentions++;
	}
}

/* From 1: the place of the choice that the table is of. */
static void add_rank(struct table *t, const json_t *answer)
{
	size_t i;
	json_t *code;

	json_array_foreach(answer, i, code) {
		const char *text = json_string_value(code);
		if (!text || strcmp(text, t->row) != 0 || i >= t->ranking->option_count)
			continue;
		values_add(&t->values, (double)i + 1);
		t->base++;
		t->mentions++;
		return;
	}
}

static void add_answer(struct table *t, const json_t *answer)
{
	switch (t->type) {
	case TABLE_SINGLE:
	case TABLE_SCALE:
		add_single(t, answer);
		break;
	case TABLE_MATRIX:
		add_single(t, json_object_get(answer, t->row));
		break;
	case TABLE_MULTIPLE:
		add_multiple(t, answer);
		break;
	case TABLE_NUMBER:
		add_number(t, t->row ? json_object_get(answer, t->row) : answer);
		break;
	case TABLE_RANKING:
		add_single(t, json_array_get(answer, 0));
		break;
	case TABLE_RANK:
		add_rank(t, answer);
		break;
	case TABLE_LOCALITY:
		add_place(t, json_string_value(answer));
		break;
	case TABLE_TEXT:
		if ((json_is_string(answer) || json_is_object(answer)) &&
			!answer_is_empty(answer))
			add_answered(t);
		break;
	case TABLE_IDENTIFYING:
		if (json_is_true(answer))
			add_answered(t);
		break;
	case TABLE_CALCULATED:
		add_calculated(t, answer);
		break;
	}
}

void tabulation_add(struct tabulation *tab, const json_t *answers, usec_t today)
{
	struct routing asked;

	tab->people++;
	routing_compute(&asked, tab->form, answers, today);
	for (size_t i = 0; i < tab->table_count; i++) {
		struct table *t = &tab->tables[i];
		if (!asked.question[t->index])
			continue;
		const json_t *answer = json_object_get(answers, t->question->name);
		if (answer)
			add_answer(t, answer);
	}
	routing_release(&asked);
}

int64_t tabulation_people(const struct tabulation *tab)
{
	return tab->people;
}
