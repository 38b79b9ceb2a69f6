/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/mail/contact_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "barometre/base/csv.h"
#include "barometre/base/fold.h"
#include "barometre/mail/address.h"

#define FOLDED_BYTES ((size_t)16384) /* fold_name reads 4 KiB and may lengthen them */

enum column {
	COLUMN_EMAIL,
	COLUMN_NAME,
	COLUMN_AUDIENCE,
	COLUMN_DEPARTMENT,
	COLUMN_TYPE,
	COLUMN_COUNT
};

/* As fold_name gives them. */
static const struct {
	const char *name;
	enum column column;
} header_names[] = {
	{"email", COLUMN_EMAIL},
	{"e mail", COLUMN_EMAIL},
	{"mail", COLUMN_EMAIL},
	{"courriel", COLUMN_EMAIL},
	{"adresse", COLUMN_EMAIL},
	{"adresse email", COLUMN_EMAIL},
	{"adresse e mail", COLUMN_EMAIL},
	{"adresse mail", COLUMN_EMAIL},
	{"adresse electronique", COLUMN_EMAIL},
	{"adresse courriel", COLUMN_EMAIL},
	{"nom", COLUMN_NAME},
	{"name", COLUMN_NAME},
	{"public", COLUMN_AUDIENCE},
	{"audience", COLUMN_AUDIENCE},
	{"departement", COLUMN_DEPARTMENT},
	{"type", COLUMN_TYPE},
};
static const char *const column_title[COLUMN_COUNT] = {
	"email", "nom", "public", "departement", "type"};

struct reader {
	struct csv csv;
	size_t place[COLUMN_COUNT]; /* CSV_FIELDS when there is no such column */
	size_t width;
	const char *const *audiences;
	struct contact_file *file;
	size_t capacity, error_capacity, unlisted;
};

static void PRINTF_LIKE(3, 4)
	complain(struct reader *r, int line, const char *format, ...)
{
	char text[300];
	va_list args;
	struct contact_file *f = r->file;

	if (f->error_count >= CONTACT_FILE_ERRORS) {
		r->unlisted++;
		return;
	}
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (f->error_count == r->error_capacity) {
		r->error_capacity = r->error_capacity ? r->error_capacity * 2 : 16;
		f->errors = x_realloc(f->errors, r->error_capacity * sizeof(*f->errors));
	}
	f->errors[f->error_count++] = line > 0
		? x_printf("ligne %d\u202F: %s", line, text)
		: x_strdup(text);
}

static void read_column(struct reader *r, struct str name, size_t place)
{
	struct buf folded = BUF_LIMIT(FOLDED_BYTES);

	fold_name(&folded, name);
	for (size_t i = 0; i < COUNT_OF(header_names); i++) {
		enum column column = header_names[i].column;
		if (!str_eq_z(buf_str(&folded), header_names[i].name))
			continue;
		if (r->place[column] < CSV_FIELDS)
			complain(r, 1, "la colonne «\u202F%s\u202F» apparaît deux fois",
				column_title[column]);
		r->place[column] = place;
		break;
	}
	buf_release(&folded);
}

/* False when the lines below cannot be understood. */
static bool read_header(struct reader *r)
{
	struct csv_record record = {0};
	enum csv_result result = csv_next(&r->csv, &record);

	for (size_t i = 0; i < COLUMN_COUNT; i++)
		r->place[i] = CSV_FIELDS;
	if (result == CSV_END || (result == CSV_RECORD && record.blank))
		complain(r, 0,
			"la première ligne est vide\u202F: elle doit nommer les colonnes (email, nom, "
			"public, departement, type)");
	else if (result == CSV_UNCLOSED)
		complain(r, 1, "un guillemet n’est pas refermé");
	else if (result == CSV_TOO_WIDE)
		complain(r, 1, "plus de %d colonnes", CSV_FIELDS);
	if (r->file->error_count > 0)
		return false;
	for (size_t i = 0; i < record.count; i++)
		read_column(r, record.field[i], i);
	r->width = record.count;
	if (r->place[COLUMN_EMAIL] == CSV_FIELDS)
		complain(r, 1, "il manque la colonne «\u202Femail\u202F»");
	if (r->place[COLUMN_AUDIENCE] == CSV_FIELDS)
		complain(r, 1, "il manque la colonne «\u202Fpublic\u202F»");
	return r->file->error_count == 0;
}

static struct str field_of(
	const struct reader *r, const struct csv_record *record, enum column column)
{
	size_t place = r->place[column];
	return place < record->count ? record->field[place] : STR("");
}

/* Spreadsheets use the trailing columns of a line as they like: empty ones are no fault. */
static bool check_width(struct reader *r, const struct csv_record *record)
{
	size_t used = record->count;

	while (used > r->width && record->field[used - 1].n == 0)
		used--;
	if (used == r->width)
		return true;
	complain(r, record->line, "%zu colonnes au lieu de %zu", used, r->width);
	return false;
}

/* A copy without control characters (C0, DEL, C1, the line and paragraph separators) and
 * without the marks that turn the direction of a text. */
static char *clean_copy(struct str s)
{
	struct buf b = BUF_LIMIT(s.n + 1);

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		unsigned char c1 = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
		unsigned char c2 = i + 2 < s.n ? (unsigned char)s.p[i + 2] : 0;
		bool separator = c == 0xE2 && c1 == 0x80 && c2 >= 0xA8 && c2 <= 0xAE;
		bool isolate = c == 0xE2 && c1 == 0x81 && c2 >= 0xA6 && c2 <= 0xA9;

		if (separator || isolate) {
			buf_addc(&b, ' ');
			i += 2;
		} else if (c == 0xC2 && c1 >= 0x80 && c1 < 0xA0) {
			buf_addc(&b, ' ');
			i += 1;
		} else {
			buf_addc(&b, c < ' ' || c == 0x7F ? ' ' : (char)c);
		}
	}
	char *copy = str_dup(str_trim(buf_str(&b)));
	buf_release(&b);
	return copy;
}

/* As jansson writes it within quotes. */
static size_t json_length(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == '"' || *s == '\\' ? 2 : 1;
	return n;
}

static bool read_email(
	struct reader *r, const struct csv_record *record, struct contact_line *line)
{
	struct buf send = BUF_LIMIT(ADDRESS_MAX), compare = BUF_LIMIT(ADDRESS_MAX);
	struct err err = {0};
	bool ok = address_normalise(
		field_of(r, record, COLUMN_EMAIL), &send, &compare, &err);

	if (!ok)
		complain(r, record->line, "%s", err.text);
	line->email = buf_take(&send);
	line->compare = buf_take(&compare);
	return ok;
}

static bool read_audience(
	struct reader *r, const struct csv_record *record, struct contact_line *line)
{
	struct str field = field_of(r, record, COLUMN_AUDIENCE);

	if (field.n == 0) {
		complain(r, record->line, "le public manque");
		return false;
	}
	struct buf folded = BUF_LIMIT(FOLDED_BYTES);
	fold_name(&folded, field);
	for (size_t i = 0; r->audiences[i] && !line->audience; i++)
		if (str_eq_z(buf_str(&folded), r->audiences[i]))
			line->audience = x_strdup(r->audiences[i]);
	buf_release(&folded);
	if (!line->audience)
		complain(r, record->line, "ce public n’existe pas dans l’édition");
	return line->audience != NULL;
}

static bool check_length(
	struct reader *r, int line, size_t n, size_t most, const char *what)
{
	if (n > most)
		complain(r, line, "%s est trop long", what);
	return n <= most;
}

static bool check_lengths(struct reader *r, const struct contact_line *c)
{
	bool name = check_length(
		r, c->line, json_length(c->name), CONTACT_NAME_BYTES, "le nom");
	bool department = check_length(
		r, c->line, strlen(c->department), CONTACT_FIELD_BYTES, "le département");
	bool type = check_length(
		r, c->line, strlen(c->type), CONTACT_FIELD_BYTES, "le type");

	return name && department && type;
}

static void release_line(struct contact_line *line)
{
	free(line->email);
	free(line->compare);
	free(line->name);
	free(line->audience);
	free(line->department);
	free(line->type);
}

static void read_line(struct reader *r, const struct csv_record *record)
{
	struct contact_file *f = r->file;
	struct contact_line line = {.line = record->line};

	if (!check_width(r, record))
		return;
	line.name = clean_copy(field_of(r, record, COLUMN_NAME));
	line.department = clean_copy(field_of(r, record, COLUMN_DEPARTMENT));
	line.type = clean_copy(field_of(r, record, COLUMN_TYPE));
	/* All three, not the first: each fault of a line is told. */
	bool address = read_email(r, record, &line);
	bool audience = read_audience(r, record, &line);
	bool lengths = check_lengths(r, &line);
	if (!address || !audience || !lengths) {
		release_line(&line);
		return;
	}
	if (f->count == r->capacity) {
		r->capacity = r->capacity ? r->capacity * 2 : 64;
		f->lines = x_realloc(f->lines, r->capacity * sizeof(*f->lines));
	}
	f->lines[f->count++] = line;
}

static void read_lines(struct reader *r)
{
	struct csv_record record = {0};
	size_t records = 0;

	for (;;) {
		int line = r->csv.line;
		enum csv_result result = csv_next(&r->csv, &record);
		if (result == CSV_END)
			return;
		if (result == CSV_UNCLOSED) {
			complain(r, line, "un guillemet n’est pas refermé");
			return;
		}
		if (result == CSV_TOO_WIDE) {
			complain(r, line, "plus de %d colonnes", CSV_FIELDS);
			continue;
		}
		if (record.blank)
			continue;
		if (++records > CONTACT_FILE_LINES) {
			complain(r, line,
				"plus de %d contacts\u202F: partagez le fichier",
				CONTACT_FILE_LINES);
			return;
		}
		read_line(r, &record);
	}
}

/* By address, audience, line. */
static int compare_lines(const void *a, const void *b)
{
	const struct contact_line *x = *(const struct contact_line *const *)a;
	const struct contact_line *y = *(const struct contact_line *const *)b;
	int order = strcmp(x->compare, y->compare);

	if (order == 0)
		order = strcmp(x->audience, y->audience);
	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static int compare_errors(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (x[0] > y[0]) - (x[0] < y[0]);
}

/* Somebody on the list twice is for the person who made it to sort out: the names may differ. */
static void find_repeated(struct reader *r)
{
	struct contact_file *f = r->file;
	const struct contact_line **sorted = x_calloc(f->count + 1, sizeof(*sorted));
	int(*repeated)[2] = x_calloc(f->count + 1, sizeof(*repeated));
	size_t count = 0, first = 0;

	for (size_t i = 0; i < f->count; i++)
		sorted[i] = &f->lines[i];
	qsort(sorted, f->count, sizeof(*sorted), compare_lines);
	for (size_t i = 1; i < f->count; i++) {
		if (strcmp(sorted[i]->compare, sorted[first]->compare) != 0 ||
			strcmp(sorted[i]->audience, sorted[first]->audience) != 0) {
			first = i;
			continue;
		}
		repeated[count][0] = sorted[i]->line;
		repeated[count++][1] = sorted[first]->line;
	}
	qsort(repeated, count, sizeof(*repeated), compare_errors);
	for (size_t i = 0; i < count; i++)
		complain(r, repeated[i][0], "même adresse et même public que la ligne %d",
			repeated[i][1]);
	free(repeated);
	free(sorted);
}

bool contact_file_parse(
	struct str bytes, const char *const *audiences, struct contact_file *ret)
{
	struct buf text = BUF_LIMIT(3 * CONTACT_FILE_BYTES);
	struct reader r = {.audiences = audiences, .file = ret};
	struct err err = {0};

	*ret = (struct contact_file){0};
	if (bytes.n > CONTACT_FILE_BYTES) {
		complain(&r, 0, "le fichier dépasse 64 Mio\u202F: partagez-le");
	} else if (!csv_decode(bytes, &text, &err)) {
		complain(&r, 0, "%s", err.text);
	} else {
		csv_init(&r.csv, buf_str(&text));
		if (read_header(&r)) {
			read_lines(&r);
			find_repeated(&r);
		}
		csv_release(&r.csv);
	}
	if (r.unlisted > 0) {
		/* In place of the last one listed. */
		char **last = &ret->errors[ret->error_count - 1];
		free(*last);
		*last = x_printf("… et %zu autres erreurs", r.unlisted + 1);
	}
	buf_release(&text);
	return ret->error_count == 0;
}

void contact_file_release(struct contact_file *f)
{
	for (size_t i = 0; i < f->count; i++)
		release_line(&f->lines[i]);
	for (size_t i = 0; i < f->error_count; i++)
		free(f->errors[i]);
	free(f->lines);
	free(f->errors);
	*f = (struct contact_file){0};
}
