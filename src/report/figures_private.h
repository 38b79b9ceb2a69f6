/* SPDX-License-Identifier: Apache-2.0 */
/* figures_private.h - the growing lists of release.h, for who adds to them (release*.c, synthesis.c). Nothing of counters is in it. */
#ifndef FIGURES_PRIVATE_H
#define FIGURES_PRIVATE_H

#include "barometre/report/release.h"

/* Takes a text over. */
const char *figures_own(struct figures *, char *text);
/* Its texts are static, or owned by the list. */
void figures_push(struct figures *, struct figure);
PRINTF_LIKE(6, 7)
void figures_note(struct figures *, const char *audience, const char *question,
	const char *segment, const char *code, const char *format, ...);
/* Nothing known; audience and question copied. */
struct figure figures_blank(
	struct figures *, const char *audience, const char *question, const char *type);

#endif
