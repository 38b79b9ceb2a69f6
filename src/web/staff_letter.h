/* SPDX-License-Identifier: Apache-2.0 */
/* staff_letter.h - what the pages about letters share: one letter of an edition, found, and shown. */
#ifndef BAROMETRE_WEB_STAFF_LETTER_H
#define BAROMETRE_WEB_STAFF_LETTER_H

#include "staff_private.h"

/* step->own of a page about one letter. Strings are of the exchange. */
struct letter_page {
	const char *kind;
	const char *audience; /* NULL: all */
	bool of_mailing;      /* the letter of one targeted mailing */
	struct id16 mailing;
	char mailing_id[37];
	const char *mailing_title;
	const struct edition *edition;
	/* As it is kept */
	const char *saved; /* NULL: there is none */
	const char
		*base; /* what is read instead: the edition's for all, or the program's */
	bool base_is_own;
	const char *seen; /* what was edited, for the one who saves second; "" none */
	const char *saved_by;
	usec_t saved_at;
	/* On the page */
	const char *text;   /* in the editor */
	const char *reader; /* the audience of the preview */
	const char *contact, *contact_words;
	const char *notice, *problem; /* in words, or NULL */
	const char *address, *address_problem;
	int status;
	staff_fn *ready;
};

/* ---- staff_letter_find.c ---- */

/* The letter of parts[0] and the query: edition, audience, mailing. Fills step->edition, step->labels, step->own; then
 * `ready`. Otherwise replies. */
void letter_find(struct staff_step *, staff_fn *ready);
/* "/letters/relance1?edition=2026&audience=patients", and what more is given ("&done=…" or ""); to be freed. */
char *letter_address(const struct staff_step *, const char *path, const char *more);

/* ---- staff_letter.c ---- */

/* Says the checker that page->text may be sent? Gives what it found, as data of the page. */
bool letter_is_fine(struct staff_step *, json_t **ret_findings);
/* The editor with page->text, what is found in it, and its preview. */
void letter_show(struct staff_step *);

#endif
