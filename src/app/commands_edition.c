/* SPDX-License-Identifier: Apache-2.0 */
/* commands_edition.c - the life of an edition on the command line. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/app/count.h"
#include "barometre/app/keyring.h"
#include "barometre/store/count_store.h"
#include "barometre/store/edition_store.h"
#include "commands.h"

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
	if (ok)
		printf("edition \"%s\" made: import contacts, then barometre edition open %s\n",
			code, code);
	json_decref(definition);
	return ok ? EXIT_SUCCESS : command_fails(&err);
}

int command_edition_open(const struct command_line *line)
{
	const char *code = command_word(line, 0), *folder = line->config->key_directory;
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);
	struct public_key public_key;
	struct secret_key secret;
	char name[80];
	bool ok = db != NULL &&
		(code_is_good(code) ||
			err_set(&err, ERR_INVALID, "\"%s\" is not the code of an edition",
				code));

	keyring_name(name, code, "count");
	if (ok && !keyring_has(folder, name)) {
		box_new_pair(&public_key, &secret);
		ok = keyring_put(folder, name, &secret, &err);
	}
	/* Read back: what is on the disk is what will open the urn. */
	ok = ok && keyring_get(folder, name, &secret, &err);
	if (ok) {
		public_key = box_public(&secret);
		ok = edition_open(db, code, &public_key, &err);
	}
	secret_wipe(&secret, sizeof(secret));
	if (!ok)
		return command_fails(&err);
	printf("edition \"%s\" is open; its counting key is kept by this server (%s/%s)\n",
		code, folder, name);
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

int command_count(const struct command_line *line)
{
	struct err err = {0};
	SCOPED(db_drop)
	struct db *db = db_open(line->config->database, "barometre_keeper", &err);
	struct count_options options = {.key_directory = line->config->key_directory,
		.waive_invalid = command_flag(line, "--waive-invalid"),
		.now = clock_now()};
	json_t *record = NULL;

	if (!db || !count_run(db, command_word(line, 0), &options, &record, &err))
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
