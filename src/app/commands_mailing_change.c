/* SPDX-License-Identifier: Apache-2.0 */
/* commands_mailing_change.c - changing the plan, deciding what nobody knows, holding all mail. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/mail/letter_check.h"
#include "commands_mailing.h"

/* Pause, resume, cancel. */

static int change(
	const struct command_line *line, enum plan_change what, const char *done)
{
	SCOPED(mailing_target_release) struct mailing_target t = {0};
	struct err err = {0};

	if (!mailing_target_open(line, true, &t, &err) ||
		!plan_change(t.db, &t.mailing->id, what, &err))
		return command_fails(&err);
	SCOPED(free_char) char *name = mailing_label(t.mailing);
	printf("%s %.8s: %s\n", name, t.mailing->id_text, done);
	return EXIT_SUCCESS;
}

int command_mailing_pause(const struct command_line *line)
{
	return change(line, PLAN_PAUSE,
		"paused; what the mailer had already taken still leaves");
}

int command_mailing_resume(const struct command_line *line)
{
	return change(line, PLAN_RESUME, "goes on");
}

int command_mailing_cancel(const struct command_line *line)
{
	return change(line, PLAN_CANCEL, "cancelled, for good");
}

/* Now, and another day. */

static bool ask_now(const struct command_line *line, const struct mailing_target *t,
	usec_t now, struct err *err)
{
	SCOPED(dry_run_release) struct dry_run run = {0};
	char leaves[MAILING_TIME_BYTES];
	int64_t n = 0;

	if (!plan_dry_run(t->db, &t->mailing->id, &run, err))
		return false;
	for (size_t i = 0; i < run.count; i++)
		if (strcmp(run.list[i].verdict, "send") == 0)
			n += run.list[i].n;
	mailing_time(leaves, schedule_next(&t->window, now), t->edition->zone);
	SCOPED(free_char) char *name = mailing_label(t->mailing);
	SCOPED(free_char)
	char *question = x_printf("%s would leave for %lld contacts, from %s (%s) on",
		name, (long long)n, leaves, t->edition->zone);
	return mailing_confirmed(line, question, err);
}

int command_mailing_now(const struct command_line *line)
{
	SCOPED(mailing_target_release) struct mailing_target t = {0};
	struct err err = {0};
	usec_t now = clock_now();

	if (!mailing_target_open(line, true, &t, &err))
		return command_fails(&err);
	/* A window that opens too late is no "now". */
	if (schedule_next(&t.window, now) >= t.mailing->not_after &&
		now < t.mailing->not_after) {
		err_set(&err, ERR_INVALID,
			"the window of the edition is closed until it is too late for this mailing: barometre mailing "
			"reschedule … --on DATE --not-after DATE");
		return command_fails(&err);
	}
	if (!ask_now(line, &t, now, &err) ||
		!plan_send_now(t.db, &t.mailing->id, now, &err))
		return command_fails(&err);
	printf("%s %.8s: due now, inside the window of the edition\n", t.mailing->kind,
		t.mailing->id_text);
	return EXIT_SUCCESS;
}

static bool read_day(const char *text, const char *option, const char *zone, int minute,
	usec_t *ret, struct err *err)
{
	struct civil c;

	if (!text || !civil_parse_date(text, &c))
		return err_set(
			err, ERR_INVALID, "%s must be a date such as 2026-11-22", option);
	c.hour = minute / 60;
	c.minute = minute % 60;
	*ret = clock_instant(c, zone);
	return true;
}

static bool read_days(const struct command_line *line, const struct mailing_target *t,
	usec_t *due, usec_t *not_after, struct err *err)
{
	const char *on = command_option(line, "--on"),
		   *last = command_option(line, "--not-after");
	const char *zone = t->edition->zone;
	usec_t now = clock_now();

	*not_after = 0;
	if (!read_day(on, "--on", zone, t->window.from_minute, due, err) ||
		(last &&
			!read_day(last, "--not-after", zone, t->window.to_minute,
				not_after, err)))
		return false;
	/* The last day of the edition ends a second before its midnight. */
	if (*not_after > t->edition->closes &&
		*not_after <= t->edition->closes + USEC_PER_SEC)
		*not_after = t->edition->closes;
	usec_t end = *not_after ? *not_after : t->mailing->not_after;
	if (schedule_mailing(&t->window, *due, end, now) != SCHEDULE_NEVER)
		return true;
	return err_set(err, ERR_INVALID,
		"between this day and its not-after the window of the edition is never open, or it is past: give a later "
		"--not-after");
}

int command_mailing_reschedule(const struct command_line *line)
{
	SCOPED(mailing_target_release) struct mailing_target t = {0};
	struct err err = {0};
	usec_t due = 0, not_after = 0;
	char text[MAILING_TIME_BYTES];

	if (!mailing_target_open(line, true, &t, &err) ||
		!read_days(line, &t, &due, &not_after, &err) ||
		!plan_reschedule(t.db, &t.mailing->id, due, not_after, &err))
		return command_fails(&err);
	mailing_time(text, schedule_mailing(&t.window, due, SCHEDULE_NEVER, clock_now()),
		t.edition->zone);
	printf("%s %.8s: leaves from %s (%s) on\n", t.mailing->kind, t.mailing->id_text,
		text, t.edition->zone);
	return EXIT_SUCCESS;
}

/* Adding. */

/* Findings go to standard error, as those of check-form do. */
static bool letter_is_good(const char *path, struct str source, const char *kind,
	const struct mailing_target *t, const char *audience, struct err *err)
{
	const char **audiences = x_calloc(
		t->edition->audience_count + 2, sizeof(*audiences));
	struct letter_findings findings = {0};

	for (size_t i = 0; i < t->edition->audience_count; i++)
		audiences[i] = t->edition->audiences[i].audience;
	if (audience) {
		audiences[0] = audience;
		audiences[1] = NULL;
	}
	bool good = letter_check(source, kind, audiences, &findings);
	for (size_t i = 0; i < findings.count; i++)
		fprintf(stderr, "%s:%d: %s: %s\n", path, findings.list[i].line,
			findings.list[i].warning ? "attention" : "erreur",
			findings.list[i].text);
	letter_findings_release(&findings);
	free((void *)audiences);
	return good || err_set(err, ERR_INVALID, "%s: this letter cannot be sent", path);
}

/* The letter of the mailing, or nothing. */
static bool read_letter(const struct mailing_target *t, const char *file,
	const json_t *object, char **ret, struct err *err)
{
	const json_t *path = json_object_get(object, "letter");
	SCOPED(buf_release) struct buf text = {0};
	SCOPED(buf_release) struct buf tidy = BUF_LIMIT(2 * LETTER_SOURCE_BYTES);

	if (!path)
		return true;
	if (!json_is_string(path))
		return err_set(err, ERR_INVALID,
			"%s: \"letter\" must be the path of a text file", file);
	if (!command_read_file(json_string_value(path), &text, err))
		return false;
	if (text.n > LETTER_SOURCE_BYTES || !str_is_utf8(buf_str(&text)))
		return err_set(err, ERR_INVALID,
			"%s: a letter is a text in UTF-8 of at most 16 KiB",
			json_string_value(path));
	letter_tidy(&tidy, buf_str(&text));
	if (!letter_is_good(json_string_value(path), buf_str(&tidy), "targeted", t,
		    json_string_value(json_object_get(object, "audience")), err))
		return false;
	*ret = str_dup(buf_str(&tidy));
	return true;
}

static bool add(const struct mailing_target *t, const char *file, struct id16 *ret,
	struct err *err)
{
	SCOPED(buf_release) struct buf text = {0};
	SCOPED(free_char) char *letter = NULL;
	json_error_t where;

	if (!command_read_file(file, &text, err))
		return false;
	json_t *object = json_loadb(
		buf_str(&text).p, text.n, JSON_REJECT_DUPLICATES, &where);
	if (!object)
		return err_set_line(err, ERR_INVALID, where.line,
			"%s:%d: not well-formed JSON: %s", file, where.line, where.text);
	bool good = read_letter(t, file, object, &letter, err) &&
		plan_add(t->db, t->edition, file, object, letter, ret, err);
	json_decref(object);
	return good;
}

int command_mailing_add(const struct command_line *line)
{
	SCOPED(mailing_target_release) struct mailing_target t = {0};
	SCOPED(plan_release) struct mailing_lines after = {0};
	struct err err = {0};
	struct id16 id;
	char due[MAILING_TIME_BYTES];

	if (!mailing_target_open(line, false, &t, &err) ||
		!add(&t, command_word(line, 1), &id, &err) ||
		!plan_load(t.db, t.edition->code, &after, &err))
		return command_fails(&err);
	for (size_t i = 0; i < after.count; i++) {
		const struct mailing_line *m = &after.list[i];

		if (memcmp(&m->id, &id, sizeof(id)) != 0)
			continue;
		mailing_time(due, m->due, t.edition->zone);
		printf("%.8s: %s planned for %s (%s); barometre mailing dry-run %s %.8s tells who would get it\n",
			m->id_text, m->kind, due, t.edition->zone, t.edition->code,
			m->id_text);
	}
	return EXIT_SUCCESS;
}

/* What nobody knows. */

static bool ask_again(const struct command_line *line, const char *decision,
	const struct mailing_target *t, bool one, struct err *err)
{
	if (strcmp(decision, "again") != 0)
		return true;
	SCOPED(free_char)
	char *question = x_printf("%lld contacts may get the same mail a second time",
		one ? 1LL : (long long)t->mailing->unknown);
	return mailing_confirmed(line, question, err);
}

int command_mailing_decide(const struct command_line *line)
{
	static const char *const words[][2] = {
		{"sent", "sent"}, {"again", "again"}, {"give-up", "give_up"}};
	SCOPED(mailing_target_release) struct mailing_target t = {0};
	const char *word = command_word(line, 2), *contact = command_word(line, 3);
	const char *decision = NULL;
	struct err err = {0};
	struct id16 row;
	int64_t rows = 0;

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (word && strcmp(word, words[i][0]) == 0)
			decision = words[i][1];
	if (!decision) {
		err_set(&err, ERR_INVALID, "decide \"sent\", \"again\" or \"give-up\"");
		return command_fails(&err);
	}
	if (!mailing_target_open(line, true, &t, &err) ||
		(contact &&
			!plan_find_unknown(t.db, &t.mailing->id, contact, &row, &err)) ||
		!ask_again(line, decision, &t, contact != NULL, &err) ||
		!plan_decide(t.db, &t.mailing->id, contact ? &row : NULL, decision, &rows,
			&err))
		return command_fails(&err);
	if (rows == 0) {
		err_set(&err, ERR_CONFLICT, "no row waits for this decision%s",
			strcmp(decision, "again") == 0
				? ", or nothing can be sent any more: the mailing is cancelled or the edition is not open"
				: "");
		return command_fails(&err);
	}
	printf("%lld row(s): %s\n", (long long)rows, word);
	return EXIT_SUCCESS;
}

/* All mail. */

static int print_mail_state(struct db *db)
{
	struct mail_state state;
	struct err err = {0};
	char since[21];

	if (!mail_state_load(db, &state, &err))
		return command_fails(&err);
	if (!state.held[0]) {
		printf("mail may leave\n");
		return EXIT_SUCCESS;
	}
	clock_rfc3339(state.since, since);
	printf("mail is held since %s: %s\n", since,
		strcmp(state.held, "restored") == 0
			? "the database is older than what the mailer has sent (a restored backup), or this is another machine"
			: "somebody asked for it (barometre mail hold, or the staff site)");
	return EXIT_SUCCESS;
}

int command_mail_hold(const struct command_line *line)
{
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);

	if (!db || !mail_hold(db, &err))
		return command_fails(&err);
	return print_mail_state(db);
}

int command_mail_release(const struct command_line *line)
{
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);
	struct mail_state state;

	if (!db || !mail_state_load(db, &state, &err))
		return command_fails(&err);
	if (strcmp(state.held, "restored") == 0 &&
		!mailing_confirmed(line,
			"After a restored backup people may get again what had left since it was made; cancel or "
			"reschedule what must not leave first (barometre mailing list)",
			&err))
		return command_fails(&err);
	if (!mail_release(db, &err))
		return command_fails(&err);
	return print_mail_state(db);
}

int command_mail_state(const struct command_line *line)
{
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);

	return db ? print_mail_state(db) : command_fails(&err);
}
