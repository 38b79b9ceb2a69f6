/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weights.h - post-stratification and raking, for who wants them and can answer for them. Pure.
 *
 * The barometer publishes unweighted figures, and nothing in the program weights by itself; `barometre weigh` does when it is asked
 * (weighing.h). What is known of the list cannot be joined to anonymous answers, so that only what was asked in the form and is known of the
 * list too (department, type of structure) can be a margin; and the kept answers hold their segments coarsened (app/count_classes.h). So
 * weights are made from published tables: of a question crossed with one segment, the groups of which have known sizes in the list,
 * poststratify() gives the share as it would be if each group had answered in its proportion. weights_rake() is the general form, for two
 * margins and more; whoever calls it with several has a joint table of their own. Never the five audiences as one population without
 * saying what that is.
 *
 * Guards, none of them an option
 *   W1 Every class of every margin has a known size above 0, and all margins add up to the same population (to 0.1 %).
 *   W2 Every class has at least 20 answers.
 *   W3 Weights, of mean 1 before it, stay within 0.3 … 3; where that bites, margins are not met any more: `trimmed` and `gap` say how many and
 *      how far.
 *   W4 What weighting costs is given with it: Kish's design effect 1 + CV², and the effective size that intervals are made with
 *   W5 The unweighted share stands beside the weighted one, always: they are in one struct.
 *
 * Sources: W. E. Deming, F. F. Stephan, On a least squares adjustment of a sampled frequency table when the expected marginal totals are
 * known, Annals of Mathematical Statistics 11 (1940), 427-444 (iterative proportional fitting); D. Holt, T. M. F. Smith,
 * Post stratification, JRSS A 142 (1979), 33-46; L. Kish, Weighting for unequal Pi, Journal of Official Statistics 8 (1992), 183-200. Bounds
 * inside the turns: M. P. Battaglia, D. Izrael, D. C. Hoaglin, M. R. Frankel, Practical considerations in raking survey data,
 * Survey Practice 2 (2009), 5. The 20, 0.3 and 3, 50 turns and 1e-6 are ours.
 */
#ifndef BAROMETRE_REPORT_WEIGHTS_H
#define BAROMETRE_REPORT_WEIGHTS_H

#include "barometre/report/statistics.h"

#define WEIGHTS_LEAST_ANSWERS 20
#define WEIGHTS_LOWEST 0.3
#define WEIGHTS_HIGHEST 3.0
#define WEIGHTS_TURNS 50
#define WEIGHTS_NEAR 1e-6

struct weight_margin {
	size_t classes;
	const double *population; /* one a class: how many on the list */
	const size_t *class_of;   /* one a cell: 0 … classes-1 */
};
enum weights_verdict {
	WEIGHTS_MADE,
	WEIGHTS_UNKNOWN, /* W1: a size is missing, or the margins are of different lists */
	WEIGHTS_TOO_FEW,   /* W2 */
	WEIGHTS_NOT_STEADY /* after 50 turns a weight still moves by more than 1e-6 */
};
struct weighting {
	enum weights_verdict verdict;
	size_t margin, class; /* UNKNOWN, TOO_FEW: the first one at fault */
	/* Of MADE; else 0. */
	int turns;
	int64_t trimmed; /* people whose weight is at a bound */
	double gap; /* largest relative distance of a class from its share of the list */
	double design_effect, effective; /* W4 */
};
/* Cells are people who are the same in every margin: people[cell] of them, 0 included. ret_weights: one a cell, of mean 1 over
 * people when none is trimmed; untouched unless MADE. At least one margin. */
struct weighting weights_rake(const struct weight_margin *, size_t margins,
	const int64_t *people, size_t cells, double *ret_weights);
/* In French, why there are none; "" of MADE. */
const char *weights_words(enum weights_verdict);

/* One group of a published crossing: of `base` people who answered, `count` gave this answer; `population` of the list are in it. */
struct stratum {
	int64_t count, base;
	double population;
};
struct weighted_share {
	struct weighting weighting;
	int64_t count, base; /* unweighted, of all groups together */
	double unweighted, weighted;
	struct interval interval; /* Wilson, of the effective size */
};
/* False when there are no weights (ret->weighting says why; count, base and unweighted are there). */
bool poststratify(const struct stratum *, size_t count, struct weighted_share *ret)
	MUST_USE;

#endif
