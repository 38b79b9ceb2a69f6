/* SPDX-License-Identifier: Apache-2.0 */
/* Form files: refused with a line, or complete enough to be shown and routed. */
#include "barometre/form/answer.h"
#include "barometre/form/check.h"
#include "barometre/form/inspect.h"

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
	inspect_svg(form, &out);
	inspect_codebook(form, &out);
	buf_release(&out);
	struct routing r;
	json_t *answers = json_object();
	routing_compute(&r, form, answers, 0);
	for (int page = -1; (page = routing_next(&r, page)) >= 0;)
		must(form->pages[page].count > 0);
	routing_release(&r);
	size_t count;
	const struct language *list = language_list(&count);
	for (size_t i = 0; i < count; i++) {
		const struct form *other = form_in(form, &list[i]);
		must(other->language == &list[i]);
		must(other->question_count == form->question_count &&
			other->page_count == form->page_count &&
			other->panel_count == form->panel_count);
	}
	struct check_options options = {.box_reserved = 5656, .contact_bytes = 4096};
	struct findings findings;
	form_check((struct str){(const char *)data, size}, "fuzz", &options, &findings);
	findings_release(&findings);
	json_t *contact, *result = answers_submission(form, answers, 0, &contact);
	must(answers_validate(form, result, &err));
	json_decref(result);
	json_decref(contact);
	json_decref(answers);
	return 0;
}
