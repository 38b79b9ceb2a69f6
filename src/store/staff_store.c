/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/store/staff_store.h"

#include <stdio.h>
#include <string.h>

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

void api_key_make(char ret_text[API_KEY_CHARS + 1], struct hash32 *ret_hash)
{
	static const char prefix[] = "bps_";
	struct key key = random_key();

	memcpy(ret_text, prefix, sizeof(prefix) - 1);
	base32_write(ret_text + sizeof(prefix) - 1, key.b, sizeof(key.b));
	*ret_hash = hash_plain(str_of(ret_text));
	secret_wipe(&key, sizeof(key));
}

bool api_key_params(struct db_params *params, const struct api_key_request *request,
	const struct hash32 *hash, struct err *err)
{
	struct str rest = str_of(request->scopes), word, scopes[8];
	size_t count = 0;

	while (str_cut(&rest, ' ', &word)) {
		if (word.n == 0)
			continue;
		if (!str_eq_z(word, API_SCOPE_FIGURES) || count == COUNT_OF(scopes))
			return err_set(err, ERR_INVALID,
				"the only scope is \"" API_SCOPE_FIGURES "\"");
		scopes[count++] = word;
	}
	if (count == 0)
		return err_set(err, ERR_INVALID, "a key needs a scope");
	if (str_count_chars(str_of(request->label)) > API_KEY_LABEL_MAX)
		return err_set(err, ERR_INVALID, "a label has at most %d characters",
			API_KEY_LABEL_MAX);
	if (request->days < 1 || request->days > API_KEY_DAYS_MAX)
		return err_set(err, ERR_INVALID, "a key lives from 1 to %d days",
			API_KEY_DAYS_MAX);
	db_uuid(params, &request->id);
	db_bytes(params, hash->b, sizeof(hash->b));
	db_text_z(params, request->login);
	db_text_z(params, request->label);
	db_text_array(params, scopes, count);
	db_text_z(params, request->edition);
	db_i64(params, request->days);
	db_text_z(params, request->by);
	return true;
}

bool api_key_outcome(
	struct str outcome, const struct api_key_request *request, struct err *err)
{
	if (str_eq_z(outcome, "made"))
		return true;
	if (str_eq_z(outcome, "account"))
		return err_set(
			err, ERR_MISSING, "there is no account \"%s\"", request->login);
	if (str_eq_z(outcome, "edition"))
		return err_set(
			err, ERR_MISSING, "there is no edition \"%s\"", request->edition);
	if (str_eq_z(outcome, "role"))
		return err_set(err, ERR_DENIED,
			"the account \"%s\" codes open answers: only analysts and administrators have keys",
			request->login);
	return err_set(err, ERR_CONFLICT, "this key has been made already");
}

bool api_key_add(struct db *db, const struct api_key_request *request,
	const struct hash32 *hash, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	return api_key_params(&params, request, hash, err) &&
		db_run(db, &SQL_API_KEY_ADD, &params, &rows, err) &&
		api_key_outcome(db_str(rows, 0, "outcome"), request, err);
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
	*ret = (struct keeper_task){
		.id = db_int(rows, 0, "id"), .version = db_int(rows, 0, "version")};
	put_text(ret->kind, sizeof(ret->kind), db_str(rows, 0, "kind"));
	put_text(ret->edition, sizeof(ret->edition), db_str(rows, 0, "edition"));
	put_text(ret->asked_by, sizeof(ret->asked_by), db_str(rows, 0, "asked_by"));
	put_text(ret->reason, sizeof(ret->reason), db_str(rows, 0, "reason"));
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
