/* SPDX-License-Identifier: Apache-2.0 */
/*
 * respond_pause.c - stopping for a while: how to come back, the resume code, erasing, leaving a device that others use.
 *
 *   GET /pause    how to come back
 *   POST /pause   action=code        draw the code → seal the draft with it → the page with its words
 *                 action=ask-erase   the page that asks again
 *                 action=erase       draft deleted, visit ended → 303 /au-revoir?efface; but what this visit has sent is
 *                                    in the urn: /merci
 *                 action=leave       visit ended, draft kept → 303 /au-revoir
 *   GET /au-revoir
 *
 * The page with the words answers the POST itself, since nothing keeps them for a GET. It may be loaded again: the words come
 * from the visit (resume.h), so they are the same ones.
 */
#include "respond_private.h"

/* ---- GET /pause ---- */

static char *open_link(const struct step *step)
{
	char token[TOKEN_CHARS + 1];
	char *link;

	token_write(token, &step->visit.token);
	link = x_printf("%s/r/%s%s", step->site->options.public_url, token,
		info_language_query(step->exchange));
	secret_wipe(token, sizeof(token));
	return link;
}

static char *way_on(const struct step *step)
{
	return step->draft.page < (int)step->form->page_count
		? x_printf("/q/%d", step->draft.page + 1)
		: x_strdup("/recapitulatif");
}

static void show_pause(void *arg, const struct draft_view *view, const struct err *err)
{
	struct step *step = arg;
	json_t *data;

	if (!respond_open_draft(step, view, err))
		return;
	SCOPED(free_char) char *on = way_on(step);
	data = json_pack("{s:b, s:b, s:b, s:b, s:s}", "PERSONAL", step->visit.invited,
		"CODED", step->visit.invited && resume_has_code(&step->visit.code),
		"SHARED", step->visit.shared, "PARTIALS", step->edition->count_partials,
		"ON", on);
	if (!step->visit.invited) {
		SCOPED(free_char) char *link = open_link(step);

		json_object_set_new(data, "OPEN", json_pack("{s:s}", "LINK", link));
	}
	respond_set_cookie(step);
	info_page(step->exchange, 200, "Reprendre plus tard", "pause.html", data);
}

void respond_get_pause(void *site, struct exchange *exchange, const struct str *parts)
{
	struct step *step = respond_step(site, exchange);

	(void)parts;
	if (respond_open_visit(step))
		respond_load(step, show_pause);
}

/* ---- POST /pause: the code ---- */

static void show_code(struct step *step)
{
	struct resume_code code = resume_code_draw(
		&step->keys->drafts, &step->visit.slot);
	json_t *words = json_array(), *data;
	SCOPED(free_char) char *on = way_on(step);

	for (size_t i = 0; i < RESUME_WORDS; i++)
		json_array_append_new(
			words, json_pack("{s:s}", "WORD", resume_code_word(&code, i)));
	data = json_pack("{s:o, s:b, s:s, s:s}", "WORDS", words, "PERSONAL",
		step->visit.invited, "SITE", step->site->options.public_url, "ON", on);
	respond_set_cookie(step);
	info_page(step->exchange, 200, "Votre code de reprise", "pause_code.html", data);
	secret_wipe(&code, sizeof(code));
}

static void code_saved(void *arg, const struct err *err)
{
	struct step *step = arg;

	if (respond_not_saved(step, err))
		return;
	step->visit.token = step->token;
	show_code(step);
}

static void save_with_code(struct step *step)
{
	if (!respond_save(step, code_saved))
		respond_unavailable(step);
}

/* The same click came before: the draft has moved already, and is written over where it is now. Else nothing was written
 * yet, and an empty draft is. */
static void moved_loaded(void *arg, const struct draft_view *view, const struct err *err)
{
	struct step *step = arg;

	if (respond_try_draft(step, view, err))
		save_with_code(step);
}

static void code_loaded(struct step *step)
{
	if (step->visit.invited) {
		step->visit.code = step->code;
		save_with_code(step);
		return;
	}
	step->token = resume_token(&step->keys->drafts, &step->code);
	respond_use_token(step);
	if (step->found_draft)
		save_with_code(step);
	else
		respond_load(step, moved_loaded);
}

static void code_stretched(struct step *step)
{
	respond_load_post(step, code_loaded);
}

static void make_code(struct step *step)
{
	struct resume_code code;

	/* Somebody else may sit there by now, and would read the words. */
	if (step->visit.shared && step->expired) {
		respond_no_visit(step->exchange, 403);
		return;
	}
	code = resume_code_draw(&step->keys->drafts, &step->visit.slot);
	respond_stretch_put(step, &code, code_stretched);
	secret_wipe(&code, sizeof(code));
}

/* ---- POST /pause: erasing and leaving ---- */

static void goodbye(struct step *step, bool erased)
{
	const char *language = info_language_query(step->exchange);
	SCOPED(free_char)
	char *location = x_printf("/au-revoir%s%s", language,
		!erased             ? ""
			: *language ? "&efface"
				    : "?efface");

	respond_end_visit(step);
	exchange_redirect(step->exchange, location);
}

static void erased(void *arg, const struct err *err)
{
	struct step *step = arg;

	if (respond_is_down(err))
		respond_unavailable(step);
	else
		goodbye(step, true);
}

static void erase(struct step *step)
{
	exchange_keep_call(step->exchange,
		draft_delete(step->site->pool, &step->locator, erased, step));
}

static void ask_erase(struct step *step)
{
	respond_set_cookie(step);
	info_page(step->exchange, 200, "Effacer vos réponses ?", "pause_erase.html",
		json_pack("{s:b}", "PERSONAL", step->visit.invited));
}

void respond_post_pause(void *site, struct exchange *exchange, const struct str *parts)
{
	struct step *step = respond_step(site, exchange);
	struct str action = exchange_field(exchange, "action");

	(void)parts;
	if (!respond_is_post_from_here(step) || !respond_open_visit(step))
		return;
	if (str_eq_z(action, "code"))
		make_code(step);
	else if (str_eq_z(action, "ask-erase"))
		ask_erase(step);
	else if (str_eq_z(action, "erase"))
		respond_load_post(step, erase);
	else if (str_eq_z(action, "leave"))
		goodbye(step, false);
	else
		exchange_redirect(exchange, "/pause");
}

/* ---- GET /au-revoir ---- */

void respond_get_goodbye(void *site, struct exchange *exchange, const struct str *parts)
{
	static const char *const gone[] = {
		WORDS("Tout ce que vous aviez saisi a été effacé. Rien n’en sera compté."),
		WORDS("Si vous changez d’avis, votre lien vous permet de recommencer du début, jusqu’à la clôture de l’enquête."),
		NULL};
	static const char *const left[] = {
		WORDS("Ce poste a oublié votre questionnaire. Vos réponses enregistrées restent scellées et vous attendent."),
		WORDS("Pour reprendre, ouvrez votre lien, ou donnez votre code de reprise si vous en avez demandé un."),
		WORDS("Par prudence, fermez aussi cette fenêtre."), NULL};
	struct step *step = respond_step(site, exchange);

	(void)parts;
	if (respond_query_has(step, "efface"))
		info_message(exchange, 200, "Vos réponses sont effacées", gone);
	else
		info_message(exchange, 200, "Vous avez quitté ce poste", left);
}
