/* SPDX-License-Identifier: Apache-2.0 */
/* respond_private.h - what the files of the public site share. */
#ifndef BAROMETRE_WEB_RESPOND_PRIVATE_H
#define BAROMETRE_WEB_RESPOND_PRIVATE_H

#include "barometre/form/answer.h"
#include "barometre/privacy/resume.h"
#include "barometre/web/site.h"
#include "barometre/web/sites.h"

#define VISIT_SPAN (2 * USEC_PER_HOUR)
#define VISIT_SPAN_SHARED (20 * USEC_PER_MIN) /* on a device that others use */

struct stretch;
struct public_limit;

struct public_site {
	struct loop *loop;
	struct db_pool *pool;
	struct submitter *submitter;
	struct stretch *stretch; /* respond_stretch.c */
	struct public_limit *limit;
	const struct editions *editions;
	const struct edition_web_keys *keys;
	size_t key_count;
	struct public_site_options options;
};

/* What the button of a page asks for. */
enum step_action {
	STEP_NEXT,
	STEP_BACK,
	STEP_SAVE,  /* by script: 204 */
	STEP_PAUSE, /* save, then /pause */
	STEP_LEAVE, /* save, then forget the visit on this device ("Quitter ce poste") */
	STEP_LANGUAGE, /* save, then the same page in another language */
};

/* One visit to a page: everything an asynchronous step needs; lives in the exchange. */
struct step {
	struct public_site *site;
	struct exchange *exchange;
	const struct edition *edition;
	const struct edition_audience *audience;
	const struct form *
		form; /* the questionnaire in the language of the visit: for texts and routing */
	const struct edition_web_keys *keys;
	struct visit visit;
	struct token token;
	struct hash32 mac, locator;
	struct draft draft;
	struct problems problems;
	int page;         /* 0-based, the page asked for */
	int target;       /* where the answer leads; -1: to the end */
	bool found_draft; /* there was something to resume, and it opened */
	bool sealed;      /* there is a draft that does not open without its code */
	bool coded;       /* it opened with the code that was typed */
	bool expired;     /* the page was sent after the end of its visit */
	bool already;     /* the invitation was spent */
	bool page_grew;   /* an answer made another question of this page visible */
	bool recap; /* the page was opened from the summary: "next" leads back to it (field recap=1) */
	enum step_action action;
	uint64_t ticket;
	struct key code;        /* C of the code that was typed or drawn (resume.h) */
	struct draft_mark mark; /* of the draft that was read, when has_mark */
	bool has_mark;
	int tries;                     /* to save over a draft that others write too */
	void (*go_on)(struct step *);  /* after respond_load_post, respond_stretch_put */
	void (*found)(struct step *);  /* after respond_search_token */
	struct stretch_job *stretched; /* being computed */
	size_t next;                   /* edition to look at, of site->keys */
};

/* public_site.c */
struct step *respond_step(struct public_site *, struct exchange *);
void respond_unavailable(struct step *);
void respond_closed(struct step *);
void respond_already(struct step *);
void respond_unknown_link(struct exchange *);
/* A token that no edition knows: it may be mistyped, or have led to the draft of an open link; nothing is left that says
 * which. Counted: after too many the next wait. */
void respond_unknown_token(struct step *);
void respond_no_visit(struct exchange *, int status);
/* Logs and returns true when there is an error. */
bool respond_is_down(const struct err *);
const struct edition_web_keys *site_keys(const struct public_site *, const char *edition);
struct str respond_cookie(const struct public_site *, const struct exchange *);

/* respond_visit.c: the cookie, the draft, and how both are kept. */
bool respond_is_open(const struct step *);
/* Cookie → visit → keys, edition, form, token. Replies and returns false when it cannot go on. */
bool respond_open_visit(struct step *);
/* Renewed from now on; not for a page that came after the end of a visit on a shared device. */
void respond_set_cookie(struct step *);
void respond_end_visit(struct step *); /* nothing of it stays on this device */
void respond_use_token(struct step *);
/* Edition, audience and form, in the language of the exchange; false when there are none. */
bool respond_use_audience(struct step *, const struct edition *, struct str audience);
/* A fresh visit of step's edition, audience, token, code (when it opened the draft) and language, with the cookie. */
void respond_begin_visit(struct step *, bool invited, struct str channel);
void respond_load(struct step *, draft_done_fn *);
/* The draft, opened, or an empty one, into step. False: replied (down, done, or sealed with a code that the visit does not
 * have). */
bool respond_open_draft(struct step *, const struct draft_view *, const struct err *);
/* The same without replies but for a failure: step->found_draft, step->sealed say what was found. */
bool respond_try_draft(struct step *, const struct draft_view *, const struct err *);
/* For a POST: loads, then step->go_on; a visit that was sent already is led to its thanks. */
void respond_load_post(struct step *, void (*go_on)(struct step *));
/* Writes the draft under step->locator, over the one that was read. False: its texts are too long, nothing replied. */
bool respond_save(struct step *, saved_done_fn *) MUST_USE;
/* Replies, or begins again with step->go_on, and returns true when it was not saved. */
bool respond_not_saved(struct step *, const struct err *);
bool respond_seal_answers(struct step *, struct buf *box) MUST_USE;
/* To page `page` (0-based), or to the summary when there is no such page. `query`: "", "?revoir"… */
void respond_go(struct step *, int page, const char *query);
bool respond_query_has(const struct step *, const char *word);
bool respond_is_post_from_here(struct step *); /* else replied */

/* respond_stretch.c: Argon2id off the loop, two at once. Calls step->go_on with step->code made from the code and the
 * edition of step->keys; replies 503 when too many wait. */
void respond_stretch_put(
	struct step *, const struct resume_code *, void (*go_on)(struct step *));
struct stretch *stretch_new(struct loop *);
void stretch_free(struct stretch *);

/* respond_start.c */
/* Finds the edition of step->token, by invitation or by draft of an open link; else replies. `step->visit.invited` says which. */
void respond_search_token(struct step *, void (*found)(struct step *));
void respond_get_personal(void *site, struct exchange *, const struct str *parts);
void respond_get_open(void *site, struct exchange *, const struct str *parts);
void respond_get_open_channel(void *site, struct exchange *, const struct str *parts);
void respond_post_start(void *site, struct exchange *, const struct str *parts);

/* respond.c */
void respond_get_page(void *site, struct exchange *, const struct str *parts);
void respond_post_page(void *site, struct exchange *, const struct str *parts);
/* What is wrong on the first page, from `page` on, that has an error: into step->page and step->problems. */
bool respond_find_error(struct step *, int page);

/* respond_summary.c */
void respond_get_summary(void *site, struct exchange *, const struct str *parts);
void respond_post_send(void *site, struct exchange *, const struct str *parts);
void respond_sent(struct step *); /* → /merci */

/* respond_pause.c */
void respond_get_pause(void *site, struct exchange *, const struct str *parts);
void respond_post_pause(void *site, struct exchange *, const struct str *parts);
void respond_get_goodbye(void *site, struct exchange *, const struct str *parts);

/* respond_resume.c */
void respond_get_resume(void *site, struct exchange *, const struct str *parts);
void respond_post_resume(void *site, struct exchange *, const struct str *parts);
/* The page that asks for the code; `error` NULL for none. With step->token when there is one. */
void respond_ask_code(struct step *, int status, const char *error);

/* respond_after.c */
void respond_get_thanks(void *site, struct exchange *, const struct str *parts);
void respond_get_stop(void *site, struct exchange *, const struct str *parts);
void respond_post_stop(void *site, struct exchange *, const struct str *parts);
void respond_get_withdraw(void *site, struct exchange *, const struct str *parts);
void respond_post_withdraw(void *site, struct exchange *, const struct str *parts);

/* respond_page.c: the page of questions with what is answered, typed and wrong. */
void respond_page(struct step *, int status);

/* respond_places.c: GET /communes?q=… for the script. */
void respond_get_places(void *site, struct exchange *, const struct str *parts);

/* respond_info.c: pages without a questionnaire, and the layout of all. French texts come out in the language of the
 * exchange (words.h). */
void info_home(void *site, struct exchange *, const struct str *parts);
/* A page with a heading and paragraphs (NULL-terminated). */
void info_message(struct exchange *, int status, const char *heading,
	const char *const *paragraphs);
/* The same, with the texts that were posted, so that their author can copy them. */
void info_kept(struct exchange *, int status, const char *heading,
	const char *const *paragraphs);
/* The same, with a button that sends the posted fields again: nothing is lost. */
void info_retry(struct exchange *, int status, const char *heading,
	const char *const *paragraphs);
void info_error(void *site, struct exchange *, int status, const char *title,
	const char *message);
/* Wraps a content object into the layout. Takes `content`, and gives it LANG_QUERY: what internal links end with, ""
 * or "?lang=en". A page of questions ("question….html") gets the scripts, and its languages as buttons of its form. */
void info_page(struct exchange *, int status, const char *title,
	const char *content_template, json_t *content);
/* "" or "?lang=en": what keeps the language along a link; lent until the reply. */
const char *info_language_query(struct exchange *);
/* [{"P": translated line}, …] */
json_t *info_paragraphs(const struct exchange *, const char *const *lines);
/* The line at `text` in the language of the exchange, as one more paragraph. */
void info_add_paragraph(const struct exchange *, json_t *paragraphs, const char *text);
/* The day the edition is open until, both included. Fresh. */
char *info_last_day(const struct exchange *, const struct edition *);
const struct edition *info_open_edition(const struct public_site *);

/* respond_notice.c: what is done with the answers, from the edition's real settings. */
void info_privacy(void *site, struct exchange *, const struct str *parts);
json_t *info_notice(const struct exchange *, const struct edition *);
/* Until when what tells of people is kept: paragraphs. */
json_t *info_retention(const struct exchange *, const struct edition *);

/* respond_lexicon.c */
void info_lexicon(void *site, struct exchange *, const struct str *parts);

/* respond_access.c: the declaration of accessibility, worked out from rgaa.tsv. */
void info_accessibility(void *site, struct exchange *, const struct str *parts);
/* "Accessibilité : partiellement conforme", in French. */
const char *info_accessibility_state(void);

/* respond_typed.c: the posted fields as people wrote them: [{"LABEL": title, "TEXT": answer}, …]. */
json_t *info_typed(const struct exchange *, const struct form_pair *, size_t count);
#endif
