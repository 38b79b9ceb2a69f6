/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/store/count_store.h"

#include <stdlib.h>

#include "sql_catalog.h"

/* Rows of one INSERT: bounds the memory of its arrays. */
#define BATCH 500

/* Slices of at most BATCH; statements differ in their columns only. */
struct columns {
	struct str text[2][BATCH];
	int64_t number[BATCH];
};

static void put_scope(struct db_params *params, const char *edition, const char *audience)
{
	db_text_z(params, edition);
	db_text_z(params, audience);
}

static bool refine(const struct err *why, const char *edition, struct err *err)
{
	if (why->code == ERR_MISSING)
		return err_set(err, ERR_MISSING, "there is no edition \"%s\"", edition);
	return err_set(err, why->code, "%s", why->text);
}

bool count_sizes(struct db *db, const char *edition, const char *audience,
	int64_t *ret_boxes, int64_t *ret_drafts, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	put_scope(&params, edition, audience);
	if (!db_run(db, &SQL_COUNT_SIZES, &params, &rows, err))
		return false;
	*ret_boxes = db_int(rows, 0, "boxes");
	*ret_drafts = db_int(rows, 0, "drafts");
	return true;
}

bool count_fetch(struct db *db, const char *edition, bool drafts,
	const struct id16 *slots, size_t count, fetched_fn *each, void *arg,
	struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;
	struct buf box SCOPED(buf_release) = BUF_LIMIT(SIZE_MAX / 4);

	must(count <= COUNT_FETCH_MAX);
	db_text_z(&params, edition);
	db_uuid_array(&params, slots, count);
	if (!db_run(db, drafts ? &SQL_COUNT_FETCH_HANDLES : &SQL_COUNT_FETCH_SLOTS,
		    &params, &rows, err))
		return false;
	if (db_count(rows) != count)
		return err_set(err, ERR_CONFLICT,
			"boxes have gone while they were counted: nothing was done, count again");
	for (size_t i = 0; i < count; i++) {
		int64_t at = db_int(rows, i, "n");
		must(at >= 1 && (size_t)at <= count);
		buf_clear(&box);
		must(db_get_bytes(rows, i, "box", &box));
		if (!each(arg, (size_t)at - 1, buf_str(&box), err))
			return false;
	}
	return true;
}

bool count_start(struct db *db, const char *edition, struct err *err)
{
	struct db_params params = {0};
	struct err why = {0};

	db_text_z(&params, edition);
	if (db_run(db, &SQL_COUNT_START, &params, NULL, &why))
		return true;
	if (why.code == ERR_CONFLICT)
		return err_set(err, ERR_CONFLICT,
			"edition \"%s\" is not waiting for its count: it must be closed "
			"and not counted yet",
			edition);
	return refine(&why, edition, err);
}

/* One fetch, handed over row by row. *ret_more is false at the end. */
static bool fetch_boxes(
	struct db *db, box_fn *each, void *arg, bool *ret_more, struct err *err)
{
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;
	struct buf box SCOPED(buf_release) = BUF_LIMIT(SIZE_MAX / 4);

	if (!db_run(db, &SQL_COUNT_FETCH, NULL, &rows, err))
		return false;
	for (size_t i = 0; i < db_count(rows); i++) {
		struct id16 slot = {{0}};
		db_get_uuid(rows, i, "slot", &slot);
		buf_clear(&box);
		must(db_get_bytes(rows, i, "box", &box));
		if (!each(arg, &slot, buf_str(&box), err))
			return false;
	}
	*ret_more = db_count(rows) > 0;
	return true;
}

static bool stream(struct db *db, const struct sql *sql, const char *edition,
	const char *audience, box_fn *each, void *arg, struct err *err)
{
	struct db_params params = {0};
	bool more = true;

	put_scope(&params, edition, audience);
	if (!db_run(db, sql, &params, NULL, err))
		return false;
	while (more) {
		if (!fetch_boxes(db, each, arg, &more, err))
			return false;
	}
	return db_run(db, &SQL_COUNT_FETCH_END, NULL, NULL, err);
}

bool count_boxes(struct db *db, const char *edition, const char *audience, box_fn *each,
	void *arg, struct err *err)
{
	return stream(db, &SQL_COUNT_BOXES, edition, audience, each, arg, err);
}

bool count_drafts(struct db *db, const char *edition, const char *audience, box_fn *each,
	void *arg, struct err *err)
{
	return stream(db, &SQL_COUNT_DRAFTS, edition, audience, each, arg, err);
}

bool count_insert_responses(struct db *db, const char *edition, const char *audience,
	const struct new_response *list, size_t count, struct err *err)
{
	struct columns *columns = x_alloc(sizeof(*columns));
	bool good = true;

	for (size_t done = 0; good && done < count; done += BATCH) {
		size_t n = count - done < BATCH ? count - done : BATCH;
		struct db_params params = {0};
		for (size_t i = 0; i < n; i++) {
			columns->text[0][i] = str_of(list[done + i].completeness);
			columns->text[1][i] = list[done + i].answers;
		}
		put_scope(&params, edition, audience);
		db_text_array(&params, columns->text[0], n);
		db_text_array(&params, columns->text[1], n);
		good = db_run(db, &SQL_COUNT_INSERT_RESPONSES, &params, NULL, err);
	}
	free(columns);
	return good;
}

bool count_insert_verbatims(struct db *db, const char *edition, const char *audience,
	const struct new_verbatim *list, size_t count, struct err *err)
{
	struct columns *columns = x_alloc(sizeof(*columns));
	bool good = true;

	for (size_t done = 0; good && done < count; done += BATCH) {
		size_t n = count - done < BATCH ? count - done : BATCH;
		struct db_params params = {0};
		for (size_t i = 0; i < n; i++) {
			columns->text[0][i] = str_of(list[done + i].question);
			columns->text[1][i] = list[done + i].text;
		}
		put_scope(&params, edition, audience);
		db_text_array(&params, columns->text[0], n);
		db_text_array(&params, columns->text[1], n);
		good = db_run(db, &SQL_COUNT_INSERT_VERBATIMS, &params, NULL, err);
	}
	free(columns);
	return good;
}

bool count_insert_places(struct db *db, const char *edition, const char *audience,
	const struct place_total *list, size_t count, struct err *err)
{
	struct columns *columns = x_alloc(sizeof(*columns));
	bool good = true;

	for (size_t done = 0; good && done < count; done += BATCH) {
		size_t n = count - done < BATCH ? count - done : BATCH;
		struct db_params params = {0};
		for (size_t i = 0; i < n; i++) {
			columns->text[0][i] = str_of(list[done + i].question);
			columns->text[1][i] = str_of(list[done + i].code);
			columns->number[i] = list[done + i].count;
		}
		put_scope(&params, edition, audience);
		db_text_array(&params, columns->text[0], n);
		db_text_array(&params, columns->text[1], n);
		db_i64_array(&params, columns->number, n);
		good = db_run(db, &SQL_COUNT_INSERT_PLACES, &params, NULL, err);
	}
	free(columns);
	return good;
}

bool count_insert_wishes(struct db *db, const char *edition, const char *audience,
	const struct str *inner_boxes, size_t count, struct err *err)
{
	bool good = true;

	for (size_t done = 0; good && done < count; done += BATCH) {
		struct db_params params = {0};
		put_scope(&params, edition, audience);
		db_bytes_array(&params, inner_boxes + done,
			count - done < BATCH ? count - done : BATCH);
		good = db_run(db, &SQL_COUNT_INSERT_WISHES, &params, NULL, err);
	}
	return good;
}

bool count_keep_invalid(struct db *db, const char *edition, const char *audience,
	struct str box, const char *reason, struct err *err)
{
	struct db_params params = {0};

	put_scope(&params, edition, audience);
	db_bytes(&params, box.p, box.n);
	db_text_z(&params, reason);
	return db_run(db, &SQL_COUNT_KEEP_INVALID, &params, NULL, err);
}

/* One array per total, in the order of the audiences. */
static void put_totals(
	struct db_params *params, const struct count_totals *totals, size_t count)
{
	int64_t *column = x_calloc(count + 1, sizeof(*column));

	for (int which = 0; which < 5; which++) {
		for (size_t i = 0; i < count; i++) {
			const struct count_totals *t = &totals[i];
			const int64_t values[] = {t->boxes, t->complete, t->partial,
				t->invalid, t->drafts_dropped};
			column[i] = values[which];
		}
		db_i64_array(params, column, count);
	}
	free(column);
}

bool count_finish(struct db *db, const char *edition, const char *const *audiences,
	const struct count_totals *totals, size_t count, json_t *record, struct err *err)
{
	struct db_params params = {0};
	struct err why = {0};
	struct str *names = x_calloc(count + 1, sizeof(*names));
	char *text = json_dumps(record, JSON_COMPACT);

	must(text);
	for (size_t i = 0; i < count; i++)
		names[i] = str_of(audiences[i]);
	db_text_z(&params, edition);
	db_text_array(&params, names, count);
	put_totals(&params, totals, count);
	db_text_z(&params, text);
	free(names);
	free(text);
	if (db_run(db, &SQL_COUNT_FINISH, &params, NULL, &why))
		return true;
	if (why.code == ERR_CONFLICT)
		return err_set(err, ERR_CONFLICT,
			"the totals of edition \"%s\" do not agree with what the urn holds: nothing was done, count again",
			edition);
	return refine(&why, edition, err);
}

bool count_settle(struct db *db, const char *edition, struct err *err)
{
	struct db_params params = {0};
	struct err why = {0};

	db_text_z(&params, edition);
	if (db_run(db, &SQL_COUNT_SETTLE, &params, NULL, &why))
		return true;
	if (why.code == ERR_CONFLICT)
		return err_set(
			err, ERR_CONFLICT, "edition \"%s\" is not counted yet", edition);
	return refine(&why, edition, err);
}

bool count_stage(
	struct db *db, const char *edition, enum count_stage *ret, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_text_z(&params, edition);
	if (!db_run(db, &SQL_COUNT_STAGE, &params, &rows, err))
		return false;
	if (db_count(rows) == 0)
		return err_set(
			err, ERR_MISSING, "edition \"%s\" was not counted", edition);
	*ret = db_true(rows, 0, "sealed")     ? COUNT_SEALED
		: db_true(rows, 0, "settled") ? COUNT_SETTLED
					      : COUNT_COUNTED;
	return true;
}

bool count_unfinished(struct db *db, char ***ret_editions, struct err *err)
{
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;
	char **list;

	if (!db_run(db, &SQL_COUNT_UNFINISHED, NULL, &rows, err))
		return false;
	list = x_calloc(db_count(rows) + 1, sizeof(*list));
	for (size_t i = 0; i < db_count(rows); i++)
		list[i] = str_dup(db_str(rows, i, "edition"));
	*ret_editions = list;
	return true;
}

json_t *count_dispositions(struct db *db, const char *edition, struct err *err)
{
	static const struct {
		const char *column, *key;
	} numbers[] = {{"contacts", "contacts"}, {"complete", "complete"},
		{"refusal", "refusal"}, {"undelivered", "undelivered"},
		{"not_sent", "not_sent"}, {"silent", "silent"}, {"done_open", "open"}};
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;
	json_t *list;

	db_text_z(&params, edition);
	if (!db_run(db, &SQL_COUNT_DISPOSITIONS, &params, &rows, err))
		return NULL;
	list = json_array();
	for (size_t i = 0; i < db_count(rows); i++) {
		struct str audience = db_str(rows, i, "audience");
		json_t *one = json_object();
		json_object_set_new(
			one, "audience", json_stringn(audience.p, audience.n));
		for (size_t k = 0; k < COUNT_OF(numbers); k++)
			json_object_set_new(one, numbers[k].key,
				json_integer(db_int(rows, i, numbers[k].column)));
		json_array_append_new(list, one);
	}
	return list;
}

static bool add_names(struct db *db, const struct sql *sql, const char *edition,
	json_t *list, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_text_z(&params, edition);
	if (!db_run(db, sql, &params, &rows, err))
		return false;
	for (size_t i = 0; i < db_count(rows); i++) {
		struct str name = db_str(rows, i, "name");
		json_array_append_new(list, json_stringn(name.p, name.n));
	}
	return true;
}

json_t *count_shared(struct db *db, const char *edition, struct err *err)
{
	json_t *list = json_array();

	if (add_names(db, &SQL_COUNT_SHARED_TABLES, edition, list, err) &&
		add_names(db, &SQL_COUNT_SHARED_LISTS, edition, list, err))
		return list;
	json_decref(list);
	return NULL;
}

bool count_checkpoint(struct db *db, struct err *err)
{
	return db_script(db, "CHECKPOINT", err);
}

bool count_seal(struct db *db, const char *edition, const json_t *record,
	const char *hash, struct err *err)
{
	struct db_params params = {0};
	char *text = json_dumps(record, JSON_COMPACT | JSON_SORT_KEYS);

	must(text);
	db_text_z(&params, edition);
	db_text_z(&params, text);
	db_text_z(&params, hash);
	free(text);
	return db_run(db, &SQL_COUNT_SEAL, &params, NULL, err);
}

json_t *count_record(struct db *db, const char *edition, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_text_z(&params, edition);
	if (!db_run(db, &SQL_COUNT_RECORD, &params, &rows, err))
		return NULL;
	if (db_count(rows) == 0) {
		(void)err_set(
			err, ERR_MISSING, "edition \"%s\" was not counted", edition);
		return NULL;
	}
	struct str text = db_str(rows, 0, "record");
	json_t *record = json_loadb(text.p, text.n, 0, NULL);
	must(record); /* of type jsonb in the database, written from an object */
	return record;
}

const char *count_record_label(const json_t *record, const char *audience)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(record, "audiences"), i, one) {
		const char *code = json_string_value(json_object_get(one, "audience"));
		const char *label = json_string_value(json_object_get(one, "label"));

		if (code && label && strcmp(code, audience) == 0)
			return label;
	}
	return audience;
}
