/* SPDX-License-Identifier: Apache-2.0 */
/* bounce_fields.h - lines of "Name: value" inside the parts of a report. */
#ifndef MAIL_BOUNCE_FIELDS_H
#define MAIL_BOUNCE_FIELDS_H

#include "barometre/base/buf.h"
#include "barometre/mail/bounce.h"

/* The next line with its foldings, unfolded into `line`; false at the end. An empty line ends a group. */
bool bounce_next_field(struct str *rest, struct buf *line);
/* Of "Name: value". */
bool bounce_field_is(const struct buf *line, const char *name, struct str *ret_value);

/* How many recipients of one message, by what became of them. */
struct bounce_recipients {
	struct str
		text; /* the report's folded words, for a recipient that has none of its own */
	int count, hard, soft, delivered, delayed;
	char hard_status[BOUNCE_STATUS_CHARS + 1], soft_status[BOUNCE_STATUS_CHARS + 1];
};
void bounce_read_recipients(struct bounce_recipients *, struct str bytes);

#endif
