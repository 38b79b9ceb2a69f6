/* SPDX-License-Identifier: Apache-2.0 */
/* support.h - a database of its own for each test program, made and dropped by its group setup and teardown. */
#ifndef TESTS_STORE_SUPPORT_H
#define TESTS_STORE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "barometre/base/log.h"
#include "barometre/store/migrate.h"
#include "barometre/store/submission.h"
#include "sql_catalog.h"

#define UNUSED_OK __attribute__((unused))

struct world {
	char name[64], *conninfo;
	struct db *admin, *owner;
};
static struct world world;

/* Fails the test with the words of the error. */
#define ok(call)                           \
 do {                                      \
  struct err ok_err = {0}, *err = &ok_err; \
  if (!(call))                             \
   fail_msg("%s: %s", #call, ok_err.text); \
 } while (0)
/* The call must fail with this code. */
#define refused(wanted, call)                        \
 do {                                                \
  struct err refused_err = {0}, *err = &refused_err; \
  assert_false(call);                                \
  assert_int_equal(refused_err.code, wanted);        \
 } while (0)

UNUSED_OK static void run(struct db *db, const char *text)
{
	ok(db_script(db, text, err));
}

UNUSED_OK static int64_t number(struct db *db, const char *text)
{
	struct sql sql = {"test", text};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	ok(db_run(db, &sql, NULL, &rows, err));
	assert_int_equal(db_count(rows), 1);
	return db_int(rows, 0, "n");
}

/* To be freed. */
UNUSED_OK static char *text_of(struct db *db, const char *text)
{
	struct sql sql = {"test", text};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	ok(db_run(db, &sql, NULL, &rows, err));
	assert_int_equal(db_count(rows), 1);
	return str_dup(db_str(rows, 0, "t"));
}

UNUSED_OK static struct db *open_as(const char *role)
{
	struct db *db = NULL;
	ok((db = db_open(world.conninfo, role, err)) != NULL);
	return db;
}

UNUSED_OK static struct hash32 hash_of(const char *kind, int n)
{
	char *text SCOPED(free_char) = x_printf("%s %d", kind, n);
	return hash_plain(str_of(text));
}

UNUSED_OK static struct id16 id_of(const char *kind, int n)
{
	struct hash32 hash = hash_of(kind, n);
	struct id16 id;
	memcpy(id.b, hash.b, sizeof(id.b));
	return id;
}

/* The database without its schema. 77 is "skipped" to CTest. */
UNUSED_OK static int world_begin_empty(void **state)
{
	const char *cluster = getenv("BAROMETRE_TEST_PG");

	(void)state;
	secret_init();
	log_set_level(LOG_LEVEL_ERROR);
	if (!cluster) {
		fprintf(stderr, "skipped: BAROMETRE_TEST_PG names no cluster\n");
		exit(77);
	}
	(void)snprintf(world.name, sizeof(world.name), "barometre_test_%ld_%08x",
		(long)getpid(), (unsigned)random_below(UINT32_MAX));
	world.conninfo = x_printf("%s dbname=%s", cluster, world.name);
	ok((world.admin = db_open(cluster, NULL, err)) != NULL);
	char *create SCOPED(free_char) = x_printf("CREATE DATABASE %s", world.name);
	run(world.admin, create);
	ok((world.owner = db_open(world.conninfo, NULL, err)) != NULL);
	return 0;
}

UNUSED_OK static int world_begin(void **state)
{
	int applied = 0;

	(void)world_begin_empty(state);
	ok(migrate_run(world.owner, &applied, err));
	return 0;
}

UNUSED_OK static int world_end(void **state)
{
	(void)state;
	db_close(world.owner);
	char *drop SCOPED(free_char) = x_printf(
		"DROP DATABASE %s WITH (FORCE)", world.name);
	run(world.admin, drop);
	db_close(world.admin);
	free(world.conninfo);
	world.conninfo = NULL;
	return 0;
}

/* An edition of two audiences, open when told; its forms are not read by what these tests do. */
UNUSED_OK static void make_edition(const char *code, const char *state)
{
	char *sql SCOPED(free_char) = x_printf(
		"INSERT INTO barometre.form VALUES (repeat('ab', 32), 'patients', '{}')"
		" ON CONFLICT DO NOTHING;"
		"INSERT INTO barometre.edition (code, title, zone, state, opens, closes,"
		" min_base, min_cell, count_partials, count_key, trustee_key, mail) VALUES"
		" ('%s', 'Essai', 'Europe/Paris', '%s', '2026-01-01', '2036-01-01', 11, 5,"
		" true, decode(repeat('01', 32), 'hex'), decode(repeat('02', 32), 'hex'),"
		" '{}');"
		"INSERT INTO barometre.edition_audience VALUES"
		" ('%s', 'patients', repeat('ab', 32), true, '{affiche}', 0),"
		" ('%s', 'equipes', repeat('ab', 32), true, '{}', 1)",
		code, state, code, code);
	run(world.owner, sql);
}

/* People number `first` … `first + count - 1`, by SQL: mac, stop_hash and ids are those of hash_of and id_of. */
UNUSED_OK static void make_contacts(
	const char *edition, const char *audience, int first, int count)
{
	static const struct sql add = {"test",
		"WITH c AS (INSERT INTO barometre.contact (edition, id, audience, address_box,"
		" address_hash, stop_hash) VALUES ($1, $3::uuid, $2, '\\x00', $5, $6))"
		" INSERT INTO barometre.invitation (edition, id, contact, audience, mac)"
		" VALUES ($1, $4::uuid, $3::uuid, $2, $7)"};

	for (int i = first; i < first + count; i++) {
		struct db_params params = {0};
		struct id16 contact = id_of("contact", i),
			    invitation = id_of("invitation", i);
		struct hash32 address = hash_of("address", i), stop = hash_of("stop", i);
		struct hash32 mac = hash_of("mac", i);
		db_text_z(&params, edition);
		db_text_z(&params, audience);
		db_uuid(&params, &contact);
		db_uuid(&params, &invitation);
		db_bytes(&params, address.b, sizeof(address.b));
		db_bytes(&params, stop.b, sizeof(stop.b));
		db_bytes(&params, mac.b, sizeof(mac.b));
		ok(db_run(world.owner, &add, &params, NULL, err));
	}
}

/* Stops the loop when as many things have happened as were waited for; a test that waits too long fails. */
struct waiting {
	struct loop *loop;
	int left;
	bool late;
	struct timer *timer;
};

UNUSED_OK static void on_late(void *arg)
{
	struct waiting *w = arg;
	w->late = true;
	loop_stop(w->loop);
}

UNUSED_OK static void happened(struct waiting *w)
{
	if (--w->left == 0)
		loop_stop(w->loop);
}

UNUSED_OK static void wait_for(struct waiting *w)
{
	w->timer = timer_new(w->loop, on_late, w);
	timer_start(w->timer, 60 * USEC_PER_SEC, false);
	while (w->left > 0 && !w->late)
		loop_run(w->loop);
	timer_free(w->timer);
	assert_false(w->late);
}

#endif
