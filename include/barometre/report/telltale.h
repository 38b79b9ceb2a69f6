/* SPDX-License-Identifier: Apache-2.0 */
/*
 * telltale.h - what in an open answer may tell who wrote it, or of whom. An aid for whoever moderates: it shows places in a text, and never
 * decides. Pure.
 *
 *   e-mail   something@something.something
 *   phone    9 to 15 digits, with spaces, dots, hyphens, slashes or brackets between them
 *   name     what follows M., MM., Mme, Mlle, Me, Dr, Pr, Monsieur, Madame, Mademoiselle, Docteur, Professeur
 *   place    a commune of Occitanie (form/place.h) written with a capital, or, of six letters or more, without; a hospital, clinic or
 *            home followed by a name
 * Limits: a name without a title, a nickname, « je suis la seule sage-femme d’ici » are not seen; a word that is also a commune is.
 */
#ifndef BAROMETRE_REPORT_TELLTALE_H
#define BAROMETRE_REPORT_TELLTALE_H

#include "barometre/base/buf.h"

enum telltale_kind {
	TELLTALE_EMAIL,
	TELLTALE_PHONE,
	TELLTALE_NAME,
	TELLTALE_PLACE
};
#define TELLTALE_KINDS 4
struct telltale {
	enum telltale_kind kind;
	size_t at, n; /* bytes of the text */
};
/* In order of their beginnings, at most `max`: of more, first the addresses, then numbers, names, places. Returns how many were written. Not from two threads at once (form/place.h). */
size_t telltales_find(struct str text, struct telltale *ret, size_t max);
/* In French: « courriel », « téléphone », « nom », « lieu ». */
const char *telltale_name(enum telltale_kind);

#endif
