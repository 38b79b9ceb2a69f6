/* SPDX-License-Identifier: Apache-2.0 */
/* commands_published.c - earlier editions as published: published import, list, export; and compare. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/report/published.h"
#include "barometre/store/edition_store.h"
#include "commands.h"

#define MAX_OUTPUT (64u << 20)

/* ---- published import ---- */

/* "forms/published/2023.csv" is of 2023. */
static void edition_of(const char *file, char *ret, size_t room)
{
	const char *slash = strrchr(file, '/');
	struct str rest = str_of(slash ? slash + 1 : file), name;

	must(str_cut(&rest, '.', &name));
	snprintf(ret, room, "%.*s", (int)name.n, name.p);
}

static bool save(struct db *db, const struct published *published, struct err *err)
{
	if (!db_begin(db, err))
		return false;
	if (published_save(db, published, err) && db_commit(db, err))
		return true;
	db_rollback(db);
	return false;
}

int command_published_import(const struct command_line *line)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(MAX_OUTPUT);
	SCOPED(published_release) struct published published = {0};
	const char *file = command_word(line, 0);
	struct err err = {0};
	char edition[40];

	edition_of(file, edition, sizeof(edition));
	if (!command_read_file(file, &text, &err) ||
		!published_parse(buf_str(&text), edition, file, &published, &err))
		return command_fails(&err);
	SCOPED(db_drop) struct db *db = command_database(line, &err);
	if (!db || !save(db, &published, &err))
		return command_fails(&err);
	printf("%s: %zu figures as published\n", edition, published.count);
	return EXIT_SUCCESS;
}

/* ---- published list, export ---- */

int command_published_list(const struct command_line *line)
{
	struct err err = {0};
	struct published_edition *list = NULL;
	size_t count = 0;
	SCOPED(db_drop) struct db *db = command_database(line, &err);

	if (!db || !published_editions(db, &list, &count, &err))
		return command_fails(&err);
	for (size_t i = 0; i < count; i++)
		printf("%s: %lld figures as published, %lld with a known error or reserve\n",
			list[i].edition, (long long)list[i].figures,
			(long long)list[i].errors);
	free(list);
	return EXIT_SUCCESS;
}

int command_published_export(const struct command_line *line)
{
	SCOPED(published_release) struct published published = {0};
	SCOPED(buf_release) struct buf out = BUF_LIMIT(MAX_OUTPUT);
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);

	if (!db || !published_load(db, command_word(line, 0), &published, &err))
		return command_fails(&err);
	published_write(&published, &out);
	return command_print(&out, &err) ? EXIT_SUCCESS : command_fails(&err);
}

/* ---- compare ---- */

static bool compare(struct db *db, const char *code, const char *with, bool csv,
	struct buf *out, struct err *err)
{
	SCOPED(published_release) struct published published = {0};
	SCOPED(comparisons_release) struct comparisons list = {0};
	SCOPED(editions_release) struct editions editions = {0};
	SCOPED(release_unload) struct release release = {0};
	const struct edition *edition;

	if (!published_load(db, with, &published, err))
		return false;
	edition = editions_load_one(db, code, &editions, err);
	if (!edition || !release_load(db, code, 0, &release, err))
		return false;
	for (size_t i = 0; i < edition->audience_count; i++)
		compare_published(edition->audiences[i].form, &published, release.figures,
			release.figure_count, &list);
	if (csv) {
		comparisons_write_csv(&list, code, with, out);
		return true;
	}
	comparisons_write_text(&list, with, out);
	buf_printf(out, "\n%s\n", CHANGE_NOTE);
	return true;
}

int command_compare(const struct command_line *line)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(MAX_OUTPUT);
	const char *with = command_option(line, "--with"),
		   *format = command_option(line, "--format");
	bool csv = format && strcmp(format, "csv") == 0;
	struct err err = {0};

	if (!with || (format && !csv && strcmp(format, "text") != 0)) {
		err_set(&err, ERR_INVALID,
			with ? "--format must be text or csv"
			     : "say which edition: --with 2023 (barometre published list)");
		return command_fails(&err);
	}
	SCOPED(db_drop) struct db *db = command_database(line, &err);
	if (!db || !compare(db, command_word(line, 0), with, csv, &out, &err) ||
		!command_print(&out, &err))
		return command_fails(&err);
	return EXIT_SUCCESS;
}
