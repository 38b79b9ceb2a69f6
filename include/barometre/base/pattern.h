/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pattern.h - regular expressions of questionnaires (ICU's, near enough to JavaScript's: what differs is refused).
 *
 * A search ends after 20 steps of ICU's clock (about a millisecond each) or 1 MB of stack whatever the pattern and the
 * text, then it counts as "not found".
 * Patterns are immutable and may be used by one thread at a time.
 */
#ifndef BAROMETRE_BASE_PATTERN_H
#define BAROMETRE_BASE_PATTERN_H

#include "barometre/base/err.h"
#include "barometre/base/str.h"

struct pattern;

/* UTF-8. ERR_INVALID: the text says what is wrong and where. At most 500 bytes. */
struct pattern *pattern_new(struct str regex, bool ignore_case, struct err *) MUST_USE;
void pattern_free(struct pattern *);
/* Is it found anywhere in the text? */
bool pattern_found(const struct pattern *, struct str text);

#endif
