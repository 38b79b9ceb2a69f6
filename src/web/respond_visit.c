/* SPDX-License-Identifier: Apache-2.0 */
/*
 * respond_visit.c - one visit: its cookie, its draft, and how both are kept.
 *
 * A draft is loaded and opened by what the cookie holds, and written back only over what was there: respond_save. So what
 * was sent, erased or moved to a resume code meanwhile does not come back by a page that was still on its way.
 */
#include <stdio.h>

#include "barometre/base/log.h"
#include "respond_private.h"

#define TRIES 4 /* pages of one person that come at the same time */

/* ---- the cookie ---- */

static const char *cookie_name(const struct public_site *site)
{
	return site->options.secure_cookies ? "__Host-barometre" : "barometre";
}

struct str respond_cookie(const struct public_site *site, const struct exchange *exchange)
{
	return exchange_cookie(exchange, cookie_name(site));
}

static void put_cookie(struct step *step, struct str value, const char *more)
{
	SCOPED(buf_release) struct buf header = BUF_LIMIT(4096);

	buf_printf(&header, "%s=%.*s; Path=/; HttpOnly; SameSite=Strict%s%s",
		cookie_name(step->site), (int)value.n, value.n ? value.p : "", more,
		step->site->options.secure_cookies ? "; Secure" : "");
	exchange_header(step->exchange, "Set-Cookie", header.p);
}

void respond_set_cookie(struct step *step)
{
	SCOPED(buf_release) struct buf value = BUF_LIMIT(4096);
	usec_t span = step->visit.shared ? VISIT_SPAN_SHARED : VISIT_SPAN;

	/* Somebody else may sit there by now: what was sent is kept, and no page opens. */
	if (step->visit.shared && step->expired && step->visit.state != VISIT_DONE)
		return;
	step->visit.expires = step->site->options.now() + span;
	visit_seal(&value, &step->keys->cookies, &step->visit);
	put_cookie(step, buf_str(&value), "");
}

void respond_end_visit(struct step *step)
{
	put_cookie(step, STR(""), "; Max-Age=0");
	exchange_header(step->exchange, "Clear-Site-Data", "\"cache\", \"storage\"");
}

static void set_language(struct step *step)
{
	snprintf(step->visit.language, sizeof(step->visit.language), "%s",
		exchange_language(step->exchange)->code);
}

bool respond_use_audience(
	struct step *step, const struct edition *edition, struct str audience)
{
	step->edition = edition;
	step->audience = edition ? edition_audience_find(edition, audience) : NULL;
	if (!step->audience)
		return false;
	step->form = form_in(step->audience->form, exchange_language(step->exchange));
	return true;
}

void respond_begin_visit(struct step *step, bool invited, struct str channel)
{
	struct visit *visit = &step->visit;

	*visit = (struct visit){.invited = invited,
		.state = VISIT_OPEN,
		.token = step->token,
		.slot = random_uuid(),
		.shared = str_eq_z(exchange_field(step->exchange, "partage"), "1"),
		.kept = step->found_draft};
	if (invited && step->coded)
		visit->code = step->code;
	snprintf(visit->edition, sizeof(visit->edition), "%s", step->edition->code);
	snprintf(
		visit->audience, sizeof(visit->audience), "%s", step->audience->audience);
	snprintf(visit->channel, sizeof(visit->channel), "%.*s", (int)channel.n,
		channel.n ? channel.p : "");
	set_language(step);
	respond_set_cookie(step);
}

/* ---- a visit from its cookie ---- */

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

static bool find_visit(struct step *step)
{
	struct public_site *site = step->site;
	struct str cookie = respond_cookie(site, step->exchange);

	for (size_t i = 0; i < site->key_count && !step->keys; i++)
		if (cookie.p &&
			visit_open(&step->visit, &site->keys[i].cookies, cookie, NULL) &&
			strcmp(step->visit.edition, site->keys[i].edition) == 0)
			step->keys = &site->keys[i];
	return step->keys != NULL;
}

/* A script waits for a status, not for a page. */
static bool is_autosave(struct step *step)
{
	return exchange_request(step->exchange)->method == HTTP_METHOD_POST &&
		str_eq_z(exchange_field(step->exchange, "action"), "save");
}

static void reply_done(struct step *step)
{
	if (is_autosave(step))
		exchange_reply_static(
			step->exchange, 409, "text/plain; charset=utf-8", STR("409\n"));
	else
		exchange_redirect(step->exchange, "/merci");
}

bool respond_open_visit(struct step *step)
{
	struct public_site *site = step->site;
	bool post = exchange_request(step->exchange)->method == HTTP_METHOD_POST;

	if (!find_visit(step)) {
		respond_no_visit(step->exchange, 403);
		return false;
	}
	if (!respond_use_audience(step,
		    editions_find(site->editions, str_of(step->visit.edition)),
		    str_of(step->visit.audience)) ||
		!respond_is_open(step)) {
		respond_closed(step);
		return false;
	}
	set_language(step);
	if (step->visit.state == VISIT_DONE) {
		reply_done(step);
		return false;
	}
	/* What is posted from an expired page is still kept: its owner had it on the screen. */
	step->expired = step->visit.expires < site->options.now();
	if (step->expired && !post) {
		respond_no_visit(step->exchange, 403);
		return false;
	}
	step->token = step->visit.token;
	respond_use_token(step);
	return true;
}

bool respond_is_post_from_here(struct step *step)
{
	if (exchange_is_same_origin(step->exchange, step->site->options.public_url))
		return true;
	respond_no_visit(step->exchange, 403);
	return false;
}

/* ---- the draft ---- */

void respond_load(struct step *step, draft_done_fn *done)
{
	exchange_keep_call(step->exchange,
		draft_load(step->site->pool, &step->locator,
			step->visit.invited ? &step->mac : NULL, done, step));
}

static bool open_with(
	struct step *step, const struct key *code, struct str box, struct err *err)
{
	struct key key = resume_draft_key(&step->keys->drafts, &step->token, code);
	bool opened = draft_open(&step->draft, &key, box, err);

	secret_wipe(&key, sizeof(key));
	return opened;
}

/* Nobody has written yet: the first draft says who it is. */
static void empty_draft(struct step *step)
{
	struct draft *draft = &step->draft;

	draft->answers = json_object();
	draft->typed = json_object();
	draft->instance = token_instance(&step->keys->drafts, &step->token);
	memcpy(draft->audience, step->visit.audience, sizeof(draft->audience));
	memcpy(draft->channel, step->visit.channel, sizeof(draft->channel));
}

bool respond_try_draft(
	struct step *step, const struct draft_view *view, const struct err *err)
{
	static const struct key no_code;
	const struct key *code = !step->visit.invited ? &no_code
		: resume_has_code(&step->visit.code)  ? &step->visit.code
						      : &step->code;
	struct err why = {0};

	step->found_draft = step->coded = step->sealed = step->has_mark = false;
	draft_release(&step->draft);
	problems_release(&step->problems);
	if (respond_is_down(err)) {
		respond_unavailable(step);
		return false;
	}
	must(view);
	step->already = view->invitation_done;
	if (view->found) {
		step->has_mark = true;
		step->mark = draft_mark(&step->locator, view->box);
	}
	if (view->found && !step->already) {
		/* Without the code too: this visit has not sealed it with it yet, or somebody with the link began anew. */
		step->found_draft = open_with(step, code, view->box, &why);
		step->coded = step->found_draft && resume_has_code(code);
		if (!step->found_draft && resume_has_code(code))
			step->found_draft = open_with(step, &no_code, view->box, NULL);
		step->sealed = !step->found_draft && why.code == ERR_DENIED &&
			step->visit.invited;
		if (!step->found_draft && !step->sealed)
			log_warning("respond.draft_unreadable", F_ERR(&why));
	}
	if (!step->found_draft)
		empty_draft(step);
	return true;
}

static void reply_sealed(struct step *step)
{
	static const char *const lines[] = {
		WORDS("Un code de reprise protège maintenant ce questionnaire : il a été demandé sur un autre appareil."),
		WORDS("Rouvrez le lien de votre courriel (dans un autre onglet) et donnez ce code. Revenez ensuite ici et appuyez "
		      "sur « Réessayer » pour garder aussi ce que vous aviez saisi sur cette page."),
		NULL};
	static const char *const lines_get[] = {
		WORDS("Un code de reprise protège maintenant ce questionnaire : il a été demandé sur un autre appareil."),
		WORDS("Rouvrez le lien de votre courriel et donnez ce code : ce qui était enregistré est toujours là."),
		NULL};

	if (exchange_request(step->exchange)->method == HTTP_METHOD_POST)
		info_retry(step->exchange, 403, "Il faut votre code de reprise", lines);
	else
		info_message(
			step->exchange, 403, "Il faut votre code de reprise", lines_get);
}

bool respond_open_draft(
	struct step *step, const struct draft_view *view, const struct err *err)
{
	if (!respond_try_draft(step, view, err))
		return false;
	if (step->already)
		respond_already(step);
	else if (step->sealed)
		reply_sealed(step);
	return !step->already && !step->sealed;
}

/* A second click on "Envoyer" finds the draft gone: is it because this very visit's box is in the urn already? */
static void receipt_known(void *arg, bool found, const struct err *err)
{
	struct step *step = arg;

	if (respond_is_down(err))
		respond_unavailable(step);
	else if (found && is_autosave(step))
		reply_done(step);
	else if (found)
		respond_sent(step);
	else if (step->already)
		respond_already(step);
	else
		step->go_on(step);
}

static void post_loaded(void *arg, const struct draft_view *view, const struct err *err)
{
	struct step *step = arg;

	if (!respond_try_draft(step, view, err))
		return;
	if (step->sealed)
		reply_sealed(step);
	else if (step->found_draft)
		step->go_on(step);
	else
		exchange_keep_call(step->exchange,
			receipt_check(step->site->pool, &step->visit.slot, receipt_known,
				step));
}

void respond_load_post(struct step *step, void (*go_on)(struct step *))
{
	step->go_on = go_on;
	respond_load(step, post_loaded);
}

/* ---- saving ---- */

bool respond_seal_answers(struct step *step, struct buf *box)
{
	const struct form *form = step->form;
	json_t *contact = NULL;
	json_t *answers = answers_submission(
		form, step->draft.answers, step->site->options.now(), &contact);
	struct err err = {0};
	bool sealed = answer_box_seal(box, &step->edition->count_key,
		&step->edition->trustee_key, &step->draft.instance, form->hash, answers,
		contact, form->box_bytes, &err);

	json_decref(answers);
	json_decref(contact);
	return sealed;
}

static bool seal_draft(struct step *step, struct buf *box)
{
	struct key key = resume_draft_key(
		&step->keys->drafts, &step->token, &step->visit.code);
	struct err err = {0};
	bool sealed = draft_seal(box, &key, &step->draft, step->form->box_bytes, &err);

	secret_wipe(&key, sizeof(key));
	return sealed;
}

bool respond_save(struct step *step, saved_done_fn *done)
{
	SCOPED(buf_wipe) struct buf resume = BUF_LIMIT(1 << 18);
	SCOPED(buf_wipe) struct buf box = BUF_LIMIT(1 << 18);
	struct db_pool *pool = step->site->pool;
	const char *edition = step->edition->code, *audience = step->audience->audience;

	if (!seal_draft(step, &resume) || !respond_seal_answers(step, &box))
		return false;
	exchange_keep_call(step->exchange,
		draft_save(pool, edition, audience, step->has_mark ? &step->mark : NULL,
			&step->locator, buf_str(&resume), buf_str(&box), done, step));
	return true;
}

/* Another page came between: once more, over what it wrote. */
static void start_again(struct step *step)
{
	step->token = step->visit.token;
	respond_use_token(step);
	respond_load_post(step, step->go_on);
}

bool respond_not_saved(struct step *step, const struct err *err)
{
	if (!err) {
		step->visit.kept = true;
		return false;
	}
	if (err->code == ERR_CONFLICT)
		respond_closed(step);
	else if (err->code == ERR_MISSING && step->tries++ < TRIES)
		start_again(step);
	else if (err->code == ERR_MISSING || respond_is_down(err))
		respond_unavailable(step);
	return true;
}

/* ---- addresses ---- */

void respond_go(struct step *step, int page, const char *query)
{
	char location[64];

	if (page < 0 || (size_t)page >= step->form->page_count) {
		exchange_redirect(step->exchange, "/recapitulatif");
		return;
	}
	snprintf(location, sizeof(location), "/q/%d%s", page + 1, query);
	exchange_redirect(step->exchange, location);
}

bool respond_query_has(const struct step *step, const char *word)
{
	struct str query = exchange_request(step->exchange)->query, part;

	while (str_cut(&query, '&', &part))
		if (str_eq_z(part, word))
			return true;
	return false;
}
