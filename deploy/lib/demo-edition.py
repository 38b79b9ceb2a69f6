#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints an edition of the demo, ready for `barometre edition create`.

usage: demo-edition.py TEMPLATE.json FORMS_FOLDER

In the template a date is "today", "today+7" or "today-1", in the zone of the edition, so that the demo is
open on the day it is first started, whenever that is; "forms/x.json" becomes the path of that form.
"""

import json
import pathlib
import re
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def resolve(value, today, forms):
    if isinstance(value, dict):
        return {key: resolve(item, today, forms) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, today, forms) for item in value]
    if not isinstance(value, str):
        return value
    date = re.fullmatch(r"today([+-][0-9]+)?", value)
    if date:
        return (today + timedelta(days=int(date[1] or 0))).isoformat()
    return str(forms / value.removeprefix("forms/")) if value.startswith("forms/") else value


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    template = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    today = datetime.now(ZoneInfo(template["zone"])).date()
    edition = resolve(template, today, pathlib.Path(sys.argv[2]).resolve())
    sys.stdout.buffer.write(json.dumps(edition, ensure_ascii=False, indent=2).encode() + b"\n")


if __name__ == "__main__":
    main()
