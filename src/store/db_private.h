/* SPDX-License-Identifier: Apache-2.0 */
/* db_private.h - what the files of the libpq door share. */
#ifndef STORE_DB_PRIVATE_H
#define STORE_DB_PRIVATE_H

#include <libpq-fe.h>

#include "barometre/store/db.h"

/* Takes the result. */
struct db_rows *db_rows_of(PGresult *);
/* False, with what may be told of a failed result (NULL: the connection is lost). `name` is of the catalogue. */
bool db_result_error(const PGresult *, const char *name, struct err *);
bool db_result_is_good(const PGresult *);

/* What to give to PQconnectStartParams or PQconnectdbParams, with expand_dbname. */
struct db_target {
	const char *keys[8], *values[8];
	char *options;
};
void db_target_init(struct db_target *, const char *conninfo, const char *role,
	const char *application_name, int statement_timeout_ms);
void db_target_release(struct db_target *);
/* Terse errors, silent notices. */
void db_connection_quiet(PGconn *);
/* "the database cannot be reached: …", the first line of libpq's reason: it has no row to show yet. */
bool db_connect_error(PGconn *, struct err *);

#endif
