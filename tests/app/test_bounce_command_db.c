/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "barometre bounce" and "barometre contacts object" as a mail server and a person start them: what they print, how they end, what is in the
 * database then. Each in a process of its own, which closes the key folder behind itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../../src/app/commands.h"
#include "../store/support.h"
#include "../support/temporary.h"
#include "barometre/app/keyring.h"
#include "barometre/base/confine.h"
#include "barometre/mail/objection_desk.h"
#include "barometre/mail/verp.h"

static char *root, *keys;
static struct mail_keys mail;
static char empty[] = "", ours[] = "rebonds@barometre.example";

/* As in main.c, which is not a part of the library. */
int command_fails(const struct err *err)
{
	fprintf(stderr, "barometre: %s\n", err->text);
	return err_exit_status(err->code);
}

static int begin(void **state)
{
	int status = world_begin(state);
	struct key key;

	root = temporary_folder();
	keys = x_printf("%s/keys", root);
	assert_int_equal(mkdir(keys, 0700), 0);
	ok(keyring_prepare(keys, err));
	ok(keyring_get(keys, "mail.key", &key, err));
	mail_derive(&mail, &key);
	make_edition("r1", "open");
	make_contacts("r1", "patients", 1, 20);
	return status;
}

static int end(void **state)
{
	temporary_remove(root);
	free(root);
	free(keys);
	return world_end(state);
}

static struct config config_of(void)
{
	return (struct config){
		.database = world.conninfo,
		.owner_role = empty,
		.key_directory = keys,
		.bounce_address = ours,
		.smtp_password_file = empty,
		.bounce_imap_url = empty,
		.bounce_imap_user = empty,
		.bounce_imap_password_file = empty,
		.bounce_imap_ca_file = empty,
		.bounce_maildir = empty,
	};
}

struct outcome {
	int status;
	char *said; /* on both outputs */
};

static int open_input(const char *input)
{
	SCOPED(free_char) char *path = x_printf("%s/input", root);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(input, file);
	assert_int_equal(fclose(file), 0);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static struct outcome run_command(
	command_fn *command, const struct config *config, char **words, const char *input)
{
	const struct command_line line = {config, words, words[0] ? words[1] ? 2 : 1 : 0};
	SCOPED(free_char) char *path = x_printf("%s/output", root);
	struct outcome o = {-1, x_calloc(1, 1 << 14)};
	int in = open_input(input), out = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	int status = 0;

	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		(void)alarm(60);
		(void)dup2(in, STDIN_FILENO);
		(void)dup2(out, STDOUT_FILENO);
		(void)dup2(out, STDERR_FILENO);
		status = command(&line);
		fflush(NULL);
		_exit(status);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	o.status = WEXITSTATUS(status);
	assert_true(pread(out, o.said, (1 << 14) - 1, 0) >= 0);
	(void)close(in);
	(void)close(out);
	return o;
}

static void ends_with(struct outcome o, int status, const char *words)
{
	if (o.status != status || (words && !strstr(o.said, words)))
		fail_msg("status %d instead of %d, said: %s", o.status, status, o.said);
	/* Of no address, ours or theirs. */
	assert_null(strstr(o.said, "exemple"));
	assert_null(strstr(o.said, "marie"));
	assert_null(strchr(o.said, '+'));
	free(o.said);
}

/* Fresh. */
static char *return_address(int contact)
{
	struct id16 id = id_of("contact", contact);
	struct buf b = BUF_LIMIT(400);

	ok(verp_write(&b, &mail.bounces, ours, &id, err));
	return buf_take(&b);
}

static char *report_to(const char *recipient, const char *status)
{
	return x_printf(
		"From: MAILER-DAEMON@mx.example.net\nTo: %s\nMessage-ID: <%s-%s>\n"
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
		"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
		"Final-Recipient: rfc822; marie@exemple.fr\nAction: failed\nStatus: %s\n\n--b--\n",
		recipient, status, recipient, status);
}

static int64_t stopped(void)
{
	return number(world.owner,
		"SELECT count(*) AS n FROM barometre.contact WHERE bounced IS NOT NULL");
}

static void a_pipe_hands_a_report_over(void **state)
{
	struct config config = config_of();
	SCOPED(free_char) char *address = return_address(1);
	SCOPED(free_char) char *report = report_to("barometre@example.org", "5.1.1");
	char recipient[] = "--recipient", standard[] = "--stdin";
	char *words[] = {recipient, address, NULL}, *plain[] = {standard, NULL};

	(void)state;
	/* Without the envelope nobody knows whom it is about: that is no reason to keep it. */
	ends_with(run_command(command_bounce, &config, plain, report), 0, NULL);
	assert_int_equal(stopped(), 0);
	ends_with(run_command(command_bounce, &config, words, report), 0, NULL);
	assert_int_equal(stopped(), 1);
	ends_with(run_command(command_bounce, &config, words, report), 0, NULL);
	assert_int_equal(stopped(), 1);
}

/* Nothing is lost while something is broken here: the mail server keeps the message. */
static void what_cannot_be_recorded_is_kept_by_the_mail_server(void **state)
{
	struct config config = config_of();
	SCOPED(free_char) char *address = return_address(2);
	SCOPED(free_char) char *report = report_to(address, "5.1.1");
	char standard[] = "--stdin", nowhere[] = "host=/nonexistent dbname=none";
	char *words[] = {standard, NULL}, *none[] = {NULL};

	(void)state;
	config.database = nowhere;
	ends_with(run_command(command_bounce, &config, words, report), 75, "barometre:");
	config = config_of();
	config.key_directory = nowhere;
	ends_with(run_command(command_bounce, &config, words, report), 75, "barometre:");
	ends_with(run_command(command_bounce, &config, none, ""), 3, "barometre:");
	config = config_of();
	config.bounce_address = empty;
	ends_with(run_command(command_bounce, &config, words, report), 75,
		"bounce_address");
	config = config_of();
	ends_with(run_command(command_bounce, &config, none, ""), 2, "nothing to read");
	assert_int_equal(stopped(), 1);
	ends_with(run_command(command_bounce, &config, words, report), 0, NULL);
	assert_int_equal(stopped(), 2);
}

static void put_report(const char *box, int n, const char *recipient, const char *status)
{
	SCOPED(free_char) char *path = x_printf("%s/new/%d.x", box, n);
	SCOPED(free_char) char *report = report_to(recipient, status);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(report, file);
	assert_int_equal(fclose(file), 0);
}

static void a_maildir_is_read_and_summed_up(void **state)
{
	struct config config = config_of();
	SCOPED(free_char) char *box = x_printf("%s/box", root);
	SCOPED(free_char) char *fresh = x_printf("%s/new", box);
	SCOPED(free_char) char *current = x_printf("%s/cur", box);
	char *none[] = {NULL};

	(void)state;
	assert_int_equal(mkdir(box, 0700) | mkdir(fresh, 0700) | mkdir(current, 0700), 0);
	for (int i = 0; i < 5; i++) {
		SCOPED(free_char) char *address = return_address(10 + i);
		put_report(box, i, address, i < 3 ? "5.1.1" : "4.2.2");
	}
	put_report(box, 8,
		"rebonds+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@barometre.example",
		"5.1.1");
	config.bounce_maildir = box;
	struct outcome first = run_command(command_bounce, &config, none, "");
	assert_non_null(strstr(first.said, "6 message(s) lu(s)"));
	assert_non_null(strstr(first.said, "    3  contacts à qui l’on n’écrira plus"));
	assert_non_null(strstr(first.said, "    1  sans effet\u202F: identifiants faux"));
	ends_with(first, 0, NULL);
	assert_int_equal(stopped(), 5);
	ends_with(
		run_command(command_bounce, &config, none, ""), 0, "0 message(s) lu(s)");
	/* With the database away everything stays where it is. */
	SCOPED(free_char) char *address = return_address(16);
	char nowhere[] = "host=/nonexistent dbname=none";
	put_report(box, 9, address, "5.1.1");
	config.database = nowhere;
	SCOPED(free_char) char *file = x_printf("%s/9.x", fresh);
	struct outcome away = run_command(command_bounce, &config, none, "");
	assert_true(away.status != 0);
	free(away.said);
	assert_int_equal(access(file, F_OK), 0);
}

static char *make_file(const char *folder, const char *name, const char *text)
{
	char *path = x_printf("%s/%s", folder, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	return path;
}

/* What a process that read the Maildir can still do is looked at in that process. */
static int bounce_and_look(const struct command_line *line)
{
	SCOPED(free_char) char *key = x_printf("%s/mail.key", keys);
	SCOPED(free_char) char *fresh = x_printf("%s/box/new/made", root);
	SCOPED(free_char) char *beside = x_printf("%s/made", root);
	bool could = open(key, O_RDONLY | O_CLOEXEC) >= 0;
	int status = command_bounce(line);

	if (!could)
		printf("the key was out of reach before\n");
	if (open(key, O_RDONLY | O_CLOEXEC) >= 0 || errno != EACCES)
		printf("the key can be read\n");
	if (open(fresh, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0)
		printf("a file of the Maildir can be written\n");
	(void)unlink(fresh); /* an empty one is made before it is refused */
	if (open(beside, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0)
		printf("a file beside the Maildir can be made\n");
	return status;
}

static void a_maildir_is_read_with_the_key_folder_closed(void **state)
{
	struct config config = config_of();
	SCOPED(free_char) char *box = x_printf("%s/box", root);
	SCOPED(free_char) char *moved = x_printf("%s/cur/20.x:2,RS", box);
	SCOPED(free_char) char *left = x_printf("%s/new/20.x", box);
	SCOPED(free_char) char *address = return_address(17);
	char url[] = "imaps://localhost:1/INBOX";
	SCOPED(free_char) char *nothing = x_printf("%s/no-password", root);
	char *none[] = {NULL};

	(void)state;
	if (!confine_offered().files) {
		print_message("skipped: this kernel closes no folder\n");
		skip();
	}
	put_report(box, 20, address, "5.1.1");
	config.bounce_maildir = box;
	struct outcome o = run_command(bounce_and_look, &config, none, "");
	assert_null(strstr(o.said, "can be"));
	assert_null(strstr(o.said, "before"));
	assert_null(strstr(o.said, "this kernel"));
	ends_with(o, 0, "message(s) lu(s)");
	assert_int_equal(access(moved, F_OK), 0);
	assert_int_equal(access(left, F_OK), -1);
	/* A mailbox whose password is missing keeps no Maildir from being read. */
	put_report(box, 21, address, "5.1.1");
	config.bounce_imap_url = url;
	config.bounce_imap_password_file = nothing;
	o = run_command(bounce_and_look, &config, none, "");
	assert_null(strstr(o.said, "can be"));
	assert_non_null(strstr(o.said, "1 message(s) lu(s)"));
	ends_with(o, 3, "bounce_imap_password_file");
}

/* The key folder is closed before the mailbox is opened: that is no fault of anybody's certificate. */
static void a_ca_file_has_to_stand_outside_the_key_folder(void **state)
{
	struct config config = config_of();
	char url[] = "imaps://localhost:1/INBOX", user[] = "retours";
	char *none[] = {NULL};
	SCOPED(free_char) char *password = make_file(root, "password", "secret\n");
	SCOPED(free_char) char *inside = make_file(keys, "ca.pem", "x\n");
	SCOPED(free_char) char *missing = x_printf("%s/none.pem", root);

	(void)state;
	config.bounce_imap_url = url;
	config.bounce_imap_user = user;
	config.bounce_imap_password_file = password;
	config.bounce_imap_ca_file = missing;
	ends_with(run_command(command_bounce, &config, none, ""), 3,
		"cannot read bounce_imap_ca_file");
	if (!confine_offered().files) {
		print_message("skipped: this kernel closes no folder\n");
		skip();
	}
	config.bounce_imap_ca_file = inside;
	struct outcome o = run_command(command_bounce, &config, none, "");
	assert_null(strstr(o.said, "certificate"));
	assert_non_null(strstr(o.said, "cannot read bounce_imap_ca_file"));
	ends_with(o, 3, "move it out of key_directory");
}

static void an_objection_is_typed_and_not_shown(void **state)
{
	struct config config = config_of();
	struct hash32 hash;
	struct id16 id = id_of("contact", 18);
	static const struct sql change = {"test",
		"UPDATE barometre.contact SET address_hash = $2 WHERE id = $1::uuid"};
	struct db_params params = {0};
	char *none[] = {NULL};

	(void)state;
	ok(objection_hash(STR("marie@exemple.fr"), &mail.addresses, &hash, err));
	db_uuid(&params, &id);
	db_bytes(&params, hash.b, sizeof(hash.b));
	ok(db_run(world.owner, &change, &params, NULL, err));
	config.owner_role = text_of(world.owner, "SELECT current_user::text AS t");
	ends_with(run_command(command_contacts_object, &config, none,
			  "  Marie@Exemple.FR \n"),
		0, "1 contact(s)");
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.contact WHERE objected"),
		1);
	ends_with(run_command(command_contacts_object, &config, none, "marie\n"), 2,
		"barometre:");
	free(config.owner_role);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipe_hands_a_report_over),
		cmocka_unit_test(what_cannot_be_recorded_is_kept_by_the_mail_server),
		cmocka_unit_test(a_maildir_is_read_and_summed_up),
		cmocka_unit_test(a_maildir_is_read_with_the_key_folder_closed),
		cmocka_unit_test(a_ca_file_has_to_stand_outside_the_key_folder),
		cmocka_unit_test(an_objection_is_typed_and_not_shown),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
