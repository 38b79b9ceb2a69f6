/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making an edition from its file. First everything is read and checked into a struct definition, then it is written in
 * one transaction, so that a wrong file changes nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "barometre/store/plan_store.h"
#include "barometre/store/privacy_store.h"
#include "define_private.h"
#include "plan_private.h"
#include "sql_catalog.h"

#define MAX_AUDIENCES 16
#define MAX_CHANNELS 32
#define MAX_FORM_BYTES (4 << 20)

struct audience_definition {
	const char *audience;
	char *source; /* the form file */
	size_t source_length;
	struct form *form;
	bool open_link;
	struct str channels[MAX_CHANNELS];
	size_t channel_count;
};
struct definition { /* texts are borrowed from the JSON */
	const char *file;
	const char *code, *title, *zone;
	usec_t opens, closes;
	struct thresholds thresholds;
	bool count_partials;
	const char *keys;
	const json_t *mail, *retention;
	struct window window;
	struct audience_definition audiences[MAX_AUDIENCES];
	size_t audience_count;
	struct planned_mailing mailings[PLAN_MAX_MAILINGS];
	size_t mailing_count;
};

static void definition_release(struct definition *d)
{
	for (size_t i = 0; i < d->audience_count; i++) {
		free(d->audiences[i].source);
		form_free(d->audiences[i].form);
	}
}

static bool wrong(const struct definition *d, const char *at, const char *key,
	const char *remedy, struct err *err)
{
	return define_wrong(d->file, at, key, remedy, err);
}

static bool get_bool(const struct definition *d, const char *at, const json_t *object,
	const char *key, bool *ret, struct err *err)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_boolean(value))
		return wrong(d, at, key, "must be true or false", err);
	*ret = json_is_true(value);
	return true;
}

/* Codes go into addresses, file names and columns of exports. */
static bool is_code(const char *text, bool with_dash)
{
	must(text);
	size_t n = strlen(text);

	for (const char *c = text; *c; c++) {
		if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_' ||
			    (with_dash && *c == '-')))
			return false;
	}
	return n > 0 && n <= 32;
}

/* The form file. */

static char *share_path(const char *path)
{
	char program[4096];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

	for (int up = 0; n > 0 && up < 2; n--)
		up += program[n - 1] == '/';
	return x_printf("%.*s/share/barometre/%s", n > 0 ? (int)n : 0, program, path);
}

/* Where it stands from here, or where it was installed. */
static FILE *open_form(const char *path)
{
	FILE *file = fopen(path, "re");

	if (!file && errno == ENOENT && path[0] != '/') {
		char *shared SCOPED(free_char) = share_path(path);
		file = fopen(shared, "re");
	}
	return file;
}

static bool read_form(
	const char *path, char **ret_text, size_t *ret_length, struct err *err)
{
	FILE *file = open_form(path);

	if (!file)
		return err_set(err, ERR_MISSING, "%s: %s", path, strerror(errno));
	char *text = x_alloc(MAX_FORM_BYTES + 1);
	size_t n = fread(text, 1, MAX_FORM_BYTES + 1, file);
	bool good = !ferror(file);
	(void)fclose(file);
	if (!good || n > MAX_FORM_BYTES) {
		free(text);
		return good ? err_set(err, ERR_LIMIT, "%s: the file is too big", path)
			    : err_set(err, ERR_BROKEN, "%s: cannot be read", path);
	}
	text[n] = '\0';
	*ret_text = x_realloc(text, n + 1);
	*ret_length = n;
	return true;
}

/* Parts of the file, in order. */

static bool read_channels(const struct definition *d, const char *at,
	const json_t *object, struct audience_definition *ret, struct err *err)
{
	const json_t *list = json_object_get(object, "channels");

	if (list && !json_is_array(list))
		return wrong(d, at, "channels", "must be a list", err);
	if (json_array_size(list) > MAX_CHANNELS)
		return wrong(d, at, "channels", "has too many names", err);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));
		if (!name || !is_code(name, false))
			return wrong(d, at, "channels",
				"must be names of a-z, 0-9 and _ (at most 32)", err);
		for (size_t k = 0; k < i; k++) {
			if (str_eq_z(ret->channels[k], name))
				return wrong(d, at, "channels", "has a name twice", err);
		}
		ret->channels[ret->channel_count++] = str_of(name);
	}
	return true;
}

/* The form as its file says it, for messages with its lines; then as it is published, in every language we have. */
static bool publish_form(
	struct audience_definition *ret, const char *path, struct err *err)
{
	struct buf published SCOPED(buf_release) = BUF_LIMIT(8 * MAX_FORM_BYTES);
	struct str file = {ret->source, ret->source_length};
	struct form *as_written SCOPED(form_drop) = form_parse(file, path, err);

	if (!as_written)
		return false;
	form_translate(file, &published);
	must(!published.failed);
	free(ret->source);
	ret->source = str_dup(buf_str(&published));
	ret->source_length = published.n;
	ret->form = form_parse(buf_str(&published), path, err);
	return ret->form != NULL;
}

static bool read_audience(struct definition *d, const json_t *object, struct err *err)
{
	static const char *const known[] = {
		"audience", "form", "openLink", "channels", NULL};
	struct audience_definition *ret = &d->audiences[d->audience_count];
	char *at SCOPED(free_char) = x_printf("audiences[%zu]", d->audience_count);
	const char *path = "";

	if (!define_keys(d->file, at, object, known, err) ||
		!define_text(d->file, at, object, "audience", &ret->audience, err) ||
		!define_text(d->file, at, object, "form", &path, err) ||
		!get_bool(d, at, object, "openLink", &ret->open_link, err) ||
		!read_channels(d, at, object, ret, err))
		return false;
	if (!is_code(ret->audience, false))
		return wrong(
			d, at, "audience", "must be of a-z, 0-9 and _ (at most 32)", err);
	for (size_t i = 0; i < d->audience_count; i++) {
		if (str_eq_z(str_of(ret->audience), d->audiences[i].audience))
			return wrong(d, at, "audience", "stands there twice", err);
	}
	if (!ret->open_link && ret->channel_count)
		return wrong(d, at, "channels", "needs \"openLink\": true", err);
	if (!read_form(path, &ret->source, &ret->source_length, err)) {
		return err_prefix(err, "%s: \"%s.form\"", d->file, at);
	}
	d->audience_count++; /* from here on released with the rest */
	if (!publish_form(ret, path, err))
		return false;
	if (!str_eq_z(str_of(ret->audience), ret->form->audience))
		return wrong(
			d, at, "form", "is the questionnaire of another audience", err);
	return true;
}

static bool read_audiences(struct definition *d, const json_t *root, struct err *err)
{
	const json_t *list = json_object_get(root, "audiences");

	if (!json_is_array(list) || json_array_size(list) == 0 ||
		json_array_size(list) > MAX_AUDIENCES)
		return wrong(
			d, "", "audiences", "must be a list of 1 to 16 audiences", err);
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!read_audience(d, json_array_get(list, i), err))
			return false;
	}
	return true;
}

static bool read_window(struct definition *d, const json_t *mail, struct err *err)
{
	static const char *const known[] = {"days", "from", "to", "holidays", NULL};
	const json_t *window = json_object_get(mail, "window");

	if (!define_keys(d->file, "mail.window", window, known, err))
		return false;
	for (size_t i = 0; i < 3; i++)
		if (!json_object_get(window, known[i]))
			return wrong(d, "mail.window", known[i],
				"is missing: such as \"days\": [1, 2, 3, 4, 5], \"from\": \"09:00\", \"to\": "
				"\"18:00\"",
				err);
	return window_parse(mail, d->zone, &d->window, err)
		? true
		: err_prefix(err, "%s", d->file);
}

static bool read_mail(struct definition *d, const json_t *root, struct err *err)
{
	static const char *const known[] = {"window", "plan", NULL};
	const json_t *mail = json_object_get(root, "mail");
	const char *audiences[MAX_AUDIENCES];

	if (!define_keys(d->file, "mail", mail, known, err) || !read_window(d, mail, err))
		return false;
	for (size_t i = 0; i < d->audience_count; i++)
		audiences[i] = d->audiences[i].audience;
	struct plan_frame frame = {.file = d->file,
		.zone = d->zone,
		.opens = d->opens,
		.closes = d->closes,
		.window = d->window,
		.audiences = audiences,
		.audience_count = d->audience_count};
	d->mail = mail;
	return plan_read(&frame, "mail.plan", json_object_get(mail, "plan"), d->mailings,
		&d->mailing_count, err);
}

static bool read_dates(struct definition *d, const json_t *root, struct err *err)
{
	struct civil opens = {0}, closes = {0};

	if (!define_text(d->file, "", root, "zone", &d->zone, err))
		return false;
	if (!clock_zone_exists(d->zone))
		return wrong(d, "", "zone",
			"must be a time zone such as \"Europe/Paris\"", err);
	if (!define_date(d->file, "", root, "opens", &opens, err) ||
		!define_date(d->file, "", root, "closes", &closes, err))
		return false;
	/* The last day belongs to the edition, to its last second. */
	closes.hour = 23;
	closes.minute = closes.second = 59;
	d->opens = clock_instant(opens, d->zone);
	d->closes = clock_instant(closes, d->zone);
	return d->opens < d->closes
		? true
		: wrong(d, "", "closes", "must not be before \"opens\"", err);
}

static bool read_definition(struct definition *d, const json_t *root, struct err *err)
{
	static const char *const known[] = {"code", "title", "zone", "opens", "closes",
		"thresholds", "countPartials", "keys", "audiences", "mail", "retention",
		NULL};
	static const char *const known_thresholds[] = {"minBase", "minCell", NULL};
	const json_t *thresholds = json_object_get(root, "thresholds");

	d->retention = json_object_get(root, "retention");
	if (!define_keys(d->file, "", root, known, err) ||
		!define_text(d->file, "", root, "code", &d->code, err) ||
		!define_text(d->file, "", root, "title", &d->title, err) ||
		!read_dates(d, root, err) ||
		!define_keys(d->file, "thresholds", thresholds, known_thresholds, err) ||
		!define_count(d->file, "thresholds", thresholds, "minBase",
			&d->thresholds.min_base, err) ||
		!define_count(d->file, "thresholds", thresholds, "minCell",
			&d->thresholds.min_cell, err) ||
		!get_bool(d, "", root, "countPartials", &d->count_partials, err) ||
		!define_text(d->file, "", root, "keys", &d->keys, err))
		return false;
	if (!is_code(d->code, true))
		return wrong(
			d, "", "code", "must be of a-z, 0-9, _ and - (at most 32)", err);
	if (!str_eq_z(STR("server"), d->keys) && !str_eq_z(STR("custodians"), d->keys))
		return wrong(d, "", "keys",
			"must be \"custodians\" (the counting key is with two people or more) or \"server\" (it "
			"is kept in the key folder: the weaker choice)",
			err);
	return read_audiences(d, root, err) && read_mail(d, root, err);
}

/* Writing. */

static bool write_edition(struct db *db, const struct definition *d,
	const struct public_key *trustee, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;
	char *mail = json_dumps(d->mail, JSON_COMPACT);

	must(mail);
	db_text_z(&params, d->code);
	db_text_z(&params, d->title);
	db_text_z(&params, d->zone);
	db_time(&params, d->opens);
	db_time(&params, d->closes);
	db_i64(&params, d->thresholds.min_base);
	db_i64(&params, d->thresholds.min_cell);
	db_bool(&params, d->count_partials);
	db_bytes(&params, trustee->b, sizeof(trustee->b));
	db_text_z(&params, mail);
	db_text_z(&params, d->keys);
	free(mail);
	if (!db_run(db, &SQL_EDITION_ADD, &params, &rows, err))
		return false;
	if (db_count(rows) == 0)
		return err_set(err, ERR_CONFLICT,
			"%s: there is an edition \"%s\" already: choose another \"code\"",
			d->file, d->code);
	return true;
}

static bool write_audience(
	struct db *db, const struct definition *d, size_t i, struct err *err)
{
	const struct audience_definition *a = &d->audiences[i];
	struct db_params form = {0}, audience = {0};

	db_text_z(&form, a->form->hash);
	db_text_z(&form, a->audience);
	db_text(&form, (struct str){a->source, a->source_length});
	if (!db_run(db, &SQL_EDITION_ADD_FORM, &form, NULL, err))
		return false;
	db_text_z(&audience, d->code);
	db_text_z(&audience, a->audience);
	db_text_z(&audience, a->form->hash);
	db_bool(&audience, a->open_link);
	db_text_array(&audience, a->channels, a->channel_count);
	db_i64(&audience, (int64_t)i);
	return db_run(db, &SQL_EDITION_ADD_AUDIENCE, &audience, NULL, err);
}

static bool write_mailing(
	struct db *db, const struct definition *d, size_t i, struct err *err)
{
	struct db_params params = {0};
	struct id16 id = random_uuid();

	db_uuid(&params, &id);
	db_text_z(&params, d->code);
	planned_mailing_params(&d->mailings[i], &params);
	return db_run(db, &SQL_EDITION_ADD_MAILING, &params, NULL, err);
}

static bool write_definition(struct db *db, const struct definition *d,
	const struct public_key *trustee, struct err *err)
{
	bool good = write_edition(db, d, trustee, err) &&
		retention_define(
			db, d->retention, d->file, d->code, d->closes, d->zone, err);

	for (size_t i = 0; good && i < d->audience_count; i++)
		good = write_audience(db, d, i, err);
	for (size_t i = 0; good && i < d->mailing_count; i++)
		good = write_mailing(db, d, i, err);
	return good && db_commit(db, err);
}

bool edition_create(struct db *db, json_t *json, const char *file,
	const struct public_key *trustee, struct err *err)
{
	struct definition d SCOPED(definition_release) = {.file = file};

	if (!read_definition(&d, json, err) || !db_begin(db, err))
		return false;
	if (write_definition(db, &d, trustee, err))
		return true;
	db_rollback(db);
	return false;
}
