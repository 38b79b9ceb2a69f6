/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv.h - the text of a CSV file, one record after another (RFC 4180, and what spreadsheets make of it).
 *
 * A quote opens a quoted field only at its start; within, "" is a quote and line ends belong to the value. A bare
 * quote elsewhere is text. A record ends with LF or CRLF. Nothing is copied but the fields of one record.
 */
#ifndef BAROMETRE_BASE_CSV_H
#define BAROMETRE_BASE_CSV_H

#include "barometre/base/buf.h"
#include "barometre/base/err.h"

/* UTF-8 without BOM of bytes that are UTF-8 or Windows-1252. ERR_INVALID in French with the remedy. */
bool csv_decode(struct str bytes, struct buf *ret_text, struct err *) MUST_USE;

#define CSV_FIELDS 64
struct csv {
	struct str rest;
	char separator;
	int line;          /* of the next record's first line, from 1 */
	struct buf values; /* of this record, one after another */
};
/* What one record holds: borrowed until the next call. */
struct csv_record {
	struct str field[CSV_FIELDS];
	size_t count;
	int line;
	bool blank;
};

/* `text` stays the caller's. The separator is the one of ";" and "," that the first line has more of. */
void csv_init(struct csv *, struct str text);
void csv_release(struct csv *);
enum csv_result {
	CSV_RECORD,
	CSV_END,
	CSV_UNCLOSED /* a quote is never closed; the rest is lost */,
	CSV_TOO_WIDE
};
enum csv_result csv_next(struct csv *, struct csv_record *ret);

/* What a spreadsheet would take for a formula: = + - @ or their full-width forms come first, or TAB, CR or LF, which are skipped before one
 * (OWASP, "CSV Injection"). It is written with an apostrophe before it. */
bool csv_is_formula(struct str);

#endif
