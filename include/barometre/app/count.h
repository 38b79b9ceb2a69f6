/* SPDX-License-Identifier: Apache-2.0 */
/*
 * count.h - the dépouillement: opens the urn of a closed edition, shuffles, tabulates, stores, in one transaction; then destroys the keys.
 *
 * Promises: N1 killed at any point before the commit it has changed nothing; done twice it is refused. N2 boxes = complete answers + invalid ones, per
 *   audience, or nothing is committed. N3 rows are written in a random order, each questionnaire apart; localities as totals; open texts and
 *   contact wishes shuffled on their own, with no key in common. N4 a draft of someone who also sent a box is not counted (same instance inside both).
 *   N5 tables are made in the same pass, in memory, before the answers are coarsened for keeping (ages to bands of ten years).
 *   N6 keys are destroyed only when no box was invalid, or when told to (waive).
 */
#ifndef BAROMETRE_APP_COUNT_H
#define BAROMETRE_APP_COUNT_H

#include <jansson.h>

#include "barometre/store/db.h"

struct count_options {
	const char *key_directory;
	bool waive_invalid;
	usec_t now;
};
/* *ret_record: new reference, the record (procès-verbal) as JSON; record_print makes it readable. */
bool count_run(struct db *keeper, const char *edition, const struct count_options *,
	json_t **ret_record, struct err *) MUST_USE;
/* In French, for people. */
void record_print(const json_t *record, struct buf *out);

#endif
