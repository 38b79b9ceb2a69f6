/* SPDX-License-Identifier: Apache-2.0 */
/* staff_tables.h - the page of tables: releases (staff_tables.c), lines (staff_tables_rows.c), acts (staff_tables_act.c). */
#ifndef BAROMETRE_WEB_STAFF_TABLES_H
#define BAROMETRE_WEB_STAFF_TABLES_H

#include "barometre/form/form.h"
#include "barometre/store/db.h"
#include "staff_private.h"

/* Rows of staff/tables as questions of the page: of the whole audience, or by the groups of one segment, each with the notes ({"ABOUT":
 * question, "NOTE": text}) that are about it. Without its questionnaire a table shows the names of questions. */
json_t *tables_whole(const struct form *, const json_t *notes, const struct db_rows *);
json_t *tables_crossed(const struct form *, const json_t *notes, const struct db_rows *);
/* What a crossing is called. */
const char *tables_crossing(const struct form *, const char *segment);

bool tables_has_state(const struct db_rows *, size_t row, const char *state);
/* One row of staff/releases for the page; `newest_out`: no newer one is out. */
json_t *tables_release(
	const struct staff_step *, const struct db_rows *, size_t row, bool newest_out);
/* "checked", "published", "withdrawn"; drafts for administrators only. */
bool tables_may_list(const struct staff_step *, const struct db_rows *, size_t row);

#endif
