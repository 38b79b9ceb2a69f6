/* SPDX-License-Identifier: Apache-2.0 */
/* Posted pages ("name=value" lines, the first byte chooses the page): what is stored is always valid. */
#include "../form/answer_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct form *form;
	if (!form)
		form = form_parse(str_of(ANSWER_FORM), "fuzz", NULL);
	if (size == 0)
		return 0;
	struct field fields[64];
	struct str rest = {(const char *)data + 1, size - 1}, line;
	size_t n = 0;
	while (n < COUNT_OF(fields) && str_cut(&rest, '\n', &line)) {
		fields[n].value = line;
		if (str_cut(&fields[n].value, '=', &fields[n].name))
			n++;
	}
	struct problems problems = {0};
	struct err err = {0};
	json_t *answers = json_object(), *typed = json_object(), *contact;
	if (answers_read_page(form, data[0] % form->page_count, fields, n, TODAY,
		    data[0] & 128, answers, typed, &problems, &err))
		must(answers_validate(form, answers, &err));
	else
		must(json_object_size(answers) == 0);
	json_t *result = answers_submission(form, answers, TODAY, &contact);
	must(answers_validate(form, result, &err));
	problems_release(&problems);
	json_decref(result);
	json_decref(contact);
	json_decref(typed);
	json_decref(answers);
	return 0;
}
