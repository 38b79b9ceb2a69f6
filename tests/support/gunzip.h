/* SPDX-License-Identifier: Apache-2.0 */
/* gunzip.h - reads gzip as a client does; fails the test when it is not one whole member. */
#ifndef TESTS_SUPPORT_GUNZIP_H
#define TESTS_SUPPORT_GUNZIP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define ZLIB_CONST
#include <zlib.h>

#include "barometre/base/buf.h"

static struct buf gunzip(struct str in)
{
	struct buf out = BUF_LIMIT((size_t)1 << 28);
	z_stream z = {.next_in = (const unsigned char *)in.p, .avail_in = (uInt)in.n};
	unsigned char piece[4096];
	int state = Z_OK;

	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	while (state == Z_OK) {
		z.next_out = piece;
		z.avail_out = sizeof(piece);
		state = inflate(&z, Z_NO_FLUSH);
		buf_bytes(&out, piece, sizeof(piece) - z.avail_out);
	}
	assert_int_equal(state, Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	(void)inflateEnd(&z);
	return out;
}

#endif
