/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/mail/letter_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "letter_parts.h"
#include "letter_source.h"
#include "letter_text.h"

#define NNBSP "\u202f"
#define QUOTE(text) "«" NNBSP text NNBSP "»"
#define SUBJECT_LONG 90      /* many mail programs show no more */
#define SUBJECT_TOO_LONG 150 /* of the text, a variable counted as VARIABLE_CHARS */
#define VARIABLE_CHARS 20

/* ---- findings ---- */

static void add(struct letter_findings *f, int line, bool warning, const char *format,
	...) PRINTF_LIKE(4, 5);

static void add(
	struct letter_findings *f, int line, bool warning, const char *format, ...)
{
	char text[600];
	va_list values;
	size_t i = f->count;

	f->refused = f->refused || !warning;
	if (f->count == LETTER_FINDINGS)
		return;
	va_start(values, format);
	(void)vsnprintf(text, sizeof(text), format, values);
	va_end(values);
	/* By line, those of the whole first. */
	for (; i > 0 && f->list[i - 1].line > line; i--)
		f->list[i] = f->list[i - 1];
	f->list[i] = (struct letter_finding){line, warning, x_strdup(text)};
	f->count++;
}

void letter_findings_release(struct letter_findings *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->list[i].text);
	*f = (struct letter_findings){0};
}

/* What is quoted from the text: short, whole characters. */
static char *excerpt(struct str text)
{
	size_t n = text.n < 40 ? text.n : 40;

	while (n < text.n && n > 0 && ((unsigned char)text.p[n] & 0xC0) == 0x80)
		n--;
	return x_strndup(text.p ? text.p : "", n);
}

/* ---- characters ---- */

static bool check_characters(struct str source, struct letter_findings *f)
{
	int line = 1, last = 0;

	if (source.n > LETTER_SOURCE_BYTES) {
		add(f, 0, false,
			"la lettre est trop longue" NNBSP
			": %zu octets, pour %zu au plus. Raccourcissez-la.",
			source.n, LETTER_SOURCE_BYTES);
		return false;
	}
	if (!str_is_utf8(source)) {
		add(f, 0, false,
			"le texte n’est pas en UTF-8" NNBSP
			": copiez-le de nouveau depuis votre traitement de texte.");
		return false;
	}
	for (size_t i = 0; i < source.n; i++) {
		line += source.p[i] == '\n';
		/* A NUL follows no slice by itself: look no further than its end. */
		if (source.p[i] == '\n' || line == last)
			continue;
		char near[4] = {0};
		size_t left = source.n - i;
		memcpy(near, source.p + i, left < 3 ? left : 3);
		if (letter_control_length(near) == 0)
			continue;
		last = line;
		add(f, line, false,
			"un caractère invisible s’est glissé ici (%02X…)" NNBSP
			": effacez cette ligne et tapez-la de nouveau.",
			(unsigned char)source.p[i]);
	}
	return !f->refused;
}

/* ---- what stands between {{ and }} ---- */

static bool is_variable(struct str name)
{
	for (size_t i = 0; letter_variable(i); i++)
		if (str_eq_z(name, letter_variable(i)))
			return true;
	return false;
}

static bool is_public(struct str word, const char *const *audiences)
{
	static const char *const ours[] = {LETTER_PUBLICS, LETTER_OTHERS, NULL};

	return str_is_one_of(word, audiences) || str_is_one_of(word, ours);
}

static void check_publics(int line, struct str names, const char *const *audiences,
	struct letter_findings *f)
{
	struct str word = {0};
	bool any = false;

	while (str_cut(&names, ' ', &word)) {
		any = any || word.n > 0;
		if (word.n == 0 || is_public(word, audiences))
			continue;
		SCOPED(free_char) char *shown = excerpt(word);
		add(f, line, false,
			"public inconnu " QUOTE("%s") NNBSP
			": ce n’est pas un public de cette édition. Ses publics sont nommés plus bas" NNBSP
			"; " QUOTE("autres") " vaut pour ceux qu’aucun passage ne nomme.",
			shown);
	}
	if (!any)
		add(f, line, false,
			"un passage réservé doit nommer son public" NNBSP
			": {{#patients}} … {{/patients}}.");
}

static void check_value(int line, struct str name, struct letter_findings *f)
{
	if (is_variable(name))
		return;
	SCOPED(free_char) char *shown = excerpt(name);
	add(f, line, false,
		"variable inconnue " QUOTE("{{%s}}") NNBSP
		": corrigez son nom d’après la liste des variables, ou retirez-la.",
		shown);
}

static void check_close(
	int line, struct str *open, struct str name, struct letter_findings *f)
{
	if (open->p && str_eq(*open, name)) {
		*open = (struct str){NULL, 0};
		return;
	}
	SCOPED(free_char) char *shown = excerpt(name);
	SCOPED(free_char) char *wanted = excerpt(*open);
	if (open->p)
		add(f, line, false,
			QUOTE("{{/%s}}") " ne ferme pas le passage ouvert par " QUOTE(
				"{{#%s}}") NNBSP ": écrivez " QUOTE("{{/%s}}") ".",
			shown, wanted, wanted);
	else
		add(f, line, false,
			QUOTE("{{/%s}}") " ferme un passage qui n’est pas ouvert" NNBSP
					 ": retirez-le, ou ajoutez " QUOTE(
						 "{{#%s}}") " avant.",
			shown, shown);
}

static void check_tags(
	struct str source, const char *const *audiences, struct letter_findings *f)
{
	struct letter_tag tag;
	struct str open = {NULL, 0};
	int open_line = 0;

	for (size_t at = 0; letter_next_tag(source, at, &tag); at = tag.end) {
		int line = letter_line_of(source, tag.begin);

		switch (tag.kind) {
		case LETTER_TAG_BROKEN:
			add(f, line, false,
				"des accolades ne vont pas par deux" NNBSP
				": une variable s’écrit " QUOTE(
					"{{link}}") ", sur une seule ligne.");
			break;
		case LETTER_TAG_VALUE:
			check_value(line, tag.name, f);
			break;
		case LETTER_TAG_OPEN:
			check_publics(line, tag.name, audiences, f);
			if (open.p)
				add(f, line, false,
					"un passage réservé s’ouvre dans un autre, ouvert ligne %d" NNBSP
					": fermez d’abord le premier.",
					open_line);
			open = tag.name;
			open_line = line;
			break;
		case LETTER_TAG_CLOSE:
			check_close(line, &open, tag.name, f);
			break;
		}
	}
	if (open.p) {
		SCOPED(free_char) char *shown = excerpt(open);
		add(f, open_line, false,
			"ce passage réservé n’est pas fermé" NNBSP
			": ajoutez " QUOTE("{{/%s}}") " à sa fin.",
			shown);
	}
}

/* ---- the subject: one for all who read the letter ---- */

static void check_section_of_subject(
	struct str source, size_t begin, size_t end, struct letter_findings *f)
{
	struct str text = {source.p + begin, end - begin}, line = {0}, subject = {0};

	for (int number = letter_line_of(source, begin); str_cut(&text, '\n', &line);
		number++)
		if (letter_subject_line(str_trim(line), &subject))
			add(f, number, false,
				"l’objet est le même pour tous les publics d’une lettre" NNBSP
				": sortez-le du passage réservé, en première ligne. Pour un autre objet, donnez à ce public une lettre à lui.");
}

/* A subject in a section would be a line of the text for whoever reads another one before it. */
static void check_subject(struct str source, struct letter_findings *f)
{
	struct str rest = str_trim(source), first = {0}, subject = {0};
	struct letter_tag tag;
	size_t begin = 0;
	bool is_open = false;

	(void)str_cut(&rest, '\n', &first);
	for (size_t at = 0; letter_next_tag(source, at, &tag); at = tag.end) {
		if (tag.kind == LETTER_TAG_CLOSE && is_open)
			check_section_of_subject(source, begin, tag.begin, f);
		if (tag.kind == LETTER_TAG_OPEN &&
			source.p + tag.begin < first.p + first.n &&
			letter_subject_line(first, &subject))
			add(f, letter_line_of(source, tag.begin), false,
				"l’objet est le même pour tous les publics d’une lettre" NNBSP
				": n’y mettez pas de passage réservé. Pour un autre objet, donnez à ce public une lettre à lui.");
		if (tag.kind == LETTER_TAG_OPEN || tag.kind == LETTER_TAG_CLOSE) {
			is_open = tag.kind == LETTER_TAG_OPEN;
			begin = tag.end;
		}
	}
}

/* ---- lines ---- */

static bool holds(struct str text, const char *what)
{
	return text.n > 0 && memmem(text.p, text.n, what, strlen(what)) != NULL;
}

static bool is_plain_web_address(struct str link)
{
	bool ok = str_starts(link, STR("https://")) && link.n > 8 && link.n < 500;

	for (size_t i = 0; ok && i < link.n; i++)
		ok = link.p[i] > ' ' && link.p[i] < 0x7F &&
			!strchr("<>\"()\\,{}", link.p[i]);
	return ok;
}

static bool is_target(struct str link)
{
	return str_eq_z(link, "{{link}}") || str_eq_z(link, "{{stop_link}}") ||
		str_eq_z(link, "{{privacy_link}}") || is_plain_web_address(link);
}

static bool has_tag_of_html(struct str line)
{
	for (size_t i = 0; i + 1 < line.n; i++)
		if (line.p[i] == '<' &&
			((line.p[i + 1] >= 'a' && line.p[i + 1] <= 'z') ||
				(line.p[i + 1] >= 'A' && line.p[i + 1] <= 'Z') ||
				line.p[i + 1] == '/' || line.p[i + 1] == '!'))
			return true;
	return false;
}

/* Of an address, or of a word that a mail program would make one of. */
static bool is_of_an_address(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || (c != '\0' && strchr("/?=&#%_-@{", c));
}

/* A personal link inside another address would give everybody's token to whoever is there. */
static bool hides_a_link(struct str line)
{
	static const char *const links[] = {"link", "stop_link", "privacy_link", NULL};
	struct letter_tag tag;

	for (size_t at = 0; letter_next_tag(line, at, &tag); at = tag.end) {
		if (tag.kind == LETTER_TAG_VALUE && str_is_one_of(tag.name, links) &&
			((tag.begin > 0 && is_of_an_address(line.p[tag.begin - 1])) ||
				(tag.end < line.n && is_of_an_address(line.p[tag.end]))))
			return true;
	}
	return false;
}

static void check_line(int number, struct str line, struct letter_findings *f)
{
	struct str words = {0}, link = {0};

	line = str_trim(line);
	if (holds(line, "](")) {
		if (!letter_is_action(line, &words, &link))
			add(f, number, false,
				"un bouton s’écrit seul sur sa ligne, entre deux lignes vides" NNBSP
				": [Répondre au questionnaire]({{link}})");
		else if (!is_target(link))
			add(f, number, false,
				"ce bouton ne mène à aucune adresse permise" NNBSP
				": mettez {{link}}, ou une adresse qui commence par https://");
	}
	if (hides_a_link(line))
		add(f, number, false,
			"un lien est collé à d’autres signes" NNBSP
			": pris dans une autre adresse, il donnerait à d’autres le lien personnel de chacun. Laissez une espace avant et après.");
	if (holds(line, "http://"))
		add(f, number, false,
			"une adresse commence par http://, que tout le monde peut lire en chemin" NNBSP
			": écrivez https://");
	if (has_tag_of_html(line))
		add(f, number, true,
			"les balises HTML ne sont pas interprétées" NNBSP
			": elles seront lues telles quelles.");
	if (holds(line, "**") || holds(line, "__"))
		add(f, number, true,
			"il n’y a ni gras ni italique" NNBSP
			": ces signes seront lus tels quels.");
}

static void check_lines(struct str source, struct letter_findings *f)
{
	struct str line = {0};

	for (int number = 1; str_cut(&source, '\n', &line); number++)
		check_line(number, line, f);
}

/* ---- as each audience reads it ---- */

struct reading {
	const char *kind;
	struct buf selected;
	struct str first, subject, body; /* in `selected` */
	bool has_subject;
};

static void read_as(
	struct reading *r, struct str source, const char *kind, const char *audience)
{
	struct str rest;

	*r = (struct reading){.kind = kind, .selected = BUF_LIMIT(source.n + 1)};
	if (!letter_select(&r->selected, source, str_of(audience), NULL))
		return;
	rest = str_trim(buf_str(&r->selected));
	(void)str_cut(&rest, '\n', &r->first);
	r->has_subject = letter_subject_line(r->first, &r->subject);
	if (rest.p)
		r->body = str_trim(rest);
}

static bool uses(struct str text, const char *variable)
{
	struct letter_tag tag;

	for (size_t at = 0; letter_next_tag(text, at, &tag); at = tag.end)
		if (tag.kind == LETTER_TAG_VALUE && str_eq_z(tag.name, variable))
			return true;
	return false;
}

static bool has_subject_line(const struct reading *r)
{
	return r->has_subject;
}

static bool has_subject(const struct reading *r)
{
	return !r->has_subject || r->subject.n > 0;
}

static bool has_body(const struct reading *r)
{
	return r->body.n > 0;
}

static size_t subject_chars(struct str subject)
{
	struct letter_tag tag;
	size_t chars = str_count_chars(subject);

	for (size_t at = 0; letter_next_tag(subject, at, &tag); at = tag.end)
		chars += VARIABLE_CHARS - (tag.end - tag.begin);
	return chars;
}

static bool has_short_subject(const struct reading *r)
{
	size_t chars = subject_chars(r->subject);

	return chars <= SUBJECT_LONG || chars > SUBJECT_TOO_LONG;
}

static bool has_possible_subject(const struct reading *r)
{
	return subject_chars(r->subject) <= SUBJECT_TOO_LONG;
}

static bool has_public_subject(const struct reading *r)
{
	struct letter_tag tag;

	for (size_t at = 0; letter_next_tag(r->subject, at, &tag); at = tag.end) {
		SCOPED(free_char) char *name = str_dup(tag.name);
		if (!letter_variable_in_subject(name))
			return false;
	}
	return true;
}

static bool has_link(const struct reading *r)
{
	return uses(r->body, "link");
}

static bool has_stop_link(const struct reading *r)
{
	return uses(r->body, "stop_link");
}

static bool has_lone_actions(const struct reading *r)
{
	struct buf paragraph = BUF_LIMIT(r->body.n + 1);
	struct str body = r->body, words = {0}, link = {0};
	bool ok = true;

	while (ok && letter_next_paragraph(&body, &paragraph))
		ok = !holds(buf_str(&paragraph), "](") ||
			(letter_is_action(buf_str(&paragraph), &words, &link) &&
				is_target(link));
	buf_release(&paragraph);
	return ok;
}

static bool has_one_small_print(const struct reading *r)
{
	struct buf paragraph = BUF_LIMIT(r->body.n + 1);
	struct str body = r->body;
	int marks = 0;

	while (letter_next_paragraph(&body, &paragraph))
		marks += str_eq_z(buf_str(&paragraph), "---");
	buf_release(&paragraph);
	return marks <= 1;
}

/* "déjà répondu", wherever its lines break. */
static bool says_already_answered(const struct reading *r)
{
	struct buf paragraph = BUF_LIMIT(r->body.n + 1);
	struct str body = r->body;
	bool said = strcmp(r->kind, "invitation") == 0;

	while (!said && letter_next_paragraph(&body, &paragraph))
		said = holds(buf_str(&paragraph), "déjà répondu") ||
			holds(buf_str(&paragraph), "déjà donné votre réponse");
	buf_release(&paragraph);
	return said;
}

static bool has_privacy_link(const struct reading *r)
{
	return uses(r->body, "privacy_link");
}

static bool says_until_when(const struct reading *r)
{
	return uses(r->body, "closes") || uses(r->subject, "closes");
}

static const struct {
	bool (*is_met)(const struct reading *);
	bool warning;
	int line;
	const char *text;
} needs[] = {
	{has_subject_line, false, 1,
		"la première ligne doit donner l’objet du message" NNBSP
		": " QUOTE("Objet" NNBSP ": …")},
	{has_subject, false, 1,
		"l’objet est vide" NNBSP ": dites en une ligne de quoi il s’agit"},
	{has_possible_subject, false, 1,
		"l’objet est trop long" NNBSP ": 150 caractères au plus"},
	{has_short_subject, true, 1,
		"l’objet est long" NNBSP
		": beaucoup de messageries n’en montrent que les 70 à 90 premiers caractères"},
	{has_public_subject, false, 1,
		"un objet ne porte ni lien ni adresse" NNBSP
		": les serveurs de messagerie le lisent et le gardent. Mettez-les dans le texte"},
	{has_body, false, 0, "il n’y a pas de texte sous l’objet"},
	{has_link, false, 0,
		"il manque le lien personnel" NNBSP
		": ajoutez, seule sur sa ligne, [Répondre au questionnaire]({{link}})"},
	{has_stop_link, false, 0,
		"il manque la ligne d’opposition" NNBSP
		": dites comment ne plus recevoir de message, avec {{stop_link}}"},
	{has_lone_actions, false, 0,
		"un bouton n’est pas seul dans son paragraphe" NNBSP
		": laissez une ligne vide avant et après lui"},
	{has_one_small_print, false, 0,
		"il y a plusieurs lignes " QUOTE("---") NNBSP
		": gardez celle qui précède les petites lignes"},
	{says_already_answered, true, 0,
		"il manque un mot pour ceux qui ont " QUOTE("déjà répondu") NNBSP
		": on ne peut pas toujours le savoir à temps"},
	{has_privacy_link, true, 0,
		"rien ne mène à la page de confidentialité" NNBSP
		": ajoutez {{privacy_link}}, où chacun lit d’où vient son adresse et quels sont ses droits"},
	{says_until_when, true, 0,
		"la date de clôture n’est pas dite" NNBSP ": ajoutez {{closes}}"},
};

static void check_need(size_t n, const struct reading *readings,
	const char *const *audiences, struct letter_findings *f)
{
	struct buf names = BUF_LIMIT(300);
	bool all = true;

	for (size_t i = 0; audiences[i]; i++) {
		bool met = needs[n].is_met(&readings[i]);
		all = all && !met;
		if (!met)
			buf_printf(&names, "%s%s", names.n > 0 ? ", " : "", audiences[i]);
	}
	if (names.n > 0 && all)
		add(f, needs[n].line, needs[n].warning, "%s.", needs[n].text);
	else if (names.n > 0)
		add(f, needs[n].line, needs[n].warning, "%s (public" NNBSP ": %s).",
			needs[n].text, buf_str(&names).p);
	buf_release(&names);
}

static void check_readings(struct str source, const char *kind,
	const char *const *audiences, struct letter_findings *f)
{
	size_t count = 0;

	while (audiences[count])
		count++;
	struct reading *readings = x_calloc(count + 1, sizeof(*readings));
	for (size_t i = 0; i < count; i++)
		read_as(&readings[i], source, kind, audiences[i]);
	for (size_t i = 0; i < COUNT_OF(needs); i++)
		check_need(i, readings, audiences, f);
	for (size_t i = 0; i < count; i++)
		buf_release(&readings[i].selected);
	free(readings);
}

/* ---- can it be written? ---- */

#define LONG_ID "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG_WORDS                                                           \
 "Un nom comme en ont les organismes, les éditions et les questionnaires, " \
 "jusqu’à cent vingt signes à peu près"

static void check_writing(struct str source, const char *kind,
	const char *const *audiences, struct letter_findings *f)
{
	SCOPED(free_char) char *text = str_dup(source);
	struct letter_values v = {
		.kind = kind,
		.source = text,
		.audience_label = LONG_WORDS,
		.form_title = LONG_WORDS,
		.edition_title = LONG_WORDS,
		.to_name = "",
		.to_address = "",
		.from_name = LONG_WORDS,
		.from_address = "a@" LONG_ID ".example",
		.reply_to = "",
		.organisation = LONG_WORDS,
		.contact_address = "a@" LONG_ID ".example",
		.link = "https://" LONG_ID ".example/r/" LONG_ID,
		.stop_link = "https://" LONG_ID ".example/stop/" LONG_ID,
		.privacy_link = "https://" LONG_ID ".example/confidentialite",
		.closes = "30 septembre 2027",
		.minutes = 120,
	};

	for (size_t i = 0; audiences[i] && !f->refused; i++) {
		struct letter_parts parts = {0};
		struct err err = {0};

		v.audience = audiences[i];
		if (!letter_parts_make(&parts, &v, &err))
			add(f, 0, false,
				"cette lettre ne peut pas être écrite pour le public " QUOTE(
					"%s") NNBSP ": %s.",
				audiences[i],
				err.code == ERR_LIMIT ? "raccourcissez-la" : err.text);
		letter_parts_release(&parts);
	}
}

bool letter_check(struct str source, const char *kind, const char *const *audiences,
	struct letter_findings *ret)
{
	*ret = (struct letter_findings){0};
	if (!letter_exists(kind)) {
		add(ret, 0, false, "il n’y a pas de lettre de cette sorte.");
		return false;
	}
	if (!check_characters(source, ret))
		return false;
	check_tags(source, audiences, ret);
	check_subject(source, ret);
	check_lines(source, ret);
	if (!ret->refused)
		check_readings(source, kind, audiences, ret);
	if (!ret->refused)
		check_writing(source, kind, audiences, ret);
	return !ret->refused;
}
