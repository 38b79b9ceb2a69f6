/* SPDX-License-Identifier: Apache-2.0 */
/*
 * letter_source.h - the text of a letter as it is written: what stands between {{ and }}, and which public reads what.
 *
 * {{name}} is a value. {{#patients}}…{{/patients}} is read by that public only; {{#patients equipes}} by both, and closed
 * by the same words; {{#autres}} by every public that no section of the letter names. Sections do not stand in one another.
 * A line with nothing but a section's mark is not a line of the letter.
 */
#ifndef BAROMETRE_MAIL_LETTER_SOURCE_H
#define BAROMETRE_MAIL_LETTER_SOURCE_H

#include "barometre/base/buf.h"
#include "barometre/base/err.h"

#define LETTER_OTHERS "autres"

enum letter_tag_kind {
	LETTER_TAG_VALUE,
	LETTER_TAG_OPEN,
	LETTER_TAG_CLOSE,
	LETTER_TAG_BROKEN /* "{{" without "}}" on its line, or "}}" alone */
};
struct letter_tag {
	enum letter_tag_kind kind;
	struct str name;   /* without # or / and without the spaces around it */
	size_t begin, end; /* in the source: [begin, end) */
};
/* The first one at or after `from`; false when there is none. */
bool letter_next_tag(struct str source, size_t from, struct letter_tag *ret);
/* Counts from 1. */
int letter_line_of(struct str source, size_t position);
/* Appends what `audience` reads. ERR_INVALID with its line. */
bool letter_select(struct buf *out, struct str source, struct str audience, struct err *)
	MUST_USE;

#endif
