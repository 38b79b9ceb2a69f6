/* SPDX-License-Identifier: Apache-2.0 */
/*
 * respond_access.c - /accessibilite: the declaration of accessibility in the form the law imposes, from rgaa.tsv.
 *
 * Sources: arrêté du 20 septembre 2019 portant référentiel général d'amélioration de l'accessibilité, and the model of
 * declaration of the DINUM: "totalement conforme" when every criterion that applies is met, "partiellement conforme" from
 * half of them, else "non conforme". The rate is met / (met + not met), rounded down so that only all is 100 %.
 * rgaa.tsv: "date" and the day of the audit; the names of the columns; then one line for each of the 106 criteria:
 * number, title, C (met), NC (not met) or NA (does not apply), how it was checked. It is our own file: a line that is not
 * like that is our bug.
 */

#include "respond_private.h"

extern const struct asset_set assets_rgaa;

#define CRITERIA 106

struct criterion {
	struct str number, title, status, note;
};
struct audit {
	struct civil date;
	struct criterion list[CRITERIA];
	int met, failing, absent;
};

/* French only: the themes of the standard. */
static const char *const themes[] = {"Images", "Cadres", "Couleurs", "Multimédia",
	"Tableaux", "Liens", "Scripts", "Éléments obligatoires",
	"Structuration de l’information", "Présentation de l’information", "Formulaires",
	"Navigation", "Consultation"};

static struct str cut_cell(struct str *line)
{
	struct str cell;

	must(str_cut(line, '\t', &cell));
	return cell;
}

static void read_criterion(struct str line, struct audit *audit, size_t at)
{
	struct criterion *c = &audit->list[at];

	c->number = cut_cell(&line);
	c->title = cut_cell(&line);
	c->status = cut_cell(&line);
	c->note = cut_cell(&line);
	if (str_eq_z(c->status, "C"))
		audit->met++;
	else if (str_eq_z(c->status, "NC"))
		audit->failing++;
	else
		audit->absent += str_eq_z(c->status, "NA");
	must(c->note.n > 0);
}

/* Read once. */
static const struct audit *read_audit(void)
{
	static struct audit audit;
	const struct asset *asset = asset_find(&assets_rgaa, STR("rgaa.tsv"));
	struct str text, line;

	if (audit.met > 0)
		return &audit;
	must(asset);
	text = asset_text(asset);
	must(str_cut(&text, '\n', &line) && str_starts(line, STR("date\t")));
	SCOPED(free_char) char *date = x_strndup(line.p + 5, line.n - 5);
	must(civil_parse_date(date, &audit.date) && str_cut(&text, '\n', &line));
	for (size_t i = 0; i < CRITERIA; i++) {
		must(str_cut(&text, '\n', &line));
		read_criterion(line, &audit, i);
	}
	must(text.n == 0 && audit.met > 0 &&
		audit.met + audit.failing + audit.absent == CRITERIA);
	return &audit;
}

static int rate_of(const struct audit *audit)
{
	return audit->met * 100 / (audit->met + audit->failing);
}

const char *info_accessibility_state(void)
{
	int rate = rate_of(read_audit());

	return rate == 100   ? WORDS("Accessibilité : totalement conforme")
		: rate >= 50 ? WORDS("Accessibilité : partiellement conforme")
			     : WORDS("Accessibilité : non conforme");
}

static const char *state_sentence(int rate)
{
	return rate == 100
		? WORDS("Le site est totalement conforme avec le référentiel général d’amélioration de l’accessibilité "
			"(RGAA), version 4.1.")
		: rate >= 50
		? WORDS("Le site est partiellement conforme avec le référentiel général d’amélioration de l’accessibilité "
			"(RGAA), version 4.1, en raison des non-conformités énumérées ci-dessous.")
		: WORDS("Le site n’est pas conforme avec le référentiel général d’amélioration de l’accessibilité "
			"(RGAA), version 4.1. Les non-conformités sont énumérées ci-dessous.");
}

static const char *translate(
	struct exchange *exchange, const struct language *language, struct str french)
{
	return words(language, exchange_strdup(exchange, french));
}

static json_t *failing_of(struct exchange *exchange, const struct audit *audit)
{
	const struct language *language = exchange_language(exchange);
	json_t *list = json_array();

	for (size_t i = 0; i < CRITERIA; i++) {
		const struct criterion *c = &audit->list[i];

		if (str_eq_z(c->status, "NC"))
			json_array_append_new(list,
				json_pack("{s:s%, s:s, s:s}", "NUMBER", c->number.p,
					c->number.n, "TITLE",
					translate(exchange, language, c->title), "NOTE",
					translate(exchange, language, c->note)));
	}
	return list;
}

/* The whole grid, in French whatever the language: it is the standard's own. */
static json_t *themes_of(const struct audit *audit)
{
	json_t *list = json_array(), *criteria = NULL;
	size_t theme = 0;
	struct str rest, number;

	for (size_t i = 0; i < CRITERIA; i++) {
		const struct criterion *c = &audit->list[i];
		uint64_t n = 0;

		rest = c->number;
		must(str_cut(&rest, '.', &number) && str_parse_u64(number, &n));
		if (n != theme) {
			must(n == theme + 1 && n <= COUNT_OF(themes));
			criteria = json_array();
			json_array_append_new(list,
				json_pack("{s:s, s:o}", "THEME", themes[theme],
					"CRITERIA", criteria));
			theme = n;
		}
		/* French only, as the grid is. */
		json_array_append_new(criteria,
			json_pack("{s:s%, s:s%, s:s, s:s%}", "NUMBER", c->number.p,
				c->number.n, "TITLE", c->title.p, c->title.n, "STATUS",
				str_eq_z(c->status, "C")            ? "Conforme"
					: str_eq_z(c->status, "NC") ? "Non conforme"
								    : "Non applicable",
				"NOTE", c->note.p, c->note.n));
	}
	return list;
}

void info_accessibility(void *arg, struct exchange *exchange, const struct str *parts)
{
	struct public_site *site = arg;
	const struct audit *audit = read_audit();
	const struct language *language = exchange_language(exchange);
	SCOPED(free_char) char *date = civil_date(language, audit->date);
	json_t *content = json_pack("{s:s, s:s, s:s, s:s, s:s}", "ORGANISATION",
		site->options.organisation, "CONTACT", site->options.contact_address,
		"SITE", site->options.public_url, "STATE",
		words(language, state_sentence(rate_of(audit))), "DATE", date);

	(void)parts;
	json_object_set_new(content, "RATE", json_integer(rate_of(audit)));
	json_object_set_new(content, "CONFORM", json_integer(audit->met));
	json_object_set_new(
		content, "APPLICABLE", json_integer(audit->met + audit->failing));
	json_object_set_new(content, "ABSENT", json_integer(audit->absent));
	json_object_set_new(content, "FAILING", failing_of(exchange, audit));
	json_object_set_new(content, "THEMES", themes_of(audit));
	json_object_set_new(content, "FOREIGN", json_boolean(language->words != NULL));
	info_page(exchange, 200, "Déclaration d’accessibilité", "accessibility.html",
		content);
}
