/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/store/staff_store.h"

#include <stdio.h>

#include "sql_catalog.h"

bool account_create(struct db *db, const char *login, const char *role,
	const char *password_hash, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	if (!str_eq_z(STR("admin"), role) && !str_eq_z(STR("analyst"), role) &&
		!str_eq_z(STR("coder"), role))
		return err_set(err, ERR_INVALID,
			"a role is \"admin\", \"analyst\" or \"coder\", not \"%s\"",
			role);
	db_text_z(&params, login);
	db_text_z(&params, role);
	db_text_z(&params, password_hash);
	if (!db_run(db, &SQL_ACCOUNT_ADD, &params, &rows, err))
		return false;
	return db_count(rows) == 1
		? true
		: err_set(err, ERR_CONFLICT, "there is an account \"%s\" already", login);
}

bool account_add_key(
	struct db *db, const char *login, const struct hash32 *key_hash, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_bytes(&params, key_hash->b, sizeof(key_hash->b));
	db_text_z(&params, login);
	if (!db_run(db, &SQL_ACCOUNT_ADD_KEY, &params, &rows, err))
		return false;
	return db_count(rows) == 1
		? true
		: err_set(err, ERR_MISSING, "there is no account \"%s\"", login);
}

static void put_text(char *ret, size_t size, struct str text)
{
	(void)snprintf(ret, size, "%.*s", (int)text.n, text.p);
}

bool keeper_task_take(
	struct db *db, struct keeper_task *ret, bool *ret_found, struct err *err)
{
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	if (!db_run(db, &SQL_KEEPER_TASK_TAKE, NULL, &rows, err))
		return false;
	*ret_found = db_count(rows) == 1;
	if (!*ret_found)
		return true;
	*ret = (struct keeper_task){.id = db_int(rows, 0, "id")};
	put_text(ret->kind, sizeof(ret->kind), db_str(rows, 0, "kind"));
	put_text(ret->edition, sizeof(ret->edition), db_str(rows, 0, "edition"));
	put_text(ret->asked_by, sizeof(ret->asked_by), db_str(rows, 0, "asked_by"));
	return true;
}

bool keeper_task_recover(struct db *db, struct err *err)
{
	return db_run(db, &SQL_KEEPER_TASK_RECOVER, NULL, NULL, err);
}

bool keeper_task_finish(struct db *db, int64_t id, const char *outcome, struct err *err)
{
	struct db_params params = {0};

	db_i64(&params, id);
	db_text_z(&params, outcome);
	return db_run(db, &SQL_KEEPER_TASK_FINISH, &params, NULL, err);
}
