/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base_private.h - between template.c and template_shim.cc: plain C types only, because the public
 * headers are C and ctemplate is C++. No exception and no line on standard error crosses it.
 */
#ifndef BAROMETRE_BASE_PRIVATE_H
#define BAROMETRE_BASE_PRIVATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Why it failed, cut to its size. */
struct shim_reason {
	char text[300];
};
typedef void shim_sink(void *arg, const char *bytes, size_t n);

bool shim_has(const char *name);
/* Parses and keeps. `name` must be new. */
bool shim_put(const char *name, const char *text, size_t n, struct shim_reason *);
/* Hands the page to the sink in pieces; nothing when false. */
bool shim_expand(const char *name, const json_t *data, shim_sink *, void *arg,
	struct shim_reason *);

#ifdef __cplusplus
}
#endif

#endif
