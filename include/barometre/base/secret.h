/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret.h - the only door to libsodium: keys, hashes, boxes, passwords, randomness.
 *
 * Keys are 32 bytes in a struct of their own kind, so that one cannot be passed for another; secret_wipe when done.
 * Sources: libsodium 1.0.18 manual; BLAKE2b RFC 7693; Argon2id RFC 9106; XChaCha20-Poly1305
 * draft-irtf-cfrg-xchacha; base32 RFC 4648 section 6 (lower case, no padding).
 */
#ifndef BAROMETRE_BASE_SECRET_H
#define BAROMETRE_BASE_SECRET_H

#include <stdint.h>

#include "barometre/base/buf.h"
#include "barometre/base/err.h"

#define KEY_BYTES 32
struct key {
	unsigned char b[KEY_BYTES];
}; /* symmetric */
struct public_key {
	unsigned char b[KEY_BYTES];
}; /* X25519 */
struct secret_key {
	unsigned char b[KEY_BYTES];
};
struct hash32 {
	unsigned char b[32];
};
struct id16 {
	unsigned char b[16];
}; /* a random or keyed 128-bit identifier; also a UUID's bytes */

/* Once a process, before anything else here. Dies when libsodium cannot start. */
void secret_init(void);
/* No core dump, not traceable (prctl PR_SET_DUMPABLE 0, RLIMIT_CORE 0). */
void secret_forbid_dumps(void);
void secret_wipe(void *, size_t);
/* Keeps memory out of the swap and out of dumps, in whole pages: for a key that must never reach a disk. False when the system
 * allows no more of it (RLIMIT_MEMLOCK); the memory can be used all the same. */
bool secret_lock(void *, size_t);
void secret_unlock(void *, size_t); /* wipes it too; harmless on what was not locked */
/* Fresh memory for what lives as long as its process, or as a count: zero, between pages that nobody may touch, locked as by secret_lock when the
 * system allows it. A whole page at least: not for what is many. Dies when there is none. secret_free wipes; NULL is fine. */
void *secret_alloc(size_t) __attribute__((returns_nonnull));
void secret_free(void *);
void random_bytes(void *, size_t);
/* Uniform in 0 … upper-1. */
uint32_t random_below(uint32_t upper);
struct id16 random_uuid(void); /* version 4, RFC 9562 */
struct key random_key(void);

/* Sub-key number `n` of a root key; `context` is 8 characters. */
struct key key_derive(const struct key *root, uint64_t n, const char context[8]);
/* Keyed BLAKE2b over label ‖ 0x00 ‖ data: the NUL ends the label, which may hold none, so that label and data
 * cannot be taken for one another. hash_keyed16 is BLAKE2b with a 16-byte output, not a truncation. */
struct hash32 hash_keyed(const struct key *, struct str label, const void *, size_t);
struct id16 hash_keyed16(const struct key *, struct str label, const void *, size_t);
struct hash32 hash_plain(struct str);
/* SHA-256 (FIPS 180-4), for formats that ask for it (Data Package 2.0). */
struct hash32 hash_sha256(struct str);
bool secret_equal(const void *, const void *, size_t); /* constant time */

/* Pads to exactly `size` bytes (ISO/IEC 7816-4) and seals. False (ERR_LIMIT) when it does not fit.
 * Appends nonce (24), ciphertext (size), tag (16); no additional data: each use has a key of its own.
 * Sealed box: ephemeral key (32), tag (16), ciphertext (size). Nothing is appended on failure. */
#define AEAD_OVERHEAD 40
#define SEAL_OVERHEAD 48
bool aead_seal(struct buf *out, const struct key *, struct str plain, size_t padded_size,
	struct err *) MUST_USE;
bool aead_open(struct buf *out, const struct key *, struct str box, struct err *)
	MUST_USE; /* ERR_DENIED */
bool box_seal(struct buf *out, const struct public_key *, struct str plain,
	size_t padded_size, struct err *) MUST_USE;
bool box_open(struct buf *out, const struct public_key *, const struct secret_key *,
	struct str box, struct err *) MUST_USE; /* ERR_DENIED */
void box_new_pair(struct public_key *, struct secret_key *);
struct public_key box_public(const struct secret_key *);

/* Argon2id, "moderate": about a second and 256 MiB is too much beside a survey, so INTERACTIVE costs
 * (64 MiB, 2 passes) for staff log-in. Slow: never on the loop. */
bool password_hash(char out[128], struct str password) MUST_USE;
bool password_verify(const char *stored, struct str password) MUST_USE;
/* A key from words, by the same Argon2id with a salt of the caller's: the same words and salt, the same key. Slow: never
 * on the loop. False when there is no memory for it. */
bool password_key(struct key *ret, struct str password, const struct id16 *salt) MUST_USE;
/* The same at a cost of the caller's choice, for what is tried at leisure by whoever finds it. libsodium's "moderate" is
 * 256 MiB and 3 passes: about a second. */
struct password_cost {
	unsigned int memory_mib, passes; /* from 1 each */
};
#define PASSWORD_MODERATE_MIB 256
#define PASSWORD_MODERATE_PASSES 3
bool password_key_at(struct key *ret, struct str password, const struct id16 *salt,
	struct password_cost) MUST_USE;

/* RFC 4648. hex_write and base32_write end with a NUL; sizes: 2n+1, ceil(8n/5)+1. *_parse want exactly `n` bytes,
 * take either case, and refuse spare bits that are not 0. base64url: section 5, no padding. */
void hex_write(char *out, const void *, size_t n);
bool hex_parse(struct str, void *out, size_t n) MUST_USE;
void base32_write(char *out, const void *, size_t n);
bool base32_parse(struct str, void *out, size_t n) MUST_USE;
void base64url_write(struct buf *out, struct str);
bool base64url_parse(struct buf *out, struct str) MUST_USE;
void uuid_write(char out[37], const struct id16 *);
bool uuid_parse(struct str, struct id16 *ret) MUST_USE;

#endif
