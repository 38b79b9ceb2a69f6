/* SPDX-License-Identifier: Apache-2.0 */
/* commands_verbatim.c - moderation of open answers, and those that may leave: verbatim review, import, export. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/report/telltale.h"
#include "commands_coding.h"
#include "sql_catalog.h"

#define TELLTALES_MAX 64

/* ---- verbatim review ---- */

static const char *const review_columns[] = {"verbatim", "audience", "question", "text",
	"found", "state", "redacted", "reason"};

/* « nom: Mme Durand; lieu: Foix » */
static void write_found(struct buf *out, struct str text)
{
	SCOPED(buf_release) struct buf found = BUF_LIMIT(1 << 16);
	struct telltale list[TELLTALES_MAX];
	size_t count = telltales_find(text, list, TELLTALES_MAX);

	for (size_t i = 0; i < count; i++)
		buf_printf(&found, "%s%s: %.*s", i > 0 ? "; " : "",
			telltale_name(list[i].kind), (int)list[i].n, text.p + list[i].at);
	coding_quote(out, buf_str(&found));
}

static void write_review(struct buf *out, const struct db_rows *rows, size_t row)
{
	static const char *const before[] = {"verbatim", "audience", "question", "body"},
				 *const after[] = {"state", "redacted", "reason"};

	for (size_t c = 0; c < COUNT_OF(before); c++) {
		coding_quote(out, db_str(rows, row, before[c]));
		buf_addc(out, ',');
	}
	write_found(out, db_str(rows, row, "body"));
	for (size_t c = 0; c < COUNT_OF(after); c++) {
		buf_addc(out, ',');
		coding_quote(out, db_str(rows, row, after[c]));
	}
	buf_puts(out, "\r\n");
}

int command_verbatim_review(const struct command_line *line)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(CODING_OUTPUT_MAX);
	bool all = command_flag(line, "--all");
	struct err err = {0};
	SCOPED(coding_world_close) struct coding_world world = {0};
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;

	if (!coding_world_open(line, &world, &err) ||
		!coding_ask(&world, &SQL_MODERATION_TEXTS, &rows, &err))
		return command_fails(&err);
	for (size_t c = 0; c < COUNT_OF(review_columns); c++)
		buf_printf(&out, "%s%s", c > 0 ? "," : "", review_columns[c]);
	buf_puts(&out, "\r\n");
	for (size_t i = 0; i < db_count(rows); i++)
		if (all || str_eq_z(db_str(rows, i, "state"), "waiting"))
			write_review(&out, rows, i);
	return coding_print(line, &out, &err) ? EXIT_SUCCESS : command_fails(&err);
}

/* ---- verbatim import ---- */

enum {
	AT_ID,
	AT_AUDIENCE,
	AT_QUESTION,
	AT_TEXT,
	AT_FOUND,
	AT_STATE,
	AT_REDACTED,
	AT_REASON
};
enum {
	PUT_ID,
	PUT_STATE,
	PUT_BODY,
	PUT_REASON,
	PUTS
};

struct decisions {
	const struct db_rows *rows;
	json_t *texts; /* verbatim → row; -1 once it was decided */
	struct str *put[PUTS];
	size_t count;
};

static void decisions_release(struct decisions *d)
{
	for (size_t p = 0; p < PUTS; p++) {
		for (size_t i = 0; i < d->count; i++)
			free((char *)(uintptr_t)d->put[p][i].p);
		free(d->put[p]);
	}
	json_decref(d->texts);
	*d = (struct decisions){0};
}

/* An address or a number in what would leave. */
static bool is_plain_to_see(struct str text)
{
	struct telltale list[TELLTALES_MAX];
	size_t count = telltales_find(text, list, TELLTALES_MAX);

	for (size_t i = 0; i < count; i++)
		if (list[i].kind == TELLTALE_EMAIL || list[i].kind == TELLTALE_PHONE)
			return true;
	return false;
}

static bool good_decision(
	const struct str *put, struct str original, int line, struct err *err)
{
	bool publishable = str_eq_z(put[PUT_STATE], "publishable"),
	     redacted = str_eq_z(put[PUT_STATE], "redacted"),
	     withheld = str_eq_z(put[PUT_STATE], "withheld");
	const char *wrong = NULL;

	if (!publishable && !redacted && !withheld)
		wrong = "state is waiting, publishable, redacted or withheld";
	else if (redacted != (put[PUT_BODY].n > 0))
		wrong = "redacted holds the text that is shown instead, and only when the state is redacted";
	else if (withheld && put[PUT_REASON].n == 0)
		wrong = "say in reason why the text is withheld";
	else if (!withheld && put[PUT_REASON].n == 0 &&
		is_plain_to_see(redacted ? put[PUT_BODY] : original))
		wrong = "an e-mail address or a telephone number is in the text that would leave: redact it, or say in reason why it may stay";
	return !wrong || err_set_line(err, ERR_INVALID, line, "line %d: %s", line, wrong);
}

static bool take_decision(void *arg, int line, const struct str *fields, struct err *err)
{
	struct decisions *d = arg;
	const struct str put[PUTS] = {str_trim(fields[AT_ID]), str_trim(fields[AT_STATE]),
		str_trim(fields[AT_REDACTED]), str_trim(fields[AT_REASON])};
	SCOPED(free_char) char *id = str_dup(put[PUT_ID]);
	json_t *text = json_object_get(d->texts, id);

	if (put[PUT_STATE].n == 0 || str_eq_z(put[PUT_STATE], "waiting"))
		return true;
	if (!text || json_integer_value(text) < 0)
		return err_set_line(err, ERR_INVALID, line,
			text ? "line %d: open answer \"%.60s\" stands twice"
			     : "line %d: there is no open answer \"%.60s\" in this edition",
			line, id);
	if (!good_decision(put, db_str(d->rows, (size_t)json_integer_value(text), "body"),
		    line, err))
		return false;
	json_object_set_new(d->texts, id, json_integer(-1));
	for (size_t p = 0; p < PUTS; p++) {
		d->put[p] = x_realloc(d->put[p], (d->count + 1) * sizeof(*d->put[p]));
		d->put[p][d->count] = str_of(str_dup(put[p]));
	}
	d->count++;
	return true;
}

static bool save_decisions(const struct coding_world *world, const char *by,
	const struct decisions *d, int64_t *ret, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct db_params params = {0};

	db_text_z(&params, world->edition->code);
	db_text_z(&params, by);
	for (size_t p = 0; p < PUTS; p++)
		db_text_array(&params, d->put[p], d->count);
	if (!db_run(world->db, &SQL_MODERATION_SET, &params, &rows, err))
		return false;
	*ret = db_int(rows, 0, "n");
	return true;
}

static bool import_decisions(const struct coding_world *world, const char *by,
	const char *file, int64_t *ret, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	SCOPED(decisions_release) struct decisions d = {0};

	if (!coding_ask(world, &SQL_MODERATION_TEXTS, &rows, err))
		return false;
	d.rows = rows;
	d.texts = json_object();
	for (size_t i = 0; i < db_count(rows); i++) {
		SCOPED(free_char) char *id = str_dup(db_str(rows, i, "verbatim"));

		json_object_set_new(d.texts, id, json_integer((json_int_t)i));
	}
	return coding_read_file(file, review_columns, COUNT_OF(review_columns),
		       COUNT_OF(review_columns), take_decision, &d, err) &&
		save_decisions(world, by, &d, ret, err);
}

int command_verbatim_import(const struct command_line *line)
{
	const char *by = command_option(line, "--by");
	struct err err = {0};
	SCOPED(coding_world_close) struct coding_world world = {0};
	int64_t texts = 0;

	if (!by || !coder_name_is_good(str_of(by))) {
		err_set(&err, ERR_INVALID,
			"say who has moderated: --by NAME, small letters, digits and . _ @ -");
		return command_fails(&err);
	}
	if (!coding_world_open(line, &world, &err) || !db_begin(world.db, &err) ||
		!db_end(world.db,
			import_decisions(&world, by, command_word(line, 1), &texts, &err),
			&err))
		return command_fails(&err);
	printf("%lld text(s) moderated\n", (long long)texts);
	return EXIT_SUCCESS;
}

/* ---- verbatim export ---- */

int command_verbatim_export(const struct command_line *line)
{
	static const char *const columns[] = {"audience", "question", "body"};
	SCOPED(buf_release) struct buf out = BUF_LIMIT(CODING_OUTPUT_MAX);
	struct err err = {0};
	SCOPED(coding_world_close) struct coding_world world = {0};
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;

	if (!coding_world_open(line, &world, &err) ||
		!coding_ask(&world, &SQL_MODERATION_OUT, &rows, &err))
		return command_fails(&err);
	buf_puts(&out, "audience,question,text\r\n");
	coding_write_rows(&out, rows, columns, COUNT_OF(columns));
	return coding_print(line, &out, &err) ? EXIT_SUCCESS : command_fails(&err);
}
