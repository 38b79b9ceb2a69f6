/* SPDX-License-Identifier: Apache-2.0 */
/*
 * letter_check.h - may this text be sent as a letter? Asked when it is saved, answered by line, in French: people who
 * write letters read it.
 *
 * Refused: no "Objet :" line, an empty or very long subject, a personal address in it; an unknown {{variable}} or public; a
 *   "{{" that is not closed, a section that is not closed or in another one; no personal link, no objection link; control
 *   characters, marks that turn the direction of text; a link that is not https; too long.
 * Warned of: a reminder that does not say "déjà répondu", no word on privacy, no closing date, a long subject, markup that
 *   will be shown as it is.
 * Promises: N1 a pure function. N2 a text that is not refused can be written by letter_write for every audience given, with
 *   values of ordinary length. N3 what is missing is looked for in the text as each audience will read it.
 */
#ifndef BAROMETRE_MAIL_LETTER_CHECK_H
#define BAROMETRE_MAIL_LETTER_CHECK_H

#include "barometre/base/buf.h"

#define LETTER_SOURCE_BYTES ((size_t)16 << 10)
#define LETTER_FINDINGS 20 /* at most: the first ones */

struct letter_finding {
	int line; /* from 1; 0: of the whole */
	bool warning;
	char *text; /* "variable inconnue « x » : …", without the line */
};
struct letter_findings {
	struct letter_finding list[LETTER_FINDINGS];
	size_t count;
	bool refused;
};
/* `audiences`, NULL-terminated: who reads it. True when it may be sent (with warnings or without). Always fills `ret`. */
bool letter_check(struct str source, const char *kind, const char *const *audiences,
	struct letter_findings *ret) MUST_USE;
void letter_findings_release(struct letter_findings *); /* idempotent */

/* Appends the text as it is kept: LF, no space at the ends of lines, one line end at the end, and French typography where
 * a keyboard has none: U+202F for the space before ; : ! ? % » and after «, and ’ for ' between letters. */
void letter_tidy(struct buf *out, struct str typed);
/* Appends the text as one audience reads it, its sections gone: what an editor begins with. A broken text is appended as it is. */
void letter_for_audience(struct buf *out, struct str source, struct str audience);

#endif
