/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a release as CSV and as JSON. */
#include "barometre/report/export.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

bool export_format_parse(const char *name, enum export_format *ret)
{
	bool csv = strcmp(name, "csv") == 0;

	if (!csv && strcmp(name, "json") != 0)
		return false;
	*ret = csv ? EXPORT_CSV : EXPORT_JSON;
	return true;
}

const char *export_content_type(enum export_format format)
{
	/* RFC 4180 section 3; JSON has no charset parameter (RFC 8259 section 11). */
	return format == EXPORT_CSV ? "text/csv; charset=utf-8; header=present"
				    : "application/json";
}

/* Two decimals by hand: printf would ask the locale for the decimal point. */
static void add_decimal(struct buf *out, double value)
{
	if (fabs(value) > 9e13) {
		buf_printf(out, "%.0f", value);
		return;
	}
	long long hundredths = llround(value * 100);
	long long size = hundredths < 0 ? -hundredths : hundredths;
	buf_printf(
		out, "%s%lld.%02lld", hundredths < 0 ? "-" : "", size / 100, size % 100);
}

/* CSV */

static void csv_number(struct buf *out, int64_t n)
{
	if (n >= 0)
		buf_printf(out, "%lld", (long long)n);
}

static void csv_row(struct buf *out, const char *edition, const struct figure *f)
{
	const char *const texts[] = {edition, f->audience, f->question, f->type,
		f->segment, f->segment_value, f->option, f->label};

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		buf_csv(out, texts[i]);
		buf_addc(out, ',');
	}
	csv_number(out, f->base);
	buf_addc(out, ',');
	csv_number(out, f->mentions);
	buf_addc(out, ',');
	if (!f->has_value)
		csv_number(out, f->count);
	else if (isfinite(f->value))
		add_decimal(out, f->value);
	buf_addc(out, ',');
	csv_number(out, f->percent);
	buf_addc(out, ',');
	buf_csv(out, f->status);
	buf_puts(out, "\r\n");
}

/* JSON. `key` is what stands before the value: brace or comma, name, colon. */

static void json_text(struct buf *out, const char *key, const char *text)
{
	json_t *string = json_string(text);
	must(string);
	char *written = json_dumps(string, JSON_ENCODE_ANY);
	must(written);
	buf_puts(out, key);
	buf_puts(out, written);
	free(written);
	json_decref(string);
}

static void json_number(struct buf *out, const char *key, int64_t n)
{
	buf_puts(out, key);
	if (n >= 0)
		buf_printf(out, "%lld", (long long)n);
	else
		buf_puts(out, "null");
}

static void json_row(struct buf *out, const char *edition, const struct figure *f)
{
	json_text(out, "{\"edition\":", edition);
	json_text(out, ",\"audience\":", f->audience);
	json_text(out, ",\"question\":", f->question);
	json_text(out, ",\"type\":", f->type);
	json_text(out, ",\"segment\":", f->segment);
	json_text(out, ",\"segment_value\":", f->segment_value);
	json_text(out, ",\"option\":", f->option);
	json_text(out, ",\"label\":", f->label);
	json_number(out, ",\"base\":", f->base);
	json_number(out, ",\"mentions\":", f->mentions);
	if (f->has_value && isfinite(f->value)) {
		buf_puts(out, ",\"count\":");
		add_decimal(out, f->value);
	} else {
		json_number(out, ",\"count\":", f->has_value ? -1 : f->count);
	}
	json_number(out, ",\"percent\":", f->percent);
	json_text(out, ",\"status\":", f->status);
	buf_addc(out, '}');
}

void export_begin(struct buf *out, enum export_format format, const char *edition,
	const struct release_info *info)
{
	if (format == EXPORT_CSV) {
		buf_puts(out,
			"edition,audience,question,type,segment,segment_value,option,label,"
			"base,mentions,count,percent,status\r\n");
		return;
	}
	json_text(out, "{\"edition\":", edition);
	json_number(out, ",\"version\":", info->version);
	json_number(out, ",\"thresholds\":{\"min_base\":", info->thresholds.min_base);
	json_number(out, ",\"min_cell\":", info->thresholds.min_cell);
	json_text(out, "},\"created\":", info->created_on);
	buf_puts(out, ",\"rows\":[");
}

void export_row(struct buf *out, enum export_format format, const char *edition,
	const struct figure *f, bool first)
{
	if (format == EXPORT_CSV) {
		csv_row(out, edition, f);
		return;
	}
	buf_puts(out, first ? "\n" : ",\n");
	json_row(out, edition, f);
}

void export_end(
	struct buf *out, enum export_format format, const struct release_info *info)
{
	(void)info;
	if (format == EXPORT_JSON)
		buf_puts(out, "\n]}\n");
}
