/* SPDX-License-Identifier: Apache-2.0 */
/*
 * letter_text.h - one letter's source, its sections gone (letter_source.h), as plain text and as HTML.
 *
 * Source: a line "Objet : …", then paragraphs set apart by empty lines. A paragraph "[words](address)" is the call to
 * action; one of "---" alone starts the small print. {{name}} stands for a value. No other markup.
 * What is markup is decided before values are filled in: a value is words, whatever it holds. Neither source nor values
 * have control characters, so two of them mark, between filling and writing, values that are turned from right to left.
 */
#ifndef BAROMETRE_MAIL_LETTER_TEXT_H
#define BAROMETRE_MAIL_LETTER_TEXT_H

#include "barometre/base/buf.h"
#include "barometre/base/err.h"

struct variable {
	const char *name, *value;
};
struct variables {
	const struct variable *list;
	size_t count;
};

/* Appends `source` with each {{name}} replaced, and with marks. ERR_INVALID for an unknown one or an open "{{". */
bool letter_fill(struct buf *out, struct str source, const struct variables *,
	struct err *) MUST_USE;
/* Appends filled words: with U+2068 and U+2069 for the marks, or escaped with <bdi> and </bdi>. */
void letter_add_text(struct buf *out, struct str filled);
void letter_add_html(struct buf *out, struct str filled);

/* Is this the line of the subject? Then what follows the colon. "Objet", or "Subject". */
bool letter_subject_line(struct str line, struct str *ret_subject);
/* Cuts a source into its subject and body, neither filled. ERR_INVALID without a subject line or body. */
bool letter_split(struct str source, struct str *ret_subject, struct str *ret_body,
	struct err *) MUST_USE;
/* The next paragraph of a body, its lines joined by one space, in `out`. */
bool letter_next_paragraph(struct str *rest, struct buf *out);
/* "[words](address)" and nothing else? */
bool letter_is_action(struct str paragraph, struct str *ret_words, struct str *ret_link);

/* Lines of at most 76 characters, but for addresses longer than that; LF. */
bool letter_to_text(struct buf *out, struct str body, const struct variables *,
	struct err *) MUST_USE;
/* `content` gets what stands before the "---", `footer` what follows; both as HTML paragraphs. */
bool letter_to_html(struct buf *content, struct buf *footer, struct str body,
	const struct variables *, struct err *) MUST_USE;

#endif
