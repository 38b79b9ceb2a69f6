/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protect.h - the tables of one audience go in, exact; what of each may be told comes out. Pure: no database, no text, nothing kept.
 *
 * The publication plan is fixed: each question, and each question by one declared segment. There is no free filter, and no table of
 * three. Thresholds N = min_base, t = min_cell, k = coalition (disclose.h); N of 0 or 1 turns everything off, for
 * the replay of figures that were published long ago only.
 *
 * A row (one group's answers to one question, base b) is safe when
 *   R1 b is 0 or at least N
 *   R2 its largest cell is at most b - 1 - k: neither everybody, nor all but k, gave the same answer (group disclosure of a
 *      coalition, Lupp & Langsrud 2021; SDC handbook chapter 5)
 *   R3 the question is sensitive, or a segment's own: every cell is 0 or at least t
 *   R4 of a question with several ticks each option is such a row of two cells, c and b - c, of its own
 * Ladder (global recoding instead of suppression: SDC handbook chapter 5, "table redesign")
 *   L1 Groups of a segment: while one has 1 … N-1 people, the smallest joins its smaller neighbour (ordered), or the smallest other.
 *      "Not known" is a group like the others. Fewer than two groups with people: the segment is not crossed with.
 *      Of two segments, one of which tells the other in the data (everybody of each of its categories is in one of the other's) and one of
 *      which has a question of its own with cells, the later is not crossed with, nor its question told: they are views of one table.
 *   L2 A crossing is published at the rung that shows most figures (groups × cells), the first of equals: all cells, the form's
 *      collapse, or for a sensitive question of four cells and more the same cells gathered in every group (neighbours
 *      when ordered, otherwise the smallest of the whole audience; at least two gathered, at least two beside). Its groups join
 *      until every row is safe, the smallest unsafe one first. All or nothing: a published crossing has no hole. Of
 *      several ticks an option that is unsafe in any group is left out of the whole crossing; groups join when that
 *      shows more.
 *      A crossing tells no cell apart that the whole does not, nor do two crossings of one question gather across each other (one tells
 *      a + b, the other b + c). Of two segments' own questions crossed with each other only the first is made: it is one table.
 *   L3 The whole audience is one group. Its largest cell within m of the base (an option within m of the base or of 0), m = k + 1, for
 *      sensitive ones at least t: all cells are told as "at least 95 %" and "at most 5 %", when the base is 30 or more and 5 % of
 *      it is m people or more; otherwise it is withheld, below k + 2. m is one more than R2 needs, so that the mark is no
 *      proof that R2 was broken. Sensitive cells are gathered as disclose_cells does, or else collapsed. Of a segment's own question
 *      nothing gathered can be computed from the published sizes of the segment's groups, and these are sums of the classes.
 *   L4 A question that is asked only of some reads other questions (filters): its base is a cell of theirs. It is told for groups only
 *      where each of its filters shows the cell asked for by itself (every cell when that is not known), by the same groups or finer
 *      ones (of the segment's own question each group is a cell); the same for the whole audience, where a mark does not count as
 *      shown. If a filter is sensitive, or a segment's own, (concerned, not concerned) keeps R3. With several filters, or one without
 *      cells (a number, a text), whom it concerns is no cell of a shown table: then this row keeps R2, too, but of a whole audience
 *      of 30 and more. A filter without cells is looked through: what it reads must show too, and counts as sensitive for it, or
 *      those who answered it would tell it.
 *      Of several filters, one of them sensitive, the base would tell how many gave both answers: a cell of the one crossed with
 *      the other. It is withheld, unless each has cells and reads the one before it and nothing else, and both ask
 *      that one for the same cell (a page, and a question on it): then whom it concerns is a sum of shown cells.
 *   L5 A question that is worked out from others (sources: of a calculated value what it reads, of a number of ticks the options) is told,
 *      of the whole audience and of each group, only where every set of people that follows by adding and subtracting it and its sources
 *      (derived: of « a and b » both, a only, b only, neither) has k + 1 people or more, of sensitive ones t; never nobody,
 *      for then all others are of one mind. Groups join for that. Where a segment tells the sources by finer groups, a set
 *      may be taken here and another there: of a sensitive one the smallest of each finer group counts, and their sum must do. What cannot be
 *      enumerated (open: it reads numbers, places, too much at once) is not told at all. A mark is no number, and may be told.
 * Audit: for two published crossings P and R of a question (the whole audience is a third, and both add up to it)
 *   A1 U a union of groups of P, I all groups of R inside it: when neither I nor U less I is empty, U less I is a safe row, and so for L5. Its
 *      table is the difference of published ones, as far as both tell cells apart.
 *   A2 no union of P and union of R differ by 1 … N-1 people, those in the one only and in the other only together.
 *   A3 The question is sensitive: groups of R with 1 … N-1 people together outside U are taken away from U as in A1. Its cells are known
 *      as nearly as those few: none of the difference, the few added to it, is of 1 … t-1.
 * Where it is not so, the segment that stands later goes. All unions are gone through, up to 2^13 of groups that hang together by common
 * people, and for A3 up to 2^17 choices of groups to take away; what has more counts as not safe. Questions are taken in order, so that a
 * filter is settled before what it opens.
 *
 * Promises: P1 the same input gives the same output. P2 no published row is unsafe. P3 the audit finds nothing in what is
 *   published. P4 everything that was merged, gathered or withheld is told, with the reason; of a sensitive question the reason
 *   does not tell all alike from a few.
 * Tests: tests/privacy/test_protect*.c, test_nested.c (L1), test_sources.c (L5); test_attack*.c solve what is published (the last sentences of L4, and A3,
 *   are what test_attack_filter.c found).
 *
 * Limits
 *   That groups were joined, or a table withheld, tells that something finer was unsafe, not what. UNANIMOUS of a whole tells that nearly
 *   all agree, not on what: with one's own answer and a guess it may be enough.
 *   How many did not answer, or were not concerned, is the size of the group less the base. R3 is about answers; not_answered and
 *   not_concerned are only not printed when few.
 *   A category whose size is known, and that is all but a few of a published group, has the group's cells less those few at most.
 *   A filter that is not sensitive may show that few of a group are asked. What they answered stays between none and all of them.
 *   A segment whose own question is asked only of some tells by the sizes of its groups how many they are at least.
 *   R2 looks at the cells that show: when all four show, "the two favourable ones together" may be everybody.
 *   The audit takes crossings by two. Three at once could add up to a few people; test_attack_span.c has found none.
 *   Of two segments of which one nearly tells the other the own questions, crossed with a third, are not compared. Nor are the sizes of the
 *   groups of two segments: they say how many, not what was answered.
 *   Choices with a condition of their own are judged as if they were offered to everybody; what the condition reads is no filter of them.
 *   Where a page is opened by several answers, what reads it and a question on it is taken to ask for the same ones (L4).
 *   L5 mixes the groups of one segment at a time, and assumes that every combination of answers to the sources is possible: where one is
 *   asked only of some who gave the other's, nothing is told. It asks as much where a source is withheld.
 *   Whom a question of several filters concerns is a row (L4), but not subtracted from its filters as L5 does.
 *   Of several ticks the options are judged one by one; which of them exclude each other, and that who answered ticked something, is not seen.
 *   Questions are judged one by one: two that ask nearly the same, another edition or release are not seen here
 *   (report/release_check.h).
 */
#ifndef BAROMETRE_PRIVACY_PROTECT_H
#define BAROMETRE_PRIVACY_PROTECT_H

#include "barometre/privacy/disclose.h"

/* ---- what goes in: borrowed, not changed ---- */

enum plan_shape {
	PLAN_SINGLE,   /* one cell a person: cells add up to the base */
	PLAN_MULTIPLE, /* several ticks: each cell is of 0 … base people */
	PLAN_BASE      /* no cells: only how many answered; the whole audience only */
};
struct plan_row {
	int64_t base, not_answered, not_concerned; /* together: the people of the group */
	const int64_t *cells; /* then the derived ones of plan_sources */
};
/* What a question is worked out from (a calculated value, a number of ticks), for L5. */
struct plan_sources {
	const size_t *questions; /* earlier ones */
	size_t count;
	/* What can be computed is not known: of numbers and places, or of too many combinations. Then there is nothing derived. */
	bool open;
	/* Sets of people that can be computed from this table and those of the sources, or are smaller than any that can be. Each row
	 * holds how many of its base are in each, behind its cells. */
	size_t derived;
	/* One a cell, then one a derived set: bits. What is computed with another sum in each group of people by which the sources are
	 * told contains in each group one of the sets that share some bit. */
	const unsigned char *sides;
};
/* A question that another one reads. */
struct plan_filter {
	size_t question;
	/* The cell it asks for; PLAN_ANY_CELL when that is not known, or there are several. */
	size_t cell;
};
#define PLAN_ANY_CELL SIZE_MAX
struct plan_part {
	size_t segment;
	const size_t *category_of; /* cell → category */
};
struct plan_question {
	enum plan_shape shape;
	bool sensitive;
	bool ordered;   /* neighbouring cells belong together: scales, bands */
	bool crossable; /* may be crossed with segments */
	size_t cells;
	const size_t *collapse; /* cell → class 0 … collapse_count-1, or NULL */
	size_t collapse_count;
	const struct plan_filter *filters; /* of earlier questions only */
	size_t filter_count;
	/* Or NULL. Of PLAN_SINGLE and PLAN_BASE, without `collapse`. */
	const struct plan_sources *sources;
	struct plan_row whole;
	/* rows[s][c]: category c of segment s. Together they are `whole`. NULL when it is not crossable, unless it has sources. */
	const struct plan_row *const *rows;
	/* joint[pair of s < r]: categories of s × categories of r, row by row: how many of the base are in both; the pairs in the
	 * order (0,1), (0,2) … (0,n-1), (1,2) … NULL when it is not crossable. */
	const int64_t *const *joint;
	/* Of PLAN_SINGLE questions that are themselves segment s, segment + 1, and rows[s] tells nothing new; else 0. Cell i is
	 * category i, or `parts` says which. */
	size_t is_segment;
	/* Other segments that a cell tells (a locality lies in a department): the sizes of their groups are published, and must
	 * not undo what is gathered of the whole audience. May be NULL. */
	const struct plan_part *parts;
	size_t part_count;
};
struct plan_segment {
	bool ordered;      /* neighbours join first */
	size_t categories; /* the last one is "not known" */
	const int64_t *people;
};
struct plan {
	struct thresholds thresholds;
	const struct plan_segment *segments; /* the most important first */
	size_t segment_count;
	const struct plan_question *questions;
	size_t question_count;
};

/* ---- what comes out ---- */

enum protect_verdict {
	PROTECT_SHOWN,
	PROTECT_NOBODY,    /* base 0: zeroes tell nothing of anybody */
	PROTECT_BASE,      /* R1 */
	PROTECT_CELLS,     /* R3, not even gathered; of a sensitive question R2 too */
	PROTECT_UNANIMOUS, /* R2, and the reserve of L3 */
	PROTECT_FILTER,    /* L4 */
	PROTECT_GROUPS,    /* L1: the segment has fewer than two groups left */
	PROTECT_AUDIT, /* the audit took it back, or L5, or L1: a view of another table */
	PROTECT_NOT_MADE /* not crossable, the question is the segment, or the same table stands the other way round */
};
enum cell_mark {
	CELL_SHOWN,
	CELL_GATHERED,  /* inside the gathered cell (one a row); never of several ticks */
	CELL_AT_MOST_5, /* « ≤ 5 % » */
	CELL_AT_LEAST_95, /* « ≥ 95 % » */
	CELL_WITHHELD     /* of several ticks: left out; never of one answer */
};
struct protected_table {
	enum protect_verdict verdict;
	/* Without a verdict of SHOWN all below is 0 or NULL. */
	bool collapsed;        /* cells are the classes of `collapse` */
	size_t cells;          /* how many marks */
	enum cell_mark *marks; /* the same for every group */
	bool exact;            /* every cell shows: mentions and means may be told */
	bool concern_shows; /* not_answered and not_concerned may be told: sensitive, both 0 or t and more in every group */
	size_t groups;      /* of the whole audience 1 */
	size_t *group_of; /* category → group, in the order of their first category; NULL for the whole audience */
};
struct protected_plan {
	size_t segment_count, question_count;
	struct protected_table *whole;  /* one a question */
	struct protected_table *tables; /* [question × segment_count + segment] */
	/* The groups of each segment after L1: category → group; groups 0 when it is not crossed with. */
	size_t *segment_groups, **segment_group_of;
	bool *segment_nested; /* it is not crossed with because of an earlier one */
};
/* Never fails; released with protected_release. */
void protect(const struct plan *, struct protected_plan *ret);
void protected_release(struct protected_plan *); /* idempotent */
const struct protected_table *protected_table(
	const struct protected_plan *, size_t question, size_t segment);

/* One row of several, added up: of the categories of a group. cells: at least the question's. */
struct plan_row plan_group_row(const struct plan *, size_t question, size_t segment,
	const struct protected_table *, size_t group, int64_t *cells);

#endif
