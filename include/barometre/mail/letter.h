/* SPDX-License-Identifier: Apache-2.0 */
/*
 * letter.h - a mail as bytes (a door to GMime, as bounce.c is): French text and HTML parts of one content, and its headers.
 *
 * The texts are src/mail/letters/<kind>.txt, in the program since the build (that folder's README has their syntax), or an
 * edition's own, in the same syntax (letter_check.h, store/letter_store.h).
 * Promises: L1 no remote resource, pixel or redirected link. L2 ASCII lines of at most 998 bytes, CRLF (RFC 5322 section
 *   2.1.1; quoted-printable, RFC 2045 section 6.7; words of headers, RFC 2047). L3 List-Unsubscribe and -Post as RFC 8058
 *   section 3.1 (which wants `stop_link` to be https: the configuration's duty), List-Id (RFC 2919), Auto-Submitted
 *   (RFC 3834 section 5), Message-ID random at the domain of `from_address`, Date given; no Precedence. L4 the text and
 *   HTML parts say the same. L5 nothing in a value can add a header, a part, a tag or a call to action. L6 a value with
 *   letters written from right to left turns no text around it: U+2068 and U+2069 in the text part and the subject (Unicode
 *   Standard Annex 9), <bdi> in the HTML part.
 */
#ifndef BAROMETRE_MAIL_LETTER_H
#define BAROMETRE_MAIL_LETTER_H

#include "barometre/base/buf.h"
#include "barometre/base/clock.h"
#include "barometre/base/err.h"
#include "barometre/store/edition_store.h"

#define LETTER_BYTES ((size_t)256 << 10) /* a ceiling for the buffer of one letter */

/* Never NULL but for `source`, UTF-8. Domains of addresses may be written with accents: what is sent has A-labels. */
struct letter_values {
	const char *kind;   /* invitation, relance1, relance2, relance3, targeted */
	const char *source; /* the edition's own text; NULL: the program's for `kind` */
	bool test; /* to oneself: the subject and the first line say that it is nobody's */
	const char *audience, *audience_label, *form_title;
	const char *edition_title;
	const char *to_name,
		*to_address; /* name may be ""; its control characters are dropped, its end cut */
	const char *from_name, *from_address, *reply_to; /* reply_to may be "" */
	const char *organisation, *contact_address;
	const char *link;      /* https://…/r/<token> */
	const char *stop_link; /* https://…/stop/<id> */
	const char *privacy_link;
	const char *closes; /* "31 janvier 2027" */
	int minutes;
	usec_t date;
};
/* Once a process, before letter_write. A text of the program that letter_check refuses is our bug (must). */
void letter_init(void);
/* Is there a text for this kind? */
bool letter_exists(const char *kind);
/* The kinds in their order, NULL after the last. */
const char *letter_kind(size_t i);
/* The program's text of a kind, lent for ever; p NULL when there is none. */
struct str letter_program_text(const char *kind);
/* Appends. ERR_MISSING: no such kind; ERR_INVALID: a value with control characters, a broken address or link, a broken
 * `source`; ERR_LIMIT: `out` is too small. */
bool letter_write(struct buf *out, const struct letter_values *, struct err *) MUST_USE;

/* What letter_write would put into the message, for a preview. Needs no letter_init. */
struct letter_parts {
	char *subject, *text, *html; /* owned */
};
bool letter_parts_make(
	struct letter_parts *ret, const struct letter_values *, struct err *) MUST_USE;
void letter_parts_release(struct letter_parts *); /* idempotent */

/* A letter to nobody, for a preview and for a mail to oneself: links that open a page and do nothing there. to_name and
 * to_address are "": a test sets them. Strings of the arguments are borrowed. */
struct letter_sender {
	const char *public_url, *from_name, *from_address, *reply_to, *organisation,
		*contact_address;
};
struct letter_example {
	struct letter_values values;
	char *link, *stop_link, *privacy_link, *closes; /* owned */
};
void letter_example_make(struct letter_example *ret, const struct letter_sender *,
	const struct edition *, const struct edition_audience *, const char *kind,
	usec_t now);
void letter_example_release(struct letter_example *);

#endif
