#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""traces.py --keys KEYS.json LOG...: no key, nor any part of one, is in a log."""

import argparse
import json
import pathlib


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--keys", required=True)
    parser.add_argument("logs", nargs="+")
    options = parser.parse_args()
    keys = [word for word in json.loads(pathlib.Path(options.keys).read_text(encoding="utf-8")).values() if isinstance(word, str)]
    passed = failed = 0
    for name in options.logs:
        text = pathlib.Path(name).read_text(encoding="utf-8", errors="replace")
        # A log that is empty would hold no key for another reason.
        found = [key[:8] for key in keys if key[4:20] in text]
        if found or not text or not keys:
            failed += 1
            print(f"FAILED {name}: {len(text)} characters, keys {', '.join(found) or 'none'}")
        else:
            passed += 1
    print(f"{passed} passed, {failed} failed")


if __name__ == "__main__":
    main()
