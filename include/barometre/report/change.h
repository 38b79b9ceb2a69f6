/* SPDX-License-Identifier: Apache-2.0 */
/*
 * change.h - may it be said that a share went up or down since an earlier edition?
 *
 * Rules, all of them in change_family
 *   C1 Only the same question (form.h SERIES_SAME) is compared; any other is a break of the series, said with its reason.
 *   C2 Both figures are told with a count of at least 11 people (BASE_SHOWN), else there is nothing to compare. A percent that was printed
 *      without its count is none: pass -1. Nor is a count above its base: ticks of several options, or a misprint.
 *   C3 With 11 to 29 people on a side nothing is tested (BASE_TESTED): « effectif trop faible pour conclure ».
 *   C4 The others are tested: Fisher, two-sided, mid-p, adjusted by Holm over the whole family; beside it Newcombe's interval of the
 *      difference. An arrow only when the adjusted p is below 0.05 and the difference is at least 5 points; else « pas de différence
 *      significative ». No correction for a finite list: what is asked is whether practice changed, not the list.
 * The family is declared beforehand: every option of every question of one questionnaire that is compared with that edition. To
 * leave one out because of what it shows is to lie about p.
 *
 * The same people answer two editions and cannot be paired, by design. Taking them as independent is cautious as long as somebody's
 * two answers tend to agree: CHANGE_NOTE says it where changes are shown.
 *
 * Sources: statistics.h. The 5 points and the bases of 11 and 30 are ours (design of the barometer).
 */
#ifndef BAROMETRE_REPORT_CHANGE_H
#define BAROMETRE_REPORT_CHANGE_H

#include "barometre/form/form.h"
#include "barometre/report/statistics.h"

#define CHANGE_LEVEL 0.05
#define CHANGE_POINTS 5
#define CHANGE_NOTE                                                                                                            \
 "Évolutions\u202f: test exact de Fisher (mid-p), corrigé par la méthode de Holm sur l’ensemble du questionnaire\u202f; " \
 "une flèche demande un écart d’au moins 5 points et 30 réponses à chaque édition. Les éditions sont traitées "       \
 "comme indépendantes, faute de pouvoir relier les réponses d’une même personne\u202f: le test en est plus prudent."

struct change_item {
	int64_t earlier_count, earlier_base, later_count, later_base; /* -1: not told */
	enum series series;
};
enum change_verdict {
	CHANGE_BREAK,    /* C1 */
	CHANGE_UNKNOWN,  /* C2 */
	CHANGE_UNTESTED, /* C3 */
	CHANGE_NONE,     /* C4: no arrow */
	CHANGE_UP,
	CHANGE_DOWN
};
struct change {
	enum change_verdict verdict;
	enum series series;
	/* Of NONE, UP and DOWN; else 0. */
	double difference; /* later - earlier, -1 … 1 */
	struct interval interval;
	double p, adjusted; /* mid-p; after Holm */
};
/* One change an item, at its place. In whatever order the family is given, each gets the same. */
void change_family(const struct change_item *, size_t count, struct change *ret);

/* In French: « en hausse : +8 points », « pas de différence significative », « effectif trop faible pour conclure », « pas de
 * comparaison : un des chiffres n’est pas diffusé », « rupture de série : la question a changé de formulation ». */
void change_text(struct buf *, const struct change *);
const char *change_arrow(
	enum change_verdict); /* "↑", "↓" or ""; never without the words */
/* The reason of a break; "" of SERIES_SAME. */
const char *series_reason(enum series);

#endif
