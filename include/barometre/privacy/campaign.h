/* SPDX-License-Identifier: Apache-2.0 */
/*
 * campaign.h - the keys of one edition, and everything derived from a link token.
 *
 * Why: the reminders of one person carry one link while the database holds no token,
 *      and a stolen database holds nothing that joins an invitation, a draft and an
 *      answer. So everything is derived, by keyed hash, from keys that live outside the
 *      database and die with the count.
 *
 * K_camp  32 random bytes made with the edition, destroyed by the count.
 *   K_tok    = kdf 1, context "BPS_camp"   mints tokens                  (mailer, import)
 *   K_mac    = kdf 2                       what the database holds       (web, import)
 *   K_draft  = kdf 3                       locator and key of drafts     (web)
 *   K_cookie = kdf 4                       respondent's session cookie   (web)
 * K_mail  long-lived: an objection must work after the count.
 *   K_stop    = kdf 1, context "BPS_mail"   objection links
 *   K_bounce  = kdf 2                       return addresses
 *   K_address = kdf 3                       keyed hash of an address
 *
 * Every hash is over label NUL data (hash_keyed).
 *   T    = BLAKE2b-128(K_tok, "tok|v1", edition NUL audience NUL invitation)
 *          26 characters of base32, never stored
 *   mac  = BLAKE2b-256(K_mac, "mac|v1", T)      unique in invitation
 *   loc  = BLAKE2b-256(K_draft, "loc|v1", T)    key of the draft row
 *   D    = BLAKE2b-256(K_draft, "enc|v1", T)    key of the draft's content; with a resume
 *          code another one (resume.h), which has labels of its own under K_draft
 *   inst = BLAKE2b-128(K_draft, "inst|v1", T)   inside sealed content only: a box and
 *          a stale draft of one person are one answer at the count; the draft carries
 *          it along when it moves to another token (sealed.h)
 *   stop    = BLAKE2b-128(K_stop, "stop|v1", contact)
 *   bounce  = s ‖ (contact XOR BLAKE2b-128(K_bounce, "bounce|mask|v1", s)), 28 bytes, with
 *             s = first 12 bytes of BLAKE2b-128(K_bounce, "bounce|id|v1", contact)
 *             a synthetic IV (RFC 5297): opened by its key, so that nothing is stored and a
 *             report finds its contact at once; made up or changed, it opens to nothing
 *   address = BLAKE2b-256(K_address, "address|v1", normalised address)
 *
 * Promises
 *   K1 With the database alone mac and loc are independent pseudo-random values.
 *   K2 The web process cannot mint a token: it has K_mac, not K_tok.
 *   K3 After K_camp is destroyed nothing of the first group can be computed again;
 *      stop, bounce and address stay.
 *   K4 A value changes when its own key changes, and with no other key.
 *
 * Sources: sub-keys are libsodium's crypto_kdf (BLAKE2b with the number as salt and the
 * context as personalisation); BLAKE2b is RFC 7693; base32 is RFC 4648 section 6, in
 * lower case without padding.
 */
#ifndef BAROMETRE_PRIVACY_CAMPAIGN_H
#define BAROMETRE_PRIVACY_CAMPAIGN_H

#include "barometre/base/secret.h"

#define TOKEN_CHARS 26
struct token {
	unsigned char b[16];
};

struct campaign_keys {
	struct key tokens, macs, drafts, cookies;
}; /* a process holds only those of its duty, others zero */
struct mail_keys {
	struct key stops, bounces, addresses;
};
#define BOUNCE_BYTES 28
struct bounce_id {
	unsigned char b[BOUNCE_BYTES];
};

/* Whoever derives wipes the keys that are not of its duty, and the root, with
 * secret_wipe. */
void campaign_derive(struct campaign_keys *ret, const struct key *campaign);
void mail_derive(struct mail_keys *ret, const struct key *mail);

/* Edition and audience are codes of at most CODE_CHARS bytes without NUL: anything else
 * is our bug. */
#define CODE_CHARS 32
struct token token_mint(const struct key *tokens, struct str edition, struct str audience,
	const struct id16 *invitation);
struct token token_random(void); /* open links */
void token_write(char out[TOKEN_CHARS + 1], const struct token *);
/* Exactly TOKEN_CHARS characters, either case; the two bits that 26 characters have too
 * many must be zero. */
bool token_parse(struct str, struct token *ret) MUST_USE;
struct hash32 token_mac(const struct key *macs, const struct token *);
struct hash32 token_locator(const struct key *drafts, const struct token *);
struct key token_draft_key(const struct key *drafts, const struct token *);
struct id16 token_instance(const struct key *drafts, const struct token *);
struct id16 contact_stop_id(const struct key *stops, const struct id16 *contact);
struct bounce_id contact_bounce_id(const struct key *bounces, const struct id16 *contact);
/* False: not made with this key. In constant time. */
bool bounce_id_open(const struct key *bounces, const struct bounce_id *,
	struct id16 *ret_contact) MUST_USE;
/* The address must be normalised already (lower-case domain and local part): equal
 * text, equal hash. */
struct hash32 address_hash(const struct key *addresses, struct str address);

#endif
