/* SPDX-License-Identifier: Apache-2.0 */
/* commands_weigh.c - a published question weighted by one crossing; out of a release and the analyst's file, never out of answers. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/report/participation.h"
#include "barometre/report/weighing.h"
#include "barometre/store/count_store.h"
#include "barometre/store/edition_store.h"
#include "commands.h"

#define MAX_OUTPUT (16u << 20)

struct wish {
	struct weighing_wish what;
	const char *edition, *sizes;
	int64_t version; /* 0: the newest that is published */
	bool csv, finite;
};

/* ---- what was typed ---- */

static int count_option(const struct command_line *line, const char *name)
{
	int n = 0;

	for (int i = 0; i < line->count; i++)
		n += strcmp(line->words[i], name) == 0;
	return n;
}

static bool read_wish(const struct command_line *line, struct wish *ret, struct err *err)
{
	const char *format = command_option(line, "--format");

	*ret = (struct wish){.what = {command_word(line, 1), command_word(line, 2),
				     command_word(line, 3), command_option(line, "--by")},
		.edition = command_word(line, 0),
		.sizes = command_option(line, "--sizes"),
		.csv = format && strcmp(format, "csv") == 0,
		.finite = command_flag(line, "--finite")};
	if (format && !ret->csv && strcmp(format, "text") != 0)
		return err_set(err, ERR_INVALID, "--format must be text or csv");
	if (!ret->what.segment)
		return err_set(err, ERR_INVALID,
			"say by which crossing: --by est_ouest (barometre check-form --outline tells them)");
	if (count_option(line, "--by") > 1)
		return err_set(err, ERR_INVALID,
			"one --by only: a release has no table of two crossings together");
	if (!ret->sizes)
		return err_set(err, ERR_INVALID,
			"say how many of each group are on the list: --sizes FILE.csv (columns groupe;effectif)");
	if (strcmp(ret->what.audience, "ensemble") == 0)
		return err_set(err, ERR_INVALID,
			"the audiences together are no population: weigh each by itself");
	return command_version(
		command_option(line, "--release"), "release", &ret->version, err);
}

/* ---- the release ---- */

static bool load(struct db *db, const char *edition, int64_t version, struct release *ret,
	struct err *err)
{
	SCOPED(release_unload) struct release r = {0};

	if ((version == 0 && !release_newest(db, edition, "published", &version, err)) ||
		!release_load(db, edition, version, &r, err) ||
		!command_is_out(&r.info, edition, err))
		return false;
	*ret = r;
	r = (struct release){0};
	return true;
}

/* ---- the interval of a finite list ---- */

/* How many came by the open link is in every file of a release. Unfinished answers of an audience that has one may be anybody's. */
static bool all_were_invited(struct db *db, const char *edition,
	const struct edition_audience *audience, struct err *err)
{
	struct participation *list = NULL;
	json_t *record = NULL;
	size_t count = 0;
	int64_t others = 0;
	bool ok;

	if (!audience->open_link)
		return true;
	record = count_record(db, edition, err);
	ok = record && participation_read(record, &list, &count, err);
	for (size_t i = 0; i < count && ok; i++)
		if (strcmp(list[i].audience, audience->audience) == 0)
			others = list[i].open + list[i].partial;
	free(list);
	json_decref(record);
	if (!ok)
		return err_prefix(err,
			"--finite holds for invited people only, and %.40s has an open link",
			audience->audience);
	return others == 0 ||
		err_set(err, ERR_CONFLICT,
			"--finite holds for invited people only: %lld answers of %.40s came by the open link or may have (unfinished ones); leave it "
			"out",
			(long long)others, audience->audience);
}

static bool check_finite(const struct weighing *w, struct db *db, const char *edition,
	const struct edition_audience *audience, struct err *err)
{
	long long answers = w->answers + w->left_out;

	if (!w->finite)
		return true;
	if ((double)answers > w->list)
		return err_set(err, ERR_INVALID,
			"--finite: %lld people answered, and the list of the file has %.0f",
			answers, w->list);
	return all_were_invited(db, edition, audience, err);
}

/* ---- the command ---- */

static bool weigh(struct db *db, const struct wish *wish, struct buf *out,
	struct buf *there_is, struct err *err)
{
	SCOPED(buf_release) struct buf file = BUF_LIMIT(1 << 20);
	SCOPED(editions_release) struct editions editions = {0};
	SCOPED(release_unload) struct release release = {0};
	SCOPED(weighing_release) struct weighing w = {0};
	const struct edition_audience *audience;
	const struct edition *edition;
	bool made;

	edition = editions_load_one(db, wish->edition, &editions, err);
	if (!edition)
		return false;
	audience = edition_audience_find(edition, str_of(wish->what.audience));
	for (size_t i = 0; i < edition->audience_count && !audience; i++)
		buf_printf(there_is, "  %s\n", edition->audiences[i].audience);
	if (!audience)
		return err_set(err, ERR_MISSING,
			"edition \"%.60s\" has no audience \"%.60s\"; those it has are listed",
			wish->edition, wish->what.audience);
	if (!load(db, wish->edition, wish->version, &release, err) ||
		!weighing_begin(&release, audience->form, wish->what, &w, there_is, err))
		return false;
	w.finite = wish->finite;
	if (!command_read_file(wish->sizes, &file, err) ||
		!weighing_sizes(&w, buf_str(&file), wish->sizes, err) ||
		!check_finite(&w, db, wish->edition, audience, err))
		return false;
	made = weighing_make(&w, err);
	weighing_write(&w, wish->edition, wish->csv, out);
	return made;
}

int command_weigh(const struct command_line *line)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(MAX_OUTPUT);
	SCOPED(buf_release) struct buf there_is = BUF_LIMIT(1 << 16);
	SCOPED(db_drop) struct db *db = NULL;
	struct err err = {0}, printing = {0};
	struct wish wish;
	bool made;

	if (!read_wish(line, &wish, &err))
		return command_fails(&err);
	db = command_database(line, &err);
	made = db && weigh(db, &wish, &out, &there_is, &err);
	/* Without weights the unweighted shares are there all the same. */
	if (!command_print(&out, &printing))
		return command_fails(&printing);
	if (made)
		return EXIT_SUCCESS;
	fputs(buf_str(&there_is).p, stderr);
	return command_fails(&err);
}
