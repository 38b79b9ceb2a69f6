/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/store/release_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "sql_catalog.h"

#define BATCH 500

enum {
	TEXTS = 7,
	NUMBERS = 4
};

struct columns {
	struct str text[TEXTS][BATCH], value[BATCH], status[BATCH];
	int64_t number[NUMBERS][BATCH];
	char printed[BATCH][32];
};

static int64_t or_null(int64_t number)
{
	return number < 0 ? DB_NULL_I64 : number;
}

/* 17 significant digits give a double back exactly (IEEE 754). The locale is never set, so the point is a point. */
static void print_value(char out[32], double value)
{
	(void)snprintf(out, 32, "%.17g", value);
}

static void columns_fill(struct columns *c, size_t i, const struct figure *f)
{
	const char *const texts[TEXTS] = {f->audience, f->question, f->type, f->segment,
		f->segment_value, f->option, f->label};
	const int64_t numbers[NUMBERS] = {f->base, f->mentions, f->count, f->percent};

	for (size_t k = 0; k < TEXTS; k++)
		c->text[k][i] = str_of(texts[k]);
	for (size_t k = 0; k < NUMBERS; k++)
		c->number[k][i] = or_null(numbers[k]);
	c->value[i] = (struct str){NULL, 0};
	if (f->has_value) {
		print_value(c->printed[i], f->value);
		c->value[i] = str_of(c->printed[i]);
	}
	c->status[i] = str_of(f->status);
}

static bool add_rows(struct db *db, const char *edition, int64_t version, size_t first,
	const struct figure *figures, size_t count, struct err *err)
{
	struct columns *c = x_alloc(sizeof(*c));
	struct db_params params = {0};

	for (size_t i = 0; i < count; i++)
		columns_fill(c, i, &figures[i]);
	db_text_z(&params, edition);
	db_i64(&params, version);
	db_i64(&params, (int64_t)first + 1);
	for (size_t k = 0; k < TEXTS; k++)
		db_text_array(&params, c->text[k], count);
	for (size_t k = 0; k < NUMBERS; k++)
		db_i64_array(&params, c->number[k], count);
	db_text_array(&params, c->value, count);
	db_text_array(&params, c->status, count);
	free(c);
	return db_run(db, &SQL_RELEASE_ADD_ROWS, &params, NULL, err);
}

static void hash_text(struct buf *out, const char *text)
{
	buf_puts(out, text ? text : "");
	buf_addc(out, '\x1f'); /* unit separator: stands in no text of ours */
}

static void hash_figure(struct buf *out, const struct figure *f)
{
	const char *const texts[] = {f->audience, f->question, f->type, f->segment,
		f->segment_value, f->option, f->label, f->status};
	const int64_t numbers[NUMBERS] = {f->base, f->mentions, f->count, f->percent};

	for (size_t k = 0; k < COUNT_OF(texts); k++)
		hash_text(out, texts[k]);
	for (size_t k = 0; k < NUMBERS; k++)
		buf_printf(
			out, "%lld\x1f", numbers[k] < 0 ? -1LL : (long long)numbers[k]);
	char value[32] = "";
	if (f->has_value)
		print_value(value, f->value);
	buf_puts(out, value);
	buf_addc(out, '\n');
}

/* Of thresholds and lines: two releases with one hash say the same. */
static void hash_release(char out[65], struct thresholds thresholds,
	const struct figure *figures, size_t count)
{
	struct buf all SCOPED(buf_release) = BUF_LIMIT(SIZE_MAX / 4);

	buf_printf(&all, "release|v1|%lld|%lld\n", (long long)thresholds.min_base,
		(long long)thresholds.min_cell);
	for (size_t i = 0; i < count; i++)
		hash_figure(&all, &figures[i]);
	struct hash32 hash = hash_plain(buf_str(&all));
	hex_write(out, hash.b, sizeof(hash.b));
}

static bool next_version(
	struct db *db, const char *edition, int64_t *ret_version, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_text_z(&params, edition);
	if (!db_run(db, &SQL_RELEASE_VERSION, &params, &rows, err))
		return false;
	*ret_version = db_int(rows, 0, "version");
	return true;
}

bool release_add(struct db *db, const char *edition, struct thresholds thresholds,
	const char *reason, const struct figure *figures, size_t count,
	int64_t *ret_version, struct err *err)
{
	struct db_params head = {0}, publish = {0};
	char hash[65];
	int64_t version = 0;

	if (!next_version(db, edition, &version, err))
		return false;
	hash_release(hash, thresholds, figures, count);
	db_text_z(&head, edition);
	db_i64(&head, version);
	db_i64(&head, thresholds.min_base);
	db_i64(&head, thresholds.min_cell);
	db_text_z(&head, reason);
	db_i64(&head, (int64_t)count);
	db_text_z(&head, hash);
	if (!db_run(db, &SQL_RELEASE_ADD, &head, NULL, err))
		return false;
	for (size_t done = 0; done < count; done += BATCH) {
		size_t n = count - done < BATCH ? count - done : BATCH;
		if (!add_rows(db, edition, version, done, figures + done, n, err))
			return false;
	}
	db_text_z(&publish, edition);
	if (!db_run(db, &SQL_RELEASE_PUBLISH, &publish, NULL, err))
		return false;
	*ret_version = version;
	return true;
}

static bool read_head(
	struct db *db, const char *edition, struct release_info *ret, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_text_z(&params, edition);
	if (!db_run(db, &SQL_RELEASE_NEWEST, &params, &rows, err))
		return false;
	if (db_count(rows) == 0)
		return err_set(
			err, ERR_MISSING, "edition \"%s\" has no release yet", edition);
	*ret = (struct release_info){
		.version = db_int(rows, 0, "version"),
		.rows = db_int(rows, 0, "rows"),
		.thresholds = {db_int(rows, 0, "min_base"), db_int(rows, 0, "min_cell")},
	};
	(void)snprintf(ret->created_on, sizeof(ret->created_on), "%s",
		db_str(rows, 0, "created_on").p);
	(void)snprintf(ret->hash, sizeof(ret->hash), "%s", db_str(rows, 0, "hash").p);
	return true;
}

/* The lines after *after, which is moved on. Nothing read: *ret_more is false. */
static bool read_some(struct db *db, const char *edition, int64_t version, int64_t *after,
	figure_fn *each, void *arg, bool *ret_more, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_text_z(&params, edition);
	db_i64(&params, version);
	db_i64(&params, *after);
	db_i64(&params, BATCH);
	if (!db_run(db, &SQL_RELEASE_ROWS, &params, &rows, err))
		return false;
	for (size_t i = 0; i < db_count(rows); i++) {
		struct figure figure;
		figure_from_row(&figure, rows, i);
		if (!each(arg, &figure, err))
			return false;
		*after = db_int(rows, i, "n");
	}
	*ret_more = db_count(rows) > 0;
	return true;
}

bool release_read(struct db *db, const char *edition, struct release_info *ret,
	figure_fn *each, void *arg, struct err *err)
{
	struct release_info info = {0};
	int64_t after = 0;
	bool more = true;

	if (!read_head(db, edition, &info, err))
		return false;
	while (more) {
		if (!read_some(db, edition, info.version, &after, each, arg, &more, err))
			return false;
	}
	*ret = info;
	return true;
}

static int64_t number_of(const struct db_rows *rows, size_t row, const char *column)
{
	return db_is_null(rows, row, column) ? -1 : db_int(rows, row, column);
}

void figure_from_row(struct figure *ret, const struct db_rows *rows, size_t row)
{
	*ret = (struct figure){
		.audience = db_str(rows, row, "audience").p,
		.question = db_str(rows, row, "question").p,
		.type = db_str(rows, row, "type").p,
		.segment = db_str(rows, row, "segment").p,
		.segment_value = db_str(rows, row, "segment_value").p,
		.option = db_str(rows, row, "option").p,
		.label = db_str(rows, row, "label").p,
		.status = db_str(rows, row, "status").p,
		.base = number_of(rows, row, "base"),
		.mentions = number_of(rows, row, "mentions"),
		.count = number_of(rows, row, "count"),
		.percent = number_of(rows, row, "percent"),
		.has_value = !db_is_null(rows, row, "value"),
	};
	if (ret->has_value) {
		/* As bits: decimals would want a parser that knows exponents. */
		int64_t bits = db_int(rows, row, "value_bits");
		memcpy(&ret->value, &bits, sizeof(bits));
	}
}
