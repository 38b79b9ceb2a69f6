/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duty_keeper.c - the process that closes and counts when a person asked for it on the staff site.
 *
 * It waits for tasks in the database, one at a time, and blocks while it works: nobody else depends on it.
 */
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "barometre/app/count.h"
#include "barometre/app/duties.h"
#include "barometre/base/log.h"
#include "barometre/store/edition_store.h"
#include "barometre/store/staff_store.h"

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

static void work(
	struct db *db, const struct config *config, const struct keeper_task *task)
{
	struct count_options options = {
		.key_directory = config->key_directory, .now = clock_now()};
	struct err err = {0};
	json_t *record = NULL;
	bool ok;

	if (strcmp(task->kind, "close") == 0) {
		ok = edition_close(db, task->edition, &err);
	} else {
		ok = count_run(db, task->edition, &options, &record, &err);
		json_decref(record);
	}
	if (ok)
		log_info("keeper.done", F_TEXT("task", task->kind));
	else
		log_error("keeper.failed", F_TEXT("task", task->kind), F_ERR(&err));
	finish(db, task, ok ? "done" : words_for_staff(err.code));
}

/* False when the database has to be opened again. */
static bool look_for_work(struct db *db, const struct config *config)
{
	struct keeper_task task;
	struct err err = {0};
	bool found;

	if (!keeper_task_take(db, &task, &found, &err)) {
		log_warning("keeper.database", F_ERR(&err));
		return false;
	}
	if (found)
		work(db, config, &task);
	return true;
}

int duty_keeper(const struct config *config)
{
	const struct timespec second = {1, 0};
	struct db *db = NULL;
	sigset_t stop;
	int signo = 0;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	while (signo != SIGTERM && signo != SIGINT) {
		struct err err = {0};

		if (!db)
			db = db_open(config->database, "barometre_keeper", &err);
		if (db && !look_for_work(db, config))
			db_drop(&db);
		signo = sigtimedwait(&stop, NULL, &second);
	}
	db_close(db);
	return EXIT_SUCCESS;
}
