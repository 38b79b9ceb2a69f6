/* SPDX-License-Identifier: Apache-2.0 */
/*
 * passphrase.h - asking a person for a passphrase, at a terminal or through a pipe.
 *
 * At a terminal nothing is shown of what is typed, and Ctrl-C at the question leaves the terminal as it was. Anything else on
 * standard input is read a line at a time, no byte further, so that several passphrases may follow one another. No
 * copy stays in a buffer of stdio.
 */
#ifndef APP_PASSPHRASE_H
#define APP_PASSPHRASE_H

#include "barometre/privacy/custody.h"

struct passphrase {
	size_t n;
	char text[PASSPHRASE_BYTES + 1];
};

/* The line without its end. The prompt is shown on standard error, and only at a terminal. ERR_MISSING: standard input is at its end; ERR_LIMIT: too
 * long; ERR_DENIED: given up with Ctrl-C. */
bool passphrase_ask(struct passphrase *ret, const char *prompt, struct err *) MUST_USE;
/* A new one, for somebody: at a terminal twice, and again until it will do (three times at most). */
bool passphrase_ask_new(struct passphrase *ret, const char *who, struct err *) MUST_USE;
struct str passphrase_str(const struct passphrase *);

#endif
