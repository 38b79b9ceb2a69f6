/* SPDX-License-Identifier: Apache-2.0 */
/*
 * published.h - earlier editions "as published": their file, the figure that answers to one of ours, and what may be said of both.
 *
 * The file (forms/published/<year>.csv, UTF-8, RFC 4180), one line a printed number, these columns
 *   audience,question,option,measure,value,number,base,unit,wording,label,source,known_error
 * measure  respondents (who answered the question; of question "participation" of the whole audience), responses (answers they gave),
 *          contacted, response_rate, percent, count, mean, base; ratio ("2/3"), surveys, reminders
 *          rank: 1 of the answer most quoted
 * value    as printed, with its decimal comma; number the same with a point, empty for a ratio
 * base     people the number is of, where it was printed
 * Of one measure of a question, an option and a label stand once.
 * Nothing is corrected: an error that is known is told beside the number, in French, and the number stays.
 *
 * Only counts are compared: a share that was printed without its count is shown, and no change is made of it.
 */
#ifndef BAROMETRE_REPORT_PUBLISHED_H
#define BAROMETRE_REPORT_PUBLISHED_H

#include "barometre/report/change.h"
#include "barometre/store/published_store.h"
#include "barometre/store/release_store.h"

/* `edition` is its year; `file` is for messages only. Errors: "2023.csv:12: …" with what to do. */
bool published_parse(struct str csv, const char *edition, const char *file,
	struct published *ret, struct err *) MUST_USE;
/* The same file again: what published_parse reads from it is what was given. */
void published_write(const struct published *, struct buf *out);

/* What was printed of one option. Numbers that were not printed are -1, texts "". */
struct published_figure {
	int64_t base, count;
	double percent;
	const char *source, *known_error;
};
/* Option "" of question "participation" (ours: "respondents"): how many answered the questionnaire. False when nothing was printed. Borrowed
 * from the list. */
bool published_find(const struct published *, const char *audience, const char *question,
	const char *option, struct published_figure *ret);

/* One of our figures beside the one of then. A question that is compared has a line an option; one that is not has one line with
 * option "". */
struct comparison {
	const char *audience, *question, *short_label, *option,
		*label;                  /* of the form and the release */
	struct published_figure earlier; /* base -1: nothing was printed */
	int64_t base, count, percent;    /* ours; -1 when not told */
	struct change change;            /* verdict and series */
};
struct comparisons {
	struct comparison *list;
	size_t count, capacity;
};
void comparisons_release(struct comparisons *); /* idempotent */
/*
 * Every question of the form that has figures in the release (lines of the whole audience). The family of the test is all options
 * of all questions of series "same": change.h. Others are breaks of the series, if anything of them was published or the form
 * declares them. Borrows from all three, which must outlive the list.
 */
void compare_published(const struct form *, const struct published *,
	const struct figure *figures, size_t figure_count, struct comparisons *ret);
/* Header and lines for spreadsheets and programs. */
void comparisons_write_csv(const struct comparisons *, const char *edition,
	const char *with, struct buf *out);
/* In French, for people. */
void comparisons_write_text(
	const struct comparisons *, const char *with, struct buf *out);

#endif
