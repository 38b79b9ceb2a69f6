/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/mail/objection_desk.h"

#include <jansson.h>
#include <stdlib.h>

#include "barometre/base/log.h"
#include "barometre/mail/address.h"
#include "barometre/mail/outbox.h"
#include "sql_catalog.h"

#define EVERY (2 * USEC_PER_SEC)
#define DEADLINE (10 * USEC_PER_SEC)

struct objection_desk {
	struct db_pool *pool;
	struct timer *timer;
	struct db_call *call; /* one at a time; NULL: none */
	bool complained;      /* once for each time that the database goes away */
	struct public_key address_public;
	struct secret_key address;
	struct key addresses;
};

bool objection_hash(struct str typed, const struct key *addresses, struct hash32 *ret,
	struct err *err)
{
	SCOPED(buf_wipe) struct buf send = BUF_LIMIT(512);
	SCOPED(buf_wipe) struct buf compare = BUF_LIMIT(512);

	if (!address_normalise(typed, &send, &compare, err))
		return false;
	*ret = address_hash(addresses, buf_str(&compare));
	return true;
}

static bool open_request(
	const struct objection_desk *desk, struct str box, struct hash32 *ret)
{
	SCOPED(buf_wipe) struct buf plain = BUF_LIMIT(ADDRESS_BYTES);
	json_t *address = NULL;
	const char *email = NULL;

	if (!box_open(&plain, &desk->address_public, &desk->address, box, NULL))
		return false;
	address = json_loadb(plain.p, plain.n, JSON_REJECT_DUPLICATES, NULL);
	email = json_string_value(json_object_get(address, "email"));
	bool ok = email && objection_hash(str_of(email), &desk->addresses, ret, NULL);
	json_decref(address);
	return ok;
}

static void look(void *arg);

static bool went_wrong(struct objection_desk *desk, const struct err *err)
{
	if (err && !desk->complained)
		log_warning("objection.database", F_ERR(err));
	desk->complained = err != NULL;
	return err != NULL;
}

static void on_done(void *arg, struct db_rows *rows, const struct err *err)
{
	struct objection_desk *desk = arg;

	desk->call = NULL;
	if (went_wrong(desk, err))
		return;
	if (db_count(rows) == 1 && !db_is_null(rows, 0, "found"))
		log_info("objection.applied",
			F_COUNT("contacts", db_int(rows, 0, "found")));
	look(desk);
}

static void on_waiting(void *arg, struct db_rows *rows, const struct err *err)
{
	struct objection_desk *desk = arg;
	struct buf box = BUF_LIMIT(4096);
	struct db_params params = {0};
	struct hash32 hash;
	struct id16 id;

	desk->call = NULL;
	if (went_wrong(desk, err) || db_count(rows) == 0)
		return;
	db_get_uuid(rows, 0, "id", &id);
	db_uuid(&params, &id);
	if (db_get_bytes(rows, 0, "address_box", &box) &&
		open_request(desk, buf_str(&box), &hash)) {
		db_bytes(&params, hash.b, sizeof(hash.b));
	} else {
		log_warning("objection.unreadable",
			F_TEXT("remedy",
				"ask for it again: it was sealed to another key"));
		db_null(&params);
	}
	buf_release(&box);
	desk->call = db_call(
		desk->pool, &SQL_BOUNCE_OBJECTION_DONE, &params, DEADLINE, on_done, desk);
}

static void look(void *arg)
{
	struct objection_desk *desk = arg;
	struct db_params params = {0};

	if (desk->call)
		return;
	db_i64(&params, 1);
	desk->call = db_call(
		desk->pool, &SQL_BOUNCE_OBJECTIONS, &params, DEADLINE, on_waiting, desk);
}

struct objection_desk *objection_desk_new(struct loop *loop, struct db_pool *pool,
	const struct secret_key *address, const struct key *addresses)
{
	struct objection_desk *desk = secret_alloc(sizeof(*desk));

	desk->pool = pool;
	desk->address = *address;
	desk->address_public = box_public(address);
	desk->addresses = *addresses;
	desk->timer = timer_new(loop, look, desk);
	timer_start(desk->timer, EVERY, true);
	look(desk);
	return desk;
}

void objection_desk_free(struct objection_desk *desk)
{
	if (!desk)
		return;
	db_call_cancel(desk->call);
	timer_free(desk->timer);
	secret_free(desk);
}
