# SPDX-License-Identifier: Apache-2.0
"""The synthetic respondents of 2023, the browser and the two counts, without any server."""

import collections
import copy
import json
import unittest
from fractions import Fraction

import compare
import tally
from browser import Page, Surprise
from builder import Respondent, apportion, impossible, pages_saved
from person import Person
from questionnaire import FORMS, Condition, Questionnaire, bare_name, places
from respondents import CONTACTED, SIZES, as_sent, everybody
from sentences import ALONE, ONLY, SENTENCES, THEMES


class Respondents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.forms, cls.people = everybody()
        cls.rows = tally.rows(as_sent(cls.people))

    def test_every_published_figure_is_reached_but_the_exceptions(self):
        outcome = compare.compare_all(self.rows, CONTACTED)
        self.assertTrue(outcome.agrees, compare.report(outcome))
        exceptions = [line for line in outcome.lines if line.verdict == "exception"]
        self.assertEqual(len(exceptions), len(compare.read("exceptions.csv")))
        self.assertTrue(all(line.reason for line in exceptions))

    def test_same_seed_same_people(self):
        again = everybody()[1]
        self.assertEqual(self.people, again)

    def test_412_respondents_and_a_few_who_must_not_count(self):
        counted = collections.Counter(person.audience for person in self.people if person.counted)
        self.assertEqual(counted, SIZES)
        self.assertEqual(sum(counted.values()), 412)
        others = [person for person in self.people if not person.counted]
        self.assertEqual(len(others), 6)
        for person in others:
            form = self.forms[person.audience]
            self.assertIsNone(impossible(form, person))
            self.assertFalse(all(form.questions[name].answered(person.answers) for name in form.complete))

    def test_everybody_gave_what_a_person_clicking_through_could(self):
        for person in self.people:
            self.assertIsNone(impossible(self.forms[person.audience], person), f"{person.audience} {person.number}")

    def test_impossible_answers_are_found(self):
        form = self.forms["patients"]
        person = next(p for p in self.people if p.audience == "patients" and p.stops_after_page is None)

        def broken(change):
            other = copy.deepcopy(person)
            change(other)
            return impossible(form, other)

        self.assertIn("required", broken(lambda p: p.answers.pop("benevole_association")))
        self.assertIn("not asked", broken(lambda p: p.answers.update(experience_12_mois="non")))
        self.assertIn("not an option", broken(lambda p: p.answers.update(annuaire="peut_etre")))
        self.assertIn("exclusive", broken(lambda p: p.answers.update(freins=["disponibilite", "aucun"])))
        self.assertIn("bounds", broken(lambda p: p.answers.update(age=12)))
        early = Respondent("patients", 1, {"maladie_chronique": "refus"}, "sante")
        self.assertIn("too early", impossible(form, early))

    def test_communes_below_the_top_five_are_two_at_most(self):
        communes = collections.Counter(p.answers["localite"] for p in self.people
                                       if p.audience == "associations" and p.counted)
        self.assertEqual([count for _, count in communes.most_common(5)], [19, 16, 7, 3, 3])
        self.assertLessEqual(communes.most_common(6)[5][1], 2)

    def test_communes_exist_and_their_bare_names_are_enough(self):
        known = places()
        names = collections.Counter(bare_name(label) for label in known.values())
        for person in self.people:
            code = person.answers.get("localite")
            if code is not None and not code.startswith("dep:"):
                self.assertEqual(names[bare_name(known[code])], 1, known[code])

    def test_ages_are_whole_and_their_mean_is_61(self):
        ages = [p.answers["age"] for p in self.people if p.counted and "age" in p.answers]
        self.assertEqual(Fraction(sum(ages), len(ages)), 61)
        self.assertTrue(all(isinstance(age, int) and 18 <= age <= 95 for age in ages))
        self.assertGreater(len(set(ages)), 30)

    def test_addresses_are_reserved_ones(self):
        for person in self.people:
            self.assertTrue(person.answers.get("contact_email", "@example.org").endswith("@example.org"))

    def test_some_come_by_the_open_link_and_some_do_what_people_do(self):
        self.assertEqual(sum(1 for p in self.people if p.channel), 25)
        habits = collections.Counter(p.habit for p in self.people if p.counted)
        for habit in ("back", "reload", "double", "error", "resume"):
            self.assertGreaterEqual(habits[habit], 5, habit)
        self.assertTrue(any(p.habit == "error" and p.audience == "patients" for p in self.people))


class Sentences(unittest.TestCase):
    def test_every_theme_is_in_its_book_for_these_audiences(self):
        books = json.loads((FORMS / "codebooks.json").read_text(encoding="utf-8"))
        for book, themes in SENTENCES.items():
            known = {entry["code"]: set(entry.get("audiences", [])) for entry in books[book]}
            for theme in themes:
                self.assertEqual(known[theme], ONLY.get((book, theme), set()), theme)

    def test_one_text_has_its_one_or_two_themes(self):
        for book, table in THEMES.items():
            sentences = [line for lines in SENTENCES[book].values() for line in lines]
            self.assertEqual(len(sentences), len(set(sentences)))
            for text, themes in table.items():
                self.assertEqual(len(set(themes)), len(themes))
                self.assertFalse(len(themes) > 1 and set(themes) & ALONE, text)
                self.assertNotIn("'", text)


class Counting(unittest.TestCase):
    def setUp(self):
        self.sent = as_sent(everybody()[1])
        self.rows = tally.rows(self.sent)

    def test_the_tally_agrees_with_itself(self):
        check = tally.Check(self.sent, self.rows)
        self.assertEqual(check.problems, [])
        self.assertGreater(check.compared, 1000)

    def test_one_answer_more_or_less_is_seen_by_both(self):
        place = next(i for i, row in enumerate(self.rows) if row["question"] == "etp_missions" and row["count"] > "1")
        for column in ("base", "mentions", "count"):
            rows = copy.deepcopy(self.rows)
            rows[place][column] = str(int(rows[place][column]) + 1)
            self.assertEqual(len(tally.Check(self.sent, rows).problems), 1, column)
            self.assertFalse(compare.compare_all(rows, CONTACTED).agrees, column)
        rows = copy.deepcopy(self.rows)
        rows[place]["percent"] = "101"
        self.assertEqual(len(tally.Check(self.sent, rows).problems), 1)

    def test_a_lost_line_or_a_withheld_one_is_seen(self):
        rows = [row for row in self.rows if (row["question"], row["option"]) != ("localite", "31555")]
        self.assertTrue(any("not in the export" in problem for problem in tally.Check(self.sent, rows).problems))
        self.assertFalse(compare.compare_all(rows, CONTACTED).agrees)
        rows = copy.deepcopy(self.rows)
        rows[5]["status"] = "gathered"
        self.assertTrue(tally.Check(self.sent, rows).problems)

    def test_a_lost_answer_is_seen(self):
        place = next(i for i, entry in enumerate(self.sent) if entry["finished"])
        self.assertTrue(tally.Check(self.sent[:place] + self.sent[place + 1:], self.rows).problems)

    def test_an_exception_that_is_not_needed_any_more_fails(self):
        exceptions = compare.read("exceptions.csv")
        extra = {"audience": "patients", "question": "age", "measure": "mean", "option": "", "published": "61",
                 "obtained": "60", "reason": "pour voir"}
        outcome = compare.compare_all(self.rows, CONTACTED, exceptions=exceptions + [extra])
        self.assertEqual([line.verdict for line in outcome.failed], ["exception that is not needed any more"])
        stray = extra | {"question": "sans_figure"}
        outcome = compare.compare_all(self.rows, CONTACTED, exceptions=exceptions + [stray])
        self.assertEqual([line.verdict for line in outcome.failed], ["exception to no figure"])

    def test_shares_are_rounded_half_up_from_the_exact_fraction(self):
        self.assertEqual([tally.percent(*pair) for pair in ((28, 32), (4, 32), (1, 200), (0, 7), (0, 0))],
                         [88, 13, 1, 0, None])
        self.assertEqual(compare.rounded(Fraction(10100, 813), 1), "12.4")
        self.assertEqual(compare.rounded(Fraction(6600, 259), 1), "25.5")

    def test_means_may_be_written_exactly_or_with_two_decimals_at_least(self):
        third = Fraction(7, 3)
        self.assertTrue(tally.same_number("2.33", third))
        self.assertTrue(tally.same_number("2.3333", third))
        self.assertTrue(tally.same_number("61", Fraction(61)))
        for wrong in ("2", "2.3", "2.34", "2,33", ""):
            self.assertFalse(tally.same_number(wrong, third), wrong)

    def test_options_share_a_total_without_passing_their_limit(self):
        self.assertEqual(apportion(10, {"a": 9, "b": 1, "c": 1}, 5), {"a": 5, "b": 3, "c": 2})
        with self.assertRaises(ValueError):
            apportion(11, {"a": 1, "b": 1}, 5)


class Conditions(unittest.TestCase):
    def test_conditions_of_the_forms(self):
        holds = Condition("{a} contains 'x' and ({b.r} = 'oui' or {c} anyof ['u','v'])").holds
        self.assertTrue(holds({"a": ["x"], "b": {"r": "oui"}}))
        self.assertTrue(holds({"a": ["x"], "c": ["v"]}))
        self.assertFalse(holds({"a": ["x"], "b": {"r": "non"}}))
        self.assertFalse(holds({"b": {"r": "oui"}}))
        with self.assertRaises(ValueError):
            Condition("{a} = 'x' {b}")

    def test_a_page_without_a_question_to_ask_is_passed_over(self):
        form = Questionnaire("etablissements")
        names = [page.name for page in form.route({"experience_12_mois": "non"})]
        self.assertNotIn("modalites", names)
        self.assertEqual(names[0], "profil")
        self.assertEqual(names[-1], "contact")


class Reply:
    """The head of a response, for pages that come from no server."""

    def __init__(self, status=200):
        self.status = status
        self.headers = self

    @staticmethod
    def get_content_type():
        return "text/html"


PAGE = """<!doctype html><html><body><div role="alert" id="e"><a href="#q-a">a</a></div><h1>Un</h1>
<form method="post" action="/q/1"><input type="hidden" name="k" value="1">
<fieldset id="q-a"><input type="checkbox" name="a" value="x" checked>
<input type="checkbox" name="a" value="y"></fieldset>
<input type="radio" name="b" value="u"><input type="radio" name="b" value="v">
<input type="text" name="c" value="d&eacute;j&agrave;" maxlength="8"><textarea name="t">
 deux
lignes</textarea><select name="s"><option value="">–</option><option value="13">B</option></select>
<button name="action" value="next">Continuer</button><button name="action" value="back">Précédent</button></form>
<p id="receipt"> AB <b>12</b> </p></body></html>"""


class Reading(unittest.TestCase):
    def setUp(self):
        self.page = Page("/q/1", Reply(), PAGE.encode("utf-8"))
        self.form = self.page.form()

    def test_what_the_page_holds(self):
        self.assertEqual(self.form.values("a"), ["x"])
        self.assertEqual(self.form.values("b"), [])
        self.assertEqual(self.form.values("c"), ["déjà"])
        self.assertEqual(self.form.values("t"), [" deux\nlignes"])
        self.assertEqual(self.page.text("receipt"), "AB 12")
        self.assertEqual((self.page.alerts, self.page.anchors, self.page.heading), (["a"], ["q-a"], "Un"))

    def test_what_is_sent(self):
        self.form.fill("a", ["y"])
        self.form.fill("b", "v")
        self.form.fill("c", 61)
        self.form.fill("s", "13")
        self.assertEqual(self.form.sent("back"), [("k", "1"), ("a", "y"), ("b", "v"), ("c", "61"),
                                                  ("t", " deux\r\nlignes"), ("s", "13"), ("action", "back")])

    def test_surprises_are_loud(self):
        for name, value in (("z", "x"), ("a", ["x", "z"]), ("b", "w"), ("s", "99"), ("c", "123456789")):
            with self.assertRaises(Surprise, msg=name):
                self.form.fill(name, value)
        for button in ("send", None):
            with self.assertRaises(Surprise):
                self.form.sent(button)
        with self.assertRaises(Surprise):
            Page("/", Reply(), (PAGE + PAGE).encode("utf-8"))

    def test_clearing_forgets_all_that_can_be_answered(self):
        self.form.clear()
        self.assertEqual(self.form.sent("next"), [("k", "1"), ("c", ""), ("t", ""), ("s", ""), ("action", "next")])


class Site:
    """A site of one questionnaire in the place of a browser: shows pages as the contract says, without any network."""

    def __init__(self, form, all_shown):
        self.form, self.all_shown = form, all_shown
        self.answers, self.at, self.done = {}, None, False

    def forget(self):
        pass

    @staticmethod
    def path_of(address, base="/"):
        return address

    def show(self, page):
        self.at = page
        lines = []
        for question in page.questions:
            if not (self.all_shown or question.asked(self.answers)):
                continue
            held = self.answers.get(question.name)
            if question.type == "matrix":
                for row in question.rows:
                    lines += [self.choice("radio", f"{question.name}.{row}", code, (held or {}).get(row) == code)
                              for code in question.columns]
            elif question.codes:
                kind = "checkbox" if question.type == "checkbox" else "radio"
                lines += [self.choice(kind, question.name, code, code in (held if isinstance(held, list) else [held]))
                          for code in question.codes]
                text = self.answers.get(f"{question.name}-Comment", "")
                lines.append(f'<input type="text" name="{question.name}-Comment" value="{text}">')
            else:
                lines.append(f'<input type="text" name="{question.name}" value="{"" if held is None else held}">')
                if question.role == "locality":
                    lines.append(f'<select name="{question.name}.hors"><option value=""></option>'
                                 '<option value="dep:13"></option><option value="dep:64"></option>'
                                 '<option value="dep:75"></option></select>')
        return self.page(f"/q/{page.index + 1}", "".join(lines), "next", page.index > 0)

    @staticmethod
    def choice(kind, name, code, checked):
        return f'<input type="{kind}" name="{name}" value="{code}"{" checked" if checked else ""}>'

    @staticmethod
    def page(path, fields, button, back, extra="", status=200):
        buttons = f'<button name="action" value="{button}"></button>' if button else "<button></button>"
        buttons += '<button name="action" value="back"></button>' if back else ""
        action = "/start" if path.startswith("/r/") else "/envoi" if path == "/recapitulatif" else path
        text = f'{extra}<form method="post" action="{action}">{fields}{buttons}</form>'
        return Page(path, Reply(status), text.encode("utf-8"))

    def get(self, path, expect=200, sender=None):
        return self.page(path, "", "", False) if path.startswith("/r/") else self.show(self.at)

    def post_twice(self, page, button):
        return self.post(page, button), self.post(page, button)

    def post(self, page, button=None, expect=200):
        if page.path.startswith("/r/"):
            return self.show(self.form.pages[0])
        if page.path == "/recapitulatif":
            self.done = True
            return self.thanks()
        before = {question.name for question in self.at.questions if question.asked(self.answers)}
        self.read(page.form())
        if button == "back":
            route = self.form.route(self.answers)
            return self.show(route[route.index(self.at) - 1])
        missing = [question for question in self.at.questions if question.required
                   and question.asked(self.answers) and not question.answered(self.answers)]
        grown = any(question.asked(self.answers) and question.name not in before for question in self.at.questions)
        if grown and not self.all_shown:
            return self.show(self.at)
        wrong = missing or [q for q in self.at.questions if q.number and self.answers.get(q.name) == "soixante"]
        if wrong:
            if expect != 422:
                raise Surprise(f"422 for {[question.name for question in wrong]}")
            shown = self.show(self.at)
            name = wrong[0].name
            summary = f'<div role="alert"><a href="#q-{name}">!</a></div><p id="q-{name}"></p>'
            return Page(shown.path, Reply(422), summary.encode("utf-8") + shown.body)
        route = self.form.route(self.answers)
        if self.at is route[-1]:
            return self.page("/recapitulatif", "", "", False)
        return self.show(route[route.index(self.at) + 1])

    @staticmethod
    def thanks():
        return Page("/merci", Reply(), b'<p id="receipt">R</p>')

    def read(self, form):
        for question in self.at.questions:
            self.answers.pop(question.name, None)
            self.answers.pop(f"{question.name}-Comment", None)
            if question.type == "matrix":
                rows = {row: form.values(f"{question.name}.{row}") for row in question.rows
                        if f"{question.name}.{row}" in form.names}
                value = {row: held[0] for row, held in rows.items() if held}
            elif question.name not in form.names:
                continue
            else:
                held = form.values(question.name)
                value = held if question.type == "checkbox" else (held or [""])[0]
                if question.role == "locality" and form.values(f"{question.name}.hors"):
                    value = form.values(f"{question.name}.hors")[0]
            if value and question.asked(self.answers):
                self.answers[question.name] = value
                comment = f"{question.name}-Comment"
                if comment in form.names and form.values(comment):
                    self.answers[comment] = form.values(comment)[0]


class Persons(unittest.TestCase):
    """Everybody goes through a site that behaves as agreed, whether it shows all questions of a page at once or lets
    the page grow."""

    def go(self, all_shown):
        forms, people = everybody()
        codes = places()
        receipts = 0
        for respondent in people:
            form = forms[respondent.audience]
            site = Site(form, all_shown)
            person = Person(site, form, respondent, codes)
            person.answer("/r/x")
            receipts += person.receipt is not None
            wanted = respondent.answers
            self.assertEqual(person.sent, wanted, f"{respondent.audience} {respondent.number}")
            self.assertEqual(site.done, respondent.stops_after_page is None)
            held = {name for name in site.answers if name != "localite"}
            self.assertEqual(held, set(wanted) - {"localite"})
        self.assertEqual(receipts, sum(1 for respondent in people if respondent.stops_after_page is None))

    def test_all_questions_at_once(self):
        self.go(True)

    def test_pages_that_grow(self):
        self.go(False)

    def test_a_site_that_skips_a_page_is_found_out(self):
        forms, people = everybody()
        respondent = next(p for p in people if p.audience == "equipes" and p.stops_after_page is None and not p.habit)
        site = Site(forms["equipes"], True)
        honest = site.show
        site.show = lambda page: honest(forms["equipes"].pages[3] if page.name == "bilan" else page)
        with self.assertRaises(Surprise):
            Person(site, forms["equipes"], respondent, places()).answer("/r/x")

    def test_who_leaves_is_left_in_front_of_the_next_page(self):
        form = Questionnaire("equipes")
        person = Respondent("equipes", 1, {"localite": "31555", "experience_12_mois": "non"}, "demarche")
        self.assertEqual([page.name for page in pages_saved(form, person)], ["profil", "demarche"])
        self.assertEqual(form.route(person.answers)[2].name, "bilan")


if __name__ == "__main__":
    unittest.main(verbosity=1)
