/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protect_private.h - what protect.c, ladder.c, sources.c, nested.c and audit.c share: the rules of a row; in protect_parts.c groups of
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
	size_t own; /* cells of the question; q->cells counts what is derived from sources, too */
	struct source_groups *sources; /* NULL: none, or all is off */
};

/* What is wrong with a row: the rule that it breaks. */
enum fault {
	FAULT_NONE,
	FAULT_FILTER,
	FAULT_SOURCES,
	FAULT_UNANIMOUS,
	FAULT_CELLS,
	FAULT_BASE
};
/* R3 of one cell. */
bool row_small(const struct rules *, int64_t n);
/* R1 to R3 of cells that add up to `base`. */
enum fault row_fault(const struct rules *, bool sensitive, int64_t base,
	const int64_t *cells, size_t count);
/* R4 of one option. Of nobody it is safe. */
bool tick_safe(const struct rules *, bool sensitive, int64_t base, int64_t ticks);
/* L4: whom the question concerns, where the filters' tables do not tell it already. */
bool concern_safe(const struct asked *, const struct plan_row *, bool whole);
/* Does the table of a filter tell what the filter asks of it: its cell by itself, or all cells? The table is shown. */
bool filter_shows(const struct plan_question *of, const struct plan_filter *,
	const struct protected_table *);
/* May the numbers of those who did not answer and were not concerned be told? */
bool concern_told(const struct asked *, const struct plan_row *);

/* Categories of a segment in groups, or cells of a question in classes: what is told apart. */
struct partition {
	size_t count, parts;
	size_t *part_of;
};
struct partition partition_start(size_t count); /* each by itself */
struct partition partition_copy(const struct partition *);
void partition_release(struct partition *);
/* The finest that is not finer than either. */
void partition_coarsen(struct partition *, const size_t *part_of);
struct partition partition_common(const struct partition *, const struct partition *);
/* Does the first tell apart all that the second does? */
bool partition_finer(const struct partition *, const struct partition *);

/* Groups are numbered in the order of their first category. Group `which` joins its smaller neighbour when ordered, otherwise the smallest
 * other that is not empty. At least two groups. */
void partition_join(struct partition *, size_t which, bool ordered, const int64_t *sizes);
/* Row of a group; cells may be NULL. */
struct plan_row group_row(const struct asked *, size_t segment, const size_t *group_of,
	size_t group, int64_t *cells);

/* Classes: the form's own. */
struct partition partition_collapse(const struct plan_question *);
/* The cells chosen are one class, each other one is its own. */
struct partition partition_gather(size_t cells, const bool *chosen);
/* What a published table of one cell a person tells apart. */
struct partition partition_told(
	const struct plan_question *, const struct protected_table *);
void partition_sum(const struct partition *, const int64_t *cells, int64_t *ret);

/* How many of the question's base are in category i of segment s and in j of r: plan_question.joint. */
int64_t plan_joint(const struct plan *, const struct plan_question *, size_t s, size_t i,
	size_t r, size_t j);

/* ---- ladder.c ---- */
/* L1. groups is 0 when fewer than two are left. */
struct partition ladder_segment(const struct plan *, size_t segment);
/* L2 and L4: one question by one segment. `so_far`: the tables of the question by earlier segments. */
void ladder_cross(const struct asked *, size_t segment, const struct protected_plan *,
	const struct protected_table *so_far, struct protected_table *ret);

/* ---- sources.c: L5 ---- */
/* A question with sources is judged as if what can be computed were cells of it: `judged` is the plan's question with these, and a->q from
 * here to sources_end. Takes the table of the whole audience back where L5 asks for it. */
void sources_begin(struct asked *a, struct plan_question *judged,
	const struct protected_plan *, struct protected_table *whole);
void sources_end(
	struct asked *a, struct protected_table *whole, struct protected_table *tables);
/* A row, or a difference of rows: cells, then what is derived. */
bool sources_row_safe(const struct asked *, int64_t base, const int64_t *cells);
/* A group of a crossing by which it would be told, beside finer ones of the sources. */
bool sources_group_safe(const struct asked *, size_t segment, const size_t *group_of,
	size_t group, int64_t base, const int64_t *cells);

/* ---- nested.c ---- */
/* Does an earlier segment tell this one, or it that one, one of them with a question of its own? `nested`: those of which it was so. */
bool nested_segment(const struct plan *, size_t segment, const bool *nested);

/* ---- audit.c ---- */
/* Takes back what would be told by differences between the tables of one question. */
void audit_question(const struct asked *, struct protected_table *tables);

void table_clear(struct protected_table *, enum protect_verdict);

#endif
