/* SPDX-License-Identifier: Apache-2.0 */
/* The variables of a form and their codes as CSV. */
#include "inspect_private.h"

/* What is the same on every line of a question. */
struct entry {
	const struct question *q;
	const char *condition, *base;
	const char *crossings; /* what tables may be crossed with by this question */
	struct buf *out;
};

static char *base_of(const struct question *q, const char *condition)
{
	SCOPED(buf_release) struct buf base = BUF_LIMIT(1 << 16);
	buf_puts(&base, condition[0] ? "asked and answered" : "answered");
	bool first = true;
	for (size_t i = 0; i < q->choice_count; i++) {
		if (!q->choices[i].not_concerned)
			continue;
		buf_printf(&base, "%s%s", first ? ", without " : " ", q->choices[i].code);
		first = false;
	}
	return buf_take(&base);
}

/* A part of a question that is a variable of its own, or the question. */
struct variable {
	const char *part; /* what stands behind the name of the question, ".row", or "" */
	const char *type;
	bool required;
};

/* "2021=base 2023=same" */
static char *series_of(const struct question *q)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(1 << 12);
	buf_puts(&text, "");
	for (size_t i = 0; i < q->comparable_count; i++)
		buf_printf(&text, "%s%s=%s", i > 0 ? " " : "", q->comparable[i].edition,
			series_name(q->comparable[i].series));
	return buf_take(&text);
}

/* "2021 2023": the editions that printed the question; "new" where none did. */
static char *printed_in(const struct question *q)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(1 << 12);
	buf_puts(&text, q->published_count == 0 ? "new" : "");
	for (size_t i = 0; i < q->published_count; i++)
		buf_printf(&text, "%s%s", i > 0 ? " " : "", q->published[i].edition);
	return buf_take(&text);
}

/* The class the choice of that code is in, or "". */
static const char *class_of(const struct question *q, const char *code)
{
	for (size_t i = 0; q->collapse_count > 0 && i < q->choice_count + q->has_other;
		i++)
		if (strcmp(inspect_code(q, i), code) == 0 && q->collapse[i] != SIZE_MAX)
			return q->collapse_classes[q->collapse[i]].code;
	return "";
}

static void write_line(const struct entry *e, const struct variable *v, const char *code,
	const char *label)
{
	const struct question *q = e->q;
	SCOPED(free_char) char *variable = x_printf("%s%s", q->name, v->part);
	SCOPED(free_char) char *series = series_of(q);
	SCOPED(free_char) char *printed = printed_in(q);
	const char *required = q->required_if ? expr_source(q->required_if) : "no";
	const char *const fields[] = {variable, q->name, v->type, inspect_role(q), code,
		label, e->condition, e->base,
		q->required || v->required ? "yes" : required, printed, series,
		class_of(q, code), q->codebook ? q->codebook : "", e->crossings,
		q->title};
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		if (i > 0)
			buf_addc(e->out, ',');
		buf_csv(e->out, fields[i]);
	}
	buf_puts(e->out, "\r\n");
}

static void write_codes(const struct entry *e, const struct choice *row)
{
	const struct question *q = e->q;
	SCOPED(free_char) char *part = row ? x_printf(".%s", row->code) : x_strdup("");
	const struct variable v = {part, inspect_type(q), false};
	for (size_t i = 0; i < q->choice_count; i++) {
		const struct choice *c = &q->choices[i];
		SCOPED(free_char)
		char *label = row ? x_printf("%s: %s", row->text, c->text)
				  : x_strdup(c->text);
		write_line(e, &v, c->code, label);
	}
	if (q->has_other)
		write_line(e, &v, "other", q->other_text);
}

static void write_item(const struct entry *e, const struct text_item *item)
{
	SCOPED(free_char) char *part = x_printf(".%s", item->code);
	const struct variable v = {part, inspect_input(item->input), item->required};
	write_line(e, &v, "", item->title);
}

static char *crossings_of(const struct form *form, const struct question *q)
{
	SCOPED(buf_release) struct buf names = BUF_LIMIT(1 << 16);
	buf_puts(&names, "");
	for (size_t i = 0; i < form->crossing_count; i++)
		if (&form->questions[form->crossings[i].question] == q)
			buf_printf(&names, "%s%s", names.n > 0 ? " " : "",
				form->crossings[i].name);
	return buf_take(&names);
}

static void write_question(
	const struct form *form, const struct question *q, struct buf *out)
{
	SCOPED(free_char) char *condition = inspect_condition(form, q);
	SCOPED(free_char) char *base = base_of(q, condition);
	SCOPED(free_char) char *crossings = crossings_of(form, q);
	struct entry e = {q, condition, base, crossings, out};
	if (q->type == QUESTION_HTML)
		return;
	for (size_t i = 0; i < q->row_count; i++)
		write_codes(&e, &q->rows[i]);
	for (size_t i = 0; i < q->item_count; i++)
		write_item(&e, &q->items[i]);
	if (q->row_count + q->item_count > 0)
		return;
	if (q->choice_count > 0)
		write_codes(&e, NULL);
	else
		write_line(&e, &(struct variable){"", inspect_type(q), false}, "",
			q->short_label);
	if (q->has_other)
		write_line(&e, &(struct variable){"-Comment", "text", false}, "",
			q->other_text);
}

void inspect_codebook(const struct form *form, struct buf *out)
{
	buf_puts(out,
		"variable,question,type,role,code,label,condition,base,required,"
		"comparable_since,comparable,class,codebook,crossings,title\r\n");
	for (size_t i = 0; i < form->question_count; i++)
		write_question(form, &form->questions[i], out);
}
