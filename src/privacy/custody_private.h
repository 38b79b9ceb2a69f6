/* SPDX-License-Identifier: Apache-2.0 */
/* custody_private.h - between custody.c and custody_text.c; and for tests, which would take minutes at the real cost. */
#ifndef PRIVACY_CUSTODY_PRIVATE_H
#define PRIVACY_CUSTODY_PRIVATE_H

#include "barometre/privacy/custody.h"

/* What custody_seal spends; it stands in the file. Nothing but tests changes it. */
extern struct password_cost custody_cost;

bool custody_seal_at(struct buf *out, struct password_cost, const char *edition,
	const char *custodian, const struct secret_key *, struct str passphrase,
	struct err *) MUST_USE;

/* The numbered lines, between text and bytes (custody_text.c). */
#define CUSTODY_LINES 9
#define CUSTODY_LINE_BYTES 15
#define CUSTODY_LINE_CHARS 28
#define CUSTODY_BYTES (CUSTODY_LINES * CUSTODY_LINE_BYTES)

/* What a reader finds in the text, not yet believed. */
struct custody_text {
	char edition[CODE_CHARS + 1];
	char custodian[CUSTODIAN_BYTES + 1];
	char fingerprint[FINGERPRINT_CHARS + 1]; /* empty when it is not there */
	unsigned char bytes[CUSTODY_BYTES];
};

/* Bytes of the blank that the text begins with; 0 when there is none. */
size_t custody_blank_at(struct str);
void custody_text_write(
	struct buf *out, const struct custody_text *, struct password_cost);
bool custody_text_read(struct custody_text *ret, struct str file, struct err *) MUST_USE;

#endif
