/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "plan_private.h"
#include "sql_catalog.h"

#define LOGIN "(commande)"
#define MIN_ID_CHARS 4

/* The word of sql/functions/mailing_plan.sql as an error; `date` says what is wrong with the date. */
static bool told(struct str word, const char *date, struct err *err)
{
	static const struct {
		const char *word;
		enum err_code code;
		const char *text;
	} words[] = {
		{"missing", ERR_MISSING, "there is no such mailing"},
		{"edition", ERR_CONFLICT,
			"the edition is not open: barometre edition list shows its state"},
		{"state", ERR_CONFLICT,
			"the state of the mailing does not allow it: barometre mailing show tells it"},
		{"paused", ERR_CONFLICT,
			"the mailing is paused: resume it first (barometre mailing resume)"},
		{"audience", ERR_INVALID, "this is not an audience of the edition"},
		{"kind", ERR_INVALID, "this is not a kind of mailing"},
		{"after", ERR_INVALID,
			"\"after\" names a mailing that is not planned for these people: plan it, or give a day (\"on\")"},
		{"twice", ERR_CONFLICT,
			"these people have a mailing of that kind already: add a \"targeted\" one"},
		{"limit", ERR_LIMIT,
			"100 targeted mailings are planned: cancel some (barometre mailing cancel)"},
	};

	if (str_eq(word, STR("done")))
		return true;
	if (str_eq(word, STR("date")))
		return err_set(err, ERR_INVALID, "%s", date);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq_z(word, words[i].word))
			return err_set(err, words[i].code, "%s", words[i].text);
	must_failed("a word of mailing_plan.sql", __FILE__, __LINE__);
}

static bool run_told(struct db *db, const struct sql *sql, struct db_params *params,
	const char *date, struct err *err)
{
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	return db_run(db, sql, params, &rows, err) &&
		told(db_str(rows, 0, "outcome"), date, err);
}

/* Adding. */

/* The latest day of the mailings that a delay counts from; 0: there is none. */
static usec_t due_before(
	const struct mailing_lines *lines, const struct planned_mailing *m)
{
	usec_t due = 0;

	for (size_t i = 0; i < lines->count; i++) {
		const struct mailing_line *line = &lines->list[i];
		if (str_eq_z(str_of(line->kind), m->after_kind) &&
			!str_eq_z(STR("cancelled"), line->state) &&
			planned_covers(line->audience, m->audience) && line->due > due)
			due = line->due;
	}
	return due;
}

static bool read_one(struct db *db, const struct edition *edition,
	const struct plan_frame *frame, const json_t *object, struct planned_mailing *m,
	struct err *err)
{
	struct mailing_lines lines SCOPED(plan_release) = {0};

	if (!planned_mailing_read(frame, "", object, planned_mailing_keys, m, err))
		return false;
	if (m->after_kind &&
		(!plan_load(db, edition->code, &lines, err) ||
			!planned_mailing_delay(frame, "", due_before(&lines, m), m, err)))
		return false;
	return planned_mailing_check(frame, "", m, err);
}

bool plan_add(struct db *db, const struct edition *edition, const char *file,
	const json_t *object, const char *letter, struct id16 *ret, struct err *err)
{
	const char **audiences = x_calloc(
		edition->audience_count + 1, sizeof(*audiences));
	struct plan_frame frame = {.file = file,
		.zone = edition->zone,
		.opens = edition->opens,
		.closes = edition->closes,
		.audiences = audiences,
		.audience_count = edition->audience_count};
	struct planned_mailing m = {0};
	struct id16 id = random_uuid();
	struct db_params params = {0};

	for (size_t i = 0; i < edition->audience_count; i++)
		audiences[i] = edition->audiences[i].audience;
	bool good = window_parse(edition->mail, edition->zone, &frame.window, err) &&
		read_one(db, edition, &frame, object, &m, err);
	free((void *)audiences);
	if (!good)
		return false;
	if (letter && !str_eq_z(STR("targeted"), m.kind))
		return err_set(err, ERR_INVALID,
			"%s: \"letter\" is for a \"targeted\" mailing: the letters of the others are those of the edition",
			file);
	db_uuid(&params, &id);
	db_text_z(&params, edition->code);
	planned_mailing_params(&m, &params);
	db_text_z(&params, letter);
	db_text_z(&params, LOGIN);
	if (!run_told(db, &SQL_PLAN_ADD, &params,
		    "the day and \"notAfter\" must lie between the opening and the closing of the edition; a delay "
		    "counts from the end of the mailing before",
		    err))
		return err_prefix(err, "%s", file);
	*ret = id;
	return true;
}

/* Looking. */

static char *text_or_null(const struct db_rows *rows, size_t row, const char *column)
{
	return db_is_null(rows, row, column) ? NULL : str_dup(db_str(rows, row, column));
}

static void read_line(const struct db_rows *rows, size_t i, struct mailing_line *ret)
{
	struct str id = db_str(rows, i, "id");

	must(id.n == sizeof(ret->id_text) - 1);
	memcpy(ret->id_text, id.p, id.n);
	db_get_uuid(rows, i, "id", &ret->id);
	ret->kind = str_dup(db_str(rows, i, "kind"));
	ret->title = str_dup(db_str(rows, i, "title"));
	ret->state = str_dup(db_str(rows, i, "state"));
	ret->received = str_dup(db_str(rows, i, "received"));
	ret->audience = text_or_null(rows, i, "audience");
	ret->after_kind = text_or_null(rows, i, "after_kind");
	ret->departments = str_dup(db_str(rows, i, "departments"));
	ret->types = str_dup(db_str(rows, i, "types"));
	ret->after_days = ret->after_kind ? db_int(rows, i, "after_days") : 0;
	ret->stop_at_percent = db_is_null(rows, i, "stop_at_percent")
		? 0
		: db_int(rows, i, "stop_at_percent");
	ret->paused = db_true(rows, i, "paused");
	ret->alarm = db_true(rows, i, "alarm");
	ret->own_letter = db_true(rows, i, "own_letter");
	ret->due = db_usec(rows, i, "due");
	ret->not_after = db_usec(rows, i, "not_after");
	ret->total = db_int(rows, i, "total");
	ret->planned = db_int(rows, i, "planned");
	ret->claimed = db_int(rows, i, "claimed");
	ret->sent = db_int(rows, i, "sent");
	ret->refused = db_int(rows, i, "refused");
	ret->skipped = db_int(rows, i, "skipped");
	ret->unknown = db_int(rows, i, "unknown");
}

bool plan_load(
	struct db *db, const char *edition, struct mailing_lines *ret, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_text_z(&params, edition);
	if (!db_run(db, &SQL_STAFF_MAILINGS, &params, &rows, err))
		return false;
	ret->count = db_count(rows);
	ret->list = x_calloc(ret->count + 1, sizeof(*ret->list));
	for (size_t i = 0; i < ret->count; i++)
		read_line(rows, i, &ret->list[i]);
	return true;
}

void plan_release(struct mailing_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		struct mailing_line *line = &lines->list[i];
		free(line->kind);
		free(line->title);
		free(line->state);
		free(line->received);
		free(line->audience);
		free(line->after_kind);
		free(line->departments);
		free(line->types);
	}
	free(lines->list);
	*lines = (struct mailing_lines){0};
}

static bool is_named(const struct mailing_line *line, const char *name)
{
	struct str rest = str_of(name), kind;

	if (str_eq_z(rest, line->kind) ||
		(rest.n >= MIN_ID_CHARS && str_starts(str_of(line->id_text), rest)))
		return true;
	return str_cut(&rest, ':', &kind) && rest.p && str_eq_z(kind, line->kind) &&
		line->audience && str_eq_z(rest, line->audience);
}

const struct mailing_line *plan_find(
	const struct mailing_lines *lines, const char *name, struct err *err)
{
	struct buf several SCOPED(buf_release) = BUF_LIMIT(200);
	const struct mailing_line *found = NULL;
	size_t count = 0;

	for (size_t i = 0; i < lines->count; i++) {
		const struct mailing_line *line = &lines->list[i];
		if (!is_named(line, name))
			continue;
		found = line;
		if (count++ < 8)
			buf_printf(
				&several, "%s%.8s", count > 1 ? ", " : "", line->id_text);
	}
	if (count == 1)
		return found;
	if (count == 0)
		err_set(err, ERR_MISSING,
			"there is no mailing \"%.40s\": give a kind (\"relance1\", \"relance1:patients\") or the first characters "
			"of its id (barometre mailing list)",
			name);
	else
		err_set(err, ERR_INVALID,
			"\"%.40s\" names %zu mailings: give the first characters of one (%s)",
			name, count, several.p);
	return NULL;
}

/* Changing. */

bool plan_change(struct db *db, const struct id16 *mailing, enum plan_change change,
	struct err *err)
{
	static const struct sql *const sql[] = {&SQL_STAFF_MAILING_PAUSE,
		&SQL_STAFF_MAILING_RESUME, &SQL_STAFF_MAILING_CANCEL};
	struct db_params params = {0};

	db_uuid(&params, mailing);
	db_text_z(&params, LOGIN);
	return run_told(db, sql[change], &params, "", err);
}

bool plan_send_now(struct db *db, const struct id16 *mailing, usec_t now, struct err *err)
{
	struct db_params params = {0};

	db_uuid(&params, mailing);
	db_time(&params, now);
	db_text_z(&params, LOGIN);
	return run_told(db, &SQL_STAFF_MAILING_NOW, &params,
		"it is too late for this mailing (its not-after has passed): barometre mailing reschedule … --on DATE "
		"--not-after DATE",
		err);
}

bool plan_reschedule(struct db *db, const struct id16 *mailing, usec_t due,
	usec_t not_after, struct err *err)
{
	struct db_params params = {0};

	db_uuid(&params, mailing);
	db_time(&params, due);
	if (not_after)
		db_time(&params, not_after);
	else
		db_null(&params);
	db_text_z(&params, LOGIN);
	return run_told(db, &SQL_STAFF_MAILING_RESCHEDULE, &params,
		"the day must lie between the opening and the closing of the edition, and before the not-after of the mailing: "
		"give --not-after DATE too",
		err);
}

bool plan_decide(struct db *db, const struct id16 *mailing, const struct id16 *contact,
	const char *decision, int64_t *ret_rows, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_uuid(&params, mailing);
	if (contact)
		db_uuid(&params, contact);
	else
		db_null(&params);
	db_text_z(&params, decision);
	db_text_z(&params, LOGIN);
	if (!db_run(db, &SQL_STAFF_DELIVERY_DECIDE, &params, &rows, err))
		return false;
	*ret_rows = db_int(rows, 0, "n");
	return true;
}

bool plan_find_unknown(struct db *db, const struct id16 *mailing, const char *prefix,
	struct id16 *ret_contact, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_uuid(&params, mailing);
	db_text_z(&params, prefix);
	if (!db_run(db, &SQL_STAFF_UNKNOWN_FIND, &params, &rows, err))
		return false;
	if (db_count(rows) == 0)
		return err_set(err, ERR_MISSING,
			"no row of this mailing that waits for a decision begins with \"%.40s\"",
			prefix);
	if (db_count(rows) > 1)
		return err_set(err, ERR_INVALID,
			"several rows begin with \"%.40s\": give more characters",
			prefix);
	db_get_uuid(rows, 0, "contact", ret_contact);
	return true;
}

/* The dry run. */

static void read_dry_run(const struct db_rows *rows, bool people, struct dry_run *ret)
{
	ret->count = db_count(rows);
	ret->list = x_calloc(ret->count + 1, sizeof(*ret->list));
	for (size_t i = 0; i < ret->count; i++) {
		struct dry_run_line *line = &ret->list[i];
		line->audience = str_dup(db_str(rows, i, "audience"));
		line->department = str_dup(db_str(rows, i, "department"));
		line->type = str_dup(db_str(rows, i, "type"));
		line->verdict = str_dup(db_str(rows, i, "verdict"));
		line->n = people ? 1 : db_int(rows, i, "n");
		if (people) {
			struct str contact = db_str(rows, i, "short");
			must(contact.n < sizeof(line->contact));
			memcpy(line->contact, contact.p, contact.n);
		}
	}
}

bool plan_dry_run(
	struct db *db, const struct id16 *mailing, struct dry_run *ret, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_uuid(&params, mailing);
	if (!db_run(db, &SQL_PLAN_DRY_RUN, &params, &rows, err))
		return false;
	read_dry_run(rows, false, ret);
	return true;
}

bool plan_dry_run_rows(struct db *db, const struct id16 *mailing, struct id16 *at,
	int64_t most, struct dry_run *ret, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_uuid(&params, mailing);
	db_uuid(&params, at);
	db_i64(&params, most);
	if (!db_run(db, &SQL_PLAN_DRY_RUN_ROWS, &params, &rows, err))
		return false;
	read_dry_run(rows, true, ret);
	if (ret->count)
		db_get_uuid(rows, ret->count - 1, "contact", at);
	return true;
}

void dry_run_release(struct dry_run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		free(run->list[i].audience);
		free(run->list[i].department);
		free(run->list[i].type);
		free(run->list[i].verdict);
	}
	free(run->list);
	*run = (struct dry_run){0};
}

bool plan_outcomes(
	struct db *db, const struct id16 *mailing, struct outcomes *ret, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_uuid(&params, mailing);
	if (!db_run(db, &SQL_PLAN_OUTCOMES, &params, &rows, err))
		return false;
	ret->count = db_count(rows);
	ret->list = x_calloc(ret->count + 1, sizeof(*ret->list));
	for (size_t i = 0; i < ret->count; i++) {
		struct outcome_line *line = &ret->list[i];
		line->state = str_dup(db_str(rows, i, "state"));
		line->reason = str_dup(db_str(rows, i, "reason"));
		line->code = db_is_null(rows, i, "code") ? 0 : db_int(rows, i, "code");
		line->n = db_int(rows, i, "n");
	}
	return true;
}

void outcomes_release(struct outcomes *o)
{
	for (size_t i = 0; i < o->count; i++) {
		free(o->list[i].state);
		free(o->list[i].reason);
	}
	free(o->list);
	*o = (struct outcomes){0};
}

/* All mail. */

static bool run_login(struct db *db, const struct sql *sql, struct err *err)
{
	struct db_params params = {0};

	db_text_z(&params, LOGIN);
	return run_told(db, sql, &params, "", err);
}

bool mail_hold(struct db *db, struct err *err)
{
	return run_login(db, &SQL_STAFF_MAIL_HOLD, err);
}

bool mail_release(struct db *db, struct err *err)
{
	return run_login(db, &SQL_STAFF_MAIL_RELEASE, err);
}

bool mail_state_load(struct db *db, struct mail_state *ret, struct err *err)
{
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	if (!db_run(db, &SQL_STAFF_MAIL_STATE, NULL, &rows, err))
		return false;
	struct str held = db_str(rows, 0, "held");
	*ret = (struct mail_state){0};
	must(held.n < sizeof(ret->held));
	memcpy(ret->held, held.p, held.n);
	ret->since = held.n ? db_usec(rows, 0, "since") : 0;
	return true;
}
