/* SPDX-License-Identifier: Apache-2.0 */
/* names.h - the name server of names.py as a child of a test. */
#ifndef BAROMETRE_TESTS_SUPPORT_NAMES_H
#define BAROMETRE_TESTS_SUPPORT_NAMES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "barometre/base/str.h"

#define NAMES_MOST 64

struct names {
	pid_t pid;
	int in;
	char server[32]; /* "127.0.0.1:5353" */
};

/* `records` as names.py wants them, NULL-terminated. */
static inline struct names names_start(const char *const *records)
{
	char *argv[NAMES_MOST + 3] = {
		x_strdup("python3"), x_strdup(SOURCE_DIR "/tests/support/names.py")};
	int in[2], out[2];
	char line[32] = "";
	struct names names = {0};

	for (size_t i = 0; records[i]; i++) {
		assert_true(i < NAMES_MOST);
		argv[2 + i] = x_strdup(records[i]);
	}
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	names.pid = fork();
	names.in = in[1];
	assert_true(names.pid >= 0);
	if (names.pid == 0) {
		(void)dup2(in[0], 0);
		(void)dup2(out[1], 1);
		(void)close(in[1]);
		(void)close(out[0]);
		(void)execvp("python3", argv);
		_exit(127);
	}
	for (size_t i = 0; argv[i]; i++)
		free(argv[i]);
	(void)close(in[0]);
	(void)close(out[1]);
	/* A line may come in parts. */
	for (size_t n = 0; n < sizeof(line) - 1 && !strchr(line, '\n'); n++)
		assert_int_equal(read(out[0], line + n, 1), 1);
	(void)close(out[0]);
	line[strcspn(line, "\n")] = '\0';
	(void)snprintf(names.server, sizeof(names.server), "127.0.0.1:%.8s", line);
	return names;
}

static inline void names_stop(struct names *names)
{
	(void)close(names->in);
	(void)waitpid(names->pid, NULL, 0);
}

#endif
