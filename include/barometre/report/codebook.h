/* SPDX-License-Identifier: Apache-2.0 */
/* codebook.h - the themes of open questions (forms/codebooks.json, put into the program at build). */
#ifndef BAROMETRE_REPORT_CODEBOOK_H
#define BAROMETRE_REPORT_CODEBOOK_H

#include "barometre/report/release.h"

/* Label of a theme; NULL when the book has no such code, or there is no such book. Borrowed for ever. */
const char *codebook_label(const char *book, const char *code);
size_t codebook_size(const char *book);
/* The n-th code, in the order of the book, n < codebook_size. */
const char *codebook_code(const char *book, size_t n);

/* Lines of a coded open question, every theme of its book, thresholds applied. base: texts coded; counts in the order of the book. */
void figures_add_themes(struct figures *, const char *audience, const char *question,
	const char *book, int64_t base, const int64_t *counts, struct thresholds);
/* Copies one line of an earlier release. */
void figures_add_copy(struct figures *, const struct figure *);

#endif
