/* SPDX-License-Identifier: Apache-2.0 */
/* How often one address may ask: who is counted, for how long, and what it costs the others. */
#include "../../src/web/public_limit.h"
#include "barometre/base/clock.h"
#include "barometre/web/sites.h"
#include "probe_loop.h"

#define NOW (INT64_C(1800000000) * USEC_PER_SEC)

static struct public_limit *limit;
static usec_t now;
static enum limit_kind kind;

static int set_up(void **state)
{
	(void)state;
	limit = public_limit_new(600, "127.0.0.1 ::1");
	now = NOW;
	kind = LIMIT_START; /* 120 a minute */
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	public_limit_free(limit);
	return 0;
}

static void take(void *arg, struct exchange *exchange)
{
	int *wait = arg;

	*wait = public_limit_take(limit, kind, exchange, now);
	exchange_reply(exchange, 204, NULL, NULL);
}

/* One request; the seconds it would have to wait. `header` NULL: none. The connection comes from 127.0.0.1. */
static int ask(const char *header)
{
	char *raw SCOPED(free_char) = x_printf("GET / HTTP/1.1\r\nHost: a\r\n%s%s%s\r\n",
		header ? "X-Forwarded-For: " : "", header ? header : "",
		header ? "\r\n" : "");
	struct exchange_probe probe = {0};
	int wait = -1;

	exchange_probe_run(loop, str_of(raw), take, &wait, &probe);
	assert_true(probe.replied);
	buf_release(&probe.reply);
	return wait;
}

/* How many of `times` are granted. */
static int granted(const char *header, int times)
{
	int count = 0;

	for (int i = 0; i < times; i++)
		count += ask(header) == 0;
	return count;
}

static void a_minute_is_granted_at_once_and_then_little_by_little(void **state)
{
	(void)state;
	assert_int_equal(granted("203.0.113.9", 130), 120);
	assert_int_equal(ask("203.0.113.9"), 1);
	now += USEC_PER_SEC;
	assert_int_equal(granted("203.0.113.9", 10), 2);
	now += USEC_PER_MIN;
	assert_int_equal(granted("203.0.113.9", 130), 120);
}

static void each_address_and_each_kind_has_its_own(void **state)
{
	(void)state;
	assert_int_equal(granted("203.0.113.9", 130), 120);
	assert_int_equal(granted("203.0.113.10", 130), 120);
	kind = LIMIT_CODE;
	assert_int_equal(granted("203.0.113.9", 130), 30);
	kind = LIMIT_LINK;
	assert_int_equal(granted("203.0.113.9", 130), 30);
	kind = LIMIT_PLACES;
	assert_int_equal(granted("203.0.113.9", 700), 600);
}

static void the_last_hop_is_the_client(void **state)
{
	(void)state;
	assert_int_equal(granted("198.51.100.1, 203.0.113.9", 130), 120);
	assert_int_equal(granted("198.51.100.2,203.0.113.9", 1),
		0); /* what a client invents changes nothing */
	assert_int_equal(granted("203.0.113.9, 198.51.100.1", 130), 120);
	/* Of two lines, the last one is the proxy's. */
	assert_int_equal(granted("198.51.100.7\r\nX-Forwarded-For: 203.0.113.9", 1), 0);
}

static void a_network_of_ipv6_is_one_client(void **state)
{
	(void)state;
	assert_int_equal(granted("2001:db8:1:2::1", 130), 120);
	assert_int_equal(granted("2001:db8:1:2:ffff::2", 130), 0);
	assert_int_equal(granted("2001:db8:1:3::1", 130), 120);
	assert_int_equal(granted("::ffff:203.0.113.9", 130), 120);
	assert_int_equal(granted("203.0.113.9", 130), 0);
}

/* Everybody would share the bucket of the proxy. */
static void a_proxy_that_says_nothing_is_not_a_client(void **state)
{
	(void)state;
	assert_int_equal(granted(NULL, 300), 300);
	assert_int_equal(granted("unknown", 300), 300);
	assert_int_equal(granted("", 300), 300);
}

static void a_stranger_is_counted_by_its_connection(void **state)
{
	(void)state;
	public_limit_free(limit);
	limit = public_limit_new(600, "192.0.2.1");
	assert_int_equal(granted("203.0.113.9", 100), 100);
	assert_int_equal(granted("203.0.113.10", 100), 20);
	assert_int_equal(granted(NULL, 100), 0);
}

static void what_was_counted_goes_with_the_key_of_the_hour(void **state)
{
	(void)state;
	assert_int_equal(granted("203.0.113.9", 130), 120);
	now += USEC_PER_HOUR;
	assert_int_equal(granted("203.0.113.9", 130), 120);
	/* A clock that is set back locks nobody out. */
	now -= USEC_PER_DAY;
	assert_int_equal(granted("203.0.113.9", 130), 120);
}

/* Bounded memory: many others push an address out, but not while they owe less. */
static void a_crowd_makes_nobody_wait_longer(void **state)
{
	char text[32];

	(void)state;
	assert_int_equal(granted("203.0.113.9", 130), 120);
	for (int i = 0; i < 20000; i++) {
		snprintf(
			text, sizeof(text), "10.%d.%d.%d", i % 7, i / 250 % 250, i % 250);
		(void)ask(text);
	}
	assert_int_equal(ask("203.0.113.9"), 1);
	assert_int_equal(granted("203.0.113.77", 130), 120);
}

static void nothing_is_counted_when_the_rate_is_0(void **state)
{
	(void)state;
	public_limit_free(limit);
	limit = public_limit_new(0, NULL);
	assert_int_equal(granted("203.0.113.9", 2000), 2000);
}

static void one_a_minute_is_granted_at_least(void **state)
{
	(void)state;
	public_limit_free(limit);
	limit = public_limit_new(1, "127.0.0.1");
	kind = LIMIT_CODE;
	assert_int_equal(granted("203.0.113.9", 5), 1);
	now += USEC_PER_MIN;
	assert_int_equal(granted("203.0.113.9", 5), 1);
}

static int looked;

static void look(void *arg, struct exchange *exchange)
{
	(void)arg;
	looked = public_limit_look(limit, kind, exchange, now);
	exchange_reply(exchange, 204, NULL, NULL);
}

static void looking_counts_nothing(void **state)
{
	const struct str raw = STR(
		"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n");

	(void)state;
	for (int i = 0; i < 300; i++) {
		struct exchange_probe probe = {0};

		exchange_probe_run(loop, raw, look, NULL, &probe);
		buf_release(&probe.reply);
		assert_int_equal(looked, 0);
	}
	assert_int_equal(granted("203.0.113.9", 130), 120);
}

static void proxies_are_addresses_in_figures(void **state)
{
	static const char *const good[] = {"", "127.0.0.1", "127.0.0.1 ::1",
		"10.0.0.1,10.0.0.2", " 10.0.0.1 ,  ::1 "};
	static const char *const bad[] = {"localhost", "127.0.0.1:80", "10.0.0.0/8",
		"127.0.0.1;::1", "[::1]", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_true(public_site_proxies_valid(good[i]));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(public_site_proxies_valid(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_minute_is_granted_at_once_and_then_little_by_little, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			each_address_and_each_kind_has_its_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_last_hop_is_the_client, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_network_of_ipv6_is_one_client, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_proxy_that_says_nothing_is_not_a_client, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_stranger_is_counted_by_its_connection, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_was_counted_goes_with_the_key_of_the_hour, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_crowd_makes_nobody_wait_longer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			nothing_is_counted_when_the_rate_is_0, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			one_a_minute_is_granted_at_least, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			looking_counts_nothing, set_up, tear_down),
		cmocka_unit_test(proxies_are_addresses_in_figures),
	};
	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
