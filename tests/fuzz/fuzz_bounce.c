/* SPDX-License-Identifier: Apache-2.0 */
/* Returned messages: whatever the bytes, what is read is one of the things that bounce.h names, and about nobody but the envelope's recipient. */
#include "barometre/mail/bounce.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const char address[] = "retours@barometre.example.org";
	static struct key key = {{1}};
	static struct id16 contact = {{2}};
	static char *recipient;
	struct bounce b;

	if (!recipient) {
		struct buf out = BUF_LIMIT(512);

		secret_init();
		bounce_init();
		must(verp_write(&out, &key, address, &contact, NULL));
		recipient = buf_take(&out);
	}
	bounce_read((struct str){(const char *)data, size}, recipient, &key, address, &b);
	must((b.kind == BOUNCE_IGNORED) == (b.why != BOUNCE_WHY_NONE));
	must((b.kind == BOUNCE_IGNORED) == (*b.status == '\0'));
	must(strlen(b.status) <= BOUNCE_STATUS_CHARS);
	must(strspn(b.status, "abcdefghijklmnopqrstuvwxyz0123456789. ") ==
		strlen(b.status));
	must(b.kind == BOUNCE_IGNORED ||
		memcmp(&b.contact, &contact, sizeof(contact)) == 0);
	/* Without an envelope nothing is ours: the key has made one id, and no input of this test can hold it. */
	bounce_read((struct str){(const char *)data, size}, NULL, &key, address, &b);
	must(b.kind == BOUNCE_IGNORED);
	return 0;
}
