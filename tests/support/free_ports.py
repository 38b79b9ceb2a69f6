#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""free_ports.py [N] - prints N ports of 127.0.0.1 that nobody has now, one without N.

They are outside the range from which the kernel takes ports for those who ask for any: what is free now, and is bound in a minute, is not
taken meanwhile by some client of another test."""

import random
import socket
import sys

LOWEST = 10240


def free_ports(wanted=1):
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as limits:
        first_of_any = int(limits.read().split()[0])
    # Where the kernel's range leaves little below it, what it would give is as good.
    candidates = random.sample(range(LOWEST, first_of_any), 1000) if first_of_any > 2 * LOWEST else [0] * wanted
    sockets = []
    for port in candidates:
        one = socket.socket()
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            one.close()
            continue
        sockets.append(one)
        if len(sockets) == wanted:
            break
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def free_port():
    return free_ports()[0]


if __name__ == "__main__":
    print(*free_ports(*map(int, sys.argv[1:])))
