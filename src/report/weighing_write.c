/* SPDX-License-Identifier: Apache-2.0 */
/* weighing_write.c - a weighted question as text and as CSV. */
#include <stdlib.h>

#include "weighing_private.h"

/* ---- columns ---- */

#define NUMBER_WIDTH 8
#define SHARE_WIDTH 10
#define INTERVAL_WIDTH 20

static void put_right(struct buf *out, const char *text, size_t width)
{
	for (size_t n = str_count_chars(str_of(text)); n < width; n++)
		buf_addc(out, ' ');
	buf_puts(out, text);
}

/* `unit` may be "". */
static void put_number(
	struct buf *out, double value, int decimals, const char *unit, size_t width)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(64);

	number_text(&text, value, decimals);
	buf_puts(&text, unit);
	put_right(out, buf_str(&text).p, width);
}

static void put_share(struct buf *out, double share)
{
	put_number(out, 100 * share, 1, "\u202f%", SHARE_WIDTH);
}

static void put_interval(struct buf *out, bool known, struct interval interval)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(128);

	if (known)
		interval_text(&text, interval, 1);
	put_right(out, known ? buf_str(&text).p : "–", INTERVAL_WIDTH);
}

/* ---- intervals ---- */

/* Nothing is said of fewer people than a percent is shown of. */
static bool plain_interval(const struct weighing_option *o, struct interval *ret)
{
	return base_mark(o->share.base) != BASE_TOO_SMALL &&
		wilson_interval(o->share.count, o->share.base, ret);
}

static bool list_interval(
	const struct weighing *w, const struct weighing_option *o, struct interval *ret)
{
	return w->finite && base_mark(o->share.base) != BASE_TOO_SMALL &&
		wilson_interval_of_list(
			o->share.count, o->share.base, (int64_t)w->list, ret);
}

static bool is_made(const struct weighing *w)
{
	return w->weighting.verdict == WEIGHTS_MADE;
}

/* ---- text ---- */

static void write_title(const struct weighing *w, const char *edition, struct buf *out)
{
	buf_printf(out,
		"%s, édition %s, diffusion %lld (publiée le %s)\n«\u202f%s\u202f» (%s) par «\u202f%s\u202f» (%s)\n",
		w->audience_label, edition, (long long)w->release->info.version,
		w->release->info.published_on, w->question_label, w->question,
		w->segment_label, w->segment);
}

static void write_groups(const struct weighing *w, struct buf *out)
{
	static const char *const heads[] = {"réponses", "part", "liste", "part", "poids"};
	static const size_t widths[] = {
		NUMBER_WIDTH, SHARE_WIDTH, NUMBER_WIDTH, SHARE_WIDTH, NUMBER_WIDTH};

	buf_addc(out, '\n');
	for (size_t i = 0; i < COUNT_OF(heads); i++)
		put_right(out, heads[i], widths[i] + (i > 0 ? 1 : 0));
	buf_puts(out, "  groupe\n");
	for (size_t g = 0; g <= w->group_count; g++) {
		bool all = g == w->group_count;
		double answers = (double)(all ? w->answers : w->groups[g].answers),
		       list = all ? w->list : w->groups[g].population;

		put_number(out, answers, 0, "", NUMBER_WIDTH);
		buf_addc(out, ' ');
		put_share(out, w->answers > 0 ? answers / (double)w->answers : 0);
		put_number(out, list, 0, "", NUMBER_WIDTH + 1);
		buf_addc(out, ' ');
		put_share(out, list / w->list);
		if (is_made(w) && !all)
			put_number(out, w->groups[g].weight, 3, "", NUMBER_WIDTH + 1);
		else
			put_right(out, all ? "" : "–", NUMBER_WIDTH + 1);
		if (all)
			buf_puts(out, "  ensemble\n");
		else
			buf_printf(out, "  %s — %s\n", w->groups[g].codes,
				w->groups[g].label);
	}
}

static void write_verdict(const struct weighing *w, struct buf *out)
{
	const struct weighting *made = &w->weighting;
	bool any = false;

	buf_addc(out, '\n');
	if (is_made(w)) {
		buf_puts(out, "Effet de plan (Kish)\u202f: ");
		number_text(out, made->design_effect, 2);
		buf_puts(out, "\u202f; effectif efficace\u202f: ");
		number_text(out, made->effective, 1);
		buf_printf(out, " pour %lld réponses.\n", (long long)w->answers);
		if (made->trimmed > 0) {
			buf_printf(out,
				"%lld réponses ont un poids ramené à une borne (0,3 ou 3)\u202f: les groupes ne pèsent plus ce qu’ils pèsent dans la liste "
				"(écart le plus grand\u202f: ",
				(long long)made->trimmed);
			number_text(out, 100 * made->gap, 1);
			buf_puts(out, "\u202f%).\n");
		}
		return;
	}
	buf_puts(out, weights_words(made->verdict));
	for (size_t g = 0; g < w->group_count; g++)
		if (made->verdict == WEIGHTS_TOO_FEW &&
			w->groups[g].answers < WEIGHTS_LEAST_ANSWERS) {
			buf_printf(out, "%s%s (%lld)",
				any ? ", " : "\u202f: ", w->groups[g].codes,
				(long long)w->groups[g].answers);
			any = true;
		}
	buf_puts(out, ".\n");
}

static void write_option(
	const struct weighing *w, const struct weighing_option *o, struct buf *out)
{
	struct interval interval = {0};
	bool known;

	if (!o->told) {
		buf_printf(out, "  %s — %s\u202f: non diffusé par groupe\n", o->code,
			o->label);
		return;
	}
	put_number(out, (double)o->share.count, 0, "", NUMBER_WIDTH);
	put_number(out, (double)o->share.base, 0, "", NUMBER_WIDTH);
	put_share(out, o->share.unweighted);
	known = plain_interval(o, &interval);
	put_interval(out, known, interval);
	if (w->finite) {
		known = list_interval(w, o, &interval);
		put_interval(out, known, interval);
	}
	if (is_made(w)) {
		put_share(out, o->share.weighted);
		put_interval(out, true, o->share.interval);
	}
	buf_printf(out, "  %s — %s\n", o->code, o->label);
}

static void write_options(const struct weighing *w, struct buf *out)
{
	buf_addc(out, '\n');
	put_right(out, "réponses", NUMBER_WIDTH);
	put_right(out, "base", NUMBER_WIDTH);
	put_right(out, "brut", SHARE_WIDTH);
	put_right(out, "intervalle", INTERVAL_WIDTH);
	if (w->finite)
		put_right(out, "liste finie", INTERVAL_WIDTH);
	if (is_made(w)) {
		put_right(out, "redressé", SHARE_WIDTH);
		put_right(out, "intervalle", INTERVAL_WIDTH);
	}
	buf_puts(out, "  modalité\n");
	for (size_t o = 0; o < w->option_count; o++)
		write_option(w, &w->options[o], out);
}

static void write_reserves(const struct weighing *w, struct buf *out)
{
	buf_printf(out,
		"\nLes chiffres publiés ne sont pas pondérés. %s ne vaut que pour ce que «\u202f%s\u202f» explique\u202f: à l’intérieur d’un "
		"groupe, qui a répondu s’est choisi soi-même.\n",
		is_made(w) ? "Le redressé" : "Un redressement", w->segment_label);
	buf_puts(out, "Intervalles\u202f: " STATISTICS_INTERVAL_LABEL);
	buf_puts(out,
		is_made(w) ? "\u202f; celui du redressé est de l’effectif efficace.\n"
			   : ".\n");
	if (base_mark(w->answers) != BASE_NORMAL)
		buf_printf(out, "Effectif faible\u202f: %lld réponses.\n",
			(long long)w->answers);
	if (w->left_out > 0)
		buf_printf(out,
			"Laissées de côté, brut compris\u202f: %lld réponses de personnes qui n’ont pas dit leur groupe.\n",
			(long long)w->left_out);
	if (w->mixed)
		buf_puts(out,
			"Un groupe réunit aussi des personnes qui n’ont pas dit le leur (non_precise)\u202f: la liste ne les y compte pas.\n");
	if (w->finite)
		buf_puts(out,
			"«\u202fListe finie\u202f» suppose que les répondants sont une partie de la liste tirée au hasard, ce que des volontaires ne sont pas, "
			"et ne vaut que pour les réponses de personnes invitées. Sans intervalle\u202f: toute la liste a répondu.\n");
}

static void write_text(const struct weighing *w, const char *edition, struct buf *out)
{
	write_title(w, edition, out);
	write_groups(w, out);
	write_verdict(w, out);
	write_options(w, out);
	write_reserves(w, out);
}

/* ---- CSV ---- */

static void put_head(const struct weighing *w, const char *edition, const char *line,
	const char *code, const char *label, struct buf *out)
{
	buf_csv(out, edition);
	buf_printf(out, ",%lld", (long long)w->release->info.version);
	const char *const words[] = {
		w->audience, w->question, w->segment, line, code, label};
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		buf_addc(out, ',');
		buf_csv(out, words[i]);
	}
}

static void put_bounds(struct buf *out, bool known, struct interval i)
{
	if (known)
		buf_printf(out, ",%.2f,%.2f", 100 * i.low, 100 * i.high);
	else
		buf_puts(out, ",,");
}

static void write_csv_group(const struct weighing *w, const char *edition,
	const struct weighing_group *g, struct buf *out)
{
	put_head(w, edition, "group", g->codes, g->label, out);
	buf_printf(out, ",%lld,%lld,%.2f,,,,,,,,,,%.0f,", (long long)g->answers,
		(long long)w->answers,
		w->answers > 0 ? 100 * (double)g->answers / (double)w->answers : 0,
		g->population);
	if (is_made(w))
		buf_printf(out, "%.6f", g->weight);
	buf_puts(out, "\r\n");
}

static void write_csv_option(const struct weighing *w, const char *edition,
	const struct weighing_option *o, struct buf *out)
{
	struct interval interval = {0};
	bool known;

	put_head(w, edition, "option", o->code, o->label, out);
	if (!o->told) {
		buf_puts(out, ",,,,,,,,,,,,,,\r\n");
		return;
	}
	buf_printf(
		out, ",%lld,%lld,", (long long)o->share.count, (long long)o->share.base);
	if (o->share.base > 0)
		buf_printf(out, "%.2f", 100 * o->share.unweighted);
	known = plain_interval(o, &interval);
	put_bounds(out, known, interval);
	known = list_interval(w, o, &interval);
	put_bounds(out, known, interval);
	if (is_made(w)) {
		buf_printf(out, ",%.2f", 100 * o->share.weighted);
		put_bounds(out, true, o->share.interval);
		buf_printf(out, ",%.4f,%.2f,%.0f,", w->weighting.design_effect,
			w->weighting.effective, w->list);
	} else {
		buf_printf(out, ",,,,,,%.0f,", w->list);
	}
	buf_puts(out, "\r\n");
}

static void write_csv(const struct weighing *w, const char *edition, struct buf *out)
{
	buf_puts(out,
		"edition,release,audience,question,segment,line,code,label,count,base,percent,low,high,list_low,list_high,weighted,"
		"weighted_low,weighted_high,design_effect,effective,population,weight\r\n");
	for (size_t g = 0; g < w->group_count; g++)
		write_csv_group(w, edition, &w->groups[g], out);
	for (size_t o = 0; o < w->option_count; o++)
		write_csv_option(w, edition, &w->options[o], out);
}

void weighing_write(
	const struct weighing *w, const char *edition, bool csv, struct buf *out)
{
	if (csv)
		write_csv(w, edition, out);
	else
		write_text(w, edition, out);
}
