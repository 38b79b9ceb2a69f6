/* SPDX-License-Identifier: Apache-2.0 */
/* mailing_words.h - what the doctor and the rehearsal call a mailing, in French. */
#ifndef BAROMETRE_APP_MAILING_WORDS_H
#define BAROMETRE_APP_MAILING_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct db_rows;
/* « relance 2 (associations) », or as part of a sentence « la relance 2 de « 2026 » (associations) », of a row with kind, title (or NULL),
 * audience (or NULL) and, for the latter, edition. To be freed. */
char *mailing_words(const struct db_rows *, size_t row, bool in_sentence);

#endif
