/* SPDX-License-Identifier: Apache-2.0 */
#include "notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "barometre/base/clock.h"
#include "barometre/base/mem.h"

void notify_open(struct notify *ret)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct notify n = {.address.sun_family = AF_UNIX};
	size_t length = name ? strlen(name) : 0;

	if (length > 1 && length < sizeof(n.address.sun_path) &&
		(name[0] == '/' || name[0] == '@')) {
		memcpy(n.address.sun_path, name, length);
		if (name[0] == '@') /* the abstract namespace, unix(7) */
			n.address.sun_path[0] = '\0';
		n.size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	}
	(void)unsetenv("NOTIFY_SOCKET");
	*ret = n;
}

void notify_say(const struct notify *n, const char *state)
{
	int fd;

	if (n->size == 0)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* systemd that does not listen is no reason to stop. */
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL,
		(const struct sockaddr *)(const void *)&n->address, n->size);
	(void)close(fd);
}

void notify_reloading(const struct notify *n)
{
	SCOPED(free_char)
	char *state = x_printf(
		"RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_monotonic());

	notify_say(n, state);
}
