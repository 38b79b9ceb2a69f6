/* SPDX-License-Identifier: Apache-2.0 */
/* commands_privacy.c - edition check: what would harm anonymity, before the edition is opened; purge: the end of what is kept for a
 * time only. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/app/privacy_check.h"
#include "barometre/store/privacy_store.h"
#include "commands.h"

#define MAX_OUTPUT (4u << 20)

static bool check_edition(const struct command_line *line, const char *code, bool as_json,
	bool *ret_severe, struct err *err)
{
	SCOPED(db_drop) struct db *db = command_database(line, err);
	SCOPED(editions_release) struct editions editions = {0};
	SCOPED(privacy_findings_release) struct privacy_findings found = {0};
	SCOPED(buf_release) struct buf out = BUF_LIMIT(MAX_OUTPUT);
	const struct edition *edition;

	if (!db)
		return false;
	edition = editions_load_one(db, code, &editions, err);
	if (!edition || !privacy_check(db, edition, line->config, &found, err))
		return false;
	if (as_json)
		privacy_findings_json(&found, edition->code, &out);
	else
		privacy_findings_write(&found, &out);
	fputs(buf_str(&out).p, stdout);
	*ret_severe = privacy_findings_count(&found, PRIVACY_SEVERE) > 0;
	return true;
}

int command_edition_check(const struct command_line *line)
{
	const char *format = command_option(line, "--format");
	struct err err = {0};
	bool severe = false;

	if (format && strcmp(format, "json") != 0 && strcmp(format, "text") != 0) {
		err_set(&err, ERR_INVALID, "--format must be text or json");
		return command_fails(&err);
	}
	if (!check_edition(line, command_word(line, 0),
		    format && strcmp(format, "json") == 0, &severe, &err))
		return command_fails(&err);
	return severe ? err_exit_status(ERR_INVALID) : EXIT_SUCCESS;
}

bool command_privacy_allows(const struct command_line *line, struct db *owner,
	const char *code, struct err *err)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(MAX_OUTPUT);
	const char *despite = command_option(line, "--despite-findings");
	bool allowed;

	if (command_flag(line, "--despite-findings") && !despite)
		despite = ""; /* refused: a reason is missing */
	allowed = privacy_allows(owner, line->config, code, despite, &out, err);
	fputs(buf_str(&out).p, stderr);
	return allowed;
}

static const char *words_of(const char *kind)
{
	static const struct {
		const char *kind, *words;
	} all[] = {
		{"contacts", "adresses de contact"},
		{"bounces", "  dont en échec d’envoi"},
		{"wishes", "souhaits de contact"},
		{"sessions", "sessions de l’équipe"},
		{"tasks", "tâches terminées"},
		{"reports", "empreintes de retours"},
		{"requests", "demandes d’opposition"},
		{"trials", "essais de lettres"},
		{"journal", "lignes du journal"},
		{"objections", "oppositions (gardées)"},
		{"invitations", "invitations"},
		{"deliveries", "envois"},
		{"drafts", "brouillons"},
		{"boxes", "boîtes scellées"},
	};

	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (strcmp(all[i].kind, kind) == 0)
			return all[i].words;
	return kind;
}

/* A column of that many characters, whatever their bytes. */
static void put_column(struct buf *out, const char *text, size_t width)
{
	size_t n = str_count_chars(str_of(text));

	buf_puts(out, text);
	for (; n < width; n++)
		buf_addc(out, ' ');
}

static void put_line(struct buf *out, const struct retention_line *line, bool dry_run)
{
	put_column(out, words_of(line->kind), 26);
	put_column(out, line->edition, 14);
	put_column(out, line->until, 12);
	buf_printf(out, "%9lld %9lld %9lld", (long long)line->before,
		(long long)(dry_run ? line->due : line->deleted),
		(long long)(dry_run ? line->before - line->due : line->after));
	if (line->held)
		buf_printf(out, "  échu, gardé : l’édition n’est pas dépouillée");
	if (line->leftover)
		buf_printf(out, "  ANOMALIE : aurait dû partir avec le dépouillement");
	buf_addc(out, '\n');
}

static void print_report(const struct retention_report *report, bool dry_run)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(MAX_OUTPUT);

	put_column(&out, "", 26);
	put_column(&out, "édition", 14);
	put_column(&out, "jusqu’au", 12);
	buf_puts(&out,
		dry_run ? "    avant       échu     resterait\n"
			: "    avant    effacé     reste\n");
	for (size_t i = 0; i < report->count; i++)
		put_line(&out, &report->list[i], dry_run);
	fputs(buf_str(&out).p, stdout);
}

static bool has_leftovers(const struct retention_report *report)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->list[i].leftover)
			return true;
	return false;
}

/* Deletes, writes the files anew, and counts again over another connection. */
static bool purge(const struct command_line *line, bool dry_run,
	struct retention_report *report, struct err *err)
{
	SCOPED(db_drop) struct db *db = command_database(line, err);
	SCOPED(db_drop) struct db *other = NULL;

	if (!db || !retention_run(db, dry_run, report, err))
		return false;
	if (dry_run)
		return true;
	if (!retention_rewrite(db, err))
		return false;
	other = command_database(line, err);
	return other && retention_verify(other, report, err);
}

int command_purge(const struct command_line *line)
{
	SCOPED(retention_report_release) struct retention_report report = {0};
	bool dry_run = command_flag(line, "--dry-run");
	struct err err = {0};

	if (!purge(line, dry_run, &report, &err))
		return command_fails(&err);
	print_report(&report, dry_run);
	if (dry_run) {
		printf("\nRien n’a été effacé (--dry-run).\n");
	} else if (report.verified) {
		printf("\nVérifié par une nouvelle connexion : plus rien de ce qui était échu ne reste.\n"
		       "Les oppositions sont gardées : ce sont des empreintes sous clé, sans elles on écrirait de nouveau à qui a dit non.\n"
		       "Les sauvegardes et les journaux de PostgreSQL antérieurs sont à effacer à part.\n");
	} else {
		err_set(&err, ERR_BROKEN,
			"something that was due is still there: run barometre purge again, and look for another program that writes to the database");
		return command_fails(&err);
	}
	if (has_leftovers(&report)) {
		err_set(&err, ERR_BROKEN,
			"rows that the count should have removed are still there (see ANOMALIE above): nothing deletes them by itself; see PRIVACY.md, \"After the count\"");
		return command_fails(&err);
	}
	return EXIT_SUCCESS;
}
