/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void must_failed(const char *cond, const char *file, int line)
{
	fprintf(stderr, "barometre: bug: \"%s\" does not hold at %s:%d\n", cond, file,
		line);
	abort();
}

static _Noreturn void out_of_memory(size_t size)
{
	fprintf(stderr, "barometre: out of memory (%zu bytes wanted)\n", size);
	abort();
}

void *x_alloc(size_t size)
{
	/* malloc(0) may give NULL, which would read as failure. */
	void *p = malloc(size > 0 ? size : 1);
	if (!p)
		out_of_memory(size);
	return p;
}

void *x_calloc(size_t count, size_t size)
{
	if (count == 0 || size == 0)
		count = size = 1;
	void *p = calloc(count, size);
	if (!p)
		out_of_memory(size > SIZE_MAX / count ? SIZE_MAX : count * size);
	return p;
}

void *x_realloc(void *p, size_t size)
{
	void *moved = realloc(p, size > 0 ? size : 1);
	if (!moved)
		out_of_memory(size);
	return moved;
}

char *x_strndup(const char *s, size_t max)
{
	size_t n = strnlen(s, max);
	char *copy = x_alloc(n + 1);
	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *x_strdup(const char *s)
{
	return x_strndup(s, strlen(s));
}

char *x_vprintf(const char *format, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		out_of_memory(strlen(format));
	must(text);
	return text;
}

char *x_printf(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = x_vprintf(format, args);
	va_end(args);
	return text;
}

void free_char(char **p)
{
	free(*p);
	*p = NULL;
}
