/* SPDX-License-Identifier: Apache-2.0 */
/* file.h - the text of a file that the tests come with. A test without it dies. */
#ifndef TESTS_SUPPORT_FILE_H
#define TESTS_SUPPORT_FILE_H

#include <stdio.h>

#include "barometre/base/buf.h"

/* Fresh. At most 4 MiB. */
static inline char *file_text(const char *path)
{
	struct buf text = BUF_LIMIT(4u << 20);
	FILE *file = fopen(path, "re");
	char part[4096];
	size_t n;

	if (!file)
		perror(path);
	must(file);
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		buf_bytes(&text, part, n);
	must(!ferror(file) && !text.failed);
	(void)fclose(file);
	return buf_take(&text);
}

#endif
