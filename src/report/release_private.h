/* SPDX-License-Identifier: Apache-2.0 */
/* release_private.h - one audience on its way out: its plan, what of it may be told, and the list it goes to. */
#ifndef RELEASE_PRIVATE_H
#define RELEASE_PRIVATE_H

#include "barometre/privacy/protect.h"
#include "barometre/report/release.h"
#include "figures_private.h"
#include "report_private.h"

#define STATUS_BASE "base_under_threshold"
#define STATUS_CELLS "small_cells"
#define STATUS_GATHERED "gathered"

/* The mean and quartiles of fewer say more of single people than of the group (the study, part 3.2). */
#define STATISTIC_BASE 30

/* Of bytes: a form is a million at most, so that all its labels together, with what stands between them, are less. */
#define LABELS_MAX (2u << 20)

const char *table_type_name(enum table_type);

/* release_places.c: the places of a locality as cells, the most frequent first, then by name (French collation). */
struct place_line {
	char *code, *label;
	int64_t count;
};
struct place_list {
	struct place_line *lines;
	size_t count;
	int64_t *counts; /* the cells */
	/* Which categories of segments they are in. */
	struct plan_part *parts;
	size_t part_count;
	size_t *category_of;
};
void place_list_make(
	struct place_list *, const struct tabulation *, const struct table *);
void place_list_release(struct place_list *);

/* release_sources.c: rows of cells and derived sets, of a table that is worked out from others. */
struct planned_sources {
	struct plan_sources plan;
	size_t *questions;
	unsigned char *sides;
	int64_t *cells;
	size_t width;
};

/* release_plan.c: a plan question is a table, at the same place; a plan segment a segment. */
struct planned {
	struct plan plan;
	struct plan_segment *segments;
	struct plan_question *questions;
	struct plan_row *rows; /* of all tables */
	const struct plan_row **by_segment;
	const int64_t **joints;
	struct plan_filter *filters;
	size_t *collapse;
	struct place_list *lists;        /* one a table; empty but of localities */
	struct planned_sources *sources; /* one a table */
	size_t tables;
};
void planned_make(struct planned *, const struct tabulation *, struct thresholds);
void planned_release(struct planned *);
/* The last thing done of a table. */
void planned_sources_make(struct planned *, const struct tabulation *, size_t table);
void planned_sources_release(struct planned_sources *);
/* Is the table told as cells? Else its base, with statistics and bands of its own. */
bool table_has_cells(const struct table *);

struct outgoing {
	struct figures *out;
	const char *audience;
	const struct tabulation *tab;
	struct thresholds thresholds;
	struct planned planned;
	struct protected_plan told;
};
/* segment SIZE_MAX: the whole audience. */
const struct protected_table *outgoing_table(
	const struct outgoing *, size_t table, size_t segment);
/* What it comes to: as protect says, but of a TABLE_COUNT or TABLE_RANK, that hangs on other tables, perhaps less. */
enum protect_verdict outgoing_verdict(
	const struct outgoing *, size_t table, size_t segment);
/* Of a TABLE_RANK: do all places of all choices show? */
bool ranking_is_exact(const struct outgoing *, size_t table);
/* "" for SHOWN and NOBODY. */
const char *verdict_status(enum protect_verdict);

/* release_lines.c */
void push_whole(const struct outgoing *, size_t table);
void push_crossing(const struct outgoing *, size_t table, size_t segment);
/* A table of several ticks that stands alone: the themes of a coded question. `blank` as of figures_blank. */
void push_alone(struct figures *, struct figure blank, const struct option *,
	const struct plan_question *, const struct protected_table *);

/* release_groups.c: a group of categories in words. */
char *group_codes(const struct segment *, const size_t *group_of, size_t group);
char *group_label(const struct segment *, const size_t *group_of, size_t group);
int64_t group_people(const struct segment *, const size_t *group_of, size_t group);

/* release_notes.c: the account of one audience. */
void push_notes(const struct outgoing *);

#endif
