/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resume.h - the resume code: five words that open a draft again.
 *
 * A personal link is in a mailbox that others may read. Who asks for a code seals the draft with it as well: then the
 * link alone does not open it. An open link has no mailbox: there the code alone finds the draft.
 *
 *   code   5 words of 256: 40 bits, from BLAKE2b-128(K_draft, "code|v1", slot) of the visit, whose slot is 122 random
 *          bits that are stored nowhere before the answer is sent. So a second click, or a reload, shows
 *          the same words again and not others that would make the first useless.
 *   C      Argon2id(words, salt), 32 bytes, 2 passes over 64 MiB (RFC 9106; libsodium's "interactive")
 *   salt   BLAKE2b-128(K_draft, "resume|v1", ""): of the edition, and in no database
 *   D      BLAKE2b-256(K_draft, "enc|v2", T || C)    the key of a draft with a code
 *   T      BLAKE2b-128(K_draft, "open|v1", C)        the token of an open link with a code
 *
 * Promises
 *   R1 Without K_draft no code can be tried: salt, keys and locators need it. With K_draft and the database it takes
 *      2^40 Argon2id, one draft with a personal link at a time. Through the site a few dozen a second at most can be tried
 *      (web/respond_stretch.c), a day of which finds one open draft among N with a chance of N in half a million.
 *   R2 What a person types is read as it was meant: any case, accents, hyphens, commas, quotes, points, any spaces, each
 *      word in full or its first four letters or anything that begins with them.
 *   R3 C is never stored but in the respondent's own cookie (sealed.h) and dies with K_camp.
 */
#ifndef BAROMETRE_PRIVACY_RESUME_H
#define BAROMETRE_PRIVACY_RESUME_H

#include "barometre/privacy/campaign.h"

#define RESUME_WORDS 5
#define RESUME_CODE_CHARS 44 /* at most: five words and four spaces */
#define RESUME_TEXT_MAX 200  /* of what is typed; longer is no code */

struct resume_code {
	unsigned char word[RESUME_WORDS];
};

struct resume_code resume_code_draw(const struct key *drafts, const struct id16 *slot);
/* The words with a space between them. */
void resume_code_write(char out[RESUME_CODE_CHARS + 1], const struct resume_code *);
/* One word of it, borrowed for ever. */
const char *resume_code_word(const struct resume_code *, size_t i);
/* False when there are not five words of the list. */
bool resume_code_parse(struct str, struct resume_code *ret) MUST_USE;

/* C. Slow (a tenth of a second) and 64 MiB: never on the loop. False when there is no memory for it. */
bool resume_code_stretch(
	struct key *ret, const struct key *drafts, const struct resume_code *) MUST_USE;
struct token resume_token(const struct key *drafts, const struct key *code);
/* The key of a draft's content: with a code when there is one (not all zero), else token_draft_key. */
struct key resume_draft_key(
	const struct key *drafts, const struct token *, const struct key *code);
/* Is there a code at all? */
bool resume_has_code(const struct key *code);

#endif
