/* SPDX-License-Identifier: Apache-2.0 */
/* commands.h - the commands of the program as data: one row each, one function each. */
#ifndef BAROMETRE_APP_COMMANDS_H
#define BAROMETRE_APP_COMMANDS_H

#include <jansson.h>

#include "barometre/app/config.h"
#include "barometre/store/release_store.h"

struct command_line {
	const struct config *config; /* NULL for commands that need none */
	char **words;                /* what stands behind the command's own words */
	int count;
};

/* Returns the exit status; prints its own errors. */
typedef int command_fn(const struct command_line *);

struct command {
	const char *name; /* "serve", "edition create" */
	const char *arguments, *summary, *details;
	int min_words;
	bool needs_config;
	command_fn *run;
};

/* Prints "barometre: …" and gives the exit status of the code. */
int command_fails(const struct err *);
/* "--name VALUE" among the words; NULL when absent. */
const char *command_option(const struct command_line *, const char *name);
bool command_flag(const struct command_line *, const char *name);
/* The number of a version of a `thing` that has a command "list": "release", "codebook". 0 for NULL: the newest. */
bool command_version(const char *word, const char *thing, int64_t *ret, struct err *)
	MUST_USE;
/* ERR_CONFLICT of one that is not published, with what there is to do; or that was withdrawn, with why. */
bool command_is_out(const struct release_info *, const char *edition, struct err *)
	MUST_USE;
/* The n-th word that is neither an option nor an option's value, from 0; NULL when there are fewer. */
const char *command_word(const struct command_line *, int n);
struct db *command_database(const struct command_line *, struct err *) MUST_USE;
/* At most 64 MiB; "-" is standard input. */
bool command_read_file(const char *file, struct buf *out, struct err *) MUST_USE;
/* On standard output, to the last byte. ERR_LIMIT when the buffer was too small, ERR_BROKEN when it cannot be written. */
bool command_print(const struct buf *, struct err *) MUST_USE;

command_fn command_migrate, command_serve, command_check_form, command_check_config;
command_fn command_edition_create, command_edition_open, command_edition_close,
	command_edition_list, command_count, command_record;
command_fn command_contacts_import, command_link, command_wishes;
command_fn command_mailing_list, command_mailing_show, command_mailing_dry_run,
	command_mailing_add, command_mailing_pause, command_mailing_resume,
	command_mailing_cancel, command_mailing_now, command_mailing_reschedule,
	command_mailing_decide;
command_fn command_mail_hold, command_mail_release, command_mail_state;
command_fn command_published_import, command_published_list, command_published_export,
	command_compare, command_weigh;
command_fn command_export;
command_fn command_coding_export, command_coding_import, command_coding_assign,
	command_coding_carry, command_coding_status, command_coding_disagreements,
	command_coding_decide, command_coding_release, command_coding_agreement;
command_fn command_codebook_list, command_codebook_show, command_codebook_import,
	command_codebook_diff;
command_fn command_verbatim_review, command_verbatim_import, command_verbatim_export;
command_fn command_release_list, command_release_show, command_release_check,
	command_release_publish, command_release_withdraw;
command_fn command_account_create;
command_fn command_api_key_create, command_api_key_list, command_api_key_revoke;
command_fn command_key_make, command_key_test, command_key_list;
command_fn command_participation;
command_fn command_bounce, command_contacts_object;
command_fn command_edition_check, command_purge, command_doctor, command_rehearse;

/* command_fails; a mail server's pipe gets EX_TEMPFAIL instead, so that it keeps the message. */
int command_bounce_fails(const struct command_line *, const struct err *);

/* The privacy check before an opening (app/privacy_check.h): prints what was found on standard error, in French; false when it
 * is severe and the line has no --despite-findings "REASON". */
bool command_privacy_allows(const struct command_line *, struct db *owner,
	const char *edition, struct err *) MUST_USE;

#endif
