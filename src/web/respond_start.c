/* SPDX-License-Identifier: Apache-2.0 */
/*
 * respond_start.c - a link becomes a visit: GET shows a page and has no effect, POST /start sets the cookie.
 */
#include <stdio.h>

#include "barometre/base/log.h"
#include "respond_private.h"

/* ---- finding the edition of a token ---- */

bool respond_is_open(const struct step *step)
{
	return step->edition && strcmp(step->edition->state, "open") == 0 && step->keys &&
		step->edition->has_count_key;
}

void respond_use_token(struct step *step)
{
	step->mac = token_mac(&step->keys->macs, &step->token);
	step->locator = token_locator(&step->keys->drafts, &step->token);
}

/* Looks the token up in each edition whose keys are here, one after the other. */
struct search {
	struct step *step;
	size_t next;
	void (*found)(struct step *, bool done);
};

static void search_next(struct search *);

static void search_on_view(
	void *arg, const struct invitation_view *view, const struct err *err)
{
	struct search *search = arg;
	struct step *step = search->step;

	if (respond_is_down(err)) {
		respond_unavailable(step);
		return;
	}
	if (!view->found) {
		search_next(search);
		return;
	}
	step->edition = editions_find(step->site->editions, view->edition);
	step->audience = step->edition
		? edition_audience_find(step->edition, view->audience)
		: NULL;
	if (!step->audience) {
		respond_unknown_link(step->exchange);
		return;
	}
	search->found(step, view->done);
}

static void search_next(struct search *search)
{
	struct step *step = search->step;

	if (search->next == step->site->key_count) {
		respond_unknown_link(step->exchange);
		return;
	}
	step->keys = &step->site->keys[search->next++];
	respond_use_token(step);
	exchange_keep_call(step->exchange,
		invitation_look_up(step->site->pool, &step->mac, search_on_view, search));
}

static void search_token(struct step *step, void (*found)(struct step *, bool done))
{
	struct search *search = exchange_alloc(step->exchange, sizeof(*search));

	*search = (struct search){step, 0, found};
	search_next(search);
}

/* ---- GET /r/<token> and /o/<audience>[/<channel>] ---- */

static void personal_found(struct step *step, bool done)
{
	if (done)
		respond_already(step);
	else if (!respond_is_open(step))
		respond_closed(step);
	else
		info_start(step, false);
}

void respond_get_personal(void *site, struct exchange *exchange, const struct str *parts)
{
	struct step *step = respond_step(site, exchange);

	if (!token_parse(parts[0], &step->token)) {
		respond_unknown_link(exchange);
		return;
	}
	search_token(step, personal_found);
}

/* The open edition that takes this audience by an open link. */
static bool find_open(struct step *step, struct str audience, struct str channel)
{
	const struct editions *editions = step->site->editions;

	for (size_t i = 0; i < editions->count; i++) {
		step->edition = &editions->list[i];
		step->keys = site_keys(step->site, step->edition->code);
		step->audience = edition_audience_find(step->edition, audience);
		if (!respond_is_open(step) || !step->audience ||
			!step->audience->open_link)
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
	info_start(step, true);
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

static void visit_begin(struct step *step, bool invited, struct str channel)
{
	struct visit *visit = &step->visit;

	*visit = (struct visit){
		.invited = invited, .state = VISIT_OPEN, .token = step->token};
	snprintf(visit->edition, sizeof(visit->edition), "%s", step->edition->code);
	snprintf(
		visit->audience, sizeof(visit->audience), "%s", step->audience->audience);
	snprintf(visit->channel, sizeof(visit->channel), "%.*s", (int)channel.n,
		channel.p);
	visit->slot = random_uuid();
	respond_set_cookie(step);
}

void respond_go(struct step *step, int page, const char *query)
{
	char location[64];

	snprintf(location, sizeof(location), "/q/%d%s", page + 1, query);
	exchange_redirect(step->exchange, location);
}

static void start_resumed(void *arg, const struct draft_view *view, const struct err *err)
{
	struct step *step = arg;
	struct key key;
	int page = 0;

	if (respond_is_down(err)) {
		respond_unavailable(step);
		return;
	}
	if (view->invitation_done) {
		respond_already(step);
		return;
	}
	key = token_draft_key(&step->keys->drafts, &step->token);
	if (view->found) {
		struct err why = {0};

		if (draft_open(&step->draft, &key, view->box, &why))
			page = step->draft.page;
		else
			log_warning("respond.draft_unreadable", F_ERR(&why));
	}
	secret_wipe(&key, sizeof(key));
	visit_begin(step, true, STR(""));
	respond_go(step, page, "");
}

static void start_found(struct step *step, bool done)
{
	if (done)
		respond_already(step);
	else if (!respond_is_open(step))
		respond_closed(step);
	else
		exchange_keep_call(step->exchange,
			draft_load(step->site->pool, &step->locator, &step->mac,
				start_resumed, step));
}

void respond_post_start(void *arg, struct exchange *exchange, const struct str *parts)
{
	struct public_site *site = arg;
	struct step *step = respond_step(site, exchange);
	struct str token = exchange_field(exchange, "token");
	struct str audience = exchange_field(exchange, "audience");
	struct str channel = exchange_field(exchange, "channel");

	(void)parts;
	if (!exchange_is_same_origin(exchange, site->options.public_url)) {
		respond_no_visit(exchange, 403);
		return;
	}
	if (token.p) {
		if (!token_parse(token, &step->token))
			respond_unknown_link(exchange);
		else
			search_token(step, start_found);
		return;
	}
	if (!audience.p || !find_open(step, audience, channel)) {
		respond_unknown_link(exchange);
		return;
	}
	step->token = token_random();
	visit_begin(step, false, channel);
	respond_go(step, 0, "");
}
