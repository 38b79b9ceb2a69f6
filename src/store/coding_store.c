/* SPDX-License-Identifier: Apache-2.0 */
/* coding_store.c - see coding_store.h. */
#include "barometre/store/coding_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "sql_catalog.h"

#define CODER_MAX 60

bool theme_is_special(struct str code)
{
	return str_eq_z(code, THEME_NONE) || str_eq_z(code, THEME_UNREADABLE);
}

bool coder_name_is_good(struct str name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789",
			  more[] = "._@-";

	for (size_t i = 0; i < name.n; i++)
		if (!memchr(letters, name.p[i], sizeof(letters) - 1) &&
			(i == 0 || !memchr(more, name.p[i], sizeof(more) - 1)))
			return false;
	return name.n > 0 && name.n <= CODER_MAX;
}

void codebook_release(struct codebook *book)
{
	for (size_t i = 0; i < book->count; i++) {
		free(book->themes[i].code);
		free(book->themes[i].label);
	}
	for (size_t i = 0; i < book->map_count; i++) {
		free(book->map[i].was);
		free(book->map[i].becomes);
	}
	free(book->themes);
	free(book->map);
	free(book->book);
	free(book->note);
	*book = (struct codebook){0};
}

void codebook_add_theme(struct codebook *book, struct str code, struct str label)
{
	book->themes = x_realloc(book->themes, (book->count + 1) * sizeof(*book->themes));
	book->themes[book->count++] = (struct theme){str_dup(code), str_dup(label)};
}

void codebook_add_map(struct codebook *book, struct str was, struct str becomes)
{
	book->map = x_realloc(book->map, (book->map_count + 1) * sizeof(*book->map));
	book->map[book->map_count++] = (struct theme_map){str_dup(was), str_dup(becomes)};
}

const struct theme *codebook_find(const struct codebook *book, struct str code)
{
	for (size_t i = 0; i < book->count; i++)
		if (str_eq_z(code, book->themes[i].code))
			return &book->themes[i];
	return NULL;
}

static bool load_head(
	struct db *db, int64_t version, struct codebook *book, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct db_params params = {0};

	db_text_z(&params, book->book);
	db_i64(&params, version);
	if (!db_run(db, &SQL_CODEBOOK_HEAD, &params, &rows, err))
		return false;
	if (db_count(rows) == 0)
		return err_set(err, ERR_MISSING,
			"there is no such codebook, or no such version of \"%.60s\" (barometre codebook list)",
			book->book);
	book->version = db_int(rows, 0, "version");
	snprintf(book->created_on, sizeof(book->created_on), "%s",
		db_str(rows, 0, "created_on").p);
	book->note = str_dup(db_str(rows, 0, "note"));
	return true;
}

static bool load_lines(struct db *db, const struct sql *sql, const char *const columns[2],
	void (*add)(struct codebook *, struct str, struct str), struct codebook *book,
	struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct db_params params = {0};

	db_text_z(&params, book->book);
	db_i64(&params, book->version);
	if (!db_run(db, sql, &params, &rows, err))
		return false;
	for (size_t i = 0; i < db_count(rows); i++)
		add(book, db_str(rows, i, columns[0]), db_str(rows, i, columns[1]));
	return true;
}

bool codebook_load(struct db *db, const char *name, int64_t version, struct codebook *ret,
	struct err *err)
{
	static const char *const themes[] = {"code", "label"};
	static const char *const map[] = {"was", "becomes"};
	struct codebook book = {.book = x_strdup(name)};

	if (load_head(db, version, &book, err) &&
		load_lines(db, &SQL_CODEBOOK_THEMES, themes, codebook_add_theme, &book,
			err) &&
		load_lines(db, &SQL_CODEBOOK_MAP, map, codebook_add_map, &book, err)) {
		*ret = book;
		return true;
	}
	codebook_release(&book);
	return false;
}

static void put_themes(struct db_params *params, const struct codebook *book)
{
	struct str *codes = x_calloc(book->count + 1, sizeof(*codes)),
		   *labels = x_calloc(book->count + 1, sizeof(*labels));

	for (size_t i = 0; i < book->count; i++) {
		codes[i] = str_of(book->themes[i].code);
		labels[i] = str_of(book->themes[i].label);
	}
	db_text_array(params, codes, book->count);
	db_text_array(params, labels, book->count);
	free(codes);
	free(labels);
}

static void put_map(struct db_params *params, const struct codebook *book)
{
	struct str *was = x_calloc(book->map_count + 1, sizeof(*was)),
		   *becomes = x_calloc(book->map_count + 1, sizeof(*becomes));

	for (size_t i = 0; i < book->map_count; i++) {
		was[i] = str_of(book->map[i].was);
		becomes[i] = str_of(book->map[i].becomes);
	}
	db_text_array(params, was, book->map_count);
	db_text_array(params, becomes, book->map_count);
	free(was);
	free(becomes);
}

bool codebook_save(struct db *db, const struct codebook *book, struct err *err)
{
	struct db_params params = {0};
	struct err why = {0};

	db_text_z(&params, book->book);
	db_i64(&params, book->version);
	db_text_z(&params, book->note ? book->note : "");
	put_themes(&params, book);
	put_map(&params, book);
	if (db_run(db, &SQL_CODEBOOK_ADD, &params, NULL, &why))
		return true;
	return why.code == ERR_CONFLICT
		? err_set(err, ERR_CONFLICT,
			  "version %lld is not the next one of codebook \"%s\", or leaves a theme of the version before out "
			  "(barometre codebook show %s)",
			  (long long)book->version, book->book, book->book)
		: err_set(err, why.code, "%s", why.text);
}

bool codebook_of_edition(struct db *db, const char *edition, const char *book,
	int64_t *ret_version, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct db_params params = {0};

	db_text_z(&params, edition);
	db_text_z(&params, book);
	if (!db_run(db, &SQL_CODING_BOOK_OF, &params, &rows, err))
		return false;
	*ret_version = db_int(rows, 0, "n");
	return true;
}
