/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duty_mailer.c - the process that sends: the outbox on a loop, until told, until an edition changed, or until the file of
 * the relay's authorities was replaced where a confined process cannot read what is new (confine.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "barometre/app/duties.h"
#include "barometre/base/log.h"
#include "barometre/mail/letter.h"
#include "barometre/mail/objection_desk.h"
#include "barometre/mail/outbox.h"
#include "barometre/store/migrate.h"
#include "mail_mark.h"
#include "password_file.h"
#include "sql_catalog.h"

struct mailer {
	struct loop *loop;
	struct db_pool *pool;
	struct outbox *outbox;
	struct timer *timer;
	const char *ca_file; /* "": none */
	int64_t revision;
	int ca_error; /* of opening it when this process started; 0: none */
	int status;
	bool leaving;
};

static void left(void *arg)
{
	struct mailer *m = arg;

	loop_stop(m->loop);
}

static void leave(struct mailer *m, int status)
{
	if (m->leaving)
		return;
	m->leaving = true;
	m->status = status;
	timer_stop(m->timer);
	outbox_drain(m->outbox, left, m);
}

static void on_stop_signal(void *arg, int signo)
{
	(void)signo;
	leave(arg, EXIT_SUCCESS);
}

static void on_revision(void *arg, struct db_rows *rows, const struct err *err)
{
	struct mailer *m = arg;

	if (!err && db_count(rows) == 1 && db_int(rows, 0, "revision") != m->revision)
		leave(m, DUTY_RELOAD);
}

/* 0, or why the file cannot be read. */
static int open_error(const char *file)
{
	int fd = *file ? open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	int why = *file && fd < 0 ? errno : 0;

	if (fd >= 0)
		(void)close(fd);
	return why;
}

/* A fresh process can read it, unless it never was meant to: then that was said once, and starting again would not help. */
static void look_at_ca_file(struct mailer *m)
{
	if (m->ca_error == EACCES || open_error(m->ca_file) != EACCES)
		return;
	log_info("mail.ca_file", F_TEXT("file", m->ca_file),
		F_TEXT("state", "replaced: this process starts again to read it"));
	leave(m, DUTY_RELOAD);
}

static void look_around(void *arg)
{
	struct mailer *m = arg;
	struct db_params params = {0};

	look_at_ca_file(m);
	if (m->leaving)
		return;
	db_call(m->pool, &SQL_EDITION_REVISION, &params, 10 * USEC_PER_SEC, on_revision,
		m);
}

static void run(struct mailer *m, const struct config *config, const struct keyring *ring,
	const struct editions *editions, const char *password,
	struct mail_mark_file *mark)
{
	struct smtp_options smtp_options = {
		.url = config->smtp_url,
		.user = config->smtp_user,
		.password = password,
		.require_tls = strcmp(config->smtp_tls, "required") == 0,
		.ca_file = config->smtp_ca_file,
		.connections = (int)config->mail_connections,
	};
	struct outbox_options options = {
		.public_url = config->public_url,
		.from_name = config->mail_from_name,
		.from_address = config->mail_from_address,
		.reply_to = config->mail_reply_to,
		.organisation = config->organisation,
		.contact_address = config->contact_address,
		.bounce_address = config->bounce_address,
		.per_minute = (int)config->mail_per_minute,
		.domain_per_minute = (int)config->mail_domain_per_minute,
		.now = clock_now,
		.address_public = box_public(&ring->address),
		.address_secret = ring->address,
		.stops = ring->mail.stops,
		.bounces = ring->mail.bounces,
		.mark = mark->known ? &mark->mark : NULL,
		.keep_mark = mail_mark_keep,
		.keep_arg = mark,
	};
	struct edition_tokens *tokens = secret_alloc(
		(ring->edition_count + 1) * sizeof(*tokens));
	struct smtp *smtp = smtp_new(m->loop, &smtp_options);

	for (size_t i = 0; i < ring->edition_count; i++)
		tokens[i] = (struct edition_tokens){
			ring->editions[i].edition, ring->editions[i].keys.tokens};
	m->outbox = outbox_new(
		m->loop, m->pool, smtp, editions, tokens, ring->edition_count, &options);
	m->timer = timer_new(m->loop, look_around, m);
	timer_start(m->timer, USEC_PER_SEC, true);
	loop_on_signal(m->loop, SIGTERM, on_stop_signal, m);
	loop_on_signal(m->loop, SIGINT, on_stop_signal, m);
	m->ca_file = config->smtp_ca_file;
	m->ca_error = open_error(m->ca_file);
	if (m->ca_error != 0)
		log_error("mail.ca_file", F_TEXT("file", m->ca_file),
			F_TEXT("error", strerror(m->ca_error)),
			F_TEXT("remedy",
				"no mail leaves under TLS: let the service read smtp_ca_file, and keep it out of key_directory"));
	struct objection_desk *desk = objection_desk_new(
		m->loop, m->pool, &ring->address, &ring->mail.addresses);
	outbox_start(m->outbox);
	log_info("duty.ready", F_COUNT("revision", m->revision));
	loop_run(m->loop);
	objection_desk_free(desk);
	timer_free(m->timer);
	outbox_free(m->outbox);
	smtp_free(smtp);
	secret_wipe(&options.address_secret, sizeof(options.address_secret));
	secret_wipe(&options.stops, sizeof(options.stops));
	secret_wipe(&options.bounces, sizeof(options.bounces));
	secret_free(tokens);
}

/* The supervisor starts us again: waiting here keeps its back-off short and the log quiet. */
static bool load_editions(const struct config *config, struct editions *ret)
{
	struct err err = {0};
	SCOPED(db_drop)
	struct db *db = db_open(config->database, "barometre_mailer", &err);

	if (db && migrate_check(db, &err) && editions_load(db, ret, &err))
		return true;
	log_error("duty.database", F_ERR(&err));
	return false;
}

int duty_mailer(const struct config *config, const struct keyring *ring,
	struct mail_mark_file *mark)
{
	struct mailer m = {.status = EXIT_FAILURE};
	struct editions editions = {0};
	char password[256] = "";
	struct err err = {0};

	if (*config->smtp_password_file &&
		!password_file_read("smtp_password_file", config->smtp_password_file,
			password, sizeof(password), &err)) {
		log_error("duty.password", F_ERR(&err));
		return EXIT_FAILURE;
	}
	if (!load_editions(config, &editions)) {
		secret_wipe(password, sizeof(password));
		return EXIT_FAILURE;
	}
	letter_init();
	m.revision = editions.revision;
	m.loop = loop_new();
	m.pool = db_pool_new(m.loop, config->database, "barometre_mailer", 2);
	run(&m, config, ring, &editions, password, mark);
	secret_wipe(password, sizeof(password));
	db_pool_free(m.pool);
	loop_free(m.loop);
	editions_release(&editions);
	return m.status;
}
