/* SPDX-License-Identifier: Apache-2.0 */
/* commands_coding.h - what the commands of codebooks, of coding and of moderation share. */
#ifndef BAROMETRE_APP_COMMANDS_CODING_H
#define BAROMETRE_APP_COMMANDS_CODING_H

#include "barometre/base/csv.h"
#include "barometre/report/codebook.h"
#include "barometre/store/edition_store.h"
#include "commands.h"

#define CODING_LOGIN "(commande)"
#define CODING_OUTPUT_MAX (64u << 20)

/* The owner's connection, with version 1 of every book of the program in the database. NULL on failure. */
struct db *coding_database(const struct command_line *, struct err *) MUST_USE;

struct coding_world {
	struct db *db;
	struct editions editions;
	const struct edition *edition; /* the first word; counted */
};
bool coding_world_open(
	const struct command_line *, struct coding_world *ret, struct err *) MUST_USE;
void coding_world_close(struct coding_world *); /* idempotent */
/* A query whose only parameter is the edition. */
bool coding_ask(const struct coding_world *, const struct sql *,
	struct db_rows **ret_rows, struct err *) MUST_USE;

/* NULL when there is none. */
const struct question *coding_question(
	const struct edition *, struct str audience, struct str question);

/* A CSV file whose header is exactly these columns, those from `needed` on being optional (then empty); one call a record. */
typedef bool coding_line_fn(void *arg, int line, const struct str *fields, struct err *);
bool coding_read_file(const char *file, const char *const *columns, size_t needed,
	size_t count, coding_line_fn *, void *arg, struct err *) MUST_USE;
#define CODING_COLUMNS_MAX 8

/* A field, always between quotes. What a spreadsheet would take for a formula gets an apostrophe before it (base/csv.h), which
 * coding_read_file takes away again. */
void coding_quote(struct buf *out, struct str);
/* One record a row. */
void coding_write_rows(struct buf *out, const struct db_rows *,
	const char *const *columns, size_t count);
/* To --out FILE or standard output. */
bool coding_print(const struct command_line *, const struct buf *, struct err *) MUST_USE;

/* Texts and themes read from a file verbatim,theme. */
struct coded {
	struct db *db;
	json_t *texts; /* verbatim → [book, version, 1 themes | 2 special] */
	struct codebook *books;
	size_t book_count;
	struct str *ids, *themes;
	size_t count;
};
/* What may be coded: adds a text with its book. */
bool coded_expect(struct coded *, struct str verbatim, struct str book, int64_t version,
	struct err *) MUST_USE;
bool coded_read(struct coded *, const char *file, struct err *) MUST_USE;
void coded_release(struct coded *);

/* What became of a release with the themes that stand. */
struct coding_outcome {
	int64_t version; /* 0: there is none, because no question has all its texts coded */
	bool passed;     /* it may leave */
	struct buf account; /* what was found against it, a line each, in French */
	struct buf
		left; /* questions with some texts coded, which stay as they were; a line each */
};
#define CODING_OUTCOME                                      \
 {                                                          \
  .account = BUF_LIMIT(1 << 20), .left = BUF_LIMIT(1 << 20) \
 }
void coding_outcome_release(struct coding_outcome *);
/* In the caller's transaction; the release is checked. */
bool coding_release(struct db *, const struct edition *, struct coding_outcome *ret,
	struct err *) MUST_USE;

#endif
