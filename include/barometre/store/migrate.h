/* SPDX-License-Identifier: Apache-2.0 */
/* migrate.h - brings a database to this program's schema: roles.sql, then migrations in order, then functions.
 * Each migration in one transaction with its BLAKE2b checksum recorded; a changed past migration is ERR_CONFLICT; a newer database than the
 * program is ERR_CONFLICT. Guarded by an advisory lock; several databases of one cluster may be migrated at once. Functions and grants are
 * applied again every time. */
#ifndef BAROMETRE_STORE_MIGRATE_H
#define BAROMETRE_STORE_MIGRATE_H

#include "barometre/store/db.h"

bool migrate_run(struct db *owner, int *ret_applied, struct err *) MUST_USE;
/* ERR_CONFLICT "run barometre migrate" when the schema is not this program's. */
bool migrate_check(struct db *, struct err *) MUST_USE;

#endif
