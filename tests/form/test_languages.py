#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Is every text that people of the public site read translated, in every language of forms/languages?

usage: test_languages.py [--section site|questionnaires] [--list]      (run from anywhere)

French is the key of every text (include/barometre/base/words.h), so the texts are taken from where they are written:
  site            [[…]] of the public pages; words(), words_fill(), WORDS() of src/, with the titles and lines that the public
                  site hands to its message pages; the unmet criteria of rgaa.tsv
  questionnaires  the five questionnaires and the lexicon
A language file fails when it lacks a text, has one that nothing uses, changes its {names} or tags, keeps French typography,
or repeats the French. The French itself fails for an ordinary space before « ; : ! ? » or a straight apostrophe.
Prints one line for each fault and exits 1; the last line counts. --list prints what is missing, as JSON to fill in.
"""

import argparse
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
NNBSP, NBSP = "\u202f", "\u00a0"
SECTIONS = ("site", "questionnaires")

# Calls and macros whose literals people read: which argument holds them.
READ_BY_PEOPLE = {
    "words": (1,), "words_fill": (1,), "words_find": (1,), "WORDS": (0,), "info_page": (2,), "info_message": (2,),
    "info_kept": (2,), "info_retry": (2,), "info_error": (3, 4),
}
PUBLIC_SITE = re.compile(r"src/web/(respond|public_site)[a-z_]*\.[ch]")
FORM_WORDS = re.compile(r"src/form/(page[a-z_]*|review|text|validate[a-z_]*|rules|reader_crossings)\.c")
FRENCH_ONLY = "French only"
# In a questionnaire.
TEXT_KEYS = {
    "title", "description", "placeholder", "html", "text", "otherText", "otherPlaceholder", "noneText", "refuseText",
    "dontKnowText", "labelTrue", "labelFalse", "minRateDescription", "maxRateDescription", "requiredErrorText",
    "audienceLabel", "short", "label",
}
LIST_KEYS = {"welcome", "thanks"}

TOKEN = re.compile(r"""
    (?P<comment>/\*.*?\*/|//[^\n]*) | (?P<string>"(?:[^"\\\n]|\\.)*") | (?P<char>'(?:[^'\\\n]|\\.)+')
  | (?P<directive>^[ \t]*\#[^\n\\]*(?:\\.[^\n\\]*)*) | (?P<name>[A-Za-z_]\w*) | (?P<mark>[^\s\w])
    """, re.S | re.X | re.M)
ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]+|[0-7]{1,3}|.)", re.S)
SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
SENTENCE = re.compile(r"[A-ZÀÉÊ][^_=/<>%]* [^=<>%]*[^=<>% ]")


# ------------------------------------------------------------------------------------------ French texts

def c_value(literal):
    """The text of one C literal: bytes given by number are UTF-8."""
    def one(match):
        code = match[1]
        if code[0] in "uU" and len(code) > 1:
            return chr(int(code[1:], 16)).encode()
        if code[0] == "x" and len(code) > 1:
            return bytes([int(code[1:], 16)])
        if code[0] in "01234567":
            return bytes([int(code, 8)])
        return SIMPLE.get(code, code).encode()

    out, at = b"", 0
    for match in ESCAPE.finditer(literal[1:-1]):
        out += literal[1:-1][at:match.start()].encode() + one(match)
        at = match.end()
    return (out + literal[1:-1][at:].encode()).decode("utf-8", "replace")


def c_macros():
    """The macros of the tree that stand for one literal."""
    found = {}
    for path in sorted((ROOT / "src").rglob("*.[ch]")) + sorted((ROOT / "include").rglob("*.h")):
        for name, literal in re.findall(r'^[ \t]*#[ \t]*define\s+(\w+)\s+("(?:[^"\\\n]|\\.)*")', path.read_text(), re.M):
            found[name] = c_value(literal)
    return found


def c_tokens(source, macros):
    """(kind, text) with adjacent literals joined and macros for a literal replaced; "only" stands where a comment says
    that a text is French only."""
    tokens = []
    for match in TOKEN.finditer(source):
        kind, text = match.lastgroup, match[0]
        if kind == "directive":
            continue
        if kind == "comment":
            if FRENCH_ONLY in text:
                tokens.append(("only", text))
            continue
        if kind == "string":
            kind, text = "text", c_value(text)
        elif kind == "name" and text in macros:
            kind, text = "text", macros[text]
        if kind == "text" and tokens and tokens[-1][0] == "text":
            tokens[-1] = ("text", tokens[-1][1] + text)
        else:
            tokens.append((kind, text))
    return tokens


def c_arguments(tokens, at, wanted):
    """Literals of the wanted arguments of the call whose "(" is tokens[at], those of calls inside it left out."""
    calls, index = [], 0
    for i in range(at, len(tokens)):
        kind, text = tokens[i]
        if kind == "text":
            if index in wanted and not [c for c in calls[1:] if c not in ("", "STR", "WORDS")]:
                yield text
        elif kind == "mark" and text in "([{":
            before = tokens[i - 1]
            calls.append(before[1] if before[0] == "name" and text == "(" else "")
        elif kind == "mark" and text in ")]}":
            calls.pop()
            if not calls:
                return
        elif kind == "mark" and text == "," and len(calls) == 1:
            index += 1


def has_letters(text):
    return bool(re.search(r"[^\W\d_]", re.sub(r"\{\w+\}|%[-0-9.]*[a-z]+", "", text)))


def is_for_people(text):
    return has_letters(text) and (any(ord(c) > 127 for c in text) or bool(SENTENCE.fullmatch(text)))


def c_texts(path, source, macros):
    tokens = c_tokens(source, macros)
    public = PUBLIC_SITE.fullmatch(path)
    silent = False
    for at, (kind, text) in enumerate(tokens):
        if kind == "only":
            silent = True
        elif kind == "mark" and text == ";":
            silent = False
        elif kind == "name" and text in READ_BY_PEOPLE and tokens[at + 1:at + 2] == [("mark", "(")]:
            yield from c_arguments(tokens, at + 1, READ_BY_PEOPLE[text])
        elif path == "src/web/site.c" and tokens[at:at + 2] == [("name", "error"), ("mark", "(")]:
            yield from c_arguments(tokens, at + 1, (3, 4))
        elif kind == "text" and not silent and (public or FORM_WORDS.fullmatch(path)) and is_for_people(text):
            yield text


def site_texts():
    """French text -> where it is."""
    found, macros = {}, c_macros()
    for path in sorted((ROOT / "src/web/pages").glob("*.html")):
        if not path.name.startswith("staff_"):
            for match in re.finditer(r"\[\[(.*?)\]\]", path.read_text(), re.S):
                found.setdefault(match[1], str(path.relative_to(ROOT)))
    for path in sorted((ROOT / "src").rglob("*.c")):
        name = str(path.relative_to(ROOT))
        if not path.name.startswith("staff_"):
            for text in c_texts(name, path.read_text(), macros):
                found.setdefault(text, name)
    for line in (ROOT / "src/web/rgaa.tsv").read_text().splitlines():
        cells = line.split("\t")
        if len(cells) == 4 and cells[2] == "NC":
            found.setdefault(cells[1], "src/web/rgaa.tsv")
            found.setdefault(cells[3], "src/web/rgaa.tsv")
    # The only place that is no proper name.
    for line in (ROOT / "forms/departements.tsv").read_text().splitlines():
        if line.startswith("99\t"):
            found.setdefault(line.split("\t")[1], "forms/departements.tsv")
    found.pop("", None)
    return found


def form_texts(node, key=""):
    """Every text of a questionnaire that is plain French; objects by language speak for themselves."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in LIST_KEYS and isinstance(value, list):
                yield from (text for text in value if isinstance(text, str))
            elif name in TEXT_KEYS and isinstance(value, str):
                yield value
            elif not (name in TEXT_KEYS and isinstance(value, dict) and "default" in value):
                yield from form_texts(value, name)
    elif isinstance(node, list):
        for value in node:
            if isinstance(value, str) and key in ("choices", "rows", "columns"):
                yield value
            yield from form_texts(value, key)


def questionnaire_texts():
    found = {}
    for path in sorted((ROOT / "forms").glob("*.json")):
        form = json.loads(path.read_text())
        if isinstance(form, dict) and "pages" in form:
            for text in form_texts(form):
                if re.search(r"[^\W\d_]", text):
                    found.setdefault(text, str(path.relative_to(ROOT)))
    for term in json.loads((ROOT / "forms/lexique.json").read_text()):
        for text in [term["term"], term["definition"], term.get("source", ""), *term.get("variants", [])]:
            if text:
                found.setdefault(text, "forms/lexique.json")
    return found


# ------------------------------------------------------------------------------------------ faults

def page_faults():
    """French of the public pages that no language can replace."""
    for path in sorted((ROOT / "src/web/pages").glob("*.html")):
        if not path.name.startswith("staff_"):
            for line in re.sub(r"\[\[.*?\]\]", "", path.read_text(), flags=re.S).split("\n"):
                if re.search("[«»’À-ÖØ-öø-ÿœŒ]", line):
                    yield f"{path.relative_to(ROOT)}: French outside [[ ]]: {line.strip()}"


def placeholders(text):
    text = re.sub(r'<span lang="[a-z]+">(.*?)</span>', r"\1", text)  # a translation may keep a name in French
    return sorted(re.findall(r"\{\{[#/]?\w+\}\}|\{[\w.]+\}|</?[a-z][^>]*>", text))


def words_of(text):
    return re.findall(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*", re.sub(r"\{+[\w.]+\}+|<[^>]*>", " ", text))


def french_faults(text):
    if re.search(r"[\w»)}] [;:!?»]", text) or re.search(r"« ", text):
        yield "an ordinary space beside ; : ! ? « or »: U+202F"
    if re.search(r"[^\W\d_]'[^\W\d_]", text):
        yield "a straight apostrophe: ’"


def translation_faults(french, text):
    if not isinstance(text, str) or not text.strip():
        yield "is empty"
        return
    if placeholders(french) != placeholders(text):
        yield "has other {names} or tags than the French"
    if re.search(f"[{NNBSP}{NBSP}][;:!?%»]", text) or re.search("[«»]", text):
        yield "keeps French typography"
    if text == french and len(words_of(french)) > 3:
        yield "is the French text"
    if has_letters(french) and (french[:1].isspace(), french[-1:].isspace()) != (text[:1].isspace(), text[-1:].isspace()):
        yield "begins or ends with another space than the French"


def check_language(path, wanted, section):
    """(faults, checked, missing) of one language file."""
    content = json.loads(path.read_text())
    name = str(path.relative_to(ROOT))
    faults, missing = [], []
    if sorted(content) != ["language", "questionnaires", "site"] or not content["language"]:
        faults.append(f"{name}: wants exactly language, site and questionnaires")
    every = {**content["questionnaires"], **content["site"]}
    used = {**wanted["questionnaires"], **wanted["site"]}
    for french, where in wanted[section].items():
        if french not in every:
            missing.append(french)
            faults.append(f"{name}: {section}: no translation of «{french}» ({where})")
    for french, text in content[section].items():
        if french not in used and has_letters(french):
            faults.append(f"{name}: {section}: nothing uses «{french}»")
        for fault in translation_faults(french, text):
            faults.append(f"{name}: {section}: the translation of «{french}» {fault}: «{text}»")
        other = content["questionnaires" if section == "site" else "site"].get(french, text)
        if other != text:
            faults.append(f"{name}: «{french}» is translated in two ways")
    return faults, len(wanted[section]) + len(content[section]), missing


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--section", choices=SECTIONS)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    wanted = {"site": site_texts(), "questionnaires": questionnaire_texts()}
    languages = sorted((ROOT / "forms/languages").glob("*.json"))
    passed = failed = 0

    if not languages or min(len(texts) for texts in wanted.values()) < 100:
        print("test_languages: no language, or hardly any text found: this test looks in the wrong place")
        sys.exit(1)
    for section in SECTIONS if not options.section else (options.section,):
        faults = [f"{where}: {fault}: «{text}»" for text, where in wanted[section].items()
                  for fault in french_faults(text)]
        faults += page_faults() if section == "site" else []
        checked = len(wanted[section])
        for path in languages:
            more, count, missing = check_language(path, wanted, section)
            faults += more
            checked += count
            if options.list:
                print(json.dumps(dict.fromkeys(missing, ""), ensure_ascii=False, indent=2))
        if not options.list:
            for fault in faults:
                print(fault)
            print(f"{section}: {len(wanted[section])} French texts, {len(languages)} other language(s), "
                  f"{len(faults)} fault(s)")
        passed += max(checked - len(faults), 0)
        failed += len(faults)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
