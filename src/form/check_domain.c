/* SPDX-License-Identifier: Apache-2.0 */
/* The answers worth trying for each question: see check_search.h. */
#include <math.h>
#include <stdlib.h>

#include "check_search.h"
#include "rules.h"

#define MAX_VALUES 4096 /* of one question */
#define MAX_BOUND 1e12

void domains_init(struct domains *d, const struct form *form)
{
	size_t n = form->question_count + 1;
	*d = (struct domains){.form = form};
	d->relevant = x_calloc(n, sizeof(*d->relevant));
	d->counted = x_calloc(n, sizeof(*d->counted));
	d->values = x_calloc(n, sizeof(*d->values));
}

void domains_release(struct domains *d)
{
	for (size_t i = 0; d->values && i < d->form->question_count; i++)
		json_decref(d->values[i]);
	free(d->relevant);
	free(d->counted);
	free(d->values);
	free(d->texts);
	free(d->numbers);
	free(d->days);
	free(d->rows);
	*d = (struct domains){0};
}

static void add_number(struct domains *d, double x)
{
	if (!(fabs(x) < MAX_BOUND))
		return;
	d->numbers = x_realloc(d->numbers, (d->number_count + 1) * sizeof(*d->numbers));
	d->numbers[d->number_count++] = x;
}

static void add_day(struct domains *d, long long day)
{
	d->days = x_realloc(d->days, (d->day_count + 1) * sizeof(*d->days));
	d->days[d->day_count++] = day;
}

static void add_text(struct domains *d, struct str s)
{
	d->texts = x_realloc(d->texts, (d->text_count + 1) * sizeof(*d->texts));
	d->texts[d->text_count++] = s;
}

static bool is_mentioned(const struct domains *d, const char *code)
{
	for (size_t i = 0; i < d->text_count; i++)
		if (str_eq_z(d->texts[i], code))
			return true;
	return false;
}

/* What is typed under the name: a number between any two others, a day, or neither. */
enum measure {
	MEASURE_NONE,
	MEASURE_NUMBER,
	MEASURE_DAY
};

static enum measure measure_of(enum input_type input)
{
	return input == INPUT_NUMBER  ? MEASURE_NUMBER
		: input == INPUT_DATE ? MEASURE_DAY
				      : MEASURE_NONE;
}

static enum measure measure_of_name(const struct domains *d, const struct node *n)
{
	const struct question *q = &d->form->questions[n->question];
	const struct text_item *item = question_find_item(q, n->row);
	if (q->type == QUESTION_TEXT)
		return measure_of(q->input);
	return item ? measure_of(item->input) : MEASURE_NONE;
}

static bool is_comparison(enum node_kind kind)
{
	return kind >= NODE_EQ && kind <= NODE_GE;
}

static bool is_constant(const struct node *n)
{
	return n->kind == NODE_TEXT || n->kind == NODE_NUMBER || n->kind == NODE_BOOL;
}

/* One side of a comparison is typed: the other must be a constant or be typed or rated as well. */
static void read_typed_pair(
	struct domains *d, const struct node *typed, const struct node *other)
{
	enum measure measure = measure_of_name(d, typed);
	if (is_constant(other))
		return;
	const struct question *q = other->kind == NODE_NAME
		? &d->form->questions[other->question]
		: NULL;
	if (q && q->type == QUESTION_RATING && measure == MEASURE_NUMBER) {
		int steps = (int)((q->max - q->min) / q->step + 1e-9);
		for (int i = 0; i <= steps; i++)
			add_number(d, q->min + i * q->step);
		d->numbers_compared = true;
		return;
	}
	if (!q || measure_of_name(d, other) != measure) {
		d->inexact = true;
		return;
	}
	if (measure == MEASURE_NUMBER)
		d->numbers_compared = true;
	else
		d->days_compared = true;
}

static void read_comparison(struct domains *d, const struct expr *e, const struct node *n)
{
	const struct node *l = &e->nodes[n->first], *r = &e->nodes[l->next];
	bool left = l->kind == NODE_NAME && measure_of_name(d, l) != MEASURE_NONE;
	bool right = r->kind == NODE_NAME && measure_of_name(d, r) != MEASURE_NONE;
	if (left)
		read_typed_pair(d, l, r);
	else if (right)
		read_typed_pair(d, r, l);
	else if (!is_constant(l) && !is_constant(r))
		d->codes_compared = true;
}

/* The bounds of a number are places where a condition may turn. */
static void read_bounds(struct domains *d, const struct question *q)
{
	if (q->type == QUESTION_TEXT && q->has_min)
		add_number(d, q->min);
	if (q->type == QUESTION_TEXT && q->has_max)
		add_number(d, q->max);
	for (size_t i = 0; i < q->validator_count; i++) {
		const struct validator *v = &q->validators[i];
		if (v->kind == VALIDATOR_NUMERIC && v->has_min)
			add_number(d, v->min);
		if (v->kind == VALIDATOR_NUMERIC && v->has_max)
			add_number(d, v->max);
	}
	for (size_t i = 0; i < q->item_count; i++) {
		if (q->items[i].has_min)
			add_number(d, q->items[i].min);
		if (q->items[i].has_max)
			add_number(d, q->items[i].max);
	}
}

static void read_question(struct domains *d, size_t index)
{
	const struct question *q = &d->form->questions[index];
	if (d->relevant[index])
		return;
	d->relevant[index] = true;
	const struct expr *page = q->page < d->form->page_count
		? d->form->pages[q->page].visible_if
		: NULL;
	const struct expr *const conditions[] = {page, q->visible_if, q->expression};
	for (size_t i = 0; i < COUNT_OF(conditions); i++)
		if (conditions[i])
			domains_read(d, conditions[i], conditions[i]->root);
	for (size_t i = 0; i < q->choice_count; i++)
		if (q->choices[i].visible_if)
			domains_read(d, q->choices[i].visible_if,
				q->choices[i].visible_if->root);
	read_bounds(d, q);
}

static void read_name(struct domains *d, const struct node *n, const struct node *parent)
{
	bool counted = parent && parent->kind == NODE_CALL &&
		parent->function == FN_COUNT;
	bool plain = counted ||
		(parent &&
			(is_comparison(parent->kind) || parent->kind == NODE_EMPTY ||
				parent->kind == NODE_NOTEMPTY));
	if (measure_of_name(d, n) != MEASURE_NONE && !plain)
		d->inexact = true;
	if (counted)
		d->counted[n->question] = true;
	if (parent && parent->kind == NODE_CALL && parent->function == FN_IIF)
		d->codes_compared = true;
	if (n->row.n > 0) {
		d->rows = x_realloc(
			d->rows, (d->row_count + 1) * sizeof(const struct node *));
		d->rows[d->row_count++] = n;
	}
	read_question(d, n->question);
}

static void read_node(struct domains *d, const struct expr *e, uint16_t index,
	const struct node *parent)
{
	const struct node *n = &e->nodes[index];
	struct civil day;
	char text[11] = {0};
	if (n->kind == NODE_NAME)
		read_name(d, n, parent);
	else if (n->kind == NODE_NUMBER)
		add_number(d, n->number);
	else if (n->kind == NODE_CALL && n->function == FN_TODAY)
		d->inexact = true;
	else if (n->kind == NODE_CALL && n->function == FN_AGE)
		d->inexact = true;
	else if (is_comparison(n->kind))
		read_comparison(d, e, n);
	if (n->kind == NODE_TEXT) {
		add_text(d, n->text);
		memcpy(text, n->text.p, n->text.n < 10 ? n->text.n : 10);
		if (n->text.n == 10 && civil_parse_date(text, &day))
			add_day(d, civil_day_number(day.year, day.month, day.day));
	}
	for (uint16_t i = n->first; i != NO_NODE; i = e->nodes[i].next)
		read_node(d, e, i, n);
}

void domains_read(struct domains *d, const struct expr *e, uint16_t node)
{
	read_node(d, e, node, NULL);
}

/* Numbers to try: the constants, and `between` points in each gap and outside. */

static int compare_numbers(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static size_t count_typed(const struct domains *d, enum measure measure)
{
	size_t count = 0;
	for (size_t i = 0; i < d->form->question_count; i++) {
		const struct question *q = &d->form->questions[i];
		if (!d->relevant[i])
			continue;
		count += q->type == QUESTION_TEXT && measure_of(q->input) == measure;
		for (size_t j = 0; j < q->item_count; j++)
			count += measure_of(q->items[j].input) == measure;
	}
	return count;
}

static void spread_numbers(struct domains *d)
{
	size_t n = d->number_count, between = 1, count = 0;
	if (d->numbers_compared)
		between = count_typed(d, MEASURE_NUMBER);
	if (n > 0)
		qsort(d->numbers, n, sizeof(*d->numbers), compare_numbers);
	double *all = x_calloc((n + 1) * (between + 1), sizeof(*all));
	for (size_t j = 1; j <= between; j++)
		all[count++] = (n > 0 ? d->numbers[0] : 0) - (double)j;
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && d->numbers[i] == d->numbers[i - 1])
			continue;
		size_t next = i + 1;
		while (next < n && d->numbers[next] == d->numbers[i])
			next++;
		double low = d->numbers[i];
		double gap = next < n ? (d->numbers[next] - low) / (double)(between + 1)
				      : 1;
		all[count++] = low;
		for (size_t j = 1; j <= between; j++)
			all[count++] = low + gap * (double)j;
	}
	free(d->numbers);
	d->numbers = all;
	d->number_count = count;
}

static int compare_days(const void *a, const void *b)
{
	const long long *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static void spread_days(struct domains *d)
{
	long long around = 1;
	size_t count = 0;
	if (d->days_compared)
		around = (long long)count_typed(d, MEASURE_DAY);
	if (d->day_count == 0)
		add_day(d, 20000);
	long long *all = x_calloc(d->day_count * (size_t)(2 * around + 1), sizeof(*all));
	for (size_t i = 0; i < d->day_count; i++)
		for (long long j = -around; j <= around; j++)
			all[count++] = d->days[i] + j;
	qsort(all, count, sizeof(*all), compare_days);
	free(d->days);
	d->days = all;
	d->day_count = 0;
	for (size_t i = 0; i < count; i++)
		if (i == 0 || all[i] != all[i - 1])
			all[d->day_count++] = all[i];
}

/* Lists of answers */

static bool add_value(struct domains *d, json_t *list, json_t *value)
{
	if (json_array_size(list) >= MAX_VALUES) {
		d->inexact = true;
		json_decref(value);
		return false;
	}
	must(json_array_append_new(list, value) == 0);
	return true;
}

/* Does it differ from the choices nobody asks about? */
static bool stands_alone(const struct domains *d, const struct choice *c)
{
	return d->codes_compared || c->visible_if || is_mentioned(d, c->code);
}

/* Codes that can make a difference, one of the others, "other" among them. */
static void fill_codes(struct domains *d, const struct question *q, json_t *list)
{
	bool rest = false;
	for (size_t i = 0; i < q->choice_count; i++) {
		const struct choice *c = &q->choices[i];
		if (!stands_alone(d, c) && rest)
			continue;
		rest = rest || !stands_alone(d, c);
		add_value(d, list, json_string(c->code));
	}
	if (q->has_other && (d->codes_compared || is_mentioned(d, "other") || !rest))
		add_value(d, list, json_string("other"));
}

static void fill_measures(struct domains *d, enum input_type input, bool has_min,
	double min, bool has_max, double max, json_t *list)
{
	int year, month, day;
	if (input == INPUT_NUMBER) {
		for (size_t i = 0; i < d->number_count; i++)
			if (!(has_min && d->numbers[i] < min) &&
				!(has_max && d->numbers[i] > max))
				add_value(d, list, rule_number(d->numbers[i]));
	} else if (input == INPUT_DATE) {
		for (size_t i = 0; i < d->day_count; i++) {
			civil_from_day_number(d->days[i], &year, &month, &day);
			if (year >= 1 && year <= 9999)
				add_value(d, list,
					json_sprintf("%04d-%02d-%02d", year, month, day));
		}
	} else {
		add_value(d, list, json_string("x"));
	}
}

static void fill_text(struct domains *d, const struct question *q, json_t *list)
{
	double min = q->min, max = q->max;
	bool has_min = q->has_min, has_max = q->has_max;
	if (q->role == ROLE_LOCALITY) {
		add_value(d, list, json_string("31555"));
		return;
	}
	for (size_t i = 0; i < q->validator_count; i++) {
		const struct validator *v = &q->validators[i];
		if (v->kind != VALIDATOR_NUMERIC || v->level != LEVEL_ERROR)
			continue;
		min = v->has_min && (!has_min || v->min > min) ? v->min : min;
		max = v->has_max && (!has_max || v->max < max) ? v->max : max;
		has_min = has_min || v->has_min;
		has_max = has_max || v->has_max;
	}
	fill_measures(d, q->input, has_min, min, has_max, max, list);
}

/* How many ticks an error lets through. */
static bool count_allowed(const struct question *q, size_t ticks)
{
	for (size_t i = 0; i < q->validator_count; i++) {
		const struct validator *v = &q->validators[i];
		if (v->kind == VALIDATOR_ANSWER_COUNT && v->level == LEVEL_ERROR &&
			((v->has_min && (double)ticks < v->min) ||
				(v->has_max && (double)ticks > v->max)))
			return false;
	}
	return true;
}

static bool count_matters(const struct domains *d, const struct question *q)
{
	for (size_t i = 0; i < q->validator_count; i++)
		if (q->validators[i].kind == VALIDATOR_ANSWER_COUNT)
			return true;
	return d->counted[form_index(d->form, q)];
}

/* Every set of the ticks that are asked about, with some of the others. */
static void fill_ticks(struct domains *d, const struct question *q, json_t *list)
{
	const char *own[16], *rest[301];
	size_t own_count = 0, rest_count = 0, alone = 0;
	for (size_t i = 0; i <= q->choice_count; i++) {
		struct choice other = {.code = "other"};
		const struct choice *c = i < q->choice_count ? &q->choices[i] : &other;
		bool differs = stands_alone(d, c);
		if (i == q->choice_count && !q->has_other)
			break;
		if (c->exclusive && (differs || alone++ == 0))
			add_value(d, list, json_pack("[s]", c->code));
		if (c->exclusive)
			continue;
		if (differs && own_count == 12) {
			d->inexact = true;
			return;
		}
		if (differs)
			own[own_count++] = c->code;
		else if (rest_count < COUNT_OF(rest))
			rest[rest_count++] = c->code;
	}
	size_t most = count_matters(d, q) ? rest_count : rest_count > 0;
	for (size_t set = 0; set < (size_t)1 << own_count; set++) {
		for (size_t others = 0; others <= most; others++) {
			json_t *ticks = json_array();
			for (size_t i = 0; i < own_count; i++)
				if (set >> i & 1)
					json_array_append_new(ticks, json_string(own[i]));
			for (size_t i = 0; i < others; i++)
				json_array_append_new(ticks, json_string(rest[i]));
			if (json_array_size(ticks) == 0 ||
				!count_allowed(q, json_array_size(ticks)))
				json_decref(ticks);
			else if (!add_value(d, list, ticks))
				return;
		}
	}
}

static void fill_rating(struct domains *d, const struct question *q, json_t *list)
{
	for (size_t i = 0; i <= 100; i++) {
		double x = q->min + (double)i * q->step;
		if (x > q->max + 1e-9)
			break;
		add_value(d, list, rule_number(x));
	}
}

/* Rows of a matrix, fields of a multipletext */

static bool row_matters(
	const struct domains *d, const struct question *q, const char *row)
{
	size_t index = form_index(d->form, q);
	if (d->counted[index])
		return true;
	for (size_t i = 0; i < d->row_count; i++)
		if (d->rows[i]->question == index && str_eq_z(d->rows[i]->row, row))
			return true;
	return false;
}

static size_t part_count(const struct question *q)
{
	return q->type == QUESTION_MATRIX ? q->row_count : q->item_count;
}

static const char *part_code(const struct question *q, size_t i)
{
	return q->type == QUESTION_MATRIX ? q->rows[i].code : q->items[i].code;
}

static void fill_part(struct domains *d, const struct question *q, size_t i, json_t *list)
{
	if (q->type == QUESTION_MATRIX)
		fill_codes(d, q, list);
	else
		fill_measures(d, q->items[i].input, q->items[i].has_min, q->items[i].min,
			q->items[i].has_max, q->items[i].max, list);
}

/* Every combination; of the rows nobody asks about, one is answered or not. */
static void fill_parts(struct domains *d, const struct question *q, json_t *list)
{
	SCOPED(json_drop) json_t *done = json_array();
	bool rest = false;
	must(done && json_array_append_new(done, json_object()) == 0);
	for (size_t i = 0; i < part_count(q); i++) {
		const char *code = part_code(q, i);
		bool differs = row_matters(d, q, code);
		if (!differs && rest)
			continue;
		rest = rest || !differs;
		SCOPED(json_drop) json_t *values = json_array();
		must(values);
		fill_part(d, q, i, values);
		size_t before = json_array_size(done);
		size_t ways = differs ? json_array_size(values)
				      : json_array_size(values) > 0;
		for (size_t w = 0; w < ways; w++)
			for (size_t j = 0; j < before; j++) {
				json_t *one = json_copy(json_array_get(done, j));
				json_object_set(one, code, json_array_get(values, w));
				if (!add_value(d, done, one))
					return;
			}
	}
	for (size_t j = 1; j < json_array_size(done); j++)
		add_value(d, list, json_incref(json_array_get(done, j)));
}

static void fill_ranking(struct domains *d, const struct question *q, json_t *list)
{
	json_t *all = json_array();
	/* How many are offered depends then, and only their number can be read. */
	if (q->choices_depend && d->counted[form_index(d->form, q)])
		d->inexact = true;
	for (size_t i = 0; i < q->choice_count; i++)
		if (!q->choices[i].visible_if)
			json_array_append_new(all, json_string(q->choices[i].code));
	if (json_array_size(all) == 0)
		json_array_append_new(all, json_string(q->choices[0].code));
	add_value(d, list, all);
}

static void fill_question(struct domains *d, const struct question *q, json_t *list)
{
	switch (q->type) {
	case QUESTION_TEXT:
		fill_text(d, q, list);
		break;
	case QUESTION_COMMENT:
		add_value(d, list, json_string("x"));
		break;
	case QUESTION_RADIOGROUP:
	case QUESTION_DROPDOWN:
		fill_codes(d, q, list);
		break;
	case QUESTION_CHECKBOX:
		fill_ticks(d, q, list);
		break;
	case QUESTION_BOOLEAN:
		add_value(d, list, json_true());
		add_value(d, list, json_false());
		break;
	case QUESTION_RATING:
		fill_rating(d, q, list);
		break;
	case QUESTION_MATRIX:
	case QUESTION_MULTIPLETEXT:
		fill_parts(d, q, list);
		break;
	case QUESTION_RANKING:
		fill_ranking(d, q, list);
		break;
	case QUESTION_HTML:
	case QUESTION_EXPRESSION:
	case QUESTION_CALCULATED:
		break;
	}
}

void domains_fill(struct domains *d)
{
	spread_numbers(d);
	spread_days(d);
	for (size_t i = 0; i < d->form->question_count; i++) {
		if (!d->relevant[i])
			continue;
		d->values[i] = json_array();
		must(d->values[i]);
		fill_question(d, &d->form->questions[i], d->values[i]);
	}
}
