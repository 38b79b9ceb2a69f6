/* SPDX-License-Identifier: Apache-2.0 */
/* tabulate_read.c - what one answer says to one table: nothing, "not concerned", or cells and a number. */
#include <math.h>

#include "barometre/form/answer.h"
#include "barometre/form/place.h"
#include "report_private.h"

/* The step of a rating, whatever the last bits of the number. */
static size_t find_step(const struct table *t, double number)
{
	const struct question *q = t->question;
	double step = round((number - q->min) / q->step);

	if (!(step >= 0) || step >= (double)t->cells ||
		fabs(t->options[(size_t)step].value - number) > q->step * 1e-6)
		return SIZE_MAX;
	return (size_t)step;
}

static size_t option_of(const struct table *t, const json_t *answer)
{
	if (json_is_boolean(answer))
		return code_find(t, json_is_true(answer) ? "true" : "false");
	if (t->question->type == QUESTION_RATING)
		return json_is_number(answer) ? find_step(t, json_number_value(answer))
					      : SIZE_MAX;
	return code_find(t, json_string_value(answer));
}

static void read_cell(struct reading *r, size_t cell)
{
	r->kind = READ_ANSWER;
	r->cells[r->cell_count++] = cell;
}

static void read_single(const struct table *t, const json_t *answer, struct reading *r)
{
	size_t option = option_of(t, answer);

	if (option == SIZE_MAX)
		return;
	if (t->options[option].aside)
		r->kind = READ_ASIDE;
	else
		read_cell(r, option);
}

static bool has_cell(const struct reading *r, size_t cell)
{
	for (size_t i = 0; i < r->cell_count; i++)
		if (r->cells[i] == cell)
			return true;
	return false;
}

/* One "not concerned" takes the person out, whatever else is ticked. */
static void read_multiple(const struct table *t, const json_t *answer, struct reading *r)
{
	size_t i;
	json_t *tick;

	json_array_foreach(answer, i, tick) {
		size_t option = code_find(t, json_string_value(tick));
		if (option == SIZE_MAX || has_cell(r, option))
			continue;
		if (t->options[option].aside) {
			r->kind = READ_ASIDE;
			return;
		}
		read_cell(r, option);
	}
}

static size_t yes_rows(const struct table *row, const json_t *answer, struct reading *r)
{
	const struct question *q = row->question;
	size_t yes = 0;

	for (size_t i = 0; i < q->row_count; i++) {
		const char *code = json_string_value(
			json_object_get(answer, q->rows[i].code));
		size_t option = code_find(row, code);
		if (option == SIZE_MAX || row->options[option].aside)
			continue;
		r->kind = READ_ANSWER;
		yes += strcmp(code, "oui") == 0;
	}
	return yes;
}

/* `other`: the table of the question itself, or of its first row. */
static void read_count(const struct table *t, const struct table *other,
	const json_t *answer, struct reading *r)
{
	size_t number = 0;

	if (other->type == TABLE_MATRIX) {
		number = yes_rows(other, answer, r);
	} else {
		read_multiple(other, answer, r);
		for (size_t i = 0; i < r->cell_count; i++)
			number += !other->options[r->cells[i]].exclusive;
	}
	if (r->kind != READ_ANSWER)
		return;
	r->cell_count = 1;
	r->cells[0] = number < t->cells ? number : t->cells - 1;
	r->has_number = true;
	r->number = (double)number;
}

/* Beyond this a double skips whole numbers, and there are no bands of ten. */
#define NUMBER_MAX 9e15

static void read_number(const struct table *t, const json_t *answer, struct reading *r)
{
	double number = json_number_value(answer);

	if (!json_is_number(answer) || !(fabs(number) <= NUMBER_MAX) ||
		(t->has_min && number < t->min) || (t->has_max && number > t->max))
		return;
	r->kind = READ_ANSWER;
	r->has_number = true;
	r->number = number;
	if (t->banded)
		read_cell(r, (size_t)((number_band(number) - t->band) / 10));
}

/* An expression has one type, so only one branch is ever taken for a question. */
static void read_calculated(
	const struct table *t, const json_t *answer, struct reading *r)
{
	if (json_is_boolean(answer))
		read_single(t, answer, r);
	else if (json_is_number(answer))
		read_number(t, answer, r);
	else if (json_is_string(answer))
		r->kind = READ_ANSWER;
}

/* The place of the choice that the table is of. */
static void read_rank(const struct table *t, const json_t *answer, struct reading *r)
{
	size_t i;
	json_t *code;

	json_array_foreach(answer, i, code) {
		const char *text = json_string_value(code);
		if (!text || strcmp(text, t->row) != 0 || i >= t->cells)
			continue;
		read_cell(r, i);
		return;
	}
}

static void read_place(const json_t *answer, struct reading *r)
{
	const char *code = json_string_value(answer);

	if (!code || !place_is_code(str_of(code)))
		return;
	r->kind = READ_ANSWER;
	r->place = code;
}

void table_read(const struct table *t, const struct tabulation *tab, const json_t *answer,
	struct reading *ret)
{
	*ret = (struct reading){.cells = tab->ticks};
	if (!answer)
		return;
	switch (t->type) {
	case TABLE_SINGLE:
	case TABLE_SCALE:
		read_single(t, answer, ret);
		break;
	case TABLE_MATRIX:
		read_single(t, json_object_get(answer, t->row), ret);
		break;
	case TABLE_MULTIPLE:
		read_multiple(t, answer, ret);
		break;
	case TABLE_NUMBER:
		read_number(t, t->row ? json_object_get(answer, t->row) : answer, ret);
		break;
	case TABLE_RANKING:
		read_single(t, json_array_get(answer, 0), ret);
		break;
	case TABLE_RANK:
		read_rank(t, answer, ret);
		break;
	case TABLE_COUNT:
		read_count(t, &tab->tables[tab->first_table[t->index]], answer, ret);
		break;
	case TABLE_LOCALITY:
		read_place(answer, ret);
		break;
	case TABLE_TEXT:
		if ((json_is_string(answer) || json_is_object(answer)) &&
			!answer_is_empty(answer))
			ret->kind = READ_ANSWER;
		break;
	case TABLE_IDENTIFYING:
		if (json_is_true(answer))
			ret->kind = READ_ANSWER;
		break;
	case TABLE_CALCULATED:
		read_calculated(t, answer, ret);
		break;
	}
}
