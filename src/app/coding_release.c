/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coding_release.c - the themes that stand, as a release: all lines of the newest one that left its draft and was not withdrawn, but those of
 * coded questions and of the synthesis, which are made again. A question is coded when all its texts have their themes: with 38 of 40, the next
 * release would tell the difference of two people, and be refused.
 */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/app/publish.h"
#include "commands_coding.h"
#include "sql_catalog.h"

struct recode {
	struct db *db;
	const struct edition *edition;
	const struct db_rows *totals;
	struct release former;
	struct figures figures;
	struct release_note *notes; /* borrowed texts, but of `own` */
	size_t note_count;
	char **own;
	size_t own_count;
};

static void recode_release(struct recode *r)
{
	release_unload(&r->former);
	figures_release(&r->figures);
	for (size_t i = 0; i < r->own_count; i++)
		free(r->own[i]);
	free(r->own);
	free(r->notes);
}

static bool same_question(
	const struct recode *r, size_t row, const char *audience, const char *question)
{
	return str_eq_z(db_str(r->totals, row, "audience"), audience) &&
		str_eq_z(db_str(r->totals, row, "question"), question);
}

static bool is_whole(const struct recode *r, size_t row)
{
	return db_int(r->totals, row, "base") == db_int(r->totals, row, "texts");
}

/* The first row of its totals; SIZE_MAX when it is not coded, or not all of it. */
static size_t row_of(const struct recode *r, const char *audience, const char *question)
{
	for (size_t i = 0; i < db_count(r->totals); i++)
		if (same_question(r, i, audience, question) && is_whole(r, i))
			return i;
	return SIZE_MAX;
}

static bool is_synthesis(const char *audience)
{
	return strcmp(audience, "ensemble") == 0;
}

static void push_note(struct recode *r, struct release_note note)
{
	r->notes = x_realloc(r->notes, (r->note_count + 1) * sizeof(*r->notes));
	r->notes[r->note_count++] = note;
}

/* Which book, in which version: frozen with the figures. */
static void note_book(
	struct recode *r, const struct figure *f, const struct codebook *book)
{
	char *text = x_printf(
		"Réponses libres classées selon la grille « %s », version %lld ; une réponse peut avoir plusieurs thèmes.",
		book->book, (long long)book->version);

	r->own = x_realloc(r->own, (r->own_count + 1) * sizeof(*r->own));
	r->own[r->own_count++] = text;
	push_note(
		r, (struct release_note){f->audience, f->question, "", "codebook", text});
}

static bool add_themes(
	struct recode *r, const struct figure *figure, size_t first, struct err *err)
{
	SCOPED(codebook_release) struct codebook book = {0};
	SCOPED(free_char) char *name = str_dup(db_str(r->totals, first, "book"));
	int64_t *counts;

	if (!codebook_load(r->db, name, db_int(r->totals, first, "version"), &book, err))
		return false;
	counts = x_calloc(book.count + 1, sizeof(*counts));
	for (size_t i = first; i < db_count(r->totals) &&
		same_question(r, i, figure->audience, figure->question);
		i++)
		for (size_t c = 0; c < book.count; c++)
			if (str_eq_z(db_str(r->totals, i, "theme"), book.themes[c].code))
				counts[c] = db_int(r->totals, i, "count");
	figures_add_themes(&r->figures, figure->audience, figure->question, &book,
		db_int(r->totals, first, "base"), counts, r->edition->thresholds);
	free(counts);
	note_book(r, figure, &book);
	return true;
}

/* Lines of coded questions are replaced at their place. */
static bool recode_lines(struct recode *r, struct err *err)
{
	const struct figure *done = NULL;

	for (size_t i = 0; i < r->former.figure_count; i++) {
		const struct figure *f = &r->former.figures[i];
		size_t row;

		if (is_synthesis(f->audience) ||
			(done && strcmp(done->audience, f->audience) == 0 &&
				strcmp(done->question, f->question) == 0))
			continue;
		row = row_of(r, f->audience, f->question);
		if (strcmp(f->type, "text") != 0 || row == SIZE_MAX) {
			figures_add_copy(&r->figures, f);
			continue;
		}
		if (!add_themes(r, f, row, err))
			return false;
		done = f;
	}
	return true;
}

static void recode_synthesis(struct recode *r)
{
	const struct form **forms = edition_forms(r->edition);

	figures_add_synthesis(&r->figures, forms, r->edition->audience_count);
	free(forms);
}

/* Of what was kept, and of what was made again. */
static void recode_notes(struct recode *r)
{
	for (size_t i = 0; i < r->former.note_count; i++) {
		const struct release_note *n = &r->former.notes[i];

		if (!is_synthesis(n->audience) &&
			row_of(r, n->audience, n->question) == SIZE_MAX)
			push_note(r, *n);
	}
	for (size_t i = 0; i < r->figures.note_count; i++)
		push_note(r, r->figures.notes[i]);
}

static bool load_former(struct recode *r, struct err *err)
{
	SCOPED(release_infos_free) struct release_info *infos = NULL;
	size_t count;

	if (!release_list(r->db, r->edition->code, &infos, &count, err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(infos[i].state, "draft") != 0 &&
			strcmp(infos[i].state, "withdrawn") != 0)
			return release_load(r->db, r->edition->code, infos[i].version,
				&r->former, err);
	return err_set(err, ERR_CONFLICT,
		"edition \"%s\" has no release to put themes into: none is checked or published (barometre release list %s)",
		r->edition->code, r->edition->code);
}

static void tell_left(const struct recode *r, struct buf *out)
{
	for (size_t i = 0; i < db_count(r->totals); i++) {
		struct str audience = db_str(r->totals, i, "audience"),
			   question = db_str(r->totals, i, "question");

		if (is_whole(r, i) ||
			(i > 0 && same_question(r, i - 1, audience.p, question.p)))
			continue;
		buf_printf(out,
			"%.*s %.*s stays as it was: %lld of its %lld texts have their themes\n",
			(int)audience.n, audience.p, (int)question.n, question.p,
			(long long)db_int(r->totals, i, "base"),
			(long long)db_int(r->totals, i, "texts"));
	}
}

/* *ret_version is 0 when no question is coded. */
static bool recode(struct recode *r, int64_t *ret_version, struct err *err)
{
	if (!load_former(r, err) || !recode_lines(r, err))
		return false;
	if (r->own_count == 0) {
		*ret_version = 0;
		return true;
	}
	recode_synthesis(r);
	recode_notes(r);
	return release_add(r->db,
		&(struct release_draft){.edition = r->edition->code,
			.thresholds = r->edition->thresholds,
			.kind = "coding",
			.reason = "codage",
			.figures = r->figures.list,
			.figure_count = r->figures.count,
			.notes = r->notes,
			.note_count = r->note_count},
		ret_version, err);
}

bool coding_release(struct db *db, const struct edition *edition,
	struct coding_outcome *ret, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *totals = NULL;
	struct recode r = {.db = db, .edition = edition};
	struct db_params params = {0};
	bool ok;

	db_text_z(&params, edition->code);
	if (!db_run(db, &SQL_CODING_TOTALS, &params, &totals, err))
		return false;
	r.totals = totals;
	ok = recode(&r, &ret->version, err) &&
		(ret->version == 0 ||
			publish_check(db, edition, ret->version, &ret->passed,
				&ret->account, err));
	if (ok)
		tell_left(&r, &ret->left);
	recode_release(&r);
	return ok;
}

void coding_outcome_release(struct coding_outcome *outcome)
{
	buf_release(&outcome->account);
	buf_release(&outcome->left);
}
