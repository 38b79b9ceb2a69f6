/* SPDX-License-Identifier: Apache-2.0 */
/* release_former.c - F1, F2, F3 of release_check.h: two releases side by side, as somebody reads them who kept the first. */
#include "release_check_private.h"

static int64_t size_of(int64_t n)
{
	return n < 0 ? -n : n;
}

/* ---- one row of both ---- */

/* One before the other: what changed in each answer, and in all those that do not show in both together. */
struct change {
	int64_t base, rest;
	bool any, rest_hidden;
};

static struct change compare(const struct row *a, const struct row *b)
{
	struct change c = {.base = row_people(b) - row_people(a)};

	c.rest = c.base;
	for (size_t i = 0; i < b->count; i++) {
		const struct figure *now = b->lines[i], *was = row_find(a, now->option);

		if (line_is_statistic(now)) {
			c.any |= was && was->has_value && now->has_value &&
				(was->value < now->value || was->value > now->value);
		} else if (!was || was->count < 0 || now->count < 0) {
			c.rest_hidden = true;
		} else {
			c.any |= was->count != now->count;
			c.rest -= now->count - was->count;
		}
	}
	for (size_t i = 0; i < a->count; i++)
		c.rest_hidden |= !line_is_statistic(a->lines[i]) &&
			!row_find(b, a->lines[i]->option);
	return c;
}

/* Is the difference a row that could be published: all of one sign, and safe? */
static bool difference_is_safe(
	const struct judge *j, const struct row *a, const struct row *b, struct change c)
{
	int64_t people = size_of(c.base), sign = c.base < 0 ? -1 : 1;

	for (size_t i = 0; i < b->count; i++) {
		const struct figure *now = b->lines[i], *was = row_find(a, now->option);
		int64_t cell;

		if (line_is_statistic(now) || !was || was->count < 0 || now->count < 0)
			continue;
		cell = sign * (now->count - was->count);
		if (cell < 0 || cell > people || judge_cell(j, b, people, cell, true))
			return false;
	}
	return b->shape != ROW_PARTS || !c.rest_hidden ||
		(sign * c.rest >= 0 && !judge_cell(j, b, people, sign * c.rest, true));
}

static bool differs_by_few(const struct judge *j, int64_t was, int64_t now)
{
	return was >= 0 && now >= 0 && too_few(size_of(now - was), j->t.min_base);
}

/* Whom a question concerns is an answer to its filter (L4 of protect.h); they, and not only those of them who answered, are at least N
 * or nobody. */
static int64_t people_asked(const struct figure *f)
{
	return f->base < 0 || f->not_answered < 0 ? -1 : f->base + f->not_answered;
}

static const char *check_pair(
	const struct judge *j, const struct row *a, const struct row *b)
{
	const struct figure *was = a->head, *now = b->head;
	struct change c;

	if (row_people(a) < 0 || row_people(b) < 0)
		return NULL;
	c = compare(a, b);
	if (too_few(size_of(c.base), j->t.min_base))
		return "difference";
	/* Of texts that are coded one by one, who did not answer is nobody's secret but the coders'. */
	if (!b->themes &&
		(differs_by_few(j, was->not_answered, now->not_answered) ||
			differs_by_few(j, people_asked(was), people_asked(now)) ||
			differs_by_few(j, was->not_concerned, now->not_concerned)))
		return "difference";
	if (c.base == 0)
		return !b->themes && (c.any || c.rest != 0) && b->shape != ROW_BASE
			? "changed"
			: NULL;
	return b->shape == ROW_BASE || difference_is_safe(j, a, b, c) ? NULL
								      : "difference";
}

/* ---- one crossing of both ---- */

/* The rows from *i on that are of one crossing. */
static size_t crossing_end(const struct rows *rows, size_t i)
{
	size_t end = i + 1;

	while (end < rows->count &&
		row_compare(&rows->list[i], &rows->list[end], false) == 0)
		end++;
	return end;
}

static void check_crossing(const struct judge *j, const struct row *a, size_t a_count,
	const struct row *b, size_t b_count)
{
	int64_t up = 0, down = 0;

	for (size_t i = 0; i < a_count || i < b_count; i++) {
		const char *wrong;

		if (i >= a_count || i >= b_count ||
			row_compare(&a[i], &b[i], true) != 0) {
			judge_found(j, b, "groups");
			return;
		}
		wrong = check_pair(j, &a[i], &b[i]);
		if (wrong) {
			judge_found(j, &b[i], wrong);
			return;
		}
		if (row_people(&a[i]) < 0 || row_people(&b[i]) < 0)
			continue;
		up += row_people(&b[i]) > row_people(&a[i]);
		down += row_people(&b[i]) < row_people(&a[i]);
	}
	if (up > 0 && down > 0)
		judge_found(j, b, "difference");
}

/* ---- all crossings of both ---- */

static bool same_question(const struct row *a, const struct row *b)
{
	return strcmp(a->head->audience, b->head->audience) == 0 &&
		strcmp(a->head->question, b->head->question) == 0;
}

/* Does it tell anything? A crossing whose every group is withheld is as good as none. */
static bool tells(const struct row *row, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (row_people(&row[i]) >= 0)
			return true;
	return false;
}

/* The crossings of one question that only one side has. */
struct alone {
	const struct row *of, *gone, *added;
};

static void close_question(const struct judge *j, struct alone *alone)
{
	if (alone->gone && alone->added)
		judge_found(j, alone->added, "crossings");
	*alone = (struct alone){0};
}

static void stand_alone(const struct judge *j, struct alone *alone, const struct row *row,
	size_t count, bool is_new)
{
	if (!*row->head->segment || !tells(row, count))
		return;
	if (alone->of && !same_question(alone->of, row))
		close_question(j, alone);
	alone->of = row;
	if (is_new)
		alone->added = row;
	else
		alone->gone = row;
}

void check_against(const struct judge *j, const struct rows *now, const struct rows *was)
{
	struct alone alone = {0};
	size_t a = 0, b = 0;

	while (a < was->count || b < now->count) {
		size_t a_end = a < was->count ? crossing_end(was, a) : a,
		       b_end = b < now->count ? crossing_end(now, b) : b;
		int order = a == a_end ? 1
			: b == b_end   ? -1
				       : row_compare(&was->list[a], &now->list[b], false);

		if (order < 0) {
			stand_alone(j, &alone, &was->list[a], a_end - a, false);
			a = a_end;
		} else if (order > 0) {
			stand_alone(j, &alone, &now->list[b], b_end - b, true);
			b = b_end;
		} else {
			if (tells(&was->list[a], a_end - a) &&
				tells(&now->list[b], b_end - b))
				check_crossing(j, &was->list[a], a_end - a, &now->list[b],
					b_end - b);
			a = a_end;
			b = b_end;
		}
	}
	close_question(j, &alone);
}
