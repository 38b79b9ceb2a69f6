/* SPDX-License-Identifier: Apache-2.0 */
/* staff_tables_rows.c - lines of a release as tables of a page: bars beside exact numbers, or groups side by side. */
#include <math.h>
#include <stdio.h>

#include "barometre/report/release.h"
#include "barometre/report/statistics.h"
#include "barometre/store/release_store.h"
#include "staff_tables.h"

/* ---- words ---- */

static const char *withheld_words(const char *status)
{
	static const struct {
		const char *status, *words;
	} all[] = {
		{"base_under_threshold", "moins de personnes que le seuil ont répondu."},
		{"unanimous",
			"presque tout le monde a répondu de même\u202F: le dire serait dire la réponse de chacun."},
		{"filter",
			"sa base se déduirait d’une autre question, dont les chiffres sont retenus."},
	};

	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (strcmp(all[i].status, status) == 0)
			return all[i].words;
	return "des effectifs trop petits permettraient de reconnaître quelqu’un.";
}

static bool is_type(const struct figure *f, const char *type)
{
	return strcmp(f->type, type) == 0;
}

/* What became of people has counts and no base (participation.h). */
static bool is_withheld(const struct figure *f)
{
	return f->base < 0 && f->count < 0;
}

static char *withheld_text(const struct figure *f)
{
	if (!is_withheld(f))
		return x_strdup("");
	return is_type(f, "rate") ? x_strdup("Ce taux ne peut pas être calculé.")
				  : x_printf("Chiffres non diffusés" NNBSP ": %s",
					    withheld_words(f->status));
}

static char *question_wording(const struct form *form, const char *name)
{
	struct str rest = str_of(name), head;
	const struct question *question;
	const char *row = NULL;

	if (!form || !str_cut(&rest, '.', &head) || !(question = form_find(form, head)))
		return x_strdup(name);
	if (rest.p)
		row = question_part_title(question, rest);
	return row ? x_printf("%s – %s", question->title, row)
		   : x_strdup(question->title);
}

/* What a question is called; fresh. */
static char *wording_of(const struct form *form, const struct figure *f)
{
	const char *name = f->question;
	const char *words = figures_title(name), *counted = figures_counted(name);
	SCOPED(free_char) char *of = NULL;

	if (words || is_type(f, "rate"))
		return x_strdup(words ? words : f->label);
	if (!counted)
		return question_wording(form, name);
	of = question_wording(form, counted);
	return x_printf("%s – nombre de réponses par personne", of);
}

const char *tables_crossing(const struct form *form, const char *segment)
{
	for (size_t i = 0; form && i < form->crossing_count; i++)
		if (strcmp(form->crossings[i].name, segment) == 0)
			return form->crossings[i].label;
	return segment;
}

/* ---- one figure ---- */

static void write_share(struct buf *out, const struct figure *f)
{
	if (strcmp(f->status, "at_most_5") == 0)
		buf_puts(out, "≤" NNBSP "5" NNBSP "%");
	else if (strcmp(f->status, "at_least_95") == 0)
		buf_puts(out, "≥" NNBSP "95" NNBSP "%");
	else if (f->percent >= 0 && f->count >= 0)
		percent_text(out, percent_show(f->count, f->base));
	else if (f->has_value && is_type(f, "rate")) {
		number_text(out, f->value, 1);
		buf_puts(out, NNBSP "%");
	}
}

/* A mean, a quartile: as many decimals as it has, two at most. Of a number without limits people may write 10^15 (form/rules.c):
 * there a double has none worth telling. */
static void write_value(struct buf *out, double value)
{
	double hundredths = round(value * 100);
	bool whole = fabs(value) >= 1e13 || fmod(hundredths, 100) == 0;
	bool tenths = fmod(hundredths, 10) == 0;

	number_text(out, value, whole ? 0 : tenths ? 1 : 2);
}

static void write_count(struct buf *out, const struct figure *f)
{
	if (f->has_value && !is_type(f, "rate"))
		write_value(out, f->value);
	else if (f->count >= 0)
		number_text(out, (double)f->count, 0);
}

static json_t *text_of(struct buf *text)
{
	return json_stringn(buf_str(text).p ? buf_str(text).p : "", text->n);
}

static const char *label_of(const struct figure *f)
{
	return *f->label ? f->label : f->option;
}

/* ---- the whole audience ---- */

/* Of a small base: what the percent may stand for. */
static json_t *interval_of(const struct figure *f)
{
	struct buf text SCOPED(buf_release) = BUF_LIMIT(200);
	double low, high;

	if (base_mark(f->base) == BASE_SMALL && figure_interval(f, &low, &high))
		interval_text(&text,
			(struct interval){.low = low / 100, .high = high / 100}, 0);
	return text_of(&text);
}

static json_t *whole_line(const struct figure *f)
{
	struct buf share SCOPED(buf_release) = BUF_LIMIT(200);
	struct buf count SCOPED(buf_release) = BUF_LIMIT(200);
	json_t *line = json_pack("{s:s}", "OPTION", label_of(f));

	write_share(&share, f);
	write_count(&count, f);
	json_object_set_new(line, "PERCENT", text_of(&share));
	json_object_set_new(line, "COUNT", text_of(&count));
	staff_set(line, "UNTOLD", share.n == 0 && count.n == 0 ? "non diffusé" : NULL);
	json_object_set_new(line, "INTERVAL", interval_of(f));
	json_object_set_new(
		line, "SMALL", json_boolean(base_mark(f->base) == BASE_SMALL));
	json_object_set_new(line, "BAR",
		f->percent >= 0 && !f->has_value
			? json_pack("{s:I}", "LENGTH", (json_int_t)f->percent)
			: json_false());
	return line;
}

/* Beside « Autres modalités regroupées », when that is told, what is not told by itself is in there. */
static void say_gathered(const json_t *question)
{
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(question, "LINES"), i, line) {
		if (*json_string_value(json_object_get(line, "UNTOLD")))
			staff_set(line, "UNTOLD", "regroupé");
	}
}

/* A mean is no answer: it stands before the answers. */
static void add_statistic(json_t *question, const struct figure *f)
{
	struct buf text SCOPED(buf_release) = BUF_LIMIT(200);

	write_count(&text, f);
	if (text.n == 0)
		buf_puts(&text, "non diffusé");
	json_array_append_new(json_object_get(question, "STATS"),
		json_pack("{s:s, s:o}", "STAT", label_of(f), "VALUE", text_of(&text)));
}

static void set_people(json_t *to, const char *name, int64_t n, const char *one,
	const char *many, bool zero)
{
	SCOPED(free_char)
	char *text = n > 0 || (zero && n == 0) ? staff_plural(n, one, many) : NULL;

	json_object_set_new(to, name, json_string(text ? text : ""));
}

/* Who is in the base and who is not: together everybody. */
static void set_base(json_t *to, const struct figure *f)
{
	set_people(to, "BASE", f->base, "personne", "personnes", true);
	set_people(
		to, "UNANSWERED", f->not_answered, "sans réponse", "sans réponse", false);
	set_people(to, "UNCONCERNED", f->not_concerned, "non concernée", "non concernées",
		false);
	set_people(to, "MENTIONS", f->mentions == f->base ? -1 : f->mentions, "mention",
		"mentions", false);
	json_object_set_new(to, "MARK",
		json_string(f->base >= 0 ? base_mark_text(base_mark(f->base)) : ""));
}

/* What was merged, gathered or left out for this table. */
static json_t *whys_of(const json_t *notes, const struct figure *f)
{
	json_t *list = json_array(), *note;
	size_t i;

	json_array_foreach(notes, i, note) {
		const char *question = json_string_value(json_object_get(note, "ABOUT"));

		if (strcmp(question, f->question) == 0)
			json_array_append_new(list,
				json_pack("{s:O}", "WHY", json_object_get(note, "NOTE")));
	}
	return list;
}

static json_t *new_question(json_t *list, const struct form *form, const json_t *notes,
	const struct figure *f)
{
	SCOPED(free_char) char *wording = wording_of(form, f);
	SCOPED(free_char) char *withheld = withheld_text(f);
	json_t *question = json_pack("{s:I, s:s, s:s, s:o, s:o, s:o, s:s}", "N",
		(json_int_t)json_array_size(list) + 1, "WORDING", wording, "NAME",
		f->question, "LINES", json_array(), "STATS", json_array(), "WHYS",
		whys_of(notes, f), "WITHHELD", withheld);

	set_base(question, f);
	json_array_append_new(list, question);
	return question;
}

json_t *tables_whole(
	const struct form *form, const json_t *notes, const struct db_rows *rows)
{
	json_t *list = json_array(), *question = NULL;
	const char *last = NULL;

	for (size_t i = 0; i < db_count(rows); i++) {
		struct figure f;

		figure_from_row(&f, rows, i);
		if (!last || strcmp(last, f.question) != 0) {
			question = new_question(list, form, notes, &f);
			last = f.question;
		}
		if (is_withheld(&f) && !is_type(&f, "disposition"))
			continue;
		if (figure_is_statistic(&f)) {
			add_statistic(question, &f);
			continue;
		}
		json_array_append_new(json_object_get(question, "LINES"), whole_line(&f));
		if (strcmp(f.option, "gathered") == 0 && f.count >= 0)
			say_gathered(question);
	}
	return list;
}

/* ---- by segment ---- */

/* Appended at its place: the line of an option gets one cell a group. */
static json_t *crossed_line(json_t *lines, const struct figure *f)
{
	json_t *line;
	size_t i;

	json_array_foreach(lines, i, line) {
		const char *option = json_string_value(json_object_get(line, "CODE_OF"));
		if (option && strcmp(option, f->option) == 0)
			return line;
	}
	line = json_pack("{s:s, s:s, s:o}", "CODE_OF", f->option, "OPTION", label_of(f),
		"CELLS", json_array());
	json_array_append_new(lines, line);
	return line;
}

/* What a group has no figure of has an empty cell: those that follow stay under their groups. */
static void pad_cells(const json_t *line, const json_t *groups, size_t count)
{
	json_t *cells = json_object_get(line, "CELLS");

	for (size_t i = json_array_size(cells); i < count; i++)
		json_array_append_new(cells,
			json_pack("{s:O, s:b, s:s, s:s}", "GROUP",
				json_object_get(json_array_get(groups, i), "GROUP"),
				"SMALL", 0, "PERCENT", "", "COUNT", ""));
}

/* Of the last group. */
static void add_cell(json_t *question, const struct figure *f)
{
	struct buf share SCOPED(buf_release) = BUF_LIMIT(200);
	struct buf count SCOPED(buf_release) = BUF_LIMIT(200);
	json_t *line = crossed_line(json_object_get(question, "LINES"), f);
	json_t *groups = json_object_get(question, "GROUPS");
	json_t *cell = json_pack("{s:s, s:b}", "GROUP", f->segment_label, "SMALL",
		base_mark(f->base) == BASE_SMALL);

	write_share(&share, f);
	write_count(&count, f);
	json_object_set_new(cell, "PERCENT", text_of(share.n > 0 ? &share : &count));
	json_object_set_new(
		cell, "COUNT", share.n > 0 ? text_of(&count) : json_string(""));
	if (share.n > 0 || figure_is_statistic(f))
		json_object_set_new(question, "BASES", json_true());
	pad_cells(line, groups, json_array_size(groups) - 1);
	json_array_append_new(json_object_get(line, "CELLS"), cell);
}

static void add_group(json_t *question, const struct figure *f)
{
	json_t *group = json_pack("{s:s}", "GROUP", f->segment_label);

	set_base(group, f);
	json_array_append_new(json_object_get(question, "GROUPS"), group);
}

static void end_question(const json_t *question)
{
	const json_t *groups = json_object_get(question, "GROUPS");
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(question, "LINES"), i, line)
		pad_cells(line, groups, json_array_size(groups));
}

json_t *tables_crossed(
	const struct form *form, const json_t *notes, const struct db_rows *rows)
{
	json_t *list = json_array(), *question = NULL;
	const char *last = NULL, *group = NULL;

	for (size_t i = 0; i < db_count(rows); i++) {
		struct figure f;

		figure_from_row(&f, rows, i);
		if (!last || strcmp(last, f.question) != 0) {
			end_question(question);
			question = new_question(list, form, notes, &f);
			json_object_set_new(question, "GROUPS", json_array());
			json_object_set_new(question, "BASES", json_false());
			last = f.question;
			group = NULL;
		}
		if (is_withheld(&f))
			continue;
		json_object_set_new(question, "WITHHELD", json_string(""));
		if (!group || strcmp(group, f.segment_value) != 0)
			add_group(question, &f);
		group = f.segment_value;
		add_cell(question, &f);
	}
	end_question(question);
	return list;
}
