/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release.h - the only way out of figures: tabulation → plan → protect (privacy/protect.h) → lines and notes of a release.
 *
 * Lines of the whole audience, in form order; `type` and the options of each
 *   total        question "participation", option "respondents": base = mentions = count = people, no percent
 *   single       one a choice, then "other"; choices "not concerned" have no line (their people are out of the base)
 *   multiple     the same
 *   matrix       question "q.row": one a column
 *   scale        as single or one a step of the rating, then the statistics
 *   number       the statistics, then bands of ten ("60_69", « 60 à 69 »): all those from the form's min to its max; without
 *                both, or with over 20 bands, those that hold somebody
 *   locality     one a place, the most frequent first, then by name (French collation)
 *   calculated   "true", "false"
 *   ranking      one a choice: how many ranked it first; then a question "q.choice" each, type
 *   rank         "mean": the mean of the places it was given, from 1
 *   text         "answered", or the coded themes
 *   identifying  "answered"
 *   count        question "nombre.q", after a question of several ticks or a grid with the column "oui": how many ticks (exclusive choices
 *                are none) or rows with "oui" a person gave: "0", "1" … and the statistics
 * The statistics are "mean", "median", "q1", "q3" (tabulate.h).
 *
 * Then each crossing of the form, the most important first: segment is its name, segment_value the codes of the group joined
 * by "+", segment_label what people read. First question "participation", option "people": how many each group has; then the
 * questions, in the same order and with the same lines, one group after the other. A group of nobody has its "people" line only; a question that
 * nobody answered is not crossed.
 * A calculated value, or a count, that could be subtracted from what it is worked out from is withheld (L5 of protect.h): "small_cells".
 * A table that may not be told has no line there, but a note. Localities, texts, names and places of a ranking are never crossed.
 *
 * not_answered, not_concerned: with base they add up to the people of the group; -1 when one of them may not be told.
 *
 * status ""                      everything shows. A base of 0 has zeroes, and no percent or statistic.
 *        "base_under_threshold"  the base is under min_base: base, mentions, count and percent empty; every option keeps its line,
 *                                so that files of two editions have the same lines. Of a statistic whose base shows: it
 *                                wants 30 people (the mean and quartiles; the study, part 3.2)
 *        "small_cells"           the same for small cells, when not even gathering them would hide them. Beside a gathered cell:
 *                                an option inside it, whose count and percent are empty. Of several ticks: an option that cannot
 *                                be told. Of a statistic: it would tell hidden cells
 *        "gathered"              option "gathered" (« Autres modalités regroupées »): the options inside it together
 *        "at_most_5" "at_least_95"  of the whole audience, nearly everybody gave the same answer: that much is told
 *        "unanimous"             withheld, because everybody or nearly everybody gave the same answer
 *        "filter"                withheld, because the base is a cell of a question that is withheld
 * Mentions of several ticks, and the mean of a scale, show only when every cell does: with them a hidden cell could be
 * computed. So does a "count" only where all cells of its question show by the same segment. Statistics of numbers show beside
 * gathered bands, because bands do not follow from them, but not where no band may be told. Means of a ranking show only when every option and every place of every choice could.
 * Places, and bands that the form does not list, have no line when they do not show: that they are there is a figure.
 * One line "gathered" stands for them, empty when the question is withheld (disclose.h does these two).
 *
 * Notes: codes
 *   parameters       the thresholds; one a release and audience
 *   groups_merged    groups of a segment that were joined; with a question, those joined for it alone
 *   segment_withheld the segment has fewer than two groups
 *   crossing_withheld  one question by one segment, with the reason
 *   question_withheld  a question for everybody, with the reason
 *   collapsed        options told as the form's classes of them
 *   cells_gathered   small cells told together
 *   cells_bounded    cells told as "at most 5 %", "at least 95 %"
 *   options_withheld options of several ticks that are left out
 *   mentions_withheld  so that these cannot be computed, the number of ticks
 *   codebook         the codebook and version of a coded open question (a release of kind "coding")
 *   synthesis        how audience "ensemble" was made
 */
#ifndef BAROMETRE_REPORT_RELEASE_H
#define BAROMETRE_REPORT_RELEASE_H

#include "barometre/report/tabulate.h"
#include "barometre/store/release_store.h"

/* Growing lists of figures and notes that own their texts. Zero-initialise. */
struct figures {
	struct figure *list;
	size_t count, capacity;
	struct release_note *notes;
	size_t note_count, note_capacity;
	char **texts;
	size_t text_count, text_capacity;
};
void figures_release(struct figures *); /* idempotent */
/* Adds the lines and notes of one audience, disclosure rules applied. Neither the tabulation nor the form need to live longer. The
 * first line is the number of people, never withheld: a total. */
void figures_add(struct figures *, const char *audience, const struct tabulation *,
	struct thresholds);
/* Copies one line of an earlier release. */
void figures_add_copy(struct figures *, const struct figure *);

/*
 * Adds the cross-audience synthesis of the report, audience "ensemble", type "synthesis", out of lines that are in the list, so that nothing
 * comes out that is not out already. Questions
 *   synthese.S1  respondents
 *   synthese.S2  respondents by half of Occitanie ("est", "ouest", "ailleurs"), where the audience is crossed with it
 *   synthese.S3  experience_12_mois: "oui"            synthese.S4  intention_12_mois: "oui"
 *   synthese.S5  dynamique_regionale: every answer
 *   synthese.S6  freins, synthese.S7 leviers: the most quoted, all of them when equal; "other" and exclusive choices left out. Where an
 *                option does not show, which one is the first is not known: option "", with the status
 *   synthese.S8  impact, synthese.S9 besoins: coded themes
 * Segment "public": segment_value is an audience, in the order of `forms`; of S1, S5, S8 and S9 then all together ("a+b+…"), when every line shows
 * and there are at least two, without percent: the audiences are no sample of one population.
 * Called last. When themes are coded later: copy the other lines, not those of audience "ensemble" (nor its notes), and call it again.
 */
void figures_add_synthesis(
	struct figures *, const struct form *const *forms, size_t form_count);

/* What a question of lines is called, in French, where no form asks it: the participation, what became of the people of a list, the
 * synthesis; NULL of any other. Its rates are called by their own labels. */
const char *figures_title(const char *question);
/* A mean, a median, a quartile, told or not. A choice or a theme may be coded "mean", too. */
bool figure_is_statistic(const struct figure *);
/* "q" of "nombre.q", NULL of any other. */
const char *figures_counted(const char *question);

#endif
