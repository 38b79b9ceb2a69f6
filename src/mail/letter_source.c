/* SPDX-License-Identifier: Apache-2.0 */
#include "letter_source.h"

#include "barometre/mail/letter_check.h"

/* ---- what stands between {{ and }} ---- */

static size_t line_end(struct str source, size_t from)
{
	const char *end = from < source.n ? memchr(source.p + from, '\n', source.n - from)
					  : NULL;

	return end ? (size_t)(end - source.p) : source.n;
}

static bool is_pair(struct str source, size_t i, char c)
{
	return i + 1 < source.n && source.p[i] == c && source.p[i + 1] == c;
}

static void read_tag(struct str source, size_t begin, struct letter_tag *ret)
{
	size_t end = begin + 2, stop = line_end(source, begin);

	*ret = (struct letter_tag){LETTER_TAG_BROKEN, {NULL, 0}, begin, begin + 2};
	while (end < stop && !is_pair(source, end, '}') && !is_pair(source, end, '{'))
		end++;
	if (end >= stop || !is_pair(source, end, '}'))
		return;
	struct str name = {source.p + begin + 2, end - begin - 2};
	ret->kind = LETTER_TAG_VALUE;
	ret->end = end + 2;
	if (name.n > 0 && (*name.p == '#' || *name.p == '/')) {
		ret->kind = *name.p == '#' ? LETTER_TAG_OPEN : LETTER_TAG_CLOSE;
		name.p++;
		name.n--;
	}
	ret->name = str_trim(name);
}

bool letter_next_tag(struct str source, size_t from, struct letter_tag *ret)
{
	for (size_t i = from; i + 1 < source.n; i++) {
		if (is_pair(source, i, '{')) {
			read_tag(source, i, ret);
			return true;
		}
		if (is_pair(source, i, '}')) {
			*ret = (struct letter_tag){
				LETTER_TAG_BROKEN, {NULL, 0}, i, i + 2};
			return true;
		}
	}
	return false;
}

int letter_line_of(struct str source, size_t position)
{
	int line = 1;

	for (size_t i = 0; i < position && i < source.n; i++)
		line += source.p[i] == '\n';
	return line;
}

/* ---- which public reads what ---- */

/* One of the words of a section's name? */
static bool names_audience(struct str name, struct str audience)
{
	struct str word = {0};

	while (str_cut(&name, ' ', &word))
		if (word.n > 0 && str_eq(word, audience))
			return true;
	return false;
}

static bool is_named(struct str source, struct str audience)
{
	struct letter_tag tag;

	for (size_t at = 0; letter_next_tag(source, at, &tag); at = tag.end)
		if (tag.kind == LETTER_TAG_OPEN && names_audience(tag.name, audience))
			return true;
	return false;
}

static bool is_blank(struct str s)
{
	return str_trim(s).n == 0;
}

/* Widens the mark of a section to its line when nothing else stands there. */
static void take_line(struct str source, struct letter_tag *tag)
{
	size_t begin = tag->begin, end = line_end(source, tag->end);

	while (begin > 0 && source.p[begin - 1] != '\n')
		begin--;
	if (!is_blank((struct str){source.p + begin, tag->begin - begin}) ||
		!is_blank((struct str){source.p + tag->end, end - tag->end}))
		return;
	tag->begin = begin;
	tag->end = end < source.n ? end + 1 : end;
}

static bool fail_at(struct str source, size_t at, const char *what, struct err *err)
{
	return err_set_line(
		err, ERR_INVALID, letter_line_of(source, at), "letter: %s", what);
}

struct selection {
	struct str source, audience, open; /* `open`: of the section, p NULL outside */
	bool others, shown;
};

static bool enter_or_leave(
	struct selection *s, const struct letter_tag *tag, struct err *err)
{
	if (tag->kind == LETTER_TAG_OPEN) {
		if (s->open.p)
			return fail_at(
				s->source, tag->begin, "a section in another one", err);
		s->open = tag->name;
		s->shown = names_audience(tag->name, s->audience) ||
			(s->others && names_audience(tag->name, STR(LETTER_OTHERS)));
		return true;
	}
	if (!s->open.p || !str_eq(s->open, tag->name))
		return fail_at(s->source, tag->begin,
			"the end of a section that was not begun", err);
	s->open = (struct str){NULL, 0};
	s->shown = true;
	return true;
}

bool letter_select(
	struct buf *out, struct str source, struct str audience, struct err *err)
{
	struct selection s = {.source = source,
		.audience = audience,
		.others = !is_named(source, audience),
		.shown = true};
	struct letter_tag tag;
	size_t at = 0, from = 0;

	for (; letter_next_tag(source, from, &tag); from = tag.end) {
		if (tag.kind == LETTER_TAG_BROKEN)
			return fail_at(source, tag.begin, "\"{{\" without \"}}\"", err);
		if (tag.kind == LETTER_TAG_VALUE)
			continue;
		take_line(source, &tag);
		if (s.shown && tag.begin > at)
			buf_bytes(out, source.p + at, tag.begin - at);
		if (!enter_or_leave(&s, &tag, err))
			return false;
		at = tag.end;
	}
	if (s.open.p)
		return fail_at(source, source.n, "a section has no end", err);
	if (source.n > at)
		buf_bytes(out, source.p + at, source.n - at);
	return true;
}

/* No empty lines at the ends, never two in a row: where sections were. */
static void add_closed_up(struct buf *out, struct str text)
{
	struct str line = {0};
	bool gap = false, any = false;

	while (str_cut(&text, '\n', &line)) {
		if (is_blank(line)) {
			gap = any;
			continue;
		}
		if (gap)
			buf_addc(out, '\n');
		gap = false;
		any = true;
		buf_add(out, line);
		buf_addc(out, '\n');
	}
}

void letter_for_audience(struct buf *out, struct str source, struct str audience)
{
	struct buf selected = BUF_LIMIT(source.n + 1);

	if (letter_select(&selected, source, audience, NULL))
		add_closed_up(out, buf_str(&selected));
	else
		buf_add(out, source);
	buf_release(&selected);
}

/* ---- as it is kept ---- */

#define NNBSP "\u202f"

static bool at_end_of_word(struct str s, size_t i)
{
	return i >= s.n || s.p[i] == ' ' || s.p[i] == '\n' || s.p[i] == '\t';
}

/* Length of the mark of French punctuation that wants a narrow space before it, and ends its word here; else 0. */
static size_t punctuation(struct str s, size_t i)
{
	if (i < s.n && strchr(":;!?%", s.p[i]) && s.p[i] != '\0')
		return at_end_of_word(s, i + 1) ? 1 : 0;
	return i + 1 < s.n && memcmp(s.p + i, "»", 2) == 0 ? 2 : 0;
}

/* Letters as French has them: ASCII, and two bytes from À to ÿ, Œ and œ. */
static bool is_ascii_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool begins_letter(char c)
{
	return c == '\xC3' || c == '\xC5';
}

static bool is_apostrophe(struct str line, size_t i)
{
	return line.p[i] == '\'' && i > 0 && i + 1 < line.n &&
		(is_ascii_letter(line.p[i - 1]) ||
			(i > 1 && begins_letter(line.p[i - 2]))) &&
		(is_ascii_letter(line.p[i + 1]) || begins_letter(line.p[i + 1]));
}

/* The spaces from `i` on; moves it to the last of them. */
static void add_spaces(struct buf *out, struct str line, size_t *i)
{
	size_t first = *i, end = first;

	while (end < line.n && (line.p[end] == ' ' || line.p[end] == '\t'))
		end++;
	*i = end - 1;
	if (first > 0 && punctuation(line, end) > 0)
		buf_puts(out, NNBSP);
	else if (first >= 2 && memcmp(line.p + first - 2, "«", 2) == 0)
		buf_puts(out, NNBSP);
	else
		for (; first < end; first++)
			buf_addc(out, ' ');
}

/* Between {{ and }} nothing is touched, nor in a word that is a web address. */
static void add_typographic(struct buf *out, struct str line)
{
	bool web = false, tag = false;

	for (size_t i = 0; i < line.n; i++) {
		char c = line.p[i];
		bool space = c == ' ' || c == '\t';

		tag = is_pair(line, i, '{') || (tag && !is_pair(line, i, '}'));
		web = !space &&
			(web ||
				str_starts((struct str){line.p + i, line.n - i},
					STR("https://")));
		if (tag || web)
			buf_addc(out, c == '\t' ? ' ' : c);
		else if (space)
			add_spaces(out, line, &i);
		else if (is_apostrophe(line, i))
			buf_puts(out, "’");
		else
			buf_addc(out, c);
	}
}

static struct str without_space_at_end(struct str line)
{
	while (line.n > 0 && strchr(" \t\r", line.p[line.n - 1]) &&
		line.p[line.n - 1] != '\0')
		line.n--;
	return line;
}

void letter_tidy(struct buf *out, struct str typed)
{
	struct str line = {0};
	size_t gap = 0;
	bool any = false;

	while (str_cut(&typed, '\n', &line)) {
		line = without_space_at_end(line);
		if (line.n == 0) {
			gap += any;
			continue;
		}
		for (; gap > 0; gap--)
			buf_addc(out, '\n');
		any = true;
		add_typographic(out, line);
		buf_addc(out, '\n');
	}
}
