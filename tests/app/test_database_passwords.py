#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""deploy/database-passwords: passwords are private, are made once, and what is printed is their verifier only."""

import base64
import hashlib
import hmac
import importlib.machinery
import importlib.util
import pathlib
import re
import stat
import subprocess
import tempfile
import unittest
from unittest import mock

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "database-passwords"
ROLES = ("barometre_owner", "barometre_web", "barometre_staff", "barometre_keeper", "barometre_mailer")


def load():
    loader = importlib.machinery.SourceFileLoader("database_passwords", str(PROGRAM))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


class Passwords(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def run_program(self, *words):
        return subprocess.run(["/usr/bin/python3", PROGRAM, *words, self.folder], capture_output=True, encoding="utf-8",
                              check=False)

    def test_verifier(self):
        """The exchange of RFC 7677 section 3 ends with the signature it prints."""
        with mock.patch("secrets.token_bytes", return_value=base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")):
            stored, server = load().verifier("pencil").rpartition("$")[2].split(":")
        message = ("n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                   "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0").encode()
        signature = hmac.digest(base64.b64decode(server), message, "sha256")
        self.assertEqual(base64.b64encode(signature).decode(), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
        proof = base64.b64decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
        mask = hmac.digest(base64.b64decode(stored), message, "sha256")
        client_key = bytes(a ^ b for a, b in zip(proof, mask))
        self.assertEqual(base64.b64encode(hashlib.sha256(client_key).digest()).decode(), stored)

    def test_files(self):
        """One private file a role; none of them in what is printed."""
        done = self.run_program()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(re.findall(r'ALTER ROLE "(\w+)" PASSWORD \'SCRAM-SHA-256\$', done.stdout), list(ROLES))
        files = sorted(self.folder.iterdir())
        self.assertEqual([f.name for f in files],
                         [f"{who}.database" for who in ("keeper", "mailer", "owner", "staff", "web")])
        self.assertEqual(len({f.read_text() for f in files}), 5)
        for file in files:
            self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
            self.assertRegex(file.read_text(), r"\A[0-9a-f]{64}\n\Z")
            self.assertNotIn(file.read_text().strip(), done.stdout)

    def test_again(self):
        """A second time changes no password; the owner may have another name."""
        self.run_program()
        before = {f.name: f.read_text() for f in self.folder.iterdir()}
        done = self.run_program("--owner", "direction")
        self.assertIn('ALTER ROLE "direction" PASSWORD', done.stdout)
        self.assertEqual({f.name: f.read_text() for f in self.folder.iterdir()}, before)

    def test_strange_file(self):
        """A file that is no password of ours is said, and nothing is set to it."""
        (self.folder / "web.database").write_text("secret'; DROP TABLE x; --")
        done = self.run_program()
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("web.database", done.stderr)
        self.assertNotIn("DROP", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
