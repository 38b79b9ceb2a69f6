/* SPDX-License-Identifier: Apache-2.0 */
/* respond_private.h - what the files of the public site share. */
#ifndef BAROMETRE_WEB_RESPOND_PRIVATE_H
#define BAROMETRE_WEB_RESPOND_PRIVATE_H

#include "barometre/form/answer.h"
#include "barometre/web/site.h"
#include "barometre/web/sites.h"

#define VISIT_SPAN (2 * USEC_PER_HOUR)

struct public_site {
	struct loop *loop;
	struct db_pool *pool;
	struct submitter *submitter;
	const struct editions *editions;
	const struct edition_web_keys *keys;
	size_t key_count;
	struct public_site_options options;
};

/* One visit to a page: everything an asynchronous step needs; lives in the exchange. */
struct step {
	struct public_site *site;
	struct exchange *exchange;
	const struct edition *edition;
	const struct edition_audience *audience;
	const struct edition_web_keys *keys;
	struct visit visit;
	struct token token;
	struct hash32 mac, locator;
	struct draft draft;
	struct problems problems;
	int page;         /* 0-based, the page asked for */
	int target;       /* where the answer leads; -1: to the end */
	bool found_draft; /* there was something to resume */
	bool already;     /* the invitation was spent */
	bool page_grew;   /* an answer made another question of this page visible */
	enum {
		STEP_NEXT,
		STEP_BACK,
		STEP_SEND
	} action;
	uint64_t ticket;
};

/* public_site.c */
struct step *respond_step(struct public_site *, struct exchange *);
void respond_unavailable(struct step *);
void respond_closed(struct step *);
void respond_already(struct step *);
void respond_unknown_link(struct exchange *);
void respond_no_visit(struct exchange *, int status);
/* Logs and returns true when there is an error. */
bool respond_is_down(const struct err *);
const struct edition_web_keys *site_keys(const struct public_site *, const char *edition);
void respond_set_cookie(struct step *);
struct str respond_cookie(const struct public_site *, const struct exchange *);

/* respond_start.c */
bool respond_is_open(const struct step *);
void respond_use_token(struct step *);
void respond_go(struct step *, int page, const char *query);
void respond_get_personal(void *site, struct exchange *, const struct str *parts);
void respond_get_open(void *site, struct exchange *, const struct str *parts);
void respond_get_open_channel(void *site, struct exchange *, const struct str *parts);
void respond_post_start(void *site, struct exchange *, const struct str *parts);

/* respond.c */
void respond_get_page(void *site, struct exchange *, const struct str *parts);
void respond_post_page(void *site, struct exchange *, const struct str *parts);

/* respond_after.c */
void respond_get_thanks(void *site, struct exchange *, const struct str *parts);
void respond_get_stop(void *site, struct exchange *, const struct str *parts);
void respond_post_stop(void *site, struct exchange *, const struct str *parts);
void respond_get_withdraw(void *site, struct exchange *, const struct str *parts);
void respond_post_withdraw(void *site, struct exchange *, const struct str *parts);

/* respond_page.c: the page of questions with what is answered, typed and wrong. */
void respond_page(struct step *, int status);

/* respond_info.c: pages without a questionnaire. */
void info_home(void *site, struct exchange *, const struct str *parts);
void info_privacy(void *site, struct exchange *, const struct str *parts);
void info_accessibility(void *site, struct exchange *, const struct str *parts);
void info_lexicon(void *site, struct exchange *, const struct str *parts);
void info_start(struct step *, bool open_link);
void info_thanks(struct public_site *, struct exchange *, const struct visit *);
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
json_t *info_notice(const struct edition *);
/* Wraps a content object into the layout. Takes `content`. */
void info_page(struct exchange *, int status, const char *title,
	const char *content_template, json_t *content);
#endif
