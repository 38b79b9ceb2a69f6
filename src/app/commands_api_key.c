/* SPDX-License-Identifier: Apache-2.0 */
/* commands_api_key.c - keys of the interface for programs, on the command line. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/store/staff_store.h"
#include "commands.h"
#include "sql_catalog.h"

/* Whoever runs a command, for the journal. */
#define BY "commande"

/* All values of --scope, separated by blanks. */
static char *scopes_of(const struct command_line *line)
{
	struct buf list = BUF_LIMIT(1024);

	for (int i = 0; i + 1 < line->count; i++)
		if (strcmp(line->words[i], "--scope") == 0)
			buf_printf(&list, "%s%s", list.n ? " " : "", line->words[i + 1]);
	if (list.n == 0)
		buf_puts(&list, API_SCOPE_FIGURES);
	return buf_take(&list);
}

static bool days_of(const struct command_line *line, int64_t *ret, struct err *err)
{
	const char *text = command_option(line, "--days");
	uint64_t days;

	*ret = API_KEY_DAYS;
	if (!text)
		return true;
	if (!str_parse_u64(str_of(text), &days) || days > API_KEY_DAYS_MAX)
		return err_set(err, ERR_INVALID, "--days wants a number from 1 to %d",
			API_KEY_DAYS_MAX);
	*ret = (int64_t)days;
	return true;
}

int command_api_key_create(const struct command_line *line)
{
	SCOPED(free_char) char *scopes = scopes_of(line);
	struct api_key_request request = {.id = random_uuid(),
		.login = command_word(line, 0),
		.label = command_option(line, "--label"),
		.scopes = scopes,
		.edition = command_option(line, "--edition"),
		.by = BY};
	struct err err = {0};
	SCOPED(db_drop) struct db *db = NULL;
	char text[API_KEY_CHARS + 1];
	struct hash32 hash;

	if (!request.label || !*request.label) {
		err_set(&err, ERR_INVALID,
			"--label says what the key is for, for example --label \"Rapport 2026\"");
		return command_fails(&err);
	}
	if (!days_of(line, &request.days, &err))
		return command_fails(&err);
	api_key_make(text, &hash);
	db = command_database(line, &err);
	if (!db || !api_key_add(db, &request, &hash, &err)) {
		secret_wipe(text, sizeof(text));
		return command_fails(&err);
	}
	printf("%s\n", text);
	secret_wipe(text, sizeof(text));
	return EXIT_SUCCESS;
}

int command_api_key_list(const struct command_line *line)
{
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct db_params params = {0};

	db_text_z(&params, command_word(line, 0));
	if (!db) {
		db_params_release(&params);
		return command_fails(&err);
	}
	if (!db_run(db, &SQL_API_KEYS, &params, &rows, &err))
		return command_fails(&err);
	for (size_t i = 0; i < db_count(rows); i++)
		printf("%.8s  %-8s %-16s %-29s %-8s made %s, ends %s, last used %s  %s\n",
			db_str(rows, i, "id").p, db_str(rows, i, "state").p,
			db_str(rows, i, "login").p, db_str(rows, i, "scopes").p,
			db_is_null(rows, i, "edition") ? "all"
						       : db_str(rows, i, "edition").p,
			db_str(rows, i, "created_on").p, db_str(rows, i, "expires_on").p,
			db_is_null(rows, i, "last_used_on")
				? "never"
				: db_str(rows, i, "last_used_on").p,
			db_str(rows, i, "label").p);
	return EXIT_SUCCESS;
}

int command_api_key_revoke(const struct command_line *line)
{
	const char *id = command_word(line, 0);
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct db_params params = {0};

	db_text_z(&params, id);
	db_text_z(&params, NULL);
	db_text_z(&params, BY);
	if (!db) {
		db_params_release(&params);
		return command_fails(&err);
	}
	if (!db_run(db, &SQL_API_KEY_REVOKE, &params, &rows, &err))
		return command_fails(&err);
	if (db_int(rows, 0, "n") == 0) {
		err_set(&err, ERR_MISSING,
			"no key that works begins with \"%s\"; see barometre api-key list",
			id);
		return command_fails(&err);
	}
	printf("%lld key(s) revoked\n", (long long)db_int(rows, 0, "n"));
	return EXIT_SUCCESS;
}
