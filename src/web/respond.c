/* SPDX-License-Identifier: Apache-2.0 */
/*
 * respond.c - the pages of a questionnaire: draft → page; page → read, check, save → next page, in the end the summary.
 *
 *   GET /q/<n>     load draft → page
 *   POST /q/<n>    load draft → read, check → save → 303 ; after the last page: 303 /recapitulatif
 *   GET /q/<n>?revoir   the same page with what is wrong, doubtful or missing; 422 when something is wrong
 *   GET /q/<n>?recap    opened from the summary, to which it leads back
 *
 * An error keeps the person on the page. A warning does so once: the page that shows it names it in `vu`.
 */
#include <stdio.h>

#include "respond_private.h"

/* The page of the address. Replies and returns false when there is none. */
static bool open_page(struct step *step, struct str number)
{
	uint64_t page;

	if (!respond_open_visit(step))
		return false;
	if (!str_parse_u64(number, &page) || page == 0 || page > step->form->page_count) {
		info_error(step->site, step->exchange, 404, "Page introuvable",
			"Ce questionnaire n’a pas de page à cette adresse. Rouvrez votre lien pour le reprendre.");
		return false;
	}
	step->page = (int)page - 1;
	return true;
}

/* ---- GET /q/<n> ---- */

/* On a page that nobody sent yet: what is worth saying of answers that are there; nothing is wrong yet. */
static void drop_errors(struct problems *problems)
{
	size_t kept = 0;

	for (size_t i = 0; i < problems->count; i++)
		if (problems->list[i].level == LEVEL_ERROR)
			free(problems->list[i].message);
		else
			problems->list[kept++] = problems->list[i];
	problems->count = kept;
}

static void review(struct step *step)
{
	answers_review_page(step->form, (size_t)step->page, step->draft.answers,
		step->draft.typed, step->site->options.now(), &step->problems);
}

static void show_page(void *arg, const struct draft_view *view, const struct err *err)
{
	struct step *step = arg;
	struct routing routing = {0};
	int page;

	if (!respond_open_draft(step, view, err))
		return;
	routing_compute(
		&routing, step->form, step->draft.answers, step->site->options.now());
	if (!routing.page[step->page]) {
		page = routing_next(&routing, step->page);
		respond_go(step,
			page >= 0 ? page : routing_previous(&routing, step->page), "");
	} else {
		review(step);
		if (!respond_query_has(step, "revoir"))
			drop_errors(&step->problems);
		step->page_grew = respond_query_has(step, "suite");
		step->recap = respond_query_has(step, "recap");
		respond_set_cookie(step);
		respond_page(step,
			problems_count(&step->problems, LEVEL_ERROR) > 0 ? 422 : 200);
	}
	routing_release(&routing);
}

void respond_get_page(void *site, struct exchange *exchange, const struct str *parts)
{
	struct step *step = respond_step(site, exchange);

	if (open_page(step, parts[0]))
		respond_load(step, show_page);
}

/* ---- POST /q/<n>: what was sent ---- */

/* Is the name among those, separated by spaces, that the page put into a field? */
static bool field_names(const struct step *step, const char *field, const char *name)
{
	struct str names = exchange_field(step->exchange, field), one;

	while (str_cut(&names, ' ', &one))
		if (str_eq_z(one, name))
			return true;
	return false;
}

/* Was the question on the page that was sent? The page says so itself, so that a second click or another tab cannot
 * answer for what was not there. Without the field: yes. */
static bool was_shown(const struct step *step, const struct question *question)
{
	return !exchange_field(step->exchange, "shown").p ||
		field_names(step, "shown", question->name);
}

/* Nobody answers these. */
static bool is_asked(const struct question *question)
{
	return question->type != QUESTION_HTML && question->type != QUESTION_EXPRESSION &&
		question->type != QUESTION_CALCULATED;
}

/* Does this page now have a question that was not on it? Problems of such questions are not the person's doing. */
static bool page_has_grown(struct step *step)
{
	const struct form *form = step->form;
	const struct page *page = &form->pages[step->page];
	struct routing routing = {0};
	bool grew = false;
	size_t kept = 0;

	routing_compute(&routing, form, step->draft.answers, step->site->options.now());
	for (size_t i = page->first; i < page->first + page->count; i++)
		grew = grew ||
			(routing.question[i] && is_asked(&form->questions[i]) &&
				!was_shown(step, &form->questions[i]));
	for (size_t i = 0; i < step->problems.count; i++) {
		struct problem *problem = &step->problems.list[i];

		if (routing.question[form_index(form, problem->question)] &&
			was_shown(step, problem->question))
			step->problems.list[kept++] = *problem;
		else
			free(problem->message);
	}
	step->problems.count = kept;
	routing_release(&routing);
	return grew;
}

/* Does something keep the person here? */
static bool has_to_stop(const struct step *step)
{
	for (size_t i = 0; i < step->problems.count; i++) {
		const struct problem *problem = &step->problems.list[i];

		if (problem->level == LEVEL_ERROR ||
			(problem->level == LEVEL_WARNING &&
				!field_names(step, "vu", problem->question->name)))
			return true;
	}
	return false;
}

static bool parse_action(struct step *step)
{
	static const struct {
		const char *name;
		enum step_action action;
	} actions[] = {{"next", STEP_NEXT}, {"back", STEP_BACK}, {"save", STEP_SAVE},
		{"pause", STEP_PAUSE}, {"leave", STEP_LEAVE}};
	struct str action = exchange_field(step->exchange, "action");
	const struct language *language;

	step->action = STEP_NEXT; /* Enter in a field sends no button in some browsers */
	if (!action.p)
		return true;
	for (size_t i = 0; i < COUNT_OF(actions); i++)
		if (str_eq_z(action, actions[i].name)) {
			step->action = actions[i].action;
			return true;
		}
	if (!str_starts(action, STR("lang-")))
		return false;
	language = language_find((struct str){action.p + 5, action.n - 5});
	if (language) {
		step->action = STEP_LANGUAGE;
		snprintf(step->visit.language, sizeof(step->visit.language), "%s",
			language->code);
	}
	return language != NULL;
}

static void reply_bad_fields(struct step *step)
{
	static const char *const lines[] = {
		"Ce qui a été envoyé ne correspond pas à cette page du questionnaire : rien n’en a été gardé.",
		"Rouvrez la page, répondez, puis appuyez sur « Continuer ».", NULL};

	info_kept(step->exchange, 400, "Cet envoi n’est pas valable", lines);
}

/* Fields of ours, not of a question. */
static bool is_ours(struct str name)
{
	static const char *const ours[] = {
		"action", "shown", "vu", "recap", "turn", NULL};

	return str_is_one_of(name, ours);
}

static bool read_fields(struct step *step)
{
	const struct form_pair *pairs;
	struct field *fields;
	size_t count, used = 0;
	struct err err = {0};

	if (!exchange_fields(step->exchange, &pairs, &count, &err))
		return false;
	fields = exchange_alloc(step->exchange, (count + 1) * sizeof(*fields));
	for (size_t i = 0; i < count; i++)
		if (!is_ours(pairs[i].name))
			fields[used++] = (struct field){pairs[i].name, pairs[i].value};
	return answers_read_page(step->form, (size_t)step->page, fields, used,
		step->site->options.now(), step->action == STEP_NEXT, step->draft.answers,
		step->draft.typed, &step->problems, &err);
}

/* ---- POST /q/<n>: where it leads ---- */

/* Where this page leads, given all answers; -1: to the summary. */
static int find_target(struct step *step)
{
	struct routing routing = {0};
	int target = step->page;

	routing_compute(
		&routing, step->form, step->draft.answers, step->site->options.now());
	if (step->action == STEP_BACK) {
		target = routing_previous(&routing, step->page);
		target = target < 0 ? 0 : target;
	} else if (step->action == STEP_NEXT && !has_to_stop(step) && !step->page_grew) {
		target = step->recap ? -1 : routing_next(&routing, step->page);
	}
	routing_release(&routing);
	return target;
}

static void reply_too_long(struct step *step)
{
	const struct form *form = step->form;
	struct problems *problems = &step->problems;
	const char *text = words(exchange_language(step->exchange),
		"Vos textes sont trop longs, tous ensemble, pour être enregistrés : raccourcissez-les un peu.");

	problems->list = x_realloc(
		problems->list, (problems->count + 1) * sizeof(*problems->list));
	problems->list[problems->count++] = (struct problem){
		.question = &form->questions[form->pages[step->page].first],
		.message = x_strdup(text)};
	respond_page(step, 422);
}

static void leave(struct step *step)
{
	SCOPED(free_char)
	char *location = x_printf("/au-revoir%s", info_language_query(step->exchange));

	respond_end_visit(step);
	exchange_redirect(step->exchange, location);
}

/* By an address of its own, so that Back and reload never send an old page again. */
static void go_next(struct step *step)
{
	if (has_to_stop(step))
		respond_go(step, step->page, step->recap ? "?revoir&recap" : "?revoir");
	else if (step->page_grew)
		respond_go(step, step->page, step->recap ? "?suite&recap" : "?suite");
	else
		respond_go(step, step->target, "");
}

static void saved(void *arg, const struct err *err)
{
	struct step *step = arg;

	if (respond_not_saved(step, err))
		return;
	if (step->action == STEP_LEAVE) {
		leave(step);
		return;
	}
	respond_set_cookie(step);
	switch (step->action) {
	case STEP_SAVE:
		exchange_reply(step->exchange, 204, NULL, NULL);
		break;
	case STEP_PAUSE:
		exchange_redirect(step->exchange, "/pause");
		break;
	case STEP_LANGUAGE:
		respond_go(step, step->page, step->recap ? "?recap" : "");
		break;
	case STEP_BACK:
		respond_go(step, step->target, "");
		break;
	case STEP_NEXT:
	case STEP_LEAVE:
		go_next(step);
		break;
	}
}

/* A page that was sent since is newer than what the script had when it set out; and what was erased or moved since does
 * not come back by a script. */
static bool is_late(const struct step *step)
{
	struct str turn = exchange_field(step->exchange, "turn");
	uint64_t number;

	if (step->action != STEP_SAVE)
		return false;
	if (step->visit.kept && !step->found_draft)
		return true;
	return turn.n > 0 &&
		(!str_parse_u64(turn, &number) || number != (uint64_t)step->draft.turn);
}

static void read_page(struct step *step)
{
	if (is_late(step)) {
		exchange_reply_static(
			step->exchange, 412, "text/plain; charset=utf-8", STR("412\n"));
		return;
	}
	if (!read_fields(step)) {
		reply_bad_fields(step);
		return;
	}
	step->page_grew = page_has_grown(step);
	step->target = find_target(step);
	step->draft.page = step->target >= 0 ? step->target : (int)step->form->page_count;
	if (step->action != STEP_SAVE && step->draft.turn < DRAFT_TURN_MAX)
		step->draft.turn++;
	if (!respond_save(step, saved))
		reply_too_long(step);
}

void respond_post_page(void *site, struct exchange *exchange, const struct str *parts)
{
	struct step *step = respond_step(site, exchange);
	const struct form_pair *pairs;
	size_t count;

	if (!respond_is_post_from_here(step))
		return;
	if (!exchange_fields(exchange, &pairs, &count, NULL)) {
		reply_bad_fields(step);
		return;
	}
	if (!open_page(step, parts[0]))
		return;
	step->recap = str_eq_z(exchange_field(exchange, "recap"), "1");
	if (!parse_action(step))
		reply_bad_fields(step);
	else
		respond_load_post(step, read_page);
}

/* ---- all pages together ---- */

bool respond_find_error(struct step *step, int page)
{
	struct routing routing = {0};
	bool found = false;

	routing_compute(
		&routing, step->form, step->draft.answers, step->site->options.now());
	while (!found && page >= 0 && (size_t)page < step->form->page_count) {
		step->page = page;
		problems_release(&step->problems);
		if (routing.page[page])
			review(step);
		found = problems_count(&step->problems, LEVEL_ERROR) > 0;
		page++;
	}
	routing_release(&routing);
	return found;
}
