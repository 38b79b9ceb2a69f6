# SPDX-License-Identifier: Apache-2.0
"""The derivations of include/barometre/privacy/campaign.h and the sealed boxes of libsodium, written a second time.

With them the test knows who is who, and the administrator tries every key he finds.
"""

import base64
import ctypes
import ctypes.util
import hashlib
import json
import uuid

SEAL_BYTES = 48  # crypto_box_SEALBYTES


def _sodium():
    library = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
    if library.sodium_init() < 0:
        raise OSError("libsodium does not start")
    return library


SODIUM = _sodium()


def derive(root, number, context):
    """crypto_kdf_derive_from_key: BLAKE2b with the number as salt and the context as personalisation."""
    return hashlib.blake2b(b"", digest_size=32, key=root, salt=number.to_bytes(8, "little").ljust(16, b"\0"),
                           person=context.ljust(16, b"\0")).digest()


def keyed(key, label, data, size=32):
    return hashlib.blake2b(label.encode() + b"\0" + data, digest_size=size, key=key).digest()


class Campaign:
    """What one campaign key gives."""

    def __init__(self, root):
        self.macs = derive(root, 2, b"BPS_camp")
        self.drafts = derive(root, 3, b"BPS_camp")

    def mac(self, token):
        return keyed(self.macs, "mac|v1", token).hex()

    def locator(self, token):
        return keyed(self.drafts, "loc|v1", token).hex()


def from_base32(text):
    text = text.strip().replace("-", "").upper()
    return base64.b32decode(text + "=" * (-len(text) % 8))


def slot_of(receipt):
    """The row of the urn that a receipt names."""
    return str(uuid.UUID(bytes=from_base32(receipt)))


def key_files(folder):
    """Every 32 bytes that may be a key in a folder: {name: bytes}."""
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        if len(data) == 32:
            found[path.name] = data
        try:
            text = bytes.fromhex(data.decode("ascii").strip())
        except (UnicodeDecodeError, ValueError):
            continue
        if len(text) == 32:
            found[path.name] = text
    return found


def open_box(secret, box):
    """The content of a sealed box and its padding, or None."""
    public = ctypes.create_string_buffer(32)
    if len(box) <= SEAL_BYTES or SODIUM.crypto_scalarmult_base(public, secret) != 0:
        return None
    plain = ctypes.create_string_buffer(len(box) - SEAL_BYTES)
    if SODIUM.crypto_box_seal_open(plain, box, ctypes.c_ulonglong(len(box)), public, secret) != 0:
        return None
    return plain.raw


def unpadded(plain):
    """ISO/IEC 7816-4."""
    return plain.rstrip(b"\0")[:-1]


def open_json(secret, box):
    plain = open_box(secret, box)
    return None if plain is None else json.loads(unpadded(plain))
