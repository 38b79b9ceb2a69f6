/* SPDX-License-Identifier: Apache-2.0 */
/* release_check.c - see release_check.h: a release by itself, and what is said of a finding. Against former ones: release_former.c. */
#include "barometre/report/release_check.h"

#include <stdlib.h>

#include "release_check_private.h"

/* A label may be as long as a form, and the reason stands behind it. */
#define TEXT_MAX (2u << 20)
#define COLON "\u202F: "

/* ---- findings ---- */

void release_findings_release(struct release_findings *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->list[i].text);
	free(f->list);
	*f = (struct release_findings){0};
}

static const char *words_of(const char *code)
{
	static const struct {
		const char *code, *words;
	} all[] = {
		{"small_base", "la base est trop petite"},
		{"unanimous",
			"une réponse est celle de tous, ou de presque tous (ou de personne, ou presque)"},
		{"small_cell",
			"une case d’une question sensible compte trop peu de personnes"},
		{"lone_cell",
			"une seule modalité est cachée\u202F: elle se déduit des autres, et n’est pas diffusable"},
		{"left_over",
			"les groupes ne couvrent pas tout le monde\u202F: ceux qui manquent sont trop peu nombreux, ou ont répondu de même"},
		{"groups", "les groupes du croisement ne sont pas les mêmes"},
		{"crossings",
			"un croisement est nouveau, tandis qu’un autre, déjà connu, n’y est plus"},
		{"difference",
			"la différence ne tient qu’à un trop petit nombre de personnes, ou ce qu’elles ont répondu s’en déduit"},
		{"changed",
			"les mêmes personnes, mais pas les mêmes chiffres\u202F: la réponse de quelques-unes s’en déduit"},
	};

	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (strcmp(all[i].code, code) == 0)
			return all[i].words;
	return code;
}

void judge_found(const struct judge *j, const struct row *row, const char *code)
{
	const struct figure *f = row->head;
	struct buf text SCOPED(buf_release) = BUF_LIMIT(TEXT_MAX);
	struct release_findings *out = j->out;

	if (out->count == RELEASE_FINDINGS_MAX) {
		out->more++;
		return;
	}
	buf_printf(&text, "Public «\u202F%s\u202F», question «\u202F%s\u202F»",
		f->audience, f->question);
	if (*f->segment)
		buf_printf(&text, ", par «\u202F%s\u202F» (%s)", f->segment,
			*f->segment_label ? f->segment_label : f->segment_value);
	if (j->former > 0)
		buf_printf(&text, ", comparée à la version %lld", (long long)j->former);
	buf_printf(&text, COLON "%s.", words_of(code));
	out->list = x_realloc(out->list, (out->count + 1) * sizeof(*out->list));
	out->list[out->count++] = (struct release_finding){
		.former = j->former, .code = code, .text = str_dup(buf_str(&text))};
}

/* ---- one cell ---- */

const char *judge_cell(const struct judge *j, const struct row *row, int64_t base,
	int64_t c, bool of_all)
{
	int64_t most = base - 1 - j->t.coalition;
	bool several = row->shape == ROW_SEVERAL;

	if (base <= 0)
		return NULL;
	if (of_all && (c > most || (several && base - c > most)))
		return "unanimous";
	if (row->sensitive &&
		(too_few(c, j->t.min_cell) ||
			(several && of_all && too_few(base - c, j->t.min_cell))))
		return "small_cell";
	return NULL;
}

/* ---- the release itself ---- */

static bool check_cells(const struct judge *j, const struct row *row)
{
	bool of_all = !row->themes || *row->head->segment != '\0';
	int64_t base = row->head->base, shown = 0;
	size_t hidden = 0;
	bool gathered = false;

	for (size_t i = 0; i < row->count; i++) {
		const struct figure *f = row->lines[i];
		const char *wrong;

		if (line_is_statistic(f))
			continue;
		gathered |= strcmp(f->option, "gathered") == 0;
		hidden += f->count < 0;
		if (f->count < 0)
			continue;
		shown += f->count;
		wrong = judge_cell(j, row, base, f->count, of_all);
		if (wrong) {
			judge_found(j, row, wrong);
			return false;
		}
	}
	if (row->shape == ROW_PARTS && hidden == 1 && !gathered && shown <= base &&
		judge_cell(j, row, base, base - shown, true)) {
		judge_found(j, row, "lone_cell");
		return false;
	}
	return true;
}

static void check_row(const struct judge *j, const struct row *row)
{
	const struct figure *f = row->head;

	if (row->total)
		return;
	if (too_few(row_people(row), j->t.min_base))
		judge_found(j, row, "small_base");
	else if (row->sensitive && row->shape != ROW_BASE &&
		too_few(f->not_answered, j->t.min_cell))
		judge_found(j, row, "small_cell");
	else if (row->shape != ROW_BASE && f->base >= 0)
		(void)check_cells(j, row);
}

/* Who is in the whole audience and in no group of the crossing `first` … `end`-1. */
static const char *left_over(const struct judge *j, const struct row *whole,
	const struct row *first, const struct row *end)
{
	int64_t left = whole->head->base;

	for (const struct row *r = first; r < end; r++) {
		if (row_people(r) < 0)
			return NULL; /* a hole: how many are missing is not told */
		left -= row_people(r);
	}
	if (left == 0)
		return NULL;
	if (left < j->t.min_base)
		return "left_over";
	for (size_t i = 0; whole->shape != ROW_BASE && i < whole->count; i++) {
		const struct figure *f = whole->lines[i];
		int64_t cell = f->count;

		if (cell < 0 || line_is_statistic(f))
			continue;
		for (const struct row *r = first; r < end && cell >= 0; r++) {
			const struct figure *same = row_find(r, f->option);
			cell = same && same->count >= 0 ? cell - same->count : -1;
		}
		if (cell >= 0 && judge_cell(j, whole, left, cell, true))
			return "left_over";
	}
	return NULL;
}

/* The whole audience stands before its crossings: segment "" sorts first. */
static void check_crossings(const struct judge *j, const struct rows *rows)
{
	const struct row *whole = NULL, *all = rows->list;
	size_t end;

	for (size_t i = 0; i < rows->count; i = end) {
		const char *wrong;

		end = i + 1;
		while (end < rows->count && row_compare(&all[i], &all[end], false) == 0)
			end++;
		if (!*all[i].head->segment) {
			whole = &all[i];
			continue;
		}
		if (!whole || whole->head->base < 0 ||
			strcmp(whole->head->audience, all[i].head->audience) != 0 ||
			strcmp(whole->head->question, all[i].head->question) != 0)
			continue;
		wrong = left_over(j, whole, &all[i], &all[end - 1] + 1);
		if (wrong)
			judge_found(j, &all[i], wrong);
	}
}

static void check_itself(const struct judge *j, const struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		check_row(j, &rows->list[i]);
	check_crossings(j, rows);
}

/* ---- all ---- */

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static bool is_on(struct thresholds t)
{
	return t.min_base > 1;
}

void release_check(const struct release *release, const struct release *former,
	size_t former_count, const struct form *const *forms, size_t form_count,
	struct release_findings *ret)
{
	struct rows rows, before;
	struct judge j = {.t = release->info.thresholds, .out = ret};

	rows_make(&rows, release, forms, form_count);
	if (is_on(j.t))
		check_itself(&j, &rows);
	for (size_t i = 0; i < former_count; i++) {
		struct thresholds t = former[i].info.thresholds,
				  own = release->info.thresholds;

		j.former = former[i].info.version;
		j.t = (struct thresholds){.min_base = larger(t.min_base, own.min_base),
			.min_cell = larger(t.min_cell, own.min_cell),
			.coalition = larger(t.coalition, own.coalition)};
		if (!is_on(j.t))
			continue;
		rows_make(&before, &former[i], forms, form_count);
		check_against(&j, &rows, &before);
		rows_release(&before);
	}
	rows_release(&rows);
}
