/* SPDX-License-Identifier: Apache-2.0 */
/* What a custodian brings reaches the keeper whole, once, and nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "barometre/app/handover.h"

static int ends[2];

static int make_pair(void **state)
{
	(void)state;
	return handover_pair(ends) ? 0 : 1;
}

static int close_pair(void **state)
{
	(void)state;
	(void)close(ends[0]);
	(void)close(ends[1]);
	return 0;
}

static void a_message_comes_as_it_was_sent_and_once(void **state)
{
	static struct handover got;

	(void)state;
	assert_false(handover_receive(ends[1], &got));
	assert_true(handover_send(ends[0], STR("2026"), STR("ligne 1\nligne 2\n"),
		STR("une phrase à moi")));
	assert_true(handover_receive(ends[1], &got));
	assert_string_equal(got.edition, "2026");
	assert_string_equal(got.file, "ligne 1\nligne 2\n");
	assert_string_equal(got.passphrase, "une phrase à moi");
	assert_false(handover_receive(ends[1], &got));
}

static void messages_wait_in_order(void **state)
{
	static struct handover got;

	(void)state;
	assert_true(handover_send(ends[0], STR("a"), STR("f"), STR("p")));
	assert_true(handover_send(ends[0], STR("b"), STR("f"), STR("p")));
	assert_true(handover_receive(ends[1], &got));
	assert_string_equal(got.edition, "a");
	assert_true(handover_receive(ends[1], &got));
	assert_string_equal(got.edition, "b");
}

static void what_does_not_fit_is_not_sent(void **state)
{
	static char text[CUSTODY_FILE_MAX + 1];
	static struct handover got;
	struct str longest = {text, CUSTODY_FILE_MAX}, longer = {text, sizeof(text)};

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_false(handover_send(ends[0], STR("e"), longer, STR("p")));
	assert_false(handover_send(ends[0], STR("e"), STR("f"), longer));
	assert_false(handover_send(ends[0], longer, STR("f"), STR("p")));
	assert_false(handover_send(ends[0], STR(""), STR("f"), STR("p")));
	assert_false(handover_send(ends[0], STR("e"), (struct str){"a\0b", 3}, STR("p")));
	assert_false(handover_receive(ends[1], &got));
	assert_true(handover_send(ends[0], STR("e"), longest, STR("p")));
	assert_true(handover_receive(ends[1], &got));
	assert_int_equal(strlen(got.file), CUSTODY_FILE_MAX);
}

static void a_keeper_that_takes_nothing_does_not_hold_the_staff_site(void **state)
{
	int sent = 0;

	(void)state;
	while (sent < 10000 && handover_send(ends[0], STR("e"), STR("f"), STR("p")))
		sent++;
	assert_true(sent > 0 && sent < 10000);
}

static void other_bytes_are_no_message(void **state)
{
	static struct handover full, got;

	(void)state;
	assert_int_equal(send(ends[0], "short", 5, 0), 5);
	assert_false(handover_receive(ends[1], &got));
	memset(&full, 'x', sizeof(full)); /* no text ends */
	assert_int_equal(send(ends[0], &full, sizeof(full), 0), (int)sizeof(full));
	assert_false(handover_receive(ends[1], &got));
	assert_int_equal(got.edition[0], '\0');
}

static void what_is_dropped_does_not_come(void **state)
{
	static struct handover got;

	(void)state;
	handover_drop(ends[1]);
	assert_true(handover_send(ends[0], STR("a"), STR("f"), STR("p")));
	assert_true(handover_send(ends[0], STR("b"), STR("f"), STR("p")));
	handover_drop(ends[1]);
	assert_false(handover_receive(ends[1], &got));
	assert_true(handover_send(ends[0], STR("c"), STR("f"), STR("p")));
	assert_true(handover_receive(ends[1], &got));
	assert_string_equal(got.edition, "c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_message_comes_as_it_was_sent_and_once, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
			messages_wait_in_order, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
			what_does_not_fit_is_not_sent, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
			a_keeper_that_takes_nothing_does_not_hold_the_staff_site,
			make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
			other_bytes_are_no_message, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
			what_is_dropped_does_not_come, make_pair, close_pair),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
