/* SPDX-License-Identifier: Apache-2.0 */
/* respond_page_private.h - one page of questions on its way to pages/question.html. */
#ifndef BAROMETRE_WEB_RESPOND_PAGE_PRIVATE_H
#define BAROMETRE_WEB_RESPOND_PAGE_PRIVATE_H

#include "respond_private.h"

/* Words of the lexicon that one page explains at most: each once. */
#define TOLD_MAX 32

struct page_view {
	struct step *step;
	const struct form *form;
	const struct language *language;
	usec_t now;
	struct routing routing;
	struct expr_scope scope; /* what conditions read: visible answers */
	json_t **values;         /* one a question: worked out for the scope, or NULL */
	bool *known;             /* is values[i] worked out? */
	const char *told[TOLD_MAX]; /* terms that are explained already */
	size_t told_count;
	bool conditional; /* the page holds a condition: its script needs conditions.js */
};

/* One question of it. */
struct question_view {
	struct page_view *page;
	const struct question *question;
	size_t index;
	bool visible;
	const json_t *answer; /* what to show: refused words first */
	const json_t *kept;   /* the answer, when refused words hide only a part of it */
};

/* respond_page_live.c: what the script may change without asking the server. */
void page_view_init(struct page_view *, struct step *);
void page_view_release(struct page_view *);
/* The condition as it may stand between single quotes in HTML (JSON is full of double ones, six bytes each when escaped);
 * fresh, or NULL when no answer of this page changes it. */
char *live_condition(struct page_view *, const struct expr *);

/* respond_page_words.c */
/* Fresh: the text with earlier answers put in. */
char *page_words(const struct page_view *, const char *text);
/* forms/lexique.json, read once; lives as long as the program. */
const json_t *lexicon_terms(void);
/* The title in pieces, words of the lexicon apart; explanations of those that are not explained yet. */
json_t *lexicon_title(
	const struct page_view *, const struct question *, const char *title);
json_t *lexicon_notes(struct page_view *, const struct question *, bool visible);

/* respond_page_view.c: one question as data; new reference. */
json_t *view_question(struct page_view *, size_t index);
void view_set(json_t *object, const char *key, const char *value);
/* Problems of the question, or of that row of it. `described`: a list of ids, to be added to. */
json_t *view_problems(
	const struct question_view *, const char *row, struct buf *described);
/* Is there an error (not a mere warning)? row NULL: in the question itself. */
bool view_is_wrong(const struct question_view *, const char *row);
void view_described(json_t *object, const char *key, const struct buf *ids);
/* The number as people of that language write it, without groups: it may stand in a field. */
char *view_number(const struct language *, double);

/* respond_page_types.c: what each kind of question adds. */
void view_group(struct question_view *, json_t *data);
void view_select(struct question_view *, json_t *data);
void view_rating(struct question_view *, json_t *data);
void view_matrix(struct question_view *, json_t *data);
void view_ranking(struct question_view *, json_t *data);

/* respond_page_fields.c */
void view_line(struct question_view *, json_t *data);
void view_area(struct question_view *, json_t *data);
void view_lines(struct question_view *, json_t *data);
void view_place(struct question_view *, json_t *data);
void view_output(struct question_view *, json_t *data);

#endif
