/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer.h - answers to a form: reading posted fields, routing, validation, cleaning.
 *
 * Answers are a JSON object in SurveyJS's shape: {"q":"code"}, checkbox arrays in the order of the form, matrix {"row":"column"},
 * numbers as numbers, booleans, texts trimmed, "q-Comment" for the text of "other", localities as codes (place.h).
 * Promises: A1 nothing that the definition does not allow gets in. A2 a hidden question reads as missing,
 *   in page order, so that cleaning is complete in one pass (form-acyclic). A3 the submission is exactly the visible
 *   questions' answers plus calculated values. A4 what was typed and refused is kept apart and shown again.
 */
#ifndef BAROMETRE_FORM_ANSWER_H
#define BAROMETRE_FORM_ANSWER_H

#include "barometre/form/form.h"
#include "barometre/form/place.h"

/* One posted field, decoded, valid UTF-8. HTML names: "q" (repeated for checkboxes), "q-Comment", "q.row" (matrix), "q.item" (multipletext), "q.code"
 * with a place from 1 (ranking), and for localities "q" (what was typed, or a commune's code), "q.hors" (a department outside Occitanie, by its number or name, or "") and "q.choix"
 * (the code of a suggestion that was picked, or ""). q.choix wins over q.hors over q. Most INSEE codes that are also a postcode
 * are those of another commune: such a number in "q" is asked back with suggestions, so forms post picks as q.choix. */
struct field {
	struct str name, value;
};

struct problem {
	const struct question *question;
	enum problem_level level;
	const char *
		row; /* code of a matrix row, multipletext item or ranked choice, or NULL; borrowed from the form */
	char *message;                        /* for people, in the form's language */
	const struct commune *suggestions[8]; /* localities that could be meant */
	size_t suggestion_count;
};
struct problems {
	struct problem *list;
	size_t count;
};
void problems_release(struct problems *);
size_t problems_count(const struct problems *, enum problem_level);

/* Which questions and pages are asked, given the answers so far. */
struct routing {
	bool *question, *page;
	bool *required; /* one a question: visible, and isRequired or requiredIf is true */
	size_t question_count, page_count;
};
void routing_compute(
	struct routing *ret, const struct form *, const json_t *answers, usec_t today);
void routing_release(struct routing *);
/* Page numbers are 0-based. Next visible page after `page` (-1 for the first), or -1 when there is none. */
int routing_next(const struct routing *, int page);
int routing_previous(const struct routing *, int page);
/* Place of the page among the visible ones, from 1, and how many there are. */
int routing_position(const struct routing *, int page, int *ret_total);

/* Reads the fields of one page into `answers` (updated in place): questions of that page only; a question without
 * a field is emptied. Refused input goes to `typed` ({"q":"…"}; cleared of what is now right) and `problems`. Required questions that are missing are
 * problems as well when `check_required`. False when a field belongs to no question of the page, is no UTF-8 or appears
 * twice where one is allowed (ERR_INVALID), or when there are too many (ERR_LIMIT). Hidden questions of the page are
 * ignored: their fields are not stored. */
bool answers_read_page(const struct form *, size_t page, const struct field *,
	size_t field_count, usec_t today, bool check_required, json_t *answers,
	json_t *typed, struct problems *ret, struct err *) MUST_USE;

/* What is wrong or missing on a page as it was saved: the problems answers_read_page would find if the page were sent
 * again with these answers and these refused words. Changes nothing. */
void answers_review_page(const struct form *, size_t page, const json_t *answers,
	const json_t *typed, usec_t today, struct problems *ret);

/* First page (0-based) with a required question that is visible and unanswered, or -1. */
int answers_first_missing(const struct form *, const json_t *answers, usec_t today);
/* Every value against the definition, strictly, as the count does: ERR_INVALID names the question, never the value. */
bool answers_validate(const struct form *, const json_t *answers, struct err *) MUST_USE;
/* The submission (A3): new reference to what goes with the answers; the identifying and contact part in *ret_contact
 * (new reference, may be an empty object). Identifying questions leave true in the answers. */
json_t *answers_submission(
	const struct form *, const json_t *answers, usec_t today, json_t **ret_contact);
/* Are all questions of form->complete answered? */
bool answers_usable(const struct form *, const json_t *answers);
bool answer_is_empty(const json_t *);

/* Is the choice offered (its visibleIf), given the answers? Not for "other", which always is. */
bool answers_offer(const struct form *, const struct question *, const struct choice *,
	const json_t *answers, usec_t today);
/* The value of an expression or calculated question given the answers: new reference, or NULL when missing. */
json_t *answers_value(const struct form *, const struct question *, const json_t *answers,
	usec_t today);

/* Piping: fresh text with each {name} replaced by the answer as people read it (answer_text; nothing when missing or
 * hidden); {name.row} for a row or item. Only names of earlier pages stand in texts (checked by form_parse). With
 * `html`, what is put in is escaped for HTML text. */
char *answers_fill(const struct form *, const char *text, const json_t *answers,
	usec_t today, bool html);
/* One answer as its author would read it, in the form's language; fresh. Texts of choices joined by ", ", "other" as
 * its comment, numbers and dates as the language writes them, places by name, each row on a line of its own
 * ("Row : column"). "" when there is none. */
char *answer_text(const struct form *, const struct question *, const json_t *answers,
	usec_t today);

#endif
