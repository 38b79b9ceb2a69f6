/* SPDX-License-Identifier: Apache-2.0 */
/*
 * custody.h - the counting key in the hands of custodians: one file each, closed by a passphrase of their own.
 *
 * Why: boxes open only with the counting key. Where custodians keep it, a server that is stolen, searched or copied
 *      during the survey opens nothing. Any one of the files is enough to count; when all are lost the answers are lost, so there are
 *      at least CUSTODIANS_MIN, each tried before the edition opens.
 *
 * The file is UTF-8 text, made to be printed and to be typed again from paper: what it is and what to do with it (in French), then
 *
 *   Édition : 2026
 *   Dépositaire : Anne Martin
 *   Empreinte : 3f2a 91c0 …                               (for the eye; checked when it is there)
 *   1  ABCD EFGH IJKL MNOP QRST UVWX  YZ23                nine lines: 15 bytes in base32 (RFC 4648), then 20 bits of
 *   …                                                     BLAKE2b("custody line" NUL number ‖ the 15 bytes)
 *
 * The 135 bytes: version 1 (1), memory in MiB (2, big-endian), passes (1), check of the edition (3), check of the custodian (3),
 * salt (16), public half (32), box (73), check of all (4).
 *   A   = Argon2id(passphrase, salt, memory, passes)      RFC 9106; 256 MiB and 3 passes: libsodium's "moderate"
 *   K   = BLAKE2b-256(A, "custody|v1", edition NUL custodian NUL the 58 bytes before the box)
 *   box = XChaCha20-Poly1305 of the secret half under K, padded to 33 bytes (secret.h)
 *   the checks are the first bytes of BLAKE2b("custody edition" NUL edition), ("custody name" NUL custodian),
 *   ("custody file" NUL edition NUL custodian NUL the 131 bytes before it)
 * where custodian is fold_name() of the name, so that case, accents and spaces do not matter when it is typed.
 *
 * The passphrase: at least PASSPHRASE_MIN characters, of which at least PASSPHRASE_DIFFERENT different ones. Case and accents count.
 * Before use it is composed (Unicode NFC), the curly apostrophe becomes the straight one, blanks (also no-break ones) at its ends go and a
 * run of them inside is one space: what keyboards and telephones change by themselves makes no difference.
 *
 * Promises
 *   C1 Without the passphrase the file tells the edition, the name and the public half, nothing of the secret half.
 *   C2 A file opens only as what it was made for: another edition, name, cost or public half does not open.
 *   C3 Case, blanks, hyphens, a byte-order mark, kinds of line ends, 0 for O, 1 for I and 8 for B make no difference; a mistyped line is named
 *      (of a million wrong lines one passes for right, and is found by the check of all).
 *   C4 A file cannot ask for more than CUSTODY_MEMORY_MAX MiB and CUSTODY_PASSES_MAX passes, nor be longer than CUSTODY_FILE_MAX.
 *   C5 A wrong passphrase (ERR_DENIED) and a damaged file (ERR_INVALID) are told apart.
 *
 * Errors are in French: their readers are the custodians. They hold nothing of key or passphrase.
 */
#ifndef BAROMETRE_PRIVACY_CUSTODY_H
#define BAROMETRE_PRIVACY_CUSTODY_H

#include "barometre/base/secret.h"
#include "barometre/privacy/campaign.h"

#define CUSTODIANS_MIN 2
#define CUSTODIANS_MAX 9
#define CUSTODIAN_BYTES 120 /* of a name */
#define CUSTODY_FILE_MAX 8192
#define CUSTODY_MEMORY_MAX 512
#define CUSTODY_PASSES_MAX 8
#define PASSPHRASE_MIN 12
#define PASSPHRASE_DIFFERENT 6
#define PASSPHRASE_BYTES 1024
#define FINGERPRINT_CHARS 39 /* eight groups of four hexadecimal digits */

struct custody {
	char edition[CODE_CHARS + 1];
	char custodian[CUSTODIAN_BYTES + 1]; /* as it stands in the file */
	struct public_key public_key;
};

/* Appends the file. A second of work and 256 MiB: never on the loop. ERR_INVALID: a name or a passphrase that will not do; ERR_LIMIT: no memory. */
bool custody_seal(struct buf *out, const char *edition, const char *custodian,
	const struct secret_key *, struct str passphrase, struct err *) MUST_USE;
/* What the file says of itself, no passphrase needed. ERR_INVALID: damaged; the text names every line to be copied again
 * and err->line is the first of them (1 to 9). ERR_LIMIT: C4. */
bool custody_read(struct custody *ret, struct str file, struct err *) MUST_USE;
/* The secret half; the caller keeps it in locked memory and wipes it. As custody_seal and custody_read; ERR_DENIED: the
 * passphrase is not the one of this file. */
bool custody_open(struct secret_key *ret, struct str file, struct str passphrase,
	struct err *) MUST_USE;

/* Whether a new passphrase will do. */
bool custody_passphrase_good(struct str passphrase, struct err *) MUST_USE;
/* A name as it is kept: composed, without blanks at its ends and single ones inside. ERR_INVALID when it has no letter, is too long or holds
 * control characters. */
bool custody_name(char ret[CUSTODIAN_BYTES + 1], struct str name, struct err *) MUST_USE;
/* The same name, as fold_name compares? */
bool custody_same_name(const char *, const char *);
/* For the name of a file: a-z, 0-9 and "-"; may be empty for names in other scripts. */
void custody_slug(char ret[CUSTODIAN_BYTES + 1], const char *name);
/* The first half of the number that the record of the count prints in full. */
void custody_fingerprint(char ret[FINGERPRINT_CHARS + 1], const struct public_key *);

#endif
