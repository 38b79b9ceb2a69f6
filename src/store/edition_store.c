/* SPDX-License-Identifier: Apache-2.0 */
/* Reading editions, and their transitions. Making one is in edition_define.c. */
#include "barometre/store/edition_store.h"

#include <stdlib.h>

#include "barometre/store/privacy_store.h"
#include "sql_catalog.h"

/* A key that is there must have 32 bytes: the table says so. */
static bool get_key(struct public_key *ret, const struct db_rows *rows, size_t row,
	const char *column)
{
	struct buf bytes SCOPED(buf_release) = BUF_LIMIT(KEY_BYTES);

	if (db_is_null(rows, row, column))
		return false;
	must(db_get_bytes(rows, row, column, &bytes) && bytes.n == KEY_BYTES);
	memcpy(ret->b, bytes.p, KEY_BYTES);
	return true;
}

static json_t *get_json(const struct db_rows *rows, size_t row, const char *column)
{
	struct str text = db_str(rows, row, column);
	json_t *value = json_loadb(text.p, text.n, JSON_DECODE_ANY, NULL);
	must(value); /* of type json in the database */
	return value;
}

static void get_edition(struct edition *ret, const struct db_rows *rows, size_t row)
{
	ret->code = str_dup(db_str(rows, row, "code"));
	ret->title = str_dup(db_str(rows, row, "title"));
	ret->zone = str_dup(db_str(rows, row, "zone"));
	ret->state = str_dup(db_str(rows, row, "state"));
	ret->opens = db_usec(rows, row, "opens");
	ret->closes = db_usec(rows, row, "closes");
	ret->thresholds = (struct thresholds){
		.min_base = db_int(rows, row, "min_base"),
		.min_cell = db_int(rows, row, "min_cell"),
		.coalition = 1,
	};
	ret->count_partials = db_true(rows, row, "count_partials");
	ret->custodians = str_eq(db_str(rows, row, "keys"), STR("custodians"));
	ret->custodian_count = (size_t)db_int(rows, row, "custodians");
	ret->has_count_key = get_key(&ret->count_key, rows, row, "count_key");
	must(get_key(&ret->trustee_key, rows, row, "trustee_key"));
	ret->mail = get_json(rows, row, "mail");
}

static char **get_channels(const struct db_rows *rows, size_t row)
{
	json_t *list = get_json(rows, row, "channels");
	size_t count = json_array_size(list);
	char **channels = x_calloc(count + 1, sizeof(*channels));

	for (size_t i = 0; i < count; i++)
		channels[i] = x_strdup(json_string_value(json_array_get(list, i)));
	json_decref(list);
	return channels;
}

static bool load_audiences(struct db *db, struct edition *edition, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_text_z(&params, edition->code);
	if (!db_run(db, &SQL_EDITION_AUDIENCES, &params, &rows, err))
		return false;
	edition->audiences = x_calloc(db_count(rows) + 1, sizeof(*edition->audiences));
	for (size_t i = 0; i < db_count(rows); i++) {
		struct edition_audience *audience = &edition->audiences[i];
		audience->audience = str_dup(db_str(rows, i, "audience"));
		audience->open_link = db_true(rows, i, "open_link");
		audience->channels = get_channels(rows, i);
		edition->audience_count = i + 1;
		audience->form = form_parse(
			db_str(rows, i, "source"), audience->audience, err);
		if (!audience->form)
			return err_prefix(
				err, "questionnaire of edition \"%s\": ", edition->code);
	}
	return true;
}

bool editions_load(struct db *db, struct editions *ret, struct err *err)
{
	struct db_rows *revision SCOPED(db_rows_drop) = NULL;
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;
	struct editions editions = {0};

	/* The revision first: what changes meanwhile will be noticed as a change. */
	if (!db_run(db, &SQL_EDITION_REVISION, NULL, &revision, err) ||
		!db_run(db, &SQL_EDITION_LIST, NULL, &rows, err))
		return false;
	editions.revision = db_int(revision, 0, "revision");
	editions.list = x_calloc(db_count(rows) + 1, sizeof(*editions.list));
	for (size_t i = 0; i < db_count(rows); i++) {
		get_edition(&editions.list[i], rows, i);
		editions.count = i + 1;
		if (!load_audiences(db, &editions.list[i], err)) {
			editions_release(&editions);
			return false;
		}
	}
	if (!retention_load(db, &editions, err)) {
		editions_release(&editions);
		return false;
	}
	*ret = editions;
	return true;
}

static void edition_release(struct edition *edition)
{
	for (size_t i = 0; i < edition->audience_count; i++) {
		struct edition_audience *audience = &edition->audiences[i];
		for (char **channel = audience->channels; *channel; channel++)
			free(*channel);
		free(audience->channels);
		free(audience->audience);
		form_free(audience->form);
	}
	free(edition->audiences);
	json_decref(edition->mail);
	free(edition->code);
	free(edition->title);
	free(edition->zone);
	free(edition->state);
}

void editions_release(struct editions *editions)
{
	for (size_t i = 0; i < editions->count; i++)
		edition_release(&editions->list[i]);
	free(editions->list);
	*editions = (struct editions){0};
}

const struct edition *editions_find(const struct editions *editions, struct str code)
{
	for (size_t i = 0; i < editions->count; i++) {
		if (str_eq_z(code, editions->list[i].code))
			return &editions->list[i];
	}
	return NULL;
}

const struct edition *editions_load_one(
	struct db *db, const char *code, struct editions *ret, struct err *err)
{
	const struct edition *found;

	if (!editions_load(db, ret, err))
		return NULL;
	found = editions_find(ret, str_of(code));
	if (!found)
		(void)err_set(err, ERR_MISSING,
			"there is no edition \"%.60s\": barometre edition list shows them",
			code);
	return found;
}

const struct edition_audience *edition_audience_find(
	const struct edition *edition, struct str audience)
{
	for (size_t i = 0; i < edition->audience_count; i++) {
		if (str_eq_z(audience, edition->audiences[i].audience))
			return &edition->audiences[i];
	}
	return NULL;
}

const struct form **edition_forms(const struct edition *edition)
{
	const struct form **forms = x_calloc(
		edition->audience_count + 1, sizeof(const struct form *));

	for (size_t i = 0; i < edition->audience_count; i++)
		forms[i] = edition->audiences[i].form;
	return forms;
}

/* The function's SQLSTATE has become a code; here it gets words. */
static bool transition(struct db *db, const struct sql *sql, struct db_params *params,
	const char *code, const char *wanted, struct err *err)
{
	struct err why = {0};

	if (db_run(db, sql, params, NULL, &why))
		return true;
	if (why.code == ERR_MISSING)
		return err_set(err, ERR_MISSING, "there is no edition \"%s\"", code);
	if (why.code == ERR_CONFLICT && strstr(why.text, "BR006"))
		return err_set(err, ERR_CONFLICT,
			"edition \"%s\" cannot open before each of its custodians has been verified: see barometre "
			"key list %s",
			code, code);
	if (why.code == ERR_CONFLICT)
		return err_set(
			err, ERR_CONFLICT, "edition \"%s\" is not %s", code, wanted);
	return err_set(err, why.code, "%s", why.text);
}

bool edition_open(struct db *db, const char *code, const struct public_key *count_key,
	struct err *err)
{
	struct db_params params = {0};

	db_text_z(&params, code);
	db_bytes(&params, count_key->b, sizeof(count_key->b));
	return transition(db, &SQL_EDITION_OPEN, &params, code, "a draft", err);
}

bool edition_close(struct db *db, const char *code, struct err *err)
{
	struct db_params params = {0};

	db_text_z(&params, code);
	return transition(db, &SQL_EDITION_CLOSE, &params, code, "open", err);
}
