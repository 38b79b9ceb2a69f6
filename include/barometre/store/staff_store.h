/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_store.h - accounts, sessions, participation, ledger view, tasks for the keeper. Role barometre_staff
 * (owner for account_create on the command line). Pages of the staff site call the SQL catalogue through db_call; the columns are
 * written at the head of each sql/queries/staff file.
 */
#ifndef BAROMETRE_STORE_STAFF_STORE_H
#define BAROMETRE_STORE_STAFF_STORE_H

#include "barometre/store/db.h"

/* role: admin, analyst, coder. ERR_CONFLICT when the login exists. */
bool account_create(struct db *, const char *login, const char *role,
	const char *password_hash, struct err *) MUST_USE;
/* API key of an account: only its hash is stored. */
bool account_add_key(struct db *, const char *login, const struct hash32 *key_hash,
	struct err *) MUST_USE;

/* Tasks: staff writes, keeper takes. kind: "close", "count". The keeper takes at most one, and at its start gives back what a former keeper
 * had taken: closing and counting twice is refused by the edition's state. */
struct keeper_task {
	int64_t id;
	char kind[16], edition[33], asked_by[65];
};
bool keeper_task_take(struct db *, struct keeper_task *ret, bool *ret_found, struct err *)
	MUST_USE;
/* For a keeper that starts: what another one had taken and not finished can be taken again. */
bool keeper_task_recover(struct db *, struct err *) MUST_USE;
bool keeper_task_finish(struct db *, int64_t id,
	const char *outcome /* "done" or what went wrong, for people */, struct err *)
	MUST_USE;

#endif
