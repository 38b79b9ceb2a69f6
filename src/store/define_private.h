/* SPDX-License-Identifier: Apache-2.0 */
/* define_private.h - reading the JSON of an edition file and of a mailing's: each error names the file, the key and the remedy. `at` is
 * where we are ("audiences[0]"), `key` what is read. Texts are borrowed from the JSON. */
#ifndef BAROMETRE_STORE_DEFINE_PRIVATE_H
#define BAROMETRE_STORE_DEFINE_PRIVATE_H

#include <jansson.h>

#include "barometre/base/clock.h"
#include "barometre/base/str.h"

/* Always false. */
bool define_wrong(const char *file, const char *at, const char *key, const char *remedy,
	struct err *);
bool define_keys(const char *file, const char *at, const json_t *object,
	const char *const *known, struct err *) MUST_USE;
bool define_text(const char *file, const char *at, const json_t *object, const char *key,
	const char **ret, struct err *) MUST_USE;
bool define_count(const char *file, const char *at, const json_t *object, const char *key,
	int64_t *ret, struct err *) MUST_USE;
/* At 00:00:00. */
bool define_date(const char *file, const char *at, const json_t *object, const char *key,
	struct civil *ret, struct err *) MUST_USE;

#endif
