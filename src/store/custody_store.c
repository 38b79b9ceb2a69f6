/* SPDX-License-Identifier: Apache-2.0 */
/* custody_store.c - see custody_store.h. What must not happen is refused in sql/functions/edition.sql. */
#include "barometre/store/custody_store.h"

#include <stdlib.h>

#include "barometre/privacy/custody.h"
#include "sql_catalog.h"

bool custodians_load(
	struct db *db, const char *edition, struct custodians *ret, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;
	struct custodians all = {0};

	db_text_z(&params, edition);
	if (!db_run(db, &SQL_CUSTODY_LIST, &params, &rows, err))
		return false;
	all.list = x_calloc(db_count(rows) + 1, sizeof(*all.list));
	all.count = db_count(rows);
	for (size_t i = 0; i < all.count; i++) {
		struct str day = db_str(rows, i, "verified_on");

		all.list[i].name = str_dup(db_str(rows, i, "name"));
		must(day.n < sizeof(all.list[i].verified_on));
		memcpy(all.list[i].verified_on, day.p, day.n);
	}
	*ret = all;
	return true;
}

void custodians_release(struct custodians *all)
{
	for (size_t i = 0; i < all->count; i++)
		free(all->list[i].name);
	free(all->list);
	*all = (struct custodians){0};
}

size_t custodians_unverified(const struct custodians *all)
{
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++)
		count += !all->list[i].verified_on[0];
	return count;
}

bool custody_store_make(struct db *db, const char *edition,
	const struct public_key *public_key, const char *const *names, size_t count,
	bool again, struct err *err)
{
	struct str list[CUSTODIANS_MAX];
	struct db_params params = {0};
	struct err why = {0};

	must(count <= CUSTODIANS_MAX);
	for (size_t i = 0; i < count; i++)
		list[i] = str_of(names[i]);
	db_text_z(&params, edition);
	db_bytes(&params, public_key->b, sizeof(public_key->b));
	db_text_array(&params, list, count);
	db_bool(&params, again);
	if (db_run(db, &SQL_CUSTODY_MAKE, &params, NULL, &why))
		return true;
	if (why.code == ERR_MISSING)
		return err_set(err, ERR_MISSING,
			"il n’y a pas d’édition «\u202F%s\u202F»", edition);
	if (why.code == ERR_CONFLICT)
		return err_set(err, ERR_CONFLICT,
			"l’édition «\u202F%s\u202F» n’attend pas de clé\u202F: elle est déjà ouverte, confie sa clé "
			"au serveur, ou sa clé vient d’être faite",
			edition);
	return err_set(err, why.code, "%s", why.text);
}

bool custody_store_verify(struct db *db, const char *edition,
	const struct public_key *public_key, const char *name, const char *day,
	struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_text_z(&params, edition);
	db_bytes(&params, public_key->b, sizeof(public_key->b));
	db_text_z(&params, name);
	db_text_z(&params, day);
	if (!db_run(db, &SQL_CUSTODY_VERIFY, &params, &rows, err))
		return false;
	return db_true(rows, 0, "known") ||
		err_set(err, ERR_CONFLICT,
			"ce fichier n’est plus celui de l’édition «\u202F%s\u202F»\u202F: sa clé a été faite de nouveau",
			edition);
}
