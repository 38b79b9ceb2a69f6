/* SPDX-License-Identifier: Apache-2.0 */
/* Two lines of a table must not carry the same words, nor two codes be taken for each other. */
#include "barometre/base/fold.h"
#include "check_private.h"

static void fold(struct buf *out, const char *text)
{
	buf_clear(out);
	fold_name(out, str_of(text));
}

static bool reads_alike(const char *a, const char *b)
{
	SCOPED(buf_release) struct buf x = BUF_LIMIT(8192);
	SCOPED(buf_release) struct buf y = BUF_LIMIT(8192);
	fold(&x, a);
	fold(&y, b);
	/* A text of signs only, as "+" and "-", folds to nothing. */
	return buf_str(&x).n > 0 && str_eq(buf_str(&x), buf_str(&y));
}

/* Codes that differ by underscores only. */
static bool looks_alike(const char *a, const char *b)
{
	while (*a || *b) {
		if (*a == '_')
			a++;
		else if (*b == '_')
			b++;
		else if (*a++ != *b++)
			return false;
	}
	return true;
}

static const json_t *choice_object(const json_t *o, const char *key, size_t i)
{
	const json_t *one = json_array_get(json_object_get(o, key), i);
	return json_is_object(one) ? one : o;
}

static void check_list(struct check *c, const struct question *q, const json_t *o,
	const char *key, const struct choice *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++) {
			const json_t *at = choice_object(o, key, i);
			const char *code = list[i].code, *other = list[j].code;
			if (strcmp(list[i].text, list[j].text) == 0)
				check_report(c, FINDING_ERROR, "same-text", code,
					source_map_find(c->map, at, "text"),
					"'%s' and '%s' of '%s' have the same text: a table would "
					"show two lines of that name: reword one",
					other, code, q->name);
			else if (reads_alike(list[i].text, list[j].text))
				check_report(c, FINDING_WARNING, "near-text", code,
					source_map_find(c->map, at, "text"),
					"the texts of '%s' and '%s' of '%s' differ only by accents, "
					"capitals or signs: reword or remove one",
					other, code, q->name);
			if (looks_alike(code, other))
				check_report(c, FINDING_WARNING, "near-code", code,
					source_map_find(c->map, at, code),
					"the codes '%s' and '%s' of '%s' differ only by '_': rename one",
					other, code, q->name);
		}
}

static void check_other(struct check *c, const struct question *q, const json_t *o)
{
	for (size_t i = 0; q->has_other && i < q->choice_count; i++)
		if (reads_alike(q->other_text, q->choices[i].text))
			check_report(c, FINDING_ERROR, "same-text", q->choices[i].code,
				source_map_find(
					c->map, choice_object(o, "choices", i), "text"),
				"'%s' of '%s' reads as its \"other\": remove the choice or write another otherText",
				q->choices[i].code, q->name);
}

static bool has_figures(const struct question *q)
{
	return q->type != QUESTION_HTML && q->type != QUESTION_EXPRESSION &&
		q->role != ROLE_CONTACT && q->role != ROLE_IDENTIFYING;
}

/* Tables are headed by short labels. */
static void check_labels(struct check *c, size_t i)
{
	const struct question *q = &c->form->questions[i];
	for (size_t j = 0; j < i && has_figures(q); j++) {
		const struct question *p = &c->form->questions[j];
		if (!has_figures(p) || strcmp(p->short_label, q->short_label) != 0)
			continue;
		check_report(c, FINDING_WARNING, "same-label", q->name,
			source_map_find(c->map, c->objects[i], "title"),
			"'%s' and '%s' would head their tables with the same words: give one a "
			"'short' of its own",
			p->name, q->name);
		return;
	}
}

void check_tables(struct check *c)
{
	for (size_t i = 0; i < c->form->question_count; i++) {
		const struct question *q = &c->form->questions[i];
		check_list(c, q, c->objects[i],
			q->type == QUESTION_MATRIX ? "columns" : "choices", q->choices,
			q->choice_count);
		check_list(c, q, c->objects[i], "rows", q->rows, q->row_count);
		check_other(c, q, c->objects[i]);
		check_labels(c, i);
	}
}
