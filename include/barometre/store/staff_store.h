/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_store.h - accounts, sessions, participation, ledger view, tasks for the keeper. Role barometre_staff
 * (owner for account_create on the command line). Pages of the staff site call the SQL catalogue through db_call; the columns are
 * written at the head of each sql/queries/staff file.
 */
#ifndef BAROMETRE_STORE_STAFF_STORE_H
#define BAROMETRE_STORE_STAFF_STORE_H

#include "barometre/store/release_store.h"

/* role: admin, analyst, coder. ERR_CONFLICT when the login exists. */
bool account_create(struct db *, const char *login, const char *role,
	const char *password_hash, struct err *) MUST_USE;
/* A key of an account for the interface for programs: its text is shown once, only its hash is stored. It begins with "bps_", so
 * that whoever finds one, in a text where it should not be, knows what it is; then 256 random bits in base32. */
#define API_KEY_CHARS 56
void api_key_make(char ret_text[API_KEY_CHARS + 1], struct hash32 *ret_hash);
#define API_KEY_DAYS 365 /* unless something else is asked */
#define API_KEY_DAYS_MAX 730
#define API_KEY_LABEL_MAX 80             /* characters */
#define API_SCOPE_FIGURES "figures:read" /* what is published; the only one */
struct api_key_request {
	struct id16 id; /* a new one: the same again makes nothing */
	const char *login, *label;
	const char *scopes;  /* separated by blanks */
	const char *edition; /* NULL: all */
	int64_t days;
	const char *by; /* who makes it, for the journal */
};
/* Parameters of SQL_API_KEY_ADD. False (ERR_INVALID) for an unknown scope or none, a label too long, days out of range. */
bool api_key_params(struct db_params *, const struct api_key_request *,
	const struct hash32 *, struct err *) MUST_USE;
/* What an outcome of SQL_API_KEY_ADD means; ERR_MISSING account or edition, ERR_DENIED a coder, ERR_CONFLICT again. */
bool api_key_outcome(struct str, const struct api_key_request *, struct err *) MUST_USE;
bool api_key_add(struct db *, const struct api_key_request *, const struct hash32 *,
	struct err *) MUST_USE;

/* Tasks: staff writes, keeper takes. kind: "close", "count"; "publish", "withdraw" of a release, with `version` and, of a withdrawal, `reason`. The keeper takes at most one, and at its start gives back what a former keeper
 * had taken: closing and counting twice is refused by the edition's state. */
struct keeper_task {
	int64_t id;
	int64_t version; /* 0 where there is none */
	char kind[16], edition[33], asked_by[65], reason[WITHDRAWN_WHY_BYTES + 1];
};
bool keeper_task_take(struct db *, struct keeper_task *ret, bool *ret_found, struct err *)
	MUST_USE;
/* For a keeper that starts: what another one had taken and not finished can be taken again. */
bool keeper_task_recover(struct db *, struct err *) MUST_USE;
bool keeper_task_finish(struct db *, int64_t id,
	const char *outcome /* "done" or what went wrong, for people */, struct err *)
	MUST_USE;

#endif
