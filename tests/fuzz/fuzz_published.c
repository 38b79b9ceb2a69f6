/* SPDX-License-Identifier: Apache-2.0 */
/* Files of earlier editions: what was read from one is written and read again as the same. */
#include "barometre/report/published.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	SCOPED(buf_release) struct buf once = BUF_LIMIT(1 << 22);
	SCOPED(buf_release) struct buf twice = BUF_LIMIT(1 << 22);
	struct published first = {0}, second = {0};
	struct err err = {0};

	if (!published_parse((struct str){(const char *)data, size}, "2023", "2023.csv",
		    &first, &err)) {
		must(err.code == ERR_INVALID && str_is_utf8(str_of(err.text)));
		return 0;
	}
	published_write(&first, &once);
	bool read = published_parse(buf_str(&once), "2023", "2023.csv", &second, &err);
	must(read);
	published_write(&second, &twice);
	must(str_eq(buf_str(&once), buf_str(&twice)));
	published_release(&first);
	published_release(&second);
	return 0;
}
