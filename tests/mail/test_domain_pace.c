/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/base/mem.h"
#include "barometre/mail/domain_pace.h"

#define NOON ((usec_t)1800014400 * USEC_PER_SEC) /* 2027-01-15 12:00 UTC, a Friday */
#define BIG STR("big.example")

static struct window always(void)
{
	struct window w = {.from_minute = 0, .to_minute = 1440, .zone = "Etc/UTC"};

	for (int day = 1; day <= 7; day++)
		w.weekday[day] = true;
	return w;
}

static void none_is_no_limit(void **state)
{
	struct domain_pace *p = domain_pace_new(0);
	struct window w = always();

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(domain_pace_take(p, BIG, false, &w, NOON), 0);
	domain_pace_free(p);
}

static void each_waits_its_own_time_and_others_do_not_wait(void **state)
{
	struct domain_pace *p = domain_pace_new(20); /* one every 3 s */
	struct window w = always();

	(void)state;
	assert_int_equal(domain_pace_take(p, BIG, false, &w, NOON), 0);
	for (int i = 1; i < 100; i++) {
		/* The case of letters does not make another domain. */
		struct str name = i % 2 ? STR("BIG.example") : BIG;

		assert_int_equal(domain_pace_take(p, name, false, &w, NOON + i),
			NOON + i * 3 * USEC_PER_SEC);
		assert_int_equal(domain_pace_take(p, STR("small.example"), false, &w,
					 NOON + i * 3 * USEC_PER_SEC),
			0);
	}
	domain_pace_free(p);
}

/* Those who were told a time come back then, a little late; nobody is sent away for it, and nobody new slips in. */
static void who_comes_back_goes_before_who_is_new(void **state)
{
	struct domain_pace *p = domain_pace_new(20);
	struct window w = always();
	usec_t told[30];

	(void)state;
	assert_int_equal(domain_pace_take(p, BIG, false, &w, NOON), 0);
	for (size_t i = 0; i < COUNT_OF(told); i++)
		told[i] = domain_pace_take(p, BIG, false, &w, NOON);
	for (size_t i = 0; i < COUNT_OF(told); i++) {
		usec_t late = (usec_t)(i % 3) * USEC_PER_SEC;

		assert_true(domain_pace_take(p, BIG, false, &w, told[i] + late) >
			told[COUNT_OF(told) - 1]);
		assert_int_equal(domain_pace_take(p, BIG, true, &w, told[i] + late), 0);
	}
	domain_pace_free(p);
}

static void one_that_missed_its_turn_is_told_another(void **state)
{
	struct domain_pace *p = domain_pace_new(20);
	struct window w = always();

	(void)state;
	assert_int_equal(domain_pace_take(p, BIG, false, &w, NOON), 0);
	usec_t told = domain_pace_take(p, BIG, false, &w, NOON);
	/* Another one that waited took it. */
	assert_int_equal(domain_pace_take(p, BIG, true, &w, told), 0);
	usec_t again = domain_pace_take(p, BIG, true, &w, told);
	assert_true(again > told);
	assert_int_equal(domain_pace_take(p, BIG, true, &w, again), 0);
	domain_pace_free(p);
}

/* D1, whatever comes when. */
static void of_any_minute_no_more_than_the_pace(void **state)
{
	enum {
		PER_MINUTE = 7,
		STEPS = 20000
	};
	struct domain_pace *p = domain_pace_new(PER_MINUTE);
	struct window w = always();
	usec_t sent[STEPS], now = NOON;
	size_t count = 0;
	uint32_t random = 12345;

	(void)state;
	for (int i = 0; i < STEPS; i++) {
		random = random * 1664525u + 1013904223u;
		now += (random >> 8) % (6 * USEC_PER_SEC);
		if (domain_pace_take(p, BIG, random >> 31, &w, now) == 0)
			sent[count++] = now;
	}
	assert_true(count > PER_MINUTE * 100);
	for (size_t i = PER_MINUTE + 1; i < count; i++)
		assert_true(sent[i] - sent[i - PER_MINUTE - 1] >= USEC_PER_MIN);
	domain_pace_free(p);
}

/* Not all at the opening of the next day. */
static void who_would_wait_into_the_night_is_spread_over_the_morning(void **state)
{
	struct domain_pace *p = domain_pace_new(1);
	struct window w = always();
	usec_t before = 0;

	(void)state;
	w.from_minute = 9 * 60;
	w.to_minute = 12 * 60 + 30;
	assert_int_equal(domain_pace_take(p, BIG, false, &w, NOON), 0);
	for (int i = 0; i < 60; i++) {
		usec_t told = domain_pace_take(p, BIG, false, &w, NOON);

		assert_true(window_is_open(&w, told));
		assert_true(told >= before + USEC_PER_MIN);
		before = told;
	}
	assert_true(before > NOON + 20 * USEC_PER_HOUR);
	domain_pace_free(p);
}

static void a_domain_is_forgotten_when_it_is_free(void **state)
{
	struct domain_pace *p = domain_pace_new(60);
	struct window w = always();

	(void)state;
	for (int i = 0; i < 5000; i++) {
		SCOPED(free_char) char *name = x_printf("d%d.example", i);

		assert_int_equal(domain_pace_take(p, str_of(name), false, &w,
					 NOON + i * USEC_PER_SEC),
			0);
	}
	assert_true(domain_pace_count(p) <= 16);
	domain_pace_free(p);
}

static void a_domain_is_what_stands_behind_the_last_at(void **state)
{
	(void)state;
	assert_true(str_eq_z(domain_of(STR("a@b.example")), "b.example"));
	assert_true(str_eq_z(domain_of(STR("\"a@b\"@c.example")), "c.example"));
	assert_true(str_eq_z(domain_of(STR("nothing")), "nothing"));
	assert_true(str_eq_z(domain_of(STR("")), ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_is_no_limit),
		cmocka_unit_test(each_waits_its_own_time_and_others_do_not_wait),
		cmocka_unit_test(who_comes_back_goes_before_who_is_new),
		cmocka_unit_test(one_that_missed_its_turn_is_told_another),
		cmocka_unit_test(of_any_minute_no_more_than_the_pace),
		cmocka_unit_test(
			who_would_wait_into_the_night_is_spread_over_the_morning),
		cmocka_unit_test(a_domain_is_forgotten_when_it_is_free),
		cmocka_unit_test(a_domain_is_what_stands_behind_the_last_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
