/* SPDX-License-Identifier: Apache-2.0 */
/* relay.h - the relay of tests/mail/relay.py as a child of a test. */
#ifndef BAROMETRE_TESTS_MAIL_RELAY_H
#define BAROMETRE_TESTS_MAIL_RELAY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "barometre/base/buf.h"

struct relay {
	pid_t pid;
	int in;
	FILE *out;
	int port;
	char *events;
};

#define RELAY_ARGUMENTS 6

/* A port that was free a moment ago, and stays so (tests/support/free_ports.py). */
static inline int free_port(void)
{
	FILE *said = popen("python3 " SOURCE_DIR "/tests/support/free_ports.py", "r");
	char line[32];
	uint64_t port = 0;

	assert_non_null(said);
	assert_non_null(fgets(line, sizeof(line), said));
	assert_int_equal(pclose(said), 0);
	assert_true(str_parse_u64(str_trim(str_of(line)), &port));
	return (int)port;
}

/* `arguments` NULL-terminated, at most RELAY_ARGUMENTS. */
static inline struct relay relay_start(const char *const *arguments)
{
	int in[2], out[2];
	char line[32];
	char *argv[RELAY_ARGUMENTS + 3] = {
		x_strdup("python3"), x_strdup(SOURCE_DIR "/tests/mail/relay.py")};

	for (size_t i = 0; arguments[i]; i++) {
		assert_true(i < RELAY_ARGUMENTS);
		argv[2 + i] = x_strdup(arguments[i]);
	}
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	struct relay relay = {.pid = fork(), .in = in[1]};
	assert_true(relay.pid >= 0);
	if (relay.pid == 0) {
		(void)dup2(in[0], 0);
		(void)dup2(out[1], 1);
		/* Its input must end when the test closes it. */
		(void)close(in[1]);
		(void)close(out[0]);
		(void)execvp("python3", argv);
		_exit(127);
	}
	for (size_t i = 0; argv[i]; i++)
		free(argv[i]);
	(void)close(in[0]);
	(void)close(out[1]);
	relay.out = fdopen(out[0], "r");
	assert_non_null(relay.out);
	assert_non_null(fgets(line, sizeof(line), relay.out));
	uint64_t port = 0;
	assert_true(str_parse_u64(str_trim(str_of(line)), &port));
	relay.port = (int)port;
	return relay;
}

/* Ends the relay; `events` then holds what it saw, one line each. Free with free(). */
static inline void relay_stop(struct relay *relay)
{
	struct buf events = BUF_LIMIT(1 << 20);
	char line[512];

	(void)close(relay->in);
	while (fgets(line, sizeof(line), relay->out))
		buf_puts(&events, line);
	(void)fclose(relay->out);
	(void)waitpid(relay->pid, NULL, 0);
	relay->events = buf_take(&events);
}

static inline size_t relay_saw(const struct relay *relay, const char *event)
{
	size_t n = 0, length = strlen(event);

	for (const char *p = relay->events; (p = strstr(p, event)); p += length)
		n += p == relay->events || p[-1] == '\n';
	return n;
}

#endif
