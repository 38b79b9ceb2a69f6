/* SPDX-License-Identifier: Apache-2.0 */
/* What a form says of its series must hold: a change is shown to everybody as a fact. */
#include "barometre/base/fold.h"
#include "check_private.h"

static const json_t *own_of(const struct check *c, size_t i)
{
	return json_object_get(c->objects[i], "barometre");
}

static bool same_words(const char *a, const char *b)
{
	SCOPED(buf_release) struct buf x = BUF_LIMIT(16384);
	SCOPED(buf_release) struct buf y = BUF_LIMIT(16384);
	fold_name(&x, str_of(a));
	fold_name(&y, str_of(b));
	return str_eq(buf_str(&x), buf_str(&y));
}

static void check_one(struct check *c, size_t i, const struct comparable *one)
{
	const struct question *q = &c->form->questions[i];
	const json_t *own = own_of(c, i);
	const json_t *by_edition = json_object_get(own, "comparable");
	struct source_place place = source_map_find(c->map, by_edition, one->edition);
	const char *wording = question_published(q, str_of(one->edition));
	if (c->options->editions &&
		!str_is_one_of(str_of(one->edition), c->options->editions))
		check_report(c, FINDING_ERROR, "no-such-edition", q->name, place,
			"'%s' is comparable with %s, of which nothing is published: add "
			"forms/published/%s.csv or correct the year",
			q->name, one->edition, one->edition);
	if (one->series != SERIES_SAME)
		return;
	if (!wording)
		check_report(c, FINDING_ERROR, "same-wording", q->name, place,
			"'%s' is said to be the same as in %s, whose wording is not given: add it "
			"to 'published' or write \"wording\"",
			q->name, one->edition);
	else if (!same_words(wording, q->title))
		check_report(c, FINDING_ERROR, "same-wording", q->name, place,
			"'%s' is said to be the same as in %s and has other words: write "
			"\"wording\", or the words of then",
			q->name, one->edition);
}

/* A question of an earlier edition has a series, whole or broken. */
static void check_declared(struct check *c, size_t i)
{
	const struct question *q = &c->form->questions[i];
	const json_t *own = own_of(c, i);
	const char *edition;
	json_t *wording;
	json_object_foreach(json_object_get(own, "published"), edition, wording) {
		bool declared = false;
		for (size_t j = 0; j < q->comparable_count; j++)
			declared = declared ||
				strcmp(q->comparable[j].edition, edition) == 0;
		if (!declared)
			check_report(c, FINDING_NOTE, "no-series", q->name,
				source_map_find(c->map, own, "published"),
				"'%s' was published in %s and nothing says whether it compares: "
				"no change will be shown: add 'comparable'",
				q->name, edition);
	}
}

void check_series(struct check *c)
{
	for (size_t i = 0; i < c->form->question_count; i++) {
		const struct question *q = &c->form->questions[i];
		for (size_t j = 0; j < q->comparable_count; j++)
			check_one(c, i, &q->comparable[j]);
		check_declared(c, i);
	}
}
