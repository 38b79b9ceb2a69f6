/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreement.h - do two coders say the same? Pure functions over what both coded; texts that only one of them coded are left out by
 * the caller.
 *
 * Sources
 *   kappa         J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20 (1960), 37-46:
 *                 (po - pe) / (1 - pe), chance from each coder's own shares
 *   its error     J. L. Fleiss, J. Cohen, B. S. Everitt, Large sample standard errors of kappa and weighted kappa, Psychological
 *                 Bulletin 72 (1969), 323-327, equation 8
 *   several themes  one kappa a theme (given or not given: a table of two by two), and their mean over the themes that have one
 *   alpha         K. Krippendorff, Content Analysis, 2004, chapter 11, for two coders without gaps: 1 - Do / De
 *   MASI          R. Passonneau, Measuring agreement on set-valued items (MASI), LREC 2006: distance 1 - J × M of two sets, J Jaccard's
 *                 share in common, M 1 equal, 2/3 one inside the other, 1/3 overlapping, 0 nothing in common
 * Golden values from the literature: tests/report/test_agreement.c.
 */
#ifndef BAROMETRE_REPORT_AGREEMENT_H
#define BAROMETRE_REPORT_AGREEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct agreement {
	int64_t units;   /* texts that both coded */
	double observed; /* share on which they agree; 0 of no text */
	double expected; /* by chance */
	/* Without it kappa and error are 0: no text, or both always gave one and the same code, so that chance explains all. */
	bool defined;
	double kappa;
	double error; /* standard error of kappa; kappa ± 1.96 error is its 95 % interval */
};

/* table[first coder's code × codes + second coder's code]: how many texts. */
struct agreement kappa_of_table(const int64_t *table, size_t codes);

/* Several themes a text, none included. first[unit × themes + theme]. */
struct theme_agreement {
	int64_t units;
	size_t defined;    /* themes that have a kappa */
	double mean_kappa; /* over those; 0 when there is none */
	double same_set;   /* share of texts to which both gave exactly the same themes */
	bool alpha_defined; /* not when all sets of both are the same, or there is no text */
	double alpha;       /* Krippendorff's, with the distance of MASI */
};
/* ret_each: one a theme; may be NULL. */
struct theme_agreement agreement_of_themes(const bool *first, const bool *second,
	size_t units, size_t themes, struct agreement *ret_each);
/* 0 … 1; 0 of two empty sets. */
double masi_distance(const bool *first, const bool *second, size_t themes);

/* In French, as Landis and Koch, Biometrics 33 (1977), 159-174, call it: « presque parfait » above 0.80, « fort » above 0.60, « modéré »
 * above 0.40, « passable » above 0.20, « faible », and below 0 « inexistant ». A habit, no law. */
const char *kappa_words(double kappa);

#endif
