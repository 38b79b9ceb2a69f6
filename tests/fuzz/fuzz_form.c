/* SPDX-License-Identifier: Apache-2.0 */
/* Form files: refused with a line, or complete enough to be shown and routed. */
#include "barometre/form/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	SCOPED(form_drop)
	struct form *form = form_parse(
		(struct str){(const char *)data, size}, "fuzz", &err);
	if (!form) {
		must(err.code != ERR_NONE);
		return 0;
	}
	struct buf out = BUF_LIMIT(1 << 22);
	form_outline(form, &out);
	buf_release(&out);
	struct routing r;
	json_t *answers = json_object();
	routing_compute(&r, form, answers, 0);
	for (int page = -1; (page = routing_next(&r, page)) >= 0;)
		must(form->pages[page].count > 0);
	routing_release(&r);
	json_decref(answers);
	return 0;
}
