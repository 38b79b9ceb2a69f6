/* SPDX-License-Identifier: Apache-2.0 */
/* published.c - the file of an earlier edition, and what was printed of an option. */
#include "barometre/report/published.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "barometre/base/csv.h"

#define MAX_NUMBER 1e9

enum column {
	COLUMN_AUDIENCE,
	COLUMN_QUESTION,
	COLUMN_OPTION,
	COLUMN_MEASURE,
	COLUMN_VALUE,
	COLUMN_NUMBER,
	COLUMN_BASE,
	COLUMN_UNIT,
	COLUMN_WORDING,
	COLUMN_LABEL,
	COLUMN_SOURCE,
	COLUMN_KNOWN_ERROR,
	COLUMN_COUNT
};
static const char *const columns[COLUMN_COUNT] = {"audience", "question", "option",
	"measure", "value", "number", "base", "unit", "wording", "label", "source",
	"known_error"};
static const char *const measures[] = {"respondents", "responses", "contacted",
	"response_rate", "percent", "count", "mean", "base", "ratio", "rank", "surveys",
	"reminders", NULL};

struct reading {
	const char *file;
	struct published *list;
	struct err *err;
};

static bool refuse(const struct reading *r, int line, const char *format, ...)
	PRINTF_LIKE(3, 4);
static bool refuse(const struct reading *r, int line, const char *format, ...)
{
	char text[300];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_set_line(r->err, ERR_INVALID, line, "%s:%d: %s", r->file, line, text);
}

static bool read_header(const struct reading *r, const struct csv_record *record)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		if (i >= record->count || !str_eq_z(record->field[i], columns[i]))
			return refuse(r, record->line,
				"column %zu must be \"%s\": write the header as forms/README.md has it",
				i + 1, columns[i]);
	return true;
}

static bool is_name(struct str s, bool may_be_empty)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') &&
			!(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '_')
			return false;
	return (s.n > 0 || may_be_empty) && s.n <= 60;
}

/* "12,5" is 12.5 and "1 687" is 1687: what is printed must be the number. */
static bool says(struct str value, double number)
{
	char plain[40];
	size_t n = 0;
	double said;

	for (size_t i = 0; i < value.n && n + 1 < sizeof(plain); i++)
		if (value.p[i] != ' ')
			plain[n++] = value.p[i] == ',' ? '.' : value.p[i];
	return str_parse_decimal((struct str){plain, n}, &said) &&
		fabs(said - number) < 1e-9;
}

static bool read_numbers(const struct reading *r, const struct csv_record *record,
	struct published_line *line)
{
	struct str number = record->field[COLUMN_NUMBER],
		   base = record->field[COLUMN_BASE], value = record->field[COLUMN_VALUE];
	uint64_t people = 0;

	line->has_number = number.n > 0;
	line->base = -1;
	if (value.n == 0)
		return refuse(r, record->line, "the value is empty: write it as printed");
	if (line->has_number &&
		(!str_parse_decimal(number, &line->number) ||
			fabs(line->number) > MAX_NUMBER))
		return refuse(r, record->line,
			"the number \"%.*s\" is none: write digits and a point",
			(int)(number.n < 30 ? number.n : 30), number.p);
	if (line->has_number && !says(value, line->number))
		return refuse(r, record->line,
			"the value is not the number: what was printed is never corrected, "
			"write the error into known_error");
	if (line->has_number == str_eq_z(record->field[COLUMN_MEASURE], "ratio"))
		return refuse(r, record->line,
			"a ratio has no number, and any other measure has one");
	if (base.n > 0 &&
		(!str_parse_u64(base, &people) || people > (uint64_t)MAX_NUMBER))
		return refuse(r, record->line,
			"the base is a number of people, or empty where it was not printed");
	if (base.n > 0)
		line->base = (int64_t)people;
	return true;
}

/* The key of a line: what was printed of the same thing, twice, would be read by chance. */
static bool is_new(const struct published *list, const struct published_line *line)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct published_line *other = &list->lines[i];

		if (strcmp(other->audience, line->audience) == 0 &&
			strcmp(other->question, line->question) == 0 &&
			strcmp(other->measure, line->measure) == 0 &&
			(strcmp(other->label, line->label) == 0 ||
				(line->option[0] &&
					strcmp(other->option, line->option) == 0)))
			return false;
	}
	return true;
}

static bool read_record(const struct reading *r, const struct csv_record *record)
{
	SCOPED(buf_release) struct buf texts = BUF_LIMIT(1 << 20);
	struct published_line line = {0};
	size_t at[COLUMN_COUNT];

	if (record->count != COLUMN_COUNT)
		return refuse(r, record->line,
			"there are %zu columns, not %d: quote a text that holds a comma",
			record->count, COLUMN_COUNT);
	if (!is_name(record->field[COLUMN_AUDIENCE], false) ||
		!is_name(record->field[COLUMN_QUESTION], false) ||
		!is_name(record->field[COLUMN_OPTION], true))
		return refuse(r, record->line,
			"audience, question and option are of a-z, 0-9 and _: write what was "
			"printed into wording and label");
	if (!str_is_one_of(record->field[COLUMN_MEASURE], measures))
		return refuse(r, record->line,
			"the measure is unknown: forms/README.md lists them");
	if (record->field[COLUMN_SOURCE].n == 0)
		return refuse(r, record->line,
			"the source is missing: say where it was printed");
	if (!read_numbers(r, record, &line))
		return false;
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		at[i] = texts.n;
		buf_add(&texts, record->field[i]);
		buf_bytes(&texts, "", 1);
	}
	if (texts.failed)
		return refuse(r, record->line, "the line is too long: shorten its texts");
	line.audience = texts.p + at[COLUMN_AUDIENCE];
	line.question = texts.p + at[COLUMN_QUESTION];
	line.option = texts.p + at[COLUMN_OPTION];
	line.measure = texts.p + at[COLUMN_MEASURE];
	line.value = texts.p + at[COLUMN_VALUE];
	line.unit = texts.p + at[COLUMN_UNIT];
	line.wording = texts.p + at[COLUMN_WORDING];
	line.label = texts.p + at[COLUMN_LABEL];
	line.source = texts.p + at[COLUMN_SOURCE];
	line.known_error = texts.p + at[COLUMN_KNOWN_ERROR];
	if (!is_new(r->list, &line))
		return refuse(r, record->line,
			"the same measure of the same option or label stands above: remove one");
	published_add(r->list, &line);
	return true;
}

static bool read_all(struct csv *csv, const struct reading *r)
{
	struct csv_record record = {0};
	bool header = true;

	for (;;) {
		enum csv_result result = csv_next(csv, &record);

		if (result == CSV_END)
			break;
		if (result == CSV_TOO_WIDE)
			return refuse(r, record.line,
				"there are too many columns, not %d", COLUMN_COUNT);
		if (result == CSV_UNCLOSED)
			return refuse(r, record.line, "a quote is not closed: close it");
		if (record.blank)
			continue;
		if (!(header ? read_header(r, &record) : read_record(r, &record)))
			return false;
		header = false;
	}
	return r->list->count > 0 || refuse(r, 1, "there is no line: nothing to import");
}

bool published_parse(struct str csv, const char *edition, const char *file,
	struct published *ret, struct err *err)
{
	SCOPED(published_release) struct published list = {0};
	SCOPED(buf_release) struct buf text = BUF_LIMIT(1 << 24);
	const struct reading r = {file, &list, err};
	uint64_t year;
	struct csv records;
	bool ok;

	if (strlen(edition) != 4 || !str_parse_u64(str_of(edition), &year))
		return err_set(err, ERR_INVALID,
			"\"%.40s\" is no edition: its file is called after its year, as 2023.csv",
			edition);
	snprintf(list.edition, sizeof(list.edition), "%s", edition);
	if (!str_is_utf8(csv) || !csv_decode(csv, &text, err))
		return refuse(&r, 1, "the file is not UTF-8: save it so");
	csv_init(&records, buf_str(&text));
	ok = read_all(&records, &r);
	csv_release(&records);
	if (!ok)
		return false;
	*ret = list;
	list = (struct published){0};
	return true;
}

void published_write(const struct published *p, struct buf *out)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		buf_printf(out, "%s%s", i > 0 ? "," : "", columns[i]);
	buf_addc(out, '\n');
	for (size_t i = 0; i < p->count; i++) {
		const struct published_line *line = &p->lines[i];
		char number[40] = "", base[24] = "";

		if (line->has_number)
			snprintf(number, sizeof(number), "%.15g", line->number);
		if (line->base >= 0)
			snprintf(base, sizeof(base), "%lld", (long long)line->base);
		const char *const fields[COLUMN_COUNT] = {line->audience, line->question,
			line->option, line->measure, line->value, number, base,
			line->unit, line->wording, line->label, line->source,
			line->known_error};
		for (size_t f = 0; f < COLUMN_COUNT; f++) {
			if (f > 0)
				buf_addc(out, ',');
			buf_csv(out, fields[f]);
		}
		buf_addc(out, '\n');
	}
}

static bool is_measure(const struct published_line *line, const char *measure)
{
	return line->has_number && strcmp(line->measure, measure) == 0;
}

/* What one line adds. A count and a share of the same option stand on two lines. */
static void add_line(struct published_figure *f, const struct published_line *line)
{
	bool people = is_measure(line, "respondents");

	if (is_measure(line, "count") || people)
		f->count = (int64_t)line->number;
	else if (is_measure(line, "percent"))
		f->percent = line->number;
	else
		return;
	if (people || line->base >= 0)
		f->base = people ? (int64_t)line->number : line->base;
	if (!f->source[0] || people)
		f->source = line->source;
	if (line->known_error[0])
		f->known_error = line->known_error;
}

bool published_find(const struct published *p, const char *audience, const char *question,
	const char *option, struct published_figure *ret)
{
	struct published_figure f = {-1, -1, -1, "", ""};
	bool total = strcmp(question, "participation") == 0;
	const char *wanted = total && strcmp(option, "respondents") == 0 ? "" : option;

	if (!total && !wanted[0])
		return false;
	for (size_t i = 0; i < p->count; i++) {
		const struct published_line *line = &p->lines[i];

		if (strcmp(line->audience, audience) == 0 &&
			strcmp(line->question, question) == 0 &&
			strcmp(line->option, wanted) == 0)
			add_line(&f, line);
	}
	if (!f.source[0])
		return false;
	*ret = f;
	return true;
}
