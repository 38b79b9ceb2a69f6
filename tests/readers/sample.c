/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample.c - a release of invented figures, written in every format to FOLDER, for readers that others wrote (run).
 *
 *	readers_sample FOLDER [LINES]
 *
 * The questions are those of the real forms, answered by chance and counted, or with any figures; then come labels made to hurt, and lines until there are LINES. What must
 * be read back of some lines is in expected.json. Says how much memory each format took on top of the lines.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "../support/form.h"
#include "barometre/base/secret.h"
#include "barometre/report/export.h"
#include "barometre/report/participation.h"
#include "barometre/report/release.h"

static struct figure *figures;
static size_t figure_count, figure_capacity;
static char **texts;
static size_t text_count, text_capacity;
static uint32_t seed = 1;

static const char *keep(char *text)
{
	if (text_count == text_capacity) {
		text_capacity = text_capacity * 2 + 64;
		texts = x_realloc(texts, text_capacity * sizeof(*texts));
	}
	texts[text_count++] = text;
	return text;
}

static uint32_t dice(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static void push(struct figure f)
{
	if (figure_count == figure_capacity) {
		figure_capacity = figure_capacity * 2 + 256;
		figures = x_realloc(figures, figure_capacity * sizeof(*figures));
	}
	figures[figure_count++] = f;
}

static const struct figure blank = {.audience = "patients",
	.question = "q",
	.type = "single",
	.segment = "",
	.segment_value = "",
	.segment_label = "",
	.option = "a",
	.label = "A",
	.base = -1,
	.not_answered = -1,
	.not_concerned = -1,
	.mentions = -1,
	.count = -1,
	.percent = -1,
	.status = ""};

/* One group's table, shown or withheld as chance has it. */
static void push_options(struct figure line, const struct choice *choices, size_t count)
{
	static const char *const withheld[] = {
		"base_under_threshold", "small_cells", "unanimous", "filter"};
	uint32_t kind = dice(8);
	int64_t base = 11 + dice(500);

	if (kind < COUNT_OF(withheld)) {
		line.status = withheld[kind];
	} else {
		line.base = line.mentions = base;
		line.not_answered = dice(20);
		line.not_concerned = dice(20);
	}
	for (size_t i = 0; i < count; i++) {
		struct figure f = line;
		f.option = choices[i].code;
		f.label = choices[i].text;
		if (!*f.status) {
			f.count = dice((uint32_t)base + 1);
			f.percent = percent_of(f.count, base);
			if (kind == 4 && i < 2) {
				f.count = f.percent = -1;
				f.status = i == 0 ? "at_most_5" : "at_least_95";
			}
		}
		push(f);
	}
}

static void push_statistics(struct figure line)
{
	static const char *const names[][2] = {{"mean", "Moyenne"}, {"median", "Médiane"},
		{"q1", "Premier quartile"}, {"q3", "Troisième quartile"}};

	line.base = line.mentions = 11 + dice(300);
	line.not_answered = line.not_concerned = 0;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		line.option = names[i][0];
		line.label = names[i][1];
		line.has_value = true;
		line.value = (double)dice(10000) / 100;
		push(line);
	}
}

static void push_groups(struct figure line, const struct form *form,
	const struct choice *choices, size_t count)
{
	push_options(line, choices, count);
	for (size_t i = 0; i < form->crossing_count; i++)
		for (int group = 0; group < 3; group++) {
			line.segment = form->crossings[i].name;
			line.segment_value = group == 2 ? "g2+g3"
							: keep(x_printf("g%d", group));
			line.segment_label = keep(x_printf("Groupe %d", group));
			push_options(line, choices, count);
		}
}

static void push_question(const struct form *form, const struct question *q)
{
	struct figure line = blank;

	line.audience = form->audience;
	line.question = q->name;
	if (q->row_count > 0) {
		line.type = "matrix";
		for (size_t i = 0; i < q->row_count; i++) {
			line.question = keep(x_printf("%s.%s", q->name, q->rows[i].code));
			push_groups(line, form, q->choices, q->choice_count);
		}
	} else if (q->choice_count > 0) {
		line.type = q->type == QUESTION_CHECKBOX ? "multiple" : "single";
		push_groups(line, form, q->choices, q->choice_count);
	} else if (q->input == INPUT_NUMBER) {
		line.type = "number";
		push_statistics(line);
	}
}

/* ---- people who answer by chance, counted and protected as real ones are ---- */

#define PEOPLE 400

static json_t *any_choice(const struct question *q)
{
	return json_string(q->choices[dice((uint32_t)q->choice_count)].code);
}

static json_t *any_answer(const struct question *q)
{
	json_t *answer;

	if (q->type == QUESTION_CHECKBOX || q->type == QUESTION_MATRIX) {
		bool list = q->type == QUESTION_CHECKBOX;
		answer = list ? json_array() : json_object();
		for (size_t i = 0; i < (list ? q->choice_count : q->row_count); i++)
			if (list && dice(4) == 0)
				json_array_append_new(
					answer, json_string(q->choices[i].code));
			else if (!list)
				json_object_set_new(
					answer, q->rows[i].code, any_choice(q));
		return answer;
	}
	if (q->role == ROLE_LOCALITY)
		return json_string(dice(3) ? "31555" : "34172");
	if (q->type == QUESTION_BOOLEAN)
		return json_boolean(dice(2));
	if (q->choice_count > 0)
		return any_choice(q);
	if (q->input == INPUT_NUMBER)
		return json_integer(
			(json_int_t)(q->has_min ? q->min : 0) + (json_int_t)dice(40));
	return NULL;
}

static void count_people(struct figures *out, const struct form *form)
{
	struct tabulation *tab = tabulation_new(form);

	for (int i = 0; i < PEOPLE; i++) {
		json_t *answers = json_object();
		for (size_t k = 0; k < form->question_count; k++) {
			const struct question *q = &form->questions[k];
			json_t *answer = dice(12) ? any_answer(q) : NULL;
			if (answer)
				json_object_set_new(answers, q->name, answer);
		}
		tabulation_add(tab, answers, 0);
		json_decref(answers);
	}
	figures_add(out, form->audience, tab,
		(struct thresholds){.min_base = 11, .min_cell = 5, .coalition = 1});
	tabulation_free(tab);
}

/* ---- what became of the contacts ---- */

#define RECORD_HASH "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"

/* Of the first audience RR2 and RR6 cannot be told, and refusals are few; of the second RR5 and RR6. */
static json_t *make_record(void)
{
	json_t *record = json_pack("{s:[{s:s, s:b, s:i}, {s:s, s:b, s:i}]}", "audiences",
		"audience", "patients", "open_link", 1, "partial", 7, "audience",
		"associations", "open_link", 0, "partial", 0);
	json_t *all = json_pack(
		"[{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i}, {s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i}]",
		"audience", "patients", "contacts", 900, "complete", 301, "refusal", 3,
		"undelivered", 12, "not_sent", 0, "silent", 584, "open", 92, "audience",
		"associations", "contacts", 813, "complete", 400, "refusal", 0,
		"undelivered", 0, "not_sent", 413, "silent", 0, "open", 0);

	must(record && all && json_object_set_new(record, "dispositions", all) == 0);
	return record;
}

static void push_counted(const struct figures *counted)
{
	const struct thresholds usual = {.min_base = 11, .min_cell = 5, .coalition = 1};
	json_t *record = make_record();
	struct err err = {0};
	struct figure *lines;
	size_t n;

	must(participation_join(
		record, usual, counted->list, counted->count, &lines, &n, &err));
	must(n == counted->count + 2 * PARTICIPATION_LINES);
	for (size_t i = 0; i < n; i++) {
		/* The record goes before the files are written. */
		if (strncmp(lines[i].question, "participation.", 14) == 0)
			lines[i].audience = keep(x_strdup(lines[i].audience));
		push(lines[i]);
	}
	free(lines);
	json_decref(record);
}

/* ---- labels made to hurt ---- */

static const char *const hostile[] = {
	"=1+1",
	"=cmd|'/c calc'!A1",
	"+33 1 23",
	"-2+3",
	"@SUM(A1)",
	"\t=1+1",
	"＝1+1",
	"dit \"oui\", puis « non »",
	"deux\nlignes",
	"deux\r\nlignes",
	"point;virgule",
	"l’été à Sète – 🌻 emoji 👩‍⚕️",
	"<b>&amp;</b> ]]> <!--",
	"{\"a\":[1]}",
	"'apostrophe",
	"1,5",
	"0012",
	"2026-11-22",
	"\\u0000 \\n",
	"  blancs  ",
	"\x01signe\x1f de commande",
	"\xEF\xBF\xBEpas un caractère",
	"_x0041_",
	"NA",
	"عربى",
};

static void push_hostile(void)
{
	struct figure line = blank;

	line.question = "hostile";
	line.base = line.mentions = 1000;
	line.not_answered = 3;
	line.not_concerned = 0;
	for (size_t i = 0; i < COUNT_OF(hostile); i++) {
		line.option = keep(x_printf("h%zu", i));
		line.label = hostile[i];
		line.count = (int64_t)i * 37;
		line.percent = percent_of(line.count, 1000);
		push(line);
	}
	/* Ticks that are counted, and the synthesis of all audiences. */
	line = blank;
	line.question = "nombre.hostile";
	line.type = "count";
	push_statistics(line);
	line = blank;
	line.audience = "ensemble";
	line.question = "synthese.S99";
	line.type = "synthesis";
	line.segment = "public";
	line.segment_value = "patients";
	line.segment_label = "Patients";
	line.option = "";
	line.label = "";
	line.status = "small_cells";
	push(line);
	line = blank;
	line.question = "=question <\"&'>";
	line.segment = "=segment";
	line.segment_value = "a\"b";
	line.segment_label = "=HYPERLINK(\"http://x\")";
	line.option = "o";
	line.status = "base_under_threshold";
	push(line);
}

static void push_until(size_t lines)
{
	for (size_t i = 0; figure_count < lines; i++) {
		struct figure line = blank;
		line.question = keep(x_printf("plus_%zu", i / 50 % 20));
		line.segment = "departement";
		line.segment_value = keep(x_printf("g%zu", i / 1000));
		line.option = keep(x_printf("o%zu", i % 50));
		line.label = keep(x_printf("Modalité n° %zu", i % 50));
		line.base = line.mentions = 200;
		line.count = dice(201);
		line.percent = percent_of(line.count, 200);
		push(line);
	}
}

/* ---- files ---- */

struct written {
	FILE *file;
	struct buf whole; /* for the hash of the manifest */
	size_t largest;
};

static bool write_part(void *arg, struct str part, struct err *err)
{
	struct written *w = arg;

	if (part.n > w->largest)
		w->largest = part.n;
	if (w->whole.max > 0)
		buf_add(&w->whole, part);
	return fwrite(part.p, 1, part.n, w->file) == part.n ||
		err_set(err, ERR_BROKEN, "cannot write");
}

static FILE *open_in(const char *folder, const char *name)
{
	SCOPED(free_char) char *path = x_printf("%s/%s", folder, name);
	FILE *file = fopen(path, "we");

	if (!file)
		perror(path);
	must(file);
	return file;
}

/* Of this program: getrusage also counts what ran before exec. */
static long peak_kilobytes(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[256];
	uint64_t kilobytes = 0;

	must(file);
	while (fgets(line, sizeof(line), file)) {
		struct str rest = str_of(line), name;
		if (str_cut(&rest, ':', &name) && str_eq_z(name, "VmHWM")) {
			rest = str_trim(rest);
			struct str number;
			str_cut(&rest, ' ', &number);
			must(str_parse_u64(number, &kilobytes));
		}
	}
	(void)fclose(file);
	return (long)kilobytes;
}

static void write_format(const char *folder, enum export_format format,
	const struct export_source *source, struct export_file *ret)
{
	char *name = export_file_name(format, source->edition, source->info->version);
	struct written w = {
		.file = open_in(folder, name), .whole = BUF_LIMIT((size_t)1 << 30)};
	struct err err = {0};
	long before = peak_kilobytes();

	/* What is measured keeps nothing itself. */
	if (getenv("READERS_MEASURE"))
		w.whole.max = 0;
	if (!export_write(format, source, write_part, &w, &err))
		(void)fprintf(stderr, "%s: %s\n", export_name(format), err.text);
	must(err.code == ERR_NONE);
	must(fclose(w.file) == 0);
	printf("%s %ld %zu\n", export_name(format), peak_kilobytes() - before, w.largest);
	*ret = (struct export_file){.format = export_name(format),
		.name = keep(name),
		.media_type = export_media_type(format),
		.bytes = w.whole.n};
	const struct hash32 hash = hash_plain(buf_str(&w.whole));
	hex_write(ret->hash, hash.b, sizeof(hash.b));
	buf_release(&w.whole);
}

static void write_expected(const char *folder)
{
	FILE *file = open_in(folder, "expected.json");
	json_t *labels = json_array();

	for (size_t i = 0; i < COUNT_OF(hostile); i++)
		json_array_append_new(labels, json_string(hostile[i]));
	json_t *root = json_pack("{s:I, s:o, s:s}", "lines", (json_int_t)figure_count,
		"hostile", labels, "record_hash", RECORD_HASH);
	must(root && json_dumpf(root, file, 0) == 0 && fclose(file) == 0);
	json_decref(root);
}

static void write_all(const char *folder, const struct export_source *source)
{
	struct export_file files[EXPORT_FORMATS];
	struct buf manifest = BUF_LIMIT(1 << 20);
	const char *only = getenv("READERS_ONLY");

	for (size_t i = 0; i < EXPORT_FORMATS; i++)
		if (!only || strcmp(only, export_name((enum export_format)i)) == 0)
			write_format(folder, (enum export_format)i, source, &files[i]);
	if (only)
		return;
	export_manifest(source, files, EXPORT_FORMATS, &manifest);
	FILE *file = open_in(folder, "manifest.json");
	must(fwrite(manifest.p, 1, manifest.n, file) == manifest.n && fclose(file) == 0);
	buf_release(&manifest);
	write_expected(folder);
}

/* The first forms are counted, of the others every status is drawn. */
#define COUNTED 3

int main(int count, char **words)
{
	static const char *const names[] = {
		"patients", "associations", "etablissements", "equipes", "formation"};
	static const struct release_note notes[] = {
		{"patients", "", "departement", "groups_merged",
			"Les départements « Ariège » et « Aude » sont réunis : moins de 11 personnes."},
		{"patients", "hostile", "", "small_cells",
			"=cmd ; \"rien\"\nsur deux lignes"},
	};
	struct release_info info = {.version = 2,
		.thresholds = {.min_base = 11, .min_cell = 5, .coalition = 1},
		.created_on = "2026-11-22",
		.hash = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"};
	const struct form *forms[COUNT_OF(names)];
	struct figures counted = {0};

	if (count < 2)
		return 64;
	secret_init();
	/* The worst a program could do to those that print numbers. */
	if (!setlocale(LC_ALL, ""))
		(void)fprintf(stderr, "the locale of the environment is not there\n");
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct form *form = form_of_project(names[i]);
		forms[i] = form;
		if (i < COUNTED)
			count_people(&counted, form);
		for (size_t k = 0; i >= COUNTED && k < form->question_count; k++)
			push_question(form, &form->questions[k]);
	}
	figures_add_synthesis(&counted, forms, COUNTED);
	push_counted(&counted);
	push_hostile();
	if (count > 2) {
		uint64_t lines;
		must(str_parse_u64(str_of(words[2]), &lines));
		push_until((size_t)lines);
	}
	info.rows = (int64_t)figure_count;
	struct release_note *all = x_calloc(
		counted.note_count + COUNT_OF(notes), sizeof(*all));
	memcpy(all, notes, sizeof(notes));
	for (size_t i = 0; i < counted.note_count; i++)
		all[COUNT_OF(notes) + i] = counted.notes[i];
	const struct export_source source = {.edition = "2026",
		.title =
			"Baromètre du Partenariat en Santé 2026 – « l’essentiel » & <plus>",
		.info = &info,
		.figures = figures,
		.figure_count = figure_count,
		.notes = all,
		.note_count = COUNT_OF(notes) + counted.note_count,
		.forms = forms,
		.form_count = COUNT_OF(forms),
		.record_hash = RECORD_HASH};
	write_all(words[1], &source);
	for (size_t i = 0; i < COUNT_OF(forms); i++)
		form_free((struct form *)(uintptr_t)forms[i]);
	free(all);
	figures_release(&counted);
	for (size_t i = 0; i < text_count; i++)
		free(texts[i]);
	free(texts);
	free(figures);
	return 0;
}
