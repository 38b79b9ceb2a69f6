/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon.c - the supervisor: one process a duty, restarted when it dies, told to stop when we are.
 *
 * It runs no event loop and talks to nobody: it waits for signals and for its children, once a second at most.
 * Listening sockets are bound here and inherited, so that connections wait in the kernel while a process is replaced.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "barometre/app/duties.h"
#include "barometre/app/keyring.h"
#include "barometre/base/clock.h"
#include "barometre/base/log.h"
#include "barometre/web/server.h"

#define MAX_CHILDREN 72
#define MIN_BACK_OFF (USEC_PER_SEC / 2)
#define MAX_BACK_OFF (30 * USEC_PER_SEC)
#define STOP_PATIENCE (25 * USEC_PER_SEC)

enum duty {
	DUTY_WEB,
	DUTY_STAFF,
	DUTY_KEEPER,
	DUTY_MAILER
};
static const char *const duty_names[] = {"web", "staff", "keeper", "mailer"};

struct child {
	enum duty duty;
	pid_t pid; /* 0 when not running */
	usec_t started, start_at, back_off;
};

struct supervisor {
	const struct config *config;
	int public_listener, staff_listener;
	struct child children[MAX_CHILDREN];
	size_t child_count;
	bool stopping;
	uint64_t stamp;
};

bool keyring_load(const char *folder, struct keyring *ret, struct err *err)
{
	struct keyring ring = {0};
	struct key key;
	DIR *dir = opendir(folder);
	struct dirent *entry;
	bool ok = dir != NULL;

	if (!ok)
		return err_set(
			err, ERR_MISSING, "cannot read the key folder \"%s\"", folder);
	while (ok && (entry = readdir(dir)) != NULL) {
		size_t n = strlen(entry->d_name);
		struct edition_keys *one;

		if (n <= 9 || n > 41 || entry->d_name[0] == '.' ||
			strcmp(entry->d_name + n - 9, ".campaign") != 0)
			continue;
		ok = keyring_get(folder, entry->d_name, &key, err);
		ring.editions = x_realloc(
			ring.editions, (ring.edition_count + 1) * sizeof(*ring.editions));
		one = &ring.editions[ring.edition_count++];
		snprintf(one->edition, sizeof(one->edition), "%.*s", (int)(n - 9),
			entry->d_name);
		campaign_derive(&one->keys, &key);
	}
	closedir(dir);
	ok = ok && keyring_get(folder, "mail.key", &key, err);
	if (ok)
		mail_derive(&ring.mail, &key);
	ok = ok && keyring_get(folder, "address.key", &ring.address, err);
	secret_wipe(&key, sizeof(key));
	if (ok)
		*ret = ring;
	else
		keyring_release(&ring);
	return ok;
}

void keyring_release(struct keyring *ring)
{
	if (ring->editions)
		secret_wipe(
			ring->editions, ring->edition_count * sizeof(*ring->editions));
	free(ring->editions);
	secret_wipe(ring, sizeof(*ring));
	*ring = (struct keyring){0};
}

/* What the duty does not need is zero before it starts. */
static void keep_only(enum duty duty, struct keyring *ring)
{
	for (size_t i = 0; i < ring->edition_count; i++) {
		struct campaign_keys *keys = &ring->editions[i].keys;

		if (duty != DUTY_MAILER)
			secret_wipe(&keys->tokens, sizeof(keys->tokens));
		if (duty != DUTY_WEB) {
			secret_wipe(&keys->macs, sizeof(keys->macs));
			secret_wipe(&keys->drafts, sizeof(keys->drafts));
			secret_wipe(&keys->cookies, sizeof(keys->cookies));
		}
	}
	secret_wipe(&ring->mail.addresses, sizeof(ring->mail.addresses));
	if (duty != DUTY_MAILER) {
		secret_wipe(&ring->mail, sizeof(ring->mail));
		secret_wipe(&ring->address, sizeof(ring->address));
	}
}

static int run_duty(const struct supervisor *s, enum duty duty)
{
	struct keyring ring = {0};
	struct err err = {0};
	int status;

	log_set_process(duty_names[duty]);
	if ((duty == DUTY_WEB || duty == DUTY_MAILER) &&
		!keyring_load(s->config->key_directory, &ring, &err)) {
		log_error("duty.keys", F_ERR(&err));
		return EXIT_FAILURE;
	}
	keep_only(duty, &ring);
	switch (duty) {
	case DUTY_WEB:
		status = duty_web(s->config, &ring, s->public_listener);
		break;
	case DUTY_STAFF:
		status = duty_staff(s->config, s->staff_listener);
		break;
	case DUTY_KEEPER:
		status = duty_keeper(s->config);
		break;
	case DUTY_MAILER:
	default:
		status = duty_mailer(s->config, &ring);
		break;
	}
	keyring_release(&ring);
	return status;
}

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
	secret_forbid_dumps();
	exit(run_duty(s, child->duty));
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
		log_warning("duty.died", F_TEXT("duty", duty_names[child->duty]),
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

static bool prepare(struct supervisor *s, struct err *err)
{
	if (!keyring_prepare(s->config->key_directory, err))
		return false;
	s->public_listener = server_listen(s->config->public_listen, err);
	if (s->public_listener < 0)
		return false;
	s->staff_listener = server_listen(s->config->staff_listen, err);
	if (s->staff_listener < 0)
		return false;
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
	struct supervisor s = {
		.config = config, .public_listener = -1, .staff_listener = -1};
	const struct timespec tick = {1, 0};
	struct err err = {0};
	sigset_t signals;
	int signo;

	log_set_process("supervisor");
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
	log_info("serve.ready", F_COUNT("processes", s.child_count));
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
		if (signo == SIGHUP)
			signal_children(&s, SIGTERM);
	} while (signo != SIGTERM && signo != SIGINT);
	log_info("serve.stopping", F_COUNT("processes", running_children(&s)));
	stop_all(&s, &signals);
	close(s.public_listener);
	close(s.staff_listener);
	log_info("serve.stopped", F_COUNT("processes", s.child_count));
	return EXIT_SUCCESS;
}
