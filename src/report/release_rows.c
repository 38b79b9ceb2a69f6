/* SPDX-License-Identifier: Apache-2.0 */
/* release_rows.c - lines of a release put together as rows (release_check_private.h). */
#include <stdlib.h>

#include "release_check_private.h"

bool figure_is_statistic(const struct figure *f)
{
	static const char *const names[] = {"mean", "median", "q1", "q3", NULL};
	/* These have none. */
	static const char *const choices[] = {
		"single", "multiple", "matrix", "ranking", "text", NULL};

	return str_is_one_of(str_of(f->option), names) &&
		!str_is_one_of(str_of(f->type), choices);
}

bool line_is_statistic(const struct figure *f)
{
	return f->has_value || figure_is_statistic(f);
}

/* How many answered an open question, beside its themes. */
static int part_of(const struct figure *f)
{
	return strcmp(f->option, "answered") == 0 ? 0 : 1;
}

static int compare_crossings(const struct figure *a, const struct figure *b)
{
	int order = strcmp(a->audience, b->audience);

	if (order == 0)
		order = strcmp(a->question, b->question);
	if (order == 0)
		order = part_of(a) - part_of(b);
	return order != 0 ? order : strcmp(a->segment, b->segment);
}

static int compare_figures(const struct figure *a, const struct figure *b)
{
	int order = compare_crossings(a, b);

	return order != 0 ? order : strcmp(a->segment_value, b->segment_value);
}

int row_compare(const struct row *a, const struct row *b, bool with_group)
{
	return with_group ? compare_figures(a->head, b->head)
			  : compare_crossings(a->head, b->head);
}

static int by_row(const void *a, const void *b)
{
	const struct figure *const *x = a, *const *y = b;
	int order = compare_figures(*x, *y);

	return order != 0 ? order : (*x > *y) - (*x < *y);
}

static enum row_shape shape_of(const struct figure *f)
{
	static const char *const bases[] = {"total", "identifying", "rank", NULL};
	static const char *const parts[] = {"single", "matrix", "scale", "number",
		"locality", "calculated", "ranking", "count", NULL};

	if (str_is_one_of(str_of(f->type), bases) || part_of(f) == 0 ||
		strcmp(f->option, "people") == 0)
		return ROW_BASE;
	return str_is_one_of(str_of(f->type), parts) ? ROW_PARTS : ROW_SEVERAL;
}

static const struct form *form_of(
	const struct form *const *forms, size_t count, const char *audience)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(forms[i]->audience, audience) == 0)
			return forms[i];
	return NULL;
}

/* As the tabulation has it: questions marked so, segments, localities, numbers, calculated values. */
static bool is_sensitive(
	const struct figure *f, const struct form *const *forms, size_t count)
{
	static const char *const types[] = {"locality", "number", "calculated", NULL};
	const struct form *form = form_of(forms, count, f->audience);
	struct str rest = str_of(f->question), name;
	const struct question *q;

	(void)str_cut(&rest, '.', &name);
	if (strcmp(f->type, "count") == 0) /* "nombre.q": of q */
		(void)str_cut(&rest, '.', &name);
	q = form ? form_find(form, name) : NULL;
	return !q || q->sensitive || q->role == ROLE_SEGMENT ||
		q->role == ROLE_LOCALITY || str_is_one_of(str_of(f->type), types);
}

static struct row make_row(const struct figure **lines, size_t count,
	const struct form *const *forms, size_t form_count)
{
	const struct figure *head = lines[0];

	return (struct row){.lines = lines,
		.count = count,
		.head = head,
		.shape = shape_of(head),
		.total = strcmp(head->type, "total") == 0 && !*head->segment,
		.themes = strcmp(head->type, "text") == 0 && part_of(head) == 1,
		.sensitive = is_sensitive(head, forms, form_count)};
}

void rows_make(struct rows *rows, const struct release *release,
	const struct form *const *forms, size_t form_count)
{
	size_t n = 0, end;

	*rows = (struct rows){
		.list = x_calloc(release->figure_count + 1, sizeof(*rows->list)),
		.lines = x_calloc(release->figure_count + 1, sizeof(*rows->lines))};
	/* The synthesis repeats lines that are looked at themselves. */
	for (size_t i = 0; i < release->figure_count; i++)
		if (strcmp(release->figures[i].type, "synthesis") != 0)
			rows->lines[n++] = &release->figures[i];
	qsort(rows->lines, n, sizeof(*rows->lines), by_row);
	for (size_t i = 0; i < n; i = end) {
		end = i + 1;
		while (end < n && compare_figures(rows->lines[i], rows->lines[end]) == 0)
			end++;
		rows->list[rows->count++] = make_row(
			rows->lines + i, end - i, forms, form_count);
	}
}

void rows_release(struct rows *rows)
{
	free(rows->list);
	free(rows->lines);
	*rows = (struct rows){0};
}

const struct figure *row_find(const struct row *row, const char *option)
{
	for (size_t i = 0; i < row->count; i++)
		if (strcmp(row->lines[i]->option, option) == 0)
			return row->lines[i];
	return NULL;
}

int64_t row_people(const struct row *row)
{
	return row->head->base >= 0 || row->shape != ROW_BASE ? row->head->base
							      : row->head->count;
}
