/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a question's figures: "comparable" with earlier editions, "collapse" where groups are small. */
#include "reader.h"

#define MAX_EDITIONS 20

static const char *const class_keys[] = {"code", "label", "of", NULL};

static bool read_series(
	struct reader *r, json_t *by_edition, const char *edition, enum series *ret)
{
	const char *given = "";
	if (!reader_string(r, by_edition, edition, &given))
		return false;
	for (int i = SERIES_NONE; i <= SERIES_SAME; i++)
		if (strcmp(series_name((enum series)i), given) == 0) {
			*ret = (enum series)i;
			return true;
		}
	return reader_refuse(r, by_edition, edition,
		"'comparable' with %s is same, wording, options, base or none, not '%.40s'",
		edition, given);
}

bool reader_comparable(struct reader *r, json_t *own, bool is_new, struct question *q)
{
	json_t *by_edition = json_object_get(own, "comparable");
	size_t n = json_object_size(by_edition), i = 0;
	const char *edition;
	json_t *member;
	if (!by_edition)
		return true;
	if (!json_is_object(by_edition) || n > MAX_EDITIONS)
		return reader_refuse(r, own, "comparable",
			"'comparable' is an object by edition: {\"2023\": \"same\"}");
	struct comparable *list = arena_alloc(&r->owner->arena, n + 1, sizeof(*list));
	json_object_foreach(by_edition, edition, member) {
		struct comparable *one = &list[i++];
		if (!reader_is_year(edition))
			return reader_refuse(r, by_edition, edition,
				"'%.40s' is no edition: write its year", edition);
		if (!read_series(r, by_edition, edition, &one->series))
			return false;
		if (is_new && one->series != SERIES_NONE)
			return reader_refuse(r, by_edition, edition,
				"'%s' is new and comparable with %s: remove one of them",
				q->name, edition);
		one->edition = arena_dup(&r->owner->arena, str_of(edition));
	}
	q->comparable = list;
	q->comparable_count = n;
	return true;
}

/* Where the choice stands in `collapse`; SIZE_MAX when it is none. */
static size_t find_index(const struct question *q, const char *code)
{
	for (size_t i = 0; i < q->choice_count; i++)
		if (strcmp(q->choices[i].code, code) == 0)
			return i;
	return q->has_other && strcmp(code, "other") == 0 ? q->choice_count : SIZE_MAX;
}

/* One choice of "of" into its class. */
static bool put_choice(struct reader *r, json_t *o, const struct question *q,
	size_t *collapse, size_t class, const char *code)
{
	size_t at = find_index(q, code);
	if (at == SIZE_MAX)
		return reader_refuse(r, o, code,
			"'collapse' of '%s' names '%.60s', which is no choice: correct it",
			q->name, code);
	if (at < q->choice_count && q->choices[at].not_concerned)
		return reader_refuse(r, o, code,
			"'%s' takes people out of the base of '%s' and is in no class: remove it",
			code, q->name);
	if (collapse[at] != SIZE_MAX)
		return reader_refuse(r, o, code,
			"'%s' of '%s' is in two classes: remove it from one", code,
			q->name);
	collapse[at] = class;
	return true;
}

static bool read_class(struct reader *r, json_t *o, const struct question *q,
	struct choice *classes, size_t index, size_t *collapse)
{
	struct choice *c = &classes[index];
	const char *const *codes = NULL;
	size_t n = 0;
	if (!reader_keys(r, o, class_keys, "a class") ||
		!reader_need_string(r, o, "code", &c->code) ||
		!reader_plain_text(r, o, "label", &c->text) ||
		!reader_strings(r, o, "of", &codes, &n))
		return false;
	if (!c->text)
		return reader_refuse(r, o, NULL, "'label' is missing: add it");
	if (!reader_is_name(str_of(c->code)))
		return reader_refuse(r, o, "code",
			"the code '%.80s' must be 1 to 60 of a-z, 0-9 and _: rename it",
			c->code);
	for (size_t i = 0; i < index; i++)
		if (strcmp(classes[i].code, c->code) == 0)
			return reader_refuse(r, o, "code",
				"the class '%s' of '%s' appears twice: rename one",
				c->code, q->name);
	for (size_t i = 0; i < n; i++)
		if (!put_choice(r, o, q, collapse, index, codes[i]))
			return false;
	bool alone = n == 1 && strcmp(codes[0], c->code) == 0;
	if (!alone && find_index(q, c->code) != SIZE_MAX)
		return reader_refuse(r, o, "code",
			"the class '%s' of '%s' is more than the choice of that code: rename it",
			c->code, q->name);
	return n > 0 ||
		reader_refuse(r, o, "of", "the class '%s' of '%s' is empty: remove it",
			c->code, q->name);
}

static bool may_collapse(const struct question *q)
{
	return q->type == QUESTION_RADIOGROUP || q->type == QUESTION_DROPDOWN ||
		q->type == QUESTION_MATRIX;
}

bool reader_collapse(struct reader *r, json_t *own, struct question *q)
{
	json_t *list = json_object_get(own, "collapse");
	size_t n = json_array_size(list), total = q->choice_count + q->has_other;
	if (!list)
		return true;
	if (!may_collapse(q))
		return reader_refuse(r, own, "collapse",
			"'collapse' is for one choice of several: remove it from '%s'",
			q->name);
	if (!json_is_array(list) || n < 2 || n >= total)
		return reader_refuse(r, own, "collapse",
			"'collapse' of '%s' is a list of at least two classes, and of fewer than "
			"there are choices",
			q->name);
	struct choice *classes = arena_alloc(&r->owner->arena, n, sizeof(*classes));
	size_t *collapse = arena_alloc(&r->owner->arena, total, sizeof(*collapse));
	for (size_t i = 0; i < total; i++)
		collapse[i] = SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		json_t *one = json_array_get(list, i);
		if (!json_is_object(one))
			return reader_refuse(r, own, "collapse",
				"a class is an object of 'code', 'label' and 'of'");
		if (!read_class(r, one, q, classes, i, collapse))
			return false;
	}
	for (size_t i = 0; i < total; i++) {
		bool other = i == q->choice_count;
		if (collapse[i] == SIZE_MAX && (other || !q->choices[i].not_concerned))
			return reader_refuse(r, own, "collapse",
				"'%s' of '%s' is in no class: add it to one",
				other ? "other" : q->choices[i].code, q->name);
	}
	q->collapse_classes = classes;
	q->collapse_count = n;
	q->collapse = collapse;
	return true;
}
