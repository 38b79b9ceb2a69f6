/* SPDX-License-Identifier: Apache-2.0 */
/* elimination.h - what sums and differences of 0/1 vectors reach: exact elimination modulo 2^61 - 1. */
#ifndef ELIMINATION_H
#define ELIMINATION_H

#include "microdata.h"

#define ELIMINATION_COLUMNS 256 /* people of a survey, or combinations of two segments */
#define ELIMINATION_ROWS 600

/* Zero-initialise, then set `columns`. */
struct elimination {
	size_t columns, rows;
	uint64_t row[ELIMINATION_ROWS][ELIMINATION_COLUMNS];
	size_t pivot[ELIMINATION_ROWS];
};

#define ELIMINATION_PRIME ((1ull << 61) - 1)

__extension__ typedef unsigned __int128 elimination_wide;

static inline uint64_t elimination_times(uint64_t a, uint64_t b)
{
	return (uint64_t)((elimination_wide)a * b % ELIMINATION_PRIME);
}
static inline uint64_t elimination_minus(uint64_t a, uint64_t b)
{
	return a >= b ? a - b : a + ELIMINATION_PRIME - b;
}
static inline uint64_t elimination_inverse(uint64_t a)
{
	uint64_t result = 1;

	for (uint64_t e = ELIMINATION_PRIME - 2; e > 0; e >>= 1) {
		if ((e & 1) != 0)
			result = elimination_times(result, a);
		a = elimination_times(a, a);
	}
	return result;
}

/* Takes the rows out of a vector: nothing is left when they reach it. */
static inline bool elimination_reaches(const struct elimination *e, uint64_t *v)
{
	for (size_t r = 0; r < e->rows; r++) {
		uint64_t factor = v[e->pivot[r]];
		for (size_t i = 0; factor != 0 && i < e->columns; i++)
			v[i] = elimination_minus(
				v[i], elimination_times(factor, e->row[r][i]));
	}
	for (size_t i = 0; i < e->columns; i++)
		if (v[i] != 0)
			return false;
	return true;
}

/* The vector is told; it is changed. */
static inline void elimination_add(struct elimination *e, uint64_t *v)
{
	size_t pivot = 0;

	if (elimination_reaches(e, v))
		return;
	while (v[pivot] == 0)
		pivot++;
	uint64_t by = elimination_inverse(v[pivot]);
	assert_true(e->rows < ELIMINATION_ROWS && e->columns <= ELIMINATION_COLUMNS);
	for (size_t i = 0; i < e->columns; i++)
		e->row[e->rows][i] = elimination_times(v[i], by);
	e->pivot[e->rows++] = pivot;
}

#endif
