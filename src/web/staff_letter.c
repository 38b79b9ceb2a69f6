/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_letter.c - one letter: its text, what the checker says of it, and what its readers will see.
 *
 *   GET /letters/<kind>?edition=&audience=    (or ?mailing=)    letter → contact of the preview → tests → page
 *   &reader=: the audience of the preview; &contact=: six characters of a contact, from the ledger
 */
#include "staff_letter.h"

#include "barometre/mail/letter.h"
#include "barometre/mail/letter_check.h"
#include "sql_catalog.h"

/* As everywhere, and the preview's own styles; no script can run, nor anything be fetched. */
#define POLICY                                                                  \
 "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; "       \
 "script-src 'none'; connect-src 'none'; font-src 'none'; form-action 'self'; " \
 "base-uri 'none'; frame-ancestors 'none'"

/* ---- what may be written ---- */

static const struct {
	const char *name, *meaning;
} meanings[] = {
	{"organisation", "qui mène l’enquête"},
	{"edition_title", "le titre de l’édition"},
	{"minutes", "durée du questionnaire, en minutes"},
	{"closes", "dernier jour pour répondre"},
	{"link", "lien personnel vers le questionnaire (obligatoire)"},
	{"stop_link", "lien d’opposition (obligatoire)"},
	{"privacy_link", "page de confidentialité"},
	{"contact_address", "où poser une question"},
	{"audience_label", "nom du public"},
	{"form_title", "titre du questionnaire"},
	{"from_name", "nom de l’expéditeur"},
	{"reply_to", "adresse de réponse"},
};

static json_t *variables_data(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < COUNT_OF(meanings); i++) {
		SCOPED(free_char) char *name = x_printf("{{%s}}", meanings[i].name);

		json_array_append_new(list,
			json_pack("{s:s, s:s}", "VARIABLE", name, "MEANING",
				meanings[i].meaning));
	}
	return list;
}

static json_t *audiences_data(const struct staff_step *step)
{
	const struct letter_page *page = step->own;
	json_t *list = json_array(), *label = NULL;
	const char *audience = NULL;

	json_object_foreach(step->labels, audience, label) {
		SCOPED(free_char) char *open = x_printf("{{#%s}}", audience);
		SCOPED(free_char) char *close = x_printf("{{/%s}}", audience);

		json_array_append_new(list,
			json_pack("{s:s, s:O, s:s, s:s, s:b}", "AUDIENCE", audience,
				"AUDIENCE_LABEL", label, "SECTION_OPEN", open,
				"SECTION_CLOSE", close, "CHOSEN",
				strcmp(audience, page->reader) == 0));
	}
	return list;
}

/* ---- what is found in it ---- */

/* NULL-terminated; who reads this letter. Lent. */
static const char *const *readers_of(const struct staff_step *step)
{
	const struct letter_page *page = step->own;
	const struct edition *edition = page->edition;
	const char **list = exchange_alloc(
		step->exchange, (edition->audience_count + 1) * sizeof(*list));

	if (page->audience) {
		list[0] = page->audience;
		return list;
	}
	for (size_t i = 0; i < edition->audience_count; i++)
		list[i] = edition->audiences[i].audience;
	return list;
}

bool letter_is_fine(struct staff_step *step, json_t **ret_findings)
{
	const struct letter_page *page = step->own;
	struct letter_findings findings = {0};
	bool fine = letter_check(
		str_of(page->text), page->kind, readers_of(step), &findings);

	*ret_findings = json_array();
	for (size_t i = 0; i < findings.count; i++) {
		const struct letter_finding *f = &findings.list[i];
		json_t *line = f->line > 0 ? json_integer(f->line) : json_string("");

		json_array_append_new(*ret_findings,
			json_pack("{s:o, s:b, s:s}", "LINE", line, "WARNING", f->warning,
				"FINDING", f->text));
	}
	letter_findings_release(&findings);
	return fine;
}

/* ---- what a reader sees ---- */

static json_t *preview_data(const struct staff_step *step)
{
	const struct letter_page *page = step->own;
	const struct staff_site_options *options = &step->site->options;
	const struct edition_audience *audience = edition_audience_find(
		page->edition, str_of(page->reader));
	struct letter_example example = {0};
	struct letter_parts parts = {0};
	json_t *preview = json_false();
	struct err err = {0};

	must(audience);
	letter_example_make(&example, &options->sender, page->edition, audience,
		page->kind, options->now());
	example.values.source = page->text;
	if (letter_parts_make(&parts, &example.values, &err)) {
		preview = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "SUBJECT",
			parts.subject, "FROM_NAME", options->sender.from_name,
			"FROM_ADDRESS", options->sender.from_address, "REPLY_TO",
			options->sender.reply_to, "TEXT_PART", parts.text, "HTML_PART",
			parts.html);
		must(preview);
	}
	letter_parts_release(&parts);
	letter_example_release(&example);
	return preview;
}

static const char *test_state(struct str state)
{
	static const struct {
		const char *state, *words;
	} all[] = {{"planned", "en attente"}, {"claimed", "en cours d’envoi"},
		{"sent", "remis au relais"}, {"refused", "refusé, ou jamais parti"},
		{"unknown", "peut-être parti"}};

	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (str_eq_z(state, all[i].state))
			return all[i].words;
	return "";
}

static json_t *tests_data(const struct staff_step *step, const struct db_rows *rows)
{
	json_t *list = json_array();

	for (size_t i = 0; i < db_count(rows); i++) {
		struct str state = db_str(rows, i, "state");
		json_t *test = json_pack("{s:s, s:s, s:s, s:o}", "TEST_READER",
			staff_label(step, db_str(rows, i, "audience")), "TEST_STATE",
			test_state(state), "TEST_CLASS", state.p, "TEST_AT",
			staff_json_time(
				db_usec(rows, i, "asked_at"), step->edition.zone));

		must(test);
		json_object_set_new(test, "TEST_CODE",
			db_is_null(rows, i, "code")
				? json_string("")
				: json_integer(db_int(rows, i, "code")));
		json_array_append_new(list, test);
	}
	return list;
}

/* ---- the page ---- */

static void add_origin(const struct staff_step *step, json_t *content)
{
	const struct letter_page *page = step->own;
	bool dated = page->saved && page->saved_by;

	json_object_set_new(content, "OWN", json_boolean(page->saved != NULL));
	json_object_set_new(
		content, "SAVED_BY", json_string(dated ? page->saved_by : ""));
	json_object_set_new(content, "SAVED_AT",
		dated ? staff_json_time(page->saved_at, step->edition.zone)
		      : json_string(""));
	json_object_set_new(content, "BASE_IS_OWN", json_boolean(page->base_is_own));
	json_object_set_new(content, "OF_MAILING", json_boolean(page->of_mailing));
	json_object_set_new(content, "MAILING_ID", json_string(page->mailing_id));
	json_object_set_new(content, "EDITABLE",
		json_boolean(strcmp(step->edition.state, "open") == 0 ||
			strcmp(step->edition.state, "draft") == 0));
}

static void add_addresses(const struct staff_step *step, json_t *content)
{
	SCOPED(free_char) char *here = letter_address(step, "", "");
	SCOPED(free_char) char *reset = letter_address(step, "/reset", "");
	SCOPED(free_char) char *test = letter_address(step, "/test", "");
	const struct letter_page *page = step->own;

	json_object_set_new(content, "HERE", json_string(here));
	json_object_set_new(content, "RESET", json_string(reset));
	json_object_set_new(content, "TEST", json_string(test));
	json_object_set_new(content, "CODE", json_string(step->edition.code));
	json_object_set_new(content, "AUDIENCE_CODE",
		json_string(page->audience && !page->of_mailing ? page->audience : ""));
	json_object_set_new(content, "KIND_ID", json_string(page->kind));
}

static void add_words(const struct staff_step *step, json_t *content)
{
	const struct letter_page *page = step->own;

	json_object_set_new(content, "KIND",
		json_string(page->of_mailing && *page->mailing_title
				? page->mailing_title
				: staff_kind_label(str_of(page->kind))));
	json_object_set_new(content, "EDITION", json_string(step->edition.title));
	json_object_set_new(content, "READERS",
		json_string(page->audience ? staff_label(step, str_of(page->audience))
					   : "tous les publics"));
	json_object_set_new(content, "READER_LABEL",
		json_string(staff_label(step, str_of(page->reader))));
	json_object_set_new(content, "READER", json_string(page->reader));
	json_object_set_new(content, "ALL", json_boolean(page->audience == NULL));
	json_object_set_new(content, "CSRF", json_string(step->csrf));
	json_object_set_new(content, "SEEN", json_string(page->seen));
	json_object_set_new(content, "SOURCE", json_string(page->text));
	staff_set(content, "NOTICE", page->notice);
	staff_set(content, "PROBLEM", page->problem);
	staff_set(content, "CONTACT", page->contact);
	staff_set(content, "CONTACT_WORDS", page->contact_words);
	staff_set(content, "ADDRESS", page->address);
	staff_set(content, "ADDRESS_PROBLEM", page->address_problem);
	json_object_set_new(content, "CAN_TEST",
		json_boolean(step->site->options.address_public != NULL));
}

static void tests_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	const struct letter_page *page = step->own;
	json_t *content, *findings = NULL;
	bool fine;

	if (staff_is_down(step, err))
		return;
	content = json_object();
	fine = letter_is_fine(step, &findings);
	add_words(step, content);
	add_addresses(step, content);
	add_origin(step, content);
	json_object_set_new(content, "REFUSED", json_boolean(!fine));
	json_object_set_new(content, "FINDINGS", findings);
	json_object_set_new(content, "VARIABLES", variables_data());
	json_object_set_new(content, "AUDIENCES", audiences_data(step));
	json_object_set_new(content, "LINK_VARIABLE", json_string("{{link}}"));
	json_object_set_new(content, "OTHERS_OPEN", json_string("{{#autres}}"));
	json_object_set_new(content, "PREVIEW", fine ? preview_data(step) : json_false());
	json_object_set_new(content, "TESTS", tests_data(step, rows));
	exchange_header(step->exchange, "Content-Security-Policy", POLICY);
	staff_page(
		step, page->status, "Lettre", "/letters", "staff_letter.html", content);
}

static void ask_tests(struct staff_step *step)
{
	const struct letter_page *page = step->own;
	struct db_params params = {0};

	db_text_z(&params, step->edition.code);
	db_text_z(&params, page->kind);
	if (page->of_mailing)
		db_uuid(&params, &page->mailing);
	else
		db_null(&params);
	db_text_z(&params, step->login);
	staff_ask(step, &SQL_LETTER_TESTS, &params, tests_read);
}

/* ---- whose preview ---- */

static const char *own_words(struct staff_step *step, char *text)
{
	const char *kept = exchange_strdup(step->exchange, str_of(text));

	free_char(&text);
	return kept;
}

/* Of one contact: its public, which is all that a letter depends on. */
static void take_contact(struct staff_step *step, const struct db_rows *rows)
{
	struct letter_page *page = step->own;
	struct str audience = db_str(rows, 0, "audience");

	if (page->audience && !str_eq_z(audience, page->audience)) {
		page->contact_words = own_words(step,
			x_printf("Ce contact est du public «" NNBSP "%s" NNBSP "»" NNBSP
				 ": cette lettre n’est pas pour lui.",
				staff_label(step, audience)));
		return;
	}
	page->reader = exchange_strdup(step->exchange, audience);
	page->contact_words = own_words(step,
		x_printf("Pour ce contact" NNBSP ": public «" NNBSP "%s" NNBSP "».",
			staff_label(step, audience)));
}

static void contact_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct letter_page *page = step->own;

	if (staff_is_down(step, err))
		return;
	if (db_count(rows) == 1)
		take_contact(step, rows);
	else
		page->contact_words = db_count(rows) == 0
			? "Aucun contact de cette édition ne commence ainsi" NNBSP
			  ": recopiez au moins six caractères d’un registre."
			: "Plusieurs contacts commencent ainsi" NNBSP
			  ": ajoutez des caractères.";
	ask_tests(step);
}

/* From the form, else from the address. */
static struct str wish(const struct staff_step *step, const char *name)
{
	struct str sent = staff_field(step, name);

	return sent.n > 0 ? sent : staff_query(step->exchange, name);
}

static void choose_reader(struct staff_step *step)
{
	struct letter_page *page = step->own;
	const struct edition_audience *wished = edition_audience_find(
		page->edition, wish(step, "reader"));

	if (page->audience)
		page->reader = page->audience;
	else
		page->reader = wished ? wished->audience
				      : page->edition->audiences[0].audience;
}

void letter_show(struct staff_step *step)
{
	struct letter_page *page = step->own;
	struct str contact = str_trim(wish(step, "contact"));
	struct db_params params = {0};

	choose_reader(step);
	if (contact.n == 0 || contact.n > 36) {
		ask_tests(step);
		return;
	}
	page->contact = exchange_strdup(step->exchange, contact);
	db_text_z(&params, step->edition.code);
	db_text_z(&params, page->contact);
	staff_ask(step, &SQL_LETTER_CONTACT, &params, contact_read);
}

/* ---- GET ---- */

static void show_saved(struct staff_step *step)
{
	static const struct {
		const char *done, *words;
	} notices[] = {
		{"saved",
			"La lettre est enregistrée" NNBSP
			": les prochains messages la suivront."},
		{"reset",
			"Le texte propre à cette lettre est retiré" NNBSP
			": ce qui suit le remplace."},
		{"test",
			"L’essai est demandé" NNBSP
			": il part dans la minute, ou, si tous les courriels sont retenus, dès qu’ils repartent. "
			"Rechargez la page pour savoir ce qu’il devient" NNBSP
			"; après une heure, redemandez-le."},
	};
	struct letter_page *page = step->own;
	struct str done = staff_query(step->exchange, "done");

	for (size_t i = 0; i < COUNT_OF(notices); i++)
		if (done.p && str_eq_z(done, notices[i].done))
			page->notice = notices[i].words;
	letter_show(step);
}

static void find_it(struct staff_step *step)
{
	letter_find(step, show_saved);
}

void staff_get_letter(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, find_it);
}
