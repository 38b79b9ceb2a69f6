/* SPDX-License-Identifier: Apache-2.0 */
/*
 * respond_start.c - a link becomes a visit: GET shows a page and has no effect, POST /start sets the cookie.
 *
 * A token is that of an invitation, or of the draft of an open link, to which its author comes back.
 */
#include <stdio.h>

#include "barometre/base/log.h"
#include "respond_private.h"

/* ---- finding the edition of a token ---- */

static void search_next(struct step *);

static void search_on_draft(
	void *arg, const struct draft_view *view, const struct err *err)
{
	struct step *step = arg;

	if (!respond_try_draft(step, view, err))
		return;
	if (step->found_draft &&
		respond_use_audience(step, step->edition, str_of(step->draft.audience)))
		step->found(step);
	else
		search_next(step);
}

static void search_on_invitation(
	void *arg, const struct invitation_view *view, const struct err *err)
{
	struct step *step = arg;

	if (respond_is_down(err)) {
		respond_unavailable(step);
		return;
	}
	if (view->found) {
		step->visit.invited = true;
		step->already = view->done;
		if (respond_use_audience(step,
			    editions_find(step->site->editions, view->edition),
			    view->audience))
			step->found(step);
		else
			respond_unknown_link(step->exchange);
		return;
	}
	/* Only an open edition is asked for a draft. */
	step->edition = editions_find(step->site->editions, str_of(step->keys->edition));
	if (respond_is_open(step))
		respond_load(step, search_on_draft);
	else
		search_next(step);
}

/* Each edition whose keys are here, one after the other. */
static void search_next(struct step *step)
{
	if (step->next == step->site->key_count) {
		respond_unknown_token(step);
		return;
	}
	step->keys = &step->site->keys[step->next++];
	respond_use_token(step);
	exchange_keep_call(step->exchange,
		invitation_look_up(
			step->site->pool, &step->mac, search_on_invitation, step));
}

void respond_search_token(struct step *step, void (*found)(struct step *))
{
	step->found = found;
	step->next = 0;
	search_next(step);
}

/* ---- the start page ---- */

enum start_kind {
	START_FRESH,
	START_RESUME,
	START_SEALED, /* its draft wants a code */
};

static void show_start(struct step *step, enum start_kind kind, bool open_link)
{
	const struct form *form = step->form;
	json_t *content = json_pack(
		"{s:s, s:s, s:i, s:o, s:o, s:b, s:b, s:b, s:b, s:s, s:s}", "FORM_TITLE",
		form->title, "AUDIENCE_LABEL", form->audience_label, "MINUTES",
		form->minutes, "WELCOME", info_paragraphs(step->exchange, form->welcome),
		"NOTICE", info_notice(step->exchange, step->edition), "FRESH",
		kind == START_FRESH, "RESUME", kind == START_RESUME, "SEALED",
		kind == START_SEALED, "BY_OPEN_LINK", open_link, "ERROR", "", "TYPED",
		"");
	char token[TOKEN_CHARS + 1];

	if (open_link) {
		json_object_set_new(content, "OPEN_PART",
			json_pack("{s:s, s:s}", "AUDIENCE", step->audience->audience,
				"CHANNEL", step->visit.channel));
	} else {
		token_write(token, &step->token);
		json_object_set_new(
			content, "TOKEN_PART", json_pack("{s:s}", "TOKEN", token));
		secret_wipe(token, sizeof(token));
	}
	info_page(step->exchange, 200, "Bienvenue", "start.html", content);
}

/* True when the link leads no further: replied. */
static bool is_over(struct step *step)
{
	if (step->already)
		respond_already(step);
	else if (!respond_is_open(step))
		respond_closed(step);
	return step->already || !respond_is_open(step);
}

static void personal_loaded(
	void *arg, const struct draft_view *view, const struct err *err)
{
	struct step *step = arg;

	if (!respond_try_draft(step, view, err) || is_over(step))
		return;
	show_start(step,
		step->sealed                ? START_SEALED
			: step->found_draft ? START_RESUME
					    : START_FRESH,
		false);
}

static void personal_found(struct step *step)
{
	if (is_over(step))
		return;
	if (step->visit.invited)
		respond_load(step, personal_loaded);
	else
		show_start(step, START_RESUME, false);
}

void respond_get_personal(void *site, struct exchange *exchange, const struct str *parts)
{
	struct step *step = respond_step(site, exchange);

	if (!token_parse(parts[0], &step->token))
		respond_unknown_link(exchange);
	else
		respond_search_token(step, personal_found);
}

/* The open edition that takes this audience by an open link. */
static bool find_open(struct step *step, struct str audience, struct str channel)
{
	const struct editions *editions = step->site->editions;

	for (size_t i = 0; i < editions->count; i++) {
		step->keys = site_keys(step->site, editions->list[i].code);
		if (!respond_use_audience(step, &editions->list[i], audience) ||
			!respond_is_open(step) || !step->audience->open_link)
			continue;
		if (channel.n == 0)
			return true;
		for (char **c = step->audience->channels; c && *c; c++)
			if (str_eq_z(channel, *c))
				return true;
	}
	return false;
}

static void start_open(struct step *step, struct str audience, struct str channel)
{
	if (!find_open(step, audience, channel)) {
		respond_unknown_link(step->exchange);
		return;
	}
	snprintf(step->visit.channel, sizeof(step->visit.channel), "%.*s", (int)channel.n,
		channel.p);
	show_start(step, START_FRESH, true);
}

void respond_get_open(void *site, struct exchange *exchange, const struct str *parts)
{
	start_open(respond_step(site, exchange), parts[0], STR(""));
}

void respond_get_open_channel(
	void *site, struct exchange *exchange, const struct str *parts)
{
	start_open(respond_step(site, exchange), parts[0], parts[1]);
}

/* ---- POST /start ---- */

static void start_loaded(void *arg, const struct draft_view *view, const struct err *err)
{
	struct step *step = arg;

	if (!respond_try_draft(step, view, err) || is_over(step))
		return;
	if (step->sealed) {
		respond_ask_code(step, 200, NULL);
		return;
	}
	respond_begin_visit(step, true, STR(""));
	respond_go(step, step->found_draft ? step->draft.page : 0, "");
}

static void start_found(struct step *step)
{
	if (is_over(step))
		return;
	if (step->visit.invited) {
		respond_load(step, start_loaded);
		return;
	}
	respond_begin_visit(step, false, str_of(step->draft.channel));
	respond_go(step, step->draft.page, "");
}

void respond_post_start(void *arg, struct exchange *exchange, const struct str *parts)
{
	struct step *step = respond_step(arg, exchange);
	struct str token = exchange_field(exchange, "token");
	struct str audience = exchange_field(exchange, "audience");
	struct str channel = exchange_field(exchange, "channel");

	(void)parts;
	if (!respond_is_post_from_here(step))
		return;
	if (token.p) {
		if (token_parse(token, &step->token))
			respond_search_token(step, start_found);
		else
			respond_unknown_link(exchange);
		return;
	}
	if (!audience.p || !find_open(step, audience, channel)) {
		respond_unknown_link(exchange);
		return;
	}
	step->token = token_random();
	respond_begin_visit(step, false, channel);
	respond_go(step, 0, "");
}
