/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tabulate.h - one pass over opened answers: bases, mentions, counts, means of every question of a form, of everybody and of each
 * category of each of its crossings (form.h).
 *
 * Definitions (statistical rules of the project, after Insee and AAPOR usage)
 *   base           people concerned (the question is visible to them, and their answer is not a "not concerned" code) who answered
 *   not concerned  the question is not asked of them (routing), or they say so themselves
 *   not answered   concerned, without a usable answer
 *                  base + not answered + not concerned = people, in every group of every table (T25)
 *   mentions       ticks of a multiple question (other included), coded themes of an open one; equals base elsewhere
 *   percent        of the base, by percent_of; several answers a person add to more than 100
 *   mean           of numbers, and of scale codes read as numbers. Kept to the hundredth, half away from zero; of whole numbers
 *                  exactly (no binary rounding)
 *   median, q1, q3 where the empirical distribution reaches 1/2, 1/4, 3/4, and where it does so exactly between two values, their mean
 *                  (Hyndman & Fan 1996, definition 2), to the hundredth
 * A matrix gives one question a row ("q.row"), a multipletext one a number ("q.item"; its texts "answered" only), a
 * ranking how often each choice was first and one question a choice ("q.choice"): the mean of its places, from 1. A locality gives one option a
 * commune or department. Identifying and open questions give "answered" only. Contact questions and texts on the page (html) give nothing,
 * and the text beside "other" is never read. A calculated value is of everyone: true and false; a number of its own is
 * tabulated like a number, a text gives "answered" only.
 * A question of several ticks (two or more choices that are not exclusive), and a matrix with a column "oui", give besides the
 * question "nombre.q": how many ticks, or rows with "oui", a person gave; six and more together. A person who answered one row is in its base.
 *
 * Categories of a crossing: the choices of the question (then other), the departments of Occitanie ("d31") or its halves (forms/departements.tsv)
 * and "ailleurs", or bands of ten; last "non_precise": not asked, not answered, not concerned. Localities, texts and identifying questions are
 * of everybody only: a place beside a segment is soon one person, and texts are coded without knowing who wrote them.
 *
 * Visibility is computed anew from the answers (routing_compute): an answer to a question that was not asked does not
 * count, whatever the box says. A code that the form does not know counts as no answer; answers_validate is the door
 * where it should have been stopped.
 *
 * Memory is bounded by the form, except localities (one counter a place) and numbers (one counter a distinct value, and category).
 * One counter of eight bytes for each cell of each question, for everybody and for each category of each crossing; and for each question
 * one for every pair of categories of two crossings: how many of its base are in both, which the audit of differences needs
 * (privacy/protect.h); for a calculated value one for each combination of what it reads, up to 64, of the same groups of people (L5 there).
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
