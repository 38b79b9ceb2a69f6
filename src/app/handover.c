/* SPDX-License-Identifier: Apache-2.0 */
/* handover.c - see handover.h. */
#include "barometre/app/handover.h"

#include <stdlib.h>
#include <sys/socket.h>

bool handover_pair(int ret_ends[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret_ends) == 0;
}

static bool put(char *out, size_t size, struct str text)
{
	if (text.n == 0 || text.n >= size || memchr(text.p, '\0', text.n))
		return false;
	memcpy(out, text.p, text.n);
	return true;
}

bool handover_send(int end, struct str edition, struct str file, struct str passphrase)
{
	struct handover *message = x_calloc(1, sizeof(*message));
	bool sent = put(message->edition, sizeof(message->edition), edition) &&
		put(message->file, sizeof(message->file), file) &&
		put(message->passphrase, sizeof(message->passphrase), passphrase) &&
		send(end, message, sizeof(*message), MSG_DONTWAIT | MSG_NOSIGNAL) ==
			(ssize_t)sizeof(*message);

	secret_wipe(message, sizeof(*message));
	free(message);
	return sent;
}

static bool has_end(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

bool handover_receive(int end, struct handover *ret)
{
	struct handover *message = x_calloc(1, sizeof(*message));
	bool good;

	good = recv(end, message, sizeof(*message), MSG_DONTWAIT) ==
			(ssize_t)sizeof(*message) &&
		has_end(message->edition, sizeof(message->edition)) &&
		has_end(message->file, sizeof(message->file)) &&
		has_end(message->passphrase, sizeof(message->passphrase));
	if (good)
		*ret = *message;
	secret_wipe(message, sizeof(*message));
	free(message);
	return good;
}

void handover_drop(int end)
{
	char first;

	/* The system discards what of a message does not fit. */
	while (recv(end, &first, 1, MSG_DONTWAIT) > 0)
		continue;
}
