/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Custodians' files, names and passphrases as anybody might bring them. A file that is read says the same when it is written and
 * read again, and keeps to the bounds of what it may ask; a name that is taken stays as it is when it is taken again. Nothing is stretched here:
 * that would be one try a second.
 */
#include "../../src/privacy/custody_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void write_and_read_again(const struct custody_text *text)
{
	struct password_cost cost = {1, 1};
	struct custody_text again;
	struct buf out SCOPED(buf_release) = BUF_LIMIT(2 * CUSTODY_FILE_MAX);

	custody_text_write(&out, text, cost);
	must(!out.failed && custody_text_read(&again, buf_str(&out), NULL));
	must(memcmp(again.bytes, text->bytes, sizeof(text->bytes)) == 0);
	must(strcmp(again.edition, text->edition) == 0);
	must(strcmp(again.custodian, text->custodian) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str typed = {(const char *)data, n};
	char name[CUSTODIAN_BYTES + 1], again[CUSTODIAN_BYTES + 1],
		slug[CUSTODIAN_BYTES + 1];
	struct custody_text text;
	struct custody custody;
	struct err err = {0};

	secret_init();
	if (custody_text_read(&text, typed, &err))
		write_and_read_again(&text);
	else
		must(err.code != ERR_NONE && err.line >= 0 && err.line <= CUSTODY_LINES);
	if (custody_read(&custody, typed, NULL))
		must(custody.edition[0] && custody.custodian[0]);
	if (custody_name(name, typed, NULL)) {
		must(custody_name(again, str_of(name), NULL));
		must(strcmp(name, again) == 0 && custody_same_name(name, again));
		custody_slug(slug, name);
		must(strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
			strlen(slug));
	}
	if (custody_passphrase_good(typed, NULL))
		must(n >= PASSPHRASE_MIN && n <= PASSPHRASE_BYTES);
	return 0;
}
