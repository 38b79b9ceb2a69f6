/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release_check.h - may this release leave? It is read as a stranger reads it, who has every former one beside it. Pure.
 *
 * protect.h decides on exact tables, before there are lines; this looks at the lines alone, whoever made them, and at time: what was
 * once told stays known, withdrawn or not. N, t and k are min_base, min_cell and coalition (disclose.h): the larger of the
 * two releases compared, so that lowering them does not open anything. Off (N 0 or 1) in both, nothing is looked at.
 *
 * Of the release itself
 *   C1 a base, and a group of a segment, is 0 or at least N (the number of people of a whole audience is a total, and free)
 *   C2 no answer was given by everybody, nor by all but k; of several ticks no answer by nobody, nor by k (themes of open questions
 *      are coders' readings: for them by segment only)
 *   C3 what is sensitive shows no cell of 1 … t-1, nor so many without an answer
 *   C4 an answer that is withheld alone is the base less the others: it has to be as safe as if it showed
 *   C5 who is in the whole audience and in no group of a crossing is a group too
 * Against each former release (privacy audit of successive releases; T19)
 *   F1 a crossing that both have has the same groups; one that only the new has goes with all that the former had, so that
 *      those who made it judged them together
 *   F2 a row that both tell differs by nobody, or by at least N people whose answers are a safe row (C2, C3) of their own: then the
 *      difference is a table that could have been published. So for those who did not answer, those whom a filter left
 *      out, and those whom it let through. Groups of one crossing grow, or shrink, together.
 *   F3 with the same base no cell and no statistic changes: it would be one person's. Themes of open questions are the coders'
 *      reading of the same texts: there the number of texts is the base, and themes may be corrected.
 *
 * Limit: a union of groups of one release is compared with a union of another's only where C5, F1 and F2 together do so: same groups,
 * all growing. That all who came, or none of them, were let through by a filter is found in the filter's own table, where it shows.
 */
#ifndef BAROMETRE_REPORT_RELEASE_CHECK_H
#define BAROMETRE_REPORT_RELEASE_CHECK_H

#include "barometre/form/form.h"
#include "barometre/store/release_store.h"

struct release_finding {
	int64_t former; /* the version it was compared with; 0 for the release itself */
	const char *
		code; /* for programs: "small_base", "unanimous", "small_cell", "lone_cell", "left_over", "groups",
			     "crossings", "difference", "changed" */
	char *text; /* in French, for people: where, and what; never the small number itself */
};
/* Zero-initialise. */
struct release_findings {
	struct release_finding *list;
	size_t count;
	size_t more; /* found, and not listed: the first RELEASE_FINDINGS_MAX are */
};
#define RELEASE_FINDINGS_MAX 50
void release_findings_release(struct release_findings *); /* idempotent */

/* Nothing found: it may leave. forms: of the audiences of the edition; a question that none of them has is taken for sensitive.
 * n log n of the lines. */
void release_check(const struct release *, const struct release *former,
	size_t former_count, const struct form *const *forms, size_t form_count,
	struct release_findings *ret);

#endif
