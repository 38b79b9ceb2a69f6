/* SPDX-License-Identifier: Apache-2.0 */
/* Posted pages ("name=value" lines, the first byte chooses form and page): what is stored is always valid. */
#include "../form/answer_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct form *forms[2];
	if (!forms[0]) {
		forms[0] = form_parse(str_of(ANSWER_FORM), "fuzz", NULL);
		forms[1] = form_parse(str_of(WHOLE_FORM), "fuzz", NULL);
		must(forms[0] && forms[1]);
	}
	if (size == 0)
		return 0;
	const struct form *form = forms[data[0] / 64 % 2];
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
	for (size_t page = 0; page < form->page_count; page++) {
		struct problems again = {0};
		answers_review_page(form, page, answers, typed, TODAY, &again);
		problems_release(&again);
	}
	for (size_t i = 0; i < form->question_count; i++) {
		const struct question *q = &form->questions[i];
		SCOPED(free_char) char *text = answer_text(form, q, answers, TODAY);
		SCOPED(free_char)
		char *title = answers_fill(form, q->title, answers, TODAY, true);
		must(text && title && !strchr(title, '<'));
	}
	(void)answers_first_missing(form, answers, TODAY);
	json_decref(result);
	json_decref(contact);
	json_decref(typed);
	json_decref(answers);
	return 0;
}
