/* SPDX-License-Identifier: Apache-2.0 */
/* text.h - values as a language writes them, for messages and for answers read back. */
#ifndef FORM_TEXT_H
#define FORM_TEXT_H

#include "barometre/base/words.h"

/* Fresh: "12 345,5" in French, "12,345.5" in English; at most ten decimals. Thousands are parted from `least_digits`
 * digits on: 5 leaves years whole ("1956"), 4 does not. */
char *text_number(const struct language *, double, size_t least_digits);

#endif
