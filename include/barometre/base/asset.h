/* SPDX-License-Identifier: Apache-2.0 */
/* asset.h - files put into the program at build (cmake/embed.cmake). */
#ifndef BAROMETRE_BASE_ASSET_H
#define BAROMETRE_BASE_ASSET_H

#include "barometre/base/str.h"

struct asset {
	const char *name;
	const char *data, *end;  /* NUL-terminated text; data < end */
	const char *gz, *gz_end; /* NULL when not compressed at build */
	const char *br, *br_end;
};
struct asset_set {
	const struct asset *rows;
	size_t count;
};

/* Borrowed, or NULL. */
const struct asset *asset_find(const struct asset_set *, struct str name);
static inline struct str asset_text(const struct asset *a)
{
	return (struct str){a->data, (size_t)(a->end - a->data)};
}

#endif
