/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people type for a resume code. A code that is read is written and read again: the same one; and so is the typed text
 * with other case and separators around it.
 */
#include "barometre/privacy/resume.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str typed = {(const char *)data, n};
	struct resume_code code, again;
	char text[RESUME_CODE_CHARS + 1];

	if (!resume_code_parse(typed, &code))
		return 0;
	must(n <= RESUME_TEXT_MAX);
	resume_code_write(text, &code);
	must(strlen(text) <= RESUME_CODE_CHARS);
	must(resume_code_parse(str_of(text), &again));
	must(memcmp(&code, &again, sizeof(code)) == 0);
	for (char *c = text; *c; c++)
		*c = *c == ' ' ? '-' : (char)(*c - ('a' - 'A'));
	must(resume_code_parse(str_of(text), &again));
	must(memcmp(&code, &again, sizeof(code)) == 0);
	return 0;
}
