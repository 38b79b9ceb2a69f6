/* SPDX-License-Identifier: Apache-2.0 */
/* commands_codebook.c - the themes of open questions in versions: codebook list, show, import, diff; and coding agreement. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/report/agreement.h"
#include "commands_coding.h"
#include "sql_catalog.h"

#define NOTE_MAX 200

int command_codebook_list(const struct command_line *line)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct err err = {0};
	SCOPED(db_drop) struct db *db = coding_database(line, &err);

	if (!db || !db_run(db, &SQL_CODEBOOK_LIST, NULL, &rows, &err))
		return command_fails(&err);
	printf("%-24s %7s  %-10s %6s %8s  %s\n", "codebook", "version", "made", "themes",
		"editions", "note");
	for (size_t i = 0; i < db_count(rows); i++)
		printf("%-24s %7lld  %-10s %6lld %8lld  %s\n", db_str(rows, i, "book").p,
			(long long)db_int(rows, i, "version"),
			db_str(rows, i, "created_on").p,
			(long long)db_int(rows, i, "themes"),
			(long long)db_int(rows, i, "editions"),
			db_str(rows, i, "note").p);
	return EXIT_SUCCESS;
}

int command_codebook_show(const struct command_line *line)
{
	SCOPED(codebook_release) struct codebook book = {0};
	SCOPED(buf_release) struct buf out = BUF_LIMIT(CODING_OUTPUT_MAX);
	struct err err = {0};
	SCOPED(db_drop) struct db *db = NULL;
	int64_t version = 0;

	if (!command_version(command_word(line, 1), "codebook", &version, &err) ||
		!(db = coding_database(line, &err)) ||
		!codebook_load(db, command_word(line, 0), version, &book, &err))
		return command_fails(&err);
	codebook_write(&book, &out);
	return coding_print(line, &out, &err) ? EXIT_SUCCESS : command_fails(&err);
}

/* ---- codebook import ---- */

static bool import_book(struct db *db, const char *name, const char *file,
	const char *note, struct codebook *former, struct codebook *ret, struct err *err)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(0);
	struct err why = {0};
	bool has_former;

	if (!command_read_file(file, &text, err))
		return false;
	has_former = codebook_load(db, name, 0, former, &why);
	if (!has_former && why.code != ERR_MISSING)
		return err_set(err, why.code, "%s", why.text);
	return codebook_parse(buf_str(&text), name, has_former ? former : NULL, note, ret,
		       err) &&
		codebook_save(db, ret, err);
}

int command_codebook_import(const struct command_line *line)
{
	SCOPED(codebook_release) struct codebook former = {0}, book = {0};
	SCOPED(buf_release) struct buf out = BUF_LIMIT(CODING_OUTPUT_MAX);
	const char *name = command_word(line, 0), *note = command_option(line, "--note");
	struct err err = {0};
	SCOPED(db_drop) struct db *db = NULL;

	if (note &&
		(str_count_chars(str_of(note)) > NOTE_MAX ||
			!str_is_utf8(str_of(note)))) {
		err_set(&err, ERR_INVALID, "--note: at most %d characters", NOTE_MAX);
		return command_fails(&err);
	}
	if (!(db = coding_database(line, &err)) || !db_begin(db, &err) ||
		!db_end(db,
			import_book(db, name, command_word(line, 1), note ? note : "",
				&former, &book, &err),
			&err))
		return command_fails(&err);
	printf("%s: version %lld, %zu themes\n", name, (long long)book.version,
		book.count);
	if (former.book) {
		codebook_diff(&former, &book, &out);
		printf("%sEditions go on with the version they have until: barometre coding carry EDITION %s\n",
			buf_str(&out).p, name);
	}
	return EXIT_SUCCESS;
}

int command_codebook_diff(const struct command_line *line)
{
	SCOPED(codebook_release) struct codebook former = {0}, book = {0};
	SCOPED(buf_release) struct buf out = BUF_LIMIT(CODING_OUTPUT_MAX);
	const char *name = command_word(line, 0);
	struct err err = {0};
	SCOPED(db_drop) struct db *db = NULL;
	int64_t version = 0;

	if (!command_version(command_word(line, 1), "codebook", &version, &err) ||
		!(db = coding_database(line, &err)) ||
		!codebook_load(db, name, version, &book, &err))
		return command_fails(&err);
	if (book.version == 1) {
		err_set(&err, ERR_MISSING,
			"version 1 of \"%s\" is its first: there is nothing to compare it with",
			name);
		return command_fails(&err);
	}
	if (!codebook_load(db, name, book.version - 1, &former, &err))
		return command_fails(&err);
	codebook_diff(&former, &book, &out);
	printf("%s, version %lld beside %lld:\n%s", name, (long long)book.version,
		(long long)former.version, buf_str(&out).p);
	return EXIT_SUCCESS;
}

/* ---- coding agreement ---- */

/* What two coders gave to the same texts of one question; the themes of the book, then « aucun_theme » and « illisible ». */
struct pair {
	struct codebook book;
	bool *first, *second;
	size_t units, themes;
};

static void pair_release(struct pair *p)
{
	codebook_release(&p->book);
	free(p->first);
	free(p->second);
	*p = (struct pair){0};
}

static const char *theme_code(const struct pair *p, size_t n)
{
	if (n < p->book.count)
		return p->book.themes[n].code;
	return n == p->book.count ? THEME_NONE : THEME_UNREADABLE;
}

static void mark(const struct pair *p, bool *set, struct str themes)
{
	struct str word;

	while (str_cut(&themes, ' ', &word))
		for (size_t i = 0; i < p->themes; i++)
			if (str_eq_z(word, theme_code(p, i)))
				set[i] = true;
}

static bool same_pair(const struct db_rows *rows, size_t a, size_t b)
{
	static const char *const columns[] = {"audience", "question", "one", "other"};

	for (size_t i = 0; i < COUNT_OF(columns); i++)
		if (!str_eq(db_str(rows, a, columns[i]), db_str(rows, b, columns[i])))
			return false;
	return true;
}

static void print_pair(const struct pair *p, const struct db_rows *rows, size_t row)
{
	struct agreement *each = x_calloc(p->themes, sizeof(*each));
	struct theme_agreement all = agreement_of_themes(
		p->first, p->second, p->units, p->themes, each);

	printf("%s %s: %s and %s, %zu text(s) read by both\n",
		db_str(rows, row, "audience").p, db_str(rows, row, "question").p,
		db_str(rows, row, "one").p, db_str(rows, row, "other").p, p->units);
	printf("  same themes        %5.1f %%\n", 100 * all.same_set);
	if (all.defined > 0)
		printf("  mean kappa         %6.3f  (%s)\n", all.mean_kappa,
			kappa_words(all.mean_kappa));
	if (all.alpha_defined)
		printf("  alpha (MASI)       %6.3f\n", all.alpha);
	for (size_t i = 0; i < p->themes; i++)
		if (each[i].defined)
			printf("  %-32s kappa %6.3f ± %.3f  (%s)\n", theme_code(p, i),
				each[i].kappa, 1.96 * each[i].error,
				kappa_words(each[i].kappa));
	free(each);
}

/* From this row on; *ret_next is behind the pair. */
static bool show_pair(struct db *db, const struct db_rows *rows, size_t from,
	size_t *ret_next, struct err *err)
{
	SCOPED(pair_release) struct pair p = {0};
	SCOPED(free_char) char *name = str_dup(db_str(rows, from, "book"));
	size_t end = from;

	if (!codebook_load(db, name, db_int(rows, from, "version"), &p.book, err))
		return false;
	while (end < db_count(rows) && same_pair(rows, from, end))
		end++;
	p.themes = p.book.count + 2;
	p.units = end - from;
	p.first = x_calloc(p.units * p.themes, sizeof(*p.first));
	p.second = x_calloc(p.units * p.themes, sizeof(*p.second));
	for (size_t i = from; i < end; i++) {
		mark(&p, &p.first[(i - from) * p.themes], db_str(rows, i, "first"));
		mark(&p, &p.second[(i - from) * p.themes], db_str(rows, i, "second"));
	}
	print_pair(&p, rows, from);
	*ret_next = end;
	return true;
}

int command_coding_agreement(const struct command_line *line)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct err err = {0};
	SCOPED(coding_world_close) struct coding_world world = {0};

	if (!coding_world_open(line, &world, &err) ||
		!coding_ask(&world, &SQL_CODING_PAIRS, &rows, &err))
		return command_fails(&err);
	if (db_count(rows) == 0)
		printf("no text was read by two coders yet\n");
	for (size_t i = 0; i < db_count(rows);)
		if (!show_pair(world.db, rows, i, &i, &err))
			return command_fails(&err);
	return EXIT_SUCCESS;
}
