/* SPDX-License-Identifier: Apache-2.0 */
/* commands_mailing.h - what the commands on mailings share. */
#ifndef BAROMETRE_APP_COMMANDS_MAILING_H
#define BAROMETRE_APP_COMMANDS_MAILING_H

#include "barometre/store/plan_store.h"
#include "commands.h"

/* "CODE" or "CODE MAILING" of the command line, found. Zero-initialise. */
struct mailing_target {
	struct db *db;
	struct editions editions;
	const struct edition *edition;
	struct window window;
	struct mailing_lines lines;
	const struct mailing_line *mailing; /* NULL when the line names none */
};
bool mailing_target_open(const struct command_line *, bool with_mailing,
	struct mailing_target *, struct err *) MUST_USE;
void mailing_target_release(struct mailing_target *);

/* "2026-11-16 09:00" in the zone of the edition. */
#define MAILING_TIME_BYTES 64
void mailing_time(char out[MAILING_TIME_BYTES], usec_t, const char *zone);
/* "relance1", "relance1:patients" */
char *mailing_label(const struct mailing_line *);
/* --yes on the line, or "yes" typed at the terminal after the question. */
bool mailing_confirmed(const struct command_line *, const char *question, struct err *)
	MUST_USE;
#endif
