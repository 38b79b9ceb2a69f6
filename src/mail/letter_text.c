/* SPDX-License-Identifier: Apache-2.0 */
#include "letter_text.h"

#define TEXT_COLUMNS 76

#define P_STYLE "margin: 0 0 16px;"
#define BUTTON_STYLE                                               \
 "display: inline-block; padding: 14px 26px; border-radius: 6px; " \
 "background-color: #17606b; color: #ffffff; font-weight: 600; text-decoration: none;"
#define LINK_STYLE "color: #17606b;"

static const struct variable *find_variable(
	const struct variable *variables, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq_z(name, variables[i].name))
			return &variables[i];
	return NULL;
}

bool fill_variables(struct buf *out, struct str source, const struct variable *variables,
	size_t count, struct err *err)
{
	for (size_t i = 0; i < source.n; i++) {
		struct str rest = {source.p + i, source.n - i};
		if (!str_starts(rest, STR("{{"))) {
			buf_addc(out, *rest.p);
			continue;
		}
		const char *end = memmem(rest.p, rest.n, "}}", 2);
		if (!end)
			return err_set(err, ERR_INVALID, "a \"{{\" is never closed");
		struct str name = {rest.p + 2, (size_t)(end - rest.p) - 2};
		const struct variable *v = find_variable(variables, count, name);
		if (!v)
			return err_set(err, ERR_INVALID, "unknown variable \"%.*s\"",
				(int)(name.n < 40 ? name.n : 40), name.p);
		buf_puts(out, v->value);
		i += name.n + 3;
	}
	return true;
}

bool letter_split(
	struct str filled, struct str *ret_subject, struct str *ret_body, struct err *err)
{
	struct str rest = filled, line = {0};

	if (!str_starts(filled, STR("Subject: ")))
		return err_set(err, ERR_INVALID, "the first line is not \"Subject: …\"");
	(void)str_cut(&rest, '\n', &line);
	struct str subject = str_trim((struct str){line.p + 9, line.n - 9});
	if (subject.n == 0 || !rest.p || str_trim(rest).n == 0)
		return err_set(err, ERR_INVALID, "no subject or no text");
	*ret_subject = subject;
	*ret_body = str_trim(rest);
	return true;
}

/* The next paragraph, its lines joined by spaces, in `out`. */
static bool next_paragraph(struct str *rest, struct buf *out)
{
	struct str line = {0};

	buf_clear(out);
	while (str_cut(rest, '\n', &line)) {
		line = str_trim(line);
		if (line.n == 0 && out->n > 0)
			return true;
		if (out->n > 0)
			buf_addc(out, ' ');
		buf_add(out, line);
	}
	return out->n > 0;
}

/* "[words](link)" */
static bool is_action(struct str p, struct str *ret_words, struct str *ret_link)
{
	const char *middle = p.n > 4 ? memmem(p.p, p.n, "](", 2) : NULL;

	if (!middle || p.p[0] != '[' || p.p[p.n - 1] != ')')
		return false;
	*ret_words = (struct str){p.p + 1, (size_t)(middle - p.p) - 1};
	*ret_link = (struct str){middle + 2, (size_t)(p.p + p.n - middle) - 3};
	return str_starts(*ret_link, STR("https://")) ||
		str_starts(*ret_link, STR("http://"));
}

static void add_wrapped(struct buf *out, struct str paragraph)
{
	struct str word = {0};
	size_t column = 0;

	while (str_cut(&paragraph, ' ', &word)) {
		size_t width = str_count_chars(word);
		if (column > 0 && column + 1 + width > TEXT_COLUMNS) {
			buf_addc(out, '\n');
			column = 0;
		} else if (column > 0) {
			buf_addc(out, ' ');
			column++;
		}
		buf_add(out, word);
		column += width;
	}
	buf_addc(out, '\n');
}

void letter_to_text(struct buf *out, struct str body)
{
	struct buf paragraph = BUF_LIMIT(body.n + 1);
	struct str words = {0}, link = {0};

	for (bool first = true; next_paragraph(&body, &paragraph); first = false) {
		struct str p = buf_str(&paragraph);
		if (!first)
			buf_addc(out, '\n');
		if (is_action(p, &words, &link)) {
			buf_add(out, words);
			buf_puts(out, "\u202F:\n");
			buf_add(out, link);
			buf_addc(out, '\n');
		} else {
			add_wrapped(out, p);
		}
	}
	buf_release(&paragraph);
}

static void add_link(
	struct buf *out, struct str link, struct str words, const char *style)
{
	buf_puts(out, "<a href=\"");
	buf_html(out, link);
	buf_printf(out, "\" style=\"%s\">", style);
	buf_html(out, words);
	buf_puts(out, "</a>");
}

/* A paragraph; words that are web addresses become links to themselves. */
static void add_paragraph(struct buf *out, struct str p)
{
	struct str word = {0};
	bool first = true;

	buf_puts(out, "<p style=\"" P_STYLE "\">");
	while (str_cut(&p, ' ', &word)) {
		if (!first)
			buf_addc(out, ' ');
		first = false;
		if (str_starts(word, STR("https://")) || str_starts(word, STR("http://")))
			add_link(out, word, word, LINK_STYLE);
		else
			buf_html(out, word);
	}
	buf_puts(out, "</p>\n");
}

void letter_to_html(struct buf *content, struct buf *footer, struct str body)
{
	struct buf paragraph = BUF_LIMIT(body.n + 1);
	struct buf *out = content;
	struct str words = {0}, link = {0};

	while (next_paragraph(&body, &paragraph)) {
		struct str p = buf_str(&paragraph);
		if (str_eq_z(p, "---")) {
			out = footer;
		} else if (is_action(p, &words, &link)) {
			buf_puts(out,
				"<p class=\"button\" style=\"margin: 24px 0 8px;\">");
			add_link(out, link, words, BUTTON_STYLE);
			buf_puts(out,
				"</p>\n<p style=\"margin: 0 0 24px; font-size: 14px;\">");
			add_link(out, link, link, LINK_STYLE);
			buf_puts(out, "</p>\n");
		} else {
			add_paragraph(out, p);
		}
	}
	buf_release(&paragraph);
}
