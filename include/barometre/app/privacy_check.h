/* SPDX-License-Identifier: Apache-2.0 */
/*
 * privacy_check.h - what would harm the anonymity of an edition, looked for before it is opened.
 *
 * Four places: the contact list (groups that are known beforehand and too small), the questionnaires (questions that tell who
 * answers), the settings of PostgreSQL as the server has them now (what would write answers, or when they came, somewhere
 * else; what would lose them), and those of this program.
 * Promises: V1 what could not be seen is said to be unchecked, never to be fine. V2 each finding has its remedy, to be copied
 *   where it is a command. V3 no finding names a person or shows an address; groups are named by department and type.
 * SOURCE of the rules on logs, WAL and settings: PostgreSQL 15, chapters "Error Reporting and Logging", "Write Ahead Log",
 *   "Replication"; of the thresholds: include/barometre/privacy/disclose.h; the table of leaks is in PRIVACY.md.
 */
#ifndef BAROMETRE_APP_PRIVACY_CHECK_H
#define BAROMETRE_APP_PRIVACY_CHECK_H

#include "barometre/app/config.h"
#include "barometre/store/edition_store.h"

enum privacy_level {
	PRIVACY_SEVERE,  /* the edition must not be opened like this */
	PRIVACY_WARNING, /* to be mended, or known and accepted */
	PRIVACY_NOTE     /* to be known */
};
struct privacy_finding {
	enum privacy_level level;
	const char
		*rule; /* its kind, for programs: "log-statement", "small-audience", … */
	char *what,
		*remedy; /* French, for people; the remedy is "" where nothing has to be done */
};
struct privacy_findings {
	struct privacy_finding
		*list; /* severe ones first, then in the order they were found */
	size_t count;
};

/* `config` NULL: the settings of the program are not looked at. `owner` is a connection of the schema's owner; the more it may see
 * of the server the less stays unchecked. Nothing is changed. Fails only when the database does. */
bool privacy_check(struct db *owner, const struct edition *, const struct config *,
	struct privacy_findings *ret, struct err *) MUST_USE;
void privacy_findings_release(struct privacy_findings *);
size_t privacy_findings_count(const struct privacy_findings *, enum privacy_level);
/* For people, in French; and for programs:
 *   {"edition":"2026","severe":1,"warnings":0,"notes":2,"findings":[{"level":"severe","rule":"fsync","what":"…","remedy":"…"}]} */
void privacy_findings_write(const struct privacy_findings *, struct buf *out);
void privacy_findings_json(
	const struct privacy_findings *, const char *edition, struct buf *out);

/* The gate of `edition open`: checks a draft and appends what was found to `out`. Severe findings: ERR_INVALID, unless
 * `despite` gives a reason; then the opening goes on, and the journal keeps the reason and the rules that were passed over.
 * An edition that is no draft, or is not there, passes: opening it says so itself. */
bool privacy_allows(struct db *owner, const struct config *, const char *edition,
	const char *despite, struct buf *out, struct err *) MUST_USE;

#endif
