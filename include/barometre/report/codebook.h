/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codebook.h - the themes of open questions: those the program comes with (forms/codebooks.json, put into it at build), versions as
 * files, and the lines of a coded question.
 *
 * A file is CSV (base/csv.h) with columns code, label, from, one line a theme, in the order in which they are told. Of a version after the
 * first, `from` names the themes of the version before that this one holds, apart by spaces:
 *   empty          the theme of the same code, when there was one, whatever its label; else a new theme
 *   "temps rh"     both are merged into this one; one name alone: the code changes
 *   named by two   that theme is split: texts that had it are read again
 * Every theme of the version before has to be found again in some line.
 */
#ifndef BAROMETRE_REPORT_CODEBOOK_H
#define BAROMETRE_REPORT_CODEBOOK_H

#include "barometre/report/release.h"
#include "barometre/store/coding_store.h"

/* Those of the program, as version 1; borrowed for ever. NULL: no such book. */
const struct codebook *codebook_builtin(const char *book);
const struct codebook *codebook_builtin_at(size_t n); /* NULL behind the last */

/* The version after `former` (NULL: the first) out of a file. ERR_INVALID names the line; ERR_CONFLICT when nothing changes. */
bool codebook_parse(struct str file, const char *book, const struct codebook *former,
	const char *note, struct codebook *ret, struct err *) MUST_USE;
/* A file to be changed and read again: `from` is empty. */
void codebook_write(const struct codebook *, struct buf *out);
/* What changed since the version before, one line each: "new", "renamed", "code", "merged", "split". */
void codebook_diff(
	const struct codebook *former, const struct codebook *, struct buf *out);

/* Lines of a coded open question, every theme of its book, thresholds applied. base: texts coded; counts in the order of the book. */
void figures_add_themes(struct figures *, const char *audience, const char *question,
	const struct codebook *, int64_t base, const int64_t *counts, struct thresholds);

#endif
