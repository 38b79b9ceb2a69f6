/* SPDX-License-Identifier: Apache-2.0 */
/* Form bodies and path segments: whatever comes out is UTF-8 without NUL, no longer than
 * what went in. */
#include <stdlib.h>

#include "barometre/web/http_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_PAIRS 16

static void check_form(struct str body)
{
	struct form_pair pairs[MAX_PAIRS];
	struct buf store = BUF_LIMIT(body.n);
	size_t count = 0, total = 0;
	if (urlencoded_parse(body, &store, pairs, MAX_PAIRS, &count)) {
		must(count <= MAX_PAIRS);
		for (size_t i = 0; i < count; i++) {
			must(str_is_utf8(pairs[i].name) && str_is_utf8(pairs[i].value));
			total += pairs[i].name.n + pairs[i].value.n;
		}
		must(total == store.n);
	} else {
		must(count == 0);
	}
	must(store.n <= body.n);
	buf_release(&store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = {(const char *)data, size};
	check_form(s);
	struct buf out = BUF_LIMIT(size);
	if (percent_decode(s, &out))
		must(str_is_utf8(buf_str(&out)) && out.n <= size);
	buf_release(&out);
	return 0;
}
