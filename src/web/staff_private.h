/* SPDX-License-Identifier: Apache-2.0 */
/* staff_private.h - what the files of the staff site share. */
#ifndef BAROMETRE_WEB_STAFF_PRIVATE_H
#define BAROMETRE_WEB_STAFF_PRIVATE_H

#include "barometre/web/site.h"
#include "barometre/web/sites.h"

#define STAFF_SESSION_SPAN (8 * USEC_PER_HOUR)
#define STAFF_CALL_DEADLINE (10 * USEC_PER_SEC)
#define STAFF_COOKIE_BYTES 32
#define NNBSP "\u202f" /* before ; : ! ? % and inside « », between thousands */

/* In the order of what they may do: each may do what those before it may. */
enum staff_role {
	STAFF_CODER,
	STAFF_ANALYST,
	STAFF_ADMIN
};

/* staff_limit.c: attempts to log in that have not succeeded, by login, in memory only. The login typed is kept as a
 * keyed hash: people type passwords into that field. */
#define LIMIT_ATTEMPTS 10
#define LIMIT_SPAN (15 * USEC_PER_MIN)
struct login_limit;
struct login_limit *login_limit_new(void);
void login_limit_free(struct login_limit *);
/* How long until another attempt is welcome; 0 when one is now. */
usec_t login_limit_wait(const struct login_limit *, struct str login, usec_t now);
void login_limit_note(struct login_limit *, struct str login, usec_t now);
void login_limit_clear(struct login_limit *, struct str login);

struct verify_job;
struct coding_job;
struct staff_site {
	struct loop *loop;
	struct db_pool *pool;
	struct staff_site_options options;
	struct login_limit *limit;
	struct api_memory *api;
	char nobody_hash
		[128]; /* of a password nobody knows: what an unknown login is checked against */
	struct verify_job *jobs; /* passwords being checked, or waiting for it */
	int running, waiting;
	struct coding_job
		*codings; /* files being compressed: the first, or waiting for it */
};

/* One row of staff/editions, as much as pages need. */
struct staff_edition {
	char code[33], title[256], zone[65], state[16];
	char window[400]; /* of its mail: {"window": …} */
	int64_t min_base;
	usec_t opens, closes;
	bool has_release;
	bool custodians; /* the counting key is not on the server */
};

/* One request: everything an asynchronous step needs; lives in the exchange. */
struct staff_step;
typedef void staff_fn(struct staff_step *);
struct staff_step {
	struct staff_site *site;
	struct exchange *exchange;
	const struct str *parts;
	enum staff_role least;
	staff_fn *next, *then; /* then: after `next`, of a chain of two */
	/* Who asks */
	char login[65];
	enum staff_role role;
	char csrf[48];
	struct hash32 session;
	/* What about: staff_choose */
	struct staff_edition edition;
	json_t *selector;
	/* What is being gathered for the page */
	json_t *content;
	json_t *labels;         /* audience → what people read */
	struct verify_job *job; /* the check of its password, while it runs */
	void *own;              /* of the page, from exchange_alloc */
};

/* ---- staff_site.c: sessions, pages ---- */
struct staff_step *staff_step(
	struct staff_site *, struct exchange *, const struct str *parts);
/* Finds the session, checks the role and, for POST, the origin and the token of the form; then `next`. Otherwise replies. */
void staff_enter(void *site, struct exchange *, const struct str *parts,
	enum staff_role least, staff_fn *next);
/* One statement; `done` gets the step. Consumes the parameters. */
void staff_ask(
	struct staff_step *, const struct sql *, struct db_params *, db_done_fn *done);
/* True when there is an error: logged, and the page that says so is sent. */
bool staff_is_down(struct staff_step *, const struct err *);
/* A page inside the layout; takes `content`. `here`: the entry of the navigation that is shown as current, or NULL. */
void staff_page(struct staff_step *, int status, const char *title, const char *here,
	const char *content_template, json_t *content);
void staff_message(struct staff_step *, int status, const char *here, const char *heading,
	const char *text, const char *href, const char *link);
/* The same without an account: errors of the dispatcher, too. */
void staff_error(void *site, struct exchange *, int status, const char *title,
	const char *message);
void staff_guest_page(struct staff_site *, struct exchange *, int status,
	const char *title, const char *content_template, json_t *content);
const char *staff_cookie_name(const struct staff_site *);
struct hash32 staff_cookie_hash(struct str cookie);
enum staff_role staff_role_parse(struct str);
/* A decoded value of the query string, or p NULL. */
struct str staff_query(struct exchange *, const char *name);
/* The value of a field that was sent, or "". */
struct str staff_field(const struct staff_step *, const char *name);
void staff_journal(struct staff_step *, const char *login, const char *action,
	const char *detail, db_done_fn *done);

/* ---- staff_choose.c: which edition a page is about ---- */
/* ?edition=CODE, else the newest open one, else the newest. `action` is the path the selector leads to. */
void staff_choose(struct staff_step *, const char *action, staff_fn *next);
void staff_edition_from_row(struct staff_edition *, const struct db_rows *, size_t row);
/* Fills step->labels, then `next`. */
void staff_load_labels(struct staff_step *, staff_fn *next);
const char *staff_label(const struct staff_step *, struct str audience);

/* ---- staff_format.c: figures and words as people read them ---- */
/* A text of a page; NULL shows nothing. */
void staff_set(json_t *content, const char *name, const char *text);
void staff_number(char out[40], int64_t);
json_t *staff_json_number(int64_t);
/* "2026-11-22" as people write it; else "". Fresh. */
char *staff_day(const char *iso);
json_t *staff_json_day(const char *iso);
json_t *staff_json_percent(int64_t part, int64_t whole); /* "19 %", "> 99 %", or "–" */
json_t *staff_json_time(usec_t, const char *zone);
/* "1 réponse", "2 réponses". */
char *staff_plural(int64_t n, const char *one, const char *many);
const char *staff_kind_label(struct str kind);
const char *staff_edition_state(struct str);
const char *staff_mailing_state(struct str);
const char *staff_task_label(struct str kind);
int64_t staff_days_between(
	usec_t from, usec_t to, const char *zone); /* midnights of the zone */
/* "22 nov." */
char *staff_short_day(int64_t day_number);

/* ---- staff_chart.c: answers by day as bars ---- */
struct chart;
struct chart *chart_new(void);
void chart_free(struct chart *);
void chart_add(struct chart *, int64_t day_number, bool open_link, int64_t n);
void chart_mark(
	struct chart *, int64_t day_number, const char *label); /* borrowed for ever */
/* Data of staff_chart.html, from one day to another at least. */
json_t *chart_data(const struct chart *, int64_t first_day, int64_t last_day);

/* ---- staff_attention.c: what needs a person ---- */
void attention_edition(json_t *list, const struct staff_edition *, usec_t now);
void attention_mailings(
	json_t *list, const struct staff_edition *, const struct db_rows *, usec_t now);
/* All mail is held: a row of staff/mail_state. */
void attention_gate(json_t *list, const struct staff_edition *, const struct db_rows *);
/* Too many addresses are wrong: rows of staff/bounce_reasons, and how many contacts there are. */
void attention_bounces(json_t *list, const struct staff_edition *, const struct db_rows *,
	int64_t contacts);
void attention_tasks(
	json_t *list, const struct staff_edition *, const struct db_rows *, usec_t now);
/* Rows of staff/releases. What an administrator has to do goes to the list; how it is with the tables is returned for the page
 * (TEXT, LINK, LINK_HREF), or false. Coders see no tables. */
json_t *attention_release(json_t *list, const struct staff_edition *, enum staff_role,
	const struct db_rows *);
void attention_record(json_t *list, const struct staff_edition *, const json_t *record);

/* ---- handlers ---- */
void staff_get_login(void *site, struct exchange *, const struct str *parts);
void staff_post_login(void *site, struct exchange *, const struct str *parts);
void staff_post_logout(void *site, struct exchange *, const struct str *parts);
void staff_login_detach(struct staff_site
		*); /* the site goes: passwords still being checked are nobody's */
void staff_get_dashboard(void *site, struct exchange *, const struct str *parts);
void staff_get_mailings(void *site, struct exchange *, const struct str *parts);
void staff_get_mailing(void *site, struct exchange *, const struct str *parts);
void staff_get_mailing_action(void *site, struct exchange *, const struct str *parts);
void staff_post_mailing_action(void *site, struct exchange *, const struct str *parts);
void staff_get_new_mailing(void *site, struct exchange *, const struct str *parts);
void staff_post_new_mailing(void *site, struct exchange *, const struct str *parts);
void staff_get_hold(void *site, struct exchange *, const struct str *parts);
void staff_post_hold(void *site, struct exchange *, const struct str *parts);
void staff_get_release(void *site, struct exchange *, const struct str *parts);
void staff_post_release(void *site, struct exchange *, const struct str *parts);
void staff_get_contacts(void *site, struct exchange *, const struct str *parts);
void staff_get_lift(void *site, struct exchange *, const struct str *parts);
void staff_post_lift(void *site, struct exchange *, const struct str *parts);
void staff_get_objection(void *site, struct exchange *, const struct str *parts);
void staff_post_objection(void *site, struct exchange *, const struct str *parts);
void staff_get_letters(void *site, struct exchange *, const struct str *parts);
void staff_get_letter(void *site, struct exchange *, const struct str *parts);
void staff_post_letter(void *site, struct exchange *, const struct str *parts);
void staff_post_letter_reset(void *site, struct exchange *, const struct str *parts);
void staff_post_letter_test(void *site, struct exchange *, const struct str *parts);
void staff_get_editions(void *site, struct exchange *, const struct str *parts);
void staff_get_edition(void *site, struct exchange *, const struct str *parts);
void staff_get_close(void *site, struct exchange *, const struct str *parts);
void staff_post_close(void *site, struct exchange *, const struct str *parts);
void staff_get_count(void *site, struct exchange *, const struct str *parts);
void staff_post_count(void *site, struct exchange *, const struct str *parts);
void staff_get_record(void *site, struct exchange *, const struct str *parts);
void staff_get_tables(void *site, struct exchange *, const struct str *parts);
void staff_tables_act(void *site, struct exchange *, const struct str *parts);
void staff_get_audit(void *site, struct exchange *, const struct str *parts);
void staff_get_keys(void *site, struct exchange *, const struct str *parts);
void staff_post_key(void *site, struct exchange *, const struct str *parts);
void staff_get_revoke(void *site, struct exchange *, const struct str *parts);
void staff_post_revoke(void *site, struct exchange *, const struct str *parts);

/* ---- staff_api*.c: the interface for programs (staff_api.h) ---- */
void api_handle(void *site, struct exchange *);
error_page_fn api_error;
void api_codings_detach(struct staff_site *); /* the site goes */

#endif
