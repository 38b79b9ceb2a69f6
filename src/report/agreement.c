/* SPDX-License-Identifier: Apache-2.0 */
/* Cohen's kappa and Krippendorff's alpha of two coders; the formulas are told in agreement.h. */
#include "barometre/report/agreement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "barometre/base/mem.h"

/* ---- kappa ---- */

struct margins {
	double *first, *second; /* shares of each code */
};

/* Equation 8 of Fleiss, Cohen and Everitt, as a variance. */
static double variance_of(const int64_t *table, size_t codes, const struct margins *m,
	const struct agreement *a)
{
	double n = (double)a->units, po = a->observed, pe = a->expected, sum = 0, last;

	for (size_t i = 0; i < codes; i++)
		for (size_t j = 0; j < codes; j++) {
			double p = (double)table[i * codes + j] / n, term;

			if (i == j)
				term = (1 - pe) - (m->first[i] + m->second[i]) * (1 - po);
			else
				term = (1 - po) * (m->second[i] + m->first[j]);
			sum += p * term * term;
		}
	last = po * pe - 2 * pe + po;
	return (sum - last * last) / (n * pow(1 - pe, 4));
}

struct agreement kappa_of_table(const int64_t *table, size_t codes)
{
	struct agreement a = {0};
	struct margins m = {
		x_calloc(codes + 1, sizeof(double)), x_calloc(codes + 1, sizeof(double))};
	int64_t same = 0;
	bool one_code = false;

	for (size_t i = 0; i < codes; i++)
		for (size_t j = 0; j < codes; j++) {
			int64_t cell = table[i * codes + j];

			must(cell >= 0 && cell <= INT32_MAX);
			a.units += cell;
			same += i == j ? cell : 0;
			m.first[i] += (double)cell;
			m.second[j] += (double)cell;
		}
	for (size_t i = 0; i < codes; i++)
		one_code = one_code || table[i * codes + i] == a.units;
	for (size_t i = 0; a.units && i < codes; i++) {
		m.first[i] /= (double)a.units;
		m.second[i] /= (double)a.units;
		a.expected += m.first[i] * m.second[i];
	}
	if (a.units > 0)
		a.observed = (double)same / (double)a.units;
	a.defined = a.units > 0 && !one_code;
	if (a.defined) {
		a.kappa = (a.observed - a.expected) / (1 - a.expected);
		a.error = sqrt(fmax(0, variance_of(table, codes, &m, &a)));
	}
	free(m.first);
	free(m.second);
	return a;
}

const char *kappa_words(double kappa)
{
	static const struct {
		double above;
		const char *words;
	} scale[] = {{0.80, "presque parfait"}, {0.60, "fort"}, {0.40, "modéré"},
		{0.20, "passable"}};

	for (size_t i = 0; i < COUNT_OF(scale); i++)
		if (kappa > scale[i].above)
			return scale[i].words;
	return kappa >= 0 ? "faible" : "inexistant";
}

/* ---- sets of themes ---- */

double masi_distance(const bool *first, const bool *second, size_t themes)
{
	size_t a = 0, b = 0, both = 0;
	double monotony;

	for (size_t i = 0; i < themes; i++) {
		a += first[i];
		b += second[i];
		both += first[i] && second[i];
	}
	if (a == both && b == both)
		return 0;
	if (both == 0)
		return 1;
	monotony = a == both || b == both ? 2.0 / 3 : 1.0 / 3;
	return 1 - monotony * (double)both / (double)(a + b - both);
}

/* The different sets of both coders, each once. */
struct sets {
	const bool **list;
	int64_t *given; /* by either coder */
	size_t count;
};

static void count_set(struct sets *sets, const bool *set, size_t themes)
{
	for (size_t i = 0; i < sets->count; i++)
		if (memcmp(sets->list[i], set, themes * sizeof(*set)) == 0) {
			sets->given[i]++;
			return;
		}
	sets->list[sets->count] = set;
	sets->given[sets->count++] = 1;
}

/* Mean distance of two sets drawn from all that were given, without giving one back. */
static double chance_distance(const struct sets *sets, size_t themes, size_t units)
{
	double sum = 0, all = 2 * (double)units;

	for (size_t i = 0; i < sets->count; i++)
		for (size_t j = i + 1; j < sets->count; j++)
			sum += 2 * (double)sets->given[i] * (double)sets->given[j] *
				masi_distance(sets->list[i], sets->list[j], themes);
	return sum / (all * (all - 1));
}

static void alpha_of_sets(const bool *first, const bool *second, size_t units,
	size_t themes, struct theme_agreement *ret)
{
	struct sets sets = {x_calloc(2 * units + 1, sizeof(*sets.list)),
		x_calloc(2 * units + 1, sizeof(*sets.given)), 0};
	double seen = 0;
	size_t same = 0;

	for (size_t u = 0; u < units; u++) {
		const bool *a = first + u * themes, *b = second + u * themes;
		double distance = masi_distance(a, b, themes);

		count_set(&sets, a, themes);
		count_set(&sets, b, themes);
		seen += distance;
		same += distance <= 0;
	}
	if (units > 0)
		ret->same_set = (double)same / (double)units;
	ret->alpha_defined = sets.count > 1;
	if (ret->alpha_defined)
		ret->alpha = 1 -
			seen / (double)units / chance_distance(&sets, themes, units);
	free(sets.list);
	free(sets.given);
}

struct theme_agreement agreement_of_themes(const bool *first, const bool *second,
	size_t units, size_t themes, struct agreement *ret_each)
{
	struct theme_agreement ret = {.units = (int64_t)units};
	double sum = 0;

	for (size_t t = 0; t < themes; t++) {
		int64_t table[4] = {0};
		struct agreement a;

		for (size_t u = 0; u < units; u++)
			table[2 * (size_t)!first[u * themes + t] +
				(size_t)!second[u * themes + t]]++;
		a = kappa_of_table(table, 2);
		if (ret_each)
			ret_each[t] = a;
		sum += a.kappa;
		ret.defined += a.defined;
	}
	if (ret.defined > 0)
		ret.mean_kappa = sum / (double)ret.defined;
	alpha_of_sets(first, second, units, themes, &ret);
	return ret;
}
