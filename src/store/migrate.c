/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/store/migrate.h"

#include "barometre/base/asset.h"
#include "sql_catalog.h"

extern const struct asset_set assets_sql; /* generated: cmake/embed.cmake */

/* Under this name the checksum of roles.sql and of all functions, which are applied as one. */
#define FUNCTIONS "functions"

struct checksum {
	char hex[65];
};

static bool is_migration(const struct asset *asset)
{
	return str_starts(str_of(asset->name), STR("migrations/"));
}

static struct checksum checksum_of(struct str text)
{
	struct checksum sum;
	struct hash32 hash = hash_plain(text);

	hex_write(sum.hex, hash.b, sizeof(hash.b));
	return sum;
}

static struct checksum functions_checksum(void)
{
	struct buf all SCOPED(buf_release) = BUF_LIMIT(16 << 20);

	for (size_t i = 0; i < assets_sql.count; i++) {
		if (is_migration(&assets_sql.rows[i]))
			continue;
		buf_puts(&all, assets_sql.rows[i].name);
		buf_addc(&all, '\0');
		buf_add(&all, asset_text(&assets_sql.rows[i]));
		buf_addc(&all, '\0');
	}
	must(!all.failed);
	return checksum_of(buf_str(&all));
}

/* The recorded checksum of a script, or an empty one. */
static struct str recorded(const struct db_rows *rows, const char *name)
{
	for (size_t i = 0; i < db_count(rows); i++) {
		if (str_eq_z(db_str(rows, i, "name"), name))
			return db_str(rows, i, "checksum");
	}
	return STR("");
}

/* Everything recorded must be ours and unchanged. */
static bool check_past(const struct db_rows *rows, struct err *err)
{
	for (size_t i = 0; i < db_count(rows); i++) {
		struct str name = db_str(rows, i, "name");
		if (str_eq(name, STR(FUNCTIONS)))
			continue;
		const struct asset *asset = asset_find(&assets_sql, name);
		if (!asset)
			return err_set(err, ERR_CONFLICT,
				"the database knows \"%.*s\", which this program does not: "
				"it belongs to a newer version of barometre",
				(int)name.n, name.p);
		struct checksum sum = checksum_of(asset_text(asset));
		if (!str_eq_z(db_str(rows, i, "checksum"), sum.hex))
			return err_set(err, ERR_CONFLICT,
				"\"%.*s\" has changed since it was applied to this "
				"database: a past migration must stay as it was",
				(int)name.n, name.p);
	}
	return true;
}

static bool record(struct db *db, const char *name, const char *checksum, struct err *err)
{
	struct db_params params = {0};

	db_text_z(&params, name);
	db_text_z(&params, checksum);
	return db_run(db, &SQL_MIGRATE_RECORD, &params, NULL, err);
}

static bool apply(struct db *db, const struct asset *asset, struct err *err)
{
	struct checksum sum = checksum_of(asset_text(asset));

	if (!db_begin(db, err))
		return false;
	if (db_script(db, asset->data, err) && record(db, asset->name, sum.hex, err) &&
		db_commit(db, err))
		return true;
	db_rollback(db);
	return err_prefix(err, "%s", asset->name);
}

static bool apply_functions(struct db *db, struct err *err)
{
	struct checksum sum = functions_checksum();
	const char *name = FUNCTIONS;
	bool good = db_begin(db, err);

	for (size_t i = 0; good && i < assets_sql.count; i++) {
		const struct asset *asset = &assets_sql.rows[i];
		if (!str_starts(str_of(asset->name), STR("functions/")))
			continue;
		name = asset->name;
		good = db_script(db, asset->data, err);
	}
	if (good && record(db, FUNCTIONS, sum.hex, err) && db_commit(db, err))
		return true;
	db_rollback(db);
	return err_prefix(err, "%s", name);
}

static bool apply_all(struct db *db, int *ret_applied, struct err *err)
{
	static const char ledger[] =
		"CREATE SCHEMA IF NOT EXISTS barometre;"
		"CREATE TABLE IF NOT EXISTS barometre.schema_migration (name text PRIMARY KEY,"
		" checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())";
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;
	const struct asset *roles = asset_find(&assets_sql, STR("roles.sql"));

	must(roles);
	if (!db_script(db, roles->data, err))
		return err_prefix(err, "%s", roles->name);
	if (!db_script(db, ledger, err) ||
		!db_run(db, &SQL_MIGRATE_APPLIED, NULL, &rows, err) ||
		!check_past(rows, err))
		return false;
	int applied = 0;
	for (size_t i = 0; i < assets_sql.count; i++) {
		const struct asset *asset = &assets_sql.rows[i];
		if (!is_migration(asset) || recorded(rows, asset->name).n)
			continue;
		if (!apply(db, asset, err))
			return false;
		applied++;
	}
	if (!apply_functions(db, err))
		return false;
	*ret_applied = applied;
	return true;
}

bool migrate_run(struct db *owner, int *ret_applied, struct err *err)
{
	if (!db_run(owner, &SQL_MIGRATE_LOCK, NULL, NULL, err))
		return false;
	bool good = apply_all(owner, ret_applied, err);
	/* Held to the end of the session otherwise; a lost connection has let go of it. */
	return db_run(owner, &SQL_MIGRATE_UNLOCK, NULL, NULL, good ? err : NULL) && good;
}

static bool is_current(const struct db_rows *rows)
{
	for (size_t i = 0; i < assets_sql.count; i++) {
		const struct asset *asset = &assets_sql.rows[i];
		if (is_migration(asset) && recorded(rows, asset->name).n == 0)
			return false;
	}
	struct checksum sum = functions_checksum();
	return str_eq_z(recorded(rows, FUNCTIONS), sum.hex);
}

bool migrate_check(struct db *db, struct err *err)
{
	struct db_rows *found SCOPED(db_rows_drop) = NULL;
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;
	bool current = false;

	if (!db_run(db, &SQL_MIGRATE_EXISTS, NULL, &found, err))
		return false;
	if (db_true(found, 0, "found")) {
		if (!db_run(db, &SQL_MIGRATE_APPLIED, NULL, &rows, err) ||
			!check_past(rows, err))
			return false;
		current = is_current(rows);
	}
	if (current)
		return true;
	return err_set(err, ERR_CONFLICT,
		"the database is not at the schema of this program: run \"barometre migrate\"");
}
