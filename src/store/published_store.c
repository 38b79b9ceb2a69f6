/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/store/published_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "sql_catalog.h"

/* Rows of one INSERT: bounds the memory of its arrays. */
#define BATCH 200
#define TEXTS 9

void published_release(struct published *p)
{
	for (size_t i = 0; i < p->text_count; i++)
		free(p->texts[i]);
	free(p->texts);
	free(p->lines);
	*p = (struct published){0};
}

static const char *keep(struct published *p, const char *text)
{
	if (!text || !text[0])
		return "";
	if (p->text_count == p->text_capacity) {
		p->text_capacity = p->text_capacity ? 2 * p->text_capacity : 256;
		p->texts = x_realloc(p->texts, p->text_capacity * sizeof(*p->texts));
	}
	p->texts[p->text_count] = x_strdup(text);
	return p->texts[p->text_count++];
}

void published_add(struct published *p, const struct published_line *line)
{
	struct published_line *mine;

	if (p->count == p->capacity) {
		p->capacity = p->capacity ? 2 * p->capacity : 64;
		p->lines = x_realloc(p->lines, p->capacity * sizeof(*p->lines));
	}
	mine = &p->lines[p->count++];
	*mine = *line;
	mine->audience = keep(p, line->audience);
	mine->question = keep(p, line->question);
	mine->option = keep(p, line->option);
	mine->measure = keep(p, line->measure);
	mine->value = keep(p, line->value);
	mine->unit = keep(p, line->unit);
	mine->wording = keep(p, line->wording);
	mine->label = keep(p, line->label);
	mine->source = keep(p, line->source);
	mine->known_error = keep(p, line->known_error);
}

struct columns {
	struct str text[TEXTS + 1][BATCH], number[BATCH];
	char digits[BATCH][40];
	int64_t base[BATCH];
};

static void put_row(struct columns *c, size_t i, const struct published_line *line)
{
	const char *const texts[] = {line->audience, line->question, line->option,
		line->measure, line->value, line->unit, line->wording, line->label,
		line->source, line->known_error};

	for (size_t t = 0; t < COUNT_OF(texts); t++)
		c->text[t][i] = str_of(texts[t]);
	snprintf(c->digits[i], sizeof(c->digits[i]), "%.17g", line->number);
	c->number[i] = line->has_number ? str_of(c->digits[i]) : (struct str){NULL, 0};
	c->base[i] = line->base < 0 ? DB_NULL_I64 : line->base;
}

static bool add_rows(struct db *db, const struct published *p, size_t first, size_t count,
	struct err *err)
{
	struct columns *c = x_calloc(1, sizeof(*c));
	struct db_params params = {0};

	for (size_t i = 0; i < count; i++)
		put_row(c, i, &p->lines[first + i]);
	db_text_z(&params, p->edition);
	db_i64(&params, (int64_t)first + 1);
	for (size_t t = 0; t < 5; t++)
		db_text_array(&params, c->text[t], count);
	db_text_array(&params, c->number, count);
	db_i64_array(&params, c->base, count);
	for (size_t t = 5; t <= TEXTS; t++)
		db_text_array(&params, c->text[t], count);
	free(c);
	return db_run(db, &SQL_PUBLISHED_ADD, &params, NULL, err);
}

bool published_save(struct db *db, const struct published *p, struct err *err)
{
	struct db_params params = {0};

	db_text_z(&params, p->edition);
	if (!db_run(db, &SQL_PUBLISHED_CLEAR, &params, NULL, err))
		return false;
	for (size_t first = 0; first < p->count; first += BATCH) {
		size_t count = p->count - first < BATCH ? p->count - first : BATCH;

		if (!add_rows(db, p, first, count, err))
			return false;
	}
	return true;
}

/* The line borrows from the rows; published_add copies. */
static void take_row(struct published *p, const struct db_rows *rows, size_t i)
{
	struct published_line line = {
		.audience = db_str(rows, i, "audience").p,
		.question = db_str(rows, i, "question").p,
		.option = db_str(rows, i, "option").p,
		.measure = db_str(rows, i, "measure").p,
		.value = db_str(rows, i, "value").p,
		.has_number = !db_is_null(rows, i, "number"),
		.base = db_is_null(rows, i, "base") ? -1 : db_int(rows, i, "base"),
		.unit = db_str(rows, i, "unit").p,
		.wording = db_str(rows, i, "wording").p,
		.label = db_str(rows, i, "label").p,
		.source = db_str(rows, i, "source").p,
		.known_error = db_str(rows, i, "known_error").p,
	};

	if (line.has_number)
		must(str_parse_decimal(db_str(rows, i, "number"), &line.number));
	published_add(p, &line);
}

bool published_load(
	struct db *db, const char *edition, struct published *ret, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct db_params params = {0};

	db_text_z(&params, edition);
	if (!db_run(db, &SQL_PUBLISHED_ROWS, &params, &rows, err))
		return false;
	if (db_count(rows) == 0)
		return err_set(err, ERR_MISSING,
			"nothing of \"%.20s\" was imported: barometre published import "
			"forms/published/%.20s.csv",
			edition, edition);
	*ret = (struct published){0};
	snprintf(ret->edition, sizeof(ret->edition), "%s", edition);
	for (size_t i = 0; i < db_count(rows); i++)
		take_row(ret, rows, i);
	return true;
}

bool published_editions(struct db *db, struct published_edition **ret_list,
	size_t *ret_count, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;

	if (!db_run(db, &SQL_PUBLISHED_LIST, NULL, &rows, err))
		return false;
	*ret_count = db_count(rows);
	*ret_list = x_calloc(*ret_count + 1, sizeof(**ret_list));
	for (size_t i = 0; i < *ret_count; i++) {
		struct published_edition *one = &(*ret_list)[i];

		snprintf(one->edition, sizeof(one->edition), "%.4s",
			db_str(rows, i, "edition").p);
		one->figures = db_int(rows, i, "figures");
		one->errors = db_int(rows, i, "errors");
	}
	return true;
}
