/* SPDX-License-Identifier: Apache-2.0 */
/* commands_mailing.c - looking at the plan: the list, one mailing, who would get it. */
#include "commands_mailing.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sql_catalog.h"

#define PAGE 5000

/* Shared. */

bool mailing_target_open(const struct command_line *line, bool with_mailing,
	struct mailing_target *t, struct err *err)
{
	const char *code = command_word(line, 0);

	t->db = command_database(line, err);
	if (!t->db)
		return false;
	t->edition = editions_load_one(t->db, code, &t->editions, err);
	if (!t->edition ||
		!window_parse(t->edition->mail, t->edition->zone, &t->window, err) ||
		!plan_load(t->db, code, &t->lines, err))
		return false;
	if (with_mailing)
		t->mailing = plan_find(&t->lines, command_word(line, 1), err);
	return !with_mailing || t->mailing;
}

void mailing_target_release(struct mailing_target *t)
{
	plan_release(&t->lines);
	editions_release(&t->editions);
	db_close(t->db);
}

void mailing_time(char out[MAILING_TIME_BYTES], usec_t at, const char *zone)
{
	struct civil c = clock_civil(at, zone);

	(void)snprintf(out, MAILING_TIME_BYTES, "%04d-%02d-%02d %02d:%02d", c.year,
		c.month, c.day, c.hour, c.minute);
}

char *mailing_label(const struct mailing_line *m)
{
	return m->audience ? x_printf("%s:%s", m->kind, m->audience) : x_strdup(m->kind);
}

bool mailing_confirmed(
	const struct command_line *line, const char *question, struct err *err)
{
	char answer[16] = "";

	if (command_flag(line, "--yes"))
		return true;
	if (!isatty(STDIN_FILENO))
		return err_set(err, ERR_INVALID,
			"%s: say so with --yes, or answer at a terminal", question);
	fflush(stdout);
	fprintf(stderr, "%s. Type \"yes\" to go on: ", question);
	if (!fgets(answer, sizeof(answer), stdin))
		answer[0] = '\0';
	answer[strcspn(answer, "\r\n")] = '\0';
	return strcmp(answer, "yes") == 0 || err_set(err, ERR_DENIED, "nothing was done");
}

/* The list. */

static char *state_of(const struct mailing_line *m)
{
	return x_printf(
		"%s%s%s", m->state, m->paused ? ",paused" : "", m->alarm ? ",ALARM" : "");
}

static void print_line(const struct mailing_line *m, const char *zone)
{
	char due[MAILING_TIME_BYTES];
	SCOPED(free_char) char *name = mailing_label(m), *state = state_of(m);

	mailing_time(due, m->due, zone);
	printf("%-22s %-8.8s %-16s %-16s %8lld %8lld %8lld %8lld %8lld\n", name,
		m->id_text, due, state, (long long)m->total, (long long)m->sent,
		(long long)m->refused, (long long)m->skipped, (long long)m->unknown);
}

int command_mailing_list(const struct command_line *line)
{
	SCOPED(mailing_target_release) struct mailing_target t = {0};
	struct err err = {0};

	if (!mailing_target_open(line, false, &t, &err))
		return command_fails(&err);
	printf("%-22s %-8s %-16s %-16s %8s %8s %8s %8s %8s\n", "mailing", "id",
		t.edition->zone, "state", "planned", "sent", "refused", "skipped",
		"unknown");
	for (size_t i = 0; i < t.lines.count; i++)
		print_line(&t.lines.list[i], t.edition->zone);
	return EXIT_SUCCESS;
}

/* One mailing. */

static void print_segments(const char *what, const char *lines)
{
	struct str rest = str_of(lines), name;

	if (!*lines)
		return;
	printf("%s", what);
	for (int n = 0; str_cut(&rest, '\n', &name); n++)
		printf("%s %.*s", n ? "," : "", (int)name.n, name.p);
}

static void print_when(const struct mailing_target *t)
{
	const struct mailing_line *m = t->mailing;
	char due[MAILING_TIME_BYTES], not_after[MAILING_TIME_BYTES],
		leaves[MAILING_TIME_BYTES] = "";
	usec_t at = schedule_mailing(&t->window, m->due, m->not_after, clock_now());
	bool waits = strcmp(m->state, "planned") == 0 || strcmp(m->state, "sending") == 0;

	mailing_time(due, m->due, t->edition->zone);
	mailing_time(not_after, m->not_after, t->edition->zone);
	printf("due        %s (%s)\n", due, t->edition->zone);
	if (m->after_kind)
		printf("delay      %lld days after the end of %s\n",
			(long long)m->after_days, m->after_kind);
	printf("not after  %s\n", not_after);
	if (waits && at == SCHEDULE_NEVER) {
		printf("window     closed until it is too late: barometre mailing reschedule\n");
	} else if (waits) {
		mailing_time(leaves, at, t->edition->zone);
		printf("window     open from %s on\n", leaves);
	}
}

static void print_whom(const struct mailing_line *m)
{
	printf("for        %s", m->audience ? m->audience : "all audiences");
	print_segments("; departments", m->departments);
	print_segments("; types", m->types);
	printf("\nreceived   %s\n", m->received);
	if (m->stop_at_percent)
		printf("stops      when %lld %% of its audience have answered\n",
			(long long)m->stop_at_percent);
	printf("letter     %s\n",
		m->own_letter ? "its own" : "the edition's, or the program's");
}

static bool print_outcomes(struct db *db, const struct mailing_line *m, struct err *err)
{
	SCOPED(outcomes_release) struct outcomes all = {0};

	printf("rows       %lld = %lld to send + %lld on their way + %lld sent + %lld refused + %lld skipped + %lld unknown\n",
		(long long)m->total, (long long)m->planned, (long long)m->claimed,
		(long long)m->sent, (long long)m->refused, (long long)m->skipped,
		(long long)m->unknown);
	if (m->alarm)
		printf("ALARM      it was finished, and its rows do not add up: look at the ledger\n");
	if (m->unknown)
		printf("decide     %lld rows: barometre mailing decide --help\n",
			(long long)m->unknown);
	if (!plan_outcomes(db, &m->id, &all, err))
		return false;
	for (size_t i = 0; i < all.count; i++) {
		const struct outcome_line *o = &all.list[i];
		char code[24] = "";

		if (o->code)
			(void)snprintf(code, sizeof(code), "%lld", (long long)o->code);
		printf("  %-10s %-10s %4s %8lld\n", o->state, o->reason, code,
			(long long)o->n);
	}
	return true;
}

/* A page of the ledger; *at moves. The relay's words are shown without what could be an address. */
static bool print_rows(struct db *db, const struct mailing_target *t, struct id16 *at,
	size_t *ret_count, struct err *err)
{
	struct db_params params = {0};
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;

	db_uuid(&params, &t->mailing->id);
	db_null(&params);
	db_uuid(&params, at);
	db_i64(&params, PAGE);
	if (!db_run(db, &SQL_STAFF_LEDGER, &params, &rows, err))
		return false;
	*ret_count = db_count(rows);
	for (size_t i = 0; i < *ret_count; i++) {
		struct str words = db_str(rows, i, "queue_id"), word;
		char done[MAILING_TIME_BYTES] = "-";

		if (!db_is_null(rows, i, "done_at"))
			mailing_time(done, db_usec(rows, i, "done_at"), t->edition->zone);
		printf("%s %-8s %-10s %-16s %3lld", db_str(rows, i, "short").p,
			db_str(rows, i, "state").p,
			db_is_null(rows, i, "reason") ? "-" : db_str(rows, i, "reason").p,
			done,
			db_is_null(rows, i, "code") ? 0LL
						    : (long long)db_int(rows, i, "code"));
		while (str_cut(&words, ' ', &word))
			printf(" %.*s", memchr(word.p, '@', word.n) ? 1 : (int)word.n,
				memchr(word.p, '@', word.n) ? "…" : word.p);
		putchar('\n');
		if (i + 1 == *ret_count)
			db_get_uuid(rows, i, "contact", at);
	}
	return true;
}

int command_mailing_show(const struct command_line *line)
{
	SCOPED(mailing_target_release) struct mailing_target t = {0};
	struct err err = {0};
	struct id16 at = {0};
	size_t count = 1;

	if (!mailing_target_open(line, true, &t, &err))
		return command_fails(&err);
	SCOPED(free_char)
	char *name = mailing_label(t.mailing), *state = state_of(t.mailing);
	printf("mailing    %s %.8s%s%s\nstate      %s\n", name, t.mailing->id_text,
		*t.mailing->title ? ": " : "", t.mailing->title, state);
	print_when(&t);
	print_whom(t.mailing);
	if (!print_outcomes(t.db, t.mailing, &err))
		return command_fails(&err);
	while (command_flag(line, "--list") && count > 0)
		if (!print_rows(t.db, &t, &at, &count, &err))
			return command_fails(&err);
	return EXIT_SUCCESS;
}

/* The dry run. */

static const struct verdict {
	const char *word, *meaning;
} verdicts[] = {
	{"send", "would get it"},
	{"audience", "of another audience"},
	{"segment", "of another department or type"},
	{"done", "has answered"},
	{"objected", "wants no mail"},
	{"bounced", "cannot be reached"},
	{"received", "what must have left before has not, or something has"},
	{"already", "is in the ledger with this kind already"},
};

static int64_t sum_of(
	const struct dry_run *run, const char *audience, const char *verdict)
{
	int64_t n = 0;

	for (size_t i = 0; i < run->count; i++)
		if ((!audience || strcmp(run->list[i].audience, audience) == 0) &&
			(!verdict || strcmp(run->list[i].verdict, verdict) == 0))
			n += run->list[i].n;
	return n;
}

static void print_sums(const struct dry_run *run, const char *audience)
{
	printf("%s: %lld contacts\n", audience ? audience : "all",
		(long long)sum_of(run, audience, NULL));
	for (size_t v = 0; v < COUNT_OF(verdicts); v++) {
		int64_t n = sum_of(run, audience, verdicts[v].word);

		if (n || v == 0)
			printf("  %-9s %8lld  %s\n", verdicts[v].word, (long long)n,
				verdicts[v].meaning);
	}
}

static void print_groups(const struct dry_run *run)
{
	printf("\n%-16s %-12s %-24s %-9s %8s\n", "audience", "department", "type",
		"verdict", "n");
	for (size_t i = 0; i < run->count; i++) {
		const struct dry_run_line *l = &run->list[i];

		printf("%-16s %-12s %-24s %-9s %8lld\n", l->audience, l->department,
			l->type, l->verdict, (long long)l->n);
	}
}

static bool print_people(struct db *db, const struct id16 *mailing, struct err *err)
{
	struct id16 at = {0};
	size_t count = 1;

	printf("\n%-6s %-16s %-12s %-24s %s\n", "id", "audience", "department", "type",
		"verdict");
	while (count > 0) {
		SCOPED(dry_run_release) struct dry_run page = {0};

		if (!plan_dry_run_rows(db, mailing, &at, PAGE, &page, err))
			return false;
		for (size_t i = 0; i < page.count; i++)
			printf("%-6s %-16s %-12s %-24s %s\n", page.list[i].contact,
				page.list[i].audience, page.list[i].department,
				page.list[i].type, page.list[i].verdict);
		count = page.count;
	}
	return true;
}

int command_mailing_dry_run(const struct command_line *line)
{
	SCOPED(mailing_target_release) struct mailing_target t = {0};
	SCOPED(dry_run_release) struct dry_run run = {0};
	struct err err = {0};

	if (!mailing_target_open(line, true, &t, &err) ||
		!plan_dry_run(t.db, &t.mailing->id, &run, &err))
		return command_fails(&err);
	for (size_t i = 0; i < t.edition->audience_count; i++)
		if (sum_of(&run, t.edition->audiences[i].audience, NULL))
			print_sums(&run, t.edition->audiences[i].audience);
	print_sums(&run, NULL);
	print_groups(&run);
	if (command_flag(line, "--list") && !print_people(t.db, &t.mailing->id, &err))
		return command_fails(&err);
	return EXIT_SUCCESS;
}
