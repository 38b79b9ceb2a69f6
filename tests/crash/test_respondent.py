#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What respondent.py takes for a loss: what was acknowledged and is not there, and nothing else."""

import random
import sys
import pathlib
import types
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "replay")]

from respondent import Lost, Person, Told, Visit  # noqa: E402

PATH = "/q/2"


class Form:
    """The page with the notes: what it holds, and what is typed."""

    def __init__(self, notes=""):
        self.names, self.buttons, self.action = {"repere", "notes"}, {"next"}, PATH
        self.held = {"repere": "", "notes": notes}

    def fill(self, name, value):
        self.held[name] = value

    def sent(self, _):
        return list(self.held.items()) + [("action", "next")]

    def values(self, name):
        return [self.held[name]] if self.held[name] else []


def page_of(form):
    return types.SimpleNamespace(path=PATH, status=200, heading="", moved_to=None, form=lambda: form)


class Network:
    """One that says each time what becomes of a request."""

    def __init__(self):
        self.answer, self.origin = None, "http://127.0.0.1"

    def path_of(self, address, _=None):
        return address

    def request(self, *_, **__):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def forget(self):
        pass


def leaver():
    visit = Visit(Person("someone", 1, "/r/x", "mark", True), "http://127.0.0.1", Told(), random.Random(1), lambda: False)
    visit.browser = Network()
    return visit


def save(visit, answer):
    visit.page = page_of(Form())
    visit.browser.answer = answer
    visit.save_notes()


class Losses(unittest.TestCase):
    def test_what_never_arrived_is_no_loss(self):
        """The first save was cut, and its notes are there or not: both are right."""
        visit = leaver()
        with self.assertRaises(OSError):
            save(visit, ConnectionRefusedError())
        visit.compare(PATH, page_of(Form()))
        visit.compare(PATH, page_of(Form("notes mark 1")))

    def test_what_was_acknowledged_is_there(self):
        visit = leaver()
        save(visit, types.SimpleNamespace(status=204, heading=""))
        visit.kept[PATH].pop("repere")
        visit.compare(PATH, page_of(Form("notes mark 1")))
        with self.assertRaises(Lost):
            visit.compare(PATH, page_of(Form()))
        # The next one was cut: that one or the one before, never none.
        with self.assertRaises(OSError):
            save(visit, ConnectionResetError())
        visit.compare(PATH, page_of(Form("notes mark 1")))
        visit.compare(PATH, page_of(Form("notes mark 2")))
        with self.assertRaises(Lost):
            visit.compare(PATH, page_of(Form()))


if __name__ == "__main__":
    unittest.main(verbosity=2)
