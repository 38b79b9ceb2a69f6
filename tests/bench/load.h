/* SPDX-License-Identifier: Apache-2.0 */
/* load.h - one reply of the site, as the load generator sees it. */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>

struct span {
	const char *p;
	size_t n;
};

struct reply {
	int status;
	struct span location, cookie; /* the cookie as "name=value"; both may be empty */
	struct span body;
	size_t length; /* of the whole reply */
	bool close;
};

enum reply_state {
	REPLY_PARTIAL,
	REPLY_WHOLE,
	REPLY_BAD
};
/* The reply at the front of `data`. A reply must have a Content-Length, as all of the site's have. Views into data. */
enum reply_state reply_read(const char *data, size_t n, struct reply *ret);

bool span_equal(struct span, struct span);

#endif
