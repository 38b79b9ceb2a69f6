/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals and exact tests of shares; the formulas are told in statistics.h. */
#include "barometre/report/statistics.h"

#include <math.h>
#include <stdlib.h>

#define MOST_PEOPLE ((int64_t)1 << 31)

static void must_be_share(int64_t count, int64_t base)
{
	must(count >= 0 && count <= base && base <= MOST_PEOPLE);
}

/* ---- intervals ---- */

static double within(double low, double value, double high)
{
	return value < low ? low : value > high ? high : value;
}

struct interval wilson_of_share(double share, double size)
{
	const double z2 = STATISTICS_Z95 * STATISTICS_Z95;
	double centre, half, scale;

	must(share >= 0 && share <= 1 && size > 0);
	scale = 1 + z2 / size;
	centre = (share + z2 / (2 * size)) / scale;
	half = STATISTICS_Z95 / scale *
		sqrt(share * (1 - share) / size + z2 / (4 * size * size));
	/* Of 0 and of 1 one end is the share itself: rounding must not say otherwise. */
	return (struct interval){
		within(0, centre - half, share), within(share, centre + half, 1)};
}

bool wilson_interval(int64_t count, int64_t base, struct interval *ret)
{
	must_be_share(count, base);
	if (base == 0)
		return false;
	*ret = wilson_of_share((double)count / (double)base, (double)base);
	return true;
}

bool wilson_interval_of_list(
	int64_t count, int64_t base, int64_t list, struct interval *ret)
{
	double n = (double)base, all = (double)list;

	must_be_share(count, base);
	must(base <= list && list <= MOST_PEOPLE);
	if (base == 0 || base == list)
		return false;
	*ret = wilson_of_share((double)count / n, n * (all - 1) / (all - n));
	return true;
}

double effective_size(const double *weights, const int64_t *people, size_t count)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < count; i++) {
		double times = people ? (double)people[i] : 1;

		must(weights[i] > 0 && isfinite(weights[i]));
		sum += times * weights[i];
		squares += times * weights[i] * weights[i];
	}
	return squares > 0 ? sum * sum / squares : 0;
}

bool newcombe_interval(int64_t first_count, int64_t first_base, int64_t second_count,
	int64_t second_base, struct interval *ret)
{
	struct interval a, b;
	double p, q;

	if (!wilson_interval(first_count, first_base, &a) ||
		!wilson_interval(second_count, second_base, &b))
		return false;
	p = (double)first_count / (double)first_base;
	q = (double)second_count / (double)second_base;
	ret->low = within(-1, p - q - hypot(p - a.low, b.high - q), 1);
	ret->high = within(-1, p - q + hypot(a.high - p, q - b.low), 1);
	return true;
}

bool figure_interval(const struct figure *f, double *ret_low, double *ret_high)
{
	struct interval interval;

	/* A count above its base is one of ticks, not of people: no share of them. */
	if (f->has_value || f->count < 0 || f->percent < 0 || f->base < BASE_SHOWN ||
		f->count > f->base || f->base > MOST_PEOPLE ||
		!wilson_interval(f->count, f->base, &interval))
		return false;
	*ret_low = 100 * interval.low;
	*ret_high = 100 * interval.high;
	return true;
}

/* ---- Fisher ---- */

/* The tables that share their margins, by the cell a; weights are relative to the most probable one. */
struct margins {
	int64_t row, column, total; /* of the cell a */
};

/* P(x+1) / P(x). Symmetric in row and column, so that a transposed table takes the very same steps. */
static double ratio_up(const struct margins *m, int64_t x)
{
	double rest = (double)(m->total - m->row - m->column + x + 1);

	return (double)(m->row - x) * (double)(m->column - x) / ((double)(x + 1) * rest);
}

/* Below this no digit counts, and denormal numbers would lose theirs. */
#define VANISHED 1e-290

struct tails {
	double all, less, equal;
};

static void add_table(struct tails *tails, double weight, double seen)
{
	/* As R has it: equal but for rounding. */
	const double tolerance = 1e-7;

	tails->all += weight;
	if (weight < seen * (1 - tolerance))
		tails->less += weight;
	else if (weight <= seen * (1 + tolerance))
		tails->equal += weight;
}

/* Relative weight of the table with a = `x`, `mode` having 1; 0 when it has vanished. */
static double weight_of(const struct margins *m, int64_t mode, int64_t x)
{
	double weight = 1;

	for (int64_t i = mode; i < x && weight >= VANISHED; i++)
		weight *= ratio_up(m, i);
	for (int64_t i = mode; i > x && weight >= VANISHED; i--)
		weight /= ratio_up(m, i - 1);
	return weight >= VANISHED ? weight : 0;
}

struct fisher fisher_exact(int64_t a, int64_t b, int64_t c, int64_t d)
{
	struct margins m = {.row = a + b, .column = a + c, .total = a + b + c + d};
	struct tails tails = {0};
	int64_t least, most, mode;
	double seen, weight;

	must_be_share(a, m.row);
	must_be_share(c, c + d);
	must(m.total <= MOST_PEOPLE);
	if (m.row == 0 || m.column == 0 || m.row == m.total || m.column == m.total)
		return (struct fisher){1, 0.5}; /* one table only, the one seen */
	least = m.row + m.column > m.total ? m.row + m.column - m.total : 0;
	most = m.row < m.column ? m.row : m.column;
	mode = (m.row + 1) * (m.column + 1) / (m.total + 2);
	must(least <= mode && mode <= most);

	seen = weight_of(&m, mode, a);
	add_table(&tails, 1, seen);
	weight = 1;
	for (int64_t x = mode; x < most && weight >= VANISHED; x++) {
		weight *= ratio_up(&m, x);
		add_table(&tails, weight, seen);
	}
	weight = 1;
	for (int64_t x = mode; x > least && weight >= VANISHED; x--) {
		weight /= ratio_up(&m, x - 1);
		add_table(&tails, weight, seen);
	}
	if (seen <= 0)
		return (struct fisher){0, 0};
	return (struct fisher){.p = within(0, (tails.less + tails.equal) / tails.all, 1),
		.mid_p = within(0, (tails.less + tails.equal / 2) / tails.all, 1)};
}

/* ---- Holm ---- */

struct ranked {
	double p;
	size_t at;
};

static int by_p(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return x->p < y->p ? -1 : x->p > y->p;
}

void holm_adjust(const double *p, size_t count, double *adjusted)
{
	struct ranked *ranked = x_calloc(count + 1, sizeof(*ranked));
	double highest = 0;

	for (size_t i = 0; i < count; i++) {
		must(p[i] >= 0 && p[i] <= 1);
		ranked[i] = (struct ranked){p[i], i};
	}
	qsort(ranked, count, sizeof(*ranked), by_p);
	for (size_t i = 0; i < count; i++) {
		highest = fmax(highest, fmin(1, (double)(count - i) * ranked[i].p));
		adjusted[ranked[i].at] = highest;
	}
	free(ranked);
}
