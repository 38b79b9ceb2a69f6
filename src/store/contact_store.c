/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/store/contact_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "sql_catalog.h"

#define BATCH 500

/* The columns of a batch, as arrays. */
struct batch {
	struct id16 contact[BATCH], invitation[BATCH];
	struct str audience[BATCH], department[BATCH], type[BATCH];
	struct str address_box[BATCH], address_hash[BATCH], mac[BATCH], stop_hash[BATCH];
};

static struct str bytes_of(const struct hash32 *hash)
{
	return (struct str){(const char *)hash->b, sizeof(hash->b)};
}

static void batch_fill(
	struct batch *batch, const struct new_contact *contacts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct new_contact *c = &contacts[i];
		batch->contact[i] = c->contact;
		batch->invitation[i] = c->invitation;
		batch->audience[i] = str_of(c->audience);
		batch->department[i] = str_of(c->department);
		batch->type[i] = str_of(c->type);
		batch->address_box[i] = c->address_box;
		batch->address_hash[i] = bytes_of(&c->address_hash);
		batch->mac[i] = bytes_of(&c->mac);
		batch->stop_hash[i] = bytes_of(&c->stop_hash);
	}
}

static bool add_batch(struct db *db, const char *edition, bool after_open,
	const struct new_contact *contacts, size_t count, struct contacts_result *sum,
	struct err *err)
{
	struct batch *batch = x_alloc(sizeof(*batch));
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	batch_fill(batch, contacts, count);
	db_text_z(&params, edition);
	db_bool(&params, after_open);
	db_uuid_array(&params, batch->contact, count);
	db_uuid_array(&params, batch->invitation, count);
	db_text_array(&params, batch->audience, count);
	db_text_array(&params, batch->department, count);
	db_text_array(&params, batch->type, count);
	db_bytes_array(&params, batch->address_box, count);
	db_bytes_array(&params, batch->address_hash, count);
	db_bytes_array(&params, batch->mac, count);
	db_bytes_array(&params, batch->stop_hash, count);
	free(batch);
	if (!db_run(db, &SQL_CONTACT_ADD, &params, &rows, err))
		return false;
	sum->added += db_int(rows, 0, "added");
	sum->objecting += db_int(rows, 0, "objecting");
	return true;
}

/* Draft or open; *ret_open tells which. */
static bool check_edition(
	struct db *db, const char *edition, bool *ret_open, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_text_z(&params, edition);
	if (!db_run(db, &SQL_CONTACT_STATE, &params, &rows, err))
		return false;
	if (db_count(rows) == 0)
		return err_set(err, ERR_MISSING, "there is no edition \"%s\"", edition);
	struct str state = db_str(rows, 0, "state");
	*ret_open = str_eq(state, STR("open"));
	if (!*ret_open && !str_eq(state, STR("draft")))
		return err_set(err, ERR_CONFLICT,
			"edition \"%s\" is closed: no contact can be added", edition);
	return true;
}

static bool check_audiences(struct db *db, const char *edition,
	const struct new_contact *contacts, size_t count, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_text_z(&params, edition);
	if (!db_run(db, &SQL_EDITION_AUDIENCES, &params, &rows, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;
		while (k < db_count(rows) &&
			!str_eq_z(db_str(rows, k, "audience"), contacts[i].audience))
			k++;
		if (k == db_count(rows))
			return err_set(err, ERR_INVALID,
				"edition \"%s\" has no audience \"%s\"", edition,
				contacts[i].audience);
	}
	return true;
}

/* Whoever comes after the invitations have left is invited too. */
static bool invite_late(
	struct db *db, const char *edition, int64_t *ret_uninvited, struct err *err)
{
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;
	struct db_params late = {0}, left = {0};
	usec_t now = clock_now();

	db_text_z(&late, edition);
	db_time(&late, now);
	db_text_z(&left, edition);
	db_time(&left, now);
	if (!db_run(db, &SQL_CONTACT_INVITE_LATE, &late, NULL, err) ||
		!db_run(db, &SQL_CONTACT_UNINVITED, &left, &rows, err))
		return false;
	*ret_uninvited = db_int(rows, 0, "n");
	return true;
}

static bool add_all(struct db *db, const char *edition,
	const struct new_contact *contacts, size_t count, struct contacts_result *sum,
	struct err *err)
{
	bool open = false;

	if (!check_edition(db, edition, &open, err) ||
		!check_audiences(db, edition, contacts, count, err))
		return false;
	for (size_t done = 0; done < count; done += BATCH) {
		size_t n = count - done < BATCH ? count - done : BATCH;
		if (!add_batch(db, edition, open, contacts + done, n, sum, err))
			return false;
	}
	if (sum->added > 0 && !invite_late(db, edition, &sum->uninvited, err))
		return false;
	return db_commit(db, err);
}

bool contacts_add(struct db *db, const char *edition, const struct new_contact *contacts,
	size_t count, struct contacts_result *ret, struct err *err)
{
	struct contacts_result sum = {0};

	if (!db_begin(db, err))
		return false;
	if (!add_all(db, edition, contacts, count, &sum, err)) {
		db_rollback(db);
		return false;
	}
	sum.known = (int64_t)count - sum.added;
	*ret = sum;
	return true;
}

bool contact_find(struct db *db, const char *edition, const struct hash32 *address,
	struct id16 *ret_contact, struct id16 *ret_invitation, char ret_audience[33],
	struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_text_z(&params, edition);
	db_bytes(&params, address->b, sizeof(address->b));
	if (!db_run(db, &SQL_CONTACT_FIND, &params, &rows, err))
		return false;
	if (db_count(rows) == 0)
		return err_set(err, ERR_MISSING,
			"edition \"%s\" has no invitation for this address", edition);
	db_get_uuid(rows, 0, "contact", ret_contact);
	db_get_uuid(rows, 0, "invitation", ret_invitation);
	struct str audience = db_str(rows, 0, "audience");
	(void)snprintf(ret_audience, 33, "%.*s", (int)audience.n, audience.p);
	return true;
}
