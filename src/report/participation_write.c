/* SPDX-License-Identifier: Apache-2.0 */
/* Participation as text, CSV and JSON: the same lines, exact. */
#include <math.h>
#include <stdlib.h>

#include "barometre/report/participation.h"
#include "barometre/report/statistics.h"

/* Whoever holds the list knows who objected: nothing is hidden from them. */
static const struct thresholds exact = {0};

bool participation_format_parse(const char *text, enum participation_format *ret)
{
	static const char *const names[] = {"text", "csv", "json"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(text, names[i]) == 0) {
			*ret = (enum participation_format)i;
			return true;
		}
	return false;
}

static bool is_rate(const struct figure *f)
{
	return strcmp(f->type, "rate") == 0;
}

/* ---- text ---- */

static void write_text(struct buf *out, const struct participation *p,
	const struct figure lines[PARTICIPATION_LINES])
{
	buf_printf(out, "%s\n", p->label);
	for (size_t i = 0; i < PARTICIPATION_LINES; i++) {
		const struct figure *f = &lines[i];

		if (!is_rate(f)) {
			buf_printf(out, "  %6lld  %s\n", (long long)f->count, f->label);
			continue;
		}
		buf_printf(out, "  %s\u202f: ", f->label);
		if (f->has_value) {
			number_text(out, f->value, 1);
			buf_printf(out, "\u202f%% (sur %lld)\n", (long long)f->base);
		} else {
			buf_puts(out, "ne peut pas être établi\n");
		}
	}
}

static void explain(struct buf *out)
{
	buf_puts(out,
		"Définitions\u202f: AAPOR, Standard Definitions (enquêtes par internet auprès de personnes désignées). RR1 est le "
		"taux à citer. Les réponses par lien ouvert n’entrent dans aucun taux. Une réponse interrompue n’a pas de lien avec "
		"une personne de la liste\u202f: RR2 et RR6 demandent un public sans lien ouvert.\n");
}

/* ---- CSV ---- */

/* The people that a line is about some of; -1 when it is not a part of anything. */
static int64_t base_of(const struct participation *p, const struct figure *f)
{
	if (is_rate(f))
		return f->base;
	return strcmp(f->option, "partial") == 0 || strcmp(f->option, "open") == 0
		? -1
		: p->contacts;
}

static void write_csv(struct buf *out, const char *edition, const struct participation *p,
	const struct figure lines[PARTICIPATION_LINES])
{
	for (size_t i = 0; i < PARTICIPATION_LINES; i++) {
		const struct figure *f = &lines[i];
		int64_t base = base_of(p, f);
		const char *texts[] = {edition, f->audience, f->option};

		for (size_t t = 0; t < COUNT_OF(texts); t++) {
			buf_csv(out, texts[t]);
			buf_addc(out, ',');
		}
		if (f->count >= 0)
			buf_printf(out, "%lld", (long long)f->count);
		buf_addc(out, ',');
		if (base >= 0)
			buf_printf(out, "%lld", (long long)base);
		buf_addc(out, ',');
		if (f->has_value) {
			long long hundredths = llround(100 * f->value);
			buf_printf(
				out, "%lld.%02lld", hundredths / 100, hundredths % 100);
		}
		buf_puts(out, "\r\n");
	}
}

/* ---- JSON ---- */

static json_t *rate_json(const struct participation *p, enum response_rate which)
{
	struct rate rate;

	if (!response_rate(p, which, &rate))
		return json_null();
	return json_pack("{s:I, s:I, s:f}", "numerator", (json_int_t)rate.numerator,
		"denominator", (json_int_t)rate.denominator, "percent",
		round(10000 * rate.share) / 100);
}

static json_t *audience_json(
	const struct participation *p, const struct figure lines[PARTICIPATION_LINES])
{
	json_t *one = json_pack("{s:s, s:s, s:b}", "audience", p->audience, "label",
		p->label, "openLink", p->open_link);
	json_t *rates = json_object();
	enum response_rate which = RATE_RR1;

	must(one);
	for (size_t i = 0; i < PARTICIPATION_LINES; i++) {
		if (is_rate(&lines[i]))
			json_object_set_new(
				rates, lines[i].option, rate_json(p, which++));
		else
			json_object_set_new(one, lines[i].option,
				json_integer((json_int_t)lines[i].count));
	}
	json_object_set_new(one, "rates", rates);
	return one;
}

static void write_json(struct buf *out, const char *edition, json_t *audiences)
{
	json_t *all = json_pack("{s:s, s:o}", "edition", edition, "audiences", audiences);
	char *text = json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(6));

	must(text);
	buf_printf(out, "%s\n", text);
	free(text);
	json_decref(all);
}

void participation_write(struct buf *out, enum participation_format format,
	const char *edition, const struct participation *list, size_t count)
{
	json_t *audiences = json_array();

	if (format == PARTICIPATION_CSV)
		buf_puts(out, "edition,audience,option,count,base,percent\r\n");
	for (size_t i = 0; i < count; i++) {
		struct figure lines[PARTICIPATION_LINES];

		participation_lines(&list[i], exact, lines);
		if (format == PARTICIPATION_TEXT)
			write_text(out, &list[i], lines);
		else if (format == PARTICIPATION_CSV)
			write_csv(out, edition, &list[i], lines);
		else
			json_array_append_new(audiences, audience_json(&list[i], lines));
	}
	if (format == PARTICIPATION_TEXT)
		explain(out);
	if (format == PARTICIPATION_JSON)
		write_json(out, edition, json_incref(audiences));
	json_decref(audiences);
}
