/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify.h - tells systemd how the service stands, by a datagram to the socket it names (sd_notify(3), section "Notes":
 * the protocol is stable and needs no library). Without systemd nothing happens.
 */
#ifndef BAROMETRE_APP_NOTIFY_H
#define BAROMETRE_APP_NOTIFY_H

#include <sys/socket.h>
#include <sys/un.h>

struct notify {
	struct sockaddr_un address;
	socklen_t size; /* 0: nobody listens */
};

/* Reads $NOTIFY_SOCKET, a path or "@name", and takes it away from who comes after. */
void notify_open(struct notify *ret);
/* "READY=1", "STOPPING=1" … */
void notify_say(const struct notify *, const char *state);
/* RELOADING=1 with the clock that Type=notify-reload asks for; "READY=1" ends it. */
void notify_reloading(const struct notify *);

#endif
