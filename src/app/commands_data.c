/* SPDX-License-Identifier: Apache-2.0 */
/* commands_data.c - what leaves and what coders bring back: export, coding export, coding import. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "barometre/report/codebook.h"
#include "barometre/report/export.h"
#include "barometre/store/edition_store.h"
#include "commands.h"
#include "sql_catalog.h"

/* ---- export ---- */

struct export_run {
	FILE *out;
	enum export_format format;
	const char *edition;
	bool first;
};

static bool write_part(struct export_run *run, struct buf *part, struct err *err)
{
	bool ok = fwrite(buf_str(part).p, 1, part->n, run->out) == part->n;

	buf_release(part);
	return ok ||
		err_set(err, ERR_BROKEN, "cannot write the export: %s", strerror(errno));
}

static bool export_figure(void *arg, const struct figure *figure, struct err *err)
{
	struct export_run *run = arg;
	struct buf part = BUF_LIMIT(1 << 20);

	export_row(&part, run->format, run->edition, figure, run->first);
	run->first = false;
	return write_part(run, &part, err);
}

static bool skip_figure(void *arg, const struct figure *figure, struct err *err)
{
	(void)arg;
	(void)figure;
	(void)err;
	return true;
}

static bool export_release(struct db *db, struct export_run *run, struct err *err)
{
	struct release_info info;
	struct buf part = BUF_LIMIT(1 << 20);

	if (!release_read(db, run->edition, &info, skip_figure, NULL, err))
		return false;
	export_begin(&part, run->format, run->edition, &info);
	if (!write_part(run, &part, err) ||
		!release_read(db, run->edition, &info, export_figure, run, err))
		return false;
	export_end(&part, run->format, &info);
	return write_part(run, &part, err);
}

int command_export(const struct command_line *line)
{
	const char *format = command_option(line, "--format"),
		   *file = command_option(line, "--out");
	struct export_run run = {.out = stdout,
		.format = EXPORT_CSV,
		.edition = command_word(line, 0),
		.first = true};
	struct err err = {0};
	SCOPED(db_drop) struct db *db = NULL;
	bool ok;

	if (format && !export_format_parse(format, &run.format)) {
		err_set(&err, ERR_INVALID, "--format must be csv or json");
		return command_fails(&err);
	}
	db = command_database(line, &err);
	if (!db)
		return command_fails(&err);
	if (file)
		run.out = fopen(file, "we");
	if (!run.out) {
		err_set(&err, ERR_BROKEN, "cannot write \"%s\": %s", file,
			strerror(errno));
		return command_fails(&err);
	}
	ok = export_release(db, &run, &err);
	if (file && fclose(run.out) != 0 && ok)
		ok = err_set(&err, ERR_BROKEN, "cannot write \"%s\": %s", file,
			strerror(errno));
	return ok ? EXIT_SUCCESS : command_fails(&err);
}

/* ---- coding export ---- */

static void print_quoted(struct str text)
{
	putchar('"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			putchar('"');
		putchar(text.p[i]);
	}
	putchar('"');
}

int command_coding_export(const struct command_line *line)
{
	static const char *const columns[] = {"id", "audience", "question", "body"};
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct db_params params = {0};

	db_text_z(&params, command_word(line, 0));
	if (!db || !db_run(db, &SQL_CODING_VERBATIMS, &params, &rows, &err))
		return command_fails(&err);
	printf("verbatim,audience,question,text\r\n");
	for (size_t i = 0; i < db_count(rows); i++)
		for (size_t c = 0; c < COUNT_OF(columns); c++) {
			print_quoted(db_str(rows, i, columns[c]));
			printf(c + 1 < COUNT_OF(columns) ? "," : "\r\n");
		}
	return EXIT_SUCCESS;
}

/* ---- coding import ---- */

struct coding {
	const struct edition *edition;
	json_t *books; /* verbatim id → codebook of its question */
	struct str *ids, *themes;
	size_t count;
};

static const struct question *question_of(
	const struct edition *edition, struct str audience, struct str name)
{
	const struct edition_audience *a = edition_audience_find(edition, audience);

	return a ? form_find(a->form, name) : NULL;
}

static bool load_books(struct db *db, struct coding *coding, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct db_params params = {0};

	db_text_z(&params, coding->edition->code);
	if (!db_run(db, &SQL_CODING_VERBATIMS, &params, &rows, err))
		return false;
	coding->books = json_object();
	for (size_t i = 0; i < db_count(rows); i++) {
		const struct question *q = question_of(coding->edition,
			db_str(rows, i, "audience"), db_str(rows, i, "question"));
		SCOPED(free_char) char *id = str_dup(db_str(rows, i, "id"));

		json_object_set_new(coding->books, id,
			json_string(q && q->codebook ? q->codebook : ""));
	}
	return true;
}

/* One line "verbatim,theme". */
static bool take_line(struct coding *coding, int number, struct str id, struct str theme,
	struct err *err)
{
	SCOPED(free_char) char *key = str_dup(id);
	SCOPED(free_char) char *code = str_dup(theme);
	const char *book = json_string_value(json_object_get(coding->books, key));

	if (!book)
		return err_set_line(err, ERR_INVALID, number,
			"line %d: there is no open answer \"%s\" in this edition", number,
			key);
	if (!codebook_label(book, code))
		return err_set_line(err, ERR_INVALID, number,
			"line %d: \"%s\" is not a theme of codebook \"%s\"", number, code,
			book);
	coding->ids = x_realloc(coding->ids, (coding->count + 1) * sizeof(*coding->ids));
	coding->themes = x_realloc(
		coding->themes, (coding->count + 1) * sizeof(*coding->themes));
	coding->ids[coding->count] = str_of(TAKE(key));
	coding->themes[coding->count++] = str_of(TAKE(code));
	return true;
}

/* Ids and codes hold neither quotes nor commas: a line is two words, quoted or not. */
static struct str unquote(struct str word)
{
	word = str_trim(word);
	if (word.n >= 2 && word.p[0] == '"' && word.p[word.n - 1] == '"')
		return (struct str){word.p + 1, word.n - 2};
	return word;
}

static bool read_lines(struct coding *coding, struct str text, struct err *err)
{
	struct str row;

	for (int number = 1; str_cut(&text, '\n', &row); number++) {
		struct str id, theme;

		row = str_trim(row);
		if (row.n == 0)
			continue;
		str_cut(&row, ',', &id);
		if (!str_cut(&row, ',', &theme))
			return err_set_line(err, ERR_INVALID, number,
				"line %d: two columns are needed, verbatim,theme",
				number);
		id = unquote(id);
		theme = unquote(theme);
		if (number == 1) {
			if (!str_eq_z(id, "verbatim") || !str_eq_z(theme, "theme"))
				return err_set_line(err, ERR_INVALID, 1,
					"line 1: the header must be verbatim,theme");
		} else if (!take_line(coding, number, id, theme, err)) {
			return false;
		}
	}
	return true;
}

static bool store_coding(struct db *db, const struct coding *coding, struct err *err)
{
	struct db_params clear = {0}, add = {0};

	db_text_z(&clear, coding->edition->code);
	db_text_array(&clear, coding->ids, coding->count);
	db_text_z(&add, coding->edition->code);
	db_text_array(&add, coding->ids, coding->count);
	db_text_array(&add, coding->themes, coding->count);
	if (db_run(db, &SQL_CODING_CLEAR, &clear, NULL, err))
		return db_run(db, &SQL_CODING_ADD, &add, NULL, err);
	db_params_release(&add);
	return false;
}

struct recode {
	const struct edition *edition;
	struct figures figures;
	const struct db_rows *totals;
	char done[200]; /* audience/question whose themes stand already */
};

/* The themes of one question, if any of its texts is coded. */
static bool add_themes(struct recode *r, const struct figure *figure)
{
	const struct question *q = question_of(
		r->edition, str_of(figure->audience), str_of(figure->question));
	int64_t base = -1, *counts;

	if (!q || !q->codebook)
		return false;
	counts = x_calloc(codebook_size(q->codebook) + 1, sizeof(*counts));
	for (size_t i = 0; i < db_count(r->totals); i++) {
		if (!str_eq_z(db_str(r->totals, i, "audience"), figure->audience) ||
			!str_eq_z(db_str(r->totals, i, "question"), figure->question))
			continue;
		base = db_int(r->totals, i, "base");
		for (size_t c = 0; c < codebook_size(q->codebook); c++)
			if (str_eq_z(db_str(r->totals, i, "theme"),
				    codebook_code(q->codebook, c)))
				counts[c] = db_int(r->totals, i, "count");
	}
	if (base >= 0)
		figures_add_themes(&r->figures, figure->audience, figure->question,
			q->codebook, base, counts, r->edition->thresholds);
	free(counts);
	return base >= 0;
}

/* Lines of coded questions are replaced at their place, all others are kept as they were released. */
static bool recode_figure(void *arg, const struct figure *figure, struct err *err)
{
	struct recode *r = arg;
	char here[200];

	(void)err;
	snprintf(here, sizeof(here), "%s/%s", figure->audience, figure->question);
	if (strcmp(here, r->done) == 0)
		return true;
	if (strcmp(figure->type, "text") == 0 && add_themes(r, figure))
		snprintf(r->done, sizeof(r->done), "%s", here);
	else
		figures_add_copy(&r->figures, figure);
	return true;
}

static bool release_again(struct db *db, const struct edition *edition,
	int64_t *ret_version, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *totals = NULL;
	struct db_params params = {0};
	struct recode r = {.edition = edition};
	struct release_info info;
	bool ok;

	db_text_z(&params, edition->code);
	if (!db_run(db, &SQL_CODING_TOTALS, &params, &totals, err))
		return false;
	r.totals = totals;
	ok = release_read(db, edition->code, &info, recode_figure, &r, err) &&
		release_add(db, edition->code, edition->thresholds, "codage",
			r.figures.list, r.figures.count, ret_version, err);
	figures_release(&r.figures);
	return ok;
}

static bool import_coding(struct db *db, const struct edition *edition, struct str text,
	size_t *ret_count, int64_t *ret_version, struct err *err)
{
	struct coding coding = {.edition = edition};
	bool ok = load_books(db, &coding, err) && read_lines(&coding, text, err);

	if (ok && !db_begin(db, err))
		ok = false;
	else if (ok) {
		ok = store_coding(db, &coding, err) &&
			release_again(db, edition, ret_version, err);
		if (ok)
			ok = db_commit(db, err);
		else
			db_rollback(db);
	}
	*ret_count = coding.count;
	for (size_t i = 0; i < coding.count; i++) {
		free((char *)(uintptr_t)coding.ids[i].p);
		free((char *)(uintptr_t)coding.themes[i].p);
	}
	free(coding.ids);
	free(coding.themes);
	json_decref(coding.books);
	return ok;
}

int command_coding_import(const struct command_line *line)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(0);
	struct editions editions = {0};
	const struct edition *edition;
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);
	int64_t version = 0;
	size_t count = 0;
	bool ok;

	if (!db || !command_read_file(command_word(line, 1), &text, &err) ||
		!editions_load(db, &editions, &err))
		return command_fails(&err);
	edition = editions_find(&editions, str_of(command_word(line, 0)));
	ok = edition ? import_coding(db, edition, buf_str(&text), &count, &version, &err)
		     : err_set(&err, ERR_MISSING, "there is no edition \"%s\"",
			       command_word(line, 0));
	editions_release(&editions);
	if (!ok)
		return command_fails(&err);
	printf("%zu theme(s) stored; release %lld has them\n", count, (long long)version);
	return EXIT_SUCCESS;
}
