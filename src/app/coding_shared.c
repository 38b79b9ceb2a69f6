/* SPDX-License-Identifier: Apache-2.0 */
/* coding_shared.c - see commands_coding.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands_coding.h"
#include "sql_catalog.h"

/* ---- database ---- */

static bool books_are_there(struct db *db, struct err *err)
{
	const struct codebook *book;

	for (size_t i = 0; (book = codebook_builtin_at(i)); i++) {
		SCOPED(codebook_release) struct codebook there = {0};
		struct err why = {0};

		if (codebook_load(db, book->book, 1, &there, &why))
			continue;
		if (why.code != ERR_MISSING)
			return err_set(err, why.code, "%s", why.text);
		if (!codebook_save(db, book, err))
			return false;
	}
	return true;
}

struct db *coding_database(const struct command_line *line, struct err *err)
{
	SCOPED(db_drop) struct db *db = command_database(line, err);

	if (!db || !db_begin(db, err) || !db_end(db, books_are_there(db, err), err))
		return NULL;
	return TAKE(db);
}

void coding_world_close(struct coding_world *world)
{
	editions_release(&world->editions);
	db_drop(&world->db);
}

static bool open_edition(
	const struct command_line *line, struct coding_world *world, struct err *err)
{
	const char *code = command_word(line, 0);

	if (!(world->db = coding_database(line, err)) ||
		!(world->edition = editions_load_one(
			  world->db, code, &world->editions, err)))
		return false;
	if (strcmp(world->edition->state, "counted") != 0 &&
		strcmp(world->edition->state, "released") != 0)
		return err_set(err, ERR_CONFLICT,
			"edition \"%s\" is not counted: before that nobody reads its open answers (barometre count %s)",
			code, code);
	return true;
}

bool coding_world_open(
	const struct command_line *line, struct coding_world *ret, struct err *err)
{
	struct coding_world world = {0};

	if (!open_edition(line, &world, err)) {
		coding_world_close(&world);
		return false;
	}
	*ret = world;
	return true;
}

bool coding_ask(const struct coding_world *world, const struct sql *sql,
	struct db_rows **ret, struct err *err)
{
	struct db_params params = {0};

	db_text_z(&params, world->edition->code);
	return db_run(world->db, sql, &params, ret, err);
}

const struct question *coding_question(
	const struct edition *edition, struct str audience, struct str name)
{
	const struct edition_audience *a = edition_audience_find(edition, audience);

	return a ? form_find(a->form, name) : NULL;
}

/* ---- files ---- */

static bool is_header(const struct csv_record *record, const char *const *columns,
	size_t needed, size_t count)
{
	if (record->count < needed || record->count > count)
		return false;
	for (size_t i = 0; i < record->count; i++)
		if (!str_eq_z(str_trim(record->field[i]), columns[i]))
			return false;
	return true;
}

static bool wrong_columns(const char *const *columns, size_t count, int line,
	const char *what, struct err *err)
{
	SCOPED(buf_release) struct buf names = BUF_LIMIT(400);

	for (size_t i = 0; i < count; i++)
		buf_printf(&names, "%s%s", i > 0 ? "," : "", columns[i]);
	return err_set_line(
		err, ERR_INVALID, line, "line %d: %s %s", line, what, buf_str(&names).p);
}

/* Behind apostrophes or not: each writing puts one more before it, each reading takes one away. */
static bool hides_formula(struct str text)
{
	size_t n = 0;

	while (n < text.n && text.p[n] == '\'')
		n++;
	return csv_is_formula((struct str){text.p + n, text.n - n});
}

static struct str unguarded(struct str field)
{
	if (str_starts(field, STR("'")) && hides_formula(field))
		return (struct str){field.p + 1, field.n - 1};
	return field;
}

static bool read_records(struct csv *csv, const char *const *columns, size_t needed,
	size_t count, coding_line_fn *take, void *arg, struct err *err)
{
	struct csv_record record;
	enum csv_result result;
	bool header = false;

	while ((result = csv_next(csv, &record)) == CSV_RECORD) {
		struct str fields[CODING_COLUMNS_MAX];

		if (record.blank)
			continue;
		if (!header) {
			if (!is_header(&record, columns, needed, count))
				return wrong_columns(columns, count, record.line,
					"the header must be", err);
			header = true;
			continue;
		}
		if (record.count < needed || record.count > count)
			return wrong_columns(columns, count, record.line,
				"these columns are needed:", err);
		for (size_t i = 0; i < count; i++)
			fields[i] = i < record.count ? unguarded(record.field[i])
						     : STR("");
		if (!take(arg, record.line, fields, err))
			return false;
	}
	return result == CSV_END ||
		err_set(err, ERR_INVALID,
			"a quote is opened and never closed, or a line has too many columns");
}

bool coding_read_file(const char *file, const char *const *columns, size_t needed,
	size_t count, coding_line_fn *take, void *arg, struct err *err)
{
	SCOPED(buf_release) struct buf bytes = BUF_LIMIT(0);
	SCOPED(buf_release) struct buf text = BUF_LIMIT(2 * CODING_OUTPUT_MAX);
	struct csv csv;
	bool good;

	must(count <= CODING_COLUMNS_MAX);
	if (!command_read_file(file, &bytes, err) ||
		!csv_decode(buf_str(&bytes), &text, err))
		return false;
	csv_init(&csv, buf_str(&text));
	good = read_records(&csv, columns, needed, count, take, arg, err);
	csv_release(&csv);
	return good;
}

void coding_quote(struct buf *out, struct str text)
{
	buf_addc(out, '"');
	if (hides_formula(text))
		buf_addc(out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			buf_addc(out, '"');
		buf_addc(out, text.p[i]);
	}
	buf_addc(out, '"');
}

void coding_write_rows(struct buf *out, const struct db_rows *rows,
	const char *const *columns, size_t count)
{
	for (size_t i = 0; i < db_count(rows); i++)
		for (size_t c = 0; c < count; c++) {
			coding_quote(out, db_str(rows, i, columns[c]));
			buf_puts(out, c + 1 < count ? "," : "\r\n");
		}
}

bool coding_print(const struct command_line *line, const struct buf *out, struct err *err)
{
	const char *path = command_option(line, "--out");
	FILE *file;
	bool good;

	if (!path || out->failed)
		return command_print(out, err);
	file = fopen(path, "wxe");
	if (!file)
		return err_set(err, ERR_CONFLICT, "cannot make \"%.200s\": %s", path,
			strerror(errno));
	good = fwrite(buf_str(out).p, 1, out->n, file) == out->n;
	good = fclose(file) == 0 && good;
	if (!good)
		(void)unlink(path);
	return good ||
		err_set(err, ERR_BROKEN, "cannot write \"%.200s\": is the disk full?",
			path);
}

/* ---- texts and themes ---- */

#define HAS_THEME 1
#define HAS_SPECIAL 2

static bool book_index(
	struct coded *c, struct str name, int64_t version, size_t *ret, struct err *err)
{
	SCOPED(free_char) char *book = str_dup(name);

	for (size_t i = 0; i < c->book_count; i++)
		if (strcmp(c->books[i].book, book) == 0 &&
			c->books[i].version == version) {
			*ret = i;
			return true;
		}
	c->books = x_realloc(c->books, (c->book_count + 1) * sizeof(*c->books));
	c->books[c->book_count] = (struct codebook){0};
	if (!codebook_load(c->db, book, version, &c->books[c->book_count], err))
		return false;
	*ret = c->book_count++;
	return true;
}

bool coded_expect(struct coded *c, struct str verbatim, struct str book, int64_t version,
	struct err *err)
{
	SCOPED(free_char) char *id = str_dup(verbatim);
	size_t index;

	if (!book_index(c, book, version, &index, err))
		return false;
	if (!c->texts)
		c->texts = json_object();
	json_object_set_new(
		c->texts, id, json_pack("[i,i]", (int)index, 0)); /* index, what it has */
	return true;
}

static bool take_theme(void *arg, int line, const struct str *fields, struct err *err)
{
	struct coded *c = arg;
	struct str theme = str_trim(fields[1]);
	SCOPED(free_char) char *id = str_dup(str_trim(fields[0]));
	SCOPED(free_char) char *code = str_dup(theme);
	json_t *text = json_object_get(c->texts, id);
	const struct codebook *book;
	json_int_t has;

	if (!text)
		return err_set_line(err, ERR_INVALID, line,
			"line %d: there is no open answer \"%.60s\" to be coded here",
			line, id);
	book = &c->books[json_integer_value(json_array_get(text, 0))];
	if (!theme_is_special(theme) && !codebook_find(book, theme))
		return err_set_line(err, ERR_INVALID, line,
			"line %d: \"%.60s\" is not a theme of codebook \"%s\", version %lld (barometre codebook show %s)",
			line, code, book->book, (long long)book->version, book->book);
	has = json_integer_value(json_array_get(text, 1)) |
		(theme_is_special(theme) ? HAS_SPECIAL : HAS_THEME);
	if (has == (HAS_SPECIAL | HAS_THEME))
		return err_set_line(err, ERR_INVALID, line,
			"line %d: \"" THEME_NONE "\" and \"" THEME_UNREADABLE
			"\" stand alone: this text has a theme too",
			line);
	json_array_set_new(text, 1, json_integer(has));
	c->ids = x_realloc(c->ids, (c->count + 1) * sizeof(*c->ids));
	c->themes = x_realloc(c->themes, (c->count + 1) * sizeof(*c->themes));
	c->ids[c->count] = str_of(TAKE(id));
	c->themes[c->count++] = str_of(TAKE(code));
	return true;
}

bool coded_read(struct coded *c, const char *file, struct err *err)
{
	static const char *const columns[] = {"verbatim", "theme"};

	return coding_read_file(file, columns, 2, 2, take_theme, c, err);
}

void coded_release(struct coded *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free((char *)(uintptr_t)c->ids[i].p);
		free((char *)(uintptr_t)c->themes[i].p);
	}
	for (size_t i = 0; i < c->book_count; i++)
		codebook_release(&c->books[i]);
	free(c->books);
	free(c->ids);
	free(c->themes);
	json_decref(c->texts);
	*c = (struct coded){0};
}
