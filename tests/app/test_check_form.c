/* SPDX-License-Identifier: Apache-2.0 */
/* The exit statuses of check-form, which scripts rest on. What it finds and shows: tests/form/test_check.c, test_inspect.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../src/app/commands.h"
#include "barometre/base/secret.h"

#define OLD SOURCE_DIR "/tests/golden/inspect-old.json"
#define NEW SOURCE_DIR "/tests/golden/inspect-new.json"

/* main.c, which has it, belongs to the program only. */
int command_fails(const struct err *err)
{
	return err_exit_status(err->code);
}

static int run(const char *a, const char *b, const char *c, const char *d)
{
	const char *const given[] = {a, b, c, d};
	char *words[4];
	struct command_line line = {NULL, words, 0};
	for (size_t i = 0; i < 4 && given[i]; i++)
		words[line.count++] = (char *)(uintptr_t)given[i];
	return command_check_form(&line);
}

static void the_status_tells_what_happened(void **state)
{
	(void)state;
	assert_int_equal(run(OLD, NEW, NULL, NULL), 0);
	assert_int_equal(run("--strict", OLD, NULL, NULL), 0);
	assert_int_equal(run("--strict", OLD, NEW, NULL), 2);
	assert_int_equal(run("--outline", OLD, NULL, NULL), 0);
	assert_int_equal(run("--graph=svg", OLD, NULL, NULL), 0);
	assert_int_equal(run(SOURCE_DIR "/forms/lexique.json", OLD, NULL, NULL), 2);
	assert_int_equal(run(SOURCE_DIR "/forms/absent.json", NULL, NULL, NULL), 3);
	assert_int_equal(run("--diff", OLD, NEW, NULL), 5);
	assert_int_equal(run("--diff", OLD, OLD, "--format=json"), 0);
}

static void wrong_words_are_a_mistake_of_use(void **state)
{
	(void)state;
	assert_int_equal(run("--graph=png", OLD, NULL, NULL), 1);
	assert_int_equal(run("--outline", "--codebook", OLD, NULL), 1);
	assert_int_equal(run("--diff", OLD, NULL, NULL), 1);
	assert_int_equal(run("--format=json", OLD, NULL, NULL), 1);
	assert_int_equal(run("--outline", NULL, NULL, NULL), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_status_tells_what_happened),
		cmocka_unit_test(wrong_words_are_a_mistake_of_use),
	};
	secret_init();
	/* What is printed is looked at elsewhere. */
	if (!freopen("/dev/null", "w", stdout))
		return EXIT_FAILURE;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
