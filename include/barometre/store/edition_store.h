/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edition_store.h - editions: draft → open → closed → counted → released (states in order, no way back).
 *
 *   draft  --edition_open-->  open  --edition_close-->  closed  --count-->  counted
 *   counted  --release_publish-->  released
 * One function a transition; each bumps edition.revision, which the processes poll to reload.
 */
#ifndef BAROMETRE_STORE_EDITION_STORE_H
#define BAROMETRE_STORE_EDITION_STORE_H

#include "barometre/form/form.h"
#include "barometre/privacy/disclose.h"
#include "barometre/store/db.h"

struct edition_audience {
	char *audience;
	struct form *form;
	bool open_link;
	char **channels; /* NULL-terminated */
};
/* The last day each is kept (store/privacy_store.h); dates of the edition's zone. */
struct retention {
	struct civil contacts_until, wishes_until;
	int journal_months;
};
struct edition {
	char *code, *title, *zone, *state;
	usec_t opens, closes;
	struct thresholds thresholds;
	bool count_partials;
	bool custodians;        /* they have the counting key, and the server has not */
	size_t custodian_count; /* 0 until the key is made */
	bool has_count_key; /* from its opening on; with custodians from the making of the key on */
	struct public_key count_key, trustee_key;
	json_t *mail; /* window and plan as created: {"window":{"days":[…],"from":"09:00","to":"18:00"},"plan":[…]} */
	struct retention retention;
	struct edition_audience *audiences;
	size_t audience_count;
};
struct editions {
	struct edition *list;
	size_t count;
	int64_t revision;
};

/* Everything, forms parsed. Any role. */
bool editions_load(struct db *, struct editions *ret, struct err *) MUST_USE;
void editions_release(struct editions *);
const struct edition *editions_find(
	const struct editions *, struct str code); /* or NULL */
/* Everything, and the one of that code, borrowed from it; NULL with ERR_MISSING when there is none. */
const struct edition *editions_load_one(
	struct db *, const char *code, struct editions *ret, struct err *) MUST_USE;
const struct edition_audience *edition_audience_find(
	const struct edition *, struct str audience); /* or NULL */
/* One an audience, in its order; free() the list. */
const struct form **edition_forms(const struct edition *);

/* From an edition file: checks everything, stores forms by hash, mailings of the plan as planned. Owner.
 *   {"code":"2026","title":"…","zone":"Europe/Paris","opens":"2026-11-01","closes":"2027-01-31",
 *    "thresholds":{"minBase":11,"minCell":5},"countPartials":true,"keys":"server",
 *    "audiences":[{"audience":"associations","form":"forms/associations.json","openLink":true,"channels":["newsletter"]}],
 *    "mail":{"window":{"days":[1,2,3,4,5],"from":"09:00","to":"18:00","holidays":"fr"},
 *            "plan":[{"kind":"invitation","on":"2026-11-02"},{"kind":"relance1","on":"2026-11-16","notAfter":"2026-11-20"}]}}
 * "keys": "custodians" (each has a file and a passphrase: barometre key make) or "server" (the weaker choice: the key lies in the key
 * folder, and respondents are told so). `opens` is the first second of its day in the zone, `closes` the last one of its day. The window is closed on the
 * public holidays of France unless "holidays" is "none" (base/window.h). What a mailing of the plan can say: plan_store.h; each audience
 * has invitation, relance1, relance2, relance3 in this order, which may end early. "channels" may be left out. A relative form path
 * starts at the current folder, or, when nothing is there, at share/barometre of the installation.
 * "retention" may be there too: privacy_store.h.
 * Errors name the file, the key and the remedy. */
bool edition_create(struct db *, json_t *definition, const char *file,
	const struct public_key *trustee, struct err *) MUST_USE;
/* ERR_MISSING: no such edition; ERR_CONFLICT: not a draft, not open; of an edition with custodians, also while one of them has not been
 * verified, there are fewer than two, or `count_key` is not the one that was made. Open: owner; close: owner or keeper; planned mail
 * of a closed edition is skipped, reason closed. */
bool edition_open(struct db *, const char *code, const struct public_key *count_key,
	struct err *) MUST_USE;
bool edition_close(struct db *, const char *code, struct err *) MUST_USE;

/* Async: the revision now, to compare (bigint column "revision"); it grows with every change of any edition. */
extern const struct sql SQL_EDITION_REVISION;

#endif
