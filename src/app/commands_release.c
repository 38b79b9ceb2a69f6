/* SPDX-License-Identifier: Apache-2.0 */
/* commands_release.c - the life of a release on the command line, as the keeper. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/app/publish.h"
#include "commands.h"
#include "login.h"

#define LOGIN "(commande)"
#define EXIT_REFUSED 2 /* as edition check: something severe was found */

static struct db *open_keeper(const struct command_line *line, struct err *err)
{
	return login_open(line->config, "keeper", "barometre_keeper", err);
}

/* ---- list ---- */

static void print_head(const struct release_info *r)
{
	printf("%7lld  %-10s %-10s  %-10s %-10s %8lld  %.16s  %s\n",
		(long long)r->version, r->state, r->kind, r->created_on,
		*r->published_on ? r->published_on : "-", (long long)r->rows, r->hash,
		r->reason);
	if (*r->withdrawn_on)
		printf("         withdrawn on %s: %s\n", r->withdrawn_on,
			r->withdrawn_why);
}

int command_release_list(const struct command_line *line)
{
	SCOPED(release_infos_free) struct release_info *list = NULL;
	struct err err = {0};
	SCOPED(db_drop) struct db *db = open_keeper(line, &err);
	size_t count = 0;

	if (!db || !release_list(db, command_word(line, 0), &list, &count, &err))
		return command_fails(&err);
	printf("%7s  %-10s %-10s  %-10s %-10s %8s  %-16s  %s\n", "version", "state",
		"kind", "made", "published", "lines", "hash", "reason");
	for (size_t i = 0; i < count; i++)
		print_head(&list[i]);
	return EXIT_SUCCESS;
}

bool command_is_out(const struct release_info *r, const char *edition, struct err *err)
{
	long long version = r->version;

	if (strcmp(r->state, "withdrawn") == 0)
		return err_set(err, ERR_CONFLICT,
			"release %lld of \"%.60s\" was withdrawn on %s (barometre release show %.60s %lld has all of it): %s",
			version, edition, r->withdrawn_on, edition, version,
			r->withdrawn_why);
	return strcmp(r->state, "published") == 0 ||
		err_set(err, ERR_CONFLICT,
			"release %lld of \"%.60s\" is %s, not published: barometre release publish %.60s %lld does it",
			version, edition, r->state, edition, version);
}

/* ---- show ---- */

static bool print_note(void *arg, const struct release_note *note, struct err *err)
{
	(void)arg;
	(void)err;
	printf("  %s%s%s%s%s: %s\n", note->audience, *note->question ? " " : "",
		note->question, *note->segment ? " × " : "", note->segment, note->text);
	return true;
}

static void print_info(const struct release_info *r)
{
	printf("release     %lld (%s), %s\nmade        %s, %lld lines\nhash        %s\n"
	       "thresholds  bases of %lld, sensitive cells of %lld, coalitions of %lld\n",
		(long long)r->version, r->kind, r->state, r->created_on,
		(long long)r->rows, r->hash, (long long)r->thresholds.min_base,
		(long long)r->thresholds.min_cell, (long long)r->thresholds.coalition);
	if (*r->published_on)
		printf("published   %s %s\n", r->published_on, r->published_by);
	if (*r->withdrawn_on)
		printf("withdrawn   %s %s: %s\n", r->withdrawn_on, r->withdrawn_by,
			r->withdrawn_why);
	if (*r->refused)
		printf("refused by the check:\n%s", r->refused);
}

int command_release_show(const struct command_line *line)
{
	struct release_info info = {0};
	struct err err = {0};
	SCOPED(db_drop) struct db *db = open_keeper(line, &err);
	int64_t version = 0;

	if (!db || !command_version(command_word(line, 1), "release", &version, &err) ||
		!release_read_version(
			db, command_word(line, 0), version, &info, NULL, NULL, &err))
		return command_fails(&err);
	print_info(&info);
	printf("what is not shown, and why:\n");
	if (!release_read_notes(
		    db, command_word(line, 0), info.version, print_note, NULL, &err))
		return command_fails(&err);
	return EXIT_SUCCESS;
}

/* ---- check ---- */

static bool check(struct db *db, const char *code, int64_t *version, bool *ret_passed,
	struct buf *account, struct err *err)
{
	struct editions editions SCOPED(editions_release) = {0};
	const struct edition *edition;

	edition = editions_load_one(db, code, &editions, err);
	if (!edition || (*version == 0 && !release_newest(db, code, NULL, version, err)))
		return false;
	return db_begin(db, err) &&
		db_end(db, publish_check(db, edition, *version, ret_passed, account, err),
			err);
}

int command_release_check(const struct command_line *line)
{
	struct buf account SCOPED(buf_release) = BUF_LIMIT(1 << 20);
	struct err err = {0};
	SCOPED(db_drop) struct db *db = open_keeper(line, &err);
	int64_t version = 0;
	bool passed = false;

	if (!db || !command_version(command_word(line, 1), "release", &version, &err) ||
		!check(db, command_word(line, 0), &version, &passed, &account, &err))
		return command_fails(&err);
	if (passed) {
		printf("release %lld: nothing found\n", (long long)version);
		return EXIT_SUCCESS;
	}
	printf("release %lld must not leave:\n%.*s", (long long)version, (int)account.n,
		buf_str(&account).p);
	return EXIT_REFUSED;
}

/* ---- publish, withdraw ---- */

int command_release_publish(const struct command_line *line)
{
	struct err err = {0};
	SCOPED(db_drop) struct db *db = open_keeper(line, &err);
	int64_t version = 0;

	if (!db || !command_version(command_word(line, 1), "release", &version, &err) ||
		!publish_release(
			db, command_word(line, 0), version, LOGIN, &version, &err))
		return command_fails(&err);
	printf("release %lld is published\n", (long long)version);
	return EXIT_SUCCESS;
}

int command_release_withdraw(const struct command_line *line)
{
	struct err err = {0};
	SCOPED(db_drop) struct db *db = open_keeper(line, &err);
	int64_t version = 0;

	if (!db || !command_version(command_word(line, 1), "release", &version, &err) ||
		!publish_withdraw(db, command_word(line, 0), version, LOGIN,
			command_option(line, "--reason"), &version, &err))
		return command_fails(&err);
	printf("release %lld is withdrawn: its figures are served no more\n",
		(long long)version);
	return EXIT_SUCCESS;
}
