/* SPDX-License-Identifier: Apache-2.0 */
/* mail_world.h - an edition with real questionnaires, its contacts and its plan; a configuration; for the doctor and the rehearsal. */
#ifndef TESTS_APP_MAIL_WORLD_H
#define TESTS_APP_MAIL_WORLD_H

#include "../store/support.h"
#include "../support/temporary.h"
#include "barometre/app/config.h"
#include "barometre/app/keyring.h"
#include "barometre/store/edition_store.h"

#define CODE "essai"

static char *folder; /* the keys */

/* As a configuration file without more than it needs. */
UNUSED_OK static struct config config_of(char *database, char *smtp_url)
{
	static char empty[] = "", owner[] = "barometre_owner",
		    url[] = "https://b.example.org", tls[] = "required",
		    from[] = "barometre@example.org", contact[] = "contact@example.org";

	return (struct config){.database = database,
		.owner_role = owner,
		.key_directory = folder,
		.public_url = url,
		.staff_url = url,
		.smtp_url = smtp_url,
		.smtp_user = empty,
		.smtp_password_file = empty,
		.smtp_tls = tls,
		.smtp_ca_file = empty,
		.mail_from_name = contact,
		.mail_from_address = from,
		.mail_reply_to = empty,
		.bounce_address = empty,
		.bounce_maildir = empty,
		.bounce_imap_url = empty,
		.bounce_imap_user = empty,
		.bounce_imap_password_file = empty,
		.bounce_imap_ca_file = empty,
		.organisation = contact,
		.contact_address = contact,
		.mail_per_minute = 30,
		.mail_connections = 1};
}

UNUSED_OK static void clear_world(void)
{
	run(world.owner,
		"DELETE FROM barometre.delivery; DELETE FROM barometre.mailing; DELETE FROM barometre.letter;"
		"DELETE FROM barometre.invitation; DELETE FROM barometre.contact;"
		"DELETE FROM barometre.edition_audience; DELETE FROM barometre.edition; DELETE FROM barometre.form");
}

/* A draft of two audiences; `mail` is the file's own object. */
UNUSED_OK static void make_draft(const char *mail)
{
	SCOPED(free_char)
	char *text = x_printf(
		"{\"code\":\"" CODE
		"\",\"title\":\"Essai\",\"zone\":\"Europe/Paris\",\"opens\":\"2030-03-04\",\"closes\":\"2030-05-31\","
		"\"thresholds\":{\"minBase\":11,\"minCell\":5},\"countPartials\":true,\"keys\":\"server\",\"audiences\":["
		"{\"audience\":\"patients\",\"form\":\"" SOURCE_DIR
		"/forms/patients.json\",\"openLink\":false},"
		"{\"audience\":\"equipes\",\"form\":\"" SOURCE_DIR
		"/forms/equipes.json\",\"openLink\":false}],\"mail\":%s}",
		mail);
	json_t *definition = json_loads(text, 0, NULL);
	struct public_key trustee;
	struct secret_key unused;

	assert_non_null(definition);
	clear_world();
	box_new_pair(&trustee, &unused);
	ok(edition_create(world.owner, definition, "essai.json", &trustee, err));
	json_decref(definition);
}

/* Nobody's address: the box holds none that could be opened. */
UNUSED_OK static void add_people(const char *audience, int n)
{
	static const struct sql add = {"test",
		"WITH c AS (INSERT INTO barometre.contact (edition, id, audience, address_box, address_hash, stop_hash)"
		" SELECT '" CODE
		"', gen_random_uuid(), $1, '\\x00', sha256(gen_random_uuid()::text::bytea),"
		" sha256(gen_random_uuid()::text::bytea) FROM generate_series(1, $2::bigint) RETURNING id)"
		" INSERT INTO barometre.invitation (edition, id, contact, audience, mac)"
		" SELECT '" CODE
		"', gen_random_uuid(), c.id, $1, sha256(c.id::text::bytea) FROM c"};
	struct db_params params = {0};

	db_text_z(&params, audience);
	db_i64(&params, n);
	ok(db_run(world.owner, &add, &params, NULL, err));
}

UNUSED_OK static int mail_world_begin(void **state)
{
	int status = world_begin(state);
	struct key campaign = random_key();

	folder = temporary_folder();
	ok(keyring_prepare(folder, err));
	ok(keyring_put(folder, CODE ".campaign", &campaign, err));
	return status;
}

UNUSED_OK static int mail_world_end(void **state)
{
	temporary_remove(folder);
	free(folder);
	return world_end(state);
}

#endif
