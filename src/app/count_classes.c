/* SPDX-License-Identifier: Apache-2.0 */
/* count_classes.c - see count_classes.h: the ladder on plain numbers first, then what turns answers into them. */
#include "barometre/app/count_classes.h"

#include <math.h>
#include <stdlib.h>

#include "count_private.h"

/* ---- The ladder ---- */

struct view {
	const struct classes *classes;
	const enum class_step *steps;
};

/* A band of twenty from one of ten. */
static int32_t widened(int32_t band)
{
	return band < 0 ? (band - 1) / 2 : band / 2;
}

static int32_t coarse(const struct view *view, size_t combination, size_t variable)
{
	const struct classes *c = view->classes;
	int32_t value = c->values[combination * c->variables + variable];

	if (view->steps[variable] == CLASS_DROPPED)
		return 0;
	if (view->steps[variable] == CLASS_WIDENED && c->number[variable] &&
		value != CLASS_MISSING)
		return widened(value);
	return value;
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct view *view = arg;
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	for (size_t v = 0; v < view->classes->variables; v++) {
		int32_t left = coarse(view, x, v), right = coarse(view, y, v);
		if (left != right)
			return left < right ? -1 : 1;
	}
	return 0;
}

size_t classes_small(
	const struct classes *c, const enum class_step *steps, int64_t at_least)
{
	struct view view = {c, steps};
	size_t small = 0, left = 0;
	uint32_t *order;

	for (size_t v = 0; v < c->variables; v++)
		left += steps[v] != CLASS_DROPPED;
	if (left == 0 || c->count == 0)
		return 0;
	order = x_calloc(c->count, sizeof(*order));
	for (size_t i = 0; i < c->count; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, c->count, sizeof(*order), compare, &view);
	for (size_t i = 0; i < c->count;) {
		size_t first = i;
		int64_t rows = 0;
		for (; i < c->count && compare(&order[first], &order[i], &view) == 0; i++)
			rows += c->rows[order[i]];
		small += rows > 0 && rows < at_least;
	}
	free(order);
	return small;
}

struct rung {
	bool numbers_only;
	enum class_step step;
};

/* The variable to move up to this rung, or `variables` when none can. */
static size_t best(const struct classes *c, enum class_step *steps, struct rung rung,
	int64_t at_least)
{
	size_t found = c->variables, fewest = SIZE_MAX;

	for (size_t v = 0; v < c->variables; v++) {
		enum class_step was = steps[v];
		if (was >= rung.step || (rung.numbers_only && !c->number[v]))
			continue;
		steps[v] = rung.step;
		size_t small = classes_small(c, steps, at_least);
		steps[v] = was;
		if (small <= fewest) {
			fewest = small;
			found = v;
		}
	}
	return found;
}

/* The lowest rung for this variable, the others as they are. */
static void give_back(
	const struct classes *c, int64_t at_least, enum class_step *steps, size_t v)
{
	enum class_step was = steps[v];

	for (enum class_step step = CLASS_KEPT; step < was; step++) {
		if (step == CLASS_WIDENED && !c->number[v])
			continue;
		steps[v] = step;
		if (classes_small(c, steps, at_least) == 0)
			return;
	}
	steps[v] = was;
}

void classes_coarsen(
	const struct classes *c, int64_t at_least, enum class_step *ret_steps)
{
	static const struct rung ladder[] = {
		{true, CLASS_WIDENED}, {true, CLASS_DROPPED}, {false, CLASS_DROPPED}};

	for (size_t v = 0; v < c->variables; v++)
		ret_steps[v] = CLASS_KEPT;
	for (size_t r = 0; r < COUNT_OF(ladder); r++)
		while (classes_small(c, ret_steps, at_least) > 0) {
			size_t v = best(c, ret_steps, ladder[r], at_least);
			if (v == c->variables)
				break;
			ret_steps[v] = ladder[r].step;
		}
	for (size_t v = 0; v < c->variables; v++)
		give_back(c, at_least, ret_steps, v);
}

/* ---- Answers ---- */

struct variable {
	const struct question *question;
	json_t *codes; /* value as text → its number */
};

struct segments {
	size_t count;
	struct variable *variables;
	bool *number;
	enum class_step *steps;
	json_t *known; /* combination as text → its place in values and rows */
	int32_t *values;
	size_t values_capacity;
	int64_t *rows;
	size_t combinations, capacity;
};

struct segments *segments_new(const struct form *form)
{
	struct segments *s = x_calloc(1, sizeof(*s));

	s->variables = x_calloc(form->question_count + 1, sizeof(*s->variables));
	s->number = x_calloc(form->question_count + 1, sizeof(*s->number));
	s->steps = x_calloc(form->question_count + 1, sizeof(*s->steps));
	s->known = json_object();
	for (size_t i = 0; i < form->question_count; i++) {
		const struct question *q = &form->questions[i];
		if (q->role != ROLE_SEGMENT)
			continue;
		s->number[s->count] = q->type == QUESTION_TEXT &&
			q->input == INPUT_NUMBER;
		s->variables[s->count++] = (struct variable){q, json_object()};
	}
	return s;
}

void segments_free(struct segments *s)
{
	if (!s)
		return;
	for (size_t v = 0; v < s->count; v++)
		json_decref(s->variables[v].codes);
	json_decref(s->known);
	free(s->variables);
	free(s->number);
	free(s->steps);
	free(s->values);
	free(s->rows);
	free(s);
}

static bool is_calculated(const struct question *q)
{
	return q->type == QUESTION_EXPRESSION || q->type == QUESTION_CALCULATED;
}

#define BAND_MAX 1e9 /* beyond it all numbers are one band */

static int32_t band_of(const json_t *number)
{
	double band = floor(json_number_value(number) / 10);

	return (int32_t)fmin(fmax(band, -BAND_MAX), BAND_MAX);
}

static int32_t code_of(struct segments *s, size_t v, const json_t *answer)
{
	struct variable *variable = &s->variables[v];
	const json_t *known;
	int32_t code;
	char *text;

	if (!answer || json_is_null(answer))
		return CLASS_MISSING;
	/* An expression is of one type, which only its values tell. */
	if (json_is_number(answer) && is_calculated(variable->question))
		s->number[v] = true;
	if (json_is_number(answer) && s->number[v])
		return band_of(answer);
	text = json_dumps(answer, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
	must(text);
	known = json_object_get(variable->codes, text);
	code = (int32_t)(known ? json_integer_value(known)
			       : (json_int_t)json_object_size(variable->codes));
	if (!known)
		json_object_set_new(variable->codes, text, json_integer(code));
	free(text);
	return code;
}

void segments_add(struct segments *s, const json_t *answers)
{
	SCOPED(buf_release) struct buf key = BUF_LIMIT(SIZE_MAX / 4);
	const json_t *known;
	int32_t *values;

	if (s->count == 0)
		return;
	s->values = count_grow(s->values, (s->combinations + 1) * s->count,
		&s->values_capacity, sizeof(*s->values));
	s->rows = count_grow(
		s->rows, s->combinations + 1, &s->capacity, sizeof(*s->rows));
	values = s->values + s->combinations * s->count;
	for (size_t v = 0; v < s->count; v++) {
		values[v] = code_of(
			s, v, json_object_get(answers, s->variables[v].question->name));
		buf_printf(&key, "%ld ", (long)values[v]);
	}
	known = json_object_get(s->known, key.p);
	if (known) {
		s->rows[json_integer_value(known)]++;
		return;
	}
	json_object_set_new(s->known, key.p, json_integer((json_int_t)s->combinations));
	s->rows[s->combinations++] = 1;
}

void segments_settle(struct segments *s, int64_t at_least)
{
	const struct classes classes = {.variables = s->count,
		.number = s->number,
		.count = s->combinations,
		.values = s->values,
		.rows = s->rows};

	classes_coarsen(&classes, at_least, s->steps);
}

static size_t place_of(const struct segments *s, const struct question *q)
{
	size_t v = 0;

	while (v < s->count && s->variables[v].question != q)
		v++;
	return v;
}

json_t *segments_value(
	const struct segments *s, const struct question *q, const json_t *answer)
{
	size_t v = place_of(s, q);

	if (v == s->count || s->steps[v] == CLASS_DROPPED)
		return NULL;
	if (json_is_number(answer) && s->number[v]) {
		bool wide = s->steps[v] == CLASS_WIDENED;
		long width = wide ? 20 : 10;
		long band = wide ? widened(band_of(answer)) : band_of(answer);
		SCOPED(free_char)
		char *text = x_printf("%ld_%ld", band * width, band * width + width - 1);
		return json_string(text);
	}
	return json_deep_copy(answer);
}

json_t *segments_report(const struct segments *s)
{
	json_t *list = json_array();

	for (size_t v = 0; v < s->count; v++) {
		const struct question *q = s->variables[v].question;
		if (s->steps[v] != CLASS_KEPT)
			json_array_append_new(list,
				json_pack("{s:s, s:s, s:s}", "question", q->name, "label",
					q->short_label, "kept",
					s->steps[v] == CLASS_WIDENED ? "20" : "none"));
	}
	return list;
}
