/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/privacy/sealed.h"

static void swap(unsigned char *a, unsigned char *b, size_t size)
{
	unsigned char held[64];

	for (size_t n; size > 0; a += n, b += n, size -= n) {
		n = size < sizeof(held) ? size : sizeof(held);
		memcpy(held, a, n);
		memcpy(a, b, n);
		memcpy(b, held, n);
	}
}

void shuffle(void *base, size_t count, size_t size)
{
	unsigned char *elements = base;

	must(count <= UINT32_MAX);
	for (size_t left = count; left > 1; left--) {
		size_t chosen = random_below((uint32_t)left);
		/* A swap with itself would copy memory onto itself. */
		if (chosen != left - 1)
			swap(elements + chosen * size, elements + (left - 1) * size,
				size);
	}
}
