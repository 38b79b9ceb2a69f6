/* SPDX-License-Identifier: Apache-2.0 */
/* Distinct numbers with their counts: mean, median and quartiles without keeping who gave which. */
#include <math.h>
#include <stdlib.h>

#include "report_private.h"

/* The place of the number, or where it belongs. */
static size_t find(const struct values *v, double number)
{
	size_t low = 0, high = v->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (v->list[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void values_add_times(struct values *v, double number, int64_t times)
{
	must(isfinite(number) && times >= 0);
	if (times == 0)
		return;
	size_t at = find(v, number);
	v->people += times;
	if (at < v->count && v->list[at].number <= number) {
		v->list[at].count += times;
		return;
	}
	if (v->count == v->capacity) {
		v->capacity = v->capacity ? 2 * v->capacity : 16;
		v->list = x_realloc(v->list, v->capacity * sizeof(*v->list));
	}
	memmove(&v->list[at + 1], &v->list[at], (v->count - at) * sizeof(*v->list));
	v->list[at] = (struct value){number, times};
	v->count++;
}

void values_add(struct values *v, double number)
{
	values_add_times(v, number, 1);
}

void values_add_all(struct values *v, const struct values *more)
{
	for (size_t i = 0; i < more->count; i++)
		values_add_times(v, more->list[i].number, more->list[i].count);
}

void values_release(struct values *v)
{
	free(v->list);
	*v = (struct values){0};
}

/* Beyond this a double has no hundredths that could be rounded. */
#define ROUNDED_MAX 9e13

static double to_hundredth(double x)
{
	return fabs(x) > ROUNDED_MAX ? x : (double)llround(x * 100) / 100;
}

/* The sum when every number is whole and nothing overflows, with room for what rounding multiplies it by. */
static bool whole_sum(const struct values *v, int64_t *ret)
{
	int64_t sum = 0;

	for (size_t i = 0; i < v->count; i++) {
		double number = v->list[i].number;
		int64_t part;
		if (fabs(number) > ROUNDED_MAX || floor(number) < number ||
			__builtin_mul_overflow(
				(int64_t)number, v->list[i].count, &part) ||
			__builtin_add_overflow(sum, part, &sum))
			return false;
	}
	*ret = sum;
	return sum <= INT64_MAX / 400 && sum >= -(INT64_MAX / 400);
}

double values_mean(const struct values *v)
{
	int64_t whole, n = v->people;
	long double sum = 0;

	must(n > 0);
	if (whole_sum(v, &whole)) {
		int64_t size = whole < 0 ? -whole : whole;
		double mean = (double)((200 * size + n) / (2 * n)) / 100;
		return whole < 0 ? -mean : mean;
	}
	for (size_t i = 0; i < v->count; i++)
		sum += (long double)v->list[i].number * (long double)v->list[i].count;
	return to_hundredth((double)(sum / (long double)n));
}

/* The number at that rank, from 0, of all in ascending order. */
static double at_rank(const struct values *v, int64_t rank)
{
	size_t i = 0;

	while (rank >= v->list[i].count)
		rank -= v->list[i++].count;
	return v->list[i].number;
}

/*
 * Where the empirical distribution reaches the quarter; where it does so exactly between two numbers, their mean. Definition 2 of Hyndman and
 * Fan, "Sample quantiles in statistical packages", The American Statistician 50 (1996); the median is the usual one.
 */
double values_quartile(const struct values *v, int quarters)
{
	int64_t n = v->people, part = n * quarters;

	must(n > 0 && quarters >= 1 && quarters <= 3);
	double low = at_rank(v, (part + 3) / 4 - 1),
	       high = part % 4 == 0 ? at_rank(v, part / 4) : low;
	return to_hundredth(low / 2 + high / 2);
}
