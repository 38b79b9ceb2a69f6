/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_info.c - the pages of the public site that need no database: layout, languages, lexicon, accessibility, and what is
 * shown again of a form that could not be kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../support/form.h"
#include "barometre/base/log.h"
#include "barometre/base/template.h"
#include "barometre/privacy/sealed.h"
#include "barometre/web/exchange.h"
#include "barometre/web/sites.h"

extern const struct asset_set assets_pages, assets_rgaa, assets_lexicon;

static struct loop *loop;
static struct public_site *site;
static struct edition_web_keys keys;
static char associations[] = "associations", code[] = "e2026", title[] = "Essai",
	    zone[] = "Europe/Paris", state_open[] = "open";
static struct edition_audience audience = {.audience = associations, .open_link = true};
static struct edition edition = {.code = code,
	.title = title,
	.zone = zone,
	.state = state_open,
	.thresholds = {.min_base = 11},
	.has_count_key = true,
	.retention = {.contacts_until = {.year = 2027, .month = 7, .day = 31},
		.wishes_until = {.year = 2027, .month = 12, .day = 1},
		.journal_months = 9},
	.audiences = &audience,
	.audience_count = 1};
static struct editions editions = {.list = &edition, .count = 1};

static usec_t now(void)
{
	return edition.closes - USEC_PER_DAY;
}

static int set_up(void **state)
{
	static const struct civil last = {2027, 1, 31, 23, 59, 59};
	const struct public_site_options options = {.public_url = "http://a",
		.organisation = "Association d’essai",
		.contact_address = "contact@example.org",
		.now = now};
	struct err err = {0};

	(void)state;
	secret_init();
	assert_true(template_load(&assets_pages, &err));
	audience.form = form_of_project("associations");
	edition.closes = clock_instant(last, zone);
	keys = (struct edition_web_keys){.edition = code};
	keys.macs = random_key();
	keys.drafts = random_key();
	keys.cookies = random_key();
	loop = loop_new();
	site = public_site_new(loop, NULL, &editions, &keys, 1, &options);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	public_site_free(site);
	loop_free(loop);
	form_free(audience.form);
	return 0;
}

/* `cookie` and `body` may be NULL. Fresh: the whole reply. */
static char *ask(const char *target, const char *cookie, const char *body)
{
	SCOPED(buf_release) struct buf raw = BUF_LIMIT(20000);
	struct exchange_probe probe;

	buf_printf(&raw, "%s %s HTTP/1.1\r\nHost: a\r\n", body ? "POST" : "GET", target);
	if (cookie)
		buf_printf(&raw, "Cookie: barometre=%s\r\n", cookie);
	if (body)
		buf_printf(&raw,
			"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n",
			strlen(body));
	buf_printf(&raw, "\r\n%s", body ? body : "");
	exchange_probe_run(loop, buf_str(&raw), public_site_handle, site, &probe);
	assert_true(probe.replied);
	return buf_take(&probe.reply);
}

static void assert_has(const char *page, const char *text)
{
	if (!strstr(page, text))
		fail_msg("\"%s\" is not in:\n%s", text, page);
}

static void assert_lacks(const char *page, const char *text)
{
	if (strstr(page, text))
		fail_msg("\"%s\" is in:\n%s", text, page);
}

static size_t count_of(const char *page, const char *text)
{
	size_t count = 0;

	for (const char *at = page; (at = strstr(at, text)); at += strlen(text))
		count++;
	return count;
}

/* A visit of the associations questionnaire. */
static char *cookie_in(const char *language)
{
	struct visit visit = {.state = VISIT_OPEN,
		.token = token_random(),
		.slot = random_uuid(),
		.expires = now() + USEC_PER_HOUR};
	struct buf value = BUF_LIMIT(1000);

	snprintf(visit.edition, sizeof(visit.edition), "%s", code);
	snprintf(visit.audience, sizeof(visit.audience), "%s", associations);
	snprintf(visit.language, sizeof(visit.language), "%s", language);
	visit_seal(&value, &keys.cookies, &visit);
	return buf_take(&value);
}

static void pages_are_french_unless_asked(void **state)
{
	static const char *const targets[] = {
		"/", "/?lang=", "/?lang=xx", "/?lang=fr", "/?Lang=en", "/?a=lang=en"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		SCOPED(free_char) char *page = ask(targets[i], NULL, NULL);

		assert_has(page, "<html lang=\"fr\">");
		assert_has(page, "Aller au contenu");
		assert_has(page,
			"<a href=\"?lang=en\" hreflang=\"en\" lang=\"en\">English</a>");
		assert_has(page, "jusqu’au 31\u00A0janvier 2027");
	}
}

static void the_address_chooses_and_keeps_the_language(void **state)
{
	SCOPED(free_char) char *french = ask("/", NULL, NULL);
	SCOPED(free_char) char *page = ask("/?lang=en", NULL, NULL);

	(void)state;
	assert_has(french, "href=\"/confidentialite\"");
	assert_has(page, "<html lang=\"en\">");
	assert_has(page, "Skip to the content");
	assert_has(page, "until 31\u00A0January 2027");
	assert_has(page, "<a href=\"?lang=fr\" hreflang=\"fr\" lang=\"fr\">Français</a>");
	assert_has(page, "href=\"/confidentialite?lang=en\"");
	assert_has(page, "href=\"/o/associations?lang=en\"");
	assert_lacks(page, "Aller au contenu");
}

static void the_visit_remembers_the_language(void **state)
{
	SCOPED(free_char) char *cookie = cookie_in("en");
	SCOPED(free_char) char *page = ask("/lexique", cookie, NULL);
	SCOPED(free_char) char *asked = ask("/lexique?lang=fr", cookie, NULL);
	SCOPED(free_char) char *forged = ask("/lexique", "AAAA", NULL);

	(void)state;
	assert_has(page, "<html lang=\"en\">");
	/* The address wins, and its links go on winning. */
	assert_has(asked, "<html lang=\"fr\">");
	assert_has(asked, "href=\"/confidentialite?lang=fr\"");
	assert_has(forged, "<html lang=\"fr\">");
}

static void assert_pages_lack(const char *const *targets, size_t count,
	const char *const *texts, size_t text_count)
{
	for (size_t i = 0; i < count; i++) {
		SCOPED(free_char) char *page = ask(targets[i], NULL, NULL);

		for (size_t j = 0; j < text_count; j++)
			assert_lacks(page, texts[j]);
	}
}

static void no_page_sends_scripts_but_the_questions(void **state)
{
	static const char *const targets[] = {
		"/", "/lexique", "/accessibilite", "/confidentialite", "/q/1", "/rien"};
	static const char *const texts[] = {"<script", "{{", "[["};

	(void)state;
	assert_pages_lack(targets, COUNT_OF(targets), texts, COUNT_OF(texts));
}

static void english_pages_keep_no_french(void **state)
{
	/* What only French would have; the organisation and the edition are as they were given. */
	static const char *const targets[] = {"/?lang=en", "/confidentialite?lang=en",
		"/rien?lang=en", "/q/1?lang=en", "/retrait?lang=en", "/r/abc?lang=en"};
	/* é: but Français, which has none. */
	static const char *const texts[] = {"é", "«", " est "};

	(void)state;
	assert_pages_lack(targets, COUNT_OF(targets), texts, COUNT_OF(texts));
}

static void the_privacy_notice_has_the_real_settings(void **state)
{
	SCOPED(free_char) char *page = ask("/confidentialite", NULL, NULL);
	SCOPED(free_char) char *english = ask("/confidentialite?lang=en", NULL, NULL);

	(void)state;
	assert_has(page, "moins de 11 personnes");
	assert_has(page, "Association d’essai");
	assert_has(page, "contact@example.org");
	assert_lacks(page, "sont comptées, elles aussi anonymes");
	assert_has(english, "none is about fewer than 11 people");
	assert_has(page, "sont gardés jusqu’au 31 juillet 2027");
	assert_has(page, "est gardée jusqu’au 1er décembre 2027");
	assert_has(page, "au bout de 9 mois");
	assert_has(english, "are kept until 31 July 2027");
	edition.count_partials = true;
	SCOPED(free_char) char *partials = ask("/confidentialite", NULL, NULL);
	edition.count_partials = false;
	assert_has(partials, "sont comptées, elles aussi anonymes");
}

static void the_privacy_notice_says_who_keeps_the_key(void **state)
{
	SCOPED(free_char) char *kept = ask("/confidentialite", NULL, NULL);

	(void)state;
	assert_has(kept, "la clé du dépouillement est gardée par le serveur");
	assert_lacks(kept, "dépositaires");
	edition.custodians = true;
	edition.custodian_count = 3;
	SCOPED(free_char) char *page = ask("/confidentialite", NULL, NULL);
	SCOPED(free_char) char *english = ask("/confidentialite?lang=en", NULL, NULL);
	edition.custodians = false;
	edition.custodian_count = 0;
	assert_lacks(page, "est gardée par le serveur");
	assert_has(page, "3 dépositaires en ont chacun un exemplaire");
	assert_has(english, "3 custodians each hold a copy");
}

static void the_lexicon_has_every_term_at_its_own_address(void **state)
{
	const struct asset *asset = asset_find(&assets_lexicon, STR("lexique.json"));
	json_t *terms = json_loadb(asset->data, asset_text(asset).n, 0, NULL), *term;
	SCOPED(free_char) char *page = ask("/lexique", NULL, NULL);
	SCOPED(free_char) char *english = ask("/lexique?lang=en", NULL, NULL);
	size_t i;

	(void)state;
	json_array_foreach(terms, i, term) {
		SCOPED(free_char)
		char *id = x_printf(
			"<dt id=\"%s\">", json_string_value(json_object_get(term, "id")));

		assert_int_equal(count_of(page, id), 1);
		assert_int_equal(count_of(english, id), 1);
	}
	assert_true(json_array_size(terms) > 50);
	assert_has(page, "<a href=\"#lettre-P\">P</a>");
	assert_int_equal(count_of(page, "<h2 id=\"lettre-P\">"), 1);
	/* The French word stays beside its translation, and only there. */
	assert_has(english, "(<span lang=\"fr\">savoirs expérientiels</span>)");
	assert_lacks(page, "<span lang=\"fr\">");
	/* So do the titles of French leaflets. */
	assert_has(english, "“<cite lang=\"fr\">Agir");
	assert_lacks(page, "<cite");
	json_decref(terms);
}

/* What the declaration says, against rgaa.tsv read in another way. */
static void the_declaration_says_what_the_audit_found(void **state)
{
	const struct asset *asset = asset_find(&assets_rgaa, STR("rgaa.tsv"));
	SCOPED(free_char) char *audit = str_dup(asset_text(asset));
	int met = (int)count_of(audit, "\tC\t"), failing = (int)count_of(audit, "\tNC\t");
	int absent = (int)count_of(audit, "\tNA\t");
	SCOPED(free_char) char *page = ask("/accessibilite", NULL, NULL);
	SCOPED(free_char) char *english = ask("/accessibilite?lang=en", NULL, NULL);
	SCOPED(free_char)
	char *rate = x_printf("%d\u202F%%", met * 100 / (met + failing));
	SCOPED(free_char) char *sum = x_printf("%d sur %d", met, met + failing);
	const char *state_now = failing == 0 ? "totalement conforme"
		: met >= failing             ? "partiellement conforme"
					     : "non conforme";
	SCOPED(free_char)
	char *footer = x_printf("Accessibilité\u202F: %s</a>", state_now);

	(void)state;
	assert_int_equal(met + failing + absent, 106);
	assert_has(page, rate);
	assert_has(page, sum);
	assert_has(page, footer);
	assert_int_equal(count_of(page, "<dd>Conforme. "), met);
	assert_int_equal(count_of(page, "<dd>Non conforme. "), failing);
	assert_int_equal(count_of(page, "<dd>Non applicable. "), absent);
	assert_int_equal(count_of(page, "<li>Critère "), failing);
	assert_has(page, "Défenseur des droits");
	assert_has(page, "contact@example.org");
	assert_has(english, "<h1>Accessibility statement</h1>");
	assert_has(english, "<div lang=\"fr\">");
	assert_int_equal(count_of(english, "<li>Criterion "), failing);
}

static void what_was_typed_is_shown_in_the_words_of_the_questionnaire(void **state)
{
	static const char body[] =
		"nom_structure=Les+amis+%3Cici%3E&qualite_repondant=other&qualite_repondant-Comment=secr%C3%A9taire&"
		"localite.hors=75&shown=nom_structure+localite&token=abc&pathologies=";
	const struct question *quality = form_find(
		audience.form, STR("qualite_repondant"));
	SCOPED(free_char) char *cookie = cookie_in("fr");
	SCOPED(free_char) char *page = ask("/q/999", cookie, body);
	SCOPED(free_char) char *other = ask("/ailleurs", cookie, body);

	(void)state;
	assert_non_null(quality);
	assert_has(page, "Ce que vous aviez saisi");
	assert_has(page, form_find(audience.form, STR("nom_structure"))->title);
	assert_has(page, "<dd>Les amis &lt;ici&gt;</dd>");
	assert_has(page, quality->title);
	assert_has(page, "<dd>secrétaire</dd>");
	assert_has(page, "<dd>Paris (75)</dd>");
	assert_lacks(page, "<dt>nom_structure");
	assert_lacks(page, "abc");
	/* Elsewhere the questionnaire is not known: texts only, without the names of fields. */
	assert_has(other, "<dt>Réponse 1</dt><dd>Les amis &lt;ici&gt;</dd>");
	assert_lacks(other, "nom_structure");
}

/* A text of several lines comes back as it was written: the style sheet shows the breaks. */
static void lines_of_a_typed_text_stay_apart(void **state)
{
	SCOPED(free_char) char *cookie = cookie_in("fr");
	SCOPED(free_char)
	char *page = ask(
		"/q/999", cookie, "satisfaction_elements=un+%3C+deux%0D%0A%0D%0Atrois");

	(void)state;
	assert_non_null(form_find(audience.form, STR("satisfaction_elements")));
	assert_has(page, "<dd>un &lt; deux\r\n\r\ntrois</dd>");
}

static void ticks_of_a_question_are_one_line(void **state)
{
	const struct question *many = NULL;
	SCOPED(free_char) char *cookie = cookie_in("fr");

	(void)state;
	for (size_t i = 0; i < audience.form->question_count && !many; i++)
		if (audience.form->questions[i].type == QUESTION_CHECKBOX &&
			audience.form->questions[i].choice_count > 2)
			many = &audience.form->questions[i];
	must(many);
	SCOPED(free_char)
	char *body = x_printf("%s=%s&%s=%s", many->name, many->choices[0].code,
		many->name, many->choices[1].code);
	SCOPED(free_char) char *page = ask("/q/999", cookie, body);
	assert_int_equal(count_of(page, "<dt>"), 1);
	assert_int_equal(count_of(page, "<dd>"), 1);
}

static void a_strange_path_cannot_lead_elsewhere(void **state)
{
	SCOPED(free_char) char *page = ask("//example.com/", NULL, NULL);

	(void)state;
	assert_has(page, "href=\"?lang=en\"");
	assert_lacks(page, "example.com");
}

/* Answers to a POST cannot be asked again in another language. */
static void a_post_is_answered_without_a_choice_of_language(void **state)
{
	SCOPED(free_char) char *page = ask("/rien?lang=en", NULL, "a=b");

	(void)state;
	assert_has(page, "<html lang=\"en\">");
	assert_lacks(page, "?lang=fr");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_french_unless_asked),
		cmocka_unit_test(the_address_chooses_and_keeps_the_language),
		cmocka_unit_test(the_visit_remembers_the_language),
		cmocka_unit_test(no_page_sends_scripts_but_the_questions),
		cmocka_unit_test(english_pages_keep_no_french),
		cmocka_unit_test(the_privacy_notice_has_the_real_settings),
		cmocka_unit_test(the_privacy_notice_says_who_keeps_the_key),
		cmocka_unit_test(the_lexicon_has_every_term_at_its_own_address),
		cmocka_unit_test(the_declaration_says_what_the_audit_found),
		cmocka_unit_test(
			what_was_typed_is_shown_in_the_words_of_the_questionnaire),
		cmocka_unit_test(lines_of_a_typed_text_stay_apart),
		cmocka_unit_test(ticks_of_a_question_are_one_line),
		cmocka_unit_test(a_strange_path_cannot_lead_elsewhere),
		cmocka_unit_test(a_post_is_answered_without_a_choice_of_language),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
