/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protect_private.h - what protect.c, ladder.c and audit.c share: the rules of a row; in protect_parts.c groups of
 * categories and classes of cells. Private to src/privacy. R, L and N, t, k are those of protect.h.
 */
#ifndef BAROMETRE_PRIVACY_PROTECT_PRIVATE_H
#define BAROMETRE_PRIVACY_PROTECT_PRIVATE_H

#include "barometre/privacy/protect.h"

struct rules {
	bool on;
	int64_t base, cell, others; /* N, t, 1 + k */
};
struct rules rules_of(struct thresholds);

/* A question and what follows from it once. */
struct asked {
	const struct plan *plan;
	const struct plan_question *q;
	size_t index;
	struct rules rules;
	bool sensitive;        /* or the question of a segment */
	bool filter_sensitive; /* one of its filters is */
	bool joint_condition;  /* whom it concerns is not a cell of one shown filter */
};

/* What is wrong with a row: the rule that it breaks. */
enum fault {
	FAULT_NONE,
	FAULT_FILTER,
	FAULT_UNANIMOUS,
	FAULT_CELLS,
	FAULT_BASE
};
/* R1 to R3 of cells that add up to `base`. */
enum fault row_fault(const struct rules *, bool sensitive, int64_t base,
	const int64_t *cells, size_t count);
/* R4 of one option. Of nobody it is safe. */
bool tick_safe(const struct rules *, bool sensitive, int64_t base, int64_t ticks);
/* L4: whom the question concerns, where the filters' tables do not tell it already. */
bool concern_safe(const struct asked *, const struct plan_row *, bool whole);
/* May the numbers of those who did not answer and were not concerned be told? */
bool concern_told(const struct asked *, const struct plan_row *);

/* Categories of a segment in groups, numbered in the order of their first category. */
struct grouping {
	size_t categories, groups;
	size_t *group_of;
};
struct grouping grouping_start(size_t categories); /* each by itself */
struct grouping grouping_copy(const struct grouping *);
void grouping_release(struct grouping *);
/* Group `which` joins its smaller neighbour when ordered, otherwise the smallest other that is not empty. At least two groups. */
void grouping_join(struct grouping *, size_t which, bool ordered, const int64_t *sizes);
/* The finest grouping that is not finer than either. */
void grouping_coarsen(struct grouping *, const size_t *group_of);
/* Row of a group; cells may be NULL. */
struct plan_row grouping_row(const struct asked *, size_t segment, const size_t *group_of,
	size_t group, int64_t *cells);

/* Cells in classes: what of a row is told apart. */
struct classing {
	size_t cells, classes;
	size_t *class_of;
};
struct classing classing_start(size_t cells); /* each by itself */
struct classing classing_collapse(const struct plan_question *);
/* The cells chosen are one class, each other one is its own. */
struct classing classing_gather(size_t cells, const bool *chosen);
void classing_release(struct classing *);
/* What a published table of one cell a person tells apart. */
struct classing classing_of(const struct plan_question *, const struct protected_table *);
/* Does the first tell apart all that the second does? */
bool classing_finer(const struct classing *, const struct classing *);
/* The finest that is coarser than both. */
struct classing classing_common(const struct classing *, const struct classing *);
void classing_sum(const struct classing *, const int64_t *cells, int64_t *ret);

/* ---- ladder.c ---- */
/* L1. groups is 0 when fewer than two are left. */
struct grouping ladder_segment(const struct plan *, size_t segment);
/* L2 and L4: one question by one segment. `so_far`: the tables of the question by earlier segments. */
void ladder_cross(const struct asked *, size_t segment, const struct protected_plan *,
	const struct protected_table *so_far, struct protected_table *ret);

/* ---- audit.c ---- */
/* Takes back what would be told by differences between the tables of one question. */
void audit_question(const struct asked *, struct protected_table *tables);

void table_clear(struct protected_table *, enum protect_verdict);

#endif
