/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place.h - the official communes of Occitanie and the departments of France (the .tsv tables of forms/, Licence Ouverte 2.0).
 *
 * A locality answer is a code: five characters of a commune of Occitanie ("31555") or "dep:" and a department
 * outside Occitanie ("dep:75"; "dep:99" abroad).
 */
#ifndef BAROMETRE_FORM_PLACE_H
#define BAROMETRE_FORM_PLACE_H

#include "barometre/base/str.h"

struct department {
	const char *code, *name, *side; /* side: "est", "ouest", "" */
	bool occitanie;
};
struct commune {
	const char *code, *name, *department, *postcodes;
};

const struct department *department_find(struct str code); /* or NULL */
const struct department *department_list(size_t *ret_count);
/* What someone typed: a number, a name (accents, hyphens, case forgiven), or "Name (75)"; a name in another
 * language too. NULL when it is none. */
const struct department *department_search(struct str typed);
/* Those outside Occitanie whose number or name begins so, in the order of the table; returns how many (at most max). */
size_t department_suggest(struct str typed, const struct department **ret, size_t max);
const struct commune *commune_find(struct str code); /* or NULL */
/* What someone typed: a name (accents, hyphens, case forgiven), a postcode, or "Name (31)". Exact matches; when there
 * is none, names that begin with it. Names of large communes first. Returns how many were written to ret (at most max). */
size_t commune_search(
	struct str typed, const struct commune **ret, size_t max, bool *ret_exact);
/* While somebody types: the exact ones, then those that begin with it. At most 16 are asked for. */
size_t commune_suggest(struct str typed, const struct commune **ret, size_t max);
/* Is it a valid locality code? */
bool place_is_code(struct str code);
/* "Toulouse (31)", "Paris (75)", "Étranger"; fresh, to be freed; NULL when not a code. */
char *place_label(struct str code);

#endif
