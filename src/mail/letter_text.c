/* SPDX-License-Identifier: Apache-2.0 */
#include "letter_text.h"

#include "letter_source.h"

#define TEXT_COLUMNS 76

#define P_STYLE "margin: 0 0 16px;"
#define BUTTON_STYLE                                               \
 "display: inline-block; padding: 14px 26px; border-radius: 6px; " \
 "background-color: #17606b; color: #ffffff; font-weight: 600; text-decoration: none;"
#define LINK_STYLE "color: #17606b;"

/* Around a value that is turned, between filling and writing. */
#define MARK_BEGIN '\x01'
#define MARK_END '\x02'

/* ---- values ---- */

static const struct variable *find_variable(
	const struct variables *variables, struct str name)
{
	for (size_t i = 0; i < variables->count; i++)
		if (str_eq_z(name, variables->list[i].name))
			return &variables->list[i];
	return NULL;
}

/* One character of well-formed UTF-8; moves `*p` behind it. */
static uint32_t next_char(const unsigned char **p, const unsigned char *end)
{
	unsigned char first = *(*p)++;
	int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
	uint32_t c = more == 0 ? first : first & (0x3FU >> more);

	for (; more > 0 && *p < end; more--)
		c = c << 6 | (*(*p)++ & 0x3FU);
	return c;
}

/* Letters of scripts written from right to left (Unicode, blocks of Bidi_Class R and AL)? */
static bool turns_text(struct str text)
{
	const unsigned char *p = (const unsigned char *)text.p, *end = p + text.n;

	while (p < end) {
		uint32_t c = next_char(&p, end);
		if ((c >= 0x590 && c <= 0x8FF) || (c >= 0xFB1D && c <= 0xFDFF) ||
			(c >= 0xFE70 && c <= 0xFEFF) || (c >= 0x10800 && c <= 0x10FFF) ||
			(c >= 0x1E800 && c <= 0x1EFFF))
			return true;
	}
	return false;
}

static void add_value(struct buf *out, struct str value)
{
	bool turns = turns_text(value);

	if (turns)
		buf_addc(out, MARK_BEGIN);
	buf_add(out, value);
	if (turns)
		buf_addc(out, MARK_END);
}

bool letter_fill(struct buf *out, struct str source, const struct variables *variables,
	struct err *err)
{
	struct letter_tag tag;
	size_t at = 0;

	for (; letter_next_tag(source, at, &tag); at = tag.end) {
		buf_bytes(out, source.p + at, tag.begin - at);
		if (tag.kind != LETTER_TAG_VALUE)
			return err_set(err, ERR_INVALID,
				"a \"{{\" is never closed, or a section has no beginning");
		const struct variable *v = find_variable(variables, tag.name);
		if (!v)
			return err_set(err, ERR_INVALID, "unknown variable \"%.*s\"",
				(int)(tag.name.n < 40 ? tag.name.n : 40), tag.name.p);
		add_value(out, str_of(v->value));
	}
	buf_bytes(out, source.p + at, source.n - at);
	return true;
}

void letter_add_text(struct buf *out, struct str filled)
{
	for (size_t i = 0; i < filled.n; i++)
		if (filled.p[i] == MARK_BEGIN)
			buf_puts(out, "\u2068");
		else if (filled.p[i] == MARK_END)
			buf_puts(out, "\u2069");
		else
			buf_addc(out, filled.p[i]);
}

void letter_add_html(struct buf *out, struct str filled)
{
	size_t from = 0;

	for (size_t i = 0; i <= filled.n; i++) {
		if (i < filled.n && filled.p[i] != MARK_BEGIN && filled.p[i] != MARK_END)
			continue;
		buf_html(out, (struct str){filled.p + from, i - from});
		from = i + 1;
		if (i < filled.n)
			buf_puts(out, filled.p[i] == MARK_BEGIN ? "<bdi>" : "</bdi>");
	}
}

/* ---- the parts of a source ---- */

bool letter_subject_line(struct str line, struct str *ret_subject)
{
	static const char *const names[] = {"Objet", "Subject"};
	static const char *const colons[] = {":", " :", "\u00a0:", "\u202f:"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		for (size_t k = 0; k < COUNT_OF(colons); k++) {
			size_t name = strlen(names[i]), n = name + strlen(colons[k]);
			if (line.n < n || memcmp(line.p, names[i], name) != 0 ||
				memcmp(line.p + name, colons[k], n - name) != 0)
				continue;
			*ret_subject = str_trim((struct str){line.p + n, line.n - n});
			return true;
		}
	return false;
}

bool letter_split(
	struct str source, struct str *ret_subject, struct str *ret_body, struct err *err)
{
	struct str rest = str_trim(source), line = {0}, subject = {0};

	(void)str_cut(&rest, '\n', &line);
	if (!letter_subject_line(line, &subject))
		return err_set(err, ERR_INVALID, "the first line is not \"Objet : …\"");
	if (subject.n == 0 || !rest.p || str_trim(rest).n == 0)
		return err_set(err, ERR_INVALID, "no subject or no text");
	*ret_subject = subject;
	*ret_body = str_trim(rest);
	return true;
}

bool letter_next_paragraph(struct str *rest, struct buf *out)
{
	struct str line = {0}, word = {0};

	buf_clear(out);
	while (str_cut(rest, '\n', &line)) {
		line = str_trim(line);
		if (line.n == 0 && out->n > 0)
			return true;
		while (str_cut(&line, ' ', &word)) {
			if (word.n == 0)
				continue;
			if (out->n > 0)
				buf_addc(out, ' ');
			buf_add(out, word);
		}
	}
	return out->n > 0;
}

bool letter_is_action(struct str p, struct str *ret_words, struct str *ret_link)
{
	const char *middle = p.n > 4 ? memmem(p.p, p.n, "](", 2) : NULL;

	if (!middle || p.p[0] != '[' || p.p[p.n - 1] != ')')
		return false;
	*ret_words = (struct str){p.p + 1, (size_t)(middle - p.p) - 1};
	*ret_link = (struct str){middle + 2, (size_t)(p.p + p.n - middle) - 3};
	return ret_words->n > 0 && ret_link->n > 0;
}

static bool is_web(struct str word)
{
	return str_starts(word, STR("https://")) || str_starts(word, STR("http://"));
}

/* ---- as text ---- */

static size_t columns_of(struct str word)
{
	size_t marks = 0;

	for (size_t i = 0; i < word.n; i++)
		marks += word.p[i] == MARK_BEGIN || word.p[i] == MARK_END;
	return str_count_chars(word) - marks;
}

static void add_wrapped(struct buf *out, struct str paragraph)
{
	struct str word = {0};
	size_t column = 0;

	while (str_cut(&paragraph, ' ', &word)) {
		size_t width = columns_of(word);
		if (column > 0 && column + 1 + width > TEXT_COLUMNS) {
			buf_addc(out, '\n');
			column = 0;
		} else if (column > 0) {
			buf_addc(out, ' ');
			column++;
		}
		letter_add_text(out, word);
		column += width;
	}
	buf_addc(out, '\n');
}

/* One paragraph; what it is made of is seen before it is filled. */
static bool add_text_paragraph(
	struct buf *out, struct str p, const struct variables *variables, struct err *err)
{
	struct buf filled = BUF_LIMIT(out->max), address = BUF_LIMIT(out->max);
	struct str words = {0}, link = {0};
	bool ok;

	if (letter_is_action(p, &words, &link)) {
		ok = letter_fill(&filled, words, variables, err) &&
			letter_fill(&address, link, variables, err);
		letter_add_text(out, buf_str(&filled));
		buf_puts(out, "\u202F:\n");
		letter_add_text(out, buf_str(&address));
		buf_addc(out, '\n');
	} else {
		ok = letter_fill(&filled, p, variables, err);
		add_wrapped(out, buf_str(&filled));
	}
	if (filled.failed || address.failed)
		out->failed = true;
	buf_release(&filled);
	buf_release(&address);
	return ok;
}

bool letter_to_text(struct buf *out, struct str body, const struct variables *variables,
	struct err *err)
{
	struct buf paragraph = BUF_LIMIT(body.n + 1);
	bool ok = true;

	for (bool first = true; ok && letter_next_paragraph(&body, &paragraph);
		first = false) {
		if (!first)
			buf_addc(out, '\n');
		ok = add_text_paragraph(out, buf_str(&paragraph), variables, err);
	}
	buf_release(&paragraph);
	return ok;
}

/* ---- as HTML ---- */

static void add_link(
	struct buf *out, struct str link, struct str words, const char *style)
{
	buf_puts(out, "<a href=\"");
	buf_html(out, link);
	buf_printf(out, "\" style=\"%s\">", style);
	letter_add_html(out, words);
	buf_puts(out, "</a>");
}

/* A web address in a sentence, without the punctuation that follows it. */
static struct str address_in(struct str word)
{
	static const char *const ends[] = {
		".", ",", ";", ":", "!", "?", ")", "\u202f", "»"};

	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		size_t n = strlen(ends[i]);
		if (word.n > n && memcmp(word.p + word.n - n, ends[i], n) == 0) {
			word.n -= n;
			i = (size_t)-1; /* from the first one again */
		}
	}
	return word;
}

/* Words that are web addresses become links to themselves. */
static void add_words(struct buf *out, struct str p)
{
	struct str word = {0};
	bool first = true;

	while (str_cut(&p, ' ', &word)) {
		if (!first)
			buf_addc(out, ' ');
		first = false;
		if (is_web(word)) {
			struct str link = address_in(word);
			add_link(out, link, link, LINK_STYLE);
			word = (struct str){word.p + link.n, word.n - link.n};
		}
		letter_add_html(out, word);
	}
}

static void add_action(struct buf *out, struct str words, struct str link)
{
	buf_puts(out, "<p class=\"button\" style=\"margin: 24px 0 8px;\">");
	add_link(out, link, words, BUTTON_STYLE);
	buf_puts(out, "</p>\n<p style=\"margin: 0 0 24px; font-size: 14px;\">");
	add_link(out, link, link, LINK_STYLE);
	buf_puts(out, "</p>\n");
}

static bool add_html_paragraph(
	struct buf *out, struct str p, const struct variables *variables, struct err *err)
{
	struct buf filled = BUF_LIMIT(out->max), address = BUF_LIMIT(out->max);
	struct str words = {0}, link = {0};
	bool ok;

	if (letter_is_action(p, &words, &link)) {
		ok = letter_fill(&filled, words, variables, err) &&
			letter_fill(&address, link, variables, err);
		if (ok && !is_web(buf_str(&address)))
			ok = err_set(err, ERR_INVALID,
				"a call to action that leads to no web address");
		else if (ok)
			add_action(out, buf_str(&filled), buf_str(&address));
	} else {
		ok = letter_fill(&filled, p, variables, err);
		buf_puts(out, "<p style=\"" P_STYLE "\">");
		add_words(out, buf_str(&filled));
		buf_puts(out, "</p>\n");
	}
	if (filled.failed || address.failed)
		out->failed = true;
	buf_release(&filled);
	buf_release(&address);
	return ok;
}

bool letter_to_html(struct buf *content, struct buf *footer, struct str body,
	const struct variables *variables, struct err *err)
{
	struct buf paragraph = BUF_LIMIT(body.n + 1);
	struct buf *out = content;
	bool ok = true;

	while (ok && letter_next_paragraph(&body, &paragraph)) {
		if (str_eq_z(buf_str(&paragraph), "---"))
			out = footer;
		else
			ok = add_html_paragraph(out, buf_str(&paragraph), variables, err);
	}
	buf_release(&paragraph);
	return ok;
}
