/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/store/release_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "sql_catalog.h"

#define BATCH 500

enum {
	TEXTS = 8,
	NUMBERS = 6
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
		f->segment_value, f->segment_label, f->option, f->label};
	const int64_t numbers[NUMBERS] = {f->base, f->not_answered, f->not_concerned,
		f->mentions, f->count, f->percent};

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
		f->segment_value, f->segment_label, f->option, f->label, f->status};
	const int64_t numbers[NUMBERS] = {f->base, f->not_answered, f->not_concerned,
		f->mentions, f->count, f->percent};

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

/* The same text, byte for byte, goes into the row and into the hash. */
static void write_parameters(char out[120], struct thresholds t)
{
	(void)snprintf(out, 120,
		"{\"min_base\":%lld,\"min_cell\":%lld,\"coalition\":%lld}",
		(long long)t.min_base, (long long)t.min_cell, (long long)t.coalition);
}

static void hash_note(struct buf *out, const struct release_note *note)
{
	hash_text(out, note->audience);
	hash_text(out, note->question);
	hash_text(out, note->segment);
	hash_text(out, note->code);
	hash_text(out, note->text);
	buf_addc(out, '\n');
}

void release_hash(const struct release_draft *draft, char ret[65])
{
	struct buf all SCOPED(buf_release) = BUF_LIMIT(SIZE_MAX / 4);
	char parameters[120];

	write_parameters(parameters, draft->thresholds);
	buf_printf(&all, "release|v3|%s|%s|%zu|%zu\n", draft->kind, parameters,
		draft->figure_count, draft->note_count);
	for (size_t i = 0; i < draft->figure_count; i++)
		hash_figure(&all, &draft->figures[i]);
	for (size_t i = 0; i < draft->note_count; i++)
		hash_note(&all, &draft->notes[i]);
	struct hash32 hash = hash_plain(buf_str(&all));
	hex_write(ret, hash.b, sizeof(hash.b));
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

static bool add_head(struct db *db, const struct release_draft *draft, int64_t version,
	struct err *err)
{
	struct db_params head = {0};
	char parameters[120], hash[65];

	write_parameters(parameters, draft->thresholds);
	release_hash(draft, hash);
	db_text_z(&head, draft->edition);
	db_i64(&head, version);
	db_text_z(&head, draft->kind);
	db_text_z(&head, parameters);
	db_i64(&head, draft->thresholds.min_base);
	db_i64(&head, draft->thresholds.min_cell);
	db_text_z(&head, draft->reason);
	db_i64(&head, (int64_t)draft->figure_count);
	db_text_z(&head, hash);
	return db_run(db, &SQL_RELEASE_ADD, &head, NULL, err);
}

static bool add_notes(struct db *db, const struct release_draft *draft, int64_t version,
	struct err *err)
{
	enum {
		NOTE_TEXTS = 5
	};
	size_t n = draft->note_count;
	struct str *texts = x_calloc(NOTE_TEXTS * n + 1, sizeof(*texts));
	struct db_params params = {0};

	for (size_t i = 0; i < n; i++) {
		const struct release_note *note = &draft->notes[i];
		const char *const all[NOTE_TEXTS] = {note->audience, note->question,
			note->segment, note->code, note->text};

		for (size_t k = 0; k < NOTE_TEXTS; k++)
			texts[k * n + i] = str_of(all[k] ? all[k] : "");
	}
	db_text_z(&params, draft->edition);
	db_i64(&params, version);
	for (size_t k = 0; k < NOTE_TEXTS; k++)
		db_text_array(&params, texts + k * n, n);
	free(texts);
	return db_run(db, &SQL_RELEASE_ADD_NOTES, &params, NULL, err);
}

bool release_add(struct db *db, const struct release_draft *draft, int64_t *ret_version,
	struct err *err)
{
	int64_t version = 0;

	if (!next_version(db, draft->edition, &version, err) ||
		!add_head(db, draft, version, err))
		return false;
	for (size_t done = 0; done < draft->figure_count; done += BATCH) {
		size_t left = draft->figure_count - done;
		if (!add_rows(db, draft->edition, version, done, draft->figures + done,
			    left < BATCH ? left : BATCH, err))
			return false;
	}
	if (draft->note_count > 0 && !add_notes(db, draft, version, err))
		return false;
	*ret_version = version;
	return true;
}

/* ---- reading ---- */

static void copy_text(char *out, size_t size, const struct db_rows *rows, size_t row,
	const char *column)
{
	(void)snprintf(out, size, "%s", db_str(rows, row, column).p);
}

static void info_from_row(
	struct release_info *ret, const struct db_rows *rows, size_t row)
{
	*ret = (struct release_info){
		.version = db_int(rows, row, "version"),
		.rows = db_int(rows, row, "rows"),
		.thresholds = {.min_base = db_int(rows, row, "min_base"),
			.min_cell = db_int(rows, row, "min_cell"),
			.coalition = db_int(rows, row, "coalition")},
	};
	copy_text(ret->kind, sizeof(ret->kind), rows, row, "kind");
	copy_text(ret->state, sizeof(ret->state), rows, row, "state");
	copy_text(ret->created_on, sizeof(ret->created_on), rows, row, "created_on");
	copy_text(
		ret->published_on, sizeof(ret->published_on), rows, row, "published_on");
	copy_text(
		ret->withdrawn_on, sizeof(ret->withdrawn_on), rows, row, "withdrawn_on");
	copy_text(ret->reason, sizeof(ret->reason), rows, row, "reason");
	copy_text(
		ret->published_by, sizeof(ret->published_by), rows, row, "published_by");
	copy_text(
		ret->withdrawn_by, sizeof(ret->withdrawn_by), rows, row, "withdrawn_by");
	copy_text(ret->withdrawn_why, sizeof(ret->withdrawn_why), rows, row,
		"withdrawn_why");
	copy_text(ret->refused, sizeof(ret->refused), rows, row, "refused");
	copy_text(ret->hash, sizeof(ret->hash), rows, row, "hash");
}

static bool read_head(struct db *db, const char *edition, int64_t version,
	struct release_info *ret, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_text_z(&params, edition);
	db_i64(&params, version);
	if (!db_run(db, &SQL_RELEASE_HEAD, &params, &rows, err))
		return false;
	if (db_count(rows) == 0 && version == 0)
		return err_set(
			err, ERR_MISSING, "edition \"%s\" has no release yet", edition);
	if (db_count(rows) == 0)
		return err_set(err, ERR_MISSING,
			"edition \"%s\" has no release %lld (barometre release list %s)",
			edition, (long long)version, edition);
	info_from_row(ret, rows, 0);
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

bool release_read_version(struct db *db, const char *edition, int64_t version,
	struct release_info *ret, figure_fn *each, void *arg, struct err *err)
{
	struct release_info info = {0};
	int64_t after = 0;
	bool more = each != NULL;

	if (!read_head(db, edition, version, &info, err))
		return false;
	while (more) {
		if (!read_some(db, edition, info.version, &after, each, arg, &more, err))
			return false;
	}
	*ret = info;
	return true;
}

bool release_read_notes(struct db *db, const char *edition, int64_t version,
	release_note_fn *each, void *arg, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_text_z(&params, edition);
	db_i64(&params, version);
	if (!db_run(db, &SQL_RELEASE_NOTES, &params, &rows, err))
		return false;
	for (size_t i = 0; i < db_count(rows); i++) {
		const struct release_note note = {
			.audience = db_str(rows, i, "audience").p,
			.question = db_str(rows, i, "question").p,
			.segment = db_str(rows, i, "segment").p,
			.code = db_str(rows, i, "code").p,
			.text = db_str(rows, i, "body").p};

		if (!each(arg, &note, err))
			return false;
	}
	return true;
}

bool release_list(struct db *db, const char *edition, struct release_info **ret_list,
	size_t *ret_count, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;
	struct release_info *list;

	db_text_z(&params, edition);
	if (!db_run(db, &SQL_RELEASE_LIST, &params, &rows, err))
		return false;
	list = x_calloc(db_count(rows) + 1, sizeof(*list));
	for (size_t i = 0; i < db_count(rows); i++)
		info_from_row(&list[i], rows, i);
	*ret_list = list;
	*ret_count = db_count(rows);
	return true;
}

void release_infos_free(struct release_info **list)
{
	free(*list);
	*list = NULL;
}

bool release_newest(struct db *db, const char *edition, const char *state,
	int64_t *ret_version, struct err *err)
{
	SCOPED(release_infos_free) struct release_info *list = NULL;
	size_t count;

	if (!release_list(db, edition, &list, &count, err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!state || strcmp(list[i].state, state) == 0) {
			*ret_version = list[i].version;
			return true;
		}
	return err_set(err, ERR_MISSING,
		"edition \"%.60s\" has no %s%srelease (barometre release list %.60s)",
		edition, state ? state : "", state ? " " : "", edition);
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
		.segment_label = db_str(rows, row, "segment_label").p,
		.option = db_str(rows, row, "option").p,
		.label = db_str(rows, row, "label").p,
		.status = db_str(rows, row, "status").p,
		.base = number_of(rows, row, "base"),
		.not_answered = number_of(rows, row, "not_answered"),
		.not_concerned = number_of(rows, row, "not_concerned"),
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
