/* SPDX-License-Identifier: Apache-2.0 */
/*
 * respond_resume.c - coming back with a resume code.
 *
 *   GET /reprise    asks for the code
 *   POST /reprise   code=five words: of an open link they find the draft; with the token of a personal link they open it
 *                   → 303 to where the person was, or 422 and the same page
 *                   token and action=ask-restart: the page that asks again; action=restart: draft deleted, from the start
 *
 * A right code and a wrong one take the same way: one Argon2id, one look into the database.
 */
#include "respond_private.h"

#define ERROR_NOT_A_CODE \
 WORDS("Ce ne sont pas les cinq mots d’un code : recopiez-les comme ils sont imprimés, dans le même ordre. Les quatre premières lettres de chaque mot suffisent.")
#define ERROR_WRONG_PERSONAL \
 WORDS("Ces mots n’ouvrent pas ce questionnaire : vérifiez-les un à un. Si vous avez demandé plusieurs codes, seul le dernier est bon.")
#define ERROR_WRONG_OPEN \
 WORDS("Ces mots n’ouvrent aucun questionnaire en cours : vérifiez-les un à un. Si vous avez reçu une invitation par courriel, ouvrez d’abord son lien.")

void respond_ask_code(struct step *step, int status, const char *error)
{
	struct exchange *exchange = step->exchange;
	struct str typed = exchange_field(exchange, "code");
	bool personal = step->visit.invited;
	json_t *data = json_pack("{s:s, s:b, s:b}", "ERROR",
		error ? words(exchange_language(exchange), error) : "", "PERSONAL",
		personal, "SHARED", str_eq_z(exchange_field(exchange, "partage"), "1"));
	char token[TOKEN_CHARS + 1];

	json_object_set_new(data, "TYPED",
		typed.p && typed.n <= RESUME_TEXT_MAX ? json_stringn(typed.p, typed.n)
						      : json_string(""));
	if (personal) {
		token_write(token, &step->token);
		json_object_set_new(
			data, "TOKEN_PART", json_pack("{s:s}", "TOKEN", token));
		secret_wipe(token, sizeof(token));
	}
	info_page(exchange, status,
		error ? WORDS("Erreur : votre code de reprise")
		      : WORDS("Votre code de reprise"),
		"resume.html", data);
}

void respond_get_resume(void *site, struct exchange *exchange, const struct str *parts)
{
	(void)parts;
	respond_ask_code(respond_step(site, exchange), 200, NULL);
}

/* ---- with the token of a personal link ---- */

static void personal_loaded(
	void *arg, const struct draft_view *view, const struct err *err)
{
	struct step *step = arg;

	if (!respond_try_draft(step, view, err))
		return;
	if (step->already) {
		respond_already(step);
	} else if (step->sealed) {
		respond_ask_code(step, 422, ERROR_WRONG_PERSONAL);
	} else {
		respond_begin_visit(step, true, STR(""));
		respond_go(step, step->found_draft ? step->draft.page : 0, "");
	}
}

static void personal_stretched(struct step *step)
{
	respond_load(step, personal_loaded);
}

static void personal_deleted(void *arg, const struct err *err)
{
	struct step *step = arg;

	if (respond_is_down(err)) {
		respond_unavailable(step);
		return;
	}
	respond_begin_visit(step, true, STR(""));
	respond_go(step, 0, "");
}

static void ask_restart(struct step *step)
{
	char token[TOKEN_CHARS + 1];

	token_write(token, &step->token);
	info_page(step->exchange, 200, "Effacer et recommencer ?", "resume_restart.html",
		json_pack("{s:s, s:b}", "TOKEN", token, "SHARED",
			str_eq_z(exchange_field(step->exchange, "partage"), "1")));
	secret_wipe(token, sizeof(token));
}

static void personal_found(struct step *step)
{
	struct str action = exchange_field(step->exchange, "action");
	struct resume_code code;

	if (step->already)
		respond_already(step);
	else if (!respond_is_open(step))
		respond_closed(step);
	else if (!step->visit
			  .invited) /* the draft of an open link, which needs no more */
		respond_ask_code(step, 422, ERROR_WRONG_OPEN);
	else if (str_eq_z(action, "ask-restart"))
		ask_restart(step);
	else if (str_eq_z(action, "restart"))
		exchange_keep_call(step->exchange,
			draft_delete(step->site->pool, &step->locator, personal_deleted,
				step));
	else if (str_eq_z(action, "ask-code"))
		respond_ask_code(step, 200, NULL);
	else if (!resume_code_parse(exchange_field(step->exchange, "code"), &code))
		respond_ask_code(step, 422, ERROR_NOT_A_CODE);
	else
		respond_stretch_put(step, &code, personal_stretched);
	secret_wipe(&code, sizeof(code));
}

/* ---- without: the code finds the draft ---- */

static void open_next(struct step *step);

static void open_loaded(void *arg, const struct draft_view *view, const struct err *err)
{
	struct step *step = arg;

	if (!respond_try_draft(step, view, err))
		return;
	if (!step->found_draft ||
		!respond_use_audience(
			step, step->edition, str_of(step->draft.audience))) {
		open_next(step);
		return;
	}
	respond_begin_visit(step, false, str_of(step->draft.channel));
	respond_go(step, step->draft.page, "");
}

static void open_stretched(struct step *step)
{
	step->token = resume_token(&step->keys->drafts, &step->code);
	respond_use_token(step);
	respond_load(step, open_loaded);
}

/* In each open edition: its salt is its own. */
static void open_next(struct step *step)
{
	struct resume_code code;

	if (!resume_code_parse(exchange_field(step->exchange, "code"), &code)) {
		respond_ask_code(step, 422, ERROR_NOT_A_CODE);
		return;
	}
	while (step->next < step->site->key_count) {
		step->keys = &step->site->keys[step->next++];
		step->edition = editions_find(
			step->site->editions, str_of(step->keys->edition));
		if (respond_is_open(step)) {
			respond_stretch_put(step, &code, open_stretched);
			secret_wipe(&code, sizeof(code));
			return;
		}
	}
	secret_wipe(&code, sizeof(code));
	respond_ask_code(step, 422, ERROR_WRONG_OPEN);
}

void respond_post_resume(void *site, struct exchange *exchange, const struct str *parts)
{
	struct step *step = respond_step(site, exchange);
	struct str token = exchange_field(exchange, "token");

	(void)parts;
	if (!respond_is_post_from_here(step))
		return;
	if (!token.p)
		open_next(step);
	else if (token_parse(token, &step->token))
		respond_search_token(step, personal_found);
	else
		respond_unknown_link(exchange);
}
