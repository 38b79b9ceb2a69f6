/* SPDX-License-Identifier: Apache-2.0 */
/* Replies of a name server: the first byte chooses the type. What is kept is printable. */
#include "barometre/base/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_records found = {0};

	if (size == 0)
		return 0;
	if (dns_read(data + 1, size - 1, (enum dns_type)(data[0] % 5), &found))
		for (size_t i = 0; i < found.count; i++)
			for (const char *c = found.list[i]; *c; c++)
				must(*c >= ' ' && *c < 0x7F);
	dns_records_release(&found);
	return 0;
}
