/* SPDX-License-Identifier: Apache-2.0 */
/* Contact lists: whatever the bytes, each promise of contact_file.h holds. */
#include "barometre/mail/contact_file.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const char *const audiences[] = {"associations", "patients", NULL};
	struct contact_file f;
	bool ok = contact_file_parse(
		(struct str){(const char *)data, size}, audiences, &f);

	must(ok == (f.error_count == 0));
	for (size_t i = 0; i < f.error_count; i++)
		must(str_is_utf8(str_of(f.errors[i])));
	for (size_t i = 0; i < f.count; i++) {
		const struct contact_line *c = &f.lines[i];
		must(strchr(c->email, '@') && strlen(c->email) <= 254 && *c->audience);
		must(str_is_utf8(str_of(c->name)) &&
			strlen(c->name) <= CONTACT_NAME_BYTES);
		must(strlen(c->type) <= CONTACT_FIELD_BYTES);
		for (const char *p = c->name; *p; p++)
			must((unsigned char)*p >= ' ');
	}
	contact_file_release(&f);
	return 0;
}
