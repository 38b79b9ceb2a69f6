/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duty_keeper.c - the process that closes and counts when a person asked for it on the staff site.
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
#include "barometre/base/log.h"
#include "barometre/store/edition_store.h"
#include "barometre/store/privacy_store.h"
#include "barometre/store/staff_store.h"
#include "custodian_key.h"

static void finish(struct db *db, const struct keeper_task *task, const char *outcome)
{
	struct err err = {0};

	if (!keeper_task_finish(db, task->id, outcome, &err))
		log_error("keeper.task", F_ERR(&err));
}

/* The staff site shows it; the log has the exact words for the operator. */
static const char *words_for_staff(enum err_code code)
{
	switch (code) {
	case ERR_CONFLICT:
		return "L’état de l’édition ne le permet pas : elle a sans doute déjà été close ou dépouillée.";
	case ERR_MISSING:
	case ERR_DENIED:
		return "Une clé manque sur le serveur : rien n’a été fait, prévenez l’exploitant.";
	case ERR_BUSY:
		return "La base de données n’a pas répondu : rien n’a été fait, réessayez dans quelques minutes.";
	case ERR_NONE:
	case ERR_INVALID:
	case ERR_LIMIT:
	case ERR_BROKEN:
	default:
		return "Rien n’a été fait : prévenez l’exploitant, le journal du serveur dit pourquoi.";
	}
}

/* ---- what custodians brought ---- */

struct keeper {
	const struct config *config;
	struct db *db;
	int taking;
	/* What came last, until its count, and what it opens; in locked memory. */
	struct handover *brought;
	struct secret_key *key;
	usec_t next_purge;
};

static void forget(struct keeper *k)
{
	secret_wipe(k->brought, sizeof(*k->brought));
	secret_wipe(k->key, sizeof(*k->key));
}

/* A new one takes the place of what waited: whoever asks for a count asks right after handing over. */
static bool was_brought(struct keeper *k, const char *edition)
{
	bool found = strcmp(k->brought->edition, edition) == 0;

	while (handover_receive(k->taking, k->brought))
		found = strcmp(k->brought->edition, edition) == 0;
	return found;
}

/* The counting key of an edition of custodians. Errors are for people, in French. */
static bool open_brought(struct keeper *k, const struct edition *edition,
	struct custody *ret_custody, struct err *err)
{
	struct str file;

	if (!was_brought(k, edition->code))
		return err_set(err, ERR_MISSING,
			"Le fichier de clé n’est pas arrivé jusqu’au dépouillement\u202F: rien n’a été fait, recommencez.");
	file = str_of(k->brought->file);
	return custodian_key_read(ret_custody, file, edition, err) &&
		custody_open(k->key, file, str_of(k->brought->passphrase), err);
}

/* Fills the options where the edition has custodians. *ret_custody is borrowed by them. */
static bool take_key(struct keeper *k, const char *code, struct custody *ret_custody,
	struct count_options *options, struct err *err)
{
	struct editions editions = {0};
	const struct edition *edition;
	bool ok = editions_load(k->db, &editions, err);

	edition = ok ? editions_find(&editions, str_of(code)) : NULL;
	/* Of an edition that cannot be counted now, the count itself tells why. */
	if (edition && edition->custodians && strcmp(edition->state, "closed") == 0) {
		ok = open_brought(k, edition, ret_custody, err);
		options->counting_key = k->key;
		options->custodian = ret_custody->custodian;
	}
	editions_release(&editions);
	return ok;
}

/* ---- tasks ---- */

/* What people read of a key that does not open is exact; of the rest the log is. */
static void count(struct keeper *k, const struct keeper_task *task)
{
	struct count_pace pace = {0};
	struct custody custody;
	struct count_options options = {.key_directory = k->config->key_directory,
		.now = clock_now(),
		.progress = count_progress_log,
		.progress_arg = &pace};
	struct err err = {0};
	json_t *record = NULL;

	if (!take_key(k, task->edition, &custody, &options, &err)) {
		log_warning("keeper.key", F_ERR(&err));
		finish(k->db, task,
			err.code == ERR_BUSY ? words_for_staff(err.code) : err.text);
	} else if (!count_run(k->db, task->edition, &options, &record, &err)) {
		log_error("keeper.failed", F_TEXT("task", task->kind), F_ERR(&err));
		finish(k->db, task, words_for_staff(err.code));
	} else {
		log_info("keeper.done", F_TEXT("task", task->kind));
		finish(k->db, task, "done");
	}
	json_decref(record);
	forget(k);
}

static void close_edition(struct keeper *k, const struct keeper_task *task)
{
	struct err err = {0};
	bool ok = edition_close(k->db, task->edition, &err);

	if (ok)
		log_info("keeper.done", F_TEXT("task", task->kind));
	else
		log_error("keeper.failed", F_TEXT("task", task->kind), F_ERR(&err));
	finish(k->db, task, ok ? "done" : words_for_staff(err.code));
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

/* False when the database has to be opened again. */
static bool look_for_work(struct keeper *k)
{
	struct keeper_task task;
	struct err err = {0};
	bool found;

	if (!keeper_task_take(k->db, &task, &found, &err)) {
		log_warning("keeper.database", F_ERR(&err));
		return false;
	}
	if (found && strcmp(task.kind, "close") == 0)
		close_edition(k, &task);
	else if (found)
		count(k, &task);
	return true;
}

/* Once a day what has been kept long enough goes; what is left of it in the files, `barometre purge` rewrites. */
static void purge(struct keeper *k)
{
	struct retention_report report = {0};
	struct err err = {0};

	if (clock_now() < k->next_purge)
		return;
	k->next_purge = clock_now() + USEC_PER_DAY;
	if (!retention_run(k->db, false, &report, &err))
		log_warning("keeper.purge", F_ERR(&err));
	retention_report_release(&report);
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
	struct keeper k = {.config = config,
		.taking = taking,
		.brought = secret_alloc(sizeof(*k.brought)),
		.key = secret_alloc(sizeof(*k.key))};
	sigset_t stop;
	int signo = 0;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	while (signo != SIGTERM && signo != SIGINT) {
		if (k.db || begin(&k)) {
			purge(&k);
			if (!look_for_work(&k))
				db_drop(&k.db);
		}
		signo = sigtimedwait(&stop, NULL, &second);
	}
	db_close(k.db);
	secret_free(k.brought);
	secret_free(k.key);
	return EXIT_SUCCESS;
}
