/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tabulate.h - one pass over opened answers: bases, mentions, counts, means of every question of a form.
 *
 * Definitions (statistical rules of the project, after Insee and AAPOR usage)
 *   base      people concerned (the question is visible to them, and their answer is not a "not concerned" code) who
 *             answered. Not asked, asked and not answered, and not concerned are all out of it.
 *   mentions  ticks of a multiple question (other included), coded themes of an open one; equals base elsewhere
 *   percent   of the base, by percent_of; several answers a person add to more than 100
 *   mean      of numbers, and of scale codes read as numbers; median with the mean of the two middle values. Both
 *             are kept to the hundredth, half away from zero; of whole numbers exactly (no binary rounding).
 * A matrix gives one question a row ("q.row"), a multipletext one a number ("q.item"; its texts "answered" only), a
 * ranking how often each choice was first and one question a choice ("q.choice"): the mean of its places, from 1. A locality gives one option a commune or department. Identifying
 * and open questions give "answered" only. Contact questions and texts on the page (html) give nothing, and the text
 * beside "other" is never read. A calculated value is of everyone: true and false; a number of its own is
 * tabulated like a number, a text gives "answered" only.
 *
 * Visibility is computed anew from the answers (routing_compute): an answer to a question that was not asked does not
 * count, whatever the box says. A code that the form does not know counts as no answer; answers_validate is the door
 * where it should have been stopped.
 *
 * Memory is bounded by the form, except localities (one counter a place) and numbers (one counter a distinct value).
 * Nothing of a single submission is kept. The tables can be read by figures_add (release.h) only, which applies the
 * thresholds.
 */
#ifndef BAROMETRE_REPORT_TABULATE_H
#define BAROMETRE_REPORT_TABULATE_H

#include <jansson.h>

#include "barometre/form/form.h"

struct tabulation;
struct tabulation *tabulation_new(const struct form *); /* the form must outlive it */
void tabulation_free(struct tabulation *);
DEFINE_DROP(tabulation_drop, struct tabulation, tabulation_free)
/* One submission (answers_submission's object). `today` as given to it. */
void tabulation_add(struct tabulation *, const json_t *answers, usec_t today);
int64_t tabulation_people(const struct tabulation *);

#endif
