/* SPDX-License-Identifier: Apache-2.0 */
/* command_run.h - a command typed as people type it, and what it printed. */
#ifndef TESTS_APP_COMMAND_RUN_H
#define TESTS_APP_COMMAND_RUN_H

#include <fcntl.h>

#include "command_world.h"

static char printed[1 << 16]; /* what a command wrote on standard output */

static void keep_printed(int fd)
{
	ssize_t n;

	fflush(stdout);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	n = read(fd, printed, sizeof(printed) - 1);
	assert_true(n >= 0);
	printed[n] = '\0';
}

/* Nobody is at the keyboard. */
static int run_words(command_fn *command, char **words)
{
	struct command_line line = {.config = &config, .words = words};
	int out = -1, was_in = dup(STDIN_FILENO), was_out = dup(STDOUT_FILENO), status;
	SCOPED(free_char) char *path = temporary_file(&out);
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	fflush(stdout);
	assert_int_equal(unlink(path), 0);
	assert_true(dup2(nothing, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0);
	close(nothing);
	while (words[line.count])
		line.count++;
	told = (struct err){0};
	status = command(&line);
	fflush(stdout);
	assert_true(dup2(was_in, STDIN_FILENO) >= 0 && dup2(was_out, STDOUT_FILENO) >= 0);
	close(was_in);
	close(was_out);
	/* Through another description of the file, which is gone by name. */
	keep_printed(out);
	close(out);
	return status;
}

#define MOST_WORDS 16
static int run_line(command_fn *command, const char *text)
{
	SCOPED(free_char) char *copy = x_strdup(text);
	char *words[MOST_WORDS + 1] = {0};
	int n = 0;

	for (char *at = copy; *at && n < MOST_WORDS;) {
		words[n++] = at;
		at += strcspn(at, " ");
		if (*at)
			*at++ = '\0';
	}
	return run_words(command, words);
}

#define done(command, typed)                          \
 do {                                                 \
  if (run_line(command, typed) != 0)                  \
   fail_msg("%s %s: %s", #command, typed, told.text); \
 } while (0)
#define fails(wanted, command, typed) \
 assert_int_equal(run_line(command, typed), err_exit_status(wanted))
#define prints(wanted)                                 \
 do {                                                  \
  if (!strstr(printed, wanted))                        \
   fail_msg("\"%s\" is not in:\n%s", wanted, printed); \
 } while (0)
#define does_not_print(unwanted) assert_null(strstr(printed, unwanted))

#endif
