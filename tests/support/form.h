/* SPDX-License-Identifier: Apache-2.0 */
/* form.h - the questionnaire of a file that the tests come with. Where it is missing or refused the test dies. */
#ifndef TESTS_SUPPORT_FORM_H
#define TESTS_SUPPORT_FORM_H

#include "barometre/form/form.h"
#include "file.h"

static inline struct form *form_of_file(const char *path)
{
	SCOPED(free_char) char *text = file_text(path);
	struct err err = {0};
	struct form *form = form_parse(str_of(text), path, &err);

	if (!form)
		(void)fprintf(stderr, "%s\n", err.text);
	must(form);
	return form;
}

#ifdef SOURCE_DIR
/* A questionnaire of the project, by its audience. */
static inline struct form *form_of_project(const char *audience)
{
	SCOPED(free_char) char *path = x_printf(SOURCE_DIR "/forms/%s.json", audience);

	return form_of_file(path);
}
#endif

#endif
