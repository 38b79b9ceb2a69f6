/* SPDX-License-Identifier: Apache-2.0 */
/* export_private.h - what the writers of the formats share. */
#ifndef REPORT_EXPORT_PRIVATE_H
#define REPORT_EXPORT_PRIVATE_H

#include "barometre/report/export.h"
#include "export_book.h"

/* Where a file goes: append to `part`, and say out_ready often. After a failure everything is ignored. */
struct export_out {
	export_sink_fn *sink;
	void *arg;
	struct err *err;
	bool failed;
	struct buf part;
};
#define EXPORT_PART 65536            /* bytes that are handed on together */
void out_ready(struct export_out *); /* hands on when there is enough */
void out_flush(struct export_out *);
void out_bytes(struct export_out *, struct str); /* of any size */
/* A small file that people read too; takes `root`. */
void export_put_json(struct buf *, json_t *root);

/* Each writes the whole file. False with err set for its own failures; those of the sink are in `out`. */
typedef bool export_writer_fn(
	struct export_out *, const struct export_source *, const struct book *);
export_writer_fn export_write_csv, export_write_csv_excel, export_write_json,
	export_write_xlsx, export_write_json_stat, export_write_ddi,
	export_write_datapackage;

/* The columns of the tidy CSV, in order. */
enum column {
	COLUMN_EDITION,
	COLUMN_AUDIENCE,
	COLUMN_QUESTION,
	COLUMN_TYPE,
	COLUMN_SEGMENT,
	COLUMN_SEGMENT_VALUE,
	COLUMN_SEGMENT_LABEL,
	COLUMN_OPTION,
	COLUMN_LABEL,
	COLUMN_BASE,
	COLUMN_NOT_ANSWERED,
	COLUMN_NOT_CONCERNED,
	COLUMN_MENTIONS,
	COLUMN_COUNT,
	COLUMN_PERCENT,
	COLUMN_LOW,
	COLUMN_HIGH,
	COLUMN_STATUS,
	COLUMNS
};
struct column_info {
	const char *name, *title, *description; /* the last two in French */
};
extern const struct column_info column_infos[COLUMNS];

/* One cell: a text, a number, or nothing. */
enum cell_kind {
	CELL_TEXT,
	CELL_NUMBER,
	CELL_EMPTY
};
struct export_cell {
	enum cell_kind kind;
	const char *text;
	double number;
	int decimals; /* 0, 1 or 2 */
};
struct export_cell export_cell_of(
	const char *edition, const struct figure *, enum column);
/* Digits by hand, printf would ask the locale for the decimal point. */
void export_number(struct buf *, double value, int decimals, char point);
double export_rounded(double value, int decimals);
/* Fresh: what XML 1.0 has no character for (section 2.2) becomes U+FFFD. */
char *export_xml_text(const char *);
/* As JSON: "…", with escapes. */
void export_json_text(struct buf *, const char *);
void export_json_cell(struct buf *, const struct export_cell *);

/* Tables that two formats hold: the codebook and the account, as rows of texts. */
#define BOOK_COLUMNS 12
#define NOTE_COLUMNS 5
typedef bool table_row_fn(void *arg, const char *const *cells, size_t count);
/* The first row is the header. Stops at false, and says so. */
bool export_book_rows(const struct book *, table_row_fn *, void *arg) MUST_USE;
bool export_note_rows(const struct export_source *, table_row_fn *, void *arg) MUST_USE;

#endif
