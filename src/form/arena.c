/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include <stdalign.h>
#include <stdlib.h>

#define CHUNK_BYTES 16384

struct arena_chunk {
	struct arena_chunk *next;
	size_t used, size;
	alignas(max_align_t) unsigned char bytes[];
};

void *arena_alloc(struct arena *a, size_t count, size_t size)
{
	must(size == 0 || count <= SIZE_MAX / 2 / size);
	size_t step = alignof(max_align_t);
	size_t bytes = (count * size + step - 1) / step * step;
	struct arena_chunk *chunk = a->chunks;
	if (!chunk || chunk->size - chunk->used < bytes) {
		size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
		chunk = x_calloc(1, sizeof(*chunk) + room);
		chunk->size = room;
		chunk->next = a->chunks;
		a->chunks = chunk;
	}
	void *p = chunk->bytes + chunk->used;
	chunk->used += bytes;
	return p;
}

char *arena_dup(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1, 1);
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return p;
}

void arena_release(struct arena *a)
{
	while (a->chunks) {
		struct arena_chunk *next = a->chunks->next;
		free(a->chunks);
		a->chunks = next;
	}
}
