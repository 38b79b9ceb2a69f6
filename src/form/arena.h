/* SPDX-License-Identifier: Apache-2.0 */
/* arena.h - memory that lives and dies together: everything a form points to. */
#ifndef FORM_ARENA_H
#define FORM_ARENA_H

#include "barometre/base/str.h"

struct arena {
	struct arena_chunk *chunks;
};

/* Zeroed, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *, size_t count, size_t size)
	__attribute__((returns_nonnull));
/* NUL-terminated copy. */
char *arena_dup(struct arena *, struct str) __attribute__((returns_nonnull));
void arena_release(struct arena *);

#endif
