/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err.h - why something could not be done, in words fit for whoever has to mend it.
 *
 * Untouched on success, so steps chain with &&. Lower errors are prefixed, never replaced.
 * Text: lower case, no full stop, values in quotes; never an answer, an address or a secret.
 */
#ifndef BAROMETRE_BASE_ERR_H
#define BAROMETRE_BASE_ERR_H

#include "barometre/base/mem.h"

enum err_code {
	ERR_NONE,
	ERR_INVALID,  /* the input is wrong */
	ERR_MISSING,  /* there is no such thing */
	ERR_DENIED,   /* not allowed */
	ERR_CONFLICT, /* the state does not allow it (already done, closed) */
	ERR_LIMIT,    /* too big, too many */
	ERR_BUSY,     /* not now: try again */
	ERR_BROKEN,   /* the environment is broken: database, disk, relay */
};

struct err {
	enum err_code code;
	int line;
	char text[400];
};

/* Always returns false, so that `return err_set(…);` reads well. `e` may be NULL. */
bool err_set(struct err *e, enum err_code, const char *format, ...) PRINTF_LIKE(3, 4);
bool err_set_line(struct err *e, enum err_code, int line, const char *format, ...)
	PRINTF_LIKE(4, 5);
/* Puts these words and ": " before the text; the code and the line stay. */
bool err_prefix(struct err *e, const char *format, ...) PRINTF_LIKE(2, 3);
int err_http_status(enum err_code); /* RFC 9110 status */
int err_exit_status(
	enum err_code); /* 0 none, 2 invalid, 3 missing, 4 denied, 5 conflict, 6 limit, 7 busy, 8 broken */

#endif
