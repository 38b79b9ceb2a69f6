/* SPDX-License-Identifier: Apache-2.0 */
/* commands_edition.c - the life of an edition on the command line. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "barometre/app/count.h"
#include "barometre/app/keyring.h"
#include "barometre/store/count_store.h"
#include "barometre/store/edition_store.h"
#include "commands.h"
#include "custodian_key.h"
#include "login.h"

static json_t *read_definition(const char *file, struct err *err)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(1 << 20);
	json_error_t where;
	json_t *definition;

	if (!command_read_file(file, &text, err))
		return NULL;
	definition = json_loadb(
		buf_str(&text).p, buf_str(&text).n, JSON_REJECT_DUPLICATES, &where);
	if (!definition)
		err_set_line(err, ERR_INVALID, where.line, "%s:%d: not valid JSON: %s",
			file, where.line, where.text);
	return definition;
}

/* Keys first: an edition without its keys would be useless; keys without an edition harm nobody and are taken up again. */
static bool make_keys(const char *folder, const char *code,
	struct public_key *ret_trustee, struct err *err)
{
	char campaign[80], trustee[80];
	struct key key = random_key();
	struct secret_key secret;
	bool ok = true;

	keyring_name(campaign, code, "campaign");
	keyring_name(trustee, code, "trustee");
	box_new_pair(ret_trustee, &secret);
	if (!keyring_has(folder, campaign))
		ok = keyring_put(folder, campaign, &key, err);
	if (ok && !keyring_has(folder, trustee))
		ok = keyring_put(folder, trustee, &secret, err);
	ok = ok && keyring_get(folder, trustee, &secret, err);
	if (ok)
		*ret_trustee = box_public(&secret);
	secret_wipe(&key, sizeof(key));
	secret_wipe(&secret, sizeof(secret));
	return ok;
}

/* The code becomes a file name: checked before anything is written. */
static bool code_is_good(const char *code)
{
	size_t n = code ? strlen(code) : 0;

	if (n == 0 || n > 32)
		return false;
	return strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789_-") == n &&
		code[0] != '-';
}

static bool with_custodians(const json_t *definition)
{
	const char *keys = json_string_value(json_object_get(definition, "keys"));

	return keys && strcmp(keys, "custodians") == 0;
}

int command_edition_create(const struct command_line *line)
{
	const char *file = command_word(line, 0), *folder = line->config->key_directory;
	struct err err = {0};
	json_t *definition = read_definition(file, &err);
	const char *code = json_string_value(json_object_get(definition, "code"));
	struct public_key trustee;
	SCOPED(db_drop) struct db *db = NULL;
	bool ok = definition != NULL;

	if (ok && !code_is_good(code))
		ok = err_set(&err, ERR_INVALID,
			"%s: \"code\" must be 1 to 32 of a-z, 0-9, - and _", file);
	if (ok) {
		db = command_database(line, &err);
		ok = db && keyring_prepare(folder, &err) &&
			make_keys(folder, code, &trustee, &err) &&
			edition_create(db, definition, file, &trustee, &err);
	}
	if (ok && with_custodians(definition))
		printf("edition \"%s\" made: import contacts, then make the counting key for its custodians: barometre key "
		       "make %s --custodian NAME --custodian NAME --out FOLDER\n",
			code, code);
	else if (ok)
		printf("edition \"%s\" made: import contacts, then barometre edition open %s\n",
			code, code);
	json_decref(definition);
	return ok ? EXIT_SUCCESS : command_fails(&err);
}

/* Its key is made here, or was by an opening that was stopped, and stays in the folder. */
static bool open_with_server_key(
	struct db *db, const char *folder, const char *code, struct err *err)
{
	struct public_key public_key;
	struct secret_key secret;
	char name[80];
	bool ok = true;

	keyring_name(name, code, "count");
	if (!keyring_has(folder, name)) {
		box_new_pair(&public_key, &secret);
		ok = keyring_put(folder, name, &secret, err);
	}
	/* Read back: what is on the disk is what will open the urn. */
	ok = ok && keyring_get(folder, name, &secret, err);
	if (ok) {
		public_key = box_public(&secret);
		ok = edition_open(db, code, &public_key, err);
	}
	secret_wipe(&secret, sizeof(secret));
	if (ok)
		printf("edition \"%s\" is open; its counting key is kept by this server (%s/%s): the weaker choice, shown to "
		       "respondents; for the next edition consider \"keys\": \"custodians\"\n",
			code, folder, name);
	return ok;
}

static bool custodians_are_ready(
	const struct edition *edition, const struct custodians *all, struct err *err)
{
	SCOPED(buf_release) struct buf names = BUF_LIMIT(200);

	if (!edition->has_count_key)
		return err_set(err, ERR_CONFLICT,
			"edition \"%s\" has no counting key yet; run: barometre key make %s --custodian NAME "
			"--custodian NAME --out FOLDER",
			edition->code, edition->code);
	for (size_t i = 0; i < all->count; i++)
		if (!all->list[i].verified_on[0])
			buf_printf(&names, "%s%s", names.n > 0 ? ", " : "",
				all->list[i].name);
	return custodians_unverified(all) == 0 ||
		err_set(err, ERR_CONFLICT,
			"edition \"%s\" opens when every custodian has tested a file; still to come: %s; run for each: "
			"barometre key test %s FILE",
			edition->code, buf_str(&names).p, edition->code);
}

static bool open_with_custodians(
	struct db *db, const struct edition *edition, struct err *err)
{
	if (!edition_open(db, edition->code, &edition->count_key, err))
		return false;
	printf("edition \"%s\" is open; its counting key is with %zu custodians and not on this server: bring one of their "
	       "files for the count\n",
		edition->code, edition->custodian_count);
	return true;
}

/* What keeps an edition from opening is said before the privacy check takes its time. */
static bool may_open(struct db *db, const struct edition *edition, struct err *err)
{
	SCOPED(custodians_release) struct custodians all = {0};

	return !edition->custodians || strcmp(edition->state, "draft") != 0 ||
		(custodians_load(db, edition->code, &all, err) &&
			custodians_are_ready(edition, &all, err));
}

static bool open_checked(const struct command_line *line, struct db *db,
	const struct edition *edition, struct err *err)
{
	if (!may_open(db, edition, err) ||
		!command_privacy_allows(line, db, edition->code, err))
		return false;
	return edition->custodians ? open_with_custodians(db, edition, err)
				   : open_with_server_key(db, line->config->key_directory,
					     edition->code, err);
}

static bool find_and_open(
	const struct command_line *line, struct db *db, const char *code, struct err *err)
{
	SCOPED(editions_release) struct editions editions = {0};
	const struct edition *edition;

	edition = editions_load_one(db, code, &editions, err);
	return edition && open_checked(line, db, edition, err);
}

int command_edition_open(const struct command_line *line)
{
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);

	if (!db || !find_and_open(line, db, command_word(line, 0), &err))
		return command_fails(&err);
	return EXIT_SUCCESS;
}

int command_edition_close(const struct command_line *line)
{
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);

	if (!db || !edition_close(db, command_word(line, 0), &err))
		return command_fails(&err);
	printf("edition \"%s\" is closed: count it with barometre count %s\n",
		command_word(line, 0), command_word(line, 0));
	return EXIT_SUCCESS;
}

int command_edition_list(const struct command_line *line)
{
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);
	struct editions editions = {0};

	if (!db || !editions_load(db, &editions, &err))
		return command_fails(&err);
	for (size_t i = 0; i < editions.count; i++)
		printf("%s\t%s\t%s\n", editions.list[i].code, editions.list[i].state,
			editions.list[i].title);
	editions_release(&editions);
	return EXIT_SUCCESS;
}

static void print_record(const json_t *record)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(1 << 20);

	record_print(record, &out);
	fputs(buf_str(&out).p, stdout);
}

/* Fills the options with the key of a custodian, where the edition has custodians. */
static bool take_key(struct db *db, const struct command_line *line,
	struct custodian_key *key, struct count_options *options, struct err *err)
{
	SCOPED(editions_release) struct editions editions = {0};
	const char *code = command_word(line, 0), *file = command_option(line, "--key");
	const struct edition *edition;

	if (!editions_load(db, &editions, err))
		return false;
	edition = editions_find(&editions, str_of(code));
	if (command_flag(line, "--key") && !file)
		return err_set(err, ERR_INVALID, "--key needs the name of a file");
	/* Of an edition that cannot be counted now, the count itself tells why, before anybody types a passphrase. */
	if (!edition || strcmp(edition->state, "closed") != 0)
		return true;
	if (!edition->custodians && file)
		return err_set(err, ERR_INVALID,
			"l’édition «\u202F%s\u202F» confie sa clé au serveur\u202F: comptez-la sans --key",
			code);
	if (!edition->custodians)
		return true;
	if (!file)
		return err_set(err, ERR_DENIED,
			"la clé de l’édition «\u202F%s\u202F» n’est pas sur ce serveur\u202F: un des dépositaires "
			"(barometre key list %s) apporte son fichier et sa phrase secrète\u202F: barometre count %s --key "
			"FICHIER",
			code, code, code);
	secrets_begin(key, sizeof(*key));
	if (!custodian_key_load(key, file, edition, err))
		return false;
	options->counting_key = &key->secret;
	options->custodian = key->custody.custodian;
	return true;
}

int command_count(const struct command_line *line)
{
	SCOPED(custodian_key_release) struct custodian_key key = {0};
	struct err err = {0};
	SCOPED(db_drop)
	struct db *db = login_open(line->config, "keeper", "barometre_keeper", &err);
	struct count_options options = {.key_directory = line->config->key_directory,
		.waive_invalid = command_flag(line, "--waive-invalid"),
		.now = clock_now(),
		.progress = isatty(STDERR_FILENO) ? count_progress_terminal : NULL};
	json_t *record = NULL;

	if (!db || !take_key(db, line, &key, &options, &err) ||
		!count_run(db, command_word(line, 0), &options, &record, &err))
		return command_fails(&err);
	print_record(record);
	json_decref(record);
	return EXIT_SUCCESS;
}

int command_record(const struct command_line *line)
{
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);
	json_t *record = db ? count_record(db, command_word(line, 0), &err) : NULL;

	if (!record)
		return command_fails(&err);
	print_record(record);
	json_decref(record);
	return EXIT_SUCCESS;
}
