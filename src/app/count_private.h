/* SPDX-License-Identifier: Apache-2.0 */
/*
 * count_private.h - one audience on its way through the count: gathered (count_gather.c), then written (count_write.c).
 *
 * First pass: every box is opened once, checked and tabulated; what is kept of it is its name in the database (16 bytes) and a
 * list of what it will give: its row, its contact wish, each of its texts (8 bytes each). Second pass: this list, shuffled as a
 * whole, is taken by chunks; each chunk fetches its boxes again and writes rows, wishes and texts in the order of the list.
 * A uniform permutation restricted to the rows, or to the texts of one field, is uniform, and those of two kinds are
 * independent: no two things of one person share an order. Memory: 56 to 80 bytes a box in the first pass, 32 to 48 in the
 * second, 8 to 16 a text in both (lists double), each combination of segments once (count_classes.c), and one chunk.
 */
#ifndef COUNT_PRIVATE_H
#define COUNT_PRIVATE_H

#include "barometre/app/count.h"
#include "barometre/app/count_classes.h"
#include "barometre/privacy/sealed.h"
#include "barometre/report/tabulate.h"
#include "barometre/store/count_store.h"
#include "barometre/store/edition_store.h"

enum {
	ITEM_ROW,
	ITEM_WISH,
	ITEM_TEXT /* and the place of the field's name */
};
struct count_item {
	uint32_t ballot;
	uint16_t what;
};

struct tally {
	const struct edition *edition;
	const struct edition_audience *audience;
	const struct public_key *public_key;
	const struct secret_key *secret_key;
	const struct count_options *options;
	struct db *db;

	int64_t boxes, drafts; /* in the database */
	int64_t done;          /* steps, of 2 (boxes + drafts) */

	struct tabulation *tabulation;
	struct segments *segments;
	json_t *places; /* question → code → count */
	bool partial;   /* reading drafts */
	/* Whom an accepted box is from, at the ballot's place, and a table of places + 1, at most half full. */
	struct id16 *instances;
	uint32_t *table;
	size_t table_size;

	/* Accepted boxes, then accepted drafts. */
	struct id16 *slots;
	size_t ballots, complete;
	char **fields; /* names of texts */
	size_t field_count, field_capacity;
	struct count_item *items;
	size_t item_count, item_capacity;
	struct count_totals totals;
};

/* Room for `count` elements; doubles. */
void *count_grow(void *list, size_t count, size_t *capacity, size_t size);
/* Tells options->progress that so many steps are done, not more often than every hundred. */
void tally_progress(struct tally *, int64_t done);

bool tally_gather(struct tally *, struct err *) MUST_USE;
/* Rows, wishes, texts and totals of places. Uses the items up. */
bool tally_write(struct tally *, struct err *) MUST_USE;
void tally_release(struct tally *);

/* count_row.c: an answer taken apart. The texts: new reference, an object of name → text. The row to keep, without
 * localities, texts, identifying questions, and calculated values that are no segment: new reference. */
json_t *answers_texts(const struct form *, const json_t *answers);
json_t *answers_row(const struct form *, const struct segments *, const json_t *answers);

/* count_record.c */
struct edition_result {
	struct count_totals totals;
	json_t *generalised; /* owned */
};
json_t *record_make(const struct edition *, const struct count_options *,
	const struct edition_result *, const struct public_key *);
int64_t record_total(const json_t *record, const char *key);

#endif
