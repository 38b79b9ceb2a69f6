/* SPDX-License-Identifier: Apache-2.0 */
/*
 * respond.c - the pages of a questionnaire: draft → page; page → read, check, save → next page, or the urn.
 *
 *   GET /q/<n>     load draft → page
 *   POST /q/<n>    load draft → read, check → save → 303 ; after the last page: → urn → 303 /merci
 *   GET /q/<n>?revoir   the same page with what is wrong or missing, 422
 */
#include "barometre/base/log.h"
#include "respond_private.h"

/* ---- /q/<n>: what GET and POST share ---- */

/* Cookie → visit → keys, edition, form, page. Replies and returns false when it cannot go on. */
static bool open_visit(struct step *step, struct str number)
{
	struct public_site *site = step->site;
	struct str cookie = respond_cookie(site, step->exchange);
	uint64_t page;

	for (size_t i = 0; i < site->key_count && !step->keys; i++)
		if (cookie.p &&
			visit_open(&step->visit, &site->keys[i].cookies, cookie, NULL) &&
			strcmp(step->visit.edition, site->keys[i].edition) == 0)
			step->keys = &site->keys[i];
	if (!step->keys) {
		respond_no_visit(step->exchange, 403);
		return false;
	}
	step->edition = editions_find(site->editions, str_of(step->visit.edition));
	step->audience = step->edition
		? edition_audience_find(step->edition, str_of(step->visit.audience))
		: NULL;
	if (!respond_is_open(step) || !step->audience) {
		respond_closed(step);
		return false;
	}
	if (step->visit.state == VISIT_DONE) {
		exchange_redirect(step->exchange, "/merci");
		return false;
	}
	/* What is posted from an expired page is still kept: its owner had it on the screen. */
	if (step->visit.expires < site->options.now() &&
		exchange_request(step->exchange)->method != HTTP_METHOD_POST) {
		respond_no_visit(step->exchange, 403);
		return false;
	}
	if (!str_parse_u64(number, &page) || page == 0 ||
		page > step->audience->form->page_count) {
		info_error(site, step->exchange, 404, "Page introuvable",
			"Ce questionnaire n’a pas de page à cette adresse. Rouvrez votre lien pour le reprendre.");
		return false;
	}
	step->page = (int)page - 1;
	step->token = step->visit.token;
	respond_use_token(step);
	return true;
}

/* The draft, or an empty one. False: replied. */
static bool open_draft(
	struct step *step, const struct draft_view *view, const struct err *err)
{
	struct key key;
	struct err why = {0};

	if (respond_is_down(err)) {
		respond_unavailable(step);
		return false;
	}
	must(view);
	if (view->invitation_done) {
		respond_already(step);
		return false;
	}
	if (view->found) {
		key = token_draft_key(&step->keys->drafts, &step->token);
		step->found_draft = draft_open(&step->draft, &key, view->box, &why);
		secret_wipe(&key, sizeof(key));
		if (!step->found_draft)
			log_warning("respond.draft_unreadable", F_ERR(&why));
	}
	if (!step->draft.answers)
		step->draft.answers = json_object();
	if (!step->draft.typed)
		step->draft.typed = json_object();
	return true;
}

static void load_draft(struct step *step, draft_done_fn *done)
{
	exchange_keep_call(step->exchange,
		draft_load(step->site->pool, &step->locator,
			step->visit.invited ? &step->mac : NULL, done, step));
}

/* ---- GET /q/<n> ---- */

static void add_problem(
	struct problems *problems, const struct question *question, const char *message)
{
	problems->list = x_realloc(
		problems->list, (problems->count + 1) * sizeof(*problems->list));
	problems->list[problems->count++] = (struct problem){
		.question = question, .message = x_strdup(message)};
}

static void show_page(void *arg, const struct draft_view *view, const struct err *err)
{
	struct step *step = arg;
	const struct form *form = step->audience->form;
	struct str query = exchange_request(step->exchange)->query;
	struct routing routing = {0};
	int page;

	if (!open_draft(step, view, err))
		return;
	routing_compute(&routing, form, step->draft.answers, step->site->options.now());
	if (!routing.page[step->page]) {
		page = routing_next(&routing, step->page);
		respond_go(step,
			page >= 0 ? page : routing_previous(&routing, step->page), "");
	} else {
		if (str_eq_z(query, "revoir"))
			answers_review_page(form, (size_t)step->page, step->draft.answers,
				step->draft.typed, step->site->options.now(),
				&step->problems);
		step->page_grew = str_eq_z(query, "suite");
		respond_set_cookie(step);
		respond_page(step, step->problems.count > 0 ? 422 : 200);
	}
	routing_release(&routing);
}

void respond_get_page(void *site, struct exchange *exchange, const struct str *parts)
{
	struct step *step = respond_step(site, exchange);

	if (open_visit(step, parts[0]))
		load_draft(step, show_page);
}

/* ---- POST /q/<n> ---- */

static void read_page(struct step *);
static int find_target(struct step *);
static int first_missing(const struct step *);
static void save_and_go(struct step *);
static void submit(struct step *);
static void submitted(void *arg, enum submit_outcome, const struct err *err);

/* Was the question on the page that was sent? The page says so itself, so that a second click or another tab cannot
 * answer for what was not there. Without the field: yes. */
static bool was_shown(const struct step *step, const struct question *question)
{
	struct str shown = exchange_field(step->exchange, "shown"), name;

	if (!shown.p)
		return true;
	while (str_cut(&shown, ' ', &name))
		if (str_eq_z(name, question->name))
			return true;
	return false;
}

/* Does this page now have a question that was not on it? Problems of such questions are not the person's doing. */
static bool page_has_grown(struct step *step)
{
	const struct form *form = step->audience->form;
	const struct page *page = &form->pages[step->page];
	struct routing routing = {0};
	bool grew = false;
	size_t kept = 0;

	routing_compute(&routing, form, step->draft.answers, step->site->options.now());
	for (size_t i = page->first; i < page->first + page->count; i++)
		grew = grew ||
			(routing.question[i] &&
				form->questions[i].type != QUESTION_HTML &&
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

static bool parse_action(struct step *step)
{
	struct str action = exchange_field(step->exchange, "action");

	if (!action.p ||
		str_eq_z(action,
			"next")) /* Enter in a field sends no button in some browsers */
		step->action = STEP_NEXT;
	else if (str_eq_z(action, "back"))
		step->action = STEP_BACK;
	else if (str_eq_z(action, "send"))
		step->action = STEP_SEND;
	else
		return false;
	return true;
}

static void reply_bad_fields(struct step *step)
{
	static const char *const lines[] = {
		"Ce qui a été envoyé ne correspond pas à cette page du questionnaire : rien n’en a été gardé.",
		"Rouvrez la page, répondez, puis appuyez sur « Continuer ».", NULL};

	info_kept(step->exchange, 400, "Cet envoi n’est pas valable", lines);
}

static bool read_fields(struct step *step)
{
	const struct form_pair *pairs;
	struct field *fields;
	size_t count, used = 0;
	struct err err = {0};
	usec_t now = step->site->options.now();

	if (!exchange_fields(step->exchange, &pairs, &count, &err) || !parse_action(step))
		return false;
	fields = exchange_alloc(step->exchange, (count + 1) * sizeof(*fields));
	for (size_t i = 0; i < count; i++)
		if (!str_eq_z(pairs[i].name, "action") &&
			!str_eq_z(pairs[i].name, "shown"))
			fields[used++] = (struct field){pairs[i].name, pairs[i].value};
	return answers_read_page(step->audience->form, (size_t)step->page, fields, used,
		now, step->action != STEP_BACK, step->draft.answers, step->draft.typed,
		&step->problems, &err);
}

static void read_page(struct step *step)
{
	if (!read_fields(step)) {
		reply_bad_fields(step);
		return;
	}
	step->page_grew = page_has_grown(step);
	step->target = find_target(step);
	if (step->target < 0 && first_missing(step) < 0)
		submit(step);
	else
		save_and_go(step);
}

/* A second click on "Envoyer" finds the draft gone: is it because this very visit's box is in the urn already? */
static void receipt_known(void *arg, bool found, const struct err *err)
{
	struct step *step = arg;

	if (respond_is_down(err))
		respond_unavailable(step);
	else if (found)
		submitted(step, SUBMIT_STORED, NULL);
	else if (step->already)
		respond_already(step);
	else
		read_page(step);
}

static void post_loaded(void *arg, const struct draft_view *view, const struct err *err)
{
	struct step *step = arg;

	must(err || view);
	step->already = !err && view->invitation_done;
	if (!err && (step->already || !view->found)) {
		step->draft.answers = json_object();
		step->draft.typed = json_object();
		exchange_keep_call(step->exchange,
			receipt_check(step->site->pool, &step->visit.slot, receipt_known,
				step));
	} else if (open_draft(step, view, err)) {
		read_page(step);
	}
}

/* Where this page leads, given all answers. */
static int find_target(struct step *step)
{
	struct routing routing = {0};
	int target;

	routing_compute(&routing, step->audience->form, step->draft.answers,
		step->site->options.now());
	if (step->action == STEP_BACK)
		target = routing_previous(&routing, step->page);
	else if (step->problems.count > 0 || step->page_grew)
		target = step->page;
	else
		target = routing_next(&routing, step->page);
	routing_release(&routing);
	return step->action == STEP_BACK && target < 0 ? 0 : target;
}

static void saved(void *arg, const struct err *err);

static void reply_too_long(struct step *step)
{
	const struct form *form = step->audience->form;

	add_problem(&step->problems, &form->questions[form->pages[step->page].first],
		"Vos textes sont trop longs, tous ensemble, pour être enregistrés : raccourcissez-les un peu.");
	respond_page(step, 422);
}

/* The box for the urn; false: replied, the texts are too long. */
static bool seal_answers(struct step *step, struct buf *box)
{
	const struct form *form = step->audience->form;
	struct id16 instance = token_instance(&step->keys->drafts, &step->token);
	json_t *contact = NULL;
	json_t *answers = answers_submission(
		form, step->draft.answers, step->site->options.now(), &contact);
	struct err err = {0};
	bool sealed = answer_box_seal(box, &step->edition->count_key,
		&step->edition->trustee_key, &instance, form->hash, answers, contact,
		form->box_bytes, &err);

	json_decref(answers);
	json_decref(contact);
	if (!sealed)
		reply_too_long(step);
	return sealed;
}

static void save_and_go(struct step *step)
{
	SCOPED(buf_wipe) struct buf resume = BUF_LIMIT(1 << 18);
	SCOPED(buf_wipe) struct buf box = BUF_LIMIT(1 << 18);
	struct key key = token_draft_key(&step->keys->drafts, &step->token);
	struct err err = {0};
	bool sealed;

	step->draft.page = step->target >= 0 ? step->target : step->page;
	sealed = draft_seal(
		&resume, &key, &step->draft, step->audience->form->box_bytes, &err);
	secret_wipe(&key, sizeof(key));
	if (!sealed)
		reply_too_long(step);
	else if (seal_answers(step, &box))
		exchange_keep_call(step->exchange,
			draft_save(step->site->pool, step->edition->code,
				step->audience->audience, &step->locator,
				buf_str(&resume), buf_str(&box), saved, step));
}

static int first_missing(const struct step *step)
{
	return answers_first_missing(
		step->audience->form, step->draft.answers, step->site->options.now());
}

static void saved(void *arg, const struct err *err)
{
	struct step *step = arg;

	if (err && err->code == ERR_CONFLICT) {
		respond_closed(step);
		return;
	}
	if (respond_is_down(err)) {
		respond_unavailable(step);
		return;
	}
	respond_set_cookie(step);
	if (step->action != STEP_BACK && step->problems.count > 0) {
		/* By an address of its own, so that Back and reload never send an old page again. */
		respond_go(step, step->page, "?revoir");
	} else if (step->action != STEP_BACK && step->page_grew) {
		respond_go(step, step->page, "?suite");
	} else if (step->target >= 0) {
		respond_go(step, step->target, "");
	} else {
		respond_go(step, first_missing(step), "?revoir");
	}
}

static void submitted(void *arg, enum submit_outcome outcome, const struct err *err)
{
	struct step *step = arg;

	step->ticket = 0;
	if (respond_is_down(err)) {
		respond_unavailable(step);
	} else if (outcome == SUBMIT_CLOSED) {
		respond_closed(step);
	} else if (outcome == SUBMIT_ALREADY) {
		respond_already(step);
	} else {
		step->visit.state = VISIT_DONE;
		secret_wipe(&step->visit.token, sizeof(step->visit.token));
		respond_set_cookie(step);
		exchange_redirect(step->exchange, "/merci");
	}
}

/* No draft is saved on the way: should the urn be out of reach, the reply holds this page and the draft the others. */
static void submit(struct step *step)
{
	SCOPED(buf_wipe) struct buf box = BUF_LIMIT(1 << 18);
	struct submission submission = {
		.edition = step->edition->code,
		.audience = step->audience->audience,
		.channel = step->visit.channel,
		.invited = step->visit.invited,
		.mac = step->mac,
		.locator = step->locator,
		.slot = step->visit.slot,
	};

	if (!seal_answers(step, &box))
		return;
	submission.box = buf_str(&box);
	exchange_keep_call(step->exchange, NULL); /* a submission is never cancelled */
	step->ticket = submitter_put(step->site->submitter, &submission, submitted, step);
}

void respond_post_page(void *arg, struct exchange *exchange, const struct str *parts)
{
	struct public_site *site = arg;
	struct step *step = respond_step(site, exchange);
	const struct form_pair *pairs;
	size_t count;

	if (!exchange_is_same_origin(exchange, site->options.public_url)) {
		respond_no_visit(exchange, 403);
	} else if (!exchange_fields(exchange, &pairs, &count, NULL)) {
		reply_bad_fields(step);
	} else if (open_visit(step, parts[0])) {
		load_draft(step, post_loaded);
	}
}
