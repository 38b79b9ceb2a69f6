#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""names.py RECORD… - a name server for tests: UDP on 127.0.0.1, on a free port that it prints; ends when its input ends.

A RECORD is "name TYPE value": A, AAAA, PTR, CNAME, "MX 10 host" ("." for none) and TXT, whose strings are parted by "|"
("%xx" is a byte). What is below no name of a record is answered NXDOMAIN, what is above one exists. "name SERVFAIL" and
"name SILENT" are also understood."""

import ipaddress
import socket
import struct
import sys
import threading
import urllib.parse

TYPES = {"A": 1, "CNAME": 5, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28}


def wire(name):
    labels = [l.encode() for l in name.rstrip(".").split(".") if l]
    return b"".join(bytes([len(l)]) + l for l in labels) + b"\0"


def rdata(kind, value):
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(value).packed
    if kind == "MX":
        preference, host = value.split()
        return struct.pack(">H", int(preference)) + wire(host)
    if kind == "TXT":
        parts = [urllib.parse.unquote_to_bytes(p) for p in value.split("|")]
        return b"".join(bytes([len(p)]) + p for p in parts)
    return wire(value)


def question(packet):
    at, labels = 12, []
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode().lower())
        at += 1 + packet[at]
    return ".".join(labels), struct.unpack(">H", packet[at + 1:at + 3])[0], packet[12:at + 5]


def answer(packet, records):
    name, kind, asked = question(packet)
    mine = [(k, v) for n, k, v in records if n == name]
    if any(k == "SILENT" for k, _ in mine):
        return None
    rcode, found = 0, [(k, v) for k, v in mine if TYPES.get(k) == kind or k == "CNAME"]
    if any(k == "SERVFAIL" for k, _ in mine):
        rcode = 2
    elif not mine and not any(n.endswith("." + name) for n, _, _ in records):
        rcode = 3
    body = b""
    for k, v in found:
        data = rdata(k, v)
        body += wire(name) + struct.pack(">HHIH", TYPES[k], 1, 60, len(data)) + data
    return packet[:2] + struct.pack(">HHHHH", 0x8580 | rcode, 1, len(found), 0, 0) + asked + body


def main():
    records = []
    for line in sys.argv[1:]:
        name, kind, value = (line.split(" ", 2) + [""])[:3]
        records.append((name.lower(), kind, value))
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    print(server.getsockname()[1], flush=True)

    def serve():
        while True:
            packet, client = server.recvfrom(4096)
            reply = answer(packet, records)
            if reply is not None:
                server.sendto(reply, client)

    threading.Thread(target=serve, daemon=True).start()
    sys.stdin.read()


main()
