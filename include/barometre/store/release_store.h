/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release_store.h - frozen figures. Written by the keeper, read by staff and exports.
 */
#ifndef BAROMETRE_STORE_RELEASE_STORE_H
#define BAROMETRE_STORE_RELEASE_STORE_H

#include "barometre/privacy/disclose.h"
#include "barometre/store/db.h"

/* One line of the tables. Numbers below 0 are empty (withheld or without sense). Lines of a statistic have option "mean",
 * "median" and `value`; in the tidy CSV its column count holds that value. */
struct figure {
	const char *audience, *question, *type, *segment, *segment_value, *option, *label;
	int64_t base, mentions, count, percent;
	bool has_value;
	double value;
	const char *status; /* "", "base_under_threshold", "small_cells", "gathered" */
};
typedef bool figure_fn(void *arg, const struct figure *, struct err *);

/* In the caller's transaction: *ret_version is 1 for the first. Texts may be NULL for "". A counted edition becomes released. */
bool release_add(struct db *, const char *edition, struct thresholds, const char *reason,
	const struct figure *, size_t, int64_t *ret_version, struct err *) MUST_USE;
/* Newest version, in order. ERR_MISSING when there is none. Blocking: commands. `hash`: BLAKE2b-256 of thresholds and lines. */
struct release_info {
	int64_t version, rows;
	struct thresholds thresholds;
	char created_on[11];
	char hash[65];
};
bool release_read(struct db *, const char *edition, struct release_info *ret, figure_fn *,
	void *arg, struct err *) MUST_USE;

/* Columns of one row of SQL_RELEASE_ROWS (edition, version, after, limit) into a figure, borrowed. */
extern const struct sql SQL_RELEASE_ROWS, SQL_RELEASE_NEWEST;
void figure_from_row(struct figure *ret, const struct db_rows *, size_t row);

#endif
