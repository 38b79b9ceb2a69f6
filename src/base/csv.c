/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/csv.h"

/* Windows-1252, 0x80 to 0x9F (Unicode's CP1252.TXT); 0 where it has none. The rest is Latin-1. */
static const uint16_t cp1252[32] = {0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020,
	0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019,
	0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,
	0x017E, 0x0178};

static void put_utf8(struct buf *out, unsigned point)
{
	if (point < 0x80) {
		buf_addc(out, (char)point);
	} else if (point < 0x800) {
		buf_addc(out, (char)(0xC0 | point >> 6));
		buf_addc(out, (char)(0x80 | (point & 0x3F)));
	} else {
		buf_addc(out, (char)(0xE0 | point >> 12));
		buf_addc(out, (char)(0x80 | (point >> 6 & 0x3F)));
		buf_addc(out, (char)(0x80 | (point & 0x3F)));
	}
}

static bool decode_cp1252(struct str bytes, struct buf *ret_text, struct err *err)
{
	int line = 1;

	for (size_t i = 0; i < bytes.n; i++) {
		unsigned point = (unsigned char)bytes.p[i];
		if (point == '\n')
			line++;
		if (point >= 0x80 && point < 0xA0)
			point = cp1252[point - 0x80];
		if (point == 0)
			return err_set_line(err, ERR_INVALID, line,
				"ligne %d\u202F: caractère illisible (enregistrez le fichier au "
				"format CSV UTF-8)",
				line);
		put_utf8(ret_text, point);
	}
	return true;
}

bool csv_decode(struct str bytes, struct buf *ret_text, struct err *err)
{
	if (str_starts(bytes, STR("PK\003\004")) ||
		str_starts(bytes, STR("\xD0\xCF\x11\xE0")))
		return err_set(err, ERR_INVALID,
			"ce fichier est un classeur\u202F: enregistrez-le au format CSV");
	if (bytes.n > 0 && memchr(bytes.p, '\0', bytes.n))
		return err_set(err, ERR_INVALID,
			"ce fichier contient des octets nuls\u202F: enregistrez-le au format CSV "
			"UTF-8");
	bool marked = str_starts(bytes, STR("\xEF\xBB\xBF"));
	if (marked)
		bytes = (struct str){bytes.p + 3, bytes.n - 3};
	if (str_is_utf8(bytes)) {
		buf_add(ret_text, bytes);
		return true;
	}
	/* The mark promised UTF-8: guessing another encoding would garble names in silence. */
	if (marked)
		return err_set(err, ERR_INVALID,
			"ce fichier se dit en UTF-8 mais contient des caractères abîmés\u202F: "
			"enregistrez-le de nouveau au format CSV UTF-8");
	return decode_cp1252(bytes, ret_text, err);
}

void csv_init(struct csv *csv, struct str text)
{
	size_t semicolons = 0, commas = 0;

	for (size_t i = 0; i < text.n && text.p[i] != '\n'; i++) {
		semicolons += text.p[i] == ';';
		commas += text.p[i] == ',';
	}
	*csv = (struct csv){
		.rest = text,
		.separator = commas > semicolons ? ',' : ';',
		.line = 1,
		.values = BUF_LIMIT(text.n + CSV_FIELDS + 1),
	};
}

void csv_release(struct csv *csv)
{
	buf_release(&csv->values);
}

static void advance(struct csv *csv, size_t n)
{
	csv->rest.p += n;
	csv->rest.n -= n;
}

/* Appends the field's value and moves to what ends it. False when its quote is never closed. */
static bool take_field(struct csv *csv)
{
	if (csv->rest.n > 0 && csv->rest.p[0] == '"') {
		advance(csv, 1);
		for (;;) {
			if (csv->rest.n == 0)
				return false;
			char c = csv->rest.p[0];
			advance(csv, 1);
			if (c == '"' && (csv->rest.n == 0 || csv->rest.p[0] != '"'))
				break;
			if (c == '"')
				advance(csv, 1);
			if (c == '\n')
				csv->line++;
			buf_addc(&csv->values, c);
		}
	}
	size_t n = 0;
	while (n < csv->rest.n && csv->rest.p[n] != csv->separator &&
		csv->rest.p[n] != '\n')
		n++;
	size_t value = n;
	/* The CR of a CRLF, also of a file that ends with CR. */
	if (value > 0 && csv->rest.p[value - 1] == '\r' &&
		(n == csv->rest.n || csv->rest.p[n] == '\n'))
		value--;
	buf_add(&csv->values, (struct str){csv->rest.p, value});
	advance(csv, n);
	return true;
}

enum csv_result csv_next(struct csv *csv, struct csv_record *ret)
{
	size_t end[CSV_FIELDS] = {0};
	bool more = true, wide = false;

	if (csv->rest.n == 0)
		return CSV_END;
	*ret = (struct csv_record){.line = csv->line, .blank = true};
	buf_clear(&csv->values);
	while (more) {
		if (!take_field(csv)) {
			csv->rest.n = 0;
			return CSV_UNCLOSED;
		}
		wide = wide || ret->count == CSV_FIELDS;
		if (!wide)
			end[ret->count++] = csv->values.n;
		more = csv->rest.n > 0 && csv->rest.p[0] == csv->separator;
		if (csv->rest.n > 0 && !more)
			csv->line++;
		if (csv->rest.n > 0)
			advance(csv, 1);
	}
	/* Slices only now: the buffer moves while it grows. */
	for (size_t i = 0, start = 0; i < ret->count; start = end[i++]) {
		ret->field[i] = str_trim(
			(struct str){buf_str(&csv->values).p + start, end[i] - start});
		ret->blank = ret->blank && ret->field[i].n == 0;
	}
	return wide ? CSV_TOO_WIDE : CSV_RECORD;
}

bool csv_is_formula(struct str text)
{
	static const char *const signs[] = {
		"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"};

	for (size_t i = 0; i < COUNT_OF(signs); i++)
		if (str_starts(text, str_of(signs[i])))
			return true;
	return false;
}
