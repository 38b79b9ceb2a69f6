/* SPDX-License-Identifier: Apache-2.0 */
/* commands_bounce.c - mail that came back, and objections by telephone or letter, on the command line. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "barometre/app/keyring.h"
#include "barometre/base/confine.h"
#include "barometre/mail/bounce.h"
#include "barometre/mail/bounce_box.h"
#include "barometre/mail/objection_desk.h"
#include "barometre/store/bounce_store.h"
#include "commands.h"
#include "login.h"
#include "password_file.h"

#define EX_TEMPFAIL \
 75               /* of sysexits.h: a mail server keeps the message and tries again */
#define MOST 1000 /* messages of one source in one run */

/* One message on standard input, from the pipe of a mail server. */
static bool is_pipe(const struct command_line *line)
{
	return command_flag(line, "--stdin") || command_flag(line, "--recipient");
}

int command_bounce_fails(const struct command_line *line, const struct err *err)
{
	int status = command_fails(err);

	return is_pipe(line) ? EX_TEMPFAIL : status;
}

struct run {
	struct db *db;
	const char *bounce_address, *recipient;
	struct key bounces;
	size_t messages, ignored[BOUNCE_WHY_COUNT], effects[4];
};

static bool take(void *arg, struct str message, struct err *err)
{
	struct run *run = arg;
	struct bounce bounce;
	enum bounce_effect effect = BOUNCE_UNKNOWN;

	bounce_read(message, run->recipient, &run->bounces, run->bounce_address, &bounce);
	if (bounce.kind != BOUNCE_IGNORED &&
		!bounce_record(run->db, &bounce.contact, &bounce.report,
			bounce_kind_name(bounce.kind), bounce.status, &effect, err))
		return false;
	run->messages++;
	if (bounce.kind == BOUNCE_IGNORED)
		run->ignored[bounce.why]++;
	else
		run->effects[effect]++;
	return true;
}

static void print_totals(const struct run *run)
{
	static const char *const effects[] = {"contacts à qui l’on n’écrira plus",
		"échecs passagers comptés", "rapports déjà pris en compte",
		"rapports sur des contacts qui n’existent plus"};

	printf("%zu message(s) lu(s)\n", run->messages);
	for (size_t i = 0; i < COUNT_OF(effects); i++)
		if (run->effects[i] > 0)
			printf("  %5zu  %s\n", run->effects[i], effects[i]);
	for (int why = 1; why < BOUNCE_WHY_COUNT; why++)
		if (run->ignored[why] > 0)
			printf("  %5zu  sans effet : %s\n", run->ignored[why],
				bounce_why_words((enum bounce_why)why));
}

static bool load_bounce_key(const char *folder, struct key *ret, struct err *err)
{
	struct mail_keys mail;
	struct key key;

	if (!keyring_get(folder, "mail.key", &key, err))
		return false;
	mail_derive(&mail, &key);
	*ret = mail.bounces;
	secret_wipe(&key, sizeof(key));
	secret_wipe(&mail, sizeof(mail));
	return true;
}

/* What strangers wrote is read after the keys and passwords are out of reach. Of a Maildir files go from new to cur. */
static void close_behind(const struct config *c, const char *maildir)
{
	SCOPED(free_char) char *fresh = x_printf("%s/new", maildir);
	SCOPED(free_char) char *current = x_printf("%s/cur", maildir);
	const char *const moving[] = {fresh, current, NULL};
	const char *closed[4] = {c->key_directory};
	size_t n = 1;

	if (*c->smtp_password_file)
		closed[n++] = c->smtp_password_file;
	if (*c->bounce_imap_password_file)
		closed[n++] = c->bounce_imap_password_file;
	if (!*maildir)
		(void)confine(closed);
	else if (!confine_but(closed, moving).files)
		fprintf(stderr,
			"barometre: this kernel cannot close the key folder while a Maildir is read: go on with Linux 5.19 or later and Landlock, or have the mailbox read by IMAP or a pipe\n");
}

/* Asked before curl, whose words would be about certificates. */
static bool can_read_ca_file(const char *file, struct err *err)
{
	int fd = *file ? open(file, O_RDONLY | O_CLOEXEC) : -1;

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0 || !*file ||
		err_set(err, ERR_MISSING,
			"cannot read bounce_imap_ca_file \"%s\": let the service read it, and move it out of key_directory, which is closed while mail is read",
			file);
}

static bool read_imap(
	const struct config *c, const char *password, struct run *run, struct err *err)
{
	const struct bounce_imap options = {.url = c->bounce_imap_url,
		.user = c->bounce_imap_user,
		.password = password,
		.ca_file = c->bounce_imap_ca_file};

	/* A server that hangs up is an error to report, not the end. */
	(void)signal(SIGPIPE, SIG_IGN);
	return can_read_ca_file(c->bounce_imap_ca_file, err) &&
		bounce_read_imap(&options, MOST, take, run, err);
}

static bool read_maildir(const char *folder, struct run *run, struct err *err)
{
	size_t passed_over = 0;

	if (!bounce_read_maildir(folder, MOST, take, run, &passed_over, err))
		return false;
	if (passed_over > 0)
		fprintf(stderr,
			"barometre: %zu file(s) of the Maildir cannot be read by this user and were passed over\n",
			passed_over);
	return true;
}

/* `maildir` "": none. Whatever is missing for the mailbox, the Maildir is read. */
static bool read_boxes(const struct config *c, const char *maildir, bool imap,
	struct run *run, struct err *err)
{
	char password[256] = "";
	struct err unread = {0};
	bool has_password = imap &&
		password_file_read("bounce_imap_password_file",
			c->bounce_imap_password_file, password, sizeof(password),
			&unread);
	bool ok = true;

	close_behind(c, maildir);
	if (*maildir)
		ok = read_maildir(maildir, run, err);
	if (ok && has_password)
		ok = read_imap(c, password, run, err);
	else if (ok && imap)
		ok = err_set(err, unread.code, "%s", unread.text);
	secret_wipe(password, sizeof(password));
	return ok;
}

static bool read_sources(
	const struct command_line *line, struct run *run, struct err *err)
{
	const struct config *c = line->config;
	const char *named = command_option(line, "--maildir");
	const char *maildir = named ? named : c->bounce_maildir;
	bool imap_only = command_flag(line, "--imap");

	if (is_pipe(line)) {
		close_behind(c, "");
		return bounce_read_pipe(STDIN_FILENO, take, run, err);
	}
	if (imap_only && !*c->bounce_imap_url)
		return err_set(err, ERR_INVALID,
			"bounce_imap_url is empty: there is no mailbox to read");
	if (!*maildir && !*c->bounce_imap_url)
		return err_set(err, ERR_INVALID,
			"nothing to read: set bounce_imap_url or bounce_maildir, or give --maildir FOLDER or --stdin");
	return read_boxes(
		c, imap_only ? "" : maildir, *c->bounce_imap_url && !named, run, err);
}

int command_bounce(const struct command_line *line)
{
	struct run run = {.bounce_address = line->config->bounce_address,
		.recipient = command_option(line, "--recipient")};
	struct err err = {0};
	bool ok = true;

	if (!*run.bounce_address)
		ok = err_set(&err, ERR_INVALID,
			"bounce_address is empty: without it no return address says whom a report is about");
	ok = ok && load_bounce_key(line->config->key_directory, &run.bounces, &err);
	if (ok)
		run.db = login_open(line->config, "mailer", "barometre_mailer", &err);
	ok = ok && run.db;
	if (ok) {
		bounce_init();
		ok = read_sources(line, &run, &err);
	}
	db_close(run.db);
	secret_wipe(&run.bounces, sizeof(run.bounces));
	/* What was done before it went wrong is done. */
	if (!is_pipe(line) && (ok || run.messages > 0))
		print_totals(&run);
	return ok ? EXIT_SUCCESS : command_bounce_fails(line, &err);
}

int command_contacts_object(const struct command_line *line)
{
	SCOPED(buf_wipe) struct buf typed = BUF_LIMIT(0);
	struct mail_keys mail = {0};
	struct hash32 hash = {{0}};
	struct key key = {{0}};
	struct err err = {0};
	SCOPED(db_drop) struct db *db = NULL;
	int64_t found = 0;

	if (isatty(STDIN_FILENO))
		fprintf(stderr, "Adresse, puis Entrée et Ctrl-D : ");
	bool ok = command_read_file("-", &typed, &err) &&
		keyring_get(line->config->key_directory, "mail.key", &key, &err);
	if (ok) {
		mail_derive(&mail, &key);
		ok = objection_hash(
			str_trim(buf_str(&typed)), &mail.addresses, &hash, &err);
	}
	secret_wipe(&key, sizeof(key));
	secret_wipe(&mail, sizeof(mail));
	if (ok)
		db = command_database(line, &err);
	if (!ok || !db || !contact_object(db, &hash, "(commande)", &found, &err))
		return command_fails(&err);
	printf("Opposition enregistrée, pour toujours : %lld contact(s) de cette adresse dans les listes d’aujourd’hui, et tous ceux qui seraient importés plus tard.\n",
		(long long)found);
	return EXIT_SUCCESS;
}
