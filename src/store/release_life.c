/* SPDX-License-Identifier: Apache-2.0 */
/* release_life.c - release_store.h: from state to state, and the files of a release. */
#include "barometre/store/release_store.h"
#include "sql_catalog.h"

static void name_release(struct db_params *params, const char *edition, int64_t version)
{
	db_text_z(params, edition);
	db_i64(params, version);
}

bool release_set_checked(
	struct db *db, const char *edition, int64_t version, struct err *err)
{
	struct db_params params = {0};

	name_release(&params, edition, version);
	return db_run(db, &SQL_RELEASE_CHECKED, &params, NULL, err);
}

bool release_set_refused(struct db *db, const char *edition, int64_t version,
	const char *account, struct err *err)
{
	struct db_params params = {0};

	name_release(&params, edition, version);
	db_text_z(&params, account);
	return db_run(db, &SQL_RELEASE_REFUSED, &params, NULL, err);
}

bool release_publish(struct db *db, const char *edition, int64_t version,
	const char *login, struct err *err)
{
	struct db_params params = {0};

	name_release(&params, edition, version);
	db_text_z(&params, login);
	return db_run(db, &SQL_RELEASE_PUBLISH, &params, NULL, err);
}

bool release_withdraw(struct db *db, const char *edition, int64_t version,
	const char *login, const char *why, struct err *err)
{
	struct db_params params = {0};

	name_release(&params, edition, version);
	db_text_z(&params, login);
	db_text_z(&params, why);
	return db_run(db, &SQL_RELEASE_WITHDRAW, &params, NULL, err);
}

bool release_add_file(struct db *db, const char *edition, int64_t version,
	const struct release_file *file, struct err *err)
{
	struct db_params params = {0};
	struct hash32 hash = hash_plain(file->bytes);
	char hex[65];

	hex_write(hex, hash.b, sizeof(hash.b));
	name_release(&params, edition, version);
	db_text_z(&params, file->format);
	db_text_z(&params, file->name);
	db_text_z(&params, file->media_type);
	db_bytes(&params, file->bytes.p, file->bytes.n);
	db_text_z(&params, hex);
	return db_run(db, &SQL_RELEASE_FILE_ADD, &params, NULL, err);
}

bool release_count_files(struct db *db, const char *edition, int64_t version,
	size_t *ret_count, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	name_release(&params, edition, version);
	if (!db_run(db, &SQL_RELEASE_FILES, &params, &rows, err))
		return false;
	*ret_count = db_count(rows);
	return true;
}

bool release_read_file(struct db *db, const char *edition, int64_t version,
	const char *format, struct buf *out, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	name_release(&params, edition, version);
	db_text_z(&params, format);
	if (!db_run(db, &SQL_RELEASE_FILE, &params, &rows, err))
		return false;
	if (db_count(rows) == 0)
		return err_set(err, ERR_MISSING,
			"edition \"%s\" has no published file of this format (barometre release list %s)",
			edition, edition);
	if (!db_get_bytes(rows, 0, "bytes", out))
		return err_set(
			err, ERR_LIMIT, "the file is larger than what it is read into");
	return true;
}
