/* SPDX-License-Identifier: Apache-2.0 */
#include "letter_parts.h"

#include <stdlib.h>

#include "barometre/base/asset.h"
#include "barometre/mail/letter_check.h"
#include "letter_source.h"
#include "letter_text.h"

extern const struct asset_set assets_letters; /* src/mail/letters, by cmake/embed.cmake */

static const char *const kinds[] = {
	"invitation", "relance1", "relance2", "relance3", "targeted"};

#define LINK_BYTES 500     /* a header line holds it whole */
#define SUBJECT_BYTES 2000 /* filled: a header of reasonable length */
#define EXAMPLE_ID "aaaaaaaaaaaaaaaaaaaaaaaaaa"

/* ---- the texts ---- */

const char *letter_kind(size_t i)
{
	return i < COUNT_OF(kinds) ? kinds[i] : NULL;
}

struct str letter_program_text(const char *kind)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (strcmp(kinds[i], kind) != 0)
			continue;
		SCOPED(free_char) char *name = x_printf("%s.txt", kind);
		const struct asset *asset = asset_find(&assets_letters, str_of(name));
		must(asset);
		return asset_text(asset);
	}
	return (struct str){NULL, 0};
}

bool letter_exists(const char *kind)
{
	return letter_program_text(kind).p != NULL;
}

/* ---- the values ---- */

/* Filled by set_variables in this order. */
static const struct {
	const char *name;
	bool in_subject;
} variable_names[] = {
	{"organisation", true},
	{"edition_title", true},
	{"audience_label", false},
	{"form_title", false},
	{"minutes", true},
	{"closes", true},
	{"link", false},
	{"stop_link", false},
	{"privacy_link", false},
	{"contact_address", false},
	{"from_name", true},
	{"reply_to", false},
};
#define VARIABLES COUNT_OF(variable_names)

const char *letter_variable(size_t i)
{
	return i < VARIABLES ? variable_names[i].name : NULL;
}

bool letter_variable_in_subject(const char *name)
{
	for (size_t i = 0; i < VARIABLES; i++)
		if (strcmp(variable_names[i].name, name) == 0)
			return variable_names[i].in_subject;
	return false;
}

static void set_variables(struct variable out[VARIABLES], const struct letter_values *v,
	const char *minutes)
{
	const char *const values[VARIABLES] = {v->organisation, v->edition_title,
		v->audience_label, v->form_title, minutes, v->closes, v->link,
		v->stop_link, v->privacy_link, v->contact_address, v->from_name,
		*v->reply_to ? v->reply_to : v->from_address};

	for (size_t i = 0; i < VARIABLES; i++)
		out[i] = (struct variable){variable_names[i].name, values[i]};
}

size_t letter_control_length(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	if (p[0] < ' ' || p[0] == 0x7F)
		return 1;
	if (p[0] == 0xC2 && p[1] < 0xA0)
		return 2;
	if (p[0] == 0xE2 && p[1] == 0x80 && p[2] >= 0xA8 && p[2] <= 0xAE)
		return 3;
	if (p[0] == 0xE2 && p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9)
		return 3;
	return 0;
}

static bool check_words(const char *what, const char *value, struct err *err)
{
	if (!str_is_utf8(str_of(value)))
		return err_set(err, ERR_INVALID, "%s: not UTF-8", what);
	for (const char *p = value; *p; p++)
		if (letter_control_length(p) > 0 &&
			!(strcmp(what, "letter") == 0 && *p == '\n'))
			return err_set(
				err, ERR_INVALID, "%s: has control characters", what);
	return true;
}

static bool check_link(const char *what, const char *value, struct err *err)
{
	struct str link = str_of(value);
	bool ok = link.n <= LINK_BYTES &&
		(str_starts(link, STR("https://")) || str_starts(link, STR("http://")));

	for (size_t i = 0; ok && i < link.n; i++)
		ok = link.p[i] > ' ' && link.p[i] < 0x7F &&
			!strchr("<>\"()\\,{}", link.p[i]);
	return ok || err_set(err, ERR_INVALID, "%s: not a web address", what);
}

static bool check_values(const struct letter_values *v, struct err *err)
{
	return check_words("audience_label", v->audience_label, err) &&
		check_words("form_title", v->form_title, err) &&
		check_words("edition_title", v->edition_title, err) &&
		check_words("from_name", v->from_name, err) &&
		check_words("organisation", v->organisation, err) &&
		check_words("contact_address", v->contact_address, err) &&
		check_words("closes", v->closes, err) &&
		check_words("reply_to", v->reply_to, err) &&
		check_words("from_address", v->from_address, err) &&
		check_link("link", v->link, err) &&
		check_link("stop_link", v->stop_link, err) &&
		check_link("privacy_link", v->privacy_link, err) &&
		(!v->source || check_words("letter", v->source, err));
}

/* ---- the parts ---- */

static struct str layout(void)
{
	const struct asset *asset = asset_find(&assets_letters, STR("layout.html"));
	must(asset);
	return asset_text(asset);
}

/* The layout's own {{names}}, replaced by HTML that is ready. */
static void fill_layout(struct buf *out, const struct variables *ready)
{
	struct str source = layout();
	struct letter_tag tag;
	size_t at = 0;

	for (; letter_next_tag(source, at, &tag); at = tag.end) {
		size_t i = 0;
		buf_bytes(out, source.p + at, tag.begin - at);
		while (i < ready->count && !str_eq_z(tag.name, ready->list[i].name))
			i++;
		must(i < ready->count);
		buf_puts(out, ready->list[i].value);
	}
	buf_bytes(out, source.p + at, source.n - at);
}

#define TEST_LINE                                                      \
 "Ceci est un essai, envoyé à la demande de l’équipe\u202f: ses " \
 "liens n’ouvrent aucun questionnaire.\n\n"

struct making {
	const struct letter_values *values;
	struct variables variables;
	struct str subject, body;
	struct buf subject_text, text, html, content, footer, title, html_heading;
};

/* The subject as a reader sees it, and as the title of a page. */
static bool fill_subject(struct making *m, struct err *err)
{
	struct buf filled = BUF_LIMIT(SUBJECT_BYTES);
	bool ok = letter_fill(&filled, m->subject, &m->variables, err);

	buf_puts(&m->subject_text, m->values->test ? "[Essai] " : "");
	letter_add_text(&m->subject_text, buf_str(&filled));
	buf_html(&m->title, buf_str(&m->subject_text));
	if (ok && filled.failed)
		ok = err_set(err, ERR_LIMIT, "the subject is too long");
	buf_release(&filled);
	return ok;
}

/* The edition's title stands above both parts: in HTML it is the layout's. */
static bool fill_body(struct making *m, struct err *err)
{
	struct buf whole = BUF_LIMIT(LETTER_BYTES), heading = BUF_LIMIT(LETTER_BYTES);
	const struct str title = STR("{{edition_title}}\n\n");
	bool ok = letter_fill(&heading, str_trim(title), &m->variables, err);

	letter_add_html(&m->html_heading, buf_str(&heading));
	buf_add(&whole, title);
	buf_puts(&whole, m->values->test ? TEST_LINE : "");
	buf_add(&whole, m->body);
	struct str below = {buf_str(&whole).p + title.n, whole.n - title.n};
	ok = ok && letter_to_text(&m->text, buf_str(&whole), &m->variables, err) &&
		letter_to_html(&m->content, &m->footer, below, &m->variables, err);
	buf_release(&whole);
	buf_release(&heading);
	return ok;
}

static bool fill_parts(struct making *m, struct err *err)
{
	if (!fill_subject(m, err) || !fill_body(m, err))
		return false;
	const struct variable ready[] = {
		{"subject", buf_str(&m->title).p},
		{"edition_title", buf_str(&m->html_heading).p},
		{"content", buf_str(&m->content).p},
		{"footer", buf_str(&m->footer).p},
	};
	fill_layout(&m->html, &(struct variables){ready, COUNT_OF(ready)});
	return !(m->text.failed || m->html.failed || m->content.failed ||
		       m->footer.failed) ||
		err_set(err, ERR_LIMIT, "the letter is too long");
}

static void making_release(struct making *m)
{
	buf_release(&m->subject_text);
	buf_release(&m->text);
	buf_release(&m->html);
	buf_release(&m->content);
	buf_release(&m->footer);
	buf_release(&m->title);
	buf_release(&m->html_heading);
}

static bool make_parts(struct letter_parts *ret, const struct letter_values *v,
	struct str selected, const struct variables *variables, struct err *err)
{
	struct making m = {.values = v,
		.variables = *variables,
		.subject_text = BUF_LIMIT(LETTER_BYTES),
		.text = BUF_LIMIT(LETTER_BYTES),
		.html = BUF_LIMIT(LETTER_BYTES),
		.content = BUF_LIMIT(LETTER_BYTES),
		.footer = BUF_LIMIT(LETTER_BYTES),
		.title = BUF_LIMIT(LETTER_BYTES),
		.html_heading = BUF_LIMIT(LETTER_BYTES)};
	bool ok = letter_split(selected, &m.subject, &m.body, err) && fill_parts(&m, err);

	if (ok)
		*ret = (struct letter_parts){.subject = buf_take(&m.subject_text),
			.text = buf_take(&m.text),
			.html = buf_take(&m.html)};
	making_release(&m);
	return ok;
}

bool letter_parts_make(
	struct letter_parts *ret, const struct letter_values *v, struct err *err)
{
	struct str source = letter_program_text(v->kind);
	struct variable variables[VARIABLES];
	SCOPED(free_char) char *minutes = x_printf("%d", v->minutes);
	struct buf selected = BUF_LIMIT(LETTER_BYTES);
	struct err why = {0};

	if (!source.p)
		return err_set(err, ERR_MISSING, "no letter of this kind");
	if (v->source)
		source = str_of(v->source);
	if (!check_values(v, err))
		return false;
	set_variables(variables, v, minutes);
	bool ok = letter_select(&selected, source, str_of(v->audience), &why);
	if (ok && selected.failed)
		ok = err_set(&why, ERR_LIMIT, "the letter is too long");
	ok = ok &&
		make_parts(ret, v, buf_str(&selected),
			&(struct variables){variables, VARIABLES}, &why);
	buf_release(&selected);
	if (!ok && err)
		*err = why;
	return ok;
}

void letter_parts_release(struct letter_parts *parts)
{
	free(parts->subject);
	free(parts->text);
	free(parts->html);
	*parts = (struct letter_parts){0};
}

/* ---- to nobody ---- */

void letter_example_make(struct letter_example *ret, const struct letter_sender *sender,
	const struct edition *edition, const struct edition_audience *audience,
	const char *kind, usec_t now)
{
	*ret = (struct letter_example){
		.link = x_printf("%s/r/%s", sender->public_url, EXAMPLE_ID),
		.stop_link = x_printf("%s/stop/%s", sender->public_url, EXAMPLE_ID),
		.privacy_link = x_printf("%s/confidentialite", sender->public_url),
		/* An edition that closes at midnight is open on the day before. */
		.closes = clock_french_date(edition->closes - 1, edition->zone),
	};
	ret->values = (struct letter_values){
		.kind = kind,
		.audience = audience->audience,
		.audience_label = audience->form->audience_label,
		.form_title = audience->form->title,
		.edition_title = edition->title,
		.to_name = "",
		.to_address = "",
		.from_name = sender->from_name,
		.from_address = sender->from_address,
		.reply_to = sender->reply_to,
		.organisation = sender->organisation,
		.contact_address = sender->contact_address,
		.link = ret->link,
		.stop_link = ret->stop_link,
		.privacy_link = ret->privacy_link,
		.closes = ret->closes,
		.minutes = audience->form->minutes,
		.date = now,
	};
}

void letter_example_release(struct letter_example *example)
{
	free(example->link);
	free(example->stop_link);
	free(example->privacy_link);
	free(example->closes);
	*example = (struct letter_example){0};
}
