/* SPDX-License-Identifier: Apache-2.0 */
/* commands.c - what commands share, and those that need little: serve, migrate, checks, accounts. */
#include "commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "barometre/app/duties.h"
#include "barometre/app/keyring.h"
#include "barometre/store/migrate.h"
#include "barometre/store/staff_store.h"
#include "login.h"

#define MAX_FILE (64u << 20)
#define MIN_PASSWORD 12

static bool is_option(const char *word)
{
	return strncmp(word, "--", 2) == 0;
}

static bool takes_value(const char *option)
{
	static const char *const names[] = {"--role", "--format", "--out",
		"--despite-findings", "--recipient", "--maildir", "--custodian", "--key",
		"--on", "--not-after", "--edition", "--dkim", "--relay-address",
		"--name-server", "--days", "--answers", "--seed", "--database", "--label",
		"--scope", "--reason", "--release", "--by", "--sizes", "--with",
		"--coder", "--coders", "--double", "--note", NULL};

	return str_is_one_of(str_of(option), names);
}

const char *command_option(const struct command_line *line, const char *name)
{
	must(takes_value(name)); /* or its value is taken for a word, too */
	for (int i = 0; i + 1 < line->count; i++)
		if (strcmp(line->words[i], name) == 0)
			return line->words[i + 1];
	return NULL;
}

bool command_flag(const struct command_line *line, const char *name)
{
	for (int i = 0; i < line->count; i++)
		if (strcmp(line->words[i], name) == 0)
			return true;
	return false;
}

const char *command_word(const struct command_line *line, int n)
{
	for (int i = 0; i < line->count; i++) {
		if (is_option(line->words[i]))
			i += takes_value(line->words[i]);
		else if (n-- == 0)
			return line->words[i];
	}
	return NULL;
}

bool command_version(const char *word, const char *thing, int64_t *ret, struct err *err)
{
	uint64_t number = 0;

	if (word &&
		(!str_parse_u64(str_of(word), &number) || number == 0 ||
			number > INT32_MAX))
		return err_set(err, ERR_INVALID,
			"\"%.60s\" is no version that \"barometre %s list\" shows: give one of its numbers",
			word, thing);
	*ret = (int64_t)number;
	return true;
}

struct db *command_database(const struct command_line *line, struct err *err)
{
	return login_open(line->config, "owner", line->config->owner_role, err);
}

bool command_read_file(const char *file, struct buf *out, struct err *err)
{
	bool standard = strcmp(file, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	char part[1 << 15];
	ssize_t n = -1;

	out->max = MAX_FILE;
	if (fd >= 0)
		while ((n = read(fd, part, sizeof(part))) > 0)
			buf_bytes(out, part, (size_t)n);
	if (fd >= 0 && !standard)
		close(fd);
	if (fd < 0 || n < 0)
		return err_set(err, ERR_MISSING, "cannot read \"%s\": %s", file,
			strerror(errno));
	if (out->failed)
		return err_set(err, ERR_LIMIT, "\"%s\" is larger than 64 MiB", file);
	return true;
}

bool command_print(const struct buf *out, struct err *err)
{
	if (out->failed)
		return err_set(err, ERR_LIMIT, "the output is larger than %zu MiB",
			out->max >> 20);
	if (fwrite(buf_str(out).p, 1, out->n, stdout) != out->n || fflush(stdout) != 0)
		return err_set(err, ERR_BROKEN, "cannot write to standard output: %s",
			strerror(errno));
	return true;
}

int command_serve(const struct command_line *line)
{
	return daemon_run(line->config);
}

int command_migrate(const struct command_line *line)
{
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);
	int applied;

	if (!db || !migrate_run(db, &applied, &err))
		return command_fails(&err);
	printf("%d migration(s) applied\n", applied);
	return EXIT_SUCCESS;
}

int command_check_config(const struct command_line *line)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(1 << 16);

	if (!line->config) {
		config_describe(&out);
		fputs(buf_str(&out).p, stdout);
	} else {
		printf("the configuration is right\n");
	}
	return EXIT_SUCCESS;
}

int command_account_create(const struct command_line *line)
{
	const char *login = command_word(line, 0), *role = command_option(line, "--role");
	struct err err = {0};
	SCOPED(db_drop) struct db *db = NULL;
	char password[256], hash[128];

	if (!role ||
		(strcmp(role, "admin") != 0 && strcmp(role, "analyst") != 0 &&
			strcmp(role, "coder") != 0)) {
		err_set(&err, ERR_INVALID, "--role must be admin, analyst or coder");
		return command_fails(&err);
	}
	if (!fgets(password, sizeof(password), stdin))
		password[0] = '\0';
	password[strcspn(password, "\r\n")] = '\0';
	if (str_count_chars(str_of(password)) < MIN_PASSWORD) {
		err_set(&err, ERR_INVALID,
			"the password on standard input must have at least %d characters",
			MIN_PASSWORD);
		return command_fails(&err);
	}
	if (!password_hash(hash, str_of(password))) {
		err_set(&err, ERR_BROKEN, "not enough memory to hash the password");
		return command_fails(&err);
	}
	secret_wipe(password, sizeof(password));
	db = command_database(line, &err);
	if (!db || !account_create(db, login, role, hash, &err))
		return command_fails(&err);
	printf("account \"%s\" made\n", login);
	return EXIT_SUCCESS;
}
