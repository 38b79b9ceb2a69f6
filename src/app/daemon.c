/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon.c - the supervisor: one process a duty, restarted when it dies, told to stop when we are.
 *
 * It runs no event loop and talks to nobody: it waits for signals and for its children, once a second at most.
 * Listening sockets are bound here and inherited, so that connections wait in the kernel while a process is replaced.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "barometre/app/duties.h"
#include "barometre/app/handover.h"
#include "barometre/app/keyring.h"
#include "barometre/base/clock.h"
#include "barometre/base/confine.h"
#include "barometre/base/log.h"
#include "barometre/web/server.h"
#include "notify.h"

#define MAX_CHILDREN 72
#define MIN_BACK_OFF (USEC_PER_SEC / 2)
#define MAX_BACK_OFF (30 * USEC_PER_SEC)
#define OWN_DESCRIPTORS 256 /* files of releases take 128 (web/staff_api_memory.c) */
#define STOP_PATIENCE (25 * USEC_PER_SEC)

struct child {
	enum duty duty;
	pid_t pid; /* 0 when not running */
	usec_t started, start_at, back_off;
};

struct supervisor {
	const struct config *config;
	struct duty_sockets sockets;
	struct notify notify;
	struct child children[MAX_CHILDREN];
	size_t child_count;
	bool stopping;
	uint64_t stamp;
};

static void start_child(struct supervisor *s, struct child *child)
{
	sigset_t none;
	pid_t parent = getpid();

	child->started = clock_monotonic();
	child->pid = fork();
	if (child->pid != 0) {
		if (child->pid < 0)
			child->pid = 0;
		return;
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent) /* the supervisor died before prctl */
		_exit(EXIT_FAILURE);
	exit(duty_run(s->config, child->duty, &s->sockets));
}

static void child_ended(struct supervisor *s, struct child *child, int status)
{
	usec_t now = clock_monotonic();
	bool reload = WIFEXITED(status) && WEXITSTATUS(status) == DUTY_RELOAD;
	/* Told to stop, perhaps before it could listen to signals. */
	bool asked = (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
		(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);

	child->pid = 0;
	if (s->stopping)
		return;
	if (reload || asked || now - child->started > 60 * USEC_PER_SEC)
		child->back_off = MIN_BACK_OFF;
	child->start_at = reload || asked ? now : now + child->back_off;
	if (!reload && !asked) {
		log_warning("duty.died", F_TEXT("duty", duty_name(child->duty)),
			F_COUNT("status", status),
			F_COUNT("restart_in_ms", child->back_off / 1000));
		child->back_off = child->back_off * 2 > MAX_BACK_OFF
			? MAX_BACK_OFF
			: child->back_off * 2;
	}
}

static void reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < s->child_count; i++)
			if (s->children[i].pid == pid)
				child_ended(s, &s->children[i], status);
}

static size_t signal_children(const struct supervisor *s, int signo)
{
	size_t running = 0;

	for (size_t i = 0; i < s->child_count; i++)
		if (s->children[i].pid > 0) {
			kill(s->children[i].pid, signo);
			running++;
		}
	return running;
}

static size_t running_children(const struct supervisor *s)
{
	return signal_children(s, 0);
}

static void add_child(struct supervisor *s, enum duty duty)
{
	must(s->child_count < MAX_CHILDREN);
	s->children[s->child_count++] = (struct child){
		.duty = duty, .back_off = MIN_BACK_OFF};
}

/* Each process may have a descriptor for every connection it accepts, and a few for itself. */
static void allow_descriptors(const struct config *config)
{
	const rlim_t wanted = (rlim_t)config->max_connections + OWN_DESCRIPTORS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
		log_warning("serve.descriptors", F_COUNT("allowed", limit.rlim_cur),
			F_COUNT("wanted", wanted),
			F_TEXT("remedy", "raise LimitNOFILE or lower max_connections"));
}

/* Of each process, as far as the kernel goes; the processes say so only when it turns out otherwise. */
static void log_ready(const struct supervisor *s)
{
	const struct confinement offered = confine_offered();

	if (!offered.files || !offered.calls)
		log_warning("serve.confinement",
			F_TEXT("files", offered.files ? "closed" : "open"),
			F_TEXT("calls", offered.calls ? "refused" : "open"),
			F_TEXT("remedy",
				"enable Landlock (Linux 5.13, lsm= of the kernel) and seccomp, "
				"and let a container or SystemCallFilter= pass their calls"));
	log_info("serve.ready", F_COUNT("processes", s->child_count),
		F_TEXT("files", offered.files ? "closed" : "open"),
		F_TEXT("calls", offered.calls ? "refused" : "open"));
	notify_say(&s->notify, "READY=1");
}

static bool prepare(struct supervisor *s, struct err *err)
{
	int ends[2];

	allow_descriptors(s->config);
	if (!keyring_prepare(s->config->key_directory, err))
		return false;
	s->sockets.public_listener = server_listen(s->config->public_listen, err);
	if (s->sockets.public_listener < 0)
		return false;
	s->sockets.staff_listener = server_listen(s->config->staff_listen, err);
	if (s->sockets.staff_listener < 0)
		return false;
	if (!handover_pair(ends))
		return err_set(err, ERR_BROKEN, "cannot make a pair of sockets: %s",
			strerror(errno));
	s->sockets.handing = ends[0];
	s->sockets.taking = ends[1];
	for (long i = 0; i < s->config->web_workers; i++)
		add_child(s, DUTY_WEB);
	add_child(s, DUTY_STAFF);
	add_child(s, DUTY_KEEPER);
	if (*s->config->smtp_url)
		add_child(s, DUTY_MAILER);
	s->stamp = keyring_stamp(s->config->key_directory);
	return true;
}

static void stop_all(struct supervisor *s, const sigset_t *signals)
{
	usec_t deadline = clock_monotonic() + STOP_PATIENCE;
	const struct timespec tick = {0, 200000000};

	s->stopping = true;
	signal_children(s, SIGTERM);
	while (reap(s), running_children(s) > 0) {
		if (clock_monotonic() > deadline)
			signal_children(s, SIGKILL);
		sigtimedwait(signals, NULL, &tick);
	}
}

int daemon_run(const struct config *config)
{
	struct supervisor s = {.config = config, .sockets = {-1, -1, -1, -1}};
	const struct timespec tick = {1, 0};
	struct err err = {0};
	sigset_t signals;
	int signo;

	log_set_process("supervisor");
	notify_open(&s.notify);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (!prepare(&s, &err)) {
		log_error("serve.start", F_ERR(&err));
		return err_exit_status(err.code);
	}
	log_ready(&s);
	do {
		usec_t now = clock_monotonic();
		uint64_t stamp = keyring_stamp(config->key_directory);

		reap(&s);
		if (stamp != s.stamp) {
			s.stamp = stamp;
			signal_children(&s, SIGTERM);
		}
		for (size_t i = 0; i < s.child_count; i++)
			if (s.children[i].pid == 0 && s.children[i].start_at <= now)
				start_child(&s, &s.children[i]);
		signo = sigtimedwait(&signals, NULL, &tick);
		if (signo == SIGHUP) {
			notify_reloading(&s.notify);
			signal_children(&s, SIGTERM);
			notify_say(&s.notify, "READY=1");
		}
	} while (signo != SIGTERM && signo != SIGINT);
	notify_say(&s.notify, "STOPPING=1");
	log_info("serve.stopping", F_COUNT("processes", running_children(&s)));
	stop_all(&s, &signals);
	close(s.sockets.public_listener);
	close(s.sockets.staff_listener);
	close(s.sockets.handing);
	close(s.sockets.taking);
	log_info("serve.stopped", F_COUNT("processes", s.child_count));
	return EXIT_SUCCESS;
}
