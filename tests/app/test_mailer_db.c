/* SPDX-License-Identifier: Apache-2.0 */
/* The mailer's process, which is confined: the file of the relay's authorities, and the file of its own that says how far it was. */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../store/support.h"
#include "../support/offered.h"
#include "../support/temporary.h"
#include "barometre/app/duties.h"
#include "barometre/app/keyring.h"

static char *root, *keys, *ca_beside, *ca_inside;

static void write_file(const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
}

static int begin(void **state)
{
	int status = world_begin(state);

	root = temporary_folder();
	keys = x_printf("%s/keys", root);
	ca_beside = x_printf("%s/ca.pem", root);
	ca_inside = x_printf("%s/ca.pem", keys);
	assert_int_equal(mkdir(keys, 0700), 0);
	ok(keyring_prepare(keys, err));
	write_file(ca_beside);
	write_file(ca_inside);
	return status;
}

static int end(void **state)
{
	temporary_remove(root);
	free(root);
	free(keys);
	free(ca_beside);
	free(ca_inside);
	return world_end(state);
}

struct mailing_child {
	pid_t pid;
	FILE *log;
};

static int log_end;

static void hand_on(void *arg, const char *line)
{
	(void)arg;
	(void)dprintf(log_end, "%s\n", line);
}

/* Its log in a pipe; no edition is there, so nothing is sent. Ended when it hangs. */
static struct mailing_child start_mailer(char *ca_file)
{
	char url[] = "smtp://127.0.0.1:1", tls[] = "required", none[] = "";
	const struct config config = {
		.database = world.conninfo,
		.key_directory = keys,
		.public_url = none,
		.organisation = none,
		.contact_address = none,
		.smtp_url = url,
		.smtp_user = none,
		.smtp_password_file = none,
		.smtp_tls = tls,
		.smtp_ca_file = ca_file,
		.mail_from_name = none,
		.mail_from_address = none,
		.mail_reply_to = none,
		.bounce_address = none,
		.mail_per_minute = 1,
		.mail_connections = 1,
	};
	const struct duty_sockets sockets = {-1, -1, -1, -1};
	struct mailing_child child;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	child.pid = fork();
	if (child.pid == 0) {
		(void)alarm(60);
		log_end = ends[1];
		log_set_level(LOG_LEVEL_INFO);
		log_capture(hand_on, NULL);
		_exit(duty_run(&config, DUTY_MAILER, &sockets));
	}
	(void)close(ends[1]);
	child.log = fdopen(ends[0], "r");
	assert_non_null(child.log);
	return child;
}

/* The line with this word; to be freed. NULL when it ended before. */
static char *read_until(const struct mailing_child *child, const char *word)
{
	char line[2048];

	while (fgets(line, sizeof(line), child->log))
		if (strstr(line, word))
			return x_strdup(line);
	return NULL;
}

static int status_of(struct mailing_child *child)
{
	int status;

	assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
	(void)fclose(child->log);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Beside the key folder only what was there at the start can be read. */
static void a_replaced_authority_starts_the_process_again(void **state)
{
	char *fresh SCOPED(free_char) = x_printf("%s/ca.pem.new", root);
	struct mailing_child child;

	(void)state;
	if (!confine_offered().files)
		skip();
	child = start_mailer(ca_beside);
	char *ready SCOPED(free_char) = read_until(&child, "event=duty.ready");
	assert_non_null(ready);
	write_file(fresh);
	assert_int_equal(rename(fresh, ca_beside), 0);
	char *said SCOPED(free_char) = read_until(&child, "event=mail.ca_file");
	assert_non_null(said);
	assert_non_null(strstr(said, ca_beside));
	assert_int_equal(status_of(&child), DUTY_RELOAD);
}

/* Starting again would not help: it is said once, with the remedy, and the process stays. */
static void an_authority_in_the_key_folder_is_said_and_nothing_loops(void **state)
{
	struct mailing_child child;

	(void)state;
	if (!confine_offered().files)
		skip();
	child = start_mailer(ca_inside);
	char *said SCOPED(free_char) = read_until(&child, "event=mail.ca_file");
	assert_non_null(said);
	assert_non_null(strstr(said, "level=error"));
	assert_non_null(strstr(said, ca_inside));
	assert_non_null(strstr(said, "keep it out of key_directory"));
	(void)usleep(2500000); /* it looks every second */
	assert_int_equal(kill(child.pid, SIGTERM), 0);
	assert_int_equal(status_of(&child), 0);
}

static void an_authority_that_can_be_read_is_not_mentioned(void **state)
{
	struct mailing_child child = start_mailer(ca_beside);
	char line[2048];
	int stopped = 0;

	(void)state;
	while (fgets(line, sizeof(line), child.log)) {
		assert_null(strstr(line, "mail.ca_file"));
		if (strstr(line, "event=duty.ready") && !stopped++)
			assert_int_equal(kill(child.pid, SIGTERM), 0);
	}
	assert_int_equal(stopped, 1);
	assert_int_equal(status_of(&child), 0);
}

/* What it knows is on disk, written by a process that has closed the key folder behind itself. */
static void another_database_is_noticed_by_the_next_process(void **state)
{
	char *mark SCOPED(free_char) = x_printf("%s/mail.mark", keys);
	struct stat info;

	(void)state;
	struct mailing_child child = start_mailer(ca_beside);
	char *ready SCOPED(free_char) = read_until(&child, "event=duty.ready");
	assert_non_null(ready);
	for (int i = 0; i < 500 && (stat(mark, &info) != 0 || info.st_size == 0); i++)
		(void)usleep(20000);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_true(info.st_size > 0);
	assert_int_equal(kill(child.pid, SIGKILL), 0);
	(void)status_of(&child);
	run(world.owner, "UPDATE barometre.mail_gate SET mark = gen_random_uuid()");
	child = start_mailer(ca_beside);
	char *held SCOPED(free_char) = read_until(&child, "event=mail.held");
	assert_non_null(held);
	assert_non_null(strstr(held, "level=error"));
	assert_non_null(strstr(held, "barometre mail release"));
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.mail_gate WHERE held = 'restored'"),
		1);
	/* One word of a person's, and the next process goes on. */
	run(world.owner, "SELECT barometre.mail_release('essai')");
	char *released SCOPED(free_char) = read_until(&child, "event=mail.released");
	assert_non_null(released);
	assert_int_equal(kill(child.pid, SIGTERM), 0);
	assert_int_equal(status_of(&child), 0);
	child = start_mailer(ca_beside);
	char *again SCOPED(free_char) = read_until(&child, "event=duty.ready");
	assert_non_null(again);
	(void)usleep(2500000);
	assert_int_equal(kill(child.pid, SIGTERM), 0);
	assert_null(read_until(&child, "event=mail.held"));
	assert_int_equal(status_of(&child), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_authority_that_can_be_read_is_not_mentioned),
		cmocka_unit_test(another_database_is_noticed_by_the_next_process),
		cmocka_unit_test(a_replaced_authority_starts_the_process_again),
		cmocka_unit_test(
			an_authority_in_the_key_folder_is_said_and_nothing_loops),
	};

	say_what_is_not_offered();
	return cmocka_run_group_tests(tests, begin, end);
}
