/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighing.h - a published question redressed by one crossing, with the sizes of its groups in the list (weights.h). Pure.
 *
 * Out of the lines of a release, and of nothing else: release → weighing_begin; the analyst's file → weighing_sizes; weighing_make;
 * weighing_write. The release has no table of two crossings, so that there is one margin, never two.
 *
 * The file has two columns, "groupe" and "effectif", apart by ";" or ",". A group is named by its codes as in the release ("d31+d32"), or by what it
 * is called there; one that was merged may also be given category by category, and the numbers are added up. Every category of every group has
 * a line, 0 when the list has nobody of it. A category of which nobody answered has none: no weight can stand for its people.
 *
 * Whose group is not known ("non_precise") is in no group of the list. By itself that group is left out, of both shares, and `left_out` tells how
 * many; merged with another one it stays there, and `mixed` says so.
 * A question that is asked only of some is refused: the list does not say how many of each group it concerns.
 */
#ifndef BAROMETRE_REPORT_WEIGHING_H
#define BAROMETRE_REPORT_WEIGHING_H

#include "barometre/form/form.h"
#include "barometre/report/weights.h"

struct weighing_group {
	const char *codes, *label;
	int64_t answers;   /* to the question */
	double population; /* of the list; from weighing_sizes on */
	double weight;     /* 0 until weighing_make has made it */
};
struct weighing_option {
	const char *code, *label;
	bool told; /* in every group; else there are no numbers */
	struct weighted_share share;
};
struct weighing {
	const struct release *release; /* borrowed, and all texts with it */
	const char *audience, *audience_label, *question, *question_label, *segment,
		*segment_label;
	struct weighing_group *groups;
	size_t group_count;
	struct weighing_option *options;
	size_t option_count;
	struct weighing_category *categories;
	size_t category_count;
	int64_t *counts; /* option by option, a group each; -1: not told */
	int64_t answers; /* of all groups */
	double list;
	int64_t left_out;
	bool mixed;
	bool finite; /* asked for by the caller: show the interval of the list's size too */
	struct weighting weighting;
};
void weighing_release(struct weighing *); /* idempotent */

/* What is asked for; `option` NULL: all of the question. Borrowed. */
struct weighing_wish {
	const char *audience, *question, *option, *segment;
};
/* ERR_MISSING when the release has no such thing, with what there is in `there_is`, a line each; a table that is withheld also with
 * the release's own reason. ERR_CONFLICT: asked only of some; nothing of it is a share. The form is the audience's. */
bool weighing_begin(const struct release *, const struct form *, struct weighing_wish,
	struct weighing *ret, struct buf *there_is, struct err *) MUST_USE;
/* `bytes` as read; `file` for messages. ERR_INVALID with the line, or with the groups that are missing (W1). */
bool weighing_sizes(struct weighing *, struct str bytes, const char *file, struct err *)
	MUST_USE;
/* False when there are no weights (W2): the unweighted shares are made all the same. ERR_CONFLICT names the groups. */
bool weighing_make(struct weighing *, struct err *) MUST_USE;

/* As text in French for people; or as CSV (RFC 4180): a line a group, then one an option, percents with two decimals, empty where there is
 * nothing to tell. Header edition,release,audience,question,segment,line,code,label,count,base,percent,low,high,list_low,list_high,
 * weighted,weighted_low,weighted_high,design_effect,effective,population,weight. `line` is "group" (count: answers) or "option". */
void weighing_write(
	const struct weighing *, const char *edition, bool csv, struct buf *out);

#endif
