#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Bad input: each gets a clear page or message in French and the right status; nothing is stored, and nothing is lost of
what the person typed. The program is alive after each."""

import base64
import concurrent.futures
import http.client
import json
import os
import re
import secrets
import socket
import threading
import time
import unittest
import urllib.parse

from world import World, main, until

from browser import Browser  # of tests/replay, which world put on the path

W = World()
OPEN, CLOSED = "ouverte", "close"
MARK = W.secret("Un texte de Marque Verte 4402")
HOST, PORT = urllib.parse.urlsplit(W.public).hostname, urllib.parse.urlsplit(W.public).port
FORM = "application/x-www-form-urlencoded"
ADDRESSES = [f"personne{i}@essai.example" for i in range(1, 9)]
LATE = "tard@essai.example"
PAGE_1 = [("localite", "Toulouse"), ("nom_structure", MARK), ("territoire_action", "d31"), ("action", "next")]


def setUpModule():
    W.make_edition(CLOSED)
    W.import_contacts(CLOSED, f"{LATE};Arrivée Tard;associations;31;essai", "jamais@essai.example;Jamais;associations;31;essai")
    W.run("edition", "open", CLOSED)
    Late.link, Late.other = W.link(CLOSED, LATE), W.link(CLOSED, "jamais@essai.example")
    until("the site shows the edition", lambda: ask("GET", Late.link).status == 200)
    Late.browser = visitor(Late.link)
    answer = Late.browser.request("POST", "/q/1", PAGE_1, sender=Late.browser.page)
    assert answer.status == 303, answer
    # Closed before the mailer has looked, it would have no line to account for.
    until("the mailing has its lines", lambda: W.sql("SELECT count(*) FROM barometre.delivery") == "2")
    W.run("edition", "close", CLOSED)
    W.make_edition(OPEN, first_day=10)
    W.import_contacts(OPEN, *(f"{a};Essai;associations;31;essai" for a in ADDRESSES))
    W.run("edition", "open", OPEN)
    until("the site has changed editions", lambda: ask("GET", "/o/associations").status == 200
          and ask("GET", Late.link).status == 409)
    for address in ADDRESSES + [LATE]:
        W.secret(address)


class Late:
    """Somebody on the way when the edition was closed."""
    link = other = browser = None


def ask(method, path, body=None, **headers):
    """One request, without the manners of a browser."""
    connection = http.client.HTTPConnection(HOST, PORT, timeout=90)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        answer.text = answer.read().decode("utf-8", "replace")
        return answer
    finally:
        connection.close()


def visitor(link="/o/associations"):
    """A browser that has pressed « Commencer », its page in .page."""
    browser = Browser(W.public)
    browser.page = browser.post(browser.get(link))
    return browser


def words_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&amp;", "&").replace("&#39;", "'")


class BadInput(unittest.TestCase):
    def setUp(self):
        self.before = W.stored()

    def tearDown(self):
        self.assertTrue(W.is_alive(), "the program has stopped")
        self.assertEqual(ask("GET", "/").status, 200)

    def nothing_stored(self):
        self.assertEqual(W.stored(), self.before, "something was stored")

    def is_clear(self, answer, status, *words):
        """A page in French with a heading, that says what happened and what to do."""
        text = answer.text if hasattr(answer, "text") and isinstance(answer.text, str) else answer.body.decode("utf-8")
        self.assertEqual(answer.status, status, words_of(text)[:400])
        self.assertIn('lang="fr"', text)
        self.assertRegex(text, r"<h1>[^<]{5,}</h1>")
        self.assertGreater(len(words_of(text)), 80)
        self.assertIn("no-store", answer.headers.get("Cache-Control", ""))
        for word in words:
            self.assertIn(word, words_of(text))

    def post(self, browser, pairs, path="/q/1"):
        return browser.request("POST", path, pairs, sender=browser.page)

    def wrong(self, browser, pairs, path="/q/1"):
        """Sends what is refused, and gives the page that says why: one of its own address, 422."""
        answer = self.post(browser, pairs, path)
        self.assertEqual((answer.status, answer.moved_to), (303, path + "?revoir"))
        return browser.get(answer.moved_to, 422)

    def raw(self, browser, body, path="/q/1", **headers):
        cookie = "; ".join(f"{k}={v}" for k, v in browser.cookies.items())
        return ask("POST", path, body, **{"Cookie": cookie, "Content_Type": FORM, "Origin": W.public, **headers})

    # -- links

    def test_unknown_token(self):
        """an unknown link: 404, as a page and as a start"""
        token = base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
        self.is_clear(ask("GET", f"/r/{token}"), 404, "Lien inconnu", "Ouvrez de nouveau le lien")
        self.is_clear(ask("POST", "/start", f"token={token}", Content_Type=FORM, Origin=W.public), 404, "Lien inconnu")
        self.nothing_stored()

    def test_malformed_token(self):
        """a broken link: 404, or 400 when it cannot even be read"""
        good = W.link(OPEN, ADDRESSES[0])[3:]
        for token in ("a", good[:-1], good + "a", good[:-1] + "!", "%F0%9F%92%A5", "a" * 25 + "1", "é" * 4):
            path = "/r/" + urllib.parse.quote(token, safe="%!")
            self.is_clear(ask("GET", path), 404, "Lien inconnu")
            self.is_clear(ask("POST", "/start", "token=" + urllib.parse.quote(token[:20]), Content_Type=FORM,
                              Origin=W.public), 404, "Lien inconnu")
        for path in ("/r/%G1" + good, "/r/" + good + "%00"):
            self.is_clear(ask("GET", path), 400, "Adresse illisible")
        self.is_clear(ask("GET", "/o/personne"), 404, "Lien inconnu")
        self.is_clear(ask("GET", "/o/associations/nulle-part"), 404, "Lien inconnu")
        self.is_clear(ask("GET", "/r/" + "a" * 9000), 414, "Adresse trop longue")
        self.nothing_stored()

    def test_reused_token(self):
        """a link that has served: « déjà enregistrée », from the link, from /start, and from a page left open elsewhere"""
        link = W.link(OPEN, ADDRESSES[1])
        one, other = visitor(link), visitor(link)
        page = one.page
        pages = 0
        while page.path != "/merci" and pages < 40:
            pages += 1
            page = one.post(page) if page.path == "/recapitulatif" else one.post(self.filled(page), "next")
        self.assertEqual(page.path, "/merci")
        self.before = W.stored()
        self.is_clear(ask("GET", link), 200, "Votre réponse est déjà enregistrée")
        self.is_clear(ask("POST", "/start", "token=" + link[3:], Content_Type=FORM, Origin=W.public), 200, "déjà enregistrée")
        self.is_clear(self.post(other, PAGE_1), 200, "déjà enregistrée")
        self.is_clear(other.request("GET", "/q/1"), 200, "déjà enregistrée")
        self.nothing_stored()

    @staticmethod
    def filled(page):
        form = page.form()
        wanted = {"localite": "Toulouse", "territoire_action": ["d31"], "projet_associatif": "oui",
                  "experience_12_mois": "non"}
        for name in form.names:
            if name in wanted:
                form.fill(name, wanted[name])
            elif name.startswith("domaines_intervention."):
                form.fill(name, "non")
        return page

    def test_closed_edition(self):
        """a closed edition: 409 for the link, the start and the page on the way, which shows what was typed"""
        self.is_clear(ask("GET", Late.other), 409, "L’enquête est close")
        self.is_clear(ask("POST", "/start", "token=" + Late.other[3:], Content_Type=FORM, Origin=W.public), 409, "close")
        answer = self.post(Late.browser, PAGE_1)
        self.is_clear(answer, 409, "L’enquête est close", MARK)
        self.nothing_stored()

    # -- cookies

    def test_bad_cookies(self):
        """a forged, damaged or empty cookie: 403 with what was typed, and « Réessayer » works once the link is open again"""
        browser = visitor(W.link(OPEN, ADDRESSES[2]))
        self.before = W.stored()
        name, good = next(iter(browser.cookies.items()))
        middle = len(good) // 2
        flipped = good[:middle] + ("A" if good[middle] != "A" else "B") + good[middle + 1:]
        late = next(iter(Late.browser.cookies.values()))
        bad = [None, "", "x", flipped, good[:-4], good + "AAAA", good * 3, "%00", base64.urlsafe_b64encode(os.urandom(len(good) * 3 // 4)).decode(),
               late[:20] + good[20:]]
        body = urllib.parse.urlencode(PAGE_1)
        for value in bad:
            headers = {"Content_Type": FORM, "Origin": W.public}
            if value is not None:
                headers["Cookie"] = f"{name}={value}"
            answer = ask("POST", "/q/1", body, **headers)
            self.is_clear(answer, 403, "Nous ne retrouvons pas votre questionnaire", "Rouvrez le lien", MARK, "Réessayer")
            headers.pop("Content_Type")
            self.is_clear(ask("GET", "/q/1", **headers), 403, "Rouvrez le lien")
            self.is_clear(ask("GET", "/merci", **headers), 403, "Rouvrez le lien")
        self.nothing_stored()
        lost = Browser(W.public)
        lost.page = browser.page
        kept = self.post(lost, PAGE_1)
        lost.post(lost.get(W.link(OPEN, ADDRESSES[2])))
        again = lost.post(kept)
        self.assertEqual(again.path, "/q/2")
        self.assertEqual(lost.get("/q/1").form().values("nom_structure"), [MARK])

    # -- values

    def test_value_not_in_list(self):
        """a value that is not in the list: 422, the message beside the field, the rest still there"""
        browser = visitor()
        for name, value in (("qualite_repondant", "empereur"), ("territoire_action", "d99")):
            answer = self.wrong(browser, [(n, v) for n, v in PAGE_1 if n != name] + [(name, value)])
            self.is_clear(answer, 422, "Cette réponse ne fait pas partie de la liste")
            self.assertEqual(answer.form().values("nom_structure"), [MARK])
            self.assertTrue(answer.has(f"err-{name}-0"))
        answer = self.wrong(browser, [("localite.hors", "31"), ("territoire_action", "d31")])
        self.is_clear(answer, 422, "Nous ne trouvons pas ce département hors d’Occitanie")

    def test_hidden_question(self):
        """an answer to a question that is not asked is not kept"""
        browser = visitor()
        self.assertEqual(self.post(browser, PAGE_1).status, 303)
        page = [("shown", "projet_associatif experience_12_mois"), ("projet_associatif", "oui"), ("action", "next")]
        answer = self.post(browser, page + [("experience_12_mois", "non"), ("publics_vulnerables", "distance")], "/q/2")
        self.assertEqual((answer.status, answer.moved_to), (303, "/q/3"))
        answer = self.post(browser, page + [("experience_12_mois", "oui")], "/q/2")
        self.assertEqual(answer.moved_to, "/q/2?suite")
        self.assertEqual(browser.get(answer.moved_to).form().values("publics_vulnerables"), [])

    def test_other_page(self):
        """a field of another page, or of none: 400, nothing stored, what was typed shown"""
        browser = visitor()
        self.before = W.stored()
        for extra in (("freins", "disponibilite"), ("inconnu", "1"), ("", "1"), ("localite.x", "1"), ("__proto__", "1")):
            answer = self.post(browser, PAGE_1 + [extra])
            self.is_clear(answer, 400, "Cet envoi n’est pas valable", MARK)
        self.is_clear(self.post(browser, PAGE_1, "/q/99"), 404, "Page introuvable", MARK)
        self.is_clear(self.post(browser, PAGE_1, "/q/0"), 404)
        self.is_clear(self.post(browser, PAGE_1, "/q/abc"), 404)
        self.nothing_stored()

    def test_page_not_asked(self):
        """a page that the answers do not lead to: its answers go no further"""
        browser = visitor()
        self.before = W.stored()
        answer = browser.request("GET", "/q/4")
        self.assertEqual(answer.status, 303)
        answer = self.post(browser, [("patients_missions", "ecoute"), ("action", "next")], "/q/4")
        self.assertIn(answer.status, (303, 400, 409, 422))
        self.assertEqual(W.stored().split("|")[0], self.before.split("|")[0])

    def test_broken_text(self):
        """broken UTF-8, broken escapes, a NUL: 400"""
        browser = visitor()
        self.before = W.stored()
        for bad in (b"nom_structure=%FF%FE", b"nom_structure=\xff\xfe", b"nom_structure=%C0%80", b"nom_structure=%ED%A0%80",
                    b"nom_structure=a%00b", b"nom_structure=a\x00b", b"nom_structure=%4", b"nom_structure=%zz", b"%FF=1"):
            answer = self.raw(browser, b"localite=Toulouse&territoire_action=d31&" + bad)
            self.is_clear(answer, 400, "rien n’en a été gardé")
        self.nothing_stored()

    def test_duplicates(self):
        """a choice given twice, a text given twice: refused, or the first alone is kept"""
        browser = visitor()
        for extra in (("qualite_repondant", "president"), ("nom_structure", "second texte")):
            pairs = PAGE_1 + [("qualite_repondant", "bureau"), extra]
            answer = self.post(browser, pairs)
            self.assertIn(answer.status, (303, 400, 422))
            if answer.status == 303:
                form = browser.get("/q/1").form()
                self.assertEqual(form.values("qualite_repondant"), ["bureau"])
                self.assertEqual(form.values("nom_structure"), [MARK])

    def test_missing_field(self):
        """a required field left out of the request: 422, what was given is kept"""
        browser = visitor()
        answer = self.wrong(browser, [("nom_structure", MARK), ("action", "next")])
        self.is_clear(answer, 422, "2 réponses sont à revoir")
        self.assertEqual(answer.form().values("nom_structure"), [MARK])
        self.assertEqual(browser.get("/q/1").form().values("nom_structure"), [MARK])
        self.is_clear(self.wrong(browser, []), 422)

    def test_actions(self):
        """no action is « Continuer », as when Enter is pressed; an unknown one is 400 and stores nothing"""
        browser = visitor()
        self.assertEqual(self.post(browser, PAGE_1[:-1]).moved_to, "/q/2")
        self.before = W.stored()
        for action in ("effacer", "", "NEXT", "send;drop"):
            self.is_clear(self.post(browser, PAGE_1[:-1] + [("action", action)]), 400, "Cet envoi n’est pas valable", MARK)
        self.nothing_stored()

    def test_sending_too_early(self):
        """sending with questions left to answer does not send: it leads to what is missing"""
        browser = visitor()
        self.post(browser, PAGE_1)
        answer = self.post(browser, [], "/envoi")
        self.assertEqual(answer.status, 303)
        self.assertRegex(answer.moved_to, r"^/q/[0-9]+\?revoir")
        self.is_clear(browser.get(answer.moved_to, 422), 422, "à revoir")
        self.assertEqual(W.stored().split("|")[0], self.before.split("|")[0])
        for path in ("/envoi", "/pause"):
            self.is_clear(ask("POST", path, "action=erase", Content_Type=FORM, Origin=W.public), 403, "Rouvrez le lien")
        for path in ("/recapitulatif", "/pause"):
            self.is_clear(ask("GET", path), 403, "Rouvrez le lien")

    # -- coming back

    def test_resume_codes(self):
        """a resume code that is not whole or not known: a page that says what to do, the code still in the field"""
        def resume(code):
            return ask("POST", "/reprise", urllib.parse.urlencode({"code": code}), Content_Type=FORM, Origin=W.public)
        for code in ("", "un deux trois", "0 1 2 3 4", "<script>alert(1)</script>", "é" * 60):
            self.is_clear(resume(code), 422, "Ce code")
        self.assertNotIn("<script>alert", resume("<script>alert(1)</script>").text)
        for broken in (b"code=%FF", b"code=a%00b"):
            self.is_clear(ask("POST", "/reprise", broken, Content_Type=FORM, Origin=W.public), 422)
        self.nothing_stored()

    def test_communes(self):
        """a search for a commune: short, strange and broken ones give a list, or 400, and no more than eight"""
        for asked in ("", "a", "saint", "zzzzzz", "é", "%25", "31000", "'; DROP TABLE", "x" * 500):
            answer = ask("GET", "/communes?q=" + urllib.parse.quote(asked))
            self.assertIn(answer.status, (200, 400), asked)
            if answer.status == 200:
                self.assertLessEqual(len(json.loads(answer.text)["communes"]), 8)
        for path in ("/communes", "/communes?q=%FF", "/communes?q=%zz", "/communes?q=a%00"):
            self.assertIn(ask("GET", path).status, (200, 400), path)
        self.nothing_stored()

    # -- bodies

    def test_big_body(self):
        """a body of 10 MB: 413, and the connection is closed"""
        browser = visitor()
        self.before = W.stored()
        self.is_clear(self.over_socket(browser, [b"Content-Length: 10485760"], b"nom_structure=" + b"a" * 10485746),
                      413, "Envoi trop volumineux", "raccourcissez")
        self.nothing_stored()

    def test_endless_body(self):
        """a body in chunks without end: 413 as soon as it is too much"""
        browser = visitor()
        self.before = W.stored()
        chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
        self.is_clear(self.over_socket(browser, [b"Transfer-Encoding: chunked"], chunk * 64), 413, "Envoi trop volumineux")
        self.nothing_stored()

    def test_slow_body(self):
        """a body that comes a byte at a time: 408 after its time, whatever the drops"""
        browser = visitor()
        self.before = W.stored()
        answer = self.over_socket(browser, [b"Content-Length: 100000"], b"", trickle=True)
        self.is_clear(answer, 408, "Connexion trop lente")
        self.nothing_stored()

    def over_socket(self, browser, lines, body, trickle=False):
        """Sends what http.client would not, and reads the answer while sending."""
        cookie = "; ".join(f"{k}={v}" for k, v in browser.cookies.items()).encode()
        head = b"\r\n".join([b"POST /q/1 HTTP/1.1", b"Host: x", b"Content-Type: " + FORM.encode(), b"Cookie: " + cookie,
                             b"Origin: " + W.public.encode(), *lines]) + b"\r\n\r\n"
        plug = socket.create_connection((HOST, PORT), timeout=120)
        stop = threading.Event()

        def send():
            try:
                plug.sendall(head + body)
                while trickle and not stop.wait(0.5):
                    plug.sendall(b"a")
            except OSError:
                pass  # closed on us, as it should be

        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        try:
            answer = http.client.HTTPResponse(plug, method="POST")
            answer.begin()
            answer.text = answer.read().decode("utf-8")
            self.assertEqual(answer.headers.get("Connection"), "close")
            return answer
        finally:
            stop.set()
            plug.close()
            sender.join()

    # -- where it comes from

    def test_other_origin(self):
        """a post from another site: 403, nothing stored"""
        browser = visitor()
        self.before = W.stored()
        body = urllib.parse.urlencode(PAGE_1)
        for headers in ({"Origin": "https://ailleurs.example"}, {"Origin": "null", "Sec_Fetch_Site": "cross-site"},
                        {"Origin": W.public, "Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site", "Origin": W.public + ".ailleurs.example"}):
            self.is_clear(self.raw(browser, body, **headers), 403, MARK)
            self.is_clear(self.raw(browser, "audience=associations", "/start", **headers), 403)
            self.is_clear(self.raw(browser, "code=AAAA&action=withdraw", "/retrait", **headers), 403)
            for path in ("/envoi", "/pause", "/reprise"):
                self.is_clear(self.raw(browser, "action=erase&code=a", path, **headers), 403)
        self.nothing_stored()

    def test_methods(self):
        """a wrong method: 405 with what is allowed, or 501"""
        for method, path, allowed in (("GET", "/start", "POST"), ("POST", "/", "GET, HEAD"), ("PUT", "/q/1", "GET, HEAD, POST"),
                                      ("DELETE", "/merci", "GET, HEAD"), ("POST", "/r/abc", "GET, HEAD"), ("GET", "/envoi", "POST"),
                                      ("PUT", "/pause", "GET, HEAD, POST"), ("POST", "/communes", "GET, HEAD")):
            answer = ask(method, path, "" if method != "GET" else None)
            self.assertIn(answer.status, (405, 501), (method, path))
            self.is_clear(answer, answer.status)
            if answer.status == 405:
                self.assertEqual(answer.headers["Allow"], allowed)
        self.assertIn(ask("BREW", "/").status, (400, 405, 501))
        self.nothing_stored()

    def test_unknown_pages(self):
        """a page that does not exist: 404 in French"""
        for path in ("/nulle-part", "/q/", "/r/", "/../etc/passwd", "/static/rien.css", "/wp-login.php", "/merci/", "/pause/", "/communes/x", "/%2e%2e/"):
            answer = ask("GET", path)
            self.assertEqual(answer.status, 404, path)
            if not path.startswith("/static/"):
                self.is_clear(answer, 404)
        self.nothing_stored()

    def test_gets_change_nothing(self):
        """HEAD and fifty GET at once of a link and an objection change nothing"""
        link = W.link(OPEN, ADDRESSES[3])
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: ask("GET", link).status, range(50)))
        self.assertEqual(set(answers), {200})
        head = ask("HEAD", link)
        self.assertEqual((head.status, head.text, head.headers.get("Set-Cookie")), (200, "", None))
        stop = "/stop/" + base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
        self.assertEqual(ask("GET", stop).status, 200)
        self.is_clear(ask("POST", stop, "List-Unsubscribe=One-Click", Content_Type=FORM), 404)
        self.nothing_stored()

    def test_forwarded(self):
        """headers of a proxy, given by a client, change nothing of the page"""
        def page(**headers):
            answer = ask("GET", "/o/associations", **headers)
            self.assertEqual(answer.status, 200)
            return answer.text, answer.headers.get("Location")
        self.assertEqual(page(), page(X_Forwarded_For="203.0.113.7", X_Forwarded_Host="ailleurs.example", X_Forwarded_Proto="https",
                                      Forwarded="for=203.0.113.7;host=ailleurs.example", X_Original_URL="/merci", X_HTTP_Method_Override="POST"))
        W.secret("203.0.113.7")
        W.secret("ailleurs.example")
        self.nothing_stored()

    def test_receipts(self):
        """a receipt that is not whole: 422; one that nobody has: 404; the code is still in the field"""
        for code, status in (("ABCD", 422), ("", 422), ("é" * 30, 422), ("<script>alert(1)</script>", 422)):
            answer = ask("POST", "/retrait", urllib.parse.urlencode({"code": code, "action": "check"}), Content_Type=FORM, Origin=W.public)
            self.is_clear(answer, status, "Ce code n’est pas complet")
            self.assertNotIn("<script", answer.text)
        self.nothing_stored()

    # -- the database

    def test_stopped_database(self):
        """the database goes away in the middle of a page: 503 with what was typed, « Réessayer » works afterwards"""
        browser = visitor(W.link(OPEN, ADDRESSES[4]))
        started = Browser(W.public)
        start_page = started.get(W.link(OPEN, ADDRESSES[5]))
        self.before = W.stored()
        try:
            W.sql("ALTER ROLE barometre_web NOLOGIN")
            W.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'barometre_web'")
            answer = self.post(browser, PAGE_1)
            self.is_clear(answer, 503, "Vos réponses n’ont pas encore pu être gardées", MARK, "Réessayer")
            self.assertTrue(answer.headers.get("Retry-After"))
            self.is_clear(ask("GET", W.link(OPEN, ADDRESSES[5])), 503)
            failed_start = started.request("POST", "/start", start_page.form().sent(), sender=start_page)
            self.is_clear(failed_start, 503, "Réessayer")
            self.nothing_stored()
            self.assertEqual(ask("GET", "/confidentialite").status, 200)
        finally:
            W.sql("ALTER ROLE barometre_web LOGIN")
        until("the site has its database again", lambda: ask("GET", W.link(OPEN, ADDRESSES[5])).status == 200)
        again = browser.post(answer)
        self.assertEqual(again.path, "/q/2")
        self.assertEqual(browser.get("/q/1").form().values("nom_structure"), [MARK])
        self.assertEqual(started.post(failed_start).path, "/q/1")


class BadContacts(unittest.TestCase):
    GOOD = "bon@import.example;Bon;associations;31;essai"

    def refused(self, data, *messages):
        path = W.folder / "mauvais.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
        before = W.sql("SELECT count(*) FROM barometre.contact")
        done = W.run("contacts", "import", OPEN, str(path), check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(W.sql("SELECT count(*) FROM barometre.contact"), before, "something was imported")
        for message in messages:
            self.assertIn(message, done.stderr.replace("\u202f", " "))
        self.assertIn("rien n’a été importé", done.stderr)

    def test_lines(self):
        """malformed lines of a CSV: each is named by its number, and nothing is imported"""
        head = "email;nom;public;departement;type\n"
        self.refused(f"{head}{self.GOOD}\npas une adresse;X;associations;31;essai\n{self.GOOD}2;X;martiens;31;essai\n", "ligne 3 :", "ligne 4 :")
        self.refused(f"{head}{self.GOOD}\ndeux@import.example;X;associations\n", "ligne 3 :")
        self.refused(f'{head}{self.GOOD}\n"guillemet@import.example;X;associations;31;essai\n', "ligne ")
        self.refused(f"{head}{self.GOOD}\n{self.GOOD}\n", "ligne 3 :")
        self.refused(f"nom;public\nX;associations\n", "email")
        self.refused("", "ligne")
        self.refused(head.encode() + b"nul\x00@import.example;X;associations;31;essai\n", "octets nuls")


class BadRelay(unittest.TestCase):
    """With the invitations of the open edition, which have waited until now."""

    def log_lines(self):
        return W.folder.joinpath("serve.log").read_text(encoding="utf-8").count("event=mail.relay ")

    @staticmethod
    def ledger(edition):
        lines = W.sql(f"SELECT state, count(*) FROM barometre.delivery WHERE edition = '{edition}' GROUP BY state")
        return {state: int(n) for state, n in (line.split("|") for line in lines.splitlines())}

    @staticmethod
    def let_time_pass():
        """A mail that met a closed door waits its minutes: they are made to have passed."""
        W.sql("UPDATE barometre.delivery SET not_before = now() WHERE state = 'planned' AND not_before IS NOT NULL")

    def test_relays(self):
        """an unreachable relay, one without TLS, one that refuses the log-in, one that defers: no mail is lost or doubled"""
        (W.folder / "faux-mot").write_text("un autre mot\n", encoding="utf-8")
        met = self.log_lines()
        W.sql(f"UPDATE barometre.mailing SET due = now() WHERE edition = '{OPEN}' AND kind = 'invitation'")
        until("the closed door was met", lambda: self.log_lines() > met)
        for options, password in ((["--no-tls"], "smtp-password"), ([], "faux-mot")):
            W.start_relay(*options, password=password)
            met = self.log_lines()
            self.let_time_pass()
            until("the relay was met", lambda: self.log_lines() > met, 240)  # noqa: B023 - used at once
            W.stop_relay()
            self.assertEqual(W.mails(), [])
        self.assertEqual(self.ledger(OPEN).keys() - {"planned", "claimed"}, set())
        W.start_relay("--defer", f"{ADDRESSES[0]}=451")
        self.addCleanup(W.stop_relay)
        self.let_time_pass()
        wanted = sorted(set(ADDRESSES[1:]) - {ADDRESSES[1]})  # the second has answered meanwhile
        until("the others have their mail", lambda: set(W.mails()) >= set(wanted), 300)
        self.assertEqual(W.mails(), wanted, "each once, and none to whom the relay defers")
        until("the ledger has it all", lambda: self.ledger(OPEN) == {"planned": 1, "sent": len(wanted)})
        # Those of the edition that was closed before a relay was there: no mail, and the ledger says why.
        self.assertEqual(self.ledger(CLOSED), {"skipped": 2})


if __name__ == "__main__":
    main()
