#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_letters.py FOLDER - reads each NAME.eml there with Python's mail parser and checks the promises of
letter.h; NAME.name holds the display name that To must show. Run by test_letter.c."""

import email
import email.policy
import html.parser
import pathlib
import re
import sys

ALLOWED = {
    "https://enquete.example/r/abcdefghijklmnopqrstuvwxyz",
    "https://enquete.example/stop/zyxwvutsrqponmlkjihgfedcba",
    "https://enquete.example/confidentialite?a=1&b=2",
}
HEADERS = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type",
    "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Auto-Submitted", "Content-Language",
}


def words_of(text):
    """Split at ordinary space only: str.split would take the narrow no-break space for one."""
    return [w for w in re.split(r"[ \r\n\t]+", text) if w]


class Page(html.parser.HTMLParser):
    """The words of a page, its links, its tags."""

    def __init__(self):
        super().__init__()
        self.words, self.links, self.tags, self.skip = [], [], set(), False

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.skip = tag in ("style", "title")
        for key, value in attrs:
            assert key not in ("src", "background", "srcset", "action", "data") and not key.startswith("on"), key
            assert "url(" not in (value or ""), value
            if key == "href":
                self.links.append(value)

    def handle_endtag(self, tag):
        self.skip = False

    def handle_data(self, data):
        if not self.skip:
            self.words += words_of(data)


def check_bytes(raw):
    assert b"\r" not in raw.replace(b"\r\n", b"") and b"\n" not in raw.replace(b"\r\n", b""), "line ends"
    for line in raw.split(b"\r\n"):
        assert len(line) <= 998, len(line)
        assert all(32 <= c < 127 or c == 9 for c in line), line


def check_headers(m, raw, shown, seen):
    names = [name.title() for name in m.keys()]
    assert len(names) == len(set(names)), names
    assert set(names) == HEADERS, set(names) ^ HEADERS
    assert len(m["To"].addresses) == 1
    to = m["To"].addresses[0]
    assert to.addr_spec == "contact@association.example", to
    # Runs of space are one space in an unquoted display name.
    assert words_of(to.display_name) == words_of(shown), (to.display_name, shown)
    assert m["From"].addresses[0].display_name == "Baromètre, l’équipe"
    assert m["From"].addresses[0].addr_spec == "barometre@organisme.example"
    assert m["Reply-To"].addresses[0].addr_spec == "reponse@organisme.example"
    assert m["Date"].datetime.timestamp() == 1790000000, m["Date"]
    # RFC 8058: as they are, not in RFC 2047 words.
    assert b"\r\nList-Unsubscribe: <https://enquete.example/stop/zyxwvutsrqponmlkjihgfedcba>\r\n" in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert m["List-Id"] == "<barometre.organisme.example>"
    assert m["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<[a-z2-7]{26}@organisme\.example>", m["Message-ID"]), m["Message-ID"]
    assert m["Message-ID"] not in seen, "a message id twice"
    seen.add(m["Message-ID"])
    assert "abcdefghijklmnopqrstuvwxyz" not in "".join(f"{k}: {v}" for k, v in m.items()), "token in a header"


def check_parts(m, name):
    parts = list(m.iter_parts())
    assert m.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in parts] == ["text/plain", "text/html"]
    for p in parts:
        assert p["Content-Transfer-Encoding"] == "quoted-printable" and p.get_content_charset() == "utf-8"
    text, source = (p.get_content() for p in parts)
    page = Page()
    page.feed(source)
    assert "{{" not in text.replace("{{link}}", "") and "}}" not in text.replace("{{link}}", "")
    assert set(page.links) == ALLOWED, page.links
    assert not page.tags & {"img", "script", "iframe", "link", "object", "form", "video", "b"}, page.tags
    for found in re.findall(r"https?://[^\s<>\"]+", text):
        assert found in ALLOWED, found
    assert "@import" not in source and "url(" not in source
    # The same words in the same order; the edition's title stands above the HTML part, and each part has
    # its own way to show the call to action and the small print.
    plain = [w for w in words_of(text) if w != "---"]
    joined_text = " ".join(plain).replace("questionnaire\u202f: https://enquete.example/r/", "questionnaire https://enquete.example/r/")
    joined_html = " ".join(page.words)
    start = joined_html.index("Bonjour,")
    assert joined_html[start:] == joined_text, f"{name}:\n{joined_text}\n{joined_html[start:]}"
    for line in text.splitlines():
        assert len(line) <= 76 or "https://" in line, line
    for words in ("12 minutes", "31 janvier 2027", "anonymes", "déjà répondu, merci",
                  "aide@organisme.example"):
        assert words in joined_text, words
    assert not re.search(r" [:;!?%»]|« ", text), "an ordinary space before double punctuation"
    assert "'" not in text.replace("l'hôpital", ""), "a straight apostrophe"
    return text


def main():
    folder, seen, subjects = pathlib.Path(sys.argv[1]), set(), {}
    mails = sorted(folder.glob("*.eml"))
    assert len(mails) >= 15
    for path in mails:
        raw = path.read_bytes()
        shown = path.with_suffix(".name").read_bytes().decode()
        m = email.message_from_bytes(raw, policy=email.policy.default)
        assert not m.defects, m.defects
        try:
            check_bytes(raw)
            check_headers(m, raw, shown, seen)
            check_parts(m, path.stem)
        except Exception:
            print(f"check_letters: {path.stem}", file=sys.stderr)
            raise
        subjects[path.stem] = str(m["Subject"])
    kinds = [subjects[k] for k in ("invitation", "relance1", "relance2", "relance3")]
    assert len(set(kinds)) == 4, kinds
    assert all(len(s) < 110 for s in kinds), kinds
    assert subjects["words"].endswith("supporte"), subjects["words"]


main()
