/* SPDX-License-Identifier: Apache-2.0 */
/* Raking with its guards; the rules are told in weights.h. */
#include "barometre/report/weights.h"

#include <math.h>
#include <stdlib.h>

struct raking {
	const struct weight_margin *margins;
	size_t margin_count;
	const int64_t *people;
	size_t cells;
	double *weights;
	double all; /* people */
};

static double population_of(const struct weight_margin *m)
{
	double sum = 0;

	for (size_t c = 0; c < m->classes; c++)
		sum += m->population[c];
	return sum;
}

/* Weighted people of one class; with `plain`, unweighted. */
static double in_class(
	const struct raking *r, const struct weight_margin *m, size_t class, bool plain)
{
	double sum = 0;

	for (size_t i = 0; i < r->cells; i++)
		if (m->class_of[i] == class)
			sum += (double)r->people[i] * (plain ? 1 : r->weights[i]);
	return sum;
}

/* ---- guards ---- */

static enum weights_verdict look_at_class(
	const struct raking *r, const struct weight_margin *m, size_t class)
{
	if (!(m->population[class] > 0) || !isfinite(m->population[class]))
		return WEIGHTS_UNKNOWN;
	if (in_class(r, m, class, true) < WEIGHTS_LEAST_ANSWERS)
		return WEIGHTS_TOO_FEW;
	return WEIGHTS_MADE;
}

static struct weighting look(const struct raking *r)
{
	double population = population_of(&r->margins[0]);

	for (size_t k = 0; k < r->margin_count; k++) {
		const struct weight_margin *m = &r->margins[k];
		struct weighting w = {.margin = k};

		must(m->classes > 0);
		for (size_t i = 0; i < r->cells; i++)
			must(m->class_of[i] < m->classes);
		for (; w.class < m->classes; w.class ++) {
			w.verdict = look_at_class(r, m, w.class);
			if (w.verdict != WEIGHTS_MADE)
				return w;
		}
		if (fabs(population_of(m) - population) > population / 1000)
			return (struct weighting){
				.verdict = WEIGHTS_UNKNOWN, .margin = k};
	}
	return (struct weighting){.verdict = WEIGHTS_MADE};
}

/* ---- turns ---- */

static double bounded(double weight)
{
	return fmin(WEIGHTS_HIGHEST, fmax(WEIGHTS_LOWEST, weight));
}

static void fit_margin(struct raking *r, const struct weight_margin *m)
{
	double population = population_of(m);

	for (size_t c = 0; c < m->classes; c++) {
		double wanted = r->all * m->population[c] / population;
		double factor = wanted / in_class(r, m, c, false);

		for (size_t i = 0; i < r->cells; i++)
			if (m->class_of[i] == c)
				r->weights[i] *= factor;
	}
}

/* Returns the largest relative move of a weight. */
static double turn(struct raking *r, double *before)
{
	double moved = 0;

	for (size_t i = 0; i < r->cells; i++)
		before[i] = r->weights[i];
	for (size_t k = 0; k < r->margin_count; k++)
		fit_margin(r, &r->margins[k]);
	for (size_t i = 0; i < r->cells; i++) {
		r->weights[i] = bounded(r->weights[i]);
		moved = fmax(moved, fabs(r->weights[i] / before[i] - 1));
	}
	return moved;
}

/* ---- what came out ---- */

static double gap_of(const struct raking *r)
{
	double weighted = 0, gap = 0;

	for (size_t i = 0; i < r->cells; i++)
		weighted += (double)r->people[i] * r->weights[i];
	for (size_t k = 0; k < r->margin_count; k++) {
		const struct weight_margin *m = &r->margins[k];
		double population = population_of(m);

		for (size_t c = 0; c < m->classes; c++) {
			double share = in_class(r, m, c, false) / weighted;
			gap = fmax(
				gap, fabs(share / (m->population[c] / population) - 1));
		}
	}
	return gap;
}

static void tell(const struct raking *r, struct weighting *w)
{
	for (size_t i = 0; i < r->cells; i++)
		if (r->weights[i] <= WEIGHTS_LOWEST || r->weights[i] >= WEIGHTS_HIGHEST)
			w->trimmed += r->people[i];
	w->effective = effective_size(r->weights, r->people, r->cells);
	w->design_effect = r->all / w->effective;
	w->gap = gap_of(r);
}

struct weighting weights_rake(const struct weight_margin *margins, size_t margin_count,
	const int64_t *people, size_t cells, double *ret_weights)
{
	struct raking r = {margins, margin_count, people, cells,
		x_calloc(cells + 1, sizeof(double)), 0};
	double *before = x_calloc(cells + 1, sizeof(double));
	struct weighting w;
	bool steady = false;

	must(margin_count > 0);
	for (size_t i = 0; i < cells; i++) {
		must(people[i] >= 0);
		r.all += (double)people[i];
		r.weights[i] = 1;
	}
	w = look(&r);
	if (w.verdict == WEIGHTS_MADE) {
		while (!steady && w.turns < WEIGHTS_TURNS) {
			steady = turn(&r, before) < WEIGHTS_NEAR;
			w.turns++;
		}
		if (!steady)
			w = (struct weighting){.verdict = WEIGHTS_NOT_STEADY};
	}
	if (w.verdict == WEIGHTS_MADE) {
		tell(&r, &w);
		for (size_t i = 0; i < cells; i++)
			ret_weights[i] = r.weights[i];
	}
	free(r.weights);
	free(before);
	return w;
}

const char *weights_words(enum weights_verdict verdict)
{
	switch (verdict) {
	case WEIGHTS_MADE:
		return "";
	case WEIGHTS_UNKNOWN:
		return "Pas de redressement\u202f: l’effectif d’une classe dans la liste n’est pas connu, ou les marges ne portent pas sur la même liste";
	case WEIGHTS_TOO_FEW:
		return "Pas de redressement\u202f: une classe compte moins de 20 réponses";
	case WEIGHTS_NOT_STEADY:
		return "Pas de redressement\u202f: le calage n’aboutit pas en 50 tours";
	}
	return "";
}

bool poststratify(const struct stratum *strata, size_t count, struct weighted_share *ret)
{
	double *population = x_calloc(count + 1, sizeof(*population)),
	       *weights = x_calloc(count + 1, sizeof(*weights)), with = 0, all = 0;
	size_t *class_of = x_calloc(count + 1, sizeof(*class_of));
	int64_t *people = x_calloc(count + 1, sizeof(*people));
	struct weight_margin margin = {count, population, class_of};

	must(count > 0);
	*ret = (struct weighted_share){0};
	for (size_t i = 0; i < count; i++) {
		must(strata[i].count >= 0 && strata[i].count <= strata[i].base);
		population[i] = strata[i].population;
		class_of[i] = i;
		people[i] = strata[i].base;
		ret->count += strata[i].count;
		ret->base += strata[i].base;
	}
	if (ret->base > 0)
		ret->unweighted = (double)ret->count / (double)ret->base;
	ret->weighting = weights_rake(&margin, 1, people, count, weights);
	for (size_t i = 0; i < count; i++) {
		with += weights[i] * (double)strata[i].count;
		all += weights[i] * (double)strata[i].base;
	}
	if (ret->weighting.verdict == WEIGHTS_MADE) {
		ret->weighted = fmin(1, with / all);
		ret->interval = wilson_of_share(ret->weighted, ret->weighting.effective);
	}
	free(population);
	free(weights);
	free(class_of);
	free(people);
	return ret->weighting.verdict == WEIGHTS_MADE;
}
