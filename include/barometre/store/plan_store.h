/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_store.h - the plan of mailings: read from a file, looked at, changed. Role owner, blocking: the command line. The staff site calls
 * the same functions of sql/functions/mailing_plan.sql, where each transition is.
 *
 * One mailing in a file (an item of "mail.plan" of an edition file; `mailing add`):
 *   {"kind":"relance1",                         invitation, relance1 … relance3, targeted
 *    "on":"2026-11-16",                         its day, from the opening of the window on; or
 *    "after":{"kind":"invitation","days":14},   so many days after that mailing has been sent to its last contact
 *    "notAfter":"2026-11-20",                   too late from the end of the window of that day on; else when the edition closes
 *    "audience":"patients",                     else all of them
 *    "departments":["31","32"], "types":["CHU"], segments of the contact list; else all
 *    "received":"invitation",                   what must have left for somebody before: anything (no condition), nothing, or a kind;
 *                                               else invitation for a relance, anything for the others
 *    "stopAtPercent":60,                        stops when so many of the contacts of its audience have answered
 *    "title":"Rappel aux CHU"}                  needed by a targeted one; for the team, it is in no letter
 * Of each kind but targeted there is one for all audiences, or one for each that has one: so nobody is invited twice.
 */
#ifndef BAROMETRE_STORE_PLAN_STORE_H
#define BAROMETRE_STORE_PLAN_STORE_H

#include <jansson.h>

#include "barometre/base/window.h"
#include "barometre/store/db.h"
#include "barometre/store/edition_store.h"

#define PLAN_MAX_TARGETED 100 /* also in sql/functions/mailing_plan.sql */
#define PLAN_MAX_MAILINGS 200

/* As read; texts and lists are borrowed from the JSON. */
struct planned_mailing {
	const char *kind, *title, *audience, *received, *after_kind; /* or NULL */
	const json_t *departments, *types;                           /* lists, or NULL */
	int64_t after_days, stop_at_percent;                         /* 0: none */
	usec_t due, not_after;
};
/* What a mailing is read against. */
struct plan_frame {
	const char *file, *zone;
	usec_t opens, closes;
	struct window window;
	const char *const *audiences;
	size_t audience_count;
};
/* A whole plan, checked: due days of delays worked out against the mailings they count from (holidays, window), one kind once for each
 * audience, kinds in their order, every mailing with an open moment before it is too late. `at` is "mail.plan". */
bool plan_read(const struct plan_frame *, const char *at, const json_t *list,
	struct planned_mailing *ret, size_t *ret_count, struct err *) MUST_USE;

/* One mailing more for an edition that is a draft or open, with the source of its letter or NULL. A delay counts from the plan as it is
 * in the database. ERR_CONFLICT: the edition is closed, or these people have that kind already. */
bool plan_add(struct db *, const struct edition *, const char *file, const json_t *object,
	const char *letter, struct id16 *ret, struct err *) MUST_USE;

struct mailing_line {
	struct id16 id;
	char id_text[37]; /* as PostgreSQL writes it */
	char *kind, *title, *state, *received;
	char *audience, *after_kind; /* or NULL */
	char *departments, *types;   /* with a line feed between; "" for all */
	int64_t after_days, stop_at_percent;
	bool paused, alarm, own_letter;
	usec_t due, not_after;
	int64_t total, planned, claimed, sent, refused, skipped, unknown;
};
struct mailing_lines {
	struct mailing_line *list;
	size_t count;
};
/* The plan of an edition in the order of its days. */
bool plan_load(struct db *, const char *edition, struct mailing_lines *ret, struct err *)
	MUST_USE;
void plan_release(struct mailing_lines *);
/* `name` is a kind ("relance1"), a kind and an audience ("relance1:patients"), or the first characters of an id, four at least. Borrowed;
 * NULL with ERR_MISSING, or ERR_INVALID when several fit: the message lists them. */
const struct mailing_line *plan_find(
	const struct mailing_lines *, const char *name, struct err *) MUST_USE;

/* Transitions. ERR_CONFLICT says what does not allow it, ERR_INVALID which date is wrong. */
enum plan_change {
	PLAN_PAUSE,
	PLAN_RESUME,
	PLAN_CANCEL
};
bool plan_change(struct db *, const struct id16 *mailing, enum plan_change, struct err *)
	MUST_USE;
bool plan_send_now(struct db *, const struct id16 *mailing, usec_t now, struct err *)
	MUST_USE;
/* `not_after` 0 keeps it. */
bool plan_reschedule(struct db *, const struct id16 *mailing, usec_t due,
	usec_t not_after, struct err *) MUST_USE;
/* sent, again, give_up; `contact` NULL: all unknown rows. */
bool plan_decide(struct db *, const struct id16 *mailing, const struct id16 *contact,
	const char *decision, int64_t *ret_rows, struct err *) MUST_USE;
/* An unknown row by the first characters of its contact. ERR_MISSING, or ERR_INVALID when several fit. */
bool plan_find_unknown(struct db *, const struct id16 *mailing, const char *prefix,
	struct id16 *ret_contact, struct err *) MUST_USE;

/* Who would get it at this moment, and why the others would not (verdicts: sql/functions/mailing.sql). */
struct dry_run_line {
	char *audience, *department, *type, *verdict;
	int64_t n;
	char contact[7]; /* of a row: the first six characters; else "" */
};
struct dry_run {
	struct dry_run_line *list;
	size_t count;
};
bool plan_dry_run(struct db *, const struct id16 *mailing, struct dry_run *ret,
	struct err *) MUST_USE;
/* Contact by contact, `most` of them behind *at (zeros: from the first), which moves; none left: count 0. */
bool plan_dry_run_rows(struct db *, const struct id16 *mailing, struct id16 *at,
	int64_t most, struct dry_run *ret, struct err *) MUST_USE;
void dry_run_release(struct dry_run *);

/* What became of the rows: counts by state, reason and the relay's code. */
struct outcome_line {
	char *state, *reason; /* reason "" when there is none */
	int64_t code, n;      /* code 0: none */
};
struct outcomes {
	struct outcome_line *list;
	size_t count;
};
bool plan_outcomes(struct db *, const struct id16 *mailing, struct outcomes *ret,
	struct err *) MUST_USE;
void outcomes_release(struct outcomes *);

/* All mail of all editions. */
bool mail_hold(struct db *, struct err *) MUST_USE;
bool mail_release(struct db *, struct err *) MUST_USE;
struct mail_state {
	char held[16]; /* "", "asked", "restored" */
	usec_t since;
};
bool mail_state_load(struct db *, struct mail_state *ret, struct err *) MUST_USE;

#endif
