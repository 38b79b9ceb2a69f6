/* SPDX-License-Identifier: Apache-2.0 */
/* weighing.c - one question by one crossing out of a release, and its weights. */
#include <stdlib.h>

#include "release_check_private.h"
#include "weighing_private.h"

void weighing_release(struct weighing *w)
{
	free(w->groups);
	free(w->options);
	free(w->categories);
	free(w->counts);
	*w = (struct weighing){0};
}

#define NOT_KNOWN "non_precise"

bool is_not_known(struct str code)
{
	return str_eq_z(code, NOT_KNOWN);
}

/* ---- what there is ---- */

static bool is_crossed(const struct figure *f, const char *audience)
{
	return strcmp(f->audience, audience) == 0 && *f->segment &&
		strcmp(f->question, "participation") != 0 &&
		strcmp(f->type, "synthesis") != 0;
}

static bool is_of(const struct figure *f, const struct weighing_wish *wish)
{
	return is_crossed(f, wish->audience) &&
		strcmp(f->question, wish->question) == 0 &&
		strcmp(f->segment, wish->segment) == 0;
}

/* A line that is a share. */
static bool is_share(const struct figure *f)
{
	return !line_is_statistic(f) && strcmp(f->type, "rank") != 0;
}

static const char *code_in(const struct figure *f, bool questions)
{
	return questions ? f->question : f->segment;
}

/* The questions that are crossed; or, of `question`, by what. */
static void list_crossed(const struct release *r, const char *audience,
	const char *question, struct buf *out)
{
	bool questions = !question;

	for (size_t i = 0; i < r->figure_count; i++) {
		const struct figure *f = &r->figures[i];
		bool known = false;

		if (!is_crossed(f, audience) ||
			(question && strcmp(f->question, question) != 0))
			continue;
		/* Backwards: the lines of a table stand together. */
		for (size_t k = i; k-- > 0 && !known;)
			known = is_crossed(&r->figures[k], audience) &&
				(!question ||
					strcmp(r->figures[k].question, question) == 0) &&
				strcmp(code_in(&r->figures[k], questions),
					code_in(f, questions)) == 0;
		if (!known)
			buf_printf(out, "  %s\n", code_in(f, questions));
	}
}

static bool is_in_release(
	const struct release *r, const char *audience, const char *question)
{
	for (size_t i = 0; i < r->figure_count; i++)
		if (strcmp(r->figures[i].audience, audience) == 0 &&
			(!question || strcmp(r->figures[i].question, question) == 0))
			return true;
	return false;
}

/* The release's own words, of the narrowest note. NULL when it has none. */
static const char *why_withheld(const struct release *r, const struct weighing_wish *wish)
{
	static const char *const codes[] = {
		"crossing_withheld", "segment_withheld", "question_withheld"};

	for (size_t c = 0; c < COUNT_OF(codes); c++)
		for (size_t i = 0; i < r->note_count; i++) {
			const struct release_note *n = &r->notes[i];

			if (strcmp(n->code, codes[c]) == 0 &&
				strcmp(n->audience, wish->audience) == 0 &&
				(!*n->question ||
					strcmp(n->question, wish->question) == 0) &&
				(!*n->segment || strcmp(n->segment, wish->segment) == 0))
				return n->text;
		}
	return NULL;
}

/* The table is not in the release. */
static bool explain(const struct release *r, const struct weighing_wish *wish,
	struct buf *there_is, struct err *err)
{
	const char *why;

	if (!is_in_release(r, wish->audience, NULL))
		return err_set(err, ERR_MISSING,
			"release %lld tells nothing of the audience \"%.40s\"",
			(long long)r->info.version, wish->audience);
	if (!is_in_release(r, wish->audience, wish->question)) {
		list_crossed(r, wish->audience, NULL, there_is);
		return err_set(err, ERR_MISSING,
			"release %lld has no question \"%.60s\" of %.40s; those that are crossed are listed",
			(long long)r->info.version, wish->question, wish->audience);
	}
	list_crossed(r, wish->audience, wish->question, there_is);
	why = why_withheld(r, wish);
	if (why)
		return err_set(err, ERR_MISSING,
			"release %lld withholds \"%.40s\" by \"%.40s\"%s: %.300s",
			(long long)r->info.version, wish->question, wish->segment,
			there_is->n > 0 ? "; by what it is told is listed" : "", why);
	return err_set(err, ERR_MISSING,
		"release %lld does not cross \"%.60s\" with \"%.60s\"%s",
		(long long)r->info.version, wish->question, wish->segment,
		there_is->n > 0 ? "; what it crosses it with is listed"
				: ", nor with anything else");
}

/* ---- whom a question concerns ---- */

/* "grille.ligne" is of "grille", "nombre.q" of "q". */
static const struct question *question_of(
	const struct form *form, const struct figure *figure)
{
	struct str rest = str_of(figure->question), name;

	must(str_cut(&rest, '.', &name));
	if (strcmp(figure->type, "count") == 0)
		(void)str_cut(&rest, '.', &name);
	return form_find(form, name);
}

static bool may_not_concern(const struct form *form, const struct question *q)
{
	if (!q || q->visible_if ||
		(q->page < form->page_count && form->pages[q->page].visible_if))
		return true;
	for (size_t i = 0; i < q->choice_count; i++)
		if (q->choices[i].not_concerned)
			return true;
	return false;
}

/* Where the release does not say how many, the form tells whether there may be somebody. */
static bool concerns_all(const struct form *form, const struct figure *f)
{
	return f->not_concerned == 0 ||
		(f->not_concerned < 0 && !may_not_concern(form, question_of(form, f)));
}

/* ---- the table ---- */

static size_t group_of(struct weighing *w, const struct figure *f)
{
	size_t g = 0;

	while (g < w->group_count && strcmp(w->groups[g].codes, f->segment_value) != 0)
		g++;
	if (g == w->group_count) {
		w->groups[g] = (struct weighing_group){
			f->segment_value, f->segment_label, f->base, 0, 0};
		w->group_count++;
	}
	return g;
}

static size_t option_of(struct weighing *w, const struct figure *f)
{
	size_t o = 0;

	while (o < w->option_count && strcmp(w->options[o].code, f->option) != 0)
		o++;
	if (o == w->option_count) {
		w->options[o] = (struct weighing_option){
			.code = f->option, .label = f->label, .told = true};
		w->option_count++;
	}
	return o;
}

static bool is_counted(const struct figure *f, const struct weighing_wish *wish)
{
	return is_of(f, wish) && is_share(f) && strcmp(f->segment_value, NOT_KNOWN) != 0;
}

static bool check_concerned(const struct release *r, const struct form *form,
	const struct weighing_wish *wish, struct err *err)
{
	for (size_t i = 0; i < r->figure_count; i++)
		if (is_of(&r->figures[i], wish) && is_share(&r->figures[i]) &&
			!concerns_all(form, &r->figures[i]))
			return err_set(err, ERR_CONFLICT,
				"\"%.60s\" does not concern everybody: the list does not say how many of each group it concerns, so that there are no "
				"weights",
				wish->question);
	return true;
}

/* Which groups and options there are, and room for a number of each. */
static void take_names(struct weighing *w, const struct weighing_wish *wish)
{
	const struct release *r = w->release;
	size_t room = 1;

	for (size_t i = 0; i < r->figure_count; i++)
		room += is_of(&r->figures[i], wish);
	w->groups = x_calloc(room, sizeof(*w->groups));
	w->options = x_calloc(room, sizeof(*w->options));
	for (size_t i = 0; i < r->figure_count; i++) {
		const struct figure *f = &r->figures[i];

		if (!is_of(f, wish) || !is_share(f))
			continue;
		if (is_counted(f, wish)) {
			(void)group_of(w, f);
			(void)option_of(w, f);
		} else {
			w->left_out = f->base;
		}
	}
	w->counts = x_calloc(w->option_count * w->group_count + 1, sizeof(*w->counts));
	for (size_t i = 0; i < w->option_count * w->group_count; i++)
		w->counts[i] = -1;
}

static bool take_lines(struct weighing *w, const struct form *form,
	const struct weighing_wish *wish, struct err *err)
{
	if (!check_concerned(w->release, form, wish, err))
		return false;
	take_names(w, wish);
	for (size_t i = 0; i < w->release->figure_count; i++) {
		const struct figure *f = &w->release->figures[i];

		if (is_counted(f, wish))
			w->counts[option_of(w, f) * w->group_count + group_of(w, f)] =
				f->count;
	}
	for (size_t o = 0; o < w->option_count; o++)
		for (size_t g = 0; g < w->group_count; g++)
			w->options[o].told = w->options[o].told &&
				w->counts[o * w->group_count + g] >= 0;
	return true;
}

static void add_categories(struct weighing *w, const char *codes, size_t group)
{
	struct str rest = str_of(codes), code;
	size_t known = 0;

	for (const char *at = codes; (at = strchr(at, '+')); at++)
		known++;
	w->categories = x_realloc(
		w->categories, (w->category_count + known + 1) * sizeof(*w->categories));
	while (str_cut(&rest, '+', &code)) {
		w->mixed = w->mixed || is_not_known(code);
		w->categories[w->category_count++] = (struct weighing_category){
			code, group, false};
	}
}

/* Of the groups, then those of nobody: these have one line, how many they are. */
static void take_categories(struct weighing *w)
{
	for (size_t g = 0; g < w->group_count; g++) {
		add_categories(w, w->groups[g].codes, g);
		w->answers += w->groups[g].answers;
	}
	for (size_t i = 0; i < w->release->figure_count; i++) {
		const struct figure *f = &w->release->figures[i];

		if (strcmp(f->audience, w->audience) == 0 &&
			strcmp(f->question, "participation") == 0 &&
			strcmp(f->segment, w->segment) == 0 && f->base == 0 &&
			!is_not_known(str_of(f->segment_value)))
			add_categories(w, f->segment_value, GROUP_OF_NOBODY);
	}
}

static void keep_option(struct weighing *w, size_t option)
{
	w->options[0] = w->options[option];
	for (size_t g = 0; g < w->group_count; g++)
		w->counts[g] = w->counts[option * w->group_count + g];
	w->option_count = 1;
}

static bool choose_option(
	struct weighing *w, const char *code, struct buf *there_is, struct err *err)
{
	if (!code)
		return true;
	for (size_t o = 0; o < w->option_count; o++)
		if (strcmp(w->options[o].code, code) == 0) {
			keep_option(w, o);
			return true;
		}
	for (size_t o = 0; o < w->option_count; o++)
		buf_printf(
			there_is, "  %s  %s\n", w->options[o].code, w->options[o].label);
	return err_set(err, ERR_MISSING,
		"\"%.60s\" has no option \"%.60s\"; those it has are listed", w->question,
		code);
}

static void name_things(struct weighing *w, const struct form *form)
{
	for (size_t i = 0; i < w->release->figure_count; i++) {
		const struct figure *f = &w->release->figures[i];
		const struct question *q;

		if (strcmp(f->audience, w->audience) != 0 ||
			strcmp(f->question, w->question) != 0)
			continue;
		q = question_of(form, f);
		w->question_label = q ? q->short_label : w->question;
		break;
	}
	for (size_t i = 0; i < form->crossing_count; i++)
		if (strcmp(form->crossings[i].name, w->segment) == 0)
			w->segment_label = form->crossings[i].label;
}

bool weighing_begin(const struct release *release, const struct form *form,
	struct weighing_wish wish, struct weighing *ret, struct buf *there_is,
	struct err *err)
{
	SCOPED(weighing_release)
	struct weighing w = {.release = release,
		.audience = wish.audience,
		.audience_label = form->audience_label,
		.question = wish.question,
		.question_label = wish.question,
		.segment = wish.segment,
		.segment_label = wish.segment};
	bool any = false;

	for (size_t i = 0; i < release->figure_count && !any; i++)
		any = is_of(&release->figures[i], &wish);
	if (!any)
		return explain(release, &wish, there_is, err);
	if (!take_lines(&w, form, &wish, err))
		return false;
	if (w.option_count == 0)
		return err_set(err, ERR_CONFLICT,
			"nothing of \"%.60s\" is a share: a mean cannot be weighted by this",
			wish.question);
	if (w.group_count < 2)
		return err_set(err, ERR_CONFLICT,
			"\"%.60s\" tells fewer than two groups apart that a list can have",
			wish.segment);
	take_categories(&w);
	name_things(&w, form);
	if (!choose_option(&w, wish.option, there_is, err))
		return false;
	*ret = w;
	w = (struct weighing){0};
	return true;
}

/* ---- weights ---- */

static void make_weights(struct weighing *w)
{
	double *population = x_calloc(w->group_count, sizeof(*population)),
	       *weights = x_calloc(w->group_count, sizeof(*weights));
	size_t *class_of = x_calloc(w->group_count, sizeof(*class_of));
	int64_t *people = x_calloc(w->group_count, sizeof(*people));
	struct weight_margin margin = {w->group_count, population, class_of};

	for (size_t g = 0; g < w->group_count; g++) {
		population[g] = w->groups[g].population;
		class_of[g] = g;
		people[g] = w->groups[g].answers;
	}
	w->weighting = weights_rake(&margin, 1, people, w->group_count, weights);
	for (size_t g = 0; g < w->group_count; g++)
		w->groups[g].weight = weights[g];
	free(population);
	free(weights);
	free(class_of);
	free(people);
}

static void make_share(struct weighing *w, size_t option)
{
	struct stratum *strata = x_calloc(w->group_count, sizeof(*strata));

	for (size_t g = 0; g < w->group_count; g++)
		strata[g] = (struct stratum){w->counts[option * w->group_count + g],
			w->groups[g].answers, w->groups[g].population};
	/* Whether there are weights hangs on the groups alone. */
	must(poststratify(strata, w->group_count, &w->options[option].share) ==
		(w->weighting.verdict == WEIGHTS_MADE));
	free(strata);
}

bool weighing_make(struct weighing *w, struct err *err)
{
	SCOPED(buf_release) struct buf few = BUF_LIMIT(1 << 16);

	make_weights(w);
	for (size_t o = 0; o < w->option_count; o++)
		if (w->options[o].told)
			make_share(w, o);
	if (w->weighting.verdict == WEIGHTS_MADE)
		return true;
	for (size_t g = 0; g < w->group_count; g++)
		if (w->groups[g].answers < WEIGHTS_LEAST_ANSWERS)
			buf_printf(&few, "%s%s (%lld)", few.n > 0 ? ", " : "",
				w->groups[g].codes, (long long)w->groups[g].answers);
	if (w->weighting.verdict == WEIGHTS_TOO_FEW)
		return err_set(err, ERR_CONFLICT,
			"no weights: fewer than %d answers in %.200s; a coarser crossing may do",
			WEIGHTS_LEAST_ANSWERS, buf_str(&few).p);
	if (w->weighting.verdict == WEIGHTS_UNKNOWN)
		return err_set(err, ERR_CONFLICT,
			"no weights: the size of a group in the list is 0, or not known");
	return err_set(err, ERR_CONFLICT,
		"no weights: raking has not settled after 50 rounds; a coarser crossing may do");
}
