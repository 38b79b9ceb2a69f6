/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routing as a graph. The SVG is an arc diagram: one line a question from top to bottom, arcs on the left from what is
 * read to what it decides about, so that no arc crosses a text however many there are.
 */
#include <math.h>
#include <stdlib.h>

#include "inspect_private.h"

#define LINE 24      /* pixels from one line to the next */
#define CONDITION 18 /* the same for the line of a condition */
#define TEXT_LEFT 300
#define WIDTH 1160
#define TITLE_CHARS 100 /* of a line, with the name and the type */
#define CONDITION_CHARS 112

/* DOT */

/* In double quotes; Graphviz reads \" and, in labels, \n and \l. */
static void dot_text(struct buf *out, const char *text)
{
	buf_addc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_addc(out, '\\');
		buf_addc(out, *text == '\n' ? ' ' : *text);
	}
	buf_addc(out, '"');
}

static void dot_node(const struct question *q, struct buf *out)
{
	SCOPED(free_char) char *label = x_printf("%s (%s)", q->name, inspect_type(q));
	buf_printf(out, "    \"%s\" [label=", q->name);
	dot_text(out, label);
	buf_puts(out, ", tooltip=");
	dot_text(out, q->title[0] ? q->title : q->name);
	buf_puts(out, "];\n");
}

static void dot_link(const struct form *form, const struct link *l, struct buf *out)
{
	size_t to = l->to_page ? form->pages[l->to].first : l->to;
	bool shown = strcmp(l->what, "shown") == 0;
	SCOPED(free_char)
	char *label = shown ? x_strdup(expr_source(l->expr))
			    : x_printf("%s%s%s: %s", l->what, l->code ? " " : "",
				      l->code ? l->code : "", expr_source(l->expr));
	buf_printf(out, "  \"%s\" -> \"%s\" [", form->questions[l->from].name,
		form->questions[to].name);
	if (l->to_page)
		buf_printf(out, "lhead=cluster_%zu, ", l->to);
	if (!shown)
		buf_puts(out, "style=dashed, ");
	buf_puts(out, "label=");
	dot_text(out, label);
	buf_puts(out, "];\n");
}

void inspect_dot(const struct form *form, struct buf *out)
{
	SCOPED(links_release) struct links links;
	links_find(form, &links);
	buf_puts(out, "digraph questionnaire {\n  label=");
	dot_text(out, form->title);
	buf_puts(out,
		";\n  rankdir=TB; compound=true; node [shape=box]; edge [fontsize=10];\n");
	for (size_t i = 0; i < form->page_count; i++) {
		const struct page *page = &form->pages[i];
		SCOPED(free_char) char *label = x_printf("%zu. %s", i + 1, page->title);
		buf_printf(out, "  subgraph cluster_%zu {\n    label=", i);
		dot_text(out, label);
		buf_puts(out, ";\n");
		for (size_t j = page->first; j < page->first + page->count; j++)
			dot_node(&form->questions[j], out);
		buf_puts(out, "  }\n");
	}
	for (size_t i = 0; i < form->question_count; i++)
		if (form->questions[i].type == QUESTION_CALCULATED)
			dot_node(&form->questions[i], out);
	/* Keeps the order of the form from top to bottom. */
	for (size_t i = 0; i + 1 < form->question_count; i++)
		buf_printf(out, "  \"%s\" -> \"%s\" [style=invis, weight=100];\n",
			form->questions[i].name, form->questions[i + 1].name);
	for (size_t i = 0; i < links.count; i++)
		dot_link(form, &links.list[i], out);
	buf_puts(out, "}\n");
}

/* SVG */

/* XML 1.0 section 2.4, and section 2.2: other control characters cannot be written at all. */
static void xml_text(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == '&')
			buf_puts(out, "&amp;");
		else if (c == '<')
			buf_puts(out, "&lt;");
		else if (c == '>')
			buf_puts(out, "&gt;");
		else if (c == '"')
			buf_puts(out, "&quot;");
		else if ((unsigned char)c >= 0x20)
			buf_addc(out, c);
		else
			buf_addc(out, ' ');
	}
}

/* At most so many characters, the last one "…" when there are more. */
static void xml_cut(struct buf *out, const char *text, size_t most)
{
	struct str all = str_of(text);
	size_t chars = 0, end = 0;
	for (size_t i = 0; i < all.n; i++) {
		if (((unsigned char)text[i] & 0xc0) == 0x80)
			continue;
		if (++chars == most)
			end = i;
	}
	if (chars <= most) {
		xml_text(out, all);
		return;
	}
	xml_text(out, (struct str){all.p, end});
	buf_puts(out, "…");
}

/* Where the lines stand. */
struct layout {
	int *page, *question; /* the baseline of each; owned */
	int height;
};

static int lines_below(const struct links *links, size_t to, bool page)
{
	int lines = 0;
	const struct expr *last = NULL;
	for (size_t i = 0; i < links->count; i++) {
		const struct link *l = &links->list[i];
		if (l->to == to && l->to_page == page && l->expr != last) {
			lines++;
			last = l->expr;
		}
	}
	return lines;
}

static void layout_init(
	struct layout *layout, const struct form *form, const struct links *links)
{
	int y = 64;
	layout->page = x_calloc(form->page_count + 1, sizeof(*layout->page));
	layout->question = x_calloc(form->question_count + 1, sizeof(*layout->question));
	for (size_t i = 0; i < form->question_count; i++) {
		const struct question *q = &form->questions[i];
		bool calculated = q->page >= form->page_count;
		bool first = calculated
			? i == 0 || form->questions[i - 1].page < form->page_count
			: form->pages[q->page].first == i;
		if (first) {
			y += LINE + LINE / 2;
			layout->page[q->page < form->page_count ? q->page
								: form->page_count] = y;
			if (!calculated)
				y += CONDITION * lines_below(links, q->page, true);
		}
		y += LINE;
		layout->question[i] = y;
		y += CONDITION * lines_below(links, i, false);
	}
	layout->height = y + LINE;
}

static void layout_release(struct layout *layout)
{
	free(layout->page);
	free(layout->question);
}

static void svg_conditions(
	const struct links *links, size_t to, bool page, int y, struct buf *out)
{
	const struct expr *last = NULL;
	for (size_t i = 0; i < links->count; i++) {
		const struct link *l = &links->list[i];
		if (l->to != to || l->to_page != page || l->expr == last)
			continue;
		last = l->expr;
		y += CONDITION;
		SCOPED(free_char)
		char *text = x_printf("%s%s%s if %s", l->what, l->code ? " " : "",
			l->code ? l->code : "", expr_source(l->expr));
		if (strcmp(l->what, "value") == 0) {
			free(text);
			text = x_printf("= %s", expr_source(l->expr));
		}
		buf_printf(out,
			"<text x=\"%d\" y=\"%d\" font-size=\"12\" fill=\"#595959\">",
			TEXT_LEFT + 24, y);
		xml_cut(out, text, CONDITION_CHARS);
		buf_puts(out, "</text>\n");
	}
}

static void svg_page(const struct form *form, const struct links *links,
	const struct layout *at, size_t i, struct buf *out)
{
	int y = at->page[i];
	buf_printf(out,
		"<text x=\"%d\" y=\"%d\" font-size=\"16\" font-weight=\"bold\" "
		"fill=\"#1b1b1b\">",
		TEXT_LEFT, y);
	if (i < form->page_count) {
		buf_printf(out, "%zu. ", i + 1);
		xml_cut(out, form->pages[i].title, TITLE_CHARS);
	} else {
		buf_puts(out, "Calculated");
	}
	buf_puts(out, "</text>\n");
	if (i < form->page_count)
		svg_conditions(links, i, true, y, out);
}

static void svg_question(const struct question *q, const struct links *links, size_t i,
	int y, struct buf *out)
{
	buf_printf(out,
		"<circle cx=\"%d\" cy=\"%d\" r=\"3\" fill=\"#1b1b1b\"/>\n"
		"<text x=\"%d\" y=\"%d\" font-size=\"14\" fill=\"#1b1b1b\">"
		"<tspan font-weight=\"bold\">",
		TEXT_LEFT - 8, y - 5, TEXT_LEFT + 4, y);
	xml_text(out, str_of(q->name));
	buf_printf(out, "</tspan> (%s%s) ", inspect_type(q),
		q->required ? ", required" : "");
	size_t used = strlen(q->name) + strlen(inspect_type(q)) + (q->required ? 13 : 3);
	xml_cut(out, q->title, used + 20 < TITLE_CHARS ? TITLE_CHARS - used : 20);
	buf_puts(out, "</text>\n");
	svg_conditions(links, i, false, y, out);
}

/* Dark enough on white for thin lines: at least 4.5:1. */
static const char *const colours[] = {
	"#0b5394", "#9c2a10", "#38761d", "#741b47", "#6a4a00", "#134f5c"};

static void svg_link(const struct form *form, const struct layout *at,
	const struct link *l, struct buf *out)
{
	int from = at->question[l->from] - 5;
	int to = (l->to_page ? at->page[l->to] : at->question[l->to]) - 5;
	int reach = 24 + abs(to - from) / 4, x = TEXT_LEFT - 8;
	if (reach > TEXT_LEFT - 40)
		reach = TEXT_LEFT - 40;
	/* A cubic curve comes to three quarters of the way to its control points. */
	reach = reach * 4 / 3;
	const char *colour = colours[l->from % COUNT_OF(colours)];
	buf_printf(out,
		"<path d=\"M%d %d C%d %d %d %d %d %d\" fill=\"none\" stroke=\"%s\" "
		"stroke-width=\"1.5\"%s><title>",
		x - 4, from, x - reach, from, x - reach, to, x - 8, to, colour,
		strcmp(l->what, "shown") == 0 ? "" : " stroke-dasharray=\"5 3\"");
	xml_text(out, str_of(form->questions[l->from].name));
	buf_puts(out, " → ");
	xml_text(out,
		str_of(l->to_page ? form->pages[l->to].name
				  : form->questions[l->to].name));
	buf_puts(out, ": ");
	xml_text(out, str_of(expr_source(l->expr)));
	buf_printf(out, "</title></path>\n<path d=\"M%d %d l-7 -4 v8 z\" fill=\"%s\"/>\n",
		x - 4, to, colour);
}

void inspect_svg(const struct form *form, struct buf *out)
{
	SCOPED(links_release) struct links links;
	SCOPED(layout_release) struct layout at;
	links_find(form, &links);
	layout_init(&at, form, &links);
	buf_printf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"title desc\" "
		"font-family=\"sans-serif\">\n<title id=\"title\">",
		WIDTH, at.height, WIDTH, at.height);
	xml_text(out, str_of(form->title));
	buf_printf(out,
		"</title>\n<desc id=\"desc\">%zu pages and %zu questions from top to bottom; each of "
		"the %zu arcs goes from a question to what its answer decides about.</desc>\n"
		"<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n",
		form->page_count, form->question_count, links.count, WIDTH, at.height);
	buf_printf(out,
		"<text x=\"%d\" y=\"40\" font-size=\"20\" font-weight=\"bold\" "
		"fill=\"#1b1b1b\">",
		TEXT_LEFT);
	xml_cut(out, form->title, 70);
	buf_puts(out, "</text>\n");
	for (size_t i = 0; i < links.count; i++)
		svg_link(form, &at, &links.list[i], out);
	for (size_t i = 0; i <= form->page_count; i++)
		if (at.page[i] > 0)
			svg_page(form, &links, &at, i, out);
	for (size_t i = 0; i < form->question_count; i++)
		svg_question(&form->questions[i], &links, i, at.question[i], out);
	buf_puts(out, "</svg>\n");
}
