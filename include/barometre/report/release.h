/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release.h - the only way out of figures: tabulation → thresholds → lines of a release.
 *
 * Lines, in form order; `type` and the options of each
 *   total        question "participation", option "respondents": base = mentions = count = people, no percent
 *   single       one a choice, then "other"; choices "not concerned" have no line (their people are out of the base)
 *   multiple     the same
 *   matrix       question "q.row": one a column
 *   scale        as single or one a step of the rating, then "mean" and "median"
 *   number       "mean", "median", then bands of ten ("60_69", « 60 à 69 »): all those from the form's min to its max; without
 *                both, or with over 20 bands, those that hold somebody
 *   locality     one a place, the most frequent first, then by name (French collation)
 *   calculated   "true", "false"
 *   ranking      one a choice: how many ranked it first; then a question "q.choice" each, type
 *   rank         "mean": the mean of the places it was given, from 1
 *   text         "answered", or the coded themes
 *   identifying  "answered"
 *
 * Which figures show (disclose.h); sensitive are: questions marked so, segments, localities, numbers, calculated values
 *   status ""                      everything shows. A base of 0 has zeroes, and no percent, mean or median.
 *   status "base_under_threshold"  base, mentions, count and percent empty; every option keeps its line, so that files
 *                                  of two editions have the same lines
 *   status "small_cells"           the same, when a whole question is withheld for its small cells. Beside a gathered cell: an
 *                                  option inside it, whose count and percent are empty
 *   status "gathered"              option "gathered" (« Autres modalités regroupées »): the options inside it together
 * Places, and bands that the form does not list, have no line when they do not show: that they are there is a figure.
 * One line "gathered" stands for them, empty when the question is withheld.
 * Mean and median follow the base alone for numbers (disclose_statistic). On a scale they show only when every option does:
 * with the base and the mean two gathered options are two equations with two unknowns. Means of a ranking show only when
 * every option of it does, and every place of every choice could.
 */
#ifndef BAROMETRE_REPORT_RELEASE_H
#define BAROMETRE_REPORT_RELEASE_H

#include "barometre/report/tabulate.h"
#include "barometre/store/release_store.h"

/* A growing list of figures that owns its texts. Zero-initialise. */
struct figures {
	struct figure *list;
	size_t count, capacity;
	char **texts;
	size_t text_count, text_capacity;
};
void figures_release(struct figures *); /* idempotent */
/* Adds the lines of one audience, disclosure rules applied. Neither the tabulation nor the form need to live longer. The
 * first line is the number of people, never withheld: a total. */
void figures_add(struct figures *, const char *audience, const struct tabulation *,
	struct thresholds);

#endif
