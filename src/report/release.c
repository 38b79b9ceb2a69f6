/* SPDX-License-Identifier: Apache-2.0 */
/* release.c - tables go in, lines of a release come out: what must not be known stays here. See release_private.h. */
#include "barometre/report/release.h"

#include <stdlib.h>

#include "barometre/report/codebook.h"
#include "release_private.h"

/* ---- the lists ---- */

void figures_release(struct figures *f)
{
	for (size_t i = 0; i < f->text_count; i++)
		free(f->texts[i]);
	free(f->texts);
	free(f->list);
	free(f->notes);
	*f = (struct figures){0};
}

const char *figures_own(struct figures *f, char *text)
{
	if (f->text_count == f->text_capacity) {
		f->text_capacity = f->text_capacity ? 2 * f->text_capacity : 64;
		f->texts = x_realloc(f->texts, f->text_capacity * sizeof(*f->texts));
	}
	f->texts[f->text_count++] = text;
	return text;
}

void figures_push(struct figures *f, struct figure line)
{
	if (f->count == f->capacity) {
		f->capacity = f->capacity ? 2 * f->capacity : 64;
		f->list = x_realloc(f->list, f->capacity * sizeof(*f->list));
	}
	f->list[f->count++] = line;
}

void figures_note(struct figures *f, const char *audience, const char *question,
	const char *segment, const char *code, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	char *text = x_vprintf(format, values);
	va_end(values);
	if (f->note_count == f->note_capacity) {
		f->note_capacity = f->note_capacity ? 2 * f->note_capacity : 16;
		f->notes = x_realloc(f->notes, f->note_capacity * sizeof(*f->notes));
	}
	f->notes[f->note_count++] = (struct release_note){
		.audience = figures_own(f, x_strdup(audience)),
		.question = figures_own(f, x_strdup(question)),
		.segment = figures_own(f, x_strdup(segment)),
		.code = figures_own(f, x_strdup(code)),
		.text = figures_own(f, text)};
}

struct figure figures_blank(
	struct figures *f, const char *audience, const char *question, const char *type)
{
	return (struct figure){.audience = figures_own(f, x_strdup(audience)),
		.question = figures_own(f, x_strdup(question)),
		.type = type,
		.segment = "",
		.segment_value = "",
		.segment_label = "",
		.base = -1,
		.not_answered = -1,
		.not_concerned = -1,
		.mentions = -1,
		.count = -1,
		.percent = -1,
		.status = ""};
}

void figures_add_copy(struct figures *f, const struct figure *line)
{
	struct figure copy = *line;
	const char **const texts[] = {&copy.audience, &copy.question, &copy.type,
		&copy.segment, &copy.segment_value, &copy.segment_label, &copy.option,
		&copy.label, &copy.status};

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		*texts[i] = figures_own(f, x_strdup(*texts[i]));
	figures_push(f, copy);
}

const char *table_type_name(enum table_type type)
{
	static const char *const names[] = {
		[TABLE_SINGLE] = "single",
		[TABLE_MULTIPLE] = "multiple",
		[TABLE_MATRIX] = "matrix",
		[TABLE_SCALE] = "scale",
		[TABLE_NUMBER] = "number",
		[TABLE_LOCALITY] = "locality",
		[TABLE_TEXT] = "text",
		[TABLE_IDENTIFYING] = "identifying",
		[TABLE_CALCULATED] = "calculated",
		[TABLE_RANKING] = "ranking",
		[TABLE_RANK] = "rank",
		[TABLE_COUNT] = "count",
	};

	return names[type];
}

/* ---- verdicts ---- */

const char *verdict_status(enum protect_verdict verdict)
{
	switch (verdict) {
	case PROTECT_SHOWN:
	case PROTECT_NOBODY:
		break;
	case PROTECT_BASE:
	case PROTECT_GROUPS:
		return STATUS_BASE;
	case PROTECT_CELLS:
	case PROTECT_AUDIT:
	case PROTECT_NOT_MADE:
		return STATUS_CELLS;
	case PROTECT_UNANIMOUS:
		return "unanimous";
	case PROTECT_FILTER:
		return "filter";
	}
	return "";
}

const struct protected_table *outgoing_table(
	const struct outgoing *o, size_t table, size_t segment)
{
	return segment == SIZE_MAX ? &o->told.whole[table]
				   : protected_table(&o->told, table, segment);
}

/* Every cell, as itself. */
static bool shows_all(const struct protected_table *t)
{
	return t->verdict == PROTECT_NOBODY ||
		(t->verdict == PROTECT_SHOWN && t->exact && !t->collapsed);
}

bool ranking_is_exact(const struct outgoing *o, size_t table)
{
	const struct table *t = &o->tab->tables[table];

	for (size_t i = o->tab->first_table[t->index]; i < o->tab->table_count; i++) {
		if (o->tab->tables[i].index != t->index)
			break;
		if (!shows_all(&o->told.whole[i]))
			return false;
	}
	return true;
}

/* The number of ticks of everybody together would give a hidden option away. */
static enum protect_verdict count_verdict(
	const struct outgoing *o, size_t table, size_t segment)
{
	const struct table *t = &o->tab->tables[table];

	for (size_t i = o->tab->first_table[t->index]; i < table; i++)
		if (!shows_all(outgoing_table(o, i, segment)))
			return PROTECT_CELLS;
	return outgoing_table(o, table, segment)->verdict;
}

/* The places of all choices add up, and with three choices who was first and a mean tell every place. */
static enum protect_verdict rank_verdict(const struct outgoing *o, size_t table)
{
	size_t first = o->tab->first_table[o->tab->tables[table].index];
	enum protect_verdict ranking = o->told.whole[first].verdict,
			     own = o->told.whole[table].verdict;

	if (ranking != PROTECT_SHOWN)
		return ranking;
	return own == PROTECT_BASE || own == PROTECT_FILTER || own == PROTECT_NOBODY
		? own
		: PROTECT_SHOWN;
}

enum protect_verdict outgoing_verdict(
	const struct outgoing *o, size_t table, size_t segment)
{
	switch (o->tab->tables[table].type) {
	case TABLE_COUNT:
		return count_verdict(o, table, segment);
	case TABLE_RANK:
		return segment == SIZE_MAX ? rank_verdict(o, table) : PROTECT_NOT_MADE;
	case TABLE_SINGLE:
	case TABLE_MULTIPLE:
	case TABLE_MATRIX:
	case TABLE_SCALE:
	case TABLE_NUMBER:
	case TABLE_LOCALITY:
	case TABLE_TEXT:
	case TABLE_IDENTIFYING:
	case TABLE_CALCULATED:
	case TABLE_RANKING:
		break;
	}
	return outgoing_table(o, table, segment)->verdict;
}

/* ---- an audience ---- */

static void push_people(const struct outgoing *o, const struct segment *s,
	const size_t *group_of, size_t g)
{
	struct figure line = figures_blank(o->out, o->audience, "participation", "total");

	line.segment = figures_own(o->out, x_strdup(s->crossing->name));
	line.segment_value = figures_own(o->out, group_codes(s, group_of, g));
	line.segment_label = figures_own(o->out, group_label(s, group_of, g));
	line.option = "people";
	line.label = "Répondants";
	line.base = line.mentions = line.count = group_people(s, group_of, g);
	figures_push(o->out, line);
}

static void push_segment(const struct outgoing *o, size_t segment)
{
	const struct segment *s = &o->tab->segments[segment];

	for (size_t g = 0; g < o->told.segment_groups[segment]; g++)
		push_people(o, s, o->told.segment_group_of[segment], g);
	for (size_t i = 0; i < o->tab->table_count; i++)
		if (o->planned.questions[i].crossable)
			push_crossing(o, i, segment);
}

void figures_add(struct figures *f, const char *audience, const struct tabulation *tab,
	struct thresholds thresholds)
{
	struct figure total = figures_blank(f, audience, "participation", "total");
	struct outgoing o = {
		.out = f, .audience = audience, .tab = tab, .thresholds = thresholds};

	total.option = "respondents";
	total.label = "Répondants";
	total.base = total.mentions = total.count = tab->people;
	figures_push(f, total);
	planned_make(&o.planned, tab, thresholds);
	protect(&o.planned.plan, &o.told);
	for (size_t i = 0; i < tab->table_count; i++)
		push_whole(&o, i);
	for (size_t s = 0; s < tab->segment_count; s++)
		push_segment(&o, s);
	push_notes(&o);
	protected_release(&o.told);
	planned_release(&o.planned);
}

static void note_themes(struct figures *f, const char *audience, const char *question,
	const struct protected_table *told)
{
	if (told->verdict != PROTECT_SHOWN && told->verdict != PROTECT_NOBODY)
		figures_note(f, audience, question, "", "question_withheld",
			"Les thèmes de cette question ouverte ne sont pas diffusés : trop peu de textes, ou tous du même avis.");
	else if (told->verdict == PROTECT_SHOWN && !told->exact)
		figures_note(f, audience, question, "", "options_withheld",
			"Des thèmes de cette question ouverte ne sont pas chiffrés, parce que presque aucun texte ou presque tous les portent ; le nombre total de mentions n’est donc pas donné.");
}

/* A table of several ticks, of nobody else: who wrote is the base, whoever they are. */
void figures_add_themes(struct figures *f, const char *audience, const char *question,
	const struct codebook *book, int64_t base, const int64_t *counts,
	struct thresholds thresholds)
{
	size_t themes = book->count;
	struct option *options = x_calloc(themes + 1, sizeof(*options));
	const struct plan_question q = {.shape = PLAN_MULTIPLE,
		.cells = themes,
		.whole = {.base = base, .cells = counts}};
	const struct plan plan = {
		.thresholds = thresholds, .questions = &q, .question_count = 1};
	struct protected_plan told;

	for (size_t i = 0; i < themes; i++) {
		must(counts[i] >= 0 && counts[i] <= base);
		options[i] = (struct option){.code = x_strdup(book->themes[i].code),
			.label = x_strdup(book->themes[i].label)};
	}
	protect(&plan, &told);
	push_alone(f, figures_blank(f, audience, question, table_type_name(TABLE_TEXT)),
		options, &q, &told.whole[0]);
	note_themes(f, audience, question, &told.whole[0]);
	protected_release(&told);
	for (size_t i = 0; i < themes; i++) {
		free(options[i].code);
		free(options[i].label);
	}
	free(options);
}
