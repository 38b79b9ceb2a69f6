/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sealed_json.h - the readable side of a box: canonical JSON out, strict JSON in.
 * Private to src/privacy.
 *
 * Writing and reading share one check, so that nothing is sealed that could not be
 * opened later.
 */
#ifndef BAROMETRE_PRIVACY_SEALED_JSON_H
#define BAROMETRE_PRIVACY_SEALED_JSON_H

#include <jansson.h>

#include "barometre/base/buf.h"
#include "barometre/base/err.h"

/* Length of the canonical text (compact, members sorted); NULL counts as the empty
 * object. ERR_INVALID when jansson cannot write it (nested too deep, or into itself). */
bool canonical_size(const json_t *, size_t *ret, struct err *) MUST_USE;
/* Appends that text. */
void canonical_add(struct buf *out, const json_t *);
/* Nesting at most SEALED_DEPTH_MAX and no NUL inside a text: jansson would not read it,
 * nor PostgreSQL store it. */
bool sealed_json_check(struct str text, struct err *) MUST_USE;
/* An object with exactly `members` members (SIZE_MAX: any number); new reference, or
 * NULL with ERR_INVALID. The text is never quoted. */
json_t *sealed_json_parse(struct str text, size_t members, struct err *) MUST_USE;
/* A member of that type, borrowed, or NULL. */
json_t *sealed_json_member(const json_t *, const char *name, json_type);

#endif
