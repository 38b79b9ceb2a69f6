/* SPDX-License-Identifier: Apache-2.0 */
/* A passphrase is asked at a terminal: what is shown, what is asked again, how it is given up. Through a pipe: test_custody_db.c. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../src/app/passphrase.h"

#define ANNE "Quatre châteaux verts"
#define LUC "Trois rivières bleues"

/* A terminal of its own. What the other side types comes when the question has been asked. */
struct terminal {
	int master, slave, questions[2];
	pid_t child;
	struct buf shown;
};

static void terminal_open(struct terminal *t)
{
	t->shown = (struct buf)BUF_LIMIT(1 << 16);
	t->master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(
		t->master >= 0 && grantpt(t->master) == 0 && unlockpt(t->master) == 0);
	t->slave = open(ptsname(t->master), O_RDWR | O_NOCTTY);
	assert_true(t->slave >= 0);
	assert_int_equal(pipe(t->questions), 0);
}

/* In a child, so that it may wait. Exit status 0: taken, and it was `expected`. */
static void terminal_ask(struct terminal *t, const char *expected)
{
	fflush(NULL);
	t->child = fork();
	if (t->child == 0) {
		struct passphrase p;
		struct err err = {0};

		dup2(t->slave, STDIN_FILENO);
		dup2(t->questions[1], STDERR_FILENO);
		if (!passphrase_ask_new(&p, "Anne Martin", &err))
			_exit(err.code == ERR_DENIED ? 2 : 3);
		_exit(str_eq_z(passphrase_str(&p), expected) ? 0 : 1);
	}
	close(t->questions[1]);
}

/* Waits for a question that ends so, then types. */
static void terminal_answer(struct terminal *t, const char *question, const char *typed)
{
	SCOPED(buf_release) struct buf asked = BUF_LIMIT(1 << 16);
	char c;

	while (!strstr(buf_str(&asked).p, question)) {
		assert_int_equal(read(t->questions[0], &c, 1), 1);
		buf_addc(&asked, c);
	}
	assert_int_equal(write(t->master, typed, strlen(typed)), (ssize_t)strlen(typed));
}

static int terminal_end(struct terminal *t)
{
	char part[256];
	ssize_t n;
	int status = -1;

	assert_int_equal(waitpid(t->child, &status, 0), t->child);
	close(t->slave);
	while ((n = read(t->master, part, sizeof(part))) > 0)
		buf_bytes(&t->shown, part, (size_t)n);
	close(t->master);
	close(t->questions[0]);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void at_a_terminal_nothing_is_shown_and_it_is_asked_twice(void **state)
{
	struct terminal t = {0};

	(void)state;
	terminal_open(&t);
	terminal_ask(&t, ANNE);
	terminal_answer(&t, "choisie par Anne Martin\u202F: ", "trop court\n");
	terminal_answer(&t, "choisie par Anne Martin\u202F: ", LUC "\n");
	terminal_answer(&t, "encore une fois\u202F: ", ANNE "\n"); /* not the same */
	terminal_answer(&t, "choisie par Anne Martin\u202F: ", ANNE "\n");
	terminal_answer(&t, "encore une fois\u202F: ", ANNE "\n");
	assert_int_equal(terminal_end(&t), 0);
	assert_null(strstr(buf_str(&t.shown).p, "teaux"));
	assert_null(strstr(buf_str(&t.shown).p, "court"));
	buf_release(&t.shown);
}

static void control_c_gives_up_and_leaves_the_terminal_as_it_was(void **state)
{
	struct terminal t = {0};
	struct termios before, after;

	(void)state;
	terminal_open(&t);
	assert_int_equal(tcgetattr(t.slave, &before), 0);
	assert_true((before.c_lflag & ECHO) != 0);
	terminal_ask(&t, ANNE);
	terminal_answer(&t, "choisie par Anne Martin\u202F: ", "Quat\003");
	/* Its child has ended before the terminal is looked at. */
	siginfo_t info;
	assert_int_equal(waitid(P_PID, (id_t)t.child, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(tcgetattr(t.slave, &after), 0);
	assert_int_equal(after.c_lflag, before.c_lflag);
	assert_int_equal(after.c_cc[VEOL], before.c_cc[VEOL]);
	assert_int_equal(terminal_end(&t), 2);
	buf_release(&t.shown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_a_terminal_nothing_is_shown_and_it_is_asked_twice),
		cmocka_unit_test(control_c_gives_up_and_leaves_the_terminal_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
