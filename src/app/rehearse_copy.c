/* SPDX-License-Identifier: Apache-2.0 */
/* rehearse_copy.c - the edition in a database of its own, and the end of that database. */
#include <stdlib.h>
#include <time.h>

#include "barometre/base/log.h"
#include "barometre/mail/outbox.h"
#include "barometre/store/contact_store.h"
#include "barometre/store/migrate.h"
#include "login.h"
#include "rehearse_private.h"
#include "sql_catalog.h"

#define PAGE 1000
#define DROP_TRIES 50

/* As for libpq a later word wins, in both kinds of connection string. */
static char *with_database(const char *conninfo, const char *name)
{
	if (!strstr(conninfo, "://"))
		return x_printf("%s dbname=%s", conninfo, name);
	return x_printf(
		"%s%cdbname=%s", conninfo, strchr(conninfo, '?') ? '&' : '?', name);
}

/* Names are ours: letters, digits and "_". */
static bool drop_database(struct db *real, const char *name, struct err *err)
{
	SCOPED(free_char) char *statement = x_printf("DROP DATABASE \"%s\"", name);
	const struct timespec wait = {0, 100000000};
	struct err why = {0};

	/* Sessions that were closed a moment ago may still be there. */
	for (int i = 0; i < DROP_TRIES; i++) {
		why = (struct err){0};
		if (db_script(real, statement, &why))
			return true;
		(void)nanosleep(&wait, NULL);
	}
	return err_set(err, ERR_BROKEN,
		"the copy \"%s\" could not be removed (%s): run DROP DATABASE \"%s\"",
		name, why.text, name);
}

/* Another database's rehearsal may connect to its new copy at this very moment: then the copy stays, and is no leftover. */
static bool drop_leftovers(struct db *real, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL, *still = NULL;

	if (!db_run(real, &SQL_REHEARSE_LEFTOVERS, NULL, &rows, err))
		return false;
	for (size_t i = 0; i < db_count(rows); i++) {
		SCOPED(free_char) char *name = str_dup(db_str(rows, i, "name"));
		SCOPED(free_char)
		char *statement = x_printf("DROP DATABASE IF EXISTS \"%s\"", name);
		struct err why = {0};

		if (!db_script(real, statement, &why))
			log_warning("rehearse.leftover", F_ERR(&why));
	}
	if (!db_run(real, &SQL_REHEARSE_LEFTOVERS, NULL, &still, err))
		return false;
	if (db_count(still) == 0)
		return true;
	SCOPED(free_char) char *name = str_dup(db_str(still, 0, "name"));

	return drop_database(real, name, err);
}

static bool make_database(struct rehearsal *r, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct id16 random = random_uuid();
	char suffix[33];

	if (!db_run(r->real, &SQL_REHEARSE_PLACE, NULL, &rows, err))
		return false;
	if (!db_true(rows, 0, "alone"))
		return err_set(err, ERR_BUSY,
			"another rehearsal of this database is going on: wait for its end");
	if (r->options->database) {
		r->copy_config.database = x_strdup(r->options->database);
		return true;
	}
	if (!db_true(rows, 0, "may_create"))
		return err_set(err, ERR_DENIED,
			"\"%s\" may make no database for the copy: let an administrator run ALTER ROLE %s CREATEDB, or name an empty "
			"database of its own with --database \"dbname=…\"",
			r->options->config->owner_role, r->options->config->owner_role);
	struct str prefix = db_str(rows, 0, "prefix");

	if (!drop_leftovers(r->real, err))
		return false;
	hex_write(suffix, random.b, sizeof(random.b));
	r->copy_name = x_printf("%.*s%s", (int)prefix.n, prefix.p, suffix);
	SCOPED(free_char)
	char *statement = x_printf("CREATE DATABASE \"%s\"", r->copy_name);

	if (!db_script(r->real, statement, err)) {
		free(r->copy_name);
		r->copy_name = NULL;
		return err_prefix(err, "making a database for the copy");
	}
	r->made = true;
	r->copy_config.database = with_database(
		r->options->config->database, r->copy_name);
	return true;
}

static bool is_empty(struct db *copy, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;

	if (!db_run(copy, &SQL_REHEARSE_EMPTY, NULL, &rows, err))
		return false;
	if (db_true(rows, 0, "left_behind"))
		return err_set(err, ERR_CONFLICT,
			"the database of --database holds what a rehearsal that was killed left there: connect to it, run DROP SCHEMA "
			"barometre CASCADE, and try again");
	return db_true(rows, 0, "empty") ||
		err_set(err, ERR_CONFLICT,
			"the database of --database holds a barometre already: name an empty one");
}

static bool open_copy(struct rehearsal *r, struct err *err)
{
	int applied = 0;

	r->copy = login_open(&r->copy_config, "owner", r->copy_config.owner_role, err);
	if (!r->copy)
		return err_prefix(err,
			"the copy's database cannot be connected to (pg_hba.conf must let %s and barometre_mailer into it)",
			r->copy_config.owner_role);
	if (!is_empty(r->copy, err))
		return false;
	r->made = true;
	/* The mark is there before any contact. */
	return db_script(r->copy,
		       "CREATE SCHEMA barometre; COMMENT ON SCHEMA barometre IS 'barometre rehearsal'",
		       err) &&
		migrate_run(r->copy, &applied, err) && rehearsal_goes_on(err);
}

static bool seal_address(struct rehearsal *r, struct str audience, size_t n,
	struct new_contact *ret, struct buf *box, struct err *err)
{
	SCOPED(free_char)
	char *email = x_printf(
		"%.*s.%zu@" REHEARSAL_DOMAIN, (int)audience.n, audience.p, n);
	struct public_key to = box_public(&r->address);

	if (!address_box_seal(box, &to, email, "", err))
		return false;
	ret->address_box = buf_str(box);
	ret->address_hash = address_hash(&r->mail_keys.addresses, str_of(email));
	return true;
}

/* As contacts import makes one, with the numbers of the real one. */
static bool make_contact(struct rehearsal *r, const struct db_rows *rows, size_t row,
	size_t n, struct new_contact *ret, struct buf *box, struct err *err)
{
	struct token token;
	struct id16 stop;

	*ret = (struct new_contact){.audience = str_dup(db_str(rows, row, "audience")),
		.department = str_dup(db_str(rows, row, "department")),
		.type = str_dup(db_str(rows, row, "type"))};
	db_get_uuid(rows, row, "contact", &ret->contact);
	db_get_uuid(rows, row, "invitation", &ret->invitation);
	token = token_mint(&r->campaign_keys.tokens, str_of(r->options->edition),
		str_of(ret->audience), &ret->invitation);
	stop = contact_stop_id(&r->mail_keys.stops, &ret->contact);
	ret->mac = token_mac(&r->campaign_keys.macs, &token);
	ret->stop_hash = hash_plain((struct str){(const char *)stop.b, sizeof(stop.b)});
	return seal_address(r, str_of(ret->audience), n, ret, box, err);
}

struct contact_page {
	struct new_contact contacts[PAGE];
	struct buf boxes[PAGE];
	struct id16 objecting[PAGE], bounced[PAGE], done[PAGE];
	size_t count, objecting_count, bounced_count, done_count;
};

static void contact_page_free(struct contact_page *page)
{
	for (size_t i = 0; i < page->count; i++) {
		/* Made by make_contact. */
		free((void *)(uintptr_t)page->contacts[i].audience);
		free((void *)(uintptr_t)page->contacts[i].department);
		free((void *)(uintptr_t)page->contacts[i].type);
		buf_release(&page->boxes[i]);
	}
	free(page);
}

static bool write_page(
	struct rehearsal *r, const struct contact_page *page, struct err *err)
{
	struct contacts_result result = {0};
	struct db_params params = {0};

	if (!contacts_add(r->copy, r->options->edition, page->contacts, page->count,
		    &result, err))
		return false;
	db_text_z(&params, r->options->edition);
	db_uuid_array(&params, page->objecting, page->objecting_count);
	db_uuid_array(&params, page->bounced, page->bounced_count);
	db_uuid_array(&params, page->done, page->done_count);
	return db_run(r->copy, &SQL_REHEARSE_MARK_CONTACTS, &params, NULL, err);
}

static bool copy_page(struct rehearsal *r, const struct db_rows *rows, struct err *err)
{
	struct contact_page *page = x_calloc(1, sizeof(*page));
	size_t n = db_count(rows), first = r->contact_count;
	bool ok = true;

	r->contacts = x_realloc(r->contacts, (first + n + 1) * sizeof(*r->contacts));
	for (size_t i = 0; ok && i < n; i++) {
		struct new_contact *c = &page->contacts[i];
		bool done = db_true(rows, i, "done");

		page->boxes[i].max = 4096;
		page->count++;
		ok = make_contact(r, rows, i, first + i, c, &page->boxes[i], err);
		if (db_true(rows, i, "objected"))
			page->objecting[page->objecting_count++] = c->contact;
		if (db_true(rows, i, "bounced"))
			page->bounced[page->bounced_count++] = c->contact;
		if (done)
			page->done[page->done_count++] = c->contact;
		r->contacts[first + i] = (struct rehearsal_contact){
			.id = c->contact, .done = done};
	}
	r->contact_count = first + n;
	ok = ok && write_page(r, page, err);
	contact_page_free(page);
	return ok;
}

static bool copy_contacts(struct rehearsal *r, struct err *err)
{
	for (size_t n = PAGE; n == PAGE;) {
		SCOPED(db_rows_drop) struct db_rows *rows = NULL;
		struct db_params params = {0};

		db_text_z(&params, r->options->edition);
		if (r->contact_count > 0)
			db_uuid(&params, &r->contacts[r->contact_count - 1].id);
		else
			db_null(&params);
		db_i64(&params, PAGE);
		if (!db_run(r->real, &SQL_REHEARSE_TAKE_CONTACTS, &params, &rows, err))
			return false;
		n = db_count(rows);
		if (!rehearsal_goes_on(err) || (n > 0 && !copy_page(r, rows, err)))
			return false;
	}
	return true;
}

/* The contacts between its questionnaires and its plan. */
static bool copy_edition(struct rehearsal *r, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct db_params params = {0}, edition = {0}, plan = {0};

	db_text_z(&params, r->options->edition);
	if (!db_run(r->real, &SQL_REHEARSE_TAKE, &params, &rows, err))
		return false;
	r->was_open = str_eq(db_str(rows, 0, "state"), STR("open"));
	db_text(&edition, db_str(rows, 0, "whole"));
	if (!db_run(r->copy, &SQL_REHEARSE_PUT_EDITION, &edition, NULL, err) ||
		!copy_contacts(r, err))
		return false;
	db_text(&plan, db_str(rows, 0, "whole"));
	return db_run(r->copy, &SQL_REHEARSE_PUT_MAILINGS, &plan, NULL, err);
}

static bool copy_deliveries(struct rehearsal *r, struct err *err)
{
	struct id16 mailing = {0}, contact = {0};
	bool first = true;

	for (;;) {
		SCOPED(db_rows_drop) struct db_rows *rows = NULL;
		struct db_params params = {0}, given = {0};

		db_text_z(&params, r->options->edition);
		if (first) {
			db_null(&params);
			db_null(&params);
		} else {
			db_uuid(&params, &mailing);
			db_uuid(&params, &contact);
		}
		db_i64(&params, PAGE);
		if (!rehearsal_goes_on(err) ||
			!db_run(r->real, &SQL_REHEARSE_TAKE_DELIVERIES, &params, &rows,
				err))
			return false;
		if (db_int(rows, 0, "n") == 0)
			return true;
		db_get_uuid(rows, 0, "mailing", &mailing);
		db_get_uuid(rows, 0, "contact", &contact);
		first = false;
		db_text(&given, db_str(rows, 0, "rows"));
		if (!db_run(r->copy, &SQL_REHEARSE_PUT_DELIVERIES, &given, NULL, err))
			return false;
	}
}

static void make_keys(struct rehearsal *r)
{
	struct key mail = random_key(), campaign = random_key();
	struct public_key unused;

	campaign_derive(&r->campaign_keys, &campaign);
	mail_derive(&r->mail_keys, &mail);
	box_new_pair(&unused, &r->address);
	secret_wipe(&mail, sizeof(mail));
	secret_wipe(&campaign, sizeof(campaign));
}

static bool find_edition(struct rehearsal *r, struct err *err)
{
	SCOPED(editions_release) struct editions all = {0};
	const struct edition *edition;

	edition = editions_load_one(r->real, r->options->edition, &all, err);
	if (!edition)
		return false;
	if (strcmp(edition->state, "draft") != 0 && strcmp(edition->state, "open") != 0)
		return err_set(err, ERR_CONFLICT,
			"edition \"%s\" is %s: only a draft or an open edition can be rehearsed",
			edition->code, edition->state);
	return true;
}

static bool open_edition(struct rehearsal *r, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *gate = NULL;
	struct db_params params = {0};

	db_text_z(&params, r->options->edition);
	if (!db_run(r->copy, &SQL_REHEARSE_OPEN, &params, NULL, err) ||
		!db_run(r->copy, &SQL_REHEARSE_GATE, NULL, &gate, err) ||
		!editions_load(r->copy, &r->editions, err))
		return false;
	r->edition = editions_find(&r->editions, str_of(r->options->edition));
	must(r->edition);
	db_get_uuid(gate, 0, "mark", &r->mark.mark);
	r->mark.sequence = db_int(gate, 0, "sequence");
	return window_parse(r->edition->mail, r->edition->zone, &r->window, err);
}

bool rehearsal_copy(struct rehearsal *r, struct err *err)
{
	const struct config *config = r->options->config;
	r->copy_config = *config;
	r->copy_config.database = NULL;
	r->real = login_open(config, "owner", config->owner_role, err);
	if (!r->real || !migrate_check(r->real, err) || !find_edition(r, err) ||
		!rehearsal_goes_on(err) || !make_database(r, err) || !open_copy(r, err))
		return false;
	make_keys(r);
	return copy_edition(r, err) && (!r->was_open || copy_deliveries(r, err)) &&
		open_edition(r, err);
}

static bool drop_schema(struct db *copy, struct err *err)
{
	struct err why = {0};

	return db_script(copy, "DROP SCHEMA IF EXISTS barometre CASCADE", &why) ||
		err_set(err, ERR_BROKEN,
			"the copy could not be removed from the database of --database (%s): connect to it and run DROP SCHEMA barometre "
			"CASCADE",
			why.text);
}

bool rehearsal_drop(struct rehearsal *r, struct err *err)
{
	bool ok = true;

	if (r->made && !r->copy_name)
		ok = drop_schema(r->copy, err);
	db_close(r->copy);
	r->copy = NULL;
	if (r->made && r->copy_name)
		ok = drop_database(r->real, r->copy_name, err);
	db_close(r->real);
	r->real = NULL;
	free(r->copy_name);
	free(r->copy_config.database);
	return ok;
}
