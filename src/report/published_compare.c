/* SPDX-License-Identifier: Apache-2.0 */
/* published_compare.c - a release beside what an earlier edition published. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/report/published.h"

void comparisons_release(struct comparisons *c)
{
	free(c->list);
	*c = (struct comparisons){0};
}

static struct comparison *add(struct comparisons *c)
{
	if (c->count == c->capacity) {
		c->capacity = c->capacity ? 2 * c->capacity : 64;
		c->list = x_realloc(c->list, c->capacity * sizeof(*c->list));
	}
	c->list[c->count] = (struct comparison){.option = "",
		.label = "",
		.earlier = {.base = -1,
			.count = -1,
			.percent = -1,
			.source = "",
			.known_error = ""},
		.base = -1,
		.count = -1,
		.percent = -1};
	return &c->list[c->count++];
}

/* How many answered the question, where that was printed. */
static void find_respondents(const struct published *published, const char *audience,
	const char *question, struct published_figure *ret)
{
	for (size_t i = 0; i < published->count; i++) {
		const struct published_line *line = &published->lines[i];

		if (strcmp(line->audience, audience) != 0 ||
			strcmp(line->question, question) != 0 ||
			strcmp(line->measure, "respondents") != 0)
			continue;
		ret->base = line->has_number ? (int64_t)line->number : -1;
		ret->source = line->source;
		ret->known_error = line->known_error;
	}
}

/* "grille.ligne" is of the question "grille"; "nombre.q" is ours, and of none. */
static const struct question *question_of(
	const struct form *form, const struct figure *figure)
{
	struct str rest = str_of(figure->question), name;

	must(str_cut(&rest, '.', &name));
	return form_find(form, name);
}

static bool is_of(const struct form *form, const struct figure *figure)
{
	return strcmp(figure->audience, form->audience) == 0 && !figure->segment[0];
}

static bool is_first(const struct figure *figures, size_t i)
{
	return i == 0 || figures[i - 1].segment[0] ||
		strcmp(figures[i - 1].question, figures[i].question) != 0 ||
		strcmp(figures[i - 1].audience, figures[i].audience) != 0;
}

static void put_ours(struct comparison *c, const struct figure *figure, bool an_option)
{
	c->audience = figure->audience;
	c->question = figure->question;
	c->base = figure->base;
	if (!an_option)
		return;
	c->option = figure->option;
	c->label = figure->label;
	c->count = figure->count;
	c->percent = figure->percent;
}

/* The number of people: shown side by side, never compared. Who could answer depends on the list and on the links. */
static void add_total(struct comparisons *ret, const struct published *published,
	const struct figure *figure)
{
	struct comparison *c = add(ret);

	put_ours(c, figure, true);
	c->short_label = figure->label;
	c->change = (struct change){.verdict = CHANGE_BREAK, .series = SERIES_BASE};
	(void)published_find(published, figure->audience, figure->question,
		figure->option, &c->earlier);
}

static void add_break(struct comparisons *ret, const struct published *published,
	const struct figure *figure, const struct question *q, enum series series)
{
	struct comparison *c = add(ret);

	put_ours(c, figure, false);
	c->short_label = q->short_label;
	c->change = (struct change){.verdict = CHANGE_BREAK, .series = series};
	find_respondents(published, figure->audience, figure->question, &c->earlier);
}

static void add_option(struct comparisons *ret, const struct published *published,
	const struct figure *figure, const struct question *q)
{
	struct comparison *c = add(ret);

	put_ours(c, figure, true);
	c->short_label = q->short_label;
	c->change.series = SERIES_SAME;
	find_respondents(published, figure->audience, figure->question, &c->earlier);
	(void)published_find(published, figure->audience, figure->question,
		figure->option, &c->earlier);
}

/* The family: what is compared of this questionnaire. */
static void test_family(struct comparisons *c, size_t first)
{
	size_t count = 0, total = c->count - first;
	struct change_item *items = x_calloc(total + 1, sizeof(*items));
	struct change *changes = x_calloc(total + 1, sizeof(*changes));

	for (size_t i = first; i < c->count; i++) {
		const struct comparison *one = &c->list[i];

		if (one->change.series == SERIES_SAME)
			items[count++] = (struct change_item){one->earlier.count,
				one->earlier.base, one->count, one->base, SERIES_SAME};
	}
	change_family(items, count, changes);
	count = 0;
	for (size_t i = first; i < c->count; i++)
		if (c->list[i].change.series == SERIES_SAME)
			c->list[i].change = changes[count++];
	free(items);
	free(changes);
}

void compare_published(const struct form *form, const struct published *published,
	const struct figure *figures, size_t figure_count, struct comparisons *ret)
{
	size_t first = ret->count;

	for (size_t i = 0; i < figure_count; i++) {
		const struct figure *figure = &figures[i];
		const struct question *q;
		enum series series;

		if (!is_of(form, figure))
			continue;
		if (strcmp(figure->question, "participation") == 0) {
			add_total(ret, published, figure);
			continue;
		}
		q = question_of(form, figure);
		if (!q)
			continue;
		series = question_series(q, str_of(published->edition));
		if (series != SERIES_SAME && is_first(figures, i))
			add_break(ret, published, figure, q, series);
		else if (series == SERIES_SAME && !figure->has_value)
			add_option(ret, published, figure, q);
	}
	test_family(ret, first);
}

/* ---- as text ---- */

static void put_number(struct buf *out, int64_t n)
{
	if (n >= 0)
		buf_printf(out, "%lld", (long long)n);
}

static const char *verdict_name(enum change_verdict verdict)
{
	static const char *const names[] = {
		[CHANGE_BREAK] = "break",
		[CHANGE_UNKNOWN] = "unknown",
		[CHANGE_UNTESTED] = "untested",
		[CHANGE_NONE] = "none",
		[CHANGE_UP] = "up",
		[CHANGE_DOWN] = "down",
	};
	return names[verdict];
}

static bool is_tested(const struct change *change)
{
	return change->verdict == CHANGE_NONE || change->verdict == CHANGE_UP ||
		change->verdict == CHANGE_DOWN;
}

static void write_line(const struct comparison *c, const char *edition, const char *with,
	struct buf *out)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(1 << 16);
	const char *const words[] = {edition, with, c->audience, c->question,
		c->short_label, c->option, c->label};

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		buf_csv(out, words[i]);
		buf_addc(out, ',');
	}
	put_number(out, c->earlier.count);
	buf_addc(out, ',');
	put_number(out, c->earlier.base);
	buf_addc(out, ',');
	if (c->earlier.percent >= 0)
		buf_printf(out, "%.15g", c->earlier.percent);
	buf_addc(out, ',');
	put_number(out, c->count);
	buf_addc(out, ',');
	put_number(out, c->base);
	buf_addc(out, ',');
	put_number(out, c->percent);
	buf_printf(out, ",%s,%s,", series_name(c->change.series),
		verdict_name(c->change.verdict));
	if (is_tested(&c->change))
		buf_printf(out, "%.6f,%.6f,%.6f,%.6f,%.6f,", c->change.difference,
			c->change.interval.low, c->change.interval.high, c->change.p,
			c->change.adjusted);
	else
		buf_puts(out, ",,,,,");
	change_text(&text, &c->change);
	buf_csv(out, text.p ? text.p : "");
	buf_addc(out, ',');
	buf_csv(out, c->earlier.source);
	buf_addc(out, ',');
	buf_csv(out, c->earlier.known_error);
	buf_puts(out, "\r\n");
}

void comparisons_write_csv(const struct comparisons *c, const char *edition,
	const char *with, struct buf *out)
{
	buf_puts(out,
		"edition,with,audience,question,short,option,label,earlier_count,earlier_base,"
		"earlier_percent,count,base,percent,series,verdict,difference,low,high,p,"
		"p_adjusted,text,source,known_error\r\n");
	for (size_t i = 0; i < c->count; i++)
		write_line(&c->list[i], edition, with, out);
}

/* As it was printed: with as many decimals, behind a comma. */
static void put_percent(struct buf *out, double percent)
{
	char digits[40], *point;

	snprintf(digits, sizeof(digits), "%.15g", percent);
	point = strchr(digits, '.');
	if (point)
		*point = ',';
	buf_printf(out, "%s\u202f%%", digits);
}

static void write_side(
	struct buf *out, const char *when, int64_t count, int64_t base, double percent)
{
	buf_printf(out, "%s\u202f: ", when);
	if (percent >= 0)
		put_percent(out, percent);
	if (count >= 0)
		buf_printf(out, "%s%lld", percent >= 0 ? " (" : "", (long long)count);
	if (count >= 0 && base >= 0)
		buf_printf(out, " sur %lld", (long long)base);
	if (count >= 0 && percent >= 0)
		buf_addc(out, ')');
	if (count < 0 && base >= 0)
		buf_printf(out, "%sn = %lld", percent >= 0 ? ", " : "", (long long)base);
	if (count < 0 && base < 0 && percent < 0)
		buf_puts(out, "non publié");
}

void comparisons_write_text(
	const struct comparisons *c, const char *with, struct buf *out)
{
	const char *audience = "";

	for (size_t i = 0; i < c->count; i++) {
		const struct comparison *one = &c->list[i];

		if (strcmp(one->audience, audience) != 0)
			buf_printf(out, "%s%s\n", i > 0 ? "\n" : "", one->audience);
		audience = one->audience;
		buf_printf(out, "  %s%s%s — ", one->short_label,
			one->option[0] ? "\u202f: " : "", one->label);
		write_side(out, with, one->earlier.count, one->earlier.base,
			one->earlier.percent);
		buf_puts(out, "\u202f; ");
		write_side(
			out, "maintenant", one->count, one->base, (double)one->percent);
		buf_puts(out, " — ");
		if (*change_arrow(one->change.verdict))
			buf_printf(out, "%s ", change_arrow(one->change.verdict));
		change_text(out, &one->change);
		buf_addc(out, '\n');
		if (one->earlier.known_error[0])
			buf_printf(out, "    (%s) %s\n", with, one->earlier.known_error);
	}
}
