/* SPDX-License-Identifier: Apache-2.0 */
/* release_check_private.h - the rows of a release: what release_check.c compares, and release_rows.c makes of lines. */
#ifndef REPORT_RELEASE_CHECK_PRIVATE_H
#define REPORT_RELEASE_CHECK_PRIVATE_H

#include "barometre/report/release.h"
#include "barometre/report/release_check.h"

enum row_shape {
	ROW_BASE,   /* no cells: how many */
	ROW_PARTS,  /* cells add up to the base */
	ROW_SEVERAL /* each cell is of 0 … base people */
};
/* One group's answers to one question. The number who answered an open question and its themes are two rows. */
struct row {
	const struct figure **lines; /* into rows.lines */
	size_t count;
	const struct figure *head;
	enum row_shape shape;
	bool total, themes, sensitive;
};
/* Sorted by audience, question, part, segment, group: rows of one crossing stand together. */
struct rows {
	struct row *list;
	size_t count;
	const struct figure **lines;
};
void rows_make(struct rows *, const struct release *, const struct form *const *forms,
	size_t form_count);
void rows_release(struct rows *);
/* The order of rows; of their crossings when !with_group. */
int row_compare(const struct row *, const struct row *, bool with_group);

/* A mean, a median …, a rate: not people. */
bool line_is_statistic(const struct figure *);
/* The line of an option; NULL when there is none. */
const struct figure *row_find(const struct row *, const char *option);

/* How many people stand in it; -1 when that is withheld. */
int64_t row_people(const struct row *);

/* Nobody is not few. */
static inline bool too_few(int64_t n, int64_t limit)
{
	return n > 0 && n < limit;
}

/* What both passes have in hand. */
struct judge {
	struct thresholds t;
	int64_t former; /* 0: the release itself */
	struct release_findings *out;
};
/* What is wrong with c of base people in one answer, or NULL. of_all: everybody, or all but k, counts as wrong. */
const char *judge_cell(
	const struct judge *, const struct row *, int64_t base, int64_t c, bool of_all);
void judge_found(const struct judge *, const struct row *, const char *code);
/* F1, F2, F3 of release_check.h. */
void check_against(const struct judge *, const struct rows *, const struct rows *former);

#endif
