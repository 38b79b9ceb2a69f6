/* SPDX-License-Identifier: Apache-2.0 */
/* count_world.h - an edition of one small questionnaire, its keys, sealed boxes and drafts; counted as the program does. */
#ifndef TESTS_APP_COUNT_WORLD_H
#define TESTS_APP_COUNT_WORLD_H

#include "../store/support.h"
#include "../support/temporary.h"
#include "barometre/app/count.h"
#include "barometre/app/keyring.h"
#include "barometre/privacy/sealed.h"
#include "barometre/store/count_store.h"
#include "barometre/store/edition_store.h"

#define DAY ((usec_t)20000 * USEC_PER_DAY)
#define CODE "essai"

static char *folder; /* the keys */
static struct form *form;
static struct public_key count_public, trustee_public;
static struct secret_key count_secret;

static const char form_text[] =
	"{\"title\":\"Essai\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\",\"barometre\":{\"audience\":\"patients\","
	"\"version\":\"1\",\"minutes\":1,\"boxBytes\":8192,\"audienceLabel\":\"Patients\",\"complete\":[\"choix\"],"
	"\"welcome\":[\"Bonjour\"],\"thanks\":[\"Merci\"]},\"pages\":[{\"name\":\"p\",\"title\":\"Page\",\"elements\":["
	"{\"type\":\"radiogroup\",\"name\":\"choix\",\"title\":\"Choix\",\"isRequired\":true,\"choices\":[{\"value\":\"oui\",\"text\":\"Oui\"},"
	"{\"value\":\"non\",\"text\":\"Non\"}],\"barometre\":{\"role\":\"opinion\",\"short\":\"Choix\"}},"
	"{\"type\":\"text\",\"name\":\"age\",\"title\":\"Âge\",\"inputType\":\"number\",\"min\":18,\"max\":110,"
	"\"barometre\":{\"role\":\"segment\",\"short\":\"Âge\"}},"
	"{\"type\":\"text\",\"name\":\"lieu\",\"title\":\"Lieu\",\"barometre\":{\"role\":\"locality\",\"short\":\"Lieu\"}},"
	"{\"type\":\"comment\",\"name\":\"avis\",\"title\":\"Avis\",\"maxLength\":2000,\"barometre\":{\"role\":\"text\",\"short\":\"Avis\"}},"
	"{\"type\":\"multipletext\",\"name\":\"mots\",\"title\":\"Mots\",\"items\":[{\"name\":\"un\"},"
	"{\"name\":\"deux\",\"inputType\":\"number\"}],\"barometre\":{\"role\":\"text\",\"short\":\"Mots\"}},"
	"{\"type\":\"radiogroup\",\"name\":\"place\",\"title\":\"Place\",\"choices\":[{\"value\":\"elu\",\"text\":\"Élu\"},"
	"{\"value\":\"autre\",\"text\":\"Autre\"}],\"barometre\":{\"role\":\"segment\",\"short\":\"Place\"}},"
	"{\"type\":\"expression\",\"name\":\"presque\",\"title\":\"Presque\",\"expression\":\"{age} + 1\","
	"\"barometre\":{\"role\":\"opinion\",\"short\":\"Presque\"}}"
	"]}]}";

/* An edition of one small questionnaire, open. */
UNUSED_OK static void make(void)
{
	struct db_params params = {0};
	static const struct sql add_form = {"test",
		"INSERT INTO barometre.form VALUES ($1, 'patients', $2) ON CONFLICT DO NOTHING"};
	static const struct sql add_edition = {"test",
		"WITH e AS (INSERT INTO barometre.edition (code, title, zone, state, opens, closes, min_base, min_cell,"
		" count_partials, count_key, trustee_key, mail) VALUES ('" CODE
		"', 'Essai', 'Europe/Paris', 'open',"
		" '2026-01-01', '2036-01-01', 0, 0, true, $1, $2, '{}'))"
		" INSERT INTO barometre.edition_audience VALUES ('" CODE
		"', 'patients', $3, true, '{}', 0)"};
	struct key campaign = random_key();
	struct secret_key trustee;

	run(world.owner,
		"DELETE FROM barometre.response; DELETE FROM barometre.verbatim; DELETE FROM barometre.place_total;"
		"DELETE FROM barometre.contact_wish; DELETE FROM barometre.urn; DELETE FROM barometre.draft;"
		"DELETE FROM barometre.invalid_box; DELETE FROM barometre.release_row; DELETE FROM barometre.release_note;"
		"DELETE FROM barometre.release_file; DELETE FROM barometre.release;"
		"DELETE FROM barometre.count_record; DELETE FROM barometre.participation_total;"
		"DELETE FROM barometre.delivery; DELETE FROM barometre.mailing; DELETE FROM barometre.invitation;"
		"DELETE FROM barometre.contact;"
		"DELETE FROM barometre.edition_audience; DELETE FROM barometre.edition; DELETE FROM barometre.form");
	box_new_pair(&count_public, &count_secret);
	box_new_pair(&trustee_public, &trustee);
	ok(keyring_destroy(folder, CODE ".count", err));
	ok(keyring_destroy(folder, CODE ".campaign", err));
	ok(keyring_put(folder, CODE ".count", &count_secret, err));
	ok(keyring_put(folder, CODE ".campaign", &campaign, err));
	db_text_z(&params, form->hash);
	db_text(&params, STR(form_text));
	ok(db_run(world.owner, &add_form, &params, NULL, err));
	db_bytes(&params, count_public.b, sizeof(count_public.b));
	db_bytes(&params, trustee_public.b, sizeof(trustee_public.b));
	db_text_z(&params, form->hash);
	ok(db_run(world.owner, &add_edition, &params, NULL, err));
}

UNUSED_OK static void seal(struct buf *box, int person, const char *answers)
{
	struct id16 instance = id_of("instance", person);
	json_t *a = json_loads(answers, 0, NULL), *contact = json_object();

	ok(answer_box_seal(box, &count_public, &trustee_public, &instance, form->hash, a,
		contact, form->box_bytes, err));
	json_decref(a);
	json_decref(contact);
}

UNUSED_OK static void put_box(int person, const char *answers)
{
	static const struct sql add = {"test",
		"INSERT INTO barometre.urn VALUES ('" CODE
		"', 'patients', $1::uuid, $2)"};
	SCOPED(buf_release) struct buf box = BUF_LIMIT(1 << 16);
	struct db_params params = {0};
	struct id16 slot = random_uuid();

	seal(&box, person, answers);
	db_uuid(&params, &slot);
	db_bytes(&params, box.p, box.n);
	ok(db_run(world.owner, &add, &params, NULL, err));
}

UNUSED_OK static void put_draft(int person, const char *answers)
{
	static const struct sql add = {"test",
		"INSERT INTO barometre.draft VALUES ($1, '" CODE
		"', 'patients', '\\x00', $2)"};
	SCOPED(buf_release) struct buf box = BUF_LIMIT(1 << 16);
	struct db_params params = {0};
	struct hash32 loc = hash_of("loc", person);

	seal(&box, person, answers);
	db_bytes(&params, loc.b, sizeof(loc.b));
	db_bytes(&params, box.p, box.n);
	ok(db_run(world.owner, &add, &params, NULL, err));
}

UNUSED_OK static void close_edition(void)
{
	run(world.owner, "UPDATE barometre.edition SET state = 'closed'");
}

UNUSED_OK static bool count_with(
	const struct count_options *options, json_t **record, struct err *err)
{
	SCOPED(db_drop) struct db *keeper = open_as("barometre_keeper");

	return count_run(keeper, CODE, options, record, err);
}

UNUSED_OK static bool count(bool waive, json_t **record, struct err *err)
{
	struct count_options options = {
		.key_directory = folder, .waive_invalid = waive, .now = DAY};

	return count_with(&options, record, err);
}

UNUSED_OK static int64_t total(const json_t *record, const char *key)
{
	const json_t *audience = json_array_get(json_object_get(record, "audiences"), 0);

	return json_integer_value(json_object_get(audience, key));
}

UNUSED_OK static int begin(void **state)
{
	int status = world_begin(state); /* ends the program where there is no cluster */

	folder = temporary_folder();
	ok((form = form_parse(STR(form_text), "essai.json", err)) != NULL);
	return status;
}

UNUSED_OK static int end(void **state)
{
	bool gone = temporary_remove(folder);

	free(folder);
	form_free(form);
	return world_end(state) == 0 && gone ? 0 : -1;
}

#endif
