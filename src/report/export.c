/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the formats, what their writers share, and the manifest. */
#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "barometre/report/statistics.h"
#include "export_private.h"

struct format {
	const char *name, *media_type, *extension;
	export_writer_fn *write;
	bool needs_book;
};
/* Sources: RFC 4180 section 3; RFC 8259 section 11 (no charset); ECMA-376; json-stat.org/format (JSON); RFC 7303 for
 * XML; APPNOTE for zip (IANA application/zip). */
static const struct format formats[EXPORT_FORMATS] = {
	[EXPORT_CSV] = {"csv", "text/csv; charset=utf-8; header=present", ".csv",
		export_write_csv, false},
	[EXPORT_CSV_EXCEL] = {"csv-excel", "text/csv; charset=utf-8; header=present",
		"-excel.csv", export_write_csv_excel, false},
	[EXPORT_XLSX] = {"xlsx",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		".xlsx", export_write_xlsx, true},
	[EXPORT_JSON] = {"json", "application/json", ".json", export_write_json, true},
	[EXPORT_JSON_STAT] = {"json-stat", "application/json", "-json-stat.json",
		export_write_json_stat, true},
	[EXPORT_DDI] = {"ddi", "application/xml", "-ddi.xml", export_write_ddi, true},
	[EXPORT_DATAPACKAGE] = {"datapackage", "application/zip", "-datapackage.zip",
		export_write_datapackage, true},
};

const char *export_name(enum export_format format)
{
	return formats[format].name;
}

bool export_format_parse(const char *name, enum export_format *ret)
{
	for (size_t i = 0; i < EXPORT_FORMATS; i++) {
		if (strcmp(formats[i].name, name) != 0)
			continue;
		*ret = (enum export_format)i;
		return true;
	}
	return false;
}

const char *export_media_type(enum export_format format)
{
	return formats[format].media_type;
}

char *export_file_name(enum export_format format, const char *edition, int64_t version)
{
	return x_printf("barometre-%s-v%lld%s", edition, (long long)version,
		formats[format].extension);
}

char *export_manifest_name(const char *edition, int64_t version)
{
	return x_printf("barometre-%s-v%lld-manifest.json", edition, (long long)version);
}

/* ---- where it goes ---- */

void out_flush(struct export_out *out)
{
	must(!out->part.failed);
	if (!out->failed && out->part.n > 0)
		out->failed = !out->sink(out->arg, buf_str(&out->part), out->err);
	buf_clear(&out->part);
}

void out_ready(struct export_out *out)
{
	if (out->part.n >= EXPORT_PART)
		out_flush(out);
}

void out_bytes(struct export_out *out, struct str bytes)
{
	out_flush(out);
	while (!out->failed && bytes.n > 0) {
		struct str part = {
			bytes.p, bytes.n < EXPORT_PART ? bytes.n : EXPORT_PART};
		out->failed = !out->sink(out->arg, part, out->err);
		bytes = (struct str){bytes.p + part.n, bytes.n - part.n};
	}
}

/* One line has a few texts of forms, each far below this. */
#define PART_LIMIT (64u << 20)

bool export_write(enum export_format format, const struct export_source *source,
	export_sink_fn *sink, void *arg, struct err *err)
{
	struct export_out out = {
		.sink = sink, .arg = arg, .err = err, .part = BUF_LIMIT(PART_LIMIT)};
	locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0), former;
	struct book book = {0};
	bool ok;

	must(plain != (locale_t)0);
	/* Libraries print numbers by the locale of the thread. */
	former = uselocale(plain);
	if (formats[format].needs_book)
		book_make(&book, source);
	ok = formats[format].write(&out, source, &book);
	if (ok)
		out_flush(&out);
	book_release(&book);
	buf_release(&out.part);
	(void)uselocale(former);
	freelocale(plain);
	return ok && !out.failed;
}

/* ---- cells ---- */

const struct column_info column_infos[COLUMNS] = {
	{"edition", "Édition", "Code de l’édition de l’enquête"},
	{"audience", "Public", "Code du questionnaire (public interrogé)"},
	{"question", "Question",
		"Nom de la question ; « question.ligne » pour une ligne de grille"},
	{"type", "Type",
		"Nature de la question : single (choix unique), multiple (choix "
		"multiples), matrix (ligne de grille), scale (échelle), number (nombre), "
		"locality (territoire), calculated (valeur calculée), ranking et rank "
		"(classement), text (texte libre), count (nombre de réponses par personne), synthesis (synthèse), identifying, total (effectif), "
		"disposition (ce que sont devenues les personnes de la liste), rate (taux de réponse)"},
	{"segment", "Croisement",
		"Variable de croisement ; vide pour l’ensemble du public"},
	{"segment_value", "Groupe",
		"Codes du groupe, reliés par « + » s’ils sont réunis"},
	{"segment_label", "Libellé du groupe", "Nom du groupe"},
	{"option", "Modalité",
		"Code de la modalité ; mean, median, q1, q3 : moyenne, médiane, quartiles ; "
		"rr1, rr2, rr5, rr6 : taux de réponse de l’AAPOR"},
	{"label", "Libellé", "Libellé de la modalité"},
	{"base", "Base",
		"Personnes concernées qui ont répondu à la question ; dénominateur d’un taux de réponse"},
	{"not_answered", "Sans réponse", "Personnes concernées qui n’ont pas répondu"},
	{"not_concerned", "Non concernées",
		"Personnes à qui la question n’est pas posée, "
		"ou qui se disent non concernées"},
	{"mentions", "Mentions",
		"Nombre total de réponses (plusieurs possibles par personne)"},
	{"count", "Effectif",
		"Personnes qui ont choisi la modalité ; valeur de la moyenne, de la médiane, du quartile, ou du taux (en pourcentage)"},
	{"percent", "Pourcentage", "Effectif sur base, arrondi à l’entier"},
	{"low", "Borne basse",
		"Intervalle indicatif à 95 % (Wilson), en pourcentage : borne basse"},
	{"high", "Borne haute",
		"Intervalle indicatif à 95 % (Wilson), en pourcentage : borne haute"},
	{"status", "Statut",
		"Vide si le chiffre est publié ; sinon pourquoi il ne l’est pas"},
};

static struct export_cell text_cell(const char *text)
{
	return (struct export_cell){.kind = CELL_TEXT, .text = text};
}

static struct export_cell number_cell(double number, int decimals)
{
	return (struct export_cell){
		.kind = CELL_NUMBER, .number = number, .decimals = decimals};
}

static struct export_cell people_cell(int64_t n)
{
	return n < 0 ? (struct export_cell){.kind = CELL_EMPTY}
		     : number_cell((double)n, 0);
}

static struct export_cell count_cell(const struct figure *f)
{
	if (!f->has_value)
		return people_cell(f->count);
	return isfinite(f->value) ? number_cell(f->value, 2)
				  : (struct export_cell){.kind = CELL_EMPTY};
}

static struct export_cell bound_cell(const struct figure *f, bool is_high)
{
	double low, high;

	if (!figure_interval(f, &low, &high))
		return (struct export_cell){.kind = CELL_EMPTY};
	return number_cell(is_high ? high : low, 1);
}

struct export_cell export_cell_of(
	const char *edition, const struct figure *f, enum column column)
{
	switch (column) {
	case COLUMN_EDITION:
		return text_cell(edition);
	case COLUMN_AUDIENCE:
		return text_cell(f->audience);
	case COLUMN_QUESTION:
		return text_cell(f->question);
	case COLUMN_TYPE:
		return text_cell(f->type);
	case COLUMN_SEGMENT:
		return text_cell(f->segment);
	case COLUMN_SEGMENT_VALUE:
		return text_cell(f->segment_value);
	case COLUMN_SEGMENT_LABEL:
		return text_cell(f->segment_label);
	case COLUMN_OPTION:
		return text_cell(f->option);
	case COLUMN_LABEL:
		return text_cell(f->label);
	case COLUMN_BASE:
		return people_cell(f->base);
	case COLUMN_NOT_ANSWERED:
		return people_cell(f->not_answered);
	case COLUMN_NOT_CONCERNED:
		return people_cell(f->not_concerned);
	case COLUMN_MENTIONS:
		return people_cell(f->mentions);
	case COLUMN_COUNT:
		return count_cell(f);
	case COLUMN_PERCENT:
		return people_cell(f->percent);
	case COLUMN_LOW:
		return bound_cell(f, false);
	case COLUMN_HIGH:
		return bound_cell(f, true);
	case COLUMN_STATUS:
		return text_cell(f->status);
	case COLUMNS:
		break;
	}
	must(column < COLUMNS);
	return (struct export_cell){.kind = CELL_EMPTY};
}

void export_number(struct buf *out, double value, int decimals, char point)
{
	static const long long scales[] = {1, 10, 100};
	long long scale = scales[decimals], whole, size;

	if (decimals == 0 || fabs(value) > 9e13) {
		buf_printf(out, "%.0f", value);
		return;
	}
	whole = llround(value * (double)scale);
	size = whole < 0 ? -whole : whole;
	buf_printf(out, "%s%lld%c%0*lld", whole < 0 ? "-" : "", size / scale, point,
		decimals, size % scale);
}

double export_rounded(double value, int decimals)
{
	static const double scales[] = {1, 10, 100};

	return fabs(value) > 9e13 ? value
				  : round(value * scales[decimals]) / scales[decimals];
}

char *export_xml_text(const char *text)
{
	struct buf out = BUF_LIMIT(1 << 26);
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		/* U+FFFE and U+FFFF are EF BF BE and EF BF BF. */
		bool last = c == 0xEF && (unsigned char)text[i + 1] == 0xBF &&
			(unsigned char)text[i + 2] >= 0xBE;

		if (last)
			i += 2;
		if (last || (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
			buf_puts(&out, "\xEF\xBF\xBD");
		else
			buf_addc(&out, text[i]);
	}
	must(!out.failed);
	return buf_take(&out);
}

void export_json_text(struct buf *out, const char *text)
{
	json_t *string = json_string(text);
	must(string);
	char *written = json_dumps(string, JSON_ENCODE_ANY);
	must(written);
	buf_puts(out, written);
	free(written);
	json_decref(string);
}

void export_json_cell(struct buf *out, const struct export_cell *cell)
{
	switch (cell->kind) {
	case CELL_TEXT:
		export_json_text(out, cell->text);
		break;
	case CELL_NUMBER:
		export_number(out, cell->number, cell->decimals, '.');
		break;
	case CELL_EMPTY:
		buf_puts(out, "null");
		break;
	}
}

/* ---- tables that several formats hold ---- */

bool export_book_rows(const struct book *book, table_row_fn *row, void *arg)
{
	static const char *const header[BOOK_COLUMNS] = {"audience", "audience_label",
		"question", "type", "label", "wording", "universe", "sensitive",
		"several_answers", "option", "option_label", "in_base"};

	if (!row(arg, header, BOOK_COLUMNS))
		return false;
	for (size_t i = 0; i < book->count; i++) {
		const struct book_variable *v = &book->variables[i];
		for (size_t k = 0; k < v->option_count; k++) {
			const struct book_option *o = &v->options[k];
			const char *const cells[BOOK_COLUMNS] = {v->audience,
				v->audience_label, v->name, v->type, v->label, v->wording,
				v->universe, v->sensitive ? "1" : "0",
				v->several_answers ? "1" : "0", o->code, o->label,
				o->out_of_base ? "0" : "1"};
			if (!row(arg, cells, BOOK_COLUMNS))
				return false;
		}
	}
	return true;
}

bool export_note_rows(const struct export_source *source, table_row_fn *row, void *arg)
{
	static const char *const header[NOTE_COLUMNS] = {
		"audience", "question", "segment", "code", "text"};

	if (!row(arg, header, NOTE_COLUMNS))
		return false;
	for (size_t i = 0; i < source->note_count; i++) {
		const struct release_note *n = &source->notes[i];
		const char *const cells[NOTE_COLUMNS] = {
			n->audience, n->question, n->segment, n->code, n->text};
		if (!row(arg, cells, NOTE_COLUMNS))
			return false;
	}
	return true;
}

/* ---- the manifest ---- */

static json_t *lines_of_audiences(const struct export_source *source)
{
	json_t *lines = json_object();

	for (size_t i = 0; i < source->figure_count; i++) {
		const char *audience = source->figures[i].audience;
		json_int_t n = json_integer_value(json_object_get(lines, audience));

		must(json_object_set_new(lines, audience, json_integer(n + 1)) == 0);
	}
	return lines;
}

void export_put_json(struct buf *out, json_t *root)
{
	char *text;

	must(root);
	text = json_dumps(root, JSON_INDENT(2));
	must(text);
	buf_puts(out, text);
	buf_addc(out, '\n');
	free(text);
	json_decref(root);
}

void export_manifest(const struct export_source *source, const struct export_file *files,
	size_t count, struct buf *out)
{
	const struct release_info *info = source->info;
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		must(json_array_append_new(list,
			     json_pack("{s:s, s:s, s:s, s:I, s:s}", "format",
				     files[i].format, "name", files[i].name, "media_type",
				     files[i].media_type, "bytes",
				     (json_int_t)files[i].bytes, "blake2b_256",
				     files[i].hash)) == 0);
	json_t *root = json_pack(
		"{s:s, s:s, s:I, s:s, s:s, s:s?, s:{s:I, s:I, s:I}, s:I, s:o, s:I, s:o}",
		"edition", source->edition, "title", source->title, "version",
		(json_int_t)info->version, "created", info->created_on, "release_hash",
		info->hash, "record_hash", source->record_hash, "thresholds", "min_base",
		(json_int_t)info->thresholds.min_base, "min_cell",
		(json_int_t)info->thresholds.min_cell, "coalition",
		(json_int_t)info->thresholds.coalition, "lines",
		(json_int_t)source->figure_count, "lines_of_audiences",
		lines_of_audiences(source), "notes", (json_int_t)source->note_count,
		"files", list);
	export_put_json(out, root);
}
