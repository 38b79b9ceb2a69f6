/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coding_store.h - codebooks in versions (tables codebook, codebook_theme, codebook_map). Blocking: commands.
 *
 * A version that is there never changes. Each but the first says what became of every theme of the one before, so that what was
 * coded with it can be carried over; a theme that became several is a split, whose texts are read again.
 */
#ifndef BAROMETRE_STORE_CODING_STORE_H
#define BAROMETRE_STORE_CODING_STORE_H

#include "barometre/store/db.h"

/* Said of a text instead of themes; themes of no book. */
#define THEME_NONE "aucun_theme"
#define THEME_UNREADABLE "illisible"
bool theme_is_special(struct str code);

#define CODER_NAMELESS "" /* who codes without a name */
/* Small letters, digits and ._@-, beginning with a letter or digit, at most 60. */
bool coder_name_is_good(struct str);

struct theme {
	char *code, *label;
};
/* One line of what becomes of the version before. */
struct theme_map {
	char *was, *becomes;
};
/* Zero-initialise. */
struct codebook {
	char *book;
	int64_t version;
	char created_on[11];
	char *note;
	struct theme *themes; /* in order */
	size_t count;
	struct theme_map *map; /* of the version before; none of the first */
	size_t map_count;
};
void codebook_release(struct codebook *); /* idempotent */
/* Copies. */
void codebook_add_theme(struct codebook *, struct str code, struct str label);
void codebook_add_map(struct codebook *, struct str was, struct str becomes);
/* NULL when the book has no such code. */
const struct theme *codebook_find(const struct codebook *, struct str code);

/* A version with its map; 0 is the newest. ERR_MISSING when there is none. */
bool codebook_load(struct db *, const char *book, int64_t version, struct codebook *ret,
	struct err *) MUST_USE;
/* As the next version of its book, or the first; ERR_CONFLICT when it is not that, or its map leaves a theme out. */
bool codebook_save(struct db *, const struct codebook *, struct err *) MUST_USE;
/* The version an edition codes with; the newest from the first time this is asked. ERR_MISSING: no such book. */
bool codebook_of_edition(struct db *, const char *edition, const char *book,
	int64_t *ret_version, struct err *) MUST_USE;

#endif
