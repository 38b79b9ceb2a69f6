/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/secret.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Every key is 32 bytes. */
_Static_assert(KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "AEAD");
_Static_assert(KEY_BYTES == crypto_kdf_KEYBYTES, "derivation");
_Static_assert(KEY_BYTES == crypto_box_PUBLICKEYBYTES, "public half of a box");
_Static_assert(KEY_BYTES == crypto_box_SECRETKEYBYTES, "secret half of a box");
_Static_assert(AEAD_OVERHEAD ==
		crypto_aead_xchacha20poly1305_ietf_NPUBBYTES +
			crypto_aead_xchacha20poly1305_ietf_ABYTES,
	"nonce and tag");
_Static_assert(SEAL_OVERHEAD == crypto_box_SEALBYTES, "ephemeral key and tag");
_Static_assert(sizeof(struct id16) == crypto_pwhash_SALTBYTES, "salt of password_key");
_Static_assert(crypto_pwhash_STRBYTES == 128, "password_hash writes 128 bytes");
_Static_assert(PASSWORD_MODERATE_MIB << 20 == crypto_pwhash_MEMLIMIT_MODERATE &&
		PASSWORD_MODERATE_PASSES == crypto_pwhash_OPSLIMIT_MODERATE,
	"libsodium's moderate cost");

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES

void secret_init(void)
{
	must(sodium_init() >= 0);
}

void secret_forbid_dumps(void)
{
	const struct rlimit none = {0, 0};

	must(setrlimit(RLIMIT_CORE, &none) == 0);
	must(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
}

void secret_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}

bool secret_lock(void *p, size_t n)
{
	return sodium_mlock(p, n) == 0;
}

void secret_unlock(void *p, size_t n)
{
	sodium_memzero(p, n);
	(void)sodium_munlock(p, n);
}

void *secret_alloc(size_t n)
{
	/* sodium_malloc puts the end at the guard page: of a multiple of the widest alignment the beginning is aligned too. */
	const size_t unit = _Alignof(max_align_t);
	void *p;

	must(n <= SIZE_MAX / 2);
	n = (n / unit + 1) * unit;
	p = sodium_malloc(n);
	must(p);
	sodium_memzero(p, n);
	return p;
}

void secret_free(void *p)
{
	sodium_free(p);
}

void random_bytes(void *out, size_t n)
{
	randombytes_buf(out, n);
}

uint32_t random_below(uint32_t upper)
{
	must(upper > 0);
	return randombytes_uniform(upper);
}

struct id16 random_uuid(void)
{
	struct id16 id;

	random_bytes(&id, sizeof(id));
	id.b[6] = (unsigned char)((id.b[6] & 0x0F) |
		0x40); /* version 4, RFC 9562 section 5.4 */
	id.b[8] = (unsigned char)((id.b[8] & 0x3F) | 0x80); /* variant, section 4.1 */
	return id;
}

struct key random_key(void)
{
	struct key key;

	random_bytes(&key, sizeof(key));
	return key;
}

struct key key_derive(const struct key *root, uint64_t n, const char context[8])
{
	struct key key;

	must(crypto_kdf_derive_from_key(key.b, sizeof(key.b), n, context, root->b) == 0);
	return key;
}

static void hash_into(unsigned char *out, size_t out_size, const struct key *key,
	struct str label, const void *data, size_t n)
{
	crypto_generichash_state state;
	const unsigned char *bytes = data;

	/* A NUL ends the label: without it ("ab", "c") and ("a", "bc") would be one. */
	must(label.n == 0 || !memchr(label.p, '\0', label.n));
	must(crypto_generichash_init(&state, key->b, sizeof(key->b), out_size) == 0);
	must(crypto_generichash_update(&state, (const unsigned char *)label.p, label.n) ==
		0);
	must(crypto_generichash_update(&state, (const unsigned char *)"", 1) == 0);
	must(crypto_generichash_update(&state, bytes, n) == 0);
	must(crypto_generichash_final(&state, out, out_size) == 0);
	sodium_memzero(&state, sizeof(state));
}

struct hash32 hash_keyed(
	const struct key *key, struct str label, const void *data, size_t n)
{
	struct hash32 hash;

	hash_into(hash.b, sizeof(hash.b), key, label, data, n);
	return hash;
}

struct id16 hash_keyed16(
	const struct key *key, struct str label, const void *data, size_t n)
{
	struct id16 hash;

	hash_into(hash.b, sizeof(hash.b), key, label, data, n);
	return hash;
}

struct hash32 hash_plain(struct str s)
{
	struct hash32 hash;

	must(crypto_generichash(hash.b, sizeof(hash.b), (const unsigned char *)s.p, s.n,
		     NULL, 0) == 0);
	return hash;
}

struct hash32 hash_sha256(struct str s)
{
	struct hash32 hash;

	must(crypto_hash_sha256(hash.b, (const unsigned char *)s.p, s.n) == 0);
	return hash;
}

bool secret_equal(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

/* Scratch memory for plain text, wiped when it goes. */
struct scratch {
	unsigned char *p;
	size_t n;
};

static struct scratch scratch_new(size_t n)
{
	return (struct scratch){x_calloc(1, n), n};
}

static void scratch_drop(struct scratch *s)
{
	sodium_memzero(s->p, s->n);
	free(s->p);
}

static bool has_room(const struct buf *out, size_t n)
{
	return !out->failed && n <= out->max - out->n;
}

/* Checks sizes for both kinds of box. */
static bool fits(const struct buf *out, struct str plain, size_t padded_size,
	size_t overhead, struct err *e)
{
	must(padded_size < SIZE_MAX - overhead);
	if (plain.n >= padded_size) /* the padding takes at least one byte */
		return err_set(e, ERR_LIMIT, "%zu bytes do not fit into a box of %zu",
			plain.n, padded_size);
	if (!has_room(out, padded_size + overhead))
		return err_set(
			e, ERR_LIMIT, "no room for a box of %zu bytes", padded_size);
	return true;
}

/* ISO/IEC 7816-4: 0x80, then zeroes, to the end. By hand: sodium_pad and sodium_unpad take their time so as to leak no
 * length to who measures it, which a box that is authenticated before it is unpadded does not need, and
 * they took an eighth of the web process. */
static void pad(struct scratch *s, struct str plain)
{
	must(plain.n < s->n);
	if (plain.n > 0)
		memcpy(s->p, plain.p, plain.n);
	s->p[plain.n] = 0x80;
	for (size_t i = plain.n + 1; i < s->n; i++)
		s->p[i] = 0;
}

static bool unpad(struct buf *out, const struct scratch *s, struct err *e)
{
	size_t n = s->n;

	while (n > 0 && s->p[n - 1] == 0)
		n--;
	if (n == 0 || s->p[n - 1] != 0x80)
		return err_set(e, ERR_DENIED, "a box with broken padding");
	n--;
	if (!has_room(out, n))
		return err_set(e, ERR_LIMIT, "no room for the %zu bytes of a box", n);
	buf_bytes(out, s->p, n);
	return true;
}

bool aead_seal(struct buf *out, const struct key *key, struct str plain,
	size_t padded_size, struct err *e)
{
	if (!fits(out, plain, padded_size, AEAD_OVERHEAD, e))
		return false;
	SCOPED(scratch_drop) struct scratch padded = scratch_new(padded_size);
	SCOPED(scratch_drop)
	struct scratch box = scratch_new(padded_size + AEAD_OVERHEAD);
	pad(&padded, plain);
	random_bytes(box.p, NONCE_BYTES);
	must(crypto_aead_xchacha20poly1305_ietf_encrypt(box.p + NONCE_BYTES, NULL,
		     padded.p, padded.n, NULL, 0, NULL, box.p, key->b) == 0);
	buf_bytes(out, box.p, box.n);
	return true;
}

bool aead_open(struct buf *out, const struct key *key, struct str box, struct err *e)
{
	if (box.n <= AEAD_OVERHEAD)
		return err_set(e, ERR_DENIED, "a box that is too short");
	const unsigned char *bytes = (const unsigned char *)box.p;
	SCOPED(scratch_drop) struct scratch plain = scratch_new(box.n - AEAD_OVERHEAD);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain.p, NULL, NULL,
		    bytes + NONCE_BYTES, box.n - NONCE_BYTES, NULL, 0, bytes,
		    key->b) != 0)
		return err_set(e, ERR_DENIED,
			"a box that was changed or sealed with another key");
	return unpad(out, &plain, e);
}

bool box_seal(struct buf *out, const struct public_key *key, struct str plain,
	size_t padded_size, struct err *e)
{
	if (!fits(out, plain, padded_size, SEAL_OVERHEAD, e))
		return false;
	SCOPED(scratch_drop) struct scratch padded = scratch_new(padded_size);
	SCOPED(scratch_drop)
	struct scratch box = scratch_new(padded_size + SEAL_OVERHEAD);
	pad(&padded, plain);
	if (crypto_box_seal(box.p, padded.p, padded.n, key->b) != 0)
		return err_set(e, ERR_INVALID, "not a usable public key");
	buf_bytes(out, box.p, box.n);
	return true;
}

bool box_open(struct buf *out, const struct public_key *public,
	const struct secret_key *secret, struct str box, struct err *e)
{
	if (box.n <= SEAL_OVERHEAD)
		return err_set(e, ERR_DENIED, "a sealed box that is too short");
	SCOPED(scratch_drop) struct scratch plain = scratch_new(box.n - SEAL_OVERHEAD);
	if (crypto_box_seal_open(plain.p, (const unsigned char *)box.p, box.n, public->b,
		    secret->b) != 0)
		return err_set(e, ERR_DENIED,
			"a sealed box that was changed or sealed for another key");
	return unpad(out, &plain, e);
}

void box_new_pair(struct public_key *public, struct secret_key *secret)
{
	must(crypto_box_keypair(public->b, secret->b) == 0);
}

struct public_key box_public(const struct secret_key *secret)
{
	struct public_key public;

	must(crypto_scalarmult_base(public.b, secret->b) == 0);
	return public;
}

bool password_hash(char out[128], struct str password)
{
	char hash[crypto_pwhash_STRBYTES];

	if (crypto_pwhash_str(hash, password.p ? password.p : "", password.n,
		    crypto_pwhash_OPSLIMIT_INTERACTIVE,
		    crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
		return false; /* no 64 MiB to be had */
	memcpy(out, hash, sizeof(hash));
	return true;
}

bool password_verify(const char *stored, struct str password)
{
	char hash[crypto_pwhash_STRBYTES] = {0};
	size_t n = strlen(stored);

	/* libsodium wants the whole array, a database gives a string. */
	if (n >= sizeof(hash))
		return false;
	memcpy(hash, stored, n);
	return crypto_pwhash_str_verify(hash, password.p ? password.p : "", password.n) ==
		0;
}

static bool stretch(struct key *ret, struct str password, const struct id16 *salt,
	size_t memory, unsigned long long passes)
{
	struct key key;

	if (crypto_pwhash(key.b, sizeof(key.b), password.p ? password.p : "", password.n,
		    salt->b, passes, memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return false;
	*ret = key;
	secret_wipe(&key, sizeof(key));
	return true;
}

bool password_key(struct key *ret, struct str password, const struct id16 *salt)
{
	return stretch(ret, password, salt, crypto_pwhash_MEMLIMIT_INTERACTIVE,
		crypto_pwhash_OPSLIMIT_INTERACTIVE);
}

bool password_key_at(struct key *ret, struct str password, const struct id16 *salt,
	struct password_cost cost)
{
	must(cost.memory_mib > 0 && cost.passes > 0);
	return stretch(ret, password, salt, (size_t)cost.memory_mib << 20, cost.passes);
}

void hex_write(char *out, const void *bytes, size_t n)
{
	(void)sodium_bin2hex(out, n * 2 + 1, bytes, n);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool hex_parse(struct str s, void *out, size_t n)
{
	/* By table, filled once: every box of the database comes through here. */
	static signed char values[256];
	unsigned char *bytes = out;
	int seen = 0;

	if (values['a'] == 0)
		for (int c = 0; c < 256; c++)
			values[c] = (signed char)hex_digit((char)c);
	if (s.n % 2 != 0 || s.n / 2 != n)
		return false;
	for (size_t i = 0; i < s.n; i++)
		seen |= values[(unsigned char)s.p[i]];
	if (seen < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		bytes[i] = (unsigned char)(values[(unsigned char)s.p[2 * i]] * 16 +
			values[(unsigned char)s.p[2 * i + 1]]);
	return true;
}

void base32_write(char *out, const void *data, size_t n)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	const unsigned char *bytes = data;
	unsigned int held = 0; /* bits not yet written, at the low end */
	int count = 0;

	for (size_t i = 0; i < n; i++) {
		held = (held & 0xFF) << 8 | bytes[i];
		for (count += 8; count >= 5; count -= 5)
			*out++ = alphabet[held >> (count - 5) & 31];
	}
	if (count > 0)
		*out++ = alphabet[held << (5 - count) & 31];
	*out = '\0';
}

static int base32_digit(char c)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	return -1;
}

bool base32_parse(struct str s, void *out, size_t n)
{
	unsigned char *bytes = out;
	unsigned int held = 0;
	int count = 0;

	must(n < SIZE_MAX / 8);
	if (s.n != (n * 8 + 4) / 5)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (base32_digit(s.p[i]) < 0)
			return false;
	}
	/* Bits after the last byte must be 0, or one value would have several texts. */
	size_t spare = s.n * 5 - n * 8;
	if (s.n > 0 &&
		((unsigned int)base32_digit(s.p[s.n - 1]) & ((1U << spare) - 1)) != 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		held = (held & 0xFF) << 5 | (unsigned int)base32_digit(s.p[i]);
		count += 5;
		if (count >= 8) {
			count -= 8;
			*bytes++ = (unsigned char)(held >> count);
		}
	}
	return true;
}

#define BASE64_VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

void base64url_write(struct buf *out, struct str s)
{
	SCOPED(scratch_drop)
	struct scratch text = scratch_new(sodium_base64_encoded_len(s.n, BASE64_VARIANT));

	(void)sodium_bin2base64(
		(char *)text.p, text.n, (const unsigned char *)s.p, s.n, BASE64_VARIANT);
	buf_bytes(out, text.p, text.n - 1);
}

bool base64url_parse(struct buf *out, struct str s)
{
	SCOPED(scratch_drop) struct scratch bytes = scratch_new(s.n / 4 * 3 + 3);
	size_t n = 0;

	/* libsodium 1.0.18 reads bytes above 127 as '_': one value, one spelling. */
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > 127)
			return false;
	if (sodium_base642bin(bytes.p, bytes.n, s.p ? s.p : "", s.n, NULL, &n, NULL,
		    BASE64_VARIANT) != 0 ||
		!has_room(out, n))
		return false;
	buf_bytes(out, bytes.p, n);
	return true;
}

void uuid_write(char out[37], const struct id16 *id)
{
	char hex[33];

	hex_write(hex, id->b, sizeof(id->b));
	for (size_t i = 0; i < 32; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			*out++ = '-';
		*out++ = hex[i];
	}
	*out = '\0';
}

bool uuid_parse(struct str s, struct id16 *ret)
{
	char hex[32];
	size_t n = 0;

	if (s.n != 36)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash != (s.p[i] == '-'))
			return false;
		if (!dash)
			hex[n++] = s.p[i];
	}
	return hex_parse((struct str){hex, n}, ret->b, sizeof(ret->b));
}
