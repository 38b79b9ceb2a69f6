/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/privacy/disclose.h"

/* What is gathered so far, and what still shows. */
struct tally {
	size_t gathered, visible;
	int64_t sum;        /* of the gathered */
	int64_t smallest;   /* of the visible */
	bool small_visible; /* a visible cell of 1 … min_cell-1 */
};

static struct tally tally_of(const struct cell *cells, size_t count, int64_t min_cell)
{
	struct tally t = {.smallest = INT64_MAX};

	for (size_t i = 0; i < count; i++) {
		int64_t n = cells[i].count;
		if (cells[i].gathered) {
			t.gathered++;
			t.sum += n;
		} else {
			t.visible++;
			t.smallest = n < t.smallest ? n : t.smallest;
			t.small_visible = t.small_visible || (n > 0 && n < min_cell);
		}
	}
	return t;
}

/* D2, D3 and D6. */
static bool is_safe(const struct tally *t, int64_t min_cell)
{
	if (t->small_visible)
		return false;
	if (t->gathered == 0)
		return true;
	if (t->gathered < 2 || (t->sum > 0 && t->sum < min_cell))
		return false;
	int64_t others = (int64_t)t->gathered - 1;
	/* others * smallest >= sum, without overflow; nothing visible is for D4 to
	 * refuse. */
	return t->visible == 0 || t->sum == 0 ||
		t->smallest >= (t->sum + others - 1) / others;
}

/* D5: the smallest visible cell, the last of equals. */
static struct cell *next_to_gather(struct cell *cells, size_t count)
{
	struct cell *next = NULL;

	for (size_t i = count; i-- > 0;)
		if (!cells[i].gathered && (!next || cells[i].count < next->count))
			next = &cells[i];
	return next;
}

static enum disclosure withhold(struct cell *cells, size_t count, enum disclosure why)
{
	for (size_t i = 0; i < count; i++)
		cells[i].gathered = true;
	return why;
}

enum disclosure disclose_cells(struct cell *cells, size_t count, int64_t base,
	struct thresholds thresholds, int64_t *ret_gathered_count)
{
	int64_t total = 0, largest = 0;

	must(base >= 0);
	*ret_gathered_count = 0;
	for (size_t i = 0; i < count; i++) {
		must(cells[i].count >= 0 && cells[i].count <= INT64_MAX - total);
		cells[i].gathered = false;
		total += cells[i].count;
		largest = cells[i].count > largest ? cells[i].count : largest;
	}
	if (base > 0 && base < thresholds.min_base)
		return withhold(cells, count, DISCLOSE_WITHHELD_BASE);
	if (base > 0 && thresholds.min_base > 1 &&
		largest > base - 1 - thresholds.coalition)
		return withhold(cells, count, DISCLOSE_WITHHELD_CELL);

	struct tally t = tally_of(cells, count, thresholds.min_cell);
	while (!is_safe(&t, thresholds.min_cell)) {
		struct cell *next = next_to_gather(cells, count);
		if (!next)
			break;
		next->gathered = true;
		t = tally_of(cells, count, thresholds.min_cell);
	}
	if (t.gathered == 0)
		return DISCLOSE_ALL;
	if (t.visible < 2)
		return withhold(cells, count, DISCLOSE_WITHHELD_CELL);
	*ret_gathered_count = t.sum;
	return DISCLOSE_GATHERED;
}

int64_t percent_of(int64_t count, int64_t base)
{
	must(count >= 0 && base >= 0 && base <= INT64_MAX / 4 &&
		count <= INT64_MAX / 800);
	return base == 0 ? -1 : (200 * count + base) / (2 * base);
}
