/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a release as JSON, with the codebook before them. */
#include "export_private.h"

static void add_key(struct buf *out, const char *before, const char *key)
{
	buf_puts(out, before);
	export_json_text(out, key);
	buf_addc(out, ':');
}

static void add_text(
	struct buf *out, const char *before, const char *key, const char *text)
{
	add_key(out, before, key);
	export_json_text(out, text);
}

static void add_number(struct buf *out, const char *before, const char *key, int64_t n)
{
	add_key(out, before, key);
	buf_printf(out, "%lld", (long long)n);
}

static void add_bool(struct buf *out, const char *before, const char *key, bool truth)
{
	add_key(out, before, key);
	buf_puts(out, truth ? "true" : "false");
}

static void add_release(struct buf *out, const struct export_source *source)
{
	const struct release_info *info = source->info;

	add_text(out, "{", "edition", source->edition);
	add_text(out, ",", "title", source->title);
	add_number(out, ",", "version", info->version);
	add_text(out, ",", "created", info->created_on);
	add_number(out, ",\"thresholds\":{", "min_base", info->thresholds.min_base);
	add_number(out, ",", "min_cell", info->thresholds.min_cell);
	add_number(out, ",", "coalition", info->thresholds.coalition);
	add_text(out, "},", "hash", info->hash);
	buf_puts(out, ",\n\"statuses\":{");
	for (size_t i = 0; i < book_status_count; i++)
		add_text(out, i > 0 ? "," : "", book_statuses[i].code,
			book_statuses[i].text);
	buf_puts(out, "},\n\"codebook\":[");
}

static void add_variable(struct buf *out, const struct book_variable *v)
{
	add_text(out, "{", "audience", v->audience);
	add_text(out, ",", "audience_label", v->audience_label);
	add_text(out, ",", "question", v->name);
	add_text(out, ",", "type", v->type);
	add_text(out, ",", "label", v->label);
	add_text(out, ",", "wording", v->wording);
	add_text(out, ",", "universe", v->universe);
	add_bool(out, ",", "sensitive", v->sensitive);
	add_bool(out, ",", "several_answers", v->several_answers);
	buf_puts(out, ",\"options\":[");
	for (size_t i = 0; i < v->option_count; i++) {
		add_text(out, i > 0 ? ",{" : "{", "option", v->options[i].code);
		add_text(out, ",", "label", v->options[i].label);
		add_bool(out, ",", "in_base", !v->options[i].out_of_base);
		buf_addc(out, '}');
	}
	buf_puts(out, "]}");
}

static void add_note(struct buf *out, const struct release_note *note)
{
	add_text(out, "{", "audience", note->audience);
	add_text(out, ",", "question", note->question);
	add_text(out, ",", "segment", note->segment);
	add_text(out, ",", "code", note->code);
	add_text(out, ",", "text", note->text);
	buf_addc(out, '}');
}

static void add_row(struct buf *out, const char *edition, const struct figure *f)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		const struct export_cell cell = export_cell_of(
			edition, f, (enum column)i);

		add_key(out, i == 0 ? "{" : ",", column_infos[i].name);
		export_json_cell(out, &cell);
	}
	buf_addc(out, '}');
}

bool export_write_json(struct export_out *out, const struct export_source *source,
	const struct book *book)
{
	struct buf *part = &out->part;

	add_release(part, source);
	for (size_t i = 0; i < book->count && !out->failed; i++) {
		buf_puts(part, i > 0 ? ",\n" : "\n");
		add_variable(part, &book->variables[i]);
		out_ready(out);
	}
	buf_puts(part, "\n],\n\"notes\":[");
	for (size_t i = 0; i < source->note_count && !out->failed; i++) {
		buf_puts(part, i > 0 ? ",\n" : "\n");
		add_note(part, &source->notes[i]);
		out_ready(out);
	}
	buf_puts(part, "\n],\n\"rows\":[");
	for (size_t i = 0; i < source->figure_count && !out->failed; i++) {
		buf_puts(part, i > 0 ? ",\n" : "\n");
		add_row(part, source->edition, &source->figures[i]);
		out_ready(out);
	}
	buf_puts(part, "\n]}\n");
	return true;
}
