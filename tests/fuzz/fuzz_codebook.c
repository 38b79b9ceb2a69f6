/* SPDX-License-Identifier: Apache-2.0 */
/* Codebooks as files, the first version and one after it: what was read is written and read again as the same. */
#include "barometre/report/codebook.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void same_again(const struct codebook *book)
{
	SCOPED(buf_release) struct buf once = BUF_LIMIT(1 << 22);
	SCOPED(buf_release) struct buf twice = BUF_LIMIT(1 << 22);
	struct codebook again = {0};
	struct err err = {0};

	codebook_write(book, &once);
	bool read = codebook_parse(buf_str(&once), "themes", NULL, "", &again, &err);
	must(read);
	codebook_write(&again, &twice);
	must(str_eq(buf_str(&once), buf_str(&twice)));
	codebook_release(&again);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	SCOPED(buf_release) struct buf changes = BUF_LIMIT(1 << 22);
	struct str file = {(const char *)data, size};
	const struct codebook *former = codebook_builtin_at(0);
	struct codebook book = {0};
	struct err err = {0};

	if (codebook_parse(file, "themes", NULL, "", &book, &err)) {
		same_again(&book);
		codebook_release(&book);
	} else {
		must(str_is_utf8(str_of(err.text)));
	}
	if (codebook_parse(file, former->book, former, "", &book, &err)) {
		codebook_diff(former, &book, &changes);
		codebook_release(&book);
	}
	return 0;
}
