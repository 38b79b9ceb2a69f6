#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_letters.py FOLDER - reads each NAME.eml there with Python's mail parser and checks the promises of
letter.h; NAME.json holds the values it was written with, and its words. Run by test_letter.c."""

import email
import email.policy
import html.parser
import json
import pathlib
import re
import sys

HEADERS = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type",
    "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Auto-Submitted", "Content-Language",
}
ISOLATES = "\u2068\u2069"
TURNING = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")


def words_of(text):
    """Split at ordinary space only: str.split would take the narrow no-break space for one."""
    return [w for w in re.split(r"[ \r\n\t]+", text) if w]


def a_labels(address):
    """What a relay is given: the domain in ASCII."""
    local, domain = address.split("@")
    return local + "@" + domain.encode("idna").decode()


class Page(html.parser.HTMLParser):
    """The words of a page, its links, its tags, what is open at the end."""

    def __init__(self):
        super().__init__()
        self.words, self.links, self.tags, self.open, self.skip = [], [], [], [], False

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.skip = tag in ("style", "title")
        if tag not in ("meta", "br"):
            self.open.append(tag)
        for key, value in attrs:
            assert key not in ("src", "background", "srcset", "action", "data") and not key.startswith("on"), key
            assert "url(" not in (value or ""), value
            if key == "href":
                self.links.append(value)

    def handle_endtag(self, tag):
        self.skip = False
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if not self.skip:
            self.words.append(data)


def check_bytes(raw):
    assert b"\r" not in raw.replace(b"\r\n", b"") and b"\n" not in raw.replace(b"\r\n", b""), "line ends"
    for line in raw.split(b"\r\n"):
        assert len(line) <= 998, len(line)
        assert all(32 <= c < 127 or c == 9 for c in line), line


def check_mailbox(header, name, address):
    assert len(header.addresses) == 1
    found = header.addresses[0]
    assert found.addr_spec == a_labels(address), found
    # Runs of space are one space in an unquoted display name.
    assert words_of(found.display_name) == words_of(name), (found.display_name, name)


def check_headers(m, raw, wanted, seen):
    names = [name.title() for name in m.keys()]
    assert len(names) == len(set(names)), names
    expected = HEADERS if wanted["reply_to"] else HEADERS - {"Reply-To"}
    assert set(names) == expected, set(names) ^ expected
    domain = a_labels(wanted["from_address"]).split("@")[1]
    check_mailbox(m["To"], wanted["to_name"], wanted["to_address"])
    check_mailbox(m["From"], wanted["from_name"].replace("=?", "= ?"), wanted["from_address"])
    if wanted["reply_to"]:
        check_mailbox(m["Reply-To"], wanted["from_name"].replace("=?", "= ?"), wanted["reply_to"])
    assert words_of(str(m["Subject"])) == words_of(wanted["subject"].replace("=?", "= ?")), (m["Subject"], wanted["subject"])
    assert m["Date"].datetime.timestamp() == 1790000000, m["Date"]
    # RFC 8058: as they are, not in RFC 2047 words.
    assert f"\r\nList-Unsubscribe: <{wanted['stop_link']}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert m["List-Id"] == f"<barometre.{domain}>"
    assert m["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<[a-z2-7]{26}@%s>" % re.escape(domain), m["Message-ID"]), m["Message-ID"]
    assert m["Message-ID"] not in seen, "a message id twice"
    seen.add(m["Message-ID"])
    token = wanted["link"].rsplit("/", 1)[1]
    assert token not in "".join(f"{k}: {v}" for k, v in m.items()), "token in a header"


def check_isolation(text, source, wanted):
    """Each value that is turned is isolated, in each part, and nothing else is."""
    assert source.count("<bdi>") == source.count("</bdi>") == text.count("\u2068") == text.count("\u2069")
    turned = TURNING.search(text) is not None
    assert ("<bdi>" in source) == turned
    assert ("\u2068" in wanted["subject"]) == (TURNING.search(wanted["subject"]) is not None)
    for isolated in re.findall("\u2068([^\u2069]*)\u2069", text):
        assert TURNING.search(isolated)


def check_same_words(text, page, name):
    """The same words in the same order; each part has its own way to show the call to action and the small print."""
    plain = " ".join(words_of(text.translate({ord(c): None for c in ISOLATES})))
    plain = re.sub("\u202f: (https://enquete.example/r/)", r" \1", plain, count=1)
    shown = " ".join(words_of("".join(page.words)))
    assert text.count("\n---\n") >= 1
    assert plain.replace(" ---", "").replace("--- ", "") == shown.replace(" ---", "").replace("--- ", ""), f"{name}:\n{plain}\n{shown}"
    return plain


def check_parts(m, name, wanted):
    parts = list(m.iter_parts())
    assert m.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in parts] == ["text/plain", "text/html"]
    for p in parts:
        assert p["Content-Transfer-Encoding"] == "quoted-printable" and p.get_content_charset() == "utf-8"
    text, source = (p.get_content() for p in parts)
    assert text.replace("\r\n", "\n").rstrip("\n") == wanted["text"].rstrip("\n")
    assert source.replace("\r\n", "\n").rstrip("\n") == wanted["html"].rstrip("\n")
    text = text.replace("\r\n", "\n")
    page = Page()
    page.feed(source)
    assert page.open == [], page.open
    # No image, no script, nothing that is fetched, and three places that a link leads to.
    assert set(page.links) == {wanted["link"], wanted["stop_link"], wanted["privacy_link"]}, page.links
    assert set(page.tags) <= {"html", "head", "meta", "title", "style", "body", "div", "p", "a", "bdi"}, page.tags
    assert page.links.count(wanted["link"]) == 2, "the button, and its address under it"
    assert "@import" not in source and "url(" not in source
    assert '<meta name="color-scheme" content="light dark">' in source and "prefers-color-scheme: dark" in source
    joined = check_same_words(text, page, name)
    check_isolation(text, source, wanted)
    for line in text.splitlines():
        assert len(line.translate({ord(c): None for c in ISOLATES})) <= 76 or "https://" in line, line
    for words in ("12 minutes", "anonymes", "déjà répondu, merci", wanted["contact"]):
        assert words in joined, words
    return text


def check_typography(text):
    assert not re.search(r" [:;!?%»]|« ", text), "an ordinary space before double punctuation"
    assert "'" not in text, "a straight apostrophe"
    assert "31 janvier 2027" in text.replace("\n", " ") and "{" not in text and "}" not in text
    assert "Pourquoi ce message vous parvient" in text and "Pour ne plus recevoir de message" in text


def check_each_is_written_for_its_reader(texts):
    """30 letters (five steps, five publics and one that no letter names), all different, none long."""
    assert len(texts) == 30 and len(set(texts.values())) == 30
    own = {"associations": "votre association", "etablissements": "votre établissement",
           "formation": "votre structure", "equipes": "équipe", "patients": "patient"}
    for (kind, audience), text in texts.items():
        body = " ".join(words_of(text.split("\n---\n")[0]))
        assert 90 <= len(body.split(" ")) <= 290, (kind, audience, len(body.split(" ")))
        for other, words in own.items():
            if other in ("associations", "etablissements", "formation"):
                assert (words in body) == (other == audience), (kind, audience, words)


def main():
    folder, seen, subjects, texts = pathlib.Path(sys.argv[1]), set(), {}, {}
    mails = sorted(folder.glob("*.eml"))
    assert len(mails) >= 270
    for path in mails:
        raw = path.read_bytes()
        wanted = json.loads(path.with_suffix(".json").read_bytes())
        m = email.message_from_bytes(raw, policy=email.policy.default)
        assert not m.defects, m.defects
        try:
            check_bytes(raw)
            check_headers(m, raw, wanted, seen)
            text = check_parts(m, path.stem, wanted)
            if path.stem.endswith("-plain"):
                check_typography(text)
                texts[wanted["kind"], wanted["audience"]] = text
                subjects[wanted["kind"]] = str(m["Subject"])
        except Exception:
            print(f"check_letters: {path.stem}", file=sys.stderr)
            raise
    check_each_is_written_for_its_reader(texts)
    assert len(set(subjects.values())) == 5, subjects
    assert all(len(s) <= 90 for s in subjects.values()), subjects
    assert str(m["Subject"]).startswith("[Essai] ") and "Ceci est un essai" in text, "the last one is the test"


main()
