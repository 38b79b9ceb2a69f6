/* SPDX-License-Identifier: Apache-2.0 */
/*
 * letter_text.h - one letter's source as plain text and as HTML.
 *
 * Source: a line "Subject: …", an empty line, then paragraphs set apart by empty lines. A paragraph "[words](link)" is
 * the call to action; one of "---" alone starts the small print. {{name}} stands for a value. No other markup.
 */
#ifndef BAROMETRE_MAIL_LETTER_TEXT_H
#define BAROMETRE_MAIL_LETTER_TEXT_H

#include "barometre/base/buf.h"
#include "barometre/base/err.h"

struct variable {
	const char *name, *value;
};

/* Appends `source` with each {{name}} replaced. ERR_INVALID for an unknown one or an open "{{". */
bool fill_variables(struct buf *out, struct str source, const struct variable *,
	size_t count, struct err *) MUST_USE;

/* Cuts a filled source into its subject and body. ERR_INVALID without a subject line or body. */
bool letter_split(struct str filled, struct str *ret_subject, struct str *ret_body,
	struct err *) MUST_USE;
/* Lines of at most 76 characters, but for addresses longer than that; LF. */
void letter_to_text(struct buf *out, struct str body);
/* `content` gets what stands before the "---", `footer` what follows; both as HTML paragraphs. */
void letter_to_html(struct buf *content, struct buf *footer, struct str body);

#endif
