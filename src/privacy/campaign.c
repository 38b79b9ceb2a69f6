/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/privacy/campaign.h"

/* Sub-key numbers and labels are part of the contract (campaign.h): changing one makes
 * every link that was sent, every draft and every objection of a running edition
 * unreadable. */
static const char campaign_context[8] = {'B', 'P', 'S', '_', 'c', 'a', 'm', 'p'};
static const char mail_context[8] = {'B', 'P', 'S', '_', 'm', 'a', 'i', 'l'};

void campaign_derive(struct campaign_keys *ret, const struct key *campaign)
{
	ret->tokens = key_derive(campaign, 1, campaign_context);
	ret->macs = key_derive(campaign, 2, campaign_context);
	ret->drafts = key_derive(campaign, 3, campaign_context);
	ret->cookies = key_derive(campaign, 4, campaign_context);
}

void mail_derive(struct mail_keys *ret, const struct key *mail)
{
	ret->stops = key_derive(mail, 1, mail_context);
	ret->bounces = key_derive(mail, 2, mail_context);
	ret->addresses = key_derive(mail, 3, mail_context);
}

static void add_code(unsigned char *message, size_t *n, struct str code)
{
	/* The NUL after each code is what keeps ("ab", "c") and ("a", "bc") apart. */
	must(code.n <= CODE_CHARS && (code.n == 0 || !memchr(code.p, 0, code.n)));
	if (code.n > 0)
		memcpy(message + *n, code.p, code.n);
	*n += code.n;
	message[(*n)++] = 0;
}

struct token token_mint(const struct key *tokens, struct str edition, struct str audience,
	const struct id16 *invitation)
{
	unsigned char message[2 * (CODE_CHARS + 1) + sizeof(invitation->b)];
	size_t n = 0;

	add_code(message, &n, edition);
	add_code(message, &n, audience);
	memcpy(message + n, invitation->b, sizeof(invitation->b));
	n += sizeof(invitation->b);

	struct id16 id = hash_keyed16(tokens, STR("tok|v1"), message, n);
	struct token token;
	memcpy(token.b, id.b, sizeof(token.b));
	secret_wipe(&id, sizeof(id));
	return token;
}

struct token token_random(void)
{
	struct token token;

	random_bytes(token.b, sizeof(token.b));
	return token;
}

void token_write(char out[TOKEN_CHARS + 1], const struct token *token)
{
	base32_write(out, token->b, sizeof(token->b));
}

bool token_parse(struct str text, struct token *ret)
{
	struct token token;

	if (!base32_parse(text, token.b, sizeof(token.b)))
		return false;
	*ret = token;
	return true;
}

struct hash32 token_mac(const struct key *macs, const struct token *token)
{
	return hash_keyed(macs, STR("mac|v1"), token->b, sizeof(token->b));
}

struct hash32 token_locator(const struct key *drafts, const struct token *token)
{
	return hash_keyed(drafts, STR("loc|v1"), token->b, sizeof(token->b));
}

struct key token_draft_key(const struct key *drafts, const struct token *token)
{
	struct hash32 hash = hash_keyed(
		drafts, STR("enc|v1"), token->b, sizeof(token->b));
	struct key key;

	memcpy(key.b, hash.b, sizeof(key.b));
	secret_wipe(&hash, sizeof(hash));
	return key;
}

struct id16 token_instance(const struct key *drafts, const struct token *token)
{
	return hash_keyed16(drafts, STR("inst|v1"), token->b, sizeof(token->b));
}

struct id16 contact_stop_id(const struct key *stops, const struct id16 *contact)
{
	return hash_keyed16(stops, STR("stop|v1"), contact->b, sizeof(contact->b));
}

#define SIV_BYTES (BOUNCE_BYTES - sizeof(struct id16))

/* out = id XOR mask(siv): its own inverse. */
static void bounce_mask(const struct key *bounces, const unsigned char *siv,
	const unsigned char *id, unsigned char *out)
{
	struct id16 mask = hash_keyed16(bounces, STR("bounce|mask|v1"), siv, SIV_BYTES);

	for (size_t i = 0; i < sizeof(mask.b); i++)
		out[i] = (unsigned char)(id[i] ^ mask.b[i]);
}

struct bounce_id contact_bounce_id(const struct key *bounces, const struct id16 *contact)
{
	struct id16 siv = hash_keyed16(
		bounces, STR("bounce|id|v1"), contact->b, sizeof(contact->b));
	struct bounce_id id;

	memcpy(id.b, siv.b, SIV_BYTES);
	bounce_mask(bounces, id.b, contact->b, id.b + SIV_BYTES);
	return id;
}

bool bounce_id_open(
	const struct key *bounces, const struct bounce_id *id, struct id16 *ret_contact)
{
	struct id16 contact;

	bounce_mask(bounces, id->b, id->b + SIV_BYTES, contact.b);
	struct bounce_id again = contact_bounce_id(bounces, &contact);
	if (!secret_equal(again.b, id->b, BOUNCE_BYTES))
		return false;
	*ret_contact = contact;
	return true;
}

struct hash32 address_hash(const struct key *addresses, struct str address)
{
	return hash_keyed(addresses, STR("address|v1"), address.p, address.n);
}
