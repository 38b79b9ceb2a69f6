/* SPDX-License-Identifier: Apache-2.0 */
/* "crossings" of the form: what tables may be crossed with. */
#include "reader.h"

#define MAX_CROSSINGS 12

static const char *const crossing_keys[] = {"question", "by", "label", NULL};
static const struct {
	const char *by;
	enum crossing_kind kind;
} ways[] = {
	{"departement", CROSSING_DEPARTMENT},
	{"est_ouest", CROSSING_EAST_WEST},
	{"tranche", CROSSING_BANDS},
};

/* One entry as it stands in the file. `holder` and `word` are its place. */
struct entry {
	json_t *holder;
	const char *word, *name, *by, *label;
};

static bool read_entry(struct reader *r, json_t *own, json_t *one, struct entry *ret)
{
	if (json_is_string(one)) {
		*ret = (struct entry){.holder = own, .word = json_string_value(one)};
		ret->name = ret->word;
		return true;
	}
	if (!json_is_object(one))
		return reader_refuse(r, own, "crossings",
			"a crossing is the name of a question, or an object with 'question' and 'by'");
	*ret = (struct entry){.holder = one, .word = "question"};
	return reader_keys(r, one, crossing_keys, "a crossing") &&
		reader_need_string(r, one, "question", &ret->name) &&
		reader_string(r, one, "by", &ret->by) &&
		reader_plain_text(r, one, "label", &ret->label);
}

static bool has_choices(const struct question *q)
{
	return q->type == QUESTION_RADIOGROUP || q->type == QUESTION_DROPDOWN ||
		q->type == QUESTION_BOOLEAN;
}

/* Without "by": choices. */
static bool check_choices(
	struct reader *r, const struct entry *e, const struct question *q)
{
	if (q->role == ROLE_LOCALITY)
		return reader_refuse(r, e->holder, e->word,
			"places make too many groups: cross with {\"question\": \"%s\", \"by\": "
			"\"departement\"} or \"est_ouest\"",
			q->name);
	if (q->type == QUESTION_TEXT && q->input == INPUT_NUMBER)
		return reader_refuse(r, e->holder, e->word,
			"numbers are crossed with in bands: write {\"question\": \"%s\", \"by\": "
			"\"tranche\"}",
			q->name);
	if (!has_choices(q))
		return reader_refuse(r, e->holder, e->word,
			"'%s' does not put each person into one group: cross with a radiogroup, "
			"a dropdown or a boolean",
			q->name);
	return q->choice_count + q->has_other >= 2 ||
		reader_refuse(r, e->holder, e->word,
			"'%s' has one choice, which is no crossing: remove it", q->name);
}

static bool check_by(struct reader *r, const struct entry *e, const struct question *q,
	enum crossing_kind kind)
{
	if (kind != CROSSING_BANDS)
		return q->role == ROLE_LOCALITY ||
			reader_refuse(r, e->holder, "by",
				"'%s' is no locality and has no %s: give it the role locality, or "
				"remove 'by'",
				q->name, e->by);
	if (q->type != QUESTION_TEXT || q->input != INPUT_NUMBER)
		return reader_refuse(r, e->holder, "by",
			"'%s' is no number and has no bands: remove 'by'", q->name);
	if (q->role != ROLE_SEGMENT)
		return reader_refuse(r, e->holder, e->word,
			"only the bands of a segment are kept with the answers: give '%s' the "
			"role segment",
			q->name);
	return (q->has_min && q->has_max) ||
		reader_refuse(r, e->holder, e->word,
			"bands need a first and a last one: give '%s' min and max",
			q->name);
}

static bool find_kind(struct reader *r, const struct entry *e, const struct question *q,
	enum crossing_kind *ret)
{
	if (!e->by) {
		*ret = CROSSING_CHOICES;
		return check_choices(r, e, q);
	}
	for (size_t i = 0; i < COUNT_OF(ways); i++)
		if (strcmp(ways[i].by, e->by) == 0) {
			*ret = ways[i].kind;
			return check_by(r, e, q, ways[i].kind);
		}
	return reader_refuse(r, e->holder, "by",
		"'by' is departement, est_ouest or tranche, not '%.40s'", e->by);
}

/* A group is known only of who was asked before any answer could stop the questionnaire: no calculated values, which are
 * worked out last. */
static const struct question *find_question(struct reader *r, const struct entry *e)
{
	const struct question *q = form_find(&r->owner->form, str_of(e->name));
	if (!q) {
		reader_refuse(r, e->holder, e->word,
			"'crossings' names '%.60s', which is no question: correct it",
			e->name);
		return NULL;
	}
	if (q->page >= r->owner->form.page_count) {
		reader_refuse(r, e->holder, e->word,
			"'%s' is worked out after all pages: cross with a question that people "
			"answer",
			q->name);
		return NULL;
	}
	if (q->role == ROLE_IDENTIFYING || q->role == ROLE_CONTACT) {
		reader_refuse(r, e->holder, e->word,
			"'%s' is never with the answers: remove it from 'crossings'",
			q->name);
		return NULL;
	}
	return q;
}

static const char *default_label(
	struct reader *r, const struct question *q, enum crossing_kind kind)
{
	const struct language *language = r->owner->form.language;
	switch (kind) {
	case CROSSING_DEPARTMENT:
		return words(language, "Département");
	case CROSSING_EAST_WEST:
		return words(language, "Est ou Ouest de l’Occitanie");
	case CROSSING_BANDS: {
		SCOPED(free_char)
		char *text = words_fill(language, "{question}, par tranches", "question",
			q->short_label, NULL);
		return arena_dup(&r->owner->arena, str_of(text));
	}
	case CROSSING_CHOICES:
		break;
	}
	return q->short_label;
}

static const char *name_of(
	struct reader *r, const struct question *q, enum crossing_kind kind)
{
	switch (kind) {
	case CROSSING_DEPARTMENT:
		return "departement";
	case CROSSING_EAST_WEST:
		return "est_ouest";
	case CROSSING_BANDS: {
		SCOPED(free_char) char *text = x_printf("%s_tranche", q->name);
		return arena_dup(&r->owner->arena, str_of(text));
	}
	case CROSSING_CHOICES:
		break;
	}
	return q->name;
}

static bool read_one(struct reader *r, json_t *own, json_t *one,
	struct crossing *crossings, size_t index)
{
	struct crossing *c = &crossings[index];
	struct entry e = {0};
	if (!read_entry(r, own, one, &e))
		return false;
	const struct question *q = find_question(r, &e);
	if (!q || !find_kind(r, &e, q, &c->kind))
		return false;
	c->question = form_index(&r->owner->form, q);
	c->name = name_of(r, q, c->kind);
	c->label = e.label ? e.label : default_label(r, q, c->kind);
	for (size_t i = 0; i < index; i++) {
		if (strcmp(crossings[i].name, c->name) == 0)
			return reader_refuse(r, e.holder, e.word,
				"there is already a crossing '%s': remove one", c->name);
		if (strcmp(crossings[i].label, c->label) == 0)
			return reader_refuse(r, e.holder, e.word,
				"the crossings '%s' and '%s' have the same label: give one a "
				"'label' of its own",
				crossings[i].name, c->name);
	}
	return true;
}

bool reader_crossings(struct reader *r, json_t *own)
{
	struct form *f = &r->owner->form;
	json_t *list = json_object_get(own, "crossings");
	size_t n = json_array_size(list);
	if (list && (!json_is_array(list) || n > MAX_CROSSINGS))
		return reader_refuse(r, own, "crossings",
			"'crossings' is a list of at most %d, the most important first",
			MAX_CROSSINGS);
	struct crossing *crossings = arena_alloc(
		&r->owner->arena, n + 1, sizeof(*crossings));
	for (size_t i = 0; i < n; i++)
		if (!read_one(r, own, json_array_get(list, i), crossings, i))
			return false;
	f->crossings = crossings;
	f->crossing_count = n;
	return true;
}
