/* SPDX-License-Identifier: Apache-2.0 */
/*
 * letter.h - a mail as bytes (the only door to GMime): French text and HTML parts of one content, and its headers.
 *
 * The texts are src/mail/letters/<kind>.txt (that folder's README has their syntax), in the program since the build.
 * Promises: L1 no remote resource, pixel or redirected link. L2 ASCII lines of at most 998 bytes, CRLF (RFC 5322 section
 *   2.1.1; quoted-printable, RFC 2045 section 6.7; words of headers, RFC 2047). L3 List-Unsubscribe and -Post as RFC 8058
 *   section 3.1 (which wants `stop_link` to be https: the configuration's duty), List-Id (RFC 2919), Auto-Submitted
 *   (RFC 3834 section 5), Message-ID random at the domain of `from_address`, Date given; no Precedence. L4 the text and
 *   HTML parts say the same. L5 nothing in a value can add a header, a part or a tag.
 */
#ifndef BAROMETRE_MAIL_LETTER_H
#define BAROMETRE_MAIL_LETTER_H

#include "barometre/base/buf.h"
#include "barometre/base/clock.h"
#include "barometre/base/err.h"

#define LETTER_BYTES ((size_t)256 << 10) /* a ceiling for the buffer of one letter */

/* Never NULL, UTF-8. */
struct letter_values {
	const char *kind; /* invitation, relance1, relance2, relance3 */
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
/* Once a process. A text that names an unknown variable or has no subject is our bug (must). */
void letter_init(void);
/* Is there a text for this kind? */
bool letter_exists(const char *kind);
/* Appends. ERR_MISSING: no such kind; ERR_INVALID: a value with control characters, a broken address or link;
 * ERR_LIMIT: `out` is too small. */
bool letter_write(struct buf *out, const struct letter_values *, struct err *) MUST_USE;

#endif
