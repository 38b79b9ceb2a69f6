#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""no_trace.py STATE [POSTGRESQL-LOG] - nothing that a person is or writes is in a log: no token, address, receipt,
answer, key, nor anything like the address of a client. Each world of STATE has its secrets.txt and its serve.log, and
proxy/log/* where one stands before it."""

import pathlib
import re
import sys

STATE = pathlib.Path(sys.argv[1])
LOG_OF_DATABASE = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 and sys.argv[2] else None
LIKE_A_PERSON = {
    "an address of the network": r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])|(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}(?![\w:])",
    "an e-mail address": r"[\w.+-]+@[\w-]+\.[\w.]+",
    "a token": r"(?<![a-z2-7])[a-z2-7]{26}(?![a-z2-7])",
    "a path of a person": r"/(?:r|q|stop|o)/|/(?:pause|reprise|recapitulatif|envoi|merci|communes)\b",
    "a user agent": r"Mozilla|Chrome",
}


def found_in(text, wanted):
    return [line for line in wanted if line and line in text]


def main():
    count, failed = 0, 0
    for folder in sorted(path.parent for path in STATE.glob("*/serve.log")):
        secrets_file = folder / "secrets.txt"
        secrets = secrets_file.read_text(encoding="utf-8").splitlines() if secrets_file.exists() else []
        logs = {"the server": folder / "serve.log"}
        if LOG_OF_DATABASE:
            logs["PostgreSQL"] = LOG_OF_DATABASE
        proxy = {f"the proxy ({path.name})": path for path in sorted(folder.glob("proxy/log/*"))}
        for name, path in (logs | proxy).items():
            text = path.read_text(encoding="utf-8", errors="replace")
            problems = [f"a secret of {len(s)} characters that begins with {s[:3]}" for s in found_in(text, secrets)]
            if name != "PostgreSQL":
                problems += [f"{what}: {m[0]!r}" for what, like in LIKE_A_PERSON.items()
                             if (m := re.search(like, text))]
            if not text and name not in proxy:  # which is to be quiet
                problems.append("the log is empty: nothing was looked at")
            if not secrets:
                problems.append("no secret was written down: nothing was looked for")
            count += 1
            failed += bool(problems)
            print(f"{'not ok' if problems else 'ok'} {count} - {folder.name}: no trace of a person in the log of {name}")
            for problem in problems:
                print(f"# {problem}")
    print(f"1..{count}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
