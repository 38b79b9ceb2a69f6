/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "barometre/base/log.h"

/* Something to call once: a loop_soon or a loop_free_later. */
struct call {
	struct call *next;
	loop_fn *fn;
	void *arg;
};
struct call_queue {
	struct call *first, **last;
};

struct on_signal {
	struct on_signal *next;
	struct event *event;
	signal_fn *fn;
	void *arg;
};

struct job {
	struct job *finished_next, *running_next;
	struct loop *loop;
	loop_fn *work, *done;
	void *arg;
	pthread_t thread;
};

struct loop {
	struct event_base *base;
	bool stopped;
	struct call_queue soon, later;
	struct on_signal *signals;
	/* Threads: `running` belongs to the loop, `finished` is shared and guarded. */
	struct job *running;
	pthread_mutex_t guard;
	struct job *finished, **finished_last;
	int wake_fd;
	struct event *wake;
};

struct timer {
	struct event *event;
	loop_fn *fn;
	void *arg;
	bool every;
};
struct watch {
	struct loop *loop;
	struct event *event;
	int fd;
	short what;
	watch_fn *fn;
	void *arg;
};

static void queue_init(struct call_queue *queue)
{
	queue->first = NULL;
	queue->last = &queue->first;
}

static void queue_put(struct call_queue *queue, loop_fn *fn, void *arg)
{
	struct call *call = x_alloc(sizeof(*call));
	*call = (struct call){.fn = fn, .arg = arg};
	*queue->last = call;
	queue->last = &call->next;
}

static struct call *queue_take(struct call_queue *queue)
{
	struct call *first = queue->first;
	queue_init(queue);
	return first;
}

static void run_calls(struct call *call)
{
	while (call) {
		struct call *next = call->next;
		call->fn(call->arg);
		free(call);
		call = next;
	}
}

/* libevent's own words, of which none comes from people. */
static void on_libevent_log(int severity, const char *text)
{
	if (severity >= EVENT_LOG_WARN)
		log_warning("libevent", F_TEXT("text", text));
}

static struct job *take_finished(struct loop *loop)
{
	must(pthread_mutex_lock(&loop->guard) == 0);
	struct job *job = loop->finished;
	loop->finished = NULL;
	loop->finished_last = &loop->finished;
	must(pthread_mutex_unlock(&loop->guard) == 0);
	return job;
}

static void forget_running(struct loop *loop, const struct job *job)
{
	struct job **at = &loop->running;

	while (*at != job)
		at = &(*at)->running_next;
	*at = job->running_next;
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;
	eventfd_t count = 0;

	(void)what;
	(void)eventfd_read(fd, &count); /* EAGAIN: an earlier turn took it */
	for (struct job *job = take_finished(loop), *next = NULL; job; job = next) {
		next = job->finished_next;
		must(pthread_join(job->thread, NULL) == 0);
		forget_running(loop, job);
		/* Not called from here: the rest of the list must survive a loop_stop and
		 * what `done` frees. */
		loop_soon(loop, job->done, job->arg);
		free(job);
	}
}

struct loop *loop_new(void)
{
	struct loop *loop = x_calloc(1, sizeof(*loop));

	event_set_log_callback(on_libevent_log);
	loop->base = event_base_new();
	must(loop->base);
	queue_init(&loop->soon);
	queue_init(&loop->later);
	must(pthread_mutex_init(&loop->guard, NULL) == 0);
	loop->finished_last = &loop->finished;
	loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	must(loop->wake_fd >= 0);
	loop->wake = event_new(
		loop->base, loop->wake_fd, EV_READ | EV_PERSIST, on_wake, loop);
	must(loop->wake && event_add(loop->wake, NULL) == 0);
	return loop;
}

/* A thread cannot be stopped half-way; its work is short, so it is waited for. */
static void await_threads(struct loop *loop)
{
	while (loop->running) {
		struct job *job = loop->running;
		loop->running = job->running_next;
		must(pthread_join(job->thread, NULL) == 0);
		free(job);
	}
}

static void free_signals(struct loop *loop)
{
	while (loop->signals) {
		struct on_signal *entry = loop->signals;
		loop->signals = entry->next;
		event_free(entry->event);
		free(entry);
	}
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	await_threads(loop);
	/* A free_fn may hand over its parts in turn. */
	while (loop->later.first)
		run_calls(queue_take(&loop->later));
	for (struct call *call = queue_take(&loop->soon), *next = NULL; call;
		call = next) {
		next = call->next;
		free(call);
	}
	free_signals(loop);
	event_free(loop->wake);
	(void)close(loop->wake_fd);
	event_base_free(loop->base);
	(void)pthread_mutex_destroy(&loop->guard);
	free(loop);
}

void loop_forget(struct loop *loop)
{
	/* The child shares the parent's epoll set until libevent makes one of its own. */
	must(event_reinit(loop->base) == 0);
	/* fork(2) copies one thread only: there is nothing to wait for. */
	while (loop->running) {
		struct job *job = loop->running;
		loop->running = job->running_next;
		free(job);
	}
	loop_free(loop);
}

/* One turn: events, then what was asked for by loop_soon before, then what was to be freed. Frees
 * asked for by the soon calls wait for the next turn, so that they come after the soon calls asked
 * for with them. */
static void turn(struct loop *loop)
{
	bool idle = !loop->soon.first && !loop->later.first && !loop->stopped;
	int rc = event_base_loop(loop->base, idle ? EVLOOP_ONCE : EVLOOP_NONBLOCK);
	must(rc >= 0);
	struct call *soon = queue_take(&loop->soon);
	struct call *later = queue_take(&loop->later);
	run_calls(soon);
	run_calls(later);
}

void loop_run(struct loop *loop)
{
	do {
		turn(loop);
	} while (!loop->stopped);
	loop->stopped = false;
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

void loop_soon(struct loop *loop, loop_fn *fn, void *arg)
{
	queue_put(&loop->soon, fn, arg);
}

void loop_free_later(struct loop *loop, void (*free_fn)(void *), void *p)
{
	queue_put(&loop->later, free_fn, p);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct timer *timer = arg;

	(void)fd;
	(void)what;
	if (!timer->every)
		must(event_del(timer->event) == 0);
	timer->fn(timer->arg); /* last: it may free the timer */
}

struct timer *timer_new(struct loop *loop, loop_fn *fn, void *arg)
{
	struct timer *timer = x_calloc(1, sizeof(*timer));

	timer->fn = fn;
	timer->arg = arg;
	timer->event = event_new(loop->base, -1, EV_PERSIST, on_timer, timer);
	must(timer->event);
	return timer;
}

void timer_start(struct timer *timer, usec_t delay, bool every)
{
	if (delay < 0)
		delay = 0;
	/* libevent takes a repeat of 0 for none. */
	if (every && delay == 0)
		delay = 1;
	struct timeval tv = {
		.tv_sec = (time_t)(delay / USEC_PER_SEC),
		.tv_usec = (suseconds_t)(delay % USEC_PER_SEC),
	};
	timer->every = every;
	must(event_add(timer->event, &tv) == 0);
}

void timer_stop(struct timer *timer)
{
	must(event_del(timer->event) == 0);
}

void timer_free(struct timer *timer)
{
	if (!timer)
		return;
	event_free(timer->event);
	free(timer);
}

static void on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct watch *watch = arg;

	(void)fd;
	watch->fn(watch->arg, (what & EV_READ) != 0, (what & EV_WRITE) != 0);
}

struct watch *watch_new(struct loop *loop, int fd, watch_fn *fn, void *arg)
{
	struct watch *watch = x_calloc(1, sizeof(*watch));

	*watch = (struct watch){.loop = loop, .fd = fd, .fn = fn, .arg = arg};
	watch->event = event_new(loop->base, fd, EV_PERSIST, on_watch, watch);
	must(watch->event);
	return watch;
}

void watch_set(struct watch *watch, bool readable, bool writable)
{
	short what = (short)((readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));

	if (what == watch->what)
		return;
	must(event_del(watch->event) == 0);
	watch->what = what;
	if (what == 0)
		return;
	must(event_assign(watch->event, watch->loop->base, watch->fd,
		     (short)(what | EV_PERSIST), on_watch, watch) == 0);
	must(event_add(watch->event, NULL) == 0);
}

void watch_free(struct watch *watch)
{
	if (!watch)
		return;
	event_free(watch->event);
	free(watch);
}

static void on_signal(evutil_socket_t signo, short what, void *arg)
{
	struct on_signal *entry = arg;

	(void)what;
	entry->fn(entry->arg, signo);
}

void loop_on_signal(struct loop *loop, int signo, signal_fn *fn, void *arg)
{
	struct on_signal *entry = x_calloc(1, sizeof(*entry));

	*entry = (struct on_signal){.next = loop->signals, .fn = fn, .arg = arg};
	entry->event = evsignal_new(loop->base, signo, on_signal, entry);
	must(entry->event && event_add(entry->event, NULL) == 0);
	loop->signals = entry;
}

static void *run_job(void *arg)
{
	struct job *job = arg;
	struct loop *loop = job->loop;

	job->work(job->arg);
	must(pthread_mutex_lock(&loop->guard) == 0);
	*loop->finished_last = job;
	loop->finished_last = &job->finished_next;
	must(eventfd_write(loop->wake_fd, 1) == 0);
	must(pthread_mutex_unlock(&loop->guard) == 0);
	return NULL;
}

/* Signals stay with the loop's thread. */
static int create_thread(struct job *job)
{
	sigset_t all, before;

	must(sigfillset(&all) == 0);
	must(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
	int rc = pthread_create(&job->thread, NULL, run_job, job);
	must(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
	return rc;
}

void loop_thread(struct loop *loop, loop_fn *work, loop_fn *done, void *arg)
{
	struct job *job = x_calloc(1, sizeof(*job));

	*job = (struct job){.loop = loop, .work = work, .done = done, .arg = arg};
	if (create_thread(job) == 0) {
		job->running_next = loop->running;
		loop->running = job;
		return;
	}
	/* The limit of tasks is reached: slow is better than never. */
	free(job);
	log_warning("no_thread", F_TEXT("then", "the work runs in the loop"));
	loop_soon(loop, work, arg);
	loop_soon(loop, done, arg);
}

struct event_base *loop_event_base(struct loop *loop)
{
	return loop->base;
}
