/* SPDX-License-Identifier: Apache-2.0 */
/* custodian_key.h - the counting key out of a custodian's file, for what needs it: key test, count, the keeper. */
#ifndef APP_CUSTODIAN_KEY_H
#define APP_CUSTODIAN_KEY_H

#include "barometre/store/custody_store.h"
#include "barometre/store/edition_store.h"
#include "passphrase.h"

struct custodian_key { /* in locked memory, wiped when it goes */
	struct custody custody;
	struct secret_key secret;
	struct passphrase passphrase;
};

/* What the file says of itself. ERR_INVALID: damaged (custody.h); ERR_CONFLICT: of another edition, or of a key that was made again. In
 * French. */
bool custodian_key_read(struct custody *ret, struct str text, const struct edition *,
	struct err *) MUST_USE;

/* Locks the memory (and says so on standard error where the system does not allow it), forbids dumps. */
void secrets_begin(void *, size_t);
/* `ret` must have been through secrets_begin. Reads the file, checks that it is of this edition and of its key, asks the
 * passphrase, opens. Errors are in French. */
bool custodian_key_load(struct custodian_key *ret, const char *file,
	const struct edition *, struct err *) MUST_USE;
void custodian_key_release(struct custodian_key *);

#endif
