/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release_store.h - frozen figures. Written by the keeper, read by staff and exports.
 *
 *   draft --release_set_checked--> checked --release_publish--> published --release_withdraw--> withdrawn
 *
 * Lines, notes and parameters are written once, with the draft, and are what the hash is of. Published: its files are made, and
 * everybody with a right to figures gets these bytes. Withdrawn: nobody gets them any more; the record stays. The check before
 * `checked` is report/release_check.h's; app/publish.h goes from state to state.
 */
#ifndef BAROMETRE_STORE_RELEASE_STORE_H
#define BAROMETRE_STORE_RELEASE_STORE_H

#include "barometre/privacy/disclose.h"
#include "barometre/store/db.h"

/* One line of the tables. Numbers below 0 are empty (withheld or without sense). Lines of a statistic have option "mean",
 * "median" and `value`; in the tidy CSV its column count holds that value. */
struct figure {
	const char *audience, *question, *type;
	const char *
		segment; /* a crossing of the form (form.h), or "" for the whole audience */
	const char *segment_value; /* codes of the group, joined by "+", or "" */
	const char *segment_label; /* what the group is called, or "" */
	const char *option, *label;
	int64_t base, not_answered, not_concerned; /* together: the people of the group */
	int64_t mentions, count, percent;
	bool has_value;
	double value;
	const char *status; /* "", "base_under_threshold", "small_cells", "gathered" */
};
/* What was merged, gathered or withheld, and why; frozen with the release. Texts may be "". */
struct release_note {
	const char *audience, *question, *segment;
	const char *
		code; /* of the reason, for programs: "groups_merged", "crossing_withheld" … (report/release.h) */
	const char *text; /* in French, for people */
};
typedef bool figure_fn(void *arg, const struct figure *, struct err *);
typedef bool release_note_fn(void *arg, const struct release_note *, struct err *);

/* What release_add freezes: borrowed. Texts may be NULL for "". */
struct release_draft {
	const char *edition;
	struct thresholds thresholds;
	const char *kind;   /* "count", "coding", "correction" */
	const char *reason; /* for people, in French */
	const struct figure *figures;
	size_t figure_count;
	const struct release_note *notes;
	size_t note_count;
};
/* A draft, in the caller's transaction; *ret_version is 1 for the first. */
bool release_add(struct db *, const struct release_draft *, int64_t *ret_version,
	struct err *) MUST_USE;

/* Why figures were withdrawn, at most: two or three sentences for whoever asks for them, 300 characters (the page's form counts those) of at
 * most 4 bytes. */
#define WITHDRAWN_WHY_BYTES 1200

struct release_info {
	int64_t version, rows;
	struct thresholds thresholds;
	char kind[16], state[12]; /* "draft", "checked", "published", "withdrawn" */
	char created_on[11];      /* ISO dates; "" when that has not happened */
	char published_on[11], withdrawn_on[11];
	char reason[240], published_by[70], withdrawn_by[70],
		withdrawn_why[WITHDRAWN_WHY_BYTES + 1];
	char refused[4096]; /* what the check said of a draft, or ""; its beginning */
	char hash
		[65]; /* BLAKE2b-256 of kind, parameters, lines and notes, in hexadecimal */
};
/* A release of a version, its lines in order; 0 is the newest that is no draft. ERR_MISSING when there is none. `each` may be NULL: no lines
 * are read. Blocking: commands, keeper. */
bool release_read_version(struct db *, const char *edition, int64_t version,
	struct release_info *ret, figure_fn *each, void *arg, struct err *) MUST_USE;
bool release_read_notes(struct db *, const char *edition, int64_t version,
	release_note_fn *, void *arg, struct err *) MUST_USE;
/* A release in memory, with its own texts; release_unload ends it. version 0 is the newest that is no draft. */
struct release {
	struct release_info info;
	struct figure *figures;
	size_t figure_count;
	struct release_note *notes;
	size_t note_count;
	char **texts; /* one block a line or note */
	size_t text_count, capacity;
};
bool release_load(struct db *, const char *edition, int64_t version, struct release *ret,
	struct err *) MUST_USE;
void release_unload(struct release *); /* idempotent */
/* All of an edition, the newest first; release_infos_free ends the list. */
bool release_list(struct db *, const char *edition, struct release_info **ret_list,
	size_t *ret_count, struct err *) MUST_USE;
void release_infos_free(struct release_info **list);
/* Which is the newest in that state; `state` NULL: of all, drafts too. ERR_MISSING when there is none. */
bool release_newest(struct db *, const char *edition, const char *state,
	int64_t *ret_version, struct err *) MUST_USE;
/* What release_info.hash has to be: of a release that was read, this tells whether anybody touched it. Of releases made before
 * hashes had notes in them it tells nothing. */
void release_hash(const struct release_draft *, char ret[65]);

/* ERR_CONFLICT when the state does not allow it. The journal has who did it. */
bool release_set_checked(struct db *, const char *edition, int64_t version, struct err *)
	MUST_USE;
/* It stays a draft; `account` (French, a line a finding) is shown to staff. */
bool release_set_refused(struct db *, const char *edition, int64_t version,
	const char *account, struct err *) MUST_USE;
/* Its eight files must be there; a newer one must not be out. The edition becomes released. */
bool release_publish(struct db *, const char *edition, int64_t version, const char *login,
	struct err *) MUST_USE;
bool release_withdraw(struct db *, const char *edition, int64_t version,
	const char *login, const char *why, struct err *) MUST_USE;

/* A file of a release; `format` as in the table release_file. One that is there already stays as it is. */
struct release_file {
	const char *format, *name, *media_type;
	struct str bytes;
};
bool release_add_file(struct db *, const char *edition, int64_t version,
	const struct release_file *, struct err *) MUST_USE;
/* How many files are kept of it. */
bool release_count_files(struct db *, const char *edition, int64_t version,
	size_t *ret_count, struct err *) MUST_USE;
/* Of a published release (version 0: the newest), the bytes of one format appended to *out. ERR_MISSING when there is none. */
bool release_read_file(struct db *, const char *edition, int64_t version,
	const char *format, struct buf *out, struct err *) MUST_USE;

/* The columns that a figure is made of, as release/rows has them; borrowed. */
void figure_from_row(struct figure *ret, const struct db_rows *, size_t row);

#endif
