/* SPDX-License-Identifier: Apache-2.0 */
/* synthesis.c - the figures of all audiences side by side, out of lines that are told already: it reads no tabulation. */
#include <stdlib.h>

#include "barometre/base/buf.h"
#include "barometre/report/release.h"
#include "figures_private.h"

#define ALL_LABEL "Ensemble des publics"
#define CODES_MAX 4096

struct synthesis {
	struct figures *out;
	const struct form *const *forms;
	size_t form_count;
	size_t given;         /* lines that are read: those of the list before */
	const char *question; /* "synthese.S3" */
};

/* The pointers into the list move when it grows: lines are copied. */
static struct figure line_at(const struct synthesis *s, size_t i)
{
	return s->out->list[i];
}

static bool is_of(const struct figure *f, const struct form *form, const char *question,
	const char *segment)
{
	return strcmp(f->audience, form->audience) == 0 &&
		strcmp(f->question, question) == 0 && strcmp(f->segment, segment) == 0;
}

static void push_for(struct synthesis *s, const struct form *form, const struct figure *f)
{
	struct figure line = *f;

	line.audience = "ensemble";
	line.question = s->question;
	line.type = "synthesis";
	line.segment = "public";
	line.segment_value = figures_own(s->out, x_strdup(form->audience));
	line.segment_label = figures_own(s->out, x_strdup(form->audience_label));
	figures_push(s->out, line);
}

/* What is added up to a line of all audiences. */
struct sum {
	const char *option, *label;
	int64_t base, count;
	size_t audiences;
	bool hidden;
};
struct sums {
	struct sum *list;
	size_t count;
};

static void sums_add(struct sums *sums, const struct figure *f)
{
	struct sum *sum = NULL;

	for (size_t i = 0; i < sums->count; i++)
		if (strcmp(sums->list[i].option, f->option) == 0)
			sum = &sums->list[i];
	if (!sum) {
		sums->list = x_realloc(
			sums->list, (sums->count + 1) * sizeof(*sums->list));
		sum = &sums->list[sums->count++];
		*sum = (struct sum){.option = f->option, .label = f->label};
	}
	sum->audiences++;
	sum->base += f->base;
	sum->count += f->count;
	sum->hidden = sum->hidden || f->count < 0 || f->base < 0 || *f->status;
}

static void push_sums(struct synthesis *s, const struct sums *sums,
	const struct form *const *forms, size_t count)
{
	struct buf codes = BUF_LIMIT(CODES_MAX);

	for (size_t i = 0; i < count; i++)
		buf_printf(&codes, "%s%s", i > 0 ? "+" : "", forms[i]->audience);
	const char *value = figures_own(s->out, buf_take(&codes));
	for (size_t i = 0; count >= 2 && i < sums->count; i++) {
		const struct sum *sum = &sums->list[i];
		if (sum->hidden || sum->audiences != count)
			continue;
		struct figure line = figures_blank(
			s->out, "ensemble", s->question, "synthesis");
		line.segment = "public";
		line.segment_value = value;
		line.segment_label = ALL_LABEL;
		line.option = sum->option;
		line.label = sum->label;
		line.base = sum->base;
		line.count = sum->count;
		figures_push(s->out, line);
	}
}

typedef bool wanted_fn(const struct figure *);

/* The lines of one question, audience by audience, then all those that have it together when `together`. */
static void copy_question(struct synthesis *s, const char *question, const char *segment,
	wanted_fn *wanted, bool together)
{
	const struct form **having = x_calloc(s->form_count + 1, sizeof(*having));
	struct sums sums = {0};
	size_t count = 0;

	for (size_t f = 0; f < s->form_count; f++) {
		bool any = false;
		for (size_t i = 0; i < s->given; i++) {
			struct figure line = line_at(s, i);
			if (!is_of(&line, s->forms[f], question, segment) ||
				!wanted(&line))
				continue;
			any = true;
			sums_add(&sums, &line);
			push_for(s, s->forms[f], &line);
		}
		if (any)
			having[count++] = s->forms[f];
	}
	if (together)
		push_sums(s, &sums, having, count);
	free(sums.list);
	free(having);
}

static bool is_respondents(const struct figure *f)
{
	return strcmp(f->option, "respondents") == 0;
}

static bool is_yes(const struct figure *f)
{
	return strcmp(f->option, "oui") == 0;
}

static bool is_answer(const struct figure *f)
{
	return strcmp(f->type, "single") == 0;
}

static bool is_theme(const struct figure *f)
{
	return strcmp(f->type, "text") == 0 && strcmp(f->option, "answered") != 0;
}

/* The group becomes the option: base are all people of the audience. */
static void push_halves(struct synthesis *s)
{
	for (size_t f = 0; f < s->form_count; f++) {
		const struct form *form = s->forms[f];
		int64_t people = 0;
		for (size_t i = 0; i < s->given; i++) {
			struct figure line = line_at(s, i);
			if (is_of(&line, form, "participation", "est_ouest"))
				people += line.count;
		}
		for (size_t i = 0; i < s->given; i++) {
			struct figure line = line_at(s, i);
			if (!is_of(&line, form, "participation", "est_ouest"))
				continue;
			line.option = line.segment_value;
			line.label = line.segment_label;
			line.base = line.mentions = people;
			line.percent = percent_of(line.count, people);
			push_for(s, form, &line);
		}
	}
}

/* May the option be the most quoted one? */
static bool is_ranked(const struct form *form, const char *question, const char *option)
{
	const struct question *q = form_find(form, str_of(question));
	const struct choice *c = q ? question_find_choice(q, str_of(option)) : NULL;

	return c && !c->exclusive;
}

static void push_most_quoted_of(
	struct synthesis *s, const struct form *form, const char *question)
{
	int64_t most = 0;
	size_t first = SIZE_MAX, hidden = SIZE_MAX;

	for (size_t i = 0; i < s->given; i++) {
		struct figure line = line_at(s, i);
		if (!is_of(&line, form, question, ""))
			continue;
		first = first == SIZE_MAX ? i : first;
		if (line.count < 0)
			hidden = hidden == SIZE_MAX ? i : hidden;
		else if (is_ranked(form, question, line.option) && line.count > most)
			most = line.count;
	}
	if (first == SIZE_MAX)
		return;
	if (hidden != SIZE_MAX) {
		struct figure line = line_at(s, hidden);
		line.option = line.label = "";
		push_for(s, form, &line);
		return;
	}
	for (size_t i = 0; most > 0 && i < s->given; i++) {
		struct figure line = line_at(s, i);
		if (is_of(&line, form, question, "") && line.count == most &&
			is_ranked(form, question, line.option))
			push_for(s, form, &line);
	}
}

static void push_most_quoted(struct synthesis *s, const char *question)
{
	for (size_t f = 0; f < s->form_count; f++)
		push_most_quoted_of(s, s->forms[f], question);
}

void figures_add_synthesis(
	struct figures *figures, const struct form *const *forms, size_t form_count)
{
	struct synthesis s = {.out = figures,
		.forms = forms,
		.form_count = form_count,
		.given = figures->count};

	s.question = "synthese.S1";
	copy_question(&s, "participation", "", is_respondents, true);
	s.question = "synthese.S2";
	push_halves(&s);
	s.question = "synthese.S3";
	copy_question(&s, "experience_12_mois", "", is_yes, false);
	s.question = "synthese.S4";
	copy_question(&s, "intention_12_mois", "", is_yes, false);
	s.question = "synthese.S5";
	copy_question(&s, "dynamique_regionale", "", is_answer, true);
	s.question = "synthese.S6";
	push_most_quoted(&s, "freins");
	s.question = "synthese.S7";
	push_most_quoted(&s, "leviers");
	s.question = "synthese.S8";
	copy_question(&s, "impact", "", is_theme, true);
	s.question = "synthese.S9";
	copy_question(&s, "besoins", "", is_theme, true);
	if (figures->count > s.given)
		figures_note(figures, "ensemble", "", "", "synthesis",
			"La synthèse ne reprend que des chiffres diffusés public par public ; les totaux n’ont pas de pourcentage, parce que les publics réunis ne sont l’échantillon d’aucune population.");
}
