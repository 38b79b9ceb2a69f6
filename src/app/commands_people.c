/* SPDX-License-Identifier: Apache-2.0 */
/* commands_people.c - contacts, links, mailings, wishes on the command line. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/app/keyring.h"
#include "barometre/mail/address.h"
#include "barometre/mail/contact_file.h"
#include "barometre/mail/outbox.h"
#include "barometre/privacy/sealed.h"
#include "barometre/store/contact_store.h"
#include "barometre/store/edition_store.h"
#include "commands.h"
#include "sql_catalog.h"

struct people_keys {
	struct campaign_keys campaign;
	struct mail_keys mail;
	struct secret_key address;
};

static bool load_keys(
	const char *folder, const char *edition, struct people_keys *ret, struct err *err)
{
	struct key key;
	char name[80];
	bool ok;

	keyring_name(name, edition, "campaign");
	ok = keyring_get(folder, name, &key, err);
	if (ok)
		campaign_derive(&ret->campaign, &key);
	ok = ok && keyring_get(folder, "mail.key", &key, err);
	if (ok)
		mail_derive(&ret->mail, &key);
	secret_wipe(&key, sizeof(key));
	return ok && keyring_get(folder, "address.key", &ret->address, err);
}

static bool make_contact(struct new_contact *ret, struct buf *box,
	const struct contact_line *line, const char *edition,
	const struct people_keys *keys, struct err *err)
{
	struct public_key to = box_public(&keys->address);
	struct token token;
	struct id16 stop;

	*ret = (struct new_contact){.contact = random_uuid(),
		.invitation = random_uuid(),
		.audience = line->audience,
		.department = line->department,
		.type = line->type};
	if (!address_box_seal(box, &to, line->email, line->name, err))
		return false;
	token = token_mint(&keys->campaign.tokens, str_of(edition),
		str_of(line->audience), &ret->invitation);
	stop = contact_stop_id(&keys->mail.stops, &ret->contact);
	ret->address_box = buf_str(box);
	ret->address_hash = address_hash(&keys->mail.addresses, str_of(line->compare));
	ret->mac = token_mac(&keys->campaign.macs, &token);
	ret->stop_hash = hash_plain((struct str){(const char *)stop.b, sizeof(stop.b)});
	secret_wipe(&token, sizeof(token));
	return true;
}

static bool add_contacts(struct db *db, const char *edition,
	const struct contact_file *file, const struct people_keys *keys,
	struct contacts_result *ret, struct err *err)
{
	struct new_contact *contacts = x_calloc(file->count + 1, sizeof(*contacts));
	struct buf *boxes = x_calloc(file->count + 1, sizeof(*boxes));
	bool ok = true;

	for (size_t i = 0; ok && i < file->count; i++) {
		boxes[i].max = 4096;
		ok = make_contact(
			&contacts[i], &boxes[i], &file->lines[i], edition, keys, err);
	}
	ok = ok && contacts_add(db, edition, contacts, file->count, ret, err);
	for (size_t i = 0; i < file->count; i++)
		buf_release(&boxes[i]);
	free(boxes);
	free(contacts);
	return ok;
}

static int refuse_file(const char *name, const struct contact_file *file)
{
	for (size_t i = 0; i < file->error_count; i++)
		fprintf(stderr, "%s : %s\n", name, file->errors[i]);
	fprintf(stderr,
		"barometre: %zu erreur(s), rien n’a été importé ; corrigez le fichier et recommencez\n",
		file->error_count);
	return err_exit_status(ERR_INVALID);
}

static int import_bytes(const struct command_line *line, struct db *db,
	const struct edition *edition, struct str bytes)
{
	const char **audiences = x_calloc(
		edition->audience_count + 1, sizeof(*audiences));
	struct contact_file file = {0};
	struct contacts_result result = {0};
	struct people_keys keys;
	struct err err = {0};
	int status;

	for (size_t i = 0; i < edition->audience_count; i++)
		audiences[i] = edition->audiences[i].audience;
	if (!contact_file_parse(bytes, audiences, &file)) {
		status = refuse_file(command_word(line, 1), &file);
	} else if (!load_keys(line->config->key_directory, edition->code, &keys, &err) ||
		!add_contacts(db, edition->code, &file, &keys, &result, &err)) {
		status = command_fails(&err);
	} else {
		printf("%lld contact(s) ajouté(s), %lld déjà connu(s), %lld opposé(s) à tout message\n",
			(long long)result.added, (long long)result.known,
			(long long)result.objecting);
		if (result.uninvited > 0)
			fprintf(stderr,
				"barometre : %lld contact(s) de cette édition ne recevront pas d’invitation : la leur est retenue, annulée ou trop ancienne. "
				"Changez sa date (barometre mailing reschedule), ou prévoyez un envoi ciblé à qui n’a rien reçu.\n",
				(long long)result.uninvited);
		status = EXIT_SUCCESS;
	}
	secret_wipe(&keys, sizeof(keys));
	contact_file_release(&file);
	free(audiences);
	return status;
}

int command_contacts_import(const struct command_line *line)
{
	SCOPED(buf_wipe) struct buf bytes = BUF_LIMIT(0);
	SCOPED(editions_release) struct editions editions = {0};
	const struct edition *edition = NULL;
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);

	if (!db || !command_read_file(command_word(line, 1), &bytes, &err) ||
		!(edition = editions_load_one(
			  db, command_word(line, 0), &editions, &err)))
		return command_fails(&err);
	return import_bytes(line, db, edition, buf_str(&bytes));
}

static void print_link(const struct command_line *line, const char *edition,
	struct str audience, const struct id16 *invitation,
	const struct people_keys *keys)
{
	struct token token = token_mint(
		&keys->campaign.tokens, str_of(edition), audience, invitation);
	char text[TOKEN_CHARS + 1];

	token_write(text, &token);
	printf("%s/r/%s\n", line->config->public_url, text);
	secret_wipe(&token, sizeof(token));
	secret_wipe(text, sizeof(text));
}

static bool print_all_links(const struct command_line *line, struct db *db,
	const char *edition, const struct people_keys *keys, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct db_params params = {0};
	struct public_key to = box_public(&keys->address);

	db_text_z(&params, edition);
	if (!db_run(db, &SQL_PEOPLE_LINKS, &params, &rows, err))
		return false;
	printf("email,audience,link\n");
	for (size_t i = 0; i < db_count(rows); i++) {
		SCOPED(buf_wipe) struct buf box = BUF_LIMIT(4096);
		SCOPED(buf_wipe) struct buf plain = BUF_LIMIT(4096);
		struct id16 invitation;
		json_t *address;

		if (!db_get_bytes(rows, i, "address_box", &box) ||
			!box_open(&plain, &to, &keys->address, buf_str(&box), err))
			return false;
		address = json_loadb(plain.p, plain.n, 0, NULL);
		db_get_uuid(rows, i, "invitation", &invitation);
		printf("%s,%.*s,", json_string_value(json_object_get(address, "email")),
			(int)db_str(rows, i, "audience").n,
			db_str(rows, i, "audience").p);
		json_decref(address);
		print_link(line, edition, db_str(rows, i, "audience"), &invitation, keys);
	}
	return true;
}

static bool print_one_link(const struct command_line *line, struct db *db,
	const char *edition, const char *email, const struct people_keys *keys,
	struct err *err)
{
	SCOPED(buf_wipe) struct buf send = BUF_LIMIT(512);
	SCOPED(buf_wipe) struct buf compare = BUF_LIMIT(512);
	struct id16 contact, invitation;
	struct hash32 hash;
	char audience[33];

	if (!address_normalise(str_of(email), &send, &compare, err))
		return false;
	hash = address_hash(&keys->mail.addresses, buf_str(&compare));
	if (!contact_find(db, edition, &hash, &contact, &invitation, audience, err))
		return false;
	print_link(line, edition, str_of(audience), &invitation, keys);
	return true;
}

int command_link(const struct command_line *line)
{
	const char *edition = command_word(line, 0), *email = command_word(line, 1);
	struct people_keys keys;
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);
	bool ok = db && load_keys(line->config->key_directory, edition, &keys, &err);

	if (ok && command_flag(line, "--all"))
		ok = print_all_links(line, db, edition, &keys, &err);
	else if (ok && email)
		ok = print_one_link(line, db, edition, email, &keys, &err);
	else if (ok)
		ok = err_set(&err, ERR_INVALID, "name an address, or --all");
	secret_wipe(&keys, sizeof(keys));
	return ok ? EXIT_SUCCESS : command_fails(&err);
}

static void print_csv(const char *text)
{
	putchar('"');
	for (; text && *text; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	putchar('"');
}

/* One line a wish; contacts whose record is empty are passed over. */
static void print_wish(const json_t *wish, const char *audience)
{
	static const char *const keys[] = {"contact_email", "contact_nom",
		"contact_telephone", "contact_message", "contact_annuaire",
		"nom_structure"};
	const json_t *wanted = json_object_get(wish, "contact_souhait");
	size_t i;
	json_t *item;

	if (json_object_size(wish) == 0)
		return;
	printf("%s,", audience);
	putchar('"');
	json_array_foreach(wanted, i, item)
		printf("%s%s", i ? " " : "", json_string_value(item));
	putchar('"');
	for (size_t k = 0; k < COUNT_OF(keys); k++) {
		putchar(',');
		print_csv(json_string_value(json_object_get(wish, keys[k])));
	}
	putchar('\n');
}

int command_wishes(const struct command_line *line)
{
	const char *edition = command_word(line, 0);
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct db_params params = {0};
	struct secret_key trustee;
	char name[80];

	db_text_z(&params, edition);
	keyring_name(name, edition, "trustee");
	if (!db || !keyring_get(line->config->key_directory, name, &trustee, &err) ||
		!db_run(db, &SQL_PEOPLE_WISHES, &params, &rows, &err))
		return command_fails(&err);
	printf("audience,souhaits,email,nom,telephone,message,annuaire,nom_structure\n");
	for (size_t i = 0; i < db_count(rows); i++) {
		SCOPED(buf_wipe) struct buf box = BUF_LIMIT(1 << 16);
		json_t *wish = db_get_bytes(rows, i, "box", &box)
			? contact_open(&trustee, buf_str(&box), &err)
			: NULL;
		SCOPED(free_char) char *audience = str_dup(db_str(rows, i, "audience"));

		if (!wish)
			fprintf(stderr,
				"barometre: one wish cannot be opened with this key\n");
		else
			print_wish(wish, audience);
		json_decref(wish);
	}
	secret_wipe(&trustee, sizeof(trustee));
	return EXIT_SUCCESS;
}
