/* SPDX-License-Identifier: Apache-2.0 */
/* codebook.c - see codebook.h. The program's own books are parsed once and kept. */
#include "barometre/report/codebook.h"

#include <jansson.h>
#include <stdlib.h>

#include "barometre/base/asset.h"
#include "barometre/base/csv.h"

#define CODE_MAX 60
#define TEXT_LIMIT (4u << 20)

extern const struct asset_set assets_codebooks;

static struct {
	struct codebook *list;
	size_t count;
} builtin;

static struct str text_at(const json_t *theme, const char *key)
{
	return str_of(json_string_value(json_object_get(theme, key)));
}

static void read_builtin(void)
{
	const struct asset *asset = asset_find(&assets_codebooks, STR("codebooks.json"));
	json_t *books, *themes;
	const char *name;

	must(asset);
	books = json_loadb(
		asset->data, asset_text(asset).n, JSON_REJECT_DUPLICATES, NULL);
	must(books); /* tests/form checks the file */
	builtin.list = x_calloc(json_object_size(books), sizeof(*builtin.list));
	json_object_foreach(books, name, themes) {
		struct codebook *book = &builtin.list[builtin.count++];
		size_t i;
		json_t *theme;

		*book = (struct codebook){.book = x_strdup(name),
			.version = 1,
			.note = x_strdup("forms/codebooks.json")};
		json_array_foreach(themes, i, theme)
			codebook_add_theme(
				book, text_at(theme, "code"), text_at(theme, "label"));
	}
	json_decref(books);
}

const struct codebook *codebook_builtin_at(size_t n)
{
	if (!builtin.list)
		read_builtin();
	return n < builtin.count ? &builtin.list[n] : NULL;
}

const struct codebook *codebook_builtin(const char *name)
{
	const struct codebook *book;

	for (size_t i = 0; (book = codebook_builtin_at(i)); i++)
		if (strcmp(book->book, name) == 0)
			return book;
	return NULL;
}

/* ---- a file ---- */

static bool code_is_good(struct str code)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz",
			  more[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

	for (size_t i = 0; i < code.n; i++)
		if (!memchr(i == 0 ? letters : more, code.p[i],
			    i == 0 ? sizeof(letters) - 1 : sizeof(more) - 1))
			return false;
	return code.n > 0 && code.n <= CODE_MAX && !theme_is_special(code);
}

static bool take_from(struct codebook *book, const struct codebook *former,
	struct str code, struct str from, int line, struct err *err)
{
	struct str word;
	bool any = false;

	while (str_cut(&from, ' ', &word)) {
		if (word.n == 0)
			continue;
		if (!former || !codebook_find(former, word))
			return err_set_line(err, ERR_INVALID, line,
				"line %d: \"%.*s\" in from is no theme of the version before",
				line, (int)word.n, word.p);
		for (size_t i = 0; i < book->map_count; i++)
			if (str_eq_z(word, book->map[i].was) &&
				str_eq_z(code, book->map[i].becomes))
				return err_set_line(err, ERR_INVALID, line,
					"line %d: \"%.*s\" stands twice in from", line,
					(int)word.n, word.p);
		codebook_add_map(book, word, code);
		any = true;
	}
	if (!any && former && codebook_find(former, code))
		codebook_add_map(book, code, code);
	return true;
}

static bool take_theme(struct codebook *book, const struct codebook *former,
	const struct csv_record *record, struct err *err)
{
	struct str code = str_trim(record->field[0]), label = str_trim(record->field[1]);

	if (!code_is_good(code))
		return err_set_line(err, ERR_INVALID, record->line,
			"line %d: a code is small letters without accents, digits and _, beginning with a letter, at most %d; "
			"\"" THEME_NONE "\" and \"" THEME_UNREADABLE
			"\" can be given to every text and are in no book",
			record->line, CODE_MAX);
	if (codebook_find(book, code))
		return err_set_line(err, ERR_INVALID, record->line,
			"line %d: \"%.*s\" stands twice", record->line, (int)code.n,
			code.p);
	if (label.n == 0 || str_count_chars(label) > 200)
		return err_set_line(err, ERR_INVALID, record->line,
			"line %d: the label of \"%.*s\" must have 1 to 200 characters",
			record->line, (int)code.n, code.p);
	codebook_add_theme(book, code, label);
	return take_from(book, former, code,
		record->count > 2 ? str_trim(record->field[2]) : STR(""), record->line,
		err);
}

static bool is_header(const struct csv_record *r)
{
	return (r->count == 2 || r->count == 3) &&
		str_eq_z(str_trim(r->field[0]), "code") &&
		str_eq_z(str_trim(r->field[1]), "label") &&
		(r->count == 2 || str_eq_z(str_trim(r->field[2]), "from"));
}

static bool read_records(struct csv *csv, struct codebook *book,
	const struct codebook *former, struct err *err)
{
	struct csv_record record;
	enum csv_result result;
	bool header = false;

	while ((result = csv_next(csv, &record)) == CSV_RECORD) {
		if (record.blank)
			continue;
		if (!header) {
			if (!is_header(&record))
				return err_set_line(err, ERR_INVALID, record.line,
					"line %d: the header must be code,label,from",
					record.line);
			header = true;
		} else if (record.count < 2 || record.count > 3) {
			return err_set_line(err, ERR_INVALID, record.line,
				"line %d: three columns are needed, code,label,from",
				record.line);
		} else if (!take_theme(book, former, &record, err)) {
			return false;
		}
	}
	if (result != CSV_END)
		return err_set(err, ERR_INVALID,
			"a quote is opened and never closed, or a line has too many columns");
	return book->count > 0 || err_set(err, ERR_INVALID, "the file holds no theme");
}

static bool nothing_is_lost(
	const struct codebook *book, const struct codebook *former, struct err *err)
{
	for (size_t i = 0; former && i < former->count; i++) {
		bool found = false;

		for (size_t m = 0; m < book->map_count; m++)
			found |= strcmp(book->map[m].was, former->themes[i].code) == 0;
		if (!found)
			return err_set(err, ERR_INVALID,
				"theme \"%s\" of version %lld is in no line: say in from into which theme it goes",
				former->themes[i].code, (long long)former->version);
	}
	return true;
}

static bool something_changes(const struct codebook *book, const struct codebook *former)
{
	if (!former || book->count != former->count || book->map_count != former->count)
		return true;
	for (size_t i = 0; i < book->count; i++)
		if (strcmp(book->themes[i].code, former->themes[i].code) != 0 ||
			strcmp(book->themes[i].label, former->themes[i].label) != 0)
			return true;
	for (size_t i = 0; i < book->map_count; i++)
		if (strcmp(book->map[i].was, book->map[i].becomes) != 0)
			return true;
	return false;
}

bool codebook_parse(struct str file, const char *name, const struct codebook *former,
	const char *note, struct codebook *ret, struct err *err)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(TEXT_LIMIT);
	struct codebook book = {.book = x_strdup(name),
		.version = former ? former->version + 1 : 1,
		.note = x_strdup(note)};
	struct csv csv;
	bool good;

	good = code_is_good(str_of(name)) ||
		err_set(err, ERR_INVALID,
			"the name of a codebook is small letters, digits and _");
	if (good && (good = csv_decode(file, &text, err))) {
		csv_init(&csv, buf_str(&text));
		good = read_records(&csv, &book, former, err) &&
			nothing_is_lost(&book, former, err);
		csv_release(&csv);
	}
	if (good && former && !something_changes(&book, former))
		good = err_set(err, ERR_CONFLICT,
			"nothing changes: this is version %lld of \"%s\"",
			(long long)former->version, name);
	if (good)
		*ret = book;
	else
		codebook_release(&book);
	return good;
}

void codebook_write(const struct codebook *book, struct buf *out)
{
	buf_puts(out, "code,label,from\r\n");
	for (size_t i = 0; i < book->count; i++) {
		buf_printf(out, "%s,", book->themes[i].code);
		buf_csv(out, book->themes[i].label);
		buf_puts(out, ",\r\n");
	}
}

/* ---- what changed ---- */

/* How many lines of the map have this on one side; the last of them. */
static size_t lines_of(const struct codebook *book, const char *code, bool old,
	const struct theme_map **ret)
{
	size_t n = 0;

	for (size_t i = 0; i < book->map_count; i++)
		if (strcmp(old ? book->map[i].was : book->map[i].becomes, code) == 0) {
			*ret = &book->map[i];
			n++;
		}
	return n;
}

static void write_split(const struct codebook *book, const char *was, struct buf *out)
{
	buf_printf(out, "split    %s:", was);
	for (size_t i = 0; i < book->map_count; i++)
		if (strcmp(book->map[i].was, was) == 0)
			buf_printf(out, " %s", book->map[i].becomes);
	buf_puts(out, " (texts that had it are read again)\n");
}

static void write_theme(const struct codebook *former, const struct codebook *book,
	const struct theme *theme, struct buf *out)
{
	const struct theme_map *line = NULL, *back = NULL;
	size_t n = lines_of(book, theme->code, false, &line);
	const struct theme *was;

	if (n == 0) {
		buf_printf(out, "new      %s: %s\n", theme->code, theme->label);
	} else if (n > 1) {
		buf_printf(out, "merged   %s:", theme->code);
		for (size_t i = 0; i < book->map_count; i++)
			if (strcmp(book->map[i].becomes, theme->code) == 0)
				buf_printf(out, " %s", book->map[i].was);
		buf_addc(out, '\n');
	} else if (lines_of(book, line->was, true, &back) == 1) {
		was = codebook_find(former, str_of(line->was));
		if (strcmp(line->was, theme->code) != 0)
			buf_printf(out, "code     %s: was %s\n", theme->code, line->was);
		if (was && strcmp(was->label, theme->label) != 0)
			buf_printf(out, "renamed  %s: %s (was: %s)\n", theme->code,
				theme->label, was->label);
	}
}

void codebook_diff(
	const struct codebook *former, const struct codebook *book, struct buf *out)
{
	const struct theme_map *line = NULL;

	for (size_t i = 0; i < former->count; i++)
		if (lines_of(book, former->themes[i].code, true, &line) > 1)
			write_split(book, former->themes[i].code, out);
	for (size_t i = 0; i < book->count; i++)
		write_theme(former, book, &book->themes[i], out);
}
