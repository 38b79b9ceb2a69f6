/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statistics.h - intervals, exact tests, and how a percent is shown. Pure: numbers in, numbers out.
 *
 * Shares are 0 … 1 here, differences -1 … 1; figure_interval alone speaks in percent, as a release does. Counts and bases are people,
 * 0 <= count <= base <= 2^31 (more is our bug). z is that of 95 %, two-sided.
 *
 * What an interval means: it supposes that who answered is a random part of who could have. Respondents chose themselves, so it is
 * indicative, and is to be labelled so: STATISTICS_INTERVAL_LABEL.
 *
 * Sources
 *   Wilson            E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927), 209-212;
 *                     without continuity correction, as recommended by Brown, Cai, DasGupta, Interval estimation for a binomial
 *                     proportion, Statistical Science 16 (2001), 101-133: never leaves 0 … 1, holds its level at bases of 40
 *   finite population n* = n (N-1) / (N-n) in Wilson: the variance of a share without replacement, p(1-p)/n × (N-n)/(N-1)
 *                     (Cochran, Sampling Techniques, 3rd edition, 1977, section 3.2), solved for n
 *   difference        R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in Medicine
 *                     17 (1998), 873-890, method 10 (hybrid score, no continuity correction)
 *   Fisher            R. A. Fisher, Statistical Methods for Research Workers, 5th edition, 1934, section 21.02; two-sided: all tables of
 *                     these margins that are no more probable than the one seen (Freeman, Halton, Biometrika 38 (1951), 141-149)
 *   mid-p             H. O. Lancaster, Significance tests in discrete distributions, JASA 56 (1961), 223-234: tables exactly as probable
 *                     as the one seen count half
 *   Holm              S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6 (1979), 65-70
 *   effective size    L. Kish, Survey Sampling, 1965, section 11.7: (Σw)² / Σw²
 * Golden values: tests/report/golden_statistics.json, where each one says what computed it.
 */
#ifndef BAROMETRE_REPORT_STATISTICS_H
#define BAROMETRE_REPORT_STATISTICS_H

#include "barometre/store/release_store.h"

#define STATISTICS_Z95 1.959963984540054
#define STATISTICS_INTERVAL_LABEL \
 "intervalle indicatif à 95 % (les répondants sont volontaires)"

/* ---- intervals ---- */

struct interval {
	double low, high;
};
/* False, and nothing written, when the base is 0. */
bool wilson_interval(int64_t count, int64_t base, struct interval *ret) MUST_USE;
/* Of people invited by a list of `list` names, base <= list. False also when everybody on it answered: nothing is left to guess. Only
 * when asked for: it supposes that who answered is a random part of the list. */
bool wilson_interval_of_list(
	int64_t count, int64_t base, int64_t list, struct interval *ret) MUST_USE;
/* Of a share that was weighted; `size` > 0 is the effective one. */
struct interval wilson_of_share(double share, double size);
/* (Σw)² / Σw²; 0 of nobody. Weights are positive and finite. people[i] of them have weights[i]; NULL: one each. */
double effective_size(const double *weights, const int64_t *people, size_t count);
/* Of first - second. False when a base is 0. */
bool newcombe_interval(int64_t first_count, int64_t first_base, int64_t second_count,
	int64_t second_base, struct interval *ret) MUST_USE;

/* The 95 % interval of a line of a release, in percent (0 … 100, not rounded): Wilson, no finite population. True only for a line that
 * tells a count and a percent of at least 11 people: nothing is said of a smaller base, whatever its thresholds were, and nothing of a
 * line that is withheld. It is made of the count and base the line already tells, so it tells nothing more. */
bool figure_interval(const struct figure *, double *ret_low, double *ret_high) MUST_USE;

/* ---- tests ---- */

/* Two-sided, of the table a b / c d: is the share a/(a+b) that of c/(c+d)? 1, and mid-p 0.5, when a margin is 0. Exact enumeration by the ratio
 * of neighbouring tables, from the most probable one outwards: no factorial is ever made, so that millions cost some thousand
 * multiplications and lose no digit that counts. "No more probable" is with a tolerance of 1e-7, as R's fisher.test has it. A p
 * below 1e-290 is 0. */
struct fisher {
	double p, mid_p;
};
struct fisher fisher_exact(int64_t a, int64_t b, int64_t c, int64_t d);

/* Holm's adjusted p, each at the place of its own; adjusted may be p. In whatever order the family is given, each gets the same. */
void holm_adjust(const double *p, size_t count, double *adjusted);

/* ---- as people read them ---- */

/* Whole percents, half away from zero, from the integers (disclose.h percent_of); but 100 only when everybody did, and 0 only when
 * nobody did: in between a base of 200 and more gives "> 99" and "< 1". Of ticks, `count` may be above `base`. */
enum percent_mark {
	PERCENT_NONE,    /* base 0 */
	PERCENT_EQUAL,   /* `number` */
	PERCENT_OVER_99, /* number 99 */
	PERCENT_UNDER_1  /* number 1 */
};
struct percent {
	int64_t number;
	enum percent_mark mark;
};
struct percent percent_show(int64_t count, int64_t base);

/* A percent of 11 to 29 people is shown in italics with « effectif faible » and its counts, and is never tested; of fewer than 11
 * not at all. These are of what people read, and do not move with an edition's thresholds. */
#define BASE_SHOWN 11
#define BASE_TESTED 30
enum base_mark {
	BASE_TOO_SMALL,
	BASE_SMALL,
	BASE_NORMAL
};
enum base_mark base_mark(int64_t base);
/* « effectif faible », or "". */
const char *base_mark_text(enum base_mark);

/* French typography (Lexique des règles typographiques en usage à l’Imprimerie nationale; Unicode 6.2): decimal comma, U+202F before %
 * and between groups of three digits, U+2212 for minus, never "-0". */
void percent_text(struct buf *, struct percent);            /* 42 %, > 99 %, – */
void number_text(struct buf *, double value, int decimals); /* 0 … 9 decimals; 12 345,6 */
void points_text(struct buf *, double share_difference);    /* +8 points, −1 point */
void interval_text(struct buf *, struct interval, int decimals); /* [10,8 % ; 35,5 %] */

#endif
