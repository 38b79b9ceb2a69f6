/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "barometre/base/mem.h"

struct thing {
	int *count;
};

static void thing_free(struct thing *thing)
{
	(*thing->count)++;
	free(thing);
}

DEFINE_DROP(thing_drop, struct thing, thing_free)

static struct thing *thing_new(int *count)
{
	struct thing *thing = x_alloc(sizeof(*thing));
	thing->count = count;
	return thing;
}

static struct thing *make_and_keep(int *count)
{
	SCOPED(thing_drop) struct thing *thing = thing_new(count);
	return TAKE(thing);
}

static void scoped_values_are_freed_unless_taken(void **state)
{
	int count = 0;
	(void)state;
	{
		SCOPED(thing_drop) struct thing *thing = thing_new(&count);
		assert_int_equal(count, 0);
		assert_ptr_equal(thing->count, &count);
	}
	assert_int_equal(count, 1);
	struct thing *kept = make_and_keep(&count);
	assert_int_equal(count, 1);
	thing_free(kept);
}

static void nothing_of_no_size_is_still_something(void **state)
{
	(void)state;
	void *p = x_alloc(0), *q = x_calloc(0, 8);
	assert_non_null(p);
	assert_non_null(q);
	p = x_realloc(p, 0);
	assert_non_null(p);
	free(p);
	free(q);
}

static void calloc_zeroes(void **state)
{
	static const unsigned char zeroes[4096];
	(void)state;
	void *p = x_calloc(64, 64);
	assert_memory_equal(p, zeroes, sizeof(zeroes));
	free(p);
}

static void copies_are_fresh_and_cut(void **state)
{
	(void)state;
	SCOPED(free_char) char *all = x_strdup("baromètre");
	SCOPED(free_char) char *cut = x_strndup("baromètre", 4);
	SCOPED(free_char) char *text = x_printf("%s-%d", cut, 7);
	assert_string_equal(all, "baromètre");
	assert_string_equal(cut, "baro");
	assert_string_equal(text, "baro-7");
}

static void fail_must(void)
{
	must(1 + 1 == 3);
}

static void ask_too_much(void)
{
	volatile size_t half = SIZE_MAX / 2;
	free(x_calloc(half, 4));
}

/* The signal `fn` dies of in a child of ours. */
static int dies_of(void (*fn)(void))
{
	pid_t child = fork();
	if (child == 0) {
		const struct rlimit none = {0, 0};
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)signal(SIGABRT, SIG_DFL);
		(void)close(STDERR_FILENO);
		fn();
		_exit(0);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void a_bug_of_ours_aborts(void **state)
{
	(void)state;
	assert_int_equal(dies_of(fail_must), SIGABRT);
}

static void memory_that_cannot_be_had_aborts(void **state)
{
	(void)state;
#if defined(__SANITIZE_ADDRESS__)
	skip(); /* the sanitizer ends the program itself */
#elif defined(__has_feature)
# if __has_feature(address_sanitizer)
	skip();
# endif
#endif
	assert_int_equal(dies_of(ask_too_much), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scoped_values_are_freed_unless_taken),
		cmocka_unit_test(nothing_of_no_size_is_still_something),
		cmocka_unit_test(calloc_zeroes),
		cmocka_unit_test(copies_are_fresh_and_cut),
		cmocka_unit_test(a_bug_of_ours_aborts),
		cmocka_unit_test(memory_that_cannot_be_had_aborts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
