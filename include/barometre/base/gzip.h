/* SPDX-License-Identifier: Apache-2.0 */
/* gzip.h - the door to zlib: whole texts as gzip (RFC 1952). */
#ifndef BAROMETRE_BASE_GZIP_H
#define BAROMETRE_BASE_GZIP_H

#include "barometre/base/buf.h"

/* Appends `in` compressed, as one member without name or time: the same bytes again, as long as zlib stays the same. On any
 * thread; 30 ms a MB of CPU. */
void gzip_add(struct buf *out, struct str in);

#endif
