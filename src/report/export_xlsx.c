/* SPDX-License-Identifier: Apache-2.0 */
/* A release as a workbook: the only door to libxlsxwriter. Needs a temporary folder (export.h). */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "barometre/report/statistics.h"
#include "export_private.h"

/* What Excel takes in one cell ("Excel specifications and limits"). */
#define CELL_CHARACTERS 32767
#define SHEET_ROWS 1048576u

struct sheet {
	lxw_worksheet *page;
	lxw_format *bold;
	lxw_row_t row;
	struct export_out *out; /* err */
	bool failed;
};

static bool fail(struct sheet *s, const char *why)
{
	if (!s->failed)
		err_set(s->out->err, ERR_BROKEN, "cannot make the workbook: %s", why);
	s->failed = true;
	return false;
}

/* Bytes of the longest beginning of at most that many characters. */
static size_t beginning(const char *text, size_t characters)
{
	size_t n = 0;

	for (; text[n]; n++)
		if (((unsigned char)text[n] & 0xC0) != 0x80 && characters-- == 0)
			break;
	return n;
}

static void put_text(struct sheet *s, lxw_col_t column, const char *text)
{
	SCOPED(free_char) char *clean = export_xml_text(text);
	lxw_error status;

	clean[beginning(clean, CELL_CHARACTERS)] = '\0';
	status = worksheet_write_string(
		s->page, s->row, column, clean, s->row == 0 ? s->bold : NULL);
	if (status != LXW_NO_ERROR)
		fail(s, lxw_strerror(status));
}

static void put_number(struct sheet *s, lxw_col_t column, double number)
{
	lxw_error status = worksheet_write_number(s->page, s->row, column, number, NULL);

	if (status != LXW_NO_ERROR)
		fail(s, lxw_strerror(status));
}

static bool next_row(struct sheet *s)
{
	if (++s->row >= SHEET_ROWS)
		return fail(s, "a sheet has no more than 1048576 lines");
	return !s->failed;
}

static bool put_row(void *arg, const char *const *cells, size_t count)
{
	struct sheet *s = arg;

	for (size_t i = 0; i < count; i++)
		if (*cells[i] || s->row == 0)
			put_text(s, (lxw_col_t)i, cells[i]);
	return next_row(s);
}

#define NO_FOLDER "it needs a temporary folder that can be written (TMPDIR, /tmp)"

/* In the order of the workbook. Each is a temporary file. */
static bool sheet_begin(struct sheet *s, lxw_workbook *book, const char *name,
	const double *widths, size_t count)
{
	s->page = workbook_add_worksheet(book, name);
	if (!s->page)
		return fail(s, NO_FOLDER);
	worksheet_freeze_panes(s->page, 1, 0);
	for (size_t i = 0; i < count; i++)
		worksheet_set_column(
			s->page, (lxw_col_t)i, (lxw_col_t)i, widths[i], NULL);
	return true;
}

/* ---- the sheets ---- */

static bool write_figures(struct sheet *s, const struct export_source *source)
{
	for (size_t c = 0; c < COLUMNS; c++)
		put_text(s, (lxw_col_t)c, column_infos[c].title);
	for (size_t i = 0; next_row(s) && i < source->figure_count; i++)
		for (size_t c = 0; c < COLUMNS; c++) {
			const struct export_cell cell = export_cell_of(
				source->edition, &source->figures[i], (enum column)c);
			if (cell.kind == CELL_NUMBER)
				put_number(s, (lxw_col_t)c,
					export_rounded(cell.number, cell.decimals));
			else if (cell.kind == CELL_TEXT && *cell.text)
				put_text(s, (lxw_col_t)c, cell.text);
		}
	return !s->failed;
}

static bool put_pair(struct sheet *s, const char *name, const char *value)
{
	const char *const cells[] = {name, value};

	return put_row(s, cells, COUNT_OF(cells));
}

static bool put_count(struct sheet *s, const char *name, int64_t number)
{
	put_text(s, 0, name);
	put_number(s, 1, (double)number);
	return next_row(s);
}

static bool write_manifest(struct sheet *s, const struct export_source *source)
{
	const struct release_info *info = source->info;
	bool ok = put_pair(s, "Élément", "Valeur") &&
		put_pair(s, "Titre", source->title) &&
		put_pair(s, "Édition", source->edition) &&
		put_count(s, "Version", info->version) &&
		put_pair(s, "Date", info->created_on) &&
		put_pair(s, "Empreinte (BLAKE2b-256)", info->hash) &&
		put_count(s, "Lignes", (int64_t)source->figure_count) &&
		put_count(s, "Seuil : base minimale", info->thresholds.min_base) &&
		put_count(s, "Seuil : effectif minimal (questions sensibles)",
			info->thresholds.min_cell) &&
		put_count(s, "Seuil : coalition", info->thresholds.coalition) &&
		put_pair(s, "Intervalles", STATISTICS_INTERVAL_LABEL);

	for (size_t i = 0; i < COLUMNS && ok; i++) {
		SCOPED(free_char)
		char *name = x_printf("Colonne « %s » (%s)", column_infos[i].title,
			column_infos[i].name);
		ok = put_pair(s, name, column_infos[i].description);
	}
	for (size_t i = 0; i < book_status_count && ok; i++) {
		SCOPED(free_char)
		char *name = x_printf("Statut « %s »", book_statuses[i].code);
		ok = put_pair(s, name, book_statuses[i].text);
	}
	return ok;
}

static bool write_sheets(struct export_out *out, lxw_workbook *workbook,
	const struct export_source *source, const struct book *book)
{
	static const double figures[COLUMNS] = {
		9, 14, 22, 11, 16, 14, 24, 16, 40, 8, 12, 14, 9, 9, 12, 11, 11, 20};
	static const double codes[BOOK_COLUMNS] = {
		14, 24, 22, 11, 30, 60, 50, 9, 9, 16, 40, 8};
	static const double notes[NOTE_COLUMNS] = {14, 22, 16, 22, 100};
	static const double pairs[] = {48, 100};
	lxw_format *bold = workbook_add_format(workbook);
	struct sheet data = {.bold = bold, .out = out}, grid = data, account = data,
		     manifest = data;

	format_set_bold(bold);
	if (!sheet_begin(&data, workbook, "Données", figures, COUNT_OF(figures)) ||
		!sheet_begin(&grid, workbook, "Grille", codes, COUNT_OF(codes)) ||
		!sheet_begin(&account, workbook, "Notes", notes, COUNT_OF(notes)) ||
		!sheet_begin(&manifest, workbook, "Manifeste", pairs, COUNT_OF(pairs)))
		return false;
	worksheet_autofilter(data.page, 0, 0,
		(lxw_row_t)(source->figure_count < SHEET_ROWS ? source->figure_count
							      : SHEET_ROWS - 1),
		COLUMNS - 1);
	return write_figures(&data, source) && export_book_rows(book, put_row, &grid) &&
		export_note_rows(source, put_row, &account) &&
		write_manifest(&manifest, source);
}

/* 1980-01-01: a file is no older for having been made later. */
#define CREATED 315532800

static void set_properties(lxw_workbook *workbook, const struct export_source *source)
{
	SCOPED(free_char) char *title = x_strdup(source->title);
	/* Excel shows 255 characters of it. */
	title[beginning(title, 255)] = '\0';
	SCOPED(free_char) char *clean = export_xml_text(title);
	lxw_doc_properties properties = {.title = clean, .created = CREATED};

	workbook_set_properties(workbook, &properties);
}

static bool read_all(struct export_out *out, int fd)
{
	SCOPED(free_char) char *part = x_alloc(EXPORT_PART);
	ssize_t n;

	for (off_t at = 0; !out->failed; at += n) {
		n = pread(fd, part, EXPORT_PART, at);
		if (n < 0)
			return err_set(out->err, ERR_BROKEN,
				"cannot read the workbook: %s", strerror(errno));
		if (n == 0)
			break;
		out_bytes(out, (struct str){part, (size_t)n});
	}
	return true;
}

static bool write_book(struct export_out *out, const struct export_source *source,
	const struct book *book, const char *path)
{
	lxw_workbook_options options = {.constant_memory = LXW_TRUE};
	lxw_workbook *workbook = workbook_new_opt(path, &options);
	must(workbook);
	lxw_error status;

	set_properties(workbook, source);
	if (!write_sheets(out, workbook, source, book)) {
		lxw_workbook_free(workbook);
		return false;
	}
	status = workbook_close(workbook);
	return status == LXW_NO_ERROR ||
		err_set(out->err, ERR_BROKEN, "cannot make the workbook: %s; " NO_FOLDER,
			lxw_strerror(status));
}

bool export_write_xlsx(struct export_out *out, const struct export_source *source,
	const struct book *book)
{
	int fd = memfd_create("workbook", MFD_CLOEXEC);
	bool ok;

	if (fd < 0)
		return err_set(out->err, ERR_BROKEN, "cannot make the workbook: %s",
			strerror(errno));
	SCOPED(free_char) char *path = x_printf("/proc/self/fd/%d", fd);
	ok = write_book(out, source, book, path) && read_all(out, fd);
	(void)close(fd);
	return ok;
}
