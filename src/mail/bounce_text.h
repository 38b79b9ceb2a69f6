/* SPDX-License-Identifier: Apache-2.0 */
/* bounce_text.h - what the words and codes of a refusal mean. Pure. */
#ifndef MAIL_BOUNCE_TEXT_H
#define MAIL_BOUNCE_TEXT_H

#include "barometre/base/buf.h"
#include "barometre/mail/bounce.h"

/* Appends the text on one line: lower-case ASCII, single spaces, tags of HTML and what they hide left out; a run of other letters, an
 * apostrophe or a character reference becomes one '*', so that « n’existe » is "n*existe" in every charset. Stops when `out` is full. */
void bounce_fold(struct buf *out, struct str text, bool html);
/* Cuts folded text where the returned message begins. */
struct str bounce_own_words(struct str folded);

enum bounce_verdict {
	VERDICT_NONE,
	VERDICT_SOFT,
	VERDICT_HARD
};
/* `status` is the field of RFC 3464 or "", `folded` the words of the refusing server. NONE when neither tells of a refusal. */
enum bounce_verdict bounce_judge(
	struct str status, struct str folded, char ret_status[BOUNCE_STATUS_CHARS + 1]);

/* A code that refuses, and behind it in its sentence the words of an unknown address or a full mailbox. */
bool bounce_says_refused(struct str folded);

/* Of a folded subject or text. */
bool bounce_says_delayed(struct str folded);
bool bounce_says_absent(struct str folded);
bool bounce_says_challenge(struct str folded);

#endif
