/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duty_keeper.c - the process that closes, counts, publishes and withdraws when a person asked for it on the staff site.
 *
 * It waits for tasks in the database, one at a time, and blocks while it works: nobody else depends on it. Where custodians
 * keep the counting key, one of them gave a file and a passphrase to the staff site, which handed them over (handover.h):
 * they are used once and wiped, whatever comes of it.
 */
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "barometre/app/count.h"
#include "barometre/app/duties.h"
#include "barometre/app/handover.h"
#include "barometre/app/publish.h"
#include "barometre/base/log.h"
#include "barometre/store/edition_store.h"
#include "barometre/store/privacy_store.h"
#include "barometre/store/staff_store.h"
#include "custodian_key.h"

struct keeper {
	const struct config *config;
	struct db *db;
	int taking;
	usec_t next_purge;
};

/* Not written down, the task would stay taken: with the database opened again it is taken again. */
static void finish(struct keeper *k, const struct keeper_task *task, const char *outcome)
{
	struct err err = {0};

	if (keeper_task_finish(k->db, task->id, outcome, &err))
		return;
	log_error("keeper.task", F_ERR(&err));
	db_drop(&k->db);
}

/* The staff site shows it; the log has the exact words for the operator. */
static const char *words_for_staff(enum err_code code)
{
	switch (code) {
	case ERR_CONFLICT:
		return "L’état de l’édition ne le permet pas : elle a sans doute déjà été close ou dépouillée.";
	case ERR_MISSING:
	case ERR_DENIED:
		return "Une clé manque sur le serveur : prévenez l’exploitant. Rien n’est jamais compté deux fois.";
	case ERR_BUSY:
		return "La base de données n’a pas répondu. Regardez dans quelques minutes où en est l’édition ; rien n’est jamais "
		       "compté deux fois.";
	case ERR_NONE:
	case ERR_INVALID:
	case ERR_LIMIT:
	case ERR_BROKEN:
	default:
		return "Cela n’a pas abouti : prévenez l’exploitant, le journal du serveur dit pourquoi. Rien n’est jamais compté "
		       "deux fois.";
	}
}

/* ---- what custodians brought ---- */

/* For one count, in locked memory: what came, what its file says of itself, what it opens. */
struct brought {
	struct handover message;
	struct custody custody;
	struct secret_key key;
};
DEFINE_DROP(brought_drop, struct brought, secret_free)

/* The last one: whoever asks for a count asks right after handing over. */
static bool was_brought(int taking, const char *edition, struct handover *ret)
{
	bool found = false;

	while (handover_receive(taking, ret))
		found = strcmp(ret->edition, edition) == 0;
	return found;
}

/* Fills the options where the edition has custodians; they borrow from *ret. Errors are for people, in French. */
static bool take_key(int taking, const struct edition *edition, struct brought *ret,
	struct count_options *options, struct err *err)
{
	struct str file;

	/* Of an edition that cannot be counted now, the count itself tells why. */
	if (!edition || !edition->custodians || strcmp(edition->state, "closed") != 0)
		return true;
	if (!was_brought(taking, edition->code, &ret->message))
		return err_set(err, ERR_MISSING,
			"Le fichier de clé n’est pas arrivé jusqu’au dépouillement\u202F: rien n’a été fait. Demandez de "
			"nouveau le dépouillement, avec le fichier et sa phrase secrète.");
	file = str_of(ret->message.file);
	if (!custodian_key_read(&ret->custody, file, edition, err) ||
		!custody_open(&ret->key, file, str_of(ret->message.passphrase), err))
		return false;
	options->counting_key = &ret->key;
	options->custodian = ret->custody.custodian;
	return true;
}

/* ---- tasks ---- */

static void succeed(struct keeper *k, const struct keeper_task *task)
{
	log_info("keeper.done", F_TEXT("task", task->kind));
	finish(k, task, "done");
}

static void fail(struct keeper *k, const struct keeper_task *task, const struct err *err)
{
	log_error("keeper.failed", F_TEXT("task", task->kind), F_ERR(err));
	finish(k, task, words_for_staff(err->code));
	db_drop(&k->db); /* a count may be half done: it is finished when the database is opened again */
}

/* What people read of a key that does not open is exact; of the rest the log is. */
static void count(struct keeper *k, const struct keeper_task *task)
{
	SCOPED(brought_drop)
	struct brought *brought = secret_alloc(sizeof(*brought));
	struct editions editions = {0};
	struct count_pace pace = {0};
	struct count_options options = {.key_directory = k->config->key_directory,
		.now = clock_now(),
		.progress = count_progress_log,
		.progress_arg = &pace};
	struct err err = {0};
	json_t *record = NULL;
	bool loaded = editions_load(k->db, &editions, &err);
	bool ready = loaded &&
		take_key(k->taking, editions_find(&editions, str_of(task->edition)),
			brought, &options, &err);

	editions_release(&editions);
	if (loaded && !ready) {
		log_warning("keeper.key", F_ERR(&err));
		finish(k, task, err.text);
	} else if (!ready || !count_run(k->db, task->edition, &options, &record, &err)) {
		fail(k, task, &err);
	} else {
		succeed(k, task);
	}
	json_decref(record);
}

static void close_edition(struct keeper *k, const struct keeper_task *task)
{
	struct err err = {0};

	if (edition_close(k->db, task->edition, &err))
		succeed(k, task);
	else
		fail(k, task, &err);
}

static const char *release_words(const struct keeper_task *task, enum err_code code)
{
	if (code != ERR_CONFLICT)
		return "Cela n’a pas abouti\u202F: prévenez l’exploitant, le journal du serveur dit pourquoi.";
	return strcmp(task->kind, "withdraw") == 0
		? "Cette diffusion n’est pas publiée\u202F: il n’y a rien à retirer."
		: "L’état de cette diffusion ne le permet pas\u202F: elle n’est pas vérifiée, une plus récente est déjà publiée, "
		  "ou le dépouillement n’est pas terminé (relancez-le).";
}

/* The login that asked is in the journal with what was done. */
static void publish(struct keeper *k, const struct keeper_task *task)
{
	struct err err = {0};

	if (strcmp(task->kind, "publish") == 0
			? publish_release(k->db, task->edition, task->version,
				  task->asked_by, NULL, &err)
			: publish_withdraw(k->db, task->edition, task->version,
				  task->asked_by, task->reason, NULL, &err)) {
		succeed(k, task);
		return;
	}
	log_error("keeper.failed", F_TEXT("task", task->kind), F_ERR(&err));
	finish(k, task, release_words(task, err.code));
	db_drop(&k->db);
}

/* A count that was interrupted after its answers were stored: the rest is done now. Whoever asked for it may ask again and is told
 * that it is done. */
static void finish_counts(struct db *db, const struct config *config)
{
	struct count_options options = {
		.key_directory = config->key_directory, .now = clock_now()};
	struct err err = {0};
	int finished = 0;

	if (!count_resume(db, &options, &finished, &err))
		log_error("keeper.resume", F_ERR(&err));
	else if (finished > 0)
		log_info("keeper.resumed", F_COUNT("counts", finished));
}

/* Once a day what has been kept long enough goes; what is left of it in the files, `barometre purge` rewrites. Nobody waits for a count
 * then: what was handed over for none goes too, and a count that could not be finished before is finished. */
static void purge(struct keeper *k)
{
	struct retention_report report = {0};
	struct err err = {0};

	if (clock_now() < k->next_purge)
		return;
	k->next_purge = clock_now() + USEC_PER_DAY;
	handover_drop(k->taking);
	finish_counts(k->db, k->config);
	if (!retention_run(k->db, false, &report, &err))
		log_warning("keeper.purge", F_ERR(&err));
	retention_report_release(&report);
}

/* False when the database has to be opened again; a task may have closed it. */
static bool look_for_work(struct keeper *k)
{
	struct keeper_task task;
	struct err err = {0};
	bool found;

	if (!keeper_task_take(k->db, &task, &found, &err)) {
		log_warning("keeper.database", F_ERR(&err));
		return false;
	}
	if (!found)
		purge(k);
	else if (strcmp(task.kind, "close") == 0)
		close_edition(k, &task);
	else if (strcmp(task.kind, "count") == 0)
		count(k, &task);
	else
		publish(k, &task);
	return true;
}

/* There is one keeper: what it had taken and not finished when it died is taken again. */
static bool begin(struct keeper *k)
{
	struct err err = {0};

	k->db = db_open(k->config->database, "barometre_keeper", &err);
	if (!k->db)
		return false;
	finish_counts(k->db, k->config);
	if (!keeper_task_recover(k->db, &err)) {
		log_warning("keeper.database", F_ERR(&err));
		db_drop(&k->db);
	}
	return k->db != NULL;
}

int duty_keeper(const struct config *config, int taking)
{
	const struct timespec second = {1, 0};
	struct keeper k = {.config = config, .taking = taking};
	sigset_t stop;
	int signo = 0;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	while (signo != SIGTERM && signo != SIGINT) {
		if ((k.db || begin(&k)) && !look_for_work(&k))
			db_drop(&k.db);
		signo = sigtimedwait(&stop, NULL, &second);
	}
	db_close(k.db);
	return EXIT_SUCCESS;
}
