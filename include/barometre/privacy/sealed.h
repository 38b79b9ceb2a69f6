/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sealed.h - what is inside a box of the urn, a draft and the respondent's cookie.
 *
 * Box     sealed box to the counting key, one size a form, of
 *         pad({"a":answers,"f":form hash,"i":instance,"k":inner,"v":1})
 * inner   sealed box to the contact trustee of pad(contact JSON), always CONTACT_BYTES,
 *         empty or not; base64url in "k"
 * Draft   secretbox(D, pad({"answers":…,"audience":…,"channel":…,"instance":…,"page":n,"turn":n,"typed":…,"v":2})),
 *         stored beside a box as above and as long as it
 * Cookie  secretbox(K_cookie, pad(kind, flags, edition, audience, channel, language, token,
 *         code, slot, expiry)), each at its fixed place, base64url
 *
 * Promises
 *   S1 Equal lengths whatever the content: all boxes and all drafts of a form have
 *      answer_box_size(its box_bytes) bytes, every cookie VISIT_CHARS characters.
 *   S2 A changed, missing or added bit is refused, never half-read. What opens and is
 *      not exactly what is described here (a member too many, twice or of another type,
 *      nesting over SEALED_DEPTH_MAX) is refused too.
 *   S3 What was sealed can be opened: what opening would refuse, sealing refuses first,
 *      while the person is still there.
 *   S4 The readable text is wiped when it is no longer needed. The json_t trees belong
 *      to the caller and are ordinary memory.
 *
 * JSON is canonical: compact, members sorted. Every function leaves its ret_ untouched
 * on failure.
 * Errors: ERR_LIMIT too long (the text says by how many bytes), ERR_DENIED does not
 * open with this key, ERR_INVALID opens and is not what it should be. No text of an
 * answer is ever in an error.
 * Sources: sealed boxes (X25519, XSalsa20-Poly1305) and padding (ISO/IEC 7816-4):
 * libsodium manual; base64url: RFC 4648 section 5; JSON: RFC 8259.
 */
#ifndef BAROMETRE_PRIVACY_SEALED_H
#define BAROMETRE_PRIVACY_SEALED_H

#include <jansson.h>

#include "barometre/base/clock.h"
#include "barometre/privacy/campaign.h"

#define CONTACT_BYTES 4096
/* A form's box_bytes must leave room for everything that is not answers: the inner box
 * in base64url (5526), form hash, instance, punctuation, and one byte of padding. The
 * canonical JSON of the answers may take the rest, exactly. */
#define ANSWER_BOX_RESERVED 5656
#define BOX_BYTES_MAX (1024 * 1024)
#define SEALED_DEPTH_MAX 32 /* objects and arrays inside each other */

/* Answers: an object. Contact: an object, or NULL for none; its canonical JSON takes at
 * most CONTACT_BYTES - 1. Too long for the form's box: ERR_LIMIT. A NUL inside a text,
 * or too deep: ERR_INVALID. */
bool answer_box_seal(struct buf *out, const struct public_key *count,
	const struct public_key *trustee, const struct id16 *instance,
	const char form_hash[65], const json_t *answers, const json_t *contact,
	size_t box_bytes, struct err *) MUST_USE;
struct opened_box {
	struct id16 instance;
	char form_hash[65];
	json_t *answers;
	struct buf inner;
};
/* The inner box is only measured: who counts cannot open it. Release with
 * opened_box_release. */
bool answer_box_open(struct opened_box *ret, const struct public_key *,
	const struct secret_key *count, struct str box, struct err *) MUST_USE;
void opened_box_release(struct opened_box *);
/* The stored size of a sealed answer of a form with that box_bytes: box_bytes +
 * SEAL_OVERHEAD. */
size_t answer_box_size(size_t box_bytes);
/* The trustee opens a contact record: new reference (an empty object for no contact),
 * or NULL. */
json_t *contact_open(const struct secret_key *trustee, struct str inner, struct err *)
	MUST_USE;

/* The draft has room when the canonical JSON of answers and typed together take at most
 * box_bytes - DRAFT_RESERVED. That is over 5 kB more than the answers of a box may
 * take. On ERR_LIMIT sealing again without `typed` loses only what was not accepted. */
#define DRAFT_RESERVED 186
#define DRAFT_PAGE_MAX 9999
#define DRAFT_TURN_MAX 999999999
struct draft {
	int page; /* 0-based, where to resume; the number of pages: at the summary */
	json_t *answers, *typed;
	int turn; /* how often a page was sent: an autosave of an earlier turn came too late */
	/* Of the box that stands beside it: made from the first token (token_instance) and kept when the draft moves
	 * to another one (resume.h), so that what is left of it anywhere is the same person at the count. */
	struct id16 instance;
	/* Who comes back by an open link has nothing else that says it; channel "" for none. */
	char audience[CODE_CHARS + 1], channel[CODE_CHARS + 1];
};
/* Objects; NULL for either is the empty object, and comes back as that. A page or turn out of 0
 * … its maximum, and codes of other characters than JSON may hold as they are, are our bug. */
bool draft_seal(struct buf *out, const struct key *, const struct draft *,
	size_t box_bytes, struct err *) MUST_USE;
bool draft_open(struct draft *ret, const struct key *, struct str box, struct err *)
	MUST_USE;
void draft_release(struct draft *);

enum visit_state {
	VISIT_OPEN,
	VISIT_DONE
};
struct visit {
	char edition[CODE_CHARS + 1], audience[CODE_CHARS + 1],
		channel[CODE_CHARS + 1]; /* channel "" for a personal link */
	char language[3];                /* "fr": two letters, of words.h */
	bool invited;
	bool shared; /* on a device that others use: nothing outlives the visit */
	bool kept; /* it has read or written a draft: when there is none, it was sent, erased or moved */
	enum visit_state state;
	struct token token; /* zero when done */
	struct key
		code; /* C of a personal link with a resume code (resume.h); zero for none, for an open link, when done */
	struct id16 slot; /* the urn row to be, printed as the receipt */
	usec_t expires;
};
#define VISIT_CHARS 284
/* Cookie value: VISIT_CHARS characters of [A-Za-z0-9_-]. The token and the code of a
 * finished visit are left out whatever they hold. An invited visit with a channel, or codes without an
 * end, are our bug. */
void visit_seal(struct buf *out, const struct key *cookies, const struct visit *);
/* ERR_DENIED when forged or damaged, whatever the bytes. An expired visit is returned:
 * the caller looks at `expires`. */
bool visit_open(struct visit *ret, const struct key *cookies, struct str cookie,
	struct err *) MUST_USE;
/* The receipt: 26 characters of base32 in groups of four ("abcd-efgh-…"), RECEIPT_CHARS
 * in all. */
#define RECEIPT_CHARS 32
void receipt_write(char out[40], const struct id16 *slot);
/* As a person types or pastes it: either case, any or no dashes and spaces (typographic
 * ones too), 0 for o, 8 for b. */
bool receipt_parse(struct str, struct id16 *ret) MUST_USE;

/* Fisher-Yates with random_below (Durstenfeld 1964, Communications of the ACM 7(7)). Up
 * to 2^32 - 1 elements. */
void shuffle(void *base, size_t count, size_t size);

#endif
