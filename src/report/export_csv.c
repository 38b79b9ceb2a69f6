/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a release as CSV: for programs, and for a spreadsheet set to French. */
#include "barometre/base/csv.h"
#include "export_private.h"

static void add_header(struct buf *out, char comma)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		buf_puts(out, column_infos[i].name);
		if (i + 1 < COLUMNS)
			buf_addc(out, comma);
	}
	buf_puts(out, "\r\n");
}

static void tidy_row(struct buf *out, const char *edition, const struct figure *f)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		const struct export_cell cell = export_cell_of(
			edition, f, (enum column)i);

		if (i > 0)
			buf_addc(out, ',');
		if (cell.kind == CELL_TEXT)
			buf_csv(out, cell.text);
		else if (cell.kind == CELL_NUMBER)
			export_number(out, cell.number, cell.decimals, '.');
	}
	buf_puts(out, "\r\n");
}

bool export_write_csv(struct export_out *out, const struct export_source *source,
	const struct book *book)
{
	(void)book;
	add_header(&out->part, ',');
	for (size_t i = 0; i < source->figure_count && !out->failed; i++) {
		tidy_row(&out->part, source->edition, &source->figures[i]);
		out_ready(out);
	}
	return true;
}

/* ---- for a spreadsheet ---- */

static void add_quoted(struct buf *out, const char *text)
{
	bool formula = csv_is_formula(str_of(text));

	if (!formula && !strpbrk(text, ";,\"\t\r\n")) {
		buf_puts(out, text);
		return;
	}
	buf_puts(out, formula ? "\"'" : "\"");
	for (; *text; text++) {
		if (*text == '"')
			buf_addc(out, '"');
		buf_addc(out, *text);
	}
	buf_addc(out, '"');
}

static void excel_row(struct buf *out, const char *edition, const struct figure *f)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		const struct export_cell cell = export_cell_of(
			edition, f, (enum column)i);

		if (i > 0)
			buf_addc(out, ';');
		if (cell.kind == CELL_TEXT)
			add_quoted(out, cell.text);
		else if (cell.kind == CELL_NUMBER)
			export_number(out, cell.number, cell.decimals, ',');
	}
	buf_puts(out, "\r\n");
}

bool export_write_csv_excel(struct export_out *out, const struct export_source *source,
	const struct book *book)
{
	(void)book;
	buf_puts(&out->part, "\xEF\xBB\xBF");
	add_header(&out->part, ';');
	for (size_t i = 0; i < source->figure_count && !out->failed; i++) {
		excel_row(&out->part, source->edition, &source->figures[i]);
		out_ready(out);
	}
	return true;
}
