/* SPDX-License-Identifier: Apache-2.0 */
/* Every order of the urn must be as likely as any other (sealed.h, shuffle). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "barometre/privacy/sealed.h"

#define ELEMENTS 5
#define ROUNDS 60000
#define ORDERS 120 /* 5! */

typedef void shuffler(void *base, size_t count, size_t size);

static void swap_ints(int *a, int *b)
{
	int held = *a;

	*a = *b;
	*b = held;
}

/* The usual mistake: swaps with any place each time, n^n ways for n! orders. */
static void swap_with_anything(void *base, size_t count, size_t size)
{
	int *v = base;

	assert_int_equal(size, sizeof(*v));
	for (size_t i = 0; i < count; i++)
		swap_ints(v + i, v + random_below((uint32_t)count));
}

/* Another: never leaves an element in its place (Sattolo's cycles). */
static void never_stay(void *base, size_t count, size_t size)
{
	int *v = base;

	assert_int_equal(size, sizeof(*v));
	for (size_t i = count; i > 1; i--)
		swap_ints(v + i - 1, v + random_below((uint32_t)i - 1));
}

static size_t order_number(const int *v)
{
	size_t n = 0;

	for (size_t i = 0; i < ELEMENTS; i++) {
		size_t smaller = 0;
		for (size_t j = i + 1; j < ELEMENTS; j++)
			smaller += v[j] < v[i];
		n = n * (ELEMENTS - i) + smaller;
	}
	return n;
}

static double chi_square(const long *seen, size_t cells, double expected)
{
	double sum = 0;

	for (size_t i = 0; i < cells; i++) {
		double off = (double)seen[i] - expected;
		sum += off * off / expected;
	}
	return sum;
}

/* Of places (element × place, 16 degrees of freedom) and of whole orders (119). */
static void measure(shuffler *fn, double *ret_places, double *ret_orders)
{
	long places[ELEMENTS * ELEMENTS] = {0}, orders[ORDERS] = {0};

	for (int round = 0; round < ROUNDS; round++) {
		int v[ELEMENTS] = {0, 1, 2, 3, 4};
		fn(v, ELEMENTS, sizeof(v[0]));
		for (size_t i = 0; i < ELEMENTS; i++)
			places[(size_t)v[i] * ELEMENTS + i]++;
		orders[order_number(v)]++;
	}
	*ret_places = chi_square(places, COUNT_OF(places), (double)ROUNDS / ELEMENTS);
	*ret_orders = chi_square(orders, COUNT_OF(orders), (double)ROUNDS / ORDERS);
}

/* A sound shuffle exceeds either bound less than once in a hundred million runs. */
#define PLACES_BOUND 70.0
#define ORDERS_BOUND 230.0

static void every_order_is_as_likely(void **state)
{
	(void)state;
	double places = 0, orders = 0;

	measure(shuffle, &places, &orders);
	if (places >= PLACES_BOUND || orders >= ORDERS_BOUND)
		fail_msg("chi-square of places %.1f, of orders %.1f", places, orders);
}

static void the_bounds_catch_biased_shuffles(void **state)
{
	(void)state;
	double places = 0, orders = 0;

	measure(swap_with_anything, &places, &orders);
	assert_true(places > 2 * PLACES_BOUND && orders > 2 * ORDERS_BOUND);
	measure(never_stay, &places, &orders);
	assert_true(places > 2 * PLACES_BOUND && orders > 2 * ORDERS_BOUND);
}

/* Elements of any size stay whole and none is lost or doubled. */
static void elements_stay_whole(void **state)
{
	(void)state;
	static const size_t sizes[] = {1, 3, 8, 63, 64, 65, 200};
	unsigned char bytes[40 * 200];

	for (size_t s = 0; s < COUNT_OF(sizes); s++) {
		bool seen[40] = {false}, moved = false;
		for (size_t i = 0; i < 40; i++)
			memset(bytes + i * sizes[s], (int)i, sizes[s]);
		shuffle(bytes, 40, sizes[s]);
		for (size_t i = 0; i < 40; i++) {
			unsigned char first = bytes[i * sizes[s]];
			for (size_t j = 0; j < sizes[s]; j++)
				assert_int_equal(bytes[i * sizes[s] + j], first);
			assert_true(first < 40 && !seen[first]);
			seen[first] = true;
			moved = moved || first != i;
		}
		assert_true(moved);
	}
}

static void none_and_one_are_left_alone(void **state)
{
	(void)state;
	int one = 42;

	shuffle(NULL, 0, sizeof(one));
	shuffle(&one, 1, sizeof(one));
	assert_int_equal(one, 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order_is_as_likely),
		cmocka_unit_test(the_bounds_catch_biased_shuffles),
		cmocka_unit_test(elements_stay_whole),
		cmocka_unit_test(none_and_one_are_left_alone),
	};

	secret_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
