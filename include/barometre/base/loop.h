/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop.h - the event loop: the only door to libevent besides web/server.
 *
 * Promises: E1 a callback never runs from inside the call that asked for it. E2 nothing is freed inside its own
 *           callback: loop_free_later frees at the end of the turn, after every loop_soon that was asked for
 *           before it. E3 stop and free of a timer or watch are silent and safe from within its callback.
 */
#ifndef BAROMETRE_BASE_LOOP_H
#define BAROMETRE_BASE_LOOP_H

#include "barometre/base/clock.h"

struct loop;
struct timer;
struct watch;
struct event_base;

typedef void loop_fn(void *arg);
typedef void watch_fn(void *arg, bool readable, bool writable);
typedef void signal_fn(void *arg, int signo);

struct loop *loop_new(void);
/* Waits for running threads and frees what loop_free_later still holds; what loop_soon and loop_thread still
 * owe (`done` too) is never called: the objects it is about may be gone. */
void loop_free(struct loop *);
/* In a forked child: frees the parent's loop there without disturbing it in the parent, with which the child
 * would else share its epoll set. */
void loop_forget(struct loop *);
/* Runs until loop_stop; the turn that asked for it is finished first. */
void loop_run(struct loop *);
void loop_stop(struct loop *);

/* Runs `fn` once, after the present callback has returned, in the order asked for. */
void loop_soon(struct loop *, loop_fn *, void *arg);
/* free_fn(p) at the end of this turn. */
void loop_free_later(struct loop *, void (*free_fn)(void *), void *p);

/* A timer is created stopped. timer_start(…, every) repeats when `every` is true; starting again re-arms. */
struct timer *timer_new(struct loop *, loop_fn *, void *arg);
void timer_start(struct timer *, usec_t delay, bool every);
void timer_stop(struct timer *);
void timer_free(struct timer *);

/* Watches a file descriptor (level-triggered); not owned, to be closed after watch_free. Nothing is watched
 * until watch_set. */
struct watch *watch_new(struct loop *, int fd, watch_fn *, void *arg);
void watch_set(struct watch *, bool readable, bool writable);
void watch_free(struct watch *);

/* For the life of the loop. */
void loop_on_signal(struct loop *, int signo, signal_fn *, void *arg);

/* Runs `work(arg)` on a thread of its own, then `done(arg)` in the loop: for Argon2id and other long
 * computations only. `work` must touch nothing but `arg`. The caller bounds how many run at once.
 * When the system refuses a thread, `work` runs in the loop: slow rather than never. */
void loop_thread(struct loop *, loop_fn *work, loop_fn *done, void *arg);

/* For web/server only. */
struct event_base *loop_event_base(struct loop *);

#endif
