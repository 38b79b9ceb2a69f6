/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export.h - a frozen release as files, all from one codebook. Same release, same bytes: whatever the locale, the time zone, the hour
 * (of xlsx and datapackage: with the same zlib and libxlsxwriter, for they are compressed; what is served is made once and stored).
 *
 * Lines of participation (participation.h) are among `figures`: a rate is a line with a value of its own, and a disposition a count that has
 * no base. The release hash is of the lines that the release froze, not of these: theirs is the record hash of the manifest.
 *
 * The codebook is made of the lines and the forms together: for every question of the release its wording, short label, type, universe
 * (who it is asked of, in words), the options with their labels, and the codes that are out of the base. Every format but ddi tells all
 * lines of the release; none computes a figure but the interval (statistics.h, figure_interval: 95 %, indicative), to a tenth of a percent.
 *
 * csv          Tidy: a line per figure. UTF-8 without BOM, comma, CRLF (RFC 4180 section 2.1), a field with a comma, quote, CR or LF is
 *              quoted and its quotes doubled (2.6, 2.7). Columns, by name:
 *                edition audience question type segment segment_value segment_label option label base not_answered not_concerned
 *                mentions count percent low high status
 *              Digits and a decimal point; empty when withheld or without sense. Of a line with a value of its own (mean, median, rate) the
 *              column count is that value with two decimals. Cells beginning with = + - @ are left as they are:
 *              programs read this file, and nothing that a respondent typed is in it.
 * csv-excel    The same for a spreadsheet set to French: BOM, semicolon, decimal comma, CRLF; a text that a spreadsheet could take for a
 *              formula (first character = + - @ TAB or CR; OWASP, "CSV Injection") gets an apostrophe before it.
 * xlsx         Office Open XML (ECMA-376): sheets Données, Grille (codebook), Notes (what was merged, gathered, withheld), Manifeste. True
 *              numbers, texts never formulas, first line frozen, no merged cell. libxlsxwriter needs a temporary folder
 *              (TMPDIR, else /tmp): the keeper and commands have one; a process whose files are confined (confine.h) does not.
 * json         RFC 8259: {"edition", "title", "version", "created", "thresholds", "hash", "statuses", "codebook", "notes", "rows"}; numbers as
 *              numbers, empty ones null, texts as texts ("" when there is none).
 * json-stat    JSON-stat 2.0 (json-stat.org/full): a collection of one dataset per question and segment. Dimensions edition (role time), group
 *              (role geo for departments), option, measure (role metric: count, percent, low, high, base, value); null is
 *              withheld, with status "c" (confidential, as of SDMX CL_OBS_STATUS), or without sense, with none. value is there where lines
 *              have one of their own, and in every cube of a rate, also of one that cannot be told.
 * ddi          DDI-Codebook 2.6 (ddialliance.org): stdyDscr, fileDscr, and for each question a var with its wording, universe, categories, their
 *              frequencies, and base; of the whole audience. A statistic or rate is a sumStat. IDs are made of audience and question: stable across editions.
 * datapackage  Data Package 2.0 (datapackage.org): a zip of datapackage.json, figures.csv, codebook.csv, notes.csv, LISEZMOI.txt. Every
 *              entry is of 1980-01-01, the first date a zip can tell (APPNOTE 4.4.6).
 *
 * csv, csv-excel and json leave piece by piece and keep no line: memory does not grow with them. xlsx keeps its rows in temporary
 * files, json-stat and ddi one question, datapackage the compressed file.
 */
#ifndef BAROMETRE_REPORT_EXPORT_H
#define BAROMETRE_REPORT_EXPORT_H

#include "barometre/base/buf.h"
#include "barometre/form/form.h"
#include "barometre/store/release_store.h"

enum export_format {
	EXPORT_CSV,
	EXPORT_CSV_EXCEL,
	EXPORT_XLSX,
	EXPORT_JSON,
	EXPORT_JSON_STAT,
	EXPORT_DDI,
	EXPORT_DATAPACKAGE,
	EXPORT_FORMATS
};
/* "csv", "csv-excel", "xlsx", "json", "json-stat", "ddi", "datapackage". */
const char *export_name(enum export_format);
bool export_format_parse(const char *, enum export_format *ret) MUST_USE;
const char *export_media_type(enum export_format);
/* Fresh: "barometre-2026-v1.csv". */
char *export_file_name(enum export_format, const char *edition, int64_t version);

/* What all files are made of; borrowed. Texts are UTF-8. */
struct export_source {
	const char *edition, *title;
	const struct release_info *info;
	const struct figure *figures; /* in the order of the release */
	size_t figure_count;
	const struct release_note *notes;
	size_t note_count;
	const struct form *const *forms; /* in French, of the audiences of the edition */
	size_t form_count;
	const char *
		record_hash; /* of the count (count_store.h), hex; NULL when there is none */
};
/* Gets the file part by part, in order. False ends the writing. */
typedef bool export_sink_fn(void *arg, struct str part, struct err *);
bool export_write(enum export_format, const struct export_source *, export_sink_fn *,
	void *arg, struct err *) MUST_USE;

/* The manifest, JSON: edition, version, release hash, record hash (null when there is none), thresholds, lines in all and of each audience, notes, and name, media type, bytes
 * and BLAKE2b-256 of every file. */
struct export_file {
	const char *format, *name, *media_type;
	size_t bytes;
	char hash[65]; /* lower-case hex */
};
#define EXPORT_MANIFEST "manifest"
#define EXPORT_MANIFEST_MEDIA_TYPE "application/json"
char *export_manifest_name(const char *edition, int64_t version); /* fresh */
void export_manifest(const struct export_source *, const struct export_file *,
	size_t count, struct buf *out);

#endif
