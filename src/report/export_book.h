/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export_book.h - the codebook of a release: its variables in the order of its lines, with what the forms say of them.
 *
 * Every line has its variable, and every option of a line its entry, whether a form knows it or not. Grows with forms and
 * places, not with groups.
 */
#ifndef REPORT_EXPORT_BOOK_H
#define REPORT_EXPORT_BOOK_H

#include "barometre/report/export.h"

struct book_option {
	const char *code, *label;
	bool out_of_base; /* "not concerned": its people are in no figure of the question */
};
struct book_variable {
	const char *audience, *audience_label;
	const char *name;  /* as in the lines: "q", "q.row" */
	const char *type;  /* as in the lines */
	const char *label; /* short */
	const char
		*wording; /* as it was asked, with its row; "" when nothing was asked */
	const char *universe; /* who it was asked of, in French */
	bool sensitive, several_answers;
	const struct question *question; /* or NULL */
	const struct form *form;         /* or NULL */
	struct book_option *options;
	size_t option_count, option_capacity;
};
struct book {
	struct book_variable *variables;
	size_t count, capacity;
	json_t *places; /* audience, question, option → their number */
	char **texts;
	size_t text_count, text_capacity;
};
void book_make(struct book *ret, const struct export_source *);
void book_release(struct book *);
/* Which lines are of which variable: those of variable v are ret[offsets[v]] … ret[offsets[v + 1] - 1], in the order of the release.
 * Fresh; `offsets` has book->count + 1 places. */
size_t *book_lines(const struct book *, const struct export_source *, size_t *offsets);
/* The crossing of a form that a segment is, or NULL. */
const struct crossing *book_crossing(const struct book_variable *, const char *segment);
/* What the segment is called; its name when no form knows. */
const char *book_segment_label(const struct book_variable *, const char *segment);
/* Is it a rate, a mean, median or quartile, and no code of the question? */
bool book_is_statistic(const struct book_variable *, const char *option);
/* What a status of a line means, in French; "" for "". */
const char *book_status_text(const char *status);

struct book_status {
	const char *code, *text;
};
extern const struct book_status book_statuses[];
extern const size_t book_status_count;

#endif
