/* SPDX-License-Identifier: Apache-2.0 */
/* temporary.h - a file or a folder of a test's own, where this machine keeps what is soon gone. A test that gets none dies. */
#ifndef TESTS_SUPPORT_TEMPORARY_H
#define TESTS_SUPPORT_TEMPORARY_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "barometre/base/mem.h"

/* Fresh: a name for mkstemp and mkdtemp, which replace the end. */
static inline char *temporary_name(void)
{
	const char *parent = getenv("TMPDIR");
	char blank[7] = {0};

	memset(blank, 'X', sizeof(blank) - 1);
	return x_printf(
		"%s/barometre-test-%s", parent && parent[0] ? parent : P_tmpdir, blank);
}

/* Fresh. Empty, and for this user only. */
static inline char *temporary_folder(void)
{
	char *path = temporary_name();

	must(mkdtemp(path));
	return path;
}

/* Fresh; *ret_fd is open for writing. */
static inline char *temporary_file(int *ret_fd)
{
	char *path = temporary_name();

	*ret_fd = mkstemp(path);
	must(*ret_fd >= 0);
	return path;
}

static inline int temporary_remove_one(
	const char *path, const struct stat *info, int kind, struct FTW *place)
{
	(void)info;
	(void)kind;
	(void)place;
	return remove(path);
}

/* A file, or a folder with all it holds. */
static inline bool temporary_remove(const char *path)
{
	return nftw(path, temporary_remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0;
}

#endif
