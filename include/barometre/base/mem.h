/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mem.h - allocation that cannot fail, assertions that stay, scope cleanup.
 *
 * Why: out of memory is not something a survey daemon can answer; it dies and the supervisor restarts it.
 *      Nothing that matters lives in memory only, so dying loses nothing. Every size a stranger controls is
 *      bounded before it is allocated.
 */
#ifndef BAROMETRE_BASE_MEM_H
#define BAROMETRE_BASE_MEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))

/* clang-format off */
/* Runs `fn(&variable)` when the variable leaves its scope. Declare and initialise in one statement. */
#define SCOPED(fn) __attribute__((cleanup(fn)))
/* Moves a pointer out of a SCOPED variable. */
#define TAKE(p) __extension__({ __typeof__(p) taken_ = (p); (p) = NULL; taken_; })
/* Makes `name(T **)`, to be used with SCOPED, out of `free_fn(T *)`. */
#define DEFINE_DROP(name, type, free_fn) \
	static inline void name(type **p) { if (*p) free_fn(*p); *p = NULL; }
/* clang-format on */

/* Our own bug: prints the place and aborts, in release builds too. */
#define must(cond) ((cond) ? (void)0 : must_failed(#cond, __FILE__, __LINE__))
_Noreturn void must_failed(const char *cond, const char *file, int line);

/* Never return NULL. x_calloc zeroes. Sizes are checked for overflow. Free with free(). */
void *x_alloc(size_t size) __attribute__((returns_nonnull, malloc));
void *x_calloc(size_t count, size_t size) __attribute__((returns_nonnull));
void *x_realloc(void *p, size_t size) __attribute__((returns_nonnull));
char *x_strdup(const char *) __attribute__((returns_nonnull));
char *x_strndup(const char *, size_t) __attribute__((returns_nonnull));
/* printf into fresh memory. */
char *x_printf(const char *format, ...) PRINTF_LIKE(1, 2)
	__attribute__((returns_nonnull));
char *x_vprintf(const char *format, va_list) PRINTF_LIKE(1, 0)
	__attribute__((returns_nonnull));

/* For SCOPED(free_char) char *s = …; */
void free_char(char **);

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
