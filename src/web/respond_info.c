/* SPDX-License-Identifier: Apache-2.0 */
/* respond_info.c - the layout of the public site, its messages and its home page. */
#include <stdio.h>

#include "respond_private.h"

extern const struct asset_set assets_static;

/* ---- the layout ---- */

/* French needs no words in the address, but where ?lang=fr was asked against the language of the visit. */
const char *info_language_query(struct exchange *exchange)
{
	const struct language *language = exchange_language(exchange);
	struct str query = exchange_request(exchange)->query, pair;
	bool asked = language->words;
	char *text;

	while (!asked && str_cut(&query, '&', &pair))
		asked = str_starts(pair, STR("lang=")) &&
			str_eq_z((struct str){pair.p + 5, pair.n - 5}, language->code);
	if (!asked)
		return "";
	text = exchange_alloc(exchange, 16);
	snprintf(text, 16, "?lang=%s", language->code);
	return text;
}

static bool is_question_page(const char *content_template)
{
	return str_starts(str_of(content_template), STR("question"));
}

/* The other languages. A page of questions changes language by a button of its form, so that nothing typed is lost; what
 * answers another POST cannot be asked again, so it does not offer to. */
static void add_languages(
	struct exchange *exchange, const char *content_template, json_t *data)
{
	size_t count;
	const struct language *list = language_list(&count);
	json_t *others = json_array(), *none = json_array();
	bool buttons = is_question_page(content_template);
	bool links = !buttons && exchange_request(exchange)->method != HTTP_METHOD_POST;

	for (size_t i = 0; i < count && (buttons || links); i++)
		if (&list[i] != exchange_language(exchange))
			json_array_append_new(others,
				json_pack("{s:s, s:s}", "CODE", list[i].code, "NAME",
					list[i].name));
	json_object_set(data, "LINKS", links ? others : none);
	json_object_set(data, "BUTTONS", buttons ? others : none);
	json_decref(others);
	json_decref(none);
}

static void add_script(json_t *list, const char *name)
{
	json_array_append_new(
		list, json_pack("{s:s}", "SRC", site_static_url(&assets_static, name)));
}

/* Conditions are evaluated only where a page holds some. */
static json_t *scripts_of(const char *content_template, const json_t *content)
{
	json_t *list = json_array();

	if (!is_question_page(content_template))
		return list;
	if (json_is_true(json_object_get(content, "CONDITIONAL")))
		add_script(list, "conditions.js");
	add_script(list, "questionnaire.js");
	return list;
}

void info_page(struct exchange *exchange, int status, const char *title,
	const char *content_template, json_t *content)
{
	const struct language *language = exchange_language(exchange);
	const char *query = info_language_query(exchange);
	json_t *data;

	must(content);
	json_object_set_new(content, "_template",
		json_string(site_template(exchange, content_template)));
	json_object_set_new(content, "LANG_QUERY", json_string(query));
	data = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "LANG", language->code,
		"LANG_QUERY", query, "TITLE", words(language, title), "CSS",
		site_static_url(&assets_static, "site.css"), "ACCESSIBILITY",
		words(language, info_accessibility_state()), "SCRIPTS",
		scripts_of(content_template, content), "CONTENT", content);
	must(data);
	add_languages(exchange, content_template, data);
	site_page(exchange, status, "layout.html", data);
}

/* ---- messages ---- */

void info_add_paragraph(
	const struct exchange *exchange, json_t *paragraphs, const char *text)
{
	json_array_append_new(paragraphs,
		json_pack("{s:s}", "P", words(exchange_language(exchange), text)));
}

json_t *info_paragraphs(const struct exchange *exchange, const char *const *lines)
{
	json_t *list = json_array();

	for (; lines && *lines; lines++)
		info_add_paragraph(exchange, list, *lines);
	return list;
}

static json_t *message_content(
	const struct exchange *exchange, const char *heading, const char *const *lines)
{
	return json_pack("{s:s, s:o}", "HEADING",
		words(exchange_language(exchange), heading), "PARAGRAPHS",
		info_paragraphs(exchange, lines));
}

void info_message(struct exchange *exchange, int status, const char *heading,
	const char *const *lines)
{
	info_page(exchange, status, heading, "message.html",
		message_content(exchange, heading, lines));
}

/* The posted fields; false when nothing was posted that can be read. */
static bool posted_fields(
	struct exchange *exchange, const struct form_pair **ret, size_t *ret_count)
{
	return exchange_request(exchange)->method == HTTP_METHOD_POST &&
		exchange_fields(exchange, ret, ret_count, NULL);
}

void info_kept(struct exchange *exchange, int status, const char *heading,
	const char *const *lines)
{
	const struct form_pair *pairs;
	size_t count;
	json_t *content = message_content(exchange, heading, lines);

	if (posted_fields(exchange, &pairs, &count))
		json_object_set_new(content, "TYPED", info_typed(exchange, pairs, count));
	info_page(exchange, status, heading, "message.html", content);
}

void info_retry(struct exchange *exchange, int status, const char *heading,
	const char *const *lines)
{
	const struct form_pair *pairs;
	size_t count;
	json_t *content = message_content(exchange, heading, lines);
	json_t *fields = json_array();
	struct str path = exchange_path(exchange);

	if (posted_fields(exchange, &pairs, &count)) {
		for (size_t i = 0; i < count; i++)
			json_array_append_new(fields,
				json_pack("{s:s%, s:s%}", "NAME", pairs[i].name.p,
					pairs[i].name.n, "VALUE", pairs[i].value.p,
					pairs[i].value.n));
		json_object_set_new(content, "RETRY",
			json_pack("{s:s%, s:O}", "ACTION", path.p, path.n, "FIELDS",
				fields));
		json_object_set_new(content, "TYPED", info_typed(exchange, pairs, count));
	}
	json_decref(fields);
	info_page(exchange, status, heading, "message.html", content);
}

void info_error(void *site, struct exchange *exchange, int status, const char *title,
	const char *message)
{
	const char *const lines[] = {message, NULL};

	(void)site;
	info_kept(exchange, status, title, lines);
}

/* ---- home ---- */

const struct edition *info_open_edition(const struct public_site *site)
{
	for (size_t i = 0; i < site->editions->count; i++)
		if (strcmp(site->editions->list[i].state, "open") == 0)
			return &site->editions->list[i];
	return NULL;
}

char *info_last_day(const struct exchange *exchange, const struct edition *edition)
{
	return clock_date(
		exchange_language(exchange), edition->closes - 1, edition->zone);
}

static json_t *open_cards(const struct exchange *exchange, const struct edition *edition)
{
	json_t *cards = json_array();

	for (size_t i = 0; i < edition->audience_count; i++) {
		const struct edition_audience *audience = &edition->audiences[i];
		const struct form *form = form_in(
			audience->form, exchange_language(exchange));
		SCOPED(free_char) char *href = x_printf("/o/%s", audience->audience);

		if (audience->open_link)
			json_array_append_new(cards,
				json_pack("{s:s, s:s, s:i}", "LABEL",
					form->audience_label, "HREF", href, "MINUTES",
					form->minutes));
	}
	return cards;
}

void info_home(void *arg, struct exchange *exchange, const struct str *parts)
{
	struct public_site *site = arg;
	const struct edition *edition = info_open_edition(site);
	json_t *content = json_object();

	(void)parts;
	exchange_header(exchange, "X-Robots-Tag", "all");
	if (edition) {
		SCOPED(free_char) char *closes = info_last_day(exchange, edition);

		json_object_set_new(content, "OPEN",
			json_pack("{s:s, s:s, s:o}", "EDITION", edition->title, "CLOSES",
				closes, "CARDS", open_cards(exchange, edition)));
	} else {
		json_object_set_new(content, "OPEN", json_false());
	}
	info_page(exchange, 200, "Accueil", "home.html", content);
}
