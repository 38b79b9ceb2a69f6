/* SPDX-License-Identifier: Apache-2.0 */
/*
 * negotiate.h - which form of a thing a client wants, and whether it has it already (RFC 9110 sections 12 and 13): for the files
 * of the program (site.c) and for those of releases (staff_api*.c).
 */
#ifndef BAROMETRE_WEB_NEGOTIATE_H
#define BAROMETRE_WEB_NEGOTIATE_H

#include "barometre/web/http_parse.h"

enum coding {
	CODING_NONE,
	CODING_GZIP,
	CODING_BROTLI
};

/* A weight in thousandths (12.4.2): "0", "1", "0.5", "1.000"; anything else counts as not acceptable. */
int negotiate_weight(struct str) MUST_USE;
/* By Accept-Encoding (12.5.3), of those there are: brotli first when equal. A coding must be wanted; none is always a right
 * answer, also to who refuses identity and takes nothing that there is. */
enum coding negotiate_coding(const struct http_message *, bool has_gzip, bool has_brotli)
	MUST_USE;
/* Its Content-Encoding; NULL for none. */
const char *coding_name(enum coding);
/* What the tag of a form ends with, each having its own (8.8.3.3): "", "-gz", "-br". */
const char *coding_suffix(enum coding);
/* Is this tag, with its quotes, in If-None-Match (13.1.2)? Weak comparison. */
bool negotiate_is_known(const struct http_message *, const char *etag) MUST_USE;

#endif
