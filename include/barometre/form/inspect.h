/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inspect.h - a questionnaire as its authors look at it: routing as a graph, codebook, what changed since another version.
 *
 * Texts are those of the form's language. The outline is form_outline (form.h). Every writer appends and leaves a full
 * buf failed.
 */
#ifndef BAROMETRE_FORM_INSPECT_H
#define BAROMETRE_FORM_INSPECT_H

#include "barometre/form/form.h"

/* Pages and questions in their order, an arc from each question to what its answer decides, labelled by the condition.
 * DOT: the language of Graphviz. SVG 1.1: an arc diagram, no script, no outside reference. */
void inspect_dot(const struct form *, struct buf *out);
void inspect_svg(const struct form *, struct buf *out);

/*
 * CSV (RFC 4180: comma, CRLF, quotes doubled), a line for each code of each variable, one with an empty code for what is typed
 * or worked out. Columns: variable (a row or item of a question is a variable, "question.row"), question, type, role,
 * code, label, condition (when it is asked), base (who is counted), required (yes, no or the condition),
 * comparable_since (year of the oldest edition whose figures it goes on from, or "new"), comparable
 * ("2023=same": form.h), class (the coarser rung of the code), codebook,
 * crossings (what tables are crossed with by it: form.h), title.
 */
void inspect_codebook(const struct form *, struct buf *out);

/* Who a question is asked of, in French, in the words of the form: « Toutes les personnes … », or the condition with the titles of
 * questions and the labels of choices. What people rarely say aloud (sums, functions) stays as it is written. */
void inspect_universe(const struct form *, const struct question *, struct buf *out);

/*
 * What an edition of `old` and one of `new` may be compared in. New reference:
 *   {"old": {"audience", "version", "hash"}, "new": {…}, "form": [change, …],
 *    "questions": [{"name", "class", "changes": [change, …]}, …], "summary": {"identical": n, …}}
 * A change is {"what": …} with "code", "old", "new" where they apply. Questions stand in the order of the new form, removed
 * ones last. The class is the worst of: "identical"; "wording" (the words of the question); "choices" (codes, rows,
 * labels or what may be typed; of the regex of a check only that there is one); "routing" (who is asked, whether an answer is required); "broken" (the series ends: removed, another type, scale, role or
 * published wording). "new" has no series yet.
 */
json_t *inspect_diff(const struct form *old, const struct form *new);
/* The same for people. */
void inspect_diff_write(const json_t *diff, struct buf *out);

#endif
