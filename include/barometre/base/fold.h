/* SPDX-License-Identifier: Apache-2.0 */
/* fold.h - names as people type them: "Saint-Étienne d’Albagnan" and "st etienne" compare (ICU). */
#ifndef BAROMETRE_BASE_FOLD_H
#define BAROMETRE_BASE_FOLD_H

#include "barometre/base/buf.h"

/* Lower case, no accents, œ as oe, every run of other characters than letters and digits as one space,
 * "st"/"ste" as a whole word written "saint"/"sainte"; no space at either end.
 * Appends. At most 4 KiB of input; longer is cut. */
void fold_name(struct buf *out, struct str);

/* Unicode normalisation form C (UAX 15): an é typed as one character or as two is one. Of well-formed UTF-8; appends. Leaves no
 * copy behind, so that it can be used on secrets. */
void text_compose(struct buf *out, struct str);

/* French collation: <0, 0, >0. */
int fold_compare(struct str, struct str);

#endif
