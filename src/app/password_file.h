/* SPDX-License-Identifier: Apache-2.0 */
/* password_file.h - the password that a line of the configuration names a file for. */
#ifndef BAROMETRE_APP_PASSWORD_FILE_H
#define BAROMETRE_APP_PASSWORD_FILE_H

#include <stddef.h>

#include "barometre/base/err.h"

/* Its first line, without the end of it; for secret_wipe. ERR_MISSING, and ERR_LIMIT for a line of `size` bytes or more, name `key` and
 * the remedy. */
bool password_file_read(
	const char *key, const char *file, char *out, size_t size, struct err *) MUST_USE;

#endif
