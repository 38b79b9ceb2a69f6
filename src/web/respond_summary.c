/* SPDX-License-Identifier: Apache-2.0 */
/*
 * respond_summary.c - all answers before they are sent, and sending them.
 *
 *   GET /recapitulatif   load draft → every page with its visible questions; what is missing or wrong first
 *   POST /envoi          load draft → complete? → the urn → 303 /merci ; else 303 /q/<n>?revoir&recap
 *
 * Nothing goes to the urn by another way.
 */

#include "respond_private.h"

/* ---- GET /recapitulatif ---- */

struct summary {
	struct step *step;
	usec_t now;
	struct routing routing;
	json_t *wrong, *doubtful; /* [{"TEXT", "PLACE", "HREF"}] */
	int first_wrong;          /* page, or -1 */
};

static char *fill(const struct summary *s, const char *text)
{
	return answers_fill(
		s->step->form, text ? text : "", s->step->draft.answers, s->now, false);
}

static const char *name_of(const struct question *question)
{
	return question->short_label ? question->short_label : question->title;
}

static char *address_of(int page, const char *query, const char *question)
{
	return x_printf("/q/%d?%s#q-%s", page + 1, query, question);
}

/* What a page would say of itself if it were sent again. */
static void add_problems(struct summary *s, int page)
{
	struct step *step = s->step;
	struct problems problems = {0};

	answers_review_page(step->form, (size_t)page, step->draft.answers,
		step->draft.typed, s->now, &problems);
	for (size_t i = 0; i < problems.count; i++) {
		const struct problem *p = &problems.list[i];
		bool wrong = p->level == LEVEL_ERROR;
		SCOPED(free_char)
		char *href = address_of(page, "revoir&recap", p->question->name);
		SCOPED(free_char) char *place = fill(s, name_of(p->question));

		json_array_append_new(wrong ? s->wrong : s->doubtful,
			json_pack("{s:s, s:s, s:s}", "TEXT", p->message, "PLACE", place,
				"HREF", href));
		if (wrong && s->first_wrong < 0)
			s->first_wrong = page;
	}
	problems_release(&problems);
}

/* One line each, as answer_text gives them. */
static void add_lines(json_t *list, const char *text)
{
	struct str rest = str_of(text), line;

	while (str_cut(&rest, '\n', &line))
		if (line.n > 0)
			json_array_append_new(
				list, json_pack("{s:s%}", "LINE", line.p, line.n));
}

/* The answer, and what was typed and could not be accepted: instead of it, or in other rows of it. */
static json_t *answer_lines(const struct summary *s, const struct question *question)
{
	const struct draft *draft = &s->step->draft;
	const json_t *typed = json_object_get(draft->typed, question->name);
	SCOPED(free_char)
	char *text = answer_text(s->step->form, question, draft->answers, s->now);
	SCOPED(free_char)
	char *refused = typed ? answer_text(s->step->form, question, draft->typed, s->now)
			      : NULL;
	json_t *list = json_array();

	add_lines(list, text);
	if (refused)
		add_lines(list,
			!*refused && json_is_string(typed) ? json_string_value(typed)
							   : refused);
	return list;
}

static json_t *view_answer(
	const struct summary *s, int page, const struct question *question)
{
	SCOPED(free_char) char *title = fill(s, question->title);
	SCOPED(free_char) char *href = address_of(page, "recap", question->name);

	return json_pack("{s:s, s:o, s:s, s:b}", "QUESTION", title, "LINES",
		answer_lines(s, question), "HREF", href, "CHANGE",
		question->type != QUESTION_EXPRESSION);
}

static json_t *view_page(const struct summary *s, size_t index)
{
	const struct page *page = &s->step->form->pages[index];
	SCOPED(free_char) char *title = fill(s, page->title);
	json_t *answers = json_array();

	for (size_t i = page->first; i < page->first + page->count; i++) {
		const struct question *question = &s->step->form->questions[i];

		if (s->routing.question[i] && question->type != QUESTION_HTML)
			json_array_append_new(
				answers, view_answer(s, (int)index, question));
	}
	return json_pack("{s:s, s:o}", "PAGE_TITLE", title, "ANSWERS", answers);
}

static json_t *view_summary(struct summary *s)
{
	const struct form *form = s->step->form;
	json_t *pages = json_array();
	json_t *data;

	for (size_t i = 0; i < form->page_count; i++)
		if (s->routing.page[i]) {
			add_problems(s, (int)i);
			json_array_append_new(pages, view_page(s, i));
		}
	data = json_pack("{s:s, s:o, s:b, s:b}", "AUDIENCE_LABEL", form->audience_label,
		"PAGES", pages, "READY", s->first_wrong < 0, "SHARED",
		s->step->visit.shared);
	if (s->first_wrong >= 0) {
		SCOPED(free_char)
		char *href = x_printf("/q/%d?revoir&recap", s->first_wrong + 1);

		json_object_set_new(data, "WRONG",
			json_pack("{s:O, s:s}", "WRONG_ITEMS", s->wrong, "FIRST", href));
	}
	if (json_array_size(s->doubtful) > 0)
		json_object_set_new(data, "DOUBTFUL",
			json_pack("{s:O}", "DOUBTFUL_ITEMS", s->doubtful));
	return data;
}

static void show_summary(void *arg, const struct draft_view *view, const struct err *err)
{
	struct step *step = arg;
	struct summary s = {
		.step = step, .now = step->site->options.now(), .first_wrong = -1};

	if (!respond_open_draft(step, view, err))
		return;
	s.wrong = json_array();
	s.doubtful = json_array();
	routing_compute(&s.routing, step->form, step->draft.answers, s.now);
	respond_set_cookie(step);
	info_page(step->exchange, 200, "Récapitulatif de vos réponses", "summary.html",
		view_summary(&s));
	routing_release(&s.routing);
	json_decref(s.wrong);
	json_decref(s.doubtful);
}

void respond_get_summary(void *site, struct exchange *exchange, const struct str *parts)
{
	struct step *step = respond_step(site, exchange);

	(void)parts;
	if (respond_open_visit(step))
		respond_load(step, show_summary);
}

/* ---- POST /envoi ---- */

void respond_sent(struct step *step)
{
	step->visit.state = VISIT_DONE;
	secret_wipe(&step->visit.token, sizeof(step->visit.token));
	secret_wipe(&step->visit.code, sizeof(step->visit.code));
	respond_set_cookie(step);
	exchange_redirect(step->exchange, "/merci");
}

static void submitted(void *arg, enum submit_outcome outcome, const struct err *err)
{
	struct step *step = arg;

	step->ticket = 0;
	if (respond_is_down(err))
		respond_unavailable(step);
	else if (outcome == SUBMIT_CLOSED)
		respond_closed(step);
	else if (outcome == SUBMIT_ALREADY)
		respond_already(step);
	else
		respond_sent(step);
}

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

	/* The draft stands beside such a box already: it fits. */
	if (!respond_seal_answers(step, &box)) {
		respond_unavailable(step);
		return;
	}
	submission.box = buf_str(&box);
	exchange_keep_call(step->exchange, NULL); /* a submission is never cancelled */
	step->ticket = submitter_put(step->site->submitter, &submission, submitted, step);
}

static void send_loaded(struct step *step)
{
	if (respond_find_error(step, 0))
		respond_go(step, step->page, "?revoir&recap");
	else
		submit(step);
}

void respond_post_send(void *site, struct exchange *exchange, const struct str *parts)
{
	struct step *step = respond_step(site, exchange);

	(void)parts;
	if (respond_is_post_from_here(step) && respond_open_visit(step))
		respond_load_post(step, send_loaded);
}
