/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unpadded.c - boxes without padding, on purpose: loaded before libsodium by "run --break length".
 *
 * What the program pads to one size is sealed without its padding; zeroes take its place, behind the box, where
 * anybody sees how many there are. Opening undoes it, so that the program notices nothing and counts.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>

#define SEAL_BYTES 48 /* crypto_box_SEALBYTES */

typedef int seal_fn(unsigned char *, const unsigned char *, unsigned long long,
	const unsigned char *);
typedef int open_fn(unsigned char *, const unsigned char *, unsigned long long,
	const unsigned char *, const unsigned char *);

int crypto_box_seal(unsigned char *c, const unsigned char *m, unsigned long long mlen,
	const unsigned char *pk);
int crypto_box_seal_open(unsigned char *m, const unsigned char *c,
	unsigned long long clen, const unsigned char *pk, const unsigned char *sk);

static void *next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

int crypto_box_seal(unsigned char *c, const unsigned char *m, unsigned long long mlen,
	const unsigned char *pk)
{
	seal_fn *real = (seal_fn *)next("crypto_box_seal");
	unsigned long long n = mlen;

	while (n > 0 && m[n - 1] == 0)
		n--;
	if (n == 0 || m[n - 1] != 0x80)
		return real(c, m, mlen, pk);
	n--;
	memset(c + n + SEAL_BYTES, 0, (size_t)(mlen - n));
	return real(c, m, n, pk);
}

int crypto_box_seal_open(unsigned char *m, const unsigned char *c,
	unsigned long long clen, const unsigned char *pk, const unsigned char *sk)
{
	open_fn *real = (open_fn *)next("crypto_box_seal_open");
	unsigned long long used = clen;

	while (used > SEAL_BYTES && c[used - 1] == 0)
		used--;
	/* A box may end in zeroes of its own. */
	for (unsigned long long end = used; end < used + 4 && end < clen; end++)
		if (real(m, c, end, pk, sk) == 0) {
			m[end - SEAL_BYTES] = 0x80;
			memset(m + end - SEAL_BYTES + 1, 0, (size_t)(clen - end - 1));
			return 0;
		}
	return real(m, c, clen, pk, sk);
}
