/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disclose.h - which figures of a sensitive question's table may leave, as pure functions.
 *
 * Promises (min_base and min_cell are the edition's; 0 or 1 turns a threshold off, for
 * the replay of published figures only)
 *   D1 A base in 1 … min_base-1 withholds the whole question. A base of 0 is shown:
 *      zeroes say nothing of anybody.
 *   D2 No cell of 1 … min_cell-1 people is shown, the gathered cell included.
 *   D3 A gathered cell holds at least two options: a single one is the base less the
 *      options shown.
 *   D4 At least two options stay visible beside the gathered cell, or the question is
 *      withheld: two figures that are each other's complement hide nothing.
 *   D5 The same counts give the same marks, whoever asks: the smallest first, and among
 *      equals the last one first. So one table published twice shows the same
 *      cells.
 *   D6 A reader who knows D5 knows that no gathered option is larger than the smallest
 *      visible one. He must still not be able to exclude of any gathered option that it
 *      is empty: all others at that size must reach the sum. Without this, 60, 16 and a
 *      gathered 20 of two options is 16 + 4.
 *   D7 When a question is withheld every cell is marked and the gathered count is 0, so
 *      that a caller who forgets to look at the answer shows nothing.
 *   D8 While min_base is on, no cell is of everybody, nor of all but `coalition`: the
 *      question is withheld, for the same reason as for small cells (R2 of protect.h).
 *
 * Why empty options are gathered with the rest (they are the smallest): "nobody" is a
 * figure too, and a reader who cannot tell which of the gathered options are empty has
 * more tables to choose from.
 *
 * Used by protect.c, for the whole audience's table of a sensitive question, and by
 * report/release_lines.c for the bands of a number without limits, which are no part of
 * the plan.
 *
 * Limit. It sees one table. Differences between tables and releases are for protect.h and
 * report/release_check.h. The tests find no gathered option that a reader could compute
 * from its own table, but he can narrow it to a few values. Several ticks a person are not
 * for it: five of them may be two people (R4 of protect.h).
 *
 * Sources: bases of 11: Insee, manuel de protection des tableaux; table redesign before
 * suppression: SDC handbook (sdcTools), chapter 5; cells of 5 and D3 to D6 are ours. In
 * simulations of 39 to 126 people, 4 to 8 options and one tick each, without D6 up to
 * one table in a hundred gave a gathered option away exactly, with it none; the price is
 * one table in eight more withheld at worst (39 people, 4 options), usually none.
 *
 * Percent: integer, half away from zero, (200 c + b) / (2 b). From a base of 200 it can
 * say 100 where somebody differs and 0 where somebody did answer: the count is always
 * printed beside it.
 */
#ifndef BAROMETRE_PRIVACY_DISCLOSE_H
#define BAROMETRE_PRIVACY_DISCLOSE_H

#include <stdint.h>

#include "barometre/base/mem.h"

struct thresholds {
	int64_t min_base, min_cell;
	/* How many people who pool what they know of themselves must still not learn what all others answered; counts only
	 * while min_base is on. */
	int64_t coalition;
};

struct cell {
	const char *option; /* not looked at */
	int64_t count;      /* people; never negative */
	bool gathered;      /* out: shown only inside the gathered cell */
};
enum disclosure {
	DISCLOSE_ALL,
	DISCLOSE_GATHERED,
	DISCLOSE_WITHHELD_BASE,
	DISCLOSE_WITHHELD_CELL
};

/* Marks cells. *ret_gathered_count is the sum of the gathered ones. `base`: people
 * concerned who answered, each in one cell. Quadratic in `count`, which is the number of options of a
 * question. */
enum disclosure disclose_cells(struct cell *, size_t count, int64_t base,
	struct thresholds, int64_t *ret_gathered_count);
/* -1 when base is 0. */
int64_t percent_of(int64_t count, int64_t base);

#endif
