/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "barometre/base/log.h"

static char last[4096];
static int lines;

static void keep(void *arg, const char *line)
{
	assert_ptr_equal(arg, &lines);
	assert_true(strlen(line) < sizeof(last));
	memcpy(last, line, strlen(line) + 1);
	lines++;
}

static int under_systemd(void **state)
{
	(void)state;
	lines = 0;
	last[0] = '\0';
	log_set_level(LOG_LEVEL_INFO);
	log_set_process("web");
	log_capture(keep, &lines);
	return setenv("JOURNAL_STREAM", "8:1", 1);
}

static int alone(void **state)
{
	(void)under_systemd(state);
	return unsetenv("JOURNAL_STREAM");
}

static void fields_are_logfmt(void **state)
{
	(void)state;
	log_info("started", F_COUNT("port", 8080), F_COUNT("least", INT64_MIN),
		F_TEXT("state", "open"));
	assert_string_equal(last,
		"<6>level=info process=web event=started port=8080 least=-9223372036854775808 state=open");
}

static void levels_have_priorities_and_a_threshold(void **state)
{
	(void)state;
	log_error("e", F_COUNT("n", 1));
	assert_string_equal(last, "<3>level=error process=web event=e n=1");
	log_warning("w", F_COUNT("n", 1));
	assert_string_equal(last, "<4>level=warning process=web event=w n=1");
	log_debug("d", F_COUNT("n", 1));
	assert_int_equal(lines, 2);
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("d", F_COUNT("n", 1));
	assert_string_equal(last, "<7>level=debug process=web event=d n=1");
	log_set_level(LOG_LEVEL_ERROR);
	log_warning("w", F_COUNT("n", 1));
	assert_int_equal(lines, 3);
}

static void values_cannot_forge_fields_or_lines(void **state)
{
	(void)state;
	log_info("x", F_TEXT("a", "two words"), F_TEXT("b", ""), F_TEXT("c", "k=v"),
		F_TEXT("d", "say \"no\" \\"), F_TEXT("e", "1\n2\r\x1b[0m"),
		F_TEXT("f", NULL), F_TEXT("g", "é"));
	assert_string_equal(last,
		"<6>level=info process=web event=x a=\"two words\" b=\"\" c=\"k=v\" "
		"d=\"say \\\"no\\\" \\\\\" e=\"1\\n2\\u000d\\u001b[0m\" f=\"\" g=é");
}

static void errors_come_with_their_line(void **state)
{
	struct err e = {0};
	(void)state;
	log_error("x", F_ERR(&e));
	assert_string_equal(last, "<3>level=error process=web event=x error=none");
	log_error("x", F_ERR(NULL));
	assert_string_equal(last, "<3>level=error process=web event=x error=none");
	err_set_line(&e, ERR_INVALID, 4, "no such key");
	log_error("x", F_ERR(&e));
	assert_string_equal(
		last, "<3>level=error process=web event=x error=\"no such key\" line=4");
}

static void a_line_that_is_too_long_is_cut(void **state)
{
	char text[4000];
	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_info("x", F_TEXT("a", text));
	assert_in_range(strlen(last), 2000, 2047);
}

static void errno_is_kept(void **state)
{
	(void)state;
	errno = ENOENT;
	log_info("x", F_COUNT("n", 1));
	assert_int_equal(errno, ENOENT);
}

static void the_time_stands_in_front_without_systemd(void **state)
{
	(void)state;
	log_info("x", F_COUNT("n", 1));
	assert_memory_equal(last, "time=2", 6);
	assert_string_equal(last + strlen("time=2026-11-22T09:00:00Z"),
		" level=info process=web event=x n=1");
}

static void without_a_sink_one_line_goes_to_standard_error(void **state)
{
	int ends[2], keep_stderr = dup(STDERR_FILENO);
	char got[200] = {0};
	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	log_capture(NULL, NULL);
	log_info("x", F_COUNT("n", 1));
	assert_true(dup2(keep_stderr, STDERR_FILENO) >= 0);
	assert_true(read(ends[0], got, sizeof(got) - 1) > 0);
	assert_string_equal(got, "<6>level=info process=web event=x n=1\n");
	assert_int_equal(lines, 0);
	(void)close(ends[0]);
	(void)close(ends[1]);
	(void)close(keep_stderr);
}

#define WITH(setup, test) cmocka_unit_test_setup(test, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(under_systemd, fields_are_logfmt),
		WITH(under_systemd, levels_have_priorities_and_a_threshold),
		WITH(under_systemd, values_cannot_forge_fields_or_lines),
		WITH(under_systemd, errors_come_with_their_line),
		WITH(under_systemd, a_line_that_is_too_long_is_cut),
		WITH(under_systemd, errno_is_kept),
		WITH(alone, the_time_stands_in_front_without_systemd),
		WITH(under_systemd, without_a_sink_one_line_goes_to_standard_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
