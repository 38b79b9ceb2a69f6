/* SPDX-License-Identifier: Apache-2.0 */
/* Dispositions and response rates; the definitions are told in participation.h. */
#include "barometre/report/participation.h"

#include <stdlib.h>

/* ---- out of the record ---- */

static const json_t *audience_of(const json_t *record, const char *audience)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(record, "audiences"), i, one) {
		const char *name = json_string_value(json_object_get(one, "audience"));
		if (name && strcmp(name, audience) == 0)
			return one;
	}
	return NULL;
}

static int64_t number_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}

static bool read_one(const json_t *record, const json_t *dispositions,
	struct participation *ret, struct err *err)
{
	const char *audience = json_string_value(
		json_object_get(dispositions, "audience"));
	const json_t *counted = audience ? audience_of(record, audience) : NULL;
	const char *label = json_string_value(json_object_get(counted, "label"));
	const json_t *open_link = json_object_get(counted, "open_link");
	struct participation p = {.audience = audience,
		.label = label ? label : audience,
		.contacts = number_of(dispositions, "contacts"),
		.complete = number_of(dispositions, "complete"),
		.refusal = number_of(dispositions, "refusal"),
		.undelivered = number_of(dispositions, "undelivered"),
		.not_sent = number_of(dispositions, "not_sent"),
		.silent = number_of(dispositions, "silent"),
		.open = number_of(dispositions, "open"),
		.partial = number_of(counted, "partial"),
		/* Of a record that does not say, the cautious reading. */
		.open_link = !json_is_false(open_link)};

	if (!counted || p.complete < 0 || p.refusal < 0 || p.undelivered < 0 ||
		p.not_sent < 0 || p.silent < 0 || p.open < 0 || p.partial < 0 ||
		p.contacts !=
			p.complete + p.refusal + p.undelivered + p.not_sent + p.silent)
		return err_set(err, ERR_BROKEN,
			"the record of this count is damaged: what became of the contacts of \"%s\" does not add up; "
			"compare its hash with the journal",
			audience ? audience : "");
	*ret = p;
	return true;
}

bool participation_read(const json_t *record, struct participation **ret_list,
	size_t *ret_count, struct err *err)
{
	const json_t *dispositions = json_object_get(record, "dispositions"), *one;
	size_t count = json_array_size(dispositions), i;
	struct participation *list;

	if (count == 0)
		return err_set(err, ERR_MISSING,
			"participation becomes totals at the end of the count, which is not finished: run barometre count again");
	list = x_calloc(count, sizeof(*list));
	json_array_foreach(dispositions, i, one) {
		if (!read_one(record, one, &list[i], err)) {
			free(list);
			return false;
		}
	}
	*ret_list = list;
	*ret_count = count;
	return true;
}

/* ---- rates ---- */

bool response_rate(
	const struct participation *p, enum response_rate which, struct rate *ret)
{
	bool with_partial = which == RATE_RR2 || which == RATE_RR6;
	bool reached_only = which == RATE_RR5 || which == RATE_RR6;
	int64_t unreached = p->undelivered + p->not_sent;
	struct rate rate = {.numerator = p->complete, .denominator = p->contacts};

	must(which < RATES);
	if (with_partial && p->open_link && p->partial > 0)
		return false;
	if (with_partial)
		rate.numerator += p->partial;
	if (reached_only) {
		if (p->refusal + p->silent == 0 && unreached > 0)
			return false;
		rate.denominator = p->contacts - unreached;
	}
	if (rate.denominator == 0 || rate.numerator > rate.denominator)
		return false;
	rate.share = (double)rate.numerator / (double)rate.denominator;
	*ret = rate;
	return true;
}

/* ---- lines ---- */

static struct figure blank(const struct participation *p, const char *question,
	const char *type, const char *option, const char *label)
{
	return (struct figure){.audience = p->audience,
		.question = question,
		.type = type,
		.segment = "",
		.segment_value = "",
		.segment_label = "",
		.option = option,
		.label = label,
		.base = -1,
		.not_answered = -1,
		.not_concerned = -1,
		.mentions = -1,
		.count = -1,
		.percent = -1,
		.status = ""};
}

#define DISPOSITIONS (PARTICIPATION_LINES - RATES)

static bool is_small(int64_t count, struct thresholds thresholds)
{
	return count > 0 && count < thresholds.min_cell;
}

static void push_dispositions(
	const struct participation *p, struct thresholds thresholds, struct figure *ret)
{
	const struct {
		const char *option, *label;
		int64_t count;
		bool personal;
	} lines[DISPOSITIONS] = {
		{"contacts", "Personnes dans la liste", p->contacts, false},
		{"delivered", "Personnes dont le courriel n’est pas revenu",
			p->contacts - p->undelivered - p->not_sent, false},
		{"complete", "Réponses par lien personnel", p->complete, false},
		{"partial", "Réponses interrompues comptées", p->partial, false},
		{"no_answer", "Sans réponse (oppositions comprises)",
			p->refusal + p->silent, false},
		{"refusal", "Oppositions aux courriels, sans réponse", p->refusal, true},
		{"silent", "Courriel parti, sans réponse", p->silent, true},
		{"undelivered", "Courriel refusé ou revenu", p->undelivered, false},
		{"not_sent", "Aucun courriel parti", p->not_sent, false},
		{"open", "Réponses par lien ouvert, hors liste", p->open, false},
	};
	bool hide = is_small(p->refusal, thresholds);

	for (size_t i = 0; i < DISPOSITIONS; i++) {
		ret[i] = blank(p, "participation.dispositions", "disposition",
			lines[i].option, lines[i].label);
		if (hide && lines[i].personal)
			ret[i].status = "small_cells";
		else
			ret[i].count = lines[i].count;
	}
}

static void push_rates(const struct participation *p, struct figure *ret)
{
	static const struct {
		const char *question, *option, *label;
	} lines[RATES] = {
		[RATE_RR1] = {"participation.rr1", "rr1", "Taux de réponse RR1 (AAPOR)"},
		[RATE_RR2] = {"participation.rr2", "rr2",
			"Taux de réponse RR2 (AAPOR), réponses interrompues comprises"},
		[RATE_RR5] = {"participation.rr5", "rr5",
			"Taux de réponse RR5 (AAPOR), parmi les personnes jointes"},
		[RATE_RR6] = {"participation.rr6", "rr6",
			"Taux de réponse RR6 (AAPOR), parmi les personnes jointes, réponses interrompues comprises"},
	};

	for (enum response_rate r = RATE_RR1; r < RATES; r++) {
		struct rate rate;

		ret[r] = blank(
			p, lines[r].question, "rate", lines[r].option, lines[r].label);
		if (!response_rate(p, r, &rate))
			continue;
		ret[r].base = rate.denominator;
		ret[r].has_value = true;
		ret[r].value = 100 * rate.share;
	}
}

void participation_lines(const struct participation *p, struct thresholds thresholds,
	struct figure ret[PARTICIPATION_LINES])
{
	push_dispositions(p, thresholds, ret);
	push_rates(p, ret + DISPOSITIONS);
}

/* ---- among the lines of a release ---- */

static const struct participation *of_audience(
	const struct participation *list, size_t count, const struct figure *f)
{
	if (strcmp(f->question, "participation") != 0 ||
		strcmp(f->option, "respondents") != 0 || *f->segment)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].audience, f->audience) == 0)
			return &list[i];
	return NULL;
}

bool participation_join(const json_t *record, struct thresholds thresholds,
	const struct figure *figures, size_t count, struct figure **ret_list,
	size_t *ret_count, struct err *err)
{
	struct participation *list = NULL;
	size_t audiences = 0, places = 0, n = 0;
	struct figure *lines;

	if (json_array_size(json_object_get(record, "dispositions")) > 0 &&
		!participation_read(record, &list, &audiences, err))
		return false;
	for (size_t i = 0; i < count; i++)
		places += of_audience(list, audiences, &figures[i]) ? PARTICIPATION_LINES
								    : 0;
	lines = x_calloc(count + places + 1, sizeof(*lines));
	for (size_t i = 0; i < count; i++) {
		const struct participation *p = of_audience(list, audiences, &figures[i]);

		lines[n++] = figures[i];
		if (!p)
			continue;
		participation_lines(p, thresholds, lines + n);
		n += PARTICIPATION_LINES;
	}
	must(n == count + places);
	free(list);
	*ret_list = lines;
	*ret_count = n;
	return true;
}
