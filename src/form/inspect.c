/* SPDX-License-Identifier: Apache-2.0 */
/* The outline, and the links between questions that both graphs draw. */
#include "barometre/form/inspect.h"

#include <stdlib.h>

#include "inspect_private.h"

const char *inspect_input(enum input_type input)
{
	static const char *const names[] = {
		[INPUT_TEXT] = "text",
		[INPUT_NUMBER] = "number",
		[INPUT_DATE] = "date",
		[INPUT_MONTH] = "month",
		[INPUT_EMAIL] = "email",
		[INPUT_TEL] = "tel",
	};
	return names[input];
}

const char *inspect_type(const struct question *q)
{
	static const char *const names[] = {
		[QUESTION_TEXT] = "text",
		[QUESTION_COMMENT] = "comment",
		[QUESTION_RADIOGROUP] = "radiogroup",
		[QUESTION_CHECKBOX] = "checkbox",
		[QUESTION_DROPDOWN] = "dropdown",
		[QUESTION_BOOLEAN] = "boolean",
		[QUESTION_RATING] = "rating",
		[QUESTION_MATRIX] = "matrix",
		[QUESTION_MULTIPLETEXT] = "multipletext",
		[QUESTION_RANKING] = "ranking",
		[QUESTION_HTML] = "html",
		[QUESTION_EXPRESSION] = "expression",
		[QUESTION_CALCULATED] = "calculated",
	};
	return q->type == QUESTION_TEXT ? inspect_input(q->input) : names[q->type];
}

const char *inspect_role(const struct question *q)
{
	static const char *const names[] = {
		[ROLE_OPINION] = "opinion",
		[ROLE_SEGMENT] = "segment",
		[ROLE_LOCALITY] = "locality",
		[ROLE_TEXT] = "text",
		[ROLE_IDENTIFYING] = "identifying",
		[ROLE_CONTACT] = "contact",
	};
	return names[q->role];
}

const char *inspect_code(const struct question *q, size_t i)
{
	return i < q->choice_count ? q->choices[i].code : "other";
}

char *inspect_condition(const struct form *form, const struct question *q)
{
	const struct expr *page = q->page < form->page_count
		? form->pages[q->page].visible_if
		: NULL;
	if (page && q->visible_if)
		return x_printf(
			"(%s) and (%s)", expr_source(page), expr_source(q->visible_if));
	if (page || q->visible_if)
		return x_strdup(expr_source(page ? page : q->visible_if));
	return x_strdup("");
}

static void add_link(struct links *links, struct link one)
{
	links->list = x_realloc(links->list, (links->count + 1) * sizeof(*links->list));
	links->list[links->count++] = one;
}

static void find_sources(const struct form *form, struct links *links, struct link one)
{
	for (size_t i = 0; one.expr && i < form->question_count; i++) {
		if (!expr_reads(one.expr, i))
			continue;
		one.from = i;
		add_link(links, one);
	}
}

static void find_of_question(const struct form *form, struct links *links, size_t i)
{
	const struct question *q = &form->questions[i];
	find_sources(form, links,
		(struct link){.to = i, .what = "shown", .expr = q->visible_if});
	find_sources(form, links,
		(struct link){.to = i, .what = "required", .expr = q->required_if});
	find_sources(form, links,
		(struct link){.to = i, .what = "value", .expr = q->expression});
	for (size_t j = 0; j < q->choice_count; j++)
		find_sources(form, links,
			(struct link){.to = i,
				.what = "choice",
				.code = q->choices[j].code,
				.expr = q->choices[j].visible_if});
	for (size_t j = 0; j < q->validator_count; j++)
		if (q->validators[j].kind == VALIDATOR_EXPRESSION)
			find_sources(form, links,
				(struct link){.to = i,
					.what = "check",
					.expr = q->validators[j].expression});
}

void links_find(const struct form *form, struct links *ret)
{
	*ret = (struct links){0};
	for (size_t i = 0; i < form->question_count; i++) {
		size_t page = form->questions[i].page;
		if (page < form->page_count && form->pages[page].first == i)
			find_sources(form, ret,
				(struct link){.to = page,
					.to_page = true,
					.what = "shown",
					.expr = form->pages[page].visible_if});
		find_of_question(form, ret, i);
	}
}

void links_release(struct links *links)
{
	free(links->list);
	*links = (struct links){0};
}

static void outline_choices(const struct question *q, struct buf *out)
{
	for (size_t i = 0; i < q->row_count; i++)
		buf_printf(out, "    > %s: %s\n", q->rows[i].code, q->rows[i].text);
	for (size_t i = 0; i < q->item_count; i++)
		buf_printf(out, "    > %s: %s%s\n", q->items[i].code, q->items[i].title,
			q->items[i].required ? " (required)" : "");
	for (size_t i = 0; i < q->choice_count; i++) {
		const struct choice *c = &q->choices[i];
		buf_printf(out, "    - %s: %s%s%s\n", c->code, c->text,
			c->exclusive ? " (exclusive)" : "",
			c->not_concerned ? " (not concerned)" : "");
		if (c->visible_if)
			buf_printf(out, "      if %s\n", expr_source(c->visible_if));
	}
	if (q->has_other)
		buf_printf(out, "    - other: %s\n", q->other_text);
}

void inspect_check(const struct validator *v, struct buf *out)
{
	static const char *const kinds[] = {
		"number", "length", "ticks", "pattern", "e-mail address", "true:"};
	static const char *const levels[] = {"error", "warning", "information"};
	buf_printf(out, "%s unless %s", levels[v->level], kinds[v->kind]);
	if (v->has_min)
		buf_printf(out, " from %.15g", v->min);
	if (v->has_max)
		buf_printf(out, " to %.15g", v->max);
	if (v->expression)
		buf_printf(out, " %s", expr_source(v->expression));
}

static void outline_validators(const struct question *q, struct buf *out)
{
	for (size_t i = 0; i < q->validator_count; i++) {
		const struct validator *v = &q->validators[i];
		buf_puts(out, "    ! ");
		inspect_check(v, out);
		buf_printf(out, "%s%s\n", v->text ? " — " : "", v->text ? v->text : "");
	}
}

static void outline_series(const struct question *q, struct buf *out)
{
	for (size_t i = 0; i < q->collapse_count; i++) {
		const struct choice *class = &q->collapse_classes[i];
		buf_printf(out, "    ~ %s: %s =", class->code, class->text);
		for (size_t j = 0; j < q->choice_count + q->has_other; j++)
			if (q->collapse[j] == i)
				buf_printf(out, " %s", inspect_code(q, j));
		buf_addc(out, '\n');
	}
	for (size_t i = 0; i < q->comparable_count; i++)
		buf_printf(out, "    %s: %s\n", q->comparable[i].edition,
			series_name(q->comparable[i].series));
}

static void outline_question(const struct question *q, struct buf *out)
{
	buf_printf(out, "  %s: %s, %s%s%s\n", q->name, inspect_type(q), inspect_role(q),
		q->required ? ", required" : "", q->sensitive ? ", sensitive" : "");
	if (q->title[0])
		buf_printf(out, "    %s\n", q->title);
	if (q->visible_if)
		buf_printf(out, "    if %s\n", expr_source(q->visible_if));
	if (q->required_if)
		buf_printf(out, "    required if %s\n", expr_source(q->required_if));
	if (q->expression)
		buf_printf(out, "    = %s\n", expr_source(q->expression));
	outline_choices(q, out);
	outline_validators(q, out);
	outline_series(q, out);
}

/* Panels that begin at this question. */
static void outline_panels(const struct form *form, size_t question, struct buf *out)
{
	for (size_t i = 0; i < form->panel_count; i++)
		if (form->panels[i].first == question && form->panels[i].count > 0)
			buf_printf(out, "  [%s: %s]\n", form->panels[i].name,
				form->panels[i].title ? form->panels[i].title : "");
}

static void outline_crossings(const struct form *form, struct buf *out)
{
	for (size_t i = 0; i < form->crossing_count; i++) {
		const struct crossing *c = &form->crossings[i];
		buf_printf(out, "%s%s (%s)", i == 0 ? "crossings: " : ", ", c->name,
			c->label);
	}
	if (form->crossing_count > 0)
		buf_addc(out, '\n');
}

void form_outline(const struct form *form, struct buf *out)
{
	buf_printf(out, "%s %s, %d min, %zu bytes, hash %s\n%s\n", form->audience,
		form->version, form->minutes, form->box_bytes, form->hash, form->title);
	outline_crossings(form, out);
	size_t next = 0;
	for (size_t i = 0; i < form->page_count; i++) {
		const struct page *page = &form->pages[i];
		buf_printf(out, "%zu. %s: %s\n", i + 1, page->name, page->title);
		if (page->visible_if)
			buf_printf(out, "  if %s\n", expr_source(page->visible_if));
		for (; next < page->first + page->count; next++) {
			outline_panels(form, next, out);
			outline_question(&form->questions[next], out);
		}
	}
	if (next < form->question_count)
		buf_puts(out, "calculated\n");
	for (; next < form->question_count; next++)
		outline_question(&form->questions[next], out);
}
