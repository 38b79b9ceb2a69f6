/* SPDX-License-Identifier: Apache-2.0 */
/* Answers as people read them: alone, or put into a text (piping). */
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "expr_node.h"
#include "rules.h"

/* A page with every answer it may quote. What is longer is cut, never refused. */
#define MAX_TEXT ((size_t)1 << 22)

struct writer {
	struct buf *out;
	const struct form *form;
	const json_t *answers; /* texts beside "other" */
	bool lines;            /* one row a line; else all in one, as inside a sentence */
};

/* ---- numbers and dates ---- */

/* How a language parts thousands and decimals, read off the example that its file holds. */
static void read_marks(
	const struct language *language, struct str *ret_group, struct str *ret_point)
{
	const char *example = words(language, "1\u202f234,5");
	const char *middle = strstr(example, "234"), *end = example + strlen(example) - 1;

	must(example[0] == '1' && middle && end > middle + 3 && *end == '5');
	*ret_group = (struct str){example + 1, (size_t)(middle - example - 1)};
	*ret_point = (struct str){middle + 3, (size_t)(end - middle - 3)};
}

char *text_number(const struct language *language, double x, size_t least_digits)
{
	/* Ten decimals at most: what is behind them is the noise of binary fractions. */
	char plain[400];
	struct buf text = BUF_LIMIT(4000);
	struct str group, point;

	read_marks(language, &group, &point);
	snprintf(plain, sizeof(plain), "%.10f", fabs(x));
	size_t whole = strcspn(plain, "."), end = strlen(plain);
	while (plain[end - 1] == '0')
		end--;
	if (end == whole + 1)
		end = whole;
	if (x < 0 && strspn(plain, "0.") < end)
		buf_addc(&text, '-');
	for (size_t i = 0; i < end; i++) {
		if (i > 0 && i < whole && (whole - i) % 3 == 0 && whole >= least_digits)
			buf_add(&text, group);
		if (i == whole)
			buf_add(&text, point);
		else
			buf_addc(&text, plain[i]);
	}
	return buf_take(&text);
}

/* "2026-11-22" or "2026-11"; anything else as it is. */
static void write_date(const struct writer *w, struct str s)
{
	struct civil c;
	char whole[11];
	bool month = s.n == 7;

	if (s.n != 10 && !month) {
		buf_add(w->out, s);
		return;
	}
	snprintf(whole, sizeof(whole), "%.*s%s", (int)s.n, s.p, month ? "-01" : "");
	if (!civil_parse_date(whole, &c)) {
		buf_add(w->out, s);
		return;
	}
	SCOPED(free_char)
	char *text = month ? civil_month(w->form->language, c)
			   : civil_date(w->form->language, c);
	buf_puts(w->out, text);
}

/* ---- one value ---- */

/* Inside a sentence a text of several lines is one line. */
static void write_plain(const struct writer *w, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_addc(w->out, s.p[i] == '\n' && !w->lines ? ' ' : s.p[i]);
}

static void write_typed(
	const struct writer *w, enum input_type input, const json_t *value)
{
	if (json_is_number(value)) {
		SCOPED(free_char)
		char *text = text_number(w->form->language, json_number_value(value), 5);
		buf_puts(w->out, text);
	} else if (json_is_string(value)) {
		if (input == INPUT_DATE || input == INPUT_MONTH)
			write_date(w, json_str(value));
		else
			write_plain(w, json_str(value));
	}
}

/* "Étranger" is a word, the other places are names. */
static void write_place(const struct writer *w, struct str code)
{
	static const char abroad[] = WORDS("Étranger");
	SCOPED(free_char) char *label = place_label(code);

	if (label)
		buf_puts(w->out,
			strcmp(label, abroad) == 0 ? words(w->form->language, abroad)
						   : label);
}

static bool is_choice(const struct question *q, const json_t *code)
{
	return json_is_string(code) && rule_code_fits(q, json_str(code));
}

/* "other" is its text, and by its name while it has none. */
static void write_choice(
	const struct writer *w, const struct question *q, const json_t *code)
{
	const struct choice *c = question_find_choice(q, json_str(code));
	char key[COMMENT_KEY_BYTES];
	const json_t *comment = json_object_get(w->answers, rule_comment_key(q, key));

	if (c)
		buf_puts(w->out, c->text);
	else if (json_is_string(comment))
		write_plain(w, json_str(comment));
	else
		buf_puts(w->out, q->other_text);
}

static void write_list(
	const struct writer *w, const struct question *q, const json_t *list)
{
	size_t written = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *code = json_array_get(list, i);

		if (!is_choice(q, code))
			continue;
		if (q->type == QUESTION_RANKING && w->lines)
			buf_printf(
				w->out, "%s%zu. ", written > 0 ? "\n" : "", written + 1);
		else if (written > 0)
			buf_puts(w->out, ", ");
		write_choice(w, q, code);
		written++;
	}
}

/* What stands before the value of a row. */
static void write_title(const struct writer *w, bool first, const char *title)
{
	if (!first)
		buf_puts(w->out, w->lines ? "\n" : ", ");
	buf_puts(w->out, title);
	SCOPED(free_char)
	char *colon = words_fill(w->form->language, "{titre}\u202f: ", "titre", "", NULL);
	buf_puts(w->out, colon);
}

static void write_rows(
	const struct writer *w, const struct question *q, const json_t *rows)
{
	bool first = true;

	for (size_t i = 0; i < q->row_count; i++) {
		const json_t *code = json_object_get(rows, q->rows[i].code);

		if (!is_choice(q, code))
			continue;
		write_title(w, first, q->rows[i].text);
		write_choice(w, q, code);
		first = false;
	}
	for (size_t i = 0; i < q->item_count; i++) {
		const json_t *value = json_object_get(rows, q->items[i].code);

		if (answer_is_empty(value) ||
			!(json_is_string(value) || json_is_number(value)))
			continue;
		write_title(w, first, q->items[i].title);
		write_typed(w, q->items[i].input, value);
		first = false;
	}
}

/* Nobody typed it: its kind is in the value, or in the expression where that is a date. */
static void write_worked_out(
	const struct writer *w, const struct question *q, const json_t *value)
{
	bool date = q->expression && expr_result(q->expression) == TYPE_DATE;

	if (json_is_boolean(value))
		buf_puts(w->out,
			words(w->form->language, json_is_true(value) ? "Oui" : "Non"));
	else
		write_typed(w, date ? INPUT_DATE : INPUT_TEXT, value);
}

static void write_answer(
	const struct writer *w, const struct question *q, const json_t *value)
{
	switch (q->type) {
	case QUESTION_TEXT:
		if (q->role == ROLE_LOCALITY && json_is_string(value))
			write_place(w, json_str(value));
		else
			write_typed(w, q->input, value);
		return;
	case QUESTION_COMMENT:
	case QUESTION_RATING:
		write_typed(w, INPUT_TEXT, value);
		return;
	case QUESTION_RADIOGROUP:
	case QUESTION_DROPDOWN:
		if (is_choice(q, value))
			write_choice(w, q, value);
		return;
	case QUESTION_CHECKBOX:
	case QUESTION_RANKING:
		write_list(w, q, value);
		return;
	case QUESTION_BOOLEAN:
		if (json_is_boolean(value) && q->choice_count == 2)
			buf_puts(w->out,
				question_find_choice(q,
					json_is_true(value) ? STR("true") : STR("false"))
					->text);
		return;
	case QUESTION_MATRIX:
	case QUESTION_MULTIPLETEXT:
		write_rows(w, q, value);
		return;
	case QUESTION_EXPRESSION:
	case QUESTION_CALCULATED:
		write_worked_out(w, q, value);
		return;
	case QUESTION_HTML:
		return;
	}
}

/* ---- alone ---- */

char *answer_text(const struct form *form, const struct question *q,
	const json_t *answers, usec_t today)
{
	struct buf out = BUF_LIMIT(MAX_TEXT);
	struct writer w = {&out, form, answers, true};

	/* As it was saved is as it counts, but for what is worked out from other answers. */
	if (!q->expression && !q->choices_depend) {
		write_answer(&w, q, json_object_get(answers, q->name));
		return buf_take(&out);
	}
	SCOPED(walk_release) struct walk walk;
	walk_init(&walk, form, answers, today);
	walk_to(&walk, form_index(form, q) + 1);
	write_answer(&w, q, walk_answer(&walk, form_index(form, q)));
	return buf_take(&out);
}

/* ---- inside a text ---- */

static void write_row(const struct writer *w, const struct question *q,
	const json_t *value, struct str row)
{
	const json_t *of_row = json_object_getn(value, row.p, row.n);
	const struct text_item *item = question_find_item(q, row);

	if (q->type == QUESTION_MATRIX && is_choice(q, of_row))
		write_choice(w, q, of_row);
	if (item)
		write_typed(w, item->input, of_row);
}

/* What stands for {name} or {name.row}. False when the form has no such question: then it is no name. */
static bool write_name(const struct writer *w, struct walk *walk, struct str inside)
{
	struct str rest = inside, name;
	const struct question *q;

	if (!str_cut(&rest, '.', &name) || !(q = form_find(w->form, name)))
		return false;
	const json_t *value = walk_answer(walk, form_index(w->form, q));
	if (rest.p)
		write_row(w, q, value, rest);
	else
		write_answer(w, q, value);
	return true;
}

static void fill(const struct writer *w, struct walk *walk, struct str text, bool html,
	struct buf *out)
{
	while (text.n > 0) {
		const char *open = memchr(text.p, '{', text.n);
		const char *close = open
			? memchr(open, '}', text.n - (size_t)(open - text.p))
			: NULL;

		if (!close)
			break;
		struct str inside = {open + 1, (size_t)(close - open - 1)};
		size_t behind = (size_t)(close + 1 - text.p);
		buf_clear(w->out);
		bool known = write_name(w, walk, inside);
		buf_add(out,
			(struct str){text.p, known ? (size_t)(open - text.p) : behind});
		if (known && html)
			buf_html(out, buf_str(w->out));
		else if (known)
			buf_add(out, buf_str(w->out));
		text = (struct str){text.p + behind, text.n - behind};
	}
	buf_add(out, text);
}

char *answers_fill(const struct form *form, const char *text, const json_t *answers,
	usec_t today, bool html)
{
	if (!strchr(text, '{'))
		return x_strdup(text);
	struct buf out = BUF_LIMIT(MAX_TEXT);
	SCOPED(buf_release) struct buf one = BUF_LIMIT(MAX_TEXT);
	struct writer w = {&one, form, answers, false};
	SCOPED(walk_release) struct walk walk;
	walk_init(&walk, form, answers, today);
	walk_to(&walk, form->question_count);
	fill(&w, &walk, str_of(text), html, &out);
	return buf_take(&out);
}
