/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "barometre/base/loop.h"
#include "barometre/base/str.h"

/* What happened, one letter an event. */
struct record {
	struct loop *loop;
	char seen[64];
	size_t n;
	struct timer *timer, *other;
	struct watch *watch;
	int fd, count, signo;
	bool readable, writable;
	pthread_t thread;
};

/* One event of a record. */
struct mark {
	struct record *record;
	char letter;
};

static void note(struct record *r, char letter)
{
	if (r->n < sizeof(r->seen) - 1)
		r->seen[r->n++] = letter;
}

static void on_mark(void *arg)
{
	struct mark *mark = arg;
	note(mark->record, mark->letter);
}

static void stop(void *arg)
{
	struct record *r = arg;
	note(r, '.');
	loop_stop(r->loop);
}

static void soon_runs_in_order_and_not_at_once(void **state)
{
	struct record r = {.loop = loop_new()};
	struct mark a = {&r, 'a'}, b = {&r, 'b'}, c = {&r, 'c'};
	(void)state;
	loop_soon(r.loop, on_mark, &a);
	loop_soon(r.loop, on_mark, &b);
	loop_soon(r.loop, on_mark, &c);
	loop_soon(r.loop, stop, &r);
	assert_int_equal(r.n, 0);
	loop_run(r.loop);
	assert_string_equal(r.seen, "abc.");
	loop_free(r.loop);
}

static void ask_again(void *arg)
{
	struct record *r = arg;
	note(r, '(');
	loop_soon(r->loop, stop, r);
	note(r, ')');
}

static void e1_soon_from_a_callback_waits_for_its_end(void **state)
{
	struct record r = {.loop = loop_new()};
	struct mark a = {&r, 'a'};
	(void)state;
	loop_soon(r.loop, ask_again, &r);
	loop_soon(r.loop, on_mark, &a);
	loop_run(r.loop);
	assert_string_equal(r.seen, "()a.");
	loop_free(r.loop);
}

static void soon_for_ever(void *arg)
{
	struct record *r = arg;
	r->count++;
	loop_soon(r->loop, soon_for_ever, r);
}

static void soon_does_not_starve_timers(void **state)
{
	struct record r = {.loop = loop_new()};
	(void)state;
	r.timer = timer_new(r.loop, stop, &r);
	timer_start(r.timer, 1000, false);
	loop_soon(r.loop, soon_for_ever, &r);
	loop_run(r.loop);
	assert_true(r.count > 0);
	timer_free(r.timer);
	loop_free(r.loop);
}

static void a_stop_before_the_run_ends_it_after_one_turn(void **state)
{
	struct record r = {.loop = loop_new()};
	struct mark a = {&r, 'a'};
	(void)state;
	loop_soon(r.loop, on_mark, &a);
	loop_stop(r.loop);
	loop_run(r.loop);
	assert_string_equal(r.seen, "a");
	/* and it can run again */
	loop_soon(r.loop, stop, &r);
	loop_run(r.loop);
	assert_string_equal(r.seen, "a.");
	loop_free(r.loop);
}

static void free_within(void *arg)
{
	struct record *r = arg;
	static struct mark freed, after;
	freed = (struct mark){r, 'F'};
	after = (struct mark){r, 's'};
	note(r, '(');
	loop_free_later(r->loop, on_mark, &freed);
	loop_soon(r->loop, on_mark, &after);
	loop_soon(r->loop, stop, r);
	note(r, ')');
}

static void e2_freed_after_the_callback_and_what_it_asked_for(void **state)
{
	struct record r = {.loop = loop_new()};
	struct mark a = {&r, 'a'};
	(void)state;
	/* from within a soon call */
	loop_soon(r.loop, free_within, &r);
	loop_soon(r.loop, on_mark, &a);
	loop_run(r.loop);
	assert_string_equal(r.seen, "()as.F");
	/* from within a timer */
	memset(r.seen, 0, sizeof(r.seen));
	r.n = 0;
	r.timer = timer_new(r.loop, free_within, &r);
	timer_start(r.timer, 0, false);
	loop_run(r.loop);
	assert_string_equal(r.seen, "()s.F");
	timer_free(r.timer);
	loop_free(r.loop);
}

struct chain {
	struct record *record;
	int left;
};

static void free_chain(void *arg)
{
	struct chain *chain = arg;
	struct record *r = chain->record;
	note(r, 'f');
	if (chain->left > 0) {
		struct chain *next = x_alloc(sizeof(*next));
		*next = (struct chain){r, chain->left - 1};
		loop_free_later(r->loop, free_chain, next);
	}
	free(chain);
}

static void freeing_the_loop_frees_what_it_holds(void **state)
{
	struct record r = {.loop = loop_new()};
	struct chain *chain = x_alloc(sizeof(*chain));
	(void)state;
	*chain = (struct chain){&r, 2};
	loop_free_later(r.loop, free_chain, chain);
	loop_soon(r.loop, stop, &r); /* owed, never called */
	loop_free(r.loop);
	assert_string_equal(r.seen, "fff");
	loop_free(NULL);
}

static void third_time(void *arg)
{
	struct record *r = arg;
	note(r, 't');
	if (++r->count == 3) {
		timer_stop(r->timer);
		timer_start(r->other, 5000, false);
	}
}

static void e3_a_timer_repeats_until_stopped_by_itself(void **state)
{
	struct record r = {.loop = loop_new()};
	(void)state;
	r.timer = timer_new(r.loop, third_time, &r);
	r.other = timer_new(r.loop, stop, &r);
	timer_start(r.timer, 0, true);
	loop_run(r.loop);
	assert_string_equal(r.seen, "ttt.");
	timer_free(r.timer);
	timer_free(r.other);
	loop_free(r.loop);
}

static void free_both(void *arg)
{
	struct record *r = arg;
	note(r, 'x');
	timer_free(r->timer);
	timer_free(r->other);
	r->timer = r->other = NULL;
	loop_soon(r->loop, stop, r);
}

static void e3_a_timer_may_free_itself_and_one_that_is_due(void **state)
{
	struct record r = {.loop = loop_new()};
	(void)state;
	r.timer = timer_new(r.loop, free_both, &r);
	r.other = timer_new(r.loop, free_both, &r);
	timer_start(r.timer, 0, false);
	timer_start(r.other, 0, true);
	loop_run(r.loop);
	assert_string_equal(r.seen, "x.");
	loop_free(r.loop);
}

static void a_timer_fires_once_not_early_and_can_be_rearmed(void **state)
{
	struct record r = {.loop = loop_new()};
	struct mark a = {&r, 'a'};
	(void)state;
	r.timer = timer_new(r.loop, on_mark, &a);
	r.other = timer_new(r.loop, stop, &r);
	timer_stop(r.timer); /* never started */
	timer_start(r.timer, USEC_PER_HOUR, true);
	timer_start(r.timer, 1000, false); /* re-armed: soon, and once */
	usec_t before = clock_monotonic();
	timer_start(r.other, 60000, false);
	loop_run(r.loop);
	/* libevent reads a clock that may be one tick of the kernel old: up to 10 ms. */
	assert_true(clock_monotonic() - before >= 48000);
	assert_string_equal(r.seen, "a.");
	timer_free(r.timer);
	timer_free(r.other);
	timer_free(NULL);
	loop_free(r.loop);
}

static void on_end(void *arg, bool readable, bool writable)
{
	struct record *r = arg;
	char c = 0;
	r->readable = readable;
	r->writable = writable;
	if (readable && read(r->fd, &c, 1) == 1)
		note(r, c);
	if (c == 'z' || writable) {
		watch_free(r->watch); /* from within its callback */
		loop_stop(r->loop);
	}
}

static void a_watch_is_level_triggered_and_may_free_itself(void **state)
{
	struct record r = {.loop = loop_new()};
	int ends[2];
	(void)state;
	assert_int_equal(pipe(ends), 0);
	r.fd = ends[0];
	r.watch = watch_new(r.loop, ends[0], on_end, &r);
	assert_int_equal(write(ends[1], "xyz", 3), 3);
	struct mark quiet = {&r, '-'};
	loop_soon(r.loop, on_mark, &quiet);
	loop_stop(r.loop);
	loop_run(r.loop); /* nothing was asked for yet */
	watch_set(r.watch, true, false);
	watch_set(r.watch, false, false);
	watch_set(r.watch, true, false);
	loop_run(r.loop);
	assert_string_equal(r.seen, "-xyz");
	assert_true(r.readable && !r.writable);
	r.watch = watch_new(r.loop, ends[1], on_end, &r);
	watch_set(r.watch, false, true);
	loop_run(r.loop);
	assert_true(r.writable && !r.readable);
	(void)close(ends[0]);
	(void)close(ends[1]);
	watch_free(NULL);
	loop_free(r.loop);
}

static void on_usr(void *arg, int signo)
{
	struct record *r = arg;
	r->signo = signo;
	loop_stop(r->loop);
}

static void a_signal_runs_in_the_loop(void **state)
{
	struct record r = {.loop = loop_new()};
	(void)state;
	loop_on_signal(r.loop, SIGUSR1, on_usr, &r);
	assert_int_equal(raise(SIGUSR1), 0);
	assert_int_equal(r.signo, 0);
	loop_run(r.loop);
	assert_int_equal(r.signo, SIGUSR1);
	loop_free(r.loop);
}

static void work(void *arg)
{
	struct record *r = arg;
	r->thread = pthread_self();
	r->count++;
}

static void done(void *arg)
{
	struct record *r = arg;
	assert_false(pthread_equal(pthread_self(), r->thread));
	note(r, 'd');
	loop_stop(r->loop);
}

static void a_thread_works_aside_and_ends_in_the_loop(void **state)
{
	struct record r = {.loop = loop_new()};
	(void)state;
	loop_thread(r.loop, work, done, &r);
	assert_int_equal(r.n, 0);
	loop_run(r.loop);
	assert_string_equal(r.seen, "d");
	assert_int_equal(r.count, 1);
	loop_free(r.loop);
}

static void done_of_many(void *arg)
{
	struct mark *mark = arg;
	note(mark->record, mark->letter);
	if (mark->record->n == 8)
		loop_stop(mark->record->loop);
}

static void work_of_many(void *arg)
{
	struct mark *mark = arg;
	mark->letter = 'm';
}

static void many_threads_each_end_once(void **state)
{
	struct record r = {.loop = loop_new()};
	struct mark marks[8];
	(void)state;
	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		marks[i] = (struct mark){&r, '?'};
		loop_thread(r.loop, work_of_many, done_of_many, &marks[i]);
	}
	loop_run(r.loop);
	assert_string_equal(r.seen, "mmmmmmmm");
	loop_free(r.loop);
}

static void freeing_the_loop_waits_for_threads(void **state)
{
	struct record r = {.loop = loop_new()};
	(void)state;
	loop_thread(r.loop, work, done, &r);
	loop_free(r.loop);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.n, 0);
}

/* In the child: the parent's loop goes, another one runs. */
static int live_without(struct loop *parents)
{
	struct record r = {0};
	loop_forget(parents);
	r.loop = loop_new();
	loop_on_signal(r.loop, SIGUSR1, on_usr, &r);
	loop_soon(r.loop, stop, &r);
	loop_run(r.loop);
	loop_free(r.loop);
	return r.n == 1 ? 0 : 1;
}

static void a_child_forgets_the_loop_without_disturbing_it(void **state)
{
	struct record r = {.loop = loop_new()};
	int ends[2], status = 1;
	(void)state;
	assert_int_equal(pipe(ends), 0);
	r.fd = ends[0];
	r.watch = watch_new(r.loop, ends[0], on_end, &r);
	watch_set(r.watch, true, false);
	loop_on_signal(r.loop, SIGUSR1, on_usr, &r);
	pid_t child = fork();
	if (child == 0)
		_exit(live_without(r.loop));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(write(ends[1], "z", 1), 1);
	loop_run(r.loop);
	assert_string_equal(r.seen, "z");
	assert_int_equal(raise(SIGUSR1), 0);
	loop_run(r.loop);
	assert_int_equal(r.signo, SIGUSR1);
	(void)close(ends[0]);
	(void)close(ends[1]);
	loop_free(r.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(soon_runs_in_order_and_not_at_once),
		cmocka_unit_test(e1_soon_from_a_callback_waits_for_its_end),
		cmocka_unit_test(soon_does_not_starve_timers),
		cmocka_unit_test(a_stop_before_the_run_ends_it_after_one_turn),
		cmocka_unit_test(e2_freed_after_the_callback_and_what_it_asked_for),
		cmocka_unit_test(freeing_the_loop_frees_what_it_holds),
		cmocka_unit_test(e3_a_timer_repeats_until_stopped_by_itself),
		cmocka_unit_test(e3_a_timer_may_free_itself_and_one_that_is_due),
		cmocka_unit_test(a_timer_fires_once_not_early_and_can_be_rearmed),
		cmocka_unit_test(a_watch_is_level_triggered_and_may_free_itself),
		cmocka_unit_test(a_signal_runs_in_the_loop),
		cmocka_unit_test(a_thread_works_aside_and_ends_in_the_loop),
		cmocka_unit_test(many_threads_each_end_once),
		cmocka_unit_test(freeing_the_loop_waits_for_threads),
		cmocka_unit_test(a_child_forgets_the_loop_without_disturbing_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
