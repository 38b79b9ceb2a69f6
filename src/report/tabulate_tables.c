/* SPDX-License-Identifier: Apache-2.0 */
/* tabulate_tables.c - from a form to its tables, once. */
#include <math.h>
#include <stdlib.h>

#include "report_private.h"

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

/* Places and texts are told of everybody only: with a segment beside it a place is soon one person, and what was written
 * is read and coded without knowing who wrote it. Means of places of a ranking need every cell of it. */
static bool is_crossed(const struct table *t)
{
	switch (t->type) {
	case TABLE_SINGLE:
	case TABLE_MULTIPLE:
	case TABLE_MATRIX:
	case TABLE_SCALE:
	case TABLE_CALCULATED:
	case TABLE_RANKING:
	case TABLE_COUNT:
		return true;
	case TABLE_NUMBER:
		return t->banded;
	case TABLE_LOCALITY:
	case TABLE_TEXT:
	case TABLE_IDENTIFYING:
	case TABLE_RANK:
		break;
	}
	return false;
}

static struct option *add_option(struct table *t, char *code, char *label)
{
	struct option *o = &t->options[t->option_count++];

	*o = (struct option){.code = code, .label = label};
	return o;
}

static void add_choices(struct table *t, bool aside)
{
	const struct question *q = t->question;

	for (size_t i = 0; i < q->choice_count; i++) {
		const struct choice *c = &q->choices[i];
		if (c->not_concerned != aside)
			continue;
		struct option *o = add_option(t, x_strdup(c->code), x_strdup(c->text));
		o->aside = aside;
		o->exclusive = c->exclusive;
		o->is_value = t->type == TABLE_SCALE && !aside &&
			str_parse_decimal(str_of(c->code), &o->value);
	}
}

/* Cells first, then who is not concerned. */
static void make_choices(struct table *t)
{
	const struct question *q = t->question;

	t->options = x_calloc(q->choice_count + 1, sizeof(*t->options));
	add_choices(t, false);
	if (q->has_other)
		add_option(t, x_strdup("other"),
			x_strdup(q->other_text ? q->other_text : "Autre"));
	t->cells = t->option_count;
	add_choices(t, true);
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
		struct option *o = add_option(t, x_strdup(text), x_strdup(text));
		o->is_value = true;
		o->value = value;
		char *point = strchr(o->label, '.');
		if (point)
			*point = ',';
		free(text);
		json_decref(number);
	}
	t->cells = steps;
}

#define BANDS_MAX 20

double number_band(double number)
{
	return floor(number / 10) * 10;
}

static char *signed_number(double number)
{
	long long n = llround(number);

	return n < 0 ? x_printf("−%lld", -n) : x_printf("%lld", n);
}

char *band_label(double low, double high)
{
	SCOPED(free_char) char *from = signed_number(low);
	SCOPED(free_char) char *to = signed_number(high);

	return x_printf("%s à %s", from, to);
}

/* All bands of ten from the form's min to its max, when there are not too many. */
static void make_bands(struct table *t)
{
	double first = number_band(t->min);
	double bands = (number_band(t->max) - first) / 10 + 1;

	if (!t->has_min || !t->has_max || !(bands >= 1) || bands > BANDS_MAX)
		return;
	t->banded = true;
	t->band = first;
	t->options = x_calloc((size_t)bands, sizeof(*t->options));
	for (size_t i = 0; i < (size_t)bands; i++) {
		double low = first + 10 * (double)i;
		add_option(t, x_printf("%lld_%lld", llround(low), llround(low) + 9),
			band_label(low, low + 9));
	}
	t->cells = t->option_count;
}

/* A number of ticks beyond is rare, and nearly a name. */
#define COUNT_MAX 6

/* 0, 1, 2 … and the last of them "and more" when there could be. */
static void make_numbers(struct table *t, size_t most)
{
	size_t last = most < COUNT_MAX ? most : COUNT_MAX;

	t->options = x_calloc(last + 1, sizeof(*t->options));
	for (size_t i = 0; i <= last; i++) {
		bool open = i == last && most > last;
		add_option(t, x_printf(open ? "%zu_plus" : "%zu", i),
			x_printf(open ? "%zu ou plus" : "%zu", i));
	}
	t->cells = t->option_count;
}

static void make_one(struct table *t, const char *code, const char *label)
{
	t->options = x_calloc(1, sizeof(*t->options));
	add_option(t, x_strdup(code), x_strdup(label));
}

static uint32_t code_hash(const char *code) /* FNV-1a, 32 bits */
{
	uint32_t h = 2166136261u;

	for (; *code; code++)
		h = (h ^ (unsigned char)*code) * 16777619u;
	return h;
}

static void index_codes(struct table *t)
{
	struct code_index *index = &t->codes;

	index->size = 4;
	while (index->size < 2 * t->option_count)
		index->size *= 2;
	index->slots = x_calloc(index->size, sizeof(*index->slots));
	for (size_t i = 0; i < t->option_count; i++) {
		size_t at = code_hash(t->options[i].code) & (index->size - 1);
		while (index->slots[at] != 0)
			at = (at + 1) & (index->size - 1);
		index->slots[at] = (uint32_t)i + 1;
	}
}

size_t code_find(const struct table *t, const char *code)
{
	const struct code_index *index = &t->codes;

	if (!code)
		return SIZE_MAX;
	for (size_t at = code_hash(code) & (index->size - 1); index->slots[at] != 0;
		at = (at + 1) & (index->size - 1)) {
		size_t option = index->slots[at] - 1;
		if (strcmp(t->options[option].code, code) == 0)
			return option;
	}
	return SIZE_MAX;
}

static void make_cells(struct table *t)
{
	const struct question *q = t->question;

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
		add_option(t, x_strdup("true"), x_strdup("Oui"));
		add_option(t, x_strdup("false"), x_strdup("Non"));
		t->cells = 2;
		break;
	case TABLE_NUMBER:
		make_bands(t);
		break;
	case TABLE_RANK:
		t->cells = q->choice_count;
		break;
	case TABLE_COUNT:
	case TABLE_LOCALITY:
		break;
	}
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
	t->name = type == TABLE_COUNT ? x_printf("nombre.%s", q->name)
		: row                 ? x_printf("%s.%s", q->name, row)
				      : x_strdup(q->name);
	t->sensitive = is_sensitive(q, t->type);
	if (tab->first_table[t->index] == SIZE_MAX)
		tab->first_table[t->index] = tab->table_count - 1;
	return t;
}

static void add_item(
	struct tabulation *tab, const struct question *q, const struct text_item *item)
{
	struct table *t = add_table(tab, q, TABLE_NUMBER, item->code);

	t->has_min = item->has_min;
	t->has_max = item->has_max;
	t->min = item->min;
	t->max = item->max;
	make_cells(t);
}

/* Whether there was an answer, when there is more than numbers; then each number. */
static void add_items(struct tabulation *tab, const struct question *q)
{
	bool words = false;

	for (size_t i = 0; i < q->item_count; i++)
		words = words || q->items[i].input != INPUT_NUMBER;
	if (words)
		make_cells(add_table(tab, q, TABLE_TEXT, NULL));
	for (size_t i = 0; i < q->item_count; i++)
		if (q->items[i].input == INPUT_NUMBER)
			add_item(tab, q, &q->items[i]);
}

static void add_ranking(struct tabulation *tab, const struct question *q)
{
	make_cells(add_table(tab, q, TABLE_RANKING, NULL));
	for (size_t i = 0; i < q->choice_count; i++)
		make_cells(add_table(tab, q, TABLE_RANK, q->choices[i].code));
}

/* Of a grid only where "oui" is an answer. */
static size_t most_counted(const struct question *q)
{
	size_t most = q->has_other;

	if (q->type == QUESTION_MATRIX)
		return question_find_choice(q, STR("oui")) ? q->row_count : 0;
	for (size_t i = 0; q->type == QUESTION_CHECKBOX && i < q->choice_count; i++)
		most += !q->choices[i].exclusive && !q->choices[i].not_concerned;
	return q->type == QUESTION_CHECKBOX ? most : 0;
}

static void add_question(struct tabulation *tab, const struct question *q)
{
	enum table_type type = type_of(q);
	size_t most = type == TABLE_MULTIPLE || type == TABLE_MATRIX ? most_counted(q)
								     : 0;

	if (type == TABLE_RANKING)
		add_ranking(tab, q);
	else if (type == TABLE_TEXT && q->type == QUESTION_MULTIPLETEXT)
		add_items(tab, q);
	else if (type == TABLE_MATRIX)
		for (size_t row = 0; row < q->row_count; row++)
			make_cells(add_table(tab, q, type, q->rows[row].code));
	else
		make_cells(add_table(tab, q, type, NULL));
	if (most >= 2)
		make_numbers(add_table(tab, q, TABLE_COUNT, NULL), most);
}

void tables_make(struct tabulation *tab)
{
	const struct form *form = tab->form;
	size_t most = 0;

	tab->first_table = x_calloc(form->question_count + 1, sizeof(*tab->first_table));
	for (size_t i = 0; i < form->question_count; i++) {
		const struct question *q = &form->questions[i];
		tab->first_table[i] = SIZE_MAX;
		most += 2 + q->row_count + q->item_count +
			(q->type == QUESTION_RANKING ? q->choice_count : 0);
	}
	tab->tables = x_calloc(most + 1, sizeof(*tab->tables));
	for (size_t i = 0; i < form->question_count; i++)
		if (has_table(&form->questions[i]))
			add_question(tab, &form->questions[i]);
	for (size_t i = 0; i < tab->table_count; i++) {
		index_codes(&tab->tables[i]);
		tab->tables[i].crossed = is_crossed(&tab->tables[i]);
	}
}

void tables_free(struct tabulation *tab)
{
	for (size_t i = 0; i < tab->table_count; i++) {
		struct table *t = &tab->tables[i];
		for (size_t k = 0; k < t->option_count; k++) {
			free(t->options[k].code);
			free(t->options[k].label);
		}
		free(t->options);
		free(t->codes.slots);
		for (size_t k = 0; k < t->value_rows; k++)
			values_release(&t->values[k]);
		free(t->values);
		for (size_t k = 0; k < t->places.count; k++)
			free(t->places.list[k].code);
		free(t->places.list);
		free(t->counters);
		free(t->joint);
		sources_drop(t);
		free(t->name);
	}
	free(tab->tables);
	free(tab->first_table);
}
