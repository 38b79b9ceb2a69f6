/* SPDX-License-Identifier: Apache-2.0 */
/* staff_mail.h - what the pages about mail share: words, one mailing as data of a page, dates that people type. */
#ifndef BAROMETRE_WEB_STAFF_MAIL_H
#define BAROMETRE_WEB_STAFF_MAIL_H

#include "staff_private.h"

/* Shown of a contact: so many characters of its random id. */
#define CONTACT_CHARS 6
#define LEDGER_PAGE 100

/* ---- staff_mailing_words.c ---- */

/* « Patients des départements 31 et 32 qui ont reçu l’invitation »; lists are lines. To be freed. */
char *mailing_population(const struct staff_step *, struct str audience,
	struct str departments, struct str types, struct str received);
/* « Relance 1 », or what a targeted mailing is called. */
const char *mailing_name(const struct db_rows *, size_t row);
/* What a function of the plan has answered, when it is not "done". */
const char *mailing_refusal(struct str outcome);
/* The line of the journal in words; to be freed. */
char *mail_journal_words(struct str action, struct str detail);

/* ---- staff_mailing_data.c ---- */

/* One row of staff/mailing or staff/mailings, of the edition and with the labels of the step, as data of a page. */
json_t *mailing_data(const struct staff_step *, const struct db_rows *, size_t row);
/* "31/01/2027" or "2027-01-31". */
bool mailing_parse_day(struct str, struct civil *ret) MUST_USE;
/* What kind of field shows this again: of dates, or, when it would show nothing, of text. */
const char *mailing_day_field(const char *typed);
/* "2027-01-31", as a field of dates wants it. */
char *mailing_day(usec_t, const char *zone);
/* The edition's window opens on that day, or ends: on the last day of the edition when the edition does. */
usec_t mailing_opening(const struct staff_edition *, struct civil day);
usec_t mailing_ending(const struct staff_edition *, struct civil day);
/* The first instant from `due` on when the window is open; `due` when there is none before `not_after`. */
usec_t mailing_departure(const struct staff_edition *, usec_t due, usec_t not_after);
/* « de 9 h à 18 h ». To be freed. */
char *mailing_hours(const struct staff_edition *);

/* What is wrong in a form, for the summary before it: one line for each that has a text, in the order of the fields, with the id of its
 * field ("" for none). */
struct mailing_problem {
	const char *field, *text;
};
json_t *mailing_problems(const struct mailing_problem *, size_t count);

/* The words of the banner, when all mail is held, from a row of staff/mail_state: or false. */
json_t *mail_held_data(const struct db_rows *, const char *zone);

/* ---- staff_mailing.c ---- */

/* The mailing of parts[0] and its edition: in step->edition, step->labels, and step->content (mailing_data); then `next`. Otherwise
 * replies. */
void mailing_find(struct staff_step *, staff_fn *next);
void mailing_missing(struct staff_step *);
/* The table of a dry run by audience, from rows of audience, verdict, n; `list`: where its rows are listed, or NULL. */
json_t *mailing_trial(
	const struct staff_step *, const struct db_rows *, const char *list);

#endif
