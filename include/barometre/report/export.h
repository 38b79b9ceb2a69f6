/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export.h - releases as files. Same release, same bytes, whatever the locale.
 *
 * CSV (tidy): UTF-8 without BOM, comma, lines end with CRLF (RFC 4180 section 2.1), a field with a comma, quote, CR or LF
 * is quoted and its quotes doubled (2.6, 2.7). A header line, then the columns in this order:
 *   edition,audience,question,type,segment,segment_value,option,label,base,mentions,count,percent,status
 * Numbers: digits, decimal point; empty when withheld or without sense. Of "mean" and "median" the column count is the
 * value with two decimals, base and mentions as everywhere.
 * Cells beginning with = + - @ are left as they are: programs read this file, labels come from the forms and nothing
 * that a respondent typed is in it. A file made for spreadsheets is another format.
 *
 * JSON (RFC 8259): {"edition","version","thresholds":{"min_base","min_cell"},"created","rows":[{…the same names…}]};
 * numbers as numbers, empty ones null, texts as texts ("" when there is none).
 */
#ifndef BAROMETRE_REPORT_EXPORT_H
#define BAROMETRE_REPORT_EXPORT_H

#include "barometre/base/buf.h"
#include "barometre/store/release_store.h"

enum export_format {
	EXPORT_CSV,
	EXPORT_JSON
};
/* "csv", "json". */
bool export_format_parse(const char *, enum export_format *ret) MUST_USE;
const char *export_content_type(enum export_format);
/* Piece by piece, so that a large release streams: begin, row…, end, each appends to `out`. Texts must be UTF-8. */
void export_begin(struct buf *out, enum export_format, const char *edition,
	const struct release_info *);
void export_row(struct buf *out, enum export_format, const char *edition,
	const struct figure *, bool first);
void export_end(struct buf *out, enum export_format, const struct release_info *);

#endif
