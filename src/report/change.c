/* SPDX-License-Identifier: Apache-2.0 */
/* Change between two editions; the rules are told in change.h. */
#include "barometre/report/change.h"

#include <math.h>
#include <stdlib.h>

static enum change_verdict before_testing(const struct change_item *item)
{
	int64_t smaller = item->earlier_base < item->later_base ? item->earlier_base
								: item->later_base;

	if (item->series != SERIES_SAME)
		return CHANGE_BREAK;
	if (item->earlier_count < 0 || item->later_count < 0 || smaller < BASE_SHOWN ||
		item->earlier_count > item->earlier_base ||
		item->later_count > item->later_base)
		return CHANGE_UNKNOWN;
	return smaller < BASE_TESTED ? CHANGE_UNTESTED : CHANGE_NONE;
}

static void test_one(const struct change_item *item, struct change *change)
{
	change->p = fisher_exact(item->later_count, item->later_base - item->later_count,
		item->earlier_count, item->earlier_base - item->earlier_count)
			    .mid_p;
	change->difference = (double)item->later_count / (double)item->later_base -
		(double)item->earlier_count / (double)item->earlier_base;
	must(newcombe_interval(item->later_count, item->later_base, item->earlier_count,
		item->earlier_base, &change->interval));
}

static bool is_arrow(const struct change *change)
{
	/* Exactly five points count, whatever the division left behind. */
	return change->adjusted < CHANGE_LEVEL &&
		fabs(change->difference) >= CHANGE_POINTS / 100.0 - 1e-12;
}

void change_family(const struct change_item *items, size_t count, struct change *ret)
{
	double *p = x_calloc(count + 1, sizeof(*p));
	size_t tested = 0;

	for (size_t i = 0; i < count; i++) {
		ret[i] = (struct change){
			.verdict = before_testing(&items[i]), .series = items[i].series};
		if (ret[i].verdict != CHANGE_NONE)
			continue;
		test_one(&items[i], &ret[i]);
		p[tested++] = ret[i].p;
	}
	holm_adjust(p, tested, p);
	tested = 0;
	for (size_t i = 0; i < count; i++) {
		if (ret[i].verdict != CHANGE_NONE)
			continue;
		ret[i].adjusted = p[tested++];
		if (is_arrow(&ret[i]))
			ret[i].verdict = ret[i].difference > 0 ? CHANGE_UP : CHANGE_DOWN;
	}
	free(p);
}

const char *series_reason(enum series series)
{
	switch (series) {
	case SERIES_NONE:
		return "la question n’avait pas été posée, ou rien n’en a été publié";
	case SERIES_BASE:
		return "elle n’était pas posée aux mêmes personnes";
	case SERIES_OPTIONS:
		return "les réponses proposées ont changé";
	case SERIES_WORDING:
		return "la question a changé de formulation";
	case SERIES_SAME:
		return "";
	}
	return "";
}

const char *change_arrow(enum change_verdict verdict)
{
	return verdict == CHANGE_UP ? "↑" : verdict == CHANGE_DOWN ? "↓" : "";
}

void change_text(struct buf *out, const struct change *change)
{
	switch (change->verdict) {
	case CHANGE_BREAK:
		buf_puts(out, "rupture de série\u202f: ");
		buf_puts(out, series_reason(change->series));
		break;
	case CHANGE_UNKNOWN:
		buf_puts(out,
			"pas de comparaison\u202f: un des chiffres n’est pas diffusé");
		break;
	case CHANGE_UNTESTED:
		buf_puts(out, "effectif trop faible pour conclure");
		break;
	case CHANGE_NONE:
		buf_puts(out, "pas de différence significative");
		break;
	case CHANGE_UP:
	case CHANGE_DOWN:
		buf_puts(out,
			change->verdict == CHANGE_UP ? "en hausse\u202f: "
						     : "en baisse\u202f: ");
		points_text(out, change->difference);
		break;
	}
}
