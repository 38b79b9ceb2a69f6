/* SPDX-License-Identifier: Apache-2.0 */
/* release_notes.c - what was merged, gathered or withheld, and why, in French (release.h). */
#include <stdlib.h>

#include "barometre/base/buf.h"
#include "release_private.h"

/* U+202F before ; : ! ? % and inside guillemets. */
static const char *reason(enum protect_verdict verdict)
{
	switch (verdict) {
	case PROTECT_BASE:
		return "moins de personnes que le seuil y ont répondu";
	case PROTECT_CELLS:
		return "des réponses sont celles de trop peu de personnes, même regroupées";
	case PROTECT_UNANIMOUS:
		return "tout le monde, ou presque, y a donné la même réponse";
	case PROTECT_FILTER:
		return "on pourrait en déduire une réponse à la question qui y conduit, et qui n’est pas diffusée aussi finement";
	case PROTECT_GROUPS:
		return "il ne reste pas deux groupes d’une taille suffisante";
	case PROTECT_AUDIT:
		return "la différence avec un autre tableau ferait connaître un trop petit groupe";
	case PROTECT_SHOWN:
	case PROTECT_NOBODY:
	case PROTECT_NOT_MADE:
		break;
	}
	return "";
}

/* Groups of one category are not named. */
static void name_groups(
	struct buf *text, const struct segment *s, const size_t *group_of, size_t groups)
{
	for (size_t g = 0; g < groups; g++) {
		size_t members = 0;
		for (size_t i = 0; i < s->count; i++)
			members += group_of[i] == g && s->people[i] > 0;
		if (members < 2)
			continue;
		SCOPED(free_char) char *label = group_label(s, group_of, g);
		buf_printf(text, "%s« %s »", text->n > 0 ? " ; " : "", label);
	}
	must(!text->failed);
}

static bool same_groups(const struct segment *s, const size_t *a, const size_t *b)
{
	for (size_t i = 0; i < s->count; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

static void note_segment(const struct outgoing *o, size_t segment)
{
	const struct segment *s = &o->tab->segments[segment];
	size_t groups = o->told.segment_groups[segment];
	SCOPED(buf_release) struct buf text = BUF_LIMIT(LABELS_MAX);

	if (groups < 2) {
		bool nested = o->told.segment_nested[segment];
		figures_note(o->out, o->audience, "", s->crossing->name,
			"segment_withheld",
			"Aucun tableau n’est croisé avec « %s » : %s.",
			s->crossing->label,
			reason(nested ? PROTECT_AUDIT : PROTECT_GROUPS));
		return;
	}
	name_groups(&text, s, o->told.segment_group_of[segment], groups);
	if (text.n > 0)
		figures_note(o->out, o->audience, "", s->crossing->name, "groups_merged",
			"Groupes réunis de « %s », trop peu nombreux séparément : %s.",
			s->crossing->label, buf_str(&text).p);
}

static void note_crossing(const struct outgoing *o, size_t table, size_t segment)
{
	const struct table *t = &o->tab->tables[table];
	const struct segment *s = &o->tab->segments[segment];
	const struct protected_table *told = outgoing_table(o, table, segment);
	enum protect_verdict verdict = outgoing_verdict(o, table, segment);
	SCOPED(buf_release) struct buf text = BUF_LIMIT(LABELS_MAX);

	if (o->told.segment_groups[segment] < 2 || verdict == PROTECT_NOT_MADE ||
		verdict == PROTECT_NOBODY)
		return;
	if (verdict != PROTECT_SHOWN) {
		figures_note(o->out, o->audience, t->name, s->crossing->name,
			"crossing_withheld", "« %s » par « %s » n’est pas diffusé : %s.",
			t->question->short_label, s->crossing->label, reason(verdict));
		return;
	}
	if (!same_groups(s, told->group_of, o->told.segment_group_of[segment])) {
		name_groups(&text, s, told->group_of, told->groups);
		figures_note(o->out, o->audience, t->name, s->crossing->name,
			"groups_merged",
			"Pour « %s », groupes réunis de « %s », pour que chacun reste sûr : %s.",
			t->question->short_label, s->crossing->label, buf_str(&text).p);
	}
}

static size_t count_marks(const struct protected_table *told, enum cell_mark mark)
{
	size_t n = 0;

	for (size_t i = 0; i < told->cells; i++)
		n += told->marks[i] == mark;
	return n;
}

/* Of a table that is told: what of it is not told as it is. */
static void note_cells(const struct outgoing *o, size_t table, size_t segment)
{
	const struct table *t = &o->tab->tables[table];
	const struct protected_table *told = outgoing_table(o, table, segment);
	const char *by = segment == SIZE_MAX ? ""
					     : o->tab->segments[segment].crossing->name;

	if (outgoing_verdict(o, table, segment) != PROTECT_SHOWN || t->type == TABLE_RANK)
		return;
	if (told->collapsed)
		figures_note(o->out, o->audience, t->name, by, "collapsed",
			"« %s » : les réponses sont réunies en %zu classes, faute de pouvoir être données une à une.",
			t->question->short_label, told->cells);
	if (count_marks(told, CELL_GATHERED) > 0)
		figures_note(o->out, o->audience, t->name, by, "cells_gathered",
			"« %s » : %zu réponses de peu de personnes sont données ensemble.",
			t->question->short_label, count_marks(told, CELL_GATHERED));
	if (count_marks(told, CELL_AT_MOST_5) + count_marks(told, CELL_AT_LEAST_95) > 0)
		figures_note(o->out, o->audience, t->name, by, "cells_bounded",
			"« %s » : presque tout le monde est du même avis ; on dit seulement « au plus 5 %% » ou « au moins 95 %% ».",
			t->question->short_label);
	if (count_marks(told, CELL_WITHHELD) > 0)
		figures_note(o->out, o->audience, t->name, by, "options_withheld",
			"« %s » : réponses non données, parce que presque personne ou presque tout le monde les a cochées : %zu.",
			t->question->short_label, count_marks(told, CELL_WITHHELD));
	if (t->type == TABLE_MULTIPLE && !told->exact)
		figures_note(o->out, o->audience, t->name, by, "mentions_withheld",
			"« %s » : le nombre total de réponses cochées n’est pas donné, on en déduirait celles qui manquent.",
			t->question->short_label);
}

static void note_whole(const struct outgoing *o, size_t table)
{
	const struct table *t = &o->tab->tables[table];
	enum protect_verdict verdict = outgoing_verdict(o, table, SIZE_MAX);

	if (verdict == PROTECT_SHOWN)
		note_cells(o, table, SIZE_MAX);
	else if (verdict != PROTECT_NOBODY)
		figures_note(o->out, o->audience, t->name, "", "question_withheld",
			"« %s » n’est pas diffusé : %s.", t->question->short_label,
			reason(verdict));
}

static void note_parameters(const struct outgoing *o)
{
	const struct thresholds *t = &o->thresholds;

	if (t->min_base <= 1) {
		figures_note(o->out, o->audience, "", "", "parameters",
			"Aucun seuil n’a été appliqué : ces tableaux ne peuvent pas être rendus publics.");
		return;
	}
	figures_note(o->out, o->audience, "", "", "parameters",
		"Seuils appliqués : au moins %lld personnes par tableau et par groupe ; au moins %lld pour chaque réponse à une question sensible ; par groupe, aucune réponse que tout le monde, ou tout le monde sauf %lld, aurait donnée ; moyenne et quartiles à partir de %d personnes.",
		(long long)t->min_base, (long long)t->min_cell, (long long)t->coalition,
		STATISTIC_BASE);
}

void push_notes(const struct outgoing *o)
{
	note_parameters(o);
	for (size_t s = 0; s < o->tab->segment_count; s++)
		note_segment(o, s);
	for (size_t i = 0; i < o->tab->table_count; i++) {
		note_whole(o, i);
		for (size_t s = 0; s < o->tab->segment_count; s++) {
			if (!o->planned.questions[i].crossable)
				break;
			note_crossing(o, i, s);
			note_cells(o, i, s);
		}
	}
}
